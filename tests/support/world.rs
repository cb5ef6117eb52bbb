//! The directories and the environment of one test, and what is left when it ends.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs::{self, DirBuilder, File};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, symlink};
use std::path::{Path, PathBuf};
use std::sync::Once;

use super::process;
use super::tmux::{Tmux, variable};

/// The variable that marks every process of a world; its value is the world's directory.
pub const MARK: &str = "RUNE_TEST_WORLD";

/// A directory of its own, locked as long as this value lives, and the environment that points
/// every program into it.
///
/// The lock is what survives a `kill -9` of the test: the kernel lets go of it, and the next test
/// process removes every world whose lock is free (see [`World::new`]).
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
        let gate = open_lock(&base.join("lock"));
        gate.lock().expect("the lock of all test worlds is free in the end");
        static ONCE: Once = Once::new();
        ONCE.call_once(|| remove_dead(&base));

        let root =
            tempfile::Builder::new().prefix("w").tempdir_in(&base).expect("a directory can be made").keep();
        let lock = open_lock(&root.join("lock"));
        lock.try_lock().expect("nobody else knows of this world yet");
        for name in ["home", "run", "state", "config", "project", "tmp", "bin", "t"] {
            private_dir(&root.join(name));
        }
        let socket_dir = root.join("t").join(format!("tmux-{}", rustix::process::getuid().as_raw()));
        private_dir(&socket_dir);
        link(&tmux.path, &root.join("bin/tmux"));
        link(Path::new(env!("CARGO_BIN_EXE_rune")), &root.join("bin/rune"));
        let environment = environment(&root);
        World { root, environment, _lock: lock }
    }

    /// The directory that everything of this world is in.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The environment that every program of this world starts with.
    pub fn environment(&self) -> &BTreeMap<OsString, OsString> {
        &self.environment
    }

    /// The socket of the server `-L name`.
    pub fn socket(&self, name: &str) -> PathBuf {
        let uid = rustix::process::getuid().as_raw();
        let path = self.root.join("t").join(format!("tmux-{uid}")).join(name);
        assert!(path.as_os_str().len() <= 107, "`{}` is too long for a socket", path.display());
        path
    }
}

impl Drop for World {
    fn drop(&mut self) {
        remove(&self.root);
    }
}

/// Where all worlds are: `RUNE_TEST_DIR`, else a private directory of this user. Short, since a
/// socket's path has at most 107 bytes.
fn base() -> PathBuf {
    let chosen = variable("RUNE_TEST_DIR");
    let base = if chosen.is_empty() {
        PathBuf::from(format!("/tmp/rune-test-{}", rustix::process::getuid().as_raw()))
    } else {
        PathBuf::from(chosen)
    };
    private_dir(&base);
    let base = base.canonicalize().expect("a directory that was just made has a path");
    let owner = fs::metadata(&base).expect("a directory that was just made can be looked at");
    assert!(
        owner.uid() == rustix::process::getuid().as_raw() && owner.mode() & 0o077 == 0,
        "`{}` is not private to this user; remove it or set RUNE_TEST_DIR",
        base.display()
    );
    base
}

/// Removes every world whose test process is gone, with all its processes.
fn remove_dead(base: &Path) {
    for entry in fs::read_dir(base).into_iter().flatten().flatten() {
        let root = entry.path();
        // A world without a lock was being made, or being removed, when its owner was killed.
        let dead = match File::open(root.join("lock")) {
            Ok(lock) => lock.try_lock().is_ok(),
            Err(_) => root.is_dir(),
        };
        if dead {
            remove(&root);
        }
    }
}

/// Ends every process of the world at `root` and removes its directory. Never panics: it runs while
/// a failing test unwinds.
fn remove(root: &Path) {
    process::end_all(root);
    // A directory that a program made unreadable, or a file that appeared meanwhile, gets a second
    // chance; what still cannot be removed is tried again by the next test process.
    for _ in 0..2 {
        match fs::remove_dir_all(root) {
            Ok(()) => return,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return,
            Err(_) => make_removable(root),
        }
    }
}

fn make_removable(dir: &Path) {
    use std::os::unix::fs::PermissionsExt;
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

fn open_lock(path: &Path) -> File {
    File::create(path).unwrap_or_else(|error| panic!("could not make `{}`: {error}", path.display()))
}

fn link(to: &Path, from: &Path) {
    symlink(to, from).unwrap_or_else(|error| panic!("could not make `{}`: {error}", from.display()));
}
