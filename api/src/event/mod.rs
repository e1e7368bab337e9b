//! What can happen. An event is a fact with ids and codes: no text of a record,
//! no personal data; readers fetch the rest as themselves. A kind never changes
//! its meaning; a new meaning is a new kind.

mod timeline;

use entity::{
    AgreementId, AssessmentId, CapabilityId, ClientId, ConsentId, ConsentPurpose, DocumentId,
    InterestId, InvitationId, IpAssetId, JobId, MatchId, MembershipId, MessageId, NeedId, OfferId,
    OrganizationId, PersonId, ProgrammeId, ProjectId, SavedSearchId, WebhookDeliveryId,
    WebhookEndpointId, document::RecordId,
};
use serde::{Deserialize, Serialize};

pub use timeline::TimelineKind;

/// The events by which somebody is known to have written the text of a record.
pub(crate) const WRITING: [&str; 13] = [
    "CAPABILITY_DRAFTED",
    "CAPABILITY_REVISED",
    "NEED_DRAFTED",
    "NEED_REVISED",
    "OFFER_DRAFTED",
    "OFFER_REVISED",
    "AGREEMENT_DRAFTED",
    "AGREEMENT_REVISED",
    "PROJECT_PROPOSED",
    "PROJECT_REVISED",
    "MILESTONE_PLANNED",
    "MILESTONE_REVISED",
    "MILESTONE_WAIVED",
];

/// A thing that happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Event {
    /// Official lists and vocabularies were loaded.
    CodesLoaded {
        list: String,
        count: usize,
    },
    /// Organizations were put on record or changed, at most 500 at a time.
    OrganizationsImported {
        organizations: Vec<OrganizationId>,
    },
    /// A chamber's territory or an office's profile was put on record.
    ProfileImported {
        organization: OrganizationId,
    },
    /// People and their roles were put on record.
    MembersImported {
        organization: OrganizationId,
        count: usize,
    },
    /// Somebody was invited to hold a role in an organization, or it went on from there.
    MemberInvited {
        invitation: InvitationId,
        organization: OrganizationId,
    },
    InvitationWithdrawn {
        invitation: InvitationId,
        organization: OrganizationId,
    },
    MemberJoined {
        invitation: InvitationId,
        membership: MembershipId,
        organization: OrganizationId,
    },
    MembershipChanged {
        membership: MembershipId,
        organization: OrganizationId,
    },
    /// Somebody else ended it.
    MembershipEnded {
        membership: MembershipId,
        organization: OrganizationId,
    },
    /// Whose it is left.
    MemberLeft {
        membership: MembershipId,
        organization: OrganizationId,
    },
    /// Somebody corrected what is held about them.
    PersonCorrected {
        person: PersonId,
    },
    /// What is held about somebody was blanked.
    PersonErased {
        person: PersonId,
    },
    /// A company consented to something.
    ConsentGranted {
        consent: ConsentId,
        organization: OrganizationId,
        purpose: ConsentPurpose,
    },
    /// A company took a consent back.
    ConsentWithdrawn {
        consent: ConsentId,
        organization: OrganizationId,
        purpose: ConsentPurpose,
    },
    /// A machine was let in for an organization, or went through one of its verbs.
    ClientCreated {
        client: ClientId,
        organization: OrganizationId,
    },
    ClientChanged {
        client: ClientId,
        organization: OrganizationId,
    },
    ClientSecretRotated {
        client: ClientId,
        organization: OrganizationId,
    },
    ClientRevoked {
        client: ClientId,
        organization: OrganizationId,
    },
    /// An address was given at which an organization is told what happens, or it went through one of its verbs.
    WebhookCreated {
        webhook: WebhookEndpointId,
        organization: OrganizationId,
    },
    WebhookChanged {
        webhook: WebhookEndpointId,
        organization: OrganizationId,
    },
    WebhookSecretRotated {
        webhook: WebhookEndpointId,
        organization: OrganizationId,
    },
    WebhookEnabled {
        webhook: WebhookEndpointId,
        organization: OrganizationId,
    },
    WebhookDisabled {
        webhook: WebhookEndpointId,
        organization: OrganizationId,
    },
    WebhookRemoved {
        webhook: WebhookEndpointId,
        organization: OrganizationId,
    },
    /// Something was sent to it on somebody's demand.
    WebhookTested {
        webhook: WebhookEndpointId,
        organization: OrganizationId,
    },
    WebhookRedelivered {
        delivery: WebhookDeliveryId,
        webhook: WebhookEndpointId,
        organization: OrganizationId,
    },
    WebhooksReplayed {
        webhook: WebhookEndpointId,
        organization: OrganizationId,
        deliveries: usize,
    },
    /// Somebody let something be carried out in bulk, or called it off.
    BulkJobStarted {
        job: JobId,
    },
    BulkJobCanceled {
        job: JobId,
    },
    /// The file of an import has come.
    BulkFileReceived {
        job: JobId,
    },
    /// It came to its end, well or not; once for each organization for which its owner acts.
    BulkJobFinished {
        job: JobId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        organization: Option<OrganizationId>,
    },
    /// How well a company takes up technology was put on record.
    AssessmentRecorded {
        assessment: AssessmentId,
        organization: OrganizationId,
    },
    /// It was taken back.
    AssessmentWithdrawn {
        assessment: AssessmentId,
        organization: OrganizationId,
    },
    /// A need went through one of its verbs.
    NeedDrafted {
        need: NeedId,
    },
    NeedRevised {
        need: NeedId,
    },
    NeedSubmitted {
        need: NeedId,
    },
    NeedReturned {
        need: NeedId,
    },
    NeedPublished {
        need: NeedId,
    },
    NeedHeld {
        need: NeedId,
    },
    NeedResumed {
        need: NeedId,
    },
    NeedRenewed {
        need: NeedId,
    },
    NeedOpenedForInterest {
        need: NeedId,
    },
    NeedClosedForInterest {
        need: NeedId,
    },
    NeedFulfilled {
        need: NeedId,
    },
    NeedClosed {
        need: NeedId,
    },
    NeedWithdrawn {
        need: NeedId,
    },
    NeedArchived {
        need: NeedId,
    },
    NeedExpired {
        need: NeedId,
    },
    /// A need expires within fourteen days; its owner is warned once.
    NeedExpiryNear {
        need: NeedId,
    },
    /// An offer went through one of its verbs.
    OfferDrafted {
        offer: OfferId,
    },
    OfferRevised {
        offer: OfferId,
    },
    OfferSubmitted {
        offer: OfferId,
    },
    OfferReturned {
        offer: OfferId,
    },
    OfferPublished {
        offer: OfferId,
    },
    OfferHeld {
        offer: OfferId,
    },
    OfferResumed {
        offer: OfferId,
    },
    OfferRenewed {
        offer: OfferId,
    },
    OfferOpenedForInterest {
        offer: OfferId,
    },
    OfferClosedForInterest {
        offer: OfferId,
    },
    OfferReserved {
        offer: OfferId,
    },
    OfferReleased {
        offer: OfferId,
    },
    OfferTransferred {
        offer: OfferId,
    },
    OfferRetired {
        offer: OfferId,
    },
    OfferExpired {
        offer: OfferId,
    },
    OfferArchived {
        offer: OfferId,
    },
    /// An offer expires within fourteen days; its owner is warned once.
    OfferExpiryNear {
        offer: OfferId,
    },
    /// Invented needs were put on record with their past, at most 500 at a time.
    NeedsGenerated {
        needs: Vec<NeedId>,
    },
    /// Invented offers were put on record with their past, at most 500 at a time.
    OffersGenerated {
        offers: Vec<OfferId>,
    },
    /// Invented needs were given their suggestions, at most 500 needs at a time.
    MatchesGenerated {
        needs: Vec<NeedId>,
    },
    /// Somebody said of a need and an offer that they fit.
    MatchProposed {
        r#match: MatchId,
    },
    /// A match went through one of its verbs.
    MatchShortlisted {
        r#match: MatchId,
    },
    MatchDismissed {
        r#match: MatchId,
    },
    MatchConverted {
        r#match: MatchId,
    },
    /// One of a shortlisted match's two left the network.
    MatchSetAside {
        r#match: MatchId,
    },
    /// Both of them are on offer again.
    MatchTakenUpAgain {
        r#match: MatchId,
    },
    /// An expression of interest went through one of its verbs.
    InterestDrafted {
        interest: InterestId,
    },
    InterestRevised {
        interest: InterestId,
    },
    InterestSubmitted {
        interest: InterestId,
    },
    InterestTakenOver {
        interest: InterestId,
    },
    InterestInformationRequested {
        interest: InterestId,
    },
    InterestInformationProvided {
        interest: InterestId,
    },
    InterestRejected {
        interest: InterestId,
    },
    InterestForwarded {
        interest: InterestId,
    },
    InterestAccepted {
        interest: InterestId,
    },
    InterestDeclined {
        interest: InterestId,
    },
    InterestUnderEvaluation {
        interest: InterestId,
    },
    InterestInNegotiation {
        interest: InterestId,
    },
    InterestClosed {
        interest: InterestId,
    },
    InterestWithdrawn {
        interest: InterestId,
    },
    InterestRated {
        interest: InterestId,
    },
    /// Nobody took it over in time: those above are told.
    InterestEscalated {
        interest: InterestId,
    },
    /// Nobody answered it in time.
    InterestLapsed {
        interest: InterestId,
    },
    /// What it was about has ended.
    InterestCancelled {
        interest: InterestId,
    },
    InterestNdaRequested {
        interest: InterestId,
    },
    InterestNdaWaived {
        interest: InterestId,
    },
    /// Its non-disclosure agreement came into force.
    InterestNdaSigned {
        interest: InterestId,
    },
    /// A contract that came of it came into force.
    InterestAgreed {
        interest: InterestId,
    },
    /// An agreement went through one of its verbs.
    AgreementDrafted {
        agreement: AgreementId,
    },
    AgreementRevised {
        agreement: AgreementId,
    },
    AgreementSubmitted {
        agreement: AgreementId,
    },
    AgreementReturned {
        agreement: AgreementId,
    },
    AgreementShared {
        agreement: AgreementId,
    },
    /// A party approved it.
    AgreementApproved {
        agreement: AgreementId,
    },
    /// All parties approved it.
    AgreementConcluded {
        agreement: AgreementId,
    },
    /// It is talked about again: what was approved and signed is void.
    AgreementReopened {
        agreement: AgreementId,
    },
    /// A party signed it.
    AgreementSigned {
        agreement: AgreementId,
    },
    /// It came into force.
    AgreementActivated {
        agreement: AgreementId,
    },
    AgreementSuspended {
        agreement: AgreementId,
    },
    AgreementResumed {
        agreement: AgreementId,
    },
    AgreementCompleted {
        agreement: AgreementId,
    },
    AgreementTerminated {
        agreement: AgreementId,
    },
    AgreementCancelled {
        agreement: AgreementId,
    },
    /// An amendment of it came into force.
    AgreementAmended {
        agreement: AgreementId,
    },
    /// Its time is over.
    AgreementExpired {
        agreement: AgreementId,
    },
    /// A party named somebody who reads what the other discloses.
    ConfidantNamed {
        agreement: AgreementId,
    },
    /// Somebody reads no longer.
    ConfidantRemoved {
        agreement: AgreementId,
    },
    /// What a party promised was begun, kept or given up.
    CommitmentStarted {
        agreement: AgreementId,
    },
    CommitmentKept {
        agreement: AgreementId,
    },
    CommitmentDropped {
        agreement: AgreementId,
    },
    /// A project went through one of its verbs.
    ProjectProposed {
        project: ProjectId,
    },
    ProjectRevised {
        project: ProjectId,
    },
    ProjectFormed {
        project: ProjectId,
    },
    /// A partner accepted its line.
    ProjectAccepted {
        project: ProjectId,
    },
    /// A partner takes no part.
    ProjectDeclined {
        project: ProjectId,
    },
    /// An office or a chamber approved it.
    ProjectEndorsed {
        project: ProjectId,
    },
    /// All of them did.
    ProjectApproved {
        project: ProjectId,
    },
    ProjectRejected {
        project: ProjectId,
    },
    ProjectAgreementLinked {
        project: ProjectId,
    },
    ProjectStarted {
        project: ProjectId,
    },
    ProjectHeld {
        project: ProjectId,
    },
    ProjectResumed {
        project: ProjectId,
    },
    ProjectCompleted {
        project: ProjectId,
    },
    /// An office or a chamber agreed that it is closed.
    ProjectClosureEndorsed {
        project: ProjectId,
    },
    /// All of them did.
    ProjectClosed {
        project: ProjectId,
    },
    ProjectCancelled {
        project: ProjectId,
    },
    /// Its money became more, or came.
    FundingAdded {
        project: ProjectId,
    },
    FundingFollowed {
        project: ProjectId,
    },
    RisksRecorded {
        project: ProjectId,
    },
    /// One of its milestones went through one of its verbs.
    MilestonePlanned {
        project: ProjectId,
    },
    MilestoneRevised {
        project: ProjectId,
    },
    MilestoneStarted {
        project: ProjectId,
    },
    MilestoneSubmitted {
        project: ProjectId,
    },
    /// The leader or the office accepted one.
    MilestoneEndorsed {
        project: ProjectId,
    },
    /// Both did.
    MilestoneAccepted {
        project: ProjectId,
    },
    MilestoneReturned {
        project: ProjectId,
    },
    MilestoneMissed {
        project: ProjectId,
    },
    MilestoneWaived {
        project: ProjectId,
    },
    /// A partner said what came of it, or judged what another one had said.
    OutcomeRecorded {
        project: ProjectId,
    },
    OutcomeValidated {
        project: ProjectId,
    },
    OutcomeRefused {
        project: ProjectId,
    },
    /// It applied to a programme, or applies no longer.
    ProjectApplied {
        project: ProjectId,
    },
    ApplicationWithdrawn {
        project: ProjectId,
    },
    /// The programme decided about it.
    ProjectApplicationDecided {
        project: ProjectId,
    },
    /// A programme went through one of its verbs.
    ProgrammeAnnounced {
        programme: ProgrammeId,
    },
    ProgrammeRevised {
        programme: ProgrammeId,
    },
    ProgrammeOpened {
        programme: ProgrammeId,
    },
    ProgrammeExtended {
        programme: ProgrammeId,
    },
    ProgrammeClosed {
        programme: ProgrammeId,
    },
    /// It decided about a project that applied.
    ApplicationDecided {
        programme: ProgrammeId,
    },
    ProgrammeResultsPublished {
        programme: ProgrammeId,
    },
    /// A capability went through one of its verbs.
    CapabilityDrafted {
        capability: CapabilityId,
    },
    CapabilityRevised {
        capability: CapabilityId,
    },
    CapabilityPublished {
        capability: CapabilityId,
    },
    CapabilityPaused {
        capability: CapabilityId,
    },
    CapabilityRetired {
        capability: CapabilityId,
    },
    /// Invented capabilities were put on record with their past, at most 500 at a time.
    CapabilitiesGenerated {
        capabilities: Vec<CapabilityId>,
    },
    /// A piece of intellectual property went through one of its verbs.
    IpAssetRecorded {
        asset: IpAssetId,
    },
    IpAssetRevised {
        asset: IpAssetId,
    },
    /// Something happened to it before its office.
    IpEventRecorded {
        asset: IpAssetId,
    },
    /// What was said of it by mistake was taken back.
    IpEventRemoved {
        asset: IpAssetId,
    },
    /// Something else is done with it.
    IpAssetMarketed {
        asset: IpAssetId,
    },
    /// Invented intellectual property was put on record with its past, at most 500 at a time.
    IpAssetsGenerated {
        assets: Vec<IpAssetId>,
    },
    /// It was dormant, and an agreement uses it.
    IpAssetRescued {
        asset: IpAssetId,
        by: AgreementId,
    },
    /// Its office was asked what to do about the next fee.
    IpFeeAsked {
        asset: IpAssetId,
    },
    /// Its office has decided.
    IpFeeDecided {
        asset: IpAssetId,
    },
    /// An office decided, in spite of the levels, whether a technology suits a company.
    InterestEligibilityOverridden {
        interest: InterestId,
    },
    /// Somebody wrote in the conversation on an expression of interest.
    MessageSent {
        interest: InterestId,
        message: MessageId,
    },
    /// A party read messages there, up to this one.
    MessagesRead {
        interest: InterestId,
        message: MessageId,
    },
    /// A document was announced.
    DocumentAttached {
        document: DocumentId,
        #[serde(flatten)]
        record: RecordId,
    },
    /// Its bytes have come, and are what was announced.
    DocumentStored {
        document: DocumentId,
        #[serde(flatten)]
        record: RecordId,
    },
    /// Somebody took it away.
    DocumentRemoved {
        document: DocumentId,
        #[serde(flatten)]
        record: RecordId,
    },
    /// Its bytes did not come in time.
    DocumentLapsed {
        document: DocumentId,
        #[serde(flatten)]
        record: RecordId,
    },
    /// Nothing is kept for it any more but what it is.
    DocumentTidied {
        document: DocumentId,
        #[serde(flatten)]
        record: RecordId,
    },
    /// Somebody's saved search went through one of its verbs.
    SearchSaved {
        search: SavedSearchId,
    },
    SavedSearchChanged {
        search: SavedSearchId,
    },
    SavedSearchPaused {
        search: SavedSearchId,
    },
    SavedSearchResumed {
        search: SavedSearchId,
    },
    SavedSearchDeleted {
        search: SavedSearchId,
    },
    SearchMarkedSeen {
        search: SavedSearchId,
    },
    /// It found something new.
    SearchFound {
        search: SavedSearchId,
        finds: usize,
    },
    /// The suggestions of a need were computed anew.
    NeedMatched {
        need: NeedId,
        matches: usize,
    },
    /// The suggestions of an offer were computed anew.
    OfferMatched {
        offer: OfferId,
        matches: usize,
    },
}

impl Event {
    /// The kind, as stored and as clients will name it (`NEED_PUBLISHED`).
    #[must_use]
    pub fn kind(&self) -> String {
        let body = serde_json::to_value(self).unwrap_or_default();
        body["kind"].as_str().unwrap_or_default().to_owned()
    }

    /// Whether events of this kind tell that somebody's roles are others than before, or a machine's.
    #[must_use]
    pub fn changes_memberships(kind: &str) -> bool {
        matches!(
            kind,
            "MEMBERS_IMPORTED"
                | "MEMBER_JOINED"
                | "MEMBERSHIP_CHANGED"
                | "MEMBERSHIP_ENDED"
                | "MEMBER_LEFT"
                | "PERSON_ERASED"
                | "CLIENT_CHANGED"
                | "CLIENT_REVOKED"
        )
    }

    /// The record it is about, as a prefixed id.
    #[must_use]
    pub fn subject(&self) -> Option<String> {
        let body = serde_json::to_value(self).unwrap_or_default();
        let id = [
            "agreement",
            "asset",
            "capability",
            "interest",
            "match",
            "need",
            "offer",
            "organization",
            "person",
            "programme",
            "project",
            "search",
        ]
        .iter()
        .find_map(|name| body[*name].as_str());
        id.map(ToOwned::to_owned)
    }
}
