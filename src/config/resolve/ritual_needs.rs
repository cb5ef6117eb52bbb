//! Which commands of a ritual need which.

use super::context::Context;
use super::variables::Scope;
use crate::config::raw::nearest;
use crate::config::raw::supervision as raw;
use crate::ritual::{Need, RitualCommand};

impl Context<'_> {
    /// What the command at `at` of `commands` needs. Only background commands before it can be
    /// waited for, so there are no circles.
    pub(super) fn command_needs(
        &mut self,
        needs: &[raw::Need],
        at: usize,
        commands: &[RitualCommand],
    ) -> Vec<Need> {
        let mut found: Vec<Need> = Vec::new();
        for need in needs {
            let variables = Scope::new(self.facts, &commands[at].name, &Vec::new()).variables();
            let name = self.label(&need.target, &variables, "the name of the command");
            // what could not be filled in has its mistake already
            if name == need.target.value && name.contains("{{") {
                continue;
            }
            if self.is_full() {
                break;
            }
            if let Err((message, help, replacement)) = fits(&name, at, commands) {
                let problem = self.problem(&need.target.place, message);
                problem.help = help;
                problem.replacement = replacement;
                continue;
            }
            let need = Need { command: name, state: need.state };
            if !found.contains(&need) {
                found.push(need);
            }
        }
        found
    }
}

/// What is wrong, what to do, and what to write instead.
type Unfit = (String, Option<String>, Option<String>);

/// Whether the command at `at` can need the one called `name`.
fn fits(name: &str, at: usize, commands: &[RitualCommand]) -> Result<(), Unfit> {
    let own = &commands[at].name;
    let called: Vec<usize> = (0..commands.len()).filter(|other| commands[*other].name == name).collect();
    let background: Vec<usize> = called.iter().copied().filter(|other| commands[*other].background).collect();
    let say = |message: String, help: &str| Err((message, Some(help.to_owned()), None));
    match background.as_slice() {
        [] if called.is_empty() => {
            let known = commands.iter().filter(|other| other.background);
            let known: Vec<&str> =
                known.map(|other| other.name.as_str()).filter(|other| other != own).collect();
            let near = nearest(name, known.iter().copied()).map(str::to_owned);
            let help = match known.as_slice() {
                [] => "the ritual has no other background command".to_owned(),
                known => format!("there is {}", crate::error::list(known)),
            };
            Err((format!("there is no background command `{name}` in this ritual"), Some(help), near))
        }
        [] if called.contains(&at) => say(format!("`{name}` needs itself"), "take the need out"),
        [] => say(
            format!("`{name}` does not run in the background"),
            "the ritual goes on when it has ended anyway; take the need out",
        ),
        [other] if *other == at => say(format!("`{name}` needs itself"), "take the need out"),
        [other] if *other > at => say(
            format!("`{name}` comes after `{own}`"),
            "commands start in their order: move it before this one",
        ),
        [_] => Ok(()),
        _ => say(format!("more than one background command is called `{name}`"), "give each another `name`"),
    }
}
