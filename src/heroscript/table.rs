//! Every action with its parameters. `typed` accepts exactly these.

/// An action.
#[derive(Debug)]
pub struct Spec {
    /// Its name without `!!tmux.`.
    pub name: &'static str,
    /// Its parameters, in the order in which people write them.
    pub parameters: &'static [Parameter],
}

/// A parameter of an action.
#[derive(Debug)]
pub struct Parameter {
    /// Its name.
    pub name: &'static str,
    /// What its value is.
    pub kind: Kind,
    /// Whether the action means nothing without it.
    pub required: bool,
}

/// What the value of a parameter is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The name of a session.
    Session,
    /// The name of a window: `session|window`.
    Window,
    /// The name of a pane: `session|window|pane`.
    Pane,
    /// The name of a window, for its active pane, or of a pane.
    WindowOrPane,
    /// A text for a shell.
    Command,
    /// A name for people.
    Label,
    /// Variables: `A=1,B=2`.
    Environment,
    /// `true` or `false`; `true` without a value.
    Flag,
    /// A TCP port.
    Port,
    /// How many panes: `4pane`.
    Grid,
    /// A directory or file.
    Path,
}

impl Kind {
    /// A value as people write it.
    pub fn example(self) -> &'static str {
        match self {
            Kind::Session => "'session'",
            Kind::Window => "'session|window'",
            Kind::Pane => "'session|window|1'",
            Kind::WindowOrPane => "'session|window'",
            Kind::Command => "'make'",
            Kind::Label => "'editor'",
            Kind::Environment => "'A=1,B=2'",
            Kind::Flag => "true",
            Kind::Port => "8080",
            Kind::Grid => "'4pane'",
            Kind::Path => "'/tmp/logs'",
        }
    }
}

const fn needed(name: &'static str, kind: Kind) -> Parameter {
    Parameter { name, kind, required: true }
}

const fn maybe(name: &'static str, kind: Kind) -> Parameter {
    Parameter { name, kind, required: false }
}

const COMMAND: Parameter = maybe("cmd", Kind::Command);
const ENVIRONMENT: Parameter = maybe("env", Kind::Environment);
const RESET: Parameter = maybe("reset", Kind::Flag);
const EDITABLE: Parameter = maybe("editable", Kind::Flag);
const LOG: Parameter = maybe("log", Kind::Flag);
const LOG_PATH: Parameter = maybe("logpath", Kind::Path);
const LOG_RESET: Parameter = maybe("logreset", Kind::Flag);

const fn action(name: &'static str, parameters: &'static [Parameter]) -> Spec {
    Spec { name, parameters }
}

/// Every action.
pub static ACTIONS: [Spec; 15] = [
    action("session_create", &[needed("name", Kind::Session), RESET]),
    action("session_delete", &[needed("name", Kind::Session)]),
    action("session_ensure", &[needed("name", Kind::Session)]),
    action("window_create", &[needed("name", Kind::Window), COMMAND, ENVIRONMENT, RESET]),
    action("window_delete", &[needed("name", Kind::Window)]),
    action("window_ensure", &[needed("name", Kind::Window), maybe("cat", Kind::Grid), COMMAND, ENVIRONMENT]),
    action("pane_execute", &[needed("name", Kind::Pane), needed("cmd", Kind::Command)]),
    action("pane_kill", &[needed("name", Kind::Pane)]),
    action(
        "pane_split",
        &[
            needed("name", Kind::WindowOrPane),
            COMMAND,
            maybe("horizontal", Kind::Flag),
            ENVIRONMENT,
            LOG,
            LOG_PATH,
            LOG_RESET,
        ],
    ),
    action(
        "pane_ensure",
        &[
            needed("name", Kind::Pane),
            maybe("label", Kind::Label),
            COMMAND,
            ENVIRONMENT,
            LOG,
            LOG_PATH,
            LOG_RESET,
        ],
    ),
    action("session_ttyd", &[needed("name", Kind::Session), needed("port", Kind::Port), EDITABLE]),
    action("window_ttyd", &[needed("name", Kind::Window), needed("port", Kind::Port), EDITABLE]),
    action("session_ttyd_stop", &[needed("name", Kind::Session), maybe("port", Kind::Port)]),
    action("window_ttyd_stop", &[needed("name", Kind::Window), maybe("port", Kind::Port)]),
    action("ttyd_stop_all", &[]),
];

/// The action that somebody who wrote `name` asks for: case and `-` for `_` do not count.
pub(super) fn spec(name: &str) -> Option<&'static Spec> {
    let name = name.to_ascii_lowercase().replace('-', "_");
    ACTIONS.iter().find(|spec| spec.name == name)
}

impl Spec {
    /// The parameter of this name; case does not count.
    pub fn parameter(&self, name: &str) -> Option<&'static Parameter> {
        self.parameters.iter().find(|parameter| parameter.name.eq_ignore_ascii_case(name))
    }
}
