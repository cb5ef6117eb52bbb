//! A directory of its own for each test, with a config in it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use rune::config::{Request, check, open, report};
use rune::error::{Error, Problem};
use rune::project::Project;
use tempfile::TempDir;

/// A saturday.
pub const TODAY: jiff::civil::Date = jiff::civil::date(2026, 11, 21);

/// A home directory with a project in it.
pub struct Place {
    home: TempDir,
    pub request: Request,
}

impl Place {
    /// An empty project `shop`, which is the working directory.
    pub fn new() -> Place {
        let home = TempDir::new().unwrap();
        let mut place = Place { request: Request::new("/", TODAY), home };
        place.request.directory = place.directory("shop");
        let path = place.home().to_string_lossy().into_owned();
        place.set("HOME", &path);
        place.set("USER", "ann");
        place
    }

    /// The same with a `rune.yaml`.
    pub fn with(config: &str) -> Place {
        let place = Place::new();
        place.file("shop/rune.yaml", config);
        place
    }

    /// The home directory, without links in its path.
    pub fn home(&self) -> PathBuf {
        self.home.path().canonicalize().unwrap()
    }

    /// Makes a directory below the home directory.
    pub fn directory(&self, path: &str) -> PathBuf {
        let path = self.home().join(path);
        fs::create_dir_all(&path).unwrap();
        path
    }

    /// Writes a file below the home directory.
    pub fn file(&self, path: &str, text: &str) -> PathBuf {
        let path = self.home().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        path
    }

    /// Sets an inherited variable.
    pub fn set(&mut self, name: &str, value: &str) {
        self.request.environment.insert(name.into(), value.into());
    }

    /// Gives a value on the command line.
    pub fn value(mut self, name: &str, value: &str) -> Place {
        self.request.values.insert(name.to_owned(), value.to_owned());
        self
    }

    /// The project, which has no mistakes.
    pub fn project(&self) -> Project {
        self.open().unwrap_or_else(|error| panic!("{}", shown(&error)))
    }

    pub fn open(&self) -> Result<Project, Error> {
        open(&self.request)
    }

    /// The mistakes that a check finds, as `LINE:COLUMN MESSAGE`.
    pub fn mistakes(&self) -> Vec<String> {
        check(&self.request, &|_| false).unwrap().problems.problems.iter().map(line).collect()
    }
}

/// A mistake in one line.
pub fn line(problem: &Problem) -> String {
    format!("{}:{} {}", problem.line, problem.column, problem.message)
}

/// An error with its mistakes.
pub fn shown(error: &Error) -> String {
    match error {
        Error::Config(files) => report::render(files, report::Style::Plain),
        other => format!("{other}; {:?}", other.hint()),
    }
}

/// A mapping as pairs.
pub fn pairs(map: &BTreeMap<String, String>) -> Vec<(&str, &str)> {
    map.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}

/// The files of a directory of test data that end in `.yaml`.
pub fn configs(directory: &str) -> Vec<PathBuf> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(directory);
    let mut files: Vec<PathBuf> =
        fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "yaml"));
    files.sort();
    files
}
