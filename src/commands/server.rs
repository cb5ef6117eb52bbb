//! `rune server …`

use std::time::{Duration, Instant};

use serde_json::json;

use super::context::Context;
use super::kill::{duration, end_session};
use super::live::{self, Terms};
use super::{bring_up, leave, stop};
use crate::cli;
use crate::error::{Error, Result, counted};
use crate::live::{Ensure, Operation};
use crate::process::{self, Handle};
use crate::snapshot::Snapshot;
use crate::tmux::server::Socket;
use crate::ui::table;

/// How long a server may take to end that has no session left: it needs milliseconds.
const END: Duration = Duration::from_secs(10);

/// `rune server`
pub fn server(context: &Context, command: &cli::Server) -> Result<()> {
    match command {
        cli::Server::Start { session, how } => start(context, session, *how),
        cli::Server::Stop { name, timeout, json } => stop(context, name, duration(timeout)?, *json),
        cli::Server::Status { json } => status(context, *json),
    }
}

fn start(context: &Context, session: &str, how: cli::How) -> Result<()> {
    // A server ends when it has no session, so that is what a server is started with.
    let runs =
        context.server.is_running()? && context.look()?.is_some_and(|snapshot| !snapshot.sessions.is_empty());
    let ensure = Ensure::Session { name: session.to_owned(), root: None, environment: Default::default() };
    let wanted = if runs { Vec::new() } else { vec![ensure] };
    let terms = Terms { purpose: "rune server start", any: how.any };
    live::run(context, &Operation::Ensure(wanted), terms, how.json)
}

/// The name that the server is asked for by.
fn name(context: &Context) -> String {
    match &context.server.socket {
        Socket::Name(name) => name.clone(),
        Socket::Path(path) => path.display().to_string(),
    }
}

fn stop(context: &Context, asked: &str, grace: Duration, json: bool) -> Result<()> {
    if asked != name(context) {
        return Err(Error::Refused {
            message: format!("the server is `{}`, not `{asked}`", name(context)),
            hint: Some("name a server with `--socket-name`, and once more as the one to stop".to_owned()),
        });
    }
    if let Some(report) = leave::report_wanted(context) {
        return leave::finish_outside("rune server stop", &report, |own, say| {
            let _lock = bring_up::lock(context, "rune server stop")?;
            let snapshot = mine(context)?;
            let survivors = end(context, &snapshot, Some(own), grace)?;
            say("the server has ended");
            Ok(survivors)
        });
    }
    let lock = bring_up::lock(context, "rune server stop")?;
    let snapshot = mine(context)?;
    let sessions = snapshot.sessions.len();
    if let Some(own) = leave::pane_of_this(context, &snapshot) {
        drop(lock);
        return leave::go_on_outside(context, own, sessions);
    }
    let survivors = end(context, &snapshot, None, grace)?;
    if json {
        let value = json!({"schema": 1, "changed": true, "sessions": sessions, "pid": snapshot.pid});
        context.ui.result(&value.to_string());
    } else {
        context.ui.say(&format!("the server has ended, with {}", counted(sessions, "session")));
    }
    stop::survived(survivors)
}

/// What is on the server, when it is one that may be stopped.
fn mine(context: &Context) -> Result<Snapshot> {
    let snapshot = live::look(context)?;
    if snapshot.sessions.is_empty() {
        return Err(Error::NotRunning);
    }
    if !live::is_own(context, &snapshot) {
        return Err(Error::Refused {
            message: format!("rune did not start the server `{}`", name(context)),
            hint: Some("`tmux kill-server` stops a server of your own".to_owned()),
        });
    }
    Ok(snapshot)
}

fn end(context: &Context, snapshot: &Snapshot, last: Option<&str>, grace: Duration) -> Result<Vec<String>> {
    let server = handle(snapshot);
    let holds = |session: &&crate::snapshot::LiveSession| {
        session.windows.iter().flat_map(|window| &window.panes).any(|pane| Some(pane.id.as_str()) == last)
    };
    let (last_ones, first): (Vec<_>, Vec<_>) = snapshot.sessions.iter().partition(holds);
    let mut survivors = Vec::new();
    for session in first.into_iter().chain(last_ones) {
        survivors.extend(end_session(context, session, last, grace, "rune server stop")?);
    }
    if !has_ended(server) {
        return Err(Error::failed("the server's sessions have ended, but it still runs"));
    }
    Ok(survivors)
}

/// The server's process, to wait for.
pub fn handle(snapshot: &Snapshot) -> Option<Handle> {
    snapshot.pid.and_then(process::find).and_then(|process| Handle::open(&process))
}

/// Waits until a server without sessions has ended: the next one is not to be started into its end.
#[allow(clippy::disallowed_methods)] // the entry layer knows the time
pub fn has_ended(server: Option<Handle>) -> bool {
    server.is_none_or(|server| process::wait_for(&[server], Instant::now() + END))
}

fn status(context: &Context, json: bool) -> Result<()> {
    let snapshot = live::look(context)?;
    let running = !snapshot.sessions.is_empty();
    let windows: usize = snapshot.sessions.iter().map(|session| session.windows.len()).sum();
    let (sessions, panes) = (snapshot.sessions.len(), snapshot.panes().count());
    let version = snapshot.version.map(|version| version.to_string());
    let own = running && live::is_own(context, &snapshot);
    if json {
        let value = json!({
            "schema": 1, "running": running, "name": name(context), "socket": context.server.path,
            "pid": snapshot.pid, "version": version, "own": own,
            "sessions": sessions, "windows": windows, "panes": panes,
        });
        context.ui.result(&value.to_string());
        return Ok(());
    }
    if !running {
        context.ui.say(&format!("no server runs at {}", context.server.path.display()));
        return Ok(());
    }
    let row = |name: &str, value: String| vec![name.to_owned(), value];
    let whose = if own { "rune" } else { "you: rune changes only what it made there" };
    context.ui.result(&table(&[
        row("socket", context.server.path.display().to_string()),
        row("pid", snapshot.pid.map_or_else(String::new, |pid| pid.to_string())),
        row("tmux", version.unwrap_or_default()),
        row("belongs to", whose.to_owned()),
        row("sessions", sessions.to_string()),
        row("windows", windows.to_string()),
        row("panes", panes.to_string()),
    ]));
    Ok(())
}
