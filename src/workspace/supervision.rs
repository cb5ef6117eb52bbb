//! How a command is kept: what it waits for, when it counts as ready, when it is started again,
//! how it is asked to end, and whether its output is logged.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::workspace::{Command, Key};

/// Everything that is declared about the life of one command. The default asks for nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Supervision {
    /// What has to be so before it starts; all of it.
    pub needs: Vec<Need>,
    /// When it counts as ready; without, as soon as it runs.
    pub ready: Option<Ready>,
    /// When it is started again.
    pub restart: Restart,
    /// How it is found to be alive after it was ready.
    pub live: Option<Live>,
    /// How it is asked to end.
    pub stop: Stop,
    /// Whether what it prints is logged.
    pub log: bool,
    /// How many bytes the log may have; without, as many as logs have by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub log_size: Option<u64>,
    /// Whether it starts with its pane; else when somebody asks for it.
    pub autostart: bool,
    /// Whether another command needs it, so that its runner has to stay and record how it ends.
    #[serde(default)]
    pub needed: bool,
}

impl Default for Supervision {
    fn default() -> Supervision {
        Supervision {
            needs: Vec::new(),
            ready: None,
            restart: Restart::default(),
            live: None,
            stop: Stop::default(),
            log: false,
            log_size: None,
            autostart: true,
            needed: false,
        }
    }
}

impl Supervision {
    /// Whether the output has to be logged, be it only to look for a text in it.
    pub fn logs(&self) -> bool {
        let reads = |probe: &Probe| matches!(probe, Probe::Log(_));
        self.log
            || self.ready.as_ref().is_some_and(|ready| ready.probes.iter().any(reads))
            || self.live.as_ref().is_some_and(|live| reads(&live.probe))
    }
}

/// Something that another pane of the same workspace has to be or to have done.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Need {
    /// Key of that pane's window.
    pub window: Key,
    /// Its own key.
    pub pane: Key,
    /// How far it has to be.
    pub state: Needed,
}

/// How far a needed command has to be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Needed {
    /// Its probes say that it is ready; without probes, it runs or has ended with 0.
    #[default]
    Ready,
    /// It was started, whatever became of it.
    Started,
    /// It ended with 0.
    Succeeded,
    /// It ended.
    Exited,
}

impl Needed {
    /// Every one with its word.
    pub const ALL: [(&'static str, Needed); 4] = [
        ("ready", Needed::Ready),
        ("started", Needed::Started),
        ("succeeded", Needed::Succeeded),
        ("exited", Needed::Exited),
    ];

    /// Its word in configs and messages.
    pub fn as_str(self) -> &'static str {
        match self {
            Needed::Ready => "ready",
            Needed::Started => "started",
            Needed::Succeeded => "succeeded",
            Needed::Exited => "exited",
        }
    }
}

/// When a command counts as ready.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ready {
    /// All of these have to hold, each at least once.
    pub probes: Vec<Probe>,
    /// After this time without it, those who wait are told that it is late. It is tried further.
    #[serde(with = "milliseconds")]
    pub timeout: Duration,
}

impl Ready {
    /// The time after which a command is late where none is declared.
    pub const TIMEOUT: Duration = Duration::from_secs(60);
}

/// One way to see that a command does its work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Probe {
    /// A TCP connection is accepted.
    Tcp {
        /// Host name or address.
        host: String,
        /// Port.
        port: u16,
    },
    /// `GET` of this `http://` address is answered with a status from 200 to 399.
    Http(String),
    /// This command ends with 0.
    Command(Command),
    /// A line of the output, without escape sequences, matches this regular expression.
    Log(String),
    /// This file exists; relative to the directory of the command.
    File(String),
    /// The command ended with 0.
    Exit,
    /// It has run for this long.
    Delay(#[serde(with = "milliseconds")] Duration),
}

/// When and how a command is started again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Restart {
    /// After which ends.
    pub when: When,
    /// Pause before the first restart; it doubles with each one and starts anew after a minute
    /// without an end.
    #[serde(with = "milliseconds")]
    pub first: Duration,
    /// The longest pause.
    #[serde(with = "milliseconds")]
    pub longest: Duration,
    /// After how many restarts in which time it is given up; never without.
    pub limit: Option<Limit>,
}

impl Default for Restart {
    fn default() -> Restart {
        Restart {
            when: When::Never,
            first: Duration::from_secs(1),
            longest: Duration::from_secs(30),
            limit: Some(Limit { times: 5, within: Duration::from_secs(60) }),
        }
    }
}

/// After which ends a command is started again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum When {
    /// None.
    #[default]
    Never,
    /// Another exit code than 0, a signal, or a start that failed.
    OnFailure,
    /// All that nobody asked for.
    Always,
}

/// A number of restarts in a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limit {
    /// How many restarts.
    pub times: u32,
    /// In which time.
    #[serde(with = "milliseconds")]
    pub within: Duration,
}

/// How a command that was ready is found to be alive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Live {
    /// What has to hold.
    pub probe: Probe,
    /// Time from one look to the next.
    #[serde(with = "milliseconds")]
    pub every: Duration,
    /// After how many looks in a row that fail it is ended, and started again as [`Restart`] says
    /// of a failure.
    pub failures: u32,
}

/// How a command is asked to end, before TERM and KILL.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stop {
    /// How it is asked.
    pub ask: Ask,
    /// How long it may take, each time that it is asked.
    #[serde(with = "milliseconds")]
    pub timeout: Duration,
}

impl Default for Stop {
    fn default() -> Stop {
        Stop { ask: Ask::Signal(15), timeout: Duration::from_secs(10) }
    }
}

/// How a command is asked to end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ask {
    /// These bytes are typed, as `C-c` is the byte 3.
    Keys(Vec<u8>),
    /// A signal of this number goes to its process group.
    Signal(i32),
    /// This command runs, in its directory and environment.
    Command(Command),
}

/// Durations as whole milliseconds.
mod milliseconds {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serializer};

    pub fn serialize<S: Serializer>(time: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(u64::try_from(time.as_millis()).unwrap_or(u64::MAX))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
        u64::deserialize(deserializer).map(Duration::from_millis)
    }
}
