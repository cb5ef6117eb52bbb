//! Runs a project's rituals: commands in order, conditions asked right before, background commands
//! left running, and a record of it all so that the next run knows.

#![allow(clippy::disallowed_methods)] // this is where commands are timed

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::Path;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use jiff::Zoned;
use jiff::civil::Date;

use crate::error::{Error, Result};
use crate::process::{self, Process};
use crate::project::Project;
use crate::ritual::Phase;
use crate::ritual_plan::event::Event;
use crate::ritual_plan::record::{self, Background, COMMAND_VARIABLE, Decision, RITUAL_VARIABLE, Record};

mod background;
mod kept;
mod needs;
mod ready;
mod ritual;
mod stop;
mod store;

pub use kept::{Known, known};
use ritual::{Ritual, variable};
use store::Store;

/// How long a command may clean up that nobody waits for any more.
const GRACE: Duration = Duration::from_secs(5);

/// What a ritual needs to know of this run of rune.
#[derive(Clone, Copy, Debug)]
pub struct Options<'a> {
    /// rune's directory for what it keeps: `$XDG_STATE_HOME/rune`.
    pub state: &'a Path,
    /// The environment that commands get, already filtered; declared and passed variables come on top.
    pub environment: &'a [(OsString, OsString)],
    /// The environment of this process, for conditions and passed variables.
    pub inherited: &'a [(OsString, OsString)],
    /// The user's shell.
    pub shell: &'a str,
    /// Whether a start ritual that has run is run again.
    pub force: bool,
    /// What others who wait for us are told, as in "`rune start`".
    pub caller: &'a str,
    /// This very program, which runners are.
    pub program: &'a Path,
    /// The journal's file.
    pub journal: &'a Path,
}

/// Whether a ritual was run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was, to its end.
    Ran,
    /// It had run before, and was not.
    AlreadyRan,
}

/// Runs one ritual of `project`, if it is to run ([`Record::decide`]), and reports to `on`.
///
/// # Errors
///
/// [`Error::Refused`] inside a ritual of the same project; [`Error::Ritual`] with the code of a
/// command that failed and is not optional; [`Error::Interrupted`] after Ctrl-C. In the latter two
/// cases the ritual starts again from its first command the next time.
pub fn run(
    project: &Project,
    phase: Phase,
    options: &Options<'_>,
    on: &mut dyn FnMut(Event),
) -> Result<Outcome> {
    refuse_inside(project, phase, options)?;
    let store = Store::new(options.state, &project.root, &project.name);
    let holder = format!("{} (pid {})", options.caller, std::process::id());
    let _lock = store.lock(&holder, |holder| on(Event::Waiting { holder }))?;
    let mut record = read(&store, project)?;
    let ago = |then| Duration::from_secs(now().saturating_sub(then));
    match record.decide(phase, options.force) {
        Decision::Skip { ended } => {
            on(Event::AlreadyRan { phase, ago: ago(ended) });
            return Ok(Outcome::AlreadyRan);
        }
        Decision::Again { began } => on(Event::Again { phase, ago: ago(began) }),
        Decision::Run => {}
    }
    if let Some(id) = record.foreground.take() {
        process::terminate_found(|table| table.with_variable(COMMAND_VARIABLE, &id), GRACE);
    }
    let running: Vec<Background> = running(&record).into_iter().map(|(one, _)| one).collect();
    record.background.clone_from(&running);
    kept::tidy(&store.kept(), &running);
    record.begin(phase, now());
    note(phase, &store, &record, on)?;
    let mut ritual = Ritual {
        project,
        phase,
        options,
        store,
        record,
        running,
        started: Vec::new(),
        kept: Vec::new(),
        met: BTreeMap::new(),
    };
    let ended = project.ritual(phase).iter().try_for_each(|command| ritual.command(command, on));
    ritual.look_at_background(on)?;
    if ended.is_ok() {
        ritual.record.end(phase, now());
    }
    note(phase, &ritual.store, &ritual.record, on)?;
    ended.map(|()| Outcome::Ran)
}

/// Writes the record down. A full disk is no reason not to stop; then it is forgotten what ran, unless
/// something still does, so that the next start is not taken for a second one.
fn note(phase: Phase, store: &Store, record: &Record, on: &mut dyn FnMut(Event)) -> Result<()> {
    match store.write(record) {
        Err(error) if phase == Phase::Stop => {
            on(Event::NotNoted { why: error.to_string() });
            if record.background.is_empty() {
                store.forget();
            }
            Ok(())
        }
        written => written,
    }
}

/// What is known of the project's rituals in this boot of the machine.
pub fn record(project: &Project, state: &Path) -> Result<Record> {
    read(&Store::new(state, &project.root, &project.name), project)
}

/// What is known of every project's rituals in this boot of the machine, by root and name. Records
/// that cannot be read are told to `unreadable`: they must not hide the others.
pub fn records(state: &Path, unreadable: &mut dyn FnMut(&Error)) -> Result<Vec<Record>> {
    let boot = boot()?;
    let mut records = Vec::new();
    for store in Store::all(state)? {
        match store.read() {
            Ok(record) => records.extend(record.map(|record| record.since(&boot))),
            Err(error) => unreadable(&error),
        }
    }
    records.sort_by(|one, other| (&one.root, &one.project).cmp(&(&other.root, &other.project)));
    Ok(records)
}

/// The background commands that still run, each with its processes.
pub fn running(record: &Record) -> Vec<(Background, Vec<Process>)> {
    background(record).into_iter().filter(|(_, processes)| !processes.is_empty()).collect()
}

/// The same with those that have ended.
pub fn background(record: &Record) -> Vec<(Background, Vec<Process>)> {
    let table = process::snapshot();
    let with_processes = |one: &Background| (one.clone(), background::processes(one, &table));
    record.background.iter().map(with_processes).collect()
}

/// Ends the background commands of the project's start ritual, the last first: each is asked as it
/// declares, has its time or `grace` to end, and is then killed; without a `grace` it is killed at once.
/// Returns those that ran, each with what survived.
pub fn end_background(
    project: &Project,
    options: &Options<'_>,
    grace: Duration,
    on: &mut dyn FnMut(Event),
) -> Result<Vec<(Background, Vec<Process>)>> {
    let store = Store::new(options.state, &project.root, &project.name);
    let holder = format!("{} (pid {})", options.caller, std::process::id());
    let _lock = store.lock(&holder, |holder| on(Event::Waiting { holder }))?;
    let mut record = read(&store, project)?;
    let (ours, others): (Vec<_>, Vec<_>) =
        running(&record).into_iter().map(|(one, _)| one).partition(|one| one.phase == Phase::Start);
    let deadline = Instant::now() + grace;
    let mut ended: Vec<(Background, Vec<Process>)> = Vec::new();
    for one in ours.into_iter().rev() {
        kept::note_lost(&one, options.caller);
        if !grace.is_zero() && kept::close(&one, grace, options.caller) {
            let survivors = background::end(&one, GRACE);
            ended.push((one, survivors));
            continue;
        }
        let rule = stop::Rule::of(&one, project, options)?.filter(|_| !grace.is_zero());
        let grace = match rule {
            Some(rule) => rule.ask(&one)?,
            None => deadline.saturating_duration_since(Instant::now()),
        };
        let survivors = background::end(&one, grace);
        ended.push((one, survivors));
    }
    let survived = ended.iter().filter(|(_, survivors)| !survivors.is_empty()).map(|(one, _)| one.clone());
    record.background = others.into_iter().chain(survived).collect();
    kept::tidy(&store.kept(), &record.background);
    note(Phase::Stop, &store, &record, on)?;
    Ok(ended)
}

fn read(store: &Store, project: &Project) -> Result<Record> {
    let boot = boot()?;
    let record = store.read()?;
    Ok(record.map_or_else(|| Record::new(&boot, &project.name, &project.root), |record| record.since(&boot)))
}

fn boot() -> Result<String> {
    process::boot_id().map_err(Error::io("read the boot's id of", "/proc"))
}

fn refuse_inside(project: &Project, phase: Phase, options: &Options<'_>) -> Result<()> {
    let word = record::word(&project.root, &project.name);
    let outer = variable(options.inherited, RITUAL_VARIABLE).unwrap_or_default();
    if !record::is_inside(&outer.to_string_lossy(), &word) {
        return Ok(());
    }
    let name = &project.name;
    Err(Error::Refused {
        message: format!("this is inside a ritual of `{name}`, which cannot run its {phase} ritual"),
        hint: Some(format!("take `rune {phase}` out of the rituals of `{name}`")),
    })
}

/// The day, where this machine is.
fn today() -> Date {
    Zoned::now().date()
}

/// Seconds since 1970.
fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs())
}
