//! Writing a log: segments of a limited size, and an honest note where something could not be written.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::segment::{create, segments};
use crate::cast::{Batch, Encoder, Header, Moment, Term};

/// How large a log may become.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes of a segment; it may be a little larger, for it ends with a whole event.
    pub segment: u64,
    /// Bytes of all segments together.
    pub all: u64,
    /// How many segments, where panes that start again and again make many small ones.
    pub segments: usize,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { segment: 8 << 20, all: 128 << 20, segments: 256 }
    }
}

impl Limits {
    /// Those of a log of at most `all` bytes: in a few segments, so that not all of it goes at once.
    pub fn of(all: u64) -> Limits {
        let usual = Limits::default();
        Limits { segment: (all / 4).min(usual.segment), all, ..usual }
    }
}

/// Lines are written when there are so many bytes of them, or when nothing more comes.
const ENOUGH: usize = 64 * 1024;

/// How much output is in one event, at most: where a disk is full, what fits is kept.
const EVENT: usize = 8 * 1024;

/// Writes one log.
pub struct Sink {
    directory: PathBuf,
    header: Header,
    limits: Limits,
    encoder: Encoder,
    batch: Batch,
    /// The segment that is written to, with its size.
    file: Option<(File, u64)>,
    /// What could not be written, since it was last noted.
    dropped: Option<Dropped>,
    /// The line of the batch that notes it.
    note: Option<usize>,
}

/// What could not be written.
#[derive(Clone, Debug)]
struct Dropped {
    bytes: u64,
    why: String,
}

/// How the note begins that something could not be written: a number of bytes follows.
pub const DROPPED: &str = "rune: dropped ";

impl Sink {
    /// Writes to the log in `directory`, whose segments get `header` with their own times.
    pub fn new(directory: &Path, header: Header, limits: Limits, now: Moment) -> Sink {
        Sink {
            directory: directory.to_owned(),
            header,
            limits,
            encoder: Encoder::new(now),
            batch: Batch::default(),
            file: None,
            dropped: None,
            note: None,
        }
    }

    /// The pane printed `bytes`.
    pub fn output(&mut self, now: Moment, bytes: &[u8]) {
        for bytes in bytes.chunks(EVENT) {
            self.event(now, |encoder, batch| encoder.output(now, bytes, batch));
        }
    }

    /// Rune itself said this in the terminal.
    pub fn said(&mut self, now: Moment, text: &str) {
        self.event(now, |encoder, batch| encoder.said(now, text, batch));
    }

    /// Something to know, in words.
    pub fn marker(&mut self, now: Moment, label: &str) {
        self.event(now, |encoder, batch| encoder.marker(now, label, batch));
    }

    /// The command ended with this code.
    pub fn exit(&mut self, now: Moment, code: i32) {
        self.event(now, |encoder, batch| encoder.exit(now, code, batch));
    }

    /// The terminal has this size.
    pub fn resize(&mut self, now: Moment, size: Term) {
        if size == self.header.term {
            return;
        }
        self.header.term = size;
        if self.file.is_some() || !self.batch.lines.is_empty() {
            self.event(now, |encoder, batch| encoder.resize(now, size, batch));
        }
    }

    /// Nothing more comes.
    pub fn finish(&mut self, now: Moment) {
        self.event(now, |encoder, batch| encoder.release(now, batch));
        self.flush();
    }

    fn event(&mut self, now: Moment, encode: impl FnOnce(&mut Encoder, &mut Batch)) {
        if self
            .file
            .as_ref()
            .is_some_and(|(_, size)| size + self.batch.text.len() as u64 >= self.limits.segment)
        {
            self.flush();
            self.file = None;
        }
        if self.batch.lines.is_empty() {
            if self.file.is_none() {
                self.encoder.restart(now);
            }
            if let Some(Dropped { bytes, why }) = &self.dropped {
                // Intervals of what was dropped are lost.
                self.encoder.clock(now, &mut self.batch);
                self.note = Some(self.batch.lines.len());
                self.encoder.note(now, &format!("{DROPPED}{bytes} bytes: {why}"), &mut self.batch);
            }
        }
        encode(&mut self.encoder, &mut self.batch);
        if self.batch.text.len() >= ENOUGH {
            self.flush();
        }
    }

    /// Writes what is to be written. What cannot be is dropped, and noted when there is room again.
    pub fn flush(&mut self) {
        if self.batch.lines.is_empty() {
            return;
        }
        let (written, failure) = self.write();
        // Only whole lines stay, so that a reader of them never has to give one back.
        let kept = self.batch.lines.iter().take_while(|(end, _)| *end <= written).count();
        if self.note.is_some_and(|note| note < kept) {
            self.dropped = None;
        }
        if let Some(error) = failure {
            let bytes = self.batch.lines[kept..].iter().map(|(_, output)| output).sum::<u64>();
            let before = self.dropped.as_ref().map_or(0, |dropped| dropped.bytes);
            self.dropped = Some(Dropped { bytes: before + bytes, why: error.to_string() });
        }
        let end = self.batch.lines[..kept].last().map_or(0, |(end, _)| *end);
        if let Some((file, size)) = &mut self.file {
            *size += end as u64;
            if written > end && file.set_len(*size).is_err() {
                // Then a cut line ends it, as when a writer is killed.
                self.file = None;
            }
        }
        self.batch.clear();
        self.note = None;
    }

    /// How much of the batch was written, and why not all.
    fn write(&mut self) -> (usize, Option<io::Error>) {
        if self.file.is_none() {
            match self.begin() {
                Ok(begun) => self.file = Some(begun),
                Err(error) => return (0, Some(error)),
            }
        }
        let Some((file, _)) = &mut self.file else { return (0, None) };
        let mut written = 0;
        while written < self.batch.text.len() {
            match file.write(&self.batch.text[written..]) {
                Ok(0) => return (written, Some(io::ErrorKind::WriteZero.into())),
                Ok(count) => written += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return (written, Some(error)),
            }
        }
        (written, None)
    }

    /// A new segment with its header.
    fn begin(&mut self) -> io::Result<(File, u64)> {
        self.tidy()?;
        let start = self.encoder.start();
        self.header.timestamp = start / 1_000_000;
        self.header.rune.start = start;
        let (mut file, path) = create(&self.directory, start / 1000)?;
        let line = Encoder::header(&self.header);
        if let Err(error) = file.write_all(&line) {
            let _ = fs::remove_file(path);
            return Err(error);
        }
        Ok((file, line.len() as u64))
    }

    /// Removes the oldest segments, so that there is room for one more.
    fn tidy(&self) -> io::Result<()> {
        let segments = segments(&self.directory)?;
        let mut count = segments.len();
        let mut all: u64 = segments.iter().map(super::Segment::size).sum();
        for segment in &segments {
            if all + self.limits.segment <= self.limits.all && count < self.limits.segments {
                break;
            }
            all -= segment.size().min(all);
            count -= 1;
            let _ = fs::remove_file(&segment.path);
        }
        Ok(())
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        self.flush();
    }
}
