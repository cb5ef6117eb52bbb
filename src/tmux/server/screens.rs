//! What stands in panes, of many of them with one tmux process.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::{Server, nonce};
use crate::error::Result;
use crate::tmux::version::Version;

impl Server {
    /// The lines in each of these panes, with up to `above` lines of its history; without blanks at their
    /// ends, nor blank lines at the end. A pane that is gone is left out.
    pub fn screens(
        &self,
        panes: &[&str],
        above: u32,
        version: Version,
    ) -> Result<BTreeMap<String, Vec<String>>> {
        if panes.is_empty() {
            return Ok(BTreeMap::new());
        }
        let nonce = nonce();
        let start = if above > 0 { format!(" -S -{above}") } else { String::new() };
        let mut script = String::new();
        for (place, pane) in panes.iter().enumerate() {
            // On lines of their own: what follows a command that failed on its line is dropped.
            let _ = writeln!(script, "display-message -p {nonce}{place}");
            let _ = writeln!(script, "capture-pane -p -J{start} -t {pane}");
        }
        let output = self.source(&script, version)?;
        let text = String::from_utf8_lossy(&output.stdout);
        let screen = |part: &str| {
            let (place, screen) = part.split_once('\n')?;
            let pane = panes.get(place.trim().parse::<usize>().ok()?)?;
            let lines: Vec<String> =
                screen.trim_end().lines().map(|line| line.trim_end().to_owned()).collect();
            Some(((*pane).to_owned(), lines))
        };
        Ok(text.split(&nonce).skip(1).filter_map(screen).collect())
    }
}
