//! Reading a plain file that grows: the output of a background command, which nobody dates.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::reading::Entry;
use crate::cast::{Event, Header};

/// How much is read at once.
const BLOCK: usize = 64 * 1024;

/// Reads a plain file from its begin on, as it grows.
pub struct Undated {
    path: PathBuf,
    header: Rc<Header>,
    /// How much of it was read.
    offset: u64,
}

impl Undated {
    /// The file at `path`, which need not exist, as the output of what `header` says.
    pub fn new(path: &Path, header: Header) -> Undated {
        Undated { path: path.to_owned(), header: Rc::new(header), offset: 0 }
    }

    /// What is there and was not read yet; its time is 0, for it is not known.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn read(&mut self) -> io::Result<Option<Entry>> {
        let file = match File::open(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            file => file?,
        };
        if file.metadata()?.len() < self.offset {
            self.offset = 0; // it was emptied for another run
        }
        let mut buffer = vec![0; BLOCK];
        let count = file.read_at(&mut buffer, self.offset)?;
        buffer.truncate(count);
        self.offset += count as u64;
        let entry = Entry { time: 0, event: Event::Output(buffer), header: Rc::clone(&self.header) };
        Ok((count > 0).then_some(entry))
    }
}
