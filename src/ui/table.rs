//! Texts in columns.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::{Tone, harmless, painted};

/// One text of a table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cell {
    text: String,
    tone: Option<Tone>,
}

impl Cell {
    /// A text in a colour.
    pub fn toned(text: impl Into<String>, tone: Option<Tone>) -> Cell {
        Cell { text: harmless(&text.into()), tone }
    }
}

impl<T: Into<String>> From<T> for Cell {
    fn from(text: T) -> Cell {
        Cell::toned(text, None)
    }
}

/// Where the texts of a column stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    /// At its left.
    Left(&'static str),
    /// At its right, as numbers do.
    Right(&'static str),
}

/// Columns with heads; each is as wide as its widest text.
#[derive(Clone, Debug)]
pub struct Table {
    columns: Vec<Column>,
    rows: Vec<Vec<Cell>>,
}

impl Table {
    /// A table without rows.
    pub fn new(columns: &[Column]) -> Table {
        let head = columns.iter().map(|(Column::Left(head) | Column::Right(head))| Cell::from(*head));
        Table { columns: columns.to_vec(), rows: vec![head.collect()] }
    }

    /// Adds a row.
    pub fn row(&mut self, cells: impl IntoIterator<Item = Cell>) {
        self.rows.push(cells.into_iter().collect());
    }

    /// The table with each line cut to `width` columns, if that is limited.
    pub fn text(&self, width: Option<usize>, colour: bool) -> String {
        let widest = |column: usize| {
            self.rows
                .iter()
                .filter_map(|row| row.get(column))
                .map(|cell| cell.text.width())
                .max()
                .unwrap_or(0)
        };
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let widths: Vec<usize> = (0..columns).map(widest).collect();
        self.rows.iter().map(|row| self.line(row, &widths, width, colour) + "\n").collect()
    }

    fn line(&self, row: &[Cell], widths: &[usize], limit: Option<usize>, colour: bool) -> String {
        let mut line = String::new();
        let (mut at, mut start) = (0, 0);
        for (place, (cell, width)) in row.iter().zip(widths).enumerate() {
            let right = matches!(self.columns.get(place), Some(Column::Right(_)));
            let text_start = start + if right { width.saturating_sub(cell.text.width()) } else { 0 };
            let text = cut(&cell.text, limit.map(|limit| limit.saturating_sub(text_start)));
            start += width + 2;
            if !text.is_empty() {
                line += &" ".repeat(text_start - at);
                line += &painted(&text, cell.tone, colour);
                at = text_start + text.width();
            }
        }
        line
    }
}

/// `text`, which ends in `…` where it would be wider than `limit`.
fn cut(text: &str, limit: Option<usize>) -> String {
    let Some(limit) = limit.filter(|limit| text.width() > *limit) else { return text.to_owned() };
    let mut kept = String::new();
    let mut width = 1; // that of `…`
    for char in text.chars() {
        width += char.width().unwrap_or(0);
        if width > limit {
            break;
        }
        kept.push(char);
    }
    if limit > 0 { kept + "…" } else { String::new() }
}

/// `rows` as columns, each as wide as its widest cell; the first row is the head.
pub fn table(rows: &[Vec<String>]) -> String {
    let mut table = Table { columns: Vec::new(), rows: Vec::new() };
    for row in rows {
        table.row(row.iter().map(|text| Cell::from(text.as_str())));
    }
    table.text(None, false)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn example() -> Table {
        let mut table = Table::new(&[Column::Left("PANE"), Column::Right("PID"), Column::Left("LAST")]);
        table.row(["db".into(), "7".into(), Cell::toned("it listens\x1b", Some(Tone::Good))]);
        table.row(["ü 字".into(), "12345".into(), "".into()]);
        table
    }

    #[test]
    fn columns_are_as_wide_as_their_widest_text() {
        assert_eq!(
            example().text(None, false),
            "PANE    PID  LAST\ndb        7  it listens\\u{1b}\nü 字  12345\n"
        );
    }

    #[test]
    fn no_line_is_wider_than_the_terminal() {
        assert_eq!(example().text(Some(18), false), "PANE    PID  LAST\ndb        7  it l…\nü 字  12345\n");
        for width in 0..40 {
            let text = example().text(Some(width), false);
            assert!(text.lines().all(|line| line.width() <= width), "{width}: {text}");
        }
    }

    #[test]
    fn colour_takes_no_room() {
        let text = example().text(Some(18), true);
        assert_eq!(text.lines().nth(1), Some("db        7  \x1b[32mit l…\x1b[0m"));
    }
}
