//! Every test that runs `rune` or tmux. One binary, so that the harness is built once.

#[allow(dead_code, unused_imports, reason = "the harness offers more than the tests of one day use")]
#[path = "../support/mod.rs"]
mod support;

mod acceptance;
mod apply;
mod attach;
mod bench;
mod capture;
mod command_line;
mod compatibility;
mod converge;
mod convert;
mod events;
mod harness;
mod heroscript;
mod layouts;
mod live;
mod live_model;
mod logs;
mod names;
mod plan;
mod restart;
mod runner;
mod secrets;
mod start;
mod status;
mod stop;
mod supervise;
mod wait;

/// A test file that nobody names is never run.
#[test]
fn no_test_file_is_forgotten() {
    let here = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/suite");
    let named = include_str!("main.rs");
    let files = std::fs::read_dir(here).expect("the tests are where they were built");
    for file in files.map(|file| file.expect("a directory can be read").path()) {
        let name = file.file_stem().expect("a test file has a name").to_string_lossy().into_owned();
        let known = name == "main" || named.lines().any(|line| line == format!("mod {name};"));
        assert!(known, "`tests/suite/{name}.rs` is not named in tests/suite/main.rs");
    }
}
