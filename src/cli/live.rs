//! The words of `rune session …`, `rune window …` and `rune server …`, and what they share with
//! `rune pane …`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// What every operation on something that runs takes.
#[derive(Args, Clone, Copy, Debug, Default)]
pub struct How {
    /// Print JSON: ids, and what changed
    #[arg(long)]
    pub json: bool,
    /// On your own tmux server: also change and close what rune did not make
    #[arg(long)]
    pub any: bool,
}

/// What a pane is to run.
#[derive(Args, Clone, Debug, Default)]
pub struct Content {
    /// The command; without, your shell
    #[arg(long, value_name = "COMMAND", conflicts_with = "argv")]
    pub command: Option<String>,
    /// A variable of its environment; may be given several times
    #[arg(long = "env", value_name = "NAME=VALUE")]
    pub environment: Vec<String>,
    /// The directory it starts in; by default that of the session
    #[arg(long, value_name = "DIR")]
    pub cwd: Option<PathBuf>,
    /// Log what it prints
    #[arg(long)]
    pub log: bool,
    /// The command as a program and its arguments, without a shell
    #[arg(last = true, value_name = "PROGRAM")]
    pub argv: Vec<String>,
}

/// `rune session`
#[derive(Debug, Subcommand)]
pub enum Session {
    /// Make a session with one window; one that exists is refused
    Create {
        /// Its name
        name: String,
        /// Where it works; by default here
        #[arg(long, value_name = "DIR")]
        root: Option<PathBuf>,
        /// A variable for everything in it; may be given several times
        #[arg(long = "env", value_name = "NAME=VALUE")]
        environment: Vec<String>,
        /// End one that exists first, with everything in it
        #[arg(long)]
        reset: bool,
        #[command(flatten)]
        #[allow(missing_docs)]
        how: How,
    },
    /// Make a session unless it exists
    Ensure {
        /// Its name
        name: String,
        /// Where it works; by default here, and wherever it works already
        #[arg(long, value_name = "DIR")]
        root: Option<PathBuf>,
        /// A variable for everything that starts in it; may be given several times
        #[arg(long = "env", value_name = "NAME=VALUE")]
        environment: Vec<String>,
        #[command(flatten)]
        #[allow(missing_docs)]
        how: How,
    },
    /// End a session with everything in it
    Delete {
        /// Its name
        session: String,
        /// One that does not exist is fine
        #[arg(long)]
        if_exists: bool,
        #[command(flatten)]
        #[allow(missing_docs)]
        how: How,
    },
    /// Exit 0 if a session exists, else 3
    Exists {
        /// Its name
        session: String,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// List the sessions
    List {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Start every pane of a session again, with what it was started with
    Restart {
        /// Its name
        session: String,
        #[command(flatten)]
        #[allow(missing_docs)]
        how: How,
    },
    /// Give a session another name
    Rename {
        /// Its name
        session: String,
        /// Its new name
        name: String,
        #[command(flatten)]
        #[allow(missing_docs)]
        how: How,
    },
    /// End what runs in a session, and keep its panes
    Kill(Kill),
}

/// `rune session kill`, `rune window kill`
#[derive(Args, Clone, Debug)]
pub struct Kill {
    /// The session or window
    pub target: String,
    /// End what runs and keep the panes; `delete` ends all of it
    #[arg(long, required = true)]
    pub processes: bool,
    /// How long processes may take to end before they are killed
    #[arg(long, value_name = "TIME", default_value = "5s")]
    pub timeout: String,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub how: How,
}

/// `rune window`
#[derive(Debug, Subcommand)]
pub enum Window {
    /// Make a window with one pane; one that exists is refused
    Create {
        /// Where, as SESSION:WINDOW
        window: String,
        #[command(flatten)]
        #[allow(missing_docs)]
        content: Content,
        /// Start one that exists anew, with a single pane
        #[arg(long)]
        reset: bool,
        #[command(flatten)]
        #[allow(missing_docs)]
        how: How,
    },
    /// Bring a window to what is wanted: what is as wanted is left alone
    Ensure {
        /// Where, as SESSION:WINDOW; the session is made where it is missing
        window: String,
        /// How many panes it has at least, as 4 or `4pane`
        #[arg(long, value_name = "COUNT")]
        panes: Option<String>,
        /// How they are arranged: `grid`, `4pane`, one of tmux's layouts by name, or a layout string
        #[arg(long, value_name = "LAYOUT")]
        layout: Option<String>,
        #[command(flatten)]
        #[allow(missing_docs)]
        content: Content,
        /// Close panes of rune's beyond the number
        #[arg(long)]
        prune: bool,
        #[command(flatten)]
        #[allow(missing_docs)]
        how: How,
    },
    /// End a window with its panes
    Delete {
        /// The window
        window: String,
        /// One that does not exist is fine
        #[arg(long)]
        if_exists: bool,
        #[command(flatten)]
        #[allow(missing_docs)]
        how: How,
    },
    /// List the windows
    List {
        /// The session; by default all
        session: Option<String>,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Give a window another name
    Rename {
        /// The window
        window: String,
        /// Its new name
        name: String,
        #[command(flatten)]
        #[allow(missing_docs)]
        how: How,
    },
    /// Make the panes of a window equal: a row and a column stay one, all else becomes a grid
    Equalize {
        /// The window
        window: String,
        #[command(flatten)]
        #[allow(missing_docs)]
        how: How,
    },
    /// Arrange the panes of a window
    Layout {
        /// The window
        window: String,
        /// `grid`, one of tmux's layouts by name, or a layout string
        layout: String,
        #[command(flatten)]
        #[allow(missing_docs)]
        how: How,
    },
    /// End what runs in a window, and keep its panes
    Kill(Kill),
}

/// `rune server`
#[derive(Debug, Subcommand)]
pub enum Server {
    /// Start the tmux server with a session, unless one runs
    Start {
        /// The session that keeps it running
        #[arg(long, value_name = "NAME", default_value = "rune")]
        session: String,
        #[command(flatten)]
        #[allow(missing_docs)]
        how: How,
    },
    /// Stop a tmux server that rune started, with everything on it
    Stop {
        /// The name of its socket: `rune`, unless `--socket-name` says another; for safety
        name: String,
        /// How long processes may take to end before they are killed
        #[arg(long, value_name = "TIME", default_value = "5s")]
        timeout: String,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Show whether the tmux server runs, its version and what is on it
    Status {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
}
