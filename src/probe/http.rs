//! As much of HTTP as a question for health needs: one request, and the first line of its answer.

use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;

use super::words;

/// The most that is read on the way to the end of the first line.
const LINE: usize = 1024;

/// Where an `http://` address leads.
#[derive(Debug, PartialEq, Eq)]
pub struct Address {
    pub host: String,
    pub port: u16,
    /// Host and port as they were written.
    authority: String,
    /// Path and query.
    target: String,
}

impl Address {
    pub fn parse(text: &str) -> Option<Address> {
        let rest = text.strip_prefix("http://")?;
        let rest = rest.split('#').next()?;
        let end = rest.find(['/', '?']).unwrap_or(rest.len());
        let (authority, target) = rest.split_at(end);
        let (host, port) = match authority.strip_prefix('[') {
            Some(rest) => {
                let (host, port) = rest.split_once(']')?;
                (host, port.strip_prefix(':').or_else(|| port.is_empty().then_some("80"))?)
            }
            None => authority.split_once(':').unwrap_or((authority, "80")),
        };
        let plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_graphic());
        if host.is_empty() || host.contains('@') || !plain(authority) || !plain(target) {
            return None;
        }
        Some(Address {
            host: host.to_owned(),
            port: port.parse().ok()?,
            authority: authority.to_owned(),
            target: if target.starts_with('/') { target.to_owned() } else { format!("/{target}") },
        })
    }
}

/// A request that is sent, and its answer that is read.
pub struct Exchange {
    /// What is to be sent still.
    request: Vec<u8>,
    answer: Vec<u8>,
}

impl Exchange {
    pub fn new(address: &Address) -> Exchange {
        let Address { authority, target, .. } = address;
        let request = format!(
            "GET {target} HTTP/1.1\r\nHost: {authority}\r\nUser-Agent: rune\r\nAccept: */*\r\nConnection: close\r\n\r\n"
        );
        Exchange { request: request.into_bytes(), answer: Vec::new() }
    }

    /// Whether it waits for the answer.
    pub fn reads(&self) -> bool {
        self.request.is_empty()
    }

    /// Goes on over a connection that does not block; whether the answer is a good one.
    pub fn advance(&mut self, stream: &mut TcpStream) -> Option<Result<(), String>> {
        match self.exchange(stream) {
            Ok(()) => Some(self.status()),
            Err(error) if error.kind() == ErrorKind::WouldBlock => None,
            Err(error) => Some(Err(words(&error))),
        }
    }

    fn exchange(&mut self, stream: &mut TcpStream) -> io::Result<()> {
        while !self.request.is_empty() {
            let count = stream.write(&self.request)?;
            self.request.drain(..count);
        }
        let mut buffer = [0; LINE];
        while !self.answer.contains(&b'\n') && self.answer.len() < LINE {
            match stream.read(&mut buffer) {
                Ok(0) => break,
                Ok(count) => self.answer.extend(&buffer[..count]),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    fn status(&self) -> Result<(), String> {
        let line = String::from_utf8_lossy(&self.answer);
        let line = line.lines().next().unwrap_or_default().trim();
        let mut words = line.split_whitespace();
        let version = words.next().is_some_and(|version| version.starts_with("HTTP/"));
        let status = words.next().filter(|status| version && status.len() == 3);
        match status.and_then(|status| status.parse::<u16>().ok()) {
            Some(200..=399) => Ok(()),
            Some(_) => Err(line.split_once(' ').map_or(line, |(_, rest)| rest).to_owned()),
            None if line.is_empty() => Err("the connection ended without an answer".to_owned()),
            None => Err("the answer is not HTTP".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_taken_apart() {
        let parts = |text| {
            Address::parse(text)
                .map(|address| (address.host, address.port, address.authority, address.target))
        };
        let some = |host: &str, port, authority: &str, target: &str| {
            Some((host.to_owned(), port, authority.to_owned(), target.to_owned()))
        };
        assert_eq!(parts("http://a"), some("a", 80, "a", "/"));
        assert_eq!(parts("http://a:8/x?y=1#z"), some("a", 8, "a:8", "/x?y=1"));
        assert_eq!(parts("http://a?y"), some("a", 80, "a", "/?y"));
        assert_eq!(parts("http://[::1]:8080/"), some("::1", 8080, "[::1]:8080", "/"));
        assert_eq!(parts("http://[::1]"), some("::1", 80, "[::1]", "/"));
        for wrong in
            ["https://a", "a", "http://", "http://:80", "http://a:x", "http://u@a", "http://a/\r\nX: y"]
        {
            assert_eq!(parts(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn only_a_status_from_200_to_399_is_good() {
        let status = |answer: &str| Exchange { request: Vec::new(), answer: answer.into() }.status();
        assert_eq!(status("HTTP/1.1 200 OK\r\n"), Ok(()));
        assert_eq!(status("HTTP/1.0 399\r\n"), Ok(()));
        assert_eq!(status("HTTP/1.1 503 Service Unavailable\r\n"), Err("503 Service Unavailable".to_owned()));
        assert_eq!(status("HTTP/1.1 100 Continue\r\n"), Err("100 Continue".to_owned()));
        for no in ["SSH-2.0 200 x\r\n", "HTTP/1.1 2000\r\n", "HTTP/1.1 +20 x\r\n"] {
            assert!(status(no).is_err(), "{no}");
        }
        assert_eq!(status(""), Err("the connection ended without an answer".to_owned()));
    }
}
