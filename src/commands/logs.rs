//! `rune logs`: what panes printed, merged by time.

mod filter;
mod follow;
mod merge;
mod remove;
mod select;
mod show;
mod stored;

use std::collections::VecDeque;
use std::path::PathBuf;

use super::context::Context;
use crate::cli;
use crate::error::{Error, Result};
use crate::log::{Cursor, Line, Place, What};
use filter::Filter;
use follow::Follow;
use merge::Merge;
use select::Source;
use show::Show;

/// `rune logs`
pub fn logs(context: &Context, options: &cli::Logs) -> Result<()> {
    if options.remove {
        return remove::remove(context, options);
    }
    let filter = Filter::new(options)?;
    let sources = select::sources(context, &options.panes)?;
    if options.raw && sources.len() > 1 {
        let names: Vec<&str> = sources.iter().map(|source| source.name.as_str()).collect();
        return Err(Error::Usage {
            message: format!("`--raw` is for one pane, and these are {}", sources.len()),
            hint: Some(format!("take one of {}", crate::error::list(&names))),
        });
    }
    if sources.iter().any(|source| source.background().is_some()) {
        refuse_dates(options)?;
    }
    let mut cursor = options.cursor.as_deref().map(|name| cursor(context, name)).transpose()?;
    let places = sources.iter().map(|source| place(source, options, &filter, cursor.as_ref()));
    let places = places.collect::<Result<Vec<Place>>>()?;
    let mut merge = Merge::new(&sources, places);
    let mut show = Show::new(context, options, &sources);

    let follow = options.follow.then(|| Follow::new(context, options, &sources)).transpose()?;
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
    match follow {
        Some(follow) => follow.run(sources, &mut merge, &filter, &mut show),
        None => Ok(()),
    }
}

/// The output of background commands goes straight to a file.
fn refuse_dates(options: &cli::Logs) -> Result<()> {
    let given = [
        ("--since", options.since.is_some()),
        ("--until", options.until.is_some()),
        ("--cursor", options.cursor.is_some()),
        ("--timestamps", options.timestamps),
    ];
    match given.into_iter().find(|(_, given)| *given) {
        None => Ok(()),
        Some((option, _)) => Err(Error::Usage {
            message: format!("`{option}` is for panes: nobody dates the output of background commands"),
            hint: Some("`-n`, `--grep` and `--follow` are for both".to_owned()),
        }),
    }
}

fn cursor(context: &Context, name: &str) -> Result<Cursor> {
    if !Cursor::is_name(name) {
        return Err(Error::Usage {
            message: format!("`{}` cannot be the name of a cursor", name.escape_debug()),
            hint: Some("take letters, digits, `_`, `-` and `.`".to_owned()),
        });
    }
    let directory = cursors(context);
    Cursor::open(&directory, name).map_err(Error::io("read", directory.join(name)))
}

/// Where the cursors of this server are.
fn cursors(context: &Context) -> PathBuf {
    context.state_directory().join("cursors").join(context.server_word())
}

/// Where to begin.
fn place(source: &Source, options: &cli::Logs, filter: &Filter, cursor: Option<&Cursor>) -> Result<Place> {
    match (cursor, options.lines) {
        (Some(cursor), _) => Ok(cursor.place(&source.word)),
        // The first line behind the place may be cut.
        (None, Some(count)) if filter.is_open() && source.background().is_none() => {
            Place::before_last_lines(&source.path, count.saturating_add(1))
                .map_err(Error::io("read", &source.path))
        }
        (None, _) => Ok(Place::default()),
    }
}
