//! The commands of rituals.

use super::context::Context;
use super::seam::Variables;
use super::variables::Scope;
use super::workspace::{Built, Origin};
use crate::config::raw::{self, Run, Template};
use crate::config::tree::Text;
use crate::ritual::{Interactive, Phase, RitualCommand};
use crate::workspace::{Key, one_line};

impl Context<'_> {
    /// The commands of a ritual in the order in which they run. Workspaces that the start ritual
    /// names are added to `workspaces`.
    pub(super) fn ritual(&mut self, phase: Phase, workspaces: &mut Vec<Built>) -> Vec<RitualCommand> {
        let ritual = match phase {
            Phase::Start => &self.config.start,
            Phase::Stop => &self.config.stop,
        };
        let own = ritual.per_project.iter().find(|(name, _)| name.value == self.facts.project);
        let own = own.map(|(_, commands)| commands.as_slice()).unwrap_or_default();
        let global = ritual.global.iter().map(|command| (command, true));
        let own = own.iter().map(|command| (command, false));
        let commands: Vec<_> = match phase {
            Phase::Start => global.chain(own).collect(),
            Phase::Stop => own.chain(global).collect(),
        };
        let mut resolved: Vec<RitualCommand> = commands
            .iter()
            .map(|(command, global)| self.ritual_command(command, *global, phase, workspaces))
            .collect();
        for (at, (command, _)) in commands.iter().enumerate() {
            resolved[at].needs = self.command_needs(&command.supervision.needs, at, &resolved);
        }
        resolved
    }

    fn ritual_command(
        &mut self,
        command: &raw::Command,
        global: bool,
        phase: Phase,
        workspaces: &mut Vec<Built>,
    ) -> RitualCommand {
        let nameless = Scope::new(self.facts, "", &Vec::new()).variables();
        let name = match &command.name {
            Some(name) => self.label(name, &nameless, "the command's name"),
            None => summary(command),
        };
        let scope = Scope::new(self.facts, &name, &Vec::new());
        let variables = scope.variables();
        let mut environment = scope.lasting();
        environment.extend(scope.passing());
        environment.extend(self.rendered(&command.environment, &variables));
        // an earlier command of the ritual may make the directory, so it is not looked for here
        let cwd = match &command.cwd {
            Some(text) => self.path(&self.root(), text, &variables),
            None => self.facts.root.clone(),
        };
        let interactive = self.interactive(command, &name, phase, &variables, workspaces);
        let foreground = !command.background && interactive.is_none();
        let supervision = self.supervision(&command.supervision, Vec::new(), &cwd, &variables);
        RitualCommand {
            command: (command.run != Run::Nothing).then(|| self.command(&command.run, &variables)),
            name,
            global,
            optional: command.optional,
            background: command.background,
            timeout: command.timeout.or(self.config.timeout.filter(|_| foreground)),
            cwd,
            environment,
            pass: command.pass.iter().map(|name| name.value.clone()).collect(),
            when: command.when.as_ref().map(|when| self.condition(when, &variables)),
            interactive,
            needs: Vec::new(),
            supervision,
        }
    }

    /// Where an interactive command runs.
    fn interactive(
        &mut self,
        command: &raw::Command,
        name: &str,
        phase: Phase,
        variables: &Variables,
        workspaces: &mut Vec<Built>,
    ) -> Option<Interactive> {
        if !command.interactive {
            return None;
        }
        let hosted = command.template.is_some() || command.session.is_some();
        if !hosted {
            return Some(Interactive::Terminal);
        }
        if phase == Phase::Stop {
            self.note(format!(
                "rituals.stop: `{name}` runs in this terminal, since workspaces come up at the start only"
            ));
            return Some(Interactive::Terminal);
        }
        // what does not hold now brings nothing up
        let wanted = self.wanted(command.when.as_ref(), variables);
        let mut unwanted = Vec::new();
        let workspaces = if wanted { workspaces } else { &mut unwanted };
        match (&command.template, &command.session) {
            (Some(template), session) => {
                self.template_workspace(template, session.as_ref(), name, workspaces)
            }
            (None, Some(session)) => self.session_workspace(command, session, name, variables, workspaces),
            (None, None) => None,
        }
        .or(Some(Interactive::Terminal))
    }

    /// The workspace of a template. The session name that a command gives wins; under another
    /// name the same template is another workspace.
    fn template_workspace(
        &mut self,
        name: &Text,
        session: Option<&Text>,
        command: &str,
        workspaces: &mut Vec<Built>,
    ) -> Option<Interactive> {
        let mut template = {
            let found = self.template(name)?;
            self.complete(found)
        };
        template.session_name = session.cloned().or(template.session_name);
        let declared = template.session_name.as_ref().map(|text| text.value.clone());
        let uses = |built: &&Built| built.template.as_deref() == Some(&name.value);
        if let Some(built) = workspaces.iter().filter(uses).find(|built| built.session == declared) {
            return Some(Interactive::Workspace(built.workspace.identity.template.clone()));
        }
        let first = !workspaces.iter().any(|built| uses(&built));
        let key = match (first, &declared) {
            (false, Some(session)) => Key::from_name(&format!("{} {session}", name.value)),
            _ => Key::from_name(&name.value),
        };
        let origin = Origin {
            key: key.clone(),
            template: Some(&name.value),
            command: Some(command),
            place: session.map_or(&name.place, |session| &session.place),
            name: format!("{}-{}", self.facts.project, name.value),
        };
        self.built(template, &origin, workspaces);
        Some(Interactive::Workspace(key))
    }

    /// The workspace of one window that runs `command`.
    fn session_workspace(
        &mut self,
        command: &raw::Command,
        session: &Text,
        name: &str,
        variables: &Variables,
        workspaces: &mut Vec<Built>,
    ) -> Option<Interactive> {
        let label = super::seam::render_text(&session.value, variables).ok();
        let key = Key::from_name(label.as_deref().unwrap_or(&session.value));
        let pane = raw::Pane {
            run: command.run.clone(),
            cwd: command.cwd.clone(),
            pass: command.pass.clone(),
            ..raw::Pane::shell(command.place.clone())
        };
        let window =
            raw::Window { name: command.name.clone(), ..raw::Window::of(vec![pane], command.place.clone()) };
        let template = Template {
            place: command.place.clone(),
            session_name: Some(session.clone()),
            environment: command.environment.clone(),
            windows: vec![window],
            ..Template::default()
        };
        let origin = Origin {
            key: key.clone(),
            template: None,
            command: Some(name),
            place: &session.place,
            name: name.to_owned(),
        };
        self.built(template, &origin, workspaces);
        Some(Interactive::Session(key))
    }
}

/// What a command without a name is called.
fn summary(command: &raw::Command) -> String {
    let text = match &command.run {
        Run::Nothing => command
            .template
            .as_ref()
            .or(command.session.as_ref())
            .map(|text| text.value.clone())
            .unwrap_or_default(),
        Run::Script(text) => text.value.clone(),
        Run::Scripts(texts) | Run::Argv(texts) => {
            texts.iter().map(|text| text.as_str()).collect::<Vec<_>>().join(" ")
        }
    };
    one_line(&text)
}
