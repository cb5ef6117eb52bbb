//! A pane that gives room to a new one.

use super::Planned;
use super::address::Address;
use super::areas::areas;
use super::content::Content;
use super::declare::{self, By};
use super::scene::{Scene, number};
use super::window::{full_name, window_key};
use crate::error::{Error, Result, counted};
use crate::layout::Area;
use crate::plan::{Act, Split, Step, Target};
use crate::target::Found;
use crate::workspace::{Key, Share};

/// `rune pane split`
pub(super) fn split(
    scene: &Scene<'_>,
    at: &Address,
    right: bool,
    size: Option<Share>,
    label: Option<&str>,
    content: &Content,
) -> Result<Planned> {
    let Found { session, window, pane } = scene.pane(at)?;
    scene.allowed("window", &full_name(session, window), window.noted.is_some())?;
    let workspace = scene.workspace(session);
    let mut draft = scene.draft();
    draft.session(&workspace.identity.word(), session, true);
    let highest = window.panes.iter().filter_map(number).max().unwrap_or(0);
    let key = Key::place((window.panes.len() + 1).max(highest + 1));
    let declared = declare::pane(&workspace, key, content, label, By::Name);
    let launch = draft.launch(&workspace.identity.word(), &window_key(window), &declared);
    let shown = pane.shown.map_or(window.size, |shown| shown.size);
    let at = window.panes.iter().position(|other| other.id == pane.id);
    let area = at.and_then(|at| areas(window).get(at).copied()).unwrap_or(Area::window(shown));
    // A zoomed pane is shown larger than it is, one with a title smaller than its place.
    let room = if right { shown.width.min(area.width) } else { shown.height.min(area.height) };
    draft.step(Step::OpenPane {
        window: Target::Live(window.id.clone()),
        launch,
        split: Some(Split {
            anchor: Target::Live(pane.id.clone()),
            before: false,
            beside: right,
            length: length(room, size)?,
            arrange: None,
        }),
    });
    // A person asked for this place, so nothing is to be put right later.
    if let Some(declared) = window.noted.as_ref().and_then(|note| note.layout.clone()) {
        let (id, name) = (window.id.clone(), full_name(session, window));
        draft.act(Act::KeepArrangement { id, name, declared });
    }
    Ok(Planned { plan: draft.plan(), workspaces: vec![workspace] })
}

/// How many cells of `room` a new pane takes, one of which is the border.
fn length(room: u16, size: Option<Share>) -> Result<u16> {
    let cells = match size {
        None | Some(Share::Rest) => room.saturating_sub(1) / 2,
        Some(Share::Percent(percent)) => {
            u16::try_from(u32::from(room) * u32::from(percent) / 100).unwrap_or(room)
        }
        Some(Share::Cells(cells)) => cells,
    }
    .max(1);
    if cells.saturating_add(2) > room {
        return Err(Error::Refused {
            message: format!(
                "there is no room for {} beside a pane in {room}",
                counted(usize::from(cells), "cell")
            ),
            hint: Some("take less, or make the terminal larger".to_owned()),
        });
    }
    Ok(cells)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_of_a_pane_leaves_room_for_border_and_neighbour() {
        for (room, size, cells) in [
            (80, None, Some(39)),
            (80, Some(Share::Percent(30)), Some(24)),
            (80, Some(Share::Cells(78)), Some(78)),
            (80, Some(Share::Cells(79)), None),
            (80, Some(Share::Percent(100)), None),
            (3, None, Some(1)),
            (2, None, None),
            (10, Some(Share::Percent(1)), Some(1)),
        ] {
            assert_eq!(length(room, size).ok(), cells, "{size:?} of {room}");
        }
    }
}
