//! The places of a window: which pane is where, and which are missing.

use std::collections::BTreeMap;

use super::wanted::WantedWindow;
use crate::error::{Error, Result};
use crate::live::MOST_PANES;
use crate::live::content::Content;
use crate::live::declare::{self, By};
use crate::live::scene::{number, pane_named};
use crate::plan::Draft;
use crate::snapshot::{LivePane, LiveWindow};
use crate::workspace::{Key, Layout, NamedLayout, Pane, Window, Workspace};

/// The panes of a window: those that are there, and those that are wanted.
pub(super) struct Slots<'w, 'e, 's> {
    pub(super) workspace: &'w Workspace,
    pub(super) wanted: &'w WantedWindow<'e>,
    pub(super) live: Option<&'s LiveWindow>,
    pub(super) slots: Vec<Slot<'s>>,
}

/// A place in a window.
pub(super) struct Slot<'s> {
    pub(super) live: Option<&'s LivePane>,
    /// The key that it gets.
    pub(super) key: Option<Key>,
    /// Which wanted pane it is.
    pub(super) asked: Option<usize>,
}

impl<'s> Slots<'_, '_, 's> {
    /// Finds or makes a slot for everything that is wanted.
    pub(super) fn fill(&mut self) -> Result<()> {
        self.grow(self.wanted.count.unwrap_or(0));
        for at in 0..self.wanted.panes.len() {
            let name = self.wanted.panes[at].name;
            self.unambiguous(name)?;
            let slot = match self.find(name) {
                Some(slot) => slot,
                None => self.make(name)?,
            };
            self.slots[slot].asked = Some(at);
        }
        self.grow(1);
        Ok(())
    }

    /// Makes at least so many, in the places that are free.
    fn grow(&mut self, count: usize) {
        while self.slots.len() < count {
            let is_free =
                |number: &usize| !self.has_number(*number) && self.find(&number.to_string()).is_none();
            let free = (1..).find(is_free);
            self.insert(free.unwrap_or(count));
        }
    }

    /// # Errors
    /// [`Error::Ambiguous`] for a key that several panes have, as when one was moved here.
    fn unambiguous(&self, name: &str) -> Result<()> {
        let panes = self.live.iter().flat_map(|live| &live.panes);
        let keyed = panes.filter(|pane| pane.tag.as_ref().is_some_and(|tag| tag.pane.as_str() == name));
        let candidates: Vec<String> = keyed.map(|pane| pane.id.clone()).collect();
        match candidates.len() {
            0 | 1 => Ok(()),
            _ => Err(Error::Ambiguous {
                what: "pane",
                name: format!("{}.{name}", self.wanted.name),
                candidates,
            }),
        }
    }

    fn find(&self, name: &str) -> Option<usize> {
        let live = self.live.and_then(|window| pane_named(window, name));
        let is_live = |slot: &Slot<'_>| {
            slot.key.is_none() && live.is_some_and(|live| slot.live.is_some_and(|pane| pane.id == live.id))
        };
        let key = match name {
            // Without a pane there is none that is active: the first will be.
            "main" | "active" if self.live.is_none() => Key::place(1),
            name => Key::from_name(name),
        };
        self.slots
            .iter()
            .position(|slot| slot.key.as_ref() == Some(&key))
            .or_else(|| self.slots.iter().position(is_live))
            .or_else(|| {
                // A new one with a name has its place, too.
                let at = name.parse::<usize>().ok()?.checked_sub(1)?;
                self.slots.get(at).filter(|slot| slot.live.is_none() && slot.number().is_none()).map(|_| at)
            })
    }

    /// A new pane of this name; one with a number has all places before it, too.
    fn make(&mut self, name: &str) -> Result<usize> {
        let number = match name {
            "main" | "active" => Some(1),
            name => name.parse::<usize>().ok(),
        };
        let Some(number) = number else {
            self.slots.push(Slot { live: None, key: Some(Key::from_name(name)), asked: None });
            return Ok(self.slots.len() - 1);
        };
        if !(1..=MOST_PANES).contains(&number) {
            let hint = Some(format!("places count from 1 to {MOST_PANES}"));
            return Err(Error::Usage { message: format!("a window has no place {number}"), hint });
        }
        for place in 1..number {
            if self.find(&place.to_string()).is_none() && !self.has_number(place) {
                self.insert(place);
            }
        }
        Ok(self.insert(number))
    }

    fn has_number(&self, wanted: usize) -> bool {
        self.slots.iter().any(|slot| slot.number() == Some(wanted))
    }

    /// Puts a new pane of this number before those with higher ones.
    fn insert(&mut self, number: usize) -> usize {
        let at = self.slots.iter().position(|slot| slot.number().is_some_and(|other| other > number));
        let at = at.unwrap_or(self.slots.len());
        self.slots.insert(at, Slot { live: None, key: Some(Key::place(number)), asked: None });
        at
    }

    /// The key that a pane gets which was made by hand: its place, or the next that is free.
    fn key_by_hand(&self, pane: &LivePane) -> Key {
        let tagged = self.slots.iter().filter_map(|slot| Some(slot.live?.tag.as_ref()?.pane.clone()));
        let new = self.slots.iter().filter_map(|slot| slot.key.clone());
        let mut taken: Vec<Key> = tagged.chain(new).collect();
        let panes = self.live.iter().flat_map(|live| live.panes.iter().enumerate());
        for (at, other) in panes.filter(|(_, other)| other.tag.is_none()) {
            let key = (at + 1..).map(Key::place).find(|key| !taken.contains(key));
            let key = key.unwrap_or_else(|| Key::from_name(&other.id));
            if other.id == pane.id {
                return key;
            }
            taken.push(key);
        }
        Key::from_name(&pane.id)
    }

    /// Panes of ours beyond a number, of which nobody said that they are wanted; the last first.
    pub(super) fn beyond(&self, count: usize) -> Vec<&'s LivePane> {
        let mut more = self.slots.len().saturating_sub(count.max(1));
        let mut closing = Vec::new();
        for slot in self.slots.iter().rev() {
            let Some(pane) = slot.live.filter(|pane| pane.tag.is_some() && slot.asked.is_none()) else {
                continue;
            };
            if more > 0 {
                closing.push(pane);
                more -= 1;
            }
        }
        closing
    }

    /// The window with all its panes as they are declared.
    pub(super) fn window(&self, key: Key) -> Window {
        let panes = self.slots.iter().map(|slot| slot.declared(self)).collect();
        let noted = self.live.and_then(known_layout);
        Window {
            key,
            name: Some(
                self.live
                    .filter(|live| live.id == self.wanted.name)
                    .map_or(self.wanted.name, |live| &live.name)
                    .to_owned(),
            ),
            layout: self.wanted.layout.clone().or(noted).unwrap_or(Layout::Grid),
            focus: false,
            options: BTreeMap::new(),
            sync: false,
            panes,
        }
    }
}

impl Slot<'_> {
    fn number(&self) -> Option<usize> {
        match &self.key {
            Some(key) => key.as_str().parse().ok(),
            None => self.live.and_then(number),
        }
    }

    /// Who says what it runs, if anybody does.
    pub(super) fn by(&self, wanted: &WantedWindow<'_>) -> Option<By> {
        let asked = self.asked.map(|at| &wanted.panes[at]);
        match asked {
            Some(asked) if asked.content.command.is_some() => Some(By::Name),
            _ if wanted.content.command.is_some() => Some(By::Window),
            _ => None,
        }
    }

    pub(super) fn declared(&self, slots: &Slots<'_, '_, '_>) -> Pane {
        let wanted = slots.wanted;
        let asked = self.asked.map(|at| &wanted.panes[at]);
        let own = self.key.clone().or_else(|| Some(self.live?.tag.as_ref()?.pane.clone()));
        let key = own.or_else(|| Some(slots.key_by_hand(self.live?))).unwrap_or(Key::place(1));
        let content = match (self.by(wanted), asked) {
            // With nothing but a shell in it, what is said of it still holds.
            (Some(By::Name), Some(asked)) => asked.content,
            (None, Some(asked)) if *asked.content != Content::default() => asked.content,
            _ => &wanted.content,
        };
        let by = self.by(wanted).unwrap_or(By::Window);
        let label = asked.and_then(|asked| asked.label);
        declare::pane(slots.workspace, key, content, label, by)
    }
}

/// The layout that a window's panes were put into, where the note of it is that of one with a name.
fn known_layout(live: &LiveWindow) -> Option<Layout> {
    let named = NamedLayout::ALL.iter().map(|(layout, _)| Layout::Named(*layout));
    let is_it = |layout: &Layout| {
        let window = Window {
            key: Key::place(1),
            name: None,
            layout: layout.clone(),
            focus: false,
            options: BTreeMap::new(),
            sync: false,
            panes: Vec::new(),
        };
        Draft::is_arranged(&window, live)
    };
    std::iter::once(Layout::Grid).chain(named).find(is_it)
}
