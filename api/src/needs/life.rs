//! The life of a need: each verb with its guards, the same for the API, for
//! imports and for what the service does by itself.

use async_graphql::MaybeUndefined;
use chrono::{DateTime, Duration, NaiveTime, Utc};
use entity::{
    AffiliationStatus, AgreementId, Codes, ConsentPurpose, Localized, NeedId, NeedStatus, NeedType,
    OrganizationId, Role, affiliation, need, organization,
};
use sea_orm::{ActiveEnum, ColumnTrait, Condition, EntityTrait, QueryFilter, QuerySelect};

use super::input::{NeedInput, check_complete, public_texts};
use crate::{
    agreements, assimilation,
    checks::Checks,
    codes::Labels,
    documents,
    error::{Error, Result, UserErrorCode},
    event::Event,
    interests,
    lifecycle::{
        self, ARCHIVED_AFTER_END, ARCHIVED_AFTER_PUBLICATION, Living, TERM, Verb, Why, all_texts,
        check_archivable, check_four_eyes, check_not_over, check_release, check_renewable,
        names_of, step,
    },
    organizations::{consented, standing},
    policy::NeedAction,
    work::Work,
};

/// Writes a need down for a company; its territory is that of the company's affiliation.
pub(crate) async fn draft(
    work: &mut Work,
    labels: &Labels,
    company: OrganizationId,
    chamber: Option<OrganizationId>,
    input: NeedInput,
) -> Result<need::Model> {
    if work.viewer().is_nobody() {
        return Err(Error::Unauthenticated);
    }
    let state_code = organization::Entity::find_by_id(company)
        .select_only()
        .column(organization::Column::StateCode)
        .into_tuple()
        .one(work.tx())
        .await?;
    let state_code = state_code.ok_or_else(|| Error::no_such("input.company"))?;
    let (affiliation, ambiguous) = standing(work, company, chamber).await?;

    let now = work.now;
    let person = work.viewer().person;
    let mut need = need::Model {
        created_by: person,
        company_id: company,
        chamber_id: affiliation.as_ref().map_or(chamber.unwrap_or_default(), |row| row.chamber_id),
        delegation_id: affiliation.as_ref().and_then(|row| row.delegation_id),
        region_id: affiliation.as_ref().and_then(|row| row.region_id),
        state_code,
        ..blank(now)
    };
    let allowed = work.allow_new(NeedAction::Draft, need.clone())?;
    if affiliation.is_none() {
        return Err(Error::field(
            "input.company",
            UserErrorCode::IllegalState,
            "no tiene afiliación vigente a la cámara / has no active affiliation to the chamber",
        ));
    }
    if ambiguous {
        return Err(Error::field(
            "input.chamber",
            UserErrorCode::Required,
            "la empresa pertenece a varias cámaras / the company belongs to several chambers",
        ));
    }
    let mut checks = Checks::new("input.", labels);
    let mut input = input;
    // Title and summary must be given: what is absent counts as empty here.
    for text in [&mut input.title, &mut input.summary] {
        if text.is_undefined() {
            *text = MaybeUndefined::Null;
        }
    }
    let unmasks = input.anonymous == MaybeUndefined::Value(false);
    input.write(&mut need, &mut checks);
    check_unmasking(work, &need, unmasks, &mut checks);
    check_shared(work, &need, &mut checks).await?;
    checks.done()?;
    if need.accepted_trl_min.is_none()
        && need.accepted_trl_max.is_none()
        && let Some(level) = assimilation::level_of(work, company).await?
    {
        // What it says nothing of follows from how well the company takes up technology.
        let (least, most) = assimilation::accepted_trl(level);
        (need.accepted_trl_min, need.accepted_trl_max) = (Some(least), Some(most));
    }
    need.folio = work.folio("NEC").await?;
    let need = work.insert(allowed.with(|row| *row = need)).await?;
    work.history(need.id.to_string(), None, need.status.to_value(), (None, None)).await?;
    work.record(Event::NeedDrafted { need: need.id });
    Ok(need)
}

/// A need that says nothing yet.
fn blank(now: DateTime<Utc>) -> need::Model {
    need::Model {
        id: NeedId::new(now),
        folio: String::new(),
        version: 1,
        status: NeedStatus::Draft,
        created_at: now,
        created_by: None,
        updated_at: now,
        company_id: OrganizationId::default(),
        chamber_id: OrganizationId::default(),
        delegation_id: None,
        region_id: None,
        kind: NeedType::TechnologyRequest,
        title: Localized::default(),
        title_folded: String::new(),
        public_text_folded: String::new(),
        summary: Localized::default(),
        description: None,
        technical_specification: None,
        confidential_annex: None,
        problem_kind: None,
        innovation_scope: None,
        current_solution: None,
        why_insufficient: None,
        success_criteria: entity::SuccessCriteria::default(),
        constraints: entity::Texts::default(),
        accepted_trl_min: None,
        accepted_trl_max: None,
        solution_depth: None,
        partner_role: None,
        partner_kinds: Codes::default(),
        partner_sizes: Codes::default(),
        partnership_types: Codes::default(),
        budget_band: None,
        reward_minor: None,
        reward_currency: None,
        timeframe_on: None,
        urgency: None,
        interest_deadline_on: None,
        call_deadline_on: None,
        call_id: None,
        coordinator_required: None,
        framework_program: None,
        project_duration_weeks: None,
        scian: Codes::default(),
        subsector: None,
        technology_keywords: Codes::default(),
        market_keywords: Codes::default(),
        sdg: Codes::default(),
        state_code: None,
        target_states: Codes::default(),
        anonymous: true,
        shared_by: Codes::default(),
        assimilation_level_at_submit: None,
        outcome: None,
        outcome_evidence: None,
        met_by_id: None,
        closure_reason: None,
        open_for_interest: false,
        held_by_network: false,
        listed_at: now,
        first_published_at: None,
        published_at: None,
        expires_at: None,
        expiry_warned_at: None,
        ended_at: None,
        renewals: 0,
    }
}

/// A need as it would be: nothing of it is kept.
pub(crate) fn preview(
    input: NeedInput,
    now: DateTime<Utc>,
    checks: &mut Checks<'_>,
) -> need::Model {
    let mut need = blank(now);
    input.write(&mut need, checks);
    need
}

/// The company alone decides that the network may learn who it is.
fn check_unmasking(work: &Work, need: &need::Model, unmasks: bool, checks: &mut Checks<'_>) {
    let company = work.viewer().decides(Role::MemberUser, need.company_id);
    if unmasks && !company {
        checks.wrong(
            "anonymous",
            UserErrorCode::ConsentMissing,
            "sólo la empresa decide darse a conocer / the company alone decides to be known",
        );
    }
}

/// Companies that share a need belong to its chamber and have consented to it.
async fn check_shared(work: &Work, need: &need::Model, checks: &mut Checks<'_>) -> Result<()> {
    for id in need.shared_by.parsed::<OrganizationId>() {
        let member = affiliation::Entity::find()
            .filter(affiliation::Column::CompanyId.eq(id))
            .filter(affiliation::Column::ChamberId.eq(need.chamber_id))
            .filter(affiliation::Column::Status.eq(AffiliationStatus::Active))
            .one(work.tx())
            .await?;
        let willing = consented(work, id, &[ConsentPurpose::CrossCuttingNeed]).await?;
        if member.is_none() || id == need.company_id || !willing {
            // Whether a company has consented is for nobody else to know.
            checks.wrong(
                "sharedBy",
                UserErrorCode::NotFound,
                "no es otra empresa de la misma cámara que comparta necesidades / is not another company of the same chamber that shares needs",
            );
        }
    }
    Ok(())
}

impl Living for need::Model {
    type Status = NeedStatus;

    fn record(&self) -> String {
        self.id.to_string()
    }

    fn version(&self) -> i32 {
        self.version
    }

    fn status(&self) -> NeedStatus {
        self.status
    }

    fn advance(&mut self, status: Option<NeedStatus>, now: DateTime<Utc>) {
        self.version += 1;
        self.updated_at = now;
        self.status = status.unwrap_or(self.status);
    }
}

impl Verb for NeedAction {
    fn possible_in(self) -> &'static [NeedStatus] {
        self.from()
    }

    fn leads_to(self) -> Option<NeedStatus> {
        self.to()
    }

    fn done(self, row: &need::Model) -> Event {
        let need = row.id;
        match self {
            Self::Draft => Event::NeedDrafted { need },
            Self::Revise => Event::NeedRevised { need },
            Self::Submit => Event::NeedSubmitted { need },
            Self::Return => Event::NeedReturned { need },
            Self::Publish => Event::NeedPublished { need },
            Self::Hold => Event::NeedHeld { need },
            Self::Resume => Event::NeedResumed { need },
            Self::Renew => Event::NeedRenewed { need },
            Self::OpenForInterest => Event::NeedOpenedForInterest { need },
            Self::CloseForInterest => Event::NeedClosedForInterest { need },
            Self::Fulfil => Event::NeedFulfilled { need },
            Self::Close => Event::NeedClosed { need },
            Self::Withdraw => Event::NeedWithdrawn { need },
            Self::Archive => Event::NeedArchived { need },
            Self::Expire => Event::NeedExpired { need },
        }
    }
}

/// Changes the text of a need.
pub(crate) async fn revise(
    work: &mut Work,
    labels: &Labels,
    id: NeedId,
    expected_version: Option<i32>,
    input: NeedInput,
) -> Result<need::Model> {
    let mut checks = Checks::new("input.", labels);
    let unmasks = input.anonymous == MaybeUndefined::Value(false);
    let need = step(work, id, expected_version, NeedAction::Revise, (None, None), |need| {
        input.write(need, &mut checks);
        Ok(())
    })
    .await?;
    check_unmasking(work, &need, unmasks, &mut checks);
    check_shared(work, &need, &mut checks).await?;
    checks.done()?;
    Ok(need)
}

/// Hands a need to its chamber for review.
pub(crate) async fn submit(
    work: &mut Work,
    labels: &Labels,
    id: NeedId,
    expected_version: Option<i32>,
) -> Result<need::Model> {
    let company = need::Entity::find_by_id(id)
        .select_only()
        .column(need::Column::CompanyId)
        .into_tuple::<OrganizationId>()
        .one(work.tx())
        .await?;
    let assimilation_level = match company {
        Some(company) => assimilation::level_of(work, company).await?,
        None => None,
    };
    let need = step(work, id, expected_version, NeedAction::Submit, (None, None), |need| {
        let mut checks = Checks::new("need.", labels);
        check_complete(need, &mut checks);
        need.assimilation_level_at_submit = assimilation_level;
        checks.done()
    })
    .await?;
    // Consents may have ended since the draft was written.
    let mut checks = Checks::new("need.", labels);
    check_shared(work, &need, &mut checks).await?;
    checks.done()?;
    check_blind(work, &need, &[]).await?;
    // When somebody of the company itself submits, that is its consent; a machine consents to nothing.
    let by_company = work.viewer().decides(Role::MemberUser, need.company_id);
    let purposes = [ConsentPurpose::Representation, ConsentPurpose::Publication];
    if !by_company && !consented(work, need.company_id, &purposes).await? {
        return Err(Error::refused(
            UserErrorCode::ConsentMissing,
            "la empresa no ha consentido la publicación / the company has not consented to publication",
        ));
    }
    Ok(need)
}

/// The public text of an anonymous need names nobody and leads nowhere.
async fn check_blind(work: &Work, need: &need::Model, also: &[&Localized]) -> Result<()> {
    if !need.anonymous {
        return Ok(());
    }
    let mut companies = need.shared_by.parsed::<OrganizationId>();
    companies.push(need.company_id);
    let names = names_of(work, companies).await?;
    let files = documents::life::public_texts(work, &need.id.to_string()).await?;
    let texts = public_texts(need).into_iter().chain(all_texts(also.iter().copied().map(Some)));
    lifecycle::check_blind(texts.chain(files.iter().map(String::as_str)), &names)
}

/// Offers a need to the network.
pub(crate) async fn publish(
    work: &mut Work,
    id: NeedId,
    expected_version: Option<i32>,
) -> Result<need::Model> {
    let now = work.now;
    let need = step(work, id, expected_version, NeedAction::Publish, (None, None), |need| {
        need.expires_at = Some(end_of_term(need, now)?);
        need.published_at = Some(now);
        need.listed_at = now;
        need.first_published_at.get_or_insert(now);
        need.open_for_interest = true;
        Ok(())
    })
    .await?;
    check_four_eyes(work, id).await?;
    check_blind(work, &need, &[]).await?;
    Ok(need)
}

/// When a need that goes on the network now leaves it: after its term, a research request after its deadline.
fn end_of_term(need: &need::Model, now: DateTime<Utc>) -> Result<DateTime<Utc>> {
    let end = match (need.kind, need.interest_deadline_on) {
        (NeedType::RdRequest, Some(day)) => {
            // The whole day counts, in every time zone of the country.
            day.and_time(NaiveTime::MIN).and_utc() + Duration::hours(24 + 8)
        }
        _ => now + TERM,
    };
    if end <= now {
        return Err(Error::refused(
            UserErrorCode::IllegalState,
            "el plazo para expresar interés ya venció / the deadline for interest has passed",
        ));
    }
    Ok(end)
}

/// Gives a need another term. A research request has none: it ends with its call.
pub(crate) async fn renew(
    work: &mut Work,
    id: NeedId,
    expected_version: Option<i32>,
) -> Result<need::Model> {
    let now = work.now;
    step(work, id, expected_version, NeedAction::Renew, (None, None), |need| {
        if need.kind == NeedType::RdRequest {
            return Err(Error::refused(
                UserErrorCode::IllegalState,
                "una solicitud de I+D termina con su convocatoria / a research request ends with its call",
            ));
        }
        check_renewable(need.renewals, need.expires_at, now)?;
        // What its owner closed stays closed; what expired comes back as it was published.
        need.open_for_interest |= need.status == NeedStatus::Expired;
        need.expires_at = Some(now + TERM);
        need.published_at = Some(now);
        need.listed_at = now;
        need.renewals += 1;
        need.expiry_warned_at = None;
        Ok(())
    })
    .await
}

/// Takes a need off the network for a while.
pub(crate) async fn hold(
    work: &mut Work,
    id: NeedId,
    expected_version: Option<i32>,
    why: Why,
) -> Result<need::Model> {
    let viewer = work.viewer().clone();
    step(work, id, expected_version, NeedAction::Hold, why, |need| {
        need.held_by_network = viewer.is_any(Role::NetworkAdmin);
        Ok(())
    })
    .await
}

/// Puts a held need back on the network.
pub(crate) async fn resume(
    work: &mut Work,
    id: NeedId,
    expected_version: Option<i32>,
) -> Result<need::Model> {
    let (viewer, now) = (work.viewer().clone(), work.now);
    step(work, id, expected_version, NeedAction::Resume, (None, None), |need| {
        check_release(need.held_by_network, viewer.is_any(Role::NetworkAdmin))?;
        check_not_over(need.expires_at, now)?;
        need.held_by_network = false;
        Ok(())
    })
    .await
}

/// Takes no more expressions of interest in a need.
pub(crate) async fn close_for_interest(
    work: &mut Work,
    id: NeedId,
    expected_version: Option<i32>,
) -> Result<need::Model> {
    let action = NeedAction::CloseForInterest;
    let need = step(work, id, expected_version, action, (None, None), |need| {
        need.open_for_interest = false;
        Ok(())
    })
    .await?;
    check_promise(work, &need, false).await?;
    Ok(need)
}

/// What shows that a need has been met.
pub(crate) struct Proof {
    pub(crate) agreement: Option<AgreementId>,
    pub(crate) evidence: Option<Localized>,
}

/// The agreement that met it is named, when there is one; what was met without one has other
/// evidence.
async fn check_met(work: &Work, need: &need::Model) -> Result<()> {
    let met = match need.met_by_id {
        Some(agreement) => {
            if agreements::standing::met(work, need.id, agreement).await? {
                return Ok(());
            }
            return Err(Error::no_such("input.agreement"));
        }
        None => agreements::standing::has_met(work, need.id).await?,
    };
    if met {
        return Err(Error::required("input.agreement"));
    }
    if need.outcome_evidence.is_none() {
        return Err(Error::required("input.evidence"));
    }
    Ok(())
}

/// Says that a need has been met.
pub(crate) async fn fulfil(
    work: &mut Work,
    id: NeedId,
    expected_version: Option<i32>,
    outcome: Localized,
    proof: Proof,
) -> Result<need::Model> {
    let now = work.now;
    let Proof { agreement, evidence } = proof;
    let need = step(work, id, expected_version, NeedAction::Fulfil, (None, None), |need| {
        need.outcome = Some(outcome.clone());
        need.outcome_evidence = evidence;
        need.met_by_id = agreement;
        need.open_for_interest = false;
        need.ended_at = Some(now);
        Ok(())
    })
    .await?;
    check_met(work, &need).await?;
    check_promise(work, &need, true).await?;
    check_blind(work, &need, &[&outcome]).await?;
    Ok(need)
}

/// Ends a need: closes it unmet or takes it back.
pub(crate) async fn end(
    work: &mut Work,
    id: NeedId,
    expected_version: Option<i32>,
    action: NeedAction,
    why: Why,
) -> Result<need::Model> {
    let (now, reason) = (work.now, why.0);
    let need = step(work, id, expected_version, action, why, |need| {
        need.closure_reason = reason;
        need.open_for_interest = false;
        need.ended_at = Some(now);
        Ok(())
    })
    .await?;
    check_promise(work, &need, false).await?;
    Ok(need)
}

/// A challenge for whose reward somebody works stands until its deadline, or until one of
/// them has been accepted where that is enough.
async fn check_promise(work: &Work, need: &need::Model, accepted_is_enough: bool) -> Result<()> {
    let rewards = need.kind == NeedType::Challenge && need.reward_minor.is_some();
    if !rewards || work.viewer().system || need.expires_at.is_none_or(|end| end <= work.now) {
        return Ok(());
    }
    let (expressed, accepted) = interests::life::exist_for(work, need.id).await?;
    if expressed && !(accepted_is_enough && accepted) {
        return Err(Error::refused(
            UserErrorCode::IllegalState,
            "un reto con expresiones de interés sigue en pie hasta su plazo / a challenge with expressions of interest stands until its deadline",
        ));
    }
    Ok(())
}

/// Puts a need away once its time has come.
pub(crate) async fn archive(
    work: &mut Work,
    id: NeedId,
    expected_version: Option<i32>,
) -> Result<need::Model> {
    let now = work.now;
    step(work, id, expected_version, NeedAction::Archive, (None, None), |need| {
        let expired = need.status == NeedStatus::Expired;
        check_archivable(expired, need.ended_at, need.first_published_at, now)
    })
    .await
}

/// The needs whose time has come: to expire, to be warned of, to be put away.
pub(crate) fn due(now: DateTime<Utc>) -> [(Condition, NeedAction); 2] {
    use need::Column;
    let ended = Condition::all()
        .add(Column::Status.is_in([
            NeedStatus::Fulfilled,
            NeedStatus::ClosedUnmet,
            NeedStatus::Withdrawn,
        ]))
        .add(Column::EndedAt.lte(now - ARCHIVED_AFTER_END));
    let forgotten = Condition::all()
        .add(Column::Status.eq(NeedStatus::Expired))
        .add(Column::FirstPublishedAt.lte(now - ARCHIVED_AFTER_PUBLICATION));
    [
        (
            Condition::all()
                .add(Column::Status.eq(NeedStatus::Published))
                .add(Column::ExpiresAt.lte(now)),
            NeedAction::Expire,
        ),
        (Condition::any().add(ended).add(forgotten), NeedAction::Archive),
    ]
}
