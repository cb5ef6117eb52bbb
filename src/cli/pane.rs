//! The words of `rune pane …` and `rune restart`.

use clap::{Args, Subcommand};

use super::verb::Verb;

/// `rune pane`
#[derive(Debug, Subcommand)]
pub enum Pane {
    /// Start commands of panes that do not run
    Start(Panes),
    /// Stop commands of panes by their stop rules, and keep the panes
    Stop(Panes),
    #[command(flatten)]
    #[allow(missing_docs)]
    Verb(Verb),
}

/// Panes that something is done with.
#[derive(Args, Clone, Debug)]
pub struct Panes {
    /// Panes as `session:window.pane` or as globs; a window or session stands for its panes
    #[arg(value_name = "PANE", required_unless_present = "all")]
    pub panes: Vec<String>,
    /// All panes of this project
    #[arg(long, conflicts_with = "panes")]
    pub all: bool,
}
