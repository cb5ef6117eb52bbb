//! The append-only record of what happened on one server: one line of JSON an event.
//!
//! Runners and commands write to it at the same time, each with one call for all that it has to say,
//! so that lines never mix. A file that is full becomes the old one, in the place of the last old
//! one; nobody keeps the file open, so whoever writes next begins the new one.

mod reader;

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, FileExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use crate::event::{self, Event, Subject, What};

pub use reader::{Entry, Reader};

/// Bytes after which a file is full; it is a day's work of a thousand commands.
const LIMIT: u64 = 4 << 20;

/// The journal of one server.
#[derive(Clone, Debug)]
pub struct Journal {
    path: PathBuf,
    limit: u64,
}

impl Journal {
    /// The journal in the file `path`, which need not exist.
    pub fn at(path: PathBuf) -> Journal {
        Journal { path, limit: LIMIT }
    }

    /// Its file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The file before that, which may not exist.
    pub fn old_path(&self) -> PathBuf {
        let mut path = self.path.as_os_str().to_owned();
        path.push(".1");
        PathBuf::from(path)
    }

    /// Its directory, which is made when it is missing, to be watched.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn directory(&self) -> io::Result<&Path> {
        let directory = self.path.parent().unwrap_or(Path::new("/"));
        fs::DirBuilder::new().recursive(true).mode(0o700).create(directory)?;
        Ok(directory)
    }

    /// Notes what happened just now, all of it in one go, and who did it.
    ///
    /// # Errors
    /// When the file cannot be written; what happened has happened nevertheless.
    pub fn note(&self, what: impl IntoIterator<Item = (What, Subject)>, by: Option<&str>) -> io::Result<()> {
        let at = now();
        let by = by.map(str::to_owned);
        let event = |(what, subject)| Event { schema: event::SCHEMA, at, what, subject, by: by.clone() };
        self.append(&what.into_iter().map(event).collect::<Vec<_>>())
    }

    fn append(&self, events: &[Event]) -> io::Result<()> {
        if events.is_empty() {
            return Ok(());
        }
        let mut lines = Vec::new();
        for event in events {
            serde_json::to_writer(&mut lines, event)?;
            lines.push(b'\n');
        }
        let mut file = self.open()?;
        let mut length = file.metadata()?.len();
        if length > 0 && length + lines.len() as u64 > self.limit {
            self.rotate(&file)?;
            file = self.open()?;
            length = file.metadata()?.len();
        }
        if length > 0 && !ends_a_line(&file, length) {
            // A full disk or a crash cut it; what comes now is not to be lost with it.
            lines.insert(0, b'\n');
        }
        file.write_all(&lines)
    }

    fn open(&self) -> io::Result<File> {
        let mut options = OpenOptions::new();
        options.read(true).append(true).create(true).mode(0o600).custom_flags(libc::O_NOFOLLOW);
        match options.open(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                self.directory()?;
                options.open(&self.path)
            }
            other => other,
        }
    }

    /// Makes `file` the old one, unless somebody else did or is about to. Whoever has it open still
    /// writes his line into it, where readers find it.
    fn rotate(&self, file: &File) -> io::Result<()> {
        let Ok(()) = file.try_lock() else { return Ok(()) };
        let (own, named) = (file.metadata()?, fs::metadata(&self.path));
        // Only a file that still has the name may take the place of the old one.
        if named.is_ok_and(|named| (named.dev(), named.ino()) == (own.dev(), own.ino())) {
            fs::rename(&self.path, self.old_path())?;
        }
        Ok(())
    }
}

/// The time as events and records have it: milliseconds since 1970 (UTC).
#[allow(clippy::disallowed_methods)] // what happens is dated here
pub fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

/// Whether the last of `length` bytes ends a line.
fn ends_a_line(file: &File, length: u64) -> bool {
    let mut last = [0];
    // What cannot be read is taken for whole.
    file.read_exact_at(&mut last, length - 1).is_err() || last == *b"\n"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{SCHEMA, Subject, What};
    use std::os::unix::fs::PermissionsExt;

    fn event(at: u64) -> Event {
        let what = What::Started { pid: 7 };
        Event { schema: SCHEMA, at, what, subject: Subject::default(), by: None }
    }

    fn journal(limit: u64) -> (tempfile::TempDir, Journal) {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a/b.jsonl");
        (directory, Journal { path, limit })
    }

    fn times(entries: &[Entry]) -> Vec<u64> {
        entries.iter().map(|entry| entry.at).collect()
    }

    #[test]
    fn events_are_appended_one_a_line_and_read_back() {
        let (_directory, journal) = journal(LIMIT);
        let events = [event(1), event(2), Event { what: What::Ready, ..event(3) }];
        journal.append(&events[..1]).unwrap();
        journal.append(&events[1..]).unwrap();
        journal.append(&[]).unwrap();
        let text = fs::read_to_string(journal.path()).unwrap();
        let read: Vec<Event> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(read, events);
        let found = Reader::new(&journal).read().unwrap();
        assert_eq!(found.iter().filter_map(|entry| entry.event.clone()).collect::<Vec<_>>(), events);
        assert_eq!(fs::metadata(journal.path()).unwrap().permissions().mode() & 0o777, 0o600);
        let directory = journal.path().parent().unwrap();
        assert_eq!(fs::metadata(directory).unwrap().permissions().mode() & 0o777, 0o700);
    }

    #[test]
    fn a_full_file_becomes_the_old_one_and_reading_goes_on_in_order() {
        let (_directory, journal) = journal(500);
        let mut reader = Reader::new(&journal);
        assert_eq!(times(&reader.read().unwrap()), [0; 0], "there is none yet");
        let mut seen = Vec::new();
        for at in 0..100 {
            journal.append(&[event(at)]).unwrap();
            if at % 3 == 0 {
                seen.extend(times(&reader.read().unwrap()));
            }
        }
        assert_eq!(seen, (0..100).collect::<Vec<u64>>());
        assert_eq!(reader.damaged(), 0);
        for path in [journal.path(), &journal.old_path()] {
            assert!(fs::metadata(path).unwrap().len() <= 500, "{}", path.display());
        }
        // A reader that comes later has what the two files have, the older first.
        let late = times(&Reader::new(&journal).read().unwrap());
        assert!(late.len() > 5 && late == (late[0]..100).collect::<Vec<u64>>(), "{late:?}");
    }

    #[test]
    fn many_writers_lose_nothing_while_files_change_places() {
        // Room for all of it in two files, so that a slow reader has everything, too.
        let (_directory, journal) = journal(90_000);
        let mut reader = Reader::new(&journal);
        let mut seen = Vec::new();
        std::thread::scope(|scope| {
            let writers: Vec<_> = (0..8_u64)
                .map(|writer| {
                    let journal = &journal;
                    scope.spawn(move || {
                        for at in 0..200 {
                            journal.append(&[event(writer * 1000 + at)]).unwrap();
                        }
                    })
                })
                .collect();
            while writers.iter().any(|writer| !writer.is_finished()) {
                seen.extend(times(&reader.read().unwrap()));
            }
        });
        seen.extend(times(&reader.read().unwrap()));
        assert!(journal.old_path().exists());
        let late = times(&Reader::new(&journal).read().unwrap());
        for writer in 0..8 {
            let own = |all: &[u64]| all.iter().copied().filter(|at| at / 1000 == writer).collect::<Vec<_>>();
            let written: Vec<u64> = (0..200).map(|at| writer * 1000 + at).collect();
            assert_eq!((own(&seen), own(&late)), (written.clone(), written));
        }
        assert_eq!(reader.damaged(), 0);
    }

    #[test]
    fn a_cut_line_costs_itself_only() {
        let (_directory, journal) = journal(LIMIT);
        journal.append(&[event(1)]).unwrap();
        let whole = fs::read(journal.path()).unwrap();
        fs::write(journal.path(), [&whole[..], &whole[..whole.len() / 2]].concat()).unwrap();
        let mut reader = Reader::new(&journal);
        assert_eq!((times(&reader.read().unwrap()), reader.damaged()), (vec![1], 0), "it may be on its way");
        journal.append(&[event(2)]).unwrap();
        assert_eq!((times(&reader.read().unwrap()), reader.damaged()), (vec![2], 1));
    }

    #[test]
    fn what_a_newer_rune_wrote_is_kept_as_it_is() {
        let (_directory, journal) = journal(LIMIT);
        journal.append(&[event(1)]).unwrap();
        let newer = [
            r#"{"schema":2,"at":5,"event":"started","pid":{"new":1},"session":"s"}"#,
            r#"{"schema":1,"at":6,"event":"teleported","session":"s"}"#,
        ];
        let text = fs::read_to_string(journal.path()).unwrap() + &newer.join("\n") + "\n[1]\n\n";
        fs::write(journal.path(), text).unwrap();
        let mut reader = Reader::new(&journal);
        let read = reader.read().unwrap();
        assert_eq!((times(&read), reader.damaged()), (vec![1, 5, 6], 1));
        assert_eq!(read[1..].iter().map(|entry| entry.text.as_str()).collect::<Vec<_>>(), newer);
        assert!(read[1..].iter().all(|entry| entry.event.is_none()));
    }
}
