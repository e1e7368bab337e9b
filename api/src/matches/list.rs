//! The work lists of intermediaries.

use async_graphql::{Context, Enum, InputObject, Object};
use entity::{MatchId, MatchSource, MatchStatus, NeedId, OfferId, OrganizationId, match_::Column};
use sea_orm::{ColumnTrait, Condition};

use super::{
    Match,
    counts::{MatchCount, MatchDimension, counts},
    object::BEST,
};
use crate::{
    context::Request,
    error::{Result, Told},
    filter,
    policy::own_matches,
    read::{Order, Page, PageArgs, fingerprint, page},
};

/// Which of your matches; conditions that are not given do not count, those that are count together.
#[derive(Clone, Debug, Default, InputObject)]
pub struct MatchFilter {
    /// In one of these statuses.
    status: Option<Vec<MatchStatus>>,
    /// Proposed by one of these.
    source: Option<Vec<MatchSource>>,
    /// Of this need.
    need: Option<NeedId>,
    /// Of this offer.
    offer: Option<OfferId>,
    /// Of the needs that this chamber brings.
    chamber: Option<OrganizationId>,
    /// Of the offers of this office.
    ott: Option<OrganizationId>,
}

impl MatchFilter {
    pub(super) fn condition(self) -> Result<Condition> {
        Ok(Condition::all()
            .add_option(self.status.map(|status| Column::Status.is_in(status)))
            .add_option(self.source.map(|sources| Column::Source.is_in(sources)))
            .add_option(filter::id("filter.need", Column::NeedId, self.need)?)
            .add_option(filter::id("filter.offer", Column::OfferId, self.offer)?)
            .add_option(filter::id("filter.chamber", Column::ChamberId, self.chamber)?)
            .add_option(filter::id("filter.ott", Column::OttId, self.ott)?))
    }
}

/// How matches are ordered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Enum)]
pub enum MatchOrder {
    /// Best first; of equals the last that was found.
    #[default]
    Best,
}

impl MatchOrder {
    fn order(self) -> Order<Column> {
        match self {
            Self::Best => BEST,
        }
    }
}

/// Queries of matches as records.
#[derive(Debug, Default)]
pub struct MatchListQuery;

#[Object]
impl MatchListQuery {
    /// One match. Null when it does not exist, or not for you.
    async fn r#match(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id (`match_…`).")] id: MatchId,
    ) -> Told<Match> {
        ctx.read(id).await.transpose()
    }

    /// Your work list: the matches of your own needs and offers, whatever came of them. For members of the need's company, its chamber and the offer's office; empty for others.
    #[expect(clippy::too_many_arguments, reason = "the arguments of the field")]
    async fn matches(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which matches; all of yours when nothing is said.")] filter: Option<
            MatchFilter,
        >,
        #[graphql(default, desc = "In which order.")] order: MatchOrder,
        #[graphql(desc = "How many from the start, 1 to 100; 20 when nothing is said.")]
        first: Option<i32>,
        #[graphql(desc = "Only what follows this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what precedes this cursor.")] before: Option<String>,
    ) -> Told<Page<Match>> {
        let args = PageArgs { first, after, last, before };
        Some(list(ctx, filter.unwrap_or_default(), order, &args).await)
    }

    /// How many matches of each kind there are among your own, for the network's admin among all, the most frequent kind first. Null when the dimensions or the filter cannot be used.
    async fn match_counts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which matches; all of yours when nothing is said.")] filter: Option<
            MatchFilter,
        >,
        #[graphql(desc = "By what they are counted: one or two different dimensions.")] by: Vec<
            MatchDimension,
        >,
    ) -> Told<Vec<MatchCount>> {
        Some(counts(ctx, filter.unwrap_or_default(), &by).await)
    }
}

async fn list(
    ctx: &Context<'_>,
    filter: MatchFilter,
    order: MatchOrder,
    args: &PageArgs,
) -> Result<Page<Match>> {
    ctx.viewer().allow_member()?;
    let print = fingerprint(&filter);
    // What others may know of matches does not tell where they stand; a filter would.
    let condition = Condition::all().add(own_matches(ctx.viewer())).add(filter.condition()?);
    page(ctx, args, order.order(), condition, print).await
}
