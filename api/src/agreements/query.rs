//! Reading agreements.

use async_graphql::{Context, Enum, InputObject, Object};
use chrono::NaiveDate;
use entity::{
    AgreementId, AgreementStatus, AgreementType, InterestId, NeedId, OfferId, OrganizationId,
    agreement::Column,
};
use sea_orm::{ColumnTrait, Condition};

use super::{
    Agreement,
    counts::{AgreementCount, AgreementDimension, counts},
};
use crate::{
    context::Request,
    error::{Result, Told},
    filter,
    policy::{Viewer, own_agreements, visible_agreements},
    read::{Asked, Kind, List, Order, Page, PageArgs, SIZES, fingerprint, page},
};

/// Which agreements; conditions that are not given do not count, those that are count together.
#[derive(Clone, Debug, Default, InputObject)]
pub struct AgreementFilter {
    /// Only those of your own organizations, and those to which your chambers brought a company; with `false` or nothing, those that the network may know as well.
    #[graphql(default)]
    mine: bool,
    /// With this folio, exactly.
    folio: Option<String>,
    /// Of one of these types.
    #[graphql(name = "type")]
    kind: Option<Vec<AgreementType>>,
    /// In one of these statuses.
    status: Option<Vec<AgreementStatus>>,
    /// To which this organization is a party.
    party: Option<OrganizationId>,
    /// Under this framework agreement; among yours.
    frame: Option<AgreementId>,
    /// That come from this interest; among yours.
    interest: Option<InterestId>,
    /// That come from this need; among yours.
    need: Option<NeedId>,
    /// That come from this offer; among yours.
    offer: Option<OfferId>,
    /// With an open commitment that is due on this day or before; among yours.
    due_by: Option<NaiveDate>,
    /// That end on this day or before; among yours.
    expires_by: Option<NaiveDate>,
}

impl AgreementFilter {
    /// Whether it can single out one of them, or one organization.
    pub(super) fn names_records(&self) -> bool {
        self.folio.is_some() || self.party.is_some()
    }

    pub(super) fn condition(self, viewer: &Viewer) -> Result<Condition> {
        // What the network does not know of an agreement does not choose among those it knows.
        let own = self.mine
            || self.frame.is_some()
            || self.interest.is_some()
            || self.need.is_some()
            || self.offer.is_some()
            || self.due_by.is_some()
            || self.expires_by.is_some();
        let mut all = Condition::all();
        if own {
            all = all.add(own_agreements(viewer));
        }
        all = all
            .add_option(filter::folio(Column::Folio, self.folio)?)
            .add_option(self.kind.map(|kind| Column::Kind.is_in(kind)))
            .add_option(self.status.map(|status| Column::Status.is_in(status)));
        if let Some(party) = filter::known("filter.party", self.party)? {
            all = all.add(Column::Parties.contains(format!("|{party}|")));
        }
        Ok(all
            .add_option(filter::id("filter.frame", Column::FrameId, self.frame)?)
            .add_option(filter::id("filter.interest", Column::InterestId, self.interest)?)
            .add_option(filter::id("filter.need", Column::NeedId, self.need)?)
            .add_option(filter::id("filter.offer", Column::OfferId, self.offer)?)
            .add_option(filter::until("filter.dueBy", Column::NextDueOn, self.due_by)?)
            .add_option(filter::until("filter.expiresBy", Column::ExpiresOn, self.expires_by)?))
    }
}

/// How agreements are ordered; those that are equal in it follow their id.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Enum)]
pub enum AgreementOrder {
    /// Last written down first.
    #[default]
    Newest,
    /// First written down first.
    Oldest,
    /// Last changed first; among yours, since others are not told when.
    RecentlyUpdated,
}

impl AgreementOrder {
    fn order(self) -> Order<Column> {
        let (name, by, descending): (_, &'static [(Column, Kind)], _) = match self {
            Self::Newest => ("NEWEST", &[(Column::CreatedAt, Kind::Time)], true),
            Self::Oldest => ("OLDEST", &[(Column::CreatedAt, Kind::Time)], false),
            Self::RecentlyUpdated => ("RECENTLY_UPDATED", &[(Column::UpdatedAt, Kind::Time)], true),
        };
        Order { name, by, descending }
    }
}

/// The agreements below something, the last first.
pub(crate) fn latest_agreements(viewer: &Viewer, asked: &Asked<'_>) -> Result<List<Agreement>> {
    let (args, print) = (PageArgs::of(asked)?, fingerprint(&asked.name()));
    let order = AgreementOrder::Newest.order();
    List::new(asked, (&args, SIZES), order, visible_agreements(viewer), print)
}

/// Queries of agreements.
#[derive(Debug, Default)]
pub struct AgreementQuery;

#[Object]
impl AgreementQuery {
    /// One agreement. Null when it does not exist, or not for you.
    async fn agreement(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id (`agreement_…`).")] id: AgreementId,
    ) -> Told<Agreement> {
        ctx.read(id).await.transpose()
    }

    /// The agreements that you may know of: those of your organizations, those to which your chambers brought a company, and those whose parties let the network know. For members of the network.
    #[expect(clippy::too_many_arguments, reason = "the arguments of the field")]
    async fn agreements(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which; all that you may know of when nothing is said.")] filter: Option<
            AgreementFilter,
        >,
        #[graphql(default, desc = "In which order.")] order: AgreementOrder,
        #[graphql(desc = "How many from the start, 1 to 100; 20 when nothing is said.")]
        first: Option<i32>,
        #[graphql(desc = "Only what follows this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what precedes this cursor.")] before: Option<String>,
    ) -> Told<Page<Agreement>> {
        let args = PageArgs { first, after, last, before };
        Some(list(ctx, filter.unwrap_or_default(), order, &args).await)
    }

    /// How many agreements of each kind there are among yours; for the network's admin and analysts among all that were ever in force, the most frequent kind first. Null when the dimensions or the filter cannot be used.
    async fn agreement_counts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which; all of yours when nothing is said.")] filter: Option<
            AgreementFilter,
        >,
        #[graphql(desc = "By what they are counted: one or two different dimensions.")] by: Vec<
            AgreementDimension,
        >,
    ) -> Told<Vec<AgreementCount>> {
        Some(counts(ctx, filter.unwrap_or_default(), &by).await)
    }
}

async fn list(
    ctx: &Context<'_>,
    filter: AgreementFilter,
    order: AgreementOrder,
    args: &PageArgs,
) -> Result<Page<Agreement>> {
    ctx.viewer().allow_member()?;
    let print = fingerprint(&filter);
    let filter =
        AgreementFilter { mine: filter.mine || order == AgreementOrder::RecentlyUpdated, ..filter };
    page(ctx, args, order.order(), filter.condition(ctx.viewer())?, print).await
}
