//! `rune stop`: the stop ritual, then the project's sessions end.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use super::bring_up;
use super::context::Context;
use super::kill::{duration, end_session};
use super::leave;
use super::ritual;
use crate::cli;
use crate::error::{Error, Result};
use crate::project::Project;
use crate::quote;
use crate::ritual::Phase;
use crate::snapshot::{Detail, LivePane, LiveSession, Snapshot};

/// `rune stop`
pub fn stop(context: &Context, options: &cli::Stop) -> Result<()> {
    let grace = duration(&options.timeout)?;
    if let Some(report) = leave::report_wanted(context) {
        return leave::finish_outside("rune stop", &report, |own, say| {
            let _lock = bring_up::lock(context, "rune stop")?;
            let project = context.project(&options.choice.words, None, false)?;
            let snapshot = context.look_for(Detail::Foreground)?.unwrap_or_default();
            end(context, &belonging(&snapshot, &project), Some(own), grace, say)
        });
    }
    let looked = context.look()?;
    let project = context.project(&options.choice.words, looked.as_ref(), false)?;
    // The ritual needs what runs, so it comes first; it fails, and nothing is ended.
    ritual::run(context, &project, Phase::Stop, true)?;
    if options.keep {
        return Ok(());
    }
    let in_background = ritual::end_background(context, &project, grace)?;
    let mut survivors = in_background.concat();
    let _lock = bring_up::lock(context, "rune stop")?;
    let snapshot = context.look_for(Detail::Foreground)?.unwrap_or_default();
    let sessions = belonging(&snapshot, &project);
    if let Some(own) = leave::own_pane(context, &snapshot, &sessions) {
        leave::go_on_outside(context, own, sessions.len())?;
        return survived(survivors);
    }
    if sessions.is_empty() && in_background.is_empty() {
        nothing(context, &snapshot, &project);
    }
    survivors.extend(end(context, &sessions, None, grace, &mut |line| context.ui.say(line))?);
    survived(survivors)
}

/// # Errors
/// When anything survived.
pub fn survived(processes: Vec<String>) -> Result<()> {
    if processes.is_empty() { Ok(()) } else { Err(Error::Survived { processes }) }
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
            let (name, id, command) = (&session.name, &pane.id, &pane.current_command);
            say(&format!("`{name}` has a pane made by hand, which ends too: {id} ({command})"));
        }
        let survived = end_session(context, session, last, grace, "rune stop")?;
        say(&format!("ended `{}`", session.name));
        survivors.extend(survived);
    }
    Ok(survivors)
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

/// The sessions with this project's identity.
pub fn belonging<'s>(snapshot: &'s Snapshot, project: &Project) -> Vec<&'s LiveSession> {
    let ours = |session: &&LiveSession| {
        let about = session.about.as_ref();
        session.workspace.is_some()
            && about.is_some_and(|about| {
                let is_it = about.project == project.name && Path::new(&about.root) == project.root;
                is_it && !about.is_live()
            })
    };
    snapshot.sessions.iter().filter(ours).collect()
}

fn panes(session: &LiveSession) -> impl Iterator<Item = &LivePane> {
    session.windows.iter().flat_map(|window| &window.panes)
}
