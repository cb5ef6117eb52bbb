//! Panes that are gone while what rune wrote down about them is not: with their server, or closed by
//! tmux when their runner was killed.

#![allow(clippy::disallowed_methods)] // what is about to end is given time

use std::collections::BTreeSet;
use std::path::Path;
use std::time::{Duration, Instant};

use super::context::Context;
use super::processes::WORKSPACE;
use super::{history, noted};
use crate::error::{counted, list};
use crate::event::{Event, Subject, What};
use crate::process::{self, Handle, Process, Table};
use crate::quote;
use crate::record::{ProcessId, Record, Specification, State, Tag};
use crate::snapshot::{Known, LivePane, LiveSession, LiveWindow, Snapshot};
use crate::store::Store;
use crate::target;
use crate::workspace::Size;

/// How long processes may need to end after a hang-up before they count as having survived it.
const GRACE: Duration = Duration::from_secs(1);

/// How many panes a person is told by name.
const NAMED: usize = 8;

/// A pane that is written down and does not exist.
struct Gone {
    specification: Specification,
    record: Record,
    store: Store,
}

impl Gone {
    fn subject(&self) -> Subject {
        Subject::pane(&self.specification.session, &self.specification.tag)
    }

    /// Whether its runner was there to the end and could not write down another one.
    fn was_cut_off(&self) -> bool {
        let state = &self.record.state;
        let runs = state.runs() || matches!(state, State::Waiting | State::Restarting);
        let hung_up = matches!(state, State::Signalled { signal: HANG_UP });
        // What became its command can end in peace without anybody who writes that down.
        (runs && !self.specification.becomes_command()) || hung_up
    }

    /// What of it still lives.
    fn left(&self, table: &Table) -> Vec<Process> {
        let ids = [Some(self.record.runner), self.record.command];
        let mut roots = table.with_variable("RUNE_PANE", &self.specification.tag.id.to_string());
        roots.extend(ids.into_iter().flatten().flat_map(|ProcessId { pid, start }| table.tree(pid, start)));
        table.family(&roots)
    }
}

/// SIGHUP, which the kernel sends where a terminal is gone.
const HANG_UP: i32 = 1;

/// Before panes are opened: where a server of ours is gone with its panes, says what it left, notes
/// it for the command `by`, and forgets what was written down about them.
///
/// What survived is named and not ended: it may have been meant to.
pub fn clean(context: &Context, snapshot: &Snapshot, by: &str) {
    let gone = with_their_server(context, snapshot);
    if gone.is_empty() {
        return;
    }
    let survivors = survivors(context, &gone);
    let cut_off: Vec<String> =
        gone.iter().filter(|one| one.was_cut_off()).map(|one| one.subject().to_string()).collect();
    let path = context.server.path.display();
    if cut_off.is_empty() && survivors.is_empty() {
        context
            .ui
            .detail(&format!("the tmux server that was at `{path}` is gone, and had {}", panes(gone.len())));
    } else {
        let mut text = format!("the tmux server that was at `{path}` is gone");
        if !cut_off.is_empty() {
            let named = &cut_off[..cut_off.len().min(NAMED)];
            let more = match cut_off.len() - named.len() {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            text += &format!("; {} with it: {}{more}", ended(cut_off.len()), list(named));
        }
        context.ui.say(&text);
        if !survivors.is_empty() {
            let pids: Vec<String> = survivors.iter().map(|process| process.pid.to_string()).collect();
            let named: Vec<String> = survivors.iter().map(ToString::to_string).collect();
            let words: Vec<&str> = std::iter::once("kill").chain(pids.iter().map(String::as_str)).collect();
            let still = if survivors.len() == 1 { "still runs" } else { "still run" };
            let count = counted(survivors.len(), "process");
            context.ui.say(&format!(
                "{count} of it {still}: {}; to end: {}",
                named.join(", "),
                quote::argv(&words)
            ));
        }
    }
    let sessions: BTreeSet<(String, String)> = gone
        .iter()
        .map(|one| (one.specification.session.clone(), one.specification.tag.workspace.clone()))
        .collect();
    let events = sessions.iter().map(|(name, word)| (What::ServerGone, Subject::session(name, Some(word))));
    noted::note(context, events, by);
    for one in &gone {
        one.store.remove(&one.specification.tag.id);
        if one.store.ids().is_empty() {
            one.store.clear();
        }
    }
}

/// Notes the panes of this server whose runner was killed: it could not do that itself, and tmux before
/// 3.0 does not even keep the pane. Once for each.
pub fn note_lost(context: &Context, snapshot: &Snapshot) {
    if snapshot.pid.is_none() {
        return;
    }
    let is_lost = |pane: &LivePane| pane.state(snapshot.pid) == State::LostRunner && !became_command(pane);
    let kept = snapshot.panes().filter(|(_, _, pane)| is_lost(pane));
    let kept = kept.filter_map(|(session, _, pane)| Some(Subject::pane(&session.name, pane.tag.as_ref()?)));
    let mut lost: Vec<Subject> = kept.collect();
    let gone = written(context).into_iter().filter_map(|mut one| {
        let ProcessId { pid, start } = one.record.runner;
        let is_gone = one.record.server.map(|server| server.pid) == snapshot.pid
            && one.was_cut_off()
            && !process::is_alive(pid, start)
            && !is_live(snapshot, &one.specification);
        // It may have written its last word between that look and this one.
        one.record = one.store.record(&one.specification.tag.id).filter(|_| is_gone)?;
        one.was_cut_off().then_some(one)
    });
    lost.extend(gone.map(|one| one.subject()));
    if lost.is_empty() {
        return;
    }
    // A runner that closed its pane said so, and left its record.
    let events = history::events(context);
    lost.retain(|subject| {
        let told = |event: &Event| {
            event.subject.id == subject.id && matches!(event.what, What::Closed | What::LostRunner)
        };
        !events.iter().any(told)
    });
    noted::found(context, lost.into_iter().map(|subject| (What::LostRunner, subject)));
}

fn became_command(pane: &LivePane) -> bool {
    pane.known.as_ref().is_none_or(|known| known.specification.becomes_command())
}

fn panes(count: usize) -> String {
    format!("{} of ours", counted(count, "pane"))
}

fn ended(count: usize) -> String {
    if count == 1 { "1 pane ended".to_owned() } else { format!("{count} panes ended") }
}

/// The panes whose server is gone.
fn with_their_server(context: &Context, snapshot: &Snapshot) -> Vec<Gone> {
    let mut all = written(context);
    // The server is asked and the record compared: an id in a record may be of another namespace.
    all.retain(|one| {
        let server = one.record.server;
        server.is_some_and(|server| {
            snapshot.pid != Some(server.pid) && !process::is_alive(server.pid, server.start)
        }) && !is_live(snapshot, &one.specification)
    });
    all
}

fn is_live(snapshot: &Snapshot, specification: &Specification) -> bool {
    snapshot.panes().any(|(_, _, pane)| pane.tag.as_ref().is_some_and(|tag| tag.id == specification.tag.id))
}

/// Everything that is written down for this server where it is written down by default.
fn written(context: &Context) -> Vec<Gone> {
    let directory = context.runtime_directory().join(context.server_word());
    let mut workspaces: Vec<_> =
        std::fs::read_dir(&directory).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    workspaces.sort();
    let mut found: Vec<Gone> = workspaces.iter().flat_map(|path| written_in(path)).collect();
    found.sort_by_key(|one| one.subject().to_string());
    found
}

fn written_in(directory: &Path) -> Vec<Gone> {
    let store = Store::at(directory.to_owned());
    let one = |id| {
        let (specification, record) = (store.specification(&id)?, store.record(&id)?);
        Some(Gone { specification, record, store: store.clone() })
    };
    store.ids().into_iter().filter_map(one).collect()
}

/// What lives on of these panes, after those that are just about to end have had time to.
fn survivors(context: &Context, gone: &[Gone]) -> Vec<Process> {
    let find = || {
        let table = process::snapshot();
        let words: BTreeSet<&str> = gone.iter().map(|one| one.specification.tag.workspace.as_str()).collect();
        let marked = |word: &&str| !table.with_variable(WORKSPACE, &context.workspace_mark(word)).is_empty();
        let is_recorded = |one: &Gone| {
            let ids = [Some(one.record.runner), one.record.command];
            ids.into_iter().flatten().any(|id| process::is_alive(id.pid, id.start))
        };
        // Every environment is read for every pane only where something is left at all.
        if !words.iter().any(marked) && !gone.iter().any(is_recorded) {
            return Vec::new();
        }
        let mut left: Vec<Process> = Vec::new();
        for process in gone.iter().flat_map(|one| one.left(&table)) {
            if !left.iter().any(|known| known.is(&process)) {
                left.push(process);
            }
        }
        let own = table.ancestors(std::process::id());
        left.retain(|process| !own.iter().any(|own| own.is(process)));
        left
    };
    let left = find();
    if left.is_empty() {
        return left;
    }
    let held: Vec<Handle> = left.iter().filter_map(Handle::open).collect();
    process::wait_for(&held, Instant::now() + GRACE);
    find()
}

/// Completes a snapshot with panes that do not exist any more but of which something still runs, so
/// that it can be stopped: as dead panes in the sessions and windows that they were in.
pub fn add_left(context: &Context, snapshot: &mut Snapshot) {
    let table = process::snapshot();
    for one in written(context) {
        let tag = one.specification.tag.clone();
        // One that was opened anew has the name.
        let is_there = snapshot.panes().any(|(_, _, pane)| {
            let same = |other: &Tag| {
                (&other.workspace, &other.window, &other.pane) == (&tag.workspace, &tag.window, &tag.pane)
            };
            pane.tag.as_ref().is_some_and(same)
        });
        if is_there || one.left(&table).is_empty() {
            continue;
        }
        let session = session_of(snapshot, &one);
        let key = tag.window.to_string();
        let place = session.windows.iter().position(|window| target::window_key(window) == key);
        let place = place.unwrap_or_else(|| {
            session.windows.push(LiveWindow {
                id: format!("{} of {}", key, tag.workspace),
                index: 0,
                name: key,
                active: false,
                size: Size { width: 0, height: 0 },
                layout: String::new(),
                noted: None,
                panes: Vec::new(),
            });
            session.windows.len() - 1
        });
        let record = one.record;
        session.windows[place].panes.push(LivePane {
            id: tag.id.to_string(),
            index: 0,
            active: false,
            pid: record.runner.pid,
            dead: true,
            title: String::new(),
            current_command: String::new(),
            current_path: String::new(),
            shown: None,
            tag: Some(tag),
            known: Some(Known { specification: one.specification, record: Some(record) }),
        });
    }
}

/// The session that the pane was in, else one for it.
fn session_of<'s>(snapshot: &'s mut Snapshot, one: &Gone) -> &'s mut LiveSession {
    let word = &one.specification.tag.workspace;
    let place = snapshot.sessions.iter().position(|known| known.workspace.as_ref() == Some(word));
    let place = place.unwrap_or_else(|| {
        snapshot.sessions.push(LiveSession {
            id: word.clone(),
            name: one.specification.session.clone(),
            attached: 0,
            workspace: Some(word.clone()),
            about: None,
            directory: Some(one.store.directory().to_owned()),
            windows: Vec::new(),
        });
        snapshot.sessions.len() - 1
    });
    &mut snapshot.sessions[place]
}
