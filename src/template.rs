//! Templates: text in which `{{ NAME }}` stands for a value.
//!
//! Only `{{` is special. Between braces stands one variable (`{{ Project }}`, or as old files write
//! it `{{.Project}}` and `{{- .Project -}}`) or one string (`{{ '{{' }}` writes braces); there are no
//! filters, functions or operators, and every other expression is a [`Fault`] at its place. Text without a
//! placeholder passes byte for byte.

mod engine;
mod scan;
mod variables;

use std::ops::Range;

use crate::error::list;
use crate::quote::{self, Piece};
use engine::{LONGEST, RESERVED};
use scan::{Content, Placeholder};

pub use variables::Variables;

/// Why a text cannot be rendered, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The bytes of the text that it is about.
    pub range: Range<usize>,
    /// What is wrong.
    pub message: String,
    /// What to write instead, or what else to know.
    pub help: Option<String>,
}

/// Renders a text for a shell: each value is placed by its context, so that the shell gets exactly
/// that value as part of exactly one word.
///
/// # Errors
///
/// The first expression that is not allowed, variable that does not exist, value with a control character, or
/// place where no quoting is safe (see [`quote::place`]).
pub fn render_command(text: &str, variables: &Variables) -> Result<String, Fault> {
    let Some((placeholders, parts)) = fill(text, variables)? else { return Ok(text.to_owned()) };
    let piece = |(at, part)| if is_value(&placeholders, at) { Piece::Value(part) } else { Piece::Text(part) };
    let pieces: Vec<Piece<'_>> = parts.iter().map(String::as_str).enumerate().map(piece).collect();
    quote::place(&pieces).map_err(|unsafe_place| Fault {
        range: placeholders[unsafe_place.piece / 2].range.clone(),
        message: unsafe_place.to_string(),
        help: unsafe_place.help(),
    })
}

/// Renders a text that no shell reads, such as a name or a directory: values are inserted as they are.
/// The field that it is for checks the result by its own rule.
///
/// # Errors
///
/// As [`render_command`], but every place is good.
pub fn render_text(text: &str, variables: &Variables) -> Result<String, Fault> {
    Ok(fill(text, variables)?.map_or_else(|| text.to_owned(), |(_, parts)| parts.concat()))
}

/// The names of the variables that `text` uses, in order and as often as it does; for values that
/// are only worth finding out when somebody wants them.
///
/// # Errors
///
/// The first expression that is not allowed.
pub fn used(text: &str) -> Result<Vec<&str>, Fault> {
    let name = |placeholder: Placeholder<'_>| match placeholder.content {
        Content::Variable { range, .. } => Some(&text[range]),
        Content::Literal(_) => None,
    };
    Ok(scan::scan(text)?.into_iter().filter_map(name).collect())
}

/// The placeholders of `text`, and text and values in turn; nothing without a placeholder.
fn fill<'t>(text: &'t str, variables: &Variables) -> Result<Option<Filled<'t>>, Fault> {
    let placeholders = scan::scan(text)?;
    if placeholders.is_empty() {
        return Ok(None);
    }
    if let Some((at, c)) = text.char_indices().find(|(_, c)| RESERVED.contains(c)) {
        return Err(Fault {
            range: at..at + 1,
            message: format!(
                "a text with a placeholder cannot have the control character U+{:04X}",
                c as u32
            ),
            help: None,
        });
    }
    let values: Vec<&str> = placeholders
        .iter()
        .map(|placeholder| value(text, placeholder, variables))
        .collect::<Result<_, _>>()?;
    let parts = engine::framed(text, &placeholders, &values).ok_or_else(|| Fault {
        range: 0..text.len(),
        message: format!("the text would be longer than {LONGEST} bytes"),
        help: None,
    })?;
    Ok(Some((placeholders, parts)))
}

type Filled<'t> = (Vec<Placeholder<'t>>, Vec<String>);

/// Whether part `at` is the value of a variable: a string in braces is text of the author.
fn is_value(placeholders: &[Placeholder<'_>], at: usize) -> bool {
    at % 2 == 1 && matches!(placeholders[at / 2].content, Content::Variable { .. })
}

fn value<'v>(
    text: &'v str,
    placeholder: &Placeholder<'v>,
    variables: &'v Variables,
) -> Result<&'v str, Fault> {
    let (name, range, dotted) = match &placeholder.content {
        Content::Literal(literal) => return Ok(literal),
        Content::Variable { name, range, dotted } => (*name, range.clone(), *dotted),
    };
    let Some(value) = variables.get(name) else {
        let as_written = dotted.then(|| &text[placeholder.range.clone()]);
        let help = help_for_unknown(name, as_written, variables);
        return Err(Fault { range, message: format!("there is no variable `{name}`"), help });
    };
    match value.chars().find(|c| c.is_control()) {
        None => Ok(value),
        Some(c) => Err(Fault {
            range,
            message: format!("the value of `{name}` has the control character U+{:04X}", c as u32),
            help: Some("a shell or terminal could take it for a key; give it a value without".to_owned()),
        }),
    }
}

/// What to write for a name that does not exist. `as_written` is the expression when it has a dot: then
/// it may well be meant for another program, as in `docker ps --format '{{.Names}}'`.
fn help_for_unknown(name: &str, as_written: Option<&str>, variables: &Variables) -> Option<String> {
    let near = variables.nearest(name).map(|near| format!("did you mean `{near}`?"));
    let names: Vec<&str> = variables.names().collect();
    let known = (!names.is_empty()).then(|| format!("there is {}", list(&names)));
    let passed = as_written
        .filter(|_| near.is_none())
        .map(|written| format!("to pass `{written}` on as it stands, write `{}`", scan::passed_on(written)));
    let given = (as_written.is_none() && near.is_none())
        .then(|| format!("a value of your own is given as `{name}=VALUE` after `rune start`"));
    let parts: Vec<String> = [near, known, passed, given].into_iter().flatten().collect();
    // A question mark ends its part.
    (!parts.is_empty()).then(|| parts.join("; ").replace("`?; ", "`? "))
}

#[cfg(test)]
mod tests;
