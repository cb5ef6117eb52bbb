//! Whatever is done by name, one after another: rune, the server and a model in these few lines agree
//! on what is there, and on what is refused.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use rune::error::Error;
use rune::live::{Address, Content, Ensure, Operation};
use rune::snapshot::LivePane;
use rune::workspace::Layout;

use super::bench::Bench;
use crate::support::{on_each_tmux, variable};

const SESSIONS: [&str; 3] = ["a", "ab", "1"];
const WINDOWS: [&str; 3] = ["w", "w2", "1"];

/// Sessions with windows in order, with the numbers of their panes in order.
type Model = BTreeMap<String, Vec<(String, Vec<usize>)>>;

/// A window by its places among the names.
type At = (usize, usize);

#[derive(Clone, Debug)]
enum Deed {
    CreateSession(usize, bool),
    DeleteSession(usize),
    RenameSession(usize, usize),
    EnsureSession(usize),
    CreateWindow(At, bool),
    EnsureWindow(At, usize),
    EnsurePane(At, usize),
    DeleteWindow(At),
    Split(At, usize),
    Kill(At, usize),
    Swap(At, usize, usize),
    Move(At, usize, At, usize),
    Arrange(At, bool),
    Batch(Vec<(At, usize)>),
}

fn any_deed() -> impl Strategy<Value = Deed> {
    let session = || 0..SESSIONS.len();
    let window = || (session(), 0..WINDOWS.len());
    let pane = || 1..5usize;
    prop_oneof![
        2 => (session(), any::<bool>()).prop_map(|(at, reset)| Deed::CreateSession(at, reset)),
        1 => session().prop_map(Deed::DeleteSession),
        1 => (session(), session()).prop_map(|(at, to)| Deed::RenameSession(at, to)),
        1 => session().prop_map(Deed::EnsureSession),
        3 => (window(), any::<bool>()).prop_map(|(at, reset)| Deed::CreateWindow(at, reset)),
        3 => (window(), pane()).prop_map(|(at, count)| Deed::EnsureWindow(at, count)),
        3 => (window(), pane()).prop_map(|(at, pane)| Deed::EnsurePane(at, pane)),
        1 => window().prop_map(Deed::DeleteWindow),
        2 => (window(), pane()).prop_map(|(at, pane)| Deed::Split(at, pane)),
        2 => (window(), pane()).prop_map(|(at, pane)| Deed::Kill(at, pane)),
        2 => (window(), pane(), pane()).prop_map(|(at, one, other)| Deed::Swap(at, one, other)),
        2 => (window(), pane(), window(), pane())
            .prop_map(|(at, pane, to, next)| Deed::Move(at, pane, to, next)),
        1 => (window(), any::<bool>()).prop_map(|(at, grid)| Deed::Arrange(at, grid)),
        1 => prop::collection::vec((window(), pane()), 1..4).prop_map(Deed::Batch),
    ]
}

fn window(at: At) -> Address {
    Address::window(SESSIONS[at.0], WINDOWS[at.1])
}

fn pane(at: At, pane: usize) -> Address {
    Address::pane(SESSIONS[at.0], WINDOWS[at.1], pane.to_string())
}

fn ensure_window(at: At, count: usize) -> Ensure {
    Ensure::Window {
        at: window(at),
        panes: Some(count),
        layout: None,
        content: Content::default(),
        prune: false,
    }
}

impl Deed {
    fn operation(&self) -> Operation {
        match self {
            Deed::CreateSession(at, reset) => Operation::CreateSession {
                name: SESSIONS[*at].to_owned(),
                root: None,
                environment: BTreeMap::new(),
                reset: *reset,
            },
            Deed::DeleteSession(at) => {
                Operation::DeleteSession { at: Address::session(SESSIONS[*at]), if_exists: false }
            }
            Deed::RenameSession(at, to) => {
                Operation::RenameSession { at: Address::session(SESSIONS[*at]), to: SESSIONS[*to].to_owned() }
            }
            Deed::EnsureSession(at) => Operation::Ensure(vec![Ensure::Session {
                name: SESSIONS[*at].to_owned(),
                root: None,
                environment: BTreeMap::new(),
            }]),
            Deed::CreateWindow(at, reset) => {
                Operation::CreateWindow { at: window(*at), content: Content::default(), reset: *reset }
            }
            Deed::EnsureWindow(at, count) => Operation::Ensure(vec![ensure_window(*at, *count)]),
            Deed::EnsurePane(at, number) => Operation::Ensure(vec![Ensure::Pane {
                at: pane(*at, *number),
                label: None,
                content: Content::default(),
                again: false,
            }]),
            Deed::DeleteWindow(at) => Operation::DeleteWindow { at: window(*at), if_exists: false },
            Deed::Split(at, number) => Operation::SplitPane {
                at: pane(*at, *number),
                right: number % 2 == 0,
                size: None,
                label: None,
                content: Content::default(),
            },
            Deed::Kill(at, number) => Operation::EndPane { at: pane(*at, *number), if_exists: false },
            Deed::Swap(at, one, other) => {
                Operation::SwapPanes { at: pane(*at, *one), with: pane(*at, *other) }
            }
            Deed::Move(at, number, to, next) => {
                Operation::MovePane { at: pane(*at, *number), to: pane(*to, *next), right: false }
            }
            Deed::Arrange(at, grid) => {
                Operation::ArrangeWindow { at: window(*at), layout: grid.then_some(Layout::Grid) }
            }
            Deed::Batch(all) => {
                Operation::Ensure(all.iter().map(|(at, count)| ensure_window(*at, *count)).collect())
            }
        }
    }

    /// What comes of it; nothing where it is refused.
    fn apply(&self, model: &mut Model) -> Option<()> {
        match self {
            Deed::CreateSession(at, reset) => {
                if model.contains_key(SESSIONS[*at]) && !reset {
                    return None;
                }
                model.insert(SESSIONS[*at].to_owned(), vec![placeholder()]);
            }
            Deed::DeleteSession(at) => drop(model.remove(SESSIONS[*at])?),
            Deed::RenameSession(at, to) => {
                let windows = model.get(SESSIONS[*at])?.clone();
                if at != to {
                    if model.contains_key(SESSIONS[*to]) {
                        return None;
                    }
                    model.remove(SESSIONS[*at]);
                    model.insert(SESSIONS[*to].to_owned(), windows);
                }
            }
            Deed::EnsureSession(at) => {
                model.entry(SESSIONS[*at].to_owned()).or_insert_with(|| vec![placeholder()]);
            }
            Deed::CreateWindow(at, reset) => {
                let windows = model.get_mut(SESSIONS[at.0])?;
                match windows.iter_mut().find(|(name, _)| name == WINDOWS[at.1]) {
                    Some(_) if !reset => return None,
                    Some((_, panes)) => *panes = vec![1],
                    None => drop(open(windows, WINDOWS[at.1])),
                }
            }
            Deed::EnsureWindow(at, count) => ensure(model, *at, |panes| {
                while panes.len() < *count {
                    let free = (1..).find(|number| !panes.contains(number)).expect("numbers go on");
                    insert(panes, free);
                }
            }),
            Deed::EnsurePane(at, number) => ensure(model, *at, |panes| {
                for number in 1..=*number {
                    if !panes.contains(&number) {
                        insert(panes, number);
                    }
                }
            }),
            Deed::DeleteWindow(at) => {
                let windows = model.get_mut(SESSIONS[at.0])?;
                let place = windows.iter().position(|(name, _)| name == WINDOWS[at.1])?;
                windows.remove(place);
                never_empty(windows);
            }
            Deed::Split(at, number) => {
                let panes = panes(model, *at)?;
                let place = panes.iter().position(|other| other == number)?;
                let key = (panes.len() + 1).max(panes.iter().max()? + 1);
                panes.insert(place + 1, key);
            }
            Deed::Kill(at, number) => {
                let panes = panes(model, *at)?;
                panes.remove(panes.iter().position(|other| other == number)?);
                close_empty(model, *at);
            }
            Deed::Swap(at, one, other) => {
                let panes = panes(model, *at)?;
                let place = |number| panes.iter().position(|other| *other == number);
                let (one, other) = (place(*one)?, place(*other)?);
                panes.swap(one, other);
            }
            Deed::Move(at, number, to, next) => {
                panes(model, *at)?.iter().position(|other| other == number)?;
                let target = panes(model, *to)?.clone();
                target.iter().position(|other| other == next)?;
                if (at, number) != (to, next) {
                    panes(model, *at)?.retain(|other| other != number);
                    let target = panes(model, *to)?;
                    let place = target.iter().position(|other| other == next)?;
                    target.insert(place + 1, *number);
                    close_empty(model, *at);
                }
            }
            Deed::Arrange(at, _) => drop(panes(model, *at)?),
            Deed::Batch(all) => {
                // The last word on a window counts, and it is said once.
                let last: BTreeMap<At, usize> = all.iter().copied().collect();
                let mut said: Vec<At> = Vec::new();
                for (at, _) in all {
                    if !said.contains(at) {
                        said.push(*at);
                    }
                }
                // One session after another, in the order of their first mention.
                let mut sessions: Vec<usize> = Vec::new();
                for at in &said {
                    if !sessions.contains(&at.0) {
                        sessions.push(at.0);
                    }
                }
                for session in sessions {
                    for at in said.iter().filter(|at| at.0 == session) {
                        Deed::EnsureWindow(*at, last[at]).apply(model)?;
                    }
                }
            }
        }
        Some(())
    }

    /// Whether two panes of one number would come to stand in one window, where a number means neither.
    fn doubles(&self, model: &Model) -> bool {
        let Deed::Move(at, number, to, _) = self else { return false };
        let mut model = model.clone();
        at != to && panes(&mut model, *to).is_some_and(|panes| panes.contains(number))
    }
}

fn placeholder() -> (String, Vec<usize>) {
    ("_placeholder".to_owned(), vec![1])
}

fn panes(model: &mut Model, at: At) -> Option<&mut Vec<usize>> {
    let windows = model.get_mut(SESSIONS[at.0])?;
    windows.iter_mut().find(|(name, _)| name == WINDOWS[at.1]).map(|(_, panes)| panes)
}

/// The new window, in the place of a placeholder where there is nothing else.
fn open<'m>(windows: &'m mut Vec<(String, Vec<usize>)>, name: &str) -> &'m mut Vec<usize> {
    if let [(only, _)] = windows.as_mut_slice()
        && only == "_placeholder"
    {
        windows.clear();
    }
    windows.push((name.to_owned(), vec![1]));
    &mut windows.last_mut().expect("it was pushed").1
}

fn ensure(model: &mut Model, at: At, change: impl FnOnce(&mut Vec<usize>)) {
    let windows = model.entry(SESSIONS[at.0].to_owned()).or_default();
    match windows.iter_mut().find(|(name, _)| name == WINDOWS[at.1]) {
        Some((_, panes)) => change(panes),
        None => change(open(windows, WINDOWS[at.1])),
    }
}

fn insert(panes: &mut Vec<usize>, number: usize) {
    let at = panes.iter().position(|other| *other > number).unwrap_or(panes.len());
    panes.insert(at, number);
}

fn close_empty(model: &mut Model, at: At) {
    if let Some(windows) = model.get_mut(SESSIONS[at.0]) {
        windows.retain(|(_, panes)| !panes.is_empty());
        never_empty(windows);
    }
}

fn never_empty(windows: &mut Vec<(String, Vec<usize>)>) {
    if windows.is_empty() {
        windows.push(placeholder());
    }
}

/// What the server has, as the model says it.
fn look(bench: &Bench<'_>) -> Model {
    let snapshot = bench.look();
    let sessions = snapshot.sessions.iter().filter(|session| session.name != "keeper x");
    let number = |pane: &LivePane| pane.key().parse().unwrap_or(0);
    sessions
        .map(|session| {
            let windows = session
                .windows
                .iter()
                .map(|window| (window.key().to_owned(), window.panes.iter().map(number).collect()));
            (session.name.clone(), windows.collect())
        })
        .collect()
}

#[test]
fn rune_the_server_and_a_model_agree() {
    on_each_tmux(|server| {
        let bench = Bench::new(server);
        // Somebody's session beside ours, of which nothing changes.
        server.tmux(["new-session", "-d", "-s", "keeper x", "-x", "120", "-y", "40", "exec cat"]);
        let kept = || {
            let all = server.list_panes("#{session_name} #{window_id} #{pane_id} #{pane_pid}");
            all.into_iter().filter(|line| line.starts_with("keeper x")).collect::<Vec<String>>()
        };
        let keeper = kept();
        let hunt: Option<u32> = variable("RUNE_TEST_CASES").to_str().and_then(|cases| cases.parse().ok());
        let config = Config { cases: hunt.unwrap_or(200), failure_persistence: None, ..Config::default() };
        let mut runner = match hunt {
            Some(_) => TestRunner::new(config),
            None => TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha)),
        };
        let (mut done, mut refused) = (0, 0);
        let counts = std::cell::RefCell::new((&mut done, &mut refused));
        runner
            .run(&prop::collection::vec(any_deed(), 1..7), |deeds| {
                for session in server.list_sessions("#{session_id} #{session_name}") {
                    if let Some((id, name)) = session.split_once(' ')
                        && name != "keeper x"
                    {
                        server.tmux(["kill-session", "-t", id]);
                    }
                }
                let mut model = Model::new();
                for deed in deeds {
                    if deed.doubles(&model) {
                        continue;
                    }
                    let before = model.clone();
                    let expected = deed.apply(&mut model);
                    if expected.is_none() {
                        model = before;
                    }
                    match (bench.perform(&deed.operation()), expected) {
                        (Ok(_), Some(())) => *counts.borrow_mut().0 += 1,
                        (Err(error), None) => {
                            let right = matches!(error, Error::NotFound { .. } | Error::Refused { .. });
                            prop_assert!(right, "{:?}: {}", deed, error);
                            *counts.borrow_mut().1 += 1;
                        }
                        (Ok(plan), None) => prop_assert!(false, "{:?} was done: {:?}", deed, plan.steps),
                        (Err(error), Some(())) => prop_assert!(false, "{:?}: {}", deed, error),
                    }
                    prop_assert_eq!(look(&bench), model.clone(), "after {:?}", deed);
                    // What is ensured is so.
                    if let operation @ Operation::Ensure(_) = deed.operation() {
                        let again = bench.perform(&operation).map_err(|error| error.to_string());
                        prop_assert!(again.is_ok_and(|plan| plan.is_empty()), "{:?} again", deed);
                    }
                }
                prop_assert_eq!(kept(), keeper.clone());
                Ok(())
            })
            .unwrap_or_else(|error| panic!("{error}"));
        assert!(hunt.is_some() || (done > 250 && refused > 60), "{done} done, {refused} refused");
    });
}
