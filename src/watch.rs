//! Notice of changed files from the kernel, so that nobody has to ask again and again.

use std::ffi::{OsStr, OsString};
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::inotify::{self, CreateFlags, Reader, WatchFlags};
use rustix::io::Errno;

/// Files and directories that are watched.
pub struct Watch(OwnedFd);

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// The file of this name in a watched directory was written, made, replaced or removed.
    Entry(OsString),
    /// A watched file was written, or is not what it was.
    Itself,
    /// The kernel could not keep up: look at everything.
    Lost,
}

impl Watch {
    /// Watches nothing yet.
    ///
    /// # Errors
    /// When the user has no notifications left (`fs.inotify.max_user_instances`).
    pub fn new() -> io::Result<Watch> {
        Ok(Watch(inotify::init(CreateFlags::NONBLOCK | CreateFlags::CLOEXEC).map_err(none_left)?))
    }

    /// Watches a directory for changed entries, or a file for writes, from now on.
    ///
    /// # Errors
    /// When there is no such file or directory, or no watch is left for the user.
    pub fn add(&self, path: &Path) -> io::Result<()> {
        let changes = WatchFlags::MODIFY
            | WatchFlags::CREATE
            | WatchFlags::MOVED_TO
            | WatchFlags::MOVED_FROM
            | WatchFlags::DELETE
            | WatchFlags::DELETE_SELF
            | WatchFlags::MOVE_SELF;
        inotify::add_watch(&self.0, path, changes).map_err(none_left)?;
        Ok(())
    }

    /// Watches a directory for entries that are new, from now on.
    ///
    /// # Errors
    /// As [`Watch::add`].
    pub fn add_for_new(&self, directory: &Path) -> io::Result<()> {
        let new = WatchFlags::CREATE | WatchFlags::MOVED_TO | WatchFlags::ONLYDIR;
        inotify::add_watch(&self.0, directory, new).map_err(none_left)?;
        Ok(())
    }

    /// What happened since this was asked last; does not wait.
    pub fn changes(&self) -> Vec<Change> {
        let mut buffer = [MaybeUninit::uninit(); 4096];
        let mut reader = Reader::new(&self.0, &mut buffer);
        let mut found = Vec::new();
        loop {
            match reader.next() {
                Ok(event) if event.events().contains(inotify::ReadFlags::QUEUE_OVERFLOW) => {
                    found.push(Change::Lost);
                }
                Ok(event) => found.push(match event.file_name() {
                    Some(name) => Change::Entry(OsStr::from_bytes(name.to_bytes()).to_owned()),
                    None => Change::Itself,
                }),
                Err(Errno::INTR) => {}
                Err(_) => return found,
            }
        }
    }

    /// Sleeps until something happened or the time is over; whether something did.
    pub fn wait(&self, timeout: Option<Duration>) -> bool {
        let timeout = timeout.and_then(|time| Timespec::try_from(time).ok());
        let mut source = [PollFd::new(&self.0, PollFlags::IN)];
        matches!(poll(&mut source, timeout.as_ref()), Ok(count) if count > 0)
    }

    /// Sleeps until something happened; false when nobody reads what is written to `out` any more.
    pub fn wait_while_read(&self, out: impl AsFd) -> bool {
        loop {
            let mut sources = [PollFd::new(&self.0, PollFlags::IN), PollFd::new(&out, PollFlags::empty())];
            match poll(&mut sources, None) {
                Ok(_) if !sources[1].revents().is_empty() => return false,
                Ok(_) => return true,
                Err(Errno::INTR) => {}
                Err(_) => return false,
            }
        }
    }
}

/// What the kernel means by errors that usually mean files and disks.
fn none_left(error: Errno) -> io::Error {
    let limit = match error {
        Errno::MFILE => "fs.inotify.max_user_instances",
        Errno::NOSPC => "fs.inotify.max_user_watches",
        _ => return error.into(),
    };
    io::Error::other(format!("the kernel gives this user no more notice of changed files (`{limit}`)"))
}

impl AsFd for Watch {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::io::Write;

    #[test]
    fn replaced_entries_and_written_files_are_noticed() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("log");
        fs::write(&file, "").unwrap();
        let (entries, itself) = (Watch::new().unwrap(), Watch::new().unwrap());
        entries.add(directory.path()).unwrap();
        itself.add(&file).unwrap();
        assert!(!entries.wait(Some(Duration::ZERO)));
        assert_eq!(entries.changes(), []);

        fs::write(directory.path().join("a.new"), "x").unwrap();
        fs::rename(directory.path().join("a.new"), directory.path().join("a")).unwrap();
        assert!(entries.wait(Some(Duration::from_secs(5))));
        assert!(entries.changes().contains(&Change::Entry("a".into())));

        fs::OpenOptions::new().append(true).open(&file).unwrap().write_all(b"y").unwrap();
        assert!(itself.wait(Some(Duration::from_secs(5))));
        assert_eq!(itself.changes(), [Change::Itself]);
    }
}
