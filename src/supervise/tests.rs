//! Lives told from beginning to end. No process, no clock.

use std::time::Duration;

use super::*;
use crate::event::What;
use crate::workspace::Key;
use crate::workspace::supervision::{Limit, Live, Need, Needed, Probe, Ready, Restart, Stop, When};

const PID: u32 = 7;

/// A life with a clock of its own, whose effects are kept until they are looked at.
struct Told {
    life: Life,
    now: Duration,
    seen: Vec<Effect>,
}

fn policy(on_exit: OnExit, supervision: Supervision) -> Policy {
    Policy { supervision, on_exit, summary: "make".to_owned() }
}

/// A life that has begun.
fn begin(on_exit: OnExit, supervision: Supervision) -> Told {
    let life = Life::new(policy(on_exit, supervision));
    let mut told = Told { life, now: Duration::from_secs(1000), seen: Vec::new() };
    told.event(Event::Begin);
    told
}

fn run(on_exit: OnExit, supervision: Supervision) -> Told {
    let mut told = begin(on_exit, supervision);
    told.event(Event::Started(PID));
    told.seen.clear();
    told
}

impl Told {
    fn event(&mut self, event: Event) -> &mut Told {
        let effects = self.life.handle(event, self.now);
        self.seen.extend(effects);
        self
    }

    fn needs(&mut self, unmet: &[&str]) -> &mut Told {
        self.event(Event::Needs(unmet.iter().map(|text| (*text).to_owned()).collect()))
    }

    fn exits(&mut self, code: i32) -> &mut Told {
        self.event(Event::Ended(State::Exited { code }))
    }

    fn asked(&mut self, wish: Wish) -> &mut Told {
        self.event(Event::Asked(Request::new(wish, "rune test"), Ticket(5)))
    }

    /// Lets time pass, with all ticks that are due meanwhile.
    fn pass(&mut self, time: Duration) -> &mut Told {
        let end = self.now + time;
        while let Some(next) = self.life.deadline(self.now).filter(|next| *next <= end) {
            assert!(next >= self.now);
            self.now = next;
            self.event(Event::Tick);
        }
        self.now = end;
        self
    }

    /// What was to be done since this was asked last.
    fn did(&mut self) -> Vec<Effect> {
        std::mem::take(&mut self.seen)
    }

    fn has(&self, effect: &Effect) -> bool {
        self.seen.contains(effect)
    }

    fn state(&self) -> State {
        self.life.notes.state.clone()
    }

    fn replies(&self) -> Vec<(bool, Option<State>)> {
        let reply = |effect: &Effect| match effect {
            Effect::Reply(tickets, reply, _) => {
                assert_eq!(tickets, &[Ticket(5)]);
                Some((reply.ok, reply.state.clone()))
            }
            _ => None,
        };
        self.seen.iter().filter_map(reply).collect()
    }

    /// What the journal has, in words, with who did it.
    fn journal(&self) -> Vec<String> {
        let line = |effect: &Effect| match effect {
            Effect::Journal(what, None) => Some(what.to_string()),
            Effect::Journal(what, Some(by)) => Some(format!("{what} by {by}")),
            _ => None,
        };
        self.seen.iter().filter_map(line).collect()
    }

    fn shown(&self) -> Vec<&str> {
        let text = |effect| match effect {
            &Effect::Show(ref text) | &Effect::Say(ref text) | &Effect::Question(ref text) => {
                Some(text.as_str())
            }
            _ => None,
        };
        self.seen.iter().filter_map(text).collect()
    }
}

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn need(pane: &str) -> Need {
    Need { window: Key::from_name("w"), pane: Key::from_name(pane), state: Needed::Ready }
}

fn needing() -> Supervision {
    Supervision { needs: vec![need("db")], ..Supervision::default() }
}

fn restarting(when: When) -> Supervision {
    let limit = Some(Limit { times: 2, within: seconds(60) });
    let restart = Restart { when, first: seconds(2), longest: seconds(30), limit };
    Supervision { restart, ..Supervision::default() }
}

fn probed() -> Supervision {
    let ready = Some(Ready { probes: vec![Probe::File("x".to_owned())], timeout: seconds(10) });
    Supervision { ready, ..Supervision::default() }
}

fn asking(ask: Ask) -> Supervision {
    Supervision { stop: Stop { ask, timeout: seconds(10) }, ..Supervision::default() }
}

// Before the start.

#[test]
fn a_plain_command_starts_at_once_and_wakes_nobody() {
    let mut told = begin(OnExit::Shell, Supervision::default());
    assert_eq!(told.did(), [Effect::Start]);
    told.event(Event::Started(PID));
    assert_eq!(told.state(), State::Running);
    assert_eq!(told.journal(), ["started, pid 7"]);
    assert_eq!(told.did().len(), 2, "a record and a line of the journal");
    assert_eq!(told.life.deadline(told.now), None);
}

#[test]
fn a_command_waits_for_what_it_needs_and_says_so_once_a_second() {
    let mut told = begin(OnExit::Shell, needing());
    assert_eq!(told.did(), [Effect::Look]);
    told.needs(&["db: tcp 5432"]);
    assert_eq!(
        (told.state(), told.life.notes.waits.clone()),
        (State::Waiting, vec!["db: tcp 5432".to_owned()])
    );
    assert_eq!(told.journal(), ["waiting for db: tcp 5432"]);
    assert_eq!(told.shown(), ["waiting for db: tcp 5432, 0 s (s opens a shell)"]);
    told.did();
    told.pass(Duration::from_millis(2500));
    assert_eq!(told.did(), [Effect::Look, Effect::Look]);
    told.needs(&["db: tcp 5432"]);
    assert_eq!(told.did(), [Effect::Show("waiting for db: tcp 5432, 2 s (s opens a shell)".to_owned())]);
    told.needs(&["db: tcp 5432, late"]).did();
    told.needs(&[]);
    assert_eq!(told.did(), [Effect::Start]);
    told.event(Event::Started(PID));
    assert_eq!(told.life.notes.waits, [""; 0]);
}

#[test]
fn what_is_there_already_is_not_waited_for() {
    let mut told = begin(OnExit::Shell, needing());
    told.needs(&[]);
    assert_eq!(told.did(), [Effect::Look, Effect::Start]);
}

#[test]
fn a_command_without_autostart_waits_for_somebody_and_wakes_nobody() {
    let held = Supervision { autostart: false, ..needing() };
    let mut told = begin(OnExit::Shell, held.clone());
    assert_eq!(told.shown(), ["waiting for `rune pane start`: Enter starts it, s opens a shell"]);
    assert_eq!(told.life.deadline(told.now), None);
    told.did();
    told.event(Event::Typed(Some('x')));
    assert_eq!(told.did(), []);
    told.event(Event::Typed(None));
    assert_eq!(told.did(), [Effect::Look], "what it needs comes first even then");

    let mut told = begin(OnExit::Shell, held);
    told.did();
    told.asked(Wish::Start).needs(&["db: waiting"]);
    assert_eq!(told.replies(), [(true, Some(State::Waiting))]);
    told.did();
    told.needs(&[]).event(Event::Started(PID));
    assert_eq!(told.journal(), ["started, pid 7 by rune test"]);
    assert_eq!(told.replies(), [], "it was answered before");
}

#[test]
fn a_shell_opened_meanwhile_is_left_before_the_start() {
    let mut told = begin(OnExit::Shell, needing());
    told.needs(&["db: tcp 1"]).did();
    told.event(Event::Typed(Some('s')));
    assert_eq!(told.did(), [Effect::Shell]);
    told.needs(&[]).pass(seconds(9));
    assert_eq!(told.did(), []);
    told.event(Event::ShellEnded);
    assert_eq!(told.did(), [Effect::Look]);
}

// Probes.

#[test]
fn a_command_is_ready_when_its_probe_says_so() {
    let mut told = run(OnExit::Shell, probed());
    assert_eq!(told.state(), State::Running);
    told.event(Event::Answered(Which::Ready(0), Err("no file".to_owned())));
    assert_eq!(told.life.notes.probe.as_deref(), Some("no file"));
    told.did();
    told.pass(Duration::from_millis(50));
    assert_eq!(told.did(), [Effect::Try(Which::Ready(0))]);
    told.event(Event::Answered(Which::Ready(0), Err("no file".to_owned())));
    assert_eq!(told.did(), [], "the record says so already");
    told.pass(seconds(1)).event(Event::Answered(Which::Ready(0), Ok(())));
    assert_eq!((told.state(), told.journal()), (State::Ready, vec!["ready".to_owned()]));
    assert_eq!(told.life.notes.probe, None);
    assert_eq!(told.life.deadline(told.now), None, "nothing wakes it any more");
}

#[test]
fn a_late_command_is_told_of_once_and_may_become_ready_still() {
    let mut told = run(OnExit::Shell, probed());
    for _ in 0..30 {
        told.event(Event::Answered(Which::Ready(0), Err("no file".to_owned()))).pass(seconds(1));
    }
    assert_eq!(told.journal(), ["not ready in time: no file"]);
    assert!(told.life.notes.late);
    told.event(Event::Answered(Which::Ready(0), Ok(())));
    assert_eq!((told.state(), told.life.notes.late), (State::Ready, false));
}

#[test]
fn a_stopped_command_is_not_probed() {
    let mut told = run(OnExit::Shell, probed());
    told.event(Event::Stopped);
    assert_eq!(told.state(), State::Stopped);
    assert!(told.has(&Effect::StopTrying));
    told.did();
    told.event(Event::Answered(Which::Ready(0), Ok(()))).pass(seconds(100));
    assert_eq!(told.did(), []);
    told.event(Event::Typed(None));
    assert_eq!(told.did().into_iter().filter(|did| matches!(did, Effect::Give | Effect::Try(_))).count(), 2);
    assert_eq!(told.state(), State::Running);
}

#[test]
fn a_stopped_command_goes_on_whoever_lets_it_and_also_when_it_stops_again_for_want_of_the_terminal() {
    for again in [Event::Continued, Event::Stopped, Event::Typed(None), Event::EndOfInput] {
        let mut told = run(OnExit::Shell, Supervision::default());
        told.event(Event::Stopped);
        assert_eq!(told.shown(), ["stopped: Enter continues, s opens a shell"]);
        told.did();
        told.event(again.clone());
        assert_eq!((told.did().first(), told.state()), (Some(&Effect::Give), State::Running), "{again:?}");
    }
}

#[test]
fn a_command_that_is_not_alive_any_more_is_ended_by_its_rule_and_started_again() {
    let live = Live { probe: Probe::File("x".to_owned()), every: seconds(5), failures: 2 };
    let supervision = Supervision { live: Some(live), ..restarting(When::OnFailure) };
    let mut told = run(OnExit::Shell, Supervision { stop: asking(Ask::Signal(2)).stop, ..supervision });
    for _ in 0..2 {
        told.pass(seconds(5)).event(Event::Answered(Which::Live, Err("no file".to_owned())));
    }
    assert_eq!(told.journal(), ["not alive: no file"]);
    assert!(told.has(&Effect::Ask(Ask::Signal(2))));
    told.did();
    // Even an end with 0 is a failure now.
    told.exits(0).event(Event::Gone);
    assert_eq!(told.journal(), ["exited 0 by policy", "restart 1 in 2000 ms by policy"]);
    assert_eq!((told.state(), told.life.notes.asked), (State::Restarting, false));
}

// Ends.

#[test]
fn what_comes_after_an_end_depends_on_the_end_and_the_policy() {
    let ends = [
        State::Exited { code: 0 },
        State::Exited { code: 3 },
        State::Signalled { signal: 9 },
        State::NotStarted { why: "no".to_owned() },
    ];
    // For each end: what a person sees or has then.
    let table: [(OnExit, [&str; 4]); 3] = [
        (OnExit::Shell, ["shell", "say shell", "say shell", "say shell"]),
        (OnExit::Keep, ["say ask", "say ask", "say ask", "say ask"]),
        (OnExit::Close, ["close", "close", "close", "say ask"]),
    ];
    for (on_exit, outcomes) in table {
        for (end, outcome) in ends.iter().zip(outcomes) {
            for when in [When::Never, When::OnFailure, When::Always] {
                let mut told = begin(on_exit, restarting(when));
                match end {
                    State::NotStarted { why } => told.event(Event::NotStarted(why.clone())),
                    end => told.event(Event::Started(PID)).event(Event::Ended(end.clone())),
                };
                let again = when == When::Always || when == When::OnFailure && end.failed();
                let words: Vec<&str> = told
                    .seen
                    .iter()
                    .filter_map(|effect| match effect {
                        Effect::Say(_) => Some("say"),
                        Effect::Question(_) => Some("ask"),
                        Effect::Shell => Some("shell"),
                        Effect::Show(_) => Some("again"),
                        Effect::Close { ours: true } => Some("close"),
                        _ => None,
                    })
                    .collect();
                let wanted = if again { "say again" } else { outcome };
                assert_eq!(words.join(" "), wanted, "{on_exit:?} {end} {when:?}");
                assert_eq!(told.state(), if again { State::Restarting } else { end.clone() });
                assert!(told.has(&Effect::Last(end.clone())));
            }
        }
    }
}

#[test]
fn restarts_back_off_and_are_given_up_visibly_even_where_the_pane_would_close() {
    for (on_exit, last) in [(OnExit::Close, ENDED), (OnExit::Keep, ENDED)] {
        let mut told = run(on_exit, restarting(When::Always));
        for (number, pause) in [(1, 2), (2, 4)] {
            told.did();
            told.exits(1);
            assert_eq!(
                told.shown(),
                [
                    "make: exited 1".to_owned(),
                    format!("restart {number} in {pause} s: Enter starts it now, s opens a shell")
                ]
            );
            told.pass(Duration::from_millis(pause * 1000 - 1));
            assert!(!told.has(&Effect::Start));
            told.pass(Duration::from_millis(1));
            assert_eq!(told.seen.last(), Some(&Effect::Start));
            told.event(Event::Started(PID));
            assert_eq!(told.life.notes.restarts, number);
        }
        told.did();
        told.exits(1);
        assert_eq!(told.shown(), ["make: exited 1; gave up after 2 restarts", last]);
        assert_eq!(told.journal(), ["exited 1", "gave up after 2 restarts by policy"]);
        assert_eq!(told.state(), State::GaveUp);
        assert_eq!(told.life.deadline(told.now), None);
        told.did();
        told.event(Event::Typed(None));
        assert_eq!(told.did(), [Effect::Start]);
    }
}

const ENDED: &str = "Enter runs it again, s opens a shell, q closes the pane";

#[test]
fn the_pause_counts_down_and_enter_ends_it() {
    let mut told = run(OnExit::Shell, restarting(When::Always));
    told.exits(0).did();
    told.pass(Duration::from_millis(1500));
    assert_eq!(told.shown(), ["restart 1 in 1 s: Enter starts it now, s opens a shell"]);
    told.did();
    told.event(Event::Typed(None)).event(Event::Started(PID));
    assert_eq!(told.journal(), ["started, pid 7 by Enter"]);
}

#[test]
fn a_command_that_ends_behind_a_shell_is_looked_at_afterwards() {
    let mut told = run(OnExit::Keep, Supervision::default());
    told.event(Event::Stopped).event(Event::Typed(Some('s'))).did();
    told.event(Event::Continued).event(Event::Stopped);
    assert_eq!(told.did(), [], "without the terminal it stops again at once");
    told.event(Event::Ended(State::Signalled { signal: 15 }));
    assert_eq!(told.shown(), [""; 0]);
    assert_eq!(told.state(), State::Signalled { signal: 15 });
    told.event(Event::ShellEnded);
    assert_eq!(told.shown(), ["make: signal 15", ENDED]);
}

// Requests.

#[test]
fn a_stop_goes_from_the_rule_over_term_to_kill_and_says_what_survived() {
    let mut told = run(OnExit::Close, asking(Ask::Keys(vec![3])));
    told.asked(Wish::Stop);
    assert_eq!(told.did(), [Effect::StopTrying, Effect::Hunt, Effect::Ask(Ask::Keys(vec![3]))]);
    told.pass(seconds(10));
    assert_eq!(told.did(), [Effect::Terminate]);
    told.pass(seconds(10));
    assert_eq!(told.did(), [Effect::Kill]);
    told.pass(seconds(2));
    assert_eq!(told.replies(), [(false, Some(State::Running))]);
    assert!(told.seen.iter().any(|effect| matches!(effect, Effect::Reply(_, _, true))));
}

#[test]
fn a_stopped_command_leaves_its_pane_whatever_the_policy_is() {
    for (on_exit, when) in [(OnExit::Close, When::Always), (OnExit::Shell, When::OnFailure)] {
        let mut told = run(on_exit, restarting(when));
        told.asked(Wish::Stop);
        assert_eq!(told.did(), [Effect::StopTrying, Effect::Hunt, Effect::Terminate], "TERM is the rule");
        told.event(Event::Ended(State::Signalled { signal: 15 })).event(Event::Gone);
        assert_eq!(told.replies(), [(true, Some(State::Signalled { signal: 15 }))]);
        assert_eq!(told.journal(), ["signal 15 by rune test"]);
        assert!(told.life.notes.asked);
        assert_eq!(
            told.shown(),
            ["stopped by `rune test`: Enter starts it again, s opens a shell, q closes the pane"]
        );
        assert_eq!(told.life.deadline(told.now), None);
        told.did();
        told.event(Event::Typed(Some('q')));
        assert_eq!(told.did().last(), Some(&Effect::Close { ours: true }));
    }
}

#[test]
fn what_is_left_after_the_command_itself_ended_has_a_second() {
    let mut told = run(OnExit::Keep, asking(Ask::Signal(2)));
    told.asked(Wish::Stop).exits(0).did();
    told.pass(Duration::from_millis(999));
    assert_eq!(told.did(), []);
    told.pass(Duration::from_millis(1));
    assert_eq!(told.did(), [Effect::Terminate]);
    told.event(Event::Gone);
    assert_eq!(told.replies(), [(true, Some(State::Exited { code: 0 }))]);
}

#[test]
fn a_limit_shortens_each_step_and_never_lengthens_one() {
    for (limit, step) in [(500, 500), (60_000, 10_000)] {
        let mut told = run(OnExit::Keep, asking(Ask::Signal(2)));
        let request = Request { timeout_ms: Some(limit), ..Request::new(Wish::Stop, "x") };
        told.event(Event::Asked(request, Ticket(5)));
        let begin = told.now;
        assert_eq!(told.life.deadline(begin), Some(begin + Duration::from_millis(step)));
    }
}

#[test]
fn a_restart_ends_everything_and_starts_it_as_soon_as_what_it_needs_is_there() {
    let mut told = begin(OnExit::Keep, needing());
    told.needs(&[]).event(Event::Started(PID)).did();
    told.asked(Wish::Restart).exits(0).event(Event::Gone);
    assert_eq!(told.replies(), []);
    assert_eq!(told.seen.last(), Some(&Effect::Look));
    told.needs(&[]).event(Event::Started(8));
    assert_eq!(told.replies(), [(true, Some(State::Running))]);
    assert_eq!(told.journal(), ["exited 0 by rune test", "started, pid 8 by rune test"]);
    assert_eq!(told.life.notes.restarts, 1);
}

#[test]
fn a_start_of_what_runs_changes_nothing_and_after_the_hand_over_it_ends_the_shell() {
    let mut told = run(OnExit::Shell, Supervision::default());
    told.asked(Wish::Start);
    assert_eq!((told.replies(), told.did().len()), (vec![(true, Some(State::Running))], 1));
    told.exits(0);
    assert_eq!(told.did().last(), Some(&Effect::Shell));
    told.asked(Wish::Start);
    assert_eq!(told.did(), [Effect::StopTrying, Effect::Hunt, Effect::Terminate]);
    told.event(Event::ShellEnded).event(Event::Gone);
    assert_eq!(told.did().last(), Some(&Effect::Start));
    told.event(Event::Started(8));
    assert_eq!(told.replies(), [(true, Some(State::Running))]);
}

#[test]
fn requests_at_the_same_time_are_answered_together_and_a_close_has_the_last_word() {
    let mut told = run(OnExit::Keep, Supervision::default());
    told.event(Event::Asked(Request::new(Wish::Stop, "one"), Ticket(1)));
    told.event(Event::Asked(Request::new(Wish::Close, "two"), Ticket(2)));
    told.event(Event::Asked(Request::new(Wish::Start, "three"), Ticket(3)));
    told.did();
    told.exits(0).event(Event::Gone);
    let did = told.did();
    let told_to = did.iter().find_map(|effect| match effect {
        Effect::Reply(tickets, reply, _) => Some((tickets.clone(), reply.ok)),
        _ => None,
    });
    assert_eq!(told_to, Some((vec![Ticket(1), Ticket(2), Ticket(3)], true)));
    assert_eq!(did.last(), Some(&Effect::Close { ours: true }));
    let refused = told.event(Event::Asked(Request::new(Wish::Stop, "x"), Ticket(4))).did();
    assert!(matches!(&refused[..], [Effect::Reply(_, reply, _)] if reply.refused.is_some()));
}

#[test]
fn a_stop_before_a_start_holds_it_back() {
    let mut told = begin(OnExit::Keep, needing());
    told.needs(&["db: tcp 1"]).did();
    told.asked(Wish::Stop);
    assert_eq!(told.replies(), [(true, Some(State::Waiting))]);
    told.did();
    told.needs(&[]).pass(seconds(100));
    assert_eq!(told.did(), []);

    let mut told = run(OnExit::Keep, restarting(When::Always));
    told.exits(4).did();
    told.asked(Wish::Stop);
    assert_eq!(told.replies(), [(true, Some(State::Exited { code: 4 }))]);
    told.did();
    told.pass(seconds(100));
    assert_eq!(told.did(), []);
}

#[test]
fn a_stopped_command_gets_the_terminal_back_to_clean_up() {
    let mut told = run(OnExit::Keep, Supervision::default());
    told.event(Event::Stopped).did();
    told.asked(Wish::Stop);
    assert_eq!(told.did(), [Effect::StopTrying, Effect::Hunt, Effect::Terminate, Effect::Give]);
}

#[test]
fn whoever_is_asked_to_leave_does_so_with_the_command() {
    let mut told = run(OnExit::Keep, restarting(When::Always));
    told.event(Event::Leave);
    assert_eq!(told.did(), []);
    told.exits(1);
    assert_eq!(told.did().last(), Some(&Effect::Close { ours: false }));

    let mut told = run(OnExit::Keep, Supervision::default());
    told.exits(1).event(Event::Leave);
    assert_eq!(told.did().last(), Some(&Effect::Close { ours: false }));

    let mut told = run(OnExit::Keep, Supervision::default());
    told.event(Event::Terminate("SIGTERM")).event(Event::Ended(State::Signalled { signal: 15 }));
    assert_eq!(told.journal(), ["signal 15 by SIGTERM"]);
    told.event(Event::Gone);
    assert_eq!(told.did().last(), Some(&Effect::Close { ours: false }));
}

#[test]
fn a_pane_with_a_log_closes_when_the_log_has_everything_or_takes_too_long() {
    for late in [false, true] {
        let mut told = run(OnExit::Close, Supervision { log: true, ..Supervision::default() });
        told.exits(0);
        assert_eq!(told.did().last(), Some(&Effect::Flush));
        if late {
            told.pass(seconds(5))
        } else {
            told.event(Event::Logged)
        };
        assert_eq!(told.did(), [Effect::Journal(What::Closed, None), Effect::Close { ours: true }]);
    }
}

// Without a terminal.

#[test]
fn without_a_terminal_nobody_is_asked_and_nothing_ticks() {
    let restart = Restart {
        when: When::OnFailure,
        first: Duration::from_secs(30),
        longest: Duration::from_secs(60),
        limit: Some(Limit { times: 2, within: Duration::from_secs(600) }),
    };
    let supervision = Supervision { restart, ..Supervision::default() };
    let begin = |on_exit| {
        let life = Life::without_terminal(policy(on_exit, supervision.clone()));
        let mut told = Told { life, now: Duration::from_secs(1000), seen: Vec::new() };
        told.event(Event::Begin).event(Event::Started(PID));
        told
    };
    let asks = |told: &Told| {
        told.seen.iter().any(|effect| matches!(effect, Effect::Question(_) | Effect::Show(_) | Effect::Shell))
    };
    let closed = Effect::Close { ours: false };
    for on_exit in [OnExit::Close, OnExit::Keep, OnExit::Shell] {
        let mut told = begin(on_exit);
        assert_eq!(told.life.deadline(told.now), None);
        told.event(Event::Stopped).event(Event::Continued);
        assert_eq!(told.state(), State::Running);
        told.exits(3);
        let pause = told.life.deadline(told.now).map(|deadline| deadline - told.now);
        assert_eq!(pause, Some(Duration::from_secs(30)), "not every second");
        told.pass(Duration::from_secs(30)).event(Event::Started(PID)).exits(3);
        told.pass(Duration::from_secs(60)).event(Event::Started(PID));
        assert!(!told.has(&closed) && !asks(&told));
        told.exits(3);
        assert_eq!(told.state(), State::GaveUp);
        assert!(told.has(&closed) && !asks(&told));

        let mut told = begin(on_exit);
        told.exits(0);
        assert!(told.has(&closed) || on_exit == OnExit::Close, "{:?}", told.seen);
        assert!(!asks(&told));

        let mut told = begin(on_exit);
        told.exits(3).asked(Wish::Stop);
        assert_eq!(told.replies(), [(true, Some(State::Exited { code: 3 }))]);
        assert!(told.has(&closed) && !asks(&told));
    }
}
