//! Globs: patterns in which `*` is any text and `?` any character.

/// What else a pattern may say, and where a star ends.
#[derive(Clone, Copy, Debug)]
pub struct Rules<'r> {
    /// Whether `[a-z]` is one character of a set, and `[!a-z]` one of no other.
    pub sets: bool,
    /// Characters that only stand for themselves: neither `*` nor `?` crosses them.
    pub borders: &'r [char],
}

impl Rules<'_> {
    /// Stars and question marks, for anything.
    pub const PLAIN: Rules<'static> = Rules { sets: false, borders: &[] };
    /// As in a shell, within one component of a path.
    pub const FILES: Rules<'static> = Rules { sets: true, borders: &[] };

    /// Whether `pattern` matches all of `name`.
    ///
    /// On a mismatch the last `*` takes one character more, so the work is at most the product of both lengths.
    /// Borders are as many in one as in the other, so stars before a border have done their part.
    pub fn matches(self, pattern: &str, name: &str) -> bool {
        let (mut pattern, mut name) = (pattern, name);
        // What follows the last star, and what of the name it has not taken yet.
        let mut star: Option<(&str, &str)> = None;
        loop {
            let mut behind = name.chars();
            let Some(char) = behind.next() else { return pattern.chars().all(|char| char == '*') };
            if let Some(after) = pattern.strip_prefix('*') {
                star = Some((after, name));
                pattern = after;
            } else if let Some(width) = self.one(pattern, char) {
                (pattern, name) = (&pattern[width..], behind.as_str());
                star = star.filter(|_| !self.borders.contains(&char));
            } else {
                let Some((after, left)) = star else { return false };
                let mut left = left.chars();
                if left.next().is_none_or(|char| self.borders.contains(&char)) {
                    return false;
                }
                star = Some((after, left.as_str()));
                (pattern, name) = (after, left.as_str());
            }
        }
    }

    /// How many bytes of `pattern` stand for `char`, when its start does.
    fn one(self, pattern: &str, char: char) -> Option<usize> {
        let first = pattern.chars().next()?;
        match first {
            '?' => (!self.borders.contains(&char)).then_some(1),
            '[' if self.sets => match set(&pattern[1..]) {
                Some(set) => is_in(set, char).then_some(set.len() + 2),
                None => (char == '[').then_some(1),
            },
            _ => (first == char).then_some(first.len_utf8()),
        }
    }
}

/// What stands before the `]`, which may be the first of the set itself.
fn set(inside: &str) -> Option<&str> {
    let first = inside.chars().next()?.len_utf8();
    let end = inside[first..].find(']')?;
    Some(&inside[..first + end])
}

fn is_in(set: &str, char: char) -> bool {
    let others = set.strip_prefix(['!', '^']).filter(|others| !others.is_empty());
    let mut rest = others.unwrap_or(set).chars();
    let mut found = false;
    while let Some(low) = rest.next() {
        let mut ahead = rest.clone();
        let high = if ahead.next() == Some('-') { ahead.next() } else { None };
        if high.is_some() {
            rest = ahead;
        }
        found |= (low..=high.unwrap_or(low)).contains(&char);
    }
    found != others.is_some()
}

#[cfg(test)]
mod tests {
    use super::Rules;

    const PARTS: Rules<'static> = Rules { sets: false, borders: &[':', '.'] };

    #[test]
    fn a_pattern_matches_a_whole_name() {
        for (pattern, name, is) in [
            ("AWS_*", "AWS_REGION", true),
            ("AWS_*", "AWS_", true),
            ("AWS_*", "XAWS_A", false),
            ("*_X", "A_X_X", true),
            ("*A*B*", "xxAyyBz", true),
            ("*A*B", "xxAyyBz", false),
            ("A?C", "ABC", true),
            ("A?C", "AC", false),
            ("", "", true),
            ("", "A", false),
            ("*", "", true),
            ("ABC", "abc", false),
            ("ä*?", "ähö", true),
            ("?", "ß", true),
        ] {
            for rules in [Rules::PLAIN, Rules::FILES, PARTS] {
                assert_eq!(rules.matches(pattern, name), is, "{pattern} {name}");
            }
        }
    }

    #[test]
    fn sets_are_for_files() {
        for (pattern, name, is) in [
            ("[a-c]x", "bx", true),
            ("[a-c]x", "dx", false),
            ("[!a-c]x", "bx", false),
            ("[^a-c]x", "dx", true),
            ("[]x]", "]", true),
            ("[a-]", "-", true),
            ("[äö]*", "öl", true),
            ("[!]", "!", true),
            ("[", "[", true),
            ("[", "a", false),
            ("*[0-9]", "a1b2", true),
        ] {
            assert_eq!(Rules::FILES.matches(pattern, name), is, "{pattern} {name}");
        }
        assert!(Rules::PLAIN.matches("[a]", "[a]") && !Rules::PLAIN.matches("[a]", "a"));
    }

    #[test]
    fn stars_stay_between_borders() {
        for (pattern, name, is) in [
            ("*", "a.b", false),
            ("a*", "a:b", false),
            ("a*:*", "ab:c", true),
            ("a?c", "a.c", false),
            ("*.*", "a.b", true),
            ("*.*", "a.b.c", false),
            ("*a*.*b", "xaya.ab", true),
            ("*a*c", "a.ac", false),
            ("x*.y*z", "xx.yzz", true),
            ("x*.y*z", "xx.yzx", false),
        ] {
            assert_eq!(PARTS.matches(pattern, name), is, "{pattern} {name}");
        }
    }

    #[test]
    fn a_hostile_pattern_ends_soon() {
        for rules in [Rules::PLAIN, Rules::FILES, PARTS] {
            assert!(!rules.matches(&"*a".repeat(200), &"a".repeat(199)));
            assert!(rules.matches(&"*a".repeat(200), &"a".repeat(400)));
        }
    }
}
