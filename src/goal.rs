//! Whether a pane's command is as far as somebody waits for it to be, and whether it can still get there.

use crate::error::counted;
use crate::note;
use crate::record::{Record, State};
use crate::snapshot::{LivePane, Snapshot};
use crate::supervise::{self, STARTER, Seen};
use crate::workspace::supervision::{Need, Needed, Supervision, When};

/// How long an end that somebody asked for may be the first half of a restart, in milliseconds.
pub const SETTLED: u64 = 2000;

/// What is to be said of a command that somebody waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is that far.
    Reached,
    /// It is not, but may come to be; what it does now.
    NotYet(String),
    /// It is not, and the time that it has by itself is over; it is tried further.
    Late {
        /// What it does now.
        seen: String,
        /// Which time is over, and what is missing.
        why: String,
    },
    /// It is not, and nothing that goes on by itself will get it there; why.
    Never(String),
}

/// Whether `pane` is as far as `wanted`, given what else is on its server; `now` is in milliseconds since
/// 1970 (UTC).
pub fn judge(snapshot: &Snapshot, pane: &LivePane, wanted: Needed, now: u64) -> Verdict {
    Judge { snapshot, now }.of(pane, wanted, &mut Vec::new())
}

/// Whether the command is not started before somebody asks for it.
pub fn is_held(pane: &LivePane) -> bool {
    let record = pane.known.as_ref().and_then(|known| known.record.as_ref());
    match record {
        Some(record) => record.state == State::Waiting && record.waits.iter().any(|word| word == STARTER),
        None => pane.known.as_ref().is_some_and(|known| !known.specification.supervision.autostart),
    }
}

/// The pane of the same workspace that `need` names.
pub fn needed<'s>(snapshot: &'s Snapshot, by: &LivePane, need: &Need) -> Option<&'s LivePane> {
    let workspace = &by.tag.as_ref()?.workspace;
    let is = |pane: &&LivePane| {
        pane.tag.as_ref().is_some_and(|tag| {
            (&tag.workspace, &tag.window, &tag.pane) == (workspace, &need.window, &need.pane)
        })
    };
    snapshot.panes().map(|(_, _, pane)| pane).find(is)
}

struct Judge<'a> {
    snapshot: &'a Snapshot,
    now: u64,
}

impl Judge<'_> {
    /// `above` are the panes that need this one: a circle is nobody's reason.
    fn of(&self, pane: &LivePane, wanted: Needed, above: &mut Vec<String>) -> Verdict {
        let state = pane.state(self.snapshot.pid);
        let Some(known) = &pane.known else {
            return match pane.tag {
                Some(_) => Verdict::Never("what is written down about it is lost".to_owned()),
                None => Verdict::Never("it was made by hand: nothing is written down about it".to_owned()),
            };
        };
        let supervision = &known.specification.supervision;
        let Some(record) = known.record.as_ref().filter(|_| state != State::Unknown) else {
            return Verdict::NotYet("about to start".to_owned());
        };
        if is_reached(pane, &state, record, supervision, wanted) {
            return Verdict::Reached;
        }
        let seen = note::short(&state, Some(record), None, self.now);
        if let Some(why) = self.never(pane, &state, record, supervision, above) {
            return Verdict::Never(why);
        }
        match self.late(pane, &state, record, supervision, wanted, above) {
            Some(why) => Verdict::Late { seen, why },
            None => Verdict::NotYet(seen),
        }
    }

    /// Which probe, its own or one of what it needs, has not held in its time.
    fn late(
        &self,
        pane: &LivePane,
        state: &State,
        record: &Record,
        supervision: &Supervision,
        wanted: Needed,
        above: &mut Vec<String>,
    ) -> Option<String> {
        match state {
            State::Running if record.late && wanted == Needed::Ready => {
                let time = supervision.ready.as_ref().map(|ready| supervise::duration(ready.timeout));
                let probe = record.probe.as_ref().map(|probe| format!(": {probe}")).unwrap_or_default();
                Some(format!("it had {} to become ready{probe}", time.unwrap_or_default()))
            }
            State::Waiting => self.of_needs(pane, supervision, above, |verdict| match verdict {
                Verdict::Late { why, .. } => Some(why),
                _ => None,
            }),
            _ => None,
        }
    }

    /// Why the command stays as it is until somebody does something about it.
    fn never(
        &self,
        pane: &LivePane,
        state: &State,
        record: &Record,
        supervision: &Supervision,
        above: &mut Vec<String>,
    ) -> Option<String> {
        let known = pane.known.as_ref();
        match state {
            State::Waiting if is_held(pane) => Some(format!("it waits for {STARTER}")),
            State::Waiting => self.of_needs(pane, supervision, above, |verdict| match verdict {
                Verdict::Never(why) => Some(why),
                _ => None,
            }),
            State::LostRunner if known.is_some_and(|known| known.specification.becomes_command()) => {
                Some("it ended, and nobody saw how".to_owned())
            }
            State::LostRunner => Some("its runner was killed".to_owned()),
            State::GaveUp if record.asked => Some("somebody ended it".to_owned()),
            State::GaveUp => {
                let end = record.last.as_ref().map(|(end, _)| format!(", last {end}")).unwrap_or_default();
                Some(format!("it gave up after {}{end}", counted(record.restarts as usize, "restart")))
            }
            State::Exited { .. } | State::Signalled { .. } | State::NotStarted { .. } => {
                let again = match supervision.restart.when {
                    When::Always => !record.asked,
                    When::OnFailure => !record.asked && (state.failed() || supervision.live.is_some()),
                    When::Never => false,
                };
                let fresh = self.now.saturating_sub(record.since) < SETTLED;
                let by = if record.asked { ", as somebody asked" } else { "" };
                (!(again || record.asked && fresh)).then(|| format!("it is over: {state}{by}"))
            }
            State::Running | State::Ready | State::Stopped | State::Restarting | State::Unknown => None,
        }
    }

    /// Which of what the pane needs gives a reason, and which.
    fn of_needs(
        &self,
        pane: &LivePane,
        supervision: &Supervision,
        above: &mut Vec<String>,
        reason: impl Fn(Verdict) -> Option<String>,
    ) -> Option<String> {
        if above.contains(&pane.id) {
            return None;
        }
        above.push(pane.id.clone());
        let found = supervision.needs.iter().find_map(|need| {
            let needed = needed(self.snapshot, pane, need)?;
            let why = reason(self.of(needed, need.state, above))?;
            Some(format!("it needs `{}`: {why}", supervise::name(need)))
        });
        above.pop();
        found
    }
}

fn is_reached(
    pane: &LivePane,
    state: &State,
    record: &Record,
    supervision: &Supervision,
    wanted: Needed,
) -> bool {
    let Some(tag) = &pane.tag else { return false };
    let need = Need { window: tag.window.clone(), pane: tag.pane.clone(), state: wanted };
    let seen = Seen {
        record: Record { state: state.clone(), ..record.clone() },
        supervision: supervision.clone(),
        alive: !pane.dead,
    };
    supervise::unmet(&need, Some(&seen)).is_none()
}

#[cfg(test)]
pub mod testing;
#[cfg(test)]
mod tests;
