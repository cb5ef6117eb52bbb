//! Plans made and done through the library, with panes that only say who they are: the parts of
//! rune that decide and render, on a real server, without its runner.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use rune::live::{self, Operation, Reach, Scene};
use rune::plan::{self, Launch, Plan, Request, Step};
use rune::record::{PaneId, SCHEMA, Specification};
use rune::snapshot::{Detail, Known, LivePane, Snapshot};
use rune::tmux::render::{Context, Script, render};
use rune::tmux::server::{Ran, Server as Tmux, Socket};
use rune::tmux::version::Version;
use rune::workspace::supervision::Supervision;
use rune::workspace::{
    Command, Hash, Identity, Key, Layout, NamedLayout, OnExit, Pane, Size, Window, Workspace,
};

use crate::support::Server;

/// What a test plans and does on one server.
pub struct Bench<'s> {
    server: &'s Server,
    tmux: Tmux,
    known: RefCell<BTreeMap<PaneId, Specification>>,
    next: Cell<u64>,
}

/// A plan, rendered.
pub struct Planned {
    pub plan: Plan,
    pub script: Script,
    version: Version,
    nonce: String,
}

/// The word by which every script of these tests reports.
const NONCE: &str = "NONCE";

impl<'s> Bench<'s> {
    pub fn new(server: &'s Server) -> Bench<'s> {
        let environment = server.program("env").success().stdout;
        let environment = environment.lines().filter_map(|line| line.split_once('='));
        let tmux = Tmux {
            program: server.binary().path.clone().into(),
            socket: Socket::Path(server.socket()),
            path: server.socket(),
            config: None,
            environment: environment.map(|(name, value)| (name.into(), value.into())).collect(),
            trace: Box::new(|_| {}),
        };
        Bench { server, tmux, known: RefCell::default(), next: Cell::new(1) }
    }

    /// What the server has, with what was written down about its panes.
    #[track_caller]
    pub fn look(&self) -> Snapshot {
        let mut snapshot = self.tmux.look(Detail::Plan).expect("the server answers").unwrap_or_default();
        let known = self.known.borrow();
        snapshot.complete(|tag| Some(Known { specification: known.get(&tag.id)?.clone(), record: None }));
        snapshot
    }

    /// What is to be done for `workspace`, and how.
    pub fn plan(&self, workspace: &Workspace, prune: bool) -> rune::error::Result<Planned> {
        let snapshot = self.look();
        let version = match snapshot.version {
            Some(version) => version,
            None => self.tmux.program_version()?,
        };
        let nonce = self.next.replace(self.next.get() + 1);
        let request = Request { only_missing: false, prune, terminal: None, version, nonce };
        let plan = plan::plan(std::slice::from_ref(workspace), &snapshot, &request)?;
        let script = render(&plan, &render_context(version));
        Ok(Planned { plan, script, version, nonce: NONCE.to_owned() })
    }

    /// Does one operation by name; what was done.
    pub fn perform(&self, operation: &Operation) -> rune::error::Result<Plan> {
        let mut snapshot =
            self.tmux.look(Detail::Everything).expect("the server answers").unwrap_or_default();
        let known = self.known.borrow().clone();
        snapshot.complete(|tag| Some(Known { specification: known.get(&tag.id)?.clone(), record: None }));
        let version = match snapshot.version {
            Some(version) => version,
            None => self.tmux.program_version()?,
        };
        let nonce = self.next.replace(self.next.get() + 1);
        let request = Request { only_missing: false, prune: false, terminal: None, version, nonce };
        let scene =
            Scene { snapshot: &snapshot, request, directory: std::path::Path::new("/"), reach: Reach::All };
        let plan = live::plan(operation, &scene)?.plan;
        if plan.is_empty() {
            return Ok(plan);
        }
        let script = render(&plan, &render_context(version));
        let planned = Planned { plan, script, version, nonce: NONCE.to_owned() };
        let ran = self.run(&planned, &planned.script);
        let verified = ran.verify(&planned.plan, &planned.script);
        verified
            .unwrap_or_else(|error| panic!("{error}\n{}\n{}", planned.script.text(), self.server.state()));
        Ok(planned.plan)
    }

    /// Runs a script, which need not be that of the plan.
    #[track_caller]
    pub fn run(&self, planned: &Planned, script: &Script) -> Ran {
        for launch in planned.plan.launches() {
            self.known.borrow_mut().insert(launch.tag.id.clone(), specification(launch));
        }
        self.tmux.execute(script, planned.version, &planned.nonce).expect("tmux runs")
    }

    /// Brings the server to `workspace`; what was done.
    #[track_caller]
    pub fn apply(&self, workspace: &Workspace, prune: bool) -> Plan {
        let planned = self.plan(workspace, prune).expect("it can be planned");
        if !planned.plan.is_empty() {
            let ran = self.run(&planned, &planned.script);
            let verified = ran.verify(&planned.plan, &planned.script);
            let text = planned.script.text();
            verified.unwrap_or_else(|error| panic!("{error}\n{text}\n{}", self.server.state()));
            self.note_titles(&planned.plan);
        }
        planned.plan
    }

    fn note_titles(&self, plan: &Plan) {
        let mut known = self.known.borrow_mut();
        let mut note = |id: &PaneId, title: &Option<String>| {
            let specification = known.get_mut(id).expect("it was written down");
            specification.title.clone_from(title);
        };
        for step in &plan.steps {
            match step {
                Step::SetTitle { title, tag, .. } => note(&tag.id, &Some(title.clone())),
                step => drop(step.launch().map(|Launch { tag, pane, .. }| note(&tag.id, &pane.title))),
            }
        }
    }

    /// Brings the server to `workspace` and proves that nothing more is to be done then.
    #[track_caller]
    pub fn settle(&self, workspace: &Workspace, prune: bool) -> Plan {
        let plan = self.apply(workspace, prune);
        let again = self.plan(workspace, prune).expect("it can be planned again").plan;
        let text = |plan: &Plan| plan.steps.iter().map(|step| format!("\n  {step}")).collect::<String>();
        assert!(
            again.is_empty(),
            "on {} after{}\nthere is left{}\n{}",
            self.server.binary(),
            text(&plan),
            text(&again),
            self.server.state()
        );
        plan
    }

    /// Checks, except in a `session` of somebody else, that no live thing carries another's key, and that nothing else is there.
    #[track_caller]
    pub fn check_identities_but(&self, session: &str) {
        let snapshot = self.look();
        let mut seen = BTreeSet::new();
        for (_, window, pane) in snapshot.panes().filter(|(live, _, _)| live.name != session) {
            let state = || format!("{}: {pane:?}\n{}", self.server.binary(), self.server.state());
            let Some(tag) = &pane.tag else { panic!("a pane of nobody: {}", state()) };
            assert!(seen.insert((tag.window.clone(), tag.pane.clone())), "doubled: {}", state());
            if let Some(note) = &window.noted {
                assert_eq!(note.key, tag.window, "{}", state());
            }
            self.server.wait_until("the pane's program runs", || words(pane).contains("pane-run"));
            let says = format!(": {}.{};", tag.window, tag.pane);
            assert!(words(pane).contains(&says), "{:?} is not in {:?}: {}", says, words(pane), state());
        }
    }

    /// Everything that was declared, as it is now.
    pub fn picture(&self) -> Vec<String> {
        self.server.list_panes(
            "#{session_name} #{@rune_workspace} #{@rune_about} #{@rune_dir} | #{window_name} #{@rune_window} \
             #{@rune_layout} #{@rune_options} #{pane_synchronized} #{@o} | \
             #{pane_left},#{pane_top} #{pane_width}x#{pane_height} #{pane_title}",
        )
    }
}

fn render_context(version: Version) -> Context<'static> {
    Context {
        version,
        nonce: NONCE,
        argv: &argv,
        writer: &|_| None,
        directory: &|_| "/nowhere".to_owned(),
        server_options: &[],
    }
}

fn words(pane: &LivePane) -> String {
    let words = fs::read(format!("/proc/{}/cmdline", pane.pid)).unwrap_or_default();
    String::from_utf8_lossy(&words).replace('\0', " ")
}

/// A program that waits and says who it was started as, in its own words and by its tag.
fn argv(launch: &Launch) -> Vec<String> {
    let script = format!(": {}.{}; read x", launch.tag.window, launch.pane.key);
    let mut argv = ["sh", "-c", &script].map(str::to_owned).to_vec();
    argv.extend(launch.tag.words());
    argv
}

fn specification(launch: &Launch) -> Specification {
    Specification {
        hash: launch.pane.hash.clone(),
        summary: launch.pane.command.summary(),
        argv: argv(launch),
        cwd: launch.pane.cwd.display().to_string(),
        on_exit: launch.pane.on_exit,
        session: "dev".to_owned(),
        ..Specification::new(SCHEMA, launch.tag.clone())
    }
}

/// A workspace of these windows.
pub fn workspace(windows: impl IntoIterator<Item = Window>) -> Workspace {
    let root = std::path::PathBuf::from("/");
    let mut windows: Vec<Window> = windows.into_iter().collect();
    if let Some(first) = windows.first_mut() {
        first.focus = true;
    }
    Workspace {
        identity: Identity {
            root: root.clone(),
            project: "shop".to_owned(),
            template: Key::from_name("dev"),
        },
        name: "dev".to_owned(),
        root,
        size: Some(Size { width: 120, height: 40 }),
        environment: BTreeMap::new(),
        pass: Vec::new(),
        values: BTreeMap::new(),
        windows,
    }
}

/// A window with a key, that is its name too, and panes.
pub fn window(key: &str, panes: impl IntoIterator<Item = Pane>) -> Window {
    Window {
        key: Key::from_name(key),
        name: Some(key.to_owned()),
        layout: Layout::Named(NamedLayout::Tiled),
        focus: false,
        options: BTreeMap::new(),
        sync: false,
        panes: panes.into_iter().collect(),
    }
}

/// A pane with a key, whose command is what `text` says.
pub fn pane(key: &str, text: &str) -> Pane {
    Pane {
        key: Key::from_name(key),
        keyed: true,
        title: None,
        command: Command::Script(text.to_owned()),
        login: false,
        cwd: "/".into(),
        environment: BTreeMap::new(),
        pass: Vec::new(),
        focus: false,
        on_exit: OnExit::Shell,
        supervision: Supervision::default(),
        hash: Hash::of([text.as_bytes()]),
    }
}

/// The `place`-th pane of its window (from 1), without a key.
pub fn unkeyed(place: usize, text: &str) -> Pane {
    Pane { key: Key::place(place), keyed: false, ..pane("x", text) }
}
