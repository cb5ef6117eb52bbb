//! `rune why PANE`: what keeps it from being ready, or how it ended.

use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use super::context::Context;
use super::{background, gone, history, known, usage};
use crate::cli;
use crate::error::{Error, Result};
use crate::event::Subject;
use crate::journal;
use crate::log::{Lines, Place, Tail, What};
use crate::plain::{self, Keep};
use crate::record::{State, Tag};
use crate::screen;
use crate::snapshot::{Detail, LivePane, Snapshot};
use crate::supervise;
use crate::target::{self, Found};
use crate::tmux::version::Version;
use crate::why::{self, Evidence, Line, Source};

/// How many of the last lines of output are shown.
const LINES: usize = 20;

/// How much at the end of a plain file is looked at for them, in bytes.
const END: u64 = 64 * 1024;

/// `rune why`
pub fn why(context: &Context, options: &cli::Why) -> Result<()> {
    let mut snapshot = context.look_for(Detail::Foreground)?.unwrap_or_default();
    known::find_dead(context, &mut snapshot);
    gone::note_lost(context, &snapshot);
    let found = match target::pane(&snapshot, &options.pane) {
        Err(error @ Error::NotFound { .. }) => return past(context, &options.pane, &snapshot, error),
        found => found?,
    };
    let chain = why::chain(&snapshot, found.pane);
    let evidence = evidence(context, &snapshot, &chain)?;
    show(context, &why::why(&snapshot, &found.pane.id, &evidence, journal::now()));
    Ok(())
}

/// It may be a background command. A pane that is closed is still in the journal; else `error` says what
/// there is.
fn past(context: &Context, text: &str, snapshot: &Snapshot, error: Error) -> Result<()> {
    let words = [text.to_owned()];
    if let Some(background) = background::instead(context, snapshot, &words)? {
        return of_background(context, text, &background);
    }
    let events = history::events(context);
    let subject = match target::past(events.iter().map(|event| &event.subject), text) {
        Ok(subject) => subject,
        Err(Error::NotFound { .. }) if snapshot.sessions.is_empty() => return Err(Error::NotRunning),
        Err(Error::NotFound { .. }) => return Err(error),
        Err(ambiguous) => return Err(ambiguous),
    };
    let logged = tag(subject).and_then(|tag| last_lines(&context.log_directory(&tag)));
    show(context, &why::past(&events, subject, &logged.unwrap_or_default(), journal::now()));
    Ok(())
}

/// Why a background command is as it is.
fn of_background(context: &Context, text: &str, background: &Snapshot) -> Result<()> {
    let found = background::panes(background, text)?;
    let [one] = found.as_slice() else {
        let candidates = found.iter().map(Found::name).collect();
        return Err(Error::Ambiguous { what: "background command", name: text.to_owned(), candidates });
    };
    let (name, now, mut evidence) = (one.name(), journal::now(), Evidence::default());
    let output = background::log(one.pane).map(|path| last_lines_of_file(&path)).unwrap_or_default();
    let Some(kept) = background::command(context, &one.pane.id)? else { return Err(Error::NotRunning) };
    if !background::is_kept(one.pane) {
        let (began, runs) = (kept.command.began * 1000, !kept.processes.is_empty());
        show(context, &why::unkept(&name, began, runs, &output, now));
        return Ok(());
    }
    evidence.events = history::events(context);
    evidence.output.insert(one.pane.id.clone(), (Source::Log, output));
    let left = kept.processes.iter().map(ToString::to_string).collect();
    evidence.processes.insert(one.pane.id.clone(), left);
    show(context, &why::why(background, &one.pane.id, &evidence, now));
    Ok(())
}

fn last_lines_of_file(path: &Path) -> Vec<String> {
    let Ok(mut file) = std::fs::File::open(path) else { return Vec::new() };
    let mut bytes = Vec::new();
    let begin = file.metadata().map_or(0, |metadata| metadata.len().saturating_sub(END));
    let _ = file.seek(SeekFrom::Start(begin)).and_then(|_| file.read_to_end(&mut bytes));
    let mut lines: Vec<String> =
        bytes.split(|byte| *byte == b'\n').map(|line| plain::line(line, Keep::Text)).collect();
    keep_output(&mut lines);
    lines
}

fn tag(subject: &Subject) -> Option<Tag> {
    Some(Tag {
        id: subject.id.clone()?,
        workspace: subject.workspace.clone()?,
        window: subject.window.clone()?,
        pane: subject.pane.clone()?,
    })
}

fn show(context: &Context, lines: &[Line]) {
    let text: Vec<String> = lines
        .iter()
        .map(|line| {
            format!("{}{}{}", "  ".repeat(line.depth), if line.output { "| " } else { "" }, line.text)
        })
        .collect();
    context.ui.result(&text.join("\n"));
}

fn evidence(context: &Context, snapshot: &Snapshot, chain: &[&LivePane]) -> Result<Evidence> {
    let mut evidence = Evidence { events: history::events(context), ..Evidence::default() };
    let lost: Vec<&&LivePane> = chain
        .iter()
        .filter(|pane| matches!(pane.state(snapshot.pid), State::LostRunner | State::Unknown))
        .collect();
    if !lost.is_empty() {
        let sample = usage::sample(snapshot);
        for pane in lost {
            let processes = sample.processes(&pane.id).map(ToString::to_string).collect();
            evidence.processes.insert(pane.id.clone(), processes);
        }
    }
    let mut on_screen = Vec::new();
    for pane in chain {
        match logged(pane) {
            Some(lines) if !lines.is_empty() => {
                evidence.output.insert(pane.id.clone(), (Source::Log, lines));
            }
            _ => on_screen.push(pane.id.as_str()),
        }
    }
    let above = u32::try_from(LINES).unwrap_or(0);
    let version = snapshot.version.unwrap_or(Version::OLDEST);
    for (pane, mut lines) in context.server.screens(&on_screen, above, version)? {
        keep_output(&mut lines);
        evidence.output.insert(pane, (Source::Screen, lines));
    }
    Ok(evidence)
}

/// Keeps the last lines that say something, and are not what the runner asks.
fn keep_output(lines: &mut Vec<String>) {
    lines.retain(|line| !line.trim().is_empty() && !supervise::is_question(line) && !screen::is_notice(line));
    lines.drain(..lines.len().saturating_sub(LINES));
}

/// The last lines in the log of a pane that has one.
fn logged(pane: &LivePane) -> Option<Vec<String>> {
    let specification = &pane.known.as_ref()?.specification;
    last_lines(Path::new(specification.log.as_ref().filter(|_| specification.supervision.logs())?))
}

fn last_lines(directory: &Path) -> Option<Vec<String>> {
    // As many again, since some are left out.
    let place = Place::before_last_lines(directory, 3 * LINES).ok()?;
    let mut tail = Tail::new(directory, place);
    let (mut lines, mut texts) = (Lines::default(), Vec::new());
    let mut keep = |line: crate::log::Line| {
        if let What::Text { bytes, .. } = &line.what {
            texts.push(plain::line(bytes, Keep::Text));
        }
    };
    while let Some(entry) = tail.read().ok()? {
        lines.add(entry);
        while let Some(line) = lines.take_whole() {
            keep(line);
        }
    }
    lines.take_begun().map(&mut keep);
    keep_output(&mut texts);
    Some(texts)
}
