//! What a tmux server has now: read from one `list-panes -a`, completed with what rune wrote down.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::record::{ProcessId, Record, Specification, State, Tag};
use crate::tmux::version::Version;
use crate::workspace::{Hash, Key, Size};

/// The format fields that are asked for, in the order of their columns.
pub const FIELDS: [&str; 25] = [
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
];

/// The `-F` format that prints one pane, every field led by `nonce`.
///
/// No byte is a safe separator on every version (control bytes are printed as octal by some), so a
/// random printable word is.
pub fn format(nonce: &str) -> String {
    FIELDS.iter().map(|field| format!("{nonce}#{{{field}}}")).collect::<String>() + nonce
}

/// What a tmux server has now.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Snapshot {
    /// The server's own version, when it has a pane to tell it.
    pub version: Option<Version>,
    /// Process id of the server.
    pub pid: Option<u32>,
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

/// What rune notes in a window of its own, in the option `@rune_window`: the key, and hashes of
/// what was declared, to see later whether it changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WindowNote {
    /// The window's key.
    pub key: Key,
    /// Of the layout, and which panes in which order.
    pub layout: Hash,
    /// Of the options.
    pub options: Hash,
    /// Of the name.
    pub name: Hash,
}

impl WindowNote {
    /// The note as the option's value.
    pub fn to_text(&self) -> String {
        format!("{} {} {} {}", self.key, self.layout.0, self.options.0, self.name.0)
    }

    /// Reads the option's value.
    pub fn parse(text: &str) -> Option<WindowNote> {
        let mut words = text.split(' ');
        let key = Key::new(words.next()?)?;
        let mut hash = || words.next().map(|word| Hash(word.to_owned()));
        Some(WindowNote { key, layout: hash()?, options: hash()?, name: hash()? })
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
    /// The program in its foreground.
    pub current_command: String,
    /// Directory of that program.
    pub current_path: String,
    /// Who it is, when it is one of ours.
    pub tag: Option<Tag>,
    /// What rune wrote down about it, when it is one of ours and the writing is there.
    pub known: Option<Known>,
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
            (State::Running | State::Stopped | State::Unknown, true) => State::LostRunner,
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
                    noted: WindowNote::parse(field("@rune_window")),
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
    pub fn complete(&mut self, known: impl Fn(Option<&PathBuf>, &Tag) -> Option<Known>) {
        for session in &mut self.sessions {
            for pane in session.windows.iter_mut().flat_map(|window| &mut window.panes) {
                pane.known = pane.tag.as_ref().and_then(|tag| known(session.directory.as_ref(), tag));
            }
        }
    }

    /// The session that is the workspace of this word.
    pub fn workspace(&self, word: &str) -> Option<&LiveSession> {
        self.sessions.iter().find(|session| session.workspace.as_deref() == Some(word))
    }
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
        let note = WindowNote {
            key: Key::from_name("editor"),
            layout: Hash("1".into()),
            options: Hash("2".into()),
            name: Hash("3".into()),
        };
        assert_eq!(WindowNote::parse(&note.to_text()), Some(note));
        assert_eq!(WindowNote::parse(""), None);
    }
}
