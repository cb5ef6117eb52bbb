//! Which panes need which: names, circles, and panes that are not there.

use std::collections::{BTreeMap, BTreeSet};

use super::context::Context;
use crate::config::raw::supervision as raw;
use crate::config::raw::{Run, Template, nearest};
use crate::config::tree::Place;
use crate::workspace::supervision::Need;
use crate::workspace::{Key, Window};

/// The panes of a template, wanted or not.
pub(super) struct Panes<'t> {
    panes: Vec<Declared<'t>>,
    /// Panes with a key of their own, by it.
    by_key: BTreeMap<Key, Vec<usize>>,
}

struct Declared<'t> {
    window: Key,
    pane: Key,
    keyed: bool,
    /// Whether it runs nothing but the user's shell.
    is_shell: bool,
    supervision: &'t raw::Supervision,
}

/// A need with the pane that it means.
struct Edge<'t> {
    to: usize,
    place: &'t Place,
}

impl<'t> Panes<'t> {
    /// The panes of `template`, whose windows have these keys.
    fn new(template: &'t Template, keys: &[Key]) -> Panes<'t> {
        let mut panes = Vec::new();
        let mut by_key: BTreeMap<Key, Vec<usize>> = BTreeMap::new();
        for (window, key) in template.windows.iter().zip(keys) {
            for (index, pane) in window.panes.iter().enumerate() {
                let declared = pane.key.as_ref().and_then(|key| Key::new(&key.value));
                if let Some(key) = &declared {
                    by_key.entry(key.clone()).or_default().push(panes.len());
                }
                panes.push(Declared {
                    window: key.clone(),
                    keyed: declared.is_some(),
                    pane: declared.unwrap_or_else(|| Key::place(index + 1)),
                    is_shell: pane.run == Run::Nothing,
                    supervision: &pane.supervision,
                });
            }
        }
        Panes { panes, by_key }
    }

    /// What a pane is called where the shortest clear name is wanted.
    fn name(&self, at: usize) -> String {
        let pane = &self.panes[at];
        match self.by_key.get(&pane.pane) {
            Some(others) if pane.keyed && others.len() == 1 => pane.pane.to_string(),
            _ => format!("{}.{}", pane.window, pane.pane),
        }
    }

    /// Every name that a need can have.
    fn names(&self) -> Vec<String> {
        (0..self.panes.len())
            .filter(|at| self.panes[*at].keyed && !self.panes[*at].is_shell)
            .map(|at| self.name(at))
            .collect()
    }

    /// The panes that `target` can mean in a pane of `window`.
    fn find(&self, target: &str, window: &Key) -> Vec<usize> {
        let (wanted, key) = match target.split_once('.') {
            Some((window, key)) => (Some(window), key),
            None => (None, target),
        };
        let Some(all) = Key::new(key).and_then(|key| self.by_key.get(&key)) else { return Vec::new() };
        let in_window = |window: &str| -> Vec<usize> {
            all.iter().copied().filter(|at| self.panes[*at].window.as_str() == window).collect()
        };
        match wanted {
            Some(window) => in_window(window),
            None => {
                Some(in_window(window.as_str())).filter(|own| !own.is_empty()).unwrap_or_else(|| all.clone())
            }
        }
    }
}

impl Context<'_> {
    /// What each pane of `template` needs, window by window, as far as it exists.
    pub(super) fn needs(&mut self, template: &Template, keys: &[Key]) -> Vec<Vec<Vec<Need>>> {
        let panes = Panes::new(template, keys);
        let mut edges: Vec<Vec<Edge<'_>>> = Vec::new();
        let mut needs: Vec<Vec<Need>> = Vec::new();
        for (from, pane) in panes.panes.iter().enumerate() {
            let found: Vec<(Edge<'_>, Need)> =
                pane.supervision.needs.iter().filter_map(|need| self.need(need, from, &panes)).collect();
            let (to, found): (Vec<_>, Vec<_>) = found.into_iter().unzip();
            edges.push(to);
            needs.push(found);
        }
        self.no_circles(&panes, edges);
        let mut needs = needs.into_iter();
        template.windows.iter().map(|window| needs.by_ref().take(window.panes.len()).collect()).collect()
    }

    fn need<'t>(&mut self, need: &'t raw::Need, from: usize, panes: &Panes<'_>) -> Option<(Edge<'t>, Need)> {
        if self.is_full() {
            return None;
        }
        let target = need.target.as_str();
        let own = &panes.panes[from];
        let place = &need.target.place;
        match panes.find(target, &own.window).as_slice() {
            [] => self.no_such_pane(need, own, panes),
            [to] if *to == from => {
                self.problem(place, format!("`{target}` needs itself")).help =
                    Some("a pane of another window is named as `WINDOW.PANE`".to_owned());
            }
            [to] if panes.panes[*to].is_shell => {
                self.problem(place, format!("`{target}` is a plain shell, which is never ready")).help =
                    Some("a pane that is needed has a `command`".to_owned());
            }
            [to] => {
                let pane = &panes.panes[*to];
                if pane.supervision.autostart == Some(false) {
                    self.note(format!(
                        "needs: `{}` waits until somebody starts `{}`, which has `autostart: false`",
                        panes.name(from),
                        panes.name(*to)
                    ));
                }
                let need = Need { window: pane.window.clone(), pane: pane.pane.clone(), state: need.state };
                return Some((Edge { to: *to, place }, need));
            }
            several => {
                let names: Vec<String> = several.iter().map(|at| panes.name(*at)).collect();
                let names: Vec<&str> = names.iter().map(String::as_str).collect();
                self.problem(place, format!("more than one pane has the key `{target}`")).help =
                    Some(format!("write one of {}", crate::error::list(&names)));
            }
        }
        None
    }

    fn no_such_pane(&mut self, need: &raw::Need, own: &Declared<'_>, panes: &Panes<'_>) {
        let target = need.target.as_str();
        let by_place = panes.panes.iter().any(|pane| {
            let full = format!("{}.{}", pane.window, pane.pane);
            !pane.keyed && (full == target || (pane.window == own.window && pane.pane.as_str() == target))
        });
        let names = panes.names();
        // the same key in another window, else a name that looks alike
        let elsewhere = target.split_once('.').map(|(_, key)| panes.find(key, &own.window));
        let near = match elsewhere.as_deref() {
            Some([at]) => Some(panes.name(*at)),
            _ => nearest(target, names.iter().map(String::as_str)).map(str::to_owned),
        };
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let problem = self.problem(&need.target.place, format!("there is no pane `{target}`"));
        problem.help = Some(match names.as_slice() {
            _ if by_place => "a pane is needed by its key: give that pane a `key`".to_owned(),
            [] => "no pane of this workspace has a `key`".to_owned(),
            names => format!("there is {}", crate::error::list(names)),
        });
        problem.replacement = near.filter(|_| !by_place);
    }

    /// Notes each circle once, at the need that closes it.
    fn no_circles(&mut self, panes: &Panes<'_>, mut edges: Vec<Vec<Edge<'_>>>) {
        while !self.is_full() {
            settle(&mut edges);
            let Some(start) = edges.iter().position(|needs| !needs.is_empty()) else { return };
            // every pane that is left needs one that is left, so this comes back to where it was
            let mut way = vec![start];
            let closing = loop {
                let last = way[way.len() - 1];
                let Some(edge) = edges[last].first() else { return };
                match way.iter().position(|seen| *seen == edge.to) {
                    Some(first) => {
                        way.drain(..first);
                        break edge;
                    }
                    None => way.push(edge.to),
                }
            };
            let names: Vec<String> = way.iter().chain(&way[..1]).map(|at| panes.name(*at)).collect();
            let (place, message) =
                (closing.place, format!("panes need each other: `{}`", names.join(" -> ")));
            self.problem(place, message).help =
                Some("none of them could ever start; take one of the needs out".to_owned());
            for at in way {
                edges[at].clear();
            }
        }
    }
}

/// Takes out the needs of panes that can start in the end.
fn settle(edges: &mut [Vec<Edge<'_>>]) {
    let mut needed_by: Vec<Vec<usize>> = vec![Vec::new(); edges.len()];
    for (from, needs) in edges.iter().enumerate() {
        needs.iter().for_each(|edge| needed_by[edge.to].push(from));
    }
    let mut free: Vec<usize> = (0..edges.len()).filter(|at| edges[*at].is_empty()).collect();
    while let Some(at) = free.pop() {
        for from in std::mem::take(&mut needed_by[at]) {
            edges[from].retain(|edge| edge.to != at);
            if edges[from].is_empty() {
                free.push(from);
            }
        }
    }
}

impl Context<'_> {
    /// Drops the needs of panes that are not wanted now, and marks those that others need.
    pub(super) fn only_wanted(&mut self, windows: &mut [Window]) {
        let there: BTreeSet<(Key, Key)> = windows
            .iter()
            .flat_map(|window| window.panes.iter().map(|pane| (window.key.clone(), pane.key.clone())))
            .collect();
        let mut needed = BTreeSet::new();
        for window in windows.iter_mut() {
            for pane in &mut window.panes {
                pane.supervision.needs.retain(|need| {
                    let full = (need.window.clone(), need.pane.clone());
                    let is_there = there.contains(&full);
                    if is_there {
                        needed.insert(full);
                    } else {
                        self.note(format!(
                            "needs: `{}.{}` does without `{}.{}`, which is not wanted now",
                            window.key, pane.key, need.window, need.pane
                        ));
                    }
                    is_there
                });
            }
        }
        for window in windows {
            for pane in &mut window.panes {
                pane.supervision.needed = needed.contains(&(window.key.clone(), pane.key.clone()));
            }
        }
    }
}
