//! The text of a config file, and where in it something stands.

use std::ops::Range;
use std::path::{Path, PathBuf};

use crate::config::tree::Place;
use crate::error::Problem;

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

    /// A mistake at `place`. One that an alias or merge brings in says where it is used.
    pub fn problem(&self, place: &Place, message: impl Into<String>) -> Problem {
        let start = self.floor(place.span.start);
        let end = self.floor(place.span.end).max(start);
        let (line, column) = self.position(start);
        let help = place.used.as_ref().map(|used| {
            let (line, column) = self.position(used.start);
            format!("it is used through the alias at {line}:{column}")
        });
        Problem {
            file: self.path.clone(),
            line,
            column,
            span: start..end,
            message: message.into(),
            replacement: None,
            help,
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
