//! A pane as its first process knows it: what to start, in which environment, and the record of
//! what became of it.

#![allow(clippy::disallowed_methods)] // the first process of a pane starts programs and dates its record

use std::env;
use std::ffi::{OsStr, OsString};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::process::Command;

use super::program::Program;
use super::signals;
use crate::command;
use crate::event::{Subject, What};
use crate::journal::{Journal, now};
use crate::process;
use crate::record::{ProcessId, Record, SCHEMA, Specification, State};
use crate::ritual_plan::record::COMMAND_VARIABLE;
use crate::store::{Store, Variable};
use crate::supervise::Notes;
use crate::workspace;

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
    server: Server,
    /// The variable that all its processes carry, and its value.
    mark: (&'static str, String),
}

/// What the tmux server does for a pane, given the tmux program, the server's socket and the pane's id.
#[derive(Clone, Copy)]
pub struct Server {
    /// Closes the pane.
    pub close: fn(&OsStr, &OsStr, &OsStr),
    /// Types these bytes into the pane.
    pub type_keys: fn(&OsStr, &OsStr, &OsStr, &[u8]),
}

impl Pane {
    /// The pane of `specification`, whose programs get `environment` and what only `inherited`,
    /// the environment that tmux gave to the pane, can tell.
    pub fn new(
        store: Store,
        specification: Specification,
        mut environment: Vec<Variable>,
        inherited: &[Variable],
        tmux: Server,
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
        let mark = ("RUNE_PANE", specification.tag.id.to_string());
        Pane { specification, environment, store, record, place, server: tmux, mark }
    }

    /// No pane, but a background command of a ritual, which has this very environment.
    pub fn none(store: Store, specification: Specification, environment: Vec<Variable>) -> Pane {
        let pid = std::process::id();
        let runner = identity(pid).unwrap_or(ProcessId { pid, start: 0 });
        let record = Record::new(SCHEMA, specification.tag.id.clone(), runner);
        let id = environment.iter().find(|(name, _)| name == COMMAND_VARIABLE);
        let mark =
            (COMMAND_VARIABLE, id.map(|(_, id)| id.to_string_lossy().into_owned()).unwrap_or_default());
        let server = Server { close: |_, _, _| {}, type_keys: |_, _, _, _| {} };
        Pane { specification, environment, store, record, place: None, server, mark }
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

    /// Becomes the command, whose end closes the pane and needs no record, and does `last` right before;
    /// returns why it could not.
    pub fn become_command(&mut self, last: impl FnOnce()) -> String {
        self.record.command = Some(self.record.runner);
        self.note_state(State::Running);
        let failure = match self.command() {
            Ok(command) => {
                last();
                command.exec()
            }
            Err(error) => error,
        };
        self.note_state(State::NotStarted { why: failure.to_string() });
        let Specification { is_shell, shell, summary, .. } = &self.specification;
        format!("could not run `{}`: {failure}", if *is_shell { shell } else { summary })
    }

    /// A command beside the pane's own, in the same environment and directory, to be started in the
    /// background.
    pub fn beside(&self, beside: &workspace::Command) -> Command {
        let argv = command::argv(beside, false, &self.specification.shell);
        let (program, arguments) =
            argv.split_first().map_or(("false", &[][..]), |(first, rest)| (first, rest));
        let mut command = Command::new(program);
        command.env_clear().envs(self.environment.iter().map(|(name, value)| (name, value)));
        command.args(arguments).current_dir(&self.specification.cwd);
        signals::start_in_background(&mut command);
        command
    }

    /// Records that the command was started, as this process.
    pub fn started(&mut self, pid: u32) {
        self.record.command = identity(pid);
    }

    /// Remembers how the command ended, to be recorded with the next note.
    pub fn ended(&mut self, end: State) {
        self.record.last = Some((end, now()));
    }

    /// Records what is known now.
    pub fn note(&mut self, notes: Notes) {
        let record = &mut self.record;
        if record.state != notes.state {
            record.since = now();
        }
        let Notes { state, asked, restarts, waits, probe, late } = notes;
        (record.state, record.asked, record.restarts) = (state, asked, restarts);
        (record.waits, record.probe, record.late) = (waits, probe, late);
        self.write();
    }

    /// Records that a pane which becomes its command does this.
    fn note_state(&mut self, state: State) {
        self.record.state = state;
        self.record.since = now();
        self.write();
    }

    fn write(&self) {
        // The pane goes on without its record: `status` then says `unknown`, which is true.
        let _ = self.store.write_record(&self.record);
    }

    /// Adds what happened to the journal, with who did it.
    pub fn journal(&self, what: What, by: Option<String>) {
        let Some(path) = &self.specification.journal else { return };
        if self.mark.0 == COMMAND_VARIABLE && what == What::Closed {
            return; // there is nothing that closes
        }
        let Specification { session, tag, .. } = &self.specification;
        let subject = Subject::pane(session, tag);
        // What happened has happened nevertheless.
        let _ = Journal::at(path.into()).note([(what, subject)], by.as_deref());
    }

    /// Closes the pane, and with it this process.
    ///
    /// An exit would do, but where tmux keeps the panes of killed runners, several distributions'
    /// builds lose one exit in six, and then keep the pane.
    pub fn close(&self) {
        if let Some((socket, pane)) = &self.place {
            (self.server.close)(self.specification.tmux.as_ref(), socket, pane);
        }
    }

    /// Types these keys, as a person would.
    pub fn type_keys(&self, keys: &[u8]) {
        if let Some((socket, pane)) = &self.place {
            (self.server.type_keys)(self.specification.tmux.as_ref(), socket, pane, keys);
        }
    }

    /// The variable that all its processes carry, and its value.
    pub fn mark(&self) -> (&'static str, String) {
        self.mark.clone()
    }

    /// This process.
    pub fn runner(&self) -> ProcessId {
        self.record.runner
    }

    /// The tmux server that the pane belongs to.
    pub fn tmux_server(&self) -> Option<ProcessId> {
        self.record.server
    }

    /// Where the pane is written down.
    pub fn store(&self) -> &Store {
        &self.store
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
