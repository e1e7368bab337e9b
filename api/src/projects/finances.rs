//! A project's money: to the cent, in whole hundredths.

use entity::{ContributionForm, FundingLines, FundingStatus, project};

/// A whole in basis points.
pub(crate) const WHOLE: i32 = 10_000;

/// Whether a funding line is counted on.
pub(super) fn stands(status: FundingStatus) -> bool {
    !matches!(status, FundingStatus::Refused | FundingStatus::Cancelled)
}

/// Whether a funding line can come from one status into another: on, or out.
pub(super) fn leads_to(from: FundingStatus, to: FundingStatus) -> bool {
    use FundingStatus::{Cancelled, Committed, Planned, Received, Refused, Requested};
    match from {
        Planned => matches!(to, Requested | Committed | Received | Refused | Cancelled),
        Requested => matches!(to, Committed | Received | Refused | Cancelled),
        Committed => matches!(to, Received | Cancelled),
        Received | Refused | Cancelled => false,
    }
}

/// What the funding lines of a project come to, in hundredths. Each sum fits in 64 bits: an
/// amount has at most 17 digits, and there are at most 40 of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Sums {
    /// What is counted on.
    pub(super) counted: i64,
    /// Of that, what was promised or received.
    pub(super) committed: i64,
    /// Of that, what was received.
    pub(super) received: i64,
    /// Of what is counted on, what is money; the rest is in kind.
    pub(super) cash: i64,
}

impl Sums {
    pub(super) fn of(lines: &FundingLines) -> Self {
        let mut sums = Self::default();
        for line in lines.0.iter().filter(|line| stands(line.status)) {
            let is = |holds: bool| if holds { line.minor } else { 0 };
            let received = line.status == FundingStatus::Received;
            sums.counted += line.minor;
            sums.committed += is(received || line.status == FundingStatus::Committed);
            sums.received += is(received);
            sums.cash += is(line.form == ContributionForm::Cash);
        }
        sums
    }
}

/// The parts of a whole by shares in basis points that add up to 10,000: each rounded down, and
/// the hundredths that are left go one each to the largest remainders, to the earlier one of two
/// that are equal (the method of Hamilton). The parts add up to the whole. Nothing when the
/// shares do not add up, or one is negative.
pub(super) fn parts(whole: i64, shares: &[i32]) -> Option<Vec<i64>> {
    let sum: i64 = shares.iter().copied().map(i64::from).sum();
    if sum != i64::from(WHOLE) || shares.iter().any(|share| *share < 0) {
        return None;
    }
    let exact = |share: &i32| i128::from(whole) * i128::from(*share);
    let divisor = i128::from(WHOLE);
    let mut parts = Vec::with_capacity(shares.len());
    for share in shares {
        parts.push(i64::try_from(exact(share).div_euclid(divisor)).ok()?);
    }
    let mut by_rest: Vec<usize> = (0..shares.len()).collect();
    by_rest.sort_by_key(|place| std::cmp::Reverse(exact(&shares[*place]).rem_euclid(divisor)));
    let left = whole - parts.iter().sum::<i64>();
    for place in by_rest.into_iter().take(usize::try_from(left).ok()?) {
        parts[place] += 1;
    }
    Some(parts)
}

/// What is wrong with a project's sums, before it is approved.
pub(super) fn mistakes(row: &project::Model, payments: i64) -> Vec<(&'static str, String)> {
    let mut wrong = Vec::new();
    let Some(budget) = row.budget_minor else {
        return vec![("budget", "es obligatorio / is required".to_owned())];
    };
    let text = |minor: i64| crate::scalars::Decimal(minor).to_text();
    let mut must_be = |field, sum: i64| {
        if sum != budget {
            let (sum, budget) = (text(sum), text(budget));
            let message = format!("suma {sum} y no {budget} / adds up to {sum}, not {budget}");
            wrong.push((field, message));
        }
    };
    must_be("funding", Sums::of(&row.funding).counted);
    let budgets: Vec<_> = row.work_packages.0.iter().map(|package| package.budget_minor).collect();
    if budgets.iter().any(Option::is_some) {
        must_be("workPackages", budgets.into_iter().flatten().sum());
    }
    if payments > budget {
        let (sum, budget) = (text(payments), text(budget));
        let message = format!(
            "los pagos suman {sum}, más de {budget} / payments add up to {sum}, more than {budget}"
        );
        wrong.push(("milestones", message));
    }
    wrong
}

#[cfg(test)]
mod tests {
    use entity::{ContributionForm, FundingKind, FundingLine, FundingLines, FundingStatus};
    use sea_orm::Iterable;

    use super::{Sums, leads_to, parts, stands};

    /// A generator of numbers that gives the same ones in every run.
    struct Numbers(u64);

    impl Numbers {
        fn below(&mut self, end: i64) -> i64 {
            self.0 = self
                .0
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            i64::try_from(self.0 >> 1).expect("63 bits").rem_euclid(end)
        }
    }

    /// Shares that add up to a whole, some of them nothing.
    fn shares(numbers: &mut Numbers) -> Vec<i32> {
        let mut shares = Vec::new();
        let mut rest = 10_000;
        while rest > 0 && shares.len() < 19 {
            let share = i32::try_from(numbers.below(i64::from(rest) + 1)).expect("small");
            shares.push(share);
            rest -= share;
        }
        shares.push(rest);
        shares
    }

    /// However it is shared, no hundredth is lost, and nobody is off by one or more.
    #[test]
    fn no_cent_is_lost_or_added() {
        let mut numbers = Numbers(7);
        for _ in 0..5_000 {
            let shares = shares(&mut numbers);
            let whole = numbers.below(999_999_999_999_999);
            let parts = parts(whole, &shares).expect("they add up");
            assert_eq!(parts.iter().sum::<i64>(), whole, "{whole} by {shares:?}");
            for (part, share) in parts.iter().zip(&shares) {
                let exact = i128::from(whole) * i128::from(*share);
                let off = i128::from(*part) * 10_000 - exact;
                assert!(off.abs() < 10_000, "{part} of {whole} for {share}");
                assert!(*share > 0 || *part == 0, "{part} for nothing");
            }
        }
        assert_eq!(parts(100, &[3_333, 3_333, 3_334]), Some(vec![33, 33, 34]));
        assert_eq!(parts(1, &[5_000, 5_000]), Some(vec![1, 0]));
        assert_eq!(parts(100, &[5_000, 4_999]), None);
        assert_eq!(parts(100, &[10_001, -1]), None);
        assert_eq!(parts(100, &[]), None);
    }

    fn line(minor: i64, form: ContributionForm, status: FundingStatus) -> FundingLine {
        FundingLine { partner: None, source: None, kind: FundingKind::Company, form, minor, status }
    }

    /// Whatever becomes of its lines, what is counted on is what each is, and no line counts twice.
    #[test]
    fn sums_hold_every_line_once() {
        let mut numbers = Numbers(11);
        let statuses: Vec<_> = FundingStatus::iter().collect();
        for _ in 0..2_000 {
            let mut lines = Vec::new();
            for _ in 0..numbers.below(40) {
                let status = statuses[usize::try_from(numbers.below(6)).expect("small")];
                let cash = numbers.below(2) == 0;
                let form = if cash { ContributionForm::Cash } else { ContributionForm::InKind };
                lines.push(line(numbers.below(999_999_999_999_999), form, status));
            }
            let sum = |which: &dyn Fn(&FundingLine) -> bool| -> i64 {
                lines.iter().filter(|line| which(line)).map(|line| line.minor).sum()
            };
            let sums = Sums::of(&FundingLines(lines.clone()));
            let out = sum(&|line| !stands(line.status));
            assert_eq!(sums.counted + out, sum(&|_| true));
            let by = |status| sum(&|line: &FundingLine| line.status == status);
            let waiting = by(FundingStatus::Planned) + by(FundingStatus::Requested);
            assert_eq!(sums.counted, waiting + sums.committed);
            assert_eq!(sums.committed, by(FundingStatus::Committed) + sums.received);
            let kind = sum(&|l| stands(l.status) && l.form == ContributionForm::InKind);
            assert_eq!(sums.counted, sums.cash + kind);
        }
    }

    /// A line goes on or out, never back, and never from where it ended.
    #[test]
    fn funding_goes_one_way() {
        for from in FundingStatus::iter() {
            assert!(!leads_to(from, from));
            for to in FundingStatus::iter().filter(|to| leads_to(from, *to)) {
                assert!(!leads_to(to, from), "{from:?} and back from {to:?}");
            }
        }
        for end in [FundingStatus::Received, FundingStatus::Refused, FundingStatus::Cancelled] {
            assert!(FundingStatus::iter().all(|to| !leads_to(end, to)));
        }
    }
}
