//! `stop`: how a command is asked to end.

use std::time::Duration;

use super::super::reader::{Fields, Reader};
use super::super::values;
use super::{Ask, Stop, keystrokes, not_a_mapping, probe, signal, time};
use crate::config::keys::STOP_RULE;
use crate::config::tree::{Node, Value};

/// `stop`.
pub(super) fn stop(reader: &mut Reader<'_>, node: &Node) -> Option<Stop> {
    if let Value::Text(text) | Value::Number(text) = &node.value {
        let meant = match signal::signal(text) {
            Ok(_) => "signal",
            Err(_) if text.starts_with("C-") => "keys",
            Err(_) => "",
        };
        not_a_mapping(reader, node, &STOP_RULE, meant);
        return None;
    }
    let fields = reader.fields(node, &STOP_RULE)?;
    let mut places: Vec<_> =
        ["keys", "signal", "command"].iter().filter_map(|key| fields.place(key)).collect();
    places.sort_by_key(|place| place.span.start);
    if let Some(second) = places.get(1) {
        reader.problem(second, "a command is asked to end in one way only").help =
            Some("leave one of `keys`, `signal` and `command`; TERM and KILL follow".to_owned());
    }
    let command = probe::command(reader, &fields).map(Ask::Command);
    let ask = keys(reader, &fields).map(Ask::Keys).or(number(reader, &fields).map(Ask::Signal)).or(command);
    let timeout = time(reader, &fields, "timeout", Duration::from_secs(10));
    Some(Stop { ask, timeout })
}

fn number(reader: &mut Reader<'_>, fields: &Fields<'_>) -> Option<i32> {
    let text = values::text(reader, fields, "signal")?;
    signal::signal(&text.value).map_err(|mistake| reader.mistake(&text, mistake)).ok()
}

fn keys(reader: &mut Reader<'_>, fields: &Fields<'_>) -> Option<Vec<u8>> {
    let node = fields.get("keys")?;
    let texts = values::texts(reader, fields, "keys");
    if matches!(&node.value, Value::List(nodes) if nodes.is_empty()) {
        reader.problem(&node.place, "`keys` is empty");
    }
    let mut typed = Vec::new();
    for text in &texts {
        match keystrokes::bytes(&text.value) {
            Ok(bytes) if bytes.is_empty() => drop(reader.problem(&text.place, "the text to type is empty")),
            Ok(bytes) => typed.extend(bytes),
            Err(mistake) => reader.mistake(text, mistake),
        }
    }
    Some(typed)
}
