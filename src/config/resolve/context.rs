//! What every part of resolving shares: the facts, and the list of mistakes.

use std::collections::BTreeMap;

use super::Facts;
use super::seam::{Fault, Variables, render_command, render_text};
use crate::config::collect::{Collect, in_order};
use crate::config::raw::{Config, Run, Template, When};
use crate::config::source::Source;
use crate::config::tree::{Place, Text};
use crate::error::Problem;
use crate::ritual::Condition;
use crate::workspace::Command;

/// The state of one resolution.
pub(super) struct Context<'a> {
    collect: Collect<'a>,
    pub(super) config: &'a Config,
    pub(super) facts: &'a Facts<'a>,
    /// Templates by name.
    pub(super) templates: BTreeMap<&'a str, &'a Template>,
    notes: Vec<String>,
}

impl<'a> Context<'a> {
    pub(super) fn new(source: &'a Source, config: &'a Config, facts: &'a Facts<'a>) -> Self {
        // the first of two that have the same name
        let named = config.templates.iter().rev();
        let templates = named.map(|(name, template)| (name.as_str(), template)).collect();
        Context { templates, collect: Collect::new(source), config, facts, notes: config.notes.clone() }
    }

    /// Every mistake and every note.
    pub(super) fn finish(self) -> (Vec<Problem>, Vec<String>) {
        (in_order(self.collect.finish()), self.notes)
    }

    /// Whether there is no use in looking for more mistakes.
    pub(super) fn is_full(&self) -> bool {
        self.collect.is_full()
    }

    pub(super) fn note(&mut self, note: impl Into<String>) {
        let note = note.into();
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }

    /// Notes a mistake; the caller may add what to do about it.
    pub(super) fn problem(&mut self, place: &Place, message: impl Into<String>) -> &mut Problem {
        self.collect.problem(place, message)
    }

    /// Notes what is wrong in a part of a text.
    pub(super) fn fault(&mut self, text: &Text, fault: Fault) {
        let place = self.collect.part(text, &fault.range);
        self.problem(&place, fault.message).help = fault.help;
    }

    /// A text that no shell reads, with its values.
    pub(super) fn text(&mut self, text: &Text, variables: &Variables) -> String {
        render_text(&text.value, variables).unwrap_or_else(|fault| {
            self.fault(text, fault);
            text.value.clone()
        })
    }

    /// A text for a terminal's title or a name: one line without control characters.
    pub(super) fn label(&mut self, text: &Text, variables: &Variables, what: &str) -> String {
        let label = self.text(text, variables);
        if label.trim().is_empty() {
            self.problem(&text.place, format!("{what} is empty"));
        } else if label.chars().any(char::is_control) {
            self.problem(&text.place, format!("{what} has a line break or another control character"));
        }
        label
    }

    /// A text for a shell, with its values.
    fn script(&mut self, text: &Text, variables: &Variables) -> String {
        render_command(&text.value, variables).unwrap_or_else(|fault| {
            self.fault(text, fault);
            text.value.clone()
        })
    }

    /// What runs, with its values; nothing said is the user's shell.
    pub(super) fn command(&mut self, run: &Run, variables: &Variables) -> Command {
        match run {
            Run::Nothing => Command::Shell,
            Run::Script(text) => Command::Script(self.script(text, variables)),
            Run::Scripts(texts) => {
                Command::Scripts(texts.iter().map(|text| self.script(text, variables)).collect())
            }
            Run::Argv(texts) => Command::Argv(texts.iter().map(|text| self.text(text, variables)).collect()),
        }
    }

    /// A condition, with its values and with its path from the root.
    pub(super) fn condition(&mut self, when: &When, variables: &Variables) -> Condition {
        match when {
            When::GitClean => Condition::GitClean,
            When::GitDirty => Condition::GitDirty,
            When::Weekday => Condition::Weekday,
            When::Weekend => Condition::Weekend,
            When::Env(name, value) => Condition::Env { name: name.clone(), value: value.clone() },
            When::Exists(text) => {
                let rendered = self.text(text, variables);
                let path = rendered.strip_prefix("exists:").unwrap_or(&rendered);
                Condition::Exists(self.join(&self.facts.root, path))
            }
        }
    }

    /// Whether a window or pane is wanted.
    pub(super) fn wanted(&mut self, when: Option<&When>, variables: &Variables) -> bool {
        let Some(when) = when else { return true };
        let condition = self.condition(when, variables);
        self.facts.world.holds(&condition)
    }
}
