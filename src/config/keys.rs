//! Every key that a config may have, with its shape and one sentence about it.
//!
//! `raw` accepts exactly these keys; the JSON Schema and the manual page are made from them.

mod supervision;

use std::fmt;

pub use supervision::{LIVE, LOG, NEED, NEED_OF_COMMAND, READY, RESTART, RESTART_WORDS, STOP_RULE};

use Shape::{Duration, Flag, Group as Keys, List, Names, Number, OneOf, Text, Values, Words};

/// A mapping of the config.
#[derive(Debug)]
pub struct Group {
    /// What it is called in messages, as in "a window".
    pub name: &'static str,
    /// Its keys, in the order in which people write them.
    pub keys: &'static [Key],
}

/// A key of a mapping.
#[derive(Debug)]
pub struct Key {
    /// Its name.
    pub name: &'static str,
    /// What it holds.
    pub shape: Shape,
    /// Whether rune does something with it. Others are accepted with a quiet remark.
    pub used: bool,
    /// What it is for.
    pub about: &'static str,
}

/// What a value looks like.
#[derive(Debug)]
pub enum Shape {
    /// A text; numbers and booleans count as they are written.
    Text,
    /// `true` or `false`.
    Flag,
    /// A number.
    Number,
    /// A length of time such as `90s` or `1h30m`.
    Duration,
    /// One of these words.
    Words(&'static [&'static str]),
    /// A mapping of the group.
    Group(&'static Group),
    /// A list.
    List(&'static Shape),
    /// A mapping from any name.
    Names(&'static Shape),
    /// A mapping from any name to a text.
    Values,
    /// Any of these.
    OneOf(&'static [Shape]),
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Text => f.write_str("a text"),
            Flag => f.write_str("`true` or `false`"),
            Number => f.write_str("a number"),
            Duration => f.write_str("a duration"),
            Words(words) => f.write_str(&crate::error::list(words).replace(" and ", " or ")),
            Keys(group) => f.write_str(group.name),
            List(_) => f.write_str("a list"),
            Names(_) | Values => f.write_str("a mapping"),
            OneOf(shapes) => {
                let words: Vec<String> = shapes.iter().map(Shape::to_string).collect();
                f.write_str(&words.join(" or "))
            }
        }
    }
}

impl Group {
    /// The key of this name.
    pub fn key(&self, name: &str) -> Option<&'static Key> {
        self.keys.iter().find(|key| key.name == name)
    }
}

const fn key(name: &'static str, shape: Shape, about: &'static str) -> Key {
    Key { name, shape, used: true, about }
}

const fn unused(name: &'static str, shape: Shape) -> Key {
    Key { name, shape, used: false, about: "accepted for older files; has no use here" }
}

/// The whole config.
pub static CONFIG: Group = Group {
    name: "a config",
    keys: &[
        key(
            "workspace",
            WORKSPACE_CHOICE,
            "the workspace: a template written here, the name of one, or `none`",
        ),
        key("workspaces", Names(&Keys(&TEMPLATE)), "templates by name; the same as `rituals.templates`"),
        key("projects", List(&Keys(&PROJECT)), "projects, in the order in which they are tried"),
        key("rituals", Keys(&RITUALS), "commands that start and stop work"),
        key("environment", Keys(&ENVIRONMENT), "which inherited variables reach commands and panes"),
        key("settings", Keys(&SETTINGS), "settings of the whole config"),
        key("integrations", Keys(&INTEGRATIONS), "other tools"),
        key("version", Number, "version of the format: 1"),
        unused("logging", Keys(&LOGGING)),
        unused("user_id", Text),
    ],
};

const WORKSPACE_CHOICE: Shape = OneOf(&[Text, Keys(&TEMPLATE)]);

/// `settings`.
pub static SETTINGS: Group = Group {
    name: "settings",
    keys: &[
        key("timeout", Duration, "how long a command of a ritual may take unless it says otherwise"),
        unused("work_hours", OneOf(&[Number, Duration])),
        unused("break_interval", Duration),
        unused("idle_threshold", Duration),
        unused("notifications", Keys(&NOTIFICATIONS)),
    ],
};

static NOTIFICATIONS: Group = Group {
    name: "notifications",
    keys: &[
        unused("enabled", Flag),
        unused("break_reminders", Flag),
        unused("end_of_day_reminders", Flag),
        unused("session_complete", Flag),
        unused("idle_detection", Flag),
        unused("sound", Flag),
    ],
};

/// An entry of `projects`.
pub static PROJECT: Group = Group {
    name: "a project",
    keys: &[
        key("name", Text, "name of the project"),
        key(
            "detect",
            TEXTS,
            "what tells that a directory is this project's: a file, `dir/`, a glob, `git:NAME`, `dir:PATH`, \
             `git-remote:URL` or `env:VAR=value`; one is enough",
        ),
    ],
};

const TEXTS: Shape = OneOf(&[Text, List(&Text)]);

/// `environment`.
pub static ENVIRONMENT: Group = Group {
    name: "an environment",
    keys: &[
        key("pass", TEXTS, "names of variables that pass although they look like secrets"),
        key("drop", TEXTS, "names of variables that never pass"),
    ],
};

/// `rituals`.
pub static RITUALS: Group = Group {
    name: "rituals",
    keys: &[
        key("start", Keys(&START), "commands that run before the workspace comes up"),
        key("stop", Keys(&STOP), "commands that run before the workspace goes down"),
        key("templates", Names(&Keys(&TEMPLATE)), "workspaces by name"),
    ],
};

/// `rituals.start`.
pub static START: Group = Group {
    name: "a start ritual",
    keys: &[
        key("global", List(&Keys(&COMMAND)), "commands for every project; they run first"),
        key("per_project", Names(&List(&Keys(&COMMAND))), "commands by name of the project"),
        key("templates", Names(&Keys(&TEMPLATE)), "the same as `rituals.templates`"),
    ],
};

/// `rituals.stop`.
pub static STOP: Group = Group {
    name: "a stop ritual",
    keys: &[
        key("global", List(&Keys(&COMMAND)), "commands for every project; they run last"),
        key("per_project", Names(&List(&Keys(&COMMAND))), "commands by name of the project"),
    ],
};

const RUN: Shape = OneOf(&[Text, List(&Text)]);
const WHEN: &str = "only when this holds: `git_clean`, `git_dirty`, `weekday`, `weekend`, `env:VAR=value` or \
                    `exists:PATH`";
const CONDITION: Shape = OneOf(&[Words(&["git_clean", "git_dirty", "weekday", "weekend"]), Text]);
const PASS_ENV: &str = "names of inherited variables that pass here although they look like secrets";

/// A command of a ritual.
pub static COMMAND: Group = Group {
    name: "a command",
    keys: &[
        key("name", Text, "what the command is called; otherwise its text"),
        key(
            "command",
            RUN,
            "what runs: a text for `sh -c`, or a list that is one program with its arguments",
        ),
        key("optional", Flag, "whether the ritual goes on when it fails"),
        key("background", Flag, "whether the ritual goes on while it runs; `rune stop` ends it"),
        key("interactive", Flag, "whether it wants a terminal"),
        key("tmux_template", Text, "the workspace that comes up in its place"),
        key("tmux_session", Text, "name of the session in which it runs, or of the template's session"),
        key("timeout", Duration, "how long it may take"),
        key("cwd", Text, "directory it runs in, from the root"),
        key("env", Values, "environment variables"),
        key("pass_env", TEXTS, PASS_ENV),
        key("when", CONDITION, WHEN),
        key(
            "needs",
            supervision::NEEDS_OF_COMMAND,
            "background commands of the ritual that have to be ready before it runs: names, or mappings",
        ),
        key(
            "ready",
            Keys(&READY),
            "when a background command counts as ready: all of the probes in it hold; the ritual waits for it",
        ),
        key("restart", supervision::RESTARTS, "when a background command is started again"),
        key("live", Keys(&LIVE), "how a background command is found to be alive once it is ready"),
        key("stop", Keys(&STOP_RULE), "how `rune stop` asks a background command to end"),
        key("log", Flag, "`true`: the output of a background command is always logged"),
    ],
};

/// A template.
pub static TEMPLATE: Group = Group {
    name: "a workspace",
    keys: &[
        key("session_name", Text, "name of the session"),
        key("extends", Text, "name of the template whose keys and windows this one takes over"),
        key("root", Text, "directory where windows start, from the project's root"),
        key("env", Values, "environment variables of every pane"),
        key("pass_env", TEXTS, PASS_ENV),
        key("vars", Values, "variables for templates with their defaults; `rune start NAME=VALUE` sets one"),
        key("size", Text, "columns and rows of a detached start, as in `200x50`"),
        key("shell", Words(&["login"]), "`login` runs commands through the user's login shell"),
        key("windows", List(&Keys(&WINDOW)), "windows in order"),
    ],
};

/// Names of true grids.
pub const GRIDS: [&str; 7] = ["1pane", "2pane", "4pane", "6pane", "8pane", "12pane", "16pane"];

const LAYOUTS: [&str; 14] = [
    "even-horizontal",
    "even-vertical",
    "main-horizontal",
    "main-horizontal-mirrored",
    "main-vertical",
    "main-vertical-mirrored",
    "tiled",
    GRIDS[0],
    GRIDS[1],
    GRIDS[2],
    GRIDS[3],
    GRIDS[4],
    GRIDS[5],
    GRIDS[6],
];
const LAYOUT: Shape = OneOf(&[Words(&LAYOUTS), Text, Keys(&SPLIT)]);
const PANE_SHAPE: Shape = OneOf(&[Text, List(&Text), Keys(&PANE)]);

/// A window.
pub static WINDOW: Group = Group {
    name: "a window",
    keys: &[
        key("name", Text, "name of the window"),
        key("key", Text, "stable name, `[A-Za-z0-9_-]+`; otherwise the name"),
        key("root", Text, "directory where its panes start, from the workspace's root"),
        key("env", Values, "environment variables of its panes"),
        key(
            "layout",
            LAYOUT,
            "a name of tmux's, a grid (`1pane` to `16pane`), a layout string, or a tree of splits; otherwise `tiled`",
        ),
        key("focus", Flag, "whether it is the current window of a new session"),
        key("options", Values, "tmux window options"),
        key("sync", Flag, "whether typed keys go to all its panes"),
        key("when", CONDITION, WHEN),
        key("panes", List(&PANE_SHAPE), "panes in order: a command, a list of commands, or a mapping"),
    ],
};

/// A pane.
pub static PANE: Group = Group {
    name: "a pane",
    keys: &[
        key(
            "command",
            RUN,
            "what runs: a text for `sh -c`, or a list that is one program with its arguments; otherwise a shell",
        ),
        key("key", Text, "stable name, `[A-Za-z0-9_-]+`"),
        key("title", Text, "title of the pane"),
        key("cwd", Text, "directory it starts in, from the window's"),
        key("env", Values, "environment variables"),
        key("pass_env", TEXTS, PASS_ENV),
        key("focus", Flag, "whether it is the active pane of a new window"),
        key("on_exit", Words(&["shell", "keep", "close"]), "what happens when the command ends"),
        key("when", CONDITION, WHEN),
        key(
            "needs",
            supervision::NEEDS,
            "panes that have to be ready before it starts: a key, `WINDOW.PANE`, a mapping, or a list of them",
        ),
        key("ready", Keys(&READY), supervision::READY_ABOUT),
        key("restart", supervision::RESTARTS, supervision::RESTART_ABOUT),
        key("live", Keys(&LIVE), supervision::LIVE_ABOUT),
        key("stop", Keys(&STOP_RULE), supervision::STOP_ABOUT),
        key("log", supervision::LOGS, supervision::LOG_ABOUT),
        key("autostart", Flag, "`false`: it waits until somebody starts it"),
    ],
};

static CELL: Shape = OneOf(&[Text, Keys(&SPLIT)]);

/// A split of a layout tree.
pub static SPLIT: Group = Group {
    name: "a split",
    keys: &[
        key(
            "split",
            Words(&["right", "down"]),
            "whether the cells stand side by side or one above the other",
        ),
        key("size", Text, "share of the split around it: `30%`, or columns or rows; otherwise an equal part"),
        key(
            "panes",
            List(&CELL),
            "cells in order: a split, or a pane, written as its size or as nothing; panes count in order",
        ),
    ],
};

/// `integrations`.
pub static INTEGRATIONS: Group = Group {
    name: "integrations",
    keys: &[
        key("git", Keys(&GIT), "git"),
        unused("slack", Keys(&SLACK)),
        unused("calendar", Keys(&CALENDAR)),
        unused("telemetry", Keys(&TELEMETRY)),
    ],
};

/// `integrations.git`.
pub static GIT: Group = Group {
    name: "git",
    keys: &[
        key("enabled", Flag, "`false` switches all rules off that look at git"),
        key("auto_detect_project", Flag, "`false` keeps git from choosing the project"),
    ],
};

static SLACK: Group =
    Group { name: "slack", keys: &[unused("workspace", Text), unused("dnd_on_start", Flag)] };

static CALENDAR: Group =
    Group { name: "calendar", keys: &[unused("provider", Text), unused("block_calendar", Flag)] };

static TELEMETRY: Group = Group {
    name: "telemetry",
    keys: &[unused("enabled", Flag), unused("otlp_endpoint", Text), unused("sentry_dsn", Text)],
};

static LOGGING: Group = Group {
    name: "logging",
    keys: &[
        unused("level", Text),
        unused("format", Text),
        unused("output", Text),
        unused("error_file", Text),
    ],
};

/// Whether `name` can be an environment variable.
pub fn is_variable(name: &str) -> bool {
    !name.is_empty()
        && !name.starts_with(|c: char| c.is_ascii_digit())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}
