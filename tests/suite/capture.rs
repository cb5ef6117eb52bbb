//! `rune capture`: the screen, real lines of the scrollback, and panes in any state.

use crate::support::{Server, on_each_tmux};

/// Opens one pane of 40 columns and 10 rows that runs this script.
fn start(server: &Server, script: &str) {
    server.write("script", script);
    server.write(
        "rune.yaml",
        "workspace: {session_name: shop, size: 40x10, windows: [{name: w, panes: [\
         {key: p, command: 'sh ./script', on_exit: keep}]}]}",
    );
    server.rune(["start", "-d"]).success();
}

fn captured(server: &Server, words: &[&str]) -> String {
    server.rune(["capture", "p"]).args(words).success().stdout
}

#[test]
fn lines_are_real_lines() {
    on_each_tmux(|server| {
        start(server, "seq 1 30; printf 'a\\n\\nb  \\n\\n'; echo e''nd; read x");
        server.wait_for_text("=shop:", "end");
        assert_eq!(captured(server, &["--lines", "3"]), "b\n\nend\n");
        assert_eq!(captured(server, &["-n", "1"]), "end\n");
        assert_eq!(captured(server, &["-n", "0"]), "");
        // More than the screen has, and more than there is.
        assert_eq!(captured(server, &["--lines", "15"]).lines().next(), Some("21"));
        let all: String = (1..=30).map(|n| format!("{n}\n")).collect::<String>() + "a\n\nb\n\nend\n";
        assert_eq!(captured(server, &["--all"]), all);
        assert_eq!(captured(server, &["--lines", "5000"]), all);
        let screen = captured(server, &[]);
        assert!(all.ends_with(&screen) && (9..=10).contains(&screen.lines().count()), "{screen}");
        // In copy mode it is the same.
        server.tmux(["copy-mode", "-t", "=shop:"]);
        server.tmux(["send-keys", "-t", "=shop:", "-X", "history-top"]);
        assert_eq!(captured(server, &["--lines", "3"]), "b\n\nend\n");
        assert_eq!(captured(server, &[]), screen);
    });
}

#[test]
fn an_almost_empty_screen_has_few_lines() {
    on_each_tmux(|server| {
        start(server, "printf '\\n\\nhere'; read x");
        server.wait_for_text("=shop:", "here");
        assert_eq!(captured(server, &["--lines", "5"]), "\n\nhere\n");
        assert_eq!(captured(server, &["--lines", "1"]), "here\n");
        server.rune(["capture", "no"]).code(3);
        server.tmux(["split-window", "-d", "-t", "=shop:", "exec cat"]);
        let said = server.rune(["capture", "shop"]).code(3).stderr;
        assert!(said.starts_with("error: `shop` could be 2 panes\n"), "{said}");
        // One made by hand, which has nothing on it.
        assert_eq!(server.rune(["capture", "%1"]).success().stdout, "");
        server.kill();
        assert_eq!(
            server.rune(["capture", "p"]).code(3).stderr.lines().next(),
            Some("error: nothing is running")
        );
    });
}

#[test]
fn wrapped_and_wide_text_can_be_joined() {
    on_each_tmux(|server| {
        let long: String = (0..30).map(|n| format!("{n:04} ")).collect();
        start(
            server,
            &format!("i=0; while [ $i -lt 8 ]; do echo '{long}世界'; i=$((i+1)); done; echo e''nd; read x"),
        );
        server.wait_for_text("=shop:", "end");
        let joined = format!("{long}世界\n");
        assert_eq!(captured(server, &["--join", "--lines", "3"]), joined.repeat(2) + "end\n");
        assert_eq!(captured(server, &["--join", "--all"]), joined.repeat(8) + "end\n");
        let rows = captured(server, &["--lines", "3"]);
        assert!(rows.ends_with("世界\nend\n") && rows.lines().count() == 3, "{rows}");
    });
}

#[test]
fn colours_are_those_of_the_lines_that_are_shown() {
    on_each_tmux(|server| {
        start(server, "seq 1 20; printf '\\033[31mred\\nstill\\033[0m\\nplain\\n'; echo e''nd; read x");
        server.wait_for_text("=shop:", "end");
        let said = captured(server, &["--ansi", "--lines", "3"]);
        assert!(said.contains("\x1b[31m") && said.contains("still"), "{said:?}");
        assert!(said.find("\x1b[31m") < said.find("still"), "{said:?}");
        assert!(said.ends_with("end\x1b[0m\n"), "{said:?}");
        assert!(!captured(server, &["--lines", "3"]).contains('\x1b'));
        assert!(!captured(server, &["--ansi", "--lines", "1"]).contains("\x1b[31m"));
    });
}

#[test]
fn a_full_screen_program_hides_what_can_be_had_too() {
    on_each_tmux(|server| {
        let script = "seq 1 20; echo before; printf '\\033[?1049h\\033[2J\\033[HINSIDE'; read x; printf '\\033[?1049l'; read x";
        start(server, script);
        server.wait_for_text("=shop:", "INSIDE");
        assert_eq!(captured(server, &[]), "INSIDE\n");
        let all = captured(server, &["--all", "--alternate"]);
        assert!(
            all.starts_with("1\n2\n") && all.ends_with("20\nbefore\n") && !all.contains("INSIDE"),
            "{all}"
        );
        assert_eq!(captured(server, &["-a", "-n", "2"]), "20\nbefore\n");
        server.tmux(["send-keys", "-t", "=shop:", "Enter"]);
        server.wait_for_text("=shop:", "before");
        // Nothing is hidden any more.
        assert_eq!(captured(server, &["-a", "-n", "2"]), "20\nbefore\n");
    });
}

#[test]
fn a_dead_pane_says_so_in_its_last_line() {
    on_each_tmux(|server| {
        start(server, "echo first; read x");
        server.wait_for_text("=shop:", "first");
        let scope = if server.version() >= (3, 0, ' ') { "-p" } else { "-w" };
        server.tmux(["set-option", scope, "-t", "=shop:", "remain-on-exit", "on"]);
        server.tmux(["respawn-pane", "-k", "-t", "=shop:", "printf 'one\\ntwo\\n'; read x"]);
        // tmux may lose what a program prints that ends at once.
        server.wait_for_text("=shop:", "two");
        server.tmux(["send-keys", "-t", "=shop:", "C-d"]);
        server.wait_until("the pane is dead", || server.list_panes("#{pane_dead}") == ["1"]);
        let pane = server.list_panes("#{pane_id}").remove(0);
        // The notice takes two rows here on some versions, and what was printed may come after the end.
        let said = || server.rune(["capture", &pane, "--lines", "9", "--join"]).success().stdout;
        server.wait_until("all is shown", || {
            // A build that loses exits learns of them with the next one.
            server.tmux(["run-shell", "true"]);
            ["two", "Pane is dead"].iter().all(|text| said().contains(text))
        });
        let said = said();
        let lines: Vec<&str> = said.lines().collect();
        assert_eq!((lines[0], lines[1]), ("one", "two"), "{said}");
        assert!((3..=4).contains(&lines.len()) && lines[2].starts_with("Pane is dead"), "{said}");
    });
}
