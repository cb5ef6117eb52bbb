//! Words to actions.

use super::fields::Fields;
use super::table::{ACTIONS, Spec, spec};
use super::written::Written;
use super::{Action, Statement};
use crate::config::collect::Collect;
use crate::config::raw::nearest;
use crate::error::list;

/// The action that was written; nothing when it has a mistake, which is noted.
pub(super) fn statement(collect: &mut Collect<'_>, written: &Written) -> Option<Statement> {
    let Some(spec) = spec(written.name.as_str()) else {
        unknown(collect, written);
        return None;
    };
    let (line, column) = collect.source.position(written.start);
    let action = action(&mut Fields::new(collect, spec, written), spec)?;
    Some(Statement { line, column, action })
}

fn action(fields: &mut Fields<'_, '_, '_>, spec: &Spec) -> Option<Action> {
    // Everything is read before anything that is missing ends it, so that every mistake is noted.
    Some(match spec.name {
        "session_create" => {
            let (session, reset) = (fields.session(), fields.flag("reset"));
            Action::SessionCreate { session: session?, reset }
        }
        "session_delete" => Action::SessionDelete { session: fields.session()? },
        "session_ensure" => Action::SessionEnsure { session: fields.session()? },
        "window_create" => {
            let (window, command) = (fields.window(), fields.command());
            let (environment, reset) = (fields.environment(), fields.flag("reset"));
            Action::WindowCreate { window: window?, command, environment, reset }
        }
        "window_delete" => Action::WindowDelete { window: fields.window()? },
        "window_ensure" => {
            let (window, panes) = (fields.window(), fields.panes());
            let (command, environment) = (fields.command(), fields.environment());
            Action::WindowEnsure { window: window?, panes, command, environment }
        }
        "pane_execute" => {
            let (pane, text) = (fields.pane(), fields.typed());
            Action::PaneExecute { pane: pane?, text: text? }
        }
        "pane_kill" => Action::PaneKill { pane: fields.pane()? },
        "pane_split" => {
            let (pane, command) = (fields.pane_or_window(), fields.command());
            let (horizontal, environment) = (fields.flag("horizontal"), fields.environment());
            let log = fields.log();
            Action::PaneSplit { pane: pane?, command, horizontal, environment, log }
        }
        "pane_ensure" => {
            let (pane, label) = (fields.lasting_pane(), fields.label());
            let (command, environment) = (fields.command(), fields.environment());
            let log = fields.log();
            Action::PaneEnsure { pane: pane?, label, command, environment, log }
        }
        "session_ttyd" => {
            let (session, port) = (fields.session(), fields.port());
            let editable = fields.flag("editable");
            Action::SessionTtyd { session: session?, port: port?, editable }
        }
        "window_ttyd" => {
            let (window, port) = (fields.window(), fields.port());
            let editable = fields.flag("editable");
            Action::WindowTtyd { window: window?, port: port?, editable }
        }
        "session_ttyd_stop" => {
            let (session, port) = (fields.session(), fields.port());
            Action::SessionTtydStop { session: session?, port }
        }
        "window_ttyd_stop" => {
            let (window, port) = (fields.window(), fields.port());
            Action::WindowTtydStop { window: window?, port }
        }
        "ttyd_stop_all" => Action::TtydStopAll,
        _ => return None,
    })
}

fn unknown(collect: &mut Collect<'_>, written: &Written) {
    let name = written.name.as_str();
    let names = ACTIONS.iter().map(|spec| spec.name);
    let near = nearest(&name.replace('-', "_"), names.clone()).map(str::to_owned);
    let message = match name {
        "" => "the name of the action is missing".to_owned(),
        _ => format!("there is no action `{name}`"),
    };
    let problem = collect.problem(&written.name.place, message);
    problem.help = Some(match &near {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("there is {}", list(&names.collect::<Vec<_>>())),
    });
    problem.replacement = near;
}
