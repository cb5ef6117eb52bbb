//! Names of sessions, windows and panes.

use std::fmt;

use serde::Serialize;

use crate::workspace::session_label;

/// The highest place that a pane can have: no terminal has room for more.
pub const MOST_PANES: usize = 100;

/// A name as tmux gets it, with the name as it was written.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Name {
    /// In lower case, with white space and each of `-;:.` as `_`.
    pub text: String,
    /// As it was written, without white space around it.
    pub title: String,
}

impl Name {
    /// The name that `written` stands for; nothing when that has no character that shows, or one that
    /// steers the terminal.
    pub fn new(written: &str) -> Option<Name> {
        let title = written.trim();
        if title.is_empty() || title.chars().any(char::is_control) {
            return None;
        }
        let plain = |c: char| if c.is_whitespace() || "-;:.".contains(c) { '_' } else { c };
        let text = title.chars().flat_map(char::to_lowercase).map(plain).collect();
        Some(Name { text, title: title.to_owned() })
    }

    /// Whether tmux has one session for both names.
    pub fn is_session(&self, other: &Name) -> bool {
        self.text == other.text || session_label(&self.text) == session_label(&other.text)
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// A window: `session|window`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WindowName {
    /// Its session.
    pub session: Name,
    /// Its own name.
    pub window: Name,
}

impl fmt::Display for WindowName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}|{}", self.session, self.window)
    }
}

/// A pane: `session|window|pane`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PaneName {
    /// Its window.
    pub window: WindowName,
    /// Which of the window's panes.
    pub pane: PanePlace,
}

impl fmt::Display for PaneName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}|{}", self.window, self.pane)
    }
}

/// Which pane of a window.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PanePlace {
    /// The one at this place, from 1 to [`MOST_PANES`].
    Place(usize),
    /// The one with this label.
    Label(Name),
    /// The active one, written `main` or `active`.
    Active,
}

impl fmt::Display for PanePlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PanePlace::Place(place) => place.fmt(f),
            PanePlace::Label(name) => name.fmt(f),
            PanePlace::Active => f.write_str("active"),
        }
    }
}

impl PanePlace {
    /// What the last part of a pane's name says; nothing for a place that does not exist and for what
    /// is no name.
    pub fn new(written: &str) -> Option<PanePlace> {
        let name = Name::new(written)?;
        if name.title.bytes().all(|byte| byte.is_ascii_digit()) {
            let place = name.title.parse().ok().filter(|place| (1..=MOST_PANES).contains(place));
            return place.map(PanePlace::Place);
        }
        let active = ["main", "active"].contains(&name.text.as_str());
        Some(if active { PanePlace::Active } else { PanePlace::Label(name) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_in_lower_case_without_what_tmux_reads_in_it() {
        for (written, text) in [
            ("dev", "dev"),
            (" My App-1 ", "my_app_1"),
            ("a;b:c.d", "a_b_c_d"),
            ("a--b", "a__b"),
            ("Größe\u{a0}X", "größe_x"),
            ("-", "_"),
        ] {
            let name = Name::new(written).unwrap();
            assert_eq!((name.text.as_str(), name.title.as_str()), (text, written.trim()));
        }
        for written in ["", "  ", "a\nb", "a\u{7}"] {
            assert_eq!(Name::new(written), None, "{written:?}");
        }
    }

    #[test]
    fn a_pane_is_a_place_a_label_or_the_active_one() {
        let label = |text| PanePlace::Label(Name::new(text).unwrap());
        for (written, place) in [
            ("1", Some(PanePlace::Place(1))),
            ("016", Some(PanePlace::Place(16))),
            ("0", None),
            ("101", None),
            ("99999999999999999999999", None),
            ("Main", Some(PanePlace::Active)),
            ("active", Some(PanePlace::Active)),
            ("1a", Some(label("1a"))),
            ("-1", Some(label("-1"))),
            ("", None),
        ] {
            assert_eq!(PanePlace::new(written), place, "{written}");
        }
    }
}
