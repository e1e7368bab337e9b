//! What happened to a record, from the events, as far as its reader is told.

use async_graphql::SimpleObject;
use chrono::{DateTime, Utc};
use entity::{
    ClientId, DisclosureLevel, EventId, PersonId,
    event::{self, Column},
};
use sea_orm::{Condition, sea_query::SimpleExpr};

use crate::{
    error::Result,
    event::TimelineKind,
    policy::{TimelineFacts, Viewer, reader_of_timelines, told_events},
    read::{
        Asked, Facts, Field, Kind, List, Node, Order, PageArgs, Row, SIZES, fingerprint, redacted,
    },
};

/// One thing that happened to a record.
#[derive(Clone, Debug, SimpleObject)]
pub struct TimelineEntry {
    /// What happened.
    kind: TimelineKind,
    /// When.
    at: DateTime<Utc>,
    /// The person who did it, by id alone: names are personal data. Null below `INTRODUCED` on the record, on organizations and agreements below `CONTRACT`, always for matches, and when a machine did it, or the service by itself.
    actor: Option<PersonId>,
    /// The machine that did it, by its id (`client_…`). Null where `actor` would be hidden, or when it was none.
    client: Option<ClientId>,
    /// The fields that are null because they are hidden from you, not because they are empty.
    redacted_fields: Vec<&'static str>,
    #[graphql(skip)]
    id: EventId,
}

use DisclosureLevel::{Introduced as L2, PublicBlind as L0};

/// Every field that is read from columns.
pub const FIELDS: &[Field<Column>] = &[
    Field::new("kind", &[Column::Kind], L0),
    Field::new("at", &[Column::HappenedAt], L0),
    Field::new("actor", &[Column::ActorId], L2),
    Field::new("client", &[Column::ClientId], L2),
];

impl Node for TimelineEntry {
    type Entity = event::Entity;
    type Column = Column;
    type Id = EventId;
    type Facts = TimelineFacts;

    const KEY: Column = Column::Id;

    fn fields() -> &'static [Field<Column>] {
        FIELDS
    }

    fn facts() -> &'static [Column] {
        &[Column::Id, Column::SubjectId, Column::Kind]
    }

    fn computed(viewer: &Viewer, _: DisclosureLevel) -> Option<SimpleExpr> {
        reader_of_timelines(viewer)
    }

    fn visible(viewer: &Viewer) -> Condition {
        told_events(viewer)
    }

    fn know(row: &Facts<'_, Column>) -> Result<TimelineFacts> {
        let (id, kind) = (row.fact(Column::Id)?, row.fact(Column::Kind)?);
        Ok(TimelineFacts::from_database(id, kind, row.computed()?))
    }

    fn id(&self) -> EventId {
        self.id
    }

    fn disclose(
        _: &Viewer,
        facts: TimelineFacts,
        row: &Row<'_, Column>,
        level: DisclosureLevel,
    ) -> Result<Self> {
        Ok(Self {
            kind: facts.kind,
            at: row.get_or_default(Column::HappenedAt)?,
            actor: row.get(Column::ActorId)?,
            client: row.get(Column::ClientId)?,
            redacted_fields: redacted(FIELDS, level).collect(),
            id: facts.id,
        })
    }
}

/// The timeline of a record that the viewer may read, oldest first.
pub(crate) fn timeline(viewer: &Viewer, asked: &Asked<'_>) -> Result<List<TimelineEntry>> {
    let order =
        Order { name: "OLDEST", by: &[(Column::HappenedAt, Kind::Time)], descending: false };
    let (args, print) = (PageArgs::of(asked)?, fingerprint(&asked.name()));
    List::new(asked, (&args, SIZES), order, told_events(viewer), print)
}
