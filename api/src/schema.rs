//! The slices put together. What is refused by size, depth and cost is refused
//! before, in `http`.

use std::fmt;

use async_graphql::{MergedObject, MergedSubscription, ValidationMode};

use crate::{
    agreements::{AgreementMutation, AgreementQuery, AgreementSubscription},
    assimilation::{AssimilationMutation, AssimilationQuery},
    bulk::{BulkMutation, BulkQuery},
    capabilities::{CapabilityMutation, CapabilityQuery},
    clients::{ClientMutation, ClientQuery},
    codes::CodeQuery,
    documents::DocumentMutation,
    error::Code,
    feedback::FeedbackQuery,
    idempotency::idempotent,
    inbox::InboxSubscription,
    interests::{ConversationMutation, InterestMutation, InterestQuery, InterestSubscription},
    ip::{IpMutation, IpQuery},
    ledger::LedgerQuery,
    matches::{MatchListQuery, MatchMutation, MatchQuery, MatchSubscription, SearchQuery},
    memberships::{MembershipMutation, MembershipQuery},
    needs::{NeedMutation, NeedQuery, NeedSubscription},
    node::NodeQuery,
    offers::{OfferMutation, OfferQuery, OfferSubscription},
    organizations::{ConsentMutation, OrganizationQuery},
    people::PersonMutation,
    programmes::{ProgrammeMutation, ProgrammeQuery},
    projects::{ProjectMutation, ProjectQuery, ProjectSubscription},
    searches::{SavedSearchMutation, SavedSearchQuery},
    viewer::ViewerQuery,
    webhooks::{WebhookMutation, WebhookQuery},
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
    MembershipQuery,
    WebhookQuery,
    BulkQuery,
    CodeQuery,
);

/// What can be done. Every mutation takes an idempotency key, by the header `Idempotency-Key` or the directive `@idempotent`: sent again with the same key and input within 24 hours by whoever sent it, it is not done again, and its payload is read anew; `extensions.replayed` of the answer names the fields for which that is so, and the header `Idempotency-Replayed: true` says that there are some. Other input is `IDEMPOTENCY_MISMATCH`. What was refused is not kept: mend it and send it under the same key.
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
    MembershipMutation,
    PersonMutation,
    WebhookMutation,
    BulkMutation,
);

/// What can be followed: each field tells what happens from now on, or from where its reader left.
#[derive(Debug, Default, MergedSubscription)]
pub struct Subscription(
    NeedSubscription,
    OfferSubscription,
    MatchSubscription,
    InterestSubscription,
    AgreementSubscription,
    ProjectSubscription,
    InboxSubscription,
);

/// The schema, as the service executes it.
pub type Schema = async_graphql::Schema<Query, Mutation, Subscription>;

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
    Schema::build(Query::default(), Mutation::default(), Subscription::default())
        .register_output_type::<Code>()
        .directive(idempotent)
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
