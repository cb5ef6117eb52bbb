//! What there is to say about a background command that nobody keeps.

use super::{Line, output_of_log};
use crate::note::words::time;

/// How the background command `name` is, which began to run at `began` (milliseconds since 1970) and still
/// does if `runs`, from the last lines of its output.
pub fn unkept(name: &str, began: u64, runs: bool, output: &[String], now: u64) -> Vec<Line> {
    let (headline, said) = match runs {
        true => (
            format!("running, for {}", time(now.saturating_sub(began))),
            "rune only started it: how it ends will not be known",
        ),
        false => ("ended".to_owned(), "nobody saw how: rune only started it"),
    };
    let line = |depth, text| Line { depth, text, output: false };
    let mut lines = vec![line(0, format!("{name}: {headline}"))];
    lines.push(line(1, format!("{said}; with `restart` or `live` it has a runner that tells")));
    lines.extend(output_of_log(output));
    lines
}
