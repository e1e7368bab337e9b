//! What a pair is judged by, besides its text: facts in, a value and its evidence out.
//!
//! A feature whose data is missing on either side gives `None`, never 0: a short need must not lose
//! against a complete one.

use uuid::Uuid;

use crate::basis::{FULL, UNIT, ratio};
use crate::profile::{Labels, Limits, Profile};
use crate::scian::{Kinship, Scian};
use crate::weights::Feature;

/// One feature of one pair.
#[derive(Debug)]
pub(crate) struct Reading<'a> {
    pub(crate) feature: Feature,
    /// 0 to 1,000,000.
    pub(crate) value: u32,
    pub(crate) evidence: Evidence<'a>,
}

/// Why a feature has its value; `tell` puts it into words.
#[derive(Debug)]
pub(crate) enum Evidence<'a> {
    /// The words that carry the text value, the weightiest first.
    Words(Vec<Carrier>),
    Kin(Kinship, &'a str),
    ApplicableTo(&'a str),
    NoSectorInCommon,
    Readiness {
        offered: (u8, u8),
        accepted: (u8, u8),
    },
    BothAccept(Vec<&'a str>),
    /// Kinds of agreement that lie near each other: the need's, the offer's.
    Related(&'a str, &'a str),
    NoPartnershipInCommon,
    Limits {
        need: Limits,
        offer: Limits,
    },
    SameState(&'a str),
    NeighbourStates(&'a str, &'a str),
    SameRegion,
    ApartStates(&'a str, &'a str),
    ApartRegions,
}

/// A word of the need and the one of the offer that answers it, as they were written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Carrier {
    pub(crate) need: String,
    /// `None` where it is a form of the same word.
    pub(crate) offer: Option<String>,
}

/// Everything but the text, in the order of [`Feature`].
pub(crate) fn readings<'a>(
    need: &'a Profile,
    offer: &'a Profile,
    labels: &dyn Labels,
) -> impl Iterator<Item = Reading<'a>> {
    [
        (Feature::Sector, sector(&need.sectors, &offer.own_sectors, &offer.sectors)),
        (Feature::Readiness, readiness(need.trl, offer.trl)),
        (Feature::Partnership, partnership(&need.partnerships, &offer.partnerships)),
        (Feature::Limits, limits(need.limits, offer.limits)),
        (Feature::Region, region(need, offer, labels)),
    ]
    .into_iter()
    .filter_map(|(feature, found)| found.map(|found| reading(feature, found)))
}

/// What two needs are compared by, besides their texts.
pub(crate) fn readings_alike<'a>(one: &'a Profile, other: &'a Profile) -> Option<Reading<'a>> {
    sector(&one.sectors, &other.sectors, &[]).map(|found| reading(Feature::Sector, found))
}

fn reading(feature: Feature, (points, evidence): (u32, Evidence<'_>)) -> Reading<'_> {
    Reading { feature, value: points * (UNIT / FULL), evidence }
}

/// Basis points and their evidence.
type Found<'a> = Option<(u32, Evidence<'a>)>;

fn sector<'a>(asked: &'a [String], own: &'a [String], declared: &'a [String]) -> Found<'a> {
    let asked = Scian::parse_all(asked);
    let own = Scian::parse_all(own);
    let declared = Scian::parse_all(declared);
    asked.clone().next()?;
    own.clone().chain(declared.clone()).next()?;

    let kin = asked
        .clone()
        .flat_map(|code| own.clone().filter_map(move |other| code.kinship(other)))
        .max_by(|a, b| a.0.cmp(&b.0).then(b.1.cmp(a.1)))
        .map(|(kinship, code)| {
            let value = match kinship {
                Kinship::Rama => FULL,
                Kinship::Subsector => 8_000,
                Kinship::Sector => 4_500,
            };
            (value, Evidence::Kin(kinship, code))
        });
    // The narrowest declared code tells most.
    let applicable = declared
        .filter(|declared| asked.clone().any(|code| declared.covers(code)))
        .max_by(|a, b| a.depth().cmp(&b.depth()).then(b.code().cmp(a.code())))
        .map(|declared| (6_000, Evidence::ApplicableTo(declared.code())));

    [kin, applicable]
        .into_iter()
        .flatten()
        .max_by_key(|(value, _)| *value)
        .or(Some((0, Evidence::NoSectorInCommon)))
}

/// Full inside the band and above it, 3,000 less for each level below.
fn readiness<'a>(accepted: Option<(u8, u8)>, offered: Option<(u8, u8)>) -> Found<'a> {
    let ordered = |(a, b): (u8, u8)| (a.min(b), a.max(b));
    let (accepted, offered) = (ordered(accepted?), ordered(offered?));
    let missing = u32::from(accepted.0.saturating_sub(offered.1));
    let value = FULL.saturating_sub(3_000 * missing);
    Some((value, Evidence::Readiness { offered, accepted }))
}

/// Kinds of agreement near enough to talk about, worth [`RELATED`]: where one is accepted the other
/// is often a matter of terms.
const NEAR: &[(&str, &str)] = &[
    ("COMMERCIAL_AGREEMENT", "COMMERCIAL_AGREEMENT_WITH_TECHNICAL_ASSISTANCE"),
    ("COMMERCIAL_AGREEMENT", "SUPPLIER_AGREEMENT"),
    ("COMMERCIAL_AGREEMENT_WITH_TECHNICAL_ASSISTANCE", "ASSIGNMENT"),
    ("OUTSOURCING_AGREEMENT", "SUPPLIER_AGREEMENT"),
    ("INVESTMENT_AGREEMENT", "SPIN_OFF"),
];

const RELATED: u32 = 5_000;

/// The share of the shorter list that the other side accepts: one that accepts much does not lose
/// for what the other does not ask.
fn partnership<'a>(need: &'a [String], offer: &'a [String]) -> Found<'a> {
    let (asked, given) = (distinct(need), distinct(offer));
    if asked.is_empty() || given.is_empty() {
        return None;
    }
    let (shorter, longer) =
        if given.len() < asked.len() { (&given, &asked) } else { (&asked, &given) };
    let total: u32 =
        shorter.iter().map(|&a| longer.iter().map(|&b| agreement(a, b)).max().unwrap_or(0)).sum();
    let value = ratio(u64::from(total), shorter.len() as u64 * u64::from(FULL));

    let shared: Vec<&str> = asked.iter().copied().filter(|code| given.contains(code)).collect();
    let related = || {
        asked.iter().find_map(|&a| given.iter().find(|&&b| agreement(a, b) > 0).map(|&b| (a, b)))
    };
    let evidence = if !shared.is_empty() {
        Evidence::BothAccept(shared)
    } else if let Some((asked, given)) = related() {
        Evidence::Related(asked, given)
    } else {
        Evidence::NoPartnershipInCommon
    };
    Some((value, evidence))
}

fn agreement(a: &str, b: &str) -> u32 {
    if a == b {
        FULL
    } else if NEAR.contains(&(a, b)) || NEAR.contains(&(b, a)) {
        RELATED
    } else {
        0
    }
}

fn distinct(codes: &[String]) -> Vec<&str> {
    let mut codes: Vec<&str> = codes.iter().map(String::as_str).collect();
    codes.sort_unstable();
    codes.dedup();
    codes
}

/// The mean over cost and time, of those that both sides name.
fn limits<'a>(need: Option<Limits>, offer: Option<Limits>) -> Found<'a> {
    let (need, offer) = (need?, offer?);
    let cost = need.cost.zip(offer.cost).map(|(limit, estimate)| within(limit, estimate));
    let months = need.months.zip(offer.months);
    let time = months.map(|(limit, estimate)| within(limit.into(), estimate.into()));
    let value = match (cost, time) {
        (Some(cost), Some(time)) => (cost + time).div_ceil(2),
        (one, other) => one.or(other)?,
    };
    Some((value, Evidence::Limits { need, offer }))
}

/// Full within the limit, falling to 0 at twice the limit.
fn within(limit: u64, estimate: u64) -> u32 {
    if estimate <= limit { FULL } else { ratio(limit.saturating_sub(estimate - limit), limit) }
}

fn region<'a>(need: &'a Profile, offer: &'a Profile, labels: &dyn Labels) -> Found<'a> {
    // Rights alone travel anywhere.
    if offer.partnerships.iter().all(|code| code == "ASSIGNMENT") && !offer.partnerships.is_empty()
    {
        return None;
    }
    let states = need.state.as_deref().zip(offer.state.as_deref());
    let regions: Option<(Uuid, Uuid)> = need.region.zip(offer.region);
    let same_region = regions.is_some_and(|(a, b)| a == b);
    Some(match states {
        // 10,000 is kept for the same municipality, which this version is not told.
        Some((a, b)) if a == b => (8_000, Evidence::SameState(a)),
        Some((a, b)) if labels.neighbours(a, b) => (5_000, Evidence::NeighbourStates(a, b)),
        _ if same_region => (5_000, Evidence::SameRegion),
        Some((a, b)) => (2_000, Evidence::ApartStates(a, b)),
        None => regions.map(|_| (2_000, Evidence::ApartRegions))?,
    })
}
