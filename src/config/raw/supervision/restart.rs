//! `restart`: when a command is started again.

use std::ops::Range;
use std::time::Duration;

use super::super::duration;
use super::super::reader::{Mistake, Reader, nearest};
use super::unfit;
use crate::config::keys::{RESTART, RESTART_WORDS};
use crate::config::tree::{Node, Value};
use crate::workspace::supervision::{Limit, Restart, When};

/// What other programs call our words.
const OTHER_WORDS: [(&str, &str); 6] = [
    ("no", "never"),
    ("false", "never"),
    ("unless-stopped", "always"),
    ("true", "on-failure"),
    ("yes", "on-failure"),
    ("failure", "on-failure"),
];

/// `restart`.
pub(super) fn restart(reader: &mut Reader<'_>, node: &Node) -> Option<Restart> {
    if !matches!(node.value, Value::Map(_)) {
        return Some(Restart { when: when(reader, node)?, ..Restart::default() });
    }
    let fields = reader.fields(node, &RESTART)?;
    let when = match fields.get("when") {
        Some(node) => when(reader, node),
        None => {
            if fields.sound {
                reader.problem(node.head(), "a restart rule needs `when`").help =
                    Some("add `when: on-failure` or `when: always`".to_owned());
            }
            None
        }
    };
    let mut rule = Restart::default();
    if let Some(node) = fields.get("backoff") {
        let text = reader.text(node, "a pause such as `1s..30s`")?;
        match backoff(&text.value) {
            Ok((first, longest)) => (rule.first, rule.longest) = (first, longest),
            Err(mistake) => reader.mistake(&text, mistake),
        }
    }
    if let Some(node) = fields.get("limit") {
        let text = reader.text(node, "a limit such as `5 in 60s`, or `never`")?;
        match limit(&text.value) {
            Ok(limit) => rule.limit = limit,
            Err(mistake) => reader.mistake(&text, mistake),
        }
    }
    rule.when = when?;
    Some(rule)
}

fn when(reader: &mut Reader<'_>, node: &Node) -> Option<When> {
    let expected = super::super::reader::either(&RESTART_WORDS);
    let text = reader.text(node, &expected)?;
    match text.value.as_str() {
        "never" => return Some(When::Never),
        "on-failure" => return Some(When::OnFailure),
        "always" => return Some(When::Always),
        _ => {}
    }
    let other = OTHER_WORDS.iter().find(|(other, _)| *other == text.value.to_lowercase());
    let near = other.map(|(_, word)| *word).or_else(|| nearest(&text.value, RESTART_WORDS));
    reader.problem(&text.place, format!("expected {expected}, found `{}`", text.value)).replacement =
        near.map(str::to_owned);
    None
}

/// The first and the longest pause of `1s..30s`, or of `2s`, which stays.
fn backoff(text: &str) -> Result<(Duration, Duration), Mistake> {
    let Some((from, to)) = text.split_once("..") else {
        let pause = pause(text, 0..text.len())?;
        return Ok((pause, pause));
    };
    let first = pause(from, 0..from.len())?;
    let longest = pause(to, text.len() - to.len()..text.len())?;
    if first > longest {
        let (from, to) = (from.trim(), to.trim());
        let mistake = Mistake::new(
            0..text.len(),
            format!("the first pause, `{from}`, is longer than the longest, `{to}`"),
        );
        return Err(mistake.replacement(format!("{to}..{from}")));
    }
    Ok((first, longest))
}

fn pause(text: &str, range: Range<usize>) -> Result<Duration, Mistake> {
    let help = "a pause is `2s`, or a first and a longest one, as in `1s..30s`";
    let Some(time) = duration(text) else {
        let message = match text.trim() {
            "" => "a pause is missing".to_owned(),
            text => format!("`{text}` is not a duration"),
        };
        let mistake = Mistake::new(range, message).help(help);
        return Err(match text.split_once(['-', ',']) {
            _ if text.parse::<u32>().is_ok_and(|number| number > 0) => {
                mistake.replacement(format!("{text}s"))
            }
            Some((from, to)) if duration(from).is_some() && duration(to).is_some() => {
                mistake.replacement(format!("{from}..{to}"))
            }
            _ => mistake,
        });
    };
    match unfit(time) {
        Some(what) => Err(Mistake::new(range, format!("the pause {what}")).help(help)),
        None => Ok(time),
    }
}

/// `5 in 60s`, or `never`.
fn limit(text: &str) -> Result<Option<Limit>, Mistake> {
    const HELP: &str = "a limit is a number of restarts in a time, as in `5 in 60s`, or `never`";
    let text_range = 0..text.len();
    if text == "never" {
        return Ok(None);
    }
    let Some((times, within)) = text.split_once(" in ") else {
        let mistake = Mistake::new(text_range, format!("`{text}` is not a limit")).help(HELP);
        let count = text.parse::<u32>().is_ok_and(|count| count > 0);
        return Err(match nearest(text, ["never"]) {
            _ if count => mistake.replacement(format!("{text} in 60s")),
            Some(word) => mistake.replacement(word),
            None => mistake,
        });
    };
    let count = times.trim().parse::<u32>().map_err(|_| {
        Mistake::new(0..times.len(), format!("`{times}` is not a number of restarts")).help(HELP)
    })?;
    if count == 0 {
        let mistake = Mistake::new(0..times.len(), "a limit of no restarts lets none happen");
        return Err(mistake.help("`restart: never` says so"));
    }
    let place = text.len() - within.len()..text.len();
    let time = duration(within)
        .ok_or_else(|| Mistake::new(place.clone(), format!("`{within}` is not a duration")).help(HELP))?;
    match unfit(time) {
        Some(what) => Err(Mistake::new(place, format!("the time of the limit {what}")).help(HELP)),
        None => Ok(Some(Limit { times: count, within: time })),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses() {
        let seconds = |first, longest| Some((Duration::from_secs(first), Duration::from_secs(longest)));
        for (text, expected) in [
            ("1s..30s", seconds(1, 30)),
            ("1s .. 1m", seconds(1, 60)),
            ("2s", seconds(2, 2)),
            ("2s..2s", seconds(2, 2)),
            ("30s..1s", None),
            ("0..1s", None),
            ("1s..", None),
            ("..1s", None),
            ("1s...2s", None),
            ("2", None),
            ("1s..400d", None),
        ] {
            assert_eq!(backoff(text).ok(), expected, "{text}");
        }
    }

    #[test]
    fn limits() {
        let some = |times, seconds| Some(Some(Limit { times, within: Duration::from_secs(seconds) }));
        for (text, expected) in [
            ("5 in 60s", some(5, 60)),
            ("1 in 1h30m", some(1, 5400)),
            ("never", Some(None)),
            ("5", None),
            ("0 in 1s", None),
            ("5 in 0", None),
            ("five in 1s", None),
            ("5 in 1", None),
            ("5in60s", None),
            ("-1 in 1s", None),
        ] {
            assert_eq!(limit(text).ok(), expected, "{text}");
        }
        assert_eq!(limit("4").unwrap_err().replacement.as_deref(), Some("4 in 60s"));
    }
}
