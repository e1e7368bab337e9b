//! How many needs there are of each kind: what a dashboard shows.

use std::{collections::HashMap, sync::Arc};

use async_graphql::{ComplexObject, Context, Enum, SimpleObject};
use entity::{NeedStatus, NeedType, OrganizationId, RegionId, need::Column};
use sea_orm::{Condition, QueryResult};
use uuid::Uuid;

use super::{Need, query::NeedFilter};
use crate::{
    codes::Code,
    context::Request,
    error::Result,
    organizations::{Organization, Region},
    read::{Asked, Node, Shown, groups},
};

/// What needs are counted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum NeedDimension {
    /// By the subsector of their main activity (SCIAN).
    Subsector,
    /// By the chamber's region to which the company belongs.
    Region,
    /// By the federal state where the solution is needed.
    State,
    /// By the chamber that brings them to the network.
    Chamber,
    /// By where they stand.
    Status,
    /// By what kind of need they are.
    Type,
}

impl NeedDimension {
    fn column(self) -> Column {
        match self {
            Self::Subsector => Column::Subsector,
            Self::Region => Column::RegionId,
            Self::State => Column::StateCode,
            Self::Chamber => Column::ChamberId,
            Self::Status => Column::Status,
            Self::Type => Column::Kind,
        }
    }
}

/// How many needs have these things in common.
#[derive(Debug, Default, SimpleObject)]
#[graphql(complex)]
pub struct NeedCount {
    /// How many needs, at least one.
    count: i64,
    /// Where they stand. Null when they are not counted by it.
    status: Option<NeedStatus>,
    /// What kind of need they are. Null when they are not counted by it.
    #[graphql(name = "type")]
    kind: Option<NeedType>,
    #[graphql(skip)]
    subsector: Option<String>,
    #[graphql(skip)]
    state: Option<String>,
    #[graphql(skip)]
    region_id: Option<RegionId>,
    #[graphql(skip)]
    chamber_id: Option<OrganizationId>,
    #[graphql(skip)]
    region: Option<Arc<Region>>,
    #[graphql(skip)]
    chamber: Option<Arc<Organization>>,
}

#[ComplexObject]
impl NeedCount {
    /// The subsector of their main activity (SCIAN). Null when they are not counted by it, or name no subsector.
    async fn subsector(&self, ctx: &Context<'_>) -> Option<Code> {
        ctx.service().labels().subsector(self.subsector.as_deref()?).map(Into::into)
    }

    /// The federal state where the solution is needed. Null when they are not counted by it, or it is not known.
    async fn state(&self, ctx: &Context<'_>) -> Option<Code> {
        ctx.service().labels().state(self.state.as_deref()?).map(Into::into)
    }

    /// The chamber's region to which their companies belong. Null when they are not counted by it, or it is not known.
    async fn region(&self) -> Option<Shown<Arc<Region>>> {
        self.region.clone().map(Shown)
    }

    /// The chamber that brings them to the network. Null when they are not counted by it.
    async fn chamber(&self) -> Option<Shown<Arc<Organization>>> {
        self.chamber.clone().map(Shown)
    }
}

/// The counts of the needs that the viewer may know of, the greatest first.
///
/// # Errors
/// When there is nothing to count by, or too much.
pub(super) async fn counts(
    ctx: &Context<'_>,
    filter: NeedFilter,
    by: &[NeedDimension],
) -> Result<Vec<Shown<Box<NeedCount>>>> {
    let viewer = ctx.viewer();
    // Where the rule asks nothing, an index alone can count.
    let condition = Condition::all()
        .add(filter.visible(viewer))
        .add(filter.condition(ctx.service().labels(), viewer)?);
    let rows = groups::<Need, _>(ctx, condition, by, NeedDimension::column).await?;
    let mut counts: Vec<NeedCount> =
        rows.iter().map(|row| count_of(row, by)).collect::<Result<_>>()?;
    let asked = Asked::here(ctx);
    let regions = named(ctx, asked.field("region"), counts.iter().map(|count| count.region_id));
    let regions: HashMap<_, Arc<Region>> = regions.await?;
    let chambers = named(ctx, asked.field("chamber"), counts.iter().map(|count| count.chamber_id));
    let chambers: HashMap<_, Arc<Organization>> = chambers.await?;
    for count in &mut counts {
        count.region = count.region_id.and_then(|id| regions.get(&id).cloned());
        count.chamber = count.chamber_id.and_then(|id| chambers.get(&id).cloned());
    }
    Ok(counts.into_iter().map(|count| Shown(Box::new(count))).collect())
}

fn count_of(row: &QueryResult, by: &[NeedDimension]) -> Result<NeedCount> {
    let mut count = NeedCount { count: row.try_get_by_index(0)?, ..NeedCount::default() };
    for (place, dimension) in by.iter().enumerate() {
        let place = place + 1;
        match dimension {
            NeedDimension::Subsector => count.subsector = row.try_get_by_index(place)?,
            NeedDimension::Region => count.region_id = row.try_get_by_index(place)?,
            NeedDimension::State => count.state = row.try_get_by_index(place)?,
            NeedDimension::Chamber => count.chamber_id = row.try_get_by_index(place)?,
            NeedDimension::Status => count.status = row.try_get_by_index(place)?,
            NeedDimension::Type => count.kind = row.try_get_by_index(place)?,
        }
    }
    Ok(count)
}

/// The things by which needs are counted, each read once; none when nobody asked for them.
async fn named<N: Node>(
    ctx: &Context<'_>,
    asked: Option<Asked<'_>>,
    ids: impl Iterator<Item = Option<N::Id>>,
) -> Result<HashMap<N::Id, Arc<N>>> {
    let Some(asked) = asked else { return Ok(HashMap::new()) };
    let mut ids: Vec<Uuid> = ids.flatten().map(Into::into).collect();
    ids.sort_unstable();
    ids.dedup();
    let reading = ctx.loaders().reading::<N>(&asked);
    let found = ctx.loaders().reader().some(&reading, &ids).await?;
    Ok(found.into_iter().map(|node| (node.id(), Arc::new(node))).collect())
}
