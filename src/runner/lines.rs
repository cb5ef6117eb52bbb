//! Probes that look for a line in what the command prints: in its log, since it was started.

#![allow(clippy::disallowed_methods)] // a look has a time limit

use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::DirBuilderExt;
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
                // Its writer makes it with the first line, which would then be noticed late.
                let _ = DirBuilder::new().recursive(true).mode(0o700).create(&log);
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

    /// If the probe is one of these, its answer, or nothing yet: then it comes. A line that is there
    /// already is found now, since no change of the log will ever tell of it.
    pub fn begin(&mut self, which: Which) -> Option<Option<Result<(), String>>> {
        let watch = self.watch.take().or_else(|| watch(&self.log));
        let limit = if watch.is_some() { LOOK } else { BLIND };
        self.watch = watch;
        let look = self.looks.iter_mut().find(|look| look.which == which)?;
        look.until = Some(Instant::now() + limit);
        Some(look.answer(Instant::now()))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{PaneId, SCHEMA, Tag};
    use crate::workspace::Key;
    use crate::workspace::supervision::{Ready, Supervision};

    const LOG: &str = concat!(
        r#"{"version":3,"term":{"cols":80,"rows":24},"timestamp":1,"rune":{"schema":1,"start":1000000,"#,
        r#""session":"s","workspace":"w","window":"w","pane":"a","id":"k07d1a70eb7ecfa37-0"}}"#,
        "\n",
        r#"[0.1,"o","\u001b[32mis up\r\n"]"#,
        "\n"
    );

    fn lines(directory: &Path) -> Lines {
        let pattern = Regex::new("up$").unwrap();
        let matcher = Ok(Search::Pane(Matcher::new(directory, Place::default(), pattern)));
        let look = Look { which: Which::Ready(0), regex: "up$".to_owned(), matcher, until: None };
        Lines { log: directory.to_owned(), looks: vec![look], watch: None }
    }

    #[test]
    fn a_line_that_came_before_the_look_is_found_at_once() {
        let directory = tempfile::tempdir().unwrap();
        let mut lines = lines(directory.path());
        fs::write(directory.path().join("1-1.cast"), LOG).unwrap();
        assert_eq!(lines.begin(Which::Ready(0)), Some(Some(Ok(()))));
        assert_eq!(lines.begin(Which::Live), None, "it looks for nothing");
    }

    #[test]
    fn the_first_line_of_a_log_that_was_not_there_is_told_of() {
        let parent = tempfile::tempdir().unwrap();
        let directory = parent.path().join("logs").join("w.a");
        let probes = vec![Probe::Log("up$".to_owned())];
        let ready = Some(Ready { probes, timeout: Ready::TIMEOUT });
        let (id, key) = (PaneId::new(true, 1, 1), Key::place(1));
        let tag = Tag { id, workspace: "w".to_owned(), window: key.clone(), pane: key };
        let specification = Specification {
            supervision: Supervision { ready, ..Supervision::default() },
            log: directory.to_str().map(str::to_owned),
            ..Specification::new(SCHEMA, tag)
        };
        let mut lines = Lines::new(&specification, true).unwrap();
        assert_eq!(lines.begin(Which::Ready(0)), Some(None));
        fs::write(directory.join("1-1.cast"), LOG).unwrap();
        let watch = lines.watch.as_ref().expect("it is watched from the begin");
        assert!(watch.wait(Some(Duration::from_secs(5))));
        assert_eq!(lines.answers(), [(Which::Ready(0), Ok(()))]);
    }
}
