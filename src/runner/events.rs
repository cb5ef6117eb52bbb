//! What wakes a runner: a child that changed, a line typed while the runner owns the terminal, or
//! a signal that asks it to close.

use std::io::{self, Read};
use std::os::unix::net::UnixStream;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::stdio::stdin;
use signal_hook::consts::{SIGCHLD, SIGTERM, SIGUSR1};
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
    child: UnixStream,
    close: UnixStream,
    terminate: UnixStream,
}

impl Events {
    /// Listens from now on.
    pub fn new() -> io::Result<Events> {
        Ok(Events { child: listen(SIGCHLD)?, close: listen(SIGUSR1)?, terminate: listen(SIGTERM)? })
    }

    /// Sleeps until something happens; the terminal counts only where `input` is asked for.
    pub fn wait(&mut self, input: bool) -> Event {
        loop {
            let stdin = stdin();
            let mut sources = [
                PollFd::new(&self.terminate, PollFlags::IN),
                PollFd::new(&self.close, PollFlags::IN),
                PollFd::new(&self.child, PollFlags::IN),
                PollFd::new(&stdin, PollFlags::IN),
            ];
            let count = if input { sources.len() } else { sources.len() - 1 };
            // A signal interrupts it, and has then made one of the sources readable.
            let _ = poll(&mut sources[..count], None);
            let found = sources.map(|source| source.revents());
            match found.iter().position(|found| !found.is_empty()) {
                Some(0) => return drained(&mut self.terminate, Event::Terminate),
                Some(1) => return drained(&mut self.close, Event::Close),
                Some(2) => return drained(&mut self.child, Event::Child),
                Some(_) if found[3] == PollFlags::IN => return Event::Input,
                Some(_) => return Event::HangUp,
                None => {}
            }
        }
    }
}

fn listen(signal: i32) -> io::Result<UnixStream> {
    let (read, write) = UnixStream::pair()?;
    read.set_nonblocking(true)?;
    pipe::register(signal, write)?;
    Ok(read)
}

fn drained(source: &mut UnixStream, event: Event) -> Event {
    let mut waste = [0; 64];
    while matches!(source.read(&mut waste), Ok(count) if count > 0) {}
    event
}
