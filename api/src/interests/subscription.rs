//! Hearing of what happens to expressions of interest.

use async_graphql::{Context, SimpleObject, Subscription};
use entity::{InterestId, MessageId, interest, message};
use futures_util::Stream;
use sea_orm::{ColumnTrait, Condition};

use super::{Interest, Message};
use crate::{
    context::Request,
    error::Result,
    feed::Topic,
    subscriptions::{Mark, News, changed, say, told_of},
    timeline::TimelineEntry,
};

/// An expression of interest to which something happened.
#[derive(Clone, Debug, SimpleObject)]
pub struct InterestNews {
    /// The expression of interest, as you may see it now. Null when `resync` is true.
    interest: Option<Interest>,
    /// What happened, as its timeline tells it. Null when `resync` is true.
    happened: Option<TimelineEntry>,
    #[graphql(flatten)]
    mark: Mark,
}

impl News for InterestNews {
    fn missed(mark: Mark) -> Self {
        Self { interest: None, happened: None, mark }
    }
}

/// A message in the conversation on an expression of interest.
#[derive(Clone, Debug, SimpleObject)]
pub struct MessageNews {
    /// The message. Null when `resync` is true.
    message: Option<Message>,
    /// The expression of interest on which it is, as you may see it now. Null when `resync` is true.
    interest: Option<Interest>,
    #[graphql(flatten)]
    mark: Mark,
}

impl News for MessageNews {
    fn missed(mark: Mark) -> Self {
        Self { message: None, interest: None, mark }
    }
}

/// Subscriptions to expressions of interest.
#[derive(Debug, Default)]
pub struct InterestSubscription;

#[Subscription]
impl InterestSubscription {
    /// What happens to the expressions of interest that you may see, as far as their timelines tell it to you. For members of the network.
    async fn interest_changed(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Of this one alone (`interest_…`); of all when nothing is said.")]
        id: Option<InterestId>,
        #[graphql(
            desc = "Only what happened after this cursor; from now on when nothing is said."
        )]
        after: Option<String>,
    ) -> Result<impl Stream<Item = InterestNews>> {
        ctx.viewer().allow_member()?;
        let topic = told_of(&["interest"], id.map(|id| id.0));
        say(ctx, topic, after, async |event, mark| {
            let changed = changed::<Interest>(ctx, "interest", event, Condition::all()).await?;
            Ok(changed.map(|(interest, told)| InterestNews {
                interest: Some(interest),
                happened: Some(told),
                mark,
            }))
        })
        .await
    }

    /// The messages that you may read in conversations on expressions of interest, also your own. For members of the network.
    async fn message_posted(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "In the conversation on this one alone (`interest_…`); in all when nothing is said."
        )]
        interest: Option<InterestId>,
        #[graphql(
            desc = "Only what happened after this cursor; from now on when nothing is said."
        )]
        after: Option<String>,
    ) -> Result<impl Stream<Item = MessageNews>> {
        ctx.viewer().allow_member()?;
        let sent = Topic { record: interest.map(|id| id.0), ..Topic::of(["MESSAGE_SENT".into()]) };
        say(ctx, sent, after, async |event, mark| {
            let id = event.body["message"].as_str().and_then(|id| id.parse::<MessageId>().ok());
            let this = message::Column::Id.eq(id);
            let Some(message) = ctx.find::<Message>("message", this.into()).await?.pop() else {
                return Ok(None);
            };
            let its = interest::Column::Id.eq(event.subject_id);
            let interest = ctx.find::<Interest>("interest", its.into()).await?.pop();
            Ok(Some(MessageNews { message: Some(message), interest, mark }))
        })
        .await
    }
}
