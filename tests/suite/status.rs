//! `rune status` and `rune top`: what is said of panes, in tables, in JSON, and while it changes.

use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use crate::support::{Server, on_each_tmux};

/// What `rune status --json` says of the pane `shop:w.KEY`.
#[track_caller]
fn pane(server: &Server, key: &str) -> Value {
    let said = server.rune(["status", "--json"]).success().stdout;
    let said: Value = serde_json::from_str(&said).expect("it is JSON");
    let panes = said["panes"].as_array().expect("it has panes").clone();
    let target = format!("shop:w.{key}");
    panes
        .into_iter()
        .find(|pane| pane["target"] == *target)
        .unwrap_or_else(|| panic!("no `{target}`: {said}"))
}

#[track_caller]
fn wait_for(server: &Server, key: &str, state: &Value) {
    server.wait_until(&format!("`{key}` is {state}"), || pane(server, key)["state"] == *state);
}

/// A workspace of one window with these panes.
fn start(server: &Server, panes: &str) {
    server.write(
        "rune.yaml",
        format!(
            "workspace: {{session_name: shop, windows: [{{name: w, layout: even-vertical, panes: [{panes}]}}]}}"
        ),
    );
    server.rune(["start", "-d"]).success();
}

/// Changes what a runner wrote down, as it would itself.
fn rewrite(server: &Server, key: &str, change: impl Fn(&mut Value)) {
    let path = server.pane_file(key, "record");
    let mut record: Value = serde_json::from_slice(&std::fs::read(&path).expect("a record")).expect("JSON");
    change(&mut record);
    let new = path.with_extension("record.new");
    std::fs::write(&new, record.to_string()).expect("it can be written");
    std::fs::rename(new, path).expect("it can be replaced");
}

#[test]
fn status_has_every_fact_in_units() {
    on_each_tmux(|server| {
        start(
            server,
            "{key: cat, command: 'echo one; echo two; exec cat'}, {key: failed, command: 'exit 7', on_exit: keep}",
        );
        wait_for(server, "failed", &json!({"state": "exited", "code": 7}));
        wait_for(server, "cat", &json!({"state": "running"}));
        server.tmux(["split-window", "-d", "-t", "=shop:", "exec sleep 900"]);
        server.wait_until("cat has printed", || pane(server, "cat")["last_line"] == "two");

        let cat = pane(server, "cat");
        assert_eq!((&cat["ready"], &cat["late"], &cat["restarts"]), (&true.into(), &false.into(), &0.into()));
        assert!(cat["memory_bytes"].as_u64().is_some_and(|bytes| bytes > 100_000), "{cat}");
        assert!(cat["cpu_percent"].is_number() && cat["cpu_ms"].is_u64(), "{cat}");
        assert!(cat["processes"].as_u64() >= Some(2), "runner and command: {cat}");
        let pid = cat["pid"].as_i64().expect("a process id");
        assert!(
            server.processes().iter().any(|one| i64::from(one.pid) == pid && one.words == "cat"),
            "{cat}"
        );
        let failed = pane(server, "failed");
        assert_eq!(failed["ready"], false);
        assert_eq!(failed["last_line"], Value::Null, "it printed nothing; what its runner says is no output");
        assert!(failed["since"].as_u64() > Some(1_600_000_000_000), "{failed}");

        let said = server.rune(["status"]).success().stdout;
        let rows: Vec<&str> = said.lines().collect();
        assert!(rows[0].starts_with("PANE") && rows[0].ends_with("LAST"), "{said}");
        assert!(
            rows[1].starts_with("shop:w.cat ") && rows[1].contains(" running ") && rows[1].ends_with(" two"),
            "{said}"
        );
        assert!(
            rows.iter().any(|row| row.starts_with("shop:w.failed ") && row.contains(" exited 7 ")),
            "{said}"
        );
        assert!(rows.iter().any(|row| row.contains(" by hand ")), "{said}");
        assert!(!said.contains('\x1b'), "no colour without a terminal: {said}");
        let coloured = server.rune(["status"]).env("FORCE_COLOR", "1").success().stdout;
        assert!(coloured.contains("\x1b[31mexited 7\x1b[0m"), "{coloured}");
    });
}

#[test]
fn status_says_what_a_state_is_about() {
    on_each_tmux(|server| {
        start(server, "{key: a, command: [cat]}, {key: b, command: [cat]}");
        wait_for(server, "a", &json!({"state": "running"}));
        wait_for(server, "b", &json!({"state": "running"}));
        rewrite(server, "a", |record| {
            record["state"] = json!({"state": "waiting"});
            record["waits"] = json!(["db: tcp 5432"]);
        });
        rewrite(server, "b", |record| {
            record["late"] = true.into();
            record["probe"] = "tcp 5432: connection refused".into();
            record["restarts"] = 3.into();
        });
        let said = server.rune(["status"]).success().stdout;
        assert!(said.contains(" waiting ") && said.contains("  for db: tcp 5432"), "{said}");
        assert!(said.contains("late: tcp 5432: connection refused"), "{said}");
        let a = pane(server, "a");
        assert_eq!((&a["waits"], &a["ready"]), (&json!(["db: tcp 5432"]), &json!(false)), "{a}");
        let b = pane(server, "b");
        assert_eq!((&b["restarts"], &b["late"]), (&json!(3), &json!(true)), "{b}");
    });
}

#[test]
fn what_is_not_known_is_unknown_and_never_dead() {
    on_each_tmux(|server| {
        start(server, "{key: a, command: [cat]}");
        wait_for(server, "a", &json!({"state": "running"}));
        std::fs::remove_dir_all(server.root().join("run/rune")).expect("it was there");
        let a = pane(server, "a");
        assert_eq!((&a["state"], &a["ready"]), (&json!({"state": "unknown"}), &json!(false)));
        assert!(a["processes"].as_u64() >= Some(2), "its processes are found nevertheless: {a}");
        let said = server.rune(["status"]).success().stdout;
        assert!(said.contains(" unknown ") && said.contains("what its runner wrote down is lost"), "{said}");
    });
}

#[test]
fn a_lost_runner_is_shown_with_what_survived() {
    on_each_tmux(|server| {
        if server.version() < (3, 2, ' ') {
            return; // the pane is gone with its runner
        }
        start(
            server,
            "{key: a, command: \"trap '' HUP; setsid sleep 901 & exec sleep 902\"}, {key: b, command: [cat]}",
        );
        wait_for(server, "a", &json!({"state": "running"}));
        server.wait_until("it runs", || server.processes().iter().any(|one| one.words == "sleep 901"));
        let runner = pane(server, "a")["pane_pid"].as_i64().and_then(|pid| Pid::from_raw(pid as i32));
        kill_process(runner.expect("a pid"), Signal::KILL).expect("it lives");
        server.wait_until("the pane is dead", || {
            server.tmux(["run-shell", "-b", "true"]);
            server.list_panes("#{pane_dead}").contains(&"1".to_owned())
        });
        let a = pane(server, "a");
        assert_eq!(a["state"], json!({"state": "lost_runner"}));
        let survivors: Vec<&str> = a["survivors"]
            .as_array()
            .expect("a list")
            .iter()
            .filter_map(|one| one["name"].as_str())
            .collect();
        assert_eq!(survivors, ["sleep", "sleep"], "{a}");
        let said = server.rune(["status"]).success().stdout;
        assert!(said.contains(" lost runner ") && said.contains("left: `sleep` (pid "), "{said}");
    });
}

#[test]
fn watched_status_is_pushed_and_leaves_the_terminal_as_it_was() {
    on_each_tmux(|server| {
        start(server, "{key: a, command: [cat]}");
        wait_for(server, "a", &json!({"state": "running"}));
        // The shell lives on: it says how it ended.
        let script = "trap : INT; rune status --watch; echo left with $?";
        let mut terminal = server.program("sh").args(["-c", script]).in_terminal(80, 10);
        terminal.expect("\x1b[?1049h");
        terminal.expect("running");
        rewrite(server, "a", |record| record["state"] = json!({"state": "ready"}));
        terminal.expect("ready");
        terminal.send_control('c');
        terminal.expect("\x1b[?1049l");
        let rest = terminal.expect("left with 130");
        assert!(!rest.contains("interrupted"), "to leave is no error: {rest}");
        terminal.code(0);

        // Without a terminal: one line of JSON for every change.
        let lines = server.root().join("tmp/lines");
        let script = format!("exec rune status --watch --json > '{}'", lines.display());
        let mut watch = server.sh(&script).start();
        let states = || -> Vec<Value> {
            let text = std::fs::read_to_string(&lines).unwrap_or_default();
            text.lines()
                .map(|line| {
                    serde_json::from_str::<Value>(line).expect("JSON")["panes"][0]["state"]["state"].clone()
                })
                .collect()
        };
        server.wait_until("the first report is there", || states() == ["ready"]);
        rewrite(server, "a", |record| record["state"] = json!({"state": "running"}));
        server.wait_until("the change is there", || states() == ["ready", "running"]);
        watch.kill().expect("it runs");
        watch.wait().expect("it ran");
        let said = server.sh("rune status --watch --json | head -n 1 | wc -l").success().stdout;
        assert_eq!(said.trim(), "1", "it ends when nobody reads it");
    });
}

#[test]
fn top_shows_who_uses_the_processor() {
    on_each_tmux(|server| {
        start(server, "{key: idle, command: [cat]}, {key: busy, command: 'while :; do :; done'}");
        wait_for(server, "busy", &json!({"state": "running"}));
        let said = server.rune(["top", "--once", "--json"]).success().stdout;
        let top: Value = serde_json::from_str(&said).expect("JSON");
        assert_eq!((&top["schema"], &top["interval_ms"]), (&json!(1), &json!(500)));
        let session = &top["sessions"][0];
        let panes = &session["windows"][0]["panes"];
        assert_eq!((&panes[0]["name"], &panes[1]["name"]), (&json!("busy"), &json!("idle")), "{said}");
        assert!(panes[0]["cpu_percent"].as_f64() > Some(5.0), "{said}");
        assert_eq!(panes[1]["cpu_percent"].as_f64(), Some(0.0), "{said}");
        let sum =
            panes[0]["memory_bytes"].as_u64().unwrap_or(0) + panes[1]["memory_bytes"].as_u64().unwrap_or(0);
        assert_eq!(session["memory_bytes"].as_u64(), Some(sum), "{said}");

        let said = server.rune(["top", "--once"]).success().stdout;
        let names: Vec<&str> = said.lines().filter_map(|line| line.split_whitespace().next()).collect();
        assert_eq!(names, ["NAME", "shop", "w", "busy", "idle"], "{said}");

        let mut terminal = server.rune(["top"]).in_terminal(80, 20);
        terminal.expect("busy");
        terminal.send_control('c');
        terminal.expect("\x1b[?1049l");
        terminal.code(130);
    });
}

#[test]
fn a_terminal_of_80_columns_is_wide_enough() {
    on_each_tmux(|server| {
        start(server, "{key: a, command: 'printf %0200d 1; exec cat'}");
        server.wait_until("it has printed", || {
            pane(server, "a")["last_line"].as_str().is_some_and(|line| line.ends_with("01"))
        });
        let mut terminal = server.rune(["status"]).in_terminal(80, 10);
        terminal.expect("shop:w.a");
        let rest = terminal.expect("…");
        assert!(rest.len() < 90, "{rest:?}");
        terminal.code(0);
        let said = server.rune(["status"]).limit(Duration::from_secs(10)).success().stdout;
        assert!(said.lines().any(|line| line.len() > 200), "nothing is cut for a file: {said}");
    });
}
