//! Rituals as text: what there is, and what would run.

use unicode_width::UnicodeWidthStr;

use super::record::Decision;
use crate::project::Project;
use crate::ritual::{Interactive, Phase, RitualCommand};
use crate::supervise::label;
use crate::workspace::Command;
use crate::workspace::supervision::Needed;

/// Both rituals of a project, one command a line; for `rune ritual list`.
pub fn list(project: &Project) -> Vec<String> {
    let mut lines = Vec::new();
    for phase in [Phase::Start, Phase::Stop] {
        let commands = project.ritual(phase);
        lines.push(format!("{phase} ritual of `{}`", project.name));
        if commands.is_empty() {
            lines.push("  nothing".to_owned());
        }
        let names: Vec<usize> = commands.iter().map(|command| command.name.width()).collect();
        let width = names.iter().max().copied().unwrap_or(0);
        for (place, command) in commands.iter().enumerate() {
            let blanks = " ".repeat(width - command.name.width());
            let text = command.command.as_ref().map(Command::summary).unwrap_or_default();
            let marks = marks(project, command);
            let marks = if marks.is_empty() { marks } else { format!("[{marks}] ") };
            let line = format!("  {:>2}  {}{blanks}  {marks}{text}", place + 1, command.name);
            lines.push(line.trim_end().to_owned());
        }
    }
    lines
}

/// What one ritual would run now, in every detail; for `rune ritual test`.
pub fn preview(project: &Project, phase: Phase, decision: Decision) -> Vec<String> {
    let commands = project.ritual(phase);
    let mut lines = vec![match decision {
        Decision::Run => format!("the {phase} ritual of `{}` would run:", project.name),
        Decision::Again { .. } => {
            format!("the {phase} ritual of `{}` did not come to its end and would start again:", project.name)
        }
        Decision::Skip { .. } => {
            format!("the {phase} ritual of `{}` has run; with `--ritual` it would run again:", project.name)
        }
    }];
    if commands.is_empty() {
        lines.push("  nothing".to_owned());
    }
    for (place, command) in commands.iter().enumerate() {
        lines.push(format!("  {}. {}", place + 1, command.name));
        lines.extend(details(project, command).into_iter().map(|line| format!("       {line}")));
    }
    lines
}

/// How a command differs from one that just runs.
fn marks(project: &Project, command: &RitualCommand) -> String {
    let mut marks = Vec::new();
    if command.global {
        marks.push("global".to_owned());
    }
    if command.optional {
        marks.push("optional".to_owned());
    }
    if command.background {
        marks.push("background".to_owned());
    }
    match &command.interactive {
        None => {}
        Some(Interactive::Terminal) => marks.push("terminal".to_owned()),
        Some(Interactive::Workspace(key)) => marks.push(format!("workspace {key}")),
        Some(Interactive::Session(key)) => marks.push(format!("session {}", project.workspace_name(key))),
    }
    marks.extend(command.when.iter().map(|condition| format!("when {condition}")));
    marks.join(", ")
}

fn details(project: &Project, command: &RitualCommand) -> Vec<String> {
    let mut lines: Vec<String> = match &command.command {
        None => Vec::new(),
        Some(Command::Shell) => vec!["your shell".to_owned()],
        Some(Command::Script(text)) => text.trim_end().lines().map(|line| format!("$ {line}")).collect(),
        Some(Command::Scripts(texts)) => {
            texts.iter().flat_map(|text| text.trim_end().lines()).map(|line| format!("$ {line}")).collect()
        }
        Some(Command::Argv(words)) => vec![format!("{words:?}")],
    };
    lines.extend(command.when.iter().map(|condition| format!("only if `{condition}` holds")));
    lines.extend(match &command.interactive {
        None => None,
        Some(Interactive::Terminal) => Some("in this terminal".to_owned()),
        Some(Interactive::Workspace(key)) => Some(format!("shown only: workspace `{key}` comes up instead")),
        Some(Interactive::Session(key)) => {
            let name = project.workspace_name(key);
            Some(format!("in session `{name}`, which comes up for it"))
        }
    });
    if command.background {
        lines.push("in the background, until `rune stop`".to_owned());
    }
    lines.extend(command.needs.iter().map(|need| match need.state {
        Needed::Ready => format!("after `{}` is ready", need.command),
        Needed::Started => format!("after `{}` was started", need.command),
        Needed::Succeeded => format!("after `{}` has ended with 0", need.command),
        Needed::Exited => format!("after `{}` has ended", need.command),
    }));
    if let Some(ready) = &command.supervision.ready {
        let probes: Vec<String> = ready.probes.iter().map(label).collect();
        let limit = super::event::duration(ready.timeout);
        lines.push(format!("ready by {}, in at most {limit}", probes.join(" and ")));
    }
    if command.optional {
        lines.push("optional: the ritual goes on if it fails".to_owned());
    }
    if command.cwd != project.root {
        lines.push(format!("in {}", command.cwd.display()));
    }
    // What rune itself sets is the same for every command.
    let declared = command.environment.keys().filter(|name| !name.starts_with("RUNE_"));
    let names: Vec<&str> = declared.map(String::as_str).collect();
    if !names.is_empty() {
        lines.push(format!("with {}", names.join(", ")));
    }
    if !command.pass.is_empty() {
        lines.push(format!("passing {}", command.pass.join(", ")));
    }
    lines.extend(command.timeout.map(|limit| format!("for at most {}", super::event::duration(limit))));
    lines
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::ritual::Condition;
    use crate::ritual_plan::testing::command;
    use crate::workspace::Key;

    fn project() -> Project {
        let server = RitualCommand {
            background: true,
            optional: true,
            cwd: "/w/web".into(),
            environment: ["PORT", "RUNE_PROJECT"].map(|name| (name.to_owned(), "80".to_owned())).into(),
            pass: vec!["GH_TOKEN".to_owned()],
            timeout: Some(Duration::from_secs(60)),
            when: Some(Condition::GitClean),
            ..command("Größe", "npm run\ndev")
        };
        let editor = RitualCommand {
            command: None,
            interactive: Some(Interactive::Workspace(Key::from_name("dev"))),
            ..command("Editor window", "")
        };
        let logs = RitualCommand {
            interactive: Some(Interactive::Session(Key::from_name("logs"))),
            ..command("Logs", "tail -f log")
        };
        Project {
            name: "web".to_owned(),
            rule: String::new(),
            root: "/w".into(),
            config: None,
            start: vec![command("Pull", "git pull"), server, editor, logs],
            stop: Vec::new(),
            workspaces: Vec::new(),
            default_workspace: false,
            notes: Vec::new(),
            pass: Vec::new(),
            drop: Vec::new(),
        }
    }

    #[test]
    fn the_list_has_a_line_for_each_command() {
        let lines = list(&project()).join("\n");
        assert_eq!(
            lines,
            "start ritual of `web`\n\
             \x20  1  Pull           git pull\n\
             \x20  2  Größe          [optional, background, when git_clean] npm run dev\n\
             \x20  3  Editor window  [workspace dev]\n\
             \x20  4  Logs           [session logs] tail -f log\n\
             stop ritual of `web`\n\
             \x20 nothing"
        );
    }

    #[test]
    fn the_preview_says_everything_but_values() {
        let lines = preview(&project(), Phase::Start, Decision::Run).join("\n");
        assert_eq!(
            lines,
            "the start ritual of `web` would run:\n\
             \x20 1. Pull\n\
             \x20      $ git pull\n\
             \x20 2. Größe\n\
             \x20      $ npm run\n\
             \x20      $ dev\n\
             \x20      only if `git_clean` holds\n\
             \x20      in the background, until `rune stop`\n\
             \x20      optional: the ritual goes on if it fails\n\
             \x20      in /w/web\n\
             \x20      with PORT\n\
             \x20      passing GH_TOKEN\n\
             \x20      for at most 1 min 0 s\n\
             \x20 3. Editor window\n\
             \x20      shown only: workspace `dev` comes up instead\n\
             \x20 4. Logs\n\
             \x20      $ tail -f log\n\
             \x20      in session `logs`, which comes up for it"
        );
        assert_eq!(
            preview(&project(), Phase::Stop, Decision::Run),
            ["the stop ritual of `web` would run:", "  nothing"]
        );
    }
}
