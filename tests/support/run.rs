//! One run of a program in a world: built up word by word, then checked.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::Mutex;
use std::time::Duration;

use assert_cmd::assert::Assert;
use rustix::process::Pid;

use super::terminal::Terminal;
use super::wait::{ended_within, patience};
use super::world::World;

/// Taken around every process start, since a descriptor of a new pseudo terminal is inherited until
/// it is marked, and a tmux server that has one keeps that terminal open.
pub static STARTS: Mutex<()> = Mutex::new(());

/// A program that is about to run in a world, with that world's environment, in its project
/// directory, with nothing to read.
#[must_use = "nothing runs before `.success()`, `.code(n)`, `.run()` or `.in_terminal(…)`"]
pub struct Run<'a> {
    world: &'a World,
    argv: Vec<OsString>,
    environment: BTreeMap<OsString, OsString>,
    cwd: PathBuf,
    stdin: Vec<u8>,
    limit: Duration,
}

/// A program that has run.
#[derive(Debug)]
pub struct Ran {
    /// What it wrote to its standard output.
    pub stdout: String,
    /// What it wrote to its standard error.
    pub stderr: String,
    /// Its exit code; nothing when a signal ended it.
    pub code: Option<i32>,
}

impl<'a> Run<'a> {
    /// `program`, found on the world's `PATH` unless it is a path.
    pub fn new(world: &'a World, program: impl AsRef<OsStr>) -> Run<'a> {
        Run {
            world,
            argv: vec![program.as_ref().to_owned()],
            environment: world.environment().clone(),
            cwd: world.root().join("project"),
            stdin: Vec::new(),
            limit: patience(),
        }
    }

    /// Adds words to the command line.
    pub fn args(mut self, words: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Self {
        self.argv.extend(words.into_iter().map(|word| word.as_ref().to_owned()));
        self
    }

    /// Runs it by another program, whose words come before its own.
    pub fn through(mut self, words: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Self {
        self.argv.splice(0..0, words.into_iter().map(|word| word.as_ref().to_owned()));
        self
    }

    /// Sets a variable of the environment.
    pub fn env(mut self, name: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> Self {
        self.environment.insert(name.as_ref().to_owned(), value.as_ref().to_owned());
        self
    }

    /// Takes a variable out of the environment.
    pub fn without_env(mut self, name: impl AsRef<OsStr>) -> Self {
        self.environment.remove(name.as_ref());
        self
    }

    /// Runs in `dir`, which may be relative to the project directory.
    pub fn cwd(mut self, dir: impl AsRef<Path>) -> Self {
        self.cwd = self.cwd.join(dir);
        self
    }

    /// Gives the program `text` to read.
    pub fn stdin(mut self, text: impl AsRef<[u8]>) -> Self {
        self.stdin = text.as_ref().to_owned();
        self
    }

    /// Waits at most for `limit` instead of [`patience`].
    pub fn limit(mut self, limit: Duration) -> Self {
        self.limit = limit;
        self
    }

    /// Runs it and expects exit code 0.
    #[track_caller]
    pub fn success(self) -> Ran {
        self.code(0)
    }

    /// Runs it and expects this exit code.
    #[track_caller]
    pub fn code(self, code: i32) -> Ran {
        let shown = self.shown();
        let output = self.output();
        Ran::new(Assert::new(output).append_context("command", shown).code(code).get_output())
    }

    /// Runs it to whatever end.
    #[track_caller]
    pub fn run(self) -> Ran {
        Ran::new(&self.output())
    }

    /// Starts it in a terminal of this size.
    #[track_caller]
    pub fn in_terminal(self, columns: u16, rows: u16) -> Terminal {
        assert!(self.stdin.is_empty(), "a program in a terminal reads what `Terminal::send` types");
        let program =
            self.program().unwrap_or_else(|error| panic!("could not run `{}`: {error}", self.shown()));
        Terminal::start(&program, &self.argv, &self.environment, &self.cwd, columns, rows)
    }

    /// Starts it and does not wait: whatever of it is left at the end of the test, the world ends.
    #[track_caller]
    pub fn start(self) -> Child {
        self.spawn(Stdio::null(), Stdio::null(), Stdio::null())
            .unwrap_or_else(|error| panic!("could not run `{}`: {error}", self.shown()))
    }

    /// Runs it; what it wrote when it ended in time with exit code 0. Never panics.
    pub fn try_run(self) -> Option<String> {
        let (output, in_time) = self.finish().ok()?;
        (in_time && output.status.success()).then(|| Ran::new(&output).stdout)
    }

    #[track_caller]
    fn output(self) -> Output {
        let (shown, limit) = (self.shown(), self.limit);
        let (output, in_time) =
            self.finish().unwrap_or_else(|error| panic!("could not run `{shown}`: {error}"));
        let Ran { stdout, stderr, .. } = Ran::new(&output);
        assert!(in_time, "`{shown}` did not end within {limit:?}\n{stdout}{stderr}");
        output
    }

    /// Runs it to its end, or to the limit; what it wrote, and whether it ended by itself.
    fn finish(self) -> io::Result<(Output, bool)> {
        // Files and not pipes: a program that leaves a descriptor to a daemon must not hang the test.
        let file = || tempfile::tempfile_in(self.world.root().join("tmp"));
        let (mut stdin, mut stdout, mut stderr) = (file()?, file()?, file()?);
        stdin.write_all(&self.stdin)?;
        stdin.rewind()?;
        let mut child = self.spawn(stdin.into(), stdout.try_clone()?.into(), stderr.try_clone()?.into())?;
        let in_time = ended_within(self.limit, Pid::from_child(&child));
        if !in_time {
            child.kill()?;
        }
        let status = child.wait()?;
        Ok((Output { status, stdout: content(&mut stdout)?, stderr: content(&mut stderr)? }, in_time))
    }

    #[allow(clippy::disallowed_methods, reason = "the one place where tests start programs")]
    fn spawn(&self, stdin: Stdio, stdout: Stdio, stderr: Stdio) -> io::Result<Child> {
        let _one_at_a_time = STARTS.lock();
        Command::new(self.program()?)
            .args(&self.argv[1..])
            .env_clear()
            .envs(&self.environment)
            .current_dir(&self.cwd)
            .stdin(stdin)
            .stdout(stdout)
            .stderr(stderr)
            .spawn()
    }

    /// Where the program is: looked up here, on the world's `PATH`, so that a missing one is known
    /// before anything is forked.
    fn program(&self) -> io::Result<PathBuf> {
        let name = Path::new(&self.argv[0]);
        let path = self.environment.get(OsStr::new("PATH")).cloned().unwrap_or_default();
        let mut places: Vec<PathBuf> = if name.components().count() > 1 {
            vec![self.cwd.join(name)]
        } else {
            std::env::split_paths(&path).map(|dir| dir.join(name)).collect()
        };
        places.retain(|path| path.is_file());
        places
            .into_iter()
            .next()
            .ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, "there is no such program"))
    }

    fn shown(&self) -> String {
        let words: Vec<_> = self.argv.iter().map(|word| word.to_string_lossy()).collect();
        words.join(" ")
    }
}

impl Ran {
    fn new(output: &Output) -> Ran {
        Ran {
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
            code: output.status.code(),
        }
    }
}

fn content(file: &mut File) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.rewind()?;
    file.read_to_end(&mut bytes)?;
    Ok(bytes)
}
