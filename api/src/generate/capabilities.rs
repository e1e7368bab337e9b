//! What the transfer offices can do.

use entity::{
    Accreditation, CapabilityId, CapabilityKind, CapabilityStatus, PriceBand, capability,
};

use super::{
    dice::Dice,
    network::{MARK, Network, busy_offices},
    people::People,
    scene::{Scene, text, told},
    writer::Writer,
};
use crate::{
    calendar::day_of,
    capabilities::{CapabilityInput, preview},
    checks::Checks,
    error::Result,
    event::Event,
    import::BATCH,
};

/// Writes all of it: most is published, some is being written.
pub(super) async fn write(
    writer: &mut Writer<'_>,
    scene: &Scene<'_>,
    network: &Network,
    people: &People,
) -> Result<()> {
    let count = scene.wanted.capabilities();
    let busy = busy_offices(network.offices.len());
    let mut number = 0;
    while number < count {
        let mut rows: Vec<capability::Model> = Vec::with_capacity(BATCH);
        while number < count && rows.len() < BATCH {
            let mut dice = scene.dice("capability", number);
            let created = scene.time(number, count, &mut dice);
            let office = busy.pick(&mut dice);
            let mut checks = Checks::new("capability.", scene.labels);
            let input = input(scene, &mut dice);
            let row = preview(input, created, &mut checks);
            checks.done()?;
            let published = dice.chance(85);
            rows.push(capability::Model {
                id: CapabilityId(dice.id(created)),
                status: if published {
                    CapabilityStatus::Published
                } else {
                    CapabilityStatus::Draft
                },
                published_at: published.then_some(created),
                created_by: people.office(office).0,
                ott_id: network.offices[office].id,
                state_code: Some(scene.states[network.offices[office].state].code.to_owned()),
                ..row
            });
            number += 1;
        }
        let times: Vec<_> = rows.iter().map(|row| row.created_at).collect();
        let folios = writer.folios("CAP", &times).await?;
        for (row, folio) in rows.iter_mut().zip(folios) {
            row.folio = folio;
        }
        let capabilities = rows.iter().map(|row| row.id).collect();
        writer.put(rows).await?;
        writer.record(Event::CapabilitiesGenerated { capabilities }).await?;
        writer.end_batch().await?;
    }
    Ok(())
}

fn input(scene: &Scene<'_>, dice: &mut Dice) -> CapabilityInput {
    let topic = scene.words.topic(dice);
    let both = Scene::languages(60, dice);
    let kind = dice.one_of(
        CapabilityKind::Laboratory,
        &[
            CapabilityKind::Equipment,
            CapabilityKind::PilotPlant,
            CapabilityKind::ExpertGroup,
            CapabilityKind::TechnicalService,
            CapabilityKind::AccreditedTest,
        ],
    );
    let least = dice.between(1, 6);
    let accreditation = (kind == CapabilityKind::AccreditedTest).then(|| Accreditation {
        body: format!("Organismo de Muestra {MARK}"),
        no: format!("GEN-{:05}", dice.below(100_000)),
        valid_until: day_of(scene.day) + chrono::Duration::days(dice.between(-200, 900).into()),
    });
    CapabilityInput {
        kind: told(kind),
        title: text(scene.words.sentence("title", topic, both, dice)),
        summary: text(scene.words.text(&[("summary.offer", 1)], topic, both, dice)),
        description: text(scene.perhaps(60, "sentence", topic, dice)),
        scian: told(vec![scene.scian(scene.activity(dice), 4).to_owned()]),
        technology_keywords: told(scene.technologies(dice)),
        accreditation: told(accreditation),
        capacity_unit: told(format!("{} muestras al mes", dice.between(5, 400))),
        lead_time_days: told(dice.between(2, 90)),
        price_band: told(dice.one_of(PriceBand::A, &[PriceBand::B, PriceBand::C])),
        trl_from: told(least),
        trl_to: told(dice.between(least, 9)),
        ..CapabilityInput::default()
    }
}
