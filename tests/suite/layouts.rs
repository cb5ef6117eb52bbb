//! Layouts on real servers: every named one, grids, trees and strings, at several sizes.

use rune::error::Error;
use rune::layout::{Rules, minimum};
use rune::workspace::{Layout, NamedLayout, Pane, Share, Size, Split, Workspace};

use super::bench::{Bench, pane, window, workspace};
use crate::support::{Server, on_each_tmux};

fn panes(count: usize) -> Vec<Pane> {
    (0..count).map(|at| pane(&format!("p{at}"), &at.to_string())).collect()
}

fn tree() -> Layout {
    let right = Split::Rows(vec![
        (Share::Cells(5), Split::Pane),
        (Share::Rest, Split::Columns(vec![(Share::Rest, Split::Pane), (Share::Rest, Split::Pane)])),
    ]);
    Layout::Tree(Split::Columns(vec![(Share::Percent(30), Split::Pane), (Share::Rest, right)]))
}

fn raw() -> Layout {
    Layout::Raw("80x24,0,0{20x24,0,0,0,59x24,21,0[59x12,21,0,1,59x11,21,13,2]}".to_owned())
}

/// Every kind of layout with every number of panes worth a look.
fn layouts() -> Vec<(Layout, usize)> {
    let named =
        NamedLayout::ALL.iter().flat_map(|(name, _)| [2, 3, 7].map(|count| (Layout::Named(*name), count)));
    let grids = [1, 2, 4, 5, 6, 8, 12, 16].map(|count| (Layout::Grid, count));
    let others = [(tree(), 4), (raw(), 3), (raw(), 2), (raw(), 5), (Layout::Named(NamedLayout::Tiled), 60)];
    named.chain(grids).chain(others).collect()
}

/// One workspace with a window for every layout that fits, at this size.
fn all_that_fit(size: Size, rules: &Rules) -> Workspace {
    let fitting = layouts().into_iter().filter(|(layout, count)| {
        let least = minimum(layout, *count, rules).expect("it is a layout");
        least.width <= size.width && least.height <= size.height
    });
    let windows = fitting.enumerate().map(|(at, (layout, count))| {
        let mut window = window(&format!("w{at}"), panes(count));
        window.layout = layout;
        window
    });
    Workspace { size: Some(size), ..workspace(windows) }
}

/// Where each pane stands, by window and key.
fn geometry(server: &Server) -> Vec<String> {
    server.list_panes(
        "#{window_name} #{pane_left},#{pane_top} #{pane_width}x#{pane_height} #{pane_start_command}",
    )
}

#[test]
fn every_layout_is_built_and_kept() {
    on_each_tmux(|server| {
        let bench = Bench::new(server);
        let rules = Rules::of(server.version() < (2, 9, ' '));
        for (width, height) in [(80, 24), (200, 50), (20, 6)] {
            let size = Size { width, height };
            let wanted = all_that_fit(size, &rules);
            bench.settle(&wanted, false);
            let sizes = server.list_windows("#{window_width}x#{window_height}");
            let right = |found: &String| *found == size.to_string();
            assert!(sizes.iter().all(right), "{}: {sizes:?}", server.binary());
            let before = geometry(server);
            assert_eq!(before.len(), wanted.windows.iter().map(|window| window.panes.len()).sum::<usize>());
            // Selected once more, each is as it was: the layout is in force, not only near it.
            let mut other = wanted.clone();
            for window in &mut other.windows {
                window.layout = Layout::Named(NamedLayout::Tiled);
            }
            if height == 50 {
                bench.settle(&other, false);
                bench.settle(&wanted, false);
                assert_eq!(geometry(server), before, "{}", server.binary());
            }
            // One pane more and one less in the middle of each window, and back.
            let mut less = wanted.clone();
            for window in less.windows.iter_mut().filter(|window| window.panes.len() > 2) {
                window.panes.remove(1);
                if let Layout::Tree(_) = window.layout {
                    window.layout = Layout::Named(NamedLayout::Tiled);
                }
            }
            bench.settle(&less, true);
            bench.settle(&wanted, false);
            let commands = |lines: Vec<String>| -> Vec<String> {
                lines
                    .iter()
                    .map(|line| line.split("pane-run").next().unwrap_or_default().to_owned())
                    .collect()
            };
            assert_eq!(commands(geometry(server)), commands(before), "{}", server.binary());
            server.kill();
        }
    });
}

#[test]
fn what_cannot_fit_is_refused_before_anything_is_made() {
    on_each_tmux(|server| {
        let bench = Bench::new(server);
        let mut tall = window("tall", panes(6));
        tall.layout = Layout::Named(NamedLayout::EvenVertical);
        let mut small = workspace([window("first", panes(1)), tall.clone()]);
        small.size = Some(Size { width: 20, height: 6 });
        let refused = bench.plan(&small, false).err();
        let said = refused.map(|error| error.to_string()).unwrap_or_default();
        assert!(said.contains("window `tall` of `dev` needs ") && said.contains("has 20x6"), "{said}");
        assert!(!server.is_running());

        // Nor is anything touched in a window that exists.
        small.windows[1].panes.truncate(2);
        bench.settle(&small, false);
        let before = server.list_panes("#{pane_id} #{pane_width}x#{pane_height}");
        small.windows[1] = tall;
        small.windows[0].panes[0] = pane("p0", "changed");
        assert!(matches!(bench.plan(&small, false).err(), Some(Error::Refused { .. })));
        assert_eq!(server.list_panes("#{pane_id} #{pane_width}x#{pane_height}"), before);
    });
}

#[test]
fn a_new_window_fits_whatever_size_the_client_has() {
    on_each_tmux(|server| {
        let bench = Bench::new(server);
        let mut wanted = workspace([window("first", panes(2))]);
        bench.settle(&wanted, false);
        let client = server.attach();
        server.wait_until("the window has the client's size", || {
            server.format("#{window_width}", "=dev:") == "100"
        });
        wanted.windows.push(window("second", panes(9)));
        bench.settle(&wanted, false);
        // Seen by its client, and the same one.
        assert_eq!(server.format("#{window_name}", "=dev:"), "first");
        assert_eq!(server.format("#{window_width}", "=dev:second"), "100");
        drop(client);
        server.wait_until("the client is gone", || server.format("#{session_attached}", "=dev:") == "0");
        wanted.windows.insert(0, window("zeroth", panes(12)));
        wanted.windows[0].layout = Layout::Grid;
        bench.settle(&wanted, false);
        assert_eq!(
            server.list_windows("#{window_name} #{window_panes}"),
            ["zeroth 12", "first 2", "second 9"]
        );
    });
}
