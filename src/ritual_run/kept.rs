//! Background commands that a runner of their own keeps: it starts them again, and stays when
//! `rune start` has ended.

#![allow(clippy::disallowed_methods)] // what is waited for has a time limit

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags};

use super::Options;
use super::ready::{Awaited, wait};
use crate::control;
use crate::error::{Error, Result};
use crate::event::{Subject, What};
use crate::journal::Journal;
use crate::process::{self, End, Handle, Process, Run};
use crate::project::Project;
use crate::record::{COMMAND_RUN, PaneId, Record, SCHEMA, Specification, State, Tag};
use crate::ritual::{Phase, RitualCommand};
use crate::ritual_plan::event::duration;
use crate::ritual_plan::record::{Background, Runner, word};
use crate::store::Store;
use crate::supervise::{Request, Wish};
use crate::watch::Watch;
use crate::workspace::Key;
use crate::workspace::supervision::{Probe, Ready};

/// How long a runner may take to write down its first word.
const BEGIN: Duration = Duration::from_secs(10);
/// How much longer than its rules it may take to end.
const MARGIN: Duration = Duration::from_secs(4);
/// How often it is said that somebody waits, and looked at what nobody gives notice of.
const TICK: Duration = Duration::from_secs(1);

/// What is known of a background command that is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// What its runner wrote down last.
    pub record: Option<Record>,
    /// What became of it.
    pub state: State,
    /// Whether the runner lives.
    pub alive: bool,
}

/// What is known of `one`; nothing when nobody keeps it.
pub fn known(one: &Background) -> Option<Known> {
    let runner = one.runner.as_ref()?;
    let read = || Store::at(runner.directory.clone()).record(&runner.id);
    let mut record = read();
    let process = record.as_ref().map(|record| (record.runner.pid, record.runner.start)).or(one.process);
    let alive = process.is_some_and(|(pid, start)| process::is_alive(pid, start));
    if !alive {
        record = read(); // it may have written its last word between that look and this one
    }
    let state = match &record {
        Some(record) if alive || record.state.is_end() => record.state.clone(),
        None if alive => State::Unknown,
        _ => State::LostRunner,
    };
    Some(Known { record, state, alive })
}

/// The process of the command itself, as far as a runner wrote it down.
pub(super) fn command(one: &Background) -> Option<(u32, u64)> {
    let command = known(one)?.record?.command?;
    Some((command.pid, command.start))
}

/// Whether a runner has done with `one`, whatever the command left behind.
pub(super) fn is_over(one: &Background) -> bool {
    known(one).is_some_and(|known| known.state.is_end() && !known.alive)
}

/// Forgets what was written down about `one`.
pub(super) fn forget(one: &Background) {
    if let Some(runner) = &one.runner {
        Store::at(runner.directory.clone()).remove(&runner.id);
    }
}

/// Writes down what a runner of `command` starts from, where `run` is what runs with the mark `id` and prints to
/// `log`; what runs instead.
pub(super) fn prepare(
    project: &Project,
    phase: Phase,
    options: &Options<'_>,
    command: &RitualCommand,
    (run, id, log): (&Run, &str, &PathBuf),
) -> Result<(Run, Runner)> {
    let text = |text: &OsString| {
        text.to_str()
            .map(str::to_owned)
            .ok_or_else(|| Error::failed(format!("`{}` is no UTF-8 text", text.display())))
    };
    let id = PaneId::parse(&format!("k{id}")).ok_or_else(|| Error::failed("there is no id"))?;
    let project_word = word(&project.root, &project.name);
    let directory = options.state.join("rituals").join(&project_word);
    let tag = Tag {
        id: id.clone(),
        workspace: project_word,
        window: Key::from_name(&phase.to_string()),
        pane: Key::from_name(&command.name),
    };
    let specification = Specification {
        summary: command.command.as_ref().map(crate::workspace::Command::summary).unwrap_or_default(),
        argv: run.argv.iter().map(text).collect::<Result<_>>()?,
        cwd: text(&run.cwd.clone().into_os_string())?,
        shell: options.shell.to_owned(),
        supervision: command.supervision.clone(),
        session: project.name.clone(),
        journal: options.journal.to_str().map(str::to_owned),
        log: log.to_str().map(str::to_owned),
        ..Specification::new(SCHEMA, tag)
    };
    // The environment is the runner's own, and in no file.
    Store::open(&directory)?.write_specification(&specification, &[])?;
    let words = ["--dir".into(), directory.clone().into(), COMMAND_RUN.into(), id.to_string().into()];
    let argv = [options.program.into()].into_iter().chain(words).collect();
    Ok((Run { argv, ..run.clone() }, Runner { directory, id }))
}

/// Has the runner of `one` end its command by its rule, each step of which takes at most `grace`, and
/// itself; whether it did.
pub(super) fn close(one: &Background, grace: Duration, by: &str) -> bool {
    let Some(runner) = one.runner.as_ref().filter(|_| known(one).is_some_and(|known| known.alive)) else {
        return false;
    };
    let stop = Store::at(runner.directory.clone()).specification(&runner.id);
    let time = stop.map_or(grace, |specification| specification.supervision.stop.timeout.min(grace));
    let request = Request {
        timeout_ms: u64::try_from(grace.as_millis()).ok(),
        ..Request::new(Wish::Close, by.trim_matches('`'))
    };
    control::ask(&runner.directory, &runner.id, &request, time * 2 + MARGIN).is_ok()
}

/// Notes that the runner of `one` is gone, if it is.
pub(super) fn note_lost(one: &Background, by: &str) -> bool {
    let lost = known(one).filter(|known| known.state == State::LostRunner).and(one.runner.as_ref());
    let Some(runner) = lost else { return false };
    let specification = Store::at(runner.directory.clone()).specification(&runner.id);
    if let Some(Specification { session, tag, journal: Some(journal), .. }) = specification {
        let subject = Subject::pane(&session, &tag);
        // What happened has happened nevertheless.
        let _ = Journal::at(journal.into()).note([(What::LostRunner, subject)], Some(by.trim_matches('`')));
    }
    true
}

impl Awaited<'_> {
    /// What the runner knows, if one is there to be asked.
    pub(super) fn kept(&self) -> Option<Known> {
        known(self.one).filter(|known| known.alive || known.state.is_end())
    }

    /// Waits until the runner has tried to start the command; why it could not.
    pub(super) fn begun(&mut self) -> Result<Option<String>> {
        let begun = self.until(Some(BEGIN), |known| {
            let failure = known.record.as_ref().and_then(|record| match &record.last {
                Some((State::NotStarted { why }, _)) => Some(why.clone()),
                _ => None,
            });
            let is_there = known.record.is_some() || !known.alive;
            is_there.then_some(failure)
        })?;
        Ok(begun.flatten())
    }

    /// Waits until the runner says that the command is ready; why it is not.
    pub(super) fn kept_ready(&mut self, ready: &Ready) -> Result<Result<(), String>> {
        let ends = ready.probes.iter().all(|probe| *probe == Probe::Exit);
        let found = self.until(Some(ready.timeout), |known| match &known.state {
            State::Ready => Some(Ok(())),
            State::Exited { code: 0 } if ends => Some(Ok(())),
            State::GaveUp | State::LostRunner => Some(Err(format!("{} before it was ready", said(known)))),
            state if state.is_end() && !known.alive => {
                Some(Err(format!("{} before it was ready", said(known))))
            }
            _ => None,
        })?;
        Ok(found.unwrap_or_else(|| {
            let known = known(self.one);
            let why = known.as_ref().map(|known| match &known.record {
                Some(Record { probe: Some(probe), .. }) => probe.clone(),
                _ => said(known),
            });
            Err(format!("was not ready in {}: {}", duration(ready.timeout), why.unwrap_or_default()))
        }))
    }

    /// Waits until it has ended for good; nothing when nobody can know how.
    pub(super) fn kept_ended(&mut self, limit: Option<Duration>) -> Result<Result<Option<End>, String>> {
        let found = self.until(limit, |known| {
            (!known.alive || known.state == State::GaveUp).then(|| {
                let record = known.record.as_ref();
                let end = match &known.state {
                    State::GaveUp => record.and_then(|record| Some(record.last.as_ref()?.0.clone())),
                    state => Some(state.clone()),
                };
                match end {
                    Some(State::Exited { code }) => Some(End::Exited(u8::try_from(code).unwrap_or(u8::MAX))),
                    Some(State::Signalled { signal }) => Some(End::Signalled(signal)),
                    _ => None,
                }
            })
        })?;
        Ok(match found {
            Some(end) => Ok(end),
            None => Err(format!("has not ended in {}", duration(limit.unwrap_or_default()))),
        })
    }

    /// Waits until `found` finds something in what the runner knows, or the time is over.
    fn until<T>(
        &mut self,
        limit: Option<Duration>,
        mut found: impl FnMut(&Known) -> Option<T>,
    ) -> Result<Option<T>> {
        let mut signals = self.signals()?;
        // Before the look, so that nothing changes unseen in between.
        let watch = self.one.runner.as_ref().and_then(|runner| {
            let watch = Watch::new().ok()?;
            watch.add(&runner.directory).ok()?;
            Some(watch)
        });
        let begin = Instant::now();
        let mut tick = begin + TICK;
        loop {
            // A runner that this process started would stay a zombie.
            let _ = self.child.as_mut().map(|child| child.try_wait());
            let Some(known) = known(self.one) else { return Ok(None) };
            if let Some(found) = found(&known) {
                return Ok(Some(found));
            }
            let now = Instant::now();
            if limit.is_some_and(|limit| begin + limit <= now) {
                return Ok(None);
            }
            if now >= tick {
                (self.passed)(now - begin);
                tick += TICK;
            }
            let runner = known.record.as_ref().map(|record| record.runner.pid);
            let runner = runner.and_then(process::find).and_then(|runner: Process| Handle::open(&runner));
            let mut sources: Vec<PollFd<'_>> = Vec::new();
            sources.extend(watch.iter().map(|watch| PollFd::new(watch, PollFlags::IN)));
            let ended = runner.as_ref().and_then(Handle::ended);
            sources.extend(ended.map(|ended| PollFd::from_borrowed_fd(ended, PollFlags::IN)));
            wait(&mut signals, sources, limit.map_or(tick, |limit| tick.min(begin + limit)))?;
            watch.iter().for_each(|watch| drop(watch.changes()));
        }
    }
}

/// What became of it, in words: `gave up after exited 3`.
pub(super) fn said(known: &Known) -> String {
    let last = known.record.as_ref().and_then(|record| record.last.as_ref());
    match (&known.state, last) {
        (state @ (State::GaveUp | State::Restarting), Some((last, _))) => format!("{state} after {last}"),
        (state, _) => state.to_string(),
    }
}

/// Removes what is in `directory` of commands that are not among `background`: they are over, or of another boot.
pub(super) fn tidy(directory: &Path, background: &[Background]) {
    let store = Store::at(directory.to_owned());
    let known =
        |id: &PaneId| background.iter().filter_map(|one| one.runner.as_ref()).any(|one| one.id == *id);
    store.ids().iter().filter(|id| !known(id)).for_each(|id| store.remove(id));
    // Unless something is left in it.
    let _ = std::fs::remove_dir(directory);
}
