//! Kept panes for tests, written in a few letters.

use std::time::Duration;

use crate::plan;
use crate::record::{PaneId, ProcessId, Record, SCHEMA, State};
use crate::snapshot::{LivePane, Snapshot};
use crate::workspace::Key;
use crate::workspace::supervision::{Need, Needed, Probe, Ready};

/// The workspace `shop` with one window `w` of these panes, each running since second 1.
pub fn shop(panes: &[&str]) -> Snapshot {
    let mut snapshot = plan::testing::server(&[("shop", &[("w", panes)])]);
    let all = snapshot.sessions[0].windows[0].panes.iter_mut();
    for (number, pane) in all.enumerate() {
        let tag = pane.tag.as_mut().unwrap();
        tag.id = PaneId::new(true, 1, number);
        let process = |pid| ProcessId { pid, start: 1 };
        let record = Record {
            server: Some(process(1)),
            state: State::Running,
            since: 1000,
            command: Some(process(200)),
            keys: Some((tag.window.clone(), tag.pane.clone())),
            ..Record::new(SCHEMA, tag.id.clone(), process(100))
        };
        pane.known.as_mut().unwrap().record = Some(record);
    }
    snapshot
}

/// Changes one pane.
pub fn with(snapshot: &mut Snapshot, key: &str, change: impl FnOnce(&mut LivePane)) {
    let mut panes = snapshot.sessions[0].windows[0].panes.iter_mut();
    change(panes.find(|pane| pane.tag.as_ref().is_some_and(|tag| tag.pane.as_str() == key)).unwrap());
}

/// Changes the record of one pane.
pub fn record(snapshot: &mut Snapshot, key: &str, change: impl FnOnce(&mut Record)) {
    with(snapshot, key, |pane| change(pane.known.as_mut().unwrap().record.as_mut().unwrap()));
}

/// Lets a pane wait for what it needs.
pub fn needs(snapshot: &mut Snapshot, key: &str, needed: &[(&str, Needed)]) {
    let need = |(pane, state): &(&str, Needed)| Need {
        window: Key::from_name("w"),
        pane: Key::from_name(pane),
        state: *state,
    };
    let needs = needed.iter().map(need).collect();
    with(snapshot, key, |pane| pane.known.as_mut().unwrap().specification.supervision.needs = needs);
    record(snapshot, key, |record| {
        record.state = State::Waiting;
        record.waits = needed.iter().map(|(pane, _)| format!("{pane}: …")).collect();
    });
}

/// Lets a pane be ready when a port listens.
pub fn probed(snapshot: &mut Snapshot, key: &str) {
    let probes = vec![Probe::Tcp { host: "127.0.0.1".to_owned(), port: 5432 }];
    let ready = Ready { probes, timeout: Duration::from_secs(5) };
    with(snapshot, key, |pane| {
        pane.known.as_mut().unwrap().specification.supervision.ready = Some(ready);
    });
}
