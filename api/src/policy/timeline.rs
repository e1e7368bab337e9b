//! The rules for timelines: whoever knows of a record reads what is told of it from the
//! first level on, its own side all of it, and who did it where its history says so too.
//! In both forms: for a record in hand, and for events still in the database.
//!
//! A timeline is read below its record, by whoever may read that.

use entity::{
    DisclosureLevel, EventId, Role, agreement, capability, event, interest, ip_asset, match_, need,
    offer, programme, project,
};
use sea_orm::{
    ActiveEnum, ColumnTrait, Condition, EntityTrait, ExprTrait, Iterable, QueryFilter, QuerySelect,
    QueryTrait,
    sea_query::{CaseStatement, Expr, SimpleExpr},
};

use super::{
    Resource, Viewer,
    agreement::{followed_agreements, party_agreements},
    interest::{PARTIES, levels},
    introduced_assets, introduced_needs, introduced_offers, own_capabilities, own_ip_assets,
    own_matches, own_needs, own_offers, own_programmes,
    project::partner_projects,
};
use crate::event::TimelineKind;

/// How much of a record's timeline somebody reads, the least first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TimelineReader {
    /// What everybody is told who knows of the record.
    Passer,
    /// All of it, but for who did it.
    Watcher,
    /// All of it.
    Party,
}

use TimelineReader::{Party, Passer, Watcher};

impl TimelineReader {
    /// For a record in hand, by its prefixed id, of which the viewer sees `level`.
    #[must_use]
    pub fn of(viewer: &Viewer, record: &str, level: DisclosureLevel) -> Self {
        let inside = viewer.system || level >= DisclosureLevel::Introduced;
        let watches = viewer.is_any(Role::NetworkAdmin);
        let kind = record.split('_').next().unwrap_or_default();
        match kind {
            "agreement" if level == DisclosureLevel::Introduced => Watcher,
            // What an organization does in its own house is told to its own people alone, as its
            // consents are: who was introduced, and its chamber, know it from outside.
            "org" if level == DisclosureLevel::Contract => Party,
            "need" | "offer" | "interest" | "agreement" | "asset" | "capability" | "project"
            | "programme"
                if inside =>
            {
                Party
            }
            // Persons are not told of matches: one may speak for a company that is not known yet.
            "match" if inside => Watcher,
            "need" | "offer" | "match" | "asset" | "capability" if watches => Watcher,
            _ => Passer,
        }
    }

    fn from_database(rank: i32) -> Self {
        match rank {
            2 => Party,
            1 => Watcher,
            _ => Passer,
        }
    }

    /// Whether events of this kind are told to them.
    #[must_use]
    pub fn is_told(self, kind: TimelineKind) -> bool {
        self > Passer || kind.told_from() == DisclosureLevel::PublicBlind
    }
}

/// What the rules need to know of an entry of a timeline.
#[derive(Clone, Copy, Debug)]
pub struct TimelineFacts {
    /// Which event.
    pub id: EventId,
    /// What happened.
    pub kind: TimelineKind,
    /// How much of the record's timeline the viewer reads.
    pub reader: TimelineReader,
}

impl TimelineFacts {
    /// What the database computed by [`reader_of_timelines`].
    #[must_use]
    pub fn from_database(id: EventId, kind: TimelineKind, rank: i32) -> Self {
        Self { id, kind, reader: TimelineReader::from_database(rank) }
    }
}

impl Resource for TimelineFacts {
    const NAME: &'static str = "entry of a timeline";

    fn level(&self, viewer: &Viewer) -> Option<DisclosureLevel> {
        if viewer.system {
            return Some(DisclosureLevel::Contract);
        }
        let level = match self.reader {
            Party => DisclosureLevel::Introduced,
            Watcher | Passer => DisclosureLevel::PublicBlind,
        };
        self.reader.is_told(self.kind).then_some(level)
    }
}

/// Whether the record of an event is among these of a table.
fn is_among<E: EntityTrait>(id: E::Column, rows: Condition) -> SimpleExpr {
    let here = Expr::col((E::default(), id)).equals((event::Entity, event::Column::SubjectId));
    let rows = E::find().select_only().column(id).filter(here).filter(rows);
    Expr::exists(rows.into_query())
}

/// Of which events the viewer reads more than a passer does, the most first.
fn readers(viewer: &Viewer) -> Vec<(TimelineReader, Condition)> {
    let mut readers = Vec::new();
    if viewer.grants.is_empty() {
        return readers;
    }
    let needs = own_needs(viewer).add_option(introduced_needs(viewer));
    let offers = own_offers(viewer).add_option(introduced_offers(viewer));
    let assets = own_ip_assets(viewer).add_option(introduced_assets(viewer));
    let mut party = Condition::any()
        .add(is_among::<need::Entity>(need::Column::Id, needs))
        .add(is_among::<offer::Entity>(offer::Column::Id, offers))
        .add(is_among::<ip_asset::Entity>(ip_asset::Column::Id, assets))
        .add(is_among::<capability::Entity>(capability::Column::Id, own_capabilities(viewer)));
    for (side, rows) in PARTIES.by_side(viewer) {
        let known = levels(viewer, side).into_iter();
        for (_, known) in known.filter(|(level, _)| *level >= DisclosureLevel::Introduced) {
            let known = Condition::all().add(rows.clone()).add(known);
            party = party.add(is_among::<interest::Entity>(interest::Column::Id, known));
        }
    }
    party = party.add(event::Column::SubjectId.is_in(viewer.houses().map(|id| id.0)));
    if let Some(own) = party_agreements(viewer) {
        party = party.add(is_among::<agreement::Entity>(agreement::Column::Id, own));
    }
    if let Some(own) = partner_projects(viewer) {
        party = party.add(is_among::<project::Entity>(project::Column::Id, own));
    }
    party = party.add(is_among::<programme::Entity>(programme::Column::Id, own_programmes(viewer)));
    readers.push((Party, party));
    if let Some(followed) = followed_agreements(viewer) {
        let followed = is_among::<agreement::Entity>(agreement::Column::Id, followed);
        readers.push((Watcher, followed.into()));
    }
    let own = is_among::<match_::Entity>(match_::Column::Id, own_matches(viewer));
    readers.push((Watcher, own.into()));
    if viewer.is_any(Role::NetworkAdmin) {
        let of = |noun: &str| event::Column::Subject.starts_with(format!("{noun}_"));
        let watched = ["need", "offer", "match", "asset", "capability"].into_iter().map(of);
        readers.push((Watcher, watched.fold(Condition::any(), Condition::add)));
    }
    readers
}

/// How much of its record's timeline the viewer reads, as a number that
/// [`TimelineFacts::from_database`] understands.
#[must_use]
pub fn reader_of_timelines(viewer: &Viewer) -> Option<SimpleExpr> {
    let readers = readers(viewer);
    if readers.is_empty() {
        return None;
    }
    let mut case = CaseStatement::new();
    for (reader, events) in readers {
        case = case.case(events, Expr::cust(if reader == Party { "2" } else { "1" }));
    }
    Some(SimpleExpr::Case(Box::new(case.finally(Expr::cust("0")))))
}

/// The events that the timeline of their record tells the viewer.
#[must_use]
pub fn told_events(viewer: &Viewer) -> Condition {
    let kinds = |level: DisclosureLevel| {
        let kinds = TimelineKind::iter().filter(move |kind| kind.told_from() == level);
        event::Column::Kind.is_in(kinds.map(|kind| kind.to_value()))
    };
    let mut told = Condition::any().add(kinds(DisclosureLevel::PublicBlind));
    let inside = kinds(DisclosureLevel::Introduced);
    if viewer.system {
        return told.add(inside);
    }
    for (_, events) in readers(viewer) {
        told = told.add(Condition::all().add(inside.clone()).add(events));
    }
    told
}
