//! What groups of processes use, as those of a pane: read in one pass over all processes.
//!
//! To a group belong its roots, what comes from them, and what carries the group's name in its
//! environment although it left both tree and session. Memory is the resident set, of which shared
//! pages count once a process: what is exact (PSS) takes the kernel a hundred times as long.

#![allow(clippy::disallowed_methods)] // a rate needs a clock

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use super::{Process, Used, system};
use crate::record::ProcessId;

/// The variable by which a process is known to be of a group, wherever it went.
const MARK: &str = "RUNE_PANE";

/// Where a group of processes begins.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Roots {
    /// Name of the group.
    pub name: String,
    /// Its first processes, which may have ended.
    pub processes: Vec<ProcessId>,
    /// What the variable `RUNE_PANE` is in its processes.
    pub mark: Option<String>,
}

/// What all processes had used at one moment, and which group each belongs to.
#[derive(Clone, Debug)]
pub struct Sample {
    at: Instant,
    ticks: u64,
    members: BTreeMap<(u32, u64), Member>,
}

#[derive(Clone, Debug)]
struct Member {
    process: Process,
    used: Used,
    group: Option<String>,
}

/// What a group uses.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Usage {
    /// How many processes it has.
    pub processes: usize,
    /// Their resident memory in bytes.
    pub memory: u64,
    /// Processor time that they used so far, with that of their children that ended.
    pub time: Duration,
    /// Processor time in percent of one processor: since the earlier sample where there is one, else since
    /// the group's oldest process started.
    pub cpu: f64,
}

/// Reads all processes, and finds those of each group.
pub fn sample(groups: &[Roots]) -> Sample {
    let read = system::read_used();
    let mark = |process: &Process| system::variable(process, MARK);
    Sample::new(Instant::now(), system::now(), read, groups, &mark)
}

impl Sample {
    fn new(
        at: Instant,
        ticks: u64,
        read: Vec<(Process, Used)>,
        groups: &[Roots],
        mark: &dyn Fn(&Process) -> Option<String>,
    ) -> Sample {
        let user = rustix::process::geteuid().as_raw();
        let mut found = Groups::new(&read, groups);
        found.descend();
        let left: Vec<u32> = read
            .iter()
            .map(|(process, _)| process.pid)
            .filter(|pid| !found.owner.contains_key(pid))
            .collect();
        let oldest = groups.iter().flat_map(|roots| &roots.processes).map(|root| root.start).min();
        for pid in left {
            let process = found.processes[&pid];
            // Nothing comes from what is younger.
            if process.user != user || Some(process.start) < oldest {
                continue;
            }
            let Some(mark) = mark(process) else { continue };
            let own = groups.iter().position(|roots| roots.mark.as_deref() == Some(&mark));
            if let Some(own) = own {
                found.owner.insert(pid, own);
            }
        }
        found.descend();
        let owner = found.owner;
        let members = read.into_iter().map(|(process, used)| {
            let group = owner.get(&process.pid).map(|place| groups[*place].name.clone());
            ((process.pid, process.start), Member { process, used, group })
        });
        Sample { at, ticks, members: members.collect() }
    }

    /// What a group uses; rates are those since the sample `before`.
    pub fn usage(&self, group: &str, before: Option<&Sample>) -> Usage {
        let mut usage = Usage::default();
        let (mut ticks, mut oldest) = (0, self.ticks);
        for member in self.group(group) {
            usage.processes += 1;
            usage.memory += member.used.memory;
            ticks += member.used.own + member.used.children;
            oldest = oldest.min(member.process.start);
        }
        usage.time = system::time(ticks);
        let (used, passed) = match before {
            None => (usage.time, system::time(self.ticks.saturating_sub(oldest))),
            Some(before) => (system::time(self.since(before, group)), self.at - before.at),
        };
        if !passed.is_zero() {
            usage.cpu = 100.0 * used.as_secs_f64() / passed.as_secs_f64();
        }
        usage
    }

    /// The processes of a group, in order of their ids.
    pub fn processes(&self, group: &str) -> impl Iterator<Item = &Process> {
        self.group(group).map(|member| &member.process)
    }

    fn group(&self, group: &str) -> impl Iterator<Item = &Member> {
        self.members.values().filter(move |member| member.group.as_deref() == Some(group))
    }

    /// Clock ticks that a group used between two samples.
    ///
    /// Of a child that ended in between, its parent's count of children has all of its time: also what
    /// the earlier sample knew of already.
    fn since(&self, before: &Sample, group: &str) -> u64 {
        let (mut own, mut children) = (0, 0);
        for member in self.group(group) {
            let earlier = before.members.get(&(member.process.pid, member.process.start));
            let earlier = earlier.map(|earlier| earlier.used).unwrap_or_default();
            own += member.used.own.saturating_sub(earlier.own);
            children += member.used.children.saturating_sub(earlier.children);
        }
        let ended = before
            .group(group)
            .filter(|earlier| !self.members.contains_key(&(earlier.process.pid, earlier.process.start)));
        let known: u64 = ended.map(|earlier| earlier.used.own + earlier.used.children).sum();
        own + children.saturating_sub(known)
    }
}

/// Who belongs to which group, by place.
struct Groups<'a> {
    processes: BTreeMap<u32, &'a Process>,
    owner: BTreeMap<u32, usize>,
    /// First processes that ended: a session still has their id.
    ended: Vec<(ProcessId, usize)>,
}

impl<'a> Groups<'a> {
    fn new(read: &'a [(Process, Used)], groups: &[Roots]) -> Groups<'a> {
        let processes: BTreeMap<u32, &Process> =
            read.iter().map(|(process, _)| (process.pid, process)).collect();
        let mut found = Groups { processes, owner: BTreeMap::new(), ended: Vec::new() };
        for (place, roots) in groups.iter().enumerate() {
            for root in &roots.processes {
                match found.processes.get(&root.pid) {
                    Some(process) if process.start == root.start => drop(found.owner.insert(root.pid, place)),
                    Some(_) => {} // the id is another's by now
                    None => found.ended.push((*root, place)),
                }
            }
        }
        found
    }

    /// Gives every process the group of its nearest ancestor that has one, else that of its session.
    fn descend(&mut self) {
        let all: Vec<u32> = self.processes.keys().copied().collect();
        for by_session in [false, true, false] {
            for pid in &all {
                if !self.owner.contains_key(pid)
                    && let Some(place) = if by_session { self.session(*pid) } else { self.ancestor(*pid) }
                {
                    self.owner.insert(*pid, place);
                }
            }
        }
    }

    fn ancestor(&self, pid: u32) -> Option<usize> {
        let mut process = *self.processes.get(&pid)?;
        // Two moments can be mixed in one reading; a line of ancestors is never longer than all are many.
        for _ in 0..self.processes.len() {
            if let Some(place) = self.owner.get(&process.pid) {
                return Some(*place);
            }
            let parent = self.processes.get(&process.parent)?;
            if parent.start > process.start {
                return None;
            }
            process = parent;
        }
        None
    }

    fn session(&self, pid: u32) -> Option<usize> {
        let process = self.processes.get(&pid)?;
        let ended =
            self.ended.iter().find(|(root, _)| root.pid == process.session && root.start <= process.start);
        self.owner.get(&process.session).copied().or(ended.map(|(_, place)| *place))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `pid start parent session own children`
    fn read(lines: &[[u64; 6]]) -> Vec<(Process, Used)> {
        let one = |[pid, start, parent, session, own, children]: &[u64; 6]| {
            let (pid, parent, session) = (*pid as u32, *parent as u32, *session as u32);
            let user = rustix::process::geteuid().as_raw();
            let name = format!("p{pid}");
            let process =
                Process { pid, start: *start, parent, group: pid, session, user, name, stopped: false };
            (process, Used { own: *own, children: *children, memory: 10 })
        };
        lines.iter().map(one).collect()
    }

    fn roots(name: &str, pid: u32, start: u64) -> Roots {
        Roots { name: name.into(), processes: vec![ProcessId { pid, start }], mark: Some(format!("m{name}")) }
    }

    fn take(at: Instant, lines: &[[u64; 6]], marks: &[(u32, &str)]) -> Sample {
        let mark = |process: &Process| {
            marks.iter().find(|(pid, _)| *pid == process.pid).map(|(_, mark)| (*mark).to_owned())
        };
        Sample::new(at, 1000, read(lines), &[roots("a", 10, 5), roots("b", 20, 6)], &mark)
    }

    fn pids(sample: &Sample, group: &str) -> Vec<u32> {
        sample.processes(group).map(|process| process.pid).collect()
    }

    #[test]
    fn a_group_is_a_tree_its_sessions_and_what_carries_its_mark() {
        let sample = take(
            Instant::now(),
            &[
                [1, 0, 0, 1, 9, 9],
                [10, 5, 1, 10, 0, 0],
                [11, 7, 10, 10, 0, 0],
                [12, 8, 11, 12, 0, 0],
                [13, 8, 1, 12, 0, 0],   // its parent ended, its session is of the tree
                [14, 9, 1, 14, 0, 0],   // marked, alone
                [15, 10, 14, 15, 0, 0], // a child of that one
                [16, 9, 1, 20, 0, 0],   // the session of a first process that ended
                [17, 2, 1, 17, 0, 0],   // older than every pane: its mark is not looked at
                [18, 9, 1, 18, 0, 0],
                [19, 9, 1, 18, 0, 0],
            ],
            &[(14, "ma"), (17, "ma"), (18, "mc"), (11, "mb")],
        );
        assert_eq!(pids(&sample, "a"), [10, 11, 12, 13, 14, 15]);
        assert_eq!(pids(&sample, "b"), [16]);
        assert_eq!(sample.usage("a", None).memory, 60);
    }

    #[test]
    fn an_id_that_was_used_again_is_of_no_group() {
        let sample = take(Instant::now(), &[[10, 99, 1, 10, 0, 0], [11, 100, 10, 10, 0, 0]], &[]);
        assert_eq!((pids(&sample, "a").len(), sample.usage("a", None)), (0, Usage::default()));
    }

    #[test]
    fn a_rate_counts_children_that_ended_in_between_and_nothing_twice() {
        let start = Instant::now();
        let before = take(start, &[[10, 5, 1, 10, 100, 50], [11, 7, 10, 10, 400, 0]], &[]);
        // 11 ended with 430 and was waited for; 12 came, and one that neither sample saw used 5.
        let after = start + Duration::from_secs(1);
        let now = take(after, &[[10, 5, 1, 10, 110, 485], [12, 8, 10, 10, 20, 0]], &[]);
        let ticks = 10 + 30 + 5 + 20;
        assert_eq!(now.since(&before, "a"), ticks);
        let cpu = now.usage("a", Some(&before)).cpu;
        assert!((cpu - 100.0 * system::time(ticks).as_secs_f64()).abs() < 1e-9, "{cpu}");
        // Nobody waited for it: what it used in the end is lost, and nothing else.
        let now = take(after, &[[10, 5, 1, 10, 110, 50]], &[]);
        assert_eq!(now.since(&before, "a"), 10);
    }

    #[test]
    fn the_kernel_tells_of_this_very_process() {
        let pid = std::process::id();
        let start = super::super::find(pid).unwrap().start;
        let roots = Roots { name: "x".into(), processes: vec![ProcessId { pid, start }], mark: None };
        let usage = sample(&[roots]).usage("x", None);
        assert!(usage.processes >= 1 && usage.memory > 100_000, "{usage:?}");
    }
}
