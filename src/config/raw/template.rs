//! A template: the windows and panes of a workspace.

use super::reader::Reader;
use super::{Pane, Run, Template, Window, layout, supervision, values};
use crate::config::keys::{PANE, TEMPLATE, WINDOW, is_variable};
use crate::config::tree::{Entry, Node, Text, Value};
use crate::workspace::OnExit;

/// Adds the templates of a mapping from names.
pub(super) fn templates(reader: &mut Reader<'_>, node: &Node, found: &mut Vec<(Text, Template)>) {
    for Entry { key, value } in reader.names(node, "a mapping from names to workspaces") {
        if found.iter().any(|(name, _)| name.value == key.value && name.place != key.place) {
            reader.problem(&key.place, format!("there is another workspace `{}`", key.value));
        }
        // what cannot be read still has its name, so that nobody misses it
        let template = template(reader, value).unwrap_or_default();
        found.push((key.clone(), template));
    }
}

/// A template.
pub(super) fn template(reader: &mut Reader<'_>, node: &Node) -> Option<Template> {
    if node.is_null() {
        return Some(Template { place: node.place.clone(), ..Template::default() });
    }
    let fields = reader.fields(node, &TEMPLATE)?;
    let windows = fields.get("windows");
    let nodes = windows.map(|node| reader.list(node, "a list of windows")).unwrap_or_default();
    if let Some(node) = windows
        && matches!(&node.value, Value::List(nodes) if nodes.is_empty())
    {
        reader.problem(&node.place, "a workspace needs a window").help =
            Some("leave `windows` out for an editor and a shell".to_owned());
    }
    let vars = values::mapping(reader, &fields, "vars");
    for (name, _) in vars.iter().filter(|(name, _)| !is_variable(&name.value)) {
        values::not_a_variable(reader, name);
    }
    Some(Template {
        place: node.head().clone(),
        session_name: values::text(reader, &fields, "session_name"),
        extends: values::text(reader, &fields, "extends"),
        root: values::text(reader, &fields, "root"),
        environment: values::environment(reader, &fields),
        pass: values::variables(reader, &fields, "pass_env"),
        vars,
        size: values::size(reader, &fields),
        login: fields.get("shell").and_then(|node| reader.word(node, &["login"])).map(|_| true),
        windows: nodes.iter().map(|node| window(reader, node)).collect(),
    })
}

fn window(reader: &mut Reader<'_>, node: &Node) -> Window {
    let Some(fields) = reader.fields(node, &WINDOW) else {
        return Window::of(Vec::new(), node.head().clone());
    };
    let panes = fields.get("panes").map(|node| reader.list(node, "a list of panes")).unwrap_or_default();
    let options = values::mapping(reader, &fields, "options");
    Window {
        options: options_checked(reader, options),
        place: node.head().clone(),
        name: values::text(reader, &fields, "name"),
        key: values::key(reader, &fields),
        root: values::text(reader, &fields, "root"),
        environment: values::environment(reader, &fields),
        layout: fields.get("layout").and_then(|node| layout::layout(reader, node)),
        focus: values::flag_place(reader, &fields, "focus"),
        sync: values::flag(reader, &fields, "sync", false),
        when: values::when(reader, &fields),
        panes: panes.iter().map(|node| pane(reader, node)).collect(),
    }
}

/// Options whose names tmux can have.
fn options_checked(reader: &mut Reader<'_>, options: super::Values) -> super::Values {
    let is_option = |name: &str| {
        name.starts_with(|c: char| c.is_ascii_lowercase() || c == '@')
            && name.chars().all(|c| c.is_ascii_alphanumeric() || "-_@[]".contains(c))
    };
    for (name, _) in options.iter().filter(|(name, _)| !is_option(&name.value)) {
        reader.problem(&name.place, format!("`{}` is not the name of a tmux option", name.value));
    }
    options
}

fn pane(reader: &mut Reader<'_>, node: &Node) -> Pane {
    let plain = |run| Pane { run, ..Pane::shell(node.head().clone()) };
    match &node.value {
        Value::Null => return plain(Run::Nothing),
        Value::List(nodes) => {
            let texts: Vec<Text> = nodes.iter().filter_map(|node| reader.text(node, "a command")).collect();
            return plain(if texts.is_empty() { Run::Nothing } else { Run::Scripts(texts) });
        }
        Value::Map(_) => {}
        _ => return plain(reader.text(node, "a pane").map_or(Run::Nothing, values::script)),
    }
    let Some(fields) = reader.fields(node, &PANE) else { return plain(Run::Nothing) };
    let ends = [("shell", OnExit::Shell), ("keep", OnExit::Keep), ("close", OnExit::Close)];
    let run = values::run(reader, fields.get("command"));
    let supervision = supervision::of_pane(reader, &fields, &run);
    let end = fields.get("on_exit").and_then(|node| reader.word(node, &ends.map(|(word, _)| word)));
    Pane {
        key: values::key(reader, &fields),
        title: values::text(reader, &fields, "title"),
        cwd: values::text(reader, &fields, "cwd"),
        environment: values::environment(reader, &fields),
        pass: values::variables(reader, &fields, "pass_env"),
        focus: values::flag_place(reader, &fields, "focus"),
        on_exit: ends.iter().find(|(word, _)| Some(*word) == end).map_or(OnExit::default(), |(_, end)| *end),
        when: values::when(reader, &fields),
        supervision,
        ..plain(run)
    }
}
