//! Parts of a workspace that nobody wrote.

use super::{Pane, Run, Supervision, Template, Window, reader::Reader, template};
use crate::config::source::Source;
use crate::config::tree::Place;
use crate::config::yaml;
use crate::workspace::OnExit;

/// The template that serves when a config names no workspace, as it would stand in one.
pub const DEFAULT: &str = include_str!("../default.yaml");

impl Pane {
    /// A pane with the user's shell.
    pub fn shell(place: Place) -> Pane {
        Pane {
            place,
            run: Run::Nothing,
            key: None,
            title: None,
            cwd: None,
            environment: Vec::new(),
            pass: Vec::new(),
            focus: None,
            on_exit: OnExit::default(),
            supervision: Supervision::default(),
            when: None,
        }
    }
}

impl Run {
    /// What is declared, its kind first.
    pub fn words(&self) -> Vec<&str> {
        let (kind, texts) = match self {
            Run::Nothing => ("shell", &[][..]),
            Run::Script(text) => ("script", std::slice::from_ref(text)),
            Run::Scripts(texts) => ("scripts", texts.as_slice()),
            Run::Argv(words) => ("argv", words.as_slice()),
        };
        [kind].into_iter().chain(texts.iter().map(|text| text.as_str())).collect()
    }
}

impl Window {
    /// A window with nothing but panes.
    pub fn of(panes: Vec<Pane>, place: Place) -> Window {
        Window {
            place,
            name: None,
            key: None,
            root: None,
            environment: Vec::new(),
            layout: None,
            focus: None,
            options: Vec::new(),
            sync: false,
            when: None,
            panes,
        }
    }
}

/// The windows of the embedded default.
pub fn default_windows() -> Vec<Window> {
    let source = Source::new("default.yaml", DEFAULT);
    let root = yaml::parse(&source).ok();
    let mut reader = Reader::new(&source);
    let template: Option<Template> = root.and_then(|root| template::template(&mut reader, &root));
    template.map(|template| template.windows).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_default_has_an_editor_and_a_shell() {
        let names: Vec<String> =
            default_windows().into_iter().filter_map(|window| window.name).map(|name| name.value).collect();
        assert_eq!(names, ["editor", "shell"]);
    }
}
