//! What `rune run` does, as sentences.

use std::fs;
use std::path::Path;

use rune::heroscript::{Batch, batches};
use rune::workspace::{Command, Layout};

use crate::script::{good, scripts};

fn sentences(text: &str) -> Vec<String> {
    batches(&good(text)).iter().map(Batch::to_string).collect()
}

#[test]
fn consecutive_declarations_are_one_batch() {
    assert_eq!(
        sentences(
            "!!tmux.session_delete name:old\n!!tmux.session_ensure name:'My Dev'\n\
             !!tmux.window_ensure name:'my dev|a' cat:4pane cmd:top env:'A=1'\n\
             !!tmux.pane_ensure name:'my_dev|a|2' label:logs cmd:'tail -f log' log\n\
             !!tmux.pane_execute name:'my_dev|a|main' cmd:ls\n\
             !!tmux.pane_ensure name:'other|b|2' cmd:'vim'\n!!tmux.pane_ensure name:'other|b|Editor'\n\
             !!tmux.ttyd_stop_all\n"
        ),
        [
            "delete session `old`",
            "ensure session `my_dev` (My Dev)\n  window `a` with 4 panes as a grid\n    pane 1: `top`, with `A`\n    \
             pane 2 `logs`: `tail -f log`, with `A`, with a log\n    pane 3: `top`, with `A`\n    pane 4: `top`, with `A`",
            "type `ls` into the active pane of window `my_dev|a`",
            "ensure session `other`\n  window `b` with 3 panes as a grid\n    pane 1: whatever runs in it\n    \
             pane 2: `vim`\n    pane 3 `Editor`: whatever runs in it",
            "end every web terminal (not available yet)",
        ]
    );
}

#[test]
fn every_action_says_what_it_does() {
    let script = "!!tmux.session_create name:a\n!!tmux.session_create name:a reset\n\
                  !!tmux.window_create name:'a|b' cmd:vim reset\n!!tmux.window_create name:'a|b'\n\
                  !!tmux.window_delete name:'a|b'\n!!tmux.pane_split name:'a|b' horizontal cmd:'x\n y'\n\
                  !!tmux.pane_split name:'a|b|2'\n!!tmux.pane_kill name:'a|b|1'\n\
                  !!tmux.session_ttyd name:a port:80 editable\n!!tmux.window_ttyd_stop name:'a|b' port:80\n";
    assert_eq!(
        sentences(script),
        [
            "create session `a` unless it is there",
            "create session `a` anew, ending one of that name first",
            "create window `a|b` anew, ending one of that name first, with `vim`",
            "create window `a|b` with a shell",
            "delete window `a|b`",
            "split the active pane of window `a|b` at its right with `x y`",
            "split pane `a|b|2` at its bottom with a shell",
            "end pane `a|b|1`",
            "show session `a` on port 80 for typing too (not available yet)",
            "end the web terminal of window `a|b` on port 80 (not available yet)",
        ]
    );
    assert!(
        batches(&good(script))
            .iter()
            .map(Batch::is_unavailable)
            .eq([[false; 8].as_slice(), &[true; 2]].concat())
    );
}

#[test]
fn what_is_ensured_later_says_nothing_of_what_was_before() {
    let batches = batches(&good(
        "!!tmux.pane_ensure name:'a|b|1' cmd:vim\n!!tmux.pane_kill name:'a|b|2'\n!!tmux.pane_ensure name:'a|b|3' cmd:top\n",
    ));
    let Batch::Ensure { line: 3, sessions } = &batches[2] else { panic!("{batches:?}") };
    let commands: Vec<_> = sessions[0].windows[0].panes.iter().map(|pane| pane.command.as_deref()).collect();
    assert_eq!(commands, [None, None, Some("top")]);
}

#[test]
fn a_wanted_session_is_a_workspace() {
    let batches = batches(&good(
        "!!tmux.window_ensure name:'Dev|Code' cat:2pane cmd:top env:'A=1,B=1'\n\
         !!tmux.pane_ensure name:'dev|code|2' label:'The Log' cmd:'a\n  b' env:'B=2'\n!!tmux.pane_ensure name:'dev|code|tests'\n!!tmux.session_ensure name:x\n",
    ));
    let Batch::Ensure { sessions, .. } = &batches[0] else { panic!() };
    let workspace = sessions[0].workspace(Path::new("/srv"), "shop");
    assert_eq!((workspace.name.as_str(), workspace.identity.template.as_str()), ("dev", "dev"));
    let window = &workspace.windows[0];
    assert_eq!(
        (window.key.as_str(), window.name.as_deref(), &window.layout),
        ("code", Some("code"), &Layout::Grid)
    );
    let panes: Vec<_> = window
        .panes
        .iter()
        .map(|pane| (pane.key.as_str(), pane.keyed, pane.title.as_deref(), pane.environment["B"].as_str()))
        .collect();
    assert_eq!(
        panes,
        [("1", false, None, "1"), ("2", false, Some("The Log"), "2"), ("tests", true, Some("tests"), "1")]
    );
    assert_eq!(window.panes[1].command, Command::Script("a\nb".to_owned()));
    assert_ne!(window.panes[0].hash, window.panes[1].hash);
    let empty = sessions[1].workspace(Path::new("/srv"), "shop");
    assert_eq!(empty.windows.len(), 1);
    assert_eq!(empty.windows[0].panes[0].command, Command::Shell);
}

#[test]
fn the_examples_are_good_and_two_of_them_are_imperative() {
    let files = scripts("examples");
    assert!(files.len() >= 3);
    for file in files {
        let batches = batches(&good(&fs::read_to_string(&file).unwrap()));
        assert!(!batches.is_empty() && !batches.iter().any(Batch::is_unavailable), "{}", file.display());
        let stem = file.file_stem().unwrap();
        let steps = stem == "mixed" || stem == "steps";
        let imperative = batches.iter().any(|batch| matches!(batch, Batch::Operate(_)));
        assert_eq!(imperative, steps, "{}", file.display());
    }
}
