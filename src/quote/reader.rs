//! Reads commands word by word, and places the values in them.

use super::code::Simple;
use super::cursor::{Atom, Cursor};
use super::form;
use super::word::Word;
use super::{Piece, Place, Unsafe};

/// A reader of one shell text.
pub(super) struct Reader<'a> {
    pub(super) cursor: Cursor<'a>,
    /// Why values have no safe form where the reader is, if they have none.
    pub(super) opaque: Option<Place>,
    /// How many constructs the reader is in.
    pub(super) depth: usize,
    pub(super) word: Word,
    simple: Simple,
    /// Whether it is between `[[` and `]]`.
    test: bool,
    /// In the parentheses of `name=(…)`: the command and the word that they belong to.
    list: Option<(Simple, Word)>,
}

impl<'a> Reader<'a> {
    pub fn new(pieces: &[Piece<'a>]) -> Reader<'a> {
        Reader {
            cursor: Cursor::new(pieces),
            opaque: None,
            depth: 0,
            word: Word::default(),
            simple: Simple::new(),
            test: false,
            list: None,
        }
    }

    /// Reads everything and gives back the text with its values placed.
    pub fn read(mut self) -> Result<String, Unsafe> {
        while let Some(atom) = self.cursor.peek() {
            match atom {
                Atom::Value(..) => self.bare_value()?,
                Atom::Char(c) => self.bare(c)?,
            }
        }
        Ok(self.cursor.finish())
    }

    fn bare(&mut self, c: char) -> Result<(), Unsafe> {
        match c {
            // After such a mistake bash forgets the list and the quotes in it, and goes on with the next line.
            '(' | '<' | '>' | '&' | '|' | ';' if self.list.is_some() => return self.lose(Place::Lost),
            ')' if self.list.is_some() => self.end_list()?,
            ' ' | '\t' => self.end_word()?,
            '&' if self.cursor.peek_second() == Some(Atom::Char('>')) => {
                self.end_word()?;
                self.simple.split = true;
            }
            '\n' | ';' | '&' | '|' | ')' => self.end_command()?,
            '(' => return self.parenthesis(),
            '<' | '>' => return self.redirection(c),
            '#' if !self.word.begun => return self.comment(),
            '\'' | '"' | '\\' | '`' | '$' => return self.quoting(c),
            _ => {
                self.word.push(c);
                if let (true, Some(piece)) = (self.word.brace, self.word.value) {
                    return Err(Unsafe { piece, place: Place::Brace });
                }
            }
        }
        self.cursor.pass();
        Ok(())
    }

    fn quoting(&mut self, c: char) -> Result<(), Unsafe> {
        self.word.begun = true;
        match c {
            '\'' => self.single(),
            '"' => self.double(),
            '\\' => self.escape(),
            '`' => self.backquotes(),
            _ => self.dollar(false).map(|_| ()),
        }
    }

    /// Notes that the word has quotes.
    pub(super) fn quoted(&mut self) {
        self.word.begun = true;
        self.word.quoted = true;
    }

    fn bare_value(&mut self) -> Result<(), Unsafe> {
        let Some(Atom::Value(piece, value)) = self.cursor.pass() else { return Ok(()) };
        let ends = match self.cursor.peek() {
            None => true,
            Some(Atom::Char(c)) => matches!(c, ' ' | '\t' | '\n' | ';' | '&' | '|' | ')'),
            Some(Atom::Value(..)) => false,
        };
        let alone = ends && !self.word.begun;
        self.value(
            piece,
            value,
            |value| if alone { form::alone(value).into_owned() } else { form::glued(value) },
        )?;
        self.quoted();
        Ok(())
    }

    /// Places a value that was passed, in the form that fits the quotes around it.
    pub(super) fn value(
        &mut self,
        piece: usize,
        value: &str,
        form: impl Fn(&str) -> String,
    ) -> Result<(), Unsafe> {
        let word = &self.word;
        let place = match self.opaque {
            Some(place) => Some(place),
            None if value.chars().any(char::is_control) => Some(Place::Control),
            None if self.test => Some(Place::Test),
            None if self.simple.descriptor => Some(Place::Descriptor),
            None if self.simple.split && !self.simple.redirected => Some(Place::Lost),
            None if word.tilde => Some(Place::Tilde),
            None if word.bracket => Some(Place::Bracket),
            None if word.brace => Some(Place::Brace),
            None => self.reads_code().map(Place::Code),
        };
        if let Some(place) = place {
            return Err(Unsafe { piece, place });
        }
        self.cursor.write(&form(value));
        self.word.text.push_str(value);
        self.word.value = Some(piece);
        Ok(())
    }

    /// What would run a value here: the command, or the one that the list around it belongs to.
    fn reads_code(&self) -> Option<&'static str> {
        let outer = || self.list.as_ref().and_then(|(simple, word)| simple.reads_code(&word.text));
        self.simple.reads_code(&self.word.text).or_else(outer)
    }

    /// The error for a value in this place, unless it is within something that has none anyway.
    pub(super) fn refuse(&self, piece: usize, place: Place) -> Unsafe {
        Unsafe { piece, place: self.opaque.unwrap_or(place) }
    }

    fn end_word(&mut self) -> Result<(), Unsafe> {
        if self.word.in_subscript() {
            // bash reads on to the `]`, blanks included; others end the word here.
            return self.lose(Place::Lost);
        }
        let word = std::mem::take(&mut self.word);
        if word.begun {
            self.test = (self.test || word.is("[[")) && !word.is("]]");
            self.simple.add(word);
        }
        Ok(())
    }

    fn end_command(&mut self) -> Result<(), Unsafe> {
        self.end_word()?;
        self.simple = Simple::new();
        Ok(())
    }

    fn parenthesis(&mut self) -> Result<(), Unsafe> {
        if let Some(piece) = self.word.value {
            return Err(Unsafe { piece, place: Place::Function });
        }
        if self.simple.redirected && !self.word.begun {
            // `<(…)`, which is a word of the command around it.
            self.simple.redirected = false;
            self.word.begun = true;
            return self.parentheses();
        }
        let is_list = self.word.assigns();
        if self.word.begun && !is_list && self.cursor.peek_second() != Some(Atom::Char(')')) {
            // No function either: a pattern or a subscript in bash, a mistake elsewhere.
            return self.lose(Place::Lost);
        }
        if is_list {
            let simple = std::mem::replace(&mut self.simple, Simple::new());
            self.list = Some((simple, std::mem::take(&mut self.word)));
        }
        self.end_command()?;
        if self.cursor.peek_second() == Some(Atom::Char('(')) {
            return if is_list { self.lose(Place::Lost) } else { self.arithmetic() };
        }
        self.cursor.pass();
        Ok(())
    }

    fn end_list(&mut self) -> Result<(), Unsafe> {
        self.end_word()?;
        if let Some((simple, word)) = self.list.take() {
            self.simple = simple;
            self.word = word;
        }
        Ok(())
    }

    /// `<`, `>` and the operators that start with them.
    fn redirection(&mut self, sign: char) -> Result<(), Unsafe> {
        let text = &self.word.text;
        let is_number = !self.word.quoted && !text.is_empty() && text.chars().all(|c| c.is_ascii_digit());
        if is_number {
            self.word = Word::default();
        }
        self.end_word()?;
        self.cursor.pass();
        self.simple.redirected = true;
        if sign == '<' && self.cursor.sees('<') {
            self.cursor.pass();
            if !self.cursor.sees('<') {
                return self.lose(Place::HereDocument);
            }
            self.cursor.pass();
        } else if ['>', '|'].iter().any(|c| self.cursor.sees(*c)) {
            self.cursor.pass();
        } else if self.cursor.sees('&') {
            self.cursor.pass();
            self.simple.descriptor = true;
        }
        Ok(())
    }
}
