//! Events as the lines that were printed.

use std::collections::VecDeque;
use std::rc::Rc;

use super::reading::Entry;
use crate::cast::{Event, Header};

/// A line of this many bytes is taken for several: full-screen programs hardly ever end one.
const LONGEST: usize = 64 * 1024;

/// A line that a pane printed, or something to know at its place.
#[derive(Clone, Debug)]
pub struct Line {
    /// When the last of it came, in microseconds since 1970 (UTC): it may have been begun by no more
    /// than a colour, long before.
    pub time: u64,
    /// What it is.
    pub what: What,
    /// The header of its segment.
    pub header: Rc<Header>,
}

/// What a line is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// The pane printed it.
    Text {
        /// Its bytes, without the line feed.
        bytes: Vec<u8>,
        /// Whether a line feed ended it.
        ended: bool,
    },
    /// Something to know, in words.
    Marker(String),
    /// The command ended with this code.
    Exit(i32),
}

/// Makes lines of events.
#[derive(Default)]
pub struct Lines {
    begun: Option<Line>,
    whole: VecDeque<Line>,
}

impl Lines {
    /// Something happened.
    pub fn add(&mut self, entry: Entry) {
        let Entry { time, event, header } = entry;
        let other = match event {
            Event::Output(bytes) => return self.text(time, &bytes, &header),
            Event::Marker(label) => What::Marker(label),
            Event::Exit(code) => What::Exit(code),
            Event::Resize(_) | Event::Clock(_) | Event::Other => return,
        };
        self.end(false);
        self.whole.push_back(Line { time, what: other, header });
    }

    /// The next whole line.
    pub fn take_whole(&mut self) -> Option<Line> {
        self.whole.pop_front()
    }

    /// The line that was begun, as it is.
    pub fn take_begun(&mut self) -> Option<Line> {
        self.begun.take()
    }

    /// The bytes of the line that was begun.
    pub fn begun(&self) -> Option<&[u8]> {
        match &self.begun.as_ref()?.what {
            What::Text { bytes, .. } => Some(bytes),
            _ => None,
        }
    }

    fn text(&mut self, time: u64, bytes: &[u8], header: &Rc<Header>) {
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            let (text, ended) = piece.strip_suffix(b"\n").map_or((piece, false), |text| (text, true));
            let line = self.begun.get_or_insert_with(|| Line {
                time,
                what: What::Text { bytes: Vec::new(), ended: false },
                header: Rc::clone(header),
            });
            line.time = time;
            if let What::Text { bytes, .. } = &mut line.what {
                bytes.extend_from_slice(text);
                if ended || bytes.len() > LONGEST {
                    self.end(ended);
                }
            }
        }
    }

    fn end(&mut self, by_line_feed: bool) {
        if let Some(mut line) = self.begun.take() {
            if let What::Text { ended, .. } = &mut line.what {
                *ended = by_line_feed;
            }
            self.whole.push_back(line);
        }
    }
}
