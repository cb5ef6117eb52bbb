//! Writes wanted sessions as a config.

use serde_yaml::{Mapping, Value};

use super::Lost;
use crate::config::keys::GRIDS;
use crate::heroscript::Environment;
use crate::heroscript::wanted::{Pane, Session, Window};
use crate::workspace::{Key, Layout, Share, Split, one_line};

/// The text of a config that declares `sessions`, with what is lost at its head.
pub(super) fn config(sessions: &[Session], lost: &[Lost], from: &str) -> Result<String, String> {
    let mut text = format!("# Made by `rune convert` from {}.\n", one_line(from));
    if !lost.is_empty() {
        text += "# Not carried over:\n";
        for Lost { line, what } in lost {
            let place = line.map(|line| format!("line {line}: ")).unwrap_or_default();
            text += &format!("#   {place}{}\n", one_line(what));
        }
    }
    let mut config = Mapping::new();
    config.insert("version".into(), 1.into());
    match sessions {
        [] => put(&mut config, "workspace", "none"),
        [session] => put(&mut config, "workspace", workspace(session)),
        sessions => {
            // `rune start` brings up what its ritual names.
            let start = sessions.iter().map(|session| {
                let mut command = Mapping::new();
                put(&mut command, "name", escaped(&session.name.title));
                put(&mut command, "tmux_template", session.name.text.as_str());
                Value::Mapping(command)
            });
            let (mut rituals, mut ritual, mut workspaces) = (Mapping::new(), Mapping::new(), Mapping::new());
            put(&mut ritual, "global", Value::Sequence(start.collect()));
            put(&mut rituals, "start", ritual);
            put(&mut config, "rituals", rituals);
            for session in sessions {
                workspaces.insert(session.name.text.as_str().into(), workspace(session).into());
            }
            put(&mut config, "workspaces", workspaces);
        }
    }
    let config = serde_yaml::to_string(&config).map_err(|error| error.to_string())?;
    Ok(text + &config)
}

fn put(mapping: &mut Mapping, key: &str, value: impl Into<Value>) {
    mapping.insert(key.into(), value.into());
}

/// `text` as a template that renders to it.
fn escaped(text: &str) -> String {
    text.replace("{{", "{{ '{{' }}")
}

fn workspace(session: &Session) -> Mapping {
    let mut workspace = Mapping::new();
    put(&mut workspace, "session_name", escaped(&session.name.text));
    let mut windows: Vec<Value> = session.windows.iter().map(window).collect();
    if windows.is_empty() {
        // Without windows it would have those of the default.
        let mut one = Mapping::new();
        put(&mut one, "panes", vec![Value::Null]);
        windows.push(one.into());
    }
    put(&mut workspace, "windows", windows);
    workspace
}

fn window(window: &Window) -> Value {
    let mut mapping = Mapping::new();
    let name = escaped(&window.name.text);
    if name != window.name.text {
        // A key is made of the name as it is written.
        put(&mut mapping, "key", Key::from_name(&window.name.text).as_str());
    }
    put(&mut mapping, "name", name);
    environment(&mut mapping, &window.environment);
    if window.panes.len() > 1 {
        put(&mut mapping, "layout", layout(&window.layout, window.panes.len()));
    }
    put(&mut mapping, "panes", window.panes.iter().map(|one| pane(window, one)).collect::<Vec<_>>());
    mapping.into()
}

fn environment(mapping: &mut Mapping, environment: &Environment) {
    let value = |(name, value): (&String, &String)| (name.as_str().into(), escaped(value).into());
    if !environment.is_empty() {
        put(mapping, "env", environment.iter().map(value).collect::<Mapping>());
    }
}

fn pane(window: &Window, pane: &Pane) -> Value {
    let mut mapping = Mapping::new();
    if let Some(label) = &pane.label {
        if pane.by_label {
            put(&mut mapping, "key", Key::from_name(&label.text).as_str());
        }
        put(&mut mapping, "title", escaped(&label.title));
    }
    if let Some(command) = window.command_of(pane) {
        put(&mut mapping, "command", escaped(command));
    }
    environment(&mut mapping, &pane.environment);
    if mapping.is_empty() { Value::Null } else { mapping.into() }
}

/// The word of a grid with room for the panes, or the tree of splits.
fn layout(layout: &Layout, panes: usize) -> Value {
    match layout {
        Layout::Tree(split) => cell(split),
        _ => {
            let room =
                |grid: &str| grid.trim_end_matches("pane").parse().is_ok_and(|room: usize| room >= panes);
            GRIDS.into_iter().find(|grid| room(grid)).unwrap_or(GRIDS[GRIDS.len() - 1]).into()
        }
    }
}

fn cell(split: &Split) -> Value {
    let (direction, cells) = match split {
        Split::Pane => return Value::Null,
        Split::Columns(cells) => ("right", cells),
        Split::Rows(cells) => ("down", cells),
    };
    let mut mapping = Mapping::new();
    put(&mut mapping, "split", direction);
    let cells = cells.iter().map(|(share, part)| {
        debug_assert_eq!(*share, Share::Rest, "a script has no sizes");
        cell(part)
    });
    put(&mut mapping, "panes", cells.collect::<Vec<Value>>());
    mapping.into()
}
