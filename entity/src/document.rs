//! A file that belongs to a need, an offer, an expression of interest, an agreement or a project.
//! Its bytes are kept outside of the database.

use std::{fmt, str::FromStr};

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{
    AgreementId, DisclosureLevel, DocumentId, DocumentStatus, InterestId, InterestParty, Localized,
    NeedId, OfferId, OrganizationId, PersonId, ProjectId, WrongId,
};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "document")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: DocumentId,
    /// The prefixed id of what it belongs to, which is the one of the next five that is there.
    pub record: String,
    pub need_id: Option<NeedId>,
    pub offer_id: Option<OfferId>,
    pub interest_id: Option<InterestId>,
    pub agreement_id: Option<AgreementId>,
    pub project_id: Option<ProjectId>,
    /// For which party of an interest it was attached.
    pub party: Option<InterestParty>,
    /// For which party of an agreement, or partner of a project, it was attached.
    pub organization_id: Option<OrganizationId>,
    /// From which level on its record it is read.
    pub level: DisclosureLevel,
    pub title: Localized,
    pub file_name: String,
    pub media_type: String,
    pub size_bytes: i32,
    /// In hexadecimal digits, lower case.
    pub sha256: String,
    pub status: DocumentStatus,
    /// Under which name its bytes are kept; nothing until they have come, and once it is removed.
    pub object: Option<String>,
    pub uploaded_by: Option<PersonId>,
    pub created_at: DateTimeUtc,
    /// Until when its bytes may come.
    pub expires_at: DateTimeUtc,
    pub uploaded_at: Option<DateTimeUtc>,
    /// When the service takes away bytes that are kept under another name than `object`;
    /// nothing once it has.
    pub tidy_at: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}

/// What a document belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecordId {
    /// A need.
    Need(NeedId),
    /// An offer.
    Offer(OfferId),
    /// An expression of interest.
    Interest(InterestId),
    /// An agreement.
    Agreement(AgreementId),
    /// A project.
    Project(ProjectId),
}

impl RecordId {
    /// The same, bare.
    #[must_use]
    pub fn bare(self) -> Uuid {
        match self {
            Self::Need(id) => id.0,
            Self::Offer(id) => id.0,
            Self::Interest(id) => id.0,
            Self::Agreement(id) => id.0,
            Self::Project(id) => id.0,
        }
    }
}

impl fmt::Display for RecordId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Need(id) => id.fmt(f),
            Self::Offer(id) => id.fmt(f),
            Self::Interest(id) => id.fmt(f),
            Self::Agreement(id) => id.fmt(f),
            Self::Project(id) => id.fmt(f),
        }
    }
}

impl FromStr for RecordId {
    type Err = WrongId;

    fn from_str(text: &str) -> Result<Self, WrongId> {
        let need = text.parse().map(Self::Need);
        let offer = need.or_else(|_| text.parse().map(Self::Offer));
        let interest = offer.or_else(|_| text.parse().map(Self::Interest));
        let agreement = interest.or_else(|_| text.parse().map(Self::Agreement));
        agreement.or_else(|_| text.parse().map(Self::Project))
    }
}

impl Model {
    /// Whether it belongs to this record.
    #[must_use]
    pub fn belongs_to(&self, record: RecordId) -> bool {
        match record {
            RecordId::Need(id) => self.need_id == Some(id),
            RecordId::Offer(id) => self.offer_id == Some(id),
            RecordId::Interest(id) => self.interest_id == Some(id),
            RecordId::Agreement(id) => self.agreement_id == Some(id),
            RecordId::Project(id) => self.project_id == Some(id),
        }
    }
}
