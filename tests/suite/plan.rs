//! What a plan does to a server: whole, broken at every command, and after every kind of change.

use rune::tmux::render::{Line, Script};
use rune::workspace::{Layout, NamedLayout, Share, Split, Window, Workspace};

use super::bench::{Bench, pane, unkeyed, window, workspace};
use crate::support::{Server, on_each_tmux};

/// What can go wrong with a script at one command.
#[derive(Clone, Copy, Debug)]
enum Fault {
    /// The command fails.
    Fails,
    /// Nothing comes behind it.
    Cut,
    /// The server ends there.
    Ends,
}

/// `script` with a fault at its command `at`, counted from 0.
fn broken(script: &Script, at: usize, fault: Fault) -> Script {
    let mut script = script.clone();
    let mut before = 0;
    for number in 0..script.lines.len() {
        let Line { commands, .. } = &mut script.lines[number];
        if at < before + commands.len() {
            match fault {
                Fault::Fails => commands[at - before] = "has-session -t =nobody:".to_owned(),
                Fault::Ends => commands[at - before] = "run-shell 'kill -9 #{pid}'".to_owned(),
                Fault::Cut => {
                    commands.truncate(at - before + 1);
                    script.lines.truncate(number + 1);
                }
            }
            break;
        }
        before += commands.len();
    }
    script
}

/// Windows and panes of every kind.
fn before() -> Workspace {
    let tree = Split::Columns(vec![
        (Share::Percent(60), Split::Pane),
        (Share::Rest, Split::Rows(vec![(Share::Rest, Split::Pane), (Share::Cells(9), Split::Pane)])),
    ]);
    let mut workspace = workspace([
        window("editor", [pane("a", "1"), pane("b", "2"), pane("c", "3")]),
        window("logs", [pane("a", "4"), pane("b", "5")]),
        window("shell", [pane("a", "6")]),
    ]);
    workspace.environment.insert("WHERE".to_owned(), "here".to_owned());
    workspace.windows[0].layout = Layout::Tree(tree);
    workspace.windows[0].panes[1].title = Some("middle".to_owned());
    workspace.windows[1].sync = true;
    set(&mut workspace.windows[1], "@o", "x");
    workspace
}

fn set(window: &mut Window, name: &str, value: &str) {
    window.options.insert(name.to_owned(), value.to_owned());
}

/// The same after a day of edits: something of every step that changes a live workspace.
fn after() -> Workspace {
    let mut workspace = workspace([
        window("new", [pane("a", "7"), pane("b", "8")]),
        window("logs", [pane("b", "5 changed"), pane("n", "9"), pane("a", "4")]),
        window("editor", [pane("c", "3"), pane("a", "1")]),
        window("last", [pane("a", "10")]),
    ]);
    workspace.name = "renamed".to_owned();
    workspace.values.insert("k".to_owned(), "v".to_owned());
    workspace.windows[1].name = Some("log files".to_owned());
    workspace.windows[1].layout = Layout::Named(NamedLayout::MainVerticalMirrored);
    set(&mut workspace.windows[1], "@o", "y");
    set(&mut workspace.windows[2], "@o", "z");
    workspace.windows[2].panes[1].title = Some("first".to_owned());
    workspace
}

/// Ends the workspace's session, whatever it is called, but not the server.
fn clear(server: &Server) {
    for session in server.list_sessions("#{session_id}#{session_name}") {
        let (id, name) =
            session.split_at(session.find(|c: char| !c.is_ascii_digit() && c != '$').unwrap_or(2));
        if name != "stays" {
            server.tmux(["kill-session", "-t", id]);
        }
    }
}

/// Breaks the way from `start` (nothing when it is none) to `end` at every command.
fn break_everywhere(server: &Server, fault: Fault, start: Option<&Workspace>, end: &Workspace) {
    let bench = Bench::new(server);
    let stays = || {
        if !server.is_running() {
            server.tmux(["new-session", "-d", "-s", "stays", "-x", "80", "-y", "24", "exec cat"]);
        }
    };
    let begin = || {
        if !matches!(fault, Fault::Ends) {
            stays();
            clear(server);
        } else if server.is_running() {
            server.kill();
        }
        if let Some(start) = start {
            bench.settle(start, false);
        }
    };
    let ours = |picture: Vec<String>| -> Vec<String> {
        picture.into_iter().filter(|line| !line.starts_with("stays ")).collect()
    };
    begin();
    bench.settle(end, true);
    let wanted = ours(bench.picture());
    let mut at = 0;
    loop {
        begin();
        let planned = bench.plan(end, true).expect("it can be planned");
        let count: usize = planned.script.lines.iter().map(|line| line.commands.len()).sum();
        if at >= count {
            assert!(at > 20, "there were only {at} commands to break");
            break;
        }
        let script = broken(&planned.script, at, fault);
        let mut left = planned.script.lines.iter().flat_map(|line| &line.commands).skip(at);
        if left.any(|command| command.contains("resize-window")) {
            at += 1; // a size is given at creation only: none is declared for what exists
            continue;
        }
        let ran = bench.run(&planned, &script);
        let shown = || format!("{fault:?} at command {at} on {}\n{}", server.binary(), script.text());
        if let Fault::Ends = fault {
            server.wait_until("the server has ended", || !server.is_running());
            assert!(ran.verify(&planned.plan, &planned.script).is_err(), "{}", shown());
        } else {
            bench.check_identities_but("stays");
        }
        bench.settle(end, true);
        assert_eq!(ours(bench.picture()), wanted, "{}", shown());
        bench.check_identities_but("stays");
        at += if let Fault::Ends = fault { 5 } else { 1 };
    }
}

#[test]
fn a_creation_that_breaks_anywhere_is_finished_by_the_next() {
    on_each_tmux(|server| {
        for fault in [Fault::Fails, Fault::Cut, Fault::Ends] {
            break_everywhere(server, fault, None, &before());
        }
    });
}

#[test]
fn a_change_that_breaks_anywhere_is_finished_by_the_next() {
    on_each_tmux(|server| {
        for fault in [Fault::Fails, Fault::Cut] {
            break_everywhere(server, fault, Some(&before()), &after());
        }
    });
}

/// tmux 3.8 can end when a window is selected that is shown already, after the pane that was the
/// active one at the start of the same script was closed.
#[test]
fn the_window_that_is_shown_is_selected_only_where_another_is_shown_now() {
    on_each_tmux(|server| {
        let bench = Bench::new(server);
        let (kept, gone) = (|| window("kept", [pane("a", "a")]), || window("gone", [pane("b", "b")]));
        bench.settle(&workspace([kept(), gone()]), false);
        let shown = || server.list_windows("#{window_active} #{@rune_window}");
        let active = |key: &str| shown().iter().any(|line| line.starts_with('1') && line.contains(key));
        assert!(active("kept"), "{:?}", shown());
        server.tmux(["set-hook", "-g", "after-select-window", "set-option -g @selected yes"]);
        let selected = || server.tmux(["show-options", "-g", "-q", "-v", "@selected"]);

        // The pane that is closed is the active one of the window that is shown.
        let doubled = || window("kept", [pane("c", "c"), pane("a", "a")]);
        bench.settle(&workspace([doubled(), gone()]), false);
        let extra = server.list_panes("#{pane_id} #{pane_start_command}");
        let extra = extra.iter().find(|line| line.contains("kept c")).expect("it is there");
        server.tmux(["select-pane", "-t", extra.split(' ').next().expect("an id")]);
        bench.settle(&workspace([kept()]), true);
        assert_eq!(selected().trim(), "", "{}", server.state());

        // A new window is shown as it opens, and so the other one has to be selected.
        bench.settle(&workspace([kept(), gone()]), true);
        assert!(active("kept"), "{:?}", shown());
        assert_eq!(selected().trim(), "yes", "{}", server.state());
    });
}

/// A pane without a key that stands in another window becomes the equal of one that is at home: which of
/// them is the first has to be the same in the next plan.
#[test]
fn a_pane_that_was_swapped_away_becomes_one_of_several_equals_at_once() {
    on_each_tmux(|server| {
        let bench = Bench::new(server);
        let other = || window("w", [pane("d", "7")]);
        let with = |third: &str| {
            workspace([window("x", [unkeyed(1, "1"), pane("b", "2"), unkeyed(3, third)]), other()])
        };
        bench.settle(&with("5"), false);
        let panes = server.list_panes("#{pane_id} #{pane_start_command}");
        let id = |words: &str| {
            let line = panes.iter().find(|line| line.replace('"', "").ends_with(words)).expect("it is there");
            line.split(' ').next().expect("an id").to_owned()
        };
        server.tmux(["swap-pane", "-d", "-s", &id("x 3"), "-t", &id("w d")]);
        bench.settle(&with("1"), true);
    });
}

/// That a pane was closed is seen by a report, as everything else; one that has gone by itself is closed.
#[test]
fn a_closing_that_did_not_happen_is_an_error() {
    on_each_tmux(|server| {
        let bench = Bench::new(server);
        bench.settle(&workspace([window("w", [pane("a", "1"), pane("b", "2"), pane("c", "3")])]), false);
        let planned =
            bench.plan(&workspace([window("w", [pane("a", "1")])]), true).expect("it can be planned");
        let lines = planned.script.lines.iter();
        let closings: Vec<usize> = lines
            .enumerate()
            .filter(|(_, line)| line.commands.iter().any(|command| command.contains("kill-pane")))
            .map(|(number, _)| number)
            .collect();
        assert_eq!(closings.len(), 2, "{}", planned.script.text());
        let mut script = planned.script.clone();
        script.lines[closings[1]].commands.clear();
        let ran = bench.run(&planned, &script);
        let error = ran.verify(&planned.plan, &planned.script).expect_err("one was lost").to_string();
        assert!(error.contains("could not close pane `w.c`"), "{error}");
        // The whole script closes the one that is left; the other is gone already.
        let ran = bench.run(&planned, &planned.script);
        ran.verify(&planned.plan, &planned.script).expect("both are gone");
        assert_eq!(server.list_panes("#{pane_id}").len(), 1);
    });
}
