//! `rune restart`, `rune pane start` and `rune pane stop`: the commands of single panes.
//!
//! Who runs a command stops and starts it: its runner is asked. Where there is none that could be
//! asked, since it was killed or is of another rune, what it left is ended here, and the pane is
//! started again in its place.
//!
//! Only what is named is touched: what needs a stopped pane is left alone, as it would be if that
//! pane's command ended by itself.

pub mod ask;
mod background;
mod chosen;
mod respawn;
mod stopping;

use std::time::Instant;

use super::bring_up;
use super::context::Context;
use super::gone;
use super::known;
use super::leave;
use crate::cli;
use crate::error::{Error, Result};
use crate::record::PaneId;
use crate::snapshot::{LivePane, Snapshot};
use crate::ui::Ui;
use ask::{Answer, Ask, Request};
use chosen::Chosen;

/// What is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    /// Commands that do not run are started.
    Start,
    /// Commands that run are stopped.
    Stop,
    /// What runs is stopped first.
    Restart,
}

impl Deed {
    /// The command, as a person says it.
    fn words(self) -> &'static str {
        match self {
            Deed::Start => "rune pane start",
            Deed::Stop => "rune pane stop",
            Deed::Restart => "rune restart",
        }
    }
}

/// `rune restart`, `rune pane start`, `rune pane stop`
pub fn run(context: &Context, deed: Deed, options: &cli::Panes) -> Result<()> {
    let by = deed.words();
    run_asking(context, deed, options, &|directory, id, request, limit| {
        ask::runner(directory, id, request, by, limit)
    })
}

fn run_asking(context: &Context, deed: Deed, options: &cli::Panes, ask: Ask<'_>) -> Result<()> {
    let mut snapshot = context.look()?.unwrap_or_default();
    known::find_dead(context, &mut snapshot);
    if deed == Deed::Stop {
        gone::add_left(context, &mut snapshot);
    }
    if deed == Deed::Restart
        && let Some(background) = super::background::instead(context, &snapshot, &options.panes)?
    {
        let chosen = background::chosen(&background, &options.panes)?;
        let mut work =
            Work { context, snapshot: &background, deed, ask, failed: Vec::new(), survivors: Vec::new() };
        work.restart(&chosen);
        return work.result();
    }
    if snapshot.sessions.is_empty() {
        return Err(Error::NotRunning);
    }
    let chosen = chosen::chosen(context, &snapshot, options, deed)?;
    let sessions: Vec<_> = snapshot.sessions.iter().collect();
    if let Some(own) = leave::own_pane(context, &snapshot, &sessions)
        && let Some(one) = chosen.iter().find(|one| one.pane.id == own)
    {
        return Err(Error::Refused {
            message: format!(
                "`{}` would end `{}` itself: this is pane `{}`",
                deed.words(),
                deed.words(),
                one.name
            ),
            hint: Some("run it in another pane".to_owned()),
        });
    }
    let ranks = chosen::ranks(&snapshot, chosen);
    let mut work =
        Work { context, snapshot: &snapshot, deed, ask, failed: Vec::new(), survivors: Vec::new() };
    match deed {
        Deed::Start => ranks.iter().for_each(|rank| work.start(rank)),
        Deed::Stop => ranks.iter().rev().for_each(|rank| drop(work.stop(rank))),
        Deed::Restart => match ranks.as_slice() {
            [one] => work.restart(one),
            several => work.restart_in_order(several)?,
        },
    }
    work.result()
}

/// One run.
struct Work<'a> {
    context: &'a Context,
    snapshot: &'a Snapshot,
    deed: Deed,
    ask: Ask<'a>,
    failed: Vec<String>,
    survivors: Vec<String>,
}

impl Work<'_> {
    /// Stops what runs; the panes of which nothing is left.
    fn stop(&mut self, rank: &[Chosen<'_>]) -> Vec<PaneId> {
        let request = |one: &Chosen<'_>| {
            stopping::is_to_stop(one.pane.state(self.snapshot.pid)).then_some(Request::Stop)
        };
        let outcomes = self.all(rank, &request, "does not run");
        let mut stopped = Vec::new();
        for (one, outcome) in rank.iter().zip(outcomes) {
            match outcome {
                Answer::Done => stopped.push(one.tag.id.clone()),
                other => self.keep(one, other),
            }
        }
        stopped
    }

    fn start(&mut self, rank: &[Chosen<'_>]) {
        let stopped = self.deed == Deed::Restart;
        let request = |one: &Chosen<'_>| {
            (stopped || !one.pane.state(self.snapshot.pid).runs()).then_some(Request::Start)
        };
        self.start_asking(rank, &request);
    }

    fn restart(&mut self, rank: &[Chosen<'_>]) {
        self.start_asking(rank, &|_| Some(Request::Restart));
    }

    /// All are stopped, the last first, before the first is started.
    fn restart_in_order(&mut self, ranks: &[Vec<Chosen<'_>>]) -> Result<()> {
        // A pane whose command is its first process would close, and its place be lost.
        let mut closing: Vec<&LivePane> =
            ranks.iter().flatten().filter(|one| one.closes()).map(|one| one.pane).collect();
        if let (false, Some(version)) = (closing.is_empty(), self.snapshot.version) {
            bring_up::keep(self.context, &mut closing, version)?;
        }
        let stopped: Vec<PaneId> = ranks.iter().rev().flat_map(|rank| self.stop(rank)).collect();
        for rank in ranks {
            let stopped = |one: &&Chosen<'_>| stopped.contains(&one.tag.id);
            self.start(&rank.iter().filter(stopped).cloned().collect::<Vec<_>>());
        }
        Ok(())
    }

    /// Asks the runners to start; where there is none, the pane is started again.
    fn start_asking(
        &mut self,
        rank: &[Chosen<'_>],
        request: &(dyn Fn(&Chosen<'_>) -> Option<Request> + Sync),
    ) {
        let outcomes = self.all(rank, request, "runs already");
        let mut again = Vec::new();
        for (one, outcome) in rank.iter().zip(outcomes) {
            match outcome {
                Answer::Nobody => again.push(one.clone()),
                other => self.keep(one, other),
            }
        }
        if again.is_empty() {
            return;
        }
        let began = now();
        let did = if self.deed == Deed::Restart { "restarted" } else { "started" };
        match respawn::respawn(self.context, &again, self.deed.words()) {
            Ok(failed) => {
                for one in &again {
                    match failed.iter().find(|(id, _)| *id == one.tag.id) {
                        Some((_, why)) => self.keep(one, Answer::Failed(why.clone())),
                        None => say(self.context.ui, did, one, began),
                    }
                }
            }
            Err(error) => self.failed.push(error.to_string()),
        }
    }

    /// Asks the runners of a rank at once, each in its own time, and says of each when it is done;
    /// `idle` is said of those that there is nothing to ask.
    fn all(
        &self,
        rank: &[Chosen<'_>],
        request: &(dyn Fn(&Chosen<'_>) -> Option<Request> + Sync),
        idle: &str,
    ) -> Vec<Answer> {
        let (ui, ask, deed) = (self.context.ui, self.ask, self.deed);
        let noted = stopping::Noted { journal: &self.context.journal(), by: self.deed.words() };
        let one = |one: &Chosen<'_>| {
            let Some(request) = request(one) else {
                ui.say(&format!("`{}` {idle}", one.name));
                return Answer::Done;
            };
            let began = now();
            let answer = stopping::ask_or_end(one, request, ask, noted);
            if answer == Answer::Done {
                let again = deed == Deed::Restart && request == Request::Start;
                say(ui, if again { "restarted" } else { request.done() }, one, began);
            }
            if answer == Answer::Waits {
                let name = crate::quote::argv(&[one.name.as_str()]);
                ui.say(&format!("`{}` waits for what it needs: `rune why {name}` says for what", one.name));
            }
            answer
        };
        let answers: Vec<Answer> = std::thread::scope(|scope| {
            let running: Vec<_> = rank.iter().map(|chosen| scope.spawn(|| one(chosen))).collect();
            let crashed = || Answer::Failed("rune failed on the way".to_owned());
            running.into_iter().map(|thread| thread.join().unwrap_or_else(|_| crashed())).collect()
        });
        answers
    }

    /// Keeps what went wrong with a pane for the end.
    fn keep(&mut self, one: &Chosen<'_>, answer: Answer) {
        match answer {
            Answer::Done | Answer::Waits | Answer::Nobody => {}
            Answer::Survived(processes) => {
                self.context.ui.say(&format!("`{}` did not end: {}", one.name, processes.join(", ")));
                self.survivors.extend(processes);
            }
            Answer::Failed(why) => self.failed.push(format!("`{}`: {why}", one.name)),
        }
    }

    fn result(self) -> Result<()> {
        if !self.survivors.is_empty() {
            for why in &self.failed {
                self.context.ui.say(why);
            }
            return Err(Error::Survived { processes: self.survivors });
        }
        if self.failed.is_empty() { Ok(()) } else { Err(Error::failed(self.failed.join("; "))) }
    }
}

fn say(ui: Ui, did: &str, one: &Chosen<'_>, began: Instant) {
    ui.say(&format!("{did} `{}` in {:.1} s", one.name, began.elapsed().as_secs_f64()));
}

/// For how long something took.
#[allow(clippy::disallowed_methods)] // a person is told
fn now() -> Instant {
    Instant::now()
}
