//! Reading intellectual property.

use std::collections::HashSet;

use async_graphql::{Context, Enum, InputObject, Object};
use chrono::NaiveDate;
use entity::{
    IpAssetId, IpCommercialStatus, IpFigure, IpLegalStatus, OfferId, OrganizationId,
    ip_asset::{self, Column},
    offer,
};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, QueryFilter, QuerySelect, QueryTrait,
    sea_query::{ExprTrait, SimpleExpr},
};

use super::{
    IpAsset,
    dormancy::{dormant, near},
    terms::{self, IpTerm},
};
use crate::{
    codes::Labels,
    context::Request,
    error::{Result, Told},
    filter,
    policy::{Viewer, checked, own_ip_assets, visible_ip_assets, visible_offers},
    read::{Asked, Kind, List, Order, Page, PageArgs, SIZES, fingerprint, page},
};

/// Which of these are dormant now, as far as the viewer may know of them.
///
/// # Errors
/// When the database is away.
pub(crate) async fn dormant_of(
    ctx: &Context<'_>,
    ids: Vec<IpAssetId>,
) -> Result<HashSet<IpAssetId>> {
    let viewer = ctx.viewer();
    let found: Vec<IpAssetId> = ip_asset::Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(Column::Id.is_in(ids))
        .filter(visible_ip_assets(viewer))
        .filter(checked(dormant(viewer.now, None)))
        .into_tuple()
        .all(ctx.service().db().fresh())
        .await?;
    Ok(found.into_iter().collect())
}

/// Which pieces of intellectual property; conditions that are not given do not count, those that are count together.
#[derive(Clone, Debug, Default, InputObject)]
pub struct IpAssetFilter {
    /// With this folio, exactly.
    folio: Option<String>,
    /// Of your own offices. False counts as not given.
    mine: Option<bool>,
    /// Of one of these figures.
    figure: Option<Vec<IpFigure>>,
    /// In one of these legal statuses.
    legal_status: Option<Vec<IpLegalStatus>>,
    /// In one of these commercial statuses.
    commercial_status: Option<Vec<IpCommercialStatus>>,
    /// Of use in this SCIAN sector, subsector or branch: a code or its beginning (`31-33`, `326`, `3261`).
    scian: Option<String>,
    /// Whose main field of application, the first that it names, is in this SCIAN subsector (three digits).
    subsector: Option<String>,
    /// From an office in this federal state (INEGI key, `01` to `32`).
    state: Option<String>,
    /// Looked after by this transfer office.
    ott: Option<OrganizationId>,
    /// Offered by this offer.
    offer: Option<OfferId>,
    /// Offered by any offer that you may see, or by none.
    offered: Option<bool>,
    /// Dormant, or not. For members of the network.
    dormant: Option<bool>,
    /// Dormant with a fee due within 180 days. For members of the network; false counts as not given.
    at_risk: Option<bool>,
    /// Whose next fee is due on this day or before. For members of the network.
    fee_due_by: Option<NaiveDate>,
    /// Whose term ends on this day or before. For members of the network.
    expires_by: Option<NaiveDate>,
    /// With this in its public text, without regard to accents and case, 1 to 200 characters.
    text: Option<String>,
}

impl IpAssetFilter {
    fn condition(self, labels: &Labels, viewer: &Viewer) -> Result<Condition> {
        let network = self.dormant.is_some()
            || self.at_risk == Some(true)
            || self.fee_due_by.is_some()
            || self.expires_by.is_some();
        if network {
            viewer.allow_member()?;
        }
        let mut all = Condition::all()
            .add_option(filter::folio(Column::Folio, self.folio)?)
            .add_option((self.mine == Some(true)).then(|| own_ip_assets(viewer)))
            .add_option(self.figure.map(|figures| Column::Figure.is_in(figures)))
            .add_option(self.legal_status.map(|statuses| Column::LegalStatus.is_in(statuses)))
            .add_option(
                self.commercial_status.map(|statuses| Column::CommercialStatus.is_in(statuses)),
            )
            .add_option(filter::scian(labels, Column::Scian, self.scian)?)
            .add_option(filter::subsector(labels, Column::Subsector, self.subsector)?)
            .add_option(filter::state(labels, Column::StateCode, self.state)?)
            .add_option(filter::id("filter.ott", Column::OttId, self.ott)?);
        let offer = filter::id("filter.offer", Column::OfferId, self.offer)?;
        let known = offer.is_some().then(|| offered_to(viewer));
        all = all.add_option(offer).add_option(known);
        if let Some(offered) = self.offered {
            // By an offer that the viewer may know of: another one is none.
            let known = offered_to(viewer);
            let none = Condition::any().add(Column::OfferId.is_null()).add(known.clone().not());
            all = all.add(if offered { Condition::all().add(known) } else { none });
        }
        // The list is walked in its order, and each row is asked whether it is dormant.
        let sleeps = || checked(dormant(viewer.now, None));
        let at_risk = self.at_risk == Some(true);
        if self.dormant == Some(true) || at_risk {
            all = all.add(sleeps());
        }
        if self.dormant == Some(false) {
            all = all.add(sleeps().not());
        }
        if at_risk {
            all = all.add(near(viewer.now));
        }
        Ok(all
            .add_option(filter::until("filter.feeDueBy", Column::NextFeeDueOn, self.fee_due_by)?)
            .add_option(filter::until("filter.expiresBy", Column::ExpiresOn, self.expires_by)?)
            .add_option(filter::text(Column::PublicTextFolded, self.text)?))
    }
}

/// Whether it is offered by an offer that the viewer may know of.
fn offered_to(viewer: &Viewer) -> SimpleExpr {
    let offers = offer::Entity::find()
        .select_only()
        .column(offer::Column::Id)
        .filter(visible_offers(viewer))
        .into_query();
    Column::OfferId.in_subquery(offers)
}

/// How pieces of intellectual property are ordered; those that are equal in it follow their id.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Enum)]
pub enum IpAssetOrder {
    /// Last put on record first.
    #[default]
    Newest,
    /// First put on record first.
    Oldest,
    /// By title, A to Z, without regard to accents and case.
    Title,
    /// By the next fee, the soonest first; what has none is last. For members of the network.
    NextFee,
    /// Last changed first.
    RecentlyUpdated,
}

impl IpAssetOrder {
    fn order(self) -> Order<Column> {
        let (name, by, descending): (_, &'static [(Column, Kind)], _) = match self {
            Self::Newest => ("NEWEST", &[(Column::CreatedAt, Kind::Time)], true),
            Self::Oldest => ("OLDEST", &[(Column::CreatedAt, Kind::Time)], false),
            Self::Title => ("TITLE", &[(Column::TitleFolded, Kind::Text)], false),
            Self::NextFee => ("NEXT_FEE", &[(Column::NextFeeOrder, Kind::Time)], false),
            Self::RecentlyUpdated => ("RECENTLY_UPDATED", &[(Column::UpdatedAt, Kind::Time)], true),
        };
        Order { name, by, descending }
    }
}

/// The intellectual property below another thing that the viewer may know of, newest first.
pub(crate) fn newest_ip_assets(viewer: &Viewer, asked: &Asked<'_>) -> Result<List<IpAsset>> {
    let (args, print) = (PageArgs::of(asked)?, fingerprint(&asked.name()));
    let order = IpAssetOrder::Newest.order();
    List::new(asked, (&args, SIZES), order, visible_ip_assets(viewer), print)
}

/// Queries of intellectual property.
#[derive(Debug, Default)]
pub struct IpQuery;

#[Object]
impl IpQuery {
    /// One piece of intellectual property. Null when it does not exist, or not for you.
    async fn ip_asset(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id (`asset_…`).")] id: IpAssetId,
    ) -> Told<IpAsset> {
        ctx.read(id).await.transpose()
    }

    /// The intellectual property that you may know of: what has been made public by law and is listed by its office, all that your offices look after, and what belongs to offers to which you were introduced.
    #[expect(clippy::too_many_arguments, reason = "the arguments of the field")]
    async fn ip_assets(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which; all when nothing is said.")] filter: Option<IpAssetFilter>,
        #[graphql(default, desc = "In which order.")] order: IpAssetOrder,
        #[graphql(desc = "How many from the start, 1 to 100; 20 when nothing is said.")]
        first: Option<i32>,
        #[graphql(desc = "Only what follows this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what precedes this cursor.")] before: Option<String>,
    ) -> Told<Page<IpAsset>> {
        let args = PageArgs { first, after, last, before };
        Some(list(ctx, filter.unwrap_or_default(), order, &args).await)
    }

    /// The intellectual property that lies dormant, by its next fee, the soonest first: published or granted, filed two years ago or before, and used by nobody. `matchingNeeds` tells who could use it; with `atRisk` in the filter only what may lapse within 180 days. For members of the network.
    async fn dormant_assets(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of what is dormant; all when nothing is said.")] filter: Option<
            IpAssetFilter,
        >,
        #[graphql(desc = "How many from the start, 1 to 100; 20 when nothing is said.")]
        first: Option<i32>,
        #[graphql(desc = "Only what follows this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what precedes this cursor.")] before: Option<String>,
    ) -> Told<Page<IpAsset>> {
        let args = PageArgs { first, after, last, before };
        let filter = IpAssetFilter { dormant: Some(true), ..filter.unwrap_or_default() };
        Some(list(ctx, filter, IpAssetOrder::NextFee, &args).await)
    }

    /// For how long the law protects what, by figure, office and day of filing: from this `expiresOn` is computed. Each entry with its source, and whether the text of the law was read for it.
    async fn ip_terms(&self) -> &[IpTerm] {
        terms::all()
    }
}

async fn list(
    ctx: &Context<'_>,
    filter: IpAssetFilter,
    order: IpAssetOrder,
    args: &PageArgs,
) -> Result<Page<IpAsset>> {
    let viewer = ctx.viewer();
    if order == IpAssetOrder::NextFee {
        viewer.allow_member()?;
    }
    let print = fingerprint(&filter);
    let condition = filter.condition(ctx.service().labels(), viewer)?;
    page(ctx, args, order.order(), condition, print).await
}
