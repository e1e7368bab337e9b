//! Dormant intellectual property: protected, two years old, and used by nobody (`domain` 4.5).

use chrono::{DateTime, Duration, Months, NaiveDate, Utc};
use entity::{
    AgreementId, AgreementStatus, AgreementType, InterestId, IpCommercialStatus, IpFigure,
    IpLegalStatus, agreement, interest,
    ip_asset::{self, Column},
};
use sea_orm::{
    ColumnTrait, Condition, ExprTrait,
    sea_query::{Expr, Query},
};

use crate::calendar::{beginning_of, day_of};

/// For how long nothing must have happened.
const IDLE: Months = Months::new(24);
/// How long before the next fee its office is asked, and dormant property is at risk.
pub(crate) const FEE_NEAR: Duration = Duration::days(180);

/// What can be dormant: what is protected by a right that ends, and costs fees until then.
const FIGURES: [IpFigure; 5] = [
    IpFigure::Patent,
    IpFigure::UtilityModel,
    IpFigure::IndustrialDesign,
    IpFigure::LayoutDesign,
    IpFigure::PlantVariety,
];

/// Published and not ended.
const LIVE: [IpLegalStatus; 3] = [
    IpLegalStatus::Published,
    IpLegalStatus::SubstantiveExamination,
    IpLegalStatus::GrantedInForce,
];

/// In which somebody uses it, as its office says: also by agreements that were made elsewhere.
const USED: [IpCommercialStatus; 5] = [
    IpCommercialStatus::UnderOption,
    IpCommercialStatus::LicensedNonExclusive,
    IpCommercialStatus::LicensedExclusive,
    IpCommercialStatus::Assigned,
    IpCommercialStatus::ExploitedByOwner,
];

/// By which somebody gets the use of it.
pub(crate) const USES: [AgreementType; 5] = [
    AgreementType::OptionAgreement,
    AgreementType::NonExclusiveLicence,
    AgreementType::ExclusiveLicence,
    AgreementType::SoftwareLicence,
    AgreementType::AssignmentAgreement,
];

/// The last day on which something has been so for two years at `today`: what began on 29
/// February has been so since 1 March.
fn idle_since(today: NaiveDate) -> NaiveDate {
    today.checked_sub_months(IDLE).unwrap_or(today)
}

/// Which is dormant at a moment: now or, when `but` leaves an agreement and the interest from
/// which it comes out of the account, at the moment at which that was taken up.
pub(crate) fn dormant(
    at: DateTime<Utc>,
    but: Option<(Option<InterestId>, AgreementId)>,
) -> Condition {
    let since = idle_since(day_of(at));
    let offer = || Expr::col((ip_asset::Entity, Column::OfferId));
    let over = Condition::any()
        .add(agreement::Column::EndsAt.is_null())
        .add(agreement::Column::EndsAt.gt(at));
    let mut used = Query::select();
    used.column((agreement::Entity, agreement::Column::Id))
        .from(agreement::Entity)
        .and_where(Expr::col((agreement::Entity, agreement::Column::OfferId)).eq(offer()))
        .and_where(agreement::Column::Kind.is_in(USES))
        .cond_where(over);
    let mut wanted = Query::select();
    wanted
        .column((interest::Entity, interest::Column::Id))
        .from(interest::Entity)
        .and_where(Expr::col((interest::Entity, interest::Column::OfferId)).eq(offer()))
        .and_where(interest::Column::AcceptedAt.gte(beginning_of(since + Duration::days(1))))
        .and_where(interest::Column::AcceptedAt.lte(at));
    let said = Column::CommercialStatus.is_not_in(USED);
    let mut unused = Condition::any().add(said);
    if let Some((interest, agreement)) = but {
        let ended = agreement::Column::EndedAt;
        used.and_where(agreement::Column::Id.ne(agreement))
            .and_where(agreement::Column::ActiveAt.lte(at))
            .cond_where(Condition::any().add(ended.is_null()).add(ended.gt(at)));
        // What agreements say of it today they did not say then.
        unused = unused.add(Column::AgreementId.is_not_null());
        if let Some(interest) = interest {
            wanted.and_where(interest::Column::Id.ne(interest));
        }
    } else {
        // One that is interrupted still binds.
        let binds = [AgreementStatus::Active, AgreementStatus::Suspended];
        used.and_where(agreement::Column::Status.is_in(binds));
    }
    Condition::all()
        .add(Column::Figure.is_in(FIGURES))
        .add(Column::LegalStatus.is_in(LIVE))
        // Said twice, so that what was never filed is told apart by `NOT` as well.
        .add(Column::FiledOn.is_not_null())
        .add(Column::FiledOn.lte(since))
        .add(unused)
        .add(Expr::exists(used).not())
        .add(Expr::exists(wanted).not())
}

/// Whether a fee is due within 180 days of today, and not before.
pub(crate) fn is_near(due: Option<NaiveDate>, now: DateTime<Utc>) -> bool {
    let today = day_of(now);
    due.is_some_and(|due| due > today && due <= today + FEE_NEAR)
}

/// The same for rows in the database.
pub(crate) fn near(now: DateTime<Utc>) -> Condition {
    let today = day_of(now);
    Condition::all()
        .add(Column::NextFeeDueOn.gt(today))
        .add(Column::NextFeeDueOn.lte(today + FEE_NEAR))
}

#[cfg(test)]
mod tests {
    use super::idle_since;

    #[test]
    fn two_years_are_full_on_the_same_day() {
        let since = |day: &str| idle_since(day.parse().expect("a day")).to_string();
        assert_eq!(since("2026-11-29"), "2024-11-29");
        assert_eq!(since("2026-02-28"), "2024-02-28", "filed on the 29th: not yet");
        assert_eq!(since("2026-03-01"), "2024-03-01", "now it is");
        assert_eq!(since("2024-02-29"), "2022-02-28");
    }
}
