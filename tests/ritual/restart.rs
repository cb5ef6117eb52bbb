//! Background commands with a runner of their own: started again, looked at, and ended.

use std::fs;
use std::time::Duration;

use rune::error::Error;
use rune::process;
use rune::record::State;
use rune::ritual::Phase;
use rune::ritual_plan::event::Event;
use rune::ritual_plan::record::Background;
use rune::ritual_run::{self, Known, Outcome};

use super::wait::until;
use super::{LONG, World, done, words};

impl World {
    /// The only background command, and what its runner says of it.
    fn kept(&self) -> (Background, Known) {
        let record = ritual_run::record(&self.project(), &self.state()).unwrap();
        let [one] = record.background.as_slice() else { panic!("{record:?}") };
        (one.clone(), ritual_run::known(one).expect("it has a runner"))
    }

    fn wait_for(&self, state: &State) -> Known {
        until(&format!("{state:?}"), || Some(self.kept().1).filter(|known| known.state == *state))
    }

    /// What of any command of this world runs.
    fn alive(&self) -> Vec<String> {
        let table = process::snapshot();
        let here = |pid: u32| fs::read_link(format!("/proc/{pid}/cwd")).is_ok_and(|cwd| cwd == self.root());
        table.processes().iter().filter(|one| here(one.pid)).map(process::command_line).collect()
    }

    fn kill_runner(&self) {
        let (pid, _) = self.kept().0.process.unwrap();
        let pid = rustix::process::Pid::from_raw(pid.cast_signed()).unwrap();
        rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap();
    }
}

#[test]
fn what_fails_is_started_again_until_it_is_given_up() {
    let world = World::new("db|background restart=on-failure backoff=20 limit=3|echo x >> log; exit 3");
    assert_eq!(words(&world.start()), "db background");
    let known = world.wait_for(&State::GaveUp);
    let record = known.record.unwrap();
    assert_eq!((record.restarts, record.last.unwrap().0), (3, State::Exited { code: 3 }));
    assert_eq!(world.text("log"), "x\n".repeat(4));
    until("its runner to end", || (!world.kept().1.alive).then_some(()));
    assert_eq!(world.kept().1.state, State::GaveUp, "that stays known");
    assert_eq!(world.alive(), [""; 0]);
    assert_eq!(words(&world.start_again()), "db background");
    until("it to be tried anew", || (world.text("log").len() > 8).then_some(()));
    world.wait_for(&State::GaveUp);
    assert_eq!(world.end_background(LONG), [""; 0], "nothing of it runs");
    let record = ritual_run::record(&world.project(), &world.state()).unwrap();
    assert_eq!(record.background, []);
    assert!(!world.state().join("rituals").read_dir().unwrap().any(|entry| entry.unwrap().path().is_dir()));
}

#[test]
fn the_pause_before_a_restart_grows() {
    let world = World::new("db|background restart=always backoff=100 limit=3|date +%s%N >> log");
    world.start();
    world.wait_for(&State::GaveUp);
    let log = world.text("log");
    let times: Vec<u128> = log.lines().map(|line| line.parse().unwrap()).collect();
    let pauses: Vec<u128> = times.windows(2).map(|pair| (pair[1] - pair[0]) / 1_000_000).collect();
    let [one, two, three] = pauses[..] else { panic!("{pauses:?}") };
    assert!(one >= 95 && two >= 195 && three >= 395, "{pauses:?}");
}

#[test]
fn success_is_not_started_again_on_failure_only() {
    let world = World::new("db|background restart=on-failure exit=|echo x >> log");
    assert_eq!(words(&world.start()), "db background");
    let known = world.wait_for(&State::Exited { code: 0 });
    assert_eq!((known.record.unwrap().restarts, world.text("log").as_str()), (0, "x\n"));
}

#[test]
fn the_ritual_waits_until_the_runner_finds_it_ready() {
    for (probe, up) in [("file=up", "touch up"), ("log=^up$", "echo up"), ("test=up", "touch up")] {
        let world = World::new(&format!(
            "db|background restart=on-failure backoff=50 {probe}|[ -e once ] || {{ touch once; exit 1; }}; sleep 0.2; {up}; exec sleep 1000\nlast||touch last"
        ));
        let (outcome, events) = world.run(Phase::Start);
        assert_eq!(outcome.unwrap(), Outcome::Ran, "{probe}");
        assert_eq!(words(&done(&events)), "db background, last ended");
        assert!(events.iter().any(|event| matches!(event, Event::Ready { name, .. } if name == "db")));
        let (one, known) = world.kept();
        assert_eq!((known.state, known.record.unwrap().restarts), (State::Ready, 1), "{probe}");

        // It has no terminal and a session of its own, and goes on although the ritual has ended.
        let runner = process::find(one.process.unwrap().0).unwrap();
        assert_eq!((runner.session, runner.group), (runner.pid, runner.pid));
        assert_eq!(fs::read_link(format!("/proc/{}/fd/0", runner.pid)).unwrap().to_str(), Some("/dev/null"));
        // Another start finds it, and asks nobody to wait.
        assert_eq!(words(&world.start_again()), "db kept, last ended");
        assert_eq!(world.kept().0, one);
    }
}

#[test]
fn a_line_of_an_earlier_run_makes_nothing_ready() {
    let world = World::new(
        "db|background soon= restart=on-failure backoff=20 log=^up$|[ -e once ] || { touch once; echo up; exit 1; }; exec sleep 1000",
    );
    // The first run may be ready for a moment, which the ritual may see.
    let _ = world.run(Phase::Start);
    let known = until("the second run", || {
        let known = world.kept().1;
        known.record.as_ref().is_some_and(|record| record.restarts == 1 && record.late).then_some(known)
    });
    assert_eq!(known.state, State::Running);
}

#[test]
fn what_is_given_up_before_it_was_ready_fails_the_ritual() {
    let world =
        World::new("db|background restart=on-failure backoff=20 limit=2 file=up|exit 3\nlast||touch last");
    let (outcome, events) = world.run(Phase::Start);
    let error = outcome.unwrap_err();
    assert!(matches!(error, Error::NotReady { .. }), "{error:?}");
    assert_eq!(error.to_string(), "`db` gave up after exited 3 before it was ready");
    assert_eq!(words(&done(&events)), "db background, db late");
    let world = World::new("db|background soon= restart=on-failure file=up|exec sleep 1000");
    let error = world.run(Phase::Start).0.unwrap_err().to_string();
    assert!(error.starts_with("`db` was not ready in 0.4 s: file `"), "{error}");
    assert!(error.ends_with("no such file or directory"), "{error}");
    let known = world.kept().1;
    assert!(known.alive && known.state == State::Running, "it goes on: {known:?}");
}

#[test]
fn a_need_waits_for_an_end_that_is_for_good() {
    let world = World::new(
        "seed|background restart=on-failure backoff=20|echo x >> log; [ $(wc -l < log) = 3 ]\nlast|needs=seed.succeeded|cp log seen",
    );
    assert_eq!(words(&world.start()), "seed background, last ended");
    assert_eq!(world.text("seen"), "x\n".repeat(3));
}

#[test]
fn what_cannot_be_started_fails_the_ritual_and_leaves_nobody() {
    let world = World::new("db|background restart=always|x\nlast||touch last");
    let mut project = world.project();
    project.start[0].command = Some(rune::workspace::Command::Argv(vec!["no-such-program".to_owned()]));
    let (state, environment) = (world.state(), super::plain_environment());
    let options = super::options(&state, &environment, &[], false);
    let error = ritual_run::run(&project, Phase::Start, &options, &mut |_| {}).unwrap_err();
    assert_eq!(error.code(), 127, "{error}");
    assert_eq!((world.alive(), world.background()), (Vec::new(), Vec::new()));
}

#[test]
fn what_is_not_alive_is_ended_and_started_again() {
    let world = World::new(
        "db|background restart=on-failure backoff=20 live=alive|touch alive; echo x >> log; exec sleep 1000",
    );
    world.start();
    until("it to be up", || (world.text("log") == "x\n").then_some(()));
    fs::remove_file(world.root().join("alive")).unwrap();
    until("it to be started again", || (world.text("log") == "x\nx\n").then_some(()));
    let record = world.kept().1.record.unwrap();
    assert_eq!((record.restarts, record.last.unwrap().0), (1, State::Signalled { signal: 15 }));
    assert_eq!(world.end_background(LONG), ["db"]);
    assert_eq!(world.alive(), [""; 0]);
}

#[test]
fn a_stop_ends_a_pause_at_once() {
    let world = World::new("db|background restart=on-failure backoff=600000|exit 3");
    world.start();
    world.wait_for(&State::Restarting);
    assert_eq!(world.end_background(LONG), ["db"]);
    assert_eq!((world.alive(), world.background()), (Vec::new(), Vec::new()));
}

#[test]
fn a_stop_goes_by_the_rule_and_nothing_survives_it() {
    for (flags, how) in [("signal=2", "int\n"), ("end=end", "end\n"), ("", "term\n")] {
        let world = World::new(&format!(
            "db|background restart=always {flags} file=up|(setsid sleep 1000 &); trap 'echo term > how; exit' TERM; trap 'echo int > how; exit' INT; touch up; while :; do sleep 0.1; [ -e end ] && echo end > how && exit; done"
        ));
        world.start();
        assert_eq!(world.end_background(LONG), ["db"], "{flags}");
        assert_eq!((world.text("how").as_str(), world.alive()), (how, Vec::new()), "{flags}");
    }
    let world = World::new(
        "db|background restart=always file=up|trap '' TERM HUP; touch up; while :; do sleep 1000; done",
    );
    world.start();
    assert_eq!(world.end_background(Duration::from_millis(200)), ["db"]);
    assert_eq!(world.alive(), [""; 0]);
}

#[test]
fn a_killed_runner_is_told_of_and_what_survived_is_ended() {
    let world = World::new(
        "db|background restart=always file=up signal=2|(setsid sleep 1000 &); trap 'echo int > how; exit' INT; touch up; while :; do sleep 0.1; done",
    );
    world.start();
    world.kill_runner();
    let known = world.wait_for(&State::LostRunner);
    assert!(!known.alive);
    assert!(world.alive().len() >= 2, "{:?}", world.alive());
    let before = world.kept().0;

    // Nothing alive is started again, and somebody is told.
    let (state, environment) = (world.state(), super::plain_environment());
    let mut events = Vec::new();
    let options = super::options(&state, &environment, &[], true);
    ritual_run::run(&world.project(), Phase::Start, &options, &mut |event| events.push(event)).unwrap();
    assert_eq!(words(&done(&events)), "db kept");
    assert!(events.contains(&Event::RunnerLost { name: "db".to_owned() }), "{events:?}");
    assert_eq!(world.kept().0, before);

    assert_eq!(world.end_background(LONG), ["db"]);
    assert_eq!((world.text("how").as_str(), world.alive()), ("int\n", Vec::new()));
}

#[test]
fn another_policy_is_another_command() {
    let mut world = World::new("db|background restart=always|exec sleep 1000");
    world.start();
    let before = world.background();
    world.start = "db|background restart=on-failure|exec sleep 1000".to_owned();
    assert_eq!(words(&world.start_again()), "db background");
    assert_ne!(world.background(), before);
    assert_eq!(world.alive().len(), 2, "a runner and a command: {:?}", world.alive());
    world.start = "db|background|exec sleep 1000".to_owned();
    world.start_again();
    // Its shell becomes it.
    until("nobody to keep what needs nobody", || (world.alive() == ["sleep 1000"]).then_some(()));
}

#[test]
fn an_interrupted_start_leaves_it_and_the_next_one_finds_it() {
    let world = World::new("db|background restart=always file=never|echo up; exec sleep 1000");
    let mut session = rexpect::session::spawn_command(world.rune(), Some(20_000)).unwrap();
    session.exp_string("Passed").unwrap();
    session.send_control('c').unwrap();
    session.exp_string("outcome Err(Interrupted)").unwrap();
    session.exp_eof().unwrap();
    let (one, known) = world.kept();
    assert!(known.alive && known.state == State::Running, "{known:?}");
    fs::write(world.root().join("never"), "").unwrap();
    let (outcome, events) = world.run(Phase::Start);
    assert_eq!((outcome.unwrap(), words(&done(&events)).as_str()), (Outcome::Ran, "db kept"));
    assert_eq!(world.kept().0, one);
    assert_eq!(fs::read_to_string(&one.log).unwrap(), "up\n");
}
