//! The rules for saved searches and what they find: they are their owner's alone, as long as the
//! network lets the owner in. What is told of a find besides is the need's or the offer's to say.

use chrono::{DateTime, Utc};
use entity::{
    DisclosureLevel, PersonId, SavedSearchId, SearchFindId, need, offer, saved_search, search_find,
    webhook_endpoint,
};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, ExprTrait, QueryFilter, QuerySelect, QueryTrait,
    sea_query::Expr,
};

use super::{Action, Resource, Viewer, client::administers, none, visible_needs, visible_offers};

/// What the rules need to know of a saved search.
#[derive(Clone, Copy, Debug)]
pub struct SavedSearchFacts {
    /// Which.
    pub id: SavedSearchId,
    /// Whose it is.
    pub person_id: PersonId,
}

impl Resource for SavedSearchFacts {
    const NAME: &'static str = "saved search";

    fn level(&self, viewer: &Viewer) -> Option<DisclosureLevel> {
        is_whole(viewer, self.person_id)
    }
}

impl Resource for saved_search::Model {
    const NAME: &'static str = SavedSearchFacts::NAME;

    fn level(&self, viewer: &Viewer) -> Option<DisclosureLevel> {
        is_whole(viewer, self.person_id)
    }
}

/// What the rules need to know of a find.
#[derive(Clone, Copy, Debug)]
pub struct SearchFindFacts {
    /// Which.
    pub id: SearchFindId,
    /// Whose search it is.
    pub person_id: PersonId,
    /// From when on it is told.
    pub told_at: DateTime<Utc>,
}

impl Resource for SearchFindFacts {
    const NAME: &'static str = "find of a saved search";

    fn level(&self, viewer: &Viewer) -> Option<DisclosureLevel> {
        is_whole(viewer, self.person_id).filter(|_| self.told_at <= viewer.now)
    }
}

/// Everything for the owner, nothing for everybody else.
fn is_whole(viewer: &Viewer, owner: PersonId) -> Option<DisclosureLevel> {
    (viewer.system || searcher(viewer) == Some(owner)).then_some(DisclosureLevel::Contract)
}

/// Who may have saved searches: a person whom the network lets in. What they search is what its
/// members read, so whoever is let in no more reads none of it.
fn searcher(viewer: &Viewer) -> Option<PersonId> {
    viewer.person.filter(|_| viewer.is_member())
}

/// The viewer's own saved searches.
#[must_use]
pub fn own_searches(viewer: &Viewer) -> Condition {
    if viewer.system {
        return Condition::all();
    }
    let own = searcher(viewer).map(|person| saved_search::Column::PersonId.eq(person));
    own.map_or_else(|| Condition::all().add(none()), |own| Condition::all().add(own))
}

/// Whether a search tells at an endpoint too, as long as this is its owner: who administers the
/// endpoint, and may read what searches find.
#[must_use]
pub fn tells_at(
    owner: &Viewer,
    search: &saved_search::Model,
    endpoint: &webhook_endpoint::Model,
) -> bool {
    search.level(owner).is_some() && administers(owner, endpoint.organization_id)
}

/// What the viewer's own saved searches have told.
#[must_use]
pub fn told_finds(viewer: &Viewer) -> Condition {
    use search_find::Column;
    if viewer.system {
        return Condition::all();
    }
    let Some(person) = searcher(viewer) else { return Condition::all().add(none()) };
    Condition::all().add(Column::PersonId.eq(person)).add(Column::ToldAt.lte(viewer.now))
}

/// The same, of what the viewer may still know of.
#[must_use]
pub fn visible_finds(viewer: &Viewer) -> Condition {
    told_finds(viewer).add(known_finds(viewer))
}

/// Finds, whosever search found them, of a need or an offer that the viewer may know of.
#[must_use]
pub fn known_finds(viewer: &Viewer) -> Condition {
    use search_find::Column;
    let find = |column: Column| Expr::col((search_find::Entity, column));
    let here = find(Column::NeedId).equals((need::Entity, need::Column::Id));
    let needs = need::Entity::find().select_only().column(need::Column::Id).filter(here);
    let here = find(Column::OfferId).equals((offer::Entity, offer::Column::Id));
    let offers = offer::Entity::find().select_only().column(offer::Column::Id).filter(here);
    Condition::any()
        .add(Expr::exists(needs.filter(visible_needs(viewer)).into_query()))
        .add(Expr::exists(offers.filter(visible_offers(viewer)).into_query()))
}

/// Those of them that came behind the last one that the viewer has looked at.
#[must_use]
pub fn unseen_finds(viewer: &Viewer) -> Condition {
    use saved_search::Column as Search;
    use search_find::Column;
    let search = |column: Search| Expr::col((saved_search::Entity, column));
    let find = |column: Column| Expr::col((search_find::Entity, column));
    let seen = Expr::tuple([search(Search::SeenAt), search(Search::SeenId)]);
    let behind = seen.lt(Expr::tuple([find(Column::ToldAt), find(Column::Id)]));
    let of = saved_search::Entity::find()
        .select_only()
        .column(Search::Id)
        .filter(search(Search::Id).equals((search_find::Entity, Column::SavedSearchId)))
        .filter(behind);
    visible_finds(viewer).add(Expr::exists(of.into_query()))
}

/// What can be done to a saved search. Names are those of the mutations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sea_orm::EnumIter)]
pub enum SavedSearchAction {
    /// Save it.
    Save,
    /// Change what it looks for, or when it tells.
    Change,
    /// Let it look for nothing for a while.
    Pause,
    /// Let it go on.
    Resume,
    /// Say up to which find one has looked.
    MarkSeen,
    /// Delete it with everything that it found.
    Delete,
}

impl SavedSearchAction {
    /// The mutation that does it.
    #[must_use]
    pub fn mutation(self) -> &'static str {
        match self {
            Self::Save => "saveSearch",
            Self::Change => "changeSavedSearch",
            Self::Pause => "pauseSavedSearch",
            Self::Resume => "resumeSavedSearch",
            Self::MarkSeen => "markSearchSeen",
            Self::Delete => "deleteSavedSearch",
        }
    }
}

impl Action for SavedSearchAction {
    type On = saved_search::Model;

    fn permitted(self, viewer: &Viewer, row: &saved_search::Model) -> bool {
        searcher(viewer) == Some(row.person_id)
    }
}
