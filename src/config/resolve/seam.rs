//! Where resolving meets templates and layouts.

use std::ops::Range;

use crate::workspace::{Layout, Size};

/// Why a text cannot be rendered or a layout not be laid out, and where in the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The bytes of the text that it is about.
    pub range: Range<usize>,
    /// What is wrong.
    pub message: String,
    /// What to write instead, or what else to know.
    pub help: Option<String>,
}

/// The values that templates may use.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Variables {
    values: std::collections::BTreeMap<String, String>,
}

impl Variables {
    /// Adds a value that the user declared or gave.
    pub fn set(&mut self, name: impl Into<String>, value: impl Into<String>) {
        self.values.insert(name.into(), value.into());
    }

    /// Adds a value that rune knows, under its name and in snake case.
    pub fn set_known(&mut self, name: &str, value: impl Into<String>) {
        let value = value.into();
        self.values.insert(name.to_lowercase(), value.clone());
        self.values.insert(name.to_owned(), value);
    }
}

/// Renders a text for a shell.
pub fn render_command(text: &str, variables: &Variables) -> Result<String, Fault> {
    render_text(text, variables)
}

/// Renders a text that no shell reads.
pub fn render_text(text: &str, variables: &Variables) -> Result<String, Fault> {
    let mut rendered = String::new();
    let mut at = 0;
    while let Some(start) = text[at..].find("{{").map(|start| at + start) {
        rendered.push_str(&text[at..start]);
        let end = text[start..].find("}}").map_or(text.len(), |end| start + end + 2);
        let inner = text[start..end].trim_matches(['{', '}']);
        let name = inner.trim().trim_start_matches('.');
        let value = variables.values.get(name).ok_or_else(|| Fault {
            range: text[start..end].find(name).map_or(start..end, |at| start + at..start + at + name.len()),
            message: format!("there is no variable `{name}`"),
            help: None,
        })?;
        rendered.push_str(value);
        at = end;
    }
    rendered.push_str(&text[at..]);
    Ok(rendered)
}

/// What is wrong with a layout string.
pub fn raw_layout(_text: &str) -> Result<(), Fault> {
    Ok(())
}

/// The smallest window that has room for `panes` panes.
pub fn least(_layout: &Layout, _panes: usize) -> Option<Size> {
    None
}
