//! The pane's terminal, as the runner takes it and gives it away.

use std::io::Write;

use rustix::io::{Errno, read};
use rustix::process::{Pid, Signal, getpgrp};
use rustix::stdio::stdin;
use rustix::termios::{
    LocalModes, OptionalActions, QueueSelector, SpecialCodeIndex, Termios, tcflush, tcgetattr, tcgetpgrp,
    tcgetwinsize, tcsetattr, tcsetpgrp,
};

use crate::cast::Mark;
use crate::record::PaneId;

/// What switches off whatever a program that died may have left on. The alternate screen is entered
/// before it is left: leaving it moves the cursor to where it was on entering, however long ago.
const RESET: &str = concat!(
    "\x1b[?1049h\x1b[?1049l",                                  // alternate screen
    "\x1b7\x1b[r\x1b8",                                        // scroll region
    "\x1b[?1l\x1b>\x1b[4l\x1b[?7h\x1b[>4m",                    // keys, insertion, no wrapping
    "\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1005l\x1b[?1006l", // mouse
    "\x1b[?1004l\x1b[?2004l",                                  // focus reports, bracketed paste
    "\x0f\x1b(B\x1b[0m\x1b[?25h",                              // line drawing, colours, hidden cursor
);

/// The terminal on standard input with the modes it had at the start.
pub struct Terminal {
    modes: Option<Termios>,
    /// Whether it is one: nothing is ever written to what is none.
    is_there: bool,
    /// What tells the writer of a log what the runner says itself: before that, and after it.
    aside: Option<[Vec<u8>; 2]>,
}

impl Terminal {
    /// Remembers the terminal's modes.
    pub fn new() -> Terminal {
        Terminal { modes: tcgetattr(stdin()).ok(), is_there: true, aside: None }
    }

    /// No terminal: all that is asked of it comes to nothing.
    pub fn none() -> Terminal {
        Terminal { modes: None, is_there: false, aside: None }
    }

    /// Has the log of the pane `id` tell what the runner says itself from what the command prints.
    pub fn is_logged(&mut self, id: &PaneId) {
        self.aside = Some([Mark::Aside, Mark::Back].map(|mark| mark.bytes(id)));
    }

    /// Whether there is one.
    pub fn is_there(&self) -> bool {
        self.is_there
    }

    /// Takes the terminal for the runner and gives it its first modes; returns the modes that the
    /// command had set.
    pub fn take(&self) -> Option<Termios> {
        let theirs = tcgetattr(stdin()).ok();
        let _ = tcsetpgrp(stdin(), getpgrp());
        set(self.modes.as_ref());
        theirs
    }

    /// Gives the terminal to the process group of `leader`, with its modes.
    pub fn give(&self, leader: Pid, modes: Option<&Termios>) {
        set(modes);
        let _ = tcsetpgrp(stdin(), leader);
    }

    /// Switches off what a program that was killed could not switch off itself.
    pub fn reset(&self) {
        self.write(RESET);
    }

    /// Prints one line of rune's own, dimmed, below whatever the command left unfinished.
    pub fn say(&self, text: &str) {
        self.write(&format!("\r\n\x1b[2m{text}\x1b[0m\r\n"));
    }

    /// Shows one line of rune's own in the place of the one before it, cut to the terminal's width.
    pub fn show(&self, text: &str) {
        let width = tcgetwinsize(stdin()).map_or(80, |size| usize::from(size.ws_col.max(2)));
        let text: String = text.chars().take(width - 1).collect();
        self.write(&format!("\r\x1b[2K\x1b[2m{text}\x1b[0m"));
    }

    /// Takes that line away.
    pub fn clear_line(&self) {
        self.write("\r\x1b[2K");
    }

    /// Has each key come as it is pressed, and not be shown.
    pub fn read_keys(&self) {
        if let Some(mut modes) = self.modes.clone() {
            modes.local_modes.remove(LocalModes::ICANON | LocalModes::ECHO);
            set(Some(&modes));
        }
    }

    /// The keys that were pressed.
    pub fn keys(&self) -> Vec<u8> {
        let mut bytes = [0; 256];
        let count = read(stdin(), &mut bytes).unwrap_or(0);
        bytes[..count].to_vec()
    }

    /// The signal that the terminal makes of this key, if it does, and for which process group.
    pub fn signal_of(&self, key: u8) -> Option<(Signal, Pid)> {
        let modes = tcgetattr(stdin()).ok().filter(|modes| modes.local_modes.contains(LocalModes::ISIG))?;
        let codes = [
            (SpecialCodeIndex::VINTR, Signal::INT),
            (SpecialCodeIndex::VQUIT, Signal::QUIT),
            (SpecialCodeIndex::VSUSP, Signal::TSTP),
        ];
        let (_, signal) =
            codes.into_iter().find(|(code, _)| key != 0 && modes.special_codes[*code] == key)?;
        Some((signal, tcgetpgrp(stdin()).ok()?))
    }

    /// Writes what the writer of the pane's log reads, and nobody sees.
    pub fn whisper(&self, bytes: &[u8]) {
        if self.is_there {
            let mut out = std::io::stdout();
            let _ = out.write_all(bytes).and_then(|()| out.flush());
        }
    }

    fn write(&self, text: &str) {
        match &self.aside {
            None => self.whisper(text.as_bytes()),
            Some([before, after]) => self.whisper(&[before, text.as_bytes(), after].concat()),
        }
    }

    /// Forgets what was typed for somebody else.
    pub fn forget_typed(&self) {
        let _ = tcflush(stdin(), QueueSelector::IFlush);
    }

    /// One line that was typed, without its end; nothing after Ctrl-D.
    pub fn read_line(&self) -> Option<String> {
        let mut bytes = [0; 256];
        match read(stdin(), &mut bytes) {
            Ok(0) => None,
            Ok(count) => Some(String::from_utf8_lossy(&bytes[..count]).trim().to_owned()),
            Err(Errno::INTR) => Some(String::new()),
            Err(_) => None,
        }
    }
}

/// Not after the output was shown, as is usual: a terminal stopped by Ctrl-S never shows it.
fn set(modes: Option<&Termios>) {
    if let Some(modes) = modes {
        let _ = tcsetattr(stdin(), OptionalActions::Now, modes);
    }
}
