//! What panes printed, in files that outlive them: `docs/logs.md` says how they are made.
//!
//! The log of a pane is a directory of segments, `START-NUMBER.cast`, which are read in the order of
//! their numbers and, in themselves, are whole recordings ([`crate::cast`]). A segment is only appended
//! to, and has a lock as long as somebody writes to it. The oldest are removed when there is too much.

#![allow(clippy::disallowed_methods)] // output is dated when it comes

mod cursor;
mod file;
mod lines;
mod matcher;
mod reading;
mod segment;
mod sink;
mod tail;
mod undated;
mod writer;

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use crate::cast::{self, Header, Moment};

pub use cursor::Cursor;
pub use file::FileMatcher;
pub use lines::{Line, Lines, What};
pub use matcher::Matcher;
pub use reading::Entry;
pub use segment::{Segment, clear, remove, segments};
pub use sink::{DROPPED, Limits, Sink};
pub use tail::{Place, Tail};
pub use undated::Undated;
pub use writer::{ENDED, STARTED, write};

/// The header of the newest segment of the log in `directory`, if there is one.
pub fn header(directory: &Path) -> Option<Header> {
    let mut segments = segments(directory).ok()?;
    let file = File::open(segments.pop()?.path).ok()?;
    let mut line = Vec::new();
    // A header is short, and what is no header may have no end.
    BufReader::new(file).take(64 * 1024).read_until(b'\n', &mut line).ok()?;
    cast::header(&line)
}

/// Both clocks, the steady one from its start.
#[derive(Clone, Copy, Debug)]
pub struct Clocks(Instant);

impl Default for Clocks {
    fn default() -> Clocks {
        Clocks(Instant::now())
    }
}

impl Clocks {
    /// What they show.
    pub fn now(&self) -> Moment {
        let micros = |time: std::time::Duration| u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
        let wall = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Moment { wall: micros(wall), steady: micros(self.0.elapsed()) }
    }
}

#[cfg(test)]
mod tests;
