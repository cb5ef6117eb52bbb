//! A runner without a pane: keeps a background command of a ritual after `rune start` has ended.
//!
//! It leads a session of its own, reads nothing, and prints nothing: its output is the command's log.
//! Its environment is the command's, so nothing of that is in a file.

use std::path::Path;
use std::process::ExitCode;

use super::pane::Pane;
use super::terminal::Terminal;
use super::{Runner, Store};
use crate::record::PaneId;
use crate::store::Variable;

/// Keeps the background command `id` of the store in `directory`, in this `environment`, until it has ended
/// for good.
pub fn keep(directory: &Path, id: &PaneId, environment: Vec<Variable>) -> ExitCode {
    let read = Store::open(directory).and_then(|store| Ok((store.read_specification(id)?.0, store)));
    let Ok((specification, store)) = read else { return ExitCode::FAILURE };
    match Runner::new(Pane::none(store, specification, environment), Terminal::none()) {
        Ok(runner) => runner.run(),
        Err(_) => ExitCode::FAILURE,
    }
}
