//! The texts of the operations in the playground's menu.

pub(super) const PUBLIC_NEEDS: &str = "# Lo que cualquiera puede leer, sin token.
query NeedsOnOffer {
  needs(first: 10, filter: { status: [PUBLISHED] }) {
    totalCount
    nodes { folio title summary state { label } subsectors { code label } chamber { name } publishedAt redactedFields }
    pageInfo { endCursor hasNextPage }
  }
}
";
pub(super) const SEARCH: &str = "query Search($text: String!) {
  search(text: $text, first: 10) {
    totalCount
    facets { kinds { kind count } subsectors { code { code label } count } states { code { label } count } trl { trl count } }
    edges { score node { __typename
      ... on Need { folio title } ... on Offer { folio title trl ott { name } }
      ... on Capability { folio title } ... on IpAsset { folio title } } }
  }
}
";
pub(super) const OFFERS: &str = "query Offers($scian: String!) {
  offers(first: 10, filter: { scian: $scian, trlMin: 5 }) {
    totalCount
    nodes { folio title summary trl stage iprStatus ott { name } subsectors { label } }
  }
}
";
pub(super) const CHAMBERS: &str = "query Chambers {
  organizations(first: 5, filter: { kind: [CHAMBER] }) {
    nodes { name chamberProfile { memberCountDeclared { count asOf source }
      regions { code name validFrom validTo delegations { code name state { label } } } } }
  }
}
";
pub(super) const LISTS: &str = "query Lists {
  codeLists { name count }
  codes(list: \"scian\", level: \"subsector\", parent: \"31-33\", first: 25) { nodes { code labelEs labelEn } }
}
";
pub(super) const OWN_NEEDS: &str = "query MyNeeds {
  viewer { grants { role actions organization { name } } }
  needs(first: 20, filter: { mine: true }, order: RECENTLY_UPDATED) { nodes { folio status title version disclosureLevel } }
}
";
pub(super) const PREVIEW: &str = "query Preview($input: NeedInput!) {
  previewMatches(input: $input, first: 5) {
    matches { score coverage explanation components { feature weight value contribution explanation } offer { folio title } }
    userErrors { code field message }
  }
}
";
pub(super) const DRAFT_NEED: &str = "mutation DraftNeed($input: DraftNeedInput!) {
  draftNeed(input: $input) { need { id folio version status region { name } } userErrors { code field message } }
}
";
pub(super) const NEED: &str = "query Need($id: ID!) {
  need(id: $id) {
    folio status version title summary description technicalSpecification confidentialAnnex
    successCriteria { parameter unit comparator target mustHave }
    company { name } chamber { name } region { name } delegation { name }
    disclosureLevel redactedFields history { from to at reason note }
  }
}
";
pub(super) const TO_REVIEW: &str = "query NeedsToReview {
  needs(first: 20, filter: { status: [IN_REVIEW] }, order: OLDEST) {
    totalCount
    nodes { id folio version title summary company { name } region { name } delegation { name } }
  }
}
";
pub(super) const PUBLISH_NEED: &str = "# Quien escribió el texto no lo publica.
mutation PublishNeed($input: NeedVersionInput!) {
  publishNeed(input: $input) { need { folio status publishedAt expiresAt openForInterest } userErrors { code field message } }
}
";
pub(super) const MEMBERS: &str = "query Members($chamber: ID!) {
  organizations(first: 20, filter: { chamber: $chamber }) {
    totalCount
    nodes { name sizeClass subsector { label } municipality { label } region { name } telephone email affiliations { memberNo category from } redactedFields }
  }
}
";
pub(super) const BY_STATUS: &str = "query ByStatus {
  inReview: needs(filter: { status: [IN_REVIEW] }) { totalCount }
  published: needs(filter: { status: [PUBLISHED] }) { totalCount }
  onHold: needs(filter: { status: [ON_HOLD] }) { totalCount }
  fulfilled: needs(filter: { status: [FULFILLED] }) { totalCount }
  closedUnmet: needs(filter: { status: [CLOSED_UNMET] }) { totalCount }
  recent: needs(first: 5, order: RECENTLY_UPDATED) { nodes { folio status title history { from to at } } }
}
";
pub(super) const MATCHES: &str = "query NeedsWithMatches {
  needs(first: 10, filter: { status: [PUBLISHED], openForInterest: true }) {
    nodes { folio title matches(first: 5) { nodes { score coverage explanation offer { folio title ott { name } } } } }
  }
}
";
pub(super) const WORK_LIST: &str = "query WorkList {
  matches(first: 10, filter: { status: [SUGGESTED, SHORTLISTED] }) {
    totalCount
    nodes { id version status source score explanation actions decidedBy { name } decidedAt need { folio title chamber { name } } offer { folio title } }
    pageInfo { endCursor hasNextPage }
  }
}
";
pub(super) const SHORTLIST: &str = "mutation ShortlistMatch($input: MatchVersionInput!) {
  shortlistMatch(input: $input) { match { status version decidedBy { name } history { from to at by } } userErrors { code field message } }
}
";
pub(super) const MATCH_COUNTS: &str = "query WhatCameOfMatches {
  byStatus: matchCounts(by: [STATUS]) { status count }
  whyDismissed: matchCounts(by: [DISMISSED_REASON], filter: { status: [DISMISSED] }) { dismissedReason count }
}
";
pub(super) const DESCRIBE: &str = "query Describe($type: String!) {
  __type(name: $type) { name description
    fields(includeDeprecated: true) { name description isDeprecated deprecationReason type { name kind ofType { name } } }
  }
}
";
pub(super) const FEEDBACK: &str = "query Feedback($first: Int, $after: String) {
  matchFeedback(first: $first, after: $after) {
    totalCount pageInfo { hasNextPage endCursor }
    nodes { grade act reason decidedOn score coverage weightsVersion components { feature weight value contribution } need { language text } offer { language text } }
  }
}
";
pub(super) const NEED_MATCHES: &str = "query NeedMatches($id: ID!) {
  need(id: $id) {
    title description technicalSpecification budgetBand successCriteria { parameter comparator target unit }
    matches(first: 10) { nodes { score coverage weightsVersion components { feature weight value contribution explanation english: explanation(language: EN) } offer { folio title trl } } }
  }
}
";
pub(super) const CHAMBER_NEEDS: &str = "query ChamberNeeds($chamber: ID!) {
  organization(id: $chamber) {
    name
    needs(first: 10) {
      totalCount
      nodes { folio title subsector { label } matches(first: 3) { nodes { score explanation offer { folio title } } } }
    }
  }
}
";
pub(super) const OFFICE_OFFERS: &str = "# Cada lista es una sola consulta a la base, por muchas ofertas que haya.
query OfficeOffers($ott: ID!) {
  organization(id: $ott) {
    name
    offers(first: 10) {
      totalCount
      nodes { folio title trl matches(first: 3) { nodes { score coverage need { folio title chamber { name } } } } }
    }
  }
}
";
pub(super) const COUNTS: &str = "query NeedsBySubsectorAndRegion {
  needCounts(by: [SUBSECTOR, REGION], filter: { status: [PUBLISHED] }) { count subsector { code label } region { name } }
}
";
pub(super) const OFFERS_TO_REVIEW: &str = "query OffersToReview($ott: ID!) {
  offers(first: 20, filter: { ott: $ott, status: [IN_REVIEW, DRAFT, RETURNED] }) {
    nodes { id folio version status title trl iprStatus enablingDetail indicativeTerms }
  }
}
";
pub(super) const PUBLISH_OFFER: &str = "mutation PublishOffer($input: OfferVersionInput!) {
  publishOffer(input: $input) { offer { folio status publishedAt expiresAt } userErrors { code field message } }
}
";
pub(super) const SUPPLY: &str = "query SupplyAndDemand($scian: String!) {
  needs(first: 20, filter: { scian: $scian, status: [PUBLISHED] }) { totalCount nodes { folio title problemKind budgetBand state { label } } }
  offers(first: 20, filter: { scian: $scian, status: [PUBLISHED] }) { totalCount nodes { folio title trl stage state { label } } }
}
";
pub(super) const RECENT: &str = "query Recent {
  needs(first: 20, order: RECENTLY_UPDATED) { nodes { id folio status version updatedAt title description } pageInfo { endCursor hasNextPage } }
}
";
pub(super) const NODE: &str = "query AnyNode($id: ID!) {
  node(id: $id) { __typename id ... on Offer { folio title advantages } ... on Need { folio title } ... on Organization { name } }
}
";
pub(super) const VIEWER: &str = "query WhoAmI {
  viewer { person isNetworkMember networkLevel grants { role actions organization { name kind } regions { name } } }
}
";
pub(super) const RESPONSES: &str = "query Responses($intermediary: ID!) {
  organization(id: $intermediary) { name }
  responseStatistics(intermediary: $intermediary) { since until submitted due onTime onTimeRate medianDays lapsed lapseRate suppressed asOf definitionVersion }
}
";
pub(super) const INTERESTS: &str =
    "# Quién es la otra parte se sabe paso a paso: vea disclosureLevel y redactedFields.
query Interests {
  interests(first: 10, order: RECENTLY_UPDATED) {
    totalCount
    nodes {
      id folio version status direction respondBy actions disclosureLevel redactedFields
      need { folio title } offer { folio title } company { name } chamber { name } ott { name }
      cooperationSought contribution questions requirementAnswers { criterion response evidence }
      unreadMessages messages(first: 5) { nodes { party level text sentAt readBy { party at } } }
    }
  }
}
";
pub(super) const ACCEPT_INTEREST: &str = "mutation AcceptInterest($input: InterestVersionInput!) {
  acceptInterest(input: $input) { interest { folio status acceptedAt ott { name email } } userErrors { code field message } }
}
";
pub(super) const TO_ANSWER: &str = "query InterestsToAnswer {
  interests(first: 20, order: OLDEST, filter: { status: [SUBMITTED, TRIAGE], direction: OFFER_TO_NEED }) {
    totalCount
    nodes { id folio version status submittedAt respondBy escalatedAt need { folio title company { name } } ott { name } cooperationSought questions history { to at note } }
  }
}
";
pub(super) const TAKE_OVER: &str = "mutation TakeOverInterest($input: InterestVersionInput!) {
  takeOverInterest(input: $input) { interest { folio status answeredAt respondBy actions } userErrors { code field message } }
}
";
pub(super) const DRAFT_INTEREST: &str = "mutation DraftInterest($input: DraftInterestInput!) {
  draftInterest(input: $input) { interest { id folio version status need { title } chamber { name } actions } userErrors { code field message } }
}
";
pub(super) const INTEREST_COUNTS: &str = "query HowInterestsEnd {
  byStatus: interestCounts(by: [STATUS, DIRECTION]) { count status direction }
  why: interestCounts(by: [DECLINE_REASON]) { count declineReason }
}
";
pub(super) const SEND_MESSAGE: &str = "# Lo lee quien ve de la expresión de interés al menos ese nivel.
mutation SendMessage($input: SendMessageInput!) {
  sendMessage(input: $input) { message { id party level text sentAt } userErrors { code field message } }
}
";
pub(super) const DISCLOSURES: &str = "# Quién de fuera vio qué de lo suyo, y con qué fundamento.
query Disclosures {
  disclosures(first: 20) { totalCount nodes { seenAt record fields person organization { name } basis { folio status } } }
}
";
pub(super) const FILES: &str = "# url sirve cinco minutos, a quien la tenga.
query FilesOfMyNeeds {
  needs(first: 20, filter: { mine: true }) {
    nodes { folio title documents { title level fileName mediaType sizeBytes sha256 uploadedAt url urlExpiresAt } }
  }
}
";
pub(super) const ATTACH: &str = "# Después se manda el archivo, tal cual, por PUT a uploadUrl.
mutation AttachDocument($input: AttachDocumentInput!) {
  attachDocument(input: $input) { document { id status level fileName mediaType } uploadUrl uploadUrlExpiresAt userErrors { code field message } }
}
";
pub(super) const FOLLOW_NEEDS: &str =
    "# Las necesidades, en cuanto se ofrecen a la red. Publique una en otra pestaña.
subscription NeedsPublished($filter: NeedFilter, $after: String) {
  needPublished(filter: $filter, after: $after) {
    cursor resync
    happened { kind at }
    need { id folio title disclosureLevel chamber { name } }
  }
}
";
pub(super) const FOLLOW_INBOX: &str = "# Avisa cuando su bandeja es otra.
subscription InboxChanged($after: String) {
  inboxChanged(after: $after) {
    cursor resync totalCount
    items { kind record since until }
  }
}
";
pub(super) const INBOX: &str = "# Lo que le espera, hasta cuándo; lo más antiguo primero.
query Inbox {
  viewer {
    inbox(first: 20) {
      totalCount
      nodes {
        kind record since until escalated
        need { folio title version actions } offer { folio title version actions }
        interest { folio version status actions need { title } offer { title } unreadMessages }
      }
      pageInfo { endCursor hasNextPage }
    }
  }
}
";
pub(super) const TIMELINE: &str = "# Qué pasó, hasta donde usted puede saberlo.
query Timeline {
  needs(first: 5, order: RECENTLY_UPDATED) { nodes { folio title disclosureLevel timeline(first: 20) { totalCount nodes { kind at actor } } } }
}
";
pub(super) const AGREEMENTS: &str = "# Partes, compromisos y lo que puede hacer con cada uno.
query Agreements {
  agreements(first: 10, filter: { mine: true }, order: RECENTLY_UPDATED) {
    totalCount
    nodes {
      id folio version type status title text effectiveOn expiresOn nextDueOn actions disclosureLevel redactedFields
      parties { role organization { name } approvedAt signedAt signedSha256 }
      economics { upfront { amount currency } royaltyBp milestones { title dueOn amount { amount } } }
      interest { folio status } confidants { person organization { name } }
      timeline(first: 20) { nodes { kind at } }
    }
  }
}
";
pub(super) const SIGN_AGREEMENT: &str = "# Se firma el texto exacto: su SHA-256.
mutation SignAgreement($input: SignAgreementInput!) {
  signAgreement(input: $input) { agreement { folio status activeAt interest { status } confidants { person } } userErrors { code field message } }
}
";
pub(super) const DRAFT_NDA: &str = "mutation DraftAgreement($input: DraftAgreementInput!) {
  draftAgreement(input: $input) { agreement { id folio version status textToSign sha256 actions } userErrors { code field message } }
}
";
pub(super) const FRAMEWORKS: &str =
    "# Un convenio firmado es una barra de avance, no una fotografía.
query Frameworks {
  agreements(first: 5, filter: { type: [FRAMEWORK_AGREEMENT] }) {
    nodes {
      folio title status activeAt parties { role organization { name } }
      progress { total done inProgress due overdue progressBp dueProgressBp }
      commitments { number text horizon dueOn status overdue evidence responsible { name } }
    }
  }
}
";
pub(super) const AGREEMENT_COUNTS: &str = "query AgreementsByTypeAndYear {
  agreementCounts(by: [TYPE, YEAR]) { count type year }
}
";
pub(super) const FORWARD_INTEREST: &str = "mutation ForwardInterest($input: InterestVersionInput!) {
  forwardInterest(input: $input) { interest { folio status forwardedAt respondBy actions } userErrors { code field message } }
}
";
pub(super) const EVALUATE_INTEREST: &str = "mutation EvaluateInterest($input: EvaluateInterestInput!) {
  evaluateInterest(input: $input) { interest { folio status evaluation actions } userErrors { code field message } }
}
";
pub(super) const NEGOTIATE_INTEREST: &str = "mutation NegotiateInterest($input: InterestVersionInput!) {
  negotiateInterest(input: $input) { interest { folio status actions } userErrors { code field message } }
}
";
pub(super) const SHARE_AGREEMENT: &str = "# Quien lo escribió no lo comparte.
mutation ShareAgreement($input: AgreementVersionInput!) {
  shareAgreement(input: $input) { agreement { folio status sharedAt parties { role organization { name } } actions } userErrors { code field message } }
}
";
pub(super) const APPROVE_AGREEMENT: &str = "mutation ApproveAgreement($input: ApproveAgreementInput!) {
  approveAgreement(input: $input) { agreement { folio status sha256 parties { organization { name } approvedAt } actions } userErrors { code field message } }
}
";
pub(super) const FULFIL_NEED: &str = "# Con el convenio que la satisfizo; el resultado es público y no nombra a nadie.
mutation FulfilNeed($input: FulfilNeedInput!) {
  fulfilNeed(input: $input) { need { folio status outcome metBy { folio title } } userErrors { code field message } }
}
";
pub(super) const IP_ASSETS: &str = "query IntellectualProperty($scian: String!) {
  ipAssets(first: 10, filter: { scian: $scian }, order: TITLE) {
    totalCount
    nodes { folio figure title summary legalStatus commercialStatus trl state { label } ott { name } offer { folio title } }
  }
  ipTerms { figure office filedFrom filedTo firstYears mostYears starts law article confirmed }
}
";
pub(super) const DORMANT: &str = "# Protegido, sin uso, y por vencer: quién podría aprovecharlo.
query Dormant($atRisk: Boolean) {
  dormantAssets(first: 5, filter: { atRisk: $atRisk }) {
    totalCount
    nodes {
      folio title summary nextFeeDueOn atRisk expiresOn ott { name } offer { folio title openForInterest }
      matchingNeeds(first: 3) { score explanation need { folio title chamber { name } region { name } } }
    }
  }
}
";
pub(super) const PORTFOLIO: &str = "query Portfolio {
  ipAssets(first: 20, filter: { mine: true }, order: NEXT_FEE) {
    totalCount
    nodes {
      id version folio figure title listed legalStatus commercialStatus filedOn grantedOn expiresOn nextFeeDueOn graceUntil
      dormant atRisk feeAskedAt feeDecision rescuedAt owners { shareBp organization { name } }
      legalEvents { kind on paidUntil } offer { folio status } actions
    }
  }
}
";
pub(super) const RECORD_ASSET: &str = "mutation RecordIpAsset($input: RecordIpAssetInput!) {
  recordIpAsset(input: $input) { ipAsset { id folio version legalStatus expiresOn nextFeeDueOn owners { shareBp organization { name } } } userErrors { code field message } }
}
";
pub(super) const RECORD_IP_EVENT: &str = "mutation RecordIpEvent($input: RecordIpEventInput!) {
  recordIpEvent(input: $input) { ipAsset { folio legalStatus nextFeeDueOn graceUntil legalEvents { kind on paidUntil } } userErrors { code field message } }
}
";
pub(super) const DECIDE_FEE: &str = "mutation DecideIpFee($input: DecideIpFeeInput!) {
  decideIpFee(input: $input) { ipAsset { folio title nextFeeDueOn feeDecision } userErrors { code field message } }
}
";
pub(super) const CAPABILITIES: &str = "query Capabilities($scian: String) {
  capabilities(first: 10, filter: { scian: $scian }) {
    totalCount
    nodes {
      folio kind title summary trlFrom trlTo accredited state { label } ott { name }
      capacityUnit leadTimeDays priceBand accreditation { body no validUntil }
    }
  }
}
";
pub(super) const CAPABILITY_MAP: &str = "# Qué hace falta, qué hay, y de qué región puede venir.
query CapabilityMap($sector: String!, $chamber: ID!) {
  capabilityMap(sector: $sector, chamber: $chamber) {
    region { code name } subsector { code label }
    needs offers capabilities supply localGap gapRate importable idle
    sources { region { code name } offers capabilities neighbour }
  }
}
";
pub(super) const NEED_CAPABILITIES: &str = "query NeedCapabilities($id: ID!) {
  need(id: $id) {
    folio title
    matchingDormantAssets(first: 3) { score explanation ipAsset { folio title trl nextFeeDueOn ott { name } } }
    similarNeeds(first: 3) { score explanation need { folio title } }
    matchingCapabilities(first: 5) { score explanation capability { folio kind title leadTimeDays ott { name } state { label } } }
  }
}
";
pub(super) const DRAFT_CAPABILITY: &str = "mutation DraftCapability($input: DraftCapabilityInput!) {
  draftCapability(input: $input) { capability { id folio version status state { label } actions } userErrors { code field message } }
}
";
pub(super) const ASSIMILATION: &str = "query Assimilation($id: ID!) {
  organization(id: $id) {
    name
    assimilation { level levelName total assessedOn validUntil scores { acquireAbsorb implementUse } }
    assessments { kind method assessedOn level evidence withdrawnAt }
  }
}
";
pub(super) const PATHWAY: &str = "# Qué hacer antes de tomar una tecnología, nivel por nivel.
query Pathway($id: ID!, $offer: ID!) {
  organization(id: $id) {
    name assimilation { level levelName }
    pathway(offer: $offer) { fromLevel toLevel steps agreements missingPoints heldDownBy evidence }
  }
}
";
pub(super) const RECORD_ASSESSMENT: &str = "mutation RecordAssessment($input: RecordAssessmentInput!) {
  recordAssessment(input: $input) { assessment { id kind total level levelName validUntil } userErrors { code field message } }
}
";
pub(super) const ELIGIBILITY: &str = "query Eligibility {
  interests(first: 20, filter: { status: [ACCEPTED, NDA_SIGNED, EVALUATION, NEGOTIATION] }) {
    nodes {
      folio status company { name assimilation { level levelName } } offer { folio title minAssimilationLevel trl }
      eligibility { eligibility computed reason steps inferred overridden { eligibility reason at } }
    }
  }
}
";
pub(super) const OVERRIDE_ELIGIBILITY: &str = "# Sólo la gerencia de la oficina; el motivo queda a la vista de ambas partes.
mutation OverrideEligibility($input: OverrideEligibilityInput!) {
  overrideEligibility(input: $input) {
    interest { folio status eligibility { eligibility computed overridden { eligibility reason at } } }
    userErrors { code field message }
  }
}
";
pub(super) const CROSSWALK: &str = "query Crosswalk {
  assimilationCrosswalk { method area dimensions }
}
";
pub(super) const PROJECTS: &str = "# De la necesidad al resultado: quién participa, cuánto avanza, qué dejó.
query Projects {
  projects(first: 10, filter: { mine: true }, order: RECENTLY_UPDATED) {
    nodes {
      folio status type title trlStart trlCurrent trlTarget nextDueOn actions
      leader { name } partners { role shareBp portion acceptedAt organization { name } }
      budget { amount currency } finances { counted { amount } received { amount } missing { amount } }
      progress { total accepted missed overdue progressBp }
      milestones { number status title dueOn overdue trlAfter responsible { name } }
      outcomes { status kind metric baseline value unit recordedBy { name } judgedBy { name } }
      needs { folio title } agreement { folio }
    }
  }
}
";
pub(super) const PROPOSE_PROJECT: &str = "mutation ProposeProject($input: ProposeProjectInput!) {
  proposeProject(input: $input) {
    project { folio status version finances { missing { amount } } milestones { number dueOn } actions }
    userErrors { code field message }
  }
}
";
pub(super) const FORM_PROJECT: &str = "mutation FormProject($input: FormProjectInput!) {
  formProject(input: $input) { project { folio status partners { role acceptedAt organization { name } } } userErrors { code field message } }
}
";
pub(super) const ACCEPT_PROJECT: &str = "mutation AcceptProject($input: AcceptProjectInput!) {
  acceptProject(input: $input) { project { folio status partners { role shareBp acceptedAt } } userErrors { code field message } }
}
";
pub(super) const APPROVE_PROJECT: &str = "# Quien escribió el plan no lo aprueba.
mutation ApproveProject($input: ProjectPartnerInput!) {
  approveProject(input: $input) { project { folio status partners { role approvedAt } } userErrors { code field message } }
}
";
pub(super) const ACCEPT_MILESTONE: &str = "mutation AcceptMilestone($input: AcceptMilestoneInput!) {
  acceptMilestone(input: $input) {
    project { folio trlCurrent milestones { number status trlAfter evidence trlEvidence { level kind title } leaderAcceptedAt officeAcceptedAt } }
    userErrors { code field message }
  }
}
";
pub(super) const VALIDATE_OUTCOME: &str = "mutation ValidateOutcome($input: ValidateOutcomeInput!) {
  validateOutcome(input: $input) {
    project { folio outcomes { status metric baseline value unit evidence recordedBy { name } judgedBy { name } judgedAt } }
    userErrors { code field message }
  }
}
";
pub(super) const PROGRAMMES: &str = "# Fondos, convocatorias y vales, con sus condiciones; cualquiera los lee.
query Programmes {
  programmes(first: 10) {
    totalCount
    nodes {
      folio kind status title opensOn closesOn sponsor announcedBy { name } total { amount currency }
      eligibleLeads smeRequired minPartners budgetMin { amount } budgetMax { amount }
      durationMinMonths durationMaxMonths trlFrom trlTo states { label } scian { code label } minAssimilationLevel
    }
  }
}
";
pub(super) const PROGRAMME_ELIGIBILITY: &str = "# Qué condición se cumple y cuál no, una por una.
query WhoMayApply($company: ID!) {
  programmes(first: 10, filter: { status: [ANNOUNCED, OPEN] }) {
    nodes { folio title eligibility(company: $company) { eligible conditions { condition status explanation } } }
  }
}
";
pub(super) const ANNOUNCE_PROGRAMME: &str = "mutation AnnounceProgramme($input: AnnounceProgrammeInput!) {
  announceProgramme(input: $input) { programme { folio status version actions } userErrors { code field message } }
}
";
pub(super) const APPLICATIONS: &str = "query Applications {
  programmes(first: 10, filter: { mine: true }) {
    nodes {
      folio title status actions
      applications { project folio title budget { amount } partners { role organization { name } } decision awarded eligibility { eligible conditions { condition status explanation } } }
    }
  }
}
";
pub(super) const SAVE_SEARCH: &str =
    "# Avisa de lo que se publique desde ahora, una vez cada cosa; con channel: WEBHOOK y
# webhookEndpoint, también a un sistema.
mutation SaveSearch($input: SaveSearchInput!) {
  saveSearch(input: $input) {
    savedSearch {
      id version name kind text scian { code label } cadence since newCount
      channel webhookEndpoint { id name }
    }
    userErrors { code field message }
  }
}
";
pub(super) const SAVE_SEARCH_ONCE: &str =
    "# Dos veces con la misma llave es una: la segunda vez, extensions.replayed lo dice.
mutation SaveSearchOnce($input: SaveSearchInput!, $key: String!) {
  saveSearch(input: $input) @idempotent(key: $key) {
    savedSearch { id version name }
    userErrors { code field message }
  }
}
";
pub(super) const CREATE_CLIENT: &str =
    "# El secreto se muestra aquí y nunca más: con él, POST /oauth/token da tokens.
mutation CreateClient($input: CreateApiClientInput!) {
  createApiClient(input: $input) {
    apiClient { id name role scopes secretPrefix expiresAt }
    secret
    userErrors { code field message }
  }
}
";
pub(super) const CLIENTS: &str = "query Clients {
  apiClients(first: 20) {
    totalCount
    nodes {
      id version name role scopes secretPrefix lastUsedAt expiresAt revokedAt
      organization { name }
    }
  }
}
";
pub(super) const INVITE_MEMBER: &str =
    "# El código se muestra aquí y nunca más: déselo a quien invita; se acepta con acceptInvitation.
mutation InviteMember($input: InviteMemberInput!) {
  inviteMember(input: $input) {
    invitation { id role name email codePrefix expiresAt organization { name } }
    code
    userErrors { code field message }
  }
}
";
pub(super) const MEMBERSHIPS: &str = "query WhoIsWho {
  memberships(first: 20, filter: { lasting: true }) {
    totalCount
    nodes {
      id version role fromAt toAt disclosureLevel
      person { id name email }
      organization { name }
      regions { code }
    }
  }
}
";
pub(super) const INVITATIONS: &str = "query Invitations {
  invitations(first: 20) {
    totalCount
    nodes { id role name email codePrefix createdAt expiresAt acceptedAt withdrawnAt organization { name } }
  }
}
";
pub(super) const PERSONAL_DATA: &str = "# Todo lo que se guarda de usted: véalo, corríjalo (correctPersonalData) o bórrelo (erasePerson).
query WhatIsHeldAboutMe {
  viewer {
    profile { id version name email phone orcid locale erasedAt memberships { nodes { role organization { name } } } }
    personalData { section by hasMore rows }
  }
}
";
pub(super) const BRING_ROLL: &str =
    "# El archivo se envía después a uploadUrl: curl --upload-file padron.csv \"$UPLOAD_URL\"
mutation BringRoll($input: BulkImportStartInput!) {
  bulkImportStart(input: $input) {
    bulkJob { id status uploadUrl uploadUrlExpiresAt }
    userErrors { code field message }
  }
}
";
pub(super) const CREATE_WEBHOOK: &str =
    "# El secreto se muestra aquí y nunca más: con él se comprueba quién manda cada aviso.
mutation CreateWebhook($input: CreateWebhookEndpointInput!) {
  createWebhookEndpoint(input: $input) {
    webhookEndpoint { id version name url kinds secretPrefix }
    secret
    userErrors { code field message }
  }
}
";
pub(super) const WEBHOOKS: &str = "query Webhooks {
  webhookEndpoints(first: 20) {
    totalCount
    nodes {
      id version name url kinds disabledAt disabledReason failingSince lastDeliveredAt
      organization { name }
      deliveries(first: 5) {
        nodes { id kind record status nextAttemptAt attempts(first: 5) { nodes { at outcome status milliseconds } } }
      }
    }
  }
}
";
pub(super) const EXPORT: &str =
    "# Todo lo que encuentra la consulta, en un archivo; «Descargar» hace lo mismo con lo que esté escrito aquí.
mutation Export($input: BulkExportStartInput!) {
  bulkExportStart(input: $input) { bulkJob { id status format } userErrors { code field message } }
}
";
pub(super) const BULK_JOBS: &str = "# El enlace es bueno por cinco minutos; cada lectura da otro.
query MyExports {
  bulkJobs(first: 10) {
    totalCount
    nodes { id kind status format done roots sizeBytes errorCode errorMessage createdAt finishedAt url urlExpiresAt }
  }
}
";
pub(super) const EEN: &str =
    "# En los campos de la Enterprise Europe Network; «Descargar» da todo en un archivo.
query ForEen {
  needs(first: 10, filter: { status: [PUBLISHED] }) {
    nodes {
      id
      een(language: EN) {
        reference profileType profileStatus created lastModified publicationDate expirationDate openForEOI
        title shortSummary description expectedRoleOfThePartner technicalSpecificationOrExpertiseSought
        typesOfPartnership typesAndSizes { kinds sizes } marketKeywords technologyKeywords sdgKeywords
        targetedCountries partnerOrganisationCountry frameworkProgram deadlineForEoI
      }
    }
  }
}
";
pub(super) const SAVED_SEARCHES: &str = "query MySearches {
  viewer {
    savedSearches(first: 20) {
      totalCount
      nodes {
        id name kind cadence pausedAt newCount channel webhookEndpoint { name }
        finds(first: 5) { nodes { id toldAt need { folio title } offer { folio title } } }
      }
    }
  }
}
";
