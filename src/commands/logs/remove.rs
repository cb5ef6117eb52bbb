//! `rune logs --remove`: logs that nobody needs any more.

use super::cursors;
use super::select::{self, Source};
use crate::cli;
use crate::commands::context::Context;
use crate::error::{Error, Result, counted};
use crate::log::{self, Cursor};
use crate::note::words::size;

/// Removes the logs of the named panes, or of all that are gone.
///
/// # Errors
/// [`Error::Refused`] for one that is still written to, before any is removed.
pub fn remove(context: &Context, options: &cli::Logs) -> Result<()> {
    let sources = match (options.gone, options.panes.as_slice()) {
        (true, _) => select::gone(context)?,
        (false, []) => {
            return Err(Error::Usage {
                message: "`--remove` needs to know which".to_owned(),
                hint: Some("name panes, or take `--remove --gone` for all that are gone".to_owned()),
            });
        }
        (false, words) => select::sources(context, words)?,
    };
    if sources.is_empty() {
        context.ui.say("there is no log of a pane that is gone");
        return Ok(());
    }
    if !options.gone {
        sources.iter().try_for_each(check)?;
    }
    let mut total = 0;
    for source in &sources {
        let removed = match log::remove(&source.path) {
            // Declared, and nothing was printed yet.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Some(0)),
            other => other,
        };
        let Some(bytes) = removed.map_err(Error::io("remove", &source.path))? else {
            continue; // somebody opened its pane just now
        };
        total += bytes;
        context.ui.say(&format!("removed the log of `{}`, {}", source.name, size(bytes)));
    }
    if sources.len() > 1 {
        context.ui.say(&format!("{}, {}", counted(sources.len(), "log"), size(total)));
    }
    forget(context, &sources);
    Ok(())
}

fn check(source: &Source) -> Result<()> {
    let refused = |why: &str, hint: &str| {
        let message = format!("the output of `{}` {why}", source.name);
        Err(Error::Refused { message, hint: Some(hint.to_owned()) })
    };
    if source.background().is_some() {
        return refused("is no log", "it is a plain file, which the next start of the command empties");
    }
    let segments = log::segments(&source.path).map_err(Error::io("read", &source.path))?;
    match segments.iter().any(log::Segment::is_written) {
        true => refused("is still logged", "end its pane first"),
        false => Ok(()),
    }
}

/// A place in what is removed means nothing in what comes.
fn forget(context: &Context, sources: &[Source]) {
    for mut cursor in Cursor::all(&cursors(context)) {
        sources.iter().for_each(|source| cursor.forget(&source.word));
        if let Err(error) = cursor.save() {
            context.ui.say(&format!("could not write `{}`: {error}", cursor.path().display()));
        }
    }
}
