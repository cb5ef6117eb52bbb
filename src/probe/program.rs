//! A program whose exit code is the answer, and whose last line says why.

use std::io::{self, PipeReader, Read};
use std::os::fd::{AsFd, BorrowedFd};
use std::process::{Command, Stdio};

use rustix::event::PollFlags;
use rustix::process::{Pid, Signal, kill_process_group};

use crate::record::State;
use crate::workspace::one_line;

/// How much of the output is kept: its end.
const KEPT: usize = 1024;

/// A program that runs.
pub struct Program {
    pid: Pid,
    /// Nothing once everyone has closed the other end.
    output: Option<PipeReader>,
    kept: Vec<u8>,
    end: Option<State>,
}

impl Program {
    /// Starts `command`, which has to become a process group of its own.
    pub fn start(command: &mut Command) -> io::Result<Program> {
        let (reader, writer) = io::pipe()?;
        rustix::io::ioctl_fionbio(&reader, true)?;
        command.stdin(Stdio::null()).stdout(writer.try_clone()?).stderr(writer);
        let pid = Pid::from_child(&command.spawn()?);
        // The other ends of the pipe are the child's alone.
        command.stdout(Stdio::null()).stderr(Stdio::null());
        Ok(Program { pid, output: Some(reader), kept: Vec::new(), end: None })
    }

    pub fn pid(&self) -> Pid {
        self.pid
    }

    pub fn source(&self) -> Option<(BorrowedFd<'_>, PollFlags)> {
        self.output.as_ref().map(|output| (output.as_fd(), PollFlags::IN))
    }

    pub fn ended(&mut self, end: &State) {
        self.end = Some(end.clone());
    }

    pub fn advance(&mut self) -> Option<Result<(), String>> {
        self.read();
        let end = self.end.as_ref()?;
        if *end == (State::Exited { code: 0 }) {
            return Some(Ok(()));
        }
        let text = String::from_utf8_lossy(&self.kept);
        let last = text.lines().rev().map(one_line).find(|line| !line.is_empty());
        Some(Err(match last {
            Some(line) => format!("{end}: {line}"),
            None => end.to_string(),
        }))
    }

    fn read(&mut self) {
        let mut buffer = [0; 4096];
        while let Some(output) = &mut self.output {
            match output.read(&mut buffer) {
                Ok(0) => self.output = None,
                Ok(count) => {
                    self.kept.extend(&buffer[..count]);
                    self.kept.drain(..self.kept.len().saturating_sub(KEPT));
                }
                Err(_) => return,
            }
        }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // While its end was not seen, the group of this number is its own.
        if self.end.is_none() {
            let _ = kill_process_group(self.pid, Signal::KILL);
        }
    }
}
