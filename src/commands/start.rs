//! `rune start`: the ritual, every workspace in one plan, and in.

use super::apply;
use super::attach;
use super::bring_up::{self, Mode};
use super::context::Context;
use super::kill::duration;
use super::ritual;
use super::wait;
use crate::cli;
use crate::error::Result;
use crate::journal;
use crate::lock::Lock;
use crate::plan::{CHANGED, Plan, Step};
use crate::project::Project;
use crate::quote;
use crate::ritual::{Interactive, Phase, RitualCommand};
use crate::ritual_plan::preview;
use crate::snapshot::Snapshot;

/// Only what is missing is added: a start never disturbs what somebody works in.
const MODE: Mode = Mode { only_missing: true, prune: false };

/// `rune start`
pub fn start(context: &Context, options: &cli::Start) -> Result<()> {
    if options.dry_run {
        return dry_run(context, options);
    }
    let timeout = options.timeout.as_deref().map(duration).transpose()?;
    let lock = bring_up::lock(context, "rune start")?;
    let looked = context.look()?;
    let mut project = context.project(&options.choice.words, looked.as_ref(), true)?;
    if looked.is_none() && !project.start.is_empty() && !context.server.is_installed() {
        without_tmux(context, &mut project);
    }
    let (lock, looked) = after_ritual(context, &project, options.ritual, lock, looked)?;
    if project.workspaces.is_empty() {
        if project.start.is_empty() {
            context.ui.say(&format!("`{}` has neither a workspace nor a start ritual", project.name));
        }
        return Ok(());
    }
    let since = journal::now();
    let planned = bring_up::plan(context, &project, looked, MODE)?;
    bring_up::execute(context, &project, &planned, "rune start")?;
    drop(lock);
    report(context, &planned.plan, &options.choice.words);
    if options.wait {
        wait::started(context, &project, since, timeout)?;
    }
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
    drop(lock);
    ritual::run(context, project, Phase::Start, force)?;
    let lock = bring_up::lock(context, "rune start")?;
    Ok((lock, context.look()?))
}

/// Without tmux there are rituals only; what wanted a session runs in this terminal.
fn without_tmux(context: &Context, project: &mut Project) {
    let wants_session = |command: &RitualCommand| {
        matches!(command.interactive, Some(Interactive::Workspace(_) | Interactive::Session(_)))
    };
    let in_ritual = project.start.iter().any(wants_session);
    if project.workspaces.is_empty() && !in_ritual {
        return;
    }
    let instead = if in_ritual { "what the ritual runs in it runs here" } else { "only the ritual runs" };
    let program = context.server.program.display();
    context.ui.say(&format!("there is no `{program}` to run: no workspace comes up, {instead}"));
    project.workspaces.clear();
    for command in &mut project.start {
        if command.interactive.is_some() {
            command.interactive = Some(Interactive::Terminal);
        }
    }
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
    let values: Vec<&str> = given.iter().map(String::as_str).filter(|word| word.contains('=')).collect();
    let words = |command| quote::argv(&[&["rune", command], values.as_slice()].concat());
    let restarts = |changed: bool| {
        let wanted =
            |step: &&Step| matches!(step, Step::RestartPane { why, .. } if (why == CHANGED) == changed);
        plan.held.iter().filter(wanted).count()
    };
    let (older, ended) = (restarts(true), restarts(false));
    let others = plan.held.len() - older - ended;
    let line = |count: usize, one: &str, several: &str| match count {
        0 => None,
        1 => Some(format!("1 {one}")),
        _ => Some(format!("{count} {several}")),
    };
    let lines = [
        line(older, "pane runs an older command", "panes run an older command"),
        line(ended, "pane has ended in failure", "panes have ended in failure"),
        line(others, "thing differs from the config", "things differ from the config"),
    ];
    let lines: Vec<String> = lines.into_iter().flatten().collect();
    context.ui.say(&format!(
        "{}: `{}` changes that, `{}` shows all",
        lines.join(", "),
        words("apply"),
        words("plan")
    ));
    for step in &plan.held {
        context.ui.detail(&format!("  {step}"));
    }
}
