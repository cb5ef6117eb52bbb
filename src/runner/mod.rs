//! The first process of a pane: keeps the pane's command as its [`Life`] says.
//!
//! The command runs in its own foreground process group, so keys, resize and job control are
//! between it and the kernel. The runner sleeps in `poll` until something happens; it owns the terminal
//! only while the command waits, is stopped or has ended. In the end it gives the terminal to the
//! user's shell, waits for a key, or closes the pane. It always ends with exit code 0, so that tmux,
//! which keeps panes that failed, keeps only those whose runner was killed.

mod chase;
mod children;
mod events;
mod headless;
mod lines;
mod logged;
mod pane;
mod perform;
mod program;
mod signals;
mod socket;
mod terminal;
mod wants;

use std::collections::VecDeque;
use std::io;
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags};
use rustix::process::{Pid, getpid, set_child_subreaper};
use rustix::stdio::stdin;
use rustix::termios::Termios;

use crate::cast::Mark;
use crate::control;
use crate::probe::Attempt;
use crate::record::PaneId;
use crate::store::{Store, Variable};
use crate::supervise::{Event, Life, Policy, Which};
use chase::Chase;
use children::{Change, Children};
use events::{Events, Told};
pub use headless::keep;
use lines::Lines;
use logged::Logged;
pub use pane::Server;
use pane::{Pane, simplest_shell};
use socket::Socket;
use terminal::Terminal;
use wants::Wants;

/// Runs the pane `id` from the store in `directory`; `inherited` is the environment that tmux gave
/// the pane, and `server` is what tmux does for it.
pub fn run(directory: &Path, id: &PaneId, inherited: Vec<Variable>, server: Server) -> ExitCode {
    let read = Store::open(directory).and_then(|store| Ok((store.read_specification(id)?, store)));
    let mut terminal = Terminal::new();
    let why = match read {
        Err(error) => error.to_string(),
        Ok(((specification, environment), store)) => {
            let mut pane = Pane::new(store, specification, environment, &inherited, server);
            drop(inherited);
            if pane.specification.supervision.logs() {
                terminal.is_logged(id);
            }
            if pane.specification.becomes_command() {
                let look = || terminal.whisper(&Mark::Look.bytes(id));
                look();
                pane.become_command(look)
            } else {
                match Runner::new(pane, terminal) {
                    Ok(runner) => return runner.run(),
                    Err(error) => format!("could not listen for signals: {error}"),
                }
            }
        }
    };
    Terminal::new().say(&format!("rune: {why}; this is a shell"));
    let _ = simplest_shell().exec();
    ExitCode::SUCCESS
}

/// How long after its start tmux is made to look at a command: it is loaded by then, and a workspace is up,
/// which this would only delay. By itself tmux looks twice a second.
const SEEN: Duration = Duration::from_millis(300);

/// A pane, its life, and everything that the two have open.
struct Runner {
    pane: Pane,
    life: Life,
    begin: Instant,
    terminal: Terminal,
    front: Front,
    /// The terminal modes of a stopped command.
    modes: Option<Termios>,
    events: Events,
    children: Children,
    command: Option<Pid>,
    /// When tmux is made to look at it.
    unseen: Option<Instant>,
    shell: Option<Pid>,
    wants: Option<Wants>,
    attempts: Vec<(Which, Attempt)>,
    lines: Option<Lines>,
    chase: Option<Chase>,
    socket: Option<Socket>,
    logged: Option<Logged>,
    done: bool,
}

/// Who has the terminal.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Front {
    /// The command or a shell, or the runner without a question.
    Other,
    /// The runner, which waits for a line.
    Question,
    /// The runner, which shows a line and waits for a key.
    Line,
}

impl Runner {
    fn new(pane: Pane, terminal: Terminal) -> io::Result<Runner> {
        let events = Events::new()?;
        signals::ignore_terminal();
        // Children that outlive the command come to the runner, so its tree stays whole.
        let _ = set_child_subreaper(Some(getpid()));
        let specification = &pane.specification;
        let policy = Policy {
            supervision: specification.supervision.clone(),
            on_exit: specification.on_exit,
            summary: specification.summary.clone(),
        };
        let life = if terminal.is_there() { Life::new(policy) } else { Life::without_terminal(policy) };
        Ok(Runner {
            pane,
            life,
            begin: now(),
            terminal,
            front: Front::Other,
            modes: None,
            events,
            children: Children::default(),
            command: None,
            unseen: None,
            shell: None,
            wants: None,
            attempts: Vec::new(),
            lines: None,
            chase: None,
            socket: None,
            logged: None,
            done: false,
        })
    }

    fn run(mut self) -> ExitCode {
        self.feed(Event::Begin);
        // After the start, which it would only delay.
        let specification = &self.pane.specification;
        let listener = control::listen(self.pane.store().directory(), &specification.tag.id);
        self.socket = listener.ok().map(Socket::new);
        while !self.done {
            let typed = self.wait();
            for event in self.happened(typed) {
                self.feed(event);
            }
        }
        ExitCode::SUCCESS
    }

    /// Has the life take what happened, and does what it says.
    fn feed(&mut self, event: Event) {
        let mut queue = VecDeque::from([event]);
        while let Some(event) = queue.pop_front() {
            for effect in self.life.handle(event, self.now()) {
                queue.extend(self.perform(effect));
            }
        }
    }

    /// The clock of the life: nobody sets it.
    fn now(&self) -> Duration {
        now().saturating_duration_since(self.begin)
    }

    /// Sleeps until something happens; what there is of the terminal's input.
    fn wait(&self) -> PollFlags {
        let stdin = stdin();
        let mut sources = Vec::new();
        if self.front != Front::Other {
            sources.push(PollFd::new(&stdin, PollFlags::IN));
        }
        sources.extend(self.wants.iter().filter_map(Wants::source));
        let attempts = self.attempts.iter().filter_map(|(_, attempt)| attempt.source());
        sources.extend(attempts.map(|(source, flags)| PollFd::from_borrowed_fd(source, flags)));
        sources.extend(self.lines.iter().filter_map(Lines::source));
        sources.extend(self.chase.iter().flat_map(Chase::sources));
        sources.extend(self.socket.iter().flat_map(Socket::sources));
        sources.extend(self.logged.iter().filter_map(Logged::source));
        let own = self.life.deadline(self.now()).map(|deadline| self.begin + deadline);
        let attempts = self.attempts.iter().map(|(_, attempt)| attempt.until());
        let lines = self.lines.as_ref().and_then(Lines::until);
        let logged = self.logged.as_ref().and_then(Logged::until);
        let others = [lines, logged, self.chase.as_ref().map(Chase::again), self.unseen];
        let until = attempts.chain(own).chain(others.into_iter().flatten()).min();
        let time = until.map(|until| until.saturating_duration_since(now()));
        let ready = self.events.wait(sources, time);
        match self.front {
            Front::Other => PollFlags::empty(),
            Front::Question | Front::Line => ready.first().copied().unwrap_or(PollFlags::empty()),
        }
    }

    /// What happened while it slept.
    fn happened(&mut self, typed: PollFlags) -> Vec<Event> {
        let mut events = Vec::new();
        for told in self.events.told() {
            match told {
                Told::Leave => events.push(Event::Leave),
                Told::Terminate => events.push(Event::Terminate("SIGTERM")),
                Told::Child => {}
            }
        }
        // Before the children are looked at: the end of each of them comes before that of all.
        let gone = self.chase.as_mut().is_some_and(|chase| chase.gone(true));
        self.children.collect();
        events.extend(self.command_changed());
        events.extend(self.shell_changed());
        if self.unseen.is_some_and(|due| due <= now()) {
            self.have_it_seen();
        }
        if gone {
            self.chase = None;
            events.push(Event::Gone);
        }
        events.extend(self.answers());
        let mut starts = false;
        if self.wants.is_some() {
            let needs = self.needs();
            starts = needs == Event::Needs(Vec::new());
            events.push(needs);
        }
        let requests = self.socket.as_mut().map(Socket::requests).unwrap_or_default();
        events.extend(requests.into_iter().map(|(request, ticket)| Event::Asked(request, ticket)));
        if self.logged.as_mut().is_some_and(Logged::done) {
            events.push(Event::Logged);
        }
        // What was typed now is for the command that is about to start.
        if !starts {
            events.extend(self.input(typed));
        }
        let now = self.now();
        if self.life.deadline(now).is_some_and(|deadline| deadline <= now) {
            events.push(Event::Tick);
        }
        events
    }

    fn command_changed(&mut self) -> Option<Event> {
        match self.children.change(self.command?)? {
            Change::Ended(end) => {
                self.command = None;
                Some(Event::Ended(end))
            }
            Change::Stopped => Some(Event::Stopped),
            Change::Continued => Some(Event::Continued),
        }
    }

    fn shell_changed(&mut self) -> Option<Event> {
        let shell = self.shell?;
        match self.children.change(shell)? {
            Change::Ended(_) => {
                self.shell = None;
                self.terminal.take();
                Some(Event::ShellEnded)
            }
            Change::Stopped => {
                self.terminal.give(shell, None);
                perform::signal(shell, rustix::process::Signal::CONT);
                None
            }
            Change::Continued => None,
        }
    }

    /// The answers of the probes that have one.
    fn answers(&mut self) -> Vec<Event> {
        let lines = self.lines.as_mut().map(Lines::answers).unwrap_or_default();
        let mut answers: Vec<Event> =
            lines.into_iter().map(|(which, answer)| Event::Answered(which, answer)).collect();
        for (which, mut attempt) in std::mem::take(&mut self.attempts) {
            let end = attempt.process().and_then(|pid| self.children.change(pid));
            if let Some(Change::Ended(end)) = end {
                attempt.ended(&end);
            }
            match attempt.advance() {
                Some(answer) => answers.push(Event::Answered(which, answer)),
                None => self.attempts.push((which, attempt)),
            }
        }
        answers
    }

    /// What is needed and not there.
    fn needs(&mut self) -> Event {
        let (store, server) = (self.pane.store(), self.pane.tmux_server());
        let needs = &self.pane.specification.supervision.needs;
        let wants = self.wants.get_or_insert_with(|| Wants::new(store, needs, server));
        let unmet = wants.unmet(store, needs, server);
        if unmet.is_empty() {
            self.wants = None;
        }
        Event::Needs(unmet)
    }

    /// What was typed, where the runner asked for it.
    fn input(&mut self, ready: PollFlags) -> Vec<Event> {
        if ready.is_empty() {
            return Vec::new();
        }
        if ready != PollFlags::IN {
            return vec![Event::Terminate("hang-up")];
        }
        match self.front {
            Front::Other => Vec::new(),
            Front::Question => match self.terminal.read_line() {
                Some(line) => vec![Event::Typed(line.chars().next())],
                None => vec![Event::EndOfInput],
            },
            Front::Line => {
                let key = |byte| if matches!(byte, b'\n' | b'\r') { None } else { Some(char::from(byte)) };
                self.terminal.keys().into_iter().map(|byte| Event::Typed(key(byte))).collect()
            }
        }
    }
}

#[allow(clippy::disallowed_methods)] // the one clock of a runner
fn now() -> Instant {
    Instant::now()
}
