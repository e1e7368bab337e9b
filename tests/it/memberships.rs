//! Memberships: somebody is invited, accepts, is changed, ended, leaves; and no organization that
//! has an admin is left without one.

use std::collections::BTreeSet;

use api::{
    clockwork,
    config::Settings,
    policy::{
        InvitationAction, MembershipAction, Resource, Viewer, visible_invitations,
        visible_memberships,
    },
    token::{Claims, Issuers},
};
use async_graphql::parser::types::OperationType;
use chrono::TimeDelta;
use entity::{InvitationId, MembershipId, OrganizationId, Role, invitation, membership, person};
use futures_util::future::{join, join_all};
use sea_orm::{ActiveEnum, ColumnTrait, EntityTrait, Iterable, QueryFilter, QueryOrder};
use serde_json::{Value, json};
use tests::{Answer, Person, World, records};

use crate::needs::with;

tests::stories!(
    somebody_is_invited_and_works,
    codes_that_are_not_good_are_alike,
    of_two_who_accept_at_once_one_does,
    who_gives_which_role,
    what_is_wrong_with_an_invitation_is_told,
    fifty_are_open_at_once,
    what_is_ended_counts_no_more_at_once,
    a_role_is_changed_by_others,
    an_organization_keeps_its_last_admin,
    two_who_leave_at_once_leave_one,
    what_somebody_gave_goes_with_their_role,
    machines_whose_secret_they_know_are_named,
    the_network_helps_who_has_no_admin,
    lists_show_what_the_rules_show,
    colleagues_know_each_other_by_name,
    what_is_sent_again_is_done_once,
    an_issuer_can_leave_the_roles_to_us,
);

const MEMBERSHIP: &str = "id version role fromAt toAt invitedBy endedBy endNote disclosureLevel \
    redactedFields person { id name email phone } organization { id } regions { id } delegations { id }";
const INVITATION: &str = "id role name email codePrefix until createdAt createdBy expiresAt \
    acceptedAt acceptedBy membership withdrawnAt withdrawnBy organization { id } regions { id }";
const PERSON: &str = "id version name email phone orcid locale createdAt erasedAt disclosureLevel \
    redactedFields";

/// Does something with memberships, or with what is held about people.
pub(crate) async fn done(person: &Person<'_>, verb: &str, input: Value) -> Answer {
    let kind = format!("{}{}Input", verb[..1].to_uppercase(), &verb[1..]);
    let told = match verb {
        "inviteMember" => format!("invitation {{ {INVITATION} }} code"),
        "withdrawInvitation" => format!("invitation {{ {INVITATION} }}"),
        "endMembership" => format!("membership {{ {MEMBERSHIP} }} clientsToRotate"),
        "leaveOrganization" => "organization { id } clientsToRotate".to_owned(),
        "correctPersonalData" => format!("person {{ {PERSON} }}"),
        "erasePerson" => format!("person {{ {PERSON} }} clientsToRotate"),
        _ => format!("membership {{ {MEMBERSHIP} }}"),
    };
    let ask = format!(
        "mutation($input: {kind}!) {{ {verb}(input: $input) {{ {told} \
         userErrors {{ code field message }} }} }}"
    );
    person.send(&ask, json!({ "input": input })).await
}

pub(crate) async fn after(person: &Person<'_>, verb: &str, input: Value) -> Value {
    let done = done(person, verb, input).await;
    assert_eq!(done.outcome(), "DONE", "{verb}: {:#}", done.body);
    done.root().clone()
}

/// What is said of a new invitation.
pub(crate) fn new(house: OrganizationId, role: &str) -> Value {
    json!({ "organization": house.to_string(), "role": role })
}

/// The membership of somebody who has one.
pub(crate) async fn of(world: &World, person: &Person<'_>) -> membership::Model {
    let held = membership::Entity::find()
        .filter(membership::Column::PersonId.eq(person.id.unwrap()))
        .order_by_desc(membership::Column::Id);
    held.one(world.db().fresh()).await.unwrap().expect("a membership")
}

/// The code of an invitation that somebody sends.
pub(crate) async fn invited(by: &Person<'_>, house: OrganizationId, role: &str) -> String {
    after(by, "inviteMember", new(house, role)).await["code"].as_str().unwrap().to_owned()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("no text: {value:#}"))
}

async fn somebody_is_invited_and_works(world: &World) {
    let cast = world.cast().await;
    let admin = world.person(Role::ChamberAdmin, cast.chamber).await;
    let input = json!({ "name": "Ana Prueba", "email": "ana@ejemplo.example",
        "regions": [cast.north.to_string()], "until": "2027-03-02T12:00:00Z" });
    let made = after(&admin, "inviteMember", with(new(cast.chamber, "CHAMBER_LIAISON"), input));
    let made = made.await;
    let (row, code) = (&made["invitation"], text(&made["code"]).to_owned());
    assert!(code.starts_with(text(&row["codePrefix"])) && code.len() == 48, "{made:#}");
    assert_eq!(row["expiresAt"], "2026-03-16T12:00:00+00:00");
    assert_eq!(row["createdBy"], admin.id.unwrap().to_string());
    assert_eq!(
        (&row["name"], &row["email"]),
        (&json!("Ana Prueba"), &json!("ana@ejemplo.example"))
    );
    let kept = invitation::Entity::find().one(world.db().fresh()).await.unwrap().unwrap();
    assert!(!format!("{kept:?}").contains(&code), "the code is nowhere");

    // Nothing is on record of her, and her token tells of no role.
    let ana = world.newcomer();
    world.pass(TimeDelta::hours(1));
    let joined = after(&ana, "acceptInvitation", json!({ "code": code })).await;
    let held = &joined["membership"];
    assert_eq!(held["person"]["name"], "Ana Prueba");
    assert_eq!(held["person"]["email"], "ana@ejemplo.example");
    assert_eq!(held["role"], "CHAMBER_LIAISON");
    assert_eq!(held["regions"], json!([{ "id": cast.north.to_string() }]));
    assert_eq!(held["toAt"], "2027-03-02T12:00:00+00:00");
    assert_eq!(held["invitedBy"], admin.id.unwrap().to_string());
    let ask =
        "query($id: ID!) { invitation(id: $id) { acceptedAt acceptedBy membership name email } }";
    let seen = admin.send(ask, json!({ "id": row["id"] })).await.root().clone();
    assert_eq!(
        seen,
        json!({ "acceptedAt": "2026-03-02T13:00:00+00:00", "acceptedBy": ana.id.unwrap().to_string(),
            "membership": held["id"], "name": null, "email": null })
    );
    let events = world.event_rows().await;
    let kinds: Vec<_> = events.iter().map(|event| event.kind.as_str()).collect();
    assert_eq!(kinds, ["MEMBER_INVITED", "MEMBER_JOINED"]);
    let chamber = cast.chamber.to_string();
    assert!(events.iter().all(|event| event.subject.as_deref() == Some(chamber.as_str())));

    // A token has to name the role: then it counts, as far as the membership goes.
    let grants = "{ viewer { isNetworkMember grants { role regions { id } } profile { name } } }";
    world.tell().await;
    let seen = ana.send(grants, json!({})).await.root().clone();
    assert_eq!(seen["grants"], json!([]));
    assert_eq!(
        seen["profile"]["name"], "Ana Prueba",
        "what is held about her she reads all the same"
    );
    let ana = ana.with_role(Role::ChamberLiaison, cast.chamber);
    let seen = ana.send(grants, json!({})).await.root().clone();
    let north = json!([{ "id": cast.north.to_string() }]);
    assert_eq!(seen["grants"], json!([{ "role": "CHAMBER_LIAISON", "regions": north }]));

    // The chamber's own people read of it in its timeline.
    let ask = "query($id: ID!) { organization(id: $id) { timeline { nodes { kind actor } } } }";
    let told = admin.send(ask, json!({ "id": cast.chamber.to_string() })).await.root().clone();
    let by = |kind: &str, who: &Person<'_>| json!({ "kind": kind, "actor": who.id.unwrap() });
    let both = json!([by("MEMBER_INVITED", &admin), by("MEMBER_JOINED", &ana)]);
    assert_eq!(told["timeline"]["nodes"], both);
    let other = world.person(Role::ChamberAdmin, cast.other_chamber).await;
    let told = other.send(ask, json!({ "id": cast.chamber.to_string() })).await.root().clone();
    assert_eq!(told["timeline"]["nodes"], json!([]));
}

/// A refusal, without what names the request.
fn refusal(answer: &Answer) -> Value {
    let mut body = answer.body.clone();
    body.as_object_mut().unwrap().remove("extensions");
    body
}

async fn codes_that_are_not_good_are_alike(world: &World) {
    let cast = world.cast().await;
    let admin = world.person(Role::OttManager, cast.ott).await;
    let (used, withdrawn, over, good) = (
        invited(&admin, cast.ott, "OTT_OFFICER").await,
        after(&admin, "inviteMember", new(cast.ott, "OTT_OFFICER")).await,
        with(new(cast.ott, "OTT_OFFICER"), json!({ "expiresAt": "2026-03-02T12:30:00Z" })),
        invited(&admin, cast.ott, "OTT_OFFICER").await,
    );
    let over = text(&after(&admin, "inviteMember", over).await["code"]).to_owned();
    after(&world.stranger().await, "acceptInvitation", json!({ "code": used })).await;
    let id = json!({ "id": withdrawn["invitation"]["id"] });
    after(&admin, "withdrawInvitation", id.clone()).await;
    assert_eq!(done(&admin, "withdrawInvitation", id).await.outcome(), "ILLEGAL_STATE");
    let withdrawn = text(&withdrawn["code"]).to_owned();
    world.pass(TimeDelta::minutes(30));
    let unknown = "vinv_0000000000000000000000000000000000000000000".to_owned();
    let ana = world.newcomer();
    let tell = |code: &str| json!({ "code": code, "name": "Ana" });
    let mut told = Vec::new();
    for code in [&used, &withdrawn, &over, &unknown] {
        told.push(refusal(&done(&ana, "acceptInvitation", tell(code)).await));
    }
    assert!(told.iter().all(|one| *one == told[0]), "{told:#?}");
    let code = &told[0]["data"]["acceptInvitation"]["userErrors"][0]["code"];
    assert_eq!(code, "NOT_FOUND");
    // The fifth is looked at, then none any more, also the right one: else nothing was limited.
    let again = done(&ana, "acceptInvitation", tell("")).await;
    assert_eq!(again.outcome(), "NOT_FOUND input.code");
    world.statements();
    for _ in 0..2 {
        let again = done(&ana, "acceptInvitation", tell(&good)).await;
        assert_eq!(again.outcome(), "LIMIT_REACHED input.code");
    }
    let looked = world.statements().into_iter().filter(|sql| sql.contains("\"invitation\""));
    assert_eq!(looked.count(), 0);
    // Others are not kept from theirs, and after a minute she is not either.
    let other = done(&world.newcomer(), "acceptInvitation", tell(&unknown)).await;
    assert_eq!(other.outcome(), "NOT_FOUND input.code");
    world.pass(TimeDelta::seconds(60));
    after(&ana, "acceptInvitation", tell(&good)).await;
    let kinds = world.events().await;
    assert_eq!(kinds.iter().filter(|kind| *kind == "MEMBER_JOINED").count(), 2, "{kinds:?}");
    // For whom one was that nobody accepted, is forgotten.
    let late =
        with(new(cast.ott, "OTT_OFFICER"), json!({ "name": "Zoe", "email": "zoe@uno.example" }));
    let late = after(&admin, "inviteMember", late).await["invitation"]["id"].clone();
    world.pass(TimeDelta::days(14));
    clockwork::run_due(&world.service).await.unwrap();
    let id: InvitationId = text(&late).parse().unwrap();
    let row = invitation::Entity::find_by_id(id).one(world.db().fresh()).await.unwrap().unwrap();
    assert_eq!((row.name, row.email), (None, None));
    world.events().await;
}

async fn of_two_who_accept_at_once_one_does(world: &World) {
    let cast = world.cast().await;
    let admin = world.person(Role::ChamberAdmin, cast.chamber).await;
    for _ in 0..5 {
        let code = invited(&admin, cast.chamber, "CHAMBER_LIAISON").await;
        let input = json!({ "code": code, "name": "Alguien" });
        let (one, two) = (world.newcomer(), world.newcomer());
        let both = join(
            done(&one, "acceptInvitation", input.clone()),
            done(&two, "acceptInvitation", input),
        );
        let (first, second) = both.await;
        let mut outcomes = [first.outcome(), second.outcome()];
        outcomes.sort_unstable();
        assert_eq!(outcomes, ["DONE", "NOT_FOUND input.code"]);
        assert_eq!(world.events().await, ["MEMBER_INVITED", "MEMBER_JOINED"]);
    }
    // One person with two codes for one role, too.
    let (one, two) = (
        invited(&admin, cast.chamber, "CHAMBER_LIAISON").await,
        invited(&admin, cast.chamber, "CHAMBER_LIAISON").await,
    );
    let ana = world.stranger().await;
    let accept = |code: String| done(&ana, "acceptInvitation", json!({ "code": code }));
    let (first, second) = join(accept(one), accept(two)).await;
    let mut outcomes = [first.outcome(), second.outcome()];
    outcomes.sort_unstable();
    assert_eq!(outcomes, ["DONE", "DUPLICATE"]);
    assert_eq!(world.events().await.len(), 3);
}

async fn who_gives_which_role(world: &World) {
    let cast = world.cast().await;
    let chamber = ["CHAMBER_ADMIN", "CHAMBER_LIAISON", "ANALYST", "SERVICE"];
    let office = ["OTT_MANAGER", "OTT_OFFICER", "ANALYST", "SERVICE"];
    let mut given = BTreeSet::new();
    given.extend(chamber.map(|role| ("admin of the chamber", cast.chamber, role)));
    given.extend(chamber.map(|role| ("admin of another chamber", cast.other_chamber, role)));
    given.extend(office.map(|role| ("manager of the office", cast.ott, role)));
    given.extend(office.map(|role| ("manager of another office", cast.other_ott, role)));
    given.insert(("member of the company", cast.company, "MEMBER_USER"));
    given.insert(("member of another company", cast.ally, "MEMBER_USER"));
    let network = "admin of the network";
    given.extend([cast.chamber, cast.other_chamber].map(|house| (network, house, "CHAMBER_ADMIN")));
    given.extend([cast.ott, cast.other_ott].map(|house| (network, house, "OTT_MANAGER")));
    given.extend([cast.company, cast.ally].map(|house| (network, house, "MEMBER_USER")));
    given.extend(["NETWORK_ADMIN", "ANALYST", "SERVICE"].map(|role| (network, cast.network, role)));
    let houses = [
        cast.chamber,
        cast.other_chamber,
        cast.ott,
        cast.other_ott,
        cast.company,
        cast.ally,
        cast.network,
    ];
    let mut people = cast.people(world).await;
    let within = world.person_within(Role::ChamberAdmin, cast.chamber, &[cast.north]).await;
    people.push(("admin, within the region", within));
    let mut done_by = BTreeSet::new();
    for (name, person) in &people {
        for house in houses {
            for role in Role::iter() {
                let role = role.to_value();
                let answer = done(person, "inviteMember", new(house, &role)).await;
                match answer.outcome().as_str() {
                    "DONE" => {
                        let known = given.iter().find(|one| **one == (*name, house, role.as_str()));
                        done_by.insert(*known.unwrap_or_else(|| panic!("{name} gives {role}")));
                        let id = json!({ "id": answer.root()["invitation"]["id"] });
                        after(person, "withdrawInvitation", id).await;
                    }
                    // A role that does not fit the kind of the house.
                    "INVALID input.role" | "FORBIDDEN" | "UNAUTHENTICATED" => {}
                    other => panic!("{name} {role}: {other}"),
                }
            }
        }
    }
    let missing: Vec<_> = given.difference(&done_by).collect();
    assert!(missing.is_empty(), "{missing:?}");
    assert_eq!(world.events().await.len(), 2 * given.len());
}

async fn what_is_wrong_with_an_invitation_is_told(world: &World) {
    let cast = world.cast().await;
    let admin = world.person(Role::ChamberAdmin, cast.chamber).await;
    let manager = world.person(Role::OttManager, cast.ott).await;
    let long = "a".repeat(201);
    for (by, house, role, more, right) in [
        (&admin, cast.chamber, "CHAMBER_LIAISON", json!({ "name": long }), "TOO_LONG input.name"),
        (&admin, cast.chamber, "ANALYST", json!({ "email": "ana" }), "INVALID input.email"),
        (&admin, cast.chamber, "ANALYST", json!({ "email": "a b@c.mx" }), "INVALID input.email"),
        (
            &admin,
            cast.chamber,
            "ANALYST",
            json!({ "until": "2026-03-02T12:00:00Z" }),
            "INVALID input.until",
        ),
        (
            &admin,
            cast.chamber,
            "ANALYST",
            json!({ "expiresAt": "2026-05-02T12:00:00Z" }),
            "INVALID input.expiresAt",
        ),
        (
            &admin,
            cast.chamber,
            "CHAMBER_ADMIN",
            json!({ "regions": ["region_0"] }),
            "NOT_FOUND input.regions",
        ),
        (
            &admin,
            cast.chamber,
            "CHAMBER_ADMIN",
            json!({ "delegations": [cast.north.to_string()] }),
            "NOT_FOUND input.delegations",
        ),
        (
            &admin,
            cast.chamber,
            "ANALYST",
            json!({ "regions": [cast.north.to_string()] }),
            "INVALID input.regions",
        ),
        (
            &manager,
            cast.ott,
            "OTT_OFFICER",
            json!({ "regions": [cast.north.to_string()] }),
            "INVALID input.regions",
        ),
    ] {
        let input = with(new(house, role), more);
        let refused = done(by, "inviteMember", input.clone()).await;
        assert_eq!(refused.outcome(), right, "{input:#}");
    }
    // A name is needed where none is known.
    let code = invited(&admin, cast.chamber, "CHAMBER_LIAISON").await;
    let ana = world.newcomer();
    let nameless = done(&ana, "acceptInvitation", json!({ "code": code })).await;
    assert_eq!(nameless.outcome(), "REQUIRED input.name");
    after(&ana, "acceptInvitation", json!({ "code": code, "name": "Ana" })).await;
    // Who invited does not accept: nobody gives themselves a role.
    let network = world.person(Role::NetworkAdmin, cast.network).await;
    let code = invited(&network, cast.ott, "OTT_MANAGER").await;
    let refused = done(&network, "acceptInvitation", json!({ "code": code })).await;
    assert_eq!(refused.outcome(), "ILLEGAL_STATE");
    // An address that is known stays.
    let bob = world.stranger().await;
    let row = person::Entity::find_by_id(bob.id.unwrap()).one(world.db().fresh()).await;
    let row = row.unwrap().unwrap();
    world.overwrite(person::Model { email: Some("bob@uno.example".into()), ..row }).await;
    let input = json!({ "email": "otro@dos.example", "name": "Otro" });
    let made = after(&manager, "inviteMember", with(new(cast.ott, "OTT_OFFICER"), input)).await;
    let joined = after(&bob, "acceptInvitation", json!({ "code": made["code"] })).await;
    assert_eq!(joined["membership"]["person"]["email"], "bob@uno.example");
    world.events().await;
}

async fn fifty_are_open_at_once(world: &World) {
    let cast = world.cast().await;
    let admin = world.person(Role::ChamberAdmin, cast.chamber).await;
    for _ in 0..48 {
        world.put(records::invitation(cast.chamber, Role::Analyst, world.now())).await;
    }
    let input = new(cast.chamber, "CHAMBER_LIAISON");
    let all = join_all((0..4).map(|_| done(&admin, "inviteMember", input.clone()))).await;
    let outcomes: Vec<_> = all.iter().map(Answer::outcome).collect();
    let made = outcomes.iter().filter(|outcome| *outcome == "DONE").count();
    let refused = outcomes.iter().filter(|outcome| *outcome == "LIMIT_REACHED").count();
    assert_eq!((made, refused), (2, 2), "{outcomes:?}");
    let ask = "query($open: Boolean) { invitations(filter: { open: $open }) { totalCount } }";
    let count = async |open: bool| {
        admin.send(ask, json!({ "open": open })).await.root()["totalCount"].clone()
    };
    assert_eq!((count(true).await, count(false).await), (json!(50), json!(0)));
    world.pass(TimeDelta::days(14));
    assert_eq!((count(true).await, count(false).await), (json!(0), json!(50)));
    after(&admin, "inviteMember", input).await;
    assert_eq!(world.events().await.len(), 3);
}

async fn what_is_ended_counts_no_more_at_once(world: &World) {
    let cast = world.cast().await;
    let admin = world.person(Role::ChamberAdmin, cast.chamber).await;
    let liaison = world.person(Role::ChamberLiaison, cast.chamber).await;
    let reads = "{ apiClients { totalCount } invitations { totalCount } }";
    let asks = "{ interests { totalCount } }";
    assert_eq!(liaison.send(asks, json!({})).await.root()["totalCount"], 0);
    let door = world.door(|_| ());
    let mut socket = door.socket(liaison.token().as_deref()).await;
    let follow = "subscription { interestChanged { resync cursor } }";
    socket.subscribe("1", follow, json!({})).await;
    world.subscribed(1).await;
    let held = of(world, &liaison).await.id.to_string();
    let input = json!({ "id": held, "expectedVersion": 1, "note": "Ya no trabaja aquí" });
    let blank = with(input.clone(), json!({ "note": " " }));
    assert_eq!(done(&admin, "endMembership", blank).await.outcome(), "REQUIRED input.note");
    let stale = with(input.clone(), json!({ "expectedVersion": 2 }));
    let stale = done(&admin, "endMembership", stale).await;
    assert_eq!(stale.outcome(), "STALE_OBJECT input.expectedVersion");
    let ended = after(&admin, "endMembership", input.clone()).await["membership"].clone();
    assert_eq!(
        (&ended["toAt"], &ended["version"]),
        (&json!("2026-03-02T12:00:00+00:00"), &json!(2))
    );
    assert_eq!(ended["endedBy"], admin.id.unwrap().to_string());
    assert_eq!(ended["endNote"], "Ya no trabaja aquí");
    // Without a moment's passing: what reads remember is told by the event.
    let denied = done(&liaison, "inviteMember", new(cast.chamber, "CHAMBER_LIAISON")).await;
    assert_eq!(denied.outcome(), "FORBIDDEN");
    world.tell().await;
    assert_eq!(liaison.send(asks, json!({})).await.code(), "FORBIDDEN");
    // And on sockets, as soon as there was something to tell.
    let need = world.need(&cast, entity::NeedStatus::Published).await;
    let offer = world.offer(&cast, entity::OfferStatus::Published).await;
    let (from, status) =
        (entity::InterestDirection::OfferToNeed, entity::InterestStatus::Submitted);
    let interest = records::interest(&need, &offer, from, status, world.now());
    world.put(interest.clone()).await;
    let take = json!({ "id": interest.id.to_string(), "expectedVersion": interest.version });
    assert_eq!(admin.interest("takeOverInterest", take).await.outcome(), "DONE");
    world.tell().await;
    let told = socket.next("1").await;
    assert_eq!(told["errors"][0]["extensions"]["code"], "FORBIDDEN", "{told:#}");
    assert_eq!(admin.send(reads, json!({})).await.data()["apiClients"]["totalCount"], 0);
    // It is over once, and they read why.
    let again = with(input, json!({ "expectedVersion": 2 }));
    assert_eq!(done(&admin, "endMembership", again).await.outcome(), "ILLEGAL_STATE");
    let ask = "{ memberships { nodes { role endNote endedBy } } }";
    let seen = liaison.send(ask, json!({})).await.root()["nodes"].clone();
    let by = admin.id.unwrap().to_string();
    let right =
        json!([{ "role": "CHAMBER_LIAISON", "endNote": "Ya no trabaja aquí", "endedBy": by }]);
    assert_eq!(seen, right);
    drop(socket);
    world.subscribed(0).await;
    assert_eq!(world.events().await, ["MEMBERSHIP_ENDED", "INTEREST_TAKEN_OVER"]);
}

async fn a_role_is_changed_by_others(world: &World) {
    let cast = world.cast().await;
    let admin = world.person(Role::ChamberAdmin, cast.chamber).await;
    let liaison = world.person(Role::ChamberLiaison, cast.chamber).await;
    let held = of(world, &liaison).await.id.to_string();
    let north = json!([cast.north.to_string()]);
    let input = json!({ "id": held, "expectedVersion": 1, "regions": north,
        "until": "2026-09-01T00:00:00Z" });
    let changed = after(&admin, "changeMembership", input.clone()).await["membership"].clone();
    assert_eq!(changed["regions"], json!([{ "id": cast.north.to_string() }]));
    assert_eq!(
        (&changed["version"], &changed["toAt"]),
        (&json!(2), &json!("2026-09-01T00:00:00+00:00"))
    );
    world.tell().await;
    let grants = "{ viewer { grants { regions { id } } } }";
    let seen = liaison.send(grants, json!({})).await.root()["grants"].clone();
    assert_eq!(seen, json!([{ "regions": [{ "id": cast.north.to_string() }] }]));
    // What is not said stays.
    let input = json!({ "id": held, "expectedVersion": 2, "until": null });
    let changed = after(&admin, "changeMembership", input).await["membership"].clone();
    assert_eq!(changed["regions"], json!([{ "id": cast.north.to_string() }]));
    assert!(changed["toAt"].is_null());
    // Nobody changes or ends their own, whatever their role.
    let own = of(world, &admin).await.id.to_string();
    let wider = json!({ "id": own, "expectedVersion": 1, "until": null });
    assert_eq!(done(&admin, "changeMembership", wider).await.outcome(), "FORBIDDEN");
    let own = json!({ "id": own, "expectedVersion": 1, "note": "Yo" });
    assert_eq!(done(&admin, "endMembership", own).await.outcome(), "FORBIDDEN");
    // A colleague knows of it, and may not; a stranger does not know.
    let input = json!({ "id": held, "expectedVersion": 3, "regions": [] });
    let colleague = world.person(Role::ChamberLiaison, cast.chamber).await;
    let other = world.person(Role::ChamberAdmin, cast.other_chamber).await;
    let network = world.person(Role::NetworkAdmin, cast.network).await;
    for (person, right) in
        [(&colleague, "FORBIDDEN"), (&other, "NOT_FOUND"), (&network, "NOT_FOUND")]
    {
        assert_eq!(done(person, "changeMembership", input.clone()).await.outcome(), right);
    }
    let past = json!({ "id": held, "expectedVersion": 3, "until": "2026-03-01T00:00:00Z" });
    let refused = done(&admin, "changeMembership", past).await;
    assert_eq!(refused.outcome(), "INVALID input.until");
    assert_eq!(world.events().await, ["MEMBERSHIP_CHANGED"; 2]);
}

async fn an_organization_keeps_its_last_admin(world: &World) {
    let cast = world.cast().await;
    let network = world.person(Role::NetworkAdmin, cast.network).await;
    for (role, house) in [
        (Role::ChamberAdmin, cast.chamber),
        (Role::OttManager, cast.ott),
        (Role::MemberUser, cast.company),
    ] {
        let last = world.person(role, house).await;
        let id = of(world, &last).await.id.to_string();
        // Whoever is limited, is over or has an end does not count as one who stays.
        let mut others = Vec::new();
        for change in [
            |row: &mut membership::Model| row.regions = ["region_1"].into_iter().collect(),
            |row: &mut membership::Model| row.to_at = Some(row.from_at),
            |row: &mut membership::Model| row.to_at = Some(row.from_at + TimeDelta::days(9)),
            |row: &mut membership::Model| row.from_at += TimeDelta::days(9),
        ] {
            let other = world.person(role, house).await;
            let mut row = of(world, &other).await;
            change(&mut row);
            world.overwrite(row).await;
            others.push(other);
        }
        let leave = json!({ "organization": house.to_string() });
        assert_eq!(done(&last, "leaveOrganization", leave.clone()).await.outcome(), "LAST_ADMIN");
        let end = json!({ "id": id, "note": "Así" });
        assert_eq!(done(&network, "endMembership", end.clone()).await.outcome(), "LAST_ADMIN");
        let soon = json!({ "id": id, "expectedVersion": 1, "until": "2026-04-01T00:00:00Z" });
        assert_eq!(done(&network, "changeMembership", soon.clone()).await.outcome(), "LAST_ADMIN");
        if role == Role::ChamberAdmin {
            let regions = json!({ "regions": [cast.north.to_string()] });
            let narrow = with(json!({ "id": id, "expectedVersion": 1 }), regions);
            let narrow = done(&network, "changeMembership", narrow).await;
            assert_eq!(narrow.outcome(), "LAST_ADMIN");
        }
        let erase = json!({ "person": last.id.unwrap().to_string(), "reason": "Lo pidió" });
        assert_eq!(done(&network, "erasePerson", erase).await.outcome(), "LAST_ADMIN");
        assert_eq!(done(&last, "erasePerson", json!({})).await.outcome(), "LAST_ADMIN");
        assert!(world.events().await.is_empty());
        // Another one, and all of it goes.
        let another = world.person(role, house).await;
        after(&network, "changeMembership", soon).await;
        after(&last, "leaveOrganization", leave.clone()).await;
        assert_eq!(done(&last, "leaveOrganization", leave.clone()).await.outcome(), "NOT_FOUND");
        assert_eq!(done(&another, "leaveOrganization", leave).await.outcome(), "LAST_ADMIN");
        assert_eq!(world.events().await, ["MEMBERSHIP_CHANGED", "MEMBER_LEFT"]);
    }
    let leave = json!({ "organization": cast.network.to_string() });
    assert_eq!(done(&network, "leaveOrganization", leave).await.outcome(), "LAST_ADMIN");
    // Who administers nothing is free to go.
    let officer = world.person(Role::OttOfficer, cast.other_ott).await;
    let leave = json!({ "organization": cast.other_ott.to_string(), "note": "Otro trabajo" });
    after(&officer, "leaveOrganization", leave).await;
    assert_eq!(of(world, &officer).await.end_note.as_deref(), Some("Otro trabajo"));
    assert_eq!(world.events().await, ["MEMBER_LEFT"]);
}

async fn two_who_leave_at_once_leave_one(world: &World) {
    let cast = world.cast().await;
    for round in 0..6 {
        let house = [cast.chamber, cast.other_chamber, cast.chamber][round % 3];
        let (one, two) = (
            world.person(Role::ChamberAdmin, house).await,
            world.person(Role::ChamberAdmin, house).await,
        );
        let leave = || json!({ "organization": house.to_string() });
        let end = |whom: MembershipId| json!({ "id": whom.to_string(), "note": "Así" });
        let (first, second) = if round < 3 {
            join(done(&one, "leaveOrganization", leave()), done(&two, "leaveOrganization", leave()))
                .await
        } else {
            // Each shows the other the door.
            let (mine, theirs) = (of(world, &one).await.id, of(world, &two).await.id);
            join(done(&one, "endMembership", end(theirs)), done(&two, "endMembership", end(mine)))
                .await
        };
        let mut outcomes = [first.outcome(), second.outcome()];
        outcomes.sort_unstable();
        let second = if round < 3 { "LAST_ADMIN" } else { outcomes[1].as_str() };
        assert_eq!(outcomes[0], "DONE", "{outcomes:?}");
        assert!(["LAST_ADMIN", "FORBIDDEN", "NOT_FOUND"].contains(&second), "{outcomes:?}");
        assert_eq!(outcomes[1], second);
        let left = membership::Entity::find()
            .filter(membership::Column::OrganizationId.eq(house))
            .filter(membership::unended(world.now()));
        let left = left.all(world.db().fresh()).await.unwrap();
        assert_eq!(left.len(), 1);
        // Out of the way of the next round.
        world.overwrite(membership::Model { to_at: Some(world.now()), ..left[0].clone() }).await;
        assert_eq!(world.events().await.len(), 1);
    }
}

async fn what_somebody_gave_goes_with_their_role(world: &World) {
    let cast = world.cast().await;
    let admin = world.person(Role::ChamberAdmin, cast.chamber).await;
    let other = world.person(Role::ChamberAdmin, cast.chamber).await;
    // Sent to themselves, as a way back.
    let back = invited(&other, cast.chamber, "CHAMBER_ADMIN").await;
    let kept = invited(&admin, cast.chamber, "CHAMBER_ADMIN").await;
    let end = json!({ "id": of(world, &other).await.id.to_string(), "note": "Así" });
    after(&admin, "endMembership", end).await;
    let kinds = ["MEMBER_INVITED", "MEMBER_INVITED", "INVITATION_WITHDRAWN", "MEMBERSHIP_ENDED"];
    assert_eq!(world.events().await, kinds);
    let (one, two) = (world.newcomer(), world.newcomer());
    let tell = |code: &str| json!({ "code": code, "name": "Alguien" });
    let refused = done(&one, "acceptInvitation", tell(&back)).await;
    assert_eq!(refused.outcome(), "NOT_FOUND input.code");
    after(&two, "acceptInvitation", tell(&kept)).await;
    // Who is narrowed invites no more either, here or, as the network's admin, anywhere.
    let two = two.with_role(Role::ChamberAdmin, cast.chamber);
    let back = invited(&two, cast.chamber, "CHAMBER_LIAISON").await;
    let regions = json!([cast.north.to_string()]);
    let narrow = json!({ "id": of(world, &two).await.id.to_string(), "expectedVersion": 1,
        "regions": regions });
    after(&admin, "changeMembership", narrow).await;
    let refused = done(&one, "acceptInvitation", tell(&back)).await;
    assert_eq!(refused.outcome(), "NOT_FOUND input.code");
    let (leaver, stayer) = (
        world.person(Role::NetworkAdmin, cast.network).await,
        world.person(Role::NetworkAdmin, cast.network).await,
    );
    let back = invited(&leaver, cast.ott, "OTT_MANAGER").await;
    let stays = invited(&stayer, cast.ott, "OTT_MANAGER").await;
    let leave = json!({ "organization": cast.network.to_string() });
    after(&leaver, "leaveOrganization", leave).await;
    let refused = done(&one, "acceptInvitation", tell(&back)).await;
    assert_eq!(refused.outcome(), "NOT_FOUND input.code");
    after(&one, "acceptInvitation", tell(&stays)).await;
    world.events().await;
}

async fn machines_whose_secret_they_know_are_named(world: &World) {
    let cast = world.cast().await;
    let admin = world.person(Role::ChamberAdmin, cast.chamber).await;
    let other = world.person(Role::ChamberAdmin, cast.chamber).await;
    let third = world.person(Role::ChamberAdmin, cast.chamber).await;
    let keys = |who: &[&Person<'_>]| who.iter().map(|one| one.id.unwrap()).collect();
    let mut known = records::api_client(cast.chamber, Role::Service, world.now());
    known.keyholders = keys(&[&admin, &other]);
    let mut revoked = records::api_client(cast.chamber, Role::Service, world.now());
    (revoked.keyholders, revoked.revoked_at) = (keys(&[&other]), Some(world.now()));
    let mut unknown = records::api_client(cast.chamber, Role::Service, world.now());
    unknown.keyholders = keys(&[&admin]);
    for row in [&known, &revoked, &unknown] {
        world.put(row.clone()).await;
    }
    let end = json!({ "id": of(world, &other).await.id.to_string(), "note": "Así" });
    let ended = after(&admin, "endMembership", end).await;
    assert_eq!(ended["clientsToRotate"], json!([known.id.to_string()]));
    let leave = json!({ "organization": cast.chamber.to_string() });
    let left = after(&admin, "leaveOrganization", leave.clone()).await;
    assert_eq!(left["clientsToRotate"].as_array().unwrap().len(), 2);
    assert_eq!(done(&third, "leaveOrganization", leave).await.outcome(), "LAST_ADMIN");
    assert_eq!(world.events().await, ["MEMBERSHIP_ENDED", "MEMBER_LEFT"]);
}

async fn the_network_helps_who_has_no_admin(world: &World) {
    let cast = world.cast().await;
    let network = world.person(Role::NetworkAdmin, cast.network).await;
    let liaison = world.person(Role::ChamberLiaison, cast.chamber).await;
    let code = invited(&network, cast.chamber, "CHAMBER_ADMIN").await;
    let ana = world.newcomer();
    after(&ana, "acceptInvitation", json!({ "code": code, "name": "Ana" })).await;
    let ana = ana.with_role(Role::ChamberAdmin, cast.chamber);
    // From then on she does it herself, and the network sees the admins alone.
    invited(&ana, cast.chamber, "CHAMBER_LIAISON").await;
    let ask = "query($of: ID!) { memberships(filter: { organization: $of }) { nodes { role person { name email } } } }";
    let of_chamber = json!({ "of": cast.chamber.to_string() });
    let seen = network.send(ask, of_chamber.clone()).await.root()["nodes"].clone();
    let right = json!([{ "role": "CHAMBER_ADMIN", "person": { "name": "Ana", "email": null } }]);
    assert_eq!(seen, right);
    assert_eq!(ana.send(ask, of_chamber).await.root()["nodes"].as_array().unwrap().len(), 2);
    let one = json!({ "id": of(world, &liaison).await.id.to_string() });
    let ask = "query($id: ID!) { membership(id: $id) { id } node(id: $id) { id } }";
    let seen = network.send(ask, one.clone()).await.data().clone();
    assert_eq!(seen, json!({ "membership": null, "node": null }));
    let seen = ana.send(ask, one.clone()).await.data().clone();
    assert_eq!((&seen["membership"]["id"], &seen["node"]["id"]), (&one["id"], &one["id"]));
    assert_eq!(world.events().await, ["MEMBER_INVITED", "MEMBER_JOINED", "MEMBER_INVITED"]);
}

async fn lists_show_what_the_rules_show(world: &World) {
    let cast = world.cast().await;
    let mut people = cast.people(world).await;
    let within = world.person_within(Role::ChamberAdmin, cast.chamber, &[cast.north]).await;
    people.push(("admin, within the region", within));
    // Some of each that are over.
    for (role, house) in [
        (Role::ChamberAdmin, cast.chamber),
        (Role::OttOfficer, cast.ott),
        (Role::MemberUser, cast.company),
    ] {
        let gone = world.person(role, house).await;
        let row = of(world, &gone).await;
        world.overwrite(membership::Model { to_at: Some(world.now()), ..row }).await;
        people.push(("somebody who left", gone));
    }
    let mut invitations = Vec::new();
    for house in [cast.chamber, cast.ott, cast.company, cast.network] {
        for role in Role::iter() {
            let row = records::invitation(house, role, world.now());
            world.put(row.clone()).await;
            invitations.push(row);
        }
    }
    let rows = membership::Entity::find().all(world.db().fresh()).await.unwrap();
    let now = world.now();
    let mut viewers: Vec<_> =
        people.iter().map(|(name, person)| (*name, person.viewer())).collect();
    let admin = viewers.iter().find(|(name, _)| *name == "admin of the network").unwrap();
    let machine = records::api_client(cast.network, Role::Service, now).id;
    let machine = api::policy::Machine { client: machine, scopes: Vec::new() };
    let grants = admin.1.grants.clone();
    viewers.push((
        "machine",
        Viewer { person: None, machine: Some(machine), grants, system: false, now },
    ));
    viewers.push(("system", Viewer::system(now)));
    let mut looks = 0;
    for (name, viewer) in &viewers {
        let found = membership::Entity::find()
            .filter(visible_memberships(viewer))
            .all(world.db().fresh())
            .await
            .unwrap();
        let found: BTreeSet<_> = found.into_iter().map(|row| row.id).collect();
        let right: BTreeSet<_> =
            rows.iter().filter(|row| row.level(viewer).is_some()).map(|row| row.id).collect();
        assert_eq!(found, right, "{name}");
        looks += right.len();
        let found = invitation::Entity::find()
            .filter(visible_invitations(viewer))
            .all(world.db().fresh())
            .await
            .unwrap();
        let found: BTreeSet<_> = found.into_iter().map(|row| row.id).collect();
        let seen = invitations.iter().filter(|row| row.level(viewer).is_some());
        assert_eq!(found, seen.map(|row| row.id).collect(), "{name}");
        for row in &invitations {
            let may = viewer.allow(InvitationAction::Withdraw, row.clone()).is_ok();
            assert_eq!(may, found.contains(&row.id), "{name}");
        }
        for row in &rows {
            for action in MembershipAction::iter() {
                let may = viewer.allow(action, row.clone()).is_ok();
                let own = viewer.person == Some(row.person_id);
                let all = row.level(viewer) == Some(entity::DisclosureLevel::Contract);
                let right = viewer.system
                    || if action == MembershipAction::Leave { own } else { all && !own };
                assert_eq!(may, right, "{name} {action:?}");
            }
        }
    }
    assert!(looks > 40, "{looks}");
    // The form of the rule for people in the database says what memberships say.
    let ask = "query($id: ID!) { node(id: $id) { ... on Person { id disclosureLevel } } }";
    // Of those who left, the tokens tell more than counts.
    for (name, person) in people.iter().filter(|(name, _)| *name != "somebody who left") {
        let viewer = person.viewer();
        for (_, other) in &people {
            let Some(id) = other.id else { continue };
            let held: Vec<_> = rows.iter().filter(|row| row.person_id == id).collect();
            let lasting = |row: &&&membership::Model| row.to_at.is_none_or(|end| end > now);
            let contract = Some(entity::DisclosureLevel::Contract);
            let right = if viewer.person == Some(id) {
                Some("CONTRACT")
            } else if held.iter().filter(lasting).any(|row| row.level(&viewer) == contract) {
                Some("CONFIDENTIAL")
            } else if held.iter().any(|row| row.level(&viewer).is_some()) {
                Some("INTRODUCED")
            } else if *name == "admin of the network" {
                Some("PUBLIC_BLIND")
            } else {
                None
            };
            let seen = person.send(ask, json!({ "id": id.to_string() })).await.root().clone();
            assert_eq!(seen["disclosureLevel"].as_str(), right, "{name} {id}");
        }
    }
}

async fn colleagues_know_each_other_by_name(world: &World) {
    let cast = world.cast().await;
    let admin = world.person(Role::ChamberAdmin, cast.chamber).await;
    let liaison = world.person(Role::ChamberLiaison, cast.chamber).await;
    let ana = world.person(Role::ChamberLiaison, cast.chamber).await;
    let row = person::Entity::find_by_id(ana.id.unwrap()).one(world.db().fresh()).await;
    let row = person::Model {
        name: "Ana".into(),
        email: Some("ana@uno.example".into()),
        phone: Some("55 1234 5678".into()),
        ..row.unwrap().unwrap()
    };
    world.overwrite(row).await;
    let ask = format!("query($id: ID!) {{ membership(id: $id) {{ {MEMBERSHIP} }} }}");
    let id = json!({ "id": of(world, &ana).await.id.to_string() });
    let seen = async |person: &Person<'_>| person.send(&ask, id.clone()).await.root().clone();
    let told = |seen: &Value| {
        let person = &seen["person"];
        [&seen["version"], &person["name"], &person["email"], &person["phone"]].map(Clone::clone)
    };
    let (name, email, phone) = (json!("Ana"), json!("ana@uno.example"), json!("55 1234 5678"));
    let by_colleague = seen(&liaison).await;
    assert_eq!(told(&by_colleague), [json!(null), name.clone(), json!(null), json!(null)]);
    assert_eq!(
        by_colleague["redactedFields"],
        json!(["version", "invitedBy", "endedBy", "endNote"])
    );
    assert_eq!(told(&seen(&admin).await), [json!(1), name.clone(), email.clone(), json!(null)]);
    assert_eq!(told(&seen(&ana).await), [json!(1), name, email, phone]);
    for person in [
        world.person(Role::Analyst, cast.chamber).await,
        world.person(Role::ChamberAdmin, cast.other_chamber).await,
        world.person(Role::MemberUser, cast.company).await,
        world.nobody(),
    ] {
        assert!(seen(&person).await.is_null(), "{person:?}");
    }
    // Once she has left, colleagues forget her, and the admin reads who she was.
    after(&ana, "leaveOrganization", json!({ "organization": cast.chamber.to_string() })).await;
    assert!(seen(&liaison).await.is_null());
    let by_admin = seen(&admin).await;
    assert_eq!(
        (&by_admin["person"]["name"], &by_admin["person"]["email"]),
        (&json!("Ana"), &json!(null))
    );
    assert_eq!(world.events().await, ["MEMBER_LEFT"]);
}

async fn what_is_sent_again_is_done_once(world: &World) {
    let cast = world.cast().await;
    let admin = world.person(Role::ChamberAdmin, cast.chamber).await;
    let ask = "mutation($input: InviteMemberInput!) { inviteMember(input: $input) @idempotent(key: \"k\") { \
        invitation { id } code userErrors { code } } }";
    let input = json!({ "input": new(cast.chamber, "CHAMBER_LIAISON") });
    let first = admin.send(ask, input.clone()).await.root().clone();
    let again = admin.send(ask, input).await.root().clone();
    assert_eq!(first["invitation"]["id"], again["invitation"]["id"]);
    assert!(first["code"].is_string() && again["code"].is_null());
    let ask = "mutation($input: AcceptInvitationInput!) { acceptInvitation(input: $input) @idempotent(key: \"k\") { \
        membership { id } userErrors { code } } }";
    let input = json!({ "input": { "code": first["code"], "name": "Ana" } });
    let ana = world.newcomer();
    let first = ana.send(ask, input.clone()).await.root().clone();
    assert_eq!(ana.send(ask, input).await.root(), &first);
    assert!(first["membership"]["id"].is_string());
    assert_eq!(world.events().await, ["MEMBER_INVITED", "MEMBER_JOINED"]);
}

#[test]
fn an_issuer_that_leaves_the_roles_to_us_says_nothing_of_them() {
    let key = tests::key();
    let file = std::env::temp_dir().join(format!("{}.pem", MembershipId::new(tests::noon())));
    std::fs::write(&file, key.public_pem().unwrap()).unwrap();
    let with = |more: Value| {
        let issuer =
            json!({ "issuer": "https://id.example", "algorithm": "EdDSA", "key_file": file });
        let env = [("VINCULO_ISSUERS".to_owned(), json!([with(issuer, more)]).to_string())];
        Issuers::new(key, &Settings::load(None, env.into_iter()).unwrap()).is_ok()
    };
    let role = json!({ "claim": "/r", "value": "v", "role": "ANALYST",
        "organization": format!("org_{}", "0".repeat(32)) });
    assert!(with(json!({ "by_membership": true })));
    assert!(with(json!({ "roles": [role] })));
    assert!(!with(json!({ "by_membership": true, "authoritative": true })));
    assert!(!with(json!({ "by_membership": true, "roles": [role] })));
    std::fs::remove_file(file).unwrap();
}

async fn an_issuer_can_leave_the_roles_to_us(world: &World) {
    let cast = world.cast().await;
    let admin = world.person(Role::OttManager, cast.ott).await;
    let code = invited(&admin, cast.ott, "OTT_OFFICER").await;
    let ana = world.newcomer();
    after(&ana, "acceptInvitation", json!({ "code": code, "name": "Ana" })).await;
    world.tell().await;
    let schema = api::schema::build();
    let roles = async |claims: Claims| {
        let ask = async_graphql::Request::new("{ viewer { grants { role organization { id } } } }");
        let asked = world.service.prepare(ask, OperationType::Query, Some(&claims)).await;
        let answer = world.service.execute(&schema, asked.ok()?).await;
        Some(answer.data.into_json().unwrap()["viewer"]["grants"].clone())
    };
    let told = ana.claims().unwrap();
    assert_eq!(roles(told.clone()).await, Some(json!([])), "its tokens have to name the role");
    let by_membership = Claims { by_membership: true, ..told };
    let right = json!([{ "role": "OTT_OFFICER", "organization": { "id": cast.ott.to_string() } }]);
    assert_eq!(roles(by_membership.clone()).await, Some(right));
    after(&ana, "leaveOrganization", json!({ "organization": cast.ott.to_string() })).await;
    world.tell().await;
    assert_eq!(roles(by_membership).await, Some(json!([])));
    assert_eq!(world.events().await, ["MEMBER_INVITED", "MEMBER_JOINED", "MEMBER_LEFT"]);
}
