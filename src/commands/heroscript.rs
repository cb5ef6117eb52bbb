//! Reads a HeroScript that was named on the command line.

use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::path::Path;

use super::context::Context;
use crate::config::find;
use crate::config::source::Source;
use crate::error::{Error, Problems, Result};
use crate::heroscript::{self, Others, Statement};

/// The largest script that is read, in bytes.
const LARGEST: u64 = 16 << 20;

/// What becomes of a script.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Use {
    /// Somebody reads it.
    Shown,
    /// It is done: one of another user is refused.
    Done,
}

/// The text of the script `file`; `-` is standard input.
pub(super) fn read(context: &Context, file: &Path, used: Use) -> Result<Source> {
    let mut bytes = Vec::new();
    let name = if file == Path::new("-") { Path::new("standard input") } else { file };
    let count = if file == Path::new("-") {
        io::stdin().lock().take(LARGEST + 1).read_to_end(&mut bytes)
    } else {
        let path = context.directory.join(file);
        let open = File::open(&path).map_err(|error| match error.kind() {
            ErrorKind::NotFound => Error::Usage {
                message: format!("there is no file `{}`", file.display()),
                hint: Some("name a script, or `-` for standard input".to_owned()),
            },
            _ => Error::io("read", file)(error),
        })?;
        if used == Use::Done {
            find::own(file, &open.metadata().map_err(Error::io("read", file))?)?;
        }
        open.take(LARGEST + 1).read_to_end(&mut bytes)
    };
    if count.map_err(Error::io("read", name))? as u64 > LARGEST {
        return Err(Error::Usage {
            message: format!("`{}` is larger than {} MiB", name.display(), LARGEST >> 20),
            hint: None,
        });
    }
    find::decode(name, bytes).map_err(|error| match error {
        Error::Config(problems) => Error::Script(problems),
        other => other,
    })
}

/// The actions of a script.
pub(super) fn actions(source: &Source, skip_unknown: bool) -> Result<Vec<Statement>> {
    let others = if skip_unknown { Others::Skip } else { Others::Refuse };
    heroscript::parse(source, others)
        .map_err(|problems| Error::Script(vec![Problems { source: source.text().to_owned(), problems }]))
}
