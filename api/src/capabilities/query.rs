//! Reading capabilities.

use async_graphql::{Context, Enum, InputObject, Object};
use entity::{
    CapabilityId, CapabilityKind, CapabilityStatus, OrganizationId, RegionId, capability::Column,
};
use sea_orm::{ColumnTrait, Condition};

use super::{
    Capability,
    map::{CapabilityCell, map},
};
use crate::{
    calendar::day_of,
    codes::Labels,
    context::Request,
    error::{Result, Told},
    filter,
    policy::{Viewer, own_capabilities, visible_capabilities},
    read::{Asked, Kind, List, Order, Page, PageArgs, SIZES, fingerprint, page},
};

/// Which capabilities; conditions that are not given do not count, those that are count together.
#[derive(Clone, Debug, Default, InputObject)]
pub struct CapabilityFilter {
    /// With this folio, exactly.
    folio: Option<String>,
    /// Of your own offices. False counts as not given.
    mine: Option<bool>,
    /// In one of these statuses.
    status: Option<Vec<CapabilityStatus>>,
    /// Of one of these kinds.
    kind: Option<Vec<CapabilityKind>>,
    /// That serve this SCIAN sector, subsector or branch: a code or its beginning (`31-33`, `326`, `3261`).
    scian: Option<String>,
    /// In this federal state (INEGI key, `01` to `32`).
    state: Option<String>,
    /// Of this transfer office.
    ott: Option<OrganizationId>,
    /// That serve this technology readiness level, 1 to 9; what says no level is left out.
    trl: Option<i32>,
    /// Accredited today, or not.
    accredited: Option<bool>,
    /// With this in its public text, without regard to accents and case, 1 to 200 characters. `search` ranks; this only filters.
    text: Option<String>,
}

impl CapabilityFilter {
    fn condition(self, labels: &Labels, viewer: &Viewer) -> Result<Condition> {
        let mut all = Condition::all()
            .add_option(filter::folio(Column::Folio, self.folio)?)
            .add_option((self.mine == Some(true)).then(|| own_capabilities(viewer)))
            .add_option(self.status.map(|status| Column::Status.is_in(status)))
            .add_option(self.kind.map(|kinds| Column::Kind.is_in(kinds)))
            .add_option(filter::scian(labels, Column::Scian, self.scian)?)
            .add_option(filter::state(labels, Column::StateCode, self.state)?)
            .add_option(filter::id("filter.ott", Column::OttId, self.ott)?);
        if let Some(level) = self.trl {
            let level = filter::trl("filter.trl", level)?;
            // One end that is not said is open; what says neither is left out.
            let begins =
                Condition::any().add(Column::TrlFrom.is_null()).add(Column::TrlFrom.lte(level));
            let ends = Condition::any().add(Column::TrlTo.is_null()).add(Column::TrlTo.gte(level));
            let says = Condition::any()
                .add(Column::TrlFrom.is_not_null())
                .add(Column::TrlTo.is_not_null());
            all = all.add(begins).add(ends).add(says);
        }
        if let Some(accredited) = self.accredited {
            let today = day_of(viewer.now);
            all = all.add(if accredited {
                Condition::all().add(Column::AccreditedUntil.gte(today))
            } else {
                let never = Column::AccreditedUntil.is_null();
                Condition::any().add(never).add(Column::AccreditedUntil.lt(today))
            });
        }
        Ok(all.add_option(filter::text(Column::PublicTextFolded, self.text)?))
    }
}

/// How capabilities are ordered; those that are equal in it follow their id.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Enum)]
pub enum CapabilityOrder {
    /// Last published first; drafts by the time they were written.
    #[default]
    Newest,
    /// First published first.
    Oldest,
    /// By title, A to Z, without regard to accents and case.
    Title,
    /// Last changed first.
    RecentlyUpdated,
}

impl CapabilityOrder {
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

/// The capabilities below another thing that the viewer may know of, newest first.
pub(crate) fn newest_capabilities(viewer: &Viewer, asked: &Asked<'_>) -> Result<List<Capability>> {
    let (args, print) = (PageArgs::of(asked)?, fingerprint(&asked.name()));
    let order = CapabilityOrder::Newest.order();
    List::new(asked, (&args, SIZES), order, visible_capabilities(viewer), print)
}

/// Queries of capabilities.
#[derive(Debug, Default)]
pub struct CapabilityQuery;

#[Object]
impl CapabilityQuery {
    /// One capability. Null when it does not exist, or not for you.
    async fn capability(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id (`capability_…`).")] id: CapabilityId,
    ) -> Told<Capability> {
        ctx.read(id).await.transpose()
    }

    /// The capabilities that you may see: what is published, and all of your own.
    #[expect(clippy::too_many_arguments, reason = "the arguments of the field")]
    async fn capabilities(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which; all when nothing is said.")] filter: Option<CapabilityFilter>,
        #[graphql(default, desc = "In which order.")] order: CapabilityOrder,
        #[graphql(desc = "How many from the start, 1 to 100; 20 when nothing is said.")]
        first: Option<i32>,
        #[graphql(desc = "Only what follows this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what precedes this cursor.")] before: Option<String>,
    ) -> Told<Page<Capability>> {
        let args = PageArgs { first, after, last, before };
        Some(list(ctx, filter.unwrap_or_default(), order, &args).await)
    }

    /// What exists where: for each region of a chamber and each subsector of a sector, the open needs and the supply (open offers and published capabilities), what is missing, and from which other region it can be had. Cells without needs and without supply of their own are left out. Null when the arguments cannot be used.
    async fn capability_map(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "A SCIAN sector or subsector (`31-33`, `326`).")] sector: String,
        #[graphql(desc = "The chamber whose regions are looked at (`org_…`).")]
        chamber: OrganizationId,
        #[graphql(
            desc = "Only this region of the chamber (`region_…`); all when nothing is said."
        )]
        region: Option<RegionId>,
    ) -> Told<Vec<CapabilityCell>> {
        Some(map(ctx, &sector, chamber, region).await)
    }
}

async fn list(
    ctx: &Context<'_>,
    filter: CapabilityFilter,
    order: CapabilityOrder,
    args: &PageArgs,
) -> Result<Page<Capability>> {
    let print = fingerprint(&filter);
    let condition = filter.condition(ctx.service().labels(), ctx.viewer())?;
    page(ctx, args, order.order(), condition, print).await
}
