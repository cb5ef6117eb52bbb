//! Which tmux programs the tests run on.

use std::env;
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Major, minor, and the letter of a patch release or a blank: tmux 3.3a is `(3, 3, 'a')`, so that
/// versions compare as tuples do.
pub type Version = (u32, u32, char);

/// One tmux program.
#[derive(Clone, Debug)]
pub struct Tmux {
    /// Absolute path.
    pub path: PathBuf,
    /// What `tmux -V` says.
    pub version: Version,
}

impl fmt::Display for Tmux {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (major, minor, letter) = self.version;
        write!(f, "tmux {}", format!("{major}.{minor}{letter}").trim_end())?;
        write!(f, " ({})", self.path.display())
    }
}

/// Every tmux that a test has to run on: those of `RUNE_TEST_TMUX=/a/tmux:/b/tmux` in that order,
/// else the one on `PATH`.
///
/// Panics when there is none: a test that silently did not run is worse than one that fails.
pub fn each_tmux() -> Vec<Tmux> {
    let named = variable("RUNE_TEST_TMUX");
    let paths: Vec<PathBuf> = env::split_paths(&named).filter(|path| !path.as_os_str().is_empty()).collect();
    let paths = if paths.is_empty() { vec![on_path()] } else { paths };
    paths.iter().map(|path| tmux_at(path)).collect()
}

fn on_path() -> PathBuf {
    env::split_paths(&variable("PATH")).map(|dir| dir.join("tmux")).find(|path| path.is_file()).expect(
        "there is no tmux on PATH: install tmux 2.6 or newer (`apt-get install tmux`, `dnf install tmux`, \
         `brew install tmux`), or name programs with RUNE_TEST_TMUX=/a/tmux:/b/tmux",
    )
}

#[allow(clippy::disallowed_methods, reason = "asks a program of the test's for its version")]
fn tmux_at(path: &Path) -> Tmux {
    let output = Command::new(path).arg("-V").env_remove("TMUX").output().unwrap_or_else(|error| {
        panic!("could not run `{}`, which RUNE_TEST_TMUX names: {error}", path.display())
    });
    let said = String::from_utf8_lossy(&output.stdout);
    let version = parse_version(&said)
        .unwrap_or_else(|| panic!("`{} -V` said {said:?}, which is no tmux version", path.display()));
    Tmux { path: std::path::absolute(path).expect("a program that just ran has a path"), version }
}

/// The version in what `tmux -V` says. Builds without a number are newer than all that have one.
pub fn parse_version(said: &str) -> Option<Version> {
    let word = said.trim().strip_prefix("tmux ")?;
    let word = word.strip_prefix("next-").unwrap_or(word);
    if word == "master" || word.starts_with("openbsd-") {
        return Some((u32::MAX, 0, ' '));
    }
    let (major, rest) = word.split_once('.')?;
    let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    let letter = rest[digits..].chars().next().filter(char::is_ascii_lowercase).unwrap_or(' ');
    Some((major.parse().ok()?, rest[..digits].parse().ok()?, letter))
}

#[allow(clippy::disallowed_methods, reason = "tests are steered by their environment")]
pub fn variable(name: &str) -> std::ffi::OsString {
    env::var_os(name).unwrap_or_default()
}
