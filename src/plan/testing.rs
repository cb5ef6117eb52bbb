//! Declared and live things for tests of plans, written in a few letters.

use std::collections::BTreeMap;

use crate::record::{PaneId, SCHEMA, Specification, Tag};
use crate::snapshot::{Known, LivePane, LiveSession, LiveWindow, Snapshot};
use crate::workspace::supervision::Supervision;
use crate::workspace::{
    Command, Hash, Identity, Key, Layout, NamedLayout, OnExit, Pane, Size, Window, Workspace,
};

/// The declared pane of `key=command`; without a key, `=command`.
pub fn pane(text: &str) -> Pane {
    let (key, command) = text.split_once('=').unwrap();
    Pane {
        key: Key::new(key).unwrap_or_else(|| Key::place(1)),
        keyed: !key.is_empty(),
        title: None,
        command: Command::Script(command.to_owned()),
        login: false,
        cwd: "/".into(),
        environment: BTreeMap::new(),
        pass: Vec::new(),
        focus: false,
        on_exit: OnExit::Shell,
        supervision: Supervision::default(),
        hash: Hash(command.to_owned()),
    }
}

/// The live pane that was opened for such a declaration.
pub fn live(text: &str) -> LivePane {
    let pane = pane(text);
    let tag = Tag {
        id: PaneId::new(pane.keyed, 1, 0),
        workspace: workspace("w:=1").identity.word(),
        window: Key::from_name("w"),
        pane: pane.key,
    };
    let specification = Specification {
        hash: pane.hash,
        on_exit: pane.on_exit,
        session: "dev".to_owned(),
        ..Specification::new(SCHEMA, tag.clone())
    };
    LivePane {
        id: "%1".to_owned(),
        index: 0,
        active: false,
        pid: 1,
        dead: false,
        title: String::new(),
        current_command: String::new(),
        current_path: String::new(),
        shown: None,
        tag: Some(tag),
        known: Some(Known { specification, record: None }),
    }
}

/// The workspace of windows as `key:pane pane, key:pane`.
pub fn workspace(text: &str) -> Workspace {
    let window = |text: &str| {
        let (key, panes) = text.split_once(':').unwrap();
        let mut panes: Vec<Pane> = panes.split(' ').map(pane).collect();
        for (at, pane) in panes.iter_mut().enumerate().filter(|(_, pane)| !pane.keyed) {
            pane.key = Key::place(at + 1);
        }
        Window {
            key: Key::from_name(key),
            name: Some(key.to_owned()),
            layout: Layout::Named(NamedLayout::Tiled),
            focus: false,
            options: BTreeMap::new(),
            sync: false,
            panes,
        }
    };
    Workspace {
        identity: Identity {
            root: "/here/shop".into(),
            project: "shop".into(),
            template: Key::from_name("dev"),
        },
        name: "dev".to_owned(),
        root: "/here/shop".into(),
        size: Some(Size { width: 80, height: 24 }),
        environment: BTreeMap::new(),
        pass: Vec::new(),
        values: BTreeMap::new(),
        windows: text.split(", ").map(window).collect(),
    }
}

/// A window's key and those of its panes.
pub type Keys<'a> = (&'a str, &'a [&'a str]);

/// A server of sessions with windows of panes of ours, each by its key; ids count from 1.
pub fn server(sessions: &[(&str, &[Keys<'_>])]) -> Snapshot {
    let (mut windows_so_far, mut panes_so_far) = (0, 0);
    let sessions = sessions.iter().enumerate().map(|(at, (name, windows))| {
        let windows = windows.iter().enumerate().map(|(at, (key, panes))| {
            windows_so_far += 1;
            let panes = panes.iter().enumerate().map(|(at, pane)| {
                panes_so_far += 1;
                let mut live = live(&format!("{pane}=sh"));
                live.id = format!("%{panes_so_far}");
                live.index = u32::try_from(at).unwrap();
                live.tag.as_mut().unwrap().pane = Key::from_name(pane);
                live
            });
            LiveWindow {
                id: format!("@{windows_so_far}"),
                index: u32::try_from(at).unwrap(),
                name: (*key).to_owned(),
                active: at == 0,
                size: Size::DEFAULT,
                layout: String::new(),
                noted: None,
                panes: panes.collect(),
            }
        });
        LiveSession {
            id: format!("${}", at + 1),
            name: (*name).to_owned(),
            attached: 0,
            workspace: Some("w".to_owned()),
            about: None,
            directory: None,
            windows: windows.collect(),
        }
    });
    Snapshot { version: None, pid: Some(1), started_by_rune: true, sessions: sessions.collect() }
}
