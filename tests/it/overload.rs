//! Many at once, and what becomes of those for whom there is no room.

use std::sync::Arc;

use api::{context::Service, db::Db};
use entity::Role;
use sea_orm::{ConnectionTrait, Statement, TransactionTrait};
use serde_json::{Value, json};
use tests::{
    Answer, Cast, Database, World,
    binary::{Site, ask},
};
use tokio::runtime::Builder;

use crate::{
    binary::{newcomer, set_up},
    needs,
};

tests::stories!(
    who_gets_no_connection_in_time_is_told_so,
    threads_that_serve_read_through_connections_of_their_own
);

const DRAFT: &str = "mutation($input: DraftNeedInput!) { draftNeed(input: $input) { \
    need { version } userErrors { code field message } } }";

fn draft(company: &str) -> Value {
    json!({ "input": needs::with(needs::text(), json!({ "company": company })) })
}

async fn drafts(world: &World, cast: &Cast, instance: &Service, token: &str) -> Answer {
    world.send_to(instance, Some(token), DRAFT, draft(&cast.company.to_string())).await
}

async fn who_gets_no_connection_in_time_is_told_so(world: &World) {
    let cast = world.cast().await;
    let member = world.person(Role::MemberUser, cast.company).await.token().unwrap();
    let narrow = world.narrow_instance().await;
    let reading = narrow.db().read().begin().await.unwrap();
    let writing = narrow.db().begin().await.unwrap();

    // Who asks is looked up before anything is carried out.
    let who = "{ viewer { person } }";
    let answer = world.send_to(&narrow, Some(&member), who, json!({})).await;
    assert_eq!((answer.status, answer.code()), (503, "OVERLOADED"));
    assert_eq!(answer.body.get("data"), None);
    // For nobody there is nothing to look up, and it is the field that has no connection.
    let public = "{ __typename needs { nodes { title } } }";
    let answer = world.send_to(&narrow, None, public, json!({})).await;
    assert_eq!((answer.status, answer.code()), (200, "OVERLOADED"));
    assert_eq!(answer.body["data"], json!({ "__typename": "Query", "needs": null }));

    reading.rollback().await.unwrap();
    let answer = drafts(world, &cast, &narrow, &member).await;
    assert_eq!((answer.status, answer.code()), (200, "OVERLOADED"));
    writing.rollback().await.unwrap();
    assert_eq!(drafts(world, &cast, &narrow, &member).await.outcome(), "DONE");
    assert_eq!(world.events().await, ["NEED_DRAFTED"]);
    narrow.db().clone().close().await.unwrap();
}

/// Which pool somebody reads through, who reads something and tries to write.
async fn pool(db: &Db) -> usize {
    let read = db.read();
    assert!(std::ptr::eq(read, db.read()) && std::ptr::eq(read, db.fresh()));
    let one = Statement::from_string(read.get_database_backend(), "SELECT 1");
    read.query_one_raw(one).await.unwrap();
    assert!(read.execute_unprepared("DELETE FROM need").await.is_err());
    std::ptr::from_ref(read).addr()
}

/// The same on a runtime of a thread that ends then. This one hears the common pool meanwhile.
async fn pool_on(mut runtime: Builder, db: &Arc<Db>) -> usize {
    let db = db.clone();
    let thread = move || runtime.enable_all().build().unwrap().block_on(pool(&db));
    let ended = move || std::thread::spawn(thread).join().unwrap();
    tokio::task::spawn_blocking(ended).await.unwrap()
}

async fn threads_that_serve_read_through_connections_of_their_own(world: &World) {
    let db = Arc::new(world.database_of_threads(2).await);
    let common = pool_on(Builder::new_multi_thread(), &db).await;
    let first = pool(&db).await;
    let second = pool_on(Builder::new_current_thread(), &db).await;
    let after_the_second = pool_on(Builder::new_current_thread(), &db).await;
    let pools = db.connections();
    let named: Vec<_> = pools.iter().map(|of| (of.pool, of.most)).collect();
    if world.database == Database::Sqlite {
        assert_eq!([first, second, after_the_second], [common; 3]);
        assert_eq!(named, [("read", 4), ("write", 1)]);
    } else {
        assert!(first != common && second != common && first != second);
        // It has the place of one whose connections nobody hears any more.
        assert_eq!(after_the_second, common);
        assert_eq!(named, [("read", 4), ("write", 4), ("threads", 4)]);
    }
    // What is sent on any of them is heard.
    assert_eq!(db.statements(), 4);
    Db::clone(&db).close().await.unwrap();
    assert!(db.read().execute_unprepared("SELECT 1").await.is_err());
}

#[test]
fn whom_another_writer_keeps_waiting_is_told_so() {
    // Only SQLite has one lock for all writers.
    tests::tell(Database::Sqlite, async |world| {
        let cast = world.cast().await;
        let member = world.person(Role::MemberUser, cast.company).await.token().unwrap();
        let narrow = world.narrow_instance().await;
        let under_way = world.db().begin().await.unwrap();
        let answer = drafts(world, &cast, &narrow, &member).await;
        assert_eq!((answer.status, answer.code()), (200, "OVERLOADED"));
        under_way.rollback().await.unwrap();
        assert_eq!(drafts(world, &cast, &narrow, &member).await.outcome(), "DONE");
        assert_eq!(world.events().await, ["NEED_DRAFTED"]);
        narrow.db().clone().close().await.unwrap();
    });
}

const READERS: usize = 50;
/// How often each of them reads.
const READS: usize = 20;

#[test]
fn fifty_readers_and_a_writer_never_meet_a_lock() {
    let Some(site) = Site::new(Database::Sqlite) else { return };
    let [.., company] = set_up(&site);
    let member = newcomer(&site, &company, "MEMBER_USER");
    let serving = site.serve();
    let readers: Vec<_> = (0..READERS)
        .map(|number| {
            let (address, member) = (serving.address.clone(), member.clone());
            // Some see what has just been written, and who they are is read first.
            let token = number.is_multiple_of(2).then_some(member);
            std::thread::spawn(move || {
                let query = "{ needs(first: 50) { totalCount nodes { folio title chamber { name } } } \
                    organizations { nodes { name } } }";
                for _ in 0..READS {
                    let answer = ask(&address, token.as_deref(), query, &json!({})).unwrap();
                    assert_eq!(answer.status, 200, "{:#}", answer.body);
                    answer.data();
                }
            })
        })
        .collect();
    let mut written = 0;
    while written == 0 || readers.iter().any(|reader| !reader.is_finished()) {
        let answer = serving.ask(Some(&member), DRAFT, &draft(&company)).unwrap();
        assert_eq!(answer.outcome(), "DONE", "{:#}", answer.body);
        written += 1;
    }
    for reader in readers {
        reader.join().expect("no reader was refused");
    }
    let seen = serving.ask(Some(&member), "{ needs { totalCount } }", &json!({})).unwrap();
    assert_eq!(seen.root()["totalCount"], written);
    assert_eq!(serving.stop(), Some(0));
}
