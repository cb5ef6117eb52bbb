//! The places where a value has no safe form, and what to say about them.

use std::fmt;

/// A value that cannot be quoted where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unsafe {
    /// Which piece it is, from 0.
    pub piece: usize,
    /// What is wrong with its place.
    pub place: Place,
}

/// A place where no quoting of a value is safe.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Place {
    /// In `$((…))`, `((…))` or `$[…]`, which run code within values.
    Arithmetic,
    /// In `` `…` ``.
    Backquotes,
    /// Right after a backslash.
    Backslash,
    /// In a word with an open `[`: a subscript or a set of characters.
    Bracket,
    /// In a word with a brace expansion, which may make several words of it.
    Brace,
    /// Where this command or keyword takes code or the name of a variable.
    Code(&'static str),
    /// In a comment.
    Comment,
    /// The value itself is no text.
    Control,
    /// After `>&` or `<&`, where a number is a descriptor.
    Descriptor,
    /// Right after a dollar sign.
    Dollar,
    /// In `$'…'`, which shells read differently.
    DollarQuotes,
    /// Right before `(`.
    Function,
    /// In or after a here-document.
    HereDocument,
    /// In or after something that shells read differently.
    Lost,
    /// In `${…}`.
    Parameter,
    /// In `$(…)` or `<(…)`.
    Substitution,
    /// In `[[ … ]]`, which runs code within values.
    Test,
    /// Right after `~`.
    Tilde,
    /// In quotes that the text does not close.
    Unclosed,
}

impl fmt::Display for Unsafe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = match self.place {
            Place::Arithmetic => "in arithmetic",
            Place::Backquotes => "in backquotes",
            Place::Backslash => "right after a backslash",
            Place::Bracket => "in a word with an open `[`",
            Place::Brace => "in a word with `{`",
            Place::Code(command) => return write!(f, "a value has no safe form as code for `{command}`"),
            Place::Comment => "in a comment",
            Place::Control => return f.write_str("a value has a control character"),
            Place::Descriptor => "after `>&` or `<&`",
            Place::Dollar => "right after `$`",
            Place::DollarQuotes => "in `$'…'`",
            Place::Function => "right before `(`",
            Place::HereDocument => "in or after a here-document",
            Place::Lost => "after something that shells read differently",
            Place::Parameter => "in `${…}`",
            Place::Substitution => "in `$(…)` or `<(…)`",
            Place::Test => "in `[[ … ]]`",
            Place::Tilde => "right after `~`",
            Place::Unclosed => "in quotes that are not closed",
        };
        write!(f, "a value has no safe form {place}")
    }
}

impl Unsafe {
    /// What to write instead.
    pub fn help(&self) -> Option<String> {
        let help = match self.place {
            Place::Backquotes
            | Place::HereDocument
            | Place::Lost
            | Place::Parameter
            | Place::Substitution
            | Place::DollarQuotes => {
                "put it into a shell variable at the start, as in `v={{ Project }}`, and write \"$v\" here"
            }
            Place::Arithmetic => "check it first and put it into a shell variable at the start",
            Place::Backslash | Place::Bracket | Place::Brace => "put it into quotes or a word of its own",
            Place::Code("sh -c") => "give it as an argument: `sh -c 'cd \"$1\" && make' sh {{ Project }}`",
            Place::Code(_) => return None,
            Place::Comment => "leave it out, or put `echo` before the text",
            Place::Control => return None,
            Place::Descriptor => "write the number itself",
            Place::Dollar => "write `\\$` for the sign itself",
            Place::Function => "write a blank between",
            Place::Test => "use `[ … ]`",
            Place::Unclosed => "close the quotes, or write `\\'` for an apostrophe",
            Place::Tilde => "write `~/` and then the value",
        };
        Some(help.to_owned())
    }
}
