//! Times, ends and amounts in few words.

use crate::record::State;

/// A length of time in its largest unit or two: `3 s`, `12 min`, `2 h 5 min`, `3 d`.
pub fn time(milliseconds: u64) -> String {
    let seconds = milliseconds / 1000;
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86_400);
    match () {
        () if milliseconds < 1000 => format!("{milliseconds} ms"),
        () if minutes == 0 => format!("{seconds} s"),
        () if hours == 0 => format!("{minutes} min"),
        () if days == 0 && minutes % 60 != 0 => format!("{hours} h {} min", minutes % 60),
        () if days == 0 => format!("{hours} h"),
        () => format!("{days} d"),
    }
}

/// The same in a table: `3s`, `12m`, `2h`, `3d`.
pub fn age(milliseconds: u64) -> String {
    let seconds = milliseconds / 1000;
    match seconds {
        0..=59 => format!("{seconds}s"),
        60..=3599 => format!("{}m", seconds / 60),
        3600..=86_399 => format!("{}h", seconds / 3600),
        _ => format!("{}d", seconds / 86_400),
    }
}

/// An amount of memory in a table: `812K`, `34M`, `1.2G`.
pub fn size(bytes: u64) -> String {
    let units = [("T", 1 << 40), ("G", 1 << 30), ("M", 1 << 20), ("K", 1u64 << 10)];
    let (unit, of) = units.into_iter().find(|(_, of)| bytes >= *of).unwrap_or(("K", 1 << 10));
    let amount = bytes as f64 / of as f64;
    if amount < 9.95 && of >= 1 << 30 { format!("{amount:.1}{unit}") } else { format!("{amount:.0}{unit}") }
}

/// What an end means, where its number alone does not say so to everybody.
pub fn meaning(end: &State) -> Option<String> {
    match end {
        State::Exited { code: 126 } => Some("a command was found but could not be executed".to_owned()),
        State::Exited { code: 127 } => Some("a command was not found".to_owned()),
        State::Exited { code } if (129..=159).contains(code) => {
            let signal = code - 128;
            Some(format!("as a shell says it when signal {signal}{} ended a command", named(signal)))
        }
        State::Signalled { signal } => {
            let name = name(*signal)?;
            let why = match signal {
                2 => ": Ctrl-C",
                9 => ": killed, by a person or for want of memory",
                1 => ": its terminal was closed",
                11 => ": it used memory that is not its own",
                6 => ": it ended itself in an emergency",
                _ => "",
            };
            Some(format!("{name}{why}"))
        }
        _ => None,
    }
}

fn named(signal: i32) -> String {
    name(signal).map(|name| format!(" ({name})")).unwrap_or_default()
}

/// Name of a signal that ends processes.
fn name(signal: i32) -> Option<&'static str> {
    Some(match signal {
        1 => "SIGHUP",
        2 => "SIGINT",
        3 => "SIGQUIT",
        4 => "SIGILL",
        6 => "SIGABRT",
        7 => "SIGBUS",
        8 => "SIGFPE",
        9 => "SIGKILL",
        11 => "SIGSEGV",
        13 => "SIGPIPE",
        14 => "SIGALRM",
        15 => "SIGTERM",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_and_sizes_read_well() {
        let second = 1000;
        let times = [5, 59 * second, 60 * second, 3600 * second, 3660 * second, 90_000 * second];
        assert_eq!(times.map(time), ["5 ms", "59 s", "1 min", "1 h", "1 h 1 min", "1 d"]);
        assert_eq!(times.map(age), ["0s", "59s", "1m", "1h", "1h", "1d"]);
        let sizes = [0, 812 << 10, (34 << 20) + 1, 1288490189, 20 << 30];
        assert_eq!(sizes.map(size), ["0K", "812K", "34M", "1.2G", "20G"]);
    }

    #[test]
    fn ends_are_explained_where_a_number_is_a_riddle() {
        let exit = |code| meaning(&State::Exited { code }).unwrap_or_default();
        assert_eq!(exit(127), "a command was not found");
        assert_eq!(exit(137), "as a shell says it when signal 9 (SIGKILL) ended a command");
        assert_eq!((exit(0), exit(1), exit(255)), (String::new(), String::new(), String::new()));
        let killed = meaning(&State::Signalled { signal: 15 });
        assert_eq!(killed.as_deref(), Some("SIGTERM"));
        assert_eq!(meaning(&State::Signalled { signal: 60 }), None);
    }
}
