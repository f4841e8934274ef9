//! Some of many, at random.

use std::collections::BTreeSet;

use fastrand::Rng;

/// `count` of the numbers below `total`, or all of them, in random order: whichever there may be are equally likely. Takes time by `count`
/// (Floyd's method).
pub(super) fn sample(total: usize, count: usize, rng: &mut Rng) -> Vec<usize> {
    let mut chosen = BTreeSet::new();
    for last in total.saturating_sub(count)..total {
        if !chosen.insert(rng.usize(..=last)) {
            chosen.insert(last);
        }
    }
    let mut chosen: Vec<usize> = chosen.into_iter().collect();
    rng.shuffle(&mut chosen);
    chosen
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_many_different_ones_are_chosen() {
        let mut rng = Rng::with_seed(1);
        for (total, count) in [(0, 0), (0, 5), (1, 0), (1, 1), (5, 7), (100, 50), (1_000_000, 200)] {
            let chosen = sample(total, count, &mut rng);
            let different: BTreeSet<usize> = chosen.iter().copied().collect();
            assert_eq!((chosen.len(), different.len()), (count.min(total), count.min(total)));
            assert!(different.iter().all(|number| *number < total));
        }
    }

    #[test]
    fn each_number_comes_as_often_at_every_place() {
        let mut rng = Rng::with_seed(2);
        let mut counts = [[0_i32; 10]; 3];
        for _ in 0..30_000 {
            let chosen = sample(10, 3, &mut rng);
            chosen.iter().enumerate().for_each(|(place, number)| counts[place][*number] += 1);
        }
        // 3,000 each: 52 is the standard deviation.
        assert!(counts.iter().flatten().all(|count| (count - 3_000).abs() < 300), "{counts:?}");
    }
}
