//! Reads what no value may stand in, only to find its end.
//!
//! Where an end cannot be found the same way in every shell, the reader is lost: everything up to the end of
//! the text has no safe form then.

use super::cursor::Atom;
use super::reader::Reader;
use super::{Place, Unsafe};

/// Deeper nesting than anybody writes; it bounds the stack.
const DEEPEST: usize = 50;

impl Reader<'_> {
    /// Passes everything to the end of the text, in which no value may stand.
    pub(super) fn lose(&mut self, place: Place) -> Result<(), Unsafe> {
        while let Some(atom) = self.cursor.pass_raw() {
            if let Atom::Value(piece, _) = atom {
                return Err(Unsafe { piece, place });
            }
        }
        Ok(())
    }

    /// A comment, up to its newline.
    pub(super) fn comment(&mut self) -> Result<(), Unsafe> {
        self.cursor.pass();
        while !self.cursor.sees_raw('\n') {
            match self.cursor.pass_raw() {
                Some(Atom::Value(piece, _)) => return Err(self.refuse(piece, Place::Comment)),
                Some(Atom::Char(_)) => {}
                None => break,
            }
        }
        Ok(())
    }

    /// `` `…` ``: it ends at the first backquote that has no backslash, whatever quotes are in it.
    pub(super) fn backquotes(&mut self) -> Result<(), Unsafe> {
        self.within(Place::Backquotes, |reader| {
            reader.cursor.pass();
            while let Some(c) = reader.char_raw()? {
                match c {
                    '`' => break,
                    '\\' => {
                        reader.char_raw()?;
                    }
                    _ => {}
                }
            }
            Ok(())
        })
    }

    /// A dollar sign with what belongs to it. Whether that was a name without braces, which the
    /// characters after it could make longer.
    pub(super) fn dollar(&mut self, in_double: bool) -> Result<bool, Unsafe> {
        let Some(Atom::Char(next)) = self.cursor.peek_second() else {
            self.cursor.pass();
            return match self.cursor.peek() {
                Some(Atom::Value(piece, _)) => Err(self.refuse(piece, Place::Dollar)),
                _ => Ok(false),
            };
        };
        match next {
            '(' => self.pass_into(Reader::parentheses)?,
            '{' => self.pass_into(Reader::parameter)?,
            '\'' if !in_double => self.pass_into(Reader::dollar_quotes)?,
            '"' if !in_double => self.lose(Place::DollarQuotes)?,
            '[' => self.lose(Place::Arithmetic)?,
            c if c.is_ascii_alphabetic() || c == '_' => {
                return self.name(|c| c.is_ascii_alphanumeric() || c == '_');
            }
            c if c.is_ascii_digit() => return self.name(|c| c.is_ascii_digit()),
            '@' | '*' | '#' | '?' | '-' | '$' | '!' => {
                self.word.text.push('$');
                self.cursor.pass();
                self.cursor.pass();
                if next == '$' && ['{', '(', '['].iter().any(|c| self.cursor.sees(*c)) {
                    // bash looks for the end of quotes as if only the second `$` were there.
                    self.lose(Place::Lost)?;
                }
                return Ok(true);
            }
            _ => {
                self.word.text.push('$');
                self.cursor.pass();
            }
        }
        Ok(false)
    }

    fn pass_into(&mut self, read: fn(&mut Self) -> Result<(), Unsafe>) -> Result<(), Unsafe> {
        self.cursor.pass();
        read(self)
    }

    fn name(&mut self, belongs: fn(char) -> bool) -> Result<bool, Unsafe> {
        self.word.text.push('$');
        self.cursor.pass();
        while let Some(Atom::Char(c)) = self.cursor.peek()
            && belongs(c)
        {
            self.word.text.push(c);
            self.cursor.pass();
        }
        Ok(true)
    }

    /// Reads something in which values have no safe form, for this reason.
    pub(super) fn within(
        &mut self,
        place: Place,
        read: impl FnOnce(&mut Self) -> Result<(), Unsafe>,
    ) -> Result<(), Unsafe> {
        if self.depth == DEEPEST {
            return self.lose(Place::Lost);
        }
        let outer = self.opaque.replace(place);
        self.depth += 1;
        let result = read(self);
        self.depth -= 1;
        self.opaque = outer;
        result
    }

    /// The next character of something in which no value may stand.
    pub(super) fn char_raw(&mut self) -> Result<Option<char>, Unsafe> {
        match self.cursor.pass_raw() {
            Some(Atom::Char(c)) => Ok(Some(c)),
            Some(Atom::Value(piece, _)) => Err(self.refuse(piece, Place::Lost)),
            None => Ok(None),
        }
    }
}
