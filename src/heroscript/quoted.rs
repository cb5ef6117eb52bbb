//! The text between quotes.

/// The byte after the quote that closes the text at the start of `rest`, which follows an opening
/// `quote`. A backslash before that quote makes it part of the text.
pub(super) fn end(rest: &str, quote: u8) -> Option<usize> {
    let bytes = rest.as_bytes();
    let mut at = 0;
    loop {
        match bytes.get(at)? {
            b'\\' if bytes.get(at + 1) == Some(&quote) => at += 2,
            byte if *byte == quote => return Some(at + 1),
            _ => at += 1,
        }
    }
}

/// What is meant by the text `inside` quotes: without the backslashes before the quote, and over
/// several lines without their common indentation and without a first and a last line that are blank.
pub(super) fn meaning(inside: &str, quote: char) -> String {
    let text = if inside.contains('\n') { unindented(inside) } else { inside.to_owned() };
    text.replace(&format!("\\{quote}"), &quote.to_string())
}

/// The lines of `inside` without their common indentation. A line that starts behind the opening quote
/// has none; a line break is one character.
fn unindented(inside: &str) -> String {
    let mut lines: Vec<&str> =
        inside.split('\n').map(|line| line.strip_suffix('\r').unwrap_or(line)).collect();
    if lines.last().is_some_and(|last| is_blank(last)) {
        lines.pop();
    }
    let behind_quote = lines.first().copied().filter(|first| !is_blank(first));
    let below = lines.get(1..).unwrap_or_default();
    let common = below.iter().filter(|line| !is_blank(line)).map(|line| indentation(line)).reduce(shared);
    let common = common.unwrap_or_default();
    let below = below.iter().map(|line| &line[shared(common, line).len()..]);
    behind_quote.into_iter().chain(below).collect::<Vec<_>>().join("\n")
}

fn is_blank(line: &str) -> bool {
    indentation(line).len() == line.len()
}

fn indentation(line: &str) -> &str {
    &line[..line.len() - line.trim_start_matches([' ', '\t']).len()]
}

/// What `a`, which is white space, and `b` start with.
fn shared<'a>(a: &'a str, b: &str) -> &'a str {
    let same = a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count();
    &a[..same]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_ends_at_its_quote_unless_a_backslash_is_before_it() {
        for (rest, quote, expected) in [
            ("a' b", b'\'', Some(2)),
            ("a\" b'", b'\'', Some(5)),
            (r"a\' b'", b'\'', Some(6)),
            (r"a\\' b", b'\'', None),
            (r"a\\' b'", b'\'', Some(7)),
            (r#"\"""#, b'"', Some(3)),
            ("a\\", b'\'', None),
            ("", b'\'', None),
        ] {
            assert_eq!(end(rest, quote), expected, "{rest}");
        }
    }

    #[test]
    fn only_the_quote_is_unescaped() {
        assert_eq!(meaning(r#"a\'b\"c\\d\n"#, '\''), r#"a'b\"c\\d\n"#);
        assert_eq!(meaning("  a\t", '\''), "  a\t");
    }

    #[test]
    fn lines_lose_their_common_indentation() {
        for (inside, expected) in [
            ("\n    a\n      b\n  ", "a\n  b"),
            ("a\n    b\n    c", "a\nb\nc"),
            (" a\n    b\n      c\n", " a\nb\n  c"),
            ("\n\ta\n\t\tb\n", "a\n\tb"),
            ("\n\ta\n    b\n", "\ta\n    b"),
            ("\n  a\n\n   \n  b\n", "a\n\n \nb"),
            ("\n  a\n\n", "a\n"),
            ("\n", ""),
            ("\n\n", ""),
            ("\n\n\n", "\n"),
            ("a\n", "a"),
            ("\r\n  a\r\n  b\r\n", "a\nb"),
        ] {
            assert_eq!(meaning(inside, '\''), expected, "{inside:?}");
        }
    }
}
