//! What there is to say about one pane by itself.

use super::Evidence;
use crate::event::{Event, What};
use crate::goal;
use crate::note::words::{meaning, time};
use crate::record::{PaneId, Record, State};
use crate::snapshot::{LivePane, Snapshot};
use crate::supervise::{self, Seen};
use crate::workspace::supervision::{Need, Needed, Restart, Supervision, When};

/// One pane with all that is known about it.
pub(super) struct Cause<'a> {
    pub snapshot: &'a Snapshot,
    pub pane: &'a LivePane,
    pub evidence: &'a Evidence,
    pub now: u64,
}

/// What a waiting pane needs and does not have.
pub(super) fn unmet<'s>(snapshot: &'s Snapshot, pane: &'s LivePane) -> Vec<&'s Need> {
    let Some(known) = pane.known.as_ref().filter(|_| pane.state(snapshot.pid) == State::Waiting) else {
        return Vec::new();
    };
    let is_unmet = |need: &&Need| {
        let seen = goal::needed(snapshot, pane, need).and_then(|needed| {
            let known = needed.known.as_ref()?;
            let record = Record { state: needed.state(snapshot.pid), ..known.record.clone()? };
            let supervision = known.specification.supervision.clone();
            Some(Seen { record, supervision, alive: !needed.dead })
        });
        supervise::unmet(need, seen.as_ref()).is_some()
    };
    if goal::is_held(pane) {
        return Vec::new();
    }
    known.specification.supervision.needs.iter().filter(is_unmet).collect()
}

/// What is needed of a command, as `to …`.
pub(super) fn wanted(state: Needed) -> &'static str {
    match state {
        Needed::Ready => "be ready",
        Needed::Started => "have started",
        Needed::Succeeded => "have ended with 0",
        Needed::Exited => "have ended",
    }
}

/// Who asked for the last end of the pane with this id.
pub fn last_asker<'e>(events: &'e [Event], id: &PaneId) -> Option<&'e str> {
    let ends = |event: &&Event| {
        let end = matches!(event.what, What::Exited { .. } | What::Signalled { .. } | What::Stopped);
        end && event.subject.id.as_ref() == Some(id)
    };
    events.iter().rfind(ends)?.by.as_deref()
}

impl Cause<'_> {
    fn state(&self) -> State {
        self.pane.state(self.snapshot.pid)
    }

    fn record(&self) -> Option<&Record> {
        self.pane.known.as_ref()?.record.as_ref()
    }

    fn supervision(&self) -> Option<&Supervision> {
        Some(&self.pane.known.as_ref()?.specification.supervision)
    }

    /// The state, and for how long.
    pub fn headline(&self) -> String {
        if self.pane.tag.is_none() {
            return "made by hand".to_owned();
        }
        // Nobody knows since when a runner is lost.
        let known = self.record().filter(|record| record.since > 0 && self.state() != State::LostRunner);
        match known {
            Some(record) => format!("{}, for {}", self.state(), self.since(record.since)),
            None => self.state().to_string(),
        }
    }

    fn since(&self, at: u64) -> String {
        time(self.now.saturating_sub(at))
    }

    /// Everything that explains the state; `name` is the pane's spelling.
    pub fn reasons(&self, name: &str) -> Vec<String> {
        let mut said = Vec::new();
        let state = self.state();
        let Some(record) = self.record().filter(|_| self.pane.tag.is_some()) else {
            return vec![match self.pane.tag {
                None => "rune did not open it and knows nothing of its command".to_owned(),
                Some(_) => self.unknown(),
            }];
        };
        match &state {
            State::Waiting if goal::is_held(self.pane) => {
                said.push(format!("it does not start by itself: `rune pane start {name}` does that"));
            }
            State::Waiting => {}
            State::Running => said.extend(self.not_ready(record)),
            State::Stopped => {
                said.push("a signal stopped it, as Ctrl-Z does: Enter in the pane continues it".to_owned())
            }
            State::Restarting => said.push(self.restarting(record)),
            State::GaveUp if !record.asked => said.push(self.gave_up(record)),
            State::LostRunner => said.extend(self.lost(record)),
            State::Unknown => said.push(self.unknown()),
            _ => {}
        }
        said.extend(meaning(&state).map(|meaning| format!("that is: {meaning}")));
        if record.asked {
            let by = self.pane.tag.as_ref().and_then(|tag| last_asker(&self.evidence.events, &tag.id));
            said.push(match by {
                Some(by) => format!("it was asked to end by `{by}`"),
                None => "somebody asked it to end".to_owned(),
            });
        }
        said.extend(self.last_end(&state, record));
        said
    }

    fn not_ready(&self, record: &Record) -> Vec<String> {
        let Some(ready) = self.supervision().and_then(|supervision| supervision.ready.as_ref()) else {
            return Vec::new();
        };
        let probes: Vec<String> = ready.probes.iter().map(supervise::label).collect();
        let mut said = vec![format!("it is not ready: {}", probes.join(" and "))];
        if let Some(probe) = &record.probe {
            said.push(format!("the last probe said: {probe}"));
        }
        if record.late {
            said.push(format!(
                "it is late: it had {} to become ready, and is tried further",
                supervise::duration(ready.timeout)
            ));
        }
        said
    }

    fn restarting(&self, record: &Record) -> String {
        let id = self.pane.tag.as_ref().map(|tag| &tag.id);
        let next = next_start(&self.evidence.events, id, record);
        let when =
            next.map(|next| format!(" in {}", time(next.saturating_sub(self.now)))).unwrap_or_default();
        let rule = self.supervision().map(|supervision| rule(&supervision.restart)).unwrap_or_default();
        format!("it is started again{when}{rule}")
    }

    fn gave_up(&self, record: &Record) -> String {
        let limit = self.supervision().and_then(|supervision| supervision.restart.limit);
        let limit = limit
            .map(|limit| format!(": {} in {} are the limit", limit.times, supervise::duration(limit.within)));
        match record.restarts {
            1 => format!("it was started again once{}", limit.unwrap_or_default()),
            times => format!("it was started again {times} times{}", limit.unwrap_or_default()),
        }
    }

    fn lost(&self, record: &Record) -> Vec<String> {
        let first = if self.pane.known.as_ref().is_some_and(|known| known.specification.becomes_command()) {
            "it ended, and nobody saw how".to_owned()
        } else {
            format!(
                "rune's own process in the pane (pid {}) was killed: nobody saw how the command ended",
                record.runner.pid
            )
        };
        let left = match self.processes() {
            [] => "nothing of it is left".to_owned(),
            left => format!("what is left of it: {}", left.join(", ")),
        };
        vec![first, left]
    }

    fn unknown(&self) -> String {
        let lost = "what rune wrote down about it is lost";
        match self.processes() {
            [] => lost.to_owned(),
            running => format!("{lost}; in the pane runs {}", running.join(", ")),
        }
    }

    fn processes(&self) -> &[String] {
        self.evidence.processes.get(&self.pane.id).map(Vec::as_slice).unwrap_or_default()
    }

    /// How it ended the last time, where the state does not say so.
    fn last_end(&self, state: &State, record: &Record) -> Option<String> {
        let (end, at) = record.last.as_ref().filter(|(end, _)| end != state)?;
        let times = match record.restarts {
            // Said already.
            _ if *state == State::GaveUp && !record.asked => String::new(),
            0 => String::new(),
            1 => "it was started again once; ".to_owned(),
            times => format!("it was started again {times} times; "),
        };
        let meaning = meaning(end).map(|meaning| format!(" ({meaning})")).unwrap_or_default();
        Some(format!("{times}its last end: {end}{meaning}, {} ago", self.since(*at)))
    }
}

/// When a command that is restarting starts, as its runner noted in the journal.
pub fn next_start(events: &[Event], id: Option<&PaneId>, record: &Record) -> Option<u64> {
    let next = events.iter().rev().find_map(|event| match event.what {
        What::Restarting { after, .. } if event.subject.id.as_ref() == id => Some(event.at + after),
        _ => None,
    })?;
    (next >= record.since).then_some(next)
}

fn rule(restart: &Restart) -> String {
    let when = match restart.when {
        When::Never => return String::new(),
        When::OnFailure => "after failures",
        When::Always => "always",
    };
    let limit = restart
        .limit
        .map(|limit| format!(", at most {} times in {}", limit.times, supervise::duration(limit.within)));
    let (first, longest) = (supervise::duration(restart.first), supervise::duration(restart.longest));
    format!(" ({when}, after {first} to {longest}{})", limit.unwrap_or_default())
}
