//! What is worth knowing about a config that has no mistakes.

use crate::config::keys::is_variable;
use crate::config::raw::{Choice, Command, Config, Pane, Run, Template, Values, Window};
use crate::config::source::Source;
use crate::config::tree::{Place, Text};
use crate::error::Problem;

/// A remark for each command that names a variable which does not reach it, with the line to add.
pub fn remarks(source: &Source, config: &Config, is_dropped: &dyn Fn(&str) -> bool) -> Vec<Problem> {
    let mut look = Look { source, passed: names(&config.pass), is_dropped, remarks: Vec::new() };
    for ritual in [&config.start, &config.stop] {
        let commands = ritual.per_project.iter().flat_map(|(_, commands)| commands);
        for Command { run, environment, pass, .. } in ritual.global.iter().chain(commands) {
            look.run(run, &[declared(environment), names(pass)].concat());
        }
    }
    for (_, template) in &config.templates {
        look.template(template);
    }
    if let Some(Choice::Inline(template)) = &config.workspace {
        look.template(template);
    }
    look.remarks
}

struct Look<'l> {
    source: &'l Source,
    passed: Vec<&'l str>,
    is_dropped: &'l dyn Fn(&str) -> bool,
    remarks: Vec<Problem>,
}

impl<'l> Look<'l> {
    fn template(&mut self, template: &'l Template) {
        let known = [declared(&template.environment), names(&template.pass)].concat();
        for Window { environment, panes, .. } in &template.windows {
            for Pane { run, environment: own, pass, .. } in panes {
                self.run(run, &[known.clone(), declared(environment), declared(own), names(pass)].concat());
            }
        }
    }

    fn run(&mut self, run: &'l Run, known: &[&str]) {
        let texts: &[Text] = match run {
            Run::Nothing | Run::Argv(_) => &[],
            Run::Script(text) => std::slice::from_ref(text),
            Run::Scripts(texts) => texts,
        };
        for text in texts {
            for name in variables(&text.value) {
                if !known.contains(&name) && !self.passed.contains(&name) && (self.is_dropped)(name) {
                    self.remark(text, name);
                }
            }
        }
    }

    fn remark(&mut self, text: &Text, name: &str) {
        let raw = self.source.slice(&text.place.span);
        let at = raw.find(&format!("${name}")).or(raw.find(&format!("${{{name}"))).unwrap_or(0);
        let start = text.place.span.start + at;
        let place = Place { span: start..start + name.len() + 1, used: None };
        let mut remark = self
            .source
            .problem(&place, format!("`{name}` looks like a secret and does not reach this command"));
        remark.help = Some(format!("add `pass_env: [{name}]` to the command to let it through"));
        self.remarks.push(remark);
    }
}

fn names(texts: &[Text]) -> Vec<&str> {
    texts.iter().map(|text| text.as_str()).collect()
}

fn declared(values: &Values) -> Vec<&str> {
    values.iter().map(|(name, _)| name.as_str()).collect()
}

/// The variables that a shell command names as `$NAME` or `${NAME…}`, each once.
fn variables(command: &str) -> Vec<&str> {
    let mut names: Vec<&str> = Vec::new();
    for (at, _) in command.match_indices('$') {
        let rest = &command[at + 1..];
        let rest = rest.strip_prefix('{').unwrap_or(rest);
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
        if is_variable(&rest[..end]) && !names.contains(&&rest[..end]) {
            names.push(&rest[..end]);
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_of_a_command() {
        assert_eq!(variables("echo $A ${B:-x} $(date) $1 $$ '$C' $A é$ö"), ["A", "B", "C"]);
    }
}
