//! Reading needs.

use async_graphql::{Context, Enum, InputObject, Object};
use chrono::{DateTime, Utc};
use entity::{NeedId, NeedStatus, NeedType, OrganizationId, ProblemKind, RegionId, need::Column};
use sea_orm::{ColumnTrait, Condition};

use super::{
    Need,
    counts::{NeedCount, NeedDimension, counts},
};
use crate::{
    codes::Labels,
    context::Request,
    error::{Result, Told},
    filter,
    policy::{Viewer, own_needs, visible_needs_in},
    read::{Asked, Kind, List, Node, Order, Page, PageArgs, SIZES, Shown, fingerprint, page},
};

/// Which needs; conditions that are not given do not count, those that are count together.
#[derive(Clone, Debug, Default, InputObject)]
pub struct NeedFilter {
    /// With this folio, exactly.
    folio: Option<String>,
    /// Of your own organizations: those in which you hold a role that speaks for them. False counts as not given.
    mine: Option<bool>,
    /// In one of these statuses.
    status: Option<Vec<NeedStatus>>,
    /// Of one of these types.
    #[graphql(name = "type")]
    kind: Option<Vec<NeedType>>,
    /// About one of these kinds of trouble.
    problem_kind: Option<Vec<ProblemKind>>,
    /// Concerning this SCIAN sector, subsector or branch: a code or its beginning (`31-33`, `326`, `3261`).
    scian: Option<String>,
    /// Whose main activity, the first that it names, is in this SCIAN subsector (three digits).
    subsector: Option<String>,
    /// In this federal state (INEGI key, `01` to `32`).
    state: Option<String>,
    /// Brought by this chamber.
    chamber: Option<OrganizationId>,
    /// From this region of a chamber.
    region: Option<RegionId>,
    /// Accepting technology at this readiness level or above, 1 to 9.
    trl_min: Option<i32>,
    /// Accepting technology at this readiness level or below, 1 to 9.
    trl_max: Option<i32>,
    /// Open for interest, or not.
    open_for_interest: Option<bool>,
    /// Offered to the network at this moment or later.
    published_since: Option<DateTime<Utc>>,
    /// With this in its public text, without regard to accents and case, 1 to 200 characters. `search` ranks; this only filters.
    text: Option<String>,
}

impl NeedFilter {
    /// The needs that it can leave and that the viewer may know of.
    pub(super) fn visible(&self, viewer: &Viewer) -> Condition {
        visible_needs_in(viewer, self.status.as_deref())
    }

    pub(super) fn condition(self, labels: &Labels, viewer: &Viewer) -> Result<Condition> {
        let mut all = Condition::all()
            .add_option(filter::folio(Column::Folio, self.folio)?)
            .add_option((self.mine == Some(true)).then(|| own_needs(viewer)))
            .add_option(self.status.map(|status| Column::Status.is_in(status)))
            .add_option(self.kind.map(|kinds| Column::Kind.is_in(kinds)))
            .add_option(self.problem_kind.map(|kinds| Column::ProblemKind.is_in(kinds)))
            .add_option(filter::scian(labels, Column::Scian, self.scian)?)
            .add_option(filter::subsector(labels, Column::Subsector, self.subsector)?)
            .add_option(filter::state(labels, Column::StateCode, self.state)?)
            .add_option(filter::id("filter.chamber", Column::ChamberId, self.chamber)?)
            .add_option(filter::id("filter.region", Column::RegionId, self.region)?);
        if let Some(least) = self.trl_min {
            let least = filter::trl("filter.trlMin", least)?;
            // A need that names no band accepts any level.
            let accepts = Column::AcceptedTrlMax;
            all = all.add(Condition::any().add(accepts.is_null()).add(accepts.gte(least)));
        }
        if let Some(most) = self.trl_max {
            let most = filter::trl("filter.trlMax", most)?;
            let accepts = Column::AcceptedTrlMin;
            all = all.add(Condition::any().add(accepts.is_null()).add(accepts.lte(most)));
        }
        let since = self.published_since;
        Ok(all
            .add_option(self.open_for_interest.map(|open| Column::OpenForInterest.eq(open)))
            .add_option(filter::since("filter.publishedSince", Column::PublishedAt, since)?)
            .add_option(filter::text(Column::PublicTextFolded, self.text)?))
    }
}

/// How needs are ordered; needs that are equal in it follow their id.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Enum)]
pub enum NeedOrder {
    /// Last offered to the network first; drafts by the time they were written.
    #[default]
    Newest,
    /// First offered to the network first.
    Oldest,
    /// By title, A to Z, without regard to accents and case.
    Title,
    /// Last changed first.
    RecentlyUpdated,
}

impl NeedOrder {
    fn order(self) -> Order<Column> {
        let (name, by, descending): (_, &'static [(Column, Kind)], _) = match self {
            Self::Newest => ("NEWEST", &[(Column::ListedAt, Kind::Time)], true),
            Self::Oldest => ("OLDEST", &[(Column::ListedAt, Kind::Time)], false),
            Self::Title => ("TITLE", &[(Column::TitleFolded, Kind::Text)], false),
            Self::RecentlyUpdated => ("RECENTLY_UPDATED", &[(Column::UpdatedAt, Kind::Time)], true),
        };
        Order { name, by, descending }
    }
}

/// Queries of needs.
#[derive(Debug, Default)]
pub struct NeedQuery;

#[Object]
impl NeedQuery {
    /// One need. Null when it does not exist, or not for you.
    async fn need(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id (`need_…`).")] id: NeedId,
    ) -> Told<Need> {
        ctx.read(id).await.transpose()
    }

    /// The needs that you may see: what is on offer to the network, and all of your own.
    #[expect(clippy::too_many_arguments, reason = "the arguments of the field")]
    async fn needs(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which needs; all when nothing is said.")] filter: Option<NeedFilter>,
        #[graphql(default, desc = "In which order.")] order: NeedOrder,
        #[graphql(desc = "How many from the start, 1 to 100; 20 when nothing is said.")]
        first: Option<i32>,
        #[graphql(desc = "Only what follows this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what precedes this cursor.")] before: Option<String>,
    ) -> Told<Page<Need>> {
        let args = PageArgs { first, after, last, before };
        Some(list(ctx, filter.unwrap_or_default(), order, &args).await)
    }

    /// How many needs that you may see there are of each kind, the most frequent kind first; a need counts once. Null when the dimensions or the filter cannot be used.
    async fn need_counts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which needs; all when nothing is said.")] filter: Option<NeedFilter>,
        #[graphql(desc = "By what they are counted: one or two different dimensions.")] by: Vec<
            NeedDimension,
        >,
    ) -> Told<Vec<Shown<Box<NeedCount>>>> {
        Some(counts(ctx, filter.unwrap_or_default(), &by).await)
    }
}

/// The needs below another thing that the viewer may know of, newest first.
pub(crate) fn newest_needs(viewer: &Viewer, asked: &Asked<'_>) -> Result<List<Need>> {
    let (args, print) = (PageArgs::of(asked)?, fingerprint(&asked.name()));
    List::new(asked, (&args, SIZES), NeedOrder::Newest.order(), Need::visible(viewer), print)
}

async fn list(
    ctx: &Context<'_>,
    filter: NeedFilter,
    order: NeedOrder,
    args: &PageArgs,
) -> Result<Page<Need>> {
    let print = fingerprint(&filter);
    let condition = filter.condition(ctx.service().labels(), ctx.viewer())?;
    page(ctx, args, order.order(), condition, print).await
}
