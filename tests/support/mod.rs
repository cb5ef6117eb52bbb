//! Real tmux servers for tests, each in a world of its own, gone without a trace afterwards.
//!
//! ```ignore
//! on_each_tmux(|server| {
//!     server.write("rune.yaml", "workspace: {session_name: shop, windows: [{name: editor}]}");
//!     server.rune(["start", "--detach"]).success();
//!     assert_eq!(server.list_windows("#{window_name}"), ["editor"]);
//! });
//! ```
//!
//! `docs/testing.md` has the whole story; `tests/suite/harness.rs` proves what is promised there.

mod process;
mod run;
mod server;
mod terminal;
mod tmux;
mod wait;
mod world;

pub use process::Process;
pub use run::{Ran, Run};
pub use server::Server;
pub use terminal::Terminal;
pub use tmux::{Tmux, Version, each_tmux, variable};
pub use wait::{ended_within, patience, until, within};

use std::panic::{AssertUnwindSafe, catch_unwind};

/// Runs `body` once on every tmux of `RUNE_TEST_TMUX` (else the one on `PATH`), in that order, each
/// time with a fresh server.
///
/// Panics when `body` panicked on any of them, and says on which.
#[track_caller]
pub fn on_each_tmux(body: impl Fn(&Server)) {
    let failed: Vec<String> = each_tmux()
        .into_iter()
        .filter_map(|tmux| {
            let server = Server::new(tmux);
            catch_unwind(AssertUnwindSafe(|| body(&server))).err().map(|_| {
                say(&format!("the test failed on {}\n{}", server.binary(), server.state()));
                server.binary().to_string()
            })
        })
        .collect();
    assert!(failed.is_empty(), "failed on {}", failed.join(", "));
}

/// Prints `text` where the test runner captures it.
#[allow(clippy::disallowed_macros, reason = "a test speaks to the person who runs it")]
fn say(text: &str) {
    eprintln!("{text}");
}
