//! What happens while a ritual runs, and how it is said.

use std::path::PathBuf;
use std::time::Duration;

use crate::ritual::{Condition, Phase};
use crate::workspace::Key;

/// Something that happens while a ritual runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// Another rune runs a ritual of this project; we wait for it.
    Waiting {
        /// Who that is, as in "`rune start` (pid 12)".
        holder: String,
    },
    /// The ritual has run before and is not run again.
    AlreadyRan {
        /// Which one.
        phase: Phase,
        /// How long ago it ended.
        ago: Duration,
    },
    /// The ritual did not come to its end the last time, and starts again.
    Again {
        /// Which one.
        phase: Phase,
        /// How long ago it was begun.
        ago: Duration,
    },
    /// A command begins.
    Begins {
        /// Its name.
        name: String,
    },
    /// A command has been running for some time; about once a second.
    Passed {
        /// Its name.
        name: String,
        /// For how long.
        time: Duration,
        /// Whether it has a time-out.
        limited: bool,
    },
    /// A command takes over the terminal until it ends.
    TakesTerminal {
        /// Its name.
        name: String,
    },
    /// A command that wants a terminal runs without one.
    NoTerminal {
        /// Its name.
        name: String,
    },
    /// A command is done with, one way or another.
    Done {
        /// Its name.
        name: String,
        /// Which way.
        how: How,
        /// What it printed.
        output: Vec<u8>,
    },
    /// A background command is ready.
    Ready {
        /// Its name.
        name: String,
        /// How long it was waited for.
        time: Duration,
    },
    /// A background command still runs, and nobody starts it again.
    RunnerLost {
        /// Its name.
        name: String,
    },
    /// At the end of the ritual one of its background commands has already ended.
    BackgroundEnded {
        /// Its name.
        name: String,
        /// How it ended, as in "exited 3".
        end: String,
        /// Where its output is.
        log: PathBuf,
    },
    /// What the ritual does could not be written down; it goes on, and the next one may do it again.
    NotNoted {
        /// Why.
        why: String,
    },
    /// Something would not end.
    Survived {
        /// The name of the command that it comes from.
        name: String,
        /// What and with which pid.
        processes: Vec<String>,
    },
}

/// What became of one command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum How {
    /// It ended well.
    Ended {
        /// How long it took.
        time: Duration,
    },
    /// It ended otherwise.
    Failed {
        /// How, as in "exited 3".
        end: String,
        /// How long it took.
        time: Duration,
        /// Whether the ritual goes on.
        optional: bool,
    },
    /// It, or what it needs, was not ready.
    NotReady {
        /// Why, as in "was not ready in 5 s: tcp 5432: connection refused".
        why: String,
        /// Whether the ritual goes on.
        optional: bool,
    },
    /// It runs in the background.
    Background {
        /// Its process id.
        pid: u32,
        /// Where its output goes.
        log: PathBuf,
    },
    /// It was running in the background already.
    Kept {
        /// Where its output goes.
        log: PathBuf,
    },
    /// Its condition does not hold.
    Skipped {
        /// Which one.
        condition: Condition,
    },
    /// It is the workspace that comes up after the ritual.
    Workspace {
        /// Its key.
        key: Key,
        /// The declared text beside it, in one line.
        text: Option<String>,
    },
    /// It runs in a session that comes up after the ritual.
    Session {
        /// Its declared name.
        name: String,
        /// What runs in it, in one line.
        text: Option<String>,
    },
    /// It has nothing to run.
    Nothing,
}

/// What to show for an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shown {
    /// Nothing.
    Nothing,
    /// The live line of a terminal, which replaces the one before and gives way to whatever comes
    /// next. Without a terminal it is not shown.
    Live(String),
    /// Lines that stay.
    Lines(Vec<Line>),
}

/// A line that stays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// How it is meant.
    pub tone: Tone,
    /// Its text; no control characters.
    pub text: String,
}

/// How a line is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// Something went well.
    Good,
    /// Something failed.
    Bad,
    /// Something to know.
    Note,
    /// What a command printed.
    Output,
}

/// How long a command runs before its line says so.
const LONG: Duration = Duration::from_secs(30);

/// How many lines of a failed command's output are shown without `-v`.
const TAIL: usize = 40;

/// What to show for `event`; `verbose` shows the output of every command, and all of it.
pub fn show(event: &Event, verbose: bool) -> Shown {
    let note = |text: String| Shown::Lines(vec![Line { tone: Tone::Note, text }]);
    match event {
        Event::Waiting { holder } => {
            note(format!("waiting for {holder}, which runs a ritual of this project"))
        }
        Event::AlreadyRan { phase, ago } => note(format!(
            "the {phase} ritual ran {}; `rune stop` or `--ritual` lets it run again",
            when(*ago)
        )),
        Event::Again { phase, ago } => note(format!(
            "the {phase} ritual that began {} did not come to its end and starts again",
            when(*ago)
        )),
        Event::Begins { name } => Shown::Live(format!("· {}", plain(name))),
        Event::Passed { name, time, limited } => {
            let hint = if *time >= LONG && !limited { "; `timeout` in the config sets a limit" } else { "" };
            Shown::Live(format!("· {}  {}{hint}", plain(name), duration(*time)))
        }
        Event::TakesTerminal { name } => note(format!("· {}  in this terminal", plain(name))),
        Event::NoTerminal { name } => {
            note(format!("· {}  runs without a terminal, since there is none", plain(name)))
        }
        Event::Done { name, how, output } => done(name, how, output, verbose),
        Event::Ready { name, time } => Shown::Lines(vec![Line {
            tone: Tone::Good,
            text: format!("✓ {}  ready after {}", plain(name), duration(*time)),
        }]),
        Event::RunnerLost { name } => Shown::Lines(vec![Line {
            tone: Tone::Bad,
            text: format!(
                "✗ {}  lost its runner, so it is not started again; `rune stop` ends what is left",
                plain(name)
            ),
        }]),
        Event::BackgroundEnded { name, end, log } => Shown::Lines(vec![Line {
            tone: Tone::Bad,
            text: format!("✗ {}  {end} in the background, log {}", plain(name), log.display()),
        }]),
        Event::NotNoted { why } => {
            Shown::Lines(vec![Line { tone: Tone::Bad, text: format!("✗ {why}; it goes on nevertheless") }])
        }
        Event::Survived { name, processes } => Shown::Lines(vec![Line {
            tone: Tone::Bad,
            text: format!("✗ {}  would not end: {}", plain(name), processes.join(", ")),
        }]),
    }
}

fn done(name: &str, how: &How, output: &[u8], verbose: bool) -> Shown {
    let (tone, mark, what) = match how {
        How::Ended { time } => (Tone::Good, '✓', duration(*time)),
        How::Failed { end, time, optional } => {
            let so = if *optional { "; optional, so the ritual goes on" } else { "" };
            (Tone::Bad, '✗', format!("{end} after {}{so}", duration(*time)))
        }
        How::NotReady { why, optional } => {
            let so = if *optional { "; optional, so the ritual goes on" } else { "" };
            (Tone::Bad, '✗', format!("{}{so}", plain(why)))
        }
        How::Background { pid, log } => {
            (Tone::Good, '✓', format!("in the background (pid {pid}), log {}", log.display()))
        }
        How::Kept { log } => {
            (Tone::Good, '✓', format!("still runs in the background, log {}", log.display()))
        }
        How::Skipped { condition } => (Tone::Note, '-', format!("skipped: `{condition}` does not hold")),
        How::Workspace { key, text: None } => (Tone::Note, '→', format!("workspace `{key}`")),
        How::Workspace { key, text: Some(text) } => (Tone::Note, '→', format!("workspace `{key}`: {text}")),
        How::Session { name, text: None } => (Tone::Note, '→', format!("session `{name}`")),
        How::Session { name, text: Some(text) } => (Tone::Note, '→', format!("session `{name}`: {text}")),
        How::Nothing => (Tone::Note, '-', "has nothing to run".to_owned()),
    };
    let mut lines = vec![Line { tone, text: format!("{mark} {}  {what}", plain(name)) }];
    if verbose || matches!(how, How::Failed { .. }) {
        lines.extend(shown_output(output, if verbose { usize::MAX } else { TAIL }));
    }
    Shown::Lines(lines)
}

/// The last `count` lines of what a command printed.
fn shown_output(output: &[u8], count: usize) -> Vec<Line> {
    let text = String::from_utf8_lossy(output);
    let lines: Vec<String> = text.lines().map(|line| format!("    {}", last_state(line))).collect();
    let left_out = lines.len().saturating_sub(count);
    let note = (left_out > 0)
        .then(|| format!("    … {} before; `-v` shows all", crate::error::counted(left_out, "line")));
    let tail = lines.into_iter().skip(left_out);
    note.into_iter().chain(tail).map(|text| Line { tone: Tone::Output, text }).collect()
}

/// What a line shows in the end, if it was written over by carriage returns.
fn last_state(line: &str) -> String {
    let line = line.trim_end_matches('\r');
    plain(line.rsplit('\r').next().unwrap_or(line))
}

/// `text` without escape sequences and control characters; a tab becomes a blank.
pub(crate) fn plain(text: &str) -> String {
    let mut plain = String::new();
    let mut characters = text.chars();
    while let Some(c) = characters.next() {
        match c {
            '\x1b' => match characters.next() {
                Some('[') => drop(characters.by_ref().find(|c| ('@'..='~').contains(c))),
                Some(']') => drop(characters.by_ref().find(|c| matches!(c, '\x07' | '\x1b'))),
                _ => {}
            },
            '\t' => plain.push(' '),
            c if c.is_control() => {}
            c => plain.push(c),
        }
    }
    plain
}

/// `0.4 s`, `12 s`, `2 min 5 s`, `3 h 20 min`, `2 d 4 h`.
pub fn duration(time: Duration) -> String {
    let seconds = time.as_secs();
    match seconds {
        0..10 => format!("{:.1} s", time.as_secs_f32()),
        10..60 => format!("{seconds} s"),
        60..3600 => format!("{} min {} s", seconds / 60, seconds % 60),
        3600..86400 => format!("{} h {} min", seconds / 3600, seconds / 60 % 60),
        _ => format!("{} d {} h", seconds / 86400, seconds / 3600 % 24),
    }
}

/// How long ago something was, which is known to the second.
fn when(ago: Duration) -> String {
    match ago.as_secs() {
        0 => "just now".to_owned(),
        seconds @ 1..10 => format!("{seconds} s ago"),
        _ => format!("{} ago", duration(ago)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(how: How, output: &str, verbose: bool) -> Vec<String> {
        let event = Event::Done { name: "a\x1b[31mb".to_owned(), how, output: output.into() };
        match show(&event, verbose) {
            Shown::Lines(lines) => lines.into_iter().map(|line| line.text).collect(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn output_is_shown_on_failure_and_when_asked_for() {
        let time = Duration::from_millis(420);
        let failed = How::Failed { end: "exited 3".to_owned(), time, optional: false };
        assert_eq!(lines(How::Ended { time }, "out\n", false), ["✓ ab  0.4 s"]);
        assert_eq!(lines(How::Ended { time }, "out\n", true), ["✓ ab  0.4 s", "    out"]);
        assert_eq!(lines(failed.clone(), "out\n", false), ["✗ ab  exited 3 after 0.4 s", "    out"]);
        let long: String = (1..=50).map(|n| format!("{n}\n")).collect();
        let shown = lines(failed.clone(), &long, false);
        assert_eq!(shown[1..3], ["    … 10 lines before; `-v` shows all", "    11"]);
        assert_eq!(lines(failed, &long, true).len(), 51);
    }

    #[test]
    fn output_cannot_move_the_cursor() {
        assert_eq!(plain("\x1b[2J\x1b]0;title\x07a\tb\x08\u{9b}c\x1b"), "a bc");
        assert_eq!(last_state(" 10 %\r 99 %\r100 %\r"), "100 %");
    }

    #[test]
    fn a_long_command_names_the_way_to_limit_it() {
        let passed = |seconds, limited| {
            show(&Event::Passed { name: "x".to_owned(), time: Duration::from_secs(seconds), limited }, false)
        };
        assert_eq!(passed(29, false), Shown::Live("· x  29 s".to_owned()));
        assert_eq!(passed(31, true), Shown::Live("· x  31 s".to_owned()));
        let hint = "· x  31 s; `timeout` in the config sets a limit";
        assert_eq!(passed(31, false), Shown::Live(hint.to_owned()));
    }

    #[test]
    fn durations_read_well() {
        for (seconds, text) in
            [(0.04, "0.0 s"), (9.9, "9.9 s"), (59.0, "59 s"), (125.0, "2 min 5 s"), (12_000.0, "3 h 20 min")]
        {
            assert_eq!(duration(Duration::from_secs_f32(seconds)), text);
        }
    }
}
