//! The commands, one a file: the entry layer, where decisions and effects meet.

mod apply;
mod attach;
mod bring_up;
mod context;
mod kill;
mod known;
mod processes;
mod start;
mod status;
mod stop;

use crate::cli::{Cli, Command};
use crate::error::Result;

pub use context::Context;

/// Runs a command.
pub fn run(cli: Cli, context: &Context) -> Result<()> {
    match cli.command.unwrap_or(Command::Start(Default::default())) {
        Command::Start(options) => start::start(context, &options),
        Command::Stop(options) => stop::stop(context, &options),
        Command::Plan(options) => apply::plan(context, &options),
        Command::Apply(options) => apply::apply(context, &options),
        Command::Status(options) => status::status(context, &options),
        Command::Ls(options) => status::sessions(context, &options),
        Command::Attach(options) => attach::attach(context, &options),
        Command::Kill(options) => kill::kill(context, &options),
        _ => Ok(()),
    }
}
