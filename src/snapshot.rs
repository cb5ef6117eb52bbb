//! What a tmux server has now: read from one `list-panes -a`, completed with what rune wrote down.

mod note;
mod read;

use std::path::PathBuf;

use crate::record::{ProcessId, Record, Specification, State, Tag};
use crate::tmux::version::Version;
use crate::workspace::Size;

pub use note::{About, LIVE, NotedOptions, WindowNote, decode, encode};
pub use read::{Detail, FIELDS, format};

/// What a tmux server has now.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Snapshot {
    /// The server's own version, when it has a pane to tell it.
    pub version: Option<Version>,
    /// Process id of the server.
    pub pid: Option<u32>,
    /// Whether rune started it, if that was asked for ([`Detail::Everything`]).
    pub started_by_rune: bool,
    /// Its sessions, in the order of their ids.
    pub sessions: Vec<LiveSession>,
}

/// A session that exists.
#[derive(Clone, Debug, PartialEq)]
pub struct LiveSession {
    /// tmux's id, as `$3`.
    pub id: String,
    /// Its name.
    pub name: String,
    /// How many clients are attached.
    pub attached: usize,
    /// The word of the workspace that it is, when it is one of ours.
    pub workspace: Option<String>,
    /// What rune noted in it, when it is one of ours.
    pub about: Option<About>,
    /// Directory of what rune wrote down about its panes, when it is one of ours.
    pub directory: Option<PathBuf>,
    /// Its windows in the order of their indexes.
    pub windows: Vec<LiveWindow>,
}

/// A window that exists.
#[derive(Clone, Debug, PartialEq)]
pub struct LiveWindow {
    /// tmux's id, as `@5`.
    pub id: String,
    /// Its index.
    pub index: u32,
    /// Its name.
    pub name: String,
    /// Whether it is the current one of its session.
    pub active: bool,
    /// Its size.
    pub size: Size,
    /// Where its panes stand, in tmux's words, also behind one that is zoomed, if that was asked for
    /// ([`Detail::Everything`]).
    pub layout: String,
    /// What rune noted when it made or changed the window.
    pub noted: Option<WindowNote>,
    /// Its panes in the order of their indexes.
    pub panes: Vec<LivePane>,
}

/// A pane that exists.
#[derive(Clone, Debug, PartialEq)]
pub struct LivePane {
    /// tmux's id, as `%7`.
    pub id: String,
    /// Its index in its window.
    pub index: u32,
    /// Whether it is the active one of its window.
    pub active: bool,
    /// Process id of its first process.
    pub pid: u32,
    /// Whether that process has ended and tmux keeps the pane.
    pub dead: bool,
    /// Its title.
    pub title: String,
    /// The program in its foreground, if it was asked for ([`Detail::Foreground`]).
    pub current_command: String,
    /// Directory of that program, likewise.
    pub current_path: String,
    /// How it is shown, if that was asked for ([`Detail::Everything`]).
    pub shown: Option<Shown>,
    /// Who it is, when it is one of ours.
    pub tag: Option<Tag>,
    /// What rune wrote down about it, when it is one of ours and the writing is there.
    pub known: Option<Known>,
}

/// How a pane is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shown {
    /// Columns to its left in the window.
    pub left: u16,
    /// Rows above it in the window.
    pub top: u16,
    /// Its own size.
    pub size: Size,
    /// Whether it is in a mode such as tmux's copy mode, so that keys do not reach its program.
    pub in_mode: bool,
    /// Whether what it prints goes to a pipe of tmux's.
    pub piped: bool,
}

/// What rune wrote down about a live pane.
#[derive(Clone, Debug, PartialEq)]
pub struct Known {
    /// What it declared when it was started.
    pub specification: Specification,
    /// What its runner last recorded.
    pub record: Option<Record>,
}

impl LivePane {
    /// What became of its command, given the tmux server that it lives on.
    pub fn state(&self, server: Option<u32>) -> State {
        let record = self.known.as_ref().and_then(|known| known.record.as_ref());
        let Some(record) = record.filter(|record| record.server.map(|server| server.pid) == server) else {
            return if self.dead { State::LostRunner } else { State::Unknown };
        };
        match (&record.state, self.dead) {
            (state, true) if state.runs() => State::LostRunner,
            (State::Waiting | State::Restarting | State::Unknown, true) => State::LostRunner,
            (state, _) => state.clone(),
        }
    }

    /// The command's process tree starts here: the pane's first process and, where it is another,
    /// the command itself.
    pub fn processes(&self) -> Vec<ProcessId> {
        let record = self.known.as_ref().and_then(|known| known.record.as_ref());
        record
            .map(|record| [Some(record.runner), record.command].into_iter().flatten().collect())
            .unwrap_or_default()
    }
}

impl Snapshot {
    /// Every pane with the session and window it is in.
    pub fn panes(&self) -> impl Iterator<Item = (&LiveSession, &LiveWindow, &LivePane)> {
        self.sessions.iter().flat_map(|session| {
            session
                .windows
                .iter()
                .flat_map(move |window| window.panes.iter().map(move |pane| (session, window, pane)))
        })
    }

    /// Completes every pane of ours with what `known` has of it.
    pub fn complete(&mut self, known: impl Fn(&Tag) -> Option<Known>) {
        let windows = self.sessions.iter_mut().flat_map(|session| &mut session.windows);
        for pane in windows.flat_map(|window| &mut window.panes) {
            pane.known = pane.tag.as_ref().and_then(&known);
        }
    }

    /// The session that is the workspace of this word: the one that says so, else one that has
    /// nothing but panes of it, as when its making was cut short before it could say so.
    pub fn workspace(&self, word: &str) -> Option<&LiveSession> {
        let says_so = |session: &&LiveSession| session.workspace.as_deref() == Some(word);
        let ours = |pane: &LivePane| pane.tag.as_ref().is_some_and(|tag| tag.workspace == word);
        let holds = |session: &&LiveSession| {
            session.workspace.is_none() && session.windows.iter().flat_map(|window| &window.panes).all(ours)
        };
        self.sessions.iter().find(says_so).or_else(|| self.sessions.iter().find(holds))
    }
}

#[cfg(test)]
mod tests {
    use super::read::tests::printed;
    use super::*;

    fn session(id: &str, workspace: Option<&str>, tags: &[Option<&str>]) -> LiveSession {
        let pane = |tag: &Option<&str>| {
            let tag = tag.map(|word| format!("rune pane-run k1 {word} editor 1")).unwrap_or_default();
            let fields = [("pane_start_command", tag.as_str()), ("@rune_window", "")];
            let mut snapshot = Snapshot::parse("N", &printed("N", &fields)).unwrap();
            snapshot.sessions[0].windows[0].panes.remove(0)
        };
        let mut snapshot = Snapshot::parse("N", &printed("N", &[("session_id", id)])).unwrap();
        let mut session = snapshot.sessions.remove(0);
        session.workspace = workspace.map(str::to_owned);
        session.windows[0].panes = tags.iter().map(pane).collect();
        session
    }

    #[test]
    fn a_workspace_is_found_by_its_option_then_by_its_panes() {
        let found = |sessions: &[LiveSession]| {
            let snapshot = Snapshot { sessions: sessions.to_vec(), ..Snapshot::default() };
            snapshot.workspace("w").map(|session| session.id.clone())
        };
        let unfinished = session("$1", None, &[Some("w"), Some("w")]);
        assert_eq!(found(&[unfinished.clone(), session("$2", Some("w"), &[None])]), Some("$2".into()));
        assert_eq!(found(std::slice::from_ref(&unfinished)), Some("$1".into()));
        // A person's session stays a person's, whatever was moved into it; and so does another workspace.
        assert_eq!(found(&[session("$1", None, &[Some("w"), None])]), None);
        assert_eq!(found(&[session("$1", Some("v"), &[Some("w")])]), None);
        assert_eq!(found(&[session("$1", None, &[Some("v")])]), None);
    }
}
