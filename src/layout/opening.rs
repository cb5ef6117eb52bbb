//! In which order and how to split, so that every arrangement that fits can be built.
//!
//! tmux splits one pane at a time, in half unless told otherwise, and refuses when the pane is too
//! small. So every pane is split off a neighbour that holds the new pane's place until then: such
//! a neighbour has room for both, whatever the arrangement is.

use super::area::{Area, Axis};
use super::cells::Cells;

/// One `split-window`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opening {
    /// Which cell of the wanted arrangement the new pane is for, from 0.
    pub cell: usize,
    /// Which cell's pane is split; it exists already.
    pub anchor: usize,
    /// Whether the new pane comes before its anchor (`-b`).
    pub before: bool,
    /// Side by side (`-h`) or one above the other (`-v`).
    pub axis: Axis,
    /// Columns or rows of the new pane (`-l`).
    pub length: u16,
    /// How the panes that exist have to be arranged first (`select-layout`), unless they are so.
    pub arrange: Option<Cells>,
}

/// How to open the panes of `wanted` for which `present` is false, in order.
///
/// `present` has one entry for every cell of `wanted`, and the window's panes are exactly the
/// present ones, in order; without any there is nothing to split. In a new window only the first is
/// present: then every anchor is the pane made just before, and no pane comes before its anchor.
/// When all are there, `wanted` itself remains to be selected.
pub fn openings(wanted: &Cells, present: &[bool]) -> Vec<Opening> {
    let mut present = present.to_vec();
    present.resize(wanted.count(), false);
    let mut openings = Vec::new();
    // How the window is arranged, where that is known: a single pane fills it.
    let mut now = (present.iter().filter(|&&here| here).count() == 1).then(|| Cells::pane(wanted.area()));
    for cell in 0..present.len() {
        if present[cell] {
            continue;
        }
        let Some((anchor, axis)) = neighbour(wanted, &present, cell) else { continue };
        let before = cell < anchor;
        let split = present[..anchor].iter().filter(|&&here| here).count();
        let room = gather(wanted, wanted.area(), &present, Some(anchor));
        present[cell] = true;
        let length = gather(wanted, wanted.area(), &present, Some(cell)).panes()
            [split + usize::from(!before)]
        .length(axis);
        let arranged = now.as_ref() == Some(&room);
        now = Some(split_pane(&room, split, axis, before, length));
        openings.push(Opening { cell, anchor, before, axis, length, arrange: (!arranged).then_some(room) });
    }
    openings
}

/// The cell to split for `cell`, and which way: the last one present before it, unless the split
/// that it belongs to has only later ones.
fn neighbour(cells: &Cells, present: &[bool], cell: usize) -> Option<(usize, Axis)> {
    let (axis, parts) = cells.parts()?;
    let parts = ranges(parts);
    let at = parts.iter().position(|(range, _)| range.contains(&cell))?;
    let (range, part) = &parts[at];
    if present[range.clone()].contains(&true) {
        let (anchor, axis) = neighbour(part, &present[range.clone()], cell - range.start)?;
        return Some((range.start + anchor, axis));
    }
    let earlier = (0..range.start).rev().find(|&cell| present[cell]);
    let anchor = earlier.or_else(|| (range.end..present.len()).find(|&cell| present[cell]))?;
    Some((anchor, axis))
}

/// `cells` in `area` (at least their own) with the present panes only. The place of those that are
/// missing goes to the part with the `favourite` where there is one, else to the part before.
fn gather(cells: &Cells, area: Area, present: &[bool], favourite: Option<usize>) -> Cells {
    let Some((axis, parts)) = cells.parts() else {
        return Cells::pane(area);
    };
    let mut parts = ranges(parts);
    parts.retain(|(range, _)| present[range.clone()].contains(&true));
    let inside = |range: &std::ops::Range<usize>| {
        favourite.filter(|cell| range.contains(cell)).map(|cell| cell - range.start)
    };
    let heir = parts.iter().position(|(range, _)| inside(range).is_some()).unwrap_or(parts.len() - 1);
    let mut lengths: Vec<u16> = parts.iter().map(|(_, part)| part.area().length(axis)).collect();
    let others: u16 = lengths.iter().sum::<u16>() - lengths[heir] + (lengths.len() as u16 - 1);
    lengths[heir] = area.length(axis) - others;
    let slices = area.slices(axis, &lengths);
    let mut kept: Vec<Cells> = parts
        .iter()
        .zip(slices)
        .map(|((range, part), slice)| gather(part, slice, &present[range.clone()], inside(range)))
        .collect();
    if kept.len() == 1 { kept.remove(0) } else { Cells::split(area, axis, kept) }
}

/// What tmux makes of `cells` when it splits the pane `at`: within the split around it when that
/// is cut the same way, else a split of its own.
fn split_pane(cells: &Cells, at: usize, axis: Axis, before: bool, length: u16) -> Cells {
    let halves = |area: Area| -> Vec<Cells> {
        let left = area.length(axis) - 1 - length;
        let lengths = if before { [length, left] } else { [left, length] };
        area.slices(axis, &lengths).map(Cells::pane).collect()
    };
    let Some((along, parts)) = cells.parts() else {
        return Cells::split(cells.area(), axis, halves(cells.area()));
    };
    let parts = ranges(parts).into_iter().flat_map(|(range, part)| {
        if !range.contains(&at) {
            vec![part.clone()]
        } else if along == axis && part.parts().is_none() {
            halves(part.area())
        } else {
            vec![split_pane(part, at - range.start, axis, before, length)]
        }
    });
    Cells::split(cells.area(), along, parts.collect())
}

/// Each part with the range of panes in it, counted from the first part's first.
fn ranges(parts: &[Cells]) -> Vec<(std::ops::Range<usize>, &Cells)> {
    let mut next = 0;
    let range = |part| {
        let from = next;
        next += Cells::count(part);
        (from..next, part)
    };
    parts.iter().map(range).collect()
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::*;

    fn only_first(cells: &Cells) -> Vec<bool> {
        (0..cells.count()).map(|cell| cell == 0).collect()
    }

    #[test]
    fn cells_in_a_row_need_no_rearranging() {
        let cells = parse("80x24,0,0{26x24,0,0,26x24,27,0,26x24,54,0}").unwrap();
        let openings = openings(&cells, &only_first(&cells));
        let lengths: Vec<u16> = openings.iter().map(|opening| opening.length).collect();
        assert_eq!(lengths, [53, 26]);
        assert!(openings.iter().all(|opening| opening.arrange.is_none() && !opening.before));
    }

    #[test]
    fn rows_in_the_last_column_need_no_rearranging() {
        let rows = "39x24,41,0[39x5,41,0,39x6,41,6,39x11,41,13]";
        let cells = parse(&format!("80x24,0,0{{40x24,0,0,{rows}}}")).unwrap();
        let openings = openings(&cells, &only_first(&cells));
        let made: Vec<(Axis, u16)> = openings.iter().map(|opening| (opening.axis, opening.length)).collect();
        assert_eq!(made, [(Axis::Columns, 39), (Axis::Rows, 18), (Axis::Rows, 11)]);
        assert!(openings.iter().all(|opening| opening.arrange.is_none()));
    }

    #[test]
    fn a_finished_part_makes_room_for_the_next() {
        let cells = parse("80x24,0,0{40x24,0,0[40x12,0,0,40x11,0,13],39x24,41,0}").unwrap();
        let openings = openings(&cells, &only_first(&cells));
        let room = parse("80x24,0,0[80x12,0,0,80x11,0,13]").unwrap();
        assert_eq!(openings[0].arrange, None);
        assert_eq!((openings[0].axis, openings[0].length), (Axis::Rows, 11));
        assert_eq!((openings[1].axis, openings[1].length), (Axis::Columns, 39));
        // The second split happens in the lower pane only, which is as wide as the window already.
        assert_eq!(openings[1].arrange, None);
        assert_eq!(split_pane(&Cells::pane(cells.area()), 0, Axis::Rows, false, 11), room);
    }

    #[test]
    fn a_missing_pane_is_split_off_the_neighbour_in_its_own_part() {
        let cells = parse("80x24,0,0{40x24,0,0,39x24,41,0[39x12,41,0,39x11,41,13]}").unwrap();
        let [opening] = &openings(&cells, &[true, false, true])[..] else { panic!("one opening") };
        assert_eq!((opening.cell, opening.anchor, opening.before), (1, 2, true));
        assert_eq!((opening.axis, opening.length), (Axis::Rows, 12));
        assert_eq!(opening.arrange, parse("80x24,0,0{40x24,0,0,39x24,41,0}").ok());
    }

    #[test]
    fn nothing_is_missing_or_nothing_is_there() {
        let cells = parse("80x24,0,0{40x24,0,0,39x24,41,0}").unwrap();
        assert_eq!(openings(&cells, &[true, true]), []);
        assert_eq!(openings(&cells, &[false, false]), []);
    }
}
