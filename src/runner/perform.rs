//! What a life says is to be done, done.

use std::process::Stdio;

use rustix::process::{Pid, Signal, getpgrp, kill_process_group};

use super::pane::simplest_shell;
use super::{Chase, Front, Lines, Logged, Runner, SEEN, now, program};
use crate::cast::Mark;
use crate::probe::Attempt;
use crate::process;
use crate::record::State;
use crate::supervise::{Effect, Event, Which};
use crate::workspace::supervision::Ask;

impl Runner {
    /// Does it; what came of it at once.
    pub(super) fn perform(&mut self, effect: Effect) -> Option<Event> {
        match effect {
            Effect::Look => return Some(self.needs()),
            Effect::Start => return Some(self.start()),
            Effect::Last(end) => {
                self.mark_end(&end);
                self.pane.ended(end);
            }
            Effect::Note(notes) => self.pane.note(notes),
            Effect::Journal(what, by) => self.pane.journal(what, by),
            Effect::Try(which) => return self.attempt(which),
            Effect::StopTrying => {
                self.attempts.clear();
                self.lines.iter_mut().for_each(Lines::stop);
            }
            Effect::Take => {
                self.clear();
                self.modes = self.terminal.take();
            }
            Effect::Give => self.give(),
            Effect::Reset => self.terminal.reset(),
            Effect::Say(text) => {
                self.clear();
                self.terminal.say(&text);
            }
            Effect::Question(text) => {
                self.clear();
                self.terminal.forget_typed();
                self.terminal.say(&text);
                self.front = Front::Question;
            }
            Effect::Show(text) => {
                if self.front != Front::Line {
                    self.terminal.read_keys();
                    self.front = Front::Line;
                }
                self.terminal.show(&text);
            }
            Effect::Shell => return self.open_shell(),
            Effect::Hunt => {
                self.wants = None;
                self.chase = Some(Chase::begin(self.pane.runner(), self.pane.mark()));
            }
            Effect::Ask(ask) => self.ask(&ask),
            Effect::Terminate => {
                if let Some(chase) = &mut self.chase {
                    chase.tell();
                }
            }
            Effect::Kill => {
                if let Some(chase) = &mut self.chase {
                    chase.kill();
                }
            }
            Effect::Reply(tickets, mut reply, survivors) => {
                if survivors {
                    reply.survivors = self.chase.as_mut().map(Chase::left).unwrap_or_default();
                    self.chase = None;
                }
                if let Some(socket) = &mut self.socket {
                    socket.answer(&tickets, &reply);
                }
            }
            Effect::Flush => {
                if self.logged.is_none() {
                    self.mark_end(&State::Unknown);
                }
                let Some(logged) = &mut self.logged else { return Some(Event::Logged) };
                logged.wait();
                return logged.done().then_some(Event::Logged);
            }
            Effect::Close { ours } => {
                if ours {
                    self.pane.close();
                }
                self.done = true;
            }
        }
        None
    }

    /// Tells the writer of the log that all the command printed came before.
    fn mark_end(&mut self, end: &State) {
        let specification = &self.pane.specification;
        if specification.supervision.logs() && self.terminal.is_there() {
            let code = if let State::Exited { code } = end { Some(*code) } else { None };
            self.logged = Some(Logged::new(self.pane.store(), &specification.tag.id));
            self.whisper(Mark::End(code));
        }
    }

    fn start(&mut self) -> Event {
        self.clear();
        self.wants = None;
        let specification = &self.pane.specification;
        if specification.supervision.logs() {
            self.lines = Lines::new(specification, self.terminal.is_there());
            self.logged = None;
            self.whisper(Mark::Start);
        }
        match self.pane.command().and_then(|command| self.children.start(&command)) {
            Ok(pid) => {
                self.command = Some(pid);
                let number = pid.as_raw_pid().unsigned_abs();
                self.pane.started(number);
                self.unseen = Some(now() + SEEN);
                Event::Started(number)
            }
            Err(error) => Event::NotStarted(program::why(&error)),
        }
    }

    /// Has tmux look what runs now, and name the window after it. What the program prints does so, too, and
    /// must not be cut in two: only a quiet one is helped.
    pub(super) fn have_it_seen(&mut self) {
        self.unseen = None;
        if self.command.is_some_and(|pid| !process::has_written(pid.as_raw_pid().unsigned_abs())) {
            self.whisper(Mark::Look);
        }
    }

    fn whisper(&self, mark: Mark) {
        self.terminal.whisper(&mark.bytes(&self.pane.specification.tag.id));
    }

    fn attempt(&mut self, which: Which) -> Option<Event> {
        if let Some(found) = self.lines.as_mut().and_then(|lines| lines.begin(which)) {
            return found.map(|answer| Event::Answered(which, answer));
        }
        let supervision = &self.pane.specification.supervision;
        let probe = match which {
            Which::Ready(place) => supervision.ready.as_ref()?.probes.get(place)?,
            Which::Live => &supervision.live.as_ref()?.probe,
        };
        let directory = self.pane.specification.cwd.as_ref();
        let mut attempt = Attempt::begin(probe, directory, |command| self.pane.beside(command));
        if let Some(answer) = attempt.advance() {
            return Some(Event::Answered(which, answer));
        }
        if let Some(pid) = attempt.process() {
            self.children.adopt(pid);
        }
        self.attempts.push((which, attempt));
        None
    }

    /// Gives the terminal back to the stopped command, which goes on.
    fn give(&mut self) {
        self.front = Front::Other;
        if let Some(command) = self.command {
            self.terminal.give(command, self.modes.take().as_ref());
            signal(command, Signal::CONT);
        }
    }

    /// Starts the user's shell, which owns the terminal until it ends.
    fn open_shell(&mut self) -> Option<Event> {
        self.clear();
        self.logged = None;
        let started = self.children.start(&self.pane.shell()).or_else(|error| {
            let shell = &self.pane.specification.shell;
            self.terminal.say(&format!("rune: could not run `{shell}`: {error}; this is another shell"));
            self.children.start(&simplest_shell())
        });
        match started {
            Ok(shell) => {
                self.shell = Some(shell);
                None
            }
            Err(error) => {
                self.terminal.say(&format!("rune: could not run a shell: {error}"));
                Some(Event::ShellEnded)
            }
        }
    }

    /// Asks the command to end by its rule.
    fn ask(&mut self, ask: &Ask) {
        let Some(leader) = self.command else { return };
        match ask {
            Ask::Signal(number) => {
                if let Some(named) = Signal::from_named_raw(*number) {
                    signal(leader, named);
                }
            }
            Ask::Keys(keys) => self.press(leader, keys),
            Ask::Command(command) => match self.pane.beside(command).stdin(Stdio::null()).spawn() {
                Ok(child) => self.children.adopt(Pid::from_child(&child)),
                Err(error) => {
                    let command = command.summary();
                    self.terminal.say(&format!("rune: could not run `{command}`: {error}"));
                }
            },
        }
        // A stopped command would only hear of it later.
        signal(leader, Signal::CONT);
    }

    /// Presses keys: those that the terminal makes signals of have that effect, all others are typed.
    fn press(&self, leader: Pid, keys: &[u8]) {
        let mut typed = Vec::new();
        for key in keys {
            match self.terminal.signal_of(*key) {
                Some((named, group)) => {
                    self.type_keys(&mut typed);
                    // Never to the runner's own group.
                    signal(if group == getpgrp() { leader } else { group }, named);
                }
                None => typed.push(*key),
            }
        }
        self.type_keys(&mut typed);
    }

    fn type_keys(&self, keys: &mut Vec<u8>) {
        if !keys.is_empty() {
            self.pane.type_keys(keys);
            keys.clear();
        }
    }

    /// Takes away the line that was shown, and the modes that went with it.
    fn clear(&mut self) {
        if self.front == Front::Line {
            self.terminal.clear_line();
            self.terminal.take();
        }
        self.front = Front::Other;
    }
}

/// Sends a signal to the process group of a child that has not been collected.
pub(super) fn signal(leader: Pid, signal: Signal) {
    let _ = kill_process_group(leader, signal);
}
