//! Scripts of the test data, and short ways to read one.

use std::fs;
use std::path::{Path, PathBuf};

use rune::config::source::Source;
use rune::error::Problem;
use rune::heroscript::{Others, Statement, parse};

/// The scripts of a directory of this repository.
pub fn scripts(directory: &str) -> Vec<PathBuf> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join(directory);
    let mut files: Vec<PathBuf> =
        fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "heroscript"));
    files.sort();
    files
}

/// What a text says, or what is wrong with it.
pub fn read(text: &str) -> Result<Vec<Statement>, Vec<Problem>> {
    parse(&Source::new("day.heroscript", text), Others::Refuse)
}

/// What a text says that has no mistake.
pub fn good(text: &str) -> Vec<Statement> {
    read(text).unwrap_or_else(|problems| panic!("{:?}\n{text}", lines(&problems)))
}

/// Mistakes as `LINE:COLUMN MESSAGE`.
pub fn lines(problems: &[Problem]) -> Vec<String> {
    problems
        .iter()
        .map(|problem| format!("{}:{} {}", problem.line, problem.column, problem.message))
        .collect()
}
