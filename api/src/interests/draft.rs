//! How an expression of interest is written down, and changed before it is sent.

use chrono::{DateTime, Utc};
use entity::{
    Codes, InterestDirection, InterestId, InterestStatus, NeedId, NeedStatus, OfferId, OfferStatus,
    OrganizationId, OrganizationKind, RequirementAnswers, interest, need, offer, organization,
};
use sea_orm::{ActiveEnum, EntityTrait};

use super::{
    guards::{About, check_open, check_room, check_unmasking, is_represented},
    input::InterestInput,
};
use crate::{
    checks::Checks,
    codes::Labels,
    error::{Error, Result, UserErrorCode},
    event::Event,
    lifecycle::step,
    organizations::standing,
    policy::{InterestAction, Parties, Sides},
    work::Work,
};

/// Who is interested in what.
pub(crate) struct Between {
    pub(crate) direction: InterestDirection,
    pub(crate) from: OrganizationId,
    pub(crate) chamber: Option<OrganizationId>,
    pub(crate) need: Option<NeedId>,
    pub(crate) offer: Option<OfferId>,
}

/// Writes an expression of interest down.
pub(crate) async fn draft(
    work: &mut Work,
    labels: &Labels,
    pending: u32,
    between: Between,
    input: InterestInput,
) -> Result<interest::Model> {
    if work.viewer().is_nobody() {
        return Err(Error::Unauthenticated);
    }
    let sender = organization::Entity::find_by_id(between.from).one(work.tx()).await?;
    let sender = sender.ok_or_else(|| Error::no_such("input.from"))?;
    let about = About::keep(work, between.need, between.offer).await?.known_to(work.viewer());
    let (parties, problem) = match between.direction {
        InterestDirection::NeedToOffer => of_company(work, &sender, &between, &about).await?,
        InterestDirection::OfferToNeed => of_office(&sender, &between, &about)?,
    };
    let now = work.now;
    let mut row = interest::Model {
        created_by: work.viewer().person,
        direction: between.direction,
        need_id: between.need,
        offer_id: between.offer,
        company_id: parties.company,
        chamber_id: parties.chamber,
        region_id: parties.region,
        delegation_id: parties.delegation,
        ott_id: parties.ott,
        ..blank(now)
    };
    let allowed = work.allow_new(InterestAction::Draft, row.clone())?;
    if let Some(problem) = problem {
        return Err(problem);
    }
    check_open(work, &row, &about)?;
    // What others of the company have under way, a chamber learns that represents it.
    if is_represented(work, &row).await? {
        check_room(work, &row, pending).await?;
    }
    check_unmasking(work, &row, input.anonymous == Some(false))?;
    let by_company = Sides::of(work.viewer(), &(&row).into()).meet(Sides::COMPANY);
    row.anonymous = row.direction == InterestDirection::NeedToOffer && !by_company;
    let mut checks = Checks::new("input.", labels);
    input.write(&mut row, &mut checks);
    checks.done()?;
    row.folio = work.folio("INT").await?;
    let row = work.insert(allowed.with(|held| *held = row)).await?;
    work.history(row.id.to_string(), None, row.status.to_value(), (None, None)).await?;
    work.record(Event::InterestDrafted { interest: row.id });
    Ok(row)
}

/// Changes the text of a draft.
pub(crate) async fn revise(
    work: &mut Work,
    labels: &Labels,
    id: InterestId,
    expected_version: i32,
    input: InterestInput,
) -> Result<interest::Model> {
    let unmasks = input.anonymous == Some(false);
    let row = step(work, id, Some(expected_version), InterestAction::Revise, (None, None), |row| {
        let mut checks = Checks::new("input.", labels);
        input.write(row, &mut checks);
        checks.done()
    })
    .await?;
    check_unmasking(work, &row, unmasks)?;
    Ok(row)
}

/// The parties of a company's interest in an offer, and what is wrong besides: it is told to
/// those alone who may write for the company.
async fn of_company(
    work: &Work,
    company: &organization::Model,
    between: &Between,
    about: &About,
) -> Result<(Parties, Option<Error>)> {
    if between.offer.is_none() {
        return Err(Error::required("input.offer"));
    }
    let offer = about.offer.as_ref().ok_or_else(|| Error::no_such("input.offer"))?;
    let (affiliation, ambiguous) = standing(work, company.id, between.chamber).await?;
    let mut parties = Parties {
        company: company.id,
        chamber: between.chamber.unwrap_or_default(),
        region: None,
        delegation: None,
        ott: offer.ott_id,
    };
    let mut problem = None;
    match &affiliation {
        Some(affiliation) => {
            parties.chamber = affiliation.chamber_id;
            (parties.region, parties.delegation) =
                (affiliation.region_id, affiliation.delegation_id);
        }
        None => {
            problem = Some(Error::field(
                "input.from",
                UserErrorCode::IllegalState,
                "no tiene afiliación vigente a la cámara / has no active affiliation to the chamber",
            ));
        }
    }
    if ambiguous {
        problem = Some(Error::field(
            "input.chamber",
            UserErrorCode::Required,
            "la empresa pertenece a varias cámaras / the company belongs to several chambers",
        ));
    }
    let own = |need: &need::Model| {
        need.company_id == parties.company
            && need.chamber_id == parties.chamber
            && need.status == NeedStatus::Published
    };
    if between.need.is_some() && !about.need.as_ref().is_some_and(own) {
        problem = problem.or_else(|| Some(Error::no_such("input.need")));
    }
    Ok((parties, problem))
}

/// The parties of an office's interest in a need, and what is wrong besides.
fn of_office(
    office: &organization::Model,
    between: &Between,
    about: &About,
) -> Result<(Parties, Option<Error>)> {
    if between.need.is_none() {
        return Err(Error::required("input.need"));
    }
    let need = about.need.as_ref().ok_or_else(|| Error::no_such("input.need"))?;
    let parties = Parties::of(need, office.id);
    let mut problem = None;
    if !matches!(
        office.kind,
        OrganizationKind::TechnologyTransferOffice | OrganizationKind::Startup
    ) {
        problem = Some(Error::field(
            "input.from",
            UserErrorCode::Invalid,
            "no es una OTT ni un emprendimiento / is neither a transfer office nor a start-up",
        ));
    }
    let own =
        |offer: &offer::Model| offer.ott_id == office.id && offer.status == OfferStatus::Published;
    if between.offer.is_some() && !about.offer.as_ref().is_some_and(own) {
        problem = problem.or_else(|| Some(Error::no_such("input.offer")));
    }
    Ok((parties, problem))
}

/// An expression of interest that says nothing yet.
fn blank(now: DateTime<Utc>) -> interest::Model {
    interest::Model {
        id: InterestId::new(now),
        folio: String::new(),
        version: 1,
        status: InterestStatus::Draft,
        created_at: now,
        created_by: None,
        updated_at: now,
        direction: InterestDirection::NeedToOffer,
        need_id: None,
        offer_id: None,
        company_id: OrganizationId::default(),
        chamber_id: OrganizationId::default(),
        region_id: None,
        delegation_id: None,
        ott_id: OrganizationId::default(),
        anonymous: false,
        cooperation_sought: None,
        contribution: None,
        questions: None,
        requirement_answers: RequirementAnswers::default(),
        partnership_types: Codes::default(),
        submitted_at: None,
        answer_due_at: None,
        answered_at: None,
        answer_days: None,
        answered_in_time: None,
        respond_by: None,
        days_left: None,
        escalates_at: None,
        escalated_at: None,
        lapses_at: None,
        forwarded_at: None,
        accepted_at: None,
        ended_at: None,
        decline_reason: None,
        nda_asked_by: None,
        eligibility_override: None,
        override_reason: None,
        overridden_at: None,
        overridden_by: None,
        evaluation: None,
        company_rating: None,
        office_rating: None,
    }
}
