//! Processes of this machine are found by tree, session and environment, and ended.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, missing_docs)]

#[allow(dead_code, reason = "these tests need only a part of it")]
#[path = "support/wait.rs"]
mod wait;

use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rune::process::{self, Process};
use wait::until;

/// A `sh` script in a process group of its own that says `ready` when its world is set up. What is
/// left of it is killed in the end.
struct World {
    child: Child,
    root: Process,
    id: String,
}

impl World {
    fn new(script: &str) -> World {
        World::of("sh", &["-c", script])
    }

    fn of(program: &str, arguments: &[&str]) -> World {
        static NEXT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
        let number = NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let id = format!("test-{}-{number}", std::process::id());
        let mut child = Command::new(program)
            .args(arguments)
            .env("RUNE_PANE", &id)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .process_group(0)
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert_eq!(line, "ready\n");
        let root = process::find(child.id()).unwrap();
        World { child, root, id }
    }

    fn tree(&self) -> Vec<Process> {
        process::snapshot().tree(self.root.pid, self.root.start)
    }

    fn with_variable(&self) -> Vec<Process> {
        process::snapshot().with_variable("RUNE_PANE", &self.id)
    }

    fn terminate(&self, grace: Duration) -> Vec<Process> {
        process::terminate_found(|table| table.with_variable("RUNE_PANE", &self.id), grace)
    }
}

impl Drop for World {
    fn drop(&mut self) {
        self.terminate(Duration::ZERO);
        let _ = self.child.kill();
        self.child.wait().unwrap();
    }
}

fn names(processes: &[Process]) -> Vec<&str> {
    processes.iter().map(|process| process.name.as_str()).collect()
}

const LONG: Duration = Duration::from_secs(20);

#[test]
fn this_process_is_alive_and_its_ancestors_reach_to_the_first() {
    let me = process::find(std::process::id()).unwrap();
    assert!(process::is_alive(me.pid, me.start));
    assert!(!process::is_alive(me.pid, me.start + 1));
    let line = process::snapshot().ancestors(me.pid);
    assert!(line[0].is(&me));
    assert_eq!(line[1].pid, std::os::unix::process::parent_id());
    assert_eq!(process::boot_id().unwrap(), process::boot_id().unwrap());
    assert!(!process::boot_id().unwrap().is_empty());
}

#[test]
fn an_ended_process_is_not_alive_even_before_it_is_collected() {
    let mut world = World::new("echo ready; read line");
    let Process { pid, start, .. } = world.root;
    assert!(process::is_alive(pid, start));
    drop(world.child.stdin.take());
    until("its end", || (!process::is_alive(pid, start)).then_some(()));
    assert_eq!(world.child.wait().unwrap().code(), Some(1));
}

#[test]
fn the_tree_has_children_and_the_variable_finds_those_that_left() {
    let world = World::new(
        "sleep 1000 & (setsid sh -c 'sleep 1001 & sleep 1002' &) ; (sleep 1003 &) ; echo ready; wait",
    );
    // sh, its child, the session that left with its two, and the orphan.
    let sleeping = |all: &Vec<Process>| names(all).iter().filter(|name| **name == "sleep").count() == 4;
    let all = until("4 sleeps", || Some(world.with_variable()).filter(sleeping));
    assert_eq!(all.len(), 6);
    assert_eq!(names(&world.tree()), ["sh", "sleep"]);
    let lines: Vec<String> = all.iter().map(process::command_line).collect();
    assert!(lines.contains(&"sleep 1003".to_owned()), "{lines:?}");
    assert_eq!(world.terminate(LONG), []);
    assert_eq!(world.with_variable(), []);
}

#[test]
fn one_that_ignores_the_request_is_killed_after_the_grace() {
    let world = World::new("trap '' TERM HUP; echo ready; while :; do sleep 1000; done");
    let before = Instant::now();
    let grace = Duration::from_millis(300);
    assert_eq!(process::terminate(std::slice::from_ref(&world.root), grace), []);
    assert!(before.elapsed() >= grace);
    assert!(before.elapsed() < Duration::from_secs(5), "{:?}", before.elapsed());
    assert_eq!(world.with_variable(), []);
}

#[test]
fn one_that_ends_when_asked_may_clean_up() {
    let directory = tempfile::tempdir().unwrap();
    let mark = directory.path().join("mark");
    let script = format!("trap 'echo bye > {}; exit 3' TERM; echo ready; sleep 1000 & wait", mark.display());
    let mut world = World::new(&script);
    // A child that is not yet the other program would take the request for its parent's, and lose it.
    until("the child", || names(&world.tree()).contains(&"sleep").then_some(()));
    let before = Instant::now();
    assert_eq!(process::terminate(std::slice::from_ref(&world.root), LONG), []);
    assert!(before.elapsed() < LONG / 2, "it waited although all had ended");
    assert_eq!(world.child.wait().unwrap().code(), Some(3));
    assert_eq!(std::fs::read_to_string(mark).unwrap(), "bye\n");
}

#[test]
fn children_that_appear_after_the_request_are_ended_too() {
    let world = World::new("trap 'setsid sleep 1000 & exit' TERM; echo ready; sleep 1001 & wait");
    until("the child", || names(&world.tree()).contains(&"sleep").then_some(()));
    assert_eq!(world.terminate(LONG), []);
    assert_eq!(world.with_variable(), []);
}

#[test]
fn members_of_a_session_are_ended_after_their_leader_has_gone() {
    let mut world = World::of("setsid", &["-w", "sh", "-c", "(sleep 1000 &); echo ready; read line"]);
    let orphan = until("the orphan", || world.with_variable().into_iter().find(|one| one.name == "sleep"));
    let leader = process::find(orphan.session).unwrap();
    drop(world.child.stdin.take());
    until("the leader's end", || (!process::is_alive(leader.pid, leader.start)).then_some(()));
    assert!(process::is_alive(orphan.pid, orphan.start));
    assert_eq!(process::terminate(&[leader], LONG), []);
    assert!(!process::is_alive(orphan.pid, orphan.start));
}

#[test]
fn a_stopped_one_is_woken_so_that_it_can_end() {
    let mut world = World::new("trap 'exit 5' TERM; echo ready; kill -STOP $$; read line");
    until("the stop", || process::find(world.root.pid).filter(|process| process.stopped));
    assert_eq!(process::terminate(std::slice::from_ref(&world.root), LONG), []);
    assert_eq!(world.child.wait().unwrap().code(), Some(5));
}

#[test]
fn interactive_shells_end_although_they_ignore_the_request() {
    for (shell, arguments) in [("bash", &["--norc", "-i"][..]), ("zsh", &["-f", "-i"]), ("dash", &["-i"])] {
        let mut command = Command::new(shell);
        command.args(arguments);
        let mut session = rexpect::session::spawn_command(command, Some(20_000)).unwrap();
        session.send_line("sleep 1000 & echo pid=$((0+$$))=").unwrap();
        let (_, line) = session.exp_regex("pid=[0-9]+=").unwrap();
        let pid = line["pid=".len()..line.len() - 1].parse().unwrap();
        let root = process::find(pid).unwrap();
        let tree = process::snapshot().tree(root.pid, root.start);
        assert_eq!(tree.len(), 2, "{shell}: {tree:?}");
        let before = Instant::now();
        assert_eq!(process::terminate(&[root], LONG), [], "{shell}");
        assert!(before.elapsed() < LONG / 2, "{shell} had to be killed");
    }
}

#[test]
fn ourselves_our_ancestors_and_strangers_with_an_old_id_are_spared() {
    let world = World::new("echo ready; read line");
    let me = process::find(std::process::id()).unwrap();
    let ancestors = process::snapshot().ancestors(me.pid);
    let stranger = Process { start: world.root.start - 1, ..world.root.clone() };
    let mut targets = ancestors;
    targets.push(stranger);
    assert_eq!(process::terminate(&targets, Duration::ZERO), []);
    assert!(process::is_alive(world.root.pid, world.root.start));
}
