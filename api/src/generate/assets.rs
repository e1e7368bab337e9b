//! The intellectual property of the transfer offices: what protects some of their offers, and
//! what nobody offers.

use chrono::{Duration, NaiveDate};
use entity::{IpAssetId, IpEvent, IpFigure, OfferId, ip_asset};

use super::{
    dice::Dice,
    network::{MARK, Network, busy_offices},
    offers::Offered,
    people::People,
    scene::{Scene, text, told},
    writer::Writer,
};
use crate::{
    calendar::day_of,
    checks::Checks,
    error::Result,
    event::Event,
    import::BATCH,
    ip::{FEE_NEAR, IpAssetInput, IpEventInput, life},
};

/// Writes all of it.
pub(super) async fn write(
    writer: &mut Writer<'_>,
    scene: &Scene<'_>,
    network: &Network,
    people: &People,
    offers: &[Offered],
) -> Result<()> {
    let count = scene.wanted.assets();
    let busy = busy_offices(network.offices.len());
    let near = day_of(scene.day) + FEE_NEAR;
    let mut number = 0;
    while number < count {
        let mut rows: Vec<ip_asset::Model> = Vec::with_capacity(BATCH);
        let mut past = Vec::with_capacity(BATCH * 4);
        while number < count && rows.len() < BATCH {
            let mut dice = scene.dice("asset", number);
            let created = scene.time(number, count, &mut dice);
            let offered = offers.get(dice.place(offers.len())).filter(|_| dice.chance(40));
            let (office, offer) = match offered {
                Some(offered) => (usize::from(offered.office), Some(offered.id)),
                None => (busy.pick(&mut dice), None),
            };
            let input = input(scene, offer, &mut dice);
            let ahead = Duration::days(i64::from(dice.between(30, 1_800)));
            let told = events(day_of(created), day_of(scene.day) + ahead, &mut dice);
            let mut checks = Checks::new("asset.", scene.labels);
            let (row, mut events) = life::preview(input, told, created, &mut checks)?;
            checks.done()?;
            let row = ip_asset::Model {
                id: IpAssetId(dice.id(created)),
                // What is due soon was asked for.
                fee_asked_at: row.next_fee_due_on.filter(|due| *due <= near).map(|_| scene.day),
                created_by: people.office(office).0,
                ott_id: network.offices[office].id,
                state_code: Some(scene.states[network.offices[office].state].code.to_owned()),
                ..row
            };
            for event in &mut events {
                event.asset_id = row.id;
                event.id.0 = dice.id(created);
            }
            past.extend(events);
            rows.push(row);
            number += 1;
        }
        let times: Vec<_> = rows.iter().map(|row| row.created_at).collect();
        let folios = writer.folios("PI", &times).await?;
        for (row, folio) in rows.iter_mut().zip(folios) {
            row.folio = folio;
        }
        let assets = rows.iter().map(|row| row.id).collect();
        writer.put(rows).await?;
        writer.put(past).await?;
        writer.record(Event::IpAssetsGenerated { assets }).await?;
        writer.end_batch().await?;
    }
    Ok(())
}

fn input(scene: &Scene<'_>, offer: Option<OfferId>, dice: &mut Dice) -> IpAssetInput {
    let topic = scene.words.topic(dice);
    let both = Scene::languages(60, dice);
    let figure = dice
        .one_of(IpFigure::Patent, &[IpFigure::Patent, IpFigure::Patent, IpFigure::UtilityModel]);
    let inventors = vec![entity::IpInventor {
        name: format!("Persona Inventora {:05} {MARK}", dice.below(20_000)),
        share_bp: 10_000,
    }];
    let activity = scene.activity(dice);
    IpAssetInput {
        figure: told(figure),
        title: text(scene.words.sentence("title", topic, both, dice)),
        summary: text(scene.words.text(&[("summary.offer", 1)], topic, both, dice)),
        scian: told(vec![scene.scian(activity, 4).to_owned()]),
        technology_keywords: told(scene.technologies(dice)),
        trl: told(dice.chance(70).then(|| dice.between(2, 8))),
        application_no: told(format!("GEN/a/{:06}", dice.below(1_000_000))),
        inventors: told(inventors),
        offer: told(offer),
        listed: told(dice.chance(80)),
        ..IpAssetInput::default()
    }
}

/// What happened to it before its office up to the day on which it was put on record: filed nine
/// years ago at most, so that nothing has expired, and paid for some time to come.
fn events(until: NaiveDate, paid: NaiveDate, dice: &mut Dice) -> Vec<IpEventInput> {
    let filed = until - Duration::days(i64::from(dice.between(30, 3_200)));
    let published = filed + Duration::days(i64::from(dice.between(400, 600)));
    let granted = published + Duration::days(i64::from(dice.between(200, 1_200)));
    // The shortest of these terms.
    let most = filed + Duration::days(3_600);
    let told = [
        (IpEvent::Filed, filed, None),
        (IpEvent::Published, published, None),
        (IpEvent::Granted, granted, Some(paid.min(most)).filter(|paid| *paid > granted)),
    ];
    let told = told.into_iter().take(if dice.chance(70) { 3 } else { 2 });
    told.filter(|(_, on, _)| *on <= until)
        .map(|(kind, on, paid_until)| IpEventInput { kind, on, paid_until, note: None })
        .collect()
}
