//! Runs one command in the foreground, without a terminal, and captures what it prints.

#![allow(clippy::disallowed_methods)] // this is where processes are started and timed

use std::io::{self, PipeReader, Read};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use crate::error::{Error, Result};
use crate::process::{self, End, NotStarted, Process, Run, Signals};

/// How much of the output is kept: its end.
const KEPT: usize = 1 << 20;

/// How long a command may clean up after it was asked to end.
const GRACE: Duration = Duration::from_secs(3);

/// How often [`Seen::Passed`] is reported.
const TICK: Duration = Duration::from_secs(1);

/// What is reported while a command runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen<'a> {
    /// It printed this (standard output and error, as they came).
    Output(&'a [u8]),
    /// It has been running for this long; about once a second.
    Passed(Duration),
}

/// A command that has ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finished {
    /// How it ended.
    pub end: End,
    /// What it printed, standard output and error as they came; the last megabyte of it.
    pub output: Vec<u8>,
    /// How long it took.
    pub time: Duration,
    /// What would not end, after a time-out.
    pub survivors: Vec<Process>,
}

/// Runs a command to its end. Whatever it leaves running goes on.
///
/// # Errors
///
/// [`Error::Interrupted`] when this process was asked to end (by Ctrl-C, SIGTERM, …): everything that
/// comes from the command has been ended by then.
pub fn run(run: &Run, seen: &mut dyn FnMut(Seen<'_>)) -> Result<Finished> {
    let system = |source| Error::Io { action: "run a command in", path: run.cwd.clone(), source };
    let mut signals = Signals::watch(&[&Signals::ENDING[..], &[Signals::CHILD]].concat()).map_err(system)?;
    let begin = Instant::now();
    let (mut child, output) = match start(run).map_err(system)? {
        Ok(started) => started,
        Err(why) => {
            let (output, survivors) = (Vec::new(), Vec::new());
            return Ok(Finished { end: End::NotStarted(why), output, time: begin.elapsed(), survivors });
        }
    };
    let root = process::find(child.id());
    let end_it = || process::terminate_found(|table| run.processes(root.as_ref(), table), GRACE);
    let mut capture = Capture { pipe: Some(output), kept: Vec::new() };
    let deadline = run.timeout.map(|timeout| begin + timeout);
    let mut tick = begin + TICK;
    let mut survivors = Vec::new();
    let end = loop {
        if let Some(status) = child.try_wait().map_err(system)? {
            break End::of(status);
        }
        let now = Instant::now();
        if let (Some(limit), true) = (run.timeout, deadline.is_some_and(|deadline| deadline <= now)) {
            survivors = end_it();
            break End::TimedOut(limit);
        }
        if tick <= now {
            seen(Seen::Passed(now - begin));
            tick += TICK;
        }
        capture.wait(&signals, deadline.map_or(tick, |deadline| deadline.min(tick)), seen).map_err(system)?;
        if signals.pending().iter().any(|signal| Signals::ENDING.contains(signal)) {
            end_it();
            let _ = child.try_wait();
            return Err(Error::Interrupted);
        }
    };
    let _ = child.try_wait();
    capture.drain(seen).map_err(system)?;
    Ok(Finished { end, output: capture.end(), time: begin.elapsed(), survivors })
}

fn start(run: &Run) -> io::Result<Result<(Child, PipeReader), NotStarted>> {
    let Some(program) = run.argv.first() else {
        return Ok(Err(NotStarted { message: "it is empty".to_owned(), code: 127 }));
    };
    // A missing directory would look like a missing program.
    if let Err(error) = std::fs::metadata(&run.cwd) {
        return Ok(Err(NotStarted { code: 126, ..NotStarted::new(run.cwd.display(), &error) }));
    }
    let (reader, writer) = io::pipe()?;
    rustix::io::ioctl_fionbio(&reader, true)?;
    let mut command = Command::new(program);
    command.args(&run.argv[1..]).current_dir(&run.cwd).env_clear();
    command.envs(run.environment.iter().map(|(name, value)| (name, value)));
    command.stdin(Stdio::null()).stdout(writer.try_clone()?).stderr(writer);
    match process::spawn(process::without_terminal(&mut command)) {
        Ok(child) => Ok(Ok((child, reader))),
        Err(error) => Ok(Err(NotStarted::new(program.display(), &error))),
    }
}

/// The output of a command, as it comes.
struct Capture {
    /// Nothing once everyone has closed the other end.
    pipe: Option<PipeReader>,
    kept: Vec<u8>,
}

impl Capture {
    /// Waits for output, a signal or `until`, and takes the output that has come.
    fn wait(&mut self, signals: &Signals, until: Instant, seen: &mut dyn FnMut(Seen<'_>)) -> io::Result<()> {
        let mut polled = vec![PollFd::new(signals, PollFlags::IN)];
        polled.extend(self.pipe.iter().map(|pipe| PollFd::new(pipe, PollFlags::IN)));
        let time = until.saturating_duration_since(Instant::now());
        match poll(&mut polled, Some(&Timespec::try_from(time).map_err(io::Error::other)?)) {
            Ok(_) | Err(rustix::io::Errno::INTR) => self.take(seen).map(drop),
            Err(error) => Err(error.into()),
        }
    }

    /// Takes one portion, so that a command which never stops printing cannot keep us from its time-out.
    /// Says whether there was one.
    fn take(&mut self, seen: &mut dyn FnMut(Seen<'_>)) -> io::Result<bool> {
        let mut buffer = [0; 16 << 10];
        let Some(pipe) = &mut self.pipe else { return Ok(false) };
        match pipe.read(&mut buffer) {
            Ok(0) => self.pipe = None,
            Ok(count) => {
                seen(Seen::Output(&buffer[..count]));
                self.kept.extend(&buffer[..count]);
                if self.kept.len() > 2 * KEPT {
                    self.kept.drain(..self.kept.len() - KEPT);
                }
                return Ok(true);
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
        Ok(false)
    }

    /// Takes what an ended command left in the pipe, which what it left running may still hold open
    /// and fill.
    fn drain(&mut self, seen: &mut dyn FnMut(Seen<'_>)) -> io::Result<()> {
        let mut portions = 0;
        while portions < 64 && self.take(seen)? {
            portions += 1;
        }
        Ok(())
    }

    fn end(mut self) -> Vec<u8> {
        self.kept.drain(..self.kept.len().saturating_sub(KEPT));
        self.kept
    }
}
