//! The rules of the layers: each gives a sentence for everything that breaks it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::source::{self, Named};
use super::{DEBTS, File, IMPURE, IMPURE_TEXT, OUTSIDE_OF_WORDS, PARTS, SIDEWAYS, TABLE};

/// Modules that stand nowhere in the table.
pub fn unplaced(files: &[File]) -> Vec<String> {
    let lost = files.iter().filter(|file| layer(&file.module).is_none());
    lost.map(|file| format!("`{}` has no place in TABLE of tests/layers.rs", file.module)).collect()
}

/// Imports that do not point down.
pub fn upward(files: &[File]) -> Vec<String> {
    let wrong = |(file, named, target): (&File, Named, String)| {
        why_not(&file.module, &target)
            .map(|why| format!("{}: imports `{target}`, {why}", place(file, &named)))
    };
    imports(files).into_iter().filter_map(wrong).collect()
}

/// Debts that nobody owes any more.
pub fn paid(files: &[File]) -> Vec<String> {
    let edges: Vec<_> =
        imports(files).iter().map(|(file, _, to)| (placed(&file.module), placed(to))).collect();
    let paid = DEBTS.iter().filter(|(from, to)| !edges.contains(&(Some(*from), Some(*to))));
    paid.map(|(from, to)| format!("`{from}` does not import `{to}` any more: take it out of DEBTS")).collect()
}

/// Modules that need each other.
pub fn circles(files: &[File]) -> Vec<String> {
    let mut edges: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (file, _, target) in imports(files) {
        if let (Some(from), Some(to)) = (placed(&file.module), placed(&target))
            && from != to
            && layer(from) != Some(PARTS)
            && !DEBTS.contains(&(from, to))
        {
            edges.entry(from).or_default().insert(to);
        }
    }
    // What is left after taking away, again and again, whatever needs nobody that is left, and whom
    // nobody needs that is left.
    let mut left = usize::MAX;
    while edges.len() < left {
        left = edges.len();
        let needed: BTreeSet<&str> = edges.values().flatten().copied().collect();
        edges.retain(|from, _| needed.contains(from));
        let still: BTreeSet<&str> = edges.keys().copied().collect();
        edges.values_mut().for_each(|needs| needs.retain(|to| still.contains(to)));
        edges.retain(|_, needs| !needs.is_empty());
    }
    let circle = |(from, needs)| format!("`{from}` is in a circle of imports, by {needs:?}");
    edges.iter().map(circle).collect()
}

/// Effects in pure layers.
pub fn effects(files: &[File]) -> Vec<String> {
    let mut wrong = Vec::new();
    for file in files.iter().filter(|file| matches!(layer(&file.module), Some(1..=3))) {
        for named in source::paths(&file.code) {
            let path = named.path.join("::");
            if IMPURE.iter().any(|word| path == *word || path.starts_with(&format!("{word}::"))) {
                wrong.push(format!("{}: `{path}` is for layers 4 and 5", place(file, &named)));
            }
        }
        for (number, line) in file.code.lines().enumerate() {
            for word in IMPURE_TEXT.iter().filter(|word| has_word(line, word)) {
                wrong.push(format!("{}:{}: `{word}` is for layers 4 and 5", file.path.display(), number + 1));
            }
        }
    }
    wrong
}

/// What layer 1 imports beside what it may.
pub fn outside(files: &[File]) -> Vec<String> {
    let mut wrong = Vec::new();
    for file in files.iter().filter(|file| layer(&file.module) == Some(1)) {
        for line in file.code.lines() {
            let Some((before, name)) = line.trim_start().split_once("use ") else { continue };
            let name: String = name.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            let import = before.is_empty() || before.starts_with("pub");
            if import && !OUTSIDE_OF_WORDS.contains(&&*name) && !["crate", "super", "self"].contains(&&*name)
            {
                wrong.push(format!("{}: layer 1 imports `{name}`", file.path.display()));
            }
        }
    }
    wrong
}

/// Waits for time instead of a condition. A name of that kind for something else is fine.
pub fn sleeps(path: &Path, code: &str) -> Vec<String> {
    const WORDS: [&str; 4] = ["sleep", "sleep_ms", "sleep_until", "park_timeout"];
    let say = |line: usize| format!("{}:{line}: waits for time", path.display());
    let named = source::paths(code)
        .into_iter()
        .filter(|named| named.path.last().is_some_and(|last| WORDS.contains(&last.as_str())));
    let lines = code
        .lines()
        .enumerate()
        .filter(|(_, line)| WORDS.iter().any(|word| has_word(line, &format!("{word}("))));
    let all: BTreeSet<usize> = named.map(|named| named.line).chain(lines.map(|(line, _)| line + 1)).collect();
    all.into_iter().map(say).collect()
}

/// Every import of a module of ours.
fn imports(files: &[File]) -> Vec<(&File, Named, String)> {
    let modules: Vec<&str> = files.iter().map(|file| file.module.as_str()).collect();
    let mut all = Vec::new();
    for file in files {
        for named in source::paths(&file.code) {
            if let Some(target) = target(&named.path, &file.module, &modules) {
                all.push((file, named, target));
            }
        }
    }
    all
}

/// Why `from` may not import `to`; nothing when it may.
fn why_not(from: &str, to: &str) -> Option<String> {
    let (from, to) = (placed(from)?, placed(to)?);
    if from == to || layer(from) == Some(PARTS) || DEBTS.contains(&(from, to)) {
        return None;
    }
    // What a module of parts re-exports may be an effect.
    let of = |module| layer(module).map(|layer| if layer == PARTS { 4 } else { layer });
    let (below, above) = (of(to)?, of(from)?);
    if below > above {
        return Some(format!("which is layer {below}, from layer {above}"));
    }
    // The parts of one module know each other and what it re-exports.
    let subsystem = |module: &'static str| module.split("::").next();
    let family = subsystem(from) == subsystem(to);
    let sideways = below == 4 && above == 4 && !family && !SIDEWAYS.contains(&(from, to));
    sideways.then(|| "a sibling that SIDEWAYS of tests/layers.rs does not list".to_owned())
}

/// The entry of the table that `module` falls under.
fn placed(module: &str) -> Option<&'static str> {
    let (name, layer) = TABLE
        .iter()
        .filter(|(name, _)| {
            module == *name || module.strip_prefix(name).is_some_and(|rest| rest.starts_with("::"))
        })
        .max_by_key(|(name, _)| name.len())?;
    (*layer != PARTS || module == *name).then_some(name)
}

fn layer(module: &str) -> Option<u8> {
    let name = placed(module)?;
    TABLE.iter().find(|(other, _)| *other == name).map(|(_, layer)| *layer)
}

/// The module of ours that `path`, written in `module`, leads to.
fn target(path: &[String], module: &str, modules: &[&str]) -> Option<String> {
    let mut here: Vec<&str> =
        if matches!(module, "lib" | "main") { vec![] } else { module.split("::").collect() };
    let mut rest = path;
    match path[0].as_str() {
        "crate" => (here, rest) = (vec![], &path[1..]),
        "rune" if module == "main" => (here, rest) = (vec![], &path[1..]),
        "self" => rest = &path[1..],
        "super" => {
            while rest.first().is_some_and(|segment| segment == "super") {
                here.pop();
                rest = &rest[1..];
            }
        }
        child => {
            let known = here.iter().copied().chain([child]).collect::<Vec<_>>().join("::");
            if !modules.contains(&known.as_str()) {
                return None;
            }
        }
    }
    here.extend(rest.iter().map(String::as_str));
    while !here.is_empty() {
        let name = here.join("::");
        if modules.contains(&name.as_str()) {
            return Some(name);
        }
        here.pop();
    }
    None
}

fn has_word(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(at, _)| {
        !word.starts_with(char::is_alphabetic)
            || !line[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_')
    })
}

fn place(file: &File, named: &Named) -> String {
    format!("{}:{}", file.path.display(), named.line)
}
