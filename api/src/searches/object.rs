//! A saved search and what it found, as its owner sees them.

use std::{collections::HashMap, sync::Arc};

use async_graphql::{ComplexObject, Context, SimpleObject, dataloader::Loader};
use chrono::{DateTime, Utc};
use entity::{
    Codes, DisclosureLevel, SavedSearchId, SavedSearchKind, SearchCadence, SearchChannel,
    SearchFindId,
    saved_search::{self, Column},
    search_find::{self, Column as Find},
};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QuerySelect};

use super::query::last_finds;
use crate::{
    codes::{self, Code},
    context::Request,
    error::{Error, Result, Told},
    needs::Need,
    offers::Offer,
    policy::{
        SavedSearchFacts, SearchFindFacts, Viewer, own_searches, unseen_finds, visible_finds,
    },
    read::{Batch, Facts, Field, Many, Node, One, Page, Relation, Row, Shown, ToMany, ToOne},
    webhooks::WebhookEndpoint,
};

/// A search that you saved, to be told of what is published and fits it. Nobody else knows of it.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct SavedSearch {
    /// Identifies it.
    pub(crate) id: SavedSearchId,
    /// Grows by one when it is changed, paused or resumed; give it as `expectedVersion` when you change it.
    version: i32,
    /// What you call it.
    name: String,
    /// Whether it looks for needs or for offers.
    kind: SavedSearchKind,
    /// Words that all have to be in what members of the network read, in Spanish or English. Null when any text will do.
    text: Option<String>,
    /// An offer at this technology readiness level or above, or a need that accepts one, 1 to 9. Null when nothing was said.
    trl_min: Option<i32>,
    /// An offer at this technology readiness level or below, or a need that accepts one, 1 to 9. Null when nothing was said.
    trl_max: Option<i32>,
    /// When it tells what it finds.
    cadence: SearchCadence,
    /// Where it tells what it finds.
    channel: SearchChannel,
    /// It tells of what was first published after this moment: when it was saved, when it was last made to look for something else, or when it was last resumed.
    since: DateTime<Utc>,
    /// Since when it looks for nothing. Null while it looks.
    paused_at: Option<DateTime<Utc>>,
    /// When it was saved.
    created_at: DateTime<Utc>,
    /// When it was last changed, paused or resumed.
    updated_at: DateTime<Utc>,
    #[graphql(skip)]
    scian_codes: Codes,
    #[graphql(skip)]
    state_codes: Codes,
    #[graphql(skip)]
    webhook_endpoint: One<WebhookEndpoint>,
    #[graphql(skip)]
    finds: Many<SearchFind>,
}

#[ComplexObject]
impl SavedSearch {
    /// The SCIAN sectors, subsectors or branches in one of which it has to be; any when there is none.
    async fn scian(&self, ctx: &Context<'_>) -> Vec<Code> {
        codes::resolve(ctx, codes::SCIAN, &self.scian_codes)
    }

    /// The federal states in one of which it has to be (INEGI); any when there is none.
    async fn states(&self, ctx: &Context<'_>) -> Vec<Code> {
        codes::resolve(ctx, codes::STATE, &self.state_codes)
    }

    /// Where it tells besides the inbox. Null with the channel `INBOX`, and when the endpoint was removed or is yours to administer no longer: then the inbox alone tells.
    async fn webhook_endpoint(&self) -> Option<Shown<Arc<WebhookEndpoint>>> {
        self.webhook_endpoint.clone().map(Shown)
    }

    /// What it has told, the last first, without what has left the network since. The first `newCount` of them are new.
    async fn finds(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            name = "first",
            desc = "How many from the start, 1 to 100; 20 when nothing is said."
        )]
        _first: Option<i32>,
        #[graphql(name = "after", desc = "Only what follows this cursor.")] _after: Option<String>,
        #[graphql(name = "last", desc = "How many from the end, 1 to 100.")] _last: Option<i32>,
        #[graphql(name = "before", desc = "Only what precedes this cursor.")] _before: Option<
            String,
        >,
    ) -> Told<Page<SearchFind>> {
        Some(self.finds.page(ctx))
    }

    /// How many finds you have not marked as seen, 0 or more.
    async fn new_count(&self, ctx: &Context<'_>) -> Result<i64> {
        Ok(ctx.loaders().load_for(UnseenFindsOf(self.id)).await?.unwrap_or_default())
    }
}

/// How many finds of a saved search its owner has not looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct UnseenFindsOf(SavedSearchId);

impl Loader<UnseenFindsOf> for Batch {
    type Value = i64;
    type Error = Error;

    async fn load(&self, keys: &[UnseenFindsOf]) -> Result<HashMap<UnseenFindsOf, i64>> {
        let counts: Vec<(SavedSearchId, i64)> = search_find::Entity::find()
            .select_only()
            .column(Find::SavedSearchId)
            .column_as(Find::Id.count(), "count")
            .filter(Find::SavedSearchId.is_in(keys.iter().map(|key| key.0)))
            .filter(unseen_finds(&self.viewer))
            .group_by(Find::SavedSearchId)
            .into_tuple()
            .all(self.db.fresh())
            .await?;
        Ok(counts.into_iter().map(|(id, count)| (UnseenFindsOf(id), count)).collect())
    }
}

/// A need or an offer that a saved search found, as far as you may see it now.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct SearchFind {
    /// Identifies it; give it to `markSearchSeen` when you have looked at it.
    id: SearchFindId,
    /// When it was told.
    told_at: DateTime<Utc>,
    #[graphql(skip)]
    need: One<Need>,
    #[graphql(skip)]
    offer: One<Offer>,
}

#[ComplexObject]
impl SearchFind {
    /// The need that was found. Null when it is an offer.
    async fn need(&self) -> Option<Shown<Arc<Need>>> {
        self.need.clone().map(Shown)
    }

    /// The offer that was found. Null when it is a need.
    async fn offer(&self) -> Option<Shown<Arc<Offer>>> {
        self.offer.clone().map(Shown)
    }
}

use DisclosureLevel::PublicBlind as L0;

/// Every field that is read from columns. L0 is here what its owner reads: nobody else reads any of it.
pub const FIELDS: &[Field<Column>] = &[
    Field::new("id", &[Column::Id], L0),
    Field::new("version", &[Column::Version], L0),
    Field::new("name", &[Column::Name], L0),
    Field::new("kind", &[Column::Kind], L0),
    Field::new("text", &[Column::Text], L0),
    Field::new("scian", &[Column::Scian], L0),
    Field::new("states", &[Column::States], L0),
    Field::new("trlMin", &[Column::TrlMin], L0),
    Field::new("trlMax", &[Column::TrlMax], L0),
    Field::new("cadence", &[Column::Cadence], L0),
    Field::new("channel", &[Column::Channel], L0),
    Field::new("webhookEndpoint", &[Column::WebhookEndpointId], L0),
    Field::new("since", &[Column::Since], L0),
    Field::new("pausedAt", &[Column::PausedAt], L0),
    Field::new("createdAt", &[Column::CreatedAt], L0).sortable(),
    Field::new("updatedAt", &[Column::UpdatedAt], L0),
];

/// The same of what it found.
pub const FIND_FIELDS: &[Field<Find>] = &[
    Field::new("id", &[Find::Id], L0),
    Field::new("toldAt", &[Find::ToldAt], L0).sortable(),
    Field::new("need", &[Find::NeedId], L0),
    Field::new("offer", &[Find::OfferId], L0),
];

impl Node for SavedSearch {
    type Entity = saved_search::Entity;
    type Column = Column;
    type Id = SavedSearchId;
    type Facts = SavedSearchFacts;

    const KEY: Column = Column::Id;

    fn fields() -> &'static [Field<Column>] {
        FIELDS
    }

    fn relations() -> &'static [&'static dyn Relation<Self>] {
        &[
            &ToOne {
                name: "webhookEndpoint",
                key: Column::WebhookEndpointId,
                place: |row: &mut Self| &mut row.webhook_endpoint,
            },
            &ToMany {
                name: "finds",
                parent: Find::SavedSearchId,
                list: last_finds,
                place: |row: &mut Self| &mut row.finds,
            },
        ]
    }

    fn facts() -> &'static [Column] {
        &[Column::Id, Column::PersonId]
    }

    fn visible(viewer: &Viewer) -> Condition {
        own_searches(viewer)
    }

    fn know(row: &Facts<'_, Column>) -> Result<SavedSearchFacts> {
        Ok(SavedSearchFacts { id: row.fact(Column::Id)?, person_id: row.fact(Column::PersonId)? })
    }

    fn id(&self) -> SavedSearchId {
        self.id
    }

    fn disclose(
        _: &Viewer,
        facts: SavedSearchFacts,
        row: &Row<'_, Column>,
        _: DisclosureLevel,
    ) -> Result<Self> {
        Ok(Self {
            id: facts.id,
            version: row.get_or_default(Column::Version)?,
            name: row.get_or_default(Column::Name)?,
            kind: row.get_or_default(Column::Kind)?,
            text: row.get(Column::Text)?,
            trl_min: row.get(Column::TrlMin)?,
            trl_max: row.get(Column::TrlMax)?,
            cadence: row.get_or_default(Column::Cadence)?,
            channel: row.get_or_default(Column::Channel)?,
            since: row.get_or_default(Column::Since)?,
            paused_at: row.get(Column::PausedAt)?,
            created_at: row.get_or_default(Column::CreatedAt)?,
            updated_at: row.get_or_default(Column::UpdatedAt)?,
            scian_codes: row.get_or_default(Column::Scian)?,
            state_codes: row.get_or_default(Column::States)?,
            webhook_endpoint: None,
            finds: Many::default(),
        })
    }
}

impl Node for SearchFind {
    type Entity = search_find::Entity;
    type Column = Find;
    type Id = SearchFindId;
    type Facts = SearchFindFacts;

    const KEY: Find = Find::Id;

    fn fields() -> &'static [Field<Find>] {
        FIND_FIELDS
    }

    fn relations() -> &'static [&'static dyn Relation<Self>] {
        &[
            &ToOne { name: "need", key: Find::NeedId, place: |row: &mut Self| &mut row.need },
            &ToOne { name: "offer", key: Find::OfferId, place: |row: &mut Self| &mut row.offer },
        ]
    }

    fn facts() -> &'static [Find] {
        &[Find::Id, Find::SavedSearchId, Find::PersonId, Find::ToldAt]
    }

    fn visible(viewer: &Viewer) -> Condition {
        visible_finds(viewer)
    }

    fn know(row: &Facts<'_, Find>) -> Result<SearchFindFacts> {
        Ok(SearchFindFacts {
            id: row.fact(Find::Id)?,
            person_id: row.fact(Find::PersonId)?,
            told_at: row.fact(Find::ToldAt)?,
        })
    }

    fn id(&self) -> SearchFindId {
        self.id
    }

    fn disclose(
        _: &Viewer,
        facts: SearchFindFacts,
        _: &Row<'_, Find>,
        _: DisclosureLevel,
    ) -> Result<Self> {
        Ok(Self { id: facts.id, told_at: facts.told_at, need: None, offer: None })
    }
}
