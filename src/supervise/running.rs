//! While the command runs: its probes, and being stopped as by Ctrl-Z.

use std::time::Duration;

use super::Effect;
use super::checks::{Checks, News};
use super::ending::Then;
use super::life::{Life, Phase};
use super::said::STOPPED;
use crate::event::What;
use crate::record::State;

impl Life {
    pub(super) fn started(&mut self, pid: u32, now: Duration) {
        let checks = Checks::new(&self.policy.supervision, now);
        self.phase = Phase::Running { began: now, stopped: false, checks };
        self.notes.state = State::Running;
        self.note();
        let by = self.by.take();
        self.journal(What::Started { pid }, by);
        self.tell_starters();
        self.check(None, now);
    }

    /// Tries what is due, and acts on what the probes found.
    pub(super) fn check(&mut self, news: Option<News>, now: Duration) {
        let Phase::Running { checks, stopped: false, .. } = &mut self.phase else { return };
        if self.ending.is_some() {
            return;
        }
        self.effects.extend(checks.due(now).into_iter().map(Effect::Try));
        let news = news.or_else(|| checks.news(now));
        self.notes.probe = checks.said();
        match news {
            Some(News::Ready) => {
                self.notes.state = State::Ready;
                self.notes.late = false;
                self.note();
                self.journal(What::Ready, None);
            }
            Some(News::Late(why)) => {
                self.notes.late = true;
                self.notes.probe = Some(why.clone());
                self.note();
                self.journal(What::Late { why }, None);
            }
            Some(News::Failing(why)) => {
                self.note();
                self.journal(What::Failing { why }, None);
                self.end(Then::Settle, Some("policy".to_owned()), None, None, now);
            }
            None => self.note(),
        }
    }

    pub(super) fn stopped(&mut self, now: Duration) {
        let Phase::Running { stopped, .. } = &mut self.phase else { return };
        if self.ending.is_some() {
            return; // it is told to go on with each request to end
        }
        if *stopped {
            // Somebody let it go on, and it stopped again for want of the terminal.
            return self.continued(now);
        }
        *stopped = true;
        self.notes.state = State::Stopped;
        self.effects.extend([Effect::StopTrying, Effect::Take]);
        self.note();
        self.journal(What::Suspended, None);
        match self.leave {
            true => self.continued(now),
            false if self.terminal => self.effects.push(Effect::Question(STOPPED.to_owned())),
            false => {} // whoever stopped it lets it go on
        }
    }

    pub(super) fn continued(&mut self, now: Duration) {
        // Without the terminal, which the shell beside it has, it stops again at once.
        if self.shell {
            return;
        }
        let Phase::Running { stopped: stopped @ true, checks, .. } = &mut self.phase else { return };
        *stopped = false;
        checks.resume(now);
        self.notes.state = if checks.ready() && self.policy.supervision.ready.is_some() {
            State::Ready
        } else {
            State::Running
        };
        self.effects.push(Effect::Give);
        self.note();
        self.journal(What::Continued, None);
        self.check(None, now);
    }
}
