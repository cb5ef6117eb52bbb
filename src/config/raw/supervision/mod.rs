//! How a command is kept, as it was written: what it needs, its probes, its restarts, its stop.

mod address;
mod command;
mod keystrokes;
mod log;
mod need;
mod pattern;
mod probe;
mod restart;
mod signal;
mod stop;

use std::time::Duration;

use super::reader::{Fields, Reader};
use super::{Run, values};
use crate::config::tree::{Node, Place, Text, Value};
use crate::workspace::supervision::{Needed, Restart, When};

pub use address::{tcp, url};
pub(super) use command::{fits_command, of_command};
pub use log::Log;
pub use pattern::pattern;

/// Everything that is declared about the life of one command.
#[derive(Clone, Debug, Default)]
pub struct Supervision {
    /// The keys that are there, with their places.
    pub keys: Vec<(&'static str, Place)>,
    /// `needs`.
    pub needs: Vec<Need>,
    /// `ready`.
    pub ready: Option<Ready>,
    /// `restart`.
    pub restart: Restart,
    /// `live`.
    pub live: Option<Live>,
    /// `stop`.
    pub stop: Option<Stop>,
    /// `log`.
    pub log: Option<Log>,
    /// `autostart`.
    pub autostart: Option<bool>,
}

/// An entry of `needs`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Need {
    /// What is needed, as it is written.
    pub target: Text,
    /// How far it has to be.
    pub state: Needed,
}

/// `ready`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ready {
    /// At least one, unless one of them could not be read.
    pub probes: Vec<Probe>,
    /// When it is late.
    pub timeout: Duration,
}

/// A probe, before rendering.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Probe {
    /// A port, or host and port.
    Tcp(Text),
    /// An `http://` address.
    Http(Text),
    /// A command.
    Command(Run),
    /// A regular expression.
    Log(Text),
    /// A path.
    File(Text),
    /// The end of the command itself.
    Exit,
    /// A time.
    Delay(Duration),
}

/// `live`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Live {
    /// What has to hold.
    pub probe: Probe,
    /// Time between looks.
    pub every: Duration,
    /// After how many failures it is ended.
    pub failures: u32,
}

/// `stop`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stop {
    /// How it is asked; nothing is TERM.
    pub ask: Option<Ask>,
    /// How long it may take.
    pub timeout: Duration,
}

/// How a command is asked to end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ask {
    /// Bytes that are typed.
    Keys(Vec<u8>),
    /// Number of a signal.
    Signal(i32),
    /// A command.
    Command(Run),
}

/// The keys that a plain shell cannot have.
const KEYS: [&str; 7] = ["needs", "ready", "restart", "live", "stop", "log", "autostart"];

/// What a pane that runs `run` declares.
pub(super) fn of_pane(reader: &mut Reader<'_>, fields: &Fields<'_>, run: &Run) -> Supervision {
    let supervision =
        Supervision { needs: need::needs(reader, fields, need::Of::Pane), ..read(reader, fields) };
    if *run == Run::Nothing && fields.sound && fields.get("command").is_none_or(is_empty) {
        for (key, place) in &supervision.keys {
            reader.problem(place, format!("a pane with a plain shell cannot have `{key}`")).help =
                Some("give the pane a `command`".to_owned());
        }
    }
    supervision
}

/// Whether a command that is there says nothing.
fn is_empty(command: &Node) -> bool {
    match &command.value {
        Value::Text(text) => text.trim().is_empty(),
        Value::List(nodes) => nodes.is_empty(),
        _ => false,
    }
}

/// What the keys say that panes and commands of rituals share; `needs` is read by itself.
fn read(reader: &mut Reader<'_>, fields: &Fields<'_>) -> Supervision {
    let get = |key: &str| fields.knows(key).then(|| fields.get(key)).flatten();
    let place = |key: &'static str| fields.place(key).map(|place| (key, place.clone()));
    let flag = |reader: &mut Reader<'_>, key| get(key).and_then(|node| reader.flag(node));
    let supervision = Supervision {
        keys: KEYS.into_iter().filter_map(place).collect(),
        needs: Vec::new(),
        ready: get("ready").and_then(|node| probe::ready(reader, node)),
        restart: get("restart").and_then(|node| restart::restart(reader, node)).unwrap_or_default(),
        live: get("live").and_then(|node| probe::live(reader, node)),
        stop: get("stop").and_then(|node| stop::stop(reader, node)),
        log: get("log").and_then(|node| log::log(reader, node)),
        autostart: flag(reader, "autostart"),
    };
    consistent(reader, &supervision);
    supervision
}

/// Notes what cannot go together.
fn consistent(reader: &mut Reader<'_>, supervision: &Supervision) {
    let place = |wanted| supervision.keys.iter().find(|(key, _)| *key == wanted).map(|(_, place)| place);
    let ends = supervision.ready.as_ref().is_some_and(|ready| ready.probes.contains(&Probe::Exit));
    if let (true, Some(place)) = (ends && supervision.restart.when == When::Always, place("restart")) {
        reader
            .problem(
                place,
                "a command that is ready when it has ended cannot be started again after each end",
            )
            .help = Some("`ready: {exit: true}` goes with `restart: on-failure` or with none".to_owned());
    }
    if let (true, Some(place)) = (ends, place("live")) {
        reader.problem(place, "a command that is ready when it has ended cannot be alive then").help =
            Some("leave `live` out, or `exit` in `ready`".to_owned());
    }
}

/// The longest time that can be asked for.
const LONGEST: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// A length of time that is not zero and not longer than a year.
fn time(reader: &mut Reader<'_>, fields: &Fields<'_>, key: &str, otherwise: Duration) -> Duration {
    let Some(node) = fields.get(key) else { return otherwise };
    let Some(time) = values::duration(reader, node) else { return otherwise };
    if let Some(what) = unfit(time) {
        reader.problem(&node.place, format!("`{key}` {what}"));
        return otherwise;
    }
    time
}

/// What is wrong with a length of time.
fn unfit(time: Duration) -> Option<&'static str> {
    if time < Duration::from_millis(1) {
        Some("is shorter than a millisecond")
    } else if time > LONGEST {
        Some("is longer than a year")
    } else {
        None
    }
}

/// Notes a text that stands where a mapping is expected, with the mapping that was most likely meant.
fn not_a_mapping(
    reader: &mut Reader<'_>,
    node: &Node,
    group: &'static crate::config::keys::Group,
    meant: &str,
) {
    let written = reader.written(&node.place).trim();
    let replacement = (!written.contains('\n') && node.place.used.is_none() && !meant.is_empty())
        .then(|| format!("{{{meant}: {written}}}"));
    let expected = format!("{} with keys such as `{}`", group.name, group.keys[0].name);
    reader.wrong(node, &expected).replacement = replacement;
}
