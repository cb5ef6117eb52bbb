//! Reading one segment.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::rc::Rc;

use super::segment::Segment;
use crate::cast::{self, Event, Header};

/// How much is read at once.
const BLOCK: usize = 64 * 1024;

/// Something that happened, with when and where.
#[derive(Clone, Debug)]
pub struct Entry {
    /// When, in microseconds since 1970 (UTC).
    pub time: u64,
    /// What.
    pub event: Event,
    /// The header of its segment.
    pub header: Rc<Header>,
}

/// A segment with how far it was read.
pub(super) struct Reading {
    segment: Segment,
    file: File,
    header: Option<Rc<Header>>,
    /// Whether it begins with something else than a header that this rune understands.
    foreign: bool,
    /// Whether nobody writes to it any more.
    ended: bool,
    /// Where the next line begins.
    offset: u64,
    /// What was read from there on.
    buffer: Vec<u8>,
    /// How much of that is done with.
    done: usize,
    /// The time of the event before.
    time: u64,
}

impl Reading {
    /// From the line that begins at `offset`.
    pub(super) fn open(segment: Segment, offset: u64) -> io::Result<Reading> {
        let file = File::open(&segment.path)?;
        let (buffer, time) = (Vec::new(), segment.start * 1000);
        let mut reading = Reading {
            segment,
            file,
            header: None,
            foreign: false,
            ended: false,
            offset: 0,
            buffer,
            done: 0,
            time,
        };
        if offset > 0 && reading.first()? {
            reading.seek(reading.clock_before(offset)?.max(reading.offset));
            while reading.offset < offset && reading.step()?.is_some() {}
        }
        Ok(reading)
    }

    pub(super) fn number(&self) -> u64 {
        self.segment.number
    }

    /// Whether it reads this very file.
    pub(super) fn is_of(&self, segment: &Segment) -> bool {
        self.segment == *segment
    }

    pub(super) fn offset(&self) -> u64 {
        self.offset
    }

    /// Notes whether somebody may still write to it; whether that is news.
    pub(super) fn look_for_writer(&mut self) -> bool {
        let ended = !self.segment.is_written();
        ended && !std::mem::replace(&mut self.ended, true)
    }

    /// Whether nobody writes to it any more, as was noted.
    pub(super) fn ended(&self) -> bool {
        self.ended
    }

    /// The next event, if it is there to its end.
    pub(super) fn next(&mut self) -> io::Result<Option<Entry>> {
        if self.foreign || (self.header.is_none() && !self.first()?) {
            return Ok(None);
        }
        loop {
            match self.step()? {
                None => return Ok(None),
                Some(None) => {}
                Some(entry) => return Ok(entry),
            }
        }
    }

    /// What the next line says, if it is there to its end; it may say nothing that is told.
    fn step(&mut self) -> io::Result<Option<Option<Entry>>> {
        let Some(line) = self.line()? else { return Ok(None) };
        let Some(((interval, event), header)) = cast::event(&line).zip(self.header.clone()) else {
            return Ok(Some(None));
        };
        self.time += interval;
        Ok(Some(match event {
            Event::Clock(wall) => {
                self.time = wall;
                None
            }
            event => Some(Entry { time: self.time, event, header }),
        }))
    }

    /// Reads the header; whether it is there and understood.
    fn first(&mut self) -> io::Result<bool> {
        let Some(line) = self.line()? else { return Ok(false) };
        let Some(header) = cast::header(&line) else {
            self.foreign = true;
            return Ok(false);
        };
        self.time = header.rune.start;
        self.header = Some(Rc::new(header));
        Ok(true)
    }

    fn seek(&mut self, offset: u64) {
        self.offset = offset;
        self.buffer.clear();
        self.done = 0;
    }

    /// The next line, if it is there to its end.
    fn line(&mut self) -> io::Result<Option<Vec<u8>>> {
        let mut searched = self.done;
        loop {
            if let Some(end) = self.buffer[searched..].iter().position(|byte| *byte == b'\n') {
                let line = self.buffer[self.done..searched + end].to_vec();
                self.offset += line.len() as u64 + 1;
                self.done = searched + end + 1;
                return Ok(Some(line));
            }
            self.buffer.drain(..self.done);
            self.done = 0;
            searched = self.buffer.len();
            self.buffer.resize(searched + BLOCK, 0);
            let count = self.file.read_at(&mut self.buffer[searched..], self.offset + searched as u64);
            self.buffer.truncate(searched + *count.as_ref().unwrap_or(&0));
            if count? == 0 {
                // The begin of a line is read again: its writer may have to take it back.
                self.buffer.clear();
                return Ok(None);
            }
        }
    }

    /// Where the last line before `offset` begins that says the time of day; the begin where none does.
    fn clock_before(&self, offset: u64) -> io::Result<u64> {
        let mut clock = 0;
        lines_backward(&self.file, offset, |start, line| {
            if cast::is_clock(line) {
                clock = start;
            }
            !cast::is_clock(line)
        })?;
        Ok(clock)
    }
}

/// Gives the lines before `end`, which is the end of one, to `each`, the last first, with where they
/// begin, until it returns false.
pub(super) fn lines_backward(
    file: &File,
    end: u64,
    mut each: impl FnMut(u64, &[u8]) -> bool,
) -> io::Result<()> {
    let mut start = end;
    let mut tail: Vec<u8> = Vec::new(); // from `start` on, up to where lines were given
    while start > 0 {
        let size = (BLOCK as u64).min(start);
        start -= size;
        let mut block = vec![0; size as usize];
        file.read_exact_at(&mut block, start)?;
        block.append(&mut tail);
        tail = block;
        // Without the line feed that ends the last line.
        while let Some(before) = tail[..tail.len().saturating_sub(1)].iter().rposition(|byte| *byte == b'\n')
        {
            let line = &tail[before + 1..];
            if !each(start + before as u64 + 1, line.strip_suffix(b"\n").unwrap_or(line)) {
                return Ok(());
            }
            tail.truncate(before + 1);
        }
    }
    if !tail.is_empty() {
        each(0, tail.strip_suffix(b"\n").unwrap_or(&tail));
    }
    Ok(())
}
