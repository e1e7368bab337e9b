//! Previews of matches for what is not saved yet, and ranked search.

use std::{collections::HashMap, sync::Arc};

use async_graphql::{
    ComplexObject, Context, Enum, Object, SimpleObject, Union,
    connection::{Connection, Edge},
};
use entity::{CapabilityId, Language, NeedId};
use matching::{Reader, Side};
use uuid::Uuid;

use super::{
    engine::{SupplyText, need_profile, supply_profile},
    object::{MatchPart, explain},
    suggest::{components, version},
};
use crate::{
    capabilities::Capability,
    checks::Checks,
    context::Request,
    error::{Error, Result, Told, UserError},
    needs::{self, Need, NeedInput},
    offers::Offer,
    read::{Asked, MOST, Node, Reading},
};

/// How well two records fit that no match joins: a need that is not saved yet and an offer, a need and a capability, or a piece of intellectual property and a need. For members of the network.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct MatchPreview {
    /// How well the two fit, 0 to 10,000: the sum of the contributions of its components.
    score: u32,
    /// How much of the score's weight had data on both sides, 0 to 10,000.
    coverage: u32,
    /// The parts of the score.
    components: Vec<MatchPart>,
    /// Which model and which weights made the score.
    weights_version: String,
    #[graphql(skip)]
    offer: Option<Offer>,
    #[graphql(skip)]
    need: Option<NeedId>,
    #[graphql(skip)]
    capability: Option<CapabilityId>,
}

#[ComplexObject]
impl MatchPreview {
    /// Why the two fit, in a few sentences; the heaviest reason first.
    async fn explanation(
        &self,
        #[graphql(
            default,
            desc = "The language you prefer; the other one answers where it is missing."
        )]
        language: Language,
    ) -> String {
        explain(&self.components, language)
    }

    /// The offer. Null when it is something else that matches, or when the offer has just left the network.
    async fn offer(&self) -> Option<&Offer> {
        self.offer.as_ref()
    }

    /// The need. Null when it is something else that matches, or when the need has just left the network.
    async fn need(&self, ctx: &Context<'_>) -> Told<Arc<Need>> {
        ctx.load(self.need?).await.transpose()
    }

    /// The capability. Null when it is something else that matches, or when the capability has just left the network.
    async fn capability(&self, ctx: &Context<'_>) -> Told<Arc<Capability>> {
        ctx.load(self.capability?).await.transpose()
    }
}

/// What a preview found, or what is wrong with the draft.
#[derive(Debug, SimpleObject)]
pub struct MatchPreviews {
    /// The best offers, best first. Empty when `userErrors` is not.
    matches: Vec<MatchPreview>,
    /// What is wrong with the draft. Empty when all went well.
    user_errors: Vec<UserError>,
}

/// What search looks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum SearchKind {
    /// What companies need.
    Need,
    /// What transfer offices offer.
    Offer,
    /// What transfer offices can do.
    Capability,
}

impl From<Side> for SearchKind {
    fn from(side: Side) -> Self {
        match side {
            Side::Need => Self::Need,
            Side::Offer => Self::Offer,
        }
    }
}

/// A need, an offer or a capability that search found.
#[derive(Clone, Debug, Union)]
pub enum SearchResult {
    /// A need.
    Need(Box<Need>),
    /// An offer.
    Offer(Box<Offer>),
    /// A capability.
    Capability(Box<Capability>),
}

/// How well a record answers a search.
#[derive(Clone, Copy, Debug, SimpleObject)]
pub struct Relevance {
    /// How well it answers, 0 to 10,000; comparable within one search alone.
    score: u32,
}

/// How many records a search found.
#[derive(Clone, Copy, Debug, SimpleObject)]
pub struct SearchTotals {
    /// How many records share a word with the text.
    total_count: usize,
}

type SearchPage = Connection<String, SearchResult, SearchTotals, Relevance>;

/// Queries of matches and search.
#[derive(Debug, Default)]
pub struct MatchQuery;

#[Object]
impl MatchQuery {
    /// How a need that is not saved would match the offers that are open now. For members of the network.
    async fn preview_matches(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The draft; nothing of it is kept.")] input: NeedInput,
        #[graphql(desc = "How many offers, 1 to 50; 10 when nothing is said.")] first: Option<i32>,
    ) -> Told<MatchPreviews> {
        Some(previews(ctx, input, first).await)
    }

    /// Needs, offers and capabilities that share words with a text, the best first; capabilities are weighed among themselves. Anonymous readers search what is public; members of the network also what the network reads.
    async fn search(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to look for, 1 to 500 characters, in Spanish or English.")]
        text: String,
        #[graphql(
            desc = "Only needs, only offers or only capabilities; all when nothing is said."
        )]
        kind: Option<SearchKind>,
        #[graphql(desc = "How many, 1 to 100; 20 when nothing is said.")] first: Option<i32>,
        #[graphql(desc = "The `endCursor` of the page before.")] after: Option<String>,
    ) -> Told<SearchPage> {
        Some(found(ctx, &text, kind, first, after).await)
    }
}

impl MatchPreview {
    fn of(found: &matching::Match) -> Self {
        Self {
            score: found.score,
            coverage: found.coverage,
            components: MatchPart::all(components(found)),
            weights_version: version(found),
            offer: None,
            need: None,
            capability: None,
        }
    }
}

/// The open needs that a piece of intellectual property or a capability fits best, best first. For
/// members of the network: what matched them may be what the network reads.
pub(crate) fn preview_needs(
    ctx: &Context<'_>,
    supply: &SupplyText<'_>,
    first: Option<i32>,
) -> Result<Vec<MatchPreview>> {
    let first = how_many(ctx, first)?;
    let found = ctx.service().engine().needs_for(&supply_profile(supply), first);
    let preview = |found: &matching::Match| MatchPreview {
        need: Some(NeedId(found.need)),
        ..MatchPreview::of(found)
    };
    Ok(found.iter().map(preview).collect())
}

/// The capabilities that fit a need best, best first. For members of the network.
pub(crate) fn preview_capabilities(
    ctx: &Context<'_>,
    need: NeedId,
    first: Option<i32>,
) -> Result<Vec<MatchPreview>> {
    let first = how_many(ctx, first)?;
    let found = ctx.service().engine().capabilities_for(need.0, first);
    let preview = |found: &matching::Match| MatchPreview {
        capability: Some(CapabilityId(found.offer)),
        ..MatchPreview::of(found)
    };
    Ok(found.iter().map(preview).collect())
}

fn how_many(ctx: &Context<'_>, first: Option<i32>) -> Result<usize> {
    ctx.viewer().allow_member()?;
    let first = usize::try_from(first.unwrap_or(5)).unwrap_or_default();
    if (1..=20).contains(&first) {
        return Ok(first);
    }
    Err(Error::Argument("first", "must be between 1 and 20".into()))
}

async fn previews(
    ctx: &Context<'_>,
    input: NeedInput,
    first: Option<i32>,
) -> Result<MatchPreviews> {
    let viewer = ctx.viewer();
    viewer.allow_member()?;
    let first = usize::try_from(first.unwrap_or(10)).unwrap_or_default();
    if !(1..=super::suggest::KEPT).contains(&first) {
        return Err(Error::Argument("first", "must be between 1 and 50".into()));
    }
    let mut checks = Checks::new("input.", ctx.service().labels());
    let draft = needs::life::preview(input, viewer.now, &mut checks);
    if let Err(Error::Refused(user_errors)) = checks.done() {
        return Ok(MatchPreviews { matches: Vec::new(), user_errors });
    }
    let mut profile = need_profile(&draft);
    profile.institution = None;
    let found = ctx.service().engine().preview(&profile, first);
    let asked = Asked::here(ctx).field("matches").and_then(|matches| matches.field("offer"));
    let ids: Vec<Uuid> = found.iter().map(|found| found.offer).collect();
    let mut offers = of_ids::<Offer>(ctx, asked, &ids).await?;
    let matches = found
        .iter()
        .map(|found| MatchPreview { offer: offers.remove(&found.offer), ..MatchPreview::of(found) })
        .collect();
    Ok(MatchPreviews { matches, user_errors: Vec::new() })
}

async fn found(
    ctx: &Context<'_>,
    text: &str,
    kind: Option<SearchKind>,
    first: Option<i32>,
    after: Option<String>,
) -> Result<SearchPage> {
    let size = usize::try_from(first.unwrap_or(20)).unwrap_or_default();
    if size == 0 || size as u64 > MOST {
        return Err(Error::Argument("first", "must be between 1 and 100".into()));
    }
    if !(1..=500).contains(&text.trim().chars().count()) {
        return Err(Error::Argument("text", "must have 1 to 500 characters".into()));
    }
    let reader = if ctx.viewer().is_member() { Reader::Network } else { Reader::Anonymous };
    let engine = ctx.service().engine();
    let found = |side| {
        let hits = engine.search(text, reader, side).into_iter();
        hits.map(|hit| (hit.score, hit.id, SearchKind::from(hit.side))).collect::<Vec<_>>()
    };
    let able = || {
        let hits = engine.search_capabilities(text, reader).into_iter();
        hits.map(|hit| (hit.score, hit.id, SearchKind::Capability))
    };
    let mut hits = match kind {
        Some(SearchKind::Need) => found(Some(Side::Need)),
        Some(SearchKind::Offer) => found(Some(Side::Offer)),
        Some(SearchKind::Capability) => able().collect(),
        None => found(None).into_iter().chain(able()).collect(),
    };
    // The engine tells apart what has the same score; a cursor cannot.
    hits.sort_unstable_by_key(|(score, id, _)| (std::cmp::Reverse(*score), *id));
    // A hit's cursor is its rank's own key: score and id; the index may have changed in between.
    let start = match &after {
        None => 0,
        Some(cursor) => {
            let (score, id) = place(cursor)
                .ok_or_else(|| Error::Argument("after", "is not a cursor of this list".into()))?;
            hits.partition_point(|hit| {
                (std::cmp::Reverse(hit.0), hit.1) <= (std::cmp::Reverse(score), id)
            })
        }
    };
    let shown = &hits[start..hits.len().min(start + size)];
    let of = |kind| {
        let hits = shown.iter().filter(|(.., found)| *found == kind);
        hits.map(|(_, id, _)| *id).collect::<Vec<_>>()
    };
    let asked = Asked::here(ctx).nodes();
    let mut needs = of_ids::<Need>(ctx, asked.clone(), &of(SearchKind::Need)).await?;
    let mut offers = of_ids::<Offer>(ctx, asked.clone(), &of(SearchKind::Offer)).await?;
    let mut able = of_ids::<Capability>(ctx, asked, &of(SearchKind::Capability)).await?;
    let mut page = Connection::with_additional_fields(
        start > 0,
        start + shown.len() < hits.len(),
        SearchTotals { total_count: hits.len() },
    );
    for (score, id, kind) in shown {
        let node = match kind {
            SearchKind::Need => needs.remove(id).map(Box::new).map(SearchResult::Need),
            SearchKind::Offer => offers.remove(id).map(Box::new).map(SearchResult::Offer),
            SearchKind::Capability => able.remove(id).map(Box::new).map(SearchResult::Capability),
        };
        // What has left the network since the index was read is left out.
        if let Some(node) = node {
            let cursor = format!("{score}.{}", id.simple());
            page.edges.push(Edge::with_additional_fields(
                cursor,
                node,
                Relevance { score: *score },
            ));
        }
    }
    Ok(page)
}

fn place(cursor: &str) -> Option<(u32, Uuid)> {
    let (score, id) = cursor.split_once('.')?;
    Some((score.parse().ok()?, Uuid::try_parse(id).ok()?))
}

/// The things with these ids, as far as they were asked for; none when they were not.
async fn of_ids<N: Node>(
    ctx: &Context<'_>,
    asked: Option<Asked<'_>>,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, N>> {
    let Some(asked) = asked else { return Ok(HashMap::new()) };
    let reading = Reading::<N>::new(&asked, ctx.viewer());
    let found = ctx.loaders().reader().some(&reading, ids).await?;
    Ok(found.into_iter().map(|node| (node.id().into(), node)).collect())
}
