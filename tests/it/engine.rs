//! The engine beside the matches it writes: what answers a need of every kind, needs that are alike,
//! what a search can be narrowed by, and the index on disk.

use std::fs;

use entity::{
    CapabilityStatus, IpLegalStatus, Localized, NeedId, NeedStatus, OfferStatus, Role, need,
};
use sea_orm::EntityTrait;
use serde_json::{Value, json};
use tests::{Cast, Person, World, records};

use crate::policy::input;

tests::stories!(
    a_need_is_answered_by_what_lies_dormant,
    needs_that_are_alike_find_each_other,
    a_search_is_narrowed_by_what_it_counts,
    words_of_the_other_language_are_found,
    the_index_is_kept_and_brought_up_to_date,
);

/// A need of the cast's company with a title of its own.
async fn titled(world: &World, cast: &Cast, status: NeedStatus, es: &str) -> need::Model {
    let row = need::Model {
        title: Localized { es: Some(es.to_owned()), en: None },
        summary: records::both(es, es),
        description: None,
        technical_specification: None,
        current_solution: None,
        why_insufficient: None,
        partner_role: None,
        ..records::need(cast, status, world.now())
    };
    world.put(row.clone()).await;
    row
}

async fn ask(world: &World, of: &api::context::Service, person: &Person<'_>, ask: &str) -> Value {
    let answer = world.send_to(of, person.token().as_deref(), ask, json!({})).await;
    answer.data().clone()
}

async fn a_need_is_answered_by_what_lies_dormant(world: &World) {
    let cast = world.cast().await;
    let need = world.need(&cast, NeedStatus::Published).await;
    let dormant = world.asset(&cast, IpLegalStatus::GrantedInForce).await;
    let lapsed = world.asset(&cast, IpLegalStatus::LapsedUnpaidFees).await;
    let secret = world.asset(&cast, IpLegalStatus::Filed).await;
    world.capability(&cast, CapabilityStatus::Published).await;
    let other = world.another_instance().await;
    let officer = world.person(Role::OttOfficer, cast.other_ott).await;
    world.events().await;
    let what = format!(
        "{{ need(id: \"{}\") {{ matchingDormantAssets(first: 20) {{ score coverage explanation \
         components {{ contribution }} need {{ id }} offer {{ id }} ipAsset {{ id dormant }} }} }} }}",
        need.id
    );
    let found = ask(world, &other, &officer, &what).await;
    let found = found["need"]["matchingDormantAssets"].as_array().expect("a list").clone();
    let ids: Vec<&Value> = found.iter().map(|found| &found["ipAsset"]["id"]).collect();
    assert_eq!(ids, [&json!(dormant.id)], "neither {} nor {}", lapsed.id, secret.id);
    let one = &found[0];
    assert_eq!((&one["ipAsset"]["dormant"], &one["offer"]), (&json!(true), &Value::Null));
    let parts = one["components"].as_array().expect("parts").iter();
    let sum: u64 = parts.map(|part| part["contribution"].as_u64().expect("a number")).sum();
    assert_eq!(Some(sum), one["score"].as_u64());
    assert!(one["explanation"].as_str().expect("a text").contains("calor"), "{one:#}");
    // The same pair has the same score from the other side.
    let back = format!(
        "{{ ipAsset(id: \"{}\") {{ matchingNeeds {{ score need {{ id }} }} }} }}",
        dormant.id
    );
    let back = ask(world, &other, &officer, &back).await;
    assert_eq!(back["ipAsset"]["matchingNeeds"][0]["score"], one["score"]);
    // Below the network nothing is told.
    for person in [world.nobody(), world.stranger().await] {
        let told = ask(world, &other, &person, &what).await;
        assert_eq!(told["need"]["matchingDormantAssets"], Value::Null);
    }
    other.db().clone().close().await.expect("closed");
}

async fn needs_that_are_alike_find_each_other(world: &World) {
    let cast = world.cast().await;
    let first = titled(world, &cast, NeedStatus::Published, "Reducir el agua en el teñido").await;
    let other_cast = Cast { company: cast.other_company, ..cast };
    let alike =
        titled(world, &other_cast, NeedStatus::Published, "Teñido de telas con menos agua").await;
    let draft = titled(world, &cast, NeedStatus::Draft, "Menos agua al teñir textiles").await;
    titled(world, &cast, NeedStatus::Published, "Horno de túnel para cerámica").await;
    let other = world.another_instance().await;
    let liaison = world.person(Role::ChamberLiaison, cast.chamber).await;
    let officer = world.person(Role::OttOfficer, cast.ott).await;
    world.events().await;
    let what = |id: NeedId| {
        format!(
            "{{ need(id: \"{id}\") {{ similarNeeds {{ score components {{ feature }} \
             need {{ id company {{ id }} }} capability {{ id }} }} }} }}"
        )
    };
    let found = ask(world, &other, &officer, &what(first.id)).await;
    let found = found["need"]["similarNeeds"].as_array().expect("a list").clone();
    let ids: Vec<&Value> = found.iter().map(|found| &found["need"]["id"]).collect();
    assert_eq!(ids, [&json!(alike.id)], "not itself, no draft, no kiln");
    assert_eq!(found[0]["need"]["company"], Value::Null, "who asks stays hidden");
    for part in found[0]["components"].as_array().expect("parts") {
        assert!(["TEXT", "SECTOR"].contains(&part["feature"].as_str().expect("a name")));
    }
    // A draft finds what is on offer already; before it is saved, too.
    let of_draft = ask(world, &other, &liaison, &what(draft.id)).await;
    assert_eq!(of_draft["need"]["similarNeeds"][0]["need"]["id"], json!(alike.id));
    let preview = "{ previewMatches(input: { title: { es: \"Teñir con poca agua\" } }) { \
        userErrors { code } similarNeeds { need { id } } } }";
    let previewed = ask(world, &other, &liaison, preview).await;
    let like = previewed["previewMatches"]["similarNeeds"].as_array().expect("a list").clone();
    let on_offer = [json!(first.id), json!(alike.id)];
    assert!(!like.is_empty() && like.iter().all(|like| on_offer.contains(&like["need"]["id"])));
    let wrong = "{ previewMatches(input: { scian: [\"x\"] }) { userErrors { code } similarNeeds { score } } }";
    let wrong = ask(world, &other, &liaison, wrong).await;
    assert_eq!(wrong["previewMatches"]["similarNeeds"], json!([]));
    for person in [world.nobody(), world.stranger().await] {
        let told = ask(world, &other, &person, &what(first.id)).await;
        assert_eq!(told["need"]["similarNeeds"], Value::Null);
    }
    other.db().clone().close().await.expect("closed");
}

async fn a_search_is_narrowed_by_what_it_counts(world: &World) {
    let cast = world.cast().await;
    world.need(&cast, NeedStatus::Published).await;
    world.offer(&cast, OfferStatus::Published).await;
    world.capability(&cast, CapabilityStatus::Published).await;
    world.asset(&cast, IpLegalStatus::GrantedInForce).await;
    let other = world.another_instance().await;
    let nobody = world.nobody();
    let found = async |filter: &str| {
        let what = format!(
            "{{ search(text: \"calor de hornos\", filter: {filter}) {{ totalCount edges {{ node {{ \
             __typename }} }} facets {{ kinds {{ kind count }} subsectors {{ code {{ code }} count }} \
             states {{ code {{ code label }} count }} trl {{ trl count }} }} }} }}"
        );
        ask(world, &other, &nobody, &what).await["search"].clone()
    };
    let all = found("{}").await;
    let count = |of: &Value, sort: &str, key: &str, value: Value| -> Option<u64> {
        let facets = of["facets"][sort].as_array().expect("a list").iter();
        let of_value = |facet: &&Value| facet[key] == value || facet[key]["code"] == value;
        facets.clone().find(of_value).and_then(|facet| facet["count"].as_u64())
    };
    let total = all["totalCount"].as_u64().expect("a number");
    let kinds = all["facets"]["kinds"].as_array().expect("a list").len();
    assert_eq!((total, kinds), (4, 4), "{all:#}");
    assert_eq!(count(&all, "subsectors", "code", json!("327")), Some(4));

    // What is chosen narrows the others, and not its own sort.
    let offers = found("{ kinds: [OFFER, IP_ASSET] }").await;
    assert_eq!(offers["totalCount"], 2);
    assert_eq!(count(&offers, "kinds", "kind", json!("NEED")), Some(1));
    assert_eq!(count(&offers, "subsectors", "code", json!("327")), Some(2));
    let high = found("{ trlMin: 6, trlMax: 6, kinds: [IP_ASSET] }").await;
    assert_eq!(
        (&high["totalCount"], &high["edges"][0]["node"]["__typename"]),
        (&json!(1), &json!("IpAsset"))
    );
    assert_eq!(found("{ subsectors: [\"311\"] }").await["totalCount"], 0);
    assert_eq!(found("{ states: [\"31\"] }").await["totalCount"], 0);

    for wrong in [
        "{ subsectors: [\"31\"] }",
        "{ subsectors: [\"3272\"] }",
        "{ states: [\"99\"] }",
        "{ trlMin: 0 }",
        "{ trlMax: 10 }",
    ] {
        let what = format!("{{ search(text: \"calor\", filter: {wrong}) {{ totalCount }} }}");
        let answer = world.send_to(&other, None, &what, json!({})).await;
        assert_eq!(answer.code(), "BAD_USER_INPUT", "{wrong}");
    }
    other.db().clone().close().await.expect("closed");
}

async fn words_of_the_other_language_are_found(world: &World) {
    let cast = world.cast().await;
    let dyeing = titled(world, &cast, NeedStatus::Published, "Reducir el agua en el teñido").await;
    titled(world, &cast, NeedStatus::Published, "Horno de túnel para cerámica").await;
    let other = world.another_instance().await;
    let what = "{ search(text: \"low water dyeing\") { totalCount edges { score node { ... on Need { id } } } } }";
    let found = ask(world, &other, &world.nobody(), what).await;
    assert_eq!(found["search"]["totalCount"], 1, "{found:#}");
    assert_eq!(found["search"]["edges"][0]["node"]["id"], json!(dyeing.id));
    other.db().clone().close().await.expect("closed");
}

async fn the_index_is_kept_and_brought_up_to_date(world: &World) {
    let cast = world.cast().await;
    let need = world.need(&cast, NeedStatus::InReview).await;
    let offer = world.offer(&cast, OfferStatus::InReview).await;
    let liaison = world.person(Role::ChamberLiaison, cast.chamber).await;
    let manager = world.person(Role::OttManager, cast.ott).await;
    let publish = async |need: &need::Model| {
        let input = input("publishNeed", &need.id.to_string());
        assert_eq!(liaison.need("publishNeed", input).await.outcome(), "DONE");
    };
    manager.offer("publishOffer", input("publishOffer", &offer.id.to_string())).await;
    let silent = titled(world, &cast, NeedStatus::InReview, "Secar chile sin humo").await;
    publish(&silent).await;
    world.settled().await;
    world.service.catch_up().await.expect("caught up");
    let index = world.files().with_extension("index");
    assert_eq!(world.service.keep_index(&index).await.expect("kept"), 2);
    // Meanwhile something else is published, and what was there is withdrawn.
    publish(&need).await;
    let mut retire = input("retireOffer", &offer.id.to_string());
    retire["expectedVersion"] = json!(2);
    assert_eq!(manager.offer("retireOffer", retire).await.outcome(), "DONE");
    world.settled().await;
    let found = async |of: &api::context::Service, text: &str| {
        let what =
            format!("{{ search(text: \"{text}\") {{ edges {{ node {{ __typename }} }} }} }}");
        ask(world, of, &world.nobody(), &what).await["search"]["edges"].clone()
    };
    let kept = world.instance_from(&index).await;
    let anew = world.another_instance().await;
    for instance in [&kept, &anew] {
        let of = found(instance, "calor de hornos").await;
        assert_eq!(of, json!([{ "node": { "__typename": "Need" } }]));
    }
    // What no event told of is not read again: the kept index was taken for true.
    let title = records::both("Ahumar pescado", "Smoke fish");
    let row = need::Entity::find_by_id(silent.id).one(world.db().fresh()).await.expect("read");
    let row = row.expect("a need");
    world.overwrite(need::Model { title: title.clone(), summary: title, ..row }).await;
    let again = world.instance_from(&index).await;
    assert_eq!(found(&again, "chile").await.as_array().map(Vec::len), Some(1));
    assert_eq!(found(&again, "pescado").await, json!([]));

    // What is not whole, or belongs to another database, is not used.
    let text = fs::read_to_string(&index).expect("a text");
    let foreign = text.replacen("\"seq\":", "\"seq\":9", 1);
    for unfit in [&text[..text.len() / 2], &foreign] {
        fs::write(&index, unfit).expect("written");
        let instance = world.instance_from(&index).await;
        assert_eq!(found(&instance, "pescado").await.as_array().map(Vec::len), Some(1));
        instance.db().clone().close().await.expect("closed");
    }
    fs::remove_file(&index).expect("removed");
    for instance in [kept, anew, again] {
        instance.db().clone().close().await.expect("closed");
    }
    world.events().await;
}
