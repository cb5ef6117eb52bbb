//! When which probe of a running command is tried, and what its answers mean.

use std::time::Duration;

use super::needs::label;
use crate::workspace::supervision::{Live, Probe, Supervision};

/// A probe is tried again this soon at first, …
const QUICK: Duration = Duration::from_millis(50);
/// … after twice as long each time up to this, …
const SLOW: Duration = Duration::from_secs(1);
/// … and this seldom for a command that is late.
const SELDOM: Duration = Duration::from_secs(5);

/// One of a command's probes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// The one at this place of those that make it ready.
    Ready(usize),
    /// The one that finds it alive.
    Live,
}

/// Something that the probes found out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum News {
    /// All have held.
    Ready,
    /// Not all have held in time; the last answer of one that has not.
    Late(String),
    /// It was ready, and is not alive any more; the last answer.
    Failing(String),
}

/// The probes of one run of a command.
pub struct Checks {
    trials: Vec<Trial>,
    /// When it is late; nothing when it is, or needs not be.
    late: Option<Duration>,
    ready: bool,
    live: Option<(Live, Alive)>,
}

/// One probe on the way to readiness.
struct Trial {
    label: String,
    how: How,
    held: bool,
    /// When it is tried; nothing while it is being tried.
    due: Option<Duration>,
    pause: Duration,
    /// What it said last.
    why: Option<String>,
}

#[derive(PartialEq, Eq)]
enum How {
    Tried,
    /// It holds as soon as it is due.
    Delay,
    /// It holds by the command's end, which is seen anyway.
    End,
}

/// The state of the check for life.
#[derive(Default)]
struct Alive {
    due: Option<Duration>,
    failures: u32,
    why: Option<String>,
}

impl Checks {
    /// The probes of a command that starts now.
    pub fn new(supervision: &Supervision, now: Duration) -> Checks {
        let probes = supervision.ready.iter().flat_map(|ready| &ready.probes);
        let trials = probes.map(|probe| Trial::new(probe, now)).collect();
        let late = supervision.ready.as_ref().map(|ready| now + ready.timeout);
        let live = supervision.live.clone().map(|live| (live, Alive::default()));
        let mut checks = Checks { trials, late, ready: false, live };
        if supervision.ready.is_none() {
            checks.become_ready(now);
        }
        checks
    }

    /// Whether all probes have held, or there are none.
    pub fn ready(&self) -> bool {
        self.ready
    }

    /// The probes to be tried now; each until it is answered.
    pub fn due(&mut self, now: Duration) -> Vec<Which> {
        let is_due = |due: &mut Option<Duration>| due.take_if(|due| *due <= now).is_some();
        let mut found = Vec::new();
        for (place, trial) in self.trials.iter_mut().enumerate() {
            match trial.how {
                How::Tried if !trial.held && is_due(&mut trial.due) => found.push(Which::Ready(place)),
                How::Delay if is_due(&mut trial.due) => trial.held = true,
                _ => {}
            }
        }
        if let Some((_, alive)) = &mut self.live
            && is_due(&mut alive.due)
        {
            found.push(Which::Live);
        }
        found
    }

    /// Takes the answer of a probe: why it does not hold, if it does not.
    pub fn answer(&mut self, which: Which, answer: Result<(), String>, now: Duration) -> Option<News> {
        match which {
            Which::Ready(place) => {
                let seldom = self.late.is_none();
                let trial = self.trials.get_mut(place)?;
                trial.held |= answer.is_ok();
                trial.why = answer.err();
                trial.due = Some(now + if seldom { SELDOM } else { trial.pause });
                trial.pause = (trial.pause * 2).min(SLOW);
                None
            }
            Which::Live => {
                let (live, alive) = self.live.as_mut()?;
                alive.due = Some(now + live.every);
                alive.failures = if answer.is_ok() { 0 } else { alive.failures + 1 };
                alive.why = answer.err();
                let why = alive.why.clone().filter(|_| alive.failures >= live.failures)?;
                alive.due = None;
                Some(News::Failing(why))
            }
        }
    }

    /// What is new by now.
    pub fn news(&mut self, now: Duration) -> Option<News> {
        if self.ready {
            return None;
        }
        if self.trials.iter().all(|trial| trial.held) {
            self.become_ready(now);
            return Some(News::Ready);
        }
        self.late.take_if(|late| *late <= now)?;
        Some(News::Late(self.why().unwrap_or_default()))
    }

    fn become_ready(&mut self, now: Duration) {
        self.ready = true;
        self.late = None;
        if let Some((live, alive)) = &mut self.live {
            alive.due = Some(now + live.every);
        }
    }

    /// What the first probe said that does not hold.
    pub fn why(&self) -> Option<String> {
        if self.ready {
            return self.live.as_ref().and_then(|(_, alive)| alive.why.clone());
        }
        let trial = self.trials.iter().find(|trial| !trial.held)?;
        trial.why.clone().or_else(|| Some(format!("{}: no answer yet", trial.label)))
    }

    /// The same, unless nothing was tried yet.
    pub fn said(&self) -> Option<String> {
        let tried = self.ready || self.trials.iter().any(|trial| !trial.held && trial.why.is_some());
        self.why().filter(|_| tried)
    }

    /// The time at which something is to be done, if nothing happens before.
    pub fn next(&self) -> Option<Duration> {
        let trials = self.trials.iter().filter(|trial| !trial.held && trial.how != How::End);
        let live = self.live.iter().filter_map(|(_, alive)| alive.due);
        let trials = trials.filter_map(|trial| trial.due).filter(|_| !self.ready);
        trials.chain(self.late).chain(live).min()
    }

    /// The command goes on after a stop: what was being tried is tried again.
    pub fn resume(&mut self, now: Duration) {
        for trial in self.trials.iter_mut().filter(|trial| trial.due.is_none()) {
            trial.due = Some(now);
        }
        if self.ready
            && let Some((live, alive)) = &mut self.live
        {
            *alive = Alive { due: Some(now + live.every), ..Alive::default() };
        }
    }
}

impl Trial {
    fn new(probe: &Probe, now: Duration) -> Trial {
        let (how, due) = match probe {
            Probe::Delay(time) => (How::Delay, now + *time),
            Probe::Exit => (How::End, now),
            _ => (How::Tried, now),
        };
        Trial { label: label(probe), how, held: false, due: Some(due), pause: QUICK, why: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::supervision::Ready;

    fn ms(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    fn checks(probes: Vec<Probe>, live: Option<Live>) -> Checks {
        let ready = (!probes.is_empty()).then_some(Ready { probes, timeout: ms(10_000) });
        Checks::new(&Supervision { ready, live, ..Supervision::default() }, ms(0))
    }

    fn file() -> Probe {
        Probe::File("x".to_owned())
    }

    fn live() -> Live {
        Live { probe: file(), every: ms(100), failures: 2 }
    }

    #[test]
    fn a_probe_is_tried_quickly_at_first_then_slower_and_seldom_when_late() {
        let mut checks = checks(vec![file()], None);
        let mut now = ms(0);
        let mut at = Vec::new();
        let mut late = None;
        while at.len() < 17 {
            if let Some(News::Late(why)) = checks.news(now) {
                late = Some((now, why));
            }
            for which in checks.due(now) {
                at.push(now.as_millis());
                assert_eq!(checks.due(now), [], "one at a time");
                checks.answer(which, Err("no file".to_owned()), now);
            }
            now = checks.next().unwrap();
        }
        let tried = [0, 50, 150, 350, 750, 1550, 2550, 3550, 4550, 5550, 6550, 7550, 8550, 9550];
        assert_eq!(at[..14], tried);
        assert_eq!(at[14..], [10_550, 15_550, 20_550]);
        assert_eq!(late, Some((ms(10_000), "no file".to_owned())));
    }

    #[test]
    fn each_probe_has_to_hold_once_and_not_at_the_same_time() {
        let mut checks = checks(vec![file(), file(), Probe::Delay(ms(300))], None);
        assert_eq!(checks.due(ms(0)), [Which::Ready(0), Which::Ready(1)]);
        checks.answer(Which::Ready(0), Ok(()), ms(1));
        checks.answer(Which::Ready(1), Err("two".to_owned()), ms(1));
        assert_eq!((checks.news(ms(1)), checks.why()), (None, Some("two".to_owned())));
        assert_eq!(checks.due(ms(51)), [Which::Ready(1)], "the first is not tried any more");
        checks.answer(Which::Ready(1), Ok(()), ms(51));
        assert_eq!((checks.news(ms(51)), checks.next()), (None, Some(ms(300))));
        assert_eq!(checks.due(ms(300)), []);
        assert_eq!(checks.news(ms(300)), Some(News::Ready));
        assert_eq!((checks.news(ms(20_000)), checks.next(), checks.why()), (None, None, None));
    }

    #[test]
    fn a_probe_for_the_end_wakes_nobody() {
        let mut checks = checks(vec![Probe::Exit], None);
        assert_eq!((checks.due(ms(0)), checks.next()), (vec![], Some(ms(10_000))));
        assert_eq!(checks.news(ms(10_000)), Some(News::Late("its end: no answer yet".to_owned())));
        assert_eq!(checks.next(), None);
    }

    #[test]
    fn only_failures_in_a_row_after_it_was_ready_count_against_its_life() {
        let mut checks = checks(vec![file()], Some(live()));
        assert_eq!(checks.due(ms(0)), [Which::Ready(0)], "it is not looked at before");
        checks.answer(Which::Ready(0), Ok(()), ms(10));
        assert_eq!(checks.news(ms(10)), Some(News::Ready));
        assert_eq!(checks.due(ms(109)), []);
        let mut now = ms(110);
        for (answer, found) in [
            (Err("a"), None),
            (Ok(()), None),
            (Err("b"), None),
            (Err("c"), Some(News::Failing("c".to_owned()))),
        ] {
            assert_eq!(checks.due(now), [Which::Live]);
            assert_eq!(checks.answer(Which::Live, answer.map_err(str::to_owned), now), found);
            now += ms(100);
        }
        assert_eq!(checks.next(), None, "it is about to end");
    }

    #[test]
    fn without_probes_it_is_ready_at_once_and_looked_at_after_a_while() {
        let mut checks = checks(vec![], Some(live()));
        assert!(checks.ready());
        assert_eq!(checks.next(), Some(ms(100)));
        assert_eq!(checks.due(ms(100)), [Which::Live]);
        checks.resume(ms(5000));
        assert_eq!(checks.next(), Some(ms(5100)));
    }
}
