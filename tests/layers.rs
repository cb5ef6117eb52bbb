//! Keeps the layers of `docs/architecture.md`: imports point down only, and what a layer may not do
//! is not in its files. A new module has to be placed in [`TABLE`].

#[path = "layers/source.rs"]
mod source;

#[path = "layers/rules.rs"]
mod rules;

use std::fs;
use std::path::{Path, PathBuf};

use rules::{circles, effects, outside, paid, sleeps, unplaced, upward};

/// The layer of every module. A module stands for those below it, unless it is [`PARTS`].
const TABLE: &[(&str, u8)] = &[
    // 5 entry
    ("main", 5),
    ("lib", 5),
    ("commands", 5),
    // 4 effects
    ("ui", 4),
    ("config", PARTS),
    ("config::find", 4),
    ("config::facts", 4),
    ("config::load", 4),
    ("tmux", PARTS),
    ("tmux::server", 4),
    ("runner", 4),
    ("store", 4),
    ("pty", 4),
    ("shell", 4),
    ("condition", 4),
    ("process", 4),
    ("lock", 4),
    ("journal", 4),
    ("watch", 4),
    ("probe", 4),
    ("control", 4),
    ("log", 4),
    ("ritual_run", 4),
    // 3 decisions (pure)
    ("plan", 3),
    ("moment", 3),
    ("order", 3),
    ("screen", 3),
    ("moment", 3),
    ("ritual_plan", 3),
    ("supervise", 3),
    ("target", 3),
    ("why", 3),
    ("goal", 3),
    ("note", 3),
    ("live", 3),
    ("template", 3),
    ("quote", 3),
    ("environment", 3),
    ("layout", 3),
    ("command", 3),
    ("config::resolve", 3),
    ("heroscript", 3),
    ("config::report", 3),
    ("config::remarks", 3),
    ("tmux::render", 3),
    ("tmux::script", 3),
    // 2 readings (pure)
    ("snapshot", 2),
    ("cast", 2),
    ("glob", 2),
    ("plain", 2),
    ("cli", 2),
    ("config::raw", 2),
    ("config::yaml", 2),
    ("config::tree", 2),
    ("config::keys", 2),
    ("config::source", 2),
    ("config::collect", 2),
    ("config::locate", 2),
    ("config::detect", 2),
    ("config::schema", 2),
    ("config::manual", 2),
    ("config::request", 2),
    ("config::starter", 2),
    ("tmux::version", 2),
    // 1 words
    ("workspace", 1),
    ("record", 1),
    ("event", 1),
    ("ritual", 1),
    ("project", 1),
    ("error", 1),
];

/// A module whose parts are in several layers, so that each has to be placed. It holds declarations
/// and re-exports only; whoever imports from it counts as importing an effect.
const PARTS: u8 = 0;

/// Effects meet as arguments. These know each other nevertheless.
const SIDEWAYS: &[(&str, &str)] = &[
    ("runner", "store"),
    ("runner", "process"),
    ("runner", "shell"),
    ("runner", "journal"),
    ("runner", "watch"),
    ("runner", "probe"),
    ("runner", "control"),
    ("control", "watch"),
    ("runner", "log"),
    ("log", "store"),
    ("ritual_run", "control"),
    ("ritual_run", "journal"),
    ("condition", "process"),
    ("condition", "shell"),
    ("config::facts", "condition"),
    ("ritual_run", "condition"),
    ("ritual_run", "lock"),
    ("ritual_run", "log"),
    ("ritual_run", "probe"),
    ("ritual_run", "process"),
    ("ritual_run", "pty"),
    ("ritual_run", "shell"),
    ("ritual_run", "store"),
    ("ritual_run", "watch"),
    ("journal", "tmux::server"),
    ("shell", "process"),
    ("pty", "process"),
];

/// Imports that break the rules and are to be repaired. Whoever repairs one takes it out.
const DEBTS: &[(&str, &str)] = &[];

/// What is not in the files of layers 1 to 3, neither as a path nor as a word of the code.
const IMPURE: &[&str] = &[
    "std::fs",
    "std::env",
    "std::net",
    "std::os::unix::fs",
    "std::os::unix::net",
    "std::os::unix::process",
    "std::process",
    "std::thread",
    "std::time::Instant",
    "std::time::SystemTime",
    "fs::read",
    "fs::write",
    "env::var",
    "Command::new",
    "Instant::now",
    "SystemTime::now",
    "rustix",
    "signal_hook",
    "portable_pty",
    "tempfile",
    "getrandom",
    "libc",
];

/// The same for text that is no path.
const IMPURE_TEXT: &[&str] = &[
    "println!",
    "print!",
    "eprintln!",
    "eprint!",
    ".exists()",
    ".is_file()",
    ".is_dir()",
    ".canonicalize()",
];

/// What layer 1 may import.
const OUTSIDE_OF_WORDS: &[&str] = &["std", "serde"];

/// One file of `src`.
struct File {
    path: PathBuf,
    module: String,
    code: String,
}

#[test]
fn every_module_is_placed() {
    report(unplaced(&files()));
}

#[test]
fn imports_point_down_only() {
    report(upward(&files()));
}

#[test]
fn no_modules_import_each_other_in_a_circle() {
    report(circles(&files()));
}

#[test]
fn debts_are_still_owed() {
    report(paid(&files()));
}

#[test]
fn pure_layers_do_nothing() {
    report(effects(&files()));
}

#[test]
fn words_need_nothing_but_serde() {
    report(outside(&files()));
}

/// Tests and code wait for conditions; the one pause is in `tests/support/wait.rs`.
#[test]
fn nobody_sleeps() {
    let files = ["src", "tests", "benches"].iter().flat_map(|dir| rust_files(&root().join(dir)));
    report(files.flat_map(|path| sleeps(&path, &source::code(&read(&path)))).collect());
}

#[test]
fn every_rule_sees_who_breaks_it() {
    let file = |module: &str, source: &str| File {
        path: module.into(),
        module: module.to_owned(),
        code: source::without_tests(&source::code(source)),
    };
    // Every case with how often its rule is broken among files that exist.
    type Rule = fn(&[File]) -> Vec<String>;
    let cases: &[(Rule, &str, &str, usize)] = &[
        (unplaced, "manager", "", 1),
        (unplaced, "config::manager", "", 1),
        (unplaced, "commands::start", "", 0),
        (upward, "plan", "use crate::ui::Ui;", 1),
        (upward, "plan", "use crate::{error, ui::{Ui, Line}};", 2),
        (upward, "plan", "fn f() { crate::ui::say() }", 1),
        (upward, "plan", "use super::ui;", 1),
        (upward, "config::resolve", "use super::find::{self};", 1),
        (upward, "config::resolve", "use super::raw::Raw; use crate::template;", 0),
        (upward, "config::detect", "use crate::config::Config;", 1),
        (paid, "main", "", DEBTS.len()),
        (upward, "config::find", "use crate::config::Config;", 0),
        (upward, "journal", "use crate::config::Config;", 1),
        (upward, "plan::order", "use super::super::ui::Ui;", 1),
        (upward, "ui", "use crate::journal::Journal;", 1),
        (upward, "runner", "use crate::store::Store;", 0),
        (upward, "commands::start", "use crate::{config::Config, plan::Plan, ui::Ui};", 0),
        (upward, "plan", "/// See [`crate::ui`].\n#[cfg(test)] mod tests { use crate::ui; }", 0),
        (circles, "template", "use crate::quote::x;", 0),
        (circles, "quote", "use crate::plan::x;", 1),
        (effects, "plan", "use std::fs;", 1),
        (effects, "plan", "use std::{fmt, process::Command};", 1),
        (effects, "plan", "fn f() { println!(); eprint!(); }", 2),
        (effects, "plan", "fn f(p: &Path) -> bool { p.exists() }", 1),
        (effects, "plan", "fn f() { Instant::now(); }", 1),
        (effects, "ui", "use std::fs; fn f() { println!(); }", 0),
        (effects, "plan", "use std::ffi::OsStr; // println!\nconst X: &str = \"println!\";", 0),
        (outside, "workspace", "use tera::Tera;", 1),
        (outside, "workspace", "use serde::Serialize;\npub use std::fmt;\nuse crate::error;", 0),
        (outside, "workspace", "pub(crate) use tera::Tera;", 1),
    ];
    for (rule, module, source, count) in cases {
        let mut files: Vec<File> = TABLE.iter().map(|(module, _)| file(module, "")).collect();
        files.push(file("plan", "use crate::quote::y;"));
        files.push(file(module, source));
        let found = rule(&files);
        // Each member of a circle is one finding.
        let found_any = found.len().min(if *count == 0 { 1 } else { *count });
        assert_eq!(found_any, *count, "{module}: {source}: {found:?}");
    }
    assert_eq!(sleeps(Path::new("x"), "thread::sleep(d); asleep(); std::thread::sleep(d)").len(), 1);
    assert_eq!(sleeps(Path::new("x"), "use std::{io, thread::sleep};\nlet sleep = start();").len(), 1);
    assert_eq!(sleeps(Path::new("x"), &source::code("sh(\"sleep 1000\") // sleep(1)")).len(), 0);
}

fn files() -> Vec<File> {
    let src = root().join("src");
    let tests = |path: &PathBuf| path.file_stem().is_some_and(|name| name == "tests");
    rust_files(&src)
        .into_iter()
        .filter(|path| !tests(path))
        .map(|path| {
            let relative = path.strip_prefix(&src).expect("a file of src is in src").with_extension("");
            let mut parts: Vec<_> = relative.iter().map(|part| part.to_string_lossy()).collect();
            if parts.len() > 1 && parts.last().is_some_and(|part| part == "mod") {
                parts.pop();
            }
            let code = source::without_tests(&source::code(&read(&path)));
            File { module: parts.join("::"), path, code }
        })
        .collect()
}

fn rust_files(dir: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for entry in fs::read_dir(dir).into_iter().flatten().map(|entry| entry.expect("src can be read").path()) {
        if entry.is_dir() {
            all.extend(rust_files(&entry));
        } else if entry.extension().is_some_and(|extension| extension == "rs") {
            all.push(entry);
        }
    }
    all.sort();
    all
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("could not read `{}`: {error}", path.display()))
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

#[track_caller]
fn report(wrong: Vec<String>) {
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}
