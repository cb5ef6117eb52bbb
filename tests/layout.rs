//! What rune computes is what every tmux makes of it: each case opens real panes by
//! [`openings`], selects the layout string and compares tmux's geometry with the computed one.
//!
//! `RUNE_TEST_TMUX=/a/tmux:/b/tmux` names the programs to try; without it, it is `tmux`.

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;
use std::process::Output;

use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use rune::layout::{Area, Axis, Cells, Opening, Rules, compile, openings, parse, selection};
use rune::workspace::{Layout, NamedLayout, Share, Size, Split};

const SIZES: [Size; 2] = [Size { width: 80, height: 24 }, Size { width: 200, height: 50 }];

#[test]
fn grids_are_built_as_computed() {
    on_each_tmux(|server| {
        for size in SIZES {
            for panes in (1..=16).chain([20, 30]) {
                server.build(&server.compile(&Layout::Grid, panes, size));
            }
        }
    });
}

#[test]
fn named_layouts_are_built_as_computed_and_as_tmux_makes_them() {
    on_each_tmux(|server| {
        for size in SIZES {
            for (named, panes) in
                NamedLayout::ALL.into_iter().flat_map(|(named, _)| [(named, 2), (named, 5), (named, 8)])
            {
                let layout = Layout::Named(named);
                let cells = server.compile(&layout, panes, size);
                server.build(&cells);
                let native = |_| server.is_from(3, 5);
                if native(named) {
                    server.tmux(&["select-layout", "-t", "=s:", &selection(&layout, &cells, native)]);
                    let order = rune::layout::order(&layout, panes);
                    let mut made = server.panes();
                    made = order.iter().map(|&pane| made[pane]).collect();
                    assert_eq!(made, cells.panes(), "tmux's {named:?} of {panes} at {size}");
                }
            }
        }
    });
}

#[test]
fn trees_are_built_as_computed() {
    on_each_tmux(|server| {
        let strategy = (any_split(), 0..60u16, 0..30u16);
        runner(40)
            .run(&strategy, |(split, wider, higher)| {
                server.build(&server.cells(split, wider, higher));
                Ok(())
            })
            .unwrap();
    });
}

#[test]
fn missing_panes_are_opened_in_their_places() {
    on_each_tmux(|server| {
        let strategy = (any_split(), 0..60u16, 0..30u16, prop::collection::vec(any::<bool>(), 16));
        runner(40)
            .run(&strategy, |(split, wider, higher, present)| {
                let cells = server.cells(split, wider, higher);
                let mut present: Vec<bool> =
                    (0..cells.count()).map(|cell| present[cell % present.len()]).collect();
                if !present.contains(&true) {
                    present[0] = true;
                }
                server.build_the_rest(&cells, &present);
                Ok(())
            })
            .unwrap();
    });
}

#[test]
fn as_many_panes_are_built_as_fit() {
    on_each_tmux(|server| {
        // The densest grid of a small window, and more than 65 or 145, where halving ends.
        let most = if server.rules.least == 1 { 480 } else { 216 };
        assert!(
            server.fits(&Layout::Grid, most, SIZES[0]) && !server.fits(&Layout::Grid, most + 1, SIZES[0])
        );
        server.build(&server.compile(&Layout::Grid, most, SIZES[0]));
        server.build(&server.compile(&Layout::Grid, 200, SIZES[1]));
        for layout in [NamedLayout::EvenHorizontal, NamedLayout::EvenVertical].map(Layout::Named) {
            let most = (1..).take_while(|&panes| server.fits(&layout, panes, SIZES[0])).last();
            server.build(&server.compile(&layout, most.expect("one pane fits"), SIZES[0]));
        }
    });
}

#[test]
fn panes_with_a_status_line_do_no_harm() {
    on_each_tmux(|server| {
        for panes in [1, 5, 16] {
            let cells = server.compile(&Layout::Grid, panes, SIZES[0]);
            server.build(&cells);
            server.with_status_lines(&cells);
        }
        // The lowest panes there are.
        let layout = Layout::Named(NamedLayout::EvenVertical);
        let low = Size { width: 80, height: 3 * (server.rules.least + 1) - 1 };
        let cells = server.compile(&layout, 3, low);
        server.build(&cells);
        server.with_status_lines(&cells);
    });
}

#[test]
fn what_tmux_prints_is_read() {
    on_each_tmux(|server| {
        let cells = server.compile(&Layout::Grid, 7, SIZES[1]);
        server.build(&cells);
        // From 3.8 it is JSON.
        if !server.is_from(3, 8) {
            let printed = server.tmux(&["list-windows", "-t", "=s", "-F", "#{window_layout}"]);
            assert_eq!(parse(&printed), Ok(cells));
        }
    });
}

fn any_split() -> impl Strategy<Value = Split> {
    let share = || {
        prop_oneof![
            2 => Just(Share::Rest),
            1 => (0..=100u8).prop_map(Share::Percent),
            1 => (0..100u16).prop_map(Share::Cells),
        ]
    };
    Just(Split::Pane).prop_recursive(4, 16, 4, move |inner| {
        let parts = prop::collection::vec((share(), inner), 2..5);
        (any::<bool>(), parts)
            .prop_map(|(columns, parts)| if columns { Split::Columns(parts) } else { Split::Rows(parts) })
    })
}

#[track_caller]
fn number(word: &str) -> u16 {
    word.parse().unwrap_or_else(|_| panic!("`{word}` is no number"))
}

/// Runs the same cases every time, so that a failure is a change.
fn runner(cases: u32) -> TestRunner {
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha))
}

/// Runs `test` with a server of every tmux program.
fn on_each_tmux(test: impl Fn(&Server)) {
    let programs = env("RUNE_TEST_TMUX").unwrap_or_else(|| "tmux".to_owned());
    for program in programs.split(':') {
        test(&Server::start(program));
    }
}

#[allow(clippy::disallowed_methods)] // the tests' own setting
fn env(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// A tmux server with one session `s`, whose windows are made and measured here.
struct Server {
    program: String,
    version: (u16, u16),
    rules: Rules,
    dir: tempfile::TempDir,
}

impl Server {
    #[track_caller]
    fn start(program: &str) -> Server {
        let dir = tempfile::tempdir().expect("a directory");
        let mut server =
            Server { program: program.to_owned(), version: (0, 0), rules: Rules::default(), dir };
        let text = server.tmux(&["-V"]);
        let numbers = text.trim_start_matches(|c: char| !c.is_ascii_digit());
        let (major, minor) = numbers.split_once('.').expect("a version");
        let minor = minor.trim_end_matches(|c: char| !c.is_ascii_digit());
        server.version = (number(major), number(minor));
        server.rules = Rules::of(!server.is_from(2, 9));
        server
    }

    fn is_from(&self, major: u16, minor: u16) -> bool {
        self.version >= (major, minor)
    }

    fn socket(&self) -> PathBuf {
        self.dir.path().join("socket")
    }

    #[allow(clippy::disallowed_methods)] // these tests are about the program itself
    fn output(&self, words: &[&str]) -> Output {
        std::process::Command::new(&self.program)
            .args(["-u", "-f", "/dev/null", "-S"])
            .arg(self.socket())
            .args(words)
            .env_remove("TMUX")
            .output()
            .unwrap_or_else(|error| panic!("could not run `{}` (install tmux): {error}", self.program))
    }

    #[track_caller]
    fn tmux(&self, words: &[&str]) -> String {
        let output = self.output(words);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && said.is_empty(), "{} {words:?}: {said}", self.program);
        String::from_utf8_lossy(&output.stdout).trim_end().to_owned()
    }

    fn fits(&self, layout: &Layout, panes: usize, size: Size) -> bool {
        compile(layout, panes, size, &self.rules).is_ok()
    }

    #[track_caller]
    fn compile(&self, layout: &Layout, panes: usize, size: Size) -> Cells {
        compile(layout, panes, size, &self.rules).expect("it fits")
    }

    /// The cells of `split` in a window so much larger than it has to be.
    fn cells(&self, split: Split, wider: u16, higher: u16) -> Cells {
        let panes = rune::layout::leaves(&split);
        let layout = Layout::Tree(split);
        let least = rune::layout::minimum(&layout, panes, &self.rules).expect("a tree");
        let size = Size { width: least.width + wider, height: least.height + higher };
        self.compile(&layout, panes, size)
    }

    /// Opens a session whose window has `size` and one pane, and ends the one before.
    #[track_caller]
    fn open(&self, size: Size) {
        let (width, height) = (size.width.to_string(), size.height.to_string());
        let new = ["new-session", "-d", "-s", "next", "-x", &width, "-y", &height, "cat", "-"];
        self.tmux(&new);
        // tmux 3.2a ignores the size of a new session.
        if self.version == (3, 2) {
            self.tmux(&["resize-window", "-t", "=next:", "-x", &width, "-y", &height]);
        }
        self.output(&["kill-session", "-t", "=s"]);
        self.tmux(&["rename-session", "-t", "=next", "s"]);
    }

    /// Builds `cells` in a new window, all at once, and checks the geometry.
    #[track_caller]
    fn build(&self, cells: &Cells) {
        self.open(cells.size());
        let first: Vec<bool> = (0..cells.count()).map(|cell| cell == 0).collect();
        let steps = openings(cells, &first);
        assert!(steps.iter().all(|step| step.anchor + 1 == step.cell && !step.before));
        let mut line = steps.iter().fold(String::new(), |line, step| line + &self.split(step, "=s:"));
        let _ = writeln!(line, "select-layout -t =s: \"{}\"", cells.to_tmux());
        self.source(&line);
        assert_eq!(self.panes(), cells.panes(), "{} {cells}", self.program);
    }

    /// Builds the present cells, then the others, and checks geometry and order.
    #[track_caller]
    fn build_the_rest(&self, cells: &Cells, present: &[bool]) {
        self.open(cells.size());
        let here: Vec<usize> = (0..present.len()).filter(|&cell| present[cell]).collect();
        // Any panes will do to begin with, arranged in any way: rows may not fit, a grid does.
        let grid = self.compile(&Layout::Grid, here.len(), cells.size());
        let first: Vec<bool> = (0..here.len()).map(|cell| cell == 0).collect();
        let line =
            openings(&grid, &first).iter().fold(String::new(), |line, step| line + &self.split(step, "=s:"));
        self.source(&line);
        let mut ids: Vec<Option<String>> = vec![None; cells.count()];
        for (cell, id) in here.into_iter().zip(self.ids()) {
            ids[cell] = Some(id);
        }
        for step in openings(cells, present) {
            let anchor = ids[step.anchor].clone().expect("an anchor exists");
            self.source(&self.split(&step, &anchor));
            let known: Vec<String> = ids.iter().flatten().cloned().collect();
            ids[step.cell] = self.ids().into_iter().find(|id| !known.contains(id));
        }
        self.tmux(&["select-layout", "-t", "=s:", &cells.to_tmux()]);
        assert_eq!(self.panes(), cells.panes(), "{} {cells}", self.program);
        assert_eq!(self.ids(), ids.into_iter().flatten().collect::<Vec<_>>(), "{} {cells}", self.program);
    }

    fn split(&self, step: &Opening, anchor: &str) -> String {
        let flag = match step.axis {
            Axis::Columns => "-h",
            Axis::Rows => "-v",
        };
        let before = if step.before { "-b " } else { "" };
        let mut line = String::new();
        if let Some(room) = &step.arrange {
            let _ = write!(line, "select-layout -t =s: \"{}\" ; ", room.to_tmux());
        }
        let _ = write!(line, "split-window {before}{flag} -l {} -t \"{anchor}\" cat - ; ", step.length);
        line
    }

    #[track_caller]
    fn source(&self, line: &str) {
        let line = line.trim_end().trim_end_matches(';');
        if !line.is_empty() {
            let script = self.dir.path().join("script");
            fs::write(&script, format!("{line}\n")).expect("a script");
            let said = self.tmux(&["source-file", &script.to_string_lossy()]);
            assert_eq!(said, "", "{} {line}", self.program);
        }
    }

    fn with_status_lines(&self, cells: &Cells) {
        self.tmux(&["set-window-option", "-t", "=s:", "pane-border-status", "top"]);
        self.tmux(&["select-layout", "-t", "=s:", &cells.to_tmux()]);
        assert_eq!(self.panes().len(), cells.count());
        self.tmux(&["set-window-option", "-t", "=s:", "pane-border-status", "off"]);
        self.tmux(&["select-layout", "-t", "=s:", &cells.to_tmux()]);
        assert_eq!(self.panes(), cells.panes(), "{} {cells}", self.program);
    }

    #[track_caller]
    fn panes(&self) -> Vec<Area> {
        let format = "#{pane_width} #{pane_height} #{pane_left} #{pane_top}";
        let area = |line: &str| {
            let numbers: Vec<u16> = line.split(' ').map(number).collect();
            Area { width: numbers[0], height: numbers[1], x: numbers[2], y: numbers[3] }
        };
        self.tmux(&["list-panes", "-t", "=s:", "-F", format]).lines().map(area).collect()
    }

    #[track_caller]
    fn ids(&self) -> Vec<String> {
        let ids = self.tmux(&["list-panes", "-t", "=s:", "-F", "#{pane_id}"]);
        ids.lines().map(str::to_owned).collect()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.output(&["kill-server"]);
    }
}
