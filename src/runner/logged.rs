//! Waiting for the log to have everything that the pane printed.
//!
//! The runner prints a mark ([`crate::cast::Mark`]) that every tmux passes on to the log's writer and
//! shows nobody; the writer makes a file when it has written down all before it.

#![allow(clippy::disallowed_methods)] // without notice it is looked for again and again

use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags};

use crate::record::PaneId;
use crate::store::Store;
use crate::watch::Watch;

/// How often it is looked for where the user has no notifications left.
const LOOK: Duration = Duration::from_millis(50);

/// A log that is to catch up.
pub struct Logged {
    watch: Option<Watch>,
    file: PathBuf,
    done: bool,
    waits: bool,
}

impl Logged {
    /// Prepares to wait for the log of the pane `id`.
    pub fn new(store: &Store, id: &PaneId) -> Logged {
        let file = store.logged(id);
        let _ = fs::remove_file(&file);
        let watch = Watch::new().and_then(|watch| watch.add(store.directory()).map(|()| watch)).ok();
        Logged { watch, file, done: false, waits: false }
    }

    /// Nothing as long as nobody waits: much else happens where the file appears.
    pub fn source(&self) -> Option<PollFd<'_>> {
        self.watch.as_ref().filter(|_| self.waits).map(|watch| PollFd::new(watch, PollFlags::IN))
    }

    /// When it is to be looked for again.
    pub fn until(&self) -> Option<Instant> {
        (self.waits && self.watch.is_none()).then(|| Instant::now() + LOOK)
    }

    /// Waits from now on.
    pub fn wait(&mut self) {
        self.waits = true;
    }

    /// Whether it has.
    pub fn done(&mut self) -> bool {
        if let Some(watch) = self.watch.as_ref().filter(|_| self.waits) {
            watch.changes();
        }
        self.done |= self.waits && fs::remove_file(&self.file).is_ok();
        self.done
    }
}
