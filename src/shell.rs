//! Runs one command in the foreground, without a terminal, and captures what it prints.

#![allow(clippy::disallowed_methods)] // this is where processes are started and timed

use std::ffi::OsString;
use std::fmt;
use std::io::{self, PipeReader, Read};
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use crate::error::{Error, Result};
use crate::process::{self, Process, Signals};

/// How much of the output is kept: its end.
const KEPT: usize = 1 << 20;

/// How long a command may clean up after it was asked to end.
const GRACE: Duration = Duration::from_secs(3);

/// How often [`Seen::Passed`] is reported.
const TICK: Duration = Duration::from_secs(1);

/// One command to run. Its standard input is empty and it has no terminal.
#[derive(Clone, Debug)]
pub struct Run {
    /// Program and arguments; not empty.
    pub argv: Vec<OsString>,
    /// Directory it runs in.
    pub cwd: PathBuf,
    /// Its whole environment.
    pub environment: Vec<(OsString, OsString)>,
    /// How long it may take.
    pub timeout: Option<Duration>,
    /// A variable and value in `environment` that no other command has. What moved out of reach
    /// otherwise is found by it when the command has to be ended.
    pub mark: Option<(String, String)>,
}

/// What is reported while a command runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen<'a> {
    /// It printed this (standard output and error, as they came).
    Output(&'a [u8]),
    /// It has been running for this long; about once a second.
    Passed(Duration),
}

/// How a command ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// By itself, with this exit code.
    Exited(u8),
    /// By this signal.
    Signalled(i32),
    /// rune ended it after its time-out of this length.
    TimedOut(Duration),
    /// It could not be started, for this reason.
    NotStarted(NotStarted),
}

/// Why a command could not be started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotStarted {
    /// What the system said of what.
    pub message: String,
    /// 127 if there is no such program, else 126; as a shell has it.
    pub code: u8,
}

impl NotStarted {
    /// For the program (or its directory) that `error` is about.
    pub fn new(path: impl fmt::Display, error: &io::Error) -> NotStarted {
        let code = if error.kind() == io::ErrorKind::NotFound { 127 } else { 126 };
        NotStarted { message: format!("`{path}`: {error}"), code }
    }
}

impl End {
    /// The end that a status of the system means.
    pub fn of(status: ExitStatus) -> End {
        match (status.code(), status.signal()) {
            (Some(code), _) => End::Exited(u8::try_from(code).unwrap_or(u8::MAX)),
            (None, signal) => End::Signalled(signal.unwrap_or_default()),
        }
    }

    /// Whether it ended by itself with exit code 0.
    pub fn is_success(&self) -> bool {
        *self == End::Exited(0)
    }

    /// The exit code that a shell would make of it: 128 and the signal's number, 124 after a time-out.
    pub fn code(&self) -> u8 {
        match self {
            End::Exited(code) => *code,
            End::Signalled(signal) => u8::try_from(128 + signal).unwrap_or(u8::MAX),
            End::TimedOut(_) => 124,
            End::NotStarted(why) => why.code,
        }
    }
}

impl fmt::Display for End {
    /// As in "`name` exited 3".
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            End::Exited(code) => write!(f, "exited {code}"),
            End::Signalled(signal) => match signal_hook::low_level::signal_name(*signal) {
                Some(name) => write!(f, "was ended by signal {signal} ({name})"),
                None => write!(f, "was ended by signal {signal}"),
            },
            End::TimedOut(limit) => write!(f, "took longer than its time-out of {} s", limit.as_secs_f32()),
            End::NotStarted(why) => write!(f, "could not be started: {}", why.message),
        }
    }
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
    let end_it = || {
        let find = |table: &process::Table| {
            let marked = run.mark.iter().flat_map(|(name, value)| table.with_variable(name, value));
            root.iter().cloned().chain(marked).collect()
        };
        process::terminate_found(find, GRACE)
    };
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
