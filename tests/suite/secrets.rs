//! What panes, the tmux server, process lists and printed plans get of the environment, and what not.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use crate::support::{Run, Server, on_each_tmux};

/// Each pane writes down what it has got.
const CONFIG: &str = r#"
environment: {pass: [PASSED_TOKEN], drop: [DROPPED]}
workspace:
  session_name: shop
  env: {DECLARED: for-all, MY_SECRET: declared-secret}
  windows:
    - name: one
      panes: ['env >one.1; exec cat', {command: 'env >one.2; exec cat', env: {OWN: here}, pass_env: [PANE_TOKEN]}]
    - name: two
      env: {DECLARED: for-two}
      panes: [{command: [sh, -c, 'env >two.1; exec cat'], on_exit: close}]
"#;

/// Values that nobody may see, and those that only panes may.
const SECRET: [(&str, &str); 4] = [
    ("API_TOKEN", "leak-1"),
    ("DATABASE_URL", "postgres://user:leak-2@host/db"),
    ("DROPPED", "leak-3"),
    ("SOME_WORD", "ghp_leak4leak4leak4leak4leak4leak4leak4"),
];
const PASSED: [(&str, &str); 2] = [("PASSED_TOKEN", "passed-1"), ("PANE_TOKEN", "passed-2")];

fn with_secrets(run: Run<'_>) -> Run<'_> {
    SECRET.iter().chain(&PASSED).fold(run, |run, (name, value)| run.env(name, value))
}

/// What the pane has written down.
fn written(server: &Server, file: &str) -> BTreeMap<String, String> {
    let path = server.project().join(file);
    server.wait_until(&format!("`{file}` is written"), || {
        fs::read_to_string(&path).is_ok_and(|text| text.contains("PATH=") && text.ends_with('\n'))
    });
    let text = fs::read_to_string(&path).expect("it was there");
    let pairs = text.lines().filter_map(|line| line.split_once('='));
    pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

fn assert_clean(what: &str, text: &str, words: &[&str]) {
    for word in words {
        assert!(!text.contains(word), "`{word}` is in {what}:\n{text}");
    }
}

fn files(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).into_iter().flatten().flatten().map(|entry| entry.path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

#[test]
fn secrets_go_only_where_the_config_passes_them() {
    on_each_tmux(|server| {
        server.write("rune.yaml", CONFIG);
        let printed = |words: &[&str]| {
            let ran = with_secrets(server.rune(words)).success();
            ran.stdout + &ran.stderr
        };
        for words in [
            &["plan", "-vv"][..],
            &["plan", "--script"],
            &["plan", "--json"],
            &["start", "--dry-run"],
            &["env"],
            &["env", "--json"],
        ] {
            assert_clean(&words.join(" "), &printed(words), &["leak", "passed-"]);
        }

        // Whatever runs meanwhile, however short, has none of it in its words.
        let mut start = with_secrets(server.rune(["start", "-d"])).start();
        while start.try_wait().expect("a child can be waited for").is_none() {
            for process in server.processes() {
                assert_clean("a process list", &process.words, &["leak", "passed-", "declared-"]);
            }
        }
        assert!(start.wait().expect("a child can be waited for").success());
        for process in server.processes() {
            assert_clean("a process list", &process.words, &["leak", "passed-", "declared-"]);
        }

        let [one, other, two] = ["one.1", "one.2", "two.1"].map(|file| written(server, file));
        for (pane, environment) in [("one.1", &one), ("one.2", &other), ("two.1", &two)] {
            assert_clean(pane, &format!("{environment:?}"), &["leak"]);
            assert_eq!(environment.get("PASSED_TOKEN").map(String::as_str), Some("passed-1"), "{pane}");
            assert_eq!(environment.get("MY_SECRET").map(String::as_str), Some("declared-secret"), "{pane}");
        }
        assert_eq!(
            [&one, &other, &two].map(|environment| environment.contains_key("PANE_TOKEN")),
            [false, true, false]
        );
        assert_eq!(
            [&one, &other, &two].map(|environment| environment["DECLARED"].as_str()),
            ["for-all", "for-all", "for-two"]
        );
        assert_eq!((other["OWN"].as_str(), one.get("OWN")), ("here", None));

        // Nor has the server, of which panes made by hand inherit.
        let global = server.tmux(["show-environment", "-g"]);
        let environ =
            fs::read(format!("/proc/{}/environ", server.pid().as_raw_nonzero())).expect("it is ours");
        assert_clean("the server's global environment", &global, &["leak", "passed-"]);
        assert_clean(
            "the server's own environment",
            &String::from_utf8_lossy(&environ),
            &["leak", "passed-"],
        );
        assert_clean(
            "the session's environment",
            &server.tmux(["show-environment", "-t", "=shop:"]),
            &["leak", "passed-"],
        );
        assert_clean("the options", &server.tmux(["show-options", "-t", "=shop:"]), &["leak", "passed-"]);

        // What is written down is for this user only, and has what was passed, but nothing else.
        let mut found = 0;
        for path in files(&server.root().join("run")).into_iter().chain(files(&server.root().join("state"))) {
            let text = String::from_utf8_lossy(&fs::read(&path).unwrap_or_default()).into_owned();
            assert_clean(&path.display().to_string(), &text, &["leak"]);
            if text.contains("passed-") {
                found += 1;
                let mode = fs::metadata(&path).expect("it is there").permissions().mode();
                assert_eq!(mode & 0o777, 0o600, "{}", path.display());
            }
        }
        assert_eq!(found, 4, "one a pane, and one for those that are opened by hand");
        for words in [&["status", "--json"][..], &["ls", "--json"], &["apply", "-vv"]] {
            assert_clean(&words.join(" "), &printed(words), &["leak", "passed-"]);
        }
    });
}

#[test]
fn every_pane_has_the_environment_of_the_run_that_made_it() {
    on_each_tmux(|server| {
        let config = |file: &str| {
            format!(
                "workspace: {{session_name: {file}, windows: [{{name: w, panes: ['env >../{file}.env; exec cat']}}]}}"
            )
        };
        let start = |name: &str, words: &[&str], value: &str| {
            let run = server.rune(words).cwd(name).env("VALUE", value);
            run.env(format!("ONLY_{value}"), "set").success();
        };
        server.write("first/rune.yaml", config("first"));
        start("first", &["start", "-d"], "1");
        let first = written(server, "first.env");
        assert_eq!((first["VALUE"].as_str(), first["ONLY_1"].as_str()), ("1", "set"));

        // The server runs already, with the environment of the first.
        server.write("second/rune.yaml", config("second"));
        start("second", &["start", "-d"], "2");
        let second = written(server, "second.env");
        assert_eq!((second["VALUE"].as_str(), second.get("ONLY_1")), ("2", None));
        assert_eq!(second["ONLY_2"], "set");

        // So does a pane that is started again.
        server.write("second/rune.yaml", config("third"));
        start("second", &["apply"], "3");
        let third = written(server, "third.env");
        assert_eq!((third["VALUE"].as_str(), third.get("ONLY_2")), ("3", None));
    });
}

#[test]
fn what_belongs_to_a_terminal_is_the_panes_own() {
    on_each_tmux(|server| {
        server.write("sub/file", "");
        server.write(
            "rune.yaml",
            "workspace: {session_name: shop, windows: [{name: w, panes: [cat, {cwd: sub, command: 'env >../own; exec cat'}]}]}",
        );
        let outer = [
            ("TMUX", "/somewhere,1,0"),
            ("TMUX_PANE", "%77"),
            ("TERM", "xterm-outer"),
            ("TERM_PROGRAM", "Outer"),
            ("TERM_PROGRAM_VERSION", "9"),
            ("WINDOWID", "77"),
            ("COLUMNS", "777"),
            ("LINES", "777"),
            ("SHLVL", "77"),
            ("RUNE_PANE", "k77"),
            ("KEPT", "kept"),
        ];
        outer.iter().fold(server.rune(["start", "-d"]), |run, (name, value)| run.env(name, value)).success();
        let own = written(server, "own");
        for (name, value) in outer.iter().filter(|(name, _)| *name != "KEPT") {
            assert_ne!(own.get(*name).map(String::as_str), Some(*value), "{name}");
        }
        assert_eq!(own["KEPT"], "kept");
        assert!(own["TMUX"].starts_with(&format!("{},", server.socket().display())), "{own:?}");
        assert_eq!(own["TMUX_PANE"], server.list_panes("#{pane_id}")[1]);
        assert!(own["TERM"].starts_with("screen") || own["TERM"].starts_with("tmux"), "{own:?}");
        assert_eq!(own["PWD"], server.project().join("sub").display().to_string());
        assert_eq!(own["RUNE_PROJECT"], "project");
        assert_eq!(own["RUNE_ROOT"], server.project().display().to_string());
    });
}

#[test]
fn panes_made_by_hand_have_the_workspaces_environment_and_root() {
    on_each_tmux(|server| {
        server.write("deep/file", "");
        server.write("deep/er/file", "");
        server.write(
            "rune.yaml",
            "environment: {drop: [DROPPED]}\n\
             workspace: {session_name: shop, root: deep, env: {DECLARED: 'it''s $x; \"y\"'}, \
             windows: [{name: w, panes: [{command: cat, cwd: er}]}]}",
        );
        let run = server.rune(["start", "-d"]).env("DROPPED", "x").env("KEPT", "kept");
        run.success();
        let mut terminal = server.rune(["attach"]).in_terminal(100, 30);
        server.wait_until("somebody is attached", || !server.tmux(["list-clients"]).is_empty());
        let mut by_hand = |key: &str, file: &str| {
            let before = server.list_panes("").len();
            server.press(&mut terminal, key);
            server.wait_until("there is another pane", || server.list_panes("").len() == before + 1);
            terminal.send_line(&format!("env >{}/{file}", server.project().display()));
            written(server, file)
        };
        let (window, split) = (by_hand("c", "window"), by_hand("%", "split"));
        for own in [window, split] {
            assert_eq!(own["DECLARED"], "it's $x; \"y\"");
            assert_eq!(own["RUNE_PROJECT"], "project");
            assert_eq!(own["PWD"], server.project().join("deep").display().to_string());
            assert_eq!((own.get("DROPPED"), own["KEPT"].as_str()), (None, "kept"));
        }
    });
}
