//! `rune events`: what the journal has, and what is pushed.

use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use serde_json::Value;

use crate::support::{Server, on_each_tmux};

const SHOP: &str = "workspace: {session_name: shop, windows: [{name: code, panes: [\
                    {key: a, command: exec sleep 4001}, {key: b, command: exec sleep 4002}]}]}";

fn start(server: &Server) {
    server.write("rune.yaml", SHOP);
    server.rune(["start", "-d"]).success();
    server.wait_until("both runners have noted their starts", || {
        let said = server.rune(["events", "--json"]).success().stdout;
        said.matches("\"event\":\"started\"").count() >= 2
    });
}

fn journal(server: &Server) -> PathBuf {
    let directory = server.root().join("state/rune/journal");
    let mut files: Vec<PathBuf> =
        fs::read_dir(&directory).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "jsonl"));
    assert_eq!(files.len(), 1, "one journal a server");
    files.remove(0)
}

/// Target, event and by whom of every event that a command noted.
fn noted(server: &Server, words: &[&str]) -> Vec<String> {
    let said = server.rune(["events", "--json"]).args(words).success().stdout;
    let events = said.lines().map(|line| serde_json::from_str::<Value>(line).expect("it is JSON"));
    let field = |event: &Value, name: &str| event[name].as_str().unwrap_or_default().to_owned();
    let one = |event: Value| {
        assert_eq!(event["schema"], 1);
        assert!(event["at"].as_u64().is_some_and(|at| at > 1_600_000_000_000), "{event}");
        let keys = ["window", "pane"].map(|name| field(&event, name));
        format!(
            "{} {} {} {}",
            field(&event, "session"),
            keys.join("."),
            field(&event, "event"),
            field(&event, "by")
        )
    };
    events.map(one).filter(|event| event.contains(" rune ") || event.contains(" on /dev/")).collect()
}

#[test]
fn the_journal_says_what_commands_did_and_who() {
    on_each_tmux(|server| {
        assert_eq!(
            server.rune(["events"]).success().stderr,
            "nothing to show: the journal has no such event\n"
        );
        start(server);
        let opened =
            ["shop . created rune start", "shop code.a created rune start", "shop code.b created rune start"];
        assert_eq!(noted(server, &[]), opened);
        server.rune(["start", "-d"]).success();
        assert_eq!(noted(server, &[]), opened, "nothing happened");
        server.rune(["restart", "a"]).success();
        server.write(
            "rune.yaml",
            SHOP.replace("4001", "4003").replace(", {key: b, command: exec sleep 4002}", ""),
        );
        server.rune(["apply", "--prune"]).success();
        let mut terminal = server.rune(["attach"]).in_terminal(100, 30);
        server.wait_until("a client is attached", || server.list_sessions("#{session_attached}") == ["1"]);
        server.rune(["stop"]).success();
        terminal.expect("exited");
        let all = noted(server, &[]);
        assert_eq!(all[..3], opened);
        let mut rest = all[3..].to_vec();
        assert!(rest.remove(4).starts_with("shop . attached tester on /dev/pts/"), "{all:?}");
        rest[2..4].sort();
        assert_eq!(
            rest,
            [
                "shop code.a signalled rune restart",
                "shop code.a started rune restart",
                "shop code.a restarted rune apply",
                "shop code.b closed rune apply",
                "shop . stopped rune stop",
            ]
        );
        let mode = |path: PathBuf| fs::metadata(path).expect("it exists").permissions().mode() & 0o777;
        assert_eq!(mode(journal(server)), 0o600);
        assert_eq!(mode(server.root().join("state/rune/journal")), 0o700);
    });
}

#[test]
fn a_line_has_time_target_what_and_by_whom() {
    on_each_tmux(|server| {
        start(server);
        let said = server.rune(["events", "-n", "1", "code.b"]).env("TZ", "UTC").success().stdout;
        let (time, rest) = said.split_at("2026-11-21 16:07:58.000".len());
        assert!(time.starts_with("20") && time.ends_with(|c: char| c.is_ascii_digit()), "{said}");
        assert!(rest.trim().starts_with("shop:code.b "), "{said}");
        let said = server.rune(["events", "shop:code.a"]).env("FORCE_COLOR", "1").success().stdout;
        assert!(
            said.lines().next().is_some_and(|line| line.contains("\x1b[1mshop:code.a\x1b[0m")),
            "{said:?}"
        );
        assert!(said.contains("created\x1b[2m by rune start\x1b[0m"), "{said:?}");
        // By tmux id, by session, by glob; and what is missing.
        let of = |words: &[&str]| noted(server, words).len();
        assert_eq!((of(&["%0"]), of(&["shop"]), of(&["*b"]), of(&["--since", "1h", "a"])), (1, 3, 1, 1));
        assert_eq!(of(&["--since", "2100-01-01"]), 0);
        assert_eq!(of(&["-n", "0"]), 0);
        let said = server.rune(["events", "cod"]).code(3).stderr;
        assert!(said.starts_with("error: there is no pane `cod`\nhint: there is "), "{said}");
        let said = server.rune(["events", "--since", "soon"]).code(2).stderr;
        assert!(said.starts_with("error: `soon` is no time\n"), "{said}");
        server.rune(["stop"]).success();
        // What is gone is still known.
        assert_eq!(of(&["shop:code.a"]), 1);
        let said = server.rune(["events", "cod"]).code(3).stderr;
        assert!(said.starts_with("error: there is no pane or session `cod`\nhint: there is "), "{said}");
    });
}

#[test]
fn what_another_rune_wrote_is_told_and_kept() {
    on_each_tmux(|server| {
        start(server);
        let path = journal(server);
        let text = fs::read_to_string(&path).expect("it exists");
        let newer = r#"{"schema":99,"at":1700000000000,"event":"beamed","session":"shop"}"#;
        fs::write(&path, format!("{newer}\n{{\"sch\n{text}{{\"schema\":1,\"at\"")).expect("it is ours");
        let said = server.rune(["events"]).success();
        assert!(said.stdout.contains("created") && !said.stdout.contains("beamed"), "{said:?}");
        assert!(said.stderr.contains("note: 1 event of a newer rune, which `--json` shows\n"), "{said:?}");
        assert!(said.stderr.contains("note: 1 line of `"), "{said:?}");
        let json = server.rune(["events", "--json", "shop"]).success().stdout;
        assert_eq!(json.lines().next(), Some(newer));
    });
}

#[test]
fn events_are_pushed_over_the_change_of_files() {
    on_each_tmux(|server| {
        let mut follower = server.rune(["events", "--follow", "--json"]).in_terminal(200, 50);
        let directory = server.root().join("state/rune/journal");
        server.wait_until("the follower watches", || directory.is_dir());
        start(server);
        follower.expect("\"pane\":\"b\"");
        let mut shop = server.rune(["events", "-f", "shop:code.b"]).env("NO_COLOR", "1").in_terminal(200, 50);
        shop.expect("shop:code.b");
        // Fill the file, so that the next command begins a new one.
        let path = journal(server);
        let line = format!(
            r#"{{"schema":1,"at":1700000000000,"event":"ready","session":"next","by":"{}"}}"#,
            "x".repeat(400)
        );
        let mut file = fs::OpenOptions::new().append(true).open(&path).expect("it exists");
        file.write_all((line + "\n").repeat(9000).as_bytes()).expect("it is ours");
        server.rune(["restart", "b"]).success();
        shop.expect("by rune restart");
        // Its new command, too.
        server.wait_until("it was started again", || {
            noted(server, &["shop"]).last().is_some_and(|last| last == "shop code.b started rune restart")
        });
        let (old, new) = (PathBuf::from(format!("{}.1", path.display())), &path);
        let size = |path: &PathBuf| fs::metadata(path).map_or(0, |metadata| metadata.len());
        assert!(size(&old) > 3_000_000 && size(new) < 10_000, "{} {}", size(&old), size(new));
        let all = noted(server, &["shop"]);
        assert_eq!(all.first().map(String::as_str), Some("shop . created rune start"));
        server.rune(["pane", "stop", "b"]).success();
        shop.expect("by rune pane stop");
        shop.send_control('c');
        follower.send_control('c');
    });
}

#[test]
fn who_follows_ends_when_nobody_reads() {
    on_each_tmux(|server| {
        start(server);
        // `head` is gone after its line; nothing else happens that could wake the follower.
        let said = server.sh("rune events -f | head -n 1; echo over").success().stdout;
        assert!(said.ends_with("over\n"), "{said}");
    });
}
