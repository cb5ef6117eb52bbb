//! Which logs are meant: those of live panes, and of panes that are gone, by their keys.

use std::path::PathBuf;

use super::stored::kept;
use crate::cast::{self, Header, Origin, Term};
use crate::commands::background;
use crate::commands::context::Context;
use crate::error::{Error, Result};
use crate::log::{self, Segment};
use crate::record::Tag;
use crate::snapshot::{LivePane, Snapshot};
use crate::target::{self, Found};

/// A log with whose it is.
#[derive(Clone, Debug, PartialEq)]
pub struct Source {
    /// Its directory; of a background command a file.
    pub path: PathBuf,
    /// What it is known by, however the session is called: `WORKSPACE/WINDOW.PANE`.
    pub word: String,
    /// `session:window.pane`.
    pub name: String,
    /// Whose output a plain file is.
    pub(super) background: Option<(String, Tag)>,
}

impl Source {
    fn new(context: &Context, tag: &Tag, name: String) -> Source {
        let word = format!("{}/{}.{}", tag.workspace, tag.window, tag.pane);
        Source { path: context.log_directory(tag), word, name, background: None }
    }

    /// The output of a background command.
    fn of_background(found: &Found<'_>) -> Option<Source> {
        let (tag, path) = (found.pane.tag.clone()?, background::log(found.pane)?);
        let word = format!("{}/{}.{}", tag.workspace, tag.window, tag.pane);
        let background = Some((found.session.name.clone(), tag));
        Some(Source { path, word, name: found.name(), background })
    }

    /// What stands above the output of a background command, as above that of a pane.
    pub fn background(&self) -> Option<Header> {
        let (session, Tag { id, workspace, window, pane }) = self.background.clone()?;
        let rune = Origin { schema: cast::SCHEMA, start: 0, session, workspace, window, pane, id };
        let (term, title) = (Term { cols: 80, rows: 24 }, Some(self.name.clone()));
        Some(Header { version: 3, term, timestamp: 0, command: None, title, rune })
    }
}

/// The logs that `words` mean; without words those of what runs, else all that there are.
pub fn sources(context: &Context, words: &[String]) -> Result<Vec<Source>> {
    // What was logged can be read also when no server can be asked.
    let live = context.look().ok().flatten().unwrap_or_default();
    let kept = kept(context, &live);
    let mut found: Vec<Source> = Vec::new();
    let mut add = |source: Source| {
        if !found.iter().any(|known| known.path == source.path) {
            found.push(source);
        }
    };
    for word in words {
        match meant(context, word, &live, &kept) {
            Err(error @ Error::NotFound { .. }) => {
                return of_background(context, &live, words).and_then(|found| found.ok_or(error));
            }
            meant => meant?.into_iter().for_each(&mut add),
        }
    }
    if words.is_empty() {
        let running = |tag: &Tag| live.workspace(&tag.workspace).is_some();
        let any = kept.panes().any(|(_, _, pane)| pane.tag.as_ref().is_some_and(running));
        let kept = all(&kept).filter(|found| !any || found.pane.tag.as_ref().is_some_and(running));
        kept.chain(all(&live)).filter_map(|found| logged(context, &found)).for_each(&mut add);
    }
    match found.is_empty() {
        true => Err(Error::NotLogged { pane: None }),
        false => Ok(found),
    }
}

/// The logs of panes that are not on the server any more, and that nobody writes to.
///
/// # Errors
/// When the server cannot be asked.
pub fn gone(context: &Context) -> Result<Vec<Source>> {
    let live = context.look()?.unwrap_or_default();
    let kept = kept(context, &live);
    let lives = |tag: &Tag| {
        let is = |pane: &LivePane| {
            let live = pane.tag.as_ref();
            live.is_some_and(|live| context.log_directory(live) == context.log_directory(tag))
        };
        live.panes().any(|(_, _, pane)| is(pane))
    };
    let gone = all(&kept).filter(|found| found.pane.tag.as_ref().is_some_and(|tag| !lives(tag)));
    let is_written =
        |source: &Source| log::segments(&source.path).is_ok_and(|all| all.iter().any(Segment::is_written));
    Ok(gone.filter_map(|found| logged(context, &found)).filter(|source| !is_written(source)).collect())
}

/// The output of background commands, if that is what `words` mean.
fn of_background(context: &Context, live: &Snapshot, words: &[String]) -> Result<Option<Vec<Source>>> {
    let Some(background) = background::instead(context, live, words)? else { return Ok(None) };
    let mut sources: Vec<Source> = Vec::new();
    for word in words {
        for source in background::panes(&background, word)?.iter().filter_map(Source::of_background) {
            if !sources.contains(&source) {
                sources.push(source);
            }
        }
    }
    Ok(Some(sources))
}

/// The same without the `known` ones, of those words that mean something now: what is not clear any more
/// since there are more panes was clear before.
pub fn others(context: &Context, words: &[String], known: &[Source]) -> Vec<Source> {
    let all = match words {
        [] => sources(context, &[]).unwrap_or_default(),
        words => words
            .iter()
            .flat_map(|word| sources(context, std::slice::from_ref(word)).unwrap_or_default())
            .collect(),
    };
    let mut others: Vec<Source> = Vec::new();
    for source in all {
        if !known.iter().chain(&others).any(|known| known.path == source.path) {
            others.push(source);
        }
    }
    others
}

/// The logs that one word means.
fn meant(context: &Context, word: &str, live: &Snapshot, kept: &Snapshot) -> Result<Vec<Source>> {
    let running = match target::panes(live, word) {
        Err(Error::NotFound { candidates: running, .. }) => {
            let known = target::panes(kept, word).map_err(|error| match error {
                Error::NotFound { what, name, mut candidates } => {
                    candidates.extend(running.into_iter().filter(|name| !kept_names(kept).contains(name)));
                    Error::NotFound { what, name, candidates }
                }
                error => error,
            })?;
            return Ok(known.iter().filter_map(|found| logged(context, found)).collect());
        }
        found => found?,
    };
    let mut sources: Vec<Source> = running.iter().filter_map(|found| logged(context, found)).collect();
    if sources.is_empty() {
        return Err(Error::NotLogged { pane: running.first().map(Found::name) });
    }
    // A pattern means panes that are gone, too.
    if target::is_glob(word) {
        let gone = target::panes(kept, word).unwrap_or_default();
        sources.extend(gone.iter().filter_map(|found| logged(context, found)));
    }
    Ok(sources)
}

/// The log of a pane, if it is one that is logged or was.
fn logged(context: &Context, found: &Found<'_>) -> Option<Source> {
    let tag = found.pane.tag.as_ref()?;
    let source = Source::new(context, tag, found.name());
    let declared = found.pane.known.as_ref().is_some_and(|known| known.specification.supervision.logs());
    (declared || source.path.is_dir()).then_some(source)
}

fn all(snapshot: &Snapshot) -> impl Iterator<Item = Found<'_>> {
    snapshot.panes().map(|(session, window, pane)| Found { session, window, pane })
}

fn kept_names(kept: &Snapshot) -> Vec<String> {
    all(kept).map(|found| found.name()).collect()
}
