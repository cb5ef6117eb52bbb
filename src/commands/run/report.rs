//! What a script has done.

use serde_json::json;

use crate::commands::context::Context;
use crate::commands::live::outcome::Outcome;
use crate::config::report;
use crate::error::{Error, counted};
use crate::heroscript::Batch;
use crate::plan::Step;

/// Reports what was done; with `failed`, that is not all.
pub(super) fn report(context: &Context, done: &[(Batch, Outcome)], failed: Option<&Error>, json: bool) {
    if json {
        context.ui.result(&as_json(done, failed));
        return;
    }
    for (_, outcome) in done {
        for (name, [_, _, pane]) in outcome.opened() {
            context.ui.result(&format!("{name} {pane}"));
        }
    }
    let steps: Vec<&Step> = done.iter().flat_map(|(_, outcome)| &outcome.plan.steps).collect();
    match steps.as_slice() {
        [] if failed.is_some() => {}
        [] => context.ui.say("nothing to do"),
        [step] => context.ui.say(&format!("done: {step}")),
        steps => {
            context.ui.say(&format!("done: {}", counted(steps.len(), "step")));
            steps.iter().for_each(|step| context.ui.detail(&format!("  {step}")));
        }
    }
    for note in done.iter().flat_map(|(_, outcome)| &outcome.plan.notes) {
        context.ui.say(&format!("note: {note}"));
    }
}

fn as_json(done: &[(Batch, Outcome)], failed: Option<&Error>) -> String {
    let batches = done.iter().map(|(batch, outcome)| {
        let mut value = outcome.json();
        if let Some(value) = value.as_object_mut() {
            value.remove("schema");
        }
        value["line"] = batch.line().into();
        value["does"] = batch.to_string().into();
        value
    });
    let problems = match failed {
        Some(Error::Action { at, .. }) => report::json(at),
        Some(error) => json!([{ "message": error.to_string() }]),
        None => json!([]),
    };
    json!({
        "schema": 1,
        "changed": done.iter().any(|(_, outcome)| outcome.changed()),
        "batches": batches.collect::<Vec<_>>(),
        "problems": problems,
    })
    .to_string()
}
