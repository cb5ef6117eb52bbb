//! What the harness promises: see `docs/testing.md`.

use crate::support::on_each_tmux;

#[test]
fn a_server_starts_answers_and_attaches() {
    on_each_tmux(|server| {
        server.tmux(["new-session", "-d", "-s", "one", "-x", "100", "-y", "30"]);
        assert_eq!(server.list_sessions("#{session_name}"), ["one"]);
        server.tmux(["send-keys", "-t", "=one:", "echo gr\u{f6}\u{df}e | tr g G", "Enter"]);
        server.wait_for_text("=one:", "Gr\u{f6}\u{df}e");
        let mut client = server.attach();
        client.expect("Gr\u{f6}\u{df}e");
        client.send_control('b');
        client.send("d");
        client.code(0);
        assert_eq!(server.format("#{session_attached}", "=one:"), "0");
    });
}
