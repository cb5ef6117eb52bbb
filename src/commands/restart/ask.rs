//! What a runner is asked for, and what comes of it.

use std::path::Path;
use std::time::Duration;

use crate::control;
use crate::record::{PaneId, State};
use crate::supervise::{self, Reply, Wish};

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
    /// It will start as soon as what it needs is there.
    Waits,
    /// These processes are still there.
    Survived(Vec<String>),
    /// The runner cannot or will not, and says why.
    Failed(String),
    /// No runner listens, or one that does not know the request.
    Nobody,
}

/// Asks the runner of a pane, whose socket is in this directory, and waits for so long.
pub type Ask<'a> = &'a (dyn Fn(&Path, &PaneId, Request, Duration) -> Answer + Sync);

/// Asks by the runner's socket.
pub fn runner(directory: &Path, id: &PaneId, request: Request, by: &str, limit: Duration) -> Answer {
    let wish = match request {
        Request::Stop => Wish::Stop,
        Request::Start => Wish::Start,
        Request::Restart => Wish::Restart,
    };
    let asked = match control::send(directory, id, &supervise::Request::new(wish, by), limit) {
        Ok(asked) => asked,
        Err(_) => return Answer::Nobody,
    };
    match asked.answer() {
        Ok(Reply { ok: true, state: Some(State::Waiting), .. }) if request != Request::Stop => Answer::Waits,
        Ok(Reply { ok: true, .. }) => Answer::Done,
        Ok(Reply { refused: Some(why), .. }) => Answer::Failed(why),
        Ok(Reply { survivors, .. }) if !survivors.is_empty() => Answer::Survived(survivors),
        Ok(Reply { state: Some(state), .. }) => Answer::Failed(state.to_string()),
        Ok(_) => Answer::Failed("its runner could not do it".to_owned()),
        Err(error) => Answer::Failed(error.to_string()),
    }
}
