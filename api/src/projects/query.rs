//! Reading projects.

use async_graphql::{Context, Enum, InputObject, Object};
use chrono::NaiveDate;
use entity::{
    AgreementId, NeedId, OfferId, OrganizationId, ProjectId, ProjectStatus, ProjectType,
    project::Column, project_partner, project_source,
};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, QueryFilter, QuerySelect, QueryTrait,
    sea_query::SimpleExpr,
};

use super::Project;
use crate::{
    codes::Labels,
    context::Request,
    error::{Result, Told},
    filter,
    policy::{Viewer, linked_projects, own_projects, visible_projects},
    read::{Asked, Kind, List, Order, Page, PageArgs, SIZES, fingerprint, page},
};

/// Which projects; conditions that are not given do not count, those that are count together.
#[derive(Clone, Debug, Default, InputObject)]
pub struct ProjectFilter {
    /// Only those in which your organizations take part; with `false` or nothing, those that the network may know as well.
    #[graphql(default)]
    mine: bool,
    /// With this folio, exactly.
    folio: Option<String>,
    /// Of one of these types.
    #[graphql(name = "type")]
    kind: Option<Vec<ProjectType>>,
    /// In one of these statuses.
    status: Option<Vec<ProjectStatus>>,
    /// That serve this SCIAN activity: a code of 2 to 6 digits, with all that is below it.
    scian: Option<String>,
    /// That serve this SCIAN subsector, 3 digits, first.
    subsector: Option<String>,
    /// That work in this federal state (INEGI key, 01 to 32).
    state: Option<String>,
    /// In which this organization takes part; among yours.
    partner: Option<OrganizationId>,
    /// That this organization leads.
    leader: Option<OrganizationId>,
    /// That meet this need; among yours, until they are approved those alone that you lead or proposed.
    need: Option<NeedId>,
    /// That use this offer; among yours, until they are approved those alone that you lead or proposed.
    offer: Option<OfferId>,
    /// That rest on this agreement; among yours.
    agreement: Option<AgreementId>,
    /// With an open milestone that is due on this day or before; among yours.
    due_by: Option<NaiveDate>,
}

/// The projects that come from something.
fn coming_from(which: SimpleExpr) -> SimpleExpr {
    let found = project_source::Entity::find()
        .select_only()
        .column(project_source::Column::ProjectId)
        .filter(which);
    Column::Id.in_subquery(found.into_query())
}

impl ProjectFilter {
    fn condition(self, labels: &Labels, viewer: &Viewer) -> Result<Condition> {
        use project_source::Column as Source;
        // What the network does not know of a project does not choose among those it knows.
        let own = self.mine
            || self.partner.is_some()
            || self.need.is_some()
            || self.offer.is_some()
            || self.agreement.is_some()
            || self.due_by.is_some();
        let linked = self.need.is_some() || self.offer.is_some();
        let all = Condition::all()
            .add_option(own.then(|| own_projects(viewer)))
            .add_option(linked.then(|| linked_projects(viewer)))
            .add_option(filter::folio(Column::Folio, self.folio)?)
            .add_option(self.kind.map(|kind| Column::Kind.is_in(kind)))
            .add_option(self.status.map(|status| Column::Status.is_in(status)))
            .add_option(filter::scian(labels, Column::Scian, self.scian)?)
            .add_option(filter::subsector(labels, Column::Subsector, self.subsector)?)
            .add_option(filter::among_states(labels, Column::States, self.state)?)
            .add_option(filter::known("filter.partner", self.partner)?.map(taking_part))
            .add_option(filter::id("filter.leader", Column::LeaderId, self.leader)?)
            .add_option(filter::id("filter.need", Source::NeedId, self.need)?.map(coming_from))
            .add_option(filter::id("filter.offer", Source::OfferId, self.offer)?.map(coming_from))
            .add_option(filter::id("filter.agreement", Column::AgreementId, self.agreement)?);
        Ok(all.add_option(filter::until("filter.dueBy", Column::NextDueOn, self.due_by)?))
    }
}

/// The projects in which an organization takes part, and said so: who was only asked is the
/// leader's to know.
fn taking_part(partner: OrganizationId) -> SimpleExpr {
    use project_partner::Column as Partner;
    let found = project_partner::Entity::find()
        .select_only()
        .column(Partner::ProjectId)
        .filter(Partner::OrganizationId.eq(partner))
        .filter(Partner::AcceptedAt.is_not_null())
        .filter(Partner::DeclinedAt.is_null());
    Column::Id.in_subquery(found.into_query())
}

/// How projects are ordered; those that are equal in it follow their id.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Enum)]
pub enum ProjectOrder {
    /// Last written down first.
    #[default]
    Newest,
    /// First written down first.
    Oldest,
    /// Last changed first; among yours, since others are not told when.
    RecentlyUpdated,
}

impl ProjectOrder {
    fn order(self) -> Order<Column> {
        let (name, by, descending): (_, &'static [(Column, Kind)], _) = match self {
            Self::Newest => ("NEWEST", &[(Column::CreatedAt, Kind::Time)], true),
            Self::Oldest => ("OLDEST", &[(Column::CreatedAt, Kind::Time)], false),
            Self::RecentlyUpdated => ("RECENTLY_UPDATED", &[(Column::UpdatedAt, Kind::Time)], true),
        };
        Order { name, by, descending }
    }
}

/// The viewer's own projects below an agreement, the last first: what a project rests on is for
/// its partners.
pub(crate) fn own_latest_projects(viewer: &Viewer, asked: &Asked<'_>) -> Result<List<Project>> {
    let (args, print) = (PageArgs::of(asked)?, fingerprint(&asked.name()));
    let order = ProjectOrder::Newest.order();
    let own = if viewer.system { visible_projects(viewer) } else { own_projects(viewer) };
    List::new(asked, (&args, SIZES), order, own, print)
}

/// Queries of projects.
#[derive(Debug, Default)]
pub struct ProjectQuery;

#[Object]
impl ProjectQuery {
    /// One project. Null when it does not exist, or not for you.
    async fn project(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id (`project_…`).")] id: ProjectId,
    ) -> Told<Project> {
        ctx.read(id).await.transpose()
    }

    /// The projects that you may know of: those in which your organizations take part, and those whose partners let the network know. For members of the network.
    #[expect(clippy::too_many_arguments, reason = "the arguments of the field")]
    async fn projects(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which; all that you may know of when nothing is said.")] filter: Option<
            ProjectFilter,
        >,
        #[graphql(default, desc = "In which order.")] order: ProjectOrder,
        #[graphql(desc = "How many from the start, 1 to 100; 20 when nothing is said.")]
        first: Option<i32>,
        #[graphql(desc = "Only what follows this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what precedes this cursor.")] before: Option<String>,
    ) -> Told<Page<Project>> {
        let args = PageArgs { first, after, last, before };
        Some(list(ctx, filter.unwrap_or_default(), order, &args).await)
    }
}

async fn list(
    ctx: &Context<'_>,
    filter: ProjectFilter,
    order: ProjectOrder,
    args: &PageArgs,
) -> Result<Page<Project>> {
    ctx.viewer().allow_member()?;
    let print = fingerprint(&filter);
    let filter =
        ProjectFilter { mine: filter.mine || order == ProjectOrder::RecentlyUpdated, ..filter };
    let condition = filter.condition(ctx.service().labels(), ctx.viewer())?;
    page(ctx, args, order.order(), condition, print).await
}
