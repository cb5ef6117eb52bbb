//! Runs one command in a pseudo-terminal that stands for rune's own terminal: every key goes to the
//! command, everything it prints goes to the terminal.

#![allow(clippy::disallowed_methods)] // this is where processes are timed

use std::io;
use std::os::fd::{BorrowedFd, OwnedFd};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, native_pty_system};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use signal_hook::consts::{SIGCONT, SIGTSTP, SIGWINCH};

use crate::error::{Error, Result};
use crate::process::{self, End, Process, Run, Signals};

mod modes;
mod terminal;

use modes::Modes;
use terminal::Raw;
pub use terminal::has_terminal;

/// How long a command may clean up after it was asked to end.
const GRACE: Duration = Duration::from_secs(3);

/// How long the end of an ended command's output may take; longer only if what it left running
/// holds the terminal open.
const LAST_WORDS: Duration = Duration::from_millis(100);

/// How often a terminal that no program has open is looked at again: polling for that is not possible.
const LOOK: Duration = Duration::from_millis(50);

/// How much typed text waits for a command that does not read.
const TYPED: usize = 64 << 10;

/// Runs a command in a pseudo-terminal to its end. Standard input and output have to be a terminal
/// ([`has_terminal`]); it is in raw mode meanwhile, and as before in the end, whatever the end is.
///
/// # Errors
///
/// [`Error::Interrupted`] when this process was asked to end by a signal, or its terminal went
/// away: everything that comes from the command has been ended by then. (Ctrl-C is a key like
/// every other here, and goes to the command.)
pub fn run(run: &Run) -> Result<End> {
    let failed = |source| Error::Io { action: "run a command in", path: run.cwd.clone(), source };
    let watched = [&Signals::ENDING[..], &[Signals::CHILD, SIGWINCH, SIGTSTP, SIGCONT]].concat();
    let mut signals = Signals::watch(&watched).map_err(failed)?;
    let mut pty = Pty::start(run).map_err(failed)?;
    let raw = Raw::enter().map_err(failed)?;
    let end = pty.attend(run, &mut signals, raw).map_err(failed)?;
    end.ok_or(Error::Interrupted)
}

/// A command and the terminal it has.
struct Pty {
    master: Box<dyn MasterPty + Send>,
    /// The same as `master`, non-blocking. Its own writer would type a line end and Ctrl-D when dropped.
    terminal: OwnedFd,
    child: Box<dyn Child>,
    root: Option<Process>,
    typed: Vec<u8>,
    modes: Modes,
    /// Whether no program had the terminal open when we last looked.
    deserted: bool,
}

impl Pty {
    fn start(run: &Run) -> io::Result<Pty> {
        let _alone = process::starting();
        let pair = native_pty_system().openpty(terminal::size()).map_err(io::Error::other)?;
        let fd = pair.master.as_raw_fd().ok_or(io::ErrorKind::Unsupported)?;
        // SAFETY: `pair.master` owns the descriptor and lives until after it was duplicated.
        #[allow(unsafe_code)]
        let terminal = unsafe { BorrowedFd::borrow_raw(fd) }.try_clone_to_owned()?;
        rustix::io::ioctl_fionbio(&terminal, true)?;
        // A program that cannot be executed is not reported by portable-pty but aborts the started
        // process, so `sh` executes it, and reports what fails as it always does.
        let mut command = CommandBuilder::new("/bin/sh");
        command.args(["-c", r#"exec "$@""#, "sh"]);
        command.args(&run.argv);
        command.env_clear();
        for (name, value) in &run.environment {
            command.env(name, value);
        }
        command.cwd(&run.cwd);
        let child = pair.slave.spawn_command(command).map_err(io::Error::other)?;
        drop(pair.slave);
        let root = child.process_id().and_then(process::find);
        let (typed, modes) = (Vec::new(), Modes::default());
        Ok(Pty { master: pair.master, terminal, child, root, typed, modes, deserted: false })
    }

    /// Passes keys, output, size and signals until the command ends; nothing if we have to.
    fn attend(&mut self, run: &Run, signals: &mut Signals, raw: Raw) -> io::Result<Option<End>> {
        let deadline = run.timeout.map(|timeout| Instant::now() + timeout);
        let mut raw = Some(raw);
        loop {
            if let Some(end) = self.try_wait()? {
                self.drain()?;
                return Ok(Some(end));
            }
            if deadline.is_some_and(|deadline| deadline <= Instant::now()) {
                self.end(run)?;
                return Ok(run.timeout.map(End::TimedOut));
            }
            let attached = self.pass(signals, deadline)?;
            let came = signals.pending();
            if !attached || came.iter().any(|signal| Signals::ENDING.contains(signal)) {
                self.end(run)?;
                return Ok(None);
            }
            if came.contains(&SIGTSTP) || came.contains(&Signals::CHILD) && self.is_stopped() {
                raw = None;
                suspend()?;
                self.wake();
            }
            if raw.is_none() {
                raw = Some(Raw::enter()?);
            }
            if came.contains(&SIGWINCH) || came.contains(&SIGCONT) || came.contains(&SIGTSTP) {
                self.master.resize(terminal::size()).map_err(io::Error::other)?;
            }
        }
    }

    /// Waits for something to happen and passes what there is. Says whether the terminal is there.
    fn pass(&mut self, signals: &Signals, deadline: Option<Instant>) -> io::Result<bool> {
        let look = self.deserted.then(|| Instant::now() + LOOK);
        let until = deadline.into_iter().chain(look).min();
        let time = until.map(|until| until.saturating_duration_since(Instant::now()));
        let time = time.map(Timespec::try_from).transpose().map_err(io::Error::other)?;
        let keys = io::stdin();
        let wants = if self.typed.is_empty() { PollFlags::IN } else { PollFlags::IN | PollFlags::OUT };
        let listens = if self.typed.len() < TYPED { PollFlags::IN } else { PollFlags::empty() };
        let mut polled = vec![
            PollFd::new(signals, PollFlags::IN),
            PollFd::new(&keys, listens),
            PollFd::new(&self.terminal, wants),
        ];
        if self.deserted {
            polled.pop();
        }
        match poll(&mut polled, time.as_ref()) {
            Ok(_) => {}
            Err(Errno::INTR) => return Ok(true),
            Err(error) => return Err(error.into()),
        }
        let keys = polled[1].revents();
        let terminal = polled.get(2).map_or(PollFlags::IN, PollFd::revents);
        if terminal.contains(PollFlags::OUT) {
            self.type_on()?;
        }
        self.deserted = terminal.contains(PollFlags::HUP);
        if terminal.intersects(PollFlags::IN | PollFlags::HUP) {
            self.show()?;
        }
        Ok(keys.is_empty() || self.listen()?)
    }

    /// Takes the keys that were pressed; false if there is no terminal any more.
    fn listen(&mut self) -> io::Result<bool> {
        let mut buffer = [0; 4096];
        match rustix::io::read(io::stdin(), &mut buffer) {
            Ok(0) | Err(Errno::IO) => Ok(false),
            Ok(count) => {
                self.typed.extend(&buffer[..count]);
                self.type_on()?;
                Ok(true)
            }
            Err(Errno::INTR | Errno::AGAIN) => Ok(true),
            Err(error) => Err(error.into()),
        }
    }

    fn type_on(&mut self) -> io::Result<()> {
        match rustix::io::write(&self.terminal, &self.typed) {
            Ok(count) => drop(self.typed.drain(..count)),
            Err(Errno::INTR | Errno::AGAIN) => {}
            Err(Errno::IO) => self.typed.clear(), // nobody is left to read it
            Err(error) => return Err(error.into()),
        }
        Ok(())
    }

    /// Shows one portion of the output; false if there is none.
    fn show(&mut self) -> io::Result<bool> {
        let mut buffer = [0; 16 << 10];
        match rustix::io::read(&self.terminal, &mut buffer) {
            // Linux says so when no program has the terminal open.
            Ok(0) | Err(Errno::IO | Errno::AGAIN | Errno::INTR) => Ok(false),
            Ok(count) => {
                self.modes.see(&buffer[..count]);
                write_all(&buffer[..count])?;
                Ok(true)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Shows what is left of the output, and switches off what the command left switched on.
    fn drain(&mut self) -> io::Result<()> {
        let time = Timespec::try_from(LAST_WORDS).map_err(io::Error::other)?;
        while matches!(poll(&mut [PollFd::new(&self.terminal, PollFlags::IN)], Some(&time)), Ok(1)) {
            if !self.show()? {
                break;
            }
        }
        write_all(&self.modes.undo())
    }

    /// Ends everything that comes from the command; what it says then is still shown.
    fn end(&mut self, run: &Run) -> io::Result<()> {
        process::terminate_found(|table| run.processes(self.root.as_ref(), table), GRACE);
        let _ = self.try_wait();
        self.drain()
    }

    fn try_wait(&mut self) -> io::Result<Option<End>> {
        // portable-pty's own status has only the name of a signal, in the user's language.
        match self.child.downcast_mut::<std::process::Child>() {
            Some(child) => Ok(child.try_wait()?.map(End::of)),
            None => Err(io::ErrorKind::Unsupported.into()),
        }
    }

    fn is_stopped(&self) -> bool {
        self.root.as_ref().and_then(|root| process::find(root.pid)).is_some_and(|now| now.stopped)
    }

    fn wake(&self) {
        if let Some(handle) = self.root.as_ref().and_then(process::Handle::open) {
            let _ = handle.send(rustix::process::Signal::CONT);
        }
    }
}

/// Stops this process, as Ctrl-Z does, until it is continued; but not where nobody could continue
/// it, which is where no shell with job control has started it.
fn suspend() -> io::Result<()> {
    let own = process::find(std::process::id());
    let parent = own.as_ref().and_then(|own| process::find(own.parent));
    match (own, parent) {
        (Some(own), Some(parent)) if parent.session == own.session && parent.group != own.group => {
            signal_hook::low_level::emulate_default_handler(SIGTSTP)
        }
        _ => Ok(()),
    }
}

fn write_all(mut bytes: &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        match rustix::io::write(io::stdout(), bytes) {
            Ok(count) => bytes = &bytes[count..],
            Err(Errno::INTR) => {}
            // Without a terminal the next look at the keys ends the command.
            Err(Errno::IO) => return Ok(()),
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}
