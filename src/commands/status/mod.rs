//! `rune status`: what runs, and how it is.

mod background;
mod json;
mod look;
mod table;
mod watch;

use serde_json::{Value, json};

use super::background::InBackground;
use super::context::Context;
use super::{gone, leave};
use crate::cli;
use crate::error::Result;
use crate::process::Sample;
use look::Look;

/// `rune status`
pub fn status(context: &Context, options: &cli::Status) -> Result<()> {
    if options.watch {
        return watch::watch(context, options.json);
    }
    let report = Report::take(context)?;
    gone::note_lost(context, &report.look.snapshot);
    if let Some(text) = leave::take_report(context) {
        context.ui.say(&text);
    }
    if options.json {
        context.ui.result(&report.json(None));
    } else if report.is_empty() {
        context.ui.say(NOTHING);
    } else {
        context.ui.result(&report.text(context, None));
    }
    Ok(())
}

const NOTHING: &str = "nothing is running";

/// Everything that runs.
struct Report {
    look: Look,
    background: Vec<InBackground>,
}

impl Report {
    fn take(context: &Context) -> Result<Report> {
        Ok(Report { look: Look::take(context)?, background: background::in_background(context)? })
    }

    fn is_empty(&self) -> bool {
        self.look.snapshot.sessions.is_empty() && self.background.is_empty()
    }

    /// As one line of JSON; rates are since `before`.
    fn json(&self, before: Option<&Sample>) -> String {
        let panes: Vec<Value> = self.look.facts(before).iter().map(json::pane).collect();
        let background: Vec<Value> = self.background.iter().map(background::json).collect();
        json!({"schema": 1, "at": self.look.now, "panes": panes, "background": background}).to_string()
    }

    /// As tables, as wide as the terminal that they go to.
    fn text(&self, context: &Context, before: Option<&Sample>) -> String {
        let mut tables = Vec::new();
        if !self.look.snapshot.sessions.is_empty() {
            let table = table::table(&self.look.facts(before), self.look.now);
            tables.push(table.text(context.ui.width(), context.ui.colour));
        }
        if !self.background.is_empty() {
            tables.push(background::text(&self.background, self.look.now));
        }
        tables.join("\n")
    }
}
