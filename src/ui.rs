//! The only code that prints: results to standard output, everything else to standard error.

#![allow(clippy::disallowed_methods)]

use std::ffi::OsString;
use std::io::{self, IsTerminal, Write};
use std::sync::atomic::{AtomicBool, Ordering};

use crate::config::report::{self, Style, Weight};
use crate::error::{Error, Problems};
use crate::ritual_plan::event::{self, Event, Line, Shown, Tone};

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
        if let Error::Config(files) = error
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
                // A terminal that does not know its width says 0.
                let width = rustix::termios::tcgetwinsize(rustix::stdio::stderr())
                    .ok()
                    .map(|size| size.ws_col)
                    .filter(|&width| width > 0)
                    .unwrap_or(80);
                let text: String = text.chars().take(usize::from(width.saturating_sub(1))).collect();
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
        let colour = match line.tone {
            Tone::Good => "32",
            Tone::Bad => "31",
            Tone::Note => "36",
            Tone::Output => "2",
        };
        if self.ui.error_colour { format!("\x1b[{colour}m{}\x1b[0m", line.text) } else { line.text.clone() }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.clear();
    }
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

/// `rows` as columns, each as wide as its widest cell; the first row is the head.
pub fn table(rows: &[Vec<String>]) -> String {
    use unicode_width::UnicodeWidthStr;
    let rows: Vec<Vec<String>> =
        rows.iter().map(|row| row.iter().map(|cell| harmless(cell)).collect()).collect();
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.width()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let mut text = String::new();
    for row in &rows {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(&widths) {
            line += cell;
            line += &" ".repeat(width.saturating_sub(cell.width()) + 2);
        }
        text += line.trim_end();
        text.push('\n');
    }
    text
}
