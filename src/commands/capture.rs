//! `rune capture`: what stands in a pane.

use super::context::Context;
use crate::cli;
use crate::error::{Error, Result};
use crate::screen;
use crate::snapshot::Snapshot;
use crate::target;

/// `rune capture`
pub fn capture(context: &Context, options: &cli::Capture) -> Result<()> {
    let snapshot = context.server.look(crate::snapshot::Detail::Plan)?.ok_or(Error::NotRunning)?;
    let found = target::pane(&snapshot, &options.pane)?;
    let pane = Pane { context, options, id: &found.pane.id };
    let text = pane.text().map_err(|error| gone(context, &snapshot, &options.pane, error))?;
    if !text.is_empty() {
        context.ui.result(&text);
    }
    Ok(())
}

/// A pane that closed meanwhile is missing, which is no failure of tmux.
fn gone(context: &Context, before: &Snapshot, text: &str, error: Error) -> Error {
    let Ok(after) = context.server.look(crate::snapshot::Detail::Plan) else { return error };
    let id = |snapshot: &Snapshot| target::pane(snapshot, text).map(|found| found.pane.id.clone());
    match (id(before), id(&after.unwrap_or_default())) {
        (Ok(before), Ok(after)) if before == after => error,
        (_, Err(missing)) => missing,
        _ => error,
    }
}

/// What is asked of one pane.
struct Pane<'a> {
    context: &'a Context,
    options: &'a cli::Capture,
    id: &'a str,
}

/// What tmux says of a pane.
struct Facts {
    /// Rows above the screen.
    history: usize,
    /// Whether a full-screen program has a screen of its own there.
    alternate: bool,
    /// Whether its process has ended.
    dead: bool,
}

impl Pane<'_> {
    fn text(&self) -> Result<String> {
        let facts = self.facts()?;
        let lines = match (self.options.lines, self.options.all) {
            (Some(count), _) => self.last(&facts, count)?,
            (None, true) => {
                screen::last(&screen::lines(&self.rows(&facts, facts.history)?, facts.dead), usize::MAX)
            }
            (None, false) => screen::last(&screen::lines(&self.rows(&facts, 0)?, false), usize::MAX),
        };
        let shown = |line: &String| match self.options.ansi {
            true => screen::drawn(line),
            false => line.trim_end().to_owned(),
        };
        let mut text: String = lines.iter().map(|line| shown(line) + "\n").collect();
        if self.options.ansi && text.contains('\x1b') {
            text.insert_str(text.len() - 1, screen::PLAIN);
        }
        Ok(text)
    }

    /// The last `count` lines. As much of the history is read as they need: many rows may be one line,
    /// and the first of them may have begun above.
    fn last(&self, facts: &Facts, count: usize) -> Result<Vec<String>> {
        let mut history = count.min(facts.history);
        loop {
            let text = self.rows(facts, history)?;
            let lines = screen::lines(&text, facts.dead);
            if lines.len() > count || history == facts.history {
                return Ok(screen::last(&lines, count));
            }
            history = history.saturating_mul(2).max(count.saturating_mul(2)).clamp(1, facts.history);
        }
    }

    /// The screen with so many rows above it.
    fn rows(&self, facts: &Facts, history: usize) -> Result<String> {
        // The screen that a full-screen program hides is no part of the history.
        let hidden = self.options.alternate && facts.alternate;
        if !hidden {
            return self.capture(&["-S", &format!("-{history}"), "-E", "-"]);
        }
        let above = match history {
            0 => String::new(),
            history => self.capture(&["-S", &format!("-{history}"), "-E", "-1"])?,
        };
        Ok(above + &self.capture(&["-a"])?)
    }

    fn capture(&self, range: &[&str]) -> Result<String> {
        let mut words = vec!["capture-pane", "-p", "-t", self.id];
        words.extend(self.options.ansi.then_some("-e"));
        words.extend(self.options.join.then_some("-J"));
        words.extend(range);
        self.context.server.command("read the pane", words)
    }

    fn facts(&self) -> Result<Facts> {
        let format = "#{pane_id} #{history_size} #{alternate_on} #{pane_dead}";
        let listed = self.context.server.command("list its panes", ["list-panes", "-a", "-F", format])?;
        let mut words = listed
            .lines()
            .map(|line| line.split(' '))
            .find_map(|mut words| (words.next() == Some(self.id)).then_some(words));
        let mut word = || words.as_mut().and_then(Iterator::next).unwrap_or_default();
        Ok(Facts { history: word().parse().unwrap_or(0), alternate: word() == "1", dead: word() == "1" })
    }
}
