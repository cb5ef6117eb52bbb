//! What the journal has about panes.

use super::context::Context;
use crate::event::{Event, SCHEMA};

/// What happened on this server, the latest last, as far as the journal goes back and this rune
/// understands it. Without a journal, nothing is known.
pub fn events(context: &Context) -> Vec<Event> {
    let text = std::fs::read(context.journal().path()).unwrap_or_default();
    let lines = text.split(|byte| *byte == b'\n');
    let events = lines.filter_map(|line| serde_json::from_slice::<Event>(line).ok());
    events.filter(|event| event.schema <= SCHEMA).collect()
}
