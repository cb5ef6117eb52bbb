//! `rune run --dry-run`: what is known beforehand of what a script would do.

use serde_json::{Value, json};

use super::Script;
use crate::commands::live;
use crate::error::{Error, Result};
use crate::heroscript::{Batch, batches};
use crate::live::plan;
use crate::plan::Plan;
use crate::snapshot::Detail;

impl Script<'_> {
    /// Shows the steps of each batch. What comes after a change is not known yet, and only named.
    ///
    /// # Errors
    /// For the first action that could not be done, as far as that is known.
    pub(super) fn preview(&self, json: bool) -> Result<()> {
        let context = self.context;
        let looked = context.look_for(Detail::Everything)?;
        let mut shown: Vec<(Batch, Option<Plan>)> = Vec::new();
        for batch in batches(&self.statements) {
            let known = shown.iter().all(|(_, plan)| plan.as_ref().is_some_and(Plan::is_empty));
            let plan = known.then(|| {
                let mut line = batch.line();
                let prepared = live::prepare_on(context, looked.clone(), self.any, |scene| {
                    let planned = batch.operation(scene).and_then(|operation| plan(&operation, scene));
                    if planned.is_err() {
                        line = self.wrong_line(&batch, scene);
                    }
                    planned
                });
                prepared.map(|(planned, _)| planned.plan).map_err(|error| self.error_at(line, false, error))
            });
            shown.push((batch, plan.transpose()?));
        }
        context.ui.result(&if json { as_json(&shown)? } else { text(&shown) });
        Ok(())
    }
}

fn text(shown: &[(Batch, Option<Plan>)]) -> String {
    if shown.iter().all(|(_, plan)| plan.as_ref().is_some_and(Plan::is_empty)) {
        return "nothing to do".to_owned();
    }
    let mut text = String::new();
    for (batch, plan) in shown {
        let sentence = batch.to_string();
        let (what, more) = sentence.split_once('\n').unwrap_or((&sentence, ""));
        text += &format!("line {}: {what}\n", batch.line());
        match plan {
            Some(plan) if plan.is_empty() => text += "    nothing to do\n",
            Some(plan) => {
                for (number, step) in plan.steps.iter().enumerate() {
                    text += &format!("  {:3}. {step}\n", number + 1);
                }
                plan.notes.iter().for_each(|note| text += &format!("    note: {note}\n"));
            }
            // What it wants is known; what that changes depends on what stands before it.
            None => more.lines().for_each(|line| text += &format!("  {line}\n")),
        }
    }
    text
}

fn as_json(shown: &[(Batch, Option<Plan>)]) -> Result<String> {
    let mut all = Vec::new();
    for (batch, plan) in shown {
        let plan = serde_json::to_value(plan).map_err(|error| Error::failed(error.to_string()))?;
        all.push(json!({ "line": batch.line(), "does": batch.to_string(), "plan": plan }));
    }
    Ok(json!({ "schema": 1, "dry_run": true, "batches": Value::Array(all) }).to_string())
}
