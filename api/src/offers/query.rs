//! Reading offers.

use async_graphql::{Context, Enum, InputObject, Object};
use chrono::{DateTime, Utc};
use entity::{IprStatus, OfferId, OfferStatus, OfferType, OrganizationId, offer::Column};
use sea_orm::{ColumnTrait, Condition};

use super::Offer;
use crate::{
    codes::Labels,
    context::Request,
    error::{Result, Told},
    filter,
    policy::{Viewer, own_offers},
    read::{Asked, Kind, List, Node, Order, Page, PageArgs, SIZES, fingerprint, page},
};

/// Which offers; conditions that are not given do not count, those that are count together.
#[derive(Clone, Debug, Default, InputObject)]
pub struct OfferFilter {
    /// With this folio, exactly.
    folio: Option<String>,
    /// Of your own organizations: those in which you hold a role that speaks for them. False counts as not given.
    mine: Option<bool>,
    /// In one of these statuses.
    status: Option<Vec<OfferStatus>>,
    /// Of one of these types.
    #[graphql(name = "type")]
    kind: Option<Vec<OfferType>>,
    /// Protected in one of these ways.
    ipr_status: Option<Vec<IprStatus>>,
    /// Of use in this SCIAN sector, subsector or branch: a code or its beginning (`31-33`, `326`, `3261`).
    scian: Option<String>,
    /// Whose main field of application, the first that it names, is in this SCIAN subsector (three digits).
    subsector: Option<String>,
    /// From an office in this federal state (INEGI key, `01` to `32`).
    state: Option<String>,
    /// From this transfer office.
    ott: Option<OrganizationId>,
    /// At this technology readiness level or above, 1 to 9.
    trl_min: Option<i32>,
    /// At this technology readiness level or below, 1 to 9.
    trl_max: Option<i32>,
    /// Open for interest, or not.
    open_for_interest: Option<bool>,
    /// Offered to the network at this moment or later.
    published_since: Option<DateTime<Utc>>,
    /// With this in its public text, without regard to accents and case, 1 to 200 characters. `search` ranks; this only filters.
    text: Option<String>,
}

impl OfferFilter {
    pub(super) fn condition(self, labels: &Labels, viewer: &Viewer) -> Result<Condition> {
        let mut all = Condition::all()
            .add_option(filter::folio(Column::Folio, self.folio)?)
            .add_option((self.mine == Some(true)).then(|| own_offers(viewer)))
            .add_option(self.status.map(|status| Column::Status.is_in(status)))
            .add_option(self.kind.map(|kinds| Column::Kind.is_in(kinds)))
            .add_option(self.ipr_status.map(|statuses| Column::IprStatus.is_in(statuses)))
            .add_option(filter::scian(labels, Column::ApplicationScian, self.scian)?)
            .add_option(filter::subsector(labels, Column::Subsector, self.subsector)?)
            .add_option(filter::state(labels, Column::StateCode, self.state)?)
            .add_option(filter::id("filter.ott", Column::OttId, self.ott)?);
        if let Some(least) = self.trl_min {
            all = all.add(Column::Trl.gte(filter::trl("filter.trlMin", least)?));
        }
        if let Some(most) = self.trl_max {
            all = all.add(Column::Trl.lte(filter::trl("filter.trlMax", most)?));
        }
        let since = self.published_since;
        Ok(all
            .add_option(self.open_for_interest.map(|open| Column::OpenForInterest.eq(open)))
            .add_option(filter::since("filter.publishedSince", Column::PublishedAt, since)?)
            .add_option(filter::text(Column::PublicTextFolded, self.text)?))
    }
}

/// How offers are ordered; offers that are equal in it follow their id.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Enum)]
pub enum OfferOrder {
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

impl OfferOrder {
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

/// Queries of offers.
#[derive(Debug, Default)]
pub struct OfferQuery;

#[Object]
impl OfferQuery {
    /// One offer. Null when it does not exist, or not for you.
    async fn offer(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id (`offer_…`).")] id: OfferId,
    ) -> Told<Offer> {
        ctx.read(id).await.transpose()
    }

    /// The offers that you may see: what is on offer to the network, and all of your own.
    #[expect(clippy::too_many_arguments, reason = "the arguments of the field")]
    async fn offers(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which offers; all when nothing is said.")] filter: Option<OfferFilter>,
        #[graphql(default, desc = "In which order.")] order: OfferOrder,
        #[graphql(desc = "How many from the start, 1 to 100; 20 when nothing is said.")]
        first: Option<i32>,
        #[graphql(desc = "Only what follows this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what precedes this cursor.")] before: Option<String>,
    ) -> Told<Page<Offer>> {
        let args = PageArgs { first, after, last, before };
        Some(list(ctx, filter.unwrap_or_default(), order, &args).await)
    }
}

/// The offers below another thing that the viewer may know of, newest first.
pub(crate) fn newest_offers(viewer: &Viewer, asked: &Asked<'_>) -> Result<List<Offer>> {
    let (args, print) = (PageArgs::of(asked)?, fingerprint(&asked.name()));
    List::new(asked, (&args, SIZES), OfferOrder::Newest.order(), Offer::visible(viewer), print)
}

async fn list(
    ctx: &Context<'_>,
    filter: OfferFilter,
    order: OfferOrder,
    args: &PageArgs,
) -> Result<Page<Offer>> {
    let print = fingerprint(&filter);
    let condition = filter.condition(ctx.service().labels(), ctx.viewer())?;
    page(ctx, args, order.order(), condition, print).await
}
