//! What the reader knows of the word that it is in.

/// The word that is being read.
#[derive(Debug, Default)]
pub(super) struct Word {
    /// Its text without quotes; expansions as they are written, values included.
    pub text: String,
    /// Whether it has begun; an empty pair of quotes is a word too.
    pub begun: bool,
    /// Whether any of it is quoted, so that it is no keyword.
    pub quoted: bool,
    /// Whether it has a bare `{`.
    pub brace: bool,
    /// Whether it has a bare `[` that is not closed.
    pub bracket: bool,
    /// Whether a `~` is in force: nothing but a name has followed it.
    pub tilde: bool,
    /// The last value in it.
    pub value: Option<usize>,
}

impl Word {
    /// Adds a bare character.
    pub fn push(&mut self, c: char) {
        let tilde_may_start = self.text.is_empty() || self.text.ends_with(['=', ':']);
        match c {
            '~' if !self.quoted && tilde_may_start => self.tilde = true,
            '/' | ':' | '=' => self.tilde = false,
            '{' => self.brace = true,
            '[' => self.bracket = true,
            ']' => self.bracket = false,
            _ => {}
        }
        self.begun = true;
        self.text.push(c);
    }

    /// Whether it is exactly this keyword.
    pub fn is(&self, keyword: &str) -> bool {
        !self.quoted && self.text == keyword
    }

    /// Whether it is `name=` or `name+=`, after which `(` opens a list.
    pub fn assigns(&self) -> bool {
        let name = self.text.strip_suffix('=').map(|name| name.strip_suffix('+').unwrap_or(name));
        !self.quoted && name.is_some_and(is_name)
    }

    /// Whether it starts as a subscript does, `name[`, and has not ended it.
    pub fn in_subscript(&self) -> bool {
        self.bracket && self.text.split_once('[').is_some_and(|(name, _)| is_name(name))
    }
}

/// Whether `text` can name a shell variable.
pub(super) fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}
