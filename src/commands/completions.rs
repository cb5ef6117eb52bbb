//! `rune completions SHELL`: clap's script, with names of projects, workspaces, sessions, windows and
//! panes from the config and the server added through the hidden `rune __complete`.

use clap::{Command, CommandFactory};
use clap_complete::Shell;

use super::context::Context;
use crate::cli::{self, Cli};
use crate::error::Result;
use crate::snapshot::Detail;
use crate::target;
use crate::tmux::server::Server;

/// `rune completions`
pub fn completions(context: &Context, options: &cli::Completions) -> Result<()> {
    let mut script = Vec::new();
    clap_complete::generate(options.shell, &mut for_people(&Cli::command()), "rune", &mut script);
    let mut script = String::from_utf8_lossy(&script).into_owned();
    if options.shell == Shell::Zsh {
        // How it is loaded; ours comes at the end of names.zsh.
        script.truncate(script.rfind("\nif [ \"$funcstack[1]\"").map_or(script.len(), |end| end + 1));
    }
    script += names(options.shell);
    context.ui.result(&script);
    Ok(())
}

/// The command line without what is for scripts: clap would complete that too.
fn for_people(all: &Command) -> Command {
    let commands = all.get_subcommands().filter(|command| !command.is_hide_set());
    Command::new("rune").args(all.get_arguments().cloned()).subcommands(commands.cloned())
}

/// What makes the shell ask rune for names where a word is one.
fn names(shell: Shell) -> &'static str {
    match shell {
        Shell::Bash => include_str!("completions/names.bash"),
        Shell::Zsh => include_str!("completions/names.zsh"),
        Shell::Fish => include_str!("completions/names.fish"),
        _ => "",
    }
}

/// `rune __complete`: one name a line; silent on every trouble, since a person is typing.
pub fn complete(context: &Context, options: &cli::Complete) -> Result<()> {
    let names = match options.kind.as_str() {
        "session" => sessions(&context.server),
        "target" => targets(&context.server),
        "windows" => windows(&context.server),
        kind => configured(context, kind),
    };
    if !names.is_empty() {
        context.ui.result(&names.join("\n"));
    }
    Ok(())
}

fn sessions(server: &Server) -> Vec<String> {
    let snapshot = server.look(Detail::Plan).ok().flatten().unwrap_or_default();
    snapshot.sessions.into_iter().map(|session| session.name).collect()
}

/// The full spellings of all live panes.
fn targets(server: &Server) -> Vec<String> {
    let snapshot = server.look(Detail::Plan).ok().flatten().unwrap_or_default();
    snapshot.panes().map(|(session, window, pane)| target::name(session, window, pane)).collect()
}

/// The full spellings of all live windows.
fn windows(server: &Server) -> Vec<String> {
    let snapshot = server.look(Detail::Plan).ok().flatten().unwrap_or_default();
    let windows = snapshot.sessions.iter().flat_map(|session| {
        session.windows.iter().map(move |window| format!("{}:{}", session.name, window.key()))
    });
    windows.collect()
}

fn configured(context: &Context, kind: &str) -> Vec<String> {
    let (request, _) = context.request(&[]);
    let Ok(loaded) = crate::config::load(&request) else { return Vec::new() };
    let names = crate::config::names(&loaded);
    match kind {
        "project" => names.projects,
        "workspace" => names.workspaces,
        "window" => names.windows,
        _ => names.panes,
    }
}
