//! The names in a config, for completions.

use crate::config::find;
use crate::config::raw::{Choice, Template, default_windows};
use crate::workspace::Key;

use super::Loaded;

/// Names that a command line can complete, each once, in order of the file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names {
    /// Projects.
    pub projects: Vec<String>,
    /// Templates of workspaces.
    pub workspaces: Vec<String>,
    /// Keys of windows.
    pub windows: Vec<String>,
    /// Keys of panes with the window's: `editor.tests`.
    pub panes: Vec<String>,
}

/// The names in a config, as far as it can be read.
pub fn names(loaded: &Loaded) -> Names {
    let config = &loaded.config;
    let mut names = Names {
        projects: find::names(config).into_iter().map(str::to_owned).collect(),
        workspaces: config.templates.iter().map(|(name, _)| name.value.clone()).collect(),
        ..Names::default()
    };
    let mut templates: Vec<&Template> = config.templates.iter().map(|(_, template)| template).collect();
    if let Some(Choice::Inline(template)) = &config.workspace {
        templates.push(template);
    }
    let embedded = Template { windows: default_windows(), ..Template::default() };
    if templates.is_empty() {
        templates.push(&embedded);
    }
    for (index, window) in templates.iter().flat_map(|template| template.windows.iter().enumerate()) {
        let key = match (&window.key, &window.name) {
            (Some(key), _) => key.value.clone(),
            (None, Some(name)) => Key::from_name(&name.value).to_string(),
            (None, None) => Key::place(index + 1).to_string(),
        };
        for (index, pane) in window.panes.iter().enumerate() {
            let pane =
                pane.key.as_ref().map_or_else(|| Key::place(index + 1).to_string(), |key| key.value.clone());
            add(&mut names.panes, format!("{key}.{pane}"));
        }
        add(&mut names.windows, key);
    }
    names
}

fn add(names: &mut Vec<String>, name: String) {
    if !names.contains(&name) {
        names.push(name);
    }
}
