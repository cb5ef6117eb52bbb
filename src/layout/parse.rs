//! Reading tmux's layout strings, strictly.
//!
//! ```text
//! layout = [ checksum "," ] cell
//! cell   = WIDTH "x" HEIGHT "," X "," Y ( [ "," PANE ] | "{" cells "}" | "[" cells "]" )
//! cells  = cell "," cell { "," cell }
//! ```
//!
//! Braces hold cells side by side, brackets cells one above the other. tmux itself takes more than
//! that (cells that overlap, splits with one cell) and some of it ends the server later.

use std::ops::Range;

use super::area::{Area, Axis};
use super::cells::Cells;

/// The largest window that tmux makes.
const LONGEST: u16 = 10_000;

/// How deep splits may be nested; a window of [`LONGEST`] has room for more than anyone reads.
const DEEPEST: usize = 64;

/// What is wrong with a layout string, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LayoutFault {
    /// The bytes of the text that it is about, on character boundaries.
    pub range: Range<usize>,
    /// What is wrong with them.
    pub message: String,
}

/// The cells that a tmux layout string describes.
///
/// The checksum may be wrong or missing, since people edit these strings, and white space may
/// surround it. Pane numbers are read over: tmux fills cells in order and ignores them too.
pub fn parse(text: &str) -> Result<Cells, LayoutFault> {
    let end = text.trim_end().len();
    let mut reader = Reader { text: &text[..end], at: text.len() - text.trim_start().len() };
    if reader.at >= end {
        return Err(reader.fault(0..text.len(), "the layout string is empty"));
    }
    if reader.rest().starts_with('{') {
        let message = "JSON layouts of tmux 3.8 are not read; write the layout as a tree of `split`s instead";
        return Err(reader.fault(reader.at..end, message));
    }
    reader.skip_checksum();
    let from = reader.at;
    let cells = reader.cell(0)?;
    if reader.at < end {
        return Err(reader.unexpected("the end of the layout string"));
    }
    let area = cells.area();
    if (area.x, area.y) != (0, 0) {
        return Err(reader.fault(from..reader.at, "the whole layout has to begin at `0,0`"));
    }
    Ok(cells)
}

struct Reader<'a> {
    text: &'a str,
    /// Next byte to read.
    at: usize,
}

impl Reader<'_> {
    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    /// Reads over four hexadecimal digits (tmux's own always has four) and their comma. A cell
    /// cannot look like that, since it has an `x` before its first comma.
    fn skip_checksum(&mut self) {
        if let Some((word, _)) = self.rest().split_once(',')
            && (1..=4).contains(&word.len())
            && word.bytes().all(|byte| byte.is_ascii_hexdigit())
        {
            self.at += word.len() + 1;
        }
    }

    /// Reads the cell that begins here, inside of `depth` splits.
    fn cell(&mut self, depth: usize) -> Result<Cells, LayoutFault> {
        let from = self.at;
        let width = self.length("a width")?;
        self.expect('x')?;
        let height = self.length("a height")?;
        self.expect(',')?;
        let x = self.number("a column")?;
        self.expect(',')?;
        let y = self.number("a row")?;
        let area = Area { x, y, width, height };
        let head = from..self.at;
        match self.rest().bytes().next() {
            Some(b'{') => self.split(area, head, Axis::Columns, '}', depth),
            Some(b'[') => self.split(area, head, Axis::Rows, ']', depth),
            _ => {
                self.skip_pane_number();
                Ok(Cells::pane(area))
            }
        }
    }

    fn split(
        &mut self,
        area: Area,
        head: Range<usize>,
        axis: Axis,
        close: char,
        depth: usize,
    ) -> Result<Cells, LayoutFault> {
        if depth == DEEPEST {
            return Err(self.fault(head, format!("splits are nested more than {DEEPEST} deep")));
        }
        let mut parts = Vec::new();
        // Where the next part begins; wide enough that adding up cannot overflow.
        let mut next = u32::from(area.start(axis));
        loop {
            self.at += 1; // the opening bracket or the comma
            let from = self.at;
            let part = self.cell(depth + 1)?;
            self.check_place(area, axis, next, part.area(), from..self.at)?;
            next = u32::from(part.area().start(axis)) + u32::from(part.area().length(axis)) + 1;
            parts.push(part);
            if !self.rest().starts_with(',') {
                break;
            }
        }
        if !self.rest().starts_with(close) {
            return Err(self.unexpected(&format!("`,` or `{close}`")));
        }
        self.at += 1;
        if parts.len() < 2 {
            return Err(self.fault(head.start..self.at, "a split needs at least two cells"));
        }
        let end = u32::from(area.start(axis)) + u32::from(area.length(axis));
        if next - 1 != end {
            let (what, is) = (unit(axis), next - 1 - u32::from(area.start(axis)));
            let wanted = area.length(axis);
            return Err(self.fault(
                head,
                format!("this cell has {wanted} {what}, but the cells in it take {is} with their borders"),
            ));
        }
        Ok(Cells::split(area, axis, parts))
    }

    /// Whether a part of a split is where its predecessors and its parent leave it.
    fn check_place(
        &self,
        parent: Area,
        axis: Axis,
        next: u32,
        part: Area,
        range: Range<usize>,
    ) -> Result<(), LayoutFault> {
        let across = match axis {
            Axis::Columns => Axis::Rows,
            Axis::Rows => Axis::Columns,
        };
        let place = |axis| match axis {
            Axis::Columns => "column",
            Axis::Rows => "row",
        };
        let start = u32::from(part.start(axis));
        let message = if start != next {
            let problem = if start < next { "overlaps what is before it" } else { "leaves a gap" };
            format!("this cell {problem}: it begins at {} {start} instead of {next}", place(axis))
        } else if part.start(across) != parent.start(across) {
            format!(
                "this cell begins at {} {} instead of {} as the cell around it",
                place(across),
                part.start(across),
                parent.start(across)
            )
        } else if part.length(across) != parent.length(across) {
            format!(
                "this cell has {} {}, but the cell around it has {}",
                part.length(across),
                unit(across),
                parent.length(across)
            )
        } else {
            return Ok(());
        };
        Err(self.fault(range, message))
    }

    /// Reads `,7` unless it is the beginning of the next cell, `,7x…`.
    fn skip_pane_number(&mut self) {
        let Some(after) = self.rest().strip_prefix(',') else { return };
        let digits = after.bytes().take_while(u8::is_ascii_digit).count();
        if digits > 0 && after.as_bytes().get(digits) != Some(&b'x') {
            self.at += 1 + digits;
        }
    }

    fn length(&mut self, what: &str) -> Result<u16, LayoutFault> {
        let from = self.at;
        match self.number(what)? {
            0 => Err(self.fault(from..self.at, format!("{what} has to be at least 1"))),
            length => Ok(length),
        }
    }

    fn number(&mut self, what: &str) -> Result<u16, LayoutFault> {
        let digits = self.rest().bytes().take_while(u8::is_ascii_digit).count();
        if digits == 0 {
            return Err(self.unexpected(what));
        }
        let range = self.at..self.at + digits;
        self.at = range.end;
        match self.text[range.clone()].parse() {
            Ok(number) if number <= LONGEST => Ok(number),
            _ => Err(self.fault(range, format!("{what} can be at most {LONGEST}"))),
        }
    }

    fn expect(&mut self, wanted: char) -> Result<(), LayoutFault> {
        if !self.rest().starts_with(wanted) {
            return Err(self.unexpected(&format!("`{wanted}`")));
        }
        self.at += wanted.len_utf8();
        Ok(())
    }

    fn unexpected(&self, wanted: &str) -> LayoutFault {
        match self.rest().chars().next() {
            None => self.fault(self.at..self.at, format!("the layout string ends where {wanted} should be")),
            Some(found) => self.fault(
                self.at..self.at + found.len_utf8(),
                format!("expected {wanted}, found `{}`", found.escape_debug()),
            ),
        }
    }

    fn fault(&self, range: Range<usize>, message: impl Into<String>) -> LayoutFault {
        LayoutFault { range, message: message.into() }
    }
}

fn unit(axis: Axis) -> &'static str {
    match axis {
        Axis::Columns => "columns",
        Axis::Rows => "rows",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksums_and_pane_numbers_do_not_matter() {
        let plain = "80x24,0,0{40x24,0,0,39x24,41,0[39x12,41,0,39x11,41,13]}";
        let cells = parse(plain).unwrap();
        assert_eq!(cells.count(), 3);
        for text in [
            "80x24,0,0{40x24,0,0,7,39x24,41,0[39x12,41,0,12,39x11,41,13,3]}",
            "beef,80x24,0,0{40x24,0,0,0,39x24,41,0[39x12,41,0,1,39x11,41,13,2]}",
            "  0,80x24,0,0{40x24,0,0,39x24,41,0[39x12,41,0,39x11,41,13]}\n",
        ] {
            assert_eq!(parse(text).as_ref(), Ok(&cells), "{text}");
        }
        assert_eq!(parse("abcd,80x24,0,0,0").unwrap().count(), 1);
    }

    #[track_caller]
    fn refused(text: &str, at: &str, message: &str) {
        let fault = parse(text).unwrap_err();
        assert_eq!((&text[fault.range.clone()], fault.message.as_str()), (at, message), "{text}");
    }

    #[test]
    fn bad_strings_are_refused_at_their_place() {
        refused("", "", "the layout string is empty");
        refused("  ", "  ", "the layout string is empty");
        refused("main-vertical", "m", "expected a width, found `m`");
        refused("80x24", "", "the layout string ends where `,` should be");
        refused("80y24,0,0", "y", "expected `x`, found `y`");
        refused("bb62,", "", "the layout string ends where a width should be");
        refused("bb62,é", "é", "expected a width, found `é`");
        refused("80x0,0,0", "0", "a height has to be at least 1");
        refused("80x99999,0,0", "99999", "a height can be at most 10000");
        refused("80x24,1,0", "80x24,1,0", "the whole layout has to begin at `0,0`");
        refused("80x24,0,0,0junk", "j", "expected the end of the layout string, found `j`");
        refused("80x24,0,0{}", "}", "expected a width, found `}`");
        refused("80x24,0,0{80x24,0,0,0}", "80x24,0,0{80x24,0,0,0}", "a split needs at least two cells");
        refused("80x24,0,0{40x24,0,0,0,39x24,41,0,1]", "]", "expected `,` or `}`, found `]`");
        refused("80x24,0,0{40x24,0,0,0", "", "the layout string ends where `,` or `}` should be");
        refused("80x24,0,0{40x24,0,0,}", "}", "expected a width, found `}`");
    }

    #[test]
    fn geometry_has_to_add_up() {
        refused(
            "80x24,0,0{40x24,0,0,0,40x24,41,0,1}",
            "80x24,0,0",
            "this cell has 80 columns, but the cells in it take 81 with their borders",
        );
        refused(
            "80x24,0,0[80x12,0,0,0,80x10,0,13,1]",
            "80x24,0,0",
            "this cell has 24 rows, but the cells in it take 23 with their borders",
        );
        refused(
            "80x24,0,0{40x24,0,0,0,39x24,40,0,1}",
            "39x24,40,0,1",
            "this cell overlaps what is before it: it begins at column 40 instead of 41",
        );
        refused(
            "80x24,0,0[80x12,0,0,0,80x11,0,14,1]",
            "80x11,0,14,1",
            "this cell leaves a gap: it begins at row 14 instead of 13",
        );
        refused(
            "80x24,0,0{40x24,0,0,0,39x23,41,0,1}",
            "39x23,41,0,1",
            "this cell has 23 rows, but the cell around it has 24",
        );
        refused(
            "80x24,0,0{40x24,0,0,0,39x24,41,1,1}",
            "39x24,41,1,1",
            "this cell begins at row 1 instead of 0 as the cell around it",
        );
    }

    #[test]
    fn json_is_recognised() {
        refused(
            r#"{"type":"pane"}"#,
            r#"{"type":"pane"}"#,
            "JSON layouts of tmux 3.8 are not read; write the layout as a tree of `split`s instead",
        );
    }

    #[test]
    fn nesting_has_a_limit() {
        let nested = |depth: usize| {
            let mut text = String::new();
            for level in 0..depth {
                let (width, x) = (200 - 2 * level, 2 * level);
                text += &format!("{width}x9,{x},0{{1x9,{x},0,0,");
            }
            text + &format!("{}x9,{},0,0", 200 - 2 * depth, 2 * depth) + &"}".repeat(depth)
        };
        assert_eq!(parse(&nested(DEEPEST)).unwrap().count(), DEEPEST + 1);
        assert_eq!(parse(&nested(DEEPEST + 1)).unwrap_err().message, "splits are nested more than 64 deep");
        assert!(parse(&"9x9,0,0{".repeat(100_000)).is_err());
    }
}
