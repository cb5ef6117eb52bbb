//! Which live pane is which declared one.

use crate::snapshot::LivePane;
use crate::workspace::{Hash, Pane};

/// For every declared pane the place of its live pane in `live`, if it has one.
///
/// A declared key finds the pane that carries it. Panes without a key are found first by what they
/// declare (the n-th of equals is the n-th), then by place among what is left. Last, a pane that
/// only gained or lost its key is found by what it declares.
pub fn matches(declared: &[Pane], live: &[&LivePane]) -> Vec<Option<usize>> {
    let mut found: Vec<Option<usize>> = vec![None; declared.len()];
    let mut free: Vec<usize> = (0..live.len()).collect();
    let tag = |place: usize| live[place].tag.as_ref();
    let unkeyed = |place: usize| tag(place).is_some_and(|tag| !tag.id.keyed());
    let rules: [Rule<'_>; 4] = [
        &|pane, place| pane.keyed && tag(place).is_some_and(|tag| tag.id.keyed() && tag.pane == pane.key),
        &|pane, place| !pane.keyed && unkeyed(place) && hash(live[place]) == Some(&pane.hash),
        &|pane, place| !pane.keyed && unkeyed(place),
        &|pane, place| hash(live[place]) == Some(&pane.hash),
    ];
    for rule in rules {
        for (pane, found) in declared.iter().zip(&mut found).filter(|(_, found)| found.is_none()) {
            if let Some(at) = free.iter().position(|&place| rule(pane, place)) {
                *found = Some(free.remove(at));
            }
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
