//! From a declared layout to the cells of a window.

use super::area::{Area, Axis};
use super::cells::Cells;
use super::grid::grid;
use super::parse::{LayoutFault, parse};
use super::shape::{Shape, Want};
use crate::workspace::{Layout, NamedLayout, Share, Size, Split};

/// What a tmux server and a window's options have to say about layouts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// The narrowest and lowest pane, in columns and rows: 1 from tmux 2.9, 2 before, and 2 with
    /// `pane-border-status`, whose line takes a row from panes at the window's edge.
    pub least: u16,
    /// The option `main-pane-width`.
    pub main_width: Share,
    /// The option `main-pane-height`.
    pub main_height: Share,
}

impl Rules {
    /// For a server of this age, with the options' default values.
    pub const fn of(before_2_9: bool) -> Rules {
        Rules {
            least: if before_2_9 { 2 } else { 1 },
            main_width: Share::Cells(80),
            main_height: Share::Cells(24),
        }
    }
}

impl Default for Rules {
    fn default() -> Rules {
        Rules::of(false)
    }
}

/// Why a layout cannot be laid out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Misfit {
    /// The window is too small.
    TooSmall {
        /// The size that would do.
        needs: Size,
    },
    /// The raw layout string is not one, so it was never checked.
    Malformed(LayoutFault),
}

/// The cells of a window of `size` with `panes` panes (no panes count as one).
///
/// A raw layout or tree that has cells for another number of panes is adapted: what is missing at
/// the end leaves its place to its neighbours, what is too much shares the last place.
pub fn compile(layout: &Layout, panes: usize, size: Size, rules: &Rules) -> Result<Cells, Misfit> {
    let shape = shape(layout, panes, size, rules).map_err(Misfit::Malformed)?;
    lay_out(&shape, size, rules.least).map_err(|needs| Misfit::TooSmall { needs })
}

/// The smallest window for `panes` panes; one column or row less and [`compile`] refuses.
pub fn minimum(layout: &Layout, panes: usize, rules: &Rules) -> Result<Size, LayoutFault> {
    Ok(shape(layout, panes, Size::DEFAULT, rules)?.minimum(rules.least))
}

/// The same cells in a window of another size, in the same proportions.
pub fn fit(cells: &Cells, size: Size, rules: &Rules) -> Result<Cells, Misfit> {
    lay_out(&Shape::from(cells), size, rules.least).map_err(|needs| Misfit::TooSmall { needs })
}

/// How many panes a tree has.
pub fn leaves(split: &Split) -> usize {
    Shape::from(split).count()
}

/// The argument for `select-layout` that arranges panes by `layout`: tmux's own name for it where
/// the server `has_name`, so that it counts as that layout there, else the layout string of `cells`.
pub fn selection(layout: &Layout, cells: &Cells, has_name: impl Fn(NamedLayout) -> bool) -> String {
    match layout {
        Layout::Named(named) if has_name(*named) => named.as_str().to_owned(),
        _ => cells.to_tmux(),
    }
}

/// Which pane each cell holds, as places in the declaration, when the layout is selected by its cells.
///
/// tmux fills cells in the order of its panes, and the main pane is the first one declared. Only in
/// a mirrored layout its cell is the last one: there the panes have to be in this order. (Where
/// tmux has the layout's name it arranges panes in declared order itself.)
pub fn order(layout: &Layout, panes: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..panes).collect();
    if let Layout::Named(NamedLayout::MainHorizontalMirrored | NamedLayout::MainVerticalMirrored) = layout {
        order.rotate_left(panes.min(1));
    }
    order
}

fn lay_out(shape: &Shape, size: Size, least: u16) -> Result<Cells, Size> {
    let needs = shape.minimum(least);
    if size.width < needs.width || size.height < needs.height {
        return Err(needs);
    }
    Ok(shape.lay_out(Area::window(size), least))
}

fn shape(layout: &Layout, panes: usize, size: Size, rules: &Rules) -> Result<Shape, LayoutFault> {
    let panes = panes.max(1);
    Ok(match layout {
        Layout::Named(named) => named_shape(*named, panes, size, rules),
        Layout::Grid => grid(panes, size, rules.least),
        Layout::Raw(text) => Shape::from(&parse(text)?).with_panes(panes),
        Layout::Tree(split) => Shape::from(split).with_panes(panes),
    })
}

/// What tmux itself would make.
fn named_shape(named: NamedLayout, panes: usize, size: Size, rules: &Rules) -> Shape {
    use NamedLayout::{
        EvenHorizontal, EvenVertical, MainHorizontal, MainHorizontalMirrored, MainVertical,
        MainVerticalMirrored, Tiled,
    };
    let main = |axis: Axis, across: Axis, share: Share, mirrored: bool| {
        let main = (Want::from(share), Shape::Pane);
        let others = (Want::Weight(1), Shape::even(across, panes - 1));
        match (panes, mirrored) {
            (1, _) => Shape::Pane,
            (_, false) => Shape::Split(axis, vec![main, others]),
            (_, true) => Shape::Split(axis, vec![others, main]),
        }
    };
    match named {
        EvenHorizontal => Shape::even(Axis::Columns, panes),
        EvenVertical => Shape::even(Axis::Rows, panes),
        MainHorizontal => main(Axis::Rows, Axis::Columns, rules.main_height, false),
        MainHorizontalMirrored => main(Axis::Rows, Axis::Columns, rules.main_height, true),
        MainVertical => main(Axis::Columns, Axis::Rows, rules.main_width, false),
        MainVerticalMirrored => main(Axis::Columns, Axis::Rows, rules.main_width, true),
        Tiled => tiled(panes, size),
    }
}

/// tmux's tiles: nearly as many rows as columns, and the last of each takes what is left over.
fn tiled(panes: usize, size: Size) -> Shape {
    let (mut columns, mut rows) = (1, 1);
    while rows * columns < panes {
        rows += 1;
        if rows * columns < panes {
            columns += 1;
        }
    }
    let each = |length: u16, count: usize| (usize::from(length) + 1).saturating_sub(count) / count;
    let (width, height) = (each(size.width, columns), each(size.height, rows));
    let row = |row: usize| {
        let cells = columns.min(panes - row * columns);
        Shape::split(Axis::Columns, with_loose_end(width, cells, |_| Shape::Pane))
    };
    Shape::split(Axis::Rows, with_loose_end(height, rows, row))
}

/// `count` parts of one `length`, except the last, which takes what is left.
fn with_loose_end(length: usize, count: usize, part: impl Fn(usize) -> Shape) -> Vec<(Want, Shape)> {
    let want = |at: usize| if at + 1 < count { Want::Cells(length as u16) } else { Want::Weight(1) };
    (0..count).map(|at| (want(at), part(at))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: Size = Size { width: 80, height: 24 };

    fn named(named: NamedLayout, panes: usize) -> String {
        compile(&Layout::Named(named), panes, SMALL, &Rules::default()).unwrap().to_string()
    }

    #[test]
    fn named_layouts_are_those_of_tmux() {
        use NamedLayout::{EvenHorizontal, EvenVertical, MainHorizontal, MainVertical, Tiled};
        for (layout, panes, cells) in [
            (EvenHorizontal, 1, "80x24,0,0,0"),
            (EvenHorizontal, 3, "80x24,0,0{26x24,0,0,0,26x24,27,0,1,26x24,54,0,2}"),
            (EvenVertical, 2, "80x24,0,0[80x12,0,0,0,80x11,0,13,1]"),
            (MainHorizontal, 3, "80x24,0,0[80x22,0,0,0,80x1,0,23{40x1,0,23,1,39x1,41,23,2}]"),
            (MainVertical, 2, "80x24,0,0{78x24,0,0,0,1x24,79,0,1}"),
            (Tiled, 3, "80x24,0,0[80x11,0,0{39x11,0,0,0,40x11,40,0,1},80x12,0,12,2]"),
        ] {
            assert_eq!(named(layout, panes), cells, "{layout:?} {panes}");
        }
    }

    #[test]
    fn a_mirrored_main_pane_comes_last() {
        let layout = Layout::Named(NamedLayout::MainVerticalMirrored);
        let rules = Rules { main_width: Share::Percent(60), ..Rules::default() };
        let cells = compile(&layout, 3, SMALL, &rules).unwrap();
        assert_eq!(cells.to_string(), "80x24,0,0{31x24,0,0[31x12,0,0,0,31x11,0,13,1],48x24,32,0,2}");
        assert_eq!(order(&layout, 3), [1, 2, 0]);
        assert_eq!(order(&layout, 0), Vec::<usize>::new());
        assert_eq!(order(&Layout::Grid, 3), [0, 1, 2]);
    }

    #[test]
    fn what_cannot_fit_says_what_it_needs() {
        let size = Size { width: 80, height: 6 };
        let layout = Layout::Named(NamedLayout::EvenVertical);
        let needs = |height| Err(Misfit::TooSmall { needs: Size { width: 1, height } });
        assert_eq!(compile(&layout, 4, size, &Rules::default()), needs(7));
        assert_eq!(
            compile(&layout, 3, size, &Rules::of(true)),
            Err(Misfit::TooSmall { needs: Size { width: 2, height: 8 } })
        );
    }

    #[test]
    fn a_raw_layout_keeps_its_proportions() {
        let layout = Layout::Raw("80x24,0,0{20x24,0,0,0,59x24,21,0,1}".to_owned());
        let size = Size { width: 200, height: 50 };
        let cells = compile(&layout, 2, size, &Rules::default()).unwrap();
        assert_eq!(cells.to_string(), "200x50,0,0{50x50,0,0,0,149x50,51,0,1}");
    }

    #[test]
    fn a_tree_is_laid_out_by_its_shares() {
        let right = Split::Rows(vec![(Share::Cells(5), Split::Pane), (Share::Rest, Split::Pane)]);
        let tree = Split::Columns(vec![(Share::Rest, Split::Pane), (Share::Percent(30), right)]);
        assert_eq!(leaves(&tree), 3);
        let cells = compile(&Layout::Tree(tree), 3, SMALL, &Rules::default()).unwrap();
        assert_eq!(cells.to_string(), "80x24,0,0{55x24,0,0,0,24x24,56,0[24x5,56,0,1,24x18,56,6,2]}");
    }

    #[test]
    fn tmux_names_are_used_where_they_exist() {
        let layout = Layout::Named(NamedLayout::Tiled);
        let cells = compile(&layout, 1, SMALL, &Rules::default()).unwrap();
        assert_eq!(selection(&layout, &cells, |_| true), "tiled");
        assert_eq!(selection(&layout, &cells, |_| false), cells.to_tmux());
        assert_eq!(selection(&Layout::Grid, &cells, |_| true), cells.to_tmux());
    }
}
