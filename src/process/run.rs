//! What to run, and how it ended.

use std::ffi::OsString;
use std::fmt;
use std::io;
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::ExitStatus;
use std::time::Duration;

use super::{Process, Table};

/// One command to run.
#[derive(Clone, Debug)]
pub struct Run {
    /// Program and arguments; not empty.
    pub argv: Vec<OsString>,
    /// Directory it runs in.
    pub cwd: PathBuf,
    /// Its whole environment.
    pub environment: Vec<(OsString, OsString)>,
    /// How long it may take.
    pub timeout: Option<Duration>,
    /// A variable and value in `environment` that no other command has. What moved out of reach
    /// otherwise is found by it when the command has to be ended.
    pub mark: Option<(String, String)>,
}

impl Run {
    /// The processes that come from it, where `root` is the one it started as. For
    /// [`terminate_found`](super::terminate_found), which adds their families.
    pub fn processes(&self, root: Option<&Process>, table: &Table) -> Vec<Process> {
        let marked = self.mark.iter().flat_map(|(name, value)| table.with_variable(name, value));
        root.into_iter().cloned().chain(marked).collect()
    }
}

/// How a command ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// By itself, with this exit code.
    Exited(u8),
    /// By this signal.
    Signalled(i32),
    /// rune ended it after its time-out of this length.
    TimedOut(Duration),
    /// It could not be started, for this reason.
    NotStarted(NotStarted),
}

/// Why a command could not be started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotStarted {
    /// What the system said of what.
    pub message: String,
    /// 127 if there is no such program, else 126; as a shell has it.
    pub code: u8,
}

impl NotStarted {
    /// For the program (or its directory) that `error` is about.
    pub fn new(path: impl fmt::Display, error: &io::Error) -> NotStarted {
        let code = if error.kind() == io::ErrorKind::NotFound { 127 } else { 126 };
        NotStarted { message: format!("`{path}`: {error}"), code }
    }
}

impl End {
    /// The end that a status of the system means.
    pub fn of(status: ExitStatus) -> End {
        match (status.code(), status.signal()) {
            (Some(code), _) => End::Exited(u8::try_from(code).unwrap_or(u8::MAX)),
            (None, signal) => End::Signalled(signal.unwrap_or_default()),
        }
    }

    /// Whether it ended by itself with exit code 0.
    pub fn is_success(&self) -> bool {
        *self == End::Exited(0)
    }

    /// The exit code that a shell would make of it: 128 and the signal's number, 124 after a time-out.
    pub fn code(&self) -> u8 {
        match self {
            End::Exited(code) => *code,
            End::Signalled(signal) => u8::try_from(128 + signal).unwrap_or(u8::MAX),
            End::TimedOut(_) => 124,
            End::NotStarted(why) => why.code,
        }
    }
}

impl fmt::Display for End {
    /// As in "`name` exited 3".
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            End::Exited(code) => write!(f, "exited {code}"),
            End::Signalled(signal) => match signal_hook::low_level::signal_name(*signal) {
                Some(name) => write!(f, "was ended by signal {signal} ({name})"),
                None => write!(f, "was ended by signal {signal}"),
            },
            End::TimedOut(limit) => write!(f, "timed out (limit {} s)", limit.as_secs_f32()),
            End::NotStarted(why) => write!(f, "could not be started: {}", why.message),
        }
    }
}
