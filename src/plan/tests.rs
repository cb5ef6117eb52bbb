//! What is planned for a workspace and a server, as tables of sentences.

use super::testing::{live, workspace};
use super::{Plan, Request, plan};
use crate::error::Error;
use crate::snapshot::{About, LivePane, LiveSession, LiveWindow, NotedOptions, Snapshot, WindowNote};
use crate::tmux::version::Version;
use crate::workspace::{Hash, Key, Layout, NamedLayout, Size, Workspace};

fn request() -> Request {
    Request { only_missing: false, prune: false, terminal: None, version: Version::new(3, 8), nonce: 1 }
}

fn sentences(plan: &Plan) -> Vec<String> {
    plan.steps.iter().map(ToString::to_string).collect()
}

/// The server on which `workspace` is as declared.
fn brought_up(workspace: &Workspace) -> Snapshot {
    let mut number = 0;
    let mut pane = |window: &Key, index: usize, declared: &crate::workspace::Pane| {
        number += 1;
        let key = if declared.keyed { declared.key.as_str() } else { "" };
        let mut pane: LivePane = live(&format!("{key}={}", declared.hash.0));
        pane.id = format!("%{number}");
        pane.index = index as u32;
        pane.active = index == 0;
        let tag = pane.tag.as_mut().unwrap();
        (tag.window, tag.pane) = (window.clone(), declared.key.clone());
        pane
    };
    let windows = workspace.windows.iter().enumerate().map(|(at, window)| LiveWindow {
        id: format!("@{}", at + 1),
        index: at as u32,
        name: window.key.to_string(),
        active: at == 0,
        size: Size { width: 80, height: 24 },
        layout: String::new(),
        noted: Some(WindowNote {
            key: window.key.clone(),
            name: WindowNote::name(window.name.as_deref()),
            layout: Some(super::window::layout_hash(window)),
            options: Some(NotedOptions::of(&window.options)),
        }),
        panes: window.panes.iter().enumerate().map(|(at, one)| pane(&window.key, at, one)).collect(),
    });
    let session = LiveSession {
        id: "$1".to_owned(),
        name: workspace.name.clone(),
        attached: 0,
        workspace: Some(workspace.identity.word()),
        about: Some(super::session::about(workspace)),
        directory: None,
        windows: windows.collect(),
    };
    Snapshot {
        version: Some(Version::new(3, 8)),
        pid: Some(1),
        started_by_rune: true,
        sessions: vec![session],
    }
}

#[test]
fn nothing_is_to_be_done_for_what_is_there() {
    let workspace = workspace("w:a=1 b=2, x:=3 =3");
    assert_eq!(
        plan(std::slice::from_ref(&workspace), &brought_up(&workspace), &request()).unwrap().steps,
        []
    );
}

#[test]
fn every_edit_has_its_steps() {
    let from = "w:a=1 b=2, x:=3 =4";
    for (to, wanted) in [
        ("w:a=9 b=2, x:=3 =4", vec!["restart pane `w.a`, its command changed: 9"]),
        ("w:b=2 a=1, x:=3 =4", vec!["arrange window `w` as tiled, its panes in declared order"]),
        ("w:a=1 b=2, x:=4 =3", vec!["arrange window `x` as tiled, its panes in declared order"]),
        ("x:=3 =4, w:a=1 b=2", vec!["put the windows of `dev` in declared order"]),
        ("w:a=1 c=5 b=2, x:=3 =4", vec!["open pane `w.c`: 5", "arrange window `w` as tiled"]),
        ("w:a=1, x:=3 =4", vec![]),
        ("w:a=1 b=2", vec![]),
        ("w:a=1 b=2, n:=5, x:=3 =4", vec!["open window `n`", "open pane `n.1`: 5"]),
    ] {
        let plan = plan(&[workspace(to)], &brought_up(&workspace(from)), &request()).unwrap();
        assert_eq!(sentences(&plan), wanted, "{to}");
        assert_eq!(plan.notes.len(), usize::from(wanted.is_empty()), "{to}");
    }
}

#[test]
fn pruning_closes_what_was_declared_and_nothing_else() {
    let from = workspace("w:a=1 b=2 c=3, x:=4");
    let request = Request { prune: true, ..request() };
    for (to, wanted) in [
        (
            "w:a=1 c=3, x:=4",
            vec!["close pane `w.b`, which is no longer declared", "arrange window `w` as tiled"],
        ),
        ("w:a=1 b=2 c=3", vec!["close pane `x.1`, which is no longer declared"]),
        (
            "w:d=5, x:=4",
            vec![
                "close pane `w.b`, which is no longer declared",
                "close pane `w.c`, which is no longer declared",
                "restart pane `w.d`, in the place of one that is no longer declared: 5",
            ],
        ),
    ] {
        let mut snapshot = brought_up(&from);
        let mut by_hand = live("=0");
        by_hand.tag = None;
        by_hand.id = "%99".to_owned();
        snapshot.sessions[0].windows[1].panes.push(by_hand);
        let plan = plan(&[workspace(to)], &snapshot, &request).unwrap();
        assert_eq!(sentences(&plan), wanted, "{to}");
    }
}

#[test]
fn a_start_adds_and_holds_the_rest_back() {
    let from = workspace("w:a=1 b=2, x:=3 =4");
    let request = Request { only_missing: true, ..request() };
    let to = workspace("n:=5, x:=3 =4, w:b=2 a=9");
    let plan = plan(&[to], &brought_up(&from), &request).unwrap();
    assert_eq!(sentences(&plan), ["open window `n`", "open pane `n.1`: 5"]);
    let held: Vec<String> = plan.held.iter().map(ToString::to_string).collect();
    assert_eq!(
        held,
        [
            "put the windows of `dev` in declared order",
            "restart pane `w.a`, its command changed: 9",
            "arrange window `w` as tiled, its panes in declared order",
        ]
    );
}

#[test]
fn what_was_cut_short_is_finished_even_by_a_start() {
    let mut workspace = workspace("w:a=1 b=2");
    workspace.windows[0].options.insert("@o".to_owned(), "x".to_owned());
    let request = Request { only_missing: true, ..request() };
    let finish = |spoil: &dyn Fn(&mut LiveSession)| {
        let mut snapshot = brought_up(&workspace);
        spoil(&mut snapshot.sessions[0]);
        let plan = plan(std::slice::from_ref(&workspace), &snapshot, &request).unwrap();
        assert!(plan.held.is_empty());
        sentences(&plan)
    };
    let noted = |session: &mut LiveSession, part: &dyn Fn(&mut WindowNote)| {
        session.windows[0].noted.as_mut().map(part);
    };
    let all = ["name window `w`", "set in window `w`: @o x", "arrange window `w` as tiled"];
    assert_eq!(finish(&|session| session.windows[0].noted = None), all);
    assert_eq!(finish(&|session| noted(session, &|note| note.layout = None)), all[2..]);
    assert_eq!(finish(&|session| noted(session, &|note| note.options = None)), all[1..2]);
    let note = ["note values and environment of session `dev`"];
    assert_eq!(finish(&|session| session.about = None), note);
    assert_eq!(finish(&|session| (session.about, session.workspace) = (None, None)), note);
}

#[test]
fn a_name_is_asked_for_only_when_it_is_free_or_ours() {
    let workspace = workspace("w:=1");
    let mut other = brought_up(&workspace);
    other.sessions[0].windows[0].panes[0].tag = None;
    let label = |snapshot: &Snapshot| {
        let plan = plan(std::slice::from_ref(&workspace), snapshot, &request());
        plan.map(|plan| (plan.sessions[0].label.clone(), plan.notes.len()))
    };
    // A person's session of that name.
    (other.sessions[0].workspace, other.sessions[0].about) = (None, None);
    assert!(matches!(label(&other), Err(Error::Refused { .. })));
    // That of another checkout.
    let session = &mut other.sessions[0];
    session.workspace = Some("other".to_owned());
    session.about = Some(About { root: "/there/shop".to_owned(), ..super::session::about(&workspace) });
    assert_eq!(label(&other).unwrap(), ("dev-shop".to_owned(), 1));
    // That of another template of this project.
    other.sessions[0].about = Some(super::session::about(&workspace));
    assert_eq!(label(&other).unwrap(), ("dev-dev".to_owned(), 1));
    // Our own, renamed by hand, stays as it was named, unless the declaration changed.
    let mut ours = brought_up(&workspace);
    ours.sessions[0].name = "mine".to_owned();
    assert_eq!(label(&ours).unwrap(), ("mine".to_owned(), 0));
    let mut renamed = workspace.clone();
    renamed.name = "new".to_owned();
    let plan = plan(&[renamed], &ours, &request()).unwrap();
    assert_eq!(sentences(&plan), ["rename session `mine` to `new`"]);
}

#[test]
fn what_cannot_fit_is_refused_with_the_size_that_it_needs() {
    let mut workspace = workspace("w:=1 =2 =3 =4 =5 =6");
    workspace.windows[0].layout = Layout::Named(NamedLayout::EvenVertical);
    workspace.size = Some(Size { width: 80, height: 10 });
    let refused = plan(std::slice::from_ref(&workspace), &Snapshot::default(), &request());
    let said = refused.unwrap_err().to_string();
    assert!(said.contains("needs 1x11, but has 80x10"), "{said}");
    // A terminal that is too small only makes the session larger than it.
    let terminal = Some(Size { width: 20, height: 5 });
    let grown = plan(&[workspace], &Snapshot::default(), &Request { terminal, ..request() }).unwrap();
    assert_eq!(sentences(&grown)[0], "open session `dev` in `/here/shop` (20x11)");
}

#[test]
fn a_pane_in_another_window_is_not_doubled() {
    let workspace = workspace("w:a=1 b=2, x:c=3");
    let mut snapshot = brought_up(&workspace);
    // c was joined into w, so x is gone.
    let mut windows = std::mem::take(&mut snapshot.sessions[0].windows);
    let gone = windows.pop().unwrap();
    windows[0].panes.extend(gone.panes);
    snapshot.sessions[0].windows = windows;
    let again = |snapshot: &Snapshot| {
        sentences(&plan(std::slice::from_ref(&workspace), snapshot, &request()).unwrap())
    };
    assert_eq!(again(&snapshot), [""; 0]);
    // It changed: it restarts where it is.
    let changed = &mut snapshot.sessions[0].windows[0].panes[2];
    changed.known.as_mut().unwrap().specification.hash = Hash("old".to_owned());
    assert_eq!(again(&snapshot), ["restart pane `x.c`, its command changed: 3"]);
}
