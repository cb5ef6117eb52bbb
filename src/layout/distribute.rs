//! Sharing out a length among the parts of a split.

use super::shape::Want;

/// A part's wish and the length below which it cannot go.
pub(super) type Claim = (Want, u16);

/// Shares out `total` among `claims`; everyone gets at least what it cannot do without.
///
/// The most flexible kind of part takes up the difference between what is wanted and what is there:
/// weights first; where there are none, or they are down to their least, percentages; then fixed
/// lengths. `of` is the length that percentages refer to.
///
/// The sum of the claims' least lengths must not exceed `total`.
pub(super) fn distribute(total: u16, of: u16, claims: &[Claim]) -> Vec<u16> {
    let ideal = |&(want, least): &Claim| match want {
        Want::Weight(_) => least,
        Want::Percent(percent) => {
            least.max((u32::from(of) * u32::from(percent) / 100).min(u32::from(total)) as u16)
        }
        Want::Cells(cells) => least.max(cells),
    };
    let mut lengths: Vec<u16> = claims.iter().map(ideal).collect();
    for flexible in [is_weight as fn(Want) -> bool, is_percent, is_cells] {
        let (bending, firm): (Vec<usize>, Vec<usize>) =
            (0..claims.len()).partition(|&part| flexible(claims[part].0));
        let taken: u32 = firm.iter().map(|&part| u32::from(lengths[part])).sum();
        let needed: u32 = bending.iter().map(|&part| u32::from(claims[part].1)).sum();
        if !bending.is_empty() && taken + needed <= u32::from(total) {
            let claims: Vec<Claim> = bending.iter().map(|&part| claims[part]).collect();
            for (part, length) in bending.into_iter().zip(apportion(u32::from(total) - taken, &claims)) {
                lengths[part] = length;
            }
            return lengths;
        }
        for part in bending {
            lengths[part] = claims[part].1;
        }
    }
    lengths
}

fn is_weight(want: Want) -> bool {
    matches!(want, Want::Weight(_))
}

fn is_percent(want: Want) -> bool {
    matches!(want, Want::Percent(_))
}

fn is_cells(want: Want) -> bool {
    matches!(want, Want::Cells(_))
}

/// Shares out `total` in proportion to the claims' numbers, earlier ones first where it does not
/// come out even. Who would get less than its least gets its least, at the cost of the others.
fn apportion(total: u32, claims: &[Claim]) -> Vec<u16> {
    let weight = |part: usize| match claims[part].0 {
        Want::Weight(number) | Want::Cells(number) => u64::from(number.max(1)),
        Want::Percent(number) => u64::from(number.max(1)),
    };
    let least = |part: usize| u64::from(claims[part].1);
    let mut lengths: Vec<u64> = (0..claims.len()).map(least).collect();
    let mut sharing: Vec<usize> = (0..claims.len()).collect();
    loop {
        let owed: u64 = (0..claims.len()).filter(|part| !sharing.contains(part)).map(least).sum();
        let room = u64::from(total).saturating_sub(owed);
        let weights: u64 = sharing.iter().map(|&part| weight(part)).sum();
        let before = sharing.len();
        sharing.retain(|&part| room * weight(part) >= least(part) * weights);
        if sharing.len() < before {
            continue;
        }
        for &part in &sharing {
            lengths[part] = room * weight(part) / weights;
        }
        let over = room - sharing.iter().map(|&part| lengths[part]).sum::<u64>();
        sharing.sort_by_key(|&part| std::cmp::Reverse(room * weight(part) % weights));
        for &part in sharing.iter().take(over as usize) {
            lengths[part] += 1;
        }
        return lengths.into_iter().map(|length| length as u16).collect();
    }
}

#[cfg(test)]
mod tests {
    use super::Want::{Cells, Percent, Weight};
    use super::*;

    #[test]
    fn the_most_flexible_parts_take_up_the_difference() {
        for (total, claims, lengths) in [
            (79, vec![(Weight(1), 1), (Weight(1), 1)], vec![40, 39]),
            (78, vec![(Weight(1), 1), (Weight(1), 1), (Weight(1), 1)], vec![26, 26, 26]),
            (79, vec![(Percent(30), 1), (Weight(1), 1)], vec![24, 55]),
            (79, vec![(Percent(50), 1), (Percent(50), 1)], vec![40, 39]),
            (79, vec![(Percent(10), 1), (Percent(10), 1)], vec![40, 39]),
            (79, vec![(Cells(20), 1), (Weight(1), 1)], vec![20, 59]),
            (79, vec![(Cells(20), 1), (Percent(10), 1)], vec![20, 59]),
            (79, vec![(Cells(20), 1), (Percent(90), 1)], vec![20, 59]),
            (78, vec![(Cells(20), 1), (Percent(90), 1), (Weight(1), 5)], vec![20, 53, 5]),
            (79, vec![(Cells(100), 1), (Weight(1), 1)], vec![78, 1]),
            (79, vec![(Cells(100), 1), (Cells(100), 60)], vec![19, 60]),
            (79, vec![(Weight(1), 70), (Weight(1), 1)], vec![70, 9]),
            (3, vec![(Weight(9), 1), (Weight(1), 1), (Weight(1), 1)], vec![1, 1, 1]),
            (7, vec![(Percent(0), 1), (Cells(0), 1)], vec![6, 1]),
        ] {
            assert_eq!(distribute(total, 80, &claims), lengths, "{total} {claims:?}");
        }
    }
}
