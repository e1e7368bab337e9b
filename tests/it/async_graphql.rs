//! What we need of the framework (docs/decisions/0001): the version that we pin
//! does it, and the next one must.

use async_graphql::{
    EmptyMutation, EmptySubscription, Error, ErrorExtensions, Object, PathSegment, Schema, value,
};
use futures_util::FutureExt;

struct Query;
struct Leaf;

#[Object]
impl Query {
    async fn slow(&self) -> i32 {
        for _ in 0..3 {
            tokio::task::yield_now().await;
        }
        1
    }
    async fn quick(&self) -> i32 {
        2
    }
    async fn leaf(&self) -> Option<Leaf> {
        Some(Leaf)
    }
    async fn leaves(&self) -> Vec<Option<Leaf>> {
        vec![Some(Leaf), None]
    }
    async fn sure(&self) -> Leaf {
        Leaf
    }
}

#[Object]
impl Leaf {
    async fn works(&self) -> i32 {
        3
    }
    /// Nullable: its failure is its own.
    async fn may_fail(&self) -> Option<Result<i32, Error>> {
        Some(Err(refusal()))
    }
    /// Not nullable: its failure is its parent's.
    async fn must_not_fail(&self) -> Result<i32, Error> {
        Err(refusal())
    }
    /// Nullable in the schema, and yet its failure is its parent's: why `api::error::Told` is not this.
    async fn ill_told(&self) -> Result<Option<i32>, Error> {
        Err(refusal())
    }
}

fn refusal() -> Error {
    Error::new("no").extend_with(|_, extensions| extensions.set("code", "NO"))
}

async fn ask(query: &str) -> async_graphql::Response {
    Schema::build(Query, EmptyMutation, EmptySubscription).finish().execute(query).await
}

#[actix_web::test]
async fn keys_come_in_the_order_of_the_question() {
    let answer = ask("{ slow quick a: slow leaf { works } b: quick }").await;
    let text = serde_json::to_string(&answer.data).unwrap();
    assert_eq!(text, r#"{"slow":1,"quick":2,"a":1,"leaf":{"works":3},"b":2}"#);
}

#[test]
fn a_selection_that_is_skipped_whole_is_an_empty_object() {
    let answer = ask("{ leaf { works @skip(if: true) } quick @include(if: false) }");
    let answer = answer.now_or_never().expect("at once");
    assert_eq!(answer.data, value!({ "leaf": {} }));
    let answer = ask("{ quick @skip(if: true) }").now_or_never().expect("at once");
    assert_eq!(answer.data, value!({}));
}

#[actix_web::test]
async fn a_failure_makes_null_as_far_up_as_it_must() {
    for (query, data, path) in [
        (
            "{ quick leaf { works mayFail } }",
            value!({ "quick": 2, "leaf": { "works": 3, "mayFail": null } }),
            "leaf.mayFail",
        ),
        (
            "{ quick leaf { works mustNotFail } }",
            value!({ "quick": 2, "leaf": null }),
            "leaf.mustNotFail",
        ),
        ("{ leaves { mustNotFail } }", value!({ "leaves": [null, null] }), "leaves.0.mustNotFail"),
        ("{ quick sure { works mustNotFail } }", value!(null), "sure.mustNotFail"),
        ("{ quick leaf { illTold } }", value!({ "quick": 2, "leaf": null }), "leaf.illTold"),
    ] {
        let answer = ask(query).await;
        assert_eq!(answer.data, data, "{query}");
        assert_eq!(answer.errors.len(), 1, "{query}");
        let parts = answer.errors[0].path.iter().map(|part| match part {
            PathSegment::Field(name) => name.clone(),
            PathSegment::Index(index) => index.to_string(),
        });
        assert_eq!(parts.collect::<Vec<_>>().join("."), path, "{query}");
        let extensions = answer.errors[0].extensions.as_ref().expect("extensions");
        assert_eq!(extensions.get("code"), Some(&async_graphql::Value::from("NO")), "{query}");
    }
}
