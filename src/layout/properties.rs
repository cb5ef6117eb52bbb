//! What holds for every layout.

use proptest::prelude::*;

use super::{Axis, Cells, Misfit, Rules, compile, fit, leaves, minimum, openings, parse};
use crate::workspace::{Layout, NamedLayout, Share, Size, Split};

fn any_share() -> impl Strategy<Value = Share> {
    prop_oneof![
        2 => Just(Share::Rest),
        1 => (0..=100u8).prop_map(Share::Percent),
        1 => (0..300u16).prop_map(Share::Cells),
    ]
}

fn any_split() -> impl Strategy<Value = Split> {
    Just(Split::Pane).prop_recursive(4, 16, 4, |inner| {
        let parts = prop::collection::vec((any_share(), inner), 0..5);
        (any::<bool>(), parts)
            .prop_map(|(columns, parts)| if columns { Split::Columns(parts) } else { Split::Rows(parts) })
    })
}

fn any_size() -> impl Strategy<Value = Size> {
    let small = (0..30u16, 0..30u16);
    let large = (0..400u16, 0..200u16);
    prop_oneof![small, large].prop_map(|(width, height)| Size { width, height })
}

fn any_rules() -> impl Strategy<Value = Rules> {
    (any::<bool>(), any_share(), any_share()).prop_map(|(old, main_width, main_height)| Rules {
        main_width,
        main_height,
        ..Rules::of(old)
    })
}

/// A layout with a number of panes, mostly the one it is made for.
fn any_layout() -> impl Strategy<Value = (Layout, usize)> {
    let named = (0..NamedLayout::ALL.len(), 1..40usize)
        .prop_map(|(at, panes)| (Layout::Named(NamedLayout::ALL[at].0), panes));
    let grid = (1..70usize).prop_map(|panes| (Layout::Grid, panes));
    let tree = any_split().prop_map(|split| {
        let panes = leaves(&split);
        (Layout::Tree(split), panes)
    });
    let raw = any_cells().prop_map(|cells| (Layout::Raw(cells.to_string()), cells.count()));
    let other = (any_split(), 0..20usize).prop_map(|(split, panes)| (Layout::Tree(split), panes));
    prop_oneof![named, grid, tree, raw, other]
}

/// Cells of any tree, in a window with just enough room or more.
fn any_cells() -> impl Strategy<Value = Cells> {
    (any_split(), 0..60u16, 0..30u16).prop_map(|(split, wider, higher)| {
        let panes = leaves(&split);
        let layout = Layout::Tree(split);
        let rules = Rules::default();
        let least = minimum(&layout, panes, &rules).unwrap();
        let size = Size { width: least.width + wider, height: least.height + higher };
        compile(&layout, panes, size, &rules).unwrap()
    })
}

/// Text that looks like a layout, mostly a broken one.
fn almost_layout() -> impl Strategy<Value = String> {
    (any_cells(), any::<prop::sample::Index>(), "[0-9x,{}\\[\\]é ]{0,3}", 0..4usize).prop_map(
        |(cells, at, insert, remove)| {
            let mut text = cells.to_tmux();
            let at = at.index(text.len());
            let end = (at + remove).min(text.len());
            text.replace_range(at..end, &insert);
            text
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn reading_never_panics_and_faults_have_a_place(text in prop_oneof![any::<String>(), almost_layout()]) {
        match parse(&text) {
            Ok(cells) => prop_assert_eq!(parse(&cells.to_tmux()), Ok(cells)),
            Err(fault) => prop_assert!(text.get(fault.range.clone()).is_some(), "{:?}", fault),
        }
    }

    #[test]
    fn bytes_that_are_not_text_are_read_lossily_at_worst(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
        let _ = parse(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn what_was_printed_is_read_back(cells in any_cells()) {
        let printed = cells.to_tmux();
        prop_assert_eq!(parse(&printed), Ok(cells.clone()));
        prop_assert_eq!(parse(&cells.to_string()).unwrap().to_tmux(), printed);
    }

    #[test]
    fn cells_fill_their_window(
        (layout, panes) in any_layout(), size in any_size(), rules in any_rules()
    ) {
        match compile(&layout, panes, size, &rules) {
            Ok(cells) => {
                prop_assert_eq!(cells.size(), size);
                prop_assert_eq!(cells.count(), panes.max(1));
                prop_assert_eq!(parse(&cells.to_tmux()), Ok(cells.clone()), "not what a strict reader takes");
                prop_assert!(
                    cells.panes().iter().all(|pane| pane.width >= rules.least && pane.height >= rules.least)
                );
                prop_assert!(covers_once(&cells), "{}", cells);
            }
            Err(Misfit::TooSmall { needs }) => {
                prop_assert!(needs.width > size.width || needs.height > size.height);
                let enough = Size {
                    width: needs.width.max(size.width),
                    height: needs.height.max(size.height),
                };
                prop_assert!(compile(&layout, panes, enough, &rules).is_ok());
            }
            Err(Misfit::Malformed(fault)) => prop_assert!(false, "{:?}", fault),
        }
    }

    #[test]
    fn the_minimum_is_exact((layout, panes) in any_layout(), rules in any_rules()) {
        let least = minimum(&layout, panes, &rules).unwrap();
        prop_assert!(compile(&layout, panes, least, &rules).is_ok());
        for size in [
            Size { width: least.width - 1, ..least },
            Size { height: least.height - 1, ..least },
        ] {
            prop_assert!(compile(&layout, panes, size, &rules).is_err(), "{} does", size);
        }
    }

    #[test]
    fn the_cells_of_a_grid_are_equal(columns in 1..12usize, rows in 1..12usize, size in any_size()) {
        let Ok(cells) = compile(&Layout::Grid, columns * rows, size, &Rules::default()) else { return Ok(()) };
        let full = cells.parts().is_none_or(|(axis, parts)| {
            axis == Axis::Columns || parts.iter().all(|row| row.count() == parts[0].count())
        });
        let panes = cells.panes();
        let widths = spread(panes.iter().map(|pane| pane.width));
        let heights = spread(panes.iter().map(|pane| pane.height));
        prop_assert!(heights <= 1, "{}", cells);
        prop_assert!(!full || widths <= 1, "{}", cells);
    }

    #[test]
    fn fitting_keeps_the_structure(cells in any_cells(), size in any_size()) {
        let rules = Rules::default();
        prop_assert_eq!(fit(&cells, cells.size(), &rules), Ok(cells.clone()));
        if let Ok(fitted) = fit(&cells, size, &rules) {
            prop_assert_eq!(outline(&fitted), outline(&cells));
        }
    }

    #[test]
    fn every_pane_can_be_split_off(
        (layout, panes) in any_layout(),
        room in (0..40u16, 0..20u16),
        here in prop::collection::vec(any::<bool>(), 70),
        old in any::<bool>(),
    ) {
        let rules = Rules::of(old);
        let least = minimum(&layout, panes, &rules).unwrap();
        let size = Size { width: least.width + room.0, height: least.height + room.1 };
        let wanted = compile(&layout, panes, size, &rules).unwrap();
        let mut present: Vec<bool> = (0..wanted.count()).map(|cell| here[cell % here.len()]).collect();
        if !present.contains(&true) {
            present[0] = true;
        }
        for opening in openings(&wanted, &present) {
            prop_assert!(present[opening.anchor] && !present[opening.cell]);
            if let Some(room) = &opening.arrange {
                prop_assert_eq!(parse(&room.to_tmux()), Ok(room.clone()));
                prop_assert_eq!(room.size(), size);
                let at = present[..opening.anchor].iter().filter(|&&here| here).count();
                prop_assert_eq!(room.count(), present.iter().filter(|&&here| here).count());
                let length = room.panes()[at].length(opening.axis);
                prop_assert!(length > 2 * rules.least, "tmux would not split it");
                prop_assert!(opening.length >= rules.least && length - 1 - opening.length >= rules.least);
            }
            present[opening.cell] = true;
        }
        prop_assert!(!present.contains(&false));
    }
}

/// Whether every place of the window is in one pane or on a border, and the borders are closed.
fn covers_once(cells: &Cells) -> bool {
    // A pane with the border right of it and below it, in a window one larger: these tile it.
    let Size { width, height } = cells.size();
    let mut covered = vec![0u8; usize::from(width + 1) * usize::from(height + 1)];
    for pane in cells.panes() {
        for y in pane.y..=pane.y + pane.height {
            for x in pane.x..=pane.x + pane.width {
                covered[usize::from(y) * usize::from(width + 1) + usize::from(x)] += 1;
            }
        }
    }
    covered.iter().all(|&times| times == 1)
}

/// How far the largest is from the smallest.
fn spread(lengths: impl Iterator<Item = u16> + Clone) -> u16 {
    lengths.clone().max().unwrap_or(0) - lengths.min().unwrap_or(0)
}

/// The brackets of a layout without its numbers.
fn outline(cells: &Cells) -> String {
    cells.to_string().chars().filter(|c| "{}[]".contains(*c)).collect()
}
