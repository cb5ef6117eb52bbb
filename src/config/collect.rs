//! Collects the mistakes of a config.

use std::ops::Range;

use crate::config::locate::within;
use crate::config::source::Source;
use crate::config::tree::{Place, Text};
use crate::error::Problem;

/// How many mistakes are worth showing; what a hostile file has beyond them is not even looked up.
const MOST: usize = 100;

/// Mistakes with what else to know about each.
pub(crate) struct Collect<'a> {
    pub(crate) source: &'a Source,
    /// Each with where an alias brings it in.
    found: Vec<(Problem, Option<String>)>,
}

impl<'a> Collect<'a> {
    pub(crate) fn new(source: &'a Source) -> Self {
        Collect { source, found: Vec::new() }
    }

    /// Notes a mistake; the caller may add what to do about it.
    pub(crate) fn problem(&mut self, place: &Place, message: impl Into<String>) -> &mut Problem {
        let nowhere = Place::default();
        let place = if self.is_full() { &nowhere } else { place };
        self.found.truncate(MOST);
        self.found.push((self.source.problem(place, message), self.source.used(place)));
        let (problem, _) = self.found.last_mut().expect("one was just pushed");
        problem
    }

    /// Where the bytes `range` of the decoded `text` are written.
    pub(super) fn part(&self, text: &Text, range: &Range<usize>) -> Place {
        Place { span: within(self.source, text, range), used: text.place.used.clone() }
    }

    /// Whether there is no use in looking further.
    pub(crate) fn is_full(&self) -> bool {
        self.found.len() >= MOST
    }

    /// Everything that was noted.
    pub(crate) fn finish(mut self) -> Vec<Problem> {
        self.found.truncate(MOST);
        let with_use = |(mut problem, used): (Problem, Option<String>)| {
            problem.help = match (problem.help.take(), used) {
                (Some(help), Some(used)) => Some(format!("{help} ({used})")),
                (help, used) => help.or(used),
            };
            problem
        };
        self.found.into_iter().map(with_use).collect()
    }
}

/// Every problem once (an alias brings the same one in several times), in order of their places.
pub(crate) fn in_order(mut problems: Vec<Problem>) -> Vec<Problem> {
    problems
        .sort_by(|a, b| (a.span.start, a.span.end, &a.message).cmp(&(b.span.start, b.span.end, &b.message)));
    problems.dedup_by(|a, b| a.span == b.span && a.message == b.message);
    problems
}
