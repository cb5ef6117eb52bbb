//! Patterns that tell which project a directory is.

use std::path::PathBuf;

use crate::glob::Rules;

/// An entry of a project's `detect`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pattern {
    /// `*`: any directory.
    Any,
    /// A path below the directory whose components may be globs. With a slash at its end only
    /// directories count.
    Entry {
        /// Its components.
        components: Vec<String>,
        /// Whether it has to be a directory.
        directory: bool,
    },
    /// `git:NAME`: the repository's directory or the name in its remote.
    Git(String),
    /// `dir:PATH`: a directory.
    Directory(PathBuf),
    /// `git-remote:URL`: the address of a remote.
    Remote(String),
    /// `env:NAME=VALUE`: an inherited variable.
    Env {
        /// Name of the variable.
        name: String,
        /// Its value.
        value: String,
    },
}

impl Pattern {
    /// The pattern that `text` writes, or what is wrong with it.
    pub fn parse(text: &str) -> Result<Pattern, String> {
        let needs = |what: &str, rest: &str| {
            if rest.trim().is_empty() {
                Err(format!("`{text}` names no {what}"))
            } else {
                Ok(rest.to_owned())
            }
        };
        if let Some(rest) = text.strip_prefix("git:") {
            return needs("repository", rest).map(Pattern::Git);
        }
        if let Some(rest) = text.strip_prefix("git-remote:") {
            return needs("remote", rest).map(Pattern::Remote);
        }
        if let Some(rest) = text.strip_prefix("dir:") {
            return needs("directory", rest).map(|path| Pattern::Directory(path.into()));
        }
        if let Some(rest) = text.strip_prefix("env:") {
            return match rest.split_once('=') {
                Some((name, value)) if crate::config::keys::is_variable(name) => {
                    Ok(Pattern::Env { name: name.to_owned(), value: value.to_owned() })
                }
                _ => Err(format!("`{text}` is not of the form `env:VAR=value`")),
            };
        }
        if text == "*" {
            return Ok(Pattern::Any);
        }
        let directory = text.ends_with('/');
        let components: Vec<String> =
            text.split('/').filter(|part| !part.is_empty() && *part != ".").map(str::to_owned).collect();
        if text.starts_with('/') || text.starts_with('~') {
            return Err(format!("`{text}` is not below the directory; write `dir:{text}`"));
        }
        if components.is_empty() || components.iter().any(|part| part == "..") {
            return Err(format!("`{text}` is not a name below the directory"));
        }
        Ok(Pattern::Entry { components, directory })
    }
}

/// Whether `name` fits a glob of one component: `*`, `?` and `[a-z]`; as in a shell, a name that
/// starts with a dot needs a pattern that does.
pub fn fits(glob: &str, name: &str) -> bool {
    if name.starts_with('.') && !glob.starts_with('.') {
        return false;
    }
    Rules::FILES.matches(glob, name)
}

/// Whether a component has anything of a glob.
pub fn is_glob(component: &str) -> bool {
    component.contains(['*', '?', '['])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_entries_need_a_dot() {
        for (glob, name, fit) in [
            ("*.md", "README.md", true),
            ("*.md", ".md", false),
            (".*", ".github", true),
            ("*", "x", true),
            ("*", ".x", false),
            ("[.]x", ".x", false),
        ] {
            assert_eq!(fits(glob, name), fit, "{glob} {name}");
        }
    }

    #[test]
    fn patterns() {
        let entry = |components: &[&str], directory| {
            Ok(Pattern::Entry { components: components.iter().map(|c| (*c).to_owned()).collect(), directory })
        };
        assert_eq!(Pattern::parse("package.json"), entry(&["package.json"], false));
        assert_eq!(Pattern::parse("ios/"), entry(&["ios"], true));
        assert_eq!(Pattern::parse("*/web-app/*"), entry(&["*", "web-app", "*"], false));
        assert_eq!(Pattern::parse("*"), Ok(Pattern::Any));
        assert_eq!(Pattern::parse("git:rune"), Ok(Pattern::Git("rune".to_owned())));
        assert_eq!(Pattern::parse("dir:~/x"), Ok(Pattern::Directory("~/x".into())));
        for wrong in ["", "/", "../x", "/etc", "~/x", "git:", "env:X", "env:1=2", "dir: "] {
            assert!(Pattern::parse(wrong).is_err(), "{wrong}");
        }
    }
}
