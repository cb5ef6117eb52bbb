//! What git knows about a directory, read from its files: a `git` process would cost more than all
//! the rest of finding.

use std::fs;
use std::path::{Path, PathBuf};

/// A git work tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Git {
    /// Its top directory.
    pub top: PathBuf,
    /// The directory with its `HEAD`.
    directory: PathBuf,
}

impl Git {
    /// The work tree that `directory` is in.
    pub fn find(directory: &Path) -> Option<Git> {
        directory.ancestors().find_map(|top| {
            let mark = top.join(".git");
            let metadata = fs::metadata(&mark).ok()?;
            let directory = if metadata.is_dir() { mark } else { linked(&mark, top)? };
            Some(Git { top: top.to_owned(), directory })
        })
    }

    /// The branch, or the start of the commit's id when none is checked out; empty when unknown.
    pub fn branch(&self) -> String {
        let head = fs::read_to_string(self.directory.join("HEAD")).unwrap_or_default();
        let head = head.trim();
        match head.strip_prefix("ref:") {
            Some(name) => name.trim().trim_start_matches("refs/heads/").to_owned(),
            None => head.chars().take(12).collect(),
        }
    }

    /// The addresses of its remotes, `origin` first.
    pub fn remotes(&self) -> Vec<String> {
        let common = fs::read_to_string(self.directory.join("commondir"));
        let common = common.map_or(self.directory.clone(), |path| self.directory.join(path.trim()));
        remotes(&fs::read_to_string(common.join("config")).unwrap_or_default())
    }
}

/// Where a `.git` file (a linked work tree or a submodule) points.
fn linked(mark: &Path, top: &Path) -> Option<PathBuf> {
    let text = fs::read_to_string(mark).ok()?;
    Some(top.join(text.strip_prefix("gitdir:")?.trim()))
}

fn remotes(config: &str) -> Vec<String> {
    let mut found: Vec<(bool, String)> = Vec::new();
    let mut section = None;
    for line in config.lines().map(str::trim) {
        if line.starts_with('[') {
            section = line.strip_prefix("[remote \"").and_then(|rest| rest.strip_suffix("\"]"));
        } else if let (Some(remote), Some((key, value))) = (section, line.split_once('='))
            && key.trim() == "url"
        {
            found.push((remote != "origin", value.trim().trim_matches('"').to_owned()));
        }
    }
    found.sort_by_key(|(later, _)| *later);
    found.into_iter().map(|(_, url)| url).collect()
}

/// The name of the repository at an address: `git@host:team/name.git` is `name`.
pub fn repository(url: &str) -> Option<&str> {
    let url = url.trim_end_matches('/');
    let name = url.rsplit(['/', ':']).next()?.trim_end_matches(".git");
    (!name.is_empty()).then_some(name)
}

/// An address without what differs between its spellings: scheme, user, `.git`.
pub fn plain_address(url: &str) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let rest = rest.split_once('@').filter(|(user, _)| !user.contains('/')).map_or(rest, |(_, rest)| rest);
    rest.trim_end_matches('/').trim_end_matches(".git").replacen(':', "/", 1).to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        for (url, name, plain) in [
            ("git@example.org:team/shop.git", Some("shop"), "example.org/team/shop"),
            ("https://user@example.org/team/Shop/", Some("Shop"), "example.org/team/shop"),
            ("ssh://git@example.org/team/shop.git", Some("shop"), "example.org/team/shop"),
            ("/srv/git/shop.git", Some("shop"), "/srv/git/shop"),
            ("", None, ""),
        ] {
            assert_eq!(repository(url), name, "{url}");
            assert_eq!(plain_address(url), plain, "{url}");
        }
    }

    #[test]
    fn remotes_start_with_origin() {
        let config = "[core]\n\tbare = false\n[remote \"up\"]\n\turl = https://u\n[remote \"origin\"]\n\turl = \"https://o\"\n\tfetch = x\n[branch \"main\"]\n\turl = no\n";
        assert_eq!(remotes(config), ["https://o", "https://u"]);
    }
}
