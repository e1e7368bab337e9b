//! Who I am, and what I may do.

use std::sync::Arc;

use async_graphql::{ComplexObject, Context, Object, SimpleObject};
use entity::{
    ClientId, ClientScope, DelegationId, DisclosureLevel, InboxKind, OrganizationId, PersonId,
    RegionId, Role,
};

use crate::{
    context::Request,
    error::{Result, Told},
    inbox::{InboxItem, inbox},
    organizations::{Delegation, Organization, Region},
    people::{Person, PersonalData, personal_data},
    policy,
    read::{Page, PageArgs},
    searches::{SavedSearch, saved_searches},
};

/// You: who you are and in which roles. Without a token you are nobody, and read what is public.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(name = "Viewer", complex)]
pub struct Me {
    /// Your id as a person. Null for nobody and for machines.
    person: Option<PersonId>,
    /// Your id as a machine (`client_…`). Null for people and for nobody.
    client: Option<ClientId>,
    /// What you may do as a machine: what your token and your record both name. Empty for people, who need no scopes.
    scopes: Vec<ClientScope>,
    /// Whether you belong to the network: you hold at least one role that counts.
    is_network_member: bool,
    /// How much you see of records that are not yours.
    network_level: DisclosureLevel,
    /// Your roles: those of your token that a membership in force confirms.
    grants: Vec<ViewerGrant>,
}

#[ComplexObject]
impl Me {
    /// What is held about you as a person: correct it with `correctPersonalData`. Null for nobody and for machines, and when nothing is held about you.
    async fn profile(&self, ctx: &Context<'_>) -> Told<Person> {
        ctx.read(self.person?).await.transpose()
    }

    /// Everything that is held about you, place by place: what is yours, and of what you did for an organization that you did it, and when. The texts of records are read with the records. Null for nobody and for machines.
    async fn personal_data(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "These places alone, by the names that `section` has; all when nothing is said."
        )]
        sections: Option<Vec<String>>,
        #[graphql(
            desc = "How many rows of each to leave out, 0 or more, to go on behind the first."
        )]
        skip: Option<i32>,
    ) -> Told<Vec<PersonalData>> {
        self.person?;
        Some(personal_data(ctx.service().db(), ctx.viewer(), sections, skip).await)
    }

    /// What waits for you, until when, oldest first: computed now, of what your roles are expected to do. Null for nobody; empty for those without a role.
    async fn inbox(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only these kinds; all when nothing is said.")] kind: Option<
            Vec<InboxKind>,
        >,
        #[graphql(desc = "How many from the start, 1 to 100; 20 when nothing is said.")]
        first: Option<i32>,
        #[graphql(desc = "Only what follows this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what precedes this cursor.")] before: Option<String>,
    ) -> Told<Page<InboxItem>> {
        self.person?;
        let args = PageArgs { first, after, last, before };
        Some(inbox(ctx, kind, &args).await)
    }

    /// The searches that you saved, the last first: yours alone. Null for nobody; empty for those without a role.
    async fn saved_searches(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many from the start, 1 to 100; 20 when nothing is said.")]
        first: Option<i32>,
        #[graphql(desc = "Only what follows this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what precedes this cursor.")] before: Option<String>,
    ) -> Told<Page<SavedSearch>> {
        self.person?;
        let args = PageArgs { first, after, last, before };
        Some(saved_searches(ctx, &args).await)
    }
}

/// A role that you hold in an organization.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct ViewerGrant {
    /// The role.
    role: Role,
    /// What the role may do to records of its organization, by the names of the mutations. What may be done to a record also depends on its state.
    actions: Vec<String>,
    #[graphql(skip)]
    organization_id: OrganizationId,
    #[graphql(skip)]
    region_ids: Vec<RegionId>,
    #[graphql(skip)]
    delegation_ids: Vec<DelegationId>,
}

#[ComplexObject]
impl ViewerGrant {
    /// The organization in which you hold it.
    async fn organization(&self, ctx: &Context<'_>) -> Told<Arc<Organization>> {
        ctx.load(self.organization_id).await.transpose()
    }

    /// The regions to which it is limited. Empty, together with `delegations`, for no limit.
    async fn regions(&self, ctx: &Context<'_>) -> Result<Vec<Arc<Region>>> {
        let found = self.region_ids.iter().map(|id| ctx.load(*id));
        Ok(futures_util::future::try_join_all(found).await?.into_iter().flatten().collect())
    }

    /// The delegations to which it is limited.
    async fn delegations(&self, ctx: &Context<'_>) -> Result<Vec<Arc<Delegation>>> {
        let found = self.delegation_ids.iter().map(|id| ctx.load(*id));
        Ok(futures_util::future::try_join_all(found).await?.into_iter().flatten().collect())
    }
}

/// The query of the viewer.
#[derive(Debug, Default)]
pub struct ViewerQuery;

#[Object]
impl ViewerQuery {
    /// Who you are and what you may do. For everybody.
    async fn viewer(&self, ctx: &Context<'_>) -> Me {
        let viewer: &Arc<policy::Viewer> = ctx.viewer();
        let grant = |grant: &policy::Grant| ViewerGrant {
            role: grant.role,
            actions: viewer.among(policy::actions_of(grant)),
            organization_id: grant.organization,
            region_ids: grant.regions.clone(),
            delegation_ids: grant.delegations.clone(),
        };
        Me {
            person: viewer.person,
            client: viewer.machine.as_ref().map(|machine| machine.client),
            scopes: viewer.machine.as_ref().map(|m| m.scopes.clone()).unwrap_or_default(),
            is_network_member: viewer.is_member(),
            network_level: viewer.network_level(),
            grants: viewer.grants.iter().map(grant).collect(),
        }
    }
}
