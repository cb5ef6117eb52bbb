use super::*;
use crate::event::{SCHEMA, Subject, What};
use crate::goal::testing::{needs, probed, record, shop, with};
use crate::record::State;
use crate::workspace::supervision::{Needed, When};

const NOW: u64 = 13_000;

fn told(snapshot: &Snapshot, key: &str, evidence: &Evidence) -> String {
    let (_, _, pane) = snapshot
        .panes()
        .find(|(_, _, pane)| pane.tag.as_ref().is_some_and(|tag| tag.pane.as_str() == key))
        .unwrap();
    let line = |line: &Line| {
        let mark = if line.output { "| " } else { "" };
        format!("{}{mark}{}\n", "  ".repeat(line.depth), line.text)
    };
    why(snapshot, &pane.id, evidence, NOW).iter().map(line).collect()
}

#[test]
fn a_chain_is_followed_to_its_cause() {
    let mut shop = shop(&["db", "api", "web"]);
    needs(&mut shop, "web", &[("api", Needed::Ready)]);
    needs(&mut shop, "api", &[("db", Needed::Ready)]);
    probed(&mut shop, "db");
    record(&mut shop, "db", |record| {
        record.late = true;
        record.probe = Some("tcp 127.0.0.1:5432: connection refused".to_owned());
    });
    let lines = |count| (1..=count).map(|line: u32| format!("line {line}")).collect::<Vec<_>>();
    let output = [("%1".to_owned(), (Source::Log, lines(20)))].into();
    let evidence = Evidence { output, ..Evidence::default() };
    assert_eq!(
        told(&shop, "web", &evidence),
        "\
shop:w.web: waiting, for 12 s
  it needs `api` to be ready
    shop:w.api: waiting, for 12 s
      it needs `db` to be ready
        shop:w.db: running, for 12 s
          it is not ready: tcp 5432
          the last probe said: tcp 127.0.0.1:5432: connection refused
          it is late: it had 5 s to become ready, and is tried further
          the last lines of its log:
            | line 16
            | line 17
            | line 18
            | line 19
            | line 20
"
    );
    let (_, _, web) = shop.panes().find(|(_, _, pane)| pane.id == "%3").unwrap();
    assert_eq!(chain(&shop, web).iter().map(|pane| pane.id.as_str()).collect::<Vec<_>>(), ["%3", "%2", "%1"]);
    assert_eq!(told(&shop, "db", &evidence).matches("| line").count(), 20);
}

#[test]
fn every_state_is_explained() {
    let told = |change: &dyn Fn(&mut Snapshot), evidence: &Evidence| {
        let mut shop = shop(&["a"]);
        with(&mut shop, "a", |pane| {
            pane.known.as_mut().unwrap().specification.supervision.restart.when = When::OnFailure;
        });
        change(&mut shop);
        told(&shop, "a", evidence)
    };
    let nothing = Evidence::default();
    let ended =
        |state: State| move |shop: &mut Snapshot| record(shop, "a", |record| record.state = state.clone());
    assert_eq!(told(&|_| {}, &nothing), "shop:w.a: running, for 12 s\n");
    assert_eq!(
        told(&ended(State::Exited { code: 127 }), &nothing),
        "shop:w.a: exited 127, for 12 s\n  that is: a command was not found\n"
    );
    assert_eq!(
        told(&ended(State::Signalled { signal: 9 }), &nothing),
        "shop:w.a: signal 9, for 12 s\n  that is: SIGKILL: killed, by a person or for want of memory\n"
    );
    assert_eq!(
        told(
            &|shop| record(shop, "a", |record| {
                (record.state, record.waits) = (State::Waiting, vec![supervise::STARTER.to_owned()]);
            }),
            &nothing
        ),
        "shop:w.a: waiting, for 12 s\n  it does not start by itself: `rune pane start shop:w.a` does that\n"
    );
    let (at, subject) = (NOW - 1000, Subject { id: Some(pane_id()), ..Subject::default() });
    let event = |what, by: Option<&str>| Event {
        schema: SCHEMA,
        at,
        what,
        subject: subject.clone(),
        by: by.map(str::to_owned),
    };
    let evidence = |event| Evidence { events: vec![event], ..Evidence::default() };
    let restarting = |shop: &mut Snapshot| {
        record(shop, "a", |record| {
            (record.state, record.restarts, record.since) = (State::Restarting, 2, NOW - 1000);
            record.last = Some((State::Exited { code: 1 }, NOW - 1000));
        });
    };
    assert_eq!(
        told(&restarting, &evidence(event(What::Restarting { restarts: 3, after: 4000 }, None))),
        "shop:w.a: restarting, for 1 s\n  it is started again in 3 s (after failures, after 1 s to 30 s, at most 5 times \
         in 60 s)\n  it was started again 2 times; its last end: exited 1, 1 s ago\n"
    );
    let asked = |shop: &mut Snapshot| {
        record(shop, "a", |record| (record.state, record.asked) = (State::Signalled { signal: 15 }, true));
    };
    assert_eq!(
        told(&asked, &evidence(event(What::Signalled { signal: 15 }, Some("rune pane stop")))),
        "shop:w.a: signal 15, for 12 s\n  that is: SIGTERM\n  it was asked to end by `rune pane stop`\n"
    );
    let gave_up = |shop: &mut Snapshot| {
        record(shop, "a", |record| {
            (record.state, record.restarts) = (State::GaveUp, 5);
            record.last = Some((State::Exited { code: 3 }, 1000));
        });
    };
    assert_eq!(
        told(&gave_up, &nothing),
        "shop:w.a: gave up, for 12 s\n  it was started again 5 times: 5 in 60 s are the limit\n  its last end: \
         exited 3, 12 s ago\n"
    );
    let lost = |shop: &mut Snapshot| with(shop, "a", |pane| pane.dead = true);
    let left = [("%1".to_owned(), vec!["`sleep` (pid 7)".to_owned()])].into();
    assert_eq!(
        told(&lost, &Evidence { processes: left, ..Evidence::default() }),
        "shop:w.a: lost runner\n  rune's own process in the pane (pid 100) was killed: nobody saw how the \
         command ended\n  what is left of it: `sleep` (pid 7)\n"
    );
    let unknown = |shop: &mut Snapshot| with(shop, "a", |pane| pane.known = None);
    assert_eq!(told(&unknown, &nothing), "shop:w.a: unknown\n  what rune wrote down about it is lost\n");
}

fn pane_id() -> crate::record::PaneId {
    crate::record::PaneId::new(true, 1, 0)
}

#[test]
fn a_circle_is_told_once() {
    let mut shop = shop(&["a", "b"]);
    needs(&mut shop, "a", &[("b", Needed::Ready)]);
    needs(&mut shop, "b", &[("a", Needed::Ready), ("gone", Needed::Succeeded)]);
    let told = told(&shop, "a", &Evidence::default());
    assert!(told.ends_with("there is no pane `gone` now: `rune start` opens it\n"), "{told}");
    assert_eq!(told.matches("shop:w.a: waiting").count(), 2, "{told}");
}
