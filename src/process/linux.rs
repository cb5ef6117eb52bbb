//! What Linux says about its processes, by `/proc` and pidfds. Another system needs a file with the
//! same functions.

use std::fs;
use std::io::{self, Read};
use std::os::fd::OwnedFd;
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;
use std::time::Duration;

use rustix::param::{clock_ticks_per_second, page_size};
use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};

use super::{Process, Used};

/// What names this boot of the machine: ids and start times mean nothing beyond it.
pub fn boot_id() -> io::Result<String> {
    Ok(fs::read_to_string("/proc/sys/kernel/random/boot_id")?.trim().to_owned())
}

/// What a process runs, for people: its arguments with blanks between, else its name.
pub fn command_line(process: &Process) -> String {
    let bytes = fs::read(path(process.pid, "cmdline")).unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes).replace('\0', " ");
    let same = read(process.pid).is_some_and(|now| now.is(process));
    let words = crate::workspace::one_line(&text);
    if same && !words.is_empty() { words } else { process.name.clone() }
}

/// Whether the process has written anything, to whatever; false where that may not be known.
pub fn has_written(pid: u32) -> bool {
    let used = fs::read_to_string(path(pid, "io")).unwrap_or_default();
    used.lines().filter_map(|line| line.strip_prefix("wchar: ")).any(|bytes| bytes != "0")
}

pub(super) fn read_all() -> Vec<Process> {
    read_used().into_iter().map(|(process, _)| process).collect()
}

/// Every process with what it has used: one file each.
pub(super) fn read_used() -> Vec<(Process, Used)> {
    let Ok(directory) = fs::read_dir("/proc") else { return Vec::new() };
    let names = directory.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    names.filter_map(read_one).collect()
}

pub(super) fn read(pid: u32) -> Option<Process> {
    Some(read_one(pid)?.0)
}

fn read_one(pid: u32) -> Option<(Process, Used)> {
    let stat = fs::read(path(pid, "stat")).ok()?;
    let user = fs::metadata(format!("/proc/{pid}")).ok()?.uid();
    parse(&stat, user)
}

/// Clock ticks since boot, as start times are counted.
pub(super) fn now() -> u64 {
    let uptime = fs::read_to_string("/proc/uptime").unwrap_or_default();
    let seconds: f64 = uptime.split(' ').next().and_then(|word| word.parse().ok()).unwrap_or(0.0);
    (seconds * clock_ticks_per_second() as f64) as u64
}

/// The time that this many clock ticks take.
pub(super) fn time(ticks: u64) -> Duration {
    Duration::from_secs_f64(ticks as f64 / clock_ticks_per_second() as f64)
}

/// The value of a variable in the environment that the process's program was started with.
pub(super) fn variable(process: &Process, name: &str) -> Option<String> {
    let environment = fs::read(path(process.pid, "environ")).ok()?;
    let value =
        |variable: &[u8]| variable.strip_prefix(name.as_bytes())?.strip_prefix(b"=").map(<[u8]>::to_vec);
    String::from_utf8(environment.split(|byte| *byte == 0).find_map(value)?).ok()
}

/// When the process that has this id started, in the least time: one read, which suffices for any `stat`.
pub(super) fn start(pid: u32) -> Option<u64> {
    let mut stat = [0; 1024];
    let count = fs::File::open(path(pid, "stat")).ok()?.read(&mut stat).ok()?;
    parse(&stat[..count], 0).map(|(process, _)| process.start)
}

pub(super) fn has_variable(process: &Process, wanted: &[u8]) -> bool {
    let environment = fs::read(path(process.pid, "environ")).unwrap_or_default();
    environment.split(|byte| *byte == 0).any(|variable| variable == wanted)
}

/// Whether the process ignores this signal.
pub(super) fn ignores(pid: u32, signal: i32) -> bool {
    let status = fs::read_to_string(path(pid, "status")).unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0);
    mask >> (signal - 1) & 1 == 1
}

fn path(pid: u32, file: &str) -> PathBuf {
    PathBuf::from(format!("/proc/{pid}/{file}"))
}

/// Reads one `/proc/PID/stat`: `pid (name) state parent group session … threads … start …`. The
/// name may hold blanks, parentheses and line ends, so fields count from the last parenthesis.
fn parse(stat: &[u8], user: u32) -> Option<(Process, Used)> {
    let open = stat.iter().position(|byte| *byte == b'(')?;
    let close = stat.iter().rposition(|byte| *byte == b')')?;
    let name = String::from_utf8_lossy(stat.get(open + 1..close)?).into_owned();
    let pid = std::str::from_utf8(&stat[..open]).ok()?.trim().parse().ok()?;
    let fields: Vec<&str> = std::str::from_utf8(&stat[close + 1..]).ok()?.split_whitespace().collect();
    // Numbered as in proc(5), where the state is field 3.
    let field = |number: usize| fields.get(number - 3).copied();
    let (state, threads) = (field(3)?, field(20)?);
    // A first thread that ended while others go on looks like a zombie, but with threads.
    if matches!(state, "X" | "x") || state == "Z" && matches!(threads, "0" | "1") {
        return None;
    }
    let number = |at: usize| field(at).and_then(|text| text.parse::<u64>().ok()).unwrap_or(0);
    let used = Used {
        own: number(14) + number(15),
        children: number(16) + number(17),
        memory: number(24) * page_size() as u64,
    };
    let process = Process {
        pid,
        start: field(22)?.parse().ok()?,
        parent: field(4)?.parse().ok()?,
        group: field(5)?.parse().ok()?,
        session: field(6)?.parse().ok()?,
        user,
        name,
        stopped: state == "T",
    };
    Some((process, used))
}

/// A descriptor that stands for the process which has this id now; nothing if it cannot be had.
pub(super) fn pidfd(pid: Pid) -> Option<OwnedFd> {
    pidfd_open(pid, PidfdFlags::empty()).ok()
}

pub(super) fn send(pidfd: &OwnedFd, signal: Signal) -> rustix::io::Result<()> {
    pidfd_send_signal(pidfd, signal)
}

#[cfg(test)]
mod tests {
    use super::*;

    const REST: &str = "0 -1 4194560 1 0 0 0 10 20 30 40 20 0 1 0 777 2 3";

    #[test]
    fn names_with_blanks_parentheses_and_line_ends_are_read() {
        let stat = format!("42 (a) S 1 (b\n) T 7 8 9 {REST}");
        let (process, used) = parse(stat.as_bytes(), 5).unwrap();
        assert_eq!((process.pid, process.parent, process.group, process.session), (42, 7, 8, 9));
        assert_eq!((process.start, process.user, process.stopped), (777, 5, true));
        assert_eq!(process.name, "a) S 1 (b\n");
        assert_eq!(used, Used { own: 30, children: 70, memory: 3 * page_size() as u64 });
    }

    #[test]
    fn zombies_are_no_processes() {
        assert_eq!(parse(format!("42 (a) Z 7 8 9 {REST}").as_bytes(), 0), None);
        let threads = REST.replace(" 1 0 777", " 3 0 777");
        assert!(parse(format!("42 (a) Z 7 8 9 {threads}").as_bytes(), 0).is_some());
        assert_eq!(parse(b"42 (a", 0), None);
        assert_eq!(parse(b"", 0), None);
        assert_eq!(parse(b")(", 0), None);
    }
}
