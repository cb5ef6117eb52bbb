//! Scripts with what they say, and scripts with what is wrong with them.

use std::fs;
use std::path::Path;

use rune::config::report;
use rune::config::source::Source;
use rune::error::Problems;
use rune::heroscript::{ACTIONS, Others, Statement, parse};

use crate::script::{good, lines, read, scripts};

/// The statements as they stand beside a script.
fn shown(statements: &[Statement]) -> String {
    serde_yaml::to_string(statements).unwrap()
}

#[test]
fn every_good_script_says_what_stands_beside_it() {
    let files = scripts("tests/heroscript/good");
    assert!(files.len() >= 30, "{}", files.len());
    for file in files {
        let statements = good(&fs::read_to_string(&file).unwrap());
        let expected = fs::read_to_string(file.with_extension("yaml")).unwrap();
        assert_eq!(shown(&statements), expected, "{}", file.display());
    }
}

#[test]
fn every_action_and_parameter_is_in_a_good_script() {
    let texts: Vec<String> =
        scripts("tests/heroscript/good").iter().map(|file| fs::read_to_string(file).unwrap()).collect();
    for spec in &ACTIONS {
        let all: String = texts
            .iter()
            .flat_map(|text| {
                text.split("!!tmux.").filter(|part| part.split([' ', '\n']).next() == Some(spec.name))
            })
            .collect();
        assert!(!all.is_empty(), "{}", spec.name);
        for parameter in spec.parameters {
            assert!(all.contains(parameter.name), "{} {}", spec.name, parameter.name);
        }
    }
}

#[test]
fn every_mistake_is_reported_at_its_place() {
    let files = scripts("tests/heroscript/broken");
    assert!(files.len() >= 30, "{}", files.len());
    for file in files {
        let problems = read(&fs::read_to_string(&file).unwrap()).expect_err(&file.to_string_lossy());
        let expected = fs::read_to_string(file.with_extension("problems")).unwrap();
        assert_eq!(lines(&problems), expected.lines().collect::<Vec<_>>(), "{}", file.display());
        for problem in &problems {
            assert_eq!(problem.file, Path::new("day.heroscript"));
            assert!(problem.message.starts_with(|c: char| !c.is_uppercase()), "{}", problem.message);
            assert!(!problem.message.ends_with('.'), "{}", problem.message);
        }
    }
}

#[test]
fn every_suggestion_is_a_script_without_that_mistake() {
    let mut suggestions = 0;
    for file in scripts("tests/heroscript/broken") {
        let text = fs::read_to_string(&file).unwrap();
        for problem in read(&text).unwrap_err() {
            let Some(replacement) = &problem.replacement else { continue };
            let mut better = text.clone();
            better.replace_range(problem.span.clone(), replacement);
            let left = lines(&read(&better).err().unwrap_or_default());
            let mistake = &lines(std::slice::from_ref(&problem))[0];
            assert!(!left.contains(mistake), "{}: {left:?}\n{better}", file.display());
            suggestions += 1;
        }
    }
    assert!(suggestions >= 15, "{suggestions}");
}

#[test]
fn a_report_looks_like_that_of_a_config() {
    let text = "!!tmux.session_create\n    nmae:'x'\n";
    let problems = read(text).unwrap_err();
    let report = report::render(&[Problems { source: text.to_owned(), problems }], report::Style::Plain);
    for part in [
        "error: `session_create` has no parameter `nmae`",
        "day.heroscript:2:5",
        "did you mean `name`?",
        "2 +     name:'x'",
    ] {
        assert!(report.contains(part), "{report}");
    }
}

#[test]
fn actions_of_others_are_passed_over_when_asked() {
    let text = "!!git.clone url:'x\n  !!tmux.session_ensure name:inside\n  ' 'odd' : x\n    more:'don't'\n\
                !!tmux.session_ensure name:a\n!!core.x list:[1, 2]\n!!tmux.sesion name:b\n";
    let skip = |text| parse(&Source::new("day.heroscript", text), Others::Skip);
    let problems = skip(text).unwrap_err();
    assert_eq!(lines(&problems), ["7:8 there is no action `sesion`"]);
    let statements = skip(text.rsplit_once("!!tmux").unwrap().0).unwrap();
    assert_eq!(statements.len(), 1);
    assert_eq!(statements[0].line, 5);
}

#[test]
fn the_page_on_the_language_has_every_action_and_parameter() {
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/heroscript.md")).unwrap();
    for spec in &ACTIONS {
        let row = page.lines().find(|line| line.starts_with(&format!("| `{}`", spec.name)));
        let row = row.unwrap_or_else(|| panic!("docs/heroscript.md has no row for `{}`", spec.name));
        for parameter in spec.parameters {
            let name = format!("`{}`", parameter.name);
            let set = if parameter.required { format!("**{name}**") } else { name };
            assert!(row.contains(&set), "{row} has no {set}");
        }
    }
}

/// Writes what stands beside every script; whoever changes the language reads the difference.
#[test]
#[ignore = "writes test data"]
fn write_what_stands_beside_the_scripts() {
    for file in scripts("tests/heroscript/good") {
        let statements = good(&fs::read_to_string(&file).unwrap());
        fs::write(file.with_extension("yaml"), shown(&statements)).unwrap();
    }
    for file in scripts("tests/heroscript/broken") {
        let problems = read(&fs::read_to_string(&file).unwrap()).unwrap_err();
        fs::write(file.with_extension("problems"), lines(&problems).join("\n") + "\n").unwrap();
    }
}
