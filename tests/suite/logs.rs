//! What panes print, as it is logged and read: on real servers, through disks that are full, writers
//! that are killed and panes that are gone.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use rune::log::{Place, Tail};
use rune::record::{PaneId, SCHEMA, Specification, Tag};
use rune::store::Store;
use rune::workspace::Key;
use rustix::process::{Pid, Resource, Rlimit, Signal, getrlimit, prlimit};
use rustix::termios::tcgetwinsize;
use serde_json::{Value, json};

use crate::support::{Process, Server, on_each_tmux};

// What is logged.

#[test]
fn what_a_pane_prints_is_logged_from_its_first_byte_to_its_last() {
    on_each_tmux(|server| {
        // 50 MB; the pane goes as soon as its log is said to be complete.
        let (count, rest) = (500_000, "x".repeat(91));
        let command = format!(
            "seq -f '%07.0f{rest}' 1 {count}; printf '\\033]7717;rune;%s;end\\007' \"$RUNE_PANE\"; \
             until test -e \"$XDG_RUNTIME_DIR\"/rune/*/*/\"$RUNE_PANE\".logged; do :; done"
        );
        start(server, &[json!({"key": "big", "command": command, "log": true, "on_exit": "close"}), keep()]);
        // tmux takes its time for it.
        let closed = || server.list_panes("#{pane_id}").len() == 1;
        let size = || {
            segments(&log(server, "big")).iter().map(|path| fs::metadata(path).unwrap().len()).sum::<u64>()
        };
        server.wait_until("something is logged", || server.root().join("state/rune/logs").is_dir());
        while !closed() {
            let before = size();
            server.wait_until("more is logged", || size() > before || closed());
        }
        let expected: Vec<u8> = (1..=count).flat_map(|n| format!("{n:07}{rest}\r\n").into_bytes()).collect();
        assert_eq!(expected.len(), 50_000_000);
        let read = output(&log(server, "big"));
        if let Some(at) = expected.iter().zip(&read).position(|(expected, read)| expected != read) {
            panic!("at {at} is {:?}", String::from_utf8_lossy(&read[at..(at + 100).min(read.len())]));
        }
        assert_eq!(read.len(), expected.len());
    });
}

#[test]
fn marks_are_seen_by_the_writer_only() {
    on_each_tmux(|server| {
        let mark = |said: &str| format!("printf '\\033]7717;rune;%s;{said}\\007' \"$RUNE_PANE\"");
        let command = format!("echo a; {}; printf b; {}; echo c; exec cat", mark("start"), mark("end 3"));
        let pane = &start(server, &[json!({"key": "api", "command": command, "log": true})])[0];
        server.wait_for_text(pane, "c");
        let screen = server.capture(pane);
        assert!(!screen.contains("7717") && !screen.contains("rune"), "{screen}");
        assert!(screen.starts_with("a\nb"), "{screen}");
        server.wait_until("the end is said to be logged", || {
            server.sh("ls \"$XDG_RUNTIME_DIR\"/rune/*/*/*.logged").run().code == Some(0)
        });
        server.wait_until("all is logged", || logs(server, &["api"]).ends_with("c\n"));
        let text = logs(server, &["--json", "api"]);
        let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
        let said: Vec<Value> = lines
            .iter()
            .map(|line| ["text", "marker", "exit"].iter().map(|key| line[key].clone()).collect())
            .collect();
        let marks = json!([["a", null, null], [null, "started", null], ["b", null, null]]);
        assert!(said.windows(3).any(|three| marks == Value::from(three)), "{said:?}");
        assert!(
            said.contains(&json!([null, "ended, code 3", null])) && said.contains(&json!([null, null, 3]))
        );
        for (key, value) in [("schema", json!(1)), ("session", json!("w")), ("pane", json!("api"))] {
            assert!(lines.iter().all(|line| line[key] == value), "{lines:?}");
        }
        assert!(logs(server, &["--raw", "api"]).contains("a\r\nb"));
    });
}

#[test]
fn what_the_runner_says_is_told_from_what_the_command_prints() {
    on_each_tmux(|server| {
        let needs = json!({
            "key": "api", "command": "echo out; exit 3", "log": true, "needs": ["db"], "on_exit": "keep",
        });
        let db = json!({"key": "db", "command": "cat <go; exec cat", "ready": {"file": "ready"}});
        server.sh("mkfifo go").success();
        let pane = &start(server, &[needs, db])[0];
        server.wait_for_text(pane, "waiting for db");
        server.sh("touch ready").success();
        server.wait_for_text(pane, "exited 3");
        let log = log(server, "api");
        let said =
            |what: &str| text(&log).lines().any(|line| line.contains(",\"s\",") && line.contains(what));
        server.wait_until("it is logged as said", || said("waiting for db") && said("exited 3"));
        assert_eq!(logs(server, &["api"]), "out\n");
        assert_eq!(output(&log), b"out\r\n");
    });
}

#[test]
fn a_log_is_kept_wherever_it_is() {
    on_each_tmux(|server| {
        // tmux and a shell read the writer's command, and everything in these names is special to one of them.
        let odd = server.root().join("it's %Y%% #{pane_id} ##[x] \"$HOME\" `x`; \\ü");
        fs::create_dir(&odd).expect("a directory");
        configure(server, &[json!({"key": "api", "command": "echo here; exec cat", "log": true})]);
        let odd = odd.to_str().expect("it is text");
        server.rune(["start", "-d"]).env("XDG_RUNTIME_DIR", odd).env("XDG_STATE_HOME", odd).success();
        let shown =
            || server.rune(["logs"]).env("XDG_RUNTIME_DIR", odd).env("XDG_STATE_HOME", odd).run().stdout;
        server.wait_until("it is logged", || shown() == "here\n");
    });
}

#[test]
fn a_restarted_pane_goes_on_in_its_log() {
    on_each_tmux(|server| {
        let api = |command: &str| json!({"key": "api", "command": command, "log": true});
        start(server, &[api("echo first; exec cat")]);
        let mut follower = server.pty(["logs", "-f", "api"]);
        follower.expect("first");
        configure(server, &[api("echo second; exec cat")]);
        server.rune(["apply"]).success();
        follower.expect("second");
        let all = || logs(server, &["api"]);
        server.wait_until("both lives are logged", || all() == "first\nsecond\n");
        // A number of lines is that many, whatever else is noted between them.
        let text = all();
        let lines: Vec<&str> = text.split_inclusive('\n').collect();
        for count in 1..=lines.len() {
            let last = lines[lines.len() - count..].concat();
            assert_eq!(logs(server, &["api", "-n", &count.to_string()]), last, "{count}");
        }
        // No longer logged from the next start on.
        configure(server, &[json!({"key": "api", "command": "echo third; exec cat"})]);
        server.rune(["apply"]).success();
        let pane = &server.list_panes("#{pane_id}")[0];
        server.wait_for_text(pane, "third");
        server.wait_until("the writers have ended", || writers(server).is_empty());
        let text = all();
        assert!(text.contains("second\n") && !text.contains("third"), "{text}");
        // Also when all is gone.
        server.rune(["stop"]).success();
        assert_eq!(all(), text);
        assert_eq!(logs(server, &["w:*.api"]), text);
    });
}

#[test]
fn a_killed_writer_ends_nothing_but_the_log() {
    on_each_tmux(|server| {
        let pane = &start(server, &[json!({"key": "api", "command": "exec cat", "log": true})])[0];
        server.tmux(["send-keys", "-t", pane, "before", "Enter"]);
        server.wait_until("it is logged", || logs(server, &["api"]) == "before\nbefore\n");
        let writer = writers(server).pop().expect("a writer");
        writer.signal(Signal::KILL);
        server.wait_until("the writer is gone", || writers(server).is_empty());
        server.tmux(["send-keys", "-t", pane, "after", "Enter"]);
        server.wait_for_text(pane, "after\nafter");
        assert_eq!(logs(server, &["api"]), "before\nbefore\n");
        // As it would be when it was killed within a write.
        let segment = segments(&log(server, "api")).pop().expect("a segment");
        OpenOptions::new()
            .append(true)
            .open(segment)
            .and_then(|mut file| file.write_all(b"[0.1,\"o\",\"cu"))
            .unwrap();
        assert_eq!(logs(server, &["api"]), "before\nbefore\n");
    });
}

#[test]
fn a_full_disk_costs_what_does_not_fit_and_is_noted() {
    on_each_tmux(|server| {
        let writer = Writer::start(server, "ulimit -S -f 64;");
        let mut input = writer.input;
        let line = |number: usize| format!("{number} {}\n", "x".repeat(90));
        let mut expected = Vec::new();
        let mut send = |from: usize, to: usize| {
            for number in from..to {
                input.write_all(line(number).as_bytes()).expect("the writer reads on");
                expected.extend(line(number).into_bytes());
            }
        };
        // The limit is 32 or 64 kB; these are 200.
        send(0, 2000);
        server.wait_until("it is full", || {
            let size: u64 = segments(&writer.log).iter().map(|path| fs::metadata(path).unwrap().len()).sum();
            size > 20_000
        });
        send(2000, 4000);
        let pid = Pid::from_raw(writer.child.id() as i32).expect("a process");
        let all = getrlimit(Resource::Fsize).maximum;
        // What was sent is read when it asks for more and gets none.
        server.wait_until("it waits for more", || {
            fs::read_to_string(format!("/proc/{}/wchan", pid.as_raw_nonzero()))
                .is_ok_and(|at| at.contains("pipe"))
        });
        prlimit(Some(pid), Resource::Fsize, Rlimit { current: all, maximum: all }).expect("it is ours");
        send(4000, 4010);
        drop(input);
        assert!(rustix::process::waitpid(Some(pid), rustix::process::WaitOptions::empty()).is_ok());

        let stored = text(&writer.log);
        let notes: Vec<&str> = stored.lines().filter(|line| line.contains("\"m\"")).collect();
        let count = |note: &&str| -> Option<usize> {
            let (count, why) = note.split("rune: dropped ").nth(1)?.split_once(' ')?;
            assert!(why.starts_with("bytes: File too large"), "{note}");
            count.parse().ok()
        };
        // A note may still have fitted behind the last output that did.
        assert!(!notes.is_empty() && notes.iter().all(|note| count(note).is_some()), "{notes:?}");
        let dropped: usize = notes.iter().filter_map(count).sum();
        let read = output(&writer.log);
        assert_eq!(read.len() + dropped, expected.len(), "every byte is there or counted");
        let head = read.iter().zip(&expected).take_while(|(a, b)| a == b).count();
        assert!(head > 15_000 && head < 70_000, "{head}");
        assert!(read.ends_with((4000..4010).map(line).collect::<String>().as_bytes()), "it goes on");
        valid(&writer.log);
    });
}

#[test]
fn stored_files_are_what_the_format_says() {
    on_each_tmux(|server| {
        let command = "printf 'plain\\n\\033[31mred\\033[m \\303\\274 caf\\351\\n'; stty cols 70; exec cat";
        let pane = &start(server, &[json!({"key": "api", "command": command, "log": true})])[0];
        server.wait_until("it is logged", || logs(server, &["api"]).contains("red"));
        let terminal = server.format("#{pane_tty}", pane);
        let mut client = server.attach();
        client.resize(90, 20);
        // tmux tells a pane's program of its size when it has time, some as long as nothing else happens: nobody
        // may ask it meanwhile. The writer looks when something is printed.
        let width = || File::open(&terminal).ok().and_then(|file| Some(tcgetwinsize(file).ok()?.ws_col));
        server.wait_until("the pane has the new size", || width() == Some(90));
        server.tmux(["send-keys", "-t", pane, "typed", "Enter"]);
        let log = log(server, "api");
        server.wait_until("the size is logged", || text(&log).contains("\"r\",\"90x"));
        valid(&log);
        let printed = b"plain\r\n\x1b[31mred\x1b[m \xc3\xbc caf\xe9\r\n";
        assert!(output(&log).windows(printed.len()).any(|window| window == printed));
        let modes = [log.as_path(), log.parent().unwrap(), &segments(&log)[0]].map(|path| {
            use std::os::unix::fs::PermissionsExt;
            fs::metadata(path).unwrap().permissions().mode() & 0o777
        });
        assert_eq!(modes, [0o700, 0o700, 0o600]);
    });
}

// How it is read.

#[test]
fn panes_are_merged_by_time() {
    on_each_tmux(|server| {
        let pane = |key: &str| json!({"key": key, "command": "stty -echo; echo up; exec cat", "log": true});
        let panes = start(server, &[pane("a"), pane("long"), keep()]);
        server.wait_until("both are up", || logs(server, &[]).matches("up").count() == 2);
        for (number, pane) in [(1, 0), (2, 1), (3, 1), (4, 0), (5, 1)] {
            server.tmux(["send-keys", "-t", &panes[pane], &format!("line {number}"), "Enter"]);
            server.wait_until("it is logged", || logs(server, &[]).contains(&format!("line {number}")));
        }
        let merged = "a    | line 1\nlong | line 2\nlong | line 3\na    | line 4\nlong | line 5\n";
        assert!(logs(server, &[]).ends_with(merged), "{}", logs(server, &[]));
        assert_eq!(logs(server, &["-n", "3"]), merged.split_inclusive('\n').skip(2).collect::<String>());
        assert_eq!(logs(server, &["long", "-n", "2"]), "line 3\nline 5\n");
        assert_eq!(logs(server, &["--grep", "^line [14]$", "a"]), "line 1\nline 4\n");
        assert_eq!(logs(server, &["--grep", "line", "-n", "1"]), "long | line 5\n");
        assert_eq!(logs(server, &["--since", "1h", "-n", "1", "a"]), "line 4\n");
        assert_eq!(logs(server, &["--until", "1h", "a"]), "");
        let coloured = server.rune(["logs", "-n", "1"]).env("FORCE_COLOR", "1").success().stdout;
        assert_eq!(coloured, "\x1b[33mlong |\x1b[0m line 5\n");
        let stamped = logs(server, &["-n", "1", "--timestamps", "a"]);
        assert!(
            stamped.starts_with("20") && stamped.ends_with(" line 4\n") && stamped.len() > 30,
            "{stamped}"
        );

        // What is not logged.
        let refused = server.rune(["logs", "keep"]).code(3).stderr;
        assert!(refused.contains("`w:3.keep` is not logged") && refused.contains("`log: true`"), "{refused}");
        assert!(refused.contains("`rune capture w:3.keep`"), "{refused}");
        let missing = server.rune(["logs", "lon"]).code(3).stderr;
        assert!(missing.contains("no pane `lon`") && missing.contains("w:2.long"), "{missing}");
        server.rune(["logs", "--grep", "("]).code(2);
        server.rune(["logs", "--since", "soon"]).code(2);
        server.rune(["logs", "--raw"]).code(2);
        server.rune(["logs", "--cursor", "../x"]).code(2);
    });
}

#[test]
fn a_cursor_gives_what_is_new() {
    on_each_tmux(|server| {
        let pane = |key: &str| json!({"key": key, "command": format!("stty -echo; echo {key} up; exec cat"), "log": true});
        let panes = start(server, &[pane("a"), pane("b")]);
        let new = |words: &[&str]| logs(server, &[&["--cursor", "mine"], words].concat());
        server.wait_until("both are up", || logs(server, &[]).matches("up").count() == 2);
        assert_eq!(new(&["a"]), "a up\n");
        assert_eq!(new(&["a"]), "");
        assert_eq!(new(&[]), "b | b up\n");
        server.tmux(["send-keys", "-t", &panes[0], "more", "Enter"]);
        server.wait_until("it is logged", || logs(server, &["a"]).contains("more"));
        assert_eq!(new(&[]), "a | more\n");
        assert_eq!(logs(server, &["--cursor", "other", "-n", "1", "a"]), "more\n");
        assert_eq!(logs(server, &["--cursor", "other", "a"]), "");

        // What was removed before it was read is said.
        server.rune(["stop"]).success();
        let segment = segments(&log(server, "a")).pop().unwrap();
        let next = segment.with_file_name("9999999999999-2.cast");
        fs::rename(&segment, &next).unwrap();
        let said = server.rune(["logs", "--cursor", "mine", "a"]).success();
        assert_eq!(
            (said.stdout.as_str(), said.stderr.contains("were removed before they were read")),
            ("a up\nmore\n", true)
        );
        assert_eq!(server.rune(["logs", "--cursor", "mine", "a"]).success().stderr, "");
    });
}

#[test]
fn logs_are_as_large_as_declared_and_removed_when_nobody_writes() {
    on_each_tmux(|server| {
        let command = "seq -f '%0100.0f' 1 20000; echo the end; exec cat"; // 2 MB
        let small = json!({"key": "small", "command": command, "log": {"size": "512KB"}});
        let other = json!({"key": "other", "command": "echo other; exec cat", "log": true});
        start(server, &[small, other, keep()]);
        server.wait_until("all is logged", || logs(server, &["small", "-n", "1"]) == "the end\n");
        let sizes = |key: &str| -> Vec<u64> {
            segments(&log(server, key)).iter().map(|path| fs::metadata(path).unwrap().len()).collect()
        };
        let all: u64 = sizes("small").iter().sum();
        // Segments end with whole events, which may be of 8 KB.
        assert!((256 << 10..600 << 10).contains(&all), "{:?}", sizes("small"));

        for words in [&["small"][..], &["small", "other"], &["w"]] {
            let said = server.rune([&["logs", "--remove"], words].concat()).code(5).stderr;
            assert!(said.contains("`w:1.small` is still logged"), "{said}");
        }
        let said = server.rune(["logs", "--remove", "--gone"]).success().stderr;
        assert_eq!(said, "there is no log of a pane that is gone\n");
        server.rune(["logs", "--remove"]).code(2);
        server.rune(["logs", "--gone"]).code(2);
        server.rune(["logs", "--cursor", "reader"]).success();

        configure(server, &[keep()]);
        server.rune(["apply", "--prune"]).success();
        server.wait_until("the writers end", || writers(server).is_empty());
        let mut follower = server.pty(["logs", "-f", "small", "other"]);
        follower.expect("the end");
        let said = server.rune(["logs", "--remove", "small"]).success().stderr;
        assert!(said.starts_with("removed the log of `w:1.small`, "), "{said}");
        assert!(server.rune(["logs", "small"]).code(3).stderr.contains("`small`"));
        assert_eq!(logs(server, &["other"]), "other\n");
        let said = server.rune(["logs", "--remove", "--gone"]).success().stderr;
        assert!(said.starts_with("removed the log of `w:2.other`, "), "{said}");
        assert!(!server.sh("ls \"$XDG_STATE_HOME\"/rune/logs/*/*/*.small").run().stdout.contains("cast"));

        // Another log of that name is another one, for cursors and for who still follows.
        let again = json!({"key": "small", "command": "echo again; exec cat", "log": true});
        configure(server, &[again, keep()]);
        server.rune(["apply"]).success();
        follower.expect("again");
        server.wait_until("it is logged", || logs(server, &["small"]) == "again\n");
        assert_eq!(server.rune(["logs", "--cursor", "reader"]).success().stdout, "again\n");
    });
}

#[test]
fn who_follows_misses_nothing_when_a_log_goes_on_in_another_file() {
    on_each_tmux(|server| {
        let command = "read go; seq -f '%099.0f' 1 60000; echo the end; exec cat"; // 6 MB
        start(server, &[json!({"key": "a", "command": command, "log": {"size": "16MB"}})]);
        let pane = server.list_panes("#{pane_id}").remove(0);
        let child = server.sh("rune logs -f a >followed").start();
        let follows = || server.processes().iter().any(|process| process.words.starts_with("rune logs -f"));
        server.wait_until("it follows", follows);
        server.tmux(["send-keys", "-t", &pane, "", "Enter"]);
        let read = || fs::read_to_string(server.project().join("followed")).unwrap_or_default();
        server.wait_until("all is followed", || read().ends_with("the end\n"));
        assert!(segments(&log(server, "a")).len() > 1, "the log has gone on in another file");
        let text = read();
        let mut lines = text.lines().filter(|line| line.len() == 99);
        for number in 1..=60000 {
            assert_eq!(lines.next(), Some(format!("{number:099}").as_str()));
        }
        assert_eq!(lines.next(), None);
        drop(child);
    });
}

#[test]
fn following_goes_on_with_what_is_opened_later() {
    on_each_tmux(|server| {
        let api = json!({"key": "api", "command": "echo from api; exec cat", "log": true});
        let old = json!({"key": "old", "command": "echo from old; exec cat", "log": true});
        let panes = start(server, &[api.clone(), old]);
        server.wait_until("both are logged", || logs(server, &[]).lines().count() == 2);
        configure(server, std::slice::from_ref(&api));
        server.rune(["apply", "--prune"]).success();
        // One word that means more later, one that does not, and none at all.
        let mut pattern = server.pty(["logs", "-f", "w:*"]);
        let mut one = server.pty(["logs", "-f", "api"]);
        let mut session = server.pty(["logs", "-f", "w:"]);
        let mut all = server.pty(["logs", "-f"]);
        for follower in [&mut pattern, &mut one, &mut session, &mut all] {
            follower.expect("from api");
        }
        let worker = json!({"key": "worker", "command": "echo from worker; exec cat", "log": true});
        let again = json!({"key": "old", "command": "echo again; exec cat", "log": true});
        configure(server, &[api.clone(), worker, again]);
        server.rune(["apply"]).success();
        for follower in [&mut pattern, &mut all] {
            follower.expect("from worker");
        }
        let said = session.expect("again");
        assert!(!said.contains("from old"), "what was before is not what comes: {said}");
        // A pane that is made by name is another one, and so is one of another session.
        let split = ["pane", "split", "w:.api", "--log", "--command", "echo from split; exec cat"];
        server.rune(split).success();
        all.expect("from split");
        let other = json!({"workspace": {"session_name": "other", "windows":
            [{"panes": [{"key": "else", "command": "echo from else; exec cat", "log": true}]}]}});
        server.write("elsewhere/rune.yaml", other.to_string());
        server.rune(["start", "-d", "-C", "elsewhere"]).success();
        all.expect("from else");
        // What one means is not more than it was.
        server.tmux(["send-keys", "-t", &panes[0], "the end", "Enter"]);
        let said = one.expect("the end");
        assert!(!said.contains("from worker") && !said.contains(" | "), "{said}");
    });
}

#[test]
fn following_is_pushed_and_ends_with_its_reader() {
    on_each_tmux(|server| {
        let pane =
            &start(server, &[json!({"key": "a", "command": "stty -echo; echo up; exec cat", "log": true})])
                [0];
        server.wait_until("it is up", || logs(server, &["a"]) == "up\n");
        let child = server.sh("rune logs -f -n 0 a | head -n 2 >followed").start();
        let follower =
            || server.processes().into_iter().find(|process| process.words.starts_with("rune logs -f"));
        server.wait_until("it follows", || follower().is_some());
        let pid = follower().expect("it follows").pid;
        let field = |field: &str| {
            let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
            status.lines().find_map(|line| line.strip_prefix(field)).unwrap_or_default().trim().to_owned()
        };
        let asleep = || fs::read_to_string(format!("/proc/{pid}/wchan")).is_ok_and(|at| at.contains("poll"));
        server.wait_until("it sleeps", asleep);
        let before = field("voluntary_ctxt_switches:");
        for _ in 0..3 {
            server.rune(["status"]).success();
        }
        assert_eq!(field("voluntary_ctxt_switches:"), before, "nobody asks again and again");
        for text in ["one", "two"] {
            server.tmux(["send-keys", "-t", pane, text, "Enter"]);
            server.wait_until("it is followed", || logs(server, &["a"]).contains(text));
        }
        let read = || fs::read_to_string(server.project().join("followed")).unwrap_or_default();
        server.wait_until("it is read", || read() == "one\ntwo\n");
        // Nothing more is printed: the reader's end is noticed nevertheless.
        server.wait_until("it has ended", || follower().is_none());
        drop(child);
    });
}

// Verbs of these tests.

/// A pane that is only there.
fn keep() -> Value {
    json!({"key": "keep", "command": "exec cat"})
}

/// Writes a config with these panes, each in a window of its own.
fn configure(server: &Server, panes: &[Value]) {
    let windows: Vec<Value> = panes.iter().map(|pane| json!({"panes": [pane]})).collect();
    server.write("rune.yaml", json!({"workspace": {"session_name": "w", "windows": windows}}).to_string());
}

/// Starts these panes; their ids.
#[track_caller]
fn start(server: &Server, panes: &[Value]) -> Vec<String> {
    configure(server, panes);
    server.rune(["start", "-d"]).success();
    server.list_panes("#{pane_id}")
}

/// What `rune logs` prints.
#[track_caller]
fn logs(server: &Server, words: &[&str]) -> String {
    let ran = server.rune([&["logs"], words].concat()).run();
    if ran.code == Some(0) { ran.stdout } else { String::new() }
}

fn writers(server: &Server) -> Vec<Process> {
    server.processes().into_iter().filter(|process| process.words.contains(" pane-log ")).collect()
}

/// The directory of a pane's log.
#[track_caller]
fn log(server: &Server, key: &str) -> PathBuf {
    let ending = format!(".{key}");
    let find = |directory: PathBuf| {
        fs::read_dir(directory).into_iter().flatten().flatten().map(|entry| entry.path())
    };
    let mut found = find(server.root().join("state/rune/logs")).flat_map(find).flat_map(find);
    found.find(|path| path.to_string_lossy().ends_with(&ending)).expect("a log")
}

fn segments(log: &Path) -> Vec<PathBuf> {
    rune::log::segments(log).expect("a log").into_iter().map(|segment| segment.path).collect()
}

/// The stored text of all segments.
fn text(log: &Path) -> String {
    segments(log).iter().map(|path| fs::read_to_string(path).expect("it is UTF-8")).collect()
}

/// All bytes that were printed.
fn output(log: &Path) -> Vec<u8> {
    let (mut tail, mut all) = (Tail::new(log, Place::default()), Vec::new());
    while let Some(entry) = tail.read().expect("a log can be read") {
        if let rune::cast::Event::Output(bytes) = entry.event {
            all.extend(bytes);
        }
    }
    all
}

/// Checks every line of a log against the definition of asciicast v3.
#[track_caller]
fn valid(log: &Path) {
    for path in segments(log) {
        let text = fs::read_to_string(&path).expect("it is UTF-8");
        assert!(text.ends_with('\n'));
        let mut lines = text.lines();
        let header: Value = serde_json::from_str(lines.next().expect("a header")).expect("it is JSON");
        assert_eq!(header["version"], 3);
        assert!(header["term"]["cols"].as_u64() > Some(0) && header["term"]["rows"].as_u64() > Some(0));
        assert!(header["timestamp"].as_u64() > Some(1_700_000_000), "whole seconds: {header}");
        assert!(header["command"].is_string() && header["title"].is_string());
        for line in lines {
            let event: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
            let event = event.as_array().unwrap_or_else(|| panic!("no list: {line}"));
            let [interval, code, data] = event.as_slice() else { panic!("{} parts: {line}", event.len()) };
            assert!(interval.as_f64().is_some_and(|seconds| (0.0..1e6).contains(&seconds)), "{line}");
            assert!(line[1..].split(',').next().is_some_and(|number| number.contains('.')), "{line}");
            assert!(!interval.to_string().contains('e'), "{line}");
            let (code, data) = (code.as_str().expect("a code"), data.as_str().expect("data is text"));
            match code {
                "o" | "m" | "b" | "t" => {}
                "r" => {
                    let (columns, rows) = data.split_once('x').expect("a size");
                    assert!(columns.parse::<u16>().is_ok() && rows.parse::<u16>().is_ok(), "{line}");
                }
                "x" => assert!(data.parse::<i32>().is_ok(), "{line}"),
                _ => panic!("{line}"),
            }
        }
    }
}

/// A writer that a test feeds itself.
struct Writer {
    input: File,
    log: PathBuf,
    child: std::process::Child,
}

impl Writer {
    /// Started by a shell after `first`.
    fn start(server: &Server, first: &str) -> Writer {
        let id = PaneId::new(true, 7, 1);
        let (directory, log) = (server.root().join("store"), server.root().join("log"));
        let store = Store::open(&directory).expect("a store");
        let tag =
            Tag { id: id.clone(), workspace: "w".to_owned(), window: Key::place(1), pane: Key::place(1) };
        store.write_specification(&specification(tag, &log), &[]).expect("a specification");
        server.sh("mkfifo feed").success();
        let script = format!("{first} exec rune --dir {} pane-log {id} 80 24 <feed", directory.display());
        let child = server.sh(&script).start();
        let input = OpenOptions::new().write(true).open(server.project().join("feed")).expect("a pipe");
        Writer { input, log, child }
    }
}

fn specification(tag: Tag, log: &Path) -> Specification {
    Specification {
        summary: "test".to_owned(),
        session: "w".to_owned(),
        log: log.to_str().map(str::to_owned),
        ..Specification::new(SCHEMA, tag)
    }
}
