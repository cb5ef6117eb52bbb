//! What rituals left in the background.

use serde_json::{Value, json};

use crate::commands::context::Context;
use crate::error::Result;
use crate::process::Process;
use crate::ritual_plan::record::{Background, Record};
use crate::ritual_run;
use crate::ui::table;

/// A background command of a ritual that still runs, with what is known of its ritual.
pub struct InBackground {
    record: Record,
    command: Background,
    processes: Vec<Process>,
}

/// Every background command that still runs.
pub fn in_background(context: &Context) -> Result<Vec<InBackground>> {
    let mut unreadable = |error: &crate::error::Error| context.ui.error(error);
    let records = ritual_run::records(&context.state_directory(), &mut unreadable)?;
    let running = |record: Record| {
        let running = ritual_run::running(&record).into_iter();
        running.map(move |(command, processes)| InBackground { record: record.clone(), command, processes })
    };
    let begun = records.into_iter().filter(|record| !record.background.is_empty());
    Ok(begun.flat_map(running).collect())
}

/// A table of them.
pub fn text(all: &[InBackground]) -> String {
    let mut rows = vec![["BACKGROUND", "PROJECT", "PID", "COMMAND", "LOG"].map(str::to_owned).to_vec()];
    rows.extend(all.iter().map(row));
    table(&rows)
}

fn row(one: &InBackground) -> Vec<String> {
    let pids: Vec<String> = one.pids().iter().map(u32::to_string).collect();
    let (command, log) = (one.command.command.clone(), one.command.log.display().to_string());
    vec![one.command.name.clone(), one.record.project.clone(), pids.join(" "), command, log]
}

/// One of them, for programs.
pub fn json(one: &InBackground) -> Value {
    json!({
        "name": one.command.name,
        "project": one.record.project,
        "root": one.record.root,
        "ritual": one.command.phase,
        "command": one.command.command,
        "pids": one.pids(),
        "since": one.command.began * 1000,
        "log": one.command.log,
    })
}

impl InBackground {
    /// The first process while it lives, else what it left behind.
    fn pids(&self) -> Vec<u32> {
        let first = self.command.process.map(|(pid, _)| pid);
        match first.filter(|first| self.processes.iter().any(|process| process.pid == *first)) {
            Some(first) => vec![first],
            None => self.processes.iter().map(|process| process.pid).collect(),
        }
    }
}
