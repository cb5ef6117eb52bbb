//! Which live pane is which declared one.

use std::collections::BTreeSet;

use crate::snapshot::LivePane;
use crate::workspace::{Hash, Pane};

/// For every declared pane the place of its live pane in `live`, if it has one.
///
/// A declared key finds the pane that carries it. The others are found first by what they declare
/// (the n-th of equals is the n-th), which also finds a pane that gained or lost its key; then panes
/// without a key are found by place among what is left. Those become what is declared for them, so equals
/// are counted once more with them: the next plan would do so too, and must find nothing to do.
pub fn matches(declared: &[&Pane], live: &[&LivePane]) -> Vec<Option<usize>> {
    let mut found: Vec<Option<usize>> = vec![None; declared.len()];
    let mut by_key = vec![false; declared.len()];
    let mut free: Vec<usize> = (0..live.len()).collect();
    let carries = |place: usize, pane: &Pane| {
        let tag = live[place].tag.as_ref();
        pane.keyed && tag.is_some_and(|tag| tag.id.keyed() && tag.pane == pane.key)
    };
    let unkeyed = |place: usize| live[place].tag.as_ref().is_some_and(|tag| !tag.id.keyed());
    let rules: [Rule<'_>; 3] = [
        &|pane, place| carries(place, pane),
        &|pane, place| hash(live[place]) == Some(&pane.hash),
        &|pane, place| !pane.keyed && unkeyed(place),
    ];
    for (number, rule) in rules.into_iter().enumerate() {
        for (at, pane) in declared.iter().enumerate() {
            if found[at].is_none()
                && let Some(place) = free.iter().position(|&place| rule(pane, place))
            {
                found[at] = Some(free.remove(place));
                by_key[at] = number == 0;
            }
        }
    }
    let equals: BTreeSet<&Hash> = declared.iter().map(|pane| &pane.hash).collect();
    for hash in equals {
        let equals = (0..declared.len()).filter(|&at| !by_key[at] && declared[at].hash == *hash);
        let equals: Vec<usize> = equals.filter(|&at| found[at].is_some()).collect();
        let mut places: Vec<Option<usize>> = equals.iter().map(|&at| found[at]).collect();
        places.sort_unstable();
        for (at, place) in equals.into_iter().zip(places) {
            found[at] = place;
        }
    }
    found
}

/// Whether a declared pane may be the live one at a place.
type Rule<'a> = &'a dyn Fn(&Pane, usize) -> bool;

fn hash(pane: &LivePane) -> Option<&Hash> {
    pane.known.as_ref().map(|known| &known.specification.hash)
}

/// The swaps that put `now` into the order of `wanted`, which has the same members.
pub fn swaps<T: Clone + PartialEq>(now: &[T], wanted: &[T]) -> Vec<(T, T)> {
    let mut now = now.to_vec();
    let mut swaps = Vec::new();
    for (place, member) in wanted.iter().enumerate() {
        let Some(at) = now.iter().position(|other| other == member) else { continue };
        if at != place && place < now.len() {
            swaps.push((now[at].clone(), now[place].clone()));
            now.swap(at, place);
        }
    }
    swaps
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::testing::{live, pane};

    #[test]
    fn panes_are_found_by_key_then_command_then_place() {
        // A pane is written `key=command`, one without a key `=command`.
        for (declared, lives, wanted) in [
            ("a=1 b=2", "b=2 a=1", "1 0"),
            ("a=9", "a=1", "0"),
            ("=1 =2", "=1 =2", "0 1"),
            ("=2 =1", "=1 =2", "1 0"),
            ("=1 =1", "=1 =1", "0 1"),
            ("=1 =9 =3", "=1 =2 =3", "0 1 2"),
            ("=0 =1 =2", "=1 =2", "- 0 1"),
            ("=1", "=0 =1", "1"),
            // What becomes equal takes its place among equals.
            ("=1 b=2 =1", "=5 =1 b=2", "0 2 1"),
            ("=1 b=2 =1", "=1 b=2 =5", "0 1 2"),
            ("a=1 =1", "=5 a=1", "1 0"),
            ("=8 =9", "=1", "0 -"),
            // A key that came or went changes nothing else.
            ("a=1", "=1", "0"),
            ("=1", "a=1", "0"),
            ("a=1 =1", "=1 =1", "0 1"),
            ("=1 =1", "a=1 =1", "0 1"),
            // Another key and another command is another pane.
            ("b=2", "a=1", "-"),
            ("=2", "a=1", "-"),
            ("a=2 b=1", "a=1", "0 -"),
        ] {
            let declared: Vec<_> = declared.split(' ').map(pane).collect();
            let lives: Vec<_> = lives.split(' ').map(live).collect();
            let found = matches(&declared.iter().collect::<Vec<_>>(), &lives.iter().collect::<Vec<_>>());
            let found: Vec<_> =
                found.iter().map(|place| place.map_or("-".to_owned(), |place| place.to_string())).collect();
            assert_eq!(found.join(" "), wanted, "{declared:?}");
        }
    }

    #[test]
    fn swaps_make_the_wanted_order() {
        for (now, wanted) in [("abc", "abc"), ("abc", "cab"), ("abcd", "dcba"), ("ab", "ba")] {
            let mut order: Vec<char> = now.chars().collect();
            let wanted: Vec<char> = wanted.chars().collect();
            for (one, other) in swaps(&order.clone(), &wanted) {
                let place = |c| order.iter().position(|&o| o == c).unwrap();
                let (one, other) = (place(one), place(other));
                order.swap(one, other);
            }
            assert_eq!(order, wanted);
        }
        assert!(swaps(&['a', 'b'], &['a', 'b']).is_empty());
    }
}
