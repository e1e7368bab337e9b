//! What people can do with what is held about them.

use async_graphql::{Context, InputObject, Object, SimpleObject};
use entity::{ClientId, PersonId};

use super::{
    Person,
    input::PersonalDataInput,
    life::{self, checked_reason},
};
use crate::{
    context::Request,
    error::{Told, UserError},
    mutation::{carry_out, carry_out_telling, told_anew},
    work::Work,
};

/// The person as they are on record now, or what can be mended.
#[derive(Debug, SimpleObject)]
pub struct PersonPayload {
    /// The person after the change. Null when `userErrors` is not empty.
    person: Option<Person>,
    /// What was wrong with the input; nothing was changed. Empty when all went well.
    user_errors: Vec<UserError>,
}

/// The person of whom nothing is held any more, or what can be mended.
#[derive(Debug, SimpleObject)]
pub struct ErasePersonPayload {
    /// The person after the change. Null when `userErrors` is not empty.
    person: Option<Person>,
    /// The machines of which this person was shown a secret, by id: whoever administers them gives them another (`rotateApiClientSecret`). Empty in a replay under an idempotency key.
    clients_to_rotate: Vec<ClientId>,
    /// What was wrong with the input; nothing was changed. Empty when all went well.
    user_errors: Vec<UserError>,
}

/// A correction of what is held about you.
#[derive(Debug, InputObject)]
pub struct CorrectPersonalDataInput {
    /// The version that you read; the correction is refused when it has changed since.
    expected_version: i32,
    /// What is held about you, as it should be; fields that are not given stay.
    #[graphql(flatten)]
    data: PersonalDataInput,
}

/// Somebody who is to be erased.
#[derive(Debug, InputObject)]
pub struct ErasePersonInput {
    /// Who: you when nothing is said. Somebody else only for the network's admin, when they ask for it.
    person: Option<PersonId>,
    /// Why, at most 1,000 characters; needed for somebody else. Say nothing in it of who they are: it stays.
    reason: Option<String>,
}

/// Mutations of people.
#[derive(Debug, Default)]
pub struct PersonMutation;

#[Object]
impl PersonMutation {
    /// Corrects what is held about you. For whoever is on record; nobody corrects somebody else.
    async fn correct_personal_data(
        &self,
        ctx: &Context<'_>,
        input: CorrectPersonalDataInput,
    ) -> Told<PersonPayload> {
        let CorrectPersonalDataInput { expected_version, data } = input;
        let labels = ctx.service().labels();
        let done =
            carry_out(ctx, async |work| life::correct(work, labels, expected_version, data).await);
        told_anew(ctx, "person", done.await, |person, user_errors| PersonPayload {
            person,
            user_errors,
        })
        .await
    }

    /// Blanks what is held about a person, for good: name, addresses, ORCID, saved searches, open invitations; ends all of their roles, and their tokens count for nothing from then on. What they did stays on record under their id alone. Whoever is the last admin of an organization gives the role to somebody else first. For you yourself, and for the network's admin when somebody asks for it.
    async fn erase_person(
        &self,
        ctx: &Context<'_>,
        input: ErasePersonInput,
    ) -> Told<ErasePersonPayload> {
        let ErasePersonInput { person, reason } = input;
        let reason = checked_reason(ctx.service().labels(), reason);
        let erasing = async |work: &mut Work| life::erase(work, person, reason?).await;
        let (done, known) = carry_out_telling(ctx, erasing).await;
        told_anew(ctx, "person", done, |person, user_errors| ErasePersonPayload {
            person,
            clients_to_rotate: known.unwrap_or_default(),
            user_errors,
        })
        .await
    }
}
