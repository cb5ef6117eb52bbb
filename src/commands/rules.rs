//! Commands that declare how they are stopped, or that need each other, are stopped by their runners:
//! who needs others first.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use crate::control;
use crate::order;
use crate::record::{Specification, Tag};
use crate::snapshot::LivePane;
use crate::supervise::{Request, Wish};
use crate::workspace::Key;
use crate::workspace::supervision::Stop;

/// How much longer than its rules a runner may take to answer.
const MARGIN: Duration = Duration::from_secs(4);

/// What a pane is called by those who need it.
type Keys<'a> = (&'a str, &'a Key, &'a Key);

/// Stops those of `panes`, which all have a runner, that have a rule or an order; each step of each
/// takes at most `limit`. What does not end, or cannot be asked, is left to the caller.
pub fn stop(panes: &[&LivePane], directories: &BTreeMap<String, PathBuf>, by: &str, limit: Duration) {
    let known: Vec<(&Tag, &Specification)> = panes
        .iter()
        .filter_map(|pane| Some((pane.tag.as_ref()?, &pane.known.as_ref()?.specification)))
        .collect();
    let needs: BTreeMap<Keys<'_>, Vec<Keys<'_>>> = known
        .iter()
        .map(|(tag, specification)| {
            let needs = specification.supervision.needs.iter();
            let word = tag.workspace.as_str();
            (keys(tag), needs.map(|need| (word, &need.window, &need.pane)).collect())
        })
        .collect();
    let ordered = |keys: &Keys<'_>| needs[keys].iter().any(|needed| needs.contains_key(needed));
    let needed = |keys: &Keys<'_>| needs.values().any(|needed| needed.contains(keys));
    let chosen: Vec<Keys<'_>> = known
        .iter()
        .filter(|(_, specification)| specification.supervision.stop != Stop::default())
        .map(|(tag, _)| keys(tag))
        .chain(needs.keys().filter(|keys| ordered(keys) || needed(keys)).copied())
        .collect::<std::collections::BTreeSet<_>>()
        .into_iter()
        .collect();
    // What is needed may be closed by now, and then needs nothing itself.
    let needed_by = |one: &Keys<'_>| needs.get(one).cloned().unwrap_or_default();
    for rank in order::ranks(&chosen, needed_by).iter().rev() {
        let mut asked = Vec::new();
        for (tag, specification) in known.iter().filter(|(tag, _)| rank.contains(&keys(tag))) {
            let Some(directory) = directories.get(&tag.workspace) else { continue };
            let stop = &specification.supervision.stop;
            let timeout_ms = u64::try_from(limit.as_millis()).ok();
            let request = Request { timeout_ms, ..Request::new(Wish::Stop, by) };
            let wait = stop.timeout.min(limit) * 2 + MARGIN;
            asked.extend(control::send(directory, &tag.id, &request, wait));
        }
        for asked in asked {
            let _ = asked.answer();
        }
    }
}

fn keys(tag: &Tag) -> Keys<'_> {
    (&tag.workspace, &tag.window, &tag.pane)
}
