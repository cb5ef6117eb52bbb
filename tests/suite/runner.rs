//! The first process of a pane, in real panes: how commands end and what is recorded of it, who
//! owns the terminal, and what is left when something is killed.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use rustix::process::{Signal, kill_process};
use serde_json::{Value, json};

use crate::support::{Process, Server, Terminal, on_each_tmux};

const STOPPED: &str = "stopped: Enter continues, s opens a shell";
const ENDED: &str = "Enter runs it again, s opens a shell, q closes the pane";

// How commands end.

#[test]
fn every_end_is_recorded_as_it_was() {
    let mut ends = vec![
        (json!("exit 0"), json!({"state": "exited", "code": 0})),
        (json!("exit 7"), json!({"state": "exited", "code": 7})),
        (json!("exit 255"), json!({"state": "exited", "code": 255})),
        (json!("no-such-program $HOME"), json!({"state": "exited", "code": 127})),
        (json!("/etc/passwd $HOME"), json!({"state": "exited", "code": 126})),
        (json!(["no-such-program"]), json!({"state": "not_started", "why": missing()})),
        (json!("no-such-program"), json!({"state": "not_started", "why": missing()})),
        (json!(["/etc/passwd"]), json!({"state": "not_started", "why": "it may not be executed"})),
    ];
    for signal in [1, 2, 3, 6, 9, 10, 13, 14, 15] {
        let command = format!("ulimit -c 0; kill -{signal} $$; cat");
        ends.push((json!(command), json!({"state": "signalled", "signal": signal})));
    }
    on_each_tmux(|server| {
        let panes = start(server, ends.iter().map(|(command, _)| pane(command.clone(), "keep")));
        for (pane, (_, end)) in panes.iter().zip(&ends) {
            wait_for_state(server, pane, end);
            server.wait_for_text(pane, ENDED);
        }
        assert!(server.capture(&panes[1]).starts_with("\nexit 7: exited 7\n"));
        assert!(server.capture(&panes[5]).contains("no-such-program: not started: it was not found"));
        assert!(server.capture(&panes[12]).contains("signal 9\n"));
    });
}

#[test]
fn a_command_that_is_killed_from_outside_ended_by_that_signal() {
    on_each_tmux(|server| {
        let panes = start(server, [pane("cat", "keep")]);
        running(server, "cat").signal(Signal::KILL);
        wait_for_state(server, &panes[0], &json!({"state": "signalled", "signal": 9}));
        server.wait_for_text(&panes[0], "cat: signal 9");
    });
}

#[test]
fn a_single_program_names_its_window() {
    on_each_tmux(|server| {
        let panes =
            start(server, [pane("vi -u NONE .", "shell"), pane("cat", "shell"), pane("sleep 1000", "close")]);
        server.wait_until("the windows are named after their commands", || {
            server.list_windows("#{window_name}") == ["vi", "cat", "sleep"]
        });
        server.tmux(["send-keys", "-t", &panes[1], "C-c"]);
        server.wait_until("the window is named after the shell", || {
            server.list_windows("#{window_name}") == ["vi", "sh", "sleep"]
        });
    });
}

// Keys.

#[test]
fn ctrl_c_is_for_the_command() {
    on_each_tmux(|server| {
        let trap = "trap 'exit 5' INT; echo ready; while :; do read x; done";
        let panes = start(server, [pane("cat", "shell"), pane(trap, "keep")]);
        running(server, "cat");
        server.tmux(["send-keys", "-t", &panes[0], "C-c"]);
        wait_for_state(server, &panes[0], &json!({"state": "signalled", "signal": 2}));
        server.wait_for_text(&panes[0], "cat: signal 2");
        server.wait_for_text(&panes[1], "ready");
        server.tmux(["send-keys", "-t", &panes[1], "C-c"]);
        wait_for_state(server, &panes[1], &json!({"state": "exited", "code": 5}));
    });
}

#[test]
fn ctrl_z_asks_and_the_command_goes_on() {
    on_each_tmux(|server| {
        server.sh("mkfifo go").success();
        let panes = start(server, [pane("cat", "keep"), pane("cat go", "keep")]);
        let pane = &panes[0];
        let keys = |keys: &[&str]| send(server, pane, keys);
        stop(server, pane);
        keys(&["Enter"]);
        wait_for_state(server, pane, &json!({"state": "running"}));
        keys(&["once", "Enter"]);
        server.wait_for_text(pane, "once\nonce");

        // A shell beside it, and back.
        stop(server, pane);
        keys(&["s", "Enter"]);
        owns_its_terminal(server, pane, "sh");
        assert_eq!(state(server, pane), json!({"state": "stopped"}));
        // What happens to it meanwhile is history: without the terminal it stops again at once.
        let cat = running(server, "cat");
        let switches = || status_of(&cat.pid.to_string(), "voluntary_ctxt_switches:");
        let before = switches();
        cat.signal(Signal::CONT);
        server.wait_until("it has stopped again", || {
            switches() != before && status_of(&cat.pid.to_string(), "State:").starts_with('T')
        });
        keys(&["exit", "Enter"]);
        wait_for_state(server, pane, &json!({"state": "running"}));
        keys(&["twice", "Enter"]);
        server.wait_for_text(pane, "twice\ntwice");
        assert_eq!(server.capture(pane).matches(STOPPED).count(), 2, "it is asked once for each stop");

        // Somebody else lets it go on, whether it reads the terminal or not.
        stop(server, &panes[1]);
        running(server, "cat go").signal(Signal::CONT);
        wait_for_state(server, &panes[1], &json!({"state": "running"}));
        stop(server, pane);
        running(server, "cat").signal(Signal::CONT);
        wait_for_state(server, pane, &json!({"state": "running"}));
        keys(&["thrice", "Enter"]);
        server.wait_for_text(pane, "thrice\nthrice");

        // Somebody else ends it.
        stop(server, pane);
        running(server, "cat").signal(Signal::KILL);
        wait_for_state(server, pane, &json!({"state": "signalled", "signal": 9}));

        // The same while a shell is open beside it.
        server.wait_for_text(pane, ENDED);
        keys(&["Enter"]);
        wait_for_state(server, pane, &json!({"state": "running"}));
        stop(server, pane);
        keys(&["s", "Enter"]);
        server.wait_until("the shell runs", || server.format("#{pane_current_command}", pane) == "sh");
        running(server, "cat").signal(Signal::TERM);
        running(server, "cat").signal(Signal::CONT);
        server.wait_until("the command is gone", || !runs(server, "cat"));
        keys(&["exit", "Enter"]);
        wait_for_state(server, pane, &json!({"state": "signalled", "signal": 15}));
    });
}

#[test]
fn a_stopped_command_has_its_terminal_modes_again() {
    on_each_tmux(|server| {
        let pane = &start(server, [pane("stty -echo -icanon; exec cat", "keep")])[0];
        running(server, "cat");
        assert!(modes(server, pane).contains(" -echo "));
        stop(server, pane);
        assert!(modes(server, pane).contains(" echo "), "what is typed at the prompt is shown");
        send(server, pane, &["Enter"]);
        wait_for_state(server, pane, &json!({"state": "running"}));
        assert!(modes(server, pane).contains(" -echo "));
        assert!(modes(server, pane).contains("-icanon"));
    });
}

#[test]
fn keys_typed_for_the_command_answer_no_question() {
    on_each_tmux(|server| {
        server.sh("mkfifo go").success();
        let pane = &start(server, [pane("echo x >>runs; read line <go; exit 1", "keep")])[0];
        send(server, pane, &["typed", "Enter", "q", "Enter"]);
        server.wait_for_text(pane, "typed\nq");
        server.sh("echo >go").success();
        server.wait_for_text(pane, ENDED);
        assert!(server.capture(pane).ends_with(ENDED));

        send(server, pane, &["Enter"]);
        server.sh("echo >go").success();
        server.wait_until("it ran twice", || server.capture(pane).matches(ENDED).count() == 2);
        assert_eq!(fs::read_to_string(server.project().join("runs")).unwrap(), "x\nx\n");
    });
}

// Programs that use the terminal.

#[test]
fn a_full_screen_program_follows_its_window() {
    on_each_tmux(|server| {
        server.write("notes.txt", "a line\n".repeat(300));
        let vim = "vi -u NONE -c 'set laststatus=2' notes.txt";
        let pane = &start(server, [pane(vim, "shell")])[0];
        let mut client = server.attach();
        let status_line = || server.capture(pane).lines().position(|line| line == "notes.txt");
        server.wait_until("vim fills the terminal", || status_line() == Some(27));
        client.resize(90, 20);
        server.wait_until("vim fills the smaller terminal", || status_line() == Some(17));
        client.resize(120, 40);
        server.wait_until("vim fills the larger terminal", || status_line() == Some(37));
        client.send(":");
        client.send_line("q");
        wait_for_state(server, pane, &json!({"state": "exited", "code": 0}));
        owns_its_terminal(server, pane, "sh");
    });
}

#[test]
fn a_password_is_not_shown() {
    on_each_tmux(|server| {
        let ask = "stty -echo; printf 'Password: '; read x; stty echo; printf '\\n[%s]\\n' \"$x\"; exec cat";
        let panes = start(server, [pane(ask, "shell"), pane(ask, "shell")]);
        for pane in &panes {
            server.wait_for_text(pane, "Password:");
            assert!(modes(server, pane).contains(" -echo "));
        }
        send(server, &panes[0], &["secret", "Enter"]);
        server.wait_for_text(&panes[0], "[secret]");
        assert_eq!(server.capture(&panes[0]), "Password:\n[secret]");
        assert!(modes(server, &panes[0]).contains(" echo "));

        // Also for the shell after a command that could not switch it on again.
        send(server, &panes[1], &["secret", "C-c"]);
        wait_for_state(server, &panes[1], &json!({"state": "signalled", "signal": 2}));
        owns_its_terminal(server, &panes[1], "sh");
        assert!(modes(server, &panes[1]).contains(" echo "));
        assert!(!server.capture(&panes[1]).contains("secret"));
    });
}

#[test]
fn tmux_runs_in_a_pane() {
    on_each_tmux(|server| {
        let inner = "env -u TMUX tmux -f /dev/null -L inner new-session -s nested cat";
        let pane = &start(server, [pane(inner, "shell")])[0];
        server.wait_for_text(pane, "[nested]");
        send(server, pane, &["hello", "Enter"]);
        server.wait_for_text(pane, "hello\nhello");
        send(server, pane, &["C-b"]);
        send(server, pane, &["d"]);
        wait_for_state(server, pane, &json!({"state": "exited", "code": 0}));
        owns_its_terminal(server, pane, "sh");
        server.rune(["stop"]).success();
        server.wait_until("the inner server has ended, too", || server.processes().is_empty());
    });
}

#[test]
fn a_killed_program_leaves_a_usable_terminal() {
    let mess = "echo before; printf '\\033[?1049h\\033[?25l\\033[?1000h\\033[?1h\\033=\\033[4h\\033[3;9r\\033[?7l'; \
                stty raw -echo; kill -9 $$";
    let earlier = "printf '\\033[?1049h\\033[?1049l'; echo one; echo two; printf three; kill -9 $$";
    on_each_tmux(|server| {
        let panes = start(server, [pane(mess, "keep"), pane(earlier, "keep"), pane(mess, "shell")]);
        for pane in &panes[..2] {
            server.wait_for_text(pane, ENDED);
        }
        let flags = "#{alternate_on} #{cursor_flag} #{mouse_standard_flag} #{keypad_cursor_flag} #{keypad_flag} \
                     #{insert_flag} #{scroll_region_upper} #{wrap_flag}";
        assert_eq!(server.format(flags, &panes[0]), "0 1 0 0 0 0 0 1");
        let lower = server.format("#{scroll_region_lower} #{pane_height}", &panes[0]);
        let (lower, height) = lower.split_once(' ').unwrap();
        assert_eq!(lower.parse::<u32>().unwrap() + 1, height.parse::<u32>().unwrap());
        let modes = modes(server, &panes[0]);
        assert!(
            modes.contains(" echo ") && modes.contains(" icanon ") && modes.contains(" opost "),
            "{modes}"
        );
        assert!(server.capture(&panes[0]).starts_with("before\n"));

        let screen = server.capture(&panes[1]);
        assert!(screen.starts_with("one\ntwo\nthree\n") && screen.contains("signal 9\n"), "{screen}");
        owns_its_terminal(server, &panes[2], "sh");
    });
}

// What comes after the end.

#[test]
fn a_pane_that_closes_records_the_end_first_and_a_shell_is_the_first_process_itself() {
    on_each_tmux(|server| {
        let panes = start(
            server,
            [
                pane("cat", "keep"),
                pane("cat -u", "close"),
                pane("read x; exit 3", "close"),
                json!({"command": ""}),
            ],
        );
        wait_for_state(server, &panes[1], &json!({"state": "running"}));
        let records = [&panes[1], &panes[2]].map(|pane| file(server, pane, "record"));
        send(server, &panes[1], &["C-d"]);
        send(server, &panes[2], &["Enter"]);
        let shell = first_process(server, &panes[3]);
        assert!(!shell.words.contains("rune"), "{shell:?}");
        // A failure of the last command is the shell's, and no reason to keep the pane.
        owns_its_terminal(server, &panes[3], "sh");
        send(server, &panes[3], &["exit 9", "Enter"]);
        server.wait_until("the panes have closed", || server.list_panes("#{pane_id}") == panes[..1]);
        let ends = records.map(|path| {
            let record: Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
            record["state"].clone()
        });
        assert_eq!(ends, [json!({"state": "exited", "code": 0}), json!({"state": "exited", "code": 3})]);
    });
}

#[test]
fn a_kept_pane_waits_for_an_answer() {
    on_each_tmux(|server| {
        let once = || pane("echo x >>runs; exit 3", "keep");
        let panes = start(server, [once(), once(), once(), pane("cat", "keep")]);
        for pane in &panes[..3] {
            wait_for_state(server, pane, &json!({"state": "exited", "code": 3}));
            server.wait_for_text(pane, ENDED);
        }
        send(server, &panes[0], &["Enter"]);
        server.wait_until("it ran again", || server.capture(&panes[0]).matches(ENDED).count() == 2);
        assert_eq!(fs::read_to_string(server.project().join("runs")).unwrap(), "x\n".repeat(4));
        send(server, &panes[0], &["s", "Enter"]);
        owns_its_terminal(server, &panes[0], "sh");
        send(server, &panes[0], &["exit 4", "Enter"]);
        send(server, &panes[1], &["q", "Enter"]);
        send(server, &panes[2], &["C-d"]);
        server.wait_until("the panes have closed", || server.list_panes("#{pane_id}") == panes[3..]);
    });
}

#[test]
fn the_shell_afterwards_owns_the_terminal() {
    on_each_tmux(|server| {
        for shell in ["sh", "bash"] {
            let program = server.sh(&format!("command -v {shell}")).success().stdout;
            let program = program.trim_end();
            configure(server, [pane("exit 4", "shell"), pane("cat", "shell")]);
            server.rune(["start", "-d"]).env("SHELL", program).success();
            let panes = server.list_panes("#{pane_id}");
            let pane = &panes[0];
            wait_for_state(server, pane, &json!({"state": "exited", "code": 4}));
            owns_its_terminal(server, pane, shell);
            assert!(server.capture(pane).contains("exit 4: exited 4"));
            assert!(!server.capture(pane).contains("job control"), "{}", server.capture(pane));

            // Job control is its own.
            send(server, pane, &["set -m; cat -u", "Enter"]);
            running(server, "cat -u");
            send(server, pane, &["C-z"]);
            server.wait_for_text(pane, "Stopped");
            owns_its_terminal(server, pane, shell);
            send(server, pane, &["fg", "Enter"]);
            server.wait_until("cat is in the foreground", || {
                server.format("#{pane_current_command}", pane) == "cat"
            });
            send(server, pane, &["again", "Enter"]);
            server.wait_for_text(pane, "again\nagain");
            send(server, pane, &["C-c"]);
            owns_its_terminal(server, pane, shell);
            send(server, pane, &["unfinished", "C-c"]);
            owns_its_terminal(server, pane, shell);
            send(server, pane, &["exit 3", "Enter"]);
            server.wait_until("the pane has closed", || server.list_panes("#{pane_id}") == panes[1..]);
            server.rune(["stop"]).success();
        }
    });
}

// What is ended, and what dies.

#[test]
fn stop_finds_whatever_left_its_pane() {
    let scatter = "setsid -f cat one; (setsid cat two &); (setsid -f sh -c 'cat three & wait' &); \
                   setsid -f sh -c 'trap \"\" TERM HUP; cat four; :'; exec cat";
    // Only their parents tell whose they are: who has no parent any more is the runner's.
    let unmarked = "setsid -f env -u RUNE_PANE cat one; (env -i PATH=\"$PATH\" setsid cat two &); \
                    env -i PATH=\"$PATH\" setsid sh -c 'cat three & wait' & \
                    setsid -f env -u RUNE_PANE sh -c 'trap \"\" TERM HUP; cat four; :'; exec cat";
    on_each_tmux(|server| {
        server.sh("mkfifo one two three four").success();
        for (command, on_exit) in [(scatter, "shell"), (scatter, "close"), (unmarked, "keep")] {
            start(server, [pane(command, on_exit)]);
            for words in ["cat one", "cat two", "cat three", "cat four", "cat"] {
                running(server, words);
            }
            server.rune(["stop", "--timeout", "300ms"]).success();
            server.wait_until("all processes have ended", || server.processes().is_empty());
        }
    });
}

#[test]
fn stop_right_after_start_leaves_nothing() {
    on_each_tmux(|server| {
        for _ in 0..5 {
            start(server, [pane("cat", "keep"), pane("cat", "shell"), pane("cat", "close")]);
            server.rune(["stop"]).success();
            server.wait_until("all processes have ended", || server.processes().is_empty());
        }
    });
}

#[test]
fn a_killed_runner_is_lost_and_started_again() {
    on_each_tmux(|server| {
        let panes = start(server, [pane("cat", "shell"), pane("cat -u", "shell")]);
        running(server, "cat -u");
        first_process(server, &panes[1]).signal(Signal::KILL);
        server.wait_until("its command was hung up", || !runs(server, "cat -u"));
        if server.version() >= (3, 2, ' ') {
            wait_for_state(server, &panes[1], &json!({"state": "lost_runner"}));
        } else {
            server.wait_until("its pane has closed", || server.list_panes("#{pane_id}") == panes[..1]);
        }
        server.rune(["start", "-d"]).success();
        running(server, "cat -u");
        assert_eq!(server.list_panes("#{pane_dead}"), ["0", "0"]);
    });
}

#[test]
fn a_killed_server_takes_its_panes_along_and_the_next_start_is_clean() {
    on_each_tmux(|server| {
        let panes = start(server, [pane("cat", "shell"), pane("exit 1", "keep"), pane("cat -u", "close")]);
        running(server, "cat -u");
        server.wait_for_text(&panes[1], ENDED);
        kill_process(server.pid(), Signal::KILL).expect("a server of ours can be killed");
        server.wait_until("all processes have ended", || server.processes().is_empty());
        start(server, [pane("cat", "shell"), pane("exit 1", "keep"), pane("cat -u", "close")]);
        running(server, "cat -u");
        assert_eq!(server.list_sessions("#{session_windows}"), ["3"]);
        server.rune(["plan"]).success();
    });
}

#[test]
fn a_runner_that_is_asked_to_end_ends_its_command_and_closes() {
    on_each_tmux(|server| {
        let panes = start(
            server,
            [
                pane("cat", "keep"),
                pane("cat -u", "keep"),
                pane("cat -n", "shell"),
                pane("exit 1", "keep"),
                pane("exit 1", "shell"),
                pane("cat -b", "shell"),
            ],
        );
        running(server, "cat -u");
        stop(server, &panes[2]);
        server.wait_for_text(&panes[3], ENDED);
        owns_its_terminal(server, &panes[4], "sh");
        stop(server, &panes[5]);
        send(server, &panes[5], &["s", "Enter"]);
        owns_its_terminal(server, &panes[5], "sh");
        for pane in &panes[1..] {
            first_process(server, pane).signal(Signal::TERM);
        }
        wait_for_panes(server, &panes[..1]);
        for command in ["cat -u", "cat -n", "cat -b", "/bin/sh"] {
            server.wait_until("the commands have ended", || !runs(server, command));
        }
        assert!(runs(server, "cat"));
    });
}

#[test]
fn a_runner_that_is_asked_to_close_does_so_when_its_command_has_ended() {
    on_each_tmux(|server| {
        let panes = start(server, [pane("cat", "keep"), pane("cat -u", "keep"), pane("exit 1", "keep")]);
        server.wait_for_text(&panes[2], ENDED);
        for pane in &panes[1..] {
            first_process(server, pane).signal(Signal::USR1);
        }
        wait_for_panes(server, &panes[..2]);
        send(server, &panes[1], &["still", "Enter"]);
        server.wait_for_text(&panes[1], "still\nstill");
        send(server, &panes[1], &["C-d"]);
        wait_for_panes(server, &panes[..1]);
    });
}

// What is missing, full, or not understood.

#[test]
fn a_runner_at_a_prompt_ends_with_its_terminal() {
    on_each_tmux(|server| {
        // The second command would never notice by itself.
        server.sh("mkfifo go").success();
        let panes = start(server, [pane("exit 1", "keep"), pane("cat go", "keep")]);
        let mut runner = again(server, &panes[0], "trap '' HUP; exec");
        runner.expect(ENDED);
        runner.close();

        let mut runner = again(server, &panes[1], "trap '' HUP; exec");
        server.wait_until("a second command runs", || count(server, "cat go") == 2);
        runner.send_control('z');
        runner.expect(STOPPED);
        runner.close();
        server.wait_until("the second command has ended", || count(server, "cat go") == 1);
    });
}

#[test]
fn a_pane_without_its_directory_says_so_and_has_a_shell() {
    on_each_tmux(|server| {
        server.write("sub/file", "");
        let kept = json!({"command": "cat file", "cwd": "sub", "on_exit": "keep"});
        let handed = json!({"command": "cat file", "cwd": "sub"});
        let panes = start(server, [kept, handed, pane("cat", "close")]);
        server.wait_for_text(&panes[0], ENDED);
        fs::rename(server.project().join("sub"), server.project().join("away")).unwrap();
        send(server, &panes[0], &["Enter"]);
        server.wait_for_text(&panes[0], "not started: could not enter the directory");
        let state = state(server, &panes[0]);
        assert_eq!(state["state"], "not_started");
        assert!(state["why"].as_str().unwrap().contains("project/sub`: No such file"), "{state}");
        // Back again.
        fs::rename(server.project().join("away"), server.project().join("sub")).unwrap();
        send(server, &panes[0], &["Enter"]);
        wait_for_state(server, &panes[0], &json!({"state": "exited", "code": 0}));

        fs::remove_dir_all(server.project().join("sub")).unwrap();
        let mut runner = again(server, &panes[1], "exec");
        runner.expect("could not enter the directory");
        runner.send_line("echo $((40 + 2))");
        runner.expect("42");
        runner.send_line("exit 5");
        runner.code(0);
    });
}

#[test]
fn an_environment_may_be_long_but_not_too_long() {
    on_each_tmux(|server| {
        let sized = |size: usize| json!({"command": "echo ${#BIG}", "env": {"BIG": "x".repeat(size)}});
        let panes = start(server, [sized(100_000), sized(200_000)]);
        server.wait_for_text(&panes[0], "100000");
        wait_for_state(server, &panes[1], &json!({"state": "not_started", "why": "Argument list too long"}));
        server.wait_for_text(&panes[1], "this is another shell");
        owns_its_terminal(server, &panes[1], "sh");
    });
}

#[test]
fn a_program_is_found_as_a_shell_finds_it_and_starts_with_clean_signals() {
    on_each_tmux(|server| {
        let directories = ["closed", "open", "late"].map(|name| server.write(format!("{name}/tool"), ""));
        for (file, text, mode) in [
            (&directories[0], "echo not executable", 0o600),
            (
                &directories[1],
                "echo \"script of $# $1 in $MINE\"; sed -n 's/^Sig\\(...\\):.*\\(.......\\)$/\\1 \\2/p' /proc/self/status; cat",
                0o700,
            ),
            (&directories[2], "#!/bin/sh\necho too late", 0o700),
        ] {
            fs::write(file, text).unwrap();
            fs::set_permissions(file, fs::Permissions::from_mode(mode)).unwrap();
        }
        let project = server.project().display().to_string();
        let path = format!("/nowhere:{project}/closed:{project}/open:{project}/late:/usr/bin:/bin");
        let tool = json!({"command": ["tool", "a b"], "env": {"PATH": path, "MINE": "order"}});
        let closed = json!({"command": ["tool"], "env": {"PATH": format!("{project}/closed:/nowhere")}});
        let panes = start(server, [tool, closed]);
        server.wait_for_text(&panes[0], "script of 1 a b in order");
        // Of the first 28, which are all that a runner has to do with.
        server.wait_for_text(&panes[0], "Blk 0000000");
        server.wait_for_text(&panes[0], "Ign 0000000");
        let denied = json!({"state": "not_started", "why": "it may not be executed"});
        wait_for_state(server, &panes[1], &denied);
    });
}

#[test]
fn a_shell_that_does_not_exist_is_replaced_by_one_that_does() {
    on_each_tmux(|server| {
        configure(server, [pane("exit 1", "shell"), json!({"command": ""}), pane("cat", "shell")]);
        server.rune(["start", "-d"]).env("SHELL", "/bin/no-such-shell").success();
        let panes = server.list_panes("#{pane_id}");
        for pane in &panes[..2] {
            server.wait_for_text(pane, "no-such-shell");
            owns_its_terminal(server, pane, "sh");
            send(server, pane, &["exit 3", "Enter"]);
        }
        server.wait_until("the shells' panes have closed", || server.list_panes("#{pane_id}") == panes[2..]);
    });
}

#[test]
fn a_specification_that_cannot_be_read_leaves_a_shell() {
    on_each_tmux(|server| {
        let pane = &start(server, [pane("cat", "keep")])[0];
        let file = file(server, pane, "spec");
        let text = fs::read_to_string(&file).unwrap();
        for (text, why) in [
            (text.replace("\"schema\":1", "\"schema\":99"), "was written by a newer rune; this is a shell"),
            ("{\"schema\":99}\n".to_owned(), "was written by a newer rune; this is a shell"),
            ("nonsense\n".to_owned(), "could not understand"),
        ] {
            fs::write(&file, text).unwrap();
            usable_shell(again(server, pane, "exec"), why);
        }
        fs::remove_file(&file).unwrap();
        usable_shell(again(server, pane, "exec"), "No such file or directory");
        fs::remove_dir_all(file.parent().unwrap()).unwrap();
        usable_shell(again(server, pane, "exec"), "No such file or directory");
    });
}

#[test]
fn a_record_that_cannot_be_written_is_no_record() {
    on_each_tmux(|server| {
        let pane = &start(server, [pane("cat", "keep")])[0];
        wait_for_state(server, pane, &json!({"state": "running"}));
        // Stands in the way as a full disk does, also of a user who may do everything.
        let in_the_way = file(server, pane, "record.new");
        fs::create_dir(&in_the_way).unwrap();
        send(server, pane, &["C-d"]);
        server.wait_for_text(pane, "cat: exited 0");
        wait_for_state(server, pane, &json!({"state": "unknown"}));
        fs::remove_dir(&in_the_way).unwrap();
        send(server, pane, &["Enter"]);
        wait_for_state(server, pane, &json!({"state": "running"}));
    });
}

// What a runner costs.

#[test]
#[allow(clippy::disallowed_methods)] // that nothing happens takes its time to see
fn a_hundred_runners_are_small_and_asleep() {
    on_each_tmux(|server| {
        let windows: Vec<Value> = (0..10)
            .map(|_| json!({"layout": "tiled", "panes": (0..10).map(|_| pane("cat", "shell")).collect::<Vec<_>>()}))
            .collect();
        server
            .write("rune.yaml", json!({"workspace": {"session_name": "w", "windows": windows}}).to_string());
        server.rune(["start", "-d"]).success();
        server.wait_until("all commands run", || count(server, "cat") == 100);
        let panes = server.list_panes("#{pane_id} #{pane_pid}");
        assert_eq!(panes.len(), 100);
        let pids: Vec<&str> = panes.iter().map(|pane| pane.split_once(' ').unwrap().1).collect();
        server.wait_until("all runners are asleep", || {
            pids.iter().all(|pid| status_of(pid, "State:").starts_with('S'))
        });
        let sizes: Vec<u64> = pids.iter().map(|pid| private_kilobytes(pid)).collect();
        let (largest, sum) = (sizes.iter().max().unwrap(), sizes.iter().sum::<u64>());
        say(&format!(
            "{}: 100 runners: {sum} kB private memory, {} kB each, {largest} kB the largest",
            server.binary(),
            sum / 100
        ));
        assert!(*largest < 1024, "{largest} kB of private memory");

        let wakes =
            || -> Vec<String> { pids.iter().map(|pid| status_of(pid, "voluntary_ctxt_switches:")).collect() };
        // The last that a start does is to have tmux look, a moment later.
        let (mut since, mut before) = (Instant::now(), wakes());
        server.wait_until("nobody wakes for a second", || {
            let now = wakes();
            if now != before {
                (since, before) = (Instant::now(), now);
            }
            since.elapsed() >= Duration::from_secs(1)
        });
        let (first, _) = panes[0].split_once(' ').unwrap();
        let mut client = server.attach();
        send(server, first, &["typed", "Enter"]);
        server.wait_for_text(first, "typed\ntyped");
        client.resize(110, 40);
        server.wait_until("the window has the new size", || server.format("#{window_width}", first) == "110");
        server.rune(["status"]).success();
        assert_eq!(wakes(), before, "nothing of that is a runner's business");
        drop(client);
        kill_process(server.pid(), Signal::TERM).expect("a server of ours can be ended");
    });
}

// Verbs of these tests.

/// One pane of a config.
fn pane(command: impl Into<Value>, on_exit: &str) -> Value {
    json!({"command": command.into(), "on_exit": on_exit})
}

/// Writes a config with these panes, each in a window of its own.
fn configure(server: &Server, panes: impl IntoIterator<Item = Value>) {
    let windows: Vec<Value> = panes.into_iter().map(|pane| json!({"panes": [pane]})).collect();
    server.write("rune.yaml", json!({"workspace": {"session_name": "w", "windows": windows}}).to_string());
}

/// Starts these panes, each in a window of its own; their ids.
#[track_caller]
fn start(server: &Server, panes: impl IntoIterator<Item = Value>) -> Vec<String> {
    configure(server, panes);
    server.rune(["start", "-d"]).success();
    server.list_panes("#{pane_id}")
}

/// What `rune status` says of the pane.
#[track_caller]
fn state(server: &Server, pane: &str) -> Value {
    let said = server.rune(["status", "--json"]).success().stdout;
    let said: Value = serde_json::from_str(&said).expect("it is JSON");
    let panes = said["panes"].as_array().expect("it has panes");
    panes
        .iter()
        .find(|known| known["pane_id"] == pane)
        .map(|known| known["state"].clone())
        .unwrap_or_default()
}

#[track_caller]
fn wait_for_state(server: &Server, pane: &str, wanted: &Value) {
    server.wait_until(&format!("the state of {pane} is {wanted}"), || state(server, pane) == *wanted);
}

/// Waits until these panes are left after others were asked to end: who asks closes the pane as well,
/// but here the exit has to do, which some builds of tmux notice only when something else exits.
#[track_caller]
fn wait_for_panes(server: &Server, panes: &[String]) {
    server.wait_until(&format!("only {panes:?} are left"), || {
        server.tmux(["run-shell", "-b", "true"]);
        server.list_panes("#{pane_id}") == panes
    });
}

/// Types these keys, once all of them and not as a shell's input at some later time.
#[track_caller]
fn send(server: &Server, pane: &str, keys: &[&str]) {
    server.tmux([&["send-keys", "-t", pane], keys].concat());
}

/// Presses Ctrl-Z and waits for the question that follows.
#[track_caller]
fn stop(server: &Server, pane: &str) {
    wait_for_state(server, pane, &json!({"state": "running"}));
    let before = server.capture(pane).matches(STOPPED).count();
    send(server, pane, &["C-z"]);
    server
        .wait_until("the command is stopped", || server.capture(pane).matches(STOPPED).count() == before + 1);
    assert_eq!(state(server, pane), json!({"state": "stopped"}));
}

/// Waits until a shell owns the pane's terminal and does what it is told.
#[track_caller]
fn owns_its_terminal(server: &Server, pane: &str, shell: &str) {
    server.wait_until(&format!("{shell} owns the terminal of {pane}"), || {
        server.format("#{pane_current_command}", pane) == shell
    });
    // What is typed before the prompt is back can go the way of the line that Ctrl-C took.
    server.wait_until("the shell has its prompt", || server.capture(pane).ends_with(['$', '#']));
    let before = server.capture(pane).matches("\n42").count();
    send(server, pane, &["echo $((40 + 2))", "Enter"]);
    server.wait_until("the shell does what it is told", || {
        server.capture(pane).matches("\n42").count() == before + 1
    });
}

/// The terminal's modes, as `stty -a` says them.
#[track_caller]
fn modes(server: &Server, pane: &str) -> String {
    let tty = server.format("#{pane_tty}", pane);
    server.program("stty").args(["-a", "-F", &tty]).success().stdout.replace('\n', " ")
}

/// Waits until a process of this world has these words; that process.
#[track_caller]
fn running(server: &Server, words: &str) -> Process {
    let find = || server.processes().into_iter().find(|process| process.words == words);
    server.wait_until(&format!("`{words}` runs"), || find().is_some());
    find().expect("it ran a moment ago")
}

fn runs(server: &Server, words: &str) -> bool {
    count(server, words) > 0
}

fn count(server: &Server, words: &str) -> usize {
    server.processes().iter().filter(|process| process.words == words).count()
}

/// The pane's first process, which is one of this world.
#[track_caller]
fn first_process(server: &Server, pane: &str) -> Process {
    let pid = server.format("#{pane_pid}", pane);
    let found = server.processes().into_iter().find(|process| process.pid.to_string() == pid);
    found.unwrap_or_else(|| panic!("`{pid}`, the first process of {pane}, is not of this world"))
}

/// Sends a signal to a process that was found in this world.
/// The runner of a pane once more, in a terminal of the test's, by `how` of a shell.
#[track_caller]
fn again(server: &Server, pane: &str, how: &str) -> Terminal {
    let command = server.format("#{pane_start_command}", pane);
    server.sh(&format!("{how} {command}")).in_terminal(80, 24)
}

/// A file that rune keeps about the pane.
#[track_caller]
fn file(server: &Server, pane: &str, kind: &str) -> PathBuf {
    let command = server.format("#{pane_start_command}", pane);
    let words: Vec<&str> = command.split(' ').map(|word| word.trim_matches('"')).collect();
    PathBuf::from(words[2]).join(format!("{}.{kind}", words[4]))
}

#[track_caller]
fn usable_shell(mut terminal: Terminal, why: &str) {
    terminal.expect(why);
    terminal.send_line("echo $((40 + 2))");
    terminal.expect("42");
    terminal.send_line("exit");
    terminal.wait();
}

fn status_of(pid: &str, field: &str) -> String {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).expect("the process lives");
    let value = status.lines().find_map(|line| line.strip_prefix(field));
    value.expect("Linux says so").trim().to_owned()
}

/// What a process shares with nobody. The tables that the linker writes into the program's image are
/// left out of a debug build: there they alone are most of a megabyte, and a user has none of it.
fn private_kilobytes(pid: &str) -> u64 {
    let program = fs::read_link(format!("/proc/{pid}/exe")).expect("the process lives");
    let program = program.to_str().expect("the path of a build is text");
    let text = fs::read_to_string(format!("/proc/{pid}/smaps")).expect("the process lives");
    let (mut counts, mut sum) = (true, 0);
    for line in text.lines() {
        let mut words = line.split_whitespace();
        match words.next() {
            Some(first) if !first.ends_with(':') => {
                counts = !(cfg!(debug_assertions) && line.ends_with(program));
            }
            Some(first) if first.starts_with("Private_") && counts => {
                sum += words.next().and_then(|count| count.parse::<u64>().ok()).unwrap_or(0);
            }
            _ => {}
        }
    }
    sum
}

fn missing() -> &'static str {
    "it was not found"
}

#[allow(clippy::disallowed_macros, reason = "a test speaks to the person who runs it")]
fn say(text: &str) {
    eprintln!("{text}");
}
