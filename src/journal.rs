//! The append-only record of what happened on one server: one line of JSON an event.
//!
//! Runners and commands write to it at the same time, each line with one call, so that lines never mix.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use crate::event::Event;

/// The journal of one server.
#[derive(Clone, Debug)]
pub struct Journal {
    path: PathBuf,
}

impl Journal {
    /// The journal in the file `path`, which need not exist.
    pub fn at(path: PathBuf) -> Journal {
        Journal { path }
    }

    /// Its file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Notes an event.
    ///
    /// # Errors
    /// When the file cannot be written; what happened has happened nevertheless.
    pub fn append(&self, event: &Event) -> io::Result<()> {
        let mut line = serde_json::to_vec(event)?;
        line.push(b'\n');
        self.open()?.write_all(&line)
    }

    fn open(&self) -> io::Result<fs::File> {
        let mut options = OpenOptions::new();
        options.append(true).create(true).mode(0o600);
        match options.open(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let directory = self.path.parent().unwrap_or(Path::new("/"));
                fs::DirBuilder::new().recursive(true).mode(0o700).create(directory)?;
                options.open(&self.path)
            }
            other => other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{SCHEMA, Subject, What};

    #[test]
    fn events_are_appended_one_a_line_and_read_back() {
        let directory = tempfile::tempdir().unwrap();
        let journal = Journal::at(directory.path().join("a/b.jsonl"));
        let event = |at, what| Event { schema: SCHEMA, at, what, subject: Subject::default(), by: None };
        let events = [event(1, What::Created), event(2, What::Started { pid: 7 }), event(3, What::Ready)];
        for event in &events {
            journal.append(event).unwrap();
        }
        let text = fs::read_to_string(journal.path()).unwrap();
        let read: Vec<Event> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(read, events);
    }
}
