//! Steps for one workspace: its session, its windows in order, and what is no longer declared.

use std::collections::BTreeMap;

use super::matching::{matches, swaps};
use super::{Place, Planner, Session, Step, Target};
use crate::error::{Error, Result, counted};
use crate::record::Tag;
use crate::snapshot::{About, LIVE, LivePane, LiveSession, LiveWindow, Snapshot};
use crate::workspace::{Key, Pane, Size, Window, Workspace, session_label};

impl<'a> Planner<'a> {
    pub(super) fn workspace(&mut self, workspace: &Workspace) -> Result<()> {
        match self.snapshot.workspace(&workspace.identity.word()) {
            Some(session) => self.live_session(workspace, session),
            None => self.new_session(workspace),
        }
    }

    pub(super) fn new_session(&mut self, workspace: &Workspace) -> Result<()> {
        let word = workspace.identity.word();
        let label = self.free_label(workspace)?;
        let size = self.size(workspace)?;
        let session = Target::Session(label.clone());
        self.plan.sessions.push(Session {
            workspace: word.clone(),
            label: label.clone(),
            id: None,
            shows: None,
        });
        self.add(Step::OpenSession {
            workspace: word,
            label,
            root: workspace.root.display().to_string(),
            size,
            about: about(workspace),
            environment: workspace.environment.clone(),
        });
        for (place, window) in workspace.windows.iter().enumerate() {
            let place = if place == 0 { Place::First } else { Place::After(session.latest()) };
            let panes: Vec<usize> = (0..window.panes.len()).collect();
            self.new_window(workspace, window, &panes, &session, place, size)?;
        }
        let focus = workspace.windows.iter().position(|window| window.focus).unwrap_or(0);
        if workspace.windows.len() > 1 {
            let name = window_name(&workspace.windows[focus]);
            self.add(Step::FocusWindow { session, place: focus, name });
        }
        Ok(())
    }

    fn live_session(&mut self, workspace: &Workspace, session: &LiveSession) -> Result<()> {
        let word = workspace.identity.word();
        self.note_session(workspace, session)?;
        self.plan.sessions.push(Session {
            workspace: word.clone(),
            label: session.name.clone(),
            id: Some(session.id.clone()),
            shows: current(session).map(|window| window.id.clone()),
        });
        let target = Target::Live(session.id.clone());
        let size =
            current(session).map_or(self.request.terminal.unwrap_or(Size::DEFAULT), |window| window.size);
        let found: Vec<Vec<Option<&LivePane>>> =
            workspace.windows.iter().map(|window| self.panes(session, &word, window)).collect();
        let mut undeclared = self.tagged(&word, None);
        undeclared.retain(|pane| !found.iter().flatten().flatten().any(|found| found.id == pane.id));
        let mut closing = if self.request.prune { undeclared.clone() } else { Vec::new() };
        let live: Vec<Option<&LiveWindow>> = workspace
            .windows
            .iter()
            .zip(&found)
            .map(|(window, found)| find_window(session, &word, window, found, &closing))
            .collect();

        // First, so that a new window's neighbour stands in its place already.
        self.order_windows(session, &live);
        let first = live.iter().flatten().next().copied().or(current(session));
        let mut previous: Option<Target> = None;
        for ((window, live), found) in workspace.windows.iter().zip(&live).zip(found) {
            if let Some(live) = live {
                previous = Some(Target::Live(live.id.clone()));
                self.live_window(workspace, window, live, found, &mut closing)?;
                continue;
            }
            self.restart_panes(workspace, window, &found, None);
            let missing: Vec<usize> = (0..found.len()).filter(|&pane| found[pane].is_none()).collect();
            if missing.is_empty() {
                continue; // its panes were moved to other windows by hand
            }
            let place = match (previous.take(), first) {
                (Some(previous), _) => Place::After(previous),
                (None, Some(first)) => Place::Before(Target::Live(first.id.clone())),
                (None, None) => Place::First,
            };
            self.new_window(workspace, window, &missing, &target, place, size)?;
            previous = Some(target.latest());
        }
        for pane in closing {
            self.close(pane);
        }
        self.note_undeclared(&undeclared);
        Ok(())
    }

    fn note_session(&mut self, workspace: &Workspace, session: &LiveSession) -> Result<()> {
        let about = about(workspace);
        if session.about.as_ref() == Some(&about) && session.workspace.is_some() {
            return Ok(());
        }
        let renamed = session.about.as_ref().is_none_or(|old| old.name != about.name);
        let label = if renamed { self.free_label(workspace)? } else { session.name.clone() };
        let step = Step::NoteSession {
            workspace: workspace.identity.word(),
            id: session.id.clone(),
            name: session.name.clone(),
            label,
            about,
            environment: workspace.environment.clone(),
        };
        // Without a note its making was cut short, and is now finished.
        if session.about.is_none() {
            self.add(step)
        } else {
            self.change(step)
        }
        Ok(())
    }

    /// The label for a workspace's session: its name, unless another workspace of ours has that.
    fn free_label(&mut self, workspace: &Workspace) -> Result<String> {
        let label = session_label(&workspace.name);
        let word = workspace.identity.word();
        let own = self.snapshot.workspace(&word).map(|session| session.id.as_str());
        let planned = |label: &str| self.plan.sessions.iter().any(|session| session.label == label);
        let holder = |label: &str| {
            let mut sessions = self.snapshot.sessions.iter();
            sessions.find(|session| session.name == label && own != Some(session.id.as_str()))
        };
        match holder(&label) {
            None if !planned(&label) => return Ok(label),
            Some(session) if session.workspace.is_none() => return Err(taken(&label)),
            _ => {}
        }
        let root = workspace.identity.root.file_name().unwrap_or_default().to_string_lossy();
        let other_root = holder(&label)
            .and_then(|session| session.about.as_ref())
            .is_some_and(|about| about.root != workspace.identity.root.to_string_lossy());
        let suffix = if other_root { root.as_ref() } else { workspace.identity.template.as_str() };
        let longer = session_label(&format!("{label}-{suffix}"));
        if holder(&longer).is_some() || planned(&longer) {
            return Err(taken(&longer));
        }
        let holder = holder(&label).and_then(|session| session.about.as_ref());
        let root = holder.map_or(String::new(), |about| format!(" of `{}`", about.root));
        self.plan.notes.push(format!("`{label}` is another workspace{root}, so this one is `{longer}`"));
        Ok(longer)
    }

    /// The size of a new session: the terminal's, else the declared one, else rune's default. Only a
    /// declared one can be too small; the others grow to what the windows need.
    fn size(&self, workspace: &Workspace) -> Result<Size> {
        let mut size = self.request.terminal.or(workspace.size).unwrap_or(Size::DEFAULT);
        let declared = self.request.terminal.is_none() && workspace.size.is_some();
        for window in &workspace.windows {
            let needs = self.minimum(window);
            if size.width >= needs.width && size.height >= needs.height {
                continue;
            }
            if declared {
                return Err(self.too_small(workspace, &window_name(window), size, needs, false));
            }
            size = Size { width: size.width.max(needs.width), height: size.height.max(needs.height) };
        }
        Ok(size)
    }

    fn order_windows(&mut self, session: &LiveSession, live: &[Option<&LiveWindow>]) {
        let wanted: Vec<String> = live.iter().flatten().map(|window| window.id.clone()).collect();
        let mut now: Vec<&LiveWindow> = live.iter().flatten().copied().collect();
        now.sort_by_key(|window| window.index);
        let now: Vec<String> = now.iter().map(|window| window.id.clone()).collect();
        let swaps = swaps(&now, &wanted);
        if !swaps.is_empty() {
            self.change(Step::OrderWindows { name: session.name.clone(), swaps });
        }
    }

    /// The live pane of each declared pane of a window, wherever it is now.
    fn panes(&self, session: &LiveSession, word: &str, window: &Window) -> Vec<Option<&'a LivePane>> {
        let mut tagged = self.tagged(word, Some(&window.key));
        // Equals are told apart by their order, so both have to be in that of the cells; those in
        // other windows come first, wherever these are.
        if let Some(live) = find_window(session, word, window, &[], &[]) {
            tagged.sort_by_key(|pane| live.panes.iter().any(|other| other.id == pane.id));
        }
        let order = self.order(window, window.panes.len());
        let in_cells: Vec<&Pane> = order.iter().map(|&pane| &window.panes[pane]).collect();
        let mut found = vec![None; order.len()];
        for (pane, place) in order.into_iter().zip(matches(&in_cells, &tagged)) {
            found[pane] = place.map(|place| tagged[place]);
        }
        found
    }

    /// Live panes of the workspace (and window), in the order that tmux shows them.
    fn tagged(&self, word: &str, window: Option<&Key>) -> Vec<&'a LivePane> {
        let mut panes: Vec<(&LiveWindow, &LivePane)> = Vec::new();
        let snapshot: &'a Snapshot = self.snapshot;
        for (_, at, pane) in snapshot.panes() {
            let ours = pane.tag.as_ref().is_some_and(|tag| {
                tag.workspace == word && window.is_none_or(|window| tag.window == *window)
            });
            if ours && !panes.iter().any(|(_, known)| known.id == pane.id) {
                panes.push((at, pane));
            }
        }
        panes.sort_by_key(|(at, pane)| (at.index, pane.index));
        panes.into_iter().map(|(_, pane)| pane).collect()
    }

    /// Closes a pane of ours.
    pub(super) fn close(&mut self, pane: &LivePane) {
        if let Some(tag) = pane.tag.clone() {
            self.change(Step::ClosePane { id: pane.id.clone(), tag });
        }
    }

    fn note_undeclared(&mut self, undeclared: &[&LivePane]) {
        if self.request.prune || undeclared.is_empty() {
            return;
        }
        let are = if undeclared.len() == 1 { "is" } else { "are" };
        self.plan.notes.push(format!(
            "{} {are} no longer declared: `rune apply --prune` closes what was",
            counted(undeclared.len(), "pane")
        ));
    }
}

/// What is noted in the session of a workspace.
pub fn about(workspace: &Workspace) -> About {
    let environment =
        workspace.environment.iter().flat_map(|(name, value)| [name.as_bytes(), value.as_bytes()]);
    About {
        root: workspace.identity.root.display().to_string(),
        project: workspace.identity.project.clone(),
        template: workspace.identity.template.clone(),
        name: workspace.name.clone(),
        values: workspace.values.clone(),
        environment: crate::workspace::Hash::of(environment),
        variables: match workspace.identity.template.as_str() {
            LIVE => workspace.environment.clone(),
            _ => BTreeMap::new(),
        },
    }
}

/// The window that a session shows now.
fn current(session: &LiveSession) -> Option<&LiveWindow> {
    session.windows.iter().find(|window| window.active).or(session.windows.first())
}

/// The live window of a declared one: the one that says so, else one that holds its panes and does
/// not say what it is, as when its making was cut short or a person moved them there. One that is
/// about to close is none, unless a missing pane can keep it.
fn find_window<'a>(
    session: &'a LiveSession,
    word: &str,
    window: &Window,
    found: &[Option<&LivePane>],
    closing: &[&LivePane],
) -> Option<&'a LiveWindow> {
    let missing = found.iter().any(Option::is_none);
    let stays = |pane: &LivePane| !closing.iter().any(|closing| closing.id == pane.id);
    let mut windows = session.windows.iter().filter(|live| missing || live.panes.iter().any(stays));
    let says_so = |live: &&LiveWindow| live.noted.as_ref().is_some_and(|note| note.key == window.key);
    let ours = |tag: &Tag| tag.workspace == word && tag.window == window.key;
    let holds = |live: &&LiveWindow| {
        live.noted.is_none() && live.panes.iter().filter_map(|pane| pane.tag.as_ref()).any(ours)
    };
    windows.clone().find(says_so).or_else(|| windows.find(holds))
}

/// A window's name for people.
pub(super) fn window_name(window: &crate::workspace::Window) -> String {
    window.name.clone().unwrap_or_else(|| window.key.to_string())
}

fn taken(label: &str) -> Error {
    Error::Refused {
        message: format!("there is a session `{label}` already, and it is not this workspace"),
        hint: Some(format!("rename it, end it (`rune kill {label}`), or set another `session_name`")),
    }
}
