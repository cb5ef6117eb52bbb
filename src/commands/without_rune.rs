//! A plan as a script for tmux alone, where rune need not be installed.

use super::bring_up::Planned;
use super::context::{self, Context};
use crate::command;
use crate::plan::Launch;
use crate::project::Project;
use crate::quote;
use crate::tmux::render;
use crate::workspace::{Command, OnExit, one_line};

/// Runs its words, then becomes the shell in `$0`. Ctrl-C is for the command.
const THEN_SHELL: &str = r#"trap : INT QUIT; "$@"; trap - INT QUIT; exec "$0""#;

/// Runs its words, then waits for Enter.
const THEN_WAIT: &str =
    r#"trap : INT QUIT; "$@"; printf '\n[ended with exit code %s: Enter closes]\n' "$?"; read -r _"#;

/// A tmux script that does the plan without rune: commands run by `sh -c`, and what the config
/// passes of the environment is left out.
pub fn script(context: &Context, project: &Project, planned: &Planned) -> String {
    let shell = context.shell();
    let script = render::render(
        &planned.plan,
        &render::Context {
            version: planned.version,
            nonce: "rune:",
            argv: &|launch| argv(launch, &shell),
            writer: &|_| None,
            directory: &|_| String::new(),
            server_options: if planned.running { &[] } else { render::SERVER_OPTIONS },
        },
    );
    head(context, project) + &script.text()
}

/// What starts a pane: its declared variables, its command, and what becomes of it afterwards.
fn argv(launch: &Launch, shell: &str) -> Vec<String> {
    let pane = &launch.pane;
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    let mut all = words(&["env"]);
    all.extend(pane.environment.iter().map(|(name, value)| format!("{name}={value}")));
    match pane.on_exit {
        _ if pane.command == Command::Shell => {}
        OnExit::Shell => all.extend(words(&["sh", "-c", THEN_SHELL, shell])),
        OnExit::Keep => all.extend(words(&["sh", "-c", THEN_WAIT, "sh"])),
        OnExit::Close => {}
    }
    all.extend(command::argv(&pane.command, pane.login, shell));
    all
}

/// What this is and how it is used, as comments.
fn head(context: &Context, project: &Project) -> String {
    let mut tmux = context.server.words();
    tmux.extend(["start-server", ";", "source-file", "THIS-FILE"].map(str::to_owned));
    let from = context::origin(project);
    [
        format!("project `{}` at {}, from {from}, for tmux alone", project.name, project.root.display()),
        format!("run it with: {}", quote::argv(&tmux)),
        "commands inherit the tmux server's environment, not what `pass` and `pass_env` name".to_owned(),
    ]
    // A name may have a line break, and what follows that would be a command.
    .map(|line| format!("# {}\n", one_line(&line)))
    .concat()
}
