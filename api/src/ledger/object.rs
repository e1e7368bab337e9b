//! The ledger as owners read it.

use std::sync::Arc;

use async_graphql::{ComplexObject, Context, ID, InputObject, Object, SimpleObject};
use chrono::{DateTime, Utc};
use entity::{
    ClientId, Codes, DisclosureId, DisclosureLevel, OrganizationId, PersonId,
    disclosure::{self, Column},
};
use sea_orm::Condition;

use crate::{
    agreements::Agreement,
    context::Request,
    error::{Result, Told},
    filter,
    interests::Interest,
    organizations::Organization,
    policy::{DisclosureFacts, Viewer, visible_disclosures},
    read::{
        Facts, Field, Kind, Node, One, Order, Page, PageArgs, Relation, Row, Shown, ToOne,
        fingerprint, page,
    },
};

/// That somebody outside saw something of a record from level `INTRODUCED` on. Read by the
/// record's owner alone; never changed and never deleted.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct Disclosure {
    /// Identifies it.
    pub(crate) id: DisclosureId,
    /// What was seen: the id of a need, an offer, an organization, an interest or a document.
    record: ID,
    /// What was asked of it, by the names of the fields; those among them that were empty showed that they are. `content` of a document: it was fetched.
    fields: Vec<String>,
    /// The person who saw it, by id alone: names are personal data. Null when a machine did, or the service.
    person: Option<PersonId>,
    /// The machine that saw it, by its id (`client_…`). Null when it was none.
    client: Option<ClientId>,
    /// When.
    seen_at: DateTime<Utc>,
    #[graphql(skip)]
    organization: One<Organization>,
    #[graphql(skip)]
    basis: One<Interest>,
    #[graphql(skip)]
    agreement: One<Agreement>,
}

#[ComplexObject]
impl Disclosure {
    /// The organization for which that person, or that machine, spoke.
    async fn organization(&self) -> Option<Shown<Arc<Organization>>> {
        self.organization.clone().map(Shown)
    }

    /// The interest that opened it. Null when it ended in the same moment.
    async fn basis(&self) -> Option<Shown<Arc<Interest>>> {
        self.basis.clone().map(Shown)
    }

    /// The non-disclosure agreement under which that person read, which opens what is confidential. Null when there was none.
    async fn agreement(&self) -> Option<Shown<Arc<Agreement>>> {
        self.agreement.clone().map(Shown)
    }
}

use DisclosureLevel::PublicBlind as L0;

/// Every field that is read from columns. L0 is here what owners read: nobody else reads any of it.
pub const FIELDS: &[Field<Column>] = &[
    Field::new("id", &[Column::Id], L0),
    Field::new("record", &[Column::Record], L0).filterable(),
    Field::new("fields", &[Column::Fields], L0),
    Field::new("person", &[Column::PersonId], L0),
    Field::new("client", &[Column::ClientId], L0),
    Field::new("organization", &[Column::OrganizationId], L0).filterable(),
    Field::new("basis", &[Column::BasisId], L0),
    Field::new("agreement", &[Column::AgreementId], L0),
    Field::new("seenAt", &[Column::SeenAt], L0).sortable(),
];

impl Node for Disclosure {
    type Entity = disclosure::Entity;
    type Column = Column;
    type Id = DisclosureId;
    type Facts = DisclosureFacts;

    const KEY: Column = Column::Id;

    fn fields() -> &'static [Field<Column>] {
        FIELDS
    }

    fn relations() -> &'static [&'static dyn Relation<Self>] {
        &[
            &ToOne {
                name: "organization",
                key: Column::OrganizationId,
                place: |row: &mut Self| &mut row.organization,
            },
            &ToOne { name: "basis", key: Column::BasisId, place: |row: &mut Self| &mut row.basis },
            &ToOne {
                name: "agreement",
                key: Column::AgreementId,
                place: |row: &mut Self| &mut row.agreement,
            },
        ]
    }

    fn facts() -> &'static [Column] {
        &[Column::Id, Column::OwnerId]
    }

    fn visible(viewer: &Viewer) -> Condition {
        visible_disclosures(viewer)
    }

    fn know(row: &Facts<'_, Column>) -> Result<DisclosureFacts> {
        Ok(DisclosureFacts { id: row.fact(Column::Id)?, owner: row.fact(Column::OwnerId)? })
    }

    fn id(&self) -> DisclosureId {
        self.id
    }

    fn disclose(
        _: &Viewer,
        facts: DisclosureFacts,
        row: &Row<'_, Column>,
        _: DisclosureLevel,
    ) -> Result<Self> {
        Ok(Self {
            id: facts.id,
            record: row.get_or_default::<String>(Column::Record)?.into(),
            fields: row.get_or_default::<Codes>(Column::Fields)?.0,
            person: row.get(Column::PersonId)?,
            client: row.get(Column::ClientId)?,
            seen_at: row.get_or_default(Column::SeenAt)?,
            organization: None,
            basis: None,
            agreement: None,
        })
    }
}

/// Which disclosures; conditions that are not given do not count, those that are count together.
#[derive(Clone, Debug, Default, InputObject)]
pub struct DisclosureFilter {
    /// Of this record: the id of a need, an offer, an organization, an interest or a document.
    record: Option<ID>,
    /// To this organization.
    organization: Option<OrganizationId>,
    /// At this moment or later.
    since: Option<DateTime<Utc>>,
}

impl DisclosureFilter {
    fn condition(self) -> Result<Condition> {
        let record = self.record.map(|record| record.0);
        let organization = self.organization;
        Ok(Condition::all()
            .add_option(filter::exactly("filter.record", Column::Record, record)?)
            .add_option(filter::id("filter.organization", Column::OrganizationId, organization)?)
            .add_option(filter::since("filter.since", Column::SeenAt, self.since)?))
    }
}

/// The last first.
const NEWEST: Order<Column> =
    Order { name: "NEWEST", by: &[(Column::SeenAt, Kind::Time)], descending: true };

/// Queries of the ledger.
#[derive(Debug, Default)]
pub struct LedgerQuery;

#[Object]
impl LedgerQuery {
    /// Who outside saw what of your needs, offers and organization from level `INTRODUCED` on, the last first. For members of companies and speakers of offices; empty for others.
    async fn disclosures(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which; all of yours when nothing is said.")] filter: Option<
            DisclosureFilter,
        >,
        #[graphql(desc = "How many from the start, 1 to 100; 20 when nothing is said.")]
        first: Option<i32>,
        #[graphql(desc = "Only what follows this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what precedes this cursor.")] before: Option<String>,
    ) -> Told<Page<Disclosure>> {
        let args = PageArgs { first, after, last, before };
        Some(list(ctx, filter.unwrap_or_default(), &args).await)
    }
}

async fn list(
    ctx: &Context<'_>,
    filter: DisclosureFilter,
    args: &PageArgs,
) -> Result<Page<Disclosure>> {
    ctx.viewer().allow_member()?;
    let print = fingerprint(&filter);
    page(ctx, args, NEWEST, filter.condition()?, print).await
}
