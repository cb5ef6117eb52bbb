//! How the panes of a window are arranged.
//!
//! A tree is written as splits within splits. A split's `panes` are its cells in order: another
//! split, or one pane, written as its size or as nothing for an equal part of what is left.

use super::reader::Reader;
use crate::config::keys::{GRIDS, SPLIT};
use crate::config::tree::{Node, Spanned, Value};
use crate::workspace::{Layout, NamedLayout, Share, Split};

/// The layout that a window declares.
pub(super) fn layout(reader: &mut Reader<'_>, node: &Node) -> Option<Spanned<Layout>> {
    let layout = match &node.value {
        Value::Map(_) => Layout::Tree(tree(reader, node)?),
        _ => named(reader, node)?,
    };
    Some(Spanned { value: layout, place: node.head().clone() })
}

fn named(reader: &mut Reader<'_>, node: &Node) -> Option<Layout> {
    let text = reader.text(node, "the name of a layout or a tree of splits")?;
    let word = text.value.trim();
    if let Some((layout, _)) = NamedLayout::ALL.iter().find(|(_, name)| *name == word) {
        return Some(Layout::Named(*layout));
    }
    if GRIDS.contains(&word) {
        return Some(Layout::Grid);
    }
    if let Some(cells) = raw(word) {
        return Some(Layout::Raw(cells.to_owned()));
    }
    let names = NamedLayout::ALL.iter().map(|(_, name)| *name).chain(GRIDS);
    let near = grid_for(word).or_else(|| super::nearest(word, names.clone()));
    let problem = reader.problem(&text.place, format!("there is no layout `{word}`"));
    problem.replacement = near.map(str::to_owned);
    problem.help = Some(format!("there is {}", crate::error::list(&names.collect::<Vec<_>>())));
    None
}

/// The grid that has room for as many panes as `word` says: `5pane` is `6pane`.
fn grid_for(word: &str) -> Option<&'static str> {
    let count = |word: &str| word.trim_end_matches('s').strip_suffix("pane")?.parse::<usize>().ok();
    let wanted = count(word)?;
    GRIDS.into_iter().find(|grid| count(grid).is_some_and(|room| room >= wanted))
}

/// A tmux layout string without its checksum, when `word` looks like one: `bb62,80x24,0,0,…`.
fn raw(word: &str) -> Option<&str> {
    let is_size = |text: &str| {
        text.split_once('x').is_some_and(|(width, height)| {
            let number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
            number(width) && number(height)
        })
    };
    let (first, rest) = word.split_once(',')?;
    if is_size(first) {
        return Some(word);
    }
    let checksum = first.len() == 4 && first.bytes().all(|byte| byte.is_ascii_hexdigit());
    (checksum && is_size(rest.split(',').next()?)).then_some(rest)
}

fn tree(reader: &mut Reader<'_>, node: &Node) -> Option<Split> {
    let (share, split) = cell(reader, node)?;
    if share != Share::Rest {
        let size = reader.quiet(node, &SPLIT).and_then(|fields| fields.get("size"));
        reader
            .problem(size.map_or(node.head(), |node| &node.place), "the whole window has no size to share")
            .help = Some("write `size` on a cell inside `panes`".to_owned());
    }
    Some(split)
}

/// A cell with its share of the split around it.
fn cell(reader: &mut Reader<'_>, node: &Node) -> Option<(Share, Split)> {
    match &node.value {
        Value::Null => return Some((Share::Rest, Split::Pane)),
        Value::Map(_) => {}
        _ => return Some((share(reader, node), Split::Pane)),
    }
    let fields = reader.fields(node, &SPLIT)?;
    let share = match fields.get("size") {
        Some(node) => share(reader, node),
        None => Share::Rest,
    };
    let direction = fields.get("split").and_then(|node| reader.word(node, &["right", "down"]));
    let Some(panes) = fields.get("panes") else {
        if fields.get("split").is_some() {
            reader.problem(node.head(), "a split needs `panes`");
            return None;
        }
        return Some((share, Split::Pane));
    };
    let nodes = reader.list(panes, "a list of cells");
    let cells: Vec<(Share, Split)> = nodes.iter().filter_map(|node| cell(reader, node)).collect();
    if nodes.len() < 2 {
        reader.problem(panes.head(), "a split needs two cells or more");
        return None;
    }
    match direction {
        Some("right") => Some((share, Split::Columns(cells))),
        Some(_) => Some((share, Split::Rows(cells))),
        None => {
            if fields.get("split").is_none() {
                reader.problem(node.head(), "a split needs a direction").help =
                    Some("add `split: right` or `split: down`".to_owned());
            }
            None
        }
    }
}

/// The size of a cell; one that cannot be read counts as none, so that the cell is not missed.
fn share(reader: &mut Reader<'_>, node: &Node) -> Share {
    let Some(text) = reader.text(node, "a size such as `30%` or `20`") else { return Share::Rest };
    let word = text.value.trim();
    let share = match word.strip_suffix('%') {
        Some(number) => number.parse().ok().filter(|percent| (1..100).contains(percent)).map(Share::Percent),
        None => word.parse().ok().filter(|cells| *cells > 0).map(Share::Cells),
    };
    if share.is_none() {
        reader.problem(&text.place, format!("`{word}` is not the size of a cell")).help =
            Some("a size is `1%` to `99%`, or columns or rows, as in `20`".to_owned());
    }
    share.unwrap_or(Share::Rest)
}

/// How many panes a tree holds.
pub fn cells(split: &Split) -> usize {
    match split {
        Split::Pane => 1,
        Split::Columns(parts) | Split::Rows(parts) => parts.iter().map(|(_, part)| cells(part)).sum(),
    }
}
