//! What rune writes down about one pane: the specification that its runner starts from, and the
//! record of what became of it.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::workspace::supervision::Supervision;
use crate::workspace::{Hash, Key, OnExit};

/// The format of specification and record files. A newer rune reads older ones.
pub const SCHEMA: u32 = 1;

/// The random name of one pane's life, `[A-Za-z0-9-]+`. It starts with `k` when the pane's key was
/// declared and with `n` when the key is only a place.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PaneId(String);

impl PaneId {
    /// The `number`th id of a run that drew `nonce`.
    pub fn new(keyed: bool, nonce: u64, number: usize) -> PaneId {
        PaneId(format!("{}{nonce:016x}-{number}", if keyed { 'k' } else { 'n' }))
    }

    /// The id that `text` is, if it is one.
    pub fn parse(text: &str) -> Option<PaneId> {
        let plain = text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        (plain && text.len() < 64 && text.starts_with(['k', 'n'])).then(|| PaneId(text.to_owned()))
    }

    /// Whether the pane's key was declared.
    pub fn keyed(&self) -> bool {
        self.0.starts_with('k')
    }
}

impl fmt::Display for PaneId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The words that a pane of ours carries in the argv of its first process:
/// `rune --dir DIR pane-run ID WORKSPACE WINDOWKEY PANEKEY`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tag {
    /// Random name of this pane.
    pub id: PaneId,
    /// The word of the workspace's identity.
    pub workspace: String,
    /// Key of the window it was opened in.
    pub window: Key,
    /// Its own key.
    pub pane: Key,
}

/// The word before the four that make a [`Tag`].
pub const PANE_RUN: &str = "pane-run";

/// The word before the id of the pane whose output is logged:
/// `rune --dir DIR pane-log ID COLUMNS ROWS TERMINAL`.
pub const PANE_LOG: &str = "pane-log";

/// The word before the id of a background command that is kept: `rune --dir DIR command-run ID`.
pub const COMMAND_RUN: &str = "command-run";

impl Tag {
    /// Reads a tag from `#{pane_start_command}`: raw words before tmux 3.2, quoted words later.
    /// Only the last five words count, so no directory or program name before them can confuse it.
    pub fn parse(start_command: &str) -> Option<Tag> {
        let mut words = start_command.trim_end().rsplit(' ').map(|word| word.trim_matches(['"', '\'']));
        let (pane, window, workspace, id) = (words.next()?, words.next()?, words.next()?, words.next()?);
        if words.next()? != PANE_RUN {
            return None;
        }
        Some(Tag {
            id: PaneId::parse(id)?,
            workspace: Key::new(workspace)?.to_string(),
            window: Key::new(window)?,
            pane: Key::new(pane)?,
        })
    }

    /// The tag as the last words of an argv.
    pub fn words(&self) -> [String; 5] {
        [
            PANE_RUN.to_owned(),
            self.id.to_string(),
            self.workspace.clone(),
            self.window.to_string(),
            self.pane.to_string(),
        ]
    }
}

/// What a runner starts: everything that must not pass through tmux's parser or a process list.
/// The environment stands beside it in the same file, as bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Specification {
    /// [`SCHEMA`] of the rune that wrote it.
    pub schema: u32,
    /// The pane it is for.
    pub tag: Tag,
    /// What the pane declared, to see later whether it changed.
    pub hash: Hash,
    /// The command in one line, for people.
    pub summary: String,
    /// Declared title, to see later whether it changed.
    pub title: Option<String>,
    /// Program and arguments, executed as they are.
    pub argv: Vec<String>,
    /// Absolute directory to start in.
    pub cwd: String,
    /// What happens when the command ends.
    pub on_exit: OnExit,
    /// The tmux program, to close the pane with.
    pub tmux: String,
    /// The user's shell, for the hand-over.
    pub shell: String,
    /// Whether the pane is only the user's shell.
    pub is_shell: bool,
    /// How the command is kept.
    #[serde(default)]
    pub supervision: Supervision,
    /// Name of the session that the pane is opened in, for the journal.
    #[serde(default)]
    pub session: String,
    /// The journal's file; nothing is noted without one.
    #[serde(default)]
    pub journal: Option<String>,
    /// Directory of the pane's log.
    #[serde(default)]
    pub log: Option<String>,
}

impl Specification {
    /// One that says nothing yet of the pane of this tag: no command, no supervision, no journal.
    pub fn new(schema: u32, tag: Tag) -> Specification {
        Specification {
            schema,
            tag,
            hash: Hash(String::new()),
            summary: String::new(),
            title: None,
            argv: Vec::new(),
            cwd: "/".to_owned(),
            on_exit: OnExit::Close,
            tmux: "tmux".to_owned(),
            shell: "/bin/sh".to_owned(),
            is_shell: false,
            supervision: Supervision::default(),
            session: String::new(),
            journal: None,
            log: None,
        }
    }

    /// Whether the runner has nothing to record after the start and becomes the command.
    pub fn becomes_command(&self) -> bool {
        self.is_shell
    }
}

/// A process: its id alone is used again by the system, with its start time it is one process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ProcessId {
    /// Process id.
    pub pid: u32,
    /// Kernel start time in clock ticks since boot.
    pub start: u64,
}

/// What a runner knows of its command.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// [`SCHEMA`] of the rune that wrote it.
    pub schema: u32,
    /// The pane it is about.
    pub id: PaneId,
    /// Keys of its window and of the pane itself: those who need it look for them.
    #[serde(default)]
    pub keys: Option<(Key, Key)>,
    /// The tmux server that the pane belongs to; the record is believed for no other.
    pub server: Option<ProcessId>,
    /// The runner, which is the pane's first process also after it became something else.
    pub runner: ProcessId,
    /// The command's own process, once it was started.
    pub command: Option<ProcessId>,
    /// What the command does.
    pub state: State,
    /// When that began, in milliseconds since 1970 (UTC).
    pub since: u64,
    /// Whether somebody asked for the end, so that it is no failure.
    #[serde(default)]
    pub asked: bool,
    /// How often it was started again.
    #[serde(default)]
    pub restarts: u32,
    /// How it ended last and when, in milliseconds since 1970 (UTC).
    #[serde(default)]
    pub last: Option<(State, u64)>,
    /// What it waits for, in words.
    #[serde(default)]
    pub waits: Vec<String>,
    /// What the last probe said that failed.
    #[serde(default)]
    pub probe: Option<String>,
    /// Whether it was not ready in its time.
    #[serde(default)]
    pub late: bool,
}

impl Record {
    /// A record that says nothing yet of the pane `id` with this runner.
    pub fn new(schema: u32, id: PaneId, runner: ProcessId) -> Record {
        Record {
            schema,
            id,
            keys: None,
            server: None,
            runner,
            command: None,
            state: State::Unknown,
            since: 0,
            asked: false,
            restarts: 0,
            last: None,
            waits: Vec::new(),
            probe: None,
            late: false,
        }
    }
}

/// What became of a pane's command.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum State {
    /// It has not been started yet: it waits for what it needs, or for somebody who starts it.
    Waiting,
    /// It runs.
    Running,
    /// It runs, and its probes said that it does its work.
    Ready,
    /// It was stopped, as by Ctrl-Z.
    Stopped,
    /// It ended by itself.
    Exited {
        /// Exit code.
        code: i32,
    },
    /// A signal ended it.
    Signalled {
        /// Number of the signal.
        signal: i32,
    },
    /// It could not be started.
    NotStarted {
        /// What the system said.
        why: String,
    },
    /// It ended, and is started again after a pause.
    Restarting,
    /// It ended too often to be started again.
    GaveUp,
    /// Its runner is gone, so nobody saw how it ended.
    LostRunner,
    /// Nothing is known of it.
    Unknown,
}

impl State {
    /// Whether the command has a process.
    pub fn runs(&self) -> bool {
        matches!(self, State::Running | State::Ready | State::Stopped)
    }

    /// Whether the command ended, or could not be started.
    pub fn is_end(&self) -> bool {
        matches!(
            self,
            State::Exited { .. } | State::Signalled { .. } | State::NotStarted { .. } | State::GaveUp
        )
    }

    /// Whether the command ended in a way that asks for another start.
    pub fn failed(&self) -> bool {
        match self {
            State::Exited { code } => *code != 0,
            State::Signalled { .. } | State::NotStarted { .. } | State::GaveUp | State::LostRunner => true,
            State::Waiting
            | State::Running
            | State::Ready
            | State::Stopped
            | State::Restarting
            | State::Unknown => false,
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            State::Waiting => f.write_str("waiting"),
            State::Running => f.write_str("running"),
            State::Ready => f.write_str("ready"),
            State::Stopped => f.write_str("stopped"),
            State::Exited { code } => write!(f, "exited {code}"),
            State::Signalled { signal } => write!(f, "signal {signal}"),
            State::NotStarted { why } => write!(f, "not started: {why}"),
            State::Restarting => f.write_str("restarting"),
            State::GaveUp => f.write_str("gave up"),
            State::LostRunner => f.write_str("lost runner"),
            State::Unknown => f.write_str("unknown"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tag() -> Tag {
        Tag {
            id: PaneId::new(true, 7, 3),
            workspace: "00ff".to_owned(),
            window: Key::from_name("editor"),
            pane: Key::place(1),
        }
    }

    #[test]
    fn a_tag_is_read_from_raw_and_from_quoted_words() {
        let words = tag().words().join(" ");
        for command in [
            format!("/usr/bin/rune --dir /run/user/1/rune {words}"),
            format!("\"/odd path/rune\" --dir \"/run/$x pane-run\" {words}"),
            format!("rune {}", words.replace(PANE_RUN, "\"pane-run\"")),
        ] {
            assert_eq!(Tag::parse(&command), Some(tag()), "{command}");
        }
    }

    #[test]
    fn what_is_no_tag_is_none() {
        for command in ["", "vim", "pane-run", "x pane-run a b c d", "x pane-run k1 b c", "pane-run k1 a b é"]
        {
            assert_eq!(Tag::parse(command), None, "{command}");
        }
    }

    #[test]
    fn an_id_says_whether_its_key_was_declared() {
        assert!(PaneId::new(true, 1, 0).keyed());
        assert!(!PaneId::new(false, 1, 0).keyed());
        assert_eq!(
            PaneId::parse(&PaneId::new(false, u64::MAX, 9).to_string()),
            Some(PaneId::new(false, u64::MAX, 9))
        );
        assert_eq!(PaneId::parse("k/../x"), None);
    }
}
