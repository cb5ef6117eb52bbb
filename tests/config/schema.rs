//! The schema, the manual page and the starter agree with what is read.

use std::fs;

use rune::config::keys::{CONFIG, Group, Shape};
use rune::config::{manual, schema, starter};
use serde_json::Value;

use crate::place::{Place, configs};

/// Whether `value` fits `schema`: the few words of JSON Schema that ours uses.
fn fits(root: &Value, schema: &Value, value: &Value) -> bool {
    let Value::Object(rules) = schema else { return true };
    rules.iter().all(|(rule, wanted)| match rule.as_str() {
        "$ref" => {
            let path = wanted.as_str().unwrap().trim_start_matches('#');
            fits(root, root.pointer(path).unwrap_or_else(|| panic!("{path}")), value)
        }
        "type" => match wanted {
            Value::Array(kinds) => kinds.iter().any(|kind| is(kind, value)),
            kind => is(kind, value),
        },
        "enum" => wanted.as_array().unwrap().contains(value),
        "anyOf" => wanted.as_array().unwrap().iter().any(|schema| fits(root, schema, value)),
        "items" => value.as_array().is_none_or(|items| items.iter().all(|item| fits(root, wanted, item))),
        "properties" => wanted
            .as_object()
            .unwrap()
            .iter()
            .all(|(name, schema)| value.get(name).is_none_or(|value| fits(root, schema, value))),
        "additionalProperties" => value.as_object().is_none_or(|entries| {
            let others = entries.iter().filter(|(name, _)| {
                let known = rules.get("properties").and_then(|known| known.get(name.as_str())).is_some();
                let free = rules.contains_key("patternProperties") && name.starts_with("x-");
                !known && !free
            });
            others.into_iter().all(|(_, value)| wanted != &Value::Bool(false) && fits(root, wanted, value))
        }),
        "pattern" | "patternProperties" | "description" | "deprecated" | "title" | "$schema" | "$defs" => {
            true
        }
        other => panic!("the test does not know `{other}`"),
    })
}

fn is(kind: &Value, value: &Value) -> bool {
    match kind.as_str().unwrap() {
        "string" => value.is_string(),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        other => panic!("the test does not know `{other}`"),
    }
}

fn valid(text: &str) -> bool {
    let mut value: serde_yaml::Value = serde_yaml::from_str(text).unwrap();
    value.apply_merge().unwrap();
    fits(&schema(), &schema(), &serde_json::to_value(value).unwrap())
}

#[test]
fn good_configs_fit_the_schema_and_load() {
    let files = [configs("acceptance"), configs("config/good")].concat();
    assert!(files.len() >= 12);
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        assert!(valid(&text), "{}", file.display());
        let mut place = Place::new();
        for directory in ["shop/web/src", "shop/api"] {
            place.directory(directory);
        }
        place.request.file = Some(file.clone());
        assert_eq!(place.mistakes(), Vec::<String>::new(), "{}", file.display());
    }
}

#[test]
fn configs_with_unknown_keys_do_not_fit_the_schema() {
    let unknown = configs("config/broken").into_iter().filter(|path| {
        path.file_stem().unwrap().to_string_lossy().starts_with("unknown-")
            && path.file_stem().unwrap().to_string_lossy().ends_with("-key")
    });
    let mut count = 0;
    for file in unknown {
        assert!(!valid(&fs::read_to_string(&file).unwrap()), "{}", file.display());
        count += 1;
    }
    assert!(count >= 4);
}

/// Every group that a group refers to, itself included.
fn groups(group: &'static Group, found: &mut Vec<&'static Group>) {
    if found.iter().any(|known| std::ptr::eq(*known, group)) {
        return;
    }
    found.push(group);
    for key in group.keys {
        below(&key.shape, found);
    }
}

fn below(shape: &'static Shape, found: &mut Vec<&'static Group>) {
    match shape {
        Shape::Group(group) => groups(group, found),
        Shape::List(shape) | Shape::Names(shape) => below(shape, found),
        Shape::OneOf(shapes) => shapes.iter().for_each(|shape| below(shape, found)),
        Shape::Text | Shape::Flag | Shape::Number | Shape::Duration | Shape::Words(_) | Shape::Values => {}
    }
}

#[test]
fn every_group_has_a_name_of_its_own_and_a_definition() {
    let mut found = Vec::new();
    groups(&CONFIG, &mut found);
    let mut names: Vec<&str> = found.iter().map(|group| group.name).collect();
    names.sort_unstable();
    let count = names.len();
    names.dedup();
    assert_eq!(names.len(), count);
    assert_eq!(schema()["$defs"].as_object().unwrap().len(), count);
}

/// A value that no key takes tells whether the key is read at all: something must be wrong with it.
#[test]
fn every_key_of_the_table_is_read() {
    let wrong = "{? [x] : [[]]}".replace("? [x] ", "zzz");
    let at = |path: &str, key: &str| path.replace('@', &format!("{key}: {wrong}"));
    for (name, path) in [
        ("a config", "{@}"),
        ("settings", "{settings: {@}}"),
        ("notifications", "{settings: {notifications: {@}}}"),
        ("a project", "{projects: [{@}]}"),
        ("an environment", "{environment: {@}}"),
        ("rituals", "{rituals: {@}}"),
        ("a start ritual", "{rituals: {start: {@}}}"),
        ("a stop ritual", "{rituals: {stop: {@}}}"),
        ("a command", "{rituals: {stop: {global: [{@}]}}}"),
        ("a workspace", "{workspace: {@}}"),
        ("a window", "{workspace: {windows: [{@}]}}"),
        ("a pane", "{workspace: {windows: [{panes: [{@}]}]}}"),
        ("a need", "{workspace: {windows: [{panes: [{needs: [{@}]}]}]}}"),
        ("a need of a command", "{rituals: {stop: {global: [{needs: [{@}]}]}}}"),
        ("a ready rule", "{workspace: {windows: [{panes: [{ready: {@}}]}]}}"),
        ("a restart rule", "{workspace: {windows: [{panes: [{restart: {@}}]}]}}"),
        ("a live rule", "{workspace: {windows: [{panes: [{live: {@}}]}]}}"),
        ("a stop rule", "{workspace: {windows: [{panes: [{stop: {@}}]}]}}"),
        ("a split", "{workspace: {windows: [{layout: {@}}]}}"),
        ("integrations", "{integrations: {@}}"),
        ("git", "{integrations: {git: {@}}}"),
        ("slack", "{integrations: {slack: {@}}}"),
        ("calendar", "{integrations: {calendar: {@}}}"),
        ("telemetry", "{integrations: {telemetry: {@}}}"),
        ("logging", "{logging: {@}}"),
    ] {
        let mut found = Vec::new();
        groups(&CONFIG, &mut found);
        let group = found.iter().find(|group| group.name == name).unwrap_or_else(|| panic!("{name}"));
        for key in group.keys {
            let text = at(path, key.name);
            let column = text.find(&wrong).unwrap() + 1;
            let mistakes = Place::with(&text).mistakes();
            let inside = |mistake: &String| {
                let place = mistake.split([':', ' ']).nth(1).unwrap().parse::<usize>().unwrap();
                place >= column
            };
            assert!(mistakes.iter().any(inside), "{name}.{} is not read: {mistakes:?}", key.name);
        }
    }
}

#[test]
fn the_starter_is_a_config_without_mistakes() {
    let text = starter("rune.schema.json");
    assert!(text.starts_with("# yaml-language-server: $schema=rune.schema.json\n"));
    assert_eq!(Place::with(&text).mistakes(), Vec::<String>::new());
    assert_eq!(Place::with(&text).project().workspaces[0].name, "shop");
    assert!(valid(&text));
    // what is commented out is right as well
    let commented = |line: &str| {
        let rest = line.trim_start().strip_prefix("# ")?;
        let is_yaml = rest.contains(':') || rest.trim_start().starts_with('-');
        let is_prose = rest.starts_with("yaml-") || rest.contains('`') || rest.ends_with('.');
        (is_yaml && !is_prose).then(|| line.replacen("# ", "", 1))
    };
    let lines = text.lines().map(|line| commented(line).unwrap_or_else(|| line.to_owned()));
    let all: String = lines.map(|line| line + "\n").collect();
    let place = Place::with(&all);
    place.directory("shop/web");
    assert_eq!(place.mistakes(), Vec::<String>::new(), "{all}");
    assert_eq!(place.project().start.len(), 2, "{all}");
}

#[test]
fn the_manual_page_names_every_key_that_has_a_use() {
    let page = manual();
    let mut found = Vec::new();
    groups(&CONFIG, &mut found);
    for group in found.iter().filter(|group| group.keys.iter().any(|key| key.used)) {
        for key in group.keys {
            assert!(page.contains(&format!(".TP\n.B {}\n", key.name)), "{}: {}", group.name, key.name);
        }
    }
    // roff takes a line that starts with a dot or a quote as its own
    for line in page.lines().filter(|line| line.starts_with('.')) {
        assert!(
            ["TH", "SH", "SS", "TP", "B ", "BR", "IP", "PP", "nf", "fi"].contains(&&line[1..3]),
            "{line}"
        );
    }
    assert!(!page.lines().any(|line| line.starts_with('\'')));
}
