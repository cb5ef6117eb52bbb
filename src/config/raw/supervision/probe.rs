//! `ready` and `live`: probes.

use std::time::Duration;

use super::super::reader::{Fields, Mistake, Reader};
use super::super::{Run, values};
use super::{Live, Probe, Ready, is_empty, not_a_mapping, pattern, tcp, time, unfit, url};
use crate::config::keys::{Group, LIVE, READY};
use crate::config::tree::{Node, Text, Value};

/// `ready`.
pub(super) fn ready(reader: &mut Reader<'_>, node: &Node) -> Option<Ready> {
    let fields = mapping(reader, node, &READY)?;
    let timeout = time(reader, &fields, "timeout", crate::workspace::supervision::Ready::TIMEOUT);
    let (mut probes, mut sound) = shared(reader, &fields);
    if fields.get("log").is_some() {
        let text = checked(reader, &fields, "log", pattern);
        sound &= text.is_some();
        probes.extend(text.map(Probe::Log));
    }
    if let Some(node) = fields.get("exit") {
        match reader.flag(node) {
            Some(true) => probes.push(Probe::Exit),
            Some(false) => {}
            None => sound = false,
        }
    }
    if let Some(node) = fields.get("delay") {
        let delay = values::duration(reader, node);
        sound &= delay.is_some();
        match delay.map(|delay| (delay, unfit(delay))) {
            Some((_, Some(what))) => drop(reader.problem(&node.place, format!("`delay` {what}"))),
            Some((delay, None)) => probes.push(Probe::Delay(delay)),
            None => {}
        }
        sound &= delay.is_none_or(|delay| unfit(delay).is_none());
    }
    if probes.is_empty() && sound && fields.sound {
        none(reader, node, &READY);
        return None;
    }
    if let Some(node) = fields.get("delay")
        && probes.iter().any(|probe| matches!(probe, Probe::Delay(delay) if *delay >= timeout))
    {
        reader
            .problem(&node.place, "`delay` is not shorter than `timeout`, so it would always be late")
            .help = Some("without `timeout` it is late after 60s".to_owned());
    }
    Some(Ready { probes, timeout })
}

/// `live`.
pub(super) fn live(reader: &mut Reader<'_>, node: &Node) -> Option<Live> {
    let fields = mapping(reader, node, &LIVE)?;
    let (mut probes, sound) = shared(reader, &fields);
    let every = time(reader, &fields, "every", Duration::from_secs(10));
    let failures = fields.get("failures").map_or(Some(3), |node| failures(reader, node));
    if probes.is_empty() && sound && fields.sound {
        none(reader, node, &LIVE);
    }
    let present = ["tcp", "http", "command", "file"].iter().filter_map(|key| fields.place(key));
    let mut places: Vec<_> = present.collect();
    places.sort_by_key(|place| place.span.start);
    if let Some(second) = places.get(1) {
        reader.problem(second, "a live rule has one probe only").help =
            Some("a `command` can ask for several things".to_owned());
    }
    let probe = if probes.is_empty() { return None } else { probes.swap_remove(0) };
    Some(Live { probe, every, failures: failures? })
}

fn failures(reader: &mut Reader<'_>, node: &Node) -> Option<u32> {
    let text = reader.text(node, "a number of failures")?;
    let number = text.value.parse::<u32>().ok().filter(|number| (1..=1_000_000).contains(number));
    if number.is_none() {
        reader.problem(&text.place, format!("`{}` is not a number of failures", text.value)).help =
            Some("it is a whole number from 1 on".to_owned());
    }
    number
}

/// The probes that both rules have, and whether all that are there could be read.
fn shared(reader: &mut Reader<'_>, fields: &Fields<'_>) -> (Vec<Probe>, bool) {
    let mut probes = Vec::new();
    let mut sound = true;
    let mut add = |there: bool, probe: Option<Probe>| {
        sound &= !there || probe.is_some();
        probes.extend(probe);
    };
    let there = |key: &str| fields.get(key).is_some();
    add(there("tcp"), checked(reader, fields, "tcp", |text| tcp(text).map(drop)).map(Probe::Tcp));
    add(there("http"), checked(reader, fields, "http", url).map(Probe::Http));
    add(there("command"), command(reader, fields).map(Probe::Command));
    add(there("file"), values::text(reader, fields, "file").map(Probe::File));
    (probes, sound)
}

/// A command that is not empty.
pub(super) fn command(reader: &mut Reader<'_>, fields: &Fields<'_>) -> Option<Run> {
    let node = fields.get("command")?;
    match values::run(reader, Some(node)) {
        Run::Nothing => {
            if is_empty(node) {
                reader.problem(&node.place, "`command` is empty");
            }
            None
        }
        run => Some(run),
    }
}

/// A text that a rule holds for; with placeholders it is checked once they are filled in.
fn checked(
    reader: &mut Reader<'_>,
    fields: &Fields<'_>,
    key: &str,
    rule: impl Fn(&str) -> Result<(), Mistake>,
) -> Option<Text> {
    let text = values::text(reader, fields, key)?;
    if text.value.contains("{{") {
        return Some(text);
    }
    match rule(&text.value) {
        Ok(()) => Some(text),
        Err(mistake) => {
            reader.mistake(&text, mistake);
            None
        }
    }
}

fn none(reader: &mut Reader<'_>, node: &Node, group: &'static Group) {
    let probes: Vec<&str> = group.keys.iter().map(|key| key.name).collect();
    let probes = probes.iter().filter(|key| !["timeout", "every", "failures"].contains(key));
    let probes: Vec<&str> = probes.copied().collect();
    reader.problem(node.head(), format!("{} has no probe", group.name)).help =
        Some(format!("add {}", super::super::reader::either(&probes)));
}

/// The mapping that a rule is; for a text or number, the probe that was most likely meant.
fn mapping<'n>(reader: &mut Reader<'_>, node: &'n Node, group: &'static Group) -> Option<Fields<'n>> {
    let meant = match &node.value {
        Value::Number(_) => "tcp",
        Value::Text(text) if url(text).is_ok() => "http",
        Value::Text(text) if tcp(text).is_ok() => "tcp",
        Value::Flag(..) | Value::Text(_) => "",
        _ => return reader.fields(node, group),
    };
    not_a_mapping(reader, node, group, meant);
    None
}
