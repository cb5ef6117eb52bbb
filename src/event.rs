//! What happens on a server, as the journal keeps it.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::error::counted;
use crate::record::{PaneId, State, Tag};
use crate::workspace::Key;

/// The format of the journal's lines. A newer rune reads older ones.
pub const SCHEMA: u32 = 1;

/// One line of the journal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// [`SCHEMA`] of the rune that wrote it.
    pub schema: u32,
    /// When, in milliseconds since 1970 (UTC).
    pub at: u64,
    /// What.
    #[serde(flatten)]
    pub what: What,
    /// To which pane, or only to which session.
    #[serde(flatten)]
    pub subject: Subject,
    /// Who did it, as a person would say it: `rune restart`, `policy`, `SIGTERM`; nothing where it just
    /// happened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
}

/// What an event happened to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subject {
    /// Name of the session when the pane was opened.
    pub session: String,
    /// Word of the workspace's identity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workspace: Option<String>,
    /// Key of the window.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window: Option<Key>,
    /// Key of the pane.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pane: Option<Key>,
    /// Random name of this life of the pane.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<PaneId>,
}

impl Subject {
    /// A session as a whole, which is the workspace of this word.
    pub fn session(name: &str, workspace: Option<&str>) -> Subject {
        Subject { session: name.to_owned(), workspace: workspace.map(str::to_owned), ..Subject::default() }
    }

    /// A pane in the session of this name.
    pub fn pane(session: &str, tag: &Tag) -> Subject {
        Subject {
            window: Some(tag.window.clone()),
            pane: Some(tag.pane.clone()),
            id: Some(tag.id.clone()),
            ..Subject::session(session, Some(&tag.workspace))
        }
    }
}

impl fmt::Display for Subject {
    /// `session:window.pane`, as far as it is known.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.session)?;
        if let Some(window) = &self.window {
            write!(f, ":{window}")?;
        }
        if let Some(pane) = &self.pane {
            write!(f, ".{pane}")?;
        }
        Ok(())
    }
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum What {
    /// A session or pane was opened.
    Created,
    /// A command waits for what it needs.
    Waiting {
        /// For what.
        needs: Vec<String>,
    },
    /// A command was started.
    Started {
        /// Its process id.
        pid: u32,
    },
    /// A command became ready.
    Ready,
    /// A command was not ready in its time.
    Late {
        /// What the probe said last.
        why: String,
    },
    /// A command that was ready is not alive any more.
    Failing {
        /// What the probe said last.
        why: String,
    },
    /// A command was stopped, as by Ctrl-Z.
    Suspended,
    /// It goes on.
    Continued,
    /// A command ended by itself.
    Exited {
        /// Exit code.
        code: i32,
    },
    /// A signal ended a command.
    Signalled {
        /// Number of the signal.
        signal: i32,
    },
    /// A command could not be started.
    NotStarted {
        /// What the system said.
        why: String,
    },
    /// It will be started again.
    Restarting {
        /// How often it has been, this time included.
        restarts: u32,
        /// After how many milliseconds.
        after: u64,
    },
    /// A pane was started again in its place, with another runner.
    Restarted,
    /// It is not started again any more.
    GaveUp {
        /// How often it was.
        restarts: u32,
    },
    /// The runner of a pane is gone.
    LostRunner,
    /// A pane was closed.
    Closed,
    /// A person came to a session.
    Attached,
    /// A session was ended, or the command of a pane was.
    Stopped,
    /// A server that had panes of ours is gone with them.
    ServerGone,
}

impl What {
    /// The event that a command ended, or could not be started.
    pub fn end(state: &State) -> Option<What> {
        match state {
            State::Exited { code } => Some(What::Exited { code: *code }),
            State::Signalled { signal } => Some(What::Signalled { signal: *signal }),
            State::NotStarted { why } => Some(What::NotStarted { why: why.clone() }),
            State::LostRunner => Some(What::LostRunner),
            _ => None,
        }
    }
}

impl fmt::Display for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            What::Created => f.write_str("created"),
            What::Waiting { needs } => write!(f, "waiting for {}", needs.join(", ")),
            What::Started { pid } => write!(f, "started, pid {pid}"),
            What::Ready => f.write_str("ready"),
            What::Late { why } => write!(f, "not ready in time: {why}"),
            What::Failing { why } => write!(f, "not alive: {why}"),
            What::Suspended => f.write_str("stopped by a signal"),
            What::Continued => f.write_str("continued"),
            What::Exited { code } => write!(f, "exited {code}"),
            What::Signalled { signal } => write!(f, "signal {signal}"),
            What::NotStarted { why } => write!(f, "not started: {why}"),
            What::Restarting { restarts, after } => write!(f, "restart {restarts} in {after} ms"),
            What::Restarted => f.write_str("restarted"),
            What::GaveUp { restarts } => {
                write!(f, "gave up after {}", counted(*restarts as usize, "restart"))
            }
            What::LostRunner => f.write_str("lost runner"),
            What::Closed => f.write_str("closed"),
            What::Attached => f.write_str("attached"),
            What::Stopped => f.write_str("ended"),
            What::ServerGone => f.write_str("the server is gone"),
        }
    }
}
