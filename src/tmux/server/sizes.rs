//! Whether the sizes that tmux gave its panes have arrived at their terminals.

use std::fs::File;
use std::os::unix::fs::OpenOptionsExt;
use std::time::{Duration, Instant};

use rustix::event::{Timespec, poll};
use rustix::fs::OFlags;
use rustix::termios::tcgetwinsize;

use super::Server;
use crate::error::Result;

/// How often the terminals are looked at; nothing tells when their sizes change.
const LOOK: Timespec = Timespec { tv_sec: 0, tv_nsec: 10_000_000 };

/// How long is waited for. tmux needs a quarter of a second in which no pane writes anything.
const LIMIT: Duration = Duration::from_secs(2);

impl Server {
    /// Those of `panes` whose terminals have the size that tmux says, as soon as all have it, or
    /// after two seconds.
    pub fn settled(&self, panes: &[&str]) -> Result<Vec<String>> {
        let about = "#{pane_id} #{pane_width} #{pane_height} #{pane_tty}";
        let words = panes.iter().flat_map(|pane| ["display-message", "-p", "-t", pane, about, ";"]);
        let said = self.command("tell the sizes of its panes", words)?;
        // tmux is not asked again: each question would make it wait longer.
        let deadline = Instant::now() + LIMIT;
        loop {
            let settled: Vec<String> = said.lines().filter_map(has_its_size).collect();
            if settled.len() == panes.len() || Instant::now() >= deadline {
                return Ok(settled);
            }
            let _ = poll(&mut [], Some(&LOOK));
        }
    }
}

/// The pane of a line, if its terminal is there and has the size that the line says.
fn has_its_size(line: &str) -> Option<String> {
    let mut words = line.split(' ');
    let (pane, width, height) = (words.next()?, words.next()?.parse().ok()?, words.next()?.parse().ok()?);
    let flags = i32::try_from((OFlags::NOCTTY | OFlags::NONBLOCK).bits()).ok()?;
    let terminal = File::options().read(true).custom_flags(flags).open(words.next()?).ok()?;
    let size = tcgetwinsize(&terminal).ok()?;
    ((size.ws_col, size.ws_row) == (width, height)).then(|| pane.to_owned())
}
