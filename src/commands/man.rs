//! `rune man`: rune(1) from the command line's own words, and rune.yaml(5) from the table of keys.

use clap::CommandFactory;

use super::context::Context;
use crate::cli::{self, Cli};
use crate::config;
use crate::error::{Error, Result};

/// `rune man`
pub fn man(context: &Context, options: &cli::Man) -> Result<()> {
    let page = if options.page == "rune.yaml" { config::manual() } else { program()? };
    context.ui.result(&page);
    Ok(())
}

fn program() -> Result<String> {
    let mut command = Cli::command();
    command.build();
    let mut page = Vec::new();
    let failed = |error| Error::failed(format!("could not write the page: {error}"));
    clap_mangen::Man::new(command.clone()).render(&mut page).map_err(failed)?;
    for subcommand in command.get_subcommands().filter(|subcommand| !subcommand.is_hide_set()) {
        commands(&mut page, subcommand, "rune").map_err(failed)?;
    }
    Ok(String::from_utf8_lossy(&page).into_owned())
}

/// The part on one command, and on those below it.
fn commands(page: &mut Vec<u8>, command: &clap::Command, above: &str) -> std::io::Result<()> {
    use std::io::Write;
    let name = format!("{above} {}", command.get_name());
    writeln!(page, ".SH {}", name.to_uppercase())?;
    let man = clap_mangen::Man::new(command.clone());
    man.render_description_section(page)?;
    man.render_options_section(page)?;
    for below in command.get_subcommands().filter(|below| !below.is_hide_set()) {
        commands(page, below, &name)?;
    }
    Ok(())
}
