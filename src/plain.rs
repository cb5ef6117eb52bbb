//! One line of output as it stands on a terminal in the end, without what only steers the terminal.

use std::ops::RangeInclusive;

/// What is kept beside the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// Nothing.
    Text,
    /// Colours and other attributes of the text (SGR sequences).
    Colours,
}

/// How many colour sequences in a row count: a program that never resets must not grow a line.
const SEQUENCES: usize = 16;

/// What a terminal shows of `line`, which has no line feed: text behind a carriage return or a
/// backspace stands over what was there, as of progress bars; other control sequences are left out.
pub fn line(line: &[u8], keep: Keep) -> String {
    // 0xC2 begins the controls beyond ASCII, too.
    if !line.iter().any(|byte| byte.is_ascii_control() && *byte != b'\t' || *byte == 0xc2) {
        return String::from_utf8_lossy(line).into_owned(); // most lines
    }
    let mut row = Row { cells: Vec::new(), column: 0, styles: vec![Vec::new()] };
    let text = String::from_utf8_lossy(line);
    let mut rest = text.as_ref();
    while let Some(char) = rest.chars().next() {
        match char {
            '\x1b' => {
                let (sequence, after) = rest.split_at(sequence(rest));
                row.steer(sequence, keep);
                rest = after;
                continue;
            }
            '\r' => row.column = 0,
            '\x08' => row.column = row.column.saturating_sub(1),
            '\t' => row.put('\t'),
            char if char.is_control() => {}
            char => row.put(char),
        }
        rest = &rest[char.len_utf8()..];
    }
    row.text()
}

/// Characters with the styles that they have.
struct Row {
    cells: Vec<(char, usize)>,
    column: usize,
    /// Colour sequences since the last reset, for every style that was set; the last is the current.
    styles: Vec<Vec<String>>,
}

impl Row {
    fn put(&mut self, char: char) {
        let style = self.styles.len() - 1;
        self.cells.resize(self.cells.len().max(self.column + 1), (' ', 0));
        self.cells[self.column] = (char, style);
        self.column += 1;
    }

    fn steer(&mut self, sequence: &str, keep: Keep) {
        let Some(body) = sequence.strip_prefix("\x1b[") else { return };
        match body.strip_suffix('K') {
            Some("" | "0") => self.cells.truncate(self.column),
            Some("1") => {
                let end = (self.column + 1).min(self.cells.len());
                self.cells[..end].fill((' ', 0));
            }
            Some("2") => self.cells.clear(),
            _ => {}
        }
        if let (Some(numbers), Keep::Colours) = (body.strip_suffix('m'), keep)
            && numbers.bytes().all(|byte| byte.is_ascii_digit() || byte == b';' || byte == b':')
        {
            let mut style = match numbers.split([';', ':']).next() {
                Some("" | "0") => Vec::new(),
                _ => self.styles.last().cloned().unwrap_or_default(),
            };
            if !matches!(numbers, "" | "0") {
                style.push(sequence.to_owned());
            }
            if style.len() > SEQUENCES {
                style.remove(0);
            }
            self.styles.push(style);
        }
    }

    fn text(self) -> String {
        let mut text = String::with_capacity(self.cells.len());
        let mut current: &[String] = &[];
        for (char, style) in &self.cells {
            let style = &self.styles[*style];
            if style != current {
                if !current.is_empty() {
                    text += "\x1b[0m";
                }
                text += &style.concat();
                current = style;
            }
            text.push(*char);
        }
        if !current.is_empty() {
            text += "\x1b[0m";
        }
        text
    }
}

/// How many bytes the control sequence at the front of `text`, which begins with ESC, has.
fn sequence(text: &str) -> usize {
    let bytes = text.as_bytes();
    let end = |found: Option<usize>| found.map_or(text.len(), |end| end + 1);
    match bytes.get(1) {
        None => 1,
        // Parameters, then one final byte. Anything else ends it early.
        Some(b'[') => until(bytes, 2, 0x20..=0x3f, 0x40..=0x7e),
        // Strings, up to BEL or ESC \.
        Some(b']' | b'P' | b'X' | b'^' | b'_' | b'k') => {
            let stop = bytes.windows(2).skip(1).position(|pair| pair == b"\x1b\\").map(|at| at + 2);
            let bell = bytes.iter().position(|byte| *byte == 0x07);
            end(match (stop, bell) {
                (Some(stop), Some(bell)) => Some(stop.min(bell)),
                (stop, bell) => stop.or(bell),
            })
        }
        // Intermediates, then one final byte.
        Some(0x20..=0x2f) => until(bytes, 1, 0x20..=0x2f, 0x30..=0x7e),
        Some(byte) if byte.is_ascii() && !byte.is_ascii_control() => 2,
        Some(_) => 1,
    }
}

/// How long a sequence is that goes on from `start` with bytes of `inner` and ends with one of `last`, or
/// before any other.
fn until(bytes: &[u8], start: usize, inner: RangeInclusive<u8>, last: RangeInclusive<u8>) -> usize {
    let end = bytes.iter().skip(start).position(|byte| !inner.contains(byte)).map(|end| start + end);
    end.map_or(bytes.len(), |end| if last.contains(&bytes[end]) { end + 1 } else { end })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_line_is_what_a_terminal_shows_in_the_end() {
        for (bytes, shown) in [
            ("plain", "plain"),
            ("a\u{80}b", "ab"),
            ("a\u{1b} \u{fc}b\u{1b}(", "a\u{fc}b"),
            ("\u{1b}(Bx\u{1b}#8y", "xy"),
            ("done\r", "done"),
            ("\u{1b}[1;31merror\u{1b}[0m: x", "error: x"),
            ("  5%\r 50%\r100%", "100%"),
            ("downloading\rdone\u{1b}[K", "done"),
            ("long text\r\u{1b}[2Kok", "ok"),
            ("abc\x08\x08X", "aXc"),
            ("\u{1b}]0;title\x07name", "name"),
            ("\u{1b}]8;;http://x\u{1b}\\link\u{1b}]8;;\u{1b}\\", "link"),
            ("\u{1b}(Btext\u{1b}=\u{1b}7", "text"),
            ("\u{1b}[?25lhidden\u{1b}[?25h", "hidden"),
            ("bell\x07 and nul\0", "bell and nul"),
            ("a\tb", "a\tb"),
            ("über\u{1b}[mß", "überß"),
            ("cut \u{1b}[3", "cut "),
            ("cut \u{1b}]0;tit", "cut "),
            ("end\u{1b}", "end"),
            ("\u{1b} \u{80}\u{fc}", "\u{fc}"),
            ("\u{1b}[3\u{fc}", "\u{fc}"),
            ("\u{1b}]\u{fc}\x07\u{fc}", "\u{fc}"),
            ("\u{1b}\u{fc}", "\u{fc}"),
            ("\u{1b}kname\u{1b}\\x", "x"),
        ] {
            assert_eq!(line(bytes.as_bytes(), Keep::Text), shown, "{bytes:?}");
        }
        assert_eq!(line(b"caf\xe9 \x1b[1mx", Keep::Text), "caf\u{fffd} x");
    }

    #[test]
    fn colours_are_kept_where_they_are_wanted() {
        for (bytes, shown) in [
            ("\u{1b}[31mred\u{1b}[0m plain", "\u{1b}[31mred\u{1b}[0m plain"),
            ("\u{1b}[1m\u{1b}[32mok", "\u{1b}[1m\u{1b}[32mok\u{1b}[0m"),
            ("\u{1b}[31mred\u{1b}[m\r\u{1b}[32mgreen", "\u{1b}[32mgreen\u{1b}[0m"),
            ("\u{1b}[2Jx\u{1b}[>4;1m", "x"),
        ] {
            assert_eq!(line(bytes.as_bytes(), Keep::Colours), shown, "{bytes:?}");
        }
    }

    proptest! {
        #[test]
        fn no_line_steers_the_terminal(bytes in any::<Vec<u8>>(), text in "[\u{1b}\\[\\]0-9;mKP\r\x08\x07a-c ü]{0,40}") {
            for bytes in [bytes.as_slice(), text.as_bytes()] {
                let shown = line(bytes, Keep::Text);
                prop_assert!(!shown.chars().any(|c| c.is_control() && c != '\t' && c != '\n'), "{:?}", shown);
                let coloured = line(bytes, Keep::Colours);
                prop_assert_eq!(line(coloured.as_bytes(), Keep::Text), shown);
            }
        }
    }
}
