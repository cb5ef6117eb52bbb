//! `rune wait`, `rune start --wait` and `rune why`: what is waited for, until when, and what is said.

use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use crate::support::{Server, ended_within, on_each_tmux, patience};

/// A workspace `shop` of one window `w` with these panes.
fn configure(server: &Server, panes: &str) {
    let window = format!("{{name: w, layout: even-vertical, panes: [{panes}]}}");
    server.write("rune.yaml", format!("workspace: {{session_name: shop, windows: [{window}]}}"));
}

fn start(server: &Server, panes: &str) {
    configure(server, panes);
    server.rune(["start", "-d"]).success();
}

fn record(server: &Server, key: &str) -> Value {
    let text = std::fs::read(server.pane_file(key, "record")).unwrap_or_default();
    serde_json::from_slice(&text).unwrap_or_default()
}

/// Changes what a runner wrote down, as it would itself.
fn rewrite(server: &Server, key: &str, change: impl Fn(&mut Value)) {
    server.wait_until("there is a record", || !record(server, key).is_null());
    let mut value = record(server, key);
    change(&mut value);
    let path = server.pane_file(key, "record");
    let new = path.with_extension("record.new");
    std::fs::write(&new, value.to_string()).expect("it can be written");
    std::fs::rename(new, path).expect("it can be replaced");
}

#[test]
fn without_notices_of_changed_files_it_is_looked_at_instead() {
    on_each_tmux(|server| {
        // Where a user may not have a namespace of its own, nothing can take the notices away.
        let without = "unshare -U -c --keep-caps sh -c 'echo 0 >/proc/sys/user/max_inotify_instances && exec \"$@\"' sh";
        if server.sh(&format!("{without} true")).run().code != Some(0) {
            return;
        }
        let sh = |words: &str| server.sh(&format!("{without} {words}"));
        server.write(
            "rune.yaml",
            "workspace: {session_name: w, windows: [{name: w, panes: [\
             {key: db, command: 'until test -e go; do sleep 0.1; done; echo up; exec cat', ready: {log: up}, log: true}, \
             {key: api, command: 'exec cat', needs: [db], ready: {delay: 10ms}}, \
             {key: once, command: 'seq 20000', needs: [db], log: true, on_exit: close}]}]}",
        );
        // The server, and so every runner, has none either.
        sh("rune start -d").success();
        server.wait_until("api waits", || {
            server.rune(["why", "api"]).success().stdout.contains("it needs `db`")
        });
        server.write("go", "");
        sh("rune wait api db --timeout 20s").success();
        sh("rune wait db --text up --timeout 20s").success();
        // A pane that closes waits for its log.
        let last = || server.rune(["logs", "once", "-n", "1"]).run().stdout;
        server.wait_until("it is closed", || server.list_panes("#{pane_id}").len() == 2);
        assert_eq!(last(), "20000\n");
        sh("rune restart db api").success();
        sh("rune wait api").success();
        for words in ["rune logs -f", "rune events -f"] {
            let said = sh(words).code(1).stderr;
            assert!(
                said.contains("no more notice of changed files (`fs.inotify.max_user_instances`)"),
                "{said}"
            );
        }
        sh("rune stop").success();
    });
}

#[test]
fn a_wait_ends_when_all_are_there() {
    on_each_tmux(|server| {
        start(server, "{key: a, command: [cat]}, {key: b, command: 'exit 3', on_exit: keep}");
        let said = server.rune(["wait", "a", "--timeout", "20s"]).success();
        // It may have seen it before it ran, and said so.
        let last = said.stderr.lines().last();
        assert!(last.is_some_and(|line| line.starts_with("shop:w.a  running")), "{}", said.stderr);
        let said = server.rune(["wait", "b", "--state", "exited"]).success();
        assert!(said.stderr.contains("exited 3"), "{}", said.stderr);
    });
}

#[test]
fn a_wait_is_woken_by_the_change_of_a_record() {
    on_each_tmux(|server| {
        server.sh("mkfifo go").success();
        start(server, "{key: a, command: 'read x < go; exit 4', on_exit: keep}, {key: b, command: [cat]}");
        server.rune(["wait", "shop", "--state", "started"]).success();
        let out = server.root().join("tmp/said");
        let script = format!("exec rune wait a --state exited 2> '{}'", out.display());
        let mut waiting = server.sh(&script).start();
        let said = || std::fs::read_to_string(&out).unwrap_or_default();
        server.wait_until("it says what it sees", || said().contains("shop:w.a  running"));
        server.sh("echo x > go").success();
        assert!(ended_within(patience(), Pid::from_child(&waiting)), "it still waits");
        assert!(waiting.wait().expect("it ended").success());
        server.wait_until("it says what came", || said().contains("shop:w.a  exited 4"));
    });
}

#[test]
fn what_cannot_come_any_more_ends_a_wait_at_once_and_time_ends_every_other() {
    on_each_tmux(|server| {
        start(
            server,
            "{key: a, command: 'exit 7', on_exit: keep}, {key: b, command: [cat]}, {key: c, command: 'exit 0', on_exit: keep}",
        );
        server.rune(["wait", "b", "c"]).success();
        server.rune(["wait", "a", "c", "--state", "exited"]).success();
        let said = server.rune(["wait", "a"]).code(4).stderr;
        assert!(said.contains("error: `shop:w.a` will not reach `ready`: it is over: exited 7\n"), "{said}");
        assert!(said.contains("hint: `rune why shop:w.a` says more"), "{said}");
        let said = server.rune(["wait", "b", "c", "--state", "exited", "--timeout", "300ms"]).code(4).stderr;
        assert!(said.contains("error: `shop:w.b` did not reach `exited` within 300 ms: running\n"), "{said}");

        rewrite(server, "b", |record| {
            record["state"] = json!({"state": "waiting"});
            record["waits"] = json!(["`rune pane start`"]);
        });
        let said = server.rune(["wait", "b"]).code(4).stderr;
        assert!(said.contains("it waits for `rune pane start`"), "{said}");
        // Nobody waits for that one who waits for all.
        server.rune(["wait", "shop:w.*", "--state", "exited"]).success();
    });
}

#[test]
fn what_does_not_exist_is_an_error_and_not_waited_for() {
    on_each_tmux(|server| {
        assert!(server.rune(["wait", "a"]).code(3).stderr.contains("nothing is running"));
        start(server, "{key: api, command: [cat]}");
        let said = server.rune(["wait", "apii"]).code(3).stderr;
        assert!(said.contains("there is no pane `apii`") && said.contains("`shop:w.api`"), "{said}");
        let said = server.rune(["why", "apii"]).code(3).stderr;
        assert!(said.contains("`shop:w.api`"), "{said}");
        assert!(
            server.rune(["wait", "api", "--timeout", "soon"]).code(2).stderr.contains("`soon` is no time")
        );
        let said = server.rune(["wait", "api", "--text", "a("]).code(2).stderr;
        assert!(said.contains("`a(` is no regular expression: unclosed group"), "{said}");
        let hand =
            server.tmux(["split-window", "-d", "-P", "-F", "#{pane_id}", "-t", "=shop:", "exec sleep 900"]);
        let said = server.rune(["wait", &hand]).code(5).stderr;
        assert!(said.contains("was made by hand"), "{said}");
    });
}

#[test]
fn a_text_is_waited_for() {
    on_each_tmux(|server| {
        server.sh("mkfifo go").success();
        start(
            server,
            "{key: a, command: 'read x < go; echo now on port 8123; exec cat'}, {key: b, command: 'echo bye', on_exit: keep}",
        );
        let said = server.rune(["wait", "a", "--text", "port [0-9]+", "--timeout", "300ms"]).code(4).stderr;
        assert!(
            said.contains("`shop:w.a` did not reach `port [0-9]+` within 300 ms: running, no line matches"),
            "{said}"
        );
        let mut waiting = server.sh("exec rune wait a --text 'port [0-9]+$'").start();
        server.sh("echo x > go").success();
        assert!(ended_within(patience(), Pid::from_child(&waiting)), "it still waits");
        assert!(waiting.wait().expect("it ended").success());
        server.rune(["wait", "a", "--text", "port", "--state", "ready"]).success();
        server.rune(["wait", "b", "--text", "^bye"]).success();
        let said = server.rune(["wait", "b", "--text", "never"]).code(4).stderr;
        assert!(said.contains("it is over: exited 0, and no line matches `never`"), "{said}");
    });
}

#[test]
fn ctrl_c_and_the_end_of_the_server_end_a_wait() {
    on_each_tmux(|server| {
        start(server, "{key: a, command: [cat]}");
        let mut terminal = server.pty(["wait", "a", "--state", "exited"]);
        terminal.expect("shop:w.a  running");
        terminal.expect("1.0 s");
        terminal.send_control('c');
        terminal.expect("interrupted");
        terminal.code(130);

        let mut terminal = server.pty(["wait", "a", "--state", "exited"]);
        terminal.expect("shop:w.a  running");
        server.kill();
        terminal.expect("the tmux server ended meanwhile");
        terminal.code(1);
    });
}

#[test]
fn a_killed_runner_and_a_closed_pane_end_a_wait() {
    on_each_tmux(|server| {
        start(server, "{key: a, command: [cat]}, {key: b, command: [cat]}, {key: c, command: [cat]}");
        server.rune(["wait", "a", "b"]).success();
        for (pane, kill) in [("a", true), ("b", false)] {
            let mut terminal = server.pty(["wait", pane, "--state", "exited"]);
            terminal.expect("running");
            if kill {
                let pid =
                    record(server, pane)["runner"]["pid"].as_i64().and_then(|pid| Pid::from_raw(pid as i32));
                kill_process(pid.expect("a pid"), Signal::KILL).expect("it lives");
            } else {
                let panes = server.list_panes("#{pane_id} #{pane_start_command}");
                let line = panes
                    .iter()
                    .find(|line| line.trim_end_matches('"').ends_with(" b"))
                    .expect("it is there");
                server.tmux(["kill-pane", "-t", line.split(' ').next().expect("an id")]);
            }
            terminal.expect("error");
            terminal.code(4);
        }
    });
}

#[test]
fn start_waits_and_prints_the_order() {
    on_each_tmux(|server| {
        configure(server, "{key: a, command: [cat]}, {key: b, command: 'true', on_exit: keep}");
        let said = server.rune(["start", "-d", "--wait", "--timeout", "20s"]).success();
        let rows: Vec<Vec<&str>> =
            said.stdout.lines().map(|line| line.split_whitespace().collect()).collect();
        assert_eq!((rows[0].first(), rows.len()), (Some(&"#"), 3), "{}", said.stdout);
        let mut panes = [rows[1][1], rows[2][1]];
        panes.sort_unstable();
        assert_eq!(panes, ["shop:w.a", "shop:w.b"]);
        assert!(said.stderr.contains("`shop` is up"), "{}", said.stderr);
        // Again: nothing to wait for.
        let said = server.rune(["start", "-d", "--wait"]).success().stdout;
        assert_eq!(said.matches("already").count(), 2, "{said}");

        configure(
            server,
            "{key: a, command: [cat]}, {key: b, command: 'exit 9', on_exit: keep, ready: {file: never}}",
        );
        let said = server.rune(["apply", "--wait", "--timeout", "20s"]).code(4).stderr;
        assert!(said.contains("`shop:w.b` will not reach `ready`: it is over: exited 9"), "{said}");
        assert_eq!(server.list_panes("#{pane_id}").len(), 2, "everything goes on running");
    });
}

#[test]
fn why_says_how_it_ended_and_what_it_printed() {
    on_each_tmux(|server| {
        start(
            server,
            "{key: a, command: 'for i in 1 2 3; do echo line $i; done; exec not-a-program', on_exit: keep}, {key: b, command: [cat]}",
        );
        server.rune(["wait", "a", "--state", "exited"]).success();
        server.rune(["wait", "b"]).success();
        let said = server.rune(["why", "a"]).success().stdout;
        assert!(said.starts_with("shop:w.a: exited 127, for "), "{said}");
        assert!(said.contains("\n  that is: a command was not found\n"), "{said}");
        assert!(
            said.contains("\n  the last lines on its screen:\n    | line 1\n    | line 2\n    | line 3\n"),
            "{said}"
        );

        rewrite(server, "b", |record| {
            record["late"] = true.into();
            record["probe"] = "tcp 127.0.0.1:5432: connection refused".into();
        });
        let said = server.rune(["status"]).limit(Duration::from_secs(20)).success().stdout;
        assert!(said.contains("late: tcp 127.0.0.1:5432: connection refused"), "{said}");
        let hand =
            server.tmux(["split-window", "-d", "-P", "-F", "#{pane_id}", "-t", "=shop:", "exec sleep 900"]);
        let said = server.rune(["why", &hand]).success().stdout;
        assert!(said.contains("made by hand"), "{said}");
    });
}

/// Three services that each need the one before; `db` is ready when there is a file `db.up`.
const STACK: &str = "\
    {key: web, command: 'touch web.up; exec cat', needs: api, ready: {file: web.up}}, \
    {key: api, command: 'touch api.up; exec cat', needs: db, ready: {file: api.up}}, \
    {key: lint, command: [cat], autostart: false}, \
    {key: db, command: 'DB', ready: {file: db.up, timeout: 200ms}}";

#[test]
fn a_stack_becomes_ready_in_order_or_says_who_is_to_blame() {
    on_each_tmux(|server| {
        configure(server, &STACK.replace("DB", "echo cannot lock; exec cat"));
        let said = server.rune(["start", "-d", "--wait", "--timeout", "2s"]).code(4).stderr;
        assert!(said.contains("error: 3 panes are not there after 2 s: "), "{said}");
        assert!(said.contains("`shop:w.db`: running, late: "), "{said}");
        let why = server.rune(["why", "web"]).success().stdout;
        for line in [
            "shop:w.web: waiting, for ",
            "  it needs `api` to be ready\n    shop:w.api: waiting, for ",
            "      it needs `db` to be ready\n        shop:w.db: running, for ",
            "\n          it is not ready: file `",
            "\n          the last probe said: ",
            "\n          it is late: it had 200 ms to become ready, and is tried further\n",
            "\n            | cannot lock\n",
        ] {
            assert!(why.contains(line), "{line:?} in {why}");
        }
        assert!(!why.contains("| waiting for"), "what never ran printed nothing: {why}");
        assert_eq!(server.list_panes("#{pane_id}").len(), 4, "everything goes on running");

        server.write("db.up", "");
        let said = server.rune(["start", "-d", "--wait", "--timeout", "20s"]).success().stdout;
        let order: Vec<&str> = said.lines().skip(1).filter_map(|row| row.split_whitespace().nth(1)).collect();
        assert_eq!(order, ["shop:w.db", "shop:w.api", "shop:w.web"], "{said}");
        let said = server.rune(["wait", "lint"]).code(4).stderr;
        assert!(said.contains("it waits for `rune pane start`"), "{said}");
        let why = server.rune(["why", "lint"]).success().stdout;
        assert!(
            why.contains("it does not start by itself: `rune pane start shop:w.lint` does that"),
            "{why}"
        );
    });
}

#[test]
fn without_a_time_of_its_own_a_wait_ends_when_a_pane_is_late() {
    on_each_tmux(|server| {
        configure(server, &STACK.replace("DB", "echo cannot lock; exec cat"));
        let said = server.rune(["start", "-d", "--wait"]).limit(Duration::from_secs(20)).code(4).stderr;
        let late = "it had 200 ms to become ready: file `";
        assert!(said.contains("did not reach `ready` in time: ") && said.contains(late), "{said}");
        assert!(said.contains("; `--timeout` waits for longer\n"), "{said}");
        let said = server.rune(["wait", "web"]).limit(Duration::from_secs(20)).code(4).stderr;
        assert!(said.contains(&format!("it needs `api`: it needs `db`: {late}")), "{said}");
        // What was late still comes.
        server.write("db.up", "");
        server.rune(["wait", "web", "--timeout", "20s"]).success();
    });
}

#[test]
fn the_examples_do_what_they_say() {
    on_each_tmux(|server| {
        for (name, text) in [
            ("rune.yaml", include_str!("../../examples/services/rune.yaml")),
            ("broken.yaml", include_str!("../../examples/services/broken.yaml")),
        ] {
            server.write(name, text);
        }
        let said = server.rune(["start", "-d", "--wait"]).success().stdout;
        let order: Vec<&str> = said.lines().skip(1).filter_map(|row| row.split_whitespace().nth(1)).collect();
        assert_eq!(
            order,
            ["queue", "worker", "front"].map(|pane| format!("services:services.{pane}")),
            "{said}"
        );
        server.rune(["plan", "--check"]).success();
        server.rune(["stop"]).success();
        let said = server.rune(["start", "-d", "--wait", "-f", "broken.yaml"]).code(4).stderr;
        assert!(said.contains("it had 3 s to become ready: tcp 127.0.0.1:9: connection refused\n"), "{said}");
        let why = server.rune(["why", "front"]).success().stdout;
        assert!(why.contains("\n      the last probe said: tcp 127.0.0.1:9: connection refused\n"), "{why}");
    });
}

#[test]
fn a_closed_pane_is_explained_from_the_journal() {
    on_each_tmux(|server| {
        start(
            server,
            "{key: a, command: 'echo no luck; exit 7', on_exit: close, log: true}, {key: c, command: cat}, \
             {key: b, command: cat, needs: {pane: a, state: succeeded}}",
        );
        server.wait_until("it is closed", || server.list_panes("#{pane_id}").len() == 2);
        let why = server.rune(["why", "a"]).success().stdout;
        assert!(
            why.starts_with("shop:w.a: closed, ") && why.contains("\n  its last end: exited 7, "),
            "{why}"
        );
        assert!(why.contains("\n  the last lines of its log:\n    | no luck"), "{why}");
        let why = server.rune(["why", "b"]).success().stdout;
        assert!(why.contains("\n  it needs `a` to have ended with 0\n"), "{why}");
        assert!(
            why.contains("\n    there is no pane `a` now, its last end: exited 7: `rune start`"),
            "{why}"
        );
        let said = server.rune(["why", "aa"]).code(3).stderr;
        assert!(said.contains("there is no pane `aa`"), "{said}");
        server.rune(["stop"]).success();
        let why = server.rune(["why", "shop:w.c"]).success().stdout;
        assert!(why.contains("\n  its last end: signal 15, ") && why.contains("by `rune"), "{why}");
    });
}

#[test]
fn what_needs_a_failed_command_is_not_waited_for() {
    on_each_tmux(|server| {
        configure(server, &STACK.replace("'DB'", "'exit 3', on_exit: keep"));
        let said = server.rune(["start", "-d"]).success();
        drop(said);
        let said = server.rune(["wait", "web"]).code(4).stderr;
        assert!(said.contains("it needs `api`: it needs `db`: it is over: exited 3\n"), "{said}");
    });
}

#[test]
fn a_restart_to_come_is_told_with_its_time_and_a_stop_with_who_asked() {
    on_each_tmux(|server| {
        let restart = "restart: {when: on-failure, backoff: 50s..50s}";
        start(
            server,
            &format!("{{key: a, command: 'exit 1', {restart}}}, {{key: b, command: cat, on_exit: keep}}"),
        );
        server.wait_until("it restarts", || record(server, "a")["state"]["state"] == "restarting");
        let said = server.rune(["status"]).success().stdout;
        let row = said.lines().find(|row| row.starts_with("shop:w.a")).expect("a row");
        assert!(
            row.contains(" restarting ") && row.contains("  in ") && row.contains(" s after exited 1"),
            "{said}"
        );
        let why = server.rune(["why", "a"]).success().stdout;
        assert!(why.contains("\n  it is started again in "), "{why}");
        assert!(why.contains(" s (after failures, after 50 s to 50 s, at most 5 times in 60 s)\n"), "{why}");
        let said = server.rune(["wait", "a", "--timeout", "100ms"]).code(4).stderr;
        assert!(said.contains("did not reach `ready` within 100 ms: restarting"), "{said}");

        server.rune(["wait", "b"]).success();
        server.rune(["pane", "stop", "b"]).success();
        let why = server.rune(["why", "b"]).success().stdout;
        assert!(why.contains("\n  it was asked to end by `rune pane stop`\n"), "{why}");
        let said = server.rune(["wait", "b"]).code(4).stderr;
        assert!(said.contains("as somebody asked"), "{said}");
    });
}
