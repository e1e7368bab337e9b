//! The slices put together. What is refused by size, depth and cost is refused
//! before, in `http`.

use std::fmt;

use async_graphql::{EmptySubscription, MergedObject, ValidationMode};

use crate::{
    agreements::{AgreementMutation, AgreementQuery},
    assimilation::{AssimilationMutation, AssimilationQuery},
    capabilities::{CapabilityMutation, CapabilityQuery},
    clients::{ClientMutation, ClientQuery},
    codes::CodeQuery,
    documents::DocumentMutation,
    error::Code,
    feedback::FeedbackQuery,
    interests::{ConversationMutation, InterestMutation, InterestQuery},
    ip::{IpMutation, IpQuery},
    ledger::LedgerQuery,
    matches::{MatchListQuery, MatchMutation, MatchQuery, SearchQuery},
    needs::{NeedMutation, NeedQuery},
    node::NodeQuery,
    offers::{OfferMutation, OfferQuery},
    organizations::{ConsentMutation, OrganizationQuery},
    programmes::{ProgrammeMutation, ProgrammeQuery},
    projects::{ProjectMutation, ProjectQuery},
    searches::{SavedSearchMutation, SavedSearchQuery},
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
    SearchQuery,
    MatchListQuery,
    InterestQuery,
    AgreementQuery,
    ProjectQuery,
    ProgrammeQuery,
    IpQuery,
    CapabilityQuery,
    AssimilationQuery,
    FeedbackQuery,
    LedgerQuery,
    SavedSearchQuery,
    ClientQuery,
    CodeQuery,
);

/// What can be done.
#[derive(Debug, Default, MergedObject)]
pub struct Mutation(
    ConsentMutation,
    NeedMutation,
    OfferMutation,
    MatchMutation,
    InterestMutation,
    ConversationMutation,
    DocumentMutation,
    AgreementMutation,
    ProjectMutation,
    ProgrammeMutation,
    IpMutation,
    CapabilityMutation,
    AssimilationMutation,
    SavedSearchMutation,
    ClientMutation,
);

/// The schema, as the service executes it.
pub type Schema = async_graphql::Schema<Query, Mutation, EmptySubscription>;

/// The schema twice, since the framework has no way to be told that a document was
/// validated before: one that looks, and one that does not.
#[derive(Clone)]
pub struct Schemas {
    validating: Schema,
    trusting: Schema,
}

impl Schemas {
    /// Builds both.
    #[must_use]
    pub fn build() -> Self {
        Self {
            validating: in_mode(ValidationMode::Strict),
            trusting: in_mode(ValidationMode::Fast),
        }
    }

    /// The one for a document that is known to be `valid`, or is not.
    #[must_use]
    pub fn of(&self, valid: bool) -> &Schema {
        if valid { &self.trusting } else { &self.validating }
    }
}

impl fmt::Debug for Schemas {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Schemas")
    }
}

/// Builds the schema.
#[must_use]
pub fn build() -> Schema {
    in_mode(ValidationMode::Strict)
}

fn in_mode(mode: ValidationMode) -> Schema {
    Schema::build(Query::default(), Mutation::default(), EmptySubscription)
        .register_output_type::<Code>()
        // A suggestion names fields that introspection may hide.
        .disable_suggestions()
        .validation_mode(mode)
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
