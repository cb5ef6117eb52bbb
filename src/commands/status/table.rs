//! What is known of panes, for people.

use super::look::{Fact, record};
use crate::note::words::{age, size};
use crate::record::{Record, State};
use crate::ui::{Cell, Column, Table, Tone};
use crate::workspace::one_line;

const COLUMNS: [Column; 8] = [
    Column::Left("PANE"),
    Column::Left("STATE"),
    Column::Right("FOR"),
    Column::Right("PID"),
    Column::Right("AGAIN"),
    Column::Right("CPU"),
    Column::Right("MEM"),
    Column::Left("LAST"),
];

/// One row a pane.
pub fn table(facts: &[Fact<'_>], now: u64) -> Table {
    let mut table = Table::new(&COLUMNS);
    for fact in facts {
        table.row(row(fact, now));
    }
    table
}

fn row(fact: &Fact<'_>, now: u64) -> [Cell; 8] {
    let record = record(fact.pane);
    let restarts = record.map(|record| record.restarts).filter(|restarts| *restarts > 0);
    let lives = fact.usage.processes > 0;
    let usage = |text: String| if lives { text } else { String::new() };
    [
        fact.name.as_str().into(),
        match &fact.state {
            Some(state) => Cell::toned(word(state), tone(state, record)),
            None => "by hand".into(),
        },
        record
            .filter(|record| record.since > 0 && fact.state != Some(State::LostRunner))
            .map(|record| age(now.saturating_sub(record.since)))
            .into_cell(),
        pid(fact).map(|pid| pid.to_string()).into_cell(),
        restarts.map(|restarts| restarts.to_string()).into_cell(),
        usage(format!("{:.1}", fact.usage.cpu)).into(),
        usage(size(fact.usage.memory)).into(),
        last(fact).into(),
    ]
}

trait IntoCell {
    fn into_cell(self) -> Cell;
}

impl IntoCell for Option<String> {
    fn into_cell(self) -> Cell {
        self.unwrap_or_default().into()
    }
}

/// The command's own process while it runs, else that of the pane.
pub fn pid(fact: &Fact<'_>) -> Option<u32> {
    let runs = fact.state.as_ref().is_some_and(State::runs);
    let command = record(fact.pane).and_then(|record| record.command).filter(|_| runs);
    command.map(|command| command.pid).or((!fact.pane.dead).then_some(fact.pane.pid))
}

/// The state without what the last column has to say.
fn word(state: &State) -> String {
    match state {
        State::NotStarted { .. } => "not started".to_owned(),
        state => state.to_string(),
    }
}

fn tone(state: &State, record: Option<&Record>) -> Option<Tone> {
    let (asked, late) = record.map(|record| (record.asked, record.late)).unwrap_or_default();
    match state {
        State::Ready => Some(Tone::Good),
        State::Running if late => Some(Tone::Bad),
        State::Running => Some(Tone::Good),
        State::Waiting | State::Restarting | State::Stopped | State::Unknown => Some(Tone::Note),
        state if state.failed() && !asked => Some(Tone::Bad),
        _ => Some(Tone::Output),
    }
}

/// What there is to say, else the last line of output, else the command.
fn last(fact: &Fact<'_>) -> String {
    let known = fact.pane.known.as_ref().map(|known| known.specification.summary.as_str());
    match (&fact.state, &fact.note, fact.last_line) {
        (Some(State::NotStarted { why }), ..) => why.clone(),
        (_, Some(note), Some(line)) => format!("{note}; {}", one_line(line)),
        (_, Some(note), None) => note.clone(),
        (_, None, Some(line)) => one_line(line),
        (_, None, None) => format!("({})", known.unwrap_or(&fact.pane.current_command)),
    }
}
