//! The only code that prints: results to standard output, everything else to standard error.

#![allow(clippy::disallowed_methods)]

mod live;
mod screen;
mod table;

use std::ffi::OsString;
use std::io::{self, IsTerminal, Write};
use std::sync::atomic::{AtomicBool, Ordering};

use crate::config::report::{self, Style, Weight};
use crate::error::{Error, Problems};
use crate::ritual_plan::event::{self, Event, Line, Shown};

pub use crate::ritual_plan::event::Tone;
pub use live::Live;
pub use screen::Screen;
pub use table::{Cell, Column, Table, table};

/// Whether a result could not be written.
static LOST: AtomicBool = AtomicBool::new(false);

/// How rune speaks to the person.
#[derive(Clone, Copy, Debug)]
pub struct Ui {
    /// How much is said: 0 normal, 1 what was chosen, 2 every tmux script.
    pub verbose: u8,
    /// Whether standard output may be coloured.
    pub colour: bool,
    /// Whether standard error may be coloured.
    pub error_colour: bool,
}

impl Ui {
    /// Decides on colour: never with `NO_COLOR`, always with `FORCE_COLOR`, else on a terminal.
    pub fn new(verbose: u8, variable: &dyn Fn(&str) -> Option<OsString>) -> Ui {
        let set = |name: &str| variable(name).is_some_and(|value| !value.is_empty());
        let colour = |terminal: bool| !set("NO_COLOR") && (set("FORCE_COLOR") || terminal);
        Ui {
            verbose,
            colour: colour(io::stdout().is_terminal()),
            error_colour: colour(io::stderr().is_terminal()),
        }
    }

    /// A result.
    pub fn result(&self, text: &str) {
        match write(&mut io::stdout().lock(), text) {
            // A closed pipe is the reader's business.
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                self.say(&format!("error: could not write the result: {error}"));
                LOST.store(true, Ordering::Relaxed);
            }
            _ => {}
        }
    }

    /// A line of a result that goes on; whether there is still somebody to read it.
    pub fn line(&self, text: &str) -> bool {
        let error = write(&mut io::stdout().lock(), text).err();
        if let Some(error) = &error
            && error.kind() != io::ErrorKind::BrokenPipe
        {
            self.say(&format!("error: could not write the result: {error}"));
            LOST.store(true, Ordering::Relaxed);
        }
        error.is_none()
    }

    /// Columns of the terminal that results go to; nothing where they go elsewhere.
    pub fn width(&self) -> Option<usize> {
        io::stdout().is_terminal().then(|| size(rustix::stdio::stdout()).unwrap_or(UNKNOWN).0)
    }

    /// A part of a result, as it is; whether somebody still reads it.
    ///
    /// # Errors
    /// When it could not be written, as on a full disk.
    pub fn bytes(&self, bytes: &[u8]) -> crate::error::Result<bool> {
        let mut out = io::stdout().lock();
        match out.write_all(bytes).and_then(|()| out.flush()) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(false),
            Err(error) => Err(Error::failed(format!("could not write the result: {error}"))),
        }
    }

    /// Whether a result could not be written, as on a full disk; that was said.
    pub fn lost_a_result() -> bool {
        LOST.load(Ordering::Relaxed)
    }

    /// A remark on what happened.
    pub fn say(&self, text: &str) {
        // Who cannot be told cannot be told that either.
        let _ = write(&mut io::stderr().lock(), text);
    }

    /// A remark for `-v`.
    pub fn detail(&self, text: &str) {
        if self.verbose > 0 {
            self.say(text);
        }
    }

    /// Remarks on a config: something to know, nothing is wrong.
    pub fn remarks(&self, remarks: &Problems) {
        self.say(report::weighted(std::slice::from_ref(remarks), self.style(), Weight::Note).trim_end());
    }

    fn style(&self) -> Style {
        if self.error_colour { Style::Styled } else { Style::Plain }
    }

    /// What went wrong, and what to do about it.
    pub fn error(&self, error: &Error) {
        if let Error::Config(files) | Error::Script(files) | Error::Action { at: files, .. } = error
            && !files.is_empty()
        {
            self.say(&report::render(files, self.style()));
        }
        let (red, off) = if self.error_colour { ("\x1b[1;31m", "\x1b[0m") } else { ("", "") };
        self.say(&format!("{red}error{off}: {}", harmless(&error.to_string())));
        if let Some(hint) = error.hint() {
            let (blue, off) = if self.error_colour { ("\x1b[1;36m", "\x1b[0m") } else { ("", "") };
            self.say(&format!("{blue}hint{off}: {}", harmless(&hint)));
        }
    }
}

/// Shows what a ritual does, with a live line on a terminal.
pub struct Progress {
    ui: Ui,
    terminal: bool,
    live: bool,
}

impl Progress {
    /// For one ritual.
    pub fn new(ui: Ui) -> Progress {
        Progress { ui, terminal: io::stderr().is_terminal(), live: false }
    }

    /// Shows one thing that happened.
    pub fn show(&mut self, event: &Event) {
        match event::show(event, self.ui.verbose > 0) {
            Shown::Nothing => {}
            Shown::Live(text) if self.terminal => {
                // One row only: what is longer would leave its first rows behind.
                let (width, _) = size(rustix::stdio::stderr()).unwrap_or(UNKNOWN);
                let text: String = text.chars().take(width.saturating_sub(1)).collect();
                self.clear();
                let mut out = io::stderr().lock();
                let _ = write!(out, "{text}").and_then(|()| out.flush());
                self.live = true;
            }
            Shown::Live(_) => {}
            Shown::Lines(lines) => {
                self.clear();
                for line in lines {
                    self.ui.say(&self.painted(&line));
                }
            }
        }
    }

    fn clear(&mut self) {
        if std::mem::take(&mut self.live) {
            let mut out = io::stderr().lock();
            let _ = write!(out, "\r\x1b[2K").and_then(|()| out.flush());
        }
    }

    fn painted(&self, line: &Line) -> String {
        painted(&line.text, Some(line.tone), self.ui.error_colour)
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.clear();
    }
}

/// Columns and rows of a terminal that does not tell.
const UNKNOWN: (usize, usize) = (80, 24);

/// Columns and rows of the terminal at `fd`; one that does not know them says 0.
fn size(fd: std::os::fd::BorrowedFd<'_>) -> Option<(usize, usize)> {
    let size = rustix::termios::tcgetwinsize(fd).ok().filter(|size| size.ws_col > 0 && size.ws_row > 0)?;
    Some((size.ws_col.into(), size.ws_row.into()))
}

/// `text` in the colour of `tone`, where there is to be colour.
fn painted(text: &str, tone: Option<Tone>, colour: bool) -> String {
    let number = match tone {
        Some(Tone::Good) => "32",
        Some(Tone::Bad) => "31",
        Some(Tone::Note) => "36",
        Some(Tone::Output) => "2",
        None => "",
    };
    if colour && !number.is_empty() { format!("\x1b[{number}m{text}\x1b[0m") } else { text.to_owned() }
}

fn write(out: &mut dyn Write, text: &str) -> io::Result<()> {
    let newline = if text.ends_with('\n') { "" } else { "\n" };
    write!(out, "{text}{newline}").and_then(|()| out.flush())
}

/// `text` on one line, with control characters as escapes: a name must not steer the terminal.
pub fn harmless(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { c.escape_default().to_string() } else { c.to_string() })
        .collect()
}
