//! Machines: let in by admins, with a secret that is shown once, scopes that narrow their role, and
//! nothing that is for people.

use std::collections::BTreeSet;

use actix_web::{http::header, test::TestRequest};
use api::{
    clockwork,
    policy::{ClientAction, Resource, Viewer, visible_clients},
};
use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use chrono::{DateTime, TimeDelta, Utc};
use entity::{
    ClientId, ConsentPurpose, InterestDirection, InterestStatus, NeedStatus, OfferStatus,
    OrganizationId, Role, api_client, consent, disclosure, event, history, need,
};
use futures_util::future::join_all;
use sea_orm::{ColumnTrait, EntityTrait, Iterable, QueryFilter};
use serde_json::{Value, json};
use tests::{Answer, Person, Transferred, World, records};

use crate::{
    needs::{self, at, with},
    offers,
};

tests::stories!(
    a_machine_is_let_in_and_works,
    a_secret_is_shown_once_and_can_be_changed,
    admins_let_machines_in_and_nobody_else,
    every_door_of_the_schema_is_tried_by_a_machine,
    scopes_narrow_the_role,
    the_role_narrows_the_scopes,
    a_machine_that_is_out_is_out_at_once,
    what_is_wrong_with_a_request_for_a_token_is_told,
    wrong_secrets_are_tried_five_times_a_minute,
    who_knows_the_secret_publishes_nothing_that_it_wrote,
    a_machine_consents_to_nothing,
    what_a_machine_sees_of_others_is_on_record,
    twenty_machines_are_enough,
    lists_show_what_the_rules_show,
    keys_and_metadata_are_published,
);

const CLIENT: &str = "id version name role scopes secretPrefix previousSecretUntil createdAt createdBy \
    updatedAt expiresAt revokedAt lastUsedAt organization { id }";

/// Does something with machines.
pub(crate) async fn done(person: &Person<'_>, verb: &str, input: Value) -> Answer {
    let (kind, secret) = match verb {
        "createApiClient" => ("CreateApiClientInput", "secret"),
        "rotateApiClientSecret" => ("RotateApiClientSecretInput", "secret"),
        "changeApiClient" => ("ChangeApiClientInput", ""),
        _ => ("RevokeApiClientInput", ""),
    };
    let ask = format!(
        "mutation($input: {kind}!) {{ {verb}(input: $input) {{ apiClient {{ {CLIENT} }} {secret} \
         userErrors {{ code field message }} }} }}"
    );
    person.send(&ask, json!({ "input": input })).await
}

/// What is said of a new one.
pub(crate) fn new(house: OrganizationId, role: &str, scopes: &[&str]) -> Value {
    json!({ "organization": house.to_string(), "role": role, "name": "Sistema", "scopes": scopes })
}

async fn after(person: &Person<'_>, verb: &str, input: Value) -> Value {
    let done = done(person, verb, input).await;
    assert_eq!(done.outcome(), "DONE", "{verb}: {:#}", done.body);
    done.root().clone()
}

/// A machine with its secret.
pub(crate) struct Machine<'w> {
    world: &'w World,
    id: String,
    secret: String,
}

const ALL: [&str; 4] = ["READ_NETWORK", "READ_MATCHES", "WRITE_NEEDS", "WRITE_OFFERS"];

/// A token of a machine of a chamber that reads the network.
pub(crate) async fn reader(world: &World, house: OrganizationId) -> String {
    machine(world, house, "CHAMBER_LIAISON", &["READ_NETWORK"]).await.token().await
}

/// A machine that the network's admin lets in.
pub(crate) async fn machine<'w>(
    world: &'w World,
    house: OrganizationId,
    role: &str,
    scopes: &[&str],
) -> Machine<'w> {
    let admin = world.person(Role::NetworkAdmin, house).await;
    let made = after(&admin, "createApiClient", new(house, role, scopes)).await;
    assert_eq!(world.events().await.last().map(String::as_str), Some("CLIENT_CREATED"));
    Machine::of(world, &made)
}

impl<'w> Machine<'w> {
    fn of(world: &'w World, made: &Value) -> Self {
        let text = |value: &Value| value.as_str().expect("a text").to_owned();
        Self { world, id: text(&made["apiClient"]["id"]), secret: text(&made["secret"]) }
    }

    pub(crate) async fn token(&self) -> String {
        let answer = self.asks("grant_type=client_credentials").await;
        let told: Value = serde_json::from_slice(&answer.bytes).unwrap();
        assert_eq!(answer.status, 200, "{told:#}");
        told["access_token"].as_str().unwrap().to_owned()
    }

    async fn asks(&self, form: &str) -> Transferred {
        let secret = format!("{}:{}", self.id, self.secret);
        let basic = format!("Basic {}", STANDARD.encode(secret));
        self.world.call(form_of(form).insert_header((header::AUTHORIZATION, basic))).await
    }

    async fn send(&self, operation: &str, variables: Value) -> Answer {
        self.world.send(Some(&self.token().await), operation, variables).await
    }
}

fn form_of(form: &str) -> TestRequest {
    TestRequest::post()
        .uri("/oauth/token")
        .insert_header((header::CONTENT_TYPE, "application/x-www-form-urlencoded"))
        .peer_addr("10.0.0.1:4000".parse().unwrap())
        .set_payload(form.to_owned())
}

fn told(answer: &Transferred) -> (u16, String) {
    let body: Value = serde_json::from_slice(&answer.bytes).unwrap_or_default();
    assert_eq!(answer.headers["cache-control"], "no-store", "{body:#}");
    (answer.status, body["error"].as_str().unwrap_or_default().to_owned())
}

fn claims(token: &str) -> (Value, Value) {
    let part = |place| {
        let text = token.split('.').nth(place).unwrap_or_default();
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).unwrap()).unwrap()
    };
    (part(0), part(1))
}

const DRAFT: &str = "mutation($input: DraftNeedInput!) { draftNeed(input: $input) { \
    need { id version status history { to by client } actions } userErrors { code field } } }";

async fn a_machine_is_let_in_and_works(world: &World) {
    let cast = world.cast().await;
    let admin = world.person(Role::ChamberAdmin, cast.chamber).await;
    let input = new(cast.chamber, "CHAMBER_LIAISON", &["WRITE_NEEDS", "READ_NETWORK"]);
    let made = after(&admin, "createApiClient", input).await;
    let row = &made["apiClient"];
    assert_eq!(row["createdBy"], admin.id.unwrap().to_string());
    assert_eq!(row["expiresAt"], "2027-03-02T12:00:00+00:00");
    assert!(row["lastUsedAt"].is_null() && row["revokedAt"].is_null(), "{row:#}");
    assert!(made["secret"].as_str().unwrap().starts_with(row["secretPrefix"].as_str().unwrap()));
    let events = world.event_rows().await;
    assert_eq!(events[0].kind, "CLIENT_CREATED");
    assert_eq!(events[0].subject.as_deref(), Some(cast.chamber.to_string().as_str()));
    assert_eq!(events[0].actor_id, admin.id);

    // The chamber's own people read in its timeline that somebody was let in.
    let ask =
        "query($id: ID!) { organization(id: $id) { timeline { nodes { kind actor client } } } }";
    let id = json!({ "id": cast.chamber.to_string() });
    let seen = admin.send(ask, id.clone()).await.root()["timeline"]["nodes"].clone();
    assert_eq!(
        seen,
        json!([{ "kind": "CLIENT_CREATED", "actor": admin.id.unwrap().to_string(),
        "client": null }])
    );
    let other = world.person(Role::ChamberAdmin, cast.other_chamber).await;
    assert_eq!(other.send(ask, id).await.root()["timeline"]["nodes"], json!([]));

    let machine = Machine::of(world, &made);
    let answer = machine.asks("grant_type=client_credentials&scope=WRITE_NEEDS").await;
    let granted: Value = serde_json::from_slice(&answer.bytes).unwrap();
    assert_eq!((answer.status, &granted["token_type"]), (200, &json!("Bearer")), "{granted:#}");
    assert_eq!((&granted["scope"], &granted["expires_in"]), (&json!("WRITE_NEEDS"), &json!(900)));
    assert_eq!(answer.headers["cache-control"], "no-store");
    let (head, body) = claims(granted["access_token"].as_str().unwrap());
    assert_eq!((&head["typ"], &head["alg"]), (&json!("at+jwt"), &json!("EdDSA")));
    let now = world.now().timestamp();
    let expected = json!({ "iss": "vinculo", "aud": "vinculo", "sub": machine.id,
        "client_id": machine.id, "scope": "WRITE_NEEDS", "iat": now, "exp": now + 900,
        "jti": body["jti"] });
    assert_eq!(body, expected);
    assert!(body["jti"].as_str().unwrap().len() >= 32);
    // By the form too.
    let form = format!(
        "grant_type=client_credentials&client_id={}&client_secret={}",
        machine.id, machine.secret
    );
    let answer = world.call(form_of(&form)).await;
    let granted: Value = serde_json::from_slice(&answer.bytes).unwrap();
    assert_eq!(granted["scope"], "READ_NETWORK WRITE_NEEDS", "{granted:#}");

    // What it does, it does itself: no person did.
    let ask = "{ viewer { person client scopes isNetworkMember grants { role actions } } }";
    let me = machine.send(ask, json!({})).await.root().clone();
    let expected = json!({ "person": null, "client": machine.id,
        "scopes": ["READ_NETWORK", "WRITE_NEEDS"], "isNetworkMember": true,
        "grants": [{ "role": "CHAMBER_LIAISON",
            "actions": ["draftNeed", "reviseNeed", "submitNeed"] }] });
    assert_eq!(me, expected);
    let input = with(needs::text(), json!({ "company": cast.company.to_string() }));
    let drafted = machine.send(DRAFT, json!({ "input": input })).await;
    assert_eq!(drafted.outcome(), "DONE", "{:#}", drafted.body);
    let need = drafted.root()["need"].clone();
    assert_eq!(need["history"], json!([{ "to": "DRAFT", "by": null, "client": machine.id }]));
    assert_eq!(need["actions"], json!(["reviseNeed", "submitNeed"]), "and nothing for people");
    let events = world.event_rows().await;
    let client: ClientId = machine.id.parse().unwrap();
    assert_eq!((events.len(), events[0].kind.as_str()), (1, "NEED_DRAFTED"));
    assert_eq!((events[0].actor_id, events[0].client_id), (None, Some(client)));
    let rows = history::Entity::find().all(world.db().fresh()).await.unwrap();
    assert_eq!((rows.len(), rows[0].by, rows[0].client_id), (1, None, Some(client)));
    let row = need::Entity::find().one(world.db().fresh()).await.unwrap().unwrap();
    assert_eq!(row.created_by, None);
    let ask = "query($id: ID!) { need(id: $id) { timeline { nodes { kind actor client } } } }";
    let seen = admin.send(ask, json!({ "id": need["id"] })).await.root()["timeline"].clone();
    let expected = json!([{ "kind": "NEED_DRAFTED", "actor": null, "client": machine.id }]);
    assert_eq!(seen["nodes"], expected);

    // When it last asked is written by the minute, not by the question.
    let used = async || {
        let ask = "query($id: ID!) { apiClient(id: $id) { lastUsedAt } }";
        admin.send(ask, json!({ "id": machine.id })).await.root()["lastUsedAt"].clone()
    };
    world.pass(TimeDelta::seconds(7));
    machine.send("{ viewer { client } }", json!({})).await;
    assert!(used().await.is_null());
    clockwork::run_due(&world.service).await.unwrap();
    assert_eq!(used().await, "2026-03-02T12:00:07+00:00");
    world.statements();
    clockwork::run_due(&world.service).await.unwrap();
    let written = world.statements().into_iter().filter(|sql| sql.contains("UPDATE"));
    assert_eq!(written.count(), 0, "nobody asked since");
}

async fn a_secret_is_shown_once_and_can_be_changed(world: &World) {
    let cast = world.cast().await;
    let manager = world.person(Role::OttManager, cast.ott).await;
    let input = new(cast.ott, "OTT_OFFICER", &["READ_NETWORK"]);
    let made = after(&manager, "createApiClient", input).await;
    let mut machine = Machine::of(world, &made);
    assert_eq!(machine.secret.len(), 48);
    let row = async || api_client::Entity::find().one(world.db().fresh()).await.unwrap().unwrap();
    let kept = row().await;
    assert!(!format!("{kept:?}").contains(&machine.secret), "only its digest is kept");
    assert!(machine.secret.starts_with(&kept.secret_prefix) && kept.secret_prefix.len() == 11);
    let bodies = event::Entity::find().all(world.db().fresh()).await.unwrap();
    assert!(!format!("{bodies:?}").contains(&machine.secret[5..]));

    let basic = |secret: &str| Machine { world, id: machine.id.clone(), secret: secret.to_owned() };
    let good = async |machine: &Machine<'_>| {
        machine.asks("grant_type=client_credentials").await.status == 200
    };
    // Another: the one before counts for a while.
    let at = |row: &Value| json!({ "id": row["id"], "expectedVersion": row["version"] });
    let input = with(at(&made["apiClient"]), json!({ "graceSeconds": 60 }));
    let other = after(&manager, "rotateApiClientSecret", input.clone()).await;
    assert_eq!(other["apiClient"]["previousSecretUntil"], "2026-03-02T12:01:00+00:00");
    let before = basic(&machine.secret);
    let stale = done(&manager, "rotateApiClientSecret", input).await;
    assert_eq!(stale.outcome(), "STALE_OBJECT input.expectedVersion");
    assert!(stale.root()["secret"].is_null());
    machine.secret = other["secret"].as_str().unwrap().to_owned();
    assert_ne!(machine.secret, before.secret);
    assert!(good(&machine).await && good(&before).await);
    world.pass(TimeDelta::seconds(59));
    assert!(good(&before).await);
    world.pass(TimeDelta::seconds(1));
    assert!(good(&machine).await && !good(&before).await);
    // At once, where it may be known to others.
    let input = with(at(&other["apiClient"]), json!({ "graceSeconds": 0 }));
    let third = after(&manager, "rotateApiClientSecret", input).await;
    let before = Machine { world, id: machine.id.clone(), secret: machine.secret.clone() };
    machine.secret = third["secret"].as_str().unwrap().to_owned();
    assert!(good(&machine).await && !good(&before).await);
    for seconds in [-1, 604_801] {
        let input = with(at(&third["apiClient"]), json!({ "graceSeconds": seconds }));
        let refused = done(&manager, "rotateApiClientSecret", input).await;
        assert_eq!(refused.outcome(), "INVALID input.graceSeconds");
    }
    let kept = row().await;
    assert_eq!(kept.keyholders.0, [manager.id.unwrap().to_string()]);
    let kinds = ["CLIENT_CREATED", "CLIENT_SECRET_ROTATED", "CLIENT_SECRET_ROTATED"];
    assert_eq!(world.events().await, kinds);
}

async fn admins_let_machines_in_and_nobody_else(world: &World) {
    let cast = world.cast().await;
    let people = cast.people(world).await;
    let houses = [cast.chamber, cast.ott, cast.company];
    for (name, person) in &people {
        let may: Vec<_> = match *name {
            "admin of the network" => houses.to_vec(),
            "admin of the chamber" => vec![cast.chamber],
            "manager of the office" => vec![cast.ott],
            _ => Vec::new(),
        };
        for house in houses {
            let outcome =
                done(person, "createApiClient", new(house, "SERVICE", &ALL)).await.outcome();
            let expected = match *name {
                _ if may.contains(&house) => "DONE",
                "nobody" => "UNAUTHENTICATED",
                _ => "FORBIDDEN",
            };
            assert_eq!(outcome, expected, "{name}");
        }
    }
    // Of a part of the territory only, nobody lets in for all of it.
    let within = world.person_within(Role::ChamberAdmin, cast.chamber, &[cast.north]).await;
    let input = new(cast.chamber, "SERVICE", &ALL);
    assert_eq!(done(&within, "createApiClient", input).await.outcome(), "FORBIDDEN");
    // No role above the own one, beside it, or that decides.
    let admin = world.person(Role::ChamberAdmin, cast.chamber).await;
    let network = world.person(Role::NetworkAdmin, cast.network).await;
    for (person, house, role, outcome) in [
        (&admin, cast.chamber, "CHAMBER_LIAISON", "DONE"),
        (&admin, cast.chamber, "ANALYST", "DONE"),
        (&admin, cast.chamber, "CHAMBER_ADMIN", "INVALID input.role"),
        (&admin, cast.chamber, "NETWORK_ADMIN", "INVALID input.role"),
        (&admin, cast.chamber, "OTT_OFFICER", "INVALID input.role"),
        (&admin, cast.chamber, "MEMBER_USER", "INVALID input.role"),
        (&admin, cast.chamber, "PUBLIC", "INVALID input.role"),
        (&admin, cast.company, "MEMBER_USER", "FORBIDDEN"),
        (&network, cast.company, "MEMBER_USER", "DONE"),
        (&network, cast.chamber, "MEMBER_USER", "INVALID input.role"),
        (&network, cast.ott, "OTT_MANAGER", "INVALID input.role"),
        (&network, cast.network, "NETWORK_ADMIN", "INVALID input.role"),
        (&network, OrganizationId::new(world.now()), "SERVICE", "NOT_FOUND input.organization"),
    ] {
        let refused = done(person, "createApiClient", new(house, role, &ALL)).await;
        assert_eq!(refused.outcome(), outcome, "{role}");
    }
    // All mistakes at once.
    let input = json!({ "organization": cast.chamber.to_string(), "role": "PUBLIC", "name": " ",
        "scopes": [], "expiresAt": "2028-03-02T12:00:00Z" });
    let refused = done(&admin, "createApiClient", input).await;
    let mistakes = [
        "REQUIRED input.name",
        "REQUIRED input.scopes",
        "INVALID input.expiresAt",
        "INVALID input.role",
    ];
    assert_eq!(refused.user_errors(), mistakes);
    assert!(refused.root()["secret"].is_null() && refused.root()["apiClient"].is_null());
    let kinds = world.events().await;
    assert!(kinds.iter().all(|kind| kind == "CLIENT_CREATED") && kinds.len() == 8, "{kinds:?}");
}

async fn root_fields(world: &World, of: &str) -> BTreeSet<String> {
    let operation = format!(
        "{{ __schema {{ {of} {{ fields {{ name type {{ kind ofType {{ kind }} }} }} }} }} }}"
    );
    let answer = world.nobody().send(&operation, json!({})).await;
    let fields = answer.root()[of]["fields"].as_array().expect("fields").clone();
    fields.iter().map(|field| field["name"].as_str().unwrap().to_owned()).collect()
}

async fn every_door_of_the_schema_is_tried_by_a_machine(world: &World) {
    let cast = world.cast().await;
    let machine = machine(world, cast.company, "MEMBER_USER", &ALL).await;
    let token = machine.token().await;
    let allowed = async |kind: &str, fields: BTreeSet<String>| {
        let mut allowed = Vec::new();
        for field in fields {
            let answer = world
                .send(Some(&token), &format!("{kind} {{ {field} {{ __typename }} }}"), json!({}))
                .await;
            let code = answer.body["errors"][0]["extensions"]["code"].clone();
            if code == "FORBIDDEN" && answer.status == 403 {
                assert!(answer.body.get("data").is_none(), "{field}: nothing of it was done");
            } else {
                allowed.push(field);
            }
        }
        allowed
    };
    // What is not in these two lists is for people.
    let mutations = root_fields(world, "mutationType").await;
    assert_eq!(
        allowed("mutation", mutations).await,
        [
            "bulkExportStart",
            "bulkImportStart",
            "bulkJobCancel",
            "draftNeed",
            "draftOffer",
            "reviseNeed",
            "reviseOffer",
            "submitNeed",
            "submitOffer",
        ]
    );
    let queries = root_fields(world, "queryType").await;
    assert_eq!(
        allowed("query", queries).await,
        [
            "bulkJob",
            "bulkJobs",
            "capabilities",
            "capability",
            "capabilityMap",
            "code",
            "codeLists",
            "codes",
            "match",
            "matchCounts",
            "matches",
            "need",
            "needCounts",
            "needs",
            "node",
            "nodes",
            "offer",
            "offers",
            "organization",
            "organizations",
            "previewMatches",
            "programme",
            "programmes",
            "search",
            "viewer",
        ]
    );
    // What happens is told to people alone.
    let mut socket = world.door(|_| ()).socket(Some(&token)).await;
    for field in root_fields(world, "subscriptionType").await {
        let operation = format!("subscription {{ {field} {{ __typename }} }}");
        socket.subscribe(&field, &operation, json!({})).await;
        assert_eq!(socket.refused(&field).await, ["FORBIDDEN"], "{field}");
    }
    // Whichever way it is hidden in a document.
    for operation in [
        "{ viewer { inbox { totalCount } } }",
        "{ viewer { ...F } } fragment F on Viewer { savedSearches { totalCount } }",
        "{ ... { interests { totalCount } } }",
        "{ ... on Query { a: interests { totalCount } } }",
        "{ node(id: \"interest_0\") { ... on Interest { id } } }",
        "{ organization(id: \"org_0\") { timeline { totalCount } } }",
        "query A { viewer { client } } query B { agreements { totalCount } }",
    ] {
        let body = json!({ "query": operation, "operationName":
            operation.contains("query B").then_some("B") });
        let request = TestRequest::post()
            .uri("/graphql")
            .insert_header((header::CONTENT_TYPE, "application/json"))
            .insert_header((header::AUTHORIZATION, format!("Bearer {token}")))
            .set_payload(body.to_string());
        let answer = world.call(request).await;
        assert_eq!(answer.status, 403, "{operation}");
    }
    // By its id alone it finds nothing that it could not ask for by name.
    let need = world.need(&cast, NeedStatus::Published).await;
    let offer = world.offer(&cast, OfferStatus::Published).await;
    let interest = records::interest(
        &need,
        &offer,
        InterestDirection::NeedToOffer,
        InterestStatus::Submitted,
        world.now(),
    );
    world.put(interest.clone()).await;
    let ask = "query($ids: [ID!]!) { nodes(ids: $ids) { __typename } }";
    let ids = json!({ "ids": [need.id.to_string(), interest.id.to_string()] });
    let seen = world.send(Some(&token), ask, ids.clone()).await;
    assert_eq!(seen.root(), &json!([{ "__typename": "Need" }, null]));
    let member = world.person(Role::MemberUser, cast.company).await;
    let seen = member.send(ask, ids).await;
    assert_eq!(seen.root(), &json!([{ "__typename": "Need" }, { "__typename": "Interest" }]));
    // The schema itself it may read.
    let answer = world.send(Some(&token), "{ __schema { queryType { name } } }", json!({})).await;
    assert_eq!(answer.root()["queryType"]["name"], "Query");
}

async fn scopes_narrow_the_role(world: &World) {
    let cast = world.cast().await;
    let reader = machine(world, cast.chamber, "CHAMBER_LIAISON", &["READ_NETWORK"]).await;
    let need = world.need(&cast, NeedStatus::Draft).await;
    let input = with(needs::text(), json!({ "company": cast.company.to_string() }));
    let token = reader.token().await;
    for (operation, variables, scope) in [
        (DRAFT, json!({ "input": input }), "WRITE_NEEDS"),
        ("{ matches { totalCount } }", json!({}), "READ_MATCHES"),
        ("{ needs { nodes { matches { totalCount } } } }", json!({}), "READ_MATCHES"),
    ] {
        let body = json!({ "query": operation, "variables": variables });
        let request = TestRequest::post()
            .uri("/graphql")
            .insert_header((header::CONTENT_TYPE, "application/json"))
            .insert_header((header::AUTHORIZATION, format!("Bearer {token}")))
            .set_payload(body.to_string());
        let answer = world.call(request).await;
        assert_eq!(answer.status, 403);
        let challenge = format!("Bearer error=\"insufficient_scope\", scope=\"{scope}\"");
        assert_eq!(answer.headers["www-authenticate"], challenge);
        let told: Value = serde_json::from_slice(&answer.bytes).unwrap();
        assert_eq!(told["errors"][0]["message"], format!("this needs the scope {scope}"));
    }
    // What its role reads it reads: the drafts of its chamber.
    let ask = "{ needs { nodes { id disclosureLevel company { id } } } }";
    let seen = world.send(Some(&token), ask, json!({})).await.root()["nodes"].clone();
    assert_eq!(
        seen,
        json!([{ "id": need.id.to_string(), "disclosureLevel": "INTRODUCED",
        "company": { "id": cast.company.to_string() } }])
    );
    // A machine that writes reads what it wrote, by its id, and no list.
    let writer = machine(world, cast.chamber, "CHAMBER_LIAISON", &["WRITE_NEEDS"]).await;
    let token = writer.token().await;
    let ask = "query($id: ID!) { need(id: $id) { status } }";
    let seen = world.send(Some(&token), ask, json!({ "id": need.id.to_string() })).await;
    assert_eq!(seen.root()["status"], "DRAFT");
    let refused = world.send(Some(&token), "{ needs { totalCount } }", json!({})).await;
    assert_eq!((refused.status, refused.code()), (403, "FORBIDDEN"));
    // A token has what was asked for alone, whatever the machine may.
    let both = machine(world, cast.chamber, "CHAMBER_LIAISON", &ALL).await;
    let answer = both.asks("grant_type=client_credentials&scope=READ_MATCHES").await;
    let granted: Value = serde_json::from_slice(&answer.bytes).unwrap();
    let token = granted["access_token"].as_str().unwrap();
    let seen = world.send(Some(token), "{ matches { totalCount } }", json!({})).await;
    assert_eq!(seen.root()["totalCount"], 0);
    let refused = world.send(Some(token), "{ needs { totalCount } }", json!({})).await;
    assert_eq!(refused.code(), "FORBIDDEN");
}

async fn the_role_narrows_the_scopes(world: &World) {
    let cast = world.cast().await;
    let need = world.need(&cast, NeedStatus::Published).await;
    let draft = world.need(&cast, NeedStatus::Draft).await;
    let of_company = json!({ "company": cast.company.to_string() });
    for (house, role, drafts, level) in [
        (cast.company, "MEMBER_USER", "DONE", "CONTRACT"),
        (cast.ally, "MEMBER_USER", "FORBIDDEN", "NETWORK"),
        (cast.chamber, "CHAMBER_LIAISON", "DONE", "INTRODUCED"),
        (cast.other_chamber, "CHAMBER_LIAISON", "FORBIDDEN", "NETWORK"),
        (cast.ott, "OTT_OFFICER", "FORBIDDEN", "NETWORK"),
        (cast.chamber, "SERVICE", "FORBIDDEN", "NETWORK"),
        (cast.chamber, "ANALYST", "FORBIDDEN", "NETWORK"),
    ] {
        let machine = machine(world, house, role, &ALL).await;
        let input = with(needs::text(), of_company.clone());
        let done = machine.send(DRAFT, json!({ "input": input })).await;
        assert_eq!(done.outcome(), drafts, "{role}");
        let ask = "query($id: ID!) { need(id: $id) { disclosureLevel } }";
        let seen = machine.send(ask, json!({ "id": need.id.to_string() })).await;
        assert_eq!(seen.root()["disclosureLevel"], level, "{role}");
        // What it may not know of, it cannot revise either.
        let ask = "mutation($input: ReviseNeedInput!) { reviseNeed(input: $input) { \
            need { id } userErrors { code } } }";
        let input = json!({ "id": draft.id.to_string(), "expectedVersion": 99 });
        let revised = machine.send(ask, json!({ "input": input })).await.outcome();
        let expected = if drafts == "DONE" { "STALE_OBJECT" } else { "NOT_FOUND" };
        assert_eq!(revised, expected, "{role}");
    }
    let officer = machine(world, cast.ott, "OTT_OFFICER", &ALL).await;
    let ask = "mutation($input: DraftOfferInput!) { draftOffer(input: $input) { \
        offer { id } userErrors { code } } }";
    let input = with(offers::text(), json!({ "ott": cast.ott.to_string() }));
    assert_eq!(officer.send(ask, json!({ "input": input })).await.outcome(), "DONE");
    assert_eq!(world.events().await, ["OFFER_DRAFTED"]);
}

async fn a_machine_that_is_out_is_out_at_once(world: &World) {
    let cast = world.cast().await;
    let admin = world.person(Role::ChamberAdmin, cast.chamber).await;
    let ask = "{ viewer { client scopes } }";
    let status = async |token: &str| world.send(Some(token), ask, json!({})).await.status;
    let grant = "grant_type=client_credentials";

    // Revoked: its tokens end with it, and its secret.
    let input = new(cast.chamber, "CHAMBER_LIAISON", &["READ_NETWORK", "WRITE_NEEDS"]);
    let made = after(&admin, "createApiClient", input.clone()).await;
    let machine = Machine::of(world, &made);
    let token = machine.token().await;
    assert_eq!(status(&token).await, 200);
    // What it may do less, it may do less at once.
    let change = json!({ "id": machine.id, "expectedVersion": 1, "scopes": ["READ_NETWORK"],
        "name": "Otro" });
    let row = after(&admin, "changeApiClient", change.clone()).await["apiClient"].clone();
    assert_eq!((&row["name"], &row["version"]), (&json!("Otro"), &json!(2)));
    let draft = with(needs::text(), json!({ "company": cast.company.to_string() }));
    let refused = world.send(Some(&token), DRAFT, json!({ "input": draft })).await;
    assert_eq!(refused.code(), "FORBIDDEN", "a change is looked up anew");
    world.settled().await;
    world.service.catch_up().await.unwrap();
    let seen = world.send(Some(&token), ask, json!({})).await;
    assert_eq!(seen.root()["scopes"], json!(["READ_NETWORK"]));
    let invalid = machine.asks(&format!("{grant}&scope=WRITE_NEEDS")).await;
    assert_eq!(told(&invalid), (400, "invalid_scope".to_owned()));
    let stale = done(&admin, "changeApiClient", change).await;
    assert_eq!(stale.outcome(), "STALE_OBJECT input.expectedVersion");

    let row =
        after(&admin, "revokeApiClient", json!({ "id": machine.id })).await["apiClient"].clone();
    assert_eq!(row["revokedAt"], "2026-03-02T12:00:00+00:00");
    // Another instance, or this one before it hears of it, believes it for five seconds at most.
    world.pass(TimeDelta::seconds(5));
    assert_eq!(status(&token).await, 401);
    assert_eq!(told(&machine.asks(grant).await), (401, "invalid_client".to_owned()));
    for (verb, input) in [
        ("revokeApiClient", json!({ "id": machine.id })),
        ("changeApiClient", json!({ "id": machine.id, "expectedVersion": 3, "name": "A" })),
        ("rotateApiClientSecret", json!({ "id": machine.id, "expectedVersion": 3 })),
    ] {
        assert_eq!(done(&admin, verb, input).await.outcome(), "ILLEGAL_STATE", "{verb}");
    }
    let kinds = ["CLIENT_CREATED", "CLIENT_CHANGED", "CLIENT_REVOKED"];
    assert_eq!(world.events().await, kinds);
    // An event is heard at once.
    let made = after(&admin, "createApiClient", input.clone()).await;
    let machine = Machine::of(world, &made);
    let token = machine.token().await;
    assert_eq!(status(&token).await, 200);
    after(&admin, "revokeApiClient", json!({ "id": machine.id })).await;
    world.settled().await;
    world.service.catch_up().await.unwrap();
    assert_eq!(status(&token).await, 401);

    // Expired: to the moment, though a token of it would live longer.
    let soon = json!({ "expiresAt": world.now() + TimeDelta::seconds(100) });
    let made = after(&admin, "createApiClient", with(input, soon)).await;
    let machine = Machine::of(world, &made);
    let answer = machine.asks(grant).await;
    let granted: Value = serde_json::from_slice(&answer.bytes).unwrap();
    assert_eq!(granted["expires_in"], 100, "no longer than itself");
    let token = granted["access_token"].as_str().unwrap();
    world.pass(TimeDelta::seconds(99));
    assert_eq!(status(token).await, 200);
    world.pass(TimeDelta::seconds(1));
    assert_eq!(status(token).await, 401);
    assert_eq!(told(&machine.asks(grant).await), (401, "invalid_client".to_owned()));
    // And let in again by whoever let it in.
    let longer = json!({ "id": machine.id, "expectedVersion": 1, "expiresAt": null });
    after(&admin, "changeApiClient", longer).await;
    world.settled().await;
    world.service.catch_up().await.unwrap();
    assert_eq!(status(&machine.token().await).await, 200);
    let kinds = ["CLIENT_CREATED", "CLIENT_REVOKED", "CLIENT_CREATED", "CLIENT_CHANGED"];
    assert_eq!(world.events().await, kinds);
}

async fn what_is_wrong_with_a_request_for_a_token_is_told(world: &World) {
    let cast = world.cast().await;
    let machine = machine(world, cast.chamber, "SERVICE", &["READ_NETWORK"]).await;
    let (id, secret) = (&machine.id, &machine.secret);
    let grant = "grant_type=client_credentials";
    let post = format!("{grant}&client_id={id}&client_secret={secret}");
    let basic = |text: &str| format!("Basic {}", STANDARD.encode(text));
    let right = basic(&format!("{id}:{secret}"));
    let other = ClientId::new(world.now()).to_string();
    for (form, authorization, status, error) in [
        (post.clone(), None, 200, ""),
        (grant.to_owned(), Some(right.clone()), 200, ""),
        (grant.to_owned(), Some(right.replace("Basic", "bAsIc")), 200, ""),
        (format!("{grant}&client_id={id}"), Some(right.clone()), 200, ""),
        (format!("{grant}&scope="), Some(right.clone()), 200, ""),
        (format!("{grant}&unknown=1"), Some(right.clone()), 200, ""),
        (String::new(), Some(right.clone()), 400, "invalid_request"),
        (format!("{grant}&{grant}"), Some(right.clone()), 400, "invalid_request"),
        (format!("{post}&client_secret=a"), None, 400, "invalid_request"),
        (post.clone(), Some(right.clone()), 400, "invalid_request"),
        (format!("{grant}&client_id={other}"), Some(right.clone()), 400, "invalid_request"),
        (format!("{grant}&pad={}", "a".repeat(9_000)), Some(right.clone()), 400, "invalid_request"),
        ("grant_type=password".into(), Some(right.clone()), 400, "unsupported_grant_type"),
        ("grant_type=authorization_code".into(), None, 401, "invalid_client"),
        (format!("{grant}&scope=READ_MATCHES"), Some(right.clone()), 400, "invalid_scope"),
        (format!("{grant}&scope=ALL"), Some(right.clone()), 400, "invalid_scope"),
        (format!("{grant}&scope=+"), Some(right.clone()), 400, "invalid_scope"),
        (grant.to_owned(), None, 401, "invalid_client"),
        (format!("{grant}&client_id={id}"), None, 401, "invalid_client"),
        (grant.to_owned(), Some("Bearer a".into()), 401, "invalid_client"),
        (grant.to_owned(), Some("Basic ***".into()), 401, "invalid_client"),
        (grant.to_owned(), Some(basic(id)), 401, "invalid_client"),
        (grant.to_owned(), Some(basic(&format!("{other}:{secret}"))), 401, "invalid_client"),
        (grant.to_owned(), Some(basic(&format!("nobody:{secret}"))), 401, "invalid_client"),
        (grant.to_owned(), Some(basic(&format!("{id}:"))), 401, "invalid_client"),
        (grant.to_owned(), Some(basic(&format!("{id}:{secret}a"))), 401, "invalid_client"),
    ] {
        let mut request = form_of(&form);
        if let Some(text) = &authorization {
            request = request.insert_header((header::AUTHORIZATION, text.as_str()));
        }
        let answer = world.call(request).await;
        assert_eq!(told(&answer), (status, error.to_owned()), "{form} {authorization:?}");
        let challenged = answer.headers.get("www-authenticate").map(String::as_str);
        assert_eq!(challenged, (status == 401).then_some("Basic realm=\"vinculo\""));
    }
    let json = form_of(&post).insert_header((header::CONTENT_TYPE, "application/json"));
    assert_eq!(told(&world.call(json).await), (400, "invalid_request".to_owned()));
    // Never in an address, and by no other method.
    let uri = format!("/oauth/token?{post}");
    let answer = world.call(TestRequest::get().uri(&uri)).await;
    assert_eq!((answer.status, answer.headers["allow"].as_str()), (405, "POST"));
    // A person's token lets no machine be somebody.
    let admin = world.person(Role::NetworkAdmin, cast.network).await;
    let bearer = format!("Bearer {}", admin.token().unwrap());
    let request = form_of(grant).insert_header((header::AUTHORIZATION, bearer));
    assert_eq!(told(&world.call(request).await).0, 401);
}

async fn wrong_secrets_are_tried_five_times_a_minute(world: &World) {
    let cast = world.cast().await;
    let machine = machine(world, cast.chamber, "SERVICE", &["READ_NETWORK"]).await;
    let grant = "grant_type=client_credentials";
    let wrong = Machine { world, id: machine.id.clone(), secret: "vsec_wrong".to_owned() };
    // However many at once: five are looked at.
    world.statements();
    let all = join_all((0..12).map(|_| wrong.asks(grant))).await;
    let counted = |status| all.iter().filter(|answer| answer.status == status).count();
    assert_eq!((counted(401), counted(429)), (5, 7));
    let looked = world.statements().into_iter().filter(|sql| sql.contains("FROM \"api_client\""));
    assert_eq!(looked.count(), 5);
    // Then the right one has to wait too: else the limit would limit nothing.
    let answer = machine.asks(grant).await;
    assert_eq!(told(&answer), (429, "temporarily_unavailable".to_owned()));
    let wait: i64 = answer.headers["retry-after"].parse().unwrap();
    assert!((60..=61).contains(&wait), "{wait}");
    // Others do not: another machine there, and the same from elsewhere.
    let other = self::machine(world, cast.ott, "SERVICE", &["READ_NETWORK"]).await;
    assert_eq!(other.asks(grant).await.status, 200);
    let secret = STANDARD.encode(format!("{}:{}", machine.id, machine.secret));
    let elsewhere = form_of(grant)
        .peer_addr("10.0.0.2:4000".parse().unwrap())
        .insert_header((header::AUTHORIZATION, format!("Basic {secret}")));
    assert_eq!(world.call(elsewhere).await.status, 200);
    world.pass(TimeDelta::seconds(60));
    assert_eq!(machine.asks(grant).await.status, 200);
    for _ in 0..4 {
        assert_eq!(wrong.asks(grant).await.status, 401);
    }
    assert_eq!(machine.asks(grant).await.status, 200, "four are not five");
}

async fn who_knows_the_secret_publishes_nothing_that_it_wrote(world: &World) {
    let cast = world.cast().await;
    let admin = world.person(Role::ChamberAdmin, cast.chamber).await;
    let colleague = world.person(Role::ChamberAdmin, cast.chamber).await;
    let input = new(cast.chamber, "CHAMBER_LIAISON", &["WRITE_NEEDS"]);
    let made = after(&admin, "createApiClient", input).await;
    let machine = Machine::of(world, &made);
    let input = with(needs::text(), json!({ "company": cast.company.to_string() }));
    let need = machine.send(DRAFT, json!({ "input": input })).await.root()["need"].clone();
    let member = world.person(Role::MemberUser, cast.company).await;
    let need = needs::does(&member, "submitNeed", at(&need)).await;
    let refused = admin.need("publishNeed", at(&need)).await;
    assert_eq!(refused.outcome(), "FOUR_EYES");
    // Nor who was shown a later secret of it.
    let version = json!({ "id": machine.id, "expectedVersion": 1 });
    let rotator = world.person(Role::ChamberAdmin, cast.chamber).await;
    after(&rotator, "rotateApiClientSecret", version).await;
    assert_eq!(rotator.need("publishNeed", at(&need)).await.outcome(), "FOUR_EYES");
    needs::does(&colleague, "publishNeed", at(&need)).await;
    let kinds = [
        "CLIENT_CREATED",
        "NEED_DRAFTED",
        "NEED_SUBMITTED",
        "CLIENT_SECRET_ROTATED",
        "NEED_PUBLISHED",
    ];
    assert_eq!(world.events().await, kinds);
}

const SUBMIT: &str = "mutation($input: NeedVersionInput!) { submitNeed(input: $input) { \
    need { id version status } userErrors { code field } } }";

async fn a_machine_consents_to_nothing(world: &World) {
    let cast = world.cast().await;
    let machine = machine(world, cast.company, "MEMBER_USER", &ALL).await;
    let of_company = json!({ "company": cast.company.to_string() });
    let open = with(needs::text(), with(of_company.clone(), json!({ "anonymous": false })));
    let refused = machine.send(DRAFT, json!({ "input": open })).await;
    assert_eq!(refused.outcome(), "CONSENT_MISSING input.anonymous");
    let input = with(needs::text(), of_company);
    let need = machine.send(DRAFT, json!({ "input": input })).await.root()["need"].clone();
    let refused = machine.send(SUBMIT, json!({ "input": at(&need) })).await;
    assert_eq!(refused.outcome(), "CONSENT_MISSING");
    for purpose in [ConsentPurpose::Representation, ConsentPurpose::Publication] {
        world
            .put(consent::Model {
                id: entity::ConsentId::new(world.now()),
                organization_id: cast.company,
                purpose,
                granted_by: entity::PersonId::new(world.now()),
                granted_at: world.now(),
                expires_at: None,
                withdrawn_at: None,
            })
            .await;
    }
    let done = machine.send(SUBMIT, json!({ "input": at(&need) })).await;
    assert_eq!(done.root()["need"]["status"], "IN_REVIEW", "{:#}", done.body);
    assert_eq!(world.events().await, ["NEED_DRAFTED", "NEED_SUBMITTED"]);
}

async fn what_a_machine_sees_of_others_is_on_record(world: &World) {
    let cast = world.cast().await;
    let need = world.need(&cast, NeedStatus::Published).await;
    let offer = world.offer(&cast, OfferStatus::Published).await;
    let interest = records::interest(
        &need,
        &offer,
        InterestDirection::OfferToNeed,
        InterestStatus::Accepted,
        world.now(),
    );
    world.put(interest.clone()).await;
    let machine = machine(world, cast.ott, "OTT_OFFICER", &["READ_NETWORK"]).await;
    let ask = "query($id: ID!) { need(id: $id) { disclosureLevel company { id } } }";
    let seen = machine.send(ask, json!({ "id": need.id.to_string() })).await.root().clone();
    assert_eq!(seen["disclosureLevel"], "INTRODUCED");
    let rows = disclosure::Entity::find()
        .filter(disclosure::Column::Record.eq(need.id.to_string()))
        .all(world.db().fresh())
        .await
        .unwrap();
    let client: ClientId = machine.id.parse().unwrap();
    assert_eq!(rows.len(), 1);
    assert_eq!((rows[0].person_id, rows[0].client_id), (None, Some(client)));
    assert_eq!((rows[0].organization_id, rows[0].basis_id), (cast.ott, Some(interest.id)));
    let member = world.person(Role::MemberUser, cast.company).await;
    let ask =
        "query($of: ID!) { disclosures(filter: { record: $of }) { nodes { person client } } }";
    let told = member.send(ask, json!({ "of": need.id.to_string() })).await;
    assert_eq!(told.root()["nodes"], json!([{ "person": null, "client": machine.id }]));
}

async fn twenty_machines_are_enough(world: &World) {
    let cast = world.cast().await;
    let admin = world.person(Role::ChamberAdmin, cast.chamber).await;
    let input = new(cast.chamber, "SERVICE", &["READ_NETWORK"]);
    for _ in 0..17 {
        world.put(records::api_client(cast.chamber, Role::Service, world.now())).await;
    }
    let all = join_all((0..5).map(|_| done(&admin, "createApiClient", input.clone()))).await;
    let outcomes: Vec<_> = all.iter().map(Answer::outcome).collect();
    let made = outcomes.iter().filter(|outcome| *outcome == "DONE").count();
    let refused = outcomes.iter().filter(|outcome| *outcome == "LIMIT_REACHED").count();
    assert_eq!((made, refused), (3, 2), "{outcomes:?}");
    let ask = "{ apiClients(first: 100) { totalCount nodes { id revokedAt } } }";
    let seen = admin.send(ask, json!({})).await.root().clone();
    assert_eq!(seen["totalCount"], 20);
    let one = seen["nodes"][7]["id"].clone();
    after(&admin, "revokeApiClient", json!({ "id": one, "expectedVersion": 1 })).await;
    after(&admin, "createApiClient", input).await;
    assert_eq!(admin.send(ask, json!({})).await.root()["totalCount"], 21, "it stays on record");
    assert_eq!(world.events().await.len(), 5);
}

async fn lists_show_what_the_rules_show(world: &World) {
    let cast = world.cast().await;
    let houses = [cast.chamber, cast.other_chamber, cast.ott, cast.company, cast.network];
    let mut rows = Vec::new();
    for house in houses {
        let row = records::api_client(house, Role::Service, world.now());
        world.put(row.clone()).await;
        rows.push(row);
    }
    let now: DateTime<Utc> = world.now();
    let mut viewers = cast.viewers(now);
    let within = world.person_within(Role::ChamberAdmin, cast.chamber, &[cast.north]).await;
    viewers.push(("admin, within the region", within.viewer()));
    // A machine with the role of an admin, which none has, is let in to nothing all the same.
    let grants = viewers.iter().find(|(name, _)| *name == "admin of the network");
    let grants = grants.map(|(_, viewer)| viewer.grants.clone()).unwrap();
    let machine = api::policy::Machine { client: rows[0].id, scopes: Vec::new() };
    let machine = Viewer { person: None, machine: Some(machine), grants, system: false, now };
    viewers.push(("machine", machine));
    viewers.push(("system", Viewer::system(now)));
    for (name, viewer) in &viewers {
        let found = api_client::Entity::find()
            .filter(visible_clients(viewer))
            .all(world.db().fresh())
            .await
            .unwrap();
        let found: BTreeSet<_> = found.into_iter().map(|row| row.id).collect();
        let seen = rows.iter().filter(|row| row.level(viewer).is_some());
        assert_eq!(found, seen.map(|row| row.id).collect(), "{name}");
        for action in ClientAction::iter() {
            let may = rows.iter().filter(|row| viewer.allow(action, (*row).clone()).is_ok());
            assert_eq!(may.count(), found.len(), "{name} {action:?}");
        }
    }
    let admin = world.person(Role::NetworkAdmin, cast.network).await;
    let ask = "query($of: ID) { apiClients(organization: $of) { nodes { organization { id } } } }";
    let seen = admin.send(ask, json!({ "of": cast.ott.to_string() })).await;
    let expected = json!([{ "organization": { "id": cast.ott.to_string() } }]);
    assert_eq!(seen.root()["nodes"], expected);
}

async fn keys_and_metadata_are_published(world: &World) {
    let answer = world.call(TestRequest::get().uri("/.well-known/jwks.json")).await;
    assert_eq!(
        (answer.status, answer.headers["cache-control"].as_str()),
        (200, "public, max-age=600")
    );
    let set: Value = serde_json::from_slice(&answer.bytes).unwrap();
    let key = &set["keys"][0];
    assert_eq!(
        (&key["kty"], &key["crv"], &key["alg"]),
        (&json!("OKP"), &json!("Ed25519"), &json!("EdDSA"))
    );
    assert!(key.get("d").is_none() && set["keys"].as_array().unwrap().len() == 1);
    // Tokens name the key that verifies them.
    let cast = world.cast().await;
    let machine = machine(world, cast.chamber, "SERVICE", &["READ_NETWORK"]).await;
    let token = machine.token().await;
    let (head, _) = claims(&token);
    assert_eq!(head["kid"], key["kid"]);
    // Without an address of its own a service cannot be found as an issuer.
    let uri = "/.well-known/oauth-authorization-server";
    assert_eq!(world.call(TestRequest::get().uri(uri)).await.status, 404);
}
