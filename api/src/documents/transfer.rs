//! Bytes in and out, through signed links.

use std::io;

use bytes::Bytes;
use entity::{DisclosureLevel, DocumentId, DocumentStatus, document, interest, need, offer};
use futures_util::stream::BoxStream;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use sha2::{Digest, Sha256};
use tokio::sync::mpsc;
use uuid::Uuid;

use super::{
    Archive, formats,
    intake::{Look, receive},
    life,
};
use crate::{
    context::Service,
    error::{Error, Result},
    links::Way,
    policy::{RecordRow, Viewer, visible_documents},
    read::{Account, Seen},
    roles::person_of,
    token::Claims,
    work::Work,
};

/// Why bytes are not taken, or not handed out.
#[derive(Clone, Debug)]
pub enum Unserved {
    /// The link is not ours, or not good any more.
    Link,
    /// There is more than was announced.
    TooLong,
    /// It is not what was announced: another length, or another hash.
    Differs(&'static str),
    /// It is not what its name says.
    Disguised,
    /// As everywhere.
    Refused(Error),
}

impl From<Error> for Unserved {
    fn from(error: Error) -> Self {
        Self::Refused(error)
    }
}

impl From<sea_orm::DbErr> for Unserved {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Refused(error.into())
    }
}

/// A document whose bytes may come.
#[derive(Debug)]
pub struct Intake {
    service: Service,
    archive: Archive,
    document: document::Model,
    /// For whom the link was made.
    claims: Option<Claims>,
}

/// Bytes that may be handed out, and what is said with them.
pub struct Delivery {
    /// What the file is called.
    pub file_name: String,
    /// What it is.
    pub media_type: String,
    /// How long it is.
    pub size: u64,
    /// The bytes.
    pub bytes: BoxStream<'static, io::Result<Bytes>>,
}

impl std::fmt::Debug for Delivery {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Delivery").field("size", &self.size).finish_non_exhaustive()
    }
}

impl Service {
    /// Who holds a link, as the rules see them now; somebody who says that they are somebody else
    /// does not hold it.
    pub(crate) async fn holder(
        &self,
        way: Way,
        file: impl std::fmt::Display,
        link: &str,
        presented: Option<&Claims>,
    ) -> Result<(Viewer, Option<Claims>), Unserved> {
        let opened = self.archive()?.key().open(way, file, link, self.now());
        let claims = opened.map_err(|_| Unserved::Link)?;
        let viewer = self.viewer(claims.as_ref(), true).await?;
        let machine = viewer.machine.as_ref().map(|machine| machine.client);
        let other = |one: &Claims| {
            one.client() != machine
                || machine.is_none()
                    && person_of(one.local, &one.issuer, &one.subject) != viewer.person
        };
        if presented.is_some_and(other) {
            return Err(Unserved::Link);
        }
        Ok((viewer, claims))
    }

    /// The document whose bytes a link lets come.
    ///
    /// # Errors
    /// When the link is not good, or the document does not wait for bytes.
    pub async fn expect_document(
        &self,
        document: &str,
        link: &str,
        presented: Option<&Claims>,
    ) -> Result<Intake, Unserved> {
        let id: DocumentId = document.parse().map_err(|_| Unserved::Link)?;
        let (viewer, claims) = self.holder(Way::In, id, link, presented).await?;
        let row = document::Entity::find_by_id(id).filter(visible_documents(&viewer));
        let row = row.one(self.db().fresh()).await?;
        let document = row.ok_or(Error::NotFound("document"))?;
        if document.status != DocumentStatus::Pending {
            let message = life::COME_ALREADY;
            return Err(Error::refused(crate::error::UserErrorCode::IllegalState, message).into());
        }
        let archive = self.archive()?.clone();
        Ok(Intake { service: self.clone(), archive, document, claims })
    }

    /// The bytes to which a link leads. What somebody outside fetches from level `INTRODUCED` on
    /// is on record before the first of them leaves.
    ///
    /// # Errors
    /// When the link is not good, or its holder may not read the document, or not any more.
    pub async fn deliver_document(
        &self,
        document: &str,
        link: &str,
        presented: Option<&Claims>,
    ) -> Result<Delivery, Unserved> {
        let id: DocumentId = document.parse().map_err(|_| Unserved::Link)?;
        let (viewer, _) = self.holder(Way::Out, id, link, presented).await?;
        let row = document::Entity::find_by_id(id).filter(visible_documents(&viewer));
        let row = row.one(self.db().fresh()).await?;
        let absent = || Error::NotFound("document");
        let row = row.ok_or_else(absent)?;
        let object = row.object.as_deref().ok_or_else(absent)?;
        let record = self.record_of(&row).await?.ok_or_else(absent)?;
        let bytes = self.archive()?.read(id, object).await?;
        if let Some(owner) = record.told_of(&viewer, &row) {
            let ground = life::record_of(&row)?.bare();
            let (record, fields) = (id.to_string(), vec!["content"]);
            self.put_on_record(&viewer, Seen { record, id: ground, owner, fields }).await?;
        }
        Ok(Delivery {
            size: u64::try_from(row.size_bytes).unwrap_or_default(),
            file_name: row.file_name,
            media_type: row.media_type,
            bytes,
        })
    }

    /// Puts documents that somebody outside reads by their own ids on the account of the request,
    /// from level `INTRODUCED` on. Below their record, `documents` of the record is on it.
    ///
    /// # Errors
    /// When the database is away.
    pub(crate) async fn account_for(
        &self,
        viewer: &Viewer,
        account: &Account,
        (documents, fields): (Vec<Uuid>, &[&'static str]),
    ) -> Result<()> {
        if documents.is_empty() || fields.is_empty() {
            return Ok(());
        }
        let rows = document::Entity::find()
            .filter(document::Column::Id.is_in(documents))
            .filter(document::Column::Level.gte(DisclosureLevel::Introduced));
        for row in rows.all(self.db().read()).await? {
            let record = self.record_of(&row).await?;
            if let Some(owner) = record.and_then(|record| record.told_of(viewer, &row)) {
                let id = life::record_of(&row)?.bare();
                let record = row.id.to_string();
                account.add(Seen { record, id, owner, fields: fields.to_vec() });
            }
        }
        Ok(())
    }

    async fn record_of(&self, row: &document::Model) -> Result<Option<RecordRow>> {
        let db = self.db().fresh();
        if let Some(id) = row.need_id {
            let need = need::Entity::find_by_id(id).one(db).await?;
            return Ok(need.map(|row| RecordRow::Need(Box::new(row))));
        }
        if let Some(id) = row.offer_id {
            let offer = offer::Entity::find_by_id(id).one(db).await?;
            return Ok(offer.map(|row| RecordRow::Offer(Box::new(row))));
        }
        if row.agreement_id.is_some() {
            return Ok(Some(RecordRow::Agreement));
        }
        if row.project_id.is_some() {
            return Ok(Some(RecordRow::Project));
        }
        let Some(id) = row.interest_id else { return Ok(None) };
        let interest = interest::Entity::find_by_id(id).one(db).await?;
        Ok(interest.map(|row| RecordRow::Interest(Box::new(row))))
    }
}

impl Intake {
    /// How many bytes were announced.
    fn size(&self) -> u64 {
        u64::try_from(self.document.size_bytes).unwrap_or_default()
    }

    /// So many bytes will come, as far as that is said.
    ///
    /// # Errors
    /// When that is not what was announced of the document.
    pub fn announced(&self, length: Option<u64>) -> Result<(), Unserved> {
        match length {
            Some(length) if length > self.size() => Err(Unserved::TooLong),
            Some(length) if length < self.size() => {
                Err(Unserved::Differs("there are fewer bytes than were announced"))
            }
            _ => Ok(()),
        }
    }

    /// Takes the bytes, looks whether they are what was announced, and keeps them. When no more
    /// come, whoever sent them has gone or has sent all.
    ///
    /// # Errors
    /// Why they are not kept: then nothing of them is.
    pub async fn store(self, bytes: mpsc::Receiver<io::Result<Bytes>>) -> Result<(), Unserved> {
        let name = Uuid::new_v4().simple().to_string();
        let announced = Announced {
            document: &self.document,
            size: self.size(),
            count: 0,
            head: Vec::new(),
            hash: Sha256::new(),
        };
        let place = (self.document.id.into(), name.as_str());
        receive(&self.archive, place, bytes, announced, self.settle(&name)).await
    }

    /// All that is left is to commit. Whoever began may have lost their leave while bytes came.
    async fn settle(&self, name: &str) -> Result<Work, Unserved> {
        let mut work = self.service.work_of(self.claims.as_ref()).await?;
        life::settle(&mut work, self.document.id, name.to_owned()).await?;
        Ok(work)
    }
}

/// Whether what comes is what was announced.
struct Announced<'a> {
    document: &'a document::Model,
    size: u64,
    count: u64,
    /// As much of the beginning as tells what it is.
    head: Vec<u8>,
    hash: Sha256,
}

impl Announced<'_> {
    fn is_what_it_claims(&self) -> Result<(), Unserved> {
        let right = formats::is_what_it_claims(&self.document.media_type, &self.head);
        if right { Ok(()) } else { Err(Unserved::Disguised) }
    }
}

impl Look for Announced<'_> {
    fn piece(&mut self, piece: &[u8]) -> Result<(), Unserved> {
        self.count += piece.len() as u64;
        if self.count > self.size {
            return Err(Unserved::TooLong);
        }
        self.hash.update(piece);
        let missing = formats::HEAD - self.head.len();
        if missing > 0 {
            self.head.extend_from_slice(&piece[..piece.len().min(missing)]);
            if self.head.len() == formats::HEAD {
                return self.is_what_it_claims();
            }
        }
        Ok(())
    }

    fn whole(self) -> Result<(), Unserved> {
        if self.count < self.size {
            return Err(Unserved::Differs("there are fewer bytes than were announced"));
        }
        if self.head.len() < formats::HEAD {
            self.is_what_it_claims()?;
        }
        if format!("{:x}", self.hash.finalize()) != self.document.sha256 {
            return Err(Unserved::Differs("the SHA-256 is not the one that was announced"));
        }
        Ok(())
    }
}
