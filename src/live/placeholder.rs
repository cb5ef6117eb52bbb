//! The window of a session that has no other.

use std::collections::BTreeMap;

use super::address::Address;
use super::content::Content;
use super::declare::{self, By};
use super::scene::Scene;
use super::typing::is_shell;
use super::{Ensure, Operation};
use crate::error::{Error, Result};
use crate::plan::Draft;
use crate::snapshot::{LivePane, LiveSession, LiveWindow};
use crate::workspace::{Key, Layout, Window, Workspace};

/// The key of the window that a session has which was made without one.
pub(super) const PLACEHOLDER: &str = "_placeholder";

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

/// How many milliseconds what runs in a placeholder may belong to the start of its shell.
const START: u64 = 10_000;

/// The placeholder of an empty session, while nobody uses it.
pub(super) fn takes_over(session: &LiveSession) -> Option<&LiveWindow> {
    let (window, pane) = only(session)?;
    is_idle(pane).then_some(window)
}

/// Whether a window is about to be opened beside a placeholder in which something runs that may belong to
/// the start of its shell. `now` is in milliseconds since 1970.
pub fn may_start(scene: &Scene<'_>, operation: &Operation, now: u64) -> bool {
    let starts = |at: &Address| {
        let names = at.pane_names(scene.snapshot).or_else(|_| at.window_names(scene.snapshot)).ok()?;
        let session = scene.session_named(names.session)?;
        let (_, pane) = only(session).filter(|(_, pane)| !is_idle(pane))?;
        let is_new = scene.window_named(session, names.window?).ok()?.is_none();
        let record = pane.known.as_ref()?.record.as_ref()?;
        Some(is_new && now < record.since.saturating_add(START))
    };
    match operation {
        Operation::CreateWindow { at, .. } => starts(at) == Some(true),
        Operation::Ensure(all) => all.iter().any(|one| match one {
            Ensure::Session { .. } => false,
            Ensure::Window { at, .. } | Ensure::Pane { at, .. } => starts(at) == Some(true),
        }),
        _ => false,
    }
}

/// The placeholder of an empty session, with its pane.
fn only(session: &LiveSession) -> Option<(&LiveWindow, &LivePane)> {
    let [window] = session.windows.as_slice() else { return None };
    let [pane] = window.panes.as_slice() else { return None };
    (is_placeholder(window) && pane.tag.is_some()).then_some((window, pane))
}

/// Whether nothing but a shell runs in a pane.
fn is_idle(pane: &LivePane) -> bool {
    // On its way to the shell a new pane is what started it: tmux's copy of itself, then rune.
    let program = pane.current_command.as_str();
    let begins = program.is_empty() || program == "rune" || program.starts_with("tmux");
    let own = pane.known.as_ref().and_then(|known| known.specification.shell.rsplit('/').next());
    pane.dead || begins || is_shell(program) || own == Some(program.trim_start_matches('-'))
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

/// Whether a window is the placeholder of an empty session.
pub(super) fn is_placeholder(window: &LiveWindow) -> bool {
    window.noted.as_ref().is_some_and(|note| note.key.as_str() == PLACEHOLDER)
}
