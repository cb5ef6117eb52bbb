//! `needs`: what has to be so before a command starts.

use super::super::reader::{Fields, Reader};
use super::super::values;
use super::Need;
use crate::config::keys::{NEED, NEED_OF_COMMAND};
use crate::config::tree::{Node, Value};
use crate::workspace::supervision::Needed;

/// Whose needs they are.
#[derive(Clone, Copy)]
pub(super) enum Of {
    /// A pane's: other panes.
    Pane,
    /// A command's: background commands.
    Command,
}

/// The entries of `needs`; one alone may stand without a list.
pub(super) fn needs(reader: &mut Reader<'_>, fields: &Fields<'_>, of: Of) -> Vec<Need> {
    let Some(node) = fields.get("needs") else { return Vec::new() };
    let nodes = match &node.value {
        Value::List(nodes) => nodes.as_slice(),
        _ => std::slice::from_ref(node),
    };
    nodes.iter().filter_map(|node| need(reader, node, of)).collect()
}

fn need(reader: &mut Reader<'_>, node: &Node, of: Of) -> Option<Need> {
    let (group, key) = match of {
        Of::Pane => (&NEED, "pane"),
        Of::Command => (&NEED_OF_COMMAND, "command"),
    };
    if !matches!(node.value, Value::Map(_)) {
        let target = reader.text(
            node,
            &match of {
                Of::Pane => format!("the key of a pane, or {}", group.name),
                Of::Command => format!("the name of a background command, or {}", group.name),
            },
        )?;
        return Some(Need { target, state: Needed::default() });
    }
    let fields = reader.fields(node, group)?;
    let target = values::text(reader, &fields, key);
    let word = fields.get("state").map(|node| reader.word(node, &Needed::ALL.map(|(word, _)| word)));
    if target.is_none() && fields.get(key).is_none() && fields.sound {
        reader.problem(node.head(), format!("a need has no `{key}`")).help = Some(format!("add `{key}: …`"));
    }
    let state = match word {
        None => Needed::default(),
        Some(word) => {
            Needed::ALL.into_iter().find(|(known, _)| Some(*known) == word).map(|(_, state)| state)?
        }
    };
    Some(Need { target: target?, state })
}
