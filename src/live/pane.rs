//! Panes that exist.

use std::path::Path;

use super::Planned;
use super::address::Address;
use super::content::Content;
use super::declare::{self, By, as_started, title};
use super::placeholder::stays;
use super::scene::Scene;
use super::session::nothing;
use super::window::{full_name, window_key};
use crate::error::{Error, Result};
use crate::plan::{Act, Destination, Resize};
use crate::snapshot::LiveWindow;
use crate::target::Found;
use crate::workspace::Key;

/// The pane of an address, if it may be changed.
pub(super) fn own<'s>(scene: &Scene<'s>, at: &Address) -> Result<Found<'s>> {
    let found = scene.pane(at)?;
    scene.allowed("pane", &found.name(), found.pane.tag.is_some())?;
    Ok(found)
}

/// `rune pane run`
pub(super) fn run(scene: &Scene<'_>, at: &Address, content: &Content) -> Result<Planned> {
    let Found { session, window, pane } = own(scene, at)?;
    let mut workspace = scene.workspace(session);
    let word = pane.tag.as_ref().map_or_else(|| workspace.identity.word(), |tag| tag.workspace.clone());
    let key = pane.tag.as_ref().map_or_else(|| place(window, &pane.id), |tag| tag.pane.clone());
    let label = title(pane).map(str::to_owned);
    let mut declared = declare::pane(&workspace, key, content, label.as_deref(), By::Name);
    declared.keyed = pane.tag.as_ref().is_none_or(|tag| tag.id.keyed());
    let mut draft = scene.draft();
    draft.session(&word, session, true);
    let of = pane.tag.as_ref().map_or_else(|| window_key(window), |tag| tag.window.clone());
    draft.restart(pane, &word, &of, &declared, "it was asked to run something else");
    workspace.windows.clear();
    Ok(Planned { plan: draft.plan(), workspaces: vec![workspace] })
}

/// A key for a pane that has none: its place, unless another has that.
fn place(window: &LiveWindow, id: &str) -> Key {
    let at = window.panes.iter().position(|pane| pane.id == id).unwrap_or(0) + 1;
    let is_taken =
        |key: &Key| window.panes.iter().any(|pane| pane.tag.as_ref().is_some_and(|tag| tag.pane == *key));
    (at..).map(Key::place).find(|key| !is_taken(key)).unwrap_or_else(|| Key::place(at))
}

/// `rune pane kill`
pub(super) fn end(scene: &Scene<'_>, at: &Address, if_exists: bool) -> Result<Planned> {
    let found = match own(scene, at) {
        Err(Error::NotFound { .. }) if if_exists => return Ok(nothing()),
        found => found?,
    };
    let Found { session, window, pane } = found;
    let alone = window.panes.len() == 1;
    scene.acts(session, !(alone && window.active), |draft| {
        if alone {
            stays(scene, draft, session, window)?;
        }
        draft.act(Act::EndPane { id: pane.id.clone(), name: found.name() });
        Ok(())
    })
}

/// `rune pane select`
pub(super) fn select(scene: &Scene<'_>, at: &Address) -> Result<Planned> {
    let found = own(scene, at)?;
    let Found { session, window, pane } = found;
    if pane.active && window.active {
        return Ok(nothing());
    }
    scene.acts(session, false, |draft| {
        let window = window.id.clone();
        draft.act(Act::SelectPane { id: pane.id.clone(), name: found.name(), window });
        Ok(())
    })
}

/// `rune pane resize`
pub(super) fn resize(scene: &Scene<'_>, at: &Address, to: Resize) -> Result<Planned> {
    let found = own(scene, at)?;
    let size = found.pane.shown.map(|shown| shown.size);
    let is_so = match to {
        Resize::Width(columns) => size.is_some_and(|size| size.width == columns),
        Resize::Height(rows) => size.is_some_and(|size| size.height == rows),
        _ => false,
    };
    if is_so {
        return Ok(nothing());
    }
    scene.acts(found.session, true, |draft| {
        draft.act(Act::ResizePane { id: found.pane.id.clone(), name: found.name(), to });
        Ok(())
    })
}

/// `rune pane swap`
pub(super) fn swap(scene: &Scene<'_>, at: &Address, with: &Address) -> Result<Planned> {
    let (one, other) = (own(scene, at)?, own(scene, with)?);
    if one.pane.id == other.pane.id {
        return Ok(nothing());
    }
    scene.acts(one.session, true, |draft| {
        draft.act(Act::SwapPanes {
            id: one.pane.id.clone(),
            name: one.name(),
            other: other.pane.id.clone(),
            with: other.name(),
        });
        Ok(())
    })
}

/// `rune pane move`
pub(super) fn go(scene: &Scene<'_>, at: &Address, to: &Address, right: bool) -> Result<Planned> {
    let found = own(scene, at)?;
    let Found { session, window, pane } = found;
    let alone = window.panes.len() == 1;
    let anchor = match scene.window(to) {
        Ok((session, window)) => {
            let active = window.panes.iter().find(|other| other.active && other.id != pane.id);
            let any = window.panes.iter().find(|other| other.id != pane.id);
            active.or(any).map(|pane| Found { session, window, pane })
        }
        Err(_) => match scene.pane(to) {
            Ok(found) => Some(found),
            Err(error @ Error::Ambiguous { .. }) => return Err(error),
            Err(_) => return into_new(scene, found, to),
        },
    };
    let Some(anchor) = anchor.filter(|anchor| anchor.pane.id != pane.id) else { return Ok(nothing()) };
    scene.allowed("window", &full_name(anchor.session, anchor.window), anchor.window.noted.is_some())?;
    scene.acts(session, !(alone && window.active), |draft| {
        if alone {
            stays(scene, draft, session, window)?;
        }
        let to = Destination::Pane {
            id: anchor.pane.id.clone(),
            name: anchor.name(),
            beside: right,
            before: false,
        };
        draft.act(Act::MovePane { id: pane.id.clone(), name: found.name(), to });
        Ok(())
    })
}

/// Moves a pane into a window that does not exist.
fn into_new(scene: &Scene<'_>, found: Found<'_>, to: &Address) -> Result<Planned> {
    let names = to.window_names(scene.snapshot)?;
    let session = scene.session(&Address::session(names.session))?;
    scene.allowed("session", &session.name, session.workspace.is_some())?;
    if found.window.panes.len() == 1 {
        return Err(Error::Refused {
            message: format!("`{}` is alone in its window already", found.name()),
            hint: Some("`rune window rename` gives that another name".to_owned()),
        });
    }
    scene.acts(found.session, true, |draft| {
        let to = Destination::Window {
            session: session.id.clone(),
            name: session.name.clone(),
            window: names.window.unwrap_or_default().to_owned(),
        };
        draft.act(Act::MovePane { id: found.pane.id.clone(), name: found.name(), to });
        Ok(())
    })
}

/// `rune pane clear`
pub(super) fn clear(scene: &Scene<'_>, at: &Address) -> Result<Planned> {
    let found = own(scene, at)?;
    let leave_mode = found.pane.shown.is_some_and(|shown| shown.in_mode);
    scene.acts(found.session, true, |draft| {
        draft.act(Act::ClearPane { id: found.pane.id.clone(), name: found.name(), leave_mode });
        Ok(())
    })
}

/// `rune pane reset`
pub(super) fn reset(scene: &Scene<'_>, at: &Address) -> Result<Planned> {
    let found = own(scene, at)?;
    let Found { session, pane, .. } = found;
    let (Some(tag), Some(before)) = (&pane.tag, as_started(pane)) else {
        return Err(Error::Refused {
            message: format!("rune does not know what pane `{}` was started with", found.name()),
            hint: Some("`rune pane run` starts something in it".to_owned()),
        });
    };
    let leave_mode = pane.shown.is_some_and(|shown| shown.in_mode);
    scene.acts(session, true, |draft| {
        draft.restart_same(pane, tag, &before, "to start anew");
        draft.act(Act::ClearPane { id: pane.id.clone(), name: found.name(), leave_mode });
        Ok(())
    })
}

/// `rune pane pipe`
pub(super) fn pipe(scene: &Scene<'_>, at: &Address, file: Option<&Path>) -> Result<Planned> {
    let found = own(scene, at)?;
    if file.is_none() && !found.pane.shown.is_some_and(|shown| shown.piped) {
        return Ok(nothing());
    }
    let logged = found.pane.known.as_ref().is_some_and(|known| known.specification.supervision.logs());
    if file.is_some() && logged {
        return Err(Error::Refused {
            message: format!(
                "what pane `{}` prints is logged already, and tmux has one pipe a pane",
                found.name()
            ),
            hint: Some("`rune logs` shows it".to_owned()),
        });
    }
    let file = match file.map(|file| file.to_str()) {
        None => None,
        Some(Some(file)) if !file.chars().any(char::is_control) => Some(file.to_owned()),
        Some(_) => {
            let hint = Some("take a name of printable characters".to_owned());
            return Err(Error::Usage {
                message: "the file's name has characters that tmux cannot be told".to_owned(),
                hint,
            });
        }
    };
    scene.acts(found.session, true, |draft| {
        draft.act(Act::PipePane { id: found.pane.id.clone(), name: found.name(), file });
        Ok(())
    })
}
