//! Search and matching, in memory: an index that follows the events and can be
//! thrown away and built anew. The database stays the only truth.

use std::{
    collections::{HashMap, HashSet},
    fmt,
    sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
    time::{Duration, Instant},
};

use entity::{
    CapabilityId, CapabilityStatus, Codes, Localized, NeedId, NeedStatus, OfferId, capability,
    event, need, offer,
};
use matching::{Bilingual, Hit, Index, Match, Passage, Profile, Reader, Side};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::{
    capabilities::levels,
    codes::{Entry, Labels},
    db::Db,
    error::Result,
    policy::{
        NEEDS_SEEN_BY_NETWORK, OFFERS_SEEN_BY_NETWORK, need_takes_interest, offer_takes_interest,
    },
};

/// How many rows are read at once while the index is built.
const CHUNK: u64 = 1_000;
/// How many capabilities are weighed before the best of them are told.
const WEIGHED: usize = 200;
/// How many needs are kept for one thing that answers them: no list of them is longer.
const KEPT_NEEDS: usize = 20;
/// For how long they are told although the market has changed elsewhere: to weigh one thing
/// against all of a large network takes some thirty milliseconds, and a page has twenty.
const KEPT_FOR: Duration = Duration::from_mins(1);
/// For how many things they are kept.
const MOST_KEPT: usize = 10_000;

/// The engine of one instance. Cheap to clone.
#[derive(Clone)]
pub struct Engine(Arc<RwLock<Indexes>>);

/// What can be found: needs and offers, which are matched with each other; and capabilities,
/// which answer needs as offers do, and are told apart from them.
struct Indexes {
    market: Index,
    capabilities: Index,
    /// How often needs or offers have changed since the start.
    changes: u64,
    /// What was found last for intellectual property and capabilities.
    kept: Mutex<HashMap<uuid::Uuid, Kept>>,
}

/// The needs that were found for one thing.
struct Kept {
    of: Profile,
    changes: u64,
    at: Instant,
    found: Arc<[Match]>,
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Engine")
    }
}

impl Engine {
    /// Builds the index from the database.
    ///
    /// # Errors
    /// When the database is away.
    pub(crate) async fn start(db: &Db, labels: &Labels) -> Result<Self> {
        let names = Arc::new(Names::new(labels));
        let mut index = Index::new(names.clone());
        let mut capabilities = Index::new(names);
        let mut after: Option<NeedId> = None;
        loop {
            let rows = need::Entity::find()
                .filter(need::Column::Status.is_in(NEEDS_SEEN_BY_NETWORK.iter().copied()))
                .filter(after.map_or_else(
                    || need::Column::Id.is_not_null(),
                    |last| need::Column::Id.gt(last),
                ))
                .order_by_asc(need::Column::Id)
                .limit(CHUNK)
                .all(db.fresh())
                .await?;
            let Some(last) = rows.last() else { break };
            after = Some(last.id);
            for row in &rows {
                index.upsert(need_profile(row));
            }
        }
        let mut after: Option<OfferId> = None;
        loop {
            let rows = offer::Entity::find()
                .filter(offer::Column::Status.is_in(OFFERS_SEEN_BY_NETWORK.iter().copied()))
                .filter(after.map_or_else(
                    || offer::Column::Id.is_not_null(),
                    |last| offer::Column::Id.gt(last),
                ))
                .order_by_asc(offer::Column::Id)
                .limit(CHUNK)
                .all(db.fresh())
                .await?;
            let Some(last) = rows.last() else { break };
            after = Some(last.id);
            for row in &rows {
                index.upsert(offer_profile(row));
            }
        }
        let mut after: Option<CapabilityId> = None;
        loop {
            let rows = capability::Entity::find()
                .filter(capability::Column::Status.eq(CapabilityStatus::Published))
                .filter(after.map_or_else(
                    || capability::Column::Id.is_not_null(),
                    |last| capability::Column::Id.gt(last),
                ))
                .order_by_asc(capability::Column::Id)
                .limit(CHUNK)
                .all(db.fresh())
                .await?;
            let Some(last) = rows.last() else { break };
            after = Some(last.id);
            for row in &rows {
                capabilities.upsert(capability_profile(row));
            }
        }
        let kept = Mutex::default();
        let indexes = Indexes { market: index, capabilities, changes: 0, kept };
        Ok(Self(Arc::new(RwLock::new(indexes))))
    }

    /// Reads the present state of what these events touched into the index.
    ///
    /// # Errors
    /// When the database is away.
    pub(crate) async fn heed(&self, db: &Db, events: &[event::Model]) -> Result<()> {
        let (needs, offers) = touched(events);
        let able = events.iter().filter_map(|event| event.subject.as_deref()?.parse().ok());
        self.refresh(db, &needs, &offers, able.collect()).await
    }

    async fn refresh(
        &self,
        db: &Db,
        needs: &HashSet<NeedId>,
        offers: &HashSet<OfferId>,
        able: HashSet<CapabilityId>,
    ) -> Result<()> {
        let needs_now = need::Entity::find()
            .filter(need::Column::Id.is_in(needs.iter().copied()))
            .all(db.fresh())
            .await?;
        let offers_now = offer::Entity::find()
            .filter(offer::Column::Id.is_in(offers.iter().copied()))
            .all(db.fresh())
            .await?;
        let able_now = capability::Entity::find()
            .filter(capability::Column::Id.is_in(able))
            .all(db.fresh())
            .await?;
        let mut indexes = self.write();
        let index = &mut indexes.capabilities;
        for row in &able_now {
            if row.status == CapabilityStatus::Published {
                index.upsert(capability_profile(row));
            } else {
                index.remove(row.id.0);
            }
        }
        if !needs.is_empty() || !offers.is_empty() {
            indexes.changes += 1;
        }
        // Of a need nothing is told that was so before.
        let kept = indexes.kept.get_mut().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|_, kept| !kept.found.iter().any(|found| needs.contains(&NeedId(found.need))));
        let index = &mut indexes.market;
        for row in &needs_now {
            if NEEDS_SEEN_BY_NETWORK.contains(&row.status) {
                index.upsert(need_profile(row));
            } else {
                index.remove(row.id.0);
            }
        }
        for row in &offers_now {
            if OFFERS_SEEN_BY_NETWORK.contains(&row.status) {
                index.upsert(offer_profile(row));
            } else {
                index.remove(row.id.0);
            }
        }
        Ok(())
    }

    /// The best matches of a record, best first; nothing when it is not in the index or not open.
    pub(crate) fn matches_of(&self, id: uuid::Uuid, limit: usize) -> Vec<Match> {
        let indexes = self.read();
        let index = &indexes.market;
        let Some(profile) = index.get(id).filter(|profile| profile.open).cloned() else {
            return Vec::new();
        };
        index.matches(&profile, limit)
    }

    /// How well a need and an offer fit, as their rows are now.
    pub(crate) fn judge(&self, need: &need::Model, offer: &offer::Model) -> Match {
        self.read().market.score(&need_profile(need), &offer_profile(offer))
    }

    /// How well a need and an offer fit that the index knows.
    pub(crate) fn pair(&self, need: uuid::Uuid, offer: uuid::Uuid) -> Option<Match> {
        let index = &self.read().market;
        Some(index.score(index.get(need)?, index.get(offer)?))
    }

    /// Whether both of these are open for interest, as far as the index knows.
    pub(crate) fn are_open(&self, need: uuid::Uuid, offer: uuid::Uuid) -> bool {
        let index = &self.read().market;
        [need, offer].into_iter().all(|id| index.get(id).is_some_and(|profile| profile.open))
    }

    /// The best matches of a draft, best first.
    pub(crate) fn preview(&self, draft: &Profile, limit: usize) -> Vec<Match> {
        self.read().market.matches(draft, limit)
    }

    /// The open needs that suit intellectual property or a capability best, best first, at most
    /// 20. A need that has just been published may be missing for a minute; what is told of one
    /// is always what it says now.
    pub(crate) fn needs_for(&self, supply: &Profile, limit: usize) -> Vec<Match> {
        let indexes = self.read();
        let keep = || indexes.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let is_new = |kept: &&Kept| {
            let same = kept.changes == indexes.changes || kept.at.elapsed() < KEPT_FOR;
            same && kept.of == *supply
        };
        let known = keep().get(&supply.id).filter(is_new).map(|kept| kept.found.clone());
        let found = known.unwrap_or_else(|| {
            let found: Arc<[Match]> = indexes.market.matches(supply, KEPT_NEEDS).into();
            let kept = Kept {
                of: supply.clone(),
                changes: indexes.changes,
                at: Instant::now(),
                found: found.clone(),
            };
            let mut all = keep();
            if all.len() >= MOST_KEPT {
                all.clear();
            }
            all.insert(supply.id, kept);
            found
        });
        found.iter().take(limit).cloned().collect()
    }

    /// The capabilities that suit a need best, best first; nothing when the need is not open, or
    /// not known.
    pub(crate) fn capabilities_for(&self, need: uuid::Uuid, limit: usize) -> Vec<Match> {
        let Indexes { market, capabilities, .. } = &*self.read();
        let Some(need) = market.get(need).filter(|profile| profile.open) else { return Vec::new() };
        // Weighed by the words of the market, a pair has one score from both sides: what is
        // found by those of capabilities only says which pairs to weigh.
        let found = capabilities.matches(need, limit.max(WEIGHED));
        let able = found.iter().filter_map(|found| capabilities.get(found.offer));
        let mut found: Vec<_> = able.map(|able| market.score(need, able)).collect();
        found.sort_unstable_by_key(|found| (std::cmp::Reverse(found.score), found.offer));
        found.truncate(limit);
        found
    }

    /// What a text finds among capabilities, best first, in what the reader may read.
    pub(crate) fn search_capabilities(&self, text: &str, reader: Reader) -> Vec<Hit> {
        self.read().capabilities.search(text, reader, None)
    }

    /// What a text finds, best first, in what the reader may read.
    pub(crate) fn search(&self, text: &str, reader: Reader, side: Option<Side>) -> Vec<Hit> {
        self.read().market.search(text, reader, side)
    }

    // A panic while the lock was held leaves an index that still answers; it is rebuilt at the next start.
    fn read(&self) -> RwLockReadGuard<'_, Indexes> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Indexes> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The needs and offers that events are about.
pub(crate) fn touched(events: &[event::Model]) -> (HashSet<NeedId>, HashSet<OfferId>) {
    let about = || {
        // What matching itself wrote changes nothing that matching reads, and no file does.
        events
            .iter()
            .filter(|event| !event.kind.ends_with("_MATCHED"))
            .filter(|event| !event.kind.starts_with("DOCUMENT_"))
            .filter_map(|e| e.subject.as_deref())
    };
    let needs = about().filter_map(|subject| subject.parse().ok()).collect();
    let offers = about().filter_map(|subject| subject.parse().ok()).collect();
    (needs, offers)
}

fn passages<'a>(texts: impl IntoIterator<Item = Option<&'a Localized>>) -> Vec<Passage> {
    texts
        .into_iter()
        .flatten()
        .flat_map(Localized::texts)
        .map(|(language, text)| match language {
            entity::Language::Es => Passage::spanish(text),
            entity::Language::En => Passage::english(text),
        })
        .collect()
}

/// What matching may read of a need: levels L0 and L1, nothing above.
pub(crate) fn need_profile(need: &need::Model) -> Profile {
    let band = match (need.accepted_trl_min, need.accepted_trl_max) {
        (None, None) => None,
        (least, most) => Some((level(least.unwrap_or(1)), level(most.unwrap_or(9)))),
    };
    Profile {
        public_text: passages([Some(&need.title), Some(&need.summary), need.partner_role.as_ref()]),
        network_text: if need.status == NeedStatus::Published {
            passages([
                need.description.as_ref(),
                need.technical_specification.as_ref(),
                need.current_solution.as_ref(),
                need.why_insufficient.as_ref(),
            ])
        } else {
            // The network reads the rest of what is on offer alone.
            Vec::new()
        },
        open: need_takes_interest(need),
        sectors: need.scian.0.clone(),
        trl: band,
        partnerships: need.partnership_types.0.clone(),
        state: need.state_code.clone(),
        region: need.region_id.map(|id| id.0),
        // The company is no institution that matching may know of; the chamber is.
        institution: Some(need.chamber_id.0),
        ..Profile::new(need.id.0, Side::Need)
    }
}

/// What matching may read of an offer: levels L0 and L1, nothing above.
pub(crate) fn offer_profile(offer: &offer::Model) -> Profile {
    let either = |first: &Codes, second: &Codes| {
        let mut codes = first.0.clone();
        codes.extend(second.0.iter().filter(|code| !first.0.contains(code)).cloned());
        codes
    };
    Profile {
        public_text: passages([
            Some(&offer.title),
            Some(&offer.summary),
            offer.problem_solved.as_ref(),
            offer.advantages.as_ref(),
            offer.partner_role.as_ref(),
        ]),
        network_text: passages([offer.description.as_ref(), offer.state_of_the_art.as_ref()]),
        open: offer_takes_interest(offer),
        sectors: offer.application_scian.0.clone(),
        own_sectors: offer.scian.0.clone(),
        trl: offer.trl.map(|trl| (level(trl), level(trl))),
        partnerships: either(&offer.transfer_mechanisms, &offer.partnership_types),
        state: offer.state_code.clone(),
        institution: Some(offer.ott_id.0),
        ..Profile::new(offer.id.0, Side::Offer)
    }
}

/// What matching may read of what answers needs beside offers: intellectual property, a capability.
pub(crate) struct SupplyText<'a> {
    pub(crate) id: uuid::Uuid,
    /// What everybody reads.
    pub(crate) texts: [Option<&'a Localized>; 2],
    /// What the network reads besides.
    pub(crate) network_text: Option<&'a Localized>,
    /// SCIAN codes of what it can be used in.
    pub(crate) scian: &'a Codes,
    /// Its readiness, or the band that it serves: 1 to 9.
    pub(crate) trl: Option<(i32, i32)>,
    pub(crate) state: Option<&'a str>,
    pub(crate) ott: entity::OrganizationId,
}

/// It as one side of a match, like an offer.
pub(crate) fn supply_profile(supply: &SupplyText<'_>) -> Profile {
    Profile {
        public_text: passages(supply.texts),
        network_text: passages([supply.network_text]),
        open: true,
        sectors: supply.scian.0.clone(),
        trl: supply.trl.map(|(least, most)| (level(least), level(most))),
        state: supply.state.map(ToOwned::to_owned),
        institution: Some(supply.ott.0),
        ..Profile::new(supply.id, Side::Offer)
    }
}

/// What matching may read of a capability: levels L0 and L1.
fn capability_profile(row: &capability::Model) -> Profile {
    supply_profile(&SupplyText {
        id: row.id.0,
        texts: [Some(&row.title), row.summary.as_ref()],
        network_text: row.description.as_ref(),
        scian: &row.scian,
        trl: levels(row.trl_from, row.trl_to),
        state: row.state_code.as_deref(),
        ott: row.ott_id,
    })
}

fn level(trl: i32) -> u8 {
    u8::try_from(trl.clamp(1, 9)).unwrap_or(1)
}

/// What codes are called, for the sentences that explain a match.
pub(crate) struct Names(Labels);

impl Names {
    pub(crate) fn new(labels: &Labels) -> Self {
        Self(labels.clone())
    }
}

fn bilingual(entry: &Arc<Entry>) -> Bilingual {
    let en = entry.label_en.clone().unwrap_or_else(|| entry.label_es.clone());
    Bilingual::new(entry.label_es.clone(), en)
}

impl matching::Labels for Names {
    fn sector(&self, code: &str) -> Option<Bilingual> {
        self.0.known_scian(code).map(bilingual)
    }

    fn state(&self, code: &str) -> Option<Bilingual> {
        self.0.state(code).map(bilingual)
    }

    fn partnership(&self, code: &str) -> Option<Bilingual> {
        let entry = self.0.get("partnership_type", code);
        entry.or_else(|| self.0.get("transfer_mechanism", code)).map(bilingual)
    }

    fn neighbours(&self, a: &str, b: &str) -> bool {
        self.0.neighbours(a, b)
    }
}
