//! Reading a log from some place on, over the ends of its segments, as it grows.

use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::reading::{Entry, Reading, lines_backward};
use super::segment::{Segment, segments};
use crate::cast::{self, Event};

/// A place in a log: how far each of the last segments was read. Segments with higher numbers were
/// not, those with lower ones were. The default is the begin.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Place(BTreeMap<u64, u64>);

impl Place {
    /// The end of what is in the log now.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub fn end(directory: &Path) -> io::Result<Place> {
        let mut place = BTreeMap::new();
        let segments = segments(directory)?;
        for (at, segment) in segments.iter().enumerate() {
            if at + 1 == segments.len() || segment.is_written() {
                place.insert(segment.number, last_line_end(segment)?);
            }
        }
        Ok(Place(place))
    }

    /// The begin of what its newest writer wrote.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub fn newest(directory: &Path) -> io::Result<Place> {
        Ok(Place(segments(directory)?.last().map(|segment| (segment.number, 0)).into_iter().collect()))
    }

    /// A place with at least `count` line feeds of output behind it, if the log has as many, and not
    /// many more.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub fn before_last_lines(directory: &Path, count: usize) -> io::Result<Place> {
        let mut missing = count;
        for segment in segments(directory)?.iter().rev() {
            let end = last_line_end(segment)?;
            let file = File::open(&segment.path)?;
            let mut place = None;
            lines_backward(&file, end, |start, line| {
                // Begins that say the time are good ones.
                if missing == 0 && (start == 0 || cast::is_clock(line)) {
                    place = Some(start);
                }
                if let (1.., Some((_, Event::Output(bytes)))) = (missing, cast::event(line)) {
                    let feeds = bytes.iter().filter(|byte| **byte == b'\n').count();
                    missing = missing.saturating_sub(feeds);
                }
                place.is_none()
            })?;
            if let Some(place) = place {
                return Ok(Place(BTreeMap::from([(segment.number, place)])));
            }
        }
        Ok(Place::default())
    }
}

fn last_line_end(segment: &Segment) -> io::Result<u64> {
    let file = match File::open(&segment.path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(0),
        file => file?,
    };
    let size = file.metadata()?.len();
    let mut end = 0;
    // A line feed may be missing: then the last line is not there to its end.
    lines_backward(&file, size, |start, line| {
        end = if start + line.len() as u64 == size { start } else { start + line.len() as u64 + 1 };
        false
    })?;
    Ok(end)
}

/// Reads a log from a place on.
pub struct Tail {
    directory: PathBuf,
    place: Place,
    /// The segments that are being read, oldest first.
    open: Vec<Reading>,
    /// Which of them is next.
    at: usize,
    lost: bool,
}

impl Tail {
    /// From `place` on.
    pub fn new(directory: &Path, place: Place) -> Tail {
        Tail { directory: directory.to_owned(), place, open: Vec::new(), at: 0, lost: false }
    }

    /// How far it was read.
    pub fn place(&self) -> Place {
        let mut place = self.place.clone();
        place.0.extend(self.open.iter().map(|reading| (reading.number(), reading.offset())));
        place
    }

    /// Whether segments were removed before they were read, since this was asked last.
    pub fn take_lost(&mut self) -> bool {
        std::mem::take(&mut self.lost)
    }

    /// The next event that is there, those of older segments first.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn read(&mut self) -> io::Result<Option<Entry>> {
        loop {
            while let Some(reading) = self.open.get_mut(self.at) {
                // Asked before the last look: it may have been written to in between.
                let ended = reading.ended();
                if let Some(entry) = reading.next()? {
                    return Ok(Some(entry));
                }
                // The last one says how far all was read, so it stays.
                match ended && self.at + 1 < self.open.len() {
                    true => drop(self.open.remove(self.at)),
                    false => self.at += 1,
                }
            }
            self.at = 0;
            if !self.renew()? {
                return Ok(None);
            }
        }
    }

    /// Looks for segments to open and for such that nobody writes to any more; whether there is
    /// something to read again.
    fn renew(&mut self) -> io::Result<bool> {
        let segments = segments(&self.directory)?;
        let begins_anew = |reading: &Reading| {
            let newest = segments.last().is_some_and(|last| last.number <= reading.number());
            newest && !segments.iter().any(|segment| reading.is_of(segment))
        };
        if self.open.last().is_some_and(begins_anew) {
            // All of it was removed, and another log begins.
            self.open.clear();
            self.place.0.clear();
        }
        if self.open.is_empty() && !self.place.0.is_empty() {
            self.lost |=
                self.place.0.keys().any(|number| !segments.iter().any(|known| known.number == *number));
            // All of it was removed, and another log begins.
            let newest = self.place.0.keys().next_back();
            if !segments.is_empty() && segments.last().map(|last| &last.number) < newest {
                self.place.0.clear();
            }
        }
        let read = self.open.last().map(Reading::number);
        let newest = self.place.0.keys().next_back().copied().max(read);
        let next = segments.into_iter().find(|Segment { number, .. }| {
            read.is_none_or(|read| *number > read)
                && (self.place.0.contains_key(number) || newest.is_none_or(|newest| *number > newest))
        });
        // Only what has another behind it can be done with.
        let older = self.open.len() - usize::from(next.is_none() && !self.open.is_empty());
        let ended: Vec<bool> = self.open[..older].iter_mut().map(Reading::look_for_writer).collect();
        let Some(segment) = next.filter(|_| !ended.contains(&true)) else {
            return Ok(ended.contains(&true));
        };
        self.lost |= newest.is_some_and(|newest| segment.number > newest + 1);
        let offset = self.place.0.get(&segment.number).copied().unwrap_or(0);
        self.place.0.retain(|number, _| *number > segment.number);
        match Reading::open(segment, offset) {
            Ok(reading) => {
                self.open.retain(|reading| !reading.ended());
                self.open.push(reading);
            }
            // Removed since it was seen; there are newer ones.
            Err(error) if error.kind() == io::ErrorKind::NotFound => self.lost = true,
            Err(error) => return Err(error),
        }
        Ok(true)
    }
}
