//! What wakes a runner: a signal, something to read, or the time.

use std::io::{self, Read};
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use signal_hook::consts::{SIGCHLD, SIGTERM, SIGUSR1};
use signal_hook::flag;
use signal_hook::low_level::pipe;

/// What a signal asks for.
pub enum Told {
    /// SIGCHLD: a child ended, stopped or went on.
    Child,
    /// SIGUSR1: close the pane when the command ends (`rune stop` ends the command itself).
    Leave,
    /// SIGTERM: end the command and close the pane.
    Terminate,
}

/// The signals that a runner listens for.
pub struct Events {
    /// Readable when a signal has come; which one, its flag says, which was set before.
    woken: UnixStream,
    child: Arc<AtomicBool>,
    leave: Arc<AtomicBool>,
    terminate: Arc<AtomicBool>,
}

impl Events {
    /// Listens from now on.
    pub fn new() -> io::Result<Events> {
        let (woken, waker) = UnixStream::pair()?;
        woken.set_nonblocking(true)?;
        let listen = |signal| {
            let came = Arc::new(AtomicBool::new(false));
            // What is registered first is done first.
            flag::register(signal, Arc::clone(&came))?;
            pipe::register(signal, waker.try_clone()?)?;
            io::Result::Ok(came)
        };
        let (child, leave, terminate) = (listen(SIGCHLD)?, listen(SIGUSR1)?, listen(SIGTERM)?);
        Ok(Events { woken, child, leave, terminate })
    }

    /// The signals that came since this was asked last.
    pub fn told(&mut self) -> Vec<Told> {
        let mut waste = [0; 64];
        while matches!(self.woken.read(&mut waste), Ok(count) if count > 0) {}
        let flags =
            [(&self.terminate, Told::Terminate), (&self.leave, Told::Leave), (&self.child, Told::Child)];
        let came = flags.into_iter().filter(|(flag, _)| flag.swap(false, Ordering::SeqCst));
        came.map(|(_, told)| told).collect()
    }

    /// Sleeps until a signal comes, one of `sources` is ready, or the time is over; what is ready of each
    /// source.
    pub fn wait(&self, sources: Vec<PollFd<'_>>, time: Option<Duration>) -> Vec<PollFlags> {
        // Rounded up, so that it is never asked just before the time is over.
        let time = time.map(|time| time + Duration::from_micros(1));
        let time = time.and_then(|time| Timespec::try_from(time).ok());
        let mut sources = sources;
        sources.push(PollFd::new(&self.woken, PollFlags::IN));
        // A signal interrupts it, and has then made its flag true and the last source readable.
        if poll(&mut sources, time.as_ref()).is_err() {
            return vec![PollFlags::empty(); sources.len() - 1];
        }
        sources.pop();
        sources.iter().map(PollFd::revents).collect()
    }
}
