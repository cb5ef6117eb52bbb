//! Which sessions, windows and panes a person means by a word.
//!
//! A target is a tmux id (`$1`, `@3`, `%7`) or a spelling: `session:window.pane` by key, of which any
//! part may be left out where what is left is unambiguous. Every thing has a set of spellings, and a
//! target is compared with whole spellings, so a session named `a.b:c` needs no rule of its own, and
//! nothing is ever found by a prefix. In a glob, `*` and `?` stand for anything but `:` and `.`.

mod subject;

use crate::error::{Error, Result};
use crate::glob::Rules;
use crate::snapshot::{LivePane, LiveSession, LiveWindow, Snapshot};

pub use subject::{is_about, known, past};

/// Neither `*` nor `?` is what stands between the parts of a spelling.
const RULES: Rules<'static> = Rules { sets: false, borders: &[':', '.'] };

/// Whether `text` is a pattern.
pub fn is_glob(text: &str) -> bool {
    text.contains(['*', '?'])
}

fn matches(pattern: &str, name: &str) -> bool {
    RULES.matches(pattern, name)
}

/// A pane with where it is.
#[derive(Clone, Copy, Debug)]
pub struct Found<'s> {
    /// Its session.
    pub session: &'s LiveSession,
    /// Its window.
    pub window: &'s LiveWindow,
    /// The pane itself.
    pub pane: &'s LivePane,
}

/// The full spelling of a pane, as every message and table has it: `session:window.pane` by key.
/// A pane made by hand has its tmux id for a key.
pub fn name(session: &LiveSession, window: &LiveWindow, pane: &LivePane) -> String {
    format!("{}:{}.{}", session.name, window_key(window), pane_key(pane))
}

/// The key of a window, else its name.
pub fn window_key(window: &LiveWindow) -> &str {
    window.noted.as_ref().map_or(window.name.as_str(), |note| note.key.as_str())
}

/// The key of a pane, else its tmux id.
pub fn pane_key(pane: &LivePane) -> &str {
    pane.tag.as_ref().map_or(pane.id.as_str(), |tag| tag.pane.as_str())
}

/// The panes that `text` means, at least one: those of that spelling, else all panes of the windows, else
/// of the sessions, of that spelling.
///
/// # Errors
/// [`Error::NotFound`] with what there is. Several panes whose spelling is no glob and no window or session
/// are [`Error::Ambiguous`].
pub fn panes<'s>(snapshot: &'s Snapshot, text: &str) -> Result<Vec<Found<'s>>> {
    let all = all(snapshot);
    let keep = |is: &dyn Fn(&Found<'s>) -> bool| all.iter().copied().filter(is).collect::<Vec<Found<'s>>>();
    let own = keep(&|found| pane_spelled(found, text));
    if own.len() > 1 && !is_glob(text) {
        return Err(ambiguous("pane", text, distinct(&own)));
    }
    if !own.is_empty() {
        return Ok(own);
    }
    if let Ok(windows) = windows(snapshot, text) {
        return Ok(keep(&|found| windows.iter().any(|(_, window)| window.id == found.window.id)));
    }
    if let Err(error @ Error::Ambiguous { .. }) = windows_of(snapshot, text) {
        return Err(error);
    }
    if let Ok(sessions) = sessions(snapshot, text) {
        return Ok(keep(&|found| sessions.iter().any(|session| session.id == found.session.id)));
    }
    Err(missing("pane", text, all.iter().map(Found::name).collect()))
}

/// The one pane that `text` means.
///
/// # Errors
/// As [`panes`]; several panes, as those of a window, are [`Error::Ambiguous`].
pub fn pane<'s>(snapshot: &'s Snapshot, text: &str) -> Result<Found<'s>> {
    let found = panes(snapshot, text)?;
    match found.as_slice() {
        [one] => Ok(*one),
        several => Err(ambiguous("pane", text, distinct(several))),
    }
}

/// The windows that `text` means, at least one, each with its session.
///
/// # Errors
/// As [`panes`].
pub fn windows<'s>(snapshot: &'s Snapshot, text: &str) -> Result<Vec<(&'s LiveSession, &'s LiveWindow)>> {
    let own = windows_of(snapshot, text)?;
    if !own.is_empty() {
        return Ok(own);
    }
    let names = snapshot.sessions.iter().flat_map(|session| {
        session.windows.iter().map(move |window| format!("{}:{}", session.name, window_key(window)))
    });
    Err(missing("window", text, names.collect()))
}

/// The one window that `text` means; a session with a single window means that window.
///
/// # Errors
/// As [`windows`].
pub fn window<'s>(snapshot: &'s Snapshot, text: &str) -> Result<(&'s LiveSession, &'s LiveWindow)> {
    let found = match windows(snapshot, text) {
        Err(error @ Error::NotFound { .. }) => match sessions(snapshot, text).ok().as_deref() {
            Some([session]) => session.windows.iter().map(|window| (*session, window)).collect(),
            _ => return Err(error),
        },
        other => other?,
    };
    match found.as_slice() {
        [one] => Ok(*one),
        several => Err(ambiguous(
            "window",
            text,
            several.iter().map(|(session, window)| format!("{}:{}", session.name, window_key(window))),
        )),
    }
}

/// The sessions that `text` means, at least one: by id, by name with or without `:`, or by a glob.
///
/// # Errors
/// [`Error::NotFound`] with the names that there are.
pub fn sessions<'s>(snapshot: &'s Snapshot, text: &str) -> Result<Vec<&'s LiveSession>> {
    let is = |session: &&LiveSession| {
        text == session.id || matches(text, &session.name) || matches(text, &format!("{}:", session.name))
    };
    let found: Vec<&LiveSession> = snapshot.sessions.iter().filter(is).collect();
    if found.is_empty() {
        let names = snapshot.sessions.iter().map(|session| session.name.clone()).collect();
        return Err(missing("session", text, names));
    }
    Ok(found)
}

/// The one session that `text` means.
///
/// # Errors
/// As [`sessions`]; a glob that several match is [`Error::Ambiguous`].
pub fn session<'s>(snapshot: &'s Snapshot, text: &str) -> Result<&'s LiveSession> {
    match sessions(snapshot, text)?.as_slice() {
        [one] => Ok(one),
        several => Err(ambiguous("session", text, several.iter().map(|session| session.name.clone()))),
    }
}

impl Found<'_> {
    /// The full spelling; see [`name`].
    pub fn name(&self) -> String {
        name(self.session, self.window, self.pane)
    }
}

/// What tells panes apart: their names, or tmux's ids where those are the same, as after a move.
fn distinct<'f>(found: &'f [Found<'_>]) -> impl Iterator<Item = String> + 'f {
    found.iter().map(|one| {
        let name = one.name();
        let same = found.iter().filter(|other| other.name() == name).count();
        if same > 1 { one.pane.id.clone() } else { name }
    })
}

/// Every pane once: sessions of one group share theirs.
fn all(snapshot: &Snapshot) -> Vec<Found<'_>> {
    let mut found: Vec<Found<'_>> = Vec::new();
    for (session, window, pane) in snapshot.panes() {
        if !found.iter().any(|known| known.pane.id == pane.id) {
            found.push(Found { session, window, pane });
        }
    }
    found
}

fn pane_spelled(found: &Found<'_>, text: &str) -> bool {
    let Found { session, window, pane } = found;
    if text == pane.id {
        return true;
    }
    if text.starts_with(['%', '@', '$']) {
        return false; // an id of something else, which no key can look like
    }
    let place = window.panes.iter().position(|other| other.id == pane.id).unwrap_or(0) + 1;
    // A pane made by hand has its place among the panes of its window, too.
    let place = pane.tag.is_none().then(|| place.to_string());
    let keys = [Some(pane_key(pane)), place.as_deref()];
    keys.into_iter().flatten().any(|key| {
        matches(text, key)
            || matches(text, &format!(".{key}"))
            || window_names(window).any(|window| {
                let below = format!("{window}.{key}");
                matches(text, &below)
                    || matches(text, &format!(":{below}"))
                    || matches(text, &format!("{}:{below}", session.name))
            })
            || matches(text, &format!("{}:.{key}", session.name))
    })
}

/// Windows of exactly that spelling.
fn windows_of<'s>(snapshot: &'s Snapshot, text: &str) -> Result<Vec<(&'s LiveSession, &'s LiveWindow)>> {
    let mut found: Vec<(&LiveSession, &LiveWindow)> = Vec::new();
    for session in &snapshot.sessions {
        for window in &session.windows {
            let spelled = text == window.id
                || window_names(window).any(|name| {
                    matches(text, name)
                        || matches(text, &format!(":{name}"))
                        || matches(text, &format!("{}:{name}", session.name))
                });
            if spelled && !found.iter().any(|(_, known)| known.id == window.id) {
                found.push((session, window));
            }
        }
    }
    if found.len() > 1 && !is_glob(text) {
        let names = found.iter().map(|(session, window)| format!("{}:{}", session.name, window_key(window)));
        return Err(ambiguous("window", text, names));
    }
    Ok(found)
}

/// The window's key and, where it is another, its name.
fn window_names(window: &LiveWindow) -> impl Iterator<Item = &str> {
    let key = window_key(window);
    [Some(key), Some(window.name.as_str()).filter(|name| *name != key)].into_iter().flatten()
}

fn ambiguous(what: &'static str, text: &str, candidates: impl Iterator<Item = String>) -> Error {
    Error::Ambiguous { what, name: text.to_owned(), candidates: candidates.collect() }
}

fn missing(what: &'static str, text: &str, mut names: Vec<String>) -> Error {
    // The nearest first, by their last part too: what is mistyped most is a key.
    let near = |name: &String| {
        let last = name.rsplit([':', '.']).next().unwrap_or(name);
        let distance = strsim::damerau_levenshtein(text, name).min(strsim::damerau_levenshtein(text, last));
        (distance, name.clone())
    };
    names.sort_by_cached_key(near);
    Error::NotFound { what, name: text.to_owned(), candidates: names }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan;

    fn snapshot() -> Snapshot {
        plan::testing::server(&[
            ("shop", &[("code", &["editor", "db"]), ("logs", &["api"])]),
            ("shop-2", &[("code", &["editor"])]),
            ("1", &[("1", &["1", "2"])]),
            ("a.b:c", &[("ü", &["db2"])]),
            ("twice", &[("w", &["2", "2"])]),
        ])
    }

    fn names(found: Result<Vec<Found<'_>>>) -> String {
        match found {
            Ok(found) => found.iter().map(Found::name).collect::<Vec<_>>().join(" "),
            Err(Error::Ambiguous { what, candidates, .. }) => {
                format!("which {what}: {}", candidates.join(" "))
            }
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn a_target_is_one_whole_spelling() {
        let snapshot = snapshot();
        for (text, meant) in [
            ("db", "shop:code.db"),
            (".db", "shop:code.db"),
            ("code.db", "shop:code.db"),
            (":code.db", "shop:code.db"),
            ("shop:code.db", "shop:code.db"),
            ("shop:.db", "shop:code.db"),
            ("%2", "shop:code.db"),
            ("@2", "shop:logs.api"),
            ("$2", "shop-2:code.editor"),
            ("editor", "which pane: shop:code.editor shop-2:code.editor"),
            ("twice:w.2", "which pane: %8 %9"),
            ("code", "which window: shop:code shop-2:code"),
            ("shop:code", "shop:code.editor shop:code.db"),
            ("shop:", "shop:code.editor shop:code.db shop:logs.api"),
            ("shop", "shop:code.editor shop:code.db shop:logs.api"),
            ("logs", "shop:logs.api"),
            ("sho", "there is no pane `sho`"),
            ("shop:cod", "there is no pane `shop:cod`"),
            ("d", "there is no pane `d`"),
            ("", "there is no pane ``"),
            ("%99", "there is no pane `%99`"),
            ("1", "1:1.1"),
            ("1:1.2", "1:1.2"),
            ("a.b:c", "a.b:c:ü.db2"),
            ("a.b:c:ü.db2", "a.b:c:ü.db2"),
            ("ü", "a.b:c:ü.db2"),
            ("db*", "shop:code.db a.b:c:ü.db2"),
            ("*:code.*", "shop:code.editor shop:code.db shop-2:code.editor"),
            ("shop*:editor", "there is no pane `shop*:editor`"),
            ("shop*:.editor", "shop:code.editor shop-2:code.editor"),
            ("shop?2", "shop-2:code.editor"),
        ] {
            assert_eq!(names(panes(&snapshot, text)), meant, "{text}");
        }
        assert_eq!(panes(&snapshot, "*").unwrap().len(), 9);
    }

    #[test]
    fn one_is_wanted_where_one_is_asked_for() {
        let snapshot = snapshot();
        let is = |text| pane(&snapshot, text).map(|found| found.name());
        assert_eq!(is("logs").unwrap(), "shop:logs.api");
        assert!(matches!(is("shop:code"), Err(Error::Ambiguous { candidates, .. }) if candidates.len() == 2));
        assert!(matches!(is("db*"), Err(Error::Ambiguous { .. })));
        assert_eq!(window(&snapshot, "shop-2").unwrap().1.id, "@3");
        assert!(matches!(window(&snapshot, "shop"), Err(Error::Ambiguous { .. })));
        assert_eq!(session(&snapshot, "shop").unwrap().id, "$1");
        assert!(matches!(session(&snapshot, "shop*"), Err(Error::Ambiguous { .. })));
        assert!(matches!(session(&snapshot, "sh"), Err(Error::NotFound { .. })));
    }

    #[test]
    fn what_is_missing_is_told_with_the_nearest_first() {
        let snapshot = snapshot();
        let Err(Error::NotFound { candidates, .. }) = panes(&snapshot, "apii") else { panic!() };
        assert_eq!(candidates[0], "shop:logs.api");
        assert_eq!(candidates.len(), 9);
    }
}
