//! A pane as its first process knows it: what to start, in which environment, and the record of
//! what became of it.

#![allow(clippy::disallowed_methods)] // the first process of a pane starts programs and dates its record

use std::env;
use std::ffi::{OsStr, OsString};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::time::{SystemTime, UNIX_EPOCH};

use super::program::Program;
use crate::process;
use crate::record::{ProcessId, Record, SCHEMA, Specification, State};
use crate::store::{Store, Variable};

/// Variables that only the pane itself can know.
const FROM_PANE: [&str; 6] =
    ["TMUX", "TMUX_PANE", "TERM", "TERM_PROGRAM", "TERM_PROGRAM_VERSION", "COLORTERM"];

/// One pane.
pub struct Pane {
    /// What was declared for it.
    pub specification: Specification,
    environment: Vec<Variable>,
    store: Store,
    record: Record,
    /// The pane's socket and id, as tmux calls them.
    place: Option<(OsString, OsString)>,
    close: Close,
}

/// Has the tmux server close a pane, given the tmux program, the server's socket and the pane's id.
pub type Close = fn(&OsStr, &OsStr, &OsStr);

impl Pane {
    /// The pane of `specification`, whose programs get `environment` and what only `inherited`,
    /// the environment that tmux gave to the pane, can tell.
    pub fn new(
        store: Store,
        specification: Specification,
        mut environment: Vec<Variable>,
        inherited: &[Variable],
        close: Close,
    ) -> Pane {
        let own = |name| inherited.iter().find(|(known, _)| known == name).map(|(_, value)| value);
        // `SOCKET,PID,SESSION`, where the path may have commas, too.
        let server: Vec<&[u8]> = own("TMUX")
            .map(|tmux| tmux.as_bytes().rsplitn(3, |byte| *byte == b',').collect())
            .unwrap_or_default();
        let socket = server.get(2).map(|socket| OsStr::from_bytes(socket).to_owned());
        let server = server.get(1).and_then(|pid| identity(std::str::from_utf8(pid).ok()?.parse().ok()?));
        let from_pane = inherited.iter().filter(|(name, _)| FROM_PANE.iter().any(|own| name == own));
        environment.extend(from_pane.cloned());
        environment.push(("RUNE_PANE".into(), specification.tag.id.to_string().into()));
        environment.push(("PWD".into(), specification.cwd.clone().into()));
        let pid = std::process::id();
        let runner = identity(pid).unwrap_or(ProcessId { pid, start: 0 });
        let tag = &specification.tag;
        let record = Record {
            keys: Some((tag.window.clone(), tag.pane.clone())),
            server,
            ..Record::new(SCHEMA, tag.id.clone(), runner)
        };
        let place = socket.zip(own("TMUX_PANE").cloned());
        Pane { specification, environment, store, record, place, close }
    }

    /// The declared command, ready to be started in the declared directory.
    ///
    /// # Errors
    /// When the directory cannot be entered, with its name.
    pub fn command(&self) -> io::Result<Program> {
        let cwd = &self.specification.cwd;
        env::set_current_dir(cwd).map_err(|error| {
            io::Error::new(error.kind(), format!("could not enter the directory `{cwd}`: {error}"))
        })?;
        Ok(Program::new(&self.specification.argv, self.environment.iter().cloned()))
    }

    /// The user's shell, in the directory of the command where there is one.
    pub fn shell(&self) -> Program {
        Program::new([&self.specification.shell], self.environment.iter().cloned())
    }

    /// Becomes the command, whose end closes the pane and needs no record; returns why it could not.
    pub fn become_command(&mut self) -> String {
        self.note(State::Running, Some(self.record.runner.pid));
        let failure = match self.command() {
            Ok(command) => command.exec(),
            Err(error) => error,
        };
        self.note(State::NotStarted { why: failure.to_string() }, None);
        let Specification { is_shell, shell, summary, .. } = &self.specification;
        format!("could not run `{}`: {failure}", if *is_shell { shell } else { summary })
    }

    /// Records that the command, which has process id `command` if it was started just now, is in
    /// another state.
    pub fn note(&mut self, state: State, command: Option<u32>) {
        self.record.state = state;
        self.record.command = command.and_then(identity).or(self.record.command);
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        self.record.since = u64::try_from(since.as_millis()).unwrap_or(u64::MAX);
        // The pane goes on without its record: `status` then says `unknown`, which is true.
        let _ = self.store.write_record(&self.record);
    }

    /// Closes the pane, and with it this process.
    ///
    /// An exit would do, but where tmux keeps the panes of killed runners, several distributions'
    /// builds lose one exit in six, and then keep the pane.
    pub fn close(&self) {
        if let Some((socket, pane)) = &self.place {
            (self.close)(self.specification.tmux.as_ref(), socket, pane);
        }
    }

    /// The command and how it ended, in one line.
    pub fn summary(&self) -> String {
        format!("{}: {}", self.specification.summary, self.record.state)
    }
}

/// The simplest shell there is, with the environment that tmux gave to the pane: for a pane that
/// cannot have what it should have.
pub fn simplest_shell() -> Program {
    Program::new(["/bin/sh"], env::vars_os())
}

fn identity(pid: u32) -> Option<ProcessId> {
    process::start_of(pid).map(|start| ProcessId { pid, start })
}
