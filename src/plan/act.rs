//! What a person or a script does to one thing that exists: no config declares it, so no comparison
//! asks for it.

use std::fmt;

use serde::Serialize;

use crate::error::counted;
use crate::workspace::{Hash, one_line};

/// One act. `name` is always the full name of the thing, for people, and `id` is tmux's id of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "act", rename_all = "snake_case")]
#[allow(missing_docs, reason = "`id` and `name` are the same everywhere")]
pub enum Act {
    /// A session ends, with everything in it.
    EndSession {
        id: String,
        name: String,
        /// Word of the workspace that it is, when it is one of ours.
        workspace: Option<String>,
    },
    /// A window ends, with its panes.
    EndWindow { id: String, name: String },
    /// A pane ends.
    EndPane { id: String, name: String },
    /// A session gets another name.
    RenameSession {
        id: String,
        name: String,
        /// tmux's name for it then.
        label: String,
    },
    /// A window gets another name; its key stays.
    RenameWindow {
        id: String,
        name: String,
        /// Its name then.
        label: String,
    },
    /// A pane gets another size, at the cost of its neighbours.
    ResizePane { id: String, name: String, to: Resize },
    /// Two panes change places.
    SwapPanes { id: String, name: String, other: String, with: String },
    /// A pane goes to another place.
    MovePane { id: String, name: String, to: Destination },
    /// A session shows this pane, and a window has it as its active one.
    SelectPane { id: String, name: String, window: String },
    /// Something is typed into a pane.
    Type {
        id: String,
        name: String,
        /// Whether the pane has to leave a mode of tmux's first.
        leave_mode: bool,
        keys: Vec<Keys>,
    },
    /// What a pane shows and remembers is forgotten.
    ClearPane { id: String, name: String, leave_mode: bool },
    /// What a pane prints is written to the end of a file, too; without one, no longer.
    PipePane { id: String, name: String, file: Option<String> },
    /// The panes of a window count as arranged in the way that was noted before.
    KeepArrangement { id: String, name: String, declared: Hash },
}

/// How a pane's size changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Resize {
    /// Its border moves to the left by so many columns.
    Left(u16),
    /// … to the right.
    Right(u16),
    /// … up by so many rows.
    Up(u16),
    /// … down.
    Down(u16),
    /// It is so wide.
    Width(u16),
    /// It is so high.
    Height(u16),
}

/// Where a pane goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Destination {
    /// Next to a pane.
    Pane {
        /// tmux's id of that pane.
        id: String,
        /// Its name.
        name: String,
        /// Whether they stand side by side.
        beside: bool,
        /// Whether it stands before that pane.
        before: bool,
    },
    /// Into a window of its own.
    Window {
        /// tmux's id of the session.
        session: String,
        /// The session's name.
        name: String,
        /// The window's name.
        window: String,
    },
}

/// What is typed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Keys {
    /// This text, character by character.
    Text(String),
    /// One key by tmux's name for it, as in `Enter`, `C-c` or `Up`.
    Key(String),
}

impl Act {
    /// tmux's id of what it is about.
    pub fn id(&self) -> &str {
        match self {
            Act::EndSession { id, .. }
            | Act::EndWindow { id, .. }
            | Act::EndPane { id, .. }
            | Act::RenameSession { id, .. }
            | Act::RenameWindow { id, .. }
            | Act::ResizePane { id, .. }
            | Act::SwapPanes { id, .. }
            | Act::MovePane { id, .. }
            | Act::SelectPane { id, .. }
            | Act::Type { id, .. }
            | Act::ClearPane { id, .. }
            | Act::PipePane { id, .. }
            | Act::KeepArrangement { id, .. } => id,
        }
    }

    /// Whether what it is about is gone afterwards.
    pub fn ends(&self) -> bool {
        matches!(self, Act::EndSession { .. } | Act::EndWindow { .. } | Act::EndPane { .. })
    }
}

impl fmt::Display for Act {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Act::EndSession { name, .. } => write!(f, "end session `{name}`"),
            Act::EndWindow { name, .. } => write!(f, "end window `{name}`"),
            Act::EndPane { name, .. } => write!(f, "end pane `{name}`"),
            Act::RenameSession { name, label, .. } => write!(f, "rename session `{name}` to `{label}`"),
            Act::RenameWindow { name, label, .. } => {
                write!(f, "rename window `{name}` to `{}`", one_line(label))
            }
            Act::ResizePane { name, to, .. } => match to {
                Resize::Left(by) => write!(f, "resize pane `{name}` to the left by {by}"),
                Resize::Right(by) => write!(f, "resize pane `{name}` to the right by {by}"),
                Resize::Up(by) => write!(f, "resize pane `{name}` up by {by}"),
                Resize::Down(by) => write!(f, "resize pane `{name}` down by {by}"),
                Resize::Width(columns) => write!(f, "make pane `{name}` {columns} wide"),
                Resize::Height(rows) => write!(f, "make pane `{name}` {rows} high"),
            },
            Act::SwapPanes { name, with, .. } => write!(f, "swap panes `{name}` and `{with}`"),
            Act::MovePane { name, to, .. } => match to {
                Destination::Pane { name: to, .. } => write!(f, "move pane `{name}` next to `{to}`"),
                Destination::Window { name: session, window, .. } => {
                    write!(f, "move pane `{name}` into a new window `{}` of `{session}`", one_line(window))
                }
            },
            Act::SelectPane { name, .. } => write!(f, "select pane `{name}`"),
            Act::Type { name, keys, .. } => {
                // What is typed may be secret.
                let characters: usize = keys.iter().map(Keys::count).sum();
                write!(f, "type {} into pane `{name}`", counted(characters, "key"))
            }
            Act::ClearPane { name, .. } => write!(f, "clear pane `{name}`"),
            Act::PipePane { name, file: Some(file), .. } => {
                write!(f, "write what pane `{name}` prints to `{}`", one_line(file))
            }
            Act::PipePane { name, file: None, .. } => write!(f, "write no longer what pane `{name}` prints"),
            Act::KeepArrangement { name, .. } => write!(f, "keep the arrangement of window `{name}`"),
        }
    }
}

impl Keys {
    fn count(&self) -> usize {
        match self {
            Keys::Text(text) => text.chars().count(),
            Keys::Key(_) => 1,
        }
    }
}
