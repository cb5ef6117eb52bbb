//! Templates that extend others.

use super::context::Context;
use crate::config::raw::{Template, Values, Window, nearest};
use crate::config::tree::Text;

/// How many templates may extend each other.
const DEEPEST: usize = 16;

impl<'a> Context<'a> {
    /// The template of this name; an unknown one is a mistake where the name stands.
    pub(super) fn template(&mut self, name: &Text) -> Option<&'a Template> {
        let found = self.templates.get(name.as_str()).copied();
        if found.is_none() && !self.is_full() {
            let names: Vec<&str> = self.config.templates.iter().map(|(name, _)| name.as_str()).collect();
            let near = nearest(&name.value, names.iter().copied()).map(str::to_owned);
            let help = match names.as_slice() {
                [] => "the config has no `workspaces` and no `rituals.templates`".to_owned(),
                names => format!("there is {}", crate::error::list(names)),
            };
            let problem = self.problem(&name.place, format!("there is no workspace `{}`", name.value));
            problem.replacement = near;
            problem.help = Some(help);
        }
        found
    }

    /// `template` with all that it takes over from those it extends.
    pub(super) fn complete(&mut self, template: &'a Template) -> Template {
        let mut chain = vec![template];
        let mut last = template;
        while let Some(name) = &last.extends {
            let Some(next) = self.template(name) else { break };
            if chain.iter().any(|seen| std::ptr::eq(*seen, next)) {
                self.problem(&name.place, format!("`{}` extends itself in the end", name.value));
                break;
            }
            if chain.len() == DEEPEST {
                self.problem(&name.place, format!("more than {DEEPEST} templates extend each other"));
                break;
            }
            chain.push(next);
            last = next;
        }
        let base = chain.pop().cloned().unwrap_or_default();
        chain.into_iter().rev().fold(base, over)
    }
}

/// `base` with what `template` says instead or beside.
fn over(base: Template, template: &Template) -> Template {
    Template {
        place: template.place.clone(),
        session_name: template.session_name.clone().or(base.session_name),
        extends: None,
        root: template.root.clone().or(base.root),
        environment: values(base.environment, &template.environment),
        pass: base.pass.into_iter().chain(template.pass.iter().cloned()).collect(),
        vars: values(base.vars, &template.vars),
        size: template.size.or(base.size),
        login: template.login.or(base.login),
        windows: windows(base.windows, &template.windows),
    }
}

fn values(base: Values, more: &Values) -> Values {
    let kept = base.into_iter().filter(|(name, _)| more.iter().all(|(other, _)| other.value != name.value));
    kept.chain(more.iter().cloned()).collect()
}

/// The windows of a base; one of the same key is replaced, others follow.
fn windows(base: Vec<Window>, more: &[Window]) -> Vec<Window> {
    let same = |a: &Window, b: &Window| identity(a).is_some() && identity(a) == identity(b);
    let mut windows: Vec<Window> = base
        .into_iter()
        .map(|window| more.iter().find(|other| same(&window, other)).cloned().unwrap_or(window))
        .collect();
    for window in more {
        if !windows.iter().any(|known| same(known, window)) {
            windows.push(window.clone());
        }
    }
    windows
}

fn identity(window: &Window) -> Option<&str> {
    window.key.as_ref().or(window.name.as_ref()).map(|text| text.as_str())
}
