//! Background commands: started, found again, and ended.

#![allow(clippy::disallowed_methods)] // this is where they are started

use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use super::kept;
use crate::error::{Error, Result};
use crate::process::{self, NotStarted, Process, Run, Table};
use crate::ritual_plan::record::{Background, COMMAND_VARIABLE};

/// Starts `run` in a session of its own, so that no terminal's hang-up or Ctrl-C reaches it, with
/// nothing to read and its output going to `log`, which begins anew.
pub(super) fn start(run: &Run, log: &Path) -> Result<Result<Child, NotStarted>> {
    let Some(program) = run.argv.first() else {
        return Ok(Err(NotStarted { message: "it is empty".to_owned(), code: 127 }));
    };
    // A missing directory would look like a missing program.
    if let Err(error) = std::fs::metadata(&run.cwd) {
        return Ok(Err(NotStarted { code: 126, ..NotStarted::new(run.cwd.display(), &error) }));
    }
    let mut options = OpenOptions::new();
    // A process of an earlier run may still write to the log: appending keeps their lines apart.
    options.append(true).create(true).mode(0o600);
    let output = options.open(log).and_then(|file| file.set_len(0).map(|()| file));
    let output = output.map_err(Error::io("open the log", log))?;
    let errors = output.try_clone().map_err(Error::io("open the log", log))?;
    let mut command = Command::new(program);
    command.args(&run.argv[1..]).current_dir(&run.cwd).env_clear();
    command.envs(run.environment.iter().map(|(name, value)| (name, value)));
    command.stdin(Stdio::null()).stdout(output).stderr(errors);
    let started = process::spawn(process::without_terminal(&mut command));
    Ok(started.map_err(|error| NotStarted::new(program.display(), &error)))
}

/// The processes that come from a background command; none when it has ended.
pub fn processes(background: &Background, table: &Table) -> Vec<Process> {
    let written = background.process.into_iter().chain(kept::command(background));
    let first = written.filter_map(|(pid, start)| table.get(pid).filter(|now| now.start == start));
    let marked = table.with_variable(COMMAND_VARIABLE, &background.id);
    table.family(first.chain(&marked))
}

/// Ends a background command and everything that comes from it; returns what survived.
pub(super) fn end(background: &Background, grace: Duration) -> Vec<Process> {
    process::terminate_found(|table| processes(background, table), grace)
}
