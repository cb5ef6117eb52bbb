//! What a command needs, looked for in the records of the other panes of its workspace.

use std::collections::BTreeMap;

use rustix::event::PollFd;

use crate::process;
use crate::record::{PaneId, ProcessId};
use crate::store::Store;
use crate::supervise::{Seen, concerns, unmet};
use crate::watch::{Change, Watch};
use crate::workspace::supervision::Need;

/// The panes that a command waits for, as far as they are known.
pub struct Wants {
    /// Missing where the user has no notifications left: then all is looked at each time.
    watch: Option<Watch>,
    seen: BTreeMap<PaneId, Seen>,
}

impl Wants {
    /// Looks at all panes of `store`, and at what changes from now on.
    pub fn new(store: &Store, needs: &[Need], server: Option<ProcessId>) -> Wants {
        let watch = Watch::new().and_then(|watch| watch.add(store.directory()).map(|()| watch)).ok();
        let mut wants = Wants { watch, seen: BTreeMap::new() };
        wants.look_at_all(store, needs, server);
        wants
    }

    pub fn source(&self) -> Option<PollFd<'_>> {
        self.watch.as_ref().map(|watch| PollFd::new(watch, rustix::event::PollFlags::IN))
    }

    /// Why each need that is not met is not, in words.
    pub fn unmet(&mut self, store: &Store, needs: &[Need], server: Option<ProcessId>) -> Vec<String> {
        match &self.watch {
            Some(watch) => {
                let changes = watch.changes();
                if changes.contains(&Change::Lost) {
                    self.look_at_all(store, needs, server);
                }
                for change in changes {
                    if let Change::Entry(name) = change
                        && let Some(id) = name.to_str().and_then(|name| name.strip_suffix(".record"))
                        && let Some(id) = PaneId::parse(id)
                    {
                        self.look_at(store, needs, server, id);
                    }
                }
            }
            // A life that waits wakes once a second.
            None => self.look_at_all(store, needs, server),
        }
        for seen in self.seen.values_mut() {
            let runner = seen.record.runner;
            seen.alive = process::is_alive(runner.pid, runner.start);
        }
        needs.iter().filter_map(|need| unmet(need, self.best(need))).collect()
    }

    /// Of several lives of one pane the one that goes on, or was last.
    fn best(&self, need: &Need) -> Option<&Seen> {
        let of_pane = self.seen.values().filter(|seen| concerns(need, &seen.record));
        of_pane.max_by_key(|seen| (seen.alive, seen.record.since))
    }

    fn look_at_all(&mut self, store: &Store, needs: &[Need], server: Option<ProcessId>) {
        for id in store.ids() {
            self.look_at(store, needs, server, id);
        }
    }

    fn look_at(&mut self, store: &Store, needs: &[Need], server: Option<ProcessId>, id: PaneId) {
        let Some(record) = store.record(&id) else {
            self.seen.remove(&id);
            return;
        };
        if record.server != server || !needs.iter().any(|need| concerns(need, &record)) {
            return;
        }
        match self.seen.get_mut(&id) {
            Some(seen) => seen.record = record,
            None => {
                let supervision = store.specification(&id).map(|known| known.supervision).unwrap_or_default();
                self.seen.insert(id, Seen { record, supervision, alive: true });
            }
        }
    }
}
