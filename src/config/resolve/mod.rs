//! What a config means for one project at one root. Pure: all that the world knows is in [`Facts`].

mod context;
mod directory;
mod inherit;
mod needs;
mod ritual;
mod ritual_needs;
pub mod seam;
mod supervision;
mod variables;
mod window;
mod workspace;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::config::raw::Config;
use crate::config::source::Source;
use crate::error::Problem;
use crate::project::Project;
use crate::ritual::{Condition, Phase};

pub(crate) use directory::join;
pub use variables::{RESERVED, is_reserved};

use context::Context;

/// What is known about this run.
pub struct Facts<'a> {
    /// Name of the project.
    pub project: String,
    /// Which rule chose it.
    pub rule: String,
    /// Its absolute directory.
    pub root: PathBuf,
    /// Where the config came from; nothing for the embedded default.
    pub config: Option<PathBuf>,
    /// Name of the user.
    pub user: String,
    /// Name of the machine.
    pub host: String,
    /// Today, as in `2026-11-21`.
    pub date: String,
    /// The git branch at the root; empty without one.
    pub branch: String,
    /// The user's home directory.
    pub home: PathBuf,
    /// `k=v` values of this run.
    pub values: BTreeMap<String, String>,
    /// Templates to resolve beside those that the config names.
    pub more: Vec<String>,
    /// Answers about the machine.
    pub world: &'a dyn World,
}

/// Questions about the machine that come up while resolving.
pub trait World {
    /// Whether `path` is a directory.
    fn is_directory(&self, path: &Path) -> bool;
    /// Whether a condition of a window or pane holds now.
    fn holds(&self, condition: &Condition) -> bool;
}

/// The project that `config` makes at a root, or everything that is wrong with it.
pub fn resolve(source: &Source, config: &Config, facts: &Facts<'_>) -> Result<Project, Vec<Problem>> {
    let mut context = Context::new(source, config, facts);
    let mut workspaces = Vec::new();
    let start = context.ritual(Phase::Start, &mut workspaces);
    let stop = context.ritual(Phase::Stop, &mut workspaces);
    let default_workspace = context.named_workspaces(&mut workspaces);
    context.one_name_each(&workspaces);
    let texts = |texts: &[crate::config::tree::Text]| texts.iter().map(|text| text.value.clone()).collect();
    let (problems, notes) = context.finish();
    if !problems.is_empty() {
        return Err(problems);
    }
    Ok(Project {
        name: facts.project.clone(),
        rule: facts.rule.clone(),
        root: facts.root.clone(),
        config: facts.config.clone(),
        start,
        stop,
        workspaces: workspaces.into_iter().map(|built| built.workspace).collect(),
        default_workspace,
        notes,
        pass: texts(&config.pass),
        drop: texts(&config.drop),
    })
}
