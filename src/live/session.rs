//! Sessions.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::Planned;
use super::address::Address;
use super::declare::as_started;
use super::placeholder::placeholder;
use super::scene::{self, Scene};
use crate::error::{Error, Result};
use crate::plan::{Act, Draft, Plan};
use crate::snapshot::LiveSession;
use crate::target;
use crate::workspace::{Identity, Workspace, session_label};

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
                hint: Some("`reset` ends it first; `ensure` leaves it".to_owned()),
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

/// The workspace of a session that is made, without windows; `except` is a session that it replaces.
pub(super) fn fresh(
    scene: &Scene<'_>,
    name: &str,
    root: Option<&Path>,
    environment: &BTreeMap<String, String>,
    except: Option<&LiveSession>,
) -> Workspace {
    let root: PathBuf = root.unwrap_or(scene.directory).to_owned();
    let identity = |project: String| Identity { root: root.clone(), project, template: scene::live_key() };
    // A session that was renamed keeps who it is, and its old name is free.
    let taken = |identity: &Identity| {
        let holder = scene.snapshot.workspace(&identity.word());
        holder.is_some_and(|holder| except.is_none_or(|except| holder.id != except.id))
    };
    let mut identities = (1..).map(|number| match number {
        1 => identity(name.to_owned()),
        number => identity(format!("{name} {number}")),
    });
    let free = identities.find(|identity| !taken(identity));
    let identity = free.unwrap_or_else(|| identity(name.to_owned()));
    scene::workspace(identity, name, root, environment.clone())
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
