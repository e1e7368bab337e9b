//! Reading saved searches.

use async_graphql::{Context, Object};
use entity::{
    SavedSearchId,
    saved_search::Column,
    search_find::{self, Column as Find},
};
use sea_orm::Condition;

use super::{SavedSearch, object::SearchFind};
use crate::{
    context::Request,
    error::{Result, Told},
    policy::{Viewer, visible_finds},
    read::{Asked, Kind, List, Order, Page, PageArgs, SIZES, fingerprint, page},
};

/// The last first.
const NEWEST: Order<Column> =
    Order { name: "NEWEST", by: &[(Column::CreatedAt, Kind::Time)], descending: true };

/// The last told first.
const LAST_TOLD: Order<search_find::Column> =
    Order { name: "LAST_TOLD", by: &[(Find::ToldAt, Kind::Time)], descending: true };

/// Queries of saved searches.
#[derive(Debug, Default)]
pub struct SavedSearchQuery;

#[Object]
impl SavedSearchQuery {
    /// One of the searches that you saved. Null when it does not exist, or is not yours.
    async fn saved_search(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id (`search_…`).")] id: SavedSearchId,
    ) -> Told<SavedSearch> {
        ctx.read(id).await.transpose()
    }
}

/// The viewer's own, the last first.
pub(crate) async fn saved_searches(
    ctx: &Context<'_>,
    args: &PageArgs,
) -> Result<Page<SavedSearch>> {
    page(ctx, args, NEWEST, Condition::all(), fingerprint(&())).await
}

/// What searches have told that the viewer may still know of, the last first.
pub(super) fn last_finds(viewer: &Viewer, asked: &Asked<'_>) -> Result<List<SearchFind>> {
    let (args, print) = (PageArgs::of(asked)?, fingerprint(&asked.name()));
    List::new(asked, (&args, SIZES), LAST_TOLD, visible_finds(viewer), print)
}
