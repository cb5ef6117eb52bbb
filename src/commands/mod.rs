//! The commands, one a file: the entry layer, where decisions and effects meet.

mod apply;
mod attach;
mod background;
mod bring_up;
mod capture;
mod check;
mod completions;
mod context;
mod convert;
mod doctor;
mod env;
mod events;
mod gone;
mod heroscript;
mod history;
mod init;
mod kill;
mod known;
mod leave;
pub mod live;
mod logs;
mod ls;
mod man;
mod noted;
mod notice;
mod pane;
mod processes;
mod restart;
mod ritual;
mod rules;
mod run;
mod server;
mod session;
mod start;
mod status;
mod stop;
mod top;
mod usage;
mod verb;
mod wait;
mod why;
mod window;
mod without_rune;

use crate::cli::{Cli, Command};
use crate::error::Result;

pub use context::Context;
use restart::Deed;

/// Runs a command.
pub fn run(cli: Cli, context: &Context) -> Result<()> {
    match cli.command.unwrap_or(Command::Start(Default::default())) {
        Command::Start(options) => start::start(context, &options),
        Command::Stop(options) => stop::stop(context, &options),
        Command::Plan(options) => apply::plan(context, &options),
        Command::Apply(options) => apply::apply(context, &options),
        Command::Status(options) => status::status(context, &options),
        Command::Logs(options) => logs::logs(context, &options),
        Command::Ls(options) => ls::ls(context, &options),
        Command::Why(options) => why::why(context, &options),
        Command::Wait(options) => wait::wait(context, &options),
        Command::Top(options) => top::top(context, &options),
        Command::Attach(options) => attach::attach(context, &options),
        Command::Kill(options) => kill::kill(context, &options),
        Command::Events(options) => events::events(context, &options),
        Command::Capture(options) => capture::capture(context, &options),
        Command::Restart(options) => restart::run(context, Deed::Restart, &options),
        Command::Pane { command } => pane::pane(context, &command),
        Command::Init(options) => init::init(context, &options),
        Command::Check(options) => check::check(context, &options),
        Command::Run(options) => run::run(context, &options),
        Command::Convert(options) => convert::convert(context, &options),
        Command::Env(options) => env::env(context, &options),
        Command::Doctor(options) => doctor::doctor(context, &options),
        Command::Schema => {
            context.ui.result(&format!("{:#}", crate::config::schema()));
            Ok(())
        }
        Command::Completions(options) => completions::completions(context, &options),
        Command::Complete(options) => completions::complete(context, &options),
        Command::Man(options) => man::man(context, &options),
        Command::Session { command } => session::session(context, &command),
        Command::Window { command } => window::window(context, &command),
        Command::Server { command } => server::server(context, &command),
        Command::Ritual { command } => ritual::ritual(context, &command),
    }
}
