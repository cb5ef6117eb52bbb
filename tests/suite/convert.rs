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
