//! The command line itself: its mistakes, its options, what it prints, and what completes it.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use predicates::prelude::*;

use crate::support::{Server, on_each_tmux};

const SHOP: &str = "
projects: [{name: web, detect: [web-file]}, {name: 'odd $(touch ran) one', detect: [odd-file]}]
workspaces:
  front-end: {session_name: front-end, windows: [{name: w, panes: [cat]}]}
  back-end: {windows: [{name: w, panes: [cat]}]}
rituals: {start: {global: [{name: up, interactive: true, tmux_template: front-end}]}}
";

/// Fails with what was wanted, and what there is.
#[track_caller]
fn assert_that(text: &str, wanted: &dyn Predicate<str>) {
    assert!(wanted.eval(text), "wanted: {wanted}\n{text}");
}

fn words(words: &[&str]) -> Vec<OsString> {
    words.iter().map(OsString::from).collect()
}

#[test]
fn a_mistake_on_the_command_line_is_exit_2_and_says_what_to_write() {
    on_each_tmux(|server| {
        server.write("rune.yaml", SHOP);
        for (line, said) in [
            (&["strat"][..], "'start'"),
            (&["start", "--detatch"], "'--detach'"),
            (&["start", "wbe"], "there is no project `wbe`\nhint: did you mean `web`?"),
            (&["stop", "wbe"], "there is no project `wbe`\nhint: did you mean `web`?"),
            (
                &["start", "web", "more"],
                "`more` is one project too many\nhint: values are written NAME=VALUE",
            ),
            (&["start", "a b=c"], "`a b` cannot be the name of a value"),
            (&["start", "=c"], "`` cannot be the name of a value"),
            (&["plan", "front"], "there is no workspace `front`\nhint: did you mean `front-end`?"),
            (&["plan", "--json", "--script"], "cannot be used with"),
            (&["kill"], "<NAME>"),
            (&["stop", "--timeout=-1s"], "`-1s` is no time\nhint: write it as `5s`"),
            (&["ritual", "run", "begin"], "start, stop"),
            (&["completions", "tcsh"], "bash"),
            (&["man", "rune.json"], "rune.yaml"),
            (
                &["ls", "--socket-name", "a/b"],
                "`a/b` cannot be the name of a tmux socket\nhint: take a plain word",
            ),
            (&["ls", "--socket-name", ""], "`` cannot be the name of a tmux socket"),
            (&["ls", "--socket-name", "a", "--socket-path", "b"], "cannot be used with"),
            (&["-C", "nowhere", "ls"], "/nowhere`: No such file"),
            (
                &["-C", "rune.yaml", "ls"],
                "rune.yaml` is no directory to work in\nhint: a config is named with `-f`",
            ),
        ] {
            let ran = server.rune(line).code(2);
            assert_that(&ran.stderr, &predicate::str::contains(said));
            assert_that(&ran.stdout, &predicate::str::is_empty());
        }
        assert!(!server.is_running());
    });
}

#[test]
fn a_missing_tmux_or_directory_is_explained() {
    on_each_tmux(|server| {
        server.write("rune.yaml", "workspace: {session_name: shop, windows: [{name: w}]}");
        for run in [
            server.rune(["start", "-d", "--tmux", "/nowhere/tmux"]),
            server.rune(["start", "-d"]).env("RUNE_TMUX", "/nowhere/tmux"),
        ] {
            let explained = predicate::str::starts_with("error: could not run `/nowhere/tmux`: ")
                .and(predicate::str::contains("hint: install tmux 2.6 or newer, or name one with `--tmux`"));
            assert_that(&run.code(1).stderr, &explained);
        }
        let gone = server.rune(["start", "-d"]).env("TMUX_TMPDIR", "/nowhere").code(2).stderr;
        assert_eq!(
            gone,
            "error: TMUX_TMPDIR names `/nowhere`, which is no directory\nhint: make it, or unset TMUX_TMPDIR\n"
        );
        let gone = server.rune(["start", "-d", "--tmux-conf", "/nowhere"]).code(2).stderr;
        assert!(gone.starts_with("error: `/nowhere` cannot be the tmux config: "), "{gone}");
        // An empty variable counts as none.
        let run =
            server.rune(["start", "-d"]).env("RUNE_SOCKET", "").env("RUNE_TMUX", "").env("RUNE_CONFIG", "");
        run.success();
        assert_eq!(server.list_sessions("#{session_name}"), ["shop"]);
    });
}

#[test]
fn what_needs_no_tmux_starts_none() {
    on_each_tmux(|server| {
        let log = server.root().join("log");
        let tmux = server.write("fake/tmux", format!("#!/bin/sh\necho \"$@\" >>{}\nexit 1\n", log.display()));
        server.program("chmod").args(["+x".as_ref(), tmux.as_os_str()]).success();
        for line in [
            &["--version"][..],
            &["--help"],
            &["init"],
            &["check"],
            &["schema"],
            &["man"],
            &["man", "rune.yaml"],
            &["completions", "bash"],
            &["ritual", "list"],
            &["env"],
            &["ls"],
            &["status"],
            &["__complete", "session"],
        ] {
            let ran = server.rune(line).env("RUNE_TMUX", &tmux).success();
            assert!(
                !log.exists(),
                "{line:?} ran tmux: {}",
                std::fs::read_to_string(&log).unwrap_or_default()
            );
            assert!(!ran.stdout.is_empty() || !ran.stderr.is_empty() || line[0] == "__complete", "{line:?}");
        }
        server.rune(["doctor"]).env("RUNE_TMUX", &tmux).code(1);
        assert!(log.exists(), "the fake one would have noticed");
        let version = server.rune(["--version"]).success().stdout;
        assert!(version.starts_with(&format!("rune {}", env!("CARGO_PKG_VERSION"))), "{version}");
    });
}

#[test]
fn colours_are_for_terminals_unless_asked_for() {
    on_each_tmux(|server| {
        let run = || server.rune(["attach", "nothing"]);
        let coloured = |said: String| said.contains("\x1b[");
        assert!(!coloured(run().code(3).stderr));
        assert!(coloured(run().env("FORCE_COLOR", "1").code(3).stderr));
        assert!(!coloured(run().env("FORCE_COLOR", "1").env("NO_COLOR", "1").code(3).stderr));
        assert!(coloured(run().env("FORCE_COLOR", "1").env("NO_COLOR", "").code(3).stderr));
        for (name, expected) in [("OTHER", true), ("NO_COLOR", false)] {
            let mut terminal = run().env(name, "1").in_terminal(100, 30);
            let before = terminal.expect("there is no session");
            assert_eq!(before.contains("\x1b["), expected, "{before:?}");
            terminal.code(3);
        }
        // What somebody named does not steer the terminal.
        let said = server.rune(["attach", "\x1b]0;title\x07\n"]).code(3).stderr;
        assert_eq!(said, "error: there is no session `\\u{1b}]0;title\\u{7}\\n`\n");
    });
}

#[test]
fn a_closed_pipe_is_silent_and_a_full_disk_is_not() {
    on_each_tmux(|server| {
        server.write("rune.yaml", SHOP);
        for command in ["schema", "plan", "--help", "man", "completions bash", "status"] {
            let script = format!("{{ rune {command}; echo \"code $?\" >&2; }} | true");
            let said = server.program("bash").args(["-c", &script]).success().stderr;
            assert!(said.ends_with("code 0\n") && !said.contains("panic"), "{command}: {said}");
        }
        let ran = server.sh("rune schema >/dev/full").code(1);
        assert_eq!(ran.stderr, "error: could not write the result: No space left on device (os error 28)\n");
        server.sh("rune start -d >&- 2>&- <&-").success();
        assert!(server.is_running());
    });
}

#[test]
fn no_word_makes_rune_panic() {
    on_each_tmux(|server| {
        server.write("rune.yaml", "workspace: {session_name: shop, windows: [{name: w, panes: [cat]}]}");
        server.rune(["start", "-d"]).success();
        let before = server.list_panes("#{session_name} #{pane_id} #{pane_pid}");
        let long = "x".repeat(100_000);
        let nasty: [&[u8]; 12] = [
            b"",
            b"\xff\xfe",
            b"caf\xe9=\x80",
            b"-",
            b"--",
            b"=",
            "\u{202e}ß\u{0}".trim_end_matches('\0').as_bytes(),
            b"\x1b[2J\r\n\t",
            b"#{pane_pid}#(touch x);kill-server",
            b"$0",
            b"{{ Root }}'\"`\\",
            long.as_bytes(),
        ];
        for word in nasty.map(OsStr::from_bytes) {
            for line in [
                &["attach"][..],
                &["kill"],
                &["plan"],
                &["start", "--dry-run"],
                &["stop", "--keep"],
                &["ritual", "test", "start"],
                &["check"],
                &["env"],
                &["completions"],
                &["man"],
                &["__complete"],
                &["plan", "-f"],
                &["plan", "-C"],
                &["ls", "--socket-name"],
                &["ls", "--socket-path"],
                &["plan", "--tmux-conf"],
                &["stop", "--keep", "--timeout"],
                &["plan", "--project"],
                &[],
            ] {
                let mut line = words(line);
                line.push(word.to_owned());
                let ran = server.rune(&line).run();
                let known = matches!(ran.code, Some(0..=3 | 5));
                assert!(known && !ran.stderr.contains("panicked"), "{line:?}: {ran:?}");
            }
            if word.as_bytes().contains(&0) {
                continue;
            }
            for variable in [
                "RUNE_SOCKET",
                "RUNE_CONFIG",
                "SHELL",
                "TERM",
                "LANG",
                "TZ",
                "XDG_RUNTIME_DIR",
                "XDG_STATE_HOME",
                "HOME",
                "PATH",
                "TMUX",
                "TMUX_PANE",
            ] {
                let ran = server.rune(["plan"]).env(variable, word).run();
                let known = matches!(ran.code, Some(0..=3 | 5 | 6));
                assert!(known && !ran.stderr.contains("panicked"), "{variable}={word:?}: {ran:?}");
            }
        }
        assert_eq!(server.list_panes("#{session_name} #{pane_id} #{pane_pid}"), before);
        assert!(!server.project().join("x").exists());
    });
}

#[test]
fn no_config_makes_rune_panic() {
    on_each_tmux(|server| {
        let deep = "[".repeat(10_000);
        let calm = predicate::str::contains("panicked").or(predicate::str::contains("\x1b")).not();
        let nasty: [&[u8]; 16] = [
            b"",
            b"\0",
            b"\xff\xfe\x00w",
            b"\xef\xbb\xbfworkspace: none",
            b"---\n...\n---\n",
            b"&a [*a]",
            b"*a",
            b"? {}",
            b"!!binary x",
            b"\t",
            b"workspace:\n\t- x",
            b"\xe2\x80\xa8",
            b"workspace: {windows: [{name: \"\\u0000\"}]}",
            b"workspace: {session_name: \"\\e]0;x\\a\", windows: [{name: w}]}",
            b"%YAML 9.9\n--- 1",
            deep.as_bytes(),
        ];
        for text in nasty {
            server.write("rune.yaml", text);
            for command in ["check", "plan"] {
                let ran = server.rune([command]).run();
                assert!(matches!(ran.code, Some(0 | 2)), "{text:?}: {ran:?}");
                assert_that(&ran.stderr, &calm);
                assert_that(&ran.stdout, &calm);
            }
        }
        assert!(!server.is_running());
    });
}

#[test]
fn who_waits_is_told_for_whom() {
    on_each_tmux(|server| {
        server.write("rune.yaml", SHOP);
        server.rune(["start", "-d"]).success();
        let hold = server
            .sh("exec flock state/rune/locks/*.lock sh -c 'echo held >project/held; exec cat'")
            .cwd(server.root());
        let mut terminal = hold.in_terminal(80, 24);
        server.wait_until("somebody has the lock", || server.project().join("held").exists());
        let mut waiting = server.pty(["stop"]);
        waiting.expect("waiting for another rune (rune start)");
        terminal.send_control('d');
        waiting.expect("ended `front-end`");
        waiting.code(0);
    });
}

/// What completes these lines in a shell, as a list of words.
fn completed(server: &Server, shell: &str, line: &str) -> Vec<String> {
    let script = match shell {
        "bash" => {
            r#"source ./script; COMP_WORDS=($1); [[ $1 == *' ' ]] && COMP_WORDS+=('')
               COMP_CWORD=$((${#COMP_WORDS[@]}-1)); COMP_LINE=$1; COMP_POINT=${#1}
               _rune_with_names rune "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD-1]}"
               printf '%s\n' "${COMPREPLY[@]}""#
        }
        _ => "source ./script; complete -C $argv[1] | string replace -r '\\t.*' ''; true",
    };
    let program = server.program(shell);
    let run = if shell == "bash" {
        program.args(["-c", script, "bash", line])
    } else {
        program.args(["-N", "-c", script, line])
    };
    let mut words: Vec<String> = run.success().stdout.lines().map(str::to_owned).collect();
    words.retain(|word| !word.is_empty());
    words
}

#[test]
fn shells_complete_names() {
    on_each_tmux(|server| {
        server.write("rune.yaml", SHOP);
        server.rune(["start", "-d"]).success();
        for (shell, odd) in [("bash", r"odd\ \$\(touch\ ran\)\ one"), ("fish", "odd $(touch ran) one")] {
            let script = server.rune(["completions", shell]).success().stdout;
            server.write("script", script);
            for (line, expected) in [
                ("rune attach ", &["front-end"][..]),
                ("rune -v kill f", &["front-end"]),
                ("rune plan ", &["front-end", "back-end"]),
                ("rune apply b", &["back-end"]),
                ("rune start ", &["web", odd]),
                ("rune ritual test start w", &["web"]),
                ("rune plan --project ", &["web", odd]),
                ("rune sto", &["stop"]),
                ("rune ritual test s", &["start", "stop"]),
                ("rune attach -f script", &["script"]),
                ("rune start --det", &["--detach"]),
                ("rune restart front", &["front-end:w.1"]),
                ("rune restart front-end:w", &["front-end:w.1"]),
                ("rune pane stop f", &["front-end:w.1"]),
                ("rune pane st", &["start", "stop"]),
                ("rune pane send front-end:w", &["front-end:w.1"]),
                ("rune window delete f", &["front-end:w"]),
                ("rune session restart f", &["front-end"]),
                ("rune server sta", &["start", "status"]),
            ] {
                let mut words = completed(server, shell, line);
                // fish writes names that a shell would read as it would have them read.
                words.iter_mut().for_each(|word| {
                    if shell == "fish" {
                        *word = word.replace('\\', "")
                    }
                });
                words.sort();
                let mut expected = expected.to_vec();
                expected.sort_unstable();
                assert_eq!(words, expected, "{shell}: {line}");
            }
            let hidden = completed(server, shell, "rune __");
            assert_eq!(hidden, [""; 0], "{shell}");
        }
        assert!(!server.project().join("ran").exists(), "a name is no code");
    });
}

#[test]
fn zsh_completes_names() {
    on_each_tmux(|server| {
        server.write("rune.yaml", SHOP);
        server.rune(["start", "-d"]).success();
        let script = server.rune(["completions", "zsh"]).success().stdout;
        server.write("functions/_rune", script);
        // By `source` behind compinit, and as a file on fpath.
        for load in ["compinit -D; source functions/_rune", "fpath=($PWD/functions $fpath); compinit -D"] {
            let mut terminal = server.program("zsh").args(["-f", "-i"]).env("PS1", "> ").in_terminal(100, 30);
            terminal.send_line(&format!("autoload -U compinit; {load}; bindkey -e; echo rea''dy"));
            terminal.expect("ready");
            // Only what is missing is written.
            let lines =
                [("rune attach fr", "ont-end"), ("rune -v plan ba", "ck-end"), ("rune kill -", "-timeout")];
            for (line, completed) in lines {
                terminal.send(&format!("{line}\t"));
                terminal.expect(completed);
                terminal.send_control('u');
            }
            terminal.send_line("exit");
            terminal.code(0);
        }
    });
}

#[test]
fn manual_pages_and_the_schema_are_well_formed() {
    on_each_tmux(|server| {
        for page in ["rune", "rune.yaml"] {
            let text = server.rune(["man", page]).success().stdout;
            let linted = server.program("groff").args(["-man", "-Tutf8", "-ww", "-z"]).stdin(&text).success();
            assert_eq!(linted.stderr, "", "{page}");
            let shown = server
                .program("groff")
                .args(["-man", "-Tascii", "-P-c", "-P-b", "-P-o", "-P-u"])
                .stdin(&text)
                .success()
                .stdout;
            let wanted: &[&str] = if page == "rune" {
                &[
                    "rune start [PROJECT | NAME=VALUE]",
                    "EXIT STATUS",
                    "--socket-path",
                    "RUNE_SOCKET",
                    "--prune",
                ]
            } else {
                &["SEE ALSO", "on_exit", "session_name"]
            };
            for wanted in wanted {
                assert_that(&shown, &predicate::str::contains(*wanted));
            }
        }
        let schema = server.rune(["schema"]).success().stdout;
        let schema: serde_json::Value = serde_json::from_str(&schema).expect("it is JSON");
        assert!(schema["$schema"].is_string() && schema["$defs"]["workspace"].is_object(), "{schema}");
    });
}

#[test]
fn a_starter_config_is_written_once_and_works() {
    on_each_tmux(|server| {
        let said = server.rune(["init"]).success();
        assert_eq!(said.stdout, format!("{}\n", server.project().join("rune.yaml").display()));
        server.rune(["check"]).success();
        server.program("git").args(["init", "-q"]).success();
        server.rune(["start", "-d"]).success();
        server.rune(["plan", "--check"]).success();
        let text = |path: &Path| std::fs::read_to_string(path).expect("it is there");
        let path = server.write("rune.yaml", "mine");
        let said = server.rune(["init"]).code(5).stderr;
        assert!(said.ends_with("rune.yaml` exists\nhint: `rune init --force` replaces it\n"), "{said}");
        assert_eq!(text(&path), "mine");
        let schema = server.project().join(".rune.schema.json");
        std::fs::remove_file(&schema).expect("the first one wrote it");
        server.rune(["init", "--force"]).success();
        // By a name that is the same for everybody who has the repository.
        assert_that(
            &text(&path),
            &predicate::str::starts_with("# yaml-language-server: $schema=.rune.schema.json\n"),
        );
        assert_eq!(text(&schema), server.rune(["schema"]).success().stdout);
        server.rune(["init", "-f", "web/rune.yaml"]).cwd(server.root()).code(1);
        server.write("web/note", "");
        server.rune(["init", "-f", "web/rune.yaml"]).success();
        assert!(server.project().join("web/.rune.schema.json").is_file());
    });
}
