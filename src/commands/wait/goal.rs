//! One thing that is waited for.

use super::text::Text;
use super::time_of;
use crate::goal::{self, SETTLED, Verdict};
use crate::record::{Record, State};
use crate::snapshot::{LivePane, Snapshot};
use crate::target::Found;
use crate::ui::Tone;
use crate::workspace::supervision::Needed;

/// One pane and how far it is to come.
pub struct Goal {
    /// The pane as it was seen last.
    pub pane: LivePane,
    /// Whether it is not on the server any more.
    pub closed: bool,
    /// Its full spelling.
    pub name: String,
    state: Option<Needed>,
    /// A text that it is to print.
    pub text: Option<Text>,
    /// Since when it is that far, in milliseconds since 1970 (UTC).
    pub reached: Option<u64>,
    /// What was seen last.
    pub verdict: Verdict,
}

impl Goal {
    /// The pane that was found, to reach a state or print a text, or both.
    pub fn new(found: &Found<'_>, state: Option<Needed>, text: Option<Text>) -> Goal {
        let verdict = Verdict::NotYet(String::new());
        let (pane, name) = (found.pane.clone(), found.name());
        Goal { pane, closed: false, name, state, text, reached: None, verdict }
    }

    /// Judges it anew.
    pub fn judge(&mut self, snapshot: &Snapshot, now: u64) {
        let state = self.state.map(|state| goal::judge(snapshot, &self.pane, state, now));
        let text = self.text.as_ref().map(|text| match text.is_found() {
            true => Verdict::Reached,
            false => self.without_text(snapshot, text, now),
        });
        let mut verdict = match (state, text) {
            (Some(Verdict::Reached) | None, Some(text)) => text,
            (Some(state), _) => state,
            (None, None) => Verdict::Reached,
        };
        // A killed runner or a closed pane: only the server knows.
        if self.closed && matches!(verdict, Verdict::Never(_)) && !self.state_now(snapshot).is_end() {
            verdict = Verdict::Never("its pane is closed".to_owned());
        }
        if verdict != Verdict::Reached {
            self.reached = None;
        } else if self.reached.is_none() {
            let since = self.record().map(|record| record.since).filter(|_| self.text.is_none());
            self.reached = Some(since.unwrap_or(now));
        }
        self.verdict = verdict;
    }

    /// Whether the text can still come.
    fn without_text(&self, snapshot: &Snapshot, text: &Text, now: u64) -> Verdict {
        let missing = format!("no line matches `{}`", text.pattern());
        if self.pane.tag.is_none() && !self.closed {
            return Verdict::NotYet(missing);
        }
        let over = match goal::judge(snapshot, &self.pane, Needed::Succeeded, now) {
            Verdict::NotYet(seen) => return Verdict::NotYet(format!("{seen}, {missing}")),
            Verdict::Late { seen, .. } => return Verdict::NotYet(format!("{seen}, {missing}")),
            Verdict::Reached => "it is over: exited 0".to_owned(),
            Verdict::Never(why) => why,
        };
        // What it printed may take a moment longer than its end.
        match self.record() {
            Some(record) if now.saturating_sub(record.since) < SETTLED => Verdict::NotYet(missing),
            _ => Verdict::Never(format!("{over}, and {missing}")),
        }
    }

    fn state_now(&self, snapshot: &Snapshot) -> State {
        self.pane.state(snapshot.pid)
    }

    fn record(&self) -> Option<&Record> {
        self.pane.known.as_ref()?.record.as_ref()
    }

    /// Whether a moment's passing alone can change the verdict.
    pub fn settles(&self, now: u64) -> bool {
        let fresh = self.record().is_some_and(|record| now.saturating_sub(record.since) < SETTLED);
        fresh && matches!(self.verdict, Verdict::NotYet(_) | Verdict::Late { .. })
    }

    /// What it is to be, in one word.
    pub fn wanted(&self) -> String {
        match (self.state, &self.text) {
            (Some(state), _) if self.text.as_ref().is_none_or(Text::is_found) => {
                format!("`{}`", state.as_str())
            }
            (_, Some(text)) => format!("`{}`", text.pattern()),
            (Some(state), None) => format!("`{}`", state.as_str()),
            (None, None) => String::new(),
        }
    }

    /// One line on how it is; `timed`, also for how long, since `since`.
    pub fn line(
        &self,
        width: usize,
        snapshot: &Snapshot,
        since: u64,
        now: u64,
        timed: bool,
    ) -> (String, Option<Tone>) {
        let (said, tone) = match &self.verdict {
            Verdict::Reached => {
                let word = match self.text {
                    Some(_) => "found".to_owned(),
                    None => self.state_now(snapshot).to_string(),
                };
                let after =
                    self.reached.filter(|at| *at > since).map(|at| format!(" after {}", time_of(at - since)));
                (format!("{word}{}", after.unwrap_or_default()), Some(Tone::Good))
            }
            Verdict::NotYet(seen) | Verdict::Late { seen, .. } if timed => {
                (format!("{seen}, {}", time_of(now.saturating_sub(since) / 1000 * 1000)), None)
            }
            Verdict::NotYet(seen) | Verdict::Late { seen, .. } => (seen.clone(), None),
            Verdict::Never(why) => (why.clone(), Some(Tone::Bad)),
        };
        (format!("{:width$}  {said}", self.name), tone)
    }
}
