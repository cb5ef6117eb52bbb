//! The life of one command, as a value: what happened goes in, what is to be done comes out.
//!
//! Time is an argument: the time since some moment before, by a clock that nobody sets.

mod checks;
mod ended;
mod ending;
mod life;
mod needs;
mod request;
mod restarts;
mod running;
mod said;
mod waiting;
mod wishes;

#[cfg(test)]
mod tests;

pub use checks::Which;
pub use life::Life;
pub use needs::{Seen, concerns, duration, label, name, unmet};
pub use request::{Reply, Request, SCHEMA, Wish};
pub use said::{is_own, is_question};
pub use waiting::STARTER;

use crate::event::What;
use crate::record::State;
use crate::workspace::OnExit;
use crate::workspace::supervision::{Ask, Supervision};

/// What is declared about the life of a command.
#[derive(Clone, Debug)]
pub struct Policy {
    /// How it is kept.
    pub supervision: Supervision,
    /// What becomes of the pane when it ends.
    pub on_exit: OnExit,
    /// The command, for people.
    pub summary: String,
}

/// What somebody who waits for an answer is known by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ticket(pub u64);

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// The pane is there.
    Begin,
    /// What is needed and not there, each in a sentence.
    Needs(Vec<String>),
    /// The command was started, as this process.
    Started(u32),
    /// The command could not be started, for this reason.
    NotStarted(String),
    /// The command ended.
    Ended(State),
    /// A signal stopped the command.
    Stopped,
    /// The command goes on.
    Continued,
    /// A probe holds, or why not.
    Answered(Which, Result<(), String>),
    /// This was typed while the terminal is the runner's; nothing for an empty line.
    Typed(Option<char>),
    /// Ctrl-D, while the terminal is the runner's.
    EndOfInput,
    /// The shell in the pane ended.
    ShellEnded,
    /// Nothing is left of what is being ended.
    Gone,
    /// The log has everything that was printed.
    Logged,
    /// Somebody asks for something, and for an answer.
    Asked(Request, Ticket),
    /// The pane is to end with its command, which somebody else ends.
    Leave,
    /// The command and the pane are to end, for this reason.
    Terminate(&'static str),
    /// Time passed.
    Tick,
}

/// Something to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Look whether all that is needed is there, now and when it changes: [`Event::Needs`].
    Look,
    /// Start the command in the foreground: [`Event::Started`] or [`Event::NotStarted`].
    Start,
    /// Note that it ended like this.
    Last(State),
    /// Replace the record by one that says this.
    Note(Notes),
    /// Add a line to the journal, with who did it.
    Journal(What, Option<String>),
    /// Try a probe: [`Event::Answered`].
    Try(Which),
    /// Forget the probes that are being tried.
    StopTrying,
    /// Take the terminal for the runner, and remember the command's modes.
    Take,
    /// Give the terminal to the command, and let it go on.
    Give,
    /// Switch off what a killed program left on.
    Reset,
    /// Print a line.
    Say(String),
    /// Print a question and wait for a line: [`Event::Typed`].
    Question(String),
    /// Show this, in the place of what was shown before, and wait for a key: [`Event::Typed`].
    Show(String),
    /// Start the user's shell: [`Event::ShellEnded`].
    Shell,
    /// Take a picture of all processes of the pane; from now on say when they are gone: [`Event::Gone`].
    Hunt,
    /// Ask the command to end.
    Ask(Ask),
    /// Ask each of the processes to end.
    Terminate,
    /// Kill them.
    Kill,
    /// Answer those who asked; where it says so, with what is left of the processes.
    Reply(Vec<Ticket>, Reply, bool),
    /// Have the log catch up: [`Event::Logged`].
    Flush,
    /// The end of the runner; of the pane as well, unless somebody else sees to that.
    Close {
        /// Whether the runner has the pane closed.
        ours: bool,
    },
}

/// What a record says that is not about processes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notes {
    /// What the command does.
    pub state: State,
    /// Whether somebody asked for its end.
    pub asked: bool,
    /// How often it was started again.
    pub restarts: u32,
    /// What it waits for.
    pub waits: Vec<String>,
    /// What a probe said last that failed.
    pub probe: Option<String>,
    /// Whether it was not ready in time.
    pub late: bool,
}
