//! `rune stop` and `rune kill`: what ends, what does not, and who says so.

use std::path::PathBuf;
use std::time::Duration;

use crate::support::{Server, on_each_tmux};

/// A session of another project on the same server, with a process that must live on.
fn neighbour(server: &Server) -> Vec<String> {
    server.write("next/rune.yaml", "workspace: {session_name: next, windows: [{name: w, panes: [cat]}]}");
    server.rune(["start", "-d"]).cwd("next").success();
    server.tmux(["new-session", "-d", "-s", "foreign", "cat"]);
    server.wait_until("the neighbour's runner has written its record", || {
        kept(server).iter().any(|file| file.extension().is_some_and(|extension| extension == "record"))
    });
    others(server)
}

fn others(server: &Server) -> Vec<String> {
    let mut panes = server.list_panes("#{session_name} #{pane_id} #{pane_pid}");
    panes.retain(|pane| pane.starts_with("next ") || pane.starts_with("foreign "));
    panes
}

fn runs(server: &Server, words: &str) -> bool {
    server.processes().iter().any(|process| process.words == words)
}

/// What rune keeps about panes.
fn kept(server: &Server) -> Vec<PathBuf> {
    fn files(directory: PathBuf) -> Vec<PathBuf> {
        let entries = std::fs::read_dir(directory).into_iter().flatten().flatten();
        entries
            .flat_map(|entry| if entry.path().is_dir() { files(entry.path()) } else { vec![entry.path()] })
            .collect()
    }
    files(server.root().join("run/rune"))
}

/// A workspace with everything that is hard to end, and what of it must not live on.
const HARD: [&str; 6] = ["sleep 2001", "sleep 2002", "sleep 2003", "sleep 2004", "sleep 2005", "sleep 2006"];

fn hard(server: &Server) {
    server.write(
        "rune.yaml",
        r#"
workspace:
  session_name: shop
  windows:
    - name: one
      panes:
        - "trap '' TERM HUP INT; sleep 2001; sleep 2001"
        - "setsid sh -c 'sleep 2002 & sleep 2002' & cat"
        - "(setsid sh -c 'trap \"\" TERM HUP; sleep 2003; sleep 2003' &) ; exec cat"
        - {command: [sleep, '2004'], on_exit: close}
    - name: two
      panes: [{command: 'sleep 2005', on_exit: keep}, '']
"#,
    );
    server.rune(["start", "-d"]).success();
    server.tmux(["new-window", "-d", "-t", "=shop:", "-n", "mine", "exec sleep 2006"]);
    for words in HARD {
        server.wait_until(&format!("`{words}` runs"), || runs(server, words));
    }
}

#[test]
fn stop_ends_everything_of_the_project_and_nothing_else() {
    on_each_tmux(|server| {
        let before = neighbour(server);
        let files = kept(server);
        hard(server);
        let said = server.rune(["stop", "--timeout", "300ms"]).success().stderr;
        let by_hand = said.lines().next().expect("it says something");
        assert!(by_hand.starts_with("`shop` has a pane made by hand, which ends too: %"), "{said}");
        assert!(by_hand.ends_with(" (sleep)") && said.ends_with("ended `shop`\n"), "{said}");
        for words in HARD {
            assert!(!runs(server, words), "`{words}` lives on: {:?}", server.processes());
        }
        assert_eq!((others(server), kept(server)), (before.clone(), files));
        assert_eq!(server.list_sessions("#{session_name}"), ["foreign", "next"]);

        // Again: nothing is running, which is what was wanted.
        let said = server.rune(["stop"]).success().stderr;
        assert_eq!(said, format!("nothing of `project` at {} is running\n", server.project().display()));
        assert_eq!(others(server), before);
    });
}

#[test]
fn without_anything_running_stop_starts_nothing() {
    on_each_tmux(|server| {
        server.rune(["stop"]).success();
        assert!(!server.is_running());
        let said = server.rune(["stop", "other"]).code(2).stderr;
        assert_eq!(said, "error: there is no project `other`\nhint: there is `project`\n");
        let said = server.rune(["stop", "--timeout", "soon"]).code(2).stderr;
        assert_eq!(said, "error: `soon` is no time\nhint: write it as `5s`, `500ms` or `2m`\n");
        assert_eq!(server.rune(["status"]).success().stderr, "nothing is running\n");
        assert!(server.processes().is_empty());
    });
}

#[test]
fn a_command_has_time_to_clean_up() {
    on_each_tmux(|server| {
        server.write(
            "rune.yaml",
            "workspace: {session_name: shop, windows: [{name: w, panes: [\
             'trap \"echo cleaned >done; exit\" TERM; echo ready; while :; do sleep 0.05; done']}]}",
        );
        server.rune(["start", "-d"]).success();
        server.wait_for_text("=shop:", "ready");
        server.rune(["stop", "--timeout", "20s"]).success();
        assert_eq!(server.sh("cat done").success().stdout, "cleaned\n");
    });
}

#[test]
fn what_is_needed_may_be_closed_when_all_is_stopped() {
    on_each_tmux(|server| {
        server.write(
            "rune.yaml",
            "workspace: {session_name: w, windows: [{name: w, panes: [\
             {key: migrate, command: 'exit 0', on_exit: close}, \
             {key: api, command: exec sleep 4731, needs: [{pane: migrate, state: succeeded}], stop: {signal: INT}}, \
             {key: web, command: exec sleep 4732, needs: [api]}]}]}",
        );
        server.rune(["start", "-d"]).success();
        server.wait_until("web runs, and migrate is closed", || {
            runs(server, "sleep 4732") && server.list_panes("#{pane_id}").len() == 2
        });
        for words in [&["restart", "api", "web"][..], &["pane", "stop", "api"]] {
            server.rune(words).success();
        }
        server.rune(["pane", "start", "api"]).success();
        assert_eq!(server.rune(["stop"]).success().stderr, "ended `w`\n");
        assert!(!server.processes().iter().any(|process| process.words.starts_with("sleep 473")));
    });
}

#[test]
fn stop_from_inside_leaves_first_and_reports_later() {
    on_each_tmux(|server| {
        let before = neighbour(server);
        hard(server);
        let own = server.tmux(["display-message", "-p", "-t", "=shop:two.1", "#{pane_id}"]);
        let mut client = server.rune(["attach", "shop"]).in_terminal(100, 30);
        server.wait_until("somebody is attached", || !server.tmux(["list-clients"]).is_empty());
        server.tmux([
            "send-keys",
            "-t",
            &own,
            "cd / && rune -C ../../../../../../$PWD/$OLDPWD stop --timeout 300ms",
            "Enter",
        ]);
        client.code(0);
        let report = || {
            std::fs::read_dir(server.root().join("state/rune"))
                .into_iter()
                .flatten()
                .flatten()
                .any(|entry| entry.file_name().to_string_lossy().ends_with(".txt"))
        };
        server.wait_until("the report is there", report);
        for words in HARD {
            assert!(!runs(server, words), "`{words}` lives on: {:?}", server.processes());
        }
        assert_eq!(others(server), before);
        assert_eq!(server.list_sessions("#{session_name}"), ["foreign", "next"]);

        let said = server.rune(["status"]).success().stderr;
        assert!(
            said.starts_with("`rune stop` from inside:\n`shop` has a pane made by hand, which ends too: %"),
            "{said}"
        );
        assert!(said.ends_with("\nended `shop`\n"), "{said}");
        // It is told once.
        assert_eq!(server.rune(["status"]).success().stderr, "");
    });
}

#[test]
fn stop_from_a_pane_made_by_hand_is_from_inside_too() {
    on_each_tmux(|server| {
        server.write("rune.yaml", "workspace: {session_name: shop, windows: [{name: w, panes: [cat]}]}");
        // However little the environment says about it.
        for words in ["stop", "kill shop"] {
            server.rune(["start", "-d"]).success();
            let line = format!("env -u TMUX -u TMUX_PANE rune {words} --timeout 300ms");
            server.tmux(["new-window", "-t", "=shop:", "sh"]);
            server.tmux(["send-keys", "-t", "=shop:", &line, "Enter"]);
            server.wait_until("the session is gone", || !server.is_running());
            let mut said = String::new();
            server.wait_until("the report is told", || {
                said = server.rune(["status"]).success().stderr;
                said.contains("from inside")
            });
            let command = words.split(' ').next().unwrap_or_default();
            assert!(said.starts_with(&format!("`rune {command}` from inside:\n")), "{said}");
            assert!(said.contains("\nended `shop`\n"), "{said}");
        }
    });
}

#[test]
fn kill_ends_one_session() {
    on_each_tmux(|server| {
        let before = neighbour(server);
        hard(server);
        let said = server.rune(["kill", "shop", "--timeout", "300ms"]).success().stderr;
        assert_eq!(said, "ended `shop`\n");
        for words in HARD {
            assert!(!runs(server, words), "`{words}` lives on: {:?}", server.processes());
        }
        assert_eq!(others(server), before);
        // Even one that is not ours, since somebody names it; the server goes with its last session.
        server.rune(["kill", "foreign"]).success();
        server.rune(["kill", "next"]).success();
        server.wait_until("the server is gone", || !server.is_running());
        assert_eq!(server.rune(["kill", "next"]).code(3).stderr, "error: there is no session `next`\n");
    });
}

#[test]
fn a_hand_made_session_of_the_same_name_does_not_belong_to_the_project() {
    on_each_tmux(|server| {
        server.write("rune.yaml", "workspace: {session_name: shop, windows: [{name: w, panes: [cat]}]}");
        server.rune(["start", "-d"]).success();
        // Whoever renames a session of ours keeps it ours.
        server.tmux(["rename-session", "-t", "=shop:", "renamed"]);
        server.tmux(["new-session", "-d", "-s", "shop", "cat"]);
        server.rune(["stop"]).success();
        assert_eq!(server.list_sessions("#{session_name}"), ["shop"]);
    });
}

#[test]
fn stop_waits_for_a_start() {
    on_each_tmux(|server| {
        server.write("rune.yaml", "workspace: {session_name: shop, windows: [{name: w, panes: [cat, cat]}]}");
        let children: Vec<_> = (0..6)
            .map(|number| {
                server
                    .rune([if number % 2 == 0 { "start" } else { "stop" }])
                    .limit(Duration::from_secs(60))
                    .start()
            })
            .collect();
        for mut child in children {
            assert!(child.wait().expect("a child can be waited for").success());
        }
        // Whichever was last: all of it is there, or nothing.
        server.rune(["stop"]).success();
        server.wait_until("nothing is left", || server.processes().is_empty());
        assert!(kept(server).is_empty(), "{:?}", kept(server));
    });
}

#[test]
fn a_full_disk_does_not_keep_a_project_running() {
    on_each_tmux(|server| {
        server.write(
            "rune.yaml",
            "{workspace: {session_name: shop, windows: [{name: w, panes: [cat]}]}, \
             rituals: {start: {global: [{name: a, command: echo hello >>started}]}, stop: {global: [{name: b, command: echo bye}]}}}",
        );
        server.rune(["start", "-d"]).success();
        // No file can have anything in it, as where nothing is left of a disk.
        let script = "(trap '' XFSZ; ulimit -f 0; rune stop; echo ended with $?) 2>&1 | cat";
        let said = server.sh(script).success().stdout;
        assert!(said.contains("ended with 0"), "{said}");
        assert!(said.contains("ended `shop`") && said.contains("it goes on nevertheless"), "{said}");
        assert!(!said.contains(".tmp"), "{said}");
        assert_eq!(server.list_sessions("#{session_name}").len(), 0, "{said}");
        server.rune(["start", "-d"]).success();
        let started = std::fs::read_to_string(server.project().join("started")).unwrap_or_default();
        assert_eq!(started, "hello\nhello\n", "it was no second start");
    });
}
