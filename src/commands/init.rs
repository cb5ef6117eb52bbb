//! `rune init`: a commented config to start from.

use std::fs;
use std::io::{ErrorKind, Write};

use super::context::Context;
use crate::cli;
use crate::config;
use crate::error::{Error, Result};

/// `rune init`
pub fn init(context: &Context, options: &cli::Init) -> Result<()> {
    let schema = context.state_directory().join("rune.schema.json");
    fs::create_dir_all(context.state_directory()).map_err(Error::io("make", context.state_directory()))?;
    fs::write(&schema, format!("{:#}\n", config::schema())).map_err(Error::io("write", &schema))?;

    let path = context.directory.join(context.global.file.as_deref().unwrap_or("rune.yaml".as_ref()));
    let mut file = fs::OpenOptions::new();
    file.write(true).create_new(!options.force).create(true).truncate(true);
    let mut file = file.open(&path).map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => Error::Refused {
            message: format!("`{}` exists", path.display()),
            hint: Some("`rune init --force` replaces it".to_owned()),
        },
        _ => Error::io("write", &path)(error),
    })?;
    let text = config::starter(&schema.display().to_string());
    file.write_all(text.as_bytes()).map_err(Error::io("write", &path))?;
    context.ui.result(&path.display().to_string());
    context.ui.say("`rune plan` shows what it means, `rune start` does it");
    Ok(())
}
