//! The values that templates and commands of this run can use.

use std::collections::BTreeMap;

use super::Facts;
use super::seam::Variables;
use crate::config::raw::Values;

/// Names that no variable of the user can have, in lower case: what rune knows itself, and what its
/// own environment variables (`RUNE_…`) are called.
pub const RESERVED: [&str; 14] = [
    "project",
    "command",
    "root",
    "user",
    "host",
    "date",
    "branch",
    "config",
    "socket",
    "pane",
    "workspace",
    "dir",
    "tmux",
    "ritual",
];

/// Whether no variable of the user can have this name.
pub fn is_reserved(name: &str) -> bool {
    RESERVED.contains(&name.to_ascii_lowercase().as_str())
}

/// The values of one ritual command or workspace.
pub(super) struct Scope {
    /// What rune knows and what stays the same from day to day.
    lasting: Vec<(&'static str, String)>,
    /// What rune knows and what changes: user, machine, day, branch, command.
    passing: Vec<(&'static str, String)>,
    /// Declared variables and `k=v`.
    pub(super) values: BTreeMap<String, String>,
}

impl Scope {
    /// The values for the ritual command `command`, with declared `vars`.
    pub(super) fn new(facts: &Facts<'_>, command: &str, vars: &Values) -> Scope {
        let mut values: BTreeMap<String, String> =
            vars.iter().map(|(name, value)| (name.value.clone(), value.value.clone())).collect();
        values.extend(facts.values.clone());
        Scope {
            lasting: vec![
                ("Project", facts.project.clone()),
                ("Root", facts.root.to_string_lossy().into_owned()),
            ],
            passing: vec![
                ("Command", command.to_owned()),
                ("User", facts.user.clone()),
                ("Host", facts.host.clone()),
                ("Date", facts.date.clone()),
                ("Branch", facts.branch.clone()),
            ],
            values,
        }
    }

    /// The values for templates.
    pub(super) fn variables(&self) -> Variables {
        let mut variables = Variables::default();
        for (name, value) in self.lasting.iter().chain(&self.passing) {
            variables.set_known(name, value.as_str());
        }
        for (name, value) in &self.values {
            variables.set(name.as_str(), value.as_str());
        }
        variables
    }

    /// The values that stay the same, as environment variables.
    pub(super) fn lasting(&self) -> BTreeMap<String, String> {
        let known = self.lasting.iter().map(|(name, value)| (variable(name), value.clone()));
        known.chain(self.values.iter().map(|(name, value)| (variable(name), value.clone()))).collect()
    }

    /// The values that change, as environment variables.
    pub(super) fn passing(&self) -> BTreeMap<String, String> {
        self.passing.iter().map(|(name, value)| (variable(name), value.clone())).collect()
    }
}

/// `RUNE_NAME`.
fn variable(name: &str) -> String {
    format!("RUNE_{}", name.to_ascii_uppercase())
}
