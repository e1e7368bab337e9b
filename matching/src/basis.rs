//! Whole numbers alone: every value, weight and score that leaves this crate is one of 0 to [`FULL`].

/// The whole: 10,000 basis points.
pub(crate) const FULL: u32 = 10_000;
/// The whole, as it is reckoned with until it is told: millionths.
pub(crate) const UNIT: u32 = 1_000_000;

/// Whole millionths of a number far below 2^33.
#[expect(clippy::cast_possible_truncation)]
pub(crate) fn millionths(number: f64) -> i64 {
    // Half away from zero, as `round` has it, which is a call where machines are not told apart.
    (number * f64::from(UNIT) + 0.5_f64.copysign(number)) as i64
}

/// A number below 2^53, as all are that are counted here.
#[expect(clippy::cast_precision_loss)]
pub(crate) fn float(number: i64) -> f64 {
    number as f64
}

/// `part` of `whole` in basis points, rounded half up, never more than [`FULL`]; 0 of nothing.
pub(crate) fn ratio(part: u64, whole: u64) -> u32 {
    if whole == 0 {
        return 0;
    }
    let (part, whole) = (u128::from(part), u128::from(whole));
    let rounded = (2 * part * u128::from(FULL) + whole) / (2 * whole);
    u32::try_from(rounded).map_or(FULL, |points| points.min(FULL))
}

/// Shares `total` out in proportion to `parts` by the largest remainder, the earlier part first
/// where remainders are equal. The shares add up to `total` exactly; a part of 0 gets 0.
pub(crate) fn apportion(total: u32, parts: &[u64]) -> Vec<u32> {
    let whole: u128 = parts.iter().map(|&part| u128::from(part)).sum();
    if whole == 0 {
        return vec![0; parts.len()];
    }
    let exact = |part: u64| u128::from(part) * u128::from(total);
    let mut shares: Vec<u32> =
        parts.iter().map(|&part| u32::try_from(exact(part) / whole).unwrap_or(total)).collect();

    let left_over = total - shares.iter().sum::<u32>();
    let mut by_remainder: Vec<usize> = (0..parts.len()).collect();
    by_remainder.sort_by_key(|&i| std::cmp::Reverse(exact(parts[i]) % whole));
    for &i in by_remainder.iter().take(left_over as usize) {
        shares[i] += 1;
    }
    shares
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_add_up_and_nothing_gets_nothing() {
        assert_eq!(apportion(10_000, &[1, 1, 1]), [3_334, 3_333, 3_333]);
        assert_eq!(apportion(2, &[1, 1, 1, 0]), [1, 1, 0, 0]);
        assert_eq!(apportion(7, &[0, 0]), [0, 0]);
        assert_eq!(apportion(9_999, &[55, 0, 13]).iter().sum::<u32>(), 9_999);
    }

    #[test]
    fn ratios_round_half_up_and_stay_in_range() {
        assert_eq!(ratio(1, 3), 3_333);
        assert_eq!(ratio(1, 20_000), 1);
        assert_eq!(ratio(3, 2), FULL);
        assert_eq!(ratio(0, 0), 0);
        assert_eq!(ratio(u64::MAX, u64::MAX), FULL);
    }
}
