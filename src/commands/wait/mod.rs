//! `rune wait`, and what `rune start --wait` and `rune apply --wait` do with what they started.

mod goal;
mod text;
mod until;
mod view;

use std::time::Duration;

use regex::Regex;

use super::background;
use super::context::Context;
use super::kill::duration;
use crate::cli;
use crate::error::{Error, Result};
use crate::goal::is_held;
use crate::note::words::time;
use crate::project::Project;
use crate::snapshot::Snapshot;
use crate::target::{self, Found};
use crate::ui::{Column, Table};
use crate::workspace::supervision::Needed;
use goal::Goal;
use text::Text;

/// `rune wait`
pub fn wait(context: &Context, options: &cli::Wait) -> Result<()> {
    let timeout = options.timeout.as_deref().map(duration).transpose()?;
    let text = options.text.as_deref().map(pattern).transpose()?;
    let word = options.state.as_deref().or(text.is_none().then_some("ready"));
    let state = Needed::ALL.into_iter().find(|(known, _)| Some(*known) == word).map(|(_, state)| state);
    let live = context.look()?;
    let none = Snapshot::default();
    let background = background::instead(context, live.as_ref().unwrap_or(&none), &options.targets)?;
    let is_background = background.is_some();
    let snapshot = background.or(live).ok_or(Error::NotRunning)?;
    let mut goals: Vec<Goal> = Vec::new();
    for target in &options.targets {
        let found = match is_background {
            true => kept(&snapshot, target)?,
            false => chosen(&snapshot, target, state.is_some())?,
        };
        for found in found {
            if !goals.iter().any(|goal| goal.pane.id == found.pane.id) {
                let text = text.clone().map(|pattern| Text::new(found.pane, pattern));
                goals.push(Goal::new(&found, state, text));
            }
        }
    }
    until::reached(context, snapshot, &mut goals, timeout)
}

/// The background commands that `text` means, each of which has a runner that can tell.
fn kept<'s>(background: &'s Snapshot, text: &str) -> Result<Vec<Found<'s>>> {
    let found = background::panes(background, text)?;
    match found.iter().find(|found| !background::is_kept(found.pane)) {
        Some(unkept) => Err(background::not_kept(&unkept.name())),
        None => Ok(found),
    }
}

/// The panes that `text` means. Where it means several, those are left out that nobody can wait for: made
/// by hand, or not started before somebody asks.
fn chosen<'s>(snapshot: &'s Snapshot, text: &str, by_state: bool) -> Result<Vec<Found<'s>>> {
    let found = target::panes(snapshot, text)?;
    if !by_state {
        return Ok(found);
    }
    if let [one] = found.as_slice() {
        return match one.pane.tag {
            Some(_) => Ok(found),
            None => Err(Error::Refused {
                message: format!("`{}` was made by hand: it has no state to wait for", one.name()),
                hint: Some("wait for what it prints, with `--text`".to_owned()),
            }),
        };
    }
    let kept: Vec<Found<'_>> =
        found.into_iter().filter(|found| found.pane.tag.is_some() && !is_held(found.pane)).collect();
    match kept.is_empty() {
        false => Ok(kept),
        true => Err(Error::Refused {
            message: format!("no pane of `{text}` starts by itself"),
            hint: Some("name one to wait for it".to_owned()),
        }),
    }
}

/// A regular expression of the command line.
///
/// # Errors
/// For what is none, with what is wrong.
pub fn pattern(text: &str) -> Result<Regex> {
    Regex::new(text).map_err(|error| {
        // Its last line says what is wrong, those before it where.
        let why = error.to_string();
        let why = why.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
        Error::Usage {
            message: format!("`{}` is no regular expression: {why}", text.escape_debug()),
            hint: None,
        }
    })
}

/// Waits until every pane of the project that starts by itself is ready, and prints in which order
/// they came to be, `since` this time in milliseconds since 1970 (UTC).
pub fn started(context: &Context, project: &Project, since: u64, timeout: Option<Duration>) -> Result<()> {
    let snapshot = context.look()?.ok_or(Error::NotRunning)?;
    let words: Vec<String> = project.workspaces.iter().map(|workspace| workspace.identity.word()).collect();
    let mut goals: Vec<Goal> = Vec::new();
    for (session, window, pane) in snapshot.panes() {
        let ours = pane.tag.as_ref().is_some_and(|tag| words.contains(&tag.workspace));
        if ours && !is_held(pane) && !goals.iter().any(|goal| goal.pane.id == pane.id) {
            goals.push(Goal::new(&Found { session, window, pane }, Some(Needed::Ready), None));
        }
    }
    until::reached(context, snapshot, &mut goals, timeout)?;
    goals.sort_by_key(|goal| goal.reached);
    let mut table = Table::new(&[Column::Right("#"), Column::Left("PANE"), Column::Left("READY AFTER")]);
    for (place, goal) in goals.iter().enumerate() {
        let after = match goal.reached {
            Some(at) if at >= since => time_of(at - since),
            _ => "already".to_owned(),
        };
        table.row([(place + 1).to_string().into(), goal.name.as_str().into(), after.into()]);
    }
    context.ui.result(&table.text(context.ui.width(), context.ui.colour));
    Ok(())
}

/// A time that may be short: `320 ms`, `1.4 s`, `2 min`.
fn time_of(milliseconds: u64) -> String {
    match milliseconds {
        1000..60_000 => format!("{:.1} s", milliseconds as f64 / 1000.0),
        _ => time(milliseconds),
    }
}
