//! The processes of a world: found by what they carry, never by what they are called.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::process::{Pid, PidfdFlags, Signal, kill_process, pidfd_open, pidfd_send_signal};

use super::wait::within;
use super::world::MARK;

/// A live process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Process {
    /// Its process id.
    pub pid: i32,
    /// Its parent's process id.
    pub parent: i32,
    /// Its words, joined by blanks.
    pub words: String,
    /// The world that its environment names.
    mark: Option<PathBuf>,
    /// The directory that it works in, unless it has a terminal.
    workplace: Option<PathBuf>,
}

impl Process {
    /// Sends it a signal.
    #[track_caller]
    pub fn signal(&self, signal: Signal) {
        let pid = Pid::from_raw(self.pid).expect("no process has id 0");
        kill_process(pid, signal).expect("a process of this world can be signalled");
    }
}

/// Every live process of the world at `root`, in order of process id.
pub fn of_world(root: &Path) -> Vec<Process> {
    belonging(all(), root)
}

/// The worlds directly in `base` that live processes name, whether they exist or not.
pub fn worlds_in(base: &Path) -> BTreeSet<PathBuf> {
    let world = |process: Process| {
        let place = process.mark.or(process.workplace)?;
        Some(base.join(place.strip_prefix(base).ok()?.components().next()?))
    };
    all().into_iter().filter_map(world).collect()
}

/// Ends every process of the world at `root` and waits until the last is gone. Never panics.
pub fn end_all(root: &Path) {
    // Again and again, since a process may start another one while it is being looked for.
    within(Duration::from_secs(10), || {
        // An id could belong to somebody else by the time of the signal: first take hold of the
        // processes, then look again, then end those that were ours both times.
        let held: Vec<(i32, OwnedFd)> = of_world(root)
            .into_iter()
            .filter_map(|process| Some((process.pid, hold(process.pid)?)))
            .collect();
        let ours = of_world(root);
        for (pid, process) in &held {
            if ours.iter().any(|other| other.pid == *pid) {
                let _ = pidfd_send_signal(process, Signal::KILL);
            }
        }
        // Twice none: a process that goes while it starts another one is missed once.
        (held.is_empty() && ours.is_empty()).then_some(())
    });
}

/// Those of `all` that belong to the world at `root`.
///
/// A process belongs to a world when its environment carries the world's mark, when it descends from
/// such a process, or when it has no terminal and works in the world's directory (a daemon that
/// cleared its environment). A shell in which somebody looks at the directory does not, and never
/// this process or one that it descends from: no mistake here may end who runs the tests.
fn belonging(all: Vec<Process>, root: &Path) -> Vec<Process> {
    let names = |place: &Option<PathBuf>| place.as_ref().is_some_and(|place| place.starts_with(root));
    let spared = lineage(&all, std::process::id() as i32);
    let mut ours: BTreeSet<i32> = BTreeSet::new();
    loop {
        let found: Vec<i32> = all
            .iter()
            .filter(|process| !ours.contains(&process.pid) && !spared.contains(&process.pid))
            .filter(|process| {
                names(&process.mark) || names(&process.workplace) || ours.contains(&process.parent)
            })
            .map(|process| process.pid)
            .collect();
        if found.is_empty() {
            return all.into_iter().filter(|process| ours.contains(&process.pid)).collect();
        }
        ours.extend(found);
    }
}

/// `pid`, its parent, and so on up to the first process.
fn lineage(all: &[Process], pid: i32) -> BTreeSet<i32> {
    let mut line = BTreeSet::from([1]);
    let mut next = Some(pid);
    while let Some(pid) = next.filter(|pid| line.insert(*pid)) {
        next = all.iter().find(|process| process.pid == pid).map(|process| process.parent);
    }
    line
}

fn hold(pid: i32) -> Option<OwnedFd> {
    pidfd_open(Pid::from_raw(pid)?, PidfdFlags::empty()).ok()
}

/// Every live process, in order of process id.
fn all() -> Vec<Process> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let mut all: Vec<Process> = entries.filter_map(|entry| Process::read(&entry.path())).collect();
    all.sort_by_key(|process| process.pid);
    all
}

impl Process {
    /// What `dir` in `/proc` says; nothing for what is no process, or a dead one.
    fn read(dir: &Path) -> Option<Process> {
        let pid = dir.file_name()?.to_str()?.parse().ok()?;
        let stat = fs::read_to_string(dir.join("stat")).ok()?;
        // The name in parentheses may hold anything, blanks and parentheses included.
        let fields: Vec<&str> = stat[stat.rfind(')')? + 1..].split_whitespace().collect();
        let [state, parent, _group, _session, terminal, ..] = fields[..] else { return None };
        if matches!(state, "Z" | "X") {
            return None;
        }
        let words = fs::read(dir.join("cmdline")).unwrap_or_default();
        let workplace = if terminal == "0" { fs::read_link(dir.join("cwd")).ok() } else { None };
        Some(Process {
            pid,
            parent: parent.parse().ok()?,
            words: String::from_utf8_lossy(&words).replace('\0', " ").trim_end().to_owned(),
            mark: mark(&fs::read(dir.join("environ")).unwrap_or_default()),
            workplace,
        })
    }
}

/// The world that an environment names.
fn mark(environ: &[u8]) -> Option<PathBuf> {
    let mut entries = environ.split(|byte| *byte == 0);
    let value = entries.find_map(|entry| entry.strip_prefix(MARK.as_bytes())?.strip_prefix(b"="))?;
    Some(PathBuf::from(OsStr::from_bytes(value)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn process(pid: i32, parent: i32, mark: Option<&str>, workplace: Option<&str>) -> Process {
        let [mark, workplace] = [mark, workplace].map(|place| place.map(PathBuf::from));
        Process { pid, parent, words: String::new(), mark, workplace }
    }

    #[test]
    fn only_what_carries_the_world_belongs_to_it() {
        let me = std::process::id() as i32;
        let all = vec![
            process(1, 0, None, Some("/")),
            process(-10, 1, Some("/t/w1"), None),
            process(-11, -10, None, None),
            process(-12, -11, None, Some("/elsewhere")),
            process(-13, 1, None, Some("/t/w1/project (deleted)")),
            process(-14, 1, Some("/t/w1/tmp/in/w2"), None),
            // Other worlds, other people, and whoever runs this test.
            process(-20, 1, Some("/t/w10"), Some("/t/w10")),
            process(-21, 1, Some("/t"), Some("/")),
            process(-22, 1, None, None),
            process(-23, 1, Some("/t/w1"), None),
            process(me, -23, Some("/t/w1"), Some("/t/w1")),
        ];
        let pids: Vec<i32> = belonging(all, Path::new("/t/w1")).iter().map(|process| process.pid).collect();
        assert_eq!(pids, [-10, -11, -12, -13, -14]);
    }

    #[test]
    fn not_even_a_world_of_everything_has_its_own_tests_in_it() {
        let found = of_world(Path::new("/"));
        let spared = lineage(&all(), std::process::id() as i32);
        assert!(spared.contains(&(std::process::id() as i32)));
        assert!(found.iter().all(|process| !spared.contains(&process.pid)));
    }

    #[test]
    fn reads_a_mark_only_where_it_is_one() {
        assert_eq!(mark(b"A=1\0RUNE_TEST_WORLD=/t/w\0B=2"), Some(PathBuf::from("/t/w")));
        assert_eq!(mark(b"XRUNE_TEST_WORLD=/t/w\0RUNE_TEST_WORLDS=/t/w\0"), None);
    }
}
