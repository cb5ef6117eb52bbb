//! The config as it was written: typed, with the place of every value, and nothing filled in.
//!
//! [`decode`] collects every mistake instead of stopping at the first. What a value means for one
//! project is `resolve`'s business; names of templates, places and conditions are still texts here.

mod ambient;
mod command;
mod duration;
mod layout;
mod making;
mod reader;
mod ritual;
pub mod supervision;
mod template;
mod values;

use std::time::Duration;

use crate::config::source::Source;
use crate::config::tree::{Node, Place, Spanned, Text};
use crate::error::Problem;
use crate::workspace::{Layout, OnExit, Size};

pub use duration::duration;
pub use layout::cells;
pub use making::{DEFAULT, default_windows};
pub use reader::{Mistake, nearest};
pub use supervision::Supervision;

use reader::Reader;

/// A whole config.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// Limit of ritual commands that have none of their own.
    pub timeout: Option<Duration>,
    /// `projects`.
    pub projects: Vec<Project>,
    /// `rituals.start`.
    pub start: Ritual,
    /// `rituals.stop`.
    pub stop: Ritual,
    /// `rituals.templates`, `rituals.start.templates` and `workspaces`, in order of the file.
    pub templates: Vec<(Text, Template)>,
    /// The top-level `workspace`.
    pub workspace: Option<Choice>,
    /// `environment.pass`.
    pub pass: Vec<Text>,
    /// `environment.drop`.
    pub drop: Vec<Text>,
    /// Whether git may choose the project.
    pub git: bool,
    /// Quiet remarks.
    pub notes: Vec<String>,
}

/// What the top-level `workspace` says.
#[derive(Clone, Debug)]
pub enum Choice {
    /// `none`: rituals only.
    None,
    /// The template of this name.
    Named(Text),
    /// A template written in place.
    Inline(Box<Template>),
}

/// An entry of `projects`.
#[derive(Clone, Debug)]
pub struct Project {
    /// Its name.
    pub name: Text,
    /// Its patterns.
    pub detect: Vec<Text>,
}

/// `rituals.start` or `rituals.stop`.
#[derive(Clone, Debug, Default)]
pub struct Ritual {
    /// Commands of every project.
    pub global: Vec<Command>,
    /// Commands by name of the project.
    pub per_project: Vec<(Text, Vec<Command>)>,
}

/// A command of a ritual.
#[derive(Clone, Debug)]
pub struct Command {
    /// Where it stands.
    pub place: Place,
    /// Its name.
    pub name: Option<Text>,
    /// What it runs.
    pub run: Run,
    /// Whether it may fail.
    pub optional: bool,
    /// Whether the ritual does not wait for it.
    pub background: bool,
    /// Whether it wants a terminal; templates and sessions mean so unless it says otherwise.
    pub interactive: bool,
    /// `tmux_template`.
    pub template: Option<Text>,
    /// `tmux_session`.
    pub session: Option<Text>,
    /// Its limit.
    pub timeout: Option<Duration>,
    /// Its directory.
    pub cwd: Option<Text>,
    /// Its environment.
    pub environment: Values,
    /// Names that pass the filter.
    pub pass: Vec<Text>,
    /// Its condition.
    pub when: Option<When>,
    /// How it is kept, if it is in the background.
    pub supervision: Supervision,
}

/// Names with texts, in order of the file.
pub type Values = Vec<(Text, Text)>;

/// What runs, before rendering.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Run {
    /// Nothing is said.
    Nothing,
    /// One text for a shell.
    Script(Text),
    /// Several texts for one shell.
    Scripts(Vec<Text>),
    /// A program with its arguments.
    Argv(Vec<Text>),
}

/// A condition, before rendering.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum When {
    /// `git_clean`.
    GitClean,
    /// `git_dirty`.
    GitDirty,
    /// `weekday`.
    Weekday,
    /// `weekend`.
    Weekend,
    /// `env:NAME=VALUE`.
    Env(String, String),
    /// `exists:PATH`, with the whole text.
    Exists(Text),
}

/// A template of a workspace.
#[derive(Clone, Debug, Default)]
pub struct Template {
    /// Where it stands.
    pub place: Place,
    /// Name of its session.
    pub session_name: Option<Text>,
    /// The template that it extends.
    pub extends: Option<Text>,
    /// Its directory.
    pub root: Option<Text>,
    /// Its environment.
    pub environment: Values,
    /// Names that pass the filter.
    pub pass: Vec<Text>,
    /// Its variables with their defaults.
    pub vars: Values,
    /// Its size.
    pub size: Option<Size>,
    /// Whether commands run through the login shell.
    pub login: Option<bool>,
    /// Its windows.
    pub windows: Vec<Window>,
}

/// A window.
#[derive(Clone, Debug)]
pub struct Window {
    /// Where it stands.
    pub place: Place,
    /// Its name.
    pub name: Option<Text>,
    /// Its declared key.
    pub key: Option<Text>,
    /// Its directory.
    pub root: Option<Text>,
    /// Its environment.
    pub environment: Values,
    /// How its panes are arranged.
    pub layout: Option<Spanned<Layout>>,
    /// Where it asks for the focus, when it does.
    pub focus: Option<Place>,
    /// tmux options.
    pub options: Values,
    /// Whether typed keys go to all panes.
    pub sync: bool,
    /// Its condition.
    pub when: Option<When>,
    /// Its panes.
    pub panes: Vec<Pane>,
}

/// A pane.
#[derive(Clone, Debug)]
pub struct Pane {
    /// Where it stands.
    pub place: Place,
    /// What runs in it.
    pub run: Run,
    /// Its declared key.
    pub key: Option<Text>,
    /// Its title.
    pub title: Option<Text>,
    /// Its directory.
    pub cwd: Option<Text>,
    /// Its environment.
    pub environment: Values,
    /// Names that pass the filter.
    pub pass: Vec<Text>,
    /// Where it asks for the focus, when it does.
    pub focus: Option<Place>,
    /// What happens when its command ends.
    pub on_exit: OnExit,
    /// How its command is kept.
    pub supervision: Supervision,
    /// Its condition.
    pub when: Option<When>,
}

/// The config that a document holds, with every mistake in it. What could be read is there in spite
/// of mistakes, so that more of them can be found in it.
pub fn decode(source: &Source, root: &Node) -> (Config, Vec<Problem>) {
    let mut reader = Reader::new(source);
    let config = ambient::config(&mut reader, root);
    let (problems, notes) = reader.finish();
    (Config { notes, ..config }, problems)
}
