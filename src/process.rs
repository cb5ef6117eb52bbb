//! The processes of this machine: which there are, which belong together, and how they are ended.
//!
//! A process is identified by its pid *and* the time it started, since pids are used again. What
//! is read is always a moment's picture; [`terminate`] therefore looks again before it acts.

use std::collections::BTreeSet;
use std::fmt;

#[cfg(target_os = "linux")]
#[path = "process/linux.rs"]
mod system;

mod handle;
mod run;
mod signals;
mod spawn;
mod terminate;
mod usage;

pub use handle::{Handle, wait_for};
pub use run::{End, NotStarted, Run};
pub use signals::Signals;
pub use spawn::{spawn, starting, without_terminal};
pub use system::{boot_id, command_line, has_written};
pub use terminate::{Hunt, terminate, terminate_found};
pub use usage::{Roots, Sample, Usage, sample};

/// One process, as it was when it was looked at. Ended ones that wait for their parent to collect
/// them (zombies) are not counted as processes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Process {
    /// Process id.
    pub pid: u32,
    /// When it started, in the kernel's clock ticks since boot; with `pid` its identity.
    pub start: u64,
    /// Process id of its parent.
    pub parent: u32,
    /// Its process group.
    pub group: u32,
    /// Its session.
    pub session: u32,
    /// Effective user id.
    pub user: u32,
    /// Its short name (`comm`): at most 15 bytes, chosen by the process.
    pub name: String,
    /// Whether it is stopped, as by Ctrl-Z.
    pub stopped: bool,
}

impl Process {
    /// Whether `other` is the same process, seen at another time.
    pub fn is(&self, other: &Process) -> bool {
        (self.pid, self.start) == (other.pid, other.start)
    }
}

/// What one process has used since it started.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Used {
    /// Its own processor time in clock ticks.
    pub own: u64,
    /// Processor time in clock ticks of all its children that ended and were waited for, with theirs.
    pub children: u64,
    /// Resident memory in bytes, also what it shares with others.
    pub memory: u64,
}

impl fmt::Display for Process {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` (pid {})", self.name, self.pid)
    }
}

/// The process with this id, if it lives.
pub fn find(pid: u32) -> Option<Process> {
    system::read(pid)
}

/// When the process with this id started ([`Process::start`]), if it lives.
pub fn start_of(pid: u32) -> Option<u64> {
    system::start(pid)
}

/// How long ago the process that started at `start` did so; at most a clock tick (10 ms) less.
pub fn age(start: u64) -> std::time::Duration {
    system::time(system::now().saturating_sub(start).saturating_sub(1))
}

/// Whether the process that had id `pid` and started at `start` still lives.
pub fn is_alive(pid: u32, start: u64) -> bool {
    start_of(pid) == Some(start)
}

/// All processes that can be seen now.
pub fn snapshot() -> Table {
    Table::new(system::read_all())
}

/// The processes of one moment, in order of their ids.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table(Vec<Process>);

impl Table {
    /// A table of `processes`, in any order.
    pub fn new(mut processes: Vec<Process>) -> Table {
        processes.sort_by_key(|process| process.pid);
        Table(processes)
    }

    /// Every process, in order of their ids.
    pub fn processes(&self) -> &[Process] {
        &self.0
    }

    /// The process with this id.
    pub fn get(&self, pid: u32) -> Option<&Process> {
        let place = self.0.binary_search_by_key(&pid, |process| process.pid).ok()?;
        Some(&self.0[place])
    }

    /// The process `pid` that started at `start` and all its descendants, parents first; see
    /// [`Table::family`].
    pub fn tree(&self, pid: u32, start: u64) -> Vec<Process> {
        self.get(pid).filter(|root| root.start == start).map(|root| self.family([root])).unwrap_or_default()
    }

    /// The descendants of the process `pid` that started at `start`, without itself.
    pub fn descendants(&self, pid: u32, start: u64) -> Vec<Process> {
        let mut tree = self.tree(pid, start);
        tree.retain(|process| process.pid != pid);
        tree
    }

    /// `roots` that still live and everything that comes from them, parents first: children, their
    /// children, and the members of a session that one of them leads, or led before it ended (a
    /// session is only ever inherited).
    pub fn family<'a>(&self, roots: impl IntoIterator<Item = &'a Process>) -> Vec<Process> {
        let mut found: Vec<Process> = Vec::new();
        let mut known = BTreeSet::new();
        let mut next: Vec<Process> = roots.into_iter().cloned().collect();
        while !next.is_empty() {
            let mut children = Vec::new();
            for root in next {
                let now = self.get(root.pid);
                if now.is_some_and(|now| !now.is(&root)) {
                    continue; // the id is another's by now, and so are its children
                }
                if !known.insert(root.pid) {
                    continue;
                }
                found.extend(now.cloned());
                children.extend(self.0.iter().filter(|process| comes_from(process, &root)).cloned());
            }
            next = children;
        }
        found
    }

    /// Every process of this user whose environment, as it was when its program started, has
    /// `name=value`; so processes that left their tree and session are found too. A program that
    /// overwrote its environment (some do to show a title) is not.
    pub fn with_variable(&self, name: &str, value: &str) -> Vec<Process> {
        let wanted = format!("{name}={value}");
        let user = rustix::process::geteuid().as_raw();
        let own = self.0.iter().filter(|process| process.user == user);
        own.filter(|process| system::has_variable(process, wanted.as_bytes())).cloned().collect()
    }

    /// As [`Table::with_variable`], for any of several values: each environment is read once.
    pub fn with_variable_among(&self, name: &str, values: &BTreeSet<String>) -> Vec<Process> {
        let user = rustix::process::geteuid().as_raw();
        let own = self.0.iter().filter(|process| process.user == user && !values.is_empty());
        let is_among = |value: String| values.contains(&value);
        own.filter(|process| system::variable(process, name).is_some_and(is_among)).cloned().collect()
    }

    /// The process `pid`, its parent, the parent's parent, and so on.
    pub fn ancestors(&self, pid: u32) -> Vec<Process> {
        let mut line: Vec<Process> = Vec::new();
        let mut next = self.get(pid);
        while let Some(process) = next {
            if line.iter().any(|seen| seen.pid == process.pid) {
                break; // two moments can be mixed in one table
            }
            line.push(process.clone());
            next = self.get(process.parent);
        }
        line
    }
}

/// Whether `process` is a child of `root` or in the session that it leads. Nothing comes from a
/// process that is younger.
fn comes_from(process: &Process, root: &Process) -> bool {
    let leads = root.pid > 1 && root.session == root.pid && process.session == root.pid;
    process.pid != root.pid && process.start >= root.start && (process.parent == root.pid || leads)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn process(pid: u32, start: u64, parent: u32, session: u32) -> Process {
        let name = format!("p{pid}");
        Process { pid, start, parent, group: session, session, user: 0, name, stopped: false }
    }

    fn pids(processes: &[Process]) -> Vec<u32> {
        processes.iter().map(|process| process.pid).collect()
    }

    #[test]
    fn a_tree_has_children_of_children_and_no_one_else() {
        let table = Table::new(vec![
            process(1, 0, 0, 1),
            process(10, 5, 1, 1),
            process(11, 6, 10, 1),
            process(12, 7, 11, 1),
            process(13, 7, 1, 1),
        ]);
        assert_eq!(pids(&table.tree(10, 5)), [10, 11, 12]);
        assert_eq!(pids(&table.descendants(10, 5)), [11, 12]);
        assert_eq!(pids(&table.tree(10, 4)), [0; 0], "another process had this id");
        assert_eq!(pids(&table.ancestors(12)), [12, 11, 10, 1]);
    }

    #[test]
    fn a_session_belongs_to_the_process_that_made_it_even_after_its_end() {
        let leader = process(10, 5, 9, 10);
        let orphan = process(12, 7, 1, 10);
        let table = Table::new(vec![process(1, 0, 0, 1), orphan.clone()]);
        assert_eq!(pids(&table.family([&leader])), [12]);
        let table = Table::new(vec![process(10, 99, 1, 10), orphan]);
        assert_eq!(pids(&table.family([&leader])), [0; 0], "the id is another's by now");
    }

    #[test]
    fn a_child_is_never_older_than_its_parent() {
        let table = Table::new(vec![process(10, 50, 1, 1), process(11, 6, 10, 1)]);
        assert_eq!(pids(&table.tree(10, 50)), [10]);
    }
}
