//! Batches as operations: the names of a script, found on a server.

use super::name::{Name, PaneName, PanePlace, WindowName};
use super::wanted::{Pane, Session, Window};
use super::{Action, Batch, Environment};
use crate::error::{Error, Result};
use crate::live::{self, Address, Content, Ensure, Operation, Scene};
use crate::plan::Plan;
use crate::record::{State, Tag};
use crate::snapshot::LivePane;
use crate::workspace::{Command, Key, session_label};

impl Batch {
    /// What it does to what there is.
    ///
    /// # Errors
    /// [`Error::Failed`] for what rune does not have yet; [`Error::Refused`] for a pane in which no shell
    /// reads what is typed. What is named and does not exist is found out when it is planned.
    pub fn operation(&self, scene: &Scene<'_>) -> Result<Operation> {
        match self {
            Batch::Ensure { sessions, .. } => Ok(Operation::Ensure(ensures(sessions, scene))),
            Batch::Operate(statement) => operate(&statement.action, scene),
        }
    }

    /// Whether it types into a pane whose program has not been started yet.
    pub fn is_early(&self, scene: &Scene<'_>) -> bool {
        let Batch::Operate(statement) = self else { return false };
        let Action::PaneExecute { pane, .. } = &statement.action else { return false };
        scene.pane(&pane_at(pane, scene)).is_ok_and(|found| is_starting(found.pane, scene))
    }

    /// The panes which `plan` starts and whose logs are to start empty.
    pub fn reset_logs(&self, scene: &Scene<'_>, plan: &Plan) -> Vec<Tag> {
        let all = || plan.launches().map(|launch| &launch.tag);
        match self {
            Batch::Operate(statement) => match &statement.action {
                Action::PaneSplit { log: Some(log), .. } if log.reset => all().cloned().collect(),
                _ => Vec::new(),
            },
            Batch::Ensure { sessions, .. } => {
                let mut reset = Vec::new();
                for session in sessions {
                    for window in &session.windows {
                        let panes = window.panes.iter();
                        for pane in panes.filter(|pane| pane.log.as_ref().is_some_and(|log| log.reset)) {
                            let word = word(scene, session, window, pane);
                            let is = |tag: &&Tag| is_pane(scene, plan, session, window, &word, tag);
                            reset.extend(all().find(is).cloned());
                        }
                    }
                }
                reset
            }
        }
    }
}

/// Whether a pane that is started is the one which this word names.
fn is_pane(
    scene: &Scene<'_>,
    plan: &Plan,
    session: &Session,
    window: &Window,
    word: &str,
    tag: &Tag,
) -> bool {
    let address = Address::pane(&session.name.text, &window.name.text, word);
    if let Ok(found) = scene.pane(&address) {
        return found.pane.tag.as_ref().is_some_and(|known| {
            (&known.workspace, &known.window, &known.pane) == (&tag.workspace, &tag.window, &tag.pane)
        });
    }
    let label = session_label(&session.name.text);
    let is_session =
        plan.sessions.iter().any(|known| known.workspace == tag.workspace && known.label == label);
    let live = scene.window(&Address::window(&session.name.text, &window.name.text)).ok();
    let noted = live.and_then(|(_, window)| window.noted.as_ref()).map(|note| note.key.clone());
    let key = noted.unwrap_or_else(|| Key::from_name(&window.name.text));
    is_session && tag.window == key && tag.pane == Key::from_name(word)
}

fn operate(action: &Action, scene: &Scene<'_>) -> Result<Operation> {
    Ok(match action {
        Action::SessionCreate { session, reset } => {
            let (name, environment) = (session.text.clone(), Environment::new());
            match reset {
                true => Operation::CreateSession { name, root: None, environment, reset: true },
                // What there is stays, as the language has it.
                false => Operation::Ensure(vec![Ensure::Session { name, root: None, environment }]),
            }
        }
        Action::SessionDelete { session } => {
            Operation::DeleteSession { at: Address::session(&session.text), if_exists: false }
        }
        Action::WindowCreate { window, command, environment, reset } => {
            let content = content(command.as_deref(), environment.clone(), false);
            if scene.session(&Address::session(&window.session.text)).is_err() {
                // The session comes with it, in one plan.
                let at = Address::pane(&window.session.text, &window.window.text, "1");
                Operation::Ensure(vec![Ensure::Pane { at, label: None, content, again: false }])
            } else {
                Operation::CreateWindow { at: window_at(window), content, reset: *reset }
            }
        }
        Action::WindowDelete { window } => {
            Operation::DeleteWindow { at: window_at(window), if_exists: false }
        }
        Action::PaneExecute { pane, text } => {
            let at = pane_at(pane, scene);
            reads(&at, scene)?;
            Operation::Type { at, keys: live::text(text, true) }
        }
        Action::PaneKill { pane } => Operation::EndPane { at: pane_at(pane, scene), if_exists: false },
        Action::PaneSplit { pane, command, horizontal, environment, log } => Operation::SplitPane {
            at: pane_at(pane, scene),
            right: *horizontal,
            size: None,
            label: None,
            content: content(command.as_deref(), environment.clone(), log.is_some()),
        },
        action => return Err(Error::failed(format!("{}: rune cannot do that yet", action.sentence()))),
    })
}

fn content(command: Option<&str>, environment: Environment, log: bool) -> Content {
    Content { command: command.map(|text| Command::Script(text.to_owned())), environment, cwd: None, log }
}

fn window_at(name: &WindowName) -> Address {
    Address::window(&name.session.text, &name.window.text)
}

fn pane_at(name: &PaneName, scene: &Scene<'_>) -> Address {
    let WindowName { session, window } = &name.window;
    let word = match &name.pane {
        PanePlace::Place(place) => place.to_string(),
        PanePlace::Label(label) => labelled(scene, session, window, label),
        PanePlace::Active => {
            let live = scene.window(&window_at(&name.window)).ok();
            let active = live.and_then(|(_, window)| window.panes.iter().find(|pane| pane.active));
            active.map_or("active".to_owned(), |pane| pane.id.clone())
        }
    };
    Address::pane(&session.text, &window.text, word)
}

/// What names the pane with this label: tmux's id of one that exists, whatever made it.
fn labelled(scene: &Scene<'_>, session: &Name, window: &Name, label: &Name) -> String {
    let live = scene.window(&Address::window(&session.text, &window.text)).ok();
    let panes = || live.iter().flat_map(|(_, window)| &window.panes);
    let key = Key::from_name(&label.text);
    let keyed = panes().find(|pane| pane.tag.as_ref().is_some_and(|tag| tag.pane == key));
    let titled = || {
        panes().find(|pane| {
            let known = pane.known.as_ref().and_then(|known| known.specification.title.as_deref());
            known.and_then(Name::new).is_some_and(|title| title.text == label.text)
        })
    };
    keyed.or_else(titled).map_or_else(|| label.text.clone(), |pane| pane.id.clone())
}

/// What names a wanted pane.
fn word(scene: &Scene<'_>, session: &Session, window: &Window, pane: &Pane) -> String {
    match (pane.number, &pane.name) {
        (Some(number), _) => number.to_string(),
        (None, Some(name)) => labelled(scene, &session.name, &window.name, name),
        (None, None) => "1".to_owned(), // there is no such pane
    }
}

fn ensures(sessions: &[Session], scene: &Scene<'_>) -> Vec<Ensure> {
    let mut ensures = Vec::new();
    for session in sessions {
        let name = session.name.text.clone();
        ensures.push(Ensure::Session { name, root: None, environment: Environment::new() });
        for window in &session.windows {
            let panes = Some(window.count).filter(|count| *count > 0);
            // Without a number only panes of it were named.
            ensures.extend(panes.map(|_| Ensure::Window {
                at: Address::window(&session.name.text, &window.name.text),
                panes,
                layout: None,
                content: content(window.command.as_deref(), window.environment.clone(), false),
                prune: false,
            }));
            let named = window.panes.iter().filter(|pane| pane.named);
            ensures.extend(named.map(|pane| {
                let word = word(scene, session, window, pane);
                Ensure::Pane {
                    at: Address::pane(&session.name.text, &window.name.text, word),
                    label: pane.label.as_ref().map(|label| label.title.clone()),
                    content: content_of(window, pane),
                    again: false,
                }
            }));
        }
    }
    ensures
}

/// What a wanted pane runs; nothing where only its window says that.
fn content_of(window: &Window, pane: &Pane) -> Content {
    if pane.command.is_none() && pane.environment.is_empty() && pane.log.is_none() {
        return Content::default();
    }
    let mut environment = window.environment.clone();
    environment.extend(pane.environment.clone());
    content(window.command_of(pane), environment, pane.log.is_some())
}

/// Whether what a pane of ours is to run has not been started yet.
fn is_starting(pane: &LivePane, scene: &Scene<'_>) -> bool {
    let program = pane.current_command.as_str();
    let is_runner = program.is_empty() || program == "rune" || program.starts_with("tmux");
    let waits = pane.known.as_ref().is_some() && pane.state(scene.snapshot.pid) == State::Waiting;
    pane.tag.is_some() && !pane.dead && (is_runner || waits)
}

/// Refuses a pane in which something else than a shell reads what is typed.
fn reads(at: &Address, scene: &Scene<'_>) -> Result<()> {
    let found = scene.pane(at)?;
    let pane = found.pane;
    // A script that runs is a shell too, and reads what is meant for its commands.
    let is_script = pane.known.as_ref().is_some_and(|known| {
        let argv = &known.specification.argv;
        let program = argv.first().map(|program| program.rsplit('/').next().unwrap_or(program));
        !known.specification.is_shell
            && argv.iter().skip(1).any(|word| word.starts_with('-') && word.ends_with('c'))
            && program == Some(pane.current_command.trim_start_matches('-'))
            && pane.state(scene.snapshot.pid).runs()
    });
    if pane.dead || is_starting(pane, scene) || (live::is_shell(&pane.current_command) && !is_script) {
        return Ok(());
    }
    Err(Error::Refused {
        message: format!(
            "no shell is in the foreground of pane `{}`: `{}` is",
            found.name(),
            pane.current_command
        ),
        hint: Some("`rune pane run` replaces what runs in a pane".to_owned()),
    })
}
