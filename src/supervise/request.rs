//! What may be asked of a runner over its socket, and what it answers: one line of JSON each.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::record::State;

/// The format of both lines. A runner does for every schema what it understands of it.
pub const SCHEMA: u32 = 1;

/// What is asked of a runner.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// [`SCHEMA`] of who asks.
    pub schema: u32,
    /// What is to be done.
    pub ask: Wish,
    /// The longest time for each step of an end, in milliseconds; else what the config says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout_ms: Option<u64>,
    /// Who asks, as a person would say it: `rune restart`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
}

/// What can be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wish {
    /// The command ends, and everything that came of it; the pane stays.
    Stop,
    /// The command starts unless it runs.
    Start,
    /// The command ends and starts again.
    Restart,
    /// The command ends and the pane closes.
    Close,
}

impl fmt::Display for Wish {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Wish::Stop => "stop",
            Wish::Start => "start",
            Wish::Restart => "restart",
            Wish::Close => "close",
        })
    }
}

impl Request {
    /// A request by `by` that says nothing of time.
    pub fn new(ask: Wish, by: &str) -> Request {
        Request { schema: SCHEMA, ask, timeout_ms: None, by: Some(by.to_owned()) }
    }

    /// The longest time for each step of an end.
    pub fn timeout(&self) -> Option<Duration> {
        self.timeout_ms.map(Duration::from_millis)
    }
}

/// What came of a request, said when it is done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reply {
    /// [`SCHEMA`] of the runner.
    pub schema: u32,
    /// Whether it is as it was asked for.
    pub ok: bool,
    /// What the command does now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<State>,
    /// What would not end, each in words.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub survivors: Vec<String>,
    /// Why nothing was done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
}

impl Reply {
    /// The answer that nothing was done.
    pub fn refused(why: &str) -> Reply {
        let refused = Some(why.to_owned());
        Reply { schema: SCHEMA, ok: false, state: None, survivors: Vec::new(), refused }
    }
}
