//! Which modes a program switched on in the terminal and did not switch off again.

use std::collections::BTreeSet;

/// The private modes that a terminal is not usable with, or looks odd, when they stay: keys of the
/// cursor, mice, reports of focus, the other screen, pasting.
const LASTING: [u16; 11] = [1, 1000, 1002, 1003, 1004, 1005, 1006, 1015, 47, 1049, 2004];

/// The cursor is shown unless this mode is switched off.
const CURSOR: u16 = 25;

/// Reads what is printed for changes of mode: `ESC [ ? NUMBER ; NUMBER … h` (on) or `l` (off).
#[derive(Debug, Default)]
pub(super) struct Modes {
    /// What was read of a sequence that has not ended.
    open: Vec<u8>,
    changed: BTreeSet<u16>,
}

impl Modes {
    /// Reads the next portion.
    pub(super) fn see(&mut self, bytes: &[u8]) {
        for byte in bytes {
            match (self.open.as_slice(), byte) {
                (_, 0x1b) => self.open = vec![0x1b],
                ([0x1b], b'[') | ([0x1b, b'['], b'?') => self.open.push(*byte),
                ([0x1b, b'[', b'?', ..], b'0'..=b'9' | b';') if self.open.len() < 64 => self.open.push(*byte),
                ([0x1b, b'[', b'?', numbers @ ..], b'h' | b'l') => {
                    let numbers = String::from_utf8_lossy(numbers).into_owned();
                    self.open.clear();
                    numbers
                        .split(';')
                        .filter_map(|n| n.parse().ok())
                        .for_each(|n| self.set(n, *byte == b'h'));
                }
                _ => self.open.clear(),
            }
        }
    }

    fn set(&mut self, mode: u16, on: bool) {
        if mode == CURSOR && !on || LASTING.contains(&mode) && on {
            self.changed.insert(mode);
        } else {
            self.changed.remove(&mode);
        }
    }

    /// What has to be printed to undo all that was not undone; afterwards nothing is left to undo.
    pub(super) fn undo(&mut self) -> Vec<u8> {
        let changed = std::mem::take(&mut self.changed);
        let undone = |mode| format!("\x1b[?{mode}{}", if mode == CURSOR { 'h' } else { 'l' });
        changed.into_iter().map(undone).collect::<String>().into_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_left_on_is_switched_off() {
        for (printed, undone) in [
            ("plain \x1b[31m text", ""),
            ("\x1b[?1049h\x1b[?25l", "\x1b[?25h\x1b[?1049l"),
            ("\x1b[?1049h\x1b[?25l x \x1b[?25h\x1b[?1049l", ""),
            ("\x1b[?1000;1006h", "\x1b[?1000l\x1b[?1006l"),
            ("\x1b[?7l\x1b[?2026h", ""),
            ("\x1b[?99999999h\x1b[?;h\x1b[?h\x1b\x1b[?2004h", "\x1b[?2004l"),
            ("\x1b[?10x49h", ""),
        ] {
            let mut whole = Modes::default();
            whole.see(printed.as_bytes());
            assert_eq!(String::from_utf8(whole.undo()).unwrap(), undone, "{printed:?}");
            let mut bytewise = Modes::default();
            printed.bytes().for_each(|byte| bytewise.see(&[byte]));
            assert_eq!(String::from_utf8(bytewise.undo()).unwrap(), undone, "{printed:?}");
            assert!(bytewise.undo().is_empty());
        }
    }
}
