//! Mistakes of a config as people and programs read them.

use annotate_snippets::{AnnotationKind, Group, Level, Patch, Renderer, Snippet};
use serde_json::{Value, json};

use crate::error::{Problem, Problems};

/// How a report looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// Letters only.
    Plain,
    /// With colour.
    Styled,
}

/// How much a report weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    /// A mistake: the config is refused.
    Error,
    /// A remark: something to know.
    Note,
}

/// The lines around a problem that are looked at, in bytes: a single line of a megabyte is shown
/// in part.
const AROUND: usize = 2_000;

/// Every problem with its place, its line, what to do, and the corrected line where it is known.
pub fn render(files: &[Problems], style: Style) -> String {
    weighted(files, style, Weight::Error)
}

/// As [`render`], for remarks too.
pub fn weighted(files: &[Problems], style: Style, weight: Weight) -> String {
    let renderer = match style {
        Style::Plain => Renderer::plain(),
        Style::Styled => Renderer::styled(),
    };
    let mut text = String::new();
    for file in files {
        for problem in &file.problems {
            text.push_str(&renderer.render(&groups(&file.source, problem, weight)));
            text.push_str("\n\n");
        }
    }
    text
}

/// Every problem as JSON: `file`, `line`, `column`, `start`, `end`, `message`, `help` and `replacement`.
pub fn json(files: &[Problems]) -> Value {
    let problems = files.iter().flat_map(|file| &file.problems).map(|problem| {
        json!({
            "file": problem.file.to_string_lossy(),
            "line": problem.line,
            "column": problem.column,
            "start": problem.span.start,
            "end": problem.span.end,
            "message": problem.message,
            "help": problem.help,
            "replacement": problem.replacement,
        })
    });
    Value::Array(problems.collect())
}

fn groups<'p>(source: &'p str, problem: &'p Problem, weight: Weight) -> Vec<Group<'p>> {
    let level = match weight {
        Weight::Error => Level::ERROR,
        Weight::Note => Level::NOTE,
    };
    let title = level.primary_title(problem.message.as_str());
    let path = problem.file.to_string_lossy().into_owned();
    let (window, line, span) = window(source, problem);
    let snippet = Snippet::source(window)
        .path(path.clone())
        .line_start(line)
        .annotation(AnnotationKind::Primary.span(span.clone()));
    let mut group = title.element(snippet);
    let Some(replacement) = problem.replacement.as_deref().filter(|_| !span.is_empty()) else {
        if let Some(help) = &problem.help {
            group = group.element(Level::HELP.message(help.as_str()));
        }
        return vec![group];
    };
    let help = problem.help.as_deref().unwrap_or("write");
    let patch = Snippet::source(window).path(path).line_start(line).patch(Patch::new(span, replacement));
    vec![group, Level::HELP.secondary_title(help).element(patch)]
}

/// The part of the source that a report shows, the number of its first line, and where in it the problem is.
fn window<'s>(source: &'s str, problem: &Problem) -> (&'s str, usize, std::ops::Range<usize>) {
    let (start, end) = (problem.span.start.min(source.len()), problem.span.end.min(source.len()));
    let edge = |mut at: usize| {
        while !source.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    let lines = |before: &str| before.rfind('\n').map_or(0, |newline| newline + 1);
    let first = lines(&source[..edge(start)]).max(edge(start.saturating_sub(AROUND)));
    // the end of the file has no line of its own to show, so the one before it is
    let (first, line) = if first == source.len() && first > 0 && problem.line > 1 {
        (lines(&source[..first - 1]), problem.line - 1)
    } else {
        (first, problem.line)
    };
    let last = edge(end.min(start + AROUND));
    let rest = &source[last..];
    let tail = rest.find('\n').unwrap_or(rest.len());
    let stop = edge(last + tail.min(AROUND));
    (&source[first..stop], line, edge(start) - first..last.max(edge(start)) - first)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::source::Source;
    use crate::config::tree::Place;
    use proptest::prelude::*;

    fn problems(text: &str, span: std::ops::Range<usize>, replacement: Option<&str>) -> Vec<Problems> {
        let source = Source::new("rune.yaml", text);
        let mut problem = source.problem(&Place { span, used: None }, "a window has no key `pnaes`");
        problem.replacement = replacement.map(str::to_owned);
        problem.help = Some("did you mean `panes`?".to_owned());
        vec![Problems { source: text.to_owned(), problems: vec![problem] }]
    }

    #[test]
    fn a_report_shows_place_line_and_the_corrected_line() {
        let report = render(&problems("a: 1\n  pnaes: [x]\n", 7..12, Some("panes")), Style::Plain);
        assert!(report.contains("error: a window has no key `pnaes`"), "{report}");
        assert!(report.contains("rune.yaml:2:3"), "{report}");
        assert!(report.contains("2 |   pnaes: [x]"), "{report}");
        assert!(report.contains("did you mean `panes`?"), "{report}");
        assert!(report.contains("2 +   panes: [x]"), "{report}");
        assert!(!report.contains('\u{1b}'));
        assert!(render(&problems("a: 1", 0..1, None), Style::Styled).contains('\u{1b}'));
    }

    #[test]
    fn json_has_every_field() {
        let json = json(&problems("a: 1\n  pnaes: [x]\n", 7..12, Some("panes")));
        assert_eq!(json[0]["line"], 2);
        assert_eq!(json[0]["column"], 3);
        assert_eq!(json[0]["replacement"], "panes");
    }

    #[test]
    fn a_long_line_is_shown_in_part() {
        let text = "x".repeat(1 << 20);
        let report = render(&problems(&text, 500_000..500_001, None), Style::Plain);
        assert!(report.len() < 10_000, "{}", report.len());
    }

    proptest! {
        #[test]
        fn no_place_panics(text in "(\\PC|\n|\t|\r|\u{feff})*", start in 0usize..50, length in 0usize..50) {
            let report = render(&problems(&text, start..start + length, Some("x")), Style::Plain);
            prop_assert!(report.contains("rune.yaml"));
        }
    }
}
