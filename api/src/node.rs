//! Anything with an id, by its id alone.

use async_graphql::{Context, ID, Interface, Object};
use entity::{DelegationId, MatchId, NeedId, OfferId, OrganizationId, RegionId};

use crate::{
    context::Request,
    error::{Error, Result, Told},
    field::Selection,
    loaders::Node,
    matches::Match,
    needs::Need,
    offers::Offer,
    organizations::{Delegation, Organization, Region},
    page::MOST,
};

/// A thing of the graph that can be read again by its id.
#[derive(Clone, Debug, Interface)]
#[graphql(
    name = "Node",
    field(
        name = "id",
        ty = "ID",
        desc = "Identifies it; its beginning says what it is (`need_…`)."
    )
)]
pub enum AnyNode {
    /// An organization.
    Organization(Box<Organization>),
    /// A region of a chamber.
    Region(Box<Region>),
    /// A delegation of a chamber.
    Delegation(Box<Delegation>),
    /// A need.
    Need(Box<Need>),
    /// An offer.
    Offer(Box<Offer>),
    /// A match.
    Match(Box<Match>),
}

/// Queries by id.
#[derive(Debug, Default)]
pub struct NodeQuery;

#[Object]
impl NodeQuery {
    /// The thing with this id. Null when there is none, or not for you.
    async fn node(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The id of anything that has one.")] id: ID,
    ) -> Told<AnyNode> {
        find(ctx, &id).await.transpose()
    }

    /// The things with these ids, in their order; null where there is none, or not for you.
    async fn nodes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "At most 100 ids.")] ids: Vec<ID>,
    ) -> Told<Vec<Option<AnyNode>>> {
        if ids.len() as u64 > MOST {
            return Some(Err(Error::Argument("ids", "must be at most 100".into())));
        }
        Some(futures_util::future::try_join_all(ids.iter().map(|id| find(ctx, id))).await)
    }
}

async fn find(ctx: &Context<'_>, id: &ID) -> Result<Option<AnyNode>> {
    let prefix = id.split('_').next().unwrap_or_default();
    Ok(match prefix {
        OrganizationId::PREFIX => load::<Organization>(ctx, id).await?.map(AnyNode::Organization),
        RegionId::PREFIX => load::<Region>(ctx, id).await?.map(AnyNode::Region),
        DelegationId::PREFIX => load::<Delegation>(ctx, id).await?.map(AnyNode::Delegation),
        NeedId::PREFIX => load::<Need>(ctx, id).await?.map(AnyNode::Need),
        OfferId::PREFIX => load::<Offer>(ctx, id).await?.map(AnyNode::Offer),
        MatchId::PREFIX => load::<Match>(ctx, id).await?.map(AnyNode::Match),
        _ => None,
    })
}

async fn load<N: Node>(ctx: &Context<'_>, id: &ID) -> Result<Option<Box<N>>>
where
    N::Id: std::str::FromStr,
{
    let Ok(id) = id.parse() else { return Ok(None) };
    let selection = Selection::below(ctx.field(), N::fields());
    Ok(ctx.loaders().load::<N>(id, selection).await?.map(Box::new))
}
