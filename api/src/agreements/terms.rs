//! What is signed, letter by letter. The text is made once from the terms and kept beside
//! them, so that what was signed can be read and hashed years later, whatever this file has
//! become; a change of the terms makes another text, and needs other signatures.

use std::{collections::HashMap, fmt::Write as _};

use chrono::NaiveDate;
use entity::{
    AgreementEconomics, AgreementId, AgreementPartyRole, AgreementType, CommitmentHorizon,
    Confidential, Exclusivity, InterestId, IpOwnership, Localized, OrganizationId, agreement,
    agreement_party, organization,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::{
    error::{Error, Result},
    work::Work,
};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Terms<'a> {
    folio: &'a str,
    r#type: AgreementType,
    frame: Option<AgreementId>,
    amends: Option<AgreementId>,
    interest: Option<InterestId>,
    title: &'a Localized,
    purpose: Option<&'a Localized>,
    parties: Vec<Party<'a>>,
    text: Option<&'a Confidential>,
    exclusivity: Option<Exclusivity>,
    field_of_use: Option<&'a Localized>,
    territory: Option<&'a Localized>,
    sublicensing: Option<bool>,
    ip_ownership: Option<IpOwnership>,
    confidentiality_years: Option<i32>,
    economics: Option<&'a AgreementEconomics>,
    commitments: Vec<Promise<'a>>,
    effective_on: Option<NaiveDate>,
    expires_on: Option<NaiveDate>,
}

#[derive(Serialize)]
struct Party<'a> {
    organization: OrganizationId,
    /// As it is called on the day of the text.
    name: &'a str,
    role: AgreementPartyRole,
}

/// What is promised, without what becomes of it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Promise<'a> {
    text: &'a Localized,
    responsible: OrganizationId,
    horizon: CommitmentHorizon,
    due_on: NaiveDate,
}

/// The legal names of the parties.
pub(super) async fn names_of_parties(
    work: &Work,
    parties: &[agreement_party::Model],
) -> Result<HashMap<OrganizationId, String>> {
    let ids = parties.iter().map(|party| party.organization_id);
    let rows = organization::Entity::find()
        .filter(organization::Column::Id.is_in(ids))
        .all(work.tx())
        .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.legal_name)).collect())
}

/// Makes the text anew, and its hash.
///
/// # Errors
/// When the terms cannot be written: our fault.
pub(super) fn seal(
    row: &mut agreement::Model,
    parties: &[agreement_party::Model],
    names: &HashMap<OrganizationId, String>,
) -> Result<()> {
    let commitments = row.commitments.0.iter().map(|made| Promise {
        text: &made.text,
        responsible: made.responsible,
        horizon: made.horizon,
        due_on: made.due_on,
    });
    let parties = parties.iter().map(|party| Party {
        organization: party.organization_id,
        name: names.get(&party.organization_id).map_or("", String::as_str),
        role: party.role,
    });
    let terms = Terms {
        folio: &row.folio,
        r#type: row.kind,
        frame: row.frame_id,
        amends: row.amends_id,
        interest: row.interest_id,
        title: &row.title,
        purpose: row.purpose.as_ref(),
        parties: parties.collect(),
        text: row.text.as_ref(),
        exclusivity: row.exclusivity,
        field_of_use: row.field_of_use.as_ref(),
        territory: row.territory.as_ref(),
        sublicensing: row.sublicensing,
        ip_ownership: row.ip_ownership,
        confidentiality_years: row.confidentiality_years,
        economics: row.economics.as_ref(),
        commitments: commitments.collect(),
        effective_on: row.effective_on,
        expires_on: row.expires_on,
    };
    row.text_to_sign = serde_json::to_string_pretty(&terms).map_err(Error::internal)?;
    row.sha256 = sha256(&row.text_to_sign);
    Ok(())
}

/// SHA-256 of a text in UTF-8, in lower-case hexadecimal.
fn sha256(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().fold(String::new(), |mut hex, byte| {
        // Writing into a string does not fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}
