//! A text that a pane is to print: looked for in its log, else on its screen.

use std::path::{Path, PathBuf};

use regex::Regex;

use crate::cast::Event;
use crate::log::{FileMatcher, Lines, Place, STARTED, Tail, What, segments};
use crate::plain::{self, Keep};
use crate::record::PaneId;
use crate::snapshot::LivePane;

/// How many lines that have left the screen at its top are looked at as well.
pub const ABOVE: u32 = 500;

/// A text that a pane is to print.
pub struct Text {
    pattern: Regex,
    log: Option<Log>,
    /// The output of a background command.
    file: Option<(PathBuf, FileMatcher)>,
    found: bool,
}

struct Log {
    directory: PathBuf,
    id: PaneId,
    tail: Tail,
    lines: Lines,
}

impl Text {
    /// A line that matches, of the command that runs in the pane now or ran last.
    pub fn new(pane: &LivePane, pattern: Regex) -> Text {
        let specification = pane.known.as_ref().map(|known| &known.specification);
        let logged = specification.filter(|specification| specification.supervision.logs());
        let file = specification.and_then(|specification| {
            let path = PathBuf::from(specification.log.as_ref().filter(|log| Path::new(log).is_file())?);
            let matcher = FileMatcher::new(&path, 0, pattern.clone());
            Some((path, matcher))
        });
        let log = logged.filter(|_| file.is_none()).and_then(|specification| {
            let directory = PathBuf::from(specification.log.as_ref()?);
            let (id, lines) = (specification.tag.id.clone(), Lines::default());
            Some(Log { tail: Tail::new(&directory, Place::default()), directory, id, lines })
        });
        Text { pattern, log, file, found: false }
    }

    /// What is looked for.
    pub fn pattern(&self) -> &str {
        self.pattern.as_str()
    }

    /// Whether it was printed.
    pub fn is_found(&self) -> bool {
        self.found
    }

    /// Directory or file of the log, where there is one to look in.
    pub fn log(&self) -> Option<&Path> {
        if let Some((path, _)) = &self.file {
            return Some(path);
        }
        let log = self.log.as_ref().map(|log| log.directory.as_path());
        log.filter(|directory| segments(directory).is_ok_and(|segments| !segments.is_empty()))
    }

    /// Looks at what is new in the log.
    pub fn look_in_log(&mut self) {
        if let Some((_, file)) = &mut self.file {
            self.found |= file.matches().unwrap_or(false);
        }
        let Some(log) = &mut self.log else { return };
        while let Ok(Some(entry)) = log.tail.read() {
            if entry.header.rune.id != log.id {
                continue; // an earlier life of the pane
            }
            if matches!(entry.event, Event::Output(_) | Event::Marker(_)) {
                log.lines.add(entry);
            }
            while let Some(line) = log.lines.take_whole() {
                match &line.what {
                    What::Text { bytes, .. } => self.found |= matches(&self.pattern, bytes),
                    What::Marker(label) if label.starts_with(STARTED) => self.found = false,
                    What::Marker(_) | What::Exit(_) => {}
                }
            }
        }
        self.found |= log.lines.begun().is_some_and(|bytes| matches(&self.pattern, bytes));
    }

    /// Looks at what stands on the screen.
    pub fn look_at(&mut self, lines: &[String]) {
        self.found |= lines.iter().any(|line| self.pattern.is_match(line));
    }
}

fn matches(pattern: &Regex, bytes: &[u8]) -> bool {
    pattern.is_match(&plain::line(bytes, Keep::Text))
}
