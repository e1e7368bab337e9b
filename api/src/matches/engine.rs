//! Search and matching, in memory: an index that follows the events and can be
//! thrown away and built anew. The database stays the only truth.

use std::{
    collections::{HashMap, HashSet},
    fmt,
    str::FromStr,
    sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
    time::{Duration, Instant},
};

use entity::{
    CapabilityId, CapabilityStatus, Codes, IpAssetId, Localized, NeedId, NeedStatus, OfferId,
    capability, event, ip_asset, need, offer,
};
use matching::{Bilingual, Hit, Index, Kind, Match, Passage, Profile, Reader};
use quick_cache::{Weighter, sync::Cache};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, SimpleExpr},
};
use uuid::Uuid;

use super::search::{Found, Narrow};
use crate::{
    capabilities::levels,
    codes::{Entry, Labels},
    db::Db,
    error::Result,
    policy::{
        NEEDS_SEEN_BY_NETWORK, OFFERS_SEEN_BY_NETWORK, need_takes_interest, offer_takes_interest,
    },
};

/// From here on two needs are told to be alike.
const LIKE: u32 = 3_000;
/// How many rows are read at once while the index is built.
const CHUNK: usize = 1_000;
/// How many needs are kept for one thing that answers them: no list of them is longer.
const KEPT_NEEDS: usize = 20;
/// For how long they are told although the market has changed elsewhere: to weigh one thing
/// against all of a large network takes some milliseconds, and a page has twenty.
const KEPT_FOR: Duration = Duration::from_mins(1);
/// For how many things they are kept.
const MOST_KEPT: usize = 10_000;
/// How much memory the results of searches may take, in bytes.
const MOST_SEARCHED: u64 = 16 << 20;
/// How many searches are expected; more or fewer is no harm.
const USUAL_SEARCHES: usize = 500;

/// The engine of one instance. Cheap to clone.
#[derive(Clone)]
pub struct Engine(Arc<RwLock<Market>>);

/// Needs and what answers them: offers, capabilities, intellectual property.
struct Market {
    index: Index,
    /// How often a record has changed since the start.
    changes: u64,
    /// What was found last for intellectual property and capabilities.
    kept: Mutex<HashMap<Uuid, Kept>>,
    /// What searches found, so that the pages of one, and what many look for, are ranked once.
    searched: Cache<Sought, Searched, Size>,
}

/// What was searched for, where, and among which kinds.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Sought {
    text: String,
    reader: Reader,
    kinds: Vec<Kind>,
}

/// What a search found, the best first, after so many changes.
#[derive(Clone)]
struct Searched {
    changes: u64,
    hits: Arc<[Hit]>,
}

#[derive(Clone)]
struct Size;

impl Weighter<Sought, Searched> for Size {
    fn weight(&self, sought: &Sought, searched: &Searched) -> u64 {
        (sought.text.len() + size_of_val(&*searched.hits) + 128) as u64
    }
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

/// What the engine knows of: a kind of row.
trait Known: EntityTrait {
    const ID: Self::Column;

    /// Which rows the network may know of.
    fn known() -> Condition;
    /// What matching may read of a row: levels L0 and L1, nothing above.
    fn profile(row: &Self::Model) -> Profile;
}

impl Known for need::Entity {
    const ID: need::Column = need::Column::Id;

    fn known() -> Condition {
        Condition::all().add(need::Column::Status.is_in(NEEDS_SEEN_BY_NETWORK.iter().copied()))
    }

    fn profile(row: &need::Model) -> Profile {
        need_profile(row)
    }
}

impl Known for offer::Entity {
    const ID: offer::Column = offer::Column::Id;

    fn known() -> Condition {
        Condition::all().add(offer::Column::Status.is_in(OFFERS_SEEN_BY_NETWORK.iter().copied()))
    }

    fn profile(row: &offer::Model) -> Profile {
        offer_profile(row)
    }
}

impl Known for capability::Entity {
    const ID: capability::Column = capability::Column::Id;

    fn known() -> Condition {
        Condition::all().add(capability::Column::Status.eq(CapabilityStatus::Published))
    }

    fn profile(row: &capability::Model) -> Profile {
        supply_profile(&SupplyText {
            id: row.id.0,
            kind: Kind::Capability,
            title: Some(&row.title),
            summary: row.summary.as_ref(),
            network_text: row.description.as_ref(),
            scian: &row.scian,
            trl: levels(row.trl_from, row.trl_to),
            state: row.state_code.as_deref(),
            ott: row.ott_id,
        })
    }
}

impl Known for ip_asset::Entity {
    const ID: ip_asset::Column = ip_asset::Column::Id;

    fn known() -> Condition {
        let listed = ip_asset::Column::Listed.eq(true);
        Condition::all().add(ip_asset::Column::LaidOpen.eq(true)).add(listed)
    }

    fn profile(row: &ip_asset::Model) -> Profile {
        supply_profile(&SupplyText {
            id: row.id.0,
            kind: Kind::Asset,
            title: Some(&row.title),
            summary: row.summary.as_ref(),
            network_text: None,
            scian: &row.scian,
            trl: row.trl.map(|trl| (trl, trl)),
            state: row.state_code.as_deref(),
            ott: row.ott_id,
        })
    }
}

fn value(id: Uuid) -> SimpleExpr {
    Expr::val(sea_orm::Value::from(id))
}

/// Reads all rows of a kind into the index.
async fn learn<E: Known>(db: &Db, index: &mut Index) -> Result<()> {
    let mut after: Option<Uuid> = None;
    loop {
        let behind = after.map(|last| E::ID.into_expr().gt(value(last)));
        let rows = E::find()
            .filter(E::known().add_option(behind))
            .order_by_asc(E::ID)
            .limit(CHUNK as u64)
            .all(db.fresh())
            .await?;
        let Some(last) = rows.last() else { return Ok(()) };
        after = Some(E::profile(last).id);
        for row in &rows {
            index.upsert(E::profile(row));
        }
    }
}

/// What these rows are now: nothing where the network may not know of one any more.
async fn present<E: Known>(db: &Db, ids: &HashSet<Uuid>) -> Result<Vec<(Uuid, Option<Profile>)>> {
    let ids: Vec<Uuid> = ids.iter().copied().collect();
    let mut now = Vec::with_capacity(ids.len());
    for ids in ids.chunks(CHUNK) {
        let some = E::ID.into_expr().is_in(ids.iter().copied().map(value));
        let rows = E::find().filter(E::known().add(some)).all(db.fresh()).await?;
        let mut found: HashMap<Uuid, Profile> =
            rows.iter().map(E::profile).map(|profile| (profile.id, profile)).collect();
        now.extend(ids.iter().map(|id| (*id, found.remove(id))));
    }
    Ok(now)
}

impl Engine {
    /// Builds the index of records that are known.
    pub(crate) fn of(records: Vec<Arc<Profile>>, labels: &Labels) -> Self {
        let mut index = Index::new(Arc::new(Names::new(labels)));
        for record in records {
            index.upsert(record);
        }
        Self::over(index)
    }

    fn over(index: Index) -> Self {
        let searched = Cache::with_weighter(USUAL_SEARCHES, MOST_SEARCHED, Size);
        let market = Market { index, changes: 0, kept: Mutex::default(), searched };
        Self(Arc::new(RwLock::new(market)))
    }

    /// All records, as they are now.
    pub(crate) fn records(&self) -> Vec<Arc<Profile>> {
        self.read().index.records().cloned().collect()
    }

    /// How many records of each kind the index holds.
    pub(crate) fn counts(&self) -> [(Kind, usize); 4] {
        let market = self.read();
        let count = |kind: Kind| market.index.records().filter(|one| one.kind == kind).count();
        Kind::ALL.map(|kind| (kind, count(kind)))
    }

    /// Builds the index from the database.
    ///
    /// # Errors
    /// When the database is away.
    pub(crate) async fn start(db: &Db, labels: &Labels) -> Result<Self> {
        let mut index = Index::new(Arc::new(Names::new(labels)));
        learn::<need::Entity>(db, &mut index).await?;
        learn::<offer::Entity>(db, &mut index).await?;
        learn::<capability::Entity>(db, &mut index).await?;
        learn::<ip_asset::Entity>(db, &mut index).await?;
        Ok(Self::over(index))
    }

    /// Reads the present state of what these events touched into the index.
    ///
    /// # Errors
    /// When the database is away.
    pub(crate) async fn heed(&self, db: &Db, events: &[event::Model]) -> Result<()> {
        let needs = subjects::<NeedId>(events, "needs");
        let mut now = present::<need::Entity>(db, &needs).await?;
        let offers = subjects::<OfferId>(events, "offers");
        now.extend(present::<offer::Entity>(db, &offers).await?);
        let able = subjects::<CapabilityId>(events, "capabilities");
        now.extend(present::<capability::Entity>(db, &able).await?);
        let assets = subjects::<IpAssetId>(events, "assets");
        now.extend(present::<ip_asset::Entity>(db, &assets).await?);
        if now.is_empty() {
            return Ok(());
        }
        let mut market = self.write();
        market.changes += 1;
        // Of a need nothing is told that was so before.
        let kept = market.kept.get_mut().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|_, kept| !kept.found.iter().any(|found| needs.contains(&found.need)));
        for (id, profile) in now {
            match profile {
                Some(profile) => market.index.upsert(profile),
                None => market.index.remove(id),
            }
        }
        Ok(())
    }

    /// The best matches of a record with those of a kind, best first; nothing when it is not in the
    /// index or not open.
    pub(crate) fn matches_of(&self, id: Uuid, kind: Kind, limit: usize) -> Vec<Match> {
        let index = &self.read().index;
        let open = index.get(id).filter(|profile| profile.open);
        open.map_or_else(Vec::new, |profile| index.matches(profile, kind, limit))
    }

    /// How well a need and an offer fit, as their rows are now.
    pub(crate) fn judge(&self, need: &need::Model, offer: &offer::Model) -> Match {
        self.read().index.score(&need_profile(need), &offer_profile(offer))
    }

    /// How well a need and an offer fit that the index knows.
    pub(crate) fn pair(&self, need: Uuid, offer: Uuid) -> Option<Match> {
        let index = &self.read().index;
        Some(index.score(index.get(need)?, index.get(offer)?))
    }

    /// Whether both of these are open for interest, as far as the index knows.
    pub(crate) fn are_open(&self, need: Uuid, offer: Uuid) -> bool {
        let index = &self.read().index;
        [need, offer].into_iter().all(|id| index.get(id).is_some_and(|profile| profile.open))
    }

    /// The best matches of a draft with those of a kind, best first.
    pub(crate) fn preview(&self, draft: &Profile, kind: Kind, limit: usize) -> Vec<Match> {
        self.read().index.matches(draft, kind, limit)
    }

    /// The open needs that are most like one, the likest first; the other need stands as the match's
    /// offer.
    pub(crate) fn similar(&self, need: &Profile, limit: usize) -> Vec<Match> {
        let mut found = self.read().index.similar(need, limit);
        found.retain(|found| found.score >= LIKE);
        found
    }

    /// What is known of a record, as far as the network may know of it.
    pub(crate) fn profile(&self, id: Uuid) -> Option<Profile> {
        self.read().index.get(id).cloned()
    }

    /// The open needs that suit intellectual property or a capability best, best first, at most
    /// 20. A need that has just been published may be missing for a minute; what is told of one
    /// is always what it says now.
    pub(crate) fn needs_for(&self, supply: &Profile, limit: usize) -> Vec<Match> {
        let market = self.read();
        let keep = || market.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let is_new = |kept: &&Kept| {
            let same = kept.changes == market.changes || kept.at.elapsed() < KEPT_FOR;
            same && kept.of == *supply
        };
        let known = keep().get(&supply.id).filter(is_new).map(|kept| kept.found.clone());
        let found = known.unwrap_or_else(|| {
            let found: Arc<[Match]> = market.index.matches(supply, Kind::Need, KEPT_NEEDS).into();
            let kept = Kept {
                of: supply.clone(),
                changes: market.changes,
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

    /// What a text finds, best first, in what the reader may read.
    pub(crate) fn search(&self, text: &str, reader: Reader, narrow: &Narrow) -> Found {
        let market = self.read();
        let sought = Sought { text: text.trim().to_owned(), reader, kinds: narrow.looked_at() };
        let known = market.searched.get(&sought).filter(|known| known.changes == market.changes);
        let hits = known.map_or_else(
            || {
                let hits: Arc<[Hit]> =
                    market.index.search(&sought.text, reader, &sought.kinds).into();
                let found = Searched { changes: market.changes, hits: hits.clone() };
                market.searched.insert(sought, found);
                hits
            },
            |known| known.hits,
        );
        narrow.through(&hits, &market.index)
    }

    // A panic while the lock was held leaves an index that still answers; it is rebuilt at the next start.
    fn read(&self) -> RwLockReadGuard<'_, Market> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Market> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The records of one kind that events are about: one, or many, which an event then names by `list`.
fn subjects<Id: FromStr + Into<Uuid>>(events: &[event::Model], list: &str) -> HashSet<Uuid> {
    let about = |event: &event::Model| -> Vec<Id> {
        let many = event.body[list].as_array().into_iter().flatten();
        let all = event.subject.as_deref().into_iter().chain(many.filter_map(|id| id.as_str()));
        all.filter_map(|id| id.parse().ok()).collect()
    };
    // What matching itself wrote changes nothing that matching reads, and no file does.
    let heeded = |event: &&event::Model| {
        !event.kind.ends_with("_MATCHED")
            && event.kind != "MATCHES_GENERATED"
            && !event.kind.starts_with("DOCUMENT_")
    };
    events.iter().filter(heeded).flat_map(about).map(Into::into).collect()
}

/// The needs and offers that events are about, without those that were generated by the hundred.
pub(crate) fn touched(events: &[event::Model]) -> (HashSet<NeedId>, HashSet<OfferId>) {
    let needs = subjects::<NeedId>(events, "");
    let offers = subjects::<OfferId>(events, "");
    (needs.into_iter().map(NeedId).collect(), offers.into_iter().map(OfferId).collect())
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
        title: passages([Some(&need.title)]),
        public_text: passages([Some(&need.summary), need.partner_role.as_ref()]),
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
        ..Profile::new(need.id.0, Kind::Need)
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
        title: passages([Some(&offer.title)]),
        public_text: passages([
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
        ..Profile::new(offer.id.0, Kind::Offer)
    }
}

/// What matching may read of what answers needs beside offers: intellectual property, a capability.
pub(crate) struct SupplyText<'a> {
    pub(crate) id: Uuid,
    pub(crate) kind: Kind,
    /// What everybody reads.
    pub(crate) title: Option<&'a Localized>,
    pub(crate) summary: Option<&'a Localized>,
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
        title: passages([supply.title]),
        public_text: passages([supply.summary]),
        network_text: passages([supply.network_text]),
        open: true,
        sectors: supply.scian.0.clone(),
        trl: supply.trl.map(|(least, most)| (level(least), level(most))),
        state: supply.state.map(ToOwned::to_owned),
        institution: Some(supply.ott.0),
        ..Profile::new(supply.id, supply.kind)
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_about_one_record_or_about_many() {
        let need = NeedId(Uuid::from_u128(7));
        let event = |kind: &str, subject: Option<String>, body: serde_json::Value| event::Model {
            seq: 1,
            id: entity::EventId::default(),
            xid: 0,
            kind: kind.into(),
            actor_id: None,
            client_id: None,
            subject,
            subject_id: None,
            body,
            happened_at: chrono::DateTime::UNIX_EPOCH,
        };
        let many = event("NEEDS_GENERATED", None, serde_json::json!({ "needs": [need] }));
        let one = event("NEED_PUBLISHED", Some(need.to_string()), serde_json::json!({}));
        let own = event("NEED_MATCHED", Some(need.to_string()), serde_json::json!({}));
        for (event, needs) in [(&many, 1), (&one, 1), (&own, 0)] {
            let found = subjects::<NeedId>(std::slice::from_ref(event), "needs");
            assert_eq!(found.len(), needs, "{}", event.kind);
            assert!(subjects::<OfferId>(std::slice::from_ref(event), "offers").is_empty());
        }
        assert!(touched(&[many]).0.is_empty());
    }
}
