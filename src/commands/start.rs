//! `rune start`: the ritual, every workspace in one plan, and in.

use super::apply;
use super::attach;
use super::bring_up::{self, Mode};
use super::context::Context;
use crate::cli;
use crate::error::{Result, counted};
use crate::plan::Plan;

/// `rune start`
pub fn start(context: &Context, options: &cli::Start) -> Result<()> {
    let looked = context.look()?;
    let project = context.project(&options.choice.words, looked.as_ref(), true)?;
    let mode = Mode { only_missing: true, prune: false };
    if options.dry_run {
        let planned = bring_up::plan(context, &project, looked, mode)?;
        context.ui.result(&apply::text(&project, &planned.plan));
        return Ok(());
    }
    let lock = bring_up::lock(context, "start")?;
    let planned = bring_up::plan(context, &project, context.look()?, mode)?;
    bring_up::execute(context, &project, &planned)?;
    drop(lock);
    report(context, &planned.plan);
    let Some(last) = planned.plan.sessions.last() else { return Ok(()) };
    let id = match &last.id {
        Some(id) => id.clone(),
        None => format!("={}", last.label),
    };
    if options.detach {
        context.ui.say(&format!("`{}` is up: rune attach {}", last.label, last.label));
        return Ok(());
    }
    attach::enter(context, &id, &last.label, options.hand_over)
}

/// Says what was added, and what differs but was left alone.
fn report(context: &Context, plan: &Plan) {
    if plan.is_empty() {
        context.ui.detail("nothing to do");
    }
    for step in &plan.steps {
        context.ui.detail(&format!("  {step}"));
    }
    if !plan.held.is_empty() {
        let differ = if plan.held.len() == 1 { "differs" } else { "differ" };
        context.ui.say(&format!(
            "{} {differ} from the config and stayed: `rune plan` shows them, `rune apply` changes them",
            counted(plan.held.len(), "thing")
        ));
        for step in &plan.held {
            context.ui.detail(&format!("  {step}"));
        }
    }
    for note in &plan.notes {
        context.ui.say(&format!("note: {note}"));
    }
}
