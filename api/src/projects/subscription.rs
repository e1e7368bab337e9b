//! Hearing of what happens to projects.

use async_graphql::{Context, SimpleObject, Subscription};
use entity::ProjectId;
use futures_util::Stream;
use sea_orm::Condition;

use super::Project;
use crate::{
    context::Request,
    error::Result,
    subscriptions::{Mark, News, changed, say, told_of},
    timeline::TimelineEntry,
};

/// A project to which something happened.
#[derive(Clone, Debug, SimpleObject)]
pub struct ProjectNews {
    /// The project, as you may see it now. Null when `resync` is true.
    project: Option<Project>,
    /// What happened, as its timeline tells it. Null when `resync` is true.
    happened: Option<TimelineEntry>,
    #[graphql(flatten)]
    mark: Mark,
}

impl News for ProjectNews {
    fn missed(mark: Mark) -> Self {
        Self { project: None, happened: None, mark }
    }
}

/// Subscriptions to projects.
#[derive(Debug, Default)]
pub struct ProjectSubscription;

#[Subscription]
impl ProjectSubscription {
    /// What happens to the projects that you may see, as far as their timelines tell it to you. For members of the network.
    async fn project_changed(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Of this one alone (`project_…`); of all when nothing is said.")]
        id: Option<ProjectId>,
        #[graphql(
            desc = "Only what happened after this cursor; from now on when nothing is said."
        )]
        after: Option<String>,
    ) -> Result<impl Stream<Item = ProjectNews>> {
        ctx.viewer().allow_member()?;
        let topic = told_of(&["project"], id.map(|id| id.0));
        say(ctx, topic, after, async |event, mark| {
            let changed = changed::<Project>(ctx, "project", event, Condition::all()).await?;
            Ok(changed.map(|(project, told)| ProjectNews {
                project: Some(project),
                happened: Some(told),
                mark,
            }))
        })
        .await
    }
}
