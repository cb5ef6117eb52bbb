//! Names and other people's text on their way through tmux: kept where they can be, run never.

use crate::support::{Server, on_each_tmux};

/// Text that tmux or a shell would act on, were it given the chance. `CANARY` is a file's path.
const NASTY: &str = "a.b:c d #{session_name} #(touch CANARY) $(touch CANARY) `touch CANARY` %Y %% ;";

fn nasty(server: &Server) -> String {
    NASTY.replace("CANARY", &server.root().join("canary").display().to_string())
}

fn as_yaml(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// What stands behind `NAME=` in the environment of the first process whose words contain `of`.
fn variable_of(server: &Server, of: &str, name: &str) -> Option<String> {
    let process = server.processes().into_iter().find(|process| process.words.starts_with(of))?;
    let all = std::fs::read(format!("/proc/{}/environ", process.pid)).ok()?;
    let all = String::from_utf8_lossy(&all).into_owned();
    all.split('\0').find_map(|entry| entry.strip_prefix(name)?.strip_prefix('=').map(str::to_owned))
}

#[test]
fn hostile_text_is_kept_and_never_run() {
    on_each_tmux(|server| {
        let text = nasty(server);
        let quoted = as_yaml(&text);
        let directory = "d #(touch x) #{pid} #[fg=red] ##";
        std::fs::create_dir(server.project().join(directory)).expect("it can be made");
        let config = format!(
            "workspace:\n  session_name: {quoted}\n  root: {}\n  env: {{V: {quoted}}}\n  windows:\n  \
             - name: {quoted}\n    options: {{'@o': {quoted}}}\n    panes:\n    \
             - {{key: k, title: {quoted}, env: {{W: {quoted}}}, command: exec sleep 1001}}\n    \
             - exec sleep 1002\n  - name: {}\n",
            as_yaml(directory),
            "long".repeat(500),
        );
        server.write("rune.yaml", config);
        server.rune(["start", "-d"]).success();
        server.wait_until("both run", || {
            ["sleep 1001", "sleep 1002"].iter().all(|words| variable_of(server, words, "V").is_some())
        });
        assert_eq!(variable_of(server, "sleep 1001", "V").as_deref(), Some(text.as_str()));
        assert_eq!(variable_of(server, "sleep 1001", "W").as_deref(), Some(text.as_str()));
        let session = server.list_sessions("#{session_id}").remove(0);
        let first = format!("{session}:^");
        assert_eq!(server.tmux(["show-options", "-w", "-v", "-t", &first, "@o"]), text);
        let kept = server.tmux(["show-environment", "-t", &session, "V"]);
        assert_eq!(kept, format!("V={text}"));
        // 3.4 writes a backslash before the name of a variable.
        let titles = server.list_panes("#{pane_title}");
        assert!(titles.iter().any(|title| title.replace("\\$", "$") == text), "{titles:?}");
        // What a person opens starts in the workspace's directory.
        if server.version() >= (3, 2, ' ') {
            let root = server.project().join(directory).display().to_string();
            assert_eq!(server.format("#{session_path}", &first), root);
        }
        assert!(server.rune(["plan"]).success().stdout.contains("nothing to do"));
        assert!(!server.root().join("canary").exists() && !server.project().join("x").exists());
    });
}

#[test]
fn names_that_begin_alike_are_different_sessions() {
    on_each_tmux(|server| {
        for name in ["dev-2", "dev", "größe", "007", "a.b", "dev-22"] {
            let config = format!(
                "workspaces:\n  main:\n    session_name: '{name}'\n    windows: [{{name: '1'}}, {{name: x}}]\n"
            );
            server.write(format!("{name}/rune.yaml"), config);
            server.rune(["start", "-d"]).cwd(name).success();
        }
        let mut names = server.list_sessions("#{session_name} #{session_windows}");
        names.sort();
        assert_eq!(names, ["007 2", "a_b 2", "dev 2", "dev-2 2", "dev-22 2", "größe 2"]);
        for name in ["dev", "007", "größe"] {
            assert!(server.rune(["plan"]).cwd(name).success().stdout.contains("nothing to do"));
        }
        server.rune(["stop"]).cwd("dev").success();
        assert_eq!(server.list_sessions("#{session_name}").len(), 5);
    });
}

#[test]
fn a_name_that_is_taken_is_refused_or_made_longer() {
    on_each_tmux(|server| {
        let config = "projects: [{name: shop, detect: [rune.yaml]}]\nworkspace:\n  session_name: shop\n  windows: [{name: one}, {name: two}]\n";
        for root in ["here/shop", "there/shop-copy"] {
            server.write(format!("{root}/rune.yaml"), config);
        }
        // A person's session of that name: nothing is done at all.
        server.tmux(["new-session", "-d", "-s", "shop", "exec cat"]);
        let state = || server.list_panes("#{session_name} #{window_name} #{pane_id} #{pane_pid}");
        let before = state();
        let said = server.rune(["start", "-d"]).cwd("here/shop").code(5).stderr;
        assert!(said.contains("`shop`") && said.contains("not this workspace"), "{said}");
        server.rune(["apply"]).cwd("here/shop").code(5);
        assert_eq!(state(), before);

        // Another checkout of the same project.
        server.tmux(["rename-session", "-t", "=shop:", "mine"]);
        server.rune(["start", "-d"]).cwd("here/shop").success();
        let said = server.rune(["start", "-d"]).cwd("there/shop-copy").success().stderr;
        assert!(said.contains("shop-shop-copy") && said.contains("another workspace"), "{said}");
        let mut names = server.list_sessions("#{session_name}");
        names.sort();
        assert_eq!(names, ["mine", "shop", "shop-shop-copy"]);

        // One that was renamed by hand stays ours, and stays renamed.
        server.tmux(["rename-session", "-t", "=shop:", "other"]);
        assert!(server.rune(["apply"]).cwd("here/shop").success().stderr.contains("nothing to do"));
        server.write("here/shop/rune.yaml", config.replace("session_name: shop", "session_name: new"));
        server.rune(["apply"]).cwd("here/shop").success();
        let mut names = server.list_sessions("#{session_name}");
        names.sort();
        assert_eq!(names, ["mine", "new", "shop-shop-copy"]);
    });
}
