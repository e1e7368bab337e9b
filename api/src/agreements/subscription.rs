//! Hearing of what happens to agreements.

use async_graphql::{Context, SimpleObject, Subscription};
use entity::AgreementId;
use futures_util::Stream;
use sea_orm::Condition;

use super::Agreement;
use crate::{
    context::Request,
    error::Result,
    subscriptions::{Mark, News, changed, say, told_of},
    timeline::TimelineEntry,
};

/// An agreement to which something happened.
#[derive(Clone, Debug, SimpleObject)]
pub struct AgreementNews {
    /// The agreement, as you may see it now. Null when `resync` is true.
    agreement: Option<Agreement>,
    /// What happened, as its timeline tells it. Null when `resync` is true.
    happened: Option<TimelineEntry>,
    #[graphql(flatten)]
    mark: Mark,
}

impl News for AgreementNews {
    fn missed(mark: Mark) -> Self {
        Self { agreement: None, happened: None, mark }
    }
}

/// Subscriptions to agreements.
#[derive(Debug, Default)]
pub struct AgreementSubscription;

#[Subscription]
impl AgreementSubscription {
    /// What happens to the agreements that you may see, as far as their timelines tell it to you. For members of the network.
    async fn agreement_changed(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Of this one alone (`agreement_…`); of all when nothing is said.")]
        id: Option<AgreementId>,
        #[graphql(
            desc = "Only what happened after this cursor; from now on when nothing is said."
        )]
        after: Option<String>,
    ) -> Result<impl Stream<Item = AgreementNews>> {
        ctx.viewer().allow_member()?;
        let topic = told_of(&["agreement"], id.map(|id| id.0));
        say(ctx, topic, after, async |event, mark| {
            let changed = changed::<Agreement>(ctx, "agreement", event, Condition::all()).await?;
            Ok(changed.map(|(agreement, told)| AgreementNews {
                agreement: Some(agreement),
                happened: Some(told),
                mark,
            }))
        })
        .await
    }
}
