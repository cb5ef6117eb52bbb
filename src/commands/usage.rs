//! What panes use: where the process tree of each begins.

use std::collections::BTreeMap;

use crate::process::{self, Roots, Sample};
use crate::record::ProcessId;
use crate::snapshot::{LivePane, Snapshot};

/// What every process uses now; the group of a pane has the name of its tmux id.
pub fn sample(snapshot: &Snapshot) -> Sample {
    // Sessions of one group share their panes.
    let panes: BTreeMap<&str, &LivePane> =
        snapshot.panes().map(|(_, _, pane)| (pane.id.as_str(), pane)).collect();
    process::sample(&panes.into_values().map(roots).collect::<Vec<Roots>>())
}

fn roots(pane: &LivePane) -> Roots {
    let mut processes = pane.processes();
    let known = processes.iter().any(|process| process.pid == pane.pid);
    if !pane.dead && !known {
        // Its first process lives, so its id is its own.
        let first = process::find(pane.pid).map(|first| ProcessId { pid: first.pid, start: first.start });
        processes.extend(first);
    }
    let mark = pane.tag.as_ref().map(|tag| tag.id.to_string());
    Roots { name: pane.id.clone(), processes, mark }
}
