//! What the journal knows of a pane that is not there any more.

use super::{Line, output_of_log};
use crate::event::{Event, Subject, What};
use crate::note::words::{meaning, time};
use crate::record::State;

/// How a pane that is gone ended, from all events and the last lines of its log. `now` is in
/// milliseconds since 1970 (UTC).
pub fn past(events: &[Event], subject: &Subject, output: &[String], now: u64) -> Vec<Line> {
    let ago = |event: &Event| format!("{} ago", time(now.saturating_sub(event.at)));
    let own = || events.iter().filter(|event| event.subject.id == subject.id);
    let mut said = Vec::new();
    match own().rfind(|event| state(&event.what).is_some()) {
        Some(event) => {
            said.push(match event.what {
                What::LostRunner => {
                    format!(
                        "rune's own process in it was killed: nobody saw how the command ended; found {}",
                        ago(event)
                    )
                }
                _ => format!("its last end: {}, {}", event.what, ago(event)),
            });
            let meaning = state(&event.what).as_ref().and_then(meaning);
            said.extend(meaning.map(|meaning| format!("that is: {meaning}")));
            said.extend(event.by.as_ref().map(|by| format!("it was asked to end by `{by}`")));
        }
        None => said.extend(own().next_back().map(|event| {
            format!("nothing is known of an end; the last that is: {}, {}", event.what, ago(event))
        })),
    }
    let headline = match own().rfind(|event| event.what == What::Closed) {
        Some(event) => format!("{subject}: closed, {}", ago(event)),
        None => format!("{subject}: it is not there any more"),
    };
    let line = |depth, text, output| Line { depth, text, output };
    let mut lines = vec![line(0, headline, false)];
    lines.extend(said.into_iter().map(|text| line(1, text, false)));
    lines.extend(output_of_log(output));
    lines
}

/// How the last pane that `is` it ended, in a few words.
pub(super) fn end(events: &[Event], is: impl Fn(&Subject) -> bool) -> Option<String> {
    let event = events.iter().rfind(|event| is(&event.subject) && state(&event.what).is_some())?;
    Some(event.what.to_string())
}

/// The state of a command that such an event leaves.
fn state(what: &What) -> Option<State> {
    Some(match what {
        What::Exited { code } => State::Exited { code: *code },
        What::Signalled { signal } => State::Signalled { signal: *signal },
        What::NotStarted { why } => State::NotStarted { why: why.clone() },
        What::LostRunner => State::LostRunner,
        _ => return None,
    })
}
