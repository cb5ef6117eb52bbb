//! `rune ritual`, and the rituals of `rune start` and `rune stop`.

use std::path::Path;

use super::context::Context;
use crate::cli;
use crate::environment::{self, Filter};
use crate::error::{Error, Result};
use crate::project::Project;
use crate::ritual::Phase;
use crate::ritual_plan::preview;
use crate::ritual_plan::record::Decision;
use crate::ritual_run::{self, Options};
use crate::snapshot::Snapshot;
use crate::store::Variable;
use crate::ui::Progress;

/// `rune ritual`
pub fn ritual(context: &Context, command: &cli::Ritual) -> Result<()> {
    match command {
        cli::Ritual::List => list(context),
        cli::Ritual::Test { phase, choice } => test(context, phase_of(*phase), choice),
        cli::Ritual::Run { phase, choice } => {
            let project = context.project(&choice.words, looked(context).as_ref(), false)?;
            // Whoever asks for it by name wants it to run.
            run(context, &project, phase_of(*phase), true)
        }
    }
}

/// What the server has, for the values that a session was started with. A ritual by itself needs no
/// tmux, so one that does not answer has none.
fn looked(context: &Context) -> Option<Snapshot> {
    context.look().ok().flatten()
}

fn list(context: &Context) -> Result<()> {
    let (request, _) = context.request(&[]);
    let loaded = crate::config::load(&request)?;
    let names = crate::config::names(&loaded).projects;
    let here = context.resolve(&loaded, request.clone(), looked(context).as_ref())?;
    let mut projects = vec![here];
    for name in names {
        if projects.iter().all(|known| known.name != name) {
            let mut request = request.clone();
            request.project = Some(name);
            request.directories = false;
            projects.push(crate::config::project(&loaded, &request)?);
        }
    }
    for project in &projects {
        context.ui.result(&preview::list(project).join("\n"));
    }
    Ok(())
}

fn test(context: &Context, phase: Phase, choice: &cli::Choice) -> Result<()> {
    let project = context.project(&choice.words, looked(context).as_ref(), false)?;
    let decision = decision(context, &project, phase, false)?;
    context.ui.result(&preview::preview(&project, phase, decision).join("\n"));
    Ok(())
}

/// What would become of the ritual now.
pub fn decision(context: &Context, project: &Project, phase: Phase, force: bool) -> Result<Decision> {
    Ok(ritual_run::record(project, &context.state_directory())?.decide(phase, force))
}

/// Runs a ritual, with one line a command.
pub fn run(context: &Context, project: &Project, phase: Phase, force: bool) -> Result<()> {
    with_options(context, project, phase, force, |options| {
        let mut progress = Progress::new(context.ui);
        let ran = ritual_run::run(project, phase, options, &mut |event| progress.show(&event));
        drop(progress);
        if let Err(Error::Interrupted) = ran {
            context.ui.say(&format!(
                "the {phase} ritual was interrupted: next time it starts from its first command"
            ));
        }
        ran.map(drop)
    })
}

/// Ends the background commands of the start ritual; for each that ran, what survived of it.
pub fn end_background(
    context: &Context,
    project: &Project,
    grace: std::time::Duration,
) -> Result<Vec<Vec<String>>> {
    with_options(context, project, Phase::Stop, false, |options| {
        let mut progress = Progress::new(context.ui);
        let ended = ritual_run::end_background(project, options, grace, &mut |event| progress.show(&event))?;
        drop(progress);
        for (background, _) in ended.iter().filter(|(_, left)| left.is_empty()) {
            context.ui.say(&format!("ended `{}`", background.name));
        }
        Ok(ended.iter().map(|(_, left)| left.iter().map(ToString::to_string).collect()).collect())
    })
}

fn with_options<T>(
    context: &Context,
    project: &Project,
    phase: Phase,
    force: bool,
    action: impl FnOnce(&Options<'_>) -> Result<T>,
) -> Result<T> {
    let filter = Filter { pass: &project.pass, drop: &project.drop };
    let filtered = environment::filter(context.inherited.iter().cloned(), filter);
    // A ritual runs in this terminal, so it gets what belongs to it; but it belongs to no pane of ours.
    let of_terminal =
        filtered.from_pane.into_iter().filter(|(name, _)| !name.to_string_lossy().starts_with("RUNE_"));
    let environment: Vec<Variable> = filtered.kept.into_iter().chain(of_terminal).collect();
    let (shell, program, journal) = (context.shell(), super::bring_up::program()?, context.journal());
    action(&Options {
        state: &context.state_directory(),
        environment: &environment,
        inherited: &context.inherited,
        shell: &shell,
        force,
        caller: &format!("`rune {phase}`"),
        program: Path::new(&program),
        journal: journal.path(),
    })
}

fn phase_of(phase: cli::Phase) -> Phase {
    match phase {
        cli::Phase::Start => Phase::Start,
        cli::Phase::Stop => Phase::Stop,
    }
}
