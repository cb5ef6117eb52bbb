//! `rune stop`: the stop ritual, then the project's sessions end.

use std::collections::BTreeSet;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::bring_up;
use super::context::Context;
use super::kill::{duration, end_session};
use super::leave;
use super::ritual;
use crate::cli;
use crate::error::{Error, Result, counted};
use crate::project::Project;
use crate::quote;
use crate::ritual::Phase;
use crate::snapshot::{LivePane, LiveSession, Snapshot};

/// `rune stop`
pub fn stop(context: &Context, options: &cli::Stop) -> Result<()> {
    let grace = duration(&options.timeout)?;
    if let Some(report) = &options.report {
        return finish_outside(context, options, grace, report);
    }
    let looked = context.look()?;
    let project = context.project(&options.choice.words, looked.as_ref(), false)?;
    // The ritual needs what runs, so it comes first; it fails, and nothing is ended.
    ritual::run(context, &project, Phase::Stop, true)?;
    if options.keep {
        return Ok(());
    }
    let mut survivors = ritual::end_background(context, &project, grace)?;
    let _lock = bring_up::lock(context, "stop")?;
    let snapshot = context.look()?.unwrap_or_default();
    let sessions = belonging(&snapshot, &project);
    if leave::own_pane(context, &snapshot).is_some_and(|own| contains(&sessions, own)) {
        let report = report_file(context);
        context.ui.say(&format!(
            "ending {}, this one last; `rune status` reports",
            counted(sessions.len(), "session")
        ));
        return leave::go_on_outside(context, &report);
    }
    if sessions.is_empty() {
        nothing(context, &snapshot, &project);
    }
    survivors.extend(end(context, &sessions, None, grace, &mut |line| context.ui.say(line))?);
    if survivors.is_empty() { Ok(()) } else { Err(Error::Survived { processes: survivors }) }
}

/// Ends the sessions, the one with the pane `last` as the last; who survived.
fn end(
    context: &Context,
    sessions: &[&LiveSession],
    last: Option<&str>,
    grace: Duration,
    say: &mut dyn FnMut(&str),
) -> Result<Vec<String>> {
    let mut sessions = sessions.to_vec();
    sessions.sort_by_key(|session| panes(session).any(|pane| Some(pane.id.as_str()) == last));
    let mut survivors = Vec::new();
    for session in sessions {
        for pane in panes(session).filter(|pane| pane.tag.is_none()) {
            say(&format!("with a pane made by hand: {} ({})", pane.id, pane.current_command));
        }
        let survived = end_session(context, session, last, grace)?;
        say(&format!("ended `{}`", session.name));
        survivors.extend(survived);
    }
    Ok(survivors)
}

/// The second half of a stop that was asked for inside of a session that it ends.
fn finish_outside(context: &Context, options: &cli::Stop, grace: Duration, report: &Path) -> Result<()> {
    // The pane's own rune holds the other end: when it is gone, nothing of this process is in the pane.
    let mut own = String::new();
    let _ = std::io::stdin().read_to_string(&mut own);
    let mut lines = Vec::new();
    let mut end_all = || {
        let _lock = bring_up::lock(context, "stop")?;
        let project = context.project(&options.choice.words, None, false)?;
        let snapshot = context.look()?.unwrap_or_default();
        end(context, &belonging(&snapshot, &project), Some(own.trim()), grace, &mut |line| {
            lines.push(line.to_owned());
        })
    };
    let result = match end_all() {
        Ok(survivors) if survivors.is_empty() => Ok(()),
        Ok(survivors) => Err(Error::Survived { processes: survivors }),
        Err(error) => Err(error),
    };
    if let Err(error) = &result {
        lines.push(error.to_string());
    }
    fs::write(report, lines.join("\n") + "\n").map_err(Error::io("write", report))?;
    result
}

/// Says that nothing of the project runs, and where else something of that name does.
fn nothing(context: &Context, snapshot: &Snapshot, project: &Project) {
    let root = project.root.display();
    context.ui.say(&format!("nothing of `{}` at {root} is running", project.name));
    let abouts = snapshot.sessions.iter().filter_map(|session| session.about.as_ref());
    let elsewhere: BTreeSet<&str> =
        abouts.filter(|about| about.project == project.name).map(|about| about.root.as_str()).collect();
    for root in elsewhere {
        let words = quote::argv(&["rune", "-C", root, "stop"]);
        context.ui.say(&format!("another `{}` is running: {words}", project.name));
    }
}

/// Where a stop from inside leaves its report.
pub fn report_file(context: &Context) -> PathBuf {
    context.state_directory().join(format!("stop-{}.txt", context.server_word()))
}

/// The sessions with this project's identity.
fn belonging<'s>(snapshot: &'s Snapshot, project: &Project) -> Vec<&'s LiveSession> {
    let ours = |session: &&LiveSession| {
        let about = session.about.as_ref();
        session.workspace.is_some()
            && about
                .is_some_and(|about| about.project == project.name && Path::new(&about.root) == project.root)
    };
    snapshot.sessions.iter().filter(ours).collect()
}

fn panes(session: &LiveSession) -> impl Iterator<Item = &LivePane> {
    session.windows.iter().flat_map(|window| &window.panes)
}

fn contains(sessions: &[&LiveSession], id: &str) -> bool {
    sessions.iter().any(|session| panes(session).any(|pane| pane.id == id))
}
