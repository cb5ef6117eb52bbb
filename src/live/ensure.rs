//! What is to be so, next to what is: only the difference is done, to what is named only.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::content::Content;
use super::declare::{self, By, as_started, title};
use super::scene::{self, Scene};
use super::session::{PLACEHOLDER, placeholder, takes_over};
use super::slots::{Slot, Slots};
use super::{Ensure, Planned};
use crate::error::{Error, Result};
use crate::plan::{self, Draft, Part, Step};
use crate::snapshot::{LivePane, LiveSession, LiveWindow};
use crate::target;
use crate::workspace::{Identity, Key, Layout, Pane, Window, Workspace, session_label};

/// A session as it is wanted by all that was said of it.
#[derive(Default)]
struct WantedSession<'e> {
    name: &'e str,
    root: Option<&'e Path>,
    environment: BTreeMap<String, String>,
    windows: Vec<WantedWindow<'e>>,
}

/// A window as it is wanted.
#[derive(Clone, Default)]
pub(super) struct WantedWindow<'e> {
    pub(super) name: &'e str,
    pub(super) count: Option<usize>,
    pub(super) layout: Option<Layout>,
    /// What every pane runs of which nobody said more.
    pub(super) content: Content,
    pub(super) prune: bool,
    pub(super) panes: Vec<WantedPane<'e>>,
}

/// A pane as it is wanted.
#[derive(Clone)]
pub(super) struct WantedPane<'e> {
    pub(super) name: &'e str,
    pub(super) label: Option<&'e str>,
    pub(super) content: &'e Content,
    pub(super) again: bool,
}

/// One plan for everything.
pub(super) fn ensure(scene: &Scene<'_>, wanted: &[Ensure]) -> Result<Planned> {
    let mut sessions = Vec::new();
    for one in wanted {
        gather(scene, one, &mut sessions)?;
    }
    let mut draft = scene.draft();
    let mut workspaces = Vec::new();
    for session in &sessions {
        workspaces.push(match scene.session_named(session.name) {
            Some(live) => live_session(scene, &mut draft, session, live)?,
            None => new_session(scene, &mut draft, session)?,
        });
    }
    Ok(Planned { plan: draft.plan(), workspaces })
}

/// Adds what one says to what was said before.
fn gather<'e>(scene: &Scene<'_>, ensure: &'e Ensure, sessions: &mut Vec<WantedSession<'e>>) -> Result<()> {
    match ensure {
        Ensure::Session { name, root, environment } => {
            let session = of_name(scene, sessions, name)?;
            session.root = root.as_deref().or(session.root);
            session.environment.extend(environment.clone());
        }
        Ensure::Window { at, panes, layout, content, prune } => {
            let names = at.window_names(scene.snapshot)?;
            let session = of_name(scene, sessions, names.session)?;
            let window = window_of(session, names.window.unwrap_or_default());
            window.count = panes.or(window.count);
            window.layout = layout.clone().or(panes.map(|_| Layout::Grid)).or(window.layout.take());
            window.prune |= prune;
            if content.command.is_some() || *content != Content::default() {
                window.content = content.clone();
            }
        }
        Ensure::Pane { at, label, content, again } => {
            let names = at.pane_names(scene.snapshot)?;
            let session = of_name(scene, sessions, names.session)?;
            let window = window_of(session, names.window.unwrap_or_default());
            let name = names.pane.unwrap_or_default();
            // The last word on a pane counts.
            window.panes.retain(|pane| pane.name != name);
            window.panes.push(WantedPane { name, label: label.as_deref(), content, again: *again });
        }
    }
    Ok(())
}

fn of_name<'w, 'e>(
    scene: &Scene<'_>,
    sessions: &'w mut Vec<WantedSession<'e>>,
    name: &'e str,
) -> Result<&'w mut WantedSession<'e>> {
    if name.is_empty() {
        let hint = Some("give it a name".to_owned());
        return Err(Error::Usage { message: "a session cannot be without a name".to_owned(), hint });
    }
    let live = |name: &str| scene.session_named(name).map(|session| session.id.as_str());
    let same = |other: &WantedSession<'_>| {
        session_label(other.name) == session_label(name)
            || (live(name).is_some() && live(name) == live(other.name))
    };
    let at = match sessions.iter().position(same) {
        Some(at) => at,
        None => {
            sessions.push(WantedSession { name, ..WantedSession::default() });
            sessions.len() - 1
        }
    };
    Ok(&mut sessions[at])
}

fn window_of<'w, 'e>(session: &'w mut WantedSession<'e>, name: &'e str) -> &'w mut WantedWindow<'e> {
    let same = |other: &WantedWindow<'_>| Key::from_name(other.name) == Key::from_name(name);
    let at = match session.windows.iter().position(same) {
        Some(at) => at,
        None => {
            session.windows.push(WantedWindow { name, ..WantedWindow::default() });
            session.windows.len() - 1
        }
    };
    &mut session.windows[at]
}

/// The workspace of a session that is made, without windows; `except` is a session that it replaces.
pub(super) fn fresh(
    scene: &Scene<'_>,
    name: &str,
    root: Option<&Path>,
    environment: &BTreeMap<String, String>,
    except: Option<&LiveSession>,
) -> Workspace {
    let root: PathBuf = root.unwrap_or(scene.directory).to_owned();
    let identity = |project: String| Identity { root: root.clone(), project, template: scene::live_key() };
    // A session that was renamed keeps who it is, and its old name is free.
    let taken = |identity: &Identity| {
        let holder = scene.snapshot.workspace(&identity.word());
        holder.is_some_and(|holder| except.is_none_or(|except| holder.id != except.id))
    };
    let mut identities = (1..).map(|number| match number {
        1 => identity(name.to_owned()),
        number => identity(format!("{name} {number}")),
    });
    let free = identities.find(|identity| !taken(identity));
    let identity = free.unwrap_or_else(|| identity(name.to_owned()));
    scene::workspace(identity, name, root, environment.clone())
}

fn new_session(scene: &Scene<'_>, draft: &mut Draft<'_>, wanted: &WantedSession<'_>) -> Result<Workspace> {
    let mut workspace = fresh(scene, wanted.name, wanted.root, &wanted.environment, None);
    let mut windows: Vec<Window> = Vec::new();
    for window in &wanted.windows {
        windows.push(new_window(&workspace, window)?);
    }
    if windows.is_empty() {
        windows.push(placeholder(&workspace));
    }
    windows[0].focus = true;
    workspace.windows = windows;
    draft.open_session(&workspace)?;
    workspace.windows.clear();
    Ok(workspace)
}

fn live_session(
    scene: &Scene<'_>,
    draft: &mut Draft<'_>,
    wanted: &WantedSession<'_>,
    live: &LiveSession,
) -> Result<Workspace> {
    scene.allowed("session", &live.name, live.workspace.is_some())?;
    let about = live.about.as_ref();
    if let (Some(root), Some(about)) = (wanted.root, about)
        && Path::new(&about.root) != root
    {
        return Err(Error::Refused {
            message: format!(
                "session `{}` works in `{}`, not in `{}`",
                live.name,
                about.root,
                root.display()
            ),
            hint: Some("`rune session create --reset` makes it anew".to_owned()),
        });
    }
    let mut workspace = scene.workspace(live);
    let before = workspace.environment.clone();
    workspace.environment.extend(wanted.environment.clone());
    let word = workspace.identity.word();
    draft.session(&word, live, true);
    if let Some(about) = about.filter(|about| about.is_live() && workspace.environment != before) {
        let name = about.name.clone();
        let about = plan::about(&Workspace { name, ..workspace.clone() });
        draft.step(Step::NoteSession {
            workspace: word,
            id: live.id.clone(),
            name: live.name.clone(),
            label: live.name.clone(),
            about,
            environment: workspace.environment.clone(),
        });
    }
    let mut planned = false;
    let mut free = takes_over(live);
    for window in &wanted.windows {
        let found = match scene.window_named(live, window.name)? {
            Some(found) => Some((found, false)),
            None => free.take().map(|found| (found, true)),
        };
        match found {
            Some((found, takes_over)) => {
                live_window(scene, draft, &workspace, live, found, window, takes_over)?;
            }
            None => {
                draft.open_window(&workspace, &new_window(&workspace, window)?, live, planned)?;
                planned = true;
            }
        }
    }
    Ok(workspace)
}

/// A window that does not exist, with everything that was said of it.
pub(super) fn new_window(workspace: &Workspace, wanted: &WantedWindow<'_>) -> Result<Window> {
    let mut slots = Slots { workspace, wanted, slots: Vec::new(), live: None };
    slots.fill()?;
    Ok(slots.window(Key::from_name(wanted.name)))
}

/// Makes a live window as it is wanted; one that `takes_over` another's place is started anew in it.
pub(super) fn live_window(
    scene: &Scene<'_>,
    draft: &mut Draft<'_>,
    workspace: &Workspace,
    session: &LiveSession,
    live: &LiveWindow,
    wanted: &WantedWindow<'_>,
    takes_over: bool,
) -> Result<()> {
    scene.allowed("window", &format!("{}:{}", session.name, live.name), live.noted.is_some())?;
    let existing = live.panes.iter().map(|pane| Slot { live: Some(pane), key: None, asked: None });
    let mut slots = Slots { workspace, wanted, slots: existing.collect(), live: Some(live) };
    if takes_over {
        let first = wanted.panes.iter().map(|pane| pane.name).next();
        let word = first.filter(|name| name.parse::<usize>().is_err() && !matches!(*name, "main" | "active"));
        slots.slots[0].key = Some(word.map_or(Key::place(1), Key::from_name));
    }
    slots.fill()?;
    let window_key = match &live.noted {
        Some(note) if !takes_over => note.key.clone(),
        _ => Key::from_name(wanted.name),
    };
    if takes_over {
        let name = Some(wanted.name.to_owned());
        draft.step(Step::NameWindow {
            window: plan::Target::Live(live.id.clone()),
            key: window_key.clone(),
            name,
        });
    }
    let mut closing = Vec::new();
    if wanted.prune
        && let Some(count) = wanted.count
    {
        closing = slots.beyond(count);
        for pane in &closing {
            slots.slots.retain(|slot| slot.live.is_none_or(|live| live.id != pane.id));
        }
    }
    for slot in &slots.slots {
        let Some(pane) = slot.live else { continue };
        let asked = slot.asked.map(|at| &wanted.panes[at]);
        let by = slot.by(wanted);
        let declared = slot.declared(&slots);
        if takes_over {
            draft.restart(
                pane,
                &workspace.identity.word(),
                &window_key,
                &declared,
                "it takes an empty window's place",
            );
            continue;
        }
        let again = asked.is_some_and(|asked| asked.again);
        compare(scene, draft, workspace, session, live, pane, &declared, by, again)?;
    }
    let window = slots.window(window_key);
    let found: Vec<Option<&LivePane>> = slots.slots.iter().map(|slot| slot.live).collect();
    let arrange = wanted.layout.is_some() && !Draft::is_arranged(&window, live);
    draft.complete(workspace, &Part { window, live, found, closing, arrange })
}

/// Starts a live pane again where what it declares, or how it ended, asks for that.
#[allow(clippy::too_many_arguments, reason = "a pane with everything around it")]
fn compare(
    scene: &Scene<'_>,
    draft: &mut Draft<'_>,
    workspace: &Workspace,
    session: &LiveSession,
    window: &LiveWindow,
    pane: &LivePane,
    declared: &Pane,
    by: Option<By>,
    again: bool,
) -> Result<()> {
    let name = || target::name(session, window, pane);
    let mut declared = declared.clone();
    let label = declared.title.clone();
    declared.title = declared.title.or_else(|| title(pane).map(str::to_owned));
    let why = match (by, &pane.tag) {
        (Some(by), Some(_)) => declare::why_restart(scene.snapshot, pane, &declared, by, again),
        // A person's pane is in nobody's way as long as nobody says what is to run in it.
        (Some(By::Name), None) => Some("it was made by hand".to_owned()),
        (Some(By::Window), None) => None,
        (None, tag) => {
            // Nothing is said of its command, but it is to run what it was started with.
            let state = pane.state(scene.snapshot.pid);
            let ended = tag.is_some() && (pane.dead || state.failed());
            if let (true, Some(tag), Some(before)) = (ended, tag, as_started(pane)) {
                let before = Pane { title: declared.title.clone(), ..before };
                draft.restart_same(pane, tag, &before, &format!("it ended ({state})"));
                return Ok(());
            }
            None
        }
    };
    match (why, label, &pane.tag) {
        (Some(why), _, tag) => {
            if scene.reach == super::Reach::Tagged || tag.is_none() {
                scene.allowed("pane", &name(), tag.is_some())?;
            }
            // It stays whose it was.
            let own = workspace.identity.word();
            let (word, key) = tag.as_ref().map_or((&own, None), |tag| (&tag.workspace, Some(&tag.window)));
            let key = key.cloned().unwrap_or_else(|| window_key(window));
            draft.restart(pane, word, &key, &declared, &why);
        }
        (None, Some(label), Some(tag)) if title(pane) != Some(&label) => {
            draft.step(Step::SetTitle { id: pane.id.clone(), title: label, tag: tag.clone() });
        }
        _ => {}
    }
    Ok(())
}

/// The key that panes carry of a window that exists.
pub(super) fn window_key(window: &LiveWindow) -> Key {
    window.noted.as_ref().map_or_else(|| Key::from_name(&window.name), |note| note.key.clone())
}

/// Whether a window is the placeholder of an empty session.
pub(super) fn is_placeholder(window: &LiveWindow) -> bool {
    window.noted.as_ref().is_some_and(|note| note.key.as_str() == PLACEHOLDER)
}
