//! The spellings of one value. None of them holds for a value with a NUL, which no argument can have.

use std::borrow::Cow;

/// Words that a shell takes for more than text where a command may start.
const RESERVED: [&str; 18] = [
    "case", "coproc", "do", "done", "elif", "else", "esac", "fi", "for", "function", "if", "in", "select",
    "then", "time", "until", "while", "]]",
];

/// One shell line that gives exactly `words`.
pub fn argv<S: AsRef<str>>(words: &[S]) -> String {
    let words: Vec<Cow<'_, str>> = words.iter().map(|word| alone(word.as_ref())).collect();
    words.join(" ")
}

/// `value` as a word of its own: as it is where that is safe.
pub(super) fn alone(value: &str) -> Cow<'_, str> {
    if RESERVED.contains(&value) {
        return Cow::Owned(glued(value));
    }
    shlex::try_quote(value).unwrap_or_else(|_| Cow::Owned(glued(value)))
}

/// `value` as a part of a word: always in quotes, so that no neighbour can change its meaning.
pub(super) fn glued(value: &str) -> String {
    format!("'{}'", in_single(value))
}

/// `value` between single quotes. A backslash moves into double quotes, since fish takes it for an
/// escape within single ones.
pub(super) fn in_single(value: &str) -> String {
    let mut placed = String::with_capacity(value.len());
    for c in value.chars() {
        match c {
            '\'' => placed.push_str(r#"'"'"'"#),
            '\\' => placed.push_str(r#"'"\\"'"#),
            c => placed.push(c),
        }
    }
    placed
}

/// `value` between double quotes. A backquote and `!` move into single ones: fish knows no escape for
/// the one, and an interactive bash keeps the backslash before the other.
pub(super) fn in_double(value: &str) -> String {
    let mut placed = String::with_capacity(value.len());
    for c in value.chars() {
        match c {
            '\\' | '"' | '$' => placed.extend(['\\', c]),
            '`' | '!' => placed.extend(['"', '\'', c, '\'', '"']),
            c => placed.push(c),
        }
    }
    placed
}

/// `value` between double quotes right after `$name`, which must not grow.
pub(super) fn in_double_after_name(value: &str) -> String {
    format!("\"{}\"", glued(value))
}
