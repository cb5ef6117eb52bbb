//! Reads YAML into a [`tree`](crate::config::tree); the only place that knows the YAML library.
//!
//! The library resolves numbers, so they are cut out of the text as they were written. Its budget
//! keeps hostile files (nesting, aliases, merges) from costing more than a few milliseconds.

use std::fmt;
use std::ops::Range;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::options::DuplicateKeyPolicy;
use serde_saphyr::{Location, Options};

use crate::config::source::Source;
use crate::config::tree::{Entry, Node, Place, Spanned, Text, Value};
use crate::error::Problem;

mod refusal;
#[cfg(test)]
mod tests;

/// The largest config that is read, in bytes.
pub const LARGEST: usize = 1 << 20;

/// The most values that a config may have, aliases followed.
const MOST_VALUES: usize = 20_000;

/// The deepest nesting that a config may have.
const DEEPEST: usize = 32;

/// The tree of a YAML text, or why it is none.
pub fn parse(source: &Source) -> Result<Node, Box<Problem>> {
    if source.text().len() > LARGEST {
        let message = format!("the file is larger than {} KiB", LARGEST >> 10);
        return Err(Box::new(source.problem(&Place::default(), message)));
    }
    if let Some(at) = source.text().find('\0') {
        let place = Place { span: at..at + 1, used: None };
        return Err(Box::new(source.problem(&place, "a NUL character cannot stand in a config")));
    }
    match serde_saphyr::from_str_with_options::<serde_saphyr::Spanned<Loose>>(source.text(), options()) {
        Ok(root) => Ok(node(source, root)),
        Err(error) => Err(Box::new(refusal::problem(source, &error))),
    }
}

fn options() -> Options {
    serde_saphyr::options! {
        strict_booleans: true,
        reject_unsupported_tags: true,
        leading_zero_numbers_as_strings: true,
        underscored_numbers_as_strings: true,
        // all doubled keys are reported together with every other mistake, by `raw`
        duplicate_keys: DuplicateKeyPolicy::PassThrough,
        non_finite_float_policy: serde_saphyr::options::NonFiniteFloatPolicy::AsString,
        with_snippet: false,
        budget: serde_saphyr::budget! {
            max_nodes: MOST_VALUES,
            max_events: 100_000,
            max_merge_keys: 200,
            max_depth: DEEPEST,
            max_documents: 1,
            max_aliases: 1_000,
        },
        alias_limits: serde_saphyr::alias_limits! {
            max_total_replayed_events: 20_000,
            max_replay_stack_depth: 16,
        },
    }
}

/// A value as the library hands it over: resolved, with spans.
enum Loose {
    Null,
    Flag(bool),
    Number,
    Text(String),
    List(Vec<serde_saphyr::Spanned<Loose>>),
    Map(Vec<(serde_saphyr::Spanned<String>, serde_saphyr::Spanned<Loose>)>),
}

impl<'de> Deserialize<'de> for Loose {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(LooseVisitor)
    }
}

struct LooseVisitor;

impl<'de> Visitor<'de> for LooseVisitor {
    type Value = Loose;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Loose, E> {
        Ok(Loose::Null)
    }

    fn visit_none<E>(self) -> Result<Loose, E> {
        Ok(Loose::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Loose, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Loose, E> {
        Ok(Loose::Flag(value))
    }

    fn visit_i64<E>(self, _: i64) -> Result<Loose, E> {
        Ok(Loose::Number)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Loose, E> {
        Ok(Loose::Number)
    }

    fn visit_i128<E>(self, _: i128) -> Result<Loose, E> {
        Ok(Loose::Number)
    }

    fn visit_u128<E>(self, _: u128) -> Result<Loose, E> {
        Ok(Loose::Number)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Loose, E> {
        Ok(Loose::Number)
    }

    fn visit_str<E>(self, value: &str) -> Result<Loose, E> {
        Ok(Loose::Text(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Loose, E> {
        Ok(Loose::Text(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Loose, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = list.next_element()? {
            values.push(value);
        }
        Ok(Loose::List(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Loose, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = map.next_entry()? {
            entries.push(entry);
        }
        Ok(Loose::Map(entries))
    }
}

fn node(source: &Source, spanned: serde_saphyr::Spanned<Loose>) -> Node {
    let place = place(source, spanned.defined, spanned.referenced);
    let written = || source.slice(&place.span).trim().to_owned();
    let value = match spanned.value {
        Loose::Null => Value::Null,
        Loose::Flag(flag) => Value::Flag(flag, written()),
        Loose::Number => Value::Number(written()),
        Loose::Text(text) => Value::Text(text),
        Loose::List(values) => Value::List(values.into_iter().map(|value| node(source, value)).collect()),
        Loose::Map(entries) => Value::Map(entries.into_iter().map(|entry| pair(source, entry)).collect()),
    };
    Node { value, place }
}

fn pair(
    source: &Source,
    (key, value): (serde_saphyr::Spanned<String>, serde_saphyr::Spanned<Loose>),
) -> Entry {
    let place = place(source, key.defined, key.referenced);
    let key: Text = Spanned { value: key.value, place };
    Entry { key, value: node(source, value) }
}

fn place(source: &Source, defined: Location, referenced: Location) -> Place {
    let used = (referenced != defined && referenced != Location::UNKNOWN).then(|| span(source, referenced));
    Place { span: span(source, defined), used }
}

fn span(source: &Source, location: Location) -> Range<usize> {
    let start = match location.span().byte_offset() {
        Some(offset) => offset as usize,
        None => source.offset(location.line() as usize, location.column() as usize),
    };
    let length = location.span().byte_len().unwrap_or(0) as usize;
    let start = start.min(source.text().len());
    start..(start + length).min(source.text().len())
}
