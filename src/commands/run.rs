//! `rune run`: what a HeroScript says, in order.
//!
//! The whole script is checked before anything is done, and the server is locked until all of it is.

mod place;
mod preview;
mod report;

use super::bring_up;
use super::context::Context;
use super::heroscript::{Use, actions, read};
use super::leave;
use super::live;
use super::live::outcome::Outcome;
use super::stop;
use crate::cli;
use crate::config::source::Source;
use crate::error::{Error, Result};
use crate::heroscript::{Batch, Statement, batches};
use crate::journal;
use crate::live::{Operation, may_start, plan};
use crate::log;
use crate::snapshot::{Detail, Snapshot};

/// The command as a person knows it.
const PURPOSE: &str = "rune run";

/// A script that can be run.
struct Script<'c> {
    context: &'c Context,
    source: Source,
    statements: Vec<Statement>,
    /// Whether what rune did not make is changed on a server of the user's own, too.
    any: bool,
}

/// `rune run`
pub fn run(context: &Context, options: &cli::Run) -> Result<()> {
    let source = read(context, &options.script, Use::Done)?;
    let statements = actions(&source, options.skip_unknown)?;
    let script = Script { context, source, statements, any: options.how.any };
    script.possible()?;
    if options.dry_run {
        return script.preview(options.how.json);
    }
    let mut done = Vec::new();
    let result = script.perform(&mut done);
    report::report(context, &done, result.as_ref().err(), options.how.json);
    result?;
    stop::survived(done.iter().flat_map(|(_, outcome)| outcome.survivors()).collect())
}

impl Script<'_> {
    /// Does one batch after the other.
    fn perform(&self, done: &mut Vec<(Batch, Outcome)>) -> Result<()> {
        let _lock = bring_up::lock(self.context, PURPOSE)?;
        let mut looked = self.context.look_for(Detail::Everything)?;
        for batch in batches(&self.statements) {
            let mut line = batch.line();
            let outcome = self.batch(&batch, looked, &mut line).map_err(|error| {
                let after = done.iter().any(|(_, outcome)| outcome.changed());
                self.error_at(line, after, error)
            })?;
            looked = outcome.snapshot.pid.map(|_| outcome.snapshot.clone());
            done.push((batch, outcome));
        }
        Ok(())
    }

    /// Does a batch; in `line` is the line of the action that could not be done.
    fn batch(&self, batch: &Batch, looked: Option<Snapshot>, line: &mut usize) -> Result<Outcome> {
        let context = self.context;
        let looked = live::wait_while(context, looked, |scene| {
            let starts = |operation: Operation| may_start(scene, &operation, journal::now());
            batch.is_early(scene) || batch.operation(scene).is_ok_and(starts)
        })?;
        let mut logs = Vec::new();
        let (planned, project) = live::prepare_on(context, looked, self.any, |scene| {
            let planned = batch.operation(scene).and_then(|operation| plan(&operation, scene));
            match &planned {
                Ok(planned) => logs = batch.reset_logs(scene, &planned.plan),
                Err(_) => *line = self.wrong_line(batch, scene),
            }
            planned
        })?;
        let ending = bring_up::ending(&planned);
        if leave::pane_of_this(context, &planned.snapshot).is_some_and(|own| ending.contains(own)) {
            return Err(Error::Refused {
                message: "this would end the pane that the script runs in".to_owned(),
                hint: Some("run the script in another terminal".to_owned()),
            });
        }
        for tag in logs {
            let directory = context.log_directory(&tag);
            log::clear(&directory).map_err(Error::io("empty", directory))?;
        }
        live::execute(context, &project, planned, PURPOSE)
    }
}
