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
    let config = written(config.into()).map_err(|error| error.to_string())?;
    Ok(text + &config)
}

/// Characters that old and new readers of YAML do not take for the same thing, and the library that
/// writes it not for what the one that reads it does. They stand in double quotes, as numbers.
const DISPUTED: [char; 4] = ['\u{85}', '\u{2028}', '\u{2029}', '\u{feff}'];

/// `value` as YAML. The library has no double quotes, so a text that needs them is a word at first.
fn written(mut value: Value) -> serde_yaml::Result<String> {
    let plain = serde_yaml::to_string(&value)?;
    let mut words = (0..).map(|number| format!("text-{number}-"));
    let word = words.find(|word| !plain.contains(word.as_str())).unwrap_or_default();
    let mut texts = Vec::new();
    replace(&mut value, &word, &mut texts);
    if texts.is_empty() {
        return Ok(plain);
    }
    let mut yaml = serde_yaml::to_string(&value)?;
    for (number, text) in texts.iter().enumerate() {
        yaml = yaml.replace(&format!("{word}{number}-"), &quoted(text));
    }
    Ok(yaml)
}

/// Puts a word in the place of each text with a disputed character.
fn replace(value: &mut Value, word: &str, texts: &mut Vec<String>) {
    match value {
        Value::String(text) if text.contains(DISPUTED) => {
            let name = format!("{word}{}-", texts.len());
            texts.push(std::mem::replace(text, name));
        }
        Value::Sequence(values) => values.iter_mut().for_each(|value| replace(value, word, texts)),
        Value::Mapping(mapping) => {
            for (mut key, mut value) in std::mem::take(mapping) {
                replace(&mut key, word, texts);
                replace(&mut value, word, texts);
                mapping.insert(key, value);
            }
        }
        _ => {}
    }
}

/// `text` in double quotes.
fn quoted(text: &str) -> String {
    let plain =
        |c: char| (' '..='~').contains(&c) || (!c.is_control() && !c.is_ascii() && !DISPUTED.contains(&c));
    let character = |c: char| match c {
        '"' | '\\' => format!("\\{c}"),
        c if plain(c) => c.to_string(),
        c => format!("\\U{:08X}", u32::from(c)),
    };
    format!("\"{}\"", text.chars().map(character).collect::<String>())
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
    if let Some(key) = window.key_of(pane) {
        put(&mut mapping, "key", key.as_str());
    }
    if let Some(label) = &pane.label {
        put(&mut mapping, "title", escaped(&label.title));
    }
    if let Some(command) = window.command_of(pane) {
        put(&mut mapping, "command", escaped(command));
    }
    environment(&mut mapping, &pane.environment);
    if pane.log.is_some() {
        put(&mut mapping, "log", true);
    }
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
