//! What the machine answers while a config is resolved.

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use jiff::civil::{Date, Weekday};

use crate::config::resolve::World;
use crate::ritual::Condition;

/// This machine, seen from one root. Git is asked at most once.
pub struct Machine<'m> {
    root: PathBuf,
    environment: &'m BTreeMap<OsString, OsString>,
    today: Date,
    directories: bool,
    clean: OnceCell<Option<bool>>,
}

impl<'m> Machine<'m> {
    /// The machine for a root and an inherited environment. Without `directories` every path counts
    /// as a directory.
    pub fn new(
        root: impl Into<PathBuf>,
        environment: &'m BTreeMap<OsString, OsString>,
        today: Date,
        directories: bool,
    ) -> Machine<'m> {
        Machine { root: root.into(), environment, today, directories, clean: OnceCell::new() }
    }

    fn is_clean(&self) -> Option<bool> {
        *self.clean.get_or_init(|| is_clean(&self.root))
    }
}

impl World for Machine<'_> {
    fn is_directory(&self, path: &Path) -> bool {
        !self.directories || path.is_dir()
    }

    fn holds(&self, condition: &Condition) -> bool {
        let weekend = matches!(self.today.weekday(), Weekday::Saturday | Weekday::Sunday);
        match condition {
            Condition::GitClean => self.is_clean() == Some(true),
            Condition::GitDirty => self.is_clean() == Some(false),
            Condition::Weekday => !weekend,
            Condition::Weekend => weekend,
            Condition::Env { name, value } => {
                self.environment.get(OsStr::new(name)).is_some_and(|found| found == value.as_str())
            }
            Condition::Exists(path) => path.symlink_metadata().is_ok(),
        }
    }
}

/// Whether the work tree at `root` has no changes; nothing outside of one or without git.
#[allow(clippy::disallowed_methods)] // a condition of the config asks for it; nothing else can tell
fn is_clean(root: &Path) -> Option<bool> {
    let output = std::process::Command::new("git")
        .arg("-C")
        .arg(root)
        // looking must neither take a lock nor run a program that the work tree names
        .args(["--no-optional-locks", "-c", "core.fsmonitor=false", "status", "--porcelain", "-z"])
        .stdin(std::process::Stdio::null())
        .output()
        .ok()?;
    output.status.success().then_some(output.stdout.is_empty())
}
