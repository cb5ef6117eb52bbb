//! `rune restart` of background commands: their runners are asked as those of panes are.

use super::chosen::Chosen;
use crate::commands::background;
use crate::commands::known;
use crate::error::{Error, Result};
use crate::snapshot::Snapshot;
use crate::target;

/// The background commands that `words` mean, each once.
///
/// # Errors
/// Where nobody can be asked: there is no runner, or it has ended with its command.
pub fn chosen<'s>(background: &'s Snapshot, words: &[String]) -> Result<Vec<Chosen<'s>>> {
    let directories = known::directories(background);
    let mut chosen: Vec<Chosen<'s>> = Vec::new();
    for word in words {
        for found in background::panes(background, word)? {
            let (Some(tag), pane) = (&found.pane.tag, found.pane) else { continue };
            let name = target::name(found.session, found.window, pane);
            let Some(directory) = directories.get(&tag.workspace).filter(|_| background::is_kept(pane))
            else {
                return Err(background::not_kept(&name));
            };
            if pane.dead {
                return Err(Error::Refused {
                    message: format!("`{name}` is over, and its runner with it: {}", pane.state(None)),
                    hint: Some("`rune start --ritual` starts it anew".to_owned()),
                });
            }
            if !chosen.iter().any(|known| known.pane.id == pane.id) {
                let (directory, session) = (directory.clone(), found.session.name.as_str());
                chosen.push(Chosen { name, pane, tag, session, directory });
            }
        }
    }
    Ok(chosen)
}
