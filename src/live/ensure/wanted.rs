//! What is wanted of sessions, windows and panes, by all that was said of each.

use std::collections::BTreeMap;
use std::path::Path;

use crate::error::{Error, Result};
use crate::live::Ensure;
use crate::live::content::Content;
use crate::live::scene::Scene;
use crate::workspace::{Key, Layout, session_label};

/// A session as it is wanted by all that was said of it.
#[derive(Default)]
pub(in crate::live) struct WantedSession<'e> {
    pub(in crate::live) name: &'e str,
    pub(in crate::live) root: Option<&'e Path>,
    pub(in crate::live) environment: BTreeMap<String, String>,
    pub(in crate::live) windows: Vec<WantedWindow<'e>>,
}

/// A window as it is wanted.
#[derive(Clone, Default)]
pub(in crate::live) struct WantedWindow<'e> {
    pub(in crate::live) name: &'e str,
    pub(in crate::live) count: Option<usize>,
    pub(in crate::live) layout: Option<Layout>,
    /// What every pane runs of which nobody said more.
    pub(in crate::live) content: Content,
    pub(in crate::live) prune: bool,
    /// Whether somebody named the window itself, and so all panes in it.
    pub(in crate::live) whole: bool,
    pub(in crate::live) panes: Vec<WantedPane<'e>>,
}

/// A pane as it is wanted.
#[derive(Clone)]
pub(in crate::live) struct WantedPane<'e> {
    pub(in crate::live) name: &'e str,
    pub(in crate::live) label: Option<&'e str>,
    pub(in crate::live) content: &'e Content,
    pub(in crate::live) again: bool,
}

/// Adds what one says to what was said before.
pub(super) fn gather<'e>(
    scene: &Scene<'e>,
    ensure: &'e Ensure,
    sessions: &mut Vec<WantedSession<'e>>,
) -> Result<()> {
    match ensure {
        Ensure::Session { name, root, environment } => {
            let session = of_name(scene, sessions, name)?;
            session.root = root.as_deref().or(session.root);
            session.environment.extend(environment.clone());
        }
        Ensure::Window { at, panes, layout, content, prune } => {
            let names = at.window_names(scene.snapshot)?;
            let session = of_name(scene, sessions, names.session)?;
            let window = window_of(session, names.window.unwrap_or_default());
            window.count = panes.or(window.count);
            window.layout = layout.clone().or(grid(*panes)).or(window.layout.take());
            window.prune |= prune;
            window.whole = true;
            if content.command.is_some() || *content != Content::default() {
                window.content = content.clone();
            }
        }
        Ensure::Pane { at, label, content, again } => {
            let names = at.pane_names(scene.snapshot)?;
            let session = of_name(scene, sessions, names.session)?;
            let window = window_of(session, names.window.unwrap_or_default());
            let name = names.pane.unwrap_or_default();
            // The last word on a pane counts.
            window.panes.retain(|pane| pane.name != name);
            window.panes.push(WantedPane { name, label: label.as_deref(), content, again: *again });
        }
    }
    Ok(())
}

/// Several panes stand as a grid unless somebody says how; one says nothing of how others stand.
fn grid(panes: Option<usize>) -> Option<Layout> {
    panes.filter(|count| *count > 1).map(|_| Layout::Grid)
}

fn of_name<'w, 'e>(
    scene: &Scene<'_>,
    sessions: &'w mut Vec<WantedSession<'e>>,
    name: &'e str,
) -> Result<&'w mut WantedSession<'e>> {
    if name.is_empty() {
        let hint = Some("give it a name".to_owned());
        return Err(Error::Usage { message: "a session cannot be without a name".to_owned(), hint });
    }
    let live = |name: &str| scene.session_named(name).map(|session| session.id.as_str());
    let same = |other: &WantedSession<'_>| {
        session_label(other.name) == session_label(name)
            || (live(name).is_some() && live(name) == live(other.name))
    };
    let at = match sessions.iter().position(same) {
        Some(at) => at,
        None => {
            sessions.push(WantedSession { name, ..WantedSession::default() });
            sessions.len() - 1
        }
    };
    Ok(&mut sessions[at])
}

fn window_of<'w, 'e>(session: &'w mut WantedSession<'e>, name: &'e str) -> &'w mut WantedWindow<'e> {
    let same = |other: &WantedWindow<'_>| Key::from_name(other.name) == Key::from_name(name);
    let at = match session.windows.iter().position(same) {
        Some(at) => at,
        None => {
            session.windows.push(WantedWindow { name, ..WantedWindow::default() });
            session.windows.len() - 1
        }
    };
    &mut session.windows[at]
}
