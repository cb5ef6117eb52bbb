//! What tmux prints of a pane's screen, as lines for a person.

mod style;

use style::Style;

/// How tmux 2.6 to 3.8 begin the line that stands in a pane whose process has ended.
const DEAD: &str = "Pane is dead";

/// How many rows that line may take.
const NOTICE: usize = 4;

/// The lines that a captured screen has: rows below the last that has something on it are none.
///
/// In a dead pane tmux writes a line on the last row, however far that is below the others; it comes
/// right behind them.
pub fn lines(text: &str, dead: bool) -> Vec<&str> {
    let mut lines: Vec<&str> = text.lines().collect();
    drop_blank(&mut lines);
    // In a narrow pane it takes several rows.
    let notice = lines.iter().rposition(|line| dead && plain(line).starts_with(DEAD));
    if let Some(place) = notice
        && lines.len() - place <= NOTICE
    {
        let notice = lines.split_off(place);
        drop_blank(&mut lines);
        lines.extend(notice);
    }
    lines
}

/// Whether this line is not the program's but tmux's, in a dead pane.
pub fn is_notice(line: &str) -> bool {
    plain(line).starts_with(DEAD)
}

fn drop_blank(lines: &mut Vec<&str>) {
    while lines.last().is_some_and(|last| plain(last).trim().is_empty()) {
        lines.pop();
    }
}

/// The last `count` lines. Their styles may have begun in a line before.
pub fn last(lines: &[&str], count: usize) -> Vec<String> {
    let (before, last) = lines.split_at(lines.len().saturating_sub(count));
    let mut last: Vec<String> = last.iter().map(|line| (*line).to_owned()).collect();
    let mut style = Style::default();
    for piece in before.iter().flat_map(|line| pieces(line)) {
        if let Piece::Style(sequence) = piece {
            style.apply(&sequence[2..sequence.len() - 1]);
        }
    }
    if let Some(first) = last.first_mut() {
        first.insert_str(0, &style.sequence());
    }
    last
}

/// The end of a text with styles: nothing of them is left on a terminal that shows it.
pub const PLAIN: &str = "\x1b[0m";

/// A line with styles in which line drawing is written as its characters: tmux leaves it as letters
/// of a character set that it switches to.
pub fn drawn(line: &str) -> String {
    let mut drawing = false;
    let mut text = String::with_capacity(line.len());
    for piece in pieces(line) {
        match piece {
            Piece::Char('\x0e') => drawing = true,
            Piece::Char('\x0f') => drawing = false,
            Piece::Char(char) if drawing => text.push(line_drawing(char)),
            Piece::Char(char) => text.push(char),
            Piece::Style(sequence) | Piece::Other(sequence) => text.push_str(sequence),
        }
    }
    text
}

/// The text without escape sequences.
fn plain(line: &str) -> String {
    let text = pieces(line).filter_map(|piece| match piece {
        Piece::Char('\x0e' | '\x0f') => None,
        Piece::Char(char) => Some(char),
        Piece::Style(_) | Piece::Other(_) => None,
    });
    text.collect()
}

enum Piece<'t> {
    Char(char),
    /// `ESC [ … m`
    Style(&'t str),
    /// Another escape sequence, as that of a link.
    Other(&'t str),
}

fn pieces(text: &str) -> impl Iterator<Item = Piece<'_>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let first = rest.chars().next()?;
        if first != '\x1b' {
            rest = &rest[first.len_utf8()..];
            return Some(Piece::Char(first));
        }
        let body = rest.get(2..).unwrap_or_default();
        let end = match rest.as_bytes().get(1) {
            Some(b'[') => body.find(|c: char| ('@'..='~').contains(&c)).map(|at| at + 3),
            Some(b']') => body.find("\x1b\\").map(|at| at + 4).or_else(|| body.find('\x07').map(|at| at + 3)),
            Some(next) if next.is_ascii() => Some(2),
            _ => Some(1),
        };
        let (sequence, behind) = rest.split_at(end.unwrap_or(rest.len()));
        rest = behind;
        let is_style = sequence.starts_with("\x1b[") && sequence.ends_with('m') && sequence.len() > 2;
        Some(if is_style { Piece::Style(sequence) } else { Piece::Other(sequence) })
    })
}

/// What the DEC special character set shows for a letter.
fn line_drawing(letter: char) -> char {
    const FROM: &str = "`afgjklmnopqrstuvwxyz{|}~";
    const SHOWN: &str = "◆▒°±┘┐┌└┼⎺⎻─⎼⎽├┤┴┬│≤≥π≠£·";
    let place = FROM.chars().position(|from| from == letter);
    place.and_then(|place| SHOWN.chars().nth(place)).unwrap_or(letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_below_the_last_text_are_no_lines() {
        assert_eq!(lines("a\n\nb\n  \n\n", false), ["a", "", "b"]);
        assert_eq!(lines("\n\x1b[32m\x1b[0m \n", false), [""; 0]);
        assert_eq!(lines("", false), [""; 0]);
        assert_eq!(lines("a\x1b[0m\n\x1b[7m x\n", false), ["a\x1b[0m", "\x1b[7m x"]);
    }

    #[test]
    fn the_notice_of_a_dead_pane_counts_as_one_line() {
        let text = "a\nb\n\n\nPane is dead (status 1, now)\n";
        assert_eq!(lines(text, true), ["a", "b", "Pane is dead (status 1, now)"]);
        let narrow = "a\n\nPane is dead (sta\ntus 1)\n";
        assert_eq!(lines(narrow, true), ["a", "Pane is dead (sta", "tus 1)"]);
        assert_eq!(lines(text, false).len(), 5, "of a live one somebody printed that");
        assert_eq!(lines("a\n\nb\n", true), ["a", "", "b"]);
    }

    #[test]
    fn the_last_lines_have_the_colours_that_they_had() {
        let all = ["\x1b[1mx\x1b[0;31my", "z", "w\x1b[4m", "end\x1b[m", "after"];
        assert_eq!(last(&all, 3), ["\x1b[31mw\x1b[4m", "end\x1b[m", "after"]);
        assert_eq!(last(&all, 1), ["after"]);
        assert_eq!(last(&all, 9)[0], all[0]);
        assert_eq!(last(&[], 2), [""; 0]);
    }

    #[test]
    fn line_drawing_is_written_as_it_looks() {
        assert_eq!(drawn("\x0eqx\x0fqx\x1b[1m\x0e\x1b[31ml\x0f"), "─│qx\x1b[1m\x1b[31m┌");
        assert_eq!(
            drawn("世界 \x1b]8;;http://x\x1b\\a\x1b]8;;\x1b\\"),
            "世界 \x1b]8;;http://x\x1b\\a\x1b]8;;\x1b\\"
        );
        assert_eq!(drawn("cut \x1b["), "cut \x1b[");
        assert_eq!(drawn("cut \x1b"), "cut \x1b");
        assert_eq!(drawn("\x1bü"), "\x1bü");
    }
}
