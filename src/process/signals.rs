//! Signals as something to poll for, instead of something that interrupts.

use std::collections::BTreeMap;
use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use signal_hook::consts::{SIGCHLD, SIGHUP, SIGINT, SIGQUIT, SIGTERM};
use signal_hook::flag::register_conditional_default;
use signal_hook::iterator::backend::SignalDelivery;
use signal_hook::iterator::exfiltrator::SignalOnly;

use super::system;

/// Collects signals while it lives; afterwards they do what they did before. It polls as readable
/// when one has come. Signals that this process ignores (as SIGHUP under `nohup`) stay ignored.
#[derive(Debug)]
pub struct Signals {
    /// Only empty while it is dropped.
    delivery: Option<SignalDelivery<UnixStream, SignalOnly>>,
    reader: UnixStream,
    watched: Vec<i32>,
}

impl Signals {
    /// What asks a program to end, by the user's keys or by the system.
    pub const ENDING: [i32; 4] = [SIGINT, SIGTERM, SIGHUP, SIGQUIT];
    /// What says that a child of this process has ended or stopped.
    pub const CHILD: i32 = SIGCHLD;

    /// Starts to collect `signals`.
    pub fn watch(signals: &[i32]) -> io::Result<Signals> {
        let mut watchers = watchers();
        let mut watched = Vec::new();
        for signal in signals {
            if !watchers.contains_key(signal) {
                if system::ignores(std::process::id(), *signal) {
                    continue;
                }
                // signal-hook never hands a signal back, so from now on its handler does what the
                // system would have done while nobody watches.
                let unwatched = Arc::new(AtomicBool::new(true));
                register_conditional_default(*signal, Arc::clone(&unwatched))?;
                watchers.insert(*signal, Watched { watchers: 0, unwatched });
            }
            watched.push(*signal);
        }
        let (reader, writer) = UnixStream::pair()?;
        let delivery = SignalDelivery::with_pipe(reader.try_clone()?, writer, SignalOnly, &watched)?;
        for signal in &watched {
            if let Some(one) = watchers.get_mut(signal) {
                one.watchers += 1;
                one.unwatched.store(false, Ordering::SeqCst);
            }
        }
        Ok(Signals { delivery: Some(delivery), reader, watched })
    }

    /// The signals that came since the last call; does not wait.
    pub fn pending(&mut self) -> Vec<i32> {
        self.delivery.as_mut().map(|delivery| delivery.pending().collect()).unwrap_or_default()
    }
}

impl AsFd for Signals {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.reader.as_fd()
    }
}

impl Drop for Signals {
    fn drop(&mut self) {
        let mut watchers = watchers();
        for signal in &self.watched {
            if let Some(one) = watchers.get_mut(signal) {
                one.watchers -= 1;
                one.unwatched.store(one.watchers == 0, Ordering::SeqCst);
            }
        }
        if let Some(delivery) = self.delivery.take() {
            delivery.handle().close();
        }
    }
}

/// One signal whose handler is signal-hook's.
struct Watched {
    watchers: usize,
    unwatched: Arc<AtomicBool>,
}

fn watchers() -> MutexGuard<'static, BTreeMap<i32, Watched>> {
    static WATCHERS: Mutex<BTreeMap<i32, Watched>> = Mutex::new(BTreeMap::new());
    WATCHERS.lock().unwrap_or_else(PoisonError::into_inner)
}
