//! `rune pane …`: one verb for single panes each.

use super::context::Context;
use super::restart::{self, Deed};
use super::verb;
use crate::cli;
use crate::error::Result;

/// `rune pane`
pub fn pane(context: &Context, command: &cli::Pane) -> Result<()> {
    match command {
        cli::Pane::Start(options) => restart::run(context, Deed::Start, options),
        cli::Pane::Stop(options) => restart::run(context, Deed::Stop, options),
        cli::Pane::Verb(verb) => verb::run(context, verb),
    }
}
