//! `rune convert`: a script from a file or standard input, and the day that its config starts.

use crate::support::on_each_tmux;

const SCRIPT: &str = "!!tmux.session_ensure name:'Shop'\n!!tmux.window_create name:'shop|code' cmd:'exec cat'\n\
    !!tmux.pane_split name:'shop|code' horizontal cmd:'\n  x=\"it is\"\n  false\n  echo \"$x {{.Names}} $B\" >out\n  exec cat\n' env:'B=b'\n\
    !!tmux.pane_ensure name:'other|w|2' label:'The Log' cmd:'exec cat'\n!!git.clone url:x\n";

#[test]
fn a_converted_script_starts_what_it_says() {
    on_each_tmux(|server| {
        let script = server.write("day.heroscript", SCRIPT);
        let refused = server.rune(["convert", "day.heroscript"]).code(2);
        assert!(refused.stderr.contains("day.heroscript:10:1"), "{}", refused.stderr);
        assert!(refused.stderr.ends_with("error: 1 problem in the script\n"), "{}", refused.stderr);
        assert_eq!(refused.stdout, "");

        let config = server.rune(["convert", "--skip-unknown", "day.heroscript"]).success().stdout;
        let text = std::fs::read(script).expect("it was just written");
        let piped = server.rune(["convert", "-", "--skip-unknown"]).stdin(text).success().stdout;
        assert_eq!(piped.replace("standard input", "day.heroscript"), config);
        assert!(!server.is_running());

        server.write("rune.yaml", config);
        assert!(server.rune(["check"]).success().stdout.ends_with("good\n"));
        server.rune(["start", "-d"]).success();
        assert_eq!(server.list_sessions("#{session_name}"), ["other", "shop"]);
        let panes = server.list_panes("#{session_name}:#{window_name}");
        assert_eq!(panes, ["other:w", "other:w", "shop:code", "shop:code"]);
        let out = server.project().join("out");
        let expected = "it is {{.Names}} b\n";
        server.wait_until("the script of several lines ran", || {
            std::fs::read_to_string(&out).is_ok_and(|text| text == expected)
        });
    });
}

#[test]
fn what_cannot_be_read_is_explained() {
    on_each_tmux(|server| {
        server.write("latin1.heroscript", b"!!tmux.session_ensure name:\xe4\n");
        for (line, code, said) in [
            (&["convert"][..], 2, "<FILE>"),
            (&["convert", "none"], 2, "there is no file `none`\nhint: name a script, or `-`"),
            (&["convert", "latin1.heroscript"], 2, "latin1.heroscript:1:28"),
            (&["convert", "."], 1, "could not read `.`"),
        ] {
            let ran = server.rune(line).code(code);
            assert!(ran.stderr.contains(said), "{line:?}: {}", ran.stderr);
            assert_eq!(ran.stdout, "", "{line:?}");
        }
    });
}

/// The panes by their keys, as the script's session and its config's have them.
#[test]
fn a_converted_script_has_the_panes_that_a_run_makes() {
    on_each_tmux(|server| {
        server.write(
            "rune.heroscript",
            "!!tmux.window_ensure name:'s|w' cat:2pane\n!!tmux.pane_split name:'s|w|1' cmd:'exec cat'\n\
             !!tmux.pane_ensure name:'s|w|3' cmd:'exec sleep 1000'\n!!tmux.pane_ensure name:'s|x|log' cmd:'exec cat'\n\
             !!tmux.window_ensure name:'s|y' cat:4pane\n!!tmux.pane_kill name:'s|y|2'\n!!tmux.pane_split name:'s|y'\n",
        );
        let keys = || {
            let listed = server.rune(["pane", "list"]).success().stdout;
            let rows = listed.lines().skip(1).map(|row| {
                let mut words = row.split_whitespace();
                (words.next().unwrap_or_default().to_owned(), words.skip(4).collect::<Vec<_>>().join(" "))
            });
            rows.collect::<Vec<(String, String)>>()
        };
        server.rune(["run", "rune.heroscript"]).success();
        let ran = keys();
        assert_eq!(ran.len(), 8, "{ran:?}");
        server.rune(["session", "delete", "s"]).success();
        let config = server.rune(["convert", "rune.heroscript"]).success().stdout;
        server.write("rune.yaml", config);
        server.rune(["apply"]).success();
        assert_eq!(keys(), ran);
        assert!(server.rune(["plan"]).success().stdout.contains("nothing to do"));
    });
}
