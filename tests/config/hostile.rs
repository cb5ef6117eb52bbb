//! Nothing that stands in a file makes rune panic or take long.

use std::path::Path;
use std::time::Duration;

use proptest::prelude::*;
use rune::config::source::Source;
use rune::config::{check, find, load, project, report};
use rune::error::Error;

use crate::place::{Place, configs};

/// Checks `text` and renders what is wrong with it; how many mistakes there are.
fn checked(text: &str) -> usize {
    let place = Place::with(text);
    match check(&place.request, &|_| true) {
        Ok(checked) => {
            let count = checked.problems.problems.len();
            report::render(&[checked.problems, checked.remarks], report::Style::Plain);
            count
        }
        Err(error) => panic!("{error:?}"),
    }
}

/// How long this thread has worked, whatever else the machine did meanwhile.
fn worked() -> Duration {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").expect("the kernel counts it");
    let nanoseconds = text.split_whitespace().next().and_then(|word| word.parse().ok());
    Duration::from_nanos(nanoseconds.expect("the first word is a number"))
}

/// The bound leaves room for an unoptimised build: it is there for what grows faster than its file.
#[test]
fn files_with_too_many_mistakes_are_refused_soon() {
    let many = |entry: &dyn Fn(usize) -> String, count| (0..count).map(entry).collect::<String>();
    for text in [
        format!("{{{}}}", many(&|i| format!("k{i}: 1, "), 9_000)),
        many(&|i| format!("k{i}: 1\n"), 9_000),
        format!("workspace:\n  windows:\n{}", many(&|_| "    - name: a\n".to_owned(), 5_000)),
        format!("workspaces:\n{}", many(&|i| format!("  t{i}: {{extends: t{}}}\n", i + 1), 2_000)),
        format!("workspaces:\n{}", many(&|i| format!("  t{i}: {{extends: u{i}}}\n"), 2_000)),
        format!("{}: 1\n", "k".repeat(500_000)),
        format!("workspace: {}\n", "k".repeat(500_000)),
        format!("workspace:\n  windows:\n    - panes: [\"{}\"]\n", "{{ nope }}".repeat(50_000)),
    ] {
        let start = worked();
        assert!(checked(&text) > 0);
        let taken = worked() - start;
        assert!(taken < Duration::from_secs(5), "{}… took {taken:?}", &text[..40]);
    }
}

#[test]
fn many_projects_are_chosen_from_soon() {
    let projects: String = (0..3_000).map(|i| format!("  - {{name: p{i}, detect: ['*.x{i}']}}\n")).collect();
    let config = format!("workspace: none\nprojects:\n{projects}  - {{name: last, detect: ['*.toml']}}\n");
    let place = Place::with(&config);
    for i in 0..100 {
        place.file(&format!("shop/file{i}.txt"), "");
    }
    place.file("shop/Shop.toml", "");
    let start = worked();
    let loaded = load(&place.request).unwrap();
    let read = worked() - start;
    assert_eq!(project(&loaded, &place.request).unwrap().name, "last");
    let chosen = worked() - start - read;
    // Each pattern is compared with each name: much less than reading the file and the directory for each.
    assert!(chosen < read * 3, "reading took {read:?}, choosing {chosen:?}");
}

#[test]
fn what_expands_to_too_much_is_refused_in_words() {
    let chain = |line: &dyn Fn(usize) -> String| (1..40).map(line).collect::<String>();
    let nine = |i: usize| vec![format!("*a{}", i - 1); 9].join(",");
    for (text, message) in [
        (
            format!("a0: &a0 [x]\n{}", chain(&|i| format!("a{i}: &a{i} [{}]\n", nine(i)))),
            "the aliases of this file expand to too much",
        ),
        (
            format!(
                "workspaces:\n  a0: &a0 {{root: x}}\n{}",
                chain(&|i| format!("  a{i}: &a{i} {{<<: [{}]}}\n", nine(i)))
            ),
            "the file merges too often",
        ),
    ] {
        let mistakes = Place::with(&text).mistakes();
        assert!(mistakes.len() == 1 && mistakes[0].ends_with(message), "{mistakes:?}");
    }
}

#[test]
fn bytes_that_are_no_text_have_a_place() {
    let place = Place::new();
    let path = place.home().join("shop/rune.yaml");
    std::fs::write(path, b"version: 1\nworkspace: \"d\xffx\"\n").unwrap();
    let Err(Error::Config(files)) = place.open() else { panic!() };
    assert_eq!((files[0].problems[0].line, files[0].problems[0].column), (2, 14));
}

/// What people write, cut, doubled and mixed.
fn pieces() -> Vec<String> {
    let mut pieces: Vec<String> = Vec::new();
    for file in
        configs("config/broken").into_iter().chain(configs("config/good")).chain(configs("acceptance"))
    {
        pieces.extend(std::fs::read_to_string(file).unwrap().lines().map(|line| format!("{line}\n")));
    }
    pieces
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        match find::decode(Path::new("rune.yaml"), bytes) {
            Ok(source) => drop(checked(source.text())),
            Err(error) => prop_assert!(matches!(error, Error::Config(_))),
        }
    }

    #[test]
    fn no_mixture_of_lines_panics(lines in proptest::collection::vec(proptest::sample::select(pieces()), 0..12)) {
        let text: String = lines.concat();
        checked(&text);
    }

    #[test]
    fn no_cut_config_panics(
        text in proptest::sample::select(configs("config/good")),
        cut in 0.0..1.0f64,
        junk in "[\\[\\]{}:'\"|>&*!%@`#,\\- \n\t\0äa1~]{0,6}",
    ) {
        let mut text = std::fs::read_to_string(text).unwrap();
        let mut at = (text.len() as f64 * cut) as usize;
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        text.insert_str(at, &junk);
        checked(&text);
        let _ = Source::new("rune.yaml", text).position(at);
    }

    #[test]
    fn no_name_or_value_panics(project in "\\PC*", name in "\\PC*", value in "(\\PC|\n|\0)*", workspace in "\\PC*") {
        let mut place = Place::with("workspace:\n  session_name: \"{{ Project }}-{{ x }}\"\n  vars: {x: 1}\n");
        place.request.project = Some(project);
        place.request.values.insert(name, value.clone());
        place.request.values.insert("x".to_owned(), value);
        place.request.workspaces = vec![workspace];
        if let Err(error) = place.open() {
            prop_assert!([2, 5].contains(&error.code()), "{error:?}");
        }
    }
}
