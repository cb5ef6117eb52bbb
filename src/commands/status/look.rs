//! What is known of every pane at one moment.

use std::collections::BTreeMap;

use crate::commands::context::Context;
use crate::commands::{history, known, usage};
use crate::error::Result;
use crate::event::Event;
use crate::journal;
use crate::note;
use crate::process::{Process, Sample, Usage};
use crate::record::{Record, State};
use crate::screen;
use crate::snapshot::{Detail, LivePane, LiveSession, LiveWindow, Snapshot};
use crate::supervise;
use crate::target;
use crate::tmux::version::Version;
use crate::why;

/// What is known at one moment.
pub struct Look {
    /// What the server has.
    pub snapshot: Snapshot,
    /// When, in milliseconds since 1970 (UTC).
    pub now: u64,
    /// What all processes had used.
    pub sample: Sample,
    /// What happened, where that is needed to say how it is.
    events: Vec<Event>,
    /// What stands in each pane last, by tmux id.
    last_lines: BTreeMap<String, String>,
}

/// What is known of one pane.
pub struct Fact<'l> {
    /// Its session.
    pub session: &'l LiveSession,
    /// Its window.
    pub window: &'l LiveWindow,
    /// The pane.
    pub pane: &'l LivePane,
    /// Its full spelling.
    pub name: String,
    /// What became of its command; nothing for a pane made by hand.
    pub state: Option<State>,
    /// What makes the state more than its word.
    pub note: Option<String>,
    /// When it is started again.
    pub next: Option<u64>,
    /// What its processes use.
    pub usage: Usage,
    /// What lives on although its runner is gone.
    pub survivors: Vec<&'l Process>,
    /// The last line of what it printed.
    pub last_line: Option<&'l str>,
}

impl Look {
    /// Looks at everything.
    pub fn take(context: &Context) -> Result<Look> {
        let mut snapshot = context.look_for(Detail::Foreground)?.unwrap_or_default();
        known::find_dead(context, &mut snapshot);
        let sample = usage::sample(&snapshot);
        let panes: Vec<&str> = snapshot.panes().map(|(_, _, pane)| pane.id.as_str()).collect();
        let version = snapshot.version.unwrap_or(Version::OLDEST);
        let screens = context.server.screens(&panes, 0, version)?;
        let last = |(id, lines): (String, Vec<String>)| {
            let pane = snapshot.panes().map(|(_, _, pane)| pane).find(|pane| pane.id == id)?;
            let specification = pane.known.as_ref().map(|known| &known.specification);
            let summary = specification.map_or("", |specification| specification.summary.as_str());
            let is_output = |line: &&String| {
                let said = supervise::is_own(line, summary) || pane.dead && screen::is_notice(line);
                !said && !line.trim().is_empty()
            };
            let last = lines.iter().rfind(is_output)?.clone();
            Some((id, last))
        };
        let last_lines = screens.into_iter().filter_map(last).collect();
        let restarts = |pane: &LivePane| pane.state(snapshot.pid) == State::Restarting;
        let events = match snapshot.panes().any(|(_, _, pane)| restarts(pane)) {
            true => history::events(context),
            false => Vec::new(),
        };
        Ok(Look { now: journal::now(), sample, events, last_lines, snapshot })
    }

    /// What is known of each pane, in the order of sessions and windows; rates are since `before`.
    pub fn facts(&self, before: Option<&Sample>) -> Vec<Fact<'_>> {
        self.snapshot
            .panes()
            .map(|(session, window, pane)| self.fact(session, window, pane, before))
            .collect()
    }

    fn fact<'l>(
        &'l self,
        session: &'l LiveSession,
        window: &'l LiveWindow,
        pane: &'l LivePane,
        before: Option<&Sample>,
    ) -> Fact<'l> {
        let state = pane.tag.as_ref().map(|_| pane.state(self.snapshot.pid));
        let lost = state == Some(State::LostRunner);
        let survivors: Vec<&Process> =
            if lost { self.sample.processes(&pane.id).collect() } else { Vec::new() };
        let id = pane.tag.as_ref().map(|tag| &tag.id);
        let next = record(pane).filter(|_| state == Some(State::Restarting));
        let next = next.and_then(|record| why::next_start(&self.events, id, record));
        let note = match &state {
            None => None,
            Some(State::LostRunner) if survivors.is_empty() => Some("nothing of it is left".to_owned()),
            Some(State::LostRunner) => {
                let left: Vec<String> = survivors.iter().map(ToString::to_string).collect();
                Some(format!("left: {}", left.join(", ")))
            }
            Some(state) => note::note(state, record(pane), next, self.now),
        };
        Fact {
            session,
            window,
            pane,
            name: target::name(session, window, pane),
            state,
            note,
            next,
            usage: self.sample.usage(&pane.id, before),
            survivors,
            last_line: self.last_lines.get(&pane.id).map(String::as_str),
        }
    }
}

/// What the pane's runner wrote down.
pub fn record(pane: &LivePane) -> Option<&Record> {
    pane.known.as_ref()?.record.as_ref()
}
