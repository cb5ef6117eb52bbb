//! What the keys of supervision mean.

use std::time::Duration;

use rune::project::Project;
use rune::workspace::supervision::{
    Ask, Limit, Live, Need, Needed, Probe, Ready, Restart, Stop, Supervision, When,
};
use rune::workspace::{Command, Hash, Key, Pane};

use crate::place::{Place, configs};

const SECOND: Duration = Duration::from_secs(1);

fn key(text: &str) -> Key {
    Key::new(text).unwrap()
}

/// The panes of a project's only workspace by their keys.
fn pane(project: &Project, wanted: &str) -> Pane {
    let panes = || project.workspaces[0].windows.iter().flat_map(|window| &window.panes);
    panes().find(|pane| pane.key.as_str() == wanted).unwrap().clone()
}

/// A workspace with these panes, one a line.
fn panes(panes: &str) -> String {
    let lines: String = panes.lines().map(|line| format!("        - {line}\n")).collect();
    format!("workspace:\n  windows:\n    - name: w\n      panes:\n{lines}")
}

/// How the only pane is kept, with `keys` beside its command.
fn kept(keys: &str) -> Supervision {
    pane(&Place::with(&panes(&format!("{{key: p, command: run, {keys}}}"))).project(), "p").supervision
}

fn need(window: &str, pane: &str, state: Needed) -> Need {
    Need { window: key(window), pane: key(pane), state }
}

#[test]
fn a_stack_means_what_it_says() {
    let text = configs("config/good").into_iter().find(|path| path.ends_with("services.yaml")).unwrap();
    let mut place = Place::with(&std::fs::read_to_string(text).unwrap());
    place.request.project = Some("shop".to_owned());
    let project = place.project();
    let host = pane(&project, "db").environment["RUNE_HOST"].clone();
    let root = project.root.to_str().unwrap().to_owned();
    let tcp = |host: &str, port| Probe::Tcp { host: host.to_owned(), port };
    let db = pane(&project, "db").supervision;
    assert_eq!(
        db,
        Supervision {
            ready: Some(Ready { probes: vec![tcp("localhost", 5432)], timeout: 60 * SECOND }),
            needed: true,
            ..Supervision::default()
        }
    );
    assert!(db != Supervision::default() && !db.logs());
    let argv = |words: &[&str]| Command::Argv(words.iter().map(|word| (*word).to_owned()).collect());
    assert_eq!(
        pane(&project, "api").supervision,
        Supervision {
            needs: vec![
                need("services", "db", Needed::Ready),
                need("services", "migrate", Needed::Succeeded),
                need("other", "queue", Needed::Ready),
            ],
            ready: Some(Ready {
                probes: vec![
                    tcp(&host, 5432),
                    Probe::Http("http://localhost:5432/shop".to_owned()),
                    Probe::Command(argv(&["curl", "-fsS", "5432"])),
                    Probe::File(format!("{root}/run/shop.pid")),
                    Probe::Log(r"listening on a\.b$".to_owned()),
                    Probe::Delay(SECOND / 2),
                ],
                timeout: Ready::TIMEOUT,
            }),
            restart: Restart {
                when: When::OnFailure,
                first: SECOND,
                longest: 30 * SECOND,
                limit: Some(Limit { times: 5, within: 60 * SECOND }),
            },
            live: Some(Live {
                probe: Probe::Http("http://127.0.0.1:8080/health".to_owned()),
                every: 10 * SECOND,
                failures: 3,
            }),
            stop: Stop { ask: Ask::Keys(vec![3]), timeout: 10 * SECOND },
            log: true,
            log_size: None,
            autostart: true,
            needed: false,
        }
    );
    let migrate = pane(&project, "migrate").supervision;
    assert_eq!(migrate.ready.unwrap().probes, [Probe::Exit]);
    assert_eq!(migrate.restart, Restart { when: When::OnFailure, ..Restart::default() });
    assert_eq!(migrate.stop, Stop { ask: Ask::Signal(2), ..Stop::default() });
    let lint = pane(&project, "lint").supervision;
    let restart = Restart { when: When::Always, first: 2 * SECOND, longest: 2 * SECOND, limit: None };
    assert_eq!((lint.restart, lint.autostart), (restart, false));
    assert_eq!(lint.stop.ask, Ask::Command(argv(&["npm", "stop"])));
    assert_eq!(lint.live, Some(Live { probe: tcp("::1", 80), every: 10 * SECOND, failures: 3 }));
    let queue = pane(&project, "queue").supervision;
    assert_eq!(queue.needs, [need("services", "db", Needed::Started)]);
    assert_eq!(queue.stop.ask, Ask::Keys(b":quit\r\x04".to_vec()));
    assert_eq!(queue.ready.unwrap().probes, [Probe::File(format!("{root}/up"))]);
    assert_eq!(queue.live.unwrap().failures, 1);
    assert_eq!((queue.restart, queue.log, queue.autostart), (Restart::default(), false, true));
}

#[test]
fn nothing_said_is_nothing_kept() {
    assert_eq!(kept("title: x"), Supervision::default());
    assert_eq!(
        kept("needs: , ready: ~, restart: , live: , stop: ~, log: , autostart: "),
        Supervision::default()
    );
}

#[test]
fn a_value_is_quoted_where_a_shell_reads_it_and_nowhere_else() {
    let config = panes(
        "{key: p, command: run, ready: {command: 'ping {{ x }}', file: '{{ x }}', log: '^{{ x }}$'}, stop: {command: ['{{ x }}']}}",
    );
    let place = Place::with(&config.replace("workspace:\n", "workspace:\n  vars: {x: 'a b(c'}\n"));
    let project = place.project();
    let supervision = pane(&project, "p").supervision;
    assert_eq!(
        supervision.ready.unwrap().probes,
        [
            Probe::Command(Command::Script("ping 'a b(c'".to_owned())),
            Probe::File(project.root.join("a b(c").to_str().unwrap().to_owned()),
            Probe::Log(r"^a b\(c$".to_owned()),
        ]
    );
    assert_eq!(supervision.stop.ask, Ask::Command(Command::Argv(vec!["a b(c".to_owned()])));
}

#[test]
fn files_are_looked_for_from_the_directory_of_the_pane() {
    let config = panes(
        "{key: p, command: run, cwd: web, ready: {file: ../up}}\n{key: q, command: run, cwd: web, live: {file: '~/up'}}",
    );
    let place = Place::with(&config);
    place.directory("shop/web");
    let project = place.project();
    let full = |path: &str| Probe::File(place.home().join(path).to_str().unwrap().to_owned());
    assert_eq!(pane(&project, "p").supervision.ready.unwrap().probes, [full("shop/up")]);
    assert_eq!(pane(&project, "q").supervision.live.unwrap().probe, full("up"));
}

#[test]
fn a_key_means_the_pane_of_its_own_window_first() {
    let config = "
workspace:
  windows:
    - {name: a, panes: [{key: db, command: x}, {key: api, command: x, needs: db}]}
    - {name: b, panes: [{key: db, command: x}, {key: api, command: x, needs: [db, a.db]}]}
    - {key: c, name: other, panes: [{key: end, command: x, needs: [b.api]}]}
    - {name: d, panes: [{key: last, command: x, needs: end}]}
";
    let project = Place::with(config).project();
    let windows = &project.workspaces[0].windows;
    let needs = |window: usize, pane: usize| windows[window].panes[pane].supervision.needs.clone();
    assert_eq!(needs(0, 1), [need("a", "db", Needed::Ready)]);
    assert_eq!(needs(1, 1), [need("b", "db", Needed::Ready), need("a", "db", Needed::Ready)]);
    assert_eq!(needs(2, 0), [need("b", "api", Needed::Ready)]);
    assert_eq!(needs(3, 0), [need("c", "end", Needed::Ready)]);
    let needed = |window: usize, pane: usize| windows[window].panes[pane].supervision.needed;
    assert!(needed(0, 0) && !needed(0, 1) && needed(1, 0) && needed(1, 1) && needed(2, 0) && !needed(3, 0));
}

#[test]
fn a_need_of_a_pane_that_is_not_wanted_now_is_dropped_and_noted() {
    let config = "
workspace:
  windows:
    - name: a
      panes: [{key: db, command: x, when: weekday}, {key: api, command: x, needs: [db, b.q]}]
    - {name: b, when: weekday, panes: [{key: q, command: x, needs: [db]}]}
";
    let project = Place::with(config).project();
    assert_eq!(pane(&project, "api").supervision.needs, []);
    for gone in ["a.db", "b.q"] {
        let note = format!("needs: `a.api` does without `{gone}`, which is not wanted now");
        assert!(project.notes.contains(&note), "{:?}", project.notes);
    }
}

#[test]
fn a_need_of_what_waits_for_a_hand_is_noted() {
    let config = panes("{key: lint, command: x, autostart: false}\n{key: api, command: x, needs: [lint]}");
    let note = "needs: `api` waits until somebody starts `lint`, which has `autostart: false`".to_owned();
    let place = Place::with(&config);
    assert!(place.project().notes.contains(&note));
    let checked = rune::config::check(&place.request, &|_| false).unwrap();
    assert!(checked.passed() && checked.notes.contains(&note), "{:?}", checked.notes);
}

#[test]
fn a_log_probe_asks_for_the_log() {
    assert!(kept("ready: {log: up}").logs());
    assert!(kept("log: true").logs());
    assert!(!kept("ready: {file: up}, log: false").logs());
    let sized = kept("log: {size: 32MB}");
    assert_eq!((sized.logs(), sized.log_size), (true, Some(32 << 20)));
    assert_eq!(kept("log: {}").log_size, None);
}

/// The hash of the pane `p` of `place`, kept by `keys`.
fn hash(place: &Place, keys: &str) -> Hash {
    place.file("shop/rune.yaml", &panes(&format!("{{key: q, command: x}}\n{{key: p, command: run{keys}}}")));
    pane(&place.project(), "p").hash
}

#[test]
fn an_edited_policy_is_a_changed_pane() {
    let place = Place::new();
    let mut seen = vec![("", hash(&place, ""))];
    for keys in [
        "needs: q",
        "needs: {pane: q, state: exited}",
        "ready: {tcp: 1}",
        "ready: {tcp: 2}",
        "ready: {http: 'http://a'}",
        "ready: {command: a}",
        "ready: {command: [a]}",
        "ready: {log: a}",
        "ready: {file: a}",
        "ready: {delay: 1s}",
        "ready: {exit: true}",
        "ready: {tcp: 1, timeout: 1s}",
        "ready: {tcp: 1, file: a}",
        "restart: always",
        "restart: on-failure",
        "restart: {when: always, backoff: 2s}",
        "restart: {when: always, backoff: 2s..3s}",
        "restart: {when: always, limit: never}",
        "restart: {when: always, limit: 4 in 60s}",
        "live: {tcp: 1}",
        "live: {tcp: 1, every: 1s}",
        "live: {tcp: 1, failures: 1}",
        "stop: {signal: INT}",
        "stop: {keys: C-c}",
        "stop: {command: a}",
        "stop: {timeout: 1s}",
        "log: true",
        "log: {size: 1MB}",
        "log: {size: 2MB}",
        "autostart: false",
    ] {
        let new = hash(&place, &format!(", {keys}"));
        assert_eq!(seen.iter().find(|(_, old)| *old == new), None, "{keys}");
        seen.push((keys, new));
    }
}

#[test]
fn the_same_policy_in_other_words_is_the_same_pane() {
    let place = Place::new();
    for (one, other) in [
        ("", ", log: false, autostart: true, restart: never, stop: {signal: 15, timeout: 10000ms}"),
        (", needs: q", ", needs: [w.q, {pane: q, state: ready}]"),
        (", ready: {tcp: 1, file: a}", ", ready: {timeout: 1m, file: a, exit: false, tcp: 1}"),
        (", restart: always", ", restart: {limit: 5 in 1m, when: always, backoff: 1s..30s}"),
        (", restart: {when: always, backoff: 2s}", ", restart: {when: always, backoff: 2s..2000ms}"),
        (", stop: {signal: SIGINT}", ", stop: {signal: 2}"),
        (", live: {tcp: 1}", ", live: {every: 10s, failures: 3, tcp: 1}"),
    ] {
        assert_eq!(hash(&place, one), hash(&place, other), "{other}");
    }
}

#[test]
fn placeholders_are_checked_once_they_are_filled_in() {
    let config = panes(
        "{key: p, command: x, ready: {tcp: '{{ x }}', http: 'http://{{ x }}/', log: '({{ x }}'}}\n{key: q, command: x, live: {tcp: 'h:{{ nope }}'}}",
    );
    let place = Place::with(&config.replace("workspace:\n", "workspace:\n  vars: {x: 'a b'}\n"));
    assert_eq!(
        place.mistakes(),
        [
            "6:45 `a b` has no port",
            "6:62 an address has no blanks and no control characters",
            "6:86 the regular expression is wrong here: unclosed group",
            "7:50 there is no variable `nope`",
        ]
    );
}

#[test]
fn long_chains_and_many_circles_take_no_time() {
    let chain: String =
        (0..2_000).map(|i| format!("        - {{key: p{i}, command: x, needs: [p{}]}}\n", i + 1)).collect();
    let head = "workspace:\n  windows:\n    - name: w\n      layout: even-vertical\n      panes:\n";
    let place = Place::with(&format!("{head}{chain}        - {{key: p2000, command: x}}\n"));
    let circles: Vec<String> =
        place.mistakes().into_iter().filter(|one| one.contains("each other")).collect();
    assert_eq!(circles, [""; 0]);
    let pairs: String = (0..1_000)
        .map(|i| format!("        - {{key: a{i}, command: x, needs: b{i}}}\n        - {{key: b{i}, command: x, needs: a{i}}}\n"))
        .collect();
    let mistakes = Place::with(&format!("{head}{pairs}")).mistakes();
    assert!(mistakes.iter().filter(|one| one.contains("each other")).count() > 50);
}

#[test]
fn background_commands_are_kept_and_needed_by_name() {
    let text = configs("config/good").into_iter().find(|path| path.ends_with("services.yaml")).unwrap();
    let project = Place::with(&std::fs::read_to_string(text).unwrap()).project();
    let [db, seed, check] = project.start.as_slice() else { panic!("{:?}", project.start) };
    let file = project.root.join("ops/db.up").to_str().unwrap().to_owned();
    assert_eq!(
        db.supervision.ready,
        Some(Ready {
            probes: vec![Probe::Tcp { host: "localhost".to_owned(), port: 5432 }, Probe::File(file)],
            timeout: 5 * SECOND,
        })
    );
    let down = ["docker", "compose", "down"].map(str::to_owned).to_vec();
    let stop = Stop { ask: Ask::Command(Command::Argv(down)), timeout: 3 * SECOND };
    assert_eq!((&db.supervision.stop, db.needs.as_slice()), (&stop, &[][..]));
    assert_eq!(seed.supervision.stop, Stop { ask: Ask::Signal(2), ..Stop::default() });
    let need = |command: &str, state| rune::ritual::Need { command: command.to_owned(), state };
    assert_eq!(seed.needs, [need("db", Needed::Ready)]);
    assert_eq!(check.needs, [need("db", Needed::Ready), need("Seed shop", Needed::Succeeded)]);
    assert_eq!(check.supervision, Supervision::default());
}
