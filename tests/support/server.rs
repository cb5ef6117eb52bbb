//! A tmux server in a world of its own, with the verbs that tests are written in.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::process::Pid;

use super::process::{self, Process};
use super::run::Run;
use super::terminal::Terminal;
use super::tmux::{Tmux, Version};
use super::wait::{ended_within, patience, within};
use super::world::World;

/// One tmux server on the socket that rune uses by default, in a world where nothing else is.
///
/// Nothing runs until a test starts it. Dropping it ends the server and every process of the world,
/// and removes its files, also while a failing test unwinds.
pub struct Server {
    tmux: Tmux,
    world: World,
}

impl Server {
    /// A world for `tmux`, without a running server.
    pub fn new(tmux: Tmux) -> Server {
        let world = World::new(&tmux);
        Server { tmux, world }
    }

    /// The tmux program that this server is run by.
    pub fn binary(&self) -> &Tmux {
        &self.tmux
    }

    /// Its version, to be compared as in `server.version() >= (3, 2, ' ')`.
    pub fn version(&self) -> Version {
        self.tmux.version
    }

    // Places.

    /// The world's directory, in which all others are.
    pub fn root(&self) -> &Path {
        self.world.root()
    }

    /// The directory that programs start in.
    pub fn project(&self) -> PathBuf {
        self.root().join("project")
    }

    /// The user's home directory.
    pub fn home(&self) -> PathBuf {
        self.root().join("home")
    }

    /// The server's socket: that of `-L rune`.
    pub fn socket(&self) -> PathBuf {
        self.world.sockets().join("rune")
    }

    /// Writes a file, relative to the project directory, and makes its directories; its path.
    #[track_caller]
    pub fn write(&self, path: impl AsRef<Path>, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.project().join(path);
        let dir = path.parent().expect("a file is in a directory");
        fs::create_dir_all(dir)
            .and_then(|()| fs::write(&path, text))
            .unwrap_or_else(|error| panic!("could not write `{}`: {error}", path.display()));
        path
    }

    // Programs.

    /// `rune` with these words.
    pub fn rune(&self, words: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Run<'_> {
        self.program(env!("CARGO_BIN_EXE_rune")).args(words)
    }

    /// Any other program.
    pub fn program(&self, program: impl AsRef<OsStr>) -> Run<'_> {
        Run::new(&self.world, program)
    }

    /// A text for `sh -c`.
    pub fn sh(&self, script: &str) -> Run<'_> {
        self.program("sh").args(["-c", script])
    }

    /// `rune` with these words in a terminal of 100 by 30.
    #[track_caller]
    pub fn pty(&self, words: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Terminal {
        self.rune(words).in_terminal(100, 30)
    }

    /// A tmux client in a terminal of 100 by 30, attached to the latest session.
    #[track_caller]
    pub fn attach(&self) -> Terminal {
        self.tmux_run(["attach-session"]).in_terminal(100, 30)
    }

    /// Presses tmux's prefix key and then `key`, in a terminal that is attached.
    #[track_caller]
    pub fn press(&self, terminal: &mut Terminal, key: &str) {
        // What comes within a millisecond of anything else, be it the attaching, is pasted text to tmux.
        self.tmux(["set-option", "-g", "assume-paste-time", "0"]);
        terminal.send_control('b');
        terminal.send(key);
    }

    /// `tmux` with these words on this server, to be run in whatever way.
    pub fn tmux_run(&self, words: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Run<'_> {
        self.world.tmux(&self.socket()).args(words)
    }

    // tmux.

    /// Runs `tmux` with these words on this server; what it wrote, without the last newline.
    #[track_caller]
    pub fn tmux(&self, words: impl IntoIterator<Item = impl AsRef<OsStr>>) -> String {
        let mut text = self.tmux_run(words).success().stdout;
        if text.ends_with('\n') {
            text.pop();
        }
        text
    }

    /// What `format` gives for a target such as `%1` or `=name:`, which must exist.
    #[track_caller]
    pub fn format(&self, format: &str, target: &str) -> String {
        self.tmux(["display-message", "-p", "-t", target, format])
    }

    /// A line for every session; none without a server.
    #[track_caller]
    pub fn list_sessions(&self, format: &str) -> Vec<String> {
        self.list(["list-sessions", "-F", format])
    }

    /// A line for every window of all sessions; none without a server.
    #[track_caller]
    pub fn list_windows(&self, format: &str) -> Vec<String> {
        self.list(["list-windows", "-a", "-F", format])
    }

    /// A line for every pane of all sessions; none without a server.
    #[track_caller]
    pub fn list_panes(&self, format: &str) -> Vec<String> {
        self.list(["list-panes", "-a", "-F", format])
    }

    /// A file that rune keeps about the pane of this key: its `record`, or its `spec`.
    #[track_caller]
    pub fn pane_file(&self, key: &str, kind: &str) -> PathBuf {
        let panes = self.list_panes("#{pane_start_command}");
        let panes = panes.iter().map(|words| words.split(' ').map(|word| word.trim_matches('"')).collect());
        let words: Vec<&str> = panes
            .into_iter()
            .find(|words: &Vec<&str>| words.last() == Some(&key))
            .expect("the pane is there");
        Path::new(words[2]).join(format!("{}.{kind}", words[4]))
    }

    /// The text of a pane, without blanks at the ends of its lines.
    #[track_caller]
    pub fn capture(&self, pane: &str) -> String {
        let text = self.tmux(["capture-pane", "-p", "-J", "-t", pane]);
        let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
        lines.join("\n").trim_end().to_owned()
    }

    /// Whether something listens on the socket.
    pub fn is_running(&self) -> bool {
        UnixStream::connect(self.socket()).is_ok()
    }

    /// The server's process.
    #[track_caller]
    pub fn pid(&self) -> Pid {
        let said = self.tmux(["display-message", "-p", "#{pid}"]);
        said.parse().ok().and_then(Pid::from_raw).unwrap_or_else(|| panic!("`{said}` is no process id"))
    }

    /// Ends the server and waits until it is gone.
    #[track_caller]
    pub fn kill(&self) {
        let pid = self.pid();
        self.tmux(["kill-server"]);
        assert!(ended_within(patience(), pid), "the server survived `kill-server`");
    }

    #[track_caller]
    fn list<const N: usize>(&self, words: [&str; N]) -> Vec<String> {
        if !self.is_running() {
            return Vec::new();
        }
        self.tmux(words).lines().map(str::to_owned).collect()
    }

    // Waiting and looking.

    /// Waits until `condition` holds. `what` says what is waited for, as in "the pane is dead".
    #[track_caller]
    pub fn wait_until(&self, what: &str, mut condition: impl FnMut() -> bool) {
        if within(patience(), || condition().then_some(())).is_none() {
            panic!("waited {:?} in vain until {what}\n{}", patience(), self.state());
        }
    }

    /// Waits until `text` stands in a pane.
    #[track_caller]
    pub fn wait_for_text(&self, pane: &str, text: &str) {
        self.wait_until(&format!("{text:?} stands in pane {pane}"), || self.capture(pane).contains(text));
    }

    /// Every live process of this world, the tmux server included.
    pub fn processes(&self) -> Vec<Process> {
        process::of_world(self.root())
    }

    /// Everything there is to know about this world, for people. Never panics.
    pub fn state(&self) -> String {
        let mut text = format!("{} in {}\n", self.tmux, self.root().display());
        for process in self.processes() {
            text += &format!("  process {} of {}: {}\n", process.pid, process.parent, process.words);
        }
        let panes = self.ask(&[
            "list-panes",
            "-a",
            "-F",
            "#{pane_id} #{session_name}:#{window_index}.#{pane_index} #{window_name} #{pane_width}x#{pane_height} \
             dead=#{pane_dead} status=#{pane_dead_status} pid=#{pane_pid} start=#{pane_start_command}",
        ]);
        for pane in panes.as_deref().unwrap_or("no server answers").lines() {
            text += &format!("  {pane}\n");
            let id = pane.split(' ').next().filter(|id| id.starts_with('%'));
            let screen = id.and_then(|id| self.ask(&["capture-pane", "-p", "-t", id])).unwrap_or_default();
            for line in screen.trim_end().lines() {
                text += &format!("    | {}\n", line.trim_end());
            }
        }
        text
    }

    /// What tmux answers, unless it fails or takes long.
    fn ask(&self, words: &[&str]) -> Option<String> {
        self.tmux_run(words).limit(Duration::from_secs(2)).try_run()
    }
}
