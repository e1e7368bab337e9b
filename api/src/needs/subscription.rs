//! Hearing of needs.

use async_graphql::{Context, SimpleObject, Subscription};
use futures_util::Stream;
use sea_orm::ActiveEnum;

use super::{Need, query::NeedFilter};
use crate::{
    context::Request,
    error::Result,
    event::TimelineKind,
    feed::Topic,
    subscriptions::{Mark, News, changed, say},
    timeline::TimelineEntry,
};

/// A need that was offered to the network.
#[derive(Clone, Debug, SimpleObject)]
pub struct NeedNews {
    /// The need, as you may see it now. Null when `resync` is true.
    need: Option<Need>,
    /// What happened, as its timeline tells it. Null when `resync` is true.
    happened: Option<TimelineEntry>,
    #[graphql(flatten)]
    mark: Mark,
}

impl News for NeedNews {
    fn missed(mark: Mark) -> Self {
        Self { need: None, happened: None, mark }
    }
}

/// Subscriptions to needs.
#[derive(Debug, Default)]
pub struct NeedSubscription;

#[Subscription]
impl NeedSubscription {
    /// The needs that are offered to the network, as they are, and that you may see.
    async fn need_published(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which needs; all when nothing is said.")] filter: Option<NeedFilter>,
        #[graphql(
            desc = "Only what happened after this cursor; from now on when nothing is said."
        )]
        after: Option<String>,
    ) -> Result<impl Stream<Item = NeedNews>> {
        let filter = filter.unwrap_or_default();
        let which = filter.condition(ctx.service().labels(), ctx.viewer())?;
        let topic = Topic::of([TimelineKind::NeedPublished.to_value()]);
        say(ctx, topic, after, async |event, mark| {
            let changed = changed::<Need>(ctx, "need", event, which).await?;
            Ok(changed.map(|(need, told)| NeedNews {
                need: Some(need),
                happened: Some(told),
                mark,
            }))
        })
        .await
    }
}
