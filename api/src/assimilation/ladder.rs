//! The ladder: from nine scores to a level, and from a level and a technology to an answer.
//! Whole numbers only (`domain` 2.13).

use entity::{
    AgreementType, AssessmentKind, AssimilationDimension, AssimilationLevel, AssimilationScores,
    Eligibility, EligibilityStep,
};

/// The highest level.
pub(super) const HIGHEST: i32 = 4;
/// The highest level that a company gives itself.
const HIGHEST_OF_ITSELF: i32 = 3;

/// The scores by their dimensions, in their order.
pub(super) fn by_dimension(scores: &AssimilationScores) -> [(AssimilationDimension, i32); 9] {
    use AssimilationDimension as D;
    [
        (D::Awareness, scores.awareness),
        (D::Search, scores.search),
        (D::CoreCompetence, scores.core_competence),
        (D::Strategy, scores.strategy),
        (D::AssessSelect, scores.assess_select),
        (D::AcquireAbsorb, scores.acquire_absorb),
        (D::ImplementUse, scores.implement_use),
        (D::Learn, scores.learn),
        (D::ExternalLinks, scores.external_links),
    ]
}

/// The scores added up: 9 to 36.
pub(super) fn total(scores: &AssimilationScores) -> i32 {
    by_dimension(scores).iter().map(|(_, score)| score).sum()
}

/// The total from which on a level begins: equal quarters of 9 to 36.
pub(super) fn begins_at(level: i32) -> i32 {
    2 + 7 * level
}

/// The level, 1 to 4: by the total; not above 1 + the lesser of what the company absorbs and
/// puts to use; not above 3 when it assessed itself.
pub(super) fn level_from(scores: &AssimilationScores, kind: AssessmentKind) -> i32 {
    let total = total(scores);
    let by_total = (2..=HIGHEST).take_while(|level| total >= begins_at(*level)).last().unwrap_or(1);
    let cap = 1 + scores.acquire_absorb.min(scores.implement_use);
    let most = if kind == AssessmentKind::SelfAssessed { HIGHEST_OF_ITSELF } else { HIGHEST };
    by_total.min(cap).min(most)
}

/// What a level is called.
pub(super) fn name(level: i32) -> AssimilationLevel {
    match level {
        ..=1 => AssimilationLevel::Unaware,
        2 => AssimilationLevel::Reactive,
        3 => AssimilationLevel::Strategic,
        _ => AssimilationLevel::Creative,
    }
}

/// The technology readiness levels that a company of this level accepts when it says nothing.
pub(crate) fn accepted_trl(level: i32) -> (i32, i32) {
    let least = match level {
        ..=1 => 8,
        2 => 7,
        3 => 4,
        _ => 1,
    };
    (least, 9)
}

/// The level that a technology of this readiness asks for, when its office names none: the
/// lowest that accepts it.
pub(super) fn asked_by_trl(trl: i32) -> i32 {
    (1..=HIGHEST).find(|level| accepted_trl(*level).0 <= trl).unwrap_or(HIGHEST)
}

/// Whether a company of one level can take up what asks for another, and what it does before.
pub(super) fn judge(level: i32, required: i32) -> (Eligibility, &'static [EligibilityStep]) {
    match required - level {
        ..=0 => (Eligibility::Recommended, &[]),
        1 => (Eligibility::Conditional, steps(level)),
        _ => (Eligibility::NotRecommended, &[]),
    }
}

/// What a company of this level does to come to the next.
pub(super) fn steps(level: i32) -> &'static [EligibilityStep] {
    match level {
        ..=1 => &[EligibilityStep::Course, EligibilityStep::OttAccompaniment],
        2 => &[EligibilityStep::Pilot, EligibilityStep::OttAccompaniment],
        _ => &[EligibilityStep::OttAccompaniment],
    }
}

/// The agreements that companies of a level normally make.
pub(super) fn agreements(level: i32) -> &'static [AgreementType] {
    match level {
        ..=1 => &[AgreementType::ServicesAgreement, AgreementType::TechnicalAssistanceAgreement],
        2 => &[
            AgreementType::TechnicalAssistanceAgreement,
            AgreementType::PilotEvaluationAgreement,
            AgreementType::NonExclusiveLicence,
        ],
        3 => &[
            AgreementType::ContractRdAgreement,
            AgreementType::JointDevelopmentAgreement,
            AgreementType::OptionAgreement,
        ],
        _ => &[
            AgreementType::ExclusiveLicence,
            AgreementType::ConsortiumAgreement,
            AgreementType::AssignmentAgreement,
        ],
    }
}

/// What must still rise so that the next level is reached: how many points in all, and which
/// dimensions hold the level down by themselves.
pub(super) fn missing(scores: &AssimilationScores, next: i32) -> (i32, Vec<AssimilationDimension>) {
    let points = (begins_at(next) - total(scores)).max(0);
    let caps = [AssimilationDimension::AcquireAbsorb, AssimilationDimension::ImplementUse];
    let low = by_dimension(scores).into_iter();
    let low = low.filter(|(dimension, score)| caps.contains(dimension) && score + 1 < next);
    (points, low.map(|(dimension, _)| dimension).collect())
}

#[cfg(test)]
mod tests {
    use entity::{AssessmentKind, AssimilationDimension, AssimilationScores, Eligibility};

    use super::{
        accepted_trl, asked_by_trl, by_dimension, judge, level_from, missing, steps, total,
    };

    fn all(score: i32) -> AssimilationScores {
        AssimilationScores {
            awareness: score,
            search: score,
            core_competence: score,
            strategy: score,
            assess_select: score,
            acquire_absorb: score,
            implement_use: score,
            learn: score,
            external_links: score,
        }
    }

    /// Scores with this total and nothing that caps.
    fn adding_up_to(wanted: i32) -> AssimilationScores {
        let mut scores = AssimilationScores { acquire_absorb: 4, implement_use: 4, ..all(1) };
        for place in [
            &mut scores.awareness,
            &mut scores.search,
            &mut scores.core_competence,
            &mut scores.strategy,
            &mut scores.assess_select,
            &mut scores.learn,
            &mut scores.external_links,
        ] {
            *place = 1;
        }
        let mut rest = wanted - total(&scores);
        let mut raise = |score: &mut i32| {
            let more = rest.clamp(0, 3);
            *score += more;
            rest -= more;
        };
        raise(&mut scores.awareness);
        raise(&mut scores.search);
        raise(&mut scores.core_competence);
        raise(&mut scores.strategy);
        raise(&mut scores.assess_select);
        raise(&mut scores.learn);
        raise(&mut scores.external_links);
        scores
    }

    #[test]
    fn quarters_of_the_total_are_levels() {
        for (sum, right) in [(15, 1), (16, 2), (22, 2), (23, 3), (29, 3), (30, 4), (36, 4)] {
            let scores = adding_up_to(sum);
            assert_eq!(total(&scores), sum);
            assert_eq!(level_from(&scores, AssessmentKind::Audited), right, "{sum}");
        }
        assert_eq!((total(&all(1)), level_from(&all(1), AssessmentKind::Audited)), (9, 1));
    }

    #[test]
    fn who_does_not_absorb_stays_low_and_nobody_calls_itself_creative() {
        for (cap, right) in [(1, 2), (2, 3), (3, 4), (4, 4)] {
            let scores = AssimilationScores { acquire_absorb: cap, ..all(4) };
            assert_eq!(level_from(&scores, AssessmentKind::Assisted), right, "absorbs {cap}");
            let scores = AssimilationScores { implement_use: cap, ..all(4) };
            assert_eq!(level_from(&scores, AssessmentKind::Assisted), right, "uses {cap}");
        }
        assert_eq!(level_from(&all(4), AssessmentKind::SelfAssessed), 3);
    }

    #[test]
    fn each_readiness_has_the_lowest_level_that_accepts_it() {
        let asked: Vec<_> = (1..=9).map(asked_by_trl).collect();
        assert_eq!(asked, [4, 4, 4, 3, 3, 3, 2, 1, 1]);
        assert_eq!([1, 2, 3, 4].map(accepted_trl), [(8, 9), (7, 9), (4, 9), (1, 9)]);
    }

    #[test]
    fn one_level_below_is_a_condition_and_two_are_too_far() {
        for has in 1..=4 {
            for asks in 1..=4 {
                let (eligibility, first) = judge(has, asks);
                let right = match asks - has {
                    ..=0 => Eligibility::Recommended,
                    1 => Eligibility::Conditional,
                    _ => Eligibility::NotRecommended,
                };
                assert_eq!(eligibility, right);
                assert_eq!(first.is_empty(), right != Eligibility::Conditional);
                assert!(first.is_empty() || first == steps(has));
            }
        }
    }

    #[test]
    fn what_is_missing_reaches_the_next_level_and_less_does_not() {
        for score in 1..=3 {
            let scores = all(score);
            let now = level_from(&scores, AssessmentKind::Audited);
            let (points, low) = missing(&scores, now + 1);
            let mut better = scores;
            for dimension in &low {
                match dimension {
                    AssimilationDimension::AcquireAbsorb => better.acquire_absorb = now,
                    AssimilationDimension::ImplementUse => better.implement_use = now,
                    other => panic!("{other:?} caps nothing"),
                }
            }
            let raised = total(&better) - total(&scores);
            let mut rest = (points - raised).max(0);
            for place in [
                &mut better.awareness,
                &mut better.search,
                &mut better.core_competence,
                &mut better.strategy,
                &mut better.assess_select,
                &mut better.learn,
                &mut better.external_links,
            ] {
                let more = rest.min(4 - *place);
                *place += more;
                rest -= more;
            }
            assert_eq!(level_from(&better, AssessmentKind::Audited), now + 1, "{score}");
            assert_eq!(by_dimension(&better).len(), 9);
        }
    }
}
