//! The logs that there are, as the panes that they were of.

use std::fs;
use std::path::{Path, PathBuf};

use crate::commands::context::Context;
use crate::log;
use crate::record::{PaneId, Tag};
use crate::snapshot::{LivePane, Snapshot};
use crate::workspace::Key;

/// Every log of this server as the pane that it was of, under the name that its session has now, else
/// had.
pub fn kept(context: &Context, live: &Snapshot) -> Snapshot {
    let mut kept = Snapshot::default();
    for (workspace, directory) in entries(&context.logs_directory()) {
        let mut name = live.workspace(&workspace).map(|session| session.name.clone());
        for (keys, directory) in entries(&directory) {
            let keys = keys.split_once('.').and_then(|(window, pane)| Key::new(window).zip(Key::new(pane)));
            let Some((window, pane)) = keys else { continue };
            if name.is_none() {
                name = log::header(&directory).map(|header| header.rune.session);
            }
            // Targets tell panes apart by their ids.
            let id = format!("{workspace}/{window}.{pane}");
            let tag = Tag { id: PaneId::new(true, 0, 0), workspace: workspace.clone(), window, pane };
            kept.add_absent(LivePane::absent(id, tag), name.as_ref().unwrap_or(&workspace), None);
        }
    }
    kept
}

/// Names and paths of what is in a directory, in order.
fn entries(directory: &Path) -> Vec<(String, PathBuf)> {
    let entries = fs::read_dir(directory).into_iter().flatten().flatten();
    let mut found: Vec<(String, PathBuf)> =
        entries.filter_map(|entry| Some((entry.file_name().into_string().ok()?, entry.path()))).collect();
    found.sort();
    found
}
