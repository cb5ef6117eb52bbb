//! Waiting: the one place of the tests where time passes.

use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, PidfdFlags, pidfd_open};

/// How long a test waits for anything before it fails: the seconds of `RUNE_TEST_PATIENCE`, else
/// 20. Long, because it is only ever used up by a failure.
#[allow(clippy::disallowed_methods, reason = "tests are steered by their environment")]
pub fn patience() -> Duration {
    let chosen = std::env::var("RUNE_TEST_PATIENCE").ok().and_then(|seconds| seconds.parse().ok());
    Duration::from_secs(chosen.unwrap_or(20))
}

/// The first answer of `probe`, which is asked again and again. `what` says what is waited for, as in
/// "the end of the server".
#[track_caller]
pub fn until<T>(what: &str, probe: impl FnMut() -> Option<T>) -> T {
    // Not in a closure: the place of the panic is that of the caller.
    match within(patience(), probe) {
        Some(answer) => answer,
        None => panic!("waited {:?} in vain for {what}", patience()),
    }
}

/// Asks `probe` again and again, at most for `limit`; the first answer it gives, or nothing.
pub fn within<T>(limit: Duration, mut probe: impl FnMut() -> Option<T>) -> Option<T> {
    let start = now();
    let mut pause = Duration::from_millis(1);
    loop {
        if let Some(answer) = probe() {
            return Some(answer);
        }
        if start.elapsed() >= limit {
            return None;
        }
        let _ = poll(&mut [], Some(&timespec(pause)));
        pause = (pause * 2).min(Duration::from_millis(30));
    }
}

/// Waits at most for `limit` until the process `pid` has ended; whether it has.
pub fn ended_within(limit: Duration, pid: Pid) -> bool {
    // No process of that id: it has ended and been reaped.
    let Ok(pidfd) = pidfd_open(pid, PidfdFlags::empty()) else { return true };
    let end = now() + limit;
    loop {
        let left = end.saturating_duration_since(now());
        match poll(&mut [PollFd::new(&pidfd, PollFlags::IN)], Some(&timespec(left))) {
            Ok(ready) => return ready > 0,
            Err(rustix::io::Errno::INTR) => {}
            Err(error) => panic!("could not wait for process {pid:?}: {error}"),
        }
    }
}

#[allow(clippy::disallowed_methods, reason = "a deadline needs a clock")]
fn now() -> Instant {
    Instant::now()
}

fn timespec(duration: Duration) -> Timespec {
    Timespec { tv_sec: duration.as_secs() as i64, tv_nsec: i64::from(duration.subsec_nanos()) }
}
