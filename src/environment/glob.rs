//! Patterns for names: `*` is any text, `?` is any character.

/// The first of `patterns` that matches `name`.
pub(super) fn first<'p>(patterns: &'p [String], name: &str) -> Option<&'p str> {
    patterns.iter().map(String::as_str).find(|pattern| matches(pattern, name))
}

/// Whether `pattern` matches all of `name`. On a mismatch the last `*` takes one character more, so the work is
/// at most the product of both lengths.
fn matches(pattern: &str, name: &str) -> bool {
    let pattern: Vec<char> = pattern.chars().collect();
    let name: Vec<char> = name.chars().collect();
    let (mut p, mut n) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while n < name.len() {
        match pattern.get(p) {
            Some('*') => {
                star = Some((p, n));
                p += 1;
            }
            Some(c) if *c == '?' || *c == name[n] => {
                p += 1;
                n += 1;
            }
            _ => {
                let Some((at, taken)) = star else { return false };
                star = Some((at, taken + 1));
                p = at + 1;
                n = taken + 1;
            }
        }
    }
    pattern[p..].iter().all(|c| *c == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_and_question_marks_match() {
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
        ] {
            assert_eq!(matches(pattern, name), is, "{pattern} {name}");
        }
    }

    #[test]
    fn a_hostile_pattern_ends_soon() {
        assert!(!matches(&"*a".repeat(200), &"a".repeat(199)));
    }
}
