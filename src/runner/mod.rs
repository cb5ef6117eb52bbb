//! The first process of a pane: starts the pane's command, gets out of its way, and records how it
//! ended.
//!
//! The command runs in its own foreground process group, so keys, resize and job control are
//! between it and the kernel. The runner sleeps in `poll` until a child changes; it owns the terminal
//! only while the command is stopped or has ended. In the end it gives the terminal to the user's
//! shell, waits for a key, or closes the pane. It always ends with exit code 0, so that tmux, which
//! keeps panes that failed, keeps only those whose runner was killed.

mod children;
mod events;
mod pane;
mod program;
mod signals;
mod terminal;

use std::io;
use std::path::Path;
use std::process::ExitCode;

use rustix::process::{Pid, Signal, getpid, kill_process_group, set_child_subreaper};

use crate::record::{PaneId, State};
use crate::store::{Store, Variable};
use crate::workspace::OnExit;
use children::{Change, Children};
use events::{Event, Events};
use pane::{Close, Pane, simplest_shell};
use terminal::Terminal;

/// Runs the pane `id` from the store in `directory`; `inherited` is the environment that tmux gave
/// the pane, and `close` has tmux close it.
pub fn run(directory: &Path, id: &PaneId, inherited: Vec<Variable>, close: Close) -> ExitCode {
    let read = Store::open(directory).and_then(|store| Ok((store.read_specification(id)?, store)));
    let terminal = Terminal::new();
    let why = match read {
        Err(error) => error.to_string(),
        Ok(((specification, environment), store)) => {
            let mut pane = Pane::new(store, specification, environment, &inherited, close);
            drop(inherited);
            if pane.specification.becomes_command() {
                terminal.touch();
                pane.become_command()
            } else {
                match Runner::new(pane) {
                    Ok(runner) => return runner.run(),
                    Err(error) => format!("could not listen for signals: {error}"),
                }
            }
        }
    };
    terminal.say(&format!("rune: {why}; this is a shell"));
    let _ = simplest_shell().exec();
    ExitCode::SUCCESS
}

struct Runner {
    pane: Pane,
    terminal: Terminal,
    events: Events,
    children: Children,
    closing: Closing,
}

/// Whether somebody asked for the end of the pane.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Closing {
    No,
    /// When the command ends.
    AtEnd,
    /// The command is to end, too.
    Now,
}

/// What came of a question.
enum Answer {
    /// The first letter of a typed line, if it has one.
    Typed(Option<char>),
    /// The command changed before anything was typed.
    Changed(Change),
    /// The pane is to close.
    Close,
}

impl Runner {
    fn new(pane: Pane) -> io::Result<Runner> {
        let events = Events::new()?;
        signals::ignore_terminal();
        // Children that outlive the command come to the runner, so its tree stays whole.
        let _ = set_child_subreaper(Some(getpid()));
        let (terminal, children) = (Terminal::new(), Children::default());
        Ok(Runner { pane, terminal, events, children, closing: Closing::No })
    }

    fn run(mut self) -> ExitCode {
        loop {
            let end = self.supervise();
            self.terminal.take();
            let failed = end.failed();
            self.pane.note(end, None);
            if self.closing > Closing::No {
                break;
            }
            if failed {
                self.terminal.reset();
            }
            let keep = self.pane.specification.on_exit != OnExit::Shell;
            if failed || keep {
                self.terminal.say(&self.pane.summary());
            }
            let answer = match keep {
                true => self.ask("Enter runs it again, s opens a shell, q closes the pane", None),
                false => Answer::Typed(Some('s')),
            };
            match answer {
                Answer::Typed(Some('s')) => {
                    self.shell();
                    break;
                }
                Answer::Typed(Some('q')) | Answer::Close => break,
                Answer::Typed(_) | Answer::Changed(_) => {}
            }
        }
        // Who asked for the end closes the pane, too.
        if self.closing == Closing::No {
            self.pane.close();
        }
        ExitCode::SUCCESS
    }

    /// Starts the command and stays with it to its end.
    fn supervise(&mut self) -> State {
        let started = self.pane.command().and_then(|command| self.children.start(&command));
        let leader = match started {
            Ok(leader) => leader,
            Err(error) => return State::NotStarted { why: error.to_string() },
        };
        self.pane.note(State::Running, Some(leader.as_raw_pid().unsigned_abs()));
        self.terminal.touch();
        loop {
            match self.next_change(leader, Signal::TERM) {
                Change::Ended(end) => return end,
                Change::Stopped => {
                    if let Some(end) = self.stopped(leader) {
                        return end;
                    }
                }
                Change::Continued => {}
            }
        }
    }

    /// Waits until something happens to `child`, which `ending` asks to end when the runner is told to.
    fn next_change(&mut self, child: Pid, ending: Signal) -> Change {
        loop {
            if let Some(change) = self.children.change(child) {
                return change;
            }
            match self.events.wait(false) {
                Event::Child | Event::Input | Event::HangUp => {}
                Event::Close => self.closing = self.closing.max(Closing::AtEnd),
                Event::Terminate => {
                    self.closing = Closing::Now;
                    signal(child, ending);
                    signal(child, Signal::CONT);
                }
            }
        }
    }

    /// Owns the terminal while the command is stopped, and gives it back; how the command ended,
    /// if it did meanwhile.
    fn stopped(&mut self, leader: Pid) -> Option<State> {
        let modes = self.terminal.take();
        self.pane.note(State::Stopped, None);
        if self.closing == Closing::No {
            match self.ask("stopped: Enter continues, s opens a shell", Some(leader)) {
                Answer::Changed(Change::Ended(end)) => return Some(end),
                Answer::Typed(Some('s')) => self.shell(),
                Answer::Typed(_) | Answer::Changed(_) | Answer::Close => {}
            }
        }
        // It may have ended beside the shell, and its process id be another's by now.
        if let Some(Change::Ended(end)) = self.children.change(leader) {
            return Some(end);
        }
        if self.closing == Closing::Now {
            signal(leader, Signal::TERM);
        }
        self.terminal.give(leader, modes.as_ref());
        signal(leader, Signal::CONT);
        self.pane.note(State::Running, None);
        None
    }

    /// Runs the user's shell, which owns the terminal until it ends.
    fn shell(&mut self) {
        let started = self.children.start(&self.pane.shell()).or_else(|error| {
            let shell = &self.pane.specification.shell;
            self.terminal.say(&format!("rune: could not run `{shell}`: {error}; this is another shell"));
            self.children.start(&simplest_shell())
        });
        match started {
            Ok(shell) => loop {
                // A shell heeds a hang-up only.
                match self.next_change(shell, Signal::HUP) {
                    Change::Ended(_) => break,
                    Change::Stopped => {
                        self.terminal.give(shell, None);
                        signal(shell, Signal::CONT);
                    }
                    Change::Continued => {}
                }
            },
            Err(error) => self.terminal.say(&format!("rune: could not run a shell: {error}")),
        }
        self.terminal.take();
    }

    /// Asks for a line; something that happens to the command `watched` is an answer, too.
    fn ask(&mut self, question: &str, watched: Option<Pid>) -> Answer {
        self.terminal.forget_typed();
        self.terminal.say(question);
        loop {
            if let Some(change) = watched.and_then(|pid| self.children.change(pid)) {
                return Answer::Changed(change);
            }
            match self.events.wait(true) {
                Event::Input => match self.terminal.read_line() {
                    Some(line) => return Answer::Typed(line.chars().next()),
                    None if watched.is_none() => return Answer::Close,
                    None => return Answer::Typed(None),
                },
                Event::Child => self.children.collect(),
                Event::Close => {
                    self.closing = self.closing.max(Closing::AtEnd);
                    if watched.is_none() {
                        return Answer::Close;
                    }
                }
                Event::HangUp | Event::Terminate => {
                    self.closing = Closing::Now;
                    return Answer::Close;
                }
            }
        }
    }
}

/// Sends a signal to the process group of a child that has not been collected.
fn signal(leader: Pid, signal: Signal) {
    let _ = kill_process_group(leader, signal);
}
