//! Steps for one window: its panes, its layout, its name and options.

use std::collections::BTreeMap;

use super::matching::{matches, swaps};
use super::session::window_name;
use super::{Launch, Place, Planner, Split, Step, Target};
use crate::error::Result;
use crate::layout::{self, Axis, Cells, Misfit, Opening, Rules};
use crate::record::{PaneId, Tag};
use crate::snapshot::{LivePane, LiveWindow, WindowNote};
use crate::tmux::version::Feature;
use crate::workspace::{Hash, Layout, NamedLayout, Pane, Share, Size, Window, Workspace};

impl Planner<'_> {
    pub(super) fn new_window(
        &mut self,
        workspace: &Workspace,
        window: &Window,
        session: &Target,
        place: Place,
        size: Size,
    ) -> Result<()> {
        let target = session.latest();
        let cells = self.cells(workspace, window, window.panes.len(), size, false)?;
        let order = self.order(window, window.panes.len());
        let mut openings = layout::openings(&cells, &present(window.panes.len(), &[0])).into_iter();
        let name = window.name.clone();
        self.add(Step::OpenWindow { session: session.clone(), place, name, note: note(window) });
        for (cell, &pane) in order.iter().enumerate() {
            let split =
                if cell == 0 { None } else { openings.next().map(|opening| split(opening, target.latest())) };
            let launch = self.launch(workspace, window, &window.panes[pane]);
            self.add(Step::OpenPane { window: target.clone(), launch, split });
        }
        let options = options(window);
        if !options.is_empty() {
            let (name, note) = (window_name(window), note(window));
            self.add(Step::SetOptions { window: target.clone(), name, options, note });
        }
        if window.panes.len() > 1 {
            self.add(self.arrange(window, &target, &cells, Vec::new(), None));
        }
        let focus = window.panes.iter().position(|pane| pane.focus).unwrap_or(0);
        let focus = order.iter().position(|&pane| pane == focus).unwrap_or(0);
        if window.panes.len() > 1 {
            self.add(Step::FocusPane { window: target, place: focus, panes: window.panes.len() });
        }
        Ok(())
    }

    /// Steps for a window that exists; the ids of the live panes that are declared.
    pub(super) fn live_window(
        &mut self,
        workspace: &Workspace,
        window: &Window,
        live: &LiveWindow,
    ) -> Result<Vec<String>> {
        let tagged = self.tagged(&workspace.identity.word(), Some(&window.key));
        let found = matches(&window.panes, &tagged);
        let found: Vec<Option<&LivePane>> =
            found.iter().map(|place| place.map(|place| tagged[place])).collect();
        let missing = found.iter().filter(|pane| pane.is_none()).count();
        self.panes_in_place(workspace, window, live, &found)?;

        let target = Target::Live(live.id.clone());
        let noted = live.noted.as_ref();
        let wanted = note(window);
        if noted.is_some_and(|noted| noted.options != wanted.options) {
            let (name, options) = (window_name(window), options(window));
            self.change(Step::SetOptions { window: target.clone(), name, options, note: wanted.clone() });
        }
        if missing == 0
            && (noted.is_none_or(|noted| noted.layout != wanted.layout)
                || self.disordered(window, live, &found))
        {
            self.arranged(workspace, window, live, &found)?;
        }
        if noted.is_some_and(|noted| noted.name != wanted.name) {
            let name = window.name.clone();
            self.change(Step::NameWindow { window: target, name, note: wanted });
        }
        Ok(found.into_iter().flatten().map(|pane| pane.id.clone()).collect())
    }

    /// Restarts and opens panes of a window that exists.
    fn panes_in_place(
        &mut self,
        workspace: &Workspace,
        window: &Window,
        live: &LiveWindow,
        found: &[Option<&LivePane>],
    ) -> Result<()> {
        for (pane, found) in window.panes.iter().zip(found) {
            let Some(found) = found else { continue };
            let state = found.state(self.snapshot.pid);
            let changed = found.known.as_ref().is_some_and(|known| known.specification.hash != pane.hash);
            let why = match (changed, &state) {
                (true, _) => "its command changed".to_owned(),
                (false, state) if state.failed() || found.dead => format!("it ended ({state})"),
                _ => {
                    self.title(pane, found);
                    continue;
                }
            };
            let launch = self.launch(workspace, window, pane);
            let step = Step::RestartPane { id: found.id.clone(), launch, why };
            // Nothing alive is lost with a dead pane; in any other somebody may be at work.
            if found.dead { self.add(step) } else { self.change(step) }
        }
        if found.iter().any(Option::is_none) {
            self.open_missing(workspace, window, live, found)?;
        }
        Ok(())
    }

    fn title(&mut self, pane: &Pane, found: &LivePane) {
        if let (Some(title), Some(known), Some(tag)) = (&pane.title, &found.known, &found.tag)
            && known.specification.title.as_ref() != Some(title)
        {
            self.change(Step::SetTitle { id: found.id.clone(), title: title.clone(), tag: tag.clone() });
        }
    }

    fn open_missing(
        &mut self,
        workspace: &Workspace,
        window: &Window,
        live: &LiveWindow,
        found: &[Option<&LivePane>],
    ) -> Result<()> {
        let places = self.places(window, live, found);
        let cells = self.cells(workspace, window, places.len(), live.size, true)?;
        let target = Target::Live(live.id.clone());
        // Which cells have a live pane, and which pane of the declaration the others are for.
        let here: Vec<usize> =
            (0..places.len()).filter(|&cell| matches!(places[cell], Cell::Live(_))).collect();
        let swaps = self.swaps(live, &places);
        let mut openings = layout::openings(&cells, &present(places.len(), &here)).into_iter().peekable();
        if !swaps.is_empty() {
            let step = self.arrange(window, &target, &cells, swaps, None);
            if let Step::Arrange { window, name, layout, swaps, keep, note, .. } = step {
                self.add(Step::Arrange { window, name, layout, swaps, keep, selection: None, note });
            }
        }
        while let Some(opening) = openings.next() {
            let Cell::Missing(pane) = places[opening.cell] else { continue };
            let anchor = match &places[opening.anchor] {
                Cell::Live(id) => Target::Live(id.clone()),
                Cell::Missing(_) => target.latest(),
            };
            let launch = self.launch(workspace, window, &window.panes[pane]);
            self.add(Step::OpenPane { window: target.clone(), launch, split: Some(split(opening, anchor)) });
        }
        let keep = live.panes.iter().find(|pane| pane.active).map(|pane| pane.id.clone());
        self.add(self.arrange(window, &target, &cells, Vec::new(), keep));
        Ok(())
    }

    fn arranged(
        &mut self,
        workspace: &Workspace,
        window: &Window,
        live: &LiveWindow,
        found: &[Option<&LivePane>],
    ) -> Result<()> {
        let places = self.places(window, live, found);
        let cells = self.cells(workspace, window, places.len(), live.size, true)?;
        let swaps = self.swaps(live, &places);
        let keep = live.panes.iter().find(|pane| pane.active).map(|pane| pane.id.clone());
        let step = self.arrange(window, &Target::Live(live.id.clone()), &cells, swaps, keep);
        self.change(step);
        Ok(())
    }

    /// What each cell of a live window is for: declared panes in order, then everybody else's.
    fn places(&self, window: &Window, live: &LiveWindow, found: &[Option<&LivePane>]) -> Vec<Cell> {
        let in_window = |pane: &LivePane| live.panes.iter().any(|other| other.id == pane.id);
        let mut cells = Vec::new();
        for place in self.order(window, found.len()) {
            match found[place] {
                None => cells.push(Cell::Missing(place)),
                Some(pane) if in_window(pane) => cells.push(Cell::Live(pane.id.clone())),
                Some(_) => {} // it was moved to another window by hand
            }
        }
        let others =
            live.panes.iter().filter(|pane| !found.iter().flatten().any(|found| found.id == pane.id));
        cells.extend(others.map(|pane| Cell::Live(pane.id.clone())));
        cells
    }

    fn swaps(&self, live: &LiveWindow, places: &[Cell]) -> Vec<(String, String)> {
        let now: Vec<String> = live.panes.iter().map(|pane| pane.id.clone()).collect();
        let wanted: Vec<String> = places
            .iter()
            .filter_map(|cell| if let Cell::Live(id) = cell { Some(id.clone()) } else { None })
            .collect();
        swaps(&now, &wanted)
    }

    /// Whether the declared panes stand in another order than declared, whatever is between them.
    fn disordered(&self, window: &Window, live: &LiveWindow, found: &[Option<&LivePane>]) -> bool {
        let place = |id: &str| live.panes.iter().position(|pane| pane.id == id);
        let order = self.order(window, found.len());
        let places: Vec<usize> = order.iter().filter_map(|&at| place(&found[at]?.id)).collect();
        !places.is_sorted()
    }

    fn arrange(
        &self,
        window: &Window,
        target: &Target,
        cells: &Cells,
        swaps: Vec<(String, String)>,
        keep: Option<String>,
    ) -> Step {
        let selection =
            (cells.count() > 1).then(|| layout::selection(&window.layout, cells, |name| self.knows(name)));
        Step::Arrange {
            window: target.clone(),
            name: window_name(window),
            layout: layout_name(&window.layout),
            swaps,
            keep,
            selection,
            note: note(window),
        }
    }

    fn launch(&mut self, workspace: &Workspace, window: &Window, pane: &Pane) -> Launch {
        let id = PaneId::new(pane.keyed, self.request.nonce, self.launched);
        self.launched += 1;
        let (window, key) = (window.key.clone(), pane.key.clone());
        let tag = Tag { id, workspace: workspace.identity.word(), window, pane: key };
        Launch { tag, pane: pane.clone() }
    }

    fn knows(&self, name: NamedLayout) -> bool {
        use NamedLayout::{MainHorizontalMirrored, MainVerticalMirrored};
        let mirrored = matches!(name, MainHorizontalMirrored | MainVerticalMirrored);
        !mirrored || self.request.version.has(Feature::MirroredLayouts)
    }

    fn order(&self, window: &Window, panes: usize) -> Vec<usize> {
        match &window.layout {
            Layout::Named(name) if self.knows(*name) => (0..panes).collect(),
            layout => layout::order(layout, panes),
        }
    }

    fn rules(&self, window: &Window) -> Rules {
        let mut rules = Rules::of(!self.request.version.has(Feature::OneCellPanes));
        let declared = |name: &str| window.options.get(name).and_then(|value| share(value));
        rules.main_width = declared("main-pane-width").unwrap_or(rules.main_width);
        rules.main_height = declared("main-pane-height").unwrap_or(rules.main_height);
        rules
    }

    /// The smallest size that the window's declared panes fit into.
    pub(super) fn minimum(&self, window: &Window) -> Size {
        // A malformed layout string is a problem of the config and was refused there.
        layout::minimum(&window.layout, window.panes.len(), &self.rules(window))
            .unwrap_or(Size { width: 1, height: 1 })
    }

    fn cells(
        &self,
        workspace: &Workspace,
        window: &Window,
        panes: usize,
        size: Size,
        live: bool,
    ) -> Result<Cells> {
        match layout::compile(&window.layout, panes, size, &self.rules(window)) {
            Ok(cells) => Ok(cells),
            Err(Misfit::TooSmall { needs }) => {
                Err(self.too_small(workspace, &window_name(window), size, needs, live))
            }
            Err(Misfit::Malformed(fault)) => Err(crate::error::Error::failed(format!(
                "the layout of window `{}` is no tmux layout: {}",
                window_name(window),
                fault.message
            ))),
        }
    }
}

/// What a cell of a window is for.
enum Cell {
    Live(String),
    Missing(usize),
}

/// The value of an option such as `main-pane-width`: cells, or hundredths of the window.
fn share(value: &str) -> Option<Share> {
    match value.strip_suffix('%') {
        Some(percent) => percent.parse().ok().map(Share::Percent),
        None => value.parse().ok().map(Share::Cells),
    }
}

fn present(cells: usize, here: &[usize]) -> Vec<bool> {
    (0..cells).map(|cell| here.contains(&cell)).collect()
}

fn split(opening: Opening, anchor: Target) -> Split {
    Split {
        anchor,
        before: opening.before,
        beside: opening.axis == Axis::Columns,
        length: opening.length,
        arrange: opening.arrange,
    }
}

/// Every option that the window declares, `sync` among them.
fn options(window: &Window) -> BTreeMap<String, String> {
    let mut options = window.options.clone();
    if window.sync {
        options.insert("synchronize-panes".to_owned(), "on".to_owned());
    }
    options
}

pub(super) fn note(window: &Window) -> WindowNote {
    let layout = serde_json::to_vec(&window.layout).unwrap_or_default();
    let options = options(window);
    let main: String =
        options.iter().filter(|(name, _)| name.starts_with("main-pane")).map(|(_, v)| v.as_str()).collect();
    let options = options.iter().flat_map(|(name, value)| [name.as_bytes(), value.as_bytes()]);
    WindowNote {
        key: window.key.clone(),
        layout: Hash::of([layout.as_slice(), &window.panes.len().to_le_bytes(), main.as_bytes()]),
        options: Hash::of(options),
        name: Hash::of([window.name.as_deref().unwrap_or_default().as_bytes()]),
    }
}

fn layout_name(layout: &Layout) -> String {
    match layout {
        Layout::Named(name) => name.as_str().to_owned(),
        Layout::Grid => "a grid".to_owned(),
        Layout::Raw(_) => "its layout string".to_owned(),
        Layout::Tree(_) => "its layout tree".to_owned(),
    }
}
