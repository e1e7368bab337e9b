//! Projects that partners carry out together: how a consortium is formed and approved, how
//! milestones raise a technology's readiness, and what comes of it.

mod finances;
mod input;
pub(crate) mod life;
pub(crate) mod milestones;
mod mutation;
mod object;
pub(crate) mod outcomes;
mod parts;
pub(crate) mod plan;
mod query;
mod subscription;
mod waiting;

pub use mutation::{ProjectMutation, ProjectPayload};
pub use object::{FIELDS, Project};
pub(crate) use parts::{ProjectsFrom, projects_from};
pub use query::ProjectQuery;
pub(crate) use query::own_latest_projects;
pub use subscription::ProjectSubscription;
pub(crate) use waiting::waiting;
