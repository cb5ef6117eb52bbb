//! From the words of the command line to what operations take.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::cli;
use crate::commands::context::Context;
use crate::error::{Error, Result};
use crate::live;
use crate::workspace::{Command, Share};

/// What a pane is to run.
///
/// # Errors
/// [`Error::Usage`] for a variable that is none, or a directory that is not there.
pub fn content(context: &Context, words: &cli::Content) -> Result<live::Content> {
    let command = match (&words.command, words.argv.as_slice()) {
        (Some(text), _) if text.trim().is_empty() => {
            let hint = Some("leave it out for your shell".to_owned());
            return Err(Error::Usage { message: "an empty command runs nothing".to_owned(), hint });
        }
        (Some(text), _) if text.contains('\0') => {
            let message = "a command cannot have a zero byte".to_owned();
            return Err(Error::Usage { message, hint: None });
        }
        (Some(text), _) => Some(Command::Script(text.clone())),
        (None, []) => None,
        (None, argv) => Some(Command::Argv(argv.to_vec())),
    };
    Ok(live::Content {
        command,
        environment: variables(&words.environment)?,
        cwd: words.cwd.as_deref().map(|path| directory(context, path)).transpose()?,
        log: words.log,
    })
}

/// Variables as `NAME=VALUE`, the last of equal names.
///
/// # Errors
/// [`Error::Usage`] for a word that is none.
pub fn variables(words: &[String]) -> Result<BTreeMap<String, String>> {
    let one = |word: &String| {
        let (name, value) = word.split_once('=').ok_or_else(|| Error::Usage {
            message: format!("`{word}` is no variable"),
            hint: Some("write it as `--env NAME=VALUE`".to_owned()),
        })?;
        if !is_name(name) {
            let hint = Some("a name has letters, digits and `_`, and begins with no digit".to_owned());
            return Err(Error::Usage { message: format!("`{name}` is no name of a variable"), hint });
        }
        Ok((name.to_owned(), value.to_owned()))
    };
    words.iter().map(one).collect()
}

fn is_name(name: &str) -> bool {
    let plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    plain && !name.is_empty() && !name.starts_with(|c: char| c.is_ascii_digit())
}

/// An existing directory, as an absolute path.
///
/// # Errors
/// [`Error::Usage`] when it is not there.
pub fn directory(context: &Context, path: &Path) -> Result<PathBuf> {
    let whole = context.directory.join(path);
    match whole.canonicalize() {
        Ok(found) if found.is_dir() => Ok(found),
        Ok(_) => Err(Error::Usage { message: format!("`{}` is no directory", path.display()), hint: None }),
        Err(error) => {
            Err(Error::Usage { message: format!("could not find `{}`: {error}", path.display()), hint: None })
        }
    }
}

/// A number of panes, as in `4` or `4pane`.
///
/// # Errors
/// [`Error::Usage`] for what is none.
pub fn count(text: &str) -> Result<usize> {
    let digits = text.strip_suffix("panes").or(text.strip_suffix("pane")).unwrap_or(text);
    digits.parse().ok().filter(|count| (1..=live::MOST_PANES).contains(count)).ok_or_else(|| Error::Usage {
        message: format!("`{text}` is no number of panes"),
        hint: Some(format!("take 1 to {}", live::MOST_PANES)),
    })
}

/// A share of a pane, as in `30%` or `20`.
///
/// # Errors
/// [`Error::Usage`] for what is none.
pub fn share(text: &str) -> Result<Share> {
    let share = match text.strip_suffix('%') {
        Some(percent) => {
            percent.parse().ok().filter(|percent| (1..100).contains(percent)).map(Share::Percent)
        }
        None => text.parse().ok().filter(|cells| *cells > 0).map(Share::Cells),
    };
    share.ok_or_else(|| Error::Usage {
        message: format!("`{text}` is no size"),
        hint: Some("write it as `30%` or as a number of columns or rows".to_owned()),
    })
}
