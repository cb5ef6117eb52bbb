//! Waiting for a line that looks in a certain way.

use std::io;
use std::path::Path;

use regex::Regex;

use super::lines::{Lines, What};
use super::tail::{Place, Tail};
use super::writer::ENDED;
use crate::plain::{self, Keep};

/// Looks for a line in what a pane prints.
pub struct Matcher {
    tail: Tail,
    lines: Lines,
    pattern: Regex,
}

impl Matcher {
    /// Looks in the log in `directory` from `from` on, as [`Place::end`] said when the command was about to start.
    pub fn new(directory: &Path, from: Place, pattern: Regex) -> Matcher {
        Matcher { tail: Tail::new(directory, from), lines: Lines::default(), pattern }
    }

    /// Whether a line that is new since the last call matches; escape sequences are no part of it. The
    /// last line may be unfinished. What was printed before the end of another run does not count.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub fn matches(&mut self) -> io::Result<bool> {
        let mut found = false;
        while let Some(entry) = self.tail.read()? {
            self.lines.add(entry);
            while let Some(line) = self.lines.take_whole() {
                match &line.what {
                    What::Text { bytes, .. } => found |= self.is_match(bytes),
                    What::Marker(label) if label.starts_with(ENDED) => found = false,
                    What::Marker(_) | What::Exit(_) => {}
                }
            }
        }
        // Looked at again when it goes on.
        Ok(found || self.lines.begun().is_some_and(|bytes| self.is_match(bytes)))
    }

    fn is_match(&self, bytes: &[u8]) -> bool {
        self.pattern.is_match(&plain::line(bytes, Keep::Text))
    }
}
