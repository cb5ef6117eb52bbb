//! How background commands are asked to end.

#![allow(clippy::disallowed_methods)] // they have time to end

use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};

use super::ritual::prepare;
use super::{Options, background, kept};
use crate::error::Result;
use crate::process::{self, Handle, Process, Run, wait_for};
use crate::project::Project;
use crate::ritual::Phase;
use crate::ritual_plan::record::{self, Background};
use crate::shell;
use crate::workspace::supervision::{Ask, Stop};

/// How long what it leaves behind may go on when it has ended as it was asked to.
const BEHIND: Duration = Duration::from_secs(1);
/// How long new processes go unnoticed.
const LOOK: Duration = Duration::from_millis(500);

/// How one background command is asked to end.
pub(super) struct Rule {
    timeout: Duration,
    way: Way,
}

enum Way {
    Signal(i32),
    Command(Run),
}

impl Rule {
    /// What the command that `one` was started from declares now; nothing unless it says something.
    pub(super) fn of(one: &Background, project: &Project, options: &Options<'_>) -> Result<Option<Rule>> {
        let declared = project.ritual(Phase::Start).iter().filter(|command| command.background);
        let same = declared.clone().find(|command| record::identity(command) == one.identity);
        let Some(command) = same.or_else(|| declared.clone().find(|command| command.name == one.name)) else {
            return Ok(None);
        };
        let Stop { ask, timeout } = &command.supervision.stop;
        if command.supervision.stop == Stop::default() {
            return Ok(None);
        }
        let way = match ask {
            Ask::Signal(number) => Way::Signal(*number),
            Ask::Command(what) => {
                let (run, _) = prepare(project, options, command, what)?;
                Way::Command(Run { timeout: Some(*timeout), ..run })
            }
            // no terminal to type into, as `check` says
            Ask::Keys(_) => return Ok(None),
        };
        Ok(Some(Rule { timeout: *timeout, way }))
    }

    /// Asks, and waits; how long it may take after that, when it is asked by TERM.
    pub(super) fn ask(&self, one: &Background) -> Result<Duration> {
        let mut deadline = Instant::now() + self.timeout;
        let first = first(one);
        match &self.way {
            Way::Signal(number) => signal(one, *number),
            Way::Command(run) => drop(shell::run(run, &mut |_| {})?),
        }
        let mut ended = None;
        while Instant::now() < deadline {
            let left = background::processes(one, &process::snapshot());
            if left.is_empty() {
                break;
            }
            if first.as_ref().is_some_and(|first| !left.iter().any(|process| process.is(first))) {
                deadline = deadline.min(*ended.get_or_insert(Instant::now() + BEHIND));
            }
            let handles: Vec<Handle> = left.iter().filter_map(Handle::open).collect();
            wait_for(&handles, deadline.min(Instant::now() + LOOK));
        }
        Ok(self.timeout)
    }
}

/// The command's own process, while it lives.
fn first(one: &Background) -> Option<Process> {
    let (pid, start) = kept::command(one).or(one.process)?;
    process::find(pid).filter(|now| now.start == start)
}

/// Sends a signal to the process group of a background command, which is its first process's own.
fn signal(one: &Background, number: i32) {
    let group = first(one).filter(|first| first.group == first.pid);
    let pid = group.and_then(|first| Pid::from_raw(i32::try_from(first.pid).ok()?));
    if let (Some(pid), Some(signal)) = (pid, Signal::from_named_raw(number)) {
        // who is not there any more needs no signal
        let _ = kill_process_group(pid, signal);
    }
}
