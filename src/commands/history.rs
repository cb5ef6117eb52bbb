//! What the journal has about panes.

use super::context::Context;
use crate::event::Event;
use crate::journal::Reader;

/// What happened on this server, the latest last, as far as the journal goes back and this rune
/// understands it. Without a journal, nothing is known.
pub fn events(context: &Context) -> Vec<Event> {
    let entries = Reader::new(&context.journal()).read().unwrap_or_default();
    entries.into_iter().filter_map(|entry| entry.event).collect()
}
