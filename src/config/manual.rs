//! rune.yaml(5), made from the keys.

use crate::config::keys::{
    COMMAND, CONFIG, ENVIRONMENT, GIT, Group, LIVE, NEED, NEED_OF_COMMAND, PANE, PROJECT, READY, RESTART,
    RITUALS, SETTINGS, SPLIT, START, STOP, STOP_RULE, TEMPLATE, WINDOW,
};

const HEAD: &str = "\
.SH NAME
rune.yaml \\- what rune brings up
.SH DESCRIPTION
A config says which commands start and stop work on a project (rituals) and which tmux session, windows and panes \
the work happens in (workspaces). `rune check` shows every mistake in one; `rune init` writes one to start from.
.SH FILES
The first of these is read:
.IP \\(bu 2
the file that `-f` names, else `$RUNE_CONFIG`
.IP \\(bu 2
`rune.yaml` or `.rune.yaml` in the working directory or above it, up to the home directory; its directory is \
the root of the project
.IP \\(bu 2
`$XDG_CONFIG_HOME/rune/config.yaml`, by default `~/.config/rune/config.yaml`
.IP \\(bu 2
`~/.rune/config.yaml`
.PP
With none of them a workspace with an editor and a shell serves. A file of another user is refused. With a \
file for all projects, the root is the nearest directory that a `detect` pattern fits, up to the top of the git work \
tree.
.SH EXAMPLE
.nf
workspace:
  session_name: \"{{.Project}}\"
  windows:
    - name: editor
      layout: main-vertical
      panes:
        - vim .
        - git status
    - name: server
      panes:
        - npm run dev
.fi
.SH KEYS
A key without a value counts as left out. Unknown and doubled keys are mistakes.
";

const TAIL: &str = "\
.SH TEMPLATES
In commands, names, directories, environment values, titles and conditions `{{ NAME }}` stands for a value: Project, \
Command (name of the ritual's command), Root, User, Host, Date and Branch, the workspace's `vars`, and what the command line gives as \
`NAME=VALUE`. `{{.Project}}` and `{{ project }}` mean the same. In a command a value is quoted for the shell. Every value \
is also in the environment, as RUNE_PROJECT and so on. `{{ '{{' }}` writes braces.
.SH SEE ALSO
.BR rune (1),
.BR tmux (1)
";

/// The groups in the order of the page, with their titles.
static SECTIONS: [(&str, &Group); 20] = [
    ("Top level", &CONFIG),
    ("settings", &SETTINGS),
    ("projects[]", &PROJECT),
    ("environment", &ENVIRONMENT),
    ("rituals", &RITUALS),
    ("rituals.start", &START),
    ("rituals.stop", &STOP),
    ("Commands of a ritual", &COMMAND),
    ("needs[] of a command", &NEED_OF_COMMAND),
    ("Workspaces and templates", &TEMPLATE),
    ("windows[]", &WINDOW),
    ("panes[]", &PANE),
    ("needs[]", &NEED),
    ("ready", &READY),
    ("restart", &RESTART),
    ("live", &LIVE),
    ("stop", &STOP_RULE),
    ("layout", &SPLIT),
    ("integrations.git", &GIT),
    ("Older keys", &crate::config::keys::INTEGRATIONS),
];

/// The manual page as roff.
pub fn manual() -> String {
    let mut page = String::from(".TH RUNE.YAML 5 \"\" rune\n");
    page.push_str(&emphasised(HEAD));
    for (title, group) in &SECTIONS {
        page.push_str(&format!(".SS {}\n", escaped(title)));
        for key in group.keys {
            page.push_str(&format!(".TP\n.B {}\n{}\n", escaped(key.name), emphasised(&escaped(key.about))));
        }
    }
    page.push_str(&emphasised(TAIL));
    page
}

/// Text that roff takes as it is.
fn escaped(text: &str) -> String {
    let text = text.replace('\\', "\\e").replace('-', "\\-");
    if text.starts_with(['.', '\'']) { format!("\\&{text}") } else { text }
}

/// What stands in backticks, bold.
fn emphasised(text: &str) -> String {
    let mut bold = false;
    let mut page = String::with_capacity(text.len() + 64);
    for c in text.chars() {
        match c {
            '`' => {
                bold = !bold;
                page.push_str(if bold { "\\fB" } else { "\\fR" });
            }
            c => page.push(c),
        }
    }
    page
}
