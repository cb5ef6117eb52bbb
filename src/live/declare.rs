//! What a command line declares about a pane, and how that compares with what runs.

use super::content::Content;
use crate::record::State;
use crate::snapshot::{LivePane, Snapshot};
use crate::workspace::supervision::Supervision;
use crate::workspace::{Command, Hash, Key, OnExit, Pane, Workspace};

/// Who declared what a pane runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum By {
    /// Somebody who named the pane.
    Name,
    /// Somebody who named its window: who names the pane knows better.
    Window,
}

/// What the hash of a pane begins with whose window was named. The others begin with a digit of 16.
const OF_WINDOW: char = 'w';

/// The pane that `content` declares in a workspace.
pub(super) fn pane(workspace: &Workspace, key: Key, content: &Content, label: Option<&str>, by: By) -> Pane {
    let command = content.command.clone().unwrap_or(Command::Shell);
    let cwd = content.cwd.clone().unwrap_or_else(|| workspace.root.clone());
    let hash = hash(content, &command, &cwd, by);
    Pane {
        key,
        keyed: true,
        title: label.map(str::to_owned),
        command,
        login: false,
        cwd,
        environment: content.environment.clone(),
        pass: Vec::new(),
        focus: false,
        on_exit: OnExit::Shell,
        supervision: Supervision { log: content.log, ..Supervision::default() },
        hash,
    }
}

fn hash(content: &Content, command: &Command, cwd: &std::path::Path, by: By) -> Hash {
    use std::os::unix::ffi::OsStrExt;
    let (kind, texts): (&str, Vec<&str>) = match command {
        Command::Shell => ("shell", Vec::new()),
        Command::Script(text) => ("script", vec![text]),
        Command::Scripts(texts) => ("scripts", texts.iter().map(String::as_str).collect()),
        Command::Argv(words) => ("argv", words.iter().map(String::as_str).collect()),
    };
    let mut parts: Vec<&[u8]> = vec![kind.as_bytes()];
    parts.extend(texts.iter().map(|text| text.as_bytes()));
    parts.extend([&b"cwd"[..], cwd.as_os_str().as_bytes(), b"environment"]);
    parts.extend(content.environment.iter().flat_map(|(name, value)| [name.as_bytes(), value.as_bytes()]));
    parts.extend([&b"log"[..], if content.log { b"1" } else { b"0" }]);
    let hash = Hash::of(parts);
    match by {
        By::Name => hash,
        By::Window => Hash(format!("{OF_WINDOW}{}", &hash.0[1..])),
    }
}

/// Whether a window's command is for this pane of its: not where somebody named the pane itself, and said
/// something else.
pub(super) fn is_of_window(live: &LivePane, declared: &Pane) -> bool {
    let known = live.known.as_ref().map(|known| &known.specification.hash);
    known.is_none_or(|known| known.0.starts_with(OF_WINDOW) || is_same(known, declared))
}

/// Whether both are of the same declaration, whoever made it.
fn is_same(known: &Hash, declared: &Pane) -> bool {
    known.0.get(1..) == declared.hash.0.get(1..)
}

/// Why `live` has to be started again to be as `declared`, if it has to.
pub(super) fn why_restart(
    snapshot: &Snapshot,
    live: &LivePane,
    declared: &Pane,
    again: bool,
) -> Option<String> {
    let state = live.state(snapshot.pid);
    let known = live.known.as_ref().map(|known| &known.specification.hash);
    match known {
        Some(known) if !is_same(known, declared) => Some(crate::plan::CHANGED.to_owned()),
        _ if live.dead || state.failed() => Some(format!("it ended ({state})")),
        None => Some("nothing is known of what it runs".to_owned()),
        Some(_) if again && matches!(state, State::Exited { .. }) => Some("to run it again".to_owned()),
        Some(_) => None,
    }
}

/// What a live pane was started with, as far as its place, title and end depend on it. Its program comes
/// from what was written down.
pub(super) fn as_started(live: &LivePane) -> Option<Pane> {
    let specification = &live.known.as_ref()?.specification;
    let tag = live.tag.as_ref()?;
    Some(Pane {
        key: tag.pane.clone(),
        keyed: tag.id.keyed(),
        title: specification.title.clone(),
        command: match specification.is_shell {
            true => Command::Shell,
            false => Command::Argv(specification.argv.clone()),
        },
        login: false,
        cwd: specification.cwd.clone().into(),
        environment: Default::default(),
        pass: Vec::new(),
        focus: false,
        on_exit: specification.on_exit,
        supervision: specification.supervision.clone(),
        hash: specification.hash.clone(),
    })
}

/// The title that a pane of ours was given.
pub(super) fn title(live: &LivePane) -> Option<&str> {
    live.known.as_ref()?.specification.title.as_deref()
}
