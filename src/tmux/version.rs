//! tmux versions and what they can do: every difference between them stands in [`Feature::ALL`].

use std::fmt;

use serde::{Deserialize, Serialize};

/// A version of tmux, as in `3.3a`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Version {
    /// The number before the dot.
    pub major: u16,
    /// The number behind the dot.
    pub minor: u16,
    /// 0 for none, 1 for `a`, 2 for `b` and so on.
    pub patch: u8,
}

impl Version {
    /// The oldest version that rune is made for.
    pub const OLDEST: Version = Version::new(2, 6);
    /// What a development version without a number counts as.
    const NEWEST: Version = Version::new(999, 0);

    /// Version `major.minor`.
    pub const fn new(major: u16, minor: u16) -> Version {
        Version { major, minor, patch: 0 }
    }

    /// Reads `tmux -V` or `#{version}`: `tmux 3.3a`, `3.3a`, `tmux next-3.8`, `3.2-rc3`. `master`
    /// and `openbsd-7.6` count as newer than every release.
    pub fn parse(text: &str) -> Option<Version> {
        let text = text.trim();
        let text = text.strip_prefix("tmux ").unwrap_or(text);
        if text == "master" || text.starts_with("openbsd-") {
            return Some(Version::NEWEST);
        }
        let text = text.strip_prefix("next-").unwrap_or(text);
        let text = text.split("-rc").next()?;
        let (major, rest) = text.split_once('.')?;
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let (minor, letter) = rest.split_at(digits);
        let patch = match letter.as_bytes() {
            [] => 0,
            [letter @ b'a'..=b'z'] => letter - b'a' + 1,
            _ => return None,
        };
        Some(Version { major: major.parse().ok()?, minor: minor.parse().ok()?, patch })
    }

    /// Whether this version can do it.
    pub fn has(self, feature: Feature) -> bool {
        let row = feature.row();
        self >= row.from && row.until.is_none_or(|until| self < until)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if *self == Version::NEWEST {
            return f.write_str("development");
        }
        write!(f, "{}.{}", self.major, self.minor)?;
        match self.patch {
            0 => Ok(()),
            patch => write!(f, "{}", char::from(b'a' + patch - 1)),
        }
    }
}

/// Something that only some versions of tmux do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Feature {
    /// A backslash is no longer needed before a `;` that ends a quoted word.
    PlainSemicolon,
    /// `set-option -p`: options of one pane.
    PaneOptions,
    /// `source-file -` reads standard input.
    SourceStandardInput,
    /// `new-session -x -y` is honoured.
    SizeOfNewSession,
    /// `resize-window`.
    ResizeWindow,
    /// `remain-on-exit failed` keeps a pane only when its process failed.
    RemainOnFailure,
    /// The layouts with a main pane leave a window's size alone.
    MainLayouts,
    /// `main-horizontal-mirrored` and `main-vertical-mirrored`.
    MirroredLayouts,
    /// A dead pane's size may still change.
    DeadPanesHaveSizes,
    /// A pane that ended and was started again is not taken for ended when its pipe changes.
    PipesOfRestarted,
    /// A pane may be one column wide or one row high; before, two.
    OneCellPanes,
    /// `select-pane -T` expands formats.
    TitleFormats,
    /// However many `#` before a `[` are left as they are in a format.
    StylesAreLeft,
    /// Values are printed as they are; 3.4 writes `$name` as `\$name`.
    PlainDollar,
}

/// One row of the table.
pub struct Row {
    /// What it is about.
    pub feature: Feature,
    /// First version that has it.
    pub from: Version,
    /// First version that no longer has it.
    pub until: Option<Version>,
    /// What it is, for people.
    pub what: &'static str,
    /// What rune does without it, for people.
    pub without: &'static str,
}

const fn row(feature: Feature, from: Version, what: &'static str, without: &'static str) -> Row {
    Row { feature, from, until: None, what, without }
}

impl Feature {
    /// Every difference between the versions that rune knows of.
    pub const ALL: [Row; 14] = [
        row(
            Feature::PlainSemicolon,
            Version::new(3, 0),
            "a quoted word may end in `;`",
            "rune escapes it; nothing is lost",
        ),
        row(
            Feature::PaneOptions,
            Version::new(3, 0),
            "options of single panes",
            "a pane whose runner was killed closes instead of staying to be seen",
        ),
        row(
            Feature::SourceStandardInput,
            Version::new(3, 1),
            "commands are read from standard input",
            "rune writes a private temporary file; nothing is lost",
        ),
        row(
            Feature::ResizeWindow,
            Version::new(2, 9),
            "windows are given a size",
            "not needed: these versions honour the size of a new session",
        ),
        row(
            Feature::RemainOnFailure,
            Version::new(3, 2),
            "a pane stays when its process failed",
            "a pane whose runner was killed closes instead of staying to be seen",
        ),
        Row {
            feature: Feature::SizeOfNewSession,
            from: Version::new(3, 3),
            until: None,
            what: "the size of a new session is honoured at once",
            without: "3.2 ignores it; rune resizes the window in the same batch",
        },
        row(
            Feature::MainLayouts,
            Version::new(3, 0),
            "`main-horizontal` and `main-vertical` keep the size of the window",
            "rune computes the same arrangement itself: 2.9 takes a line from the window each time",
        ),
        row(
            Feature::MirroredLayouts,
            Version::new(3, 5),
            "the layouts `main-horizontal-mirrored` and `main-vertical-mirrored`",
            "rune computes the same arrangement itself",
        ),
        row(
            Feature::DeadPanesHaveSizes,
            Version::new(2, 8),
            "a process may end while its pane's new size is on the way",
            "rune waits for the size before it ends what restarts or closes; \
             what writes without a pause is hung up without being asked first",
        ),
        row(
            Feature::PipesOfRestarted,
            Version::new(2, 9),
            "a pane that ended can be started again and logged",
            "what is logged is hung up without being asked first when it restarts; a pane that ended, was \
             kept and is restarted with `log: true` closes",
        ),
        row(
            Feature::OneCellPanes,
            Version::new(2, 9),
            "panes of one column or row",
            "panes need two, so fewer fit into a small window; rune says which size they need",
        ),
        row(
            Feature::TitleFormats,
            Version::new(2, 7),
            "a pane's title is expanded when it is set",
            "rune gives it as it is; nothing is lost",
        ),
        row(
            Feature::StylesAreLeft,
            Version::new(3, 2),
            "a style in a title is left as it is",
            "rune escapes it; nothing is lost",
        ),
        Row {
            feature: Feature::PlainDollar,
            from: Version::new(2, 6),
            until: Some(Version { major: 3, minor: 4, patch: 0 }),
            what: "values are printed as they are",
            without: "3.4 writes a backslash before `$`; rune keeps `$` out of what it stores in tmux",
        },
    ];

    fn row(self) -> &'static Row {
        const TABLE: &[Row] = &Feature::ALL;
        TABLE.iter().find(|row| row.feature == self).unwrap_or(&TABLE[0])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_known_spelling_is_read() {
        for (text, version) in [
            ("tmux 2.6", Some(Version::new(2, 6))),
            ("tmux 3.3a", Some(Version { major: 3, minor: 3, patch: 1 })),
            ("3.7c\n", Some(Version { major: 3, minor: 7, patch: 3 })),
            ("tmux 2.6-rc2", Some(Version::new(2, 6))),
            ("tmux 3.2-rc3", Some(Version::new(3, 2))),
            ("tmux next-3.8", Some(Version::new(3, 8))),
            ("tmux master", Some(Version::NEWEST)),
            ("tmux openbsd-7.6", Some(Version::NEWEST)),
            ("tmux", None),
            ("tmux x.y", None),
            ("tmux 3.3ab", None),
            ("", None),
        ] {
            assert_eq!(Version::parse(text), version, "{text}");
        }
    }

    #[test]
    fn versions_have_an_order() {
        let order = ["2.6", "2.9a", "3.0a", "3.1c", "3.2a", "3.3", "3.3a", "3.4", "3.8"];
        let versions: Vec<Version> = order.iter().filter_map(|text| Version::parse(text)).collect();
        assert_eq!(versions.len(), order.len());
        assert!(versions.is_sorted());
        for (version, text) in versions.iter().zip(order) {
            assert_eq!(version.to_string(), text);
        }
    }

    #[test]
    fn every_feature_has_one_row() {
        for row in &Feature::ALL {
            assert_eq!(Feature::ALL.iter().filter(|other| other.feature == row.feature).count(), 1);
            assert!(!row.what.is_empty() && !row.without.is_empty());
        }
    }
}
