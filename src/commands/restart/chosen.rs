//! Which panes are meant, and in which order they come.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::Deed;
use crate::cli;
use crate::commands::context::Context;
use crate::commands::{known, stop};
use crate::error::{Error, Result};
use crate::goal;
use crate::order;
use crate::project::Project;
use crate::record::Tag;
use crate::snapshot::{LivePane, Snapshot};
use crate::target::{self, Found};

/// A pane of ours with a command.
#[derive(Clone, Debug)]
pub struct Chosen<'s> {
    /// Its full spelling.
    pub name: String,
    /// The pane itself.
    pub pane: &'s LivePane,
    /// Who it is.
    pub tag: &'s Tag,
    /// Name of its session.
    pub session: &'s str,
    /// Where it is written down.
    pub directory: PathBuf,
}

impl Chosen<'_> {
    /// Whether the pane closes when its command ends, with no runner in between.
    pub fn closes(&self) -> bool {
        !self.pane.dead && self.pane.known.as_ref().is_some_and(|known| known.specification.becomes_command())
    }
}

/// The panes that the words of the command line mean, each once, in the server's order. What was never
/// started, for it waits for somebody, is not started again where it is only one of several that a word means.
///
/// # Errors
/// As [`target::panes`]; [`Error::Refused`] where a word means nothing but panes without a command.
pub fn chosen<'s>(
    context: &Context,
    snapshot: &'s Snapshot,
    options: &cli::Panes,
    deed: Deed,
) -> Result<Vec<Chosen<'s>>> {
    let mut found: Vec<Found<'s>> = Vec::new();
    let is_meant = |one: &Found<'s>| deed != Deed::Restart || !is_on_demand(one.pane);
    if options.all {
        found = of_project(snapshot, &context.project(&[], Some(snapshot), false)?)?;
        found.retain(is_meant);
    }
    for text in &options.panes {
        let meant = target::panes(snapshot, text)?;
        let (mut fit, unfit): (Vec<_>, Vec<_>) = meant.into_iter().partition(|one| has_command(one.pane));
        if let ([], Some(one)) = (fit.as_slice(), unfit.first()) {
            return Err(no_command(one));
        }
        if fit.len() > 1 {
            fit.retain(is_meant);
        }
        found.extend(fit);
    }
    let directories = known::directories(snapshot);
    let mut chosen: Vec<Chosen<'s>> = Vec::new();
    for Found { session, window, pane } in found {
        let Some(tag) = &pane.tag else { continue };
        if chosen.iter().any(|other| other.pane.id == pane.id) {
            continue;
        }
        let directory = directories.get(&tag.workspace).cloned();
        chosen.push(Chosen {
            name: target::name(session, window, pane),
            pane,
            tag,
            session: &session.name,
            directory: directory.unwrap_or_else(|| context.pane_directory(&tag.workspace)),
        });
    }
    Ok(chosen)
}

/// The panes with a command of the project's sessions.
fn of_project<'s>(snapshot: &'s Snapshot, project: &Project) -> Result<Vec<Found<'s>>> {
    let sessions = stop::belonging(snapshot, project);
    if sessions.is_empty() {
        return Err(Error::NotFound {
            what: "session of project",
            name: project.name.clone(),
            candidates: Vec::new(),
        });
    }
    let mut all = Vec::new();
    for session in sessions {
        for window in &session.windows {
            let panes = window.panes.iter().filter(|pane| has_command(pane));
            all.extend(panes.map(|pane| Found { session, window, pane }));
        }
    }
    Ok(all)
}

/// Whether something was declared to run in the pane. One that nothing is written down about, as when
/// that was lost, may have.
fn has_command(pane: &LivePane) -> bool {
    pane.tag.is_some() && pane.known.as_ref().is_none_or(|known| !known.specification.is_shell)
}

/// Whether it is declared to wait until somebody starts it, and does.
fn is_on_demand(pane: &LivePane) -> bool {
    let known = pane.known.as_ref();
    goal::is_held(pane) && known.is_some_and(|known| !known.specification.supervision.autostart)
}

fn no_command(found: &Found<'_>) -> Error {
    let (name, id) = (found.name(), &found.pane.id);
    let (why, hint) = match &found.pane.tag {
        None => ("was made by hand", format!("tmux itself closes it: `kill-pane -t {id}`")),
        Some(_) => (
            "is only a shell: there is no command to start or stop",
            "declare a `command` for it in the config, then `rune apply`".to_owned(),
        ),
    };
    Error::Refused { message: format!("pane `{name}` {why}"), hint: Some(hint) }
}

/// The chosen in ranks: those of a rank need nothing of their own or a later one.
pub fn ranks<'s>(snapshot: &'s Snapshot, chosen: Vec<Chosen<'s>>) -> Vec<Vec<Chosen<'s>>> {
    type Keys<'s> = (&'s str, &'s str, &'s str);
    let keys = |tag: &'s Tag| (tag.workspace.as_str(), tag.window.as_str(), tag.pane.as_str());
    let mut needs: BTreeMap<Keys<'s>, Vec<Keys<'s>>> = BTreeMap::new();
    for (_, _, pane) in snapshot.panes() {
        let (Some(tag), Some(known)) = (&pane.tag, &pane.known) else { continue };
        let needed = known.specification.supervision.needs.iter();
        let needed = needed.map(|need| (tag.workspace.as_str(), need.window.as_str(), need.pane.as_str()));
        needs.entry(keys(tag)).or_default().extend(needed);
    }
    let mut all: Vec<Keys<'s>> = chosen.iter().map(|one| keys(one.tag)).collect();
    all.dedup();
    let ranks = order::ranks(&all, |one| needs.get(one).cloned().unwrap_or_default());
    let of = |rank: Vec<Keys<'s>>| {
        chosen.iter().filter(|one| rank.contains(&keys(one.tag))).cloned().collect::<Vec<_>>()
    };
    ranks.into_iter().map(of).collect()
}
