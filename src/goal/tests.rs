use super::testing::{needs, probed, record, shop, with};
use super::*;
use crate::workspace::supervision::Limit;

fn verdict(snapshot: &Snapshot, key: &str, wanted: Needed) -> String {
    let pane =
        snapshot.panes().find(|(_, _, pane)| pane.tag.as_ref().is_some_and(|tag| tag.pane.as_str() == key));
    match judge(snapshot, pane.unwrap().2, wanted, 10_000) {
        Verdict::Reached => "reached".to_owned(),
        Verdict::NotYet(seen) => format!("not yet: {seen}"),
        Verdict::Late { why, .. } => format!("late: {why}"),
        Verdict::Never(why) => format!("never: {why}"),
    }
}

#[test]
fn what_is_late_makes_late_what_needs_it_to_be_ready() {
    let mut shop = shop(&["db", "api", "web"]);
    probed(&mut shop, "db");
    needs(&mut shop, "api", &[("db", Needed::Ready)]);
    needs(&mut shop, "web", &[("api", Needed::Ready)]);
    record(&mut shop, "db", |record| {
        (record.late, record.probe) = (true, Some("tcp 5432: refused".to_owned()));
    });
    let late = "it had 5 s to become ready: tcp 5432: refused";
    assert_eq!(verdict(&shop, "db", Needed::Ready), format!("late: {late}"));
    assert_eq!(verdict(&shop, "db", Needed::Exited), "not yet: running, late: tcp 5432: refused");
    assert_eq!(verdict(&shop, "web", Needed::Ready), format!("late: it needs `api`: it needs `db`: {late}"));
    record(&mut shop, "db", |record| record.state = State::Ready);
    assert_eq!(verdict(&shop, "web", Needed::Ready), "not yet: waiting for api: …");
}

#[test]
fn each_state_is_there_not_yet_or_never() {
    let killed = State::Signalled { signal: 9 };
    let (done, failed) = (State::Exited { code: 0 }, State::Exited { code: 1 });
    for (state, ready, succeeded, exited) in [
        (State::Running, "reached", "not yet: running", "not yet: running"),
        (State::Ready, "reached", "not yet: ready", "not yet: ready"),
        (State::Waiting, "not yet: waiting", "not yet: waiting", "not yet: waiting"),
        (done, "reached", "reached", "reached"),
        (failed, "never: it is over: exited 1", "never: it is over: exited 1", "reached"),
        (killed, "never: it is over: signal 9", "never: it is over: signal 9", "reached"),
        (State::Restarting, "not yet: restarting", "not yet: restarting", "not yet: restarting"),
    ] {
        let mut shop = shop(&["a"]);
        record(&mut shop, "a", |record| record.state = state.clone());
        assert_eq!(verdict(&shop, "a", Needed::Ready), ready, "{state:?}");
        assert_eq!(verdict(&shop, "a", Needed::Succeeded), succeeded, "{state:?}");
        assert_eq!(verdict(&shop, "a", Needed::Exited), exited, "{state:?}");
    }
}

#[test]
fn a_probed_command_that_runs_is_not_ready() {
    let mut shop = shop(&["a"]);
    probed(&mut shop, "a");
    record(&mut shop, "a", |record| record.probe = Some("tcp 5432: refused".to_owned()));
    assert_eq!(verdict(&shop, "a", Needed::Ready), "not yet: running, not ready: tcp 5432: refused");
    assert_eq!(verdict(&shop, "a", Needed::Started), "reached");
}

#[test]
fn an_end_that_is_followed_by_a_start_is_not_the_last_word() {
    let mut shop = shop(&["a"]);
    record(&mut shop, "a", |record| record.state = State::Exited { code: 1 });
    with(&mut shop, "a", |pane| {
        pane.known.as_mut().unwrap().specification.supervision.restart.when = When::OnFailure;
    });
    assert_eq!(verdict(&shop, "a", Needed::Ready), "not yet: exited 1");
    // Asked for: by a restart, which starts it soon, or by a stop.
    record(&mut shop, "a", |record| (record.asked, record.since) = (true, 10_000 - SETTLED + 1));
    assert_eq!(verdict(&shop, "a", Needed::Ready), "not yet: exited 1 was asked to end");
    record(&mut shop, "a", |record| record.since = 10_000 - SETTLED);
    assert_eq!(verdict(&shop, "a", Needed::Ready), "never: it is over: exited 1, as somebody asked");
}

#[test]
fn what_needs_something_that_will_not_come_will_not_come() {
    let mut shop = shop(&["db", "api", "web"]);
    needs(&mut shop, "api", &[("db", Needed::Ready)]);
    needs(&mut shop, "web", &[("api", Needed::Ready)]);
    assert_eq!(verdict(&shop, "web", Needed::Ready), "not yet: waiting for api: …");
    record(&mut shop, "db", |record| {
        (record.state, record.restarts) = (State::GaveUp, 5);
        record.last = Some((State::Exited { code: 3 }, 9000));
    });
    let gave_up = "it gave up after 5 restarts, last exited 3";
    assert_eq!(verdict(&shop, "api", Needed::Ready), format!("never: it needs `db`: {gave_up}"));
    assert_eq!(
        verdict(&shop, "web", Needed::Ready),
        format!("never: it needs `api`: it needs `db`: {gave_up}")
    );
    record(&mut shop, "db", |record| record.restarts = 1);
    assert_eq!(verdict(&shop, "db", Needed::Ready), "never: it gave up after 1 restart, last exited 3");
    with(&mut shop, "db", |pane| {
        let limit = Some(Limit { times: 5, within: std::time::Duration::from_secs(60) });
        pane.known.as_mut().unwrap().specification.supervision.restart.limit = limit;
    });
    needs(&mut shop, "db", &[("web", Needed::Ready)]);
    assert_eq!(verdict(&shop, "web", Needed::Ready), "not yet: waiting for api: …", "a circle ends");
}

#[test]
fn what_nobody_starts_or_nobody_knows_will_not_come() {
    let mut shop = shop(&["a"]);
    record(&mut shop, "a", |record| {
        (record.state, record.waits) = (State::Waiting, vec![STARTER.to_owned()]);
    });
    assert_eq!(verdict(&shop, "a", Needed::Started), "never: it waits for `rune pane start`");
    record(&mut shop, "a", |record| record.state = State::Ready);
    with(&mut shop, "a", |pane| pane.dead = true);
    assert_eq!(verdict(&shop, "a", Needed::Ready), "never: its runner was killed");
    with(&mut shop, "a", |pane| {
        pane.dead = false;
        pane.known.as_mut().unwrap().record = None;
    });
    assert_eq!(verdict(&shop, "a", Needed::Ready), "not yet: about to start");
    with(&mut shop, "a", |pane| pane.known = None);
    assert_eq!(verdict(&shop, "a", Needed::Ready), "never: what is written down about it is lost");
    with(&mut shop, "a", |pane| pane.tag = None);
    let (_, _, pane) = shop.panes().next().unwrap();
    assert!(matches!(judge(&shop, pane, Needed::Ready, 0), Verdict::Never(why) if why.contains("by hand")));
}
