//! The config from file to project.

#![allow(clippy::unwrap_used)] // a test may stop where it stands

use std::path::Path;

use rune::config::{Request, open};
use rune::error::Error;
use rune::project::Project;
use tempfile::TempDir;

fn today() -> jiff::civil::Date {
    jiff::civil::date(2026, 11, 21)
}

/// The project that the config `file` makes in an empty directory.
fn project_of(file: &Path, name: Option<&str>) -> Result<Project, Error> {
    let directory = TempDir::new().unwrap();
    let mut request = Request::new(directory.path(), today());
    request.file = Some(file.to_owned());
    request.project = name.map(str::to_owned);
    open(&request)
}

#[test]
fn every_config_of_the_older_program_loads_unchanged() {
    let files = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/acceptance");
    let files: Vec<_> = std::fs::read_dir(files).unwrap().map(|entry| entry.unwrap().path()).collect();
    let configs: Vec<_> =
        files.iter().filter(|path| path.extension().is_some_and(|ext| ext == "yaml")).collect();
    assert_eq!(configs.len(), 10);
    for file in configs {
        let project = project_of(file, None).unwrap_or_else(|error| panic!("{}: {error:?}", file.display()));
        assert_eq!(project.workspaces.len(), 1, "{}", file.display());
    }
}
