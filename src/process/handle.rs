//! A hold on one process, so that what is meant for it reaches it or nobody.

#![allow(clippy::disallowed_methods)] // waiting needs a clock

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::process::{Pid, Signal, kill_process};

use super::{Process, find, system};

/// How often a process is looked at where the kernel cannot say when it ends.
const LOOK: Duration = Duration::from_millis(20);

/// A hold on one process, whatever becomes of its id.
#[derive(Debug)]
pub struct Handle {
    process: Process,
    pid: Pid,
    /// Missing where the kernel has none (before Linux 5.3) or descriptors ran out.
    pidfd: Option<OwnedFd>,
}

impl Handle {
    /// A hold on `process`; nothing if it has ended, nor for the first process of the system.
    pub fn open(process: &Process) -> Option<Handle> {
        let pid = Pid::from_raw(i32::try_from(process.pid).ok().filter(|pid| *pid > 1)?)?;
        let pidfd = system::pidfd(pid);
        let handle = Handle { process: process.clone(), pid, pidfd };
        // The id may have changed hands before the descriptor was open, never after.
        handle.is_same().then_some(handle)
    }

    /// The process as it was when the handle was opened.
    pub fn process(&self) -> &Process {
        &self.process
    }

    /// A descriptor that polls as readable when the process has ended, where the kernel has one.
    pub fn source(&self) -> Option<BorrowedFd<'_>> {
        self.pidfd.as_ref().map(AsFd::as_fd)
    }

    /// Sends a signal. That the process has ended is not an error.
    pub fn send(&self, signal: Signal) -> io::Result<()> {
        let sent = match &self.pidfd {
            Some(pidfd) => system::send(pidfd, signal),
            None if self.is_same() => kill_process(self.pid, signal),
            None => Ok(()),
        };
        match sent {
            Ok(()) | Err(Errno::SRCH) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// What polls as readable when the process has ended, where the kernel has such a thing.
    pub fn ended(&self) -> Option<BorrowedFd<'_>> {
        self.pidfd.as_ref().map(AsFd::as_fd)
    }

    fn is_same(&self) -> bool {
        find(self.process.pid).is_some_and(|now| now.is(&self.process))
    }
}

/// Waits until all of them have ended (true) or until `deadline` (false).
pub fn wait_for(handles: &[Handle], deadline: Instant) -> bool {
    let mut left: Vec<&Handle> = handles.iter().collect();
    loop {
        left.retain(|handle| handle.pidfd.is_some() || handle.is_same());
        if left.is_empty() {
            return true;
        }
        let mut time = deadline.saturating_duration_since(Instant::now());
        let mut polled: Vec<PollFd<'_>> =
            left.iter().filter_map(|h| h.pidfd.as_ref()).map(|fd| PollFd::new(fd, PollFlags::IN)).collect();
        let blind = polled.len() < left.len();
        if blind {
            time = time.min(LOOK);
        }
        match Timespec::try_from(time).map(|time| poll(&mut polled, Some(&time))) {
            Ok(Ok(_) | Err(Errno::INTR)) => {}
            Ok(Err(_)) | Err(_) => return false,
        }
        let ended: Vec<bool> = polled.iter().map(|one| !one.revents().is_empty()).collect();
        let mut ended = ended.into_iter();
        left.retain(|handle| handle.pidfd.is_none() || !ended.next().unwrap_or(false));
        if !left.is_empty() && Instant::now() >= deadline {
            return left.iter().all(|handle| handle.pidfd.is_none() && !handle.is_same());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    #[test]
    fn a_process_is_ended_and_waited_for_without_a_pidfd_too() {
        for with_pidfd in [true, false] {
            let mut child = Command::new("cat").stdin(std::process::Stdio::piped()).spawn().unwrap();
            let mut handle = Handle::open(&find(child.id()).unwrap()).unwrap();
            assert!(handle.pidfd.is_some());
            if !with_pidfd {
                handle.pidfd = None;
            }
            let handles = [handle];
            assert!(!wait_for(&handles, Instant::now() + Duration::from_millis(50)));
            handles[0].send(Signal::TERM).unwrap();
            assert!(wait_for(&handles, Instant::now() + Duration::from_secs(10)));
            child.wait().unwrap();
            handles[0].send(Signal::TERM).unwrap();
        }
    }
}
