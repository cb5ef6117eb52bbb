//! Which file, root and project a request finds.

use std::fs;
use std::path::Path;

use rune::config::{Origin, find, load, names};
use rune::error::Error;

use crate::place::{Place, shown};

const NONE: &str = "workspace: none\n";

#[test]
fn the_file_is_the_named_one_then_the_nearest_then_the_users() {
    let mut place = Place::new();
    place.request.directory = place.directory("shop/web/src");
    assert_eq!(find::find(&place.request), Origin::Embedded);
    let old = place.file(".rune/config.yaml", NONE);
    assert_eq!(find::find(&place.request), Origin::User(old));
    let config = place.file(".config/rune/config.yaml", NONE);
    assert_eq!(find::find(&place.request), Origin::User(config));
    let xdg = place.file("xdg/rune/config.yaml", NONE);
    let base = place.home().join("xdg");
    place.set("XDG_CONFIG_HOME", &base.to_string_lossy());
    assert_eq!(find::find(&place.request), Origin::User(xdg));
    let hidden = place.file("shop/.rune.yaml", NONE);
    assert_eq!(find::find(&place.request), Origin::Project(hidden));
    let plain = place.file("shop/rune.yaml", NONE);
    assert_eq!(find::find(&place.request), Origin::Project(plain.clone()));
    let near = place.file("shop/web/.rune.yaml", NONE);
    assert_eq!(find::find(&place.request), Origin::Project(near));
    let other = place.file("other.yaml", NONE);
    place.set("RUNE_CONFIG", &other.to_string_lossy());
    assert_eq!(find::find(&place.request), Origin::User(other));
    place.request.file = Some("../../rune.yaml".into());
    let named = find::find(&place.request);
    assert_eq!(named.path().unwrap().canonicalize().unwrap(), plain);
}

#[test]
fn nothing_above_the_home_directory_is_looked_at() {
    let place = Place::new();
    place.file("rune.yaml", NONE);
    let mut inner = Place::new();
    let home = place.directory("user");
    inner.set("HOME", &home.to_string_lossy());
    inner.request.directory = place.directory("user/shop");
    assert_eq!(find::find(&inner.request), Origin::Embedded);
    inner.set("HOME", "/nowhere");
    assert!(matches!(find::find(&inner.request), Origin::Project(_)));
}

#[test]
fn a_file_of_another_user_is_refused() {
    let mut place = Place::new();
    let file = if rustix::process::geteuid().is_root() {
        let file = place.file("rune.yaml", NONE);
        std::os::unix::fs::chown(&file, Some(1), None).unwrap();
        file
    } else {
        Path::new("/etc/passwd").to_owned()
    };
    place.request.file = Some(file);
    let error = place.open().unwrap_err();
    assert_eq!(error.code(), 5, "{}", shown(&error));
}

#[test]
fn a_file_that_cannot_be_read_says_so() {
    let mut place = Place::new();
    place.request.file = Some("missing.yaml".into());
    let error = place.open().unwrap_err();
    assert_eq!(error.code(), 2);
    assert!(error.to_string().contains("missing.yaml"));
    place.request.file = Some(".".into());
    assert_eq!(place.open().unwrap_err().code(), 2);
}

#[test]
fn the_root_of_a_projects_file_is_its_directory() {
    let mut place = Place::with("projects:\n  - {name: web, detect: [web/]}\n  - {name: any, detect: '*'}\n");
    place.request.directory = place.directory("shop/deep/down");
    let project = place.project();
    assert_eq!((project.name.as_str(), project.root), ("any", place.home().join("shop")));
    place.directory("shop/web");
    let project = place.project();
    assert_eq!((project.name.as_str(), project.rule.as_str()), ("web", "`detect: web/`"));
}

/// A config for all projects of the user, and the working directory.
fn user_wide(place: &mut Place, config: &str, directory: &str) -> (String, String, String) {
    place.file(".config/rune/config.yaml", config);
    place.request.directory = place.directory(directory);
    let project = place.project();
    let root = project.root.strip_prefix(place.home()).unwrap().to_string_lossy().into_owned();
    (project.name, root, project.rule)
}

#[test]
fn the_root_of_a_users_file_is_the_nearest_directory_that_a_pattern_fits() {
    let config =
        "projects:\n  - {name: web, detect: [package.json]}\n  - {name: api, detect: [go.mod, '*.proto']}\n";
    let mut place = Place::new();
    place.directory("repo/.git");
    place.file("repo/go.mod", "module x/repo\n");
    place.file("repo/web/package.json", "{}");
    let found = |name: &str, root: &str, rule: &str| (name.to_owned(), root.to_owned(), rule.to_owned());
    assert_eq!(
        user_wide(&mut place, config, "repo/web/src"),
        found("web", "repo/web", "`detect: package.json`")
    );
    assert_eq!(user_wide(&mut place, config, "repo/cmd/x"), found("api", "repo", "`detect: go.mod`"));
    // outside of a work tree only the working directory counts
    place.file("loose/go.mod", "module x/loose/v2\n");
    assert_eq!(user_wide(&mut place, config, "loose"), found("api", "loose", "`detect: go.mod`"));
    assert_eq!(
        user_wide(&mut place, config, "loose/in"),
        found("in", "loose/in", "the name of the directory")
    );
    // a file above the top of the work tree does not count either
    place.file("package.json", "{}");
    place.directory("plain/.git");
    assert_eq!(
        user_wide(&mut place, config, "plain/a/b"),
        found("plain", "plain", "the name of the directory")
    );
}

#[test]
fn patterns_of_every_kind() {
    for (pattern, fits) in [
        ("web/", true),
        ("README.md/", false),
        ("README.md", true),
        ("README*", true),
        ("*.rs", false),
        ("*/src/*", true),
        ("web/src/app.ts", true),
        ("*/nothing/*", false),
        ("src", false),
        ("*", true),
        (".hidden", true),
        ("*hidden", false),
        ("env:SHOP=1", true),
        ("env:SHOP=2", false),
        ("git:shop", true),
        ("git:store", true),
        ("git:other", false),
        ("git-remote:https://example.org/team/store", true),
        ("git-remote:https://example.org/team/other", false),
        ("dir:~/shop", true),
        ("dir:~/other", false),
    ] {
        let mut place = Place::with(&format!("projects: [{{name: found, detect: '{pattern}'}}]\n"));
        place.set("SHOP", "1");
        place.file("shop/web/src/app.ts", "");
        place.file("shop/README.md", "");
        place.file("shop/.hidden", "");
        place.file("shop/.git/config", "[remote \"origin\"]\n\turl = git@example.org:team/store.git\n");
        assert_eq!(place.project().name == "found", fits, "{pattern}");
    }
}

#[test]
fn a_pattern_that_fits_everything_does_not_make_a_subdirectory_the_root() {
    let mut place = Place::new();
    place.directory("repo/.git");
    let (name, root, _) = user_wide(&mut place, "projects: [{name: any, detect: '*'}]\n", "repo/a/b");
    assert_eq!((name.as_str(), root.as_str()), ("any", "repo"));
    let config = "projects: [{name: here, detect: 'dir:~/plain'}]\n";
    let (name, root, _) = user_wide(&mut place, config, "plain/a/b");
    assert_eq!((name.as_str(), root.as_str()), ("here", "plain"));
}

#[test]
fn a_project_without_a_pattern_has_the_name_of_its_files() {
    let place = Place::with(NONE);
    assert_eq!(place.project().rule, "the name of the directory");
    place.file("shop/.git/config", "[remote \"origin\"]\n\turl = https://example.org/team/store.git\n");
    assert_eq!(
        (place.project().name.as_str(), place.project().rule.as_str()),
        ("store", "the name of the git remote")
    );
    place.file("shop/rune.yaml", "workspace: none\nintegrations: {git: {auto_detect_project: false}}\n");
    assert_eq!(place.project().name, "shop");
    place.file("shop/pyproject.toml", "[project]\nname = \"py\"\n");
    place.file("shop/Cargo.toml", "[package]\nname = \"crab\"\n");
    assert_eq!(
        (place.project().name.as_str(), place.project().rule.as_str()),
        ("crab", "the name in `Cargo.toml`")
    );
    place.file("shop/package.json", "{\"name\": \"@team/node\"}");
    assert_eq!(place.project().name, "node");
}

#[test]
fn an_unknown_project_is_a_mistake_of_the_command_line() {
    let mut place = Place::with("projects: [{name: frontend, detect: x}, {name: backend, detect: y}]\n");
    place.request.project = Some("backend".to_owned());
    assert_eq!((place.project().name.as_str(), place.project().rule.as_str()), ("backend", "the argument"));
    for (name, hint) in
        [("fronted", "did you mean `frontend`?"), ("zzz", "there is `frontend` and `backend`")]
    {
        place.request.project = Some(name.to_owned());
        let error = place.open().unwrap_err();
        assert!(matches!(error, Error::Usage { .. }));
        assert_eq!(error.to_string(), format!("there is no project `{name}`"));
        assert_eq!(error.hint().as_deref(), Some(hint));
    }
    // the name that the directory has anyway
    place.request.project = Some("shop".to_owned());
    assert_eq!(place.project().name, "shop");
}

#[test]
fn values_have_names_that_rune_does_not_use() {
    for (name, good) in
        [("port", true), ("_x1", true), ("1x", false), ("a-b", false), ("Project", false), ("socket", false)]
    {
        let mut place = Place::with(NONE);
        place.request.values.insert(name.to_owned(), "1".to_owned());
        assert_eq!(place.open().map_err(|error| error.code()).err(), (!good).then_some(2), "{name}");
    }
}

#[test]
fn the_branch_is_read_from_files() {
    let branch = |place: &Place| place.project().workspaces[0].name.clone();
    let place = Place::with("workspace: {session_name: \"x-{{ Branch }}\"}\n");
    assert_eq!(branch(&place), "x-");
    place.file("shop/.git/HEAD", "ref: refs/heads/feature/cart\n");
    assert_eq!(branch(&place), "x-feature/cart");
    place.file("shop/.git/HEAD", "0123456789abcdef0123456789abcdef01234567\n");
    assert_eq!(branch(&place), "x-0123456789ab");
    // a linked work tree
    fs::remove_dir_all(place.home().join("shop/.git")).unwrap();
    place.file("shop/.git", "gitdir: ../main/.git/worktrees/shop\n");
    place.file("main/.git/worktrees/shop/HEAD", "ref: refs/heads/linked\n");
    place.file("main/.git/worktrees/shop/commondir", "../..\n");
    place.file("main/.git/config", "[remote \"origin\"]\n\turl = https://example.org/team/origin\n");
    assert_eq!(branch(&place), "x-linked");
    assert_eq!(place.project().name, "origin");
}

#[test]
#[allow(clippy::disallowed_methods)] // a real work tree
fn conditions_ask_the_real_work_tree() {
    let config = "workspace:\n  windows:\n    - {name: always}\n    - {name: clean, when: git_clean}\n    - {name: dirty, when: git_dirty}\n";
    let place = Place::with(config);
    let windows = |place: &Place| -> Vec<String> {
        place.project().workspaces[0].windows.iter().map(|window| window.key.to_string()).collect()
    };
    assert_eq!(windows(&place), ["always"]);
    let git = |words: &[&str]| {
        let status =
            std::process::Command::new("git").arg("-C").arg(&place.request.directory).args(words).output();
        assert!(status.unwrap().status.success(), "{words:?}");
    };
    git(&["init", "-q"]);
    assert_eq!(windows(&place), ["always", "dirty"]);
    git(&["add", "."]);
    git(&["-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "-q", "-m", "x"]);
    assert_eq!(windows(&place), ["always", "clean"]);
}

#[test]
fn names_are_there_for_completions() {
    let config = "projects: [{name: a, detect: x}]\nrituals: {stop: {per_project: {b: [], a: []}}}\nworkspaces:\n  dev:\n    windows:\n      \
                  - {name: editor, panes: [vim, {command: x, key: tests}]}\n      - {panes: [a]}\n";
    let names = names(&load(&Place::with(config).request).unwrap());
    assert_eq!(names.projects, ["a", "b"]);
    assert_eq!(names.workspaces, ["dev"]);
    assert_eq!(names.windows, ["editor", "2"]);
    assert_eq!(names.panes, ["editor.1", "editor.tests", "2.1"]);
}
