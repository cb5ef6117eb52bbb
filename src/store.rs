//! The private directory in which rune keeps what its panes start from and what became of them.
//!
//! `ID.spec` is written before the pane exists: one line of JSON, then the environment as
//! `NAME=value` entries that end in NUL, byte for byte. `ID.record` is written by the runner. `environment`
//! is what panes start with that are opened by hand in a config's session, in the form of an `ID.spec`.
//! Files are 0600 in a 0700 directory, replaced as a whole, and not synced: they describe
//! processes, which do not outlive a crash of the system either.

use std::ffi::OsString;
use std::fs;
use std::io::{self, Write};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::error::{Error, Result};
use crate::record::{PaneId, Record, SCHEMA, Specification};

/// One environment variable.
pub type Variable = (OsString, OsString);

/// The file with what every pane of the workspace starts with.
const ENVIRONMENT: &str = "environment";

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
        bytes.extend(entries(environment));
        write(&path, &bytes)
    }

    /// Reads what a runner starts from.
    pub fn read_specification(&self, id: &PaneId) -> Result<(Specification, Vec<Variable>)> {
        let path = self.path(id, "spec");
        let bytes = fs::read(&path).map_err(Error::io("read", &path))?;
        let end = bytes.iter().position(|&byte| byte == b'\n').unwrap_or(bytes.len());
        let specification = parse(&bytes[..end]).map_err(|problem| match problem {
            Unreadable::Newer => Error::failed(format!("`{}` was written by a newer rune", path.display())),
            Unreadable::Json(error) => {
                Error::Io { action: "understand", path: path.clone(), source: error.into() }
            }
        })?;
        let environment = variables(bytes.get(end + 1..).unwrap_or_default());
        Ok((specification, environment))
    }

    /// Writes down what every pane of the workspace starts with that declares nothing of its own.
    pub fn write_environment(&self, environment: &[Variable]) -> Result<()> {
        let mut bytes = format!("{{\"schema\":{SCHEMA}}}\n").into_bytes();
        bytes.extend(entries(environment));
        write(&self.directory.join(ENVIRONMENT), &bytes)
    }

    /// What [`Store::write_environment`] wrote down, if anything readable was.
    pub fn environment(&self) -> Option<Vec<Variable>> {
        let bytes = fs::read(self.directory.join(ENVIRONMENT)).ok()?;
        let end = bytes.iter().position(|&byte| byte == b'\n')?;
        parse::<serde_json::Value>(&bytes[..end]).ok()?;
        Some(variables(&bytes[end + 1..]))
    }

    /// What was written down for the pane, if anything readable was.
    pub fn specification(&self, id: &PaneId) -> Option<Specification> {
        let bytes = fs::read(self.path(id, "spec")).ok()?;
        parse(bytes.split(|&byte| byte == b'\n').next()?).ok()
    }

    /// Notes that the pane was given another title.
    pub fn note_title(&self, id: &PaneId, title: &str) -> Result<()> {
        let (mut specification, environment) = self.read_specification(id)?;
        specification.title = Some(title.to_owned());
        self.write_specification(&specification, &environment)
    }

    /// Replaces the pane's record; one that cannot be replaced is removed, since it is no longer true.
    pub fn write_record(&self, record: &Record) -> Result<()> {
        let path = self.path(&record.id, "record");
        let bytes = serde_json::to_vec(record)
            .map_err(|error| Error::failed(format!("could not write down a pane: {error}")))?;
        write(&path, &bytes).inspect_err(|_| drop(fs::remove_file(&path)))
    }

    /// The pane's record, if a readable one exists.
    pub fn record(&self, id: &PaneId) -> Option<Record> {
        parse(&fs::read(self.path(id, "record")).ok()?).ok()
    }

    /// Notes for the pane's runner that all it printed up to its end is in the log.
    pub fn note_logged(&self, id: &PaneId) -> io::Result<()> {
        let mut options = fs::OpenOptions::new();
        options.write(true).create(true).truncate(true).mode(0o600).custom_flags(libc::O_NOFOLLOW);
        options.open(self.logged(id)).map(drop)
    }

    /// The file that [`Store::note_logged`] makes; the runner removes it before it says that a run ended.
    pub fn logged(&self, id: &PaneId) -> PathBuf {
        self.path(id, "logged")
    }

    /// Forgets the pane.
    pub fn remove(&self, id: &PaneId) {
        for kind in ["spec", "spec.new", "record", "record.new", "sock", "sock.new", "logged"] {
            let _ = fs::remove_file(self.path(id, kind));
        }
    }

    /// Forgets all panes, and the directory where nothing else is in it.
    pub fn clear(&self) {
        for id in self.ids() {
            self.remove(&id);
        }
        let _ = fs::remove_file(self.directory.join(ENVIRONMENT));
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

/// Variables as they are written down: entries that end in NUL.
fn entries(environment: &[Variable]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (name, value) in environment {
        bytes.extend_from_slice(name.as_bytes());
        bytes.push(b'=');
        bytes.extend_from_slice(value.as_bytes());
        bytes.push(0);
    }
    bytes
}

fn variables(entries: &[u8]) -> Vec<Variable> {
    let variable = |entry: &[u8]| {
        let equals = entry.iter().position(|&byte| byte == b'=')?;
        let (name, value) = (entry[..equals].to_vec(), entry[equals + 1..].to_vec());
        Some((OsString::from_vec(name), OsString::from_vec(value)))
    };
    entries.split(|&byte| byte == 0).filter_map(variable).collect()
}

/// Why a file says nothing.
enum Unreadable {
    Newer,
    Json(serde_json::Error),
}

/// Reads one line of JSON, unless it has the schema of a newer rune.
fn parse<T: DeserializeOwned>(line: &[u8]) -> Result<T, Unreadable> {
    #[derive(Deserialize)]
    struct Version {
        schema: u32,
    }
    let version: Version = serde_json::from_slice(line).map_err(Unreadable::Json)?;
    if version.schema > SCHEMA {
        return Err(Unreadable::Newer);
    }
    serde_json::from_slice(line).map_err(Unreadable::Json)
}

/// Writes a file that only this user can read. One that exists is replaced as a whole; one that does not
/// is nothing to its readers until all of it is there, since half of it cannot be understood.
fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    match fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
        Ok(mut file) => file
            .write_all(bytes)
            .map_err(Error::io("write", path))
            .inspect_err(|_| drop(fs::remove_file(path))),
        Err(_) => replace(path, bytes),
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
    let written = file.write_all(bytes).map_err(Error::io("write", &new));
    written
        .and_then(|()| fs::rename(&new, path).map_err(Error::io("replace", path)))
        .inspect_err(|_| drop(fs::remove_file(&new)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{ProcessId, State, Tag};
    use crate::workspace::{Hash, Key, OnExit};

    fn store() -> (tempfile::TempDir, Store) {
        let directory = tempfile::tempdir().unwrap();
        let store = Store::open(&directory.path().join("deep/panes")).unwrap();
        (directory, store)
    }

    fn specification(schema: u32) -> Specification {
        let id = PaneId::new(true, 7, 1);
        let tag = Tag { id, workspace: "w".to_owned(), window: Key::place(1), pane: Key::place(2) };
        Specification {
            hash: Hash("h".to_owned()),
            summary: "make".to_owned(),
            argv: vec!["sh".to_owned(), "-c".to_owned(), "a\nb \u{1b} \u{fc}".to_owned()],
            on_exit: OnExit::Keep,
            session: "dev".to_owned(),
            ..Specification::new(schema, tag)
        }
    }

    fn record(schema: u32) -> Record {
        let runner = ProcessId { pid: 1, start: 2 };
        let (id, state) = (PaneId::new(true, 7, 1), State::Exited { code: 3 });
        Record { state, since: 4, command: Some(runner), ..Record::new(schema, id, runner) }
    }

    #[test]
    fn what_is_written_is_read_back_byte_for_byte() {
        let (_directory, store) = store();
        let environment: Vec<Variable> = vec![
            ("A".into(), "x=\ny".into()),
            ("EMPTY".into(), "".into()),
            ("BYTES".into(), OsString::from_vec(vec![0xff, b'\n', b'=', 0xc3])),
            ("LONG".into(), "l".repeat(300_000).into()),
        ];
        store.write_specification(&specification(SCHEMA), &environment).unwrap();
        store.write_record(&record(SCHEMA)).unwrap();
        let id = specification(SCHEMA).tag.id;
        assert_eq!(store.read_specification(&id).unwrap(), (specification(SCHEMA), environment));
        assert_eq!(store.specification(&id), Some(specification(SCHEMA)));
        assert_eq!(store.record(&id), Some(record(SCHEMA)));
        assert_eq!(store.ids(), std::slice::from_ref(&id));
        assert_eq!(store.environment(), None);
        let everybodys: Vec<Variable> = vec![("A".into(), "x=\ny".into()), ("EMPTY".into(), "".into())];
        store.write_environment(&everybodys).unwrap();
        assert_eq!(store.environment(), Some(everybodys));
        assert_eq!(store.ids(), std::slice::from_ref(&id));
        for entry in fs::read_dir(store.directory()).unwrap() {
            assert_eq!(entry.unwrap().metadata().unwrap().mode() & 0o777, 0o600);
        }
        assert_eq!(fs::metadata(store.directory()).unwrap().mode() & 0o777, 0o700);
        store.clear();
        assert!(!store.directory().exists());
    }

    #[test]
    fn what_a_newer_rune_wrote_is_not_guessed_at() {
        let (_directory, store) = store();
        let id = specification(SCHEMA).tag.id;
        store.write_specification(&specification(SCHEMA + 1), &[]).unwrap();
        store.write_record(&record(SCHEMA + 1)).unwrap();
        assert_eq!((store.specification(&id), store.record(&id)), (None, None));
        let error = store.read_specification(&id).unwrap_err().to_string();
        assert!(error.ends_with("was written by a newer rune"), "{error}");

        fs::write(store.directory().join(ENVIRONMENT), format!("{{\"schema\":{}}}\nA=1\0", SCHEMA + 1))
            .unwrap();
        assert_eq!(store.environment(), None);

        // Also when this one could not read a word of it.
        fs::write(store.path(&id, "spec"), format!("{{\"schema\":{}}}\n", SCHEMA + 1)).unwrap();
        let error = store.read_specification(&id).unwrap_err().to_string();
        assert!(error.ends_with("was written by a newer rune"), "{error}");
        fs::write(store.path(&id, "spec"), "").unwrap();
        assert!(store.read_specification(&id).unwrap_err().to_string().starts_with("could not understand"));
    }

    #[test]
    fn a_record_that_cannot_be_replaced_is_removed() {
        let (_directory, store) = store();
        let id = record(SCHEMA).id;
        store.write_record(&record(SCHEMA)).unwrap();
        // Stands in the way as a full disk does, also of a user who may do everything.
        fs::create_dir(store.path(&id, "record.new")).unwrap();
        assert!(store.write_record(&record(SCHEMA)).is_err());
        assert_eq!(store.record(&id), None);
        fs::remove_dir(store.path(&id, "record.new")).unwrap();
        store.write_record(&record(SCHEMA)).unwrap();
        assert_eq!(store.record(&id), Some(record(SCHEMA)));
    }

    #[test]
    fn a_directory_that_others_may_enter_is_made_private_and_a_link_is_refused() {
        let (directory, store) = store();
        let open = fs::Permissions::from_mode(0o755);
        fs::set_permissions(store.directory(), open).unwrap();
        Store::open(store.directory()).unwrap();
        assert_eq!(fs::metadata(store.directory()).unwrap().mode() & 0o777, 0o700);

        let link = directory.path().join("link");
        std::os::unix::fs::symlink(store.directory(), &link).unwrap();
        assert!(matches!(Store::open(&link), Err(Error::Refused { .. })));
    }
}
