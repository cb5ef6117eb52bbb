//! How commands of rituals are kept.

use super::super::reader::{Fields, Reader};
use super::super::{Command, Run};
use super::{Ask, Supervision, need, read};

/// What a command declares.
pub(in crate::config::raw) fn of_command(reader: &mut Reader<'_>, fields: &Fields<'_>) -> Supervision {
    Supervision { needs: need::needs(reader, fields, need::Of::Command), ..read(reader, fields) }
}

/// Notes what `command` cannot have, being what it is.
pub(in crate::config::raw) fn fits_command(reader: &mut Reader<'_>, command: &Command) {
    let supervision = &command.supervision;
    for (key, place) in &supervision.keys {
        match *key {
            "ready" | "restart" | "live" | "stop" | "log"
                if !command.background || command.run == Run::Nothing =>
            {
                reader.problem(place, format!("only a background command can have `{key}`")).help =
                    Some("add `background: true`, or leave it out".to_owned());
            }
            "log" if supervision.log.as_ref().is_some_and(|log| !log.on) => {
                reader.problem(place, "the output of a background command is always logged").help =
                    Some("leave `log` out".to_owned());
            }
            "log" if supervision.log.as_ref().is_some_and(|log| log.size.is_some()) => {
                reader
                    .problem(place, "the output of a background command goes to a plain file without a limit")
                    .help = Some("leave `log` out".to_owned());
            }
            "stop"
                if matches!(
                    supervision.stop.as_ref().and_then(|stop| stop.ask.as_ref()),
                    Some(Ask::Keys(_))
                ) =>
            {
                reader.problem(place, "a background command has no terminal to type into").help =
                    Some("use `signal` or `command`".to_owned());
            }
            _ => {}
        }
    }
}
