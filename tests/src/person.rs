//! Somebody who asks.

use std::{cell::RefCell, sync::OnceLock};

use api::{
    policy::{Grant, Viewer},
    token::Claims,
};
use chrono::{DateTime, Utc};
use entity::{OrganizationId, PersonId, RegionId, Role, membership};
use sea_orm::ActiveEnum;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::{answer::Answer, records, world::World};

/// Somebody with a token, or nobody.
#[derive(Debug)]
pub struct Person<'w> {
    world: &'w World,
    /// Who; nothing for nobody.
    pub id: Option<PersonId>,
    /// Their roles, as the token tells them.
    pub grants: Vec<Grant>,
    token: RefCell<Option<(DateTime<Utc>, String)>>,
}

impl World {
    /// Whoever comes without a token.
    #[must_use]
    pub fn nobody(&self) -> Person<'_> {
        Person { world: self, id: None, grants: Vec::new(), token: RefCell::default() }
    }

    /// Somebody with a token of whom nothing is on record.
    #[must_use]
    pub fn newcomer(&self) -> Person<'_> {
        let id = Some(PersonId::new(self.now()));
        Person { world: self, id, grants: Vec::new(), token: RefCell::default() }
    }

    /// Somebody with a token and no role.
    pub async fn stranger(&self) -> Person<'_> {
        self.somebody(Vec::new()).await
    }

    /// Somebody with a role, in all of its territory.
    pub async fn person(&self, role: Role, organization: OrganizationId) -> Person<'_> {
        self.person_within(role, organization, &[]).await
    }

    /// Somebody with a role in some regions.
    pub async fn person_within(
        &self,
        role: Role,
        organization: OrganizationId,
        regions: &[RegionId],
    ) -> Person<'_> {
        let (regions, delegations) = (regions.to_vec(), Vec::new());
        self.somebody(vec![Grant { organization, role, regions, delegations }]).await
    }

    /// Somebody with these roles, in the token and on record.
    pub async fn somebody(&self, grants: Vec<Grant>) -> Person<'_> {
        let now = self.now();
        let id = PersonId::new(now);
        self.put(records::person(id, now)).await;
        for grant in &grants {
            let held = records::membership(id, grant.organization, grant.role, now);
            self.put(membership::Model {
                regions: grant.regions.iter().collect(),
                delegations: grant.delegations.iter().collect(),
                ..held
            })
            .await;
        }
        Person { world: self, id: Some(id), grants, token: RefCell::default() }
    }
}

impl<'w> Person<'w> {
    /// The same person with a token that tells of a role in all of its territory.
    #[must_use]
    pub fn with_role(&self, role: Role, organization: OrganizationId) -> Person<'w> {
        let (regions, delegations) = (Vec::new(), Vec::new());
        let grants = vec![Grant { organization, role, regions, delegations }];
        Person { world: self.world, id: self.id, grants, token: RefCell::default() }
    }
}

impl Person<'_> {
    /// Asks for something.
    pub async fn send(&self, operation: &str, variables: Value) -> Answer {
        let token = self.token();
        self.world.send(token.as_deref(), operation, variables).await
    }

    /// Does something to a need.
    pub async fn need(&self, verb: &str, input: Value) -> Answer {
        self.send(&mutation(verb, "need", NEED), json!({ "input": input })).await
    }

    /// Does something to an offer.
    pub async fn offer(&self, verb: &str, input: Value) -> Answer {
        self.send(&mutation(verb, "offer", OFFER), json!({ "input": input })).await
    }

    /// Does something to a match.
    pub async fn matched(&self, verb: &str, input: Value) -> Answer {
        self.send(&mutation(verb, "match", MATCH), json!({ "input": input })).await
    }

    /// Does something to an expression of interest.
    pub async fn interest(&self, verb: &str, input: Value) -> Answer {
        self.send(&mutation(verb, "interest", INTEREST), json!({ "input": input })).await
    }

    /// Does something to an agreement.
    pub async fn agreement(&self, verb: &str, input: Value) -> Answer {
        self.send(&mutation(verb, "agreement", AGREEMENT), json!({ "input": input })).await
    }

    /// Does something to intellectual property.
    pub async fn asset(&self, verb: &str, input: Value) -> Answer {
        self.send(&mutation(verb, "ipAsset", ASSET), json!({ "input": input })).await
    }

    /// Does something to a programme.
    pub async fn programme(&self, verb: &str, input: Value) -> Answer {
        self.send(&mutation(verb, "programme", PROGRAMME), json!({ "input": input })).await
    }

    /// Does something to a project.
    pub async fn project(&self, verb: &str, input: Value) -> Answer {
        self.send(&mutation(verb, "project", PROJECT), json!({ "input": input })).await
    }

    /// Does something to a capability.
    pub async fn capability(&self, verb: &str, input: Value) -> Answer {
        self.send(&mutation(verb, "capability", CAPABILITY), json!({ "input": input })).await
    }

    /// Writes in a conversation.
    pub async fn write(&self, interest: &str, level: &str, text: &str) -> Answer {
        let input = json!({ "interest": interest, "level": level, "text": text });
        let fields = "id party level text sentAt author redactedFields readBy { party at }";
        self.send(&mutation("sendMessage", "message", fields), json!({ "input": input })).await
    }

    /// Marks messages as read.
    pub async fn mark_read(&self, interest: &str, up_to: &str) -> Answer {
        let input = json!({ "interest": interest, "upTo": up_to });
        let ask = mutation("markMessagesRead", "interest", "unreadMessages");
        self.send(&ask, json!({ "input": input })).await
    }

    /// Announces a file of these bytes.
    pub async fn attach(&self, record: &str, level: &str, name: &str, bytes: &[u8]) -> Answer {
        let input = json!({
            "record": record, "level": level, "title": { "es": "Balance" }, "fileName": name,
            "sizeBytes": bytes.len(), "sha256": format!("{:x}", Sha256::digest(bytes)),
        });
        self.attach_as(input).await
    }

    /// Announces a file.
    pub async fn attach_as(&self, input: Value) -> Answer {
        let ask = "mutation($input: AttachDocumentInput!) { attachDocument(input: $input) { \
            uploadUrl uploadUrlExpiresAt document { id record status level title fileName mediaType \
            sizeBytes sha256 party url urlExpiresAt uploadedBy createdAt uploadedAt } \
            userErrors { code field message } } }";
        self.send(ask, json!({ "input": input })).await
    }

    /// Takes a file away.
    pub async fn remove_document(&self, id: &str) -> Answer {
        let ask = "mutation($input: RemoveDocumentInput!) { removeDocument(input: $input) { \
            document userErrors { code field message } } }";
        self.send(ask, json!({ "input": { "id": id } })).await
    }

    /// The same person, as the rules see them.
    #[must_use]
    pub fn viewer(&self) -> Viewer {
        let (person, grants) = (self.id, self.grants.clone());
        Viewer { person, machine: None, grants, system: false, now: self.world.now() }
    }

    /// A token for now; signing takes longer than asking, so it is kept while the clock stands still.
    #[must_use]
    pub fn token(&self) -> Option<String> {
        let now = self.world.now();
        let mut kept = self.token.borrow_mut();
        if kept.as_ref().is_none_or(|(then, _)| *then != now) {
            let subject = self.id?.to_string();
            *kept = Some((now, self.world.sign(&subject, &self.told())));
        }
        kept.as_ref().map(|(_, token)| token.clone())
    }

    /// What the token says of them.
    #[must_use]
    pub fn claims(&self) -> Option<Claims> {
        Some(Claims {
            issuer: "vinculo".to_owned(),
            subject: self.id?.to_string(),
            grants: self.told(),
            scopes: Vec::new(),
            local: true,
            authoritative: false,
            by_membership: false,
            expires_at: self.world.now(),
        })
    }

    fn told(&self) -> Vec<api::token::Grant> {
        let claim = |grant: &Grant| api::token::Grant {
            organization: grant.organization.to_string(),
            role: grant.role.to_value(),
            regions: grant.regions.iter().map(ToString::to_string).collect(),
            delegations: grant.delegations.iter().map(ToString::to_string).collect(),
        };
        self.grants.iter().map(claim).collect()
    }
}

/// What tests read of a need after each step.
/// What tests ask of capabilities that they changed.
pub const CAPABILITY: &str = "id folio version status kind title summary description accredited \
    accreditation { body no validUntil } capacityUnit leadTimeDays priceBand trlFrom trlTo \
    publishedAt disclosureLevel redactedFields actions state { code } history { to by }";

/// What tests ask of intellectual property that they changed.
pub const ASSET: &str = "id folio version legalStatus legalSince commercialStatus filedOn \
    publishedOn grantedOn expiresOn nextFeeDueOn graceUntil dormant atRisk feeAskedAt feeDecision \
    rescuedAt disclosureLevel actions owners { shareBp organization { id } } \
    inventors { name shareBp } offer { id } \
    legalEvents { id kind on paidUntil note recordedBy } history { to }";

const NEED: &str = "id folio version status openForInterest publishedAt expiresAt renewals \
    disclosureLevel redactedFields history { from to by reason note }";
/// What tests read of an offer after each step.
const OFFER: &str = NEED;
/// What tests read of a match after each step.
const MATCH: &str = "id version status source decidedAt decidedBy { id } dismissedReason actions \
    disclosureLevel redactedFields history { from to by reason note }";

/// What tests read of an expression of interest after each step.
pub const INTEREST: &str = "id folio version status direction anonymous respondBy answeredAt \
    escalatedAt forwardedAt acceptedAt endedAt declineReason cooperationSought contribution \
    questions requirementAnswers { criterion response evidence } partnershipTypes evaluation \
    companyRating officeRating need { id } offer { id } company { id } chamber { id } ott { id } \
    actions disclosureLevel redactedFields history { from to by reason note }";

/// What tests read of an agreement after each step.
pub const AGREEMENT: &str = "id folio version type status title text textToSign sha256 purpose \
    effectiveOn expiresOn activeAt nextDueOn economics { royaltyBp upfront { amount currency } } \
    parties { role approvedAt signedAt signedBy signedSha256 organization { id } } \
    confidants { person organization { id } } interest { id status } need { id } offer { id status } \
    commitments { number status overdue evidence responsible { id } } \
    progress { total done due overdue progressBp dueProgressBp } frame { id } amends { id } \
    amendments { nodes { id } } actions disclosureLevel redactedFields \
    history { from to by reason note }";

/// What tests read of a programme after each step.
pub const PROGRAMME: &str = "id folio version status kind title description results opensOn \
    closesOn announcedBy { id } actions disclosureLevel redactedFields \
    applications { project title appliedAt decision awarded note partners { organization { id } } \
    eligibility { eligible conditions { condition status } } } history { from to by note }";

/// What tests read of a project after each step.
pub const PROJECT: &str = "id folio version type status title objective trlStart trlTarget \
    trlCurrent startsOn endsOn formedAt approvedAt startedAt completedAt endedAt nextDueOn \
    scian { code } states { code } budget { amount currency } leader { id } proposedBy { id } \
    agreement { id } needs { id } offers { id } \
    partners { role shareBp portion acceptsMilestones approves acceptedAt declinedAt approvedAt \
    closedAt publishes contribution organization { id } } \
    funding { number source kind form status amount { amount } partner { id } } \
    finances { counted { amount } committed { amount } received { amount } cash { amount } \
    inKind { amount } missing { amount } } \
    workPackages { number title startsOn endsOn budget { amount } responsible { id } } \
    risks { risk likelihood impact mitigation } \
    milestones { id number kind status title acceptanceCriteria dueOn overdue trlAfter \
    payment { amount } evidence trlEvidence { level kind title } submittedAt leaderAcceptedAt \
    officeAcceptedAt endedAt responsible { id } documents { id } history { from to note } } \
    progress { total accepted missed waived overdue progressBp } \
    outcomes { id kind status metric baseline value unit measuredOn evidence recordedBy { id } \
    judgedBy { id } judgedAt documents { id } history { from to note } } \
    actions disclosureLevel redactedFields history { from to by reason note }";

/// A mutation with its one argument; the type of that is looked up in the schema.
fn mutation(verb: &str, noun: &str, fields: &str) -> String {
    static SDL: OnceLock<String> = OnceLock::new();
    let sdl = SDL.get_or_init(api::schema::sdl);
    let start = sdl.split_once(&format!("\t{verb}(input: ")).map(|(_, rest)| rest);
    let input = start.and_then(|rest| rest.split('!').next());
    let input = input.unwrap_or_else(|| panic!("no mutation {verb}"));
    format!(
        "mutation($input: {input}!) {{ {verb}(input: $input) {{
            {noun} {{ {fields} }} userErrors {{ code field message }} }} }}"
    )
}
