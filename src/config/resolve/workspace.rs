//! Workspaces: which ones a config names, and what a template becomes.

use std::collections::{BTreeMap, BTreeSet};

use super::context::Context;
use super::variables::{Scope, is_reserved};
use super::window::Surroundings;
use crate::config::raw::{Choice, Template, Values, default_windows};
use crate::config::tree::{Place, Text};
use crate::workspace::{Identity, Key, Size, Workspace, session_label};

/// A workspace with the place that wants it.
pub(super) struct Built {
    pub(super) workspace: Workspace,
    /// Its declared session name: the same template under another one is another workspace.
    pub(super) session: Option<String>,
    /// The template that it comes from.
    pub(super) template: Option<String>,
    place: Place,
}

/// Where a workspace comes from.
pub(super) struct Origin<'t> {
    /// Its key.
    pub(super) key: Key,
    /// Name of the template, when it has one.
    pub(super) template: Option<&'t str>,
    /// Name of the ritual command that wants it.
    pub(super) command: Option<&'t str>,
    /// Where it is wanted.
    pub(super) place: &'t Place,
    /// Session name unless the template has one.
    pub(super) name: String,
}

impl<'a> Context<'a> {
    /// Adds the workspaces that stand outside of rituals: the top-level one, the only one declared,
    /// or the embedded default; and those that were asked for. Whether it is the default.
    pub(super) fn named_workspaces(&mut self, workspaces: &mut Vec<Built>) -> bool {
        let config = self.config;
        let mut is_default = false;
        match &config.workspace {
            Some(Choice::None) => {}
            Some(Choice::Named(name)) => self.by_name(name, workspaces),
            Some(Choice::Inline(template)) => self.inline(template, "workspace", workspaces),
            None if !workspaces.is_empty() => {}
            None => match config.templates.as_slice() {
                [(name, _)] => self.by_name(name, workspaces),
                templates => {
                    is_default = true;
                    let embedded = Template::default();
                    if !templates.is_empty() {
                        let names: Vec<&str> = templates.iter().map(|(name, _)| name.as_str()).collect();
                        let names = crate::error::list(&names);
                        self.note(format!("workspace: no ritual names one of {names}, so the default serves; `workspace: NAME` chooses one"));
                    } else {
                        self.note("workspace: the config names none, so the embedded default serves");
                    }
                    // nothing in it can be wrong, so where it stands does not matter
                    self.built(
                        embedded,
                        &Origin {
                            key: Key::from_name("default"),
                            template: None,
                            command: None,
                            place: &Place::default(),
                            name: self.facts.project.clone(),
                        },
                        workspaces,
                    );
                }
            },
        }
        let more: BTreeSet<&str> = self.facts.more.iter().map(String::as_str).collect();
        for (name, _) in config.templates.iter().filter(|(name, _)| more.contains(name.as_str())) {
            self.by_name(name, workspaces);
        }
        is_default
    }

    fn inline(&mut self, template: &'a Template, key: &str, workspaces: &mut Vec<Built>) {
        let complete = self.complete(template);
        let origin = Origin {
            key: Key::from_name(key),
            template: None,
            command: None,
            place: &template.place,
            name: self.facts.project.clone(),
        };
        self.built(complete, &origin, workspaces);
    }

    fn by_name(&mut self, name: &Text, workspaces: &mut Vec<Built>) {
        if workspaces.iter().any(|built| built.template.as_deref() == Some(&name.value)) {
            return;
        }
        let Some(template) = self.template(name) else { return };
        let complete = self.complete(template);
        let origin = Origin {
            key: Key::from_name(&name.value),
            template: Some(&name.value),
            command: None,
            place: &name.place,
            name: format!("{}-{}", self.facts.project, name.value),
        };
        self.built(complete, &origin, workspaces);
    }

    /// Adds the workspace that `template` makes.
    pub(super) fn built(&mut self, mut template: Template, origin: &Origin<'_>, workspaces: &mut Vec<Built>) {
        for (name, _) in template.vars.iter().filter(|(name, _)| is_reserved(&name.value)) {
            self.problem(&name.place, format!("`{}` is a name of rune's own", name.value)).help =
                Some("call the variable something else".to_owned());
        }
        let command = origin.command.or(origin.template).unwrap_or_default();
        let scope = Scope::new(self.facts, command, &template.vars);
        let variables = scope.variables();
        let name = match &template.session_name {
            Some(text) => self.label(text, &variables, "the session's name"),
            None => origin.name.clone(),
        };
        if template.windows.is_empty() {
            template.windows = default_windows();
        }
        let root = self.directory(&self.root(), template.root.as_ref(), &variables);
        let mut environment = scope.lasting();
        environment.extend(self.rendered(&template.environment, &variables));
        let around = Surroundings {
            root: &root,
            environment: template.environment.clone(),
            size: template.size.unwrap_or(Size::DEFAULT),
            login: template.login.unwrap_or(false),
            scope: &scope,
            variables: &variables,
        };
        let windows = self.windows(&template, &around);
        let pass = self.config.pass.iter().chain(&template.pass).map(|name| name.value.clone()).collect();
        let workspace = Workspace {
            identity: Identity {
                root: self.facts.root.clone(),
                project: self.facts.project.clone(),
                template: origin.key.clone(),
            },
            name,
            root: root.path,
            size: template.size,
            environment,
            pass,
            values: self.facts.values.clone(),
            windows,
        };
        workspaces.push(Built {
            workspace,
            session: template.session_name.map(|text| text.value),
            template: origin.template.map(str::to_owned),
            place: origin.place.clone(),
        });
    }

    /// Environment values as they arrive.
    pub(super) fn rendered(
        &mut self,
        environment: &Values,
        variables: &super::seam::Variables,
    ) -> BTreeMap<String, String> {
        environment.iter().map(|(name, value)| (name.value.clone(), self.text(value, variables))).collect()
    }

    /// Notes workspaces that would share a session name or a key.
    pub(super) fn one_name_each(&mut self, workspaces: &[Built]) {
        let mut labels = BTreeSet::new();
        let mut keys = BTreeSet::new();
        for Built { workspace, place, .. } in workspaces {
            let label = session_label(&workspace.name);
            let new_key = keys.insert(&workspace.identity.template);
            if labels.insert(label.clone()) && new_key {
                continue;
            }
            self.problem(place, format!("two workspaces want the session `{label}`")).help =
                Some("give one of them another `session_name`".to_owned());
        }
    }
}
