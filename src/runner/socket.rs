//! Who asks the runner for something, and waits for an answer.

use std::io::{ErrorKind, Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};

use rustix::event::{PollFd, PollFlags};

use crate::supervise::{Reply, Request, Ticket};

/// The longest line that is read.
const LINE: usize = 4096;
/// More than this many at once are turned away.
const CALLERS: usize = 64;

/// The runner's socket with those who have called.
pub struct Socket {
    listener: UnixListener,
    callers: Vec<Caller>,
    calls: u64,
}

struct Caller {
    stream: UnixStream,
    ticket: Ticket,
    line: Vec<u8>,
    /// Whether the request is known, so that it waits for the answer.
    waits: bool,
}

impl Socket {
    pub fn new(listener: UnixListener) -> Socket {
        Socket { listener, callers: Vec::new(), calls: 0 }
    }

    pub fn sources(&self) -> impl Iterator<Item = PollFd<'_>> {
        let speaking = self.callers.iter().filter(|caller| !caller.waits);
        let speaking = speaking.map(|caller| PollFd::new(&caller.stream, PollFlags::IN));
        speaking.chain([PollFd::new(&self.listener, PollFlags::IN)])
    }

    /// What was asked since this was called last; does not wait.
    pub fn requests(&mut self) -> Vec<(Request, Ticket)> {
        while let Ok((stream, _)) = self.listener.accept() {
            if self.callers.len() < CALLERS && stream.set_nonblocking(true).is_ok() {
                self.calls += 1;
                let ticket = Ticket(self.calls);
                self.callers.push(Caller { stream, ticket, line: Vec::new(), waits: false });
            }
        }
        let mut requests = Vec::new();
        self.callers.retain_mut(|caller| {
            if caller.waits {
                return true;
            }
            let goes_on = caller.read();
            let Some(end) = caller.line.iter().position(|byte| *byte == b'\n') else { return goes_on };
            caller.waits = true;
            match serde_json::from_slice(&caller.line[..end]) {
                Ok(request) => requests.push((request, caller.ticket)),
                Err(error) => {
                    caller.answer(&Reply::refused(&format!("this is no request: {error}")));
                    return false;
                }
            }
            true
        });
        requests
    }

    /// Answers those with these tickets, who have nothing more to ask then.
    pub fn answer(&mut self, tickets: &[Ticket], reply: &Reply) {
        self.callers.retain_mut(|caller| {
            let asked = tickets.contains(&caller.ticket);
            if asked {
                caller.answer(reply);
            }
            !asked
        });
    }
}

impl Caller {
    /// Whether there may come more.
    fn read(&mut self) -> bool {
        let mut buffer = [0; 512];
        loop {
            match self.stream.read(&mut buffer) {
                Ok(0) => return false,
                Ok(count) => self.line.extend(&buffer[..count]),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return error.kind() == ErrorKind::WouldBlock,
            }
            if self.line.len() > LINE {
                return false;
            }
        }
    }

    /// A caller who is gone does not need it, and one who does not read does not get it.
    fn answer(&mut self, reply: &Reply) {
        if let Ok(mut line) = serde_json::to_vec(reply) {
            line.push(b'\n');
            let _ = self.stream.write_all(&line);
        }
    }
}
