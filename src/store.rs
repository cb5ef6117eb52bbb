//! The private directory in which rune keeps what its panes start from and what became of them.
//!
//! `ID.spec` is written before the pane exists: one line of JSON, then the environment as
//! `NAME=value` entries that end in NUL, byte for byte. `ID.record` is written by the runner.
//! Files are 0600 in a 0700 directory, replaced as a whole, and not synced: they describe
//! processes, which do not outlive a crash of the system either.

use std::ffi::OsString;
use std::fs;
use std::io::Write;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::record::{PaneId, Record, SCHEMA, Specification};

/// One environment variable.
pub type Variable = (OsString, OsString);

/// The runtime directory.
#[derive(Clone, Debug)]
pub struct Store {
    directory: PathBuf,
}

impl Store {
    /// The store in `directory`, which is made when it is missing.
    ///
    /// # Errors
    /// [`Error::Refused`] when the directory belongs to somebody else or others may enter it.
    pub fn open(directory: &Path) -> Result<Store> {
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(directory)
            .map_err(Error::io("make the directory", directory))?;
        let metadata =
            fs::symlink_metadata(directory).map_err(Error::io("look at the directory", directory))?;
        let owner = rustix::process::geteuid().as_raw();
        if !metadata.is_dir() || metadata.uid() != owner {
            return Err(Error::Refused {
                message: format!("the directory `{}` belongs to another user", directory.display()),
                hint: Some("set XDG_RUNTIME_DIR to a directory of your own".to_owned()),
            });
        }
        if metadata.mode() & 0o077 != 0 {
            fs::set_permissions(directory, fs::Permissions::from_mode(0o700))
                .map_err(Error::io("make private the directory", directory))?;
        }
        Ok(Store { directory: directory.to_owned() })
    }

    /// The store in `directory` for reading only what is there, if anything is.
    pub fn at(directory: PathBuf) -> Store {
        Store { directory }
    }

    /// Where it is.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    fn path(&self, id: &PaneId, kind: &str) -> PathBuf {
        self.directory.join(format!("{id}.{kind}"))
    }

    /// Writes what the pane's runner will start from.
    pub fn write_specification(&self, specification: &Specification, environment: &[Variable]) -> Result<()> {
        let path = self.path(&specification.tag.id, "spec");
        let mut bytes = serde_json::to_vec(specification)
            .map_err(|error| Error::failed(format!("could not write down a pane: {error}")))?;
        bytes.push(b'\n');
        for (name, value) in environment {
            bytes.extend_from_slice(name.as_bytes());
            bytes.push(b'=');
            bytes.extend_from_slice(value.as_bytes());
            bytes.push(0);
        }
        replace(&path, &bytes)
    }

    /// Reads what a runner starts from.
    pub fn read_specification(&self, id: &PaneId) -> Result<(Specification, Vec<Variable>)> {
        let path = self.path(id, "spec");
        let bytes = fs::read(&path).map_err(Error::io("read", &path))?;
        let end = bytes.iter().position(|&byte| byte == b'\n').unwrap_or(bytes.len());
        let specification: Specification = serde_json::from_slice(&bytes[..end])
            .map_err(|error| Error::Io { action: "understand", path: path.clone(), source: error.into() })?;
        if specification.schema > SCHEMA {
            return Err(Error::failed(format!("`{}` was written by a newer rune", path.display())));
        }
        let environment = bytes
            .get(end + 1..)
            .unwrap_or_default()
            .split(|&byte| byte == 0)
            .filter_map(|entry| {
                let equals = entry.iter().position(|&byte| byte == b'=')?;
                let (name, value) = (entry[..equals].to_vec(), entry[equals + 1..].to_vec());
                Some((OsString::from_vec(name), OsString::from_vec(value)))
            })
            .collect();
        Ok((specification, environment))
    }

    /// What was written down for the pane, if anything readable was.
    pub fn specification(&self, id: &PaneId) -> Option<Specification> {
        let bytes = fs::read(self.path(id, "spec")).ok()?;
        let line = bytes.split(|&byte| byte == b'\n').next()?;
        serde_json::from_slice(line).ok()
    }

    /// Notes that the pane was given another title.
    pub fn note_title(&self, id: &PaneId, title: &str) -> Result<()> {
        let (mut specification, environment) = self.read_specification(id)?;
        specification.title = Some(title.to_owned());
        self.write_specification(&specification, &environment)
    }

    /// Replaces the pane's record.
    pub fn write_record(&self, record: &Record) -> Result<()> {
        let path = self.path(&record.id, "record");
        let bytes = serde_json::to_vec(record)
            .map_err(|error| Error::failed(format!("could not write down a pane: {error}")))?;
        replace(&path, &bytes)
    }

    /// The pane's record, if a readable one exists.
    pub fn record(&self, id: &PaneId) -> Option<Record> {
        serde_json::from_slice(&fs::read(self.path(id, "record")).ok()?).ok()
    }

    /// Forgets the pane.
    pub fn remove(&self, id: &PaneId) {
        for kind in ["spec", "spec.new", "record", "record.new"] {
            let _ = fs::remove_file(self.path(id, kind));
        }
    }

    /// Forgets all panes, and the directory where nothing else is in it.
    pub fn clear(&self) {
        for id in self.ids() {
            self.remove(&id);
        }
        let _ = fs::remove_dir(&self.directory);
    }

    /// Ids of all panes that something is written down for.
    pub fn ids(&self) -> Vec<PaneId> {
        let Ok(entries) = fs::read_dir(&self.directory) else { return Vec::new() };
        entries
            .flatten()
            .filter_map(|entry| PaneId::parse(entry.file_name().to_str()?.strip_suffix(".spec")?))
            .collect()
    }
}

/// Replaces a file, as a whole, by one that only this user can read.
fn replace(path: &Path, bytes: &[u8]) -> Result<()> {
    let mut new = path.as_os_str().to_owned();
    new.push(".new");
    let new = PathBuf::from(new);
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true).mode(0o600).custom_flags(libc::O_NOFOLLOW);
    let mut file = options.open(&new).map_err(Error::io("write", &new))?;
    file.write_all(bytes).map_err(Error::io("write", &new))?;
    fs::rename(&new, path).map_err(Error::io("replace", path))
}
