//! What is asked of the config, by the command line and its environment.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

/// One question to the config.
#[derive(Clone, Debug)]
pub struct Request {
    /// The file that `-f` names.
    pub file: Option<PathBuf>,
    /// Absolute directory to start from: the working directory, or what `-C` names.
    pub directory: PathBuf,
    /// The project that the command line names.
    pub project: Option<String>,
    /// `k=v` values.
    pub values: BTreeMap<String, String>,
    /// Workspaces to take instead of those that the config names, by key, session name or template.
    pub workspaces: Vec<String>,
    /// The inherited environment.
    pub environment: BTreeMap<OsString, OsString>,
    /// Today, where the user is.
    pub today: jiff::civil::Date,
    /// Whether a directory of a window or pane that does not exist is a mistake. It is for bringing a
    /// workspace up; ending one must not depend on it.
    pub directories: bool,
}

impl Request {
    /// A request without any options.
    pub fn new(directory: impl Into<PathBuf>, today: jiff::civil::Date) -> Request {
        Request {
            file: None,
            directory: directory.into(),
            project: None,
            values: BTreeMap::new(),
            workspaces: Vec::new(),
            environment: BTreeMap::new(),
            today,
            directories: true,
        }
    }

    /// An inherited variable that is not empty.
    pub(crate) fn variable(&self, name: &str) -> Option<&OsStr> {
        self.environment.get(OsStr::new(name)).map(OsString::as_os_str).filter(|value| !value.is_empty())
    }

    /// The user's home directory.
    pub(crate) fn home(&self) -> PathBuf {
        self.variable("HOME").map_or_else(|| PathBuf::from("/"), PathBuf::from)
    }
}
