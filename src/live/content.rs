//! What a pane is to run, and how panes are to stand.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::config::keys::GRIDS;
use crate::error::{Error, Result, list};
use crate::layout as cells;
use crate::workspace::{Command, Layout, NamedLayout};

/// What a pane is to run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Content {
    /// The command; without, the user's shell where a pane is made.
    pub command: Option<Command>,
    /// Its environment, above the session's.
    pub environment: BTreeMap<String, String>,
    /// The absolute directory it starts in; by default the session's.
    pub cwd: Option<PathBuf>,
    /// Whether what it prints is logged.
    pub log: bool,
}

/// The layout of this name, and how many panes it is for where the name says so: `4pane`.
///
/// # Errors
/// [`Error::Usage`] for a name that is none, with those that are.
pub fn layout(name: &str) -> Result<(Layout, Option<usize>)> {
    if let Some((layout, _)) = NamedLayout::ALL.iter().find(|(_, known)| *known == name) {
        return Ok((Layout::Named(*layout), None));
    }
    let count = name.strip_suffix("pane").and_then(|count| count.parse().ok()).filter(|count| *count > 0);
    match (name, count) {
        ("grid", _) => return Ok((Layout::Grid, None)),
        (_, Some(count)) => return Ok((Layout::Grid, Some(count))),
        _ => {}
    }
    if name.contains(',') {
        return match cells::parse(name) {
            Ok(cells) => Ok((Layout::Raw(cells.to_string()), None)),
            Err(fault) => Err(Error::Usage {
                message: format!("`{name}` is no layout of tmux: {}", fault.message),
                hint: None,
            }),
        };
    }
    let names: Vec<&str> =
        NamedLayout::ALL.iter().map(|(_, name)| *name).chain(["grid"]).chain(GRIDS).collect();
    Err(Error::Usage {
        message: format!("there is no layout `{name}`"),
        hint: Some(format!("there is {}", list(&names))),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layouts_have_names() {
        assert_eq!(layout("12pane").unwrap(), (Layout::Grid, Some(12)));
        assert_eq!(layout("grid").unwrap(), (Layout::Grid, None));
        assert_eq!(layout("tiled").unwrap(), (Layout::Named(NamedLayout::Tiled), None));
        assert!(matches!(layout("80x24,0,0{40x24,0,0,39x24,41,0}").unwrap().0, Layout::Raw(_)));
        for wrong in ["", "0pane", "pane", "main-h", "80x24,0,0{"] {
            assert!(matches!(layout(wrong), Err(Error::Usage { .. })), "{wrong}");
        }
    }
}
