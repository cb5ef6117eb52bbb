//! Waiting for the log to have everything that the pane printed.
//!
//! The runner prints a mark ([`crate::cast::Mark`]) that every tmux passes on to the log's writer and
//! shows nobody; the writer makes a file when it has written down all before it.

use std::fs;
use std::path::PathBuf;

use rustix::event::{PollFd, PollFlags};

use crate::record::PaneId;
use crate::store::Store;
use crate::watch::Watch;

/// A log that is to catch up.
pub struct Logged {
    watch: Watch,
    file: PathBuf,
    done: bool,
    waits: bool,
}

impl Logged {
    /// Prepares to wait for the log of the pane `id`; nothing where that cannot be noticed.
    pub fn new(store: &Store, id: &PaneId) -> Option<Logged> {
        let file = store.logged(id);
        let _ = fs::remove_file(&file);
        let watch = Watch::new().ok()?;
        watch.add(store.directory()).ok()?;
        Some(Logged { watch, file, done: false, waits: false })
    }

    /// Nothing as long as nobody waits: much else happens where the file appears.
    pub fn source(&self) -> Option<PollFd<'_>> {
        self.waits.then(|| PollFd::new(&self.watch, PollFlags::IN))
    }

    /// Waits from now on.
    pub fn wait(&mut self) {
        self.waits = true;
    }

    /// Whether it has.
    pub fn done(&mut self) -> bool {
        if self.waits {
            self.watch.changes();
        }
        self.done |= self.waits && fs::remove_file(&self.file).is_ok();
        self.done
    }
}
