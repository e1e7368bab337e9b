//! A document as its readers see it.

use async_graphql::{ComplexObject, Context, ID, SimpleObject};
use chrono::{DateTime, Utc};
use entity::{
    DisclosureLevel, DocumentId, DocumentStatus, InterestParty, Language, Localized, PersonId,
    document::{self, Column},
};
use sea_orm::{Condition, sea_query::SimpleExpr};

use crate::{
    context::Request,
    error::{Result, Told},
    links::{LINK, Way, link},
    policy::{DocumentFacts, Viewer, reader_of_documents, visible_documents},
    read::{Facts, Field, Kind, List, Node, Order, Row, redacted},
};

/// A file that belongs to a need, an offer, an expression of interest, an agreement or a project.
/// Its bytes are fetched outside of GraphQL, through `url`.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct Document {
    /// Identifies it.
    pub(crate) id: DocumentId,
    /// What it belongs to: the id of a need, an offer, an expression of interest, an agreement or a project.
    record: ID,
    /// From which level on its record it is read; on an expression of interest, the party that attached it always reads it.
    level: DisclosureLevel,
    /// Whether its bytes have come.
    status: DocumentStatus,
    /// What its file is called, with the ending of its kind.
    file_name: String,
    /// What kind of file it is (`application/pdf`), as its first bytes say.
    media_type: String,
    /// How long it is, in bytes; from 1 on.
    size_bytes: i32,
    /// The SHA-256 of its bytes, 64 hexadecimal digits.
    sha256: String,
    /// For which party it was attached to an expression of interest. Null on everything else.
    party: Option<InterestParty>,
    /// The person who attached it, by id alone: names are personal data. Null below `INTRODUCED` on its record, or when the service did.
    uploaded_by: Option<PersonId>,
    /// When it was announced.
    created_at: DateTime<Utc>,
    /// When its bytes came. Null until then.
    uploaded_at: Option<DateTime<Utc>>,
    /// The fields that are null because they are hidden from you, not because they are empty.
    redacted_fields: Vec<&'static str>,
    #[graphql(skip)]
    title: Option<Localized>,
    #[graphql(skip)]
    facts: DocumentFacts,
}

#[ComplexObject]
impl Document {
    /// What it is, in a few words, at most 200 characters.
    async fn title(
        &self,
        #[graphql(
            default,
            desc = "The language you prefer; the other one answers where it is missing."
        )]
        language: Language,
    ) -> String {
        self.title.clone().and_then(|title| title.in_language(language)).unwrap_or_default()
    }

    /// Where its bytes can be fetched by `GET` until `urlExpiresAt`, as you and as far as your level still covers it then; whoever has the link has what you have. Null until its bytes have come.
    async fn url(&self, ctx: &Context<'_>) -> Told<String> {
        if self.facts.status != DocumentStatus::Stored {
            return None;
        }
        Some(link(ctx, Way::Out, (FOLDER, self.id), ctx.viewer().now + LINK))
    }

    /// When `url` ends: five minutes after you asked. Null until its bytes have come.
    async fn url_expires_at(&self, ctx: &Context<'_>) -> Option<DateTime<Utc>> {
        (self.facts.status == DocumentStatus::Stored).then(|| ctx.viewer().now + LINK)
    }
}

/// Below which path documents are fetched and sent.
pub(super) const FOLDER: &str = "documents";

use DisclosureLevel::{Introduced as L2, PublicBlind as L0};

/// Every field that is read from columns. Whoever reads a document reads all of it, but for who
/// attached it.
pub const FIELDS: &[Field<Column>] = &[
    Field::new("id", &[Column::Id], L0),
    Field::new("record", &[Column::Record], L0),
    Field::new("level", &[Column::Level], L0),
    Field::new("status", &[Column::Status], L0),
    Field::new("title", &[Column::Title], L0),
    Field::new("fileName", &[Column::FileName], L0),
    Field::new("mediaType", &[Column::MediaType], L0),
    Field::new("sizeBytes", &[Column::SizeBytes], L0),
    Field::new("sha256", &[Column::Sha256], L0),
    Field::new("party", &[Column::Party], L0),
    Field::new("uploadedBy", &[Column::UploadedBy], L2),
    Field::new("createdAt", &[Column::CreatedAt], L0).sortable(),
    Field::new("uploadedAt", &[Column::UploadedAt], L0),
];

impl Node for Document {
    type Entity = document::Entity;
    type Column = Column;
    type Id = DocumentId;
    type Facts = DocumentFacts;

    const KEY: Column = Column::Id;

    fn fields() -> &'static [Field<Column>] {
        FIELDS
    }

    fn facts() -> &'static [Column] {
        &[
            Column::Id,
            Column::Status,
            Column::Level,
            Column::UploadedBy,
            // What lists go by.
            Column::NeedId,
            Column::OfferId,
            Column::InterestId,
            Column::AgreementId,
            Column::ProjectId,
        ]
    }

    fn computed(viewer: &Viewer, _: DisclosureLevel) -> Option<SimpleExpr> {
        reader_of_documents(viewer)
    }

    fn visible(viewer: &Viewer) -> Condition {
        visible_documents(viewer)
    }

    fn know(row: &Facts<'_, Column>) -> Result<DocumentFacts> {
        let facts = DocumentFacts {
            id: row.fact(Column::Id)?,
            status: row.fact(Column::Status)?,
            level: row.fact(Column::Level)?,
            uploaded_by: row.fact(Column::UploadedBy)?,
            reader: None,
            own: false,
        };
        Ok(facts.read_by(row.computed()?))
    }

    fn id(&self) -> DocumentId {
        self.id
    }

    fn disclose(
        _: &Viewer,
        facts: DocumentFacts,
        row: &Row<'_, Column>,
        level: DisclosureLevel,
    ) -> Result<Self> {
        Ok(Self {
            id: facts.id,
            record: row.get_or_default::<String>(Column::Record)?.into(),
            level: facts.level,
            status: facts.status,
            file_name: row.get_or_default(Column::FileName)?,
            media_type: row.get_or_default(Column::MediaType)?,
            size_bytes: row.get_or_default(Column::SizeBytes)?,
            sha256: row.get_or_default(Column::Sha256)?,
            party: row.get(Column::Party)?,
            uploaded_by: row.get(Column::UploadedBy)?,
            created_at: row.get_or_default(Column::CreatedAt)?,
            uploaded_at: row.get(Column::UploadedAt)?,
            redacted_fields: redacted(FIELDS, level).collect(),
            title: row.get(Column::Title)?,
            facts,
        })
    }
}

/// The documents of a record, the first first; there are few.
pub(crate) fn documents_of(viewer: &Viewer) -> List<Document> {
    let order = Order { name: "FIRST", by: &[(Column::CreatedAt, Kind::Time)], descending: false };
    List::whole(order, visible_documents(viewer))
}
