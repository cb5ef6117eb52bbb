//! The YAML library's refusals in rune's words, at the place where the mistake is.

use std::ops::Range;

use serde_saphyr::budget::BudgetBreach;
use serde_saphyr::{Error, Location};

use super::{DEEPEST, LARGEST, MOST_VALUES, span};
use crate::config::source::Source;
use crate::config::tree::Place;
use crate::error::Problem;

const TOO_MUCH_BY_ALIASES: &str = "the aliases of this file expand to too much";
const TOO_MANY_MERGES: &str = "the file merges too often";

fn too_many_values() -> String {
    format!("the file has more than {MOST_VALUES} values")
}

/// The library's refusal as a problem.
pub(super) fn problem(source: &Source, error: &Error) -> Problem {
    let error = error.without_snippet();
    let location = error.location().unwrap_or(Location::UNKNOWN);
    let at = if location == Location::UNKNOWN { 0..0 } else { span(source, location) };
    if let Some(braces) = bare_braces(source, at.start) {
        return braces;
    }
    match error {
        Error::Budget { breach, .. } => here(source, at, budget(breach)),
        Error::AliasReplayLimitExceeded { .. }
        | Error::AliasExpansionLimitExceeded { .. }
        | Error::AliasReplayStackDepthExceeded { .. }
        | Error::AliasReplayCounterOverflow { .. } => here(source, at, TOO_MUCH_BY_ALIASES),
        Error::UnknownAnchor { .. } => unknown_anchor(source, at),
        Error::RecursiveReferencesRequireWeakTypes { .. } => {
            here(source, at, "this alias stands inside its own anchor")
        }
        Error::MergeValueNotMapOrSeqOfMaps { .. } => here(source, at, "`<<` can only merge a mapping"),
        Error::UnsupportedTag { tag, .. } => unsupported_tag(source, at, tag),
        _ => other(source, at, &words(error)),
    }
}

fn here(source: &Source, span: Range<usize>, message: impl Into<String>) -> Problem {
    source.problem(&Place { span, used: None }, message)
}

fn budget(breach: &BudgetBreach) -> String {
    match breach {
        BudgetBreach::Depth { .. } => format!("the file is nested deeper than {DEEPEST} levels"),
        BudgetBreach::Documents { .. } => "the file has a second document; a config is one".to_owned(),
        BudgetBreach::Nodes { .. } | BudgetBreach::Events { .. } => too_many_values(),
        BudgetBreach::ScalarBytes { .. } => format!("the file is larger than {} KiB", LARGEST >> 10),
        BudgetBreach::MergeKeys { .. } => TOO_MANY_MERGES.to_owned(),
        _ => "the file has too many anchors or aliases".to_owned(),
    }
}

fn unknown_anchor(source: &Source, at: Range<usize>) -> Problem {
    let rest = &source.text()[at.start..];
    let name: String = rest
        .chars()
        .skip_while(|c| *c == '*')
        .take_while(|c| !c.is_whitespace() && !",[]{}".contains(*c))
        .collect();
    let mut problem =
        here(source, at.start..at.start + name.len() + 1, format!("there is no anchor `{name}` above"));
    if rest.starts_with('*') {
        problem.help =
            Some(format!("`*{name}` stands for what `&{name}` names; quote a text that starts with `*`"));
    }
    problem
}

fn unsupported_tag(source: &Source, at: Range<usize>, tag: &str) -> Problem {
    let start = source.text()[..at.start].rfind(tag).unwrap_or(at.start);
    let mut problem = here(source, start..start + tag.len(), format!("the tag `{tag}` means nothing here"));
    problem.help = Some("quote a text that starts with `!`".to_owned());
    problem
}

/// Anything else, with what is known about the usual cause.
fn other(source: &Source, at: Range<usize>, words: &str) -> Problem {
    if words.contains("multiline quoted scalar") || words.contains("unclosed quote") {
        return here(source, opening_quote(source, at.start), "this quote is never closed");
    }
    if words.contains("tabs disallowed") {
        let start = source.text()[..at.start].rfind('\n').map_or(0, |newline| newline + 1);
        let tab = source.text()[start..].find('\t').map_or(at.start, |tab| start + tab);
        let mut problem = here(source, tab..tab + 1, "a tab cannot indent YAML");
        problem.help = Some("indent with blanks".to_owned());
        return problem;
    }
    // The library wraps what it finds inside of an alias in words.
    let (message, help) = match words {
        _ if words.contains("MergeKeys {") => (TOO_MANY_MERGES.to_owned(), None),
        _ if words.contains("Nodes {") || words.contains("Events {") => (too_many_values(), None),
        _ if words.contains("alias replay") || words.contains("alias expansion") => {
            (TOO_MUCH_BY_ALIASES.to_owned(), None)
        }
        "recursion limit exceeded" => (format!("the file is nested deeper than {DEEPEST} levels"), None),
        "expected string scalar" => ("a key must be a plain text".to_owned(), None),
        "mapping values are not allowed in this context" => (
            "a second `: ` on this line, or a key that is indented too far".to_owned(),
            Some("quote a text that has `: ` in it"),
        ),
        "did not find expected <document start>"
        | "while parsing a block mapping, did not find expected key"
        | "while parsing a block collection, did not find expected '-' indicator" => (
            "this line does not belong to anything above it".to_owned(),
            Some("the keys of one mapping, and the `-` of one list, start in the same column"),
        ),
        _ if words.contains("unexpected character") => {
            (words.to_owned(), Some("quote a text that starts with this character"))
        }
        _ if words.contains("unknown escape") => {
            (words.to_owned(), Some("in double quotes write `\\\\` for a backslash, or use single quotes"))
        }
        _ => (words.to_owned(), None),
    };
    let mut problem = here(source, at, message);
    problem.help = help.map(str::to_owned);
    problem
}

/// The library's message without the places that it repeats.
fn words(error: &Error) -> String {
    let text = error.to_string();
    let end = [" at line ", " (defined at ", " (used at "].iter().filter_map(|mark| text.find(mark)).min();
    text[..end.unwrap_or(text.len())].trim().replace('`', "'")
}

/// The quote that opened the text in which the parser stumbled at `offset`: the last one before it
/// that starts a value and has no partner on its line.
fn opening_quote(source: &Source, offset: usize) -> Range<usize> {
    let text = source.text();
    let opens = |at: usize| {
        let before = text[..at].trim_end_matches([' ', '\t']);
        let starts_value = before.is_empty() || before.ends_with(['\n', ':', '-', '[', '{', ',']);
        let line = text[at + 1..].lines().next().unwrap_or_default();
        starts_value && !line.contains(&text[at..=at])
    };
    let end = (offset + 1).min(text.len());
    let quotes = text.as_bytes()[..end].iter().enumerate().filter(|(_, byte)| matches!(byte, b'"' | b'\''));
    let found = quotes.map(|(at, _)| at).rfind(|at| opens(*at));
    found.map_or(offset..offset, |at| at..at + 1)
}

/// The refusal of an unquoted `{{ … }}`, when that is what stands on the line of `offset`: to YAML
/// it is a mapping within a mapping.
fn bare_braces(source: &Source, offset: usize) -> Option<Problem> {
    let text = source.text();
    let start = text[..offset].rfind('\n').map_or(0, |newline| newline + 1);
    let line = text[start..].lines().next()?;
    let braces = line.match_indices("{{").map(|(at, _)| at).find(|at| {
        let before = line[..*at].trim_end();
        before.is_empty() || before.ends_with([':', '-', '[', ','])
    })?;
    let mut value = line[braces..].trim_end();
    if line[..braces].trim_end().ends_with(['[', ',']) {
        value = &value[..value.find("}}").map_or(value.len(), |end| end + 2)];
    } else if let Some(comment) = value.find(" #") {
        value = value[..comment].trim_end();
    }
    let span = start + braces..start + braces + value.len();
    let mut problem = here(source, span, "an unquoted `{{` starts a YAML mapping");
    problem.replacement = Some(if value.contains('\'') {
        format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\""))
    } else {
        format!("'{value}'")
    });
    problem.help = Some("quote values that start with `{{`".to_owned());
    Some(problem)
}
