//! Whatever a person wrote, then wrote instead, and did by hand in between: one apply brings the
//! server there, and the next has nothing to do.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use rune::snapshot::Snapshot;
use rune::workspace::{Layout, NamedLayout, Pane, Window, Workspace};

use super::bench::{Bench, pane, unkeyed, window, workspace};
use crate::support::{Server, on_each_tmux, variable};

fn any_layout() -> impl Strategy<Value = Layout> {
    prop_oneof![
        3 => (0..NamedLayout::ALL.len()).prop_map(|at| Layout::Named(NamedLayout::ALL[at].0)),
        1 => Just(Layout::Grid),
        1 => Just(Layout::Raw("80x24,0,0{20x24,0,0,0,59x24,21,0,1}".to_owned())),
    ]
}

/// Panes with keys, or without them: then what they run says which is which.
fn any_panes() -> impl Strategy<Value = Vec<Pane>> {
    let keys = Just(vec!["a", "b", "c", "d"]).prop_shuffle();
    (keys, prop::collection::vec((any::<bool>(), 0..3u8), 1..5)).prop_map(|(keys, panes)| {
        let panes = panes.iter().zip(keys).enumerate();
        panes
            .map(|(at, ((keyed, text), key))| {
                let text = text.to_string();
                if *keyed { pane(key, &text) } else { unkeyed(at + 1, &text) }
            })
            .collect()
    })
}

fn any_window(key: &'static str) -> impl Strategy<Value = Window> {
    let options = prop::collection::btree_map("@[op]", "[xy]", 0..2);
    (any_panes(), any_layout(), options, prop::option::of("[mn]"), any::<bool>()).prop_map(
        move |(panes, layout, options, name, sync)| Window {
            layout,
            options,
            name,
            sync,
            ..window(key, panes)
        },
    )
}

fn any_workspace() -> impl Strategy<Value = Workspace> {
    let keys = prop::sample::subsequence(vec!["v", "w", "x", "y", "z"], 1..4).prop_shuffle();
    let windows = keys.prop_flat_map(|keys| keys.into_iter().map(any_window).collect::<Vec<_>>());
    (windows, "de?v").prop_map(|(windows, name)| Workspace { name, ..workspace(windows) })
}

/// What a person does to the panes with these places.
#[derive(Clone, Copy, Debug)]
enum Hand {
    Break(usize),
    Join(usize, usize),
    Kill(usize),
    Swap(usize, usize),
    Split(usize),
    Window(usize),
    Rename,
    Zoom(usize),
}

fn any_hand() -> impl Strategy<Value = Hand> {
    let at = || 0..12usize;
    prop_oneof![
        at().prop_map(Hand::Break),
        (at(), at()).prop_map(|(one, other)| Hand::Join(one, other)),
        at().prop_map(Hand::Kill),
        (at(), at()).prop_map(|(one, other)| Hand::Swap(one, other)),
        at().prop_map(Hand::Split),
        at().prop_map(Hand::Window),
        Just(Hand::Rename),
        at().prop_map(Hand::Zoom),
    ]
}

impl Hand {
    fn act(self, server: &Server) {
        let lines = server.list_panes("#{pane_id} #{pane_start_command}");
        let panes: Vec<&str> = lines.iter().filter_map(|line| line.split(' ').next()).collect();
        let at = |place: usize| panes[place % panes.len()];
        // Only a key says who a pane is wherever it went.
        let keyed = |place: usize| lines[place % lines.len()].contains("pane-run k");
        let words: Vec<&str> = match self {
            Hand::Break(one) | Hand::Join(one, _) if !keyed(one) => return,
            Hand::Break(one) => vec!["break-pane", "-d", "-s", at(one)],
            Hand::Join(one, other) => vec!["join-pane", "-d", "-s", at(one), "-t", at(other)],
            Hand::Kill(_) if panes.len() < 2 => return,
            Hand::Kill(one) => vec!["kill-pane", "-t", at(one)],
            Hand::Swap(one, other) => vec!["swap-pane", "-d", "-s", at(one), "-t", at(other)],
            Hand::Split(one) => vec!["split-window", "-d", "-t", at(one), "exec cat"],
            Hand::Window(one) => vec!["new-window", "-d", "-a", "-t", at(one), "-n", "hand", "exec cat"],
            Hand::Rename => vec!["rename-session", "-t", at(0), "other"],
            Hand::Zoom(one) => vec!["resize-pane", "-Z", "-t", at(one)],
        };
        // Some are refused, as breaking off the only pane or joining one with itself.
        drop(server.tmux_run(words).run());
    }
}

/// The panes that a person made, with the windows that they are in.
fn by_hand(snapshot: &Snapshot) -> BTreeMap<String, String> {
    let panes = snapshot.panes().filter(|(_, _, pane)| pane.tag.is_none());
    panes.map(|(_, window, pane)| (pane.id.clone(), window.id.clone())).collect()
}

fn check(bench: &Bench<'_>, wanted: &Workspace, prune: bool) {
    let snapshot = bench.look();
    let mut places: BTreeMap<(&str, usize), (u32, u32)> = BTreeMap::new();
    for window in &wanted.windows {
        let panes = || {
            snapshot
                .panes()
                .filter(|(_, _, live)| live.tag.as_ref().is_some_and(|tag| tag.window == window.key))
        };
        assert!(panes().count() >= window.panes.len(), "{:?} has too few panes", window.key);
        assert!(!prune || panes().count() == window.panes.len(), "{:?} has too many panes", window.key);
        for (at, pane) in window.panes.iter().enumerate().filter(|(_, pane)| pane.keyed) {
            let mut found = panes().filter(|(_, _, live)| {
                live.tag.as_ref().is_some_and(|tag| tag.id.keyed() && tag.pane == pane.key)
            });
            if let Some((_, live, pane)) = found.next()
                && live.noted.as_ref().is_some_and(|note| note.key == window.key)
            {
                places.insert((window.key.as_str(), at), (live.index, pane.index));
            }
            assert!(found.next().is_none(), "{:?} is there twice", pane.key);
        }
    }
    // A mirrored layout that tmux has no name for has its main pane last.
    for window in wanted.windows.iter().filter(|window| !mirrored(&window.layout)) {
        let places = places.iter().filter(|((key, _), _)| *key == window.key.as_str());
        assert!(places.map(|(_, place)| place).is_sorted(), "{:?} is in another order", window.key);
    }
}

fn mirrored(layout: &Layout) -> bool {
    use NamedLayout::{MainHorizontalMirrored, MainVerticalMirrored};
    matches!(layout, Layout::Named(MainHorizontalMirrored | MainVerticalMirrored))
}

#[test]
fn every_edit_converges() {
    on_each_tmux(|server| {
        let bench = Bench::new(server);
        // Always the same ones, so that a failure is of the change that it shows up with;
        // `RUNE_TEST_CASES` starts a hunt of so many others.
        let hunt: Option<u32> = variable("RUNE_TEST_CASES").to_str().and_then(|cases| cases.parse().ok());
        let config = Config { cases: hunt.unwrap_or(12), failure_persistence: None, ..Config::default() };
        let mut runner = match hunt {
            Some(_) => TestRunner::new(config),
            None => TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha)),
        };
        let hands = prop::collection::vec(any_hand(), 0..4);
        let any = (any_workspace(), any_workspace(), hands, any::<bool>());
        runner
            .run(&any, |(before, after, hands, prune)| {
                for session in server.list_sessions("#{session_id}") {
                    server.tmux(["kill-session", "-t", &session]);
                }
                server.wait_until("the last server has ended", || !server.is_running());
                bench.settle(&before, false);
                check(&bench, &before, true);
                for hand in hands {
                    hand.act(server);
                }
                let made = by_hand(&bench.look());
                bench.settle(&after, prune);
                check(&bench, &after, prune);
                prop_assert_eq!(by_hand(&bench.look()), made);
                Ok(())
            })
            .unwrap_or_else(|error| panic!("{error}"));
    });
}
