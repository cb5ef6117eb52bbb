//! `rune start`: the ritual, every workspace in one plan, and in.

use super::apply;
use super::attach;
use super::bring_up::{self, Mode};
use super::context::Context;
use super::ritual;
use crate::cli;
use crate::error::{Error, Result, counted};
use crate::lock::Lock;
use crate::plan::Plan;
use crate::project::Project;
use crate::ritual::record::Decision;
use crate::ritual::{Interactive, Phase, preview};
use crate::snapshot::Snapshot;

/// Only what is missing is added: a start never disturbs what somebody works in.
const MODE: Mode = Mode { only_missing: true, prune: false };

/// `rune start`
pub fn start(context: &Context, options: &cli::Start) -> Result<()> {
    if options.dry_run {
        return dry_run(context, options);
    }
    let lock = bring_up::lock(context, "rune start")?;
    let looked = context.look()?;
    let mut project = context.project(&options.choice.words, looked.as_ref(), true)?;
    if let (None, Err(error @ Error::NoTmux { .. })) = (&looked, context.server.program_version()) {
        without_tmux(context, &mut project, error)?;
    }
    let (_lock, looked) = after_ritual(context, &project, options.ritual, lock, looked)?;
    if project.workspaces.is_empty() {
        return Ok(());
    }
    let planned = bring_up::plan(context, &project, looked, MODE)?;
    bring_up::execute(context, &project, &planned)?;
    report(context, &planned.plan);
    drop(_lock);
    let Some(last) = planned.plan.sessions.last() else { return Ok(()) };
    let id = last.id.clone().unwrap_or_else(|| format!("={}", last.label));
    if options.detach {
        context.ui.say(&format!("`{}` is up: rune attach {}", last.label, last.label));
        return Ok(());
    }
    attach::enter(context, &id, &last.label, options.hand_over)
}

/// Runs the start ritual where it is to run; then, under the lock, what the server has.
///
/// A ritual may take minutes, and commands of it may use rune: the lock is not held meanwhile.
fn after_ritual(
    context: &Context,
    project: &Project,
    force: bool,
    lock: Lock,
    looked: Option<Snapshot>,
) -> Result<(Lock, Option<Snapshot>)> {
    if project.start.is_empty() {
        return Ok((lock, looked));
    }
    let skipped = matches!(ritual::decision(context, project, Phase::Start, force)?, Decision::Skip { .. });
    drop(lock);
    ritual::run(context, project, Phase::Start, force)?;
    let lock = bring_up::lock(context, "rune start")?;
    let looked = if skipped { looked } else { context.look()? };
    Ok((lock, looked))
}

/// Without tmux there are rituals only; what wanted a session runs in this terminal.
fn without_tmux(context: &Context, project: &mut Project, error: Error) -> Result<()> {
    if project.start.is_empty() {
        return Err(error);
    }
    context.ui.say(&format!("no workspace comes up, its commands run here: {error}"));
    project.workspaces.clear();
    for command in &mut project.start {
        if command.interactive.is_some() {
            command.interactive = Some(Interactive::Terminal);
        }
    }
    Ok(())
}

fn dry_run(context: &Context, options: &cli::Start) -> Result<()> {
    let looked = context.look()?;
    let project = context.project(&options.choice.words, looked.as_ref(), true)?;
    if !project.start.is_empty() {
        let decision = ritual::decision(context, &project, Phase::Start, options.ritual)?;
        context.ui.result(&preview::preview(&project, Phase::Start, decision).join("\n"));
    }
    if !project.workspaces.is_empty() {
        let planned = bring_up::plan(context, &project, looked, MODE)?;
        context.ui.result(&apply::text(&project, &planned.plan));
    }
    Ok(())
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
