//! Rows as tests put them on record, past the API.

use api::text::fold;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use entity::{
    Accreditation, AffiliationId, AffiliationStatus, AgreementEconomics, AgreementId,
    AgreementPartyRole, AgreementStatus, AgreementType, AssessmentId, AssessmentKind,
    AssessmentMethod, AssimilationScores, BudgetBand, BulkFormat, BulkJobKind, BulkJobStatus,
    CapabilityId, CapabilityKind, CapabilityStatus, ClientId, ClientScope, Codes, Commitment,
    CommitmentHorizon, CommitmentStatus, Commitments, Comparator, Confidential, ConsentId,
    ConsentPurpose, ConsortiumRole, ContributionForm, DeclineReason, DelegationId,
    DevelopmentStage, DisclosureLevel, DocumentId, DocumentStatus, EvidenceKind, Exclusivity,
    ExclusivityAvailable, FundingKind, FundingLine, FundingLines, FundingStatus,
    InnovationReadiness, InnovationScope, InterestDirection, InterestId, InterestStatus,
    InvitationId, IpAssetId, IpCommercialStatus, IpEvent, IpEventId, IpFigure, IpInventor,
    IpInventors, IpLegalStatus, IpOffice, IpOwner, IpOwners, IpOwnership, IprStatus, JobId,
    Language, Localized, MatchComponents, MatchId, MatchSource, MatchStatus, MembershipId,
    MilestoneId, MilestoneKind, MilestoneStatus, NeedId, NeedStatus, NeedType, OfferEconomics,
    OfferId, OfferStatus, OfferType, OrganizationId, OrganizationKind, OutcomeId, OutcomeKind,
    OutcomeStatus, PartnershipType, PersonId, PriceBand, ProblemKind, ProgrammeId, ProgrammeKind,
    ProgrammeStatus, ProjectId, ProjectRisk, ProjectRisks, ProjectStatus, ProjectType, RegionId,
    RequirementAnswer, RequirementAnswers, RequirementResponse, RiskLevel, Role, SavedSearchId,
    SavedSearchKind, SearchCadence, SearchChannel, SearchFindId, SizeBasis, SizeClass,
    SolutionDepth, SuccessCriteria, SuccessCriterion, TechnologyComparison, TechnologyComparisons,
    Texts, TransferMechanism, TrlEvidence, TrlEvidences, Urgency, VerificationLevel,
    VerifiedClaims, WebhookAttemptId, WebhookDeliveryId, WebhookDeliveryStatus, WebhookEndpointId,
    WebhookOutcome, WorkPackage, WorkPackages, affiliation, agreement, agreement_party, api_client,
    assessment, bulk_job, capability, confidant, consent, delegation, document, document::RecordId,
    interest, invitation, ip_asset, ip_event, match_, membership, milestone, need, offer,
    organization, outcome, person, programme, project, project_partner, region, saved_search,
    search_find, webhook_attempt, webhook_delivery, webhook_endpoint,
};
use sea_orm::{ActiveModelBehavior, ActiveModelTrait, EntityTrait, IntoActiveModel, ModelTrait};

use serde_json::json;

use crate::{cast::Cast, world::World};

type Changes<R> = <<R as ModelTrait>::Entity as EntityTrait>::ActiveModel;

impl World {
    /// Puts a row on record, without an event.
    pub async fn put<R>(&self, row: R)
    where
        R: ModelTrait<Entity: EntityTrait<Model = R>> + IntoActiveModel<Changes<R>>,
        Changes<R>: ActiveModelTrait<Entity = R::Entity> + ActiveModelBehavior + Send,
    {
        let row = row.into_active_model().reset_all();
        R::Entity::insert(row).exec_without_returning(self.db().write()).await.expect("a row");
    }

    /// Overwrites a row on record, without an event.
    pub async fn overwrite<R>(&self, row: R)
    where
        R: ModelTrait<Entity: EntityTrait<Model = R>> + IntoActiveModel<Changes<R>>,
        Changes<R>: ActiveModelTrait<Entity = R::Entity> + ActiveModelBehavior + Send,
    {
        row.into_active_model().reset_all().update(self.db().write()).await.expect("a row");
    }

    /// Puts a need of the cast's company on record, with a field in every column.
    pub async fn need(&self, cast: &Cast, status: NeedStatus) -> need::Model {
        let need = need(cast, status, self.now());
        self.put(need.clone()).await;
        need
    }

    /// Puts an agreement on record, with its parties.
    pub async fn agree(&self, row: &agreement::Model) {
        self.put(row.clone()).await;
        for party in parties(row) {
            self.put(party).await;
        }
    }

    /// Puts an office's interest in a need on record, and their non-disclosure agreement in force.
    pub async fn nda(
        &self,
        need: &need::Model,
        offer: &offer::Model,
    ) -> (interest::Model, agreement::Model) {
        let (from, status) = (InterestDirection::OfferToNeed, InterestStatus::NdaSigned);
        let interest = interest(need, offer, from, status, self.now());
        self.put(interest.clone()).await;
        let (kind, active) = (AgreementType::MutualNda, AgreementStatus::Active);
        let nda = agreement(&interest, kind, active, self.now());
        self.agree(&nda).await;
        (interest, nda)
    }

    /// Puts a project on record, with its parts.
    pub async fn project(&self, rows: &ProjectRows) {
        self.put(rows.project.clone()).await;
        for row in &rows.partners {
            self.put(row.clone()).await;
        }
        for row in &rows.milestones {
            self.put(row.clone()).await;
        }
        for row in &rows.outcomes {
            self.put(row.clone()).await;
        }
    }

    /// Puts intellectual property of the cast's office on record, with what happened to it and a
    /// field in every column.
    pub async fn asset(&self, cast: &Cast, status: IpLegalStatus) -> ip_asset::Model {
        let (asset, events) = ip_asset(cast, status, self.now());
        self.put(asset.clone()).await;
        for event in events {
            self.put(event).await;
        }
        asset
    }

    /// Puts a capability of the cast's office on record, with a field in every column.
    pub async fn capability(&self, cast: &Cast, status: CapabilityStatus) -> capability::Model {
        let row = capability(cast, status, self.now());
        self.put(row.clone()).await;
        row
    }

    /// Puts an offer of the cast's office on record, with a field in every column.
    pub async fn offer(&self, cast: &Cast, status: OfferStatus) -> offer::Model {
        let offer = offer(cast, status, self.now());
        self.put(offer.clone()).await;
        offer
    }
}

/// A text in both languages.
#[must_use]
pub fn both(es: &str, en: &str) -> Localized {
    Localized { es: Some(es.to_owned()), en: Some(en.to_owned()) }
}

fn codes(codes: &[&str]) -> Codes {
    codes.iter().collect()
}

fn day(offset: i64, now: DateTime<Utc>) -> NaiveDate {
    (now + TimeDelta::days(offset)).date_naive()
}

/// A need of the cast's company that is complete, in a status.
#[must_use]
pub fn need(cast: &Cast, status: NeedStatus, now: DateTime<Utc>) -> need::Model {
    let id = NeedId::new(now);
    let title = both("Recuperar el calor de hornos", "Recover the heat of kilns");
    let title_folded = fold("Recuperar el calor de hornos");
    let published = !matches!(
        status,
        NeedStatus::Draft | NeedStatus::InReview | NeedStatus::Returned | NeedStatus::Withdrawn
    );
    let ended =
        matches!(status, NeedStatus::Fulfilled | NeedStatus::ClosedUnmet | NeedStatus::Withdrawn);
    let expires_at = match status {
        NeedStatus::Expired => now - TimeDelta::days(1),
        _ => now + TimeDelta::days(365),
    };
    need::Model {
        id,
        folio: format!("NEC-2026-{}", &id.0.simple().to_string()[20..]),
        version: 1,
        status,
        created_at: now,
        created_by: None,
        updated_at: now,
        company_id: cast.company,
        chamber_id: cast.chamber,
        delegation_id: Some(cast.northern),
        region_id: Some(cast.north),
        kind: NeedType::TechnologyRequest,
        public_text_folded: fold("Recuperar el calor de hornos de túnel para secado"),
        title,
        title_folded,
        summary: both("Hornos de túnel para secado", "Tunnel kilns for drying"),
        description: Some(both("Gases a 420 grados sin uso", "Gases at 420 degrees unused")),
        technical_specification: Some(both("Recuperador de 400 kW", "A recuperator of 400 kW")),
        confidential_annex: Some(Confidential::new(both("Balance térmico", "Heat balance"))),
        problem_kind: Some(ProblemKind::Cost),
        innovation_scope: Some(InnovationScope::Incremental),
        current_solution: Some(both("Chimenea", "A chimney")),
        why_insufficient: Some(both("Se pierde todo", "All is lost")),
        success_criteria: SuccessCriteria(vec![SuccessCriterion {
            parameter: "Consumo de gas".into(),
            unit: Some("m3/t".into()),
            comparator: Comparator::AtMost,
            target: "40".into(),
            must_have: true,
        }]),
        constraints: Texts(vec!["Sin parar el horno".into()]),
        accepted_trl_min: Some(5),
        accepted_trl_max: Some(9),
        solution_depth: Some(SolutionDepth::Prototype),
        partner_role: Some(both("Diseñar e instalar", "Design and install")),
        partner_kinds: Codes::of(&[OrganizationKind::TechnologyTransferOffice]),
        partner_sizes: Codes::of(&[SizeClass::Small]),
        partnership_types: Codes::of(&[PartnershipType::RdCooperationAgreement]),
        budget_band: Some(BudgetBand::default()),
        reward_minor: None,
        reward_currency: None,
        timeframe_on: Some(day(200, now)),
        urgency: Some(Urgency::Low),
        interest_deadline_on: None,
        call_deadline_on: None,
        call_id: None,
        coordinator_required: None,
        framework_program: None,
        project_duration_weeks: None,
        scian: codes(&["327"]),
        subsector: Some("327".into()),
        technology_keywords: codes(&["F27D"]),
        market_keywords: codes(&["327"]),
        sdg: codes(&["9"]),
        state_code: Some("05".into()),
        target_states: codes(&["19"]),
        anonymous: true,
        shared_by: Codes::default(),
        assimilation_level_at_submit: Some(3),
        outcome: None,
        outcome_evidence: None,
        met_by_id: None,
        closure_reason: None,
        open_for_interest: status == NeedStatus::Published,
        held_by_network: false,
        listed_at: now,
        first_published_at: published.then_some(now),
        published_at: published.then_some(now),
        expires_at: published.then_some(expires_at),
        expiry_warned_at: None,
        ended_at: ended.then_some(now),
        renewals: 0,
    }
}

/// An offer of the cast's office that is complete, in a status.
#[must_use]
pub fn offer(cast: &Cast, status: OfferStatus, now: DateTime<Utc>) -> offer::Model {
    let id = OfferId::new(now);
    let published =
        !matches!(status, OfferStatus::Draft | OfferStatus::InReview | OfferStatus::Returned);
    let expires_at = match status {
        OfferStatus::Expired => now - TimeDelta::days(1),
        _ => now + TimeDelta::days(365),
    };
    offer::Model {
        id,
        folio: format!("OFE-2026-{}", &id.0.simple().to_string()[20..]),
        version: 1,
        status,
        created_at: now,
        created_by: None,
        updated_at: now,
        ott_id: cast.ott,
        kind: OfferType::TechnologyOffer,
        title: both("Recuperador cerámico de calor", "Ceramic heat recuperator"),
        title_folded: fold("Recuperador cerámico de calor"),
        public_text_folded: fold("Recuperador cerámico de calor para hornos de túnel"),
        summary: both("Recupera el calor de hornos", "Recovers the heat of kilns"),
        description: Some(both("Espuma de carburo", "Carbide foam")),
        problem_solved: Some(both("Pérdida de calor", "Heat loss")),
        state_of_the_art: Some(both("Recuperadores metálicos", "Metal recuperators")),
        advantages: Some(both("Resiste 1100 grados", "Withstands 1100 degrees")),
        comparators: TechnologyComparisons(vec![TechnologyComparison {
            alternative: "Metal".into(),
            metric: "Temperatura".into(),
            ours: "1100".into(),
            theirs: "750".into(),
            unit: Some("°C".into()),
            evidence: None,
        }]),
        economics: Some(OfferEconomics {
            cost_saving: Some("Un tercio del gas".into()),
            payback_months: Some(18),
            assumptions: None,
        }),
        stage: Some(DevelopmentStage::AvailableForDemonstration),
        trl: Some(7),
        trl_evidence: TrlEvidences(vec![TrlEvidence {
            level: 7,
            kind: EvidenceKind::Publication,
            title: "Ensayo en planta".into(),
        }]),
        readiness: Some(InnovationReadiness { crl: Some(4), ..InnovationReadiness::default() }),
        mrl: Some(5),
        ipr_status: Some(IprStatus::NoIpr),
        publications: Texts(vec!["10.1000/ejemplo".into()]),
        application_scian: codes(&["327"]),
        subsector: Some("327".into()),
        scian: codes(&["541"]),
        min_assimilation_level: Some(2),
        transfer_mechanisms: Codes::of(&[TransferMechanism::RdCooperationAgreement]),
        partnership_types: Codes::of(&[PartnershipType::RdCooperationAgreement]),
        partner_role: Some(both("Probar en planta", "Test it in a plant")),
        partner_kinds: Codes::of(&[OrganizationKind::Company]),
        exclusivity_available: Some(ExclusivityAvailable::None),
        indicative_terms: Some(Confidential::new(both("Regalía de 4 %", "Royalty of 4 %"))),
        enabling_detail: Some(Confidential::new(both("Sinterizado", "Sintering"))),
        inventors: Texts(vec!["Ana Inventora".into()]),
        verified_claims: VerifiedClaims::default(),
        technology_keywords: codes(&["F27D"]),
        market_keywords: codes(&["327"]),
        sdg: codes(&["9"]),
        state_code: Some("19".into()),
        target_states: codes(&["05"]),
        anonymous: false,
        retirement_reason: None,
        open_for_interest: status == OfferStatus::Published,
        held_by_network: false,
        listed_at: now,
        first_published_at: published.then_some(now),
        published_at: published.then_some(now),
        expires_at: published.then_some(expires_at),
        expiry_warned_at: None,
        ended_at: matches!(status, OfferStatus::Retired | OfferStatus::Transferred).then_some(now),
        renewals: 0,
        reserved_until: None,
    }
}

/// A document of a record whose bytes have come, of which nothing is kept.
#[must_use]
pub fn document(record: RecordId, level: DisclosureLevel, now: DateTime<Utc>) -> document::Model {
    let mut row = document::Model {
        id: DocumentId::new(now),
        record: record.to_string(),
        need_id: None,
        offer_id: None,
        interest_id: None,
        agreement_id: None,
        project_id: None,
        organization_id: None,
        party: None,
        level,
        title: both("Balance", "Balance"),
        file_name: "balance.pdf".into(),
        media_type: "application/pdf".into(),
        size_bytes: 9,
        sha256: "0".repeat(64),
        status: DocumentStatus::Stored,
        object: Some("nothing".into()),
        uploaded_by: None,
        created_at: now,
        expires_at: now,
        uploaded_at: Some(now),
        tidy_at: None,
    };
    match record {
        RecordId::Need(id) => row.need_id = Some(id),
        RecordId::Offer(id) => row.offer_id = Some(id),
        RecordId::Interest(id) => row.interest_id = Some(id),
        RecordId::Agreement(id) => row.agreement_id = Some(id),
        RecordId::Project(id) => row.project_id = Some(id),
    }
    row
}

/// What a company has consented to, without end.
#[must_use]
pub fn consent(
    company: OrganizationId,
    purpose: ConsentPurpose,
    now: DateTime<Utc>,
) -> consent::Model {
    consent::Model {
        id: ConsentId::new(now),
        organization_id: company,
        purpose,
        granted_by: PersonId::new(now),
        granted_at: now,
        expires_at: None,
        withdrawn_at: None,
    }
}

/// A suggested match of the two.
#[must_use]
pub fn suggestion(need: &need::Model, offer: &offer::Model) -> match_::Model {
    match_::Model {
        id: MatchId::new(need.created_at),
        need_id: need.id,
        offer_id: offer.id,
        company_id: need.company_id,
        chamber_id: need.chamber_id,
        region_id: need.region_id,
        delegation_id: need.delegation_id,
        ott_id: offer.ott_id,
        version: 1,
        source: MatchSource::Algorithm,
        status: MatchStatus::Suggested,
        score: 5_000,
        coverage: 10_000,
        components: MatchComponents::default(),
        weights_version: "0".to_owned(),
        suggested_at: need.created_at,
        decided_at: None,
        decided_by_id: None,
        dismissed_reason: None,
    }
}

/// An expression of interest between the two, complete and in a status, with a field in every
/// column that the status can have.
#[must_use]
pub fn interest(
    need: &need::Model,
    offer: &offer::Model,
    direction: InterestDirection,
    status: InterestStatus,
    now: DateTime<Utc>,
) -> interest::Model {
    use InterestStatus::{
        Accepted, Agreed, ClosedNoDeal, Declined, Draft, Evaluation, Forwarded, NdaPending,
        NdaSigned, Negotiation, Rejected, Submitted, Triage,
    };
    let id = InterestId::new(now);
    let accepted = matches!(
        status,
        Accepted | NdaPending | NdaSigned | Evaluation | Negotiation | Agreed | ClosedNoDeal
    );
    let forwarded = accepted || matches!(status, Forwarded | Declined);
    let waits = matches!(status, Submitted | Triage | Forwarded);
    let ends = matches!(status, Rejected | Declined | ClosedNoDeal);
    let at = |there: bool| there.then_some(now);
    interest::Model {
        id,
        folio: format!("INT-2026-{}", &id.0.simple().to_string()[20..]),
        version: 1,
        status,
        created_at: now,
        created_by: None,
        updated_at: now,
        direction,
        need_id: Some(need.id),
        offer_id: Some(offer.id),
        company_id: need.company_id,
        chamber_id: need.chamber_id,
        region_id: need.region_id,
        delegation_id: need.delegation_id,
        ott_id: offer.ott_id,
        anonymous: false,
        cooperation_sought: Some(both("Un piloto en planta", "A pilot in the plant")),
        contribution: Some(both("Cerámica porosa probada", "Porous ceramics, tested")),
        questions: Some(both("Qué caudal hay", "What flow there is")),
        requirement_answers: RequirementAnswers(vec![RequirementAnswer {
            criterion: "Consumo de gas".into(),
            response: RequirementResponse::Match,
            evidence: Some("Ensayo de 200 horas".into()),
        }]),
        partnership_types: Codes::of(&[PartnershipType::RdCooperationAgreement]),
        submitted_at: at(status != Draft),
        answer_due_at: at(status != Draft).map(|at| at + TimeDelta::days(14)),
        answered_at: at(!matches!(status, Draft | Submitted)),
        answer_days: (!matches!(status, Draft | Submitted)).then_some(0),
        answered_in_time: (!matches!(status, Draft | Submitted)).then_some(true),
        respond_by: at(waits).map(|at| at + TimeDelta::days(14)),
        days_left: (status == InterestStatus::InfoRequested).then_some(10),
        escalates_at: at(status == Submitted).map(|at| at + TimeDelta::days(7)),
        escalated_at: None,
        lapses_at: at(waits).map(|at| at + TimeDelta::days(28)),
        forwarded_at: at(forwarded),
        accepted_at: at(accepted),
        ended_at: at(ends),
        decline_reason: ends.then_some(DeclineReason::OutOfScope),
        nda_asked_by: None,
        eligibility_override: None,
        override_reason: None,
        overridden_at: None,
        overridden_by: None,
        evaluation: accepted.then(|| both("Encajan bien", "They fit well")),
        company_rating: None,
        office_rating: None,
    }
}

/// An agreement of the interest's company and office, complete and in a status, with a field in
/// every column that the status can have. The company drafted it.
#[must_use]
pub fn agreement(
    interest: &interest::Model,
    kind: AgreementType,
    status: AgreementStatus,
    now: DateTime<Utc>,
) -> agreement::Model {
    use AgreementStatus::{
        Active, Cancelled, Completed, Draft, Expired, InternalReview, Suspended, Terminated,
    };
    let id = AgreementId::new(now);
    let shared = !matches!(status, Draft | InternalReview);
    let begun = matches!(status, Active | Suspended | Completed | Expired | Terminated);
    let ended = matches!(status, Completed | Expired | Terminated | Cancelled);
    let at = |there: bool| there.then_some(now);
    let parties = [interest.company_id, interest.ott_id];
    let promise = |responsible: OrganizationId, due: i64| Commitment {
        text: both("Medir el caudal", "Measure the flow"),
        responsible,
        horizon: CommitmentHorizon::ShortTerm,
        due_on: day(due, now),
        status: CommitmentStatus::Pending,
        evidence: None,
        ended_at: None,
    };
    agreement::Model {
        id,
        folio: format!("CON-2026-{}", &id.0.simple().to_string()[20..]),
        version: 1,
        status,
        created_at: now,
        created_by: None,
        updated_at: now,
        kind,
        drafted_by_id: interest.company_id,
        parties: parties.iter().collect(),
        interest_id: Some(interest.id),
        need_id: interest.need_id,
        offer_id: interest.offer_id,
        chamber_id: Some(interest.chamber_id),
        region_id: interest.region_id,
        delegation_id: interest.delegation_id,
        frame_id: None,
        amends_id: None,
        title: both("Convenio de prueba", "A test agreement"),
        purpose: Some(both("Probar en planta", "To test in the plant")),
        text: Some(Confidential::new(both("Cláusula primera", "Clause one"))),
        exclusivity: Some(Exclusivity::Exclusive),
        field_of_use: Some(both("Hornos", "Kilns")),
        territory: Some(both("México", "Mexico")),
        sublicensing: Some(false),
        ip_ownership: Some(IpOwnership::OriginalOwner),
        confidentiality_years: Some(5),
        economics: Some(AgreementEconomics {
            currency: "MXN".into(),
            upfront_minor: Some(10_000_000),
            royalty_bp: Some(400),
            royalty_base: Some("Ventas netas".into()),
            ..AgreementEconomics::default()
        }),
        commitments: Commitments(vec![promise(parties[0], 30), promise(parties[1], 60)]),
        effective_on: Some(day(0, now)),
        expires_on: Some(day(365, now)),
        text_to_sign: "{}".into(),
        sha256: "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a".into(),
        shared_at: at(shared),
        signed_at: at(begun),
        starts_at: at(begun),
        ends_at: begun.then(|| now + TimeDelta::days(366)),
        active_at: at(begun),
        year: begun.then_some(2026),
        suspended_by_id: None,
        ended_at: at(ended),
        published: false,
        next_due_on: Some(day(30, now)),
    }
}

/// A person whom a party of an agreement names to read what is confidential.
#[must_use]
pub fn confidant(
    row: &agreement::Model,
    person: PersonId,
    organization: OrganizationId,
    now: DateTime<Utc>,
) -> confidant::Model {
    confidant::Model {
        agreement_id: row.id,
        person_id: person,
        organization_id: organization,
        named_at: now,
        named_by: None,
        removed_at: None,
    }
}

/// The parties of [`agreement()`], which did nothing yet.
#[must_use]
pub fn parties(row: &agreement::Model) -> Vec<agreement_party::Model> {
    let party = |(organization_id, place): (OrganizationId, i32)| agreement_party::Model {
        agreement_id: row.id,
        organization_id,
        place,
        // The company, then the office, which grants what there is to grant.
        role: if place == 0 { AgreementPartyRole::Recipient } else { AgreementPartyRole::Grantor },
        approved_at: None,
        approved_by: None,
        signed_at: None,
        signed_by: None,
        signed_sha256: None,
        next_due_at: None,
        publishes: false,
    };
    row.parties.parsed().into_iter().zip(0..).map(party).collect()
}

/// A project with its parts.
#[derive(Clone, Debug)]
pub struct ProjectRows {
    /// It.
    pub project: project::Model,
    /// The company that leads it, the office, the chamber.
    pub partners: Vec<project_partner::Model>,
    /// For each of the three one that is planned and one that is under way, then one that was
    /// submitted, and one that was missed.
    pub milestones: Vec<milestone::Model>,
    /// One that the company recorded.
    pub outcomes: Vec<outcome::Model>,
}

/// A project that the cast's chamber proposed, its company leads, and its office serves, as far
/// as its status says; with a field in every column.
#[must_use]
pub fn project(cast: &Cast, status: ProjectStatus, now: DateTime<Utc>) -> ProjectRows {
    use ProjectStatus::{
        Active, Approved, Cancelled, Closed, Completed, OnHold, Proposed, Rejected,
    };
    let id = ProjectId::new(now);
    let begun = matches!(status, Active | OnHold | Completed | Closed);
    let approved = begun || status == Approved;
    let done = matches!(status, Completed | Closed);
    let formed = status != Proposed;
    let at = |there: bool| there.then_some(now);
    let line = |partner, kind, minor, status| FundingLine {
        partner,
        source: partner.is_none().then(|| "Fondo Ejemplar".to_owned()),
        kind,
        form: ContributionForm::Cash,
        minor,
        status,
    };
    let package = |es: &str, responsible, minor| WorkPackage {
        title: both(es, "Work"),
        responsible,
        starts_on: Some(day(0, now)),
        ends_on: Some(day(200, now)),
        budget_minor: Some(minor),
    };
    let project = project::Model {
        id,
        folio: format!("PRY-2026-{}", &id.0.simple().to_string()[20..]),
        version: 1,
        status,
        created_at: now,
        created_by: None,
        updated_at: now,
        kind: ProjectType::Pilot,
        proposed_by_id: cast.chamber,
        leader_id: cast.company,
        partners: [cast.company, cast.ott, cast.chamber].iter().collect(),
        agreement_id: None,
        title: both("Piloto del recuperador", "A pilot of the recuperator"),
        objective: Some(both("Ahorrar gas en el horno", "To save gas in the kiln")),
        scian: codes(&["327121"]),
        subsector: Some("327".into()),
        states: codes(&["05"]),
        trl_start: Some(5),
        trl_target: Some(7),
        trl_current: Some(5),
        starts_on: Some(day(0, now)),
        ends_on: Some(day(300, now)),
        currency: "MXN".into(),
        budget_minor: Some(10_000_000),
        funding: FundingLines(vec![
            line(Some(cast.company), FundingKind::Company, 6_000_000, FundingStatus::Planned),
            line(None, FundingKind::State, 4_000_000, FundingStatus::Requested),
        ]),
        work_packages: WorkPackages(vec![
            package("Diseño", cast.ott, 3_000_001),
            package("Montaje", cast.company, 6_999_999),
        ]),
        risks: ProjectRisks(vec![ProjectRisk {
            risk: "Se agrieta el refractario".into(),
            likelihood: RiskLevel::Medium,
            impact: RiskLevel::High,
            mitigation: Some("Curva de calentamiento".into()),
        }]),
        formed_at: at(formed),
        approved_at: at(approved),
        started_at: at(begun),
        completed_at: at(done),
        ended_at: at(matches!(status, Closed | Rejected | Cancelled)),
        published: false,
        next_due_on: Some(day(30, now)),
    };
    let partner = |organization_id, place, role, share_bp, portion| project_partner::Model {
        project_id: id,
        organization_id,
        place,
        role,
        share_bp,
        portion_minor: Some(portion),
        contribution: Some(both("Su horno de prueba", "Its test kiln")),
        accepts_milestones: organization_id == cast.ott,
        approves: organization_id != cast.company,
        accepted_at: at(formed),
        accepted_by: None,
        declined_at: None,
        approved_at: at(approved),
        approved_by: None,
        closed_at: at(status == Closed),
        closed_by: None,
        publishes: false,
    };
    let partners = vec![
        partner(cast.company, 0, ConsortiumRole::Leader, 6_000, 6_000_000),
        partner(cast.ott, 1, ConsortiumRole::TechnologyTransferOffice, 4_000, 4_000_000),
        partner(cast.chamber, 2, ConsortiumRole::Chamber, 0, 0),
    ];
    let milestone = |number: i32, responsible_id, status| milestone::Model {
        id: MilestoneId::new(now),
        project_id: id,
        number,
        kind: MilestoneKind::Trl,
        status,
        title: both("Horno en marcha", "The kiln runs"),
        acceptance_criteria: Some(both("Cien horas", "A hundred hours")),
        responsible_id,
        due_on: day(30 * i64::from(number), now),
        trl_after: Some(6),
        payment_minor: Some(1_000_000),
        evidence: Some(both("Bitácora", "The log")),
        trl_evidence: TrlEvidences(vec![TrlEvidence {
            level: 6,
            kind: EvidenceKind::Pilot,
            title: "Prueba en planta".into(),
        }]),
        documents: codes(&[]),
        submitted_at: at(status == MilestoneStatus::Submitted),
        submitted_by: None,
        leader_accepted_at: None,
        leader_accepted_by: None,
        office_accepted_at: None,
        office_accepted_by: None,
        ended_at: at(status == MilestoneStatus::Missed),
    };
    let mut milestones = Vec::new();
    for responsible in [cast.company, cast.ott, cast.chamber] {
        for status in [MilestoneStatus::Planned, MilestoneStatus::InProgress] {
            let number = i32::try_from(milestones.len() + 1).expect("few");
            milestones.push(milestone(number, responsible, status));
        }
    }
    milestones.push(milestone(7, cast.ott, MilestoneStatus::Submitted));
    milestones.push(milestone(8, cast.ott, MilestoneStatus::Missed));
    let outcome = outcome::Model {
        id: OutcomeId::new(now),
        project_id: id,
        kind: OutcomeKind::Savings,
        status: OutcomeStatus::Recorded,
        metric: both("Gas por tonelada", "Gas per tonne"),
        baseline_hundredths: Some(12_000),
        value_hundredths: 9_650,
        unit: "m3/t".into(),
        measured_on: day(0, now),
        evidence: both("Medidor calibrado", "A calibrated meter"),
        documents: codes(&[]),
        recorded_by_id: cast.company,
        recorded_by: None,
        recorded_at: now,
        judged_by_id: None,
        judged_by: None,
        judged_at: None,
    };
    ProjectRows { project, partners, milestones, outcomes: vec![outcome] }
}

/// A programme that the cast's chamber looks after, with a field in every column; it takes
/// applications for a month.
#[must_use]
pub fn programme(cast: &Cast, status: ProgrammeStatus, now: DateTime<Utc>) -> programme::Model {
    let id = ProgrammeId::new(now);
    programme::Model {
        id,
        folio: format!("PRG-2026-{}", &id.0.simple().to_string()[20..]),
        version: 1,
        status,
        created_at: now,
        created_by: None,
        updated_at: now,
        kind: ProgrammeKind::CallForProposals,
        announced_by_id: cast.chamber,
        sponsor: Some("Gobierno de ejemplo".into()),
        title: both("Convocatoria de pilotos", "Call for pilots"),
        description: Some(both("Apoya pilotos", "It supports pilots")),
        opens_on: day(0, now),
        closes_on: Some(day(30, now)),
        opens_at: now,
        closes_at: Some(now + TimeDelta::days(30)),
        currency: "MXN".into(),
        total_minor: Some(100_000_000),
        eligible_leads: codes(&["COMPANY"]),
        sme_required: true,
        min_partners: Some(2),
        budget_min_minor: Some(1_000_000),
        budget_max_minor: Some(50_000_000),
        duration_min_months: Some(3),
        duration_max_months: Some(24),
        trl_from: Some(4),
        trl_to: Some(7),
        states: codes(&["05"]),
        scian: codes(&["31-33"]),
        min_assimilation_level: Some(2),
        url: Some("https://example.org/convocatoria".into()),
        results: (status == ProgrammeStatus::ResultsPublished)
            .then(|| both("Tres proyectos", "Three projects")),
    }
}

/// An organization with a field in every column.
#[must_use]
pub fn organization(
    id: OrganizationId,
    kind: OrganizationKind,
    name: &str,
    now: DateTime<Utc>,
) -> organization::Model {
    organization::Model {
        id,
        version: 1,
        kind,
        legal_name: name.to_owned(),
        trade_name: None,
        name_folded: fold(name),
        rfc: Some("HVA010101AB1".into()),
        reniecyt: Some("1700001".into()),
        reniecyt_valid_until: Some(day(300, now)),
        siem_id: Some("3000001".into()),
        denue_id: Some("6000001".into()),
        size_class: Some(SizeClass::Medium),
        size_basis: Some(SizeBasis::WorkersAndSales),
        workers: Some(120),
        workers_stratum: None,
        annual_sales_minor: Some(15_000_000_000),
        scian: Some("327".into()),
        secondary_scian: codes(&["332"]),
        scian_edition: Some(2018),
        sector: Some("31-33".into()),
        subsector: Some("327".into()),
        state_code: Some("05".into()),
        municipality_code: Some("05030".into()),
        address: Some("Calle del Ejemplo 1".into()),
        postal_code: Some("25000".into()),
        latitude_e6: Some(25_423_000),
        longitude_e6: Some(-101_000_000),
        telephone: Some("8440000000".into()),
        email: Some("hola@example.org".into()),
        website: Some("https://example.org".into()),
        year_founded: Some(1988),
        exports: Some(true),
        certifications: Texts(vec!["ISO 9001".into()]),
        languages: codes(&["es"]),
        marks: Texts(Vec::new()),
        verification: VerificationLevel::None,
        parent_id: None,
        created_at: now,
        updated_at: now,
    }
}

/// A region of a chamber.
#[must_use]
pub fn region(id: RegionId, chamber: OrganizationId, code: &str) -> region::Model {
    let (code, name) = (code.to_owned(), Some(format!("Región {code}")));
    region::Model { id, chamber_id: chamber, code, name, valid_from: None, valid_to: None }
}

/// A delegation of a chamber.
#[must_use]
pub fn delegation(
    id: DelegationId,
    chamber: OrganizationId,
    region: RegionId,
    code: &str,
) -> delegation::Model {
    delegation::Model {
        id,
        chamber_id: chamber,
        region_id: region,
        code: code.to_owned(),
        name: format!("Delegación {code}"),
        state_code: Some("05".into()),
        municipalities: codes(&["05030"]),
        valid_from: None,
        valid_to: None,
    }
}

/// A company's affiliation to a chamber, in force.
#[must_use]
pub fn affiliation(
    company: OrganizationId,
    chamber: OrganizationId,
    place: Option<(DelegationId, RegionId)>,
    now: DateTime<Utc>,
) -> affiliation::Model {
    affiliation::Model {
        id: AffiliationId::new(now),
        company_id: company,
        chamber_id: chamber,
        delegation_id: place.map(|(delegation, _)| delegation),
        region_id: place.map(|(_, region)| region),
        member_no: Some("0042".into()),
        category: Some("INDUSTRIAL".into()),
        from_on: Some(day(-400, now)),
        to_on: None,
        status: AffiliationStatus::Active,
    }
}

/// A patent that the cast's office looks after, where its events have led: filed in 2012, paid
/// for until May 2026.
#[must_use]
pub fn ip_asset(
    cast: &Cast,
    status: IpLegalStatus,
    now: DateTime<Utc>,
) -> (ip_asset::Model, Vec<ip_event::Model>) {
    use IpEvent as Kind;
    use IpLegalStatus::{
        Abandoned, ExpiredPublicDomain, Filed, FormalExamination, GrantedInForce, InPreparation,
        Invalidated, LapsedUnpaidFees, Published, Refused, SubstantiveExamination, Withdrawn,
    };
    let day = |text: &str| text.parse::<NaiveDate>().expect("a day");
    let (paid, late) = (day("2026-05-10"), status == LapsedUnpaidFees);
    let paid = if late { day("2021-05-10") } else { paid };
    // What has expired was filed earlier.
    let filed = day(if status == ExpiredPublicDomain { "2002-05-10" } else { "2012-05-10" });
    let after = |days: i64| filed + TimeDelta::days(days);
    let path: &[(Kind, NaiveDate)] = &[
        (Kind::Filed, filed),
        (Kind::FormalExaminationStarted, after(30)),
        (Kind::Published, after(540)),
        (Kind::SubstantiveExaminationStarted, after(600)),
        (Kind::Granted, after(1_400)),
    ];
    let ended = |kind: Kind, on: &str| Some((kind, day(on)));
    let (steps, end) = match status {
        InPreparation => (0, None),
        Filed => (1, None),
        FormalExamination => (2, None),
        Published => (3, None),
        SubstantiveExamination => (4, None),
        GrantedInForce => (5, None),
        Refused => (4, ended(Kind::Refused, "2016-01-01")),
        Withdrawn => (2, ended(Kind::Withdrawn, "2013-01-01")),
        Abandoned => (3, ended(Kind::Abandoned, "2015-01-01")),
        LapsedUnpaidFees => (5, ended(Kind::Lapsed, "2021-11-11")),
        Invalidated => (5, ended(Kind::Invalidated, "2019-01-01")),
        ExpiredPublicDomain => (5, ended(Kind::Expired, "2022-05-11")),
    };
    let id = IpAssetId::new(now);
    let pays =
        |kind: Kind| (kind == Kind::Granted && status != ExpiredPublicDomain).then_some(paid);
    let events: Vec<_> = path[..steps]
        .iter()
        .copied()
        .chain(end)
        .map(|(kind, on_day)| ip_event::Model {
            id: IpEventId::new(now),
            asset_id: id,
            kind,
            on_day,
            paid_until: pays(kind),
            note: Some("Nota interna".into()),
            recorded_at: now,
            recorded_by: None,
            removed_at: None,
        })
        .collect();
    let on = |kind: Kind| events.iter().find(|event| event.kind == kind).map(|event| event.on_day);
    let live = [Filed, FormalExamination, Published, SubstantiveExamination, GrantedInForce];
    let due = (status == GrantedInForce).then_some(paid);
    let title = both("Espuma cerámica para hornos", "Ceramic foam for kilns");
    let asset = ip_asset::Model {
        id,
        folio: format!("PI-2026-{}", &id.0.simple().to_string()[20..]),
        version: 1,
        created_at: now,
        created_by: None,
        updated_at: now,
        ott_id: cast.ott,
        offer_id: None,
        figure: IpFigure::Patent,
        office: IpOffice::Impi,
        title_folded: fold("Espuma cerámica para hornos"),
        public_text_folded: fold("Espuma cerámica para hornos Recupera calor"),
        title,
        summary: Some(both("Recupera calor de hornos", "Recovers the heat of kilns")),
        scian: codes(&["327"]),
        subsector: Some("327".into()),
        technology_keywords: codes(&["F27D"]),
        trl: Some(6),
        state_code: Some("05".into()),
        application_no: Some("MX/a/2012/005432".into()),
        publication_no: Some("MX 2012005432 A".into()),
        grant_no: Some("MX 345678 B".into()),
        priority_on: Some(day("2011-05-12")),
        owners: IpOwners(vec![IpOwner { organization: cast.ott, share_bp: 10_000 }]),
        inventors: IpInventors(vec![IpInventor { name: "Ana Inventora".into(), share_bp: 10_000 }]),
        family: Some("Familia 7".into()),
        listed: true,
        commercial_status: IpCommercialStatus::NotOffered,
        agreement_id: None,
        rescued_at: Some(now),
        rescued_by_id: None,
        legal_status: status,
        legal_since: events.last().map(|event| event.on_day),
        laid_open: on(Kind::Published).is_some() || on(Kind::Granted).is_some(),
        filed_on: on(Kind::Filed),
        published_on: on(Kind::Published),
        granted_on: on(Kind::Granted),
        expires_on: on(Kind::Filed).map(|filed| filed + chrono::Months::new(240)),
        next_fee_due_on: due,
        next_fee_order: due.map_or("9999-12-31T00:00:00Z".parse().expect("a time"), |due| {
            due.and_time(chrono::NaiveTime::MIN).and_utc() + TimeDelta::hours(32)
        }),
        grace_until: live.contains(&status).then_some(day("2026-11-10")),
        fee_asked_at: Some(now),
        fee_decision: None,
    };
    (asset, events)
}

/// A capability of the cast's office that is complete, in a status.
#[must_use]
pub fn capability(cast: &Cast, status: CapabilityStatus, now: DateTime<Utc>) -> capability::Model {
    let id = CapabilityId::new(now);
    let until = day(300, now);
    capability::Model {
        id,
        folio: format!("CAP-2026-{}", &id.0.simple().to_string()[20..]),
        version: 1,
        status,
        created_at: now,
        created_by: None,
        updated_at: now,
        ott_id: cast.ott,
        kind: CapabilityKind::AccreditedTest,
        title: both("Ensayo de hornos y calor", "Testing of kilns and heat"),
        title_folded: fold("Ensayo de hornos y calor"),
        public_text_folded: fold("Ensayo de hornos y calor Mide hornos de túnel"),
        summary: Some(both("Mide hornos de túnel", "Measures tunnel kilns")),
        description: Some(both("Con termopares y gases", "With thermocouples and gases")),
        scian: codes(&["327"]),
        subsector: Some("327".into()),
        technology_keywords: codes(&["F27D"]),
        market_keywords: codes(&["327"]),
        state_code: Some("05".into()),
        accreditation: Some(Accreditation {
            body: "Organismo Ejemplar".into(),
            no: "AC-001".into(),
            valid_until: until,
        }),
        accredited_until: Some(until),
        capacity_unit: Some("20 ensayos al mes".into()),
        lead_time_days: Some(12),
        price_band: Some(PriceBand::B),
        trl_from: Some(4),
        trl_to: Some(8),
        listed_at: now,
        published_at: (status != CapabilityStatus::Draft).then_some(now),
        ended_at: (status == CapabilityStatus::Retired).then_some(now),
    }
}

/// The same score in all nine dimensions; audited, it is the level.
#[must_use]
pub fn scores(score: i32) -> AssimilationScores {
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

/// An audit of today that puts a company at a level, with evidence.
#[must_use]
pub fn assessment(
    company: OrganizationId,
    chamber: OrganizationId,
    level: i32,
    now: DateTime<Utc>,
) -> assessment::Model {
    assessment::Model {
        id: AssessmentId::new(now),
        organization_id: company,
        chamber_id: Some(chamber),
        region_id: None,
        delegation_id: None,
        kind: AssessmentKind::Audited,
        method: AssessmentMethod::Cat9,
        assessed_on: day(0, now),
        valid_until: day(730, now),
        scores: scores(level),
        total: 9 * level,
        level,
        evidence: Texts(vec!["Visita a planta".into()]),
        recorded_at: now,
        recorded_by: None,
        withdrawn_at: None,
    }
}

/// A search for all needs, saved by somebody.
#[must_use]
pub fn saved_search(person: PersonId, now: DateTime<Utc>) -> saved_search::Model {
    saved_search::Model {
        id: SavedSearchId::new(now),
        version: 1,
        person_id: person,
        created_at: now,
        updated_at: now,
        name: "Todas".into(),
        kind: SavedSearchKind::Need,
        text: None,
        scian: Codes::default(),
        states: Codes::default(),
        trl_min: None,
        trl_max: None,
        cadence: SearchCadence::AtOnce,
        channel: SearchChannel::Inbox,
        webhook_endpoint_id: None,
        since: now,
        paused_at: None,
        seen_at: now,
        seen_id: SearchFindId::default(),
    }
}

/// An export that waits for its turn.
#[must_use]
pub fn bulk_job(person: PersonId, now: DateTime<Utc>) -> bulk_job::Model {
    bulk_job::Model {
        id: JobId::new(now),
        version: 1,
        kind: BulkJobKind::Export,
        status: BulkJobStatus::Queued,
        format: BulkFormat::Jsonl,
        what: None,
        person_id: Some(person),
        client_id: None,
        organization_id: None,
        asker: json!({ "p": person.to_string() }),
        document: Some("{ needs { nodes { id } } }".into()),
        operation: None,
        variables: None,
        options: None,
        checkpoint: None,
        done: 0,
        roots: 0,
        created: 0,
        updated: 0,
        unchanged: 0,
        skipped: 0,
        warnings: 0,
        size_bytes: 0,
        parts: json!([]),
        has_files: false,
        error_code: None,
        error: None,
        attempts: 0,
        created_at: now,
        updated_at: now,
        started_at: None,
        finished_at: None,
        expires_at: None,
        taken_by: None,
        taken_until: None,
    }
}

/// A need that it found.
#[must_use]
pub fn search_find(
    search: &saved_search::Model,
    need: NeedId,
    now: DateTime<Utc>,
) -> search_find::Model {
    search_find::Model {
        id: SearchFindId::new(now),
        saved_search_id: search.id,
        person_id: search.person_id,
        need_id: Some(need),
        offer_id: None,
        found_at: now,
        told_at: now,
    }
}

/// A machine of an organization, whose secret nobody knows.
#[must_use]
pub fn api_client(house: OrganizationId, role: Role, now: DateTime<Utc>) -> api_client::Model {
    api_client::Model {
        id: ClientId::new(now),
        version: 1,
        organization_id: house,
        name: "CANARY of a machine".to_owned(),
        role,
        scopes: Codes::of(&[ClientScope::ReadNetwork]),
        created_at: now,
        updated_at: now,
        created_by: None,
        secret_prefix: "vsec_CANARY".to_owned(),
        secret_hash: "0".repeat(64),
        previous_hash: None,
        previous_until: None,
        keyholders: Codes::default(),
        expires_at: now + TimeDelta::days(365),
        revoked_at: None,
        last_used_at: None,
    }
}

/// A role that a person holds.
#[must_use]
pub fn membership(
    person: PersonId,
    house: OrganizationId,
    role: Role,
    now: DateTime<Utc>,
) -> membership::Model {
    membership::Model {
        id: MembershipId::new(now),
        version: 1,
        person_id: person,
        organization_id: house,
        role,
        regions: Codes::default(),
        delegations: Codes::default(),
        from_at: now,
        to_at: None,
        invited_by: None,
        ended_by: None,
        end_note: None,
    }
}

/// A person.
#[must_use]
pub fn person(id: PersonId, now: DateTime<Utc>) -> person::Model {
    person::Model {
        id,
        version: 1,
        name: "CANARY of a person".to_owned(),
        email: None,
        phone: None,
        orcid: None,
        locale: Language::Es,
        created_at: now,
        erased_at: None,
    }
}

/// An invitation to hold a role, whose code nobody knows.
#[must_use]
pub fn invitation(house: OrganizationId, role: Role, now: DateTime<Utc>) -> invitation::Model {
    let id = InvitationId::new(now);
    invitation::Model {
        id,
        organization_id: house,
        role,
        regions: Codes::default(),
        delegations: Codes::default(),
        until_at: None,
        name: Some("CANARY of somebody".to_owned()),
        email: Some("canary@ejemplo.example".to_owned()),
        code_prefix: "vinv_CANARY".to_owned(),
        code_hash: format!("{:0>64}", id.0.simple()),
        created_at: now,
        created_by: None,
        expires_at: now + TimeDelta::days(14),
        accepted_at: None,
        accepted_by: None,
        membership_id: None,
        withdrawn_at: None,
        withdrawn_by: None,
    }
}

/// An address at which an organization is told what happens, whose secret nobody knows.
#[must_use]
pub fn webhook_endpoint(house: OrganizationId, now: DateTime<Utc>) -> webhook_endpoint::Model {
    webhook_endpoint::Model {
        id: WebhookEndpointId::new(now),
        version: 1,
        organization_id: house,
        name: "CANARY of an endpoint".to_owned(),
        url: "https://here.test/CANARY".to_owned(),
        kinds: Codes::default(),
        created_at: now,
        updated_at: now,
        created_by: None,
        secret_prefix: "whsec_CANARY".to_owned(),
        secret: "CANARY".to_owned(),
        previous_secret: None,
        previous_until: None,
        disabled_at: None,
        disabled_reason: None,
        failing_since: None,
        last_delivered_at: None,
    }
}

/// Something that an endpoint is told, with an attempt that failed.
#[must_use]
pub fn webhook_delivery(
    endpoint: &webhook_endpoint::Model,
    now: DateTime<Utc>,
) -> (webhook_delivery::Model, webhook_attempt::Model) {
    let delivery = webhook_delivery::Model {
        id: WebhookDeliveryId::new(now),
        endpoint_id: endpoint.id,
        organization_id: endpoint.organization_id,
        event_id: None,
        kind: None,
        record: None,
        status: WebhookDeliveryStatus::Pending,
        tries: 1,
        created_at: now,
        updated_at: now,
        next_at: Some(now),
        taken_by: None,
        taken_until: None,
        delivered_at: None,
    };
    let attempt = webhook_attempt::Model {
        id: WebhookAttemptId::new(now),
        delivery_id: delivery.id,
        organization_id: endpoint.organization_id,
        at: now,
        outcome: WebhookOutcome::Refused,
        status: Some(500),
        millis: 12,
        answer: Some("CANARY of an answer".to_owned()),
    };
    (delivery, attempt)
}
