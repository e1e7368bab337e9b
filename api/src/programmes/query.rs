//! Reading programmes.

use async_graphql::{Context, Enum, InputObject, Object};
use chrono::NaiveDate;
use entity::{OrganizationId, ProgrammeId, ProgrammeKind, ProgrammeStatus, programme::Column};
use sea_orm::{ColumnTrait, Condition, ExprTrait};

use super::Programme;
use crate::{
    codes::Labels,
    context::Request,
    error::{Result, Told},
    filter,
    policy::{Viewer, own_programmes},
    read::{Kind, Order, Page, PageArgs, fingerprint, page},
};

/// Which programmes; conditions that are not given do not count, those that are count together.
#[derive(Clone, Debug, Default, InputObject)]
pub struct ProgrammeFilter {
    /// Only those that you look after, as admin of a chamber or of the network, or manager of an office.
    #[graphql(default)]
    mine: bool,
    /// With this folio, exactly.
    folio: Option<String>,
    /// Of one of these kinds.
    kind: Option<Vec<ProgrammeKind>>,
    /// In one of these statuses.
    status: Option<Vec<ProgrammeStatus>>,
    /// Announced by this organization.
    announced_by: Option<OrganizationId>,
    /// That take projects of this federal state (INEGI key, 01 to 32), those of all states among them.
    state: Option<String>,
    /// That take projects which begin at this technology readiness level, 1 to 9.
    trl: Option<i32>,
    /// That end on this day or before.
    closes_by: Option<NaiveDate>,
}

impl ProgrammeFilter {
    fn condition(self, labels: &Labels, viewer: &Viewer) -> Result<Condition> {
        let state = filter::among_states(labels, Column::States, self.state)?;
        let everywhere = Column::States.eq("");
        let trl = self.trl.map(|level| filter::trl("filter.trl", level)).transpose()?;
        let begins = trl.map(|level| {
            let (from, to) = (Column::TrlFrom, Column::TrlTo);
            let from = from.is_null().or(from.lte(level));
            Condition::all().add(from).add(to.is_null().or(to.gte(level)))
        });
        Ok(Condition::all()
            .add_option(self.mine.then(|| own_programmes(viewer)))
            .add_option(filter::folio(Column::Folio, self.folio)?)
            .add_option(self.kind.map(|kind| Column::Kind.is_in(kind)))
            .add_option(self.status.map(|status| Column::Status.is_in(status)))
            .add_option(filter::id("filter.announcedBy", Column::AnnouncedById, self.announced_by)?)
            .add_option(state.map(|state| state.or(everywhere)))
            .add_option(begins)
            .add_option(filter::until("filter.closesBy", Column::ClosesOn, self.closes_by)?))
    }
}

/// How programmes are ordered; those that are equal in it follow their id.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Enum)]
pub enum ProgrammeOrder {
    /// Last announced first.
    #[default]
    Newest,
    /// First announced first.
    Oldest,
    /// Last changed first.
    RecentlyUpdated,
}

impl ProgrammeOrder {
    fn order(self) -> Order<Column> {
        let (name, by, descending): (_, &'static [(Column, Kind)], _) = match self {
            Self::Newest => ("NEWEST", &[(Column::CreatedAt, Kind::Time)], true),
            Self::Oldest => ("OLDEST", &[(Column::CreatedAt, Kind::Time)], false),
            Self::RecentlyUpdated => ("RECENTLY_UPDATED", &[(Column::UpdatedAt, Kind::Time)], true),
        };
        Order { name, by, descending }
    }
}

/// Queries of programmes.
#[derive(Debug, Default)]
pub struct ProgrammeQuery;

#[Object]
impl ProgrammeQuery {
    /// One programme. Null when it does not exist.
    async fn programme(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id (`programme_…`).")] id: ProgrammeId,
    ) -> Told<Programme> {
        ctx.read(id).await.transpose()
    }

    /// The programmes: public.
    #[expect(clippy::too_many_arguments, reason = "the arguments of the field")]
    async fn programmes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which; all when nothing is said.")] filter: Option<ProgrammeFilter>,
        #[graphql(default, desc = "In which order.")] order: ProgrammeOrder,
        #[graphql(desc = "How many from the start, 1 to 100; 20 when nothing is said.")]
        first: Option<i32>,
        #[graphql(desc = "Only what follows this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what precedes this cursor.")] before: Option<String>,
    ) -> Told<Page<Programme>> {
        let args = PageArgs { first, after, last, before };
        Some(list(ctx, filter.unwrap_or_default(), order, &args).await)
    }
}

async fn list(
    ctx: &Context<'_>,
    filter: ProgrammeFilter,
    order: ProgrammeOrder,
    args: &PageArgs,
) -> Result<Page<Programme>> {
    let print = fingerprint(&filter);
    let condition = filter.condition(ctx.service().labels(), ctx.viewer())?;
    page(ctx, args, order.order(), condition, print).await
}
