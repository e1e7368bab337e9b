//! The capability map: by region and subsector, what is needed, what is there, what is missing,
//! and where else it can be had (`domain` 4.6).
//!
//! A need stands in the region of its company. An offer or a capability is there for the regions
//! that its office serves: where the office is, and the states that its profile names; a region
//! has the states of its delegations. Each record counts once, in the subsector that it names
//! first.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use async_graphql::{ComplexObject, Context, SimpleObject};
use chrono::NaiveDate;
use entity::{
    CapabilityStatus, Codes, NeedStatus, OfferStatus, OrganizationId, RegionId, capability,
    delegation, need, offer, organization, ott_profile, region,
};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, ExprTrait, IntoSimpleExpr, QueryResult,
    sea_query::{Expr, Query, SelectStatement},
};

use crate::{
    calendar::day_of,
    codes::{Code, SCIAN},
    context::Request,
    error::{Error, Result},
    organizations::Region,
    policy::{visible_capabilities, visible_needs, visible_offers},
    read::{Asked, Shown},
};

/// In how many other regions it is told that something can be had.
const MOST_SOURCES: usize = 3;

/// What a region needs and has of a subsector. Rates are basis points: 10,000 is all of it.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct CapabilityCell {
    /// How many published needs there are in the region.
    needs: i64,
    /// How many published offers there are from offices that serve the region.
    offers: i64,
    /// How many published capabilities there are of offices that serve the region.
    capabilities: i64,
    /// How many published offers and capabilities there are in the whole network.
    supply: i64,
    /// How many needs more there are than offers and capabilities for the region; 0 when there are enough.
    local_gap: i64,
    /// `localGap / needs`. Null when nothing is needed.
    gap_rate: Option<i64>,
    /// Whether it is needed, is not there for the region, and exists elsewhere in the network.
    importable: bool,
    /// Whether it is there for the region, and needed in no region of the chamber.
    idle: bool,
    /// From which other regions of the chamber it can be had, neighbours first, then those with the most; at most three. Empty when `localGap` is 0.
    sources: Vec<CapabilitySource>,
    #[graphql(skip)]
    subsector: String,
    #[graphql(skip)]
    region: Option<Arc<Region>>,
}

/// Another region in which something can be had.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct CapabilitySource {
    /// How many published offers there are from offices that serve it.
    offers: i64,
    /// How many published capabilities there are of offices that serve it.
    capabilities: i64,
    /// Whether it borders on the region that needs it, or shares a state with it.
    neighbour: bool,
    #[graphql(skip)]
    region: Option<Arc<Region>>,
}

#[ComplexObject]
impl CapabilityCell {
    /// The region. Null only when nobody asked for it in time.
    async fn region(&self) -> Option<Shown<Arc<Region>>> {
        self.region.clone().map(Shown)
    }

    /// The subsector (SCIAN).
    async fn subsector(&self, ctx: &Context<'_>) -> Option<Code> {
        ctx.service().labels().subsector(&self.subsector).map(Into::into)
    }
}

#[ComplexObject]
impl CapabilitySource {
    /// The region. Null only when nobody asked for it in time.
    async fn region(&self) -> Option<Shown<Arc<Region>>> {
        self.region.clone().map(Shown)
    }
}

/// Offers and capabilities.
type Supply = (i64, i64);

/// What is there of one subsector.
#[derive(Default)]
struct Subsector {
    /// Needs by region.
    needs: HashMap<RegionId, i64>,
    /// Supply by office.
    offices: HashMap<OrganizationId, Supply>,
}

/// The cells of a sector, by region and subsector.
///
/// # Errors
/// When there is no such sector, chamber or region.
pub(super) async fn map(
    ctx: &Context<'_>,
    sector: &str,
    chamber: OrganizationId,
    only: Option<RegionId>,
) -> Result<Vec<CapabilityCell>> {
    let wanted = subsectors_of(ctx, sector)?;
    let regions = regions_of(ctx, chamber).await?;
    if only.is_some_and(|only| !regions.contains_key(&only)) {
        return Err(Error::Argument("region", "is no region of the chamber".into()));
    }
    let found = count(ctx, &wanted).await?;
    let served = offices(ctx, found.values().flat_map(|one| one.offices.keys().copied())).await?;
    let mut cells = Vec::new();
    for (code, there) in &found {
        let total: i64 = there.offices.values().map(|(offers, able)| offers + able).sum();
        let needed: i64 = regions.keys().filter_map(|region| there.needs.get(region)).sum();
        let local = |states: &BTreeSet<String>| -> Supply {
            let near = |office: &&OrganizationId| {
                served.get(office).is_some_and(|serves| !serves.is_disjoint(states))
            };
            let own = there.offices.iter().filter(|(office, _)| near(office));
            own.fold((0, 0), |sum, (_, (offers, able))| (sum.0 + offers, sum.1 + able))
        };
        let by_region: BTreeMap<RegionId, Supply> =
            regions.iter().map(|(region, states)| (*region, local(states))).collect();
        for (region, states) in &regions {
            let needs = there.needs.get(region).copied().unwrap_or_default();
            let (offers, capabilities) = by_region[region];
            let here = offers + capabilities;
            if only.is_some_and(|only| only != *region) || needs + here == 0 {
                continue;
            }
            let local_gap = Ord::max(needs - here, 0);
            let mut sources: Vec<_> = by_region
                .iter()
                .filter(|(other, supply)| *other != region && supply.0 + supply.1 > 0)
                .filter(|_| local_gap > 0)
                .map(|(other, supply)| {
                    let neighbour = adjoin(ctx, states, &regions[other]);
                    (!neighbour, -(supply.0 + supply.1), *other)
                })
                .collect();
            sources.sort_unstable();
            sources.truncate(MOST_SOURCES);
            let sources = sources.into_iter().map(|(far, _, other)| {
                let (offers, capabilities) = by_region[&other];
                (other, CapabilitySource { offers, capabilities, neighbour: !far, region: None })
            });
            let (ids, sources): (Vec<_>, Vec<_>) = sources.unzip();
            let cell = CapabilityCell {
                needs,
                offers,
                capabilities,
                supply: total,
                local_gap,
                gap_rate: (needs > 0).then(|| local_gap * 10_000 / needs),
                importable: needs > 0 && here == 0 && total > 0,
                idle: here > 0 && needed == 0,
                sources,
                subsector: code.clone(),
                region: None,
            };
            cells.push((*region, ids, cell));
        }
    }
    name(ctx, cells).await
}

/// The subsectors of a sector, or the one that was named.
fn subsectors_of(ctx: &Context<'_>, sector: &str) -> Result<Vec<String>> {
    let labels = ctx.service().labels();
    if labels.subsector(sector).is_some_and(|entry| entry.code == sector) {
        return Ok(vec![sector.to_owned()]);
    }
    let entries = labels.list(SCIAN);
    let below = entries.iter().filter(|entry| {
        entry.parent.as_deref() == Some(sector) && entry.level.as_deref() == Some("subsector")
    });
    let below: Vec<_> = below.map(|entry| entry.code.clone()).collect();
    if below.is_empty() {
        return Err(Error::Argument("sector", "is no SCIAN sector or subsector".into()));
    }
    Ok(below)
}

/// The regions that a chamber has today, each with the states of its delegations.
async fn regions_of(
    ctx: &Context<'_>,
    chamber: OrganizationId,
) -> Result<BTreeMap<RegionId, BTreeSet<String>>> {
    let today = day_of(ctx.viewer().now);
    let mut query = Query::select();
    query
        .column((region::Entity, region::Column::Id))
        .column((delegation::Entity, delegation::Column::StateCode))
        .from(region::Entity)
        .left_join(
            delegation::Entity,
            Condition::all()
                .add(
                    Expr::col((delegation::Entity, delegation::Column::RegionId))
                        .equals((region::Entity, region::Column::Id)),
                )
                .add(exists(delegation::Column::ValidFrom, delegation::Column::ValidTo, today)),
        )
        .and_where(region::Column::ChamberId.eq(chamber))
        .cond_where(exists(region::Column::ValidFrom, region::Column::ValidTo, today));
    let mut regions: BTreeMap<RegionId, BTreeSet<String>> = BTreeMap::new();
    for row in rows(ctx, &query).await? {
        let states = regions.entry(row.try_get_by_index(0)?).or_default();
        states.extend(row.try_get_by_index::<Option<String>>(1)?);
    }
    if regions.is_empty() {
        return Err(Error::Argument("chamber", "has no regions".into()));
    }
    Ok(regions)
}

/// What exists on a day.
fn exists<C: ColumnTrait>(from: C, to: C, day: NaiveDate) -> Condition {
    Condition::all()
        .add(Condition::any().add(from.is_null()).add(from.lte(day)))
        .add(Condition::any().add(to.is_null()).add(to.gte(day)))
}

/// Needs by region and supply by office, of each subsector: three counts, one statement each.
async fn count(ctx: &Context<'_>, wanted: &[String]) -> Result<BTreeMap<String, Subsector>> {
    let viewer = ctx.viewer();
    let mut found: BTreeMap<String, Subsector> = BTreeMap::new();
    let needs = Condition::all()
        .add(need::Column::Status.eq(NeedStatus::Published))
        .add(need::Column::Subsector.is_in(wanted))
        .add(visible_needs(viewer));
    let by = [need::Column::Subsector, need::Column::RegionId];
    for row in rows(ctx, &grouped(need::Entity, by, needs)).await? {
        let (code, region): (String, Option<RegionId>) =
            (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
        if let Some(region) = region {
            found.entry(code).or_default().needs.insert(region, row.try_get_by_index(2)?);
        }
    }
    let offers = Condition::all()
        .add(offer::Column::Status.eq(OfferStatus::Published))
        .add(offer::Column::Subsector.is_in(wanted))
        .add(visible_offers(viewer));
    let by = [offer::Column::Subsector, offer::Column::OttId];
    for row in rows(ctx, &grouped(offer::Entity, by, offers)).await? {
        let there = found.entry(row.try_get_by_index(0)?).or_default();
        there.offices.entry(row.try_get_by_index(1)?).or_default().0 +=
            row.try_get_by_index::<i64>(2)?;
    }
    let able = Condition::all()
        .add(capability::Column::Status.eq(CapabilityStatus::Published))
        .add(capability::Column::Subsector.is_in(wanted))
        .add(visible_capabilities(viewer));
    let by = [capability::Column::Subsector, capability::Column::OttId];
    for row in rows(ctx, &grouped(capability::Entity, by, able)).await? {
        let there = found.entry(row.try_get_by_index(0)?).or_default();
        there.offices.entry(row.try_get_by_index(1)?).or_default().1 +=
            row.try_get_by_index::<i64>(2)?;
    }
    Ok(found)
}

fn grouped<E: EntityTrait>(
    table: E,
    by: [impl ColumnTrait; 2],
    which: Condition,
) -> SelectStatement {
    let mut query = Query::select();
    query.from(table).cond_where(which);
    for column in by {
        query.expr(column.into_simple_expr()).add_group_by([column.into_simple_expr()]);
    }
    query.expr(Expr::cust("COUNT(*)")).take()
}

/// The states that offices serve: where they are, and what their profiles name.
async fn offices(
    ctx: &Context<'_>,
    ids: impl Iterator<Item = OrganizationId>,
) -> Result<HashMap<OrganizationId, BTreeSet<String>>> {
    let ids: BTreeSet<OrganizationId> = ids.collect();
    let mut query = Query::select();
    query
        .column((organization::Entity, organization::Column::Id))
        .column((organization::Entity, organization::Column::StateCode))
        .column((ott_profile::Entity, ott_profile::Column::StatesServed))
        .from(organization::Entity)
        .left_join(
            ott_profile::Entity,
            Expr::col((ott_profile::Entity, ott_profile::Column::OrganizationId))
                .equals((organization::Entity, organization::Column::Id)),
        )
        .and_where(organization::Column::Id.is_in(ids));
    let mut served: HashMap<OrganizationId, BTreeSet<String>> = HashMap::new();
    for row in rows(ctx, &query).await? {
        let states = served.entry(row.try_get_by_index(0)?).or_default();
        states.extend(row.try_get_by_index::<Option<String>>(1)?);
        states.extend(row.try_get_by_index::<Option<Codes>>(2)?.unwrap_or_default().0);
    }
    Ok(served)
}

/// Whether two regions share a state, or a state of one borders on one of the other.
fn adjoin(ctx: &Context<'_>, one: &BTreeSet<String>, other: &BTreeSet<String>) -> bool {
    let labels = ctx.service().labels();
    let touch = |a: &String| other.iter().any(|b| a == b || labels.neighbours(a, b));
    one.iter().any(touch)
}

async fn rows(ctx: &Context<'_>, query: &SelectStatement) -> Result<Vec<QueryResult>> {
    ctx.loaders().reader().rows(query).await
}

/// Gives the cells their regions: those that were asked for are read once, for all of them.
async fn name(
    ctx: &Context<'_>,
    cells: Vec<(RegionId, Vec<RegionId>, CapabilityCell)>,
) -> Result<Vec<CapabilityCell>> {
    let asked = Asked::here(ctx);
    let own = asked.field("region");
    let others = asked.field("sources").and_then(|sources| sources.field("region"));
    let mut read: [HashMap<RegionId, Arc<Region>>; 2] = Default::default();
    for (place, asked) in [own, others].into_iter().enumerate() {
        let Some(asked) = asked else { continue };
        let ids: BTreeSet<_> = if place == 0 {
            cells.iter().map(|(region, ..)| region.0).collect()
        } else {
            cells.iter().flat_map(|(_, ids, _)| ids.iter().map(|id| id.0)).collect()
        };
        let reading = ctx.loaders().reading::<Region>(&asked);
        let ids: Vec<_> = ids.into_iter().collect();
        let found = ctx.loaders().reader().some(&reading, &ids).await?;
        read[place] = found.into_iter().map(|region| (region.id, Arc::new(region))).collect();
    }
    let named = cells.into_iter().map(|(region, ids, mut cell)| {
        cell.region = read[0].get(&region).cloned();
        for (source, id) in cell.sources.iter_mut().zip(ids) {
            source.region = read[1].get(&id).cloned();
        }
        cell
    });
    Ok(named.collect())
}
