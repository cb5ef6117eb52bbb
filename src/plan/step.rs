//! One step of a plan: what happens, in the words of the field; no tmux flag is known here.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Serialize, Serializer};

use super::act::Act;
use crate::layout::Cells;
use crate::record::{PaneId, Tag};
use crate::snapshot::About;
use crate::workspace::{Hash, Key, Pane, Size, one_line};

/// Why a pane is restarted whose declaration is not what runs in it.
pub const CHANGED: &str = "its command changed";

/// Something that steps act on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// It exists and has this tmux id.
    Live(String),
    /// A session that the plan opens, by its label.
    Session(String),
    /// The window or pane opened last in this session.
    Latest(Box<Target>),
}

impl Target {
    /// The window or pane that was opened last in this session.
    pub fn latest(&self) -> Target {
        Target::Latest(Box::new(self.clone()))
    }
}

/// A pane that will be started.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Launch {
    /// Who it will be.
    pub tag: Tag,
    /// What it declares.
    #[serde(serialize_with = "without_values")]
    pub pane: Pane,
    /// The life of a pane whose program, directory and environment it takes over as they are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub again: Option<PaneId>,
}

/// Values of the environment may be passed secrets; a plan can be shown to anyone.
fn without_values<S: Serializer>(pane: &Pane, serializer: S) -> Result<S::Ok, S::Error> {
    let mut pane = pane.clone();
    for value in pane.environment.values_mut() {
        "…".clone_into(value);
    }
    pane.serialize(serializer)
}

/// Where a new pane comes from.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Split {
    /// The pane that gives it room.
    pub anchor: Target,
    /// Whether it comes before that pane.
    pub before: bool,
    /// Whether the two stand side by side.
    pub beside: bool,
    /// Its columns or rows.
    pub length: u16,
    /// How the window's panes have to be arranged before.
    #[serde(serialize_with = "as_text")]
    pub arrange: Option<Cells>,
}

fn as_text<S: Serializer>(cells: &Option<Cells>, serializer: S) -> Result<S::Ok, S::Error> {
    cells.as_ref().map(Cells::to_tmux).serialize(serializer)
}

/// Where a new window goes.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// It is the first of a new session.
    First,
    /// Behind this window.
    After(Target),
    /// Before this window.
    Before(Target),
}

/// One step.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "step", rename_all = "snake_case")]
pub enum Step {
    /// A new session; its first window and pane are the next two steps.
    OpenSession {
        /// Word of the workspace's identity.
        workspace: String,
        /// tmux's name for it.
        label: String,
        /// Directory that panes made by hand start in.
        root: String,
        /// Size of its windows.
        size: Size,
        /// What is noted in it.
        about: About,
        /// Environment of panes made by hand.
        #[serde(skip)]
        environment: BTreeMap<String, String>,
    },
    /// A new window; its first pane is the next step.
    OpenWindow {
        /// In which session.
        session: Target,
        /// Where.
        place: Place,
        /// Who it is.
        key: Key,
        /// Its name, if rune names it.
        name: Option<String>,
    },
    /// A new pane.
    OpenPane {
        /// In which window.
        window: Target,
        /// What starts.
        launch: Launch,
        /// Where it comes from; the first pane of a window comes with the window.
        split: Option<Split>,
    },
    /// A pane is started again in its place.
    RestartPane {
        /// tmux's id of it.
        id: String,
        /// What starts.
        launch: Launch,
        /// Why, as in "its command changed".
        why: String,
    },
    /// A window's panes get their order and places.
    Arrange {
        /// Which window.
        window: Target,
        /// Its name, for people.
        name: String,
        /// Its layout, for people.
        layout: String,
        /// Pairs of live panes that change places first.
        swaps: Vec<(String, String)>,
        /// The pane that is active now and stays so.
        keep: Option<String>,
        /// The layout's name or string for tmux; nothing when it is one pane.
        selection: Option<String>,
        /// Hash of the declared layout, noted in the window.
        declared: Hash,
    },
    /// A session's windows get their order.
    OrderWindows {
        /// Its name, for people.
        name: String,
        /// Pairs of live windows that change places.
        swaps: Vec<(String, String)>,
    },
    /// A window gets a name.
    NameWindow {
        /// Which window.
        window: Target,
        /// Who it is.
        key: Key,
        /// Its new name; without one it follows what runs in it.
        name: Option<String>,
    },
    /// A window gets options, and loses those that it no longer declares.
    SetOptions {
        /// Which window.
        window: Target,
        /// Its name, for people.
        name: String,
        /// Names and values.
        options: BTreeMap<String, String>,
        /// Names of options that go back to what they are without a declaration.
        unset: Vec<String>,
    },
    /// A pane gets a title.
    SetTitle {
        /// tmux's id of it.
        id: String,
        /// The title.
        title: String,
        /// Whose specification notes it.
        tag: Tag,
    },
    /// A session gets another name, other values, or another environment.
    NoteSession {
        /// Word of the workspace's identity.
        workspace: String,
        /// tmux's id of it.
        id: String,
        /// tmux's name for it now.
        name: String,
        /// tmux's name for it then.
        label: String,
        /// What is noted in it.
        about: About,
        /// Environment of panes made by hand.
        #[serde(skip)]
        environment: BTreeMap<String, String>,
    },
    /// A new session shows this window first.
    FocusWindow {
        /// The session.
        session: Target,
        /// Place of the window, from 0.
        place: usize,
        /// Its name, for people.
        name: String,
    },
    /// A new window shows this pane first.
    FocusPane {
        /// The window.
        window: Target,
        /// Place of the pane among the window's, from 0.
        place: usize,
        /// How many panes the window has.
        panes: usize,
    },
    /// A pane that is no longer declared is closed.
    ClosePane {
        /// tmux's id of it.
        id: String,
        /// Who it is.
        tag: Tag,
    },
    /// Something that was asked for by name.
    Act {
        /// What.
        #[serde(flatten)]
        act: Act,
    },
}

impl Step {
    /// What it starts, if anything.
    pub fn launch(&self) -> Option<&Launch> {
        match self {
            Step::OpenPane { launch, .. } | Step::RestartPane { launch, .. } => Some(launch),
            _ => None,
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Step::OpenSession { label, root, size, .. } => {
                write!(f, "open session `{label}` in `{root}` ({size})")
            }
            Step::OpenWindow { name, key, .. } => {
                write!(f, "open window `{}`", name.as_deref().unwrap_or(key.as_str()))
            }
            Step::OpenPane { launch, .. } => {
                let Launch { tag, pane, .. } = launch;
                write!(f, "open pane `{}.{}`: {}", tag.window, tag.pane, pane.command.summary())
            }
            Step::RestartPane { launch, why, .. } => {
                let Launch { tag, pane, .. } = launch;
                write!(f, "restart pane `{}.{}`, {why}: {}", tag.window, tag.pane, pane.command.summary())
            }
            Step::Arrange { name, layout, swaps, .. } => {
                write!(f, "arrange window `{name}` as {layout}")?;
                if swaps.is_empty() { Ok(()) } else { f.write_str(", its panes in declared order") }
            }
            Step::OrderWindows { name, .. } => write!(f, "put the windows of `{name}` in declared order"),
            Step::NameWindow { name: Some(name), key, .. } if name == key.as_str() => {
                write!(f, "name window `{name}`")
            }
            Step::NameWindow { name: Some(name), key, .. } => {
                write!(f, "name window `{key}` `{name}`")
            }
            Step::NameWindow { name: None, key, .. } => {
                write!(f, "let window `{key}` be named after what runs in it")
            }
            Step::SetOptions { name, options, unset, .. } => {
                let set = options.iter().map(|(name, value)| format!("{name} {}", one_line(value)));
                let unset = unset.iter().map(|name| format!("{name} as without a declaration"));
                let all: Vec<String> = set.chain(unset).collect();
                write!(f, "set in window `{name}`: {}", all.join(", "))
            }
            Step::SetTitle { title, tag, .. } => {
                write!(f, "title pane `{}.{}` `{}`", tag.window, tag.pane, one_line(title))
            }
            Step::NoteSession { name, label, .. } if name != label => {
                write!(f, "rename session `{name}` to `{label}`")
            }
            Step::NoteSession { label, .. } => {
                write!(f, "note values and environment of session `{label}`")
            }
            Step::FocusWindow { name, .. } => write!(f, "show window `{name}` first"),
            Step::FocusPane { place, .. } => write!(f, "make pane {} the active one", place + 1),
            Step::ClosePane { tag, .. } => {
                write!(f, "close pane `{}.{}`, which is no longer declared", tag.window, tag.pane)
            }
            Step::Act { act } => act.fmt(f),
        }
    }
}
