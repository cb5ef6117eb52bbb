//! An action that is printed and read again is the same action.

use proptest::option;
use proptest::prelude::*;
use rune::heroscript::{Action, Environment, Log, MOST_PANES, Name, PaneName, PanePlace, WindowName};

use crate::script::read;

fn name() -> impl Strategy<Value = Name> {
    "[^\\p{Cc}|]{1,8}".prop_filter_map("blank", |text| Name::new(&text))
}

fn window() -> impl Strategy<Value = WindowName> {
    (name(), name()).prop_map(|(session, window)| WindowName { session, window })
}

fn lasting_place() -> impl Strategy<Value = PanePlace> {
    let label = "[^\\p{Cc}|]{1,8}".prop_filter_map("no label", |text| PanePlace::new(&text));
    prop_oneof![(1..=MOST_PANES).prop_map(PanePlace::Place), label]
        .prop_filter("active", |place| *place != PanePlace::Active)
}

fn lasting() -> impl Strategy<Value = PaneName> {
    (window(), lasting_place()).prop_map(|(window, pane)| PaneName { window, pane })
}

fn pane() -> impl Strategy<Value = PaneName> {
    let place = prop_oneof![3 => lasting_place(), 1 => Just(PanePlace::Active)];
    (window(), place).prop_map(|(window, pane)| PaneName { window, pane })
}

/// Any text that a script can say: over several lines none in which every line is indented, with one
/// kind of line break, and no blank before a backslash at the end.
fn text() -> impl Strategy<Value = String> {
    "([ -~]|[\n'\"\\\\\t ]|\\PC|[\u{1}-\u{8}]){0,40}".prop_filter("cannot be said", |text| {
        let in_lines = text.contains('\n') || text.ends_with('\\');
        let shows = |line: &&str| !line.trim_matches([' ', '\t']).is_empty();
        !text.contains('\0')
            && (!in_lines
                || text.split('\n').all(|line| !shows(&line))
                || text.split('\n').filter(shows).any(|line| !line.starts_with([' ', '\t'])))
    })
}

fn command() -> impl Strategy<Value = Option<String>> {
    option::of(text().prop_filter("blank", |text| !text.trim().is_empty()))
}

fn environment() -> impl Strategy<Value = Environment> {
    proptest::collection::btree_map("[A-Za-z_][A-Za-z0-9_]{0,6}", text(), 0..4)
}

fn log() -> impl Strategy<Value = Option<Log>> {
    let path = option::of("[^\\p{Cc}\\\\]{1,10}");
    option::of((path, any::<bool>()).prop_map(|(path, reset)| Log { path, reset }))
}

fn action() -> impl Strategy<Value = Action> {
    let grids = proptest::sample::select(vec![1, 2, 4, 6, 8, 12, 16]);
    let port = || 1..=u16::MAX;
    prop_oneof![
        (name(), any::<bool>()).prop_map(|(session, reset)| Action::SessionCreate { session, reset }),
        name().prop_map(|session| Action::SessionDelete { session }),
        name().prop_map(|session| Action::SessionEnsure { session }),
        (window(), command(), environment(), any::<bool>()).prop_map(
            |(window, command, environment, reset)| Action::WindowCreate {
                window,
                command,
                environment,
                reset
            }
        ),
        window().prop_map(|window| Action::WindowDelete { window }),
        (window(), grids, command(), environment()).prop_map(|(window, panes, command, environment)| {
            Action::WindowEnsure { window, panes, command, environment }
        }),
        (pane(), command()).prop_filter_map("nothing to type", |(pane, text)| {
            Some(Action::PaneExecute { pane, text: text? })
        }),
        pane().prop_map(|pane| Action::PaneKill { pane }),
        (pane(), command(), any::<bool>(), environment(), log()).prop_map(
            |(pane, command, horizontal, environment, log)| Action::PaneSplit {
                pane,
                command,
                horizontal,
                environment,
                log
            }
        ),
        (lasting(), option::of(name()), command(), environment(), log()).prop_map(
            |(pane, label, command, environment, log)| Action::PaneEnsure {
                pane,
                label,
                command,
                environment,
                log
            }
        ),
        (name(), port(), any::<bool>()).prop_map(|(session, port, editable)| Action::SessionTtyd {
            session,
            port,
            editable
        }),
        (window(), port(), any::<bool>()).prop_map(|(window, port, editable)| Action::WindowTtyd {
            window,
            port,
            editable
        }),
        (name(), option::of(port())).prop_map(|(session, port)| Action::SessionTtydStop { session, port }),
        (window(), option::of(port())).prop_map(|(window, port)| Action::WindowTtydStop { window, port }),
        Just(Action::TtydStopAll),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn what_is_printed_is_read_again(actions in proptest::collection::vec(action(), 0..6)) {
        let printed: String = actions.iter().map(|action| format!("{action}\n\n")).collect();
        let read = read(&printed);
        let read: Vec<Action> = match read {
            Ok(statements) => statements.into_iter().map(|statement| statement.action).collect(),
            Err(problems) => panic!("{problems:?}\n{printed}"),
        };
        prop_assert_eq!(read, actions, "{}", printed);
    }
}
