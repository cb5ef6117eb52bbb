//! Values that several mappings share: texts, names, conditions, sizes, environments.

use std::time::Duration;

use super::reader::{Fields, Reader};
use super::{Run, Values, When};
use crate::config::keys::is_variable;
use crate::config::tree::{Entry, Node, Place, Text, Value};
use crate::workspace::{Key, Size};

/// The words that a condition can be.
const CONDITIONS: &str = "`git_clean`, `git_dirty`, `weekday`, `weekend`, `env:VAR=value` or `exists:PATH`";

/// A text that is not blank.
pub(super) fn text(reader: &mut Reader<'_>, fields: &Fields<'_>, key: &str) -> Option<Text> {
    let text = reader.text(fields.get(key)?, "a text")?;
    if text.value.trim().is_empty() {
        reader.problem(&text.place, format!("`{key}` is empty"));
        return None;
    }
    Some(text)
}

/// A boolean, `otherwise` when it is not there.
pub(super) fn flag(reader: &mut Reader<'_>, fields: &Fields<'_>, key: &str, otherwise: bool) -> bool {
    fields.get(key).and_then(|node| reader.flag(node)).unwrap_or(otherwise)
}

/// Where a boolean is true, when it is.
pub(super) fn flag_place(reader: &mut Reader<'_>, fields: &Fields<'_>, key: &str) -> Option<Place> {
    let node = fields.get(key)?;
    (reader.flag(node) == Some(true)).then(|| node.place.clone())
}

/// A length of time.
pub(super) fn duration(reader: &mut Reader<'_>, node: &Node) -> Option<Duration> {
    let text = reader.text(node, "a duration such as `90s`")?;
    let found = super::duration(&text.value);
    if found.is_none() {
        let seconds = text.value.parse::<f64>().is_ok_and(|number| number >= 0.0);
        let problem = reader.problem(&text.place, format!("`{}` is not a duration", text.value));
        problem.replacement = seconds.then(|| format!("{}s", text.value));
        problem.help = Some("a duration is numbers with units, as in `90s`, `25m` or `1h30m`".to_owned());
    }
    found
}

/// A limit: a length of time that is not zero.
pub(super) fn timeout(reader: &mut Reader<'_>, fields: &Fields<'_>) -> Option<Duration> {
    let node = fields.get("timeout")?;
    let limit = duration(reader, node)?;
    if limit.is_zero() {
        reader.problem(&node.place, "a limit of no time lets nothing run").help =
            Some("leave `timeout` out for no limit".to_owned());
        return None;
    }
    Some(limit)
}

/// One text or a list of them.
pub(super) fn texts(reader: &mut Reader<'_>, fields: &Fields<'_>, key: &str) -> Vec<Text> {
    match fields.get(key) {
        None => Vec::new(),
        Some(Node { value: Value::List(nodes), .. }) => {
            nodes.iter().filter_map(|node| reader.text(node, "a text")).collect()
        }
        Some(node) => reader.text(node, "a text or a list of texts").into_iter().collect(),
    }
}

/// One name of an environment variable or a list of them.
pub(super) fn variables(reader: &mut Reader<'_>, fields: &Fields<'_>, key: &str) -> Vec<Text> {
    let names = texts(reader, fields, key);
    for name in names.iter().filter(|name| !is_variable(&name.value)) {
        not_a_variable(reader, name);
    }
    names
}

/// A mapping from names of environment variables to texts.
pub(super) fn environment(reader: &mut Reader<'_>, fields: &Fields<'_>) -> Values {
    let values = mapping(reader, fields, "env");
    for (name, _) in values.iter().filter(|(name, _)| !is_variable(&name.value)) {
        not_a_variable(reader, name);
    }
    values
}

/// A mapping from names to texts.
pub(super) fn mapping(reader: &mut Reader<'_>, fields: &Fields<'_>, key: &str) -> Values {
    let Some(node) = fields.get(key) else { return Vec::new() };
    let mut values = Values::new();
    for Entry { key, value } in reader.names(node, "a mapping from names to texts") {
        if value.is_null() {
            reader.problem(&key.place, format!("`{}` has no value", key.value)).help =
                Some("write `\"\"` for an empty one".to_owned());
        } else if let Some(text) = reader.text(value, "a text") {
            values.push((key.clone(), text));
        }
    }
    values
}

pub(super) fn not_a_variable(reader: &mut Reader<'_>, name: &Text) {
    let problem = reader.problem(&name.place, format!("`{}` is not the name of a variable", name.value));
    problem.help = Some("a name has letters, digits and `_`, and starts with no digit".to_owned());
}

/// A declared key.
pub(super) fn key(reader: &mut Reader<'_>, fields: &Fields<'_>) -> Option<Text> {
    let text = text(reader, fields, "key")?;
    if Key::new(&text.value).is_none() {
        let problem = reader.problem(&text.place, format!("`{}` is not a key", text.value));
        problem.help = Some("a key has letters, digits, `_` and `-`".to_owned());
        return None;
    }
    Some(text)
}

/// A size such as `200x50`.
pub(super) fn size(reader: &mut Reader<'_>, fields: &Fields<'_>) -> Option<Size> {
    let text = reader.text(fields.get("size")?, "a size such as `200x50`")?;
    let parsed = text.value.split_once('x').and_then(|(width, height)| {
        let cells = |text: &str| text.trim().parse::<u16>().ok().filter(|cells| (1..=10_000).contains(cells));
        Some(Size { width: cells(width)?, height: cells(height)? })
    });
    if parsed.is_none() {
        reader.problem(&text.place, format!("`{}` is not a size", text.value)).help =
            Some("a size is columns and rows from 1 to 10000, as in `200x50`".to_owned());
    }
    parsed
}

/// A condition.
pub(super) fn when(reader: &mut Reader<'_>, fields: &Fields<'_>) -> Option<When> {
    let text = reader.text(fields.get("when")?, CONDITIONS)?;
    match text.value.split_once(':') {
        None => match text.value.as_str() {
            "git_clean" => return Some(When::GitClean),
            "git_dirty" => return Some(When::GitDirty),
            "weekday" => return Some(When::Weekday),
            "weekend" => return Some(When::Weekend),
            _ => {}
        },
        Some(("env", rest)) => {
            if let Some((name, value)) = rest.split_once('=')
                && is_variable(name)
            {
                return Some(When::Env(name.to_owned(), value.to_owned()));
            }
        }
        Some(("exists", path)) if !path.trim().is_empty() => return Some(When::Exists(text)),
        Some(_) => {}
    }
    let words = ["git_clean", "git_dirty", "weekday", "weekend"];
    let near = super::nearest(&text.value, words).map(str::to_owned);
    let problem = reader.problem(&text.place, format!("`{}` is not a condition", text.value));
    problem.replacement = near;
    problem.help = Some(format!("a condition is {CONDITIONS}"));
    None
}

/// What runs: a text, or a list that is one program with its arguments.
pub(super) fn run(reader: &mut Reader<'_>, node: Option<&Node>) -> Run {
    match node {
        None => Run::Nothing,
        Some(Node { value: Value::List(nodes), .. }) => {
            let words: Vec<Text> = nodes.iter().filter_map(|node| reader.text(node, "a text")).collect();
            match words.first() {
                None => Run::Nothing,
                Some(program) if program.value.is_empty() => {
                    reader.problem(&program.place, "the program has no name");
                    Run::Nothing
                }
                Some(_) => Run::Argv(words),
            }
        }
        Some(node) => reader.text(node, "a command: a text or a list of texts").map_or(Run::Nothing, script),
    }
}

/// A text as a script; a blank one is nothing.
pub(super) fn script(text: Text) -> Run {
    if text.value.trim().is_empty() { Run::Nothing } else { Run::Script(text) }
}
