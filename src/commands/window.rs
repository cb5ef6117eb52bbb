//! `rune window …`

use serde_json::{Value, json};

use super::context::Context;
use super::live::{self, Terms, args, processes};
use crate::cli;
use crate::error::Result;
use crate::live::{Address, Ensure, Operation, layout};
use crate::snapshot::{LiveSession, LiveWindow};
use crate::ui::table;

/// `rune window`
pub fn window(context: &Context, command: &cli::Window) -> Result<()> {
    use cli::Window::{Create, Delete, Ensure as Make, Equalize, Kill, Layout, List, Rename};
    let (operation, purpose, how) = match command {
        Create { window, content, reset, how } => {
            let (at, content) = (Address::spelled(window), args::content(context, content)?);
            (Operation::CreateWindow { at, content, reset: *reset }, "rune window create", how)
        }
        Make { window, panes, layout: named, content, prune, how } => {
            let (layout, of_layout) = match named {
                Some(name) => layout(name).map(|(layout, count)| (Some(layout), count))?,
                None => (None, None),
            };
            let panes = panes.as_deref().map(args::count).transpose()?.or(of_layout);
            let content = args::content(context, content)?;
            let at = Address::spelled(window);
            let ensure = Ensure::Window { at, panes, layout, content, prune: *prune };
            (Operation::Ensure(vec![ensure]), "rune window ensure", how)
        }
        Delete { window, if_exists, how } => {
            let (at, if_exists) = (Address::spelled(window), *if_exists);
            (Operation::DeleteWindow { at, if_exists }, "rune window delete", how)
        }
        Rename { window, name, how } => {
            let (at, to) = (Address::spelled(window), name.clone());
            (Operation::RenameWindow { at, to }, "rune window rename", how)
        }
        Equalize { window, how } => {
            let at = Address::spelled(window);
            (Operation::ArrangeWindow { at, layout: None }, "rune window equalize", how)
        }
        Layout { window, layout: name, how } => {
            let (at, layout) = (Address::spelled(window), Some(layout(name)?.0));
            (Operation::ArrangeWindow { at, layout }, "rune window layout", how)
        }
        List { session, json } => return list(context, session.as_deref(), *json),
        Kill(options) => return processes::of_window(context, options),
    };
    live::run(context, &operation, Terms { purpose, any: how.any }, how.json)
}

fn list(context: &Context, session: Option<&str>, json: bool) -> Result<()> {
    let snapshot = live::look(context)?;
    let sessions: Vec<&LiveSession> = match session {
        None => snapshot.sessions.iter().collect(),
        Some(name) => {
            vec![live::scene(context, &snapshot, true).session(&Address::spelled(name))?]
        }
    };
    let windows =
        || sessions.iter().flat_map(|session| session.windows.iter().map(|window| (*session, window)));
    if json {
        let windows: Vec<Value> = windows().map(|(session, window)| as_json(session, window)).collect();
        context.ui.result(&json!({"schema": 1, "windows": windows}).to_string());
        return Ok(());
    }
    if windows().next().is_none() {
        context.ui.say("nothing is running");
        return Ok(());
    }
    let mut rows = vec![["WINDOW", "NAME", "ID", "PANES", "SIZE", "CURRENT"].map(str::to_owned).to_vec()];
    rows.extend(windows().map(|(session, window)| {
        vec![
            format!("{}:{}", session.name, window.key()),
            window.name.clone(),
            window.id.clone(),
            window.panes.len().to_string(),
            window.size.to_string(),
            if window.active { "yes" } else { "no" }.to_owned(),
        ]
    }));
    context.ui.result(&table(&rows));
    Ok(())
}

fn as_json(session: &LiveSession, window: &LiveWindow) -> Value {
    json!({
        "target": format!("{}:{}", session.name, window.key()),
        "session": session.name,
        "session_id": session.id,
        "id": window.id,
        "index": window.index,
        "name": window.name,
        "key": window.noted.as_ref().map(|note| note.key.as_str()),
        "ours": window.noted.is_some(),
        "current": window.active,
        "width": window.size.width,
        "height": window.size.height,
        "panes": window.panes.iter().map(|pane| pane.id.as_str()).collect::<Vec<&str>>(),
    })
}
