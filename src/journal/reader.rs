//! Reads the journal from its beginning, and then what is new.

use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::Journal;
use crate::event::{Event, SCHEMA, Subject};

/// One line of the journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// When, in milliseconds since 1970 (UTC).
    pub at: u64,
    /// What happened; nothing when a newer rune wrote what this one does not know.
    pub event: Option<Event>,
    /// The line as it was written.
    pub text: String,
}

/// A place in the journal.
///
/// [`Reader::read`] gives what was written since the last call, at first everything there is, in the
/// order of writing, over the change of files.
pub struct Reader {
    path: PathBuf,
    old_path: PathBuf,
    /// The file that is written to.
    current: Option<Source>,
    /// The one before it: somebody may still be about to write his line.
    previous: Option<Source>,
    damaged: usize,
}

/// An open file with what was read of a line that is not at its end.
struct Source {
    file: File,
    identity: (u64, u64),
    begun: Vec<u8>,
}

impl Reader {
    /// At the journal's beginning.
    pub fn new(journal: &Journal) -> Reader {
        let (path, old_path) = (journal.path().to_owned(), journal.old_path());
        Reader { path, old_path, current: None, previous: None, damaged: 0 }
    }

    /// How many lines could not be understood until now, by any rune.
    pub fn damaged(&self) -> usize {
        self.damaged
    }

    /// What is new. A last line without its end is left for the next call.
    ///
    /// # Errors
    /// When a file is there but cannot be read.
    pub fn read(&mut self) -> io::Result<Vec<Entry>> {
        let mut text = Vec::new();
        for source in [&mut self.previous, &mut self.current].into_iter().flatten() {
            source.drain(&mut text)?;
        }
        let main = Source::open(&self.path)?;
        let same = |one: &Option<Source>, other: &Source| {
            one.as_ref().is_some_and(|one| one.identity == other.identity)
        };
        if main.as_ref().is_none_or(|main| !same(&self.current, main)) {
            // What was read until now has another name by now.
            if let Some(mut current) = self.current.take() {
                current.drain(&mut text)?;
                self.previous = Some(current);
            }
            if let Some(mut old) = Source::open(&self.old_path)?
                && !same(&self.previous, &old)
                && !same(&main, &old)
            {
                old.drain(&mut text)?;
                self.previous = Some(old);
            }
            self.current = main;
            if let Some(current) = &mut self.current {
                current.drain(&mut text)?;
            }
        }
        let lines = text.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        let entries: Vec<Option<Entry>> = lines.map(Entry::parse).collect();
        self.damaged += entries.iter().filter(|entry| entry.is_none()).count();
        Ok(entries.into_iter().flatten().collect())
    }
}

impl Source {
    fn open(path: &Path) -> io::Result<Option<Source>> {
        let file = match File::open(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            other => other?,
        };
        let metadata = file.metadata()?;
        Ok(Some(Source { file, identity: (metadata.dev(), metadata.ino()), begun: Vec::new() }))
    }

    /// Appends the whole lines that are new to `text`.
    fn drain(&mut self, text: &mut Vec<u8>) -> io::Result<()> {
        self.file.read_to_end(&mut self.begun)?;
        let end = self.begun.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
        text.extend(self.begun.drain(..end));
        Ok(())
    }
}

impl Entry {
    /// What it happened to, as far as this rune understands it.
    pub fn subject(&self) -> Option<Subject> {
        match &self.event {
            Some(event) => Some(event.subject.clone()),
            None => serde_json::from_str(&self.text).ok(),
        }
    }

    /// Reads a line; nothing when it is none that any rune wrote as a whole.
    fn parse(line: &[u8]) -> Option<Entry> {
        #[derive(Deserialize)]
        struct Any {
            schema: u32,
            at: u64,
            #[serde(rename = "event")]
            _event: String,
        }
        let text = std::str::from_utf8(line).ok()?;
        let Any { schema, at, .. } = serde_json::from_str(text).ok()?;
        let known = (schema <= SCHEMA).then(|| serde_json::from_str(text).ok()).flatten();
        Some(Entry { at, event: known, text: text.to_owned() })
    }
}
