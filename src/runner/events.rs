//! What wakes a runner: a child that changed, a line typed while the runner owns the terminal, or
//! a signal that asks it to close.

use std::io::{self, Read};
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::time::{SystemTime, UNIX_EPOCH};

use rustix::event::{PollFd, PollFlags, poll};
use rustix::stdio::stdin;
use signal_hook::consts::{SIGCHLD, SIGTERM, SIGUSR1};
use signal_hook::low_level::pipe;

/// Why a runner woke up.
pub enum Event {
    /// A child ended, stopped or went on.
    Child,
    /// A line, or the end of the terminal, is there to be read.
    Input,
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
            let mut sources = vec![
                PollFd::new(&self.terminate, PollFlags::IN),
                PollFd::new(&self.close, PollFlags::IN),
                PollFd::new(&self.child, PollFlags::IN),
            ];
            if input {
                sources.push(PollFd::from_borrowed_fd(stdin.as_fd(), PollFlags::IN));
            }
            let _ = poll(&mut sources, None);
            let ready: Vec<bool> = sources.iter().map(|source| !source.revents().is_empty()).collect();
            match ready.iter().position(|&ready| ready) {
                Some(0) => return drained(&mut self.terminate, Event::Terminate),
                Some(1) => return drained(&mut self.close, Event::Close),
                Some(2) => return drained(&mut self.child, Event::Child),
                Some(_) => return Event::Input,
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

/// One line from the terminal; nothing when the terminal is gone.
pub fn read_line() -> Option<String> {
    let mut bytes = [0; 256];
    match rustix::io::read(stdin(), &mut bytes) {
        Ok(count) => Some(String::from_utf8_lossy(&bytes[..count]).into_owned()),
        Err(rustix::io::Errno::INTR) => Some(String::new()),
        Err(_) => None,
    }
}

/// Milliseconds since 1970, UTC.
pub fn milliseconds_now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}
