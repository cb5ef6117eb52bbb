//! After an end: started again, given up, or left to the user; and the end of the pane.

use std::time::Duration;

use super::Effect;
use super::ending::Ending;
use super::life::{Life, Phase};
use super::restarts::Verdict;
use super::said::{self, ENDED};
use crate::error::counted;
use crate::event::What;
use crate::record::State;
use crate::workspace::OnExit;

/// How long the log may take to catch up.
const LOGGED: Duration = Duration::from_secs(5);

impl Life {
    pub(super) fn ended(&mut self, end: State, began: Duration, now: Duration) {
        self.effects.extend([Effect::StopTrying, Effect::Last(end.clone())]);
        self.notes.state = end.clone();
        self.last = Some(end.clone());
        self.notes.asked = self.leave || self.ending.as_ref().is_some_and(Ending::asked);
        let failed = end.failed() || self.ending.as_ref().is_some_and(Ending::settles);
        let by = match &self.ending {
            Some(ending) => ending.by(),
            None => self.leave.then(|| "rune".to_owned()),
        };
        if let Some(what) = What::end(&end) {
            self.journal(what, by);
        }
        self.phase = Phase::Ended { unsettled: Some((failed, began)) };
        if let Some(ending) = &mut self.ending {
            ending.leader_ended(now);
            self.note();
            return; // until all that came of it is gone
        }
        if self.shell {
            self.note();
            return;
        }
        self.settle(now);
    }

    /// What becomes of a command whose end was seen.
    pub(super) fn settle(&mut self, now: Duration) {
        let Phase::Ended { unsettled } = &mut self.phase else { return };
        let Some((failed, began)) = unsettled.take() else { return };
        let verdict = match self.leave {
            true => Verdict::Stay,
            false => self.restarts.ended(failed, began, now),
        };
        let summary = format!("{}: {}", said::brief(&self.policy.summary), self.notes.state);
        match verdict {
            Verdict::Again(pause) => {
                self.notes.state = State::Restarting;
                self.phase = Phase::Pausing { until: now + pause };
                self.effects.push(Effect::Take);
                self.note();
                let after = u64::try_from(pause.as_millis()).unwrap_or(u64::MAX);
                self.journal(What::Restarting { restarts: self.starts, after }, Some("policy".to_owned()));
                self.tell_starters();
                self.effects.extend([Effect::Reset, Effect::Say(summary)]);
                self.show(now);
            }
            Verdict::GiveUp => {
                let restarts = self.starts.saturating_sub(1);
                self.notes.state = State::GaveUp;
                self.effects.push(Effect::Take);
                self.note();
                self.journal(What::GaveUp { restarts }, Some("policy".to_owned()));
                self.tell_starters();
                let text = format!("{summary}; gave up after {}", counted(restarts as usize, "restart"));
                self.effects.extend([Effect::Reset, Effect::Say(text)]);
                self.rest(now);
            }
            Verdict::Stay => {
                self.effects.push(Effect::Take);
                self.note();
                self.tell_starters();
                let closes = self.policy.on_exit == OnExit::Close
                    && !matches!(self.notes.state, State::NotStarted { .. });
                if self.leave || closes {
                    return self.close(!self.leave, now);
                }
                if failed {
                    self.effects.push(Effect::Reset);
                }
                if failed || self.policy.on_exit != OnExit::Shell {
                    self.effects.push(Effect::Say(summary));
                }
                self.rest(now);
            }
        }
    }

    /// Leaves the pane to its user.
    pub(super) fn rest(&mut self, now: Duration) {
        match self.policy.on_exit {
            _ if self.leave || !self.terminal => self.close(false, now),
            OnExit::Shell => self.open_shell(),
            OnExit::Keep | OnExit::Close => self.effects.push(Effect::Question(ENDED.to_owned())),
        }
    }

    pub(super) fn open_shell(&mut self) {
        self.shell = true;
        self.effects.push(Effect::Shell);
    }

    pub(super) fn shell_ended(&mut self, now: Duration) {
        self.shell = false;
        if self.ending.is_some() {
            return;
        }
        match &self.phase {
            _ if self.leave && !matches!(self.phase, Phase::Running { .. }) => self.close(false, now),
            Phase::Ended { unsettled: Some(_) } => self.settle(now),
            Phase::Ended { unsettled: None } => self.close(true, now),
            Phase::Running { .. } => self.continued(now),
            Phase::Waiting { held: false, .. } => self.effects.push(Effect::Look),
            Phase::Pausing { until } if *until <= now => self.start_again(),
            Phase::Waiting { .. } | Phase::Pausing { .. } => self.show(now),
            Phase::Starting | Phase::Closing { .. } | Phase::Closed => {}
        }
    }

    pub(super) fn start_again(&mut self) {
        self.by = Some("policy".to_owned());
        self.start();
    }

    pub(super) fn close(&mut self, ours: bool, now: Duration) {
        let logs = self.policy.supervision.logs();
        self.phase = Phase::Closing { until: now + LOGGED, ours };
        match logs {
            true => self.effects.push(Effect::Flush),
            false => self.closed(),
        }
    }

    pub(super) fn closed(&mut self) {
        if let Phase::Closing { ours, .. } = self.phase {
            self.phase = Phase::Closed;
            self.journal(What::Closed, None);
            self.effects.push(Effect::Close { ours });
        }
    }
}
