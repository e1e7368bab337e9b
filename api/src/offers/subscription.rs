//! Hearing of offers.

use async_graphql::{Context, SimpleObject, Subscription};
use futures_util::Stream;
use sea_orm::ActiveEnum;

use super::{Offer, query::OfferFilter};
use crate::{
    context::Request,
    error::Result,
    event::TimelineKind,
    feed::Topic,
    subscriptions::{Mark, News, changed, say},
    timeline::TimelineEntry,
};

/// An offer that was made to the network.
#[derive(Clone, Debug, SimpleObject)]
pub struct OfferNews {
    /// The offer, as you may see it now. Null when `resync` is true.
    offer: Option<Offer>,
    /// What happened, as its timeline tells it. Null when `resync` is true.
    happened: Option<TimelineEntry>,
    #[graphql(flatten)]
    mark: Mark,
}

impl News for OfferNews {
    fn missed(mark: Mark) -> Self {
        Self { offer: None, happened: None, mark }
    }
}

/// Subscriptions to offers.
#[derive(Debug, Default)]
pub struct OfferSubscription;

#[Subscription]
impl OfferSubscription {
    /// The technology that is offered to the network, as it is, and that you may see.
    async fn offer_published(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which offers; all when nothing is said.")] filter: Option<OfferFilter>,
        #[graphql(
            desc = "Only what happened after this cursor; from now on when nothing is said."
        )]
        after: Option<String>,
    ) -> Result<impl Stream<Item = OfferNews>> {
        let filter = filter.unwrap_or_default();
        let which = filter.condition(ctx.service().labels(), ctx.viewer())?;
        let topic = Topic::of([TimelineKind::OfferPublished.to_value()]);
        say(ctx, topic, after, async |event, mark| {
            let changed = changed::<Offer>(ctx, "offer", event, which).await?;
            Ok(changed.map(|(offer, told)| OfferNews {
                offer: Some(offer),
                happened: Some(told),
                mark,
            }))
        })
        .await
    }
}
