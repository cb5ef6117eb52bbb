//! Which things of the past a target means: they are known by their spelling only.

use std::collections::BTreeSet;

use super::{ambiguous, is_glob, matches, missing};
use crate::error::Result;
use crate::event::Subject;

/// Whether what happened to `subject` happened to what `text` spells: the pane, or the window or
/// session that it is in.
pub fn is_about(subject: &Subject, text: &str) -> bool {
    is_pane(subject, text) || is_around(subject, text)
}

/// Checks that `text` means something among `subjects`, and not several panes unless it is a glob.
///
/// # Errors
/// As [`super::panes`].
pub fn known<'s>(subjects: impl Iterator<Item = &'s Subject> + Clone, text: &str) -> Result<()> {
    let names = |is: &dyn Fn(&Subject) -> bool| -> BTreeSet<String> {
        subjects.clone().filter(|subject| is(subject)).map(ToString::to_string).collect()
    };
    let panes = names(&|subject| is_pane(subject, text));
    if panes.len() > 1 && !is_glob(text) {
        return Err(ambiguous("pane", text, panes.into_iter()));
    }
    if panes.is_empty() && !subjects.clone().any(|subject| is_around(subject, text)) {
        return Err(missing("pane or session", text, names(&|_| true).into_iter().collect()));
    }
    Ok(())
}

/// The last one among `subjects` that is the pane that `text` means.
///
/// # Errors
/// As [`super::pane`].
pub fn past<'s>(
    subjects: impl DoubleEndedIterator<Item = &'s Subject> + Clone,
    text: &str,
) -> Result<&'s Subject> {
    let names: BTreeSet<String> =
        subjects.clone().filter(|subject| is_pane(subject, text)).map(ToString::to_string).collect();
    if names.len() > 1 {
        return Err(ambiguous("pane", text, names.into_iter()));
    }
    let last = subjects.clone().rfind(|subject| is_pane(subject, text));
    last.ok_or_else(|| {
        let panes: BTreeSet<String> =
            subjects.filter(|subject| subject.pane.is_some()).map(ToString::to_string).collect();
        missing("pane", text, panes.into_iter().collect())
    })
}

fn is_pane(subject: &Subject, text: &str) -> bool {
    let (Some(window), Some(pane)) = (&subject.window, &subject.pane) else { return false };
    let Subject { session, .. } = subject;
    [
        pane.to_string(),
        format!(".{pane}"),
        format!("{window}.{pane}"),
        format!(":{window}.{pane}"),
        format!("{session}:{window}.{pane}"),
        format!("{session}:.{pane}"),
    ]
    .iter()
    .any(|name| matches(text, name))
}

fn is_around(subject: &Subject, text: &str) -> bool {
    let Subject { session, window, .. } = subject;
    let mut names = vec![session.clone(), format!("{session}:")];
    if let Some(window) = window {
        names.extend([window.to_string(), format!(":{window}"), format!("{session}:{window}")]);
    }
    names.iter().any(|name| matches(text, name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Error;
    use crate::workspace::Key;

    fn subject(session: &str, window: &str, pane: &str) -> Subject {
        let key = |name: &str| Key::new(name);
        Subject { session: session.to_owned(), window: key(window), pane: key(pane), ..Subject::default() }
    }

    #[test]
    fn what_happened_is_found_by_whole_spellings() {
        let all = [
            subject("shop", "code", "db"),
            subject("shop", "code", "api"),
            subject("next", "code", "db"),
            subject("shop", "", ""),
        ];
        for (text, about) in [
            ("shop", vec![0, 1, 3]),
            ("shop:", vec![0, 1, 3]),
            ("shop:code", vec![0, 1]),
            ("code.api", vec![1]),
            ("shop:.db", vec![0]),
            ("*:code.db", vec![0, 2]),
            ("sho", vec![]),
            ("ap", vec![]),
        ] {
            let found: Vec<usize> = (0..all.len()).filter(|at| is_about(&all[*at], text)).collect();
            assert_eq!(found, about, "{text}");
            assert_eq!(known(all.iter(), text).is_ok(), !about.is_empty(), "{text}");
        }
        assert!(matches!(known(all.iter(), "db"), Err(Error::Ambiguous { candidates, .. })
            if candidates == ["next:code.db", "shop:code.db"]));
        assert!(matches!(known(all.iter(), "apii"), Err(Error::NotFound { candidates, .. })
            if candidates[0] == "shop:code.api"));
    }
}
