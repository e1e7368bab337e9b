//! The slices put together. What is refused by size, depth and cost is refused
//! before, in `http`.

use async_graphql::{EmptySubscription, MergedObject};

use crate::{
    codes::CodeQuery,
    error::Code,
    matches::MatchQuery,
    needs::{NeedMutation, NeedQuery},
    node::NodeQuery,
    offers::{OfferMutation, OfferQuery},
    organizations::{ConsentMutation, OrganizationQuery},
    viewer::ViewerQuery,
};

/// What can be asked.
#[derive(Debug, Default, MergedObject)]
pub struct Query(
    ViewerQuery,
    NodeQuery,
    OrganizationQuery,
    NeedQuery,
    OfferQuery,
    MatchQuery,
    CodeQuery,
);

/// What can be done.
#[derive(Debug, Default, MergedObject)]
pub struct Mutation(ConsentMutation, NeedMutation, OfferMutation);

/// The schema, as the service executes it.
pub type Schema = async_graphql::Schema<Query, Mutation, EmptySubscription>;

/// Builds the schema.
#[must_use]
pub fn build() -> Schema {
    Schema::build(Query::default(), Mutation::default(), EmptySubscription)
        .register_output_type::<Code>()
        // A suggestion names fields that introspection may hide.
        .disable_suggestions()
        .finish()
}

/// The schema as text, for `schema.graphql`.
#[must_use]
pub fn sdl() -> String {
    let mut sdl = build().sdl_with_options(
        async_graphql::SDLExportOptions::new()
            .sorted_fields()
            .sorted_enum_items()
            .include_specified_by(),
    );
    sdl.truncate(sdl.trim_end().len());
    sdl.push('\n');
    sdl
}
