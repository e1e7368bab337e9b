//! Previews of matches for what is not saved yet.

use std::{collections::HashMap, sync::Arc};

use async_graphql::{ComplexObject, Context, Object, SimpleObject};
use entity::{CapabilityId, IpAssetId, Language, NeedId, need};
use matching::{Kind, Profile};
use sea_orm::EntityTrait;
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
    ip::{self, IpAsset},
    needs::{self, Need, NeedInput},
    offers::Offer,
    read::{Asked, Node},
};

/// How many pieces of intellectual property are weighed before it is asked which are dormant.
const WEIGHED_ASSETS: usize = 100;
/// How many needs like a draft are told.
const DUPLICATES: usize = 5;

/// How well two records fit that no match joins: a need that is not saved yet and an offer, a need and a capability or a piece of intellectual property, or two needs that are alike. For members of the network.
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
    #[graphql(skip)]
    ip_asset: Option<IpAssetId>,
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

    /// The piece of intellectual property. Null when it is something else that matches, or when your level does not reach it any more.
    async fn ip_asset(&self, ctx: &Context<'_>) -> Told<Arc<IpAsset>> {
        ctx.load(self.ip_asset?).await.transpose()
    }
}

/// What a preview found, or what is wrong with the draft.
#[derive(Debug, SimpleObject)]
pub struct MatchPreviews {
    /// The best offers, best first. Empty when `userErrors` is not.
    matches: Vec<MatchPreview>,
    /// The needs on offer that are most like the draft, the likest first, at most 5, judged by text and sector alone: perhaps somebody asks for the same already. Empty when none is like it, or when `userErrors` is not.
    similar_needs: Vec<MatchPreview>,
    /// What is wrong with the draft. Empty when all went well.
    user_errors: Vec<UserError>,
}

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
            ip_asset: None,
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
    let found = ctx.service().engine().matches_of(need.0, Kind::Capability, first);
    let preview = |found: &matching::Match| MatchPreview {
        capability: Some(CapabilityId(found.offer)),
        ..MatchPreview::of(found)
    };
    Ok(found.iter().map(preview).collect())
}

/// The dormant intellectual property that fits a need best, best first. For members of the network.
pub(crate) async fn preview_dormant_assets(
    ctx: &Context<'_>,
    need: NeedId,
    first: Option<i32>,
) -> Result<Vec<MatchPreview>> {
    let first = how_many(ctx, first)?;
    let mut found = ctx.service().engine().matches_of(need.0, Kind::Asset, WEIGHED_ASSETS);
    let ids = found.iter().map(|found| IpAssetId(found.offer)).collect();
    let dormant = ip::dormant_of(ctx, ids).await?;
    found.retain(|found| dormant.contains(&IpAssetId(found.offer)));
    let preview = |found: &matching::Match| MatchPreview {
        ip_asset: Some(IpAssetId(found.offer)),
        ..MatchPreview::of(found)
    };
    Ok(found.iter().take(first).map(preview).collect())
}

/// The open needs that are most like one, the likest first. For members of the network.
pub(crate) async fn preview_similar(
    ctx: &Context<'_>,
    need: NeedId,
    first: Option<i32>,
) -> Result<Vec<MatchPreview>> {
    let first = how_many(ctx, first)?;
    let engine = ctx.service().engine();
    let known = engine.profile(need.0);
    if let Some(profile) = known {
        return Ok(alike(ctx, &profile, first));
    }
    // Of a draft the engine knows nothing.
    let row = need::Entity::find_by_id(need).one(ctx.service().db().fresh()).await?;
    Ok(row.map_or_else(Vec::new, |row| alike(ctx, &need_profile(&row), first)))
}

fn alike(ctx: &Context<'_>, need: &Profile, first: usize) -> Vec<MatchPreview> {
    let found = ctx.service().engine().similar(need, first);
    let preview = |found: &matching::Match| MatchPreview {
        need: Some(NeedId(found.offer)),
        ..MatchPreview::of(found)
    };
    found.iter().map(preview).collect()
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
        let (matches, similar_needs) = (Vec::new(), Vec::new());
        return Ok(MatchPreviews { matches, similar_needs, user_errors });
    }
    let mut profile = need_profile(&draft);
    profile.institution = None;
    let found = ctx.service().engine().preview(&profile, Kind::Offer, first);
    let asked = Asked::here(ctx).field("matches").and_then(|matches| matches.field("offer"));
    let ids: Vec<Uuid> = found.iter().map(|found| found.offer).collect();
    let mut offers = of_ids::<Offer>(ctx, asked, &ids).await?;
    let matches = found
        .iter()
        .map(|found| MatchPreview { offer: offers.remove(&found.offer), ..MatchPreview::of(found) })
        .collect();
    let similar_needs = alike(ctx, &profile, DUPLICATES);
    Ok(MatchPreviews { matches, similar_needs, user_errors: Vec::new() })
}

/// The things with these ids, as far as they were asked for; none when they were not.
pub(super) async fn of_ids<N: Node>(
    ctx: &Context<'_>,
    asked: Option<Asked<'_>>,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, N>> {
    let Some(asked) = asked else { return Ok(HashMap::new()) };
    let reading = ctx.loaders().reading::<N>(&asked);
    let found = ctx.loaders().reader().some(&reading, ids).await?;
    Ok(found.into_iter().map(|node| (node.id().into(), node)).collect())
}
