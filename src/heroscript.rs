//! HeroScript: the `!!tmux.ACTION` language that people script tmux with. `docs/heroscript.md`
//! describes it.
//!
//! `lex` (text to words) → `typed` (words to [`Action`]s, checked against the `table`) → [`batches`]
//! (what `rune run` does, in order, each a [`live`](crate::live) operation) or [`convert()`] (the same
//! workspace as a config). All of it is pure; every mistake is a [`Problem`] with its place, and all of them are reported together.

mod action;
mod batch;
mod convert;
mod environment;
mod fields;
mod lex;
mod name;
mod operation;
mod print;
mod quoted;
mod say;
mod table;
mod typed;
mod wanted;
mod workspace;
mod written;

use crate::config::collect::{Collect, in_order};
use crate::config::source::Source;
use crate::config::tree::Place;
use crate::error::Problem;

pub use action::{Action, Environment, Log, Statement};
pub use batch::{Batch, batches};
pub use convert::{Converted, Lost, convert};
pub use name::{MOST_PANES, Name, PaneName, PanePlace, WindowName};
pub use table::{ACTIONS, Kind, Parameter, Spec};
pub use wanted::{Pane, Session, Window};

/// What to do with an action that is not tmux's, such as `!!git.clone`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Others {
    /// It is a mistake.
    Refuse,
    /// It is passed over with its parameters.
    Skip,
}

/// The actions of a script, in order.
///
/// Takes time in proportion to the text, whatever is in it.
///
/// # Errors
///
/// Every mistake with its place, in order; at most a hundred.
pub fn parse(source: &Source, others: Others) -> Result<Vec<Statement>, Vec<Problem>> {
    let mut collect = Collect::new(source);
    if let Some(at) = source.text().find('\0') {
        let place = Place { span: at..at + 1, used: None };
        collect.problem(&place, "a NUL character cannot stand in a script");
        return Err(collect.finish());
    }
    let written = lex::read(&mut collect, others);
    let statements: Vec<Statement> =
        written.iter().filter_map(|written| typed::statement(&mut collect, written)).collect();
    let problems = in_order(collect.finish());
    if problems.is_empty() { Ok(statements) } else { Err(problems) }
}
