//! Commands for the tests of this module.

use crate::ritual::RitualCommand;
use crate::workspace::Command;

/// A command of a project that runs this script, and has nothing else declared.
pub fn command(name: &str, text: &str) -> RitualCommand {
    RitualCommand {
        name: name.to_owned(),
        global: false,
        command: Some(Command::Script(text.to_owned())),
        optional: false,
        background: false,
        interactive: None,
        timeout: None,
        cwd: "/w".into(),
        environment: Default::default(),
        pass: Vec::new(),
        when: None,
        needs: Vec::new(),
        supervision: Default::default(),
    }
}
