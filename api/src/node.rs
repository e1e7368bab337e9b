//! Anything with an id, by its id alone.

use std::{collections::HashMap, fmt::Display, str::FromStr, sync::Arc};

use async_graphql::{Context, ID, Interface, Object, OutputType};
use uuid::Uuid;

use crate::{
    agreements::Agreement,
    bulk::BulkJob,
    capabilities::Capability,
    context::Request,
    documents::{self, Document},
    error::{Error, Result, Told},
    interests::{Interest, Message},
    ip::IpAsset,
    ledger::Disclosure,
    matches::Match,
    memberships::Membership,
    needs::Need,
    offers::Offer,
    organizations::{Delegation, Organization, Region},
    people::Person,
    programmes::Programme,
    projects::Project,
    read::{Account, Asked, MOST, Node},
    searches::SavedSearch,
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
    Organization(Arc<Organization>),
    /// A region of a chamber.
    Region(Arc<Region>),
    /// A delegation of a chamber.
    Delegation(Arc<Delegation>),
    /// A need.
    Need(Arc<Need>),
    /// An offer.
    Offer(Arc<Offer>),
    /// A match.
    Match(Arc<Match>),
    /// An expression of interest.
    Interest(Arc<Interest>),
    /// An agreement.
    Agreement(Arc<Agreement>),
    /// A project.
    Project(Arc<Project>),
    /// A programme.
    Programme(Arc<Programme>),
    /// A piece of intellectual property.
    IpAsset(Arc<IpAsset>),
    /// A capability.
    Capability(Arc<Capability>),
    /// A message on an expression of interest.
    Message(Arc<Message>),
    /// A document.
    Document(Arc<Document>),
    /// An entry of the ledger of disclosures.
    Disclosure(Arc<Disclosure>),
    /// A search that you saved.
    SavedSearch(Arc<SavedSearch>),
    /// A bulk job.
    BulkJob(Arc<BulkJob>),
    /// A role that somebody holds in an organization.
    Membership(Arc<Membership>),
    /// A person.
    Person(Arc<Person>),
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
        read(ctx, &[id]).await.map(|mut found| found.pop().flatten()).transpose()
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
        Some(read(ctx, &ids).await)
    }
}

/// The things with these ids, in their order: one statement for each kind of thing.
async fn read(ctx: &Context<'_>, ids: &[ID]) -> Result<Vec<Option<AnyNode>>> {
    let mut found = HashMap::new();
    gather(ctx, ids, AnyNode::Organization, &mut found).await?;
    gather(ctx, ids, AnyNode::Region, &mut found).await?;
    gather(ctx, ids, AnyNode::Delegation, &mut found).await?;
    gather(ctx, ids, AnyNode::Need, &mut found).await?;
    gather(ctx, ids, AnyNode::Offer, &mut found).await?;
    gather(ctx, ids, AnyNode::Match, &mut found).await?;
    gather(ctx, ids, AnyNode::Interest, &mut found).await?;
    gather(ctx, ids, AnyNode::Agreement, &mut found).await?;
    gather(ctx, ids, AnyNode::Project, &mut found).await?;
    gather(ctx, ids, AnyNode::Programme, &mut found).await?;
    gather(ctx, ids, AnyNode::IpAsset, &mut found).await?;
    gather(ctx, ids, AnyNode::Capability, &mut found).await?;
    gather(ctx, ids, AnyNode::Message, &mut found).await?;
    gather(ctx, ids, AnyNode::Document, &mut found).await?;
    account_for_documents(ctx, &found).await?;
    gather(ctx, ids, AnyNode::Disclosure, &mut found).await?;
    gather(ctx, ids, AnyNode::SavedSearch, &mut found).await?;
    gather(ctx, ids, AnyNode::BulkJob, &mut found).await?;
    gather(ctx, ids, AnyNode::Membership, &mut found).await?;
    gather(ctx, ids, AnyNode::Person, &mut found).await?;
    Ok(ids.iter().map(|id| found.get(id.as_str()).cloned()).collect())
}

/// A document that is read by its own id is disclosed like one that is read below its record.
async fn account_for_documents(ctx: &Context<'_>, found: &HashMap<String, AnyNode>) -> Result<()> {
    let ids = found.values().filter_map(|thing| match thing {
        AnyNode::Document(document) => Some(document.id.0),
        _ => None,
    });
    let asked = Asked::here(ctx).fields(Some(&Document::type_name()));
    let fields = documents::FIELDS.iter().map(|field| field.name);
    let fields: Vec<_> = fields
        .filter(|name| *name != "id" && asked.iter().any(|asked| asked.name() == *name))
        .collect();
    let (service, account) = (ctx.service(), ctx.data_unchecked::<Account>());
    service.account_for(ctx.viewer(), account, (ids.collect(), &fields)).await
}

/// Adds those of the things that are of one kind, by their ids as the client wrote them.
async fn gather<N: Node<Id: FromStr + Display> + OutputType>(
    ctx: &Context<'_>,
    ids: &[ID],
    wrap: fn(Arc<N>) -> AnyNode,
    found: &mut HashMap<String, AnyNode>,
) -> Result<()> {
    let wanted: Vec<Uuid> =
        ids.iter().filter_map(|id| id.parse::<N::Id>().ok()).map(Into::into).collect();
    // By its id alone a machine finds nothing that it could not ask for by name.
    let machine = ctx.viewer().machine.as_ref();
    let unread = machine.is_some_and(|machine| !machine.reads(&N::type_name()));
    if wanted.is_empty() || unread {
        return Ok(());
    }
    let reading = ctx.loaders().reading::<N>(&Asked::here(ctx));
    let things = ctx.loaders().reader().some(&reading, &wanted).await?;
    found.extend(things.into_iter().map(|thing| (thing.id().to_string(), wrap(Arc::new(thing)))));
    Ok(())
}
