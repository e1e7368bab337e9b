//! The life of an offer: each verb with its guards, the same for the API, for
//! imports and for what the service does by itself.

use async_graphql::MaybeUndefined;
use chrono::{DateTime, Duration, Utc};
use entity::{
    Codes, Localized, OfferId, OfferStatus, OfferType, OrganizationId, OrganizationKind, Role,
    Texts, offer, organization,
};
use sea_orm::{ActiveEnum, ColumnTrait, Condition, EntityTrait};

use super::input::{OfferInput, check_complete, public_texts};
use crate::{
    agreements,
    checks::Checks,
    codes::Labels,
    documents,
    error::{Error, Result, UserErrorCode},
    event::Event,
    lifecycle::{
        self, ARCHIVED_AFTER_END, ARCHIVED_AFTER_PUBLICATION, Living, TERM, Verb, Why, blind_names,
        check_archivable, check_four_eyes, check_not_over, check_release, check_renewable, not_due,
        step,
    },
    policy::OfferAction,
    work::Work,
};

/// For how many days an offer is kept for one partner, at most.
const RESERVED_AT_MOST: i32 = 180;

impl Living for offer::Model {
    type Status = OfferStatus;

    fn record(&self) -> String {
        self.id.to_string()
    }

    fn version(&self) -> i32 {
        self.version
    }

    fn status(&self) -> OfferStatus {
        self.status
    }

    fn advance(&mut self, status: Option<OfferStatus>, now: DateTime<Utc>) {
        self.version += 1;
        self.updated_at = now;
        self.status = status.unwrap_or(self.status);
    }
}

impl Verb for OfferAction {
    fn possible_in(self) -> &'static [OfferStatus] {
        self.from()
    }

    fn leads_to(self) -> Option<OfferStatus> {
        self.to()
    }

    fn done(self, row: &offer::Model) -> Event {
        let offer = row.id;
        match self {
            Self::Draft => Event::OfferDrafted { offer },
            Self::Revise => Event::OfferRevised { offer },
            Self::Submit => Event::OfferSubmitted { offer },
            Self::Return => Event::OfferReturned { offer },
            Self::Publish => Event::OfferPublished { offer },
            Self::Hold => Event::OfferHeld { offer },
            Self::Resume => Event::OfferResumed { offer },
            Self::Renew => Event::OfferRenewed { offer },
            Self::OpenForInterest => Event::OfferOpenedForInterest { offer },
            Self::CloseForInterest => Event::OfferClosedForInterest { offer },
            Self::Reserve => Event::OfferReserved { offer },
            Self::Release => Event::OfferReleased { offer },
            Self::Transfer => Event::OfferTransferred { offer },
            Self::Retire => Event::OfferRetired { offer },
            Self::Expire => Event::OfferExpired { offer },
            Self::Archive => Event::OfferArchived { offer },
        }
    }
}

/// Writes an offer down for a transfer office, or for a start-up that offers its own technology.
pub(crate) async fn draft(
    work: &mut Work,
    labels: &Labels,
    ott: OrganizationId,
    mut input: OfferInput,
) -> Result<offer::Model> {
    let (person, now) = (work.viewer().person, work.now);
    if work.viewer().is_nobody() {
        return Err(Error::Unauthenticated);
    }
    let office = organization::Entity::find_by_id(ott).one(work.tx()).await?;
    let office = office.ok_or_else(|| Error::no_such("input.ott"))?;
    let mut offer = offer::Model {
        created_by: person,
        ott_id: ott,
        state_code: office.state_code,
        ..blank(now)
    };
    let allowed = work.allow_new(OfferAction::Draft, offer.clone())?;
    if !matches!(
        office.kind,
        OrganizationKind::TechnologyTransferOffice | OrganizationKind::Startup
    ) {
        return Err(Error::field(
            "input.ott",
            UserErrorCode::Invalid,
            "sólo ofrecen las OTT y los emprendimientos / only transfer offices and start-ups offer",
        ));
    }
    // Title and summary must be given: what is absent counts as empty here.
    for text in [&mut input.title, &mut input.summary] {
        if text.is_undefined() {
            *text = MaybeUndefined::Null;
        }
    }
    let mut checks = Checks::new("input.", labels);
    input.write(&mut offer, &mut checks);
    checks.done()?;
    offer.folio = work.folio("OFE").await?;
    let offer = work.insert(allowed.with(|row| *row = offer)).await?;
    work.history(offer.id.to_string(), None, offer.status.to_value(), (None, None)).await?;
    work.record(Event::OfferDrafted { offer: offer.id });
    Ok(offer)
}

/// An offer that says nothing yet.
fn blank(now: DateTime<Utc>) -> offer::Model {
    offer::Model {
        id: OfferId::new(now),
        folio: String::new(),
        version: 1,
        status: OfferStatus::Draft,
        created_at: now,
        created_by: None,
        updated_at: now,
        ott_id: OrganizationId::default(),
        kind: OfferType::TechnologyOffer,
        title: Localized::default(),
        title_folded: String::new(),
        public_text_folded: String::new(),
        summary: Localized::default(),
        description: None,
        problem_solved: None,
        state_of_the_art: None,
        advantages: None,
        comparators: entity::TechnologyComparisons::default(),
        economics: None,
        stage: None,
        trl: None,
        trl_evidence: entity::TrlEvidences::default(),
        readiness: None,
        mrl: None,
        ipr_status: None,
        publications: Texts::default(),
        application_scian: Codes::default(),
        scian: Codes::default(),
        subsector: None,
        min_assimilation_level: None,
        transfer_mechanisms: Codes::default(),
        partnership_types: Codes::default(),
        partner_role: None,
        partner_kinds: Codes::default(),
        exclusivity_available: None,
        indicative_terms: None,
        enabling_detail: None,
        inventors: Texts::default(),
        verified_claims: entity::VerifiedClaims::default(),
        technology_keywords: Codes::default(),
        market_keywords: Codes::default(),
        sdg: Codes::default(),
        state_code: None,
        target_states: Codes::default(),
        anonymous: false,
        retirement_reason: None,
        open_for_interest: false,
        held_by_network: false,
        listed_at: now,
        first_published_at: None,
        published_at: None,
        expires_at: None,
        expiry_warned_at: None,
        ended_at: None,
        renewals: 0,
        reserved_until: None,
    }
}

/// An offer as it would be: nothing of it is kept.
pub(crate) fn preview(
    input: OfferInput,
    now: DateTime<Utc>,
    checks: &mut Checks<'_>,
) -> offer::Model {
    let mut offer = blank(now);
    input.write(&mut offer, checks);
    offer
}

/// Changes the text of an offer.
pub(crate) async fn revise(
    work: &mut Work,
    labels: &Labels,
    id: OfferId,
    expected_version: Option<i32>,
    input: OfferInput,
) -> Result<offer::Model> {
    step(work, id, expected_version, OfferAction::Revise, (None, None), |offer| {
        let mut checks = Checks::new("input.", labels);
        input.write(offer, &mut checks);
        checks.done()
    })
    .await
}

/// Hands an offer to the office's manager for review.
pub(crate) async fn submit(
    work: &mut Work,
    labels: &Labels,
    id: OfferId,
    expected_version: Option<i32>,
) -> Result<offer::Model> {
    let offer = step(work, id, expected_version, OfferAction::Submit, (None, None), |offer| {
        let mut checks = Checks::new("offer.", labels);
        check_complete(offer, &mut checks);
        checks.done()
    })
    .await?;
    check_blind(work, &offer).await?;
    Ok(offer)
}

/// The public text of an anonymous offer names neither the office nor its institution and leads nowhere.
async fn check_blind(work: &Work, offer: &offer::Model) -> Result<()> {
    if !offer.anonymous {
        return Ok(());
    }
    let office = organization::Entity::find_by_id(offer.ott_id).one(work.tx()).await?;
    let host = match office.as_ref().and_then(|office| office.parent_id) {
        Some(id) => organization::Entity::find_by_id(id).one(work.tx()).await?,
        None => None,
    };
    let mut names: Vec<String> = [office, host].iter().flatten().flat_map(blind_names).collect();
    names.extend(offer.inventors.0.iter().filter_map(|name| crate::blind::comparable(name)));
    let files = documents::life::public_texts(work, &offer.id.to_string()).await?;
    let texts = public_texts(offer).into_iter().chain(files.iter().map(String::as_str));
    lifecycle::check_blind(texts, &names)
}

/// Offers an offer to the network.
pub(crate) async fn publish(
    work: &mut Work,
    id: OfferId,
    expected_version: Option<i32>,
) -> Result<offer::Model> {
    let now = work.now;
    let offer = step(work, id, expected_version, OfferAction::Publish, (None, None), |offer| {
        offer.expires_at = Some(now + TERM);
        offer.published_at = Some(now);
        offer.listed_at = now;
        offer.first_published_at.get_or_insert(now);
        offer.open_for_interest = true;
        Ok(())
    })
    .await?;
    check_four_eyes(work, id).await?;
    check_blind(work, &offer).await?;
    Ok(offer)
}

/// What an agreement in force leaves nobody else a use of, does not go back to the network.
async fn check_untaken(work: &Work, id: OfferId) -> Result<()> {
    if agreements::standing::takes(work, id).await? {
        return Err(Error::refused(
            UserErrorCode::IllegalState,
            "un convenio vigente la reserva a otro / an agreement in force gives it to another",
        ));
    }
    Ok(())
}

/// Gives an offer another term.
pub(crate) async fn renew(
    work: &mut Work,
    id: OfferId,
    expected_version: Option<i32>,
) -> Result<offer::Model> {
    let now = work.now;
    let offer = step(work, id, expected_version, OfferAction::Renew, (None, None), |offer| {
        check_renewable(offer.renewals, offer.expires_at, now)?;
        // What its owner closed stays closed; what expired comes back as it was published.
        offer.open_for_interest |= offer.status == OfferStatus::Expired;
        offer.expires_at = Some(now + TERM);
        offer.published_at = Some(now);
        offer.listed_at = now;
        offer.renewals += 1;
        offer.expiry_warned_at = None;
        Ok(())
    })
    .await?;
    check_untaken(work, id).await?;
    Ok(offer)
}

/// Takes an offer off the network for a while.
pub(crate) async fn hold(
    work: &mut Work,
    id: OfferId,
    expected_version: Option<i32>,
    why: Why,
) -> Result<offer::Model> {
    let viewer = work.viewer().clone();
    step(work, id, expected_version, OfferAction::Hold, why, |offer| {
        offer.held_by_network = viewer.is_any(Role::NetworkAdmin);
        Ok(())
    })
    .await
}

/// Puts a held offer back on the network.
pub(crate) async fn resume(
    work: &mut Work,
    id: OfferId,
    expected_version: Option<i32>,
) -> Result<offer::Model> {
    let (viewer, now) = (work.viewer().clone(), work.now);
    let offer = step(work, id, expected_version, OfferAction::Resume, (None, None), |offer| {
        check_release(offer.held_by_network, viewer.is_any(Role::NetworkAdmin))?;
        check_not_over(offer.expires_at, now)?;
        offer.held_by_network = false;
        Ok(())
    })
    .await?;
    check_untaken(work, id).await?;
    Ok(offer)
}

/// Keeps an offer for one partner while terms are talked about. It takes no interest meanwhile.
pub(crate) async fn reserve(
    work: &mut Work,
    id: OfferId,
    expected_version: i32,
    days: Option<i32>,
    labels: &Labels,
) -> Result<offer::Model> {
    let now = work.now;
    let action = OfferAction::Reserve;
    let offer = step(work, id, Some(expected_version), action, (None, None), |offer| {
        let mut checks = Checks::new("input.", labels);
        let days = days.unwrap_or(RESERVED_AT_MOST);
        checks.number("days", MaybeUndefined::Value(days), 1..=RESERVED_AT_MOST, &mut None);
        checks.done()?;
        offer.reserved_until = Some(now + Duration::days(i64::from(days)));
        Ok(())
    })
    .await?;
    if !agreements::standing::is_negotiated(work, id).await? {
        return Err(Error::refused(
            UserErrorCode::IllegalState,
            "nadie negocia sus términos / nobody talks about terms for it",
        ));
    }
    Ok(offer)
}

/// Offers it to the network again: its office does, or the service when its time is over.
pub(crate) async fn release(
    work: &mut Work,
    id: OfferId,
    expected_version: Option<i32>,
) -> Result<offer::Model> {
    let (now, system) = (work.now, work.viewer().system);
    let action = OfferAction::Release;
    let offer = step(work, id, expected_version, action, (None, None), |offer| {
        if system && offer.reserved_until.is_none_or(|until| until > now) {
            return Err(not_due());
        }
        offer.reserved_until = None;
        Ok(())
    })
    .await?;
    check_untaken(work, id).await?;
    Ok(offer)
}

/// Says that an agreement in force leaves nobody else a use of an offer.
pub(crate) async fn transfer(
    work: &mut Work,
    id: OfferId,
    expected_version: Option<i32>,
) -> Result<offer::Model> {
    let now = work.now;
    let action = OfferAction::Transfer;
    let offer = step(work, id, expected_version, action, (None, None), |offer| {
        offer.open_for_interest = false;
        offer.reserved_until = None;
        offer.ended_at = Some(now);
        Ok(())
    })
    .await?;
    if !agreements::standing::takes(work, id).await? {
        return Err(Error::refused(
            UserErrorCode::IllegalState,
            "no hay licencia exclusiva ni cesión vigente / there is no exclusive licence or assignment in force",
        ));
    }
    Ok(offer)
}

/// Ends an offer.
pub(crate) async fn retire(
    work: &mut Work,
    id: OfferId,
    expected_version: Option<i32>,
    why: Why,
) -> Result<offer::Model> {
    let (now, reason) = (work.now, why.0);
    step(work, id, expected_version, OfferAction::Retire, why, |offer| {
        offer.retirement_reason = reason;
        offer.open_for_interest = false;
        offer.reserved_until = None;
        offer.ended_at = Some(now);
        Ok(())
    })
    .await
}

/// Puts an offer away once its time has come.
pub(crate) async fn archive(work: &mut Work, id: OfferId) -> Result<offer::Model> {
    let now = work.now;
    step(work, id, None, OfferAction::Archive, (None, None), |offer| {
        let expired = offer.status == OfferStatus::Expired;
        check_archivable(expired, offer.ended_at, offer.first_published_at, now)
    })
    .await
}

/// The offers whose time has come: to be released, to expire, to be put away.
pub(crate) fn due(now: DateTime<Utc>) -> [(Condition, OfferAction); 3] {
    use offer::Column;
    let ended = Condition::all()
        .add(Column::Status.is_in([OfferStatus::Retired, OfferStatus::Transferred]))
        .add(Column::EndedAt.lte(now - ARCHIVED_AFTER_END));
    let forgotten = Condition::all()
        .add(Column::Status.eq(OfferStatus::Expired))
        .add(Column::FirstPublishedAt.lte(now - ARCHIVED_AFTER_PUBLICATION));
    let over = Condition::all()
        .add(Column::Status.eq(OfferStatus::Published))
        .add(Column::ExpiresAt.lte(now));
    let kept_long_enough = Condition::all()
        .add(Column::Status.eq(OfferStatus::Reserved))
        .add(Column::ReservedUntil.lte(now));
    [
        (kept_long_enough, OfferAction::Release),
        (over, OfferAction::Expire),
        (Condition::any().add(ended).add(forgotten), OfferAction::Archive),
    ]
}
