//! How much each may have of what there is not enough of.

/// The most that each may have of `most` in all: who wants less than that gets what it wants, and what it leaves is for the others.
/// `None` if there is enough for all.
pub(super) fn level(wanted: impl Iterator<Item = usize>, most: usize) -> Option<usize> {
    let mut wanted: Vec<usize> = wanted.collect();
    wanted.sort_unstable();
    let (mut left, mut others) = (most, wanted.len());
    for want in wanted {
        if want > left / others {
            return Some(left / others);
        }
        left -= want;
        others -= 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_some_do_not_want_is_for_the_others() {
        let cases: [(&[usize], usize, Option<usize>); 9] = [
            (&[], 0, None),
            (&[5, 5], 10, None),
            (&[1000], 80, Some(80)),
            (&[1000, 1000], 80, Some(40)),
            (&[1000, 3], 80, Some(77)),
            (&[3, 1000, 1000, 20], 80, Some(28)),
            (&[10, 10, 10], 29, Some(9)),
            (&[2; 100], 80, Some(0)),
            (&[1, 1, 1], 0, Some(0)),
        ];
        for (wanted, most, expected) in cases {
            let level = level(wanted.iter().copied(), most);
            assert_eq!(level, expected, "{wanted:?} of {most}");
            let given: usize = wanted.iter().map(|want| level.map_or(*want, |level| level.min(*want))).sum();
            assert!(given <= most);
        }
    }
}
