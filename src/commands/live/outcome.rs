//! What was done, for people and for scripts.

use serde_json::{Value, json};

use crate::commands::bring_up::Done;
use crate::commands::context::Context;
use crate::commands::ls;
use crate::error::counted;
use crate::plan::{self, Plan, Step};
use crate::snapshot::{LiveSession, Snapshot};
use crate::target;

/// What was done.
#[derive(Debug)]
pub struct Outcome {
    /// The steps, in their order.
    pub plan: Plan,
    /// What the server has now.
    pub snapshot: Snapshot,
    /// What came of the steps.
    pub(super) done: Done,
}

impl Outcome {
    /// Whether anything was done.
    pub fn changed(&self) -> bool {
        !self.plan.is_empty()
    }

    /// What survived although it was to end.
    pub fn survivors(&self) -> Vec<String> {
        self.done.survivors.iter().map(ToString::to_string).collect()
    }

    /// Full names and ids of the panes that were opened.
    pub fn opened(&self) -> Vec<(String, [String; 3])> {
        let named = |ids: &[String; 3]| {
            let mut panes = self.snapshot.panes();
            let found = panes.find(|(_, _, pane)| pane.id == ids[2]);
            found.map_or(ids[2].clone(), |(session, window, pane)| target::name(session, window, pane))
        };
        let steps = self.plan.steps.iter().enumerate();
        let opened = steps.filter_map(|(at, step)| match step {
            Step::RestartPane { id, .. } => self.ids(id).filter(|[_, window, _]| self.is_new(window)),
            _ => self.done.opened.get(&at).cloned(),
        });
        opened.map(|ids| (named(&ids), ids)).collect()
    }

    /// Whether a window that was there took the place of another one, and so is new to whoever made it.
    fn is_new(&self, id: &str) -> bool {
        let is_it = |step: &Step| matches!(step, Step::NameWindow { window: plan::Target::Live(named), .. } if named == id);
        self.plan.steps.iter().any(is_it)
    }

    /// The ids of session, window and pane of a pane.
    fn ids(&self, pane: &str) -> Option<[String; 3]> {
        let mut panes = self.snapshot.panes();
        let (session, window, pane) = panes.find(|(_, _, known)| known.id == pane)?;
        Some([session.id.clone(), window.id.clone(), pane.id.clone()])
    }

    /// The outcome for scripts: every step with the ids of what it is about.
    pub fn json(&self) -> Value {
        let steps = self.plan.steps.iter().enumerate().map(|(at, step)| {
            let mut value = json!({ "did": step.to_string() });
            let about = id(step);
            let ids = self.done.opened.get(&at).cloned().or_else(|| self.ids(about?));
            match (ids, about) {
                (Some([session, window, pane]), _) => {
                    value["session"] = session.as_str().into();
                    value["window"] = window.as_str().into();
                    value["pane"] = pane.as_str().into();
                }
                (None, Some(id)) => {
                    let kind = match id.as_bytes() {
                        [b'$', ..] => "session",
                        [b'@', ..] => "window",
                        _ => "pane",
                    };
                    value[kind] = id.into();
                }
                (None, None) => {}
            }
            value
        });
        json!({
            "schema": 1,
            "changed": self.changed(),
            "steps": steps.collect::<Vec<Value>>(),
            "notes": self.plan.notes,
            "opened": self.opened().iter().map(|(name, ids)| json!({
                "target": name, "session": ids[0], "window": ids[1], "pane": ids[2],
            })).collect::<Vec<Value>>(),
            "sessions": self.plan.sessions.iter().filter_map(|about| {
                let mut sessions = self.snapshot.sessions.iter();
                let by_id = |session: &&LiveSession| match &about.id {
                    Some(id) => session.id == *id,
                    None => session.name == about.label,
                };
                sessions.find(by_id).map(ls::session_json)
            }).collect::<Vec<Value>>(),
        })
    }
}

/// tmux's id of what exists and a step is about.
fn id(step: &Step) -> Option<&str> {
    use plan::Target::Live;
    match step {
        Step::Act { act } => Some(act.id()),
        Step::RestartPane { id, .. } | Step::SetTitle { id, .. } | Step::ClosePane { id, .. } => Some(id),
        Step::NoteSession { id, .. } => Some(id),
        Step::Arrange { window: Live(id), .. }
        | Step::NameWindow { window: Live(id), .. }
        | Step::SetOptions { window: Live(id), .. } => Some(id),
        _ => None,
    }
}

/// Tells a person.
pub(super) fn report(context: &Context, outcome: &Outcome) {
    for (name, [_, _, pane]) in outcome.opened() {
        context.ui.result(&format!("{name} {pane}"));
    }
    match outcome.plan.steps.as_slice() {
        [] => context.ui.say("nothing to do"),
        [step] => context.ui.say(&format!("done: {step}")),
        steps => {
            context.ui.say(&format!("done: {}", counted(steps.len(), "step")));
            steps.iter().for_each(|step| context.ui.detail(&format!("  {step}")));
        }
    }
    for note in &outcome.plan.notes {
        context.ui.say(&format!("note: {note}"));
    }
}
