//! Real configs that nobody of this project wrote: they load unchanged.

use rune::config::check;
use rune::project::Project;
use rune::ritual::Interactive;
use rune::workspace::{Command, Layout, NamedLayout};

use crate::place::{Place, configs};

#[test]
fn every_config_of_the_older_program_loads_for_each_of_its_projects() {
    let files = configs("acceptance");
    assert_eq!(files.len(), 10);
    for file in files {
        let mut place = Place::new();
        place.request.file = Some(file.clone());
        let checked = check(&place.request, &|_| false).unwrap();
        assert!(checked.passed(), "{}: {:?}", file.display(), checked.problems.problems);
        let loaded = rune::config::load(&place.request).unwrap();
        let projects = rune::config::names(&loaded).projects;
        assert!(!projects.is_empty());
        for name in projects {
            place.request.project = Some(name.clone());
            let project = place.project();
            assert_eq!(project.name, name);
            assert!(!project.start.is_empty() && !project.stop.is_empty(), "{}", file.display());
            assert!(!project.workspaces.is_empty(), "{}", file.display());
            assert!(project.workspaces.iter().all(|workspace| !workspace.windows.is_empty()));
            assert!(project.notes.iter().any(|note| note.contains("work_hours")), "{:?}", project.notes);
        }
    }
}

fn developer(name: &str) -> Project {
    let mut place = Place::new();
    place.request.file =
        configs("acceptance").into_iter().find(|path| path.ends_with("config-developer.yaml"));
    place.request.project = Some(name.to_owned());
    place.project()
}

#[test]
fn the_developers_template_is_four_windows_with_eight_panes() {
    let project = developer("docs");
    let [workspace] = project.workspaces.as_slice() else { panic!("{:?}", project.workspaces) };
    assert_eq!(workspace.name, "dev-docs");
    assert_eq!(workspace.identity.template.as_str(), "fullstack-dev");
    let windows: Vec<(&str, usize)> =
        workspace.windows.iter().map(|window| (window.key.as_str(), window.panes.len())).collect();
    assert_eq!(windows, [("editor", 2), ("frontend", 2), ("backend", 2), ("monitoring", 2)]);
    assert_eq!(workspace.windows[0].layout, Layout::Named(NamedLayout::MainHorizontal));
    assert_eq!(workspace.windows[1].layout, Layout::Named(NamedLayout::Tiled));
    assert_eq!(
        workspace.windows[1].panes[0].command,
        Command::Script("cd frontend && npm run dev".to_owned())
    );
    assert!(workspace.windows[0].focus && !workspace.windows[1].focus);
    assert!(workspace.windows[1].panes[0].focus && !workspace.windows[1].panes[1].focus);
    let setup = &project.start[2];
    assert_eq!(setup.interactive, Some(Interactive::Workspace(workspace.identity.template.clone())));
    // its text is shown, not run
    assert_eq!(setup.command, Some(Command::Script("echo 'Starting development environment...'".to_owned())));
}

#[test]
fn a_session_of_a_command_is_a_workspace_of_its_own() {
    let project = developer("frontend");
    let names: Vec<&str> = project.workspaces.iter().map(|workspace| workspace.name.as_str()).collect();
    assert_eq!(names, ["dev-frontend", "frontend-dev-frontend"]);
    let session = &project.workspaces[1];
    assert_eq!(session.windows.len(), 1);
    assert_eq!(session.windows[0].name.as_deref(), Some("Interactive Development Session"));
    assert_eq!(
        session.windows[0].panes[0].command,
        Command::Script("echo 'Starting interactive frontend development...'".to_owned())
    );
    let stop: Vec<&str> = project.stop.iter().map(|command| command.name.as_str()).collect();
    assert_eq!(stop, ["Build Production", "Run Linter", "Commit Work in Progress", "Push Changes"]);
    let start: Vec<(&str, bool)> =
        project.start.iter().map(|command| (command.name.as_str(), command.global)).collect();
    assert_eq!(start[2], ("Setup Development Environment", true));
    assert_eq!(start[3], ("Install Dependencies", false));
}

#[test]
fn every_example_is_a_config_without_mistakes() {
    let files = [configs("../examples"), configs("../examples/services")].concat();
    assert!(files.len() >= 3, "{files:?}");
    for file in files {
        let mut place = Place::new();
        place.request.file = Some(file.clone());
        assert_eq!(place.mistakes(), Vec::<String>::new(), "{}", file.display());
    }
}
