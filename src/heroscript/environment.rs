//! Variables as `A=1,B=2`.

use std::collections::btree_map::Entry;
use std::ops::Range;

use super::Environment;
use crate::config::collect::Collect;
use crate::config::keys::is_variable;
use crate::config::tree::{Place, Text};

/// Name, value, and place of the name.
type Variable = (String, String, Place);

/// The variables that `value` lists, which stands between quotes at `inside`. White space around a
/// pair does not count; `\,` is a comma in a value.
pub(super) fn pairs(collect: &mut Collect<'_>, value: &Text, inside: Range<usize>) -> Vec<Variable> {
    let exact = collect.source.slice(&inside) == value.value;
    let mut found = Vec::new();
    let mut start = 0;
    for end in commas(&value.value).chain([value.value.len()]) {
        let part = &value.value[start..end];
        let pair = part.trim();
        // What was unescaped or unindented stands somewhere else in the file.
        let at = inside.start + start + (part.len() - part.trim_start().len());
        let place = |length| match exact {
            true => Place { span: at..at + length, used: None },
            false => value.place.clone(),
        };
        start = end + 1;
        match pair.split_once('=') {
            Some((name, value)) => {
                let name = name.trim_end();
                found.push((name.to_owned(), value.trim_start().replace("\\,", ","), place(name.len())));
            }
            None if pair.is_empty() => {}
            None => {
                collect.problem(&place(pair.len()), format!("`{pair}` has no `=`")).help =
                    Some("variables are written `A=1,B=2`, and a comma in a value `\\,`".to_owned());
            }
        }
    }
    found
}

/// The places of the commas that part variables.
fn commas(text: &str) -> impl Iterator<Item = usize> {
    text.match_indices(',').map(|(at, _)| at).filter(|at| !text[..*at].ends_with('\\'))
}

/// The variables by name; wrong and doubled names are noted.
pub(super) fn checked(collect: &mut Collect<'_>, variables: Vec<Variable>) -> Environment {
    let mut environment = Environment::new();
    for (name, value, place) in variables {
        if !is_variable(&name) {
            collect.problem(&place, format!("`{name}` is not the name of a variable")).help =
                Some("a name has letters, digits and `_`, and starts with no digit".to_owned());
            continue;
        }
        match environment.entry(name) {
            Entry::Vacant(entry) => {
                entry.insert(value);
            }
            Entry::Occupied(entry) => {
                collect.problem(&place, format!("the variable `{}` is given twice", entry.key()));
            }
        }
    }
    environment
}
