//! Sessions.

use std::collections::BTreeMap;
use std::path::Path;

use super::Planned;
use super::address::Address;
use super::content::Content;
use super::declare::{self, By, as_started};
use super::ensure::{fresh, is_placeholder};
use super::pane::is_shell;
use super::scene::Scene;
use crate::error::{Error, Result};
use crate::plan::{Act, Draft, Plan};
use crate::snapshot::{LiveSession, LiveWindow};
use crate::target;
use crate::workspace::{Key, Layout, Window, Workspace, session_label};

/// The key of the window that a session has which was made without one.
pub(super) const PLACEHOLDER: &str = "_placeholder";

/// `rune session create`
pub(super) fn create(
    scene: &Scene<'_>,
    name: &str,
    root: Option<&Path>,
    environment: &BTreeMap<String, String>,
    reset: bool,
) -> Result<Planned> {
    if name.is_empty() {
        let hint = Some("give it a name".to_owned());
        return Err(Error::Usage { message: "a session cannot be without a name".to_owned(), hint });
    }
    let mut draft = scene.draft();
    let old = scene.session_named(name);
    if let Some(old) = old {
        if !reset {
            return Err(Error::Refused {
                message: format!("there is a session `{}` already", old.name),
                hint: Some("`--reset` ends it first; `rune session ensure` leaves it".to_owned()),
            });
        }
        scene.allowed("session", &old.name, old.workspace.is_some())?;
        inside_allowed(scene, old)?;
        // The new one takes its name before it ends: a server without sessions ends too.
        let label = format!("_{}_{:x}", session_label(name), scene.request.nonce);
        draft.act(Act::RenameSession { id: old.id.clone(), name: old.name.clone(), label });
    }
    let mut workspace = fresh(scene, name, root, environment, old);
    workspace.windows.push(placeholder(&workspace));
    match old {
        Some(old) => {
            // What stands in the way has another name by then.
            let mut others = scene.snapshot.clone();
            others.sessions.retain(|session| session.id != old.id);
            let mut open = Draft::new(&others, &scene.request);
            open.open_session(&workspace)?;
            draft.append(open.plan());
            draft.act(Act::EndSession {
                id: old.id.clone(),
                name: old.name.clone(),
                workspace: old.workspace.clone(),
            });
        }
        None => draft.open_session(&workspace)?,
    }
    workspace.windows.clear();
    Ok(Planned { plan: draft.plan(), workspaces: vec![workspace] })
}

/// The window of a session that has no other.
pub(super) fn placeholder(workspace: &Workspace) -> Window {
    Window {
        key: Key::from_name(PLACEHOLDER),
        name: Some("shell".to_owned()),
        layout: Layout::Grid,
        focus: true,
        options: BTreeMap::new(),
        sync: false,
        panes: vec![declare::pane(workspace, Key::place(1), &Content::default(), None, By::Window)],
    }
}

/// The placeholder of an empty session, while nobody uses it.
pub(super) fn takes_over(session: &LiveSession) -> Option<&LiveWindow> {
    let [window] = session.windows.as_slice() else { return None };
    let [pane] = window.panes.as_slice() else { return None };
    // On its way to the shell a new pane is what started it: tmux's copy of itself, then rune.
    let program = pane.current_command.as_str();
    let begins = program.is_empty() || program == "rune" || program.starts_with("tmux");
    let is_idle = pane.dead || begins || is_shell(program);
    (is_placeholder(window) && pane.tag.is_some() && is_idle).then_some(window)
}

/// A session that would be without a window gets a placeholder, and so stays.
///
/// # Errors
/// [`Error::Refused`] when it is no session of ours, or has nothing else already.
pub(super) fn stays(
    scene: &Scene<'_>,
    draft: &mut Draft<'_>,
    session: &LiveSession,
    window: &LiveWindow,
) -> Result<()> {
    if session.windows.iter().any(|other| other.id != window.id) {
        return Ok(());
    }
    if session.workspace.is_none() || is_placeholder(window) {
        return Err(Error::Refused {
            message: format!("session `{}` would end with its last window", session.name),
            hint: Some(format!("`rune session delete {}` ends it", session.name)),
        });
    }
    let workspace = scene.workspace(session);
    draft.open_window(&workspace, &placeholder(&workspace), session, false)
}

/// `rune session delete`
pub(super) fn delete(scene: &Scene<'_>, at: &Address, if_exists: bool) -> Result<Planned> {
    let session = match scene.session(at) {
        Err(Error::NotFound { .. }) if if_exists => return Ok(nothing()),
        found => found?,
    };
    scene.allowed("session", &session.name, session.workspace.is_some())?;
    inside_allowed(scene, session)?;
    scene.acts(session, false, |draft| {
        draft.act(Act::EndSession {
            id: session.id.clone(),
            name: session.name.clone(),
            workspace: session.workspace.clone(),
        });
        Ok(())
    })
}

fn inside_allowed(scene: &Scene<'_>, session: &LiveSession) -> Result<()> {
    session.windows.iter().try_for_each(|window| scene.all_allowed(session, window, &window.panes))
}

/// `rune session restart`
pub(super) fn restart(scene: &Scene<'_>, at: &Address) -> Result<Planned> {
    let session = scene.session(at)?;
    scene.allowed("session", &session.name, session.workspace.is_some())?;
    let planned = scene.acts(session, true, |_| Ok(()))?;
    let mut draft = scene.draft();
    draft.append(planned.plan);
    for window in &session.windows {
        for pane in &window.panes {
            match (&pane.tag, as_started(pane)) {
                (Some(tag), Some(before)) => {
                    draft.restart_same(pane, tag, &before, "with its session");
                }
                _ => draft.note(format!(
                    "pane `{}` stays as it is: rune did not start it",
                    target::name(session, window, pane)
                )),
            }
        }
    }
    Ok(Planned { plan: draft.plan(), workspaces: planned.workspaces })
}

/// `rune session rename`
pub(super) fn rename(scene: &Scene<'_>, at: &Address, to: &str) -> Result<Planned> {
    let session = scene.session(at)?;
    scene.allowed("session", &session.name, session.workspace.is_some())?;
    if to.is_empty() {
        let hint = Some("give it a name".to_owned());
        return Err(Error::Usage { message: "a session cannot be without a name".to_owned(), hint });
    }
    let label = session_label(to);
    if label == session.name {
        return Ok(nothing());
    }
    if let Some(other) = scene.session_named(&label).filter(|other| other.id != session.id) {
        return Err(Error::Refused {
            message: format!("there is a session `{}` already", other.name),
            hint: Some("take another name".to_owned()),
        });
    }
    scene.acts(session, true, |draft| {
        draft.act(Act::RenameSession { id: session.id.clone(), name: session.name.clone(), label });
        Ok(())
    })
}

/// Nothing to do.
pub(super) fn nothing() -> Planned {
    Planned { plan: Plan::default(), workspaces: Vec::new() }
}
