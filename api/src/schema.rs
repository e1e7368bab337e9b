//! A stub, replaced by the schema.

use async_graphql::{EmptySubscription, Object};

/// The schema.
pub type Schema = async_graphql::Schema<Query, Mutation, EmptySubscription>;

/// Questions.
#[derive(Clone, Copy, Debug)]
pub struct Query;

#[Object]
impl Query {
    /// Whether there is anything.
    async fn nothing(&self) -> bool {
        true
    }
}

/// Changes.
#[derive(Clone, Copy, Debug)]
pub struct Mutation;

#[Object]
impl Mutation {
    /// Does nothing.
    async fn nothing(&self) -> bool {
        true
    }
}

/// Builds it.
#[must_use]
pub fn build() -> Schema {
    async_graphql::Schema::build(Query, Mutation, EmptySubscription).disable_suggestions().finish()
}

/// The schema as text.
#[must_use]
pub fn sdl() -> String {
    build().sdl()
}
