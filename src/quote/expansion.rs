//! Finds the ends of the constructs that a dollar sign opens.

use super::cursor::Atom;
use super::reader::Reader;
use super::{Place, Unsafe};

impl Reader<'_> {
    /// `(…)` of a `$(…)` or `$((…))`.
    pub(super) fn parentheses(&mut self) -> Result<(), Unsafe> {
        if self.cursor.peek_second() == Some(Atom::Char('(')) {
            return self.arithmetic();
        }
        self.within(Place::Substitution, |reader| {
            reader.cursor.pass();
            let mut open = 1;
            let mut word = String::new();
            while let Some(atom) = reader.cursor.peek() {
                let Atom::Char(c) = atom else { return reader.lose(Place::Substitution) };
                if !c.is_ascii_alphanumeric() && matches!(word.as_str(), "case" | "[[") {
                    // Their patterns have parentheses without a partner.
                    return reader.lose(Place::Lost);
                }
                let begins = word.is_empty();
                match c {
                    '\'' => reader.single()?,
                    '"' => reader.double()?,
                    '\\' => reader.escape()?,
                    '`' => reader.backquotes()?,
                    '$' => {
                        reader.dollar(false)?;
                    }
                    '#' if begins => return reader.lose(Place::Lost),
                    '<' if reader.cursor.peek_second() == Some(Atom::Char('<')) => {
                        return reader.lose(Place::HereDocument);
                    }
                    '(' if reader.cursor.peek_second() == Some(Atom::Char('(')) => reader.arithmetic()?,
                    '(' => {
                        open += 1;
                        reader.cursor.pass();
                    }
                    ')' => {
                        open -= 1;
                        reader.cursor.pass();
                        if open == 0 {
                            break;
                        }
                    }
                    _ => {
                        reader.cursor.pass();
                    }
                }
                match c {
                    ' ' | '\t' | '\n' | ';' | '&' | '|' | '(' | ')' | '<' | '>' => word.clear(),
                    c => word.push(c),
                }
            }
            Ok(())
        })
    }

    /// `((…))`. It may be arithmetic or two subshells; quotes and `<<` differ between the two.
    pub(super) fn arithmetic(&mut self) -> Result<(), Unsafe> {
        self.within(Place::Arithmetic, |reader| {
            reader.cursor.pass();
            let mut open = 1;
            let mut last = '(';
            let mut letters = String::new();
            while let Some(atom) = reader.cursor.peek() {
                let Atom::Char(c) = atom else { return reader.lose(Place::Arithmetic) };
                match c {
                    '$' => {
                        reader.dollar(true)?;
                        last = c;
                        continue;
                    }
                    '(' => open += 1,
                    ')' => open -= 1,
                    '\'' | '"' | '\\' | '`' => return reader.lose(Place::Lost),
                    '#' if !last.is_ascii_alphanumeric() => return reader.lose(Place::Lost),
                    '<' if last == '<' => return reader.lose(Place::Lost),
                    _ => {}
                }
                if c.is_ascii_alphanumeric() {
                    letters.push(c)
                } else {
                    letters.clear()
                }
                if letters == "case" {
                    return reader.lose(Place::Lost);
                }
                reader.cursor.pass();
                last = c;
                if open == 0 {
                    break;
                }
            }
            Ok(())
        })
    }

    /// `{…}` of a `${…}`. Quotes in it mean different things in different shells.
    pub(super) fn parameter(&mut self) -> Result<(), Unsafe> {
        self.within(Place::Parameter, |reader| {
            reader.cursor.pass();
            reader.word.text.push_str("${");
            if [' ', '\t', '\n', '|', '('].iter().any(|c| reader.cursor.sees(*c)) {
                return reader.lose(Place::Lost);
            }
            while let Some(atom) = reader.cursor.peek() {
                let Atom::Char(c) = atom else { return reader.lose(Place::Parameter) };
                match c {
                    '}' => {
                        reader.cursor.pass();
                        reader.word.text.push(c);
                        break;
                    }
                    '$' => {
                        reader.dollar(true)?;
                    }
                    '\'' | '"' | '\\' | '`' | '(' | ')' | '{' | '<' | '>' | '\n' => {
                        return reader.lose(Place::Lost);
                    }
                    c => {
                        reader.word.text.push(c);
                        reader.cursor.pass();
                    }
                }
            }
            Ok(())
        })
    }

    /// `'…'` of a `$'…'`: only some shells let a backslash protect its quote.
    pub(super) fn dollar_quotes(&mut self) -> Result<(), Unsafe> {
        self.within(Place::DollarQuotes, |reader| {
            reader.word.quoted = true;
            reader.cursor.pass();
            while let Some(c) = reader.char_raw()? {
                match c {
                    '\'' => break,
                    '\\' if reader.cursor.sees_raw('\'') => return reader.lose(Place::Lost),
                    '\\' => {
                        reader.char_raw()?;
                    }
                    _ => {}
                }
            }
            Ok(())
        })
    }
}
