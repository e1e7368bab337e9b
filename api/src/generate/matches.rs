//! Suggested matches between what is open on both sides. Which pairs there are is
//! chance, weighted by what the two are about; how well they fit, and why, says the
//! engine, so that rows are what it would write.

use std::{cmp::Reverse, collections::HashMap, sync::Arc};

use chrono::Duration;
use entity::{MatchId, PartnershipType, match_};
use matching::{Index, Kind, Passage, Profile};
use sea_orm::ActiveEnum;

use super::{
    dice::{Dice, Skew},
    needs::Asked,
    network::Network,
    offers::Offered,
    scene::Scene,
    vocabulary::Topic,
    writer::Writer,
};
use crate::{
    error::Result,
    event::Event,
    import::BATCH,
    matches::{KEPT, LEAST_SCORE, Names, suggestion},
    policy::Parties,
};

/// How many records of each side teach the engine which words are rare.
const SAMPLE: usize = 400;
/// How many needs have no match, in a hundred.
const ALONE: u64 = 12;
/// How long after both were on offer they were found to fit.
const SOON: Duration = Duration::minutes(5);

/// Writes the matches of all open needs.
pub(super) async fn write(
    writer: &mut Writer<'_>,
    scene: &Scene<'_>,
    network: &Network,
    needs: Vec<Asked>,
    offers: Vec<Offered>,
) -> Result<()> {
    let market = Market::new(scene, network, &needs, offers);
    for batch in needs.chunks(BATCH) {
        let mut rows: Vec<match_::Model> = Vec::new();
        let mut found = Vec::with_capacity(batch.len());
        for need in batch {
            let before = rows.len();
            market.suggest(need, &mut rows);
            if rows.len() > before {
                found.push(need.id);
            }
        }
        if found.is_empty() {
            continue;
        }
        writer.put(rows).await?;
        writer.record(Event::MatchesGenerated { needs: found }).await?;
        writer.end_batch().await?;
    }
    Ok(())
}

/// What offers are found by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum About {
    Process(u16),
    Material(u16),
    Method(u16),
}

struct Market<'a> {
    scene: &'a Scene<'a>,
    network: &'a Network,
    offers: Vec<Offered>,
    /// The offers that are about a thing, by their places.
    about: HashMap<About, Vec<u32>>,
    engine: Index,
    /// How many matches a need has that has any.
    counts: Skew,
}

impl<'a> Market<'a> {
    fn new(
        scene: &'a Scene<'a>,
        network: &'a Network,
        needs: &[Asked],
        offers: Vec<Offered>,
    ) -> Self {
        let mut about: HashMap<About, Vec<u32>> = HashMap::new();
        for (place, offer) in (0..).zip(&offers) {
            for what in what(offer.topic) {
                about.entry(what).or_default().push(place);
            }
        }
        let mut market = Self {
            scene,
            network,
            offers,
            about,
            engine: Index::new(Arc::new(Names::new(scene.labels))),
            counts: Skew::of(
                (0..KEPT as u64).map(|more| 1_000_000_000 / ((more + 4) * (more + 14))),
            ),
        };
        let every = |count: usize| (count / SAMPLE).max(1);
        for need in needs.iter().step_by(every(needs.len())) {
            let profile = market.need(need);
            market.engine.upsert(profile);
        }
        for place in (0..market.offers.len()).step_by(every(market.offers.len())) {
            let profile = market.offer(&market.offers[place]);
            market.engine.upsert(profile);
        }
        market
    }

    /// Writes down what suits a need, the best first.
    fn suggest(&self, need: &Asked, rows: &mut Vec<match_::Model>) {
        let mut dice = self.scene.dice("match", need.number);
        if dice.chance(ALONE) {
            return;
        }
        let wanted = 1 + self.counts.pick(&mut dice);
        let profile = self.need(need);
        let mut found: Vec<_> = self
            .candidates(need, wanted, &mut dice)
            .into_iter()
            .map(|place| {
                let offer = &self.offers[place as usize];
                (offer, self.engine.score(&profile, &self.offer(offer)))
            })
            .filter(|(_, found)| found.score >= LEAST_SCORE)
            .collect();
        found.sort_by_key(|(offer, found)| (Reverse(found.score), offer.id));
        for (offer, found) in found {
            let at = need.published_at.max(offer.published_at) + SOON;
            let at = at.min(self.scene.day);
            let parties = self.parties(need, offer);
            rows.push(suggestion(&found, MatchId(dice.id(at)), parties, at));
        }
    }

    fn parties(&self, need: &Asked, offer: &Offered) -> Parties {
        let company = &self.network.companies[need.company as usize];
        let place = &self.network.places[usize::from(company.place)];
        Parties {
            company: company.id,
            chamber: self.network.chambers[place.chamber],
            region: Some(place.region),
            delegation: Some(place.delegation),
            ott: self.network.offices[usize::from(offer.office)].id,
        }
    }

    /// Offers that have something in common with a need, each once: not more than are wanted.
    fn candidates(&self, need: &Asked, wanted: usize, dice: &mut Dice) -> Vec<u32> {
        let shelves: Vec<_> =
            what(need.topic).into_iter().filter_map(|what| self.about.get(&what)).collect();
        let mut found: Vec<u32> = Vec::with_capacity(wanted);
        // Where few offers have anything in common, fewer are found.
        for _ in 0..wanted * 3 {
            if shelves.is_empty() || found.len() == wanted {
                break;
            }
            // What is about the same process comes first.
            let kin = shelves[dice.place(shelves.len()).min(dice.place(shelves.len()))];
            let place = (0..3)
                .map(|_| kin[dice.place(kin.len())])
                .max_by_key(|place| self.kinship(need, *place));
            found.extend(place.filter(|place| !found.contains(place)));
        }
        found
    }

    /// How near two are, roughly: the same words, the same activities.
    fn kinship(&self, need: &Asked, place: u32) -> usize {
        let offer = &self.offers[place as usize];
        let words =
            what(need.topic).iter().filter(|what| self::what(offer.topic).contains(what)).count();
        let asked = self.scene.scian(need.activity, 3);
        let usable = offer.applications.iter().flatten();
        let sector = usable.filter(|(own, _)| self.scene.scian(*own, 3) == asked).count();
        words * 2 + sector.min(1)
    }

    /// A need as the engine is told of it: its topic stands for its texts.
    fn need(&self, need: &Asked) -> Profile {
        let company = &self.network.companies[need.company as usize];
        let place = &self.network.places[usize::from(company.place)];
        Profile {
            public_text: self.words(need.topic),
            open: true,
            sectors: vec![self.scene.scian(need.activity, 6).to_owned()],
            trl: need.trl,
            partnerships: codes(&need.partnerships),
            state: Some(self.scene.states[place.state].code.to_owned()),
            region: Some(place.region.0),
            institution: Some(self.network.chambers[place.chamber].0),
            ..Profile::new(need.id.0, Kind::Need)
        }
    }

    fn offer(&self, offer: &Offered) -> Profile {
        let office = &self.network.offices[usize::from(offer.office)];
        let usable = offer.applications.iter().flatten();
        let mut partnerships = codes(&offer.mechanisms);
        let usual = PartnershipType::CommercialAgreementWithTechnicalAssistance.to_value();
        if !partnerships.contains(&usual) {
            partnerships.push(usual);
        }
        Profile {
            public_text: self.words(offer.topic),
            open: true,
            sectors: usable
                .map(|(code, digits)| self.scene.scian(*code, usize::from(*digits)).to_owned())
                .collect(),
            own_sectors: offer
                .own
                .map(|own| self.scene.scian(own, 4).to_owned())
                .into_iter()
                .collect(),
            trl: offer.trl.map(|trl| (trl, trl)),
            partnerships,
            state: Some(self.scene.states[office.state].code.to_owned()),
            institution: Some(office.id.0),
            ..Profile::new(offer.id.0, Kind::Offer)
        }
    }

    fn words(&self, topic: Topic) -> Vec<Passage> {
        let words = self.scene.words.words(topic);
        words.into_iter().flatten().map(|term| Passage::spanish(term.es.as_str())).collect()
    }
}

fn what(topic: Topic) -> [About; 3] {
    [About::Process(topic.process), About::Material(topic.material), About::Method(topic.method)]
}

fn codes<E: ActiveEnum<Value = String>>(values: &[Option<E>]) -> Vec<String> {
    values.iter().flatten().map(ActiveEnum::to_value).collect()
}
