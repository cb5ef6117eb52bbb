//! Rituals: what runs, what is kept, what is recorded, and what ends them.
#![allow(clippy::disallowed_methods, clippy::disallowed_macros, clippy::unwrap_used, missing_docs)]

#[path = "ritual/kept.rs"]
mod kept;
#[path = "ritual/restart.rs"]
mod restart;
#[allow(dead_code)]
#[path = "support/wait.rs"]
mod wait;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use jiff::civil::date;
use rune::condition::Present;
use rune::error::{Error, Result};
use rune::process;
use rune::project::Project;
use rune::ritual::{Condition, Interactive, Phase, RitualCommand};
use rune::ritual_plan::event::{Event, How};
use rune::ritual_run::{self, Options, Outcome};
use rune::workspace::{self, Key};
use wait::until;

const LONG: Duration = Duration::from_secs(20);

/// A project whose rituals are written as lines `name|flags|text`, its directory and its records.
struct World {
    directory: tempfile::TempDir,
    start: String,
    stop: String,
    inherited: Vec<(OsString, OsString)>,
    force: bool,
}

impl World {
    fn new(start: &str) -> World {
        let directory = tempfile::tempdir().unwrap();
        fs::create_dir(directory.path().join("root")).unwrap();
        World { directory, start: start.to_owned(), stop: String::new(), inherited: Vec::new(), force: false }
    }

    fn root(&self) -> PathBuf {
        self.directory.path().join("root")
    }

    fn state(&self) -> PathBuf {
        self.directory.path().join("state/rune")
    }

    fn project(&self) -> Project {
        project(&self.root(), &self.start, &self.stop)
    }

    fn run_with(&self, phase: Phase, on: &mut dyn FnMut(Event)) -> Result<Outcome> {
        let (state, environment) = (self.state(), plain_environment());
        ritual_run::run(
            &self.project(),
            phase,
            &options(&state, &environment, &self.inherited, self.force),
            on,
        )
    }

    fn run(&self, phase: Phase) -> (Result<Outcome>, Vec<Event>) {
        let mut events = Vec::new();
        let outcome = self.run_with(phase, &mut |event| events.push(event));
        (outcome, events)
    }

    /// Runs the start ritual, which has to come to its end; what became of its commands.
    fn start(&self) -> Vec<(String, How)> {
        let (outcome, events) = self.run(Phase::Start);
        assert_eq!(outcome.unwrap(), Outcome::Ran, "{events:?}");
        done(&events)
    }

    fn text(&self, file: &str) -> String {
        fs::read_to_string(self.root().join(file)).unwrap_or_default()
    }

    /// The start ritual in a process of its own.
    fn rune(&self) -> Command {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--exact", &test_name("as_rune"), "--ignored", "--nocapture"]);
        command
            .env("WORLD_ROOT", self.root())
            .env("WORLD_STATE", self.state())
            .env("WORLD_START", &self.start);
        command
    }

    /// What runs in the background: name and the first process.
    fn background(&self) -> Vec<(String, u32)> {
        let record = ritual_run::record(&self.project(), &self.state()).unwrap();
        let running = ritual_run::running(&record);
        running.into_iter().map(|(one, _)| (one.name, one.process.unwrap().0)).collect()
    }

    fn end_background(&self, grace: Duration) -> Vec<String> {
        let (state, environment) = (self.state(), plain_environment());
        let options = options(&state, &environment, &[], false);
        let ended = ritual_run::end_background(&self.project(), &options, grace, &mut |_| {}).unwrap();
        assert!(ended.iter().all(|(_, survivors)| survivors.is_empty()), "{ended:?}");
        ended.into_iter().map(|(one, _)| one.name).collect()
    }
}

impl Drop for World {
    fn drop(&mut self) {
        if fs::exists(self.state()).unwrap() {
            self.end_background(Duration::ZERO);
        }
    }
}

fn plain_environment() -> Vec<(OsString, OsString)> {
    vec![("PATH".into(), std::env::var_os("PATH").unwrap())]
}

fn options<'a>(
    state: &'a Path,
    environment: &'a [(OsString, OsString)],
    inherited: &'a [(OsString, OsString)],
    force: bool,
) -> Options<'a> {
    let (program, journal) = (Path::new(env!("CARGO_BIN_EXE_rune")), Path::new(""));
    Options {
        state,
        environment,
        inherited,
        shell: "/bin/sh",
        force,
        caller: "`rune start`",
        program,
        journal,
    }
}

fn project(root: &Path, start: &str, stop: &str) -> Project {
    let commands = |lines: &str| lines.lines().map(|line| command(root, line)).collect();
    Project {
        name: "web".to_owned(),
        rule: "the test".to_owned(),
        root: root.to_owned(),
        config: None,
        start: commands(start),
        stop: commands(stop),
        workspaces: Vec::new(),
        default_workspace: false,
        notes: Vec::new(),
        pass: Vec::new(),
        drop: Vec::new(),
    }
}

fn command(root: &Path, line: &str) -> RitualCommand {
    let [name, flags, text] = line.splitn(3, '|').collect::<Vec<_>>().try_into().unwrap();
    RitualCommand {
        name: name.to_owned(),
        global: false,
        command: Some(workspace::Command::Script(text.to_owned())),
        optional: flags.contains("optional"),
        background: flags.contains("background"),
        interactive: flags.contains("terminal").then_some(Interactive::Terminal),
        timeout: flags.contains("limited").then_some(Duration::from_millis(300)),
        cwd: root.to_owned(),
        environment: BTreeMap::new(),
        pass: Vec::new(),
        when: None,
        needs: kept::needs(flags),
        supervision: kept::supervision(root, flags),
    }
}

fn done(events: &[Event]) -> Vec<(String, How)> {
    let how = |event: &Event| match event {
        Event::Done { name, how, .. } => Some((name.clone(), how.clone())),
        _ => None,
    };
    events.iter().filter_map(how).collect()
}

/// One word for what became of each command.
fn words(done: &[(String, How)]) -> String {
    let word = |(name, how): &(String, How)| {
        let word = match how {
            How::Ended { .. } => "ended",
            How::Failed { .. } => "failed",
            How::NotReady { .. } => "late",
            How::Background { .. } => "background",
            How::Kept { .. } => "kept",
            How::Skipped { .. } => "skipped",
            How::Workspace { .. } => "workspace",
            How::Session { .. } => "session",
            How::Nothing => "nothing",
        };
        format!("{name} {word}")
    };
    done.iter().map(word).collect::<Vec<_>>().join(", ")
}

/// The name of the test `name` of this file on the test program's command line.
fn test_name(name: &str) -> String {
    match module_path!().split_once("::") {
        Some((_, module)) => format!("{module}::{name}"),
        None => name.to_owned(),
    }
}

#[test]
#[ignore = "what others run as a rune of its own"]
fn as_rune() {
    let variable = |name| PathBuf::from(std::env::var_os(name).unwrap());
    let start = std::env::var("WORLD_START").unwrap();
    let (state, environment) = (variable("WORLD_STATE"), plain_environment());
    let project = project(&variable("WORLD_ROOT"), &start, "");
    let options = options(&state, &environment, &[], false);
    let outcome = ritual_run::run(&project, Phase::Start, &options, &mut |event| println!("\n{event:?}"));
    println!("\noutcome {outcome:?}");
}

#[test]
fn commands_run_in_order_with_the_environment_they_are_given() {
    let mut world =
        World::new("one||env | sort > env; pwd\ntwo||echo b >> order\nthree||echo c >> order; echo out");
    world.inherited = vec![("TOKEN".into(), "t".into()), ("OTHER".into(), "o".into())];
    let mut project = world.project();
    project.start[0].environment.insert("DECLARED".to_owned(), "yes: it is".to_owned());
    project.start[0].pass.push("TOKEN".to_owned());
    let (state, environment) = (world.state(), plain_environment());
    let mut events = Vec::new();
    let options = options(&state, &environment, &world.inherited, false);
    ritual_run::run(&project, Phase::Start, &options, &mut |event| events.push(event)).unwrap();
    assert_eq!(words(&done(&events)), "one ended, two ended, three ended");
    assert_eq!(world.text("order"), "b\nc\n");
    let root = world.root();
    let environment = world.text("env");
    let kept: Vec<&str> = environment.lines().filter(|line| !line.starts_with("RUNE_COMMAND_ID=")).collect();
    let word = rune::ritual_plan::record::word(&root, "web");
    assert_eq!(
        kept,
        [
            "DECLARED=yes: it is",
            &format!("PATH={}", std::env::var("PATH").unwrap()),
            &format!("PWD={}", root.display()),
            "RUNE_COMMAND=one",
            "RUNE_PROJECT=web",
            &format!("RUNE_RITUAL={word}"),
            &format!("RUNE_ROOT={}", root.display()),
            "TOKEN=t",
        ]
    );
    let printed = |event: &Event| match event {
        Event::Done { name, output, .. } if name == "three" => {
            Some(String::from_utf8(output.clone()).unwrap())
        }
        _ => None,
    };
    assert_eq!(events.iter().find_map(printed).unwrap(), "out\n");
}

#[test]
fn a_failure_ends_the_ritual_with_its_code_unless_it_is_optional() {
    let world = World::new(
        "may|optional|exit 4\nslow|optional limited|exec sleep 1000\nmust||exit 3\nlast||touch last",
    );
    let (outcome, events) = world.run(Phase::Start);
    let error = outcome.unwrap_err();
    assert_eq!(error.code(), 3);
    assert_eq!(error.to_string(), "`must` exited 3; the ritual ends here");
    assert_eq!(words(&done(&events)), "may failed, slow failed, must failed");
    assert!(!world.root().join("last").exists());
    let (outcome, events) = world.run(Phase::Start);
    assert_eq!(outcome.unwrap_err().code(), 3);
    assert!(matches!(events[0], Event::Again { phase: Phase::Start, .. }), "{events:?}");
}

#[test]
fn an_ended_ritual_is_not_run_again_until_stop_or_force() {
    let mut world = World::new("one||echo x >> log");
    world.stop = "two||echo y >> log".to_owned();
    assert_eq!(words(&world.start()), "one ended");
    let (outcome, events) = world.run(Phase::Start);
    assert_eq!(outcome.unwrap(), Outcome::AlreadyRan);
    assert!(matches!(events[..], [Event::AlreadyRan { phase: Phase::Start, .. }]), "{events:?}");
    assert_eq!(world.text("log"), "x\n");
    world.force = true;
    world.start();
    world.force = false;
    assert_eq!(world.text("log"), "x\nx\n");
    world.run(Phase::Stop).0.unwrap();
    world.start();
    assert_eq!(world.text("log"), "x\nx\ny\nx\n");
}

#[test]
fn conditions_are_asked_right_before() {
    let mut world =
        World::new("make||touch made; git init -q .\nthere||\ngone||\nenv||\nother||\ndirty||\nclean||");
    world.inherited = plain_environment();
    world.inherited.push(("STAGE".into(), "dev".into()));
    let mut project = world.project();
    let env = |value: &str| Condition::Env { name: "STAGE".to_owned(), value: value.to_owned() };
    let conditions = [
        Condition::Exists(world.root().join("made")),
        Condition::Exists(world.root().join("missing")),
        env("dev"),
        env("de"),
        Condition::GitDirty,
        Condition::GitClean,
    ];
    for (command, condition) in project.start[1..].iter_mut().zip(conditions) {
        command.when = Some(condition);
    }
    let (state, environment) = (world.state(), plain_environment());
    let options = options(&state, &environment, &world.inherited, false);
    let mut events = Vec::new();
    ritual_run::run(&project, Phase::Start, &options, &mut |event| events.push(event)).unwrap();
    assert_eq!(
        words(&done(&events)),
        "make ended, there ended, gone skipped, env ended, other skipped, dirty ended, clean skipped"
    );
    let root = world.root();
    let holds = |condition| {
        let inherited = world.inherited.iter().map(|(name, value)| (name, value));
        Present::new(&root, inherited, date(2026, 11, 21)).holds(&condition).unwrap()
    };
    fs::remove_file(world.root().join("made")).unwrap();
    assert!(holds(Condition::GitClean) && !holds(Condition::GitDirty));
    fs::remove_dir_all(world.root().join(".git")).unwrap();
    assert!(!holds(Condition::GitClean) && !holds(Condition::GitDirty), "there is no work tree");
    assert!(holds(Condition::Weekend) && !holds(Condition::Weekday), "it is a saturday");
}

#[test]
fn a_workspace_is_shown_and_left_to_others() {
    let world = World::new("dev||touch ran\nplain|terminal|tty || touch plain");
    let mut project = world.project();
    project.start[0].interactive = Some(Interactive::Workspace(Key::from_name("dev")));
    let (state, environment) = (world.state(), plain_environment());
    let mut events = Vec::new();
    // Whatever started the tests may have given them a terminal.
    if rune::pty::has_terminal() {
        project.start.pop();
    }
    let options = options(&state, &environment, &[], false);
    ritual_run::run(&project, Phase::Start, &options, &mut |event| events.push(event)).unwrap();
    assert!(matches!(&done(&events)[0].1, How::Workspace { text: Some(text), .. } if text == "touch ran"));
    assert!(!world.root().join("ran").exists());
    if project.start.len() == 2 {
        assert!(events.contains(&Event::NoTerminal { name: "plain".to_owned() }));
        assert!(world.root().join("plain").exists());
    }
}

#[test]
fn background_commands_outlive_rune_and_its_terminal_and_are_ended_by_stop() {
    let world =
        World::new("server|background|trap '' HUP; echo up; (setsid sleep 1000 &); sleep 1001; sleep 1002");
    let mut session = rexpect::session::spawn_command(world.rune(), Some(20_000)).unwrap();
    session.exp_string("outcome Ok(Ran)").unwrap();
    session.exp_eof().unwrap();
    drop(session); // the terminal is gone
    let (_, pid) = world.background().pop().unwrap();
    let record = ritual_run::record(&world.project(), &world.state()).unwrap();
    until("its children", || (ritual_run::running(&record)[0].1.len() == 3).then_some(()));
    let process = process::find(pid).unwrap();
    assert_eq!((process.session, process.group), (pid, pid));
    assert_eq!(fs::read_link(format!("/proc/{pid}/fd/0")).unwrap(), Path::new("/dev/null"));
    let log = &record.background[0].log;
    assert_eq!(fs::read_to_string(log).unwrap(), "up\n");
    assert_eq!(fs::metadata(log).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(words(&world.start_again()), "server kept");
    assert_eq!(world.end_background(LONG), ["server"]);
    assert_eq!(ritual_run::running(&record), []);
    assert_eq!(world.end_background(LONG), [""; 0], "there is nothing left");
}

impl World {
    /// The start ritual, although it has run.
    fn start_again(&self) -> Vec<(String, How)> {
        let (state, environment) = (self.state(), plain_environment());
        let mut events = Vec::new();
        let options = options(&state, &environment, &[], true);
        ritual_run::run(&self.project(), Phase::Start, &options, &mut |event| events.push(event)).unwrap();
        done(&events)
    }
}

#[test]
fn a_background_command_that_ignores_the_request_is_killed() {
    let world = World::new("server|background|trap '' TERM HUP; touch up; while :; do sleep 1000; done");
    world.start();
    until("it to be up", || world.root().join("up").exists().then_some(()));
    assert_eq!(world.end_background(Duration::from_millis(200)), ["server"]);
    assert_eq!(world.background(), []);
}

#[test]
fn a_background_command_that_was_declared_otherwise_is_replaced() {
    let mut world = World::new("server|background|exec sleep 1000\nother|background|exec sleep 1001");
    world.start();
    let before = world.background();
    world.start = "server|background|exec sleep 1002\nother|background|exec sleep 1001".to_owned();
    assert_eq!(words(&world.start_again()), "server background, other kept");
    let after = world.background();
    let pid = |list: &[(String, u32)], name: &str| list.iter().find(|(other, _)| other == name).unwrap().1;
    assert_eq!(after.len(), 2);
    assert_eq!(pid(&after, "other"), pid(&before, "other"));
    assert_ne!(pid(&after, "server"), pid(&before, "server"));
    assert!(process::find(pid(&before, "server")).is_none());
}

#[test]
fn a_background_command_that_fails_at_once_is_reported() {
    let start = "server|background|echo no; echo $$ > pid; exit 3\n\
                 wait||while ! grep -q ') Z' /proc/$(cat pid)/stat; do :; done 2>/dev/null";
    let world = World::new(start);
    let (outcome, events) = world.run(Phase::Start);
    assert_eq!(outcome.unwrap(), Outcome::Ran);
    let Some(Event::BackgroundEnded { name, end, log }) = events.last() else { panic!("{events:?}") };
    assert_eq!((name.as_str(), end.as_str()), ("server", "exited 3"));
    assert_eq!(fs::read_to_string(log).unwrap(), "no\n");
    assert_eq!(world.background(), []);
}

#[test]
fn plain_commands_have_no_terminal_even_if_rune_does() {
    let world = World::new("one||(: > /dev/tty) 2>/dev/null && touch has-terminal; touch ran");
    let mut session = rexpect::session::spawn_command(world.rune(), Some(20_000)).unwrap();
    session.exp_string("outcome Ok(Ran)").unwrap();
    assert!(world.root().join("ran").exists());
    assert!(!world.root().join("has-terminal").exists());
}

#[test]
fn a_killed_rune_leaves_a_ritual_that_starts_again_and_keeps_what_runs() {
    let world = World::new(
        "server|background|exec sleep 1000\none||echo x >> log\ntwo||[ -e go ] || exec sleep 100123",
    );
    let mut rune = world.rune().stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(rune.stdout.take().unwrap()).lines().map(|line| line.unwrap());
    lines.find(|line| line.contains(r#"Begins { name: "two" }"#)).unwrap();
    let before = world.background();
    let left = || {
        let table = process::snapshot();
        table.processes().iter().filter(|one| process::command_line(one) == "sleep 100123").count()
    };
    until("the second command", || (left() == 1).then_some(()));
    rune.kill().unwrap();
    rune.wait().unwrap();
    assert_eq!(world.background(), before);
    fs::write(world.root().join("go"), "").unwrap();
    let (outcome, events) = world.run(Phase::Start);
    assert_eq!(outcome.unwrap(), Outcome::Ran);
    assert!(matches!(events[0], Event::Again { phase: Phase::Start, .. }), "{events:?}");
    assert_eq!(words(&done(&events)), "server kept, one ended, two ended");
    assert_eq!((world.background(), world.text("log")), (before, "x\nx\n".to_owned()));
    assert_eq!(left(), 0, "the command of the killed rune goes on");
}

#[test]
fn ctrl_c_ends_the_command_and_the_ritual_starts_again() {
    let world = World::new("one||echo x >> log\ntwo||echo up > up; sleep 1000; sleep 1001");
    let mut session = rexpect::session::spawn_command(world.rune(), Some(20_000)).unwrap();
    until("the second command", || (world.text("up") == "up\n").then_some(()));
    session.send_control('c').unwrap();
    session.exp_string("outcome Err(Interrupted)").unwrap();
    let marked = |table: process::Table| {
        let here = |one: &&process::Process| {
            fs::read_link(format!("/proc/{}/cwd", one.pid)).is_ok_and(|cwd| cwd == world.root())
        };
        table.processes().iter().filter(here).count()
    };
    assert_eq!(marked(process::snapshot()), 0, "something of the command is left");
    let record = ritual_run::record(&world.project(), &world.state()).unwrap();
    assert_eq!(record.start.unwrap().ended, None);
}

#[test]
fn a_command_that_wants_the_terminal_gets_it() {
    let world = World::new("ask|terminal|echo na''me:; read x; echo $x > answer; exit 9");
    let mut session = rexpect::session::spawn_command(world.rune(), Some(20_000)).unwrap();
    session.exp_string("name:").unwrap();
    session.send_line("Ada").unwrap();
    session.exp_string(r#"outcome Err(Ritual { command: "ask", end: "exited 9", code: 9 })"#).unwrap();
    assert_eq!(world.text("answer"), "Ada\n");
}

#[test]
fn a_second_rune_waits_and_then_finds_the_ritual_done() {
    let world = World::new("one||echo x >> log; mkfifo gate; read x < gate");
    std::thread::scope(|scope| {
        let first = scope.spawn(|| world.run(Phase::Start));
        until("the first", || world.root().join("gate").exists().then_some(()));
        let mut events = Vec::new();
        let outcome = world.run_with(Phase::Start, &mut |event| {
            if let Event::Waiting { .. } = event {
                fs::write(world.root().join("gate"), "go\n").unwrap();
            }
            events.push(event);
        });
        assert_eq!(outcome.unwrap(), Outcome::AlreadyRan);
        let holder = format!("`rune start` (pid {})", std::process::id());
        assert_eq!(events[0], Event::Waiting { holder });
        assert_eq!(first.join().unwrap().0.unwrap(), Outcome::Ran);
    });
    assert_eq!(world.text("log"), "x\n");
}

#[test]
fn a_ritual_inside_itself_is_refused() {
    let mut world = World::new("one||printf %s $RUNE_RITUAL > inside");
    world.inherited = vec![("RUNE_RITUAL".into(), "0123456789abcdef".into())];
    world.start();
    let inside = world.text("inside");
    assert!(inside.starts_with("0123456789abcdef:"), "{inside}");
    world.inherited = vec![("RUNE_RITUAL".into(), inside.into())];
    for phase in [Phase::Start, Phase::Stop] {
        let error = world.run(phase).0.unwrap_err();
        assert_eq!(error.code(), 5);
        assert_eq!(
            error.to_string(),
            format!("this is inside a ritual of `web`, which cannot run its {phase} ritual")
        );
    }
}

#[test]
fn records_are_private_and_an_unreadable_one_is_an_error_with_its_place() {
    let world = World::new("one||true");
    world.start();
    let directory = world.state().join("rituals");
    assert_eq!(fs::metadata(&directory).unwrap().permissions().mode() & 0o777, 0o700);
    let mut records = 0;
    for entry in fs::read_dir(&directory).unwrap() {
        let path = entry.unwrap().path();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        if path.extension().unwrap() != "json" {
            continue;
        }
        records += 1;
        let text = fs::read_to_string(&path).unwrap();
        let boot = process::boot_id().unwrap();
        fs::write(&path, text.replace(&boot, "another")).unwrap();
        assert_eq!(words(&world.start()), "one ended", "that was before this boot");
        for (broken, why) in [("{", "EOF"), (r#"{"schema": 99}"#, "newer"), (r#"{"schema": 1}"#, "missing")] {
            fs::write(&path, broken).unwrap();
            let Err(error @ Error::Failed { .. }) = world.run(Phase::Start).0 else { panic!("{broken}") };
            assert!(error.to_string().contains(&path.display().to_string()), "{error}");
            assert!(error.to_string().contains(why), "{error}");
        }
        fs::remove_file(&path).unwrap();
    }
    assert_eq!(records, 1);
}
