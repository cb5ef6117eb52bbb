//! Tera, held on a short leash: all that it ever sees is text and placeholders `{{ pN }}`.
//!
//! Blocks and comments open with control characters that no text has, so `{%` and `{#` are text and
//! there is no loop, no inclusion and no condition. The escape function does not quote, since only
//! the whole text says what quotes a value stands in: it frames the value for [`framed`]'s reader.

use std::io::{self, Write};

use tera::{Context, Delimiters, Tera};

use super::scan::Placeholder;

/// The characters that delimiters and frames are made of; text with a placeholder cannot have them.
pub(super) const RESERVED: [char; 3] = ['\u{1}', OPEN, CLOSE];
const OPEN: char = '\u{2}';
const CLOSE: char = '\u{3}';

/// The longest text that a template may become, in bytes.
pub(super) const LONGEST: usize = 1 << 20;

/// Renders `text` with `values[n]` for the n-th of its `placeholders`, and gives back the text and
/// the values in turn: the first and every second part is text, and n-th placeholder is part 2n+1.
///
/// Nothing when the result would be longer than [`LONGEST`].
pub(super) fn framed(text: &str, placeholders: &[Placeholder<'_>], values: &[&str]) -> Option<Vec<String>> {
    let mut tera = Tera::new();
    tera.set_delimiters(Delimiters {
        block_start: "\u{1}\u{2}".into(),
        block_end: "\u{2}\u{1}".into(),
        comment_start: "\u{1}\u{3}".into(),
        comment_end: "\u{3}\u{1}".into(),
        ..Delimiters::default()
    })
    .ok()?;
    tera.set_escape_fn(frame);
    let mut context = Context::new();
    for (n, value) in values.iter().enumerate() {
        context.insert(format!("p{n}"), value);
    }
    let mut rendered = Limited(Vec::new());
    tera.render_str_to(&numbered(text, placeholders), &context, true, &mut rendered).ok()?;
    let rendered = String::from_utf8(rendered.0).ok()?;
    let parts: Vec<String> = rendered.split([OPEN, CLOSE]).map(str::to_owned).collect();
    (parts.len() == 2 * values.len() + 1).then_some(parts)
}

/// `text` with its placeholders named by their number: no name that a user may choose means
/// something to the engine.
fn numbered(text: &str, placeholders: &[Placeholder<'_>]) -> String {
    let mut numbered = String::with_capacity(text.len());
    let mut from = 0;
    for (n, placeholder) in placeholders.iter().enumerate() {
        let before = if placeholder.trim_before { "-" } else { "" };
        let after = if placeholder.trim_after { "-" } else { "" };
        numbered.push_str(&text[from..placeholder.range.start]);
        numbered.push_str(&format!("{{{{{before} p{n} {after}}}}}"));
        from = placeholder.range.end;
    }
    numbered.push_str(&text[from..]);
    numbered
}

fn frame(value: &str, out: &mut dyn Write) -> io::Result<()> {
    write!(out, "{OPEN}{value}{CLOSE}")
}

/// A buffer that refuses to grow beyond [`LONGEST`].
struct Limited(Vec<u8>);

impl Write for Limited {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.len() + bytes.len() > LONGEST {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
