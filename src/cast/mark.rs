//! What the runner says to the writer of its pane's log, in the stream of the pane's output.
//!
//! `ESC ] 7717 ; rune ; ID ; WORD BEL`, where the word is `start`, `look`, `aside`, `back` or `end`, the last
//! with the code where one is known (`end 0`). Terminals pass over an operating system command that they do
//! not know.

use crate::record::PaneId;

/// Something that the runner says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// The command starts.
    Start,
    /// Nothing to note: it is for tmux, which looks what runs in a pane when the pane prints something.
    Look,
    /// What comes is said by the runner itself, and not by the command.
    Aside,
    /// What comes is the command's again.
    Back,
    /// The command ended, with this code, and all it printed came before.
    End(Option<i32>),
}

impl Mark {
    /// The bytes that a runner writes to its terminal.
    pub fn bytes(self, id: &PaneId) -> Vec<u8> {
        let said = match self {
            Mark::Start => "start".to_owned(),
            Mark::Look => "look".to_owned(),
            Mark::Aside => "aside".to_owned(),
            Mark::Back => "back".to_owned(),
            Mark::End(None) => "end".to_owned(),
            Mark::End(Some(code)) => format!("end {code}"),
        };
        [intro(id), said.into_bytes(), b"\x07".to_vec()].concat()
    }

    fn parse(text: &[u8]) -> Option<Mark> {
        let mut words = std::str::from_utf8(text).ok()?.split(' ');
        match (words.next()?, words.next(), words.next()) {
            ("start", None, None) => Some(Mark::Start),
            ("look", None, None) => Some(Mark::Look),
            ("aside", None, None) => Some(Mark::Aside),
            ("back", None, None) => Some(Mark::Back),
            ("end", None, None) => Some(Mark::End(None)),
            ("end", Some(code), None) => Some(Mark::End(Some(code.parse().ok()?))),
            _ => None,
        }
    }
}

fn intro(id: &PaneId) -> Vec<u8> {
    format!("\x1b]7717;rune;{id};").into_bytes()
}

/// How long what a mark says may be, so that output which only looks like one is not held for ever.
const LONGEST: usize = 64;

/// Finds the marks of one pane in its output, wherever that is cut.
pub struct Scanner {
    intro: Vec<u8>,
    /// The end of what was seen, when it may be the begin of a mark.
    held: Vec<u8>,
}

/// A part of the stream.
#[derive(Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    /// The pane printed this.
    Output(&'a [u8]),
    /// The runner said this.
    Mark(Mark),
}

impl Scanner {
    /// For the marks of the pane `id`; those of others are output.
    pub fn new(id: &PaneId) -> Scanner {
        Scanner { intro: intro(id), held: Vec::new() }
    }

    /// Gives what `bytes` are to `each`, in order.
    pub fn scan(&mut self, bytes: &[u8], mut each: impl FnMut(Piece<'_>)) {
        if self.held.is_empty() {
            let keep = self.pieces(bytes, &mut each);
            self.held.extend_from_slice(&bytes[keep..]);
        } else {
            let mut joined = std::mem::take(&mut self.held);
            joined.extend_from_slice(bytes);
            let keep = self.pieces(&joined, &mut each);
            joined.drain(..keep);
            self.held = joined;
        }
    }

    /// What is held when the stream has ended.
    pub fn rest(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.held)
    }

    /// From where on `bytes` may be the begin of a mark.
    fn pieces(&self, bytes: &[u8], each: &mut impl FnMut(Piece<'_>)) -> usize {
        let (mut given, mut at) = (0, 0);
        while let Some(escape) = bytes[at..].iter().position(|byte| *byte == 0x1b) {
            let start = at + escape;
            let rest = &bytes[start..];
            at = start + 1;
            let Some(said) = rest.strip_prefix(self.intro.as_slice()) else {
                if self.intro.starts_with(rest) {
                    output(&bytes[given..start], each);
                    return start;
                }
                continue;
            };
            let end = said.iter().take(LONGEST).position(|byte| *byte == 0x07);
            match end {
                Some(end) => {
                    let Some(mark) = Mark::parse(&said[..end]) else { continue };
                    output(&bytes[given..start], each);
                    each(Piece::Mark(mark));
                    given = start + self.intro.len() + end + 1;
                    at = given;
                }
                None if said.len() < LONGEST => {
                    output(&bytes[given..start], each);
                    return start;
                }
                None => {}
            }
        }
        output(&bytes[given..], each);
        bytes.len()
    }
}

fn output(bytes: &[u8], each: &mut impl FnMut(Piece<'_>)) {
    if !bytes.is_empty() {
        each(Piece::Output(bytes));
    }
}
