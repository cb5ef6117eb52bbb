//! In which order things are started that need each other; they are stopped in the reverse one.

use std::collections::BTreeSet;

/// `chosen` in ranks: nothing of a rank needs anything of the same or of a later one.
///
/// `needs` gives what one needs itself; what is not chosen counts on the way, so of `a` that needs
/// `b` that needs `c`, `c` comes before `a` also where `b` is left alone. Those of a circle share a rank.
pub fn ranks<T: Ord + Clone>(chosen: &[T], needs: impl Fn(&T) -> Vec<T>) -> Vec<Vec<T>> {
    let mut left: Vec<(T, BTreeSet<T>)> =
        chosen.iter().map(|one| (one.clone(), reached(one, &needs))).collect();
    let mut ranks = Vec::new();
    while !left.is_empty() {
        let waits = |needed: &BTreeSet<T>| left.iter().any(|(other, _)| needed.contains(other));
        let free: BTreeSet<T> =
            left.iter().filter(|(_, needed)| !waits(needed)).map(|(one, _)| one.clone()).collect();
        let (rank, rest): (Vec<_>, Vec<_>) =
            left.into_iter().partition(|(one, _)| free.is_empty() || free.contains(one));
        ranks.push(rank.into_iter().map(|(one, _)| one).collect());
        left = rest;
    }
    ranks
}

/// All that `one` needs, at first or at second hand; not itself.
fn reached<T: Ord + Clone>(one: &T, needs: &impl Fn(&T) -> Vec<T>) -> BTreeSet<T> {
    let mut found = BTreeSet::new();
    let mut next = needs(one);
    while let Some(needed) = next.pop() {
        if needed != *one && found.insert(needed.clone()) {
            next.extend(needs(&needed));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `api` needs `db` through `migrate`, `web` needs `api`; `a` and `b` need each other, `c` needs `b`.
    fn needs(name: &&'static str) -> Vec<&'static str> {
        match *name {
            "web" => vec!["api", "db"],
            "api" => vec!["migrate"],
            "migrate" => vec!["db"],
            "a" => vec!["b"],
            "b" => vec!["a"],
            "c" => vec!["b"],
            _ => vec![],
        }
    }

    #[test]
    fn what_is_needed_comes_first_also_through_what_is_not_chosen() {
        assert_eq!(ranks(&["web", "api", "x", "db"], needs), [vec!["x", "db"], vec!["api"], vec!["web"]]);
        assert_eq!(ranks(&["web", "db"], needs), [["db"], ["web"]]);
        assert_eq!(ranks(&[], needs), [[""; 0]; 0]);
    }

    #[test]
    fn a_circle_comes_at_once_and_ends() {
        assert_eq!(ranks(&["c", "a", "b", "db"], needs), [vec!["db"], vec!["c", "a", "b"]]);
    }
}
