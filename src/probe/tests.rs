//! Probes against sockets, programs and files of the test's.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::os::unix::process::CommandExt;
use std::thread;

use rustix::event::{PollFd, Timespec, poll};
use rustix::process::{WaitOptions, waitpid};

use super::*;

fn tried(probe: &Probe, script: &str) -> Result<(), String> {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("there"), "").unwrap();
    let program = |_: &workspace::Command| {
        let mut command = Command::new("sh");
        command.args(["-c", script]).process_group(0);
        command
    };
    let mut attempt = Attempt::begin(probe, directory.path(), program);
    loop {
        if let Some(answer) = attempt.advance() {
            return answer;
        }
        let left = attempt.until().saturating_duration_since(Instant::now()).min(Duration::from_millis(20));
        let mut sources: Vec<PollFd<'_>> =
            attempt.source().map(|(fd, flags)| PollFd::from_borrowed_fd(fd, flags)).into_iter().collect();
        poll(&mut sources, Some(&Timespec::try_from(left).unwrap())).unwrap();
        if let Some(pid) = attempt.process()
            && let Ok(Some((_, status))) = waitpid(Some(pid), WaitOptions::NOHANG)
        {
            let signalled = status.terminating_signal().map(|signal| State::Signalled { signal });
            let exited = status.exit_status().map(|code| State::Exited { code });
            attempt.ended(&exited.or(signalled).unwrap());
        }
    }
}

fn tcp(host: &str, port: u16) -> Result<(), String> {
    tried(&Probe::Tcp { host: host.to_owned(), port }, "")
}

/// A port that nobody listens on.
fn closed() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// A server that answers one request with `answer` when it has read `until`.
fn server(answer: &'static str) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut request = Vec::new();
        while !request.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            if stream.read(&mut byte).unwrap_or(0) == 0 {
                return;
            }
            request.push(byte[0]);
        }
        let text = String::from_utf8(request).unwrap();
        assert!(text.starts_with("GET /health?x HTTP/1.1\r\nHost: "), "{text}");
        let _ = stream.write_all(answer.as_bytes());
    });
    port
}

#[test]
fn a_port_is_open_or_refused_by_every_name_of_this_machine() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let open = listener.local_addr().unwrap().port();
    for host in ["127.0.0.1", "localhost"] {
        assert_eq!(tcp(host, open), Ok(()), "{host}");
        let port = closed();
        assert_eq!(tcp(host, port), Err(format!("tcp 127.0.0.1:{port}: connection refused")));
    }
    if let Ok(listener) = TcpListener::bind("[::1]:0") {
        let port = listener.local_addr().unwrap().port();
        assert_eq!((tcp("localhost", port), tcp("::1", port)), (Ok(()), Ok(())), "only the second address");
    }
}

#[test]
fn a_name_that_nobody_has_says_so() {
    let why = tcp("no-such-host.invalid", 80).unwrap_err();
    assert!(why.starts_with("tcp no-such-host.invalid: "), "{why}");
}

#[test]
fn an_answer_of_http_is_good_or_bad() {
    let http = |port: u16| tried(&Probe::Http(format!("http://127.0.0.1:{port}/health?x")), "");
    assert_eq!(http(server("HTTP/1.1 204 No Content\r\n\r\n")), Ok(()));
    let port = server("HTTP/1.1 503 Service Unavailable\r\n\r\n");
    assert_eq!(http(port), Err(format!("http 127.0.0.1:{port}/health?x: 503 Service Unavailable")));
    let port = server("");
    let none = "the connection ended without an answer";
    assert_eq!(http(port), Err(format!("http 127.0.0.1:{port}/health?x: {none}")));
    let port = closed();
    let refused = format!("http 127.0.0.1:{port}/health?x: 127.0.0.1:{port}: connection refused");
    assert_eq!(http(port), Err(refused));
}

#[test]
fn who_accepts_and_never_answers_is_not_waited_for_for_ever() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let probe = Probe::Http(format!("http://127.0.0.1:{port}/"));
    let mut attempt = Attempt::begin(&probe, Path::new("/"), |_| Command::new("true"));
    attempt.until = Instant::now() + Duration::from_millis(50);
    let answer = loop {
        if let Some(answer) = attempt.advance() {
            break answer;
        }
        poll(&mut [], Some(&Timespec { tv_sec: 0, tv_nsec: 5_000_000 })).unwrap();
    };
    assert_eq!(answer, Err(format!("http 127.0.0.1:{port}/: no answer in 5 s")));
}

#[test]
fn a_program_answers_by_its_exit_and_explains_by_its_last_line() {
    let command = Probe::Command(workspace::Command::Script("check".to_owned()));
    assert_eq!(tried(&command, "echo fine"), Ok(()));
    let long = "i=0; while [ $i -lt 2000 ]; do echo some text; i=$((i+1)); done; echo no >&2; echo; exit 3";
    assert_eq!(tried(&command, long), Err("command `check`: exited 3: no".to_owned()));
    assert_eq!(tried(&command, "kill -9 $$"), Err("command `check`: signal 9".to_owned()));
}

#[test]
fn a_file_is_there_or_not() {
    let file = |path: &str| tried(&Probe::File(path.to_owned()), "");
    assert_eq!((file("there"), file("/")), (Ok(()), Ok(())));
    assert_eq!(file("missing"), Err("file `missing`: no such file or directory".to_owned()));
}
