//! What imperative actions leave behind, as if each were done.

use crate::heroscript::name::{MOST_PANES, WindowName};
use crate::heroscript::wanted::{self, Pane, Session, Window};
use crate::heroscript::{Action, Log, PaneName};
use crate::workspace::{Layout, Split};

use super::Lost;

/// The deepest tree of splits that a config carries: YAML has two levels for each of them.
const DEEPEST: usize = 10;

/// Does what an imperative action does, and says what of it a config cannot say.
pub(super) fn operate(sessions: &mut Vec<Session>, action: &Action) -> Vec<String> {
    let lost = |why: &str| vec![format!("{}: {why}", action.sentence())];
    match action {
        Action::SessionCreate { session, reset } => {
            if *reset {
                sessions.retain(|known| !known.name.is_session(session));
            }
            wanted::session(sessions, session);
            if *reset { lost(RESET) } else { Vec::new() }
        }
        Action::WindowCreate { window: name, command, environment, reset } => {
            if *reset {
                remove(sessions, name);
            }
            let window = wanted::window(sessions, name);
            let (command, environment) = (command.clone(), environment.clone());
            *window = Window::of_one(name.window.clone(), Pane { command, environment, ..Pane::default() });
            if *reset { lost(RESET) } else { Vec::new() }
        }
        Action::PaneSplit { pane: name, command, horizontal, environment, log } => {
            let pane = Pane {
                command: command.clone(),
                environment: environment.clone(),
                log: log.clone(),
                ..Pane::default()
            };
            match find(sessions, name) {
                None => lost("the script does not make that pane"),
                Some((window, _)) if window.panes.len() >= MOST_PANES => lost("the window has no room"),
                Some((window, at)) => {
                    split(window, at, *horizontal, pane);
                    log.iter().flat_map(lost_of_log).flat_map(lost).collect()
                }
            }
        }
        Action::SessionDelete { session } => {
            sessions.retain(|known| !known.name.is_session(session));
            lost("a config ends nothing; `rune stop` does")
        }
        Action::WindowDelete { window } => {
            remove(sessions, window);
            lost("a config ends nothing; `rune apply --prune` closes what it does not declare")
        }
        Action::PaneKill { pane } => {
            if let Some((window, at)) = find(sessions, pane) {
                if window.panes.len() == 1 {
                    remove(sessions, &pane.window);
                } else {
                    kill(window, at);
                }
            }
            lost("a config ends nothing; `rune apply --prune` closes what it does not declare")
        }
        Action::PaneExecute { .. } => lost("a config types nothing; give the pane a command"),
        Action::PaneEnsure { log: Some(log), .. } => lost_of_log(log).flat_map(lost).collect(),
        action if action.is_web() => lost("a config starts no web terminal"),
        _ => Vec::new(),
    }
}

const RESET: &str = "a config ends nothing that exists; `rune stop` does";

/// What a config cannot say of a log.
fn lost_of_log(log: &Log) -> impl Iterator<Item = &'static str> + use<> {
    let path = log.path.is_some().then_some("a log is kept in rune's own place");
    let reset = log.reset.then_some("a config empties no log");
    path.into_iter().chain(reset)
}

/// Makes what a config can say of a session, and says what is lost.
pub(super) fn settle(session: &mut Session, lost: &mut Vec<Lost>) {
    for window in &mut session.windows {
        if matches!(&window.layout, Layout::Tree(tree) if depth(tree) > DEEPEST) {
            window.layout = Layout::Grid;
            let name = format!("{}|{}", session.name, window.name);
            let what = format!("the splits of window `{name}`: they go too deep, so it is a grid");
            lost.push(Lost { line: None, what });
        }
        for at in 0..window.panes.len() {
            let is_shell = window.command_of(&window.panes[at]).is_none();
            if is_shell && window.panes[at].log.take().is_some() {
                let name = format!("{}|{}|{}", session.name, window.name, at + 1);
                let what = format!("the log of pane `{name}`: a config logs no plain shell");
                lost.push(Lost { line: None, what });
            }
        }
    }
}

fn depth(tree: &Split) -> usize {
    match tree {
        Split::Pane => 0,
        Split::Columns(cells) | Split::Rows(cells) => {
            1 + cells.iter().map(|(_, cell)| depth(cell)).max().unwrap_or(0)
        }
    }
}

fn remove(sessions: &mut [Session], name: &WindowName) {
    for session in sessions.iter_mut().filter(|session| session.name.is_session(&name.session)) {
        session.windows.retain(|window| window.name.text != name.window.text);
    }
}

/// The window that the script made, and which of its panes has this name.
fn find<'s>(sessions: &'s mut [Session], name: &PaneName) -> Option<(&'s mut Window, usize)> {
    let session = sessions.iter_mut().rfind(|session| session.name.is_session(&name.window.session))?;
    let window = session.windows.iter_mut().rfind(|window| window.name.text == name.window.window.text)?;
    let at = window.find(&name.pane)?;
    Some((window, at))
}

/// Parts a pane in two; the new one comes behind it and is the active one.
fn split(window: &mut Window, at: usize, horizontal: bool, pane: Pane) {
    if window.panes.len() == 1 {
        window.layout = Layout::Tree(Split::Pane);
    }
    if let Layout::Tree(tree) = &mut window.layout {
        let whole = std::mem::replace(tree, Split::Pane);
        *tree = wanted::parted(whole, at, horizontal);
    }
    let number = Some(window.next_number());
    window.panes.insert(at + 1, Pane { number, ..pane });
    window.active = at + 1;
}

/// Takes one of several panes away.
fn kill(window: &mut Window, at: usize) {
    window.panes.remove(at);
    if let Layout::Tree(tree) = &mut window.layout {
        let whole = std::mem::replace(tree, Split::Pane);
        *tree = wanted::without(whole, at).unwrap_or(Split::Pane);
    }
    window.active = match window.active {
        active if active > at => active - 1,
        active => active.min(window.panes.len() - 1),
    };
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::Share::Rest;

    fn leaf() -> (crate::workspace::Share, Split) {
        (Rest, Split::Pane)
    }

    #[test]
    fn a_split_parts_the_cell_of_its_pane() {
        let tree = wanted::parted(Split::Pane, 0, true);
        assert_eq!(tree, Split::Columns(vec![leaf(), leaf()]));
        let tree = wanted::parted(tree, 1, false);
        let right = Split::Rows(vec![leaf(), leaf()]);
        assert_eq!(tree, Split::Columns(vec![leaf(), (Rest, right.clone())]));
        assert_eq!(wanted::without(tree.clone(), 0), Some(right));
        assert_eq!(wanted::without(tree, 2), Some(Split::Columns(vec![leaf(), leaf()])));
        assert_eq!(wanted::without(Split::Pane, 0), None);
    }

    #[test]
    fn the_pane_of_the_last_split_is_the_active_one() {
        let sessions = &mut Vec::new();
        let script = "!!tmux.window_create name:'s|w' cmd:a\n!!tmux.pane_split name:'s|w' cmd:b\n\
                      !!tmux.pane_split name:'s|w' cmd:c horizontal\n!!tmux.pane_split name:'s|w|1' cmd:d\n\
                      !!tmux.pane_kill name:'s|w|main'\n";
        let source = crate::config::source::Source::new("a.heroscript", script);
        for statement in crate::heroscript::parse(&source, crate::heroscript::Others::Refuse).unwrap() {
            operate(sessions, &statement.action);
        }
        let commands: Vec<&str> =
            sessions[0].windows[0].panes.iter().map(|pane| pane.command.as_deref().unwrap()).collect();
        assert_eq!(commands, ["a", "b", "c"]);
        let below = Split::Columns(vec![leaf(), leaf()]);
        assert_eq!(sessions[0].windows[0].layout, Layout::Tree(Split::Rows(vec![leaf(), (Rest, below)])));
    }
}
