//! Finds a part of a decoded text in the file, through quotes, escapes and folded lines.

use std::ops::Range;

use crate::config::source::Source;
use crate::config::tree::Text;

/// The bytes of the file where the bytes `part` of the decoded `text` are written; those of the whole
/// text when they cannot be found.
///
/// The part is looked up in the text as it is written, where YAML may have escaped characters but not
/// moved them: the n-th occurrence of one is the n-th of the other.
pub(crate) fn within(source: &Source, text: &Text, part: &Range<usize>) -> Range<usize> {
    let whole = text.place.span.clone();
    let raw = source.slice(&whole);
    if raw == text.value {
        return whole.start + part.start..whole.start + part.end;
    }
    let (Some(needle), Some(before)) = (text.value.get(part.clone()), text.value.get(..part.start)) else {
        return whole;
    };
    if needle.is_empty() {
        return whole;
    }
    let written = match raw.chars().next() {
        Some('\'') => needle.replace('\'', "''"),
        Some('"') => needle.replace('\\', "\\\\").replace('"', "\\\""),
        _ => needle.to_owned(),
    };
    let count = before.matches(needle).count();
    let found = raw.match_indices(&written).nth(count);
    found.map_or(whole.clone(), |(at, _)| whole.start + at..whole.start + at + written.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::tree::{Spanned, Value};
    use crate::config::yaml::parse;

    /// What of the file is found for `needle` in the value of its only key.
    fn found(yaml: &str, needle: &str) -> (usize, usize, String) {
        let source = Source::new("rune.yaml", yaml);
        let Value::Map(mut entries) = parse(&source).unwrap().value else { panic!() };
        let node = entries.remove(0).value;
        let Value::Text(value) = node.value else { panic!() };
        let start = value.rfind(needle).unwrap();
        let text = Spanned { value, place: node.place };
        let span = within(&source, &text, &(start..start + needle.len()));
        let (line, column) = source.position(span.start);
        (line, column, source.slice(&span).to_owned())
    }

    #[test]
    fn parts_of_every_kind_of_scalar() {
        for (yaml, needle, line, column, written) in [
            ("a: x {{ N }} y\n", "{{ N }}", 1, 6, "{{ N }}"),
            ("a: 'ä''s {{ N }}'\n", "{{ N }}", 1, 10, "{{ N }}"),
            ("a: 'x {{ ''N'' }}'\n", "{{ 'N' }}", 1, 7, "{{ ''N'' }}"),
            ("a: \"x\\t{{ \\\"N\\\" }}\"\n", "{{ \"N\" }}", 1, 8, "{{ \\\"N\\\" }}"),
            ("a: |\n  one {{ N }}\n  two {{ N }}\n", "{{ N }}", 3, 7, "{{ N }}"),
            ("a: >-\n  one\n  two {{ N }}\n", "{{ N }}", 3, 7, "{{ N }}"),
            ("a: one\n  two {{ N }}\n", "{{ N }}", 2, 7, "{{ N }}"),
            ("a: \"one\\\n  two {{ N }}\"\n", "{{ N }}", 2, 7, "{{ N }}"),
        ] {
            assert_eq!(found(yaml, needle), (line, column, written.to_owned()), "{yaml}");
        }
    }

    #[test]
    fn what_cannot_be_found_is_the_whole_text() {
        assert_eq!(found("a: \"\\u007b{ N }}\"\n", "{{ N }}").2, "\"\\u007b{ N }}\"");
    }
}
