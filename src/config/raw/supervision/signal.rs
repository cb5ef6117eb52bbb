//! Names of the signals that ask a program to end.

use super::super::Mistake;
use super::super::reader::nearest;

/// Names and numbers, as Linux has them on all machines that rune runs on.
const SIGNALS: [(&str, i32); 11] = [
    ("HUP", 1),
    ("INT", 2),
    ("QUIT", 3),
    ("ABRT", 6),
    ("KILL", 9),
    ("USR1", 10),
    ("USR2", 12),
    ("ALRM", 14),
    ("TERM", 15),
    ("WINCH", 28),
    ("PWR", 30),
];

/// The largest number of a signal.
const LARGEST: i32 = 31;

/// The number of the signal that `text` names: `INT`, `SIGINT`, `int` or `2`.
pub(super) fn signal(text: &str) -> Result<i32, Mistake> {
    let all = 0..text.len();
    let names: Vec<&str> = SIGNALS.iter().map(|(name, _)| *name).collect();
    let help = format!("there is {}, or a number from 1 to {LARGEST}", crate::error::list(&names));
    if text.starts_with(|c: char| c.is_ascii_digit() || c == '-') {
        let number = text.parse().ok().filter(|number| (1..=LARGEST).contains(number));
        return number
            .ok_or_else(|| Mistake::new(all, format!("`{text}` is not the number of a signal")).help(help));
    }
    let upper = text.to_uppercase();
    let name = upper.strip_prefix("SIG").unwrap_or(&upper);
    if let Some((_, number)) = SIGNALS.iter().find(|(known, _)| *known == name) {
        return Ok(*number);
    }
    let mistake = match name {
        "STOP" | "TSTP" | "TTIN" | "TTOU" | "CONT" | "CHLD" | "URG" => {
            Mistake::new(all, format!("`{text}` does not ask a program to end"))
        }
        _ => Mistake::new(all, format!("there is no signal `{text}`")),
    };
    let mistake = mistake.help(help);
    Err(match nearest(name, names) {
        Some(near) => mistake.replacement(near),
        None => mistake,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_numbers() {
        for (text, number) in [("INT", 2), ("SIGINT", 2), ("int", 2), ("2", 2), ("31", 31), ("sigwinch", 28)]
        {
            assert_eq!(signal(text), Ok(number), "{text}");
        }
        for (text, near) in [
            ("SIGTREM", Some("TERM")),
            ("0", None),
            ("32", None),
            ("-9", None),
            ("xyz", None),
            ("STOP", None),
            ("2x", None),
        ] {
            assert_eq!(signal(text).unwrap_err().replacement.as_deref(), near, "{text}");
        }
    }
}
