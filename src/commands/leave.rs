//! Out of a session that is about to end: rune goes on in a process that is no part of it.

#![allow(clippy::disallowed_methods)] // it starts rune once more

use std::io::{Read, Write};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::context::Context;
use super::stop;
use crate::error::{Error, Result, counted};
use crate::process;
use crate::snapshot::{LiveSession, Snapshot};

/// What ties a process to the pane it was started in.
const OF_PANE: [&str; 3] = ["TMUX", "TMUX_PANE", "RUNE_PANE"];

/// Names the file for the report to the rune that goes on outside.
const REPORT: &str = "RUNE_STOP_REPORT";

/// The pane of these sessions that rune runs in: it would end with them.
pub fn own_pane<'s>(context: &Context, snapshot: &Snapshot, sessions: &[&'s LiveSession]) -> Option<&'s str> {
    pane_among(context, snapshot, sessions.iter().copied())
}

/// The pane of this server that rune runs in.
pub fn pane_of_this<'s>(context: &Context, snapshot: &'s Snapshot) -> Option<&'s str> {
    pane_among(context, snapshot, &snapshot.sessions)
}

fn pane_among<'s>(
    context: &Context,
    snapshot: &Snapshot,
    sessions: impl IntoIterator<Item = &'s LiveSession>,
) -> Option<&'s str> {
    let said = said_pane(context, snapshot);
    // What says so may be lost on the way, as under `sudo` or `env -i`.
    let above = process::snapshot().ancestors(std::process::id());
    let mut panes =
        sessions.into_iter().flat_map(|session| &session.windows).flat_map(|window| &window.panes);
    let own = panes.find(|pane| {
        said.as_ref() == Some(&pane.id) || above.iter().any(|process| process.pid == pane.pid && !pane.dead)
    });
    own.map(|pane| pane.id.as_str())
}

/// The pane of this server that the environment names.
fn said_pane(context: &Context, snapshot: &Snapshot) -> Option<String> {
    let tmux = context.variable("TMUX")?.to_str()?;
    let server: u32 = tmux.rsplit(',').nth(1)?.parse().ok()?;
    let pane = context.variable("TMUX_PANE")?.to_str()?.to_owned();
    (snapshot.pid == Some(server)).then_some(pane)
}

/// Starts the same command outside of any pane; it begins when this process, in the pane `own`, has ended.
pub fn go_on_outside(context: &Context, own: &str, sessions: usize) -> Result<()> {
    let program = std::env::current_exe().map_err(Error::io("find the program", "rune"))?;
    let mut command = Command::new(program);
    command.args(std::env::args_os().skip(1)).env_clear();
    command
        .envs(context.inherited.iter().filter(|(name, _)| !OF_PANE.iter().any(|own| name == own)).cloned());
    command.env(REPORT, report_file(context));
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
        let _ = stdin.write_all(own.as_bytes());
        // Left open: its end tells the other that this process is gone.
        std::mem::forget(stdin);
    }
    context.ui.say(&format!("ending {}, this one last; `rune status` reports", counted(sessions, "session")));
    Ok(())
}

/// Where this run, the second half of one in a pane, leaves its report.
pub fn report_wanted(context: &Context) -> Option<PathBuf> {
    context.variable(REPORT).map(PathBuf::from)
}

/// The second half of a command that was given inside of a session that it ends: waits until rune is
/// gone from the pane, lets `end` end what is to be ended, that pane last, and leaves a report.
pub fn finish_outside(
    command: &str,
    report: &Path,
    end: impl FnOnce(&str, &mut dyn FnMut(&str)) -> Result<Vec<String>>,
) -> Result<()> {
    // The pane's own rune holds the other end.
    let mut own = String::new();
    let _ = std::io::stdin().read_to_string(&mut own);
    let mut lines = vec![format!("`{command}` from inside:")];
    let result = end(own.trim(), &mut |line| lines.push(line.to_owned())).and_then(stop::survived);
    if let Err(error) = &result {
        lines.push(error.to_string());
    }
    let text = lines.join("\n") + "\n";
    // As a whole: nobody reads half a report.
    let new = report.with_extension("new");
    std::fs::write(&new, text)
        .and_then(|()| std::fs::rename(&new, report))
        .map_err(Error::io("write", report))?;
    result
}

/// The report of the last such command; it is told once.
pub fn take_report(context: &Context) -> Option<String> {
    let path = report_file(context);
    let text = std::fs::read_to_string(&path).ok()?;
    let _ = std::fs::remove_file(&path);
    Some(text.trim_end().to_owned())
}

fn report_file(context: &Context) -> PathBuf {
    context.state_directory().join(format!("stop-{}.txt", context.server_word()))
}
