//! What wakes a command that waits: changed records, signals, the end of a process, time.

use std::os::fd::{AsFd, BorrowedFd};
use std::path::Path;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::process::{Signal, getpid, kill_process};

use crate::error::{Error, Result};
use crate::process::Signals;
use crate::watch::Watch;

/// How often everything is looked at where the kernel has no notifications left for this user.
const LOOK: Duration = Duration::from_millis(200);

const TSTP: i32 = Signal::TSTP.as_raw();
const WINCH: i32 = Signal::WINCH.as_raw();

/// What wakes a command that waits.
pub struct Notice {
    watch: Option<Watch>,
    signals: Signals,
    while_read: bool,
    leaves: bool,
}

/// Why it woke.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Woken {
    /// Something changed in a directory, or a process ended.
    Changed,
    /// The time is over.
    Time,
    /// The terminal has another size.
    Resized,
    /// Nobody reads the results any more; see [`Notice::while_read`].
    Unread,
    /// Ctrl-Z: what the terminal shows is to be put back before [`Notice::suspend`].
    Suspend,
}

impl Notice {
    /// For a command that prints.
    pub fn new() -> Result<Notice> {
        Notice::of(&Signals::ENDING)
    }

    /// For a command that has the whole terminal.
    pub fn of_screen() -> Result<Notice> {
        Notice::of(&[Signals::ENDING.as_slice(), &[TSTP, WINCH]].concat())
    }

    /// For a command that goes on until Ctrl-C: then nothing is said of it.
    pub fn until_left(mut self) -> Notice {
        self.leaves = true;
        self
    }

    /// Also wakes when nobody reads standard output any more.
    pub fn while_read(mut self) -> Notice {
        self.while_read = true;
        self
    }

    fn of(signals: &[i32]) -> Result<Notice> {
        let failed = |error| Error::failed(format!("could not listen for signals: {error}"));
        let signals = Signals::watch(signals).map_err(failed)?;
        Ok(Notice { watch: Watch::new().ok(), signals, while_read: false, leaves: false })
    }

    /// Watches a directory; one that does not exist is no trouble. To be called again after each change:
    /// the directory may be another one of that name.
    pub fn add(&mut self, directory: &Path) {
        if let Some(watch) = &self.watch
            && let Err(error) = watch.add(directory)
            && error.kind() != std::io::ErrorKind::NotFound
        {
            self.watch = None;
        }
    }

    /// Sleeps until something happened, one of `ends` is readable, or the time is over.
    ///
    /// # Errors
    /// [`Error::Interrupted`] when somebody asked for the end, or [`Error::Left`].
    pub fn wait(&mut self, ends: &[BorrowedFd<'_>], timeout: Option<Duration>) -> Result<Woken> {
        let time = match &self.watch {
            Some(_) => timeout,
            None => Some(timeout.unwrap_or(LOOK).min(LOOK)),
        };
        let time = time.and_then(|time| Timespec::try_from(time).ok());
        let out = rustix::stdio::stdout();
        // Of standard output only errors are told: the reader of a pipe is gone.
        let mut sources = vec![PollFd::new(&self.signals, PollFlags::IN)];
        sources.extend(self.while_read.then(|| PollFd::new(&out, PollFlags::empty())));
        sources.extend(ends.iter().map(|end| PollFd::new(end, PollFlags::IN)));
        sources
            .extend(self.watch.as_ref().map(|watch| PollFd::from_borrowed_fd(watch.as_fd(), PollFlags::IN)));
        let woken = match poll(&mut sources, time.as_ref()) {
            Ok(0) => Woken::Time,
            Ok(_) | Err(Errno::INTR) => Woken::Changed,
            Err(error) => return Err(Error::failed(format!("could not wait: {error}"))),
        };
        let unread = self.while_read && !sources[1].revents().is_empty();
        if let Some(watch) = &self.watch {
            watch.changes();
        }
        let signals = self.signals.pending();
        match signals.iter().find(|signal| ![TSTP, WINCH].contains(signal)) {
            Some(_) if self.leaves => Err(Error::Left),
            Some(_) => Err(Error::Interrupted),
            None if unread => Ok(Woken::Unread),
            None if signals.contains(&TSTP) => Ok(Woken::Suspend),
            None if signals.contains(&WINCH) => Ok(Woken::Resized),
            None => Ok(woken),
        }
    }

    /// Stops this process, as Ctrl-Z does, until somebody lets it go on.
    pub fn suspend(&self) {
        let _ = kill_process(getpid(), Signal::STOP);
    }
}
