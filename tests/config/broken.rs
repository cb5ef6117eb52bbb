//! Configs with mistakes. Beside each stands what is wrong with it, line by line.

use std::fs;

use rune::config::{check, report};

use crate::place::{Place, configs, line};

#[test]
fn every_mistake_is_reported_at_its_place() {
    let files = configs("config/broken");
    assert!(files.len() >= 40, "{}", files.len());
    for file in files {
        let mut place = Place::new();
        place.request.file = Some(file.clone());
        let root = place.request.directory.to_string_lossy().into_owned();
        let expected = fs::read_to_string(file.with_extension("problems")).unwrap();
        let expected = expected.replace("$ROOT", &root).replace("$PROJECT", "shop");
        let checked = check(&place.request, &|_| false).unwrap();
        let found: Vec<String> = checked.problems.problems.iter().map(line).collect();
        assert_eq!(found, expected.lines().collect::<Vec<_>>(), "{}", file.display());
        for problem in &checked.problems.problems {
            assert_eq!(problem.file, file);
            assert!(problem.message.starts_with(|c: char| !c.is_uppercase()), "{}", problem.message);
            assert!(!problem.message.ends_with('.'), "{}", problem.message);
        }
    }
}

#[test]
fn what_is_suggested_is_shown_in_its_line() {
    let place = Place::with("workspace:\n  windows:\n    - name: a\n      pnaes: [vim]\n");
    let checked = check(&place.request, &|_| false).unwrap();
    let report = report::render(&[checked.problems], report::Style::Plain);
    assert!(report.contains("shop/rune.yaml:4:7"), "{report}");
    assert!(report.contains("4 +       panes: [vim]"), "{report}");
}

#[test]
fn every_suggestion_is_a_config_without_that_mistake() {
    for file in configs("config/broken") {
        let mut place = Place::new();
        place.request.file = Some(file.clone());
        let checked = check(&place.request, &|_| false).unwrap();
        for problem in &checked.problems.problems {
            let Some(replacement) = &problem.replacement else { continue };
            let mut better = checked.problems.source.clone();
            better.replace_range(problem.span.clone(), replacement);
            let mut place = Place::new();
            place.request.file = Some(place.file("better.yaml", &better));
            let left = place.mistakes();
            assert!(!left.contains(&line(problem)), "{}: {left:?}\n{better}", file.display());
        }
    }
}

#[test]
fn mistakes_of_other_projects_do_not_stop_this_one() {
    let config = "projects:\n  - {name: web, detect: [web.txt]}\n  - {name: api, detect: '*'}\nrituals:\n  start:\n    \
                  per_project:\n      web:\n        - command: echo {{ Nope }}\n";
    let place = Place::with(config);
    assert_eq!(place.project().name, "api");
    assert_eq!(place.mistakes(), ["8:28 there is no variable `Nope`"]);
}

#[test]
fn ending_a_workspace_does_not_need_its_directories() {
    let mut place = Place::with("workspace:\n  root: gone\n");
    assert!(place.open().is_err());
    place.request.directories = false;
    assert_eq!(place.project().workspaces.len(), 1);
}

#[test]
fn a_variable_that_does_not_arrive_is_a_remark() {
    let config = "rituals:\n  start:\n    global:\n      - command: curl -H \"$API_TOKEN\"\n      - command: echo $API_TOKEN\n        \
                  pass_env: API_TOKEN\nworkspace:\n  windows:\n    - panes:\n        - 'echo ${API_TOKEN:-none} $HOME'\n";
    let place = Place::with(config);
    let checked = check(&place.request, &|name| name.ends_with("TOKEN")).unwrap();
    assert!(checked.passed());
    let remarks: Vec<String> = checked.remarks.problems.iter().map(line).collect();
    assert_eq!(
        remarks,
        [
            "4:27 `API_TOKEN` looks like a secret and does not reach this command",
            "10:17 `API_TOKEN` looks like a secret and does not reach this command",
        ]
    );
    assert!(checked.remarks.problems[0].help.as_deref().unwrap().contains("pass_env: [API_TOKEN]"));
}
