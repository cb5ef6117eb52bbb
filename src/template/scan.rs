//! Finds the placeholders of a text and refuses everything else that stands between braces.

use std::ops::Range;

use super::Fault;
use crate::workspace::one_line;

/// One `{{ … }}`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Placeholder<'t> {
    /// From `{{` to `}}`, in bytes of the text.
    pub range: Range<usize>,
    /// What stands for it.
    pub content: Content<'t>,
    /// Whether `{{-` takes away the white space before it.
    pub trim_before: bool,
    /// Whether `-}}` takes away the white space after it.
    pub trim_after: bool,
}

/// What a placeholder is replaced by.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Content<'t> {
    /// The value of a variable.
    Variable {
        /// Its name, without the dot that old files put before it.
        name: &'t str,
        /// Where the name stands.
        range: Range<usize>,
        /// Whether it has that dot.
        dotted: bool,
    },
    /// This text of the author, such as braces.
    Literal(&'t str),
}

/// How many placeholders a text may have: nobody writes so many, and placing each takes its time.
const MOST: usize = 1000;

/// Every placeholder of `text`, in order.
pub(super) fn scan(text: &str) -> Result<Vec<Placeholder<'_>>, Fault> {
    let mut placeholders = Vec::new();
    let mut from = 0;
    while let Some(found) = text[from..].find("{{") {
        let placeholder = placeholder(text, from + found)?;
        if placeholders.len() == MOST {
            let message = format!("more than {MOST} placeholders in one text");
            return Err(Fault { range: placeholder.range, message, help: None });
        }
        from = placeholder.range.end;
        placeholders.push(placeholder);
    }
    Ok(placeholders)
}

fn placeholder(text: &str, start: usize) -> Result<Placeholder<'_>, Fault> {
    let inside = &text[start + 2..];
    let (inside, trim_before) = strip(inside, "-");
    let inside = skip_blanks(inside);
    let at = text.len() - inside.len();
    let (content, rest) = match inside.chars().next() {
        Some(quote @ ('\'' | '"')) => literal(inside, quote),
        _ => variable(inside, at),
    }
    .ok_or_else(|| refusal(text, start))?;
    let (rest, trim_after) = strip(skip_blanks(rest), "-");
    let rest = rest.strip_prefix("}}").ok_or_else(|| refusal(text, start))?;
    Ok(Placeholder { range: start..text.len() - rest.len(), content, trim_before, trim_after })
}

/// The name at the start of `inside`, which is at byte `at` of the text, and what follows it.
fn variable(inside: &str, at: usize) -> Option<(Content<'_>, &str)> {
    let (inside, dotted) = strip(inside, ".");
    let at = at + usize::from(dotted);
    let end = inside.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(inside.len());
    let (name, rest) = inside.split_at(end);
    let starts_well = name.starts_with(|c: char| !c.is_ascii_digit());
    starts_well.then_some((Content::Variable { name, range: at..at + end, dotted }, rest))
}

/// The string at the start of `inside` and what follows it. It has no escapes, so that nobody has to
/// know which there are.
fn literal(inside: &str, quote: char) -> Option<(Content<'_>, &str)> {
    let (literal, rest) = inside[1..].split_once(quote)?;
    (!literal.contains('\\')).then_some((Content::Literal(literal), rest))
}

/// The fault of an expression that is neither a name nor a string.
fn refusal(text: &str, start: usize) -> Fault {
    let Some(end) = text[start..].find("}}") else {
        return Fault {
            range: start..start + 2,
            message: "`{{` has no `}}`".to_owned(),
            help: Some("to write two braces themselves, write `{{ '{{' }}`".to_owned()),
        };
    };
    let range = start..start + end + 2;
    let expression = shortened(&text[range.clone()]);
    Fault {
        message: format!("`{expression}` is neither one variable nor one string"),
        help: Some(format!(
            "write `{{{{ Project }}}}` for a value; to pass it on as it stands, write `{}`",
            passed_on(&expression)
        )),
        range,
    }
}

/// How to write `expression`, which starts with `{{`, so that it comes out as it stands.
pub(super) fn passed_on(expression: &str) -> String {
    expression.replace("{{", "{{ '{{' }}")
}

/// `text` in one line and not too long for a message.
fn shortened(text: &str) -> String {
    let line = one_line(text);
    match line.char_indices().nth(40) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

fn strip<'t>(text: &'t str, prefix: &str) -> (&'t str, bool) {
    text.strip_prefix(prefix).map_or((text, false), |rest| (rest, true))
}

fn skip_blanks(text: &str) -> &str {
    text.trim_start_matches(|c: char| c.is_ascii_whitespace())
}
