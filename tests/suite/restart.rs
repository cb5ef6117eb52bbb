//! `rune restart`, `rune pane start` and `rune pane stop`: single panes, by whoever can still do it.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;

use rune::control;
use rune::record::{PaneId, State};
use rune::supervise::{self, Reply, Request, Wish};
use rustix::process::{Pid, Signal, kill_process};

use crate::support::{Process, Server, on_each_tmux};

fn start(server: &Server, panes: &str) {
    server.write(
        "rune.yaml",
        format!("workspace: {{session_name: shop, windows: [{{name: code, panes: [{panes}]}}]}}"),
    );
    server.rune(["start", "-d"]).success();
}

/// The processes with these words.
fn of(server: &Server, words: &str) -> Vec<Process> {
    server.processes().into_iter().filter(|process| process.words == words).collect()
}

#[track_caller]
fn one(server: &Server, words: &str) -> i32 {
    server.wait_until(&format!("`{words}` runs once"), || of(server, words).len() == 1);
    of(server, words)[0].pid
}

fn state(server: &Server, target: &str) -> String {
    let said = server.rune(["status"]).success().stdout;
    let row = said.lines().find(|line| line.split_whitespace().next() == Some(target));
    row.map(|row| row.split_whitespace().nth(1).unwrap_or_default().to_owned()).unwrap_or_default()
}

#[track_caller]
fn wait_for_state(server: &Server, target: &str, wanted: &str) {
    server.wait_until(&format!("`{target}` is {wanted}"), || state(server, target) == wanted);
}

/// The names of the panes in what was said, in the order of its lines that begin with `did`.
fn told(said: &str, did: &str) -> Vec<String> {
    let lines = said.lines().filter(|line| line.starts_with(did));
    lines.filter_map(|line| line.split('`').nth(1).map(str::to_owned)).collect()
}

const THREE: &str = "{key: a, command: exec sleep 3001}, {key: b, command: exec sleep 3002, on_exit: keep}, \
                     {key: c, command: [sleep, '3003'], on_exit: close}";

#[test]
fn only_the_named_panes_restart_and_keep_their_places() {
    on_each_tmux(|server| {
        start(server, THREE);
        for target in ["shop:code.a", "shop:code.b", "shop:code.c"] {
            wait_for_state(server, target, "running");
        }
        let before: Vec<i32> = [3001, 3002, 3003].map(|n| one(server, &format!("sleep {n}"))).into();
        let places = server.list_panes("#{pane_id} #{pane_index} #{pane_left}");
        let said = server.rune(["restart", "b", "%2"]).success().stderr;
        let mut again = told(&said, "restarted ");
        again.sort();
        assert_eq!(again, ["shop:code.b", "shop:code.c"]);
        let after: Vec<i32> = [3001, 3002, 3003].map(|n| one(server, &format!("sleep {n}"))).into();
        assert_eq!(before[0], after[0]);
        assert!(before[1] != after[1] && before[2] != after[2], "{before:?} {after:?}");
        assert_eq!(server.list_panes("#{pane_id} #{pane_index} #{pane_left}"), places);
        // What comes of it is what the config wants: nothing is left to do.
        wait_for_state(server, "shop:code.b", "running");
        assert!(server.rune(["plan"]).success().stdout.contains("nothing to do"));
    });
}

#[test]
fn a_stopped_pane_is_kept_and_starts_again() {
    on_each_tmux(|server| {
        start(server, THREE);
        wait_for_state(server, "shop:code.b", "running");
        let said = server.rune(["pane", "stop", "code.b"]).success().stderr;
        assert_eq!(told(&said, "stopped "), ["shop:code.b"]);
        assert_eq!(of(server, "sleep 3002"), []);
        assert_eq!(server.list_panes("#{pane_id}").len(), 3);
        wait_for_state(server, "shop:code.b", "signal");
        // Twice is once.
        let said = server.rune(["pane", "stop", "code.b"]).success().stderr;
        assert_eq!(said, "`shop:code.b` does not run\n");
        let said = server.rune(["pane", "start", "code.b"]).success().stderr;
        assert_eq!(told(&said, "started "), ["shop:code.b"]);
        one(server, "sleep 3002");
        wait_for_state(server, "shop:code.b", "running");
        let said = server.rune(["pane", "start", "code.b"]).success().stderr;
        assert_eq!(said, "`shop:code.b` runs already\n");
    });
}

#[test]
fn globs_and_all_mean_the_panes_with_a_command() {
    on_each_tmux(|server| {
        start(server, "{key: a1, command: exec sleep 3011}, {key: a2, command: exec sleep 3012}, ''");
        server.write(
            "other/rune.yaml",
            "workspace: {session_name: other, windows: [{name: w, panes: [exec sleep 3013]}]}",
        );
        server.rune(["start", "-d"]).cwd("other").success();
        wait_for_state(server, "other:w.1", "running");
        wait_for_state(server, "shop:code.a1", "running");
        wait_for_state(server, "shop:code.a2", "running");
        let other = one(server, "sleep 3013");
        let said = server.rune(["pane", "stop", "a?"]).success().stderr;
        let mut stopped = told(&said, "stopped ");
        stopped.sort();
        assert_eq!(stopped, ["shop:code.a1", "shop:code.a2"]);
        let said = server.rune(["restart", "--all"]).success().stderr;
        let mut again = told(&said, "restarted ");
        again.sort();
        assert_eq!(again, ["shop:code.a1", "shop:code.a2"], "{said}");
        assert_eq!(one(server, "sleep 3013"), other);
        let said = server.rune(["restart", "--all"]).cwd("/").run();
        assert!(said.code == Some(3) || said.code == Some(2), "{said:?}");
        assert_eq!(one(server, "sleep 3013"), other);
    });
}

#[test]
fn what_has_no_command_is_refused_and_what_is_missing_is_not_found() {
    on_each_tmux(|server| {
        let said = server.rune(["restart", "a"]).code(3).stderr;
        assert!(said.contains("nothing is running"), "{said}");
        server.rune(["restart"]).code(2);
        server.rune(["pane", "stop", "--all", "a"]).code(2);
        start(server, "{key: a, command: exec sleep 3021}, {key: sh, command: ''}");
        server.tmux(["new-window", "-d", "-t", "=shop:", "-n", "mine", "exec sleep 3022"]);
        let said = server.rune(["restart", "sh"]).code(5).stderr;
        assert!(said.starts_with("error: pane `shop:code.sh` is only a shell"), "{said}");
        let said = server.rune(["pane", "stop", "mine"]).code(5).stderr;
        assert!(said.contains("was made by hand\nhint: "), "{said}");
        let said = server.rune(["pane", "start", "aa"]).code(3).stderr;
        assert!(said.starts_with("error: there is no pane `aa`\nhint: there is `shop:code.a`"), "{said}");
        one(server, "sleep 3021");
        one(server, "sleep 3022");
    });
}

#[test]
fn what_needs_another_is_stopped_before_it_and_started_after_it() {
    on_each_tmux(|server| {
        start(server, "{key: api, command: exec sleep 3031}, {key: db, command: exec sleep 3032}");
        wait_for_state(server, "shop:code.api", "running");
        wait_for_state(server, "shop:code.db", "running");
        // As a config with `needs` has it written down.
        need(server, "api", "db");
        let said = server.rune(["restart", "db", "api"]).success().stderr;
        let did: Vec<&str> = said.lines().filter_map(|line| line.split(" in ").next()).collect();
        assert_eq!(
            did,
            [
                "stopped `shop:code.api`",
                "stopped `shop:code.db`",
                "restarted `shop:code.db`",
                "restarted `shop:code.api`"
            ]
        );
        let (db, api) = (one(server, "sleep 3032"), one(server, "sleep 3031"));
        // Only what is named.
        wait_for_state(server, "shop:code.db", "running");
        server.rune(["pane", "stop", "db"]).success();
        assert_eq!((of(server, "sleep 3032"), one(server, "sleep 3031")), (vec![], api), "{db}");
    });
}

/// Changes what is written down about the pane `key`: it needs `other`.
fn need(server: &Server, key: &str, other: &str) {
    let script = format!(
        r#"for f in "$XDG_RUNTIME_DIR"/rune/*/*/*.spec; do
            grep -aq '"pane":"{key}"' "$f" || continue
            sed -i '1s/"needs":\[\]/"needs":[{{"window":"code","pane":"{other}","state":"ready"}}]/' "$f"
            grep -aq '"needs":\[{{' "$f" || exit 1
        done"#
    );
    server.sh(&script).success();
}

/// A killed runner could not write down its end: who looks next does, once.
fn found_lost(server: &Server) {
    let why = server.rune(["why", "shop:code.a"]).success().stdout;
    assert!(why.contains("rune's own process in "), "{why}");
    for _ in 0..2 {
        let said = server.rune(["events", "shop:code.a"]).success().stdout;
        assert_eq!(said.matches("  lost runner\n").count(), 1, "{said}");
    }
}

#[test]
fn what_a_killed_runner_left_can_be_stopped_and_started_again() {
    on_each_tmux(|server| {
        // The hang-up does not end it.
        start(
            server,
            "{key: a, command: \"trap '' HUP; while :; do sleep 3041; done\"}, {key: b, command: exec sleep 3042}",
        );
        wait_for_state(server, "shop:code.a", "running");
        one(server, "sleep 3041");
        let pids = server.list_panes("#{pane_pid}");
        let runner = pids[0].parse().ok().and_then(Pid::from_raw).expect("it is a process id");
        kill_process(runner, Signal::KILL).expect("it lives");
        server.wait_until("tmux has seen it", || {
            server.list_panes("#{pane_id}").len() == 1
                || server.list_panes("#{pane_dead}").contains(&"1".into())
        });
        if server.list_panes("#{pane_id}").len() == 1 {
            found_lost(server);
            // Its pane is gone with it, but not what is written down about it.
            assert!(server.version() < (3, 2, ' '), "a newer tmux keeps it");
            one(server, "sleep 3041");
            server.rune(["restart", "shop:code.a"]).code(3);
            let said = server.rune(["pane", "stop", "shop:code.a"]).success().stderr;
            assert_eq!(told(&said, "stopped "), ["shop:code.a"]);
            assert_eq!(of(server, "sleep 3041"), []);
            one(server, "sleep 3042");
            server.rune(["pane", "stop", "shop:code.a"]).code(3);
            return;
        }
        server.wait_until("its runner is lost", || {
            server.rune(["status"]).success().stdout.contains("lost runner")
        });
        found_lost(server);
        one(server, "sleep 3041");
        let said = server.rune(["pane", "stop", "a"]).success().stderr;
        assert_eq!(told(&said, "stopped "), ["shop:code.a"]);
        assert_eq!(of(server, "sleep 3041"), []);
        let said = server.rune(["pane", "start", "a"]).success().stderr;
        assert_eq!(told(&said, "started "), ["shop:code.a"]);
        one(server, "sleep 3041");
        wait_for_state(server, "shop:code.a", "running");
    });
}

#[test]
fn a_pane_is_not_ended_by_itself() {
    on_each_tmux(|server| {
        let rune = env!("CARGO_BIN_EXE_rune");
        start(server, &format!("{{key: a, command: '{rune} restart a; exec sleep 3051'}}"));
        one(server, "sleep 3051");
        server.wait_for_text("=shop:", "this is pane `shop:code.a`");
    });
}

// The server, or what rune wrote down, is gone.

#[test]
fn a_start_after_the_server_was_killed_says_what_it_found() {
    on_each_tmux(|server| {
        let panes = "{key: a, command: exec sleep 3061}, ''";
        let deaf = "{key: b, command: \"trap '' HUP TERM; while :; do sleep 3062; done\"}";
        start(server, &format!("{panes}, {deaf}"));
        wait_for_state(server, "shop:code.b", "running");
        wait_for_state(server, "shop:code.a", "running");
        one(server, "sleep 3062");
        kill_process(server.pid(), Signal::KILL).expect("it lives");
        server.wait_until("the server is gone", || !server.is_running());
        server.wait_until("the hang-up has ended a pane", || of(server, "sleep 3061").is_empty());
        let survivor = of(server, "sleep 3062");
        let said = server.rune(["start", "-d"]).success().stderr;
        let lines: Vec<&str> = said.lines().collect();
        assert!(
            lines[0].starts_with("the tmux server that was at `") && lines[0].contains("` is gone; "),
            "{said}"
        );
        assert!(lines[0].contains("`shop:code.a`"), "{said}");
        if !survivor.is_empty() {
            assert!(lines[1].contains("of it still run") && lines[1].contains("; to end: kill "), "{said}");
        }
        one(server, "sleep 3061");
        let events = || server.rune(["events"]).success().stdout;
        assert_eq!(events().matches("the server is gone by rune start").count(), 1, "{}", events());
        // Once.
        let said = server.rune(["start", "-d"]).success().stderr;
        assert!(!said.contains("is gone"), "{said}");
        assert_eq!(events().matches("the server is gone").count(), 1);
    });
}

#[test]
fn what_waits_for_somebody_is_restarted_by_its_name_only() {
    on_each_tmux(|server| {
        let panes =
            "{key: a, command: exec sleep 3011}, {key: tidy, command: exec sleep 3012, autostart: false}";
        start(server, panes);
        wait_for_state(server, "shop:code.tidy", "waiting");
        for words in
            [&["restart", "--all"][..], &["restart", "code"], &["restart", "*"], &["restart", "shop"]]
        {
            let said = server.rune(words).success().stderr;
            assert_eq!(told(&said, "restarted "), ["shop:code.a"], "{words:?}");
            assert_eq!(state(server, "shop:code.tidy"), "waiting");
        }
        server.rune(["restart", "tidy"]).success();
        wait_for_state(server, "shop:code.tidy", "running");
        let said = server.rune(["restart", "--all"]).success().stderr;
        assert_eq!(told(&said, "restarted ").len(), 2, "{said}");
    });
}

#[test]
fn what_a_runner_could_not_end_is_named() {
    on_each_tmux(|server| {
        server.write(
            "rune.yaml",
            "workspace: {session_name: w, windows: [{panes: [{key: a, command: exec sleep 4321}]}]}",
        );
        server.rune(["start", "-d", "--wait"]).success();
        let pane = server.list_panes("#{pane_id} #{pane_start_command}").remove(0);
        let words: Vec<&str> = pane.split(' ').map(|word| word.trim_matches('"')).collect();
        let at = words.iter().position(|word| *word == "pane-run").expect("a pane of ours");
        let (directory, id) = (Path::new(words[at - 1]), PaneId::parse(words[at + 1]).expect("an id"));
        // Nobody can be made to survive KILL here: another runner answers in the place of the pane's own.
        let listener = control::listen(directory, &id).expect("a socket");
        listener.set_nonblocking(false).expect("it waits");
        let survivors = vec!["`stuck` (pid 7)".to_owned()];
        let state = Some(State::Exited { code: 0 });
        let reply = Reply { schema: supervise::SCHEMA, ok: false, state, survivors, refused: None };
        for (words, asked) in [(&["pane", "stop", "a"][..], Wish::Stop), (&["restart", "a"], Wish::Restart)] {
            let ran = std::thread::scope(|scope| {
                scope.spawn(|| {
                    let (mut stream, _) = listener.accept().expect("a call");
                    let mut line = String::new();
                    BufReader::new(&stream).read_line(&mut line).expect("a request");
                    let request: Request = serde_json::from_str(&line).expect("it is one");
                    assert_eq!(
                        (request.ask, request.by),
                        (asked, Some(format!("rune {}", words[..words.len() - 1].join(" "))))
                    );
                    let answer = serde_json::to_string(&reply).expect("it is text") + "\n";
                    stream.write_all(answer.as_bytes()).expect("it is heard");
                });
                server.rune(words).code(1)
            });
            assert!(ran.stderr.contains("`w:1.a` did not end: `stuck` (pid 7)\n"), "{}", ran.stderr);
            assert!(ran.stderr.contains("error: "), "{}", ran.stderr);
        }
        assert_eq!(server.list_panes("#{pane_id} #{pane_start_command}"), [pane], "it was not started again");
    });
}

#[test]
fn what_survived_its_server_can_be_stopped_by_name() {
    on_each_tmux(|server| {
        start(server, "{key: b, command: [setsid, -w, sleep, '3071'], on_exit: keep}");
        wait_for_state(server, "shop:code.b", "running");
        one(server, "sleep 3071");
        kill_process(server.pid(), Signal::KILL).expect("it lives");
        server.wait_until("the server is gone", || !server.is_running());
        one(server, "sleep 3071");
        let said = server.rune(["pane", "stop", "b"]).success().stderr;
        assert_eq!(told(&said, "stopped "), ["shop:code.b"]);
        assert_eq!(of(server, "sleep 3071"), []);
        server.rune(["pane", "stop", "b"]).code(3);
    });
}

#[test]
fn without_what_was_written_down_panes_are_unknown_and_left_alone() {
    on_each_tmux(|server| {
        start(server, "{key: a, command: exec sleep 3081}, {key: b, command: exec sleep 3082}");
        wait_for_state(server, "shop:code.a", "running");
        let (a, b) = (one(server, "sleep 3081"), one(server, "sleep 3082"));
        std::fs::remove_dir_all(server.root().join("run/rune")).expect("it is ours");
        assert_eq!(state(server, "shop:code.a"), "unknown");
        let said = server.rune(["start", "-d"]).success().stderr;
        assert!(!said.contains("gone"), "{said}");
        assert_eq!((one(server, "sleep 3081"), one(server, "sleep 3082")), (a, b));
        let said = server.rune(["restart", "a"]).code(1).stderr;
        assert!(said.contains("`shop:code.a`: nothing is written down about it any more"), "{said}");
        assert_eq!(one(server, "sleep 3081"), a);
        server.rune(["pane", "stop", "a"]).success();
        assert_eq!((of(server, "sleep 3081"), one(server, "sleep 3082")), (vec![], b));
    });
}
