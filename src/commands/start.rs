//! `rune start`: the ritual, every workspace in one plan, and in.

use super::apply;
use super::attach;
use super::bring_up::{self, Mode};
use super::context::Context;
use crate::cli;
use crate::error::Result;
use crate::plan::{Plan, Step};
use crate::quote;

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
    report(context, &planned.plan, &options.choice.words);
    apply::labels(context, &project, &planned.plan);
    let Some(last) = planned.plan.sessions.last() else {
        context.ui.say(&format!("`{}` has no workspace: there is nothing to attach to", project.name));
        return Ok(());
    };
    let id = match &last.id {
        Some(id) => id.clone(),
        None => format!("={}", last.label),
    };
    if options.detach {
        context.ui.say(&format!("`{}` is up: {}", last.label, attach::own_words(context, &[&last.label])));
        return Ok(());
    }
    attach::enter(context, &id, &last.label, options.hand_over)
}

/// Says what was added, and what differs but was left alone. `given` are the words of the command
/// line: the commands that go on from here need the values among them.
fn report(context: &Context, plan: &Plan, given: &[String]) {
    if plan.is_empty() {
        context.ui.detail("nothing to do");
    }
    for step in &plan.steps {
        context.ui.detail(&format!("  {step}"));
    }
    held(context, plan, given);
    for note in &plan.notes {
        context.ui.say(&format!("note: {note}"));
    }
}

fn held(context: &Context, plan: &Plan, given: &[String]) {
    if plan.held.is_empty() {
        return;
    }
    let panes = plan.held.iter().filter(|step| matches!(step, Step::RestartPane { .. })).count();
    let others = plan.held.len() - panes;
    let values: Vec<&str> = given.iter().map(String::as_str).filter(|word| word.contains('=')).collect();
    let words = |command| quote::argv(&[&["rune", command], values.as_slice()].concat());
    let line = match (panes, others) {
        (1, _) => format!("1 pane runs an older command: `{}` restarts it", words("apply")),
        (1.., _) => format!("{panes} panes run an older command: `{}` restarts them", words("apply")),
        (_, 1) => format!("1 thing differs from the config: `{}` changes it", words("apply")),
        _ => format!("{others} things differ from the config: `{}` changes them", words("apply")),
    };
    context.ui.say(&format!("{line}, `{}` shows all", words("plan")));
    for step in &plan.held {
        context.ui.detail(&format!("  {step}"));
    }
}
