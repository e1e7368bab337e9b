//! Memberships and invitations, as those see them whom they concern.

use std::sync::Arc;

use async_graphql::{ComplexObject, Context, SimpleObject};
use chrono::{DateTime, Utc};
use entity::{
    Codes, DelegationId, DisclosureLevel, InvitationId, MembershipId, PersonId, RegionId, Role,
    invitation::{self, Column as Invited},
    membership::{self, Column},
};
use sea_orm::Condition;

use crate::{
    context::Request,
    error::Result,
    organizations::{Delegation, Organization, Region},
    people::Person,
    policy::{InvitationFacts, MembershipFacts, Viewer, visible_invitations, visible_memberships},
    read::{Facts, Field, Node, One, Relation, Row, Shown, ToOne, redacted},
};

/// A role that a person holds in an organization. Whose it is sees all of it, and so does who looks after them; colleagues see who they are while it lasts.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct Membership {
    /// Identifies it.
    pub(crate) id: MembershipId,
    /// Grows by one when its territory or its end is changed; give it as `expectedVersion`. Null below `CONTRACT`.
    version: Option<i32>,
    /// The role.
    role: Role,
    /// Since when.
    from_at: DateTime<Utc>,
    /// Until when. Null while it has no end.
    to_at: Option<DateTime<Utc>>,
    /// Who invited them, by id alone. Null below `CONTRACT`, and when nobody did.
    invited_by: Option<PersonId>,
    /// Who ended it before its time, by id alone: they themselves when they left. Null below `CONTRACT`, and when nobody did.
    ended_by: Option<PersonId>,
    /// Why it was ended, in the words of who did. Null below `CONTRACT`, and when nothing was said.
    end_note: Option<String>,
    /// How much of it you see.
    disclosure_level: DisclosureLevel,
    #[graphql(skip)]
    region_codes: Codes,
    #[graphql(skip)]
    delegation_codes: Codes,
    #[graphql(skip)]
    person: One<Person>,
    #[graphql(skip)]
    organization: One<Organization>,
}

#[ComplexObject]
impl Membership {
    /// Whose it is.
    async fn person(&self) -> Option<Shown<Arc<Person>>> {
        self.person.clone().map(Shown)
    }

    /// Where it is held.
    async fn organization(&self) -> Option<Shown<Arc<Organization>>> {
        self.organization.clone().map(Shown)
    }

    /// The regions to which it is limited. Empty, together with `delegations`, for no limit.
    async fn regions(&self, ctx: &Context<'_>) -> Result<Vec<Arc<Region>>> {
        regions(ctx, &self.region_codes).await
    }

    /// The delegations to which it is limited.
    async fn delegations(&self, ctx: &Context<'_>) -> Result<Vec<Arc<Delegation>>> {
        delegations(ctx, &self.delegation_codes).await
    }

    /// The fields that your level does not cover: they are null because they are hidden, not because they are empty.
    async fn redacted_fields(&self) -> Vec<&'static str> {
        redacted(FIELDS, self.disclosure_level).collect()
    }
}

async fn regions(ctx: &Context<'_>, codes: &Codes) -> Result<Vec<Arc<Region>>> {
    let found = codes.parsed::<RegionId>().into_iter().map(|id| ctx.load(id));
    Ok(futures_util::future::try_join_all(found).await?.into_iter().flatten().collect())
}

async fn delegations(ctx: &Context<'_>, codes: &Codes) -> Result<Vec<Arc<Delegation>>> {
    let found = codes.parsed::<DelegationId>().into_iter().map(|id| ctx.load(id));
    Ok(futures_util::future::try_join_all(found).await?.into_iter().flatten().collect())
}

/// An invitation to hold a role in an organization. Who gives that role there alone knows of it; who has its code accepts it.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct Invitation {
    /// Identifies it.
    id: InvitationId,
    /// The role.
    role: Role,
    /// Whom it is for, in the words of who invited. Null when nothing was said, and once it is accepted, withdrawn or over.
    name: Option<String>,
    /// The address to which its code is to be sent. Null when nothing was said, and once it is accepted, withdrawn or over.
    email: Option<String>,
    /// The beginning of its code, by which you tell one from another.
    code_prefix: String,
    /// Until when the role will be held. Null for no end.
    until: Option<DateTime<Utc>>,
    /// When it was sent.
    created_at: DateTime<Utc>,
    /// Who invited, by id alone. Null when the service did.
    created_by: Option<PersonId>,
    /// Until when it can be accepted.
    expires_at: DateTime<Utc>,
    /// When it was accepted. Null when it was not.
    accepted_at: Option<DateTime<Utc>>,
    /// Who accepted it, by id alone. Null when nobody did.
    accepted_by: Option<PersonId>,
    /// The membership that came of it. Null when none did.
    membership: Option<MembershipId>,
    /// When it was taken back. Null when it was not.
    withdrawn_at: Option<DateTime<Utc>>,
    /// Who took it back, by id alone. Null when nobody did.
    withdrawn_by: Option<PersonId>,
    #[graphql(skip)]
    region_codes: Codes,
    #[graphql(skip)]
    delegation_codes: Codes,
    #[graphql(skip)]
    organization: One<Organization>,
}

#[ComplexObject]
impl Invitation {
    /// Where the role will be held.
    async fn organization(&self) -> Option<Shown<Arc<Organization>>> {
        self.organization.clone().map(Shown)
    }

    /// The regions to which the role will be limited. Empty, together with `delegations`, for no limit.
    async fn regions(&self, ctx: &Context<'_>) -> Result<Vec<Arc<Region>>> {
        regions(ctx, &self.region_codes).await
    }

    /// The delegations to which the role will be limited.
    async fn delegations(&self, ctx: &Context<'_>) -> Result<Vec<Arc<Delegation>>> {
        delegations(ctx, &self.delegation_codes).await
    }
}

use DisclosureLevel::{Contract as L4, PublicBlind as L0};

/// Every field that is read from columns. L0 is here what colleagues read: nobody else reads any of it.
pub const FIELDS: &[Field<Column>] = &[
    Field::new("id", &[Column::Id], L0),
    Field::new("version", &[Column::Version], L4),
    Field::new("person", &[Column::PersonId], L0).filterable(),
    Field::new("organization", &[Column::OrganizationId], L0).filterable(),
    Field::new("role", &[Column::Role], L0).filterable(),
    Field::new("regions", &[Column::Regions], L0),
    Field::new("delegations", &[Column::Delegations], L0),
    Field::new("fromAt", &[Column::FromAt], L0).sortable(),
    Field::new("toAt", &[Column::ToAt], L0).filterable(),
    Field::new("invitedBy", &[Column::InvitedBy], L4),
    Field::new("endedBy", &[Column::EndedBy], L4),
    Field::new("endNote", &[Column::EndNote], L4),
];

/// The same of invitations. L0 is here what those read who give the role: nobody else reads any of it.
pub const INVITATION_FIELDS: &[Field<Invited>] = &[
    Field::new("id", &[Invited::Id], L0),
    Field::new("organization", &[Invited::OrganizationId], L0).filterable(),
    Field::new("role", &[Invited::Role], L0),
    Field::new("regions", &[Invited::Regions], L0),
    Field::new("delegations", &[Invited::Delegations], L0),
    Field::new("name", &[Invited::Name], L0),
    Field::new("email", &[Invited::Email], L0),
    Field::new("codePrefix", &[Invited::CodePrefix], L0),
    Field::new("until", &[Invited::UntilAt], L0),
    Field::new("createdAt", &[Invited::CreatedAt], L0).sortable(),
    Field::new("createdBy", &[Invited::CreatedBy], L0),
    Field::new("expiresAt", &[Invited::ExpiresAt], L0).filterable(),
    Field::new("acceptedAt", &[Invited::AcceptedAt], L0).filterable(),
    Field::new("acceptedBy", &[Invited::AcceptedBy], L0),
    Field::new("membership", &[Invited::MembershipId], L0),
    Field::new("withdrawnAt", &[Invited::WithdrawnAt], L0).filterable(),
    Field::new("withdrawnBy", &[Invited::WithdrawnBy], L0),
];

impl Node for Membership {
    type Entity = membership::Entity;
    type Column = Column;
    type Id = MembershipId;
    type Facts = MembershipFacts;

    const KEY: Column = Column::Id;

    fn fields() -> &'static [Field<Column>] {
        FIELDS
    }

    fn relations() -> &'static [&'static dyn Relation<Self>] {
        &[
            &ToOne {
                name: "person",
                key: Column::PersonId,
                place: |row: &mut Self| &mut row.person,
            },
            &ToOne {
                name: "organization",
                key: Column::OrganizationId,
                place: |row: &mut Self| &mut row.organization,
            },
        ]
    }

    fn facts() -> &'static [Column] {
        &[Column::Id, Column::PersonId, Column::OrganizationId, Column::Role, Column::ToAt]
    }

    fn visible(viewer: &Viewer) -> Condition {
        visible_memberships(viewer)
    }

    fn know(row: &Facts<'_, Column>) -> Result<MembershipFacts> {
        Ok(MembershipFacts {
            id: row.fact(Column::Id)?,
            person_id: row.fact(Column::PersonId)?,
            organization_id: row.fact(Column::OrganizationId)?,
            role: row.fact(Column::Role)?,
            to_at: row.fact(Column::ToAt)?,
        })
    }

    fn id(&self) -> MembershipId {
        self.id
    }

    fn disclose(
        _: &Viewer,
        facts: MembershipFacts,
        row: &Row<'_, Column>,
        level: DisclosureLevel,
    ) -> Result<Self> {
        Ok(Self {
            id: facts.id,
            version: row.get(Column::Version)?,
            role: facts.role,
            from_at: row.get_or_default(Column::FromAt)?,
            to_at: facts.to_at,
            invited_by: row.get(Column::InvitedBy)?,
            ended_by: row.get(Column::EndedBy)?,
            end_note: row.get(Column::EndNote)?,
            disclosure_level: level,
            region_codes: row.get_or_default(Column::Regions)?,
            delegation_codes: row.get_or_default(Column::Delegations)?,
            person: None,
            organization: None,
        })
    }
}

impl Node for Invitation {
    type Entity = invitation::Entity;
    type Column = Invited;
    type Id = InvitationId;
    type Facts = InvitationFacts;

    const KEY: Invited = Invited::Id;

    fn fields() -> &'static [Field<Invited>] {
        INVITATION_FIELDS
    }

    fn relations() -> &'static [&'static dyn Relation<Self>] {
        &[&ToOne {
            name: "organization",
            key: Invited::OrganizationId,
            place: |row: &mut Self| &mut row.organization,
        }]
    }

    fn facts() -> &'static [Invited] {
        &[Invited::Id, Invited::OrganizationId, Invited::Role]
    }

    fn visible(viewer: &Viewer) -> Condition {
        visible_invitations(viewer)
    }

    fn know(row: &Facts<'_, Invited>) -> Result<InvitationFacts> {
        Ok(InvitationFacts {
            id: row.fact(Invited::Id)?,
            organization_id: row.fact(Invited::OrganizationId)?,
            role: row.fact(Invited::Role)?,
        })
    }

    fn id(&self) -> InvitationId {
        self.id
    }

    fn disclose(
        _: &Viewer,
        facts: InvitationFacts,
        row: &Row<'_, Invited>,
        _: DisclosureLevel,
    ) -> Result<Self> {
        Ok(Self {
            id: facts.id,
            role: facts.role,
            name: row.get(Invited::Name)?,
            email: row.get(Invited::Email)?,
            code_prefix: row.get_or_default(Invited::CodePrefix)?,
            until: row.get(Invited::UntilAt)?,
            created_at: row.get_or_default(Invited::CreatedAt)?,
            created_by: row.get(Invited::CreatedBy)?,
            expires_at: row.get_or_default(Invited::ExpiresAt)?,
            accepted_at: row.get(Invited::AcceptedAt)?,
            accepted_by: row.get(Invited::AcceptedBy)?,
            membership: row.get(Invited::MembershipId)?,
            withdrawn_at: row.get(Invited::WithdrawnAt)?,
            withdrawn_by: row.get(Invited::WithdrawnBy)?,
            region_codes: row.get_or_default(Invited::Regions)?,
            delegation_codes: row.get_or_default(Invited::Delegations)?,
            organization: None,
        })
    }
}
