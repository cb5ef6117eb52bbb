//! The lines of a script: what stands together, and how it reports.

use super::{DONE, Line, OPENED, Renderer, target, words};
use crate::plan::Target;
use crate::quote;
use crate::tmux::version::Feature;

impl Renderer<'_> {
    /// The format by which a creation reports that it happened.
    pub(super) fn report(&self, place: usize) -> String {
        let nonce = self.context.nonce;
        format!("{nonce}{OPENED} {place} #{{session_id}} #{{window_id}} #{{pane_id}} {nonce}")
    }

    pub(super) fn command(&mut self, words: &[String]) {
        let command = self.quoted(words);
        if let Some(line) = self.script.lines.last_mut() {
            line.commands.push(command);
        }
    }

    pub(super) fn quoted(&self, words: &[String]) -> String {
        let old = !self.context.version.has(Feature::PlainSemicolon);
        let words: Vec<String> = words.iter().map(|word| quote::tmux(word, old)).collect();
        words.join(" ")
    }

    pub(super) fn did(&mut self, place: usize, reports: bool) {
        if let Some(line) = self.script.lines.last_mut() {
            line.steps.push((place, reports));
        }
    }

    /// Goes on with the line about `window`, or starts one.
    pub(super) fn line_for(&mut self, window: &Target) {
        if self.group.as_ref() != Some(window) {
            self.finish();
            self.new_line(Some(window.clone()));
        }
    }

    pub(super) fn new_line(&mut self, group: Option<Target>) {
        self.script.lines.push(Line::default());
        self.group = group;
    }

    /// Ends the last line with a command that reports it.
    pub(super) fn finish(&mut self) {
        if let Some(group) = self.group.take() {
            self.report_end(Some(&group));
        }
    }

    /// Reports the end of the last line; of no target where the line's own is gone by then.
    pub(super) fn report_end(&mut self, about: Option<&Target>) {
        let (nonce, number) = (self.context.nonce, self.script.lines.len() - 1);
        let mut command = words(&["display-message", "-p"]);
        if let Some(about) = about {
            command.extend(words(&["-t", &target(about)]));
        }
        command.push(format!("{nonce}{DONE} {number} {nonce}"));
        self.command(&command);
        if let Some(line) = self.script.lines.last_mut() {
            line.reports = true;
        }
    }
}
