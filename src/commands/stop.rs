//! `rune stop`: the stop ritual, then the project's sessions end.

use super::context::Context;
use super::kill::{duration, end_session};
use crate::cli;
use crate::error::{Error, Result};
use crate::project::Project;
use crate::snapshot::LiveSession;

/// `rune stop`
pub fn stop(context: &Context, options: &cli::Stop) -> Result<()> {
    let grace = duration(&options.timeout)?;
    let looked = context.look()?;
    let project = context.project(&options.choice.words, looked.as_ref(), false)?;
    if options.keep {
        return Ok(());
    }
    let snapshot = looked.unwrap_or_default();
    let mut survivors = Vec::new();
    let sessions: Vec<&LiveSession> =
        snapshot.sessions.iter().filter(|session| belongs(session, &project)).collect();
    if sessions.is_empty() {
        context.ui.say(&format!("nothing of `{}` is running", project.name));
    }
    for session in sessions {
        let by_hand =
            session.windows.iter().flat_map(|window| &window.panes).filter(|pane| pane.tag.is_none());
        for pane in by_hand {
            context.ui.say(&format!("with a pane made by hand: {} ({})", pane.id, pane.current_command));
        }
        survivors.extend(end_session(context, session, grace)?);
        context.ui.say(&format!("ended `{}`", session.name));
    }
    if survivors.is_empty() { Ok(()) } else { Err(Error::Survived { processes: survivors }) }
}

/// Whether the session has this project's identity.
fn belongs(session: &LiveSession, project: &Project) -> bool {
    session.workspace.is_some()
        && session.about.as_ref().is_some_and(|about| {
            about.project == project.name && std::path::Path::new(&about.root) == project.root
        })
}
