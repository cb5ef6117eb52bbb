//! Background commands that say when they are ready, what they need, and how they end.

use std::net::TcpListener;
use std::path::Path;
use std::time::{Duration, Instant};

use rune::error::Error;
use rune::ritual::{Need, Phase};
use rune::ritual_plan::event::{Event, How};
use rune::ritual_run::Outcome;
use rune::workspace::Command;
use rune::workspace::supervision::{
    Ask, Limit, Live, Needed, Probe, Ready, Restart, Stop, Supervision, When,
};

use super::{LONG, World, done, words};

/// The words among the flags of a line after `start`.
fn after<'f>(flags: &'f str, start: &str) -> impl Iterator<Item = &'f str> {
    flags.split(' ').filter_map(move |flag| flag.strip_prefix(start))
}

/// `needs=NAME`, `needs=NAME.STATE`.
pub(super) fn needs(flags: &str) -> Vec<Need> {
    let need = |word: &str| {
        let (command, state) = word.split_once('.').unwrap_or((word, "ready"));
        let state = Needed::ALL.iter().find(|(word, _)| *word == state).unwrap().1;
        Need { command: command.to_owned(), state }
    };
    after(flags, "needs=").map(need).collect()
}

/// `tcp=PORT`, `http=PORT`, `test=FILE` (a command), `log=REGEX`, `file=FILE`, `exit=`, `delay=MILLISECONDS`;
/// `restart=WHEN` with `backoff=MILLISECONDS` and `limit=TIMES`; `live=FILE`;
/// `soon=` is late after 400 ms; `signal=NUMBER` and `end=FILE` (a command that makes it) stop.
pub(super) fn supervision(root: &Path, flags: &str) -> Supervision {
    let path = |word: &str| root.join(word).to_str().unwrap().to_owned();
    let script = |text: String| Command::Script(text);
    let host = || "127.0.0.1".to_owned();
    let mut probes = Vec::new();
    probes.extend(after(flags, "tcp=").map(|port| Probe::Tcp { host: host(), port: port.parse().unwrap() }));
    probes.extend(after(flags, "http=").map(|port| Probe::Http(format!("http://127.0.0.1:{port}/"))));
    probes.extend(after(flags, "test=").map(|file| {
        Probe::Command(script(format!(
            "test -e {file} && test \"$RUNE_COMMAND\" = db || {{ echo no {file}; exit 3; }}"
        )))
    }));
    probes.extend(after(flags, "log=").map(|regex| Probe::Log(regex.to_owned())));
    probes.extend(after(flags, "file=").map(|file| Probe::File(path(file))));
    probes.extend(after(flags, "exit=").map(|_| Probe::Exit));
    probes.extend(
        after(flags, "delay=").map(|time| Probe::Delay(Duration::from_millis(time.parse().unwrap()))),
    );
    let timeout = if flags.contains("soon=") { Duration::from_millis(400) } else { LONG };
    let signal = after(flags, "signal=").map(|number| Ask::Signal(number.parse().unwrap()));
    let ask =
        signal.chain(after(flags, "end=").map(|file| Ask::Command(script(format!("touch {file}"))))).next();
    let restart = after(flags, "restart=").next().map(|when| {
        let when = [When::Always, When::OnFailure][usize::from(when == "on-failure")];
        let first = after(flags, "backoff=").next().map_or(1, |time| time.parse().unwrap());
        let times = after(flags, "limit=").next().map_or(100, |times| times.parse().unwrap());
        let limit = Some(Limit { times, within: Duration::from_secs(60) });
        Restart { when, first: Duration::from_millis(first), longest: Duration::from_secs(3600), limit }
    });
    let live = after(flags, "live=").next().map(|file| {
        let every = Duration::from_millis(100);
        Live { probe: Probe::File(path(file)), every, failures: 2 }
    });
    Supervision {
        restart: restart.unwrap_or_default(),
        live,
        ready: (!probes.is_empty()).then_some(Ready { probes, timeout }),
        stop: ask.map_or_else(Stop::default, |ask| Stop { ask, timeout: LONG }),
        ..Supervision::default()
    }
}

/// Why the start ritual fails, which has to be with code 4.
fn late(world: &World) -> (String, Vec<Event>) {
    let (outcome, events) = world.run(Phase::Start);
    let error = outcome.unwrap_err();
    assert!(matches!(error, Error::NotReady { .. }), "{error:?}");
    assert_eq!(error.code(), 4);
    (error.to_string(), events)
}

#[test]
fn the_ritual_waits_for_every_probe() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    for (flags, text) in [
        (format!("tcp={port}"), "exec sleep 1000"),
        ("file=up".to_owned(), "sleep 0.2; touch up; exec sleep 1000"),
        ("test=up".to_owned(), "sleep 0.2; touch up; exec sleep 1000"),
        ("log=^up$".to_owned(), "echo not up; sleep 0.2; touch up; echo up; exec sleep 1000"),
        ("exit=".to_owned(), "sleep 0.2; touch up"),
        (
            format!("file=up test=two log=up tcp={port}"),
            "touch up; sleep 0.2; touch two; echo up; exec sleep 1000",
        ),
    ] {
        let world = World::new(&format!("db|background {flags}|{text}\nlast||ls > seen"));
        let (outcome, events) = world.run(Phase::Start);
        assert_eq!(outcome.unwrap(), Outcome::Ran, "{flags}");
        assert_eq!(words(&done(&events)), "db background, last ended");
        let ready =
            events.iter().position(|event| matches!(event, Event::Ready { name, .. } if name == "db"));
        let last = events.iter().position(|event| matches!(event, Event::Begins { name } if name == "last"));
        assert!(ready.unwrap() < last.unwrap(), "{events:?}");
        let made = text.matches("touch").count();
        assert_eq!(world.text("seen").lines().count(), 1 + made, "{flags}");
    }
}

#[test]
fn a_delay_is_waited_for() {
    let world = World::new("db|background delay=1500|exec sleep 1000");
    let begin = Instant::now();
    world.start();
    assert!(begin.elapsed() >= Duration::from_millis(1500));
}

#[test]
fn what_is_not_ready_in_time_fails_with_what_the_probe_said() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    for (flags, why) in [
        (format!("tcp={port}"), format!("{port}: connection refused")),
        (format!("http={port}"), "connection refused".to_owned()),
        ("test=up".to_owned(), "exited 3: no up".to_owned()),
        ("log=up".to_owned(), "log /up/: no line matches yet".to_owned()),
        ("file=up".to_owned(), "no such file or directory".to_owned()),
        ("exit=".to_owned(), "its end: it still runs".to_owned()),
    ] {
        let world = World::new(&format!("db|background soon= {flags}|exec sleep 1000\nlast||touch last"));
        let (message, events) = late(&world);
        assert!(message.starts_with("`db` was not ready in 0.4 s: "), "{message}");
        assert!(message.ends_with(&why), "{message}");
        assert_eq!(words(&done(&events)), "db background, db late");
        // it goes on, so that the next ritual finds it and asks again
        assert_eq!(world.background().len(), 1);
        let (_, events) = late(&world);
        assert_eq!(words(&done(&events)), "db kept, db late");
        assert_eq!(world.text("last"), "");
    }
}

#[test]
fn an_early_end_is_not_waited_out() {
    let world = World::new("db|background file=up|echo gone; exit 7");
    let begin = Instant::now();
    let (message, _) = late(&world);
    assert!(message.starts_with("`db` exited 7 before it was ready: file `"), "{message}");
    let world = World::new("db|background file=up|true");
    let (message, _) = late(&world);
    assert!(message.starts_with("`db` exited 0 before it was ready: "), "{message}");
    assert!(begin.elapsed() < LONG);
}

#[test]
fn what_forks_and_ends_well_is_waited_for() {
    let world = World::new("db|background file=up|(sleep 0.3; touch up; exec sleep 1000) & exit 0");
    assert_eq!(words(&world.start()), "db background");
}

#[test]
fn an_optional_command_that_is_late_fails_those_that_need_it_ready() {
    let world = World::new(
        "db|background optional soon= file=up|exec sleep 1000\nany|needs=db.started|touch any\nmay|optional needs=db|touch may\nmust|needs=db|touch must",
    );
    let (message, events) = late(&world);
    assert!(message.starts_with("`must` needs `db`, which was not ready in 0.4 s: file `"), "{message}");
    assert_eq!(words(&done(&events)), "db background, db late, any ended, may late, must late");
    let late =
        |event: &&Event| matches!(event, Event::Done { how: How::NotReady { optional: true, .. }, .. });
    assert_eq!(events.iter().filter(late).count(), 2);
}

#[test]
fn a_need_waits_for_an_end() {
    let world =
        World::new("seed|background|sleep 0.3; echo seed >> log\nlast|needs=seed.succeeded|echo last >> log");
    assert_eq!(words(&world.start()), "seed background, last ended");
    assert_eq!(world.text("log"), "seed\nlast\n");
    for (state, text) in [
        ("succeeded", "needs the success of `seed`, which exited 5"),
        ("ready", "needs `seed`, which exited 5"),
    ] {
        let world = World::new(&format!(
            "seed|background|exit 5\nwait|needs=seed.exited|true\nlast|needs=seed.{state}|touch last"
        ));
        let (message, _) = late(&world);
        assert_eq!(message, format!("`last` {text}"));
    }
    let world = World::new("seed|background|exit 5\nlast|needs=seed.exited|touch last");
    assert_eq!(words(&world.start()), "seed background, last ended");
    let world = World::new("seed|background|exec sleep 1000\nlast|limited needs=seed.exited|touch last");
    let (message, _) = late(&world);
    assert_eq!(message, "`last` needs `seed`, which has not ended in 0.3 s");
}

#[test]
fn ctrl_c_ends_the_waiting() {
    let world = World::new("db|background file=never|exec sleep 1000");
    let mut session = rexpect::session::spawn_command(world.rune(), Some(20_000)).unwrap();
    // only now it surely waits
    session.exp_string("Passed").unwrap();
    session.send_control('c').unwrap();
    session.exp_string("outcome Err(Interrupted)").unwrap();
}

#[test]
fn a_background_command_is_asked_to_end_as_it_declares() {
    // TERM would leave `term` behind
    let traps = "trap 'echo term > how; exit' TERM; trap 'echo int > how; exit' INT; touch up; while :; do sleep 0.1; [ -e end ] && echo end > how && exit; done";
    for (flags, how) in [("signal=2", "int\n"), ("end=end", "end\n"), ("", "term\n")] {
        let world = World::new(&format!("db|background file=up {flags}|{traps}"));
        world.start();
        assert_eq!(world.end_background(LONG), ["db"], "{flags}");
        assert_eq!(world.text("how"), how, "{flags}");
    }
}

#[test]
fn what_started_last_ends_first() {
    let command = |name: &str| {
        format!(
            "{name}|background file={name}.up|trap 'echo {name} >> order; exit' TERM; touch {name}.up; while :; do sleep 0.1; done"
        )
    };
    let world = World::new(&[command("a"), command("b"), command("c")].join("\n"));
    world.start();
    assert_eq!(world.end_background(LONG), ["c", "b", "a"]);
    assert_eq!(world.text("order"), "c\nb\na\n");
}
