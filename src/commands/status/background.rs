//! What rituals left in the background.

use serde_json::{Value, json};

use crate::commands::background::{self, InBackground};
use crate::commands::context::Context;
use crate::error::Result;
use crate::note;
use crate::record::State;
use crate::ui::table;

/// Every background command that still runs, and those that ended although somebody keeps them.
pub fn in_background(context: &Context) -> Result<Vec<InBackground>> {
    Ok(background::all(context)?.into_iter().filter(InBackground::is_there).collect())
}

/// A table of them at this time, in milliseconds since 1970 (UTC).
pub fn text(all: &[InBackground], now: u64) -> String {
    let head = ["BACKGROUND", "STATE", "PID", "AGAIN", "COMMAND", "LOG"];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    rows.extend(all.iter().map(|one| row(one, now)));
    table(&rows)
}

fn row(one: &InBackground, now: u64) -> Vec<String> {
    let pids: Vec<String> = pids(one).iter().map(u32::to_string).collect();
    let (command, log) = (one.command.command.clone(), one.command.log.display().to_string());
    let again = restarts(one).filter(|restarts| *restarts > 0).map(|restarts| restarts.to_string());
    vec![one.name(), said(one, now), pids.join(" "), again.unwrap_or_default(), command, log]
}

/// What of it is a change, and not only the passing of time.
pub fn state(one: &InBackground) -> String {
    format!("{} {:?} {:?}", one.name(), said(one, 0), restarts(one))
}

/// One of them, for programs.
pub fn json(one: &InBackground) -> Value {
    let known = one.kept.as_ref().and_then(|kept| kept.record.as_ref());
    json!({
        "target": one.name(),
        "name": one.command.name,
        "project": one.record.project,
        "root": one.record.root,
        "ritual": one.command.phase,
        "command": one.command.command,
        "state": one.kept.as_ref().map_or(&State::Running, |kept| &kept.state),
        "runner": known.map(|record| record.runner.pid),
        "late": known.is_some_and(|record| record.late),
        "probe": known.and_then(|record| record.probe.as_deref()),
        "restarts": restarts(one),
        "last_end": known.and_then(|record| record.last.as_ref()).map(|(end, at)| json!({"end": end, "at": at})),
        "pids": pids(one),
        "since": one.command.began * 1000,
        "log": one.command.log,
    })
}

/// How it is, in words.
fn said(one: &InBackground, now: u64) -> String {
    match &one.kept {
        Some(kept) => note::short(&kept.state, kept.record.as_ref(), None, now),
        None => State::Running.to_string(),
    }
}

fn restarts(one: &InBackground) -> Option<u32> {
    Some(one.kept.as_ref()?.record.as_ref()?.restarts)
}

/// The first process while it lives, else what it left behind.
fn pids(one: &InBackground) -> Vec<u32> {
    let record = one.kept.as_ref().and_then(|kept| kept.record.as_ref());
    let command = record.and_then(|record| record.command).map(|command| command.pid);
    let first = command.or(one.command.process.map(|(pid, _)| pid));
    match first.filter(|first| one.processes.iter().any(|process| process.pid == *first)) {
        Some(first) => vec![first],
        None => one.processes.iter().map(|process| process.pid).collect(),
    }
}
