//! `rune start`, `plan` and `apply` as a person runs them, with rune's own runner in the panes.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use crate::support::{Server, on_each_tmux};

/// Three windows, six panes.
const SHOP: &str = "
workspace:
  session_name: shop
  windows:
    - name: editor
      layout: main-vertical
      panes:
        - {key: a, command: exec sleep 1001}
        - {key: b, command: exec sleep 1002, on_exit: close}
        - {key: c, command: exec sleep 1003, on_exit: keep}
    - name: logs
      panes: [exec sleep 1004, exec sleep 1005]
    - name: shell
";

/// A tmux that does `script` first; `$n` says how often it was called before. What it was called
/// with is in the file `calls`.
pub(super) fn wrapped(server: &Server, script: &str) -> PathBuf {
    let log = server.project().join("calls");
    let _ = fs::remove_file(&log);
    let text = format!(
        "#!/bin/sh\ntouch {log}\nn=$(wc -l <{log})\necho \"$*\" >>{log}\n{script}\nexec {real} \"$@\"\n",
        log = log.display(),
        real = server.binary().path.display(),
    );
    let path = server.write("tmux-wrapped", text);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("it is ours");
    path
}

pub(super) fn calls(server: &Server) -> Vec<String> {
    let text = fs::read_to_string(server.project().join("calls")).unwrap_or_default();
    text.lines().map(str::to_owned).collect()
}

/// Window, pane key and command of every pane, in order.
fn panes(server: &Server) -> Vec<String> {
    let lines = server.list_panes("#{window_name} #{pane_start_command}");
    let key = |line: &str| line.rsplit(' ').next().unwrap_or_default().trim_matches('"').to_owned();
    lines.iter().map(|line| format!("{}.{}", line.split(' ').next().unwrap_or_default(), key(line))).collect()
}

const ALL: [&str; 6] = ["editor.a", "editor.b", "editor.c", "logs.1", "logs.2", "shell.1"];

#[track_caller]
fn nothing_to_do(server: &Server) {
    let said = server.rune(["plan"]).success().stdout;
    assert!(said.contains("nothing to do"), "{}: {said}{}", server.binary(), server.state());
}

/// Waits until every command of [`SHOP`] runs exactly once.
#[track_caller]
fn all_run_once(server: &Server) {
    for number in 1001..=1005 {
        let words = format!("sleep {number}");
        server.wait_until(&format!("`{words}` runs once"), || {
            server.processes().iter().filter(|process| process.words == words).count() == 1
        });
    }
}

#[test]
fn one_look_and_one_script_are_enough() {
    on_each_tmux(|server| {
        let window = |at| format!("    - {{name: w{at}, panes: [cat, cat, cat, cat]}}\n");
        let windows: String = (0..10).map(window).collect();
        server.write("rune.yaml", format!("workspace:\n  windows:\n{windows}"));
        let tmux = wrapped(server, "");
        let apply = || server.rune(["apply", "--tmux"]).args([&tmux]).success();
        apply();
        assert_eq!(server.list_panes("x").len(), 40);
        let cold = calls(server);
        assert!(cold.len() <= 2 && cold[cold.len() - 1].contains("source-file"), "{cold:?}");
        fs::remove_file(server.project().join("calls")).expect("it was called");
        assert!(apply().stderr.contains("nothing to do"));
        let again = calls(server);
        assert!(again.len() == 1 && again[0].contains("list-panes"), "{again:?}");
    });
}

#[test]
fn no_setting_of_the_user_gets_in_the_way() {
    on_each_tmux(|server| {
        server.write("rune.yaml", SHOP);
        let settings = [
            "set -g base-index 1\nsetw -g pane-base-index 1\nset -g renumber-windows on\nsetw -g automatic-rename on\nset -g set-titles on\n",
            "set -g default-shell /bin/false\nset -g default-command 'exit 7'\nset -g base-index 5\n",
            "setw -g remain-on-exit on\nsetw -g allow-rename on\nset -g set-titles on\nset -g @rune_workspace x\n",
            "set -g status off\nset -g prefix C-a\nset -g mouse off\nset -g history-limit 5\n",
        ];
        for (at, settings) in settings.iter().enumerate() {
            let conf = server.write("user.conf", settings);
            let rune = |words: [&str; 2]| {
                let run = server.rune(words).args(["--tmux-conf".as_ref(), conf.as_os_str()]);
                if at % 2 == 0 { run.env("LC_ALL", "C") } else { run.without_env("LANG") }
            };
            rune(["start", "-d"]).success();
            all_run_once(server);
            assert_eq!(panes(server), ALL, "{settings}");
            assert_eq!(server.format("#{window_name}", "=shop:"), "editor", "{settings}");
            assert!(rune(["apply", "-v"]).success().stderr.contains("nothing to do"), "{settings}");
            server.kill();
            server.wait_until("nothing runs", || server.processes().is_empty());
        }
    });
}

#[test]
fn only_what_changed_starts_again() {
    on_each_tmux(|server| {
        server.write("rune.yaml", SHOP);
        server.rune(["start", "-d"]).success();
        all_run_once(server);
        let pids = || server.list_panes("#{pane_id} #{pane_pid}");
        let before = pids();
        server.tmux(["select-window", "-t", "=shop:logs"]);
        server.tmux(["select-pane", "-t", "=shop:logs.1"]);

        // Each kind of pane: with a runner that hands over, that is the command, that keeps.
        for (at, number) in [1001, 1002, 1003].into_iter().enumerate() {
            let changed = SHOP.replace(&format!("sleep {number}"), &format!("sleep {}", number + 100));
            server.write("rune.yaml", changed);
            // A start only says so.
            assert!(server.rune(["start", "-d"]).success().stderr.contains("1 pane runs an older command"));
            assert_eq!(pids()[at], before[at]);
            let then = pids();
            server.rune(["apply"]).success();
            server.wait_until("the new command runs", || {
                server.processes().iter().any(|one| one.words == format!("sleep {}", number + 100))
            });
            let now = pids();
            for (place, (now, then)) in now.iter().zip(&then).enumerate() {
                assert_eq!(now == then, place != at, "pane {place} after {number} changed");
            }
            nothing_to_do(server);
            server.write("rune.yaml", SHOP);
            server.rune(["apply"]).success();
            all_run_once(server);
        }
        assert_eq!(panes(server), ALL);
        assert_eq!(server.format("#{window_name}.#{pane_index}", "=shop:"), "logs.1");
        nothing_to_do(server);
    });
}

#[test]
fn what_ended_comes_back_and_what_is_done_does_not() {
    on_each_tmux(|server| {
        server.write(
            "rune.yaml",
            "workspace:\n  session_name: s\n  windows:\n  - name: w\n    panes:\n    \
             - {key: fails, command: 'echo x >>tries; test -e ok && exec sleep 1001; exit 3'}\n    \
             - {key: done, command: 'echo x >>done'}\n    - {key: stays, command: exec sleep 1002}\n",
        );
        server.rune(["start", "-d"]).success();
        let tries =
            |name: &str| fs::read_to_string(server.project().join(name)).unwrap_or_default().lines().count();
        let plan = || server.rune(["plan"]).success().stdout;
        server.wait_until("both ended", || plan().contains("it ended (exited 3)") && tries("done") == 1);
        assert!(server.rune(["start", "-d"]).success().stderr.contains("1 pane has ended in failure"));
        assert_eq!(tries("tries"), 1);
        server.write("ok", "");
        server.rune(["apply"]).success();
        server.wait_until("it runs", || server.processes().iter().any(|one| one.words == "sleep 1001"));
        assert_eq!((tries("tries"), tries("done")), (2, 1));
        server.wait_until("nothing is to be done", || plan().contains("nothing to do"));

        // A pane that was closed by hand opens again in its place.
        let ids = server.list_panes("#{pane_id}");
        server.tmux(["kill-pane", "-t", &ids[1]]);
        server.rune(["start", "-d"]).success();
        assert_eq!(panes(server), ["w.fails", "w.done", "w.stays"]);
        server.wait_until("it ran again", || tries("done") == 2);

        // A keyed pane that was moved is not doubled, and a hand-made one is not touched.
        server.tmux(["break-pane", "-d", "-s", &ids[2]]);
        server.tmux(["split-window", "-d", "-t", &ids[0], "exec sleep 1003"]);
        let before = server.list_panes("#{window_id} #{pane_id} #{pane_pid}");
        server.rune(["apply", "--prune"]).success();
        assert_eq!(server.list_panes("#{window_id} #{pane_id} #{pane_pid}"), before);
        nothing_to_do(server);
    });
}

/// Ends rune, which is this shell's parent, and makes sure that it is.
const KILL_RUNE: &str = "case $(readlink /proc/$PPID/exe) in */rune) kill -9 $PPID;; esac";

#[test]
fn a_killed_start_is_finished_by_the_next() {
    on_each_tmux(|server| {
        server.write("rune.yaml", SHOP);
        let real = server.binary().path.display();
        let (before, after) = (KILL_RUNE.to_owned(), format!("{real} \"$@\"; {KILL_RUNE}"));
        for (script, call) in [(&before, 0), (&before, 1), (&after, 0), (&after, 1), (&after, 2)] {
            let tmux = wrapped(server, &format!("if [ $n = {call} ]; then {script}; fi"));
            let run = server.rune(["start", "-d", "--tmux"]).args([&tmux]);
            let ended = run.run();
            assert!(call == 2 || ended.code.is_none(), "{ended:?}");
            server.rune(["start", "-d"]).success();
            all_run_once(server);
            assert_eq!(panes(server), ALL);
            nothing_to_do(server);
            server.kill();
            server.wait_until("nothing runs", || server.processes().is_empty());
        }
    });
}

#[test]
fn a_start_that_is_killed_at_any_time_is_finished_by_the_next() {
    on_each_tmux(|server| {
        server.write("rune.yaml", SHOP);
        let written = || {
            let find = server.sh("find ../run -name '*.spec' | wc -l").success().stdout;
            find.trim().parse::<usize>().unwrap_or(0)
        };
        for turn in 0..8 {
            let before = written();
            let mut child = server.rune(["start", "-d"]).start();
            if turn > 0 {
                server.wait_until("it has begun, or ended", || {
                    written() >= before + turn.min(6) || child.try_wait().is_ok_and(|end| end.is_some())
                });
            }
            child.kill().and_then(|()| child.wait()).expect("a child can be killed");
            // At once: what the dead one had begun must not go on beside this one.
            let starts = [0, 1].map(|_| server.rune(["start", "-d"]).start());
            for mut start in starts {
                let end = start.wait().expect("it is a child");
                assert!(end.success(), "turn {turn}: {end}\n{}", server.state());
            }
            all_run_once(server);
            assert_eq!(panes(server), ALL, "turn {turn}");
            assert_eq!(server.list_sessions("#{session_name}"), ["shop"]);
            nothing_to_do(server);
            server.kill();
            server.wait_until("nothing runs", || server.processes().is_empty());
        }
    });
}
