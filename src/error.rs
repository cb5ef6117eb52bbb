//! What can go wrong, in one type: variants hold data, one `Display` writes every message.
//!
//! Messages start in lower case, carry the user's words in backticks, and have no full stop.
//! [`Error::hint`] says what to do about it; [`Error::code`] is the exit code.

use std::fmt;
use std::io;
use std::ops::Range;
use std::path::PathBuf;

/// The result of anything in rune that can fail.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A mistake in a config, with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The file as the user named it, or as it was found.
    pub file: PathBuf,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// The bytes of the file that it is about.
    pub span: Range<usize>,
    /// What is wrong.
    pub message: String,
    /// What to write instead of the span, when that is known.
    pub replacement: Option<String>,
    /// What to do, or what else to know.
    pub help: Option<String>,
}

/// Mistakes of one file together with its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problems {
    /// The text that the spans point into.
    pub source: String,
    /// In order of their places; at least one.
    pub problems: Vec<Problem>,
}

/// Why rune could not do what it was asked to.
#[derive(Debug)]
pub enum Error {
    /// The config has mistakes.
    Config(Vec<Problems>),
    /// A script has mistakes.
    Script(Vec<Problems>),
    /// An action of a script could not be done.
    Action {
        /// Its place, with what went wrong.
        at: Vec<Problems>,
        /// Whether something that stands before it was done.
        after: bool,
        /// What went wrong.
        cause: Box<Error>,
    },
    /// The words of the command line do not fit.
    Usage {
        /// What does not fit.
        message: String,
        /// What to write.
        hint: Option<String>,
    },
    /// A file or directory could not be used.
    Io {
        /// What was tried, as in "could not ACTION `PATH`".
        action: &'static str,
        /// With which file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Nothing is running that the command could be about.
    NotRunning,
    /// Something that was named does not exist.
    NotFound {
        /// What kind of thing.
        what: &'static str,
        /// The name that was given.
        name: String,
        /// Names that exist, nearest first.
        candidates: Vec<String>,
    },
    /// A name means several things where one is wanted.
    Ambiguous {
        /// What kind of thing.
        what: &'static str,
        /// The name that was given.
        name: String,
        /// What it could be.
        candidates: Vec<String>,
    },
    /// What a pane prints is not kept.
    NotLogged {
        /// Which pane; none at all without it.
        pane: Option<String>,
    },
    /// rune will not do it, since it is not ours, not trusted, or ambiguous.
    Refused {
        /// What was refused and why.
        message: String,
        /// What to do.
        hint: Option<String>,
    },
    /// There is no tmux to run.
    NoTmux {
        /// The program that was looked for.
        program: String,
        /// What the system said.
        source: io::Error,
    },
    /// tmux did something else than it was asked to.
    Tmux {
        /// What was tried, as in "tmux could not ACTION".
        action: String,
        /// What tmux printed.
        said: String,
    },
    /// A step of a plan did not happen.
    Step {
        /// The step's own sentence.
        step: String,
        /// Its place in the plan, from 1.
        number: usize,
        /// How many steps the plan has.
        total: usize,
        /// What tmux printed.
        said: String,
        /// What to do.
        hint: Option<String>,
    },
    /// A command of a ritual failed; its exit code becomes rune's.
    Ritual {
        /// The command's name.
        command: String,
        /// How it ended, as in "exited 3" or "was ended by signal 9".
        end: String,
        /// Exit code to pass on.
        code: u8,
    },
    /// Something survived a stop.
    Survived {
        /// Process ids and what they run.
        processes: Vec<String>,
    },
    /// Something was not ready in time.
    NotReady {
        /// What was waited for and what was last seen.
        message: String,
        /// What to do.
        hint: Option<String>,
    },
    /// `--check` found that something would change.
    WouldChange {
        /// How many steps there are.
        steps: usize,
    },
    /// The user pressed Ctrl-C.
    Interrupted,
    /// The user pressed Ctrl-C where that is the way to leave: there is nothing to say.
    Left,
    /// Anything else, in words.
    Failed {
        /// What failed.
        message: String,
        /// What to do.
        hint: Option<String>,
    },
}

impl Error {
    /// An [`Error::Io`] for `path`; for use in `map_err`.
    pub fn io(action: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Error {
        let path = path.into();
        move |source| Error::Io { action, path, source }
    }

    /// An [`Error::Failed`] without a hint.
    pub fn failed(message: impl Into<String>) -> Error {
        Error::Failed { message: message.into(), hint: None }
    }

    /// The exit code: 1 failed, 2 usage or config, 3 not found or ambiguous, 4 not ready in time, 5 refused,
    /// 6 something would change, 130 interrupted; a ritual's own code passes through.
    pub fn code(&self) -> u8 {
        match self {
            Error::Config(_) | Error::Script(_) | Error::Usage { .. } => 2,
            Error::NotFound { .. }
            | Error::Ambiguous { .. }
            | Error::NotLogged { .. }
            | Error::NotRunning => 3,
            Error::NotReady { .. } => 4,
            Error::Refused { .. } => 5,
            Error::WouldChange { .. } => 6,
            Error::Ritual { code, .. } => *code,
            Error::Action { cause, .. } => cause.code(),
            Error::Interrupted | Error::Left => 130,
            Error::Io { .. }
            | Error::NoTmux { .. }
            | Error::Tmux { .. }
            | Error::Step { .. }
            | Error::Survived { .. }
            | Error::Failed { .. } => 1,
        }
    }

    /// What to do about it, where that is known.
    pub fn hint(&self) -> Option<String> {
        match self {
            Error::Usage { hint, .. }
            | Error::Refused { hint, .. }
            | Error::Step { hint, .. }
            | Error::NotReady { hint, .. }
            | Error::Failed { hint, .. } => hint.clone(),
            Error::NotFound { candidates, .. } if !candidates.is_empty() => {
                Some(format!("there is {}", several(candidates)))
            }
            Error::Ambiguous { candidates, .. } => Some(format!("take one of {}", several(candidates))),
            Error::NotLogged { pane } => Some(format!(
                "a pane with `log: true` is logged from its start on; `rune capture {}` shows its screen",
                pane.as_deref().unwrap_or("PANE")
            )),
            Error::NotRunning => Some("`rune start` starts a project".to_owned()),
            Error::NoTmux { .. } => Some(
                "install tmux 2.6 or newer, or name one with `--tmux`; `rune doctor` looks again".to_owned(),
            ),
            _ => None,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Config(files) => {
                let count: usize = files.iter().map(|file| file.problems.len()).sum();
                if count == 0 {
                    return f.write_str("the config has problems");
                }
                write!(f, "{} in the config", counted(count, "problem"))
            }
            Error::Script(files) => {
                let count: usize = files.iter().map(|file| file.problems.len()).sum();
                write!(f, "{} in the script", counted(count, "problem"))
            }
            Error::Action { at, after, .. } => {
                let line = at.iter().flat_map(|file| &file.problems).map(|problem| problem.line).next();
                write!(f, "the script ends at line {}", line.unwrap_or_default())?;
                if *after { f.write_str("; what stands before it is done") } else { Ok(()) }
            }
            Error::Usage { message, .. }
            | Error::Refused { message, .. }
            | Error::NotReady { message, .. }
            | Error::Failed { message, .. } => f.write_str(message),
            Error::Io { action, path, source } => {
                write!(f, "could not {action} `{}`: {source}", path.display())
            }
            Error::NotLogged { pane: Some(pane) } => write!(f, "`{pane}` is not logged"),
            Error::NotLogged { pane: None } => f.write_str("nothing is logged"),
            Error::NotRunning => f.write_str("nothing is running"),
            Error::NotFound { what, name, .. } => write!(f, "there is no {what} `{name}`"),
            Error::Ambiguous { what, name, candidates } => {
                write!(f, "`{name}` could be {}", counted(candidates.len(), what))
            }
            Error::NoTmux { program, source } => write!(f, "could not run `{program}`: {source}"),
            Error::Tmux { action, said } => write!(f, "tmux could not {action}{}", said_so(said)),
            Error::Step { step, number, total, said, .. } => {
                write!(f, "tmux could not {step} (step {number} of {total}){}", said_so(said))
            }
            Error::Ritual { command, end, .. } => write!(f, "`{command}` {end}; the ritual ends here"),
            Error::Survived { processes } => {
                write!(f, "{} survived: {}", counted(processes.len(), "process"), processes.join(", "))
            }
            Error::WouldChange { steps } => write!(f, "{} would change something", counted(*steps, "step")),
            Error::Interrupted | Error::Left => f.write_str("interrupted"),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Error::Io { source, .. } | Error::NoTmux { source, .. } => Some(source),
            Error::Action { cause, .. } => Some(cause.as_ref()),
            _ => None,
        }
    }
}

/// `1 pane`, `2 panes`, `3 processes`.
pub fn counted(count: usize, noun: &str) -> String {
    match (count, noun.ends_with('s')) {
        (1, _) => format!("1 {noun}"),
        (_, true) => format!("{count} {noun}es"),
        (_, false) => format!("{count} {noun}s"),
    }
}

/// "`a`", "`a` and `b`", "`a`, `b` and `c`".
pub fn list<T: fmt::Display>(items: &[T]) -> String {
    let words: Vec<String> = items.iter().map(|item| format!("`{item}`")).collect();
    match words.split_last() {
        None => String::new(),
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
    }
}

/// As [`list`], of a number that a person reads.
fn several(items: &[String]) -> String {
    const READ: usize = 12;
    match items.len() {
        count if count > READ => format!(
            "{} and {} more",
            items[..READ].iter().map(|item| format!("`{item}`")).collect::<Vec<_>>().join(", "),
            count - READ
        ),
        _ => list(items),
    }
}

fn said_so(said: &str) -> String {
    let said = said.trim();
    if said.is_empty() { String::new() } else { format!(": {}", said.replace('\n', "; ")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_read_well() {
        assert_eq!(counted(1, "pane"), "1 pane");
        assert_eq!(counted(2, "pane"), "2 panes");
        assert_eq!(counted(2, "process"), "2 processes");
    }

    #[test]
    fn lists_read_well() {
        assert_eq!(list::<&str>(&[]), "");
        assert_eq!(list(&["a"]), "`a`");
        assert_eq!(list(&["a", "b", "c"]), "`a`, `b` and `c`");
    }

    #[test]
    fn a_failed_step_says_which_and_what_tmux_said() {
        let error = Error::Step {
            step: "open pane `tests`".to_owned(),
            number: 9,
            total: 64,
            said: "no space for new pane\n".to_owned(),
            hint: None,
        };
        assert_eq!(
            error.to_string(),
            "tmux could not open pane `tests` (step 9 of 64): no space for new pane"
        );
    }
}
