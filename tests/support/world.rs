//! The directories and the environment of one test, and what is left when it ends.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs::{self, DirBuilder, File};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::sync::Once;
use std::time::Duration;

use rustix::process::Pid;

use super::process;
use super::run::Run;
use super::tmux::{Tmux, variable};
use super::wait::ended_within;

/// The variable that marks every process of a world; its value is the world's directory.
pub const MARK: &str = "RUNE_TEST_WORLD";

/// A directory of its own, locked as long as this value lives, and the environment that points
/// every program into it. Dropping it ends all its processes and removes it.
///
/// The lock is what survives a `kill -9` of the test: the kernel lets go of it, and the next test
/// process takes over every world whose lock is free, and drops it.
pub struct World {
    root: PathBuf,
    environment: BTreeMap<OsString, OsString>,
    _lock: File,
}

impl World {
    /// A new world in which `tmux` is the first tmux on `PATH`.
    pub fn new(tmux: &Tmux) -> World {
        let base = base();
        // Held while a world appears, so that nobody takes one without its lock for a dead one.
        let gate = open_lock(&base.join("lock")).expect("a private directory can hold a lock");
        gate.lock().expect("the lock of all worlds is free in the end");
        static ONCE: Once = Once::new();
        ONCE.call_once(|| remove_dead(&base));

        let root = tempfile::Builder::new().prefix("w").tempdir_in(&base).expect("a directory can be made");
        let world = World::take(root.keep()).expect("nobody else knows of this world yet");
        for name in ["home", "run", "state", "config", "project", "tmp", "bin"] {
            private_dir(&world.root.join(name));
        }
        private_dir(&world.sockets());
        let longest = world.sockets().join("a-socket-of-a-test");
        assert!(longest.as_os_str().len() <= 107, "`{}` is too long, set RUNE_TEST_DIR", longest.display());
        link(&tmux.path, &world.root.join("bin/tmux"));
        link(Path::new(env!("CARGO_BIN_EXE_rune")), &world.root.join("bin/rune"));
        world
    }

    /// The world at `root`, unless its test still runs.
    fn take(root: PathBuf) -> Option<World> {
        let lock = open_lock(&root.join("lock")).ok()?;
        lock.try_lock().ok()?;
        Some(World { environment: environment(&root), root, _lock: lock })
    }

    /// The directory that everything of this world is in.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The environment that every program of this world starts with.
    pub fn environment(&self) -> &BTreeMap<OsString, OsString> {
        &self.environment
    }

    /// The directory in which tmux keeps the sockets of `-L name`.
    pub fn sockets(&self) -> PathBuf {
        self.root.join("t").join(format!("tmux-{}", rustix::process::getuid().as_raw()))
    }

    /// This world's tmux on the server at `socket`.
    pub fn tmux(&self, socket: &Path) -> Run<'_> {
        let program = self.root.join("bin/tmux");
        Run::new(self, program).args(["-u", "-f", "/dev/null", "-S"]).args([socket])
    }

    /// Ends every server the polite way: one that is killed leaves its records of who is logged in.
    fn end_servers(&self) {
        for socket in fs::read_dir(self.sockets()).into_iter().flatten().flatten() {
            let ask = |words: &[&str]| {
                self.tmux(&socket.path()).args(words).limit(Duration::from_secs(2)).try_run()
            };
            let pid = ask(&["display-message", "-p", "#{pid}"]).and_then(|pid| pid.trim().parse().ok());
            if let Some(pid) = pid.and_then(Pid::from_raw) {
                ask(&["kill-server"]);
                ended_within(Duration::from_secs(2), pid);
            }
        }
    }
}

impl Drop for World {
    /// Never panics: it runs while a failing test unwinds.
    fn drop(&mut self) {
        self.end_servers();
        process::end_all(&self.root);
        // What cannot be removed now is tried again by the next test process.
        if fs::remove_dir_all(&self.root).is_err() {
            make_removable(&self.root);
            let _ = fs::remove_dir_all(&self.root);
        }
    }
}

/// Removes every world whose test process is gone, and the processes of worlds whose directory is.
fn remove_dead(base: &Path) {
    let entries = fs::read_dir(base).into_iter().flatten().flatten();
    let dirs = entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()));
    dirs.filter_map(|entry| World::take(entry.path())).for_each(drop);
    process::worlds_in(base).iter().filter(|root| !root.exists()).for_each(|root| process::end_all(root));
}

/// Where all worlds are: a directory of ours, in which nothing else is, in `RUNE_TEST_DIR` or
/// `/tmp`. Short, since a socket's path has at most 107 bytes.
fn base() -> PathBuf {
    let uid = rustix::process::getuid().as_raw();
    let chosen = Some(variable("RUNE_TEST_DIR")).filter(|dir| !dir.is_empty());
    let base = PathBuf::from(chosen.unwrap_or("/tmp".into())).join(format!("rune-test-{uid}"));
    private_dir(&base);
    // Whatever is in it may be removed: it must not be a link to somewhere, nor open to anybody.
    let found = fs::symlink_metadata(&base).expect("a directory that was just made can be looked at");
    assert!(
        found.is_dir() && found.uid() == uid && found.mode() & 0o077 == 0,
        "`{}` is not a private directory of this user; remove it or set RUNE_TEST_DIR",
        base.display()
    );
    base.canonicalize().expect("a directory that was just made has a path")
}

/// Lets this user into every directory of `dir` again.
fn make_removable(dir: &Path) {
    let _ = fs::set_permissions(dir, fs::Permissions::from_mode(0o700));
    for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            make_removable(&entry.path());
        }
    }
}

fn environment(root: &Path) -> BTreeMap<OsString, OsString> {
    let mut path = OsString::from(root.join("bin"));
    path.push(":");
    path.push(variable("PATH"));
    let mut all: BTreeMap<OsString, OsString> = [
        ("PATH", path),
        (MARK, root.into()),
        ("HOME", root.join("home").into()),
        ("XDG_RUNTIME_DIR", root.join("run").into()),
        ("XDG_STATE_HOME", root.join("state").into()),
        ("XDG_CONFIG_HOME", root.join("config").into()),
        ("TMPDIR", root.join("tmp").into()),
        ("TMUX_TMPDIR", root.join("t").into()),
        ("PWD", root.join("project").into()),
        ("USER", "tester".into()),
        ("LOGNAME", "tester".into()),
        ("SHELL", "/bin/sh".into()),
        ("TERM", "xterm-256color".into()),
        ("LANG", "C.UTF-8".into()),
    ]
    .map(|(name, value)| (name.into(), value))
    .into();
    // Where a system keeps these elsewhere, programs find neither locale nor terminal without them.
    for name in ["LOCALE_ARCHIVE", "TERMINFO", "TERMINFO_DIRS"] {
        let value = variable(name);
        if !value.is_empty() {
            all.insert(name.into(), value);
        }
    }
    all
}

fn private_dir(path: &Path) {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
        .unwrap_or_else(|error| panic!("could not make `{}`: {error}", path.display()));
}

fn open_lock(path: &Path) -> io::Result<File> {
    File::options().create(true).truncate(false).write(true).open(path)
}

fn link(to: &Path, from: &Path) {
    symlink(to, from).unwrap_or_else(|error| panic!("could not make `{}`: {error}", from.display()));
}
