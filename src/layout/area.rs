//! Rectangles of a window.

use crate::workspace::Size;

/// Which way a cell is cut into several.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Axis {
    /// Into cells side by side (`split-window -h`).
    Columns,
    /// Into cells one above the other (`split-window -v`).
    Rows,
}

/// A rectangle of a window, in columns and rows. The border between two cells takes one of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Area {
    /// Columns left of it.
    pub x: u16,
    /// Rows above it.
    pub y: u16,
    /// Columns.
    pub width: u16,
    /// Rows.
    pub height: u16,
}

impl Area {
    /// A whole window.
    pub fn window(size: Size) -> Area {
        Area { x: 0, y: 0, width: size.width, height: size.height }
    }

    /// How much there is to share out along `axis`.
    pub fn length(self, axis: Axis) -> u16 {
        match axis {
            Axis::Columns => self.width,
            Axis::Rows => self.height,
        }
    }

    /// Where it begins along `axis`.
    pub fn start(self, axis: Axis) -> u16 {
        match axis {
            Axis::Columns => self.x,
            Axis::Rows => self.y,
        }
    }

    /// The part of it that begins at `start` of the window and is `length` long along `axis`.
    pub(super) fn slice(self, axis: Axis, start: u16, length: u16) -> Area {
        match axis {
            Axis::Columns => Area { x: start, width: length, ..self },
            Axis::Rows => Area { y: start, height: length, ..self },
        }
    }

    /// The slices along `axis` that have these `lengths`, with a border between neighbours.
    pub(super) fn slices(self, axis: Axis, lengths: &[u16]) -> impl Iterator<Item = Area> {
        let mut start = self.start(axis);
        lengths.iter().map(move |&length| {
            let slice = self.slice(axis, start, length);
            start = start.saturating_add(length).saturating_add(1);
            slice
        })
    }
}
