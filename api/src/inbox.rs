//! What waits for somebody: computed when it is asked for, of what the slices declare, so
//! that there is nothing to be kept true.

use std::sync::Arc;

use async_graphql::{ComplexObject, Context, ID, SimpleObject, Subscription};
use chrono::{DateTime, Utc};
use entity::{
    AgreementId, DisclosureLevel, InboxKind, InterestId, IpAssetId, NeedId, OfferId, ProjectId,
    SavedSearchId,
    waiting::{Column, Entity},
};
use sea_orm::{
    ColumnTrait, Condition, DbErr, Order as Direction, QueryResult,
    sea_query::{Expr, Func, Query, SelectStatement, UnionType},
};
use uuid::Uuid;

use crate::{
    agreements::{self, Agreement},
    context::Request,
    error::Result,
    feed::{Following, Moment, Topic},
    interests::{self, Interest},
    ip::{self, IpAsset},
    needs::{self, Need},
    offers::{self, Offer},
    policy::{Viewer, WaitingFacts},
    projects::{self, Project},
    read::{
        Facts, Field, Kind, Node, One, Order, Page, PageArgs, Relation, Row, Shown, ToOne,
        fingerprint, page,
    },
    searches::{self, SavedSearch},
    subscriptions::{Mark, Memory, Said, nothing, something},
    waits::Waits,
};

/// Something that waits for you.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct InboxItem {
    /// What you are expected to do, and with what.
    kind: InboxKind,
    /// The id of the record that waits (`need_…`, `offer_…`, `interest_…`, `agreement_…`, `asset_…`, `project_…`, `search_…`): ask for it by the field of its kind, or by `node`.
    record: ID,
    /// Since when it waits.
    since: DateTime<Utc>,
    /// Until when it waits: then it expires, or lapses some time later. Null for what has no end of its own.
    until: Option<DateTime<Utc>>,
    /// Whether the service marked it for those above, because nobody had taken it over in time.
    escalated: bool,
    #[graphql(skip)]
    id: Uuid,
    #[graphql(skip)]
    need: One<Need>,
    #[graphql(skip)]
    offer: One<Offer>,
    #[graphql(skip)]
    interest: One<Interest>,
    #[graphql(skip)]
    agreement: One<Agreement>,
    #[graphql(skip)]
    ip_asset: One<IpAsset>,
    #[graphql(skip)]
    project: One<Project>,
    #[graphql(skip)]
    saved_search: One<SavedSearch>,
}

#[ComplexObject]
impl InboxItem {
    /// The need that waits. Null when it is something else.
    async fn need(&self) -> Option<Shown<Arc<Need>>> {
        self.need.clone().map(Shown)
    }

    /// The offer that waits. Null when it is something else.
    async fn offer(&self) -> Option<Shown<Arc<Offer>>> {
        self.offer.clone().map(Shown)
    }

    /// The expression of interest that waits. Null when it is something else.
    async fn interest(&self) -> Option<Shown<Arc<Interest>>> {
        self.interest.clone().map(Shown)
    }

    /// The agreement that waits. Null when it is something else.
    async fn agreement(&self) -> Option<Shown<Arc<Agreement>>> {
        self.agreement.clone().map(Shown)
    }

    /// The piece of intellectual property that waits. Null when it is something else.
    async fn ip_asset(&self) -> Option<Shown<Arc<IpAsset>>> {
        self.ip_asset.clone().map(Shown)
    }

    /// The project that waits. Null when it is something else.
    async fn project(&self) -> Option<Shown<Arc<Project>>> {
        self.project.clone().map(Shown)
    }

    /// The saved search that found something. Null when it is something else.
    async fn saved_search(&self) -> Option<Shown<Arc<SavedSearch>>> {
        self.saved_search.clone().map(Shown)
    }
}

use DisclosureLevel::PublicBlind as L0;

/// Every field that is read from columns. It is there for whom it was made, whole.
pub const FIELDS: &[Field<Column>] = &[
    Field::new("kind", &[Column::Kind], L0).filterable(),
    Field::new(
        "record",
        &[
            Column::NeedId,
            Column::OfferId,
            Column::InterestId,
            Column::AgreementId,
            Column::AssetId,
            Column::ProjectId,
            Column::SavedSearchId,
        ],
        L0,
    ),
    Field::new("since", &[Column::Since], L0).sortable(),
    Field::new("until", &[Column::Until], L0),
    Field::new("escalated", &[Column::Escalated], L0),
    Field::new("need", &[Column::NeedId], L0),
    Field::new("offer", &[Column::OfferId], L0),
    Field::new("interest", &[Column::InterestId], L0),
    Field::new("agreement", &[Column::AgreementId], L0),
    Field::new("ipAsset", &[Column::AssetId], L0),
    Field::new("project", &[Column::ProjectId], L0),
    Field::new("savedSearch", &[Column::SavedSearchId], L0),
];

impl Node for InboxItem {
    type Entity = Entity;
    type Column = Column;
    type Id = Uuid;
    type Facts = WaitingFacts;

    const KEY: Column = Column::Id;

    fn fields() -> &'static [Field<Column>] {
        FIELDS
    }

    fn relations() -> &'static [&'static dyn Relation<Self>] {
        &[
            &ToOne { name: "need", key: Column::NeedId, place: |item: &mut Self| &mut item.need },
            &ToOne {
                name: "offer",
                key: Column::OfferId,
                place: |item: &mut Self| &mut item.offer,
            },
            &ToOne {
                name: "interest",
                key: Column::InterestId,
                place: |item: &mut Self| &mut item.interest,
            },
            &ToOne {
                name: "agreement",
                key: Column::AgreementId,
                place: |item: &mut Self| &mut item.agreement,
            },
            &ToOne {
                name: "ipAsset",
                key: Column::AssetId,
                place: |item: &mut Self| &mut item.ip_asset,
            },
            &ToOne {
                name: "project",
                key: Column::ProjectId,
                place: |item: &mut Self| &mut item.project,
            },
            &ToOne {
                name: "savedSearch",
                key: Column::SavedSearchId,
                place: |item: &mut Self| &mut item.saved_search,
            },
        ]
    }

    fn facts() -> &'static [Column] {
        &[Column::Id]
    }

    /// What is made is made for the viewer.
    fn visible(_: &Viewer) -> Condition {
        Condition::all()
    }

    /// What all slices declare, in one statement.
    fn made(viewer: &Viewer) -> Option<SelectStatement> {
        let slices = [
            needs::waiting,
            offers::waiting,
            interests::waiting,
            agreements::waiting,
            ip::waiting,
            projects::waiting,
            searches::waiting,
        ];
        let parts = slices.into_iter().flat_map(|slice| slice(viewer));
        let all = parts.reduce(|mut all, part| all.union(UnionType::All, part).take());
        Some(all.unwrap_or_else(Waits::none))
    }

    fn know(_: &Facts<'_, Column>) -> Result<WaitingFacts> {
        Ok(WaitingFacts)
    }

    fn id(&self) -> Uuid {
        self.id
    }

    fn disclose(
        _: &Viewer,
        _: WaitingFacts,
        row: &Row<'_, Column>,
        _: DisclosureLevel,
    ) -> Result<Self> {
        let need = row.get::<NeedId>(Column::NeedId)?.map(|id| id.to_string());
        let offer = row.get::<OfferId>(Column::OfferId)?.map(|id| id.to_string());
        let interest = row.get::<InterestId>(Column::InterestId)?.map(|id| id.to_string());
        let agreement = row.get::<AgreementId>(Column::AgreementId)?.map(|id| id.to_string());
        let asset = row.get::<IpAssetId>(Column::AssetId)?.map(|id| id.to_string());
        let project = row.get::<ProjectId>(Column::ProjectId)?.map(|id| id.to_string());
        let search = row.get::<SavedSearchId>(Column::SavedSearchId)?.map(|id| id.to_string());
        let record = need.or(offer).or(interest).or(agreement).or(asset).or(project).or(search);
        Ok(Self {
            kind: row.get_or_default(Column::Kind)?,
            record: record.unwrap_or_default().into(),
            since: row.get_or_default(Column::Since)?,
            until: row.get(Column::Until)?,
            escalated: row.get_or_default(Column::Escalated)?,
            id: row.get_or_default(Column::Id)?,
            need: None,
            offer: None,
            interest: None,
            agreement: None,
            ip_asset: None,
            project: None,
            saved_search: None,
        })
    }
}

/// The viewer's inbox, oldest first.
pub(crate) async fn inbox(
    ctx: &Context<'_>,
    kinds: Option<Vec<InboxKind>>,
    args: &PageArgs,
) -> Result<Page<InboxItem>> {
    let by: &[_] = &[(Column::Since, Kind::Time), (Column::Rank, Kind::Number)];
    let order = Order { name: "OLDEST", by, descending: false };
    let print = fingerprint(&kinds);
    let condition = kinds.map(|kinds| Column::Kind.is_in(kinds));
    page(ctx, args, order, Condition::all().add_option(condition), print).await
}

/// That your inbox is another one than before.
#[derive(Clone, Debug, SimpleObject)]
pub struct InboxNews {
    /// What waits now of the record by whose change it was noticed; empty when nothing of it waits any more, and when `resync` is true. `viewer.inbox` has everything.
    items: Vec<InboxItem>,
    /// How much waits in all.
    total_count: i64,
    #[graphql(flatten)]
    mark: Mark,
}

/// Subscriptions to the inbox.
#[derive(Debug, Default)]
pub struct InboxSubscription;

#[Subscription]
impl InboxSubscription {
    /// That something came into your inbox or left it. What comes because time passes alone (finds of a saved search that are told daily or weekly) is noticed with the next change. For members of the network.
    async fn inbox_changed(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "The cursor of the inbox that you show: if yours is another one now, that is told at once, with `resync`. From now on when nothing is said."
        )]
        after: Option<String>,
    ) -> Result<Said<InboxNews>> {
        ctx.viewer().allow_member()?;
        let (total_count, now) = standing(ctx).await?;
        let before = ctx.data_unchecked::<Memory>().exchange(now.clone());
        let (before, record) = match ctx.data_unchecked::<Moment>() {
            Moment::Opening(following) => {
                // Seldom: their own events tell of the machine's matches, and nobody waits for them.
                let but = &["NEED_MATCHED", "OFFER_MATCHED"];
                let topic = Topic { nouns: NOUNS, but, ..Topic::default() };
                // That this was said before is no harm.
                let _ = following.set(Following { topic, after: None });
                (after.or_else(|| Some(now.clone())), None)
            }
            Moment::Event(event) => (before, event.subject_id),
            Moment::TooMuch => (before, None),
        };
        if before.as_ref() == Some(&now) {
            return Ok(nothing());
        }
        let items = match record {
            Some(id) => ctx.find("items", Column::Id.eq(id).into()).await?,
            None => Vec::new(),
        };
        let mark = Mark::standing(now, record.is_none());
        Ok(something(InboxNews { items, total_count, mark }))
    }
}

/// The kinds of records that wait, as their ids begin.
const NOUNS: &[&str] = &["need", "offer", "interest", "agreement", "asset", "project", "search"];

/// How much waits for the viewer, and what tells this inbox from every other that they had:
/// whatever comes waits since later than all before, and whatever leaves is one less.
async fn standing(ctx: &Context<'_>) -> Result<(i64, String)> {
    let rows = InboxItem::made(ctx.viewer()).unwrap_or_else(Waits::none);
    let column = |column: Column| Expr::col((Entity, column));
    let mut query = Query::select();
    query
        .expr(column(Column::Kind))
        .expr(Expr::cust("COUNT(*)"))
        .expr(Func::max(column(Column::Since)))
        .from_subquery(rows, Entity)
        .add_group_by([column(Column::Kind)])
        .order_by_expr(column(Column::Kind), Direction::Asc);
    let rows = ctx.loaders().fresh().rows(&query).await?;
    let kind = |row: &QueryResult| {
        let since: DateTime<Utc> = row.try_get_by_index(2)?;
        Ok::<(String, i64, _), DbErr>((
            row.try_get_by_index(0)?,
            row.try_get_by_index(1)?,
            since.timestamp_micros(),
        ))
    };
    let kinds = rows.iter().map(kind).collect::<Result<Vec<_>, _>>()?;
    let total = kinds.iter().map(|(_, count, _)| count).sum();
    Ok((total, format!("inbox-{:08x}", fingerprint(&kinds))))
}
