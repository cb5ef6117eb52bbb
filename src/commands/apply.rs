//! `rune plan` and `rune apply`: one value, shown or done.

use std::fmt::Write;

use super::bring_up::{self, Mode, Planned};
use super::context::{Context, origin};
use super::kill::duration;
use super::wait;
use super::without_rune;
use crate::cli;
use crate::config;
use crate::error::{Error, Result, counted};
use crate::journal;
use crate::plan::Plan;
use crate::project::Project;

/// `rune plan`
pub fn plan(context: &Context, options: &cli::Apply) -> Result<()> {
    let (project, planned) = prepare(context, options)?;
    show(context, options, &project, &planned)?;
    checked(options, &planned.plan)
}

/// `rune apply`
pub fn apply(context: &Context, options: &cli::Apply) -> Result<()> {
    if options.check || options.script {
        return plan(context, options);
    }
    let timeout = options.timeout.as_deref().map(duration).transpose()?;
    let lock = bring_up::lock(context, "apply")?;
    let (project, planned) = prepare(context, options)?;
    let since = journal::now();
    bring_up::execute(context, &project, &planned, "rune apply")?;
    drop(lock);
    said(context, options, &project, &planned)?;
    if options.wait { wait::started(context, &project, since, timeout) } else { Ok(()) }
}

/// Says what was done.
fn said(context: &Context, options: &cli::Apply, project: &Project, planned: &Planned) -> Result<()> {
    if options.json {
        return show(context, options, project, planned);
    }
    if planned.plan.is_empty() {
        context.ui.say("nothing to do");
    } else {
        context.ui.say(&format!("done: {}", counted(planned.plan.steps.len(), "step")));
        for step in &planned.plan.steps {
            context.ui.detail(&format!("  {step}"));
        }
    }
    notes(context, &planned.plan);
    Ok(())
}

fn prepare(context: &Context, options: &cli::Apply) -> Result<(Project, Planned)> {
    let looked = context.look()?;
    let (mut request, workspaces) = context.request(&options.words);
    request.project.clone_from(&options.project);
    request.workspaces = workspaces.iter().map(|&name| name.to_owned()).collect();
    let project = context.resolve(&config::load(&request)?, request, looked.as_ref())?;
    let mode = Mode { only_missing: false, prune: options.prune };
    let planned = bring_up::plan(context, &project, looked, mode)?;
    Ok((project, planned))
}

fn show(context: &Context, options: &cli::Apply, project: &Project, planned: &Planned) -> Result<()> {
    if options.json {
        let mut value =
            serde_json::to_value(&planned.plan).map_err(|error| Error::failed(error.to_string()))?;
        value["schema"] = 1.into();
        context.ui.result(&value.to_string());
    } else if options.script {
        context.ui.result(&without_rune::script(context, project, planned));
    } else {
        context.ui.result(&text(project, &planned.plan));
        notes(context, &planned.plan);
    }
    Ok(())
}

/// A plan as sentences.
pub fn text(project: &Project, plan: &Plan) -> String {
    let from = origin(project);
    let mut text = format!("project `{}` at {}, from {from}\n", project.name, project.root.display());
    if project.default_workspace && project.config.is_some() {
        text += "the config names no workspace: this is rune's embedded default\n";
    }
    if plan.is_empty() {
        text += "nothing to do\n";
    }
    for (number, step) in plan.steps.iter().enumerate() {
        let _ = writeln!(text, "{:3}. {step}", number + 1);
    }
    text
}

fn notes(context: &Context, plan: &Plan) {
    for note in &plan.notes {
        context.ui.say(&format!("note: {note}"));
    }
}

fn checked(options: &cli::Apply, plan: &Plan) -> Result<()> {
    if options.check && !plan.is_empty() {
        return Err(Error::WouldChange { steps: plan.steps.len() });
    }
    Ok(())
}
