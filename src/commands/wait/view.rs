//! The panes that are waited for, as they are seen again and again.

use std::collections::BTreeMap;
use std::os::fd::BorrowedFd;
use std::path::PathBuf;

use super::goal::Goal;
use crate::commands::context::Context;
use crate::commands::notice::Notice;
use crate::commands::{background, known};
use crate::error::{Error, Result};
use crate::process::{self, Handle, Process};
use crate::record::ProcessId;
use crate::snapshot::{LivePane, Snapshot};
use crate::tmux::version::Version;

/// What is seen of the server.
pub struct View<'c> {
    context: &'c Context,
    /// What it has.
    pub snapshot: Snapshot,
    server: Option<Process>,
    server_handle: Option<Handle>,
    /// First processes of panes, whose end only the kernel tells.
    runners: BTreeMap<(u32, u64), Option<Handle>>,
}

impl<'c> View<'c> {
    /// The server as it was looked at.
    pub fn new(context: &'c Context, snapshot: Snapshot) -> View<'c> {
        let server = snapshot.pid.and_then(process::find);
        let server_handle = server.as_ref().and_then(Handle::open);
        View { context, snapshot, server, server_handle, runners: BTreeMap::new() }
    }

    /// Lets `notice` tell of changes to come.
    pub fn watch(&self, notice: &mut Notice, goals: &[Goal]) {
        let directories = known::directories(&self.snapshot);
        for word in self.workspaces(goals) {
            let directory = directories.get(word).cloned();
            notice.add(&directory.unwrap_or_else(|| self.context.pane_directory(word)));
        }
        let logs: Vec<PathBuf> =
            goals.iter().filter_map(|goal| Some(goal.text.as_ref()?.log()?.to_owned())).collect();
        logs.iter().for_each(|log| notice.add(log));
    }

    /// What polls as readable when the server or a runner ends.
    pub fn ends(&self) -> Vec<BorrowedFd<'_>> {
        let runners = self.runners.values().flatten();
        self.server_handle.iter().chain(runners).filter_map(Handle::ended).collect()
    }

    /// Whether the ends of all processes are told.
    pub fn is_told(&self) -> bool {
        let told = |handle: &Option<Handle>| handle.as_ref().is_some_and(|handle| handle.ended().is_some());
        (self.is_background() || told(&self.server_handle)) && self.runners.values().all(told)
    }

    /// Reads what changed.
    ///
    /// # Errors
    /// When the server ended, or what runs there now is another one.
    pub fn refresh(&mut self, goals: &mut [Goal]) -> Result<()> {
        self.check_server()?;
        known::complete(self.context, &mut self.snapshot);
        let workspaces: Vec<String> = self.workspaces(goals).into_iter().map(str::to_owned).collect();
        if self.find_ended(&workspaces) {
            // A pane may have closed, or been started again in its place.
            self.look_again(goals)?;
            self.find_ended(&workspaces);
        }
        for goal in goals.iter_mut() {
            let now = self.snapshot.panes().map(|(_, _, pane)| pane).find(|pane| pane.id == goal.pane.id);
            match now {
                Some(pane) => goal.pane = pane.clone(),
                None => {
                    goal.closed = true;
                    goal.pane.dead = true;
                    goal.pane.known =
                        known::of(self.context, &self.snapshot, &goal.pane).or(goal.pane.known.take());
                }
            }
        }
        self.texts(goals)
    }

    /// Says so if the server is not the one that it was.
    pub fn check_server(&self) -> Result<()> {
        if self.is_background() {
            return Ok(());
        }
        let alive = self.server.as_ref().is_some_and(|server| process::is_alive(server.pid, server.start));
        match alive {
            true => Ok(()),
            false => Err(Error::Failed {
                message: "the tmux server ended meanwhile".to_owned(),
                hint: Some("`rune start` brings everything up again".to_owned()),
            }),
        }
    }

    /// The server's end, if it comes with the end of its panes, is told instead of theirs.
    pub fn settle_server(&self) -> Result<()> {
        if let Some(handle) = &self.server_handle {
            process::wait_for(std::slice::from_ref(handle), moment());
        }
        self.check_server()
    }

    /// Whether it is about background commands of rituals, which have no server.
    fn is_background(&self) -> bool {
        self.snapshot.pid.is_none()
    }

    fn workspaces<'g>(&self, goals: &'g [Goal]) -> Vec<&'g str> {
        let mut words: Vec<&str> =
            goals.iter().filter_map(|goal| Some(goal.pane.tag.as_ref()?.workspace.as_str())).collect();
        words.sort_unstable();
        words.dedup();
        words
    }

    /// Marks panes whose runner ended as dead, tmux having noticed or not; whether there is a new one.
    fn find_ended(&mut self, workspaces: &[String]) -> bool {
        let mut ended = false;
        let all = self.snapshot.sessions.iter_mut().flat_map(|session| &mut session.windows);
        for pane in all.flat_map(|window| &mut window.panes) {
            let ours = pane.tag.as_ref().is_some_and(|tag| workspaces.contains(&tag.workspace));
            let Some(ProcessId { pid, start }) = runner(pane).filter(|_| ours) else { continue };
            if process::is_alive(pid, start) {
                let runners = &mut self.runners;
                let open = || process::find(pid).as_ref().and_then(Handle::open);
                runners.entry((pid, start)).or_insert_with(open);
            } else {
                ended |= self.runners.remove(&(pid, start)).is_some() || !pane.dead;
                pane.dead = true;
            }
        }
        // Those of panes that are gone: a descriptor that stays readable would wake for ever.
        self.runners.retain(|(pid, start), _| process::is_alive(*pid, *start));
        ended
    }

    fn look_again(&mut self, goals: &[Goal]) -> Result<()> {
        if self.is_background() {
            self.snapshot = background::snapshot(&background::all(self.context)?);
        } else if let Some(snapshot) = self.context.look()? {
            self.snapshot = snapshot;
        } else if !goals.is_empty() {
            self.check_server()?;
        }
        Ok(())
    }

    fn texts(&mut self, goals: &mut [Goal]) -> Result<()> {
        let mut screens: Vec<String> = Vec::new();
        for goal in goals.iter_mut().filter(|goal| !goal.closed) {
            if let Some(text) = goal.text.as_mut().filter(|text| !text.is_found()) {
                match text.log() {
                    Some(_) => text.look_in_log(),
                    None => screens.push(goal.pane.id.clone()),
                }
            }
        }
        let panes: Vec<&str> = screens.iter().map(String::as_str).collect();
        let version = self.snapshot.version.unwrap_or(Version::OLDEST);
        let screens = self.context.server.screens(&panes, super::text::ABOVE, version)?;
        for goal in goals {
            if let (Some(text), Some(lines)) = (&mut goal.text, screens.get(&goal.pane.id)) {
                text.look_at(lines);
            }
        }
        Ok(())
    }
}

fn runner(pane: &LivePane) -> Option<ProcessId> {
    Some(pane.known.as_ref()?.record.as_ref()?.runner)
}

#[allow(clippy::disallowed_methods)] // a deadline needs a clock
fn moment() -> std::time::Instant {
    std::time::Instant::now() + std::time::Duration::from_millis(100)
}
