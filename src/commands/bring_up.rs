//! From workspaces to a server that has them: look, plan, write down, run one script, check.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::context::Context;
use super::gone;
use super::known;
use super::noted;
use super::processes::{self, Group};
use crate::error::{Error, Result};
use crate::event::{Subject, What};
use crate::lock::Lock;
use crate::plan::{self, Act, Launch, Plan, Step};
use crate::process::Process;
use crate::project::Project;
use crate::record::{PANE_LOG, PaneId, Tag};
use crate::snapshot::{LivePane, LiveSession, Snapshot};
use crate::store::Store;
use crate::tmux::render;
use crate::tmux::server::{self, Ran, Server};
use crate::tmux::version::{Feature, Version};
use crate::workspace::Size;

/// How long a command that is restarted may take to end before it is killed.
const GRACE: Duration = Duration::from_secs(5);

/// What a plan may do.
#[derive(Clone, Copy, Debug)]
pub struct Mode {
    /// Only what is missing is added.
    pub only_missing: bool,
    /// What is no longer declared is closed.
    pub prune: bool,
}

/// A plan with what it was made from.
pub struct Planned {
    /// What the server had.
    pub snapshot: Snapshot,
    /// Whether there was a server.
    pub running: bool,
    /// The server's version, or that of the tmux which will start it.
    pub version: Version,
    /// What is to be done.
    pub plan: Plan,
}

/// Takes the lock under which a server is looked at and changed.
///
/// One for the whole server: the name of a session depends on all others.
pub fn lock(context: &Context, purpose: &str) -> Result<Lock> {
    let directory = context.state_directory().join("locks");
    Lock::take(&directory, &context.server_word(), purpose, |holder| {
        context.ui.say(&format!("waiting for another rune ({holder})"));
    })
}

/// Plans how the server gets the project's workspaces.
pub fn plan(context: &Context, project: &Project, looked: Option<Snapshot>, mode: Mode) -> Result<Planned> {
    let running = looked.is_some();
    let snapshot = looked.unwrap_or_default();
    let version = match snapshot.version {
        Some(version) => version,
        None => context.server.program_version()?,
    };
    if version < Version::OLDEST {
        context.ui.say(&format!("tmux {version} is older than {}; rune tries nevertheless", Version::OLDEST));
    }
    context.say_server(Some(version));
    let request = plan::Request {
        only_missing: mode.only_missing,
        prune: mode.prune,
        terminal: terminal_size(),
        version,
        nonce: server::random(),
    };
    let plan = plan::plan(&project.workspaces, &snapshot, &request)?;
    Ok(Planned { snapshot, running, version, plan })
}

/// Does what was planned, for the command `by`; what came of it.
///
/// # Errors
/// [`Error::Step`] with the first step that did not happen; what did stays, and the next run goes on.
pub fn execute(context: &Context, project: &Project, planned: &Planned, by: &str) -> Result<Done> {
    if planned.plan.is_empty() {
        return Ok(Done::default());
    }
    gone::clean(context, &planned.snapshot, by);
    gone::note_lost(context, &planned.snapshot);
    let stores = Stores { context, planned };
    let mut environments = known::Environments::new(context, project);
    let mut opened: BTreeMap<&str, Store> = BTreeMap::new();
    for step in &planned.plan.steps {
        let Some(launch) = step.launch() else { continue };
        let workspace = project.workspaces.iter().find(|known| known.identity.word() == launch.tag.workspace);
        // A pane that was moved may belong to another one; the environment is that of where it is.
        let Some(workspace) = workspace.or(project.workspaces.first()) else { continue };
        let word = launch.tag.workspace.as_str();
        let label = planned.plan.sessions.iter().find(|session| session.workspace == word);
        let label = label.map(|session| session.label.as_str()).unwrap_or_default();
        let mut specification = known::specification(context, label, launch)?;
        if !opened.contains_key(word) {
            opened.insert(word, stores.open(&launch.tag)?);
        }
        let given = if known::is_live(workspace) { known::given(planned, step) } else { None };
        let mut environment = environments.of(workspace, launch, given);
        if let Some(before) = &launch.again {
            (specification, environment) = opened[word].read_specification(before)?;
            specification.tag = launch.tag.clone();
        }
        opened[word].write_specification(&specification, &environment)?;
    }
    for workspace in project.workspaces.iter().filter(|workspace| !known::is_live(workspace)) {
        let word = workspace.identity.word();
        if planned.plan.sessions.iter().any(|session| session.workspace == word) {
            Store::open(&stores.directory(&word))?.write_environment(&environments.of_all(workspace))?;
        }
    }
    run(context, &context.server_of(project), planned, by)
}

/// Does what was planned, where what its panes start from is written down.
///
/// # Errors
/// As [`execute`].
pub fn run(context: &Context, server: &Server, planned: &Planned, by: &str) -> Result<Done> {
    let stores = Stores { context, planned };
    let survivors = end_what_ends(context, planned, by)?;

    let nonce = server::nonce();
    let program = program()?;
    let script = render::render(
        &planned.plan,
        &render::Context {
            version: planned.version,
            nonce: &nonce,
            argv: &|launch| stores.argv(&program, &launch.tag, &launch.tag.words()),
            writer: &|launch| {
                let words = [PANE_LOG.to_owned(), launch.tag.id.to_string()];
                Some(stores.argv(&program, &launch.tag, &words))
            },
            directory: &|word| stores.directory(word).display().to_string(),
            server_options: match context.global.tmux_conf {
                _ if planned.running => &[],
                Some(_) => &[render::SERVER_MARK],
                None => render::SERVER_OPTIONS,
            },
        },
    );
    let ran = server.execute(&script, planned.version, &nonce)?;
    for mistake in &ran.mistakes {
        context.ui.say(&format!("tmux reads its config with a mistake: {mistake}"));
    }
    let verified = ran.verify(&planned.plan, &script);
    noted::note(context, happened(planned, &ran, verified.is_ok()), by);
    verified?;
    stores.tidy()?;
    Ok(Done { opened: ran.opened, survivors })
}

/// What came of a plan.
#[derive(Debug, Default)]
pub struct Done {
    /// Ids of session, window and pane by the place of the step that opened the pane.
    pub opened: BTreeMap<usize, [String; 3]>,
    /// Processes that were to end and did not.
    pub survivors: Vec<Process>,
}

/// The ids of live panes whose programs end with a plan.
pub fn ending(planned: &Planned) -> BTreeSet<&str> {
    let mut ids: BTreeSet<&str> = BTreeSet::new();
    for step in &planned.plan.steps {
        match step {
            Step::RestartPane { id, .. } | Step::ClosePane { id, .. } => drop(ids.insert(id)),
            Step::Act { act } if act.ends() => {
                ids.extend(inside(&planned.snapshot, act.id()).map(|pane| pane.id.as_str()));
            }
            _ => {}
        }
    }
    ids
}

/// What the journal has of a plan: what was opened, and, when all of it was done, what was started
/// again and closed.
fn happened(planned: &Planned, ran: &Ran, all: bool) -> Vec<(What, Subject)> {
    let plan = &planned.plan;
    let label = |word: &str| {
        let session = plan.sessions.iter().find(|session| session.workspace == word);
        session.map(|session| session.label.as_str()).unwrap_or_default()
    };
    let pane = |tag: &Tag| Subject::pane(label(&tag.workspace), tag);
    let mut events = Vec::new();
    for (place, step) in plan.steps.iter().enumerate() {
        match step {
            Step::OpenSession { workspace, label, .. } if all || ran.opened.contains_key(&(place + 2)) => {
                events.push((What::Created, Subject::session(label, Some(workspace))));
            }
            Step::OpenPane { launch, .. } if ran.opened.contains_key(&place) => {
                events.push((What::Created, pane(&launch.tag)));
            }
            Step::RestartPane { launch, .. } if all => events.push((What::Restarted, pane(&launch.tag))),
            Step::ClosePane { tag, .. } if all => events.push((What::Closed, pane(tag))),
            Step::Act { act: Act::EndSession { name, workspace, .. } } if all => {
                events.push((What::Stopped, Subject::session(name, workspace.as_deref())));
            }
            Step::Act { act } if act.ends() && all => {
                let panes = inside(&planned.snapshot, act.id());
                events
                    .extend(panes.filter_map(|pane| pane.tag.as_ref()).map(|tag| (What::Closed, pane(tag))));
            }
            _ => {}
        }
    }
    events
}

/// Ends what runs in panes that are started again or closed: asked first, and given time, so that
/// nothing of it is lost to a sudden hang-up, and its ports are free for what comes. Who survived.
fn end_what_ends(context: &Context, planned: &Planned, by: &str) -> Result<Vec<Process>> {
    let ids = ending(planned);
    let ended = planned.plan.steps.iter().filter_map(|step| match step {
        Step::Act { act: Act::EndSession { workspace: Some(word), .. } } => Some(word),
        _ => None,
    });
    // A pane of it that was moved elsewhere is not to end, and what it left behind cannot be told from
    // what that one runs.
    let moved = |word: &&String| {
        let mut panes = planned.snapshot.panes();
        panes.any(|(_, _, pane)| {
            !ids.contains(pane.id.as_str()) && pane.tag.as_ref().is_some_and(|tag| tag.workspace == **word)
        })
    };
    let marks: Vec<String> =
        ended.filter(|word| !moved(word)).map(|word| context.workspace_mark(word)).collect();
    let panes = planned.snapshot.panes().map(|(_, _, pane)| pane);
    let mut panes: Vec<_> = panes.filter(|pane| ids.contains(pane.id.as_str()) && !pane.dead).collect();
    if !planned.version.has(Feature::PipesOfRestarted) {
        let logged = planned.plan.steps.iter().filter_map(|step| match step {
            Step::RestartPane { id, launch, .. } if launch.pane.supervision.logs() => Some(id.as_str()),
            _ => None,
        });
        let logged: BTreeSet<&str> = logged.collect();
        panes.retain(|pane| !logged.contains(pane.id.as_str()));
    }
    let mut survivors = Vec::new();
    if !panes.is_empty() {
        keep(context, &mut panes, planned.version)?;
        let directories = &known::directories(&planned.snapshot);
        let group = Group { panes: &panes, workspace: None, directories, by };
        survivors.extend(processes::end(group, GRACE));
    }
    for mark in marks {
        let directories = &known::directories(&planned.snapshot);
        let group = Group { panes: &[], workspace: Some(&mark), directories, by };
        survivors.extend(processes::end(group, GRACE));
    }
    Ok(survivors)
}

/// The panes that end with the session, window or pane of this id: what a session shares with another
/// one stays there.
fn inside<'s>(snapshot: &'s Snapshot, id: &str) -> impl Iterator<Item = &'s LivePane> {
    let is_session = move |session: &LiveSession| session.id == id;
    let elsewhere = move |pane: &LivePane| {
        snapshot.panes().any(|(session, _, other)| other.id == pane.id && !is_session(session))
    };
    snapshot.panes().filter_map(move |(session, window, pane)| {
        let ends = window.id == id || pane.id == id || (is_session(session) && !elsewhere(pane));
        ends.then_some(pane)
    })
}

/// Keeps panes that are started again when their processes end, or their windows and sessions might
/// close with them; those whose processes must not end before tmux ends them are taken out.
pub fn keep(context: &Context, panes: &mut Vec<&LivePane>, version: Version) -> Result<()> {
    let ids: Vec<&str> = panes.iter().map(|pane| pane.id.as_str()).collect();
    for ids in ids.chunks(AT_ONCE) {
        context.server.command("keep panes that restart", render::keep(ids, version))?;
    }
    // The server ends with an error, and everything on it, when a pane that is kept is given its size.
    if !version.has(Feature::DeadPanesHaveSizes) {
        let mut settled = Vec::new();
        for ids in ids.chunks(AT_ONCE) {
            settled.extend(context.server.settled(ids)?);
        }
        panes.retain(|pane| settled.contains(&pane.id));
    }
    // The server takes a pane that is started again for ended as soon as its pipe changes.
    if !version.has(Feature::PipesOfRestarted) {
        let logs = |pane: &&LivePane| {
            pane.known.as_ref().is_some_and(|known| known.specification.supervision.logs())
        };
        panes.retain(|pane| !logs(pane));
    }
    Ok(())
}

/// How many panes one command line of tmux names: some versions take no more than 1000 words.
const AT_ONCE: usize = 100;

/// The path of this very program, for panes to start.
#[allow(clippy::disallowed_methods)]
pub fn program() -> Result<String> {
    let path = std::env::current_exe().map_err(Error::io("find the program", "rune"))?;
    Ok(path.display().to_string())
}

/// The size that a window on this terminal has: one row is tmux's own.
pub fn terminal_size() -> Option<Size> {
    let size = [
        rustix::termios::tcgetwinsize(rustix::stdio::stdout()),
        rustix::termios::tcgetwinsize(rustix::stdio::stdin()),
    ];
    let size = size.into_iter().flatten().find(|size| size.ws_col > 0 && size.ws_row > 1)?;
    Some(Size { width: size.ws_col, height: size.ws_row - 1 })
}

/// The stores of the workspaces in a plan.
struct Stores<'a> {
    context: &'a Context,
    planned: &'a Planned,
}

impl Stores<'_> {
    fn directory(&self, word: &str) -> std::path::PathBuf {
        let known = known::directories(&self.planned.snapshot).remove(word);
        known.unwrap_or_else(|| self.context.pane_directory(word))
    }

    fn open(&self, tag: &Tag) -> Result<Store> {
        Store::open(&self.directory(&tag.workspace))
    }

    /// This very program with `words` about a pane of `tag`'s workspace.
    fn argv(&self, program: &str, tag: &Tag, words: &[String]) -> Vec<String> {
        let directory = self.directory(&tag.workspace).display().to_string();
        let mut all = vec![program.to_owned(), "--dir".to_owned(), directory];
        all.extend_from_slice(words);
        all
    }

    /// Notes new titles, and forgets panes that are gone.
    fn tidy(&self) -> Result<()> {
        let mut gone: BTreeSet<&PaneId> = BTreeSet::new();
        let mut live: BTreeSet<&PaneId> = self.planned.plan.launches().map(|launch| &launch.tag.id).collect();
        for (_, _, pane) in self.planned.snapshot.panes() {
            live.extend(pane.tag.as_ref().map(|tag| &tag.id));
        }
        for step in &self.planned.plan.steps {
            if let Some(Launch { tag, pane, .. }) = step.launch()
                && let Some(title) = &pane.title
            {
                self.open(tag)?.note_title(&tag.id, title)?;
            }
            match step {
                Step::SetTitle { title, tag, .. } => self.open(tag)?.note_title(&tag.id, title)?,
                Step::ClosePane { tag, .. } => drop(gone.insert(&tag.id)),
                Step::Act { act } if act.ends() => {
                    let inside = inside(&self.planned.snapshot, act.id());
                    gone.extend(inside.filter_map(|pane| pane.tag.as_ref()).map(|tag| &tag.id));
                }
                Step::RestartPane { id, .. } => {
                    let before = self.planned.snapshot.panes().find(|(_, _, pane)| pane.id == *id);
                    gone.extend(before.and_then(|(_, _, pane)| pane.tag.as_ref()).map(|tag| &tag.id));
                }
                _ => {}
            }
        }
        for session in &self.planned.plan.sessions {
            self.forget(&self.directory(&session.workspace), &gone, &live)?;
            // What is opened by hand in a config's session is written down elsewhere.
            let mut sessions = self.planned.snapshot.sessions.iter();
            let own = sessions.find(|known| Some(&known.id) == session.id.as_ref());
            if let Some(directory) = own.and_then(|own| own.directory.as_ref()) {
                self.forget(directory, &gone, &live)?;
            }
        }
        Ok(())
    }

    /// Forgets what is gone of a directory.
    fn forget(
        &self,
        directory: &std::path::Path,
        gone: &BTreeSet<&PaneId>,
        live: &BTreeSet<&PaneId>,
    ) -> Result<()> {
        let store = Store::open(directory)?;
        for id in store.ids() {
            if gone.contains(&id) || !live.contains(&id) {
                store.remove(&id);
            }
        }
        // As long as there is a session, there may be panes again.
        let ends = |id: &str| {
            let is_it = |step: &Step| matches!(step, Step::Act { act: Act::EndSession { id: ended, .. } } if ended == id);
            self.planned.plan.steps.iter().any(is_it)
        };
        let mut sessions = self.planned.snapshot.sessions.iter();
        let stays = sessions.any(|known| known.directory.as_deref() == Some(directory) && !ends(&known.id));
        if !stays && store.ids().is_empty() {
            store.clear();
        }
        Ok(())
    }
}
