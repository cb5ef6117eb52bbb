//! stub
use std::ffi::OsString;
/// stub
#[derive(Default)]
pub struct Filter<'a> {
    /// stub
    pub pass: &'a [String],
    /// stub
    pub drop: &'a [String],
}
/// stub
pub struct Filtered {
    /// stub
    pub kept: Vec<(OsString, OsString)>,
}
/// stub
pub fn filter(vars: impl Iterator<Item = (OsString, OsString)>, _f: &Filter<'_>) -> Filtered {
    Filtered {
        kept: vars
            .filter(|(n, _)| !["TMUX", "TMUX_PANE", "TERM", "PWD", "RUNE_PANE"].iter().any(|x| n == x))
            .collect(),
    }
}
