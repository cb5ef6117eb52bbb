//! What a runner itself says in its pane: it is no output of the command.

/// A stopped command.
pub(super) const STOPPED: &str = "stopped: Enter continues, s opens a shell";
/// A command that ended.
pub(super) const ENDED: &str = "Enter runs it again, s opens a shell, q closes the pane";
/// A command that somebody has to start.
pub(super) const HELD: &str = "waiting for `rune pane start`: Enter starts it, s opens a shell";

const WAITING: [&str; 2] = ["waiting for ", " s (s opens a shell)"];
const PAUSING: [&str; 2] = ["restart ", " s: Enter starts it now, s opens a shell"];
const ASKED: [&str; 2] = ["stopped by `", "`: Enter starts it again, s opens a shell, q closes the pane"];

/// The longest text of a command in a line of the runner's own.
const SUMMARY: usize = 60;

/// A command that waits for these since so many seconds.
pub(super) fn waiting(unmet: &[String], seconds: u64) -> String {
    format!("{}{}, {seconds}{}", WAITING[0], unmet.join(" and "), WAITING[1])
}

/// A command that is started again in so many seconds.
pub(super) fn pausing(restart: u32, seconds: u128) -> String {
    format!("{}{restart} in {seconds}{}", PAUSING[0], PAUSING[1])
}

/// A command that somebody stopped.
pub(super) fn asked(by: &str) -> String {
    format!("{}{by}{}", ASKED[0], ASKED[1])
}

/// A command in few words: a script of many lines would fill the pane.
pub(super) fn brief(summary: &str) -> String {
    match summary.chars().count() {
        0..=SUMMARY => summary.to_owned(),
        _ => summary.chars().take(SUMMARY - 1).chain(['…']).collect(),
    }
}

/// Whether a line is what the runner of the command with this summary says: how it ended, or what can be
/// done now. In a narrow pane, where such a line is cut or goes on in the next one, it may not be known.
pub fn is_own(line: &str, summary: &str) -> bool {
    let line = line.trim_end();
    let rest = line.strip_prefix(brief(summary).as_str()).and_then(|rest| rest.strip_prefix(": "));
    let ends = ["exited ", "signal ", "not started: "];
    is_question(line) || rest.is_some_and(|rest| ends.iter().any(|end| rest.starts_with(end)))
}

/// Whether a line is the runner's word on what can be done now.
pub fn is_question(line: &str) -> bool {
    let frames = |[begin, end]: [&str; 2]| line.starts_with(begin) && line.ends_with(end);
    [STOPPED, ENDED, HELD].contains(&line) || [WAITING, PAUSING, ASKED].into_iter().any(frames)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_runner_knows_its_own_words() {
        let own =
            [waiting(&["db: tcp 1".to_owned()], 3), pausing(2, 4), asked("rune restart"), ENDED.to_owned()];
        for line in own {
            assert!(is_question(&line), "{line}");
        }
        assert!(is_own("make: exited 2; gave up after 5 restarts", "make"));
        assert!(!is_own("make: *** No rule", "make") && !is_own("exited 2", "make"));
        for line in ["", "waiting for a client", "restart 3 in 2 s", "stopped"] {
            assert!(!is_question(line), "{line}");
        }
    }

    #[test]
    fn a_long_command_is_cut() {
        assert_eq!(brief("make all"), "make all");
        let cut = brief(&"é".repeat(200));
        assert_eq!((cut.chars().count(), cut.ends_with("é…")), (60, true));
    }
}
