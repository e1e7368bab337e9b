//! Hearing of matches.

use async_graphql::{Context, SimpleObject, Subscription};
use entity::{NeedId, OfferId, match_::Column};
use futures_util::Stream;
use sea_orm::{ColumnTrait, Condition};

use super::Match;
use crate::{
    context::Request,
    error::{Error, Result},
    feed::Topic,
    needs::Need,
    offers::Offer,
    policy::open_matches,
    read::Node,
    subscriptions::{Mark, News, say},
};

/// Matches that were found.
#[derive(Clone, Debug, SimpleObject)]
pub struct MatchNews {
    /// The new matches of which you may know, in no order, at most 200. Empty when `resync` is true.
    matches: Vec<Match>,
    #[graphql(flatten)]
    mark: Mark,
}

impl News for MatchNews {
    fn missed(mark: Mark) -> Self {
        Self { matches: Vec::new(), mark }
    }
}

/// Subscriptions to matches.
#[derive(Debug, Default)]
pub struct MatchSubscription;

#[Subscription]
impl MatchSubscription {
    /// The matches that are found for a need or for an offer that you may see. For members of the network.
    async fn match_found(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "For this need (`need_…`). Either this or `offerId`.")] need_id: Option<
            NeedId,
        >,
        #[graphql(desc = "For this offer (`offer_…`). Either this or `needId`.")] offer_id: Option<
            OfferId,
        >,
        #[graphql(
            desc = "Only what happened after this cursor; from now on when nothing is said."
        )]
        after: Option<String>,
    ) -> Result<impl Stream<Item = MatchNews>> {
        ctx.viewer().allow_member()?;
        let (own, (here, other)) = match (need_id, offer_id) {
            (Some(need), None) => {
                let known = ctx.find::<Need>("", Need::KEY.eq(need).into()).await?.pop();
                known.map(drop).ok_or(Error::NotFound("need"))?;
                (need.0, (Column::NeedId, Column::OfferId))
            }
            (None, Some(offer)) => {
                let known = ctx.find::<Offer>("", Offer::KEY.eq(offer).into()).await?.pop();
                known.map(drop).ok_or(Error::NotFound("offer"))?;
                (offer.0, (Column::OfferId, Column::NeedId))
            }
            _ => return Err(Error::Argument("needId", "give this or offerId".into())),
        };
        let kinds = ["NEED_MATCHED", "OFFER_MATCHED", "MATCH_PROPOSED"].map(ToOwned::to_owned);
        say(ctx, Topic::of(kinds), after, async |event, mark| {
            let subject = event.subject_id;
            let which = Condition::all().add(open_matches(ctx.viewer())).add(here.eq(own));
            let which = if event.kind == "MATCH_PROPOSED" {
                which.add(Column::Id.eq(subject))
            } else {
                // What one piece of work finds carries its time, for whose sake ever it looked.
                let found = which.add(Column::SuggestedAt.eq(event.happened_at));
                if subject == Some(own) { found } else { found.add(other.eq(subject)) }
            };
            let matches = ctx.find::<Match>("matches", which).await?;
            Ok((!matches.is_empty()).then_some(MatchNews { matches, mark }))
        })
        .await
    }
}
