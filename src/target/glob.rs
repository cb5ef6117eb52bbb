//! Patterns for targets: `*` is any text and `?` any character, but neither is `:` or `.`.

/// Whether `text` is a pattern.
pub fn is_glob(text: &str) -> bool {
    text.contains(['*', '?'])
}

/// Whether `pattern` matches all of `name`; without `*` and `?` it matches only itself.
pub(super) fn matches(pattern: &str, name: &str) -> bool {
    if !is_glob(pattern) {
        return pattern == name;
    }
    let pattern: Vec<char> = pattern.chars().collect();
    // Which starts of the pattern match what was seen of the name.
    let mut reached = vec![false; pattern.len() + 1];
    reached[0] = true;
    let skip_stars = |reached: &mut [bool]| {
        for (place, char) in pattern.iter().enumerate() {
            reached[place + 1] |= reached[place] && *char == '*';
        }
    };
    skip_stars(&mut reached);
    for char in name.chars() {
        let plain = char != ':' && char != '.';
        let mut next = vec![false; pattern.len() + 1];
        for (place, wanted) in pattern.iter().enumerate().filter(|(place, _)| reached[*place]) {
            match wanted {
                '*' if plain => next[place] = true,
                '?' if plain => next[place + 1] = true,
                wanted if *wanted == char => next[place + 1] = true,
                _ => {}
            }
        }
        skip_stars(&mut next);
        reached = next;
    }
    reached[pattern.len()]
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn stars_stay_within_a_part() {
        for (pattern, name, is) in [
            ("*", "api", true),
            ("*", "", true),
            ("*", "a.b", false),
            ("a*", "a:b", false),
            ("a*:*", "ab:c", true),
            ("*b*", "abc", true),
            ("a?c", "abc", true),
            ("a?c", "a.c", false),
            ("a?", "a", false),
            ("*a*b", "xaybzb", true),
            ("*a*b", "xaybz", false),
            ("api", "api", true),
            ("api", "ap", false),
            ("ü*", "über", true),
        ] {
            assert_eq!(matches(pattern, name), is, "{pattern} {name}");
        }
    }

    #[test]
    fn a_hostile_pattern_ends_soon() {
        assert!(!matches(&"*a".repeat(200), &"a".repeat(199)));
    }
}
