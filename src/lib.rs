//! rune starts a working day: it runs a project's ritual and brings tmux to the declared workspace.
//!
//! `docs/architecture.md` shows the layers; `tests/layers.rs` keeps them.

pub mod cast;
pub mod cli;
pub mod command;
pub mod commands;
pub mod condition;
pub mod config;
pub mod control;
pub mod environment;
pub mod error;
pub mod event;
pub mod glob;
pub mod goal;
pub mod heroscript;
pub mod journal;
pub mod layout;
pub mod live;
pub mod lock;
pub mod log;
pub mod moment;
pub mod note;
pub mod order;
pub mod plain;
pub mod plan;
pub mod probe;
pub mod process;
pub mod project;
pub mod pty;
pub mod quote;
pub mod record;
pub mod ritual;
pub mod ritual_plan;
pub mod ritual_run;
pub mod runner;
pub mod screen;
pub mod shell;
pub mod snapshot;
pub mod store;
pub mod supervise;
pub mod target;
pub mod template;
pub mod tmux;
pub mod ui;
pub mod watch;
pub mod why;
pub mod workspace;

use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;

use clap::Parser;

/// Runs the program with the words and the environment of this process.
///
/// A pane's first process and what keeps a background command go straight to the runner, and what tmux
/// gives a pane's output to, to the log: none of them ever needs the command line's parser.
#[allow(clippy::disallowed_methods)] // the one place where the environment is read
pub fn main() -> ExitCode {
    let words: Vec<OsString> = std::env::args_os().collect();
    if let [_, flag, directory, command, id, ..] = words.as_slice()
        && flag == "--dir"
        && command == record::PANE_RUN
        && let Some(id) = id.to_str().and_then(record::PaneId::parse)
    {
        let inherited = std::env::vars_os().collect();
        let server = runner::Server { close: tmux::server::close_pane, type_keys: tmux::server::type_keys };
        return runner::run(Path::new(directory), &id, inherited, server);
    }
    if let [_, flag, directory, command, id, rest @ ..] = words.as_slice()
        && flag == "--dir"
        && command == record::PANE_LOG
        && let Some(id) = id.to_str().and_then(record::PaneId::parse)
    {
        let rest: Vec<String> = rest.iter().map(|word| word.to_string_lossy().into_owned()).collect();
        return log::write(Path::new(directory), &id, &rest);
    }
    if let [_, flag, directory, command, id] = words.as_slice()
        && flag == "--dir"
        && command == record::COMMAND_RUN
        && let Some(id) = id.to_str().and_then(record::PaneId::parse)
    {
        return runner::keep(Path::new(directory), &id, std::env::vars_os().collect());
    }
    let cli = cli::Cli::parse();
    let context = match commands::Context::new(cli.global.clone()) {
        Ok(context) => context,
        Err(error) => return failed(&ui::Ui::new(0, &|name| std::env::var_os(name)), &error),
    };
    match commands::run(cli, &context) {
        Ok(()) if ui::Ui::lost_a_result() => ExitCode::FAILURE,
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failed(&context.ui, &error),
    }
}

fn failed(ui: &ui::Ui, error: &error::Error) -> ExitCode {
    if !matches!(error, error::Error::Left) {
        ui.error(error);
    }
    ExitCode::from(error.code())
}
