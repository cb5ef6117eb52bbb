//! Regular expressions.

use regex_syntax::{Error, ParserBuilder};

use super::super::Mistake;

/// The largest program that an expression may become, in bytes: every runner that looks for it holds one.
const LARGEST: usize = 1 << 20;

/// The deepest nesting of an expression.
const DEEPEST: u32 = 50;

/// Checks a regular expression.
///
/// # Errors
///
/// What is wrong with which part of it.
pub fn pattern(text: &str) -> Result<(), Mistake> {
    let fault = |span: &regex_syntax::ast::Span, why: String| {
        let start = span.start.offset;
        // what is missing has no length of its own
        let next = text[start..].chars().next().map_or(0, char::len_utf8);
        let range = start..span.end.offset.max(start + next);
        let mistake = Mistake::new(range, format!("the regular expression is wrong here: {why}"));
        mistake.help("a text that is no expression needs `\\` before each of `\\.+*?()|[]{}^$`")
    };
    match ParserBuilder::new().nest_limit(DEEPEST).build().parse(text) {
        Ok(_) => {}
        Err(Error::Parse(error)) => return Err(fault(error.span(), error.kind().to_string())),
        Err(Error::Translate(error)) => return Err(fault(error.span(), error.kind().to_string())),
        Err(error) => return Err(Mistake::new(0..text.len(), error.to_string())),
    }
    let built = regex::RegexBuilder::new(text).size_limit(LARGEST).nest_limit(DEEPEST).build();
    built.map(drop).map_err(|_| {
        let help = "smaller numbers of repetitions make it smaller";
        Mistake::new(0..text.len(), "the regular expression takes too much memory").help(help)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_have_places() {
        for text in ["ready", r"listening on :\d+", "(?i)größe", r"^\[.*\] \w+$", "a{2,3}"] {
            assert_eq!(pattern(text), Ok(()), "{text}");
        }
        for (text, range) in [
            ("a(b", 1..2),
            ("größe[", 7..8),
            ("*", 0..1),
            ("a{2", 1..3),
            ("(?:a{1000}){1000}", 0..17),
            ("[z-a]", 1..4),
        ] {
            assert_eq!(pattern(text).unwrap_err().range, range, "{text}");
        }
        let deep = "(".repeat(100_000);
        assert!(pattern(&deep).is_err());
    }
}
