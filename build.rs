//! Gives `rune --version` its text, as the environment variable `RUNE_VERSION` of the compilation:
//! the package's version and, where it is known, the commit.
//!
//! The commit is `RUNE_REVISION` when a packager sets that, else what git says of this very directory.
//! Without git, or from an archive, the version stands alone.

#![allow(clippy::disallowed_methods, clippy::disallowed_macros)] // a build script is no part of the program

use std::env;
use std::path::Path;
use std::process::Command;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=RUNE_REVISION");
    let package = env!("CARGO_PKG_VERSION");
    let version = match env::var("RUNE_REVISION").ok().or_else(checked_out) {
        Some(revision) => format!("{package} ({revision})"),
        None => package.to_owned(),
    };
    println!("cargo::rustc-env=RUNE_VERSION={version}");
}

/// The commit that is checked out here, unless "here" is part of somebody else's repository.
fn checked_out() -> Option<String> {
    if Path::new(&git(&["rev-parse", "--show-toplevel"])?) != Path::new(&env::var_os("CARGO_MANIFEST_DIR")?) {
        return None;
    }
    // Written by every commit and checkout; where git keeps no such file there is nothing to watch.
    let log = git(&["rev-parse", "--git-path", "logs/HEAD"])?;
    if Path::new(&log).exists() {
        println!("cargo::rerun-if-changed={log}");
    }
    git(&["rev-parse", "--short=9", "HEAD"])
}

/// What git prints for `arguments`, or nothing when it is missing or refuses.
fn git(arguments: &[&str]) -> Option<String> {
    let output =
        Command::new("git").args(arguments).output().ok().filter(|output| output.status.success())?;
    Some(String::from_utf8(output.stdout).ok()?.trim().to_owned())
}
