//! The territory of a chamber: dated regions, their delegations, the municipalities those serve.

use std::{collections::HashMap, sync::Arc};

use async_graphql::{ComplexObject, Context, SimpleObject, dataloader::Loader};
use chrono::NaiveDate;
use entity::{Codes, DelegationId, DisclosureLevel, OrganizationId, RegionId, delegation, region};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder};

use super::Organization;
use crate::{
    codes::{self, Code},
    context::Request,
    error::{Error, Result},
    policy::Viewer,
    policy::{DelegationFacts, RegionFacts},
    read::{
        Batch, Facts, Field, Kind, List, Many, Node, One, Order, Relation, Row, Shown, ToMany,
        ToOne,
    },
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
    chamber: One<Organization>,
    #[graphql(skip)]
    delegations: Many<Delegation>,
}

#[ComplexObject]
impl Region {
    /// Whether the chamber has not told its name yet.
    async fn name_pending(&self) -> bool {
        self.name.is_none()
    }

    /// The chamber whose region it is.
    async fn chamber(&self) -> Option<Shown<Arc<Organization>>> {
        self.chamber.clone().map(Shown)
    }

    /// Its delegations, by code.
    async fn delegations(&self, ctx: &Context<'_>) -> Result<Vec<Arc<Delegation>>> {
        self.delegations.all(ctx)
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
    region: One<Region>,
    #[graphql(skip)]
    state_code: Option<String>,
    #[graphql(skip)]
    served: Codes,
}

#[ComplexObject]
impl Delegation {
    /// The region to which it belongs.
    async fn region(&self) -> Option<Shown<Arc<Region>>> {
        self.region.clone().map(Shown)
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

use DisclosureLevel::PublicBlind as L0;

impl Node for Region {
    type Entity = region::Entity;
    type Column = region::Column;
    type Id = RegionId;
    type Facts = RegionFacts;

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
            Field::new("chamber", &[Column::ChamberId], L0),
        ];
        FIELDS
    }

    fn relations() -> &'static [&'static dyn Relation<Self>] {
        &[
            &ToOne {
                name: "chamber",
                key: region::Column::ChamberId,
                place: |region: &mut Self| &mut region.chamber,
            },
            &ToMany {
                name: "delegations",
                parent: delegation::Column::RegionId,
                list: |viewer, _| Ok(List::whole(BY_CODE, Delegation::visible(viewer))),
                place: |region: &mut Self| &mut region.delegations,
            },
        ]
    }

    fn facts() -> &'static [region::Column] {
        &[region::Column::Id]
    }

    /// How a chamber is divided is public.
    fn visible(_: &Viewer) -> Condition {
        Condition::all()
    }

    fn know(row: &Facts<'_, region::Column>) -> Result<RegionFacts> {
        Ok(RegionFacts { id: row.fact(region::Column::Id)? })
    }

    fn id(&self) -> RegionId {
        self.id
    }

    fn disclose(
        _: &Viewer,
        facts: RegionFacts,
        row: &Row<'_, region::Column>,
        _: DisclosureLevel,
    ) -> Result<Self> {
        use region::Column;
        Ok(Self {
            id: facts.id,
            code: row.get_or_default(Column::Code)?,
            name: row.get(Column::Name)?,
            valid_from: row.get(Column::ValidFrom)?,
            valid_to: row.get(Column::ValidTo)?,
            chamber: None,
            delegations: Many::default(),
        })
    }
}

/// The chamber's own codes say in which order its parts are told.
const BY_CODE: Order<delegation::Column> =
    Order { name: "CODE", by: &[(delegation::Column::Code, Kind::Text)], descending: false };

impl Node for Delegation {
    type Entity = delegation::Entity;
    type Column = delegation::Column;
    type Id = DelegationId;
    type Facts = DelegationFacts;

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
            Field::new("region", &[Column::RegionId], L0),
        ];
        FIELDS
    }

    fn relations() -> &'static [&'static dyn Relation<Self>] {
        &[&ToOne {
            name: "region",
            key: delegation::Column::RegionId,
            place: |delegation: &mut Self| &mut delegation.region,
        }]
    }

    fn facts() -> &'static [delegation::Column] {
        &[delegation::Column::Id, delegation::Column::RegionId]
    }

    fn visible(_: &Viewer) -> Condition {
        Condition::all()
    }

    fn know(row: &Facts<'_, delegation::Column>) -> Result<DelegationFacts> {
        Ok(DelegationFacts { id: row.fact(delegation::Column::Id)? })
    }

    fn id(&self) -> DelegationId {
        self.id
    }

    fn disclose(
        _: &Viewer,
        facts: DelegationFacts,
        row: &Row<'_, delegation::Column>,
        _: DisclosureLevel,
    ) -> Result<Self> {
        use delegation::Column;
        Ok(Self {
            id: facts.id,
            code: row.get_or_default(Column::Code)?,
            name: row.get_or_default(Column::Name)?,
            valid_from: row.get(Column::ValidFrom)?,
            valid_to: row.get(Column::ValidTo)?,
            region: None,
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
