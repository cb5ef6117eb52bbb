//! What an operation is planned with, and how what it names is found.

use std::path::Path;

use super::Planned;
use super::address::Address;
use super::declare::title;
use crate::error::{Error, Result};
use crate::plan::{Draft, Request};
use crate::snapshot::{LIVE, LivePane, LiveSession, LiveWindow, Snapshot};
use crate::target::{self, Found};
use crate::workspace::{Identity, Key, Workspace, session_label};

/// What may be changed and closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Everything.
    All,
    /// What rune made and tagged: the server is the user's own.
    Tagged,
}

/// What an operation is planned with.
pub struct Scene<'s> {
    /// What the server has, with everything about its panes.
    pub snapshot: &'s Snapshot,
    /// Version, terminal and random number.
    pub request: Request,
    /// Absolute directory in which sessions are made that say no other.
    pub directory: &'s Path,
    /// What may be changed and closed.
    pub reach: Reach,
}

impl<'s> Scene<'s> {
    /// The session of this address.
    ///
    /// # Errors
    /// [`Error::NotFound`] and [`Error::Ambiguous`].
    pub fn session(&self, at: &Address) -> Result<&'s LiveSession> {
        match at {
            Address::Spelled(text) => match target::session(self.snapshot, text) {
                Err(error @ Error::NotFound { .. }) => self.session_named(text).ok_or(error),
                found => found,
            },
            Address::Named { session, .. } => {
                self.session_named(session).ok_or_else(|| self.no_session(session))
            }
        }
    }

    fn no_session(&self, name: &str) -> Error {
        let candidates = self.snapshot.sessions.iter().map(|session| session.name.clone()).collect();
        Error::NotFound { what: "session", name: name.to_owned(), candidates }
    }

    /// The session of this name: tmux's, or the one that tmux is given for it.
    pub(super) fn session_named(&self, name: &str) -> Option<&'s LiveSession> {
        let named = |name: &str| self.snapshot.sessions.iter().find(|session| session.name == name);
        named(name).or_else(|| named(&session_label(name)))
    }

    /// The window of this address.
    ///
    /// # Errors
    /// [`Error::NotFound`] and [`Error::Ambiguous`].
    pub fn window(&self, at: &Address) -> Result<(&'s LiveSession, &'s LiveWindow)> {
        let missing = match at {
            Address::Spelled(text) => match target::window(self.snapshot, text) {
                Err(error @ Error::NotFound { .. }) => error,
                found => return found,
            },
            Address::Named { session, .. } => match self.session_named(session) {
                Some(session) => {
                    let name = |window: &LiveWindow| format!("{}:{}", session.name, window.key());
                    let candidates = session.windows.iter().map(name).collect();
                    Error::NotFound { what: "window", name: at.text(), candidates }
                }
                None => return Err(self.no_session(session)),
            },
        };
        let Ok(names) = at.window_names(self.snapshot) else { return Err(missing) };
        let Some(session) = self.session_named(names.session) else { return Err(missing) };
        let window = self.window_named(session, names.window.unwrap_or_default())?;
        window.map(|window| (session, window)).ok_or(missing)
    }

    /// The window of a session with this key, else with this name, else with the key that such a name gets.
    ///
    /// # Errors
    /// [`Error::Ambiguous`] for a name that several have.
    pub(super) fn window_named(
        &self,
        session: &'s LiveSession,
        name: &str,
    ) -> Result<Option<&'s LiveWindow>> {
        let windows = || session.windows.iter();
        let keyed = |key: &str| {
            let has = move |window: &&LiveWindow| {
                window.noted.as_ref().is_some_and(|note| note.key.as_str() == key)
            };
            windows().find(has)
        };
        if let Some(window) = windows().find(|window| window.id == name).or_else(|| keyed(name)) {
            return Ok(Some(window));
        }
        let named: Vec<&LiveWindow> = windows().filter(|window| window.name == name).collect();
        match named.as_slice() {
            [] => Ok(keyed(Key::from_name(name).as_str())),
            [one] => Ok(Some(one)),
            several => Err(Error::Ambiguous {
                what: "window",
                name: format!("{}:{name}", session.name),
                candidates: several.iter().map(|window| window.id.clone()).collect(),
            }),
        }
    }

    /// The pane of this address.
    ///
    /// # Errors
    /// [`Error::NotFound`] and [`Error::Ambiguous`].
    pub fn pane(&self, at: &Address) -> Result<Found<'s>> {
        let missing = match at {
            Address::Spelled(text) => match target::pane(self.snapshot, text) {
                Err(error @ Error::NotFound { .. }) => error,
                found => return found,
            },
            Address::Named { session, window: Some(window), .. } => {
                let (_, live) = self.window(&Address::window(session, window))?;
                let candidates = live.panes.iter().map(|pane| pane.key().to_owned()).collect();
                Error::NotFound { what: "pane", name: at.text(), candidates }
            }
            Address::Named { session, .. } => {
                let session = self.session(&Address::session(session))?;
                return target::pane(self.snapshot, &session.id);
            }
        };
        let Ok(names) = at.pane_names(self.snapshot) else {
            // A window by its names means its only pane.
            let Ok((_, window)) = self.window(at) else { return Err(missing) };
            return target::pane(self.snapshot, &window.id);
        };
        let Some(session) = self.session_named(names.session) else { return Err(missing) };
        let window = self.window_named(session, names.window.unwrap_or_default())?;
        let Some(window) = window else { return Err(missing) };
        match pane_named(window, names.pane.unwrap_or_default()) {
            Some(pane) => Ok(Found { session, window, pane }),
            None => Err(missing),
        }
    }

    /// Whether a thing may be changed.
    ///
    /// # Errors
    /// [`Error::Refused`] when a thing that is not `tagged` may not be touched.
    pub fn allowed(&self, what: &str, name: &str, tagged: bool) -> Result<()> {
        if tagged || self.reach == Reach::All {
            return Ok(());
        }
        Err(Error::Refused {
            message: format!("{what} `{name}` was not made by rune, and this tmux server is your own"),
            hint: Some("`--any` does it nevertheless".to_owned()),
        })
    }

    /// # Errors
    /// As [`Scene::allowed`], for everything inside of a session or window too.
    pub(super) fn all_allowed<'p>(
        &self,
        session: &LiveSession,
        window: &LiveWindow,
        panes: impl IntoIterator<Item = &'p LivePane>,
    ) -> Result<()> {
        let mut panes = panes.into_iter();
        panes.try_for_each(|pane| {
            self.allowed("pane", &target::name(session, window, pane), pane.tag.is_some())
        })
    }

    /// The workspace that panes made here in a session belong to: one that no config has.
    pub(super) fn workspace(&self, session: &LiveSession) -> Workspace {
        let about = session.about.as_ref();
        let live = about.filter(|about| about.is_live());
        let root = about.map_or(self.directory.to_owned(), |about| about.root.clone().into());
        // What a person made has no root of ours, and is the same wherever rune is called.
        let of = about.map_or("/".into(), |about| about.root.clone().into());
        let project = live.map_or(session.name.clone(), |about| about.project.clone());
        let environment = about.map(|about| about.variables.clone()).unwrap_or_default();
        workspace(Identity { root: of, project, template: live_key() }, &session.name, root, environment)
    }

    /// A draft with nothing in it, as a plan.
    pub(super) fn draft(&self) -> Draft<'_> {
        Draft::new(self.snapshot, &self.request)
    }

    /// The plan of acts on one session, which goes on showing the window that it shows when it `keeps` that.
    pub(super) fn acts(
        &self,
        session: &LiveSession,
        keeps: bool,
        add: impl FnOnce(&mut Draft<'_>) -> Result<()>,
    ) -> Result<Planned> {
        let mut draft = self.draft();
        let workspace = self.workspace(session);
        draft.session(&workspace.identity.word(), session, keeps);
        add(&mut draft)?;
        Ok(Planned { plan: draft.plan(), workspaces: vec![workspace] })
    }
}

/// The key of the template that sessions made here have.
pub(super) fn live_key() -> Key {
    Key::from_name(LIVE)
}

/// A workspace without windows.
pub(super) fn workspace(
    identity: Identity,
    name: &str,
    root: std::path::PathBuf,
    environment: std::collections::BTreeMap<String, String>,
) -> Workspace {
    Workspace {
        identity,
        name: name.to_owned(),
        root,
        size: None,
        environment,
        pass: Vec::new(),
        values: Default::default(),
        windows: Vec::new(),
    }
}

/// The pane of a window with this key, else with this title, else at this place; `main` and `active` are
/// the active one.
pub(super) fn pane_named<'s>(window: &'s LiveWindow, name: &str) -> Option<&'s LivePane> {
    let panes = || window.panes.iter();
    let keyed =
        |key: &str| panes().find(|pane| pane.tag.as_ref().is_some_and(|tag| tag.pane.as_str() == key));
    if let Some(pane) = panes().find(|pane| pane.id == name).or_else(|| keyed(name)) {
        return Some(pane);
    }
    if let Ok(place) = name.parse::<usize>() {
        return at_place(window, place);
    }
    let titled = panes().find(|pane| title(pane) == Some(name));
    titled
        .or_else(|| keyed(Key::from_name(name).as_str()))
        .or_else(|| matches!(name, "main" | "active").then(|| panes().find(|pane| pane.active)).flatten())
}

/// The pane at a place of its window, from 1; one whose own key is another number is at no other place.
fn at_place(window: &LiveWindow, place: usize) -> Option<&LivePane> {
    let pane = window.panes.get(place.checked_sub(1)?)?;
    number(pane).is_none().then_some(pane)
}

/// The number that a pane has for a key.
pub(super) fn number(pane: &LivePane) -> Option<usize> {
    pane.tag.as_ref()?.pane.as_str().parse().ok()
}
