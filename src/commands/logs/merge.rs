//! Lines of several logs in the order of their times.

use super::select::Source;
use crate::error::{Error, Result};
use crate::log::{Entry, Line, Lines, Place, Tail, Undated};

enum Output {
    Log(Tail),
    File(Undated),
}

/// Logs that are read side by side.
pub struct Merge {
    logs: Vec<Log>,
}

struct Log {
    path: std::path::PathBuf,
    output: Output,
    lines: Lines,
    /// The next line.
    next: Option<Line>,
}

impl Merge {
    /// Reads `sources` from these places on.
    pub fn new(sources: &[Source], places: Vec<Place>) -> Merge {
        let mut merge = Merge { logs: Vec::new() };
        sources.iter().zip(places).for_each(|(source, place)| merge.add(source, place));
        merge
    }

    /// Reads another one, too.
    pub fn add(&mut self, source: &Source, place: Place) {
        let output = match source.background() {
            Some(header) => Output::File(Undated::new(&source.path, header)),
            None => Output::Log(Tail::new(&source.path, place)),
        };
        self.logs.push(Log { path: source.path.clone(), output, lines: Lines::default(), next: None });
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
        self.logs.iter().map(|log| match &log.output {
            Output::Log(tail) => tail.place(),
            Output::File(_) => Place::default(),
        })
    }

    /// Those of which something was removed before it was read, since this was asked last.
    pub fn take_lost(&mut self) -> Vec<usize> {
        let logs = self.logs.iter_mut().enumerate();
        let is_lost = |log: &mut Log| match &mut log.output {
            Output::Log(tail) => tail.take_lost(),
            Output::File(_) => false,
        };
        logs.filter_map(|(at, log)| is_lost(log).then_some(at)).collect()
    }
}

impl Log {
    fn fill(&mut self, begun: bool) -> Result<()> {
        while self.next.is_none() {
            self.next = self.lines.take_whole();
            if self.next.is_none() {
                match self.output.read().map_err(Error::io("read", &self.path))? {
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

impl Output {
    fn read(&mut self) -> std::io::Result<Option<Entry>> {
        match self {
            Output::Log(tail) => tail.read(),
            Output::File(file) => file.read(),
        }
    }
}
