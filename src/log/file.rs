//! Waiting for a line in a plain file that grows, as the output of background commands does.

use std::fs::File;
use std::io::{self, ErrorKind, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use regex::Regex;

use crate::plain::{self, Keep};

/// The longest line that is looked at as a whole, in bytes.
const LONGEST: usize = 64 << 10;

/// Looks for a line in what is appended to a file.
pub struct FileMatcher {
    path: PathBuf,
    pattern: Regex,
    /// How much of the file was read.
    seen: u64,
    /// The line that is not ended yet.
    rest: Vec<u8>,
}

impl FileMatcher {
    /// Looks in `path`, which need not exist, from the byte `from` on.
    pub fn new(path: &Path, from: u64, pattern: Regex) -> FileMatcher {
        FileMatcher { path: path.to_owned(), pattern, seen: from, rest: Vec::new() }
    }

    /// Whether a line matches that was not looked at as a whole before.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn matches(&mut self) -> io::Result<bool> {
        let mut file = match File::open(&self.path) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(false),
            Err(error) => return Err(error),
        };
        file.seek(SeekFrom::Start(self.seen))?;
        let mut buffer = [0; 16 << 10];
        loop {
            let count = file.read(&mut buffer)?;
            if count == 0 {
                // a question for input has no end of its line
                return Ok(self.is_match(&self.rest));
            }
            self.seen += count as u64;
            for part in buffer[..count].split_inclusive(|byte| *byte == b'\n') {
                self.rest.extend_from_slice(part);
                if part.ends_with(b"\n") || self.rest.len() > LONGEST {
                    let line = std::mem::take(&mut self.rest);
                    if self.is_match(&line) {
                        return Ok(true);
                    }
                }
            }
        }
    }

    fn is_match(&self, line: &[u8]) -> bool {
        self.pattern.is_match(plain::line(line.trim_ascii_end(), Keep::Text).trim_end())
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn lines_are_matched_as_they_come_and_without_colours() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        let pattern = Regex::new("^is up$").unwrap();
        file.write_all(b"is up\n").unwrap();
        let mut matcher = FileMatcher::new(file.path(), 6, pattern);
        for (text, found) in [
            ("", false),
            ("it is up\nis ", false),
            ("up and", false),
            (" away\n", false),
            ("\x1b[32mis\x1b[0m up", true),
            ("\r\n", true),
            ("more\n", false),
        ] {
            file.write_all(text.as_bytes()).unwrap();
            assert_eq!(matcher.matches().unwrap(), found, "{text:?}");
        }
    }
}
