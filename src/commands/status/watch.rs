//! `rune status --watch`: in place on a terminal, else a report for every change.

use std::path::PathBuf;
use std::time::Duration;

use super::look::Fact;
use super::{NOTHING, Report};
use crate::commands::context::Context;
use crate::commands::known;
use crate::commands::notice::{Notice, Woken};
use crate::error::Result;
use crate::snapshot::Snapshot;
use crate::ui::Screen;

/// How often what changes without a notice is looked at: processors, memory, output, times.
const TICK: Duration = Duration::from_secs(1);

/// Shows what runs until somebody presses Ctrl-C.
pub fn watch(context: &Context, json: bool) -> Result<()> {
    let mut screen = if json { None } else { Screen::open() };
    let notice = if screen.is_some() { Notice::of_screen()? } else { Notice::new()?.while_read() };
    let mut notice = notice.until_left();
    let (mut before, mut said) = (None, None);
    loop {
        // Before the look, so that nothing changes unseen in between.
        notice.add(&context.runtime_directory().join(context.server_word()));
        let report = Report::take(context)?;
        directories(context, &report.look.snapshot).iter().for_each(|directory| notice.add(directory));
        if let Some(screen) = &mut screen {
            screen.paint(&text(context, &report, before.as_ref()));
        } else {
            let panes = report.look.facts(None);
            let background = report.background.iter().map(super::background::state);
            let states: Vec<String> = panes.iter().map(state).chain(background).collect();
            if said.as_ref() != Some(&states) {
                let before = before.as_ref();
                let text = if json { report.json(before) } else { text(context, &report, before) + "\n" };
                context.ui.result(&text);
                said = Some(states);
            }
        }
        before = Some(report.look.sample);
        match notice.wait(&[], Some(TICK))? {
            Woken::Suspend => {
                screen.as_mut().map(Screen::hide);
                notice.suspend();
                screen.as_mut().map(Screen::show);
            }
            Woken::Unread => return Ok(()),
            Woken::Changed | Woken::Time | Woken::Resized => {}
        }
    }
}

fn text(context: &Context, report: &Report, before: Option<&crate::process::Sample>) -> String {
    if report.is_empty() { format!("{NOTHING}\n") } else { report.text(context, before) }
}

/// Where the records of all panes are.
fn directories(context: &Context, snapshot: &Snapshot) -> Vec<PathBuf> {
    let mut directories = known::directories(snapshot);
    for (_, _, pane) in snapshot.panes() {
        if let Some(tag) = &pane.tag
            && !directories.contains_key(&tag.workspace)
        {
            directories.insert(tag.workspace.clone(), context.pane_directory(&tag.workspace));
        }
    }
    directories.into_values().collect()
}

/// What of a pane is a change, and not only the passing of time.
fn state(fact: &Fact<'_>) -> String {
    let note = fact.note.as_ref().filter(|_| fact.next.is_none());
    let restarts = super::look::record(fact.pane).map(|record| record.restarts);
    format!("{} {:?} {note:?} {restarts:?}", fact.name, fact.state)
}
