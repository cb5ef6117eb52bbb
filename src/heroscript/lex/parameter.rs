//! Takes the parameters of an action apart.
//!
//! A bare value ends at the next white space, so `//` inside one is text: `http://x` needs no quotes.

use std::ops::Range;

use super::{Lexer, spanned};
use crate::heroscript::quoted;
use crate::heroscript::written::{Given, Parameter};

impl Lexer<'_, '_> {
    /// The parameters up to the end of the line.
    pub(super) fn parameters(&mut self) {
        loop {
            self.skip_blanks();
            if self.ends() || self.starts("//") {
                return;
            }
            let parameter = self.parameter();
            if let (Some(parameter), Some(current)) = (parameter, &mut self.current) {
                current.parameters.push(parameter);
            }
            // A quote without end may have gone on to the next action.
            if self.at > 0 && self.text.as_bytes()[self.at - 1] == b'\n' {
                self.at -= 1;
                return;
            }
        }
    }

    fn parameter(&mut self) -> Option<Parameter> {
        if self.starts("'") || self.starts("\"") {
            let start = self.at;
            if let Given::Text { value, .. } = self.quoted() {
                let help = "write its name and a colon before it, as in `cmd:'…'`";
                self.problem(start..value.place.span.end, "a value has no name", help, None);
            }
            return None;
        }
        let key = self.word(&[':']);
        if !self.starts(":") {
            return Some(Parameter { key, given: Given::Nothing });
        }
        let colon = self.at;
        self.at += 1;
        self.skip_blanks();
        let given = if self.ends() || (self.starts("//") && self.at > colon + 1) {
            let message = format!("`{}` has no value", key.as_str());
            let help = "a value starts on the line of its name; an empty one is `''`";
            self.problem(key.place.span.start..colon + 1, &message, help, None);
            Given::Broken
        } else if self.starts("'") || self.starts("\"") {
            self.quoted()
        } else {
            let value = self.word(&[]);
            Given::Text { inside: value.place.span.clone(), value }
        };
        if key.as_str().is_empty() {
            let help = "a parameter is `name:value`, without a blank before the colon";
            self.problem(colon..colon + 1, "there is no name before the colon", help, None);
            return None;
        }
        Some(Parameter { key, given })
    }

    /// A value in quotes.
    fn quoted(&mut self) -> Given {
        let open = self.at;
        let quote = char::from(self.text.as_bytes()[open]);
        let Some(length) = quoted::end(&self.text[open + 1..], quote as u8) else {
            self.problem(open..open + 1, &format!("`{quote}` is not closed"), "", None);
            self.skip_to_action();
            return Given::Broken;
        };
        let inside = open + 1..open + length;
        self.at = inside.end + 1;
        let follows = self.rest().chars().next();
        if follows.is_some_and(|c| !" \t\r\n".contains(c)) && !self.starts("//") {
            self.glued(inside, quote);
            return Given::Broken;
        }
        let value = quoted::meaning(&self.text[inside.clone()], quote);
        Given::Text { value: spanned(value, open..self.at), inside }
    }

    /// Something stands right behind a closing quote. When there is an action inside the quotes, or the
    /// closing one follows the name of a parameter, the one that was meant to close them is missing.
    fn glued(&mut self, inside: Range<usize>, quote: char) {
        let (open, close) = (inside.start - 1, inside.end);
        let text = &self.text[inside.clone()];
        let action = text.split('\n').skip(1).any(|line| line.trim_start().starts_with("!!"));
        let last = text.rfind('\n').filter(|newline| is_name(text[newline + 1..].trim_start()));
        if action || last.is_some() {
            let (line, column) = self.collect.source.position(close);
            let help = format!("as it stands, it ends at {line}:{column}");
            self.problem(open..open + 1, &format!("`{quote}` is not closed"), &help, None);
            match last.filter(|_| !action) {
                Some(newline) => self.at = inside.start + newline,
                None => {
                    self.at = open;
                    self.skip_to_action();
                }
            }
            return;
        }
        let other = if quote == '\'' { '"' } else { '\'' };
        let help =
            format!("to write `{quote}` inside, put a backslash before it or `{other}` around the value");
        self.problem(close..close + 1, "a blank belongs behind the quote that ends a value", &help, None);
        self.at += self.rest().find('\n').unwrap_or(self.rest().len());
    }
}

/// Whether `text` is the name of a parameter with its colon.
fn is_name(text: &str) -> bool {
    text.strip_suffix(':').is_some_and(|name| {
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.".contains(&byte))
    })
}
