//! `kill --processes`: what runs in panes ends, the panes stay.

use std::time::Duration;

use serde_json::{Value, json};

use super::{look, scene};
use crate::cli;
use crate::commands::bring_up;
use crate::commands::context::Context;
use crate::commands::kill::duration;
use crate::commands::stop;
use crate::error::{Result, counted};
use crate::live::{Address, Scene, is_shell};
use crate::process::{self, Process, Table};
use crate::snapshot::{LivePane, Snapshot};
use crate::target::{self, Found};
use crate::tmux::version::Version;

/// `rune session kill --processes`
pub fn of_session(context: &Context, options: &cli::KillProcesses) -> Result<()> {
    end(context, options, &options.target, |scene, text| {
        let session = scene.session(&Address::spelled(text))?;
        let windows = session.windows.iter();
        Ok(windows
            .flat_map(|window| window.panes.iter().map(move |pane| Found { session, window, pane }))
            .collect())
    })
}

/// `rune window kill --processes`
pub fn of_window(context: &Context, options: &cli::KillProcesses) -> Result<()> {
    end(context, options, &options.target, |scene, text| {
        let (session, window) = scene.window(&Address::spelled(text))?;
        Ok(window.panes.iter().map(|pane| Found { session, window, pane }).collect())
    })
}

/// `rune pane kill --processes`
pub fn of_pane(context: &Context, options: &cli::KillProcesses) -> Result<()> {
    end(context, options, &options.target, |scene, text| Ok(vec![scene.pane(&Address::spelled(text))?]))
}

fn end(
    context: &Context,
    options: &cli::KillProcesses,
    text: &str,
    find: impl for<'s> FnOnce(&Scene<'s>, &str) -> Result<Vec<Found<'s>>>,
) -> Result<()> {
    let grace = duration(&options.timeout)?;
    let _lock = bring_up::lock(context, "kill --processes")?;
    let snapshot = look(context)?;
    let scene = scene(context, &snapshot, options.how.any);
    let panes = find(&scene, text)?;
    for one in &panes {
        scene.allowed("pane", &one.name(), one.pane.tag.is_some())?;
    }
    let version = snapshot.version.unwrap_or(Version::OLDEST);
    let (ended, survivors) = end_in(context, &panes, version, grace)?;
    if options.how.json {
        let panes: Vec<Value> =
            panes.iter().map(|found| json!({"target": found.name(), "pane": found.pane.id})).collect();
        let value = json!({
            "schema": 1,
            "changed": !ended.is_empty(),
            "ended": ended.iter().map(|process| process.pid).collect::<Vec<u32>>(),
            "survived": survivors.iter().map(|process| process.pid).collect::<Vec<u32>>(),
            "panes": panes,
        });
        context.ui.result(&value.to_string());
    } else {
        context.ui.say(&match ended.len() {
            0 => "nothing to do".to_owned(),
            count => format!("ended {}", counted(count, "process")),
        });
    }
    stop::survived(survivors.iter().map(ToString::to_string).collect())
}

/// Ends what runs in these panes; who was there, and who survived.
fn end_in(
    context: &Context,
    panes: &[Found<'_>],
    version: Version,
    grace: Duration,
) -> Result<(Vec<Process>, Vec<Process>)> {
    let panes: Vec<&LivePane> = panes.iter().map(|found| found.pane).filter(|pane| !pane.dead).collect();
    let table = process::snapshot();
    // A pane closes with its first process, unless it is told to stay.
    let mut closing: Vec<&LivePane> = panes.iter().copied().filter(|pane| !keeps(pane, &table)).collect();
    bring_up::keep(context, &mut closing, version)?;
    // What tmux could not be told to keep is left alone.
    let stays = |pane: &&LivePane| keeps(pane, &table) || closing.iter().any(|kept| kept.id == pane.id);
    let panes: Vec<&LivePane> = panes.into_iter().filter(stays).collect();
    // Not this very process, nor whoever waits for it.
    let mine = table.ancestors(std::process::id());
    let find = |table: &Table| -> Vec<Process> {
        let all = panes.iter().flat_map(|pane| of_pane_now(pane, table));
        all.filter(|process| process.pid != std::process::id() && !mine.iter().any(|own| own.is(process)))
            .collect()
    };
    let before = find(&table);
    let survivors = process::terminate_found(
        |table| {
            // When a command has ended its runner starts a shell, which is what the pane is kept for.
            let is_new = |process: &Process| !before.iter().any(|known| known.is(process));
            let of_runner = |process: &Process| panes.iter().any(|pane| pane.pid == process.parent);
            let takes_over = |process: &Process| {
                is_new(process) && of_runner(process) && (is_shell(&process.name) || process.name == "rune")
            };
            let mut found = find(table);
            let shells: Vec<Process> = found.iter().filter(|process| takes_over(process)).cloned().collect();
            let theirs = table.family(&shells);
            found.retain(|process| !theirs.iter().any(|other| other.is(process)));
            found
        },
        grace,
    );
    Ok((before, survivors))
}

/// What runs in a pane besides what keeps it.
fn of_pane_now(pane: &LivePane, table: &Table) -> Vec<Process> {
    let mut roots: Vec<Process> = table.get(pane.pid).cloned().into_iter().collect();
    if let Some(tag) = &pane.tag {
        roots.extend(table.with_variable("RUNE_PANE", &tag.id.to_string()));
    }
    let stays = keeps(pane, table);
    let mut all = table.family(&roots);
    let keeps_pane = |process: &Process| stays && process.pid == pane.pid;
    all.retain(|process| !keeps_pane(process) && !is_handed_over(pane, process, table));
    all
}

/// Whether the pane's first process is a runner or a shell, which stay.
fn keeps(pane: &LivePane, table: &Table) -> bool {
    let is_runner = pane.known.as_ref().is_some_and(|known| {
        let record = known.record.as_ref();
        !known.specification.becomes_command() && record.is_some_and(|record| record.runner.pid == pane.pid)
    });
    is_runner || table.get(pane.pid).is_some_and(|process| is_shell(&process.name))
}

/// Whether a process is the shell that took over from a command that ended.
fn is_handed_over(pane: &LivePane, process: &Process, table: &Table) -> bool {
    let ended = pane
        .known
        .as_ref()
        .and_then(|known| known.record.as_ref())
        .is_some_and(|record| !record.state.runs());
    let child = table.get(pane.pid).is_some_and(|runner| process.parent == runner.pid);
    ended && child && is_shell(&process.name)
}

/// The tree of what runs in a pane, the first process first.
pub fn tree(context: &Context, text: &str, json: bool) -> Result<()> {
    let snapshot: Snapshot = look(context)?;
    let found = scene(context, &snapshot, true).pane(&Address::spelled(text))?;
    let table = process::snapshot();
    let mut roots: Vec<Process> = table.get(found.pane.pid).cloned().into_iter().collect();
    if let Some(tag) = &found.pane.tag {
        roots.extend(table.with_variable("RUNE_PANE", &tag.id.to_string()));
    }
    let all = table.family(&roots);
    if json {
        let processes: Vec<Value> = all
            .iter()
            .map(|process| {
                json!({
                    "pid": process.pid, "parent": process.parent, "name": process.name,
                    "command": process::command_line(process),
                })
            })
            .collect();
        let name = target::name(found.session, found.window, found.pane);
        let value = json!({"schema": 1, "target": name, "pane": found.pane.id, "processes": processes});
        context.ui.result(&value.to_string());
        return Ok(());
    }
    let depth = |process: &Process| {
        let mut depth = 0;
        let mut parent = process.parent;
        while let Some(above) = all.iter().find(|other| other.pid == parent) {
            depth += 1;
            parent = above.parent;
        }
        depth
    };
    let mut lines = Vec::new();
    let mut stack: Vec<&Process> = all.iter().rev().filter(|process| depth(process) == 0).collect();
    while let Some(process) = stack.pop() {
        let indent = "  ".repeat(depth(process));
        lines.push(format!("{indent}{} {}", process.pid, process::command_line(process)));
        stack.extend(all.iter().rev().filter(|other| other.parent == process.pid));
    }
    if lines.is_empty() {
        context.ui.say("nothing is running");
    } else {
        context.ui.result(&lines.join("\n"));
    }
    Ok(())
}
