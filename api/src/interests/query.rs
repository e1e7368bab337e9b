//! Reading expressions of interest.

use async_graphql::{Context, Enum, InputObject, Object};
use chrono::{DateTime, Utc};
use entity::{
    InterestDirection, InterestId, InterestStatus, NeedId, OfferId, OrganizationId,
    interest::Column,
};
use sea_orm::{ColumnTrait, Condition};

use super::{
    Interest,
    counts::{InterestCount, InterestDimension, counts},
    statistics::{ResponseStatistics, statistics},
};
use crate::{
    context::Request,
    error::{Result, Told},
    filter,
    policy::own_interests,
    read::{Kind, Order, Page, PageArgs, fingerprint, page},
};

/// Which expressions of interest; conditions that are not given do not count, those that are count together.
#[derive(Clone, Debug, Default, InputObject)]
pub struct InterestFilter {
    /// With this folio, exactly.
    folio: Option<String>,
    /// In one of these statuses.
    status: Option<Vec<InterestStatus>>,
    /// From this side.
    direction: Option<InterestDirection>,
    /// About this need, or for its sake.
    need: Option<NeedId>,
    /// In this offer: those that companies express.
    offer: Option<OfferId>,
    /// Through this chamber.
    chamber: Option<OrganizationId>,
    /// Sent at this moment or later.
    submitted_since: Option<DateTime<Utc>>,
    /// To be answered by this moment.
    respond_by: Option<DateTime<Utc>>,
    /// Whether the service had to mark them because nobody took them over, or not.
    escalated: Option<bool>,
    /// In which an office decided against the levels whether its technology suits the company, or not.
    eligibility_overridden: Option<bool>,
}

impl InterestFilter {
    /// Whether it can single out one of them.
    pub(super) fn names_records(&self) -> bool {
        self.folio.is_some() || self.need.is_some() || self.offer.is_some()
    }

    pub(super) fn condition(self) -> Result<Condition> {
        let need = filter::id("filter.need", Column::NeedId, self.need)?;
        let offer = filter::id("filter.offer", Column::OfferId, self.offer)?;
        // With which offer an office answers a need, its owner may not know yet.
        let asked = offer.is_some().then(|| Column::Direction.eq(InterestDirection::NeedToOffer));
        let since = self.submitted_since;
        let mut all = Condition::all()
            .add_option(filter::folio(Column::Folio, self.folio)?)
            .add_option(self.status.map(|status| Column::Status.is_in(status)))
            .add_option(self.direction.map(|direction| Column::Direction.eq(direction)))
            .add_option(need)
            .add_option(offer)
            .add_option(asked)
            .add_option(filter::id("filter.chamber", Column::ChamberId, self.chamber)?)
            .add_option(filter::since("filter.submittedSince", Column::SubmittedAt, since)?);
        if let Some(overridden) = self.eligibility_overridden {
            let decided = Column::EligibilityOverride.is_not_null();
            let undecided = Column::EligibilityOverride.is_null();
            all = all.add(if overridden { decided } else { undecided });
        }
        if let Some(escalated) = self.escalated {
            let at = Column::EscalatedAt;
            all = all.add(if escalated { at.is_not_null() } else { at.is_null() });
        }
        if let Some(by) = self.respond_by {
            all = all.add(Column::RespondBy.lte(filter::moment("filter.respondBy", by)?));
        }
        Ok(all)
    }
}

/// How expressions of interest are ordered; those that are equal in it follow their id.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Enum)]
pub enum InterestOrder {
    /// Last written down first.
    #[default]
    Newest,
    /// First written down first.
    Oldest,
    /// Last changed first.
    RecentlyUpdated,
}

impl InterestOrder {
    fn order(self) -> Order<Column> {
        let (name, by, descending): (_, &'static [(Column, Kind)], _) = match self {
            Self::Newest => ("NEWEST", &[(Column::CreatedAt, Kind::Time)], true),
            Self::Oldest => ("OLDEST", &[(Column::CreatedAt, Kind::Time)], false),
            Self::RecentlyUpdated => ("RECENTLY_UPDATED", &[(Column::UpdatedAt, Kind::Time)], true),
        };
        Order { name, by, descending }
    }
}

/// Queries of expressions of interest.
#[derive(Debug, Default)]
pub struct InterestQuery;

#[Object]
impl InterestQuery {
    /// One expression of interest. Null when it does not exist, or not for you.
    async fn interest(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id (`interest_…`).")] id: InterestId,
    ) -> Told<Interest> {
        ctx.read(id).await.transpose()
    }

    /// The expressions of interest to which you are a party: what your organization wrote, and what it was sent. For members of companies, speakers of chambers and of offices; empty for others.
    #[expect(clippy::too_many_arguments, reason = "the arguments of the field")]
    async fn interests(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which; all of yours when nothing is said.")] filter: Option<
            InterestFilter,
        >,
        #[graphql(default, desc = "In which order.")] order: InterestOrder,
        #[graphql(desc = "How many from the start, 1 to 100; 20 when nothing is said.")]
        first: Option<i32>,
        #[graphql(desc = "Only what follows this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what precedes this cursor.")] before: Option<String>,
    ) -> Told<Page<Interest>> {
        let args = PageArgs { first, after, last, before };
        Some(list(ctx, filter.unwrap_or_default(), order, &args).await)
    }

    /// How many expressions of interest of each kind there are among yours, for the network's admin among all that were sent, the most frequent kind first. Null when the dimensions or the filter cannot be used.
    async fn interest_counts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which; all of yours when nothing is said.")] filter: Option<
            InterestFilter,
        >,
        #[graphql(desc = "By what they are counted: one or two different dimensions.")] by: Vec<
            InterestDimension,
        >,
    ) -> Told<Vec<InterestCount>> {
        Some(counts(ctx, filter.unwrap_or_default(), &by).await)
    }

    /// How fast a chamber or a transfer office answers the expressions of interest that it is sent. For everybody. Null when there is no such intermediary.
    async fn response_statistics(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The chamber or the office.")] intermediary: OrganizationId,
        #[graphql(
            desc = "Of those sent at this moment or later; 365 days before `until` when nothing is said. For the intermediary itself and the network's admin."
        )]
        since: Option<DateTime<Utc>>,
        #[graphql(
            desc = "Of those sent before this moment; now when nothing is said. For the intermediary itself and the network's admin: others read up to the beginning of this month."
        )]
        until: Option<DateTime<Utc>>,
    ) -> Told<ResponseStatistics> {
        statistics(ctx, intermediary, since, until).await.transpose()
    }
}

async fn list(
    ctx: &Context<'_>,
    filter: InterestFilter,
    order: InterestOrder,
    args: &PageArgs,
) -> Result<Page<Interest>> {
    ctx.viewer().allow_member()?;
    let print = fingerprint(&filter);
    // The rules say which of these are there; this says it again so that an index can be walked.
    let condition = Condition::all().add(own_interests(ctx.viewer())).add(filter.condition()?);
    page(ctx, args, order.order(), condition, print).await
}
