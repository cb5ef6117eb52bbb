//! Grids of equal cells.

use super::area::Axis;
use super::shape::{Shape, Want};
use crate::workspace::Size;

/// Width to height of a cell that people find useful, in columns and rows.
const GOOD_RATIO: f64 = 2.7;

/// What a last row that is not full costs, as the logarithm of a factor by which all cells miss the
/// good ratio.
const RAGGED: f64 = 0.8;

/// The grid of `panes` cells that suits a window of `size` best, panes going row by row.
///
/// Only a grid whose rows are all full is a true grid; the last row has fewer and wider cells only
/// where full rows would make slivers, as with 5, 7 or 11 panes. When nothing fits, it is the grid
/// that comes nearest to fitting.
pub(super) fn grid(panes: usize, size: Size, least: u16) -> Shape {
    let best = shapes(panes)
        .min_by(|a, b| {
            let (a, b) = (a.judge(panes, size, least), b.judge(panes, size, least));
            a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1))
        })
        .unwrap_or(Grid { columns: 1, rows: 1 });
    best.shape(panes)
}

struct Grid {
    columns: usize,
    rows: usize,
}

/// Every grid that has neither a row nor a column to spare.
fn shapes(panes: usize) -> impl Iterator<Item = Grid> {
    let mut last = 0;
    (1..=panes).filter_map(move |rows| {
        let columns = panes.div_ceil(rows);
        let fresh = columns != last;
        last = columns;
        fresh.then(|| Grid { columns, rows: panes.div_ceil(columns) })
    })
}

impl Grid {
    /// How much it overflows, then how far its cells are from good ones; less is better.
    fn judge(&self, panes: usize, size: Size, least: u16) -> (f64, f64) {
        let (columns, rows) = (self.columns as f64, self.rows as f64);
        let least = f64::from(least);
        let (width, height) = (f64::from(size.width), f64::from(size.height));
        // A row is about as tall as two columns are wide.
        let overflow = (columns * (least + 1.0) - 1.0 - width).max(0.0)
            + 2.0 * (rows * (least + 1.0) - 1.0 - height).max(0.0);
        let cell_width = (width - (columns - 1.0)).max(columns) / columns;
        let cell_height = (height - (rows - 1.0)).max(rows) / rows;
        let missing = (self.columns * self.rows - panes) as f64;
        let ragged = if missing > 0.0 { RAGGED + missing / columns } else { 0.0 };
        (overflow, (cell_width / cell_height / GOOD_RATIO).ln().abs() + ragged)
    }

    fn shape(&self, panes: usize) -> Shape {
        let row = |row: usize| {
            let cells = self.columns.min(panes - row * self.columns);
            (Want::Weight(1), Shape::even(Axis::Columns, cells))
        };
        Shape::split(Axis::Rows, (0..self.rows).map(row).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn case(size: &str, panes: usize, columns: usize, rows: usize) {
        let (width, height) = size.split_once('x').unwrap();
        let size = Size { width: width.parse().unwrap(), height: height.parse().unwrap() };
        assert_eq!(grid(panes, size, 1), Grid { columns, rows }.shape(panes), "{panes} panes at {size}");
    }

    #[test]
    fn common_numbers_give_common_grids() {
        for size in ["80x24", "120x40", "200x50", "250x70"] {
            case(size, 1, 1, 1);
            case(size, 2, 2, 1);
            case(size, 4, 2, 2);
            case(size, 6, 3, 2);
            case(size, 8, 4, 2);
            case(size, 9, 3, 3);
            case(size, 12, 4, 3);
            case(size, 16, 4, 4);
            case(size, 20, 5, 4);
            case(size, 30, 6, 5);
        }
    }

    #[test]
    fn the_last_row_is_shorter_only_for_numbers_that_would_make_slivers() {
        case("80x24", 3, 3, 1);
        case("80x24", 5, 3, 2);
        case("80x24", 7, 4, 2);
        case("80x24", 10, 5, 2);
        case("80x24", 15, 5, 3);
    }

    #[test]
    fn a_tall_or_low_window_gets_another_grid() {
        case("60x100", 8, 1, 8);
        case("80x60", 8, 2, 4);
        case("200x3", 8, 8, 1);
        case("1x15", 8, 1, 8);
    }
}
