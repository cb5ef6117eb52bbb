//! The processes of a world: found by what they carry, never by what they are called.

use std::fs;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};

use super::wait::within;
use super::world::MARK;

/// A live process of a world.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Process {
    /// Its process id.
    pub pid: i32,
    /// Its parent's process id.
    pub parent: i32,
    /// Its words, joined by blanks.
    pub words: String,
}

/// Every live process of the world at `root`, in order of process id.
///
/// A process belongs to a world when its environment carries the world's mark, when it descends from
/// such a process, or when it has no terminal and works in the world's directory (a daemon that
/// cleared its environment). A shell in which somebody looks at the directory does not.
pub fn of_world(root: &Path) -> Vec<Process> {
    let all: Vec<Entry> = entries();
    let mut ours: Vec<bool> = all.iter().map(|entry| entry.is_marked(root)).collect();
    loop {
        let found: Vec<usize> = (0..all.len())
            .filter(|&i| !ours[i] && all.iter().zip(&ours).any(|(e, &o)| o && e.pid == all[i].parent))
            .collect();
        if found.is_empty() {
            break;
        }
        found.into_iter().for_each(|i| ours[i] = true);
    }
    all.iter().zip(ours).filter(|(_, ours)| *ours).map(|(entry, _)| entry.process()).collect()
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
        ours.is_empty().then_some(())
    });
}

fn hold(pid: i32) -> Option<OwnedFd> {
    pidfd_open(Pid::from_raw(pid)?, PidfdFlags::empty()).ok()
}

/// What `/proc` says of one process.
struct Entry {
    pid: i32,
    parent: i32,
    terminal: bool,
    dir: PathBuf,
}

impl Entry {
    fn read(dir: PathBuf) -> Option<Entry> {
        let pid = dir.file_name()?.to_str()?.parse().ok()?;
        let stat = fs::read_to_string(dir.join("stat")).ok()?;
        // The name in parentheses may hold anything, blanks and parentheses included.
        let fields: Vec<&str> = stat[stat.rfind(')')? + 1..].split_whitespace().collect();
        let [state, parent, _group, _session, terminal, ..] = fields[..] else { return None };
        let dead = matches!(state, "Z" | "X");
        (!dead).then_some(Entry { pid, parent: parent.parse().ok()?, terminal: terminal != "0", dir })
    }

    fn is_marked(&self, root: &Path) -> bool {
        if self.pid == std::process::id() as i32 {
            return false;
        }
        let environ = fs::read(self.dir.join("environ")).unwrap_or_default();
        let marked = environ
            .split(|byte| *byte == 0)
            .filter_map(|entry| entry.strip_prefix(MARK.as_bytes())?.strip_prefix(b"="))
            .any(|value| Path::new(std::ffi::OsStr::from_bytes(value)).starts_with(root));
        marked
            || (!self.terminal && fs::read_link(self.dir.join("cwd")).is_ok_and(|cwd| cwd.starts_with(root)))
    }

    fn process(&self) -> Process {
        let words = fs::read(self.dir.join("cmdline")).unwrap_or_default();
        let words = String::from_utf8_lossy(&words).replace('\0', " ").trim_end().to_owned();
        Process { pid: self.pid, parent: self.parent, words }
    }
}

fn entries() -> Vec<Entry> {
    let mut all: Vec<Entry> =
        fs::read_dir("/proc").into_iter().flatten().flatten().filter_map(|e| Entry::read(e.path())).collect();
    all.sort_by_key(|entry| entry.pid);
    all
}
