use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::*;

fn refused(text: &str) -> (usize, usize, String) {
    let problem = parse(&Source::new("rune.yaml", text)).expect_err(text);
    (problem.line, problem.column, problem.message)
}

fn map(text: &str) -> Vec<Entry> {
    match parse(&Source::new("rune.yaml", text)).expect(text).value {
        Value::Map(entries) => entries,
        other => panic!("{other:?}"),
    }
}

#[test]
fn numbers_and_booleans_stay_as_written() {
    let text = "a: 010\nb: 1_000\nc: 1e3\nd: 0x1f\ne: True\nf: yes\ng: ~\nh:\ni: '1'\nj: .inf\n";
    let values: Vec<Value> = map(text).into_iter().map(|entry| entry.value.value).collect();
    let text = |text: &str| Value::Text(text.to_owned());
    let number = |text: &str| Value::Number(text.to_owned());
    assert_eq!(
        values,
        [
            text("010"),
            text("1_000"),
            number("1e3"),
            number("0x1f"),
            Value::Flag(true, "True".to_owned()),
            text("yes"),
            Value::Null,
            Value::Null,
            text("1"),
            text(".inf"),
        ]
    );
}

#[test]
fn an_empty_file_is_nothing() {
    for text in ["", "\n", "# only a comment\n", "---\n", "\u{feff}"] {
        assert!(parse(&Source::new("rune.yaml", text)).unwrap().is_null(), "{text:?}");
    }
}

#[test]
fn spans_cover_the_written_text_behind_marks_and_line_ends() {
    for text in ["\u{feff}ä: 'ö'\r\nb: \"c\"\r\n", "ä: 'ö'\nb: \"c\"\n"] {
        let source = Source::new("rune.yaml", text);
        let entries = map(text);
        assert_eq!(source.slice(&entries[0].key.place.span), "ä");
        assert_eq!(source.slice(&entries[0].value.place.span), "'ö'");
        assert_eq!(source.slice(&entries[1].value.place.span), "\"c\"");
        assert_eq!(source.position(entries[0].value.place.span.start), (1, 4));
        assert_eq!(source.position(entries[1].value.place.span.start), (2, 4));
    }
}

#[test]
fn merged_values_know_where_they_are_used() {
    let text = "base: &base {a: 1, b: 2}\nx:\n  <<: *base\n  a: 3\n";
    let source = Source::new("rune.yaml", text);
    let Value::Map(merged) = &map(text)[1].value.value else { panic!() };
    let shown: Vec<(&str, &str, Option<&str>)> = merged
        .iter()
        .map(|entry| {
            let used = entry.value.place.used.as_ref().map(|used| source.slice(used));
            (source.slice(&entry.key.place.span), source.slice(&entry.value.place.span), used)
        })
        .collect();
    // the entry of the mapping itself wins over the merged one
    assert!(shown.contains(&("a", "3", None)), "{shown:?}");
    assert!(
        shown.iter().any(|(key, value, used)| (*key, *value) == ("b", "2") && used.is_some()),
        "{shown:?}"
    );
    assert_eq!(shown.len(), 2);
}

#[test]
fn refusals_point_at_the_mistake() {
    for (text, line, column, message) in [
        ("a: {{.Project}}\n", 1, 4, "an unquoted `{{` starts a YAML mapping"),
        ("a: {{.Project}}-x\n", 1, 4, "an unquoted `{{` starts a YAML mapping"),
        ("a:\n  - {{ Project }} # x\n", 2, 5, "an unquoted `{{` starts a YAML mapping"),
        ("a: [\n", 1, 4, "unclosed bracket '['"),
        ("a: \"x\nb: 1\n", 1, 4, "this quote is never closed"),
        ("b: 1\na: 'x\n", 2, 4, "this quote is never closed"),
        ("a:\n\tb: 1\n", 2, 1, "a tab cannot indent YAML"),
        ("a: [*x]\n", 1, 5, "there is no anchor `x` above"),
        ("a: !foo 3\n", 1, 4, "the tag `!foo` means nothing here"),
        ("a: 1\n---\nb: 2\n", 2, 1, "the file has a second document; a config is one"),
        ("? [x]\n: 1\n", 1, 3, "a key must be a plain text"),
        ("<<: 3\n", 1, 5, "`<<` can only merge a mapping"),
        ("a: &a [*a]\n", 1, 8, "this alias stands inside its own anchor"),
        (" a: 1\nb: 2\n", 2, 1, "this line does not belong to anything above it"),
        ("a: 1\nb\0", 2, 2, "a NUL character cannot stand in a config"),
    ] {
        assert_eq!(refused(text), (line, column, message.to_owned()), "{text:?}");
    }
}

#[test]
fn an_unquoted_placeholder_is_quoted_in_the_suggestion() {
    for (text, replacement) in [
        ("a: {{.Project}}-x # why\n", "'{{.Project}}-x'"),
        ("a: [{{ Project }}, b]\n", "'{{ Project }}'"),
        ("a: {{ 'x' }}\n", "\"{{ 'x' }}\""),
    ] {
        let problem = parse(&Source::new("rune.yaml", text)).unwrap_err();
        assert_eq!(problem.replacement.as_deref(), Some(replacement), "{text}");
    }
}

/// Every hostile text is refused at a place, soon. The bound leaves room for an unoptimised build on a
/// busy machine: what it catches are quadratic and exponential parses, which take minutes.
#[test]
#[allow(clippy::disallowed_methods)] // how long it takes is the question
fn hostile_files_are_refused_soon() {
    let doubling = |open: &str, next: &dyn Fn(usize) -> String, count: usize| {
        (1..count).fold(open.to_owned(), |text, i| text + &next(i))
    };
    let laughs = doubling("a0: &a0 [x, x]\n", &|i| format!("a{i}: &a{i} [*a{0}, *a{0}, *a{0}]\n", i - 1), 30);
    let merges = doubling(
        "a0: &a0 {x: 1}\n",
        &|i| format!("a{i}: &a{i} {{<<: [*a{0}, *a{0}], k{i}: 1}}\n", i - 1),
        400,
    );
    for text in [
        "[".repeat(100_000),
        "{a: ".repeat(100_000),
        "- ".repeat(100_000),
        "? ".repeat(100_000),
        "&a ".repeat(100_000),
        "!a ".repeat(100_000),
        "---\n".repeat(100_000),
        "a: &a x\n".repeat(100_000),
        "k: 1\n".repeat(100_000),
        format!("a: [{}]", "1,".repeat(400_000)),
        format!("a: \"{}", "x".repeat(1_000_000)),
        "x".repeat(LARGEST + 1),
        laughs,
        merges,
    ] {
        let start = Instant::now();
        let (line, column, message) = refused(&text);
        let taken = start.elapsed();
        assert!(taken < Duration::from_secs(2), "{} took {taken:?}", &text[..20]);
        assert!(line > 0 && column > 0 && !message.is_empty());
        assert!(!message.contains(" at line "), "{message}");
    }
}

proptest! {
    #[test]
    fn no_text_panics(text in "\\PC*") {
        let _ = parse(&Source::new("rune.yaml", text));
    }

    #[test]
    fn no_yaml_like_text_panics(text in "([a-z]|: |- |\n|  |\\{\\{|\\}|\\[|\\]|'|\"|\\*a|&a|<<|!|\\||>|#|\t|\u{feff}|ä|\r|,|~|1)*") {
        let _ = parse(&Source::new("rune.yaml", text));
    }
}
