//! `rune why PANE`: what keeps it from being ready, or how it ended.

use std::path::Path;

use super::context::Context;
use super::{history, known, status, usage};
use crate::cli;
use crate::error::{Error, Result};
use crate::log::{Lines, Place, Tail, What};
use crate::plain::{self, Keep};
use crate::record::State;
use crate::snapshot::{Detail, LivePane, Snapshot};
use crate::target;
use crate::tmux::version::Version;
use crate::why::{self, Evidence, Source};

/// How many of the last lines of output are shown.
const LINES: usize = 20;

/// `rune why`
pub fn why(context: &Context, options: &cli::Why) -> Result<()> {
    let mut snapshot = context.look_for(Detail::Foreground)?.ok_or(Error::NotRunning)?;
    known::find_dead(&mut snapshot);
    let found = target::pane(&snapshot, &options.pane)?;
    let chain = why::chain(&snapshot, found.pane);
    let evidence = evidence(context, &snapshot, &chain)?;
    let lines = why::why(&snapshot, &found.pane.id, &evidence, status::now());
    let text: Vec<String> = lines
        .iter()
        .map(|line| {
            format!("{}{}{}", "  ".repeat(line.depth), if line.output { "| " } else { "" }, line.text)
        })
        .collect();
    context.ui.result(&text.join("\n"));
    Ok(())
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
        // What is blank at its top is no output either.
        lines.drain(..lines.len().saturating_sub(LINES));
        let blank = lines.iter().take_while(|line| line.is_empty()).count();
        lines.drain(..blank);
        evidence.output.insert(pane, (Source::Screen, lines));
    }
    Ok(evidence)
}

/// The last lines in the log of a pane that has one.
fn logged(pane: &LivePane) -> Option<Vec<String>> {
    let specification = &pane.known.as_ref()?.specification;
    let directory = Path::new(specification.log.as_ref().filter(|_| specification.supervision.logs())?);
    let place = Place::before_last_lines(directory, LINES).ok()?;
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
    texts.drain(..texts.len().saturating_sub(LINES));
    Some(texts)
}
