//! Actions and batches as sentences.

use std::fmt;

use super::wanted::{Pane, Session, Window};
use super::{Action, Batch, Name, PaneName, PanePlace, WindowName};
use crate::error::counted;
use crate::workspace::{Layout, one_line};

/// The longest command that a sentence shows, in characters.
const LONGEST: usize = 60;

impl fmt::Display for Batch {
    /// One sentence without a line break at its end; what is ensured has a line for each session,
    /// window and pane.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Batch::Operate(statement) => f.write_str(&statement.action.sentence()),
            Batch::Ensure { sessions, .. } => {
                let lines: Vec<String> = sessions.iter().map(session).collect();
                f.write_str(&lines.join("\n"))
            }
        }
    }
}

impl Action {
    /// What it does, in one sentence.
    pub fn sentence(&self) -> String {
        match self {
            Action::SessionCreate { session, reset: false } => {
                format!("create {} unless it is there", of_session(session))
            }
            Action::SessionCreate { session, reset: true } => {
                format!("create {} anew, ending one of that name first", of_session(session))
            }
            Action::SessionDelete { session } => format!("delete {}", of_session(session)),
            Action::SessionEnsure { session } => format!("ensure {}", of_session(session)),
            Action::WindowCreate { window, command, reset, .. } => {
                let anew = if *reset { " anew, ending one of that name first," } else { "" };
                format!("create {}{anew} with {}", of_window(window), running(command.as_deref()))
            }
            Action::WindowDelete { window } => format!("delete {}", of_window(window)),
            Action::WindowEnsure { window, panes, command, .. } => {
                let command = command.as_deref().map(|command| format!(", each with {}", shown(command)));
                let panes = counted(*panes, "pane");
                format!("ensure {} with {panes}{}", of_window(window), command.unwrap_or_default())
            }
            Action::PaneExecute { pane, text } => format!("type {} into {}", shown(text), of_pane(pane)),
            Action::PaneKill { pane } => format!("end {}", of_pane(pane)),
            Action::PaneSplit { pane, command, horizontal, .. } => {
                let side = if *horizontal { "right" } else { "bottom" };
                format!("split {} at its {side} with {}", of_pane(pane), running(command.as_deref()))
            }
            Action::PaneEnsure { pane, command, .. } => match command {
                Some(command) => format!("ensure {} with {}", of_pane(pane), shown(command)),
                None => format!("ensure {}", of_pane(pane)),
            },
            Action::SessionTtyd { session, port, editable } => web(&of_session(session), *port, *editable),
            Action::WindowTtyd { window, port, editable } => web(&of_window(window), *port, *editable),
            Action::SessionTtydStop { session, port } => web_stop(&of_session(session), *port),
            Action::WindowTtydStop { window, port } => web_stop(&of_window(window), *port),
            Action::TtydStopAll => "end every web terminal (not available yet)".to_owned(),
        }
    }
}

fn session(session: &Session) -> String {
    let mut text = format!("ensure {}", of_session(&session.name));
    for window in &session.windows {
        let grid = if window.layout == Layout::Grid && window.panes.len() > 1 { " as a grid" } else { "" };
        let panes = counted(window.panes.len(), "pane");
        text += &format!("\n  window {} with {panes}{grid}", titled(&window.name));
        for (index, pane) in window.panes.iter().enumerate() {
            text += &format!("\n    pane {}{}", index + 1, said(window, pane));
        }
    }
    text
}

/// What is wanted of a pane.
fn said(window: &Window, pane: &Pane) -> String {
    let label = pane.label.as_ref().map(|label| format!(" `{}`", label.title)).unwrap_or_default();
    let command = window.command_of(pane).map_or("whatever runs in it".to_owned(), shown);
    let names: Vec<&str> =
        window.environment.keys().chain(pane.environment.keys()).map(String::as_str).collect();
    let environment = match names.as_slice() {
        [] => String::new(),
        names => format!(", with {}", crate::error::list(names)),
    };
    let log = if pane.log.is_some() { ", with a log" } else { "" };
    format!("{label}: {command}{environment}{log}")
}

fn of_session(name: &Name) -> String {
    format!("session {}", titled(name))
}

fn of_window(name: &WindowName) -> String {
    format!("window `{}`", name)
}

fn of_pane(name: &PaneName) -> String {
    match &name.pane {
        PanePlace::Active => format!("the active pane of {}", of_window(&name.window)),
        _ => format!("pane `{name}`"),
    }
}

/// A name, with what was written where that is something else.
fn titled(name: &Name) -> String {
    if name.text == name.title { format!("`{name}`") } else { format!("`{name}` ({})", name.title) }
}

fn running(command: Option<&str>) -> String {
    command.map_or("a shell".to_owned(), shown)
}

/// A command in one line that is not too long.
pub(super) fn shown(command: &str) -> String {
    let line = one_line(command);
    match line.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("`{}…`", &line[..end]),
        None => format!("`{line}`"),
    }
}

fn web(what: &str, port: u16, editable: bool) -> String {
    let typing = if editable { " for typing too" } else { "" };
    format!("show {what} on port {port}{typing} (not available yet)")
}

fn web_stop(what: &str, port: Option<u16>) -> String {
    let port = port.map(|port| format!(" on port {port}")).unwrap_or_default();
    format!("end the web terminal of {what}{port} (not available yet)")
}
