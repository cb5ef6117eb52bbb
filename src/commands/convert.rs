//! `rune convert`: a HeroScript as a config.

use super::context::Context;
use super::heroscript::{Use, actions, read};
use crate::cli;
use crate::error::{Error, Result};
use crate::heroscript;

/// `rune convert`
pub fn convert(context: &Context, options: &cli::Convert) -> Result<()> {
    let source = read(context, &options.file, Use::Shown)?;
    let actions = actions(&source, options.skip_unknown)?;
    let from = source.path().to_string_lossy();
    let converted = heroscript::convert(&actions, &from)
        .map_err(|why| Error::failed(format!("could not write the config: {why}")))?;
    context.ui.result(&converted.config);
    for lost in &converted.lost {
        let place = lost.line.map(|line| format!("{from}:{line}: ")).unwrap_or_default();
        context.ui.detail(&format!("note: {place}{}", lost.what));
    }
    Ok(())
}
