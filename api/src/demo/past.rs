//! The past of the demo's needs and offers: each goes through its verbs, by the
//! right people, on different days, up to the status that it shows.

use std::collections::HashMap;

use chrono::{DateTime, Duration, Utc};
use entity::{
    AffiliationStatus, ConsentId, ConsentPurpose, DeclineReason, Localized, NeedId, NeedStatus,
    OfferId, OfferStatus, OrganizationId, OrganizationKind, PersonId, Role, affiliation, consent,
    membership, offer, organization,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde_json::{Map, Value};

use super::{first, grant, of_kind};
use crate::{
    clockwork,
    context::Service,
    error::{Error, Result},
    event::Event,
    lifecycle::step,
    needs::{self, NeedInput},
    offers::{self, OfferInput},
    policy::{NeedAction, OfferAction, Viewer},
    work::Work,
};

/// The people and companies that act in the past.
pub(super) struct Cast {
    /// Affiliated companies by subsector, each with its chamber.
    companies: HashMap<String, Vec<(OrganizationId, OrganizationId)>>,
    /// Who holds which role where, with their grants.
    members: Vec<membership::Model>,
    offices: Vec<organization::Model>,
    /// The company that the demo's own member speaks for.
    shown: Option<OrganizationId>,
    /// The office of the demo's own manager.
    shown_office: Option<OrganizationId>,
}

impl Cast {
    pub(super) async fn gather(service: &Service) -> Result<Self> {
        let affiliations = affiliation::Entity::find()
            .filter(affiliation::Column::Status.eq(AffiliationStatus::Active))
            .order_by_asc(affiliation::Column::Id)
            .all(service.db().fresh())
            .await?;
        let chambers: HashMap<_, _> =
            affiliations.iter().map(|row| (row.company_id, row.chamber_id)).collect();
        let mut companies: HashMap<String, Vec<_>> = HashMap::new();
        for company in of_kind(service, OrganizationKind::Company).await? {
            if let (Some(subsector), Some(chamber)) = (company.subsector, chambers.get(&company.id))
            {
                companies.entry(subsector).or_default().push((company.id, *chamber));
            }
        }
        let members = membership::Entity::find()
            .order_by_asc(membership::Column::Id)
            .all(service.db().fresh())
            .await?;
        let offices = of_kind(service, OrganizationKind::TechnologyTransferOffice).await?;
        let of = |found: Option<(membership::Model, _)>| found.map(|(row, _)| row.organization_id);
        let shown = of(first(service, Role::MemberUser).await?);
        let shown_office = of(first(service, Role::OttManager).await?);
        Ok(Self { companies, members, offices, shown, shown_office })
    }

    /// The company that the demo's own member speaks for.
    pub(super) fn shown(&self) -> Option<OrganizationId> {
        self.shown
    }

    /// The office of the demo's own manager.
    pub(super) fn shown_office(&self) -> Option<OrganizationId> {
        self.shown_office
    }

    /// An office, each in turn.
    pub(super) fn office(&self, index: usize) -> OrganizationId {
        self.offices[index % self.offices.len()].id
    }

    /// Who makes an offer: each office in turn. The one that is shown makes the first
    /// ones of every other fate than to stay published.
    fn offerer(&self, index: usize, fate: OfferStatus) -> OrganizationId {
        let shown = self.shown_office.filter(|_| fate != OfferStatus::Published && index < 50);
        shown.unwrap_or_else(|| self.office(index))
    }

    /// Who brings a need: a company of its subsector, each in turn. The one that is
    /// shown brings whatever did not just stay published, to have something of everything.
    fn bringer(
        &self,
        subsector: &str,
        index: usize,
        fate: NeedStatus,
    ) -> Option<(OrganizationId, OrganizationId)> {
        let companies = self.companies.get(subsector)?;
        let shown = companies.iter().find(|(company, _)| Some(*company) == self.shown);
        let shown = shown.filter(|_| fate != NeedStatus::Published || index.is_multiple_of(3));
        shown.or_else(|| companies.get(index % companies.len())).copied()
    }

    /// Whoever holds one of the roles in an organization without limits of territory;
    /// the service itself where nobody does.
    pub(super) fn someone(
        &self,
        organization: OrganizationId,
        roles: &[Role],
        at: DateTime<Utc>,
    ) -> Viewer {
        let found = self.members.iter().find(|row| {
            row.organization_id == organization
                && roles.contains(&row.role)
                && row.regions.0.is_empty()
                && row.delegations.0.is_empty()
        });
        found.map_or_else(
            || Viewer::system(at),
            |row| Viewer {
                person: Some(row.person_id),
                machine: None,
                grants: vec![grant(row)],
                system: false,
                now: at,
            },
        )
    }
}

/// Writes needs and offers and lets them live up to now, in one piece of work each.
pub(super) async fn write(service: &Service, needs: &[&str], offers: &[&str]) -> Result<()> {
    let cast = Cast::gather(service).await?;
    let mut work = service.system_work().await?;
    let lines = needs.iter().flat_map(|file| file.lines()).filter(|line| !line.is_empty());
    for (index, line) in lines.enumerate() {
        live_need(&mut work, service, &cast, index, line).await?;
    }
    work.commit().await?;

    let mut work = service.system_work().await?;
    let lines = offers.iter().flat_map(|file| file.lines()).filter(|line| !line.is_empty());
    for (index, line) in lines.enumerate() {
        live_offer(&mut work, service, &cast, index, line).await?;
    }
    work.commit().await?;
    // What is old enough expires and is put away as always.
    clockwork::run_due(service).await?;
    Ok(())
}

fn told(line: &str) -> Result<Map<String, Value>> {
    serde_json::from_str(line).map_err(Error::internal)
}

fn broken(id: &str) -> impl Fn(Error) -> Error {
    let id = id.to_owned();
    move |error| Error::internal(format!("{id}: {}", error.describe()))
}

/// Where a need stands in the end: every status occurs, most needs are on offer.
/// Needs come by subsector; seven steps at a time, each subsector shows several.
fn need_fate(index: usize) -> NeedStatus {
    match index * 7 % 25 {
        3 => NeedStatus::Draft,
        7 => NeedStatus::InReview,
        11 => NeedStatus::Returned,
        14 => NeedStatus::OnHold,
        16 => NeedStatus::Expired,
        18 => NeedStatus::Fulfilled,
        20 => NeedStatus::ClosedUnmet,
        22 => NeedStatus::Withdrawn,
        24 => NeedStatus::Archived,
        _ => NeedStatus::Published,
    }
}

async fn live_need(
    work: &mut Work,
    service: &Service,
    cast: &Cast,
    index: usize,
    line: &str,
) -> Result<()> {
    let now = service.now();
    let mut told = told(line)?;
    let name = told.remove("externalId").map(|id| id.to_string()).unwrap_or_default();
    let broken = broken(&name);
    let subsector =
        told["scian"][0].as_str().and_then(|code| code.get(..3)).unwrap_or_default().to_owned();
    let fate = need_fate(index);
    let (company, chamber) = cast
        .bringer(&subsector, index, fate)
        .ok_or_else(|| broken(Error::internal("no company")))?;
    // Published over the last ten months; what has ended began earlier.
    let spread = i64::try_from(index * 37 % 290).unwrap_or_default();
    let begun = now
        - match fate {
            NeedStatus::Expired => Duration::days(370 + spread / 4),
            NeedStatus::Archived => Duration::days(240 + spread / 4),
            _ => Duration::days(12 + spread),
        };
    let shared = told["type"] == "CROSS_CUTTING_NEED";
    if told.contains_key("deadlineForInterest") && begun + Duration::days(5) > now {
        told.remove("deadlineForInterest");
    }
    let mut input: NeedInput = serde_json::from_value(Value::Object(told))
        .map_err(|error| broken(Error::internal(error)))?;
    if shared {
        let others: Vec<_> = cast.companies[&subsector]
            .iter()
            .filter(|other| other.0 != company && other.1 == chamber)
            .take(2)
            .collect();
        work.go_on_as(Viewer::system(begun));
        for (other, _) in &others {
            consent(work, cast, *other, ConsentPurpose::CrossCuttingNeed).await?;
        }
        if others.is_empty() {
            input.kind = async_graphql::MaybeUndefined::Value(entity::NeedType::TechnologyRequest);
        } else {
            let companies = others.iter().map(|other| other.0).collect();
            input.shared_by = async_graphql::MaybeUndefined::Value(companies);
        }
    }

    let author = |at| cast.someone(company, &[Role::MemberUser], at);
    let liaison = |at| cast.someone(chamber, &[Role::ChamberLiaison], at);
    work.go_on_as(author(begun));
    let labels = service.labels();
    let need =
        needs::life::draft(work, labels, company, Some(chamber), input).await.map_err(&broken)?;
    let id = need.id;
    if fate == NeedStatus::Draft {
        return Ok(());
    }
    work.go_on_as(author(begun + Duration::days(1)));
    needs::life::submit(work, labels, id, None).await.map_err(&broken)?;
    if fate == NeedStatus::InReview {
        return Ok(());
    }
    work.go_on_as(liaison(begun + Duration::days(3)));
    if fate == NeedStatus::Returned {
        let why = (
            Some(DeclineReason::InsufficientDescription),
            Some("Falta decir con qué capacidad instalada se cuenta hoy. (demo)".to_owned()),
        );
        step(work, id, None, NeedAction::Return, why, |_| Ok(())).await.map_err(&broken)?;
        return Ok(());
    }
    needs::life::publish(work, id, None).await.map_err(&broken)?;
    if index % 25 == 9 {
        step(work, id, None, NeedAction::CloseForInterest, (None, None), |need| {
            need.open_for_interest = false;
            Ok(())
        })
        .await
        .map_err(&broken)?;
    }
    end_need(work, id, fate, author(begun + Duration::days(8))).await.map_err(&broken)
}

async fn end_need(work: &mut Work, id: NeedId, fate: NeedStatus, by: Viewer) -> Result<()> {
    work.go_on_as(by);
    let note = |text: &str| Some(format!("{text} (demo)"));
    match fate {
        NeedStatus::OnHold => {
            let why = (None, note("La planta está en paro programado."));
            step(work, id, None, NeedAction::Hold, why, |_| Ok(())).await?;
        }
        NeedStatus::Fulfilled | NeedStatus::Archived => {
            let outcome = Localized {
                es: Some("Se adoptó una solución probada en planta; el indicador acordado se alcanzó en tres meses.".into()),
                en: Some("A solution proven on site was adopted; the agreed figure was reached in three months.".into()),
            };
            let evidence =
                Localized::spanish("Acta de entrega y mediciones antes y después. (demo)");
            let proof = needs::life::Proof { agreement: None, evidence: Some(evidence) };
            needs::life::fulfil(work, id, None, outcome, proof).await?;
        }
        NeedStatus::ClosedUnmet => {
            let why = (Some(DeclineReason::NoBudget), note("Se pospone la inversión."));
            needs::life::end(work, id, None, NeedAction::Close, why).await?;
        }
        NeedStatus::Withdrawn => {
            let why = (None, note("Se resolvió con personal propio."));
            needs::life::end(work, id, None, NeedAction::Withdraw, why).await?;
        }
        _ => {}
    }
    Ok(())
}

/// A consent of a company or an office, given by one of its people or, where it has none on record, by the service.
pub(super) async fn consent(
    work: &mut Work,
    cast: &Cast,
    company: OrganizationId,
    purpose: ConsentPurpose,
) -> Result<()> {
    let known = consent::Entity::find()
        .filter(consent::Column::OrganizationId.eq(company))
        .filter(consent::Column::Purpose.eq(purpose))
        .one(work.tx())
        .await?;
    if known.is_some() {
        return Ok(());
    }
    let by = cast
        .someone(company, &[Role::MemberUser, Role::OttManager], work.now)
        .person
        .unwrap_or(PersonId::new(work.now));
    let row = consent::Model {
        id: ConsentId::new(work.now),
        organization_id: company,
        purpose,
        granted_by: by,
        granted_at: work.now,
        expires_at: None,
        withdrawn_at: None,
    };
    let row = work.insert(work.viewer().allow_system(row)?).await?;
    work.record(Event::ConsentGranted { consent: row.id, organization: company, purpose });
    Ok(())
}

/// Where an offer stands in the end. Reserved and transferred need an agreement behind them.
fn offer_fate(index: usize) -> OfferStatus {
    match index % 25 {
        2 => OfferStatus::Draft,
        6 => OfferStatus::InReview,
        10 => OfferStatus::Returned,
        13 => OfferStatus::OnHold,
        17 => OfferStatus::Expired,
        19 => OfferStatus::Retired,
        23 => OfferStatus::Archived,
        _ => OfferStatus::Published,
    }
}

async fn live_offer(
    work: &mut Work,
    service: &Service,
    cast: &Cast,
    index: usize,
    line: &str,
) -> Result<()> {
    let now = service.now();
    let mut told = told(line)?;
    let name = told.remove("externalId").map(|id| id.to_string()).unwrap_or_default();
    let broken = broken(&name);
    let fate = offer_fate(index);
    let office = cast.offerer(index, fate);
    let spread = i64::try_from(index * 53 % 300).unwrap_or_default();
    let begun = now
        - match fate {
            OfferStatus::Expired => Duration::days(372 + spread / 4),
            OfferStatus::Archived => Duration::days(250 + spread / 4),
            _ => Duration::days(9 + spread),
        };
    let input: OfferInput = serde_json::from_value(Value::Object(told))
        .map_err(|error| broken(Error::internal(error)))?;
    let labels = service.labels();
    let officer = |at| cast.someone(office, &[Role::OttOfficer], at);
    let manager = |at| cast.someone(office, &[Role::OttManager], at);
    work.go_on_as(officer(begun));
    let id = offers::life::draft(work, labels, office, input).await.map_err(&broken)?.id;
    if fate == OfferStatus::Draft {
        return Ok(());
    }
    work.go_on_as(officer(begun + Duration::days(1)));
    offers::life::submit(work, labels, id, None).await.map_err(&broken)?;
    if fate == OfferStatus::InReview {
        return Ok(());
    }
    work.go_on_as(manager(begun + Duration::days(2)));
    if fate == OfferStatus::Returned {
        let why = (
            Some(DeclineReason::UnclearBenefit),
            Some("Conviene decir contra qué alternativa se compara. (demo)".to_owned()),
        );
        step(work, id, None, OfferAction::Return, why, |_| Ok(())).await.map_err(&broken)?;
        return Ok(());
    }
    offers::life::publish(work, id, None).await.map_err(&broken)?;
    end_offer(work, id, fate, manager(begun + Duration::days(6))).await.map_err(&broken)
}

async fn end_offer(work: &mut Work, id: OfferId, fate: OfferStatus, by: Viewer) -> Result<()> {
    work.go_on_as(by);
    match fate {
        OfferStatus::OnHold => {
            let why = (None, Some("Se actualiza la evidencia de madurez. (demo)".to_owned()));
            let nothing = |_: &mut offer::Model| Ok(());
            step(work, id, None, OfferAction::Hold, why, nothing).await?;
        }
        OfferStatus::Retired | OfferStatus::Archived => {
            let why = (
                Some(DeclineReason::UnclearRouteToMarket),
                Some("El grupo cambió de línea de trabajo. (demo)".to_owned()),
            );
            offers::life::retire(work, id, None, why).await?;
        }
        _ => {}
    }
    Ok(())
}
