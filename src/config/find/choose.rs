//! Which directory is the root, and which project it is.

use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use crate::config::detect::{Pattern, fits, is_glob};
use crate::config::raw::{Config, Project, nearest};
use crate::config::request::Request;
use crate::config::resolve::join;
use crate::config::tree::Text;
use crate::error::{Error, Result, list};

use super::git::{Git, plain_address, repository};
use super::{Origin, manifest};

/// A project at its root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chosen {
    /// Its absolute directory.
    pub root: PathBuf,
    /// Its name.
    pub project: String,
    /// Which rule chose it.
    pub rule: String,
}

/// The root and the project for a request.
pub fn choose(request: &Request, origin: &Origin, config: &Config, git: Option<&Git>) -> Result<Chosen> {
    let git = git.filter(|_| config.git);
    let look = Look::new(request, config, git);
    let (root, detected) = match origin {
        Origin::Project(path) => {
            let root = path.parent().unwrap_or(Path::new("/")).to_owned();
            let detected = look.matching(&root, true);
            (root, detected)
        }
        Origin::User(_) | Origin::Embedded => look.root(),
    };
    let (found, rule) = detected.unwrap_or_else(|| look.own_name(&root));
    let Some(wanted) = &request.project else { return Ok(Chosen { root, project: found, rule }) };
    let known = names(config);
    if known.contains(&wanted.as_str()) || *wanted == found {
        return Ok(Chosen { root, project: wanted.clone(), rule: "the argument".to_owned() });
    }
    Err(unknown(wanted, if known.is_empty() { vec![&found] } else { known }))
}

/// Every project that a config names, in order of the file.
pub fn names(config: &Config) -> Vec<&str> {
    let declared = config.projects.iter().map(|project| project.name.as_str());
    let rituals = config.start.per_project.iter().chain(&config.stop.per_project);
    let mut seen = BTreeSet::new();
    let names = declared.chain(rituals.map(|(name, _)| name.as_str()));
    names.filter(|name| seen.insert(*name)).collect()
}

fn unknown(wanted: &str, known: Vec<&str>) -> Error {
    let hint = match nearest(wanted, known.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("there is {}", list(&known)),
    };
    Error::Usage { message: format!("there is no project `{wanted}`"), hint: Some(hint) }
}

/// What choosing looks at. Everything is read once, however many projects there are.
struct Look<'l> {
    request: &'l Request,
    git: Option<&'l Git>,
    /// The addresses of git's remotes.
    remotes: OnceCell<Vec<String>>,
    /// Each pattern as it was written, and the project's name.
    patterns: Vec<(Pattern, &'l Text, &'l Text)>,
    /// The names in the directories that globs were compared with.
    entries: RefCell<BTreeMap<PathBuf, Rc<[OsString]>>>,
}

impl<'l> Look<'l> {
    fn new(request: &'l Request, config: &'l Config, git: Option<&'l Git>) -> Look<'l> {
        let of = |project: &'l Project| project.detect.iter().map(move |text| (text, &project.name));
        let patterns = config.projects.iter().flat_map(of);
        let patterns = patterns
            .filter_map(|(text, name)| Some((Pattern::parse(&text.value).ok()?, text, name)))
            .collect();
        Look { request, git, remotes: OnceCell::new(), patterns, entries: RefCell::default() }
    }

    /// The nearest directory that a pattern of any project fits, up to the top of the git work tree;
    /// without a work tree only the working directory. When none fits, the last of them.
    fn root(&self) -> (PathBuf, Option<(String, String)>) {
        let here = self.request.directory.as_path();
        // where the root may be is a question of the work tree, whatever the config says about names
        let top = Git::find(here).map_or(here.to_owned(), |git| git.top);
        for directory in here.ancestors() {
            let inside = directory.starts_with(&top);
            let found = if inside {
                self.matching(directory, directory == top)
            } else {
                self.named_directory(directory)
            };
            if let Some(found) = found {
                return (directory.to_owned(), Some(found));
            }
        }
        (top, None)
    }

    /// The first project of which a pattern fits `directory`. Patterns that are not about a
    /// directory's entries fit only at the `top`: they would make any subdirectory a root.
    fn matching(&self, directory: &Path, top: bool) -> Option<(String, String)> {
        self.first(|pattern| match pattern {
            Pattern::Entry { components, directory: wanted } => self.exists(directory, components, *wanted),
            Pattern::Directory(path) => self.is_directory(path, directory),
            other => top && self.holds(other),
        })
    }

    /// The first project that has `directory` as a `dir:`.
    fn named_directory(&self, directory: &Path) -> Option<(String, String)> {
        self.first(
            |pattern| matches!(pattern, Pattern::Directory(path) if self.is_directory(path, directory)),
        )
    }

    /// The first project with a pattern that fits, and the rule.
    fn first(&self, fits: impl Fn(&Pattern) -> bool) -> Option<(String, String)> {
        let (_, text, name) = self.patterns.iter().find(|(pattern, ..)| fits(pattern))?;
        Some((name.value.clone(), format!("`detect: {}`", text.value)))
    }

    fn is_directory(&self, path: &Path, directory: &Path) -> bool {
        join(Path::new("/"), &path.to_string_lossy(), &self.request.home()) == directory
    }

    /// Whether a pattern holds that is not about the entries of a directory.
    fn holds(&self, pattern: &Pattern) -> bool {
        let remotes = || self.remotes.get_or_init(|| self.git.map(Git::remotes).unwrap_or_default());
        match pattern {
            Pattern::Any => true,
            Pattern::Env { name, value } => {
                self.request.environment.get(OsStr::new(name)).is_some_and(|found| found == value.as_str())
            }
            Pattern::Git(name) => {
                let top = self.git.and_then(|git| git.top.file_name());
                top.is_some_and(|top| top == name.as_str())
                    || remotes().iter().any(|url| repository(url) == Some(name))
            }
            Pattern::Remote(url) => remotes().iter().any(|known| plain_address(known) == plain_address(url)),
            Pattern::Entry { .. } | Pattern::Directory(_) => false,
        }
    }

    /// The name that the files at `root`, git, or the directory itself give.
    fn own_name(&self, root: &Path) -> (String, String) {
        if let Some((name, file)) = manifest::name(root) {
            return (name, format!("the name in `{file}`"));
        }
        if let Some(git) = self.git {
            let remotes = git.remotes();
            if let Some(name) = remotes.first().and_then(|url| repository(url)) {
                return (name.to_owned(), "the name of the git remote".to_owned());
            }
        }
        let name = root.file_name().map_or("root".into(), |name| name.to_string_lossy());
        let name = name.chars().map(|c| if c.is_control() { '_' } else { c }).collect();
        (name, "the name of the directory".to_owned())
    }

    /// Whether something below `directory` fits `components`. Only directories count when one is `wanted`.
    fn exists(&self, directory: &Path, components: &[String], wanted: bool) -> bool {
        let Some((first, rest)) = components.split_first() else { return !wanted || directory.is_dir() };
        if !is_glob(first) {
            let path = directory.join(first);
            let found =
                if rest.is_empty() && !wanted { path.symlink_metadata().is_ok() } else { path.is_dir() };
            return found && self.exists(&path, rest, wanted);
        }
        let needs_directory = wanted || !rest.is_empty();
        self.entries(directory).iter().filter(|name| fits(first, &name.to_string_lossy())).any(|name| {
            let path = directory.join(name);
            (!needs_directory || path.is_dir()) && self.exists(&path, rest, wanted)
        })
    }

    /// The names in a directory.
    fn entries(&self, directory: &Path) -> Rc<[OsString]> {
        if let Some(known) = self.entries.borrow().get(directory) {
            return known.clone();
        }
        let entries = fs::read_dir(directory).into_iter().flatten().flatten();
        let names: Rc<[OsString]> = entries.map(|entry| entry.file_name()).collect();
        self.entries.borrow_mut().insert(directory.to_owned(), names.clone());
        names
    }
}
