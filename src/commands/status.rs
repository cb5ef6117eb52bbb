//! `rune status` and `rune ls`: what runs.

use serde_json::{Value, json};

use super::context::Context;
use super::leave;
use crate::cli;
use crate::error::Result;
use crate::process::Process;
use crate::ritual_plan::record::{Background, Record};
use crate::ritual_run;
use crate::snapshot::{Detail, LivePane, LiveSession, LiveWindow, Snapshot};
use crate::ui::table;

/// `rune status`
pub fn status(context: &Context, options: &cli::Status) -> Result<()> {
    let snapshot = context.look_for(Detail::Foreground)?.unwrap_or_default();
    if let Some(report) = leave::take_report(context) {
        context.ui.say(&report);
    }
    let in_background = in_background(context)?;
    if options.json {
        let panes: Vec<Value> =
            snapshot.panes().map(|(session, window, pane)| json(&snapshot, session, window, pane)).collect();
        let background: Vec<Value> = in_background.iter().map(background_json).collect();
        context.ui.result(&json!({"schema": 1, "panes": panes, "background": background}).to_string());
        return Ok(());
    }
    if snapshot.sessions.is_empty() && in_background.is_empty() {
        context.ui.say("nothing is running");
        return Ok(());
    }
    let mut tables = Vec::new();
    if !snapshot.sessions.is_empty() {
        let mut rows = vec![["PANE", "STATE", "PID", "COMMAND"].map(str::to_owned).to_vec()];
        rows.extend(snapshot.panes().map(|(session, window, pane)| row(&snapshot, session, window, pane)));
        tables.push(table(&rows));
    }
    if !in_background.is_empty() {
        let mut rows = vec![["BACKGROUND", "PROJECT", "PID", "COMMAND", "LOG"].map(str::to_owned).to_vec()];
        rows.extend(in_background.iter().map(background_row));
        tables.push(table(&rows));
    }
    context.ui.result(&tables.join("\n"));
    Ok(())
}

/// A background command of a ritual that still runs, with what is known of its ritual.
struct InBackground {
    record: Record,
    command: Background,
    processes: Vec<Process>,
}

fn in_background(context: &Context) -> Result<Vec<InBackground>> {
    let mut unreadable = |error: &crate::error::Error| context.ui.error(error);
    let records = ritual_run::records(&context.state_directory(), &mut unreadable)?;
    let running = |record: Record| {
        let running = ritual_run::running(&record).into_iter();
        running.map(move |(command, processes)| InBackground { record: record.clone(), command, processes })
    };
    let begun = records.into_iter().filter(|record| !record.background.is_empty());
    Ok(begun.flat_map(running).collect())
}

fn background_row(one: &InBackground) -> Vec<String> {
    let pids: Vec<String> = one.pids().iter().map(u32::to_string).collect();
    let (command, log) = (one.command.command.clone(), one.command.log.display().to_string());
    vec![one.command.name.clone(), one.record.project.clone(), pids.join(" "), command, log]
}

fn background_json(one: &InBackground) -> Value {
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

/// `rune ls`
pub fn sessions(context: &Context, options: &cli::Status) -> Result<()> {
    let snapshot = context.look_for(Detail::Foreground)?.unwrap_or_default();
    if options.json {
        let sessions: Vec<Value> = snapshot.sessions.iter().map(session_json).collect();
        context.ui.result(&json!({"schema": 1, "sessions": sessions}).to_string());
        return Ok(());
    }
    if snapshot.sessions.is_empty() {
        context.ui.say("nothing is running");
        return Ok(());
    }
    let mut rows =
        vec![["SESSION", "PROJECT", "WINDOWS", "PANES", "ATTACHED", "ROOT"].map(str::to_owned).to_vec()];
    for session in &snapshot.sessions {
        let panes: usize = session.windows.iter().map(|window| window.panes.len()).sum();
        let about = |part: &dyn Fn(&crate::snapshot::About) -> String| {
            session.about.as_ref().map_or("-".to_owned(), part)
        };
        rows.push(vec![
            session.name.clone(),
            about(&|about| about.project.clone()),
            session.windows.len().to_string(),
            panes.to_string(),
            if session.attached > 0 { "yes".to_owned() } else { "no".to_owned() },
            about(&|about| about.root.clone()),
        ]);
    }
    context.ui.result(&table(&rows));
    Ok(())
}

fn row(snapshot: &Snapshot, session: &LiveSession, window: &LiveWindow, pane: &LivePane) -> Vec<String> {
    let state = match &pane.tag {
        Some(_) => pane.state(snapshot.pid).to_string(),
        None => "by hand".to_owned(),
    };
    let command = pane.known.as_ref().map_or(&pane.current_command, |known| &known.specification.summary);
    vec![target(session, window, pane), state, pane.pid.to_string(), command.clone()]
}

/// `session:window.pane` by key where there is one.
fn target(session: &LiveSession, window: &LiveWindow, pane: &LivePane) -> String {
    let own = window.noted.as_ref().map_or(window.name.as_str(), |note| note.key.as_str());
    let pane = pane.tag.as_ref().map_or(pane.id.as_str(), |tag| tag.pane.as_str());
    format!("{}:{own}.{pane}", session.name)
}

fn json(snapshot: &Snapshot, session: &LiveSession, window: &LiveWindow, pane: &LivePane) -> Value {
    let record = pane.known.as_ref().and_then(|known| known.record.as_ref());
    json!({
        "target": target(session, window, pane),
        "session": session.name,
        "session_id": session.id,
        "window": window.name,
        "window_id": window.id,
        "pane_id": pane.id,
        "ours": pane.tag.is_some(),
        "key": pane.tag.as_ref().map(|tag| tag.pane.as_str()),
        "state": pane.tag.as_ref().map(|_| pane.state(snapshot.pid)),
        "since": record.map(|record| record.since),
        "pid": pane.pid,
        "command": pane.known.as_ref().map(|known| known.specification.summary.as_str()),
        "foreground": pane.current_command,
        "directory": pane.current_path,
    })
}

fn session_json(session: &LiveSession) -> Value {
    json!({
        "name": session.name,
        "id": session.id,
        "attached": session.attached,
        "windows": session.windows.len(),
        "panes": session.windows.iter().map(|window| window.panes.len()).sum::<usize>(),
        "about": session.about,
    })
}
