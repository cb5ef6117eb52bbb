//! Out of a session that is about to end: rune goes on in a process that is no part of it.

#![allow(clippy::disallowed_methods)] // it starts rune once more

use std::ffi::OsString;
use std::io::Write;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};

use super::context::Context;
use crate::error::{Error, Result};
use crate::snapshot::Snapshot;

/// What ties a process to the pane it was started in.
const OF_PANE: [&str; 3] = ["TMUX", "TMUX_PANE", "RUNE_PANE"];

/// The pane of this server that rune runs in, if it does.
pub fn own_pane<'s>(context: &Context, snapshot: &'s Snapshot) -> Option<&'s str> {
    let tmux = context.variable("TMUX")?.to_str()?;
    let server: u32 = tmux.rsplit(',').nth(1)?.parse().ok()?;
    let pane = context.variable("TMUX_PANE")?.to_str()?;
    let (_, _, pane) = snapshot.panes().find(|(_, _, known)| known.id == pane)?;
    (snapshot.pid == Some(server)).then_some(pane.id.as_str())
}

/// Starts the same stop outside of any pane; it begins when this process has ended.
pub fn go_on_outside(context: &Context, report: &Path) -> Result<()> {
    let pane =
        context.variable("TMUX_PANE").map(|pane| pane.to_string_lossy().into_owned()).unwrap_or_default();
    let program = std::env::current_exe().map_err(Error::io("find the program", "rune"))?;
    let mut words: Vec<OsString> = std::env::args_os().skip(1).collect();
    words.push("--report".into());
    words.push(report.into());
    let mut command = Command::new(program);
    command.args(&words).current_dir(&context.directory).env_clear();
    command
        .envs(context.inherited.iter().filter(|(name, _)| !OF_PANE.iter().any(|own| name == own)).cloned());
    command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    // A session of its own, so that the terminal's hang-up does not reach it.
    let set_apart = || rustix::process::setsid().map(drop).map_err(std::io::Error::from);
    // SAFETY: setsid is async-signal-safe, and nothing is allocated.
    #[allow(unsafe_code)]
    unsafe {
        command.pre_exec(set_apart)
    };
    let mut child = command.spawn().map_err(Error::io("start", "rune"))?;
    if let Some(mut stdin) = child.stdin.take() {
        let _ = stdin.write_all(pane.as_bytes());
        // Left open: its end tells the other that this process is gone.
        std::mem::forget(stdin);
    }
    Ok(())
}
