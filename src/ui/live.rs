//! One line a thing on standard error, replaced in place as the things change.

use std::io::{self, IsTerminal, Write};

use unicode_width::UnicodeWidthChar;

use super::{Tone, UNKNOWN, Ui, harmless, painted, size};

/// Lines that are kept up to date: in place on a terminal, else each once when it changed.
#[derive(Debug)]
pub struct Live {
    ui: Ui,
    terminal: bool,
    /// What was shown last.
    lines: Vec<(String, Option<Tone>)>,
    /// How many rows of the terminal that takes.
    rows: usize,
}

impl Live {
    /// No line yet.
    pub fn new(ui: Ui) -> Live {
        Live { ui, terminal: io::stderr().is_terminal(), lines: Vec::new(), rows: 0 }
    }

    /// Whether the lines stand in place, so that it makes sense to show how time passes.
    pub fn is_in_place(&self) -> bool {
        self.terminal
    }

    /// Shows `lines`, each about the same thing as before at its place.
    pub fn show(&mut self, lines: Vec<(String, Option<Tone>)>) {
        let lines: Vec<_> = lines.into_iter().map(|(text, tone)| (harmless(&text), tone)).collect();
        if lines == self.lines {
            return;
        }
        if self.terminal {
            self.replace(&lines);
        } else {
            for (place, line) in lines.iter().enumerate() {
                if self.lines.get(place) != Some(line) {
                    self.ui.say(&painted(&line.0, line.1, self.ui.error_colour));
                }
            }
        }
        self.lines = lines;
    }

    /// Rows that do not fit are counted: what has left the terminal cannot be replaced any more.
    fn replace(&mut self, lines: &[(String, Option<Tone>)]) {
        let (width, height) = size(rustix::stdio::stderr()).unwrap_or(UNKNOWN);
        let fit = if lines.len() < height { lines.len() } else { height.saturating_sub(2) };
        let mut rows: Vec<String> = lines[..fit]
            .iter()
            .map(|(text, tone)| painted(&cut(text, width), *tone, self.ui.error_colour))
            .collect();
        if fit < lines.len() {
            rows.push(format!("… {} more", lines.len() - fit));
        }
        let up = if self.rows > 0 { format!("\x1b[{}A", self.rows) } else { String::new() };
        self.rows = rows.len();
        let text = format!("{up}\r{}\x1b[K\n\x1b[J", rows.join("\x1b[K\n"));
        let mut out = io::stderr().lock();
        let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    }
}

/// As much of `text` as stands in one row.
fn cut(text: &str, width: usize) -> String {
    let mut left = width.saturating_sub(1);
    text.chars()
        .take_while(|char| {
            let fits = char.width().unwrap_or(0) <= left;
            left = left.saturating_sub(char.width().unwrap_or(0));
            fits
        })
        .collect()
}
