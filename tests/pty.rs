//! Commands in a pseudo-terminal that stands for rune's own, driven as a person would.
#![allow(clippy::disallowed_methods, clippy::disallowed_macros, clippy::unwrap_used, missing_docs)]

#[allow(dead_code, reason = "these tests need only a part of it")]
#[path = "support/wait.rs"]
mod wait;

use std::process::Command;
use std::time::{Duration, Instant};

use rexpect::session::{PtySession, spawn_command};
use rune::error::Error;
use rune::process::{self, Run};
use rustix::termios::LocalModes;
use wait::until;

/// The name of the test `name` of this file on the test program's command line.
fn test_name(name: &str) -> String {
    match module_path!().split_once("::") {
        Some((_, module)) => format!("{module}::{name}"),
        None => name.to_owned(),
    }
}

#[test]
#[ignore = "what a session runs in a process and terminal of its own"]
fn inside() {
    let mut environment: Vec<_> = std::env::vars_os().collect();
    environment.push(("RUNE_COMMAND".into(), std::process::id().to_string().into()));
    let run = Run {
        argv: vec!["sh".into(), "-c".into(), std::env::var_os("SCRIPT").unwrap()],
        cwd: "/tmp".into(),
        environment,
        timeout: std::env::var("LIMIT").ok().map(|millis| Duration::from_millis(millis.parse().unwrap())),
        mark: Some(("RUNE_COMMAND".to_owned(), std::process::id().to_string())),
    };
    assert!(rune::pty::has_terminal());
    println!("[pid {}]", std::process::id());
    if std::env::var_os("PANIC").is_some() {
        std::thread::spawn(|| {
            let raw = || {
                !rustix::termios::tcgetattr(std::io::stdin())
                    .unwrap()
                    .local_modes
                    .contains(LocalModes::ICANON)
            };
            until("the raw terminal", || raw().then_some(()));
            panic!("on purpose");
        });
    }
    let said = match rune::pty::run(&run) {
        Ok(end) => format!("{end}, code {}", end.code()),
        Err(Error::Interrupted) => "interrupted".to_owned(),
        Err(error) => error.to_string(),
    };
    let left = process::snapshot().with_variable("RUNE_COMMAND", &std::process::id().to_string());
    println!("\n[end: {said}, {} left]", left.len());
    std::process::exit(0);
}

/// An interactive shell with a terminal of 80x24 in which `rune::pty::run` runs `script`.
fn session(script: &str, variables: &[(&str, &str)]) -> Session {
    let program = std::env::current_exe().unwrap();
    let inside = format!("{} --ignored --exact {} --nocapture", program.display(), test_name("inside"));
    let mut command = Command::new("bash");
    command.args(["--norc", "--noprofile", "--noediting", "-i"]).env("PS1", "").env("TERM", "xterm");
    command.env("SCRIPT", script).env("INSIDE", inside).envs(variables.iter().copied());
    let mut session = spawn_command(command, Some(20_000)).unwrap();
    // An interactive shell ignores the request to end, and would be asked for ever.
    session.process_mut().set_kill_timeout(Some(0));
    resize(&session, 24, 80);
    session.send_line("$INSIDE").unwrap();
    session.exp_string("[pid ").unwrap();
    let pid = session.exp_string("]").unwrap().parse().unwrap();
    Session { session, inside: pid }
}

fn resize(session: &PtySession, rows: u16, cols: u16) {
    let size = rustix::termios::Winsize { ws_row: rows, ws_col: cols, ws_xpixel: 0, ws_ypixel: 0 };
    rustix::termios::tcsetwinsize(session.process().get_file_handle().unwrap(), size).unwrap();
}

/// A person at a terminal, and the process that is inside `rune::pty::run`.
struct Session {
    session: PtySession,
    inside: u32,
}

impl std::ops::Deref for Session {
    type Target = PtySession;
    fn deref(&self) -> &PtySession {
        &self.session
    }
}

impl std::ops::DerefMut for Session {
    fn deref_mut(&mut self) -> &mut PtySession {
        &mut self.session
    }
}

/// What `session` prints last about the command, after which the terminal is as it was before.
fn end(session: &mut Session) -> String {
    session.exp_string("[end: ").unwrap();
    let end = session.exp_string("]").unwrap();
    assert_restored(session);
    end
}

fn assert_restored(session: &mut Session) {
    session.send_line("echo flags $(stty -a | tr '\\n' ' ') ok''ay").unwrap();
    session.exp_string("flags ").unwrap();
    let flags = session.exp_string("okay").unwrap();
    for flag in [" icanon", " isig", " opost", " icrnl"] {
        assert!(flags.contains(flag), "{flag} is missing: {flags}");
    }
}

#[test]
fn ends_are_passed_on() {
    for (script, said) in [
        ("tty; exit 7", "exited 7, code 7, 0 left"),
        ("kill -9 $$", "was ended by signal 9 (SIGKILL), code 137, 0 left"),
        ("nosuchprogram", "exited 127, code 127, 0 left"),
    ] {
        assert_eq!(end(&mut session(script, &[])), said, "{script}");
    }
}

#[test]
fn the_command_has_a_terminal_of_its_own_and_all_its_output_is_shown() {
    let script = "stty size; tty; pwd; seq 1 20000 | sed 's/$/ line/'";
    let mut session = session(script, &[]);
    session.exp_string("24 80").unwrap();
    session.exp_string("/dev/").unwrap();
    session.exp_string("/tmp").unwrap();
    for line in [1, 777, 19_999, 20_000] {
        session.exp_string(&format!("\n{line} line")).unwrap();
    }
    assert_eq!(end(&mut session), "exited 0, code 0, 0 left");
}

#[test]
fn a_password_is_not_echoed_and_ctrl_c_goes_to_the_command() {
    let script = "stty -echo; echo pass''word:; read x; stty echo; echo got ${#x}; \
                  trap 'echo cau''ght; exit 3' INT; echo wai''ting; while :; do read y; done";
    let mut session = session(script, &[]);
    session.exp_string("password:").unwrap();
    session.send_line("geheim").unwrap();
    let between = session.exp_string("got 6").unwrap();
    assert!(!between.contains("geheim"), "{between}");
    session.exp_string("waiting").unwrap();
    session.send_line("seen").unwrap();
    session.exp_string("seen").unwrap();
    session.send_control('c').unwrap();
    session.exp_string("caught").unwrap();
    assert_eq!(end(&mut session), "exited 3, code 3, 0 left");
}

#[test]
fn ctrl_c_ends_a_plain_command() {
    let mut session = session("echo go''ing; exec cat", &[]);
    session.exp_string("going").unwrap();
    session.send_control('c').unwrap();
    assert_eq!(end(&mut session), "was ended by signal 2 (SIGINT), code 130, 0 left");
}

#[test]
fn an_editor_follows_the_size_of_the_terminal() {
    let mut session = session("TERM=vt100 exec vi -u NONE -N -c 'set ruler'", &[]);
    session.exp_string("All").unwrap();
    session.send_line(":set lines?").unwrap();
    session.exp_string("lines=24").unwrap();
    resize(&session, 33, 99);
    // It redraws as soon as it knows the new size, with the ruler in a place that it did not have.
    session.exp_string("\x1b[33;82H").unwrap();
    session.send_line(":set lines?").unwrap();
    session.exp_string("lines=33").unwrap();
    session.send_line(":set columns?").unwrap();
    session.exp_string("columns=99").unwrap();
    session.send_line(":q!").unwrap();
    assert_eq!(end(&mut session), "exited 0, code 0, 0 left");
}

fn kill(signal: &str, pid: u32) {
    let status = Command::new("kill").args(["-s", signal, &pid.to_string()]).status().unwrap();
    assert!(status.success());
}

#[test]
fn whatever_ends_rune_the_command_is_ended_and_the_terminal_restored() {
    for signal in ["TERM", "HUP", "INT", "QUIT"] {
        let script = "trap 'echo bye; exit' TERM; (setsid sleep 1000 &); echo wai''ting; sleep 1001 & wait";
        let mut session = session(script, &[]);
        session.exp_string("waiting").unwrap();
        kill(signal, session.inside);
        session.exp_string("bye").unwrap();
        assert_eq!(end(&mut session), "interrupted, 0 left", "{signal}");
    }
}

#[test]
fn what_a_killed_command_left_switched_on_is_switched_off() {
    let mut session = session(r"printf '\033[?1049h\033[?25lfull\n'; read x; kill -9 $$", &[]);
    session.exp_string("full").unwrap();
    session.send_line("").unwrap();
    session.exp_string("\x1b[?25h\x1b[?1049l").unwrap();
    assert_eq!(end(&mut session), "was ended by signal 9 (SIGKILL), code 137, 0 left");
}

#[test]
fn a_time_out_ends_the_command() {
    let mut session = session("echo wai''ting; cat", &[("LIMIT", "700")]);
    session.exp_string("waiting").unwrap();
    assert_eq!(end(&mut session), "timed out (limit 0.7 s), code 124, 0 left");
}

#[test]
fn a_panic_restores_the_terminal_before_its_message() {
    let mut session = session("exec cat", &[("PANIC", "1")]);
    session.exp_string("on purpose").unwrap();
    let terminal = session.process().get_file_handle().unwrap();
    let modes = rustix::termios::tcgetattr(terminal).unwrap().local_modes;
    assert!(modes.contains(LocalModes::ICANON | LocalModes::ISIG));
    kill("TERM", session.inside);
    assert_eq!(end(&mut session), "interrupted, 0 left");
}

#[test]
fn a_stopped_command_gives_the_terminal_back_until_it_is_continued() {
    let mut session = session("echo wai''ting; kill -STOP $$; echo aw''ake; read x; echo got $x", &[]);
    session.exp_string("waiting").unwrap();
    session.exp_string("Stopped").unwrap();
    assert_restored(&mut session);
    session.send_line("fg").unwrap();
    session.exp_string("awake").unwrap();
    session.send_line("a word").unwrap();
    session.exp_string("got a word").unwrap();
    assert_eq!(end(&mut session), "exited 0, code 0, 0 left");
}

#[test]
fn rune_itself_can_be_stopped_and_continued() {
    let mut session = session("echo wai''ting; read x; echo got $x; stty size", &[]);
    session.exp_string("waiting").unwrap();
    kill("TSTP", session.inside);
    session.exp_string("Stopped").unwrap();
    assert_restored(&mut session);
    resize(&session, 40, 100);
    session.send_line("fg").unwrap();
    session.exp_string("INSIDE").unwrap();
    session.send_line("a word").unwrap();
    session.exp_string("got a word").unwrap();
    session.exp_string("40 100").unwrap();
    assert_eq!(end(&mut session), "exited 0, code 0, 0 left");
}

#[test]
fn a_job_left_behind_does_not_hold_rune_up() {
    let before = Instant::now();
    let mut session = session("trap '' HUP; sleep 1000 & echo done", &[]);
    session.exp_string("done").unwrap();
    assert_eq!(end(&mut session), "exited 0, code 0, 1 left");
    assert!(before.elapsed() < Duration::from_secs(20));
    let left = process::snapshot().with_variable("RUNE_COMMAND", &session.inside.to_string());
    assert_eq!(process::terminate(&left, Duration::from_secs(5)), []);
}
