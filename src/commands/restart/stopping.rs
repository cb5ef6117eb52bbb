//! One command is stopped: by its runner, else here.

use std::time::Duration;

use super::ask::{Answer, Ask, Request};
use super::chosen::Chosen;
use crate::event::{Subject, What};
use crate::journal::Journal;
use crate::process::{self, Process};
use crate::record::{ProcessId, Record, SCHEMA, State};
use crate::workspace::supervision::Stop;

/// How much longer than its stop rules a runner may take to answer.
const MARGIN: Duration = Duration::from_secs(10);

/// Where it is noted what was done without a runner.
#[derive(Clone, Copy)]
pub struct Noted<'a> {
    /// The journal of the server.
    pub journal: &'a Journal,
    /// Who does it.
    pub by: &'static str,
}

/// Whether a command in this state has something to stop.
pub fn is_to_stop(state: State) -> bool {
    state.runs() || matches!(state, State::Waiting | State::Restarting | State::LostRunner | State::Unknown)
}

/// Asks the runner of a pane. Where it cannot be asked, what is to be stopped is ended here, and
/// [`Answer::Nobody`] says that what is to be started has to be started again as a pane.
pub fn ask_or_end(one: &Chosen<'_>, request: Request, ask: Ask<'_>, report: Noted<'_>) -> Answer {
    let stop = one.pane.known.as_ref().map(|known| known.specification.supervision.stop.clone());
    let stop = stop.unwrap_or_default();
    if let Some(record) = record(one)
        && has_runner(one, record)
    {
        // Its rule, TERM and KILL each have this time.
        match ask(&one.directory, &one.tag.id, request, stop.timeout * 3 + MARGIN) {
            Answer::Nobody => {}
            answer => return answer,
        }
    }
    if request != Request::Stop {
        return Answer::Nobody;
    }
    let survivors = end(one, &stop);
    if !survivors.is_empty() {
        return Answer::Survived(survivors.iter().map(ToString::to_string).collect());
    }
    // What was done is done, also where it cannot be noted.
    let _ = report.journal.note([(What::Stopped, Subject::pane(one.session, one.tag))], Some(report.by));
    Answer::Done
}

fn record<'s>(one: &Chosen<'s>) -> Option<&'s Record> {
    one.pane.known.as_ref()?.record.as_ref()
}

/// Whether the pane's first process lives and still is a runner, of a schema that can be asked.
fn has_runner(one: &Chosen<'_>, record: &Record) -> bool {
    let becomes = record.command == Some(record.runner);
    record.schema == SCHEMA && !one.pane.dead && !becomes && lives(record.runner)
}

fn lives(process: ProcessId) -> bool {
    process::is_alive(process.pid, process.start)
}

/// Ends what runs of the command, without its runner; what survived.
///
/// What is left of a killed runner is found by recorded pid and start time, and by the pane's mark in
/// the environment. Of a pane that nothing is known about, the first process ends, too.
fn end(one: &Chosen<'_>, stop: &Stop) -> Vec<Process> {
    let record = record(one);
    let command = record.and_then(|record| record.command);
    let table = process::snapshot();
    // Now, and not again and again: the shell that takes over has the mark, too.
    let mut roots = table.with_variable("RUNE_PANE", &one.tag.id.to_string());
    roots.extend(command.map(|command| table.tree(command.pid, command.start)).unwrap_or_default());
    if record.is_none() && !one.pane.dead {
        roots.extend(table.get(one.pane.pid).cloned());
    }
    process::terminate(&roots, stop.timeout)
}
