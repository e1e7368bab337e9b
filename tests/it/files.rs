//! Files of needs, offers, interests and agreements: how they come, who fetches them, and that nothing is
//! left over of what breaks off.

use std::{fs, path::Path};

use api::{
    clockwork,
    documents::Unserved,
    policy::{
        Action, Converse, InterestAction, NeedAction, NeedFacts, OfferAction, Resource, Viewer,
    },
};
use chrono::TimeDelta;
use entity::{
    ConsentPurpose, DisclosureLevel, DocumentId, InterestDirection, InterestParty, InterestStatus,
    NeedStatus, OfferStatus, Role, confidant, document, document::RecordId, membership,
};
use futures_util::{TryStreamExt, future::join_all};
use sea_orm::{ActiveEnum, ColumnTrait, EntityTrait, Iterable, QueryFilter};
use serde_json::{Value, json};
use tests::{Bucket, MOST_BYTES, Person, Transferred, World, records};
use tokio::sync::mpsc;

use crate::policy::input;

tests::stories!(
    a_file_comes_is_fetched_and_goes,
    what_is_not_what_was_announced_is_not_kept,
    what_may_be_announced,
    a_link_is_for_one_person_and_a_short_time,
    what_is_public_is_there_for_everybody,
    the_end_of_an_interest_closes_its_files,
    parties_show_each_other_files,
    files_of_needs_and_offers_reach_whom_their_level_covers,
    files_of_interests_reach_whom_their_level_covers,
    who_attached_what_is_public_does_not_publish_it,
    nothing_is_left_of_what_breaks_off,
    a_bucket_keeps_files_too,
    every_door_by_everybody,
    of_two_that_come_at_once_one_is_kept,
    a_signature_opens_what_is_confidential,
    what_everybody_may_read_names_nobody_when_it_is_handed_in,
);

const PDF: &[u8] = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\nzanatedentro";

/// The files of a record, as somebody sees them.
async fn listed(person: &Person<'_>, noun: &str, id: &str) -> Vec<Value> {
    let ask = format!(
        "{{ {noun}(id: \"{id}\") {{ documents {{ id status title fileName url urlExpiresAt party uploadedBy redactedFields }} }} }}"
    );
    let found = person.send(&ask, json!({})).await.root().clone();
    found["documents"].as_array().cloned().unwrap_or_default()
}

/// Announces a file and sends it; its id.
async fn store(
    world: &World,
    person: &Person<'_>,
    record: &str,
    level: &str,
    bytes: &[u8],
) -> String {
    let told = person.attach(record, level, "Balance térmico.pdf", bytes).await;
    assert_eq!(told.outcome(), "DONE");
    let url = told.root()["uploadUrl"].as_str().unwrap().to_owned();
    let sent = world.transfer(None, &url, Some(bytes.to_vec())).await;
    assert_eq!(sent.status, 204, "{}", text(&sent));
    told.root()["document"]["id"].as_str().unwrap().to_owned()
}

fn text(transferred: &Transferred) -> String {
    String::from_utf8_lossy(&transferred.bytes).into_owned()
}

/// The link of a file, as somebody sees it.
async fn url(person: &Person<'_>, id: &str) -> Option<String> {
    let ask = format!("{{ node(id: \"{id}\") {{ ... on Document {{ url }} }} }}");
    let found = person.send(&ask, json!({})).await.root().clone();
    found["url"].as_str().map(ToOwned::to_owned)
}

/// Every file below a folder.
fn kept(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.path().is_dir() {
            found.extend(kept(&entry.path()));
        } else {
            found.push(entry.path().display().to_string());
        }
    }
    found
}

async fn a_file_comes_is_fetched_and_goes(world: &World) {
    let cast = world.cast().await;
    let need = world.need(&cast, NeedStatus::Published).await.id.to_string();
    let member = world.person(Role::MemberUser, cast.company).await;
    let colleague = world.person(Role::MemberUser, cast.company).await;
    let told = member.attach(&need, "CONFIDENTIAL", "Balance térmico.pdf", PDF).await;
    let told = told.root().clone();
    let id = told["document"]["id"].as_str().unwrap().to_owned();
    assert_eq!(told["document"]["status"], "PENDING");
    assert_eq!(told["document"]["mediaType"], "application/pdf");
    assert_eq!(told["document"]["record"], need);
    assert!(told["document"]["url"].is_null() && told["document"]["uploadedAt"].is_null());
    assert_eq!(told["uploadUrlExpiresAt"], "2026-03-02T12:15:00+00:00");
    // What has not come is there for its sender alone.
    assert_eq!(listed(&member, "need", &need).await.len(), 1);
    assert_eq!(listed(&colleague, "need", &need).await.len(), 0);

    let upload = told["uploadUrl"].as_str().unwrap();
    assert_eq!(world.transfer(None, upload, Some(PDF.to_vec())).await.status, 204);
    let again = world.transfer(None, upload, Some(PDF.to_vec())).await;
    assert_eq!(again.status, 409, "{}", text(&again));
    assert_eq!(again.headers["content-type"], "application/problem+json");
    assert_eq!(kept(&world.files()).len(), 1);

    for person in [&member, &colleague] {
        let file = &listed(person, "need", &need).await[0];
        assert_eq!((&file["id"], &file["status"]), (&json!(id), &json!("STORED")));
        assert_eq!(file["urlExpiresAt"], "2026-03-02T12:05:00+00:00");
        assert_eq!(file["uploadedBy"], json!(member.id.unwrap().to_string()));
        assert_eq!(file["redactedFields"], json!([]));
        let link = file["url"].as_str().unwrap();
        assert!(link.starts_with(&format!("/documents/{id}?link=")), "{link}");
        let fetched = world.transfer(None, link, None).await;
        assert_eq!((fetched.status, fetched.bytes.as_slice()), (200, PDF));
        for (name, value) in [
            ("content-type", "application/pdf"),
            (
                "content-disposition",
                "attachment; filename=\"Balance t_rmico.pdf\"; filename*=UTF-8''Balance%20t%C3%A9rmico.pdf",
            ),
            ("x-content-type-options", "nosniff"),
            ("cache-control", "private, no-store"),
            ("content-security-policy", "default-src 'none'; sandbox"),
        ] {
            assert_eq!(fetched.headers[name], value, "{name}");
        }
        assert!(!fetched.headers.contains_key("content-encoding"), "it is sent as it is");
    }
    // No other method, and no link at all.
    assert_eq!(world.transfer(None, &format!("/documents/{id}"), None).await.status, 403);
    let link = url(&colleague, &id).await.unwrap();
    assert_eq!(colleague.remove_document(&id).await.outcome(), "DONE");
    assert_eq!(kept(&world.files()), [""; 0], "the bytes go with it");
    assert_eq!(world.transfer(None, &link, None).await.status, 404);
    assert_eq!(listed(&member, "need", &need).await.len(), 0);
    assert_eq!(member.remove_document(&id).await.outcome(), "NOT_FOUND");
    let events = world.event_rows().await;
    let kinds: Vec<_> = events.iter().map(|event| event.kind.as_str()).collect();
    assert_eq!(kinds, ["DOCUMENT_ATTACHED", "DOCUMENT_STORED", "DOCUMENT_REMOVED"]);
    assert!(events.iter().all(|event| event.subject.as_deref() == Some(need.as_str())));
    assert!(events.iter().all(|event| event.body["document"] == json!(id)));
}

async fn what_is_not_what_was_announced_is_not_kept(world: &World) {
    let cast = world.cast().await;
    let need = world.need(&cast, NeedStatus::Published).await.id.to_string();
    let member = world.person(Role::MemberUser, cast.company).await;
    // Longer than what is kept in memory at once.
    let mut long = PDF.to_vec();
    long.resize(11_000_000, b' ');
    for right in [PDF.to_vec(), long] {
        let told = member.attach(&need, "CONFIDENTIAL", "a.pdf", &right).await;
        let upload = told.root()["uploadUrl"].as_str().unwrap().to_owned();
        let last = right.len() - 1;
        let mut changed = right.clone();
        changed[last] = b'!';
        let mut more = right.clone();
        more.push(b' ');
        let program = [b"MZ\x90\0\x03\0\0\0".as_slice(), &right[8..]].concat();
        for (wrong, status) in
            [(changed, 422), (right[..last].to_vec(), 422), (more, 413), (program, 415)]
        {
            let refused = world.transfer(None, &upload, Some(wrong)).await;
            assert_eq!(refused.status, status, "{}", text(&refused));
            assert_eq!(refused.headers["content-type"], "application/problem+json");
            assert_eq!(kept(&world.files()), [""; 0]);
        }
        // What breaks off on the way is not kept, and can be sent again.
        let broken = world.transfer_cut(&upload, right[..last].to_vec(), right.len()).await;
        assert_eq!(broken.status, 422, "{}", text(&broken));
        assert_eq!(kept(&world.files()), [""; 0]);
        assert_eq!(world.transfer(None, &upload, Some(right.clone())).await.status, 204);
        let id = told.root()["document"]["id"].as_str().unwrap();
        let link = url(&member, id).await.unwrap();
        assert!(world.transfer(None, &link, None).await.bytes == right, "another file");
        assert_eq!(member.remove_document(id).await.outcome(), "DONE");
    }
    // A program under its own hash and length, with the name of something else.
    let program = b"MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff\0\0".to_vec();
    for name in ["a.pdf", "a.zip", "a.txt", "a.docx", "a.png"] {
        let told = member.attach(&need, "CONFIDENTIAL", name, &program).await;
        let upload = told.root()["uploadUrl"].as_str().unwrap();
        assert_eq!(world.transfer(None, upload, Some(program.clone())).await.status, 415, "{name}");
    }
    assert_eq!(kept(&world.files()), [""; 0]);
    world.events().await;
}

async fn what_may_be_announced(world: &World) {
    let cast = world.cast().await;
    let need = world.need(&cast, NeedStatus::Published).await.id.to_string();
    let draft = world.need(&cast, NeedStatus::Draft).await.id.to_string();
    let member = world.person(Role::MemberUser, cast.company).await;
    let liaison = world.person(Role::ChamberLiaison, cast.chamber).await;
    let right = json!({
        "record": need, "level": "CONFIDENTIAL", "title": { "es": "Balance" },
        "fileName": "balance.pdf", "sizeBytes": 9, "sha256": "a".repeat(64),
    });
    for (field, value, mistake) in [
        ("fileName", json!("balance.exe"), "INVALID input.fileName"),
        ("fileName", json!("balance.html"), "INVALID input.fileName"),
        ("fileName", json!("balance.svg"), "INVALID input.fileName"),
        ("fileName", json!("../balance.pdf"), "INVALID input.fileName"),
        ("fileName", json!("c:\\balance.pdf"), "INVALID input.fileName"),
        ("fileName", json!("a\nb.pdf"), "INVALID input.fileName"),
        ("fileName", json!(".pdf"), "INVALID input.fileName"),
        ("sizeBytes", json!(0), "INVALID input.sizeBytes"),
        ("sizeBytes", json!(MOST_BYTES + 1), "INVALID input.sizeBytes"),
        ("sha256", json!("A".repeat(64)), "INVALID input.sha256"),
        ("sha256", json!("a".repeat(63)), "INVALID input.sha256"),
        ("title", json!({ "es": "  " }), "REQUIRED input.title"),
        ("title", json!({ "es": "a".repeat(201) }), "TOO_LONG input.title.es"),
        ("record", json!("need_1"), "NOT_FOUND"),
        // What everybody reads comes while the text is written.
        ("level", json!("PUBLIC_BLIND"), "ILLEGAL_STATE"),
        ("level", json!("NETWORK"), "ILLEGAL_STATE"),
    ] {
        let mut input = right.clone();
        input[field] = value;
        assert_eq!(member.attach_as(input).await.outcome(), mistake, "{field}");
    }
    // What everybody reads names nobody.
    let mut public = right.clone();
    (public["record"], public["level"]) = (json!(draft), json!("PUBLIC_BLIND"));
    assert_eq!(member.attach_as(public.clone()).await.outcome(), "DONE");
    for (field, value) in [
        ("title", json!({ "es": "Planta de Hornos del Valle" })),
        ("fileName", json!("Hornos del Valle.pdf")),
        ("title", json!({ "es": "Llame al 55 5555 0123" })),
    ] {
        let mut named = public.clone();
        named[field] = value;
        assert_eq!(member.attach_as(named).await.outcome(), "BLIND_CHECK", "{field}");
    }
    // Nobody attaches what they could not read.
    let of = |level: &str| {
        let mut input = right.clone();
        input["level"] = json!(level);
        input
    };
    assert_eq!(liaison.attach_as(of("INTRODUCED")).await.outcome(), "DONE");
    let refused = "CONSENT_MISSING input.level";
    assert_eq!(liaison.attach_as(of("CONFIDENTIAL")).await.outcome(), refused);
    let consent = records::consent(cast.company, ConsentPurpose::Representation, world.now());
    world.put(consent.clone()).await;
    let told = liaison.attach(&need, "CONFIDENTIAL", "a.pdf", PDF).await;
    assert_eq!(told.outcome(), "DONE");
    assert_eq!(liaison.attach_as(of("CONTRACT")).await.outcome(), refused);
    // The consent is taken back while the bytes are on their way: nothing is kept.
    world
        .overwrite(entity::consent::Model { withdrawn_at: Some(world.now()), ..consent.clone() })
        .await;
    let upload = told.root()["uploadUrl"].as_str().unwrap().to_owned();
    assert_eq!(world.transfer(None, &upload, Some(PDF.to_vec())).await.status, 409);
    assert!(kept(&world.files()).is_empty());
    world.overwrite(consent).await;
    assert_eq!(world.transfer(None, &upload, Some(PDF.to_vec())).await.status, 204);
    // Twenty of a record.
    for _ in 2..20 {
        assert_eq!(member.attach_as(right.clone()).await.outcome(), "DONE");
    }
    assert_eq!(member.attach_as(right.clone()).await.outcome(), "LIMIT_REACHED");
    // What has ended takes none, of any level.
    for status in NeedStatus::iter() {
        let record = world.need(&cast, status).await.id.to_string();
        let (text, ended) = (
            matches!(status, NeedStatus::Draft | NeedStatus::Returned),
            api::policy::NEEDS_ENDED.contains(&status),
        );
        for (level, open) in [("NETWORK", text), ("INTRODUCED", !ended), ("CONTRACT", !ended)] {
            let outcome = member.attach(&record, level, "a.pdf", PDF).await.outcome();
            let right = if open { "DONE" } else { "ILLEGAL_STATE" };
            assert_eq!(outcome, right, "{status:?} {level}");
        }
    }
    for status in OfferStatus::iter() {
        let officer = world.person(Role::OttOfficer, cast.ott).await;
        let record = world.offer(&cast, status).await.id.to_string();
        let (text, ended) = (
            matches!(status, OfferStatus::Draft | OfferStatus::Returned),
            api::policy::OFFERS_ENDED.contains(&status),
        );
        for (level, open) in [("NETWORK", text), ("INTRODUCED", !ended), ("CONTRACT", !ended)] {
            let outcome = officer.attach(&record, level, "a.pdf", PDF).await.outcome();
            let right = if open { "DONE" } else { "ILLEGAL_STATE" };
            assert_eq!(outcome, right, "{status:?} {level}");
        }
    }
    world.events().await;
}

async fn a_link_is_for_one_person_and_a_short_time(world: &World) {
    let cast = world.cast().await;
    let need = world.need(&cast, NeedStatus::Published).await.id.to_string();
    let member = world.person(Role::MemberUser, cast.company).await;
    let colleague = world.person(Role::MemberUser, cast.company).await;
    let officer = world.person(Role::OttOfficer, cast.ott).await;
    let id = store(world, &member, &need, "CONFIDENTIAL", PDF).await;
    let other = store(world, &member, &need, "CONFIDENTIAL", PDF).await;
    let link = url(&member, &id).await.unwrap();
    let fetch = async |token: Option<String>, link: &str| {
        world.transfer(token.as_deref(), link, None).await.status
    };
    // Alone, or with the token of the person for whom it was made, and no other.
    assert_eq!(fetch(None, &link).await, 200);
    assert_eq!(fetch(member.token(), &link).await, 200);
    assert_eq!(fetch(colleague.token(), &link).await, 403);
    assert_eq!(fetch(officer.token(), &link).await, 403);
    assert_eq!(fetch(Some("x.y.z".into()), &link).await, 401);
    // Of one document, and one way.
    assert_eq!(fetch(None, &link.replace(&id, &other)).await, 403);
    assert_eq!(fetch(None, &link[..link.len() - 1]).await, 403);
    assert_eq!(fetch(None, &link.replace(&id, "doc_..%2F..%2Fetc%2Fpasswd")).await, 403);
    assert_eq!(fetch(None, &link.replace(&id, "../../etc/passwd")).await, 404);
    let status = world.transfer(None, &link, Some(PDF.to_vec())).await.status;
    assert_eq!(status, 403, "a link to fetch does not send");
    let told = member.attach(&need, "CONFIDENTIAL", "a.pdf", PDF).await;
    let upload = told.root()["uploadUrl"].as_str().unwrap().to_owned();
    assert_eq!(fetch(None, &upload).await, 403, "a link to send does not fetch");
    // Somebody who may not read it has no link.
    assert_eq!(url(&officer, &id).await, None);
    world.pass(TimeDelta::seconds(299));
    assert_eq!(fetch(None, &link).await, 200);
    world.pass(TimeDelta::seconds(1));
    assert_eq!(fetch(None, &link).await, 403);
    world.pass(TimeDelta::minutes(10));
    let late = world.transfer(None, &upload, Some(PDF.to_vec())).await;
    assert_eq!(late.status, 403);
    // Whoever is out is out, link or no link.
    let link = url(&colleague, &id).await.unwrap();
    let upload = colleague.attach(&need, "CONFIDENTIAL", "a.pdf", PDF).await;
    let upload = upload.root()["uploadUrl"].as_str().unwrap().to_owned();
    assert_eq!(fetch(None, &link).await, 200);
    let of_colleague = membership::Column::PersonId.eq(colleague.id.unwrap());
    let held = membership::Entity::find().filter(of_colleague).one(world.db().read()).await;
    let mut held = held.unwrap().unwrap();
    held.to_at = Some(world.now());
    world.overwrite(held).await;
    assert_eq!(fetch(None, &link).await, 404);
    // That it was announced they know; the need is there for everybody.
    assert_eq!(world.transfer(None, &upload, Some(PDF.to_vec())).await.status, 403);
    assert_eq!(kept(&world.files()).len(), 2);
    world.events().await;
}

async fn what_is_public_is_there_for_everybody(world: &World) {
    let cast = world.cast().await;
    let row = world.need(&cast, NeedStatus::Draft).await;
    let need = row.id.to_string();
    let member = world.person(Role::MemberUser, cast.company).await;
    let public = store(world, &member, &need, "PUBLIC_BLIND", PDF).await;
    let network = store(world, &member, &need, "NETWORK", PDF).await;
    let sealed = store(world, &member, &need, "CONFIDENTIAL", PDF).await;
    let nobody = world.nobody();
    let officer = world.person(Role::OttOfficer, cast.ott).await;
    assert_eq!(listed(&nobody, "need", &need).await.len(), 0, "nobody knows of a draft");
    assert_eq!(url(&nobody, &public).await, None);
    let published = entity::need::Model { status: NeedStatus::Published, ..row.clone() };
    world.overwrite(published).await;
    for (person, right) in [(&nobody, vec![&public]), (&officer, vec![&public, &network])] {
        let found = listed(person, "need", &need).await;
        let ids: Vec<_> = found.iter().map(|file| file["id"].as_str().unwrap()).collect();
        assert_eq!(ids, right);
        for file in &found {
            assert!(file["uploadedBy"].is_null());
            assert_eq!(file["redactedFields"], json!(["uploadedBy"]));
            let link = file["url"].as_str().unwrap();
            let fetched = world.transfer(person.token().as_deref(), link, None).await;
            assert_eq!((fetched.status, fetched.bytes.as_slice()), (200, PDF));
        }
        assert_eq!(url(person, &sealed).await, None);
    }
    // Nobody in particular has the link of nobody.
    let link = url(&nobody, &public).await.unwrap();
    assert_eq!(world.transfer(officer.token().as_deref(), &link, None).await.status, 403);
    let ledger = "{ disclosures { totalCount } }";
    assert_eq!(member.send(ledger, json!({})).await.root()["totalCount"], 0);
    // What is taken off the network is closed with its need.
    world.overwrite(entity::need::Model { status: NeedStatus::OnHold, ..row }).await;
    assert_eq!(world.transfer(None, &link, None).await.status, 404);
    world.events().await;
}

async fn the_end_of_an_interest_closes_its_files(world: &World) {
    let cast = world.cast().await;
    let need = world.need(&cast, NeedStatus::Published).await;
    let offer = world.offer(&cast, OfferStatus::Published).await;
    let (from, status) = (InterestDirection::OfferToNeed, InterestStatus::Accepted);
    let row = records::interest(&need, &offer, from, status, world.now());
    world.put(row.clone()).await;
    let member = world.person(Role::MemberUser, cast.company).await;
    let officer = world.person(Role::OttOfficer, cast.ott).await;
    let of_need = store(world, &member, &need.id.to_string(), "INTRODUCED", PDF).await;
    let of_offer = store(world, &officer, &offer.id.to_string(), "INTRODUCED", PDF).await;
    let sealed = store(world, &member, &need.id.to_string(), "CONFIDENTIAL", PDF).await;
    let (theirs, ours) =
        (url(&officer, &of_need).await.unwrap(), url(&member, &of_offer).await.unwrap());
    assert_eq!(url(&officer, &sealed).await, None);
    let ledger =
        "{ disclosures { nodes { record fields person organization { id } basis { id } } } }";
    let entries = async |person: &Person<'_>| {
        person.send(ledger, json!({})).await.root()["nodes"].as_array().unwrap().clone()
    };
    assert_eq!(entries(&member).await.len(), 0, "that there is one was told to both");
    for (link, owner, reader, id, organization) in [
        (&theirs, &member, &officer, &of_need, cast.ott),
        (&ours, &officer, &member, &of_offer, cast.company),
    ] {
        assert_eq!(world.transfer(None, link, None).await.status, 200);
        let mine = entries(owner).await;
        assert_eq!(mine.len(), 1);
        let right = json!({
            "record": id, "fields": ["content"], "person": reader.id.unwrap().to_string(),
            "organization": { "id": organization.to_string() }, "basis": { "id": row.id.to_string() },
        });
        assert_eq!(mine[0], right);
    }
    // One's own is nobody's business.
    let own = url(&member, &of_need).await.unwrap();
    assert_eq!(world.transfer(None, &own, None).await.status, 200);
    assert_eq!(entries(&member).await.len(), 1);
    // What the files of a record are called is told with the record.
    let shown = listed(&officer, "need", &need.id.to_string()).await;
    assert_eq!(shown.len(), 1);
    let told = entries(&member).await;
    assert_eq!(told.len(), 2);
    assert_eq!(told[0]["fields"], json!(["documents"]));
    // And so it is when a document is asked for by its own id.
    let ask =
        format!("{{ node(id: {}) {{ id ... on Document {{ title fileName }} }} }}", shown[0]["id"]);
    for (person, left) in [(&officer, 3), (&member, 3)] {
        assert_eq!(person.send(&ask, json!({})).await.root()["id"], shown[0]["id"]);
        assert_eq!(entries(&member).await.len(), left);
    }
    let told = entries(&member).await;
    assert_eq!(told[0]["fields"], json!(["title", "fileName"]));
    let close = input("closeInterest", &row.id.to_string());
    assert_eq!(member.interest("closeInterest", close).await.outcome(), "DONE");
    for link in [&theirs, &ours] {
        let closed = world.transfer(None, link, None).await;
        assert_eq!(closed.status, 404);
        assert!(!text(&closed).contains("zanate"));
    }
    assert_eq!(url(&officer, &of_need).await, None);
    assert_eq!(world.transfer(None, &own, None).await.status, 200);
    world.events().await;
}

async fn parties_show_each_other_files(world: &World) {
    let cast = world.cast().await;
    let need = world.need(&cast, NeedStatus::Published).await;
    let offer = world.offer(&cast, OfferStatus::Published).await;
    let (from, status) = (InterestDirection::OfferToNeed, InterestStatus::Forwarded);
    let row = records::interest(&need, &offer, from, status, world.now());
    world.put(row.clone()).await;
    let id = row.id.to_string();
    let member = world.person(Role::MemberUser, cast.company).await;
    let liaison = world.person(Role::ChamberLiaison, cast.chamber).await;
    let officer = world.person(Role::OttOfficer, cast.ott).await;
    // What it says cannot be looked at for names.
    for level in ["PUBLIC_BLIND", "NETWORK"] {
        let refused = officer.attach(&id, level, "a.pdf", PDF).await;
        assert_eq!(refused.outcome(), "INVALID input.level");
    }
    let theirs = store(world, &officer, &id, "INTRODUCED", PDF).await;
    let sealed = store(world, &officer, &id, "CONFIDENTIAL", PDF).await;
    let ours = store(world, &member, &id, "INTRODUCED", PDF).await;
    let ids = async |person: &Person<'_>| {
        let found = listed(person, "interest", &id).await;
        let ids: Vec<_> =
            found.iter().map(|file| file["id"].as_str().unwrap().to_owned()).collect();
        ids
    };
    assert_eq!(
        ids(&officer).await,
        [theirs.as_str(), &sealed],
        "it does not know whom it deals with"
    );
    assert_eq!(ids(&member).await, [theirs.as_str(), &ours]);
    assert_eq!(ids(&liaison).await, [theirs.as_str(), &ours]);
    // A file belongs to the party that attached it.
    assert_eq!(member.remove_document(&theirs).await.outcome(), "FORBIDDEN");
    assert_eq!(liaison.remove_document(&ours).await.outcome(), "FORBIDDEN");
    assert_eq!(officer.remove_document(&ours).await.outcome(), "NOT_FOUND");
    let accept = input("acceptInterest", &id);
    assert_eq!(member.interest("acceptInterest", accept).await.outcome(), "DONE");
    assert_eq!(ids(&officer).await, [theirs.as_str(), &sealed, &ours]);
    assert_eq!(ids(&member).await, [theirs.as_str(), &ours]);
    // Who fetches the other side's is on record; a company's own chamber is not the other side.
    for (person, file) in
        [(&officer, &ours), (&liaison, &ours), (&liaison, &theirs), (&officer, &theirs)]
    {
        let link = url(person, file).await.unwrap();
        assert_eq!(world.transfer(None, &link, None).await.status, 200);
    }
    let ledger = "{ disclosures { nodes { record fields person basis { id } } } }";
    for (owner, reader, file) in [(&member, &officer, &ours), (&officer, &liaison, &theirs)] {
        let found = owner.send(ledger, json!({})).await.root()["nodes"].clone();
        let found: Vec<_> = found
            .as_array()
            .unwrap()
            .iter()
            .filter(|e| e["fields"] == json!(["content"]))
            .collect();
        assert_eq!(found.len(), 1, "{found:#?}");
        assert_eq!(found[0]["record"], json!(file));
        assert_eq!(found[0]["person"], json!(reader.id.unwrap().to_string()));
        assert_eq!(found[0]["basis"]["id"], json!(id));
    }
    assert_eq!(officer.remove_document(&theirs).await.outcome(), "DONE");
    assert_eq!(ids(&member).await, [ours.as_str()]);
    world.events().await;
}

/// A text that says from which level on it may be read.
fn canary(level: DisclosureLevel) -> String {
    format!("zanate{level:?}")
}

/// Whether a person reads what they should, by every way there is.
async fn check(
    person: &Person<'_>,
    (noun, record): (&str, &str),
    rows: &[document::Model],
    right: impl Fn(&document::Model) -> bool,
    what: &str,
) -> usize {
    let found = listed(person, noun, record).await;
    let mut read = 0;
    for row in rows {
        let (id, right) = (row.id.to_string(), right(row));
        let what = format!("{what} {:?} {:?}", row.level, row.party);
        let listed = found.iter().find(|file| file["id"] == json!(id));
        assert_eq!(listed.is_some(), right, "{what}");
        let one = format!("{{ node(id: \"{id}\") {{ id ... on Document {{ title url }} }} }}");
        let one = person.send(&one, json!({})).await;
        assert_eq!(!one.root().is_null(), right, "{what}");
        assert_eq!(one.body.to_string().contains(&canary(row.level)), right, "{what}");
        read += usize::from(right);
    }
    read
}

async fn files(
    world: &World,
    record: RecordId,
    party: Option<InterestParty>,
) -> Vec<document::Model> {
    let mut rows = Vec::new();
    for level in DisclosureLevel::iter() {
        let title = records::both(&canary(level), &canary(level));
        let row = records::document(record, level, world.now());
        let row = document::Model { title, party, ..row };
        world.put(row.clone()).await;
        rows.push(row);
    }
    rows
}

async fn files_of_needs_and_offers_reach_whom_their_level_covers(world: &World) {
    let cast = world.cast().await;
    let people = cast.people(world).await;
    let mut read = 0;
    let mut tried = 0;
    for introduced in [false, true] {
        for status in NeedStatus::iter() {
            let mut row = records::need(&cast, status, world.now());
            row.shared_by = [cast.ally].iter().collect();
            world.put(row.clone()).await;
            if introduced {
                let offer = world.offer(&cast, OfferStatus::Published).await;
                let (from, accepted) = (InterestDirection::OfferToNeed, InterestStatus::Accepted);
                world.put(records::interest(&row, &offer, from, accepted, world.now())).await;
            }
            let rows = files(world, RecordId::Need(row.id), None).await;
            for (name, person) in &people {
                let viewer = person.viewer();
                let office = |viewer: &Viewer| {
                    viewer.holding(api::policy::OFFICE).any(|grant| grant.organization == cast.ott)
                };
                let facts = NeedFacts {
                    // The company lets its chamber represent it in the second half.
                    represented: introduced,
                    introduced: introduced && office(&viewer),
                    ..NeedFacts::from(&row)
                };
                let level = facts.level(&viewer);
                let id = row.id.to_string();
                let what = format!("{name} {status:?} {introduced}");
                read +=
                    check(person, ("need", &id), &rows, |file| level >= Some(file.level), &what)
                        .await;
                tried += rows.len();
            }
        }
        for status in OfferStatus::iter() {
            let row = world.offer(&cast, status).await;
            if introduced {
                let need = world.need(&cast, NeedStatus::Published).await;
                let (from, accepted) = (InterestDirection::NeedToOffer, InterestStatus::Accepted);
                world.put(records::interest(&need, &row, from, accepted, world.now())).await;
            }
            let rows = files(world, RecordId::Offer(row.id), None).await;
            for (name, person) in &people {
                let viewer = person.viewer();
                let need = records::need(&cast, NeedStatus::Published, world.now());
                let company = need.level(&viewer) >= Some(DisclosureLevel::Introduced);
                let facts = api::policy::OfferFacts {
                    introduced: introduced && company,
                    ..api::policy::OfferFacts::from(&row)
                };
                let level = facts.level(&viewer);
                let id = row.id.to_string();
                let what = format!("{name} {status:?} {introduced}");
                read +=
                    check(person, ("offer", &id), &rows, |file| level >= Some(file.level), &what)
                        .await;
                tried += rows.len();
            }
        }
        let representation = ConsentPurpose::Representation;
        world.put(records::consent(cast.company, representation, world.now())).await;
    }
    assert!(read > 500 && tried - read > 500, "{read} of {tried}");
}

async fn files_of_interests_reach_whom_their_level_covers(world: &World) {
    let cast = world.cast().await;
    let people = cast.people(world).await;
    let (mut read, mut tried) = (0, 0);
    for direction in InterestDirection::iter() {
        for status in [
            InterestStatus::Draft,
            InterestStatus::Submitted,
            InterestStatus::Forwarded,
            InterestStatus::Accepted,
            InterestStatus::ClosedNoDeal,
        ] {
            for anonymous in [false, true] {
                let need = world.need(&cast, NeedStatus::Published).await;
                let offer = world.offer(&cast, OfferStatus::Published).await;
                let mut row = records::interest(&need, &offer, direction, status, world.now());
                row.anonymous = anonymous;
                world.put(row.clone()).await;
                let mut rows = Vec::new();
                for party in InterestParty::iter() {
                    rows.extend(files(world, RecordId::Interest(row.id), Some(party)).await);
                }
                for (name, person) in &people {
                    let viewer = person.viewer();
                    let party = viewer.grants.iter().find_map(|grant| match grant.role {
                        Role::MemberUser => Some(InterestParty::Company),
                        Role::ChamberLiaison | Role::ChamberAdmin => Some(InterestParty::Chamber),
                        Role::OttOfficer | Role::OttManager => Some(InterestParty::Office),
                        _ => None,
                    });
                    let level = row.level(&viewer);
                    let right = |file: &document::Model| {
                        level.is_some() && (level >= Some(file.level) || party == file.party)
                    };
                    let what = format!("{name} {direction:?} {status:?} {anonymous}");
                    let id = row.id.to_string();
                    read += check(person, ("interest", &id), &rows, right, &what).await;
                    tried += rows.len();
                }
            }
        }
    }
    assert!(read > 500 && tried - read > 500, "{read} of {tried}");
}

async fn who_attached_what_is_public_does_not_publish_it(world: &World) {
    let cast = world.cast().await;
    world.put(records::consent(cast.company, ConsentPurpose::Publication, world.now())).await;
    let need = world.need(&cast, NeedStatus::Draft).await.id.to_string();
    let member = world.person(Role::MemberUser, cast.company).await;
    let liaison = world.person(Role::ChamberLiaison, cast.chamber).await;
    let admin = world.person(Role::ChamberAdmin, cast.chamber).await;
    store(world, &liaison, &need, "NETWORK", PDF).await;
    let late = member.attach(&need, "PUBLIC_BLIND", "a.pdf", PDF).await;
    let late = late.root()["uploadUrl"].as_str().unwrap().to_owned();
    let at = |version: i32| json!({ "id": need, "expectedVersion": version });
    assert_eq!(member.need("submitNeed", at(1)).await.outcome(), "DONE");
    // What is under review does not change under its reviewer.
    assert_eq!(world.transfer(None, &late, Some(PDF.to_vec())).await.status, 409);
    assert_eq!(kept(&world.files()).len(), 1);
    assert_eq!(liaison.need("publishNeed", at(2)).await.outcome(), "FOUR_EYES");
    for (person, waits) in [(&liaison, 0), (&admin, 1)] {
        let ask = "{ viewer { inbox(kind: [NEED_TO_REVIEW]) { totalCount } } }";
        let inbox = person.send(ask, json!({})).await.root()["inbox"].clone();
        assert_eq!(inbox["totalCount"], waits, "for whoever may publish it");
    }
    assert_eq!(admin.need("publishNeed", at(2)).await.outcome(), "DONE");
    world.events().await;
}

async fn nothing_is_left_of_what_breaks_off(world: &World) {
    let cast = world.cast().await;
    let need = world.need(&cast, NeedStatus::Published).await.id.to_string();
    let member = world.person(Role::MemberUser, cast.company).await;
    let mut long = PDF.to_vec();
    long.resize(11_000_000, b' ');
    let announce = async || {
        let told = member.attach(&need, "CONFIDENTIAL", "a.pdf", &long).await.root().clone();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        (text(&told["document"]["id"]), text(&told["uploadUrl"]))
    };
    let folder = |id: &str| {
        let id: DocumentId = id.parse().unwrap();
        world.files().join(id.0.simple().to_string())
    };
    // A process that dies in the middle leaves a file half written, or one that nobody names.
    let left_over = |id: &str| {
        fs::create_dir_all(folder(id)).unwrap();
        for name in ["0123456789abcdef#1", "fedcba9876543210"] {
            fs::write(folder(id).join(name), PDF).unwrap();
        }
    };
    let (broken, upload) = announce().await;
    let link = upload.split_once("link=").unwrap().1.to_owned();
    let intake = world.service.expect_document(&broken, &link, None).await.unwrap();
    let (give, pieces) = mpsc::channel(4);
    let storing = tokio::spawn(intake.store(pieces));
    for piece in long[..8_000_000].chunks(100_000) {
        give.send(Ok(piece.to_vec().into())).await.unwrap();
    }
    storing.abort();
    assert!(storing.await.unwrap_err().is_cancelled());
    left_over(&broken);
    // One that came, after others that did not.
    let (whole, upload) = announce().await;
    left_over(&whole);
    assert_eq!(world.transfer(None, &upload, Some(long.clone())).await.status, 204);
    // One that was taken away, but for its bytes.
    let (removed, upload) = announce().await;
    assert_eq!(world.transfer(None, &upload, Some(long.clone())).await.status, 204);
    assert_eq!(member.remove_document(&removed).await.outcome(), "DONE");
    left_over(&removed);
    assert!(kept(&folder(&broken)).len() >= 2 && kept(&folder(&whole)).len() == 3);
    world.events().await;

    // Not before all that can be on its way has come.
    world.pass(TimeDelta::minutes(74));
    clockwork::run_due(&world.service).await.unwrap();
    assert_eq!(world.events().await, [""; 0]);
    world.pass(TimeDelta::minutes(1));
    clockwork::run_due(&world.service).await.unwrap();
    assert_eq!(
        world.events().await,
        ["DOCUMENT_LAPSED", "DOCUMENT_TIDIED", "DOCUMENT_TIDIED", "DOCUMENT_TIDIED"]
    );
    assert_eq!(kept(&folder(&broken)), [""; 0]);
    assert_eq!(kept(&folder(&removed)), [""; 0]);
    assert_eq!(kept(&world.files()).len(), 1);
    let listed = listed(&member, "need", &need).await;
    assert_eq!(listed.len(), 1);
    let link = url(&member, &whole).await.unwrap();
    assert!(world.transfer(None, &link, None).await.bytes == long, "another file");
    // And not again.
    world.pass(TimeDelta::hours(2));
    clockwork::run_due(&world.service).await.unwrap();
    assert_eq!(world.events().await, [""; 0]);
    // When the bytes cannot be taken away, it is tried again.
    assert_eq!(member.remove_document(&whole).await.outcome(), "DONE");
    left_over(&whole);
    fs::create_dir(folder(&whole).join("in the way")).unwrap();
    clockwork::run_due(&world.service).await.unwrap();
    assert_eq!(world.events().await, ["DOCUMENT_REMOVED"]);
    fs::remove_dir(folder(&whole).join("in the way")).unwrap();
    clockwork::run_due(&world.service).await.unwrap();
    assert_eq!(world.events().await, ["DOCUMENT_TIDIED"]);
    assert_eq!(kept(&world.files()), [""; 0]);
}

async fn a_bucket_keeps_files_too(world: &World) {
    let cast = world.cast().await;
    let need = world.need(&cast, NeedStatus::Published).await.id.to_string();
    let member = world.person(Role::MemberUser, cast.company).await;
    let bucket = Bucket::open().await;
    let instance = world.another_instance().await.keeping_documents(bucket.archive(MOST_BYTES));
    let mut long = PDF.to_vec();
    long.resize(11_000_000, b' ');
    let send = async |url: &str, id: &str, bytes: &[u8]| {
        let link = url.split_once("link=").unwrap().1;
        let intake = instance.expect_document(id, link, None).await.unwrap();
        let (give, pieces) = mpsc::channel(4);
        let storing = tokio::spawn(intake.store(pieces));
        for piece in bytes.chunks(60_000) {
            if give.send(Ok(piece.to_vec().into())).await.is_err() {
                break;
            }
        }
        drop(give);
        storing.await.unwrap()
    };
    let mut ids = Vec::new();
    for bytes in [PDF, &long] {
        let told = member.attach(&need, "CONFIDENTIAL", "a.pdf", bytes).await.root().clone();
        let id = told["document"]["id"].as_str().unwrap().to_owned();
        let upload = told["uploadUrl"].as_str().unwrap();
        // What is not right is not even completed.
        let mut changed = bytes.to_vec();
        *changed.last_mut().unwrap() = b'!';
        for wrong in [&changed[..], &bytes[..bytes.len() - 1]] {
            assert!(matches!(send(upload, &id, wrong).await, Err(Unserved::Differs(_))));
        }
        assert!(bucket.keys().len() == ids.len() && bucket.uploads().1 == 0);
        send(upload, &id, bytes).await.unwrap();
        let shelf = id.parse::<DocumentId>().unwrap().0.simple().to_string();
        assert!(bucket.keys().iter().any(|key| key.starts_with(&format!("{shelf}/"))));
        let link = url(&member, &id).await.unwrap();
        let link = link.split_once("link=").unwrap().1;
        let delivery = instance.deliver_document(&id, link, None).await.unwrap();
        let found: Vec<_> = delivery.bytes.try_collect().await.unwrap();
        assert!(found.concat() == bytes, "another file");
        ids.push((id, shelf));
    }
    assert_eq!(bucket.uploads(), (3, 0), "what is long goes in parts, and no part is left");
    // What nobody names goes, what somebody names stays.
    let [(_, first), (second, gone)] = &ids[..] else { panic!("two") };
    bucket.put(&format!("{first}/left over"), PDF);
    let ask = "mutation($id: ID!) { removeDocument(input: { id: $id }) { document } }";
    let token = member.token();
    let removed = world.send_to(&instance, token.as_deref(), ask, json!({ "id": second })).await;
    assert_eq!(removed.root()["document"], json!(second));
    assert!(!bucket.keys().iter().any(|key| key.starts_with(gone)));
    world.pass(TimeDelta::minutes(75));
    clockwork::run_due(&instance).await.unwrap();
    let keys = bucket.keys();
    assert!(keys.len() == 1 && keys[0].starts_with(first) && !keys[0].ends_with("left over"));
    world.events().await;
    bucket.close().await;
}

/// What the tables say about attaching: who may revise the record's text, and when it takes files.
fn expected<A: Action>(
    viewer: &Viewer,
    row: &A::On,
    action: A,
    (open, readable): (bool, bool),
) -> &'static str {
    match row.level(viewer) {
        None => "NOT_FOUND",
        Some(_) if !action.permitted(viewer, row) && viewer.person.is_none() => "UNAUTHENTICATED",
        Some(_) if !action.permitted(viewer, row) => "FORBIDDEN",
        Some(_) if !open => "ILLEGAL_STATE",
        Some(_) if !readable => "CONSENT_MISSING input.level",
        Some(_) => "DONE",
    }
}

/// Whoever may attach takes away, whatever has become of the record, and nobody else.
async fn removed(world: &World, person: &Person<'_>, file: document::Model, right: &str) {
    let what = format!("{person:?} {file:?}");
    world.put(file.clone()).await;
    assert_eq!(person.remove_document(&file.id.to_string()).await.outcome(), right, "{what}");
}

async fn every_door_by_everybody(world: &World) {
    use DisclosureLevel::{Confidential, Contract, Introduced, Network};
    let cast = world.cast().await;
    let people = cast.people(world).await;
    let levels = [Network, Introduced, Confidential, Contract];
    for status in NeedStatus::iter() {
        let row = world.need(&cast, status).await;
        let full = world.need(&cast, status).await;
        for ((name, person), level) in
            people.iter().flat_map(|person| levels.map(|level| (person, level)))
        {
            let viewer = person.viewer();
            let open = if level < Introduced {
                NeedAction::Revise.from().contains(&status)
            } else {
                !api::policy::NEEDS_ENDED.contains(&status)
            };
            let readable = level <= Introduced || viewer.is(Role::MemberUser, cast.company);
            let right = expected(&viewer, &row, NeedAction::Revise, (open, readable));
            let told = person.attach(&row.id.to_string(), &level.to_value(), "a.pdf", PDF).await;
            assert_eq!(told.outcome(), right, "{name} {status:?} {level:?}");
            let right = match row.level(&viewer) {
                Some(seen) if seen >= level => {
                    expected(&viewer, &row, NeedAction::Revise, (true, true))
                }
                _ => "NOT_FOUND",
            };
            let file = records::document(RecordId::Need(full.id), level, world.now());
            removed(world, person, file, right).await;
        }
    }
    for status in OfferStatus::iter() {
        let row = world.offer(&cast, status).await;
        let full = world.offer(&cast, status).await;
        for ((name, person), level) in
            people.iter().flat_map(|person| levels.map(|level| (person, level)))
        {
            let viewer = person.viewer();
            let open = if level < Introduced {
                OfferAction::Revise.from().contains(&status)
            } else {
                !api::policy::OFFERS_ENDED.contains(&status)
            };
            let right = expected(&viewer, &row, OfferAction::Revise, (open, true));
            let told = person.attach(&row.id.to_string(), &level.to_value(), "a.pdf", PDF).await;
            assert_eq!(told.outcome(), right, "{name} {status:?} {level:?}");
            let right = match row.level(&viewer) {
                Some(seen) if seen >= level => {
                    expected(&viewer, &row, OfferAction::Revise, (true, true))
                }
                _ => "NOT_FOUND",
            };
            let file = records::document(RecordId::Offer(full.id), level, world.now());
            removed(world, person, file, right).await;
        }
    }
    for (direction, status) in InterestDirection::iter()
        .flat_map(|from| InterestStatus::iter().map(move |status| (from, status)))
    {
        let need = world.need(&cast, NeedStatus::Published).await;
        let offer = world.offer(&cast, OfferStatus::Published).await;
        let row = records::interest(&need, &offer, direction, status, world.now());
        world.put(row.clone()).await;
        for (name, person) in &people {
            let viewer = person.viewer();
            let open = status == InterestStatus::Draft || InterestAction::is_talked_about(status);
            let right = expected(&viewer, &row, Converse, (open, true));
            let told = person.attach(&row.id.to_string(), "CONFIDENTIAL", "a.pdf", PDF).await;
            assert_eq!(told.outcome(), right, "{name} {direction:?} {status:?}");
        }
    }
    world.events().await;
}

async fn of_two_that_come_at_once_one_is_kept(world: &World) {
    let cast = world.cast().await;
    let need = world.need(&cast, NeedStatus::Published).await.id.to_string();
    let member = world.person(Role::MemberUser, cast.company).await;
    let mut long = PDF.to_vec();
    long.resize(6_000_000, b' ');
    let told = member.attach(&need, "CONFIDENTIAL", "a.pdf", &long).await;
    let upload = told.root()["uploadUrl"].as_str().unwrap();
    let all = join_all((0..4).map(|_| world.transfer(None, upload, Some(long.clone())))).await;
    let mut statuses: Vec<_> = all.iter().map(|sent| sent.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [204, 409, 409, 409]);
    assert_eq!(kept(&world.files()).len(), 1);
    let id = told.root()["document"]["id"].as_str().unwrap();
    let link = url(&member, id).await.unwrap();
    assert!(world.transfer(None, &link, None).await.bytes == long, "another file");
    assert_eq!(world.events().await, ["DOCUMENT_ATTACHED", "DOCUMENT_STORED"]);
}

async fn a_signature_opens_what_is_confidential(world: &World) {
    let cast = world.cast().await;
    let need = world.need(&cast, NeedStatus::Published).await;
    let offer = world.offer(&cast, OfferStatus::Published).await;
    let (interest, nda) = world.nda(&need, &offer).await;
    let member = world.person(Role::MemberUser, cast.company).await;
    let colleague = world.person(Role::MemberUser, cast.company).await;
    let officer = world.person(Role::OttOfficer, cast.ott).await;
    let manager = world.person(Role::OttManager, cast.ott).await;
    let mut named = Vec::new();
    for (person, organization) in [(&member, cast.company), (&officer, cast.ott)] {
        let row = records::confidant(&nda, person.id.unwrap(), organization, world.now());
        world.put(row.clone()).await;
        named.push(row);
    }
    let of_need = store(world, &member, &need.id.to_string(), "CONFIDENTIAL", PDF).await;
    let of_offer = store(world, &manager, &offer.id.to_string(), "CONFIDENTIAL", PDF).await;
    let said = store(world, &manager, &interest.id.to_string(), "CONFIDENTIAL", PDF).await;
    let contract = store(world, &member, &need.id.to_string(), "CONTRACT", PDF).await;
    // Who is named reads, and nobody else of the other side.
    assert_eq!(url(&manager, &of_need).await, None);
    for file in [&of_offer, &said] {
        assert_eq!(url(&colleague, file).await, None);
        let link = url(&member, file).await.unwrap();
        assert_eq!(world.transfer(None, &link, None).await.status, 200);
    }
    assert_eq!(url(&officer, &contract).await, None, "that takes a contract");
    let link = url(&officer, &of_need).await.unwrap();
    assert_eq!(world.transfer(None, &link, None).await.bytes, PDF);
    let ledger = "{ disclosures { nodes { record fields person basis { id } agreement { id } } } }";
    let right = json!({
        "record": of_need, "fields": ["content"], "person": officer.id.unwrap().to_string(),
        "basis": { "id": interest.id.to_string() }, "agreement": { "id": nda.id.to_string() },
    });
    let found = member.send(ledger, json!({})).await.root()["nodes"].clone();
    assert_eq!(found, json!([right]));
    // Who is named no more reads no more, with a link or without.
    for row in named {
        world.overwrite(confidant::Model { removed_at: Some(world.now()), ..row }).await;
    }
    assert_eq!(world.transfer(None, &link, None).await.status, 404);
    for (person, file) in [(&officer, &of_need), (&member, &of_offer), (&member, &said)] {
        assert_eq!(url(person, file).await, None);
    }
    world.events().await;
}

/// Who invented it may be written down after a file that says so was attached.
async fn what_everybody_may_read_names_nobody_when_it_is_handed_in(world: &World) {
    let cast = world.cast().await;
    let officer = world.person(Role::OttOfficer, cast.ott).await;
    let given = json!({ "ott": cast.ott.to_string(), "anonymous": true, "inventors": [] });
    let given = crate::needs::with(crate::offers::text(), given);
    let offer = officer.offer("draftOffer", given).await.root()["offer"].clone();
    let id = offer["id"].as_str().unwrap();
    let told = officer.attach(id, "NETWORK", "Ensayo de Ana Inventora.pdf", PDF).await;
    assert_eq!(told.outcome(), "DONE", "nobody of that name is known yet");
    let inventors = json!({ "id": id, "expectedVersion": 1, "inventors": ["Ana Inventora"] });
    assert_eq!(officer.offer("reviseOffer", inventors).await.outcome(), "DONE");
    let at = |version: i32| json!({ "id": id, "expectedVersion": version });
    assert_eq!(officer.offer("submitOffer", at(2)).await.outcome(), "BLIND_CHECK");
    let file = told.root()["document"]["id"].as_str().unwrap().to_owned();
    assert_eq!(officer.remove_document(&file).await.outcome(), "DONE");
    assert_eq!(officer.offer("submitOffer", at(2)).await.outcome(), "DONE");
    world.events().await;
}
