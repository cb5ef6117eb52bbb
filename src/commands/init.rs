//! `rune init`: a commented config to start from.

use std::fs;
use std::io::{ErrorKind, Write};

use super::context::Context;
use crate::cli;
use crate::config;
use crate::error::{Error, Result};

/// The file beside a config that editors find the schema in: by a relative name, which means the same to
/// everybody who has the repository.
const SCHEMA: &str = ".rune.schema.json";

/// `rune init`
pub fn init(context: &Context, options: &cli::Init) -> Result<()> {
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
    file.write_all(config::starter(SCHEMA).as_bytes()).map_err(Error::io("write", &path))?;
    context.ui.result(&path.display().to_string());
    let schema = path.with_file_name(SCHEMA);
    fs::write(&schema, format!("{:#}\n", config::schema())).map_err(Error::io("write", &schema))?;
    context.ui.say(&format!("editors check it by `{SCHEMA}` beside it"));
    context.ui.say("`rune plan` shows what it means, `rune start` does it");
    Ok(())
}
