//! The pane's terminal, as the runner takes it and gives it away.

use std::io::Write;

use rustix::process::Pid;
use rustix::stdio::stdin;
use rustix::termios::{OptionalActions, Termios, tcgetattr, tcsetattr, tcsetpgrp};

/// What a program that died may have left switched on: alternate screen, hidden cursor, mouse
/// reports, bracketed paste, application keys, colours.
const RESET: &str =
    "\x1b[?1049l\x1b[?25h\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1006l\x1b[?2004l\x1b[?1l\x1b>\x1b[0m";

/// The terminal on standard input with the modes it had at the start.
pub struct Terminal {
    modes: Option<Termios>,
}

impl Terminal {
    /// Remembers the terminal's modes.
    pub fn new() -> Terminal {
        Terminal { modes: tcgetattr(stdin()).ok() }
    }

    /// Takes the terminal for the runner and gives it its first modes; returns the modes that the
    /// command had set.
    pub fn take(&self) -> Option<Termios> {
        let theirs = tcgetattr(stdin()).ok();
        let _ = tcsetpgrp(stdin(), rustix::process::getpgrp());
        self.set(self.modes.as_ref());
        theirs
    }

    /// Gives the terminal to the process group of `leader`, with its modes.
    pub fn give(&self, leader: Pid, modes: Option<Termios>) {
        self.set(modes.as_ref());
        let _ = tcsetpgrp(stdin(), leader);
    }

    fn set(&self, modes: Option<&Termios>) {
        if let Some(modes) = modes {
            let _ = tcsetattr(stdin(), OptionalActions::Drain, modes);
        }
    }

    /// Switches off what a program that was killed could not switch off itself.
    pub fn reset(&self) {
        self.write(RESET);
    }

    /// Prints one line of rune's own, dimmed, on a line of its own.
    pub fn say(&self, text: &str) {
        self.write(&format!("\r\x1b[2m{text}\x1b[0m\r\n"));
    }

    fn write(&self, text: &str) {
        let mut out = std::io::stdout();
        let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    }
}
