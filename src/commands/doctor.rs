//! `rune doctor`: what rune finds on this machine, and what is missing.

use std::io::IsTerminal;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use serde_json::{Value, json};

use super::context::Context;
use crate::cli;
use crate::config;
use crate::error::{Error, Result, counted};
use crate::snapshot::Detail;
use crate::tmux::version::{Feature, Version};
use crate::ui::table;

/// How something stands.
#[derive(Clone, Copy, PartialEq)]
enum Mark {
    Good,
    Note,
    Bad,
}

/// One thing that was looked at.
struct Finding {
    mark: Mark,
    what: &'static str,
    text: String,
}

/// `rune doctor`
pub fn doctor(context: &Context, options: &cli::Doctor) -> Result<()> {
    let mut findings = Vec::new();
    let version = tmux(context, &mut findings);
    socket(context, &mut findings);
    directories(context, &mut findings);
    config(context, &mut findings);
    terminal(context, &mut findings);
    degraded(version, &mut findings);
    let text = if options.json { as_json(&findings) } else { as_table(&findings) };
    context.ui.result(&text);
    match findings.iter().find(|finding| finding.mark == Mark::Bad) {
        Some(bad) => Err(Error::failed(format!("{} is not as rune needs it", bad.what))),
        None => Ok(()),
    }
}

fn tmux(context: &Context, findings: &mut Vec<Finding>) -> Option<Version> {
    match context.server.program_version() {
        Ok(version) => {
            let mark = if version < Version::OLDEST { Mark::Note } else { Mark::Good };
            findings.push(Finding {
                mark,
                what: "tmux",
                text: format!("{} {version}", context.tmux().display()),
            });
            Some(version)
        }
        Err(error) => {
            let hint = error.hint().unwrap_or_default();
            findings.push(Finding { mark: Mark::Bad, what: "tmux", text: format!("{error}: {hint}") });
            None
        }
    }
}

fn socket(context: &Context, findings: &mut Vec<Finding>) {
    let path = &context.server.path;
    let (mark, text) = match context.server.look(Detail::Plan) {
        Ok(Some(snapshot)) => {
            let version =
                snapshot.version.map_or("an unknown version".to_owned(), |version| version.to_string());
            (
                Mark::Good,
                format!(
                    "{}: a server of {version} with {}",
                    path.display(),
                    counted(snapshot.sessions.len(), "session")
                ),
            )
        }
        Ok(None) => (Mark::Good, format!("{}: no server runs", path.display())),
        Err(error) => (Mark::Bad, error.to_string()),
    };
    findings.push(Finding { mark, what: "socket", text });
    // tmux itself refuses a directory that others may enter.
    if let Some(directory) = path.parent() {
        findings.push(private("socket directory", directory));
    }
    if path.as_os_str().len() > 107 {
        let text = "its path is longer than the 107 bytes that a socket's may have".to_owned();
        findings.push(Finding { mark: Mark::Bad, what: "socket", text });
    }
}

fn directories(context: &Context, findings: &mut Vec<Finding>) {
    findings.push(private("pane directory", &context.runtime_directory()));
    findings.push(private("state directory", &context.state_directory()));
}

fn private(what: &'static str, directory: &Path) -> Finding {
    let user = rustix::process::geteuid().as_raw();
    let (mark, text) = match std::fs::metadata(directory) {
        Ok(metadata) if metadata.uid() != user => {
            (Mark::Bad, format!("{} belongs to another user", directory.display()))
        }
        Ok(metadata) if metadata.mode() & 0o007 != 0 => (
            Mark::Note,
            format!("{} is open to others (mode {:o})", directory.display(), metadata.mode() & 0o777),
        ),
        Ok(_) => (Mark::Good, directory.display().to_string()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            (Mark::Good, format!("{} will be made", directory.display()))
        }
        Err(error) => (Mark::Bad, format!("{}: {error}", directory.display())),
    };
    Finding { mark, what, text }
}

fn config(context: &Context, findings: &mut Vec<Finding>) {
    let (request, _) = context.request(&[]);
    let (mark, text) = match config::load(&request) {
        Ok(loaded) => match loaded.origin.path() {
            Some(path) => (Mark::Good, path.display().to_string()),
            None => {
                (Mark::Good, "none found: rune's embedded default serves (`rune init` writes one)".to_owned())
            }
        },
        Err(error) => (Mark::Bad, format!("{error}: `rune check` shows where")),
    };
    findings.push(Finding { mark, what: "config", text });
}

fn terminal(context: &Context, findings: &mut Vec<Finding>) {
    let term = context.variable("TERM").map(|term| term.to_string_lossy().into_owned());
    let (mark, text) = match (std::io::stdin().is_terminal(), term) {
        (true, Some(term)) => (Mark::Good, term),
        (true, None) => (Mark::Bad, "TERM is not set".to_owned()),
        (false, _) => (Mark::Note, "none: rune does not attach without one".to_owned()),
    };
    findings.push(Finding { mark, what: "terminal", text });
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].iter().find_map(|name| context.variable(name));
    let locale = locale.map(|locale| locale.to_string_lossy().into_owned()).unwrap_or_default();
    let (mark, text) = if locale.to_ascii_lowercase().replace('-', "").contains("utf8") {
        (Mark::Good, locale)
    } else {
        (Mark::Note, format!("`{locale}` is not UTF-8: rune runs tmux with -u, other programs may show `_`"))
    };
    findings.push(Finding { mark, what: "locale", text });
}

/// What this version of tmux does not have.
fn degraded(version: Option<Version>, findings: &mut Vec<Finding>) {
    let Some(version) = version else { return };
    for row in Feature::ALL.iter().filter(|row| !version.has(row.feature)) {
        let text = format!("{version} lacks {}: {}", row.what, row.without);
        findings.push(Finding { mark: Mark::Note, what: "degraded", text });
    }
}

fn as_table(findings: &[Finding]) -> String {
    let rows: Vec<Vec<String>> = findings
        .iter()
        .map(|finding| vec![word(finding.mark).to_owned(), finding.what.to_owned(), finding.text.clone()])
        .collect();
    table(&rows)
}

fn as_json(findings: &[Finding]) -> String {
    let findings: Vec<Value> = findings
        .iter()
        .map(|finding| json!({"mark": word(finding.mark), "what": finding.what, "text": finding.text}))
        .collect();
    json!({"schema": 1, "findings": findings}).to_string()
}

fn word(mark: Mark) -> &'static str {
    match mark {
        Mark::Good => "ok",
        Mark::Note => "note",
        Mark::Bad => "BAD",
    }
}
