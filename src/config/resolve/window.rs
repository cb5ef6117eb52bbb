//! Windows and panes.

use std::collections::{BTreeMap, BTreeSet};

use super::context::Context;
use super::directory::Directory;
use super::seam::{self, Variables};
use super::supervision;
use super::variables::Scope;
use crate::config::raw::{self, Template, Values, cells};
use crate::config::tree::Place;
use crate::workspace::supervision::Need;
use crate::workspace::{Command, Hash, Key, Layout, NamedLayout, OnExit, Pane, Size, Split, Window};

/// What a window or pane takes over.
#[derive(Clone)]
pub(super) struct Surroundings<'w> {
    pub(super) root: &'w Directory,
    /// Declared environment, before rendering.
    pub(super) environment: Values,
    pub(super) size: Size,
    pub(super) login: bool,
    pub(super) scope: &'w Scope,
    pub(super) variables: &'w Variables,
}

impl Context<'_> {
    /// The windows of a template that are wanted now.
    pub(super) fn windows(&mut self, template: &Template, around: &Surroundings<'_>) -> Vec<Window> {
        let keys: Vec<Key> = template.windows.iter().enumerate().map(window_key).collect();
        let mut seen = BTreeSet::new();
        for (window, key) in template.windows.iter().zip(&keys) {
            if !seen.insert(key) {
                let place =
                    window.key.as_ref().or(window.name.as_ref()).map_or(&window.place, |text| &text.place);
                self.problem(place, format!("there is another window `{key}`")).help =
                    Some("give one of them a `key` of its own".to_owned());
            }
        }
        let mut windows: Vec<Window> = Vec::new();
        let mut focus = Vec::new();
        let needs = self.needs(template, &keys);
        for ((window, key), needs) in template.windows.iter().zip(keys).zip(needs) {
            if self.wanted(window.when.as_ref(), around.variables) {
                windows.extend(self.window(window, key, needs, around));
                focus.extend(&window.focus);
            }
        }
        self.one_focus(&focus, "window");
        if windows.is_empty() {
            self.problem(&template.place, "no window is left: the condition of none holds").help =
                Some("leave one window without `when`".to_owned());
        } else if !windows.iter().any(|window| window.focus) {
            windows[0].focus = true;
        }
        self.only_wanted(&mut windows);
        windows
    }

    /// A window; nothing when the conditions of all its panes fail.
    fn window(
        &mut self,
        window: &raw::Window,
        key: Key,
        needs: Vec<Vec<Need>>,
        around: &Surroundings<'_>,
    ) -> Option<Window> {
        let variables = around.variables;
        let name = window.name.as_ref().map(|name| self.label(name, variables, "the window's name"));
        let root = self.directory(around.root, window.root.as_ref(), variables);
        let mut inner = around.clone();
        inner.root = &root;
        inner.environment.extend(window.environment.clone());
        let (panes, kept) = self.panes(window, needs, &inner);
        let layout = self.layout(window, &kept, around.size);
        (!panes.is_empty()).then(|| Window {
            key,
            name,
            layout,
            focus: window.focus.is_some(),
            options: window
                .options
                .iter()
                .map(|(name, value)| (name.value.clone(), value.value.clone()))
                .collect(),
            sync: window.sync,
            panes,
        })
    }

    /// The panes that are wanted now, and which of the declared ones they are.
    fn panes(
        &mut self,
        window: &raw::Window,
        needs: Vec<Vec<Need>>,
        around: &Surroundings<'_>,
    ) -> (Vec<Pane>, Vec<bool>) {
        let shell;
        let declared = if window.panes.is_empty() {
            shell = [raw::Pane::shell(window.place.clone())];
            &shell[..]
        } else {
            &window.panes[..]
        };
        let mut keys: BTreeSet<Key> = BTreeSet::new();
        let mut panes: Vec<Pane> = Vec::new();
        let mut focus = Vec::new();
        let mut kept = Vec::new();
        let mut needs = needs.into_iter();
        for (index, pane) in declared.iter().enumerate() {
            let needs = needs.next().unwrap_or_default();
            let declared_key = pane.key.as_ref().and_then(|key| Key::new(&key.value));
            let keyed = declared_key.is_some();
            let key = declared_key.unwrap_or_else(|| Key::place(index + 1));
            if !keys.insert(key.clone()) {
                let place = pane.key.as_ref().map_or(&pane.place, |key| &key.place);
                self.problem(place, format!("there is another pane `{key}`")).help =
                    Some("a pane without a key has its place as one; give it another".to_owned());
            }
            let wanted = self.wanted(pane.when.as_ref(), around.variables);
            kept.push(wanted);
            if wanted {
                panes.push(self.pane(pane, key, keyed, needs, around));
                focus.extend(&pane.focus);
            }
        }
        self.one_focus(&focus, "pane");
        if let (Some(first), true) = (panes.first_mut(), focus.is_empty()) {
            first.focus = true;
        }
        (panes, kept)
    }

    fn pane(
        &mut self,
        pane: &raw::Pane,
        key: Key,
        keyed: bool,
        needs: Vec<Need>,
        around: &Surroundings<'_>,
    ) -> Pane {
        let variables = around.variables;
        let cwd = self.directory(around.root, pane.cwd.as_ref(), variables);
        let command = self.command(&pane.run, variables);
        let mut declared = around.environment.clone();
        declared.extend(pane.environment.clone());
        let mut environment = around.scope.passing();
        environment.extend(self.rendered(&declared, variables));
        let pass: Vec<String> = pane.pass.iter().map(|name| name.value.clone()).collect();
        Pane {
            key,
            keyed,
            title: pane.title.as_ref().map(|title| self.label(title, variables, "the title")),
            login: around.login && matches!(command, Command::Script(_) | Command::Scripts(_)),
            command,
            focus: pane.focus.is_some(),
            on_exit: pane.on_exit,
            hash: hash(pane, &needs, &cwd, &declared, around),
            supervision: self.supervision(&pane.supervision, needs, &cwd.path, variables),
            cwd: cwd.path,
            environment,
            pass,
        }
    }

    /// The layout of the panes that are `kept`.
    fn layout(&mut self, window: &raw::Window, kept: &[bool], size: Size) -> Layout {
        let panes = kept.iter().filter(|kept| **kept).count();
        let Some(declared) = &window.layout else { return Layout::Named(NamedLayout::Tiled) };
        let layout = match &declared.value {
            Layout::Tree(split) if cells(split) != kept.len() => {
                let message = format!(
                    "the layout has {} and the window {}",
                    crate::error::counted(cells(split), "cell"),
                    crate::error::counted(kept.len(), "pane")
                );
                self.problem(&declared.place, message).help =
                    Some("each pane has one cell, in order".to_owned());
                return declared.value.clone();
            }
            Layout::Tree(split) => {
                prune(split, &mut kept.iter().copied()).map_or(declared.value.clone(), Layout::Tree)
            }
            Layout::Raw(text) => {
                if let Err(fault) = seam::raw_layout(text) {
                    self.problem(&declared.place, fault.message).help = fault.help;
                    return declared.value.clone();
                }
                declared.value.clone()
            }
            other => other.clone(),
        };
        if let Some(least) = seam::least(&layout, panes)
            && (least.width > size.width || least.height > size.height)
        {
            let message = format!("{} do not fit into {size}", crate::error::counted(panes, "pane"));
            self.problem(&declared.place, message).help = Some(format!("this layout needs `size: {least}`"));
        }
        layout
    }

    /// Notes all but the first of those that want the focus.
    fn one_focus(&mut self, places: &[&Place], what: &str) {
        for place in places.iter().skip(1) {
            self.problem(place, format!("another {what} has the focus already"));
        }
    }
}

/// The declared key, else the name's, else the place.
fn window_key((index, window): (usize, &raw::Window)) -> Key {
    let declared = window.key.as_ref().and_then(|key| Key::new(&key.value));
    declared
        .or_else(|| window.name.as_ref().map(|name| Key::from_name(&name.value)))
        .unwrap_or_else(|| Key::place(index + 1))
}

/// The tree without the cells that are not kept; a split with one cell left is that cell.
fn prune(split: &Split, kept: &mut impl Iterator<Item = bool>) -> Option<Split> {
    let (parts, make): (_, fn(Vec<_>) -> Split) = match split {
        Split::Pane => return kept.next().unwrap_or(false).then_some(Split::Pane),
        Split::Columns(parts) => (parts, Split::Columns),
        Split::Rows(parts) => (parts, Split::Rows),
    };
    let mut left: Vec<_> =
        parts.iter().filter_map(|(share, part)| Some((*share, prune(part, kept)?))).collect();
    match left.len() {
        0 => None,
        1 => left.pop().map(|(_, part)| part),
        _ => Some(make(left)),
    }
}

/// The hash of what a pane declares: nothing that the day, the branch or the machine changes.
fn hash(
    pane: &raw::Pane,
    needs: &[Need],
    cwd: &Directory,
    declared: &Values,
    around: &Surroundings<'_>,
) -> Hash {
    use std::os::unix::ffi::OsStrExt;
    let policy = match pane.on_exit {
        OnExit::Shell => "shell",
        OnExit::Keep => "keep",
        OnExit::Close => "close",
    };
    // the last of equal names counts, as in the pane's environment
    let environment: BTreeMap<&str, &str> =
        declared.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let pass: BTreeSet<&str> = pane.pass.iter().map(|name| name.as_str()).collect();
    let supervision = supervision::words(&pane.supervision, needs);
    let mut parts: Vec<&[u8]> = pane.run.words().into_iter().map(str::as_bytes).collect();
    parts.extend([&b"cwd"[..], cwd.declared.as_os_str().as_bytes(), b"policy", policy.as_bytes()]);
    parts.extend([&b"login"[..], if around.login { b"1" } else { b"0" }]);
    parts.push(b"environment");
    parts.extend(environment.iter().flat_map(|(name, value)| [name.as_bytes(), value.as_bytes()]));
    parts.push(b"pass");
    parts.extend(pass.iter().map(|name| name.as_bytes()));
    parts.push(b"values");
    parts.extend(around.scope.values.iter().flat_map(|(name, value)| [name.as_bytes(), value.as_bytes()]));
    // last, and nothing without a policy
    parts.extend(supervision.iter().map(String::as_bytes));
    Hash::of(parts)
}
