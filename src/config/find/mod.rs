//! Finds and reads the config file, and which root and project it is for.

mod choose;
mod git;
mod manifest;

use std::fs::{File, Metadata};
use std::io::{ErrorKind, Read};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use crate::config::request::Request;
use crate::config::source::Source;
use crate::config::tree::Place;
use crate::config::yaml::LARGEST;
use crate::error::{Error, Problems, Result};

pub(super) use choose::{Chosen, choose, names};
pub(super) use git::Git;

/// Names of a project's config, in order of preference.
const NAMES: [&str; 2] = ["rune.yaml", ".rune.yaml"];

/// Where a config came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A project's own file; its directory is the root.
    Project(PathBuf),
    /// A file for all projects of a user, or one that was named.
    User(PathBuf),
    /// No file: the embedded default.
    Embedded,
}

impl Origin {
    /// The file.
    pub fn path(&self) -> Option<&Path> {
        match self {
            Origin::Project(path) | Origin::User(path) => Some(path),
            Origin::Embedded => None,
        }
    }
}

/// The config for a request: the named file, else `$RUNE_CONFIG`, else one found by walking up, else
/// the user's.
pub fn find(request: &Request) -> Origin {
    let named = request.file.clone().or_else(|| request.variable("RUNE_CONFIG").map(PathBuf::from));
    if let Some(path) = named {
        let path = request.directory.join(path);
        return if is_project_file(&path, &request.directory) {
            Origin::Project(path)
        } else {
            Origin::User(path)
        };
    }
    let home = request.home();
    // what lies above the home directory belongs to nobody's projects
    let stop = request.directory.starts_with(&home).then_some(home.as_path());
    for directory in request.directory.ancestors() {
        if let Some(path) = NAMES.iter().map(|name| directory.join(name)).find(|path| path.is_file()) {
            return Origin::Project(path);
        }
        if Some(directory) == stop {
            break;
        }
    }
    let base = request.variable("XDG_CONFIG_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    let base = base.unwrap_or_else(|| home.join(".config"));
    let users = [base.join("rune/config.yaml"), home.join(".rune/config.yaml")];
    users.into_iter().find(|path| path.is_file()).map_or(Origin::Embedded, Origin::User)
}

/// Whether walking up from `directory` could find `path`.
fn is_project_file(path: &Path, directory: &Path) -> bool {
    let named = path.file_name().is_some_and(|name| NAMES.iter().any(|known| name == *known));
    named && path.parent().is_some_and(|parent| directory.starts_with(parent))
}

/// The text of a config file. One that somebody else owns is refused, since its commands run as
/// this user.
pub fn read(path: &Path) -> Result<Source> {
    let mut file = File::open(path).map_err(|error| match error.kind() {
        ErrorKind::NotFound => Error::Usage {
            message: format!("there is no file `{}`", path.display()),
            hint: Some("`rune init` writes a config to start from".to_owned()),
        },
        _ => Error::io("read", path)(error),
    })?;
    let metadata = file.metadata().map_err(Error::io("read", path))?;
    if metadata.is_dir() {
        return Err(Error::Usage {
            message: format!("`{}` is a directory", path.display()),
            hint: Some("name the file in it".to_owned()),
        });
    }
    own(path, &metadata)?;
    let mut bytes = Vec::new();
    // one byte more than is read, so that `yaml` sees that there is too much
    file.by_ref().take(LARGEST as u64 + 1).read_to_end(&mut bytes).map_err(Error::io("read", path))?;
    decode(path, bytes)
}

/// Refuses a file with commands that somebody else owns: they would run as this user.
pub fn own(path: &Path, metadata: &Metadata) -> Result<()> {
    if metadata.uid() == rustix::process::geteuid().as_raw() {
        return Ok(());
    }
    Err(Error::Refused {
        message: format!("`{}` belongs to another user", path.display()),
        hint: Some("its commands would run as you: copy the file if you trust it".to_owned()),
    })
}

/// The text that `bytes` are.
pub fn decode(path: &Path, bytes: Vec<u8>) -> Result<Source> {
    String::from_utf8(bytes).map(|text| Source::new(path, text)).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let text = String::from_utf8_lossy(error.as_bytes()).into_owned();
        let source = Source::new(path, text);
        let place = Place { span: at..at + '\u{fffd}'.len_utf8(), used: None };
        let mut problem = source.problem(&place, "the file is not UTF-8 here");
        problem.help = Some("save it as UTF-8".to_owned());
        Error::Config(vec![Problems { source: source.text().to_owned(), problems: vec![problem] }])
    })
}
