//! The stored form of what a pane printed: asciicast v3, one JSON header and then one event a line.
//!
//! An event is `[interval, code, data]`, the interval in seconds since the event before. Beside the
//! codes of the format (`o` output, `r` resize, `m` marker, `x` exit) rune writes three of its own,
//! which players pass over: `b`, output that is no UTF-8, each byte as the character of its number;
//! `s`, what rune itself said in the terminal; and `t`, the time of day in microseconds since 1970 (UTC),
//! from which intervals count on.

mod mark;
mod write;

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::record::PaneId;
use crate::workspace::Key;

pub use mark::{Mark, Piece, Scanner};
pub use write::{Batch, Encoder};

/// The format of what rune adds to a header. A newer rune reads older ones.
pub const SCHEMA: u32 = 1;

/// A time by both clocks, in microseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Moment {
    /// Since 1970 (UTC): what people go by, and may set.
    pub wall: u64,
    /// Since some start, and never set.
    pub steady: u64,
}

/// The first line of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// 3.
    pub version: u32,
    /// The terminal as it was at the start.
    pub term: Term,
    /// The start, in whole seconds since 1970 (UTC).
    pub timestamp: u64,
    /// The command in one line, for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
    /// `session:window.pane`, for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// What rune needs to know.
    pub rune: Origin,
}

/// A terminal's size.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Term {
    /// Columns.
    pub cols: u16,
    /// Rows.
    pub rows: u16,
}

/// Where the output came from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// [`SCHEMA`] of the rune that wrote it.
    pub schema: u32,
    /// The start, in microseconds since 1970 (UTC).
    pub start: u64,
    /// Name of the session when the pane was opened.
    pub session: String,
    /// Word of the workspace's identity.
    pub workspace: String,
    /// Key of the window.
    pub window: Key,
    /// Key of the pane.
    pub pane: Key,
    /// Random name of this life of the pane.
    pub id: PaneId,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// The pane printed these bytes.
    Output(Vec<u8>),
    /// The terminal has another size.
    Resize(Term),
    /// Something to know, in words.
    Marker(String),
    /// The command ended with this code; 128 and the signal's number where a signal ended it.
    Exit(i32),
    /// The time of day, in microseconds since 1970 (UTC).
    Clock(u64),
    /// What rune itself said, and something of a newer rune or of another program.
    Other,
}

/// The header that a first line is, if it is one of a format that this rune knows.
pub fn header(line: &[u8]) -> Option<Header> {
    let header: Header = serde_json::from_slice(line).ok()?;
    (header.version == 3 && header.rune.schema <= SCHEMA).then_some(header)
}

/// The event that a line is, with its interval in microseconds; nothing for a comment and for what a
/// writer that was killed left of a line.
pub fn event(line: &[u8]) -> Option<(u64, Event)> {
    let (interval, code, data): (f64, Cow<'_, str>, Cow<'_, str>) = serde_json::from_slice(line).ok()?;
    let event = match &*code {
        "o" => Some(Event::Output(data.into_owned().into_bytes())),
        "b" => data.chars().map(|c| u8::try_from(c).ok()).collect::<Option<_>>().map(Event::Output),
        "r" => data.split_once('x').and_then(|(cols, rows)| {
            Some(Event::Resize(Term { cols: cols.parse().ok()?, rows: rows.parse().ok()? }))
        }),
        "m" => Some(Event::Marker(data.into_owned())),
        "x" => data.parse().ok().map(Event::Exit),
        "t" => data.parse().ok().map(Event::Clock),
        _ => None,
    };
    // A number of seconds is rounded, not cut: 0.3 is stored as something smaller.
    let interval = (interval * 1e6).round();
    (interval >= 0.0).then_some((interval as u64, event.unwrap_or(Event::Other)))
}

/// Whether the line is the time of day, told without reading all of it.
pub fn is_clock(line: &[u8]) -> bool {
    let mut parts = line.splitn(3, |byte| *byte == b',');
    parts.next().is_some_and(|start| start.starts_with(b"[")) && parts.next() == Some(br#""t""#)
}

#[cfg(test)]
mod tests;
