//! What people want: keys in the pane, and requests.

use std::time::Duration;

use super::ending::Then;
use super::life::{Life, Phase};
use super::said;
use super::{Effect, Reply, Request, Ticket, Wish};
use crate::record::State;

impl Life {
    pub(super) fn typed(&mut self, key: Option<char>, now: Duration) {
        if self.shell || self.ending.is_some() {
            return;
        }
        match (&self.phase, key) {
            (
                Phase::Starting
                | Phase::Closing { .. }
                | Phase::Closed
                | Phase::Running { stopped: false, .. },
                _,
            ) => {}
            (_, Some('s')) => self.open_shell(),
            (Phase::Running { .. }, _) => self.continued(now),
            (Phase::Ended { .. }, Some('q')) => self.close(true, now),
            (Phase::Ended { .. }, _) | (Phase::Pausing { .. }, None) => self.start_by_hand(),
            (Phase::Waiting { held: true, .. }, None) => self.begin("Enter", None, now),
            (Phase::Pausing { .. } | Phase::Waiting { .. }, _) => {}
        }
    }

    pub(super) fn start_by_hand(&mut self) {
        self.by = Some("Enter".to_owned());
        self.restarts.forget();
        self.start();
    }

    /// Starts it for somebody, as soon as it can be.
    pub(super) fn begin(&mut self, by: &str, tickets: impl IntoIterator<Item = Ticket>, now: Duration) {
        self.by = Some(by.to_owned());
        self.starters.extend(tickets);
        self.restarts.forget();
        self.wait(false, now);
    }

    pub(super) fn asked(&mut self, request: Request, ticket: Ticket, now: Duration) {
        let limit = request.timeout();
        let by = request.by.unwrap_or_else(|| request.ask.to_string());
        let idle = self.ending.is_none() && !self.shell;
        if matches!(self.phase, Phase::Closing { .. } | Phase::Closed) {
            let reply = Reply::refused("the pane is closing");
            return self.effects.push(Effect::Reply(vec![ticket], reply, false));
        }
        match (request.ask, &self.phase) {
            (Wish::Close, _) => self.end(Then::Close { ours: true }, Some(by), limit, Some(ticket), now),
            (Wish::Stop, Phase::Waiting { .. }) if idle => {
                self.wait(true, now);
                self.answer(ticket);
            }
            (Wish::Stop, Phase::Ended { .. }) if self.ending.is_none() => self.answer(ticket),
            (Wish::Stop, Phase::Pausing { .. }) if idle => self.stop_pausing(&by, ticket, now),
            (Wish::Stop, _) => self.end(Then::Rest, Some(by), limit, Some(ticket), now),
            (Wish::Start, Phase::Running { .. }) if self.ending.is_none() => self.answer(ticket),
            (Wish::Start | Wish::Restart, Phase::Waiting { held: false, .. }) if idle => self.answer(ticket),
            (Wish::Start | Wish::Restart, Phase::Waiting { .. } | Phase::Pausing { .. }) if idle => {
                self.begin(&by, [ticket], now);
            }
            (Wish::Start, Phase::Ended { .. }) if idle => self.begin(&by, [ticket], now),
            (Wish::Start | Wish::Restart, _) => self.end(Then::Start, Some(by), limit, Some(ticket), now),
        }
    }

    pub(super) fn answer(&mut self, ticket: Ticket) {
        let reply = self.reply(true);
        self.effects.push(Effect::Reply(vec![ticket], reply, false));
    }

    pub(super) fn stop_pausing(&mut self, by: &str, ticket: Ticket, now: Duration) {
        self.phase = Phase::Ended { unsettled: None };
        self.notes.asked = true;
        self.notes.state = self.last.clone().unwrap_or(State::Unknown);
        self.note();
        self.answer(ticket);
        self.question_after(by, now);
    }

    /// Says who stopped it, and what can be done now.
    pub(super) fn question_after(&mut self, by: &str, now: Duration) {
        if !self.terminal {
            return self.close(false, now);
        }
        self.effects.push(Effect::Question(said::asked(by)));
    }

    pub(super) fn leave(&mut self, now: Duration) {
        self.leave = true;
        let idle = self.ending.is_none() && !self.shell;
        if idle && !matches!(self.phase, Phase::Running { .. } | Phase::Closing { .. } | Phase::Closed) {
            self.close(false, now);
        }
    }
}
