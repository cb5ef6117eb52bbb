//! Events as lines.

use super::{Header, Moment, Term};

/// The time of day is written again after this many bytes, so that reading can begin near any place.
const CLOCK_EVERY: usize = 64 * 1024;

/// The time of day was set when it is this far from where it would have come to by itself: 50 ms.
const STEP: u64 = 50_000;

/// Shorter intervals count as none, and go into the next: 10 µs. Readers that print a number before
/// they read it get `1e-6` from a smaller one.
const SHORTEST: u64 = 10;

/// Lines that are to be written, and how much output is in each.
#[derive(Clone, Debug, Default)]
pub struct Batch {
    /// The lines.
    pub text: Vec<u8>,
    /// Where each line ends in the text, and how many bytes of output it has.
    pub lines: Vec<(usize, u64)>,
}

impl Batch {
    /// Forgets all lines.
    pub fn clear(&mut self) {
        self.text.clear();
        self.lines.clear();
    }
}

/// Makes lines of what happens.
#[derive(Clone, Debug)]
pub struct Encoder {
    /// A time by both clocks, from which all others of the steady clock are understood.
    known: Moment,
    /// Where readers are by the steady clock: the sum of all intervals.
    at: u64,
    /// Bytes since the time of day was written.
    since_clock: usize,
    /// The begin of a character whose end is still to come.
    held: Vec<u8>,
}

impl Encoder {
    /// For a file that begins now.
    pub fn new(now: Moment) -> Encoder {
        Encoder { known: now, at: now.steady, since_clock: 0, held: Vec::new() }
    }

    /// Goes on in a file that begins now.
    pub fn restart(&mut self, now: Moment) {
        *self = Encoder { held: std::mem::take(&mut self.held), ..Encoder::new(now) };
    }

    /// When the file begins, in microseconds since 1970 (UTC).
    pub fn start(&self) -> u64 {
        self.known.wall
    }

    /// The first line of the file.
    pub fn header(header: &Header) -> Vec<u8> {
        let mut line = serde_json::to_vec(header).unwrap_or_default();
        line.push(b'\n');
        line
    }

    /// The pane printed `bytes`; the begin of a character is held until its end comes.
    pub fn output(&mut self, now: Moment, bytes: &[u8], to: &mut Batch) {
        if self.since_clock >= CLOCK_EVERY {
            // What readers know anyway, so that their time never goes back.
            let steady = self.at;
            self.clock(Moment { wall: self.known.wall + (steady - self.known.steady), steady }, to);
        }
        let joined;
        let mut rest = match self.held.is_empty() {
            true => bytes,
            false => {
                joined = [std::mem::take(&mut self.held).as_slice(), bytes].concat();
                joined.as_slice()
            }
        };
        let mut wrong = 0; // bytes at the front of `rest` that are no UTF-8
        loop {
            let (good, bad, last) = match std::str::from_utf8(&rest[wrong..]) {
                Ok(text) => (text.len(), 0, true),
                Err(error) => {
                    let bad = error.error_len();
                    (error.valid_up_to(), bad.unwrap_or(0), bad.is_none())
                }
            };
            if good > 0 || last {
                self.bytes(now, &rest[..wrong], to);
                let (text, after) = rest[wrong..].split_at(good);
                self.text(now, text, to);
                (rest, wrong) = (after, 0);
            }
            if last {
                break;
            }
            wrong += bad;
        }
        self.held.extend_from_slice(rest);
    }

    /// Nothing more comes of a character whose begin is held.
    pub fn release(&mut self, now: Moment, to: &mut Batch) {
        let held = std::mem::take(&mut self.held);
        self.bytes(now, &held, to);
    }

    /// Rune itself said this in the terminal.
    pub fn said(&mut self, now: Moment, text: &str, to: &mut Batch) {
        self.release(now, to);
        self.line(now, "s", text, 0, to);
    }

    /// Something to know, in words.
    pub fn marker(&mut self, now: Moment, label: &str, to: &mut Batch) {
        self.release(now, to);
        self.note(now, label, to);
    }

    /// Something to know of the recording itself, which is no part of the stream.
    pub fn note(&mut self, now: Moment, label: &str, to: &mut Batch) {
        self.line(now, "m", label, 0, to);
    }

    /// The terminal has another size.
    pub fn resize(&mut self, now: Moment, size: Term, to: &mut Batch) {
        self.line(now, "r", &format!("{}x{}", size.cols, size.rows), 0, to);
    }

    /// The command ended with this code.
    pub fn exit(&mut self, now: Moment, code: i32, to: &mut Batch) {
        self.release(now, to);
        self.line(now, "x", &code.to_string(), 0, to);
    }

    /// Writes the time of day: what was to be written before may be lost, and its intervals with it.
    pub fn clock(&mut self, now: Moment, to: &mut Batch) {
        self.known = now;
        self.at = now.steady;
        self.since_clock = 0;
        line(0, "t", &now.wall.to_string(), 0, to);
    }

    fn text(&mut self, now: Moment, text: &[u8], to: &mut Batch) {
        // Checked by the caller, so nothing is ever replaced here.
        if !text.is_empty() {
            self.line(now, "o", &String::from_utf8_lossy(text), text.len(), to);
        }
    }

    fn bytes(&mut self, now: Moment, bytes: &[u8], to: &mut Batch) {
        if !bytes.is_empty() {
            let text: String = bytes.iter().map(|byte| char::from(*byte)).collect();
            self.line(now, "b", &text, bytes.len(), to);
        }
    }

    fn line(&mut self, now: Moment, code: &str, data: &str, output: usize, to: &mut Batch) {
        let steady = now.steady.max(self.at);
        let by_itself = self.known.wall + (steady - self.known.steady);
        if now.wall.abs_diff(by_itself) > STEP {
            self.clock(Moment { wall: now.wall, steady }, to);
        }
        let mut interval = steady - self.at;
        if interval < SHORTEST {
            interval = 0;
        }
        self.at += interval;
        let before = to.text.len();
        line(interval, code, data, output, to);
        self.since_clock += to.text.len() - before;
    }
}

fn line(interval: u64, code: &str, data: &str, output: usize, to: &mut Batch) {
    let (seconds, micros) = (interval / 1_000_000, interval % 1_000_000);
    let start = format!("[{seconds}.{micros:06}");
    // At least one digit: a reader may take the rest for what stands behind the point.
    let kept = start.trim_end_matches('0').len().max(start.len() - 5);
    to.text.extend_from_slice(&start.as_bytes()[..kept]);
    to.text.extend_from_slice(format!(",\"{code}\",").as_bytes());
    // Writing text to memory cannot fail.
    let _ = serde_json::to_writer(&mut to.text, data);
    to.text.extend_from_slice(b"]\n");
    to.lines.push((to.text.len(), output as u64));
}
