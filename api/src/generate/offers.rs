//! What the transfer offices offer: texts, facts and a past of each, in the order in
//! which they were written down.

use chrono::{DateTime, Duration, Utc};
use entity::{
    DevelopmentStage, EvidenceKind, ExclusivityAvailable, InnovationReadiness, IprStatus,
    OfferEconomics, OfferId, OfferStatus, OfferType, OrganizationKind, PartnershipType,
    TechnologyComparison, TransferMechanism, TrlEvidence, VerifiedClaim, offer,
};
use sea_orm::ActiveEnum;

use super::{
    dice::Dice,
    life::{Life, Stage},
    network::{MARK, Network, busy_offices},
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
    offers::{OfferInput, life},
};

/// In how many activities an offer can be used, at most.
const APPLICATIONS: usize = 3;

/// An activity, and how many of its digits are meant.
type Scian = (u16, u8);

/// An offer that others may ask for, as far as matching looks at it.
#[derive(Debug)]
pub(super) struct Offered {
    pub(super) id: OfferId,
    pub(super) published_at: DateTime<Utc>,
    pub(super) office: u16,
    pub(super) applications: [Option<Scian>; APPLICATIONS],
    pub(super) own: Option<u16>,
    pub(super) trl: Option<u8>,
    pub(super) mechanisms: [Option<TransferMechanism>; 3],
    pub(super) topic: Topic,
}

/// Writes all offers. Returns those that are open.
pub(super) async fn write(
    writer: &mut Writer<'_>,
    scene: &Scene<'_>,
    network: &Network,
    people: &People,
) -> Result<Vec<Offered>> {
    let count = scene.wanted.offers();
    let busy = busy_offices(network.offices.len());
    let mut offered = Vec::new();
    let mut number = 0;
    while number < count {
        let mut rows: Vec<offer::Model> = Vec::with_capacity(BATCH);
        let mut past = Vec::with_capacity(BATCH * 3);
        while number < count && rows.len() < BATCH {
            let mut dice = scene.dice("offer", number);
            let created = scene.time(number, count, &mut dice);
            let office = busy.pick(&mut dice);
            let facts = Facts::draw(scene, &mut dice);
            let life = Life::draw(created, scene.day, &mut dice);
            let (author, reviewer) = people.office(office);
            let row = offer(scene, &facts, &life, created, &mut dice)?;
            let row = offer::Model {
                created_by: author,
                ott_id: network.offices[office].id,
                state_code: Some(scene.states[network.offices[office].state].code.to_owned()),
                ..row
            };
            past.extend(life.history(
                &row.id.to_string(),
                |stage| status(stage).to_value(),
                (author, reviewer),
                |dice| scene.words.spanish("note", facts.topic, dice),
                &mut dice,
            ));
            if let (Some(published_at), true) = (row.published_at, row.open_for_interest) {
                offered.push(Offered {
                    id: row.id,
                    published_at,
                    office: u16::try_from(office).unwrap_or_default(),
                    applications: facts.applications,
                    own: facts.own,
                    trl: facts.trl,
                    mechanisms: facts.mechanisms,
                    topic: facts.topic,
                });
            }
            rows.push(row);
            number += 1;
        }
        let times: Vec<_> = rows.iter().map(|row| row.created_at).collect();
        let folios = writer.folios("OFE", &times).await?;
        for (row, folio) in rows.iter_mut().zip(folios) {
            row.folio = folio;
        }
        let offers = rows.iter().map(|row| row.id).collect();
        writer.put(rows).await?;
        writer.put(past).await?;
        writer.record(Event::OffersGenerated { offers }).await?;
        writer.end_batch().await?;
    }
    Ok(offered)
}

fn status(stage: Stage) -> OfferStatus {
    match stage {
        Stage::Draft => OfferStatus::Draft,
        Stage::InReview => OfferStatus::InReview,
        Stage::Returned => OfferStatus::Returned,
        Stage::Published => OfferStatus::Published,
        Stage::OnHold => OfferStatus::OnHold,
        // A transfer needs an agreement behind it, and there are none.
        Stage::Fulfilled | Stage::Closed | Stage::Withdrawn => OfferStatus::Retired,
        Stage::Expired => OfferStatus::Expired,
        Stage::Archived => OfferStatus::Archived,
    }
}

/// What an offer is, beside its texts.
#[derive(Debug)]
struct Facts {
    kind: OfferType,
    topic: Topic,
    applications: [Option<Scian>; APPLICATIONS],
    own: Option<u16>,
    trl: Option<u8>,
    mechanisms: [Option<TransferMechanism>; 3],
}

impl Facts {
    fn draw(scene: &Scene<'_>, dice: &mut Dice) -> Self {
        let kind = match dice.below(100) {
            0..68 => OfferType::TechnologyOffer,
            68..82 => OfferType::LicenceOffer,
            82..92 => OfferType::CapabilityOffer,
            _ => OfferType::CoDevelopmentOffer,
        };
        let several = 1 + dice.place(APPLICATIONS);
        let mut applications = [None; APPLICATIONS];
        for application in applications.iter_mut().take(several) {
            *application = Some((scene.activity(dice), dice.one_of(6, &[4, 3])));
        }
        let with_trl =
            matches!(kind, OfferType::TechnologyOffer | OfferType::LicenceOffer) || dice.chance(30);
        let levels = dice.one_of((4, 7), &[(4, 7), (3, 6), (6, 9), (1, 9)]);
        let trl = with_trl.then(|| u8::try_from(dice.between(levels.0, levels.1)).unwrap_or(1));
        let first = dice.one_of(
            TransferMechanism::CommercialAgreementWithTechnicalAssistance,
            &[
                TransferMechanism::CommercialAgreement,
                TransferMechanism::RdCooperationAgreement,
                TransferMechanism::Assignment,
            ],
        );
        let also = dice.chance(40).then_some(TransferMechanism::SupplierAgreement);
        let spin_off = dice.chance(5).then_some(TransferMechanism::SpinOff);
        Self {
            kind,
            topic: scene.words.topic(dice),
            applications,
            own: dice.chance(40).then(|| scene.activity(dice)),
            trl,
            mechanisms: [Some(first), also, spin_off],
        }
    }

    fn stage(&self) -> Option<DevelopmentStage> {
        Some(match self.trl? {
            ..=2 => DevelopmentStage::Concept,
            3 => DevelopmentStage::UnderDevelopment,
            4..=5 => DevelopmentStage::LabTested,
            6..=7 => DevelopmentStage::AvailableForDemonstration,
            _ => DevelopmentStage::OnTheMarket,
        })
    }
}

/// An offer as it stands on the day.
fn offer(
    scene: &Scene<'_>,
    facts: &Facts,
    life: &Life,
    created: DateTime<Utc>,
    dice: &mut Dice,
) -> Result<offer::Model> {
    let mut checks = Checks::new("offer.", scene.labels);
    // What people would write, through the checks of what people write.
    let input = in_words(input(scene, facts, created, dice), scene, facts.topic, dice);
    let mut row = life::preview(input, created, &mut checks);
    checks.done()?;
    row.id = OfferId(dice.id(created));
    row.status = status(life.stage());
    row.version = life.version();
    row.updated_at = life.updated_at();
    row.open_for_interest = life.open;
    row.first_published_at = life.published_at();
    row.published_at = life.published_at();
    row.listed_at = life.published_at().unwrap_or(created);
    row.expires_at = life.expires_at();
    row.ended_at = life.ended_at();
    row.retirement_reason = life.ended_at().map(|_| life.reason);
    Ok(row)
}

/// What an office says of what it offers.
fn input(scene: &Scene<'_>, facts: &Facts, created: DateTime<Utc>, dice: &mut Dice) -> OfferInput {
    let mut applications: Vec<String> = Vec::new();
    for (activity, digits) in facts.applications.into_iter().flatten() {
        let code = scene.scian(activity, usize::from(digits)).to_owned();
        if !applications.contains(&code) {
            applications.push(code);
        }
    }
    let readiness = dice.chance(40).then(|| InnovationReadiness {
        crl: Some(dice.between(1, 9)),
        brl: Some(dice.between(1, 9)),
        iprl: Some(dice.between(1, 9)),
        tmrl: Some(dice.between(1, 9)),
        frl: Some(dice.between(1, 9)),
    });
    let inventors = 1 + dice.place(4);
    let inventors: Vec<_> = (0..inventors)
        .map(|_| format!("Persona Inventora {:05} {MARK}", dice.below(20_000)))
        .collect();
    let publications =
        dice.chance(35).then(|| vec![format!("10.5555/muestra.{}", dice.below(50_000))]);
    let own: Vec<_> = facts.own.map(|own| scene.scian(own, 4).to_owned()).into_iter().collect();
    OfferInput {
        kind: told(facts.kind),
        economics: told(dice.chance(50).then(|| OfferEconomics {
            cost_saving: Some(format!("Cerca de {} % del costo de operación", dice.between(3, 40))),
            payback_months: Some(dice.between(6, 48)),
            assumptions: Some("Planta de muestra de dos turnos".to_owned()),
        })),
        stage: told(facts.stage()),
        trl: told(facts.trl.map(i32::from)),
        readiness: told(readiness),
        mrl: told(facts.trl.filter(|_| dice.chance(30)).map(i32::from)),
        ipr_status: told(dice.one_of(
            IprStatus::IprApplied,
            &[IprStatus::IprGranted, IprStatus::TradeSecret, IprStatus::NoIpr],
        )),
        publications: told(publications),
        application_scian: told(applications),
        scian: told(own),
        min_assimilation_level: told(dice.chance(60).then(|| dice.between(1, 3))),
        transfer_mechanisms: told(facts.mechanisms.into_iter().flatten().collect::<Vec<_>>()),
        partnership_types: told(vec![PartnershipType::CommercialAgreementWithTechnicalAssistance]),
        partner_kinds: told(vec![OrganizationKind::Company]),
        exclusivity_available: told(
            dice.one_of(ExclusivityAvailable::ByField, &[ExclusivityAvailable::None]),
        ),
        inventors: told(inventors),
        verified_claims: told(dice.chance(20).then(|| vec![claim(scene, created, dice)])),
        technology_keywords: told(scene.technologies(dice)),
        market_keywords: told(vec![
            scene.scian(facts.applications[0].map_or(0, |(activity, _)| activity), 3).to_owned(),
        ]),
        sdg: told(Scene::goals(dice)),
        target_states: told(scene.target_states(dice)),
        anonymous: told(dice.chance(10)),
        ..OfferInput::default()
    }
}

/// The texts of an offer.
fn in_words(input: OfferInput, scene: &Scene<'_>, topic: Topic, dice: &mut Dice) -> OfferInput {
    let words = &scene.words;
    let both = Scene::languages(75, dice);
    let in_description = Scene::languages(40, dice);
    let sentences = 2 + dice.place(4);
    let comparators = dice.place(3);
    let comparators = (0..comparators).map(|_| comparison(scene, topic, dice)).collect::<Vec<_>>();
    let evidence = input.trl.take().map(|level| {
        vec![TrlEvidence {
            level,
            kind: dice.one_of(EvidenceKind::Test, &[EvidenceKind::Pilot, EvidenceKind::Prototype]),
            title: words.spanish("evidence", topic, dice),
        }]
    });
    OfferInput {
        title: text(words.sentence("title", topic, both, dice)),
        summary: text(words.text(&[("summary.offer", 1), ("extra", 1)], topic, both, dice)),
        description: text(words.text(&[("sentence", sentences)], topic, in_description, dice)),
        problem_solved: text(scene.perhaps(70, "problem", topic, dice)),
        state_of_the_art: text(scene.perhaps(60, "art", topic, dice)),
        advantages: text(words.sentence("advantage", topic, both, dice)),
        partner_role: text(words.sentence("partner", topic, both, dice)),
        indicative_terms: text(scene.perhaps(50, "terms", topic, dice)),
        enabling_detail: text(scene.perhaps(40, "sealed", topic, dice)),
        comparators: told(comparators),
        trl_evidence: told(evidence),
        ..input
    }
}

fn comparison(scene: &Scene<'_>, topic: Topic, dice: &mut Dice) -> TechnologyComparison {
    let (metric, unit) = scene.words.measure(dice);
    TechnologyComparison {
        alternative: scene.words.spanish("alternative", topic, dice),
        metric,
        ours: dice.between(2, 60).to_string(),
        theirs: dice.between(40, 99).to_string(),
        unit: Some(unit),
        evidence: dice.chance(50).then(|| scene.words.spanish("evidence", topic, dice)),
    }
}

fn claim(scene: &Scene<'_>, created: DateTime<Utc>, dice: &mut Dice) -> VerifiedClaim {
    let (what, unit) = scene.words.measure(dice);
    VerifiedClaim {
        claim: format!("{what}: {} {unit}", dice.between(2, 95)),
        method: "Ensayo repetido en planta de muestra".to_owned(),
        verifier: format!("Laboratorio de Muestra {MARK}"),
        verified_on: (created - dice.time(Duration::days(300))).date_naive(),
    }
}
