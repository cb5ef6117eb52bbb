//! A program in a terminal, as a person would use it.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Read};
use std::os::fd::{BorrowedFd, OwnedFd};
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::ExitStatus;
use std::time::Duration;

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use rexpect::reader::Options;
use rexpect::session::StreamSession;
use rustix::event::{PollFd, PollFlags, poll};
use rustix::process::{Pid, Signal};

use super::run::STARTS;
use super::wait::{ended_within, patience};

/// A terminal with a program in it. Dropping it closes the terminal, as closing a window does.
///
/// The program is started by portable-pty and not by rexpect, which gives a terminal of 0x0 cells,
/// lets other children inherit it, and goes on as a copy of the test when the program cannot start.
pub struct Terminal {
    child: Box<dyn Child + Send + Sync>,
    /// Nothing once it is closed.
    line: Option<Line>,
}

/// This side of a terminal.
struct Line {
    master: Box<dyn MasterPty + Send>,
    talk: StreamSession<File>,
    /// Closing it ends the thread that reads, and with it the last descriptor of the terminal.
    _reading: OwnedFd,
}

impl Terminal {
    #[track_caller]
    pub(super) fn start(
        program: &Path,
        argv: &[OsString],
        environment: &BTreeMap<OsString, OsString>,
        cwd: &Path,
        columns: u16,
        rows: u16,
    ) -> Terminal {
        let mut command = CommandBuilder::new(program);
        command.args(&argv[1..]);
        command.cwd(cwd);
        command.env_clear();
        environment.iter().for_each(|(name, value)| command.env(name, value));

        let _one_at_a_time = STARTS.lock();
        let pair = native_pty_system().openpty(size(columns, rows)).expect("a terminal can be opened");
        let child = pair
            .slave
            .spawn_command(command)
            .unwrap_or_else(|error| panic!("could not run `{}`: {error}", program.display()));
        let (stop, reading) = rustix::pipe::pipe_with(rustix::pipe::PipeFlags::CLOEXEC).expect("a pipe");
        let reader = Reader { terminal: share(&*pair.master), stop };
        let options = Options::new().timeout_ms(Some(patience().as_millis() as u64));
        let talk = StreamSession::new(reader, share(&*pair.master), options);
        Terminal { child, line: Some(Line { master: pair.master, talk, _reading: reading }) }
    }

    /// Types `text`.
    #[track_caller]
    pub fn send(&mut self, text: &str) {
        let talk = self.talk();
        talk.send(text).and_then(|_| talk.flush()).expect("a terminal takes what is typed");
    }

    /// Types `text` and Enter.
    #[track_caller]
    pub fn send_line(&mut self, text: &str) {
        self.send(&format!("{text}\r"));
    }

    /// Presses Ctrl and `key`.
    #[track_caller]
    pub fn send_control(&mut self, key: char) {
        self.talk().send_control(key).expect("a terminal takes what is typed");
    }

    /// Waits until the program has written `text` and gives what came before it.
    ///
    /// A full-screen program moves the cursor instead of writing blanks: ask for single words, or
    /// look at [`Server::capture`](super::Server::capture).
    #[track_caller]
    pub fn expect(&mut self, text: &str) -> String {
        match self.talk().exp_string(&as_read(text)) {
            Ok(before) => as_written(&before),
            Err(error) => panic!("waited in vain for {text:?}: {}", as_written(&error.to_string())),
        }
    }

    /// Waits until the program has ended; its status.
    #[track_caller]
    pub fn wait(&mut self) -> ExitStatus {
        self.wait_within(patience()).unwrap_or_else(|| {
            let mut read = String::new();
            while let Some(char) = self.talk().try_read() {
                read.push(char);
            }
            panic!("the program in the terminal goes on; unread so far: {:?}", as_written(&read))
        })
    }

    /// Waits until the program has ended, and expects this exit code. A signal counts as 128 and
    /// its number, as in a shell.
    #[track_caller]
    pub fn code(&mut self, code: i32) {
        let status = self.wait();
        let ended = status.code().or(status.signal().map(|signal| 128 + signal));
        assert_eq!(ended, Some(code), "the program in the terminal ended with another code");
    }

    /// Gives the terminal another size, of which the program gets a signal.
    #[track_caller]
    pub fn resize(&mut self, columns: u16, rows: u16) {
        let line = self.line.as_ref().expect(OPEN);
        line.master.resize(size(columns, rows)).expect("a terminal can be resized");
    }

    /// Closes the terminal, as closing its window does; the status with which the program ends.
    #[track_caller]
    pub fn close(&mut self) -> ExitStatus {
        self.line = None;
        self.wait_within(patience()).expect("the program survived its terminal")
    }

    /// The process id of the program that was started.
    pub fn pid(&self) -> Pid {
        let id = self.child.process_id().expect("a child has an id");
        Pid::from_raw(id as i32).expect("an id is never 0")
    }

    /// Sends the program a signal.
    pub fn signal(&self, signal: Signal) {
        rustix::process::kill_process(self.pid(), signal).expect("a child can be signalled");
    }

    fn talk(&mut self) -> &mut StreamSession<File> {
        &mut self.line.as_mut().expect(OPEN).talk
    }

    fn wait_within(&mut self, limit: Duration) -> Option<ExitStatus> {
        if !ended_within(limit, self.pid()) {
            return None;
        }
        // portable-pty's own status has no signal numbers.
        let child: &mut dyn Child = &mut *self.child;
        let child = child.downcast_mut::<std::process::Child>().expect("it is one on every Unix");
        child.wait().ok()
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        self.line = None;
        if self.wait_within(Duration::from_secs(1)).is_none() {
            let _ = self.child.kill();
        }
    }
}

const OPEN: &str = "the terminal was closed by the test";

/// Reads a terminal until it is closed on the other side or this one.
struct Reader {
    terminal: File,
    stop: OwnedFd,
}

impl Read for Reader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut both =
            [PollFd::new(&self.terminal, PollFlags::IN), PollFd::new(&self.stop, PollFlags::empty())];
        poll(&mut both, None)?;
        let [terminal, stop] = both.map(|fd| !fd.revents().is_empty());
        if stop || !terminal {
            return Ok(0);
        }
        // Linux's word for the end of a terminal.
        let end = |error: io::Error| if error.raw_os_error() == Some(5) { Ok(0) } else { Err(error) };
        self.terminal.read(buffer).or_else(end)
    }
}

#[allow(unsafe_code)]
fn share(master: &dyn MasterPty) -> File {
    let raw = master.as_raw_fd().expect("it has one on every Unix");
    // SAFETY: the descriptor belongs to `master`, which is borrowed for longer than this use of it.
    let borrowed = unsafe { BorrowedFd::borrow_raw(raw) };
    borrowed.try_clone_to_owned().expect("a descriptor can be shared").into()
}

fn size(columns: u16, rows: u16) -> PtySize {
    PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 }
}

/// rexpect takes every byte for a character of its own: `text` as it sees it.
fn as_read(text: &str) -> String {
    text.bytes().map(char::from).collect()
}

/// The reverse of [`as_read`].
fn as_written(read: &str) -> String {
    let bytes: Vec<u8> = read.chars().map(|char| u8::try_from(char).unwrap_or(b'?')).collect();
    String::from_utf8_lossy(&bytes).into_owned()
}
