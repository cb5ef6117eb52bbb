//! What is to be so, next to what is: only the difference is done, to what is named only.

mod pane;
mod slots;
pub(super) mod wanted;
pub(super) mod window;

use std::path::Path;

use super::placeholder::{placeholder, takes_over};
use super::scene::Scene;
use super::session::fresh;
use super::{Ensure, Planned};
use crate::error::{Error, Result};
use crate::plan::{self, Draft, Step};
use crate::snapshot::LiveSession;
use crate::workspace::{Window, Workspace};

use wanted::{WantedSession, gather};
use window::{live_window, new_window};

/// One plan for everything.
pub(super) fn ensure(scene: &Scene<'_>, wanted: &[Ensure]) -> Result<Planned> {
    let mut sessions = Vec::new();
    for one in wanted {
        gather(scene, one, &mut sessions)?;
    }
    let mut draft = scene.draft();
    let mut workspaces = Vec::new();
    for session in &sessions {
        workspaces.push(match scene.session_named(session.name) {
            Some(live) => live_session(scene, &mut draft, session, live)?,
            None => new_session(scene, &mut draft, session)?,
        });
    }
    Ok(Planned { plan: draft.plan(), workspaces })
}

fn new_session(scene: &Scene<'_>, draft: &mut Draft<'_>, wanted: &WantedSession<'_>) -> Result<Workspace> {
    let mut workspace = fresh(scene, wanted.name, wanted.root, &wanted.environment, None);
    let mut windows: Vec<Window> = Vec::new();
    for window in &wanted.windows {
        windows.push(new_window(&workspace, window)?);
    }
    if windows.is_empty() {
        windows.push(placeholder(&workspace));
    }
    windows[0].focus = true;
    workspace.windows = windows;
    draft.open_session(&workspace)?;
    workspace.windows.clear();
    Ok(workspace)
}

fn live_session(
    scene: &Scene<'_>,
    draft: &mut Draft<'_>,
    wanted: &WantedSession<'_>,
    live: &LiveSession,
) -> Result<Workspace> {
    if !wanted.windows.is_empty() || !wanted.environment.is_empty() {
        scene.allowed("session", &live.name, live.workspace.is_some())?;
    }
    let about = live.about.as_ref();
    if let (Some(root), Some(about)) = (wanted.root, about)
        && Path::new(&about.root) != root
    {
        return Err(Error::Refused {
            message: format!(
                "session `{}` works in `{}`, not in `{}`",
                live.name,
                about.root,
                root.display()
            ),
            hint: Some("`rune session create --reset` makes it anew".to_owned()),
        });
    }
    if !wanted.environment.is_empty() && !about.is_some_and(|about| about.is_live()) {
        return Err(Error::Refused {
            message: format!("the environment of session `{}` is not rune's to change", live.name),
            hint: Some(match about {
                Some(_) => "its config declares it".to_owned(),
                None => "`tmux set-environment` does it".to_owned(),
            }),
        });
    }
    let mut workspace = scene.workspace(live);
    let before = workspace.environment.clone();
    workspace.environment.extend(wanted.environment.clone());
    let word = workspace.identity.word();
    draft.session(&word, live, true);
    if let Some(about) = about.filter(|about| about.is_live() && workspace.environment != before) {
        let name = about.name.clone();
        let about = plan::about(&Workspace { name, ..workspace.clone() });
        draft.step(Step::NoteSession {
            workspace: word,
            id: live.id.clone(),
            name: live.name.clone(),
            label: live.name.clone(),
            about,
            environment: workspace.environment.clone(),
        });
    }
    let mut planned = false;
    let mut free = takes_over(live);
    for window in &wanted.windows {
        let found = match scene.window_named(live, window.name)? {
            Some(found) => Some((found, false)),
            None => free.take().map(|found| (found, true)),
        };
        match found {
            Some((found, takes_over)) => {
                live_window(scene, draft, &workspace, live, found, window, takes_over)?;
            }
            None => {
                draft.open_window(&workspace, &new_window(&workspace, window)?, live, planned)?;
                planned = true;
            }
        }
    }
    Ok(workspace)
}
