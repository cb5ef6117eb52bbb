//! Where the records of rituals are kept: one file and one lock a project and root.

use std::fs::{self, DirBuilder};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::error::{Error, Result};
use crate::lock::Lock;
use crate::ritual_plan::record::{Record, SCHEMA, word};

/// The place of one project's record.
pub(super) struct Store {
    directory: PathBuf,
    word: String,
}

impl Store {
    /// In `state`, which is rune's directory for what it keeps.
    pub(super) fn new(state: &Path, root: &Path, project: &str) -> Store {
        Store { directory: state.join("rituals"), word: word(root, project) }
    }

    fn path(&self) -> PathBuf {
        self.directory.join(format!("{}.json", self.word))
    }

    /// Where the runners of its background commands write.
    pub(super) fn kept(&self) -> PathBuf {
        self.directory.join(&self.word)
    }

    /// Waits until no other rune runs a ritual of the project, after telling `waiting` who does;
    /// until the returned lock is dropped others wait for us, under the name `holder`.
    pub(super) fn lock(&self, holder: &str, waiting: impl FnOnce(String)) -> Result<Lock> {
        private_directory(&self.directory)?;
        Lock::take(&self.directory, &self.word, holder, |other| {
            waiting(if other.is_empty() { "another `rune`".to_owned() } else { other.to_owned() });
        })
    }

    /// The places of all records in `state`.
    pub(super) fn all(state: &Path) -> Result<Vec<Store>> {
        let directory = state.join("rituals");
        let entries = match fs::read_dir(&directory) {
            Ok(entries) => entries,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            Err(source) => return Err(Error::io("read", directory)(source)),
        };
        let paths = entries.flatten().map(|entry| entry.path());
        let records = paths.filter(|path| path.extension().is_some_and(|extension| extension == "json"));
        let words = records.filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned()));
        Ok(words.map(|word| Store { directory: directory.clone(), word }).collect())
    }

    /// The record, if there is one.
    pub(super) fn read(&self) -> Result<Option<Record>> {
        let path = self.path();
        let text = match fs::read(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(Error::io("read", path)(source)),
        };
        let unreadable = |why: String| Error::Failed {
            message: format!("could not read the ritual's record `{}`: {why}", path.display()),
            hint: Some(
                "delete the file to forget which rituals ran and what runs in the background".to_owned(),
            ),
        };
        let schema: Schema = serde_json::from_slice(&text).map_err(|error| unreadable(error.to_string()))?;
        if schema.schema > SCHEMA {
            return Err(unreadable(format!("a newer rune wrote it (schema {})", schema.schema)));
        }
        serde_json::from_slice(&text).map(Some).map_err(|error| unreadable(error.to_string()))
    }

    /// Removes the record, as far as that can be done.
    pub(super) fn forget(&self) {
        let _ = fs::remove_file(self.path());
    }

    /// Replaces the record, at once or not at all.
    pub(super) fn write(&self, record: &Record) -> Result<()> {
        let path = self.path();
        // Without the name of the temporary file, which nobody knows.
        let plain =
            |error: std::io::Error| error.raw_os_error().map_or(error, std::io::Error::from_raw_os_error);
        let failed = || |error| Error::io("write", &path)(plain(error));
        let text = serde_json::to_vec_pretty(record).map_err(|error| failed()(error.into()))?;
        let mut file = NamedTempFile::new_in(&self.directory).map_err(failed())?;
        file.write_all(&text).map_err(failed())?;
        file.persist(&path).map_err(|error| failed()(error.error))?;
        Ok(())
    }
}

#[derive(serde::Deserialize)]
struct Schema {
    schema: u32,
}

/// Makes `path` and what is missing above it, for this user only.
pub(super) fn private_directory(path: &Path) -> Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(Error::io("make", path))
}
