//! Panes are started again in their places, from what is written down about them.

use std::path::PathBuf;

use super::chosen::Chosen;
use crate::commands::bring_up::{self, Planned};
use crate::commands::context::Context;
use crate::error::{Error, Result};
use crate::plan::{self, Launch, Plan, Step};
use crate::record::{PaneId, SCHEMA, Specification, Tag};
use crate::snapshot::Snapshot;
use crate::store::Store;
use crate::tmux::server;
use crate::workspace::{Command, Pane};

/// Starts these panes again, with new runners; those that could not be, each with why.
///
/// # Errors
/// When the server cannot be asked, or did not do it.
pub fn respawn(context: &Context, again: &[Chosen<'_>], by: &'static str) -> Result<Vec<(PaneId, String)>> {
    let _lock = bring_up::lock(context, by)?;
    // Under the lock: another run may have started or closed them meanwhile.
    let snapshot = context.look()?.ok_or(Error::NotRunning)?;
    let version = snapshot.version.ok_or(Error::NotRunning)?;
    let (nonce, mut failed) = (server::random(), Vec::new());
    let mut plan = Plan::default();
    for (number, one) in again.iter().enumerate() {
        match prepare(&snapshot, one, nonce, number) {
            Ok((step, session)) => {
                plan.steps.push(step);
                plan.sessions.retain(|known| known.workspace != session.workspace);
                plan.sessions.push(session);
            }
            Err(why) => failed.push((one.tag.id.clone(), why.to_string())),
        }
    }
    if !plan.is_empty() {
        bring_up::run(context, &context.server, &Planned { snapshot, running: true, version, plan }, by)?;
    }
    Ok(failed)
}

/// Writes down what the pane's new runner starts from, and how that is started.
fn prepare(
    snapshot: &Snapshot,
    one: &Chosen<'_>,
    nonce: u64,
    number: usize,
) -> Result<(Step, plan::Session)> {
    let here =
        snapshot.panes().find(|(_, _, pane)| pane.id == one.pane.id && pane.tag.as_ref() == Some(one.tag));
    let Some((session, _, _)) = here else { return Err(Error::failed("it is gone")) };
    let store = Store::at(one.directory.clone());
    let (mut specification, environment) = store.read_specification(&one.tag.id).map_err(unknown)?;
    specification.schema = SCHEMA;
    let id = PaneId::new(one.tag.id.keyed(), nonce, number);
    specification.tag = Tag { id, ..specification.tag };
    store.write_specification(&specification, &environment)?;
    let launch = Launch { tag: specification.tag.clone(), pane: declared(specification), again: None };
    let session = plan::Session {
        workspace: one.tag.workspace.clone(),
        label: session.name.clone(),
        id: Some(session.id.clone()),
        shows: session.windows.iter().find(|window| window.active).map(|window| window.id.clone()),
    };
    Ok((Step::RestartPane { id: one.pane.id.clone(), launch, why: "asked for".to_owned() }, session))
}

fn unknown(error: Error) -> Error {
    match error {
        Error::Io { source, .. } if source.kind() == std::io::ErrorKind::NotFound => Error::failed(
            "nothing is written down about it any more; `rune pane stop` ends it, and `rune start` opens it anew",
        ),
        error => error,
    }
}

/// What the pane declared, as far as it matters for starting it.
fn declared(specification: Specification) -> Pane {
    let Specification { tag, hash, title, argv, cwd, on_exit, supervision, is_shell, .. } = specification;
    Pane {
        key: tag.pane,
        keyed: tag.id.keyed(),
        title,
        command: if is_shell { Command::Shell } else { Command::Argv(argv) },
        login: false,
        cwd: PathBuf::from(cwd),
        environment: Default::default(),
        pass: Vec::new(),
        focus: false,
        on_exit,
        supervision,
        hash,
    }
}
