//! Which lines are wanted.

use jiff::Zoned;
use regex::Regex;

use crate::cli;
use crate::commands::wait::pattern;
use crate::error::Result;
use crate::log::{Line, What};
use crate::moment;
use crate::plain::{self, Keep};

/// Which lines are wanted.
pub struct Filter {
    /// In microseconds since 1970.
    since: Option<u64>,
    until: Option<u64>,
    pattern: Option<Regex>,
    /// Also a begun line that shows nothing, as when only a colour was set.
    invisible: bool,
}

impl Filter {
    /// As the options say.
    ///
    /// # Errors
    /// For a time or an expression that is none.
    pub fn new(options: &cli::Logs) -> Result<Filter> {
        let now = Zoned::now();
        let micros = |text: &Option<String>| -> Result<Option<u64>> {
            text.as_deref().map(|text| Ok(moment::parse(text, &now)?.saturating_mul(1000))).transpose()
        };
        let pattern = options.grep.as_deref().map(pattern);
        Ok(Filter {
            since: micros(&options.since)?,
            until: micros(&options.until)?,
            pattern: pattern.transpose()?,
            invisible: options.raw,
        })
    }

    /// Whether everything passes.
    pub fn is_open(&self) -> bool {
        self.since.is_none() && self.until.is_none() && self.pattern.is_none()
    }

    /// Whether this one is.
    pub fn passes(&self, line: &Line) -> bool {
        self.since.is_none_or(|since| line.time >= since)
            && self.until.is_none_or(|until| line.time < until)
            && (self.invisible || !is_invisible(&line.what))
            && self.pattern.as_ref().is_none_or(|pattern| match &line.what {
                What::Text { bytes, .. } => pattern.is_match(&plain::line(bytes, Keep::Text)),
                What::Marker(_) | What::Exit(_) => false,
            })
    }
}

fn is_invisible(what: &What) -> bool {
    matches!(what, What::Text { bytes, ended: false } if plain::line(bytes, Keep::Text).is_empty())
}
