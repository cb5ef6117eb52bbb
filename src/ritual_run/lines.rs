//! The lines of a log that grows.

use std::fs::File;
use std::io::{self, ErrorKind, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use regex::Regex;

use crate::ritual_plan::event::plain;
use crate::workspace::supervision::{Probe, Ready};

/// The longest line that is looked at as a whole, in bytes.
const LONGEST: usize = 64 << 10;

/// The lines of a log, looked at for a pattern.
pub(super) struct Lines {
    path: PathBuf,
    pattern: Regex,
    /// How much of the file was read.
    seen: u64,
    /// The line that is not ended yet.
    rest: Vec<u8>,
}

impl Lines {
    /// Those of `path`, from its beginning, for the pattern that `ready` asks for, if it does.
    pub(super) fn of(path: &Path, ready: &Ready) -> Option<Lines> {
        let pattern = ready.probes.iter().find_map(|probe| match probe {
            Probe::Log(pattern) => Regex::new(pattern).ok(),
            _ => None,
        })?;
        Some(Lines { path: path.to_owned(), pattern, seen: 0, rest: Vec::new() })
    }

    /// Whether a line matches that was not looked at as a whole before.
    pub(super) fn match_more(&mut self) -> io::Result<bool> {
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
                return Ok(self.matches(&self.rest));
            }
            self.seen += count as u64;
            for part in buffer[..count].split_inclusive(|byte| *byte == b'\n') {
                self.rest.extend_from_slice(part);
                if part.ends_with(b"\n") || self.rest.len() > LONGEST {
                    let line = std::mem::take(&mut self.rest);
                    if self.matches(&line) {
                        return Ok(true);
                    }
                }
            }
        }
    }

    fn matches(&self, line: &[u8]) -> bool {
        self.pattern.is_match(&plain(String::from_utf8_lossy(line).trim_end()))
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn lines_are_matched_as_they_come_and_without_colours() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        let probes = vec![Probe::Exit, Probe::Log("^is up$".to_owned())];
        let ready = Ready { probes, timeout: Ready::TIMEOUT };
        let mut lines = Lines::of(file.path(), &ready).unwrap();
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
            assert_eq!(lines.match_more().unwrap(), found, "{text:?}");
        }
        assert!(
            Lines::of(file.path(), &Ready { probes: vec![Probe::Exit], timeout: Ready::TIMEOUT }).is_none()
        );
    }
}
