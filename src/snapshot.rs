//! What a tmux server has now: read from one `list-panes -a`, completed with what rune wrote down.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::record::{ProcessId, Record, Specification, State, Tag};
use crate::tmux::version::Version;
use crate::workspace::{Hash, Key, Size};

/// The format fields that are asked for, in the order of their columns.
pub const FIELDS: [&str; 34] = [
    "version",
    "pid",
    "session_id",
    "session_name",
    "session_attached",
    "@rune_workspace",
    "@rune_about",
    "@rune_dir",
    "window_id",
    "window_index",
    "window_name",
    "window_active",
    "window_width",
    "window_height",
    "@rune_window",
    "@rune_layout",
    "@rune_options",
    "pane_id",
    "pane_index",
    "pane_active",
    "pane_pid",
    "pane_dead",
    "pane_dead_status",
    "pane_title",
    "pane_current_command",
    "pane_current_path",
    "pane_start_command",
    "pane_left",
    "pane_top",
    "pane_width",
    "pane_height",
    "pane_in_mode",
    "pane_pipe",
    "@rune_server",
];

/// How much is asked of the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail {
    /// What a plan needs.
    Plan,
    /// Also the program in each pane's foreground and its directory, which the server has to find
    /// out from the kernel for each of them.
    Foreground,
    /// Also where each pane stands, and what tmux does with it.
    Everything,
}

/// The fields of [`Detail::Foreground`].
const FOREGROUND: [&str; 2] = ["pane_current_command", "pane_current_path"];

/// The fields of [`Detail::Everything`].
const EVERYTHING: [&str; 7] =
    ["pane_left", "pane_top", "pane_width", "pane_height", "pane_in_mode", "pane_pipe", "@rune_server"];

/// The `-F` format that prints one pane, every field led by `nonce`; fields beyond `detail` are empty.
///
/// No byte is a safe separator on every version (control bytes are printed as octal by some), so a
/// random printable word is.
pub fn format(nonce: &str, detail: Detail) -> String {
    let is_asked = |field: &str| match detail {
        Detail::Plan => !FOREGROUND.contains(&field) && !EVERYTHING.contains(&field),
        Detail::Foreground => !EVERYTHING.contains(&field),
        Detail::Everything => true,
    };
    let one = |field: &&str| if is_asked(field) { format!("{nonce}#{{{field}}}") } else { nonce.to_owned() };
    FIELDS.iter().map(one).collect::<String>() + nonce
}

/// What a tmux server has now.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Snapshot {
    /// The server's own version, when it has a pane to tell it.
    pub version: Option<Version>,
    /// Process id of the server.
    pub pid: Option<u32>,
    /// Whether rune started it, if that was asked for ([`Detail::Everything`]).
    pub started_by_rune: bool,
    /// Its sessions, in the order of their ids.
    pub sessions: Vec<LiveSession>,
}

/// A session that exists.
#[derive(Clone, Debug, PartialEq)]
pub struct LiveSession {
    /// tmux's id, as `$3`.
    pub id: String,
    /// Its name.
    pub name: String,
    /// How many clients are attached.
    pub attached: usize,
    /// The word of the workspace that it is, when it is one of ours.
    pub workspace: Option<String>,
    /// What rune noted in it, when it is one of ours.
    pub about: Option<About>,
    /// Directory of what rune wrote down about its panes, when it is one of ours.
    pub directory: Option<PathBuf>,
    /// Its windows in the order of their indexes.
    pub windows: Vec<LiveWindow>,
}

/// What rune notes in a session of its own, in the option `@rune_about`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct About {
    /// Absolute directory of the project.
    pub root: String,
    /// Name of the project.
    pub project: String,
    /// Key of the template.
    pub template: Key,
    /// The wanted session name.
    pub name: String,
    /// The user's `k=v` values.
    pub values: BTreeMap<String, String>,
    /// Hash of the environment declared for panes made by hand.
    pub environment: Hash,
    /// That environment, of a session that a command made: no config has it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub variables: BTreeMap<String, String>,
}

/// The template of sessions that commands made and no config declares.
pub const LIVE: &str = "_live";

impl About {
    /// Whether a command made the session, so that no config has a say in it.
    pub fn is_live(&self) -> bool {
        self.template.as_str() == LIVE
    }
}

/// A window that exists.
#[derive(Clone, Debug, PartialEq)]
pub struct LiveWindow {
    /// tmux's id, as `@5`.
    pub id: String,
    /// Its index.
    pub index: u32,
    /// Its name.
    pub name: String,
    /// Whether it is the current one of its session.
    pub active: bool,
    /// Its size.
    pub size: Size,
    /// What rune noted when it made or changed the window.
    pub noted: Option<WindowNote>,
    /// Its panes in the order of their indexes.
    pub panes: Vec<LivePane>,
}

/// What rune notes in a window of its own: who it is, and what of its declaration has been done, to
/// see later whether that changed. Each part is noted by the step that did it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WindowNote {
    /// The window's key.
    pub key: Key,
    /// Hash of the name that it was given.
    pub name: Hash,
    /// Hash of the layout that its panes have; nothing while they wait for it.
    pub layout: Option<Hash>,
    /// The options that it was given; nothing when it never was given any.
    pub options: Option<NotedOptions>,
}

/// The options that a window was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotedOptions {
    /// Hash of names and values.
    pub hash: Hash,
    /// Their names.
    pub names: Vec<String>,
}

impl WindowNote {
    /// The value of `@rune_window`.
    pub fn identity(key: &Key, name: Option<&str>) -> String {
        format!("{key} {}", Self::name(name).0)
    }

    /// Hash of a window's declared name.
    pub fn name(name: Option<&str>) -> Hash {
        Hash::of(name.iter().map(|name| name.as_bytes()))
    }

    /// Reads the values of `@rune_window`, `@rune_layout` and `@rune_options`.
    pub fn parse(identity: &str, layout: &str, options: &str) -> Option<WindowNote> {
        let (key, name) = identity.split_once(' ')?;
        let layout = Some(layout).filter(|layout| !layout.is_empty());
        Some(WindowNote {
            key: Key::new(key)?,
            name: Hash(name.to_owned()),
            layout: layout.map(|layout| Hash(layout.to_owned())),
            options: NotedOptions::parse(options),
        })
    }
}

impl NotedOptions {
    /// What is noted of these options.
    pub fn of(options: &BTreeMap<String, String>) -> NotedOptions {
        let parts = options.iter().flat_map(|(name, value)| [name.as_bytes(), value.as_bytes()]);
        NotedOptions { hash: Hash::of(parts), names: options.keys().cloned().collect() }
    }

    /// The value of `@rune_options`.
    pub fn to_text(&self) -> String {
        format!("{} {}", self.hash.0, self.names.join(" ")).trim_end().to_owned()
    }

    fn parse(text: &str) -> Option<NotedOptions> {
        let mut words = text.split_ascii_whitespace().map(str::to_owned);
        Some(NotedOptions { hash: Hash(words.next()?), names: words.collect() })
    }
}

/// A pane that exists.
#[derive(Clone, Debug, PartialEq)]
pub struct LivePane {
    /// tmux's id, as `%7`.
    pub id: String,
    /// Its index in its window.
    pub index: u32,
    /// Whether it is the active one of its window.
    pub active: bool,
    /// Process id of its first process.
    pub pid: u32,
    /// Whether that process has ended and tmux keeps the pane.
    pub dead: bool,
    /// Its title.
    pub title: String,
    /// The program in its foreground, if it was asked for ([`Detail::Foreground`]).
    pub current_command: String,
    /// Directory of that program, likewise.
    pub current_path: String,
    /// How it is shown, if that was asked for ([`Detail::Everything`]).
    pub shown: Option<Shown>,
    /// Who it is, when it is one of ours.
    pub tag: Option<Tag>,
    /// What rune wrote down about it, when it is one of ours and the writing is there.
    pub known: Option<Known>,
}

/// How a pane is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shown {
    /// Columns to its left in the window.
    pub left: u16,
    /// Rows above it in the window.
    pub top: u16,
    /// Its own size.
    pub size: Size,
    /// Whether it is in a mode such as tmux's copy mode, so that keys do not reach its program.
    pub in_mode: bool,
    /// Whether what it prints goes to a pipe of tmux's.
    pub piped: bool,
}

/// What rune wrote down about a live pane.
#[derive(Clone, Debug, PartialEq)]
pub struct Known {
    /// What it declared when it was started.
    pub specification: Specification,
    /// What its runner last recorded.
    pub record: Option<Record>,
}

impl LivePane {
    /// What became of its command, given the tmux server that it lives on.
    pub fn state(&self, server: Option<u32>) -> State {
        let record = self.known.as_ref().and_then(|known| known.record.as_ref());
        let Some(record) = record.filter(|record| record.server.map(|server| server.pid) == server) else {
            return if self.dead { State::LostRunner } else { State::Unknown };
        };
        match (&record.state, self.dead) {
            (state, true) if state.runs() => State::LostRunner,
            (State::Waiting | State::Restarting | State::Unknown, true) => State::LostRunner,
            (state, _) => state.clone(),
        }
    }

    /// The command's process tree starts here: the pane's first process and, where it is another,
    /// the command itself.
    pub fn processes(&self) -> Vec<ProcessId> {
        let record = self.known.as_ref().and_then(|known| known.record.as_ref());
        record
            .map(|record| [Some(record.runner), record.command].into_iter().flatten().collect())
            .unwrap_or_default()
    }
}

impl Snapshot {
    /// Reads what `list-panes -a -F` with [`format`] printed.
    ///
    /// # Errors
    /// What could not be understood, in words; the text came from tmux, so this is tmux's fault or ours.
    pub fn parse(nonce: &str, text: &str) -> Result<Snapshot, String> {
        let pieces: Vec<&str> = text.split(nonce).collect();
        let mut snapshot = Snapshot::default();
        let records = pieces.chunks_exact(FIELDS.len() + 1);
        if !records.remainder().iter().all(|rest| rest.trim().is_empty()) {
            return Err(format!("`list-panes` printed {} fields", pieces.len()));
        }
        for record in records {
            snapshot.add(&record[1..]).ok_or_else(|| format!("`list-panes` printed {:?}", &record[1..]))?;
        }
        Ok(snapshot)
    }

    fn add(&mut self, fields: &[&str]) -> Option<()> {
        let field = |name: &str| fields[FIELDS.iter().position(|field| *field == name).unwrap_or(0)];
        let flag = |name: &str| field(name) == "1";
        self.version = Version::parse(field("version"));
        self.pid = field("pid").parse().ok();
        self.started_by_rune = flag("@rune_server");
        let session = field("session_id");
        let place = self.sessions.iter().position(|known| known.id == session).unwrap_or_else(|| {
            self.sessions.push(LiveSession {
                id: session.to_owned(),
                name: field("session_name").to_owned(),
                attached: field("session_attached").parse().unwrap_or(0),
                workspace: Some(field("@rune_workspace").to_owned()).filter(|word| !word.is_empty()),
                about: decode(field("@rune_about")).and_then(|text| serde_json::from_str(&text).ok()),
                directory: decode(field("@rune_dir")).filter(|path| !path.is_empty()).map(PathBuf::from),
                windows: Vec::new(),
            });
            self.sessions.len() - 1
        });
        let windows = &mut self.sessions[place].windows;
        let window = field("window_id");
        let place = match windows.iter().position(|known| known.id == window) {
            Some(place) => place,
            None => {
                windows.push(LiveWindow {
                    id: window.to_owned(),
                    index: field("window_index").parse().ok()?,
                    name: field("window_name").to_owned(),
                    active: flag("window_active"),
                    size: Size {
                        width: field("window_width").parse().ok()?,
                        height: field("window_height").parse().ok()?,
                    },
                    noted: WindowNote::parse(
                        field("@rune_window"),
                        field("@rune_layout"),
                        field("@rune_options"),
                    ),
                    panes: Vec::new(),
                });
                windows.len() - 1
            }
        };
        windows[place].panes.push(LivePane {
            id: field("pane_id").to_owned(),
            index: field("pane_index").parse().ok()?,
            active: flag("pane_active"),
            pid: field("pane_pid").parse().unwrap_or(0),
            dead: flag("pane_dead"),
            title: field("pane_title").to_owned(),
            current_command: field("pane_current_command").to_owned(),
            current_path: field("pane_current_path").to_owned(),
            shown: shown(&field),
            tag: Tag::parse(field("pane_start_command")),
            known: None,
        });
        Some(())
    }

    /// Every pane with the session and window it is in.
    pub fn panes(&self) -> impl Iterator<Item = (&LiveSession, &LiveWindow, &LivePane)> {
        self.sessions.iter().flat_map(|session| {
            session
                .windows
                .iter()
                .flat_map(move |window| window.panes.iter().map(move |pane| (session, window, pane)))
        })
    }

    /// Completes every pane of ours with what `known` has of it.
    pub fn complete(&mut self, known: impl Fn(&Tag) -> Option<Known>) {
        let windows = self.sessions.iter_mut().flat_map(|session| &mut session.windows);
        for pane in windows.flat_map(|window| &mut window.panes) {
            pane.known = pane.tag.as_ref().and_then(&known);
        }
    }

    /// The session that is the workspace of this word: the one that says so, else one that has
    /// nothing but panes of it, as when its making was cut short before it could say so.
    pub fn workspace(&self, word: &str) -> Option<&LiveSession> {
        let says_so = |session: &&LiveSession| session.workspace.as_deref() == Some(word);
        let ours = |pane: &LivePane| pane.tag.as_ref().is_some_and(|tag| tag.workspace == word);
        let holds = |session: &&LiveSession| {
            session.workspace.is_none() && session.windows.iter().flat_map(|window| &window.panes).all(ours)
        };
        self.sessions.iter().find(says_so).or_else(|| self.sessions.iter().find(holds))
    }
}

fn shown<'f>(field: &impl Fn(&str) -> &'f str) -> Option<Shown> {
    let number = |name: &str| field(name).parse::<u16>().ok();
    Some(Shown {
        left: number("pane_left")?,
        top: number("pane_top")?,
        size: Size { width: number("pane_width")?, height: number("pane_height")? },
        // Some versions count the modes.
        in_mode: !matches!(field("pane_in_mode"), "" | "0"),
        piped: field("pane_pipe") == "1",
    })
}

/// `text` in letters, digits and `=XX`, so that every tmux version stores and prints it unchanged.
pub fn encode(text: &str) -> String {
    let safe = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./:,{}[]".contains(&byte);
    text.bytes()
        .map(|byte| if safe(byte) { char::from(byte).to_string() } else { format!("={byte:02x}") })
        .collect()
}

/// What [`encode`] made.
pub fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'=' => {
                let digits = [rest.next()?, rest.next()?];
                u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?
            }
            byte => byte,
        });
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(nonce: &str, values: &[(&str, &str)]) -> String {
        let value =
            |field: &str| values.iter().find(|(name, _)| *name == field).map_or("1", |(_, value)| value);
        FIELDS.iter().map(|field| format!("{nonce}{}", value(field))).collect::<String>() + nonce + "\n"
    }

    #[test]
    fn panes_are_grouped_under_their_windows_and_sessions() {
        let one = printed(
            "N",
            &[("session_id", "$0"), ("window_id", "@0"), ("pane_id", "%0"), ("@rune_window", "")],
        );
        let two = printed(
            "N",
            &[("session_id", "$0"), ("window_id", "@0"), ("pane_id", "%1"), ("pane_title", "a\tb\nc")],
        );
        let three = printed(
            "N",
            &[("session_id", "$1"), ("window_id", "@1"), ("pane_id", "%2"), ("version", "3.3a")],
        );
        let snapshot = Snapshot::parse("N", &(one + &two + &three)).unwrap();
        assert_eq!(snapshot.sessions.len(), 2);
        assert_eq!(snapshot.sessions[0].windows[0].panes.len(), 2);
        assert_eq!(snapshot.sessions[0].windows[0].panes[1].title, "a\tb\nc");
        assert_eq!(snapshot.version, Version::parse("3.3a"));
        assert_eq!(snapshot.panes().count(), 3);
    }

    #[test]
    fn nothing_printed_is_an_empty_server() {
        assert_eq!(Snapshot::parse("N", "").unwrap(), Snapshot::default());
    }

    #[test]
    fn half_a_record_is_an_error() {
        assert!(Snapshot::parse("N", "N1N2N3").is_err());
    }

    #[test]
    fn encoding_survives_every_text() {
        for text in ["", "plain", "a=b c$HOME %d #{x} \"'\\\n\té"] {
            assert_eq!(decode(&encode(text)).as_deref(), Some(text));
        }
        assert!(encode("$é #").bytes().all(|b| b.is_ascii_alphanumeric() || b == b'='));
        assert_eq!(decode("=z"), None);
    }

    #[test]
    fn a_window_note_reads_back() {
        let key = Key::from_name("editor");
        let identity = WindowNote::identity(&key, Some("my editor"));
        let name = WindowNote::name(Some("my editor"));
        let bare = WindowNote { key, name, layout: None, options: None };
        assert_eq!(WindowNote::parse(&identity, "", ""), Some(bare.clone()));
        let options = [("@a", "x y"), ("synchronize-panes", "on")];
        let options = options.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        for options in [NotedOptions::of(&options), NotedOptions::of(&BTreeMap::new())] {
            let text = options.to_text();
            let note = WindowNote { layout: Some(Hash("2".into())), options: Some(options), ..bare.clone() };
            assert_eq!(WindowNote::parse(&identity, "2", &text), Some(note));
        }
        assert_eq!(WindowNote::parse("", "2", "3"), None);
        assert_ne!(WindowNote::name(None), WindowNote::name(Some("")));
    }

    fn session(id: &str, workspace: Option<&str>, tags: &[Option<&str>]) -> LiveSession {
        let pane = |tag: &Option<&str>| {
            let tag = tag.map(|word| format!("rune pane-run k1 {word} editor 1")).unwrap_or_default();
            let fields = [("pane_start_command", tag.as_str()), ("@rune_window", "")];
            let mut snapshot = Snapshot::parse("N", &printed("N", &fields)).unwrap();
            snapshot.sessions[0].windows[0].panes.remove(0)
        };
        let mut snapshot = Snapshot::parse("N", &printed("N", &[("session_id", id)])).unwrap();
        let mut session = snapshot.sessions.remove(0);
        session.workspace = workspace.map(str::to_owned);
        session.windows[0].panes = tags.iter().map(pane).collect();
        session
    }

    #[test]
    fn a_workspace_is_found_by_its_option_then_by_its_panes() {
        let found = |sessions: &[LiveSession]| {
            let snapshot = Snapshot { sessions: sessions.to_vec(), ..Snapshot::default() };
            snapshot.workspace("w").map(|session| session.id.clone())
        };
        let unfinished = session("$1", None, &[Some("w"), Some("w")]);
        assert_eq!(found(&[unfinished.clone(), session("$2", Some("w"), &[None])]), Some("$2".into()));
        assert_eq!(found(std::slice::from_ref(&unfinished)), Some("$1".into()));
        // A person's session stays a person's, whatever was moved into it; and so does another workspace.
        assert_eq!(found(&[session("$1", None, &[Some("w"), None])]), None);
        assert_eq!(found(&[session("$1", Some("v"), &[Some("w")])]), None);
        assert_eq!(found(&[session("$1", None, &[Some("v")])]), None);
    }
}
