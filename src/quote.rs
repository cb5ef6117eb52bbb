//! Quoting: values become words of a shell, and words become one line for a shell or for tmux.
//!
//! [`place`] reads a shell text the way sh, dash and bash do, far enough to know at every
//! value which quotes it stands in. Quoting depends on that context: what is safe in `'…'` runs in `"…"`.
//! Where the shells disagree or a value would be read as code there is no safe form, and that is an
//! error; so is every place after something that rune does not follow, such as a here-document.
//!
//! A value is delivered; what a command then does with its words is the command's own matter. The shell's own ways
//! to run a word (`eval`, `sh -c`, `trap`, …) are refused too, but `ssh HOST "…"`, `python -c` or a command named
//! by a variable are not known here. A value that starts with `-` is an option to most commands: write `--` before it.

mod code;
mod cursor;
mod expansion;
mod form;
mod opaque;
mod place;
mod quotes;
mod reader;
mod tmux;
mod word;

pub use form::argv;
pub use place::{Place, Unsafe};
pub use tmux::tmux;

/// A part of a shell text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    /// Text of the author, which is shell code.
    Text(&'a str),
    /// A value, which must never be code.
    Value(&'a str),
}

/// Joins `pieces` into one shell text in which each value is part of exactly one word, unchanged.
/// Texts stay byte for byte.
///
/// # Errors
///
/// The first value that has no safe form where it stands, or has a control character.
pub fn place(pieces: &[Piece<'_>]) -> Result<String, Unsafe> {
    reader::Reader::new(pieces).read()
}

#[cfg(test)]
mod tests;
