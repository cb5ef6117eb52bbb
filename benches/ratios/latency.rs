//! How long it takes until somebody who waits or follows sees what happened.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout, Stdio};
use std::time::{Duration, Instant};

use rune::cast::{self, Header, Origin, Term};
use rune::event::{Subject, What};
use rune::journal::Journal;
use rune::log::{Clocks, Limits, Sink};
use rune::record::{PANE_RUN, PaneId, Record, Specification, State, Tag};
use rune::store::Store;
use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::World;

/// How often each time is taken.
const WAKES: usize = 200;

/// Prints them all.
pub fn all(world: &World) {
    let pane = Pane::first(world);
    waits(world, &pane);
    follows_events(world, &pane);
    follows_logs(world, &pane);
}

/// A pane of the benchmark's workspace.
struct Pane {
    /// tmux's id.
    word: String,
    store: Store,
    id: PaneId,
    specification: Specification,
}

impl Pane {
    fn first(world: &World) -> Pane {
        let output = world
            .command("tmux")
            .args(["-L", "rune", "list-panes", "-a", "-F", "#{pane_id} #{pane_start_command}"])
            .stdout(Stdio::piped())
            .output();
        let said = String::from_utf8(output.expect("tmux runs").stdout).expect("it is text");
        let own = said.lines().find(|line| line.contains(PANE_RUN)).expect("a pane of ours");
        let words: Vec<&str> = own.split(' ').map(|word| word.trim_matches('"')).collect();
        let (word, store) = (words[0].to_owned(), Store::at(words[3].into()));
        let id = PaneId::parse(words[5]).expect("an id");
        let specification = store.specification(&id).expect("a specification");
        Pane { word, store, id, specification }
    }
}

/// From the change of a record to the end of a `rune wait` for that: what a person or a script sees, so the
/// end of the waiting process is part of it.
fn waits(world: &World, pane: &Pane) {
    let running = pane.store.record(&pane.id).expect("a record");
    let times = (0..WAKES).map(|_| {
        pane.store.write_record(&running).expect("a record");
        let mut wait = world.command(env!("CARGO_BIN_EXE_rune"));
        wait.args(["wait", &pane.word, "--state", "exited"]).stderr(Stdio::piped());
        let mut waiting = wait.spawn().expect("rune runs");
        let stderr = waiting.stderr.as_mut().expect("a pipe");
        BufReader::new(stderr).read_line(&mut String::new()).expect("a line");
        let ended = Record { state: State::Exited { code: 0 }, ..running.clone() };
        let start = Instant::now();
        pane.store.write_record(&ended).expect("a record");
        waiting.wait().expect("it ends");
        start.elapsed()
    });
    print("change of a record to the end of `rune wait`", times.collect());
    pane.store.write_record(&running).expect("a record");
}

/// From an event in the journal to the line of `rune events -f`.
fn follows_events(world: &World, pane: &Pane) {
    let journal = Journal::at(pane.specification.journal.clone().expect("a journal").into());
    let subject = Subject::pane(&pane.specification.session, &pane.specification.tag);
    let happen = |number: usize| {
        let what = What::Started { pid: number as u32 };
        journal.note([(what, subject.clone())], None).expect("an event");
        format!("pid {number}")
    };
    print("event to its line in `rune events -f`", followed(world, &["events", "-f", "-n", "0"], happen));
}

/// From a line in a log to its line in `rune logs -f`.
fn follows_logs(world: &World, pane: &Pane) {
    let Specification { tag: Tag { id, workspace, window, pane: key }, session, log, .. } =
        pane.specification.clone();
    let rune = Origin { schema: cast::SCHEMA, start: 0, session, workspace, window, pane: key, id };
    let header = Header {
        version: 3,
        term: Term { cols: 80, rows: 24 },
        timestamp: 0,
        command: None,
        title: None,
        rune,
    };
    let clocks = Clocks::default();
    let directory = log.expect("a log");
    let mut sink = Sink::new(Path::new(&directory), header, Limits::default(), clocks.now());
    let mut happen = |number: usize| {
        sink.output(clocks.now(), format!("line {number}\r\n").as_bytes());
        sink.flush();
        format!("line {number}")
    };
    happen(0);
    print(
        "output in a log to its line in `rune logs -f`",
        followed(world, &["logs", &pane.word, "-f", "-n", "0"], happen),
    );
}

/// How long it takes each time from what happens, which says what will be printed, to its line.
fn followed(world: &World, words: &[&str], mut happen: impl FnMut(usize) -> String) -> Vec<Duration> {
    let mut rune = world.command(env!("CARGO_BIN_EXE_rune"));
    let mut follower = Follower(rune.args(words).stdout(Stdio::piped()).spawn().expect("rune runs"));
    let mut lines = BufReader::new(follower.0.stdout.take().expect("a pipe"));
    let mut number = 1_000_000;
    // Nobody says that it has begun to follow.
    while !is_readable(lines.get_ref()) {
        happen(number);
        number += 1;
    }
    let times = (number..number + WAKES).map(|number| {
        let start = Instant::now();
        let text = happen(number);
        let mut line = String::new();
        while !line.trim_end().ends_with(&text) {
            line.clear();
            assert!(lines.read_line(&mut line).expect("a line") > 0, "it goes on");
        }
        start.elapsed()
    });
    times.collect()
}

struct Follower(Child);

impl Drop for Follower {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn is_readable(out: &ChildStdout) -> bool {
    let moment = Timespec { tv_sec: 0, tv_nsec: 20_000_000 };
    matches!(poll(&mut [PollFd::new(out, PollFlags::IN)], Some(&moment)), Ok(1..))
}

fn print(what: &str, mut times: Vec<Duration>) {
    times.sort();
    let at = |part: usize| times[(times.len() - 1) * part / 100].as_secs_f64() * 1000.0;
    println!("{what}: p50 {:.1} ms, p99 {:.1} ms ({WAKES} times)", at(50), at(99));
}
