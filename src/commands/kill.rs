//! `rune kill`: one session ends, with everything in it.

use std::time::Duration;

use super::attach;
use super::bring_up;
use super::context::Context;
use super::leave;
use super::noted;
use super::processes::{self, Group};
use super::stop;
use crate::cli;
use crate::config::raw;
use crate::error::{Error, Result};
use crate::event::{Subject, What};
use crate::snapshot::{LivePane, LiveSession};
use crate::store::Store;

/// Who ends a session here.
const BY: &str = "rune kill";

/// `rune kill`
pub fn kill(context: &Context, options: &cli::Kill) -> Result<()> {
    let grace = duration(&options.timeout)?;
    if let Some(report) = leave::report_wanted(context) {
        return leave::finish_outside("rune kill", &report, |own, say| {
            let _lock = bring_up::lock(context, "rune kill")?;
            let snapshot = context.look()?.unwrap_or_default();
            let session = attach::find(&snapshot, &options.name)?;
            let survivors = end_session(context, session, Some(own), grace, BY)?;
            say(&format!("ended `{}`", session.name));
            Ok(survivors)
        });
    }
    let _lock = bring_up::lock(context, "rune kill")?;
    let snapshot = context.look()?.unwrap_or_default();
    let session = attach::find(&snapshot, &options.name)?;
    if let Some(own) = leave::own_pane(context, &snapshot, &[session]) {
        return leave::go_on_outside(context, own, 1);
    }
    let survivors = end_session(context, session, None, grace, BY)?;
    context.ui.say(&format!("ended `{}`", session.name));
    stop::survived(survivors)
}

/// Ends what runs in the session, in the pane `last` as the last, then the session, for the command
/// `by`; who survived.
pub fn end_session(
    context: &Context,
    session: &LiveSession,
    last: Option<&str>,
    grace: Duration,
    by: &str,
) -> Result<Vec<String>> {
    let panes = session.windows.iter().flat_map(|window| &window.panes);
    let (own, others): (Vec<&LivePane>, Vec<&LivePane>) =
        panes.partition(|pane| Some(pane.id.as_str()) == last);
    let mark = session.workspace.as_ref().map(|word| context.workspace_mark(word));
    let known = session.workspace.clone().zip(session.directory.clone());
    let directories = &known.into_iter().collect();
    let mut survivors = Vec::new();
    if !own.is_empty() {
        survivors.extend(processes::end(Group { panes: &others, workspace: None, directories, by }, grace));
    }
    let left = if own.is_empty() { &others } else { &own };
    survivors
        .extend(processes::end(Group { panes: left, workspace: mark.as_deref(), directories, by }, grace));
    let ended = context.server.command("end the session", ["kill-session", "-t", &session.id]);
    if let Err(error) = ended {
        // Its last pane may have closed by itself, and the server with it.
        let left = context.look()?.unwrap_or_default();
        if left.sessions.iter().any(|other| other.id == session.id) {
            return Err(error);
        }
    }
    noted::note(
        context,
        [(What::Stopped, Subject::session(&session.name, session.workspace.as_deref()))],
        by,
    );
    if let Some(directory) = &session.directory {
        Store::at(directory.clone()).clear();
    }
    // What was opened by hand in a config's session is written down elsewhere.
    for tag in session.windows.iter().flat_map(|window| &window.panes).filter_map(|pane| pane.tag.as_ref()) {
        if session.workspace.as_ref() != Some(&tag.workspace) {
            let store = Store::at(context.pane_directory(&tag.workspace));
            store.remove(&tag.id);
            if store.ids().is_empty() {
                store.clear();
            }
        }
    }
    Ok(survivors.iter().map(ToString::to_string).collect())
}

/// A time as in `5s`.
pub fn duration(text: &str) -> Result<Duration> {
    raw::duration(text).ok_or_else(|| Error::Usage {
        message: format!("`{text}` is no time"),
        hint: Some("write it as `5s`, `500ms` or `2m`".to_owned()),
    })
}
