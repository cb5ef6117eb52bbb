//! Whether and when a command that ended is started again.

use std::time::Duration;

use crate::workspace::supervision::{Restart, When};

/// After this time without an end the pauses start anew.
const STABLE: Duration = Duration::from_secs(60);

/// The rule of one command with what it has to remember.
pub struct Restarts {
    rule: Restart,
    /// How many restarts in a row there were, each after a short life.
    series: u32,
    /// When the latest restarts were decided.
    decided: Vec<Duration>,
}

/// What becomes of a command that ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It stays as it is.
    Stay,
    /// It is started again after this pause.
    Again(Duration),
    /// It was started too often.
    GiveUp,
}

impl Restarts {
    /// The rule of a command that was not started yet.
    pub fn new(rule: Restart) -> Restarts {
        Restarts { rule, series: 0, decided: Vec::new() }
    }

    /// What becomes of a command that ran from `began` to `now`.
    pub fn ended(&mut self, failed: bool, began: Duration, now: Duration) -> Verdict {
        match self.rule.when {
            When::Never => return Verdict::Stay,
            When::OnFailure if !failed => return Verdict::Stay,
            When::OnFailure | When::Always => {}
        }
        if now.saturating_sub(began) >= STABLE {
            self.series = 0;
        }
        if let Some(limit) = self.rule.limit {
            self.decided.retain(|decided| now.saturating_sub(*decided) < limit.within);
            if self.decided.len() >= limit.times as usize {
                return Verdict::GiveUp;
            }
            self.decided.push(now);
        }
        let pause = self.rule.first.saturating_mul(1 << self.series.min(20));
        self.series += 1;
        Verdict::Again(pause.min(self.rule.longest))
    }

    /// Somebody starts it: what was before does not count any more.
    pub fn forget(&mut self) {
        self.series = 0;
        self.decided.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::supervision::Limit;

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn restarts(when: When, limit: Option<Limit>) -> Restarts {
        Restarts::new(Restart { when, first: seconds(1), longest: seconds(5), limit })
    }

    #[test]
    fn the_pause_doubles_up_to_the_longest_and_starts_anew_after_a_stable_minute() {
        let mut restarts = restarts(When::Always, None);
        let mut now = seconds(100);
        let lives = [0, 1, 1, 1, 59, 60, 0];
        let pauses: Vec<Verdict> = lives
            .map(|life| {
                now += seconds(life);
                restarts.ended(true, now - seconds(life), now)
            })
            .into();
        assert_eq!(pauses, [1, 2, 4, 5, 5, 1, 2].map(|pause| Verdict::Again(seconds(pause))));
        let last = (0..100).map(|_| restarts.ended(true, now, now)).last();
        assert_eq!(last, Some(Verdict::Again(seconds(5))), "also after many");
    }

    #[test]
    fn only_what_the_rule_names_is_started_again() {
        for (when, after_success, after_failure) in
            [(When::Never, false, false), (When::OnFailure, false, true), (When::Always, true, true)]
        {
            for (failed, again) in [(false, after_success), (true, after_failure)] {
                let verdict = restarts(when, None).ended(failed, seconds(0), seconds(1));
                assert_eq!(verdict != Verdict::Stay, again, "{when:?} {failed}");
            }
        }
    }

    #[test]
    fn it_is_given_up_after_so_many_restarts_in_a_time_and_not_after_more_in_a_longer_one() {
        let limit = Some(Limit { times: 2, within: seconds(10) });
        let mut restarts = restarts(When::OnFailure, limit);
        let mut ended = |at| restarts.ended(true, seconds(at), seconds(at));
        assert_ne!(ended(0), Verdict::GiveUp);
        assert_ne!(ended(9), Verdict::GiveUp);
        assert_ne!(ended(10), Verdict::GiveUp, "the first one was ten seconds ago");
        assert_eq!(ended(11), Verdict::GiveUp);
        restarts.forget();
        assert_eq!(restarts.ended(true, seconds(12), seconds(12)), Verdict::Again(seconds(1)));
    }
}
