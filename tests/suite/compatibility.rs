//! docs/compatibility.md has the rows of the version table, and each version is degraded as it says.

use std::path::Path;

use rune::tmux::version::{Feature, Version};

use crate::support::on_each_tmux;

/// The rows as they stand in docs/compatibility.md.
fn table() -> String {
    let mut text = String::from("| needs | tmux | without it |\n|---|---|---|\n");
    for row in &Feature::ALL {
        let until = row.until.map(|until| format!(", before {until}")).unwrap_or_default();
        text += &format!("| {} | {}{until} | {} |\n", row.what, row.from, row.without);
    }
    text
}

#[test]
fn the_page_has_every_row_of_the_version_table() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/compatibility.md");
    let page = std::fs::read_to_string(&path).expect("the page exists");
    assert!(page.contains(&table()), "put this into docs/compatibility.md:\n\n{}", table());
}

#[test]
fn doctor_names_what_the_version_lacks_and_nothing_else() {
    on_each_tmux(|server| {
        let (major, minor, letter) = server.version();
        let version = Version::parse(format!("{major}.{minor}{letter}").trim_end()).expect("a version");
        let said = server.rune(["doctor", "--json"]).success().stdout;
        let said: serde_json::Value = serde_json::from_str(&said).expect("JSON");
        let findings = said["findings"].as_array().expect("findings");
        let degraded: Vec<&str> = findings
            .iter()
            .filter(|finding| finding["what"] == "degraded")
            .filter_map(|finding| finding["text"].as_str())
            .collect();
        for row in &Feature::ALL {
            let named = degraded.iter().any(|text| text.contains(row.what) && text.contains(row.without));
            assert_eq!(named, !version.has(row.feature), "{version}: {}", row.what);
        }
    });
}

/// What is promised for versions without an own layout, or with a size they do not honour, holds.
#[test]
fn what_a_version_lacks_is_made_up_for() {
    on_each_tmux(|server| {
        server.write(
            "rune.yaml",
            "workspace:\n  size: 120x40\n  windows:\n    - name: one\n      layout: main-vertical-mirrored\n      \
             options: {main-pane-width: 70}\n      panes: [{key: main, command: cat}, cat, cat]\n",
        );
        server.rune(["start", "-d"]).success();
        let size = server.list_windows("#{window_width}x#{window_height}");
        assert_eq!(size, ["120x40"], "the size of a new session");
        let panes = server.list_panes("#{pane_width} #{pane_left} #{pane_start_command}");
        let main = panes.iter().find(|line| line.ends_with(" main")).expect("the main pane");
        assert!(main.starts_with("70 50 "), "the main pane is on the right: {panes:?}");
        server.rune(["apply", "--check"]).success();
    });
}

/// Before 2.8 the server ends when a pane that is kept after its process is given a size.
#[test]
fn a_pane_may_be_closed_while_its_size_changes() {
    on_each_tmux(|server| {
        // The pane `late` needs half a second to end; until then the others are kept.
        let late = "mkfifo fifo; trap 'read -t 0.5 x <>fifo' TERM; echo up; cat";
        let config = |more: &str| {
            format!(
                "workspace: {{session_name: shop, windows: [{{name: w, panes: [{{key: a, command: cat}}{more}]}}]}}"
            )
        };
        server.write(
            "rune.yaml",
            config(&format!(", {{key: b, command: cat}}, {{key: late, command: [bash, -c, {late:?}]}}")),
        );
        server.rune(["start", "-d"]).success();
        let (pid, panes) = (server.pid(), server.list_panes("#{pane_id}"));
        server.wait_for_text(&panes[2], "up");
        server.tmux(["split-window", "-d", "-t", &panes[0], "cat"]);

        // The second size is not given at once.
        for _ in 0..2 {
            server.tmux(["resize-pane", "-t", &panes[1], "-U", "1"]);
        }
        server.write("rune.yaml", config(""));
        server.rune(["apply", "--prune"]).success();
        server.rune(["plan", "--check"]).success();
        assert_eq!(server.pid(), pid, "it is the same server");

        // Nothing is kept in that window from now on.
        let left = server.list_panes("#{pane_id}");
        assert_eq!(left.len(), 2);
        let mine = left.iter().find(|pane| **pane != panes[0]).expect("the pane made by hand");
        server.tmux(["send-keys", "-t", mine, "C-d"]);
        server.wait_until("it closes", || server.list_panes("#{pane_id}") == panes[..1]);
    });
}
