//! The keys that say how a command is kept.

use super::Shape::{Duration, Flag, Group as Keys, List, OneOf, Text, Words};
use super::{Group, RUN, Shape, key};

const STATES: Shape = Words(&["ready", "started", "succeeded", "exited"]);
const STATE: &str =
    "how far it has to be: `ready` (the default), `started`, `succeeded` (ended with 0) or `exited`";

/// What `needs` of a pane holds.
pub(super) const NEEDS: Shape = OneOf(&[Text, Keys(&NEED), List(&OneOf(&[Text, Keys(&NEED)]))]);
/// What `needs` of a command holds.
pub(super) const NEEDS_OF_COMMAND: Shape =
    OneOf(&[Text, Keys(&NEED_OF_COMMAND), List(&OneOf(&[Text, Keys(&NEED_OF_COMMAND)]))]);
/// What `restart` holds.
pub(super) const RESTARTS: Shape = OneOf(&[Words(&RESTART_WORDS), Keys(&RESTART)]);
/// What `log` of a pane holds.
pub(super) const LOGS: Shape = OneOf(&[Flag, Keys(&LOG)]);
pub(super) const LOG_ABOUT: &str =
    "whether what it prints is logged, for `rune logs`: `true`, or `{size: 32MB}` for how much is kept";

/// `log`.
pub static LOG: Group = Group {
    name: "a log rule",
    keys: &[key(
        "size",
        Text,
        "how large the log may become, as `512KB`, `32MB` or `1GB`; otherwise `128MB`",
    )],
};

/// The words of `restart`.
pub const RESTART_WORDS: [&str; 3] = ["never", "on-failure", "always"];

/// An entry of a pane's `needs`.
pub static NEED: Group = Group {
    name: "a need",
    keys: &[
        key("pane", Text, "key of a pane of the same workspace, or `WINDOW.PANE`"),
        key("state", STATES, STATE),
    ],
};

/// An entry of the `needs` of a ritual's command.
pub static NEED_OF_COMMAND: Group = Group {
    name: "a need of a command",
    keys: &[
        key("command", Text, "name of a background command that stands before it in the same ritual"),
        key("state", STATES, STATE),
    ],
};

const TCP: &str = "a port of this machine, or `HOST:PORT`: a connection is accepted";
const HTTP: &str = "an `http://` address: it answers with a status from 200 to 399";
const COMMAND: &str = "a command, as a text or a list: it ends with 0";
const FILE: &str = "a path, from the directory of the command: it exists";

/// `ready`.
pub static READY: Group = Group {
    name: "a ready rule",
    keys: &[
        key("tcp", Text, TCP),
        key("http", Text, HTTP),
        key("command", RUN, COMMAND),
        key("log", Text, "a regular expression: a line of the output matches; the output is logged then"),
        key("file", Text, FILE),
        key("exit", Flag, "`true`: the command itself ended with 0"),
        key("delay", Duration, "it has run for this long"),
        key(
            "timeout",
            Duration,
            "after this time without all of it the command counts as late; otherwise `60s`",
        ),
    ],
};

/// `restart`.
pub static RESTART: Group = Group {
    name: "a restart rule",
    keys: &[
        key(
            "when",
            Words(&RESTART_WORDS),
            "after which ends: `never`, `on-failure` (another code than 0, or a signal) or `always`",
        ),
        key(
            "backoff",
            Text,
            "pause before a restart: `1s..30s` (the default) doubles from the first to the second, `2s` stays",
        ),
        key(
            "limit",
            Text,
            "`5 in 60s` (the default): after so many restarts in that time it is given up; or `never`",
        ),
    ],
};

/// `live`.
pub static LIVE: Group = Group {
    name: "a live rule",
    keys: &[
        key("tcp", Text, TCP),
        key("http", Text, HTTP),
        key("command", RUN, COMMAND),
        key("file", Text, FILE),
        key("every", Duration, "time from one look to the next; otherwise `10s`"),
        key("failures", Text, "after how many failures in a row the command is ended; otherwise 3"),
    ],
};

/// `stop`.
pub static STOP_RULE: Group = Group {
    name: "a stop rule",
    keys: &[
        key(
            "keys",
            OneOf(&[Text, List(&Text)]),
            "what is typed: `C-c`, `Enter`, `Escape`, `Tab`, `Space`, plain text, or a list of them",
        ),
        key("signal", Text, "name or number of a signal, as in `INT`; otherwise `TERM`"),
        key("command", RUN, "a command that ends it, run in its directory and environment"),
        key("timeout", Duration, "how long it may take, before TERM and again before KILL; otherwise `10s`"),
    ],
};

/// What the keys that panes and commands share are for.
pub(super) const READY_ABOUT: &str = "when it counts as ready: all of the probes in it hold";
pub(super) const RESTART_ABOUT: &str =
    "when it is started again: `never` (the default), `on-failure`, `always` or a mapping";
pub(super) const LIVE_ABOUT: &str = "how it is found to be alive once it was ready: one probe";
pub(super) const STOP_ABOUT: &str = "how it is asked to end";
