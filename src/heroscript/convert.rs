//! A script as a config: `rune convert`.

mod operate;
mod yaml;

use super::Statement;
use super::wanted::{Session, ensure};

/// A script as a config.
#[derive(Clone, Debug, PartialEq)]
pub struct Converted {
    /// The text of a `rune.yaml`; comments at its head name what it does not carry over.
    pub config: String,
    /// The same, line by line.
    pub lost: Vec<Lost>,
    /// The sessions that it declares.
    pub sessions: Vec<Session>,
}

/// Something that a config cannot say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lost {
    /// Line of the action, from 1, where it is a single one.
    pub line: Option<usize>,
    /// What is lost, in words.
    pub what: String,
}

/// The config with the workspace that `statements` end up with; `from` is the script's name.
///
/// # Errors
///
/// When the YAML library cannot write a text, in its words.
pub fn convert(statements: &[Statement], from: &str) -> Result<Converted, String> {
    let (mut sessions, mut lost) = (Vec::new(), Vec::new());
    for statement in statements {
        ensure(&mut sessions, &statement.action);
        let why = operate::operate(&mut sessions, &statement.action);
        lost.extend(why.into_iter().map(|what| Lost { line: Some(statement.line), what }));
    }
    for session in &mut sessions {
        operate::settle(session, &mut lost);
    }
    let config = yaml::config(&sessions, &lost, from)?;
    Ok(Converted { config, lost, sessions })
}
