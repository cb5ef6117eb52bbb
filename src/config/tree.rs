//! A YAML document as a tree in which every value knows where it stands.

use std::ops::Range;

/// Where something stands in its file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// The bytes of its text, quotes included; empty at the start of a block list or mapping.
    pub span: Range<usize>,
    /// The alias or merge that brought it in, when it is not written where it is used.
    pub used: Option<Range<usize>>,
}

/// A value with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Where it stands.
    pub place: Place,
}

impl<T> Spanned<T> {
    /// The same place with another value.
    pub fn with<U>(&self, value: U) -> Spanned<U> {
        Spanned { value, place: self.place.clone() }
    }
}

/// A text with its place.
pub type Text = Spanned<String>;

impl Text {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.value
    }
}

/// A value of the document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// What it is.
    pub value: Value,
    /// Where it stands.
    pub place: Place,
}

/// What a value of the document can be. Numbers and booleans keep the way they were written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// Nothing, `~` or `null`.
    Null,
    /// `true` or `false`.
    Flag(bool, String),
    /// A number.
    Number(String),
    /// A text.
    Text(String),
    /// A list.
    List(Vec<Node>),
    /// A mapping, in the order of the file; keys may be doubled.
    Map(Vec<Entry>),
}

/// A key of a mapping with its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The key.
    pub key: Text,
    /// Its value.
    pub value: Node,
}

impl Node {
    /// The place to point at: a block mapping's first key, else the value itself.
    pub fn head(&self) -> &Place {
        match &self.value {
            Value::Map(entries) if self.place.span.is_empty() => {
                entries.first().map_or(&self.place, |entry| &entry.key.place)
            }
            _ => &self.place,
        }
    }

    /// Whether there is nothing.
    pub fn is_null(&self) -> bool {
        self.value == Value::Null
    }

    /// What it is, for people.
    pub fn kind(&self) -> &'static str {
        match self.value {
            Value::Null => "nothing",
            Value::Flag(..) => "a boolean",
            Value::Number(_) => "a number",
            Value::Text(_) => "a text",
            Value::List(_) => "a list",
            Value::Map(_) => "a mapping",
        }
    }
}
