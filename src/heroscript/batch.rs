//! What `rune run` does, in order.

use serde::Serialize;

use super::Statement;
use super::wanted::{Session, ensure};

/// One thing after another: what is before it is done when it starts.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Batch {
    /// Consecutive declarative actions: one plan and one tmux process.
    Ensure {
        /// Line of the first of them, from 1.
        line: usize,
        /// What they want together.
        sessions: Vec<Session>,
    },
    /// One imperative action.
    Operate(Box<Statement>),
}

/// The actions as they are executed: each run of declarative ones is added up, with parents that no
/// action names; the others stay as they are.
pub fn batches(statements: &[Statement]) -> Vec<Batch> {
    let mut batches = Vec::new();
    for run in statements.chunk_by(|a, b| a.action.is_declarative() && b.action.is_declarative()) {
        match run {
            [Statement { action, line, .. }, ..] if action.is_declarative() => {
                let mut sessions = Vec::new();
                run.iter().for_each(|statement| ensure(&mut sessions, &statement.action));
                batches.push(Batch::Ensure { line: *line, sessions });
            }
            _ => batches.extend(run.iter().cloned().map(|one| Batch::Operate(Box::new(one)))),
        }
    }
    batches
}

impl Batch {
    /// Line of its first action, from 1.
    pub fn line(&self) -> usize {
        match self {
            Batch::Ensure { line, .. } => *line,
            Batch::Operate(statement) => statement.line,
        }
    }

    /// Whether it needs what rune does not have yet.
    pub fn is_unavailable(&self) -> bool {
        matches!(self, Batch::Operate(statement) if statement.action.is_web())
    }
}
