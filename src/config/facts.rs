//! What the machine answers while a config is resolved.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::Path;

use jiff::civil::Date;

use crate::condition::Present;
use crate::config::resolve::World;
use crate::error::{Error, Result};
use crate::ritual::Condition;

/// This machine, seen from one root.
pub struct Machine<'m> {
    present: Present<'m>,
    directories: bool,
    failed: RefCell<Option<Error>>,
}

impl<'m> Machine<'m> {
    /// The machine for a root and an inherited environment. Without `directories` every path counts
    /// as a directory.
    pub fn new(
        root: &'m Path,
        environment: &'m BTreeMap<OsString, OsString>,
        today: Date,
        directories: bool,
    ) -> Machine<'m> {
        Machine { present: Present::new(root, environment, today), directories, failed: RefCell::default() }
    }

    /// Whether every question had an answer.
    ///
    /// # Errors
    /// Why one had none, as [`Present::holds`] says; it was taken for a no.
    pub fn answered(self) -> Result<()> {
        self.failed.into_inner().map_or(Ok(()), Err)
    }
}

impl World for Machine<'_> {
    fn is_directory(&self, path: &Path) -> bool {
        !self.directories || path.is_dir()
    }

    fn holds(&self, condition: &Condition) -> bool {
        self.present.holds(condition).unwrap_or_else(|error| {
            self.failed.replace(Some(error));
            false
        })
    }
}
