//! What rituals left in the background.

use serde_json::{Value, json};

use crate::commands::context::Context;
use crate::error::Result;
use crate::note;
use crate::process::Process;
use crate::record::State;
use crate::ritual_plan::record::{Background, Record};
use crate::ritual_run::{self, Known};
use crate::ui::table;

/// A background command of a ritual that still runs, or that somebody keeps, with what is known of its ritual.
pub struct InBackground {
    record: Record,
    command: Background,
    processes: Vec<Process>,
    kept: Option<Known>,
}

/// Every background command that still runs, and those that ended although somebody keeps them.
pub fn in_background(context: &Context) -> Result<Vec<InBackground>> {
    let mut unreadable = |error: &crate::error::Error| context.ui.error(error);
    let records = ritual_run::records(&context.state_directory(), &mut unreadable)?;
    let there = |record: Record| {
        let all = ritual_run::background(&record).into_iter().map(move |(command, processes)| {
            let kept = ritual_run::known(&command);
            InBackground { record: record.clone(), command, processes, kept }
        });
        all.filter(|one| !one.processes.is_empty() || one.kept.is_some())
    };
    let begun = records.into_iter().filter(|record| !record.background.is_empty());
    Ok(begun.flat_map(there).collect())
}

/// A table of them at this time, in milliseconds since 1970 (UTC).
pub fn text(all: &[InBackground], now: u64) -> String {
    let head = ["BACKGROUND", "PROJECT", "STATE", "PID", "AGAIN", "COMMAND", "LOG"];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    rows.extend(all.iter().map(|one| row(one, now)));
    table(&rows)
}

fn row(one: &InBackground, now: u64) -> Vec<String> {
    let pids: Vec<String> = one.pids().iter().map(u32::to_string).collect();
    let (command, log) = (one.command.command.clone(), one.command.log.display().to_string());
    let again = one.restarts().filter(|restarts| *restarts > 0).map(|restarts| restarts.to_string());
    let (name, project) = (one.command.name.clone(), one.record.project.clone());
    vec![name, project, one.state(now), pids.join(" "), again.unwrap_or_default(), command, log]
}

/// What of it is a change, and not only the passing of time.
pub fn state(one: &InBackground) -> String {
    format!("{} {} {:?} {:?}", one.record.project, one.command.name, one.state(0), one.restarts())
}

/// One of them, for programs.
pub fn json(one: &InBackground) -> Value {
    let known = one.kept.as_ref().and_then(|kept| kept.record.as_ref());
    json!({
        "name": one.command.name,
        "project": one.record.project,
        "root": one.record.root,
        "ritual": one.command.phase,
        "command": one.command.command,
        "state": one.kept.as_ref().map_or(&State::Running, |kept| &kept.state),
        "runner": known.map(|record| record.runner.pid),
        "late": known.is_some_and(|record| record.late),
        "probe": known.and_then(|record| record.probe.as_deref()),
        "restarts": one.restarts(),
        "last_end": known.and_then(|record| record.last.as_ref()).map(|(end, at)| json!({"end": end, "at": at})),
        "pids": one.pids(),
        "since": one.command.began * 1000,
        "log": one.command.log,
    })
}

impl InBackground {
    /// How it is, in words.
    fn state(&self, now: u64) -> String {
        match &self.kept {
            Some(kept) => note::short(&kept.state, kept.record.as_ref(), None, now),
            None => State::Running.to_string(),
        }
    }

    fn restarts(&self) -> Option<u32> {
        Some(self.kept.as_ref()?.record.as_ref()?.restarts)
    }

    /// The first process while it lives, else what it left behind.
    fn pids(&self) -> Vec<u32> {
        let record = self.kept.as_ref().and_then(|kept| kept.record.as_ref());
        let command = record.and_then(|record| record.command).map(|command| command.pid);
        let first = command.or(self.command.process.map(|(pid, _)| pid));
        match first.filter(|first| self.processes.iter().any(|process| process.pid == *first)) {
            Some(first) => vec![first],
            None => self.processes.iter().map(|process| process.pid).collect(),
        }
    }
}
