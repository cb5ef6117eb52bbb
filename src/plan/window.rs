//! Steps for one window: its panes, its layout, its name and options.

use std::collections::BTreeMap;

use super::matching::swaps;
use super::session::window_name;
use super::step::CHANGED;
use super::{Launch, Place, Planner, Split, Step, Target};
use crate::error::Result;
use crate::layout::{self, Axis, Cells, Misfit, Opening, Rules};
use crate::record::{PaneId, Tag};
use crate::snapshot::{LivePane, LiveWindow, NotedOptions, WindowNote};
use crate::tmux::version::Feature;
use crate::workspace::{Hash, Layout, NamedLayout, Pane, Share, Size, Window, Workspace};

impl Planner<'_> {
    /// Steps that open a window with these of its panes; usually with all.
    pub(super) fn new_window(
        &mut self,
        workspace: &Workspace,
        window: &Window,
        panes: &[usize],
        session: &Target,
        place: Place,
        size: Size,
    ) -> Result<()> {
        let target = session.latest();
        let cells = self.cells(workspace, window, panes.len(), size, false)?;
        let order: Vec<usize> = self.order(window, panes.len()).into_iter().map(|at| panes[at]).collect();
        let mut openings = layout::openings(&cells, &present(panes.len(), &[0])).into_iter();
        let (key, name) = (window.key.clone(), window.name.clone());
        self.add(Step::OpenWindow { session: session.clone(), place, key, name });
        for (cell, &pane) in order.iter().enumerate() {
            let split =
                if cell == 0 { None } else { openings.next().map(|opening| split(opening, target.latest())) };
            let launch = self.launch(workspace, window, &window.panes[pane]);
            self.add(Step::OpenPane { window: target.clone(), launch, split });
        }
        let options = options(window);
        if !options.is_empty() {
            let name = window_name(window);
            self.add(Step::SetOptions { window: target.clone(), name, options, unset: Vec::new() });
        }
        if panes.len() > 1 {
            self.add(self.arrange(window, &target, &cells, Vec::new(), None));
            let focus = order.iter().position(|&pane| window.panes[pane].focus);
            let focus = focus.or_else(|| order.iter().position(|&pane| pane == panes[0])).unwrap_or(0);
            self.add(Step::FocusPane { window: target, place: focus, panes: panes.len() });
        }
        Ok(())
    }

    /// Steps for a window that exists. What it closes is taken out of `closing`.
    pub(super) fn live_window<'s>(
        &mut self,
        workspace: &Workspace,
        window: &Window,
        live: &LiveWindow,
        mut found: Vec<Option<&'s LivePane>>,
        closing: &mut Vec<&'s LivePane>,
    ) -> Result<()> {
        let is_in = |panes: &[&LivePane], pane: &LivePane| panes.iter().any(|other| other.id == pane.id);
        let doomed = live.panes.iter().all(|pane| is_in(closing, pane));
        let missing = found.iter().position(Option::is_none);
        let in_live = |pane: &LivePane| live.panes.iter().any(|other| other.id == pane.id);
        // A window cannot be without a pane, so one of those that close becomes a missing one.
        let mut replaced = None;
        if let (true, Some(missing), Some(at)) = (doomed, missing, closing.iter().position(|p| in_live(p))) {
            replaced = Some(closing.remove(at));
            found[missing] = replaced;
        }
        let here: Vec<&LivePane> = closing.extract_if(.., |pane| in_live(pane)).collect();
        for pane in &here {
            self.close(pane);
        }
        let mut live = live.clone();
        live.panes.retain(|pane| !is_in(&here, pane));
        self.restart_panes(workspace, window, &found, replaced);
        self.declared(workspace, window, &live, &found, !here.is_empty())
    }

    /// Steps for the name, options, panes and layout of a window that exists.
    fn declared(
        &mut self,
        workspace: &Workspace,
        window: &Window,
        live: &LiveWindow,
        found: &[Option<&LivePane>],
        closed: bool,
    ) -> Result<()> {
        let target = Target::Live(live.id.clone());
        let noted = live.noted.as_ref();
        if noted.is_none_or(|noted| noted.name != WindowNote::name(window.name.as_deref())) {
            let (key, name) = (window.key.clone(), window.name.clone());
            self.change_noted(noted, Step::NameWindow { window: target.clone(), key, name });
        }
        let options = options(window);
        let before = noted.and_then(|noted| noted.options.clone());
        let before = before.unwrap_or_else(|| NotedOptions::of(&BTreeMap::new()));
        if before.hash != NotedOptions::of(&options).hash {
            let unset = before.names.into_iter().filter(|name| !options.contains_key(name)).collect();
            let name = window_name(window);
            let step = Step::SetOptions { window: target, name, options, unset };
            self.change_noted(noted.filter(|noted| noted.options.is_some()), step);
        }
        if found.iter().any(Option::is_none) {
            return self.open_missing(workspace, window, live, found);
        }
        let here = |pane: &&&LivePane| live.panes.iter().any(|other| other.id == pane.id);
        let several = found.iter().flatten().filter(here).count() > 1;
        let noted = noted.and_then(|noted| noted.layout.as_ref());
        let other_layout = noted != Some(&layout_hash(window)) || closed;
        if several && (other_layout || self.disordered(window, live, found)) {
            let step = self.arrangement(workspace, window, live, found)?;
            self.change_noted(noted, step);
        }
        Ok(())
    }

    /// The step that puts the panes of a window that exists into the places of its layout.
    pub(super) fn arrangement(
        &self,
        workspace: &Workspace,
        window: &Window,
        live: &LiveWindow,
        found: &[Option<&LivePane>],
    ) -> Result<Step> {
        let places = self.places(window, live, found);
        let cells = self.cells(workspace, window, places.len(), live.size, true)?;
        let swaps = self.swaps(live, &places);
        let keep = live.panes.iter().find(|pane| pane.active).map(|pane| pane.id.clone());
        Ok(self.arrange(window, &Target::Live(live.id.clone()), &cells, swaps, keep))
    }

    /// A step that changes what was noted as done, or does what was not: its making was cut short.
    fn change_noted<T>(&mut self, noted: Option<T>, step: Step) {
        if noted.is_some() { self.change(step) } else { self.add(step) }
    }

    /// Starts again what changed or failed; `replaced` in any case, since it was somebody else.
    pub(super) fn restart_panes(
        &mut self,
        workspace: &Workspace,
        window: &Window,
        found: &[Option<&LivePane>],
        replaced: Option<&LivePane>,
    ) {
        for (pane, found) in window.panes.iter().zip(found) {
            let Some(found) = found else { continue };
            let state = found.state(self.snapshot.pid);
            let changed = found.known.as_ref().is_some_and(|known| known.specification.hash != pane.hash);
            let why = if replaced.is_some_and(|replaced| replaced.id == found.id) {
                "in the place of one that is no longer declared".to_owned()
            } else if changed {
                CHANGED.to_owned()
            } else if state.failed() || found.dead {
                format!("it ended ({state})")
            } else {
                self.title(pane, found);
                continue;
            };
            let launch = self.launch(workspace, window, pane);
            let step = Step::RestartPane { id: found.id.clone(), launch, why };
            // Nothing alive is lost with a dead pane; in any other somebody may be at work.
            if found.dead { self.add(step) } else { self.change(step) }
        }
    }

    fn title(&mut self, pane: &Pane, found: &LivePane) {
        if let (Some(title), Some(known), Some(tag)) = (&pane.title, &found.known, &found.tag)
            && known.specification.title.as_ref() != Some(title)
        {
            self.change(Step::SetTitle { id: found.id.clone(), title: title.clone(), tag: tag.clone() });
        }
    }

    pub(super) fn open_missing(
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
        let openings = layout::openings(&cells, &present(places.len(), &here));
        if !swaps.is_empty() {
            let mut step = self.arrange(window, &target, &cells, swaps, None);
            if let Step::Arrange { selection, .. } = &mut step {
                *selection = None;
            }
            self.add(step);
        }
        for opening in openings {
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
            declared: layout_hash(window),
        }
    }

    fn launch(&mut self, workspace: &Workspace, window: &Window, pane: &Pane) -> Launch {
        let id = PaneId::new(pane.keyed, self.request.nonce, self.launched);
        self.launched += 1;
        let (window, key) = (window.key.clone(), pane.key.clone());
        let tag = Tag { id, workspace: workspace.identity.word(), window, pane: key };
        Launch { tag, pane: pane.clone(), again: None }
    }

    fn knows(&self, name: NamedLayout) -> bool {
        use NamedLayout::{MainHorizontal, MainHorizontalMirrored, MainVertical, MainVerticalMirrored};
        match name {
            MainHorizontal | MainVertical => self.request.version.has(Feature::MainLayouts),
            MainHorizontalMirrored | MainVerticalMirrored => {
                self.request.version.has(Feature::MirroredLayouts)
            }
            _ => true,
        }
    }

    /// Which declared pane stands in each cell.
    pub(super) fn order(&self, window: &Window, panes: usize) -> Vec<usize> {
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

/// Hash of what decides where a window's panes go.
pub(super) fn layout_hash(window: &Window) -> Hash {
    let layout = serde_json::to_vec(&window.layout).unwrap_or_default();
    let main = window.options.iter().filter(|(name, _)| name.starts_with("main-pane"));
    let main = main.flat_map(|(name, value)| [name.as_bytes(), value.as_bytes()]);
    Hash::of([layout.as_slice()].into_iter().chain(main))
}

fn layout_name(layout: &Layout) -> String {
    match layout {
        Layout::Named(name) => name.as_str().to_owned(),
        Layout::Grid => "a grid".to_owned(),
        Layout::Raw(_) => "its layout string".to_owned(),
        Layout::Tree(_) => "its layout tree".to_owned(),
    }
}
