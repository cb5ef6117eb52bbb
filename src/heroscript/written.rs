//! What a script is made of, as it was written.

use std::ops::Range;

use crate::config::tree::Text;

/// An action as it was written.
#[derive(Debug)]
pub(super) struct Written {
    /// Its name without the actor, and the place of that.
    pub(super) name: Text,
    /// Byte of its first `!`.
    pub(super) start: usize,
    /// In order.
    pub(super) parameters: Vec<Parameter>,
}

/// A parameter as it was written.
#[derive(Debug)]
pub(super) struct Parameter {
    /// Its name.
    pub(super) key: Text,
    /// What is said about it.
    pub(super) given: Given,
}

/// The value of a parameter.
#[derive(Debug)]
pub(super) enum Given {
    /// None: only the name is there, so it is a flag.
    Nothing,
    /// One with a mistake, which is noted.
    Broken,
    /// A text; its place has the quotes, `inside` has not.
    Text {
        /// What is meant, with its place.
        value: Text,
        /// The bytes between the quotes.
        inside: Range<usize>,
    },
}
