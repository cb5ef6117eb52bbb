//! Patterns that tell which project a directory is.

use std::path::PathBuf;

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
    let glob: Vec<char> = glob.chars().collect();
    let name: Vec<char> = name.chars().collect();
    matches(&glob, &name)
}

/// Whether a component has anything of a glob.
pub fn is_glob(component: &str) -> bool {
    component.contains(['*', '?', '['])
}

/// Goes back to the last star only, so it takes at most glob × name steps.
fn matches(glob: &[char], name: &[char]) -> bool {
    let (mut g, mut n) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while n < name.len() {
        if glob.get(g) == Some(&'*') {
            star = Some((g, n));
            g += 1;
        } else if let Some(width) = one(&glob[g..], name[n]) {
            g += width;
            n += 1;
        } else if let Some((at, from)) = star {
            star = Some((at, from + 1));
            g = at + 1;
            n = from + 1;
        } else {
            return false;
        }
    }
    glob[g..].iter().all(|c| *c == '*')
}

/// How much of `glob` stands for `c`, when its start does.
fn one(glob: &[char], c: char) -> Option<usize> {
    match glob.first()? {
        '?' => Some(1),
        '[' => {
            let Some(end) = glob.iter().skip(2).position(|c| *c == ']').map(|at| at + 2) else {
                return (c == '[').then_some(1);
            };
            let inner = &glob[1..end];
            let (negated, inner) = match inner {
                ['!' | '^', rest @ ..] if !rest.is_empty() => (true, rest),
                _ => (false, inner),
            };
            (in_set(inner, c) != negated).then_some(end + 1)
        }
        first => (*first == c).then_some(1),
    }
}

fn in_set(mut set: &[char], c: char) -> bool {
    loop {
        set = match set {
            [] => return false,
            [low, '-', high, rest @ ..] => {
                if (*low..=*high).contains(&c) {
                    return true;
                }
                rest
            }
            [one, rest @ ..] => {
                if *one == c {
                    return true;
                }
                rest
            }
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn globs() {
        for (glob, name, fit) in [
            ("*.md", "README.md", true),
            ("*.md", ".md", false),
            (".*", ".github", true),
            ("README*", "README", true),
            ("*", "x", true),
            ("*", ".x", false),
            ("a?c", "abc", true),
            ("a?c", "ac", false),
            ("[a-c]x", "bx", true),
            ("[!a-c]x", "bx", false),
            ("[]x]", "]", true),
            ("[", "[", true),
            ("*a*b*c", "xaxbxc", true),
            ("*a*b*c", "xaxbx", false),
            ("ä*", "äh", true),
        ] {
            assert_eq!(fits(glob, name), fit, "{glob} {name}");
        }
    }

    #[test]
    fn a_glob_of_many_stars_is_not_slow() {
        assert!(!fits(&"*a".repeat(200), &"a".repeat(199)));
        assert!(fits(&"*a".repeat(200), &"a".repeat(400)));
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
