//! The territory of a chamber: dated regions, their delegations, the municipalities those serve.

use std::collections::HashMap;

use async_graphql::{ComplexObject, Context, SimpleObject, dataloader::Loader};
use chrono::NaiveDate;
use entity::{Codes, DelegationId, DisclosureLevel, OrganizationId, RegionId, delegation, region};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QueryResult};

use super::Organization;
use crate::{
    codes::{self, Code},
    context::Request,
    error::{Error, Result, Told},
    field::{Field, Row, fact},
    loaders::{Batch, Node},
    policy::Viewer,
};

/// A region of a chamber: dated, owned by the chamber, free to cross and to split states.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct Region {
    /// Identifies it.
    pub(crate) id: RegionId,
    /// The chamber's own code for it.
    code: String,
    /// What it is called. Null while the chamber has not told its name.
    name: Option<String>,
    /// Since when it exists. Null when it is not known.
    valid_from: Option<NaiveDate>,
    /// Until when it existed. Null while it exists.
    valid_to: Option<NaiveDate>,
    #[graphql(skip)]
    chamber_id: OrganizationId,
}

#[ComplexObject]
impl Region {
    /// Whether the chamber has not told its name yet.
    async fn name_pending(&self) -> bool {
        self.name.is_none()
    }

    /// The chamber whose region it is.
    async fn chamber(&self, ctx: &Context<'_>) -> Told<Organization> {
        ctx.load(self.chamber_id).await.transpose()
    }

    /// Its delegations, by code.
    async fn delegations(&self, ctx: &Context<'_>) -> Result<Vec<Delegation>> {
        let rows = ctx.loaders().load_for(DelegationsOf(self.id)).await?.unwrap_or_default();
        Ok(rows.into_iter().map(Into::into).collect())
    }
}

/// A delegation of a chamber: the municipalities that one of its offices serves.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct Delegation {
    /// Identifies it.
    pub(crate) id: DelegationId,
    /// The chamber's own code for it.
    code: String,
    /// What it is called.
    name: String,
    /// Since when it exists. Null when it is not known.
    valid_from: Option<NaiveDate>,
    /// Until when it existed. Null while it exists.
    valid_to: Option<NaiveDate>,
    #[graphql(skip)]
    region_id: RegionId,
    #[graphql(skip)]
    state_code: Option<String>,
    #[graphql(skip)]
    served: Codes,
}

#[ComplexObject]
impl Delegation {
    /// The region to which it belongs.
    async fn region(&self, ctx: &Context<'_>) -> Told<Region> {
        ctx.load(self.region_id).await.transpose()
    }

    /// The federal state where it has its seat. Null when it is not known.
    async fn state(&self, ctx: &Context<'_>) -> Option<Code> {
        ctx.service().labels().state(self.state_code.as_deref()?).map(Into::into)
    }

    /// The municipalities that it serves.
    async fn municipalities(&self, ctx: &Context<'_>) -> Vec<Code> {
        codes::resolve(ctx, codes::MUNICIPALITY, &self.served)
    }
}

impl From<region::Model> for Region {
    fn from(row: region::Model) -> Self {
        Self {
            id: row.id,
            code: row.code,
            name: row.name,
            valid_from: row.valid_from,
            valid_to: row.valid_to,
            chamber_id: row.chamber_id,
        }
    }
}

impl From<delegation::Model> for Delegation {
    fn from(row: delegation::Model) -> Self {
        Self {
            id: row.id,
            code: row.code,
            name: row.name,
            valid_from: row.valid_from,
            valid_to: row.valid_to,
            region_id: row.region_id,
            state_code: row.state_code,
            served: row.municipalities,
        }
    }
}

use DisclosureLevel::PublicBlind as L0;

impl Node for Region {
    type Entity = region::Entity;
    type Column = region::Column;
    type Id = RegionId;

    const NAME: &'static str = "region";
    const KEY: region::Column = region::Column::Id;

    fn fields() -> &'static [Field<region::Column>] {
        use region::Column;
        const FIELDS: &[Field<Column>] = &[
            Field::new("id", &[Column::Id], L0),
            Field::new("code", &[Column::Code], L0),
            Field::new("name", &[Column::Name], L0),
            Field::new("namePending", &[Column::Name], L0),
            Field::new("validFrom", &[Column::ValidFrom], L0),
            Field::new("validTo", &[Column::ValidTo], L0),
        ];
        FIELDS
    }

    fn facts() -> &'static [region::Column] {
        &[region::Column::Id, region::Column::ChamberId]
    }

    /// How a chamber is divided is public.
    fn visible(_: &Viewer) -> Condition {
        Condition::all()
    }

    fn level(_: &Viewer, _: &QueryResult) -> Result<Option<DisclosureLevel>> {
        Ok(Some(L0))
    }

    fn disclose(
        _: &Viewer,
        row: &Row<'_, region::Column>,
        facts: &QueryResult,
        _: DisclosureLevel,
    ) -> Result<Self> {
        use region::Column;
        Ok(Self {
            id: fact(facts, Column::Id)?,
            code: row.get_or_default(Column::Code)?,
            name: row.get(Column::Name)?,
            valid_from: row.get(Column::ValidFrom)?,
            valid_to: row.get(Column::ValidTo)?,
            chamber_id: fact(facts, Column::ChamberId)?,
        })
    }
}

impl Node for Delegation {
    type Entity = delegation::Entity;
    type Column = delegation::Column;
    type Id = DelegationId;

    const NAME: &'static str = "delegation";
    const KEY: delegation::Column = delegation::Column::Id;

    fn fields() -> &'static [Field<delegation::Column>] {
        use delegation::Column;
        const FIELDS: &[Field<Column>] = &[
            Field::new("id", &[Column::Id], L0),
            Field::new("code", &[Column::Code], L0),
            Field::new("name", &[Column::Name], L0),
            Field::new("validFrom", &[Column::ValidFrom], L0),
            Field::new("validTo", &[Column::ValidTo], L0),
            Field::new("state", &[Column::StateCode], L0),
            Field::new("municipalities", &[Column::Municipalities], L0),
        ];
        FIELDS
    }

    fn facts() -> &'static [delegation::Column] {
        &[delegation::Column::Id, delegation::Column::RegionId]
    }

    fn visible(_: &Viewer) -> Condition {
        Condition::all()
    }

    fn level(_: &Viewer, _: &QueryResult) -> Result<Option<DisclosureLevel>> {
        Ok(Some(L0))
    }

    fn disclose(
        _: &Viewer,
        row: &Row<'_, delegation::Column>,
        facts: &QueryResult,
        _: DisclosureLevel,
    ) -> Result<Self> {
        use delegation::Column;
        Ok(Self {
            id: fact(facts, Column::Id)?,
            code: row.get_or_default(Column::Code)?,
            name: row.get_or_default(Column::Name)?,
            valid_from: row.get(Column::ValidFrom)?,
            valid_to: row.get(Column::ValidTo)?,
            region_id: fact(facts, Column::RegionId)?,
            state_code: row.get(Column::StateCode)?,
            served: row.get_or_default(Column::Municipalities)?,
        })
    }
}

/// The regions of a chamber.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct RegionsOf(pub(crate) OrganizationId);

impl Loader<RegionsOf> for Batch {
    type Value = Vec<region::Model>;
    type Error = Error;

    async fn load(&self, keys: &[RegionsOf]) -> Result<HashMap<RegionsOf, Vec<region::Model>>> {
        let rows = region::Entity::find()
            .filter(region::Column::ChamberId.is_in(keys.iter().map(|key| key.0)))
            .order_by_asc(region::Column::Code)
            .order_by_asc(region::Column::Id)
            .all(self.db.read())
            .await?;
        let mut found: HashMap<_, Vec<_>> = HashMap::new();
        for row in rows {
            found.entry(RegionsOf(row.chamber_id)).or_default().push(row);
        }
        Ok(found)
    }
}

/// The delegations of a region.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct DelegationsOf(pub(crate) RegionId);

impl Loader<DelegationsOf> for Batch {
    type Value = Vec<delegation::Model>;
    type Error = Error;

    async fn load(
        &self,
        keys: &[DelegationsOf],
    ) -> Result<HashMap<DelegationsOf, Vec<delegation::Model>>> {
        let rows = delegation::Entity::find()
            .filter(delegation::Column::RegionId.is_in(keys.iter().map(|key| key.0)))
            .order_by_asc(delegation::Column::Code)
            .order_by_asc(delegation::Column::Id)
            .all(self.db.read())
            .await?;
        let mut found: HashMap<_, Vec<_>> = HashMap::new();
        for row in rows {
            found.entry(DelegationsOf(row.region_id)).or_default().push(row);
        }
        Ok(found)
    }
}
