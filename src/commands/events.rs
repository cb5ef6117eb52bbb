//! `rune events`: what happened on the server, and what happens.

use std::collections::BTreeSet;

use jiff::Zoned;
use jiff::tz::TimeZone;

use super::context::Context;
use super::gone;
use crate::cli;
use crate::error::{Error, Result, counted};
use crate::event::{Event, Subject, What};
use crate::journal::{Entry, Journal, Reader};
use crate::moment;
use crate::record::PaneId;
use crate::target;
use crate::ui::harmless;
use crate::watch::{Change, Watch};

/// How many events are shown first where what follows is what is asked for.
const BEFORE: usize = 10;

/// Columns of the target, so that most lines stand in line.
const TARGET: usize = 24;

/// `rune events`
pub fn events(context: &Context, options: &cli::Events) -> Result<()> {
    let since = options.since.as_ref().map(|text| moment::parse(text, &Zoned::now())).transpose()?;
    let journal = context.journal();
    if let Ok(Some(snapshot)) = context.look() {
        gone::note_lost(context, &snapshot);
    }
    // First the notice, then the look: what is written between the two is seen.
    let watch = if options.follow { Some(watch(&journal)?) } else { None };
    let mut reader = Reader::new(&journal);
    let read = |reader: &mut Reader| reader.read().map_err(Error::io("read", journal.path()));
    let past = read(&mut reader)?;
    let wanted = Wanted::new(context, &options.targets, &past)?;
    let mut shown = Shown { context, json: options.json, zone: TimeZone::system(), damaged: 0 };
    let mut past: Vec<Entry> = past
        .into_iter()
        .filter(|entry| since.is_none_or(|since| entry.at >= since) && wanted.has(entry))
        .collect();
    let all = if options.follow && since.is_none() { BEFORE } else { usize::MAX };
    past.drain(..past.len().saturating_sub(options.number.unwrap_or(all)));
    if past.is_empty() && !options.follow {
        context.ui.say("nothing to show: the journal has no such event");
    }
    let mut goes_on = shown.show(&past, reader.damaged());
    let Some(watch) = watch else { return Ok(()) };
    let names = [journal.path().to_owned(), journal.old_path()];
    let is_ours = |change: &Change| match change {
        Change::Entry(name) => names.iter().any(|path| path.file_name() == Some(name)),
        Change::Itself | Change::Lost => true,
    };
    while goes_on && watch.wait_while_read(rustix::stdio::stdout()) {
        if watch.changes().iter().any(is_ours) {
            let mut new = read(&mut reader)?;
            new.retain(|entry| wanted.has(entry));
            goes_on = shown.show(&new, reader.damaged());
        }
    }
    Ok(())
}

fn watch(journal: &Journal) -> Result<Watch> {
    let directory = journal.directory().map_err(Error::io("make the directory of", journal.path()))?;
    let watch = Watch::new().and_then(|watch| watch.add(directory).map(|()| watch));
    watch.map_err(Error::io("watch", directory))
}

/// What is to be shown.
struct Wanted<'a> {
    /// Spellings.
    targets: &'a [String],
    /// Panes that were named by their tmux ids, among others.
    ids: BTreeSet<PaneId>,
}

impl<'a> Wanted<'a> {
    /// # Errors
    /// For a target that is neither live nor in the journal, or is several panes.
    fn new(context: &Context, targets: &'a [String], past: &[Entry]) -> Result<Wanted<'a>> {
        let mut ids = BTreeSet::new();
        if !targets.is_empty() {
            let snapshot = context.look()?.unwrap_or_default();
            let past: Vec<Subject> = past.iter().filter_map(Entry::subject).collect();
            for text in targets {
                match target::panes(&snapshot, text) {
                    Ok(found) => {
                        let tags = found.iter().filter_map(|found| found.pane.tag.as_ref());
                        ids.extend(tags.map(|tag| tag.id.clone()));
                    }
                    Err(error @ Error::Ambiguous { .. }) => return Err(error),
                    // What is gone is still in the journal.
                    Err(error) => match target::known(past.iter(), text) {
                        Err(Error::NotFound { .. }) if !snapshot.sessions.is_empty() => return Err(error),
                        other => other?,
                    },
                }
            }
        }
        Ok(Wanted { targets, ids })
    }

    fn has(&self, entry: &Entry) -> bool {
        let is_wanted = |subject: Subject| {
            subject.id.as_ref().is_some_and(|id| self.ids.contains(id))
                || self.targets.iter().any(|text| target::is_about(&subject, text))
        };
        self.targets.is_empty() || entry.subject().is_some_and(is_wanted)
    }
}

/// What was shown.
struct Shown<'a> {
    context: &'a Context,
    json: bool,
    zone: TimeZone,
    /// How many damaged lines were told.
    damaged: usize,
}

impl Shown<'_> {
    /// Shows entries, and says what could not be shown; whether somebody still reads.
    fn show(&mut self, entries: &[Entry], damaged: usize) -> bool {
        let ui = self.context.ui;
        let mut newer = 0;
        for entry in entries {
            let line = match &entry.event {
                _ if self.json => entry.text.clone(),
                Some(event) => self.line(event),
                None => {
                    newer += 1;
                    continue;
                }
            };
            if !ui.line(&line) {
                return false;
            }
        }
        if newer > 0 {
            ui.say(&format!("note: {} of a newer rune, which `--json` shows", counted(newer, "event")));
        }
        let damaged = damaged - std::mem::replace(&mut self.damaged, damaged);
        if damaged > 0 {
            let path = self.context.journal().path().display().to_string();
            ui.say(&format!("note: {} of `{path}` cannot be understood", counted(damaged, "line")));
        }
        true
    }

    fn line(&self, event: &Event) -> String {
        let paint = |colour: &str, text: &str| match self.context.ui.colour && !colour.is_empty() {
            true => format!("\x1b[{colour}m{text}\x1b[0m"),
            false => text.to_owned(),
        };
        let time = moment::show(event.at, &self.zone);
        let target = harmless(&event.subject.to_string());
        let blanks = " ".repeat(TARGET.saturating_sub(target.chars().count()));
        let what = paint(colour(&event.what), &harmless(&event.what.to_string()));
        let by = event.by.as_ref().map(|by| paint("2", &format!(" by {}", harmless(by)))).unwrap_or_default();
        format!("{}  {}{blanks}  {what}{by}", paint("2", &time), paint("1", &target))
    }
}

/// Green for what is well, red for what is not, yellow for what may be either.
fn colour(what: &What) -> &'static str {
    match what {
        What::Ready | What::Exited { code: 0 } => "32",
        What::Exited { .. }
        | What::Signalled { .. }
        | What::NotStarted { .. }
        | What::Failing { .. }
        | What::GaveUp { .. }
        | What::LostRunner
        | What::ServerGone => "31",
        What::Late { .. } | What::Restarting { .. } | What::Suspended | What::Waiting { .. } => "33",
        _ => "",
    }
}
