//! What is written down about live panes, and what is to be written down about new ones.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use super::context::{self, Context};
use super::processes::WORKSPACE;
use crate::command;
use crate::environment::{self, Filter};
use crate::error::{Error, Result};
use crate::plan::Launch;
use crate::process;
use crate::project::Project;
use crate::record::{ProcessId, SCHEMA, Specification, Tag};
use crate::snapshot::{Known, LivePane, Snapshot};
use crate::store::{Store, Variable};
use crate::workspace::{Command, Workspace};

/// Where the panes of each workspace on the server are written down.
pub fn directories(snapshot: &Snapshot) -> BTreeMap<String, PathBuf> {
    let sessions = snapshot.sessions.iter();
    sessions.filter_map(|session| Some((session.workspace.clone()?, session.directory.clone()?))).collect()
}

/// Completes a snapshot with what is written down about its panes.
pub fn complete(context: &Context, snapshot: &mut Snapshot) {
    let directories = directories(snapshot);
    snapshot.complete(|tag| read(context, &directories, tag));
}

/// Marks panes whose runner ended as dead: tmux may not have noticed, or has let them be.
pub fn find_dead(context: &Context, snapshot: &mut Snapshot) {
    let directories = directories(snapshot);
    let windows = snapshot.sessions.iter_mut().flat_map(|session| &mut session.windows);
    for pane in windows.flat_map(|window| &mut window.panes) {
        let record = pane.known.as_ref().and_then(|known| known.record.as_ref());
        if let Some(ProcessId { pid, start }) = record.map(|record| record.runner)
            && pid == pane.pid
            && !process::is_alive(pid, start)
        {
            pane.dead = true;
            // It may have written its last word between that look and this one.
            pane.known = pane.tag.as_ref().and_then(|tag| read(context, &directories, tag));
        }
    }
}

/// What is written down about a pane that may be closed.
pub fn of(context: &Context, snapshot: &Snapshot, pane: &LivePane) -> Option<Known> {
    read(context, &directories(snapshot), pane.tag.as_ref()?)
}

fn read(context: &Context, directories: &BTreeMap<String, PathBuf>, tag: &Tag) -> Option<Known> {
    let directory = directories.get(&tag.workspace);
    let store = Store::at(directory.cloned().unwrap_or_else(|| context.pane_directory(&tag.workspace)));
    let specification = store.specification(&tag.id)?;
    Some(Known { specification, record: store.record(&tag.id) })
}

/// What the runner of a pane in this session will start from.
///
/// # Errors
/// For a directory that is no text: it could not be written down.
pub fn specification(context: &Context, session: &str, launch: &Launch) -> Result<Specification> {
    let pane = &launch.pane;
    let cwd = pane
        .cwd
        .to_str()
        .ok_or_else(|| Error::failed(format!("the directory `{}` is no UTF-8 text", pane.cwd.display())))?;
    let shell = context.shell();
    Ok(Specification {
        schema: SCHEMA,
        tag: launch.tag.clone(),
        hash: pane.hash.clone(),
        summary: pane.command.summary(),
        title: None, // noted when it was given
        argv: command::argv(&pane.command, pane.login, &shell),
        cwd: cwd.to_owned(),
        on_exit: pane.on_exit,
        is_shell: pane.command == Command::Shell,
        supervision: pane.supervision.clone(),
        session: session.to_owned(),
        journal: context.journal().path().to_str().map(str::to_owned),
        log: context.log_directory(&launch.tag).to_str().map(str::to_owned),
        tmux: context.server.program.to_string_lossy().into_owned(),
        shell,
    })
}

/// The environments of the panes of one run.
pub struct Environments<'a> {
    context: &'a Context,
    project: &'a Project,
    /// What is inherited, by the names that are passed: it is the same for most panes.
    inherited: BTreeMap<Vec<String>, BTreeMap<OsString, OsString>>,
}

impl<'a> Environments<'a> {
    /// For the panes of a project.
    pub fn new(context: &'a Context, project: &'a Project) -> Environments<'a> {
        Environments { context, project, inherited: BTreeMap::new() }
    }

    /// The environment of a pane: that of this run without its secrets, what the config passes, and
    /// what workspace, window and pane declare (rune's own `RUNE_…` values among it).
    pub fn of(&mut self, workspace: &Workspace, launch: &Launch) -> Vec<Variable> {
        let Environments { context, project, inherited } = self;
        let pass = [project.pass.as_slice(), &workspace.pass, &launch.pane.pass].concat();
        let inherited = inherited.entry(pass).or_insert_with_key(|pass| {
            let filter = Filter { pass, drop: &project.drop };
            let kept = environment::filter(context.inherited.iter().cloned(), filter).kept;
            let mut variables: BTreeMap<OsString, OsString> = kept.into_iter().collect();
            variables.remove(OsStr::new(context::SOCKET));
            variables.extend(context.socket_variable());
            variables
        });
        let mut variables = inherited.clone();
        for (name, value) in workspace.environment.iter().chain(&launch.pane.environment) {
            variables.insert(name.into(), value.into());
        }
        variables.insert(WORKSPACE.into(), context.workspace_mark(&launch.tag.workspace).into());
        variables.into_iter().collect()
    }
}
