//! What a person or a script wants done to a running server by hand: sessions, windows and panes, by
//! name.
//!
//! An [`Operation`] is a value, and [`plan`] turns it into a [`Plan`](crate::plan::Plan), which is shown,
//! rendered and done like that of a config. Imperative operations need what they name, or fail; an
//! [`Ensure`] makes what is missing and leaves alone what is as wanted.
//!
//! A session made here is a workspace whose template is [`LIVE`](crate::snapshot::LIVE), which no config
//! has, so no config ever prunes or stops it. What is made here in a session of a config carries that
//! identity too.

mod address;
mod areas;
mod content;
mod declare;
mod ensure;
mod pane;
mod placeholder;
mod scene;
mod session;
mod split;
mod typing;
mod window;

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::error::Result;
use crate::plan::{Keys, Plan, Resize};
use crate::workspace::{Layout, Share, Workspace};

pub use address::Address;
pub use content::{Content, layout};
pub use placeholder::may_start;
pub use scene::{Reach, Scene};
pub use typing::{is_shell, key, text};

/// More panes than any window has room for.
pub const MOST_PANES: usize = 500;

/// What is to be done.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs, reason = "`at` is what it is about")]
pub enum Operation {
    /// A session is made; one that exists is refused.
    CreateSession {
        /// Its name, as the person wrote it.
        name: String,
        /// Where it works; by default where rune does.
        root: Option<PathBuf>,
        /// The environment of everything in it.
        environment: BTreeMap<String, String>,
        /// Whether one that exists ends first, with everything in it.
        reset: bool,
    },
    /// A session ends.
    DeleteSession {
        at: Address,
        /// Whether one that does not exist is no mistake.
        if_exists: bool,
    },
    /// Every pane of a session is started again with what it was started with.
    RestartSession { at: Address },
    /// A session gets another name.
    RenameSession {
        at: Address,
        /// Its name then.
        to: String,
    },
    /// A window is made; one that exists is refused.
    CreateWindow {
        at: Address,
        /// What its pane runs.
        content: Content,
        /// Whether one that exists becomes it, with a single pane.
        reset: bool,
    },
    /// A window ends.
    DeleteWindow {
        at: Address,
        /// Whether one that does not exist is no mistake.
        if_exists: bool,
    },
    /// A window gets another name; its key stays.
    RenameWindow {
        at: Address,
        /// Its name then.
        to: String,
    },
    /// The panes of a window are arranged anew.
    ArrangeWindow {
        at: Address,
        /// How; without, they become equal: a row and a column stay one, all else is a grid.
        layout: Option<Layout>,
    },
    /// A pane gives room to a new one.
    SplitPane {
        at: Address,
        /// Whether the new one stands to its right, and not below.
        right: bool,
        /// How much of it the new one takes; by default half.
        size: Option<Share>,
        /// The new one's title.
        label: Option<String>,
        /// What the new one runs.
        content: Content,
    },
    /// A pane runs something else.
    RunInPane {
        at: Address,
        /// What.
        content: Content,
    },
    /// Something is typed into a pane.
    Type {
        at: Address,
        /// What.
        keys: Vec<Keys>,
    },
    /// A pane ends.
    EndPane {
        at: Address,
        /// Whether one that does not exist is no mistake.
        if_exists: bool,
    },
    /// A pane is shown and active.
    SelectPane { at: Address },
    /// A pane gets another size.
    ResizePane {
        at: Address,
        /// Which.
        to: Resize,
    },
    /// Two panes change places.
    SwapPanes {
        at: Address,
        /// The other one.
        with: Address,
    },
    /// A pane goes next to another one, or into a new window.
    MovePane {
        at: Address,
        /// A pane; a window, whose active pane is meant; or a window of a session that is made.
        to: Address,
        /// Whether it stands to the right of that pane, and not below.
        right: bool,
    },
    /// What a pane shows and remembers is forgotten.
    ClearPane { at: Address },
    /// A pane starts anew: what it shows is forgotten, and what it was started with starts again.
    ResetPane { at: Address },
    /// What a pane prints is written to the end of a file too; without one, no longer.
    PipePane {
        at: Address,
        /// Absolute path of the file.
        file: Option<PathBuf>,
    },
    /// These are made so, in one plan.
    Ensure(Vec<Ensure>),
}

/// What is to be so.
#[derive(Clone, Debug, PartialEq)]
pub enum Ensure {
    /// A session exists.
    Session {
        /// Its name.
        name: String,
        /// Where it works; one that exists elsewhere is refused.
        root: Option<PathBuf>,
        /// Environment of everything that starts in it from now on.
        environment: BTreeMap<String, String>,
    },
    /// A window exists.
    Window {
        /// Where.
        at: Address,
        /// How many panes it has at least.
        panes: Option<usize>,
        /// How they are arranged; by default, when panes are asked for, as a grid.
        layout: Option<Layout>,
        /// What every pane runs of which nobody said more.
        content: Content,
        /// Whether panes of ours beyond the number are closed.
        prune: bool,
    },
    /// A pane exists, and runs this.
    Pane {
        /// Where; a number is a place in its window, from 1.
        at: Address,
        /// Its title.
        label: Option<String>,
        /// What it runs; nothing is compared when no command is named.
        content: Content,
        /// Whether it is started again when it has ended with 0.
        again: bool,
    },
}

/// What is planned, with the workspaces whose panes start.
#[derive(Clone, Debug)]
pub struct Planned {
    /// The steps.
    pub plan: Plan,
    /// The workspaces of what starts: identity, name, root and environment, without windows.
    pub workspaces: Vec<Workspace>,
}

/// How `operation` is done.
///
/// # Errors
/// [`Error::NotFound`](crate::error::Error::NotFound) or `Ambiguous` for what is named; `Refused` for what
/// is not ours where only ours may be touched, and for what exists already or does not fit.
pub fn plan(operation: &Operation, scene: &Scene<'_>) -> Result<Planned> {
    match operation {
        Operation::CreateSession { name, root, environment, reset } => {
            session::create(scene, name, root.as_deref(), environment, *reset)
        }
        Operation::DeleteSession { at, if_exists } => session::delete(scene, at, *if_exists),
        Operation::RestartSession { at } => session::restart(scene, at),
        Operation::RenameSession { at, to } => session::rename(scene, at, to),
        Operation::CreateWindow { at, content, reset } => window::create(scene, at, content, *reset),
        Operation::DeleteWindow { at, if_exists } => window::delete(scene, at, *if_exists),
        Operation::RenameWindow { at, to } => window::rename(scene, at, to),
        Operation::ArrangeWindow { at, layout } => window::arrange(scene, at, layout.as_ref()),
        Operation::SplitPane { at, right, size, label, content } => {
            split::split(scene, at, *right, *size, label.as_deref(), content)
        }
        Operation::RunInPane { at, content } => pane::run(scene, at, content),
        Operation::Type { at, keys } => typing::send(scene, at, keys),
        Operation::EndPane { at, if_exists } => pane::end(scene, at, *if_exists),
        Operation::SelectPane { at } => pane::select(scene, at),
        Operation::ResizePane { at, to } => pane::resize(scene, at, *to),
        Operation::SwapPanes { at, with } => pane::swap(scene, at, with),
        Operation::MovePane { at, to, right } => pane::go(scene, at, to, *right),
        Operation::ClearPane { at } => pane::clear(scene, at),
        Operation::ResetPane { at } => pane::reset(scene, at),
        Operation::PipePane { at, file } => pane::pipe(scene, at, file.as_deref()),
        Operation::Ensure(wanted) => ensure::ensure(scene, wanted),
    }
}
