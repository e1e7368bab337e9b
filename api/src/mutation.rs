//! How every mutation does its work, under an idempotency key or without one, and what it answers.

use async_graphql::Context;
use entity::Id;
use sea_orm::{EntityTrait, ModelTrait};

use crate::{
    context::Request,
    error::{Error, Result, Told, UserError},
    idempotency::{Claim, Replays},
    policy::Resource,
    read::Node,
    work::{KeyOf, Row, Work},
};

/// Does a piece of work for whoever asks, and commits it; returns the id of its record. When time
/// is up before the commit begins, nothing has happened; a commit that has begun is not cut.
///
/// Under an idempotency key it is done once, and whoever sends it again gets the same id. It is
/// all that is kept of what was done: what else a payload tells is read by it, or is told once.
pub(crate) async fn carry_out<I: Id>(
    ctx: &Context<'_>,
    task: impl AsyncFnOnce(&mut Work) -> Result<I>,
) -> Result<I> {
    let db = ctx.service().db();
    let claim = Claim::of(ctx, ctx.viewer())?;
    let prepared = async {
        let mut work = Work::begin(db, ctx.viewer().clone()).await?;
        if let Some(claim) = &claim
            && let Some(done) = work.claim(claim).await?
        {
            return Ok((None, done));
        }
        let done = task(&mut work).await?;
        if let Some(claim) = &claim {
            work.keep_outcome(claim, done).await?;
        }
        Ok::<_, Error>((Some(work), done))
    };
    // On the heap: the framework's future of a mutation has room for the largest of all.
    let prepared = tokio::time::timeout(db.patience(), Box::pin(prepared));
    match prepared.await.map_err(|_| Error::Timeout)?? {
        (Some(work), done) => {
            work.commit().await?;
            Ok(done)
        }
        (None, done) => {
            Replays::add(ctx);
            Ok(done)
        }
    }
}

/// The same for a payload that also tells what is kept nowhere, such as a secret: nothing, when it
/// is not done again.
pub(crate) async fn carry_out_telling<I: Id, T>(
    ctx: &Context<'_>,
    task: impl AsyncFnOnce(&mut Work) -> Result<(I, T)>,
) -> (Result<I>, Option<T>) {
    let mut told = None;
    let done = carry_out(ctx, async |work: &mut Work| {
        let (id, what) = task(work).await?;
        told = Some(what);
        Ok(id)
    });
    let done = done.await;
    // What did not come to its commit has not happened.
    let told = told.filter(|_| done.is_ok());
    (done, told)
}

/// The same for a payload that shows the row itself: as it was written, or, when it is not done
/// again, as it is now, if the viewer may know of it.
pub(crate) async fn carry_out_row<R>(
    ctx: &Context<'_>,
    id: fn(&R) -> KeyOf<R>,
    task: impl AsyncFnOnce(&mut Work) -> Result<R>,
) -> Result<Option<R>>
where
    R: Row + Resource,
    KeyOf<R>: Id,
{
    let (done, written) = carry_out_telling(ctx, async |work: &mut Work| {
        let row = task(work).await?;
        Ok((id(&row), row))
    })
    .await;
    let done = done?;
    if written.is_some() {
        return Ok(written);
    }
    let row = <R as ModelTrait>::Entity::find_by_id(done).one(ctx.service().db().fresh()).await?;
    Ok(ctx.viewer().known(row))
}

/// What a mutation answers with: what came of its work, or what its sender can mend.
pub(crate) fn told<T, P>(
    outcome: Result<Option<T>>,
    payload: impl FnOnce(Option<T>, Vec<UserError>) -> P,
) -> Result<P> {
    match outcome {
        Ok(thing) => Ok(payload(thing, Vec::new())),
        Err(Error::Refused(user_errors)) => Ok(payload(None, user_errors)),
        Err(other) => Err(other),
    }
}

/// The same for a thing that the payload carries in its field `name`, read after the commit.
pub(crate) async fn told_anew<N: Node, P>(
    ctx: &Context<'_>,
    name: &str,
    done: Result<N::Id>,
    payload: impl FnOnce(Option<N>, Vec<UserError>) -> P,
) -> Told<P> {
    let outcome = match done {
        Ok(id) => ctx.reload(name, id).await,
        Err(error) => Err(error),
    };
    Some(told(outcome, payload))
}
