//! Waiting for background commands: until they are ready, or have ended.

#![allow(clippy::disallowed_methods)] // what is waited for has a time limit

use std::io;
use std::process::Child;
use std::time::{Duration, Instant};

use regex::Regex;
use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::background;
use crate::error::{Error, Result};
use crate::log::FileMatcher;
use crate::probe::Attempt;
use crate::process::{self, End, Run, Signals};
use crate::ritual_plan::record::Background;
use crate::shell;
use crate::supervise::label;
use crate::workspace::Command;
use crate::workspace::supervision::{Probe, Ready};

/// A probe is tried again this soon at first, and after twice as long each time …
const QUICK: Duration = Duration::from_millis(50);
/// … up to this.
const SLOW: Duration = Duration::from_secs(1);
/// How long a program that is a probe may take.
const PROGRAM: Duration = Duration::from_secs(10);
/// How often it is said that somebody waits.
const TICK: Duration = Duration::from_secs(1);

/// A background command that is waited for.
pub(super) struct Awaited<'a> {
    pub(super) one: &'a Background,
    /// Nothing when an earlier run of rune started it.
    pub(super) child: Option<&'a mut Child>,
    /// What runs for a command of a probe.
    pub(super) run: &'a dyn Fn(&Command) -> Result<Run>,
    /// Is told about once a second for how long it has been waited.
    pub(super) passed: &'a mut dyn FnMut(Duration),
}

impl Awaited<'_> {
    /// Waits until all probes of `ready` have held, or says why they have not.
    ///
    /// # Errors
    ///
    /// [`Error::Interrupted`] when this process was asked to end.
    pub(super) fn ready(&mut self, ready: &Ready) -> Result<Result<(), String>> {
        if self.kept().is_some() {
            return self.kept_ready(ready);
        }
        let mut signals = self.signals()?;
        let begin = Instant::now();
        let late = begin + ready.timeout;
        let pattern = ready.probes.iter().find_map(|probe| match probe {
            Probe::Log(pattern) => Regex::new(pattern).ok(),
            _ => None,
        });
        let mut lines = pattern.map(|pattern| FileMatcher::new(&self.one.log, 0, pattern));
        let mut left: Vec<(&Probe, String)> =
            ready.probes.iter().map(|probe| (probe, format!("{}: not tried yet", label(probe)))).collect();
        let mut pause = QUICK;
        let mut tick = begin + TICK;
        loop {
            // Looked at before the probes: what a command did before its end counts.
            let end = self.end()?;
            let mut still = Vec::new();
            for (probe, _) in left {
                match self.answer(probe, end.as_ref(), lines.as_mut(), &mut signals, late)? {
                    Ok(()) => {}
                    Err(why) => still.push((probe, why)),
                }
            }
            left = still;
            let Some((_, why)) = left.first() else { return Ok(Ok(())) };
            if let Some(end) = end.filter(|end| !end.is_success() || !self.goes_on()) {
                return Ok(Err(format!("{end} before it was ready: {why}")));
            }
            let now = Instant::now();
            if now >= late {
                let limit = crate::ritual_plan::event::duration(ready.timeout);
                return Ok(Err(format!("was not ready in {limit}: {why}")));
            }
            if now >= tick {
                (self.passed)(now - begin);
                tick += TICK;
            }
            wait(&mut signals, Vec::new(), late.min(tick).min(now + pause))?;
            pause = (pause * 2).min(SLOW);
        }
    }

    /// Waits until it has ended; nothing when nobody can know how.
    ///
    /// # Errors
    ///
    /// [`Error::Interrupted`] when this process was asked to end.
    pub(super) fn ended(&mut self, limit: Option<Duration>) -> Result<Result<Option<End>, String>> {
        if self.kept().is_some() {
            return self.kept_ended(limit);
        }
        let mut signals = self.signals()?;
        let begin = Instant::now();
        let mut tick = begin + TICK;
        loop {
            if self.child.is_some() {
                if let Some(end) = self.end()? {
                    return Ok(Ok(Some(end)));
                }
            } else if !self.goes_on() {
                return Ok(Ok(None));
            }
            let now = Instant::now();
            if let Some(limit) = limit.filter(|limit| begin + *limit <= now) {
                return Ok(Err(format!("has not ended in {}", crate::ritual_plan::event::duration(limit))));
            }
            if now >= tick {
                (self.passed)(now - begin);
                tick += TICK;
            }
            wait(&mut signals, Vec::new(), limit.map_or(tick, |limit| tick.min(begin + limit)))?;
        }
    }

    /// Why one probe does not hold, if it does not.
    fn answer(
        &self,
        probe: &Probe,
        end: Option<&End>,
        lines: Option<&mut FileMatcher>,
        signals: &mut Signals,
        late: Instant,
    ) -> Result<Result<(), String>> {
        let refused =
            |holds: bool, why: &str| if holds { Ok(()) } else { Err(format!("{}: {why}", label(probe))) };
        Ok(match probe {
            Probe::Command(command) => {
                self.program(command)?.map_err(|why| format!("{}: {why}", label(probe)))
            }
            Probe::Log(_) => match lines.map_or(Ok(false), FileMatcher::matches) {
                Ok(found) => refused(found, "no line matches yet"),
                Err(error) => Err(format!("{}: {error}", label(probe))),
            },
            Probe::Exit => refused(end.is_some_and(End::is_success), "it still runs"),
            Probe::Delay(time) => refused(self.age() >= *time, "it has not run for so long"),
            Probe::Tcp { .. } | Probe::Http(_) | Probe::File(_) => self.attempt(probe, signals, late)?,
        })
    }

    /// For how long it has run: by its first process, where that is known, and else in whole seconds.
    fn age(&self) -> Duration {
        match self.one.process {
            Some((_, start)) => process::age(start),
            None => Duration::from_secs(super::now().saturating_sub(self.one.began).saturating_sub(1)),
        }
    }

    fn attempt(&self, probe: &Probe, signals: &mut Signals, late: Instant) -> Result<Result<(), String>> {
        // no program among these probes
        let program = |_: &Command| std::process::Command::new("false");
        let mut attempt = Attempt::begin(probe, std::path::Path::new("/"), program);
        loop {
            if let Some(answer) = attempt.advance() {
                return Ok(answer);
            }
            if Instant::now() >= late {
                return Ok(Err(format!("{}: no answer", label(probe))));
            }
            let source = attempt.source();
            let sources = source.map(|(source, flags)| PollFd::from_borrowed_fd(source, flags));
            wait(signals, sources.into_iter().collect(), attempt.until().min(late))?;
        }
    }

    fn program(&self, command: &Command) -> Result<Result<(), String>> {
        let run = Run { timeout: Some(PROGRAM), ..(self.run)(command)? };
        let finished = shell::run(&run, &mut |_| {})?;
        if finished.end.is_success() {
            return Ok(Ok(()));
        }
        let text = String::from_utf8_lossy(&finished.output);
        let last = text.lines().rev().map(crate::workspace::one_line).find(|line| !line.is_empty());
        let end = finished.end.to_string();
        Ok(Err(last.map_or(end.clone(), |line| format!("{end}: {line}"))))
    }

    /// How its first process ended, if it has and that can be known.
    fn end(&mut self) -> Result<Option<End>> {
        match &mut self.child {
            Some(child) => {
                let status = child.try_wait().map_err(Error::io("look at", &self.one.log))?;
                Ok(status.map(End::of))
            }
            None => Ok(None),
        }
    }

    /// Whether anything that comes from it still runs.
    fn goes_on(&self) -> bool {
        !background::processes(self.one, &process::snapshot()).is_empty()
    }

    pub(super) fn signals(&self) -> Result<Signals> {
        Signals::watch(&[&Signals::ENDING[..], &[Signals::CHILD]].concat())
            .map_err(Error::io("wait for", &self.one.log))
    }
}

/// Waits for a signal, for one of `sources`, or until `deadline`.
pub(super) fn wait(signals: &mut Signals, sources: Vec<PollFd<'_>>, deadline: Instant) -> Result<()> {
    let failed = |error: io::Error| Error::failed(format!("could not wait: {error}"));
    let time = deadline.saturating_duration_since(Instant::now());
    let time = Timespec::try_from(time).map_err(|error| failed(io::Error::other(error)))?;
    let mut polled = sources;
    polled.push(PollFd::new(&*signals, PollFlags::IN));
    let woken = poll(&mut polled, Some(&time));
    drop(polled);
    match woken {
        Ok(_) | Err(rustix::io::Errno::INTR) => {}
        Err(error) => return Err(failed(error.into())),
    }
    if signals.pending().iter().any(|signal| Signals::ENDING.contains(signal)) {
        return Err(Error::Interrupted);
    }
    Ok(())
}
