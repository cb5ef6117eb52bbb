//! `rune start`: the ritual, every workspace in one plan, and in.

use super::apply;
use super::attach;
use super::bring_up::{self, Mode};
use super::context::Context;
use super::ritual;
use crate::cli;
use crate::error::{Error, Result};
use crate::lock::Lock;
use crate::plan::{Plan, Step};
use crate::project::Project;
use crate::quote;
use crate::ritual::{Interactive, Phase, RitualCommand};
use crate::ritual_plan::preview;
use crate::ritual_plan::record::Decision;
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
    let (lock, looked) = after_ritual(context, &project, options.ritual, lock, looked)?;
    if project.workspaces.is_empty() {
        if project.start.is_empty() {
            context.ui.say(&format!("`{}` has neither a workspace nor a start ritual", project.name));
        }
        return Ok(());
    }
    let planned = bring_up::plan(context, &project, looked, MODE)?;
    bring_up::execute(context, &project, &planned)?;
    drop(lock);
    report(context, &planned.plan, &options.choice.words);
    let Some(last) = planned.plan.sessions.last() else { return Ok(()) };
    let id = last.id.clone().unwrap_or_else(|| format!("={}", last.label));
    if options.detach {
        context.ui.say(&format!("`{}` is up: {}", last.label, attach::own_words(context, &[&last.label])));
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
    let wants_session =
        |command: &RitualCommand| matches!(command.interactive, Some(Interactive::Workspace(_)));
    let in_ritual = project.start.iter().any(wants_session);
    if project.workspaces.is_empty() && !in_ritual {
        return Ok(());
    }
    if project.start.is_empty() {
        return Err(error);
    }
    let instead = if in_ritual { "what the ritual runs in it runs here" } else { "only the ritual runs" };
    context.ui.say(&format!("{error}: no workspace comes up, {instead}"));
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
