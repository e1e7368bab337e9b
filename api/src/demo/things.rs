//! The records of the demo's people that its operations are about.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use entity::{
    AgreementStatus, InterestDirection, InterestStatus, MatchStatus, NeedStatus, OfferStatus,
    OrganizationId, OutcomeStatus, ProjectId, agreement, interest, ip_asset, match_, need, offer,
    outcome, project, project_partner,
};
use sea_orm::{ColumnTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder};

use super::DemoToken;
use crate::{
    calendar::day_of,
    context::Service,
    error::Result,
    policy::{PRELIMINARY, ProjectAction},
};

/// A record that is there, by its id and version.
pub(super) type Found = Option<(String, i32)>;

/// What the operations are about, of what the demo's own people may see.
pub(super) struct Things {
    pub(super) today: NaiveDate,
    pub(super) company: OrganizationId,
    pub(super) chamber: OrganizationId,
    pub(super) office: OrganizationId,
    pub(super) published: Found,
    pub(super) in_review: Found,
    pub(super) own: Found,
    pub(super) published_offer: Found,
    pub(super) offer_in_review: Found,
    pub(super) suggested: Found,
    pub(super) answerable: Found,
    pub(super) officers: OrganizationId,
    pub(super) received: Found,
    pub(super) forwarded: Found,
    /// An introduction of the officer's office: id, company.
    pub(super) accepted: Option<(String, String)>,
    /// An agreement that waits for the company's signature.
    pub(super) to_sign: Option<agreement::Model>,
    /// One that waits for its approval, and one that the office can share.
    pub(super) to_approve: Option<agreement::Model>,
    pub(super) to_share: Option<agreement::Model>,
    /// Expressions of interest to hand on, to look into, to talk about terms of.
    pub(super) taken_over: Found,
    pub(super) introduced: Found,
    pub(super) evaluated: Found,
    /// One under a non-disclosure agreement.
    pub(super) sealed: Found,
    /// Intellectual property of the office about whose next fee it was asked, and one that the
    /// officer's office keeps.
    pub(super) fee_asked: Found,
    pub(super) kept: Option<ip_asset::Model>,
    /// A contract that met a need of the company, and the need.
    pub(super) met: Option<(String, String, i32)>,
    /// Projects: one that the company is asked to form, and one with a milestone that it is asked
    /// to accept; one that the office is asked to join, and one that it is asked to approve.
    pub(super) to_form: Found,
    pub(super) to_accept: Found,
    pub(super) to_join: Found,
    pub(super) to_endorse: Found,
    /// One with an outcome that the office is asked to validate, and the outcome.
    pub(super) to_validate: Option<(String, i32, String)>,
}

impl Things {
    pub(super) async fn gather(
        service: &Service,
        tokens: &BTreeMap<String, DemoToken>,
    ) -> Result<Self> {
        let organization = |role: &str| {
            let token = tokens.get(role);
            token.and_then(|token| token.organization.parse().ok()).unwrap_or_default()
        };
        let company: OrganizationId = organization("MEMBER_USER");
        let chamber: OrganizationId = organization("CHAMBER_LIAISON");
        let office: OrganizationId = organization("OTT_MANAGER");
        let in_review = need::Column::Status.eq(NeedStatus::InReview);
        let offer_in_review = offer::Column::Status.eq(OfferStatus::InReview);
        let published = need::Column::Status.eq(NeedStatus::Published);
        let answerable = published.clone().and(need::Column::OpenForInterest.eq(true));
        let published_offer = offer::Column::Status.eq(OfferStatus::Published);
        Ok(Self {
            published: need_id(service, published).await?,
            in_review: need_id(service, in_review.and(need::Column::ChamberId.eq(chamber))).await?,
            own: need_id(service, need::Column::CompanyId.eq(company)).await?,
            published_offer: offer_id(service, published_offer).await?,
            offer_in_review: offer_id(
                service,
                offer_in_review.and(offer::Column::OttId.eq(office)),
            )
            .await?,
            suggested: match_id(service, organization("OTT_OFFICER")).await?,
            answerable: need_id(service, answerable).await?,
            officers: organization("OTT_OFFICER"),
            received: interest_id(
                service,
                interest::Column::Status
                    .eq(InterestStatus::Submitted)
                    .and(interest::Column::Direction.eq(InterestDirection::OfferToNeed))
                    .and(interest::Column::ChamberId.eq(chamber)),
            )
            .await?,
            forwarded: interest_id(
                service,
                interest::Column::Status
                    .eq(InterestStatus::Forwarded)
                    .and(interest::Column::Direction.eq(InterestDirection::OfferToNeed))
                    .and(interest::Column::CompanyId.eq(company)),
            )
            .await?,
            accepted: introduction(service, organization("OTT_OFFICER")).await?,
            to_sign: agreement_of(service, company, AgreementStatus::PartiallySigned).await?,
            to_approve: agreement_of(service, company, AgreementStatus::Negotiation).await?,
            to_share: agreement_of(service, office, AgreementStatus::InternalReview).await?,
            taken_over: interest_id(
                service,
                interest::Column::Status
                    .eq(InterestStatus::Triage)
                    .and(interest::Column::Direction.eq(InterestDirection::OfferToNeed))
                    .and(interest::Column::ChamberId.eq(chamber)),
            )
            .await?,
            introduced: of_office(service, office, InterestStatus::Accepted).await?,
            sealed: of_office(service, office, InterestStatus::NdaSigned).await?,
            evaluated: of_office(service, office, InterestStatus::Evaluation).await?,
            fee_asked: asset_of(
                service,
                office,
                ip_asset::Column::FeeAskedAt
                    .is_not_null()
                    .and(ip_asset::Column::FeeDecision.is_null()),
            )
            .await?
            .map(|row| (row.id.to_string(), row.version)),
            kept: asset_of(
                service,
                organization("OTT_OFFICER"),
                ip_asset::Column::NextFeeDueOn
                    .is_not_null()
                    .and(ip_asset::Column::FeeAskedAt.is_null()),
            )
            .await?,
            met: met_need(service, company).await?,
            to_form: project_id(service, company, ProjectAction::Form).await?,
            to_accept: project_id(service, company, ProjectAction::EndorseMilestone).await?,
            to_join: project_id(service, office, ProjectAction::Accept).await?,
            to_endorse: project_id(service, office, ProjectAction::Endorse).await?,
            to_validate: outcome_of(service, office).await?,
            today: day_of(service.now()),
            company,
            chamber,
            office,
        })
    }
}

async fn need_id(
    service: &Service,
    condition: sea_orm::sea_query::SimpleExpr,
) -> Result<Option<(String, i32)>> {
    let row = need::Entity::find().filter(condition).order_by_asc(need::Column::Id);
    let row = row.one(service.db().fresh()).await?;
    Ok(row.map(|row| (row.id.to_string(), row.version)))
}

async fn offer_id(
    service: &Service,
    condition: sea_orm::sea_query::SimpleExpr,
) -> Result<Option<(String, i32)>> {
    let row = offer::Entity::find().filter(condition).order_by_asc(offer::Column::Id);
    let row = row.one(service.db().fresh()).await?;
    Ok(row.map(|row| (row.id.to_string(), row.version)))
}

async fn interest_id(
    service: &Service,
    condition: sea_orm::sea_query::SimpleExpr,
) -> Result<Found> {
    let row = interest::Entity::find().filter(condition).order_by_asc(interest::Column::Id);
    let row = row.one(service.db().fresh()).await?;
    Ok(row.map(|row| (row.id.to_string(), row.version)))
}

/// Intellectual property of an office.
async fn asset_of(
    service: &Service,
    office: OrganizationId,
    condition: sea_orm::sea_query::SimpleExpr,
) -> Result<Option<ip_asset::Model>> {
    let row = ip_asset::Entity::find()
        .filter(ip_asset::Column::OttId.eq(office))
        .filter(condition)
        .order_by_asc(ip_asset::Column::NextFeeOrder)
        .order_by_asc(ip_asset::Column::Id);
    Ok(row.one(service.db().fresh()).await?)
}

/// An introduction of an office about which nothing was agreed yet.
async fn introduction(
    service: &Service,
    office: OrganizationId,
) -> Result<Option<(String, String)>> {
    let row = interest::Entity::find()
        .filter(interest::Column::OttId.eq(office))
        .filter(
            interest::Column::Status.is_in([InterestStatus::Accepted, InterestStatus::Evaluation]),
        )
        .order_by_asc(interest::Column::Id)
        .one(service.db().fresh())
        .await?;
    Ok(row.map(|row| (row.id.to_string(), row.company_id.to_string())))
}

/// An agreement of an organization in a status.
async fn agreement_of(
    service: &Service,
    party: OrganizationId,
    status: AgreementStatus,
) -> Result<Option<agreement::Model>> {
    Ok(agreement::Entity::find()
        .filter(agreement::Column::Status.eq(status))
        .filter(agreement::Column::Parties.contains(format!("|{party}|")))
        .order_by_asc(agreement::Column::Id)
        .one(service.db().fresh())
        .await?)
}

/// An expression of interest of an office in a status.
async fn of_office(
    service: &Service,
    office: OrganizationId,
    status: InterestStatus,
) -> Result<Found> {
    let own = interest::Column::OttId.eq(office);
    interest_id(service, own.and(interest::Column::Status.eq(status))).await
}

/// A contract in force that came of a company's need which is still on offer, and the need.
async fn met_need(
    service: &Service,
    company: OrganizationId,
) -> Result<Option<(String, String, i32)>> {
    let contracts = agreement::Entity::find()
        .filter(agreement::Column::Status.eq(AgreementStatus::Active))
        .filter(agreement::Column::Kind.is_not_in(PRELIMINARY.iter().copied()))
        .filter(agreement::Column::Parties.contains(format!("|{company}|")))
        .all(service.db().fresh())
        .await?;
    for contract in contracts {
        let Some(id) = contract.need_id else { continue };
        let need = need::Entity::find_by_id(id).one(service.db().fresh()).await?;
        if let Some(need) = need.filter(|need| need.status == NeedStatus::Published) {
            return Ok(Some((contract.id.to_string(), id.to_string(), need.version)));
        }
    }
    Ok(None)
}

/// A project of an organization that waits for it to do something.
async fn project_id(
    service: &Service,
    partner: OrganizationId,
    action: ProjectAction,
) -> Result<Found> {
    use project_partner::Column as Partner;
    let waits = match action {
        ProjectAction::Accept => Partner::AcceptedAt.is_null(),
        ProjectAction::Endorse => {
            Partner::AcceptedAt.is_not_null().and(Partner::ApprovedAt.is_null())
        }
        _ => Partner::OrganizationId.eq(partner),
    };
    let lines = project_partner::Entity::find()
        .filter(Partner::OrganizationId.eq(partner))
        .filter(waits)
        .order_by_asc(Partner::ProjectId)
        .all(service.db().fresh())
        .await?;
    let rows = project::Entity::find()
        .filter(project::Column::Id.is_in(lines.iter().map(|line| line.project_id)))
        .filter(project::Column::Status.is_in(action.from().iter().copied()))
        .order_by_asc(project::Column::Id)
        .one(service.db().fresh())
        .await?;
    Ok(rows.map(|row| (row.id.to_string(), row.version)))
}

/// An outcome of a project under way that another partner recorded.
async fn outcome_of(
    service: &Service,
    office: OrganizationId,
) -> Result<Option<(String, i32, String)>> {
    let Some((id, version)) = project_id(service, office, ProjectAction::SubmitMilestone).await?
    else {
        return Ok(None);
    };
    let found = outcome::Entity::find()
        .filter(outcome::Column::ProjectId.eq(id.parse::<ProjectId>().unwrap_or_default()))
        .filter(outcome::Column::Status.eq(OutcomeStatus::Recorded))
        .one(service.db().fresh())
        .await?;
    Ok(found.map(|row| (id, version, row.id.to_string())))
}

/// The best match that an office has not decided about.
async fn match_id(service: &Service, office: OrganizationId) -> Result<Found> {
    let row = match_::Entity::find()
        .filter(match_::Column::OttId.eq(office))
        .filter(match_::Column::Status.eq(MatchStatus::Suggested))
        .order_by_desc(match_::Column::Score)
        .order_by_desc(match_::Column::Id);
    let row = row.one(service.db().fresh()).await?;
    Ok(row.map(|row| (row.id.to_string(), row.version)))
}
