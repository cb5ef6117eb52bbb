//! Whether a condition of the config holds right now.

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::Path;
use std::time::Duration;

use jiff::civil::{Date, Weekday};

use crate::error::Result;
use crate::process::Run;
use crate::ritual::Condition;
use crate::shell;

/// How long git may take to say whether there are changes.
const LIMIT: Duration = Duration::from_secs(20);

/// Asks git for changes. Asking must not get in the way of a git that the user runs, so it takes no lock, and
/// it must not run a program that the work tree names. A warning is no change.
const STATUS: &str = "exec git --no-optional-locks -c core.fsmonitor=false status --porcelain -z 2>/dev/null";

/// What conditions are about: a project at its root, today, in an inherited environment. Git is asked at
/// most once.
pub struct Present<'p> {
    root: &'p Path,
    environment: BTreeMap<&'p OsStr, &'p OsStr>,
    today: Date,
    changed: OnceCell<Option<bool>>,
}

impl<'p> Present<'p> {
    /// The present of a project.
    pub fn new(
        root: &'p Path,
        environment: impl IntoIterator<Item = (&'p OsString, &'p OsString)>,
        today: Date,
    ) -> Present<'p> {
        let environment = environment.into_iter().map(|(name, value)| (name.as_os_str(), value.as_os_str()));
        Present { root, environment: environment.collect(), today, changed: OnceCell::new() }
    }

    /// Whether `condition` holds. Outside a git work tree, and where git fails or takes too long, neither
    /// `git_clean` nor `git_dirty` does.
    ///
    /// # Errors
    /// [`Error::Interrupted`](crate::error::Error::Interrupted) when this process was asked to end while
    /// git was asked.
    pub fn holds(&self, condition: &Condition) -> Result<bool> {
        let is_weekend = matches!(self.today.weekday(), Weekday::Saturday | Weekday::Sunday);
        Ok(match condition {
            Condition::GitClean => self.changed()? == Some(false),
            Condition::GitDirty => self.changed()? == Some(true),
            Condition::Weekday => !is_weekend,
            Condition::Weekend => is_weekend,
            Condition::Env { name, value } => {
                self.environment.get(OsStr::new(name)).is_some_and(|found| *found == value.as_str())
            }
            Condition::Exists(path) => path.exists(),
        })
    }

    /// Whether the git work tree at the root has changes; nothing where there is none.
    fn changed(&self) -> Result<Option<bool>> {
        if let Some(known) = self.changed.get() {
            return Ok(*known);
        }
        let environment = self.environment.iter();
        let asked = Run {
            argv: ["sh", "-c", STATUS].map(OsString::from).to_vec(),
            cwd: self.root.to_owned(),
            environment: environment.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
            timeout: Some(LIMIT),
            mark: None,
        };
        let finished = shell::run(&asked, &mut |_| {})?;
        let changed = finished.end.is_success().then_some(!finished.output.is_empty());
        Ok(*self.changed.get_or_init(|| changed))
    }
}
