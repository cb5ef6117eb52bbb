//! Commands in the foreground: what they print, how they end, and what ends them.
#![allow(clippy::disallowed_methods, clippy::disallowed_macros, clippy::unwrap_used, missing_docs)]

#[allow(dead_code, reason = "these tests need only a part of it")]
#[path = "support/wait.rs"]
mod wait;

use std::ffi::OsString;
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Stdio};
use std::time::Duration;

use rune::process::{self, End, Run};
use rune::shell::{Finished, Seen, run};
use wait::until;

/// Where programs are on this machine.
fn path() -> String {
    std::env::var("PATH").unwrap()
}

fn sh(text: &str) -> Run {
    let environment = [("PATH".into(), path().into()), ("GREETING".into(), "hello".into())];
    Run {
        argv: ["sh", "-c", text].map(OsString::from).to_vec(),
        cwd: "/tmp".into(),
        environment: environment.to_vec(),
        timeout: None,
        mark: None,
    }
}

fn marked(text: &str) -> (Run, String) {
    static NEXT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
    let number = NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    let id = format!("shell-{}-{number}", std::process::id());
    let mut run = sh(text);
    run.environment.push(("RUNE_COMMAND".into(), id.clone().into()));
    run.mark = Some(("RUNE_COMMAND".to_owned(), id.clone()));
    (run, id)
}

fn finish(wanted: &Run) -> Finished {
    run(wanted, &mut |_| {}).unwrap()
}

fn text(finished: &Finished) -> &str {
    std::str::from_utf8(&finished.output).unwrap()
}

fn with_id(id: &str) -> Vec<process::Process> {
    process::snapshot().with_variable("RUNE_COMMAND", id)
}

#[test]
fn a_command_has_the_given_world_and_no_other() {
    let finished = finish(&sh("pwd; env | sort; read x || echo no input; tty"));
    assert_eq!(
        text(&finished),
        format!("/tmp\nGREETING=hello\nPATH={}\nPWD=/tmp\nno input\nnot a tty\n", path())
    );
    assert_eq!(finished.end, End::Exited(1));
    let finished = finish(&sh("echo x >/dev/tty"));
    assert!(!finished.end.is_success(), "it has a terminal");
    // The test program may itself have inherited descriptors that it passes on.
    let files = "exec readlink /proc/self/fd/3 /proc/self/fd/4 /proc/self/fd/5 /proc/self/fd/6";
    let plain = Command::new("sh").args(["-c", files]).stdin(Stdio::null()).output().unwrap();
    assert_eq!(text(&finish(&sh(files))), String::from_utf8(plain.stdout).unwrap());
}

#[test]
fn both_outputs_come_in_order_and_as_they_come() {
    let mut portions = Vec::new();
    let directory = tempfile::tempdir().unwrap();
    let gate = directory.path().join("gate");
    let wanted = sh(&format!("mkfifo {0}; echo a; echo b >&2; echo c; read x <{0}", gate.display()));
    let finished = run(&wanted, &mut |seen| {
        if let Seen::Output(bytes) = seen {
            portions.extend_from_slice(bytes);
            if portions == b"a\nb\nc\n" {
                std::fs::write(&gate, "go\n").unwrap(); // it goes on only after all was seen
            }
        }
    })
    .unwrap();
    assert_eq!((text(&finished), finished.end.clone()), ("a\nb\nc\n", End::Exited(0)));
}

#[test]
fn ends_are_told_apart() {
    for (script, end, code, words) in [
        ("true", End::Exited(0), 0, "exited 0"),
        ("exit 7", End::Exited(7), 7, "exited 7"),
        ("nosuchprogram", End::Exited(127), 127, "exited 127"),
        ("kill -TERM $$", End::Signalled(15), 143, "was ended by signal 15 (SIGTERM)"),
        ("kill -KILL $$", End::Signalled(9), 137, "was ended by signal 9 (SIGKILL)"),
    ] {
        let finished = finish(&sh(script));
        assert_eq!(finished.end, end, "{script}");
        assert_eq!((finished.end.code(), finished.end.to_string().as_str()), (code, words), "{script}");
    }
    let mut wanted = sh("");
    wanted.argv = vec!["nosuchprogram".into()];
    assert_eq!(finish(&wanted).end.code(), 127);
    wanted.argv = vec!["/tmp".into()];
    assert_eq!(finish(&wanted).end.code(), 126);
    wanted.argv = Vec::new();
    assert_eq!(finish(&wanted).end.code(), 127);
    wanted = sh("true");
    wanted.cwd = "/nonexistent".into();
    assert!(finish(&wanted).end.to_string().contains("`/nonexistent`"), "{}", finish(&wanted).end);
}

#[test]
fn the_end_of_long_output_is_kept() {
    let finished = finish(&sh("yes | head -c 5000000; echo last"));
    assert_eq!(finished.output.len(), 1 << 20);
    assert!(text(&finished).ends_with("y\nlast\n"));
}

#[test]
fn what_a_command_leaves_running_goes_on_and_is_not_waited_for() {
    let (wanted, id) = marked("sleep 1000 & echo done");
    let finished = finish(&wanted);
    assert_eq!((text(&finished), finished.end.clone()), ("done\n", End::Exited(0)));
    assert!(finished.time < Duration::from_secs(20));
    let left = with_id(&id);
    assert_eq!(left.len(), 1);
    assert_eq!(process::terminate(&left, Duration::from_secs(5)), []);
}

#[test]
fn a_time_out_ends_everything_that_comes_from_the_command() {
    let (mut wanted, id) = marked("echo a; (setsid sleep 1000 &); sleep 1001 & yes >/dev/null");
    wanted.timeout = Some(Duration::from_millis(300));
    let finished = finish(&wanted);
    assert_eq!(finished.end, End::TimedOut(Duration::from_millis(300)));
    assert_eq!((text(&finished), finished.end.code()), ("a\n", 124));
    assert!(finished.time >= Duration::from_millis(300));
    assert_eq!(with_id(&id), []);
}

#[test]
fn a_command_that_never_stops_printing_is_timed_out_too() {
    let (mut wanted, id) = marked("exec yes");
    wanted.timeout = Some(Duration::from_millis(300));
    assert_eq!(finish(&wanted).end.code(), 124);
    assert_eq!(with_id(&id), []);
}

#[test]
fn time_is_reported_while_nothing_is_printed() {
    let mut wanted = sh("exec sleep 1000");
    wanted.timeout = Some(Duration::from_millis(1300));
    let mut passed = Vec::new();
    run(&wanted, &mut |seen| {
        if let Seen::Passed(time) = seen {
            passed.push(time.as_secs());
        }
    })
    .unwrap();
    assert_eq!(passed, [1]);
}

/// The name of the test `name` of this file on the test program's command line.
fn test_name(name: &str) -> String {
    match module_path!().split_once("::") {
        Some((_, module)) => format!("{module}::{name}"),
        None => name.to_owned(),
    }
}

#[test]
#[ignore = "the body of `an_interrupt_ends_the_command`, which needs a process of its own"]
fn interrupted() {
    let (wanted, id) =
        marked("trap 'echo bye' TERM; echo ready; (setsid sleep 1000 &); sleep 1001 & wait; wait");
    let mut output = Vec::new();
    let error = run(&wanted, &mut |seen| {
        if let Seen::Output(bytes) = seen {
            output.extend_from_slice(bytes);
            println!("{id}");
        }
    })
    .unwrap_err();
    assert_eq!(error.code(), 130);
    assert_eq!(with_id(&id), []);
    println!("clean");
    // From here on signals do again what they did before.
    process::spawn(Command::new("sleep").arg("1000").env("RUNE_COMMAND", &id)).unwrap().wait().unwrap();
}

#[test]
fn an_interrupt_ends_the_command() {
    use std::io::{BufRead, BufReader};
    for signal in ["INT", "TERM", "HUP", "QUIT"] {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", &test_name("interrupted"), "--ignored", "--nocapture"])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
        let send = || {
            let status = Command::new("kill").args(["-s", signal, &child.id().to_string()]).status();
            assert!(status.unwrap().success());
        };
        let line = lines.by_ref().find(|line| line.contains("shell-")).unwrap();
        let id = line[line.find("shell-").unwrap()..].to_owned();
        until("the tree", || (with_id(&id).len() == 3).then_some(()));
        send();
        lines.by_ref().find(|line| line == "clean").expect("the command and its tree have ended");
        let sleep = until("the sleep", || with_id(&id).pop());
        send();
        let status = child.wait().unwrap();
        process::terminate(&[sleep], Duration::ZERO);
        let number = match signal {
            "INT" => 2,
            "TERM" => 15,
            "HUP" => 1,
            _ => 3,
        };
        assert_eq!(status.signal(), Some(number), "SIG{signal} has lost its meaning");
    }
}
