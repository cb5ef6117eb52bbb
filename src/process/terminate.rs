//! Ending processes: asked first, given time, then killed; and an honest list of who survived.

#![allow(clippy::disallowed_methods)] // waiting needs a clock

use std::time::{Duration, Instant};

use rustix::process::Signal;

use super::{Handle, Process, Table, snapshot, system, wait_for};

/// How long a killed process may take to be gone: the kernel needs milliseconds, except for one
/// that waits for a dead disk.
const AFTER_KILL: Duration = Duration::from_secs(2);

/// After this time, and then after twice as long each time up to [`LOOK_AGAIN`], those who have
/// time to end are looked at for new children.
const LOOK: Duration = Duration::from_millis(50);
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// How many times new children are looked for after a kill, before giving up on a process that
/// forks faster than it can be killed.
const KILL_ROUNDS: usize = 20;

/// Ends `targets` and everything that comes from them ([`Table::family`]); returns what survived.
///
/// See [`terminate_found`].
pub fn terminate(targets: &[Process], grace: Duration) -> Vec<Process> {
    terminate_found(|_| targets.to_vec(), grace)
}

/// Ends what `find` finds, and everything that comes from it; returns what survived.
///
/// `find` is asked again and again, so that children that appear meanwhile are ended too.
/// Each process gets SIGTERM (SIGHUP as well if it ignores that, as interactive shells do, and
/// SIGCONT if it is stopped), has `grace` to end, and is then killed. Process 1, this process and
/// its ancestors are never touched, nor is any process group.
pub fn terminate_found(find: impl FnMut(&Table) -> Vec<Process>, grace: Duration) -> Vec<Process> {
    let mut hunt = Hunt::new(find);
    let deadline = Instant::now() + grace;
    let mut pause = LOOK;
    loop {
        let held = hunt.tell();
        let now = Instant::now();
        if held.is_empty() || now >= deadline {
            break;
        }
        wait_for(&held, deadline.min(now + pause));
        pause = (pause * 2).min(LOOK_AGAIN);
    }
    for _ in 0..KILL_ROUNDS {
        let held = hunt.kill();
        if held.is_empty() || !wait_for(&held, Instant::now() + AFTER_KILL) {
            break;
        }
    }
    hunt.look()
}

/// Processes that are being ended, step by step and without waiting: see [`terminate_found`].
pub struct Hunt<F> {
    find: F,
    /// What was found before, so that what comes from a process is known even after its end.
    seen: Vec<Process>,
    told: Vec<Process>,
}

impl<F: FnMut(&Table) -> Vec<Process>> Hunt<F> {
    /// Of what `find` finds and everything that comes from it, from the first look on.
    pub fn new(find: F) -> Hunt<F> {
        Hunt { find, seen: Vec::new(), told: Vec::new() }
    }

    /// What is to be ended and lives now.
    pub fn look(&mut self) -> Vec<Process> {
        let table = snapshot();
        let spared = table.ancestors(std::process::id());
        let mut roots = (self.find)(&table);
        roots.extend(self.seen.iter().cloned());
        // Nothing comes from a spared one either: its other children are not ours to end.
        roots.retain(|root| root.pid > 1 && !spared.iter().any(|one| one.is(root)));
        let mut alive = table.family(&roots);
        alive.retain(|process| process.pid > 1 && !spared.iter().any(|one| one.is(process)));
        for process in roots.iter().chain(&alive) {
            if !self.seen.iter().any(|known| known.is(process)) {
                self.seen.push(process.clone());
            }
        }
        alive
    }

    /// The same, each with a hold on it.
    pub fn hold(&mut self) -> Vec<Handle> {
        self.look().iter().filter_map(Handle::open).collect()
    }

    /// The same, after asking those to end that were not asked before.
    pub fn tell(&mut self) -> Vec<Handle> {
        let held = self.hold();
        for handle in &held {
            let process = handle.process();
            // One that was asked just before it became another program may have lost the request.
            if !self.told.iter().any(|known| known.is(process) && known.name == process.name) {
                ask_to_end(handle);
                self.told.push(process.clone());
            }
        }
        held
    }

    /// The same, after killing them; without those that cannot be signalled.
    pub fn kill(&mut self) -> Vec<Handle> {
        let mut held = self.hold();
        held.retain(|handle| handle.send(Signal::KILL).is_ok());
        held
    }
}

/// Errors do not matter here: who could not be reached is among the survivors.
fn ask_to_end(handle: &Handle) {
    let _ = handle.send(Signal::TERM);
    // An interactive shell.
    let ignores = |signal: Signal| system::ignores(handle.process().pid, signal.as_raw());
    if ignores(Signal::TERM) && !ignores(Signal::HUP) {
        let _ = handle.send(Signal::HUP);
    }
    if handle.process().stopped {
        let _ = handle.send(Signal::CONT);
    }
}
