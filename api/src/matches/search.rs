//! Ranked search over everything that the network knows of, with what it could be narrowed by.

use std::collections::{BTreeMap, BTreeSet};

use async_graphql::{
    Context, Enum, InputObject, Object, SimpleObject, Union,
    connection::{Connection, Edge},
};
use matching::{Hit, Index, Kind, Reader};
use uuid::Uuid;

use super::query::of_ids;
use crate::{
    capabilities::Capability,
    codes::{Code, STATE},
    context::Request,
    error::{Error, Result, Told},
    ip::IpAsset,
    needs::Need,
    offers::Offer,
    read::{Asked, MOST},
};

/// What search looks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum SearchKind {
    /// What companies need.
    Need,
    /// What transfer offices offer.
    Offer,
    /// What transfer offices can do.
    Capability,
    /// What transfer offices have protected, and list.
    IpAsset,
}

impl From<Kind> for SearchKind {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Need => Self::Need,
            Kind::Offer => Self::Offer,
            Kind::Capability => Self::Capability,
            Kind::Asset => Self::IpAsset,
        }
    }
}

/// Which of what a text finds is wanted.
#[derive(Clone, Debug, Default, InputObject)]
pub struct SearchFilter {
    /// Of one of these kinds.
    kinds: Option<Vec<SearchKind>>,
    /// In one of these SCIAN subsectors, three digits each: a need's own, or one in which the offer, the capability or the property can be applied.
    subsectors: Option<Vec<String>>,
    /// In one of these federal states, by their INEGI keys (`01` to `32`).
    states: Option<Vec<String>>,
    /// Technology readiness of at least this level, 1 to 9; of a need and of a capability, a band that reaches it. What says nothing of its readiness is left out.
    trl_min: Option<i32>,
    /// Technology readiness of at most this level, 1 to 9; of a need and of a capability, a band that begins there or below. What says nothing of its readiness is left out.
    trl_max: Option<i32>,
}

/// A need, an offer, a capability or a piece of intellectual property that search found.
#[derive(Clone, Debug, Union)]
pub enum SearchResult {
    /// A need.
    Need(Box<Need>),
    /// An offer.
    Offer(Box<Offer>),
    /// A capability.
    Capability(Box<Capability>),
    /// A piece of intellectual property.
    IpAsset(Box<IpAsset>),
}

/// How well a record answers a search.
#[derive(Clone, Copy, Debug, SimpleObject)]
pub struct Relevance {
    /// How likely it is that the record is about the text, 0 to 10,000: by the words that both use and by what they mean.
    score: u32,
}

/// How many records a search found, and what they are.
#[derive(Debug, SimpleObject)]
pub struct SearchTotals {
    /// How many records share a word with the text or mean nearly the same, of a kind at most 1,200; of the likest 50 of each kind it is known, of the others estimated, how likely they are.
    total_count: usize,
    /// What the search could be narrowed by, and how much each choice would leave.
    facets: SearchFacets,
}

/// What a search could be narrowed by. A choice is counted as if nothing else were chosen of its sort, and with all that is chosen of the others.
#[derive(Debug, Default, SimpleObject)]
pub struct SearchFacets {
    /// By kind, the most frequent first.
    kinds: Vec<KindFacet>,
    /// By SCIAN subsector, the most frequent first.
    subsectors: Vec<CodeFacet>,
    /// By federal state, the most frequent first.
    states: Vec<CodeFacet>,
    /// By level of technology readiness, from 1 to 9; a band counts at each of its levels.
    trl: Vec<TrlFacet>,
}

/// How many records of a kind.
#[derive(Clone, Copy, Debug, SimpleObject)]
pub struct KindFacet {
    /// Which kind.
    kind: SearchKind,
    /// How many, at least one.
    count: usize,
}

/// How many records with a code.
#[derive(Clone, Debug, SimpleObject)]
pub struct CodeFacet {
    /// The code, with what it is called.
    code: Code,
    /// How many, at least one.
    count: usize,
}

/// How many records at a level of technology readiness.
#[derive(Clone, Copy, Debug, SimpleObject)]
pub struct TrlFacet {
    /// The level, 1 to 9.
    trl: u8,
    /// How many, at least one.
    count: usize,
}

type SearchPage = Connection<String, SearchResult, SearchTotals, Relevance>;

/// The search.
#[derive(Debug, Default)]
pub struct SearchQuery;

#[Object]
impl SearchQuery {
    /// Needs, offers, capabilities and listed intellectual property that share words with a text or mean nearly the same, in Spanish or English, the likest first. Anonymous readers search what is public; members of the network also what the network reads.
    async fn search(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to look for, 1 to 500 characters, in Spanish or English.")]
        text: String,
        #[graphql(desc = "Only one kind; all when nothing is said.")] kind: Option<SearchKind>,
        #[graphql(desc = "Only what is so; all when nothing is said.")] filter: Option<
            SearchFilter,
        >,
        #[graphql(desc = "How many, 1 to 100; 20 when nothing is said.")] first: Option<i32>,
        #[graphql(desc = "The `endCursor` of the page before.")] after: Option<String>,
    ) -> Told<SearchPage> {
        Some(search(ctx, &text, kind, filter.unwrap_or_default(), first, after).await)
    }
}

/// What hits must be.
#[derive(Debug, Default)]
pub(crate) struct Narrow {
    kinds: Option<Vec<SearchKind>>,
    subsectors: Option<Vec<String>>,
    states: Option<Vec<String>>,
    trl: Option<(u8, u8)>,
    /// Whether other choices are counted too.
    facets: bool,
}

/// What a search found: of each sort of choice, how many hits there are for it.
#[derive(Debug, Default)]
pub(crate) struct Found {
    hits: Vec<Hit>,
    kinds: BTreeMap<Kind, usize>,
    subsectors: BTreeMap<String, usize>,
    states: BTreeMap<String, usize>,
    trl: BTreeMap<u8, usize>,
}

impl Narrow {
    fn new(
        ctx: &Context<'_>,
        kind: Option<SearchKind>,
        filter: SearchFilter,
        facets: bool,
    ) -> Result<Self> {
        let labels = ctx.service().labels();
        let SearchFilter { kinds, subsectors, states, trl_min, trl_max } = filter;
        let wrong = |code: &String| labels.subsector(code).is_none_or(|entry| entry.code != *code);
        if subsectors.iter().flatten().any(wrong) {
            let wrong = "is not a SCIAN subsector of the edition in use";
            return Err(Error::Argument("filter.subsectors", wrong.into()));
        }
        if states.iter().flatten().any(|code| labels.state(code).is_none()) {
            return Err(Error::Argument("filter.states", "is not the key of a state".into()));
        }
        let level = |field: &'static str, level: i32| match u8::try_from(level) {
            Ok(level @ 1..=9) => Ok(level),
            _ => Err(Error::Argument(field, "must be between 1 and 9".into())),
        };
        let least = trl_min.map(|least| level("filter.trlMin", least)).transpose()?;
        let most = trl_max.map(|most| level("filter.trlMax", most)).transpose()?;
        let trl =
            (least.is_some() || most.is_some()).then(|| (least.unwrap_or(1), most.unwrap_or(9)));
        let kinds = match (kind, kinds) {
            (Some(kind), Some(kinds)) => Some(kinds.into_iter().filter(|k| *k == kind).collect()),
            (Some(kind), None) => Some(vec![kind]),
            (None, kinds) => kinds,
        };
        Ok(Self { kinds, subsectors, states, trl, facets })
    }

    /// The kinds that have to be looked at: all of them where they are counted.
    pub(crate) fn looked_at(&self) -> Vec<Kind> {
        let wanted = |kind: &Kind| {
            self.facets || self.kinds.as_ref().is_none_or(|kinds| kinds.contains(&(*kind).into()))
        };
        Kind::ALL.into_iter().filter(wanted).collect()
    }

    /// Those hits that are wanted, and how many there would be for each other choice.
    pub(crate) fn through(&self, hits: &[Hit], index: &Index) -> Found {
        // Of other kinds there are none, unless they are counted.
        if matches!(self, Self { subsectors: None, states: None, trl: None, facets: false, .. }) {
            return Found { hits: hits.to_vec(), ..Found::default() };
        }
        let mut found = Found::default();
        let known = hits.iter().filter_map(|&hit| Some((hit, index.get(hit.id)?)));
        for (hit, profile) in known {
            let asked = self.facets || self.subsectors.is_some();
            let subsectors = if asked { profile.subsectors() } else { BTreeSet::new() };
            let in_trl = |(least, most): (u8, u8)| {
                profile.trl.is_some_and(|(from, to)| from <= most && to >= least)
            };
            let fits = [
                self.kinds.as_ref().is_none_or(|kinds| kinds.contains(&hit.kind.into())),
                self.subsectors.as_ref().is_none_or(|wanted| {
                    wanted.iter().any(|code| subsectors.contains(code.as_str()))
                }),
                self.states.as_ref().is_none_or(|wanted| {
                    profile.state.as_ref().is_some_and(|state| wanted.contains(state))
                }),
                self.trl.is_none_or(in_trl),
            ];
            let others_fit =
                |own: usize| self.facets && (0..4).all(|sort| sort == own || fits[sort]);
            if others_fit(0) {
                *found.kinds.entry(hit.kind).or_default() += 1;
            }
            if others_fit(1) {
                for code in subsectors {
                    *found.subsectors.entry(code.to_owned()).or_default() += 1;
                }
            }
            if let Some(state) = profile.state.as_ref().filter(|_| others_fit(2)) {
                *found.states.entry(state.clone()).or_default() += 1;
            }
            if let Some((from, to)) = profile.trl.filter(|_| others_fit(3)) {
                for level in from..=to {
                    *found.trl.entry(level).or_default() += 1;
                }
            }
            if fits == [true; 4] {
                found.hits.push(hit);
            }
        }
        found
    }
}

impl Found {
    fn facets(&self, ctx: &Context<'_>) -> SearchFacets {
        let labels = ctx.service().labels();
        let mut kinds: Vec<KindFacet> = self
            .kinds
            .iter()
            .map(|(&kind, &count)| KindFacet { kind: kind.into(), count })
            .collect();
        kinds.sort_by_key(|facet| std::cmp::Reverse(facet.count));
        let coded = |counts: &BTreeMap<String, usize>, list: &str| {
            let entry = |code: &String| match list {
                STATE => labels.state(code),
                _ => labels.subsector(code),
            };
            let facet = |(code, &count): (&String, &usize)| {
                Some(CodeFacet { code: entry(code)?.into(), count })
            };
            let mut facets: Vec<CodeFacet> = counts.iter().filter_map(facet).collect();
            facets.sort_by_key(|facet| std::cmp::Reverse(facet.count));
            facets
        };
        SearchFacets {
            kinds,
            subsectors: coded(&self.subsectors, "subsector"),
            states: coded(&self.states, STATE),
            trl: self.trl.iter().map(|(&trl, &count)| TrlFacet { trl, count }).collect(),
        }
    }
}

async fn search(
    ctx: &Context<'_>,
    text: &str,
    kind: Option<SearchKind>,
    filter: SearchFilter,
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
    let facets = ctx.look_ahead().field("facets").exists();
    let narrow = Narrow::new(ctx, kind, filter, facets)?;
    let reader = if ctx.viewer().is_member() { Reader::Network } else { Reader::Anonymous };
    let found = ctx.service().engine().search(text, reader, &narrow);
    let hits = &found.hits;
    // A hit's cursor is its rank's own key: score and id; the index may have changed in between.
    let start = match &after {
        None => 0,
        Some(cursor) => {
            let (score, id) = place(cursor)
                .ok_or_else(|| Error::Argument("after", "is not a cursor of this list".into()))?;
            hits.partition_point(|hit| {
                (std::cmp::Reverse(hit.score), hit.id) <= (std::cmp::Reverse(score), id)
            })
        }
    };
    let shown = &hits[start..hits.len().min(start + size)];
    let of = |kind| {
        let hits = shown.iter().filter(|hit| hit.kind == kind);
        hits.map(|hit| hit.id).collect::<Vec<_>>()
    };
    let asked = Asked::here(ctx).nodes();
    let mut needs = of_ids::<Need>(ctx, asked.clone(), &of(Kind::Need)).await?;
    let mut offers = of_ids::<Offer>(ctx, asked.clone(), &of(Kind::Offer)).await?;
    let mut able = of_ids::<Capability>(ctx, asked.clone(), &of(Kind::Capability)).await?;
    let mut assets = of_ids::<IpAsset>(ctx, asked, &of(Kind::Asset)).await?;
    let mut page = Connection::with_additional_fields(
        start > 0,
        start + shown.len() < hits.len(),
        SearchTotals { total_count: hits.len(), facets: found.facets(ctx) },
    );
    for Hit { score, id, kind } in shown {
        let node = match kind {
            Kind::Need => needs.remove(id).map(Box::new).map(SearchResult::Need),
            Kind::Offer => offers.remove(id).map(Box::new).map(SearchResult::Offer),
            Kind::Capability => able.remove(id).map(Box::new).map(SearchResult::Capability),
            Kind::Asset => assets.remove(id).map(Box::new).map(SearchResult::IpAsset),
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
