//! The life of a need.

use serde_json::json;
use tests::World;

tests::stories!(a_need_is_drafted);

async fn a_need_is_drafted(world: &World) {
    let cast = world.cast().await;
    let member = world.person(entity::Role::MemberUser, cast.company).await;
    let input = json!({ "company": cast.company.to_string(),
        "title": { "es": "Hornos" }, "summary": { "es": "Hornos" } });
    let answer = member.need("draftNeed", input).await;
    assert_eq!(answer.root()["need"]["status"], "DRAFT");
    assert_eq!(world.events().await, ["NEED_DRAFTED"]);
}
