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
    if let Some(code) = inner(&words) {
        return code;
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

/// What rune runs in panes and behind them, `rune --dir DIRECTORY WHAT ID …`: without the command line's
/// parser, since each of a hundred panes starts one.
#[allow(clippy::disallowed_methods)] // for what never comes to `main`'s own reading
fn inner(words: &[OsString]) -> Option<ExitCode> {
    let [_, flag, directory, what, id, rest @ ..] = words else { return None };
    if flag != "--dir" {
        return None;
    }
    let (directory, id) = (Path::new(directory), record::PaneId::parse(id.to_str()?)?);
    match what.to_str()? {
        record::PANE_RUN => {
            let server =
                runner::Server { close: tmux::server::close_pane, type_keys: tmux::server::type_keys };
            Some(runner::run(directory, &id, std::env::vars_os().collect(), server))
        }
        record::PANE_LOG => {
            let rest: Vec<String> = rest.iter().map(|word| word.to_string_lossy().into_owned()).collect();
            Some(log::write(directory, &id, &rest))
        }
        record::COMMAND_RUN if rest.is_empty() => {
            Some(runner::keep(directory, &id, std::env::vars_os().collect()))
        }
        _ => None,
    }
}

fn failed(ui: &ui::Ui, error: &error::Error) -> ExitCode {
    if !matches!(error, error::Error::Left) {
        ui.error(error);
    }
    ExitCode::from(error.code())
}
