//! What is written down about live panes, and what is to be written down about new ones.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use super::bring_up::Planned;
use super::context::{self, Context};
use super::processes::WORKSPACE;
use crate::command;
use crate::environment::{self, Filter};
use crate::error::{Error, Result};
use crate::plan::{Launch, Step};
use crate::process;
use crate::project::Project;
use crate::record::{ProcessId, SCHEMA, Specification, Tag};
use crate::snapshot::{Known, LIVE, LivePane, Snapshot};
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

    /// The environment of a pane: what all panes of its workspace have, or the one they were `given` before,
    /// and what workspace, window and pane declare (rune's own `RUNE_…` values among it).
    pub fn of(
        &mut self,
        workspace: &Workspace,
        launch: &Launch,
        given: Option<Vec<Variable>>,
    ) -> Vec<Variable> {
        let mut variables = match given {
            Some(given) => given.into_iter().collect(),
            None => self.inherited([&self.project.pass, &workspace.pass, &launch.pane.pass]),
        };
        for (name, value) in workspace.environment.iter().chain(&launch.pane.environment) {
            variables.insert(name.into(), value.into());
        }
        variables.insert(WORKSPACE.into(), self.context.workspace_mark(&launch.tag.workspace).into());
        variables.into_iter().collect()
    }

    /// The environment of a pane that declares nothing.
    pub fn of_all(&mut self, workspace: &Workspace) -> Vec<Variable> {
        let mut variables = self.inherited([&self.project.pass, &workspace.pass, &[]]);
        variables.extend(workspace.environment.iter().map(|(name, value)| (name.into(), value.into())));
        variables.into_iter().collect()
    }

    /// That of this run without its secrets, but with what the config passes.
    fn inherited(&mut self, pass: [&[String]; 3]) -> BTreeMap<OsString, OsString> {
        let Environments { context, project, inherited } = self;
        let inherited = inherited.entry(pass.concat()).or_insert_with_key(|pass| {
            let filter = Filter { pass, drop: &project.drop };
            let kept = environment::filter(context.inherited.iter().cloned(), filter).kept;
            let mut variables: BTreeMap<OsString, OsString> = kept.into_iter().collect();
            variables.remove(OsStr::new(context::SOCKET));
            variables.extend(context.socket_variable());
            variables
        });
        inherited.clone()
    }
}

/// Whether a workspace is one that no config has.
pub fn is_live(workspace: &Workspace) -> bool {
    workspace.identity.template.as_str() == LIVE
}

/// What the panes of a config's session were given, for one that is opened in it by hand: the one that is
/// started by `step`.
pub fn given(planned: &Planned, step: &Step) -> Option<Vec<Variable>> {
    let launch = step.launch()?;
    let sessions = &planned.snapshot.sessions;
    let session = match step {
        Step::RestartPane { id, .. } => {
            planned.snapshot.panes().find(|(_, _, pane)| pane.id == *id).map(|(session, _, _)| session)
        }
        _ => {
            let mut planned = planned.plan.sessions.iter();
            let planned = planned.find(|session| session.workspace == launch.tag.workspace)?;
            sessions.iter().find(|session| Some(&session.id) == planned.id.as_ref())
        }
    }?;
    let of_config = session.about.as_ref().is_some_and(|about| !about.is_live());
    Store::at(session.directory.clone().filter(|_| of_config)?).environment()
}
