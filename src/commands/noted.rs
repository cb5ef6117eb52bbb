//! What commands write to the journal.

use super::context::Context;
use crate::event::{Subject, What};

/// Notes what a command did, all of it in one go. What was done is done, also where it cannot be noted.
pub fn note(context: &Context, what: impl IntoIterator<Item = (What, Subject)>, by: &str) {
    add(context, what, Some(by));
}

/// Notes what was found to have happened, which nobody did who could say so.
pub fn found(context: &Context, what: impl IntoIterator<Item = (What, Subject)>) {
    add(context, what, None);
}

fn add(context: &Context, what: impl IntoIterator<Item = (What, Subject)>, by: Option<&str>) {
    if let Err(error) = context.journal().note(what, by) {
        let path = context.journal().path().display().to_string();
        context.ui.detail(&format!("could not write `{path}`: {error}"));
    }
}
