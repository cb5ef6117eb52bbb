//! Takes a script apart into actions and what stands outside of them, and finds what is wrong with its
//! form. A comment starts where a word could.

mod parameter;

use std::ops::Range;

use super::Others;
use super::written::Written;
use crate::config::collect::Collect;
use crate::config::raw::nearest;
use crate::config::tree::{Place, Spanned, Text};

/// The actor whose actions are read.
const ACTOR: &str = "tmux";

/// The actions of a script; mistakes of form are noted.
pub(super) fn read(collect: &mut Collect<'_>, others: Others) -> Vec<Written> {
    let text = collect.source.text();
    let at = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let mut lexer = Lexer { text, at, collect, others, quiet: false, current: None, done: Vec::new() };
    while lexer.at < text.len() {
        lexer.line();
    }
    lexer.close();
    lexer.done
}

struct Lexer<'s, 'c> {
    text: &'s str,
    at: usize,
    collect: &'c mut Collect<'s>,
    others: Others,
    /// Whether the current action is passed over.
    quiet: bool,
    current: Option<Written>,
    done: Vec<Written>,
}

impl<'s> Lexer<'s, '_> {
    fn rest(&self) -> &'s str {
        &self.text[self.at..]
    }

    fn starts(&self, prefix: &str) -> bool {
        self.rest().starts_with(prefix)
    }

    /// Whether the line ends here.
    fn ends(&self) -> bool {
        self.rest().is_empty() || self.starts("\n")
    }

    fn skip_blanks(&mut self) {
        self.at = self.text.len() - self.rest().trim_start_matches([' ', '\t', '\r']).len();
    }

    fn skip_line(&mut self) {
        self.at += self.rest().find('\n').map_or(self.rest().len(), |newline| newline + 1);
    }

    /// Goes to the next line that starts an action, as after a quote that does not end.
    fn skip_to_action(&mut self) {
        loop {
            self.skip_line();
            if self.rest().is_empty() || self.rest().trim_start_matches([' ', '\t']).starts_with("!!") {
                return;
            }
        }
    }

    /// The text up to white space, or up to one of `stops`.
    fn word(&mut self, stops: &[char]) -> Text {
        let start = self.at;
        let is_end = |c: char| " \t\r\n".contains(c) || stops.contains(&c);
        self.at += self.rest().find(is_end).unwrap_or(self.rest().len());
        spanned(self.text[start..self.at].to_owned(), start..self.at)
    }

    fn problem(&mut self, span: Range<usize>, message: &str, help: &str, replacement: Option<String>) {
        if !self.quiet {
            let problem = self.collect.problem(&Place { span, used: None }, message);
            problem.help = (!help.is_empty()).then(|| help.to_owned());
            problem.replacement = replacement;
        }
    }

    /// Ends the current action.
    fn close(&mut self) {
        let current = self.current.take();
        self.done.extend(current.filter(|_| !self.quiet));
    }

    /// One line, or several with a text in quotes.
    fn line(&mut self) {
        let start = self.at;
        self.skip_blanks();
        let indented = self.at > start;
        if self.starts("!") {
            self.action();
        } else if !self.ends() && !self.starts("//") && !self.starts("#!") {
            if self.current.is_none() || !indented {
                self.stray();
            } else {
                self.parameters();
            }
        }
        self.skip_line();
    }

    /// A line that belongs to nothing.
    fn stray(&mut self) {
        let start = self.at;
        let word = self.word(&[]);
        let (first, span) = (word.as_str(), word.place.span.clone());
        let alone = self.rest().split('\n').next().unwrap_or_default().trim().is_empty();
        self.at = start;
        if self.current.is_some() && (first.contains(':') || alone) {
            let help = "a parameter stands behind its action, or on a line that is indented";
            self.problem(span, &format!("`{first}` is not indented"), help, Some(format!("    {first}")));
            // Its value may go over several lines.
            return self.parameters();
        }
        let (message, help) = match first.split_once(':') {
            Some((name, _)) if self.current.is_none() => {
                (format!("there is no action before `{name}`"), "an action starts with `!!tmux.`")
            }
            _ if first.starts_with('#') => (format!("`{first}` is no comment"), "a comment starts with `//`"),
            _ => (
                format!("`{first}` is neither an action nor a parameter"),
                "an action starts with `!!tmux.`, and a comment with `//`",
            ),
        };
        let better = first.strip_prefix('#').map(|rest| format!("//{}", rest.trim_start_matches('#')));
        let quiet = std::mem::replace(&mut self.quiet, false);
        self.problem(span, &message, help, better);
        self.quiet = quiet;
    }

    /// An action and what stands behind it.
    fn action(&mut self) {
        self.close();
        self.quiet = false;
        let start = self.at;
        let marks = self.rest().len() - self.rest().trim_start_matches('!').len();
        self.at += marks;
        let word = self.word(&[]);
        let end = word.as_str().find("//").unwrap_or(word.as_str().len());
        self.at = word.place.span.start + end;
        let (word, at) = (&word.as_str()[..end], word.place.span.start);
        if marks != 2 {
            let message = format!("an action starts with `!!`, not with `{}`", &self.text[start..at]);
            self.problem(start..at, &message, "", Some("!!".to_owned()));
        }
        let (actor, name) = word.split_once('.').unwrap_or(("", word));
        let name_at = self.at - name.len();
        if !actor.eq_ignore_ascii_case(ACTOR) {
            self.other(actor, name, start..self.at);
        }
        self.current =
            Some(Written { name: spanned(name.to_owned(), name_at..self.at), start, parameters: Vec::new() });
        self.parameters();
    }

    /// An action of something else than tmux.
    fn other(&mut self, actor: &str, name: &str, span: Range<usize>) {
        if self.others == Others::Refuse {
            let written = self.text[span.clone()].to_owned();
            let known = super::table::spec(name).is_some();
            let meant = known && (actor.is_empty() || nearest(actor, [ACTOR]).is_some());
            let better = meant.then(|| format!("!!{ACTOR}.{name}"));
            let help = match &better {
                Some(better) => format!("did you mean `{better}`?"),
                None => "`--skip-unknown` passes over actions that are not tmux's".to_owned(),
            };
            self.problem(span, &format!("`{written}` is not an action of tmux"), &help, better);
        }
        self.quiet = true;
    }
}

pub(super) fn spanned(text: String, span: Range<usize>) -> Text {
    Spanned { value: text, place: Place { span, used: None } }
}
