//! What a script wants, added up: sessions with their windows and panes.

use serde::Serialize;

use super::name::{Name, PaneName, PanePlace, WindowName};
use super::{Action, Environment, Log};
use crate::workspace::{Key, Layout, Split};

/// A session that is wanted. What it does not name stays as it is.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Session {
    /// Its name.
    pub name: Name,
    /// Its windows; none when any will do.
    pub windows: Vec<Window>,
}

/// A window that is wanted.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Window {
    /// Its name.
    pub name: Name,
    /// What runs in every pane that has no command of its own; nothing is the user's shell in a new
    /// pane, and whatever runs in one that exists.
    pub command: Option<String>,
    /// Variables of all its panes, below those of a pane.
    pub environment: Environment,
    /// How the panes are arranged: a grid, or the splits that made it.
    pub layout: Layout,
    /// At least these panes; one or more.
    pub panes: Vec<Pane>,
    /// How many of them a window was asked to have; the others are named one by one.
    #[serde(skip)]
    pub(super) count: usize,
    /// Which pane a split would part, from 0.
    #[serde(skip)]
    pub(super) active: usize,
}

/// A pane that is wanted.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Pane {
    /// What it is called.
    pub label: Option<Name>,
    /// The label that it was first named by, in the place of a number.
    pub name: Option<Name>,
    /// The number that it is addressed by; nothing where that is its label. It is its place when it is made,
    /// and stays when others come and go.
    pub number: Option<usize>,
    /// What runs in it; nothing is the window's command.
    pub command: Option<String>,
    /// Variables of its own.
    pub environment: Environment,
    /// Where its output is kept.
    pub log: Option<Log>,
    /// Whether an action names it.
    #[serde(skip)]
    pub(super) named: bool,
}

/// The session of this name, made where there is none.
pub(super) fn session<'s>(sessions: &'s mut Vec<Session>, name: &Name) -> &'s mut Session {
    // Scripts speak of one thing for a while, so the last is the likeliest.
    let at = sessions.iter().rposition(|session| session.name.is_session(name));
    let at = at.unwrap_or_else(|| {
        sessions.push(Session { name: name.clone(), windows: Vec::new() });
        sessions.len() - 1
    });
    &mut sessions[at]
}

/// The window of this name, made where there is none.
pub(super) fn window<'s>(sessions: &'s mut Vec<Session>, name: &WindowName) -> &'s mut Window {
    let windows = &mut session(sessions, &name.session).windows;
    let at = windows.iter().rposition(|window| window.name.text == name.window.text);
    let at = at.unwrap_or_else(|| {
        windows.push(Window::new(name.window.clone()));
        windows.len() - 1
    });
    &mut windows[at]
}

/// Adds what a declarative action wants; others want nothing.
pub(super) fn ensure(sessions: &mut Vec<Session>, action: &Action) {
    match action {
        Action::SessionEnsure { session: name } => {
            session(sessions, name);
        }
        Action::WindowEnsure { window: name, panes, command, environment } => {
            let window = window(sessions, name);
            window.command = command.clone().or(window.command.take());
            window.environment.extend(environment.clone());
            window.count = window.count.max(*panes);
            window.grow(*panes);
        }
        Action::PaneEnsure { pane: name, label, command, environment, log } => {
            let pane = window(sessions, &name.window).pane(name);
            pane.named = true;
            pane.label = label.clone().or(pane.label.take());
            pane.command = command.clone().or(pane.command.take());
            pane.environment.extend(environment.clone());
            pane.log = log.clone().or(pane.log.take());
        }
        _ => {}
    }
}

impl Window {
    /// A window, still without a pane.
    fn new(name: Name) -> Window {
        let (command, environment) = (None, Environment::new());
        Window { name, command, environment, layout: Layout::Grid, panes: Vec::new(), count: 0, active: 0 }
    }

    /// A window with one pane.
    pub(super) fn of_one(name: Name, pane: Pane) -> Window {
        let panes = vec![Pane { number: Some(1), ..pane }];
        Window { layout: Layout::Tree(Split::Pane), panes, ..Window::new(name) }
    }

    /// What runs in a pane of its; nothing is the user's shell, or whatever runs.
    pub fn command_of<'w>(&'w self, pane: &'w Pane) -> Option<&'w str> {
        pane.command.as_deref().or(self.command.as_deref())
    }

    /// Makes at least so many panes, in the places that are free.
    fn grow(&mut self, panes: usize) {
        while self.panes.len() < panes {
            let free = (1..).find(|number| self.find(&PanePlace::Place(*number)).is_none());
            self.insert(free.unwrap_or(panes));
        }
    }

    /// Puts a new pane of this number before those with higher ones: more than splits made are a grid.
    fn insert(&mut self, number: usize) -> usize {
        let at = self.panes.iter().position(|pane| pane.number.is_some_and(|other| other > number));
        let at = at.unwrap_or(self.panes.len());
        self.panes.insert(at, Pane { number: Some(number), ..Pane::default() });
        self.layout = Layout::Grid;
        if self.panes.len() > 1 && self.active >= at {
            self.active += 1;
        }
        at
    }

    /// The key of a pane that is not called by its place: its name, or a number that is not its place, as
    /// after a split. When there is one of those, all numbers are keys.
    pub(super) fn key_of(&self, pane: &Pane) -> Option<Key> {
        let numbers = self.panes.iter().enumerate();
        let mut numbers = numbers.filter_map(|(at, pane)| Some((at + 1, pane.number?)));
        match pane.number {
            Some(number) => numbers.any(|(place, number)| place != number).then(|| Key::place(number)),
            None => pane.name.as_ref().map(|name| Key::from_name(&name.text)),
        }
    }

    /// The number that a pane gets which is split off another.
    pub(super) fn next_number(&self) -> usize {
        let highest = self.panes.iter().filter_map(|pane| pane.number).max().unwrap_or(0);
        (self.panes.len() + 1).max(highest + 1)
    }

    /// The pane of this name, made where there is none, with those before it.
    fn pane(&mut self, name: &PaneName) -> &mut Pane {
        let at = match &name.pane {
            PanePlace::Place(place) => self.find(&name.pane).unwrap_or_else(|| {
                for before in 1..*place {
                    if self.find(&PanePlace::Place(before)).is_none() {
                        self.insert(before);
                    }
                }
                self.insert(*place)
            }),
            PanePlace::Label(label) => self.find(&name.pane).unwrap_or_else(|| {
                let (label, name) = (Some(label.clone()), Some(label.clone()));
                self.panes.push(Pane { label, name, ..Pane::default() });
                self.layout = Layout::Grid;
                self.panes.len() - 1
            }),
            PanePlace::Active => self.active,
        };
        &mut self.panes[at]
    }

    /// Which of its panes has this name, from 0.
    pub(super) fn find(&self, name: &PanePlace) -> Option<usize> {
        match name {
            PanePlace::Place(place) => {
                let numbered = self.panes.iter().position(|pane| pane.number == Some(*place));
                let unnumbered = |at: &usize| self.panes.get(*at).is_some_and(|pane| pane.number.is_none());
                numbered.or_else(|| Some(place - 1).filter(unnumbered))
            }
            PanePlace::Active => Some(self.active),
            PanePlace::Label(wanted) => self.panes.iter().position(|pane| {
                [&pane.name, &pane.label].into_iter().flatten().any(|name| name.text == wanted.text)
            }),
        }
    }
}

/// The tree in which the leaf at `at` has become two, side by side or one above the other.
pub(super) fn parted(tree: Split, at: usize, horizontal: bool) -> Split {
    fn go(tree: Split, at: &mut Option<usize>, horizontal: bool) -> Split {
        use crate::workspace::Share::Rest;
        let parts = |parts: Vec<(_, Split)>, at: &mut Option<usize>| {
            parts.into_iter().map(|(share, part)| (share, go(part, at, horizontal))).collect()
        };
        match tree {
            Split::Columns(cells) => Split::Columns(parts(cells, at)),
            Split::Rows(cells) => Split::Rows(parts(cells, at)),
            Split::Pane if *at == Some(0) => {
                *at = None;
                let both = vec![(Rest, Split::Pane), (Rest, Split::Pane)];
                if horizontal { Split::Columns(both) } else { Split::Rows(both) }
            }
            Split::Pane => {
                *at = at.map(|left| left - 1);
                Split::Pane
            }
        }
    }
    go(tree, &mut Some(at), horizontal)
}

/// The tree without the leaf at `at`; a split with one cell left is that cell.
pub(super) fn without(tree: Split, at: usize) -> Option<Split> {
    fn go(tree: Split, next: &mut usize, at: usize) -> Option<Split> {
        let (cells, make): (_, fn(Vec<_>) -> Split) = match tree {
            Split::Pane => {
                *next += 1;
                return (*next - 1 != at).then_some(Split::Pane);
            }
            Split::Columns(cells) => (cells, Split::Columns),
            Split::Rows(cells) => (cells, Split::Rows),
        };
        let mut left: Vec<_> =
            cells.into_iter().filter_map(|(share, cell)| Some((share, go(cell, next, at)?))).collect();
        if left.len() < 2 { left.pop().map(|(_, cell)| cell) } else { Some(make(left)) }
    }
    go(tree, &mut 0, at)
}
