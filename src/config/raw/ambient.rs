//! The top level of a config and its settings.

use super::reader::{Fields, Reader};
use super::{Choice, Config, Project, ritual, template, values};
use crate::config::keys::{CONFIG, ENVIRONMENT, GIT, INTEGRATIONS, PROJECT, SETTINGS};
use crate::config::tree::{Node, Value};

/// The whole config.
pub(super) fn config(reader: &mut Reader<'_>, root: &Node) -> Config {
    let mut config = Config { git: true, ..Config::default() };
    if root.is_null() {
        return config;
    }
    let Some(fields) = reader.fields(root, &CONFIG) else { return config };
    version(reader, &fields);
    if let Some(settings) = fields.get("settings").and_then(|node| reader.fields(node, &SETTINGS)) {
        config.timeout = values::timeout(reader, &settings);
    }
    config.projects = projects(reader, &fields);
    if let Some(node) = fields.get("environment")
        && let Some(environment) = reader.fields(node, &ENVIRONMENT)
    {
        config.pass = values::variables(reader, &environment, "pass");
        config.drop = values::variables(reader, &environment, "drop");
    }
    if let Some(node) = fields.get("rituals") {
        ritual::rituals(reader, node, &mut config);
    }
    if let Some(node) = fields.get("workspaces") {
        template::templates(reader, node, &mut config.templates);
    }
    config.workspace = fields.get("workspace").and_then(|node| workspace(reader, node));
    config.git = fields.get("integrations").is_none_or(|node| git(reader, node));
    config
}

fn version(reader: &mut Reader<'_>, fields: &Fields<'_>) {
    let Some(node) = fields.get("version") else { return };
    let Some(text) = reader.text(node, "the version of the format: `1`") else { return };
    if text.value != "1" {
        let problem = reader.problem(&text.place, format!("the version `{}` is not known", text.value));
        problem.replacement = Some("1".to_owned());
        problem.help = Some("this rune reads version `1`".to_owned());
    }
}

fn projects(reader: &mut Reader<'_>, fields: &Fields<'_>) -> Vec<Project> {
    let nodes =
        fields.get("projects").map(|node| reader.list(node, "a list of projects")).unwrap_or_default();
    let mut projects: Vec<Project> = Vec::new();
    for node in nodes {
        let Some(fields) = reader.fields(node, &PROJECT) else { continue };
        let name = values::text(reader, &fields, "name");
        let detect = values::texts(reader, &fields, "detect");
        for pattern in &detect {
            if let Err(message) = crate::config::detect::Pattern::parse(&pattern.value) {
                reader.problem(&pattern.place, message);
            }
        }
        let Some(name) = name else {
            if fields.get("name").is_none() {
                reader.problem(node.head(), "a project needs a `name`");
            }
            continue;
        };
        if projects.iter().any(|project| project.name.value == name.value) {
            reader.problem(&name.place, format!("there is another project `{}`", name.value));
        }
        projects.push(Project { name, detect });
    }
    projects
}

fn workspace(reader: &mut Reader<'_>, node: &Node) -> Option<Choice> {
    match &node.value {
        Value::Text(word) if word == "none" => Some(Choice::None),
        Value::Text(_) => reader.text(node, "a workspace").map(Choice::Named),
        Value::Map(_) => template::template(reader, node).map(|template| Choice::Inline(Box::new(template))),
        _ => {
            reader.wrong(node, "a workspace, the name of one, or `none`");
            None
        }
    }
}

/// Whether git may choose the project.
fn git(reader: &mut Reader<'_>, node: &Node) -> bool {
    let Some(fields) = reader.fields(node, &INTEGRATIONS) else { return true };
    let Some(git) = fields.get("git").and_then(|node| reader.fields(node, &GIT)) else { return true };
    let enabled = values::flag(reader, &git, "enabled", true);
    values::flag(reader, &git, "auto_detect_project", true) && enabled
}
