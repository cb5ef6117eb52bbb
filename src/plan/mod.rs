//! The difference between a workspace and a tmux server, as a list of steps.
//!
//! [`plan`] is pure: the same workspace and snapshot give the same plan. What `rune plan` prints,
//! what `--json` shows and what `rune apply` does are this one value.

mod act;
mod draft;
mod matching;
mod session;
mod step;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
mod window;

use serde::Serialize;

use crate::error::{Error, Result};
use crate::snapshot::Snapshot;
use crate::tmux::version::Version;
use crate::workspace::{Size, Workspace};

pub use act::{Act, Destination, Keys, Resize};
pub use draft::{Draft, Part};
pub use session::about;
pub use step::{CHANGED, Launch, Place, Split, Step, Target};

/// What may be done and with what.
#[derive(Clone, Debug)]
pub struct Request {
    /// Whether only what is missing is added (`rune start`); the rest is held back.
    pub only_missing: bool,
    /// Whether what is no longer declared is closed.
    pub prune: bool,
    /// Size of the windows on this terminal, if there is one.
    pub terminal: Option<Size>,
    /// The server's version, else that of the tmux which will start it.
    pub version: Version,
    /// Random number from which the panes' ids are made.
    pub nonce: u64,
}

/// What is to be done.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Plan {
    /// In this order.
    pub steps: Vec<Step>,
    /// What differs but is not touched by this request.
    pub held: Vec<Step>,
    /// Remarks, as on things that are no longer declared.
    pub notes: Vec<String>,
    /// The sessions of the workspaces, in their order.
    pub sessions: Vec<Session>,
}

/// Where a workspace is, or will be.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Session {
    /// The word of the workspace's identity.
    pub workspace: String,
    /// tmux's name of the session.
    pub label: String,
    /// tmux's id, when it exists already.
    pub id: Option<String>,
    /// tmux's id of the window that it shows now, and still shows afterwards.
    pub shows: Option<String>,
}

impl Plan {
    /// Whether nothing is to be done.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// The launches of panes that it contains.
    pub fn launches(&self) -> impl Iterator<Item = &Launch> {
        self.steps.iter().filter_map(Step::launch)
    }
}

/// How `snapshot` becomes `workspaces`.
///
/// # Errors
/// [`Error::Refused`] when a session's name is taken by one that is not ours, or when panes do not
/// fit into a window that exists; [`Error::Usage`] when they do not fit into the declared size.
pub fn plan(workspaces: &[Workspace], snapshot: &Snapshot, request: &Request) -> Result<Plan> {
    let mut planner = Planner { snapshot, request, plan: Plan::default(), launched: 0 };
    for workspace in workspaces {
        planner.workspace(workspace)?;
    }
    Ok(planner.plan)
}

struct Planner<'a> {
    snapshot: &'a Snapshot,
    request: &'a Request,
    plan: Plan,
    launched: usize,
}

impl Planner<'_> {
    /// A step that adds what is missing.
    fn add(&mut self, step: Step) {
        self.plan.steps.push(step);
    }

    /// A step that changes what is there.
    fn change(&mut self, step: Step) {
        if self.request.only_missing {
            self.plan.held.push(step);
        } else {
            self.plan.steps.push(step);
        }
    }

    fn too_small(&self, workspace: &Workspace, window: &str, size: Size, needs: Size, live: bool) -> Error {
        let message = format!("window `{window}` of `{}` needs {needs}, but has {size}", workspace.name);
        if live {
            let hint = "make the terminal larger, or close panes of that window".to_owned();
            Error::Refused { message, hint: Some(hint) }
        } else {
            Error::Usage {
                message,
                hint: Some(format!("declare `size: {needs}` or more for this workspace")),
            }
        }
    }
}
