//! Steps for a part of what there is: the windows and panes that somebody names, and nothing else.
//!
//! [`plan`](super::plan) compares whole workspaces and finds out itself which live pane is which
//! declared one. Who names a pane knows that already, so a draft is told.

use super::act::Act;
use super::window::layout_hash;
use super::{Launch, Place, Plan, Planner, Request, Session, Step, Target};
use crate::error::Result;
use crate::record::{PaneId, Tag};
use crate::snapshot::{LivePane, LiveSession, LiveWindow, Snapshot};
use crate::workspace::{Key, Pane, Size, Window, Workspace};

/// A plan in the making.
pub struct Draft<'a>(Planner<'a>);

/// A window as it is wanted, beside what it is.
pub struct Part<'a> {
    /// All its panes in order, those that are there among them.
    pub window: Window,
    /// The window that exists.
    pub live: &'a LiveWindow,
    /// For every pane of `window` the one that exists.
    pub found: Vec<Option<&'a LivePane>>,
    /// Panes that exist and are no longer wanted.
    pub closing: Vec<&'a LivePane>,
    /// Whether the panes are put in their places although none comes or goes.
    pub arrange: bool,
}

impl<'a> Draft<'a> {
    /// Without any step.
    pub fn new(snapshot: &'a Snapshot, request: &'a Request) -> Draft<'a> {
        Draft(Planner { snapshot, request, plan: Plan::default(), launched: 0 })
    }

    /// The finished plan.
    pub fn plan(self) -> Plan {
        self.0.plan
    }

    /// Adds a step.
    pub fn step(&mut self, step: Step) {
        self.0.plan.steps.push(step);
    }

    /// Adds an act.
    pub fn act(&mut self, act: Act) {
        self.step(Step::Act { act });
    }

    /// Adds everything of another plan.
    pub fn append(&mut self, plan: Plan) {
        let Plan { steps, held, notes, sessions } = plan;
        self.0.plan.steps.extend(steps);
        self.0.plan.held.extend(held);
        self.0.plan.notes.extend(notes);
        self.0.plan.sessions.extend(sessions);
    }

    /// Adds a remark.
    pub fn note(&mut self, note: String) {
        self.0.plan.notes.push(note);
    }

    /// Opens a session with all its windows.
    ///
    /// # Errors
    /// When its name is taken, or its panes do not fit.
    pub fn open_session(&mut self, workspace: &Workspace) -> Result<()> {
        self.0.new_session(workspace)
    }

    /// Says that steps are about this session, in which panes of `workspace` (a word) start. It goes on
    /// showing the window that it shows, unless that `is_gone` or another is to be shown.
    pub fn session(&mut self, workspace: &str, session: &LiveSession, keeps: bool) {
        let shows = session.windows.iter().find(|window| window.active && keeps);
        self.0.plan.sessions.push(Session {
            workspace: workspace.to_owned(),
            label: session.name.clone(),
            id: Some(session.id.clone()),
            shows: shows.map(|window| window.id.clone()),
        });
    }

    /// Opens a window behind the last one of a live session.
    ///
    /// # Errors
    /// When its panes do not fit.
    pub fn open_window(
        &mut self,
        workspace: &Workspace,
        window: &Window,
        session: &LiveSession,
        planned: bool,
    ) -> Result<()> {
        let target = Target::Live(session.id.clone());
        let last = session.windows.iter().max_by_key(|window| window.index);
        let place = match last {
            _ if planned => Place::After(target.latest()),
            Some(last) => Place::After(Target::Live(last.id.clone())),
            None => Place::First,
        };
        let current = session.windows.iter().find(|window| window.active);
        let size = current.map_or(self.0.request.terminal.unwrap_or(Size::DEFAULT), |window| window.size);
        let panes: Vec<usize> = (0..window.panes.len()).collect();
        self.0.new_window(workspace, window, &panes, &target, place, size)
    }

    /// Opens the missing panes of a window, closes what is no longer wanted, and arranges the rest.
    ///
    /// # Errors
    /// When they do not fit.
    pub fn complete(&mut self, workspace: &Workspace, part: &Part<'_>) -> Result<()> {
        let Part { window, live, found, closing, arrange } = part;
        let is_closing = |pane: &LivePane| closing.iter().any(|closing| closing.id == pane.id);
        let mut left = (*live).clone();
        left.panes.retain(|pane| !is_closing(pane));
        for pane in closing {
            let name = format!("{}.{}", window.key, pane.tag.as_ref().map_or("", |tag| tag.pane.as_str()));
            self.act(Act::EndPane { id: pane.id.clone(), name });
        }
        let missing = found.iter().any(Option::is_none);
        if missing {
            self.0.open_missing(workspace, window, &left, found)
        } else if (*arrange || !closing.is_empty()) && left.panes.len() > 1 {
            let step = self.0.arrangement(workspace, window, &left, found)?;
            self.step(step);
            Ok(())
        } else {
            Ok(())
        }
    }

    /// Puts all panes of a window in the places of its layout.
    ///
    /// # Errors
    /// When they do not fit.
    pub fn arrange(&mut self, workspace: &Workspace, window: &Window, live: &LiveWindow) -> Result<()> {
        let found: Vec<Option<&LivePane>> = live.panes.iter().map(Some).collect();
        let step = self.0.arrangement(workspace, window, live, &found)?;
        self.step(step);
        Ok(())
    }

    /// Starts a live pane again, as `pane` with this window's key.
    pub fn restart(&mut self, live: &LivePane, workspace: &str, window: &Key, pane: &Pane, why: &str) {
        let launch = self.launch(workspace, window, pane);
        self.step(Step::RestartPane { id: live.id.clone(), launch, why: why.to_owned() });
    }

    /// Starts a live pane again with what it was started with.
    pub fn restart_same(&mut self, live: &LivePane, tag: &Tag, pane: &Pane, why: &str) {
        let mut launch = self.launch(&tag.workspace, &tag.window, pane);
        launch.again = Some(tag.id.clone());
        self.step(Step::RestartPane { id: live.id.clone(), launch, why: why.to_owned() });
    }

    /// What starts a pane, with a new id.
    pub fn launch(&mut self, workspace: &str, window: &Key, pane: &Pane) -> Launch {
        let id = PaneId::new(pane.keyed, self.0.request.nonce, self.0.launched);
        self.0.launched += 1;
        let tag = Tag { id, workspace: workspace.to_owned(), window: window.clone(), pane: pane.key.clone() };
        Launch { tag, pane: pane.clone(), again: None }
    }

    /// Whether the window's panes were put into the places of this window's layout.
    pub fn is_arranged(window: &Window, live: &LiveWindow) -> bool {
        let noted = live.noted.as_ref().and_then(|note| note.layout.as_ref());
        noted == Some(&layout_hash(window))
    }
}
