//! Which logs are meant: those of live panes, and of panes that are gone, by their keys.

use std::fs;
use std::path::{Path, PathBuf};

use super::super::context::Context;
use crate::error::{Error, Result};
use crate::log;
use crate::record::{PaneId, Tag};
use crate::snapshot::{LivePane, LiveSession, LiveWindow, Snapshot};
use crate::target::{self, Found};
use crate::workspace::{Key, Size};

/// A log with whose it is.
#[derive(Clone, Debug, PartialEq)]
pub struct Source {
    /// Where it is.
    pub directory: PathBuf,
    /// What it is known by, however the session is called: `WORKSPACE/WINDOW.PANE`.
    pub word: String,
    /// `session:window.pane`.
    pub name: String,
}

impl Source {
    fn new(context: &Context, tag: &Tag, name: String) -> Source {
        let word = format!("{}/{}.{}", tag.workspace, tag.window, tag.pane);
        Source { directory: context.log_directory(tag), word, name }
    }
}

/// The logs that `words` mean; without words those of what runs, else all that there are.
pub fn sources(context: &Context, words: &[String]) -> Result<Vec<Source>> {
    // What was logged can be read also when no server can be asked.
    let live = context.look().ok().flatten().unwrap_or_default();
    let kept = kept(context, &live);
    let mut found: Vec<Source> = Vec::new();
    let mut add = |source: Source| {
        if !found.iter().any(|known| known.directory == source.directory) {
            found.push(source);
        }
    };
    for word in words {
        meant(context, word, &live, &kept)?.into_iter().for_each(&mut add);
    }
    if words.is_empty() {
        let running = |tag: &Tag| live.workspace(&tag.workspace).is_some();
        let any = kept.panes().any(|(_, _, pane)| pane.tag.as_ref().is_some_and(running));
        let kept = all(&kept).filter(|found| !any || found.pane.tag.as_ref().is_some_and(running));
        kept.chain(all(&live)).filter_map(|found| logged(context, &found)).for_each(&mut add);
    }
    match found.is_empty() {
        true => Err(Error::NotLogged { pane: None }),
        false => Ok(found),
    }
}

/// The logs that one word means.
fn meant(context: &Context, word: &str, live: &Snapshot, kept: &Snapshot) -> Result<Vec<Source>> {
    let running = match target::panes(live, word) {
        Err(Error::NotFound { candidates: running, .. }) => {
            let known = target::panes(kept, word).map_err(|error| match error {
                Error::NotFound { what, name, mut candidates } => {
                    candidates.extend(running.into_iter().filter(|name| !kept_names(kept).contains(name)));
                    Error::NotFound { what, name, candidates }
                }
                error => error,
            })?;
            return Ok(known.iter().filter_map(|found| logged(context, found)).collect());
        }
        found => found?,
    };
    let mut sources: Vec<Source> = running.iter().filter_map(|found| logged(context, found)).collect();
    if sources.is_empty() {
        return Err(Error::NotLogged { pane: running.first().map(Found::name) });
    }
    // A pattern means panes that are gone, too.
    if target::is_glob(word) {
        let gone = target::panes(kept, word).unwrap_or_default();
        sources.extend(gone.iter().filter_map(|found| logged(context, found)));
    }
    Ok(sources)
}

/// The log of a pane, if it is one that is logged or was.
fn logged(context: &Context, found: &Found<'_>) -> Option<Source> {
    let tag = found.pane.tag.as_ref()?;
    let source = Source::new(context, tag, found.name());
    let declared = found.pane.known.as_ref().is_some_and(|known| known.specification.supervision.logs());
    (declared || source.directory.is_dir()).then_some(source)
}

fn all(snapshot: &Snapshot) -> impl Iterator<Item = Found<'_>> {
    snapshot.panes().map(|(session, window, pane)| Found { session, window, pane })
}

fn kept_names(kept: &Snapshot) -> Vec<String> {
    all(kept).map(|found| found.name()).collect()
}

/// Every log of this server as the pane that it was of, under the name that its session has now, else
/// had.
fn kept(context: &Context, live: &Snapshot) -> Snapshot {
    let logs = context.state_directory().join("logs").join(context.server_word());
    let mut sessions: Vec<LiveSession> = Vec::new();
    for (workspace, directory) in entries(&logs) {
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
