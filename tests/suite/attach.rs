//! Attaching: which session, on which terminal, and what is said where that cannot be.

use crate::support::{Server, Terminal, on_each_tmux};

/// A project in a directory of its own with a session of this name that runs.
fn start(server: &Server, name: &str) {
    let config = format!("workspace: {{session_name: {name}, windows: [{{name: w, panes: [cat]}}]}}");
    server.write(format!("{name}/rune.yaml"), config);
    server.rune(["start", "-d"]).cwd(name).success();
}

fn attached(server: &Server) -> Vec<String> {
    server.list_sessions("#{session_name} #{session_attached}")
}

fn wait_attached(server: &Server, wanted: &[&str]) {
    server.wait_until(&format!("{wanted:?} are attached"), || attached(server) == wanted);
}

/// Presses what detaches, and waits until the server has noticed.
fn detach(server: &Server, terminal: &mut Terminal) {
    server.press(terminal, "d");
    terminal.code(0);
    server.wait_until("nobody is attached", || server.tmux(["list-clients"]).is_empty());
}

#[test]
fn a_person_attaches_resizes_types_and_leaves() {
    on_each_tmux(|server| {
        server.write("rune.yaml", "workspace: {session_name: shop, windows: [{name: w, panes: [cat]}]}");
        // To a session that this very run has made, in the size of this terminal.
        let mut terminal = server.pty(["start"]);
        wait_attached(server, &["shop 1"]);
        assert_eq!(server.list_windows("#{window_width}x#{window_height}"), ["100x29"]);
        terminal.resize(90, 20);
        server.wait_until("the window has the new size", || {
            server.list_windows("#{window_width}x#{window_height}") == ["90x19"]
        });
        terminal.send_line("größe");
        server.wait_for_text("=shop:", "größe\ngröße");
        detach(server, &mut terminal);
        wait_attached(server, &["shop 0"]);

        // To one that exists, by its name, and without any.
        for words in [&["start"][..], &["attach", "shop"], &["attach"]] {
            let mut terminal = server.pty(words);
            wait_attached(server, &["shop 1"]);
            detach(server, &mut terminal);
            wait_attached(server, &["shop 0"]);
        }

        // Closing the terminal leaves everything running, ending the session ends the client.
        let mut terminal = server.pty(["attach"]);
        wait_attached(server, &["shop 1"]);
        terminal.close();
        wait_attached(server, &["shop 0"]);
        let mut terminal = server.pty(["attach"]);
        wait_attached(server, &["shop 1"]);
        server.rune(["stop"]).success();
        terminal.code(0);
    });
}

#[test]
fn a_session_is_found_by_its_exact_name() {
    on_each_tmux(|server| {
        assert_eq!(
            server.rune(["attach"]).code(3).stderr,
            "error: nothing is running\nhint: `rune start` starts a project\n"
        );
        assert_eq!(server.rune(["attach", "shop"]).code(3).stderr, "error: there is no session `shop`\n");
        start(server, "shop");
        let said = server.rune(["attach"]).success().stderr;
        assert!(said.starts_with("`shop` is up; there is no terminal here"), "{said}");
        start(server, "shop-two");
        for name in ["sho", "shop-", "*", "$0", "=shop", "shop:", ""] {
            let said = server.rune(["attach", name]).code(3).stderr;
            assert!(said.contains("`shop`") && said.contains("`shop-two`"), "{name}: {said}");
        }
        let near = server.rune(["attach", "shop-tow"]).code(3).stderr;
        assert_eq!(near, "error: there is no session `shop-tow`\nhint: there is `shop-two` and `shop`\n");

        // Without a name: the one of the project here, else it is not clear which.
        let refused = server.rune(["attach"]).code(5).stderr;
        assert_eq!(
            refused,
            "error: there are several sessions: `shop` and `shop-two`\nhint: name one of them\n"
        );
        let said = server.rune(["attach"]).cwd("shop-two").success().stderr;
        assert!(said.starts_with("`shop-two` is up;"), "{said}");
        assert_eq!(attached(server), ["shop 0", "shop-two 0"]);
    });
}

#[test]
fn a_name_of_two_sessions_is_refused() {
    on_each_tmux(|server| {
        let project = |directory: &str| {
            server.write(
                format!("{directory}/rune.yaml"),
                "workspace: {session_name: shop, windows: [{name: w}]}",
            );
            server.rune(["start", "-d"]).cwd(directory).success();
        };
        ["one", "two", "three"].into_iter().for_each(project);
        // The first has the name; without it nobody has it alone.
        for command in ["attach", "kill"] {
            server.rune([command, "shop"]).success();
        }
        for command in ["attach", "kill"] {
            let said = server.rune([command, "shop"]).code(5).stderr;
            let wanted = "error: several sessions are called `shop`: `shop-three` and `shop-two`\nhint: name one of them\n";
            assert_eq!(said, wanted);
        }
        server.rune(["kill", "shop-two"]).success();
        let said = server.rune(["attach", "shop"]).success().stderr;
        assert!(said.starts_with("`shop-three` is up;"), "{said}");
    });
}

#[test]
fn inside_its_own_server_rune_switches_the_client() {
    on_each_tmux(|server| {
        server.write("two/rune.yaml", "workspace: {session_name: two, windows: [{name: w, panes: ['']}]}");
        server.write("one/rune.yaml", "workspace: {session_name: one, windows: [{name: w, panes: ['']}]}");
        server.rune(["start", "-d"]).cwd("one").success();
        let mut terminal = server.rune(["attach", "one"]).in_terminal(100, 30);
        wait_attached(server, &["one 1"]);
        terminal.send_line("cd ../two && rune start");
        wait_attached(server, &["one 0", "two 1"]);
        terminal.send_line("rune attach one");
        wait_attached(server, &["one 1", "two 0"]);
        // It is one terminal all the time, and nothing was nested.
        assert_eq!(server.tmux(["list-clients"]).lines().count(), 1);
        detach(server, &mut terminal);

        // A pane that nobody looks at has no terminal to switch.
        server.tmux(["send-keys", "-t", "=one:", "clear; rune attach two; echo code=$?", "Enter"]);
        server.wait_for_text("=one:", "code=0");
        let said = server.capture("=one:");
        assert!(said.contains("`two` is up; no terminal shows this pane"), "{said}");
    });
}

#[test]
fn inside_another_tmux_rune_does_not_nest() {
    on_each_tmux(|server| {
        server.write("rune.yaml", "workspace: {session_name: shop, windows: [{name: w, panes: [cat]}]}");
        // Its path: the client below has a PATH with another tmux.
        let tmux = server.root().join("bin/tmux");
        let tmux = tmux.to_str().expect("a world's path is text");
        let other =
            |words: &[&str]| server.program(tmux).args(["-L", "other", "-f", "/dev/null"]).args(words);
        other(&["new-session", "-d", "-s", "outer", "-x", "100", "-y", "29", "sh"]).success();
        let mut terminal = other(&["attach"]).in_terminal(100, 30);
        let screen = || other(&["capture-pane", "-p", "-J", "-t", "=outer:"]).success().stdout;
        let clients = || other(&["list-clients"]).success().stdout.lines().count();
        server.wait_until("the terminal is attached", || clients() == 1);

        terminal.send_line("rune start; echo code=$?");
        server.wait_until("rune has ended", || screen().contains("code=0"));
        let said = screen();
        for line in [
            "`shop` is up; this terminal is inside another tmux, where rune does not nest",
            "attach with: tmux -L rune attach -t '=shop'",
            "or hand this terminal over: rune attach --move shop",
        ] {
            assert!(said.contains(line), "{line:?} is not in\n{said}");
        }
        assert_eq!(attached(server), ["shop 0"]);

        terminal.send_line("rune start --move");
        wait_attached(server, &["shop 1"]);
        assert_eq!(clients(), 0);
        terminal.send_line("typed here");
        server.wait_for_text("=shop:", "typed here\ntyped here");
        detach(server, &mut terminal);
        assert_eq!(other(&["list-sessions", "-F", "#S"]).success().stdout, "outer\n");

        // The other server's pane is asked for, and not its client's directory or PATH.
        let mut terminal = other(&["attach"])
            .env("PATH", "/usr/bin:/bin")
            .without_env("TMUX_TMPDIR")
            .env("TMUX_TMPDIR", server.root().join("t"))
            .in_terminal(100, 30);
        server.wait_until("the terminal is attached", || clients() == 1);
        terminal.send_line("clear; rune attach --move shop");
        wait_attached(server, &["shop 1"]);
        detach(server, &mut terminal);
    });
}

#[test]
fn without_a_terminal_rune_does_not_attach_and_says_so() {
    on_each_tmux(|server| {
        server.write("rune.yaml", "workspace: {session_name: shop, windows: [{name: w}]}");
        for words in [&["start"][..], &["attach", "shop"]] {
            let ran = server.rune(words).success();
            assert_eq!(ran.stdout, "");
            assert_eq!(
                ran.stderr,
                "`shop` is up; there is no terminal here to show it\nattach with: tmux -L rune attach -t '=shop'\n"
            );
        }
        // The words that are given work, also in a shell where `=name` means a program.
        for shell in ["sh", "bash", "zsh"] {
            let mut terminal =
                server.program(shell).args(["-c", "exec tmux -L rune attach -t '=shop'"]).in_terminal(80, 24);
            wait_attached(server, &["shop 1"]);
            detach(server, &mut terminal);
        }
        // A terminal to read from is not enough.
        let mut terminal = server.sh("rune start | cat; echo and on").in_terminal(80, 24);
        terminal.expect("there is no terminal here");
        terminal.expect("and on");
        terminal.code(0);
    });
}

#[test]
fn a_terminal_that_tmux_cannot_draw_on_is_explained() {
    on_each_tmux(|server| {
        server.write("rune.yaml", "workspace: {session_name: shop, windows: [{name: w}]}");
        let run = || server.rune(["start"]);
        for (run, problem) in [
            (run().without_env("TERM"), "TERM is not set"),
            (run().env("TERM", ""), "TERM is not set"),
            (run().env("TERM", "dumb"), "TERM is `dumb`"),
        ] {
            let mut terminal = run.in_terminal(100, 30);
            terminal.expect(&format!("`shop` is up, but tmux cannot draw on this terminal: {problem}"));
            terminal.expect("TERM=xterm-256color rune attach shop");
            terminal.code(1);
        }
        let mut terminal = run().env("TERM", "no-such-terminal").in_terminal(100, 30);
        terminal.expect("no-such-terminal");
        terminal.code(1);
        assert_eq!(attached(server), ["shop 0"]);
    });
}

#[test]
fn another_server_is_named_in_what_is_said() {
    on_each_tmux(|server| {
        server.write("rune.yaml", "workspace: {session_name: shop, windows: [{name: w, panes: ['']}]}");
        let said = server.rune(["--socket-name", "second", "start", "-d"]).success().stderr;
        assert_eq!(said, "`shop` is up: rune --socket-name second attach shop\n");
        let path = server.root().join("a socket");
        let mut words: Vec<std::ffi::OsString> = vec!["--socket-path".into(), path.clone().into()];
        words.push("start".into());
        let said = server.rune(&words).success().stderr;
        let attach = format!("attach with: tmux -S '{}' attach -t '=shop'\n", path.display());
        assert!(said.ends_with(&attach), "{said}");
        assert!(!server.is_running());

        // An option counts more than the variable, and in a pane rune finds the pane's own server.
        server.rune(&words).env("RUNE_SOCKET", "second").success();
        let there = |words: &[&str]| {
            server.program("tmux").args(["-S".as_ref(), path.as_os_str()]).args(words).success().stdout
        };
        there(&["new-window", "-t", "=shop:", "-n", "by-hand", "sh"]);
        for window in ["w", "by-hand"] {
            let target = format!("=shop:{window}");
            there(&["send-keys", "-t", &target, "echo \"$RUNE_SOCKET\"; rune ls", "Enter"]);
            server.wait_until("rune lists its own server", || {
                let screen = there(&["capture-pane", "-p", "-J", "-t", &target]);
                screen.contains(&path.display().to_string()) && screen.contains("shop     project  2")
            });
        }
        // The variable names the server by its name or its path.
        for socket in ["second".as_ref(), path.as_os_str()] {
            assert!(server.rune(["ls"]).env("RUNE_SOCKET", socket).success().stdout.contains("shop"));
            server.rune(["stop"]).env("RUNE_SOCKET", socket).success();
        }
    });
}
