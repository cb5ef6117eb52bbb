//! Sessions, windows and panes made, changed and ended by hand, each effect read back from tmux.

use rustix::process::Signal;
use serde_json::Value;

use crate::support::{Server, on_each_tmux};

/// What `rune … --json` printed.
#[track_caller]
fn json(server: &Server, words: &[&str]) -> Value {
    let text = server.rune([words, &["--json"]].concat()).success().stdout;
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error} in {text}"))
}

/// The processes of all panes by their places, to see which were started again.
fn panes(server: &Server) -> Vec<String> {
    server.list_panes("#{session_name}:#{window_name}.#{pane_index} #{pane_id} #{pane_pid}")
}

/// Runs `words` and checks that nothing of what there was changed.
#[track_caller]
fn changes_nothing(server: &Server, words: &[&str]) {
    let before = panes(server);
    let said = server.rune(words).success().stderr;
    assert!(said.contains("nothing to do"), "{words:?}: {said}");
    assert_eq!(panes(server), before, "{words:?}");
}

fn state(server: &Server, target: &str) -> String {
    let all = json(server, &["pane", "list", target]);
    all["panes"][0]["state"]["state"].as_str().unwrap_or_default().to_owned()
}

#[track_caller]
fn wait_for_state(server: &Server, target: &str, wanted: &str) {
    server.wait_until(&format!("{target} is {wanted}"), || state(server, target) == wanted);
}

#[test]
fn a_session_is_made_found_renamed_and_ended() {
    on_each_tmux(|server| {
        server.rune(["session", "exists", "dev"]).code(3);
        let made = json(server, &["session", "create", "dev", "--env", "COLOUR=blue green"]);
        assert_eq!(made["changed"], true);
        assert_eq!(made["opened"][0]["pane"], "%0");
        assert_eq!(server.list_sessions("#{session_name} #{session_windows}"), ["dev 1"]);
        server.rune(["session", "exists", "dev"]).success();
        assert_eq!(server.tmux(["show-environment", "-t", "=dev:", "COLOUR"]), "COLOUR=blue green");
        server.rune(["session", "create", "dev"]).code(5);
        changes_nothing(server, &["session", "ensure", "dev"]);

        // What starts in it later has its environment too.
        server.rune(["window", "create", "dev:w", "--command", "echo is $COLOUR; sleep 1000"]).success();
        server.wait_for_text("=dev:w", "is blue green");

        server.rune(["session", "rename", "dev", "prod"]).success();
        server.rune(["session", "exists", "dev"]).code(3);
        assert_eq!(server.list_sessions("#{session_name}"), ["prod"]);
        // The old name is free.
        server.rune(["session", "create", "dev"]).success();
        server.rune(["session", "rename", "dev", "prod"]).code(5);

        let before = server.list_panes("#{session_name} #{pane_pid}");
        server.rune(["session", "delete", "dev"]).success();
        let left: Vec<String> = before.into_iter().filter(|line| !line.starts_with("dev ")).collect();
        assert_eq!(server.list_panes("#{session_name} #{pane_pid}"), left);
        server.rune(["session", "delete", "dev"]).code(3);
        changes_nothing(server, &["session", "delete", "dev", "--if-exists"]);

        // Delete, then create: the server ended with its last session.
        for _ in 0..3 {
            server.rune(["session", "delete", "prod"]).success();
            assert!(!server.is_running());
            server.rune(["session", "create", "prod"]).success();
        }
        assert_eq!(server.list_sessions("#{session_name}"), ["prod"]);
    });
}

#[test]
fn a_session_is_made_anew_and_started_again() {
    on_each_tmux(|server| {
        server.rune(["window", "ensure", "dev:w", "--panes", "2", "--command", "exec sleep 1000"]).success();
        let before = server.list_panes("#{pane_id} #{pane_pid}");
        server.rune(["session", "restart", "dev"]).success();
        let after = server.list_panes("#{pane_id} #{pane_pid}");
        for (old, new) in before.iter().zip(&after) {
            assert_eq!(old.split(' ').next(), new.split(' ').next());
            assert_ne!(old, new);
        }
        server.wait_until("both run", || {
            server.processes().iter().filter(|process| process.words == "sleep 1000").count() == 2
        });

        server.rune(["session", "create", "other"]).success();
        let root = server.root().display().to_string();
        server.rune(["session", "create", "dev", "--reset", "--root", &root]).success();
        let mut sessions = server.list_sessions("#{session_name} #{session_windows}");
        sessions.sort();
        assert_eq!(sessions, ["dev 1", "other 1"]);
        assert!(server.processes().iter().all(|process| process.words != "sleep 1000"));
        server.rune(["session", "ensure", "dev", "--root", &root]).success();
        server.rune(["session", "ensure", "dev", "--root", &server.home().display().to_string()]).code(5);
        server.rune(["pane", "run", "dev:_placeholder.1", "--command", "pwd; sleep 1000"]).success();
        server.wait_for_text("=dev:", &root);
    });
}

#[test]
fn a_window_is_made_and_takes_the_placeholders_place() {
    on_each_tmux(|server| {
        server.rune(["window", "create", "dev:w"]).code(3);
        server.rune(["session", "create", "dev"]).success();
        let window = server.list_windows("#{window_id}");
        server
            .rune([
                "window",
                "create",
                "dev:code",
                "--env",
                "X=a'b",
                "--",
                "sh",
                "-c",
                "echo =$X=; sleep 1000",
            ])
            .success();
        assert_eq!(server.list_windows("#{window_id}"), window);
        assert_eq!(server.list_windows("#{window_name} #{window_panes}"), ["code 1"]);
        server.wait_for_text("=dev:code", "=a'b=");
        server.rune(["window", "create", "dev:code"]).code(5);
        server.rune(["window", "create", "dev:logs"]).success();
        assert_eq!(server.list_windows("#{window_index} #{window_name}"), ["0 code", "1 logs"]);
        // Who looks at a window goes on looking at it.
        assert_eq!(server.format("#{window_name}", "=dev:"), "code");

        server.rune(["pane", "split", "dev:code.1"]).success();
        let id = server.format("#{window_id}", "=dev:code");
        server.rune(["window", "create", "dev:code", "--reset", "--command", "exec sleep 999"]).success();
        assert_eq!(server.format("#{window_id} #{window_panes}", "=dev:code"), format!("{id} 1"));

        server.rune(["window", "rename", "dev:code", "dev.main: x"]).success();
        assert_eq!(server.list_windows("#{window_name}"), ["dev.main: x", "logs"]);
        // Its key is still its name too.
        server.rune(["window", "rename", "dev:code", "logs"]).code(5);
        server.rune(["window", "delete", "dev:dev.main: x"]).success();
        assert_eq!(server.list_windows("#{window_name}"), ["logs"]);
        // A session of ours stays, with a placeholder.
        server.rune(["window", "delete", "dev:logs"]).success();
        assert_eq!(server.list_windows("#{window_name}"), ["shell"]);
        server.rune(["window", "delete", "dev:logs"]).code(3);
        changes_nothing(server, &["window", "delete", "dev:logs", "--if-exists"]);
        server.rune(["window", "delete", "dev:_placeholder"]).code(5);
    });
}

/// Whether all panes of a window are equal to within a row and a column, and fill it.
#[track_caller]
fn assert_grid(server: &Server, window: &str, count: usize) {
    let text = "#{pane_width} #{pane_height} #{window_width} #{window_height}";
    let lines = server.tmux(["list-panes", "-t", window, "-F", text]);
    let cells: Vec<Vec<u32>> = lines
        .lines()
        .map(|line| line.split(' ').map(|word| word.parse().expect("a number")).collect())
        .collect();
    assert_eq!(cells.len(), count);
    for side in [0, 1] {
        let lengths = || cells.iter().map(|cell| cell[side]);
        let spread = lengths().max().expect("a pane") - lengths().min().expect("a pane");
        // Where the last row has fewer panes, they are wider.
        let whole = [1, 2, 3, 4, 6, 8, 9, 12, 16].contains(&count);
        assert!(spread <= 1 || (side == 0 && !whole), "{count} panes on {}: {cells:?}", server.binary());
    }
}

#[test]
fn a_window_gets_the_panes_that_it_lacks() {
    on_each_tmux(|server| {
        server.rune(["window", "ensure", "dev:w", "--panes", "2"]).success();
        changes_nothing(server, &["window", "ensure", "dev:w", "--panes", "2"]);
        let two = server.list_panes("#{pane_id} #{pane_pid}");
        let made = json(server, &["window", "ensure", "dev:w", "--panes", "4pane"]);
        assert_eq!(made["opened"].as_array().unwrap().len(), 2);
        let four = server.list_panes("#{pane_id} #{pane_pid}");
        assert!(two.iter().all(|pane| four.contains(pane)), "{two:?} {four:?}");
        assert_grid(server, "=dev:w", 4);
        changes_nothing(server, &["window", "ensure", "dev:w", "--layout", "4pane"]);
        changes_nothing(server, &["window", "ensure", "dev:w"]);
        // Fewer closes nothing unless that is asked for, and then not what a person made.
        changes_nothing(server, &["window", "ensure", "dev:w", "--panes", "3"]);
        server.tmux(["split-window", "-d", "-t", "=dev:w", "exec cat"]);
        let hand = server.list_panes("#{pane_id}").into_iter().find(|id| id == "%4").unwrap();
        server.rune(["window", "ensure", "dev:w", "--panes", "2", "--prune"]).success();
        let left = server.list_panes("#{pane_id}");
        assert_eq!(left.len(), 2, "{left:?}");
        assert!(left.contains(&hand));
        server.rune(["window", "layout", "dev:w", "even-vertical"]).success();
        assert_eq!(server.list_panes("#{pane_left}"), ["0", "0"]);
        server.rune(["window", "equalize", "dev:w"]).success();
        assert_eq!(server.list_panes("#{pane_left}"), ["0", "0"]);
        server.rune(["window", "layout", "dev:w", "nonsense"]).code(2);
        server.rune(["window", "layout", "dev:none", "tiled"]).code(3);
    });
}

#[test]
fn one_to_sixteen_panes_are_a_true_grid() {
    on_each_tmux(|server| {
        for (columns, rows) in [(80, 24), (200, 50)] {
            let mut terminal = server.rune(["session", "ensure", "dev"]).in_terminal(columns, rows + 1);
            terminal.code(0);
            for count in 1..=16usize {
                let (window, panes) = (format!("dev:w{count}"), count.to_string());
                server
                    .rune(["window", "ensure", &window, "--panes", &panes, "--command", "exec cat"])
                    .success();
                assert_grid(server, &format!("=dev:w{count}"), count);
            }
            let size = server.list_windows("#{window_width}x#{window_height}");
            assert!(size.iter().all(|size| *size == format!("{columns}x{rows}")), "{size:?}");
            // One after another comes to the same.
            for count in 1..=16usize {
                let panes = count.to_string();
                server
                    .rune(["window", "ensure", "dev:grows", "--panes", &panes, "--command", "exec cat"])
                    .success();
                assert_grid(server, "=dev:grows", count);
            }
            server.rune(["session", "delete", "dev"]).success();
        }
    });
}

#[test]
fn a_pane_is_left_alone_while_it_is_as_wanted() {
    on_each_tmux(|server| {
        let ensure =
            |command: &str| server.rune(["pane", "ensure", "dev:w.2", "--command", command]).success();
        ensure("sleep 1000");
        // Places before it came with it, as shells.
        assert_eq!(server.list_panes("#{pane_index}").len(), 2);
        wait_for_state(server, "dev:w.2", "running");
        changes_nothing(server, &["pane", "ensure", "dev:w.2", "--command", "sleep 1000"]);
        let id = |at: usize| server.list_panes("#{pane_id}")[at].clone();
        let (first, second) = (id(0), id(1));
        let pids = || server.list_panes("#{pane_pid}");
        let before = pids();

        // Changed: replaced in its pane, and nothing else.
        ensure("sleep 1001");
        assert_eq!((id(0), id(1)), (first.clone(), second.clone()));
        assert_eq!(pids()[0], before[0]);
        server.wait_until("the new one runs", || {
            let all = server.processes();
            let runs = |words: &str| all.iter().any(|process| process.words == words);
            runs("sleep 1001") && !runs("sleep 1000")
        });
        for more in [&["--env", "A=1"][..], &["--cwd", "/"]] {
            let words = [&["pane", "ensure", "dev:w.2", "--command", "sleep 1001"], more].concat();
            assert!(server.rune(&words).success().stderr.contains("changed"), "{more:?}");
            wait_for_state(server, "dev:w.2", "running");
            changes_nothing(server, &words);
        }

        // Ended by a signal or in failure: started again.
        let running = || server.processes().into_iter().find(|process| process.words == "sleep 1001");
        server.wait_until("it runs", || running().is_some());
        running().expect("it runs").signal(Signal::TERM);
        let words = ["pane", "ensure", "dev:w.2", "--command", "sleep 1001", "--cwd", "/"];
        server.wait_until("it has ended", || state(server, "dev:w.2") != "running");
        assert!(server.rune(words).success().stderr.contains("it ended (signal 15)"));
        ensure("exit 3");
        wait_for_state(server, "dev:w.2", "exited");
        assert!(ensure("exit 3").stderr.contains("it ended (exited 3)"));

        // Ended with 0: done, unless once more is asked for.
        ensure("true done");
        wait_for_state(server, "dev:w.2", "exited");
        changes_nothing(server, &["pane", "ensure", "dev:w.2", "--command", "true done"]);
        let again = ["pane", "ensure", "dev:w.2", "--command", "true done", "--again"];
        assert!(server.rune(again).success().stderr.contains("to run it again"));

        // Gone: opened again, in its place.
        server.tmux(["kill-pane", "-t", &first]);
        server.rune(["pane", "ensure", "dev:w.1", "--command", "exec sleep 1002"]).success();
        assert_eq!(id(1), second);
        assert_eq!(server.list_panes("#{pane_id}").len(), 2);

        // By its title, too.
        server.rune(["pane", "ensure", "dev:w.1", "--label", "the db"]).success();
        assert_eq!(server.list_panes("#{pane_title}")[0], "the db");
        changes_nothing(server, &["pane", "ensure", "dev:w.1", "--label", "the db"]);
        server.rune(["pane", "size", "dev:w.the db"]).success();
        server.rune(["pane", "ensure", "dev:w.0"]).code(2);
        server.rune(["pane", "ensure", "dev:w.501"]).code(2);
        server.rune(["pane", "ensure", "dev"]).code(2);
    });
}

#[test]
fn who_names_a_window_does_not_change_what_was_said_of_its_panes() {
    on_each_tmux(|server| {
        let window = ["window", "ensure", "dev:w", "--panes", "3", "--command", "exec sleep 1000"];
        server.rune(window).success();
        server.rune(["pane", "ensure", "dev:w.2", "--command", "exec sleep 1001"]).success();
        wait_for_state(server, "dev:w.2", "running");
        changes_nothing(server, &window);
        let before = server.list_panes("#{pane_pid}");
        server.rune(["window", "ensure", "dev:w", "--command", "exec sleep 1002"]).success();
        let after = server.list_panes("#{pane_pid}");
        assert_eq!(before[1], after[1]);
        assert!(before[0] != after[0] && before[2] != after[2]);
    });
}

#[test]
fn a_pane_is_split_moved_swapped_and_closed() {
    on_each_tmux(|server| {
        server.rune(["window", "ensure", "dev:w", "--command", "exec cat"]).success();
        let made =
            json(server, &["pane", "split", "dev:w.1", "--right", "--size", "30%", "--command", "exec cat"]);
        assert_eq!(made["opened"][0]["target"], "dev:w.2");
        let widths: Vec<u32> =
            server.list_panes("#{pane_width}").iter().map(|width| width.parse().unwrap()).collect();
        assert_eq!(widths.iter().sum::<u32>() + 1, 200);
        assert_eq!(widths[1], 60);
        server.rune(["pane", "split", "dev:w.2", "--down", "--size", "5", "--label", "low"]).success();
        assert_eq!(server.list_panes("#{pane_height}")[2], "5");
        assert_eq!(server.list_panes("#{pane_title}")[2], "low");
        server.rune(["pane", "split", "dev:w.2", "--size", "200"]).code(5);
        server.rune(["pane", "split", "dev:w.9"]).code(3);
        // A person wanted it so: nothing puts that right.
        changes_nothing(server, &["window", "ensure", "dev:w"]);

        server.rune(["pane", "resize", "dev:w.2", "--width", "80"]).success();
        assert_eq!(server.rune(["pane", "size", "dev:w.2"]).success().stdout.trim(), "80x44");
        changes_nothing(server, &["pane", "resize", "dev:w.2", "--width", "80"]);
        server.rune(["pane", "resize", "dev:w.2", "--left", "5"]).success();
        assert_eq!(json(server, &["pane", "size", "dev:w.2"])["width"], 85);
        server.rune(["pane", "resize", "dev:w.2"]).code(2);
        server.rune(["pane", "resize", "dev:w.2", "--width", "0"]).code(2);

        let ids = || server.list_panes("#{window_name} #{pane_id}");
        server.rune(["pane", "swap", "dev:w.1", "dev:w.3"]).success();
        assert_eq!(ids(), ["w %2", "w %1", "w %0"]);
        server.rune(["pane", "select", "dev:w.3"]).success();
        assert_eq!(server.format("#{pane_id}", "=dev:w"), "%2");
        changes_nothing(server, &["pane", "select", "dev:w.3"]);
        server.rune(["pane", "move", "dev:w.3", "dev:new"]).success();
        assert_eq!(ids(), ["w %1", "w %0", "new %2"]);
        server.rune(["pane", "move", "dev:w.2", "dev:new"]).success();
        assert_eq!(ids(), ["w %0", "new %2", "new %1"]);
        server.rune(["pane", "move", "dev:new.2", "%0"]).success();
        assert_eq!(ids(), ["w %0", "w %1", "new %2"]);
        server.rune(["pane", "kill", "%1"]).success();
        assert_eq!(ids(), ["w %0", "new %2"]);
        server.rune(["pane", "kill", "%1"]).code(3);
        changes_nothing(server, &["pane", "kill", "%1", "--if-exists"]);
        server.rune(["pane", "kill", "%2"]).success();
        server.rune(["pane", "kill", "%0"]).success();
        assert_eq!(server.list_windows("#{window_name}"), ["shell"]);
    });
}

#[test]
fn what_is_typed_arrives_as_it_is() {
    on_each_tmux(|server| {
        let typed = |name: &str| server.project().join(name);
        let read = |name: &str| std::fs::read_to_string(typed(name)).unwrap_or_default();
        server.rune(["window", "ensure", "dev:w", "--command", "stty -echo; exec cat > got"]).success();
        server.wait_until("it reads", || typed("got").exists());
        let texts = [
            "plain",
            "",
            "; semi;",
            "a\\;",
            "$HOME ~ #{pid} #(touch x) %d `ls` 'q' \"d\"",
            "größe 漢字 🙂",
            "-l",
            "Enter",
            "C-c",
            "{}",
            "a  b ",
            "%1",
            "-",
        ];
        for text in &texts[..texts.len() - 1] {
            server.rune(["pane", "send", "dev:w.1", text]).success();
        }
        server.rune(["pane", "send", "dev:w.1", "half", "--no-enter"]).success();
        server.rune(["pane", "send", "dev:w.1", "two\nthree"]).success();
        server.rune(["pane", "send", "dev:w.1", "-"]).stdin("from\nstdin\n").success();
        let wanted = texts[..texts.len() - 1].join("\n") + "\nhalftwo\nthree\nfrom\nstdin\n";
        server.wait_until("all of it has arrived", || read("got").len() >= wanted.len());
        assert_eq!(read("got"), wanted);
        // Ctrl-D by name ends it, and its shell takes over.
        server.rune(["pane", "send", "dev:w.1", "--key", "C-d"]).success();
        wait_for_state(server, "dev:w.1", "exited");
        server.rune(["pane", "send", "dev:w.1"]).code(2);
        server.rune(["pane", "send", "dev:w.1", "--key", ""]).code(2);
        server.rune(["pane", "send", "dev:w.9", "x"]).code(3);
    });
}

#[test]
fn long_text_is_typed_whole() {
    on_each_tmux(|server| {
        // A terminal in its usual mode keeps 4095 bytes of a line.
        server
            .rune([
                "window",
                "ensure",
                "dev:w",
                "--command",
                "stty raw -echo; echo; exec head -c 100000 > got",
            ])
            .success();
        let got = server.project().join("got");
        server.wait_until("it reads", || got.exists());
        let text: String = (0..50_000u32)
            .map(|at| char::from(b'a' + (at % 26) as u8))
            .chain("ü".repeat(25_000).chars())
            .collect();
        server.rune(["pane", "send", "dev:w.1", "-", "--no-enter"]).stdin(&text).success();
        server.wait_until("all of it has arrived", || {
            std::fs::read(&got).is_ok_and(|got| got.len() == 100_000)
        });
        assert!(std::fs::read(&got).unwrap() == text.as_bytes());
    });
}

#[test]
fn nothing_is_typed_where_nobody_reads_it() {
    on_each_tmux(|server| {
        server
            .rune([
                "window",
                "ensure",
                "dev:w",
                "--panes",
                "2",
                "--command",
                "stty -echo; exec cat > $RUNE_PANE",
            ])
            .success();
        // In a mode of tmux's: it is left first.
        server.tmux(["copy-mode", "-t", "%0"]);
        assert_ne!(server.format("#{pane_in_mode}", "%0"), "0");
        server.rune(["pane", "send", "dev:w.1", "to the program"]).success();
        assert_eq!(server.format("#{pane_in_mode}", "%0"), "0");
        let all = || {
            let files = std::fs::read_dir(server.project()).unwrap();
            files
                .map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap_or_default())
                .collect::<String>()
        };
        server.wait_until("it has arrived", || all() == "to the program\n");
        server.tmux(["copy-mode", "-t", "%0"]);
        server.rune(["pane", "clear", "dev:w.1"]).success();
        server.rune(["pane", "reset", "dev:w.1"]).success();
        // Dead: it is refused, and the server lives.
        server.tmux(["set-option", "-w", "-t", "=dev:w", "remain-on-exit", "on"]);
        server.tmux(["respawn-pane", "-k", "-t", "%1", "exit 1"]);
        server.wait_until("it is dead", || server.format("#{pane_dead}", "%1") == "1");
        server.rune(["pane", "send", "%1", "x"]).code(5);
        assert!(server.is_running());
    });
}

#[test]
fn what_a_pane_shows_is_forgotten_and_piped() {
    on_each_tmux(|server| {
        server.rune(["window", "ensure", "dev:w", "--command", "seq 1 200; exec cat"]).success();
        server.wait_for_text("=dev:w", "200");
        server.rune(["pane", "clear", "dev:w.1"]).success();
        assert_eq!(server.capture("=dev:w"), "");
        assert_eq!(server.format("#{history_size}", "=dev:w"), "0");

        let file = "p %d #{pid} 'q'.log";
        let status = || server.rune(["pane", "pipe", "dev:w.1", "status"]).success().stdout;
        assert_eq!(status(), "off\n");
        server.rune(["pane", "pipe", "dev:w.1", "on", file]).success();
        assert_eq!(status(), "on\n");
        server.rune(["pane", "send", "dev:w.1", "seen"]).success();
        let path = server.project().join(file);
        server.wait_until("it is in the file", || {
            std::fs::read_to_string(&path).is_ok_and(|text| text.contains("seen"))
        });
        server.rune(["pane", "pipe", "dev:w.1", "off"]).success();
        changes_nothing(server, &["pane", "pipe", "dev:w.1", "off"]);
        server.rune(["pane", "pipe", "dev:w.1", "on"]).code(2);

        let pid = server.format("#{pane_pid}", "=dev:w");
        server.rune(["pane", "reset", "dev:w.1"]).success();
        assert_ne!(server.format("#{pane_pid}", "=dev:w"), pid);
        server.wait_for_text("=dev:w", "200");
    });
}

#[test]
fn what_runs_ends_and_its_panes_stay() {
    on_each_tmux(|server| {
        server
            .rune(["window", "ensure", "dev:w", "--panes", "2", "--command", "sleep 1000 & sleep 1001; true"])
            .success();
        server.rune(["window", "ensure", "dev:x", "--command", "exec sleep 1002"]).success();
        let running =
            |words: &str| server.processes().iter().filter(|process| process.words == words).count();
        server.wait_until("all run", || {
            (running("sleep 1000"), running("sleep 1001"), running("sleep 1002")) == (2, 2, 1)
        });
        let before = panes(server);
        let tree = server.rune(["pane", "process", "dev:w.1"]).success().stdout;
        assert!(tree.contains("  ") && tree.contains("sleep 1001"), "{tree}");
        server.rune(["pane", "kill", "dev:w.1", "--processes"]).success();
        assert_eq!((running("sleep 1000"), running("sleep 1001"), running("sleep 1002")), (1, 1, 1));
        assert_eq!(panes(server), before);
        server.rune(["window", "kill", "dev:w", "--processes"]).success();
        assert_eq!((running("sleep 1000"), running("sleep 1001"), running("sleep 1002")), (0, 0, 1));
        assert_eq!(panes(server), before);
        server.rune(["session", "kill", "dev", "--processes"]).success();
        assert_eq!(running("sleep 1002"), 0);
        assert_eq!(panes(server), before);
        server.rune(["session", "kill", "dev"]).code(2);
        // The shells that took over are no work to end.
        wait_for_state(server, "dev:w.1", "signalled");
        changes_nothing(server, &["pane", "kill", "dev:w.1", "--processes"]);
    });
}

#[test]
fn only_a_server_of_runes_own_is_stopped_and_only_by_name() {
    on_each_tmux(|server| {
        assert_eq!(json(server, &["server", "status"])["running"], false);
        server.rune(["server", "stop", "rune"]).code(3);
        server.rune(["server", "start"]).success();
        changes_nothing(server, &["server", "start"]);
        let status = json(server, &["server", "status"]);
        assert_eq!(
            (&status["running"], &status["own"], &status["sessions"]),
            (&true.into(), &true.into(), &1.into())
        );
        server.rune(["server", "stop", "default"]).code(5);
        server.rune(["server", "stop", "rune"]).success();
        assert!(!server.is_running());

        // One of the user's own.
        let own = ["--socket-name", "mine"];
        let tmux = |words: &[&str]| {
            server.program("tmux").args(["-L", "mine", "-f", "/dev/null"]).args(words).success().stdout
        };
        tmux(&["new-session", "-d", "-s", "work", "exec cat"]);
        server.rune([&own[..], &["server", "stop", "mine"]].concat()).code(5);
        assert_eq!(tmux(&["list-sessions", "-F", "#{session_name}"]), "work\n");
        tmux(&["kill-server"]);
    });
}

/// Names that are easily taken for one another.
const NAMES: [&str; 5] = ["dev", "dev-2", "de", "1", "größe"];

/// The same for windows.
const WINDOWS: [&str; 3] = ["1", "w.1", "ü:x"];

#[test]
fn nothing_but_what_is_named_changes() {
    on_each_tmux(|server| {
        // Sessions of nobody with odd names beside ours.
        for name in ["dev ", "=dev"] {
            server.tmux(["new-session", "-d", "-s", name, "exec cat"]);
        }
        for session in NAMES {
            for window in WINDOWS {
                server
                    .rune([
                        "window",
                        "ensure",
                        &format!("{session}:{window}"),
                        "--panes",
                        "2",
                        "--command",
                        "exec cat",
                    ])
                    .success();
            }
        }
        let all = || {
            let mut lines = server.list_panes(
                "#{session_name}|#{window_name}|#{pane_id}|#{pane_pid}|#{pane_width}x#{pane_height}|#{window_active}#{pane_active}",
            );
            lines.sort();
            lines
        };
        let changed = |before: &[String]| -> Vec<String> {
            let now = all();
            before.iter().filter(|line| !now.contains(line)).cloned().collect()
        };
        for session in NAMES {
            for window in WINDOWS {
                let target = format!("{session}:{window}");
                let before = all();
                server
                    .rune(["pane", "run", &format!("{target}.2"), "--command", "exec sleep 1000"])
                    .success();
                let one = changed(&before);
                let mine = format!("{session}|{window}|");
                assert!(one.len() == 1 && one[0].starts_with(&mine), "{target}: {one:?}");

                let before = all();
                server.rune(["window", "layout", &target, "even-vertical"]).success();
                assert!(changed(&before).iter().all(|line| line.starts_with(&mine)), "{target}");

                let before = all();
                server.rune(["window", "rename", &target, "tmp"]).success();
                assert_eq!(changed(&before).len(), 2, "{target}");
                server.rune(["window", "rename", &format!("{session}:tmp"), window]).success();
                assert_eq!(all(), before, "{target}");
            }
        }
        for session in NAMES {
            let before = all();
            server.rune(["window", "delete", &format!("{session}:w.1")]).success();
            let gone = changed(&before);
            assert!(
                gone.len() == 2 && gone.iter().all(|line| line.starts_with(&format!("{session}|w.1|"))),
                "{gone:?}"
            );
        }
        // What nothing is called ends nothing.
        let before = all();
        for name in ["d", "dev-", "deve", "3", "gr", "dev:", "*:w.1x"] {
            if name != "dev:" {
                server.rune(["session", "delete", name]).code(3);
            }
        }
        server.rune(["window", "delete", "de:w.1"]).code(3);
        assert_eq!(all(), before);
        for (at, session) in NAMES.iter().enumerate() {
            server.rune(["session", "delete", session]).success();
            let mut left: Vec<String> = server.list_sessions("#{session_name}");
            left.retain(|name| NAMES.contains(&name.as_str()));
            left.sort();
            let mut wanted = NAMES[at + 1..].to_vec();
            wanted.sort_unstable();
            assert_eq!(left, wanted);
        }
        assert_eq!(server.list_sessions("#{session_name}").len(), 2);
    });
}

#[test]
fn on_the_users_own_server_only_what_rune_made_is_touched() {
    on_each_tmux(|server| {
        let tmux = |words: &[&str]| {
            server.program("tmux").args(["-L", "default", "-f", "/dev/null"]).args(words).success().stdout
        };
        tmux(&["new-session", "-d", "-s", "work", "-n", "edit", "exec cat"]);
        tmux(&["set-option", "-g", "status-left", "mine"]);
        let global = || {
            tmux(&["show-options", "-g"]) + &tmux(&["show-options", "-s"]) + &tmux(&["show-options", "-gw"])
        };
        let options = global();
        let of = |session: &str| {
            let all = tmux(&[
                "list-panes",
                "-a",
                "-F",
                "#{session_name}|#{window_name}|#{pane_id}|#{pane_pid}|#{pane_width}",
            ]);
            all.lines().filter(|line| line.starts_with(session)).map(str::to_owned).collect::<Vec<_>>()
        };
        let before = of("work|");
        let rune = |words: &[&str]| server.rune([&["--socket-name", "default"], words].concat());
        rune(&["window", "ensure", "ours:w", "--panes", "2"]).success();
        for words in [
            &["session", "delete", "work"][..],
            &["session", "rename", "work", "play"],
            &["session", "restart", "work"],
            &["session", "ensure", "work", "--env", "A=1"],
            &["window", "create", "work:new"],
            &["window", "ensure", "work:edit", "--panes", "2"],
            &["window", "delete", "work:edit"],
            &["window", "rename", "work:edit", "x"],
            &["window", "layout", "work:edit", "tiled"],
            &["pane", "split", "work:edit"],
            &["pane", "send", "work:edit", "x"],
            &["pane", "kill", "work:edit"],
            &["pane", "run", "work:edit", "--command", "true"],
            &["pane", "clear", "work:edit"],
            &["pane", "swap", "work:edit", "ours:w.1"],
            &["pane", "move", "ours:w.1", "work:edit"],
            &["pane", "kill", "work:edit", "--processes"],
            &["session", "kill", "work", "--processes"],
            &["server", "stop", "default"],
        ] {
            if words == ["window", "layout", "work:edit", "tiled"] {
                // It is not ours, be there something to arrange or not.
            }
            rune(words).code(5);
            assert_eq!(of("work|"), before, "{words:?}");
        }
        // It exists, and that was all that was asked.
        assert!(rune(&["session", "ensure", "work"]).success().stderr.contains("nothing to do"));
        assert_eq!(of("work|"), before);
        // A pane that a person made in a session of ours is theirs.
        tmux(&["split-window", "-d", "-t", "=ours:w", "exec cat"]);
        rune(&["session", "delete", "ours"]).code(5);
        rune(&["window", "delete", "ours:w"]).code(5);
        rune(&["window", "ensure", "ours:w", "--panes", "1", "--prune"]).success();
        assert!(!of("ours|").is_empty());
        rune(&["session", "delete", "ours", "--any"]).success();
        assert_eq!(of("work|"), before);
        assert_eq!(global(), options);
        rune(&["window", "create", "work:new", "--any"]).success();
        assert_eq!(of("work|").len(), 2);
        rune(&["session", "delete", "work", "--any"]).success();
    });
}

#[test]
fn a_config_neither_prunes_nor_stops_what_a_command_made() {
    on_each_tmux(|server| {
        server.write(
            "rune.yaml",
            "projects: [{name: shop, detect: [rune.yaml]}]\nworkspace: {session_name: shop, windows: [{name: code, panes: [{key: a, command: exec cat}, exec cat]}]}",
        );
        server.rune(["start", "-d"]).success();
        server.rune(["session", "create", "live"]).success();
        server.rune(["window", "ensure", "shop:extra", "--command", "exec sleep 1000"]).success();
        server.rune(["pane", "split", "shop:code.a", "--command", "exec sleep 1001"]).success();
        let before = panes(server);
        server.rune(["apply", "--prune"]).success();
        assert_eq!(panes(server), before);
        // What the config declares is still its own, though somebody ran something else in it.
        for verb in ["ensure", "run"] {
            for (pane, key) in [("shop:code.a", "a"), ("shop:code.2", "2")] {
                server.rune(["pane", verb, pane, "--command", "exec sleep 1002"]).success();
                let said = server.rune(["apply", "-v"]).success().stderr;
                assert!(said.contains("done: 1 step\n"), "{pane}: {said}");
                assert!(said.contains(&format!("restart pane `code.{key}`")), "{pane}: {said}");
            }
        }
        server.rune(["stop"]).success();
        assert_eq!(server.list_sessions("#{session_name}"), ["live"]);
    });
}

#[test]
fn what_is_opened_in_a_configs_session_has_its_environment() {
    on_each_tmux(|server| {
        server.write(
            "rune.yaml",
            "projects: [{name: shop, detect: [rune.yaml]}]\n\
             environment: {pass: [MY_TOKEN], drop: [MY_OWN]}\n\
             workspace: {session_name: shop, env: {GREETING: hello}, windows: [{name: code, panes: [exec cat]}]}",
        );
        server
            .rune(["start", "-d"])
            .env("MY_TOKEN", "secret")
            .env("MY_OWN", "1")
            .env("FROM", "start")
            .success();
        let show = "echo it has $GREETING $MY_TOKEN ${MY_OWN:-nothing} $FROM; exec cat";
        server.rune(["pane", "split", "shop:code.1", "--command", show]).env("MY_OWN", "2").success();
        server.rune(["window", "create", "shop:new", "--command", show]).success();
        server.rune(["pane", "ensure", "shop:code.1", "--command", show, "--env", "FROM=pane"]).success();
        server.wait_for_text("=shop:code.1", "it has hello secret nothing start");
        server.wait_for_text("=shop:new", "it has hello secret nothing start");
        server.wait_for_text("=shop:code.0", "it has hello secret nothing pane");
        // Only its config says what the session's environment is.
        server.rune(["session", "ensure", "shop", "--env", "GREETING=no"]).code(5);

        // Nothing of it is left behind.
        server.rune(["session", "delete", "shop"]).success();
        let places = std::fs::read_dir(server.root().join("run/rune")).unwrap().flatten();
        let left: Vec<_> =
            places.flat_map(|place| std::fs::read_dir(place.path()).unwrap().flatten()).collect();
        assert!(left.is_empty(), "{left:?}");
    });
}

#[test]
fn ids_name_what_is_ensured() {
    on_each_tmux(|server| {
        let made = json(server, &["window", "ensure", "dev:w", "--panes", "2"]);
        let opened =
            |value: &Value, kind: &str| value["opened"][0][kind].as_str().unwrap_or_default().to_owned();
        let (session, window, pane) =
            (opened(&made, "session"), opened(&made, "window"), opened(&made, "pane"));
        changes_nothing(server, &["window", "ensure", &window, "--panes", "2"]);
        server.rune(["pane", "ensure", &pane, "--command", "exec cat"]).success();
        changes_nothing(server, &["pane", "ensure", "dev:w.1", "--command", "exec cat"]);
        // Who wants nothing changed is told what there is.
        let same = json(server, &["pane", "ensure", &pane, "--command", "exec cat"]);
        assert_eq!(
            (&same["changed"], &same["targets"][0]["pane"]),
            (&Value::from(false), &Value::from(pane))
        );
        let same = json(server, &["window", "ensure", "dev:w"]);
        assert_eq!(same["targets"][0]["panes"].as_array().map(Vec::len), Some(2));
        server.rune(["pane", "ensure", &format!("{window}.3")]).success();
        server.rune(["window", "create", &format!("{session}:x")]).success();
        assert_eq!(server.list_panes("#{session_name}:#{window_name}"), ["dev:w", "dev:w", "dev:w", "dev:x"]);
        for words in [
            ["window", "ensure", "@99"],
            ["window", "ensure", "$99:x"],
            ["window", "create", "$99:x"],
            ["pane", "ensure", "%99"],
            ["pane", "ensure", "@99.1"],
        ] {
            server.rune(words).code(3);
        }

        // A window in the place of the placeholder is new, too.
        server.rune(["session", "create", "empty"]).success();
        let taken = json(server, &["window", "create", "empty:w"]);
        assert_eq!(taken["opened"][0]["target"], "empty:w.1");
    });
}

#[test]
fn a_zoomed_pane_is_split_as_it_is() {
    on_each_tmux(|server| {
        server.rune(["window", "ensure", "dev:w", "--panes", "4"]).success();
        server.tmux(["resize-pane", "-Z", "-t", "=dev:w.0"]);
        server.rune(["pane", "split", "dev:w.1", "--right"]).success();
        let widths: Vec<u16> =
            server.list_panes("#{pane_width}").iter().take(2).map(|width| width.parse().unwrap()).collect();
        assert!(widths[0].abs_diff(widths[1]) <= 1, "{widths:?}");
    });
}

#[test]
fn only_the_named_pane_is_started_again() {
    on_each_tmux(|server| {
        server.rune(["window", "ensure", "dev:w", "--panes", "2", "--command", "exit 3"]).success();
        wait_for_state(server, "dev:w.1", "exited");
        wait_for_state(server, "dev:w.2", "exited");
        let second = || server.list_panes("#{pane_pid}")[1].clone();
        let before = second();
        server.rune(["pane", "ensure", "dev:w.1", "--command", "exec cat"]).success();
        assert_eq!(second(), before);
        // A pane that was named and failed runs again with its window, what it was told.
        server.rune(["pane", "run", "dev:w.2", "--command", "exit 4"]).success();
        wait_for_state(server, "dev:w.2", "exited");
        let said =
            server.rune(["window", "ensure", "dev:w", "--command", "exec sleep 1000"]).success().stderr;
        assert!(said.contains("done: restart pane `w.2`, it ended (exited 4)"), "{said}");
    });
}

#[test]
fn a_placeholder_is_taken_over_when_its_shell_has_started() {
    on_each_tmux(|server| {
        let start = server.write("start.sh", "sleep 1\n");
        let env = format!("ENV={}", start.display());
        server.rune(["session", "create", "dev", "--env", &env]).success();
        server.wait_until("the shell runs its start-up file", || {
            server.list_panes("#{pane_current_command}") == ["sleep"]
        });
        server.rune(["window", "create", "dev:w"]).success();
        assert_eq!(server.list_panes("#{window_name}"), ["w"]);
    });
}

#[test]
fn what_was_made_by_hand_has_a_place() {
    on_each_tmux(|server| {
        server.rune(["session", "create", "dev"]).success();
        server.tmux(["new-window", "-d", "-t", "=dev:", "-n", "hand", "exec cat"]);
        let made = json(server, &["window", "ensure", "dev:hand", "--panes", "3"]);
        let targets: Vec<&Value> =
            made["opened"].as_array().unwrap().iter().map(|one| &one["target"]).collect();
        assert_eq!(targets, ["dev:hand.2", "dev:hand.3"]);
        server.rune(["pane", "ensure", "dev:hand.1", "--command", "exec sleep 1000"]).success();
        let listed = json(server, &["pane", "list", "dev:hand"]);
        let keys: Vec<&Value> = listed["panes"].as_array().unwrap().iter().map(|pane| &pane["key"]).collect();
        assert_eq!(keys, ["1", "2", "3"]);
    });
}

#[test]
fn what_tmux_would_misread_is_refused() {
    on_each_tmux(|server| {
        server.rune(["pane", "ensure", "dev:w.1", "--command", "exec cat"]).success();
        let said = server.rune(["pane", "send", "dev:w.1", "--key", "Bogus"]).code(2).stderr;
        assert!(said.contains("`Bogus` is no key"), "{said}");
        server.rune(["pane", "pipe", "dev:w.1", "on", "no/such/file"]).code(1);
        assert_eq!(server.rune(["pane", "pipe", "dev:w.1", "status"]).success().stdout, "off\n");
    });
}

#[test]
fn panes_of_one_name_are_told_apart_by_their_ids() {
    on_each_tmux(|server| {
        server.rune(["window", "ensure", "dev:a", "--panes", "2"]).success();
        server.rune(["window", "ensure", "dev:b", "--panes", "2"]).success();
        server.rune(["pane", "move", "dev:a.2", "dev:b"]).success();
        for words in
            [&["pane", "select", "dev:b.2"][..], &["pane", "ensure", "dev:b.2", "--command", "exec cat"]]
        {
            let said = server.rune(words).code(3).stderr;
            assert!(
                said.contains("take one of `%1` and `%3`") || said.contains("take one of `%3` and `%1`"),
                "{said}"
            );
        }
    });
}
