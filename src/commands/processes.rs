//! The processes of panes: which they are, and how they are ended.

use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use crate::process::{self, Process, Table};
use crate::record::State;
use crate::snapshot::LivePane;
use crate::workspace::OnExit;

/// Every process of these panes: what comes of their first processes, and what carries their id in
/// its environment wherever it went.
fn of(panes: &[&LivePane], table: &Table) -> Vec<Process> {
    let mut found: Vec<Process> = Vec::new();
    for pane in panes {
        let roots: Vec<Process> = table.get(pane.pid).filter(|_| !pane.dead).cloned().into_iter().collect();
        let mut family = table.family(&roots);
        if let Some(tag) = &pane.tag {
            let carriers = table.with_variable("RUNE_PANE", &tag.id.to_string());
            family.extend(table.family(&carriers));
        }
        for process in family {
            if !found.iter().any(|known| known.is(&process)) {
                found.push(process);
            }
        }
    }
    found
}

/// Ends everything that runs in these panes: TERM, time, KILL. What survived comes back.
///
/// A runner is told first to close its pane when its command has ended, so that it neither hands
/// over to a shell nor takes the terminal's hang-up to a command that is still shutting down.
pub fn end(panes: &[&LivePane], grace: Duration) -> Vec<Process> {
    let table = process::snapshot();
    let runners: Vec<Process> =
        panes.iter().filter(|pane| is_runner(pane)).filter_map(|pane| table.get(pane.pid).cloned()).collect();
    for runner in &runners {
        if let Some(pid) = i32::try_from(runner.pid).ok().and_then(Pid::from_raw) {
            let _ = kill_process(pid, Signal::USR1);
        }
    }
    let is_runner = |process: &Process| runners.iter().any(|runner| runner.is(process));
    process::terminate_found(
        |table| of(panes, table).into_iter().filter(|process| !is_runner(process)).collect(),
        grace,
    )
}

/// Whether the pane's first process still is a runner: it has not become the command or a shell.
fn is_runner(pane: &LivePane) -> bool {
    let Some(known) =
        pane.known.as_ref().filter(|known| !pane.dead && !known.specification.becomes_command())
    else {
        return false;
    };
    known.record.as_ref().is_some_and(|record| {
        let stays = known.specification.on_exit == OnExit::Keep;
        record.runner.pid == pane.pid && (stays || matches!(record.state, State::Running | State::Stopped))
    })
}
