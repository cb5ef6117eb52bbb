//! A real config of an older program comes up whole, and what cannot be asked is not taken for gone.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crate::support::on_each_tmux;

/// The commands of the developer's config, and harmless ones that say in their pane that they run.
const COMMANDS: [(&str, &str); 9] = [
    ("brew update", "true"),
    ("\"vim .\"", "\"echo runs-vim; exec cat\""),
    ("\"git status\"", "\"echo runs-git; exec cat\""),
    ("cd frontend && npm run dev", "echo runs-dev; exec cat"),
    ("cd frontend && npm run test:watch", "echo runs-watch; exec cat"),
    ("cd backend && go run main.go", "echo runs-main; exec cat"),
    ("cd backend && go test ./...", "echo runs-test; exec cat"),
    ("htop", "echo runs-htop; exec cat"),
    ("tail -f logs/app.log", "echo runs-tail; exec cat"),
];

const SAYS: [&str; 8] =
    ["runs-vim", "runs-git", "runs-dev", "runs-watch", "runs-main", "runs-test", "runs-htop", "runs-tail"];

#[test]
fn the_developers_config_comes_up_under_every_base_index() {
    on_each_tmux(|server| {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/acceptance/config-developer.yaml");
        let mut config = std::fs::read_to_string(path).expect("the config is there");
        for (real, harmless) in COMMANDS {
            assert!(config.contains(real), "`{real}` is not in the config");
            config = config.replace(real, harmless);
        }
        server.write("rune.yaml", config);
        for (windows, panes) in [(0, 0), (1, 1), (3, 7)] {
            let conf = server
                .write("tmux.conf", format!("set -g base-index {windows}\nset -g pane-base-index {panes}\n"));
            let words = [
                "--tmux-conf".as_ref(),
                conf.as_os_str(),
                "start".as_ref(),
                "--ritual".as_ref(),
                "-d".as_ref(),
            ];
            server.rune(words).success();
            assert_eq!(
                server.list_windows("#{window_index} #{window_name} #{window_panes}"),
                ["editor", "frontend", "backend", "monitoring"]
                    .iter()
                    .enumerate()
                    .map(|(at, name)| format!("{} {name} 2", at + windows))
                    .collect::<Vec<_>>()
            );
            let live = server.list_panes("#{pane_id}");
            assert_eq!(live.len(), SAYS.len());
            for (pane, says) in live.iter().zip(SAYS) {
                server.wait_for_text(pane, says);
            }
            // What main-horizontal and tiled are for two panes: one above the other, over the whole width.
            assert_eq!(
                server.list_panes("#{pane_left},#{pane_top} #{pane_width}"),
                ["0,0 200", "0,25 200"].repeat(4)
            );
            server.rune(["apply", "--check"]).success();
            server.kill();
        }
    });
}

#[test]
fn a_server_that_cannot_be_asked_is_not_an_empty_one() {
    on_each_tmux(|server| {
        server.write("rune.yaml", "workspace: {session_name: shop, windows: [{name: w, panes: [cat]}]}");
        server.rune(["start", "-d"]).success();
        let other = server.write("other-tmux", "#!/bin/sh\necho server version is too old for client >&2\n");
        std::fs::set_permissions(&other, std::fs::Permissions::from_mode(0o755)).expect("a file of ours");
        for command in ["status", "plan", "stop"] {
            let said = server.rune(["--tmux".as_ref(), other.as_os_str(), command.as_ref()]).code(1).stderr;
            let why = "tmux could not list its panes: server version is too old for client";
            assert!(said.contains(why), "{said}");
        }
        server.rune(["apply", "--check"]).success();
    });
}
