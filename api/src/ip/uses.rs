//! Who has the use of intellectual property, as agreements in force say, and what they rescue.

use entity::{
    AgreementStatus, AgreementType, IpCommercialStatus, OfferId, OfferStatus, agreement, interest,
    ip_asset, offer,
};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder};

use super::dormancy::{USES, dormant};
use crate::{
    agreements::standing::granted,
    error::Result,
    event::Event,
    lifecycle::{not_due, step},
    policy::IpAssetAction,
    work::Work,
};

/// What was put into force gives somebody the use of what an offer offers, when the office of
/// the offer grants it.
pub(crate) async fn follow(work: &mut Work, agreement: &agreement::Model) -> Result<()> {
    let Some(offer) = agreement.offer_id.filter(|_| USES.contains(&agreement.kind)) else {
        return Ok(());
    };
    let by_office = granted(offer).filter(agreement::Column::Id.eq(agreement.id));
    if by_office.one(work.tx()).await?.is_none() {
        return Ok(());
    }
    // Whether it was dormant is asked for the moment at which somebody took it up.
    let accepted = match agreement.interest_id {
        Some(id) => interest::Entity::find_by_id(id).one(work.tx()).await?,
        None => None,
    };
    let taken_up = accepted.and_then(|interest| interest.accepted_at).unwrap_or(work.now);
    let but = Some((agreement.interest_id, agreement.id));
    let slept = of_offer(work, offer, Some(dormant(taken_up, but))).await?;
    let now = work.now;
    for before in of_offer(work, offer, None).await? {
        let id = before.id;
        let rescued = slept.iter().any(|row| row.id == id);
        let mut after = before;
        adopt(work, &mut after).await?;
        step(work, id, None, IpAssetAction::Market, (None, None), |row| {
            row.commercial_status = after.commercial_status;
            row.agreement_id = after.agreement_id;
            if rescued {
                (row.rescued_at, row.rescued_by_id) = (Some(now), Some(agreement.id));
            }
            Ok(())
        })
        .await?;
        if rescued {
            work.record(Event::IpAssetRescued { asset: id, by: agreement.id });
        }
    }
    Ok(())
}

async fn of_offer(
    work: &Work,
    offer: OfferId,
    which: Option<Condition>,
) -> Result<Vec<ip_asset::Model>> {
    let rows = ip_asset::Entity::find()
        .filter(Condition::all().add(ip_asset::Column::OfferId.eq(offer)).add_option(which))
        .order_by_asc(ip_asset::Column::Id);
    Ok(rows.all(work.tx()).await?)
}

/// What is done with something under an agreement of this type in force, and how strong a hold
/// of it that is: under several, the strongest counts.
fn status_under(kind: AgreementType) -> Option<(u8, IpCommercialStatus)> {
    Some(match kind {
        AgreementType::OptionAgreement => (1, IpCommercialStatus::UnderOption),
        AgreementType::NonExclusiveLicence | AgreementType::SoftwareLicence => {
            (2, IpCommercialStatus::LicensedNonExclusive)
        }
        AgreementType::ExclusiveLicence => (3, IpCommercialStatus::LicensedExclusive),
        AgreementType::AssignmentAgreement => (4, IpCommercialStatus::Assigned),
        _ => return None,
    })
}

/// Takes over what the agreements in force on its offer say is done with it. Where they say
/// nothing it is idle if it was used under an agreement; what its office said stays.
pub(super) async fn adopt(work: &Work, row: &mut ip_asset::Model) -> Result<()> {
    use entity::AgreementStatus::{Active, Suspended};
    let Some(offer) = row.offer_id else {
        if row.agreement_id.take().is_some() {
            row.commercial_status = IpCommercialStatus::NotOffered;
        }
        return Ok(());
    };
    let in_force = granted(offer)
        .filter(agreement::Column::Kind.is_in(USES))
        .filter(agreement::Column::Status.is_in([Active, Suspended]))
        .order_by_desc(agreement::Column::Id)
        .all(work.tx())
        .await?;
    let used = in_force.iter().filter_map(|by| Some((status_under(by.kind)?, by.id)));
    // Of equally strong ones, the last is the first that was made.
    if let Some(((_, status), by)) = used.max_by_key(|((strength, _), _)| *strength) {
        (row.commercial_status, row.agreement_id) = (status, Some(by));
    } else if row.agreement_id.take().is_some() {
        let offer = offer::Entity::find_by_id(offer).one(work.tx()).await?;
        let on_offer = offer.is_some_and(|offer| offer.status == OfferStatus::Published);
        row.commercial_status =
            if on_offer { IpCommercialStatus::Available } else { IpCommercialStatus::NotOffered };
    }
    Ok(())
}

/// Whether the end of an agreement gives back what it was about: what was assigned and carried
/// out stays with whoever has it.
pub(super) fn gives_back() -> Condition {
    let assigned = Condition::all()
        .add(agreement::Column::Kind.eq(AgreementType::AssignmentAgreement))
        .add(agreement::Column::Status.eq(AgreementStatus::Completed));
    Condition::all().add(agreement::Column::EndedAt.is_not_null()).add(assigned.not())
}

/// Nobody uses it any more, or somebody else does.
pub(super) async fn free(work: &mut Work, row: &ip_asset::Model) -> Result<()> {
    let Some(before) = row.agreement_id else { return Err(not_due()) };
    work.keep::<agreement::Entity>(before).await?;
    let ended = agreement::Entity::find_by_id(before).filter(gives_back());
    if ended.one(work.tx()).await?.is_none() {
        return Err(not_due());
    }
    let mut after = row.clone();
    adopt(work, &mut after).await?;
    step(work, row.id, None, IpAssetAction::Market, (None, None), |row| {
        row.commercial_status = after.commercial_status;
        row.agreement_id = after.agreement_id;
        Ok(())
    })
    .await
    .map(drop)
}
