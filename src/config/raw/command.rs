//! A command of a ritual.

use super::reader::{Fields, Reader};
use super::{Command, Run, supervision, values};
use crate::config::keys::COMMAND;
use crate::config::tree::{Node, Value};

/// The commands of a list.
pub(super) fn commands(reader: &mut Reader<'_>, node: &Node) -> Vec<Command> {
    let nodes = reader.list(node, "a list of commands");
    nodes.iter().filter_map(|node| command(reader, node)).collect()
}

fn command(reader: &mut Reader<'_>, node: &Node) -> Option<Command> {
    if let Value::Text(text) = &node.value {
        let replacement = (!text.contains('\n') && node.place.used.is_none())
            .then(|| format!("command: {}", reader.written(&node.place)));
        let problem = reader.wrong(node, "a command: a mapping with `name` and `command`");
        problem.replacement = replacement;
        return None;
    }
    let fields = reader.fields(node, &COMMAND)?;
    let place = node.head().clone();
    let template = values::text(reader, &fields, "tmux_template");
    let session = values::text(reader, &fields, "tmux_session");
    let hosted = template.is_some() || session.is_some();
    let command = Command {
        name: values::text(reader, &fields, "name"),
        run: values::run(reader, fields.get("command")),
        optional: values::flag(reader, &fields, "optional", false),
        background: values::flag(reader, &fields, "background", false),
        interactive: values::flag(reader, &fields, "interactive", hosted),
        timeout: values::timeout(reader, &fields),
        cwd: values::text(reader, &fields, "cwd"),
        environment: values::environment(reader, &fields),
        pass: values::variables(reader, &fields, "pass_env"),
        when: values::when(reader, &fields),
        supervision: supervision::of_command(reader, &fields),
        place,
        template,
        session,
    };
    consistent(reader, &command, &fields);
    Some(command)
}

/// Notes what cannot go together.
fn consistent(reader: &mut Reader<'_>, command: &Command, fields: &Fields<'_>) {
    if command.background && command.interactive {
        let flag = fields.get("background").or(fields.get("interactive"));
        let place = flag.map_or(&command.place, |node| &node.place);
        reader.problem(place, "a command cannot be `background` and have a terminal").help =
            Some("leave `background` out, or `interactive`, `tmux_template` and `tmux_session`".to_owned());
    }
    supervision::fits_command(reader, command);
    if fields.sound && command.run == Run::Nothing && (command.template.is_none() || !command.interactive) {
        reader.problem(&command.place, "a command has nothing to run").help =
            Some("add `command: …`, or a workspace by `tmux_template: …`".to_owned());
    }
}
