//! Windows.

use super::Planned;
use super::address::Address;
use super::areas::areas;
use super::content::Content;
use super::declare::{self, By};
use super::ensure::wanted::{WantedPane, WantedWindow};
use super::ensure::window::{live_window, new_window};
use super::placeholder::{stays, takes_over};
use super::scene::Scene;
use super::session::nothing;
use crate::error::{Error, Result};
use crate::layout::Area;
use crate::plan::{Act, Part};
use crate::snapshot::{LivePane, LiveSession, LiveWindow};
use crate::workspace::{Key, Layout, NamedLayout, Window, window_label};

/// `rune window create`
pub(super) fn create(scene: &Scene<'_>, at: &Address, content: &Content, reset: bool) -> Result<Planned> {
    let names = at.window_names(scene.snapshot)?;
    let session = scene.session(&Address::session(names.session))?;
    let name = names.window.unwrap_or_default();
    scene.allowed("session", &session.name, session.workspace.is_some())?;
    let workspace = scene.workspace(session);
    let pane = WantedPane { name: "1", label: None, content, again: false };
    let wanted = WantedWindow { name, panes: vec![pane], ..WantedWindow::default() };
    let mut draft = scene.draft();
    draft.session(&workspace.identity.word(), session, true);
    match scene.window_named(session, name)? {
        Some(live) if !reset => {
            return Err(Error::Refused {
                message: format!("there is a window `{}:{}` already", session.name, live.key()),
                hint: Some("`reset` starts it anew; `ensure` leaves it".to_owned()),
            });
        }
        Some(live) => {
            scene.allowed("window", &full_name(session, live), live.noted.is_some())?;
            scene.all_allowed(session, live, &live.panes)?;
            let [first, others @ ..] = live.panes.as_slice() else { return Ok(nothing()) };
            let declared = declare::pane(&workspace, Key::place(1), content, None, By::Name);
            let key = window_key(live);
            draft.restart(first, &workspace.identity.word(), &key, &declared, "its window is made anew");
            let window = Window { key, ..one_pane(&new_window(&workspace, &wanted)?) };
            let closing: Vec<&LivePane> = others.iter().collect();
            draft.complete(
                &workspace,
                &Part { window, live, found: vec![Some(first)], closing, arrange: false },
            )?;
        }
        None => match takes_over(session) {
            Some(live) => live_window(scene, &mut draft, &workspace, session, live, &wanted, true)?,
            None => draft.open_window(&workspace, &new_window(&workspace, &wanted)?, session, false)?,
        },
    }
    Ok(Planned { plan: draft.plan(), workspaces: vec![workspace] })
}

fn one_pane(window: &Window) -> Window {
    let mut window = window.clone();
    window.panes.truncate(1);
    window
}

/// `rune window delete`
pub(super) fn delete(scene: &Scene<'_>, at: &Address, if_exists: bool) -> Result<Planned> {
    let (session, window) = match scene.window(at) {
        Err(Error::NotFound { .. }) if if_exists => return Ok(nothing()),
        found => found?,
    };
    scene.allowed("window", &full_name(session, window), window.noted.is_some())?;
    scene.all_allowed(session, window, &window.panes)?;
    scene.acts(session, !window.active, |draft| {
        stays(scene, draft, session, window)?;
        draft.act(Act::EndWindow { id: window.id.clone(), name: full_name(session, window) });
        Ok(())
    })
}

/// `rune window rename`
pub(super) fn rename(scene: &Scene<'_>, at: &Address, to: &str) -> Result<Planned> {
    let (session, window) = scene.window(at)?;
    scene.allowed("window", &full_name(session, window), window.noted.is_some())?;
    if to.is_empty() {
        let hint = Some("give it a name".to_owned());
        return Err(Error::Usage { message: "a window cannot be without a name".to_owned(), hint });
    }
    if window.name == window_label(to) {
        return Ok(nothing());
    }
    if let Some(other) = scene.window_named(session, to)?.filter(|other| other.id != window.id) {
        return Err(Error::Refused {
            message: format!("there is a window `{}` already", full_name(session, other)),
            hint: Some("take another name".to_owned()),
        });
    }
    scene.acts(session, true, |draft| {
        let (id, name) = (window.id.clone(), full_name(session, window));
        draft.act(Act::RenameWindow { id, name, label: to.to_owned() });
        Ok(())
    })
}

/// `rune window equalize` and `rune window layout`
pub(super) fn arrange(scene: &Scene<'_>, at: &Address, layout: Option<&Layout>) -> Result<Planned> {
    let (session, live) = scene.window(at)?;
    scene.allowed("window", &full_name(session, live), live.noted.is_some())?;
    if live.panes.len() < 2 {
        return Ok(nothing());
    }
    let workspace = scene.workspace(session);
    let pane = |_: &LivePane| declare::pane(&workspace, Key::place(1), &Content::default(), None, By::Window);
    let window = Window {
        key: window_key(live),
        name: Some(live.name.clone()),
        layout: layout.cloned().unwrap_or_else(|| equal(live)),
        focus: false,
        options: Default::default(),
        sync: false,
        panes: live.panes.iter().map(pane).collect(),
    };
    let mut draft = scene.draft();
    draft.session(&workspace.identity.word(), session, true);
    draft.arrange(&workspace, &window, live)?;
    Ok(Planned { plan: draft.plan(), workspaces: vec![workspace] })
}

/// Equal panes: those of a row or a column stay in it.
fn equal(live: &LiveWindow) -> Layout {
    let areas = areas(live);
    let same = |at: fn(&Area) -> u16| {
        let mut places = areas.iter().map(at);
        let first = places.next();
        first.is_some() && places.all(|place| Some(place) == first)
    };
    if same(|area| area.y) {
        Layout::Named(NamedLayout::EvenHorizontal)
    } else if same(|area| area.x) {
        Layout::Named(NamedLayout::EvenVertical)
    } else {
        Layout::Grid
    }
}

/// A window's name, for people.
pub(super) fn full_name(session: &LiveSession, window: &LiveWindow) -> String {
    format!("{}:{}", session.name, window.key())
}

/// The key that panes carry of a window that exists.
pub(super) fn window_key(window: &LiveWindow) -> Key {
    window.noted.as_ref().map_or_else(|| Key::from_name(&window.name), |note| note.key.clone())
}
