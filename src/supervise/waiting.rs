//! Before a start: waiting for what is needed, or for somebody.

use std::mem;
use std::time::Duration;

use super::Effect;
use super::life::{Life, Phase};
use super::said::{self, HELD};
use crate::event::What;
use crate::record::State;

/// Who starts a command that waits for it.
pub const STARTER: &str = "`rune pane start`";

impl Life {
    /// Waits for what it needs, or for somebody who starts it; starts where neither is the case.
    pub(super) fn wait(&mut self, held: bool, now: Duration) {
        self.phase = Phase::Waiting { held, since: now, unmet: Vec::new() };
        if held {
            self.notes.state = State::Waiting;
            self.notes.waits = vec![STARTER.to_owned()];
            self.note();
            self.journal(What::Waiting { needs: self.notes.waits.clone() }, None);
            self.show(now);
        } else if self.policy.supervision.needs.is_empty() {
            self.start();
        } else {
            self.effects.push(Effect::Look);
        }
    }

    pub(super) fn needs(&mut self, missing: Vec<String>, now: Duration) {
        let Phase::Waiting { held: false, unmet, .. } = &mut self.phase else { return };
        let first = unmet.is_empty();
        unmet.clone_from(&missing);
        if self.shell {
            return; // whoever works in it finds it started afterwards
        }
        if missing.is_empty() {
            return self.start();
        }
        self.notes.state = State::Waiting;
        self.notes.waits.clone_from(&missing);
        self.note();
        if first {
            self.journal(What::Waiting { needs: missing }, None);
        }
        self.tell_starters();
        self.show(now);
    }

    pub(super) fn start(&mut self) {
        self.phase = Phase::Starting;
        self.notes.restarts = self.starts;
        self.starts += 1;
        self.notes.asked = false;
        self.notes.late = false;
        self.notes.probe = None;
        self.notes.waits.clear();
        self.effects.push(Effect::Start);
    }

    /// Shows what is waited for, and for how long.
    pub(super) fn show(&mut self, now: Duration) {
        if !self.terminal {
            return;
        }
        let line = match &self.phase {
            Phase::Waiting { held: true, .. } => HELD.to_owned(),
            Phase::Waiting { since, unmet, .. } => {
                let seconds = now.saturating_sub(*since).as_secs();
                said::waiting(unmet, seconds)
            }
            Phase::Pausing { until } => {
                let seconds = until.saturating_sub(now).as_millis().div_ceil(1000);
                said::pausing(self.starts, seconds)
            }
            _ => return,
        };
        self.effects.push(Effect::Show(line));
    }

    /// Tells those who wait for the start what came of it.
    pub(super) fn tell_starters(&mut self) {
        let tickets = mem::take(&mut self.starters);
        if !tickets.is_empty() {
            let ok = !matches!(self.notes.state, State::NotStarted { .. });
            let reply = self.reply(ok);
            self.effects.push(Effect::Reply(tickets, reply, false));
        }
    }
}
