//! What the records of labelled pairs say: what matching may read of them, without whom it names.

use std::{
    collections::{HashMap, HashSet},
    fmt::Write as _,
};

use entity::{Language, NeedId, OfferId, OrganizationId, need, offer, organization};
use matching::Profile;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use sha2::{Digest, Sha256};

use super::labels::{Label, MOST_IDS};
use crate::{
    blind,
    db::Db,
    error::Result,
    lifecycle::blind_names,
    matches::{need_profile, offer_profile},
};

/// A need or an offer as a labelled pair holds it.
#[derive(Clone, Debug)]
pub(super) struct Text {
    pub(super) id: String,
    pub(super) language: Language,
    /// In one line.
    pub(super) text: String,
}

/// What the needs and the offers of labelled pairs say; nothing of a record that says nothing but
/// whom it is from.
#[derive(Debug, Default)]
pub(super) struct Texts {
    needs: HashMap<NeedId, Text>,
    offers: HashMap<OfferId, Text>,
}

impl Texts {
    /// Both sides of a pair.
    pub(super) fn of(&self, label: &Label) -> Option<(&Text, &Text)> {
        self.needs.get(&label.need).zip(self.offers.get(&label.offer))
    }

    /// Reads those of some pairs.
    ///
    /// # Errors
    /// When the database is away.
    pub(super) async fn read(db: &Db, labels: &[Label]) -> Result<Self> {
        let mut texts = Self::default();
        for labels in labels.chunks(MOST_IDS) {
            let needs: HashSet<NeedId> = labels.iter().map(|label| label.need).collect();
            let offers: HashSet<OfferId> = labels.iter().map(|label| label.offer).collect();
            let needs = need::Entity::find().filter(need::Column::Id.is_in(needs));
            let needs = needs.all(db.fresh()).await?;
            let offers = offer::Entity::find().filter(offer::Column::Id.is_in(offers));
            let offers = offers.all(db.fresh()).await?;
            let names = Names::of(db, &needs, &offers).await?;
            texts.needs.extend(needs.iter().filter_map(|need| {
                let names = names.of_all(behind(need));
                let text = said(&need.id.to_string(), &need_profile(need), &names)?;
                Some((need.id, text))
            }));
            texts.offers.extend(offers.iter().filter_map(|offer| {
                let mut names = names.of_all([offer.ott_id]);
                names.extend(offer.inventors.0.iter().filter_map(|name| blind::comparable(name)));
                let text = said(&offer.id.to_string(), &offer_profile(offer), &names)?;
                Some((offer.id, text))
            }));
        }
        Ok(texts)
    }
}

/// The organizations behind a need.
fn behind(need: &need::Model) -> Vec<OrganizationId> {
    let mut all = need.shared_by.parsed();
    all.extend([need.company_id, need.chamber_id]);
    all
}

/// What organizations are known by, each with the one that it belongs to.
struct Names(HashMap<OrganizationId, Vec<String>>);

impl Names {
    async fn of(db: &Db, needs: &[need::Model], offers: &[offer::Model]) -> Result<Self> {
        let offices = offers.iter().map(|offer| offer.ott_id);
        let wanted: HashSet<_> = needs.iter().flat_map(behind).chain(offices).collect();
        let rows = organizations(db, wanted).await?;
        let parents = rows.iter().filter_map(|row| row.parent_id).collect();
        let parents = organizations(db, parents).await?;
        let parents: HashMap<_, _> = parents.iter().map(|row| (row.id, blind_names(row))).collect();
        let names = rows.iter().map(|row| {
            let parent = row.parent_id.and_then(|parent| parents.get(&parent));
            (row.id, blind_names(row).into_iter().chain(parent.into_iter().flatten().cloned()))
        });
        Ok(Self(names.map(|(id, names)| (id, names.collect())).collect()))
    }

    fn of_all(&self, ids: impl IntoIterator<Item = OrganizationId>) -> Vec<String> {
        ids.into_iter().filter_map(|id| self.0.get(&id)).flatten().cloned().collect()
    }
}

async fn organizations(db: &Db, ids: HashSet<OrganizationId>) -> Result<Vec<organization::Model>> {
    let ids: Vec<_> = ids.into_iter().collect();
    let mut rows = Vec::new();
    for some in ids.chunks(MOST_IDS) {
        let some = organization::Column::Id.is_in(some.iter().copied());
        rows.extend(organization::Entity::find().filter(some).all(db.fresh()).await?);
    }
    Ok(rows)
}

/// What matching may read of a record, in Spanish if it says anything in Spanish. Only the public
/// text has passed the blind check when it was published: here the rest passes it as well, and a
/// passage that gives somebody away is left out as a whole.
fn said(id: &str, profile: &Profile, names: &[String]) -> Option<Text> {
    let public = profile.title.iter().chain(&profile.public_text);
    let passages = public.chain(&profile.network_text);
    let blind: Vec<_> =
        passages.filter(|passage| blind::leaks(&passage.text, names).is_empty()).collect();
    let language = [matching::Language::Spanish, matching::Language::English]
        .into_iter()
        .find(|language| blind.iter().any(|passage| passage.language == *language))?;
    let words = blind.iter().filter(|passage| passage.language == language);
    let words: Vec<&str> = words.flat_map(|passage| passage.text.split_whitespace()).collect();
    let language = match language {
        matching::Language::Spanish => Language::Es,
        matching::Language::English => Language::En,
    };
    (!words.is_empty()).then(|| Text { id: opaque(&[id]), language, text: words.join(" ") })
}

/// A name for records that stays the same and tells neither which they are nor when they were
/// written: ids of records hold their moment, and would open the records themselves to whoever
/// may read them when an export has been passed on. There is no key: who knows the ids of all
/// records knows their texts as well, which stand beside it.
pub(super) fn opaque(ids: &[&str]) -> String {
    let mut hasher = Sha256::new();
    hasher.update("feedback");
    for id in ids {
        hasher.update([0]);
        hasher.update(id);
    }
    hasher.finalize().iter().take(16).fold(String::new(), |mut hex, byte| {
        // Writing into a string does not fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}
