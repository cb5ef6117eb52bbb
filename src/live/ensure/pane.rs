//! A pane that exists, next to what is wanted of it.

use crate::error::Result;
use crate::live::Reach;
use crate::live::declare::{self, By, as_started, title};
use crate::live::scene::Scene;
use crate::live::window::window_key;
use crate::plan::{Draft, Step};
use crate::snapshot::{LivePane, LiveSession, LiveWindow};
use crate::target;
use crate::workspace::{Pane, Workspace};

/// Starts a live pane again where what it declares, or how it ended, asks for that.
#[allow(clippy::too_many_arguments, reason = "a pane with everything around it")]
pub(super) fn compare(
    scene: &Scene<'_>,
    draft: &mut Draft<'_>,
    workspace: &Workspace,
    session: &LiveSession,
    window: &LiveWindow,
    pane: &LivePane,
    declared: &Pane,
    by: Option<By>,
    again: bool,
) -> Result<()> {
    let name = || target::name(session, window, pane);
    let mut declared = declared.clone();
    let label = declared.title.clone();
    declared.title = declared.title.or_else(|| title(pane).map(str::to_owned));
    // A pane without a key of its own gets none, or its config would not find it any more.
    declared.keyed = pane.tag.as_ref().is_none_or(|tag| tag.id.keyed());
    // What its window is to run says nothing of a pane that somebody named.
    let by = by.filter(|by| *by == By::Name || declare::is_of_window(pane, &declared));
    let why = match (by, &pane.tag) {
        (Some(_), Some(_)) => declare::why_restart(scene.snapshot, pane, &declared, again),
        // A person's pane is in nobody's way as long as nobody says what is to run in it.
        (Some(By::Name), None) => Some("it was made by hand".to_owned()),
        (Some(By::Window), None) => None,
        (None, tag) => {
            // Nothing is said of its command, but it is to run what it was started with.
            let state = pane.state(scene.snapshot.pid);
            let ended = tag.is_some() && (pane.dead || state.failed());
            if let (true, Some(tag), Some(before)) = (ended, tag, as_started(pane)) {
                let before = Pane { title: declared.title.clone(), ..before };
                draft.restart_same(pane, tag, &before, &format!("it ended ({state})"));
                return Ok(());
            }
            None
        }
    };
    match (why, label, &pane.tag) {
        (Some(why), _, tag) => {
            if scene.reach == Reach::Tagged || tag.is_none() {
                scene.allowed("pane", &name(), tag.is_some())?;
            }
            // It stays whose it was.
            let own = workspace.identity.word();
            let (word, key) = tag.as_ref().map_or((&own, None), |tag| (&tag.workspace, Some(&tag.window)));
            let key = key.cloned().unwrap_or_else(|| window_key(window));
            draft.restart(pane, word, &key, &declared, &why);
        }
        (None, Some(label), Some(tag)) if title(pane) != Some(&label) => {
            draft.step(Step::SetTitle { id: pane.id.clone(), title: label, tag: tag.clone() });
        }
        _ => {}
    }
    Ok(())
}
