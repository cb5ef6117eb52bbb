//! Whether a condition holds right now.

#![allow(clippy::disallowed_methods)] // git is asked, and the clock

use std::ffi::{OsStr, OsString};
use std::path::Path;
use std::time::Duration;

use jiff::Zoned;
use jiff::civil::Weekday;

use crate::error::Result;
use crate::process::Run;
use crate::ritual::Condition;
use crate::shell;

/// How long git may take to say whether there are changes.
const LIMIT: Duration = Duration::from_secs(20);

/// Whether `condition` holds, for a project at `root`, in the `inherited` environment.
///
/// Outside a git work tree, and where git fails, neither `git_clean` nor `git_dirty` holds.
pub fn holds(condition: &Condition, root: &Path, inherited: &[(OsString, OsString)]) -> Result<bool> {
    let is_weekend = || matches!(Zoned::now().weekday(), Weekday::Saturday | Weekday::Sunday);
    Ok(match condition {
        Condition::GitClean => changes(root, inherited)? == Some(false),
        Condition::GitDirty => changes(root, inherited)? == Some(true),
        Condition::Weekday => !is_weekend(),
        Condition::Weekend => is_weekend(),
        Condition::Env { name, value } => inherited.iter().any(|(other, set)| {
            other.as_os_str() == OsStr::new(name) && set.as_os_str() == OsStr::new(value)
        }),
        Condition::Exists(path) => path.exists(),
    })
}

/// Whether the git work tree at `root` has changes; nothing where there is none.
fn changes(root: &Path, inherited: &[(OsString, OsString)]) -> Result<Option<bool>> {
    // Asking must not get in the way of a git that the user runs, so it takes no lock.
    let argv = ["git", "--no-optional-locks", "status", "--porcelain"].map(OsString::from).to_vec();
    let environment = inherited.to_vec();
    let asked = Run { argv, cwd: root.to_owned(), environment, timeout: Some(LIMIT), mark: None };
    let finished = shell::run(&asked, &mut |_| {})?;
    Ok(finished.end.is_success().then_some(!finished.output.is_empty()))
}
