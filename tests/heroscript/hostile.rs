//! Nothing that stands in a script makes rune panic or take long.

use std::fs;
use std::path::Path;
use std::time::Duration;

use proptest::prelude::*;
use rune::config::source::Source;
use rune::config::{find, report};
use rune::error::Problems;
use rune::heroscript::{Others, batches, convert, parse};

use crate::script::scripts;

/// Reads `text`, and does with it whatever can be done.
fn used(text: &str) {
    let source = Source::new("day.heroscript", text);
    for others in [Others::Refuse, Others::Skip] {
        match parse(&source, others) {
            Ok(statements) => {
                for batch in batches(&statements) {
                    assert!(!batch.to_string().is_empty());
                }
                convert(&statements, "day.heroscript").unwrap();
            }
            Err(problems) => {
                assert!(!problems.is_empty() && problems.len() <= 100);
                report::render(&[Problems { source: text.to_owned(), problems }], report::Style::Plain);
            }
        }
    }
}

/// How long this thread has worked, whatever else the machine did meanwhile.
fn worked() -> Duration {
    let text = fs::read_to_string("/proc/thread-self/schedstat").expect("the kernel counts it");
    let nanoseconds = text.split_whitespace().next().and_then(|word| word.parse().ok());
    Duration::from_nanos(nanoseconds.expect("the first word is a number"))
}

/// Four times the text may take four times as long, and not sixteen; a bound leaves room for an
/// unoptimised build.
#[test]
fn a_megabyte_is_read_in_proportion() {
    let makers: [(&str, &dyn Fn(usize) -> String); 13] = [
        ("actions", &|n| "!!tmux.session_ensure name:a\n".repeat(n / 29)),
        ("mistakes", &|n| "!!tmux.x y:z\n".repeat(n / 13)),
        ("quotes", &|n| format!("!!tmux.x {}", "a:'\n".repeat(n / 4))),
        ("both quotes", &|n| format!("!!tmux.x {}", "a:'\" b:\"'\n ".repeat(n / 11))),
        ("glued quotes", &|n| "!!tmux.x a:'\n!!\n'b\n".repeat(n / 18)),
        ("no end", &|n| format!("!!tmux.x a:'{}", "\\'".repeat(n / 2))),
        ("one value", &|n| format!("!!tmux.session_ensure name:{}", "n".repeat(n))),
        ("one line of parameters", &|n| format!("!!tmux.session_ensure {}", "name:a ".repeat(n / 7))),
        ("deep lines", &|n| format!("!!tmux.pane_execute name:'a|b|1' cmd:'{}x'", "\n   y".repeat(n / 5))),
        ("variables", &|n| format!("!!tmux.window_create name:'a|b' env:'{}'", "A,".repeat(n / 2))),
        ("commas", &|n| format!("!!tmux.window_create name:'a|b' env:'A=1{}'", "\\,".repeat(n / 2))),
        ("exclamation marks", &|n| "!".repeat(n)),
        ("colons", &|n| format!("!!tmux.x {}", ": ".repeat(n / 2))),
    ];
    for (name, make) in makers {
        let took = |size: usize| {
            let source = Source::new("day.heroscript", make(size));
            let start = worked();
            let _ = parse(&source, Others::Refuse);
            worked() - start
        };
        took(1 << 16);
        let (small, large) = (took(1 << 18), took(1 << 20));
        assert!(
            large < small * 8 + Duration::from_millis(200),
            "{name}: {small:?} for 256 KiB, {large:?} for 1 MiB"
        );
    }
}

#[test]
fn many_splits_and_panes_do_not_overflow() {
    let splits = "!!tmux.pane_split name:'a|b' cmd:x horizontal\n".repeat(5_000);
    used(&format!("!!tmux.window_create name:'a|b'\n{splits}"));
    used(&"!!tmux.pane_ensure name:'a|b|x' \n".repeat(5_000));
    let labels: String =
        (0..500).map(|i| format!("!!tmux.pane_ensure name:'a|b|x{i}' cmd:'{i}'\n")).collect();
    used(&labels);
}

#[test]
fn bytes_that_are_no_text_have_a_place() {
    let error = find::decode(Path::new("day.heroscript"), b"!!tmux.session_ensure\n  name:\xff".to_vec());
    let Err(rune::error::Error::Config(files)) = error else { panic!() };
    assert_eq!((files[0].problems[0].line, files[0].problems[0].column), (2, 8));
}

/// What people write, cut, doubled and mixed.
fn pieces() -> Vec<String> {
    let files = [scripts("tests/heroscript/good"), scripts("tests/heroscript/broken")].concat();
    let mut pieces: Vec<String> =
        ["'", "\"", "\\", "\n", "!!", ":", "//", " ", "\t", "\r", "|", ",", "="].map(str::to_owned).to_vec();
    for file in files {
        let text = fs::read_to_string(file).unwrap();
        pieces.extend(text.lines().map(|line| format!("{line}\n")));
        pieces.extend(text.split_inclusive(':').map(str::to_owned));
    }
    pieces
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn no_text_panics(text in "(\\PC|[\n\r\t\0'\"\\\\:!|,=/#\u{feff} ]){0,200}") {
        used(&text);
    }

    #[test]
    fn no_mixture_of_pieces_panics(
        pieces in proptest::collection::vec(proptest::sample::select(pieces()), 0..30)
    ) {
        used(&pieces.concat());
    }

    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        if let Ok(source) = find::decode(Path::new("day.heroscript"), bytes) {
            used(source.text());
        }
    }
}
