//! `rune top`: what panes, windows and sessions use, the busiest first.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::{Value, json};

use super::context::Context;
use super::notice::{Notice, Woken};
use super::usage;
use crate::cli;
use crate::error::Result;
use crate::note::words::size;
use crate::process::{Sample, Usage};
use crate::snapshot::{Detail, LiveWindow, Snapshot};
use crate::ui::{Cell, Column, Screen, Table};

/// Time between the two looks that `--once` compares.
const ONCE: Duration = Duration::from_millis(500);

/// Time between two looks of the live view.
const TICK: Duration = Duration::from_secs(1);

/// A pane, window or session with what is below it.
struct Node {
    name: String,
    id: String,
    command: String,
    usage: Usage,
    below: Vec<Node>,
}

/// `rune top`
pub fn top(context: &Context, options: &cli::Top) -> Result<()> {
    let mut screen = if options.once || options.json { None } else { Screen::open() };
    let mut notice = if screen.is_some() { Notice::of_screen() } else { Notice::new() }?.until_left();
    let mut before = usage::sample(&look(context)?);
    // The first picture of a live view comes soon.
    let mut tick = ONCE;
    loop {
        if notice.wait(&[], Some(tick))? == Woken::Suspend {
            screen.as_mut().map(Screen::hide);
            notice.suspend();
            screen.as_mut().map(Screen::show);
        }
        let snapshot = look(context)?;
        let sample = usage::sample(&snapshot);
        let sessions = sessions(&snapshot, &sample, &before);
        match &mut screen {
            _ if options.json => {
                let sessions: Vec<Value> =
                    sessions.iter().map(|session| as_json(session, &["windows", "panes"])).collect();
                let interval = u64::try_from(ONCE.as_millis()).unwrap_or(0);
                let top = json!({"schema": 1, "interval_ms": interval, "sessions": sessions});
                context.ui.result(&top.to_string());
                return Ok(());
            }
            None if sessions.is_empty() => {
                context.ui.say("nothing is running");
                return Ok(());
            }
            None => {
                context.ui.result(&text(&sessions, context));
                return Ok(());
            }
            Some(screen) => screen.paint(&text(&sessions, context)),
        }
        (before, tick) = (sample, TICK);
    }
}

fn look(context: &Context) -> Result<Snapshot> {
    Ok(context.look_for(Detail::Foreground)?.unwrap_or_default())
}

fn sessions(snapshot: &Snapshot, now: &Sample, before: &Sample) -> Vec<Node> {
    // Sessions of one group share their windows: these count where they come first.
    let mut seen = BTreeSet::new();
    let sessions = snapshot.sessions.iter().map(|session| {
        let own: Vec<&LiveWindow> =
            session.windows.iter().filter(|window| seen.insert(window.id.as_str())).collect();
        let windows = own.iter().map(|window| {
            let panes = window.panes.iter().map(|pane| Node {
                name: pane.key().to_owned(),
                id: pane.id.clone(),
                command: match &pane.known {
                    Some(known) => known.specification.summary.clone(),
                    None => pane.current_command.clone(),
                },
                usage: now.usage(&pane.id, Some(before)),
                below: Vec::new(),
            });
            Node::of(window.key(), &window.id, panes.collect())
        });
        Node::of(&session.name, &session.id, windows.collect())
    });
    sorted(sessions.collect())
}

impl Node {
    fn of(name: &str, id: &str, below: Vec<Node>) -> Node {
        let mut usage = Usage::default();
        for node in &below {
            usage.processes += node.usage.processes;
            usage.memory += node.usage.memory;
            usage.time += node.usage.time;
            usage.cpu += node.usage.cpu;
        }
        let (name, id, command) = (name.to_owned(), id.to_owned(), String::new());
        Node { name, id, command, usage, below: sorted(below) }
    }
}

/// The busiest first, then the largest; else as they come.
fn sorted(mut nodes: Vec<Node>) -> Vec<Node> {
    nodes.sort_by(|a, b| {
        b.usage.cpu.total_cmp(&a.usage.cpu).then_with(|| b.usage.memory.cmp(&a.usage.memory))
    });
    nodes
}

fn text(sessions: &[Node], context: &Context) -> String {
    let mut table = Table::new(&[
        Column::Left("NAME"),
        Column::Right("CPU"),
        Column::Right("MEM"),
        Column::Right("PROCESSES"),
        Column::Left("COMMAND"),
    ]);
    rows(&mut table, sessions, 0);
    table.text(context.ui.width(), context.ui.colour)
}

fn rows(table: &mut Table, nodes: &[Node], depth: usize) {
    for node in nodes {
        table.row([
            Cell::from(format!("{}{}", "  ".repeat(depth), node.name)),
            format!("{:.1}", node.usage.cpu).into(),
            size(node.usage.memory).into(),
            node.usage.processes.to_string().into(),
            node.command.as_str().into(),
        ]);
        rows(table, &node.below, depth + 1);
    }
}

fn as_json(node: &Node, below: &[&str]) -> Value {
    let mut value = json!({
        "name": node.name,
        "id": node.id,
        "cpu_percent": (node.usage.cpu * 10.0).round() / 10.0,
        "cpu_ms": u64::try_from(node.usage.time.as_millis()).unwrap_or(u64::MAX),
        "memory_bytes": node.usage.memory,
        "processes": node.usage.processes,
    });
    match below.split_first() {
        Some((name, rest)) => {
            value[*name] = node.below.iter().map(|node| as_json(node, rest)).collect();
        }
        None => value["command"] = node.command.as_str().into(),
    }
    value
}
