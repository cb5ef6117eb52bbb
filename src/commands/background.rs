//! Background commands of rituals: which there are, and which a word of the command line means.
//!
//! One is called `PROJECT:RITUAL.NAME` as a pane is called `session:window.pane`, so whoever names, waits for
//! or explains panes can do the same with them: [`snapshot`] is what they would be on a server.

use std::path::PathBuf;

use super::context::Context;
use crate::error::{Error, Result};
use crate::process::Process;
use crate::record::{self, PaneId, Specification, Tag};
use crate::ritual_plan::record::{Background, Record, word};
use crate::ritual_run::{self, Known};
use crate::snapshot::{self, LivePane, LiveSession, LiveWindow, Snapshot};
use crate::store::Store;
use crate::target::{self, Found};
use crate::workspace::{Key, Size};

/// A background command of a ritual, with what is known of it.
pub struct InBackground {
    /// What is known of its rituals.
    pub record: Record,
    /// The command.
    pub command: Background,
    /// What runs of it.
    pub processes: Vec<Process>,
    /// What its runner knows, if it has one.
    pub kept: Option<Known>,
}

/// Every background command of this boot that was not forgotten yet; see [`InBackground::is_there`].
pub fn all(context: &Context) -> Result<Vec<InBackground>> {
    let mut unreadable = |error: &Error| context.ui.error(error);
    let records = ritual_run::records(&context.state_directory(), &mut unreadable)?;
    let of = |record: Record| {
        let all = ritual_run::background(&record).into_iter().map(move |(command, processes)| {
            let kept = ritual_run::known(&command);
            InBackground { record: record.clone(), command, processes, kept }
        });
        all.collect::<Vec<_>>()
    };
    let begun = records.into_iter().filter(|record| !record.background.is_empty());
    Ok(begun.flat_map(of).collect())
}

/// The background commands as panes of sessions, where `words` mean them and not panes of `live`: what a
/// word means among panes, it means.
///
/// # Errors
/// [`Error::Usage`] where some words mean panes and some background commands: they have no place in common.
pub fn instead(context: &Context, live: &Snapshot, words: &[String]) -> Result<Option<Snapshot>> {
    let is_pane = |word: &&String| !matches!(target::panes(live, word), Err(Error::NotFound { .. }));
    let (of_panes, others): (Vec<&String>, Vec<&String>) = words.iter().partition(is_pane);
    if others.is_empty() {
        return Ok(None);
    }
    let background = snapshot(&all(context)?);
    let is_one = |word: &&&String| !matches!(panes(&background, word), Err(Error::NotFound { .. }));
    match (of_panes.first(), others.iter().find(is_one)) {
        (_, None) => Ok(None),
        (Some(pane), Some(other)) => Err(Error::Usage {
            message: format!("`{pane}` is a pane and `{other}` a background command"),
            hint: Some("name them in two calls".to_owned()),
        }),
        (None, Some(_)) => Ok(Some(background)),
    }
}

/// Those of a [`snapshot`] that `word` means: as panes, or by a name that is no key.
///
/// # Errors
/// As [`target::panes`].
pub fn panes<'s>(background: &'s Snapshot, word: &str) -> Result<Vec<Found<'s>>> {
    let found = target::panes(background, word);
    match Key::new(word) {
        None if matches!(found, Err(Error::NotFound { .. })) => {
            target::panes(background, Key::from_name(word).as_str()).or(found)
        }
        _ => found,
    }
}

/// What they would be on a server: a session a project, a window a ritual, a pane a command.
pub fn snapshot(all: &[InBackground]) -> Snapshot {
    let mut snapshot = Snapshot::default();
    for one in all {
        let pane = one.pane();
        let Some(tag) = &pane.tag else { continue };
        let is_session = |session: &LiveSession| session.workspace.as_ref() == Some(&tag.workspace);
        let at = snapshot.sessions.iter().position(is_session).unwrap_or_else(|| {
            snapshot.sessions.push(session(one, tag));
            snapshot.sessions.len() - 1
        });
        let windows = &mut snapshot.sessions[at].windows;
        match windows.iter_mut().find(|window| window.name == tag.window.as_str()) {
            Some(window) => window.panes.push(pane.clone()),
            None => windows.push(window(tag, pane.clone())),
        }
    }
    snapshot
}

impl InBackground {
    /// Whether it runs, or somebody keeps what became of it.
    pub fn is_there(&self) -> bool {
        !self.processes.is_empty() || self.kept.is_some()
    }

    /// `PROJECT:RITUAL.NAME`.
    pub fn name(&self) -> String {
        let Tag { window, pane, .. } = self.tag();
        format!("{}:{window}.{pane}", self.record.project)
    }

    fn tag(&self) -> Tag {
        let id = self.command.runner.as_ref().map(|runner| runner.id.clone());
        Tag {
            id: id.unwrap_or_else(|| PaneId::new(true, 0, 0)),
            workspace: word(&self.record.root, &self.record.project),
            window: Key::from_name(&self.command.phase.to_string()),
            pane: Key::from_name(&self.command.name),
        }
    }

    fn pane(&self) -> LivePane {
        let runner = self.command.runner.as_ref();
        let written = runner.and_then(|runner| {
            let specification = Store::at(runner.directory.clone()).specification(&runner.id)?;
            let record = self.kept.as_ref().and_then(|kept| kept.record.clone());
            Some(snapshot::Known { specification, record })
        });
        let (tag, log) = (self.tag(), self.command.log.to_str().map(str::to_owned));
        let known = written.unwrap_or_else(|| snapshot::Known {
            specification: Specification {
                summary: self.command.command.clone(),
                log,
                ..Specification::new(record::SCHEMA, tag.clone())
            },
            record: None,
        });
        LivePane {
            id: self.command.id.clone(),
            index: 0,
            active: false,
            pid: self.command.process.map_or(0, |(pid, _)| pid),
            dead: self.kept.as_ref().map_or(self.processes.is_empty(), |kept| !kept.alive),
            title: String::new(),
            current_command: self.command.command.clone(),
            current_path: String::new(),
            shown: None,
            tag: Some(tag),
            known: Some(known),
        }
    }
}

/// The one whose pane of a [`snapshot`] has this id, if it is not forgotten yet.
pub fn command(context: &Context, id: &str) -> Result<Option<InBackground>> {
    Ok(all(context)?.into_iter().find(|one| one.command.id == id))
}

/// Whether the one with this pane of a [`snapshot`] has a runner that knows of it.
pub fn is_kept(pane: &LivePane) -> bool {
    pane.known.as_ref().is_some_and(|known| known.record.is_some())
}

/// Says that the one of this name cannot be asked, or waited for, by itself.
pub fn not_kept(name: &str) -> Error {
    Error::Refused {
        message: format!("nobody keeps the background command `{name}`: rune only started it"),
        hint: Some("with `restart` or `live` in the config it has a runner that can be asked".to_owned()),
    }
}

/// Where the output of one goes.
pub fn log(pane: &LivePane) -> Option<PathBuf> {
    pane.known.as_ref()?.specification.log.as_ref().map(PathBuf::from)
}

fn session(one: &InBackground, tag: &Tag) -> LiveSession {
    LiveSession {
        id: tag.workspace.clone(),
        name: one.record.project.clone(),
        attached: 0,
        workspace: Some(tag.workspace.clone()),
        about: None,
        directory: one.command.runner.as_ref().map(|runner| runner.directory.clone()),
        windows: Vec::new(),
    }
}

fn window(tag: &Tag, pane: LivePane) -> LiveWindow {
    let (id, name) = (format!("{}/{}", tag.workspace, tag.window), tag.window.to_string());
    LiveWindow {
        id,
        index: 0,
        name,
        active: false,
        size: Size::DEFAULT,
        layout: String::new(),
        noted: None,
        panes: vec![pane],
    }
}
