//! `rune check`: every problem of a config at once.

use std::ffi::OsString;
use std::path::Path;

use serde_json::json;

use super::context::Context;
use crate::cli;
use crate::config::{self, Checked, report};
use crate::environment::{self, Filter};
use crate::error::{Error, Problems, Result};

/// `rune check`
pub fn check(context: &Context, options: &cli::Check) -> Result<()> {
    let (request, _) = context.request(&[]);
    let mut checked = Vec::new();
    // A file that cannot be read must not hide the problems of the others.
    let mut unread: Vec<Error> = Vec::new();
    if options.files.is_empty() {
        checked.push(one(context, request)?);
    } else {
        for file in &options.files {
            let mut request = request.clone();
            let file = context.directory.join(file);
            // A config belongs to the directory it stands in, unless another one is named.
            if context.global.directory.is_none() {
                request.directory = file.parent().unwrap_or(Path::new("/")).to_owned();
            }
            request.file = Some(file);
            match one(context, request) {
                Ok(found) => checked.push(found),
                Err(error) => unread.push(error),
            }
        }
    }
    let mut problems: Vec<Problems> =
        checked.iter().filter(|checked| !checked.passed()).map(|checked| checked.problems.clone()).collect();
    // Bytes that are no text are a problem with a place too.
    unread.retain_mut(|error| match error {
        Error::Config(found) => {
            problems.append(found);
            false
        }
        _ => true,
    });
    let last = if problems.is_empty() { unread.pop() } else { None };
    for error in &unread {
        context.ui.error(error);
    }
    if options.json {
        let remarks: Vec<Problems> = checked.iter().map(|checked| checked.remarks.clone()).collect();
        let text =
            json!({"schema": 1, "problems": report::json(&problems), "remarks": report::json(&remarks)});
        context.ui.result(&text.to_string());
        return match last {
            Some(error) => Err(error),
            None if problems.is_empty() => Ok(()),
            None => Err(Error::Config(Vec::new())),
        };
    }
    for checked in &checked {
        say(context, checked);
    }
    match last {
        Some(error) => Err(error),
        None if problems.is_empty() => Ok(()),
        None => Err(Error::Config(problems)),
    }
}

fn one(context: &Context, request: config::Request) -> Result<Checked> {
    let inherited: Vec<(OsString, OsString)> = context.inherited.clone();
    let is_dropped = move |name: &str| {
        let value = inherited.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone());
        let pair = (OsString::from(name), value.unwrap_or_default());
        !environment::filter([pair], Filter::default()).dropped.is_empty()
    };
    config::check(&request, &is_dropped)
}

fn say(context: &Context, checked: &Checked) {
    let name =
        checked.origin.path().map_or("rune's embedded default".to_owned(), |path| path.display().to_string());
    if checked.passed() {
        context.ui.result(&format!("{name}: good"));
    }
    let remarks = &checked.remarks;
    if !remarks.problems.is_empty() {
        context.ui.remarks(remarks);
    }
    for note in &checked.notes {
        context.ui.detail(&format!("note: {note}"));
    }
}
