//! What is known of panes, for programs. Times are milliseconds (points in time since 1970, UTC), memory is
//! bytes, processor use is percent of one processor.

use serde_json::{Value, json};

use super::look::{Fact, record};
use super::table::pid;
use crate::process::Process;
use crate::record::State;
use crate::workspace::supervision::Supervision;

/// Everything that is known of one pane.
pub fn pane(fact: &Fact<'_>) -> Value {
    let pane = fact.pane;
    let record = record(pane);
    let specification = pane.known.as_ref().map(|known| &known.specification);
    let supervision = specification.map(|specification| &specification.supervision);
    let millis = |time: std::time::Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
    json!({
        "target": fact.name,
        "session": fact.session.name,
        "session_id": fact.session.id,
        "window": fact.window.name,
        "window_id": fact.window.id,
        "pane_id": pane.id,
        "ours": pane.tag.is_some(),
        "key": pane.tag.as_ref().map(|tag| tag.pane.as_str()),
        "id": pane.tag.as_ref().map(|tag| &tag.id),
        "state": fact.state,
        "ready": fact.state.as_ref().map(|state| is_ready(state, supervision)),
        "late": record.is_some_and(|record| record.late),
        "waits": record.map(|record| record.waits.as_slice()).unwrap_or_default(),
        "probe": record.and_then(|record| record.probe.as_deref()),
        "since": record.map(|record| record.since).filter(|_| fact.state != Some(State::LostRunner)),
        "restarts": record.map(|record| record.restarts),
        "next_start": fact.next,
        "last_end": record.and_then(|record| record.last.as_ref()).map(|(end, at)| json!({"end": end, "at": at})),
        "asked": record.is_some_and(|record| record.asked),
        "note": fact.note,
        "pid": pid(fact),
        "pane_pid": pane.pid,
        "survivors": fact.survivors.iter().map(|process| survivor(process)).collect::<Vec<_>>(),
        "processes": fact.usage.processes,
        "cpu_percent": (fact.usage.cpu * 10.0).round() / 10.0,
        "cpu_ms": millis(fact.usage.time),
        "memory_bytes": fact.usage.memory,
        "last_line": fact.last_line,
        "command": specification.map(|specification| specification.summary.as_str()),
        "autostart": supervision.map(|supervision| supervision.autostart),
        "log": supervision.map(Supervision::logs),
        "foreground": pane.current_command,
        "directory": pane.current_path,
    })
}

/// Whether it does its work, as `rune wait` has it.
fn is_ready(state: &State, supervision: Option<&Supervision>) -> bool {
    let probed = supervision.is_some_and(|supervision| supervision.ready.is_some());
    match state {
        State::Ready | State::Exited { code: 0 } => true,
        State::Running => !probed,
        _ => false,
    }
}

fn survivor(process: &Process) -> Value {
    json!({"pid": process.pid, "name": process.name})
}
