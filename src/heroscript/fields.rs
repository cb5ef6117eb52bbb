//! Reads the parameters of one action by their kinds and notes what is wrong with them.

use std::collections::BTreeMap;
use std::ops::Range;

use super::environment;
use super::name::{MOST_PANES, Name, PaneName, PanePlace, WindowName};
use super::table::{ACTIONS, Kind, Spec};
use super::written::{Given, Written};
use super::{Environment, Log};
use crate::config::collect::Collect;
use crate::config::keys::GRIDS;
use crate::config::raw::nearest;
use crate::config::tree::{Place, Text};
use crate::error::{Problem, list};

/// The parameters of one action.
pub(super) struct Fields<'w, 'c, 's> {
    collect: &'c mut Collect<'s>,
    /// The given parameters in small letters; variables of `env.NAME` are in `variables`.
    given: BTreeMap<&'static str, (Kind, &'w Text, &'w Given)>,
    variables: Vec<(&'w Text, &'w Given)>,
}

/// What starts a parameter that is one variable.
const VARIABLE: &str = "env.";

impl<'w, 'c, 's> Fields<'w, 'c, 's> {
    /// Looks the parameters up; unknown, doubled and missing ones are noted.
    pub(super) fn new(collect: &'c mut Collect<'s>, spec: &'static Spec, written: &'w Written) -> Self {
        let mut fields = Fields { collect, given: BTreeMap::new(), variables: Vec::new() };
        // A parameter that is missing may be one of these, misspelt.
        let mut meant = Vec::new();
        for parameter in &written.parameters {
            let key = &parameter.key;
            let is_variable =
                key.value.get(..VARIABLE.len()).is_some_and(|start| start.eq_ignore_ascii_case(VARIABLE));
            if is_variable && spec.parameter("env").is_some() {
                fields.variables.push((key, &parameter.given));
            } else if let Some(known) = spec.parameter(&key.value) {
                let given = (known.kind, key, &parameter.given);
                if let Some((_, first, _)) = fields.given.get(known.name) {
                    let (line, column) = fields.collect.source.position(first.place.span.start);
                    let problem = fields.problem(&key.place, format!("`{}` is given twice", known.name));
                    problem.help = Some(format!("it is given at {line}:{column} already"));
                } else {
                    fields.given.insert(known.name, given);
                }
            } else {
                meant.extend(fields.unknown(spec, key, &parameter.given));
            }
        }
        for known in spec.parameters.iter().filter(|known| known.required) {
            if !meant.contains(&known.name) && !fields.given.contains_key(known.name) {
                let message = format!("`{}` needs `{}`", spec.name, known.name);
                fields.problem(&written.name.place, message).help =
                    Some(format!("add `{}:{}`", known.name, known.kind.example()));
            }
        }
        fields
    }

    fn problem(&mut self, place: &Place, message: impl Into<String>) -> &mut Problem {
        self.collect.problem(place, message)
    }

    /// Notes a parameter that the action does not have; which one was meant, perhaps.
    fn unknown(&mut self, spec: &'static Spec, key: &Text, given: &Given) -> Option<&'static str> {
        let names: Vec<&'static str> = spec.parameters.iter().map(|parameter| parameter.name).collect();
        let name = key.as_str();
        let near = nearest(name, names.iter().copied());
        let elsewhere = ACTIONS.iter().any(|spec| spec.parameter(name).is_some());
        if matches!(given, Given::Nothing) && near.is_none() && !elsewhere {
            self.problem(&key.place, format!("`{name}` is no parameter of `{}`", spec.name)).help =
                Some("a value with blanks stands in quotes, as in `cmd:'ls -la'`".to_owned());
            return None;
        }
        let help = match &near {
            Some(near) => format!("did you mean `{near}`?"),
            None if names.is_empty() => "it has none".to_owned(),
            None => format!("it has {}", list(&names)),
        };
        let problem = self.problem(&key.place, format!("`{}` has no parameter `{name}`", spec.name));
        problem.help = Some(help);
        problem.replacement = near.map(str::to_owned);
        near
    }

    /// The text of a parameter; one that is only a name has a mistake.
    fn text(&mut self, name: &'static str) -> Option<(&'w Text, Range<usize>)> {
        let (kind, key, given) = self.given.get(name)?;
        let (kind, key) = (*kind, *key);
        match given {
            Given::Broken => None,
            Given::Text { value, inside } => Some((value, inside.clone())),
            Given::Nothing => {
                self.no_value(key, name, kind);
                None
            }
        }
    }

    fn no_value(&mut self, key: &Text, name: &str, kind: Kind) {
        let problem = self.problem(&key.place, format!("`{name}` has no value"));
        problem.help = Some(format!("write `{name}:{}`", kind.example()));
        problem.replacement = Some(format!("{name}:{}", kind.example()));
    }

    /// Whether a flag is set, when it is given.
    fn maybe(&mut self, name: &'static str) -> Option<bool> {
        let (_, _, given) = self.given.get(name)?;
        let (value, words) = match given {
            Given::Nothing => return Some(true),
            Given::Broken => return None,
            Given::Text { value, .. } => (value, value.value.trim().to_ascii_lowercase()),
        };
        match words.as_str() {
            "true" | "1" | "yes" | "on" => Some(true),
            "false" | "0" | "no" | "off" => Some(false),
            _ => {
                let near = nearest(&words, ["true", "false"]).map(str::to_owned);
                let problem =
                    self.problem(&value.place, format!("`{}` is neither true nor false", value.as_str()));
                problem.help = Some("write `true` or `false`".to_owned());
                problem.replacement = near;
                None
            }
        }
    }

    /// Whether a flag is set.
    pub(super) fn flag(&mut self, name: &'static str) -> bool {
        self.maybe(name).unwrap_or(false)
    }

    /// A text for a shell; blank is nothing.
    pub(super) fn command(&mut self) -> Option<String> {
        let (value, _) = self.text("cmd")?;
        (!value.value.trim().is_empty()).then(|| value.value.clone())
    }

    /// A text to type.
    pub(super) fn typed(&mut self) -> Option<String> {
        let (value, _) = self.text("cmd")?;
        if value.value.trim().is_empty() {
            self.problem(&value.place, "there is nothing to type").help = Some("write `cmd:'ls'`".to_owned());
            return None;
        }
        Some(value.value.clone())
    }

    /// A name for people.
    pub(super) fn label(&mut self) -> Option<Name> {
        let (value, _) = self.text("label")?;
        if value.value.is_empty() {
            return None;
        }
        self.name(value, &value.value, "a label")
    }

    fn name(&mut self, value: &Text, part: &str, what: &str) -> Option<Name> {
        let name = Name::new(part);
        if name.is_none() {
            let message = match part.trim() {
                "" => format!("{what} is empty"),
                _ => format!("{what} has a line break or another control character"),
            };
            self.problem(&value.place, message);
        }
        name
    }

    /// The parts of a name, which are one of `counts`.
    fn parts(&mut self, kind: Kind, counts: &[usize]) -> Option<(&'w Text, Vec<&'w str>)> {
        let (value, _) = self.text("name")?;
        // Whatever is too much tells as little as one part too much.
        let parts: Vec<&str> = value.value.splitn(5, '|').collect();
        if counts.contains(&parts.len()) {
            return Some((value, parts));
        }
        let what = match kind {
            Kind::Session => "a session",
            Kind::Window => "a window",
            _ => "a pane",
        };
        self.problem(&value.place, format!("`{}` is not the name of {what}", value.as_str())).help =
            Some(format!("write `name:{}`", kind.example()));
        None
    }

    /// The name of a session.
    pub(super) fn session(&mut self) -> Option<Name> {
        let (value, parts) = self.parts(Kind::Session, &[1])?;
        self.name(value, parts[0], "the name of a session")
    }

    fn window_of(&mut self, value: &Text, parts: &[&str]) -> Option<WindowName> {
        let session = self.name(value, parts[0], "the name of a session");
        let window = self.name(value, parts[1], "the name of a window");
        Some(WindowName { session: session?, window: window? })
    }

    /// The name of a window.
    pub(super) fn window(&mut self) -> Option<WindowName> {
        let (value, parts) = self.parts(Kind::Window, &[2])?;
        self.window_of(value, &parts)
    }

    /// The name of a pane.
    pub(super) fn pane(&mut self) -> Option<PaneName> {
        let (value, parts) = self.parts(Kind::Pane, &[3])?;
        self.pane_of(value, &parts)
    }

    /// The name of a pane, or of a window for its active pane.
    pub(super) fn pane_or_window(&mut self) -> Option<PaneName> {
        let (value, parts) = self.parts(Kind::WindowOrPane, &[2, 3])?;
        self.pane_of(value, &parts)
    }

    /// The name of a pane that is the same one whenever the script runs.
    pub(super) fn lasting_pane(&mut self) -> Option<PaneName> {
        let pane = self.pane()?;
        if pane.pane == PanePlace::Active {
            let (value, _) = self.text("name")?;
            self.problem(&value.place, "the active pane is another one each time").help =
                Some("name the pane by its place, from 1, or by a label".to_owned());
            return None;
        }
        Some(pane)
    }

    fn pane_of(&mut self, value: &Text, parts: &[&str]) -> Option<PaneName> {
        let window = self.window_of(value, parts);
        let Some(part) = parts.get(2) else {
            return Some(PaneName { window: window?, pane: PanePlace::Active });
        };
        let pane = PanePlace::new(part);
        if pane.is_none() && Name::new(part).is_some() {
            self.problem(&value.place, format!("there is no pane {}", part.trim())).help =
                Some(format!("panes count from 1 to {MOST_PANES}"));
        } else if pane.is_none() {
            self.name(value, part, "the name of a pane");
        }
        Some(PaneName { window: window?, pane: pane? })
    }

    /// How many panes a grid has.
    pub(super) fn panes(&mut self) -> usize {
        let Some((value, inside)) = self.text("cat") else { return 1 };
        let word = value.value.trim().to_ascii_lowercase();
        if let Some(panes) = GRIDS.iter().find(|grid| **grid == word).and_then(|grid| room(grid)) {
            return panes;
        }
        let roomy = room(&word).filter(|wanted| *wanted > 0).and_then(|wanted| {
            GRIDS.into_iter().find(|grid| room(grid).is_some_and(|panes| panes >= wanted))
        });
        let near = roomy.or_else(|| nearest(&word, GRIDS));
        let problem = self.problem(&value.place, format!("there is no grid `{}`", value.as_str()));
        problem.help = Some(format!("there is {}", list(&GRIDS)));
        let quote = if inside == value.place.span { "" } else { "'" };
        problem.replacement = near.map(|near| format!("{quote}{near}{quote}"));
        1
    }

    /// A port.
    pub(super) fn port(&mut self) -> Option<u16> {
        let (value, _) = self.text("port")?;
        let port = value.value.trim().parse().ok().filter(|port| *port > 0);
        if port.is_none() {
            self.problem(&value.place, format!("`{}` is not a port", value.as_str())).help =
                Some("a port is a number from 1 to 65535".to_owned());
        }
        port
    }

    /// Where the output is kept; a path alone says that it is.
    pub(super) fn log(&mut self) -> Option<Log> {
        let on = self.maybe("log");
        let reset = self.flag("logreset");
        let path = self.text("logpath").map(|(value, _)| value);
        if let Some(value) = path.filter(|value| value.value.chars().any(char::is_control)) {
            self.problem(&value.place, "the path of a log has a line break or another control character");
        }
        let path = path.map(|value| value.value.clone()).filter(|path| !path.is_empty());
        on.unwrap_or(path.is_some() || reset).then_some(Log { path, reset })
    }

    /// The variables of `env` and of `env.NAME`.
    pub(super) fn environment(&mut self) -> Environment {
        let mut variables = Vec::new();
        if let Some((value, inside)) = self.text("env") {
            variables = environment::pairs(self.collect, value, inside);
        }
        for (key, given) in std::mem::take(&mut self.variables) {
            let name = &key.value[VARIABLE.len()..];
            match given {
                Given::Broken => {}
                Given::Nothing => {
                    self.problem(&key.place, format!("`{}` has no value", key.as_str())).help =
                        Some(format!("write `{}:'…'`", key.as_str()));
                }
                Given::Text { value, .. } => {
                    variables.push((name.to_owned(), value.value.clone(), key.place.clone()));
                }
            }
        }
        environment::checked(self.collect, variables)
    }
}

/// How many panes a word such as `4pane` says.
fn room(word: &str) -> Option<usize> {
    let word = word.trim_end_matches('s');
    word.strip_suffix("pane").unwrap_or(word).trim_end().parse().ok()
}
