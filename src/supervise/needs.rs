//! Whether what a command needs is there, as far as the records of other panes say.

use std::time::Duration;

use crate::record::{Record, State};
use crate::workspace::Key;
use crate::workspace::supervision::{Need, Needed, Probe, Supervision};

/// What is known of a pane that somebody needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// What its runner wrote down last.
    pub record: Record,
    /// How its command is kept.
    pub supervision: Supervision,
    /// Whether its runner lives.
    pub alive: bool,
}

/// Why `need` is not met by the pane that was `seen`, in words; nothing when it is met.
pub fn unmet(need: &Need, seen: Option<&Seen>) -> Option<String> {
    let name = name(need);
    let Some(seen) = seen else { return Some(format!("{name}: it is not there yet")) };
    let record = &seen.record;
    // A pane between two lives is as its last life was.
    let ended = match &record.state {
        State::Restarting | State::GaveUp => record.last.as_ref().map(|(end, _)| end),
        end @ (State::Exited { .. } | State::Signalled { .. }) => Some(end),
        _ => None,
    };
    let succeeded = matches!(record.state, State::Exited { code: 0 });
    let met = match need.state {
        Needed::Ready if seen.supervision.ready.is_some() => record.state == State::Ready || succeeded,
        Needed::Ready => record.state.runs() || succeeded,
        Needed::Started => record.state.runs() || ended.is_some_and(was_started),
        Needed::Succeeded => succeeded,
        Needed::Exited => ended.is_some_and(was_started),
    };
    let lost = record.state.runs() && !seen.alive;
    if met && !lost {
        return None;
    }
    Some(match &record.state {
        _ if !seen.alive && ended.is_none() => format!("{name}: {}", State::LostRunner),
        State::Running if need.state == Needed::Ready => {
            let late = if record.late { ", late" } else { "" };
            format!("{name}: {}{late}", probes(&seen.supervision))
        }
        State::Running | State::Ready => format!("{name}: it still runs"),
        State::Waiting if !record.waits.is_empty() => {
            format!("{name}: it waits for {}", record.waits.join(" and "))
        }
        State::GaveUp => format!("{name}: it gave up"),
        State::Exited { .. } | State::Signalled { .. } => format!("{name}: it {}", end(&record.state)),
        State::Restarting => match &record.last {
            Some((last, _)) => format!("{name}: it {} and is started again", end(last)),
            None => format!("{name}: {}", record.state),
        },
        state => format!("{name}: {state}"),
    })
}

/// The pane of a need, as a person would call it: panes without a name of their own by their window.
pub fn name(need: &Need) -> String {
    let (window, pane) = (&need.window, &need.pane);
    match pane.as_str() {
        "1" => window.to_string(),
        place if place.bytes().all(|byte| byte.is_ascii_digit()) => format!("{window}.{pane}"),
        _ => pane.to_string(),
    }
}

/// Whether `record` is of the pane that `need` names.
pub fn concerns(need: &Need, record: &Record) -> bool {
    let is = |(window, pane): &(Key, Key)| *window == need.window && *pane == need.pane;
    record.keys.as_ref().is_some_and(is)
}

fn was_started(end: &State) -> bool {
    matches!(end, State::Exited { .. } | State::Signalled { .. })
}

fn end(state: &State) -> String {
    match state {
        State::Signalled { signal } => format!("was ended by signal {signal}"),
        state => state.to_string(),
    }
}

fn probes(supervision: &Supervision) -> String {
    let probes = supervision.ready.iter().flat_map(|ready| &ready.probes);
    probes.map(label).collect::<Vec<_>>().join(" and ")
}

/// A probe in a few words.
pub fn label(probe: &Probe) -> String {
    match probe {
        Probe::Tcp { host, port } if is_local(host) => format!("tcp {port}"),
        Probe::Tcp { host, port } if host.contains(':') => format!("tcp [{host}]:{port}"),
        Probe::Tcp { host, port } => format!("tcp {host}:{port}"),
        Probe::Http(address) => format!("http {}", address.trim_start_matches("http://")),
        Probe::Command(command) => format!("command `{}`", command.summary()),
        Probe::Log(regex) => format!("log /{regex}/"),
        Probe::File(path) => format!("file `{path}`"),
        Probe::Exit => "its end".to_owned(),
        Probe::Delay(time) => format!("delay {}", duration(*time)),
    }
}

fn is_local(host: &str) -> bool {
    matches!(host, "localhost" | "127.0.0.1" | "::1")
}

/// A time as in a config.
pub fn duration(time: Duration) -> String {
    match time.as_millis() {
        millis if millis % 1000 == 0 => format!("{} s", millis / 1000),
        millis => format!("{millis} ms"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{PaneId, ProcessId, SCHEMA};
    use crate::workspace::supervision::Ready;

    fn need(state: Needed) -> Need {
        Need { window: Key::from_name("back"), pane: Key::from_name("db"), state }
    }

    fn seen(state: State, probed: bool) -> Seen {
        let probes = vec![Probe::Tcp { host: "localhost".to_owned(), port: 5432 }];
        let ready = probed.then_some(Ready { probes, timeout: Ready::TIMEOUT });
        let runner = ProcessId { pid: 1, start: 2 };
        let record = Record { state, ..Record::new(SCHEMA, PaneId::new(true, 1, 1), runner) };
        Seen { record, supervision: Supervision { ready, ..Supervision::default() }, alive: true }
    }

    #[test]
    fn each_need_is_met_by_some_states_and_says_why_not_by_others() {
        let (exited, failed) = (State::Exited { code: 0 }, State::Exited { code: 1 });
        let killed = State::Signalled { signal: 9 };
        let not = State::NotStarted { why: "no".to_owned() };
        // The state, then for ready with probes, ready without, started, succeeded, exited: what is missing.
        let waiting = "db: waiting";
        let runs = "db: it still runs";
        let table: &[(&State, [&str; 5])] = &[
            (&State::Waiting, [waiting; 5]),
            (&State::Running, ["db: tcp 5432", "", "", runs, runs]),
            (&State::Ready, ["", "", "", runs, runs]),
            (&State::Stopped, ["db: stopped", "", "", "db: stopped", "db: stopped"]),
            (&exited, [""; 5]),
            (&failed, ["db: it exited 1", "db: it exited 1", "", "db: it exited 1", ""]),
            (&killed, {
                let killed = "db: it was ended by signal 9";
                [killed, killed, "", killed, ""]
            }),
            (&not, ["db: not started: no"; 5]),
            (&State::Restarting, ["db: restarting"; 5]),
            (&State::GaveUp, ["db: it gave up"; 5]),
            (&State::LostRunner, ["db: lost runner"; 5]),
            (&State::Unknown, ["db: unknown"; 5]),
        ];
        for (state, wanted) in table {
            let needs = [
                (Needed::Ready, true),
                (Needed::Ready, false),
                (Needed::Started, false),
                (Needed::Succeeded, false),
                (Needed::Exited, false),
            ];
            for ((needed, probed), wanted) in needs.into_iter().zip(wanted) {
                let why = unmet(&need(needed), Some(&seen((*state).clone(), probed)));
                let wanted = (!wanted.is_empty()).then(|| (*wanted).to_owned());
                assert_eq!(why, wanted, "{state:?} for {needed:?}, probed {probed}");
            }
        }
        assert_eq!(unmet(&need(Needed::Exited), None), Some("db: it is not there yet".to_owned()));
    }

    #[test]
    fn between_two_lives_the_last_one_counts() {
        let mut seen = seen(State::Restarting, true);
        seen.record.last = Some((State::Exited { code: 2 }, 7));
        assert_eq!(unmet(&need(Needed::Started), Some(&seen)), None);
        assert_eq!(unmet(&need(Needed::Exited), Some(&seen)), None);
        let why = unmet(&need(Needed::Ready), Some(&seen));
        assert_eq!(why.as_deref(), Some("db: it exited 2 and is started again"));
        seen.record.last = Some((State::Exited { code: 0 }, 7));
        assert_ne!(unmet(&need(Needed::Succeeded), Some(&seen)), None, "it is about to run once more");
    }

    #[test]
    fn what_a_dead_runner_said_of_a_running_command_is_not_believed() {
        let mut ready = seen(State::Ready, true);
        ready.alive = false;
        assert_eq!(unmet(&need(Needed::Ready), Some(&ready)).as_deref(), Some("db: lost runner"));
        let mut ended = seen(State::Exited { code: 0 }, true);
        ended.alive = false;
        assert_eq!(unmet(&need(Needed::Succeeded), Some(&ended)), None, "an end stays true");
    }

    #[test]
    fn a_late_one_and_one_that_waits_itself_say_so() {
        let mut late = seen(State::Running, true);
        late.record.late = true;
        assert_eq!(unmet(&need(Needed::Ready), Some(&late)).as_deref(), Some("db: tcp 5432, late"));
        let mut waits = seen(State::Waiting, true);
        waits.record.waits = vec!["disk: tcp 1".to_owned()];
        assert_eq!(
            unmet(&need(Needed::Ready), Some(&waits)).as_deref(),
            Some("db: it waits for disk: tcp 1")
        );
    }

    #[test]
    fn panes_without_a_name_are_called_by_their_window() {
        let named = |pane: Key| name(&Need { pane, ..need(Needed::Ready) });
        assert_eq!(named(Key::from_name("db")), "db");
        assert_eq!(named(Key::place(1)), "back");
        assert_eq!(named(Key::place(2)), "back.2");
    }

    #[test]
    fn probes_are_named_in_a_few_words() {
        let tcp = |host: &str| Probe::Tcp { host: host.to_owned(), port: 1 };
        assert_eq!(label(&tcp("127.0.0.1")), "tcp 1");
        assert_eq!(label(&tcp("db.local")), "tcp db.local:1");
        assert_eq!(label(&tcp("fe80::1")), "tcp [fe80::1]:1");
        assert_eq!(label(&Probe::Http("http://a:1/x".to_owned())), "http a:1/x");
        assert_eq!(label(&Probe::Delay(Duration::from_millis(2500))), "delay 2500 ms");
    }
}
