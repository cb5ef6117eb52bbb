//! The variables that a command's text names.

use super::Filtered;

/// The names of dropped variables that `command` mentions as `$NAME` or `${NAME…}`, each once, in order.
///
/// Quotes do not count: what stands in `'…'` is often the text of another shell. `\$NAME` is no mention.
pub fn names_dropped(command: &str, filtered: &Filtered) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for name in mentioned(command) {
        let is_dropped = filtered.dropped.iter().any(|dropped| dropped.name == name);
        if is_dropped && !names.iter().any(|known| known == name) {
            names.push(name.to_owned());
        }
    }
    names
}

fn mentioned(command: &str) -> impl Iterator<Item = &str> {
    command.match_indices('$').filter_map(|(at, _)| {
        let backslashes = command[..at].bytes().rev().take_while(|b| *b == b'\\').count();
        let rest = &command[at + 1..];
        let rest = rest.strip_prefix('{').map_or(rest, |rest| rest.trim_start_matches(['#', '!']));
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
        (end > 0 && backslashes % 2 == 0).then(|| &rest[..end])
    })
}
