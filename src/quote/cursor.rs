//! Walks over the characters and values of a shell text and writes what it has passed.

use super::Piece;

/// What comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Atom<'a> {
    /// A character of the author's text.
    Char(char),
    /// A value, with the number of its piece.
    Value(usize, &'a str),
}

/// A place in a shell text.
pub(super) struct Cursor<'a> {
    atoms: Vec<Atom<'a>>,
    at: usize,
    out: String,
}

impl<'a> Cursor<'a> {
    /// The start of `pieces`.
    pub fn new(pieces: &[Piece<'a>]) -> Cursor<'a> {
        let mut atoms = Vec::new();
        for (number, piece) in pieces.iter().enumerate() {
            match piece {
                Piece::Text(text) => atoms.extend(text.chars().map(Atom::Char)),
                Piece::Value(value) => atoms.push(Atom::Value(number, value)),
            }
        }
        let out = String::with_capacity(atoms.len());
        Cursor { atoms, at: 0, out }
    }

    /// What comes next as a shell sees it: a backslash before a newline is not there at all.
    pub fn peek(&self) -> Option<Atom<'a>> {
        self.atoms.get(self.continued(self.at)).copied()
    }

    /// What comes after [`Cursor::peek`].
    pub fn peek_second(&self) -> Option<Atom<'a>> {
        self.atoms.get(self.continued(self.continued(self.at) + 1)).copied()
    }

    /// Whether this character comes next.
    pub fn sees(&self, c: char) -> bool {
        self.peek() == Some(Atom::Char(c))
    }

    /// Passes what [`Cursor::peek`] shows. A character is written, a value is not.
    pub fn pass(&mut self) -> Option<Atom<'a>> {
        let next = self.continued(self.at);
        while self.at < next {
            self.pass_raw();
        }
        self.pass_raw()
    }

    /// Passes what comes next where a backslash before a newline is nothing special.
    pub fn pass_raw(&mut self) -> Option<Atom<'a>> {
        let atom = self.atoms.get(self.at).copied()?;
        self.at += 1;
        if let Atom::Char(c) = atom {
            self.out.push(c);
        }
        Some(atom)
    }

    /// Whether this character comes next where a backslash before a newline is nothing special.
    pub fn sees_raw(&self, c: char) -> bool {
        self.atoms.get(self.at) == Some(&Atom::Char(c))
    }

    /// Writes the safe form of a value.
    pub fn write(&mut self, form: &str) {
        self.out.push_str(form);
    }

    /// All that was written.
    pub fn finish(self) -> String {
        self.out
    }

    /// The first place from `at` on that is not a continued line.
    fn continued(&self, mut at: usize) -> usize {
        while self.atoms.get(at) == Some(&Atom::Char('\\'))
            && self.atoms.get(at + 1) == Some(&Atom::Char('\n'))
        {
            at += 2;
        }
        at
    }
}
