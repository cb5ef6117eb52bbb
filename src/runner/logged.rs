//! Waiting for the log to have everything that the pane printed.
//!
//! The runner prints a sequence that every tmux passes on to the log's writer and shows nobody; the
//! writer makes a file when it has written down all before it.

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
}

impl Logged {
    /// Prepares to wait for the log of the pane `id`; nothing where that cannot be noticed.
    pub fn new(store: &Store, id: &PaneId) -> Option<Logged> {
        let file = store.directory().join(format!("{id}.logged"));
        let _ = fs::remove_file(&file);
        let watch = Watch::new().ok()?;
        watch.add(store.directory()).ok()?;
        Some(Logged { watch, file })
    }

    pub fn source(&self) -> PollFd<'_> {
        PollFd::new(&self.watch, PollFlags::IN)
    }

    /// Whether it has.
    pub fn done(&self) -> bool {
        self.watch.changes();
        fs::remove_file(&self.file).is_ok()
    }
}

/// What tells the writer of the log that nothing comes after it.
pub fn last_word(id: &PaneId) -> String {
    format!("\x1b]7717;rune;{id};end\x07")
}
