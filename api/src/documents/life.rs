//! The life of a document: who attaches what to what, when, and what is left over.

use std::sync::Arc;

use bytes::Bytes;
use chrono::{DateTime, Duration, Utc};
use entity::{
    Codes, ConsentPurpose, DisclosureLevel, DocumentId, DocumentStatus, InterestParty,
    InterestStatus, Localized, NeedStatus, OfferStatus, OrganizationId, ProjectStatus, Role,
    agreement,
    document::{self, Column, RecordId},
    interest, milestone, need, offer, organization, outcome, project,
};
use sea_orm::{
    ActiveEnum, ColumnTrait, Condition, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect,
};

use sha2::{Digest, Sha256};
use tokio::sync::mpsc;

use super::{formats, mutation::AttachDocumentInput};
use crate::{
    blind,
    checks::Checks,
    context::Service,
    error::{Error, Result, UserErrorCode},
    event::Event,
    lifecycle::{all_texts, check_blind, names_of, not_in},
    links::{Asker, Way},
    organizations::consented,
    policy::{
        AgreementAction, Allowed, Converse, InterestAction, NEEDS_ENDED, NeedAction, OFFERS_ENDED,
        OfferAction, PUBLIC, ProjectAction, Sides, Viewer, speaker, speaks_for, visible_documents,
    },
    scalars::LocalizedTextInput,
    work::Work,
};

/// How long bytes may begin to come.
const UPLOAD: Duration = Duration::minutes(15);
/// How long after that none can be on their way any more.
const GRACE: Duration = Duration::hours(1);
/// The most documents of a record; on an expression of interest, of each party.
const MOST: u64 = 20;
/// Why bytes are not taken a second time.
pub(super) const COME_ALREADY: &str = "su contenido ya llegó / its bytes have come already";
/// How many are looked for at once.
const AT_ONCE: u64 = 500;

/// A record that is held, by somebody who may attach documents to it.
pub(super) enum Held {
    Need(Allowed<need::Model>),
    Offer(Allowed<offer::Model>),
    Interest(Allowed<interest::Model>, InterestParty),
    Agreement(Allowed<agreement::Model>, OrganizationId),
    Project(Allowed<project::Model>, OrganizationId),
}

impl Held {
    /// Holds it, for those who may revise its text, or take part in its conversation.
    pub(super) async fn hold(work: &Work, record: RecordId) -> Result<Self> {
        Ok(match record {
            RecordId::Need(id) => Self::Need(work.hold(id, NeedAction::Revise).await?),
            RecordId::Offer(id) => Self::Offer(work.hold(id, OfferAction::Revise).await?),
            RecordId::Interest(id) => {
                let interest = work.hold(id, Converse).await?;
                let party = speaker(Sides::of(work.viewer(), &(&*interest).into()));
                Self::Interest(interest, party.ok_or(Error::Forbidden)?)
            }
            RecordId::Agreement(id) => {
                let agreement = work.hold(id, AgreementAction::Revise).await?;
                let own = own_party(work, &agreement.parties)?;
                Self::Agreement(agreement, own)
            }
            RecordId::Project(id) => {
                let project = work.hold(id, ProjectAction::Attach).await?;
                let own = own_party(work, &project.partners)?;
                Self::Project(project, own)
            }
        })
    }

    /// The same leave for one of its documents.
    pub(super) fn part(&self, row: document::Model) -> Result<Allowed<document::Model>> {
        match self {
            Self::Need(need) => need.part(row),
            Self::Offer(offer) => offer.part(row),
            Self::Interest(interest, _) => interest.part(row),
            Self::Agreement(agreement, _) => agreement.part(row),
            Self::Project(project, _) => project.part(row),
        }
    }

    fn party(&self) -> Option<InterestParty> {
        match self {
            Self::Need(_) | Self::Offer(_) | Self::Agreement(..) | Self::Project(..) => None,
            Self::Interest(_, party) => Some(*party),
        }
    }

    /// The party of an agreement, or the partner of a project, for which documents are attached and
    /// taken away.
    fn organization(&self) -> Option<OrganizationId> {
        match self {
            Self::Agreement(_, party) | Self::Project(_, party) => Some(*party),
            _ => None,
        }
    }

    /// Whether it takes documents of this level now. What everybody may read is part of the text,
    /// which somebody else reviews before it is published: it comes while the text is written.
    pub(super) fn check_open(&self, level: DisclosureLevel) -> Result<()> {
        let guarded = level >= DisclosureLevel::Introduced;
        let (open, status) = match self {
            Self::Need(need) if guarded => open_to(need.status, |s| !NEEDS_ENDED.contains(&s)),
            Self::Need(need) => {
                open_to(need.status, |s: NeedStatus| NeedAction::Revise.from().contains(&s))
            }
            Self::Offer(offer) if guarded => open_to(offer.status, |s| !OFFERS_ENDED.contains(&s)),
            Self::Offer(offer) => {
                open_to(offer.status, |s: OfferStatus| OfferAction::Revise.from().contains(&s))
            }
            Self::Agreement(agreement, _) => {
                (agreement.ended_at.is_none(), agreement.status.to_value())
            }
            Self::Project(project, _) => open_to(project.status, |s: ProjectStatus| {
                ProjectAction::Attach.from().contains(&s)
            }),
            Self::Interest(interest, _) => open_to(interest.status, |status| {
                status == InterestStatus::Draft || InterestAction::is_talked_about(status)
            }),
        };
        if open {
            return Ok(());
        }
        Err(not_in(&status))
    }

    /// What is wrong with the level itself.
    async fn check_level(&self, work: &Work, level: DisclosureLevel) -> Result<()> {
        match self {
            // What it says cannot be checked for names, and nobody reviews it.
            Self::Interest(..) | Self::Agreement(..) if level < DisclosureLevel::Introduced => {
                Err(Error::field(
                    "input.level",
                    UserErrorCode::Invalid,
                    "en una expresión de interés o un convenio, INTRODUCED o más / on an expression of interest or an agreement, INTRODUCED or above",
                ))
            }
            // What is in the file of a project is for its partners.
            Self::Project(..) if level != DisclosureLevel::Contract => Err(Error::field(
                "input.level",
                UserErrorCode::Invalid,
                "en un proyecto, CONTRACT / on a project, CONTRACT",
            )),
            // Nobody attaches what they could not read.
            Self::Need(need) if level > DisclosureLevel::Introduced => {
                let viewer = work.viewer();
                if viewer.system || viewer.is(Role::MemberUser, need.company_id) {
                    return Ok(());
                }
                let represented = [ConsentPurpose::Representation];
                if level == DisclosureLevel::Confidential
                    && consented(work, need.company_id, &represented).await?
                {
                    return Ok(());
                }
                Err(Error::field(
                    "input.level",
                    UserErrorCode::ConsentMissing,
                    "usted no leería ese nivel de la necesidad / you would not read that level of the need",
                ))
            }
            _ => Ok(()),
        }
    }

    /// Whether what everybody may read of it tells nobody's name.
    fn is_anonymous(&self) -> bool {
        match self {
            Self::Need(need) => need.anonymous,
            Self::Offer(offer) => offer.anonymous,
            Self::Interest(..) | Self::Agreement(..) | Self::Project(..) => true,
        }
    }

    /// The names that what everybody may read does not hold.
    async fn names(&self, work: &Work) -> Result<Vec<String>> {
        match self {
            Self::Need(need) => {
                let mut companies = need.shared_by.parsed::<OrganizationId>();
                companies.push(need.company_id);
                names_of(work, companies).await
            }
            Self::Offer(offer) => {
                let mut ids = vec![offer.ott_id];
                let office = organization::Entity::find_by_id(offer.ott_id).one(work.tx()).await?;
                ids.extend(office.and_then(|office| office.parent_id));
                let mut names = names_of(work, ids).await?;
                names.extend(offer.inventors.0.iter().filter_map(|name| blind::comparable(name)));
                Ok(names)
            }
            Self::Interest(..) | Self::Agreement(..) | Self::Project(..) => Ok(Vec::new()),
        }
    }
}

/// For which of those who take part the viewer speaks.
fn own_party(work: &Work, parties: &Codes) -> Result<OrganizationId> {
    let parties = parties.parsed::<OrganizationId>();
    let own = parties.into_iter().find(|party| speaks_for(work.viewer(), *party));
    own.ok_or(Error::Forbidden)
}

fn open_to<S: ActiveEnum<Value = String> + Copy>(
    status: S,
    open: impl Fn(S) -> bool,
) -> (bool, String) {
    (open(status), status.to_value())
}

/// Announces a document.
pub(super) async fn attach(
    work: &mut Work,
    service: &Service,
    input: AttachDocumentInput,
) -> Result<document::Model> {
    let archive = service.archive()?;
    let record: RecordId = input.record.parse().map_err(|_| Error::NotFound("record"))?;
    let held = Held::hold(work, record).await?;
    held.check_open(input.level)?;
    held.check_level(work, input.level).await?;
    let (title, media_type) = check_input(&input, service, archive.most_bytes())?;
    if input.level < DisclosureLevel::Introduced && held.is_anonymous() {
        let texts = all_texts([Some(&title)]).chain([input.file_name.as_str()]);
        check_blind(texts, &held.names(work).await?)?;
    }
    let party = held.party();
    let coming = Condition::all()
        .add(Column::Status.eq(DocumentStatus::Pending))
        .add(Column::ExpiresAt.gt(work.now));
    let theirs = document::Entity::find()
        .filter(Column::Record.eq(record.to_string()))
        .filter(party.map_or(Column::Party.is_null(), |party| Column::Party.eq(party)))
        .filter(
            held.organization()
                .map_or(Column::OrganizationId.is_null(), |own| Column::OrganizationId.eq(own)),
        )
        .filter(Condition::any().add(Column::Status.eq(DocumentStatus::Stored)).add(coming));
    if theirs.count(work.tx()).await? >= MOST {
        return Err(Error::refused(
            UserErrorCode::LimitReached,
            format!("admite a lo más {MOST} documentos / takes at most {MOST} documents"),
        ));
    }
    let expires_at = work.now + UPLOAD;
    let mut row = document::Model {
        id: DocumentId::new(work.now),
        record: record.to_string(),
        need_id: None,
        offer_id: None,
        interest_id: None,
        agreement_id: None,
        project_id: None,
        party,
        organization_id: held.organization(),
        level: input.level,
        title,
        file_name: input.file_name.trim().to_owned(),
        media_type,
        size_bytes: input.size_bytes,
        sha256: input.sha256,
        status: DocumentStatus::Pending,
        object: None,
        uploaded_by: work.viewer().person,
        created_at: work.now,
        expires_at,
        uploaded_at: None,
        tidy_at: Some(expires_at + GRACE),
    };
    match record {
        RecordId::Need(id) => row.need_id = Some(id),
        RecordId::Offer(id) => row.offer_id = Some(id),
        RecordId::Interest(id) => row.interest_id = Some(id),
        RecordId::Agreement(id) => row.agreement_id = Some(id),
        RecordId::Project(id) => row.project_id = Some(id),
    }
    let row = work.insert(held.part(row)?).await?;
    work.record(Event::DocumentAttached { document: row.id, record });
    Ok(row)
}

/// Announces a document and brings its bytes, as somebody who may: how demo data gets files.
pub(crate) async fn put(
    service: &Service,
    viewer: Viewer,
    input: serde_json::Value,
    bytes: &'static [u8],
) -> Result<()> {
    let text = |name: &str| input[name].as_str().unwrap_or_default().to_owned();
    let input = AttachDocumentInput {
        record: text("record").into(),
        level: DisclosureLevel::try_from_value(&text("level")).map_err(Error::internal)?,
        title: LocalizedTextInput { es: Some(text("title")), en: None },
        file_name: text("fileName"),
        size_bytes: i32::try_from(bytes.len()).map_err(Error::internal)?,
        sha256: format!("{:x}", Sha256::digest(bytes)),
    };
    let mut work = Work::begin(service.db(), Arc::new(viewer.clone())).await?;
    let row = attach(&mut work, service, input).await?;
    work.commit().await?;
    let until = row.expires_at;
    let link = service.archive()?.key().sign(Way::In, row.id, Asker::of(&viewer, false), until)?;
    let told = |refused| Error::internal(format!("{refused:?}"));
    let intake = service.expect_document(&row.id.to_string(), &link, None).await.map_err(told)?;
    let (give, pieces) = mpsc::channel(1);
    give.send(Ok(Bytes::from_static(bytes))).await.map_err(Error::internal)?;
    drop(give);
    intake.store(pieces).await.map_err(told)
}

/// What is wrong with what is said of a file; its title and its media type.
fn check_input(
    input: &AttachDocumentInput,
    service: &Service,
    most: i32,
) -> Result<(Localized, String)> {
    let mut checks = Checks::new("input.", service.labels());
    let title = checks.localized("title", input.title.clone(), 200);
    if title.is_none() {
        checks.wrong("title", UserErrorCode::Required, "es obligatorio / is required");
    }
    let name = checks.plain("fileName", &input.file_name, 200).unwrap_or_default();
    let leads = |letter: char| matches!(letter, '/' | '\\' | ':') || letter.is_control();
    let media_type = formats::claimed(&name).filter(|_| !name.contains(leads));
    if media_type.is_none() {
        let endings = formats::endings();
        let message = format!(
            "debe ser un nombre sin carpetas que termine en {endings} / must be a name without folders that ends in {endings}"
        );
        checks.wrong("fileName", UserErrorCode::Invalid, message);
    }
    if !(1..=most).contains(&input.size_bytes) {
        let message = format!("debe estar entre 1 y {most} / must be between 1 and {most}");
        checks.wrong("sizeBytes", UserErrorCode::Invalid, message);
    }
    let digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    if input.sha256.len() != 64 || !input.sha256.bytes().all(digit) {
        let message = "deben ser 64 dígitos hexadecimales / must be 64 hexadecimal digits";
        checks.wrong("sha256", UserErrorCode::Invalid, message);
    }
    checks.done()?;
    Ok((title.unwrap_or_default(), media_type.unwrap_or_default().to_owned()))
}

/// What everybody may read of the files of a need or an offer: their titles and names.
pub(crate) async fn public_texts(work: &Work, record: &str) -> Result<Vec<String>> {
    let gone = Column::Status.ne(DocumentStatus::Removed);
    let rows = document::Entity::find()
        .filter(Column::Record.eq(record))
        .filter(gone)
        .filter(Column::Level.is_in(PUBLIC))
        .all(work.tx())
        .await?;
    let texts = rows.iter().flat_map(|row| {
        all_texts([Some(&row.title)]).chain([row.file_name.as_str()]).map(ToOwned::to_owned)
    });
    Ok(texts.collect())
}

/// The record of a document, which names it.
pub(super) fn record_of(row: &document::Model) -> Result<RecordId> {
    row.record.parse().map_err(|_| Error::internal("a document belongs to nothing"))
}

/// Writes down that the bytes of a document are kept under `object`. What held when it was
/// announced must hold still.
pub(super) async fn settle(work: &mut Work, id: DocumentId, object: String) -> Result<()> {
    let now = work.now;
    let row = document::Entity::find_by_id(id).one(work.tx()).await?;
    let record = record_of(&row.ok_or(Error::NotFound("document"))?)?;
    let held = Held::hold(work, record).await?;
    let row = work.keep::<document::Entity>(id).await?.ok_or(Error::NotFound("document"))?;
    held.check_open(row.level)?;
    held.check_level(work, row.level).await?;
    if row.status != DocumentStatus::Pending {
        return Err(Error::refused(UserErrorCode::IllegalState, COME_ALREADY));
    }
    let stored = |row: &mut document::Model| {
        row.status = DocumentStatus::Stored;
        row.object = Some(object);
        row.uploaded_at = Some(now);
    };
    work.update(held.part(row)?, stored).await?;
    work.record(Event::DocumentStored { document: id, record });
    Ok(())
}

/// Until when the bytes of a document are awaited, if the viewer may know of it; nothing once they
/// have come or their time is over.
pub(super) async fn awaited_until(
    service: &Service,
    viewer: &Viewer,
    id: DocumentId,
) -> Result<Option<DateTime<Utc>>> {
    let row = document::Entity::find_by_id(id)
        .filter(visible_documents(viewer))
        .filter(Column::Status.eq(DocumentStatus::Pending))
        .filter(Column::ExpiresAt.gt(viewer.now))
        .one(service.db().fresh())
        .await?;
    Ok(row.map(|row| row.expires_at))
}

/// Takes a document away; its bytes follow after the commit.
pub(super) async fn remove(work: &mut Work, id: DocumentId) -> Result<()> {
    let gone = || Error::NotFound("document");
    // Who may not read it learns nothing of it, and nothing of what it belongs to.
    let row = document::Entity::find_by_id(id).filter(visible_documents(work.viewer()));
    let record = record_of(&row.one(work.tx()).await?.ok_or_else(gone)?)?;
    let held = match Held::hold(work, record).await {
        Err(Error::NotFound(_)) => return Err(gone()),
        other => other?,
    };
    let row = work.keep::<document::Entity>(id).await?;
    let row = row.filter(|row| row.status != DocumentStatus::Removed).ok_or_else(gone)?;
    // What a party brought, it alone takes away.
    let theirs = row.party != held.party() || row.organization_id != held.organization();
    if theirs && !work.viewer().system {
        return Err(Error::Forbidden);
    }
    if let Held::Project(project, _) = &held {
        check_no_evidence(work, project, id).await?;
    }
    let now = work.now;
    let removed = |row: &mut document::Model| {
        row.status = DocumentStatus::Removed;
        row.object = None;
        row.tidy_at = Some(row.tidy_at.map_or(now, |at| at.max(now)));
    };
    work.update(held.part(row)?, removed).await?;
    work.record(Event::DocumentRemoved { document: id, record });
    Ok(())
}

/// What shows that something was reached, or what came of it, stays with the project; so does the
/// whole file of one that has ended.
async fn check_no_evidence(work: &Work, project: &project::Model, id: DocumentId) -> Result<()> {
    if !ProjectAction::Attach.from().contains(&project.status) {
        return Err(not_in(&project.status.to_value()));
    }
    let named = format!("|{id}|");
    let reached = milestone::Entity::find()
        .filter(milestone::Column::ProjectId.eq(project.id))
        .filter(milestone::Column::Documents.contains(named.as_str()));
    let came = outcome::Entity::find()
        .filter(outcome::Column::ProjectId.eq(project.id))
        .filter(outcome::Column::Documents.contains(named.as_str()));
    if reached.count(work.tx()).await? + came.count(work.tx()).await? == 0 {
        return Ok(());
    }
    Err(Error::refused(
        UserErrorCode::IllegalState,
        "es evidencia de un hito o de un resultado / is evidence of a milestone or an outcome",
    ))
}

/// Takes the bytes of a removed document away. What fails here is done again by the clockwork.
pub(super) async fn clear(service: &Service, id: DocumentId) {
    let cleared = match service.archive() {
        Ok(archive) => archive.tidy(id, &[]).await,
        Err(error) => Err(error),
    };
    if let Err(error) = cleared {
        tracing::warn!(document = %id, error = error.describe(), "bytes were left over");
    }
}

/// Forgets documents whose bytes did not come, and takes away all bytes that no document names:
/// of uploads that broke off, of documents that were removed. Returns how many it looked after.
pub(crate) async fn tidy(service: &Service) -> Result<usize> {
    if service.archive().is_err() {
        return Ok(0);
    }
    let due = Condition::all().add(Column::TidyAt.lte(service.now()));
    let rows = document::Entity::find()
        .filter(due)
        .order_by_asc(Column::Id)
        .limit(AT_ONCE)
        .all(service.db().fresh())
        .await?;
    let mut done = 0;
    for row in rows {
        match tidy_one(service, row.id).await {
            Ok(()) => done += 1,
            Err(error) => {
                let error = error.describe();
                tracing::error!(document = %row.id, error, "a document could not be tidied");
            }
        }
    }
    Ok(done)
}

async fn tidy_one(service: &Service, id: DocumentId) -> Result<()> {
    let Some(mut row) = document::Entity::find_by_id(id).one(service.db().fresh()).await? else {
        return Ok(());
    };
    if row.status == DocumentStatus::Pending {
        // First: what is forgotten does not come any more.
        let mut work = service.system_work().await?;
        let kept = work.keep::<document::Entity>(id).await?;
        let Some(kept) = kept.filter(|kept| kept.status == DocumentStatus::Pending) else {
            return Ok(());
        };
        let record = record_of(&kept)?;
        let allowed = work.viewer().allow_system(kept)?;
        row = work.update(allowed, |row| row.status = DocumentStatus::Removed).await?;
        work.record(Event::DocumentLapsed { document: id, record });
        work.commit().await?;
    }
    service.archive()?.tidy(id, row.object.as_deref().as_slice()).await?;
    let mut work = service.system_work().await?;
    let kept = work.keep::<document::Entity>(id).await?;
    // Somebody may have removed it meanwhile: then it is looked at again.
    let same = |kept: &document::Model| kept.tidy_at == row.tidy_at && kept.object == row.object;
    if let Some(kept) = kept.filter(same) {
        let record = record_of(&kept)?;
        let allowed = work.viewer().allow_system(kept)?;
        work.update(allowed, |row| row.tidy_at = None).await?;
        work.record(Event::DocumentTidied { document: id, record });
        work.commit().await?;
    }
    Ok(())
}
