//! `rune attach`, and the attaching of `rune start`.

use std::io::IsTerminal;

use super::context::Context;
use super::noted;
use crate::cli;
use crate::config::raw;
use crate::error::{Error, Result, list};
use crate::event::{Subject, What};
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

/// The session of this name: that of tmux, else the one that the config gave it. Never a prefix.
///
/// # Errors
/// [`Error::NotFound`], or [`Error::Refused`] when the config's name is that of several sessions.
pub fn find<'s>(snapshot: &'s Snapshot, name: &str) -> Result<&'s LiveSession> {
    if let Some(session) = snapshot.sessions.iter().find(|session| session.name == name) {
        return Ok(session);
    }
    let named = |session: &&LiveSession| session.about.as_ref().is_some_and(|about| about.name == name);
    let named: Vec<&LiveSession> = snapshot.sessions.iter().filter(named).collect();
    match named.as_slice() {
        [] => {
            Err(Error::NotFound { what: "session", name: name.to_owned(), candidates: names(snapshot, name) })
        }
        [only] => Ok(only),
        several => Err(ambiguous(&format!("several sessions are called `{name}`"), several)),
    }
}

/// The sessions' names, the one nearest to `name` first.
fn names(snapshot: &Snapshot, name: &str) -> Vec<String> {
    let mut names: Vec<String> = snapshot.sessions.iter().map(|session| session.name.clone()).collect();
    let nearest = raw::nearest(name, names.iter().map(String::as_str)).map(str::to_owned);
    names.sort_by_key(|name| Some(name) != nearest.as_ref());
    names
}

fn ambiguous(message: &str, sessions: &[&LiveSession]) -> Error {
    let names: Vec<&str> = sessions.iter().map(|session| session.name.as_str()).collect();
    Error::Refused {
        message: format!("{message}: {}", list(&names)),
        hint: Some("name one of them".to_owned()),
    }
}

/// The session of the project around the working directory, else the only one.
fn default<'s>(context: &Context, snapshot: &'s Snapshot) -> Result<&'s LiveSession> {
    let depth = |session: &LiveSession| {
        let root = &session.about.as_ref()?.root;
        context.directory.starts_with(root).then_some(root.len())
    };
    let sessions = || snapshot.sessions.iter();
    let deepest = sessions().filter_map(depth).max();
    let here: Vec<&LiveSession> =
        sessions().filter(|session| deepest.is_some() && depth(session) == deepest).collect();
    let all: Vec<&LiveSession> = sessions().collect();
    match (here.as_slice(), all.as_slice()) {
        ([only], _) | ([], [only]) => Ok(only),
        ([], []) => Err(Error::NotRunning),
        ([], several) => Err(ambiguous("there are several sessions", several)),
        (several, _) => Err(ambiguous("this project has several sessions", several)),
    }
}

/// Shows the session on this terminal: switches a client of the same server, leaves another tmux
/// alone unless told otherwise, and says so where there is no terminal.
pub fn enter(context: &Context, id: &str, name: &str, hand_over: bool) -> Result<()> {
    let outer = context.variable("TMUX").map(|tmux| tmux.to_string_lossy().into_owned());
    let outer_socket = outer.as_ref().and_then(|tmux| tmux.rsplitn(3, ',').nth(2));
    match outer_socket {
        Some(socket) if same_socket(socket, context) => switch(context, id, name),
        Some(socket) if hand_over => {
            // The client there may know neither this PATH nor this TMUX_TMPDIR.
            let (tmux, path) = (context.tmux(), &context.server.path);
            let tmux = [tmux.to_string_lossy(), "-u".into(), "-S".into(), path.to_string_lossy()];
            let words = attach_words(tmux.map(String::from).to_vec(), name);
            context.server.hand_over(socket, &context.inherited, &words)
        }
        Some(_) => {
            stay_outside(context, name, "this terminal is inside another tmux, where rune does not nest");
            context.ui.say(&format!("or hand this terminal over: {}", own_words(context, &["--move", name])));
            Ok(())
        }
        None if std::io::stdin().is_terminal() && std::io::stdout().is_terminal() => {
            drawable(context, name)?;
            came(context, name);
            Err(context.server.attach(id, &inherited(context, &OF_TERMINAL)))
        }
        None => {
            stay_outside(context, name, "there is no terminal here to show it");
            Ok(())
        }
    }
}

/// Says why the session is not shown, and how it can be.
fn stay_outside(context: &Context, name: &str, why: &str) {
    context.ui.say(&format!("`{name}` is up; {why}"));
    context.ui.say(&format!("attach with: {}", attach_words(context.server.words(), name)));
}

/// The shell line by which `tmux` attaches to a session.
fn attach_words(mut tmux: Vec<String>, name: &str) -> String {
    tmux.extend(["attach", "-t", &format!("={name}")].map(str::to_owned));
    quote::argv(&tmux)
}

/// The words that attach to a session with rune, on this server.
pub fn own_words(context: &Context, words: &[&str]) -> String {
    let mut all = vec!["rune".to_owned()];
    if let Some(path) = &context.global.socket_path {
        all.extend(["--socket-path".to_owned(), path.display().to_string()]);
    } else if let Some(name) = &context.global.socket_name {
        all.extend(["--socket-name".to_owned(), name.clone()]);
    }
    all.push("attach".to_owned());
    all.extend(words.iter().map(|word| (*word).to_owned()));
    quote::argv(&all)
}

/// Shows the session on the client that shows this pane.
fn switch(context: &Context, id: &str, name: &str) -> Result<()> {
    let Err(error) = context.server.switch(id, &inherited(context, &["TMUX", "TMUX_PANE"])) else {
        came(context, name);
        return Ok(());
    };
    // A pane that nobody looks at: there is nothing to switch.
    if context.server.command("list its clients", ["list-clients"])?.is_empty() {
        stay_outside(context, name, "no terminal shows this pane");
        return Ok(());
    }
    Err(error)
}

/// Notes that a person came to the session, and from where.
fn came(context: &Context, name: &str) {
    let user = ["USER", "LOGNAME"].iter().find_map(|name| context.variable(name));
    let user = user.map_or_else(|| "somebody".to_owned(), |user| user.to_string_lossy().into_owned());
    let terminal = rustix::termios::ttyname(rustix::stdio::stdin(), Vec::new());
    let by = match terminal {
        Ok(terminal) => format!("{user} on {}", terminal.to_string_lossy()),
        Err(_) => user,
    };
    noted::note(context, [(What::Attached, Subject::session(name, None))], &by);
}

/// # Errors
/// When tmux could not draw on this terminal: its own words for that help nobody.
fn drawable(context: &Context, name: &str) -> Result<()> {
    let term = context.variable("TERM").map(|term| term.to_string_lossy().into_owned());
    let problem = match term.as_deref() {
        None => "TERM is not set".to_owned(),
        Some("dumb" | "unknown") => format!("TERM is `{}`", term.unwrap_or_default()),
        Some(_) => return Ok(()),
    };
    Err(Error::Failed {
        message: format!("`{name}` is up, but tmux cannot draw on this terminal: {problem}"),
        hint: Some(format!("TERM=xterm-256color {}", own_words(context, &[name]))),
    })
}

/// These variables as they were inherited.
fn inherited(context: &Context, names: &[&str]) -> Vec<Variable> {
    let wanted = |(name, _): &&Variable| names.iter().any(|own| name == own);
    context.inherited.iter().filter(wanted).cloned().collect()
}

fn same_socket(socket: &str, context: &Context) -> bool {
    let real = |path: &std::path::Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    real(std::path::Path::new(socket)) == real(&context.server.path)
}
