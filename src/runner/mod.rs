//! The first process of a pane: starts the pane's command, gets out of its way, and records how it
//! ended.
//!
//! The command runs in its own foreground process group, so keys, resize and job control are
//! between it and the kernel. The runner sleeps in `poll` until a child changes; it owns the terminal
//! only while the command is stopped or has ended. In the end it becomes the user's shell, waits
//! for a key, or closes the pane.

mod events;
mod signals;
mod terminal;

use std::ffi::OsString;
use std::io;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, ExitCode};

use rustix::process::{Pid, Signal, WaitOptions, kill_process_group, set_child_subreaper, wait};

use crate::process;
use crate::record::{PaneId, ProcessId, Record, SCHEMA, Specification, State};
use crate::store::{Store, Variable};
use crate::workspace::OnExit;
use events::{Event, Events};
use terminal::Terminal;

/// Variables that only the pane itself can know.
const FROM_PANE: [&str; 6] =
    ["TMUX", "TMUX_PANE", "TERM", "TERM_PROGRAM", "TERM_PROGRAM_VERSION", "COLORTERM"];

/// Runs the pane `id` from the store in `directory`; `inherited` is the environment that tmux gave
/// the pane.
pub fn run(directory: &Path, id: &PaneId, inherited: Vec<Variable>) -> ExitCode {
    let read = Store::open(directory).and_then(|store| Ok((store.read_specification(id)?, store)));
    match read {
        Ok(((specification, environment), store)) => {
            Runner::new(store, specification, environment, inherited).run()
        }
        Err(error) => {
            let terminal = Terminal::new();
            terminal.say(&format!("rune: {error}; this is a shell"));
            let shell = inherited.iter().find(|(name, _)| name == "SHELL");
            let shell = shell.map_or_else(|| OsString::from("/bin/sh"), |(_, value)| value.clone());
            let failure = Command::new(shell).exec();
            terminal.say(&format!("rune: {failure}"));
            ExitCode::FAILURE
        }
    }
}

struct Runner {
    store: Store,
    specification: Specification,
    environment: Vec<Variable>,
    terminal: Terminal,
    record: Record,
    /// Whether the pane is to close when its command ends.
    closing: bool,
}

impl Runner {
    fn new(
        store: Store,
        specification: Specification,
        mut environment: Vec<Variable>,
        inherited: Vec<Variable>,
    ) -> Runner {
        let server = inherited.iter().find(|(name, _)| name == "TMUX").and_then(|(_, value)| {
            let pid = value.to_str()?.rsplit(',').nth(1)?.parse().ok()?;
            identity(pid)
        });
        environment.extend(inherited.into_iter().filter(|(name, _)| FROM_PANE.iter().any(|own| name == own)));
        environment.push(("RUNE_PANE".into(), specification.tag.id.to_string().into()));
        environment.push(("PWD".into(), specification.cwd.clone().into()));
        let pid = std::process::id();
        let record = Record {
            schema: SCHEMA,
            id: specification.tag.id.clone(),
            server,
            runner: identity(pid).unwrap_or(ProcessId { pid, start: 0 }),
            command: None,
            state: State::Unknown,
            since: 0,
        };
        Runner { store, specification, environment, terminal: Terminal::new(), record, closing: false }
    }

    fn run(mut self) -> ExitCode {
        let mut events = match Events::new() {
            Ok(events) if !self.specification.becomes_command() => events,
            Ok(_) => return self.become_command(),
            Err(error) => {
                self.terminal.say(&format!("rune: {error}"));
                return ExitCode::FAILURE;
            }
        };
        signals::ignore_terminal();
        // Children that outlive the command come to the runner, so its tree stays whole.
        let _ = set_child_subreaper(Some(rustix::process::getpid()));
        loop {
            let end = self.supervise(&mut events);
            let killed = matches!(end, State::Signalled { .. });
            self.terminal.take();
            if killed {
                self.terminal.reset();
            }
            self.note(end, None);
            if self.closing || self.specification.on_exit == OnExit::Close {
                return ExitCode::SUCCESS;
            }
            if self.record.state.failed() || self.specification.on_exit == OnExit::Keep {
                self.terminal.say(&format!("{}: {}", self.specification.summary, self.record.state));
            }
            if self.specification.on_exit == OnExit::Shell {
                return self.become_shell();
            }
            self.terminal.say("Enter runs it again, s opens a shell, q closes the pane");
            match self.answer(&mut events, None) {
                Answer::Enter => {}
                Answer::Letter('s') => return self.become_shell(),
                Answer::Letter(_) | Answer::Gone => return ExitCode::SUCCESS,
            }
        }
    }

    /// Starts the command and stays with it to its end.
    fn supervise(&mut self, events: &mut Events) -> State {
        let child = match self.start(&self.specification.argv) {
            Ok(child) => child,
            Err(error) => return State::NotStarted { why: error.to_string() },
        };
        let leader = Pid::from_child(&child);
        self.note(State::Running, identity(child.id()));
        loop {
            match self.next_change(leader, events) {
                Change::Ended(end) => return end,
                Change::Stopped => self.stopped(leader, events),
            }
        }
    }

    fn start(&self, argv: &[String]) -> io::Result<Child> {
        let mut command = self.command(argv);
        signals::start_in_foreground(&mut command);
        command.spawn()
    }

    fn command(&self, argv: &[String]) -> Command {
        let (program, arguments) = argv.split_first().map_or(("sh", &[][..]), |(p, a)| (p.as_str(), a));
        let mut command = Command::new(program);
        command.args(arguments).current_dir(&self.specification.cwd);
        command.env_clear().envs(self.environment.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Waits until the child `leader` ends or stops; reaps everybody else's children on the way.
    fn next_change(&mut self, leader: Pid, events: &mut Events) -> Change {
        loop {
            match wait(WaitOptions::NOHANG | WaitOptions::UNTRACED) {
                Ok(Some((pid, status))) if pid == leader => {
                    if status.stopped() {
                        return Change::Stopped;
                    }
                    if let Some(code) = status.exit_status() {
                        return Change::Ended(State::Exited { code });
                    }
                    if let Some(signal) = status.terminating_signal() {
                        return Change::Ended(State::Signalled { signal });
                    }
                }
                Ok(Some(_)) => {}
                Ok(None) => match events.wait(false) {
                    Event::Close => self.closing = true,
                    Event::Terminate => {
                        self.closing = true;
                        let _ = kill_process_group(leader, Signal::TERM);
                        let _ = kill_process_group(leader, Signal::CONT);
                    }
                    Event::Child | Event::Input => {}
                },
                Err(_) => return Change::Ended(State::Unknown),
            }
        }
    }

    /// Takes the terminal while the command is stopped, and gives it back.
    fn stopped(&mut self, leader: Pid, events: &mut Events) {
        let modes = self.terminal.take();
        self.note(State::Stopped, self.record.command);
        if !self.closing {
            self.terminal.say("stopped: Enter continues, s opens a shell");
            if let Answer::Letter('s') = self.answer(events, Some(leader)) {
                self.open_shell(events);
            }
        }
        self.terminal.give(leader, modes);
        let _ = kill_process_group(leader, Signal::CONT);
        self.note(State::Running, self.record.command);
    }

    /// Runs the user's shell until it ends.
    fn open_shell(&mut self, events: &mut Events) {
        match self.start(&[self.specification.shell.clone()]) {
            Ok(child) => {
                let shell = Pid::from_child(&child);
                while let Change::Stopped = self.next_change(shell, events) {
                    self.terminal.give(shell, None);
                    let _ = kill_process_group(shell, Signal::CONT);
                }
                self.terminal.take();
            }
            Err(error) => {
                self.terminal.say(&format!("rune: could not run `{}`: {error}", self.specification.shell));
            }
        }
    }

    /// Reads an answer of one line; ends early when the stopped command `watched` is no longer so.
    fn answer(&mut self, events: &mut Events, watched: Option<Pid>) -> Answer {
        loop {
            match events.wait(true) {
                Event::Input => match events::read_line() {
                    Some(line) => match line.trim().chars().next() {
                        Some(letter @ ('s' | 'q')) => return Answer::Letter(letter),
                        _ => return Answer::Enter,
                    },
                    None => return Answer::Gone,
                },
                Event::Child => {
                    if watched.is_some_and(|pid| !is_stopped(pid)) {
                        return Answer::Enter;
                    }
                }
                Event::Close | Event::Terminate => {
                    self.closing = true;
                    if let Some(pid) = watched {
                        let _ = kill_process_group(pid, Signal::TERM);
                    }
                    return Answer::Gone;
                }
            }
        }
    }

    /// Becomes the command itself: its end needs no record, since it closes the pane.
    fn become_command(mut self) -> ExitCode {
        self.note(State::Running, Some(self.record.runner));
        let argv = self.specification.argv.clone();
        let failure = self.command(&argv).exec();
        self.note(State::NotStarted { why: failure.to_string() }, None);
        self.terminal.say(&format!("rune: could not run `{}`: {failure}", self.specification.summary));
        self.become_shell()
    }

    /// Becomes the user's shell, which then owns the terminal.
    fn become_shell(self) -> ExitCode {
        let _ = set_child_subreaper(None);
        signals::restore_terminal();
        let failure = self.command(std::slice::from_ref(&self.specification.shell)).exec();
        self.terminal.say(&format!("rune: could not run `{}`: {failure}", self.specification.shell));
        ExitCode::FAILURE
    }

    fn note(&mut self, state: State, command: Option<ProcessId>) {
        self.record.state = state;
        self.record.command = command.or(self.record.command);
        self.record.since = events::milliseconds_now();
        // The pane goes on without its record: `status` then says `unknown`, which is true.
        let _ = self.store.write_record(&self.record);
    }
}

fn identity(pid: u32) -> Option<ProcessId> {
    process::find(pid).map(|process| ProcessId { pid, start: process.start })
}

fn is_stopped(pid: Pid) -> bool {
    process::find(pid.as_raw_pid().unsigned_abs()).is_some_and(|process| process.stopped)
}

enum Change {
    Ended(State),
    Stopped,
}

enum Answer {
    Enter,
    Letter(char),
    Gone,
}
