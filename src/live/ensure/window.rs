//! A window as it is wanted, made or completed.

use super::pane::compare;
use super::slots::{Slot, Slots};
use super::wanted::WantedWindow;
use crate::error::Result;
use crate::live::scene::Scene;
use crate::plan::{self, Draft, Part, Step};
use crate::snapshot::{LivePane, LiveSession, LiveWindow};
use crate::workspace::{Key, Window, Workspace};

/// A window that does not exist, with everything that was said of it.
pub(in crate::live) fn new_window(workspace: &Workspace, wanted: &WantedWindow<'_>) -> Result<Window> {
    let mut slots = Slots { workspace, wanted, slots: Vec::new(), live: None };
    slots.fill()?;
    Ok(slots.window(Key::from_name(wanted.name)))
}

/// Makes a live window as it is wanted; one that `takes_over` another's place is started anew in it.
pub(in crate::live) fn live_window(
    scene: &Scene<'_>,
    draft: &mut Draft<'_>,
    workspace: &Workspace,
    session: &LiveSession,
    live: &LiveWindow,
    wanted: &WantedWindow<'_>,
    takes_over: bool,
) -> Result<()> {
    scene.allowed("window", &format!("{}:{}", session.name, live.name), live.noted.is_some())?;
    let existing = live.panes.iter().map(|pane| Slot { live: Some(pane), key: None, asked: None });
    let mut slots = Slots { workspace, wanted, slots: existing.collect(), live: Some(live) };
    if takes_over {
        let first = wanted.panes.iter().map(|pane| pane.name).next().filter(|_| wanted.count.is_none());
        let word = first.filter(|name| name.parse::<usize>().is_err() && !matches!(*name, "main" | "active"));
        slots.slots[0].key = Some(word.map_or(Key::place(1), Key::from_name));
    }
    slots.fill()?;
    let window_key = match &live.noted {
        Some(note) if !takes_over => note.key.clone(),
        _ => Key::from_name(wanted.name),
    };
    if takes_over {
        let name = Some(wanted.name.to_owned());
        draft.step(Step::NameWindow {
            window: plan::Target::Live(live.id.clone()),
            key: window_key.clone(),
            name,
        });
    }
    let mut closing = Vec::new();
    if wanted.prune
        && let Some(count) = wanted.count
    {
        closing = slots.beyond(count);
        for pane in &closing {
            slots.slots.retain(|slot| slot.live.is_none_or(|live| live.id != pane.id));
        }
    }
    for slot in &slots.slots {
        let Some(pane) = slot.live else { continue };
        let asked = slot.asked.map(|at| &wanted.panes[at]);
        let by = slot.by(wanted);
        let declared = slot.declared(&slots);
        if takes_over {
            draft.restart(
                pane,
                &workspace.identity.word(),
                &window_key,
                &declared,
                "it takes an empty window's place",
            );
            continue;
        }
        if asked.is_none() && !wanted.whole {
            continue;
        }
        let again = asked.is_some_and(|asked| asked.again);
        compare(scene, draft, workspace, session, live, pane, &declared, by, again)?;
    }
    let window = slots.window(window_key);
    let found: Vec<Option<&LivePane>> = slots.slots.iter().map(|slot| slot.live).collect();
    let arrange = wanted.layout.is_some() && !Draft::is_arranged(&window, live);
    draft.complete(workspace, &Part { window, live, found, closing, arrange })
}
