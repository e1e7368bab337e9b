//! Reading memberships and invitations.

use async_graphql::{Context, InputObject, Object};
use entity::{
    InvitationId, MembershipId, OrganizationId, PersonId, Role,
    invitation::{self, Column as Invited},
    membership::{self, Column},
};
use sea_orm::{ColumnTrait, Condition};

use super::{Invitation, Membership};
use crate::{
    context::Request,
    error::{Error, Result, Told},
    filter,
    policy::{Viewer, visible_memberships},
    read::{Asked, Kind, List, Order, Page, PageArgs, SIZES, fingerprint, page},
};

/// The last first.
const NEWEST: Order<Column> =
    Order { name: "NEWEST", by: &[(Column::FromAt, Kind::Time)], descending: true };
const LAST_SENT: Order<Invited> =
    Order { name: "NEWEST", by: &[(Invited::CreatedAt, Kind::Time)], descending: true };

/// Which memberships; conditions that are not given do not count, those that are count together.
#[derive(Clone, Debug, Default, InputObject)]
pub struct MembershipFilter {
    /// In this organization.
    organization: Option<OrganizationId>,
    /// Of this person.
    person: Option<PersonId>,
    /// With one of these roles.
    role: Option<Vec<Role>>,
    /// With `true` only those that have not ended, with `false` only those that have.
    lasting: Option<bool>,
}

impl MembershipFilter {
    fn condition(self, viewer: &Viewer) -> Result<Condition> {
        let lasting = membership::unended(viewer.now);
        Ok(Condition::all()
            .add_option(filter::id(
                "filter.organization",
                Column::OrganizationId,
                self.organization,
            )?)
            .add_option(filter::id("filter.person", Column::PersonId, self.person)?)
            .add_option(self.role.map(|roles| Column::Role.is_in(roles)))
            .add_option(self.lasting.map(|wanted| if wanted { lasting } else { lasting.not() })))
    }
}

/// Which invitations; conditions that are not given do not count, those that are count together.
#[derive(Clone, Debug, Default, InputObject)]
pub struct InvitationFilter {
    /// Of this organization.
    organization: Option<OrganizationId>,
    /// With `true` only those that can still be accepted, with `false` only the others.
    open: Option<bool>,
}

/// Queries of memberships and invitations.
#[derive(Debug, Default)]
pub struct MembershipQuery;

#[Object]
impl MembershipQuery {
    /// One membership: yours, a colleague's, or of somebody whom you look after. Null when it does not exist, or is none of these.
    async fn membership(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id (`membership_…`).")] id: MembershipId,
    ) -> Told<Membership> {
        ctx.read(id).await.transpose()
    }

    /// Who holds which role where, the last first: your own memberships, those of your colleagues that have not ended, and all of those whom you look after. For everybody who says who they are.
    async fn memberships(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them; all when nothing is said.")] filter: Option<
            MembershipFilter,
        >,
        #[graphql(desc = "How many from the start, 1 to 100; 20 when nothing is said.")]
        first: Option<i32>,
        #[graphql(desc = "Only what follows this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what precedes this cursor.")] before: Option<String>,
    ) -> Told<Page<Membership>> {
        let args = PageArgs { first, after, last, before };
        Some(memberships(ctx, filter.unwrap_or_default(), &args).await)
    }

    /// One of the invitations of an organization whose people you look after. Null when it does not exist, or is not yours to administer.
    async fn invitation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id (`invitation_…`).")] id: InvitationId,
    ) -> Told<Invitation> {
        ctx.read(id).await.transpose()
    }

    /// The invitations of the organizations whose people you look after, also those that are accepted, withdrawn or over, the last first. For members of the network; empty for those who administer none.
    async fn invitations(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them; all when nothing is said.")] filter: Option<
            InvitationFilter,
        >,
        #[graphql(desc = "How many from the start, 1 to 100; 20 when nothing is said.")]
        first: Option<i32>,
        #[graphql(desc = "Only what follows this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what precedes this cursor.")] before: Option<String>,
    ) -> Told<Page<Invitation>> {
        let args = PageArgs { first, after, last, before };
        Some(invitations(ctx, filter.unwrap_or_default(), &args).await)
    }
}

async fn memberships(
    ctx: &Context<'_>,
    filter: MembershipFilter,
    args: &PageArgs,
) -> Result<Page<Membership>> {
    // Who lost all roles reads what they held.
    if ctx.viewer().is_nobody() {
        return Err(Error::Unauthenticated);
    }
    let print = fingerprint(&filter);
    page(ctx, args, NEWEST, filter.condition(ctx.viewer())?, print).await
}

async fn invitations(
    ctx: &Context<'_>,
    filter: InvitationFilter,
    args: &PageArgs,
) -> Result<Page<Invitation>> {
    ctx.viewer().allow_member()?;
    let (print, InvitationFilter { organization, open }) = (fingerprint(&filter), filter);
    let can_be_accepted = invitation::open(ctx.viewer().now);
    let condition = Condition::all()
        .add_option(filter::id("filter.organization", Invited::OrganizationId, organization)?)
        .add_option(
            open.map(|wanted| if wanted { can_be_accepted } else { can_be_accepted.not() }),
        );
    page(ctx, args, LAST_SENT, condition, print).await
}

/// The memberships of a person that the viewer may know of, the last first.
pub(crate) fn memberships_of(viewer: &Viewer, asked: &Asked<'_>) -> Result<List<Membership>> {
    let (args, print) = (PageArgs::of(asked)?, fingerprint(&asked.name()));
    List::new(asked, (&args, SIZES), NEWEST, visible_memberships(viewer), print)
}
