//! A person, as those may know them who have to do with them.

use async_graphql::{ComplexObject, Context, SimpleObject};
use chrono::{DateTime, Utc};
use entity::{
    DisclosureLevel, Language, PersonId, membership,
    person::{self, Column},
};
use sea_orm::{Condition, sea_query::SimpleExpr};

use crate::{
    error::{Result, Told},
    memberships::{Membership, memberships_of},
    policy::{PersonFacts, Viewer, acquaintance, visible_people},
    read::{Facts, Field, Many, Node, Page, Relation, Row, ToMany, redacted},
};

/// A person: personal data, never public. They see all of it; who looks after them knows how to write to them; colleagues know their name.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct Person {
    /// Identifies them.
    pub(crate) id: PersonId,
    /// Grows by one when they correct what is held about them; give it as `expectedVersion`. Null below `CONTRACT`.
    version: Option<i32>,
    /// Their name. Null below `INTRODUCED`, and once they are erased.
    name: Option<String>,
    /// Their e-mail address. Null below `CONFIDENTIAL`, when it is not known, and once they are erased.
    email: Option<String>,
    /// Their telephone. Null below `CONTRACT`, when it is not known, and once they are erased.
    phone: Option<String>,
    /// Their ORCID (`0000-0002-1825-0097`). Null below `CONTRACT`, when they have none, and once they are erased.
    orcid: Option<String>,
    /// The language that they prefer. Null below `CONTRACT`.
    locale: Option<Language>,
    /// When they were put on record. Null below `CONTRACT`.
    created_at: Option<DateTime<Utc>>,
    /// When they were erased: nothing but their id is held any more. Null while they are not.
    erased_at: Option<DateTime<Utc>>,
    /// How much of them you see.
    disclosure_level: DisclosureLevel,
    #[graphql(skip)]
    memberships: Many<Membership>,
}

#[ComplexObject]
impl Person {
    /// The roles that they hold or held, as far as you may know of them, the last first.
    async fn memberships(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            name = "first",
            desc = "How many from the start, 1 to 100; 20 when nothing is said."
        )]
        _first: Option<i32>,
        #[graphql(name = "after", desc = "Only what follows this cursor.")] _after: Option<String>,
        #[graphql(name = "last", desc = "How many from the end, 1 to 100.")] _last: Option<i32>,
        #[graphql(name = "before", desc = "Only what precedes this cursor.")] _before: Option<
            String,
        >,
    ) -> Told<Page<Membership>> {
        Some(self.memberships.page(ctx))
    }

    /// The fields that your level does not cover: they are null because they are hidden, not because they are empty.
    async fn redacted_fields(&self) -> Vec<&'static str> {
        redacted(FIELDS, self.disclosure_level).collect()
    }
}

use DisclosureLevel::{Confidential as L3, Contract as L4, Introduced as L2, PublicBlind as L0};

/// Every field that is read from columns. L0 is here what the network's admin reads, L2 what colleagues read: nobody else reads any of it.
pub const FIELDS: &[Field<Column>] = &[
    Field::new("id", &[Column::Id], L0),
    Field::new("version", &[Column::Version], L4),
    Field::new("name", &[Column::Name], L2),
    Field::new("email", &[Column::Email], L3),
    Field::new("phone", &[Column::Phone], L4),
    Field::new("orcid", &[Column::Orcid], L4),
    Field::new("locale", &[Column::Locale], L4),
    Field::new("createdAt", &[Column::CreatedAt], L4),
    Field::new("erasedAt", &[Column::ErasedAt], L0),
];

impl Node for Person {
    type Entity = person::Entity;
    type Column = Column;
    type Id = PersonId;
    type Facts = PersonFacts;

    const KEY: Column = Column::Id;

    fn fields() -> &'static [Field<Column>] {
        FIELDS
    }

    fn relations() -> &'static [&'static dyn Relation<Self>] {
        &[&ToMany {
            name: "memberships",
            parent: membership::Column::PersonId,
            list: memberships_of,
            place: |row: &mut Self| &mut row.memberships,
        }]
    }

    fn facts() -> &'static [Column] {
        &[Column::Id]
    }

    fn computed(viewer: &Viewer, _: DisclosureLevel) -> Option<SimpleExpr> {
        acquaintance(viewer)
    }

    fn visible(viewer: &Viewer) -> Condition {
        visible_people(viewer)
    }

    fn know(row: &Facts<'_, Column>) -> Result<PersonFacts> {
        Ok(PersonFacts::from_database(row.fact(Column::Id)?, row.computed()?))
    }

    fn id(&self) -> PersonId {
        self.id
    }

    fn disclose(
        _: &Viewer,
        facts: PersonFacts,
        row: &Row<'_, Column>,
        level: DisclosureLevel,
    ) -> Result<Self> {
        let name: Option<String> = row.get(Column::Name)?;
        Ok(Self {
            id: facts.id,
            version: row.get(Column::Version)?,
            name: name.filter(|name| !name.is_empty()),
            email: row.get(Column::Email)?,
            phone: row.get(Column::Phone)?,
            orcid: row.get(Column::Orcid)?,
            locale: row.get(Column::Locale)?,
            created_at: row.get(Column::CreatedAt)?,
            erased_at: row.get(Column::ErasedAt)?,
            disclosure_level: level,
            memberships: Many::default(),
        })
    }
}
