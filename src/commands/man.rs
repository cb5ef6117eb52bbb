//! `rune man`: rune(1) from the command line's own words, and rune.yaml(5) from the table of keys.

use std::fmt::Write;

use clap::{Arg, Command, CommandFactory};

use super::context::Context;
use crate::cli::{self, Cli};
use crate::config;
use crate::error::{Error, Result};

/// `rune man`
pub fn man(context: &Context, options: &cli::Man) -> Result<()> {
    let page = if options.page == "rune.yaml" { config::manual() } else { program()? };
    context.ui.result(&page);
    Ok(())
}

fn program() -> Result<String> {
    let mut command = Cli::command();
    command.build();
    let mut page = Vec::new();
    let failed = |error| Error::failed(format!("could not write the page: {error}"));
    clap_mangen::Man::new(command.clone())
        .title("RUNE")
        .section("1")
        .source("rune")
        .render(&mut page)
        .map_err(failed)?;
    let mut page = String::from_utf8_lossy(&page).into_owned();
    // clap's own list of commands and the version come at the end; ours has everything about them.
    page.truncate(page.find("\n.SH SUBCOMMANDS").map_or(page.len(), |end| end + 1));
    page += ".SH COMMANDS\nThe options above hold for every command.\n";
    for subcommand in visible(&command) {
        describe(&mut page, subcommand, "rune");
    }
    page += TAIL;
    Ok(page)
}

fn visible(command: &Command) -> impl Iterator<Item = &Command> {
    command.get_subcommands().filter(|below| !below.is_hide_set())
}

/// The part on one command, and on those below it.
fn describe(page: &mut String, command: &Command, above: &str) {
    let name = format!("{above} {}", command.get_name());
    let own: Vec<&Arg> = command
        .get_arguments()
        .filter(|argument| {
            !argument.is_hide_set() && !argument.is_global_set() && argument.get_id() != "help"
        })
        .collect();
    let usage = own.iter().map(|argument| usage(argument)).collect::<String>();
    let about = command.get_about().map(ToString::to_string).unwrap_or_default();
    let _ = write!(page, ".SS {}\n{}.\n", roff(&format!("{name}{usage}")), roff(&about));
    for argument in own {
        let help = argument.get_help().map(ToString::to_string).unwrap_or_default();
        let _ = write!(page, ".TP\n.B {}\n{}\n", roff(&words(argument)), roff(&help));
    }
    for below in visible(command) {
        describe(page, below, &name);
    }
}

/// An argument without a name of its own, as it stands in the usage.
fn usage(argument: &Arg) -> String {
    match (argument.is_positional(), argument.is_required_set()) {
        (false, _) => String::new(),
        (true, true) => format!(" {}", words(argument)),
        (true, false) => format!(" [{}]", words(argument)),
    }
}

/// How an argument is written.
fn words(argument: &Arg) -> String {
    let short = argument.get_short().map(|short| format!("-{short}"));
    let long = argument.get_long().map(|long| format!("--{long}"));
    let names = [short, long].into_iter().flatten().collect::<Vec<_>>().join(", ");
    let takes = argument.get_action().takes_values().then(|| argument.get_value_names()).flatten();
    let values = takes.unwrap_or_default().iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
    [names, values].iter().filter(|part| !part.is_empty()).cloned().collect::<Vec<_>>().join(" ")
}

/// Text that roff takes as it is.
fn roff(text: &str) -> String {
    let text = text.replace('\\', "\\e").replace('-', "\\-");
    if text.starts_with(['.', '\'']) { format!("\\&{text}") } else { text }
}

const TAIL: &str = "\
.SH EXIT STATUS
.TP
.B 0
It is done, or there was nothing to do.
.TP
.B 1
Something failed.
.TP
.B 2
The command line or the config has a mistake.
.TP
.B 3
There is no such thing, or it does not run.
.TP
.B 4
It was not ready in time.
.TP
.B 5
rune refused: it is not rune\\(aqs own, not to be trusted, or ambiguous.
.TP
.B 6
With \\-\\-check: something would change.
.TP
.B 130
Ctrl\\-C was pressed.
.PP
A command of a ritual that fails ends rune with its own exit code.
.SH ENVIRONMENT
.TP
.B RUNE_CONFIG
The config to read, before any is looked for; \\-f counts more.
.TP
.B RUNE_SOCKET
Name or path of the tmux server\\(aqs socket; \\-\\-socket\\-name and \\-\\-socket\\-path count more.
.TP
.B RUNE_TMUX
The tmux program; \\-\\-tmux counts more.
.TP
.B NO_COLOR, FORCE_COLOR
Never and always colour what is printed.
.SH FILES
.TP
.B rune.yaml, .rune.yaml
The config of a project; see
.BR rune.yaml (5).
.TP
.B ~/.local/state/rune
What ran: rituals, their logs, the journal of events, locks and reports (in $XDG_STATE_HOME, where that is set).
.TP
.B $XDG_RUNTIME_DIR/rune
What panes start from and what became of them.
.SH SEE ALSO
.BR rune.yaml (5),
.BR tmux (1)
";
