//! What chambers and transfer offices say of themselves beside their organization; all of it public.

use std::{collections::HashMap, marker::PhantomData, sync::Arc};

use async_graphql::{Context, Object, SimpleObject, dataloader::Loader};
use chrono::NaiveDate;
use entity::{
    InnovationCommission, Language, MemberCount, OrganizationId, OttModel, OttService, Recognition,
    chamber_profile, ott_profile,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use super::{Organization, Region, territory::RegionsOf};
use crate::{
    codes::{self, Code},
    context::Request,
    error::{Error, Result, Told},
    read::Batch,
    scalars::{Decimal, Money},
};

/// What a chamber says of itself.
#[derive(Clone, Debug)]
pub struct ChamberProfile(pub(crate) chamber_profile::Model);

/// What a chamber says of itself.
#[Object]
impl ChamberProfile {
    /// The confederation to which it belongs. Null when it belongs to none.
    async fn confederation(&self, ctx: &Context<'_>) -> Told<Arc<Organization>> {
        ctx.load(self.0.confederation_id?).await.transpose()
    }

    /// Under which law it stands. Null when nothing was said.
    async fn legal_regime(
        &self,
        #[graphql(
            default,
            desc = "The language you prefer; the other one answers where it is missing."
        )]
        language: Language,
    ) -> Option<String> {
        self.0.legal_regime.as_ref()?.in_language(language)
    }

    /// The commission that cares for innovation. Null when it has none.
    async fn innovation_commission(&self) -> Option<InnovationCommission> {
        self.0.innovation_commission.clone()
    }

    /// The sectors or branches that it represents (SCIAN).
    async fn sectors(&self, ctx: &Context<'_>) -> Vec<Code> {
        codes::resolve(ctx, codes::SCIAN, &self.0.sectors)
    }

    /// How many members it says it has, each count with its date and source.
    async fn member_count_declared(&self) -> Vec<MemberCount> {
        self.0.member_counts.0.clone()
    }

    /// Its regions, by code: those that exist on a day or, when none is given, all that ever did.
    async fn regions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only regions that exist on this day.")] on: Option<NaiveDate>,
    ) -> Result<Vec<Arc<Region>>> {
        let rows = ctx.loaders().load_for(RegionsOf(self.0.organization_id)).await?;
        let exists = |from: Option<NaiveDate>, to: Option<NaiveDate>| {
            on.is_none_or(|day| {
                from.is_none_or(|from| from <= day) && to.is_none_or(|to| day <= to)
            })
        };
        let rows = rows.unwrap_or_default().into_iter();
        let rows = rows.filter(|row| exists(row.valid_from, row.valid_to));
        let found = futures_util::future::try_join_all(rows.map(|row| ctx.load(row.id))).await?;
        Ok(found.into_iter().flatten().collect())
    }
}

/// What a technology transfer office says of itself.
#[derive(Clone, Debug)]
pub struct OttProfile(pub(crate) ott_profile::Model);

/// What an institution spent on research in a year.
#[derive(Clone, Debug, SimpleObject)]
struct ResearchExpenditure {
    /// The calendar year.
    year: i32,
    /// How much.
    amount: Money,
}

/// What a technology transfer office says of itself.
#[Object]
impl OttProfile {
    /// The institution whose technology it transfers. Null when it serves several or none.
    async fn host_institution(&self, ctx: &Context<'_>) -> Told<Arc<Organization>> {
        ctx.load(self.0.host_institution_id?).await.transpose()
    }

    /// How it is organized. Null when nothing was said.
    async fn model(&self) -> Option<OttModel> {
        self.0.model
    }

    /// Since when it is a member of the network of offices. Null when it never was.
    async fn network_member_from(&self) -> Option<NaiveDate> {
        self.0.network_member_from
    }

    /// Until when it was a member. Null while it is, or when it never was.
    async fn network_member_to(&self) -> Option<NaiveDate> {
        self.0.network_member_to
    }

    /// Its recognitions, each with its dates.
    async fn recognitions(&self) -> Vec<Recognition> {
        self.0.recognitions.0.clone()
    }

    /// How many people work there, in full-time equivalents. Null when nothing was said.
    async fn staff_fte(&self) -> Option<f64> {
        self.0.staff_fte_tenths.map(|tenths| f64::from(tenths) / 10.0)
    }

    /// What its institution spent on research, by year.
    async fn research_expenditure(&self) -> Vec<ResearchExpenditure> {
        let rows = self.0.research_expenditure.0.iter();
        rows.map(|row| ResearchExpenditure {
            year: row.year,
            amount: Money { amount: Decimal(row.minor), currency: row.currency.clone() },
        })
        .collect()
    }

    /// What it does for others.
    async fn services_offered(&self) -> Vec<OttService> {
        self.0.services_offered.values()
    }

    /// The sectors that it serves (SCIAN).
    async fn sectors_served(&self, ctx: &Context<'_>) -> Vec<Code> {
        codes::resolve(ctx, codes::SCIAN, &self.0.sectors_served)
    }

    /// The federal states that it serves.
    async fn states_served(&self, ctx: &Context<'_>) -> Vec<Code> {
        codes::resolve(ctx, codes::STATE, &self.0.states_served)
    }

    /// Whether companies may express interest without a chamber between.
    async fn accepts_direct_interest(&self) -> bool {
        self.0.accepts_direct_interest
    }
}

/// The profile of an organization, of one of the two kinds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct ProfileOf<P>(OrganizationId, PhantomData<P>);

/// Marks the profile of a chamber.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct OfChamber;

/// Marks the profile of an office.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct OfOffice;

impl ProfileOf<OfChamber> {
    pub(crate) fn chamber(id: OrganizationId) -> Self {
        Self(id, PhantomData)
    }
}

impl ProfileOf<OfOffice> {
    pub(crate) fn office(id: OrganizationId) -> Self {
        Self(id, PhantomData)
    }
}

impl Loader<ProfileOf<OfChamber>> for Batch {
    type Value = chamber_profile::Model;
    type Error = Error;

    async fn load(
        &self,
        keys: &[ProfileOf<OfChamber>],
    ) -> Result<HashMap<ProfileOf<OfChamber>, chamber_profile::Model>> {
        let rows = chamber_profile::Entity::find()
            .filter(chamber_profile::Column::OrganizationId.is_in(keys.iter().map(|key| key.0)))
            .all(self.db.read())
            .await?;
        Ok(rows.into_iter().map(|row| (ProfileOf::chamber(row.organization_id), row)).collect())
    }
}

impl Loader<ProfileOf<OfOffice>> for Batch {
    type Value = ott_profile::Model;
    type Error = Error;

    async fn load(
        &self,
        keys: &[ProfileOf<OfOffice>],
    ) -> Result<HashMap<ProfileOf<OfOffice>, ott_profile::Model>> {
        let rows = ott_profile::Entity::find()
            .filter(ott_profile::Column::OrganizationId.is_in(keys.iter().map(|key| key.0)))
            .all(self.db.read())
            .await?;
        Ok(rows.into_iter().map(|row| (ProfileOf::office(row.organization_id), row)).collect())
    }
}
