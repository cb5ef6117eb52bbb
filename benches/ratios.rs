//! Ratios that matter to a person, each measured against plain tmux in the same run, in turn:
//! `cargo bench`. Times of a shared machine mean little; ratios of paired runs do.
//!
//! | what | against |
//! |---|---|
//! | `rune start -d` of 10 windows of 4 panes, server running | the same panes by one raw `source-file` |
//! | `rune apply` with nothing to do, 40 panes | one `list-panes -a` |
//! | `rune status` of 100 panes | one `list-panes -a` |
//! | `rune --version` | `/bin/true` |
//! | 20 MB from a pane to its log | the same to `cat >>file` by `pipe-pane` |
//!
//! And times: from what happens to who waits for it or follows it. `cargo bench -- log` measures the row about
//! logs only, `cargo bench -- latency` those times only.

#![allow(clippy::disallowed_methods, clippy::disallowed_macros)] // a benchmark measures time and prints

#[path = "ratios/latency.rs"]
mod latency;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rune::cast::Mark;
use rune::record::{PaneId, SCHEMA, Specification, Tag};
use rune::store::Store;
use rune::workspace::Key;
use rustix::event::{Timespec, poll};

const RUNS: usize = 15;
const WINDOWS: usize = 10;
const PANES: usize = 4;

fn main() {
    let world = World::new();
    let nothing = |_: &World| {};
    let only = |wanted: &str| std::env::args().any(|word| word == wanted);
    if only("latency") {
        world.rune(&["start", "-d", "--wait"]);
        return latency::all(&world);
    }
    log(&world);
    if only("log") {
        return;
    }
    let ours = |world: &World| world.rune(&["start", "-d"]);
    let raw = |world: &World| world.tmux(&["source-file", "raw.tmux"]);
    let clean = |world: &World| {
        world.rune(&["stop", "--timeout", "1s"]);
        world.tmux(&["kill-session", "-t", "=raw:"]);
    };
    ratio("start of 10 x 4 panes / raw source-file", &world, &clean, &ours, &raw);

    world.rune(&["start", "-d"]);
    let apply = |world: &World| world.rune(&["apply"]);
    let list = |world: &World| world.tmux(&["list-panes", "-a"]);
    ratio("apply with nothing to do / list-panes -a", &world, &nothing, &apply, &list);

    let version = |world: &World| world.rune(&["--version"]);
    let truth = |world: &World| world.run(Command::new("/bin/true"));
    ratio("rune --version / true", &world, &nothing, &version, &truth);

    world.rune(&["stop", "--timeout", "1s"]);
    world.configure(20, 5);
    world.rune(&["start", "-d", "--wait"]);
    let status = |world: &World| world.rune(&["status"]);
    ratio("status of 100 panes / list-panes -a", &world, &nothing, &status, &list);
    latency::all(&world);
}

/// What a pane prints, from its start until all of it is in a file.
fn log(world: &World) {
    let line = format!("{}\n", "x".repeat(98));
    std::fs::write(world.path().join("big"), line.repeat(200_000)).expect("a file");
    let id = PaneId::new(true, 7, 1);
    let store = Store::open(&world.path().join("store")).expect("a store");
    store.write_specification(&specification(id.clone(), &world.path()), &[]).expect("a specification");
    let print = |writer: &str, file: &Path| {
        let end = String::from_utf8(Mark::End(None).bytes(&id)).expect("it is text");
        let end = end.replace('\x1b', "\\033").replace('\x07', "\\007");
        let command = format!("cat big; printf '{end}'; cat");
        world.tmux(&[
            "new-window",
            "-t",
            "=keep:",
            "-n",
            "big",
            "--",
            &command,
            ";",
            "pipe-pane",
            "-t",
            "=keep:",
            writer,
        ]);
        // The file that is made, or holds all: lines end in two bytes there.
        let size = |file: &Path| std::fs::metadata(file).map(|metadata| metadata.len());
        let pause = Timespec { tv_sec: 0, tv_nsec: 1_000_000 };
        while !size(file).is_ok_and(|size| file == store.logged(&id) || size >= 200_000 * 100) {
            let _ = poll(&mut [], Some(&pause));
        }
    };
    let (logged, copied) = (store.logged(&id), world.path().join("copied"));
    let clean = |world: &World| {
        world.tmux(&["kill-window", "-t", "=keep:big"]);
        for file in [&logged, &copied] {
            let _ = std::fs::remove_file(file);
        }
    };
    let rune = env!("CARGO_BIN_EXE_rune");
    let ours = format!("exec {rune} --dir {} pane-log {id} 80 24", store.directory().display());
    let cat = format!("exec cat >>{}", copied.display());
    let (ours, cat) = (|_: &World| print(&ours, &logged), |_: &World| print(&cat, &copied));
    ratio("cat >>file / log of 20 MB (throughput)", world, &clean, &cat, &ours);
    clean(world);
}

fn specification(id: PaneId, directory: &Path) -> Specification {
    let tag = Tag { id, workspace: "w".to_owned(), window: Key::place(1), pane: Key::place(1) };
    Specification {
        summary: "cat".to_owned(),
        session: "bench".to_owned(),
        log: directory.join("log").to_str().map(str::to_owned),
        ..Specification::new(SCHEMA, tag)
    }
}

/// Runs both in turn and prints the median of their ratios, and of their times.
fn ratio(what: &str, world: &World, before: &dyn Fn(&World), one: &dyn Fn(&World), other: &dyn Fn(&World)) {
    let mut pairs: Vec<(Duration, Duration)> = (0..=RUNS)
        .map(|_| {
            before(world);
            let first = timed(|| one(world));
            before(world);
            (first, timed(|| other(world)))
        })
        .skip(1)
        .collect();
    pairs.sort_by(|a, b| {
        (a.0.as_secs_f64() / a.1.as_secs_f64()).total_cmp(&(b.0.as_secs_f64() / b.1.as_secs_f64()))
    });
    let (one, other) = pairs[pairs.len() / 2];
    let times = |duration: Duration| duration.as_secs_f64() * 1000.0;
    println!(
        "{what}: {:.2} (median of {RUNS} pairs; there {:.2} ms / {:.2} ms)",
        one.as_secs_f64() / other.as_secs_f64(),
        times(one),
        times(other)
    );
}

fn timed(action: impl FnOnce()) -> Duration {
    let start = Instant::now();
    action();
    start.elapsed()
}

/// A tmux server, a home and a project of the benchmark's own.
struct World {
    directory: tempfile::TempDir,
}

impl World {
    fn new() -> World {
        let world = World { directory: tempfile::tempdir().expect("a temporary directory") };
        world.configure(WINDOWS, PANES);
        world.tmux(&["new-session", "-d", "-s", "keep", "--", "cat", "-"]);
        world
    }

    /// Writes a config, and a script for tmux, of so many windows and panes.
    fn configure(&self, windows: usize, panes: usize) {
        let mut config = "version: 1\nworkspace:\n  session_name: bench\n  windows:\n".to_owned();
        let mut raw = String::new();
        for window in 0..windows {
            let _ = writeln!(config, "    - name: w{window}\n      layout: tiled\n      panes:");
            for pane in 0..panes {
                let _ = writeln!(config, "        - command: [cat]");
                let _ = writeln!(
                    raw,
                    "{}",
                    match (window, pane) {
                        (0, 0) => "new-session -d -s raw -x 200 -y 50 -n w0 -- cat ''",
                        (_, 0) => "new-window -t =raw: -- cat ''",
                        _ => "split-window -t =raw: -- cat ''; select-layout -t =raw: tiled",
                    }
                    .replace("cat ''", "cat -")
                );
            }
        }
        std::fs::write(self.path().join("rune.yaml"), config).expect("a config");
        std::fs::write(self.path().join("raw.tmux"), raw).expect("a script");
    }

    fn path(&self) -> PathBuf {
        self.directory.path().to_owned()
    }

    fn rune(&self, words: &[&str]) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_rune"));
        command.args(words);
        self.run(command);
    }

    fn tmux(&self, words: &[&str]) {
        let mut command = Command::new("tmux");
        command.args(["-L", "rune", "-f", "/dev/null"]).args(words);
        self.run(command);
    }

    fn run(&self, command: Command) {
        self.prepared(command).status().expect("the program runs");
    }

    fn command(&self, program: &str) -> Command {
        self.prepared(Command::new(program))
    }

    fn prepared(&self, mut command: Command) -> Command {
        let path = self.path();
        let path: &Path = &path;
        command.current_dir(path).env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
        for name in ["HOME", "TMUX_TMPDIR", "XDG_RUNTIME_DIR", "XDG_STATE_HOME"] {
            command.env(name, path);
        }
        command.env("LANG", "C.UTF-8").env("SHELL", "/bin/sh");
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command
    }
}

impl Drop for World {
    fn drop(&mut self) {
        self.rune(&["stop", "--timeout", "1s"]);
        self.tmux(&["kill-server"]);
    }
}
