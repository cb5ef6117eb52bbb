//! The simple command that is being read, and whether it takes its words for code.
//!
//! A word that arrives unchanged is no protection there: `eval`, `sh -c` and `trap` run it, and a
//! variable's name with a subscript is arithmetic in bash, which runs `$(…)` within it.

use super::word::{Word, is_name};

const SHELLS: [&str; 10] = ["sh", "ash", "bash", "dash", "fish", "ksh", "mksh", "su", "zsh", "SHELL"];

/// Words that leave what a command is to the next word.
const PREFIXES: [&str; 16] = [
    "!", "{", "if", "then", "elif", "else", "while", "until", "do", "time", "coproc", "command", "builtin",
    "exec", "-p", "--",
];

/// A simple command as far as it was read, without its redirections.
#[derive(Debug)]
pub(super) struct Simple {
    /// Its name: the first word that is no keyword, assignment or other prefix.
    command: Option<String>,
    /// Whether a word follows the name.
    has_words: bool,
    /// The last word.
    last: String,
    /// Whether no word is an option that makes a declaration more than text.
    declares_text: bool,
    shell: Shell,
    /// Whether the next word is where a redirection goes.
    pub redirected: bool,
    /// Whether that is a descriptor.
    pub descriptor: bool,
    /// Whether it had a `&>`, which redirects in bash and ends the command in others.
    pub split: bool,
}

/// How far `sh -c CODE` was read, whatever stands before `sh`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shell {
    None,
    Named,
    CodeNext,
    Done,
}

impl Simple {
    /// A command of which nothing was read.
    pub fn new() -> Simple {
        Simple {
            command: None,
            has_words: false,
            last: String::new(),
            declares_text: true,
            shell: Shell::None,
            redirected: false,
            descriptor: false,
            split: false,
        }
    }

    /// Takes in a finished word.
    pub fn add(&mut self, word: Word) {
        if std::mem::take(&mut self.redirected) {
            self.descriptor = false;
            return;
        }
        let word = word.text;
        let is_option = word.starts_with(['-', '+']);
        self.shell = match self.shell {
            Shell::None if is_shell(&word) => Shell::Named,
            Shell::Named if is_option_c(&word) => Shell::CodeNext,
            Shell::CodeNext if !is_option && !self.last.ends_with(['o', 'O']) => Shell::Done,
            state => state,
        };
        self.declares_text &= !is_option || matches!(word.as_str(), "-x" | "-g" | "-r");
        if self.command.is_some() {
            self.has_words = true;
        } else if !is_prefix(&word) {
            self.command = Some(word.clone());
        }
        self.last = word;
    }

    /// What would read a value as code that stands in the next word, after `begun`.
    pub fn reads_code(&self, begun: &str) -> Option<&'static str> {
        if self.redirected {
            return None;
        }
        if self.shell == Shell::CodeNext {
            return Some("sh -c");
        }
        let option = if self.last.starts_with('-') { self.last.as_str() } else { "" };
        let found = |name: &'static str, is: bool| is.then_some(name);
        let declares = |name: &'static str| found(name, !(self.declares_text && assigns(begun)));
        match self.command.as_deref()? {
            "eval" => Some("eval"),
            "let" => Some("let"),
            "trap" => Some("trap"),
            "alias" => Some("alias"),
            "unset" => Some("unset"),
            "getopts" => Some("getopts"),
            "mapfile" => Some("mapfile"),
            "readarray" => Some("readarray"),
            "for" => found("for", !self.has_words),
            "select" => found("select", !self.has_words),
            "function" => found("function", !self.has_words),
            "read" => found("read", !option.ends_with(['p', 'd', 't', 'i'])),
            "printf" => found("printf -v", option == "-v"),
            "test" | "[" => found("test -v", option == "-v" || option == "-R"),
            "wait" => found("wait -p", option == "-p"),
            "declare" => declares("declare"),
            "typeset" => declares("typeset"),
            "local" => declares("local"),
            "readonly" => declares("readonly"),
            "export" => declares("export"),
            _ => None,
        }
    }
}

fn is_shell(word: &str) -> bool {
    let name = word.rsplit('/').next().unwrap_or(word);
    SHELLS.contains(&name.trim_matches(['$', '{', '}']))
}

fn is_option_c(word: &str) -> bool {
    word.starts_with('-') && !word.starts_with("--") && word.contains('c') || word == "--command"
}

fn is_prefix(word: &str) -> bool {
    let name = word.split_once('=').map_or("", |(name, _)| name.trim_end_matches('+'));
    let without_subscript = name.split_once('[').map_or(name, |(name, _)| name);
    PREFIXES.contains(&word) || is_name(without_subscript)
}

/// Whether the value goes into a plain variable: what `begun` has of its word is `NAME=…`.
fn assigns(begun: &str) -> bool {
    begun.split_once('=').is_some_and(|(name, _)| is_name(name))
}
