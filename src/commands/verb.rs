//! `rune pane …`: what is done to a pane by hand.

use std::io::Read;

use serde_json::{Value, json};

use super::context::Context;
use super::live::{self, Terms, args, processes};
use crate::cli::{self, KillProcesses, Switch, Verb};
use crate::error::{Error, Result};
use crate::live::{Address, Ensure, Operation};
use crate::plan::{Keys, Resize};
use crate::snapshot::Snapshot;
use crate::target::{self, Found};
use crate::ui::table;

/// Does one verb.
pub fn run(context: &Context, verb: &Verb) -> Result<()> {
    let spelled = |text: &String| Address::spelled(text);
    let (operation, purpose, how) = match verb {
        Verb::Ensure { pane, label, content, again, how } => {
            let (at, label) = (spelled(pane), label.clone());
            let content = args::content(context, content)?;
            let ensure = Ensure::Pane { at, label, content, again: *again };
            (Operation::Ensure(vec![ensure]), "rune pane ensure", how)
        }
        Verb::Split { pane, right, down: _, size, label, content, how } => {
            let size = size.as_deref().map(args::share).transpose()?;
            let (at, right, label) = (spelled(pane), *right, label.clone());
            let content = args::content(context, content)?;
            (Operation::SplitPane { at, right, size, label, content }, "rune pane split", how)
        }
        Verb::Run { pane, content, how } => {
            let (at, content) = (spelled(pane), args::content(context, content)?);
            (Operation::RunInPane { at, content }, "rune pane run", how)
        }
        Verb::Send { pane, text, keys, no_enter, how } => {
            let keys = typed(text.as_deref(), keys, !no_enter)?;
            (Operation::Type { at: spelled(pane), keys }, "rune pane send", how)
        }
        Verb::Kill { pane, processes: true, timeout, how, .. } => {
            let (target, timeout, how) = (pane.clone(), timeout.clone(), *how);
            return processes::of_pane(context, &KillProcesses { target, processes: true, timeout, how });
        }
        Verb::Kill { pane, if_exists, how, .. } => {
            (Operation::EndPane { at: spelled(pane), if_exists: *if_exists }, "rune pane kill", how)
        }
        Verb::Select { pane, how } => (Operation::SelectPane { at: spelled(pane) }, "rune pane select", how),
        Verb::Resize { pane, to, how } => {
            (Operation::ResizePane { at: spelled(pane), to: resize(*to)? }, "rune pane resize", how)
        }
        Verb::Swap { pane, with, how } => {
            (Operation::SwapPanes { at: spelled(pane), with: spelled(with) }, "rune pane swap", how)
        }
        Verb::Move { pane, to, right, how } => {
            let (at, to, right) = (spelled(pane), spelled(to), *right);
            (Operation::MovePane { at, to, right }, "rune pane move", how)
        }
        Verb::Clear { pane, how } => (Operation::ClearPane { at: spelled(pane) }, "rune pane clear", how),
        Verb::Reset { pane, how } => (Operation::ResetPane { at: spelled(pane) }, "rune pane reset", how),
        Verb::Pipe { pane, switch: Switch::Status, how, .. } => return pipe_status(context, pane, how.json),
        Verb::Pipe { pane, switch, file, how } => {
            let file = file.as_ref().filter(|_| *switch == Switch::On);
            let file = file.map(|file| context.directory.join(file));
            if let Some(file) = &file {
                // tmux would not say that it cannot.
                let open = std::fs::OpenOptions::new().append(true).create(true).open(file);
                open.map_err(Error::io("write", file))?;
            }
            (Operation::PipePane { at: spelled(pane), file }, "rune pane pipe", how)
        }
        Verb::List { target, json } => return list(context, target.as_deref(), *json),
        Verb::Size { pane, json } => return size(context, pane, *json),
        Verb::Process { pane, json } => return processes::tree(context, pane, *json),
    };
    live::run(context, &operation, Terms { purpose, any: how.any }, how.json)
}

/// What is typed: the text, in which a line break is Enter, then Enter, then the keys.
fn typed(text: Option<&str>, keys: &[String], enter: bool) -> Result<Vec<Keys>> {
    let mut all = Vec::new();
    if let Some(text) = text {
        let text = if text == "-" { standard_input()? } else { text.to_owned() };
        all.extend(crate::live::text(&text, enter));
    }
    for key in keys {
        all.push(crate::live::key(key)?);
    }
    Ok(all)
}

fn standard_input() -> Result<String> {
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text).map_err(Error::io("read", "standard input"))?;
    // The end of the last line is the Enter that is typed anyway.
    if text.ends_with('\n') {
        text.pop();
    }
    Ok(text)
}

fn resize(to: cli::Resize) -> Result<Resize> {
    let ways = [
        to.left.map(Resize::Left),
        to.right.map(Resize::Right),
        to.up.map(Resize::Up),
        to.down.map(Resize::Down),
        to.width.map(Resize::Width),
        to.height.map(Resize::Height),
    ];
    let asked = ways.into_iter().flatten().next();
    asked
        .filter(|to| {
            let (Resize::Left(count)
            | Resize::Right(count)
            | Resize::Up(count)
            | Resize::Down(count)
            | Resize::Width(count)
            | Resize::Height(count)) = to;
            *count > 0
        })
        .ok_or_else(|| Error::Usage {
            message: "a size is at least 1".to_owned(),
            hint: Some("as in `--width 80` or `--left 5`".to_owned()),
        })
}

fn list(context: &Context, text: Option<&str>, json: bool) -> Result<()> {
    let snapshot = live::look(context)?;
    let panes: Vec<Found<'_>> = match text {
        None => {
            let all = snapshot.panes();
            all.map(|(session, window, pane)| Found { session, window, pane }).collect()
        }
        Some(text) => match target::panes(&snapshot, text) {
            Err(error @ Error::NotFound { .. }) => {
                let found = live::scene(context, &snapshot, true).pane(&Address::spelled(text));
                vec![found.map_err(|_| error)?]
            }
            found => found?,
        },
    };
    if json {
        let panes: Vec<Value> = panes.iter().map(|found| as_json(&snapshot, found)).collect();
        context.ui.result(&json!({"schema": 1, "panes": panes}).to_string());
        return Ok(());
    }
    if panes.is_empty() {
        context.ui.say("nothing is running");
        return Ok(());
    }
    let mut rows = vec![["PANE", "ID", "SIZE", "ACTIVE", "STATE", "COMMAND"].map(str::to_owned).to_vec()];
    rows.extend(panes.iter().map(|found| {
        let pane = found.pane;
        let command = pane.known.as_ref().map(|known| known.specification.summary.clone());
        vec![
            found.name(),
            pane.id.clone(),
            pane.shown.map_or_else(String::new, |shown| shown.size.to_string()),
            if pane.active && found.window.active { "yes" } else { "no" }.to_owned(),
            pane.tag.as_ref().map_or("by hand".to_owned(), |_| pane.state(snapshot.pid).to_string()),
            command.unwrap_or_else(|| pane.current_command.clone()),
        ]
    }));
    context.ui.result(&table(&rows));
    Ok(())
}

fn as_json(snapshot: &Snapshot, found: &Found<'_>) -> Value {
    let Found { session, window, pane } = found;
    json!({
        "target": found.name(),
        "session": session.name,
        "session_id": session.id,
        "window": target::window_key(window),
        "window_id": window.id,
        "id": pane.id,
        "index": pane.index,
        "key": pane.tag.as_ref().map(|tag| tag.pane.as_str()),
        "label": pane.known.as_ref().and_then(|known| known.specification.title.as_deref()),
        "ours": pane.tag.is_some(),
        "active": pane.active,
        "state": pane.tag.as_ref().map(|_| pane.state(snapshot.pid)),
        "pid": pane.pid,
        "command": pane.known.as_ref().map(|known| known.specification.summary.as_str()),
        "foreground": pane.current_command,
        "directory": pane.current_path,
        "left": pane.shown.map(|shown| shown.left),
        "top": pane.shown.map(|shown| shown.top),
        "width": pane.shown.map(|shown| shown.size.width),
        "height": pane.shown.map(|shown| shown.size.height),
        "piped": pane.shown.map(|shown| shown.piped),
    })
}

fn size(context: &Context, text: &str, json: bool) -> Result<()> {
    let snapshot = live::look(context)?;
    let found = live::scene(context, &snapshot, true).pane(&Address::spelled(text))?;
    let size = found.pane.shown.map_or(found.window.size, |shown| shown.size);
    let value = json!({"schema": 1, "target": found.name(), "id": found.pane.id, "width": size.width, "height": size.height});
    context.ui.result(&if json { value.to_string() } else { size.to_string() });
    Ok(())
}

fn pipe_status(context: &Context, text: &str, json: bool) -> Result<()> {
    let snapshot = live::look(context)?;
    let found = live::scene(context, &snapshot, true).pane(&Address::spelled(text))?;
    let piped = found.pane.shown.is_some_and(|shown| shown.piped);
    let value = json!({"schema": 1, "target": found.name(), "id": found.pane.id, "piped": piped});
    context.ui.result(&if json { value.to_string() } else { if piped { "on" } else { "off" }.to_owned() });
    Ok(())
}
