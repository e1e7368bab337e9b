//! Who has the use of intellectual property, as agreements in force say, and what they rescue.

use entity::{
    AgreementType, IpAssetId, IpCommercialStatus, OfferId, OfferStatus, agreement, interest,
    ip_asset, offer,
};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder};

use super::{
    dormancy::{USES, dormant},
    due::not_due,
};
use crate::{error::Result, event::Event, lifecycle::step, policy::IpAssetAction, work::Work};

/// What was put into force gives somebody the use of what an offer offers.
pub(crate) async fn follow(work: &mut Work, agreement: &agreement::Model) -> Result<()> {
    let (Some(offer), Some(status)) = (agreement.offer_id, status_under(agreement.kind)) else {
        return Ok(());
    };
    // Whether it was dormant is asked for the moment at which somebody took it up.
    let accepted = match agreement.interest_id {
        Some(id) => interest::Entity::find_by_id(id).one(work.tx()).await?,
        None => None,
    };
    let taken_up = accepted.and_then(|interest| interest.accepted_at).unwrap_or(work.now);
    let but = Some((agreement.interest_id, agreement.id));
    let slept: Vec<IpAssetId> = of_offer(work, offer, Some(dormant(taken_up, but))).await?;
    let now = work.now;
    for id in of_offer(work, offer, None).await? {
        let rescued = slept.contains(&id);
        step(work, id, None, IpAssetAction::Market, (None, None), |row| {
            row.commercial_status = status;
            row.agreement_id = Some(agreement.id);
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

async fn of_offer(work: &Work, offer: OfferId, which: Option<Condition>) -> Result<Vec<IpAssetId>> {
    let rows = ip_asset::Entity::find()
        .filter(Condition::all().add(ip_asset::Column::OfferId.eq(offer)).add_option(which))
        .order_by_asc(ip_asset::Column::Id)
        .all(work.tx())
        .await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// What is done with something under an agreement of this type in force.
fn status_under(kind: AgreementType) -> Option<IpCommercialStatus> {
    Some(match kind {
        AgreementType::OptionAgreement => IpCommercialStatus::UnderOption,
        AgreementType::NonExclusiveLicence | AgreementType::SoftwareLicence => {
            IpCommercialStatus::LicensedNonExclusive
        }
        AgreementType::ExclusiveLicence => IpCommercialStatus::LicensedExclusive,
        AgreementType::AssignmentAgreement => IpCommercialStatus::Assigned,
        _ => return None,
    })
}

/// Nobody uses it any more, or somebody else does.
pub(super) async fn free(work: &mut Work, row: &ip_asset::Model) -> Result<()> {
    use entity::AgreementStatus::{Active, Suspended};
    let Some(before) = row.agreement_id else { return Err(not_due()) };
    let ended = work.keep::<agreement::Entity>(before).await?;
    if ended.is_none_or(|agreement| agreement.ended_at.is_none()) {
        return Err(not_due());
    }
    let (other, on_offer) = match row.offer_id {
        Some(offer) => {
            let other = agreement::Entity::find()
                .filter(agreement::Column::OfferId.eq(offer))
                .filter(agreement::Column::Kind.is_in(USES))
                .filter(agreement::Column::Status.is_in([Active, Suspended]))
                .order_by_asc(agreement::Column::Id)
                .one(work.tx())
                .await?;
            let offer = offer::Entity::find_by_id(offer).one(work.tx()).await?;
            (other, offer.is_some_and(|offer| offer.status == OfferStatus::Published))
        }
        None => (None, false),
    };
    let status = other.as_ref().and_then(|other| status_under(other.kind));
    let idle =
        if on_offer { IpCommercialStatus::Available } else { IpCommercialStatus::NotOffered };
    step(work, row.id, None, IpAssetAction::Market, (None, None), |row| {
        row.commercial_status = status.unwrap_or(idle);
        row.agreement_id = other.map(|other| other.id);
        Ok(())
    })
    .await
    .map(drop)
}
