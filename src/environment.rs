//! The environment filter: what rituals, the tmux server and panes inherit, and what stays behind.
//!
//! Secrets stay behind unless the config passes them: variables whose name says so
//! (by whole words), whose value looks like one, or that the config drops. What belongs to a terminal comes from
//! the pane and is never inherited. A [`Reason`] says why, and never shows a value.

mod mention;
mod name;
mod value;

use std::ffi::OsString;
use std::fmt;

use crate::glob::Rules;

pub use mention::names_dropped;

/// What the config says about the filter: names or patterns with `*` and `?`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Filter<'a> {
    /// Kept whatever else holds.
    pub pass: &'a [String],
    /// Dropped beside what the filter knows by itself.
    pub drop: &'a [String],
}

/// An environment after the filter; each list is in the order of the variables that came in.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Filtered {
    /// What is inherited.
    pub kept: Vec<(OsString, OsString)>,
    /// What is not.
    pub dropped: Vec<Dropped>,
    /// What is kept only since `pass` names it, with the reason that it would be dropped for.
    pub passed: Vec<Dropped>,
    /// What a pane has of its own and never inherits. A program that runs in this terminal gets it.
    pub from_pane: Vec<(OsString, OsString)>,
}

/// A variable that is not inherited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dropped {
    /// Its name.
    pub name: OsString,
    /// Why.
    pub why: Reason,
}

/// Why a variable is not inherited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The config drops it with this name or pattern.
    Config(String),
    /// Its name has this word.
    Name(&'static str),
    /// Its value has this in it.
    Value(&'static str),
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reason::Config(pattern) => write!(f, "the config drops `{pattern}`"),
            Reason::Name(word) => write!(f, "its name has the word `{word}`"),
            Reason::Value(what) => write!(f, "its value has {what}"),
        }
    }
}

/// Names only: a value may be a secret, and this type is made to be looked at.
impl fmt::Debug for Filtered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = |pairs: &[(OsString, OsString)]| -> Vec<OsString> {
            pairs.iter().map(|(name, _)| name.clone()).collect()
        };
        f.debug_struct("Filtered")
            .field("kept", &names(&self.kept))
            .field("dropped", &self.dropped)
            .field("passed", &self.passed)
            .field("from_pane", &names(&self.from_pane))
            .finish()
    }
}

/// Sorts `variables` into what is inherited and what is not.
pub fn filter(variables: impl IntoIterator<Item = (OsString, OsString)>, filter: Filter<'_>) -> Filtered {
    let mut filtered = Filtered::default();
    for (name, value) in variables {
        if is_from_pane(&name.to_string_lossy()) {
            filtered.from_pane.push((name, value));
            continue;
        }
        let passes = first(filter.pass, &name.to_string_lossy()).is_some();
        match (reason(&name.to_string_lossy(), &value.to_string_lossy(), filter.drop), passes) {
            (None, _) => filtered.kept.push((name, value)),
            (Some(why), true) => {
                filtered.passed.push(Dropped { name: name.clone(), why });
                filtered.kept.push((name, value));
            }
            (Some(why), false) => filtered.dropped.push(Dropped { name, why }),
        }
    }
    filtered
}

/// Why a variable with this name and value would be dropped, if it would.
fn reason(name: &str, value: &str, drop: &[String]) -> Option<Reason> {
    first(drop, name)
        .map(|pattern| Reason::Config(pattern.to_owned()))
        .or_else(|| name::secret_word(name).map(Reason::Name))
        .or_else(|| value::credential(value).map(Reason::Value))
}

/// The first of `patterns` that matches `name`.
fn first<'p>(patterns: &'p [String], name: &str) -> Option<&'p str> {
    patterns.iter().map(String::as_str).find(|pattern| Rules::PLAIN.matches(pattern, name))
}

/// Whether a variable belongs to the terminal it was read in, or to rune's own run there.
fn is_from_pane(name: &str) -> bool {
    /// What a user sets for rune, which a pane needs to find the same server.
    const SETTINGS: [&str; 2] = ["RUNE_CONFIG", "RUNE_SOCKET"];
    matches!(name, "TMUX" | "TMUX_PANE" | "TERM" | "PWD" | "SHLVL" | "COLUMNS" | "LINES" | "WINDOWID" | "_")
        || name.starts_with("TERM_PROGRAM")
        || (name.starts_with("RUNE_") && !SETTINGS.contains(&name))
}

#[cfg(test)]
mod tests;
