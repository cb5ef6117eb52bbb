//! An action as people write it, one parameter a line.

use std::fmt;

use super::name::{PaneName, PanePlace, WindowName};
use super::{Action, Environment, Log};

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "!!tmux.{}", self.name())?;
        for (name, value) in self.parameters() {
            let value = match value {
                Value::Bare(value) => value,
                Value::Text(text) => quoted(&text),
            };
            write!(f, "\n    {name}:{value}")?;
        }
        Ok(())
    }
}

/// A value of a parameter.
enum Value {
    /// A number or a flag.
    Bare(String),
    /// Anything else.
    Text(String),
}

/// Parameters in order.
struct Parameters(Vec<(String, Value)>);

impl Parameters {
    fn named(name: String) -> Self {
        Parameters(vec![("name".to_owned(), Value::Text(name))])
    }

    fn text(mut self, name: &str, text: Option<&str>) -> Self {
        self.0.extend(text.map(|text| (name.to_owned(), Value::Text(text.to_owned()))));
        self
    }

    fn port(mut self, port: Option<u16>) -> Self {
        self.0.extend(port.map(|port| ("port".to_owned(), Value::Bare(port.to_string()))));
        self
    }

    fn flag(mut self, name: &str, set: bool) -> Self {
        self.0.extend(set.then(|| (name.to_owned(), Value::Bare("true".to_owned()))));
        self
    }

    fn environment(mut self, environment: &Environment) -> Self {
        let variable =
            |(name, value): (&String, &String)| (format!("env.{name}"), Value::Text(value.clone()));
        self.0.extend(environment.iter().map(variable));
        self
    }

    fn log(self, log: Option<&Log>) -> Self {
        let path = log.and_then(|log| log.path.as_deref());
        self.flag("log", log.is_some())
            .text("logpath", path)
            .flag("logreset", log.is_some_and(|log| log.reset))
    }
}

impl Action {
    /// Its name without `!!tmux.`.
    pub fn name(&self) -> &'static str {
        match self {
            Action::SessionCreate { .. } => "session_create",
            Action::SessionDelete { .. } => "session_delete",
            Action::SessionEnsure { .. } => "session_ensure",
            Action::WindowCreate { .. } => "window_create",
            Action::WindowDelete { .. } => "window_delete",
            Action::WindowEnsure { .. } => "window_ensure",
            Action::PaneExecute { .. } => "pane_execute",
            Action::PaneKill { .. } => "pane_kill",
            Action::PaneSplit { .. } => "pane_split",
            Action::PaneEnsure { .. } => "pane_ensure",
            Action::SessionTtyd { .. } => "session_ttyd",
            Action::WindowTtyd { .. } => "window_ttyd",
            Action::SessionTtydStop { .. } => "session_ttyd_stop",
            Action::WindowTtydStop { .. } => "window_ttyd_stop",
            Action::TtydStopAll => "ttyd_stop_all",
        }
    }

    fn parameters(&self) -> Vec<(String, Value)> {
        let list = match self {
            Action::SessionCreate { session, reset } => {
                Parameters::named(session.title.clone()).flag("reset", *reset)
            }
            Action::SessionDelete { session } | Action::SessionEnsure { session } => {
                Parameters::named(session.title.clone())
            }
            Action::WindowCreate { window, command, environment, reset } => Parameters::named(titles(window))
                .text("cmd", command.as_deref())
                .environment(environment)
                .flag("reset", *reset),
            Action::WindowDelete { window } => Parameters::named(titles(window)),
            Action::WindowEnsure { window, panes, command, environment } => Parameters::named(titles(window))
                .text("cat", Some(&format!("{panes}pane")))
                .text("cmd", command.as_deref())
                .environment(environment),
            Action::PaneExecute { pane, text } => Parameters::named(place(pane)).text("cmd", Some(text)),
            Action::PaneKill { pane } => Parameters::named(place(pane)),
            Action::PaneSplit { pane, command, horizontal, environment, log } => {
                Parameters::named(place(pane))
                    .text("cmd", command.as_deref())
                    .flag("horizontal", *horizontal)
                    .environment(environment)
                    .log(log.as_ref())
            }
            Action::PaneEnsure { pane, label, command, environment, log } => Parameters::named(place(pane))
                .text("label", label.as_ref().map(|label| label.title.as_str()))
                .text("cmd", command.as_deref())
                .environment(environment)
                .log(log.as_ref()),
            Action::SessionTtyd { session, port, editable } => {
                Parameters::named(session.title.clone()).port(Some(*port)).flag("editable", *editable)
            }
            Action::WindowTtyd { window, port, editable } => {
                Parameters::named(titles(window)).port(Some(*port)).flag("editable", *editable)
            }
            Action::SessionTtydStop { session, port } => Parameters::named(session.title.clone()).port(*port),
            Action::WindowTtydStop { window, port } => Parameters::named(titles(window)).port(*port),
            Action::TtydStopAll => Parameters(Vec::new()),
        };
        list.0
    }
}

fn titles(window: &WindowName) -> String {
    format!("{}|{}", window.session.title, window.window.title)
}

fn place(pane: &PaneName) -> String {
    let last = match &pane.pane {
        PanePlace::Label(name) => &name.title,
        other => &other.to_string(),
    };
    format!("{}|{last}", titles(&pane.window))
}

/// `text` in quotes. What is on several lines, or would escape its quote, gets lines of its own.
fn quoted(text: &str) -> String {
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    let escaped = text.replace(quote, &format!("\\{quote}"));
    if !text.contains('\n') && !text.ends_with('\\') {
        return format!("{quote}{escaped}{quote}");
    }
    let blank = |line: &str| line.trim_matches([' ', '\t']).is_empty();
    // Without a line that shows, nothing says how far the others are indented.
    let indentation = if text.split('\n').all(blank) { "" } else { "        " };
    let lines: Vec<String> = escaped.split('\n').map(|line| format!("{indentation}{line}")).collect();
    format!("{quote}\n{}\n    {quote}", lines.join("\n"))
}
