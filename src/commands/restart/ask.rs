//! What a runner is asked for, and what comes of it.

use std::path::Path;
use std::time::Duration;

use crate::record::PaneId;

/// What a runner is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Request {
    /// Its command is to end by its stop rules.
    Stop,
    /// Its command is to start.
    Start,
    /// Both.
    Restart,
}

impl Request {
    /// What was done when it is.
    pub fn done(self) -> &'static str {
        match self {
            Request::Stop => "stopped",
            Request::Start => "started",
            Request::Restart => "restarted",
        }
    }
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It is done.
    Done,
    /// These processes are still there.
    Survived(Vec<String>),
    /// The runner cannot or will not, and says why.
    Failed(String),
    /// No runner listens, or one that does not know the request.
    Nobody,
}

/// Asks the runner of a pane, whose socket is in this directory, and waits for so long.
pub type Ask<'a> = &'a (dyn Fn(&Path, &PaneId, Request, Duration) -> Answer + Sync);

/// Where runners cannot be asked.
pub fn nobody(_: &Path, _: &PaneId, _: Request, _: Duration) -> Answer {
    Answer::Nobody
}
