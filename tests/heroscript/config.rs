//! A script and the config made of it want the same.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use proptest::prelude::*;
use rune::config::{Request, check, open};
use rune::error::Error;
use rune::heroscript::{Action, Converted, Environment, Name, Statement, WindowName, convert};
use rune::workspace::Workspace;

use crate::script::{good, lines, scripts};

fn converted(text: &str) -> Converted {
    convert(&good(text), "day.heroscript").unwrap()
}

/// The workspaces that `rune start` brings up with a config that has no mistake.
fn workspaces(config: &str) -> Vec<Workspace> {
    let home = tempfile::tempdir().unwrap();
    let mut request = Request::new(home.path(), jiff::civil::date(2026, 11, 21));
    request.environment.insert("HOME".into(), home.path().into());
    fs::write(home.path().join("rune.yaml"), config).unwrap();
    let checked = check(&request, &|_| false).unwrap();
    assert!(checked.passed(), "{:?}\n{config}", lines(&checked.problems.problems));
    match open(&request) {
        Ok(project) => project.workspaces,
        Err(Error::Config(problems)) => panic!("{problems:?}\n{config}"),
        Err(error) => panic!("{error}\n{config}"),
    }
}

/// What both say in their own way: where it is, what it is hashed from, and rune's own variables.
fn comparable(mut workspace: Workspace) -> Workspace {
    workspace.root = "/".into();
    workspace.identity = rune::workspace::Identity {
        root: "/".into(),
        project: String::new(),
        template: rune::workspace::Key::place(1),
    };
    workspace.environment = BTreeMap::new();
    for pane in workspace.windows.iter_mut().flat_map(|window| &mut window.panes) {
        pane.cwd = "/".into();
        pane.hash = rune::workspace::Hash(String::new());
        pane.environment.retain(|name, _| !name.starts_with("RUNE_"));
    }
    workspace
}

fn same(converted: &Converted) {
    let declared = workspaces(&converted.config).into_iter().map(comparable);
    let wanted = converted.sessions.iter().map(|session| comparable(session.workspace(Path::new("/"), "")));
    assert_eq!(declared.collect::<Vec<_>>(), wanted.collect::<Vec<_>>(), "{}", converted.config);
}

#[test]
fn every_good_script_and_example_is_a_config_that_wants_the_same() {
    for file in [scripts("tests/heroscript/good"), scripts("examples")].concat() {
        same(&converted(&fs::read_to_string(file).unwrap()));
    }
}

#[test]
fn a_config_reads_well() {
    let script = "!!tmux.session_ensure name:'Shop'\n!!tmux.window_ensure name:'shop|code' cat:2pane env:'A=yes'\n\
                  !!tmux.pane_ensure name:'shop|code|1' label:Editor cmd:'vim .'\n\
                  !!tmux.pane_ensure name:'shop|code|tests' cmd:'\n  docker ps --format \"{{.Names}}\"\n  make test\n'\n\
                  !!tmux.pane_execute name:'shop|code|1' cmd:':w'\n!!tmux.session_ttyd name:shop port:8080\n\
                  !!tmux.window_delete name:'shop|old'\n";
    let expected = "\
# Made by `rune convert` from day.heroscript.
# Not carried over:
#   line 8: type `:w` into pane `shop|code|1`: a config types nothing; give the pane a command
#   line 9: show session `shop` on port 8080 (not available yet): a config starts no web terminal
#   line 10: delete window `shop|old`: a config ends nothing; `rune apply --prune` closes what it does not declare
version: 1
workspace:
  session_name: shop
  windows:
  - name: code
    env:
      A: yes
    layout: 4pane
    panes:
    - title: Editor
      command: vim .
    - null
    - key: tests
      title: tests
      command: |-
        docker ps --format \"{{ '{{' }}.Names}}\"
        make test
";
    assert_eq!(converted(script).config, expected);
    same(&converted(script));
}

#[test]
fn splits_are_a_tree() {
    let script = "!!tmux.window_create name:'s|w' cmd:a\n!!tmux.pane_split name:'s|w' cmd:b horizontal\n\
                  !!tmux.pane_split name:'s|w' cmd:c\n!!tmux.pane_split name:'s|w|1' cmd:d\n!!tmux.pane_kill name:'s|w|3'\n";
    let config = converted(script).config;
    let layout = "    layout:\n      split: right\n      panes:\n      - split: down\n        panes:\n        - null\n        - null\n      - null\n";
    assert!(config.contains(layout), "{config}");
    let commands: Vec<String> =
        workspaces(&config)[0].windows[0].panes.iter().map(|pane| pane.command.summary()).collect();
    assert_eq!(commands, ["a", "d", "b"]);
    // They are called as they are when the script is run.
    let keys = |config: &str| -> Vec<String> {
        workspaces(config)[0].windows[0].panes.iter().map(|pane| pane.key.to_string()).collect()
    };
    assert_eq!(keys(&config), ["1", "4", "2"]);
    let made = "!!tmux.window_ensure name:'s|w' cat:4pane\n!!tmux.pane_kill name:'s|w|2'\n";
    assert_eq!(keys(&converted(made).config), ["1", "3", "4"]);
    let again = "!!tmux.pane_ensure name:'s|w|2' cmd:b\n";
    assert_eq!(keys(&converted(&format!("{made}{again}")).config), ["1", "2", "3", "4"]);
    let labels = "!!tmux.pane_ensure name:'s|w|log'\n!!tmux.window_ensure name:'s|w' cat:2pane\n";
    assert_eq!(keys(&converted(labels).config), ["log", "2"]);
    // Its name stays its key when it is given another label.
    let named =
        "!!tmux.pane_ensure name:'s|w|log' label:'The Log'\n!!tmux.pane_ensure name:'s|w|log' cmd:cat\n";
    assert_eq!(keys(&converted(named).config), ["log"]);
}

#[test]
fn what_a_script_deletes_is_gone_and_what_it_resets_is_new() {
    let script = "!!tmux.window_create name:'s|a' cmd:a\n!!tmux.window_create name:'s|b' cmd:b\n\
                  !!tmux.window_delete name:'s|a'\n!!tmux.window_create name:'gone|b'\n!!tmux.session_delete name:gone\n\
                  !!tmux.pane_split name:'gone|b'\n!!tmux.session_create name:t\n!!tmux.window_create name:'t|x'\n!!tmux.session_create name:t reset\n";
    let converted = converted(script);
    let names: Vec<(String, usize)> =
        converted.sessions.iter().map(|session| (session.name.text.clone(), session.windows.len())).collect();
    assert_eq!(names, [("s".to_owned(), 1), ("t".to_owned(), 0)]);
    let lost: Vec<usize> = converted.lost.iter().map(|lost| lost.line.unwrap()).collect();
    assert_eq!(lost, [3, 5, 6, 9]);
    same(&converted);
}

#[test]
fn a_script_without_sessions_is_a_config_without_a_workspace() {
    assert!(workspaces(&converted("!!tmux.session_delete name:a\n").config).is_empty());
}

#[test]
fn line_breaks_of_other_writings_stay_what_they_are() {
    // One library for YAML takes them for line breaks, the other one does not.
    for text in
        ["\u{2028}", "a \u{2029} b", "\u{85}\u{85}", "\u{feff}x", "\"\\\u{2028}\"\t", "text-0-\u{2028}0-"]
    {
        let action = format!("!!tmux.pane_ensure name:'s|w|1' cmd:'echo' env.A:'{text}'\n");
        let config = converted(&action);
        assert_eq!(config.sessions[0].windows[0].panes[0].environment["A"], text);
        same(&config);
        same(&converted(&format!("!!tmux.pane_ensure name:'s|w|1' cmd:'echo {text}' label:x log\n")));
    }
}

#[test]
fn a_log_is_carried_over_but_not_where_it_is() {
    let converted = converted(
        "!!tmux.pane_ensure name:'s|w|1' cmd:cat log\n!!tmux.pane_split name:'s|w|1' cmd:cat logreset logpath:'/l'\n\
         !!tmux.pane_split name:'s|w|1' log\n",
    );
    assert_eq!(converted.config.matches("log: true").count(), 2, "{}", converted.config);
    let lost: Vec<&str> = converted.lost.iter().map(|lost| lost.what.rsplit(": ").next().unwrap()).collect();
    assert_eq!(
        lost,
        ["a log is kept in rune's own place", "a config empties no log", "a config logs no plain shell"]
    );
    same(&converted);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn no_text_changes_on_its_way(
        sessions in proptest::collection::vec("[^\\p{Cc}|]{1,8}", 1..3),
        command in "([ -~]|[\n{}'\"#:|>&*!%@`, \t-]|\\PC){1,60}",
        value in "([ -~]|[\n{}'\"#:|>&*!%@`, \t-]|\\PC){0,20}",
        label in "[^\\p{Cc}]{1,10}",
        logged: bool,
    ) {
        prop_assume!(!command.trim().is_empty());
        let name = |text: &str| Name::new(text);
        let sessions: Option<Vec<Name>> = sessions.iter().map(|text| name(text)).collect();
        let (Some(sessions), Some(label)) = (sessions, name(&label)) else { return Ok(()) };
        let actions = sessions.into_iter().map(|session| {
            let window = WindowName { window: session.clone(), session };
            Action::PaneEnsure {
                pane: rune::heroscript::PaneName { window, pane: rune::heroscript::PanePlace::Place(2) },
                label: Some(label.clone()),
                command: Some(command.clone()),
                environment: Environment::from([("A".to_owned(), value.clone())]),
                log: logged.then(rune::heroscript::Log::default),
            }
        });
        let statements: Vec<Statement> =
            actions.map(|action| Statement { line: 1, column: 1, action }).collect();
        same(&convert(&statements, "day.heroscript").unwrap());
    }
}
