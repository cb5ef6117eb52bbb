//! Every mistake of a config at once, for all of its projects.

use crate::config::collect::in_order;
use crate::config::facts::Machine;
use crate::config::find::{self, Chosen, Git, choose};
use crate::config::remarks;
use crate::config::request::Request;
use crate::config::resolve::resolve;
use crate::error::{Problem, Problems, Result};

use super::{Loaded, facts, load};

/// What a check found.
#[derive(Clone, Debug, PartialEq)]
pub struct Checked {
    /// Where the config came from.
    pub origin: find::Origin,
    /// Mistakes, with the file's text; nothing is wrong when there is none.
    pub problems: Problems,
    /// What to know, with places; none of it is wrong.
    pub remarks: Problems,
    /// Quiet remarks for `-v`.
    pub notes: Vec<String>,
}

impl Checked {
    /// Whether nothing is wrong.
    pub fn passed(&self) -> bool {
        self.problems.problems.is_empty()
    }
}

/// Checks the config for a request: as it stands, for the project at hand with its directories, and for every
/// other project and template without. `is_dropped` says which inherited variables do not reach a
/// command.
///
/// # Errors
///
/// As [`load`], and for a project that does not exist.
pub fn check(request: &Request, is_dropped: &dyn Fn(&str) -> bool) -> Result<Checked> {
    let loaded = load(request)?;
    let mut problems = loaded.problems.clone();
    let mut notes = loaded.config.notes.clone();
    match meaning(&loaded, request) {
        Ok((more, said)) => {
            problems.extend(more);
            notes.extend(said);
        }
        Err(error) if problems.is_empty() => return Err(error),
        Err(_) => {}
    }
    let file = |problems| Problems { source: loaded.source.text().to_owned(), problems: in_order(problems) };
    Ok(Checked {
        problems: file(problems),
        remarks: file(remarks::remarks(&loaded.source, &loaded.config, is_dropped)),
        notes,
        origin: loaded.origin,
    })
}

/// What is wrong with what a config means, and what else to know of the project at hand.
fn meaning(loaded: &Loaded, request: &Request) -> Result<(Vec<Problem>, Vec<String>)> {
    let git = Git::find(&request.directory);
    let chosen = choose(request, &loaded.origin, &loaded.config, git.as_ref())?;
    let (mut problems, mut notes) = resolved(loaded, request, &chosen, Vec::new(), request.directories)?;
    notes.retain(|note| !loaded.config.notes.contains(note));
    let every = || loaded.config.templates.iter().map(|(name, _)| name.value.clone()).collect::<Vec<_>>();
    // no project of this name: what belongs to all of them, with every template
    problems.extend(resolved(loaded, request, &chosen, every(), false)?.0);
    for name in find::names(&loaded.config) {
        let other = Chosen { project: name.to_owned(), ..chosen.clone() };
        problems.extend(resolved(loaded, request, &other, Vec::new(), false)?.0);
    }
    Ok((problems, notes))
}

fn resolved(
    loaded: &Loaded,
    request: &Request,
    chosen: &Chosen,
    more: Vec<String>,
    directories: bool,
) -> Result<(Vec<Problem>, Vec<String>)> {
    let machine = Machine::new(&chosen.root, &request.environment, request.today, directories);
    let facts = facts(loaded, request, chosen, more, &machine);
    let resolved = resolve(&loaded.source, &loaded.config, &facts);
    machine.answered()?;
    Ok(match resolved {
        Ok(project) => (Vec::new(), project.notes),
        Err(problems) => (problems, Vec::new()),
    })
}
