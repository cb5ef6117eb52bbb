//! `rune run`: HeroScripts done on real servers, every effect read back from tmux.

use std::fs;
use std::os::unix::fs::{MetadataExt, chown};
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::apply::{calls, wrapped};
use crate::support::{Ran, Run, Server, on_each_tmux};

/// `rune run` of this script.
fn run<'s>(server: &'s Server, script: &str) -> Run<'s> {
    server.rune(["run", "-"]).stdin(script)
}

/// Runs a script that declares all that it wants, and once more, which changes nothing.
#[track_caller]
fn run_twice(server: &Server, script: &str) -> Ran {
    let first = run(server, script).success();
    changes_nothing(server, script);
    first
}

#[track_caller]
fn changes_nothing(server: &Server, script: &str) {
    let before = panes(server);
    let said = run(server, script).success();
    assert_eq!((said.stderr.as_str(), said.stdout.as_str()), ("nothing to do\n", ""), "{}", server.binary());
    assert_eq!(panes(server), before);
}

/// The processes of all panes by their places.
fn panes(server: &Server) -> Vec<String> {
    server.list_panes("#{session_name}:#{window_name}.#{pane_index} #{pane_id} #{pane_pid}")
}

fn state(server: &Server, target: &str) -> Value {
    let text = server.rune(["pane", "list", target, "--json"]).success().stdout;
    let all: Value = serde_json::from_str(&text).expect("it is JSON");
    all["panes"][0].clone()
}

#[track_caller]
fn wait_for_state(server: &Server, target: &str, wanted: &str) {
    server.wait_until(&format!("{target} is {wanted}"), || {
        state(server, target)["state"]["state"].as_str() == Some(wanted)
    });
}

#[track_caller]
fn wait_for_command(server: &Server, words: &str) {
    server.wait_until(&format!("`{words}` runs"), || runs(server, words));
}

fn runs(server: &Server, words: &str) -> bool {
    server.processes().iter().any(|process| process.words == words)
}

/// Fails with this code; what was said has all of these.
#[track_caller]
fn fails(server: &Server, script: &str, code: i32, said: &[&str]) {
    let ran = run(server, script).code(code);
    for part in said {
        assert!(ran.stderr.contains(part), "{}: no {part:?} in {}", server.binary(), ran.stderr);
    }
}

#[test]
fn sessions_are_made_made_anew_and_ended() {
    on_each_tmux(|server| {
        let made = run(server, "!!tmux.session_create name:'My Dev-1'\n").success();
        assert!(made.stdout.contains("my_dev_1:"), "{}", made.stdout);
        assert_eq!(server.list_sessions("#{session_name} #{session_windows}"), ["my_dev_1 1"]);
        let project = server.project().display().to_string();
        server.wait_until("it works where rune was called", || {
            server.list_panes("#{pane_current_path}") == [project.as_str()]
        });
        changes_nothing(server, "!!tmux.session_create name:my_dev_1\n");

        let before = server.list_sessions("#{session_id}");
        run(server, "!!tmux.session_create name:'MY.DEV:1' reset\n").success();
        assert_eq!(server.list_sessions("#{session_name}"), ["my_dev_1"]);
        assert_ne!(server.list_sessions("#{session_id}"), before);

        // Each action sees what those before it did.
        let again = "!!tmux.session_delete name:my_dev_1\n!!tmux.session_create name:my_dev_1\n";
        for _ in 0..3 {
            run(server, again).success();
            assert_eq!(server.list_sessions("#{session_name}"), ["my_dev_1"]);
        }
        run(server, "!!tmux.session_delete name:my_dev_1\n").success();
        assert!(!server.is_running());
        fails(server, "!!tmux.session_delete name:my_dev_1\n", 3, &["there is no session `my_dev_1`"]);
        run_twice(server, "!!tmux.session_ensure name:a\n!!tmux.session_ensure name:b\n");
        let mut names = server.list_sessions("#{session_name}");
        names.sort();
        assert_eq!(names, ["a", "b"]);
    });
}

#[test]
fn windows_are_made_made_anew_and_ended() {
    on_each_tmux(|server| {
        let script = "!!tmux.session_create name:dev\n\
            !!tmux.window_create name:'dev|The Code' cmd:'echo \"=$A=$B=\"; exec sleep 1001' env:'A=1=1,B=x\\,y'\n\
            !!tmux.window_create name:'dev|logs' cmd:'exec sleep 1002'\n";
        run(server, script).success();
        assert_eq!(server.list_windows("#{window_index} #{window_name}"), ["0 the_code", "1 logs"]);
        server.wait_for_text("=dev:the_code", "=1=1=x,y=");
        fails(server, "!!tmux.window_create name:'dev|logs'\n", 5, &["there is a window `dev:logs` already"]);

        wait_for_command(server, "sleep 1002");
        run(server, "!!tmux.pane_split name:'dev|logs'\n!!tmux.window_create name:'dev|logs' cmd:'exec sleep 1003' reset\n").success();
        assert_eq!(server.list_windows("#{window_name} #{window_panes}"), ["the_code 1", "logs 1"]);
        wait_for_command(server, "sleep 1003");
        assert!(!runs(server, "sleep 1002"));

        run(server, "!!tmux.window_delete name:'dev|logs'\n").success();
        assert_eq!(server.list_windows("#{window_name}"), ["the_code"]);
        // What a window stands in comes with it.
        run(server, "!!tmux.window_create name:'new|w' cmd:'exec sleep 1004'\n").success();
        assert_eq!(server.list_windows("#{session_name}:#{window_name}"), ["dev:the_code", "new:w"]);
        fails(
            server,
            "!!tmux.window_delete name:'dev|logs'\n",
            3,
            &["there is no window `dev:logs`", "there is `dev:the_code`"],
        );
    });
}

#[test]
fn panes_are_split_typed_into_and_ended() {
    on_each_tmux(|server| {
        let script = "!!tmux.window_create name:'s|w' cmd:'exec sleep 1001'\n\
            !!tmux.pane_split name:'s|w' horizontal env:'MARK=here it is'\n\
            !!tmux.pane_execute name:'s|w|2' cmd:'echo \"-$MARK-\"'\n\
            !!tmux.pane_split name:'s|w|2' cmd:'exec sleep 1003'\n";
        run(server, script).success();
        server.wait_for_text("=s:w.1", "-here it is-");
        let places = server.list_panes("#{pane_left} #{pane_top}");
        assert_eq!(places.len(), 3);
        assert!(places[0] == "0 0" && places[1].ends_with(" 0") && places[1] != "0 0", "{places:?}");
        assert!(!places[2].ends_with(" 0") && places[2] != "0", "{places:?}");

        wait_for_command(server, "sleep 1001");
        fails(
            server,
            "// nothing reads\n!!tmux.pane_execute\n    name:'s|w|1'\n    cmd:'ls'\n",
            5,
            &[
                "no shell is in the foreground of pane `s:w.1`: `sleep` is",
                "standard input:2:1",
                "!!tmux.pane_execute",
                "rune pane run",
            ],
        );
        assert!(!server.capture("=s:w.0").contains("ls"));

        // A script that runs is no shell that reads.
        run(server, "!!tmux.window_create name:'s|script' cmd:'sleep 1005; true'\n").success();
        wait_for_command(server, "sleep 1005");
        fails(server, "!!tmux.pane_execute name:'s|script|main' cmd:'x'\n", 5, &["rune pane run"]);

        let ids = server.list_panes("#{window_name} #{pane_id}");
        run(server, "!!tmux.pane_kill name:'s|w|2'\n").success();
        let left: Vec<String> =
            ids.iter().enumerate().filter(|(at, _)| *at != 1).map(|(_, id)| id.clone()).collect();
        assert_eq!(server.list_panes("#{window_name} #{pane_id}"), left);
        for (name, what) in [
            ("s|w|2", "pane `s:w.2`"),
            ("s|none|1", "window"),
            ("none|w|1", "session `none`"),
            ("s|w|label", "pane"),
        ] {
            fails(
                server,
                &format!("!!tmux.pane_kill name:'{name}'\n"),
                3,
                &[&format!("there is no {what}"), "standard input:1:1"],
            );
            fails(server, &format!("!!tmux.pane_split name:'{name}'\n"), 3, &["there is no "]);
            fails(server, &format!("!!tmux.pane_execute name:'{name}' cmd:x\n"), 3, &["there is no "]);
        }
    });
}

#[test]
fn a_pane_is_a_place_a_label_or_the_active_one() {
    on_each_tmux(|server| {
        let script = "!!tmux.window_ensure name:'s|w' cat:2pane\n\
            !!tmux.pane_ensure name:'s|w|2' label:'The Shell'\n\
            !!tmux.pane_ensure name:'s|w|Odd: one'\n";
        run_twice(server, script);
        let ids = server.list_panes("#{pane_id}");
        assert_eq!(ids.len(), 3);
        for (at, name) in
            [(0, "1"), (1, "2"), (1, "the shell"), (1, "THE_SHELL"), (2, "odd:_one"), (2, "Odd: one")]
        {
            let text = format!("echo {at} is {}", name.to_lowercase().replace([':', ' '], "_"));
            run(server, &format!("!!tmux.pane_execute name:'s|w|{name}' cmd:'{text}'\n")).success();
            server.wait_until(&text, || server.capture(&ids[at]).contains(&text));
        }
        for (at, word) in [(1, "main"), (2, "active")] {
            server.tmux(["select-pane", "-t", &ids[at]]);
            run(server, &format!("!!tmux.pane_execute name:'s|w|{word}' cmd:'echo at {word}'\n")).success();
            server.wait_until(word, || server.capture(&ids[at]).contains(&format!("at {word}")));
        }
        // What has a label is ensured by it, too.
        run_twice(server, "!!tmux.pane_ensure name:'s|w|The Shell' cmd:'exec sleep 1001'\n");
        assert_eq!(server.list_panes("#{pane_id}"), ids);
        wait_for_command(server, "sleep 1001");
    });
}

#[test]
fn a_window_gets_the_panes_that_it_lacks_as_a_grid() {
    on_each_tmux(|server| {
        run_twice(server, "!!tmux.window_ensure name:'s|w' cat:2pane cmd:'exec sleep 1001'\n");
        let two = server.list_panes("#{pane_id} #{pane_pid}");
        run_twice(server, "!!tmux.window_ensure name:'s|w' cat:4pane cmd:'exec sleep 1001'\n");
        let four = server.list_panes("#{pane_id} #{pane_pid}");
        assert!(four.len() == 4 && two.iter().all(|pane| four.contains(pane)), "{two:?} {four:?}");
        let mut cells = server.list_panes("#{pane_left} #{pane_top}");
        cells.sort();
        cells.dedup_by_key(|cell| cell.split(' ').next().unwrap().to_owned());
        assert_eq!(cells.len(), 2, "two columns");
        // Fewer end nothing, and arrange nothing.
        changes_nothing(server, "!!tmux.window_ensure name:'s|w' cmd:'exec sleep 1001'\n");
        changes_nothing(server, "!!tmux.pane_ensure name:'s|w|3'\n");
        run_twice(server, "!!tmux.pane_ensure name:'s|w|6' cmd:'exec sleep 1006'\n");
        assert_eq!(server.list_panes("x").len(), 6);
        run_twice(server, "!!tmux.window_ensure name:'s|all' cat:16pane\n");
        assert_eq!(server.list_windows("#{window_name} #{window_panes}"), ["w 6", "all 16"]);
    });
}

#[test]
fn every_example_that_is_run_again_has_nothing_to_do() {
    on_each_tmux(|server| {
        for (example, count) in [("four-panes", 4), ("multi-line", 2), ("mixed", 3)] {
            let file =
                PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("examples/{example}.heroscript"));
            let copy = server.write(format!("{example}.heroscript"), fs::read(file).expect("it is there"));
            server.rune(["run".as_ref(), copy.as_os_str()]).success();
            assert_eq!(server.list_panes("x").len(), count);
            for name in server.list_panes("#{pane_id}") {
                server.wait_until("it has started", || state(server, &name)["state"]["state"] != "waiting");
            }
            changes_nothing(server, &fs::read_to_string(copy).expect("it is there"));
            server.rune(["server", "stop", "rune"]).success();
        }
    });
}

#[test]
fn the_example_of_steps_does_them_again() {
    on_each_tmux(|server| {
        let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("examples/steps.heroscript");
        let text = fs::read_to_string(file).expect("it is there");
        let mut before = Vec::new();
        for _ in 0..2 {
            run(server, &text).success();
            let all = server.list_panes("#{session_name}:#{window_name}");
            assert_eq!(all, ["scratch:notes", "scratch:notes", "watch:machine", "watch:machine"]);
            server.wait_for_text("=scratch:notes.1", "20");
            let watch: Vec<String> =
                panes(server).into_iter().filter(|pane| pane.starts_with("watch")).collect();
            assert!(before.is_empty() || before == watch);
            before = watch;
        }
        // What is declared alone has nothing to do.
        changes_nothing(server, &text[text.find("!!tmux.window_ensure").unwrap()..]);
    });
}

#[test]
fn only_the_pane_whose_command_was_edited_starts_again() {
    on_each_tmux(|server| {
        let script = "!!tmux.window_ensure name:'s|w' cat:4pane\n\
            !!tmux.pane_ensure name:'s|w|1' cmd:'exec sleep 1001'\n\
            !!tmux.pane_ensure name:'s|w|2' cmd:'exec sleep 1002' env:'A=1'\n\
            !!tmux.pane_ensure name:'s|w|3' cmd:'\n  sleep 1003\n  true\n'\n";
        run_twice(server, script);
        for (at, old, new) in [
            (0, "sleep 1001", "sleep 2001"),
            (1, "A=1", "A=2"),
            (2, "  true\n", "  true # really\n"),
            (3, "s|w|3'", "s|w|4' cmd:'exec sleep 1004'\n!!tmux.pane_ensure name:'s|w|3'"),
        ] {
            let before = server.list_panes("#{pane_id} #{pane_pid}");
            run_twice(server, &script.replace(old, new));
            let after = server.list_panes("#{pane_id} #{pane_pid}");
            for (place, (old, new)) in before.iter().zip(&after).enumerate() {
                assert_eq!(old == new, place != at, "pane {place} when {at} was edited");
                assert_eq!(old.split(' ').next(), new.split(' ').next());
            }
            run(server, script).success();
        }
    });
}

#[test]
fn what_ended_well_stays_and_what_failed_starts_again() {
    on_each_tmux(|server| {
        let ensure = |cmd: &str| format!("!!tmux.pane_ensure name:'s|w|1' cmd:'{cmd}'\n");
        run_twice(server, &ensure("exec sleep 1001"));
        let pane = server.list_panes("#{pane_id}");
        let next = |cmd: &str| {
            let before = panes(server);
            run(server, &ensure(cmd)).success();
            assert_ne!(panes(server), before, "{cmd} starts");
        };
        next("exit 0");
        wait_for_state(server, "s:w.1", "exited");
        changes_nothing(server, &ensure("exit 0"));
        for failing in ["exit 3", "kill -9 $$"] {
            next(failing);
            let ended = if failing == "exit 3" { "exited" } else { "signalled" };
            wait_for_state(server, "s:w.1", ended);
            next(failing);
            wait_for_state(server, "s:w.1", ended);
        }
        next("exec sleep 1001");
        assert_eq!(server.list_panes("#{pane_id}"), pane);
        // Killed from outside, and gone.
        wait_for_command(server, "sleep 1001");
        let pid = state(server, "s:w.1")["pid"].as_u64().expect("it has one").to_string();
        let sleep =
            server.processes().into_iter().find(|process| process.words == "sleep 1001").expect("it runs");
        assert!(sleep.parent.to_string() == pid || sleep.pid.to_string() == pid);
        server.sh(&format!("kill -9 {}", sleep.pid)).success();
        server.wait_until("it is noticed", || !runs(server, "sleep 1001"));
        wait_for_state(server, "s:w.1", "signalled");
        run_twice(server, &ensure("exec sleep 1001"));
        run(server, "!!tmux.window_ensure name:'s|other'\n!!tmux.pane_kill name:'s|w|1'\n").success();
        run_twice(server, &ensure("exec sleep 1001"));
        wait_for_command(server, "sleep 1001");
    });
}

#[test]
fn a_run_of_declarations_is_one_plan_and_one_tmux() {
    on_each_tmux(|server| {
        let mut script = String::from("!!tmux.session_ensure name:a\n");
        for session in ["a", "b"] {
            for window in 0..5 {
                script +=
                    &format!("!!tmux.window_ensure name:'{session}|w{window}' cat:4pane cmd:'exec cat'\n");
                script +=
                    &format!("!!tmux.pane_ensure name:'{session}|w{window}|2' cmd:'exec sleep 1001' log\n");
            }
        }
        let tmux = wrapped(server, "");
        let run = |script: &str| server.rune(["run", "-", "--tmux"]).args([&tmux]).stdin(script).success();
        run(&script);
        assert_eq!(server.list_panes("x").len(), 40);
        let scripts = |calls: &[String]| calls.iter().filter(|call| call.contains("source-file")).count();
        let cold = calls(server);
        assert_eq!(scripts(&cold), 1, "{cold:?}");
        fs::remove_file(server.project().join("calls")).expect("it was called");
        assert_eq!(run(&script).stderr, "nothing to do\n");
        let again = calls(server);
        assert!(again.len() == 1 && again[0].contains("list-panes"), "{again:?}");
        fs::remove_file(server.project().join("calls")).expect("it was called");
        // Three batches, three scripts.
        run(
            "!!tmux.session_ensure name:c\n!!tmux.window_create name:'c|x'\n!!tmux.session_ensure name:d\n!!tmux.window_ensure name:'d|x'\n",
        );
        let three = calls(server);
        assert_eq!(scripts(&three), 3, "{three:?}");
    });
}

#[test]
fn commands_of_several_lines_are_one_script_with_their_text_intact() {
    on_each_tmux(|server| {
        let script = r##"!!tmux.pane_ensure name:'s|w|1' env.OUT:'@OUT' cmd:'
            X="it is a  b"
            false
            cd /
            printf "%s|" "$X" "$PWD" \'#{pid} %H {{.Names}} $(x) `y`\' "tab	here" é >"$OUT"
            cat <<\END >>"$OUT"
              // kept: \n \\ ; "
            END
            exec sleep 1001
        '
"##;
        let out = server.project().join("out");
        let tmp = || fs::read_dir(server.root().join("tmp")).map_or(0, |entries| entries.count());
        let before = tmp();
        run_twice(server, &script.replace("@OUT", &out.display().to_string()));
        wait_for_command(server, "sleep 1001");
        let text = fs::read_to_string(&out).expect("it was written before");
        let expected = "it is a  b|/|#{pid} %H {{.Names}} $(x) `y`|tab\there|é|  // kept: \\n \\\\ ; \"\n";
        assert_eq!(text, expected, "{}", server.binary());
        assert_eq!(tmp(), before, "no file was left");
    });
}

#[test]
fn sessions_of_others_are_left_alone() {
    on_each_tmux(|server| {
        let names = ["shop2", "sho", "My Shop", "SHOP", "1", "größe"];
        for name in names {
            server.tmux(["new-session", "-d", "-s", name, "-n", "w|x", "exec sleep 1000"]);
        }
        let foreign = || -> Vec<String> {
            let all = server.list_panes("#{session_name}:#{window_name} #{pane_id} #{pane_pid} #{pane_width}x#{pane_height} #{pane_title}");
            let prefixes: Vec<String> = names.iter().map(|name| format!("{name}:")).collect();
            all.into_iter()
                .filter(|line| prefixes.iter().any(|name| line.starts_with(name.as_str())))
                .collect()
        };
        let before = foreign();
        assert_eq!(before.len(), names.len());
        let script = "!!tmux.session_create name:Shop reset\n!!tmux.window_create name:'shop|w' cmd:'exec cat' reset\n\
            !!tmux.pane_split name:'shop|w'\n!!tmux.pane_execute name:'shop|w|2' cmd:'true'\n!!tmux.pane_kill name:'shop|w|2'\n\
            !!tmux.window_ensure name:'my shop|w' cat:4pane\n!!tmux.pane_ensure name:'2|1|3' cmd:'exec cat'\n\
            !!tmux.window_delete name:'shop|w'\n!!tmux.session_delete name:shop\n!!tmux.session_delete name:'My-Shop'\n";
        for _ in 0..2 {
            run(server, script).success();
            assert_eq!(foreign(), before);
        }
        fails(
            server,
            "!!tmux.session_delete name:sh\n!!tmux.session_delete name:sho2\n",
            3,
            &["there is no session `sh`"],
        );
        fails(server, "!!tmux.window_delete name:'shop2|w'\n", 3, &["there is no window `shop2:w`"]);
        assert_eq!(foreign(), before);
    });
}

#[test]
fn on_the_users_own_server_only_what_rune_made_is_changed() {
    on_each_tmux(|server| {
        let socket = server.root().join("own");
        let tmux = |words: &[&str]| {
            server.program(&server.binary().path).args(["-S"]).args([&socket]).args(words).success().stdout
        };
        tmux(&["-f", "/dev/null", "new-session", "-d", "-s", "mine", "exec sleep 1000"]);
        let run = |script: &str| server.rune(["run", "-", "--socket-path"]).args([&socket]).stdin(script);
        run("!!tmux.window_ensure name:'ours|w' cat:2pane\n").success();
        for action in
            ["session_delete name:mine", "session_create name:mine reset", "window_ensure name:'mine|new'"]
        {
            let said = run(&format!("!!tmux.session_ensure name:ours\n!!tmux.{action}\n")).code(5).stderr;
            assert!(said.contains("standard input:2:1") && said.contains("--any"), "{said}");
        }
        assert_eq!(tmux(&["list-panes", "-s", "-t", "=mine:", "-F", "#{pane_id}"]), "%0\n");
        run("!!tmux.session_delete name:mine\n").args(["--any"]).success();
        assert_eq!(tmux(&["list-sessions", "-F", "#{session_name}"]), "ours\n");
        tmux(&["kill-server"]);
    });
}

#[test]
fn what_scripts_make_is_never_pruned() {
    on_each_tmux(|server| {
        server.write(
            "rune.yaml",
            "workspace: {session_name: shop, windows: [{name: code, panes: [exec cat]}]}",
        );
        server.rune(["start", "-d"]).success();
        run_twice(
            server,
            "!!tmux.pane_ensure name:'shop|code|extra' cmd:'exec sleep 1001'\n!!tmux.window_ensure name:'shop|more'\n!!tmux.session_ensure name:other\n",
        );
        let before = panes(server);
        assert_eq!(before.len(), 4);
        server.rune(["apply", "--prune"]).success();
        assert_eq!(panes(server), before);
    });
}

#[test]
fn a_mistake_stops_the_script_at_its_line() {
    on_each_tmux(|server| {
        let script = "// what is done stays done\n!!tmux.session_ensure name:a\n\n!!tmux.pane_split\n    name:'a|none'\n    cmd:'x'\n!!tmux.session_ensure name:b\n";
        let file = server.write("day.hero", script);
        let ran = server.rune(["run", "day.hero"]).code(3);
        let report = "error: there is no window `a:none`\n --> day.hero:4:1\n  |\n4 | !!tmux.pane_split\n  | ^^^^^^^^^^^^^^^^^";
        assert!(ran.stderr.contains(report), "{}", ran.stderr);
        assert!(
            ran.stderr.contains("error: the script ends at line 4; what stands before it is done\n"),
            "{}",
            ran.stderr
        );
        assert_eq!(server.list_sessions("#{session_name}"), ["a"]);
        let ran = server.rune(["run", "day.hero", "--json"]).code(3);
        let value: Value = serde_json::from_str(&ran.stdout).expect("it is JSON");
        assert_eq!(
            (&value["changed"], &value["problems"][0]["line"]),
            (&Value::Bool(false), &Value::from(4))
        );
        assert!(ran.stderr.contains("error: the script ends at line 4\n"), "{}", ran.stderr);

        // In a batch it is the action that counts; nothing of the batch is done.
        server.tmux(["rename-window", "-t", "=a:", "twin"]);
        for _ in 0..2 {
            server.tmux(["new-window", "-d", "-t", "=a:", "-n", "same", "exec sleep 1000"]);
        }
        fails(
            server,
            "!!tmux.session_ensure name:c\n!!tmux.window_ensure name:'a|same'\n!!tmux.session_ensure name:d\n",
            3,
            &["standard input:2:1", "`a:same` could be 2 windows"],
        );
        assert_eq!(server.list_sessions("#{session_name}"), ["a"]);

        // What can be known beforehand is said before anything is done.
        let early = "!!tmux.session_ensure name:e\n!!tmux.session_ttyd name:e port:8080\n!!tmux.pane_ensure name:'e|w|1' logpath:'/tmp/x'\n";
        fails(
            server,
            early,
            2,
            &[
                "standard input:2:1",
                "web terminals are not available yet",
                "standard input:3:1",
                "rune keeps logs in its own place only",
                "2 problems in the script",
            ],
        );
        fails(server, "!!tmux.session_ensure name:f\n!!git.clone url:x\n", 2, &["standard input:2:1"]);
        run(server, "!!tmux.session_ensure name:f\n!!git.clone url:x\n").args(["--skip-unknown"]).success();
        assert_eq!(server.list_sessions("#{session_name}"), ["a", "f"]);

        // Of somebody else, if this user may give files away.
        if fs::metadata(&file).is_ok_and(|file| file.uid() == 0) && chown(&file, Some(65534), None).is_ok() {
            let said = server.rune(["run", "day.hero"]).code(5).stderr;
            assert!(said.contains("`day.hero` belongs to another user"), "{said}");
            server.rune(["convert", "day.hero"]).success();
        }
    });
}

#[test]
fn a_dry_run_says_what_is_known_and_does_nothing() {
    on_each_tmux(|server| {
        let script = "!!tmux.window_ensure name:'Shop|code' cat:2pane cmd:'exec sleep 1001'\n!!tmux.pane_execute name:'shop|code|1' cmd:ls\n!!tmux.session_ensure name:'Two'\n";
        let before = || {
            (server.is_running(), server.root().join("home").read_dir().map_or(0, |entries| entries.count()))
        };
        let nothing = before();
        let said = run(server, script).args(["--dry-run"]).success().stdout;
        for part in [
            "line 1: ensure session `shop` (Shop)\n",
            "    1. open session `shop` in ",
            "open pane `code.2`: exec sleep 1001\n",
            "line 2: type `ls` into pane `shop|code|1`\n",
            "line 3: ensure session `two` (Two)\n",
        ] {
            assert!(said.contains(part), "no {part:?} in {said}");
        }
        assert_eq!(said.matches(". open").count(), 4, "{said}");
        assert_eq!(before(), nothing);

        run(server, "!!tmux.window_ensure name:'shop|code' cat:2pane cmd:'exec sleep 1001'\n").success();
        let there = panes(server);
        let first = script.lines().next().expect("it has lines");
        assert_eq!(run(server, first).args(["--dry-run"]).success().stdout, "nothing to do\n");
        wait_for_command(server, "sleep 1001");
        let ran = run(server, script).args(["--dry-run"]).code(5);
        assert!(ran.stderr.contains("standard input:2:1"), "{}", ran.stderr);
        let edited =
            run(server, &script.replace("1001", "2001")).args(["--dry-run", "--json"]).success().stdout;
        let value: Value = serde_json::from_str(&edited).expect("it is JSON");
        assert_eq!(value["batches"][0]["plan"]["steps"][0]["step"], "restart_pane");
        assert_eq!(
            (&value["batches"][1]["line"], &value["batches"][1]["plan"]),
            (&Value::from(2), &Value::Null)
        );
        assert_eq!(panes(server), there);
    });
}

/// Everything that stands in the log of a pane.
fn log(server: &Server, pane: &str) -> String {
    fn files(dir: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
            if entry.path().is_dir() { files(&entry.path(), found) } else { found.push(entry.path()) }
        }
    }
    let mut all = Vec::new();
    files(server.root(), &mut all);
    let of = |path: &PathBuf| {
        path.extension().is_some_and(|end| end == "cast")
            && path.parent().is_some_and(|dir| dir.ends_with(pane))
    };
    all.into_iter().filter(of).map(|path| fs::read_to_string(path).unwrap_or_default()).collect()
}

#[test]
fn what_a_pane_prints_is_logged_and_a_log_may_start_empty() {
    on_each_tmux(|server| {
        let ensure = |word: &str, log: &str| {
            format!("!!tmux.pane_ensure name:'s|w|2' cmd:'echo {word}; exec sleep 1001' {log}\n")
        };
        let logs = |word: &str| server.wait_until(word, || log(server, "w.2").contains(word));
        run_twice(server, &ensure("one", "log"));
        logs("one");
        run_twice(server, &ensure("two", "log"));
        logs("two");
        assert!(log(server, "w.2").contains("one"));
        run_twice(server, &ensure("three", "log logreset"));
        logs("three");
        let text = log(server, "w.2");
        assert!(!text.contains("one") && !text.contains("two"), "{text}");
        // A pane that goes on keeps its log.
        changes_nothing(server, &ensure("three", "log logreset"));
        assert!(log(server, "w.2").contains("three"));
        run(server, "!!tmux.pane_split name:'s|w|2' cmd:'echo four; exec sleep 1001' log\n").success();
        server.wait_until("four", || log(server, "w.3").contains("four"));
        run(server, "!!tmux.pane_kill name:'s|w|3'\n!!tmux.pane_split name:'s|w|2' cmd:'echo five; exec sleep 1001' logreset\n").success();
        server.wait_until("five", || log(server, "w.3").contains("five"));
        assert!(!log(server, "w.3").contains("four"));
        // A shell's output, too.
        run(server, "!!tmux.pane_ensure name:'s|w|shell' log\n!!tmux.pane_execute name:'s|w|shell' cmd:'echo s-$((1+1))-s'\n").success();
        server.wait_until("the shell is logged", || log(server, "w.shell").contains("s-2-s"));
    });
}

#[test]
fn a_script_does_not_end_the_pane_that_it_runs_in() {
    on_each_tmux(|server| {
        server.write("end.hero", "!!tmux.session_ensure name:other\n!!tmux.session_delete name:s\n");
        run(server, "!!tmux.pane_ensure name:'s|w|1'\n").success();
        let program = env!("CARGO_BIN_EXE_rune");
        run(
            server,
            &format!("!!tmux.pane_execute name:'s|w|1' cmd:'{program} run end.hero; echo code $?'\n"),
        )
        .success();
        server.wait_for_text("=s:w", "code 5");
        assert!(server.capture("=s:w").contains("the pane that the script runs in"));
    });
}
