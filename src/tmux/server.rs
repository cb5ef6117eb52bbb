//! The one place that starts tmux: looks at a server, runs a script on it, attaches to it.

#![allow(clippy::disallowed_methods)] // this is where tmux is started

mod screens;
mod sizes;

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{ErrorKind, Seek, Write};
use std::os::unix::fs::MetadataExt;
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use crate::error::{Error, Result};
use crate::plan::Plan;
use crate::snapshot::{self, Detail, Snapshot};
use crate::tmux::render::{DONE, OPENED, Script};
use crate::tmux::version::{Feature, Version};

/// How often a server that listens but does not answer is asked: it needs milliseconds to end, and
/// so does each question.
const LOOKS: usize = 20;

/// How long tmux may take to answer: it needs milliseconds, except where client and server are of
/// versions that cannot talk to each other and wait for ever.
const ANSWER: Duration = Duration::from_secs(60);

/// Which server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Socket {
    /// The socket of this name among this user's (`-L`).
    Name(String),
    /// The socket at this path (`-S`).
    Path(PathBuf),
}

/// A tmux server, running or not, and the program to talk to it.
pub struct Server {
    /// The tmux program.
    pub program: OsString,
    /// Which server.
    pub socket: Socket,
    /// The socket's path.
    pub path: PathBuf,
    /// A tmux config of the user's for a server that rune starts (`-f`).
    pub config: Option<PathBuf>,
    /// The environment of every tmux that rune starts, and so of a server that comes of it.
    pub environment: Vec<(OsString, OsString)>,
    /// Where every run is told, with its exit and what it said.
    pub trace: Box<dyn Fn(&str)>,
}

/// Has the server on `socket` close the pane of this id, with what runs in it.
pub fn close_pane(program: &OsStr, socket: &OsStr, pane: &OsStr) {
    let mut command = Command::new(program);
    command.args([OsStr::new("-S"), socket, OsStr::new("kill-pane"), OsStr::new("-t"), pane]);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    // Without a server there is no pane left to close.
    let _ = command.status();
}

/// Types these bytes into the pane of this id on `socket`, as a person would: the pane leaves copy mode
/// first, whose keys they would be else (and which ends a tmux before 3.1 when nobody is attached).
pub fn type_keys(program: &OsStr, socket: &OsStr, pane: &OsStr, keys: &[u8]) {
    let mut command = Command::new(program);
    command.args([OsStr::new("-u"), OsStr::new("-S"), socket]);
    let cancel = format!("send-keys -X -t {} cancel", pane.to_string_lossy());
    let leave = ["if-shell", "-F", "-t"].map(OsStr::new);
    command.args(leave).arg(pane).args(["#{pane_in_mode}", &cancel]);
    for key in typed(keys) {
        command.args([";", "send-keys", "-t"]).arg(pane).args(key);
    }
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let _ = command.status();
}

/// The words of `send-keys` for these bytes: text as it is, other keys by their names.
fn typed(keys: &[u8]) -> Vec<Vec<String>> {
    let text = String::from_utf8_lossy(keys);
    let mut all: Vec<Vec<String>> = Vec::new();
    let mut plain = String::new();
    let flush = |plain: &mut String, all: &mut Vec<Vec<String>>| {
        if !plain.is_empty() {
            // A semicolon at the end would end the command.
            let text = match plain.strip_suffix(';') {
                Some(rest) => format!("{rest}\\;"),
                None => plain.clone(),
            };
            all.push(vec!["-l".to_owned(), "--".to_owned(), text]);
            plain.clear();
        }
    };
    for key in text.chars() {
        let name = match key {
            '\r' => "Enter".to_owned(),
            '\t' => "Tab".to_owned(),
            '\x1b' => "Escape".to_owned(),
            '\x7f' => "BSpace".to_owned(),
            '\0' => "C-Space".to_owned(),
            '\x1c' => "C-\\".to_owned(),
            '\x1d' => "C-]".to_owned(),
            '\x1e' => "C-^".to_owned(),
            '\x1f' => "C-_".to_owned(),
            '\x01'..='\x1a' => format!("C-{}", char::from(key as u8 + b'a' - 1)),
            key => {
                plain.push(key);
                continue;
            }
        };
        flush(&mut plain, &mut all);
        all.push(vec![name]);
    }
    flush(&mut plain, &mut all);
    all
}

/// What a script did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ran {
    /// Ids of session, window and pane by the place of the step that opened it.
    pub opened: BTreeMap<usize, [String; 3]>,
    /// Numbers of the lines that came to their end.
    pub done: BTreeSet<usize>,
    /// What is wrong in the user's tmux config, in tmux's words: `FILE:LINE: MESSAGE`.
    pub mistakes: Vec<String>,
    /// Everything else that tmux said.
    pub said: String,
}

impl Socket {
    /// The path of the socket: for a name, where tmux puts it.
    ///
    /// # Errors
    /// [`Error::Usage`] when `TMUX_TMPDIR` is no directory: some versions would silently take another.
    pub fn path(&self, tmux_tmpdir: Option<&OsStr>) -> Result<PathBuf> {
        match self {
            Socket::Path(path) => Ok(path.clone()),
            Socket::Name(name) => {
                let base = tmux_tmpdir.filter(|base| !base.is_empty()).map_or(Path::new("/tmp"), Path::new);
                if !base.is_dir() {
                    return Err(Error::Usage {
                        message: format!("TMUX_TMPDIR names `{}`, which is no directory", base.display()),
                        hint: Some("make it, or unset TMUX_TMPDIR".to_owned()),
                    });
                }
                let user = rustix::process::getuid().as_raw();
                Ok(base.join(format!("tmux-{user}")).join(name))
            }
        }
    }
}

impl Server {
    /// What the server has now, or nothing when none runs.
    ///
    /// # Errors
    /// When it runs but does not answer: that is not the same as having nothing.
    pub fn look(&self, detail: Detail) -> Result<Option<Snapshot>> {
        if !self.is_running()? {
            return Ok(None);
        }
        let nonce = nonce();
        for last in (0..LOOKS).map(|look| look + 1 == LOOKS) {
            let output = self.run(["list-panes", "-a", "-F", &snapshot::format(&nonce, detail)], None)?;
            // A client that cannot talk to an older server says so, lists nothing, and exits with 0.
            if output.status.success() && output.stdout.is_empty() && !output.stderr.is_empty() {
                return Err(failed("list its panes", &output));
            }
            if output.status.success() {
                let text = String::from_utf8_lossy(&output.stdout);
                let snapshot = Snapshot::parse(&nonce, &text);
                return snapshot
                    .map(Some)
                    .map_err(|said| Error::Tmux { action: "list its panes".to_owned(), said });
            }
            // It may have ended between the two questions, or be about to.
            if !self.is_running()? {
                break;
            }
            if last {
                return Err(failed("list its panes", &output));
            }
        }
        Ok(None)
    }

    /// Whether something listens on the socket.
    ///
    /// # Errors
    /// When that cannot be told, as when the socket belongs to somebody else.
    pub fn is_running(&self) -> Result<bool> {
        match UnixStream::connect(&self.path) {
            Ok(_) => Ok(true),
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::ConnectionRefused) => {
                Ok(false)
            }
            Err(error) if error.kind() == ErrorKind::InvalidInput => Err(Error::Usage {
                message: format!(
                    "the socket's path `{}` is longer than a socket's may be",
                    self.path.display()
                ),
                hint: Some("use a shorter TMUX_TMPDIR, `--socket-name` or `--socket-path`".to_owned()),
            }),
            Err(error) => Err(Error::Io { action: "reach tmux at", path: self.path.clone(), source: error }),
        }
    }

    /// Whether there is a tmux program to run, as far as can be told without running it.
    pub fn is_installed(&self) -> bool {
        let program = Path::new(&self.program);
        let path = self.environment.iter().find(|(name, _)| name == "PATH").map(|(_, path)| path.as_os_str());
        let on_path = |path| std::env::split_paths(path).any(|directory| directory.join(program).is_file());
        program.is_file() || (program.components().count() == 1 && path.is_some_and(on_path))
    }

    /// The version of the program, for a server that it will start.
    pub fn program_version(&self) -> Result<Version> {
        let output = self.run_program(&["-V".into()], None)?;
        let text = String::from_utf8_lossy(&output.stdout);
        Version::parse(&text).ok_or_else(|| failed("tell its version", &output))
    }

    /// Runs a script in one tmux process, which starts the server when there is none.
    ///
    /// What tmux finds wrong in its config is said by the next command that reads a file, and else to
    /// whoever attaches first, before 3.4 in the place of the first pane. So a file is read at once.
    pub fn execute(&self, script: &Script, version: Version, nonce: &str) -> Result<Ran> {
        let ask = if self.config.is_some() { "source-file /dev/null\n" } else { "" };
        let text = format!("{ask}{}", script.text());
        (self.trace)(text.trim_end());
        let output = self.source(&text, version)?;
        Ok(Ran::parse(nonce, &output, self.config.as_deref()))
    }

    /// Has tmux run the commands of `text`, each line by itself.
    fn source(&self, text: &str, version: Version) -> Result<Output> {
        // All of it is in a file before tmux starts: half a script would still be run, and half a
        // command might mean something else.
        let no_file = |error| Error::io("write to", std::env::temp_dir())(error);
        if version.has(Feature::SourceStandardInput) {
            let mut file = tempfile::tempfile().map_err(no_file)?;
            file.write_all(text.as_bytes()).and_then(|()| file.rewind()).map_err(no_file)?;
            self.run(["start-server", ";", "source-file", "-"], Some(file))
        } else {
            let mut file = tempfile::NamedTempFile::new().map_err(no_file)?;
            file.write_all(text.as_bytes()).map_err(no_file)?;
            let path = file.path().as_os_str();
            self.run([OsStr::new("start-server"), ";".as_ref(), "source-file".as_ref(), path], None)
        }
    }

    /// Runs one tmux command and returns what it printed.
    pub fn command<S: AsRef<OsStr>>(
        &self,
        action: &str,
        words: impl IntoIterator<Item = S>,
    ) -> Result<String> {
        let output = self.run(words, None)?;
        if output.status.success() {
            Ok(String::from_utf8_lossy(&output.stdout).into_owned())
        } else {
            Err(failed(action, &output))
        }
    }

    /// Becomes a tmux client of the session with this id; returns only when that fails. `with` is
    /// the part of the environment that belongs to the terminal.
    pub fn attach(&self, session: &str, with: &[(OsString, OsString)]) -> Error {
        let mut command = self.tmux(&["attach-session".into(), "-t".into(), format!("{session}:").into()]);
        command.envs(with.iter().map(|(name, value)| (name, value)));
        Error::NoTmux { program: self.program.to_string_lossy().into_owned(), source: command.exec() }
    }

    /// Shows the session with this id on the client that runs rune; `with` is the part of the
    /// environment that says which client that is.
    pub fn switch(&self, session: &str, with: &[(OsString, OsString)]) -> Result<()> {
        let words: [OsString; 3] = ["switch-client".into(), "-t".into(), format!("{session}:").into()];
        let mut command = self.tmux(&words);
        command.envs(with.iter().map(|(name, value)| (name, value)));
        let output = self.run_command(command, &words, None)?;
        if output.status.success() { Ok(()) } else { Err(failed("switch to the session", &output)) }
    }

    /// Lets the client of another tmux server, the one at `socket`, become `words` instead.
    pub fn hand_over(&self, socket: &str, environment: &[(OsString, OsString)], words: &str) -> Result<()> {
        let words: [OsString; 4] =
            ["-S".into(), socket.into(), "detach-client".into(), format!("-E{words}").into()];
        let mut command = Command::new(&self.program);
        command.args(&words).env_clear().envs(environment.iter().map(|(name, value)| (name, value)));
        let output = self.run_command(command, &words, None)?;
        if output.status.success() { Ok(()) } else { Err(failed("hand this terminal over", &output)) }
    }

    /// The words with which a person runs tmux on this server.
    pub fn words(&self) -> Vec<String> {
        let words = std::iter::once(self.program.clone()).chain(self.socket_words());
        words.map(|word| word.to_string_lossy().into_owned()).collect()
    }

    fn socket_words(&self) -> [OsString; 2] {
        match &self.socket {
            Socket::Name(name) => ["-L".into(), name.into()],
            Socket::Path(path) => ["-S".into(), path.into()],
        }
    }

    fn run<S: AsRef<OsStr>>(
        &self,
        words: impl IntoIterator<Item = S>,
        input: Option<File>,
    ) -> Result<Output> {
        let words: Vec<OsString> = words.into_iter().map(|word| word.as_ref().to_owned()).collect();
        self.run_command(self.tmux(&words), &words, input)
    }

    fn run_program(&self, words: &[OsString], input: Option<File>) -> Result<Output> {
        let mut command = Command::new(&self.program);
        command.args(words).env_clear().envs(self.environment.iter().map(|(name, value)| (name, value)));
        self.run_command(command, words, input)
    }

    fn tmux(&self, words: &[OsString]) -> Command {
        let mut command = Command::new(&self.program);
        // -u: without it and without a UTF-8 locale every other character is printed as `_`.
        command.arg("-u").args(self.socket_words());
        command.arg("-f").arg(self.config.as_deref().unwrap_or(Path::new("/dev/null")));
        command.args(words).env_clear().envs(self.environment.iter().map(|(name, value)| (name, value)));
        command
    }

    fn run_command(&self, mut command: Command, words: &[OsString], input: Option<File>) -> Result<Output> {
        let no_tmux = |source| Error::NoTmux { program: self.program.to_string_lossy().into_owned(), source };
        command.stdin(input.map_or_else(Stdio::null, Stdio::from));
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let child = die_with_parent(&mut command).spawn().map_err(no_tmux)?;
        let pid = child.id();
        let (send, receive) = mpsc::channel();
        std::thread::spawn(move || send.send(child.wait_with_output()));
        let Ok(output) = receive.recv_timeout(ANSWER) else {
            if let Some(pid) = i32::try_from(pid).ok().and_then(Pid::from_raw) {
                let _ = kill_process(pid, Signal::KILL);
            }
            return Err(Error::Failed {
                message: format!(
                    "tmux did not answer within {} s at `{}`",
                    ANSWER.as_secs(),
                    self.path.display()
                ),
                hint: Some(
                    "does a server of another version run there? `rune doctor` says which is used".to_owned(),
                ),
            });
        };
        let output = output.map_err(no_tmux)?;
        let shown: Vec<_> = words.iter().map(|word| word.to_string_lossy()).collect();
        let said = String::from_utf8_lossy(&output.stderr);
        let separator = if said.is_empty() { "" } else { ": " };
        (self.trace)(&format!("tmux {}: {}{separator}", shown.join(" "), output.status));
        if !said.is_empty() {
            (self.trace)(said.trim_end());
        }
        Ok(output)
    }
}

impl Ran {
    fn parse(nonce: &str, output: &Output, config: Option<&Path>) -> Ran {
        let mut ran = Ran::default();
        let about = config.map(|config| format!("{}:", config.display()));
        let is_mistake = |line: &&str| about.as_ref().is_some_and(|about| line.starts_with(about));
        let text = String::from_utf8_lossy(&output.stdout);
        for (number, piece) in text.split(nonce).enumerate() {
            let mut words = piece.split_ascii_whitespace();
            let place = |word: Option<&str>| word.and_then(|word| word.parse().ok());
            match (number % 2, words.next()) {
                (1, Some(OPENED)) => {
                    let place = place(words.next());
                    let mut id = || words.next().unwrap_or_default().to_owned();
                    if let Some(place) = place {
                        ran.opened.insert(place, [id(), id(), id()]);
                    }
                }
                (1, Some(DONE)) => ran.done.extend(place(words.next())),
                _ => {
                    let (mistakes, others): (Vec<&str>, Vec<&str>) = piece.lines().partition(is_mistake);
                    ran.mistakes.extend(mistakes.into_iter().map(str::to_owned));
                    ran.said.push_str(others.join("\n").trim());
                }
            }
        }
        let said = String::from_utf8_lossy(&output.stderr);
        ran.said = [ran.said.trim(), said.trim()]
            .into_iter()
            .filter(|text| !text.is_empty())
            .collect::<Vec<_>>()
            .join("; ");
        ran
    }

    /// Whether every step of `plan` happened.
    ///
    /// # Errors
    /// [`Error::Step`] with the first step whose report did not come back, whatever tmux's exit says.
    pub fn verify(&self, plan: &Plan, script: &Script) -> Result<()> {
        let Some(place) = self.first_missing(script) else { return Ok(()) };
        Err(Error::Step {
            step: plan.steps.get(place).map(ToString::to_string).unwrap_or_default(),
            number: place + 1,
            total: plan.steps.len(),
            said: self.said.clone(),
            hint: Some(
                "what exists is kept: the next `rune start` or `rune apply` goes on from here".to_owned(),
            ),
        })
    }

    fn first_missing(&self, script: &Script) -> Option<usize> {
        for (number, line) in script.lines.iter().enumerate() {
            let unopened =
                line.steps.iter().position(|(place, opens)| *opens && !self.opened.contains_key(place));
            let at = match unopened {
                // The session and window that come with their first pane did not come either.
                Some(at) if line.steps[..at].iter().all(|(_, opens)| !opens) => 0,
                Some(at) => at,
                None if line.reports && !self.done.contains(&number) => {
                    line.steps.iter().rposition(|(_, opens)| *opens).map_or(0, |last| last + 1)
                }
                None => continue,
            };
            return line.steps.get(at).or(line.steps.last()).map(|(place, _)| *place);
        }
        None
    }
}

/// A random word of letters and digits.
pub fn nonce() -> String {
    format!("R{:016x}N", random())
}

/// A random number.
pub fn random() -> u64 {
    let mut bytes = [0; 8];
    if getrandom::fill(&mut bytes).is_err() {
        // Ids have to differ, not to be secret: the process and its age do where the system has nothing better.
        let start = std::fs::metadata("/proc/self").map_or(0, |metadata| metadata.mtime_nsec());
        return crate::workspace::digest([&std::process::id().to_le_bytes()[..], &start.to_le_bytes()[..]]);
    }
    u64::from_le_bytes(bytes)
}

/// Lets the tmux client end when this process does, in whatever way: left alone, it would go on to
/// change the server after the lock is free. (A server that it starts is not affected.)
fn die_with_parent(command: &mut Command) -> &mut Command {
    #[cfg(target_os = "linux")]
    {
        let parent = rustix::process::getpid();
        let arm = move || {
            rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::KILL))?;
            // The parent may have ended before.
            let orphan = rustix::process::getppid() != Some(parent);
            if orphan { Err(std::io::ErrorKind::Interrupted.into()) } else { Ok(()) }
        };
        // SAFETY: between fork and exec only prctl(2) and getppid(2) are called, which allocate
        // nothing and take no lock.
        #[allow(unsafe_code)]
        unsafe {
            command.pre_exec(arm);
        }
    }
    command
}

fn failed(action: &str, output: &Output) -> Error {
    let mut said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    if said.is_empty() {
        said = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    }
    if said.is_empty() {
        said = output.status.to_string();
    }
    Error::Tmux { action: action.to_owned(), said }
}
