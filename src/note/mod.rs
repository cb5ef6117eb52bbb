//! What there is to say of a pane's state in a few words.

pub mod words;

use crate::record::{Record, State};
use words::time;

/// What makes a state more than its word: what is waited for, when it is started again, what ended.
/// `next` is when it is started again, if that is known; times are milliseconds since 1970 (UTC).
pub fn note(state: &State, record: Option<&Record>, next: Option<u64>, now: u64) -> Option<String> {
    let Some(record) = record else {
        return (*state == State::Unknown).then(|| "what its runner wrote down is lost".to_owned());
    };
    let last = record.last.as_ref().map(|(end, _)| end.to_string());
    let after = last.as_ref().map(|last| format!("after {last}"));
    let probe = |what: &str| match &record.probe {
        Some(probe) => format!("{what}: {probe}"),
        None => what.to_owned(),
    };
    match state {
        State::Waiting if !record.waits.is_empty() => Some(format!("for {}", record.waits.join(" and "))),
        State::Running if record.late => Some(probe("late")),
        State::Running if record.probe.is_some() => Some(probe("not ready")),
        State::Running | State::Ready if record.restarts > 0 => after,
        State::Restarting => {
            let when = next.map(|next| format!("in {}", time(next.saturating_sub(now))));
            Some([when, after].into_iter().flatten().collect::<Vec<_>>().join(" "))
        }
        State::GaveUp if record.asked => Some("was asked to end".to_owned()),
        State::GaveUp => after,
        State::Exited { .. } | State::Signalled { .. } if record.asked => Some("was asked to end".to_owned()),
        _ => None,
    }
    .filter(|note| !note.is_empty())
}

/// A state with what there is to say of it: `waiting for db: tcp 5432`, `running, late: tcp 1: refused`.
pub fn short(state: &State, record: Option<&Record>, next: Option<u64>, now: u64) -> String {
    match note(state, record, next, now) {
        Some(note) if *state == State::Running || *state == State::Unknown => format!("{state}, {note}"),
        Some(note) => format!("{state} {note}"),
        None => state.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{PaneId, ProcessId, SCHEMA};

    #[test]
    fn each_state_says_what_its_word_does_not() {
        let record = |restarts, late: bool, asked| {
            let runner = ProcessId { pid: 1, start: 2 };
            let last = (restarts > 0).then_some((State::Exited { code: 2 }, 7));
            let (waits, probe) = (vec!["db: tcp 1".to_owned()], late.then(|| "tcp 2: refused".to_owned()));
            let plain = Record::new(SCHEMA, PaneId::new(true, 1, 1), runner);
            Record { restarts, late, asked, last, waits, probe, ..plain }
        };
        for (state, restarts, late, asked, wanted) in [
            (State::Waiting, 0, false, false, "for db: tcp 1"),
            (State::Running, 0, false, false, ""),
            (State::Running, 0, true, false, "late: tcp 2: refused"),
            (State::Running, 1, false, false, "after exited 2"),
            (State::Ready, 1, false, false, "after exited 2"),
            (State::Ready, 0, false, false, ""),
            (State::Restarting, 1, false, false, "in 4 s after exited 2"),
            (State::GaveUp, 5, false, false, "after exited 2"),
            (State::GaveUp, 5, false, true, "was asked to end"),
            (State::Exited { code: 0 }, 0, false, true, "was asked to end"),
            (State::Exited { code: 1 }, 0, false, false, ""),
            (State::LostRunner, 0, false, false, ""),
        ] {
            let note = note(&state, Some(&record(restarts, late, asked)), Some(14_000), 10_000);
            assert_eq!(note.unwrap_or_default(), wanted, "{state:?}");
        }
        assert!(note(&State::Unknown, None, None, 0).is_some_and(|note| note.contains("is lost")));
    }
}
