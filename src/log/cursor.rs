//! How far somebody who reads again and again has come.

use std::collections::BTreeMap;
use std::fs::DirBuilder;
use std::io::{self, Write};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::tail::Place;

/// The format of the file. A newer rune reads older ones.
const SCHEMA: u32 = 1;

/// A name with the places in logs that were reached under it.
pub struct Cursor {
    path: PathBuf,
    places: BTreeMap<String, Place>,
}

#[derive(Serialize, Deserialize)]
struct Stored {
    schema: u32,
    places: BTreeMap<String, Place>,
}

impl Cursor {
    /// Whether `name` can be one: it is a part of a file's name.
    pub fn is_name(name: &str) -> bool {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
        !name.is_empty() && name.len() <= 100 && !name.starts_with('.') && name.bytes().all(plain)
    }

    /// The cursor `name` in `directory`; one that was never used is at the begin of every log.
    ///
    /// # Errors
    /// When it cannot be read, or a newer rune wrote it.
    pub fn open(directory: &Path, name: &str) -> io::Result<Cursor> {
        let path = directory.join(format!("{name}.json"));
        let places = match std::fs::read(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => BTreeMap::new(),
            read => {
                let stored: Stored = serde_json::from_slice(&read?)?;
                if stored.schema > SCHEMA {
                    return Err(io::Error::new(io::ErrorKind::InvalidData, "it was written by a newer rune"));
                }
                stored.places
            }
        };
        Ok(Cursor { path, places })
    }

    /// Its file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The place in the log that has this word.
    pub fn place(&self, log: &str) -> Place {
        self.places.get(log).cloned().unwrap_or_default()
    }

    /// The log with this word was read up to there.
    pub fn set(&mut self, log: &str, place: Place) {
        self.places.insert(log.to_owned(), place);
    }

    /// Forgets the place in the log that has this word.
    pub fn forget(&mut self, log: &str) {
        self.places.remove(log);
    }

    /// Every cursor in `directory` that can be read.
    pub fn all(directory: &Path) -> Vec<Cursor> {
        let entries = std::fs::read_dir(directory).into_iter().flatten().flatten();
        let name =
            |entry: std::fs::DirEntry| Some(entry.file_name().to_str()?.strip_suffix(".json")?.to_owned());
        entries.filter_map(name).filter_map(|name| Cursor::open(directory, &name).ok()).collect()
    }

    /// Keeps it: replaced as a whole, readable by this user only.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn save(&self) -> io::Result<()> {
        let directory = self.path.parent().unwrap_or(Path::new("/"));
        DirBuilder::new().recursive(true).mode(0o700).create(directory)?;
        let mut file = tempfile::NamedTempFile::new_in(directory)?;
        file.write_all(&serde_json::to_vec(&Stored { schema: SCHEMA, places: self.places.clone() })?)?;
        file.persist(&self.path)?;
        Ok(())
    }
}
