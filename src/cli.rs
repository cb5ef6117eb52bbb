//! The words of the command line.

mod live;
mod pane;
mod verb;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

pub use live::{Content, How, Kill as KillProcesses, Server, Session, Window};
pub use pane::{Pane, Panes};
pub use verb::{Resize, Switch, Verb};

/// Start the working day: run the project's ritual and bring tmux to the declared workspace.
///
/// Without a command, `rune` is `rune start`.
#[derive(Debug, Parser)]
#[command(name = "rune", version = env!("RUNE_VERSION"), max_term_width = 100)]
#[command(args_conflicts_with_subcommands = false, subcommand_required = false)]
pub struct Cli {
    /// What holds for every command.
    #[command(flatten)]
    pub global: Global,
    /// What to do.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// What holds for every command.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Options of every command")]
pub struct Global {
    /// Read this config instead of looking for one
    #[arg(short = 'f', long = "file", global = true, value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// Work as if started in this directory
    #[arg(short = 'C', long = "directory", global = true, value_name = "DIR")]
    pub directory: Option<PathBuf>,
    /// Say more: what was chosen (-v), and every tmux script (-vv)
    #[arg(short = 'v', long = "verbose", global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
    /// Use the tmux server of this name (tmux -L); by default $RUNE_SOCKET, a name or a path, else `rune`
    // No `env` and no default of clap's: a set variable would count as given, and so conflict below.
    #[arg(long, global = true, value_name = "NAME")]
    pub socket_name: Option<String>,
    /// Use the tmux server at this path (tmux -S)
    #[arg(long, global = true, value_name = "PATH", conflicts_with = "socket_name")]
    pub socket_path: Option<PathBuf>,
    /// The tmux program; by default $RUNE_TMUX, else `tmux`
    #[arg(long, global = true, value_name = "PROGRAM")]
    pub tmux: Option<PathBuf>,
    /// A tmux config for a server that rune starts, instead of rune's own
    #[arg(long, global = true, value_name = "FILE")]
    pub tmux_conf: Option<PathBuf>,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Write a commented starter config
    Init(Init),
    /// Run the start ritual, bring up the workspaces, and attach
    Start(Start),
    /// Run the stop ritual and end the project's sessions
    Stop(Stop),
    /// Show the difference between the config and what runs
    Plan(Apply),
    /// Do what `rune plan` shows
    Apply(Apply),
    /// Show what runs, and how it is
    Status(Status),
    /// Explain why a pane is as it is, with what it waits for and its last output
    Why(Why),
    /// Wait until panes are ready, have ended, or have printed something
    Wait(Wait),
    /// Show what panes use: processors and memory
    Top(Top),
    /// Show what panes printed
    Logs(Logs),
    /// List the sessions
    Ls(Ls),
    /// Attach to a session
    Attach(Attach),
    /// End one session
    Kill(Kill),
    /// Show what happened, and what happens
    Events(Events),
    /// Show what stands in a pane
    Capture(Capture),
    /// Stop commands of panes and start them again, in the order of what they need
    Restart(Panes),
    /// Make, change, type into and end panes; start and stop their commands
    Pane {
        /// What to do with them.
        #[command(subcommand)]
        command: Pane,
    },
    /// Make, change and end sessions
    Session {
        /// What to do.
        #[command(subcommand)]
        command: Session,
    },
    /// Make, change, arrange and end windows
    Window {
        /// What to do.
        #[command(subcommand)]
        command: Window,
    },
    /// Start, stop and show the tmux server
    Server {
        /// What to do.
        #[command(subcommand)]
        command: Server,
    },
    /// Show, preview or run rituals
    Ritual {
        /// What to do with them.
        #[command(subcommand)]
        command: Ritual,
    },
    /// Report every problem of a config
    Check(Check),
    /// Do what a HeroScript says
    Run(Run),
    /// Print a HeroScript as a config
    Convert(Convert),
    /// Show what the environment filter keeps and drops, and why
    Env(Env),
    /// Look at tmux, its socket, the config and the terminal
    Doctor(Doctor),
    /// Print the JSON Schema of the config
    Schema,
    /// Print a completion script
    Completions(Completions),
    /// Print a manual page in roff
    Man(Man),
    /// Print names for a completion script
    #[command(name = "__complete", hide = true)]
    Complete(Complete),
}

/// `rune init`
#[derive(Args, Debug)]
pub struct Init {
    /// Replace a config that exists
    #[arg(long)]
    pub force: bool,
}

/// A project and the values for it.
#[derive(Args, Clone, Debug, Default)]
pub struct Choice {
    /// The project, and values as NAME=VALUE
    #[arg(value_name = "PROJECT | NAME=VALUE")]
    pub words: Vec<String>,
}

/// `rune start`
#[derive(Args, Clone, Debug, Default)]
pub struct Start {
    /// The project and its values.
    #[command(flatten)]
    pub choice: Choice,
    /// Do not attach
    #[arg(short, long)]
    pub detach: bool,
    /// Wait until every pane that starts by itself is ready
    #[arg(long)]
    pub wait: bool,
    /// How long to wait before it is given up with exit code 4; else as long as the `ready` of each pane says
    #[arg(long, value_name = "TIME", requires = "wait")]
    pub timeout: Option<String>,
    /// Run the start ritual even if it ran already
    #[arg(long)]
    pub ritual: bool,
    /// Show what would be done, and do nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Inside another tmux: hand this terminal over to rune's server
    #[arg(long = "move")]
    pub hand_over: bool,
}

/// `rune stop`
#[derive(Args, Debug)]
pub struct Stop {
    /// The project and its values.
    #[command(flatten)]
    pub choice: Choice,
    /// Run the stop ritual only and keep the sessions
    #[arg(long)]
    pub keep: bool,
    /// How long processes may take to end before they are killed
    #[arg(long, value_name = "TIME", default_value = "5s")]
    pub timeout: String,
}

/// `rune plan` and `rune apply`
#[derive(Args, Debug)]
pub struct Apply {
    /// Workspaces, and values as NAME=VALUE; all that `rune start` names by default
    #[arg(value_name = "WORKSPACE | NAME=VALUE")]
    pub words: Vec<String>,
    /// The project
    #[arg(short, long)]
    pub project: Option<String>,
    /// Close panes and windows that are no longer declared
    #[arg(long)]
    pub prune: bool,
    /// Wait until every pane that starts by itself is ready
    #[arg(long, conflicts_with_all = ["check", "script"])]
    pub wait: bool,
    /// How long to wait before it is given up with exit code 4; else as long as the `ready` of each pane says
    #[arg(long, value_name = "TIME", requires = "wait")]
    pub timeout: Option<String>,
    /// Do nothing; exit 6 if something would change
    #[arg(long)]
    pub check: bool,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
    /// Print a self-contained tmux script and do nothing
    #[arg(long, conflicts_with = "json")]
    pub script: bool,
}

/// `rune status`
#[derive(Args, Debug)]
pub struct Status {
    /// Go on: in place on a terminal, else a report for every change, until Ctrl-C
    #[arg(long)]
    pub watch: bool,
    /// Print JSON, one line a report
    #[arg(long)]
    pub json: bool,
}

/// `rune why`
#[derive(Args, Debug)]
pub struct Why {
    /// The pane, or a background command of a ritual as project:ritual.name
    pub pane: String,
}

/// `rune wait`
#[derive(Args, Debug)]
pub struct Wait {
    /// Panes, or windows and sessions for all of their panes that start by themselves; or background
    /// commands of rituals that have a runner
    #[arg(value_name = "TARGET", required = true)]
    pub targets: Vec<String>,
    /// How far each has to be; by default ready, unless there is a text
    #[arg(long, value_parser = ["ready", "started", "succeeded", "exited"])]
    pub state: Option<String>,
    /// A regular expression that a line of the output of each has to match
    #[arg(long, value_name = "REGEX")]
    pub text: Option<String>,
    /// How long to wait before it is given up with exit code 4; else as long as the `ready` of each pane says
    #[arg(long, value_name = "TIME")]
    pub timeout: Option<String>,
}

/// `rune top`
#[derive(Args, Debug)]
pub struct Top {
    /// Print what is used within half a second, and end
    #[arg(long)]
    pub once: bool,
    /// Print JSON, and end
    #[arg(long)]
    pub json: bool,
}

/// `rune ls`
#[derive(Args, Debug)]
pub struct Ls {
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// `rune logs`
#[derive(Args, Debug)]
pub struct Logs {
    /// Panes as session:window.pane, tmux ids or globs, or background commands of rituals as
    /// project:ritual.name; the panes of what runs by default
    #[arg(value_name = "PANE")]
    pub panes: Vec<String>,
    /// Go on with what comes, until Ctrl-C
    #[arg(short, long)]
    pub follow: bool,
    /// Only what was printed from then on: 10m (ago), 9:30, 2026-11-21T09:30:00Z
    #[arg(long, value_name = "TIME")]
    pub since: Option<String>,
    /// Only what was printed before
    #[arg(long, value_name = "TIME", conflicts_with = "follow")]
    pub until: Option<String>,
    /// Only lines that match this regular expression
    #[arg(long, value_name = "REGEX")]
    pub grep: Option<String>,
    /// Only so many lines, the last ones
    #[arg(short = 'n', long, value_name = "N")]
    pub lines: Option<usize>,
    /// Only what is new since the last call with this name
    #[arg(long, value_name = "NAME", conflicts_with = "follow")]
    pub cursor: Option<String>,
    /// Print a line of JSON for every line and event
    #[arg(long)]
    pub json: bool,
    /// Print the bytes that the pane printed, as they were
    #[arg(long, conflicts_with_all = ["json", "timestamps", "ansi"])]
    pub raw: bool,
    /// Keep colours also where the output is no terminal
    #[arg(long, conflicts_with = "json")]
    pub ansi: bool,
    /// Print when each line was printed
    #[arg(short, long)]
    pub timestamps: bool,
    /// Remove the logs of these panes, which must have ended
    #[arg(long, conflicts_with_all = ["follow", "since", "until", "grep", "lines", "cursor", "json", "raw", "ansi", "timestamps"])]
    pub remove: bool,
    /// With --remove: the logs of all panes that are gone
    #[arg(long, requires = "remove", conflicts_with = "panes")]
    pub gone: bool,
    /// Read this config instead of looking for one
    // The global option without its letter, which here follows: clap leaves an id alone that is taken.
    #[arg(id = "file", long = "file", global = true, value_name = "FILE")]
    file: Option<PathBuf>,
}

/// `rune attach`
#[derive(Args, Debug)]
pub struct Attach {
    /// The session; by default the only one, or this project's
    pub name: Option<String>,
    /// Inside another tmux: hand this terminal over to rune's server
    #[arg(long = "move")]
    pub hand_over: bool,
}

/// `rune kill`
#[derive(Args, Debug)]
pub struct Kill {
    /// The session
    pub name: String,
    /// How long processes may take to end before they are killed
    #[arg(long, value_name = "TIME", default_value = "5s")]
    pub timeout: String,
}

/// `rune events`
#[derive(Args, Debug)]
pub struct Events {
    /// Only what happened to these panes, windows or sessions; globs as well
    #[arg(value_name = "TARGET")]
    pub targets: Vec<String>,
    /// Go on with what happens from now on
    #[arg(short, long)]
    pub follow: bool,
    /// Only since then: `10m` ago, `9:30`, or `2026-11-21T09:30`
    #[arg(long, value_name = "TIME")]
    pub since: Option<String>,
    /// Only the last N; with --follow 10 if nothing else is said
    #[arg(short, long, value_name = "N")]
    pub number: Option<usize>,
    /// Print lines of JSON
    #[arg(long)]
    pub json: bool,
    /// Read this config instead of looking for one
    // The global option once more, without `-f`, which is --follow here.
    #[arg(long = "file", value_name = "FILE", hide = true)]
    pub file: Option<PathBuf>,
}

/// `rune capture`
#[derive(Args, Debug)]
pub struct Capture {
    /// The pane
    pub pane: String,
    /// The last N lines of screen and scrollback; empty rows at the end are no lines
    #[arg(short = 'n', long, value_name = "N")]
    pub lines: Option<usize>,
    /// The whole scrollback and the screen
    #[arg(long, conflicts_with = "lines")]
    pub all: bool,
    /// With colours and styles
    #[arg(long)]
    pub ansi: bool,
    /// Lines that were wrapped at the edge as one
    #[arg(long)]
    pub join: bool,
    /// The screen that a full-screen program hides, as it is when that ends
    #[arg(short, long)]
    pub alternate: bool,
}

/// Which ritual.
#[derive(Clone, Copy, Debug, ValueEnum)]
#[allow(missing_docs)]
pub enum Phase {
    Start,
    Stop,
}

/// `rune ritual`
#[derive(Debug, Subcommand)]
pub enum Ritual {
    /// List the rituals of every project
    List,
    /// Show what would run
    Test {
        /// Which ritual
        phase: Phase,
        /// The project and its values.
        #[command(flatten)]
        choice: Choice,
    },
    /// Run it without the workspace; it counts as run for `rune start` and `rune stop`
    Run {
        /// Which ritual
        phase: Phase,
        /// The project and its values.
        #[command(flatten)]
        choice: Choice,
    },
}

/// `rune check`
#[derive(Args, Debug)]
pub struct Check {
    /// Configs; by default the one that `rune start` would read
    pub files: Vec<PathBuf>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// `rune run`
#[derive(Args, Debug)]
pub struct Run {
    /// The script; `-` is standard input
    pub script: PathBuf,
    /// Show what would be done, and do nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Pass over actions that are not tmux's
    #[arg(long)]
    pub skip_unknown: bool,
    /// What every operation takes.
    #[command(flatten)]
    pub how: How,
}

/// `rune convert`
#[derive(Args, Debug)]
pub struct Convert {
    /// The script; `-` is standard input
    pub file: PathBuf,
    /// Pass over actions that are not tmux's
    #[arg(long)]
    pub skip_unknown: bool,
}

/// `rune env`
#[derive(Args, Debug)]
pub struct Env {
    /// The project and its values.
    #[command(flatten)]
    pub choice: Choice,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// `rune doctor`
#[derive(Args, Debug)]
pub struct Doctor {
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// `rune completions`
#[derive(Args, Debug)]
pub struct Completions {
    /// The shell
    pub shell: clap_complete::Shell,
}

/// `rune man`
#[derive(Args, Debug)]
pub struct Man {
    /// The page: rune(1) or rune.yaml(5)
    #[arg(default_value = "rune", value_parser = ["rune", "rune.yaml"])]
    pub page: String,
}

/// `rune __complete`
#[derive(Args, Debug)]
pub struct Complete {
    /// What kind of names
    #[arg(value_parser = ["project", "workspace", "session", "window", "pane", "target", "windows"])]
    pub kind: String,
}
