//! Waiting until everything is reached, with a line on each.

use std::os::fd::BorrowedFd;
use std::time::{Duration, Instant};

use super::goal::Goal;
use super::view::View;
use crate::commands::context::Context;
use crate::commands::notice::Notice;
use crate::error::{Error, Result, counted};
use crate::goal::Verdict;
use crate::journal::now;
use crate::note::words::time;
use crate::snapshot::Snapshot;
use crate::ui::Live;

/// How often a pane without a log is looked at for a text, and what settles by itself.
const LOOK: Duration = Duration::from_millis(200);

/// How often lines in place show the time.
const TICK: Duration = Duration::from_secs(1);

/// Waits until every goal is reached at the same time, at most for `timeout`, or without one as long as
/// each has time by its own `ready`.
///
/// # Errors
/// [`Error::NotReady`] when the time is over, or as soon as one cannot be reached any more.
pub fn reached(
    context: &Context,
    snapshot: Snapshot,
    goals: &mut [Goal],
    timeout: Option<Duration>,
) -> Result<()> {
    let deadline = timeout.map(|timeout| clock() + timeout);
    let since = now();
    let width = goals.iter().map(|goal| goal.name.chars().count()).max().unwrap_or(0);
    let mut notice = Notice::new()?;
    let mut view = View::new(context, snapshot);
    let mut live = Live::new(context.ui);
    loop {
        // Before the look, so that nothing changes unseen in between.
        view.watch(&mut notice, goals);
        view.refresh(goals)?;
        let now = now();
        goals.iter_mut().for_each(|goal| goal.judge(&view.snapshot, now));
        let timed = live.is_in_place();
        let line = |goal: &Goal| goal.line(width, &view.snapshot, since, now, timed);
        live.show(goals.iter().map(line).collect());
        if goals.iter().all(|goal| goal.verdict == Verdict::Reached) {
            return Ok(());
        }
        if let Some(goal) = goals.iter().find(|goal| matches!(goal.verdict, Verdict::Never(_))) {
            view.settle_server()?;
            return Err(never(goal));
        }
        // A time that somebody gave is the only one that counts.
        if timeout.is_none()
            && let Some(error) = goals.iter().find_map(late)
        {
            return Err(error);
        }
        let left = deadline.map(|deadline| deadline.saturating_duration_since(clock()));
        if left == Some(Duration::ZERO) {
            return Err(over(goals, timeout.unwrap_or_default()));
        }
        let looks = goals.iter().any(|goal| {
            goal.settles(now)
                || goal.text.as_ref().is_some_and(|text| !text.is_found() && text.log().is_none())
        });
        let ticks = timed || !view.is_told();
        let times = [left, looks.then_some(LOOK), ticks.then_some(TICK)];
        let ends: Vec<BorrowedFd<'_>> = view.ends();
        notice.wait(&ends, times.into_iter().flatten().min())?;
    }
}

fn never(goal: &Goal) -> Error {
    let Verdict::Never(why) = &goal.verdict else { return Error::Interrupted };
    Error::NotReady {
        message: format!("`{}` will not reach {}: {why}", goal.name, goal.wanted()),
        hint: Some(hint(goal)),
    }
}

fn late(goal: &Goal) -> Option<Error> {
    let Verdict::Late { why, .. } = &goal.verdict else { return None };
    Some(Error::NotReady {
        message: format!("`{}` did not reach {} in time: {why}", goal.name, goal.wanted()),
        hint: Some(format!("{}; `--timeout` waits for longer", hint(goal))),
    })
}

fn over(goals: &[Goal], timeout: Duration) -> Error {
    let missing: Vec<&Goal> = goals.iter().filter(|goal| goal.verdict != Verdict::Reached).collect();
    let all: Vec<String> = missing.iter().map(|goal| format!("`{}`: {}", goal.name, said(goal))).collect();
    let time = time(u64::try_from(timeout.as_millis()).unwrap_or(u64::MAX));
    let message = match missing.as_slice() {
        [one] => format!("`{}` did not reach {} within {time}: {}", one.name, one.wanted(), said(one)),
        _ => format!("{} are not there after {time}: {}", counted(missing.len(), "pane"), all.join("; ")),
    };
    Error::NotReady { message, hint: missing.first().map(|goal| hint(goal)) }
}

fn said(goal: &Goal) -> &str {
    match &goal.verdict {
        Verdict::NotYet(seen) | Verdict::Late { seen, .. } | Verdict::Never(seen) => seen,
        Verdict::Reached => "",
    }
}

fn hint(goal: &Goal) -> String {
    format!("`rune why {}` says more; everything goes on running", crate::quote::argv(&[goal.name.as_str()]))
}

#[allow(clippy::disallowed_methods)] // a deadline needs a clock that nobody sets
fn clock() -> Instant {
    Instant::now()
}
