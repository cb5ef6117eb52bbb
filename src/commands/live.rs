//! Operations on a running server: look, plan, do, and say what changed.

pub mod args;
pub mod outcome;
pub mod processes;
mod targets;

use std::time::{Duration, Instant};

use super::bring_up;
use super::context::Context;
use super::{leave, stop};
use crate::error::Result;
use crate::journal;
use crate::live::{self, Operation, Reach, Scene};
use crate::plan::{self, Act, Step};
use crate::process;
use crate::project::Project;
use crate::snapshot::{Detail, LiveSession, Snapshot};
use crate::tmux::server::{self, Socket};
use crate::tmux::version::Version;

use outcome::Outcome;

/// How long a pane may take to start a shell.
const START: Duration = Duration::from_secs(10);

/// How long it takes until a pane is looked at again.
const LOOK: Duration = Duration::from_millis(20);

/// How an operation is done.
#[derive(Clone, Copy, Debug)]
pub struct Terms<'t> {
    /// The command as the person knows it, for those who wait for it.
    pub purpose: &'t str,
    /// Whether what rune did not make is changed on a server of the user's own, too.
    pub any: bool,
}

/// Does one operation, under the server's lock.
///
/// # Errors
/// As [`live::plan`], and when a step does not happen.
pub fn perform(context: &Context, operation: &Operation, terms: Terms<'_>) -> Result<Outcome> {
    let _lock = bring_up::lock(context, terms.purpose)?;
    let (planned, project) = prepare(context, operation, terms)?;
    execute(context, &project, planned, terms.purpose)
}

/// Does an operation for a person: also out of a pane that it ends, and with a report.
pub fn run(context: &Context, operation: &Operation, terms: Terms<'_>, json: bool) -> Result<()> {
    if let Some(report) = leave::report_wanted(context) {
        return leave::finish_outside(terms.purpose, &report, |_, say| {
            let outcome = perform(context, operation, terms)?;
            outcome.plan.steps.iter().for_each(|step| say(&step.to_string()));
            Ok(outcome.survivors())
        });
    }
    let lock = bring_up::lock(context, terms.purpose)?;
    let (planned, project) = prepare(context, operation, terms)?;
    let ending = bring_up::ending(&planned);
    if let Some(own) = leave::pane_of_this(context, &planned.snapshot).filter(|own| ending.contains(own)) {
        drop(lock);
        return leave::go_on_outside(context, own, 1);
    }
    let outcome = execute(context, &project, planned, terms.purpose)?;
    drop(lock);
    if json {
        let mut value = outcome.json();
        value["targets"] = targets::targets(&scene(context, &outcome.snapshot, true), operation).into();
        context.ui.result(&value.to_string());
    } else {
        outcome::report(context, &outcome);
    }
    stop::survived(outcome.survivors())
}

fn prepare(
    context: &Context,
    operation: &Operation,
    terms: Terms<'_>,
) -> Result<(bring_up::Planned, Project)> {
    let looked = context.look_for(Detail::Everything)?;
    let looked = wait_while(context, looked, |scene| live::may_start(scene, operation, journal::now()))?;
    prepare_on(context, looked, terms.any, |scene| live::plan(operation, scene))
}

/// The server once what is about to run has been started, such as a shell; or after ten seconds.
#[allow(clippy::disallowed_methods)] // the entry layer knows the time
pub(super) fn wait_while(
    context: &Context,
    mut looked: Option<Snapshot>,
    is_early: impl Fn(&Scene<'_>) -> bool,
) -> Result<Option<Snapshot>> {
    let end = Instant::now() + START;
    while let Some(snapshot) = &looked
        && is_early(&scene(context, snapshot, true))
        && Instant::now() < end
    {
        let server = super::server::handle(snapshot);
        process::wait_for(server.as_slice(), Instant::now() + LOOK);
        looked = context.look_for(Detail::Everything)?;
    }
    Ok(looked)
}

/// What `plan` makes of the server, none or one that was looked at for everything.
pub(super) fn prepare_on(
    context: &Context,
    looked: Option<Snapshot>,
    any: bool,
    plan: impl FnOnce(&Scene<'_>) -> Result<live::Planned>,
) -> Result<(bring_up::Planned, Project)> {
    let running = looked.is_some();
    let snapshot = looked.unwrap_or_default();
    let version = match snapshot.version {
        Some(version) => version,
        None => context.server.program_version()?,
    };
    context.say_server(Some(version));
    let mut scene = scene(context, &snapshot, any || !running);
    scene.request.version = version;
    let live::Planned { plan, workspaces } = plan(&scene)?;
    let project = project(context, workspaces);
    Ok((bring_up::Planned { snapshot, running, version, plan }, project))
}

fn request(version: Version) -> plan::Request {
    plan::Request {
        only_missing: false,
        prune: false,
        terminal: bring_up::terminal_size(),
        version,
        nonce: server::random(),
    }
}

/// Whether the server is rune's own: the one named `rune`, or one that rune started, except the one that
/// plain `tmux` uses, where a person may have come to work since.
pub fn is_own(context: &Context, snapshot: &Snapshot) -> bool {
    match &context.server.socket {
        Socket::Name(name) if name == super::context::DEFAULT_SOCKET => true,
        Socket::Name(name) if name == "default" => false,
        _ => snapshot.started_by_rune,
    }
}

/// What is done without a config, as a project.
fn project(context: &Context, workspaces: Vec<crate::workspace::Workspace>) -> Project {
    let first = workspaces.first();
    Project {
        name: first.map(|workspace| workspace.name.clone()).unwrap_or_default(),
        rule: "a command".to_owned(),
        root: first.map_or_else(|| context.directory.clone(), |workspace| workspace.root.clone()),
        config: None,
        start: Vec::new(),
        stop: Vec::new(),
        workspaces,
        default_workspace: false,
        notes: Vec::new(),
        pass: Vec::new(),
        drop: Vec::new(),
    }
}

/// Does a plan; what came of it, and what the server has then.
pub(super) fn execute(
    context: &Context,
    project: &Project,
    planned: bring_up::Planned,
    by: &str,
) -> Result<Outcome> {
    let steps = &planned.plan.steps;
    let ends = |session: &LiveSession| {
        steps
            .iter()
            .any(|step| matches!(step, Step::Act { act: Act::EndSession { id, .. } } if *id == session.id))
    };
    let opens = steps.iter().any(|step| matches!(step, Step::OpenSession { .. }));
    let last = !opens && planned.snapshot.sessions.iter().all(ends);
    let server = if last { super::server::handle(&planned.snapshot) } else { None };
    let done = bring_up::execute(context, project, &planned, by)?;
    let snapshot = match planned.plan.is_empty() {
        true => planned.snapshot,
        false if last && super::server::has_ended(server) => Snapshot::default(),
        false => look(context)?,
    };
    Ok(Outcome { plan: planned.plan, snapshot, done })
}

/// What the server has, for verbs that only tell.
///
/// # Errors
/// When it cannot be asked.
pub fn look(context: &Context) -> Result<Snapshot> {
    Ok(context.look_for(Detail::Everything)?.unwrap_or_default())
}

/// What an operation on this snapshot is planned with.
pub fn scene<'s>(context: &'s Context, snapshot: &'s Snapshot, any: bool) -> Scene<'s> {
    let request = request(snapshot.version.unwrap_or(Version::OLDEST));
    let reach = if any || is_own(context, snapshot) { Reach::All } else { Reach::Tagged };
    Scene { snapshot, request, directory: &context.directory, reach }
}
