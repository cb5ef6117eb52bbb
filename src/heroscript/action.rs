//! What a script can say, as data.

use std::collections::BTreeMap;

use serde::Serialize;

use super::name::{Name, PaneName, WindowName};

/// Environment variables by name.
pub type Environment = BTreeMap<String, String>;

/// An action with its place.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Statement {
    /// Line of its `!!`, from 1.
    pub line: usize,
    /// Column of its `!!` in characters, from 1.
    pub column: usize,
    /// What it says.
    pub action: Action,
}

/// Where the output of a pane is kept.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Log {
    /// Where instead of rune's own place, as it was written; scripts name a directory.
    pub path: Option<String>,
    /// Whether the log starts empty.
    pub reset: bool,
}

/// An action of tmux's. A `command` is one script for `sh -c`, multi-line or not; nothing is the
/// user's shell in a new pane, and whatever runs in one that exists.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)] // what a field of this name means is the same everywhere
pub enum Action {
    /// Makes a session; one that exists ends first with `reset`, and is a mistake without.
    SessionCreate { session: Name, reset: bool },
    /// Ends a session.
    SessionDelete { session: Name },
    /// Makes a session unless it exists.
    SessionEnsure { session: Name },
    /// Makes a window; one of that name ends first with `reset`.
    WindowCreate { window: WindowName, command: Option<String>, environment: Environment, reset: bool },
    /// Ends a window.
    WindowDelete { window: WindowName },
    /// Makes a window with at least so many `panes`, as a grid.
    WindowEnsure { window: WindowName, panes: usize, command: Option<String>, environment: Environment },
    /// Types `text` and Enter into a shell.
    PaneExecute { pane: PaneName, text: String },
    /// Ends a pane.
    PaneKill { pane: PaneName },
    /// Makes a pane beside (`horizontal`) or below another.
    PaneSplit {
        pane: PaneName,
        command: Option<String>,
        horizontal: bool,
        environment: Environment,
        log: Option<Log>,
    },
    /// Makes a pane unless it exists, and runs the command in it unless that runs.
    PaneEnsure {
        pane: PaneName,
        label: Option<Name>,
        command: Option<String>,
        environment: Environment,
        log: Option<Log>,
    },
    /// Shows a session in a browser.
    SessionTtyd { session: Name, port: u16, editable: bool },
    /// Shows a window in a browser.
    WindowTtyd { window: WindowName, port: u16, editable: bool },
    /// Ends that, on one port or all.
    SessionTtydStop { session: Name, port: Option<u16> },
    /// Ends that, on one port or all.
    WindowTtydStop { window: WindowName, port: Option<u16> },
    /// Ends all of that.
    TtydStopAll,
}

impl Action {
    /// Whether it says what is wanted instead of what to do.
    pub fn is_declarative(&self) -> bool {
        matches!(self, Action::SessionEnsure { .. } | Action::WindowEnsure { .. } | Action::PaneEnsure { .. })
    }

    /// Whether it needs the web terminal.
    pub fn is_web(&self) -> bool {
        matches!(
            self,
            Action::SessionTtyd { .. }
                | Action::WindowTtyd { .. }
                | Action::SessionTtydStop { .. }
                | Action::WindowTtydStop { .. }
                | Action::TtydStopAll
        )
    }
}
