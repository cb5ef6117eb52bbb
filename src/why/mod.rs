//! Why a pane is as it is: from what is written down about it and about what it needs, to words.

mod cause;
mod past;
#[cfg(test)]
mod tests;
mod unkept;

use std::collections::BTreeMap;

use crate::event::{Event, Subject};
use crate::goal;
use crate::record::State;
use crate::snapshot::{LivePane, Snapshot};
use crate::supervise;
use crate::target;
use cause::Cause;

pub use cause::{last_asker, next_start};
pub use past::past;
pub use unkept::unkept;

/// How many lines of output of what a pane waits for are shown: enough for an error.
const OF_NEEDED: usize = 5;

/// What is found out about panes besides their records; by tmux id.
#[derive(Clone, Debug, Default)]
pub struct Evidence {
    /// What runs in panes whose runner is gone or unknown, each process in words.
    pub processes: BTreeMap<String, Vec<String>>,
    /// The last lines of what they printed, and where these were read.
    pub output: BTreeMap<String, (Source, Vec<String>)>,
    /// What happened to them, the latest last.
    pub events: Vec<Event>,
}

/// Where output was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// In the log.
    Log,
    /// On the screen and in what has left it at its top.
    Screen,
}

/// One line of an explanation; a deeper one explains the one before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// How deep it is.
    pub depth: usize,
    /// What it says.
    pub text: String,
    /// Whether it is output of the command, and not rune's word.
    pub output: bool,
}

/// The panes that an explanation of `pane` is about: itself and what keeps it waiting.
pub fn chain<'s>(snapshot: &'s Snapshot, pane: &'s LivePane) -> Vec<&'s LivePane> {
    let mut chain = vec![pane];
    let mut next = 0;
    while let Some(pane) = chain.get(next).copied() {
        for need in cause::unmet(snapshot, pane) {
            if let Some(needed) = goal::needed(snapshot, pane, need)
                && !chain.iter().any(|known| known.id == needed.id)
            {
                chain.push(needed);
            }
        }
        next += 1;
    }
    chain
}

/// Why the pane of this tmux id is as it is. `now` is in milliseconds since 1970 (UTC).
pub fn why(snapshot: &Snapshot, pane: &str, evidence: &Evidence, now: u64) -> Vec<Line> {
    let mut why = Why { snapshot, evidence, now, lines: Vec::new(), told: Vec::new() };
    why.tell(pane, 0);
    why.lines
}

/// The last lines of the log of what is explained, if there are any.
fn output_of_log(output: &[String]) -> Vec<Line> {
    if output.is_empty() {
        return Vec::new();
    }
    let head = Line { depth: 1, text: "the last lines of its log:".to_owned(), output: false };
    let lines = output.iter().map(|text| Line { depth: 2, text: text.clone(), output: true });
    std::iter::once(head).chain(lines).collect()
}

struct Why<'a> {
    snapshot: &'a Snapshot,
    evidence: &'a Evidence,
    now: u64,
    lines: Vec<Line>,
    told: Vec<&'a str>,
}

impl<'a> Why<'a> {
    fn tell(&mut self, id: &str, depth: usize) {
        let snapshot = self.snapshot;
        let Some((session, window, pane)) = snapshot.panes().find(|(_, _, pane)| pane.id == id) else {
            return;
        };
        let cause = Cause { snapshot, pane, evidence: self.evidence, now: self.now };
        let name = target::name(session, window, pane);
        self.say(depth, format!("{name}: {}", cause.headline()));
        if self.told.contains(&pane.id.as_str()) {
            return; // it stands above
        }
        self.told.push(&pane.id);
        for line in cause.reasons(&name) {
            self.say(depth + 1, line);
        }
        for need in cause::unmet(snapshot, pane) {
            let name = supervise::name(need);
            self.say(depth + 1, format!("it needs `{name}` to {}", cause::wanted(need.state)));
            match goal::needed(snapshot, pane, need) {
                Some(needed) => self.tell(&needed.id, depth + 2),
                None => {
                    let is = |subject: &Subject| {
                        let workspace = pane.tag.as_ref().map(|tag| &tag.workspace);
                        (subject.workspace.as_ref(), subject.window.as_ref(), subject.pane.as_ref())
                            == (workspace, Some(&need.window), Some(&need.pane))
                    };
                    let end = past::end(&self.evidence.events, is);
                    let end = end.map(|end| format!(", its last end: {end}")).unwrap_or_default();
                    self.say(depth + 2, format!("there is no pane `{name}` now{end}: `rune start` opens it"));
                }
            }
        }
        self.output(pane, depth);
    }

    fn output(&mut self, pane: &LivePane, depth: usize) {
        let record = pane.known.as_ref().and_then(|known| known.record.as_ref());
        if record.is_some_and(|record| record.state == State::Waiting && record.last.is_none()) {
            return; // it never ran: only its runner spoke
        }
        let Some((source, lines)) = self.evidence.output.get(&pane.id) else { return };
        let kept = if depth == 0 { lines.len() } else { lines.len().min(OF_NEEDED) };
        let lines = &lines[lines.len() - kept..];
        if lines.is_empty() {
            return;
        }
        let from = match source {
            Source::Log => "the last lines of its log",
            Source::Screen => "the last lines on its screen",
        };
        self.say(depth + 1, format!("{from}:"));
        let output = |text: &String| Line { depth: depth + 2, text: text.clone(), output: true };
        self.lines.extend(lines.iter().map(output));
    }

    fn say(&mut self, depth: usize, text: String) {
        self.lines.push(Line { depth, text, output: false });
    }
}
