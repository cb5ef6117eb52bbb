//! Rituals as they are wanted: lists of shell commands that start or stop work on a project.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::workspace::supervision::{Needed, Supervision};
use crate::workspace::{Command, Key};

/// Which of a project's two rituals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Runs before the workspace comes up.
    Start,
    /// Runs before the workspace goes down.
    Stop,
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Phase::Start => "start",
            Phase::Stop => "stop",
        })
    }
}

/// One command of a ritual, everything rendered and filled in.
#[derive(Clone, Debug, PartialEq)]
pub struct RitualCommand {
    /// Name shown to people.
    pub name: String,
    /// Whether it belongs to every project.
    pub global: bool,
    /// What runs; nothing beside a template.
    pub command: Option<Command>,
    /// Whether the ritual goes on when it fails.
    pub optional: bool,
    /// Whether the ritual goes on while it runs, and `rune stop` ends it.
    pub background: bool,
    /// Where it runs when it wants a terminal.
    pub interactive: Option<Interactive>,
    /// How long it may take, if there is a limit.
    pub timeout: Option<Duration>,
    /// Absolute directory it runs in.
    pub cwd: PathBuf,
    /// Declared environment.
    pub environment: BTreeMap<String, String>,
    /// Names of inherited variables passed in spite of the filter.
    pub pass: Vec<String>,
    /// Asked right before it would run; when it does not hold the command is skipped.
    pub when: Option<Condition>,
    /// Background commands that stand before it, and how far each has to be before it runs.
    pub needs: Vec<Need>,
    /// How it is kept while it is in the background. Its `needs` are empty: those of a ritual are
    /// about commands, not panes.
    pub supervision: Supervision,
}

/// Something that a background command of the same ritual has to be or to have done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Need {
    /// Name of that command.
    pub command: String,
    /// How far it has to be.
    pub state: Needed,
}

/// Where an interactive command of a ritual runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Interactive {
    /// In the project's workspace of this key (see `Project::workspaces`), a declared template. Its
    /// text is shown.
    Workspace(Key),
    /// In the project's workspace of this key: the session that `tmux_session` names and that runs
    /// the command.
    Session(Key),
    /// In this terminal, through a PTY.
    Terminal,
}

/// A condition of a command, window or pane.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Condition {
    /// The git work tree at the root has no changes.
    GitClean,
    /// The git work tree at the root has changes.
    GitDirty,
    /// Monday to Friday.
    Weekday,
    /// Saturday or Sunday.
    Weekend,
    /// The inherited variable has this value.
    Env {
        /// Name of the variable.
        name: String,
        /// Value that it must have.
        value: String,
    },
    /// A file or directory exists; absolute.
    Exists(PathBuf),
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Condition::GitClean => f.write_str("git_clean"),
            Condition::GitDirty => f.write_str("git_dirty"),
            Condition::Weekday => f.write_str("weekday"),
            Condition::Weekend => f.write_str("weekend"),
            Condition::Env { name, value } => write!(f, "env:{name}={value}"),
            Condition::Exists(path) => write!(f, "exists:{}", path.display()),
        }
    }
}
