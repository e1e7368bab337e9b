//! What the companies need: texts, facts and a past of each, in the order in which
//! they were written down.

use async_graphql::MaybeUndefined;
use chrono::{DateTime, Duration, NaiveDate, NaiveTime, Utc};
use entity::{
    BudgetBand, Comparator, InnovationScope, Localized, NeedId, NeedStatus, NeedType,
    OrganizationKind, PartnershipType, ProblemKind, SizeClass, SolutionDepth, SuccessCriterion,
    Urgency, need,
};
use sea_orm::ActiveEnum;

use super::{
    dice::Dice,
    life::{Life, Stage},
    network::{MARK, Network, busy_companies},
    people::People,
    scene::{Scene, text, told},
    vocabulary::Topic,
    writer::Writer,
};
use crate::{
    checks::Checks,
    error::Result,
    event::Event,
    import::BATCH,
    needs::{NeedInput, life},
    scalars::{Decimal, Money},
};

/// A need that others may answer, as far as matching looks at it.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) id: NeedId,
    pub(super) number: u64,
    pub(super) published_at: DateTime<Utc>,
    pub(super) company: u32,
    pub(super) activity: u16,
    pub(super) trl: Option<(u8, u8)>,
    pub(super) partnerships: [Option<PartnershipType>; 2],
    pub(super) topic: Topic,
}

/// Writes all needs. Returns those that are open.
pub(super) async fn write(
    writer: &mut Writer<'_>,
    scene: &Scene<'_>,
    network: &Network,
    people: &People,
) -> Result<Vec<Asked>> {
    let count = scene.wanted.needs();
    let busy = busy_companies(network.companies.len());
    let mut asked = Vec::new();
    let mut number = 0;
    while number < count {
        let mut rows: Vec<need::Model> = Vec::with_capacity(BATCH);
        let mut past = Vec::with_capacity(BATCH * 3);
        while number < count && rows.len() < BATCH {
            let mut dice = scene.dice("need", number);
            let created = scene.time(number, count, &mut dice);
            let company = busy.pick(&mut dice);
            let life = Life::draw(created, scene.day, &mut dice);
            let topic = scene.words.topic(&mut dice);
            let row = need(scene, network, company, topic, &life, created, &mut dice)?;
            let place = &network.places[usize::from(network.companies[company].place)];
            let author = people.member(company);
            past.extend(life.history(
                &row.id.to_string(),
                |stage| status(stage).to_value(),
                (author, people.liaison(place.region)),
                |dice| scene.words.spanish("note", topic, dice),
                &mut dice,
            ));
            let row = need::Model { created_by: author, ..row };
            if let (Some(published_at), true) = (row.published_at, row.open_for_interest) {
                let kinds = row.partnership_types.values();
                asked.push(Asked {
                    id: row.id,
                    number,
                    published_at,
                    company: u32::try_from(company).unwrap_or_default(),
                    activity: network.companies[company].activity,
                    trl: band(&row),
                    partnerships: [kinds.first().copied(), kinds.get(1).copied()],
                    topic,
                });
            }
            rows.push(row);
            number += 1;
        }
        let times: Vec<_> = rows.iter().map(|row| row.created_at).collect();
        let folios = writer.folios("NEC", &times).await?;
        for (row, folio) in rows.iter_mut().zip(folios) {
            row.folio = folio;
        }
        let needs = rows.iter().map(|row| row.id).collect();
        writer.put(rows).await?;
        writer.put(past).await?;
        writer.record(Event::NeedsGenerated { needs }).await?;
        writer.end_batch().await?;
    }
    Ok(asked)
}

fn status(stage: Stage) -> NeedStatus {
    match stage {
        Stage::Draft => NeedStatus::Draft,
        Stage::InReview => NeedStatus::InReview,
        Stage::Returned => NeedStatus::Returned,
        Stage::Published => NeedStatus::Published,
        Stage::OnHold => NeedStatus::OnHold,
        Stage::Fulfilled => NeedStatus::Fulfilled,
        Stage::Closed => NeedStatus::ClosedUnmet,
        Stage::Withdrawn => NeedStatus::Withdrawn,
        Stage::Expired => NeedStatus::Expired,
        Stage::Archived => NeedStatus::Archived,
    }
}

fn band(row: &need::Model) -> Option<(u8, u8)> {
    let level = |level: i32| u8::try_from(level).unwrap_or(1);
    row.accepted_trl_min.zip(row.accepted_trl_max).map(|(least, most)| (level(least), level(most)))
}

/// A need as it stands on the day.
fn need(
    scene: &Scene<'_>,
    network: &Network,
    company: usize,
    topic: Topic,
    life: &Life,
    created: DateTime<Utc>,
    dice: &mut Dice,
) -> Result<need::Model> {
    let known = &network.companies[company];
    let place = &network.places[usize::from(known.place)];
    let mut checks = Checks::new("need.", scene.labels);
    // What people would write, through the checks of what people write.
    let input = input(scene, known.activity, topic, dice);
    let mut row = life::preview(input, created, &mut checks);
    checks.done()?;
    row.id = NeedId(dice.id(created));
    row.company_id = known.id;
    row.chamber_id = network.chambers[place.chamber];
    row.region_id = Some(place.region);
    row.delegation_id = Some(place.delegation);
    row.state_code = Some(scene.states[place.state].code.to_owned());
    row.status = status(life.stage());
    row.version = life.version();
    row.updated_at = life.updated_at();
    row.open_for_interest = life.open;
    row.first_published_at = life.published_at();
    row.published_at = life.published_at();
    row.listed_at = life.published_at().unwrap_or(created);
    row.ended_at = life.ended_at();
    row.expires_at = life.expires_at();
    if row.kind == NeedType::RdRequest && row.status != NeedStatus::Expired {
        // A research request ends with its call.
        let end = |day: NaiveDate| day.and_time(NaiveTime::MIN).and_utc();
        row.expires_at = row
            .interest_deadline_on
            .filter(|_| row.published_at.is_some())
            .map(|day| end(day) + Duration::hours(24 + 8));
    }
    if life.was_met() {
        row.outcome =
            Some(scene.words.sentence("outcome", topic, Scene::languages(50, dice), dice));
        row.outcome_evidence =
            Some(Localized::spanish(scene.words.spanish("evidence", topic, dice)));
    } else if life.ended_at().is_some() {
        row.closure_reason = Some(life.reason);
    }
    Ok(row)
}

/// What a company writes about what it needs.
fn input(scene: &Scene<'_>, activity: u16, topic: Topic, dice: &mut Dice) -> NeedInput {
    let kind = match dice.below(100) {
        0..72 => NeedType::TechnologyRequest,
        72..84 => NeedType::BusinessRequest,
        84..92 => NeedType::Challenge,
        _ => NeedType::RdRequest,
    };
    let reward = (kind == NeedType::Challenge).then(|| Money {
        amount: Decimal(i64::from(dice.between(1, 20)) * 5_000_000),
        currency: "MXN".to_owned(),
    });
    let least = dice.chance(75).then(|| dice.between(3, 8));
    let mut scian = vec![scene.scian(activity, 6).to_owned()];
    if dice.chance(20) {
        scian.push(scene.scian(scene.activity(dice), 4).to_owned());
    }
    let researchers =
        vec![OrganizationKind::TechnologyTransferOffice, OrganizationKind::PublicResearchCentre];
    let input = NeedInput {
        kind: told(kind),
        reward: told(reward),
        problem_kind: told(dice.one_of(
            ProblemKind::Quality,
            &[
                ProblemKind::Cost,
                ProblemKind::EnergyAndWater,
                ProblemKind::Waste,
                ProblemKind::Capacity,
                ProblemKind::NewProduct,
                ProblemKind::Digitalization,
            ],
        )),
        innovation_scope: told(
            dice.one_of(InnovationScope::Adaptive, &[InnovationScope::Incremental]),
        ),
        success_criteria: told(criteria(scene, dice)),
        accepted_trl_min: told(least),
        accepted_trl_max: told(least.map(|_| 9)),
        solution_depth: told(dice.one_of(
            SolutionDepth::Turnkey,
            &[SolutionDepth::Prototype, SolutionDepth::Study, SolutionDepth::Proposal],
        )),
        partner_kinds: told(dice.chance(50).then_some(researchers)),
        partner_sizes: told(dice.chance(20).then(|| vec![SizeClass::Small, SizeClass::Medium])),
        partnership_types: told(partnerships(kind, dice)),
        budget_band: told(dice.one_of(
            BudgetBand::NotDisclosed,
            &[
                BudgetBand::From100KTo500K,
                BudgetBand::From500KTo2M,
                BudgetBand::From2MTo10M,
                BudgetBand::Under100K,
            ],
        )),
        urgency: told(dice.one_of(Urgency::Medium, &[Urgency::Low, Urgency::High])),
        scian: told(scian),
        technology_keywords: told(scene.technologies(dice)),
        market_keywords: told(vec![scene.scian(activity, 3).to_owned()]),
        sdg: told(Scene::goals(dice)),
        target_states: told(scene.target_states(dice)),
        anonymous: told(dice.chance(90)),
        ..NeedInput::default()
    };
    let input = in_words(input, scene, topic, dice);
    if kind == NeedType::RdRequest { with_call(input, scene, dice) } else { input }
}

/// The texts of a need.
fn in_words(input: NeedInput, scene: &Scene<'_>, topic: Topic, dice: &mut Dice) -> NeedInput {
    let words = &scene.words;
    let both = Scene::languages(85, dice);
    let (in_description, in_specification) =
        (Scene::languages(40, dice), Scene::languages(50, dice));
    let sentences = 2 + dice.place(4);
    let limits = dice.place(4);
    let limits = (0..limits).map(|_| words.spanish("constraint", topic, dice)).collect();
    NeedInput {
        title: text(words.sentence("title", topic, both, dice)),
        summary: text(words.text(&[("summary.need", 1), ("extra", 1)], topic, both, dice)),
        partner_role: text(words.sentence("partner", topic, both, dice)),
        description: text(words.text(&[("sentence", sentences)], topic, in_description, dice)),
        technical_specification: text(words.sentence(
            "specification",
            topic,
            in_specification,
            dice,
        )),
        confidential_annex: text(scene.perhaps(15, "sealed", topic, dice)),
        current_solution: text(scene.perhaps(70, "current", topic, dice)),
        why_insufficient: text(scene.perhaps(60, "insufficient", topic, dice)),
        constraints: MaybeUndefined::Value(limits),
        ..input
    }
}

/// The call that a research request answers.
fn with_call(input: NeedInput, scene: &Scene<'_>, dice: &mut Dice) -> NeedInput {
    let call = scene.day.date_naive() + Duration::days(i64::from(dice.between(370, 700)));
    NeedInput {
        deadline_for_interest: told(call - Duration::days(1)),
        call_deadline: told(call),
        call_id: told(format!("Convocatoria de muestra {:04} {MARK}", dice.below(10_000))),
        coordinator_required: told(dice.chance(50)),
        framework_program: told(format!("Programa de muestra {MARK}")),
        project_duration_weeks: told(dice.between(20, 150)),
        ..input
    }
}

fn partnerships(kind: NeedType, dice: &mut Dice) -> Vec<PartnershipType> {
    if kind == NeedType::RdRequest {
        return vec![PartnershipType::RdCooperationAgreement];
    }
    let first = dice.one_of(
        PartnershipType::CommercialAgreementWithTechnicalAssistance,
        &[
            PartnershipType::CommercialAgreement,
            PartnershipType::OutsourcingAgreement,
            PartnershipType::RdCooperationAgreement,
            PartnershipType::InvestmentAgreement,
        ],
    );
    let also = dice.chance(30).then_some(PartnershipType::SupplierAgreement);
    [first].into_iter().chain(also).collect()
}

fn criteria(scene: &Scene<'_>, dice: &mut Dice) -> Vec<SuccessCriterion> {
    let count = 1 + dice.place(3);
    (0..count)
        .map(|place| {
            let (parameter, unit) = scene.words.measure(dice);
            SuccessCriterion {
                parameter,
                unit: Some(unit),
                comparator: dice.one_of(Comparator::AtMost, &[Comparator::AtLeast]),
                target: dice.between(2, 95).to_string(),
                must_have: place == 0,
            }
        })
        .collect()
}
