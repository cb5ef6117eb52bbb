//! The children of a runner: those that it started, and orphans that come to it because it is a
//! subreaper. All are collected; only of the first is it remembered what became of them.

use std::io;

use rustix::process::{Pid, WaitOptions, WaitStatus, wait};

use super::program::Program;
use crate::record::State;

/// What happened to a child.
pub enum Change {
    /// It is gone.
    Ended(State),
    /// A signal stopped it, as Ctrl-Z does.
    Stopped,
    /// It goes on after a stop.
    Continued,
}

impl Change {
    fn of(status: WaitStatus) -> Option<Change> {
        if let Some(code) = status.exit_status() {
            return Some(Change::Ended(State::Exited { code }));
        }
        if let Some(signal) = status.terminating_signal() {
            return Some(Change::Ended(State::Signalled { signal }));
        }
        if status.stopped() {
            return Some(Change::Stopped);
        }
        status.continued().then_some(Change::Continued)
    }
}

/// The children that were started and have not been seen to end, each with its latest change that
/// nobody has asked for yet.
#[derive(Default)]
pub struct Children(Vec<(Pid, Option<Change>)>);

impl Children {
    /// Starts `program` as the foreground process group of the terminal.
    pub fn start(&mut self, program: &Program) -> io::Result<Pid> {
        let pid = program.start()?;
        self.0.push((pid, None));
        Ok(pid)
    }

    /// Remembers what becomes of a child that was started elsewhere.
    pub fn adopt(&mut self, pid: Pid) {
        self.0.push((pid, None));
    }

    /// Collects every child that changed; does not wait for one.
    pub fn collect(&mut self) {
        let options = WaitOptions::NOHANG | WaitOptions::UNTRACED | WaitOptions::CONTINUED;
        while let Ok(Some((pid, status))) = wait(options) {
            if let Some((_, change)) = self.0.iter_mut().find(|(known, _)| *known == pid) {
                *change = Change::of(status).or(change.take());
            }
        }
    }

    /// What happened last to the child `pid`, unless it was asked for before.
    pub fn change(&mut self, pid: Pid) -> Option<Change> {
        self.collect();
        let place = self.0.iter().position(|(known, _)| *known == pid)?;
        let change = self.0[place].1.take()?;
        if let Change::Ended(_) = change {
            self.0.remove(place);
        }
        Some(change)
    }
}
