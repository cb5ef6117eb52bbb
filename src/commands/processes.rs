//! The processes of panes: which they are, and how they are ended.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use super::rules;
use crate::process::{self, Process, Table};
use crate::snapshot::LivePane;

/// The variable by which every process of a workspace is known, also after its pane is gone.
pub const WORKSPACE: &str = "RUNE_WORKSPACE";

/// Whose processes are ended.
#[derive(Clone, Copy)]
pub struct Group<'a> {
    /// Their panes.
    pub panes: &'a [&'a LivePane],
    /// A whole workspace, by its value of [`WORKSPACE`]: with what is left of panes that are gone.
    pub workspace: Option<&'a str>,
    /// Where the panes of each workspace are written down.
    pub directories: &'a BTreeMap<String, PathBuf>,
    /// Who ends them, for their journal.
    pub by: &'a str,
}

/// Every process of the group: what comes of the panes' first processes, and what carries their id,
/// or the workspace's, in its environment wherever it went.
fn of(group: Group<'_>, table: &Table) -> Vec<Process> {
    let mut roots: Vec<Process> = Vec::new();
    for pane in group.panes {
        roots.extend(table.get(pane.pid).filter(|_| !pane.dead).cloned());
    }
    match group.workspace {
        // A process of a pane carries its workspace's mark too.
        Some(workspace) => roots.extend(table.with_variable(WORKSPACE, workspace)),
        None => {
            let ids = group.panes.iter().filter_map(|pane| Some(pane.tag.as_ref()?.id.to_string())).collect();
            roots.extend(table.with_variable_among("RUNE_PANE", &ids));
        }
    }
    table.family(&roots)
}

/// Ends everything that runs in the group: by the rules that commands have, then TERM, time, KILL. What
/// survived comes back.
///
/// A runner is told first to close its pane when its command has ended, so that it neither hands
/// over to a shell nor takes the terminal's hang-up to a command that is still shutting down.
pub fn end(group: Group<'_>, grace: Duration) -> Vec<Process> {
    let kept: Vec<&LivePane> = group.panes.iter().copied().filter(|pane| is_runner(pane)).collect();
    rules::stop(&kept, group.directories, group.by, grace);
    let table = process::snapshot();
    let runners: Vec<Process> = group
        .panes
        .iter()
        .filter(|pane| is_runner(pane))
        .filter_map(|pane| table.get(pane.pid).cloned())
        .collect();
    for runner in &runners {
        if let Some(pid) = i32::try_from(runner.pid).ok().and_then(Pid::from_raw) {
            let _ = kill_process(pid, Signal::USR1);
        }
    }
    let is_runner = |process: &Process| runners.iter().any(|runner| runner.is(process));
    let find = |table: &Table| of(group, table).into_iter().filter(|process| !is_runner(process)).collect();
    process::terminate_found(find, grace)
}

/// Whether the pane's first process still is a runner: it has not become the command or a shell.
fn is_runner(pane: &LivePane) -> bool {
    let Some(known) =
        pane.known.as_ref().filter(|known| !pane.dead && !known.specification.becomes_command())
    else {
        return false;
    };
    known.record.as_ref().is_some_and(|record| record.runner.pid == pane.pid)
}
