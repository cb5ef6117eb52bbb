//! `rune attach`, and the attaching of `rune start`.

use std::io::IsTerminal;

use super::context::Context;
use crate::cli;
use crate::error::{Error, Result};
use crate::quote;
use crate::snapshot::{LiveSession, Snapshot};
use crate::store::Variable;

/// What of the environment belongs to the terminal that attaches.
const OF_TERMINAL: [&str; 6] =
    ["TERM", "TERM_PROGRAM", "TERM_PROGRAM_VERSION", "COLORTERM", "LANG", "LC_ALL"];

/// `rune attach`
pub fn attach(context: &Context, options: &cli::Attach) -> Result<()> {
    let snapshot = context.look()?.unwrap_or_default();
    let session = match &options.name {
        Some(name) => find(&snapshot, name)?,
        None => default(context, &snapshot)?,
    };
    enter(context, &session.id, &session.name, options.hand_over)
}

/// The session of this name: exactly, never by prefix.
pub fn find<'s>(snapshot: &'s Snapshot, name: &str) -> Result<&'s LiveSession> {
    let wanted = |session: &&LiveSession| {
        session.name == name || session.about.as_ref().is_some_and(|about| about.name == name)
    };
    snapshot.sessions.iter().find(wanted).ok_or_else(|| Error::NotFound {
        what: "session",
        name: name.to_owned(),
        candidates: names(snapshot),
    })
}

fn names(snapshot: &Snapshot) -> Vec<String> {
    snapshot.sessions.iter().map(|session| session.name.clone()).collect()
}

fn default<'s>(context: &Context, snapshot: &'s Snapshot) -> Result<&'s LiveSession> {
    let here = |session: &&LiveSession| {
        session.about.as_ref().is_some_and(|about| context.directory.starts_with(&about.root))
    };
    let ours: Vec<&LiveSession> = snapshot.sessions.iter().filter(here).collect();
    let all: Vec<&LiveSession> = snapshot.sessions.iter().collect();
    for candidates in [ours, all] {
        match candidates.as_slice() {
            [] => {}
            [only] => return Ok(only),
            several => {
                let names: Vec<&str> = several.iter().map(|session| session.name.as_str()).collect();
                return Err(Error::Refused {
                    message: format!("there are several sessions: {}", crate::error::list(&names)),
                    hint: Some("name one: `rune attach NAME`".to_owned()),
                });
            }
        }
    }
    Err(Error::NotRunning)
}

/// Shows the session on this terminal: switches a client of the same server, leaves another tmux
/// alone unless told otherwise, and says so where there is no terminal.
pub fn enter(context: &Context, id: &str, name: &str, hand_over: bool) -> Result<()> {
    let words = quote::argv(&context.server.attach_words(name));
    let terminal = std::io::stdin().is_terminal() && std::io::stdout().is_terminal();
    let outer = context.variable("TMUX").map(|tmux| tmux.to_string_lossy().into_owned());
    let outer_socket = outer.as_ref().and_then(|tmux| tmux.rsplitn(3, ',').nth(2).map(str::to_owned));
    match outer_socket {
        Some(socket) if same_socket(&socket, context) => {
            let terminal: Vec<Variable> = context
                .inherited
                .iter()
                .filter(|(name, _)| name == "TMUX" || name == "TMUX_PANE")
                .cloned()
                .collect();
            context.server.switch(id, &terminal)
        }
        Some(socket) if hand_over => context.server.hand_over(&socket, &context.inherited, &words),
        Some(_) => {
            context
                .ui
                .say(&format!("this terminal is inside another tmux, where rune does not nest: {words}"));
            context.ui.say("`--move` hands this terminal over");
            Ok(())
        }
        None if !terminal => {
            context.ui.say(&format!("there is no terminal to attach to `{name}`: {words}"));
            Ok(())
        }
        None => {
            let of_terminal: Vec<Variable> = context
                .inherited
                .iter()
                .filter(|(name, _)| OF_TERMINAL.iter().any(|own| name == own))
                .cloned()
                .collect();
            Err(context.server.attach(id, &of_terminal))
        }
    }
}

fn same_socket(socket: &str, context: &Context) -> bool {
    let real = |path: &std::path::Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    real(std::path::Path::new(socket)) == real(&context.server.path)
}
