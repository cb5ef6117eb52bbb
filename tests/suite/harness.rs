//! What `docs/testing.md` promises of the harness, tried out.
//!
//! Several tests run this test program again, in a process that panics or is killed, with a place of
//! its own for worlds (`RUNE_TEST_DIR`), and look at what is left.

use std::cell::RefCell;
use std::fs;
use std::os::unix::fs::symlink;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use crate::support::{Ran, Run, Server, ended_within, on_each_tmux, variable};

const CROWDED: &str = "harness::a_crowded_world_ends_as_a_whole";
const NOTHING: [PathBuf; 0] = [];
const SMALL: &str = "harness::a_server_answers";

#[test]
fn a_server_answers() {
    on_each_tmux(|server| {
        assert!(!server.is_running());
        assert!(server.list_panes("#{pane_id}").is_empty());
        server.tmux(["new-session", "-d", "-s", "one", "-x", "100", "-y", "30", "cat"]);
        assert!(server.is_running());
        assert_eq!(server.list_sessions("#{session_name}"), ["one"]);
        server.tmux(["send-keys", "-t", "=one:", "größe", "Enter"]);
        server.wait_for_text("=one:", "größe\ngröße");
        server.kill();
        assert!(!server.is_running());
        server.wait_until("its panes are gone", || server.processes().is_empty());
    });
}

#[test]
fn every_program_of_a_world_finds_its_tmux_and_rune() {
    on_each_tmux(|server| {
        let said = server.sh("tmux -V").success().stdout;
        assert!(server.binary().to_string().starts_with(said.trim()), "{said}");
        server.tmux(["new-session", "-d", "tmux -V; command -v rune; exec cat"]);
        server.wait_for_text("%0", said.trim());
        server.wait_for_text("%0", &format!("{}/bin/rune", server.root().display()));
        server.rune(["--version"]).success();
    });
}

#[test]
fn a_person_attaches_types_and_leaves() {
    on_each_tmux(|server| {
        server.tmux(["new-session", "-d", "-s", "one", "cat"]);
        let mut client = server.attach();
        server.wait_until("the client is there", || server.format("#{session_attached}", "=one:") == "1");
        client.send_line("grüße");
        client.expect("grüße");
        server.wait_for_text("=one:", "grüße\ngrüße");
        client.resize(90, 20);
        server.wait_until("the window has the new size", || {
            server.format("#{window_width}x#{window_height}", "=one:") == "90x19"
        });
        server.press(&mut client, "d");
        client.code(0);

        let mut client = server.attach();
        server.wait_until("the client is there", || server.format("#{session_attached}", "=one:") == "1");
        client.close();
        server.wait_until("the client is gone", || server.format("#{session_attached}", "=one:") == "0");
    });
}

#[test]
fn a_terminal_has_its_size_and_its_signals() {
    on_each_tmux(|server| {
        let script = "stty size; trap 'stty size; exit 3' WINCH; echo ready; sleep 1000 & wait";
        let mut terminal = server.sh(script).in_terminal(100, 30);
        assert_eq!(terminal.expect("ready").trim(), "30 100");
        terminal.resize(81, 24);
        terminal.expect("24 81");
        terminal.code(3);

        let mut terminal = server.sh("trap 'exit 4' HUP; echo ready; sleep 1000 & wait").in_terminal(80, 24);
        terminal.expect("ready");
        assert_eq!(terminal.close().code(), Some(4));

        let mut terminal = server.program("cat").in_terminal(80, 24);
        terminal.send_control('c');
        terminal.code(128 + 2);
    });
}

#[test]
fn nobody_inherits_a_terminal() {
    on_each_tmux(|server| {
        let _terminal = server.program("cat").in_terminal(80, 24);
        let open = server.program("ls").args(["-l", "/proc/self/fd"]).success().stdout;
        assert!(!open.contains("ptmx"), "{open}");
    });
}

#[test]
fn a_program_gets_what_it_was_given_and_nothing_else() {
    on_each_tmux(|server| {
        let ran = server.program("env").env("WANTED", "1").without_env("LANG").success();
        let known = ["LOCALE_ARCHIVE", "TERMINFO", "TERMINFO_DIRS"];
        let mut names: Vec<&str> =
            ran.stdout.lines().filter_map(|line| Some(line.split_once('=')?.0)).collect();
        names.retain(|name| !known.contains(name));
        names.sort_unstable();
        let expected = "HOME LOGNAME PATH PWD RUNE_TEST_WORLD SHELL TERM TMPDIR TMUX_TMPDIR USER WANTED \
                        XDG_CONFIG_HOME XDG_RUNTIME_DIR XDG_STATE_HOME";
        assert_eq!(names.join(" "), expected);

        server.write("deep/file", "text");
        assert_eq!(
            server.sh("cat file -").cwd("deep").stdin(" and input").success().stdout,
            "text and input"
        );
        assert_eq!(server.sh("echo no >&2; exit 7").code(7).stderr, "no\n");
    });
}

#[test]
fn a_run_that_goes_wrong_says_so() {
    on_each_tmux(|server| {
        let said = panic_of(|| drop(server.sh("echo some; echo more >&2; exit 3").success()));
        assert!(said.contains("some") && said.contains("more") && said.contains("exit 3"), "{said}");
        let said =
            panic_of(|| drop(server.sh("echo some; sleep 1000").limit(Duration::from_millis(300)).run()));
        assert!(said.contains("sleep 1000` did not end within 300ms\nsome"), "{said}");
        for start in [|run: Run<'_>| drop(run.run()), |run: Run<'_>| drop(run.in_terminal(80, 24))] {
            let said = panic_of(|| start(server.program("no-such-program")));
            assert!(said.contains("could not run `no-such-program`"), "{said}");
        }
        let said = panic_of(|| drop(server.tmux(["list-panes"])));
        assert!(said.contains("error connecting to "), "{said}");
    });
}

#[test]
fn a_daemon_that_hangs_on_to_the_output_does_not_hang_the_test() {
    on_each_tmux(|server| {
        assert_eq!(server.sh("echo done; sleep 1000 &").success().stdout, "done\n");
    });
}

/// Also run by the tests below in a process of its own, where [`meet_fate`] says how it ends.
#[test]
fn a_crowded_world_ends_as_a_whole() {
    let seen = RefCell::new(Vec::new());
    on_each_tmux(|server| {
        let client = crowd(server);
        let pids: Vec<i32> = server.processes().iter().map(|process| process.pid).collect();
        seen.borrow_mut().push((server.root().to_owned(), pids));
        server.write("ready", "");
        meet_fate(server);
        drop(client);
    });
    for (root, pids) in seen.into_inner() {
        assert!(!root.exists(), "`{}` is left", root.display());
        assert_eq!(alive(&pids), [0; 0]);
    }
}

#[test]
fn a_server_that_hangs_ends_too() {
    let pids = RefCell::new(Vec::new());
    on_each_tmux(|server| {
        server.tmux(["new-session", "-d", "cat"]);
        kill_process(server.pid(), Signal::STOP).expect("a server of ours can be stopped");
        pids.borrow_mut().extend(server.processes().iter().map(|process| process.pid));
    });
    let pids = pids.into_inner();
    assert!(pids.len() >= 2, "server and pane: {pids:?}");
    assert_eq!(alive(&pids), [0; 0]);
}

#[test]
fn strangers_are_left_alone() {
    on_each_tmux(|server| {
        // It ends with this test, whatever becomes of it: nobody holds its input open any more.
        #[allow(clippy::disallowed_methods, reason = "a program outside of every world")]
        let stranger =
            Command::new("cat").current_dir("/").stdin(Stdio::piped()).stdout(Stdio::null()).spawn();
        let mut stranger = stranger.expect("there is a cat");
        let pid = stranger.id() as i32;

        let other = Server::new(server.binary().clone());
        other.tmux(["new-session", "-d", "sleep 1001"]);
        server.tmux(["new-session", "-d", "sleep 1002"]);
        let has = |server: &Server, words| server.processes().iter().any(|process| process.words == words);
        server.wait_until("both panes run", || has(&other, "sleep 1001") && has(server, "sleep 1002"));
        assert!(!has(server, "sleep 1001") && !has(&other, "sleep 1002"));
        assert!(server.processes().iter().all(|process| process.pid != pid));

        drop(other);
        assert!(has(server, "sleep 1002"));
        assert_eq!(alive(&[pid]), [pid]);
        drop(stranger.stdin.take());
        stranger.wait().expect("a child can be waited for");
    });
}

#[test]
fn a_panicking_test_leaves_nothing_and_says_where_it_failed() {
    on_each_tmux(|server| {
        let ran = again(server, CROWDED).env("RUNE_TEST_FATE", "panic").code(101);
        assert_eq!(worlds(server), NOTHING);
        assert_eq!(server.processes(), []);
        for part in
            ["as told", &format!("failed on {}", server.binary()), "sleep 1003", "| a line on the screen"]
        {
            assert!(output(&ran).contains(part), "{part:?} is not in\n{}", output(&ran));
        }
    });
}

#[test]
fn waiting_in_vain_shows_everything() {
    on_each_tmux(|server| {
        let run = again(server, CROWDED).env("RUNE_TEST_FATE", "wait").env("RUNE_TEST_PATIENCE", "1");
        let ran = run.code(101);
        for part in ["waited 1s in vain until pigs fly", "sleep 1003", "| a line on the screen"] {
            assert!(output(&ran).contains(part), "{part:?} is not in\n{}", output(&ran));
        }
    });
}

#[test]
fn a_killed_test_leaves_nothing_for_long() {
    on_each_tmux(|server| {
        let mut victim =
            again(server, CROWDED).env("RUNE_TEST_FATE", "wait").env("RUNE_TEST_PATIENCE", "600").start();
        server.wait_until("the world of the other test process is full", || {
            worlds(server).iter().any(|world| world.join("project/ready").exists())
        });
        let crowd: Vec<i32> = server.processes().iter().map(|process| process.pid).collect();

        // Another test process does not touch it while its test lives…
        again(server, SMALL).success();
        assert_eq!(alive(&crowd), crowd);
        assert_eq!(worlds(server).len(), 1);

        // … and one that is killed cannot clean up, …
        victim.kill().and_then(|()| victim.wait()).expect("a child can be killed");
        assert!(alive(&crowd).len() > 5, "{:?}", server.processes());
        assert_eq!(worlds(server).len(), 1);
        // … nor can one that is killed before it has made its lock, …
        fs::create_dir(place(server).join("wstale")).expect("a world can hold a directory");

        // … but the next one does, and harms nobody.
        let ran = beside_decoy(again(server, SMALL)).success();
        assert!(ran.stdout.contains("1 passed"), "{}", ran.stdout);
        assert_eq!(worlds(server), NOTHING);
        assert_eq!(alive(&crowd), [0; 0]);
        server.wait_until("the decoy's panes are gone too", || server.processes().is_empty());
    });
}

#[test]
fn what_a_killed_test_left_ends_even_when_its_directory_is_gone() {
    on_each_tmux(|server| {
        let run = again(server, CROWDED).env("RUNE_TEST_FATE", "wait").env("RUNE_TEST_PATIENCE", "600");
        let mut victim = run.start();
        server.wait_until("the world of the other test process is full", || {
            worlds(server).iter().any(|world| world.join("project/ready").exists())
        });
        let crowd: Vec<i32> = server.processes().iter().map(|process| process.pid).collect();
        victim.kill().and_then(|()| victim.wait()).expect("a child can be killed");
        server.sh("chmod -R u+rwx w*; rm -r w*").cwd(place(server)).success();
        assert!(alive(&crowd).len() > 5, "{:?}", server.processes());

        again(server, SMALL).success();
        assert_eq!(alive(&crowd), [0; 0]);
    });
}

#[test]
fn nothing_but_worlds_is_ever_removed() {
    on_each_tmux(|server| {
        let place = server.root().join("tmp/in");
        fs::create_dir_all(place.join("mine")).expect("a world can hold a directory");
        again(server, SMALL).success();
        assert!(place.join("mine").exists());

        // The directory of all worlds is a link to something that somebody needs.
        let base = self::place(server);
        fs::remove_dir_all(&base).and_then(|()| symlink(&place, &base)).expect("it is ours");
        let said = output(&again(server, SMALL).code(101));
        assert!(said.contains("is not a private directory of this user"), "{said}");
        assert!(place.join("mine").exists());
    });
}

#[test]
fn a_failure_on_one_tmux_is_a_failure() {
    let said = panic_of(|| on_each_tmux(|_| panic!("as told")));
    assert!(said.starts_with("failed on tmux "), "{said}");
}

#[test]
fn the_users_own_tmux_is_never_touched() {
    on_each_tmux(|server| {
        beside_decoy(again(server, CROWDED)).success();
        beside_decoy(again(server, CROWDED).env("RUNE_TEST_FATE", "panic")).code(101);
        // The decoy notices: otherwise the lines above would mean nothing.
        for harm in ["set-option -g @x 1", "rename-window x", "send-keys x", "kill-server"] {
            let ran = beside_decoy(server.program("tmux").args(harm.split(' '))).code(1);
            assert!(ran.stderr.contains("with-decoy: the "), "{harm}: {}", ran.stderr);
        }
    });
}

#[test]
fn every_tmux_has_its_turn() {
    on_each_tmux(|server| {
        let log = server.root().join("log");
        let named = ["first", "second"].map(|name| {
            let real = server.binary().path.display();
            let script = format!("#!/bin/sh\necho {name} >>{}\nexec {real} \"$@\"\n", log.display());
            let path = server.write(format!("{name}/tmux"), script);
            server.program("chmod").args(["+x".as_ref(), path.as_os_str()]).success();
            path.display().to_string()
        });
        let turns = || {
            let log = fs::read_to_string(&log).expect("the programs have run");
            fs::remove_file(server.root().join("log")).expect("it is there");
            let mut turns: Vec<String> = log.lines().map(str::to_owned).collect();
            turns.dedup();
            turns.join(" ")
        };

        again(server, SMALL).env("RUNE_TEST_TMUX", named.join(":")).success();
        // Each says its version, then each has its test.
        assert_eq!(turns(), "first second first second");

        // A failure on one does not hide what happens on the next.
        let run =
            again(server, CROWDED).env("RUNE_TEST_TMUX", named.join(":")).env("RUNE_TEST_FATE", "panic");
        let said = output(&run.code(101));
        assert_eq!(turns(), "first second first second");
        let failed: Vec<&str> = said.lines().filter(|line| line.starts_with("failed on ")).collect();
        assert_eq!(failed.len(), 1, "{said}");
        assert!(named.iter().all(|path| failed[0].contains(path)), "{failed:?}");
    });
}

#[test]
fn a_missing_tmux_is_a_failure_that_says_what_to_do() {
    on_each_tmux(|server| {
        let empty = server.root().join("tmp");
        let ran = again(server, SMALL).env("PATH", &empty).without_env("RUNE_TEST_TMUX").code(101);
        assert!(output(&ran).contains("install tmux 2.6 or newer"), "{}", output(&ran));
        for (program, what) in [("/nowhere/tmux", "could not run"), ("/bin/sh", "no tmux version")] {
            let said = output(&again(server, SMALL).env("RUNE_TEST_TMUX", program).code(101));
            assert!(said.contains(program) && said.contains(what), "{said}");
        }
    });
}

/// Fills a world with everything that is hard to end. The client in its terminal is given back.
fn crowd(server: &Server) -> crate::support::Terminal {
    server.tmux(["new-session", "-d", "-s", "crowd", "echo a line on the screen; sleep 1003"]);
    server.tmux(["new-window", "trap '' HUP TERM INT; sleep 1004"]);
    server.tmux(["new-window", "trap '' HUP TERM INT; cd /; env -i \"$(command -v sleep)\" 1009; exit"]);
    server.tmux(["new-window", "setsid sh -c '(cd /; sleep 1005 &)'; sleep 1003"]);
    server.sh("tmux -L other new-session -d sleep\\ 1006").success();
    server.sh("setsid env -i \"$(command -v sleep)\" 1007 &").success();
    server.sh("sh -c 'kill -STOP $$; : sleep 1008' &").success();
    server.sh("mkdir closed closed/in; chmod 0 closed").success();
    let client = server.attach();
    for words in (1003..=1009).map(|number| format!("sleep {number}")) {
        server.wait_until(&format!("`{words}` runs"), || {
            server.processes().iter().any(|process| process.words.contains(&words))
        });
    }
    server.wait_for_text("=crowd:0", "a line on the screen");
    client
}

/// Ends a test in the way that `RUNE_TEST_FATE` asks for.
fn meet_fate(server: &Server) {
    match variable("RUNE_TEST_FATE").to_str() {
        Some("panic") => panic!("as told"),
        Some("wait") => server.wait_until("pigs fly", || false),
        _ => {}
    }
}

/// One test of this program again, in a process of its own with a place of its own for worlds.
fn again<'a>(server: &'a Server, test: &str) -> Run<'a> {
    let program = std::env::current_exe().expect("this program has a path");
    server
        .program(program)
        .args([test, "--exact", "--nocapture"])
        .env("RUNE_TEST_DIR", server.root().join("tmp/in"))
        .env("RUNE_TEST_TMUX", &server.binary().path)
        .limit(Duration::from_secs(120))
}

/// The same run beside a tmux server on the default socket, which must not be touched.
fn beside_decoy(run: Run<'_>) -> Run<'_> {
    run.through(["sh", concat!(env!("CARGO_MANIFEST_DIR"), "/scripts/with-decoy")])
}

/// Where the test processes of [`again`] have their worlds.
fn place(server: &Server) -> PathBuf {
    server.root().join(format!("tmp/in/rune-test-{}", rustix::process::getuid().as_raw()))
}

/// The worlds that the test processes of [`again`] have left.
fn worlds(server: &Server) -> Vec<PathBuf> {
    let entries = fs::read_dir(place(server)).into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).filter(|path| path.is_dir()).collect()
}

/// Those of `pids` that live on.
fn alive(pids: &[i32]) -> Vec<i32> {
    let dead = |pid: &i32| Pid::from_raw(*pid).is_some_and(|pid| ended_within(Duration::ZERO, pid));
    pids.iter().copied().filter(|pid| !dead(pid)).collect()
}

fn output(ran: &Ran) -> String {
    format!("{}{}", ran.stdout, ran.stderr)
}

/// What `body` says when it panics, which it must.
fn panic_of(body: impl FnOnce()) -> String {
    let said = catch_unwind(AssertUnwindSafe(body)).expect_err("this must not go well");
    said.downcast_ref::<String>()
        .cloned()
        .unwrap_or_else(|| said.downcast_ref::<&str>().map(|text| (*text).to_owned()).unwrap_or_default())
}
