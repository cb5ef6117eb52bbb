//! The state machine: waiting, running, pausing, ended.

use std::mem;
use std::time::Duration;

use super::checks::{Checks, News};
use super::ending::{Ending, Then};
use super::restarts::{Restarts, Verdict};
use super::said::{self, ENDED, HELD, STOPPED};
use super::{Effect, Event, Notes, Policy, Reply, Request, SCHEMA, Ticket, Wish};
use crate::error::counted;
use crate::event::What;
use crate::record::State;
use crate::workspace::OnExit;

/// Who starts a command that waits for it.
pub const STARTER: &str = "`rune pane start`";

/// How long the log may take to catch up.
const LOGGED: Duration = Duration::from_secs(5);

/// One command from its pane's beginning to its end.
pub struct Life {
    pub(super) policy: Policy,
    pub(super) phase: Phase,
    pub(super) notes: Notes,
    /// What the record says.
    noted: Option<Notes>,
    restarts: Restarts,
    starts: u32,
    /// How it ended last.
    last: Option<State>,
    /// Why it is started, for the journal.
    pub(super) by: Option<String>,
    /// Who waits for its start.
    starters: Vec<Ticket>,
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

    /// Tells those who wait for the start what came of it.
    fn tell_starters(&mut self) {
        let tickets = mem::take(&mut self.starters);
        if !tickets.is_empty() {
            let ok = !matches!(self.notes.state, State::NotStarted { .. });
            let reply = self.reply(ok);
            self.effects.push(Effect::Reply(tickets, reply, false));
        }
    }

    pub(super) fn reply(&self, ok: bool) -> Reply {
        let (state, survivors) = (Some(self.notes.state.clone()), Vec::new());
        Reply { schema: SCHEMA, ok, state, survivors, refused: None }
    }

    // Before a start.

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

    fn needs(&mut self, missing: Vec<String>, now: Duration) {
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

    fn start(&mut self) {
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
    fn show(&mut self, now: Duration) {
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

    // While it runs.

    fn started(&mut self, pid: u32, now: Duration) {
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
    fn check(&mut self, news: Option<News>, now: Duration) {
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

    fn stopped(&mut self, now: Duration) {
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

    fn continued(&mut self, now: Duration) {
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

    // After its end.

    fn ended(&mut self, end: State, began: Duration, now: Duration) {
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
    fn rest(&mut self, now: Duration) {
        match self.policy.on_exit {
            _ if self.leave || !self.terminal => self.close(false, now),
            OnExit::Shell => self.open_shell(),
            OnExit::Keep | OnExit::Close => self.effects.push(Effect::Question(ENDED.to_owned())),
        }
    }

    fn open_shell(&mut self) {
        self.shell = true;
        self.effects.push(Effect::Shell);
    }

    fn shell_ended(&mut self, now: Duration) {
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

    fn start_again(&mut self) {
        self.by = Some("policy".to_owned());
        self.start();
    }

    // What people want.

    fn typed(&mut self, key: Option<char>, now: Duration) {
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

    fn start_by_hand(&mut self) {
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

    fn asked(&mut self, request: Request, ticket: Ticket, now: Duration) {
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

    fn answer(&mut self, ticket: Ticket) {
        let reply = self.reply(true);
        self.effects.push(Effect::Reply(vec![ticket], reply, false));
    }

    fn stop_pausing(&mut self, by: &str, ticket: Ticket, now: Duration) {
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

    fn leave(&mut self, now: Duration) {
        self.leave = true;
        let idle = self.ending.is_none() && !self.shell;
        if idle && !matches!(self.phase, Phase::Running { .. } | Phase::Closing { .. } | Phase::Closed) {
            self.close(false, now);
        }
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

    // The end of the pane.

    pub(super) fn close(&mut self, ours: bool, now: Duration) {
        let logs = self.policy.supervision.logs();
        self.phase = Phase::Closing { until: now + LOGGED, ours };
        match logs {
            true => self.effects.push(Effect::Flush),
            false => self.closed(),
        }
    }

    fn closed(&mut self) {
        if let Phase::Closing { ours, .. } = self.phase {
            self.phase = Phase::Closed;
            self.journal(What::Closed, None);
            self.effects.push(Effect::Close { ours });
        }
    }
}
