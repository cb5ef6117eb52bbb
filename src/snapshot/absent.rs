//! Panes that no server has, beside those of one: they are named, waited for and explained as these are.

use std::path::Path;

use super::{LivePane, LiveSession, LiveWindow, Snapshot};
use crate::record::Tag;
use crate::workspace::Size;

impl LivePane {
    /// One that no server has: nothing runs in it, and nothing was written down about it.
    pub fn absent(id: String, tag: Tag) -> LivePane {
        LivePane {
            id,
            index: 0,
            active: false,
            pid: 0,
            dead: true,
            title: String::new(),
            current_command: String::new(),
            current_path: String::new(),
            shown: None,
            tag: Some(tag),
            known: None,
        }
    }
}

impl Snapshot {
    /// Puts an absent pane into the session of its workspace and the window of its key. A session that is
    /// not there either is made, by this `name`, with what is written down about it in this `directory`.
    pub fn add_absent(&mut self, pane: LivePane, name: &str, directory: Option<&Path>) {
        let Some(Tag { workspace, window, .. }) = &pane.tag else { return };
        let is_it = |session: &LiveSession| session.workspace.as_ref() == Some(workspace);
        let at = self.sessions.iter().position(is_it).unwrap_or_else(|| {
            self.sessions.push(LiveSession {
                id: workspace.clone(),
                name: name.to_owned(),
                attached: 0,
                workspace: Some(workspace.clone()),
                about: None,
                directory: directory.map(Path::to_owned),
                windows: Vec::new(),
            });
            self.sessions.len() - 1
        });
        let windows = &mut self.sessions[at].windows;
        let at = windows.iter().position(|known| known.key() == window.as_str()).unwrap_or_else(|| {
            windows.push(LiveWindow {
                id: format!("{workspace}/{window}"),
                index: 0,
                name: window.to_string(),
                active: false,
                size: Size::DEFAULT,
                layout: String::new(),
                noted: None,
                panes: Vec::new(),
            });
            windows.len() - 1
        });
        windows[at].panes.push(pane);
    }
}
