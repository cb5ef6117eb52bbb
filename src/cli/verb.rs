//! The words of `rune pane …` for what is done to a pane by hand.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::live::{Content, How};

/// One verb.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Bring a pane to what is wanted: what is as wanted is left alone
    Ensure {
        /// Where, as SESSION:WINDOW.PANE; a number is a place from 1. What is missing around it is made
        pane: String,
        /// Its title
        #[arg(long)]
        label: Option<String>,
        #[command(flatten)]
        #[allow(missing_docs)]
        content: Content,
        /// Run the command again if it has ended with 0
        #[arg(long)]
        again: bool,
        #[command(flatten)]
        #[allow(missing_docs)]
        how: How,
    },
    /// Split a pane in two
    Split {
        /// The pane that gives room
        pane: String,
        /// The new one stands to the right
        #[arg(long)]
        right: bool,
        /// The new one stands below; so it does without a word
        #[arg(long, conflicts_with = "right")]
        down: bool,
        /// How much the new one takes, as 30% or as columns or rows; by default half
        #[arg(long, value_name = "SIZE")]
        size: Option<String>,
        /// Its title
        #[arg(long)]
        label: Option<String>,
        #[command(flatten)]
        #[allow(missing_docs)]
        content: Content,
        #[command(flatten)]
        #[allow(missing_docs)]
        how: How,
    },
    /// Run something else in a pane; what runs ends first
    Run {
        /// The pane
        pane: String,
        #[command(flatten)]
        #[allow(missing_docs)]
        content: Content,
        #[command(flatten)]
        #[allow(missing_docs)]
        how: How,
    },
    /// Type into a pane: the text as it is, then Enter
    Send {
        /// The pane
        pane: String,
        /// The text; `-` reads it from standard input
        #[arg(allow_hyphen_values = true)]
        text: Option<String>,
        /// A key by tmux's name for it, as C-c, Up or Enter, typed after the text; may be given several times
        #[arg(long = "key", value_name = "KEY", required_unless_present = "text")]
        keys: Vec<String>,
        /// Do not end the text with Enter
        #[arg(long)]
        no_enter: bool,
        #[command(flatten)]
        #[allow(missing_docs)]
        how: How,
    },
    /// Close a pane, or with --processes end what runs in it
    Kill {
        /// The pane
        pane: String,
        /// End what runs and keep the pane
        #[arg(long)]
        processes: bool,
        /// One that does not exist is fine
        #[arg(long, conflicts_with = "processes")]
        if_exists: bool,
        /// With --processes: how long they may take to end before they are killed
        #[arg(long, value_name = "TIME", default_value = "5s")]
        timeout: String,
        #[command(flatten)]
        #[allow(missing_docs)]
        how: How,
    },
    /// Show a pane and make it the active one
    Select {
        /// The pane
        pane: String,
        #[command(flatten)]
        #[allow(missing_docs)]
        how: How,
    },
    /// Give a pane another size
    Resize {
        /// The pane
        pane: String,
        #[command(flatten)]
        #[allow(missing_docs)]
        to: Resize,
        #[command(flatten)]
        #[allow(missing_docs)]
        how: How,
    },
    /// Let two panes change places
    Swap {
        /// One
        pane: String,
        /// The other
        with: String,
        #[command(flatten)]
        #[allow(missing_docs)]
        how: How,
    },
    /// Move a pane next to another one, or into a new window
    Move {
        /// The pane
        pane: String,
        /// A pane, a window, or SESSION:WINDOW for a new one
        to: String,
        /// To the right of that pane, and not below
        #[arg(long)]
        right: bool,
        #[command(flatten)]
        #[allow(missing_docs)]
        how: How,
    },
    /// List the panes
    List {
        /// A pane, window, session or glob; by default all
        target: Option<String>,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Forget what a pane shows and has shown
    Clear {
        /// The pane
        pane: String,
        #[command(flatten)]
        #[allow(missing_docs)]
        how: How,
    },
    /// Start a pane anew: what it shows is forgotten, and its command starts again
    Reset {
        /// The pane
        pane: String,
        #[command(flatten)]
        #[allow(missing_docs)]
        how: How,
    },
    /// Print the size of a pane, as 80x24
    Size {
        /// The pane
        pane: String,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Print the tree of processes in a pane
    Process {
        /// The pane
        pane: String,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Write what a pane prints to the end of a file, too
    Pipe {
        /// The pane
        pane: String,
        /// Begin, end, or tell whether it does
        switch: Switch,
        /// With `on`: the file
        #[arg(required_if_eq("switch", "on"))]
        file: Option<PathBuf>,
        #[command(flatten)]
        #[allow(missing_docs)]
        how: How,
    },
}

/// What to do with a pipe.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[allow(missing_docs)]
pub enum Switch {
    On,
    Off,
    Status,
}

/// How a pane's size changes.
#[derive(Args, Clone, Copy, Debug)]
#[group(id = "to", required = true, multiple = false)]
pub struct Resize {
    /// Move its border to the left by so many columns
    #[arg(long, value_name = "COLUMNS")]
    pub left: Option<u16>,
    /// Move its border to the right by so many columns
    #[arg(long, value_name = "COLUMNS")]
    pub right: Option<u16>,
    /// Move its border up by so many rows
    #[arg(long, value_name = "ROWS")]
    pub up: Option<u16>,
    /// Move its border down by so many rows
    #[arg(long, value_name = "ROWS")]
    pub down: Option<u16>,
    /// Make it so wide
    #[arg(long, value_name = "COLUMNS")]
    pub width: Option<u16>,
    /// Make it so high
    #[arg(long, value_name = "ROWS")]
    pub height: Option<u16>,
}
