//! Reading organizations.

use async_graphql::{Context, Enum, InputObject, Object};
use entity::{
    AffiliationStatus, OrganizationId, OrganizationKind, RegionId, SizeClass, VerificationLevel,
    affiliation, organization, organization::Column,
};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, ExprTrait, QueryFilter, QuerySelect, QueryTrait,
    sea_query::{Expr, LikeExpr},
};

use super::Organization;
use crate::{
    codes::{Labels, MUNICIPALITY},
    context::Request,
    error::{Error, Result, Told},
    filter,
    read::{Kind, Order, Page, PageArgs, fingerprint, page},
};

/// Which organizations; conditions that are not given do not count, those that are count together.
#[derive(Clone, Debug, Default, InputObject)]
pub struct OrganizationFilter {
    /// Of one of these kinds.
    kind: Option<Vec<OrganizationKind>>,
    /// Of one of these sizes.
    size_class: Option<Vec<SizeClass>>,
    /// Vouched for at one of these levels.
    verification: Option<Vec<VerificationLevel>>,
    /// With its main activity in this SCIAN sector, subsector or branch: a code or its beginning (`31-33`, `326`, `3261`).
    scian: Option<String>,
    /// In this federal state (INEGI key, `01` to `32`).
    state: Option<String>,
    /// In this municipality (INEGI key, five digits).
    municipality: Option<String>,
    /// Affiliated to this chamber now.
    chamber: Option<OrganizationId>,
    /// Affiliated in this region of a chamber now.
    region: Option<RegionId>,
    /// With this in its name, without regard to accents and case, 1 to 200 characters.
    text: Option<String>,
}

impl OrganizationFilter {
    fn condition(self, labels: &Labels) -> Result<Condition> {
        let mut all = Condition::all()
            .add_option(self.kind.map(|kinds| Column::Kind.is_in(kinds)))
            .add_option(self.size_class.map(|sizes| Column::SizeClass.is_in(sizes)))
            .add_option(self.verification.map(|levels| Column::Verification.is_in(levels)));
        if let Some(code) = self.scian {
            let prefixes = filter::scian_prefixes(labels, "filter.scian", &code)?;
            // What is derived from the code has an index; a longer code does not need one.
            all = all.add(match code.len() {
                3 => Condition::all().add(Column::Subsector.eq(code)),
                _ => prefixes.iter().fold(Condition::any(), |any, prefix| {
                    any.add(Column::Scian.into_expr().like(LikeExpr::new(format!("{prefix}%"))))
                }),
            });
        }
        all = all.add_option(filter::state(labels, Column::StateCode, self.state)?);
        if let Some(code) = self.municipality {
            if !labels.has(MUNICIPALITY, &code) {
                let problem = "is not an INEGI municipality key (five digits)".into();
                return Err(Error::Argument("filter.municipality", problem));
            }
            all = all.add(Column::MunicipalityCode.eq(code));
        }
        let chamber = filter::id("filter.chamber", affiliation::Column::ChamberId, self.chamber)?;
        let region = filter::id("filter.region", affiliation::Column::RegionId, self.region)?;
        if chamber.is_some() || region.is_some() {
            let members = affiliation::Entity::find()
                .select_only()
                .column(affiliation::Column::Id)
                .filter(
                    Expr::col((affiliation::Entity, affiliation::Column::CompanyId))
                        .equals((organization::Entity, Column::Id)),
                )
                .filter(affiliation::Column::Status.eq(AffiliationStatus::Active))
                .filter(Condition::all().add_option(chamber).add_option(region));
            all = all.add(Expr::exists(members.into_query()));
        }
        Ok(all.add_option(filter::text(Column::NameFolded, self.text)?))
    }
}

/// How organizations are ordered; those that are equal in it follow their id.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Enum)]
pub enum OrganizationOrder {
    /// By name, A to Z, without regard to accents and case.
    #[default]
    Name,
    /// Last put on record first.
    Newest,
    /// First put on record first.
    Oldest,
}

impl OrganizationOrder {
    fn order(self) -> Order<Column> {
        // Ids are made in the order of time: the id is the whole order.
        let (name, by, descending): (_, &'static [(Column, Kind)], _) = match self {
            Self::Name => ("NAME", &[(Column::NameFolded, Kind::Text)], false),
            Self::Newest => ("NEWEST", &[], true),
            Self::Oldest => ("OLDEST", &[], false),
        };
        Order { name, by, descending }
    }
}

/// Queries of organizations.
#[derive(Debug, Default)]
pub struct OrganizationQuery;

#[Object]
impl OrganizationQuery {
    /// One organization. Null when it does not exist.
    async fn organization(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id (`org_…`).")] id: OrganizationId,
    ) -> Told<Organization> {
        ctx.read(id).await.transpose()
    }

    /// The organizations of the network, each as far as you may see it.
    #[expect(clippy::too_many_arguments, reason = "the arguments of the field")]
    async fn organizations(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which organizations; all when nothing is said.")] filter: Option<
            OrganizationFilter,
        >,
        #[graphql(default, desc = "In which order.")] order: OrganizationOrder,
        #[graphql(desc = "How many from the start, 1 to 100; 20 when nothing is said.")]
        first: Option<i32>,
        #[graphql(desc = "Only what follows this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what precedes this cursor.")] before: Option<String>,
    ) -> Told<Page<Organization>> {
        let args = PageArgs { first, after, last, before };
        Some(list(ctx, filter.unwrap_or_default(), order, &args).await)
    }
}

async fn list(
    ctx: &Context<'_>,
    filter: OrganizationFilter,
    order: OrganizationOrder,
    args: &PageArgs,
) -> Result<Page<Organization>> {
    let print = fingerprint(&filter);
    let condition = filter.condition(ctx.service().labels())?;
    page(ctx, args, order.order(), condition, print).await
}
