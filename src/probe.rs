//! One look at whether a command does its work: a connection, a request, a program, a file.
//!
//! Nothing here waits. An [`Attempt`] says what to poll for, and is asked again when that is ready;
//! its answer says in words why a probe does not hold.

#![allow(clippy::disallowed_methods)] // an attempt has a time limit, and a name is looked up beside

mod http;
mod net;
mod program;

use std::io;
use std::os::fd::BorrowedFd;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use rustix::event::PollFlags;
use rustix::process::Pid;

use crate::record::State;
use crate::supervise::label;
use crate::workspace;
use crate::workspace::supervision::Probe;
use net::Connection;
use program::Program;

/// How long the other side of a connection may take.
const CONNECTION: Duration = Duration::from_secs(5);
/// How long a program may take.
const PROGRAM: Duration = Duration::from_secs(10);

/// A probe that is being tried.
pub struct Attempt {
    label: String,
    how: How,
    limit: Duration,
    until: Instant,
}

enum How {
    Known(Result<(), String>),
    Tcp(Connection),
    Http(Connection, http::Exchange),
    Program(Program),
}

impl Attempt {
    /// Begins to try `probe` for a command in `directory`; `program` gives the command of a probe that
    /// is one, ready to be started in the background.
    pub fn begin(
        probe: &Probe,
        directory: &Path,
        program: impl FnOnce(&workspace::Command) -> Command,
    ) -> Attempt {
        let how = match probe {
            Probe::Tcp { host, port } => How::Tcp(Connection::begin(host, *port)),
            Probe::Http(address) => match http::Address::parse(address) {
                Some(address) => {
                    let connection = Connection::begin(&address.host, address.port);
                    How::Http(connection, http::Exchange::new(&address))
                }
                None => How::Known(Err("it is no `http://` address".to_owned())),
            },
            Probe::Command(command) => match Program::start(&mut program(command)) {
                Ok(program) => How::Program(program),
                Err(error) => How::Known(Err(words(&error))),
            },
            Probe::File(path) => match std::fs::metadata(directory.join(path)) {
                Ok(_) => How::Known(Ok(())),
                Err(error) => How::Known(Err(words(&error))),
            },
            Probe::Log(_) | Probe::Exit | Probe::Delay(_) => How::Known(Ok(())),
        };
        let limit = if matches!(how, How::Program(_)) { PROGRAM } else { CONNECTION };
        // The place is part of what a refused connection is about.
        let label = match probe {
            Probe::Tcp { .. } => "tcp".to_owned(),
            probe => label(probe),
        };
        Attempt { label, how, limit, until: Instant::now() + limit }
    }

    /// Until when it has to be asked again, whatever happens.
    pub fn until(&self) -> Instant {
        self.until
    }

    /// What to poll for.
    pub fn source(&self) -> Option<(BorrowedFd<'_>, PollFlags)> {
        match &self.how {
            How::Known(_) => None,
            How::Tcp(connection) => connection.source(false),
            How::Http(connection, exchange) => connection.source(exchange.reads()),
            How::Program(program) => program.source(),
        }
    }

    /// The process that was started for it, whose end [`Attempt::ended`] is told of.
    pub fn process(&self) -> Option<Pid> {
        match &self.how {
            How::Program(program) => Some(program.pid()),
            _ => None,
        }
    }

    /// Takes the end of its process.
    pub fn ended(&mut self, end: &State) {
        if let How::Program(program) = &mut self.how {
            program.ended(end);
        }
    }

    /// Goes on as far as it can; the answer once there is one.
    pub fn advance(&mut self) -> Option<Result<(), String>> {
        let answer = match &mut self.how {
            How::Known(answer) => Some(answer.clone()),
            How::Tcp(connection) => connection.advance().map(|done| done.map(drop)),
            How::Http(connection, exchange) => match connection.advance() {
                Some(Ok(stream)) => exchange.advance(stream),
                Some(Err(why)) => Some(Err(why)),
                None => None,
            },
            How::Program(program) => program.advance(),
        };
        let answer = answer.or_else(|| {
            let late = self.until <= Instant::now();
            late.then(|| Err(format!("no answer in {} s", self.limit.as_secs())))
        })?;
        Some(answer.map_err(|why| match &self.how {
            How::Tcp(_) => format!("{} {why}", self.label),
            _ => format!("{}: {why}", self.label),
        }))
    }
}

/// What the system said, without a number, as the end of a sentence.
fn words(error: &io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or_default();
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => first.to_lowercase().chain(letters).collect(),
        None => error.kind().to_string(),
    }
}

#[cfg(test)]
mod tests;
