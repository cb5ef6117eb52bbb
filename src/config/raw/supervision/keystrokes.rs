//! Keys that are typed, as the bytes that a terminal sends for them.

use super::super::Mistake;

/// Keys with names.
const NAMED: [(&str, &[u8]); 5] =
    [("Enter", b"\r"), ("Escape", b"\x1b"), ("Tab", b"\t"), ("Space", b" "), ("BSpace", b"\x7f")];

/// Other names of keys that we have.
const OTHER_NAMES: [(&str, &str); 8] = [
    ("return", "Enter"),
    ("cr", "Enter"),
    ("ret", "Enter"),
    ("esc", "Escape"),
    ("backspace", "BSpace"),
    ("bs", "BSpace"),
    ("ctrl-space", "C-Space"),
    ("ctrl+space", "C-Space"),
];

/// Keys whose bytes depend on the terminal's mode.
const UNSUPPORTED: [&str; 12] = [
    "Up", "Down", "Left", "Right", "Home", "End", "PageUp", "PageDown", "PPage", "NPage", "Insert", "Delete",
];

/// The bytes of `C-x`, `M-x`, a named key, or of plain text.
pub(super) fn bytes(text: &str) -> Result<Vec<u8>, Mistake> {
    let all = 0..text.len();
    if let Some((_, bytes)) = NAMED.iter().find(|(name, _)| *name == text) {
        return Ok(bytes.to_vec());
    }
    if text == "C-Space" {
        return Ok(vec![0]);
    }
    if let Some(key) = one(text, "C-") {
        return control(key).map(|byte| vec![byte]).ok_or_else(|| {
            let mistake = Mistake::new(all, format!("no terminal has the key `{text}`"));
            mistake.help("`C-` stands before a letter or one of `@[\\]^_?`, as in `C-c`")
        });
    }
    if let Some(key) = one(text, "M-") {
        let mut bytes = vec![0x1b];
        bytes.extend(key.to_string().bytes());
        return Ok(bytes);
    }
    let lower = text.to_lowercase();
    let meant = NAMED
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case(text))
        .map(|(name, _)| (*name).to_owned())
        .or_else(|| OTHER_NAMES.iter().find(|(other, _)| *other == lower).map(|(_, name)| (*name).to_owned()))
        .or_else(|| {
            let key =
                ["^", "ctrl-", "ctrl+", "c-", "control-"].iter().find_map(|prefix| one(&lower, prefix))?;
            control(key).map(|_| format!("C-{key}"))
        });
    if let Some(meant) = meant {
        return Err(
            Mistake::new(all, format!("the key `{text}` is called `{meant}` here")).replacement(meant)
        );
    }
    let function = one(text, "F").or(text.strip_prefix("F1").and_then(|rest| one(rest, "")));
    if UNSUPPORTED.contains(&text) || function.is_some_and(|c| c.is_ascii_digit()) {
        let mistake = Mistake::new(all, format!("the key `{text}` cannot be typed here"));
        return Err(mistake.help("what it sends depends on the program; use `signal` or `command`"));
    }
    Ok(text.as_bytes().to_vec())
}

/// The only character after `prefix`.
fn one(text: &str, prefix: &str) -> Option<char> {
    let mut rest = text.strip_prefix(prefix)?.chars();
    rest.next().filter(|_| rest.next().is_none())
}

/// The byte that the control key makes of a character.
fn control(key: char) -> Option<u8> {
    match key.to_ascii_uppercase() {
        '?' => Some(0x7f),
        upper @ '@'..='_' => Some(upper as u8 & 0x1f),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_bytes() {
        for (text, expected) in [
            ("C-c", &b"\x03"[..]),
            ("C-C", b"\x03"),
            ("C-\\", b"\x1c"),
            ("C-?", b"\x7f"),
            ("C-Space", b"\0"),
            ("M-x", b"\x1bx"),
            ("Enter", b"\r"),
            ("Escape", b"\x1b"),
            ("q", b"q"),
            (":wqa!", b":wqa!"),
            ("größe", "größe".as_bytes()),
            ("C-", b"C-"),
            ("Fq", b"Fq"),
        ] {
            assert_eq!(bytes(text).unwrap(), expected, "{text}");
        }
        for (text, meant) in [
            ("enter", Some("Enter")),
            ("Esc", Some("Escape")),
            ("^C", Some("C-c")),
            ("Ctrl-C", Some("C-c")),
            ("ctrl+d", Some("C-d")),
            ("c-c", Some("C-c")),
            ("C-1", None),
            ("C-ä", None),
            ("Up", None),
            ("F5", None),
            ("F12", None),
        ] {
            assert_eq!(bytes(text).unwrap_err().replacement.as_deref(), meant, "{text}");
        }
    }
}
