//! Takes values out of the tree and collects what is wrong with them.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::config::collect::Collect;
use crate::config::keys::{CONFIG, Group, Shape};
use crate::config::source::Source;
use crate::config::tree::{Entry, Node, Place, Spanned, Text, Value};
use crate::error::{Problem, list};

/// What is wrong in a part of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// The bytes of the text that it is about.
    pub range: Range<usize>,
    /// What is wrong.
    pub message: String,
    /// What to do, or what else to know.
    pub help: Option<String>,
    /// What to write instead of the part, when that is known.
    pub replacement: Option<String>,
}

impl Mistake {
    /// A mistake in `range` of a text.
    pub fn new(range: Range<usize>, message: impl Into<String>) -> Mistake {
        Mistake { range, message: message.into(), help: None, replacement: None }
    }

    /// The same with what to do about it.
    #[must_use]
    pub fn help(self, help: impl Into<String>) -> Mistake {
        Mistake { help: Some(help.into()), ..self }
    }

    /// The same with what to write instead.
    #[must_use]
    pub fn replacement(self, text: impl Into<String>) -> Mistake {
        Mistake { replacement: Some(text.into()), ..self }
    }
}

/// Reads nodes and collects problems and notes.
pub(super) struct Reader<'a> {
    collect: Collect<'a>,
    notes: Vec<String>,
}

/// The entries of one mapping, checked against the keys of its group.
pub(super) struct Fields<'n> {
    group: &'static Group,
    entries: &'n [Entry],
    /// Whether all its keys are known; otherwise a key that is missing may be a misspelt one.
    pub(super) sound: bool,
}

impl<'n> Fields<'n> {
    /// The value of a key; nothing for a key that is missing or has no value.
    pub(super) fn get(&self, name: &str) -> Option<&'n Node> {
        self.get_null(name).filter(|node| !node.is_null())
    }

    /// Whether the mapping can have this key.
    pub(super) fn knows(&self, name: &str) -> bool {
        self.group.key(name).is_some()
    }

    /// Where a key stands that has a value.
    pub(super) fn place(&self, name: &str) -> Option<&'n Place> {
        let entry = self.entries.iter().find(|entry| entry.key.value == name)?;
        (!entry.value.is_null()).then_some(&entry.key.place)
    }

    /// The value of a key, also when it is `null`.
    pub(super) fn get_null(&self, name: &str) -> Option<&'n Node> {
        debug_assert!(self.group.key(name).is_some(), "{} has no key {name}", self.group.name);
        self.entries.iter().find(|entry| entry.key.value == name).map(|entry| &entry.value)
    }
}

impl<'a> Reader<'a> {
    pub(super) fn new(source: &'a Source) -> Self {
        Reader { collect: Collect::new(source), notes: Vec::new() }
    }

    pub(super) fn finish(self) -> (Vec<Problem>, Vec<String>) {
        (self.collect.finish(), self.notes)
    }

    /// Notes a mistake; the caller may add what to do about it.
    pub(super) fn problem(&mut self, place: &Place, message: impl Into<String>) -> &mut Problem {
        self.collect.problem(place, message)
    }

    /// Notes what is wrong in a part of a text.
    pub(super) fn mistake(&mut self, text: &Text, mistake: Mistake) {
        let place = self.collect.part(text, &mistake.range);
        let problem = self.problem(&place, mistake.message);
        problem.help = mistake.help;
        problem.replacement = mistake.replacement;
    }

    /// Notes that `node` should have been something else.
    pub(super) fn wrong(&mut self, node: &Node, expected: &str) -> &mut Problem {
        let kind = node.kind();
        self.problem(node.head(), format!("expected {expected}, found {kind}"))
    }

    /// The mapping that `node` is, with unknown and doubled keys noted.
    pub(super) fn fields<'n>(&mut self, node: &'n Node, group: &'static Group) -> Option<Fields<'n>> {
        let Value::Map(entries) = &node.value else {
            self.wrong(node, &format!("{} with keys such as `{}`", group.name, group.keys[0].name));
            return None;
        };
        self.doubled(entries);
        let mut idle: Vec<&str> = Vec::new();
        let mut sound = true;
        for Entry { key, value } in entries {
            match group.key(&key.value) {
                // a place for anchors that are used elsewhere
                None if key.value.starts_with("x-") && std::ptr::eq(group, &CONFIG) => {}
                None => {
                    sound = false;
                    self.unknown(key, group);
                }
                Some(known) if !known.used => {
                    idle.push(known.name);
                    self.check(value, &known.shape);
                }
                Some(_) => {}
            }
        }
        idle.dedup();
        if !idle.is_empty() && group.keys.iter().any(|key| key.used) {
            self.notes.push(format!("{}: {} {} no use here", group.name, list(&idle), have(idle.len())));
        }
        Some(Fields { group, entries, sound })
    }

    /// The entries of a mapping whose mistakes are noted already.
    pub(super) fn quiet<'n>(&self, node: &'n Node, group: &'static Group) -> Option<Fields<'n>> {
        match &node.value {
            Value::Map(entries) => Some(Fields { group, entries, sound: true }),
            _ => None,
        }
    }

    /// The text of the file at `place`.
    pub(super) fn written(&self, place: &Place) -> &'a str {
        self.collect.source.slice(&place.span)
    }

    /// A mapping from free names, with doubled names noted.
    pub(super) fn names<'n>(&mut self, node: &'n Node, expected: &str) -> &'n [Entry] {
        match &node.value {
            Value::Map(entries) => {
                self.doubled(entries);
                entries
            }
            Value::Null => &[],
            _ => {
                self.wrong(node, expected);
                &[]
            }
        }
    }

    /// The values of a list.
    pub(super) fn list<'n>(&mut self, node: &'n Node, expected: &str) -> &'n [Node] {
        match &node.value {
            Value::List(nodes) => nodes,
            Value::Null => &[],
            _ => {
                self.wrong(node, expected).help = Some("start each entry with `- `".to_owned());
                &[]
            }
        }
    }

    /// A text; numbers and booleans count as they are written.
    pub(super) fn text(&mut self, node: &Node, expected: &str) -> Option<Text> {
        match &node.value {
            Value::Text(text) | Value::Number(text) | Value::Flag(_, text) => {
                if text.contains('\0') {
                    self.problem(&node.place, "a NUL character cannot stand in a text");
                    return None;
                }
                Some(Spanned { value: text.clone(), place: node.place.clone() })
            }
            _ => {
                self.wrong(node, expected);
                None
            }
        }
    }

    /// A boolean.
    pub(super) fn flag(&mut self, node: &Node) -> Option<bool> {
        let word = match &node.value {
            Value::Flag(flag, _) => return Some(*flag),
            Value::Text(word) | Value::Number(word) => word.to_ascii_lowercase(),
            _ => String::new(),
        };
        let meant = match word.as_str() {
            "yes" | "on" | "y" | "1" | "true" => Some("true"),
            "no" | "off" | "n" | "0" | "false" => Some("false"),
            _ => None,
        };
        self.wrong(node, "`true` or `false`").replacement = meant.map(str::to_owned);
        None
    }

    /// One of some words.
    pub(super) fn word(&mut self, node: &Node, words: &[&'static str]) -> Option<&'static str> {
        let text = self.text(node, &either(words))?;
        let found = words.iter().find(|word| **word == text.value);
        if found.is_none() {
            let near = nearest(&text.value, words.iter().copied());
            let problem =
                self.problem(&text.place, format!("expected {}, found `{}`", either(words), text.value));
            problem.replacement = near.map(str::to_owned);
        }
        found.copied()
    }

    /// Whether `node` has the shape of a key that has no use here.
    fn check(&mut self, node: &Node, shape: &Shape) {
        match (shape, &node.value) {
            (_, Value::Null) | (Shape::Number, Value::Number(_)) => {}
            (Shape::Text, _) => drop(self.text(node, "a text")),
            (Shape::Flag, _) => drop(self.flag(node)),
            (Shape::OneOf([Shape::Number, Shape::Duration]), Value::Number(_)) => {}
            (Shape::Duration | Shape::OneOf([Shape::Number, Shape::Duration]), _) => {
                super::values::duration(self, node);
            }
            (Shape::Group(group), _) => drop(self.fields(node, group)),
            (shape, _) => drop(self.wrong(node, &shape.to_string())),
        }
    }

    fn doubled(&mut self, entries: &[Entry]) {
        let mut seen: BTreeMap<&str, &Place> = BTreeMap::new();
        for Entry { key, .. } in entries {
            let Some(earlier) = seen.insert(&key.value, &key.place) else { continue };
            let (line, _) = self.collect.source.position(earlier.span.start);
            let message = format!("the key `{}` is here twice", key.value);
            self.problem(&key.place, message).help = Some(format!("the other is on line {line}"));
        }
    }

    fn unknown(&mut self, key: &Text, group: &'static Group) {
        if let Some((_, _, message, help)) =
            NOT_HERE.iter().find(|(name, known, ..)| *name == group.name && *known == key.value)
        {
            self.problem(&key.place, *message).help = Some((*help).to_owned());
            return;
        }
        let names = || group.keys.iter().map(|key| key.name);
        let near = other_word(&key.value, group).or_else(|| nearest(&key.value, names()));
        let problem = self.problem(&key.place, format!("{} has no key `{}`", group.name, key.value));
        match near {
            Some(near) => {
                problem.replacement = Some(near.to_owned());
                problem.help = Some(format!("did you mean `{near}`?"));
            }
            None => problem.help = Some(format!("it has {}", list(&names().collect::<Vec<_>>()))),
        }
    }
}

fn have(count: usize) -> &'static str {
    if count == 1 { "has" } else { "have" }
}

pub(super) fn either(words: &[&str]) -> String {
    list(words).replace(" and ", " or ")
}

const ALIVE: &str = "a live rule has one of `tcp`, `http`, `command` and `file`";

/// Keys that a group could be thought to have: the group, the key, what is wrong, what to do.
const NOT_HERE: [(&str, &str, &str, &str); 4] = [
    ("a live rule", "log", "`log` cannot tell that a command is alive", ALIVE),
    ("a live rule", "exit", "`exit` cannot tell that a command is alive", ALIVE),
    ("a live rule", "delay", "`delay` cannot tell that a command is alive", ALIVE),
    (
        "a command",
        "autostart",
        "a command of a ritual has no use for `autostart`",
        "`when` says on which condition it runs",
    ),
];

/// Words of other programs for keys of ours.
const OTHER_WORDS: [(&str, &[&str]); 14] = [
    ("cmd", &["command"]),
    ("run", &["command"]),
    ("exec", &["command"]),
    ("shell_command", &["command"]),
    ("dir", &["cwd", "root"]),
    ("path", &["cwd", "root"]),
    ("start_directory", &["cwd", "root"]),
    ("environment", &["env"]),
    ("session", &["session_name"]),
    ("depends_on", &["needs"]),
    ("depends", &["needs"]),
    ("healthcheck", &["live", "ready"]),
    ("interval", &["every"]),
    ("retries", &["failures"]),
];

/// The key of `group` that another program calls `word`.
fn other_word(word: &str, group: &'static Group) -> Option<&'static str> {
    let (_, ours) = OTHER_WORDS.iter().find(|(other, _)| *other == word)?;
    ours.iter().copied().find(|name| group.key(name).is_some())
}

/// The longest name that is looked up, in bytes: nobody misspells a longer one.
const LONGEST: usize = 64;

/// The name that somebody who wrote `name` most likely meant.
pub fn nearest<'n>(name: &str, names: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    if name.len() > LONGEST {
        return None;
    }
    let written = name.to_lowercase();
    let cost = |candidate: &str| {
        let candidate = candidate.to_lowercase();
        let distance = strsim::damerau_levenshtein(&written, &candidate);
        let close = distance <= 1.max(written.chars().count().max(candidate.chars().count()) / 3);
        let abbreviated =
            written.len() >= 3 && (candidate.starts_with(&written) || written.starts_with(&candidate));
        (close || abbreviated || strsim::jaro_winkler(&written, &candidate) > 0.87).then_some(distance)
    };
    // the first of equals: keys stand in the order in which people write them
    names
        .into_iter()
        .filter_map(|name| Some((cost(name)?, name)))
        .min_by_key(|(cost, _)| *cost)
        .map(|(_, name)| name)
}
