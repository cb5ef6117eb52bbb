//! Lines of several logs in the order of their times.

use super::select::Source;
use crate::error::{Error, Result};
use crate::log::{Line, Lines, Place, Tail};

/// Logs that are read side by side.
pub struct Merge {
    logs: Vec<Log>,
}

struct Log {
    directory: std::path::PathBuf,
    tail: Tail,
    lines: Lines,
    /// The next line.
    next: Option<Line>,
}

impl Merge {
    /// Reads `sources` from these places on.
    pub fn new(sources: &[Source], places: Vec<Place>) -> Merge {
        let log = |(source, place): (&Source, Place)| Log {
            directory: source.directory.clone(),
            tail: Tail::new(&source.directory, place),
            lines: Lines::default(),
            next: None,
        };
        Merge { logs: sources.iter().zip(places).map(log).collect() }
    }

    /// The earliest line that is there and was not given yet, with the place of its source; `begun`
    /// ones, too, whose ends have not come.
    pub fn next(&mut self, begun: bool) -> Result<Option<(usize, Line)>> {
        for log in &mut self.logs {
            log.fill(begun)?;
        }
        let times = self.logs.iter().enumerate().filter_map(|(at, log)| Some((log.next.as_ref()?.time, at)));
        let Some((_, first)) = times.min() else { return Ok(None) };
        Ok(self.logs[first].next.take().map(|line| (first, line)))
    }

    /// How far each was read.
    pub fn places(&self) -> impl Iterator<Item = Place> {
        self.logs.iter().map(|log| log.tail.place())
    }

    /// Those of which something was removed before it was read, since this was asked last.
    pub fn take_lost(&mut self) -> Vec<usize> {
        let logs = self.logs.iter_mut().enumerate();
        logs.filter_map(|(at, log)| log.tail.take_lost().then_some(at)).collect()
    }
}

impl Log {
    fn fill(&mut self, begun: bool) -> Result<()> {
        while self.next.is_none() {
            self.next = self.lines.take_whole();
            if self.next.is_none() {
                match self.tail.read().map_err(Error::io("read", &self.directory))? {
                    Some(entry) => self.lines.add(entry),
                    None => {
                        self.next = begun.then(|| self.lines.take_begun()).flatten();
                        break;
                    }
                }
            }
        }
        Ok(())
    }
}
