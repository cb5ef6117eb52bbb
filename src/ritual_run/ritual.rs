//! A ritual while it runs, command by command.

#![allow(clippy::disallowed_methods)] // this is where commands are timed

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::Child;
use std::time::{Duration, Instant};

use super::store::{self, Store};
use super::{GRACE, Options, background, kept, now, today};
use crate::condition::Present;
use crate::error::{Error, Result};
use crate::process::{self, End, NotStarted, Process, Run};
use crate::project::Project;
use crate::record::State;
use crate::ritual::{Interactive, Phase, RitualCommand};
use crate::ritual_plan::event::{Event, How};
use crate::ritual_plan::record::{self, Background, COMMAND_VARIABLE, Claim, RITUAL_VARIABLE, Record};
use crate::workspace::{Command, Key};
use crate::{command, pty, shell};

/// A ritual while it runs.
pub(super) struct Ritual<'a> {
    pub(super) project: &'a Project,
    pub(super) phase: Phase,
    pub(super) options: &'a Options<'a>,
    pub(super) store: Store,
    pub(super) record: Record,
    /// Background commands of earlier runs that no command of this one has claimed yet.
    pub(super) running: Vec<Background>,
    pub(super) started: Vec<(Background, Child)>,
    /// Those that this run found running.
    pub(super) kept: Vec<Background>,
    /// What became of background commands that others may need.
    pub(super) met: BTreeMap<String, Met>,
}

/// What became of a background command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Met {
    /// Its condition did not hold.
    Skipped,
    /// It runs, or did, and was ready.
    Ready,
    /// Why it is not ready.
    Not(String),
}

impl Ritual<'_> {
    /// What conditions are about, as it is now: the commands before may have changed it.
    fn present(&self) -> Present<'_> {
        let inherited = self.options.inherited.iter().map(|(name, value)| (name, value));
        Present::new(&self.project.root, inherited, today())
    }

    /// Runs one command, or finds out why not.
    pub(super) fn command(&mut self, command: &RitualCommand, on: &mut dyn FnMut(Event)) -> Result<()> {
        let name = command.name.clone();
        let done = |how| Event::Done { name: name.clone(), how, output: Vec::new() };
        if let Some(condition) = &command.when
            && !self.present().holds(condition)?
        {
            on(done(How::Skipped { condition: condition.clone() }));
            self.met.insert(name, Met::Skipped);
            return Ok(());
        }
        if let Some(Interactive::Workspace(key)) = &command.interactive {
            let text = command.command.as_ref().map(Command::summary);
            on(done(How::Workspace { key: key.clone(), text }));
            return Ok(());
        }
        if let Some(Interactive::Session(key)) = &command.interactive {
            let text = command.command.as_ref().map(Command::summary);
            on(done(How::Session { name: self.project.workspace_name(key).to_owned(), text }));
            return Ok(());
        }
        let Some(what) = &command.command else {
            on(done(How::Nothing));
            return Ok(());
        };
        if let Err(why) = self.needs(command, on)? {
            return self.not_ready(command, why, on);
        }
        let (run, id) = prepare(self.project, self.options, command, what)?;
        if command.background {
            return self.background(command, what, &run, id, on);
        }
        self.record.foreground = Some(id);
        super::note(self.phase, &self.store, &self.record, on)?;
        on(Event::Begins { name: name.clone() });
        let begin = Instant::now();
        let (end, output) = if command.interactive.is_some() && pty::has_terminal() {
            on(Event::TakesTerminal { name: name.clone() });
            (pty::run(&run)?, Vec::new())
        } else {
            if command.interactive.is_some() {
                on(Event::NoTerminal { name: name.clone() });
            }
            self.foreground(command, &run, on)?
        };
        self.record.foreground = None;
        self.finish(command, &end, begin.elapsed(), output, on)
    }

    fn foreground(
        &self,
        command: &RitualCommand,
        run: &Run,
        on: &mut dyn FnMut(Event),
    ) -> Result<(End, Vec<u8>)> {
        let finished = shell::run(run, &mut |seen| {
            if let shell::Seen::Passed(time) = seen {
                on(Event::Passed { name: command.name.clone(), time, limited: run.timeout.is_some() });
            }
        })?;
        if !finished.survivors.is_empty() {
            on(survived(&command.name, &finished.survivors));
        }
        Ok((finished.end, finished.output))
    }

    /// Reports how a command ended; an error if the ritual ends with it.
    fn finish(
        &self,
        command: &RitualCommand,
        end: &End,
        time: Duration,
        output: Vec<u8>,
        on: &mut dyn FnMut(Event),
    ) -> Result<()> {
        let (name, optional) = (command.name.clone(), command.optional);
        let how = match end.is_success() {
            true => How::Ended { time },
            false => How::Failed { end: end.to_string(), time, optional },
        };
        on(Event::Done { name: name.clone(), how, output });
        if end.is_success() || optional {
            return Ok(());
        }
        Err(Error::Ritual { command: name, end: end.to_string(), code: end.code() })
    }

    fn background(
        &mut self,
        command: &RitualCommand,
        what: &Command,
        run: &Run,
        id: String,
        on: &mut dyn FnMut(Event),
    ) -> Result<()> {
        let name = command.name.clone();
        let done = |how| Event::Done { name: name.clone(), how, output: Vec::new() };
        match record::claim(&mut self.running, command, self.phase) {
            Claim::New => {}
            // Only what it left behind goes on.
            Claim::Kept(one) if kept::is_over(&one) => self.replace(one, on)?,
            Claim::Kept(one) => {
                if kept::note_lost(&one, self.options.caller) {
                    on(Event::RunnerLost { name: name.clone() });
                }
                on(done(How::Kept { log: one.log.clone() }));
                self.kept.push(one);
                return self.wait_ready(command, on);
            }
            Claim::Replaces(one) => self.replace(one, on)?,
        }
        let log = self.log(&name)?;
        let (run, runner) = match record::is_kept(command) {
            true => {
                let started =
                    kept::prepare(self.project, self.phase, self.options, command, (run, &id, &log))?;
                (&started.0.clone(), Some(started.1))
            }
            false => (run, None),
        };
        let mut one = Background {
            name: name.clone(),
            command: what.summary(),
            identity: record::identity(command),
            phase: self.phase,
            id,
            process: None,
            began: now(),
            log: log.clone(),
            runner,
        };
        // Written before it runs: should we be killed in between, its mark still finds it.
        self.record.background.push(one.clone());
        self.store.write(&self.record)?;
        let started = background::start(run, &log)?;
        self.record.background.pop();
        let child = match started {
            Ok(child) => child,
            Err(why) => {
                self.store.write(&self.record)?;
                return self.finish(command, &End::NotStarted(why), Duration::ZERO, Vec::new(), on);
            }
        };
        one.process = process::find(child.id()).map(|process| (process.pid, process.start));
        self.record.background.push(one.clone());
        self.store.write(&self.record)?;
        let (pid, is_kept) = (child.id(), one.runner.is_some());
        self.started.push((one, child));
        if is_kept && let Some(message) = self.awaited(command, on, &mut |awaited| awaited.begun())?.flatten()
        {
            self.forget_last()?;
            let end = End::NotStarted(NotStarted { message, code: 127 });
            return self.finish(command, &end, Duration::ZERO, Vec::new(), on);
        }
        let command_pid = self.started.last().and_then(|(one, _)| kept::command(one)).map(|(pid, _)| pid);
        on(done(How::Background { pid: command_pid.unwrap_or(pid), log }));
        self.wait_ready(command, on)
    }

    /// Ends a command of an earlier run whose place another one takes.
    fn replace(&mut self, one: Background, on: &mut dyn FnMut(Event)) -> Result<()> {
        kept::close(&one, GRACE, self.options.caller);
        let survivors = background::end(&one, GRACE);
        if !survivors.is_empty() {
            on(survived(&one.name, &survivors));
        }
        kept::forget(&one);
        self.record.background.retain(|other| *other != one);
        self.store.write(&self.record)
    }

    /// Ends the command that was started last, which could not be: its runner would try again.
    fn forget_last(&mut self) -> Result<()> {
        let Some((one, mut child)) = self.started.pop() else { return Ok(()) };
        background::end(&one, GRACE);
        let _ = child.try_wait();
        kept::forget(&one);
        self.record.background.retain(|other| *other != one);
        self.store.write(&self.record)
    }

    /// Says which of the background commands that this ritual started have failed by now.
    pub(super) fn look_at_background(&mut self, on: &mut dyn FnMut(Event)) -> Result<()> {
        for (one, child) in &mut self.started {
            if let Some(known) = kept::known(one) {
                let failed = known.state.failed() || known.state == State::Restarting;
                if failed {
                    let (name, log) = (one.name.clone(), one.log.clone());
                    on(Event::BackgroundEnded { name, end: kept::said(&known), log });
                }
                continue;
            }
            let status = child.try_wait().map_err(Error::io("look at", &one.log))?;
            if let Some(end) = status.map(End::of).filter(|end| !end.is_success()) {
                let (name, log) = (one.name.clone(), one.log.clone());
                on(Event::BackgroundEnded { name, end: end.to_string(), log });
            }
        }
        Ok(())
    }

    /// The log of a background command; the same for every run of it, unless another command of
    /// that name still writes there.
    fn log(&self, name: &str) -> Result<PathBuf> {
        let directory = self.options.state.join("logs");
        store::private_directory(&directory)?;
        let (project, name) = (Key::from_name(&self.project.name), Key::from_name(name));
        let word = record::word(&self.project.root, &self.project.name);
        let log = |number: usize| match number {
            1 => directory.join(format!("{project}-{name}-{}.log", &word[..6])),
            _ => directory.join(format!("{project}-{name}-{number}-{}.log", &word[..6])),
        };
        let taken = |log: &PathBuf| self.record.background.iter().any(|other| other.log == *log);
        let free = (1..).map(log).find(|log| !taken(log));
        Ok(free.unwrap_or(directory))
    }
}

/// What the system is asked to run for `command`, and the value that marks this run of it.
pub(super) fn prepare(
    project: &Project,
    options: &Options<'_>,
    command: &RitualCommand,
    what: &Command,
) -> Result<(Run, String)> {
    let random = getrandom::u64().map_err(|error| Error::failed(format!("no random numbers: {error}")))?;
    let id = format!("{random:016x}");
    let word = record::word(&project.root, &project.name);
    let outer = variable(options.inherited, RITUAL_VARIABLE).filter(|outer| !outer.is_empty());
    let ritual = match outer {
        Some(mut outer) => {
            outer.push(":");
            outer.push(word);
            outer
        }
        None => word.into(),
    };
    let mut environment: BTreeMap<OsString, OsString> = options.environment.iter().cloned().collect();
    for name in &command.pass {
        environment.extend(variable(options.inherited, name).map(|value| (name.into(), value)));
    }
    environment.extend(command.environment.iter().map(|(name, value)| (name.into(), value.into())));
    environment.extend([
        (RITUAL_VARIABLE.into(), ritual),
        (COMMAND_VARIABLE.into(), id.clone().into()),
        ("RUNE_COMMAND".into(), command.name.clone().into()),
        ("RUNE_PROJECT".into(), project.name.clone().into()),
        ("RUNE_ROOT".into(), project.root.clone().into()),
        ("PWD".into(), command.cwd.clone().into()),
    ]);
    let argv = command::argv(what, false, options.shell).into_iter().map(OsString::from).collect();
    let run = Run {
        argv,
        cwd: command.cwd.clone(),
        environment: environment.into_iter().collect(),
        timeout: command.timeout,
        mark: Some((COMMAND_VARIABLE.to_owned(), id.clone())),
    };
    Ok((run, id))
}

fn survived(name: &str, processes: &[Process]) -> Event {
    Event::Survived { name: name.to_owned(), processes: processes.iter().map(Process::to_string).collect() }
}

/// The value of a variable of `environment`.
pub(super) fn variable(environment: &[(OsString, OsString)], name: &str) -> Option<OsString> {
    environment.iter().find(|(other, _)| other.as_os_str() == name).map(|(_, value)| value.clone())
}
