//! How an agreement is written down, and changed before it is approved.

use chrono::{DateTime, Utc};
use entity::{
    AgreementId, AgreementStatus, AgreementType, Codes, Commitments, InterestId, Localized,
    OrganizationId, agreement, agreement_party, interest,
};
use sea_orm::{ActiveEnum, ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use super::{
    commitments::{first_due, next_due},
    confidants::forget_signers,
    input::{AgreementInput, AgreementPartyInput, check_parties},
    terms::{names_of_parties, seal},
};
use crate::{
    checks::Checks,
    codes::Labels,
    error::{Error, Result, UserErrorCode},
    event::Event,
    lifecycle::step,
    policy::{AgreementAction, IN_FORCE, Resource},
    work::Work,
};

/// Between whom an agreement is made, and what it comes from.
pub(crate) struct Between {
    pub(crate) from: OrganizationId,
    pub(crate) kind: AgreementType,
    pub(crate) parties: Vec<AgreementPartyInput>,
    pub(crate) interest: Option<InterestId>,
    pub(crate) frame: Option<AgreementId>,
    pub(crate) amends: Option<AgreementId>,
}

/// Writes an agreement down. Its parties stay who they are: with others it is another one.
pub(crate) async fn draft(
    work: &mut Work,
    labels: &Labels,
    between: Between,
    mut input: AgreementInput,
) -> Result<agreement::Model> {
    let mut row = agreement::Model {
        created_by: work.viewer().person,
        kind: between.kind,
        drafted_by_id: between.from,
        parties: between.parties.iter().map(|party| party.organization).collect(),
        frame_id: between.frame,
        amends_id: between.amends,
        ..blank(work.now)
    };
    let allowed = work.allow_new(AgreementAction::Draft, row.clone())?;
    if !row.parties.0.contains(&between.from.to_string()) {
        return Err(Error::field(
            "input.from",
            UserErrorCode::Invalid,
            "no es parte del convenio / is no party to the agreement",
        ));
    }
    if let Some(id) = between.interest {
        come_from(work, &mut row, id).await?;
    }
    if let Some(id) = between.frame {
        check_frame(work, id).await?;
    }
    if let Some(id) = between.amends {
        amend(work, &mut row, id).await?;
    }
    let mut checks = Checks::new("input.", labels);
    check_parties(between.kind, &between.parties, &mut checks);
    input.demand_title();
    input.write(&mut row, &mut checks);
    checks.done()?;
    let parties = between.parties.iter().zip(0..).map(|(party, place)| agreement_party::Model {
        agreement_id: row.id,
        organization_id: party.organization,
        place,
        role: party.role,
        approved_at: None,
        approved_by: None,
        signed_at: None,
        signed_by: None,
        signed_sha256: None,
        next_due_at: next_due(&row.commitments, party.organization),
        publishes: false,
    });
    let parties: Vec<_> = parties.collect();
    let names = names_of_parties(work, &parties).await?;
    if let Some(party) = parties.iter().find(|party| !names.contains_key(&party.organization_id)) {
        return Err(Error::no_such(&format!("input.parties.{}.organization", party.place)));
    }
    row.folio = work.folio("CON").await?;
    seal(&mut row, &parties, &names)?;
    row.next_due_on = first_due(&row.commitments);
    let allowed = allowed.with(|held| *held = row);
    let parties = parties.into_iter().map(|party| allowed.part(party));
    let parties = parties.collect::<Result<Vec<_>>>()?;
    let row = work.insert(allowed).await?;
    work.insert_all(parties, &[]).await?;
    work.history(row.id.to_string(), None, row.status.to_value(), (None, None)).await?;
    work.record(Event::AgreementDrafted { agreement: row.id });
    Ok(row)
}

/// It comes from an interest whose two sides know each other, and both are parties.
async fn come_from(work: &Work, row: &mut agreement::Model, id: InterestId) -> Result<()> {
    let interest = work.viewer().known(work.keep::<interest::Entity>(id).await?);
    let interest = interest.ok_or_else(|| Error::no_such("input.interest"))?;
    if !IN_FORCE.contains(&interest.status) {
        return Err(Error::field(
            "input.interest",
            UserErrorCode::IllegalState,
            "las partes no están presentadas / the two sides are not introduced",
        ));
    }
    let both = [interest.company_id, interest.ott_id];
    if !both.iter().all(|side| row.parties.0.contains(&side.to_string())) {
        return Err(Error::field(
            "input.parties",
            UserErrorCode::Required,
            "la empresa y la oficina son partes / the company and the office are parties",
        ));
    }
    let sides = [interest.company_id, interest.ott_id, interest.chamber_id];
    if !row.parties.parsed::<OrganizationId>().iter().all(|party| sides.contains(party)) {
        // Anybody else would learn who stands behind the need.
        return Err(Error::field(
            "input.parties",
            UserErrorCode::Invalid,
            "sólo la empresa, la oficina y su cámara / the company, the office and its chamber alone",
        ));
    }
    row.interest_id = Some(interest.id);
    row.need_id = interest.need_id;
    row.offer_id = interest.offer_id;
    row.chamber_id = Some(interest.chamber_id);
    (row.region_id, row.delegation_id) = (interest.region_id, interest.delegation_id);
    Ok(())
}

/// An agreement that the viewer's organization is a party to, kept as it is.
async fn own(work: &Work, id: AgreementId, field: &str) -> Result<agreement::Model> {
    let row = work.keep::<agreement::Entity>(id).await?;
    let party = entity::DisclosureLevel::Contract;
    let row = row.filter(|row| row.level(work.viewer()) >= Some(party));
    row.ok_or_else(|| Error::no_such(field))
}

/// What stands under a framework agreement stands under one in force.
async fn check_frame(work: &Work, id: AgreementId) -> Result<()> {
    let frame = own(work, id, "input.frame").await?;
    if frame.kind == AgreementType::FrameworkAgreement && frame.status == AgreementStatus::Active {
        return Ok(());
    }
    Err(Error::field(
        "input.frame",
        UserErrorCode::IllegalState,
        "no es un convenio marco vigente / is no framework agreement in force",
    ))
}

/// An amendment is an agreement of the same kind between the same parties. What the first one
/// opens, it opens alone: the amendment has no interest of its own.
async fn amend(work: &Work, row: &mut agreement::Model, id: AgreementId) -> Result<()> {
    let amended = own(work, id, "input.amends").await?;
    let sorted = |parties: &Codes| {
        let mut parties = parties.0.clone();
        parties.sort_unstable();
        parties
    };
    if amended.kind != row.kind || sorted(&amended.parties) != sorted(&row.parties) {
        return Err(Error::field(
            "input.amends",
            UserErrorCode::Invalid,
            "es de otro tipo o entre otras partes / is of another type or between others",
        ));
    }
    if row.interest_id.is_some() {
        return Err(Error::field(
            "input.interest",
            UserErrorCode::Invalid,
            "lo que modifica a otro no viene de una expresión de interés / what amends another comes from no interest",
        ));
    }
    if !AgreementAction::Amend.from().contains(&amended.status) {
        return Err(Error::field(
            "input.amends",
            UserErrorCode::IllegalState,
            "no está vigente / is not in force",
        ));
    }
    row.offer_id = amended.offer_id;
    row.chamber_id = amended.chamber_id;
    (row.region_id, row.delegation_id) = (amended.region_id, amended.delegation_id);
    Ok(())
}

/// An agreement that says nothing yet.
fn blank(now: DateTime<Utc>) -> agreement::Model {
    agreement::Model {
        id: AgreementId::new(now),
        folio: String::new(),
        version: 1,
        status: AgreementStatus::Draft,
        created_at: now,
        created_by: None,
        updated_at: now,
        kind: AgreementType::default(),
        drafted_by_id: OrganizationId::default(),
        parties: Codes::default(),
        interest_id: None,
        need_id: None,
        offer_id: None,
        chamber_id: None,
        region_id: None,
        delegation_id: None,
        frame_id: None,
        amends_id: None,
        title: Localized::default(),
        purpose: None,
        text: None,
        exclusivity: None,
        field_of_use: None,
        territory: None,
        sublicensing: None,
        ip_ownership: None,
        confidentiality_years: None,
        economics: None,
        commitments: Commitments::default(),
        effective_on: None,
        expires_on: None,
        text_to_sign: String::new(),
        sha256: String::new(),
        shared_at: None,
        signed_at: None,
        starts_at: None,
        ends_at: None,
        active_at: None,
        year: None,
        suspended_by_id: None,
        ended_at: None,
        published: false,
        next_due_on: None,
    }
}

/// The parties, in their order.
pub(super) async fn parties_of(
    work: &Work,
    id: AgreementId,
) -> Result<Vec<agreement_party::Model>> {
    Ok(agreement_party::Entity::find()
        .filter(agreement_party::Column::AgreementId.eq(id))
        .order_by_asc(agreement_party::Column::Place)
        .all(work.tx())
        .await?)
}

/// Changes what it says. Who approved it, approved another text.
pub(crate) async fn revise(
    work: &mut Work,
    labels: &Labels,
    id: AgreementId,
    expected_version: i32,
    input: AgreementInput,
) -> Result<agreement::Model> {
    let action = AgreementAction::Revise;
    let parties = parties_of(work, id).await?;
    let names = names_of_parties(work, &parties).await?;
    let row = step(work, id, Some(expected_version), action, (None, None), |row| {
        let mut checks = Checks::new("input.", labels);
        input.write(row, &mut checks);
        checks.done()?;
        seal(row, &parties, &names)
    })
    .await?;
    void(work, action, &row).await?;
    Ok(row)
}

/// What the parties said of a text does not count any more.
pub(super) async fn void(
    work: &Work,
    action: AgreementAction,
    row: &agreement::Model,
) -> Result<()> {
    let allowed = work.viewer().allow(action, row.clone())?;
    let mut signers = Vec::new();
    for party in parties_of(work, row.id).await? {
        signers.extend(party.signed_by);
        work.update(allowed.part(party)?, |party| {
            (party.approved_at, party.approved_by) = (None, None);
            (party.signed_at, party.signed_by, party.signed_sha256) = (None, None, None);
            party.publishes = false;
            party.next_due_at = next_due(&row.commitments, party.organization_id);
        })
        .await?;
    }
    forget_signers(work, &allowed, row.id, signers).await
}
