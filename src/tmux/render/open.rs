//! How sessions, windows and panes are opened, and what a new one is given.

use std::collections::BTreeMap;

use super::{LAYOUT, Renderer, target, words};
use crate::plan::{Launch, Place, Split, Step, Target};
use crate::quote;
use crate::snapshot::{About, encode};
use crate::tmux::version::Feature;
use crate::workspace::{Size, window_label};

impl Renderer<'_> {
    /// The first pane of a window, and of a session where that is new too.
    pub(super) fn open_first(
        &mut self,
        place: usize,
        launch: &Launch,
        session: Option<(usize, &Step)>,
        (window_place, window): (usize, &Step),
    ) {
        let Step::OpenWindow { session: owner, place: at, key, name } = window else { return };
        let owner_target = target(owner);
        let mut cwd = launch.pane.cwd.display().to_string();
        let report = self.report(place);
        let mut command = match session {
            Some((_, Step::OpenSession { label, root, size: Size { width, height }, .. })) => {
                // It becomes the directory of what a person opens in the session; the pane itself
                // goes to its own.
                cwd.clone_from(root);
                let (width, height) = (width.to_string(), height.to_string());
                words(&["new-session", "-d", "-s", label, "-x", &width, "-y", &height])
            }
            _ => match at {
                Place::After(neighbour) | Place::Before(neighbour) => {
                    words(&["new-window", "-a", "-t", &target(neighbour)])
                }
                Place::First => words(&["new-window", "-t", &owner_target]),
            },
        };
        if let Some(name) = name {
            command.extend(words(&["-n", &window_label(name)]));
        }
        command.extend(words(&["-c", &self.literal(&cwd), "-P", "-F", &report, "--"]));
        command.extend((self.context.argv)(launch));
        self.command(&command);
        self.log(&owner_target, launch);
        if let Some((session_place, step)) = session {
            self.did(session_place, false);
            self.new_session(step, &owner_target);
        }
        self.did(window_place, false);
        self.did(place, true);
        self.note_identity(owner, key, name.as_deref());
        self.pane_options(&owner_target, launch);
        if let Place::Before(neighbour) = at {
            // Which window is the current one after a swap differs between versions, and what
            // follows goes into the current one.
            let neighbour = target(neighbour);
            self.command(&words(&["swap-window", "-d", "-s", &owner_target, "-t", &neighbour]));
            self.command(&words(&["select-window", "-t", &neighbour]));
            self.command(&words(&["previous-window", "-t", &owner_target]));
        }
    }

    pub(super) fn new_session(&mut self, step: &Step, session: &str) {
        let Step::OpenSession { workspace, size, about, environment, .. } = step else { return };
        if !self.context.version.has(Feature::SizeOfNewSession)
            && self.context.version.has(Feature::ResizeWindow)
        {
            let (width, height) = (size.width.to_string(), size.height.to_string());
            self.command(&words(&["resize-window", "-t", session, "-x", &width, "-y", &height]));
            self.command(&words(&["set-option", "-w", "-u", "-t", session, "window-size"]));
        }
        self.note_session(session, workspace, about, environment);
    }

    /// Notes who a session is; last what is declared for it, which says that all before is done.
    pub(super) fn note_session(
        &mut self,
        session: &str,
        workspace: &str,
        about: &About,
        environment: &BTreeMap<String, String>,
    ) {
        let about = encode(&serde_json::to_string(about).unwrap_or_default());
        let directory = encode(&(self.context.directory)(workspace));
        // A config of the user's may end sessions that nobody looks at, such as a new detached one.
        self.command(&words(&["set-option", "-t", session, "destroy-unattached", "off"]));
        self.command(&words(&["set-option", "-t", session, "@rune_workspace", workspace]));
        self.command(&words(&["set-option", "-t", session, "@rune_dir", &directory]));
        self.environment(session, environment);
        self.command(&words(&["set-option", "-t", session, "@rune_about", &about]));
    }

    pub(super) fn environment(&mut self, session: &str, environment: &BTreeMap<String, String>) {
        for (name, value) in environment {
            self.command(&words(&["set-environment", "-t", session, "--", name, value]));
        }
    }

    pub(super) fn open_next(&mut self, place: usize, window: &Target, launch: &Launch, split: &Split) {
        self.line_for(window);
        if let Target::Live(id) = window {
            // Until the arrangement that follows; a cut in between is then seen.
            self.command(&words(&["set-option", "-w", "-u", "-q", "-t", id, LAYOUT]));
        }
        if let Some(cells) = &split.arrange {
            self.command(&words(&["select-layout", "-t", &target(window), &cells.to_tmux()]));
        }
        let anchor = match &split.anchor {
            Target::Latest(_) => target(window),
            anchor => target(anchor),
        };
        let mut command = words(&["split-window", if split.beside { "-h" } else { "-v" }]);
        if split.before {
            command.push("-b".to_owned());
        }
        let length = split.length.to_string();
        let cwd = self.literal(&launch.pane.cwd.display().to_string());
        let report = self.report(place);
        command.extend(words(&["-l", &length, "-t", &anchor, "-c", &cwd, "-P", "-F", &report, "--"]));
        command.extend((self.context.argv)(launch));
        self.command(&command);
        self.log(&target(window), launch);
        self.did(place, true);
        self.pane_options(&target(window), launch);
    }

    /// Has tmux give what the pane prints to the writer of its log; whether it is logged. Right behind
    /// its creation nothing is missed.
    ///
    /// The writer is told the pane's size and terminal, which tmux fills in. tmux expands the command
    /// as a format and as a date, and gives it to a shell.
    pub(super) fn log(&mut self, pane: &str, launch: &Launch) -> bool {
        let writer = launch.pane.supervision.logs().then(|| (self.context.writer)(launch)).flatten();
        let Some(argv) = writer else { return false };
        let command = self.literal(&quote::argv(&argv)).replace('%', "%%");
        let command = format!("exec {command} #{{pane_width}} #{{pane_height}} #{{pane_tty}}");
        self.command(&words(&["pipe-pane", "-t", pane, &command]));
        true
    }

    pub(super) fn pane_options(&mut self, pane: &str, launch: &Launch) {
        if let Some(title) = &launch.pane.title {
            self.title(pane, title);
        }
        // A runner always exits 0, so what is kept is a runner that was killed; what it becomes
        // instead may fail as it likes.
        if self.context.version.has(Feature::RemainOnFailure) {
            let remain: &[&str] = match launch.pane.becomes_command() {
                true => &["-u", "-t", pane, "remain-on-exit"],
                false => &["-t", pane, "remain-on-exit", "failed"],
            };
            self.command(&words(&[&["set-option", "-p"], remain].concat()));
        }
    }
}
