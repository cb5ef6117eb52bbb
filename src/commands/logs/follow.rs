//! `rune logs -f`: what comes, also from panes that are opened later.

use std::fs::{self, DirBuilder};
use std::os::unix::fs::DirBuilderExt;
use std::path::PathBuf;

use super::filter::Filter;
use super::merge::Merge;
use super::select::{self, Source};
use super::show::Show;
use crate::cli;
use crate::commands::context::Context;
use crate::error::{Error, Result};
use crate::log::Place;
use crate::watch::Watch;

use rustix::event::{PollFd, PollFlags, poll};

/// Logs that are read as they grow.
pub struct Follow<'a> {
    context: &'a Context,
    options: &'a cli::Logs,
    /// All logs of the server.
    root: PathBuf,
    /// What is written to those that are read.
    written: Watch,
    /// What begins to be logged, anywhere.
    begun: Watch,
}

impl<'a> Follow<'a> {
    /// Notices what happens to `sources` from now on.
    ///
    /// # Errors
    /// When the kernel cannot give notice of it.
    pub fn new(context: &'a Context, options: &'a cli::Logs, sources: &[Source]) -> Result<Follow<'a>> {
        let root = context.logs_directory();
        let failed = || Error::io("watch", &root);
        // Before anything was logged there is none.
        DirBuilder::new().recursive(true).mode(0o700).create(&root).map_err(failed())?;
        let (written, begun) = (Watch::new().map_err(failed())?, Watch::new().map_err(failed())?);
        let follow = Follow { context, options, root, written, begun };
        follow.watch(sources)?;
        Ok(follow)
    }

    /// Shows what comes, until nobody reads any more.
    ///
    /// # Errors
    /// When it cannot be read or shown.
    pub fn run(
        &self,
        mut sources: Vec<Source>,
        merge: &mut Merge,
        filter: &Filter,
        show: &mut Show<'_>,
    ) -> Result<()> {
        loop {
            self.written.changes();
            if !self.begun.changes().is_empty() {
                self.add_begun(&mut sources, merge, show)?;
            }
            // What a prompt has printed is not a line yet; of bytes nothing is held back.
            while let Some((source, line)) = merge.next(self.options.raw)? {
                if filter.passes(&line) && !show.line(source, &line)? {
                    return Ok(());
                }
            }
            show.lost(merge);
            if !show.flush()? || !self.wait() {
                return Ok(());
            }
        }
    }

    /// Reads also what was not logged before and is meant, too.
    fn add_begun(&self, sources: &mut Vec<Source>, merge: &mut Merge, show: &mut Show<'_>) -> Result<()> {
        // First the notice, then the look: what begins between the two is seen.
        self.watch(sources)?;
        if self.options.raw {
            return Ok(()); // that is one pane, whatever else a pattern would mean now
        }
        for source in select::others(self.context, &self.options.panes, sources) {
            // What its pane had printed before this began is not what comes.
            let place = Place::newest(&source.path).map_err(Error::io("read", &source.path))?;
            merge.add(&source, place);
            sources.push(source);
        }
        self.watch(sources)?;
        show.name(sources);
        Ok(())
    }

    /// Watches what is there by now; a directory that was watched before may be another one.
    fn watch(&self, sources: &[Source]) -> Result<()> {
        let there = |path: &PathBuf, watched: std::io::Result<()>| match watched {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(Error::io("watch", path)(error))
            }
            _ => Ok(()),
        };
        let mut level = vec![self.root.clone()];
        // The workspaces in it, and the panes in those.
        for _ in 0..3 {
            for directory in &level {
                there(directory, self.begun.add_for_new(directory))?;
            }
            let below = |path: PathBuf| fs::read_dir(path).into_iter().flatten().flatten();
            let is_directory = |entry: &fs::DirEntry| entry.file_type().is_ok_and(|kind| kind.is_dir());
            level =
                level.into_iter().flat_map(below).filter(is_directory).map(|entry| entry.path()).collect();
        }
        sources.iter().try_for_each(|source| there(&source.path, self.written.add(&source.path)))
    }

    /// Sleeps until something happened; false when nobody reads any more.
    fn wait(&self) -> bool {
        let stdout = rustix::stdio::stdout();
        let mut ready = [
            PollFd::new(&self.written, PollFlags::IN),
            PollFd::new(&self.begun, PollFlags::IN),
            PollFd::new(&stdout, PollFlags::empty()),
        ];
        // A signal that does not end rune is no reason to stop.
        let _ = poll(&mut ready, None);
        !ready[2].revents().intersects(PollFlags::ERR | PollFlags::NVAL)
    }
}
