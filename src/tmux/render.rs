//! How steps become tmux commands for one version of tmux.
//!
//! Every creating command and all that depends on it (following splits, options, layout) stand on
//! one line, joined by ` ; `, one line a new session or changed window: when one of them fails, tmux
//! drops the rest of its line, so nothing can be split, tagged or arranged in another's place.
//! Commands on other lines go on. A creation reports itself by what it prints, the end of a line by a
//! last command.

mod act;
mod line;
mod open;

use crate::plan::{Launch, Plan, Session, Step, Target};
use crate::snapshot::{NotedOptions, WindowNote};
use crate::tmux::version::{Feature, Version};
use crate::workspace::{Key, window_label};

/// rune's own minimal configuration, for a server that it starts without `--tmux-conf`: name, value,
/// and whether it is an option of the server itself.
pub const SERVER_OPTIONS: &[(&str, &str, bool)] = &[
    ("escape-time", "10", true),
    ("focus-events", "on", true),
    ("mouse", "on", false),
    ("history-limit", "10000", false),
    ("display-time", "2000", false),
    SERVER_MARK,
];

/// Says that rune started the server.
pub const SERVER_MARK: (&str, &str, bool) = ("@rune_server", "1", true);

/// Everything that rendering needs beside the plan.
pub struct Context<'a> {
    /// The server's version.
    pub version: Version,
    /// Random printable word that leads everything the script prints for rune.
    pub nonce: &'a str,
    /// The argv that starts a pane.
    pub argv: &'a dyn Fn(&Launch) -> Vec<String>,
    /// The argv that a pane's output goes to, if it is logged; see [`Renderer::log`].
    pub writer: &'a dyn Fn(&Launch) -> Option<Vec<String>>,
    /// The directory of what is written down about the panes of the workspace with this word.
    pub directory: &'a dyn Fn(&str) -> String,
    /// Options of a server that this script starts.
    pub server_options: &'a [(&'a str, &'a str, bool)],
}

/// tmux commands, with the steps that each line does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Script {
    /// The lines in order.
    pub lines: Vec<Line>,
}

/// Commands that stand or fall together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line {
    /// The commands, as quoted text.
    pub commands: Vec<String>,
    /// Places in the plan of the steps that it does, with whether the step reports itself.
    pub steps: Vec<(usize, bool)>,
    /// Whether the line reports its end.
    pub reports: bool,
}

impl Script {
    /// The script as tmux reads it.
    pub fn text(&self) -> String {
        self.lines.iter().map(|line| line.commands.join(" ; ") + "\n").collect()
    }
}

/// What a report says, behind the nonce.
pub const OPENED: &str = "opened";
/// What the report of a line's end says.
pub const DONE: &str = "done";

/// Window options in which rune notes what it did.
const IDENTITY: &str = "@rune_window";
const LAYOUT: &str = "@rune_layout";
const OPTIONS: &str = "@rune_options";

/// The script that does `plan`.
pub fn render(plan: &Plan, context: &Context<'_>) -> Script {
    let mut renderer = Renderer { context, script: Script::default(), group: None };
    for (name, value, of_server) in context.server_options {
        let scope = if *of_server { "-s" } else { "-g" };
        let command = renderer.quoted(&words(&["set-option", scope, name, value]));
        renderer.script.lines.push(Line { commands: vec![command], ..Line::default() });
    }
    let mut opening = Opening::default();
    for (place, step) in plan.steps.iter().enumerate() {
        renderer.step(place, step, &mut opening);
    }
    renderer.finish();
    for session in &plan.sessions {
        renderer.show_again(session);
    }
    renderer.script
}

/// A session and window whose first pane comes with the next step.
#[derive(Default)]
struct Opening<'a> {
    session: Option<(usize, &'a Step)>,
    window: Option<(usize, &'a Step)>,
}

struct Renderer<'a> {
    context: &'a Context<'a>,
    script: Script,
    /// The window that the last line is about, and how to confirm that line.
    group: Option<Target>,
}

impl<'a> Renderer<'a> {
    fn step(&mut self, place: usize, step: &'a Step, opening: &mut Opening<'a>) {
        match step {
            Step::OpenSession { .. } => {
                self.finish();
                self.new_line(None);
                opening.session = Some((place, step));
            }
            Step::OpenWindow { session, .. } => {
                // The windows of a new session hang on its creation: were its name taken meanwhile,
                // they would open in a session that is not ours.
                let begun = self.group.as_ref() == Some(&session.latest());
                if opening.session.is_none() && !(begun && matches!(session, Target::Session(_))) {
                    self.finish();
                    self.new_line(None);
                }
                self.group = Some(session.latest());
                opening.window = Some((place, step));
            }
            Step::OpenPane { window, launch, split } => match (opening.window.take(), split) {
                (Some(window), _) => self.open_first(place, launch, opening.session.take(), window),
                (None, Some(split)) => self.open_next(place, window, launch, split),
                (None, None) => {}
            },
            Step::RestartPane { id, launch, .. } => {
                self.line_for(&Target::Live(id.clone()));
                let cwd = self.literal(&launch.pane.cwd.display().to_string());
                let mut words = words(&["respawn-pane", "-k", "-t", id, "-c", &cwd, "--"]);
                words.extend((self.context.argv)(launch));
                self.command(&words);
                // Most versions keep the pipe of the life before. Some refuse to close it before the respawn.
                if !self.log(id, launch) {
                    self.command(&["pipe-pane", "-t", id].map(str::to_owned));
                }
                self.pane_options(id, launch);
                self.release(id);
                self.did(place, false);
            }
            Step::Arrange { window, swaps, keep, selection, declared, .. } => {
                self.line_for(window);
                for (one, other) in swaps {
                    self.command(&words(&["swap-pane", "-d", "-s", one, "-t", other]));
                }
                if let Some(selection) = selection {
                    self.command(&words(&["select-layout", "-t", &target(window), selection]));
                    self.note_window(window, LAYOUT, &declared.0);
                }
                if let Some(pane) = keep {
                    self.command(&words(&["select-pane", "-t", pane]));
                }
                self.did(place, false);
            }
            Step::OrderWindows { swaps, .. } => {
                for (one, other) in swaps {
                    self.line_for(&Target::Live(one.clone()));
                    self.command(&words(&["swap-window", "-d", "-s", one, "-t", other]));
                }
                self.did(place, false);
            }
            Step::NameWindow { window, key, name } => {
                self.line_for(window);
                let target = target(window);
                match name {
                    Some(name) => {
                        self.command(&words(&["rename-window", "-t", &target, "--", &window_label(name)]))
                    }
                    None => {
                        self.command(&words(&["set-option", "-w", "-u", "-t", &target, "automatic-rename"]))
                    }
                }
                self.note_identity(window, key, name.as_deref());
                self.did(place, false);
            }
            Step::SetOptions { window, options, unset, .. } => {
                self.line_for(window);
                let target = target(window);
                for name in unset {
                    self.command(&words(&["set-option", "-w", "-u", "-q", "-t", &target, "--", name]));
                }
                for (name, value) in options {
                    self.command(&words(&["set-option", "-w", "-t", &target, "--", name, value]));
                }
                self.note_window(window, OPTIONS, &NotedOptions::of(options).to_text());
                self.did(place, false);
            }
            Step::SetTitle { id, title, .. } => {
                self.line_for(&Target::Live(id.clone()));
                self.title(id, title);
                self.did(place, false);
            }
            Step::NoteSession { workspace, id, name, label, about, environment } => {
                self.line_for(&Target::Live(id.clone()));
                if name != label {
                    self.command(&words(&["rename-session", "-t", id, "--", label]));
                }
                self.note_session(id, workspace, about, environment);
                self.did(place, false);
            }
            Step::FocusWindow { session, place: window, .. } => {
                self.line_for(session);
                let session = target(session);
                self.command(&words(&["select-window", "-t", &format!("{session}^")]));
                for _ in 0..*window {
                    self.command(&words(&["next-window", "-t", &session]));
                }
                self.did(place, false);
            }
            Step::FocusPane { window, place: pane, panes } => {
                self.line_for(window);
                // The active pane is the last one, and behind it comes the first.
                let steps = (pane + 1) % panes;
                if steps > 0 {
                    self.command(&words(&["select-pane", "-t", &format!("{}.+{steps}", target(window))]));
                }
                self.did(place, false);
            }
            Step::ClosePane { id, .. } => {
                self.finish();
                self.new_line(None);
                self.close(id);
                self.did(place, false);
                self.report_end(None);
            }
            Step::Act { act } => self.act(place, act),
        }
    }

    /// Lets a pane that was kept ([`keep`]) close again when its process ends. Where it was the whole
    /// window that was kept, so do its other panes.
    fn release(&mut self, pane: &str) {
        if let (Some(release), Some(line)) = (self.released(pane), self.script.lines.last_mut()) {
            line.commands.push(release);
        }
    }

    /// The command that does so, where one is needed.
    fn released(&self, pane: &str) -> Option<String> {
        let version = self.context.version;
        if version.has(Feature::RemainOnFailure) {
            return None; // set anew for every pane that starts
        }
        let scope = if version.has(Feature::PaneOptions) { "-p" } else { "-w" };
        Some(self.quoted(&words(&["set-option", scope, "-u", "-t", pane, "remain-on-exit"])))
    }

    /// Closes a pane. One that has gone meanwhile is closed; what failed would drop the report.
    fn close(&mut self, pane: &str) {
        let kill = self.quoted(&words(&["kill-pane", "-t", pane]));
        let close: Vec<String> = self.released(pane).into_iter().chain([kill]).collect();
        let is_there = format!("#{{==:#{{pane_id}},{pane}}}");
        self.command(&words(&["if-shell", "-F", "-t", pane, &is_there, &close.join(" ; ")]));
    }

    fn title(&mut self, pane: &str, title: &str) {
        let expanded = self.context.version.has(Feature::TitleFormats);
        let title = if expanded { self.literal(title) } else { title.to_owned() };
        self.command(&words(&["select-pane", "-t", pane, "-T", &title]));
    }

    /// The format that gives `text`. A `#` is doubled, except where a style (`#[`) begins: that is
    /// left alone by newer versions however many stand there.
    fn literal(&self, text: &str) -> String {
        let styles = self.context.version.has(Feature::StylesAreLeft);
        let mut format = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(start) = rest.find('#') {
            let hashes = rest[start..].len() - rest[start..].trim_start_matches('#').len();
            let (head, tail) = rest.split_at(start + hashes);
            format.push_str(head);
            if !(styles && tail.starts_with('[')) {
                format.push_str(&head[start..]);
            }
            rest = tail;
        }
        format + rest
    }

    fn note_identity(&mut self, window: &Target, key: &Key, name: Option<&str>) {
        self.note_window(window, IDENTITY, &WindowNote::identity(key, name));
    }

    fn note_window(&mut self, window: &Target, option: &str, note: &str) {
        self.command(&words(&["set-option", "-w", "-t", &target(window), option, note]));
    }

    /// Shows the window that a session showed before, where another is shown now.
    ///
    /// Only there: tmux 3.8 can end with everything on it when a window is selected that is shown
    /// already, after the pane that was active at the start of the script was closed.
    fn show_again(&mut self, session: &Session) {
        if let Some(window) = &session.shows
            && !self.script.lines.is_empty()
        {
            let select = self.quoted(&words(&["select-window", "-t", window]));
            let other = "#{?window_active,,1}";
            let command = self.quoted(&words(&["if-shell", "-F", "-t", window, other, &select]));
            self.script.lines.push(Line { commands: vec![command], ..Line::default() });
        }
    }
}

/// The format that gives `text` where tmux expands the time in it.
fn literal_time(text: &str) -> String {
    text.replace('%', "%%")
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

/// A target in tmux's words. In `=label:` the colon matters: without it some commands take the name
/// for a window's, or answer for another session.
fn target(target: &Target) -> String {
    match target {
        Target::Live(id) if id.starts_with('$') => format!("{id}:"),
        Target::Live(id) => id.clone(),
        Target::Session(label) => format!("={label}:"),
        Target::Latest(session) => self::target(session),
    }
}

/// Commands that keep panes when their processes end, so that they can be started again in their
/// place.
pub fn keep(panes: &[&str], version: Version) -> Vec<String> {
    let scope = if version.has(Feature::PaneOptions) { "-p" } else { "-w" };
    let mut all = Vec::new();
    for pane in panes {
        all.extend(words(&["set-option", scope, "-t", pane, "remain-on-exit", "on", ";"]));
    }
    all
}
