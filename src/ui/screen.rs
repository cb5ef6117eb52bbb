//! A terminal's other screen, painted again and again, and left as it was found.

use std::io::{self, IsTerminal, Write};

use super::{UNKNOWN, size};

/// The other screen of the terminal at standard output, while this value lives.
#[derive(Debug)]
pub struct Screen {
    shown: bool,
}

impl Screen {
    /// Shows the other screen; nothing where standard output is no terminal.
    pub fn open() -> Option<Screen> {
        io::stdout().is_terminal().then(|| {
            let mut screen = Screen { shown: false };
            screen.show();
            screen
        })
    }

    /// Shows it again after [`Screen::hide`].
    pub fn show(&mut self) {
        if !std::mem::replace(&mut self.shown, true) {
            put("\x1b[?1049h\x1b[?25l\x1b[H\x1b[2J");
        }
    }

    /// Gives the terminal back as it was.
    pub fn hide(&mut self) {
        if std::mem::take(&mut self.shown) {
            put("\x1b[?25h\x1b[?1049l");
        }
    }

    /// Replaces what is shown, as far as it has room; no line of `text` is wider than the terminal.
    pub fn paint(&mut self, text: &str) {
        let (_, rows) = size(rustix::stdio::stdout()).unwrap_or(UNKNOWN);
        let lines: Vec<&str> = text.lines().collect();
        let mut shown: Vec<String> = lines.iter().take(rows).map(|line| (*line).to_owned()).collect();
        if lines.len() > rows
            && let Some(last) = shown.last_mut()
        {
            *last = format!("… {} more", lines.len() - rows + 1);
        }
        // Each line is replaced in place, so that nothing flickers; none is followed by a line feed that
        // would scroll.
        put(&format!("\x1b[H{}\x1b[K\x1b[J", shown.join("\x1b[K\r\n")));
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        self.hide();
    }
}

fn put(text: &str) {
    let mut out = io::stdout().lock();
    // A terminal that is gone cannot be told so.
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}
