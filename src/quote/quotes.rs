//! Reads what is quoted, and places the values in it.

use super::cursor::Atom;
use super::reader::Reader;
use super::{Place, Unsafe, form};

impl Reader<'_> {
    /// `'…'`.
    pub(super) fn single(&mut self) -> Result<(), Unsafe> {
        self.quoted();
        self.cursor.pass();
        let mut last = None;
        while let Some(atom) = self.cursor.pass_raw() {
            match atom {
                Atom::Char('\'') => return Ok(()),
                Atom::Char(c) => self.word.text.push(c),
                Atom::Value(piece, value) => {
                    self.value(piece, value, form::in_single)?;
                    last = Some(piece);
                }
            }
        }
        unclosed(last)
    }

    /// `"…"`.
    pub(super) fn double(&mut self) -> Result<(), Unsafe> {
        self.quoted();
        self.cursor.pass();
        let mut after_name = false;
        let mut last = None;
        while let Some(atom) = self.cursor.peek() {
            let follows_name = std::mem::take(&mut after_name);
            match atom {
                Atom::Char('"') => {
                    self.cursor.pass();
                    return Ok(());
                }
                Atom::Char('\\') => self.escape()?,
                Atom::Char('`') => self.backquotes()?,
                Atom::Char('$') => after_name = self.dollar(true)?,
                Atom::Char(c) => {
                    self.word.text.push(c);
                    self.cursor.pass();
                }
                Atom::Value(piece, value) => {
                    let form = if follows_name { form::in_double_after_name } else { form::in_double };
                    self.cursor.pass();
                    self.value(piece, value, form)?;
                    last = Some(piece);
                }
            }
        }
        unclosed(last)
    }

    /// A backslash with what it protects.
    pub(super) fn escape(&mut self) -> Result<(), Unsafe> {
        self.quoted();
        self.cursor.pass();
        match self.cursor.pass_raw() {
            Some(Atom::Value(piece, _)) => Err(self.refuse(piece, Place::Backslash)),
            Some(Atom::Char(c)) => {
                self.word.text.push(c);
                Ok(())
            }
            None => Ok(()),
        }
    }
}

/// The error for the last value in quotes that the text does not close.
fn unclosed(last: Option<usize>) -> Result<(), Unsafe> {
    last.map_or(Ok(()), |piece| Err(Unsafe { piece, place: Place::Unclosed }))
}
