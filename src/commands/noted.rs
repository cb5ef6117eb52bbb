//! What commands write to the journal.

use jiff::Timestamp;

use super::context::Context;
use crate::event::{Event, SCHEMA, Subject, What};
use crate::record::Tag;
use crate::snapshot::LiveSession;

/// Notes what a command did, all of it in one go. What was done is done, also where it cannot be noted.
pub fn note(context: &Context, what: impl IntoIterator<Item = (What, Subject)>, by: &str) {
    add(context, what, Some(by));
}

/// Notes what was found to have happened, which nobody did who could say so.
pub fn found(context: &Context, what: impl IntoIterator<Item = (What, Subject)>) {
    add(context, what, None);
}

fn add(context: &Context, what: impl IntoIterator<Item = (What, Subject)>, by: Option<&str>) {
    let now = now();
    let by = by.map(str::to_owned);
    let event = |(what, subject)| Event { schema: SCHEMA, at: now, what, subject, by: by.clone() };
    let events: Vec<Event> = what.into_iter().map(event).collect();
    if let Err(error) = context.journal().append_all(&events) {
        let path = context.journal().path().display().to_string();
        context.ui.detail(&format!("could not write `{path}`: {error}"));
    }
}

/// The time, as the journal has it.
pub fn now() -> u64 {
    u64::try_from(Timestamp::now().as_millisecond()).unwrap_or(0)
}

/// A pane in the session of this name.
pub fn pane(session: &str, tag: &Tag) -> Subject {
    Subject {
        session: session.to_owned(),
        workspace: Some(tag.workspace.clone()),
        window: Some(tag.window.clone()),
        pane: Some(tag.pane.clone()),
        id: Some(tag.id.clone()),
    }
}

/// A session as a whole.
pub fn session(session: &LiveSession) -> Subject {
    named(&session.name, session.workspace.as_deref())
}

/// The session of this name, which is the workspace of this word.
pub fn named(name: &str, workspace: Option<&str>) -> Subject {
    Subject { session: name.to_owned(), workspace: workspace.map(str::to_owned), ..Subject::default() }
}
