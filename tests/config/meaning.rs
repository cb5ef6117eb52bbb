//! What a config means: defaults, order, names, hashes.

use std::path::Path;
use std::time::Duration;

use rune::project::Project;
use rune::ritual::{Condition, Interactive};
use rune::workspace::{Command, Hash, Layout, NamedLayout, OnExit, Share, Size, Split, Window, Workspace};

use crate::place::{Place, pairs};

fn project(config: &str) -> Project {
    Place::with(config).project()
}

fn workspace(config: &str) -> Workspace {
    let mut project = project(config);
    assert_eq!(project.workspaces.len(), 1);
    project.workspaces.remove(0)
}

/// The windows of a workspace written in short.
fn windows(windows: &str) -> Vec<Window> {
    let indented: String = windows.lines().map(|line| format!("    {line}\n")).collect();
    workspace(&format!("workspace:\n  windows:\n{indented}")).windows
}

fn keys(windows: &[Window]) -> Vec<&str> {
    windows.iter().map(|window| window.key.as_str()).collect()
}

fn names(project: &Project) -> Vec<&str> {
    project.workspaces.iter().map(|workspace| workspace.name.as_str()).collect()
}

#[test]
fn a_config_that_names_no_workspace_gets_an_editor_and_a_shell() {
    for config in ["", "version: 1\n", "workspace: {}\n", "rituals:\n  start:\n    global: []\n"] {
        let workspace = workspace(config);
        assert_eq!(workspace.name, "shop", "{config}");
        assert_eq!(keys(&workspace.windows), ["editor", "shell"]);
        assert_eq!(workspace.windows[0].panes[0].command, Command::Script("${EDITOR:-vi} .".to_owned()));
        assert_eq!(workspace.windows[1].panes[0].command, Command::Shell);
    }
    assert!(project("workspace: none\n").workspaces.is_empty());
}

#[test]
fn a_workspace_is_named_inline_by_name_or_as_the_only_one() {
    let templates = "workspaces:\n  dev: {windows: [{name: a}]}\n";
    assert_eq!(names(&project(templates)), ["shop-dev"]);
    assert_eq!(names(&project(&format!("{templates}  more: {{}}\nworkspace: dev\n"))), ["shop-dev"]);
    let none = project(&format!("{templates}  more: {{}}\n"));
    assert_eq!(names(&none), ["shop"]);
    assert!(none.notes.iter().any(|note| note.contains("`dev` and `more`")), "{:?}", none.notes);
    assert_eq!(names(&project("workspace: {session_name: \"{{.Project}}!\"}\n")), ["shop!"]);
}

#[test]
fn workspaces_can_be_chosen_on_the_command_line() {
    let mut place = Place::with("workspace: a\nworkspaces:\n  a: {}\n  b: {session_name: bee}\n  c: {}\n");
    for (wanted, found) in [
        (vec!["b"], vec!["bee"]),
        (vec!["c", "a"], vec!["shop-c", "shop-a"]),
        (vec!["shop-a"], vec!["shop-a"]),
    ] {
        place.request.workspaces = wanted.iter().map(|name| (*name).to_owned()).collect();
        assert_eq!(names(&place.project()), found);
    }
    place.request.workspaces = vec!["d".to_owned()];
    assert_eq!(place.open().unwrap_err().to_string(), "there is no workspace `d`");
}

#[test]
fn rituals_run_in_their_order_and_name_their_workspaces() {
    let config = "
rituals:
  start:
    global: [{name: g, command: g}, {tmux_template: one}]
    per_project:
      shop: [{name: p, command: [a, '{{ Command }}']}, {tmux_template: two, tmux_session: 'other-{{ Project }}', command: shown}]
  stop:
    global: [{name: g, command: g}]
    per_project:
      shop: [{name: p, command: p, tmux_template: one}]
  templates:
    one: {windows: [{name: a}]}
    two: {session_name: two, windows: [{name: '{{ Command }}'}]}
";
    let project = project(config);
    let order = |commands: &[rune::ritual::RitualCommand]| -> Vec<String> {
        commands.iter().map(|command| command.name.clone()).collect()
    };
    assert_eq!(order(&project.start), ["g", "one", "p", "shown"]);
    assert_eq!(order(&project.stop), ["p", "g"]);
    assert_eq!(names(&project), ["shop-one", "other-shop"]);
    assert_eq!(project.workspaces[1].windows[0].name.as_deref(), Some("shown"));
    assert_eq!(project.workspaces[1].identity.template.as_str(), "two");
    assert_eq!(project.start[2].command, Some(Command::Argv(vec!["a".to_owned(), "p".to_owned()])));
    assert_eq!(project.start[1].command, None);
    assert_eq!(
        project.start[3].interactive,
        Some(Interactive::Workspace(project.workspaces[1].identity.template.clone()))
    );
    // a workspace does not come up while the work ends
    assert_eq!(project.stop[0].interactive, Some(Interactive::Terminal));
}

#[test]
fn one_template_under_two_session_names_is_two_workspaces() {
    let config = "
rituals:
  start:
    global: [{tmux_template: t, tmux_session: a}, {tmux_template: t, tmux_session: b}, {tmux_template: t, tmux_session: a}]
    templates: {t: {windows: [{name: w}]}}
";
    let project = project(config);
    assert_eq!(names(&project), ["a", "b"]);
    assert_ne!(project.workspaces[0].identity, project.workspaces[1].identity);
    let at = |index: usize| project.start[index].interactive.clone();
    assert_eq!(at(0), at(2));
    assert_ne!(at(0), at(1));
}

#[test]
fn a_session_that_runs_a_command_is_no_template() {
    let start =
        "workspace: none\nrituals: {start: {global: [{name: s, tmux_session: my logs, command: tail}]}}";
    let project = project(start);
    let key = project.workspaces[0].identity.template.clone();
    assert_eq!(project.workspace_name(&key), "my logs");
    assert_eq!(project.start[0].interactive, Some(Interactive::Session(key)));
}

#[test]
fn a_workspace_whose_condition_fails_stays_down() {
    let config = |when: &str| {
        format!(
            "workspace: none\nrituals:\n  start:\n    global: [{{tmux_template: t, when: {when}}}]\n    templates: {{t: {{}}}}\n"
        )
    };
    assert_eq!(names(&project(&config("weekend"))), ["shop-t"]);
    assert!(project(&config("weekday")).workspaces.is_empty());
}

#[test]
fn limits_come_from_the_settings_for_what_is_waited_for() {
    let config = "
settings: {timeout: 2m}
rituals:
  start:
    global:
      - {command: a}
      - {command: b, timeout: 1s}
      - {command: c, background: true}
      - {command: d, interactive: true}
";
    let limits: Vec<Option<Duration>> = project(config).start.iter().map(|command| command.timeout).collect();
    assert_eq!(limits, [Some(Duration::from_secs(120)), Some(Duration::from_secs(1)), None, None]);
}

#[test]
fn commands_have_directories_environment_and_conditions() {
    let config = "
environment: {pass: A_TOKEN, drop: [B]}
rituals:
  start:
    global:
      - {name: x, command: a, cwd: '{{ Project }}/in', env: {X: '{{ Date }}', N: 010}, pass_env: [C], when: 'exists:{{ Project }}'}
";
    let project = project(config);
    let command = &project.start[0];
    let root = &project.root;
    assert_eq!(command.cwd, root.join("shop/in"));
    assert_eq!(command.environment["X"], "2026-11-21");
    assert_eq!(command.environment["N"], "010");
    assert_eq!(command.environment["RUNE_COMMAND"], "x");
    assert_eq!(command.environment["RUNE_USER"], "ann");
    assert_eq!(command.when, Some(Condition::Exists(root.join("shop"))));
    assert_eq!(
        (command.pass.as_slice(), project.pass.as_slice(), project.drop.as_slice()),
        (&["C".to_owned()][..], &["A_TOKEN".to_owned()][..], &["B".to_owned()][..])
    );
}

#[test]
fn panes_run_texts_lists_and_programs() {
    let windows =
        windows("- panes: [vim, [a, b], ~, '', {command: [x, 1]}, {command: y, on_exit: keep}, {}, 5]");
    let commands: Vec<Command> = windows[0].panes.iter().map(|pane| pane.command.clone()).collect();
    let script = |text: &str| Command::Script(text.to_owned());
    let words = |words: [&str; 2]| words.map(str::to_owned).to_vec();
    assert_eq!(
        commands,
        [
            script("vim"),
            Command::Scripts(words(["a", "b"])),
            Command::Shell,
            Command::Shell,
            Command::Argv(words(["x", "1"])),
            script("y"),
            Command::Shell,
            script("5"),
        ]
    );
    assert_eq!(windows[0].panes[5].on_exit, OnExit::Keep);
    assert_eq!(windows[0].panes[0].on_exit, OnExit::Shell);
}

#[test]
fn keys_are_declared_or_the_name_or_the_place() {
    let windows = windows("- {name: a b}\n- {key: k, name: n}\n- {panes: [x, {key: y}, z]}");
    assert!(windows[0].key.as_str().starts_with("a_b-"));
    assert_eq!(keys(&windows)[1..], ["k", "3"]);
    let panes: Vec<(&str, bool)> =
        windows[2].panes.iter().map(|pane| (pane.key.as_str(), pane.keyed)).collect();
    assert_eq!(panes, [("1", false), ("y", true), ("3", false)]);
}

#[test]
fn conditions_leave_windows_and_panes_out_but_not_their_places() {
    let windows = windows(
        "- {name: a, when: weekday}\n- {name: b, panes: [{when: weekday}]}\n- {name: c, focus: true, panes: [{command: x, when: 'env:NO=1'}, y]}\n- {name: d, when: 'env:USER=ann'}",
    );
    assert_eq!(keys(&windows), ["c", "d"]);
    assert_eq!(windows[0].panes.len(), 1);
    assert_eq!(windows[0].panes[0].key.as_str(), "2");
    assert!(windows[0].panes[0].focus);
    assert!(windows[0].focus && !windows[1].focus);
}

#[test]
fn layouts_of_every_kind() {
    let layout = |layout: &str, panes: &str| {
        windows(&format!("- layout: {layout}\n  panes: {panes}")).remove(0).layout
    };
    assert_eq!(windows("- panes: [a, b]")[0].layout, Layout::Named(NamedLayout::Tiled));
    for (named, word) in NamedLayout::ALL {
        assert_eq!(layout(word, "[a, b]"), Layout::Named(named));
    }
    assert_eq!(layout("16pane", "[a, b, c]"), Layout::Grid);
    let raw = "80x24,0,0{40x24,0,0,0,39x24,41,0,1}";
    assert_eq!(layout(&format!("'5e08,{raw}'"), "[a, b]"), Layout::Raw(raw.to_owned()));
    assert_eq!(layout(&format!("'{raw}'"), "[a, b]"), Layout::Raw(raw.to_owned()));
    let tree = "{split: right, panes: [30%, {split: down, panes: [~, 10]}]}";
    let down = Split::Rows(vec![(Share::Rest, Split::Pane), (Share::Cells(10), Split::Pane)]);
    let whole =
        |right| Layout::Tree(Split::Columns(vec![(Share::Percent(30), Split::Pane), (Share::Rest, right)]));
    assert_eq!(layout(tree, "[a, b, c]"), whole(down));
    // a pane that is left out leaves its cell to the others
    assert_eq!(layout(tree, "[a, {when: weekday}, c]"), whole(Split::Pane));
}

#[test]
fn directories_and_environment_come_from_the_outside_in() {
    let place = Place::with(
        "
workspace:
  root: ./web/../web
  env: {A: 1, B: 1, C: 1}
  size: 120x40
  shell: login
  pass_env: X
  vars: {port: 80, node: h}
  windows:
    - name: w
      root: src
      env: {B: 2, C: 2}
      options: {monitor-bell: on}
      sync: true
      panes:
        - {command: 'x {{ port }}', cwd: ~/other, env: {C: '{{ port }}'}, pass_env: Y, title: '{{ node }}'}
        - {command: [x]}
",
    )
    .value("port", "81")
    .value("extra", "e");
    place.directory("shop/web/src");
    place.directory("other");
    let workspace = place.project().workspaces.remove(0);
    let home = place.home();
    assert_eq!(workspace.root, home.join("shop/web"));
    assert_eq!(workspace.size, Some(Size { width: 120, height: 40 }));
    assert_eq!(workspace.pass, ["X"]);
    assert_eq!(pairs(&workspace.values), [("extra", "e"), ("port", "81")]);
    let root = home.join("shop");
    assert_eq!(
        pairs(&workspace.environment),
        [
            ("A", "1"),
            ("B", "1"),
            ("C", "1"),
            ("RUNE_EXTRA", "e"),
            ("RUNE_NODE", "h"),
            ("RUNE_PORT", "81"),
            ("RUNE_PROJECT", "shop"),
            ("RUNE_ROOT", root.to_str().unwrap()),
        ]
    );
    let window = &workspace.windows[0];
    assert_eq!(pairs(&window.options), [("monitor-bell", "on")]);
    assert!(window.sync);
    let pane = &window.panes[0];
    assert_eq!(pane.command, Command::Script("x 81".to_owned()));
    assert_eq!(pane.cwd, home.join("other"));
    assert_eq!((&*pane.environment["A"], &*pane.environment["B"], &*pane.environment["C"]), ("1", "2", "81"));
    assert_eq!(pane.environment["RUNE_DATE"], "2026-11-21");
    assert_eq!(pane.title.as_deref(), Some("h"));
    assert!(pane.login && !window.panes[1].login);
    assert_eq!(window.panes[1].cwd, home.join("shop/web/src"));
    assert_eq!(pane.pass, ["Y"]);
}

#[test]
fn a_template_takes_over_what_it_extends() {
    let config = "
workspace: dev
workspaces:
  base:
    session_name: base
    env: {A: 1, B: 1}
    vars: {x: 1}
    windows: [{name: a, panes: [old]}, {name: b}]
  mid: {extends: base, session_name: mid}
  dev:
    extends: mid
    env: {B: 2}
    windows: [{name: c}, {name: a, panes: ['new {{ x }}']}]
";
    let workspace = workspace(config);
    assert_eq!(workspace.name, "mid");
    assert_eq!(keys(&workspace.windows), ["a", "b", "c"]);
    assert_eq!(workspace.windows[0].panes[0].command, Command::Script("new 1".to_owned()));
    assert_eq!((&*workspace.environment["A"], &*workspace.environment["B"]), ("1", "2"));
    assert_eq!(workspace.identity.template.as_str(), "dev");
}

/// The hash of the only pane.
fn hash(place: &Place) -> Hash {
    place.project().workspaces[0].windows[0].panes[0].hash.clone()
}

#[test]
fn a_hash_changes_with_what_is_declared_and_with_nothing_else() {
    let config =
        "workspace: {windows: [{panes: [{command: 'x {{ Date }} {{ Branch }}', env: {A: '{{ Host }}'}}]}]}\n";
    let mut place = Place::with(config);
    let before = hash(&place);
    place.request.today = jiff::civil::date(2027, 1, 1);
    place.set("USER", "bob");
    place.set("ANY", "thing");
    place.file("shop/.git/HEAD", "ref: refs/heads/other\n");
    assert_eq!(hash(&place), before);
    let place = place.value("k", "v");
    let with_value = hash(&place);
    assert_ne!(with_value, before);
    for other in [
        config.replace("x {{", "y {{"),
        config.replace("A:", "B:"),
        config.replace("'{{ Host }}'", "h"),
        config.replace("env:", "cwd: /, env:"),
        config.replace("env:", "on_exit: close, env:"),
        config.replace("env:", "pass_env: X, env:"),
        config.replace("windows:", "shell: login, windows:"),
        config.replace("windows:", "env: {Z: 1}, windows:"),
        config.replace("windows:", "vars: {port: 1}, windows:"),
    ] {
        place.file("shop/rune.yaml", &other);
        assert_ne!(hash(&place), with_value, "{other}");
    }
    for same in [
        config.replace("env:", "title: t, focus: true, key: k, env:"),
        config.replace("windows: [{", "session_name: s, size: 80x24, windows: [{name: w, layout: tiled, "),
    ] {
        place.file("shop/rune.yaml", &same);
        assert_eq!(hash(&place), with_value, "{same}");
    }
}

#[test]
fn keys_without_a_use_are_quiet_remarks() {
    let config = "settings: {work_hours: 8, notifications: {sound: true}}\nintegrations: {slack: {workspace: x}}\nlogging: {level: info}\nuser_id: u\n";
    let notes = project(config).notes;
    assert!(
        notes.contains(&"settings: `work_hours` and `notifications` have no use here".to_owned()),
        "{notes:?}"
    );
    assert!(notes.contains(&"integrations: `slack` has no use here".to_owned()), "{notes:?}");
    assert!(notes.contains(&"a config: `logging` and `user_id` have no use here".to_owned()), "{notes:?}");
}

#[test]
fn the_project_knows_where_it_came_from() {
    let place = Place::with("");
    assert_eq!(place.project().config.as_deref(), Some(place.home().join("shop/rune.yaml").as_path()));
    assert_eq!(Place::new().project().config, None::<&Path>.map(Path::to_owned));
}
