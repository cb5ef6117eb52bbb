//! Where in a script something is wrong that only the server, or rune, knows.

use super::Script;
use crate::config::tree::Place;
use crate::error::{Error, Problem, Problems, Result};
use crate::heroscript::{Action, Batch, Statement, batches};
use crate::live::{Scene, plan};

impl Script<'_> {
    /// Whether rune can do all of it.
    ///
    /// # Errors
    /// [`Error::Script`] with every action that it cannot do.
    pub(super) fn possible(&self) -> Result<()> {
        let problems: Vec<Problem> = self.statements.iter().filter_map(|one| self.impossible(one)).collect();
        if problems.is_empty() { Ok(()) } else { Err(Error::Script(vec![self.with_source(problems)])) }
    }

    fn impossible(&self, statement: &Statement) -> Option<Problem> {
        let (message, help) = match &statement.action {
            action if action.is_web() => {
                ("web terminals are not available yet", "take the action out: nothing of the script was done")
            }
            Action::PaneEnsure { log: Some(log), .. } | Action::PaneSplit { log: Some(log), .. }
                if log.path.is_some() =>
            {
                ("rune keeps logs in its own place only", "write `log` in the place of `logpath`")
            }
            _ => return None,
        };
        let mut problem = self.problem(statement, message.to_owned());
        problem.help = Some(help.to_owned());
        Some(problem)
    }

    /// A mistake at an action.
    fn problem(&self, statement: &Statement, message: String) -> Problem {
        let start = self.source.offset(statement.line, statement.column);
        let rest = self.source.text().get(start..).unwrap_or_default();
        let length = rest.find(char::is_whitespace).unwrap_or(rest.len());
        self.source.problem(&Place { span: start..start + length, used: None }, message)
    }

    fn with_source(&self, problems: Vec<Problem>) -> Problems {
        Problems { source: self.source.text().to_owned(), problems }
    }

    /// `cause` at the action of this line, `after` something was done.
    pub(super) fn error_at(&self, line: usize, after: bool, cause: Error) -> Error {
        let Some(statement) = self.statements.iter().find(|statement| statement.line == line) else {
            return cause;
        };
        let mut problem = self.problem(statement, cause.to_string());
        problem.help = cause.hint();
        Error::Action { at: vec![self.with_source(vec![problem])], after, cause: Box::new(cause) }
    }

    /// Line of the first action of a batch that cannot be planned with those before it.
    pub(super) fn wrong_line(&self, batch: &Batch, scene: &Scene<'_>) -> usize {
        let first = self.statements.iter().position(|statement| statement.line == batch.line());
        let own = &self.statements[first.unwrap_or_default()..];
        let fails = |end: &usize| {
            let part = batches(&own[..*end]);
            let mut operations = part.iter().map(|batch| batch.operation(scene));
            operations.any(|operation| operation.and_then(|operation| plan(&operation, scene)).is_err())
        };
        let count = own.iter().take_while(|statement| statement.action.is_declarative()).count();
        let wrong = (1..=count).find(fails).map_or(0, |end| end - 1);
        own.get(wrong).map_or(batch.line(), |statement| statement.line)
    }
}
