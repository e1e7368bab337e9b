//! What must hold before an expression of interest is written, sent or answered, beyond
//! its state and who may do it.

use entity::{
    ConsentPurpose, InterestDirection, InterestStatus, NeedId, NeedStatus, OfferId, OfferStatus,
    OrganizationId, interest, interest::Column, need, offer, organization, ott_profile,
};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};

use crate::{
    error::{Error, Result, UserErrorCode},
    lifecycle::{self, check_not_over, names_of},
    organizations::consented,
    policy::{
        InterestAction, PENDING_INTERESTS, Sides, Viewer, need_takes_interest, offer_takes_interest,
    },
    work::Work,
};

/// The need and the offer that an expression of interest is about.
pub(super) struct About {
    pub(super) need: Option<need::Model>,
    pub(super) offer: Option<offer::Model>,
}

impl About {
    /// Keeps both as they are until the end of the work. The need first, always: two that keep
    /// both wait for each other in one order.
    pub(super) async fn keep(
        work: &Work,
        need: Option<NeedId>,
        offer: Option<OfferId>,
    ) -> Result<Self> {
        let need = match need {
            Some(id) => work.keep::<need::Entity>(id).await?,
            None => None,
        };
        let offer = match offer {
            Some(id) => work.keep::<offer::Entity>(id).await?,
            None => None,
        };
        Ok(Self { need, offer })
    }

    /// As far as the viewer may know of them.
    pub(super) fn known_to(self, viewer: &Viewer) -> Self {
        Self { need: viewer.known(self.need), offer: viewer.known(self.offer) }
    }
}

/// What it is about must be open for interest, now.
pub(super) fn check_open(work: &Work, row: &interest::Model, about: &About) -> Result<()> {
    let ends = match row.direction {
        InterestDirection::NeedToOffer => {
            let offer = about.offer.as_ref().ok_or_else(|| Error::no_such("input.offer"))?;
            lifecycle::check_open("input.offer", offer_takes_interest(offer))?;
            offer.expires_at
        }
        InterestDirection::OfferToNeed => {
            let need = about.need.as_ref().ok_or_else(|| Error::no_such("input.need"))?;
            lifecycle::check_open("input.need", need_takes_interest(need))?;
            need.expires_at
        }
    };
    check_not_over(ends, work.now)
}

/// The sender's own record that goes with it is still on offer.
pub(super) fn check_attached(row: &interest::Model, about: &About) -> Result<()> {
    let (field, there) = match (row.direction, row.need_id, row.offer_id) {
        (InterestDirection::NeedToOffer, Some(_), _) => {
            let need = about.need.as_ref();
            ("interest.need", need.is_some_and(|need| need.status == NeedStatus::Published))
        }
        (InterestDirection::OfferToNeed, _, Some(_)) => {
            let offer = about.offer.as_ref();
            ("interest.offer", offer.is_some_and(|offer| offer.status == OfferStatus::Published))
        }
        _ => return Ok(()),
    };
    if there {
        return Ok(());
    }
    Err(Error::field(
        field,
        UserErrorCode::IllegalState,
        "ya no está publicada / is not published any more",
    ))
}

/// How many of its sender's wait for an answer, and whether one in the same thing goes on
/// already. The sender is held, so that of two at once the second counts the first.
pub(super) async fn check_room(work: &Work, row: &interest::Model, pending: u32) -> Result<()> {
    let sender = InterestAction::sender(row);
    work.keep::<organization::Entity>(sender).await?;
    let column = match row.direction {
        InterestDirection::NeedToOffer => Column::CompanyId,
        InterestDirection::OfferToNeed => Column::OttId,
    };
    let sent = interest::Entity::find()
        .filter(Column::Direction.eq(row.direction))
        .filter(column.eq(sender))
        .filter(Column::Id.ne(row.id));
    let target = match row.direction {
        InterestDirection::NeedToOffer => Column::OfferId.eq(row.offer_id),
        InterestDirection::OfferToNeed => Column::NeedId.eq(row.need_id),
    };
    let over = [
        InterestStatus::Draft,
        InterestStatus::Rejected,
        InterestStatus::Declined,
        InterestStatus::Agreed,
        InterestStatus::ClosedNoDeal,
        InterestStatus::Withdrawn,
        InterestStatus::Lapsed,
    ];
    let same = sent.clone().filter(target).filter(Column::Status.is_not_in(over));
    if same.count(work.tx()).await? > 0 {
        return Err(Error::refused(
            UserErrorCode::Duplicate,
            "ya hay una en curso por lo mismo / one in the same thing is under way already",
        ));
    }
    let waiting = sent.filter(Column::Status.is_in(PENDING_INTERESTS.iter().copied()));
    if waiting.count(work.tx()).await? >= u64::from(pending) {
        return Err(Error::refused(
            UserErrorCode::LimitReached,
            format!(
                "ya esperan respuesta {pending} de la organización / {pending} of the organization wait for an answer already"
            ),
        ));
    }
    Ok(())
}

/// A company sends by itself to offices that take that.
pub(super) async fn check_sender(work: &Work, row: &interest::Model) -> Result<()> {
    check_represented(work, row).await?;
    let sides = Sides::of(work.viewer(), &row.into());
    if row.direction == InterestDirection::OfferToNeed
        || !sides.meet(Sides::COMPANY)
        || sides.meet(Sides::CHAMBER)
    {
        return Ok(());
    }
    let profile = ott_profile::Entity::find_by_id(row.ott_id).one(work.tx()).await?;
    if profile.is_some_and(|profile| !profile.accepts_direct_interest) {
        return Err(Error::refused(
            UserErrorCode::IllegalState,
            "la oficina sólo recibe expresiones de interés por medio de la cámara / the office takes expressions of interest from the chamber alone",
        ));
    }
    Ok(())
}

/// A chamber acts for a company that lets it represent it.
pub(super) async fn check_represented(work: &Work, row: &interest::Model) -> Result<()> {
    if is_represented(work, row).await? {
        return Ok(());
    }
    Err(Error::refused(
        UserErrorCode::ConsentMissing,
        "la empresa no ha consentido que su cámara la represente / the company does not let its chamber represent it",
    ))
}

pub(super) async fn is_represented(work: &Work, row: &interest::Model) -> Result<bool> {
    let sides = Sides::of(work.viewer(), &row.into());
    if row.direction == InterestDirection::OfferToNeed
        || work.viewer().system
        || sides.meet(Sides::COMPANY)
    {
        return Ok(true);
    }
    consented(work, row.company_id, &[ConsentPurpose::Representation]).await
}

/// The company alone decides that the other side may learn who it is before it accepts.
pub(super) fn check_unmasking(work: &Work, row: &interest::Model, unmasks: bool) -> Result<()> {
    let sides = Sides::of(work.viewer(), &row.into());
    let company = work.viewer().system || sides.meet(Sides::COMPANY);
    if row.direction == InterestDirection::OfferToNeed || company || !unmasks {
        return Ok(());
    }
    Err(Error::field(
        "input.anonymous",
        UserErrorCode::ConsentMissing,
        "sólo la empresa decide darse a conocer / the company alone decides to be known",
    ))
}

/// Texts that the other side reads before it knows who wrote them name nobody and lead nowhere.
pub(super) async fn check_blind<'a>(
    work: &Work,
    row: &interest::Model,
    texts: impl IntoIterator<Item = &'a str>,
) -> Result<()> {
    let need = match row.need_id {
        Some(id) => need::Entity::find_by_id(id).one(work.tx()).await?,
        None => None,
    };
    let offer = match (row.direction, row.offer_id) {
        (InterestDirection::OfferToNeed, Some(id)) => {
            offer::Entity::find_by_id(id).one(work.tx()).await?
        }
        _ => None,
    };
    check_blind_about(work, row, &About { need, offer }, texts).await
}

/// The same, where what it is about is in hand.
pub(super) async fn check_blind_about<'a>(
    work: &Work,
    row: &interest::Model,
    about: &About,
    texts: impl IntoIterator<Item = &'a str>,
) -> Result<()> {
    let mut parties = vec![row.company_id];
    parties.extend(about.need.iter().flat_map(|need| need.shared_by.parsed::<OrganizationId>()));
    let mut inventors = Vec::new();
    if row.direction == InterestDirection::OfferToNeed {
        parties.push(row.ott_id);
        let office = organization::Entity::find_by_id(row.ott_id).one(work.tx()).await?;
        parties.extend(office.and_then(|office| office.parent_id));
        let profile = ott_profile::Entity::find_by_id(row.ott_id).one(work.tx()).await?;
        parties.extend(profile.and_then(|profile| profile.host_institution_id));
        inventors.extend(about.offer.iter().flat_map(|offer| offer.inventors.0.iter()));
    }
    let mut names = names_of(work, parties).await?;
    names.extend(inventors.into_iter().filter_map(|name| crate::blind::comparable(name)));
    lifecycle::check_blind(texts, &names)
}
