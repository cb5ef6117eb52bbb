//! A TCP connection that is made without waiting for it.

use std::io::{self, Read};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream, ToSocketAddrs};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::sync::mpsc::{Receiver, channel};
use std::thread;

use rustix::event::PollFlags;
use rustix::io::Errno;
use rustix::net::sockopt::socket_error;
use rustix::net::{AddressFamily, SocketFlags, SocketType, connect, socket_with};

use super::words;

/// A connection to a place that may have several addresses, tried one after another.
pub struct Connection {
    host: String,
    port: u16,
    step: Step,
    left: Vec<SocketAddr>,
    /// What was wrong with the first address.
    why: Option<String>,
}

enum Step {
    /// The name is looked up beside; the stream ends when it was.
    Naming(UnixStream, Receiver<io::Result<Vec<SocketAddr>>>),
    Connecting(SocketAddr, OwnedFd),
    Connected(TcpStream),
    Failed,
}

impl Connection {
    /// Begins to connect.
    pub fn begin(host: &str, port: u16) -> Connection {
        let at = |addresses: &[IpAddr]| addresses.iter().map(|ip| SocketAddr::new(*ip, port)).collect();
        let mut connection =
            Connection { host: host.to_owned(), port, step: Step::Failed, left: Vec::new(), why: None };
        if let Ok(ip) = host.parse::<IpAddr>() {
            connection.try_all(at(&[ip]));
        } else if host == "localhost" {
            connection.try_all(at(&[Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()]));
        } else {
            match look_up(host.to_owned(), port) {
                Ok((ended, found)) => connection.step = Step::Naming(ended, found),
                Err(error) => connection.why = Some(words(&error)),
            }
        }
        connection
    }

    /// What to poll for; once it is made, for something to read or for room to write.
    pub fn source(&self, reads: bool) -> Option<(BorrowedFd<'_>, PollFlags)> {
        match &self.step {
            Step::Naming(ended, _) => Some((ended.as_fd(), PollFlags::IN)),
            Step::Connecting(_, socket) => Some((socket.as_fd(), PollFlags::OUT)),
            Step::Connected(stream) => {
                Some((stream.as_fd(), if reads { PollFlags::IN } else { PollFlags::OUT }))
            }
            Step::Failed => None,
        }
    }

    /// Goes on; the connection once it is made, or why it was not.
    pub fn advance(&mut self) -> Option<Result<&mut TcpStream, String>> {
        if let Step::Naming(ended, found) = &mut self.step {
            if matches!(ended.read(&mut [0]), Err(error) if error.kind() == io::ErrorKind::WouldBlock) {
                return None;
            }
            match found.try_recv().unwrap_or_else(|_| Err(io::ErrorKind::NotFound.into())) {
                Ok(addresses) => self.try_all(addresses),
                Err(error) => {
                    self.step = Step::Failed;
                    self.why = Some(format!("{}: {}", self.host, words(&error)));
                }
            }
        }
        if let Step::Connecting(address, socket) = &self.step {
            match made(socket) {
                Ok(false) => return None,
                Ok(true) => {
                    if let Step::Connecting(_, socket) = std::mem::replace(&mut self.step, Step::Failed) {
                        self.step = Step::Connected(TcpStream::from(socket));
                    }
                }
                Err(error) => {
                    let address = *address;
                    self.failed(address, &error.into());
                    self.try_next();
                    return self.advance();
                }
            }
        }
        match &mut self.step {
            Step::Connected(stream) => Some(Ok(stream)),
            Step::Failed => {
                let place = format!("{}:{}: there is no such address", self.host, self.port);
                Some(Err(self.why.clone().unwrap_or(place)))
            }
            Step::Naming(..) | Step::Connecting(..) => None,
        }
    }

    fn try_all(&mut self, mut addresses: Vec<SocketAddr>) {
        addresses.reverse();
        self.left = addresses;
        self.try_next();
    }

    fn try_next(&mut self) {
        self.step = Step::Failed;
        while let Some(address) = self.left.pop() {
            match open(address) {
                Ok(socket) => {
                    self.step = Step::Connecting(address, socket);
                    return;
                }
                Err(error) => self.failed(address, &error.into()),
            }
        }
    }

    fn failed(&mut self, address: SocketAddr, error: &io::Error) {
        self.why.get_or_insert_with(|| format!("{address}: {}", words(error)));
    }
}

/// Looks a name up in a thread of its own, since the system has no way to do it without waiting.
#[allow(clippy::type_complexity)]
fn look_up(host: String, port: u16) -> io::Result<(UnixStream, Receiver<io::Result<Vec<SocketAddr>>>)> {
    let (ended, end) = UnixStream::pair()?;
    ended.set_nonblocking(true)?;
    let (sender, receiver) = channel();
    thread::Builder::new().stack_size(128 << 10).spawn(move || {
        let found = (host.as_str(), port).to_socket_addrs().map(Iterator::collect);
        let _ = sender.send(found);
        drop(end);
    })?;
    Ok((ended, receiver))
}

fn open(address: SocketAddr) -> Result<OwnedFd, Errno> {
    let family = if address.is_ipv4() { AddressFamily::INET } else { AddressFamily::INET6 };
    let flags = SocketFlags::NONBLOCK | SocketFlags::CLOEXEC;
    let socket = socket_with(family, SocketType::STREAM, flags, None)?;
    match connect(&socket, &address) {
        Ok(()) | Err(Errno::INPROGRESS | Errno::INTR) => Ok(socket),
        Err(error) => Err(error),
    }
}

/// Whether a connection that was begun is made.
fn made(socket: &OwnedFd) -> Result<bool, Errno> {
    use rustix::event::{PollFd, Timespec, poll};
    let mut source = [PollFd::new(socket, PollFlags::OUT)];
    let now = Timespec { tv_sec: 0, tv_nsec: 0 };
    if poll(&mut source, Some(&now)).unwrap_or(0) == 0 {
        return Ok(false);
    }
    socket_error(socket)??;
    // Nobody listens on a port that was connected to itself, which Linux does now and then.
    let itself = rustix::net::getpeername(socket)? == Some(rustix::net::getsockname(socket)?);
    if itself { Err(Errno::CONNREFUSED) } else { Ok(true) }
}
