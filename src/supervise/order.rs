//! In which order panes that need each other start and stop.

use std::collections::{BTreeMap, BTreeSet};

/// Groups of `all`, each of which needs only what is in groups before it, where `needs` says who
/// needs whom. Who needs themselves in a circle come last, together. The order to stop in is the reverse.
pub fn groups<K: Ord + Clone>(all: &[K], needs: &BTreeMap<K, Vec<K>>) -> Vec<Vec<K>> {
    let mut left: BTreeSet<&K> = all.iter().collect();
    let mut groups = Vec::new();
    while !left.is_empty() {
        let waits =
            |one: &K| needs.get(one).is_some_and(|needed| needed.iter().any(|other| left.contains(other)));
        let mut group: Vec<K> = left.iter().filter(|one| !waits(one)).map(|one| (*one).clone()).collect();
        if group.is_empty() {
            group = left.iter().map(|one| (*one).clone()).collect();
        }
        left.retain(|one| !group.contains(one));
        groups.push(group);
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    fn groups_of(all: &str, needs: &[(char, &str)]) -> Vec<String> {
        let all: Vec<char> = all.chars().collect();
        let needs = needs.iter().map(|(who, whom)| (*who, whom.chars().collect())).collect();
        groups(&all, &needs).into_iter().map(|group| group.into_iter().collect()).collect()
    }

    #[test]
    fn who_is_needed_comes_first_and_others_as_early_as_they_can() {
        assert_eq!(groups_of("abcd", &[('a', "b"), ('b', "c")]), ["cd", "b", "a"]);
        assert_eq!(groups_of("abcd", &[('a', "bc"), ('b', "d"), ('c', "d")]), ["d", "bc", "a"]);
        assert_eq!(groups_of("", &[]), [""; 0]);
    }

    #[test]
    fn needs_on_others_do_not_count_and_a_circle_is_one_group() {
        assert_eq!(groups_of("ab", &[('a', "x"), ('x', "b")]), ["ab"]);
        assert_eq!(groups_of("abc", &[('a', "b"), ('b', "a"), ('c', "")]), ["c", "ab"]);
    }
}
