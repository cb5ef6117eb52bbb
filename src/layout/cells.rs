//! A window cut into cells: the geometry that tmux's layout strings describe.

use std::fmt;

use super::area::{Area, Axis};
use crate::workspace::Size;

/// A cell of a window: a pane, or cells that fill it exactly, with a border between neighbours.
///
/// There is no way to make one whose geometry is inconsistent, so [`Cells::to_tmux`] is always a
/// string that tmux accepts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cells {
    area: Area,
    content: Content,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Content {
    Pane,
    /// At least two cells.
    Split(Axis, Vec<Cells>),
}

impl Cells {
    /// A cell that holds a pane.
    pub(super) fn pane(area: Area) -> Cells {
        Cells { area, content: Content::Pane }
    }

    /// A cell cut along `axis`; `parts` (at least two) fill `area`.
    pub(super) fn split(area: Area, axis: Axis, parts: Vec<Cells>) -> Cells {
        debug_assert!(parts.len() > 1);
        Cells { area, content: Content::Split(axis, parts) }
    }

    /// Where it is.
    pub fn area(&self) -> Area {
        self.area
    }

    /// How big it is; for a whole layout the size of its window.
    pub fn size(&self) -> Size {
        Size { width: self.area.width, height: self.area.height }
    }

    /// How it is cut, unless it is a pane.
    pub(super) fn parts(&self) -> Option<(Axis, &[Cells])> {
        match &self.content {
            Content::Pane => None,
            Content::Split(axis, parts) => Some((*axis, parts)),
        }
    }

    /// How many panes it holds.
    pub fn count(&self) -> usize {
        self.parts().map_or(1, |(_, parts)| parts.iter().map(Cells::count).sum())
    }

    /// Where its panes are, in the order in which tmux counts them.
    pub fn panes(&self) -> Vec<Area> {
        match self.parts() {
            None => vec![self.area],
            Some((_, parts)) => parts.iter().flat_map(Cells::panes).collect(),
        }
    }

    /// The argument for `select-layout`, checksum included; the panes are numbered from 0.
    pub fn to_tmux(&self) -> String {
        let layout = self.to_string();
        format!("{:04x},{layout}", checksum(&layout))
    }

    /// Writes the cell; `pane` is the number of its first pane, and afterwards of the next one.
    fn write(&self, f: &mut fmt::Formatter<'_>, pane: &mut usize) -> fmt::Result {
        let Area { x, y, width, height } = self.area;
        write!(f, "{width}x{height},{x},{y}")?;
        let Some((axis, parts)) = self.parts() else {
            write!(f, ",{pane}")?;
            *pane += 1;
            return Ok(());
        };
        let (open, close) = match axis {
            Axis::Columns => ('{', '}'),
            Axis::Rows => ('[', ']'),
        };
        let mut before = open;
        for part in parts {
            write!(f, "{before}")?;
            part.write(f, pane)?;
            before = ',';
        }
        write!(f, "{close}")
    }
}

/// The layout string without its checksum.
impl fmt::Display for Cells {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f, &mut 0)
    }
}

/// tmux's checksum: rotate right by one bit, then add the byte, in 16 bits.
fn checksum(layout: &str) -> u16 {
    layout.bytes().fold(0, |sum: u16, byte| sum.rotate_right(1).wrapping_add(byte.into()))
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_checksum_is_the_one_that_tmux_prints() {
        // Printed by tmux 3.6b; its panes have the ids that to_tmux gives them.
        let printed = "d67e,80x24,0,0{40x24,0,0,0,39x24,41,0[39x12,41,0,1,39x11,41,13,2]}";
        assert_eq!(super::super::parse(printed).unwrap().to_tmux(), printed);
    }
}
