//! What is wanted: one tmux session with its windows and panes, every default filled in.
//!
//! A [`Workspace`] is plain data. `config::resolve` makes it, `plan` compares it with a
//! [`Snapshot`](crate::snapshot::Snapshot), and nobody changes it in between.

pub mod supervision;

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use self::supervision::Supervision;

/// The stable name of a window or pane: `[A-Za-z0-9_-]+`, unique within its parent.
///
/// It stands in the argv of a pane's first process, so it survives renames and moves.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Key(String);

impl Key {
    /// The key that `text` is, or nothing when it has a character that a key cannot have.
    pub fn new(text: &str) -> Option<Key> {
        (!text.is_empty() && text.bytes().all(is_key_byte)).then(|| Key(text.to_owned()))
    }

    /// The key that stands for any name: the name itself where it is a key, else the name with
    /// other characters as `_` and six hexadecimal digits that keep different names apart.
    pub fn from_name(name: &str) -> Key {
        Key::new(name).unwrap_or_else(|| {
            let plain: String =
                name.chars().map(|c| if c.is_ascii() && is_key_byte(c as u8) { c } else { '_' }).collect();
            Key(format!("{plain}-{:06x}", digest([name.as_bytes()]) & 0xff_ffff))
        })
    }

    /// The key of the pane without a declared key at `place` (from 1) of its window.
    pub fn place(place: usize) -> Key {
        Key(place.to_string())
    }

    /// The key as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn is_key_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-'
}

/// A 64-bit FNV-1a digest of `parts`, each closed by its length so that `ab`,`c` and `a`,`bc` differ.
///
/// It names and compares things that this user wrote; it protects nothing.
pub fn digest<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> u64 {
    let step = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
    parts.into_iter().fold(0xcbf2_9ce4_8422_2325, |hash, part| {
        let hash = part.iter().fold(hash, step);
        (part.len() as u64).to_le_bytes().iter().fold(hash, step)
    })
}

/// Width and height of a terminal, in cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Size {
    /// Columns.
    pub width: u16,
    /// Rows.
    pub height: u16,
}

impl Size {
    /// The size of a detached session when nothing else is known.
    pub const DEFAULT: Size = Size { width: 200, height: 50 };
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}x{}", self.width, self.height)
    }
}

/// What makes a workspace this one: where it works and which template it came from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Identity {
    /// Absolute directory of the project.
    pub root: PathBuf,
    /// Name of the project.
    pub project: String,
    /// Key of the template in the config.
    pub template: Key,
}

impl Identity {
    /// The word that stands for this identity in a pane's argv and in the session option
    /// `@rune_workspace`: 16 hexadecimal digits of the root, the project and the template's key.
    pub fn word(&self) -> String {
        use std::os::unix::ffi::OsStrExt;
        let (root, template) = (self.root.as_os_str().as_bytes(), self.template.as_str().as_bytes());
        let parts = [root, self.project.as_bytes(), template];
        format!("{:016x}", digest(parts))
    }
}

/// One tmux session as it is wanted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Workspace {
    /// Which workspace this is; the session's name is only its label.
    pub identity: Identity,
    /// The wanted session name, as written and rendered (tmux gets [`session_label`] of it).
    pub name: String,
    /// Where windows and panes start unless they say otherwise; absolute.
    pub root: PathBuf,
    /// Size of a detached start, when declared.
    pub size: Option<Size>,
    /// Declared environment, for panes made by hand too.
    pub environment: BTreeMap<String, String>,
    /// Names of inherited variables that the config passes in spite of the filter.
    pub pass: Vec<String>,
    /// `k=v` values given by the user for this session; kept with it.
    pub values: BTreeMap<String, String>,
    /// Windows in order; at least one.
    pub windows: Vec<Window>,
}

/// One window as it is wanted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Window {
    /// Stable name within the workspace.
    pub key: Key,
    /// Name shown by tmux; nothing lets tmux name it after its command.
    pub name: Option<String>,
    /// How its panes are arranged.
    pub layout: Layout,
    /// Whether it is the current window of a new session.
    pub focus: bool,
    /// Window options to set, in order of their names.
    pub options: BTreeMap<String, String>,
    /// Whether typed keys go to all its panes.
    pub sync: bool,
    /// Panes in order; at least one.
    pub panes: Vec<Pane>,
}

/// One pane as it is wanted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Pane {
    /// Stable name within its window: the declared key, else its place.
    pub key: Key,
    /// Whether the key was declared. Others are matched by command, then by place.
    pub keyed: bool,
    /// Title shown by tmux, when declared.
    pub title: Option<String>,
    /// What runs in it.
    pub command: Command,
    /// Whether the command runs through the user's login shell (`$SHELL -lic`).
    pub login: bool,
    /// Absolute directory it starts in.
    pub cwd: PathBuf,
    /// Declared environment of window and pane, above the workspace's.
    pub environment: BTreeMap<String, String>,
    /// Names of inherited variables passed to this pane in spite of the filter.
    pub pass: Vec<String>,
    /// Whether it is the active pane of a new window.
    pub focus: bool,
    /// What happens when the command ends.
    pub on_exit: OnExit,
    /// How the command is kept: what it waits for, when it is ready, when it is started again.
    pub supervision: Supervision,
    /// Hash of what was declared (command before rendering, `k=v`, directory, environment, policy).
    pub hash: Hash,
}

impl Pane {
    /// Whether the pane's first process becomes its command, since nothing is to happen, or to be
    /// recorded, after the command's end.
    pub fn becomes_command(&self) -> bool {
        self.command == Command::Shell
    }
}

/// What runs in a pane.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Command {
    /// The user's own shell.
    Shell,
    /// One text for `sh -c`.
    Script(String),
    /// Several texts, one after another in one `sh`, each shown, going on after a failure.
    Scripts(Vec<String>),
    /// One program with its arguments, without a shell.
    Argv(Vec<String>),
}

impl Command {
    /// The command in one line, for people.
    pub fn summary(&self) -> String {
        match self {
            Command::Shell => "shell".to_owned(),
            Command::Script(text) => one_line(text),
            Command::Scripts(texts) => one_line(&texts.join("; ")),
            Command::Argv(words) => one_line(&words.join(" ")),
        }
    }
}

/// `text` with every run of white space as one blank and control characters left out.
pub fn one_line(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").chars().filter(|c| !c.is_control()).collect()
}

/// What happens to a pane when its command ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnExit {
    /// The user's shell takes over.
    #[default]
    Shell,
    /// The pane stays and shows how the command ended.
    Keep,
    /// The pane closes.
    Close,
}

/// A hash of what a pane declares; 16 hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Hash(pub String);

impl Hash {
    /// The hash of `parts`, each of which counts as a whole.
    pub fn of<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> Hash {
        Hash(format!("{:016x}", digest(parts)))
    }
}

/// How the panes of a window are arranged, as declared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Layout {
    /// One of tmux's named layouts.
    Named(NamedLayout),
    /// A true grid: all cells within one row and column of each other.
    Grid,
    /// A tmux layout string, already checked, without its checksum.
    Raw(String),
    /// A tree of splits; its leaves are the window's panes in order.
    Tree(Split),
}

/// The layouts that tmux has a name for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)] // tmux's manual defines each of them
pub enum NamedLayout {
    EvenHorizontal,
    EvenVertical,
    MainHorizontal,
    MainHorizontalMirrored,
    MainVertical,
    MainVerticalMirrored,
    Tiled,
}

impl NamedLayout {
    /// Every named layout with tmux's word for it.
    pub const ALL: [(NamedLayout, &'static str); 7] = [
        (NamedLayout::EvenHorizontal, "even-horizontal"),
        (NamedLayout::EvenVertical, "even-vertical"),
        (NamedLayout::MainHorizontal, "main-horizontal"),
        (NamedLayout::MainHorizontalMirrored, "main-horizontal-mirrored"),
        (NamedLayout::MainVertical, "main-vertical"),
        (NamedLayout::MainVerticalMirrored, "main-vertical-mirrored"),
        (NamedLayout::Tiled, "tiled"),
    ];

    /// tmux's word for this layout.
    pub fn as_str(self) -> &'static str {
        let (_, word) = NamedLayout::ALL[self as usize];
        word
    }
}

/// A node of a layout tree.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Split {
    /// A cell that holds the next pane.
    Pane,
    /// Cells side by side, each with its share of the width.
    Columns(Vec<(Share, Split)>),
    /// Cells one above the other, each with its share of the height.
    Rows(Vec<(Share, Split)>),
}

/// How much of its parent a cell takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Share {
    /// An equal part of what the others leave.
    Rest,
    /// Hundredths of the parent.
    Percent(u8),
    /// Columns or rows.
    Cells(u16),
}

/// The session name that tmux is given for `name`: letters, digits, `_` and `-` stay, everything
/// else becomes `_`, and no tmux target character stands first.
///
/// tmux before 3.2 refuses `.` and `:`, 3.2 to 3.6 rewrites them and 3.7 keeps them, and a format
/// in a name is expanded, so rune decides for all versions.
pub fn session_label(name: &str) -> String {
    let label: String =
        name.chars().map(|c| if c.is_alphanumeric() || c == '_' || c == '-' { c } else { '_' }).collect();
    match label.chars().next() {
        None => "_".to_owned(),
        Some('-') => format!("_{}", &label[1..]),
        Some(_) => label,
    }
}

/// The window name that tmux is given for `name`: control characters and the two characters that
/// start an expansion, `#` and `%`, become `_`.
pub fn window_label(name: &str) -> String {
    name.chars().map(|c| if c.is_control() || c == '#' || c == '%' { '_' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_its_name_where_it_can_be() {
        assert_eq!(Key::from_name("editor").as_str(), "editor");
        assert!(Key::new("").is_none());
        assert!(Key::new("a b").is_none());
    }

    #[test]
    fn different_names_have_different_keys() {
        let keys: std::collections::BTreeSet<Key> =
            ["a b", "a_b", "a.b", "ä", "ö", "a  b"].iter().map(|name| Key::from_name(name)).collect();
        assert_eq!(keys.len(), 6);
        assert!(keys.iter().all(|key| Key::new(key.as_str()).is_some()));
    }

    #[test]
    fn labels_are_safe_for_every_tmux() {
        for (name, label) in [
            ("dev", "dev"),
            ("a.b:c d", "a_b_c_d"),
            ("größe", "größe"),
            ("=x", "_x"),
            ("-x", "_x"),
            ("#(rm)", "__rm_"),
            ("", "_"),
        ] {
            assert_eq!(session_label(name), label, "{name}");
        }
    }

    #[test]
    fn named_layouts_know_their_words() {
        for (layout, word) in NamedLayout::ALL {
            assert_eq!(layout.as_str(), word);
        }
    }
}
