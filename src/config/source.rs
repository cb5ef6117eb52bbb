//! The text of a config file, and where in it something stands.

use std::ops::Range;
use std::path::{Path, PathBuf};

use crate::config::tree::Place;
use crate::error::Problem;

/// The longest message, in characters: it may quote what somebody wrote.
const LONGEST: usize = 400;

/// A config file's text with its name.
#[derive(Clone, Debug)]
pub struct Source {
    path: PathBuf,
    text: String,
    /// Byte offset of the start of every line.
    lines: Vec<usize>,
}

impl Source {
    /// The text of the file that the user knows as `path`.
    pub fn new(path: impl Into<PathBuf>, text: impl Into<String>) -> Source {
        let text = text.into();
        let after_breaks = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1);
        let lines = std::iter::once(0).chain(after_breaks).collect();
        Source { path: path.into(), lines, text }
    }

    /// The file as the user named it, or as it was found.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The whole text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The text of `span`; nothing for a span that is not in this text.
    pub fn slice(&self, span: &Range<usize>) -> &str {
        self.text.get(span.clone()).unwrap_or_default()
    }

    /// Line and column of a byte offset, both from 1, the column in characters.
    pub fn position(&self, offset: usize) -> (usize, usize) {
        let offset = self.floor(offset);
        let line = self.lines.partition_point(|start| *start <= offset);
        let start = self.lines[line - 1];
        let before = self.text[start..offset].chars().filter(|c| *c != '\u{feff}').count();
        (line, before + 1)
    }

    /// The byte offset of a line and column, both from 1, the column in characters.
    pub fn offset(&self, line: usize, column: usize) -> usize {
        let Some(start) = line.checked_sub(1).and_then(|line| self.lines.get(line)) else {
            return self.text.len();
        };
        let skipped = self.text[*start..].char_indices().nth(column.saturating_sub(1));
        skipped.map_or(self.text.len(), |(at, _)| start + at)
    }

    /// Where what stands at `place` is used, when an alias or merge brings it in.
    pub fn used(&self, place: &Place) -> Option<String> {
        let (line, column) = self.position(place.used.as_ref()?.start);
        Some(format!("it is used through the alias at {line}:{column}"))
    }

    /// A mistake at `place`.
    pub fn problem(&self, place: &Place, message: impl Into<String>) -> Problem {
        let start = self.floor(place.span.start);
        let end = self.floor(place.span.end).max(start);
        let (line, column) = self.position(start);
        let mut message = message.into();
        if let Some((end, _)) = message.char_indices().nth(LONGEST) {
            message.truncate(end);
            message.push('…');
        }
        Problem {
            file: self.path.clone(),
            line,
            column,
            span: start..end,
            message,
            replacement: None,
            help: None,
        }
    }

    /// The nearest character boundary at or before `offset`.
    fn floor(&self, offset: usize) -> usize {
        let offset = offset.min(self.text.len());
        (0..=offset).rev().find(|at| self.text.is_char_boundary(*at)).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_characters() {
        let source = Source::new("rune.yaml", "a: ä\nßb: c\n");
        for (needle, position) in [("a", (1, 1)), ("ä", (1, 4)), ("b", (2, 2)), ("c", (2, 5))] {
            let offset = source.text().find(needle).unwrap();
            assert_eq!(source.position(offset), position, "{needle}");
            assert_eq!(source.offset(position.0, position.1), offset, "{needle}");
        }
        assert_eq!(source.position(1000), (3, 1));
        assert_eq!(source.offset(9, 1), source.text().len());
    }

    #[test]
    fn an_offset_inside_a_character_counts_as_its_start() {
        let source = Source::new("rune.yaml", "ä");
        assert_eq!(source.position(1), (1, 1));
    }
}
