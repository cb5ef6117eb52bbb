//! The files of one log.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// One file of a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    /// Its place among all segments that the log ever had.
    pub number: u64,
    /// When it begins, in milliseconds since 1970 (UTC), as its name says.
    pub start: u64,
    /// Where it is.
    pub path: PathBuf,
}

impl Segment {
    fn named(path: PathBuf) -> Option<Segment> {
        let (start, number) = path.file_name()?.to_str()?.strip_suffix(".cast")?.split_once('-')?;
        Some(Segment { number: number.parse().ok()?, start: start.parse().ok()?, path })
    }

    /// Whether somebody may still write to it.
    pub fn is_written(&self) -> bool {
        let Ok(file) = File::open(&self.path) else { return false };
        matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock))
    }

    /// Its size in bytes.
    pub fn size(&self) -> u64 {
        fs::metadata(&self.path).map_or(0, |metadata| metadata.len())
    }
}

/// The segments of the log in `directory`, oldest first; none where there is no log.
///
/// # Errors
/// When the directory cannot be read.
pub fn segments(directory: &Path) -> io::Result<Vec<Segment>> {
    let entries = match fs::read_dir(directory) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let mut segments: Vec<Segment> =
        entries.flatten().filter_map(|entry| Segment::named(entry.path())).collect();
    segments.sort_by_key(|segment| (segment.number, segment.start));
    Ok(segments)
}

/// Removes all segments of the log in `directory`. Who still writes to one goes on, and nobody sees it.
///
/// # Errors
/// When the directory cannot be read, or a segment not removed.
pub fn clear(directory: &Path) -> io::Result<()> {
    for segment in segments(directory)? {
        match fs::remove_file(&segment.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            removed => removed?,
        }
    }
    Ok(())
}

/// Removes the log in `directory` with the directory; how many bytes it had. Nothing happens, and nothing is
/// returned, where somebody still writes to it.
///
/// # Errors
/// When the directory cannot be read, or a segment not removed.
pub fn remove(directory: &Path) -> io::Result<Option<u64>> {
    // As in `create`, so that no writer begins meanwhile.
    let gate = File::open(directory)?;
    gate.lock()?;
    let segments = segments(directory)?;
    if segments.iter().any(Segment::is_written) {
        return Ok(None);
    }
    let size = segments.iter().map(Segment::size).sum();
    clear(directory)?;
    // Unless something else is in it, which is not ours to remove.
    let _ = fs::remove_dir(directory);
    let _ = directory.parent().map(fs::remove_dir);
    Ok(Some(size))
}

/// Makes the next segment of the log in `directory`, which begins at `start` (milliseconds since
/// 1970): private, locked, and empty.
pub(super) fn create(directory: &Path, start: u64) -> io::Result<(File, PathBuf)> {
    DirBuilder::new().recursive(true).mode(0o700).create(directory)?;
    // Two writers, of a pane's last life and of its next, must not take the same number.
    let gate = File::open(directory)?;
    gate.lock()?;
    let number = segments(directory)?.last().map_or(1, |last| last.number + 1);
    let path = directory.join(format!("{start:013}-{number}.cast"));
    let file = OpenOptions::new().append(true).create_new(true).mode(0o600).open(&path)?;
    file.lock()?;
    Ok((file, path))
}
