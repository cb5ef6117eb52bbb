//! `rune logs`: what panes printed, merged by time.

mod merge;
mod select;
mod show;

use std::collections::VecDeque;
use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt;

use jiff::Zoned;
use regex::Regex;
use rustix::event::{PollFd, PollFlags, poll};

use super::context::Context;
use crate::cli;
use crate::error::{Error, Result};
use crate::log::{Cursor, Line, Place, What};
use crate::moment;
use crate::plain::{self, Keep};
use crate::watch::Watch;
use merge::Merge;
use select::Source;
use show::Show;

/// `rune logs`
pub fn logs(context: &Context, options: &cli::Logs) -> Result<()> {
    let filter = Filter::new(options)?;
    let sources = select::sources(context, &options.panes)?;
    if options.raw && sources.len() > 1 {
        let names: Vec<&str> = sources.iter().map(|source| source.name.as_str()).collect();
        return Err(Error::Usage {
            message: format!("`--raw` is for one pane, and these are {}", sources.len()),
            hint: Some(format!("take one of {}", crate::error::list(&names))),
        });
    }
    let mut cursor = options.cursor.as_deref().map(|name| cursor(context, name)).transpose()?;
    let places = sources.iter().map(|source| place(source, options, &filter, cursor.as_ref()));
    let places = places.collect::<Result<Vec<Place>>>()?;
    let mut merge = Merge::new(&sources, places);
    let mut show = Show::new(context, options, &sources);

    let watch = options.follow.then(|| watch(&sources)).transpose()?;
    let mut last: VecDeque<(usize, Line)> = VecDeque::new();
    while let Some((source, line)) = merge.next(!options.follow)? {
        if !filter.passes(&line) {
            continue;
        }
        match options.lines {
            None if !show.line(source, &line)? => return Ok(()),
            None => {}
            // What is not shown as a line is none of the last.
            Some(count) if options.json || matches!(line.what, What::Text { .. }) => {
                last.push_back((source, line));
                if last.len() > count {
                    last.pop_front();
                }
            }
            Some(_) => show.line(source, &line).map(drop)?,
        }
    }
    for (source, line) in &last {
        if !show.line(*source, line)? {
            return Ok(());
        }
    }
    if !show.flush()? {
        return Ok(());
    }
    show.lost(&mut merge);
    if let Some(cursor) = &mut cursor {
        for (source, place) in sources.iter().zip(merge.places()) {
            cursor.set(&source.word, place);
        }
        cursor.save().map_err(Error::io("write", cursor.path()))?;
    }
    match watch {
        Some(watch) => follow(&watch, &mut merge, &filter, &mut show, options.raw),
        None => Ok(()),
    }
}

/// Shows what comes, until nobody reads any more.
fn follow(watch: &Watch, merge: &mut Merge, filter: &Filter, show: &mut Show<'_>, begun: bool) -> Result<()> {
    loop {
        watch.changes();
        while let Some((source, line)) = merge.next(begun)? {
            if filter.passes(&line) && !show.line(source, &line)? {
                return Ok(());
            }
        }
        show.lost(merge);
        if !show.flush()? {
            return Ok(());
        }
        let stdout = rustix::stdio::stdout();
        let mut ready = [PollFd::new(watch, PollFlags::IN), PollFd::new(&stdout, PollFlags::empty())];
        // A signal that does not end rune is no reason to stop.
        let _ = poll(&mut ready, None);
        if ready[1].revents().intersects(PollFlags::ERR | PollFlags::NVAL) {
            return Ok(());
        }
    }
}

fn watch(sources: &[Source]) -> Result<Watch> {
    let watch = Watch::new().map_err(Error::io("watch", "."))?;
    for source in sources {
        // What has not printed anything yet has no log.
        let made = DirBuilder::new().recursive(true).mode(0o700).create(&source.directory);
        made.and_then(|()| watch.add(&source.directory)).map_err(Error::io("watch", &source.directory))?;
    }
    Ok(watch)
}

fn cursor(context: &Context, name: &str) -> Result<Cursor> {
    if !Cursor::is_name(name) {
        return Err(Error::Usage {
            message: format!("`{}` cannot be the name of a cursor", name.escape_debug()),
            hint: Some("take letters, digits, `_`, `-` and `.`".to_owned()),
        });
    }
    let directory = context.state_directory().join("cursors").join(context.server_word());
    Cursor::open(&directory, name).map_err(Error::io("read", directory.join(name)))
}

/// Where to begin.
fn place(source: &Source, options: &cli::Logs, filter: &Filter, cursor: Option<&Cursor>) -> Result<Place> {
    match (cursor, options.lines) {
        (Some(cursor), _) => Ok(cursor.place(&source.word)),
        // The first line behind the place may be cut.
        (None, Some(count)) if filter.is_open() => {
            Place::before_last_lines(&source.directory, count.saturating_add(1))
                .map_err(Error::io("read", &source.directory))
        }
        (None, _) => Ok(Place::default()),
    }
}

/// Which lines are wanted.
struct Filter {
    /// In microseconds since 1970.
    since: Option<u64>,
    until: Option<u64>,
    pattern: Option<Regex>,
    /// Also a begun line that shows nothing, as when only a colour was set.
    invisible: bool,
}

impl Filter {
    fn new(options: &cli::Logs) -> Result<Filter> {
        let now = Zoned::now();
        let micros = |text: &Option<String>| -> Result<Option<u64>> {
            text.as_deref().map(|text| Ok(moment::parse(text, &now)?.saturating_mul(1000))).transpose()
        };
        let pattern = options.grep.as_deref().map(|pattern| {
            Regex::new(pattern).map_err(|error| Error::Usage {
                message: format!("`{}` is no regular expression: {error}", pattern.escape_debug()),
                hint: None,
            })
        });
        Ok(Filter {
            since: micros(&options.since)?,
            until: micros(&options.until)?,
            pattern: pattern.transpose()?,
            invisible: options.raw,
        })
    }

    /// Whether everything passes.
    fn is_open(&self) -> bool {
        self.since.is_none() && self.until.is_none() && self.pattern.is_none()
    }

    fn passes(&self, line: &Line) -> bool {
        self.since.is_none_or(|since| line.time >= since)
            && self.until.is_none_or(|until| line.time < until)
            && (self.invisible || !is_invisible(&line.what))
            && self.pattern.as_ref().is_none_or(|pattern| match &line.what {
                What::Text { bytes, .. } => pattern.is_match(&plain::line(bytes, Keep::Text)),
                What::Marker(_) | What::Exit(_) => false,
            })
    }
}

fn is_invisible(what: &What) -> bool {
    matches!(what, What::Text { bytes, ended: false } if plain::line(bytes, Keep::Text).is_empty())
}
