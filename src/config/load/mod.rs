//! From a request to a project.

mod check;
mod names;

use std::path::Path;

use crate::config::collect::in_order;
use crate::config::facts::Machine;
use crate::config::find::{Chosen, Git, Origin, choose, find, read};
use crate::config::keys::is_variable;
use crate::config::raw::{self, Config};
use crate::config::request::Request;
use crate::config::resolve::{Facts, World, is_reserved, resolve};
use crate::config::source::Source;
use crate::config::yaml;
use crate::error::{Error, Problem, Problems, Result};
use crate::project::Project;

pub use check::{Checked, check};
pub use names::{Names, names};

/// A config that was read. It may have mistakes: [`project`] reports them with all others.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// Where it came from.
    pub origin: Origin,
    /// Its text.
    pub source: Source,
    /// What it says, as far as it can be read.
    pub config: Config,
    /// Mistakes in the text itself.
    problems: Vec<Problem>,
}

/// Finds, reads and decodes the config for a request.
///
/// # Errors
///
/// [`Error::Refused`] for a file of another user, [`Error::Io`] for one that cannot be read,
/// [`Error::Config`] for one that is not UTF-8. Other mistakes wait for [`project`].
pub fn load(request: &Request) -> Result<Loaded> {
    let origin = find(request);
    let source = match origin.path() {
        Some(path) => read(path)?,
        None => Source::new("", ""),
    };
    let (config, problems) = decode(&source);
    Ok(Loaded { origin, source, config, problems })
}

/// The project for a request: [`load`] and [`project`] in one.
pub fn open(request: &Request) -> Result<Project> {
    project(&load(request)?, request)
}

/// What a loaded config means for a request.
///
/// # Errors
///
/// [`Error::Config`] with every mistake, [`Error::Usage`] for a project, workspace or `k=v` that cannot be.
pub fn project(loaded: &Loaded, request: &Request) -> Result<Project> {
    values(request)?;
    let git = Git::find(&request.directory);
    let known =
        |problems: Vec<Problem>| mistakes(&loaded.source, [loaded.problems.clone(), problems].concat());
    let chosen = match choose(request, &loaded.origin, &loaded.config, git.as_ref()) {
        Err(_) if !loaded.problems.is_empty() => return Err(known(Vec::new())),
        chosen => chosen?,
    };
    let more = templates(loaded, &request.workspaces);
    let machine = Machine::new(&chosen.root, &request.environment, request.today, request.directories);
    let facts = facts(loaded, request, &chosen, more, &machine);
    let resolved = resolve(&loaded.source, &loaded.config, &facts);
    machine.answered()?;
    let mut project = match resolved {
        Ok(project) if loaded.problems.is_empty() => project,
        resolved => return Err(known(resolved.err().unwrap_or_default())),
    };
    if !request.workspaces.is_empty() {
        only(&mut project, &request.workspaces)?;
    }
    Ok(project)
}

/// What a text says, and every mistake in it.
fn decode(source: &Source) -> (Config, Vec<Problem>) {
    match yaml::parse(source) {
        Ok(root) => raw::decode(source, &root),
        Err(problem) => (Config::default(), vec![*problem]),
    }
}

fn mistakes(source: &Source, problems: Vec<Problem>) -> Error {
    Error::Config(vec![Problems { source: source.text().to_owned(), problems: in_order(problems) }])
}

/// What is known for resolving.
fn facts<'w>(
    loaded: &Loaded,
    request: &Request,
    chosen: &Chosen,
    more: Vec<String>,
    world: &'w dyn World,
) -> Facts<'w> {
    let user = request.variable("USER").or(request.variable("LOGNAME"));
    let user = user.map_or_else(
        || rustix::process::getuid().as_raw().to_string(),
        |user| user.to_string_lossy().into_owned(),
    );
    let host = rustix::system::uname().nodename().to_string_lossy().into_owned();
    Facts {
        project: chosen.project.clone(),
        rule: chosen.rule.clone(),
        root: chosen.root.clone(),
        config: loaded.origin.path().map(Path::to_owned),
        user,
        host,
        date: request.today.to_string(),
        branch: Git::find(&chosen.root).map(|git| git.branch()).unwrap_or_default(),
        home: request.home(),
        values: request.values.clone(),
        more,
        world,
    }
}

/// The `k=v` values have names that they can have.
fn values(request: &Request) -> Result<()> {
    for name in request.values.keys() {
        let hint = if !is_variable(name) {
            "a name has letters, digits and `_`, and starts with no digit"
        } else if is_reserved(name) {
            "rune sets this one itself; take another name"
        } else {
            continue;
        };
        return Err(Error::Usage {
            message: format!("`{name}` cannot be the name of a value"),
            hint: Some(hint.to_owned()),
        });
    }
    Ok(())
}

/// The wanted workspaces that are templates.
fn templates(loaded: &Loaded, wanted: &[String]) -> Vec<String> {
    let known = |name: &&String| loaded.config.templates.iter().any(|(known, _)| known.value == **name);
    wanted.iter().filter(known).cloned().collect()
}

/// Leaves the wanted workspaces in the project, in the wanted order.
fn only(project: &mut Project, wanted: &[String]) -> Result<()> {
    let mut kept = Vec::new();
    for name in wanted {
        let template = crate::workspace::Key::from_name(name);
        let by_key = project.workspaces.iter().position(|known| known.identity.template == template);
        let found = by_key.or_else(|| project.workspaces.iter().position(|known| known.name == *name));
        let Some(at) = found else {
            let mut names: Vec<&str> = Vec::new();
            for known in &project.workspaces {
                names.extend([known.identity.template.as_str(), known.name.as_str()]);
            }
            names.dedup();
            let hint = match raw::nearest(name, names.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("there is {}", crate::error::list(&names)),
            };
            return Err(Error::Usage {
                message: format!("there is no workspace `{name}`"),
                hint: Some(hint),
            });
        };
        if !kept.contains(&at) {
            kept.push(at);
        }
    }
    project.workspaces = kept.into_iter().map(|at| project.workspaces[at].clone()).collect();
    Ok(())
}
