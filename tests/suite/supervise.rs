//! Commands that are kept: needs, readiness, restarts, stop rules and requests, in real panes.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::PathBuf;
use std::time::Duration;

use rune::record::PaneId;
use rune::supervise::{Request, Wish};
use serde_json::{Value, json};

use crate::support::{Server, on_each_tmux, variable};

const ENDED: &str = "Enter runs it again, s opens a shell, q closes the pane";

// Order and readiness.

#[test]
fn three_services_become_ready_in_order() {
    on_each_tmux(|server| {
        let (db, api) = (free_port(), free_port());
        let health = format!("http://127.0.0.1:{api}/health");
        start(
            server,
            &[
                json!({"key": "web", "command": "touch up; exec cat", "needs": "api", "ready": {"file": "up"}}),
                kept("api", service(server, "api", api), json!({"needs": ["db"], "ready": {"http": health}})),
                kept("db", service(server, "db", db), json!({"ready": {"tcp": db}})),
            ],
        );
        wait_for(server, "api", |record| record["waits"] == json!([format!("db: tcp {db}")]));
        server.wait_until("the pane says what it waits for", || {
            screen(server, "api").starts_with(&format!("waiting for db: tcp {db}, "))
        });
        let refused = format!("tcp 127.0.0.1:{db}: connection refused");
        wait_for(server, "db", |record| record["probe"] == json!(refused));
        assert_eq!(state(server, "web"), "waiting");

        server.write("db.go", "");
        wait_for_state(server, "db", "ready");
        wait_for_state(server, "api", "running");
        wait_for(server, "web", |record| record["waits"][0].as_str().unwrap().starts_with("api: http"));
        server.write("api.go", "");
        for key in ["api", "web"] {
            wait_for_state(server, key, "ready");
        }
        assert_eq!(
            journal(server, &["started", "ready"]),
            ["db started", "db ready", "api started", "api ready", "web started", "web ready"]
        );
        assert_eq!(screen(server, "web"), "", "the line is gone");
    });
}

#[test]
fn what_comes_too_late_is_told_of_and_still_comes() {
    on_each_tmux(|server| {
        start(
            server,
            &[
                kept("slow", "cat", json!({"ready": {"file": "done", "timeout": "200ms"}})),
                kept("next", "cat", json!({"needs": "slow"})),
            ],
        );
        wait_for(server, "next", |record| {
            record["waits"][0].as_str().is_some_and(|wait| wait.ends_with("/done`, late"))
        });
        let slow = record(server, "slow");
        assert_eq!((&slow["late"], &slow["state"]), (&json!(true), &json!({"state": "running"})));
        let why = slow["probe"].as_str().unwrap();
        assert!(why.ends_with("/done`: no such file or directory"), "{why}");
        server.write("done", "");
        wait_for_state(server, "next", "running");
        assert_eq!(record(server, "slow")["late"], json!(false));
        assert_eq!(journal(server, &["late", "ready"]), ["slow late", "slow ready"]);
    });
}

#[test]
fn each_kind_of_probe_makes_a_command_ready() {
    on_each_tmux(|server| {
        let fails = json!({"command": "echo not yet >&2; test -e go"});
        start(
            server,
            &[
                kept(
                    "log",
                    "echo '\u{1b}[1mlist\u{1b}[0mening on 1'; exec cat",
                    json!({"ready": {"log": "^listening on \\d$"}}),
                ),
                kept("command", "cat", json!({"ready": fails})),
                kept("delay", "cat", json!({"ready": {"delay": "300ms"}})),
                kept("exit", "read x", json!({"ready": {"exit": true}, "on_exit": "keep"})),
                kept("after", "cat", json!({"needs": ["log", "command", "delay", "exit"]})),
            ],
        );
        for key in ["log", "delay"] {
            wait_for_state(server, key, "ready");
        }
        let why = "command `echo not yet >&2; test -e go`: exited 1: not yet";
        wait_for(server, "command", |record| record["probe"] == json!(why));
        server.write("go", "");
        wait_for_state(server, "command", "ready");
        wait_for(server, "after", |record| record["waits"] == json!(["exit: its end"]));
        send(server, "exit", &["Enter"]);
        wait_for_state(server, "after", "running");
    });
}

#[test]
fn a_command_without_autostart_waits_for_somebody() {
    on_each_tmux(|server| {
        start(
            server,
            &[kept("a", "cat", json!({"autostart": false})), kept("b", "cat", json!({"autostart": false}))],
        );
        let text = "waiting for `rune pane start`: Enter starts it, s opens a shell";
        for key in ["a", "b"] {
            server.wait_until("it says so", || screen(server, key) == text);
        }
        send(server, "a", &["C-c"]);
        send(server, "a", &["Enter"]);
        server.rune(["pane", "start", "b"]).success();
        for key in ["a", "b"] {
            wait_for_state(server, key, "running");
        }
        let by: Vec<Value> =
            events(server, &["started"]).into_iter().map(|event| event["by"].clone()).collect();
        assert!(by.contains(&json!("Enter")) && by.contains(&json!("rune pane start")), "{by:?}");
    });
}

// Ends and restarts.

#[test]
fn who_starts_what_has_to_wait_is_told_so() {
    on_each_tmux(|server| {
        start(
            server,
            &[
                kept("a", "cat", json!({"autostart": false})),
                kept("b", "cat", json!({"needs": "a", "autostart": false})),
            ],
        );
        wait_for_state(server, "b", "waiting");
        let said = server.rune(["pane", "start", "b"]).success().stderr;
        assert!(
            said.contains(".b` waits for what it needs: `rune why ") && !said.contains("started"),
            "{said}"
        );
        wait_for(server, "b", |record| record["waits"][0] == "a: it waits for `rune pane start`");
        server.rune(["pane", "start", "a"]).success();
        wait_for_state(server, "b", "running");
    });
}

#[test]
fn what_an_end_leads_to_depends_on_the_policy_alone() {
    let ends = [
        (json!("exit 0"), "exited", false),
        (json!("exit 7"), "exited", true),
        (json!("exit 127"), "exited", true),
        (json!(["no-such-program"]), "not_started", true),
        (json!("kill -2 $$"), "signalled", true),
        (json!("kill -9 $$"), "signalled", true),
        (json!("kill -15 $$"), "signalled", true),
    ];
    on_each_tmux(|server| {
        let mut panes = vec![kept("stays", "cat", json!({}))];
        let mut wanted = Vec::new();
        for (number, (command, state, failed)) in ends.iter().enumerate() {
            for on_exit in ["shell", "keep", "close"] {
                for when in ["never", "on-failure", "always"] {
                    let key = format!("{on_exit}-{when}-{number}");
                    let restart = json!({"when": when, "backoff": "1ms..2ms", "limit": "2 in 60s"});
                    let rest = json!({"on_exit": on_exit, "restart": restart});
                    panes.push(kept(&key, command.clone(), rest));
                    let again = when == "always" || when == "on-failure" && *failed;
                    let closes = on_exit == "close" && !again && *state != "not_started";
                    wanted.push((key, if again { "gave_up" } else { state }, again, on_exit, closes));
                }
            }
        }
        start_in_windows(server, &panes);
        for (key, state, again, on_exit, closes) in wanted {
            wait_for_state(server, &key, state);
            let record = record(server, &key);
            assert_eq!(record["restarts"], if again { 2 } else { 0 }, "{key}");
            assert!(record["last"][1].as_u64() > Some(0), "{key}: {record}");
            if closes {
                server.wait_until(&format!("{key} closes"), || pane_of(server, &key).is_none());
                continue;
            }
            let pane = pane_of(server, &key).unwrap_or_else(|| panic!("{key} is there"));
            if on_exit == "shell" {
                server.wait_until(&format!("{key} has a shell"), || {
                    server.format("#{pane_current_command}", &pane) == "sh"
                });
            } else {
                server.wait_until(&format!("{key} asks"), || server.capture(&pane).contains(ENDED));
            }
            assert_eq!(server.capture(&pane).contains("gave up after 2 restarts"), again, "{key}");
        }
    });
}

#[test]
fn a_pause_is_shown_and_enter_ends_it() {
    on_each_tmux(|server| {
        let restart = json!({"when": "always", "backoff": "1h"});
        start(server, &[kept("a", "echo x >>runs; exit 3", json!({"restart": restart}))]);
        wait_for_state(server, "a", "restarting");
        server.wait_until("it says when", || screen(server, "a").contains("restart 1 in 3"));
        assert!(
            screen(server, "a").starts_with("\necho x >>runs; exit 3: exited 3\n"),
            "{}",
            screen(server, "a")
        );
        send(server, "a", &["Enter"]);
        server.wait_until("it ran again", || screen(server, "a").contains("restart 2 in 3"));
        assert_eq!(server.sh("cat runs").success().stdout, "x\nx\n");
        assert_eq!(record(server, "a")["last"][0], json!({"state": "exited", "code": 3}));
    });
}

#[test]
fn a_command_that_is_not_alive_any_more_is_replaced() {
    on_each_tmux(|server| {
        server.write("alive", "");
        start(
            server,
            &[kept(
                "a",
                "trap 'exit 0' USR2; echo up; while :; do read x; done",
                json!({
                    "live": {"file": "alive", "every": "50ms", "failures": 2},
                    "restart": {"when": "on-failure", "backoff": "1ms"},
                    "stop": {"signal": "USR2"},
                }),
            )],
        );
        server.wait_until("it is up", || screen(server, "a").contains("up"));
        let first = record(server, "a")["command"]["pid"].clone();
        fs::remove_file(server.project().join("alive")).unwrap();
        wait_for(server, "a", |record| record["restarts"] == 1);
        server.write("alive", "");
        wait_for_state(server, "a", "running");
        assert_ne!(record(server, "a")["command"]["pid"], first);
        let did = journal(server, &["failing", "exited", "signalled", "restarting"]);
        assert_eq!(did[..3], ["a failing", "a exited", "a restarting"]);
    });
}

// Stopping and requests.

#[test]
fn each_stop_rule_ends_a_command_its_own_way() {
    let traps = "trap 'exit 5' INT; trap 'exit 6' USR1; trap '' TERM HUP; echo up; while :; do read x; [ \"$x\" = quit ] && exit 7; done";
    let stops = [
        ("keys", json!({"keys": "C-c"}), json!({"state": "exited", "code": 5})),
        ("typed", json!({"keys": ["quit", "Enter"]}), json!({"state": "exited", "code": 7})),
        ("signal", json!({"signal": "USR1"}), json!({"state": "exited", "code": 6})),
        (
            "command",
            json!({"command": "kill -USR1 $(cat command.pid)"}),
            json!({"state": "exited", "code": 6}),
        ),
        ("killed", json!({"signal": "TERM", "timeout": "200ms"}), json!({"state": "signalled", "signal": 9})),
    ];
    on_each_tmux(|server| {
        let panes: Vec<Value> = stops
            .iter()
            .map(|(key, stop, _)| {
                let command = format!("echo $$ >{key}.pid; {traps}");
                kept(key, command, json!({"stop": stop, "on_exit": "close"}))
            })
            .collect();
        start_in_windows(server, &panes);
        for (key, _, end) in &stops {
            server.wait_until("it is up", || screen(server, key).contains("up"));
            server.rune(["pane", "stop", key]).success();
            let record = record(server, key);
            assert_eq!((&record["state"], &record["asked"]), (&json!(end), &json!(true)), "{key}");
            let question =
                "stopped by `rune pane stop`: Enter starts it again, s opens a shell, q closes the pane";
            server.wait_until("the pane stays", || screen(server, key).contains(question));
        }
        send(server, "keys", &["Enter"]);
        wait_for_state(server, "keys", "running");
        // Keys go to the program also while somebody looks at what it printed.
        server.rune(["pane", "start", "typed"]).success();
        server.wait_until("it is up again", || screen(server, "typed").matches("up").count() == 2);
        server.tmux(["copy-mode", "-t", &pane_of(server, "typed").unwrap()]);
        server.rune(["pane", "stop", "typed"]).success();
        assert_eq!(record(server, "typed")["state"], json!({"state": "exited", "code": 7}));
    });
}

#[test]
fn a_stop_finds_what_left_the_tree_and_what_is_born_meanwhile() {
    let commands = [
        ("away", "setsid sh -c 'trap \"\" HUP; exec sleep 7001' & (setsid -f sleep 7002); exec cat"),
        ("fork", "trap 'sleep 7003 & exit' TERM; echo up; while :; do read x; done"),
        ("stubborn", "trap '' TERM HUP INT; sleep 7004; sleep 7005"),
    ];
    on_each_tmux(|server| {
        let stop = json!({"signal": "TERM", "timeout": "300ms"});
        let panes: Vec<Value> =
            commands.iter().map(|(key, command)| kept(key, *command, json!({"stop": stop}))).collect();
        start(server, &panes);
        let sleeps =
            || server.processes().iter().filter(|process| process.words.starts_with("sleep 700")).count();
        server.wait_until("all of it runs", || sleeps() == 3);
        server.wait_until("the trap is set", || screen(server, "fork").contains("up"));
        server.rune(["pane", "stop", "--all"]).success();
        assert_eq!(sleeps(), 0, "{:?}", server.processes());
        for (key, _) in commands {
            assert_ne!(state(server, key), "running", "{key}");
            assert!(pane_of(server, key).is_some());
        }
    });
}

#[test]
fn a_command_that_was_handed_over_to_a_shell_starts_again_in_its_pane() {
    on_each_tmux(|server| {
        start(server, &[kept("a", "read x", json!({})), kept("b", "cat", json!({}))]);
        let panes = server.list_panes("#{pane_id} #{pane_pid}");
        wait_for_state(server, "a", "running");
        send(server, "a", &["Enter"]);
        let command = || server.format("#{pane_current_command}", &pane_of(server, "a").unwrap());
        server.wait_until("a shell took over", || command() == "sh" && state(server, "a") == "exited");
        server.rune(["restart", "a"]).success();
        assert_eq!(state(server, "a"), "running");
        assert_eq!(record(server, "a")["restarts"], 1);
        assert_eq!(server.list_panes("#{pane_id} #{pane_pid}"), panes);

        // And a runner that is asked to close does.
        let (directory, id) = place(server, "b");
        let request = Request::new(Wish::Close, "a test");
        let reply = rune::control::ask(&directory, &id, &request, Duration::from_secs(10)).unwrap();
        assert!(reply.ok, "{reply:?}");
        server.wait_until("the pane has closed", || pane_of(server, "b").is_none());
        assert_eq!(record(server, "b")["state"], json!({"state": "signalled", "signal": 15}));
        assert_eq!(journal(server, &["closed"]), ["b closed"]);
    });
}

#[test]
fn a_project_stops_in_the_reverse_order_by_the_rules_of_its_commands() {
    let command =
        |key: &str| format!("trap 'echo {key} >>order; exit' USR1; echo up; while :; do read x; done");
    on_each_tmux(|server| {
        let rule = json!({"signal": "USR1"});
        start(
            server,
            &[
                kept("c", command("c"), json!({"needs": "b", "stop": rule})),
                kept("a", command("a"), json!({"stop": rule})),
                kept("b", command("b"), json!({"needs": "a", "stop": rule})),
                kept("d", "cat", json!({})),
            ],
        );
        for key in ["a", "b", "c"] {
            server.wait_until("it is up", || screen(server, key).contains("up"));
        }
        server.rune(["stop"]).success();
        assert_eq!(server.sh("cat order").success().stdout, "c\nb\na\n");
        server.wait_until("nothing is left", || server.processes().is_empty());
        let by: Vec<Value> =
            events(server, &["exited"]).into_iter().map(|event| event["by"].clone()).collect();
        assert_eq!(by, ["rune stop"; 3]);
    });
}

// The log.

#[test]
fn a_pane_closes_when_its_log_has_everything() {
    on_each_tmux(|server| {
        let print = "i=0; while [ $i -lt 3000 ]; do echo line $i; i=$((i+1)); done";
        start(
            server,
            &[kept("stays", "cat", json!({})), kept("a", print, json!({"log": true, "on_exit": "close"}))],
        );
        server.wait_until("the pane has closed", || pane_of(server, "a").is_none());
        let text = server.sh("cat $(find \"$XDG_STATE_HOME\" -name '*.cast')").success().stdout;
        assert!(text.contains("line 2999\\r\\n"), "the log has {} bytes", text.len());
        assert!(text.contains("ended, code 0"));
    });
}

// What it costs.

#[test]
fn a_hundred_panes_wait_for_one_and_sleep_when_there_is_nothing_to_do() {
    on_each_tmux(|server| {
        let mut panes =
            vec![kept("db", "cat", json!({"ready": {"file": "go"}, "live": {"file": "go", "every": "1h"}}))];
        panes.extend((0..99).map(|number| kept(&format!("p{number}"), "cat", json!({"needs": "db"}))));
        panes.push(kept("held", "cat", json!({"autostart": false})));
        panes.push(kept("clock", "cat", json!({"needs": "held"})));
        start_in_windows(server, &panes);
        let waiting =
            || records(server).iter().filter(|record| record["state"]["state"] == "waiting").count();
        server.wait_until("all wait", || waiting() == 101);
        server.write("go", "");
        server.wait_until("all run", || waiting() == 2);

        let own = |record: &Value| record["runner"]["pid"].to_string();
        let pids: Vec<String> =
            records(server).iter().filter(|record| record["keys"][1] != "clock").map(own).collect();
        assert_eq!(pids.len(), 101);
        let switches = || pids.iter().map(|pid| switches(pid)).collect::<Vec<_>>();
        let asleep = |pid: &String| fs::read_to_string(format!("/proc/{pid}/stat")).unwrap().contains(") S ");
        server.wait_until("all are asleep", || pids.iter().all(asleep));
        let seconds = || {
            let text = screen(server, "clock");
            let number = text.split(", ").nth(1).and_then(|rest| rest.split(' ').next()?.parse().ok());
            number.unwrap_or(0_u64)
        };
        // The last that a start does is to have tmux look, a moment later.
        let begin = seconds();
        server.wait_until("the starts are over", || seconds() >= begin + 2);
        let (before, begin) = (switches(), seconds());
        server.wait_until("two seconds have passed", || seconds() >= begin + 2);
        assert_eq!(switches(), before);
    });
}

// Verbs of these tests.

/// A pane with a key, a command, and these other keys.
fn kept(key: &str, command: impl Into<Value>, rest: Value) -> Value {
    let mut pane = rest;
    pane["key"] = json!(key);
    pane["command"] = command.into();
    pane
}

/// Starts these panes in one window.
#[track_caller]
fn start(server: &Server, panes: &[Value]) {
    configure(server, &[json!({"name": "s", "layout": "tiled", "panes": panes})]);
}

/// Starts these panes, ten in a window.
#[track_caller]
fn start_in_windows(server: &Server, panes: &[Value]) {
    let window = |(number, panes)| json!({"name": format!("s{number}"), "layout": "tiled", "panes": panes});
    let windows: Vec<Value> = panes.chunks(10).enumerate().map(window).collect();
    configure(server, &windows);
}

#[track_caller]
fn configure(server: &Server, windows: &[Value]) {
    server.write("rune.yaml", json!({"workspace": {"session_name": "w", "windows": windows}}).to_string());
    server.rune(["start", "-d"]).limit(Duration::from_secs(60)).success();
}

/// Everything that runners have written down.
fn records(server: &Server) -> Vec<Value> {
    record_files(server)
        .into_iter()
        .filter_map(|path| serde_json::from_slice(&fs::read(path).ok()?).ok())
        .collect()
}

fn record_files(server: &Server) -> Vec<PathBuf> {
    let entries = |dir: PathBuf| fs::read_dir(dir).into_iter().flatten().flatten().map(|entry| entry.path());
    let workspaces = entries(server.root().join("run/rune")).flat_map(entries);
    let files = workspaces.filter(|path| path.is_dir()).flat_map(entries);
    files.filter(|path| path.extension().is_some_and(|extension| extension == "record")).collect()
}

/// What is written down about the pane of this key; null before anything is.
fn record(server: &Server, key: &str) -> Value {
    records(server).into_iter().find(|record| record["keys"][1] == key).unwrap_or_default()
}

fn state(server: &Server, key: &str) -> String {
    record(server, key)["state"]["state"].as_str().unwrap_or_default().to_owned()
}

#[track_caller]
fn wait_for(server: &Server, key: &str, holds: impl Fn(&Value) -> bool) {
    let mut last = Value::Null;
    let found = crate::support::within(crate::support::patience(), || {
        last = record(server, key);
        (!last.is_null() && holds(&last)).then_some(())
    });
    assert!(found.is_some(), "waited in vain for {key}: {last}\n{}", server.state());
}

#[track_caller]
fn wait_for_state(server: &Server, key: &str, state: &str) {
    wait_for(server, key, |record| record["state"]["state"] == state);
}

/// Directory and name of what is written down about a pane.
#[track_caller]
fn place(server: &Server, key: &str) -> (PathBuf, PaneId) {
    let id = record(server, key)["id"].as_str().and_then(PaneId::parse).expect("a record has an id");
    let name = format!("{id}.record");
    let path = record_files(server).into_iter().find(|path| path.ends_with(&name)).expect("it has a file");
    (path.parent().expect("a file is in a directory").to_owned(), id)
}

/// The pane that has this key, if it is there.
fn pane_of(server: &Server, key: &str) -> Option<String> {
    let panes = server.list_panes("#{pane_id} #{pane_start_command}");
    let own = |line: &&String| line.trim_end_matches('"').ends_with(&format!(" {key}"));
    panes.iter().find(own).and_then(|line| line.split(' ').next()).map(str::to_owned)
}

#[track_caller]
fn screen(server: &Server, key: &str) -> String {
    let pane = pane_of(server, key).unwrap_or_else(|| panic!("there is a pane {key}\n{}", server.state()));
    server.capture(&pane)
}

#[track_caller]
fn send(server: &Server, key: &str, keys: &[&str]) {
    let pane = pane_of(server, key).expect("the pane is there");
    server.tmux([&["send-keys", "-t", &pane], keys].concat());
}

/// The journal's events of these kinds.
fn events(server: &Server, kinds: &[&str]) -> Vec<Value> {
    let text = server.sh("cat \"$XDG_STATE_HOME\"/rune/journal/*.jsonl").success().stdout;
    let events = text.lines().map(|line| serde_json::from_str::<Value>(line).expect("a line is JSON"));
    events.filter(|event| kinds.iter().any(|kind| event["event"] == *kind)).collect()
}

/// The same, each as `PANE KIND`.
fn journal(server: &Server, kinds: &[&str]) -> Vec<String> {
    let line = |event: Value| {
        format!("{} {}", event["pane"].as_str().unwrap_or("?"), event["event"].as_str().unwrap_or("?"))
    };
    events(server, kinds).into_iter().map(line).collect()
}

fn switches(pid: &str) -> String {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).expect("the process lives");
    status.lines().find(|line| line.starts_with("voluntary_ctxt_switches")).unwrap_or_default().to_owned()
}

/// A port that nobody listens on a moment ago.
fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0");
    listener.and_then(|listener| listener.local_addr()).expect("there is a free port").port()
}

/// A command that listens on this port when there is a file `NAME.go`, and answers every request: this
/// test program once more.
fn service(server: &Server, name: &str, port: u16) -> String {
    let program = std::env::current_exe().expect("this program has a path");
    let go = server.project().join(format!("{name}.go"));
    format!(
        "SERVICE_PORT={port} SERVICE_GO='{}' exec '{}' --ignored --exact supervise::a_service --nocapture",
        go.display(),
        program.display()
    )
}

#[test]
#[ignore = "a service for the other tests"]
fn a_service() {
    let port = variable("SERVICE_PORT");
    if port.is_empty() {
        return;
    }
    crate::support::within(Duration::from_secs(60), || {
        PathBuf::from(variable("SERVICE_GO")).exists().then_some(())
    })
    .expect("it is told to go");
    let port: u16 = port.to_str().unwrap().parse().unwrap();
    let listener = TcpListener::bind(("127.0.0.1", port)).unwrap();
    for stream in listener.incoming() {
        let mut stream = stream.unwrap();
        let _ = stream.read(&mut [0; 1024]);
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    }
}
