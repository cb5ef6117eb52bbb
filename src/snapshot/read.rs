//! What is asked of a server, and how its answer is read.

use std::path::PathBuf;

use super::{LivePane, LiveSession, LiveWindow, Shown, Snapshot, WindowNote, decode};
use crate::record::Tag;
use crate::tmux::version::Version;
use crate::workspace::Size;

/// The format fields that are asked for, in the order of their columns.
pub const FIELDS: [&str; 35] = [
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
    "window_layout",
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
const EVERYTHING: [&str; 8] = [
    "pane_left",
    "pane_top",
    "pane_width",
    "pane_height",
    "pane_in_mode",
    "pane_pipe",
    "@rune_server",
    "window_layout",
];

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
                    layout: field("window_layout").to_owned(),
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

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub fn printed(nonce: &str, values: &[(&str, &str)]) -> String {
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
}
