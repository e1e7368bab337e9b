//! How documents are attached and taken away.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use chrono::{DateTime, Utc};
use entity::{DisclosureLevel, DocumentId};

use super::{Document, life, object::FOLDER};
use crate::{
    context::Request,
    error::{Error, Result, Told, UserError},
    links::{Way, link},
    mutation::{carry_out, carry_out_telling},
    scalars::LocalizedTextInput,
    work::Work,
};

/// The document as you see it now, or what its sender can mend.
#[derive(Debug, SimpleObject)]
pub struct AttachDocumentPayload {
    /// The document, whose bytes are still to come. Null when `userErrors` is not empty, and when you may know of it no longer.
    document: Option<Document>,
    /// Where to send the bytes by `PUT`, as they are, before `uploadUrlExpiresAt`; what fails can be sent again until then. Null when `userErrors` is not empty, and in a replay under an idempotency key once the bytes have come or their time is over.
    upload_url: Option<String>,
    /// When `uploadUrl` ends: fifteen minutes after you asked. What has not come by then is forgotten. Null when `uploadUrl` is.
    upload_url_expires_at: Option<DateTime<Utc>>,
    /// What was wrong with the input; nothing was changed. Empty when all went well.
    user_errors: Vec<UserError>,
}

/// The document that is gone, or what its sender can mend.
#[derive(Debug, SimpleObject)]
pub struct RemoveDocumentPayload {
    /// The id of the document that is not there any more. Null when `userErrors` is not empty.
    document: Option<DocumentId>,
    /// What was wrong with the input; nothing was changed. Empty when all went well.
    user_errors: Vec<UserError>,
}

/// A document that is announced.
#[derive(Debug, InputObject)]
pub struct AttachDocumentInput {
    /// What it belongs to: the id of a need, an offer, an expression of interest, an agreement or a project.
    pub(super) record: ID,
    /// From which level on its record it is read. What is below `INTRODUCED` belongs to the public text of a need or an offer: it can be attached while the text is written, and its title and file name may name nobody. On an expression of interest or an agreement, `INTRODUCED` or above; on an agreement, `INTRODUCED` reaches the chamber that follows it, what is above its parties. On a project, `CONTRACT`: its partners.
    pub(super) level: DisclosureLevel,
    /// What it is, at most 200 characters in each language. Required.
    pub(super) title: LocalizedTextInput,
    /// What its file is called, at most 200 characters, with the ending of its kind (`.pdf`).
    pub(super) file_name: String,
    /// How long it is, in bytes; at most what the network's operator allows, 25,000,000 when nothing is said.
    pub(super) size_bytes: i32,
    /// The SHA-256 of its bytes, 64 hexadecimal digits in lower case.
    pub(super) sha256: String,
}

/// A document that is taken away.
#[derive(Debug, InputObject)]
pub struct RemoveDocumentInput {
    /// The document.
    id: DocumentId,
}

/// Mutations of documents.
#[derive(Debug, Default)]
pub struct DocumentMutation;

#[Object]
impl DocumentMutation {
    /// Announces a document; its bytes are sent to `uploadUrl`. For those who may revise the need or the offer, for all parties of the expression of interest, and for those who speak for a party to the agreement or for a partner in the project; at most 20 for each record, on an expression of interest, an agreement and a project for each party.
    async fn attach_document(
        &self,
        ctx: &Context<'_>,
        input: AttachDocumentInput,
    ) -> Told<AttachDocumentPayload> {
        let announce = async |work: &mut Work| {
            let row = life::attach(work, ctx.service(), input).await?;
            Ok((row.id, row.expires_at))
        };
        let (done, ends) = carry_out_telling(ctx, announce).await;
        Some(match done {
            Ok(id) => announced(ctx, id, ends).await,
            Err(Error::Refused(user_errors)) => Ok(AttachDocumentPayload {
                document: None,
                upload_url: None,
                upload_url_expires_at: None,
                user_errors,
            }),
            Err(other) => Err(other),
        })
    }

    /// Takes a document away, with its bytes. For those who may revise the need or the offer, and for the party of the expression of interest, the agreement or the project that attached it; what is evidence of a milestone or an outcome stays.
    async fn remove_document(
        &self,
        ctx: &Context<'_>,
        input: RemoveDocumentInput,
    ) -> Told<RemoveDocumentPayload> {
        let id = input.id;
        let remove = async |work: &mut Work| {
            life::remove(work, id).await?;
            Ok(id)
        };
        Some(match carry_out(ctx, remove).await {
            Ok(id) => {
                life::clear(ctx.service(), id).await;
                Ok(RemoveDocumentPayload { document: Some(id), user_errors: Vec::new() })
            }
            Err(Error::Refused(user_errors)) => {
                Ok(RemoveDocumentPayload { document: None, user_errors })
            }
            Err(other) => Err(other),
        })
    }
}

/// What is told of a document that is announced. Whoever announces it again gets a link to it again,
/// as long as its bytes are awaited.
async fn announced(
    ctx: &Context<'_>,
    id: DocumentId,
    ends: Option<DateTime<Utc>>,
) -> Result<AttachDocumentPayload> {
    let ends = match ends {
        Some(ends) => Some(ends),
        None => life::awaited_until(ctx.service(), ctx.viewer(), id).await?,
    };
    Ok(AttachDocumentPayload {
        document: ctx.reload("document", id).await?,
        upload_url: ends.map(|ends| link(ctx, Way::In, (FOLDER, id), ends)).transpose()?,
        upload_url_expires_at: ends,
        user_errors: Vec::new(),
    })
}
