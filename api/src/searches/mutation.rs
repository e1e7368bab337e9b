//! What can be done with saved searches.

use async_graphql::{Context, InputObject, Object, SimpleObject};
use entity::{SavedSearchId, SavedSearchKind, SearchFindId};

use super::{SavedSearch, input::SavedSearchInput, life};
use crate::{
    context::Request,
    error::{Result, Told, UserError},
    mutation::{carry_out, told, told_anew},
    work::Work,
};

/// The saved search as it is now, or what its sender can mend.
#[derive(Debug, SimpleObject)]
pub struct SavedSearchPayload {
    /// The saved search after the change. Null when `userErrors` is not empty, and when you may know of it no longer.
    saved_search: Option<SavedSearch>,
    /// What was wrong with the input; nothing was changed. Empty when all went well.
    user_errors: Vec<UserError>,
}

/// That a saved search is gone, or why it is not.
#[derive(Debug, SimpleObject)]
pub struct DeleteSavedSearchPayload {
    /// The saved search that is gone. Null when `userErrors` is not empty.
    deleted: Option<SavedSearchId>,
    /// What was wrong with the input; nothing was changed. Empty when all went well.
    user_errors: Vec<UserError>,
}

/// A search that is saved.
#[derive(Debug, InputObject)]
pub struct SaveSearchInput {
    /// Whether it looks for needs or for offers; that does not change later.
    kind: SavedSearchKind,
    /// What it looks for, and when it tells.
    #[graphql(flatten)]
    search: SavedSearchInput,
}

/// A change of a saved search.
#[derive(Debug, InputObject)]
pub struct ChangeSavedSearchInput {
    /// The saved search.
    id: SavedSearchId,
    /// The version that you read; the change is refused when it has changed since.
    expected_version: i32,
    /// What it looks for now, and when it tells; fields that are not given stay.
    #[graphql(flatten)]
    search: SavedSearchInput,
}

/// A saved search.
#[derive(Debug, InputObject)]
pub struct SavedSearchIdInput {
    /// The saved search.
    id: SavedSearchId,
    /// The version that you read; nothing is done when it has changed since. Whatever it is when nothing is said.
    expected_version: Option<i32>,
}

/// Up to where you have looked at what a saved search found.
#[derive(Debug, InputObject)]
pub struct MarkSearchSeenInput {
    /// The saved search.
    id: SavedSearchId,
    /// The last find that you have looked at (`find_…`); those before it count as seen as well, those that came behind it stay new.
    up_to: SearchFindId,
}

/// Mutations of saved searches.
#[derive(Debug, Default)]
pub struct SavedSearchMutation;

#[Object]
impl SavedSearchMutation {
    /// Saves a search: you are told of what is published from now on and fits it, and of nothing twice. For every member of the network; at most 50 each.
    async fn save_search(
        &self,
        ctx: &Context<'_>,
        input: SaveSearchInput,
    ) -> Told<SavedSearchPayload> {
        let SaveSearchInput { kind, search } = input;
        let labels = ctx.service().labels();
        change(ctx, async |work| life::save(work, labels, kind, search).await).await
    }

    /// Changes a saved search. What it found stays; when it looks for something else, it tells of what is published from now on. For whoever saved it.
    async fn change_saved_search(
        &self,
        ctx: &Context<'_>,
        input: ChangeSavedSearchInput,
    ) -> Told<SavedSearchPayload> {
        let ChangeSavedSearchInput { id, expected_version, search } = input;
        let labels = ctx.service().labels();
        change(ctx, async |work| life::change(work, labels, (id, expected_version), search).await)
            .await
    }

    /// Lets a saved search look for nothing for a while. For whoever saved it.
    async fn pause_saved_search(
        &self,
        ctx: &Context<'_>,
        input: SavedSearchIdInput,
    ) -> Told<SavedSearchPayload> {
        let which = (input.id, input.expected_version);
        change(ctx, async |work| life::pause(work, which).await).await
    }

    /// Lets a saved search go on with what is published from now on. For whoever saved it.
    async fn resume_saved_search(
        &self,
        ctx: &Context<'_>,
        input: SavedSearchIdInput,
    ) -> Told<SavedSearchPayload> {
        let which = (input.id, input.expected_version);
        change(ctx, async |work| life::resume(work, which).await).await
    }

    /// Says that you have looked at what a saved search found, up to a find; what was told behind it stays new. For whoever saved it.
    async fn mark_search_seen(
        &self,
        ctx: &Context<'_>,
        input: MarkSearchSeenInput,
    ) -> Told<SavedSearchPayload> {
        change(ctx, async |work| life::mark_seen(work, input.id, input.up_to).await).await
    }

    /// Deletes a saved search with everything that it found. For whoever saved it.
    async fn delete_saved_search(
        &self,
        ctx: &Context<'_>,
        input: SavedSearchIdInput,
    ) -> Told<DeleteSavedSearchPayload> {
        let which = (input.id, input.expected_version);
        let done = carry_out(ctx, async |work: &mut Work| life::delete(work, which).await).await;
        let payload = |deleted, user_errors| DeleteSavedSearchPayload { deleted, user_errors };
        Some(told(done.map(Some), payload))
    }
}

async fn change(
    ctx: &Context<'_>,
    task: impl AsyncFnOnce(&mut Work) -> Result<SavedSearchId>,
) -> Told<SavedSearchPayload> {
    let done = carry_out(ctx, task).await;
    told_anew(ctx, "savedSearch", done, |saved_search, user_errors| SavedSearchPayload {
        saved_search,
        user_errors,
    })
    .await
}
