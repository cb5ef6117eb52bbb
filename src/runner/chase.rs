//! The processes of a runner while they are being ended.

#![allow(clippy::disallowed_methods)] // it looks again after a while

use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags};

use crate::process::{self, Handle, Hunt, Process, Table};
use crate::record::ProcessId;

/// Children that appear meanwhile are looked for after this time, then after twice as long each
/// time up to [`SELDOM`].
const SOON: Duration = Duration::from_millis(50);
const SELDOM: Duration = Duration::from_secs(1);

type Find = Box<dyn FnMut(&Table) -> Vec<Process>>;

/// Everything that comes from a runner, itself not included.
pub struct Chase {
    hunt: Hunt<Find>,
    how: How,
    held: Vec<Handle>,
    pause: Duration,
    again: Instant,
}

#[derive(Clone, Copy)]
enum How {
    Watch,
    Tell,
    Kill,
}

impl Chase {
    /// Takes a picture of all processes that come from `runner`; what it starts carries this variable.
    pub fn begin(runner: ProcessId, (name, value): (&'static str, String)) -> Chase {
        let find = move |table: &Table| {
            let mut found = table.descendants(runner.pid, runner.start);
            // What lost its parents comes to the runner, except where the system has no such custom.
            let orphans = table.with_variable(name, &value).into_iter();
            found.extend(orphans.filter(|process| process.parent == 1));
            found
        };
        let hunt = Hunt::new(Box::new(find) as Find);
        let mut chase = Chase { hunt, how: How::Watch, held: Vec::new(), pause: SOON, again: Instant::now() };
        chase.look();
        chase
    }

    /// Asks each of them to end.
    pub fn tell(&mut self) {
        self.change(How::Tell);
    }

    /// Kills each of them.
    pub fn kill(&mut self) {
        self.change(How::Kill);
    }

    fn change(&mut self, how: How) {
        self.how = how;
        self.pause = SOON;
        self.look();
    }

    fn look(&mut self) {
        self.held = match self.how {
            How::Watch => self.hunt.hold(),
            How::Tell => self.hunt.tell(),
            // Who cannot be signalled survives as well.
            How::Kill => {
                self.hunt.kill();
                self.hunt.hold()
            }
        };
        self.again = Instant::now() + self.pause;
        self.pause = (self.pause * 2).min(SELDOM);
    }

    /// Each polls as readable when its process has ended.
    pub fn sources(&self) -> impl Iterator<Item = PollFd<'_>> {
        let sources = self.held.iter().filter_map(Handle::source);
        sources.map(|source| PollFd::from_borrowed_fd(source, PollFlags::IN))
    }

    /// When to look again, whatever happens.
    pub fn again(&self) -> Instant {
        self.again
    }

    /// Whether all of them have ended.
    pub fn gone(&mut self, something_ended: bool) -> bool {
        if something_ended || self.again <= Instant::now() {
            self.look();
        }
        self.held.is_empty()
    }

    /// What would not end, each in words.
    pub fn left(&mut self) -> Vec<String> {
        self.hunt
            .look()
            .iter()
            .map(|process| format!("{process}: {}", process::command_line(process)))
            .collect()
    }
}
