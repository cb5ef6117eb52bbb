//! The state machine: what it knows, and which part of it takes what happened. The parts are `waiting`,
//! `running`, `ending`, `ended` and `wishes`.

use std::mem;
use std::time::Duration;

use super::checks::Checks;
use super::ending::{Ending, Then};
use super::restarts::Restarts;
use super::{Effect, Event, Notes, Policy, Reply, SCHEMA, Ticket};
use crate::event::What;
use crate::record::State;

/// One command from its pane's beginning to its end.
pub struct Life {
    pub(super) policy: Policy,
    pub(super) phase: Phase,
    pub(super) notes: Notes,
    /// What the record says.
    noted: Option<Notes>,
    pub(super) restarts: Restarts,
    pub(super) starts: u32,
    /// How it ended last.
    pub(super) last: Option<State>,
    /// Why it is started, for the journal.
    pub(super) by: Option<String>,
    /// Who waits for its start.
    pub(super) starters: Vec<Ticket>,
    /// Whether there is a terminal, so that somebody can be shown and asked something.
    pub(super) terminal: bool,
    /// Whether a shell has the terminal.
    pub(super) shell: bool,
    /// Whether the pane ends with its command.
    pub(super) leave: bool,
    pub(super) ending: Option<Ending>,
    pub(super) effects: Vec<Effect>,
}

/// Where a command is in its life.
pub(super) enum Phase {
    /// Before a start.
    Waiting {
        /// For somebody who starts it.
        held: bool,
        since: Duration,
        unmet: Vec<String>,
    },
    /// Between the request to start it and what came of that.
    Starting,
    Running {
        began: Duration,
        stopped: bool,
        checks: Checks,
    },
    /// Before it is started again.
    Pausing {
        until: Duration,
    },
    Ended {
        /// It ended behind a shell, from its start at this time, and is looked at after that one's
        /// end.
        unsettled: Option<(bool, Duration)>,
    },
    Closing {
        until: Duration,
        ours: bool,
    },
    Closed,
}

impl Life {
    /// The life of a command that was not started yet.
    pub fn new(policy: Policy) -> Life {
        let restarts = Restarts::new(policy.supervision.restart.clone());
        let (waits, probe) = (Vec::new(), None);
        Life {
            policy,
            phase: Phase::Ended { unsettled: None },
            notes: Notes { state: State::Waiting, asked: false, restarts: 0, waits, probe, late: false },
            noted: None,
            restarts,
            starts: 0,
            last: None,
            by: None,
            starters: Vec::new(),
            terminal: true,
            shell: false,
            leave: false,
            ending: None,
            effects: Vec::new(),
        }
    }

    /// The life of a command that nobody can look at: it asks nothing, and is over when the command has
    /// ended for good.
    pub fn without_terminal(policy: Policy) -> Life {
        Life { terminal: false, ..Life::new(policy) }
    }

    /// Takes what happened; what is to be done now, in this order.
    pub fn handle(&mut self, event: Event, now: Duration) -> Vec<Effect> {
        match event {
            Event::Begin => self.wait(!self.policy.supervision.autostart, now),
            Event::Needs(unmet) => self.needs(unmet, now),
            Event::Started(pid) => self.started(pid, now),
            Event::NotStarted(why) => self.ended(State::NotStarted { why }, now, now),
            Event::Ended(end) => {
                if let Phase::Running { began, .. } = self.phase {
                    self.ended(end, began, now);
                }
            }
            Event::Stopped => self.stopped(now),
            Event::Continued => self.continued(now),
            Event::Answered(which, answer) => {
                let news = match &mut self.phase {
                    Phase::Running { checks, stopped: false, .. } => checks.answer(which, answer, now),
                    _ => None,
                };
                self.check(news, now);
            }
            Event::Typed(key) => self.typed(key, now),
            Event::EndOfInput => match self.phase {
                Phase::Ended { .. } if !self.shell => self.close(true, now),
                _ => self.continued(now),
            },
            Event::ShellEnded => self.shell_ended(now),
            Event::Gone => self.gone(now),
            Event::Logged => self.closed(),
            Event::Asked(request, ticket) => self.asked(request, ticket, now),
            Event::Leave => self.leave(now),
            Event::Terminate(by) => {
                self.end(Then::Close { ours: false }, Some(by.to_owned()), None, None, now)
            }
            Event::Tick => self.tick(now),
        }
        mem::take(&mut self.effects)
    }

    /// The time of the next [`Event::Tick`], if nothing happens before.
    pub fn deadline(&self, now: Duration) -> Option<Duration> {
        let own = match &self.phase {
            Phase::Waiting { held: false, since, .. } if !self.shell => {
                let passed = now.saturating_sub(*since).as_secs();
                Some(*since + Duration::from_secs(passed + 1))
            }
            Phase::Pausing { until } if !self.terminal => Some(*until),
            Phase::Pausing { until } if !self.shell => {
                let left = until.saturating_sub(now);
                let whole = Duration::from_secs(left.as_secs());
                Some(if left > whole && !whole.is_zero() {
                    *until - whole
                } else {
                    now + left.min(Duration::from_secs(1))
                })
            }
            Phase::Running { stopped: false, checks, .. } if self.ending.is_none() => checks.next(),
            Phase::Closing { until, .. } => Some(*until),
            _ => None,
        };
        own.into_iter().chain(self.ending.as_ref().map(Ending::until)).min()
    }

    /// Brings the record up to date; before anybody is told anything.
    pub(super) fn note(&mut self) {
        if self.noted.as_ref() != Some(&self.notes) {
            self.noted = Some(self.notes.clone());
            self.effects.push(Effect::Note(self.notes.clone()));
        }
    }

    pub(super) fn journal(&mut self, what: What, by: Option<String>) {
        self.effects.push(Effect::Journal(what, by));
    }

    pub(super) fn reply(&self, ok: bool) -> Reply {
        let (state, survivors) = (Some(self.notes.state.clone()), Vec::new());
        Reply { schema: SCHEMA, ok, state, survivors, refused: None }
    }

    fn tick(&mut self, now: Duration) {
        if self.ending.as_ref().is_some_and(|ending| ending.until() <= now) {
            return self.end_harder(now);
        }
        match &self.phase {
            Phase::Waiting { held: false, .. } if !self.shell => self.effects.push(Effect::Look),
            Phase::Pausing { until } if !self.shell && *until <= now => self.start_again(),
            Phase::Pausing { .. } if !self.shell => self.show(now),
            Phase::Closing { until, .. } if *until <= now => self.closed(),
            _ => self.check(None, now),
        }
    }
}
