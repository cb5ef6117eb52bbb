//! The form of a layout, before it is laid out in a window of a certain size.

use super::area::{Area, Axis};
use super::cells::Cells;
use super::distribute::{Claim, distribute};
use crate::workspace::{Share, Size, Split};

/// What a part of a split wants of its parent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Want {
    /// In proportion to the other weights, of what the others leave.
    Weight(u16),
    /// Hundredths of the parent.
    Percent(u8),
    /// Columns or rows.
    Cells(u16),
}

impl From<Share> for Want {
    fn from(share: Share) -> Want {
        match share {
            Share::Rest => Want::Weight(1),
            Share::Percent(percent) => Want::Percent(percent),
            Share::Cells(cells) => Want::Cells(cells),
        }
    }
}

/// A pane, or several shapes side by side or one above the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    Pane,
    /// At least two parts.
    Split(Axis, Vec<(Want, Shape)>),
}

impl Shape {
    /// `parts` along `axis`; one part alone is that part.
    pub(super) fn split(axis: Axis, mut parts: Vec<(Want, Shape)>) -> Shape {
        match parts.len() {
            0 => Shape::Pane,
            1 => parts.remove(0).1,
            _ => Shape::Split(axis, parts),
        }
    }

    /// `count` panes of equal size along `axis`.
    pub(super) fn even(axis: Axis, count: usize) -> Shape {
        Shape::split(axis, vec![(Want::Weight(1), Shape::Pane); count])
    }

    /// How many panes it has.
    pub(super) fn count(&self) -> usize {
        match self {
            Shape::Pane => 1,
            Shape::Split(_, parts) => parts.iter().map(|(_, part)| part.count()).sum(),
        }
    }

    /// The same shape for another number of panes: missing ones leave their place to their
    /// neighbours, further ones share the last pane's place.
    pub(super) fn with_panes(self, panes: usize) -> Shape {
        let panes = panes.max(1);
        match self.count() {
            count if count < panes => self.share_last(panes - count + 1, Axis::Rows),
            count if count > panes => self.first(&mut panes.clone()).unwrap_or(Shape::Pane),
            _ => self,
        }
    }

    fn first(self, panes: &mut usize) -> Option<Shape> {
        match self {
            Shape::Pane if *panes == 0 => None,
            Shape::Pane => {
                *panes -= 1;
                Some(Shape::Pane)
            }
            Shape::Split(axis, parts) => {
                let parts: Vec<(Want, Shape)> =
                    parts.into_iter().filter_map(|(want, part)| Some((want, part.first(panes)?))).collect();
                (!parts.is_empty()).then(|| Shape::split(axis, parts))
            }
        }
    }

    /// `axis` is the one that its parent is not cut along.
    fn share_last(self, panes: usize, axis: Axis) -> Shape {
        match self {
            Shape::Pane => Shape::even(axis, panes),
            Shape::Split(along, mut parts) => {
                let across = match along {
                    Axis::Columns => Axis::Rows,
                    Axis::Rows => Axis::Columns,
                };
                if let Some((want, last)) = parts.pop() {
                    parts.push((want, last.share_last(panes, across)));
                }
                Shape::Split(along, parts)
            }
        }
    }

    /// The smallest area for it when no pane may be narrower or lower than `least`.
    pub(super) fn minimum(&self, least: u16) -> Size {
        let Shape::Split(axis, parts) = self else {
            return Size { width: least, height: least };
        };
        let sizes = || parts.iter().map(|(_, part)| part.minimum(least));
        let in_a_row = |lengths: &mut dyn Iterator<Item = u16>| {
            lengths.map(|length| length.saturating_add(1)).fold(0, u16::saturating_add).saturating_sub(1)
        };
        match axis {
            Axis::Columns => Size {
                width: in_a_row(&mut sizes().map(|size| size.width)),
                height: sizes().map(|size| size.height).max().unwrap_or(least),
            },
            Axis::Rows => Size {
                width: sizes().map(|size| size.width).max().unwrap_or(least),
                height: in_a_row(&mut sizes().map(|size| size.height)),
            },
        }
    }

    /// The cells that it takes in `area`, which is at least its [`minimum`](Shape::minimum).
    pub(super) fn lay_out(&self, area: Area, least: u16) -> Cells {
        let Shape::Split(axis, parts) = self else {
            return Cells::pane(area);
        };
        let claims: Vec<Claim> =
            parts.iter().map(|(want, part)| (*want, length(part.minimum(least), *axis))).collect();
        let whole = area.length(*axis);
        let borders = parts.len() as u16 - 1;
        let lengths = distribute(whole - borders, whole, &claims);
        let slices = area.slices(*axis, &lengths);
        let cells = parts.iter().zip(slices).map(|((_, part), slice)| part.lay_out(slice, least));
        Cells::split(area, *axis, cells.collect())
    }
}

fn length(size: Size, axis: Axis) -> u16 {
    match axis {
        Axis::Columns => size.width,
        Axis::Rows => size.height,
    }
}

impl From<&Split> for Shape {
    fn from(split: &Split) -> Shape {
        let (axis, parts) = match split {
            Split::Pane => return Shape::Pane,
            Split::Columns(parts) => (Axis::Columns, parts),
            Split::Rows(parts) => (Axis::Rows, parts),
        };
        Shape::split(
            axis,
            parts.iter().map(|(share, part)| (Want::from(*share), Shape::from(part))).collect(),
        )
    }
}

/// The shape that keeps the cells' proportions.
impl From<&Cells> for Shape {
    fn from(cells: &Cells) -> Shape {
        let Some((axis, parts)) = cells.parts() else {
            return Shape::Pane;
        };
        let weigh = |part: &Cells| (Want::Weight(part.area().length(axis)), Shape::from(part));
        Shape::Split(axis, parts.iter().map(weigh).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape() -> Shape {
        let right = Shape::even(Axis::Rows, 2);
        Shape::Split(Axis::Columns, vec![(Want::Cells(20), Shape::Pane), (Want::Weight(1), right)])
    }

    #[test]
    fn fewer_panes_leave_their_place_to_their_neighbours() {
        assert_eq!(shape().with_panes(3), shape());
        assert_eq!(
            shape().with_panes(2),
            Shape::Split(Axis::Columns, vec![(Want::Cells(20), Shape::Pane), (Want::Weight(1), Shape::Pane)])
        );
        assert_eq!(shape().with_panes(1), Shape::Pane);
        assert_eq!(shape().with_panes(0), Shape::Pane);
    }

    #[test]
    fn more_panes_share_the_last_place() {
        let Shape::Split(_, parts) = shape().with_panes(5) else { panic!("a split") };
        let last = Shape::even(Axis::Columns, 3);
        assert_eq!(
            parts[1].1,
            Shape::Split(Axis::Rows, vec![(Want::Weight(1), Shape::Pane), (Want::Weight(1), last)])
        );
    }

    #[test]
    fn the_minimum_counts_borders() {
        assert_eq!(shape().minimum(1), Size { width: 3, height: 3 });
        assert_eq!(shape().minimum(2), Size { width: 5, height: 5 });
    }
}
