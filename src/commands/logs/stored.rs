//! The logs that there are, as the panes that they were of.

use std::fs;
use std::path::{Path, PathBuf};

use crate::commands::context::Context;
use crate::log;
use crate::record::{PaneId, Tag};
use crate::snapshot::{LivePane, LiveSession, LiveWindow, Snapshot};
use crate::workspace::{Key, Size};

/// Every log of this server as the pane that it was of, under the name that its session has now, else
/// had.
pub fn kept(context: &Context, live: &Snapshot) -> Snapshot {
    let mut sessions: Vec<LiveSession> = Vec::new();
    for (workspace, directory) in entries(&context.logs_directory()) {
        let mut name = live.workspace(&workspace).map(|session| session.name.clone());
        let mut windows: Vec<LiveWindow> = Vec::new();
        for (keys, directory) in entries(&directory) {
            let keys = keys.split_once('.').and_then(|(window, pane)| Key::new(window).zip(Key::new(pane)));
            let Some((window, pane)) = keys else { continue };
            if name.is_none() {
                name = log::header(&directory).map(|header| header.rune.session);
            }
            let tag = Tag {
                id: PaneId::new(true, 0, 0),
                workspace: workspace.clone(),
                window: window.clone(),
                pane,
            };
            match windows.iter_mut().find(|known| known.name == window.as_str()) {
                Some(known) => known.panes.push(gone(tag)),
                None => windows.push(LiveWindow {
                    id: String::new(),
                    index: 0,
                    name: window.to_string(),
                    active: false,
                    size: Size::DEFAULT,
                    layout: String::new(),
                    noted: None,
                    panes: vec![gone(tag)],
                }),
            }
        }
        sessions.push(LiveSession {
            id: String::new(),
            name: name.unwrap_or_else(|| workspace.clone()),
            attached: 0,
            workspace: Some(workspace),
            about: None,
            directory: None,
            windows,
        });
    }
    Snapshot { sessions, ..Snapshot::default() }
}

/// A pane that is known by its keys only. Targets tell panes apart by their ids.
fn gone(tag: Tag) -> LivePane {
    LivePane {
        id: format!("{}/{}.{}", tag.workspace, tag.window, tag.pane),
        index: 0,
        active: false,
        pid: 0,
        dead: true,
        title: String::new(),
        current_command: String::new(),
        current_path: String::new(),
        tag: Some(tag),
        known: None,
        shown: None,
    }
}

/// Names and paths of what is in a directory, in order.
fn entries(directory: &Path) -> Vec<(String, PathBuf)> {
    let entries = fs::read_dir(directory).into_iter().flatten().flatten();
    let mut found: Vec<(String, PathBuf)> =
        entries.filter_map(|entry| Some((entry.file_name().into_string().ok()?, entry.path()))).collect();
    found.sort();
    found
}
