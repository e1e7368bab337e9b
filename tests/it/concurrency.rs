//! Several at once.

use std::collections::{BTreeMap, BTreeSet};

use entity::{NeedStatus, Role, need};
use futures_util::future::{join, join_all};
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel, Set};
use serde_json::json;
use tests::World;

use crate::{needs, policy::input};

tests::stories!(
    of_two_who_do_the_same_one_wins,
    whoever_comes_second_overwrites_nothing,
    folios_are_given_out_once,
    a_long_write_holds_no_reader_up,
);

async fn of_two_who_do_the_same_one_wins(world: &World) {
    let cast = world.cast().await;
    let one = world.person(Role::ChamberLiaison, cast.chamber).await;
    let two = world.person(Role::ChamberAdmin, cast.chamber).await;
    for _ in 0..10 {
        let need = world.need(&cast, NeedStatus::InReview).await;
        let input = input("publishNeed", &need.id.to_string());
        let both = join(one.need("publishNeed", input.clone()), two.need("publishNeed", input));
        let (first, second) = both.await;
        let mut outcomes = [first.outcome(), second.outcome()];
        outcomes.sort_unstable();
        assert_eq!(outcomes, ["DONE", "STALE_OBJECT input.expectedVersion"]);
        assert_eq!(world.events().await, ["NEED_PUBLISHED"]);
        let row = need::Entity::find_by_id(need.id).one(world.db().read()).await.unwrap().unwrap();
        assert_eq!(row.version, 2);
    }
}

async fn whoever_comes_second_overwrites_nothing(world: &World) {
    let cast = world.cast().await;
    let member = world.person(Role::MemberUser, cast.company).await;
    let need = world.need(&cast, NeedStatus::Draft).await;
    let revise = |urgency: &str| {
        let mut input = input("reviseNeed", &need.id.to_string());
        input["urgency"] = json!(urgency);
        member.need("reviseNeed", input)
    };
    let outcomes = join_all(["LOW", "MEDIUM", "HIGH", "LOW", "HIGH"].map(revise)).await;
    let done = outcomes.iter().filter(|answer| answer.outcome() == "DONE").count();
    assert_eq!(done, 1, "{outcomes:#?}");
    assert_eq!(world.events().await, ["NEED_REVISED"]);
}

/// What makes something new, and so changes nothing that somebody else could have changed meanwhile.
const NEW: [&str; 19] = [
    "announceProgramme",
    "attachDocument",
    "bulkExportStart",
    "bulkImportStart",
    "createApiClient",
    "createWebhookEndpoint",
    "draftAgreement",
    "draftCapability",
    "draftInterest",
    "draftNeed",
    "draftOffer",
    "grantConsent",
    "inviteMember",
    "proposeMatch",
    "proposeProject",
    "recordAssessment",
    "recordIpAsset",
    "saveSearch",
    "sendMessage",
];

/// What changes something that has no versions, and why that is well.
const WITHOUT: [(&str, &str); 12] = [
    ("acceptInvitation", "an invitation is not changed, and is accepted once"),
    ("erasePerson", "what is held is blanked, whatever it is"),
    ("leaveOrganization", "one's own roles are ended, whatever they are"),
    ("markMessagesRead", "marks up to a message, and never less than before"),
    ("markSearchSeen", "marks up to a find, and never less than before"),
    ("redeliverWebhook", "sends again what was told, and changes nothing of the endpoint"),
    ("removeDocument", "a document is not changed, and is gone once"),
    ("replayWebhooks", "tells again what happened, and changes nothing of the endpoint"),
    ("sendTestWebhook", "sends a test, and changes nothing of the endpoint"),
    ("withdrawAssessment", "an assessment is not changed, and is taken back once"),
    ("withdrawConsent", "a consent is not changed, and is taken back once"),
    ("withdrawInvitation", "an invitation is not changed, and is taken back once"),
];

/// What asks for a version only where one is given: one's own, or what must be possible whatever it is.
const OPTIONAL: [&str; 9] = [
    "bulkJobCancel",
    "deleteSavedSearch",
    "disableWebhookEndpoint",
    "enableWebhookEndpoint",
    "endMembership",
    "pauseSavedSearch",
    "removeWebhookEndpoint",
    "resumeSavedSearch",
    "revokeApiClient",
];

#[test]
fn every_change_is_meant_for_a_version() {
    let sdl = api::schema::sdl();
    let block = |head: &str| {
        let (_, rest) = sdl.split_once(&format!("\n{head} {{\n")).expect(head);
        rest.split_once("\n}").expect("an end").0
    };
    let mut versions = BTreeMap::new();
    for line in block("type Mutation").lines() {
        // A field; descriptions have spaces.
        let Some((name, arguments)) = line.trim().split_once('(') else { continue };
        if !name.chars().all(char::is_alphanumeric) {
            continue;
        }
        let input = arguments.strip_prefix("input: ").and_then(|rest| rest.split_once('!'));
        let fields = input.map(|(input, _)| block(&format!("input {input}"))).unwrap_or_default();
        let version = fields.lines().find_map(|line| line.trim().strip_prefix("expectedVersion: "));
        versions.insert(name.to_owned(), version);
    }
    assert!(versions.len() > 100, "{}", versions.len());
    let those = |version: Option<&str>| -> BTreeSet<&str> {
        let those = versions.iter().filter(|(_, held)| **held == version);
        those.map(|(name, _)| name.as_str()).collect()
    };
    let without: BTreeSet<_> = NEW.into_iter().chain(WITHOUT.map(|(name, _)| name)).collect();
    assert_eq!(those(None), without);
    assert_eq!(those(Some("Int")), BTreeSet::from(OPTIONAL));
    let all = those(Some("Int!")).len() + without.len() + OPTIONAL.len();
    assert_eq!(all, versions.len(), "a version is a number");
}

async fn folios_are_given_out_once(world: &World) {
    let cast = world.cast().await;
    let member = world.person(Role::MemberUser, cast.company).await;
    let company = json!({ "company": cast.company.to_string() });
    let draft = needs::with(needs::text(), company);
    let drafts = join_all((0..8).map(|_| member.need("draftNeed", draft.clone()))).await;
    let folios: BTreeSet<_> =
        drafts.iter().map(|draft| draft.root()["need"]["folio"].to_string()).collect();
    let right: BTreeSet<_> = (1..=8).map(|n| format!("\"NEC-2026-{n:06}\"")).collect();
    assert_eq!(folios, right, "each once, without gaps");
    assert_eq!(world.events().await, ["NEED_DRAFTED"; 8]);
}

async fn a_long_write_holds_no_reader_up(world: &World) {
    let cast = world.cast().await;
    let need = world.need(&cast, NeedStatus::Published).await;
    let under_way = world.db().begin().await.unwrap();
    let mut row = need.clone().into_active_model();
    row.status = Set(NeedStatus::OnHold);
    row.update(&under_way).await.unwrap();
    let read = format!("{{ need(id: \"{}\") {{ status }} needs {{ totalCount }} }}", need.id);
    let seen = world.nobody().send(&read, json!({})).await.data().clone();
    assert_eq!(seen, json!({ "need": { "status": "PUBLISHED" }, "needs": { "totalCount": 1 } }));
    under_way.commit().await.unwrap();
    let seen = world.nobody().send(&read, json!({})).await.data().clone();
    assert_eq!(seen, json!({ "need": null, "needs": { "totalCount": 0 } }));
}
