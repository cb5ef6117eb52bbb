//! Lines as they are printed.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::json;
use unicode_width::UnicodeWidthStr;

use super::merge::Merge;
use super::select::Source;
use crate::cli;
use crate::commands::Context;
use crate::error::Result;
use crate::log::{DROPPED, Line, What};
use crate::plain::{self, Keep};
use crate::ui::Ui;

/// The colours of panes, in turn.
const COLOURS: [&str; 6] = ["36", "33", "32", "35", "34", "31"];

/// So much is printed at once.
const ENOUGH: usize = 64 * 1024;

/// Prints lines.
pub struct Show<'a> {
    ui: &'a Ui,
    form: Form,
    /// The shortest name of each source that is no other's.
    labels: Vec<String>,
    /// What stands before the lines of each source.
    prefixes: Vec<String>,
    timestamps: bool,
    zone: TimeZone,
    buffer: Vec<u8>,
}

enum Form {
    Raw,
    Json,
    Text(Keep),
}

impl<'a> Show<'a> {
    /// For lines of `sources`.
    pub fn new(context: &'a Context, options: &cli::Logs, sources: &[Source]) -> Show<'a> {
        let ui = &context.ui;
        let form = match (options.raw, options.json) {
            (true, _) => Form::Raw,
            (_, true) => Form::Json,
            _ => Form::Text(if options.ansi || ui.colour { Keep::Colours } else { Keep::Text }),
        };
        let (timestamps, zone) = (options.timestamps, TimeZone::system());
        let (labels, prefixes, buffer) = (Vec::new(), Vec::new(), Vec::new());
        let mut show = Show { ui, form, labels, prefixes, timestamps, zone, buffer };
        show.name(sources);
        show
    }

    /// Names the sources, of which there may be more than before.
    pub fn name(&mut self, sources: &[Source]) {
        self.labels = labels(sources);
        let width = self.labels.iter().map(|label| label.width()).max().unwrap_or(0);
        let prefix = |(at, label): (usize, &String)| match (self.labels.len(), self.ui.colour) {
            (1, _) => String::new(),
            (_, false) => format!("{label}{} | ", " ".repeat(width - label.width())),
            (_, true) => {
                let (colour, space) = (COLOURS[at % COLOURS.len()], " ".repeat(width - label.width()));
                format!("\x1b[{colour}m{label}{space} |\x1b[0m ")
            }
        };
        self.prefixes = self.labels.iter().enumerate().map(prefix).collect();
    }

    /// Prints a line of the source at `source`; false when nobody reads any more.
    pub fn line(&mut self, source: usize, line: &Line) -> Result<bool> {
        match (&self.form, &line.what) {
            (Form::Raw, What::Text { bytes, ended }) => {
                self.buffer.extend_from_slice(bytes);
                self.buffer.extend_from_slice(if *ended { b"\n" } else { b"" });
            }
            (Form::Json, _) => self.json(line),
            (Form::Text(keep), What::Text { bytes, .. }) => {
                let text = plain::line(bytes, *keep);
                self.buffer.extend_from_slice(self.prefixes[source].as_bytes());
                if self.timestamps {
                    let time = self.time(line.time).strftime("%Y-%m-%dT%H:%M:%S%.3f%:z ").to_string();
                    self.buffer.extend_from_slice(time.as_bytes());
                }
                self.buffer.extend_from_slice(text.as_bytes());
                self.buffer.push(b'\n');
            }
            (_, What::Marker(_) | What::Exit(_)) => {}
        }
        if let What::Marker(label) = &line.what
            && let Some(dropped) = label.strip_prefix(DROPPED)
        {
            let time = self.time(line.time).strftime("%H:%M:%S");
            self.ui.say(&format!("`{}`, {time}: could not be logged: {dropped}", self.labels[source]));
        }
        if self.buffer.len() >= ENOUGH { self.flush() } else { Ok(true) }
    }

    /// Prints what was kept back; false when nobody reads any more.
    pub fn flush(&mut self) -> Result<bool> {
        let buffer = std::mem::take(&mut self.buffer);
        if buffer.is_empty() { Ok(true) } else { self.ui.bytes(&buffer) }
    }

    /// Says of which panes something was removed before it was read.
    pub fn lost(&self, merge: &mut Merge) {
        for source in merge.take_lost() {
            self.ui.say(&format!(
                "`{}`: older lines were removed before they were read, to make room for newer ones",
                self.labels[source]
            ));
        }
    }

    fn json(&mut self, line: &Line) {
        let origin = &line.header.rune;
        let time = Timestamp::from_microsecond(i64::try_from(line.time).unwrap_or(i64::MAX));
        // The output of a background command is not dated.
        let time = (line.time > 0).then(|| time.unwrap_or(Timestamp::MAX).to_string());
        let mut value = json!({
            "schema": 1,
            "time": time,
            "session": origin.session,
            "window": origin.window,
            "pane": origin.pane,
            "id": origin.id,
        });
        match &line.what {
            What::Text { bytes, .. } => value["text"] = plain::line(bytes, Keep::Text).into(),
            What::Marker(label) => value["marker"] = label.as_str().into(),
            What::Exit(code) => value["exit"] = (*code).into(),
        }
        self.buffer.extend_from_slice(value.to_string().as_bytes());
        self.buffer.push(b'\n');
    }

    fn time(&self, micros: u64) -> jiff::Zoned {
        let time = Timestamp::from_microsecond(i64::try_from(micros).unwrap_or(i64::MAX));
        time.unwrap_or(Timestamp::MAX).to_zoned(self.zone.clone())
    }
}

/// The shortest name of each source that no other has: `pane`, `window.pane`, `session:window.pane`.
fn labels(sources: &[Source]) -> Vec<String> {
    let forms = |source: &Source| {
        let keys = source.word.rsplit('/').next().unwrap_or_default();
        let pane = keys.rsplit('.').next().unwrap_or_default();
        [pane.to_owned(), keys.to_owned(), source.name.clone(), source.word.clone()]
    };
    let all: Vec<[String; 4]> = sources.iter().map(forms).collect();
    let unique = |own: &[String; 4]| {
        let free = (0..4).find(|&form| all.iter().filter(|other| other[form] == own[form]).count() == 1);
        own[free.unwrap_or(3)].clone()
    };
    all.iter().map(unique).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_as_short_as_they_can_be() {
        let source = |workspace: &str, session: &str, keys: &str| Source {
            path: "/".into(),
            word: format!("{workspace}/{keys}"),
            name: format!("{session}:{keys}"),
            background: None,
        };
        let sources = [
            source("w", "dev", "code.api"),
            source("w", "dev", "code.log"),
            source("w", "dev", "web.log"),
            source("v", "other", "web.log"),
            source("x", "same", "a.b"),
            source("y", "same", "a.b"),
        ];
        assert_eq!(labels(&sources), ["api", "code.log", "dev:web.log", "other:web.log", "x/a.b", "y/a.b"]);
    }
}
