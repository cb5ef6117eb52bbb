//! Directories of workspaces, windows, panes and commands.

use std::path::{Path, PathBuf};

use super::context::Context;
use super::seam::Variables;
use crate::config::tree::Text;

/// A directory, with what was declared for it.
#[derive(Clone, Debug)]
pub(super) struct Directory {
    /// Its absolute path.
    pub(super) path: PathBuf,
    /// The same before rendering: what counts as a change.
    pub(super) declared: PathBuf,
    /// Whether it, and all that it is relative to, exist.
    exists: bool,
}

impl Context<'_> {
    /// The project's root.
    pub(super) fn root(&self) -> Directory {
        let root = self.facts.root.clone();
        Directory { declared: root.clone(), path: root, exists: true }
    }

    /// The directory that `text` names below `base`. One that does not exist is a mistake: tmux
    /// would silently start in the home directory.
    pub(super) fn directory(
        &mut self,
        base: &Directory,
        text: Option<&Text>,
        variables: &Variables,
    ) -> Directory {
        let Some(text) = text else { return base.clone() };
        let path = self.path(base, text, variables);
        let exists = base.exists && self.facts.world.is_directory(&path);
        if base.exists && !exists {
            self.problem(&text.place, format!("there is no directory `{}`", path.display()));
        }
        Directory { declared: self.join(&base.declared, &text.value), path, exists }
    }

    /// The path that `text` names below `base`, whether it exists or not.
    pub(super) fn path(&mut self, base: &Directory, text: &Text, variables: &Variables) -> PathBuf {
        let rendered = self.label(text, variables, "the directory");
        self.join(&base.path, &rendered)
    }

    /// `path` from `base`, with `~` for the home directory and without `.` and `..`.
    pub(super) fn join(&self, base: &Path, path: &str) -> PathBuf {
        crate::config::resolve::directory::join(base, path, &self.facts.home)
    }
}

/// `path` from `base`, with `~` for `home` and without `.` and `..`.
pub(crate) fn join(base: &Path, path: &str, home: &Path) -> PathBuf {
    let full = match path.strip_prefix('~') {
        Some("") => home.to_owned(),
        Some(rest) if rest.starts_with('/') => home.join(rest.trim_start_matches('/')),
        _ => base.join(path),
    };
    let mut clean = PathBuf::new();
    for component in full.components() {
        match component {
            std::path::Component::CurDir => {}
            std::path::Component::ParentDir => drop(clean.pop()),
            component => clean.push(component),
        }
    }
    clean
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths() {
        for (path, joined) in [
            ("web", "/p/web"),
            ("./web/", "/p/web"),
            ("../x", "/x"),
            ("../../..", "/"),
            ("/abs", "/abs"),
            ("~", "/home/u"),
            ("~/x", "/home/u/x"),
            ("~x", "/p/~x"),
        ] {
            assert_eq!(join(Path::new("/p"), path, Path::new("/home/u")), Path::new(joined), "{path}");
        }
    }
}
