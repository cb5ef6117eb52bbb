//! What wakes a runner: a child that changed, a line typed while the runner owns the terminal, or
//! a signal that asks it to close.

use std::io::{self, Read};
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rustix::event::{PollFd, PollFlags, poll};
use rustix::stdio::stdin;
use signal_hook::consts::{SIGCHLD, SIGTERM, SIGUSR1};
use signal_hook::flag;
use signal_hook::low_level::pipe;

/// Why a runner woke up.
pub enum Event {
    /// A child ended, stopped or went on.
    Child,
    /// A line, or the end of input, is there to be read.
    Input,
    /// The terminal is gone.
    HangUp,
    /// SIGUSR1: close the pane when the command ends (`rune stop` ends the command itself).
    Close,
    /// SIGTERM: end the command and close the pane.
    Terminate,
}

/// The sources of events.
pub struct Events {
    /// Readable when a signal has come; which one, its flag says, which was set before.
    woken: UnixStream,
    child: Arc<AtomicBool>,
    close: Arc<AtomicBool>,
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
        let (child, close, terminate) = (listen(SIGCHLD)?, listen(SIGUSR1)?, listen(SIGTERM)?);
        Ok(Events { woken, child, close, terminate })
    }

    /// Sleeps until something happens; the terminal counts only where `input` is asked for.
    pub fn wait(&mut self, input: bool) -> Event {
        loop {
            for (came, event) in [
                (&self.terminate, Event::Terminate),
                (&self.close, Event::Close),
                (&self.child, Event::Child),
            ] {
                if came.swap(false, Ordering::SeqCst) {
                    return event;
                }
            }
            let stdin = stdin();
            let mut sources = [PollFd::new(&self.woken, PollFlags::IN), PollFd::new(&stdin, PollFlags::IN)];
            let count = if input { 2 } else { 1 };
            // A signal interrupts it, and has then made its flag true and the first source readable.
            let _ = poll(&mut sources[..count], None);
            let [woken, typed] = sources.map(|source| source.revents());
            if !woken.is_empty() {
                self.drain();
            } else if typed == PollFlags::IN {
                return Event::Input;
            } else if !typed.is_empty() {
                return Event::HangUp;
            }
        }
    }

    fn drain(&mut self) {
        let mut waste = [0; 64];
        while matches!(self.woken.read(&mut waste), Ok(count) if count > 0) {}
    }
}
