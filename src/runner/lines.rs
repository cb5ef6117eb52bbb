//! Probes that look for a line in what the command prints: in its log, since it was started.

#![allow(clippy::disallowed_methods)] // a look has a time limit

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use regex::Regex;
use rustix::event::{PollFd, PollFlags};

use crate::log::{FileMatcher, Matcher, Place};
use crate::record::Specification;
use crate::supervise::Which;
use crate::watch::Watch;
use crate::workspace::supervision::Probe;

/// How long one look waits for a line, and how long where the kernel does not say that there are more.
const LOOK: Duration = Duration::from_secs(5);
const BLIND: Duration = Duration::from_secs(1);

/// The texts that one run of a command is searched for.
pub struct Lines {
    log: PathBuf,
    looks: Vec<Look>,
    /// Missing as long as there is no log.
    watch: Option<Watch>,
}

struct Look {
    which: Which,
    regex: String,
    /// Or why nothing can be looked for.
    matcher: Result<Search, String>,
    /// Until when somebody waits for the answer.
    until: Option<Instant>,
}

/// What a pane prints is in a directory, with its times; what others print, in a plain file.
enum Search {
    Pane(Matcher),
    File(FileMatcher),
}

impl Search {
    fn matches(&mut self) -> io::Result<bool> {
        match self {
            Search::Pane(matcher) => matcher.matches(),
            Search::File(matcher) => matcher.matches(),
        }
    }
}

impl Lines {
    /// For a command of a pane, or of no pane, that is about to start; nothing where nothing is looked for.
    pub fn new(specification: &Specification, pane: bool) -> Option<Lines> {
        let supervision = &specification.supervision;
        let ready = supervision.ready.iter().flat_map(|ready| &ready.probes).enumerate();
        let ready = ready.map(|(place, probe)| (Which::Ready(place), probe));
        let live = supervision.live.iter().map(|live| (Which::Live, &live.probe));
        let looked_for: Vec<_> = ready
            .chain(live)
            .filter_map(|(which, probe)| match probe {
                Probe::Log(regex) => Some((which, regex)),
                _ => None,
            })
            .collect();
        if looked_for.is_empty() {
            return None;
        }
        let log = PathBuf::from(specification.log.clone()?);
        let search = |pattern| match pane {
            true => {
                let from = Place::end(&log).unwrap_or_default();
                Search::Pane(Matcher::new(&log, from, pattern))
            }
            false => {
                let from = fs::metadata(&log).map_or(0, |file| file.len());
                Search::File(FileMatcher::new(&log, from, pattern))
            }
        };
        let look = |(which, regex): (Which, &String)| Look {
            which,
            regex: regex.clone(),
            matcher: Regex::new(regex).map(&search).map_err(|_| "it is no regular expression".to_owned()),
            until: None,
        };
        let looks = looked_for.into_iter().map(look).collect();
        Some(Lines { log, looks, watch: None })
    }

    /// Whether the probe is one of these; then its answer comes.
    pub fn begin(&mut self, which: Which) -> bool {
        let watch = self.watch.take().or_else(|| watch(&self.log));
        let limit = if watch.is_some() { LOOK } else { BLIND };
        self.watch = watch;
        let Some(look) = self.looks.iter_mut().find(|look| look.which == which) else { return false };
        look.until = Some(Instant::now() + limit);
        true
    }

    pub fn stop(&mut self) {
        self.looks.iter_mut().for_each(|look| look.until = None);
    }

    pub fn source(&self) -> Option<PollFd<'_>> {
        let waits = self.looks.iter().any(|look| look.until.is_some());
        self.watch.as_ref().filter(|_| waits).map(|watch| PollFd::new(watch, PollFlags::IN))
    }

    pub fn until(&self) -> Option<Instant> {
        self.looks.iter().filter_map(|look| look.until).min()
    }

    /// The answers that are there now.
    pub fn answers(&mut self) -> Vec<(Which, Result<(), String>)> {
        if let Some(watch) = &self.watch {
            watch.changes();
        }
        let now = Instant::now();
        self.looks.iter_mut().filter_map(|look| Some((look.which, look.answer(now)?))).collect()
    }
}

impl Look {
    fn answer(&mut self, now: Instant) -> Option<Result<(), String>> {
        let until = self.until?;
        let answer = match &mut self.matcher {
            Ok(matcher) => match matcher.matches() {
                Ok(true) => Ok(()),
                Ok(false) if until > now => return None,
                Ok(false) => Err("no such line yet".to_owned()),
                Err(_) if until > now => return None,
                Err(error) => Err(error.to_string()),
            },
            Err(why) => Err(why.clone()),
        };
        self.until = None;
        Some(answer.map_err(|why| format!("log /{}/: {why}", self.regex)))
    }
}

fn watch(log: &Path) -> Option<Watch> {
    let watch = Watch::new().ok()?;
    watch.add(log).ok()?;
    Some(watch)
}
