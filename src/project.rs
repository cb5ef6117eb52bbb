//! What a config means for one project at one root: its rituals and its workspaces.

use std::path::PathBuf;

use crate::ritual::{Phase, RitualCommand};
use crate::workspace::{Key, Workspace};

/// One project at one root, with everything resolved for this run.
#[derive(Clone, Debug, PartialEq)]
pub struct Project {
    /// Its name.
    pub name: String,
    /// Which rule chose it, for `-v`, as in "`detect: package.json`" or "the argument".
    pub rule: String,
    /// Its absolute directory.
    pub root: PathBuf,
    /// Where the config came from; nothing for the embedded default.
    pub config: Option<PathBuf>,
    /// The start ritual: global commands, then the project's own.
    pub start: Vec<RitualCommand>,
    /// The stop ritual: the project's own commands, then the global ones.
    pub stop: Vec<RitualCommand>,
    /// Every workspace that `rune start` brings up, in the order it names them; `rune start`
    /// attaches to the last. Empty only for `workspace: none`.
    pub workspaces: Vec<Workspace>,
    /// Whether the workspace is the embedded default, since the config names none.
    pub default_workspace: bool,
    /// Quiet remarks for `-v`, such as known keys that have no use here.
    pub notes: Vec<String>,
    /// The config's `environment: {pass, drop}`.
    pub pass: Vec<String>,
    /// Names that the filter drops beside the ones it knows.
    pub drop: Vec<String>,
}

impl Project {
    /// The commands of one of its rituals.
    pub fn ritual(&self, phase: Phase) -> &[RitualCommand] {
        match phase {
            Phase::Start => &self.start,
            Phase::Stop => &self.stop,
        }
    }

    /// The declared name of the workspace with this key; the key itself of one that does not come up now.
    pub fn workspace_name<'p>(&'p self, key: &'p Key) -> &'p str {
        let mut workspaces = self.workspaces.iter();
        let found = workspaces.find(|workspace| workspace.identity.template == *key);
        found.map_or(key.as_str(), |workspace| &workspace.name)
    }
}
