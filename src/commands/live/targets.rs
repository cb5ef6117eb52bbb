//! What an operation was about, as it is afterwards.

use serde_json::{Value, json};

use crate::live::{Address, Ensure, Operation, Scene};
use crate::target;

/// The windows and panes that were named and exist, with their ids: those that were left as they are, too.
pub fn targets(scene: &Scene<'_>, operation: &Operation) -> Vec<Value> {
    use Operation as Op;
    let (window, pane) = (|at| window(scene, at), |at| pane(scene, at));
    match operation {
        Op::CreateWindow { at, .. } | Op::RenameWindow { at, .. } | Op::ArrangeWindow { at, .. } => {
            window(at).into_iter().collect()
        }
        Op::SplitPane { at, .. }
        | Op::RunInPane { at, .. }
        | Op::Type { at, .. }
        | Op::SelectPane { at }
        | Op::ResizePane { at, .. }
        | Op::MovePane { at, .. }
        | Op::ClearPane { at }
        | Op::ResetPane { at }
        | Op::PipePane { at, .. } => pane(at).into_iter().collect(),
        Op::SwapPanes { at, with } => [at, with].into_iter().filter_map(pane).collect(),
        Op::Ensure(all) => all
            .iter()
            .filter_map(|one| match one {
                Ensure::Session { .. } => None,
                Ensure::Window { at, .. } => window(at),
                Ensure::Pane { at, .. } => pane(at),
            })
            .collect(),
        Op::CreateSession { .. }
        | Op::DeleteSession { .. }
        | Op::RestartSession { .. }
        | Op::RenameSession { .. }
        | Op::DeleteWindow { .. }
        | Op::EndPane { .. } => Vec::new(),
    }
}

fn window(scene: &Scene<'_>, at: &Address) -> Option<Value> {
    let (session, window) = scene.window(at).ok()?;
    Some(json!({
        "target": format!("{}:{}", session.name, target::window_key(window)),
        "session": session.id,
        "window": window.id,
        "panes": window.panes.iter().map(|pane| pane.id.as_str()).collect::<Vec<&str>>(),
    }))
}

fn pane(scene: &Scene<'_>, at: &Address) -> Option<Value> {
    let found = scene.pane(at).ok()?;
    Some(json!({
        "target": found.name(),
        "session": found.session.id,
        "window": found.window.id,
        "pane": found.pane.id,
    }))
}
