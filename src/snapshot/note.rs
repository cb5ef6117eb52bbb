//! What rune notes in options of its sessions and windows.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::workspace::{Hash, Key};

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
}
