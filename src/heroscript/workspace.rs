//! A wanted session as a workspace, for a server that has nothing of it.

use std::path::Path;

use super::wanted::{Pane, Session, Window};
use crate::workspace::supervision::Supervision;
use crate::workspace::{self, Command, Hash, Identity, Key, Layout, NamedLayout, OnExit, Workspace};

impl Session {
    /// The session as a workspace of `project` at `root`. A pane without a command is a shell; who
    /// knows what runs in it already takes that instead.
    pub fn workspace(&self, root: &Path, project: &str) -> Workspace {
        let mut windows: Vec<workspace::Window> =
            self.windows.iter().map(|window| window.workspace(root)).collect();
        if windows.is_empty() {
            windows.push(workspace::Window { key: Key::place(1), name: None, ..placeholder(root) });
        }
        windows[0].focus = true;
        Workspace {
            identity: Identity {
                root: root.to_owned(),
                project: project.to_owned(),
                template: Key::from_name(&self.name.text),
            },
            name: self.name.text.clone(),
            root: root.to_owned(),
            size: None,
            environment: Default::default(),
            pass: Vec::new(),
            values: Default::default(),
            windows,
        }
    }
}

/// The window of a session of which nothing else is wanted.
fn placeholder(root: &Path) -> workspace::Window {
    let name = super::Name { text: String::new(), title: String::new() };
    Window::of_one(name, Pane::default()).workspace(root)
}

impl Window {
    fn workspace(&self, root: &Path) -> workspace::Window {
        let panes = self.panes.iter().enumerate().map(|(index, pane)| self.pane_of(pane, index, root));
        let layout =
            if self.panes.len() > 1 { self.layout.clone() } else { Layout::Named(NamedLayout::Tiled) };
        workspace::Window {
            key: Key::from_name(&self.name.text),
            name: Some(self.name.text.clone()),
            layout,
            focus: false,
            options: Default::default(),
            sync: false,
            panes: panes.collect(),
        }
    }

    fn pane_of(&self, pane: &Pane, index: usize, root: &Path) -> workspace::Pane {
        let command = self.command_of(pane);
        let mut environment = self.environment.clone();
        environment.extend(pane.environment.clone());
        let mut parts = vec![command.unwrap_or_default().as_bytes()];
        parts.extend(environment.iter().flat_map(|(name, value)| [name.as_bytes(), value.as_bytes()]));
        let hash = Hash::of(parts);
        let label = pane.label.as_ref();
        let key = self.key_of(pane);
        workspace::Pane {
            keyed: key.is_some(),
            key: key.unwrap_or_else(|| Key::place(pane.number.unwrap_or(index + 1))),
            title: label.map(|label| label.title.clone()),
            command: command.map_or(Command::Shell, |text| Command::Script(text.to_owned())),
            login: false,
            cwd: root.to_owned(),
            environment,
            pass: Vec::new(),
            focus: index == 0,
            on_exit: OnExit::Shell,
            supervision: Supervision { log: pane.log.is_some(), ..Supervision::default() },
            hash,
        }
    }
}
