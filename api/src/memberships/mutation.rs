//! What can be done with memberships and invitations.

use async_graphql::{Context, InputObject, MaybeUndefined, Object, SimpleObject};
use chrono::{DateTime, Utc};
use entity::{ClientId, DelegationId, InvitationId, MembershipId, OrganizationId, RegionId, Role};

use super::{
    Invitation, Membership,
    life::{self, Changes, Wanted},
};
use crate::{
    checks::checked_note,
    context::Request,
    error::{Error, Result, Told, UserError, UserErrorCode},
    mutation::{carry_out, carry_out_telling, told_anew},
    organizations::Organization,
    work::Work,
};

/// The invitation with its code, or what its sender can mend.
#[derive(Debug, SimpleObject)]
pub struct InviteMemberPayload {
    /// The invitation. Null when `userErrors` is not empty, and when you may know of it no longer.
    invitation: Option<Invitation>,
    /// The code by which it is accepted, shown here and never again: give it to whom you invite, on a way that is yours alone. Null when `userErrors` is not empty, and in a replay under an idempotency key: then withdraw it and invite again.
    code: Option<String>,
    /// What was wrong with the input; nothing was changed. Empty when all went well.
    user_errors: Vec<UserError>,
}

/// The invitation as it is now, or what its sender can mend.
#[derive(Debug, SimpleObject)]
pub struct InvitationPayload {
    /// The invitation after the change. Null when `userErrors` is not empty, and when you may know of it no longer.
    invitation: Option<Invitation>,
    /// What was wrong with the input; nothing was changed. Empty when all went well.
    user_errors: Vec<UserError>,
}

/// The membership as it is now, or what its sender can mend.
#[derive(Debug, SimpleObject)]
pub struct MembershipPayload {
    /// The membership after the change. Null when `userErrors` is not empty, and when you may know of it no longer.
    membership: Option<Membership>,
    /// What was wrong with the input; nothing was changed. Empty when all went well.
    user_errors: Vec<UserError>,
}

/// The membership that was ended, or what its sender can mend.
#[derive(Debug, SimpleObject)]
pub struct EndMembershipPayload {
    /// The membership after the change. Null when `userErrors` is not empty, and when you may know of it no longer.
    membership: Option<Membership>,
    /// The organization's machines of which this person was shown a secret, by id: give them another (`rotateApiClientSecret`). Empty in a replay under an idempotency key.
    clients_to_rotate: Vec<ClientId>,
    /// What was wrong with the input; nothing was changed. Empty when all went well.
    user_errors: Vec<UserError>,
}

/// The organization that you left, or what you can mend.
#[derive(Debug, SimpleObject)]
pub struct LeaveOrganizationPayload {
    /// The organization. Null when `userErrors` is not empty.
    organization: Option<Organization>,
    /// Its machines of which you were shown a secret, by id: tell who stays to give them another. Empty in a replay under an idempotency key.
    clients_to_rotate: Vec<ClientId>,
    /// What was wrong with the input; nothing was changed. Empty when all went well.
    user_errors: Vec<UserError>,
}

/// Somebody who is to hold a role in an organization.
#[derive(Debug, InputObject)]
pub struct InviteMemberInput {
    /// The organization in which the role will be held.
    organization: OrganizationId,
    /// The role: none above your own.
    role: Role,
    /// The regions of the chamber to which the role will be limited, at most 50; no limit when neither these nor delegations are given.
    #[graphql(default)]
    regions: Vec<RegionId>,
    /// The delegations of the chamber to which the role will be limited, at most 50.
    #[graphql(default)]
    delegations: Vec<DelegationId>,
    /// Whom you invite, at most 200 characters. It becomes their name when they have none on record.
    name: Option<String>,
    /// Their address, at most 254 characters: for you to know, and theirs when they have none on record. The service sends nothing, and whoever has the code accepts.
    email: Option<String>,
    /// Until when the role will be held, at most ten years from now; no end when nothing is said.
    until: Option<DateTime<Utc>>,
    /// Until when it can be accepted, at most 60 days from now; 14 days when nothing is said.
    expires_at: Option<DateTime<Utc>>,
}

/// An invitation that is accepted.
#[derive(InputObject)]
pub struct AcceptInvitationInput {
    /// The code that you were given.
    code: String,
    /// Your name, at most 200 characters; needed when nothing is held about you yet and who invited you did not say it.
    name: Option<String>,
}

/// An invitation that is taken back.
#[derive(Debug, InputObject)]
pub struct WithdrawInvitationInput {
    /// The invitation.
    id: InvitationId,
}

/// A change of somebody's role.
#[derive(Debug, InputObject)]
pub struct ChangeMembershipInput {
    /// The membership.
    id: MembershipId,
    /// The version that you read; the change is refused when it has changed since.
    expected_version: i32,
    /// The regions of the chamber to which it is limited now, at most 50; they stay when nothing is said.
    regions: MaybeUndefined<Vec<RegionId>>,
    /// The delegations of the chamber to which it is limited now, at most 50; they stay when nothing is said.
    delegations: MaybeUndefined<Vec<DelegationId>>,
    /// Until when it is held, at most ten years from now; no end when it is null.
    until: MaybeUndefined<DateTime<Utc>>,
}

/// A role that is ended.
#[derive(Debug, InputObject)]
pub struct EndMembershipInput {
    /// The membership.
    id: MembershipId,
    /// The version that you read; nothing is changed when it has changed since. Whatever it is when nothing is said.
    expected_version: Option<i32>,
    /// Why, at most 1,000 characters. Whose role it is reads it.
    note: String,
}

/// An organization that you leave.
#[derive(Debug, InputObject)]
pub struct LeaveOrganizationInput {
    /// The organization.
    organization: OrganizationId,
    /// Why, at most 1,000 characters, if you want to say.
    note: Option<String>,
}

/// Mutations of memberships and invitations.
#[derive(Debug, Default)]
pub struct MembershipMutation;

#[Object]
impl MembershipMutation {
    /// Invites somebody to hold a role in an organization, and shows the code once. For the admin in all of its territory (`CHAMBER_ADMIN`, `OTT_MANAGER`, a company's `MEMBER_USER`, `NETWORK_ADMIN` in the network itself); the network's admin invites admins to any organization. At most 50 invitations of an organization are open at once.
    async fn invite_member(
        &self,
        ctx: &Context<'_>,
        input: InviteMemberInput,
    ) -> Told<InviteMemberPayload> {
        let labels = ctx.service().labels();
        let InviteMemberInput {
            organization,
            role,
            regions,
            delegations,
            name,
            email,
            until,
            expires_at,
        } = input;
        let wanted =
            Wanted { organization, role, regions, delegations, name, email, until, expires_at };
        let (done, code) =
            carry_out_telling(ctx, async |work| life::invite(work, labels, wanted).await).await;
        told_anew(ctx, "invitation", done, |invitation, user_errors| InviteMemberPayload {
            invitation,
            code,
            user_errors,
        })
        .await
    }

    /// Accepts an invitation: you hold its role from now on. A code that is wrong, over, withdrawn or used is `NOT_FOUND`, whichever it is; after five such within a minute none is looked at. For whoever says who they are and has the code, but for who sent it.
    async fn accept_invitation(
        &self,
        ctx: &Context<'_>,
        input: AcceptInvitationInput,
    ) -> Told<MembershipPayload> {
        let done = accept(ctx, input).await;
        told_anew(ctx, "membership", done, membership).await
    }

    /// Takes an invitation back: its code is good no more. For those who give its role.
    async fn withdraw_invitation(
        &self,
        ctx: &Context<'_>,
        input: WithdrawInvitationInput,
    ) -> Told<InvitationPayload> {
        let done = carry_out(ctx, async |work| life::withdraw(work, input.id).await).await;
        told_anew(ctx, "invitation", done, |invitation, user_errors| InvitationPayload {
            invitation,
            user_errors,
        })
        .await
    }

    /// Changes the territory or the end of somebody's role, at once; the last admin of an organization keeps all of it, without an end. For those who give that role, and never one's own.
    async fn change_membership(
        &self,
        ctx: &Context<'_>,
        input: ChangeMembershipInput,
    ) -> Told<MembershipPayload> {
        let ChangeMembershipInput { id, expected_version, regions, delegations, until } = input;
        let labels = ctx.service().labels();
        let changes = Changes { regions, delegations, until };
        let which = (id, expected_version);
        let done =
            carry_out(ctx, async |work| life::change(work, labels, which, changes).await).await;
        told_anew(ctx, "membership", done, membership).await
    }

    /// Ends somebody's role, at once, and withdraws the invitations that they sent by it; not that of an organization's last admin. For those who give that role, and never one's own.
    async fn end_membership(
        &self,
        ctx: &Context<'_>,
        input: EndMembershipInput,
    ) -> Told<EndMembershipPayload> {
        let EndMembershipInput { id, expected_version, note } = input;
        let note = checked_note(ctx, &note);
        let ending =
            async |work: &mut Work| life::end_by_admin(work, (id, expected_version), note?).await;
        let (done, known) = carry_out_telling(ctx, ending).await;
        told_anew(ctx, "membership", done, |membership, user_errors| EndMembershipPayload {
            membership,
            clients_to_rotate: known.unwrap_or_default(),
            user_errors,
        })
        .await
    }

    /// Ends all of your roles in an organization, at once, and withdraws the invitations that you sent by them; its last admin gives the role to somebody else first. For whoever holds a role there, whatever their token says.
    async fn leave_organization(
        &self,
        ctx: &Context<'_>,
        input: LeaveOrganizationInput,
    ) -> Told<LeaveOrganizationPayload> {
        let LeaveOrganizationInput { organization, note } = input;
        let note = note.map(|note| checked_note(ctx, &note)).transpose();
        let leaving = async |work: &mut Work| life::leave(work, organization, note?).await;
        let (done, known) = carry_out_telling(ctx, leaving).await;
        told_anew(ctx, "organization", done, |organization, user_errors| LeaveOrganizationPayload {
            organization,
            clients_to_rotate: known.unwrap_or_default(),
            user_errors,
        })
        .await
    }
}

fn membership(membership: Option<Membership>, user_errors: Vec<UserError>) -> MembershipPayload {
    MembershipPayload { membership, user_errors }
}

/// Accepts, if the viewer has not told too many codes in vain.
async fn accept(ctx: &Context<'_>, input: AcceptInvitationInput) -> Result<MembershipId> {
    let Some(person) = ctx.viewer().person else { return Err(Error::Unauthenticated) };
    let (service, labels) = (ctx.service(), ctx.service().labels());
    let attempt = service.guesses().begin(&person, service.now()).await.map_err(|seconds| {
        let message = format!(
            "demasiados códigos que no valen; espere {seconds} segundos / too many codes that are not good; wait {seconds} seconds"
        );
        Error::field("input.code", UserErrorCode::LimitReached, message)
    })?;
    let AcceptInvitationInput { code, name } = input;
    let done = carry_out(ctx, async |work| life::accept(work, labels, &code, name).await).await;
    if life::is_not_good(&done) {
        attempt.was_wrong();
    }
    done
}
