//! `rituals`: commands, and templates of workspaces.

use super::reader::Reader;
use super::{Config, Ritual, command, template};
use crate::config::keys::{Group, RITUALS, START, STOP};
use crate::config::tree::{Entry, Node};

/// Adds what `rituals` says.
pub(super) fn rituals(reader: &mut Reader<'_>, node: &Node, config: &mut Config) {
    let Some(fields) = reader.fields(node, &RITUALS) else { return };
    if let Some(node) = fields.get("templates") {
        template::templates(reader, node, &mut config.templates);
    }
    if let Some(node) = fields.get("start") {
        config.start = ritual(reader, node, &START);
        if let Some(fields) = reader.quiet(node, &START)
            && let Some(node) = fields.get("templates")
        {
            template::templates(reader, node, &mut config.templates);
        }
    }
    if let Some(node) = fields.get("stop") {
        config.stop = ritual(reader, node, &STOP);
        let own = config.stop.per_project.iter().flat_map(|(_, commands)| commands);
        for command in config.stop.global.iter().chain(own) {
            for (key, place) in &command.supervision.keys {
                if matches!(*key, "restart" | "live") {
                    reader.problem(place, format!("a command of the stop ritual cannot have `{key}`")).help =
                        Some(
                            "nobody would ever end it: `rune stop` ends what the start ritual began"
                                .to_owned(),
                        );
                }
            }
        }
    }
}

fn ritual(reader: &mut Reader<'_>, node: &Node, group: &'static Group) -> Ritual {
    let Some(fields) = reader.fields(node, group) else { return Ritual::default() };
    let global = fields.get("global").map(|node| command::commands(reader, node)).unwrap_or_default();
    let projects =
        fields.get("per_project").map(|node| reader.names(node, "a mapping from projects to commands"));
    let commands = |Entry { key, value }: &Entry, reader: &mut Reader<'_>| {
        (key.clone(), command::commands(reader, value))
    };
    let per_project = projects.unwrap_or_default().iter().map(|entry| commands(entry, reader)).collect();
    Ritual { global, per_project }
}
