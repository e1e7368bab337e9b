//! What other slices ask of agreements: whether one binds, and to what.

use entity::{
    AgreementId, AgreementPartyRole, AgreementStatus, AgreementType, InterestId, InterestStatus,
    NeedId, OfferId, agreement, agreement_party, interest, offer,
};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect, QueryTrait,
    Select,
};

use crate::{
    error::Result,
    policy::{NDAS, PRELIMINARY, takes_offer},
    work::Work,
};

/// The contracts that came of a need, in force or carried out.
fn contracts_for(need: NeedId) -> Select<agreement::Entity> {
    let good = [AgreementStatus::Active, AgreementStatus::Completed];
    agreement::Entity::find()
        .filter(agreement::Column::NeedId.eq(need))
        .filter(agreement::Column::Status.is_in(good))
        .filter(agreement::Column::Kind.is_not_in(PRELIMINARY.iter().copied()))
}

/// Whether there is a contract that came of a need.
pub(crate) async fn has_met(work: &Work, need: NeedId) -> Result<bool> {
    Ok(contracts_for(need).count(work.tx()).await? > 0)
}

/// Whether this agreement is one, as far as the viewer may know.
pub(crate) async fn met(work: &Work, need: NeedId, id: AgreementId) -> Result<bool> {
    let found = contracts_for(need).filter(agreement::Column::Id.eq(id)).one(work.tx()).await?;
    Ok(work.viewer().known(found).is_some())
}

/// What binds its parties, also while it is interrupted, and before its first day.
fn binding() -> Condition {
    use agreement::Column;
    let signed = Condition::all()
        .add(Column::Status.eq(AgreementStatus::PartiallySigned))
        .add(Column::SignedAt.is_not_null());
    let begun = Column::Status.is_in([AgreementStatus::Active, AgreementStatus::Suspended]);
    Condition::any().add(begun).add(signed)
}

/// The agreements on an offer in which its office is the one that grants.
pub(crate) fn granted(offer: OfferId) -> Select<agreement::Entity> {
    let office = offer::Entity::find()
        .select_only()
        .column(offer::Column::OttId)
        .filter(offer::Column::Id.eq(offer))
        .into_query();
    let granted = agreement_party::Entity::find()
        .select_only()
        .column(agreement_party::Column::AgreementId)
        .filter(agreement_party::Column::OrganizationId.in_subquery(office))
        .filter(
            agreement_party::Column::Role
                .is_in([AgreementPartyRole::Licensor, AgreementPartyRole::Grantor]),
        )
        .into_query();
    agreement::Entity::find()
        .filter(agreement::Column::OfferId.eq(offer))
        .filter(agreement::Column::Id.in_subquery(granted))
}

/// Whether an agreement that binds takes an offer off the market.
pub(crate) async fn takes(work: &Work, offer: OfferId) -> Result<bool> {
    let rows = granted(offer).filter(binding()).all(work.tx()).await?;
    Ok(rows.iter().any(takes_offer))
}

/// Whether a non-disclosure agreement of an interest binds.
pub(crate) async fn is_confided(work: &Work, interest: InterestId) -> Result<bool> {
    let ndas = agreement::Entity::find()
        .filter(agreement::Column::InterestId.eq(interest))
        .filter(agreement::Column::Kind.is_in(NDAS.iter().copied()))
        .filter(binding());
    Ok(ndas.count(work.tx()).await? > 0)
}

/// Whether a contract that came of an interest binds.
pub(crate) async fn binds(work: &Work, interest: InterestId) -> Result<bool> {
    let contracts = agreement::Entity::find()
        .filter(agreement::Column::InterestId.eq(interest))
        .filter(agreement::Column::Kind.is_not_in(PRELIMINARY.iter().copied()))
        .filter(binding());
    Ok(contracts.count(work.tx()).await? > 0)
}

/// Whether somebody talks about terms for an offer: an interest in negotiation, or an
/// agreement that would give one partner a right to it.
pub(crate) async fn is_negotiated(work: &Work, offer: OfferId) -> Result<bool> {
    let talked = interest::Entity::find()
        .filter(interest::Column::OfferId.eq(offer))
        .filter(interest::Column::Status.eq(InterestStatus::Negotiation));
    let rights = [
        AgreementType::OptionAgreement,
        AgreementType::ExclusiveLicence,
        AgreementType::AssignmentAgreement,
    ];
    let on_the_way = [
        AgreementStatus::Negotiation,
        AgreementStatus::Approved,
        AgreementStatus::PartiallySigned,
        AgreementStatus::Active,
    ];
    let written = agreement::Entity::find()
        .filter(agreement::Column::OfferId.eq(offer))
        .filter(agreement::Column::Kind.is_in(rights))
        .filter(agreement::Column::Status.is_in(on_the_way));
    Ok(talked.count(work.tx()).await? > 0 || written.count(work.tx()).await? > 0)
}
