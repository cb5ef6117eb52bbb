//! `rune start`, `plan` and `apply`: names, roots, values, and what a second run does.

use std::fs;
use std::path::Path;

use crate::support::{Server, on_each_tmux};

const SHOP: &str = "
workspace:
  session_name: shop
  windows:
    - {name: editor, panes: ['echo hello; cat', '']}
    - {name: logs, panes: [cat, cat, cat]}
";

/// Ids and processes of all panes: what must stay the same when nothing is to be done.
fn panes(server: &Server) -> Vec<String> {
    server.list_panes("#{session_name}:#{window_name} #{pane_id} #{pane_pid}")
}

#[test]
fn a_bare_rune_is_rune_start() {
    on_each_tmux(|server| {
        server.write("rune.yaml", SHOP);
        let mut terminal = server.pty([""; 0]);
        server.wait_until("the terminal is attached", || {
            server.list_sessions("#{session_name} #{session_attached}") == ["shop 1"]
        });
        assert_eq!(server.list_windows("#{window_name} #{window_panes}"), ["editor 2", "logs 3"]);
        server.wait_for_text("=shop:editor.0", "hello");
        server.press(&mut terminal, "d");
        terminal.code(0);
    });
}

#[test]
fn a_second_start_changes_nothing() {
    on_each_tmux(|server| {
        server.write("rune.yaml", SHOP);
        let ran = server.rune(["start", "--detach"]).success();
        assert_eq!((ran.stdout.as_str(), ran.stderr.as_str()), ("", "`shop` is up: rune attach shop\n"));
        let before = panes(server);
        assert_eq!(before.len(), 5);

        for words in [&["start", "-d"][..], &["start"], &[], &["apply"], &["start", "--dry-run"]] {
            server.rune(words).env("LC_ALL", "C").success();
            assert_eq!(panes(server), before, "after {words:?}");
        }
        let planned = server.rune(["plan", "--check"]).success().stdout;
        assert!(planned.ends_with("\nnothing to do\n"), "{planned}");
        assert_eq!(server.rune(["apply"]).success().stderr, "nothing to do\n");
    });
}

#[test]
fn a_dry_run_and_a_plan_do_nothing_and_say_the_same() {
    on_each_tmux(|server| {
        server.write("rune.yaml", SHOP);
        let dry = server.rune(["start", "--dry-run"]).success().stdout;
        let plan = server.rune(["plan"]).success().stdout;
        let check = server.rune(["plan", "--check"]).code(6);
        assert_eq!(server.rune(["apply", "--check"]).code(6).stdout, check.stdout);
        assert_eq!((&dry, &plan), (&plan, &check.stdout));
        assert_eq!(check.stderr, "error: 13 steps would change something\n");
        let root = server.project();
        let head = format!("project `project` at {0}, from {0}/rune.yaml\n", root.display());
        assert!(plan.starts_with(&head), "{plan}");
        assert!(plan.contains("\n  3. open pane `editor.1`: echo hello; cat\n"), "{plan}");
        assert!(!server.is_running());
        assert!(server.processes().is_empty());
    });
}

#[test]
fn start_adds_what_is_missing_and_apply_changes_what_differs() {
    on_each_tmux(|server| {
        server.write("rune.yaml", SHOP);
        server.rune(["start", "-d"]).success();
        let before = panes(server);

        // One pane has another command, one is new.
        server.write(
            "rune.yaml",
            SHOP.replace("echo hello", "echo other").replace("cat, cat]", "cat, cat, cat]"),
        );
        let said = server.rune(["start", "-d"]).success().stderr;
        let differs = "1 pane runs an older command: `rune apply` changes that, `rune plan` shows all\n";
        assert_eq!(said, format!("{differs}`shop` is up: rune attach shop\n"));
        let after = panes(server);
        assert_eq!(after.len(), 6);
        assert!(before.iter().all(|pane| after.contains(pane)), "{before:?} {after:?}");

        server.rune(["apply"]).success();
        server.wait_for_text("=shop:editor.0", "other");
        let applied = panes(server);
        let same = applied.iter().filter(|pane| after.contains(pane)).count();
        assert_eq!((applied.len(), same), (6, 5), "only one pane is started again");
        server.rune(["plan", "--check"]).success();

        // What is no longer declared stays until somebody says --prune.
        server.write("rune.yaml", "workspace: {session_name: shop, windows: [{name: logs, panes: [cat]}]}");
        let said = server.rune(["start", "-d"]).success().stderr;
        assert!(said.contains("5 panes are no longer declared: `rune apply --prune`"), "{said}");
        assert_eq!(panes(server).len(), 6);
        server.tmux(["new-window", "-d", "-t", "=shop:", "-n", "mine", "cat"]);
        server.rune(["apply", "--prune"]).success();
        assert_eq!(server.list_windows("#{window_name} #{window_panes}"), ["logs 1", "mine 1"]);
    });
}

#[test]
fn a_workspace_is_chosen_by_name() {
    on_each_tmux(|server| {
        server.write(
            "rune.yaml",
            "workspaces: {one: {windows: [{name: a}]}, two: {session_name: zwei, windows: [{name: b}]}}\n\
             rituals: {start: {global: [{name: x, interactive: true, tmux_template: one}, \
             {name: y, interactive: true, tmux_template: two}]}}",
        );
        let plan = server.rune(["plan", "two"]).success().stdout;
        assert!(plan.contains("`zwei`") && !plan.contains("`a`"), "{plan}");
        assert_eq!(plan, server.rune(["plan", "zwei"]).success().stdout);
        server.rune(["apply", "two"]).success();
        assert_eq!(server.list_sessions("#{session_name}"), ["zwei"]);
        let refused = server.rune(["apply", "tow"]).code(2);
        assert_eq!(refused.stderr, "error: there is no workspace `tow`\nhint: did you mean `two`?\n");
        assert_eq!(server.list_sessions("#{session_name}"), ["zwei"]);
    });
}

#[test]
fn values_are_kept_with_the_session() {
    on_each_tmux(|server| {
        server.write(
            "rune.yaml",
            "workspace: {session_name: 'shop-{{ branch_of }}', vars: {branch_of: main}, \
             windows: [{name: w, panes: ['echo it is {{ branch_of }}; cat']}]}",
        );
        server.rune(["start", "-d", "branch_of=it's \"x\""]).success();
        assert_eq!(server.list_sessions("#{session_name}"), ["shop-it_s__x_"]);
        server.wait_for_text("=shop-it_s__x_:", "it is it's \"x\"");

        server.rune(["plan", "--check"]).success();
        assert_eq!(server.rune(["apply"]).success().stderr, "nothing to do\n");
        let before = panes(server);
        let said = server.rune(["start", "-d", "branch_of=y"]).success().stderr;
        assert!(said.contains("`rune apply 'branch_of=y'` changes that"), "{said}");
        assert_eq!(panes(server), before);

        server.rune(["apply", "branch_of=y"]).success();
        assert_eq!(server.list_sessions("#{session_name}"), ["shop-y"]);
        server.wait_for_text("=shop-y:", "it is y");
        server.rune(["plan", "--check"]).success();
        server.rune(["stop"]).success();
        assert!(!server.is_running());
        // With the session its values are gone.
        server.rune(["start", "-d"]).success();
        assert_eq!(server.list_sessions("#{session_name}"), ["shop-main"]);
    });
}

#[test]
fn a_session_that_is_not_ours_is_not_touched() {
    on_each_tmux(|server| {
        server.write("rune.yaml", SHOP);
        server.tmux(["new-session", "-d", "-s", "shop", "cat"]);
        let options = |server: &Server| server.tmux(["show-options", "-t", "=shop:"]);
        let before = (panes(server), options(server));
        for words in [&["start"][..], &["start", "-d"], &["plan"], &["apply"], &["apply", "--prune"]] {
            let said = server.rune(words).code(5).stderr;
            assert!(said.starts_with("error: there is a session `shop` already"), "{said}");
            assert!(said.contains("rune kill shop"), "{said}");
        }
        server.rune(["stop"]).success();
        assert_eq!((panes(server), options(server)), before);
    });
}

#[test]
fn two_checkouts_of_one_project_live_side_by_side() {
    on_each_tmux(|server| {
        let project = |directory: &str| {
            server.write(format!("{directory}/package.json"), r#"{"name": "shop"}"#);
            server.write(format!("{directory}/rune.yaml"), SHOP);
        };
        project("one");
        project("two");
        server.rune(["start", "-d"]).cwd("one").success();
        let first = panes(server);
        let said = server.rune(["start", "-d"]).cwd("two").success().stderr;
        let one = server.project().join("one");
        let note =
            format!("note: `shop` is another workspace of `{}`, so this one is `shop-two`\n", one.display());
        assert_eq!(said, format!("{note}`shop-two` is up: rune attach shop-two\n"));
        assert_eq!(server.list_sessions("#{session_name}"), ["shop", "shop-two"]);
        server.rune(["plan", "--check"]).cwd("two").success();
        server.rune(["start", "-d"]).cwd("two").success();
        assert_eq!(panes(server).len(), 10);

        // Each stop ends its own, whichever came first.
        let said = server.rune(["stop"]).success().stderr;
        assert!(said.contains("nothing of `project` at "), "{said}");
        server.rune(["stop"]).cwd("two").success();
        assert_eq!(panes(server), first);
        let said = server.rune(["stop"]).cwd("two").success().stderr;
        let elsewhere =
            format!("another `shop` is running: rune -C {}/one stop\n", server.project().display());
        assert!(said.ends_with(&elsewhere), "{said}");
        assert_eq!(panes(server), first);
    });
}

#[test]
fn two_starts_at_once_make_one_workspace() {
    on_each_tmux(|server| {
        server.write("rune.yaml", SHOP);
        let starts: Vec<_> = (0..4).map(|_| server.rune(["start", "-d"]).start()).collect();
        for mut start in starts {
            assert!(start.wait().expect("a child can be waited for").success());
        }
        assert_eq!(panes(server).len(), 5);
        server.rune(["plan", "--check"]).success();
    });
}

#[test]
fn names_and_paths_may_be_anything() {
    on_each_tmux(|server| {
        let odd = "it's a $HOME; #{pid} \"dir\" größe";
        server.write(
            format!("{odd}/rune.yaml"),
            "workspace: {session_name: 'a.b:c größe #(touch x)', windows: [{name: 'w.1: #{pid} %d é', panes: [pwd; cat, '']}]}",
        );
        let said = server.rune(["start", "-d"]).cwd(odd).success().stderr;
        assert_eq!(said, "`a_b_c_größe___touch_x_` is up: rune attach 'a_b_c_größe___touch_x_'\n");
        server.wait_until("the command ran in the project's root", || {
            server.capture("=a_b_c_größe___touch_x_:.0").replace('\n', "").contains(odd)
        });
        server.rune(["plan", "--check"]).cwd(odd).success();
        // By the name that tmux has, and by the one in the config.
        for name in ["a_b_c_größe___touch_x_", "a.b:c größe #(touch x)"] {
            server.rune(["attach", name]).success();
        }
        server.rune(["stop"]).cwd(odd).success();
        assert!(!server.is_running());
        assert!(!server.project().join(odd).join("x").exists());
    });
}

#[test]
fn a_prefix_of_a_name_is_another_name() {
    on_each_tmux(|server| {
        let start = |name: &str| {
            let config = format!("workspace: {{session_name: {name}, windows: [{{name: w}}]}}");
            server.write(format!("{name}/rune.yaml"), config);
            server.rune(["start", "-d"]).cwd(name).success();
        };
        for name in ["shop-extra", "sho", "shop"] {
            start(name);
        }
        assert_eq!(server.list_sessions("#{session_name}"), ["sho", "shop", "shop-extra"]);
        server.rune(["kill", "shop"]).success();
        let said = server.rune(["kill", "shop"]).code(3).stderr;
        assert!(said.starts_with("error: there is no session `shop`\nhint: there is "), "{said}");
        assert_eq!(server.list_sessions("#{session_name}"), ["sho", "shop-extra"]);
    });
}

#[test]
fn a_shell_that_is_slow_or_flushes_its_input_loses_nothing() {
    on_each_tmux(|server| {
        // It takes its time, and throws away what was typed meanwhile.
        let python = server.sh("command -v python3").success().stdout;
        let shell = server.write(
            "slow-shell",
            format!(
                "#!{python}import os, sys, termios, time\ntime.sleep(0.7)\n\
             termios.tcflush(0, termios.TCIFLUSH)\nos.execv('/bin/sh', ['/bin/sh'] + sys.argv[1:])\n"
            ),
        );
        server.program("chmod").args(["+x".as_ref(), shell.as_os_str()]).success();
        server.write(
            "rune.yaml",
            "workspace: {session_name: shop, windows: [\
             {name: a, panes: ['echo first; exec cat', 'echo second', '']}, {name: b, panes: [[echo third, cat]]}]}",
        );
        server.rune(["start", "-d"]).env("SHELL", &shell).success();
        for (pane, text) in [("a.0", "first"), ("a.1", "second"), ("b.0", "third")] {
            server.wait_for_text(&format!("=shop:{pane}"), text);
        }
        server.rune(["plan", "--check"]).env("SHELL", &shell).success();
    });
}

#[test]
fn base_indexes_and_options_of_a_users_config_do_not_matter() {
    on_each_tmux(|server| {
        let config = server.write(
            "tmux.conf",
            "set -g base-index 1\nset -g pane-base-index 1\nset -g renumber-windows on\n\
             set -g automatic-rename on\nset -g allow-rename on\n",
        );
        server.write("rune.yaml", SHOP);
        server.rune(["--tmux-conf".as_ref(), config.as_os_str(), "start".as_ref(), "-d".as_ref()]).success();
        assert_eq!(server.tmux(["show-options", "-gv", "base-index"]), "1");
        let wanted = ["editor.1", "editor.2", "logs.1", "logs.2", "logs.3"];
        assert_eq!(server.list_panes("#{window_name}.#{pane_index}"), wanted);
        server.rune(["plan", "--check"]).success();
        server.rune(["apply"]).success();
        assert_eq!(server.list_panes("#{window_name}.#{pane_index}"), wanted);
    });
}

#[test]
fn the_project_is_found_from_any_directory_below_it() {
    on_each_tmux(|server| {
        server.write(
            "rune.yaml",
            "workspace: {session_name: '{{ project }}', windows: [{name: w, panes: [pwd; cat]}]}",
        );
        server.write("deep/er/file", "");
        let project = server.project();
        server.rune(["start", "-d"]).cwd("deep/er").success();
        server.wait_for_text("=project:", &project.display().to_string());
        server.rune(["stop"]).success();

        // -C works there, -f reads that, RUNE_CONFIG is used before anything is looked for.
        let there = server.rune(["-C", "deep", "plan"]).cwd("/").env("PWD", "/");
        let said = there.run();
        assert_eq!(said.code, Some(2), "{said:?}");
        let deep = project.join("deep");
        let said = server.rune(["-C".as_ref(), deep.as_os_str(), "plan".as_ref()]).cwd("/").success().stdout;
        assert!(said.starts_with(&format!("project `project` at {}, from", project.display())), "{said}");
        let other = server.write("other/some.yaml", "workspace: {session_name: other, windows: [{name: w}]}");
        let by_variable = server.rune(["plan"]).env("RUNE_CONFIG", &other).success().stdout;
        assert!(by_variable.contains("open session `other`"), "{by_variable}");
        assert_eq!(server.rune(["plan", "-f", "other/some.yaml"]).success().stdout, by_variable);
        let both = server.rune(["plan", "-f", "rune.yaml"]).env("RUNE_CONFIG", &other).success().stdout;
        assert!(both.contains("open session `project`"), "{both}");
    });
}

#[test]
fn verbose_says_what_was_chosen() {
    on_each_tmux(|server| {
        server.write("rune.yaml", SHOP);
        server.write("package.json", r#"{"name": "my-shop"}"#);
        let said = server.rune(["-v", "start", "-d"]).success().stderr;
        let root = server.project().display().to_string();
        let tmux = server.root().join("bin/tmux").display().to_string();
        for line in [
            format!("config: {root}/rune.yaml\n"),
            format!("project: my-shop (the name in `package.json`), root {root}\n"),
            format!("tmux: {tmux} "),
            format!(", socket {}\n", server.socket().display()),
            "  open pane `logs.3`: cat\n".to_owned(),
        ] {
            assert!(said.contains(&line), "{line:?} is not in\n{said}");
        }
        let said = server.rune(["start", "-vv", "-d"]).success().stderr;
        assert!(said.contains("tmux list-panes -a -F") && said.contains("exit status: 0"), "{said}");
    });
}

#[test]
fn without_a_config_the_embedded_default_serves() {
    on_each_tmux(|server| {
        let plan = server.rune(["plan"]).success().stdout;
        let head =
            format!("project `project` at {}, from rune's embedded default\n", server.project().display());
        assert!(plan.starts_with(&head), "{plan}");
        server.rune(["start", "-d"]).success();
        assert_eq!(
            server.list_windows("#{session_name}:#{window_name}"),
            ["project:editor", "project:shell"]
        );
        server.rune(["stop"]).success();

        server.write("rune.yaml", "workspace: none");
        let said = server.rune(["start"]).success().stderr;
        assert_eq!(said, "`project` has neither a workspace nor a start ritual\n");
        assert!(!server.is_running());
    });
}

#[test]
fn a_script_works_without_rune() {
    on_each_tmux(|server| {
        server.write(
            "rune.yaml",
            "workspace:\n  session_name: shop\n  env: {GREETING: 'a; b $c \"d\"'}\n  windows:\n    \
             - {name: editor, layout: main-vertical, panes: ['printf \"%s\\n\" \"$GREETING\"', {command: [cat], cwd: sub}, '']}\n    \
             - {name: logs, layout: 4pane, panes: [cat, {command: 'exit 3', on_exit: keep}, cat, cat], focus: true}\n",
        );
        server.write("sub/file", "");
        let script = server.rune(["plan", "--script"]).success().stdout;
        assert!(!script.contains("pane-run"), "{script}");
        let path = server.write("workspace.tmux", &script);
        let shape = |server: &Server, socket: &Path| {
            let format = "#{session_name}:#{window_name} #{window_active} #{pane_active} \
                          #{pane_left},#{pane_top} #{pane_width}x#{pane_height} #{pane_current_path}";
            server
                .program("tmux")
                .args(["-S".as_ref(), socket.as_os_str()])
                .args(["list-panes", "-a", "-F", format])
                .success()
                .stdout
        };
        // As the script's own second line says.
        let other = server.socket().with_file_name("other");
        let line = script.lines().nth(1).expect("it says how it is run");
        let line = line.strip_prefix("# run it with: ").expect("it says how it is run");
        let line = line
            .replace("-L rune", "-f /dev/null -L other")
            .replace("THIS-FILE", path.to_str().expect("text"));
        server.sh(&line).success();
        server.rune(["start", "-d"]).success();
        server.wait_until("both have the same windows and panes in the same places", || {
            shape(server, &other) == shape(server, &server.socket())
        });
        let other =
            |words: &[&str]| server.program("tmux").args(["-L", "other"]).args(words).success().stdout;
        server.wait_until("the commands of the script have run", || {
            other(&["capture-pane", "-p", "-t", "=shop:editor.0"]).contains("a; b $c \"d\"")
                && other(&["capture-pane", "-p", "-t", "=shop:logs.1"]).contains("ended with exit code 3")
        });
        // A pane whose command has ended is the user's shell.
        other(&["send-keys", "-t", "=shop:editor.0", "echo $((6*7))", "Enter"]);
        server.wait_until("the shell has taken over", || {
            other(&["capture-pane", "-p", "-t", "=shop:editor.0"]).lines().any(|line| line == "42")
        });
    });
}

#[test]
fn a_plan_as_json_has_a_schema_and_no_values_of_variables() {
    on_each_tmux(|server| {
        server.write(
            "rune.yaml",
            "workspace: {session_name: shop, env: {A: declared-here}, windows: [{name: w, env: {B: declared-too}}]}",
        );
        let json = |words: &[&str], code| -> serde_json::Value {
            let ran = server.rune(words).env("API_TOKEN", "a-secret").code(code);
            assert!(!ran.stdout.contains("declared-") && !ran.stdout.contains("a-secret"), "{}", ran.stdout);
            serde_json::from_str(&ran.stdout).expect("it is JSON")
        };
        let plan = json(&["plan", "--json"], 0);
        assert_eq!(plan["schema"], 1);
        assert_eq!(plan["steps"][0]["step"], "open_session");
        assert_eq!(
            json(&["plan", "--json", "--check"], 6)["steps"].as_array().map(Vec::len),
            plan["steps"].as_array().map(Vec::len)
        );
        assert_eq!(json(&["apply", "--json"], 0)["schema"], 1);
        assert_eq!(json(&["plan", "--json", "--check"], 0)["steps"], serde_json::json!([]));
        let status = json(&["status", "--json"], 0);
        assert_eq!((&status["schema"], &status["panes"][0]["session"]), (&1.into(), &"shop".into()));
        let sessions = json(&["ls", "--json"], 0);
        assert_eq!((&sessions["schema"], &sessions["sessions"][0]["name"]), (&1.into(), &"shop".into()));
        json(&["env", "--json"], 0);
    });
}

#[test]
fn what_is_not_text_is_refused_in_words() {
    on_each_tmux(|server| {
        use std::os::unix::ffi::OsStrExt;
        let odd = server.project().join(std::ffi::OsStr::from_bytes(b"caf\xe9"));
        fs::create_dir(&odd).expect("a name may be any bytes");
        fs::write(odd.join("rune.yaml"), SHOP).expect("a file can be written");
        let ran = server.rune(["start", "-d"]).cwd(&odd).run();
        assert!(ran.code == Some(1) || ran.code == Some(2), "{ran:?}");
        assert!(ran.stderr.contains("UTF-8"), "{ran:?}");
        assert!(!server.is_running());
    });
}

#[test]
fn a_plan_says_that_the_workspace_is_the_default() {
    on_each_tmux(|server| {
        let said = "the config names no workspace: this is rune's embedded default";
        server.write("rune.yaml", "rituals: {start: {global: [{name: a, command: 'true'}]}}");
        let plan = server.rune(["plan"]).success().stdout;
        assert_eq!(plan.lines().nth(1), Some(said), "{plan}");
        server.write("rune.yaml", SHOP);
        assert!(!server.rune(["plan"]).success().stdout.contains("default"));
    });
}

#[test]
fn rituals_need_no_tmux() {
    on_each_tmux(|server| {
        let rune = |words: &[&str]| server.rune(words).env("RUNE_TMUX", "no-tmux-of-this-name");
        server.write(
            "rune.yaml",
            "workspace: none\nrituals: {start: {global: [{name: a, command: echo a >> log}]}}",
        );
        let ran = rune(&["start"]).success();
        assert!(ran.stderr.starts_with("\u{2713} a  ") && !ran.stderr.contains("tmux"), "{}", ran.stderr);
        rune(&["stop"]).success();

        // With a workspace the line says why there is none.
        server.write("rune.yaml", "rituals: {start: {global: [{name: a, command: echo a >> log}]}}");
        let said = rune(&["start"]).success().stderr;
        assert!(said.starts_with("there is no `no-tmux-of-this-name` to run: "), "{said}");
        assert!(said.contains(": no workspace comes up, only the ritual runs\n"), "{said}");
        assert_eq!(std::fs::read_to_string(server.project().join("log")).unwrap(), "a\na\n");
    });
}

#[test]
fn status_shows_what_rituals_left_in_the_background() {
    on_each_tmux(|server| {
        server.write(
            "rune.yaml",
            "workspace: none\nrituals: {start: {global: [\
             {name: db, command: 'echo one; exec sleep 2101', background: true}, \
             {name: db, command: 'echo two; exec sleep 2102', background: true}]}}",
        );
        server.rune(["start"]).success();
        let status = server.rune(["status"]).success().stdout;
        let rows: Vec<Vec<&str>> = status.lines().map(|line| line.split("  ").collect()).collect();
        assert_eq!(rows.len(), 3, "{status}");
        assert!(
            rows[0][0] == "BACKGROUND" && rows[1][0] == "project:start.db" && rows[2][0] == rows[1][0],
            "{status}"
        );

        let json = server.rune(["status", "--json"]).success().stdout;
        let json: serde_json::Value = serde_json::from_str(&json).unwrap();
        let all = json["background"].as_array().unwrap();
        let text = |at: usize, key: &str| all[at][key].as_str().unwrap().to_owned();
        assert_eq!((all.len(), text(0, "project"), text(0, "ritual")), (2, "project".into(), "start".into()));
        assert_eq!(text(0, "command"), "echo one; exec sleep 2101");
        // Two commands of one name do not write into each other's log.
        for (at, line) in [(0, "one\n"), (1, "two\n")] {
            server.wait_until("the command writes its log", || {
                fs::read_to_string(text(at, "log")).is_ok_and(|log| log == line)
            });
        }
        assert_eq!(server.rune(["stop"]).success().stderr, "ended `db`\nended `db`\n");
        let status = server.rune(["status"]).success();
        assert_eq!((status.stdout.as_str(), status.stderr.as_str()), ("", "nothing is running\n"));
    });
}

#[test]
fn a_background_command_that_is_kept_has_its_state_in_status_and_journal() {
    on_each_tmux(|server| {
        server.write(
            "rune.yaml",
            "workspace: none\nrituals: {start: {global: [\
             {name: db, command: 'exec sleep 2111', background: true, ready: {delay: 100ms}, \
              live: {file: rune.yaml}, restart: always}, \
             {name: job, command: 'exit 3', background: true, \
              restart: {when: on-failure, backoff: 20ms..1s, limit: 2 in 60s}}]}}",
        );
        server.rune(["start"]).success();
        let status = || {
            let json = server.rune(["status", "--json"]).success().stdout;
            let json: serde_json::Value = serde_json::from_str(&json).unwrap();
            json["background"].as_array().unwrap().clone()
        };
        server.wait_until("the job is given up", || status()[1]["state"]["state"] == "gave_up");
        let all = status();
        assert_eq!((&all[0]["state"]["state"], &all[0]["restarts"]), (&"ready".into(), &0.into()));
        assert_eq!((&all[1]["restarts"], &all[1]["last_end"]["end"]["code"]), (&2.into(), &3.into()));
        let table = server.rune(["status"]).success().stdout;
        assert!(
            table
                .lines()
                .any(|row| row.starts_with("project:start.job ") && row.contains("gave up after exited 3"))
        );

        let runner = all[0]["runner"].as_i64().unwrap();
        let runner = rustix::process::Pid::from_raw(i32::try_from(runner).unwrap()).unwrap();
        rustix::process::kill_process(runner, rustix::process::Signal::KILL).unwrap();
        server.wait_until("that is shown", || status()[0]["state"]["state"] == "lost_runner");
        assert!(server.processes().iter().any(|one| one.words == "sleep 2111"), "it goes on");
        assert_eq!(server.rune(["stop"]).success().stderr, "ended `db`\n");
        assert!(!server.processes().iter().any(|one| one.words.contains("2111")), "it is ended");
        let said = server.rune(["status"]).success().stderr;
        assert_eq!(said, "nothing is running\n");

        let events = server.rune(["events"]).success().stdout;
        for (name, what) in [
            ("db", "started, pid"),
            ("db", "ready"),
            ("job", "exited 3"),
            ("job", "restart 2 in 40 ms"),
            ("job", "gave up after 2 restarts"),
            ("db", "lost runner"),
        ] {
            let name = format!("project:start.{name} ");
            assert!(
                events.lines().any(|line| line.contains(&name) && line.contains(what)),
                "{what}: {events}"
            );
        }
        assert!(!events.contains("closed"), "{events}");
        let own = server.rune(["events", "start.job"]).success().stdout;
        assert!(own.contains("gave up") && !own.contains("start.db"), "{own}");
    });
}

#[test]
fn background_commands_are_named_as_panes_are() {
    on_each_tmux(|server| {
        server.write(
            "rune.yaml",
            "workspace: {session_name: s, windows: [{name: w, panes: [{key: api, command: cat}]}]}\n\
             rituals: {start: {global: [\
             {name: db, command: 'echo up; exec sleep 2121', background: true, \
              live: {file: rune.yaml}, restart: always, stop: {timeout: 3s}}, \
             {name: job, command: 'echo no; exit 3', background: true, \
              restart: {when: on-failure, backoff: 20ms, limit: 1 in 60s}}, \
             {name: 'Old thing', command: 'printf \"one\\ntwo\\n\"; exec sleep 2122', background: true}]}}",
        );
        server.rune(["start", "-d"]).success();
        let why = |word: &str| server.rune(["why", word]).success().stdout;
        server.wait_until("the job is given up", || why("job").contains("gave up"));

        // What they printed, in all ways that need no dates.
        server.wait_until("it is logged", || server.rune(["logs", "db"]).success().stdout == "up\n");
        assert_eq!(server.rune(["logs", "Old thing", "-n", "1"]).success().stdout, "two\n");
        assert_eq!(server.rune(["logs", "start.job", "--grep", "n"]).success().stdout, "no\nno\n");
        let both = server.rune(["logs", "project:start.db", "job"]).success().stdout;
        assert_eq!(both, "db  | up\njob | no\njob | no\n");
        let line = server.rune(["logs", "db", "--json"]).success().stdout;
        let line: serde_json::Value = serde_json::from_str(&line).unwrap();
        assert_eq!((&line["text"], &line["pane"], &line["time"]), (&"up".into(), &"db".into(), &().into()));
        assert!(server.rune(["logs", "db", "--since", "1m"]).code(2).stderr.contains("nobody dates"));
        assert!(server.rune(["logs", "db", "api"]).code(2).stderr.contains("a background command"));
        assert!(server.rune(["logs", "dbx"]).code(3).stderr.contains("`dbx`"));

        // Why they are as they are.
        let said = why("job");
        assert!(said.starts_with("project:start.job: gave up, for "), "{said}");
        assert!(said.contains("its last end: exited 3") && said.ends_with("    | no\n    | no\n"), "{said}");
        assert!(why("db").starts_with("project:start.db: running, for "));
        assert!(why("Old thing").contains("rune only started it: how it ends will not be known"));

        // Waiting, and starting one again.
        server.rune(["wait", "db", "--text", "^up$"]).success();
        assert!(server.rune(["wait", "job"]).code(4).stderr.contains("gave up after 1 restart"));
        assert!(server.rune(["wait", "Old thing"]).code(5).stderr.contains("nobody keeps"));
        let mut follower = server.pty(["logs", "-f", "db"]);
        follower.expect("up");
        let said = server.rune(["restart", "db"]).success().stderr;
        assert!(said.starts_with("restarted `project:start.db` in "), "{said}");
        follower.expect("up");
        server.rune(["wait", "start.db", "--state", "ready"]).success();
        let json = server.rune(["status", "--json"]).success().stdout;
        let json: serde_json::Value = serde_json::from_str(&json).unwrap();
        let db = &json["background"][0];
        assert_eq!((&db["target"], &db["restarts"]), (&"project:start.db".into(), &1.into()));
        assert!(server.rune(["restart", "job"]).code(5).stderr.contains("is over"));
        assert!(server.rune(["restart", "Old thing"]).code(5).stderr.contains("nobody keeps"));

        // Somebody waits while it ends.
        let waiting = server.rune(["wait", "db", "--state", "exited", "--timeout", "20s"]).start();
        server.rune(["stop"]).success();
        drop(waiting);
        assert!(server.rune(["why", "Old thing"]).code(3).stderr.contains("nothing is running"));
    });
}

#[test]
fn check_reports_every_file() {
    on_each_tmux(|server| {
        server.write("a.yaml", "wrkspace: none");
        server.write("b.yaml", b"x: \xff");
        server.write("c.yaml", "workspace: none");
        let ran = server.rune(["check", "a.yaml", "missing.yaml", "b.yaml", "c.yaml"]).code(2);
        assert!(ran.stdout.ends_with("/c.yaml: good\n"), "{}", ran.stdout);
        for part in ["missing.yaml`", "a.yaml:1:1", "b.yaml:1:4", "error: 2 problems in the config"] {
            assert!(ran.stderr.contains(part), "{part} in {}", ran.stderr);
        }
        server.rune(["check", "missing.yaml", "c.yaml"]).code(2);
    });
}

#[test]
fn two_projects_work_in_one_directory() {
    on_each_tmux(|server| {
        let config = "projects: [{name: web, detect: [web]}, {name: api, detect: [api]}]\n\
                      workspace: {session_name: 'dev-{{.Project}}', windows: [{name: w, panes: [cat]}]}";
        server.write("rune.yaml", config);
        server.rune(["start", "-d", "web"]).success();
        let said = server.rune(["start", "-d", "api"]).success().stderr;
        assert_eq!(said, "`dev-api` is up: rune attach dev-api\n");
        assert_eq!(server.list_sessions("#{session_name}"), ["dev-api", "dev-web"]);
        server.rune(["stop", "web"]).success();
        assert_eq!(server.list_sessions("#{session_name}"), ["dev-api"]);
    });
}

#[test]
fn a_tmux_config_may_end_sessions_that_nobody_looks_at() {
    on_each_tmux(|server| {
        server.write("rune.yaml", "workspace: {session_name: s, windows: [{name: w, panes: [cat]}]}");
        server.write("tmux.conf", "set -g destroy-unattached on\n");
        server.rune(["start", "-d", "--tmux-conf", "tmux.conf"]).success();
        server.wait_until("the pane's program runs", || {
            server.processes().iter().any(|one| one.words == "cat")
        });
        assert_eq!(server.list_sessions("#{session_name}"), ["s"]);
        server.rune(["apply", "--check"]).success();

        let refused = server.rune(["plan", "--tmux-conf", "."]).code(2).stderr;
        assert!(refused.contains("cannot be the tmux config: it is a directory"), "{refused}");
    });
}

/// Whoever has pulled and built by `rune ritual run start` does not want it all again from `rune start`.
#[test]
fn a_start_ritual_that_was_run_by_itself_counts_until_stop() {
    on_each_tmux(|server| {
        server.write(
            "rune.yaml",
            "workspace: {session_name: shop, windows: [{name: w, panes: [cat]}]}\n\
             rituals: {start: {global: [{name: one, command: echo x >>ran}]}}\n",
        );
        let ran = || std::fs::read_to_string(server.project().join("ran")).unwrap_or_default();
        server.rune(["ritual", "run", "start"]).success();
        assert!(!server.is_running(), "no workspace comes up");
        let said = server.rune(["start", "-d"]).success().stderr;
        assert!(said.contains("the start ritual ran") && said.contains("--ritual"), "{said}");
        assert_eq!(ran(), "x\n");
        // By its name it runs however often it is asked for.
        server.rune(["ritual", "run", "start"]).success();
        assert_eq!(ran(), "x\nx\n");
        server.rune(["ritual", "run", "stop"]).success();
        server.rune(["start", "-d"]).success();
        assert_eq!(ran(), "x\nx\nx\n", "the day was ended");
    });
}

#[test]
fn a_mistake_in_the_tmux_config_is_said() {
    on_each_tmux(|server| {
        server.write("rune.yaml", "workspace: {session_name: shop, windows: [{name: w, panes: [cat]}]}");
        for (text, line, words) in [
            ("set -g status off\nbogus-command x\n", 2, "unknown command: bogus-command"),
            ("set -g nothing-such 1\nset -g status off\n", 1, "invalid option: nothing-such"),
        ] {
            let path = server.write("user.conf", text);
            let start =
                || server.rune(["start", "-d"]).args(["--tmux-conf".as_ref(), path.as_os_str()]).success();
            let said = start().stderr;
            let mistake = format!("{}:{line}: {words}\n", path.display());
            assert!(said.contains(&mistake), "{}: {said}", server.binary());
            // It does not stand in the place of the first pane, which would get no keys.
            assert_eq!(server.list_panes("#{pane_in_mode}"), ["0"]);
            assert!(!start().stderr.contains(&mistake), "a server that runs does not read it again");
            server.kill();
        }
    });
}
