//! Keeps the layers of `docs/architecture.md`: imports point down only, and what a layer may not do
//! is not in its files. A new module has to be placed in [`TABLE`].

#[path = "layers/source.rs"]
mod source;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use source::Named;

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
    ("record", 4),
    ("pty", 4),
    ("shell", 4),
    ("process", 4),
    ("journal", 4),
    ("ritual_run", 4),
    // 3 decisions (pure)
    ("plan", 3),
    ("supervise", 3),
    ("template", 3),
    ("quote", 3),
    ("environment", 3),
    ("layout", 3),
    ("command", 3),
    ("config::resolve", 3),
    ("config::detect", 3),
    ("config::report", 3),
    ("tmux::render", 3),
    ("tmux::script", 3),
    // 2 readings (pure)
    ("snapshot", 2),
    ("cli", 2),
    ("config::raw", 2),
    ("config::yaml", 2),
    ("config::tree", 2),
    ("config::schema", 2),
    ("tmux::version", 2),
    // 1 words
    ("workspace", 1),
    ("ritual", 1),
    ("project", 1),
    ("error", 1),
];

/// A module whose parts are in several layers, so that each has to be placed. It holds declarations
/// and re-exports only; whoever imports from it counts as importing an effect.
const PARTS: u8 = 0;

/// Effects meet as arguments. These know each other nevertheless.
const SIDEWAYS: &[(&str, &str)] = &[
    ("runner", "record"),
    ("runner", "process"),
    ("runner", "shell"),
    ("ritual_run", "process"),
    ("ritual_run", "pty"),
    ("ritual_run", "shell"),
    ("journal", "tmux::server"),
    ("config::load", "config::find"),
    ("config::load", "config::facts"),
];

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
    let lost: Vec<String> =
        files().iter().filter(|f| layer(&f.module).is_none()).map(|f| f.module.clone()).collect();
    assert!(lost.is_empty(), "place these in TABLE of tests/layers.rs: {}", lost.join(", "));
}

#[test]
fn imports_point_down_only() {
    let files = files();
    let modules: Vec<&str> = files.iter().map(|file| file.module.as_str()).collect();
    let mut wrong = Vec::new();
    for file in &files {
        for named in source::paths(&file.code) {
            let Some(target) = target(&named.path, &file.module, &modules) else { continue };
            if let Some(why) = why_not(&file.module, &target) {
                wrong.push(format!("{}: imports `{target}`, {why}", place(file, &named)));
            }
        }
    }
    report(wrong);
}

#[test]
fn no_two_modules_import_each_other() {
    let files = files();
    let modules: Vec<&str> = files.iter().map(|file| file.module.as_str()).collect();
    let mut edges: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for file in &files {
        for named in source::paths(&file.code) {
            let target = target(&named.path, &file.module, &modules);
            if let (Some(from), Some(to)) = (placed(&file.module), target.as_deref().and_then(placed))
                && from != to
                && layer(from) != Some(PARTS)
            {
                edges.entry(from).or_default().push(to);
            }
        }
    }
    // What is left after taking away, again and again, whatever imports nothing that is left.
    while let Some(leaf) =
        edges.keys().copied().find(|from| edges[from].iter().all(|to| !edges.contains_key(to)))
    {
        edges.remove(leaf);
    }
    report(
        edges.iter().map(|(from, to)| format!("`{from}` is in a circle of imports with {to:?}")).collect(),
    );
}

#[test]
fn pure_layers_do_nothing() {
    let mut wrong = Vec::new();
    for file in files().iter().filter(|file| matches!(layer(&file.module), Some(1..=3))) {
        for named in source::paths(&file.code) {
            let path = named.path.join("::");
            if IMPURE.iter().any(|word| path == *word || path.starts_with(&format!("{word}::"))) {
                wrong.push(format!("{}: `{path}` is for layer 4 and 5", place(file, &named)));
            }
        }
        for (number, line) in file.code.lines().enumerate() {
            for word in IMPURE_TEXT.iter().filter(|word| has_word(line, word)) {
                wrong.push(format!("{}:{}: `{word}` is for layer 4 and 5", file.path.display(), number + 1));
            }
        }
    }
    report(wrong);
}

#[test]
fn words_need_nothing_but_serde() {
    let mut wrong = Vec::new();
    for file in files().iter().filter(|file| layer(&file.module) == Some(1)) {
        for line in file.code.lines().filter_map(|line| line.trim_start().strip_prefix("use ")) {
            let name: String = line.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            if !OUTSIDE_OF_WORDS.contains(&&*name) && !["crate", "super", "self"].contains(&&*name) {
                wrong.push(format!("{}: layer 1 imports `{name}`", file.path.display()));
            }
        }
    }
    report(wrong);
}

/// Tests and code wait for conditions; the one pause is in `tests/support/wait.rs`.
#[test]
fn nobody_sleeps() {
    let mut wrong = Vec::new();
    for path in ["src", "tests", "benches"].iter().flat_map(|dir| rust_files(&root().join(dir))) {
        let code = source::code(&read(&path));
        for (number, line) in code.lines().enumerate() {
            for word in ["sleep(", "sleep_ms(", "sleep_until(", "park_timeout("] {
                if has_word(line, word) {
                    wrong.push(format!("{}:{}: `{word}` waits for time", path.display(), number + 1));
                }
            }
        }
    }
    report(wrong);
}

/// Why `from` may not import `to`; nothing when it may.
fn why_not(from: &str, to: &str) -> Option<String> {
    let (from, to) = (placed(from)?, placed(to)?);
    if from == to || layer(from) == Some(PARTS) {
        return None;
    }
    // What a module of parts re-exports may be an effect.
    let of = |module| layer(module).map(|layer| if layer == PARTS { 4 } else { layer });
    let (below, above) = (of(to)?, of(from)?);
    if below > above {
        return Some(format!("which is layer {below}, from layer {above}"));
    }
    let sideways = below == 4 && above == 4 && !SIDEWAYS.contains(&(from, to));
    sideways.then(|| "a sibling that SIDEWAYS of tests/layers.rs does not list".to_owned())
}

/// The entry of the table that `module` falls under.
fn placed(module: &str) -> Option<&'static str> {
    let (name, layer) = TABLE
        .iter()
        .filter(|(name, _)| {
            module == *name || module.strip_prefix(name).is_some_and(|rest| rest.starts_with("::"))
        })
        .max_by_key(|(name, _)| name.len())?;
    (*layer != PARTS || module == *name).then_some(name)
}

fn layer(module: &str) -> Option<u8> {
    let name = placed(module)?;
    TABLE.iter().find(|(other, _)| *other == name).map(|(_, layer)| *layer)
}

/// The module of ours that `path`, written in `module`, leads to.
fn target(path: &[String], module: &str, modules: &[&str]) -> Option<String> {
    let mut here: Vec<&str> =
        if matches!(module, "lib" | "main") { vec![] } else { module.split("::").collect() };
    let mut rest = path;
    match path[0].as_str() {
        "crate" => (here, rest) = (vec![], &path[1..]),
        "rune" if module == "main" => (here, rest) = (vec![], &path[1..]),
        "self" => rest = &path[1..],
        "super" => {
            while rest.first().is_some_and(|segment| segment == "super") {
                here.pop();
                rest = &rest[1..];
            }
        }
        child => {
            let known = here.iter().copied().chain([child]).collect::<Vec<_>>().join("::");
            if !modules.contains(&known.as_str()) {
                return None;
            }
        }
    }
    here.extend(rest.iter().map(String::as_str));
    while !here.is_empty() {
        let name = here.join("::");
        if modules.contains(&name.as_str()) {
            return Some(name);
        }
        here.pop();
    }
    None
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

fn has_word(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(at, _)| {
        !word.starts_with(char::is_alphabetic)
            || !line[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_')
    })
}

fn place(file: &File, named: &Named) -> String {
    format!("{}:{}", file.path.display(), named.line)
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
