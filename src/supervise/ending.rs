//! Ending a command with everything that came of it: asked by its rule, then told, then killed.

use std::time::Duration;

use super::life::{Life, Phase};
use super::waiting::STARTER;
use super::{Effect, Ticket};
use crate::record::State;
use crate::workspace::supervision::Ask;

/// How long what a command leaves behind may go on by itself after the command has ended as it was
/// asked to.
const BEHIND: Duration = Duration::from_secs(1);

/// How long a killed process may take to be gone: one that waits for a dead disk takes longer.
const KILLED: Duration = Duration::from_secs(2);

const TERM: i32 = 15;

/// A command that is being ended.
pub(super) struct Ending {
    step: Step,
    until: Duration,
    /// How long each step may take.
    time: Duration,
    then: Then,
    by: Option<String>,
    tickets: Vec<Ticket>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    Asked,
    Told,
    Killed,
}

/// What is to happen when all is ended.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Then {
    /// Nothing: the pane asks what to do.
    Rest,
    /// The command starts.
    Start,
    /// What happens after a failure.
    Settle,
    /// The pane closes.
    Close { ours: bool },
}

impl Ending {
    pub(super) fn until(&self) -> Duration {
        self.until
    }

    /// Whether somebody asked for the end.
    pub(super) fn asked(&self) -> bool {
        self.then != Then::Settle
    }

    pub(super) fn settles(&self) -> bool {
        self.then == Then::Settle
    }

    pub(super) fn by(&self) -> Option<String> {
        self.by.clone()
    }

    /// The command itself has ended: what is left does not have all the time that it had.
    pub(super) fn leader_ended(&mut self, now: Duration) {
        if self.step == Step::Asked {
            self.until = self.until.min(now + BEHIND);
        }
    }
}

impl Life {
    /// Begins to end what runs in the pane, or changes what is to happen then.
    pub(super) fn end(
        &mut self,
        then: Then,
        by: Option<String>,
        limit: Option<Duration>,
        ticket: Option<Ticket>,
        now: Duration,
    ) {
        if matches!(self.phase, Phase::Closing { .. } | Phase::Closed) {
            return;
        }
        if let Some(ending) = &mut self.ending {
            // The last one has a say, except that a pane which is to close does.
            if !matches!(ending.then, Then::Close { .. }) {
                (ending.then, ending.by) = (then, by);
            }
            ending.tickets.extend(ticket);
            return;
        }
        let stop = &self.policy.supervision.stop;
        let time = limit.map_or(stop.timeout, |limit| limit.min(stop.timeout));
        let rule = stop.ask.clone();
        let (runs, stopped) = match &mut self.phase {
            Phase::Running { stopped, .. } => (true, std::mem::take(stopped)),
            _ => (false, false),
        };
        self.effects.extend([Effect::StopTrying, Effect::Hunt]);
        let step = if runs && rule != Ask::Signal(TERM) { Step::Asked } else { Step::Told };
        self.effects.push(if step == Step::Asked { Effect::Ask(rule) } else { Effect::Terminate });
        if stopped {
            self.effects.push(Effect::Give);
        }
        let tickets = ticket.into_iter().collect();
        self.ending = Some(Ending { step, until: now + time, time, then, by, tickets });
    }

    /// The time of a step is over.
    pub(super) fn end_harder(&mut self, now: Duration) {
        let Some(ending) = &mut self.ending else { return };
        match ending.step {
            Step::Asked => {
                ending.step = Step::Told;
                ending.until = now + ending.time;
                self.effects.push(Effect::Terminate);
            }
            Step::Told => {
                ending.step = Step::Killed;
                ending.until = now + KILLED;
                self.effects.push(Effect::Kill);
            }
            Step::Killed => self.after_end(true, now),
        }
    }

    /// Nothing is left.
    pub(super) fn gone(&mut self, now: Duration) {
        if self.ending.is_some() {
            self.after_end(false, now);
        }
    }

    fn after_end(&mut self, survived: bool, now: Duration) {
        let Some(ending) = self.ending.take() else { return };
        self.shell &= survived;
        let (tickets, by) = (ending.tickets, ending.by.unwrap_or_default());
        match ending.then {
            Then::Start if !survived => {
                self.effects.extend([Effect::Take, Effect::Reset]);
                return self.begin(&by, tickets, now);
            }
            Then::Settle if !survived => return self.settle(now),
            _ => {}
        }
        if let Phase::Ended { unsettled } = &mut self.phase {
            *unsettled = None;
        }
        self.notes.asked = true;
        if self.notes.state == State::Waiting {
            self.notes.waits = vec![STARTER.to_owned()];
        }
        self.note();
        if !tickets.is_empty() {
            let reply = self.reply(!survived);
            self.effects.push(Effect::Reply(tickets, reply, survived));
        }
        match ending.then {
            Then::Close { ours } => self.close(ours, now),
            _ if self.leave => self.close(false, now),
            _ if survived && matches!(self.phase, Phase::Running { .. }) => {}
            _ => {
                self.effects.extend([Effect::Take, Effect::Reset]);
                if !matches!(self.phase, Phase::Ended { .. }) {
                    self.phase = Phase::Ended { unsettled: None };
                }
                self.question_after(&by, now);
            }
        }
    }
}
