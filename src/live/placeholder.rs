//! The window of a session that has no other.

use std::collections::BTreeMap;

use super::content::Content;
use super::declare::{self, By};
use super::pane::is_shell;
use super::scene::Scene;
use crate::error::{Error, Result};
use crate::plan::Draft;
use crate::snapshot::{LiveSession, LiveWindow};
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

/// Whether a window is the placeholder of an empty session.
pub(super) fn is_placeholder(window: &LiveWindow) -> bool {
    window.noted.as_ref().is_some_and(|note| note.key.as_str() == PLACEHOLDER)
}
