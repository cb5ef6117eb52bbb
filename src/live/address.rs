//! Where something is, or is to be.

use crate::error::{Error, Result};
use crate::snapshot::{LiveSession, Snapshot};
use crate::target::{self, Found};

/// A session, window or pane: by one word, or by its names one by one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    /// As a person types it: a tmux id or a spelling, as in `shop:code.editor`.
    Spelled(String),
    /// By names of which some need not exist yet. A pane is a key, a title, its place from 1, or
    /// `main` or `active`, the active one.
    Named {
        /// The session.
        session: String,
        /// The window.
        window: Option<String>,
        /// The pane.
        pane: Option<String>,
    },
}

/// The names of an address, of which none need exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Names<'t> {
    pub(super) session: &'t str,
    pub(super) window: Option<&'t str>,
    pub(super) pane: Option<&'t str>,
}

impl Address {
    /// As a person typed it.
    pub fn spelled(text: impl Into<String>) -> Address {
        Address::Spelled(text.into())
    }

    /// A session by name.
    pub fn session(name: impl Into<String>) -> Address {
        Address::Named { session: name.into(), window: None, pane: None }
    }

    /// A window by the names of session and window.
    pub fn window(session: impl Into<String>, window: impl Into<String>) -> Address {
        Address::Named { session: session.into(), window: Some(window.into()), pane: None }
    }

    /// A pane by the names of session, window and pane.
    pub fn pane(session: impl Into<String>, window: impl Into<String>, pane: impl Into<String>) -> Address {
        Address::Named { session: session.into(), window: Some(window.into()), pane: Some(pane.into()) }
    }

    /// The address as a person types it.
    pub fn text(&self) -> String {
        match self {
            Address::Spelled(text) => text.clone(),
            Address::Named { session, window: None, .. } => session.clone(),
            Address::Named { session, window: Some(window), pane: None } => format!("{session}:{window}"),
            Address::Named { session, window: Some(window), pane: Some(pane) } => {
                format!("{session}:{window}.{pane}")
            }
        }
    }

    /// The names of a window that may be made.
    pub(super) fn window_names<'t>(&'t self, snapshot: &'t Snapshot) -> Result<Names<'t>> {
        if let Some(id) = self.id('@') {
            let (session, window) = target::window(snapshot, id)?;
            return Ok(Names { session: &session.name, window: Some(&window.id), pane: None });
        }
        let names = self.names(snapshot, false)?;
        names.filter(|names| names.window.is_some()).ok_or_else(|| Error::Usage {
            message: format!("`{}` does not name a window of a session", self.text()),
            hint: Some("write it as `SESSION:WINDOW`".to_owned()),
        })
    }

    /// The names of a pane that may be made.
    pub(super) fn pane_names<'t>(&'t self, snapshot: &'t Snapshot) -> Result<Names<'t>> {
        if let Some(id) = self.id('%') {
            let Found { session, window, pane } = target::pane(snapshot, id)?;
            return Ok(Names { session: &session.name, window: Some(&window.id), pane: Some(&pane.id) });
        }
        if let Some((id, pane)) = self.id('@').and_then(|text| text.split_once('.'))
            && !pane.is_empty()
        {
            let (session, window) = target::window(snapshot, id)?;
            return Ok(Names { session: &session.name, window: Some(&window.id), pane: Some(pane) });
        }
        let names = self.names(snapshot, true)?;
        names.filter(|names| names.pane.is_some()).ok_or_else(|| Error::Usage {
            message: format!("`{}` does not name a pane of a window", self.text()),
            hint: Some("write it as `SESSION:WINDOW.PANE`".to_owned()),
        })
    }

    /// What was typed, when it begins with an id of this kind of tmux's.
    fn id(&self, kind: char) -> Option<&str> {
        let Address::Spelled(text) = self else { return None };
        let number = text.strip_prefix(kind)?;
        number.starts_with(|c: char| c.is_ascii_digit()).then_some(text)
    }

    /// The names, none of them empty. A session that exists may have a `:` in its name; the longest counts.
    fn names<'t>(&'t self, snapshot: &'t Snapshot, of_pane: bool) -> Result<Option<Names<'t>>> {
        let mut names = match self {
            Address::Named { session, window, pane } => {
                Names { session, window: window.as_deref(), pane: pane.as_deref() }
            }
            Address::Spelled(text) => {
                let owner = |session: &&LiveSession| {
                    text.strip_prefix(&session.name).is_some_and(|rest| rest.starts_with(':'))
                };
                let known = snapshot.sessions.iter().filter(owner).map(|session| session.name.len()).max();
                let Some(colon) = known.or_else(|| text.find(':')) else { return Ok(None) };
                let (session, rest) = (&text[..colon], &text[colon + 1..]);
                match rest.rsplit_once('.') {
                    Some((window, pane)) if of_pane => {
                        Names { session, window: Some(window), pane: Some(pane) }
                    }
                    _ => Names { session, window: Some(rest), pane: None },
                }
            }
        };
        if let Some(id) = self.id('$').filter(|id| id.starts_with(names.session)) {
            let id = id.split(':').next().unwrap_or(id);
            names.session = &target::session(snapshot, id)?.name;
        }
        let is_name = |name: &str| !name.is_empty();
        let all =
            is_name(names.session) && names.window.is_none_or(is_name) && names.pane.is_none_or(is_name);
        Ok(all.then_some(names))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::testing::server;

    #[test]
    fn a_spelling_has_names_that_need_not_exist() {
        let snapshot = server(&[("a.b:c", &[("w", &["1"])]), ("a", &[("w", &["1"])])]);
        for (text, of_pane, names) in [
            ("new:code", false, Some(("new", "code", None))),
            ("new:code.1", false, Some(("new", "code.1", None))),
            ("new:code.1", true, Some(("new", "code", Some("1")))),
            ("new:v1.2.db", true, Some(("new", "v1.2", Some("db")))),
            ("a.b:c:x.1", true, Some(("a.b:c", "x", Some("1")))),
            ("a:x:y.1", true, Some(("a", "x:y", Some("1")))),
            ("new", false, None),
            (":x", false, None),
            ("new:", false, None),
            ("new:x.", true, None),
            ("new:.1", true, None),
        ] {
            let address = Address::spelled(text);
            let found = address.names(&snapshot, of_pane).unwrap();
            let wanted = names.map(|(session, window, pane)| Names { session, window: Some(window), pane });
            assert_eq!(found, wanted, "{text}");
        }
        let named = Address::pane("s:x", "w.y", "p");
        assert_eq!(named.pane_names(&snapshot).unwrap().window, Some("w.y"));
    }
}
