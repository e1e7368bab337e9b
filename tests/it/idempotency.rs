//! Mutations that are sent twice are done once: by the same caller, under the same key, with the
//! same input, for a day.

use std::collections::BTreeSet;

use actix_web::{http::header, test::TestRequest};
use api::{clockwork, context::Service};
use chrono::TimeDelta;
use entity::{
    InterestDirection, InterestStatus, NeedStatus, OfferStatus, Role, event, idempotency_key,
    membership, need,
};
use futures_util::future::join_all;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter,
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tests::{Answer, Cast, Database, Person, World, records};

use crate::{machines, needs, saved_searches};

tests::stories!(
    what_is_sent_twice_is_done_once,
    many_at_once_are_one,
    other_input_is_told,
    a_key_is_of_its_caller_and_its_mutation,
    what_was_refused_is_mended_under_the_same_key,
    a_day_later_it_is_done_again,
    a_replay_shows_what_may_be_known_now,
    what_shows_its_row_is_read_anew,
    a_secret_is_told_once,
    a_link_is_given_again_until_the_bytes_have_come,
    what_is_gone_stays_gone,
    several_mutations_share_a_key_unless_they_are_the_same,
    a_key_goes_over_a_socket_too,
    keys_that_are_none_are_told,
    every_mutation_takes_a_key,
    without_a_key_nothing_is_asked_of_them,
    whoever_waits_too_long_is_told,
);

const DRAFT: &str = "mutation($input: DraftNeedInput!) { draftNeed(input: $input) { \
    need { id version status } userErrors { code field message } } }";
const SUBMIT: &str = "mutation($input: NeedVersionInput!) { submitNeed(input: $input) { \
    need { id version status } userErrors { code field presentVersion } } }";
const KEY: &str = "8e03978e-40d5-43dd-bc93-6894a57f9324";

fn draft(cast: &Cast) -> Value {
    json!({ "input": needs::with(needs::text(), json!({ "company": cast.company.to_string() })) })
}

fn request(token: Option<&str>, key: &str, operation: &str, variables: &Value) -> TestRequest {
    let mut request = TestRequest::post()
        .uri("/graphql")
        .insert_header((header::CONTENT_TYPE, "application/json"))
        .insert_header(("Idempotency-Key", key))
        .set_payload(json!({ "query": operation, "variables": variables }).to_string());
    if let Some(token) = token {
        request = request.insert_header((header::AUTHORIZATION, format!("Bearer {token}")));
    }
    request
}

/// An answer, and which of its fields it says to be replays.
struct Told {
    answer: Answer,
    replayed: Vec<String>,
}

impl Told {
    fn of(came: tests::Transferred) -> Self {
        let body: Value = serde_json::from_slice(&came.bytes).expect("JSON");
        let named = body["extensions"]["replayed"].as_array().cloned().unwrap_or_default();
        let replayed: Vec<_> = named.iter().map(|name| name.as_str().unwrap().to_owned()).collect();
        let said = came.headers.get("idempotency-replayed").map(String::as_str);
        assert_eq!(said, (!replayed.is_empty()).then_some("true"), "{body:#}");
        Self { answer: Answer { status: came.status, body }, replayed }
    }

    /// What the field answered that was not done before.
    #[track_caller]
    fn done(self) -> Value {
        assert_eq!(self.answer.outcome(), "DONE", "{:#}", self.answer.body);
        assert_eq!(self.replayed, [""; 0], "{:#}", self.answer.body);
        self.answer.root().clone()
    }

    /// What the field answered that was done before.
    #[track_caller]
    fn again(self) -> Value {
        assert_eq!(self.answer.outcome(), "DONE", "{:#}", self.answer.body);
        assert_eq!(self.replayed.len(), 1, "{:#}", self.answer.body);
        self.answer.root().clone()
    }

    /// How it was refused.
    #[track_caller]
    fn refused(self) -> String {
        assert_eq!(self.replayed, [""; 0], "{:#}", self.answer.body);
        self.answer.outcome()
    }
}

async fn under(
    world: &World,
    person: &Person<'_>,
    key: &str,
    operation: &str,
    variables: &Value,
) -> Told {
    Told::of(world.call(request(person.token().as_deref(), key, operation, variables)).await)
}

async fn kept(world: &World) -> u64 {
    idempotency_key::Entity::find().count(world.db().fresh()).await.unwrap()
}

async fn what_is_sent_twice_is_done_once(world: &World) {
    let cast = world.cast().await;
    let member = world.person(Role::MemberUser, cast.company).await;
    let what = draft(&cast);
    let first = under(world, &member, KEY, DRAFT, &what).await.done();
    assert_eq!(world.events().await, ["NEED_DRAFTED"]);
    // In quotes, as the draft of the header has it, and a moment later.
    world.pass(TimeDelta::minutes(1));
    let quoted = format!("\"{KEY}\"");
    assert_eq!(under(world, &member, &quoted, DRAFT, &what).await.again(), first);
    // By a literal, in another order of fields, under another name, asking for something else.
    let literal = format!(
        "mutation {{ mine: draftNeed(input: {{ scian: [\"327\"], company: \"{}\", \
         title: {{ en: \"Recover heat\", es: \"Recuperar calor\" }}, \
         summary: {{ es: \"Gases calientes sin uso\" }}, \
         description: {{ es: \"Hornos de túnel a 420 grados\" }}, \
         technicalSpecification: {{ es: \"400 kW\" }}, \
         confidentialAnnex: {{ es: \"Balance térmico\" }}, \
         partnerRole: {{ es: \"Diseñar e instalar\" }}, \
         partnershipTypes: [RD_COOPERATION_AGREEMENT] }}) {{ need {{ id title }} userErrors {{ code }} }} }}",
        cast.company
    );
    let other = under(world, &member, KEY, &literal, &json!({})).await;
    assert_eq!(other.replayed, ["mine"]);
    assert_eq!(
        other.again()["need"],
        json!({ "id": first["need"]["id"], "title": "Recuperar calor" })
    );
    // What has happened to it since is seen.
    let at = json!({ "input": needs::at(&first["need"]) });
    let submitted = under(world, &member, "submit", SUBMIT, &at).await.done();
    assert_eq!(submitted["need"]["status"], "IN_REVIEW");
    assert_eq!(under(world, &member, "submit", SUBMIT, &at).await.again(), submitted);
    let again = under(world, &member, KEY, DRAFT, &what).await.again();
    assert_eq!(again["need"]["version"], 2);
    // Under another key the same version is stale, and says which there is.
    let stale = under(world, &member, "another", SUBMIT, &at).await;
    let errors = json!([{ "code": "STALE_OBJECT", "field": ["input", "expectedVersion"], "presentVersion": 2 }]);
    assert_eq!(stale.answer.root()["userErrors"], errors);
    assert_eq!(world.events().await, ["NEED_SUBMITTED"]);
    assert_eq!(need::Entity::find().count(world.db().fresh()).await.unwrap(), 1);
}

async fn many_at_once_are_one(world: &World) {
    let cast = world.cast().await;
    let member = world.person(Role::MemberUser, cast.company).await;
    let what = draft(&cast);
    for round in 0..3 {
        let key = format!("round {round}");
        let all = join_all((0..16).map(|_| under(world, &member, &key, DRAFT, &what))).await;
        let replays = all.iter().filter(|told| !told.replayed.is_empty()).count();
        assert_eq!(replays, 15);
        let ids: BTreeSet<_> = all
            .iter()
            .map(|told| {
                assert_eq!(told.answer.outcome(), "DONE");
                told.answer.root()["need"]["id"].to_string()
            })
            .collect();
        assert_eq!(ids.len(), 1, "{ids:?}");
        assert_eq!(world.events().await, ["NEED_DRAFTED"]);
    }
    assert_eq!(need::Entity::find().count(world.db().fresh()).await.unwrap(), 3);
    // Those that differ get nothing done, whichever comes first.
    let different = join_all((0..8).map(|number| {
        let title = json!({ "title": { "es": format!("Calor {number}") } });
        let input = needs::with(draft(&cast)["input"].clone(), title);
        let member = &member;
        async move { under(world, member, "mixed", DRAFT, &json!({ "input": input })).await }
    }));
    let outcomes: Vec<_> = different.await.into_iter().map(Told::refused).collect();
    assert_eq!(outcomes.iter().filter(|outcome| *outcome == "DONE").count(), 1);
    assert_eq!(outcomes.iter().filter(|outcome| *outcome == "IDEMPOTENCY_MISMATCH").count(), 7);
    assert_eq!(world.events().await, ["NEED_DRAFTED"]);
}

async fn other_input_is_told(world: &World) {
    let cast = world.cast().await;
    let member = world.person(Role::MemberUser, cast.company).await;
    let first = under(world, &member, KEY, DRAFT, &draft(&cast)).await.done();
    assert_eq!(world.events().await, ["NEED_DRAFTED"]);
    for more in [
        json!({ "title": { "es": "Recuperar frío" } }),
        json!({ "confidentialAnnex": null }),
        json!({ "urgency": "HIGH" }),
        json!({ "scian": ["327", "327"] }),
    ] {
        let other = json!({ "input": needs::with(draft(&cast)["input"].clone(), more) });
        let told = under(world, &member, KEY, DRAFT, &other).await;
        assert_eq!((told.answer.status, told.answer.code()), (200, "IDEMPOTENCY_MISMATCH"));
        assert_eq!(told.answer.body["data"], json!({ "draftNeed": null }));
    }
    assert_eq!(under(world, &member, KEY, DRAFT, &draft(&cast)).await.again(), first);
    assert_eq!(need::Entity::find().count(world.db().fresh()).await.unwrap(), 1);
}

async fn a_key_is_of_its_caller_and_its_mutation(world: &World) {
    let cast = world.cast().await;
    let member = world.person(Role::MemberUser, cast.company).await;
    let colleague = world.person(Role::MemberUser, cast.company).await;
    let first = under(world, &member, KEY, DRAFT, &draft(&cast)).await.done();
    let second = under(world, &colleague, KEY, DRAFT, &draft(&cast)).await.done();
    assert_ne!(first["need"]["id"], second["need"]["id"]);
    assert_eq!(world.events().await, ["NEED_DRAFTED"; 2]);
    // A machine of the company is somebody else, too.
    let machine = machines::machine(world, cast.company, "MEMBER_USER", &["WRITE_NEEDS"]).await;
    let token = machine.token().await;
    let by_machine =
        || async { Told::of(world.call(request(Some(&token), KEY, DRAFT, &draft(&cast))).await) };
    let third = by_machine().await.done();
    assert_eq!(by_machine().await.again(), third);
    assert_eq!(world.events().await, ["NEED_DRAFTED"]);
    // Another mutation under the same key is another thing.
    let at = json!({ "input": needs::at(&first["need"]) });
    let submitted = under(world, &member, KEY, SUBMIT, &at).await.done();
    assert_eq!(submitted["need"]["status"], "IN_REVIEW");
    assert_eq!(world.events().await, ["NEED_SUBMITTED"]);
    for (person, right) in [(&member, &first), (&colleague, &second)] {
        let again = under(world, person, KEY, DRAFT, &draft(&cast)).await.again();
        assert_eq!(again["need"]["id"], right["need"]["id"]);
    }
    // Whoever comes without a token has no keys, and learns nothing by them.
    let told = under(world, &world.nobody(), KEY, DRAFT, &draft(&cast)).await;
    assert_eq!(told.refused(), "UNAUTHENTICATED");
    let stranger = world.stranger().await;
    assert_eq!(under(world, &stranger, KEY, DRAFT, &draft(&cast)).await.refused(), "FORBIDDEN");
    assert_eq!(kept(world).await, 4);
}

async fn what_was_refused_is_mended_under_the_same_key(world: &World) {
    let cast = world.cast().await;
    let member = world.person(Role::MemberUser, cast.company).await;
    let stranger = world.person(Role::MemberUser, cast.other_company).await;
    let without =
        json!({ "input": needs::with(draft(&cast)["input"].clone(), json!({ "title": {} })) });
    let refused = under(world, &member, KEY, DRAFT, &without).await;
    assert_eq!(refused.refused(), "REQUIRED input.title");
    assert_eq!(under(world, &stranger, KEY, DRAFT, &draft(&cast)).await.refused(), "FORBIDDEN");
    assert_eq!(kept(world).await, 0, "nothing was done, and nothing is kept");
    let done = under(world, &member, KEY, DRAFT, &draft(&cast)).await.done();
    assert_eq!(world.events().await, ["NEED_DRAFTED"]);
    // From now on it is what it was done with that counts.
    let told = under(world, &member, KEY, DRAFT, &without).await;
    assert_eq!(told.refused(), "IDEMPOTENCY_MISMATCH");
    assert_eq!(under(world, &member, KEY, DRAFT, &draft(&cast)).await.again(), done);
}

async fn a_day_later_it_is_done_again(world: &World) {
    let cast = world.cast().await;
    let member = world.person(Role::MemberUser, cast.company).await;
    let first = under(world, &member, KEY, DRAFT, &draft(&cast)).await.done();
    world.pass(TimeDelta::hours(24) - TimeDelta::seconds(1));
    clockwork::run_due(&world.service).await.unwrap();
    assert_eq!(under(world, &member, KEY, DRAFT, &draft(&cast)).await.again(), first);
    world.pass(TimeDelta::seconds(1));
    // Whether or not the clockwork has come by.
    let second = under(world, &member, KEY, DRAFT, &draft(&cast)).await.done();
    assert_ne!(first["need"]["id"], second["need"]["id"]);
    assert_eq!(world.events().await, ["NEED_DRAFTED"; 2]);
    assert_eq!(under(world, &member, KEY, DRAFT, &draft(&cast)).await.again(), second);
    // More than go at once, and those that are not over stay.
    let over = (0..2_100).map(|number| {
        idempotency_key::Model {
            id: number.to_string(),
            input: String::new(),
            outcome: Some("need_0".into()),
            expires_at: world.now() - TimeDelta::seconds(number),
        }
        .into_active_model()
        .reset_all()
    });
    idempotency_key::Entity::insert_many(over)
        .exec_without_returning(world.db().write())
        .await
        .unwrap();
    assert_eq!(kept(world).await, 2_101);
    world.statements();
    clockwork::run_due(&world.service).await.unwrap();
    let deleted = world.statements().iter().filter(|sql| sql.starts_with("DELETE")).count();
    assert_eq!((kept(world).await, deleted), (1, 3));
    assert_eq!(under(world, &member, KEY, DRAFT, &draft(&cast)).await.again(), second);
}

async fn leaves(world: &World, person: &Person<'_>) {
    let of_person = membership::Column::PersonId.eq(person.id.unwrap());
    let held = membership::Entity::find().filter(of_person).one(world.db().read()).await;
    let held = held.unwrap().expect("a membership");
    world.overwrite(membership::Model { to_at: Some(world.now()), ..held }).await;
}

async fn a_replay_shows_what_may_be_known_now(world: &World) {
    let cast = world.cast().await;
    let member = world.person(Role::MemberUser, cast.company).await;
    let first = under(world, &member, KEY, DRAFT, &draft(&cast)).await.done();
    assert_eq!(world.events().await, ["NEED_DRAFTED"]);
    world.pass(TimeDelta::seconds(1));
    leaves(world, &member).await;
    let told = under(world, &member, KEY, DRAFT, &draft(&cast)).await.again();
    assert_eq!(told, json!({ "need": null, "userErrors": [] }));
    // The draft is as it was, and what they may do no more, they may not.
    let at = json!({ "input": needs::at(&first["need"]) });
    assert_eq!(under(world, &member, "submit", SUBMIT, &at).await.refused(), "NOT_FOUND");
}

async fn what_shows_its_row_is_read_anew(world: &World) {
    let cast = world.cast().await;
    let member = world.person(Role::MemberUser, cast.company).await;
    const GRANT: &str = "mutation($input: GrantConsentInput!) { grantConsent(input: $input) { \
        consent { id purpose withdrawnAt } userErrors { code } } }";
    const WITHDRAW: &str = "mutation($id: ID!) { withdrawConsent(id: $id) { \
        consent { id purpose withdrawnAt } userErrors { code } } }";
    const ASSESS: &str = "mutation($input: RecordAssessmentInput!) { recordAssessment(input: $input) { \
        assessment { id level evidence } userErrors { code field } } }";
    let company = cast.company.to_string();
    let grant = json!({ "input": { "organization": company, "purpose": "REPRESENTATION" } });
    let given = under(world, &member, KEY, GRANT, &grant).await.done();
    assert_eq!(under(world, &member, KEY, GRANT, &grant).await.again(), given);
    let which = json!({ "id": given["consent"]["id"] });
    let back = under(world, &member, KEY, WITHDRAW, &which).await.done();
    assert_eq!(under(world, &member, KEY, WITHDRAW, &which).await.again(), back);
    assert!(!back["consent"]["withdrawnAt"].is_null());
    // The first is told as it is now.
    assert_eq!(under(world, &member, KEY, GRANT, &grant).await.again(), back);
    assert_eq!(world.events().await, ["CONSENT_GRANTED", "CONSENT_WITHDRAWN"]);
    let assess = json!({ "input": { "organization": company, "kind": "SELF_ASSESSED",
        "assessedOn": "2026-03-01", "scores": json!(records::scores(2)), "evidence": ["Visita"] } });
    let assessed = under(world, &member, KEY, ASSESS, &assess).await.done();
    assert_eq!(under(world, &member, KEY, ASSESS, &assess).await.again(), assessed);
    assert_eq!(world.events().await, ["ASSESSMENT_RECORDED"]);
    world.pass(TimeDelta::seconds(1));
    leaves(world, &member).await;
    for (operation, variables, noun) in
        [(GRANT, &grant, "consent"), (WITHDRAW, &which, "consent"), (ASSESS, &assess, "assessment")]
    {
        let told = under(world, &member, KEY, operation, variables).await.again();
        assert_eq!(told, json!({ noun: null, "userErrors": [] }));
    }
}

async fn a_secret_is_told_once(world: &World) {
    let cast = world.cast().await;
    let admin = world.person(Role::ChamberAdmin, cast.chamber).await;
    const CREATE: &str = "mutation($input: CreateApiClientInput!) { createApiClient(input: $input) { \
        apiClient { id version secretPrefix } secret userErrors { code field } } }";
    const ROTATE: &str = "mutation($input: RotateApiClientSecretInput!) { \
        rotateApiClientSecret(input: $input) { apiClient { id version secretPrefix } secret userErrors { code } } }";
    let create = json!({ "input": machines::new(cast.chamber, "SERVICE", &["READ_NETWORK"]) });
    let made = under(world, &admin, KEY, CREATE, &create).await.done();
    let again = under(world, &admin, KEY, CREATE, &create).await.again();
    assert_eq!(again["apiClient"], made["apiClient"]);
    assert!(made["secret"].is_string() && again["secret"].is_null(), "{again:#}");
    let rotate = json!({ "input": { "id": made["apiClient"]["id"], "expectedVersion": 1 } });
    let changed = under(world, &admin, KEY, ROTATE, &rotate).await.done();
    let again = under(world, &admin, KEY, ROTATE, &rotate).await.again();
    assert!(changed["secret"].is_string() && again["secret"].is_null(), "{again:#}");
    assert_eq!(again["apiClient"]["version"], 2, "it was changed once");
    assert_eq!(world.events().await, ["CLIENT_CREATED", "CLIENT_SECRET_ROTATED"]);
    // Neither they nor the key are anywhere in what is kept.
    let rows = idempotency_key::Entity::find().all(world.db().fresh()).await.unwrap();
    let told = format!("{rows:?}");
    assert_eq!(rows.len(), 2);
    for secret in [made["secret"].as_str().unwrap(), changed["secret"].as_str().unwrap(), KEY] {
        assert!(!told.contains(secret), "{told}");
    }
    assert!(told.contains(made["apiClient"]["id"].as_str().unwrap()));
}

const PDF: &[u8] = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\nuna vez";

async fn a_link_is_given_again_until_the_bytes_have_come(world: &World) {
    let cast = world.cast().await;
    let need = world.need(&cast, NeedStatus::Published).await.id.to_string();
    let member = world.person(Role::MemberUser, cast.company).await;
    const ATTACH: &str = "mutation($input: AttachDocumentInput!) { attachDocument(input: $input) { \
        uploadUrl uploadUrlExpiresAt document { id status } userErrors { code field } } }";
    let input = json!({ "input": { "record": need, "level": "CONFIDENTIAL", "fileName": "a.pdf",
        "title": { "es": "Balance" }, "sizeBytes": PDF.len(),
        "sha256": format!("{:x}", Sha256::digest(PDF)) } });
    let told = under(world, &member, KEY, ATTACH, &input).await.done();
    world.pass(TimeDelta::minutes(5));
    let again = under(world, &member, KEY, ATTACH, &input).await.again();
    assert_eq!(again, told, "the same link, with the same end");
    // The link that was given again is as good as the first.
    let link = again["uploadUrl"].as_str().unwrap();
    assert_eq!(world.transfer(None, link, Some(PDF.to_vec())).await.status, 204);
    let done = under(world, &member, KEY, ATTACH, &input).await.again();
    assert_eq!(done["document"], json!({ "id": told["document"]["id"], "status": "STORED" }));
    assert!(done["uploadUrl"].is_null() && done["uploadUrlExpiresAt"].is_null(), "{done:#}");
    assert_eq!(world.events().await, ["DOCUMENT_ATTACHED", "DOCUMENT_STORED"]);
    // One whose time is over is not given either.
    let late = under(world, &member, "late", ATTACH, &input).await.done();
    assert!(late["uploadUrl"].is_string());
    assert_eq!(world.events().await, ["DOCUMENT_ATTACHED"]);
    world.pass(TimeDelta::minutes(15));
    let over = under(world, &member, "late", ATTACH, &input).await.again();
    assert!(over["uploadUrl"].is_null() && over["uploadUrlExpiresAt"].is_null(), "{over:#}");
    // Nor is one by which nothing can be sent any more: the need is public, its files are not theirs.
    let gone = under(world, &member, "gone", ATTACH, &input).await.done();
    assert!(gone["uploadUrl"].is_string());
    assert_eq!(world.events().await, ["DOCUMENT_ATTACHED"]);
    leaves(world, &member).await;
    let told = under(world, &member, "gone", ATTACH, &input).await.again();
    if let Some(link) = told["uploadUrl"].as_str() {
        let sent = world.transfer(None, link, Some(PDF.to_vec())).await.status;
        assert!([403, 404].contains(&sent), "{sent}: {told:#}");
    }
}

async fn what_is_gone_stays_gone(world: &World) {
    let cast = world.cast().await;
    let need = world.need(&cast, NeedStatus::Published).await.id.to_string();
    let member = world.person(Role::MemberUser, cast.company).await;
    let told = member.attach(&need, "CONFIDENTIAL", "a.pdf", PDF).await.root().clone();
    const REMOVE: &str = "mutation($input: RemoveDocumentInput!) { removeDocument(input: $input) { \
        document userErrors { code } } }";
    let which = json!({ "input": { "id": told["document"]["id"] } });
    let removed = under(world, &member, KEY, REMOVE, &which).await.done();
    assert_eq!(removed["document"], told["document"]["id"]);
    assert_eq!(under(world, &member, KEY, REMOVE, &which).await.again(), removed);
    assert_eq!(under(world, &member, "other", REMOVE, &which).await.refused(), "NOT_FOUND");
    assert_eq!(world.events().await, ["DOCUMENT_ATTACHED", "DOCUMENT_REMOVED"]);

    let search = saved_searches::saved(&member, json!({ "kind": "NEED" })).await;
    const DELETE: &str = "mutation($input: SavedSearchIdInput!) { deleteSavedSearch(input: $input) { \
        deleted userErrors { code field presentVersion } } }";
    let stale = json!({ "input": { "id": search["id"], "expectedVersion": 7 } });
    let refused = under(world, &member, KEY, DELETE, &stale).await;
    assert_eq!(refused.answer.root()["userErrors"][0]["presentVersion"], 1);
    let which = json!({ "input": { "id": search["id"], "expectedVersion": 1 } });
    let deleted = under(world, &member, KEY, DELETE, &which).await.done();
    assert_eq!(deleted["deleted"], search["id"]);
    assert_eq!(under(world, &member, KEY, DELETE, &which).await.again(), deleted);
    assert_eq!(under(world, &member, "other", DELETE, &which).await.refused(), "NOT_FOUND");
    assert_eq!(world.events().await, ["SEARCH_SAVED", "SAVED_SEARCH_DELETED"]);

    // What follows a signature is not done again either.
    let (from, status) = (InterestDirection::OfferToNeed, InterestStatus::Accepted);
    let row = world.need(&cast, NeedStatus::Published).await;
    let offer = world.offer(&cast, OfferStatus::Published).await;
    let interest = records::interest(&row, &offer, from, status, world.now());
    world.put(interest.clone()).await;
    let message = "mutation($input: SendMessageInput!) { sendMessage(input: $input) { \
        message { id text } userErrors { code field } } }";
    let what = json!({ "input": { "interest": interest.id.to_string(), "level": "INTRODUCED", "text": "Buen día" } });
    let sent = under(world, &member, KEY, message, &what).await.done();
    assert_eq!(under(world, &member, KEY, message, &what).await.again(), sent);
    assert_eq!(world.events().await, ["MESSAGE_SENT"]);
}

async fn several_mutations_share_a_key_unless_they_are_the_same(world: &World) {
    let cast = world.cast().await;
    let member = world.person(Role::MemberUser, cast.company).await;
    let search = "saveSearch(input: { kind: NEED, name: \"Calor\" }) { savedSearch { id } userErrors { code } }";
    let grant = format!(
        "grantConsent(input: {{ organization: \"{}\", purpose: REPRESENTATION }}) {{ consent {{ id }} userErrors {{ code }} }}",
        cast.company
    );
    // The second is refused: the first is done, and not a second time when the whole is sent again.
    let wrong = format!(
        "mutation {{ {search} {} }}",
        grant.replace("REPRESENTATION }", "REPRESENTATION, expiresAt: \"2020-01-01T00:00:00Z\" }")
    );
    let told = under(world, &member, KEY, &wrong, &json!({})).await;
    assert_eq!(told.replayed, [""; 0]);
    assert_eq!(told.answer.data()["grantConsent"]["userErrors"][0]["code"], "INVALID");
    let right = format!("mutation {{ {search} {grant} }}");
    let told = under(world, &member, KEY, &right, &json!({})).await;
    assert_eq!(told.replayed, ["saveSearch"]);
    let both = told.answer.data().clone();
    let told = under(world, &member, KEY, &right, &json!({})).await;
    assert_eq!(told.replayed, ["saveSearch", "grantConsent"]);
    assert_eq!(*told.answer.data(), both);
    assert_eq!(world.events().await, ["SEARCH_SAVED", "CONSENT_GRANTED"]);

    // The same mutation twice under one key is refused as a whole, also when a fragment hides it.
    for twice in [
        format!("mutation {{ a: {search} b: {search} }}"),
        format!("mutation {{ {search} ...B }} fragment B on Mutation {{ b: {search} }}"),
        format!("mutation {{ {search} ... on Mutation {{ ... {{ b: {search} }} }} }}"),
    ] {
        let told = under(world, &member, "twice", &twice, &json!({})).await;
        assert_eq!(told.answer.code(), "GRAPHQL_VALIDATION_FAILED", "{twice}");
        let message = told.answer.body["errors"][0]["message"].to_string();
        assert!(message.contains("saveSearch") && message.contains("@idempotent"), "{message}");
        assert_eq!(told.answer.body.get("data"), None);
    }
    assert_eq!(kept(world).await, 2);
    // Each with a key of its own, it is two things.
    let own = |name: &str, key: &str| {
        let search = search.replace(") {", &format!(") @idempotent(key: {key}) {{"));
        format!("{name}: {search}")
    };
    let apart = format!(
        "mutation($one: String!) {{ {} {} {search} }}",
        own("a", "$one"),
        own("b", "\"two\"")
    );
    let one = json!({ "one": "one" });
    let told = under(world, &member, "three", &apart, &one).await;
    assert_eq!((told.replayed.len(), told.answer.data().as_object().unwrap().len()), (0, 3));
    let told = under(world, &member, "three", &apart, &one).await;
    assert_eq!(told.replayed, ["a", "b", "saveSearch"]);
    // By which way a key came makes no difference.
    let told = under(world, &member, "one", &format!("mutation {{ {search} }}"), &json!({})).await;
    assert_eq!(told.replayed, ["saveSearch"]);
    // Asked for twice under one name it would be one field of the answer, done twice.
    let merged = format!("mutation {{ {search} {search} }}");
    let told = member.send(&merged, json!({})).await;
    assert_eq!(told.code(), "GRAPHQL_VALIDATION_FAILED");
    assert_eq!(told.body.get("data"), None);
    assert_eq!(world.events().await, ["SEARCH_SAVED"; 3]);
}

async fn a_key_goes_over_a_socket_too(world: &World) {
    let cast = world.cast().await;
    let member = world.person(Role::MemberUser, cast.company).await;
    let door = world.door(|_| ());
    let mut socket = door.socket(member.token().as_deref()).await;
    let operation = "mutation($key: String!) { saveSearch(input: { kind: NEED, name: \"Calor\" }) \
        @idempotent(key: $key) { savedSearch { id } userErrors { code } } }";
    let mut answers = Vec::new();
    for id in ["1", "2"] {
        socket.subscribe(id, operation, json!({ "key": KEY })).await;
        answers.push(socket.next(id).await);
        assert_eq!(socket.hear().await, json!({ "type": "complete", "id": id }));
    }
    assert_eq!(answers[0]["data"], answers[1]["data"]);
    assert_eq!(answers[0].get("extensions"), None);
    assert_eq!(answers[1]["extensions"], json!({ "replayed": ["saveSearch"] }));
    assert_eq!(world.events().await, ["SEARCH_SAVED"]);
}

async fn keys_that_are_none_are_told(world: &World) {
    let cast = world.cast().await;
    let member = world.person(Role::MemberUser, cast.company).await;
    let long = "k".repeat(256);
    for wrong in ["", "\"\"", "\"a", "\"a\";p=1", "\"a\", \"b\"", &long] {
        let told = under(world, &member, wrong, DRAFT, &draft(&cast)).await;
        assert_eq!((told.answer.status, told.answer.code()), (400, "BAD_USER_INPUT"), "{wrong}");
        assert_eq!(told.answer.body.get("data"), None, "{wrong}");
    }
    let two = request(member.token().as_deref(), "a", DRAFT, &draft(&cast));
    let told = Told::of(world.call(two.append_header(("Idempotency-Key", "b"))).await);
    assert_eq!((told.answer.status, told.answer.code()), (400, "BAD_USER_INPUT"));
    for (operation, code) in [
        // A field that is no mutation has nothing that could be done twice.
        ("{ needs @idempotent(key: \"a\") { totalCount } }", "GRAPHQL_VALIDATION_FAILED"),
        (
            "mutation { saveSearch(input: { kind: NEED, name: \"a\" }) { savedSearch @idempotent(key: \"a\") { id } } }",
            "GRAPHQL_VALIDATION_FAILED",
        ),
        (
            "mutation { ...F } fragment F on Mutation { saveSearch(input: { kind: NEED, name: \"a\" }) { ...S } } \
             fragment S on SavedSearchPayload { savedSearch @idempotent(key: \"a\") { id } }",
            "GRAPHQL_VALIDATION_FAILED",
        ),
        ("mutation @idempotent(key: \"a\") { __typename }", "GRAPHQL_VALIDATION_FAILED"),
        (
            "mutation { saveSearch(input: { kind: NEED, name: \"a\" }) @idempotent { savedSearch { id } } }",
            "GRAPHQL_VALIDATION_FAILED",
        ),
        (
            "mutation { saveSearch(input: { kind: NEED, name: \"a\" }) @idempotent(key: \"ñ\") { savedSearch { id } } }",
            "BAD_USER_INPUT",
        ),
    ] {
        assert_eq!(member.send(operation, json!({})).await.code(), code, "{operation}");
    }
    // Of a query nothing is kept.
    let told = under(world, &member, KEY, "{ needs { totalCount } }", &json!({})).await;
    assert_eq!(told.answer.root()["totalCount"], 0);
    assert_eq!(kept(world).await, 0);
}

const MUTATIONS: &str = "{ __schema { mutationType { fields { name args { name type { ...T } } } } \
    types { name kind inputFields { name type { ...T } } enumValues { name } } } } \
    fragment T on __Type { kind name ofType { kind name ofType { kind name ofType { kind name } } } }";

/// A value that fits a type of the schema, as it is written in a document; nothing where none is needed.
fn fitting(types: &[Value], ty: &Value) -> Option<String> {
    if ty["kind"] != "NON_NULL" {
        return None;
    }
    let name = ty["ofType"]["name"].as_str().unwrap_or_default();
    let named = || types.iter().find(|one| one["name"] == name).expect("a type");
    Some(match ty["ofType"]["kind"].as_str().unwrap() {
        "LIST" => "[]".to_owned(),
        "ENUM" => named()["enumValues"][0]["name"].as_str().unwrap().to_owned(),
        "INPUT_OBJECT" => {
            let fields = named()["inputFields"].as_array().unwrap().iter().filter_map(|field| {
                Some(format!("{}: {}", field["name"].as_str()?, fitting(types, &field["type"])?))
            });
            format!("{{ {} }}", fields.collect::<Vec<_>>().join(", "))
        }
        _ => match name {
            "Int" => "1".to_owned(),
            "Boolean" => "true".to_owned(),
            "Decimal" => "\"1\"".to_owned(),
            "NaiveDate" => "\"2026-03-01\"".to_owned(),
            "DateTime" => "\"2026-03-01T00:00:00Z\"".to_owned(),
            _ => "\"x\"".to_owned(),
        },
    })
}

/// What asks others about a name before its work begins, for those who may.
const LOOK_FIRST: [&str; 3] = ["bulkExportStart", "createWebhookEndpoint", "changeWebhookEndpoint"];

async fn every_mutation_takes_a_key(world: &World) {
    let member = world.stranger().await;
    let schema = member.send(MUTATIONS, json!({})).await.root().clone();
    let types = schema["types"].as_array().unwrap();
    let fields = schema["mutationType"]["fields"].as_array().unwrap();
    assert!(fields.len() > 100, "{}", fields.len());
    for field in fields {
        let name = field["name"].as_str().unwrap();
        let arguments = field["args"].as_array().unwrap().iter().filter_map(|argument| {
            let value = fitting(types, &argument["type"])?;
            Some(format!("{}: {value}", argument["name"].as_str()?))
        });
        let arguments = arguments.collect::<Vec<_>>().join(", ");
        let operation =
            format!("mutation {{ {name}({arguments}) @idempotent(key: \"\") {{ __typename }} }}");
        // Whether it is a key is looked at where keys are claimed, before anything else is.
        let answer = member.send(&operation, json!({})).await;
        if LOOK_FIRST.contains(&name) {
            let refused = ["FORBIDDEN", "NOT_FOUND"].contains(&answer.code());
            assert!(refused, "{operation}: {:#}", answer.body);
            continue;
        }
        assert_eq!(answer.code(), "BAD_USER_INPUT", "{operation}: {:#}", answer.body);
        let told = &answer.body["errors"][0]["extensions"]["field"];
        assert_eq!(*told, json!(["key"]), "{operation}: {:#}", answer.body);
    }
}

async fn without_a_key_nothing_is_asked_of_them(world: &World) {
    let cast = world.cast().await;
    let member = world.person(Role::MemberUser, cast.company).await;
    // The first in a year begins a count.
    member.send(DRAFT, draft(&cast)).await.data();
    world.statements();
    member.send(DRAFT, draft(&cast)).await.data();
    let without = world.statements();
    assert!(!without.iter().any(|sql| sql.contains("idempotency_key")), "{without:#?}");
    under(world, &member, KEY, DRAFT, &draft(&cast)).await.done();
    let with: Vec<_> = world.statements();
    let (keys, others): (Vec<_>, Vec<_>) =
        with.into_iter().partition(|sql| sql.contains("idempotency_key"));
    assert_eq!(others, without, "the key changes nothing else");
    assert_eq!(keys.len(), 2, "{keys:#?}");
    under(world, &member, KEY, DRAFT, &draft(&cast)).await.again();
    let again: Vec<_> = world.statements();
    let keys = again.iter().filter(|sql| sql.contains("idempotency_key")).count();
    let read = again.iter().filter(|sql| sql.contains("FROM \"need\"")).count();
    assert_eq!((keys, read), (2, 1), "{again:#?}");
    let written = ["INSERT INTO \"need\"", "INSERT INTO \"event\"", "INSERT INTO \"history\""];
    assert!(!again.iter().any(|sql| written.iter().any(|one| sql.contains(one))), "{again:#?}");
    assert_eq!(world.events().await, ["NEED_DRAFTED"; 3]);
}

async fn whoever_waits_too_long_is_told(world: &World) {
    let cast = world.cast().await;
    let member = world.person(Role::MemberUser, cast.company).await;
    let narrow = world.narrow_instance().await;
    let send = async |instance: &Service| {
        let request = request(member.token().as_deref(), KEY, DRAFT, &draft(&cast));
        Told::of(world.call_to(instance, request).await)
    };
    // As another request has it that is under way.
    let under_way = world.db().begin().await.unwrap();
    let person = member.id.unwrap();
    let row = idempotency_key::Model {
        id: format!("{:x}", Sha256::digest(format!("{person} draftNeed {KEY}"))),
        input: String::new(),
        outcome: None,
        expires_at: world.now() + TimeDelta::hours(24),
    };
    row.into_active_model().reset_all().insert(&under_way).await.unwrap();
    // SQLite has one lock for all writers, and nobody knows for what.
    let code = if world.database == Database::Sqlite { "OVERLOADED" } else { "CONFLICT" };
    let told = send(&narrow).await;
    assert_eq!((told.answer.status, told.refused().as_str()), (200, code));
    under_way.rollback().await.unwrap();
    send(&narrow).await.done();
    send(&narrow).await.again();
    assert_eq!(world.events().await, ["NEED_DRAFTED"]);
    let events = event::Entity::find().filter(event::Column::Kind.eq("NEED_DRAFTED"));
    assert_eq!(events.count(world.db().fresh()).await.unwrap(), 1);
    narrow.db().clone().close().await.unwrap();
}
