//! What can be done with agreements.

use async_graphql::{Context, InputObject, Object, SimpleObject};
use entity::{AgreementId, AgreementType, InterestId, OrganizationId, PersonId, agreement};

use super::{
    Agreement, commitments, confidants,
    draft::{self, Between},
    input::{AgreementInput, AgreementPartyInput},
    life,
    signing::{self, Signature},
};
use crate::{
    checks::checked_note,
    context::Request,
    error::{Result, Told, UserError},
    lifecycle::step,
    mutation::{carry_out, told_anew},
    policy::AgreementAction,
    scalars::LocalizedTextInput,
    work::Work,
};

/// The agreement as you see it now, or what its sender can mend.
#[derive(Debug, SimpleObject)]
pub struct AgreementPayload {
    /// The agreement after the change. Null when `userErrors` is not empty, and when you may know of it no longer.
    agreement: Option<Agreement>,
    /// What was wrong with the input; nothing was changed. Empty when all went well.
    user_errors: Vec<UserError>,
}

/// An agreement that is written down for the first time.
#[derive(Debug, InputObject)]
pub struct DraftAgreementInput {
    /// For which party you write it.
    from: OrganizationId,
    /// What kind of agreement it is.
    r#type: AgreementType,
    /// Who takes part, 2 to 12, the one that writes it among them. Who they are does not change: with others it is another agreement.
    parties: Vec<AgreementPartyInput>,
    /// The interest that it comes from; its company and its office are parties.
    interest: Option<InterestId>,
    /// The framework agreement in force under which it stands.
    frame: Option<AgreementId>,
    /// The agreement in force that it changes: of the same type, between the same parties. When the amendment comes into force, what it amends ends on its `expiresOn`, if it has one.
    amends: Option<AgreementId>,
    /// What it says.
    #[graphql(flatten)]
    agreement: AgreementInput,
}

/// A change to an agreement.
#[derive(Debug, InputObject)]
pub struct ReviseAgreementInput {
    /// The agreement.
    id: AgreementId,
    /// The version that you read; the change is refused when it has changed since.
    expected_version: i32,
    /// What it says now; fields that are not given stay.
    #[graphql(flatten)]
    agreement: AgreementInput,
}

/// An agreement, at the version that you read.
#[derive(Debug, InputObject)]
pub struct AgreementVersionInput {
    /// The agreement.
    id: AgreementId,
    /// The version that you read; the change is refused when it has changed since.
    expected_version: i32,
}

/// An agreement, at the version that you read, with a note.
#[derive(Debug, InputObject)]
pub struct AgreementNoteInput {
    /// The agreement.
    id: AgreementId,
    /// The version that you read; the change is refused when it has changed since.
    expected_version: i32,
    /// Why, in words for the parties, at most 1,000 characters. Required.
    note: String,
}

/// A party's word on an agreement.
#[derive(Debug, InputObject)]
pub struct ApproveAgreementInput {
    /// The agreement.
    id: AgreementId,
    /// The version that you read; the change is refused when it has changed since.
    expected_version: i32,
    /// For which party you approve.
    party: OrganizationId,
}

/// A party's signature.
#[derive(Debug, InputObject)]
pub struct SignAgreementInput {
    /// The agreement.
    id: AgreementId,
    /// The version that you read; the change is refused when it has changed since.
    expected_version: i32,
    /// For which party you sign.
    party: OrganizationId,
    /// SHA-256 of the `textToSign` that you read, in hexadecimal.
    sha256: String,
    /// Whether your party lets the network know of the agreement: its title, parties and progress. It does when all parties say so.
    #[graphql(default)]
    publishes: bool,
}

/// Somebody who is to read what the other party discloses.
#[derive(Debug, InputObject)]
pub struct NameConfidantInput {
    /// The non-disclosure agreement.
    id: AgreementId,
    /// The version that you read; the change is refused when it has changed since.
    expected_version: i32,
    /// For which party they read.
    party: OrganizationId,
    /// Who: somebody who speaks for that party (`viewer { id }` tells them their id).
    person: PersonId,
}

/// Somebody who is to read no longer.
#[derive(Debug, InputObject)]
pub struct RemoveConfidantInput {
    /// The non-disclosure agreement.
    id: AgreementId,
    /// The version that you read; the change is refused when it has changed since.
    expected_version: i32,
    /// Who.
    person: PersonId,
}

/// A commitment of an agreement.
#[derive(Debug, InputObject)]
pub struct CommitmentNumberInput {
    /// The agreement.
    id: AgreementId,
    /// The version that you read; the change is refused when it has changed since.
    expected_version: i32,
    /// The number of the commitment, from 1.
    number: i32,
}

/// A commitment of an agreement, and what shows what became of it.
#[derive(Debug, InputObject)]
pub struct CommitmentEvidenceInput {
    /// The agreement.
    id: AgreementId,
    /// The version that you read; the change is refused when it has changed since.
    expected_version: i32,
    /// The number of the commitment, from 1.
    number: i32,
    /// What shows that it was kept, or why it is given up, at most 2,000 characters. Required.
    evidence: LocalizedTextInput,
}

/// Mutations of agreements.
#[derive(Debug, Default)]
pub struct AgreementMutation;

#[Object]
impl AgreementMutation {
    /// Writes an agreement down; until it is shared, it is there for the party that writes it alone. For those who speak for a party: members of companies, liaisons and admins of chambers, officers and managers of offices, the network's admin.
    async fn draft_agreement(
        &self,
        ctx: &Context<'_>,
        input: DraftAgreementInput,
    ) -> Told<AgreementPayload> {
        let DraftAgreementInput { from, r#type: kind, parties, interest, frame, amends, agreement } =
            input;
        let between = Between { from, kind, parties, interest, frame, amends };
        let labels = ctx.service().labels();
        change(ctx, async |work| draft::draft(work, labels, between, agreement).await).await
    }

    /// Changes what it says, in `DRAFT` and in `NEGOTIATION`; approvals of another text are void, and whoever changed it may not approve it. For those who speak for a party that knows of it.
    async fn revise_agreement(
        &self,
        ctx: &Context<'_>,
        input: ReviseAgreementInput,
    ) -> Told<AgreementPayload> {
        let ReviseAgreementInput { id, expected_version, agreement } = input;
        let labels = ctx.service().labels();
        change(ctx, async |work| draft::revise(work, labels, id, expected_version, agreement).await)
            .await
    }

    /// Hands it, complete, to those who may bind the party that drafts it. For those who speak for that party.
    async fn submit_agreement(
        &self,
        ctx: &Context<'_>,
        input: AgreementVersionInput,
    ) -> Told<AgreementPayload> {
        let AgreementVersionInput { id, expected_version } = input;
        let labels = ctx.service().labels();
        change(ctx, async |work| life::submit(work, labels, id, expected_version).await).await
    }

    /// Sends it back to its author. For those who may bind the party that drafts it: members of the company, admins of the chamber, managers of the office, the network's admin.
    async fn return_agreement(
        &self,
        ctx: &Context<'_>,
        input: AgreementNoteInput,
    ) -> Told<AgreementPayload> {
        let AgreementNoteInput { id, expected_version, note } = input;
        change(ctx, async |work| {
            let why = (None, Some(checked_note(ctx, &note)?));
            let action = AgreementAction::Return;
            step(work, id, Some(expected_version), action, why, |_| Ok(())).await
        })
        .await
    }

    /// Shows it to the other parties, for negotiation. A contract that comes from an interest waits until that is in `NEGOTIATION`; a non-disclosure agreement, a letter of intent and a memorandum may come before. For those who may bind the party that drafts it, but not for whoever wrote it.
    async fn share_agreement(
        &self,
        ctx: &Context<'_>,
        input: AgreementVersionInput,
    ) -> Told<AgreementPayload> {
        let AgreementVersionInput { id, expected_version } = input;
        change(ctx, async |work| life::share(work, id, expected_version).await).await
    }

    /// Says that a party agrees to the text; with the last party's word it is approved. For those who may bind the party, but not for whoever wrote any of it.
    async fn approve_agreement(
        &self,
        ctx: &Context<'_>,
        input: ApproveAgreementInput,
    ) -> Told<AgreementPayload> {
        let ApproveAgreementInput { id, expected_version, party } = input;
        let labels = ctx.service().labels();
        change(ctx, async |work| signing::approve(work, labels, id, expected_version, party).await)
            .await
    }

    /// Talks about it again, until all have signed: what was approved and signed is void. For those who may bind a party.
    async fn reopen_agreement(
        &self,
        ctx: &Context<'_>,
        input: AgreementNoteInput,
    ) -> Told<AgreementPayload> {
        let AgreementNoteInput { id, expected_version, note } = input;
        change(ctx, async |work| {
            let note = checked_note(ctx, &note)?;
            life::reopen(work, id, expected_version, note).await
        })
        .await
    }

    /// Signs it for a party, once. When all have signed and its first day has come, the service puts it into force. For those who may bind the party.
    async fn sign_agreement(
        &self,
        ctx: &Context<'_>,
        input: SignAgreementInput,
    ) -> Told<AgreementPayload> {
        let SignAgreementInput { id, expected_version, party, sha256, publishes } = input;
        let signature = Signature { party, sha256, publishes };
        let mut complete = false;
        let signed = carry_out(ctx, async |work: &mut Work| {
            let row = signing::sign(work, id, expected_version, signature).await?;
            complete = row.signed_at.is_some();
            Ok(row.id)
        });
        let signed = signed.await;
        if signed.is_ok() && complete {
            signing::activate_if_due(ctx.service(), id).await;
        }
        told_anew(ctx, "agreement", signed, |agreement, user_errors| AgreementPayload {
            agreement,
            user_errors,
        })
        .await
    }

    /// Interrupts it for a while: it opens nothing meanwhile. For those who may bind a party.
    async fn suspend_agreement(
        &self,
        ctx: &Context<'_>,
        input: AgreementNoteInput,
    ) -> Told<AgreementPayload> {
        let AgreementNoteInput { id, expected_version, note } = input;
        change(ctx, async |work| {
            let note = checked_note(ctx, &note)?;
            life::suspend(work, id, expected_version, note).await
        })
        .await
    }

    /// Goes on with it. For those who may bind the party that interrupted it.
    async fn resume_agreement(
        &self,
        ctx: &Context<'_>,
        input: AgreementVersionInput,
    ) -> Told<AgreementPayload> {
        let AgreementVersionInput { id, expected_version } = input;
        change(ctx, async |work| life::resume(work, id, expected_version).await).await
    }

    /// Says that what was agreed was carried out; no commitment is open any more. For those who may bind a party.
    async fn complete_agreement(
        &self,
        ctx: &Context<'_>,
        input: AgreementNoteInput,
    ) -> Told<AgreementPayload> {
        end(ctx, input, AgreementAction::Complete).await
    }

    /// Ends it before its time. For those who may bind a party.
    async fn terminate_agreement(
        &self,
        ctx: &Context<'_>,
        input: AgreementNoteInput,
    ) -> Told<AgreementPayload> {
        end(ctx, input, AgreementAction::Terminate).await
    }

    /// Gives it up before all have signed it. For those who may bind a party that knows of it.
    async fn cancel_agreement(
        &self,
        ctx: &Context<'_>,
        input: AgreementNoteInput,
    ) -> Told<AgreementPayload> {
        end(ctx, input, AgreementAction::Cancel).await
    }

    /// Lets a person of your party read what the other discloses, under a non-disclosure agreement. Who signs it for a party that is told something is named by that. For those who may bind the party.
    async fn name_confidant(
        &self,
        ctx: &Context<'_>,
        input: NameConfidantInput,
    ) -> Told<AgreementPayload> {
        let NameConfidantInput { id, expected_version, party, person } = input;
        change(ctx, async |work| {
            confidants::name_confidant(work, id, expected_version, party, person).await
        })
        .await
    }

    /// Lets a person of your party read no longer, from this moment on. For those who may bind the party.
    async fn remove_confidant(
        &self,
        ctx: &Context<'_>,
        input: RemoveConfidantInput,
    ) -> Told<AgreementPayload> {
        let RemoveConfidantInput { id, expected_version, person } = input;
        change(ctx, async |work| {
            confidants::remove_confidant(work, id, expected_version, person).await
        })
        .await
    }

    /// Begins with a commitment. For those who speak for the party that made it.
    async fn start_commitment(
        &self,
        ctx: &Context<'_>,
        input: CommitmentNumberInput,
    ) -> Told<AgreementPayload> {
        let CommitmentNumberInput { id, expected_version, number } = input;
        let (labels, action) = (ctx.service().labels(), AgreementAction::StartCommitment);
        let at = (id, expected_version);
        change(ctx, async |work| commitments::follow(work, labels, at, action, number, None).await)
            .await
    }

    /// Says that a commitment was kept, with evidence. For those who speak for the party that made it.
    async fn keep_commitment(
        &self,
        ctx: &Context<'_>,
        input: CommitmentEvidenceInput,
    ) -> Told<AgreementPayload> {
        settle(ctx, input, AgreementAction::KeepCommitment).await
    }

    /// Gives a commitment up, with the reason. For those who speak for the party that made it.
    async fn drop_commitment(
        &self,
        ctx: &Context<'_>,
        input: CommitmentEvidenceInput,
    ) -> Told<AgreementPayload> {
        settle(ctx, input, AgreementAction::DropCommitment).await
    }
}

async fn end(
    ctx: &Context<'_>,
    input: AgreementNoteInput,
    action: AgreementAction,
) -> Told<AgreementPayload> {
    let AgreementNoteInput { id, expected_version, note } = input;
    change(ctx, async |work| {
        let why = (None, Some(checked_note(ctx, &note)?));
        life::end(work, id, expected_version, action, why).await
    })
    .await
}

async fn settle(
    ctx: &Context<'_>,
    input: CommitmentEvidenceInput,
    action: AgreementAction,
) -> Told<AgreementPayload> {
    let CommitmentEvidenceInput { id, expected_version, number, evidence } = input;
    let (labels, at) = (ctx.service().labels(), (id, expected_version));
    change(ctx, async |work| {
        commitments::follow(work, labels, at, action, number, Some(evidence)).await
    })
    .await
}

/// One piece of work on an agreement; what its sender can mend is told in the payload.
async fn change(
    ctx: &Context<'_>,
    change: impl AsyncFnOnce(&mut Work) -> Result<agreement::Model>,
) -> Told<AgreementPayload> {
    let done = carry_out(ctx, async |work: &mut Work| Ok(change(work).await?.id)).await;
    told_anew(ctx, "agreement", done, |agreement, user_errors| AgreementPayload {
        agreement,
        user_errors,
    })
    .await
}
